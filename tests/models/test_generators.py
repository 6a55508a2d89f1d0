"""models/generators.py: batches from functions, in the main thread, exactly as many as there are steps."""

import threading
import warnings

import numpy as np
import pytest

from pipekeras._keras import keras
from pipekeras.errors import DataError
from pipekeras.models import generators
from pipekeras.models.compiling import compile
from pipekeras.models.generators import as_stream, is_stream
from pipekeras.models.train import evaluate, fit, predict

RNG = np.random.default_rng(0)
X = RNG.normal(size=(40, 3)).astype("float32")
Y = (X @ [1.0, -2.0, 0.5]).astype("float32")
SIZE, STEPS = 8, 5


def net(units=1, loss="mse", metrics=("mae",), seed=7, eager=True):
    keras.utils.set_random_seed(seed)
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(4, activation="tanh"), keras.layers.Dense(units)])
    return compile(model, keras.optimizers.Adam(0.01), loss, metrics=list(metrics), run_eagerly=eager)


class Source:
    """An R-style generator: called for each batch; counts its calls and the threads it is called on."""

    def __init__(self, end=None, y=Y, weights=None):
        self.calls, self.threads, self.end, self.y, self.weights = 0, set(), end, y, weights

    def __call__(self):
        self.threads.add(threading.current_thread())
        self.calls += 1
        if self.end is not None and self.calls > self.end:
            return None
        part = slice((self.calls - 1) % STEPS * SIZE, ((self.calls - 1) % STEPS + 1) * SIZE)
        return (X[part], self.y[part]) if self.weights is None else (X[part], self.y[part], self.weights[part])


def one_pass():
    for start in range(0, len(X), SIZE):
        yield X[start : start + SIZE], Y[start : start + SIZE]


def assert_same_weights(one, other):
    for a, b in zip(one.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, atol=1e-5)


def assert_same_logs(one, other):
    assert [sorted(log) for log in one.logs] == [sorted(log) for log in other.logs]
    for a, b in zip(one.logs, other.logs, strict=True):
        assert a == pytest.approx(b, abs=1e-5)


# The same as Keras ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["function", "generator function", "generator", "iterable"])
def test_training_on_batches_equals_keras_on_the_same_batches(kind):
    plain, ours, source = net(eager=False), net(eager=False), Source()
    x = {
        "function": source,
        "generator function": one_pass,
        "generator": (batch for _ in range(3) for batch in one_pass()),
        "iterable": type("Batches", (), {"__iter__": lambda self: one_pass()})(),
    }[kind]
    expected = fit(plain, X, Y, batch_size=SIZE, shuffle=False, epochs=3, validation_data=(X, Y), verbose=0)
    history = fit(ours, x, steps_per_epoch=STEPS, epochs=3, validation_data=(X, Y), verbose=0)
    assert_same_weights(ours, plain)
    assert_same_logs(history, expected)
    assert history.epoch == [0, 1, 2] and history.params == {"verbose": 0, "epochs": 3, "steps": STEPS}
    if kind == "function":
        assert source.calls == 15 and source.threads == {threading.main_thread()}


def test_weights_of_samples_and_classes_equal_keras():
    labels, weights = (Y > 0).astype("int32"), np.linspace(0.1, 2, len(X)).astype("float32")
    models = [net(1, "binary_crossentropy", ["accuracy"]) for _ in range(4)]
    fit(models[0], X, labels, batch_size=SIZE, shuffle=False, sample_weight=weights, verbose=0)
    fit(models[1], Source(y=labels, weights=weights), steps_per_epoch=STEPS, verbose=0)
    assert_same_weights(models[0], models[1])
    fit(models[2], X, labels, batch_size=SIZE, shuffle=False, class_weight={"0": 1, "1": 5}, verbose=0)
    fit(models[3], Source(y=labels), steps_per_epoch=STEPS, class_weight=[1, 5], verbose=0)
    assert_same_weights(models[2], models[3])
    assert not np.allclose(models[0].get_weights()[0], models[2].get_weights()[0], atol=1e-5)
    with pytest.raises(DataError, match="the generator returns sample weights and class_weight is given: multiply"):
        fit(models[1], Source(y=labels, weights=weights), steps_per_epoch=1, class_weight=[1, 5], verbose=0)


def test_a_metric_of_all_batches_is_not_the_mean_of_each():
    labels = (Y > 0).astype("int32")
    model = net(1, "mse", [keras.metrics.AUC(name="auc", from_logits=True)])
    source = Source(end=STEPS, y=labels)
    assert evaluate(model, source, verbose=0) == pytest.approx(
        evaluate(model, X, labels, batch_size=SIZE, verbose=0), abs=1e-5
    )
    assert source.calls == STEPS + 1


def test_a_metric_of_ones_own_meets_tensors():
    def signed(y_true, y_pred):
        return keras.ops.mean(y_true - y_pred, axis=-1)

    expected = fit(net(metrics=[signed]), X, Y, batch_size=SIZE, shuffle=False, verbose=0)
    assert_same_logs(fit(net(metrics=[signed]), one_pass, verbose=0), expected)


def test_evaluate_and_predict_equal_those_on_arrays():
    model = net()
    expected = evaluate(model, X, Y, batch_size=SIZE, verbose=0)
    assert evaluate(model, Source(), steps=STEPS, verbose=0) == pytest.approx(expected, abs=1e-5)
    outputs = predict(model, X, verbose=0)
    for form in (lambda x: x, lambda x: (x,), lambda x: [x], lambda x: (x, None), lambda x: (x, Y[:SIZE])):
        source = Source()
        got = predict(model, lambda form=form, source=source: form(source()[0]), steps=STEPS, verbose=0)
        np.testing.assert_allclose(got, outputs, atol=1e-5)
        assert source.calls == STEPS


def test_predict_keeps_the_structure_of_the_outputs():
    inputs = keras.Input((3,))
    named = keras.Model(inputs, {"u": keras.layers.Dense(1)(inputs), "v": keras.layers.Dense(2)(inputs)})
    outputs = predict(named, one_pass, verbose=0)
    assert {name: array.shape for name, array in outputs.items()} == {"u": (40, 1), "v": (40, 2)}


# Callbacks ------------------------------------------------------------------------------------------------------------


def test_callbacks_see_what_keras_shows_them():
    def events(x, **more):
        seen = []

        class Watch(keras.callbacks.Callback):
            def __getattribute__(self, name):
                if name.startswith("on_") and name not in ("on_batch_begin", "on_batch_end"):
                    return lambda *args, **kwargs: seen.append((name, *[a for a in args if isinstance(a, int)]))
                return super().__getattribute__(name)

        fit(net(), x, epochs=2, callbacks=Watch(), validation_data=(X[:8], Y[:8]), verbose=0, **more)
        return seen

    ours = events(Source(), steps_per_epoch=STEPS)
    assert ours == events(X, y=Y, batch_size=SIZE)
    assert ours.count(("on_epoch_end", 1)) == 1 and ("on_train_batch_end", STEPS - 1) in ours


def test_early_stopping_restores_the_best_weights(tmp_path):
    model, best = net(), tmp_path / "best.weights.h5"
    model.optimizer.learning_rate = 50.0  # gets worse and worse
    callbacks = [
        keras.callbacks.ModelCheckpoint(str(best), monitor="val_loss", save_best_only=True, save_weights_only=True),
        keras.callbacks.EarlyStopping("val_loss", patience=2, restore_best_weights=True),
    ]
    source = Source()
    history = fit(model, source, steps_per_epoch=2, epochs=50, validation_data=(X, Y), callbacks=callbacks, verbose=0)
    losses = history.metrics["val_loss"]
    assert len(losses) == 3 + int(np.argmin(losses)) < 50 and source.calls == 2 * len(losses)
    assert evaluate(model, X, Y, verbose=0).loss == pytest.approx(min(losses), rel=1e-4)
    model.load_weights(str(best))
    assert evaluate(model, X, Y, verbose=0).loss == pytest.approx(min(losses), rel=1e-4)


def test_a_scheduler_sets_the_rate_and_the_history_shows_it():
    model = net()
    schedule = keras.callbacks.LearningRateScheduler(lambda epoch, rate: 0.1 / (epoch + 1))
    history = fit(model, Source(), steps_per_epoch=1, epochs=4, initial_epoch=2, callbacks=schedule, verbose=0)
    assert history.epoch == [2, 3]
    assert history.metrics["learning_rate"] == pytest.approx([0.1 / 3, 0.1 / 4])


def test_a_callback_stops_in_the_middle_of_an_epoch():
    source, model = Source(), net()
    stop = keras.callbacks.LambdaCallback(
        on_train_batch_end=lambda batch, logs: setattr(model, "stop_training", batch == 1)
    )
    history = fit(model, source, steps_per_epoch=STEPS, epochs=3, callbacks=[stop], verbose=0)
    assert source.calls == 2 and history.epoch == [0]


def test_an_interrupt_goes_through_and_leaves_the_model_usable():
    model, source = net(), Source()

    def interrupted():
        if source.calls == 3:
            raise KeyboardInterrupt
        return source()

    with pytest.raises(KeyboardInterrupt):
        fit(model, interrupted, steps_per_epoch=STEPS, verbose=0)
    assert "reset_metrics" not in vars(model)
    assert evaluate(model, X, Y, verbose=0) == evaluate(model, X, Y, verbose=0)


def test_progress_is_shown_as_keras_shows_it(capsys):
    fit(net(), Source(), steps_per_epoch=STEPS, epochs=2, verbose=2)
    shown = capsys.readouterr().out
    assert "Epoch 2/2" in shown and "5/5" in shown and "loss: " in shown and "mae: " in shown
    fit(net(), Source(), steps_per_epoch=STEPS, verbose=0)
    assert capsys.readouterr().out == ""


# Where batches end ----------------------------------------------------------------------------------------------------


def test_none_ends_an_epoch_whose_steps_are_not_known():
    calls = []

    def restarting():
        calls.append(None)
        return None if len(calls) % 3 == 0 else (X[:SIZE], Y[:SIZE])

    history = fit(net(), restarting, epochs=2, verbose=0)
    assert history.epoch == [0, 1] and len(calls) == 6


@pytest.mark.parametrize(
    ("source", "steps", "epochs", "ran", "message"),
    [
        (lambda: Source(end=7), 5, 3, [0, 1], "7 batches, steps_per_epoch=5 times 3 epochs is 15: training stopped"),
        (lambda: Source(end=5), 5, 2, [0], "after 5 batches, steps_per_epoch=5 times 2 epochs is 10: training stopped"),
        (lambda: Source(end=4), None, 2, [0], "ended after 4 batches, 2 epochs: training stopped after 1 epoch"),
        (one_pass, 3, 3, [0, 1], "ended after 5 batches, steps_per_epoch=3 times 3 epochs is 9"),
        (lambda: one_pass, 8, 2, [0, 1], "gave 5 of steps_per_epoch=8 batches in epoch"),
    ],
)  # fmt: skip
def test_batches_that_run_out_are_said(source, steps, epochs, ran, message):
    with pytest.warns(UserWarning, match=message):
        history = fit(net(), source(), steps_per_epoch=steps, epochs=epochs, verbose=0)
    assert history.epoch == ran


def test_enough_batches_warn_of_nothing():
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        fit(net(), Source(end=6), steps_per_epoch=3, epochs=2, verbose=0)
        fit(net(), one_pass, steps_per_epoch=2, epochs=3, verbose=0)


def test_no_batch_at_all():
    with pytest.raises(DataError, match=r"fit: the generator in x gave no batch$"):
        fit(net(), lambda: None, steps_per_epoch=2, verbose=0)
    gone = one_pass()
    model = net()
    evaluate(model, gone, verbose=0)
    with pytest.raises(DataError, match="evaluate: the generator in x gave no batch: if it was gone through before"):
        evaluate(model, gone, verbose=0)
    with pytest.raises(
        DataError, match="validation_data gave no batch: if it was gone through before, hand over the fun"
    ):
        fit(model, X, Y, epochs=2, validation_data=one_pass(), verbose=0)


# Validation -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("x", [None, one_pass], ids=["arrays", "generator"])
@pytest.mark.parametrize("validation", [one_pass, Source()], ids=["generator function", "function"])
def test_validation_on_batches_equals_validation_on_arrays(x, validation):
    data = {"x": X, "y": Y, "batch_size": SIZE, "shuffle": False} if x is None else {"x": x}
    steps = {} if validation is one_pass else {"validation_steps": STEPS}
    expected = fit(net(), **data, epochs=4, validation_data=(X, Y), validation_freq=2, verbose=0)
    history = fit(net(), **data, epochs=4, validation_data=validation, validation_freq=2, verbose=0, **steps)
    assert_same_logs(history, expected)
    assert ["val_loss" in log for log in history.logs] == [False, True, False, True]
    if validation is not one_pass:
        assert validation.threads == {threading.main_thread()}


def test_callbacks_see_validation_on_batches():
    stop = keras.callbacks.EarlyStopping("val_loss", patience=1, min_delta=100)
    history = fit(net(), X, Y, epochs=9, validation_data=one_pass, callbacks=stop, verbose=0)
    assert history.epoch == [0, 1] and "val_mae" in history.metrics


# Errors ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("batch", "message"),
    [
        ("abc", "fit: the generator in x returned 'abc'; each call must return .*, and None when there are no more"),
        (3, "returned 3; each call must return"),
        ((1, 2, 3, 4), "returned 4 values"),
        ((), "returned 0 values"),
        ((None, Y), "returned 2 values"),
        (
            (X, Y[:3]),
            "the numbers of samples differ: batch 0 of the generator: x has 40, batch 0 of the generator: y has 3",
        ),
        ((X[:, :2], Y), "got 2 features, it was built for 3: batch 0 of the generator: x has the shape"),
        ((X * np.nan, Y), "batch 0 of the generator: x has 120 missing"),
    ],
)
def test_a_wrong_batch_is_shown(batch, message):
    with pytest.raises(ValueError, match=message):
        fit(net(), lambda: batch, steps_per_epoch=1, verbose=0)


def test_a_function_that_makes_generators_is_not_one():
    with pytest.raises(DataError, match="hand over the generator itself, not a function that makes it"):
        fit(net(), lambda: one_pass(), steps_per_epoch=1, verbose=0)
    with pytest.raises(
        DataError, match="x is function batch, which wants arguments; a generator is a function of none"
    ):
        as_stream(_batch_of_index, "fit")


def _batch_of_index(index):
    return X, Y


_batch_of_index.__name__ = "batch"


@pytest.mark.parametrize("more", [{"y": Y}, {"sample_weight": Y}, {"batch_size": 8}, {"validation_split": 0.2}])
def test_what_a_generator_brings_itself(more):
    with pytest.raises(TypeError, match=f"fit: {next(iter(more))} is given, but x is a generator, which "):
        fit(net(), Source(), steps_per_epoch=1, verbose=0, **more)


def test_what_is_a_stream():
    for value in (Source(), one_pass, one_pass(), zip(X, Y, strict=True), lambda: None):
        assert is_stream(value)
    for value in (X, [X, Y], {"a": X}, range(3), "a", None, keras.layers.Dense, keras.layers.Dense(1), fit):
        assert not is_stream(value)
    sparse = pytest.importorskip("scipy.sparse")
    assert not is_stream(sparse.csr_matrix(X)) and not is_stream(sparse.coo_array(X))


def test_a_function_without_an_end_is_warned_of_once(monkeypatch):
    monkeypatch.setattr(generators, "_MANY", 3)
    message = (
        "the generator in x gave 3 batches and goes on: an epoch ends when it returns None, or after steps_per_epoch"
    )
    with pytest.warns(UserWarning, match=message) as caught:
        fit(net(), one_pass, epochs=2, verbose=0)
    assert len([w for w in caught if "goes on" in str(w.message)]) == 1
    with pytest.warns(UserWarning, match="^evaluate: .* it ends when it returns None, or after steps=3"):
        evaluate(net(), one_pass, verbose=0)


def test_as_many_batches_as_were_asked_for_are_no_surprise(monkeypatch, recwarn):
    monkeypatch.setattr(generators, "_MANY", 3)
    fit(net(), Source(), steps_per_epoch=5, verbose=0)
    fit(net(), Source(end=3), verbose=0)
    assert not [w for w in recwarn if "goes on" in str(w.message)]
