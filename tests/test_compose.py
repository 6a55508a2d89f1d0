"""compose.py: what happens where a receiver meets a layer, and what is said where they do not fit."""

import numpy as np
import pandas as pd
import pytest

import pipekeras as pk
from pipekeras import keras_model_sequential, layer_conv_2d, layer_dense, layer_embedding, layer_input, layer_lstm
from pipekeras._keras import keras


@pytest.mark.parametrize(
    "data",
    [
        np.ones((2, 3)),
        [[1.0, 1.0, 1.0], [1.0, 1.0, 1.0]],
        pd.DataFrame({"a": [1.0, 1], "b": [1.0, 1], "c": [1, 1]}),
    ],
)
def test_data_becomes_an_array_and_then_an_output(data):
    ones = layer_dense(2, kernel_initializer="ones")
    np.testing.assert_allclose(keras.ops.convert_to_numpy(data >> ones), [[3, 3], [3, 3]])


def test_series_and_categoricals():
    lengths = pd.Series([1.0, 2.0], name="lengths").to_frame()
    assert tuple((lengths >> layer_dense(2)).shape) == (2, 2)
    species = pd.Series(["b", "a", "b"], dtype="category")
    assert tuple((species >> layer_embedding(2, 5)).shape) == (3, 5)


def test_data_with_holes_or_words_is_refused():
    with pytest.raises(pk.DataError, match="layer_embedding: x has 1 missing values among its categories"):
        pd.Series(["b", None], dtype="category") >> layer_embedding(2, 5)
    with pytest.raises(pk.DataError, match="layer_dense needs numbers in all columns, not in name"):
        pd.DataFrame({"a": [1.0], "name": ["x"]}) >> layer_dense(2)
    with pytest.raises(pk.DataError, match="layer_dense needs rows of one length"):
        [[1.0, 2.0], [3.0]] >> layer_dense(2)


def test_lists_and_dicts_of_arrays():
    a, b = np.ones((2, 3)), np.ones((2, 4))
    assert tuple(([a, b] >> pk.layer_concatenate()).shape) == (2, 7)
    x, y = layer_input(shape=3, name="x"), layer_input(shape=4, name="y")
    model = pk.keras_model({"x": x, "y": y}, pk.layer_concatenate(x, y))
    assert tuple(({"x": a, "y": b} >> model).shape) == (2, 7)


@pytest.mark.parametrize(
    ("attempt", "message"),
    [
        (
            lambda: layer_input(shape=784) >> layer_conv_2d(8, 3),
            r"layer_conv_2d needs a tensor of at least 4 dimensions \(batch, height, width, channels\), it got 2:"
            r" shape \(None, 784\)\. Put layer_reshape\(\) before it",
        ),
        (
            lambda: layer_input(shape=(28, 28)) >> layer_lstm(8) >> layer_lstm(8),
            r"layer_lstm needs a tensor of 3 dimensions \(batch, timesteps, features\), it got 2: shape \(None, 8\)",
        ),
        (
            lambda: keras_model_sequential(input_shape=(8, 8)) >> pk.layer_max_pooling_2d(),
            "layer_max_pooling_2d needs a tensor of 4 dimensions",
        ),
        (
            lambda: keras_model_sequential(input_shape=784) >> layer_dense(3) >> layer_conv_2d(8, 3),
            r"layer_conv_2d needs .* shape \(None, 3\)",
        ),
        (
            lambda: layer_input(shape=3) >> keras.layers.Conv2D(3, 3),
            "Conv2D needs a tensor of at least 4 dimensions",
        ),
    ],
)
def test_the_wrong_rank_is_said_in_the_words_of_the_call(attempt, message):
    with pytest.raises(pk.ShapeError, match=message):
        attempt()


def test_a_layer_that_was_built_for_other_inputs():
    shared = layer_dense(2)
    layer_input(shape=3) >> shared
    with pytest.raises(pk.ShapeError, match=r"layer_dense was built for 3 values along axis -1, it got .* \(None, 4\)"):
        layer_input(shape=4) >> shared


def test_attention_needs_query_and_value():
    x = layer_input(shape=(5, 4))
    assert tuple(([x, x] >> pk.layer_multi_head_attention(2, 3)).shape) == (None, 5, 4)
    with pytest.raises(pk.ShapeError, match=r"For self-attention: \[x, x\] >> layer_multi_head_attention"):
        x >> pk.layer_multi_head_attention(2, 3)


@pytest.mark.parametrize("layer", [layer_conv_2d(3, 5), pk.layer_max_pooling_2d(5)])
def test_a_window_larger_than_its_input(layer):
    with pytest.raises(
        pk.ShapeError, match=r"leaves nothing of a tensor of shape \(None, 2, 2, 1\): its window is larger"
    ):
        layer_input(shape=(2, 2, 1)) >> layer
