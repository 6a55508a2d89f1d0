"""The scripts from which R's users learned of sequences run line for line in Python, on every backend."""

import runpy
import sys
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pytest

import pipekeras as pk

HERE = Path(__file__).parent
SCRIPTS = sorted(path.name for path in HERE.glob("*.py") if not path.name.startswith("test_"))


@pytest.fixture
def run(monkeypatch, tmp_path, backend):
    """Run a script with shortened training, in this process, and return what it made."""
    if backend == "torch":  # several threads that wait for each other make hundreds of small steps many times slower
        import torch

        threads = torch.get_num_threads()
        torch.set_num_threads(1)

    def run(name, *flags):
        monkeypatch.setenv("PIPEKERAS_QUICK", "1")
        monkeypatch.setattr(sys, "argv", [name, *flags])
        monkeypatch.chdir(tmp_path)
        return runpy.run_path(str(HERE / name), run_name="__main__")

    yield run
    if backend == "torch":
        torch.set_num_threads(threads)


def falls(losses):
    return np.isfinite(losses).all() and losses[-1] < losses[0]


def test_no_script_goes_untested():
    tested = Path(__file__).read_text(encoding="utf-8")
    assert len(SCRIPTS) == 4
    assert all(f'run("{name}"' in tested for name in SCRIPTS)


def test_the_stateful_cosine(run):
    made = run("stateful_cosine.py")
    assert made["cos"].shape == (1000, 1, 1)
    np.testing.assert_allclose(made["expected_output"][:-1, 0], made["cos"][1:, 0, 0])
    assert len(made["losses"]) == 3 and falls(made["losses"])
    predicted, expected = made["predicted_output"][:-1, 0], made["expected_output"][:-1, 0]
    assert predicted.shape == (999,)
    assert np.corrcoef(predicted, expected)[0, 1] > 0.5
    # It goes by more than the last step: begun anew it says the same again, begun in the middle something else.
    model, cos = made["model"], made["cos"]
    model >> pk.reset_states()
    again = model >> pk.predict(cos, batch_size=25, verbose=0)
    np.testing.assert_allclose(again[:-1, 0], predicted, rtol=1e-4, atol=1e-5)
    model >> pk.reset_states()
    middle = model >> pk.predict(cos[500:], batch_size=25, verbose=0)
    assert np.abs(middle[:25] - again[500:525]).max() > 1e-3


@pytest.mark.slow_on_jax
@pytest.mark.filterwarnings("ignore:fit_generator")
def test_jenas_generators(run):
    made = run("jena_generators.py")
    samples, targets = made["val_gen"]()
    assert samples.shape == (32, 12, 14) and targets.shape == (32,)
    assert 0 < made["naive_mae"] < 3
    for name in ("dense", "gru", "dropout", "stacked", "bidirectional"):
        metrics = made[f"{name}_history"].metrics
        assert len(metrics["loss"]) == len(metrics["val_loss"]) == 2, name
        assert np.isfinite(metrics["loss"]).all() and np.isfinite(metrics["val_loss"]).all(), name
        assert falls(metrics["loss"]) or name in ("dropout", "stacked"), name  # these take longer to learn
    assert made["predictions"].shape == (made["test_steps"] * 32, 1)
    assert np.isfinite(made["predictions"]).all() and made["test_mae"]["loss"] > 0
    assert len(plt.get_fignums()) == 5
    # With the step 1 it has the very windows of timeseries_dataset_from_array(): row 9 is 4 rows after the next one.
    series = np.random.default_rng(0).normal(size=(60, 3)).astype("float32")
    batch = made["generator"](series, lookback=5, delay=4, min_index=0, max_index=None, batch_size=10, step=1)
    windows = pk.timeseries_dataset_from_array(series, series[9:, 1], 5, batch_size=10)
    for samples, targets in [windows[i] for i in range(3)]:
        theirs = batch()
        np.testing.assert_array_equal(samples, theirs[0])
        np.testing.assert_array_equal(targets, theirs[1])


def test_sunspots_with_a_stateful_lstm(run):
    made = run("sunspots_stateful.py")
    assert len(made["rolling_origin_resamples"]) == 11
    assert falls(made["losses"])
    assert made["ret"].shape == (120, 2) and len(made["sample_predictions"]) == 1
    assert np.isfinite(made["ret"]).all(axis=None) and (made["ret"]["prediction"] >= 0).all()
    assert 0 < made["calc_rmse"](made["ret"]) < 150
    assert made["future_sun_spots"].shape == (120,) and made["future_sun_spots"].index[0] > 2013.7


@pytest.mark.parametrize("stateful", ["false", "true"])
def test_sunspots_twelve_months_ahead(run, stateful):
    stack = "true" if stateful == "true" else "false"
    short = ("--n_epochs", "2", "--n_units", "8", "--n_train", "600", "--batch_size", "40", "--lr", "0.02")
    made = run("sunspots_twelve.py", "--stateful", stateful, "--stack_layers", stack, *short)
    assert made["model"].layers[0].stateful is (stateful == "true")
    assert made["X_train"].shape == made["y_train"].shape == (560, 12, 1)
    series = made["train_vals"]
    np.testing.assert_array_equal(made["X_train"][7, :, 0], series[7:19])
    np.testing.assert_array_equal(made["y_train"][7, :, 0], series[19:31])
    assert len(made["losses"]) == 2 and falls(made["losses"])
    assert made["pred_test"].shape == (560, 12) and np.isfinite(made["pred_test"]).all()
    assert 0 < made["rmse_test"] < 150
