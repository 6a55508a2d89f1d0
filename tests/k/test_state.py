"""state.py: reading and changing variables."""

import numpy as np
import pytest

import pipekeras as pk
from pipekeras._keras import keras


@pytest.fixture
def v():
    return pk.k_variable([1.0, 2.0])


def test_reading(v):
    assert isinstance(pk.k_eval(v), np.ndarray)
    assert pk.k_eval(pk.k_constant([1.0]) + v).tolist() == [2, 3]
    assert pk.k_get_value(v).tolist() == [1, 2]
    assert pk.k_get_value("not a tensor") == "not a tensor"
    assert [a.tolist() for a in pk.k_batch_get_value([v, v])] == [[1, 2], [1, 2]]
    assert pk.k_eval([1, 2]).tolist() == [1, 2]


def test_symbolic_tensors_have_no_values_and_the_error_says_how_to_get_them():
    with pytest.raises(pk.InvalidValueError, match=r"k_eval: a tensor of shape \(None, 2\) is symbolic.*k_function"):
        pk.k_eval(pk.k_placeholder((None, 2)))


def test_changing(v):
    assert pk.k_set_value(v, np.array([3, 4])) is None
    assert pk.k_eval(v).tolist() == [3, 4]
    assert pk.k_update(v, [5.0, 6.0]) is v
    assert pk.k_eval(v >> pk.k_update_add(1)).tolist() == [6, 7]
    assert pk.k_eval(pk.k_update_sub(v, [1, 2])).tolist() == [5, 5]
    w = pk.k_variable(0.0)
    pk.k_batch_set_value([[v, [1, 2]], (w, 3)])
    assert (pk.k_eval(v).tolist(), pk.k_eval(w).tolist()) == ([1, 2], 3)


def test_what_is_added_lies_along_its_own_axis():
    # Keras's addition takes (1, 4, 1) for (1, 1, 4) on TensorFlow.
    v, column = pk.k_variable(np.zeros((2, 4, 4))), np.arange(4, dtype="float32").reshape(1, 4, 1)
    pk.k_update_add(v, column)
    np.testing.assert_array_equal(pk.k_eval(v), np.broadcast_to(column, (2, 4, 4)))
    pk.k_update_sub(v, 2 * column)
    np.testing.assert_array_equal(pk.k_eval(v), np.broadcast_to(-column, (2, 4, 4)))


def test_a_moving_average():
    v = pk.k_variable([10.0, 20.0])
    assert pk.k_moving_average_update(v, [0, 10], 0.9) is v
    np.testing.assert_allclose(pk.k_eval(v), [9, 19], rtol=1e-6)


def test_the_old_values_of_a_variable_stay_in_its_identity(v):
    before = pk.k_identity(v)
    pk.k_update_add(v, 1)
    assert pk.k_eval(before).tolist() == [1, 2]


def test_what_cannot_be(v):
    with pytest.raises(pk.ShapeError, match=r"k_update: the variable has shape \(2,\), the value \(\)"):
        pk.k_update(v, 5)
    with pytest.raises(pk.ShapeError, match=r"k_update_add: the variable has shape \(2,\), the value \(3,\)"):
        pk.k_update_add(v, [1, 2, 3])
    with pytest.raises(
        pk.InvalidValueError, match=r"k_set_value changes a variable, made by k_variable\(\); it got an array"
    ):
        pk.k_set_value(np.ones(2), 1)
    with pytest.raises(pk.InvalidValueError, match="lists must be pairs"):
        pk.k_batch_set_value([v, [1, 2]])
    assert pk.k_eval(v).tolist() == [1, 2]


def test_a_layer_counts_its_batches_in_training():
    class Counting(keras.layers.Layer):
        def build(self, shape):
            self.count = self.add_weight(shape=(), initializer="zeros", trainable=False)

        def call(self, x):
            pk.k_update_add(self.count, 1)
            return x

    model = keras.Sequential([keras.Input((2,)), Counting(), keras.layers.Dense(1)])
    before = pk.k_eval(model.layers[0].count)
    model.compile(loss="mse")
    model.fit(np.ones((6, 2)), np.ones((6, 1)), batch_size=2, verbose=0)
    assert pk.k_eval(model.layers[0].count) - before >= 3
