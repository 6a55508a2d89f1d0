"""input_shape and its kin: what any layer of 2.x could say as a model's first, in Sequential models and out of them."""

import numpy as np
import pytest

import pipekeras.layers as L
from pipekeras._keras import keras
from pipekeras.errors import InvalidValueError


def first(layer):
    """The input shape, with the batch, of a Sequential model that starts with `layer`."""
    model = keras.Sequential()
    assert model >> layer is model
    return model.input_shape


@pytest.mark.parametrize(
    ("arguments", "wanted"),
    [
        ({"input_shape": 784}, (None, 784)),
        ({"input_shape": 784.0}, (None, 784)),
        ({"input_shape": (784,)}, (None, 784)),
        ({"input_shape": [28, 28.0]}, (None, 28, 28)),
        ({"input_shape": np.array([28, 28])}, (None, 28, 28)),
        ({"input_shape": (None, 4)}, (None, None, 4)),
        ({"input_shape": (float("nan"), 4)}, (None, None, 4)),
        ({"input_shape": (5,), "batch_size": 32.0}, (32, 5)),
        ({"batch_input_shape": (32, 5)}, (32, 5)),
        ({"batch_input_shape": [None, 5]}, (None, 5)),
        ({"batch_shape": (32, 5)}, (32, 5)),
        ({"input_dim": 5.0}, (None, 5)),
        ({"input_dim": 5, "input_length": 7}, (None, 7, 5)),
        ({"input_dim": 5, "batch_size": 3}, (3, 5)),
        ({"input_shape": (5,), "batch_input_shape": (32, 5)}, (32, 5)),
    ],
)
def test_the_first_layer_says_what_comes_in(arguments, wanted):
    assert first(L.layer_dense(2, **arguments)) == wanted


def test_it_works_on_layers_without_weights_and_on_our_own():
    assert first(L.layer_flatten(input_shape=(28, 28))) == (None, 28, 28)
    assert first(L.layer_max_pooling_2d(input_shape=(8, 8, 3))) == (None, 8, 8, 3)
    assert first(L.layer_activation_thresholded_relu(input_shape=6)) == (None, 6)
    assert first(L.layer_locally_connected_1d(2, 3, input_shape=(9, 3))) == (None, 9, 3)
    assert first(L.layer_random_height(0.2, input_shape=(8, 8, 3))) == (None, 8, 8, 3)
    assert first(L.bidirectional(layer=L.layer_lstm(3, input_shape=(5, 4)))) == (None, 5, 4)
    assert first(L.time_distributed(layer=L.layer_dense(3), input_shape=(5, 4))) == (None, 5, 4)


def test_embedding_has_an_input_dim_of_its_own():
    layer = L.layer_embedding(input_dim=100.0, output_dim=8, input_length=10)
    assert layer.input_dim == 100
    assert first(layer) == (None, 10)


def test_an_embedding_without_a_length_leaves_the_model_open():
    model = keras.Sequential()
    model >> L.layer_embedding(input_dim=100, output_dim=8)
    assert not model.built


def test_later_layers_keep_what_the_model_has():
    model = keras.Sequential()
    model >> L.layer_dense(2, input_shape=5) >> L.layer_dense(3, input_shape=2)
    assert model.input_shape == (None, 5)
    assert len(model.layers) == 2


def test_on_a_tensor_it_changes_nothing():
    x = keras.Input((5,))
    y = x >> L.layer_dense(2, input_shape=(5,))
    assert keras.Model(x, y).input_shape == (None, 5)


def test_the_layers_dtype_is_the_inputs():
    model = keras.Sequential()
    model >> L.layer_dense(2, input_shape=5, dtype="float16")
    assert model.inputs[0].dtype == "float16"


def test_shapes_that_disagree_are_refused():
    with pytest.raises(
        InvalidValueError, match=r"^layer_dense: input_shape=\(5,\) and batch_input_shape=\(32, 6\) disagree$"
    ):
        L.layer_dense(2, input_shape=5, batch_input_shape=(32, 6))


def test_minus_one_is_refused():
    with pytest.raises(
        InvalidValueError, match=r"^layer_dense: input_shape has -1; a dimension that is not fixed is None$"
    ):
        L.layer_dense(2, input_shape=(-1, 5))


def test_a_batch_size_alone_is_noticed():
    with pytest.warns(UserWarning, match="layer_dense: batch_size=32 has no effect without input_shape"):
        L.layer_dense(2, batch_size=32)


# weights, trainable, name ---------------------------------------------------------------------------------------------

KERNEL, BIAS = np.arange(6.0).reshape(3, 2), np.array([1.0, 2.0])


def test_weights_wait_until_the_layer_is_built():
    layer = L.layer_dense(2, weights=[KERNEL, BIAS])
    assert not layer.built
    np.ones((1, 3)) >> layer
    np.testing.assert_allclose(layer.get_weights()[0], KERNEL)
    np.testing.assert_allclose(layer.get_weights()[1], BIAS)


def test_weights_in_a_model():
    model = keras.Sequential()
    model >> L.layer_dense(2, input_shape=3, weights=[KERNEL, BIAS]) >> L.layer_dense(2, weights=[np.eye(2), BIAS * 0])
    np.testing.assert_allclose(model.predict(np.eye(3), verbose=0), KERNEL + BIAS, rtol=1e-6)


def test_weights_of_an_embedding():
    table = np.arange(12.0).reshape(4, 3)
    for weights in ([table], table):
        layer = L.layer_embedding(input_dim=4, output_dim=3, weights=weights)
        np.testing.assert_allclose(keras.ops.convert_to_numpy(np.array([[2]]) >> layer), table[[[2]]])


def test_weights_of_the_wrong_shape():
    layer = L.layer_dense(2, weights=[KERNEL.T, BIAS])
    with pytest.raises(InvalidValueError) as error:
        np.ones((1, 3)) >> layer
    assert str(error.value).startswith(
        "layer_dense: weights have the shapes [(2, 3), (2,)], the layer needs [(3, 2), (2,)]"
    )


def test_weights_and_input_shape_leave_the_configuration_plain():
    config = L.layer_dense(2, name="d", input_shape=3, weights=[KERNEL, BIAS]).get_config()
    assert config == keras.layers.Dense(2, name="d").get_config()


@pytest.mark.parametrize(("trainable", "wanted"), [(None, True), (True, True), (False, False)])
def test_trainable(trainable, wanted):
    assert L.layer_dense(2, trainable=trainable).trainable is wanted
    assert L.layer_locally_connected_1d(2, 3, trainable=trainable).trainable is wanted


def test_null_is_left_out_as_in_2():
    layer = L.layer_dense(2, input_shape=None, batch_size=None, dtype=None, name=None, trainable=None, weights=None)
    assert layer.get_config() == keras.layers.Dense(2, name=layer.name).get_config()
