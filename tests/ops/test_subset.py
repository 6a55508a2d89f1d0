"""ops/subset.py: a part of a tensor, taken and replaced, held against NumPy with R's meaning of several vectors."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pipekeras as pk
from pipekeras._keras import keras

SHAPE = (3, 4, 2)
EXAMPLES = 15 if keras.backend.backend() == "jax" else 40  # JAX compiles for each new shape


def numpy(x):
    return np.asarray(keras.ops.convert_to_numpy(x))


def x_of(shape=SHAPE):
    return np.arange(np.prod(shape), dtype="float32").reshape(shape)


def parts(size):
    """What may stand for an axis of that size."""
    whole = st.integers(-size, size - 1)
    return st.one_of(
        whole,
        whole.map(float),
        st.slices(size),
        st.lists(whole, min_size=1, max_size=4),
        st.lists(st.booleans(), min_size=size, max_size=size),
    )


INDICES = st.tuples(*map(parts, SHAPE)) | st.tuples(parts(3)) | st.tuples(st.just(...), parts(2))


def positions(index):
    """For each axis the places that an index means, and whether the axis is dropped."""
    index = (*index[:-1], *[slice(None)] * (3 - len(index) + 1), index[-1]) if index[0] is ... else index
    index = [part for part in index if part is not ...] + [slice(None)] * 3
    for part, size in zip(index, SHAPE, strict=False):
        if isinstance(part, slice):
            yield list(range(size))[part], False
        elif isinstance(part, list) and isinstance(part[0], bool):
            yield [i for i, taken in enumerate(part) if taken], False
        else:
            yield [int(i) % size for i in (part if isinstance(part, list) else [part])], not isinstance(part, list)


def reference(x, index):
    places = list(positions(index))
    result = x[np.ix_(*[p for p, _ in places])]
    return result.reshape([len(p) for p, dropped in places if not dropped])


@settings(max_examples=EXAMPLES, deadline=None)
@given(INDICES)
def test_a_part_is_all_combinations_of_what_is_taken_of_each_axis(index):
    x = x_of()
    np.testing.assert_array_equal(numpy(pk.op_subset(x, *index)), reference(x, index))
    np.testing.assert_array_equal(numpy(x >> pk.op_subset(*index)), reference(x, index))


@settings(max_examples=EXAMPLES, deadline=None)
@given(INDICES, st.booleans())
def test_a_part_is_replaced_and_all_else_stays(index, alone):
    x = x_of()
    part = reference(x, index)
    new = -5.0 if alone else -1 - np.arange(part.size, dtype="float32").reshape(part.shape)
    expected = x.copy()
    places = [p for p, _ in positions(index)]
    expected[np.ix_(*places)] = np.reshape(new, [len(p) for p in places]) if not alone else new
    got = pk.op_subset_set(x, *index, value=new)
    np.testing.assert_array_equal(numpy(got), expected)
    np.testing.assert_array_equal(x, x_of())


def test_several_vectors_are_no_pairs():
    assert numpy(pk.op_subset(x_of((3, 4)), [0, 2], [1, 3])).tolist() == [[1, 3], [9, 11]]


def test_new_axes_and_ellipsis():
    x = x_of((2, 3))
    assert numpy(pk.op_subset(x, None, 0)).shape == (1, 3)
    assert numpy(pk.op_subset(x, ..., None)).shape == (2, 3, 1)
    assert numpy(pk.op_subset(x, [0, 1], None, 2)).shape == (2, 1)
    assert numpy(pk.op_subset(x, slice(None, None, -1))).tolist() == x[::-1].tolist()


def test_a_mask_and_a_matrix_of_indices():
    x = x_of((2, 3))
    mask = x > 2
    assert numpy(pk.op_subset(x, mask)).tolist() == [3, 4, 5]
    assert numpy(pk.op_subset(x, keras.ops.convert_to_tensor(mask))).tolist() == [3, 4, 5]
    assert numpy(pk.op_subset(x, [[0, 1], [-1, 2.0]])).tolist() == [1, 5]
    assert numpy(pk.op_subset_set(x, mask, value=0)).tolist() == [[0, 1, 2], [0, 0, 0]]
    assert numpy(pk.op_subset_set(x, mask, value=[7.0, 8, 9])).tolist() == [[0, 1, 2], [7, 8, 9]]
    assert numpy(pk.op_subset_set(x, [[0, 1], [-1, 2], [0, 1]], value=[7, 8, 9])).tolist() == [[0, 9, 2], [3, 4, 8]]
    assert numpy(x >> pk.op_subset_set(x > 2, value=-1)).tolist() == [[0, 1, 2], [-1, -1, -1]]


def test_indices_may_be_tensors_and_values_go_along_axes():
    x = x_of((2, 3))
    at = keras.ops.convert_to_tensor(1)
    assert numpy(pk.op_subset(x, at)).tolist() == [3, 4, 5]
    assert numpy(pk.op_subset_set(x, at, value=[7, 8, 9])).tolist() == [[0, 1, 2], [7, 8, 9]]
    assert numpy(pk.op_subset_set(x, slice(None), 0, value=[7, 8])).tolist() == [[7, 1, 2], [8, 4, 5]]
    assert numpy(pk.op_subset_set(x, ..., value=0)).tolist() == [[0, 0, 0], [0, 0, 0]]


def test_in_functional_models_the_batch_stays_whole():
    x = keras.Input((4,))
    first = x >> pk.op_subset(slice(None), [0, 2])
    changed = x >> pk.op_subset_set(slice(None), slice(1, 3), value=0)
    model = keras.Model(x, [first, changed])
    data = x_of((3, 4))
    got = [numpy(y) for y in model(data)]
    assert got[0].tolist() == data[:, [0, 2]].tolist()
    data[:, 1:3] = 0
    assert got[1].tolist() == data.tolist()


def test_inside_of_a_loop_the_index_is_not_known_yet():
    def squares(i, y):
        return pk.op_subset_set(y, i, value=pk.op_cast(i * i, "float32"))

    assert numpy(pk.op_fori_loop(0, 4, squares, np.zeros(4, "float32"))).tolist() == [0, 1, 4, 9]


@pytest.mark.parametrize(
    ("index", "said"),
    [
        ((2,), "op_subset: index 2 does not exist: axis 0 of x has 2 elements, counted from 0"),
        ((0, -4), "op_subset: index -4 does not exist: axis 1 of x has 3 elements"),
        ((0, 0, 0), r"op_subset: 3 indices, but x of shape \(2, 3\) has 2 axes"),
        ((..., ...), "op_subset: Ellipsis stands in the index twice"),
        ((0.5,), "op_subset: the index of axis 0 is 0.5; it must be a row of whole numbers"),
        (([True],), "op_subset: axis 0 of x has 2, its index 1 truth values"),
        ((True,), "op_subset: the index of axis 0 is True; truth values come in a list"),
        ((slice(0, 1.5),), "op_subset: a bound of the slice of axis 0 must be a whole number, it got 1.5"),
    ],
)
def test_what_is_no_index(index, said):
    with pytest.raises(pk.InvalidValueError, match=said):
        pk.op_subset(x_of((2, 3)), *index)


def test_what_does_not_fit():
    x = x_of((2, 3))
    with pytest.raises(pk.ShapeError, match=r"op_subset: the mask has shape \(3, 2\), x has \(2, 3\)"):
        pk.op_subset(x, np.ones((3, 2), bool))
    with pytest.raises(pk.ShapeError, match="op_subset: a matrix of indices has a column for each of the 2 axes of x"):
        pk.op_subset(x, [[0, 1, 2]])
    with pytest.raises(pk.ShapeError, match=r"op_subset_set: value has shape \(2,\), what is replaced has \(3,\)"):
        pk.op_subset_set(x, 0, value=[1, 2])
    with pytest.raises(pk.ShapeError, match=r"op_subset_set: axis 0 of x has no fixed size"):
        pk.op_subset_set(keras.Input((4,)), 0, value=1)
    with pytest.raises(pk.InvalidValueError, match="op_subset_set: value holds decimals, x is int32"):
        pk.op_subset_set(np.array([[1, 2]], "int32"), 0, value=1.5)
    with pytest.raises(pk.ArgumentError, match="value"):
        pk.op_subset_set(x, 0)


def test_a_list_in_first_place_is_an_index_that_waits():
    assert "waits" in repr(pk.op_subset([0, 2]))
    assert numpy(x_of((3,)) >> pk.op_subset([0, 2])).tolist() == [0, 2]
    assert numpy(pk.op_subset([[1, 2], [3, 4]], 0)).tolist() == [1, 2]
