"""Walkthroughs run as a student runs them in a notebook, only shorter; the site shows what they draw."""

import re

import run_walkthroughs as runs
import walkthroughs as w


def of(*lectures):
    """The names of the walkthroughs of those lectures."""
    return [name for lecture in lectures for name in w.LECTURES[lecture]]


def holds(name):
    """Run it: each of its asserts holds, each result prints one line, it draws, and it warns of nothing."""
    walkthrough = w.named(name)
    made = runs.run(walkthrough, quick=True)
    runs.keep(made, walkthrough, quick=True)
    outputs = [output for cell in made.cells if cell.cell_type == "code" for output in cell.outputs]
    assert any("image/png" in output.get("data", {}) for output in outputs), "no picture"
    assert not [output.text for output in outputs if output.get("name") == "stderr"]
    for output in outputs:
        shown = output.get("data", {}).get("text/plain", "")
        stray = re.match(r"\[?(<matplotlib|Text\()", shown) and "image/png" not in output["data"]
        assert not stray, f"a picture's cell shows its last value too, begin that line with _ = : {shown}"
    for output in outputs:  # what rich leaves in notebooks where it was asked for text
        shown = output.get("data", {}).get("text/html")
        assert shown is None or re.sub(r"<[^>]+>", "", shown).strip(), "an empty block is shown"
    for cell in made.cells:
        if cell.metadata.get("title", "").startswith("result:"):
            text = "".join(output.text for output in cell.outputs if output.get("name") == "stdout")
            assert len(text.strip().splitlines()) == 1, f"{cell.metadata['title']} prints {text!r}, not one line"
