"""random.py: the numbers lie where they should, and a seed gives them again."""

import numpy as np
import pytest

import pipekeras as pk
from pipekeras._keras import keras

N = 4000


@pytest.mark.parametrize(
    "draw",
    [
        lambda seed: pk.k_random_normal((2, 3.0), seed=seed),
        lambda seed: pk.k_random_uniform([2, 3], seed=seed),
        lambda seed: pk.k_truncated_normal((2, 3), seed=seed),
        lambda seed: pk.k_random_bernoulli((2, 30), 0.5, seed=seed),
        lambda seed: pk.k_random_binomial((2, 30), 0.5, seed=seed),
        lambda seed: pk.k_random_normal_variable((2, 3), 0, 1, seed=seed),
        lambda seed: pk.k_random_uniform_variable((2, 3), 0, 1, seed=seed),
        lambda seed: pk.k_dropout(np.ones((2, 30), "float32"), 0.5, seed=seed),
    ],
)
def test_a_seed_gives_the_same_numbers_again(draw):
    one, again, other = (pk.k_eval(draw(seed)) for seed in (3, 3.0, 4))
    np.testing.assert_array_equal(one, again)
    assert (one != other).any()


def test_where_they_lie():
    normal = pk.k_eval(pk.k_random_normal(N, mean=3.0, stddev=2.0, seed=1))
    assert abs(normal.mean() - 3) < 0.2 and abs(normal.std() - 2) < 0.2
    truncated = pk.k_eval(pk.k_truncated_normal(N, mean=1.0, stddev=2.0, seed=1))
    assert abs(truncated - 1).max() <= 4
    uniform = pk.k_eval(pk.k_random_uniform(N, -1, 3, seed=1))
    assert -1 <= uniform.min() < -0.9 and 2.9 < uniform.max() < 3
    whole = pk.k_eval(pk.k_random_uniform(N, 2.0, 5.0, dtype="int32", seed=1))
    assert whole.dtype == "int32" and set(whole.tolist()) == {2, 3, 4}


def test_ones_and_zeros():
    drawn = pk.k_eval(pk.k_random_bernoulli(N, p=0.25, seed=1))
    assert set(drawn.tolist()) == {0, 1} and abs(drawn.mean() - 0.25) < 0.05
    assert pk.k_eval(pk.k_random_bernoulli((1, 2, 3), 1.0, "bool")).all()
    assert pk.k_dtype(pk.k_random_binomial((2,), dtype="int32")) == "int32"
    assert not pk.k_eval(pk.k_random_binomial(50)).any()


def test_variables_of_random_numbers():
    variable = pk.k_random_uniform_variable((N,), low=2, high=3, dtype="float64", name="u")
    assert isinstance(variable, keras.Variable) and variable.name == "u" and variable.dtype == "float64"
    assert 2 <= pk.k_eval(variable).min() < pk.k_eval(variable).max() < 3


def test_dropout_keeps_the_sum_and_drops_always():
    x = np.ones((N, 2), "float32")
    dropped = pk.k_eval(x >> pk.k_dropout(0.5, seed=1))
    assert set(np.unique(dropped)) == {0, 2} and abs(dropped.mean() - 1) < 0.1
    rows = pk.k_eval(pk.k_dropout(x, 0.5, noise_shape=(N, 1), seed=1))
    assert (rows[:, 0] == rows[:, 1]).all()
    inputs = pk.k_placeholder((None, 2))
    assert 0 in pk.k_function(inputs, pk.k_dropout(inputs, 0.5, seed=1))(x)


def test_dropout_of_whole_numbers_and_of_too_much():
    assert set(pk.k_eval(pk.k_dropout([1, 2, 3], 0.5))) <= {0, 2, 4, 6}
    with pytest.raises(pk.InvalidValueError, match="k_dropout: level must be a fraction.*50 percent are 0.5"):
        pk.k_dropout(pk.k_ones((3,)), 50)


def test_a_shape_of_what_is_known_when_it_runs():
    assert pk.k_random_normal([pk.k_shape(np.ones((2, 3)))[0], 4]).shape == (2, 4)
    assert pk.k_random_normal(pk.k_constant([2, 3], "int32")).shape == (2, 3)
