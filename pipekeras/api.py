"""The coverage table as text: what `pipekeras api` prints, and docs/api-coverage.md."""

import collections
import csv
import fnmatch
import io
import json
import re

from pipekeras import differences
from pipekeras.coverage import DIFFERS, MISSING, NOT_APPLICABLE, SAME, coverage
from pipekeras.errors import InvalidValueError, suggestion
from pipekeras.inventory import names

STATES = (SAME, DIFFERS, NOT_APPLICABLE, MISSING)
FORMATS = ("text", "md", "csv", "json")
_PACKAGES = {"keras2": "keras", "keras3": "keras3"}
_COLUMNS = ("R", "packages", "here", "state", "notes")

# The groups of the table: the beginnings of names, in the order of the reference. All else is "other".
_GROUPS = """layer_ rnn_cell op_ k_ activation_ loss_ metric_ optimizer_ learning_rate_schedule_ callback_
initializer_ regularizer_ constraint_ application_ dataset_ random_ config_ feature_ image_ text_ flow_images_ save_
load_ model_ new_ get_ set_ use_ flag""".split()


def chosen(patterns=(), states=()):
    """The rows whose R or Python names match one of the patterns, and whose state is one of those; all by default.

    Args:
        patterns: names, whole or with * and ?, as in "loss_*".
        states: "same", "differs", "not applicable".

    Returns:
        Rows of coverage.coverage().

    Raises:
        InvalidValueError: if a pattern matches no name.
    """
    rows = coverage()
    if patterns:
        for pattern in patterns:
            if not any(_matches(row, pattern) for row in rows):
                near = suggestion(pattern, names(), otherwise=": `pipekeras api` prints all names")
                raise InvalidValueError(f"neither R package has a name {pattern}{near}")
        rows = [row for row in rows if any(_matches(row, pattern) for pattern in patterns)]
    return [row for row in rows if not states or row.state in states]


def _matches(row, pattern):
    return any(fnmatch.fnmatchcase(name, pattern) for name in (row.name, row.python))


def render(rows, format="text"):
    """The rows as text, in one of FORMATS."""
    return {"text": _text, "md": _markdown, "csv": _csv, "json": _json}[format](rows)


def _cells(row):
    return row.name, ", ".join(_PACKAGES[p] for p in row.packages), row.python, row.state, "; ".join(row.notes)


def _text(rows):
    lines = [_cells(row) for row in rows]
    widths = [max((len(line[i]) for line in lines), default=0) for i in range(4)]
    body = ["  ".join(c.ljust(w) for c, w in zip(line, widths, strict=False)) + f"  {line[4]}" for line in lines]
    return "\n".join([*(line.rstrip() for line in body), "", _summary(rows)]) + "\n"


def _summary(rows):
    counts = collections.Counter(row.state for row in rows)
    states = ", ".join(f"{counts[state]} {state}" for state in STATES if counts[state])
    return f"{len(rows)} name{'s' * (len(rows) != 1)}: {states or 'none'}"


def _markdown(rows):
    from pipekeras._keras import keras

    parts = [
        "# Every name of both R packages",
        f"Written by `pipekeras api --format md` with Keras {keras.__version__}, from the code; not to be edited.",
        f"R `keras` 2.16.1 and `keras3` together export {len(names())} names. *same*: R's arguments under R's names,"
        " with the same meaning. *differs*: what the notes say. *not applicable*: the name makes sense in R alone, or"
        " nothing is behind it any more.",
        f"Where a default differs: {differences.DEFAULTS}. Where an order differs: {differences.ORDER}.",
        _table(["", "names", *STATES[:3]], _totals(rows)),
    ]
    for group, members in _grouped(rows).items():
        cells = [[_code(c) if i in (0, 2) else _escaped(c) for i, c in enumerate(_cells(row))] for row in members]
        parts += [f"## {group}", _table(_COLUMNS, cells)]
    return "\n\n".join(parts) + "\n"


def _totals(rows):
    for group, members in {**_grouped(rows), "all": rows}.items():
        counts = collections.Counter(row.state for row in members)
        yield [group, str(len(members)), *(str(counts[state]) for state in STATES[:3])]


def _grouped(rows):
    groups = {f"{prefix}*": [row for row in rows if row.name.startswith(prefix)] for prefix in _GROUPS}
    taken = {row.name for members in groups.values() for row in members}
    groups["other"] = [row for row in rows if row.name not in taken]
    return {group: members for group, members in groups.items() if members}


def _table(head, lines):
    rows = [head, ["---"] * len(head), *lines]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _code(text):
    return f"`{text}`" if text else ""


def _escaped(text):
    return re.sub(r"([|*_<>])", r"\\\1", text)


def _csv(rows):
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(_COLUMNS)
    writer.writerows(map(_cells, rows))
    return file.getvalue()


def _json(rows):
    items = [
        {"r": row.name, "packages": [_PACKAGES[p] for p in row.packages], "here": row.python, "state": row.state,
         "notes": list(row.notes)}
        for row in rows
    ]  # fmt: skip
    return json.dumps(items, indent=1, ensure_ascii=False) + "\n"


def made_with(text):
    """The version of Keras that a Markdown table says it was written with; the signatures are that version's."""
    found = re.search(r"with Keras (\S+?),", text)
    return found[1] if found else None
