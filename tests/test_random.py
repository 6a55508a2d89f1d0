"""random_*: what they draw follows the arguments, in R's words, on every backend."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pipekeras as pk
from pipekeras import random
from pipekeras._keras import keras


def numbers(tensor):
    return keras.ops.convert_to_numpy(tensor)


OF_A_SHAPE = {
    "random_normal": {}, "random_truncated_normal": {}, "random_uniform": {}, "random_gamma": {"alpha": 2},
    "random_beta": {"alpha": 1, "beta": 2}, "random_binomial": {"counts": 3, "probabilities": 0.5},
    "random_integer": {"minval": 0, "maxval": 9},
}  # fmt: skip


def test_the_family_is_whole():
    others = {"random_categorical", "random_dropout", "random_shuffle", "random_seed_generator"}
    assert set(random.__all__) == OF_A_SHAPE.keys() | others


@pytest.mark.parametrize("name", OF_A_SHAPE)
def test_shapes_may_be_written_as_in_r(name):
    function, arguments = getattr(pk, name), OF_A_SHAPE[name]
    for shape in [(2, 3.0), [2.0, 3], np.array([2, 3])]:
        assert tuple(function(shape, **arguments).shape) == (2, 3)


def test_a_number_is_a_shape_of_one_axis_and_nothing_one_of_none():
    assert tuple(pk.random_normal(4.0).shape) == (4,)
    assert tuple(pk.random_normal(()).shape) == ()


@pytest.mark.parametrize("name", OF_A_SHAPE)
def test_a_seed_gives_the_same_again_and_a_generator_something_else(name):
    function, arguments = getattr(pk, name), OF_A_SHAPE[name]
    one, two = (numbers(function((50,), **arguments, seed=seed)) for seed in (3.0, 3))
    np.testing.assert_array_equal(one, two)
    generator = pk.random_seed_generator(3.0)
    first, second = (numbers(function((50,), **arguments, seed=generator)) for _ in range(2))
    assert not np.array_equal(first, second)
    again = numbers(function((50,), **arguments, seed=pk.random_seed_generator(3)))
    np.testing.assert_array_equal(first, again)


def test_the_generator():
    made = pk.random_seed_generator(1.0, name="mine")
    assert type(made) is keras.random.SeedGenerator
    assert made.get_config() == {"seed": 1, "name": "mine"}


def test_parameters_move_the_numbers():
    assert np.all(numbers(pk.random_normal((3,), mean=7, stddev=0)) == 7)
    assert np.all(abs(numbers(pk.random_truncated_normal((500,), stddev=0.5))) <= 1)
    drawn = numbers(pk.random_uniform((500,), minval=3, maxval=4))
    assert drawn.min() >= 3 and drawn.max() < 4
    assert np.all(numbers(pk.random_binomial((4,), counts=3, probabilities=1)) == 3)
    assert abs(numbers(pk.random_gamma((4000,), alpha=5, seed=1)).mean() - 5) < 0.5
    assert abs(numbers(pk.random_beta((4000,), 2, 6, seed=1)).mean() - 0.25) < 0.05


def test_parameters_may_be_arrays_that_fit_the_shape():
    assert np.array_equal(numbers(pk.random_binomial((2, 3), [1, 2, 3], 1)), [[1, 2, 3], [1, 2, 3]])
    assert np.array_equal(numbers(pk.random_binomial((2, 3), np.array([[4], [5]]), 1.0)), [[4] * 3, [5] * 3])
    assert numbers(pk.random_gamma((2, 3), [[1], [2]])).shape == (2, 3)
    assert numbers(pk.random_beta((2, 3), [1, 2, 3], [[1], [2]])).shape == (2, 3)
    with pytest.raises(pk.ShapeError, match=r"random_binomial: counts of shape \(2,\) does not fit shape=\(2, 3\)"):
        pk.random_binomial((2, 3), [1, 2], 0.5)


@settings(max_examples=20, deadline=None)
@given(st.integers(-5, 5), st.integers(1, 6), st.integers(0, 100))
def test_integers_lie_below_their_bound(low, width, seed):
    drawn = numbers(pk.random_integer((30,), low, low + width, seed=seed))
    assert drawn.dtype == np.int32
    assert drawn.min() >= low and drawn.max() < low + width


def test_the_bound_of_integers_is_rounded_up_as_in_r():
    assert np.all(numbers(pk.random_integer((5,), 3, 3.2)) == 3)
    assert np.all(numbers(pk.random_integer((5,), minval=3.0, maxval=4.0, dtype="int32")) == 3)


def test_categories_count_from_0():
    logits = np.array([[-50.0, 0, -50], [0, -50, -50]])
    for drawn in (pk.random_categorical(logits, 4.0), logits >> pk.random_categorical(4, zero_indexed=True)):
        assert np.array_equal(numbers(drawn), [[1] * 4, [0] * 4])
    assert np.array_equal(numbers(pk.random_categorical(logits.tolist(), num_samples=1)), [[1], [0]])
    with pytest.raises(pk.InvalidValueError, match="indices count from 0, so zero_indexed can only be True: leave it"):
        pk.random_categorical(logits, 4, zero_indexed=False)


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 6), st.integers(1, 4), st.sampled_from([0, 1, -1, -2]), st.integers(0, 50))
def test_shuffling_moves_whole_slices_along_an_axis(rows, columns, axis, seed):
    x = np.arange(rows * columns).reshape(rows, columns)
    shuffled = numbers(x >> pk.random_shuffle(axis=float(axis), seed=seed))
    assert sorted(map(tuple, np.moveaxis(shuffled, axis, 0))) == sorted(map(tuple, np.moveaxis(x, axis, 0)))


def test_shuffling_takes_lists_and_tensors():
    assert sorted(numbers(pk.random_shuffle([3, 1, 2]))) == [1, 2, 3]
    assert sorted(numbers(keras.ops.arange(4) >> pk.random_shuffle())) == [0, 1, 2, 3]


def test_dropout_scales_what_it_keeps():
    x = np.ones((40, 5))
    dropped = numbers(x >> pk.random_dropout(0.5, seed=1))
    assert set(np.unique(dropped)) == {0, 2}
    assert np.array_equal(x, np.ones((40, 5)))
    rows = numbers(pk.random_dropout(x, 0.5, noise_shape=[None, 1.0], seed=1))
    assert np.all(rows == rows[:, :1])
    assert np.all(numbers(pk.random_dropout([1, 2], 0)) == [1, 2])
    with pytest.raises(pk.InvalidValueError, match="rate must be a fraction from 0 to 1, it got 1.5"):
        pk.random_dropout(x, 1.5)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: pk.random_gamma((2,), -1), "random_gamma: alpha must be above 0, it got -1"),
        (lambda: pk.random_beta((2,), 1, 0), "random_beta: beta must be above 0, it got 0"),
        (lambda: pk.random_binomial((2,), -1, 0.5), "random_binomial: counts must be 0 or more, it got -1"),
        (lambda: pk.random_binomial((2,), 10, 1.5), "random_binomial: probabilities must be from 0 to 1, it got 1.5"),
        (lambda: pk.random_normal((2,), stddev=-1), "random_normal: stddev must be 0 or more, it got -1"),
        (lambda: pk.random_normal((2,), dtype="float33"), "dtype='float33' is not a type; did you mean \"float32\""),
    ],
)
def test_parameters_that_no_distribution_has(call, message):
    with pytest.raises(pk.InvalidValueError, match=message):
        call()


def test_wrong_calls():
    for shape, message in [
        ((2, None), r"shape is \(2, None\); all of its dimensions must be whole numbers"),
        ((2, -1), "shape has -1"),
        ("a", "shape has 'a'"),
        (2.5, "must be a whole number, it got 2.5"),
    ]:
        with pytest.raises(pk.InvalidValueError, match=f"random_normal: {message}|random_normal: shape {message}"):
            pk.random_normal(shape)
    with pytest.raises(pk.InvalidValueError, match="minval=3 must be below maxval=3, which itself is not drawn"):
        pk.random_integer((3,), 3, 3)
    with pytest.raises(pk.InvalidValueError, match="minval must be a whole number, it got 0.5"):
        pk.random_integer((3,), 0.5, 3)
    with pytest.raises(pk.ArgumentError, match="random_normal has no argument std; did you mean stddev?"):
        pk.random_normal((2,), std=1)
    with pytest.raises(pk.InvalidValueError, match="random_gamma: alpha must be a number, it got 'a'"):
        pk.random_gamma((2,), alpha="a")
    with pytest.raises(
        pk.InvalidValueError, match="axis=3, but x has 1 dimension; axes count from 0, so the last is 0"
    ):
        pk.random_shuffle(np.arange(3), axis=3)
