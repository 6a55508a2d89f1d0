"""flags.py: a script's settings, from defaults, a file and the command line."""

import sys

import pytest

import pipekeras as pk

pytestmark = pytest.mark.any_backend

SETTINGS = [
    pk.flag_integer("units", 32.0, "width"),
    pk.flag_numeric("dropout", 0.4),
    pk.flag_boolean("fast", False),
    pk.flag_string("optimizer", "rmsprop"),
]


def ask(*words, **more):
    return pk.flags(*SETTINGS, arguments=list(words), **{"file": None, **more})


def test_defaults_are_what_they_were_given_as():
    found = ask()
    assert found == {"units": 32, "dropout": 0.4, "fast": False, "optimizer": "rmsprop"}
    assert type(found.units) is int and found["units"] is found.units
    assert "units" in dir(found)


def test_the_command_line_wins_in_all_its_forms():
    assert ask("--units", "64", "--dropout=0.2", "--fast", "--optimizer", "adam") == {
        "units": 64,
        "dropout": 0.2,
        "fast": True,
        "optimizer": "adam",
    }
    assert ask("--fast", "no").fast is False and ask("--fast=TRUE").fast is True
    assert ask("--dropout", "-1").dropout == -1
    assert pk.flags([pk.flag_integer("batch_size", 1)], file=None, arguments=["--batch-size=8"]).batch_size == 8


def test_what_is_no_flag_is_left_alone():
    assert ask("-f", "kernel.json", "--verbose", "3", "train") == ask()
    assert ask("--f=kernel.json", "--HistoryManager.hist_file=:memory:") == ask()  # as newer notebooks call kernels
    assert ask("--fast", "-f", "kernel.json") == ask("--fast")


def test_the_scripts_own_words_are_the_default(monkeypatch):
    monkeypatch.setattr(sys, "argv", ["train.py", "--units=8"])
    assert pk.flags(*SETTINGS, file=None).units == 8


def test_a_file_stands_between_defaults_and_command_line(tmp_path, monkeypatch):
    pytest.importorskip("yaml", reason="PyYAML reads the file")
    file = tmp_path / "flags.yml"
    file.write_text("default:\n  units: 100\n  dropout: 0.1\nbig:\n  units: 500\n  other: 1\n")
    assert ask("--dropout=0.3", file=file) == ask("--dropout=0.3", "--units=100")
    assert ask(file=file, config="big").units == 500
    monkeypatch.setenv("R_CONFIG_ACTIVE", "big")
    assert ask(file=str(file)).units == 500 and ask(file=file).dropout == 0.1
    file.write_text("units: 7\n")
    assert ask(file=file).units == 7
    file.write_text("units: many\n")
    with pytest.raises(pk.InvalidValueError, match="units must be a whole number, .*flags.yml says 'many'"):
        ask(file=file)
    file.write_text("- 1\n")
    with pytest.raises(pk.InvalidValueError, match="must hold settings by name"):
        ask(file=file)


def test_a_file_without_pyyaml_is_an_error_not_ignored(tmp_path, monkeypatch):
    file = tmp_path / "flags.yml"
    file.write_text("units: 7\n")
    monkeypatch.setitem(sys.modules, "yaml", None)
    with pytest.raises(pk.UnavailableError, match="PyYAML, which reads it, is not installed: pip install pyyaml"):
        ask(file=file)


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (["--units", "many"], "units must be a whole number, the command line says 'many'"),
        (["--units", "1.5"], "units must be a whole number, the command line says '1.5'"),
        (["--units"], "units must be a whole number, the command line says ''"),
        (["--dropout=x"], "dropout must be a number, the command line says 'x'"),
        (["--fast=maybe"], "fast must be true or false, the command line says 'maybe'"),
    ],
)
def test_a_wrong_word_is_named(words, text):
    with pytest.raises(pk.InvalidValueError, match=text):
        ask(*words)


def test_mistakes_in_the_script():
    with pytest.raises(pk.InvalidValueError, match="units must be a whole number, the default says 1.5"):
        pk.flag_integer("units", 1.5)
    with pytest.raises(pk.ArgumentError, match="units is there twice"):
        pk.flags(pk.flag_integer("units", 1), pk.flag_integer("units", 2))
    with pytest.raises(pk.ArgumentError, match="it got 3"):
        pk.flags(3)
    with pytest.raises(AttributeError, match="no flag unit; did you mean units"):
        _ = ask().unit
    assert pk.flag_numeric("rate", None).default is None


def test_the_run_is_where_the_script_is(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert pk.run_dir() == str(tmp_path)
