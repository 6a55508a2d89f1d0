"""vignettes/results.json and README.md are of the walkthroughs as they are now, and nothing in them was typed."""

import pytest

import run_walkthroughs as runs
import walkthroughs as w

pytestmark = pytest.mark.any_backend

ALL = w.all_walkthroughs()
LIMIT = 180  # seconds for a full run on two cores


@pytest.mark.parametrize("walkthrough", ALL, ids=lambda walkthrough: walkthrough.name)
def test_the_record_is_of_this_code(walkthrough):
    record = runs.recorded().get(walkthrough.name)
    command = f"python tools/run_walkthroughs.py {walkthrough.name}"
    assert record, f"{walkthrough.name} was never run in full: {command}"
    assert record["fingerprint"] == walkthrough.fingerprint, f"its code has changed since it was recorded: {command}"
    assert record["seconds"] < LIMIT
    assert [result["model"] for result in record["results"]] == [cell.model for cell in walkthrough.results]
    for result, cell in zip(record["results"], walkthrough.results, strict=True):
        assert result["asserts"] == cell.asserts
        assert 0 < len(result["said"]) < 500, f"{cell.model} says {result['said']!r}"


def test_no_walkthrough_is_recorded_that_is_not_there():
    assert list(runs.recorded()) == [walkthrough.name for walkthrough in ALL]


def test_the_table_is_made_from_the_record():
    again = "python tools/run_walkthroughs.py --table"
    assert runs.README.read_text(encoding="utf-8") == runs.table(runs.recorded()), f"written by hand or old: {again}"


def test_a_table_has_a_line_for_each_model_and_escapes_what_would_break_it():
    record = {
        "title": "One", "date": "2026-01-01", "seconds": 12, "machine": "2 cores",
        "results": [{"model": "a net", "said": "a | b of <unk>", "asserts": ["x > 1", "y | z"], "seconds": 5}],
    }  # fmt: skip
    text = runs.table({"getting_started": record, "sentiment": {**record, "title": "Two"}})
    assert text.count("| 2026-01-01 |") == 2
    assert "| [One](getting_started.py) | a net | A \\| b of &lt;unk>. | `x > 1`<br>`y \\| z` | 5 |" in text
    assert "| [One](getting_started.py) | 2026-01-01 | 12 | 2 cores |" in text
