"""What comes out is plain Keras: it loads, predicts and trains where pipekeras cannot be imported."""

import json

import numpy as np

from pipekeras import (
    bidirectional,
    compile,
    constraint_maxnorm,
    fit,
    keras_model,
    keras_model_sequential,
    layer_conv_1d,
    layer_conv_2d,
    layer_dense,
    layer_dropout,
    layer_flatten,
    layer_gru,
    layer_input,
    layer_lstm,
    predict,
    regularizer_l2,
    time_distributed,
)
from pipekeras._keras import keras

LOAD = """
import sys
sys.modules["pipekeras"] = None  # whoever imports it now gets an ImportError
import numpy as np, keras
model = keras.models.load_model({model!r})
x, expected = np.load({x!r}), np.load({expected!r})
np.testing.assert_allclose(model.predict(x, verbose=0), expected, rtol=1e-4, atol=1e-5)
model.fit(x, expected, verbose=0)
print(type(model).__module__.partition(".")[0], type(model).__name__, len(model.layers))
"""


def test_a_saved_model_predicts_where_pipekeras_is_not(run_python, tmp_path):
    stack = (
        keras_model_sequential(input_shape=(6, 2))
        >> layer_conv_1d(4, 3, padding="same", input_shape=(6, 2))
        >> bidirectional(layer_gru(3, return_sequences=True) >> layer_gru(3, return_sequences=True))
        >> time_distributed(layer_dense(3) >> layer_dropout(0.2))
        >> layer_lstm(4)
        >> layer_dense(1, kernel_regularizer=regularizer_l2(0.01), kernel_constraint=constraint_maxnorm(2))
    )
    stack >> compile(loss="mse")
    x = np.random.default_rng(1).normal(size=(5, 6, 2)).astype("float32")
    fit(stack, x, np.ones((5, 1)), verbose=0)
    paths = {"model": str(tmp_path / "m.keras"), "x": str(tmp_path / "x.npy"), "expected": str(tmp_path / "y.npy")}
    stack.save(paths["model"])
    np.save(paths["x"], x)
    np.save(paths["expected"], predict(stack, x, verbose=0))
    assert run_python(LOAD.format(**paths)).split()[-3:] == ["keras", "Sequential", "5"]


def test_the_configuration_mentions_nothing_of_ours():
    x = layer_input(shape=(8, 8, 1))
    out = x >> layer_conv_2d(4, 3) >> layer_flatten()
    text = keras_model(x, out >> layer_dense(2, weights=[np.ones((144, 2)), np.zeros(2)])).to_json()
    assert "pipekeras" not in text
    assert json.loads(text)["class_name"] == "Functional"


def test_it_equals_what_keras_alone_makes():
    keras.utils.clear_session()
    ours = (
        keras_model_sequential(input_shape=784.0) >> layer_dense(32.0, "relu") >> layer_dense(10, activation="softmax")
    )
    ours = ours.to_json()
    keras.utils.clear_session()
    theirs = keras.Sequential(
        [keras.layers.InputLayer((784,)), keras.layers.Dense(32, "relu"), keras.layers.Dense(10, activation="softmax")]
    )
    assert json.loads(ours) == json.loads(theirs.to_json())
