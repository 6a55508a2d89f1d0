"""api.py: the coverage table as text, and docs/api-coverage.md, which is it."""

import csv
import io
import json
from pathlib import Path

import pytest

import pipekeras as pk
from pipekeras._keras import keras
from pipekeras.api import FORMATS, chosen, made_with, render
from pipekeras.inventory import names

pytestmark = pytest.mark.any_backend

DOCUMENT = Path(__file__).parents[1] / "docs" / "api-coverage.md"


def test_the_document_is_what_the_code_says_now():
    text = DOCUMENT.read_text(encoding="utf-8")
    if made_with(text) != keras.__version__:
        pytest.skip(f"the table is that of Keras {made_with(text)}, installed is {keras.__version__}")
    assert render(chosen(), "md") == text, "out of date: pipekeras api --format md --output docs/api-coverage.md"


def test_every_name_is_in_every_format():
    rows = chosen()
    for format in FORMATS:
        text = render(rows, format)
        assert all(name in text for name in names()), format


def test_the_formats_say_the_same():
    rows = chosen(["loss_*", "%<-%"])
    table = list(csv.DictReader(io.StringIO(render(rows, "csv"))))
    items = json.loads(render(rows, "json"))
    assert [line["R"] for line in table] == [item["r"] for item in items] == [row.name for row in rows]
    assert [line["state"] for line in table] == [item["state"] for item in items]
    assert "| `%<-%` | keras, keras3 | `(a, b) = value` | not applicable |" in render(rows, "md")


def test_patterns_and_states():
    assert [row.name for row in chosen(["layer_gru"])] == ["layer_gru"]
    assert [row.name for row in chosen(["import_"])] == ["import"]  # by what it is called here
    assert {row.state for row in chosen(["layer_*"], ["same"])} == {"same"}
    assert render([], "text") == "\n0 names: none\n"
    with pytest.raises(pk.InvalidValueError, match="neither R package has a name los_; did you mean"):
        chosen(["los_"])
    with pytest.raises(pk.InvalidValueError, match="prints all names"):
        chosen(["zzz*"])
