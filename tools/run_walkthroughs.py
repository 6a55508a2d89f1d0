"""Run the walkthroughs as notebooks, and record what they come to.

    python tools/run_walkthroughs.py                    all of them, in full; vignettes/results.json and README.md
    python tools/run_walkthroughs.py sentiment          this one; the others keep what was recorded
    python tools/run_walkthroughs.py --missing          those whose code is not that of the recorded run
    python tools/run_walkthroughs.py --quick            with PIPEKERAS_QUICK=1; nothing is recorded
    python tools/run_walkthroughs.py --table            only write README.md again, from what is recorded

Each runs in a kernel of its own, in an empty folder. The notebooks with their pictures are kept in build/walkthroughs,
where the site finds them.
"""

import argparse
import datetime
import json
import os
import platform
import re
import sys
import tempfile
import time
from importlib import metadata

import walkthroughs as w

RESULTS = w.VIGNETTES / "results.json"
README = w.VIGNETTES / "README.md"
KEPT = w.ROOT / "build" / "walkthroughs"
SECONDS = 900  # for one cell, on a machine that is busy
# What the backends log when they are opened; no student wrote or reads it.
_LOG = re.compile(
    r"^(WARNING: All log messages before absl|WARNING:tensorflow:|[IWEF]\d{4} |\d{4}-\d\d-\d\d .*: [IWEF] )"
)


def run(walkthrough, quick):
    """The notebook of a walkthrough after it has run. nbclient's CellExecutionError says which cell failed, and how."""
    import nbclient

    made = w.notebook(walkthrough)
    environment = {
        **os.environ, "PIPEKERAS_QUICK": "1" if quick else "0", "TF_CPP_MIN_LOG_LEVEL": "3",
        "PYTHONPATH": os.pathsep.join(filter(None, [str(w.ROOT), os.environ.get("PYTHONPATH")])),
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    }  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        client = nbclient.NotebookClient(
            made,
            timeout=SECONDS,
            kernel_name="python3",
            record_timing=True,
            resources={"metadata": {"path": folder}},
            coalesce_streams=True,
            startup_timeout=300,
            # Twice the points that a screen had of old: pictures are sharp, and as large as they were.
            extra_arguments=["--InlineBackend.figure_formats={'retina'}", "--log-level=ERROR"],
        )
        client.execute(env=environment)
    for cell in made.cells:
        if cell.cell_type == "code":
            cell.outputs = [output for output in map(_without_logs, cell.outputs) if output is not None]
    made.metadata["pipekeras"] = {"fingerprint": walkthrough.fingerprint, "quick": quick}
    return made


def _without_logs(output):
    if output.output_type != "stream":
        return output
    kept = "".join(line for line in output.text.splitlines(keepends=True) if not _LOG.match(line))
    output["text"] = kept
    return output if kept.strip() else None


def kept_path(walkthrough, quick):
    return KEPT / ("quick" if quick else "full") / f"{walkthrough.name}.ipynb"


def keep(made, walkthrough, quick):
    """Write a notebook that has run where the site finds it."""
    import nbformat

    path = kept_path(walkthrough, quick)
    path.parent.mkdir(parents=True, exist_ok=True)
    waiting = path.with_suffix(f".{os.getpid()}")
    nbformat.write(made, waiting)
    waiting.replace(path)


def kept(walkthrough, quick):
    """The notebook that was kept, if it is of this very code; else None."""
    import nbformat

    path = kept_path(walkthrough, quick)
    if not path.exists():
        return None
    made = nbformat.read(path, as_version=4)
    return made if made.metadata.get("pipekeras", {}).get("fingerprint") == walkthrough.fingerprint else None


# What it came to ------------------------------------------------------------------------------------------------------


def record_of(walkthrough, made):
    """What a run came to, as it stands in results.json: for each result what was printed and asserted, and its time.

    The time of a result is that of all cells since the one before.
    """
    results, since, total = [], 0.0, 0.0
    for cell in made.cells:
        if cell.cell_type != "code":
            continue
        took = _seconds(cell)
        since, total = since + took, total + took
        read = w.Cell("code", cell.metadata.get("title", ""), cell.source, 0)
        if read.model:
            results.append({"model": read.model, "said": said(cell), "asserts": read.asserts, "seconds": round(since)})
            since = 0.0
    return {
        "title": walkthrough.title,
        "fingerprint": walkthrough.fingerprint,
        "date": datetime.date.today().isoformat(),
        "seconds": round(total),
        "machine": f"{os.cpu_count()} cores, {os.environ.get('KERAS_BACKEND', 'tensorflow')},"
        f" Keras {metadata.version('keras')}, Python {platform.python_version()}",
        "results": results,
    }


def said(cell):
    """What a cell printed, as one line."""
    text = "".join(output.text for output in cell.outputs if output.output_type == "stream" and output.name == "stdout")
    return " ".join(text.split())


def _seconds(cell):
    times = cell.metadata.get("execution", {})
    if "iopub.execute_input" not in times or "shell.execute_reply" not in times:
        return 0.0
    begun, ended = (
        datetime.datetime.fromisoformat(times[key].replace("Z", "+00:00"))
        for key in ("iopub.execute_input", "shell.execute_reply")
    )
    return (ended - begun).total_seconds()


def recorded():
    """`{name: record}` of the last full runs."""
    return json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}


def write_record(name, record):
    records = {**recorded(), name: record}
    ordered = {n: records[n] for names in w.LECTURES.values() for n in names if n in records}
    _write(RESULTS, json.dumps(ordered, indent=1, ensure_ascii=False) + "\n")


def _write(path, text):
    waiting = path.with_name(f"{path.name}.{os.getpid()}")
    waiting.write_text(text, encoding="utf-8")
    waiting.replace(path)


# The table ------------------------------------------------------------------------------------------------------------

_INTRODUCTION = """# Walkthroughs

Each is a script that is read from top to bottom and runs as it is, offline: `python vignettes/getting_started.py`. Its
cells (`# %%`) are those of a notebook; `make docs` makes a site of them, with their pictures, and notebooks to take
away. An editor that knows cells shows the pictures too; a plain script only prints. `PIPEKERAS_QUICK=1` shortens
training.

Below, the models of the lectures: what each came to when its walkthrough last ran in full, what the walkthrough asserts
of that, and how long it took. Written by `make walkthroughs`, from the walkthroughs themselves; not to be edited.
"""


def table(records):
    """The text of vignettes/README.md."""
    parts = [_INTRODUCTION]
    for lecture, names in w.LECTURES.items():
        lines = ["| Walkthrough | Model | Result | It asserts | Seconds |", "|---|---|---|---|---|"]
        for name in names:
            if name not in records:
                continue
            link = f"[{records[name]['title']}]({name}.py)"
            for result in records[name]["results"]:
                asserts = "<br>".join(f"`{_cell(text)}`" for text in result["asserts"])
                lines.append(
                    f"| {link} | {_cell(result['model'])} | {_sentence(result['said'])} | {asserts}"
                    f" | {result['seconds']} |"
                )
                link = ""
        parts.append(f"## {lecture}\n\n" + "\n".join(lines) + "\n")
    parts.append("## The runs\n\n| Walkthrough | Date | Seconds in all | On |\n|---|---|---|---|\n")
    parts[-1] += "".join(
        f"| [{r['title']}]({name}.py) | {r['date']} | {r['seconds']} | {r['machine']} |\n"
        for name, r in records.items()
    )
    return "\n".join(parts)


def _sentence(text):
    return _cell(f"{text[:1].upper()}{text[1:].rstrip('.')}.".replace("<", "&lt;"))


def _cell(text):
    return text.replace("|", "\\|")


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", help="walkthroughs; all by default")
    parser.add_argument("--quick", action="store_true", help="with short training; nothing is recorded")
    parser.add_argument("--missing", action="store_true", help="only those that have changed since they were recorded")
    parser.add_argument("--table", action="store_true", help="run nothing, write the table again")
    given = parser.parse_args(arguments)
    chosen = [] if given.table else [w.named(name) for name in given.names] or w.all_walkthroughs()
    if given.missing:
        records = recorded()
        chosen = [c for c in chosen if records.get(c.name, {}).get("fingerprint") != c.fingerprint]
    failed = [walkthrough.name for walkthrough in chosen if not _one(walkthrough, given.quick)]
    if not given.quick:
        _write(README, table(recorded()))
    if failed:
        sys.exit(f"failed: {', '.join(failed)}")


def _one(walkthrough, quick):
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

    begun = time.monotonic()
    try:
        made = run(walkthrough, quick)
    except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
        print(f"{walkthrough.name}: FAILED\n{error}", flush=True)
        return False
    keep(made, walkthrough, quick)
    record = record_of(walkthrough, made)
    if not quick:
        write_record(walkthrough.name, record)
    print(f"{walkthrough.name}: {time.monotonic() - begun:.0f} s", flush=True)
    for result in record["results"]:
        print(f"    {result['model']}: {result['said']}", flush=True)
    return True


if __name__ == "__main__":
    main()
