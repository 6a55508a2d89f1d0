"""shapes.py and products.py beyond the numbers: what is asked of shapes, and what does not fit."""

import numpy as np
import pytest

import pipekeras as pk

X = np.zeros((2, 3, 4), "float32")


def test_asking_for_shapes():
    open_ended = pk.k_placeholder((None, 3))
    assert pk.k_int_shape(X) == pk.k_get_variable_shape(pk.k_variable(X)) == (2, 3, 4)
    assert pk.k_int_shape(open_ended) == tuple(pk.k_shape(open_ended)) == (None, 3)
    assert pk.k_eval(pk.k_shape(pk.k_constant(X))).tolist() == [2, 3, 4]
    assert pk.k_ndim(X) == 3
    assert pk.k_ndim(5) == 0
    assert pk.k_count_params(pk.k_variable(X)) == 24
    assert pk.k_dtype(pk.k_constant([1])) == "float32"
    with pytest.raises(pk.ShapeError, match=r"k_count_params: the shape \(None, 3\) is not wholly known"):
        pk.k_count_params(open_ended)


def test_unstack_is_the_inverse_of_stack():
    x = np.arange(6.0).reshape(2, 3)
    for axis in (0, 1.0, -1):
        parts = pk.k_unstack(x, axis)
        assert len(parts) == x.shape[int(axis)]
        assert pk.k_eval(pk.k_stack(parts, axis)).tolist() == x.tolist()
    assert len(pk.k_unstack(x, 1, num=3.0, name="parts")) == 3


def test_a_shape_may_have_one_dimension_that_takes_what_is_left():
    for rest in (None, -1, float("nan")):
        assert pk.k_reshape(X, (6, rest)).shape == (6, 4)


def test_a_batch_of_unknown_shape_is_flattened_when_it_runs():
    x = pk.k_placeholder((None, None, 3))
    assert pk.k_function(x, pk.k_batch_flatten(x))(np.ones((2, 5, 3))).shape == (2, 15)


def test_indices_must_be_whole():
    assert pk.k_eval(pk.k_gather([10.0, 20.0, 30.0], [2.0, 0.0])).tolist() == [30, 10]
    with pytest.raises(pk.InvalidValueError, match="k_gather: indices must"):
        pk.k_gather([10.0, 20.0], [0.5])
    with pytest.raises(pk.InvalidValueError, match="k_gather: indices must"):
        pk.k_gather([10.0, 20.0], pk.k_constant([0.5]))


def test_an_index_that_does_not_exist_is_an_error():
    x = np.ones((2, 3), "float32")
    for indices in (2, [0, 2], pk.k_constant([-3])):
        with pytest.raises(pk.InvalidValueError, match="k_gather: "):
            pk.k_eval(pk.k_gather(x, indices))


def test_what_does_not_fit():
    with pytest.raises(
        pk.ShapeError, match=r"k_repeat takes a tensor of shape \(samples, features\), it got.*\(2, 3, 4\)"
    ):
        pk.k_repeat(X, 2)
    with pytest.raises(pk.InvalidValueError, match="each of the axes 0 to 2 once"):
        pk.k_permute_dimensions(X, (1, 2, 3))
    with pytest.raises(pk.ShapeError, match=r"k_stack\(\) makes one"):
        pk.k_concatenate([1.0, 2.0])
    with pytest.raises(pk.ShapeError, match="k_batch_dot: axis 2 of x has 4 values and axis 2 of y 3"):
        pk.k_batch_dot(X, np.zeros((2, 4, 3)), axes=2)
    with pytest.raises(pk.InvalidValueError, match="axis 0 is the batch"):
        pk.k_batch_dot(X, X, axes=0)
    with pytest.raises(pk.InvalidValueError, match="no axis 3 in a tensor of shape"):
        pk.k_batch_dot(X, X, axes=3)
    with pytest.raises(pk.ShapeError, match="with a batch and another axis"):
        pk.k_batch_dot(np.zeros(3), X)
