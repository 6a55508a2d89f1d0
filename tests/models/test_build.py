"""models/build.py: models and their inputs under both packages' arguments."""

import numpy as np
import pytest

import pipekeras as pk
from pipekeras import keras_input, keras_model, keras_model_sequential, layer_dense, layer_dropout, layer_input, shape
from pipekeras._keras import keras


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"input_shape": 784}, (None, 784)),
        ({"input_shape": 784.0}, (None, 784)),
        ({"input_shape": (28, 28, 1)}, (None, 28, 28, 1)),
        ({"input_shape": [None, 14]}, (None, None, 14)),
        ({"input_batch_shape": (4, 10, 2)}, (4, 10, 2)),
        ({"batch_input_shape": (4, 10, 2)}, (4, 10, 2)),
        ({"input_shape": (10, 2), "input_batch_size": 4.0}, (4, 10, 2)),
        ({"input_shape": (10, 2), "batch_size": 4}, (4, 10, 2)),
    ],
)
def test_the_input_of_a_sequential(arguments, expected):
    model = keras_model_sequential(**arguments) >> layer_dense(3)
    assert model.input_shape == expected


def test_input_dtype_and_names():
    model = keras_model_sequential(input_shape=5, input_dtype="int32", input_name="tokens", name="reader")
    model >> pk.layer_embedding(10, 3)
    assert model.name == "reader"
    assert model.inputs[0].dtype == "int32"
    assert model.inputs[0].name == "tokens"


def test_layers_may_be_given_at_once():
    layers = [layer_dense(3, input_shape=4), layer_dropout(0.2), layer_dense(1)]
    for model in (keras_model_sequential(layers=layers), keras_model_sequential([layer_dense(3, input_shape=4)])):
        assert model.input_shape == (None, 4)
    chain = layer_dense(3) >> layer_dense(1)
    assert len(keras_model_sequential(input_shape=4, layers=chain).layers) == 2
    assert len(keras_model_sequential(chain).layers) == 2
    assert len(keras_model_sequential(layer_dense(3)).layers) == 1


def test_errors_of_a_sequential():
    with pytest.raises(
        pk.ArgumentError, match="keras_model_sequential has no argument input_shap; did you mean input_shape"
    ):
        keras_model_sequential(input_shap=3)
    with pytest.raises(pk.InvalidValueError, match="input_shape has -1; a dimension that is not fixed is None"):
        keras_model_sequential(input_shape=(-1, 3))
    with pytest.raises(pk.ArgumentError, match="got a shape and a batch_shape; give one"):
        keras_model_sequential(input_shape=3, batch_shape=(1, 3))
    with pytest.raises(pk.ArgumentError, match="got layers twice"):
        keras_model_sequential([layer_dense(3)], layers=[layer_dense(3)])


@pytest.mark.parametrize(
    "words", [{"batch_size": 2, "input_batch_size": 5}, {"input_batch_shape": (2, 3), "batch_shape": (5, 3)}]
)
def test_two_names_for_one_thing(words):
    (one, a), (other, b) = words.items()
    with pytest.raises(pk.ArgumentError) as error:
        keras_model_sequential(**({} if "shape" in one else {"input_shape": 3}), **words)
    message = f"keras_model_sequential got {one}={a!r} and {other}={b!r}, two names for the same: leave one out"
    assert str(error.value) == message


def test_layer_input_is_keras_input():
    for function in (layer_input, keras_input):
        x = function(shape=(28, 28.0), name=None, dtype="float32", batch_size=2.0)
        assert isinstance(x, keras.KerasTensor)
        assert tuple(x.shape) == (2, 28, 28)
    assert tuple(layer_input(batch_shape=(3, 4)).shape) == (3, 4)
    assert tuple(layer_input(shape=()).shape) == (None,)
    assert layer_input(shape=3, name="tokens").name == "tokens"
    with pytest.raises(pk.ArgumentError, match="layer_input needs a shape"):
        layer_input()


def test_automatic_names_are_r_s():
    keras.utils.clear_session()
    x, y = layer_input(shape=2), layer_input(shape=2)
    model = keras_model([x, y], pk.layer_add(x, y))
    assert [layer.name for layer in model.layers] == ["input_layer", "input_layer_1", "add"]
    assert model.name == "functional"


def test_functional_models():
    a, b = layer_input(shape=3, name="a"), layer_input(shape=4, name="b")
    out = [a, b] >> pk.layer_concatenate() >> layer_dense(2)
    assert keras_model([a, b], out).output_shape == (None, 2)
    named = keras_model({"a": a, "b": b}, {"y": out}, name="joined")
    result = named.predict({"a": np.ones((2, 3)), "b": np.ones((2, 4))}, verbose=0)
    assert named.name == "joined" and set(result) == {"y"}
    x = layer_input(shape=3)
    assert keras_model([x], [x >> layer_dense(2)]).output_shape == (None, 2)  # lists of one are unwrapped, as in R


def test_errors_of_a_functional_model():
    x = layer_input(shape=3)
    with pytest.raises(pk.ArgumentError, match="keras_model needs outputs"):
        keras_model(x)
    with pytest.raises(pk.ArgumentError, match="inputs must be symbolic tensors.*it got an array of shape"):
        keras_model(np.ones((2, 3)), x)
    with pytest.raises(pk.ArgumentError, match="outputs must be symbolic tensors.*it got layer 'dense"):
        keras_model(x, layer_dense(2))


def test_shape_flattens_like_r():
    assert shape(None, 28, 28.0) == (None, 28, 28)
    assert shape(-1, float("nan"), [3, [4]]) == (None, None, 3, 4)
    assert shape() == ()
    assert shape(np.ones((2, 3))) == (2, 3)
    assert shape(layer_input(shape=5), 7) == (None, 5, 7)
    with pytest.raises(pk.InvalidValueError, match="a dimension has 'x'"):
        shape("x")
