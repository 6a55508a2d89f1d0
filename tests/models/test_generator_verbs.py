"""models/generator_verbs.py and predicting.py: verbs of 2.x, by what they became."""

import warnings

import numpy as np
import pytest

import pipekeras as pk

RNG = np.random.default_rng(0)
X = RNG.normal(size=(32, 3)).astype("float32")
Y = X.sum(axis=1, keepdims=True)


def compiled(units=1, activation=None, loss="mse"):
    model = pk.keras_model_sequential(input_shape=3) >> pk.layer_dense(units, activation=activation)
    return model >> pk.compile(optimizer="sgd", loss=loss)


def batches():
    """A function that gives the next batch each time, as R's generators do."""
    position = [0]

    def draw():
        start = position[0] % 32
        position[0] += 8
        return X[start : start + 8], Y[start : start + 8]

    return draw


def test_fit_generator():
    model = compiled()
    with pytest.warns(DeprecationWarning, match=r"fit_generator\(\) is of R keras 2.x: use fit\(\)") as told:
        history = pk.fit_generator(model, batches(), 4, 3, 0, validation_data=batches(), validation_steps=2, workers=4)
    assert told[0].filename == __file__
    assert len(history.metrics["loss"]) == len(history.metrics["val_loss"]) == 3
    with pytest.warns(DeprecationWarning, match="fit_generator") as told:
        history = model >> pk.fit_generator(
            batches(), steps_per_epoch=4.0, epochs=5, initial_epoch=3, verbose=0, max_queue_size=2, view_metrics=False
        )
    assert told[0].filename == __file__
    assert len(history.metrics["loss"]) == 2


def test_it_trains_as_fit_does():
    one, other = compiled(), compiled()
    other.set_weights(one.get_weights())
    one >> pk.fit(batches(), steps_per_epoch=4, epochs=2, verbose=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        other >> pk.fit_generator(batches(), 4, epochs=2, verbose=0)
    for a, b in zip(one.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.filterwarnings("ignore:.*is of R keras 2.x")
def test_evaluate_and_predict_generator():
    model = compiled()
    result = model >> pk.evaluate_generator(batches(), 4, max_queue_size=1, workers=2)
    np.testing.assert_allclose(result["loss"], pk.evaluate(model, X, Y, verbose=0)["loss"], rtol=1e-5)
    found = model >> pk.predict_generator(batches(), steps=4)
    np.testing.assert_allclose(found, pk.predict(model, X, verbose=0), rtol=1e-5)


@pytest.mark.filterwarnings("ignore:.*is of R keras 2.x")
def test_wrong_arguments_are_told_at_once():
    with pytest.raises(pk.ArgumentError, match="fit_generator has no argument step_per_epoch; did you mean steps_per"):
        pk.fit_generator(batches(), step_per_epoch=3)
    with pytest.raises(pk.PipeError, match="fit_generator applies to a model"):
        pk.fit_generator(pk.layer_dense(2), batches(), 2)


@pytest.mark.filterwarnings("ignore:.*is of R keras 2.x")
@pytest.mark.parametrize(
    ("units", "activation"), [(4, "softmax"), (1, "sigmoid"), (2, None)], ids=["several", "one", "two"]
)
def test_classes(units, activation):
    model = compiled(units, activation)
    probabilities = pk.predict(model, X, verbose=0)
    classes = model >> pk.predict_classes(X, batch_size=5)
    if units > 1:
        np.testing.assert_array_equal(classes, probabilities.argmax(axis=1))
        assert classes.shape == (32,)
    else:
        np.testing.assert_array_equal(classes, probabilities > 0.5)
        assert classes.shape == (32, 1)
    assert classes.dtype.kind == "i"
    np.testing.assert_allclose(model >> pk.predict_proba(X, verbose=0), probabilities, rtol=1e-6)


@pytest.mark.filterwarnings("ignore:.*is of R keras 2.x")
def test_classes_for_each_step():
    model = pk.keras_model_sequential(input_shape=(5, 3)) >> pk.layer_dense(4)
    x = RNG.normal(size=(2, 5, 3)).astype("float32")
    np.testing.assert_array_equal(pk.predict_classes(model, x), pk.predict(model, x, verbose=0).argmax(axis=-1))


@pytest.mark.filterwarnings("ignore:.*is of R keras 2.x")
def test_classes_of_several_outputs():
    x = pk.layer_input(3)
    model = pk.keras_model(x, [x >> pk.layer_dense(2), x >> pk.layer_dense(1)])
    with pytest.raises(pk.InvalidValueError, match=r"predict_classes: model .* has 2 outputs: use predict\(\)"):
        pk.predict_classes(model, X)


def test_they_warn_at_the_users_line():
    model = compiled()
    for call in (lambda: model >> pk.predict_classes(X), lambda: pk.predict_proba(model, X)):
        with pytest.warns(DeprecationWarning, match="is of R keras 2.x: use predict") as told:
            call()
        assert told[0].filename == __file__


def test_several_devices():
    with pytest.raises(pk.UnavailableError, match=r"keras.distribution.*MirroredStrategy"):
        pk.multi_gpu_model(compiled(), gpus=2)


def test_models_that_write():
    import keras

    class Writer(keras.Sequential):
        def generate(self, inputs, max_length=None):
            return f"{inputs}!"[:max_length]

    assert pk.generate(Writer(), "hello") == "hello!"
    assert (Writer() >> pk.generate("hello", max_length=3)) == "hel"
    with pytest.raises(
        pk.UnavailableError, match=r"model 'sequential.* has no method generate\(\): models of KerasHub"
    ):
        compiled() >> pk.generate("hello")
