"""input_shape and its kin: what any layer of 2.x could say as a model's first, in Sequential models and out of them."""

import numpy as np
import pytest

import pipekeras as pk
import pipekeras.layers as L
from pipekeras import keras_model_sequential, layer_dense, layer_embedding, layer_flatten
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


# weights=, wherever the layer is built


def _seven():
    return np.full((10, 3), 7.0, "float32")


def _embedded():
    model = keras_model_sequential() >> layer_embedding(10, 3, weights=[_seven()], trainable=False)
    return model >> layer_flatten() >> layer_dense(1) >> pk.compile(loss="mse")


@pytest.mark.parametrize("builds", ["fit", "predict", "evaluate", "call"])
def test_weights_are_there_whatever_builds_the_layer(builds):
    model, ids, y = _embedded(), np.arange(8).reshape(2, 4), np.ones(2)
    {
        "fit": lambda: pk.fit(model, ids, y, verbose=0),
        "predict": lambda: pk.predict(model, ids, verbose=0),
        "evaluate": lambda: pk.evaluate(model, ids, y, verbose=0),
        "call": lambda: model(ids),
    }[builds]()
    np.testing.assert_array_equal(model.layers[0].get_weights()[0], _seven())


@pytest.mark.parametrize(
    ("make", "shape"),
    [
        (lambda **k: pk.layer_lstm(2, **k), (5, 3)),
        (lambda **k: pk.bidirectional(pk.layer_gru(2), **k), (5, 3)),
        (lambda **k: pk.layer_batch_normalization(**k), (5, 3)),
        (lambda **k: pk.layer_separable_conv_1d(4, 3, **k), (5, 3)),
        (lambda **k: pk.time_distributed(layer_dense(4), **k), (5, 3)),
        (lambda **k: pk.layer_rnn([pk.rnn_cell_lstm(2), pk.rnn_cell_gru(3)], **k), (5, 3)),
    ],
)
def test_weights_of_layers_that_are_made_of_others(make, shape):
    x = np.ones((2, *shape), "float32")
    like = make()
    like(x)
    weights = [np.full(w.shape, 0.1 * i + 0.1) for i, w in enumerate(like.get_weights())]
    model = keras_model_sequential() >> make(weights=weights)
    pk.predict(model, x, verbose=0)
    for got, wanted in zip(model.layers[0].get_weights(), weights, strict=True):
        np.testing.assert_allclose(got, wanted, rtol=1e-6)


def test_weights_of_attention_which_makes_its_parts_late():
    x = pk.layer_input(shape=(4, 3))
    like = pk.layer_multi_head_attention(2, 3)
    like(x, x)
    weights = [np.full(w.shape, 0.1 * i) for i, w in enumerate(like.get_weights())]
    layer = pk.layer_multi_head_attention(2, 3, weights=weights)
    [x, x] >> layer
    for got, wanted in zip(layer.get_weights(), weights, strict=True):
        np.testing.assert_allclose(got, wanted, rtol=1e-6)


def test_the_arrays_are_let_go_once_the_layer_is_built():
    layer = layer_dense(2, use_bias=False, weights=[np.ones((4, 2), "float32")])
    that_holds_them = layer.build
    layer(np.ones((1, 4)))
    assert layer.build is not that_holds_them


def test_weights_inside_bidirectional_belong_outside():
    with pytest.raises(pk.ArgumentError, match=r"give those of both directions to bidirectional\(\.\.\., weights="):
        pk.bidirectional(pk.layer_lstm(2, weights=[np.ones((3, 8))]))


# input_shape inside a layer around a layer


def test_the_input_of_what_bidirectional_wraps_is_the_whole_s():
    for inner in (
        pk.layer_lstm(10, input_shape=(5, 2)),
        pk.layer_lstm(10, input_shape=(5, 2), return_sequences=True) >> pk.layer_lstm(3),
    ):
        assert (keras_model_sequential() >> pk.bidirectional(inner)).input_shape == (None, 5, 2)


def test_the_input_of_a_part_is_not_the_whole_s():
    with pytest.warns(UserWarning, match=r"give the whole's to time_distributed\(\.\.\., input_shape="):
        model = keras_model_sequential() >> pk.time_distributed(layer_dense(10, input_shape=5))
    assert not model.built


@pytest.mark.parametrize(
    ("chain", "message"),
    [
        (
            lambda: pk.layer_gru(2, return_sequences=True, activity_regularizer="l2") >> pk.layer_gru(2),
            "activity_regul",
        ),
        (
            lambda: pk.layer_gru(2, return_sequences=True, stateful=True) >> pk.layer_gru(2),
            "all layers are stateful or",
        ),
    ],
)
def test_what_a_chain_in_bidirectional_cannot_keep(chain, message):
    with pytest.raises(pk.PipeError, match=message):
        pk.bidirectional(chain())


def test_arguments_that_a_class_does_not_hand_on():
    assert type(pk.layer_spatial_dropout_1d(0.1, activity_regularizer="l2").activity_regularizer).__name__ == "L2"
    with pytest.raises(pk.ArgumentError, match="layer_feature_space cannot take dtype"):
        pk.layer_feature_space(features={"a": "float"}, dtype="float32")


@pytest.mark.parametrize(
    ("layer", "wanted"),
    [
        (lambda: pk.layer_lstm(3, input_dim=4), (None, None, 4)),
        (lambda: pk.layer_gru(3, input_dim=4, input_length=5), (None, 5, 4)),
        (lambda: pk.layer_simple_rnn(3, input_dim=4, batch_size=2), (2, None, 4)),
        (lambda: pk.layer_rnn(pk.rnn_cell_gru(2), input_dim=4), (None, None, 4)),
        (lambda: pk.layer_lstm(3, input_shape=(5, 4), input_dim=4), (None, 5, 4)),
        (lambda: pk.layer_lstm(3, batch_input_shape=(2, 5, 4), input_dim=4, input_length=5), (2, 5, 4)),
        (lambda: pk.layer_lstm(3, batch_input_shape=(2, None, 4), input_dim=4), (2, None, 4)),
        (lambda: pk.layer_embedding(10, 4, input_length=(3, 4.0)), (None, 3, 4)),
    ],
)
def test_recurrent_layers_read_input_dim_as_features_of_a_step(layer, wanted):
    assert first(layer()) == wanted


def test_shapes_that_disagree():
    with pytest.raises(InvalidValueError, match=r"layer_lstm: input_dim=3 and input_shape=\(5, 4\) disagree"):
        pk.layer_lstm(3, input_shape=(5, 4), input_dim=3)
    with pytest.raises(
        InvalidValueError, match=r"layer_gru: input_length=6 and batch_input_shape=\(2, 5, 4\) disagree"
    ):
        pk.layer_gru(3, batch_input_shape=(2, 5, 4), input_length=6)
    with pytest.raises(InvalidValueError, match=r"layer_dense: input_dim=5 and input_shape=\(4,\) disagree"):
        layer_dense(3, input_shape=4, input_dim=5)
