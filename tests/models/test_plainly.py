"""models/plainly.py: what Keras finds only when a model meets its first data, in the words of the call."""

import numpy as np
import pytest

import pipekeras as pk
from pipekeras import (
    DataError,
    ShapeError,
    compile,
    evaluate,
    fit,
    keras_model_sequential,
    layer_conv_2d,
    layer_dense,
    layer_flatten,
    predict,
    predict_on_batch,
    train_on_batch,
)
from pipekeras._keras import keras

PICTURES, Y = np.ones((4, 5, 5), "float32"), np.ones(4, "float32")


def unbuilt(window=3):
    model = keras_model_sequential() >> layer_conv_2d(4, window) >> layer_flatten() >> layer_dense(1)
    return model >> compile("sgd", "mse")


@pytest.mark.parametrize(
    ("name", "use"),
    [
        ("fit", lambda m, x: fit(m, x, Y, verbose=0)),
        ("fit", lambda m, x: fit(m, lambda: (x, Y), steps_per_epoch=1, verbose=0)),
        ("evaluate", lambda m, x: evaluate(m, x, Y, verbose=0)),
        ("predict", lambda m, x: predict(m, x, verbose=0)),
        ("predict", lambda m, x: predict(m, lambda: x, steps=1, verbose=0)),
        ("train_on_batch", lambda m, x: train_on_batch(m, x, Y)),
        ("predict_on_batch", predict_on_batch),
    ],
)
def test_the_layer_that_cannot_take_the_data_is_named_and_the_model_takes_better(name, use):
    model = unbuilt()
    message = rf"^{name}: layer_conv_2d needs a tensor of at least 4 dimensions .*, it got 3: shape \(\w+, 5, 5\)"
    with pytest.raises(ShapeError, match=message):
        use(model, PICTURES)
    use(model, PICTURES[..., None])
    assert tuple(model.layers[0].kernel.shape) == (3, 3, 1, 4)


def test_a_window_larger_than_the_data():
    with pytest.raises(ShapeError, match=r"leaves nothing of an array of shape \(4, 5, 5, 1\): its window is larger"):
        fit(unbuilt(window=9), PICTURES[..., None], Y, verbose=0)


@pytest.mark.parametrize("text", ["the price is not positive", "the layer 'dense' is dear to me"])
def test_the_errors_of_others_stay_theirs(text):
    def stop(epoch, logs):
        raise ValueError(text)

    model = unbuilt()
    with pytest.raises(ValueError, match=text) as caught:
        fit(model, PICTURES[..., None], Y, callbacks=keras.callbacks.LambdaCallback(on_epoch_end=stop), verbose=0)
    assert not isinstance(caught.value, (ShapeError, DataError))


def test_a_monitor_that_is_not_reported_is_named_with_those_that_are():
    model = pk.keras_model_sequential(input_shape=3) >> pk.layer_dense(1)
    model >> pk.compile(loss="mse", metrics=["mae", {"odd": lambda y_true, y_pred: pk.op_mean(y_pred)}])
    x, y = np.ones((4, 3), "float32"), np.ones((4, 1), "float32")

    def train(monitor):
        stop = pk.callback_early_stopping(monitor=monitor)
        model >> pk.fit(x, y, validation_data=(x, y), callbacks=stop, verbose=0)

    with pytest.raises(pk.InvalidValueError, match=r"monitors val_los, which .* loss, mae, odd, val.*did you mean"):
        train("val_los")
    with pytest.raises(pk.InvalidValueError, match=r'whether val_odd should grow or shrink: give mode="max" or'):
        train("val_odd")
    train("val_loss")
