"""files.py: a file is replaced whole or not at all."""

import pytest

import pipekeras as pk
from pipekeras.files import replacing, write_text

pytestmark = pytest.mark.any_backend


def test_a_file_is_made_and_replaced(tmp_path):
    path = tmp_path / "a.txt"
    write_text(path, "eins")
    write_text(str(path), "zwei ä")
    assert path.read_text(encoding="utf-8") == "zwei ä"
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]


def test_what_fails_half_way_leaves_the_good_file(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("good")

    def interrupted():
        with replacing(path) as unfinished:
            unfinished.write_text("ha")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert path.read_text() == "good"
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]


def test_a_folder_is_replaced_too(tmp_path):
    for content in ("one", "two"):
        with replacing(tmp_path / "model") as unfinished:
            unfinished.mkdir()
            (unfinished / "part").write_text(content)
    assert (tmp_path / "model" / "part").read_text() == "two"
    assert [p.name for p in tmp_path.iterdir()] == ["model"]


def test_the_unfinished_name_may_end_otherwise(tmp_path):
    with replacing(tmp_path / "w.h5", ending=".weights.h5") as unfinished:
        assert unfinished.name.endswith(".weights.h5")
        unfinished.write_text("w")
    assert (tmp_path / "w.h5").read_text() == "w"


def test_a_folder_that_is_not_there_and_the_home(tmp_path, monkeypatch):
    with pytest.raises(pk.DataError, match="save: there is no folder .*none to write a.txt into: make it first"):
        write_text(tmp_path / "none" / "a.txt", "x", "save")
    monkeypatch.setenv("HOME", str(tmp_path))
    write_text("~/b.txt", "x")
    assert (tmp_path / "b.txt").exists()
