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
    with pytest.raises(pk.DataError, match="layer_embedding: x is categorical and misses 1 of its 2 values"):
        pd.Series(["b", None], dtype="category") >> layer_embedding(2, 5)
    with pytest.raises(pk.DataError, match="layer_dense: x is a data frame with columns that are no numbers: name"):
        pd.DataFrame({"a": [1.0], "name": ["x"]}) >> layer_dense(2)
    with pytest.raises(pk.DataError, match=r"layer_dense: x is 2 sequences of different lengths \(1 to 2\)"):
        [[1.0, 2.0], [3.0]] >> layer_dense(2)


def test_words_go_where_words_are_read_and_dates_nowhere(backend):
    words = pd.Series(["a", "b"])
    if backend == "tensorflow":
        looked_up = words >> pk.layer_string_lookup(vocabulary=["a", "b"])
        np.testing.assert_array_equal(keras.ops.convert_to_numpy(looked_up), [1, 2])
    with pytest.raises(pk.DataError):
        words >> layer_dense(2)
    with pytest.raises(pk.DataError):
        np.array(["a"]) >> layer_dense(2)
    with pytest.raises(pk.DataError):
        pd.DataFrame({"day": pd.to_datetime(["2024-01-01"])}) >> layer_dense(2)
    assert tuple((pd.Categorical(["b", "a", "b"]) >> layer_embedding(2, 5)).shape) == (3, 5)
    assert tuple((range(3) >> layer_embedding(3, 5)).shape) == (3, 5)


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


@pytest.mark.parametrize("start", [layer_input, keras_model_sequential])
@pytest.mark.parametrize(
    ("before", "name"),
    [
        (lambda: pk.layer_gru(3), "layer_gru"),
        (lambda: pk.bidirectional(layer_lstm(3)), "bidirectional"),
        (lambda: keras.layers.SimpleRNN(3), "SimpleRNN"),
    ],
)
def test_a_recurrent_layer_below_another_must_return_sequences(start, before, name):
    message = rf"layer_gru needs .* shape \(None, \d\)\. {name} before it returns its last step alone"
    with pytest.raises(pk.ShapeError, match=message + ": it needs return_sequences=True"):
        start((28, 28)) >> before() >> pk.layer_gru(8)
    with pytest.raises(pk.ShapeError, match=r"Put layer_reshape\(\) before it"):
        start((28, 28)) >> before() >> layer_dense(8) >> pk.layer_gru(8)


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


@pytest.mark.parametrize(
    ("attempt", "message"),
    [
        (
            lambda x: pk.layer_concatenate([x, x], axis=2),
            r"layer_concatenate: axis=2, but a tensor of shape \(None, 4\)",
        ),
        (lambda x: x >> pk.layer_batch_normalization(axis=2), "axes count from 0, the batch, so the last is 1 or -1"),
        (lambda x: x >> pk.layer_layer_normalization(axis=2), "layer_layer_normalization: axis="),
        (lambda x: x >> pk.layer_group_normalization(groups=1, axis=2), "layer_group_normalization: axis=2"),
        (lambda x: x >> pk.layer_rms_normalization(axis=2), "layer_rms_normalization: axis="),
        (lambda x: x >> pk.layer_unit_normalization(axis=2), "layer_unit_normalization: axis="),
        (lambda x: x >> pk.layer_activation_softmax(axis=2), "layer_activation_softmax: axis=2"),
        (lambda x: x >> pk.layer_activation_parametric_relu(shared_axes=2), "shared_axes="),
        (lambda x: pk.layer_dot([x, x], axes=2), "layer_dot: axes=2"),
        (
            lambda x: keras_model_sequential(input_shape=4) >> layer_dense(3) >> pk.layer_activation_softmax(axis=2),
            "axis",
        ),
    ],
)
def test_an_axis_that_is_not_there_hints_at_counting_from_0(attempt, message):
    with pytest.raises(pk.ShapeError, match=message):
        attempt(layer_input(shape=4))


@pytest.mark.parametrize(
    ("attempt", "kind", "message"),
    [
        (
            lambda x: {"a": x} >> layer_dense(3),
            pk.ShapeError,
            r"takes one tensor, it got a dict of 1: choose one, as in",
        ),
        (lambda x: x >> pk.layer_add(), pk.ShapeError, r"layer_add joins several tensors.*write x >> layer_add\(y\)"),
        (lambda x: pk.layer_add(x, layer_input(shape=5)), pk.ShapeError, "layer_add: "),
        (lambda x: pk.layer_subtract(x, x, x), pk.ShapeError, "layer_subtract: "),
        (lambda x: {"a": x, "b": x} >> pk.layer_add(), pk.ShapeError, "layer_add joins several tensors"),
        (lambda x: x >> pk.layer_attention(), pk.ShapeError, r"For self-attention: \[x, x\] >> layer_attention"),
        (lambda x: keras_model_sequential(input_shape=4) >> pk.layer_add(), pk.PipeError, "is one line of layers"),
        (lambda x: keras_model_sequential(input_shape=4) >> pk.layer_add(x), pk.PipeError, "make a functional model"),
        (
            lambda x: keras_model_sequential(input_shape=(4, 2)) >> pk.layer_multi_head_attention(2, 3),
            pk.PipeError,
            "layer_multi_head_attention takes several tensors",
        ),
        (
            lambda x: keras_model_sequential >> layer_dense(2),
            pk.PipeError,
            r"keras_model_sequential stands before >> without parentheses: write keras_model_sequential\(\.\.\.\)",
        ),
        (lambda x: layer_input >> layer_dense(2), pk.PipeError, "layer_input stands before >> without parentheses"),
        (lambda x: len >> layer_dense(2), pk.PipeError, "len stands before >> without parentheses"),
    ],
)
def test_what_does_not_fit_says_what_would(attempt, kind, message):
    with pytest.raises(kind, match=message):
        attempt(layer_input(shape=4))


def test_a_list_of_one_is_its_tensor_and_a_named_tuple_a_list():
    from collections import namedtuple

    x = layer_input(shape=4)
    assert tuple(([x] >> layer_dense(3)).shape) == (None, 3)
    pair = namedtuple("Pair", "a b")(x, x)
    assert tuple((pair >> pk.layer_concatenate()).shape) == (None, 8)
    arrays = namedtuple("Pair", "a b")(np.ones((2, 3)), np.ones((2, 3)))
    assert tuple((arrays >> pk.layer_add()).shape) == (2, 3)
