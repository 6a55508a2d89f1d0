"""callbacks.py: Keras's callbacks under R's names, what 2.x said of them, hooks of one's own, files that come whole."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pipekeras as pk
from pipekeras import callbacks
from pipekeras._keras import keras

X, Y = np.arange(8, dtype="float32").reshape(8, 1) / 8, np.ones((8, 1), "float32")


@pytest.fixture
def model():
    made = pk.keras_model_sequential(input_shape=1) >> pk.layer_dense(1)
    return made >> pk.compile(optimizer=keras.optimizers.SGD(0.1), loss="mse")


def fit(model, *callbacks, epochs=2, **kwargs):
    return pk.fit(model, X, Y, batch_size=4, epochs=epochs, verbose=0, callbacks=list(callbacks), **kwargs)


# Kept from Keras ------------------------------------------------------------------------------------------------------

GIVEN = {
    "callback_backup_and_restore": {"backup_dir": "backup"},
    "callback_csv_logger": {"filename": "log.csv"},
    "callback_learning_rate_scheduler": {"schedule": lambda epoch: 0.1},
    "callback_model_checkpoint": {"filepath": "model.keras"},
}


@pytest.mark.parametrize("name", callbacks.__all__)
def test_each_is_a_callback_of_keras(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    function = getattr(pk, name)
    made = function(**GIVEN.get(name, {}))
    assert isinstance(made, function.keras_class) and isinstance(made, keras.callbacks.Callback)
    if not function.keras_name.startswith("pipekeras"):
        assert type(made) is getattr(keras.callbacks, function.keras_name)


def test_whole_floats_are_whole_and_fractions_stay():
    made = pk.callback_early_stopping("loss", 0.01, 3.0, 1.0, "min", start_from_epoch=2.0)
    assert (made.min_delta, made.patience, made.verbose, made.start_from_epoch) == (0.01, 3, 1, 2)
    assert all(type(value) is int for value in (made.patience, made.verbose, made.start_from_epoch))
    plateau = pk.callback_reduce_lr_on_plateau(factor=0.5, patience=2.0, cooldown=1.0, min_lr=1e-3, verbose=True)
    assert (plateau.factor, plateau.patience, plateau.cooldown, plateau.min_lr) == (0.5, 2, 1, 1e-3)
    assert pk.callback_early_stopping(baseline=None, mode="max").best is None


def test_early_stopping_stops_where_r_keras3_would_not(model):
    """R keras3 makes 0 of min_delta=0.5, and goes on as long as the loss falls at all."""
    history = fit(model, pk.callback_early_stopping(monitor="loss", min_delta=1e6, patience=1.0), epochs=5)
    assert len(history.metrics["loss"]) == 2


# What 2.x said --------------------------------------------------------------------------------------------------------


def test_the_vector_of_modes_is_its_first():
    for name in ("callback_early_stopping", "callback_model_checkpoint", "callback_reduce_lr_on_plateau"):
        function, others = getattr(pk, name), GIVEN.get(name, {})
        assert function(mode=["auto", "min", "max"], **others).mode == "auto"
        assert function(mode="max", **others).mode == "max"
    with pytest.raises(pk.InvalidValueError, match='mode must be "auto", "min" or "max", it got \'mini\''):
        pk.callback_early_stopping(mode="mini")


def test_arguments_that_are_gone_may_say_nothing():
    made = pk.callback_tensorboard(None, batch_size=32, write_grads=False, embeddings_layer_names=None)
    assert made.log_dir == "logs"
    assert pk.callback_tensorboard(log_dir=None, histogram_freq=1.0).log_dir == "logs"
    assert pk.callback_tensorboard("runs", profile_batch=0.0).log_dir == "runs"
    with pytest.raises(pk.ArgumentError, match="write_grads=True is gone in Keras 3"):
        pk.callback_tensorboard(write_grads=True)
    assert pk.callback_tensorboard(update_freq="batch").update_freq == 1
    with pytest.raises(
        pk.InvalidValueError, match='update_freq must be "epoch", "batch" or a number of batches, it got'
    ):
        pk.callback_tensorboard(update_freq="batches")
    pk.callback_progbar_logger(count_mode="steps", stateful_metrics=None)
    with pytest.raises(pk.ArgumentError, match="has no argument patiense; did you mean patience?"):
        pk.callback_early_stopping(patiense=3)


def test_both_spellings_of_nan(model):
    assert pk.callback_terminate_on_naan.keras_class is pk.callback_terminate_on_nan.keras_class
    broken = pk.keras_model_sequential(input_shape=1) >> pk.layer_lambda(lambda x: x * float("nan"))
    broken >> pk.layer_dense(1) >> pk.compile(loss="mse")
    history = fit(broken, pk.callback_terminate_on_naan(), epochs=5)
    assert len(history.metrics["loss"]) == 1


# Hooks ----------------------------------------------------------------------------------------------------------------


def test_hooks_count_from_zero_and_see_all_phases(model):
    seen = []
    note = pk.callback_lambda(
        on_epoch_begin=lambda epoch, logs: seen.append(("epoch", epoch)),
        on_batch_end=lambda b, given: seen.append(("batch", b, "loss" in given)),
        on_train_begin=lambda logs: seen.append("train"),
        on_test_end=lambda logs: seen.append("test"),
        on_predict_batch_end=lambda batch, logs: seen.append(("predicted", batch)),
        on_predict_end=lambda logs: seen.append("predict"),
        on_train_end=None,
    )
    fit(model, note)
    assert seen == ["train", *[s for e in (0, 1) for s in (("epoch", e), ("batch", 0, True), ("batch", 1, True))]]
    del seen[:]
    pk.evaluate(model, X, Y, verbose=0, callbacks=note)
    pk.predict(model, X, verbose=0, callbacks=note)
    assert seen == ["test", ("predicted", 0), "predict"]


@settings(max_examples=5, deadline=None)
@given(st.lists(st.floats(-10, 10, width=32), min_size=1, max_size=3))
def test_what_a_hook_returns_is_in_the_history_and_seen_by_the_next(values):
    model = pk.keras_model_sequential(input_shape=1) >> pk.layer_dense(1) >> pk.compile(loss="mse")
    later = []
    history = fit(
        model,
        pk.callback_lambda(on_epoch_end=lambda epoch, logs: {"mine": values[epoch]}),
        pk.callback_lambda(on_epoch_end=lambda epoch, logs: later.append(logs["mine"])),
        pk.callback_lambda(on_epoch_end=lambda epoch, logs: "no dict"),
        epochs=len(values),
    )
    assert history.metrics["mine"] == values == later
    assert set(history.metrics) == {"loss", "mine"}


def test_hooks_that_cannot_be_called_are_refused_at_once():
    with pytest.raises(pk.ArgumentError, match=r"on_epoch_end is called with \(epoch, logs\).* it takes \(epoch\)"):
        pk.callback_lambda(on_epoch_end=lambda epoch: None)
    with pytest.raises(pk.ArgumentError, match=r"on_train_begin is called with \(logs\)"):
        pk.callback_lambda(on_train_begin=lambda epoch, logs: None)
    with pytest.raises(pk.InvalidValueError, match="on_epoch_end must be a function, it got 3"):
        pk.callback_lambda(on_epoch_end=3)
    with pytest.raises(pk.ArgumentError, match="has no argument on_epoch_ends; did you mean on_epoch_end?"):
        pk.callback_lambda(on_epoch_ends=print)
    with pytest.raises(pk.ArgumentError, match="on_batch_end and on_train_batch_end are the same moment"):
        pk.callback_lambda(on_batch_end=lambda b, logs: None, on_train_batch_end=lambda b, logs: None)


def test_the_schedule_counts_from_zero_and_may_return_any_number(model):
    epochs, rates = [], []

    def two(epoch, lr):
        epochs.append(epoch)
        return np.float64(0.5) if epoch else 1

    history = fit(model, pk.callback_learning_rate_scheduler(two), epochs=2)
    assert epochs == [0, 1]
    np.testing.assert_allclose(history.metrics["learning_rate"], [1, 0.5])
    fit(model, pk.callback_learning_rate_scheduler(lambda e: rates.append(e) or 0.25, verbose=0.0), epochs=1)
    assert rates == [0]
    np.testing.assert_allclose(float(keras.ops.convert_to_numpy(model.optimizer.learning_rate)), 0.25)
    decay = keras.optimizers.schedules.ExponentialDecay(1.0, 1, 0.5)
    history = fit(model, pk.callback_learning_rate_scheduler(decay), epochs=3)
    np.testing.assert_allclose(history.metrics["learning_rate"], [1, 0.5, 0.25])


def test_a_schedule_that_is_none(model):
    with pytest.raises(pk.InvalidValueError, match="schedule must be a function of the epoch, from 0, and the rate"):
        pk.callback_learning_rate_scheduler(0.1)
    with pytest.raises(pk.ArgumentError, match=r"schedule is called with \(epoch, lr\).* it takes \(\)"):
        pk.callback_learning_rate_scheduler(lambda: 0.1)
    with pytest.raises(pk.InvalidValueError, match="must return the learning rate, a number; for epoch 0 it returned"):
        fit(model, pk.callback_learning_rate_scheduler(lambda epoch, lr: None))


def test_an_error_of_the_schedules_own_is_told(model):
    """Keras takes a TypeError for the sign of a function of the epoch alone."""

    def wrong(epoch, lr):
        raise TypeError("my own")

    with pytest.raises(TypeError, match="my own"):
        fit(model, pk.callback_learning_rate_scheduler(wrong))


# Files ----------------------------------------------------------------------------------------------------------------


def test_checkpoints_are_written_and_read(model, tmp_path):
    whole, weights = tmp_path / "in" / "{epoch:02d}.keras", tmp_path / "w.weights.h5"
    fit(
        model,
        pk.callback_model_checkpoint(whole, monitor="loss"),
        pk.callback_model_checkpoint(str(weights), save_weights_only=True, save_freq=1.0),
    )
    assert sorted(p.name for p in (tmp_path / "in").iterdir()) == ["01.keras", "02.keras"]
    assert sorted(p.name for p in tmp_path.iterdir()) == ["in", "w.weights.h5"]
    loaded = keras.saving.load_model(tmp_path / "in" / "02.keras")
    np.testing.assert_allclose(loaded.get_weights()[0], model.get_weights()[0])
    again = keras.models.clone_model(model)
    again.load_weights(weights)
    np.testing.assert_allclose(again.get_weights()[0], model.get_weights()[0])


def test_period_counts_epochs(model, tmp_path):
    fit(model, pk.callback_model_checkpoint(tmp_path / "{epoch}.weights.h5", save_weights_only=True, period=2.0),
        epochs=5)  # fmt: skip
    assert sorted(p.name for p in tmp_path.iterdir()) == ["2.weights.h5", "4.weights.h5"]
    with pytest.raises(pk.ArgumentError, match="period counts epochs and save_freq batches"):
        pk.callback_model_checkpoint("m.keras", period=2, save_freq=10)


@pytest.mark.parametrize(
    ("path", "weights", "remedy"),
    [
        ("weights.{epoch:02d}-{val_loss:.2f}.hdf5", False, "weights.{epoch:02d}-{val_loss:.2f}.keras"),
        ("w.h5", True, "w.weights.h5"),
        ("w.keras", True, "w.weights.h5"),
        ("checkpoints/", False, "checkpoints/.keras"),
    ],
)
def test_names_that_keras_refuses_are_refused_with_a_better_one(path, weights, remedy):
    with pytest.raises(pk.InvalidValueError) as raised:
        pk.callback_model_checkpoint(path, save_weights_only=weights)
    assert f'it got "{path}": use filepath="{remedy}"' in str(raised.value)


@pytest.mark.parametrize("name", ["model.keras", "w.weights.h5"])
def test_a_save_that_is_killed_keeps_the_file_of_before(name, model, tmp_path, monkeypatch):
    weights = name.startswith("w.")
    checkpoint = pk.callback_model_checkpoint(tmp_path / name, save_weights_only=weights)
    fit(model, checkpoint, epochs=1)
    before = (tmp_path / name).read_bytes()

    def killed(self, path, **kwargs):
        with open(path, "wb") as file:
            file.write(b"half")
        raise KeyboardInterrupt

    monkeypatch.setattr(keras.Sequential, "save_weights" if weights else "save", killed)
    with pytest.raises(KeyboardInterrupt):
        fit(model, checkpoint, epochs=1)
    assert (tmp_path / name).read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == [name]


def test_outside_of_its_writing_the_model_is_the_model(model, tmp_path):
    checkpoint = pk.callback_model_checkpoint(tmp_path / "m.keras")
    fit(model, checkpoint, epochs=1)
    assert checkpoint.model is model


def test_training_goes_on_where_it_was_broken_off(model, tmp_path):
    backup = pk.callback_backup_and_restore(tmp_path / "backup", save_freq="epoch", delete_checkpoint=False)

    def stop(epoch, logs):
        if epoch == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fit(model, backup, pk.callback_lambda(on_epoch_begin=stop), epochs=4)
    seen = []
    fit(model, backup, pk.callback_lambda(on_epoch_begin=lambda epoch, logs: seen.append(epoch)), epochs=4)
    assert seen == [2, 3]


def test_a_path_that_is_none():
    with pytest.raises(pk.InvalidValueError, match="filename must be a path, it got 3"):
        pk.callback_csv_logger(3)
    with pytest.raises(pk.ArgumentError, match="callback_model_checkpoint needs filepath"):
        pk.callback_model_checkpoint()


def test_the_log_of_a_training(model, tmp_path):
    fit(model, pk.callback_csv_logger(tmp_path / "log.csv", separator=";"))
    lines = (tmp_path / "log.csv").read_text().split()
    assert lines[0].startswith("epoch;loss")
    assert [line[:2] for line in lines[1:]] == ["0;", "1;"]
