"""_function.py: how a k_* is called, piped into, and says what is wrong."""

import inspect

import numpy as np
import pytest

import pipekeras as pk
from pipekeras._keras import keras

X = np.arange(6, dtype="float32").reshape(2, 3)


def values(tensor):
    return pk.k_eval(tensor).tolist()


def test_arrays_lists_tensors_and_numbers_are_taken_alike():
    for x in (X, X.tolist(), pk.k_constant(X), pk.k_variable(X)):
        assert values(pk.k_sum(x, axis=1)) == [3, 12]
    assert values(pk.k_abs(-42)) == 42


def test_a_number_after_the_pipe_is_an_argument_not_what_it_applies_to():
    assert values(X >> pk.k_sum(0)) == [3, 5, 7]
    assert values(X >> pk.k_clip(1, 3)) == [[1, 1, 2], [3, 3, 3]]
    assert values(X >> pk.k_relu(0.5)) == X.tolist()
    assert (X >> pk.k_expand_dims(1)).shape == (2, 1, 3)
    assert values(pk.k_clip(5, 0, 1)) == 1
    image = np.ones((1, 4, 4, 1), "float32")
    assert (image >> pk.k_pool2d((2, 2), (2, 2))).shape == (1, 2, 2, 1)
    assert (image >> pk.k_conv2d(np.ones((2, 2, 1, 1), "float32"), (2, 2))).shape == (1, 2, 2, 1)
    assert (image >> pk.k_spatial_2d_padding([[1, 0], [0, 0]])).shape == (1, 5, 4, 1)


def test_whole_floats_count_as_whole_numbers():
    assert values(pk.k_mean(X, axis=1.0)) == [1, 4]
    assert pk.k_reshape(X, [3.0, 2.0]).shape == (3, 2)
    assert pk.k_pool2d(np.ones((1, 4, 4, 1)), [2.0, 2.0], [2.0, 2.0]).shape == (1, 2, 2, 1)
    with pytest.raises(pk.InvalidValueError, match=r"k_repeat: n must be a whole number, it got 1\.5"):
        pk.k_repeat(X, 1.5)


def test_an_axis_counted_from_1_is_an_error_that_says_so():
    with pytest.raises(pk.InvalidValueError, match=r"k_sum: axis 2 does not exist: x of shape \(2, 3\).*count from 0"):
        pk.k_sum(X, axis=2)
    with pytest.raises(pk.InvalidValueError, match="count from 0"):
        pk.k_concatenate([X, X], axis=2)
    with pytest.raises(pk.InvalidValueError, match="count from 0"):
        pk.k_stack([X, X], axis=3)


def test_wrong_arguments_are_found_where_they_are_written():
    with pytest.raises(pk.ArgumentError, match="k_sum has no argument axs; did you mean axis"):
        pk.k_sum(axs=1)
    with pytest.raises(pk.ArgumentError, match="k_dot needs y"):
        pk.k_dot(x=X)
    with pytest.raises(pk.PipeError, match="k_mean stands after >> without parentheses"):
        X >> pk.k_mean


def test_models_and_layers_are_no_tensors():
    with pytest.raises(pk.PipeError, match="k_sum applies to tensors, it got model"):
        keras.Sequential([keras.Input((2,))]) >> pk.k_sum(axis=0)
    assert pk.k_is_tensor(keras.layers.Dense(1)) is False


def test_the_help_tells_how_to_call_what_comes_back_and_where_it_is_from():
    text = inspect.getdoc(pk.k_repeat)
    calls = "    k_repeat(x, n, ...)\n    x >> k_repeat(...)\n"
    assert f"{calls}        gives a tensor of shape (samples, n, features)." in text
    assert "Source:\n    R `keras::k_repeat`; Python `pipekeras.k.shapes.k_repeat`." in text
    assert "Python `keras.ops.power`" in inspect.getdoc(pk.k_pow)
    assert ">> k_zeros" not in inspect.getdoc(pk.k_zeros)


def test_the_bare_function_is_an_argument():
    assert values(pk.k_map_fn(pk.k_square, X)) == (X**2).tolist()
    layer = pk.layer_dense(1, activation=pk.k_sigmoid)
    assert layer.activation(0.0) == 0.5
