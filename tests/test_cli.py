"""cli.py and demo.py: the command as a user runs it."""

import subprocess
import sys

import numpy as np
import pytest

import pipekeras
from pipekeras import cli, demo

pytestmark = pytest.mark.any_backend


def test_help_and_version(capsys):
    with pytest.raises(SystemExit) as done:
        cli.main(["--version"])
    assert done.value.code == 0
    assert capsys.readouterr().out.strip() == f"pipekeras {pipekeras.__version__}"
    with pytest.raises(SystemExit) as done:
        cli.main(["demo", "--help"])
    assert done.value.code == 0
    assert "--folder" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [([], "COMMAND"), (["demo", "--epochs", "0"], "must be at least 1, it is 0"), (["demonstrate"], "invalid choice")],
)
def test_a_wrong_command_line_says_so(arguments, message, capsys):
    with pytest.raises(SystemExit) as done:
        cli.main(arguments)
    assert done.value.code == 2
    assert message in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [(["--seed", "-1"], "seed must be 0 or more"), (["--folder", "{file}/below"], "pipekeras: ")],
)
def test_what_cannot_be_done_is_one_line_and_costs_no_training(arguments, message, tmp_path, capsys):
    (tmp_path / "file").write_text("in the way")
    arguments = [argument.format(file=tmp_path / "file") for argument in arguments]
    assert cli.main(["demo", *arguments]) == 1
    printed = capsys.readouterr()
    assert message in printed.err and "Epoch" not in printed.out


def test_the_demo_prints_and_saves(tmp_path, capsys):
    accuracy = demo.run(folder=tmp_path / "a" / "b", epochs=1)
    printed = capsys.readouterr().out
    assert "1438 digits of 8 x 8 grey levels to learn from, 359 held out at random" in printed
    assert "Total params" in printed and "Final epoch" in printed and str((tmp_path / "a" / "b").resolve()) in printed
    assert 0.1 < accuracy <= 1
    assert (tmp_path / "a/b/history.png").read_bytes().startswith(b"\x89PNG")
    assert sorted(p.name for p in (tmp_path / "a/b").iterdir()) == ["digits.keras", "history.png"]


def test_the_table_of_names_is_printed(capsys):
    assert cli.main(["api", "layer_dense", "flag_*", "%>%"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines[:3]] == ["%>%", "flag_boolean", "flag_integer"]
    assert lines[-1] == "6 names: 5 same, 1 not applicable"


def test_the_table_of_names_is_written_and_filtered(tmp_path, capsys):
    assert cli.main(["api", "--format", "csv", "--state", "differs", "--output", str(tmp_path / "a.csv"), "fit*"]) == 0
    assert capsys.readouterr().out == f"Written: {tmp_path / 'a.csv'}\n"
    head, first, *_ = (tmp_path / "a.csv").read_text().splitlines()
    assert head == "R,packages,here,state,notes"
    assert first.startswith('fit,"keras, keras3",fit,differs,') and "default of epochs is 1" in first


def test_a_name_that_r_has_not_is_one_line(capsys):
    assert cli.main(["api", "layer_dens"]) == 1
    error = capsys.readouterr().err
    assert error == "pipekeras: neither R package has a name layer_dens; did you mean layer_dense?\n"


@pytest.mark.slow
def test_the_demo_reads_97_of_100_unseen_digits(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "pipekeras.cli", "demo", "--folder", str(tmp_path)],
        capture_output=True,
        text=True,
        check=True,
    )
    accuracy = float(done.stdout.split("held-out digits:")[1].split()[3])
    assert accuracy >= 0.97
    import keras

    digits = pipekeras.dataset_digits(test_split=0.2, seed=1)
    model = keras.models.load_model(tmp_path / "digits.keras")
    right = (model.predict(digits.test.x[..., None], verbose=0).argmax(-1) == digits.test.y).mean()
    assert np.isclose(right, accuracy, atol=5e-4)
