"""loops.py: functions over elements and over time, against plain loops."""

import itertools

import numpy as np
import pytest

import pipekeras as pk

RNG = np.random.default_rng(0)
X = RNG.normal(size=(3, 4, 5)).astype("float32")


def test_mapping():
    assert pk.k_eval(pk.k_map_fn(pk.k_sum, X)) == pytest.approx(X.sum((1, 2)), rel=1e-4)
    two = pk.k_map_fn(lambda pair: pair[0] + pair[1], [X, 2 * X])
    np.testing.assert_allclose(pk.k_eval(two), 3 * X, rtol=1e-5)
    a, b = pk.k_map_fn(lambda x: (x, x + 1), np.arange(3, dtype="float32"))
    assert (pk.k_eval(a).tolist(), pk.k_eval(b).tolist()) == ([0, 1, 2], [1, 2, 3])
    assert pk.k_dtype(pk.k_map_fn(lambda x: x, [1, 2, 3], name="m", dtype="float32")) == "float32"


def test_folding():
    x = np.array([[1.0, 2], [3, 4], [5, 6]], "float32")
    assert pk.k_eval(pk.k_foldl(lambda a, e: 2 * a + e, x)).tolist() == [15, 22]
    assert pk.k_eval(pk.k_foldr(lambda a, e: 2 * a + e, x)).tolist() == [27, 34]
    assert pk.k_eval(pk.k_foldl(lambda a, e: a + pk.k_sum(e), x, initializer=100)) == 121
    assert pk.k_eval(pk.k_foldl(lambda a, e: a + e, x[:1])).tolist() == [1, 2]
    assert pk.k_eval(pk.k_foldr(lambda a, e: a + e / 2, [1.0, 2.0], 0)) == 1.5
    assert pk.k_eval(pk.k_foldl(lambda a, e: a + e, [1, 2, 3])) == 6


def test_what_cannot_be_folded():
    with pytest.raises(pk.ShapeError, match="k_foldl: elems is empty"):
        pk.k_foldl(lambda a, e: a, np.zeros((0, 2)))
    with pytest.raises(pk.ShapeError, match="k_map_fn: elems has tensors with 2 and 3 elements"):
        pk.k_map_fn(lambda pair: pair[0], [np.ones(2), np.ones(3)])
    with pytest.raises(pk.InvalidValueError, match="k_map_fn: fn must be a function"):
        pk.k_map_fn(3, X)
    with pytest.raises(pk.InvalidValueError, match="it began with int32, but the function returns float32"):
        pk.k_foldl(lambda a, e: pk.k_cast(a + e, "float32"), np.array([1, 2, 3], "int32"))


def test_an_error_of_the_users_own_function_passes_as_it_is():
    def broken(x):
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        pk.k_map_fn(broken, X)


# Over time ------------------------------------------------------------------------------------------------------------


def step(x, states):
    """A cell with one state and, if there is one, a constant."""
    state, *constants = states
    new = 0.5 * state + x + sum(constants)
    return new * 2, [new]


def by_hand(x, start, constant=0.0, mask=None, backwards=False):
    mask = np.ones(x.shape[:2], bool) if mask is None else mask
    order = range(x.shape[1])[::-1] if backwards else range(x.shape[1])
    state, output, outputs = start, np.zeros_like(start), []
    for t in order:
        new = 0.5 * state + x[:, t] + constant
        keep = mask[:, t, None]
        output, state = np.where(keep, 2 * new, output), np.where(keep, new, state)
        outputs.append(output)
    return output, np.stack(outputs, axis=1), state


MASK = np.array([[1, 1, 0, 1], [0, 1, 1, 0], [1, 1, 1, 1]], bool)
START = RNG.normal(size=(3, 5)).astype("float32")


def check(got, expected):
    last, outputs, (state,) = got
    for one, other in zip((last, outputs, state), expected, strict=True):
        np.testing.assert_allclose(pk.k_eval(one), other, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(("backwards", "unroll", "masked"), list(itertools.product([False, True], repeat=3)))
def test_steps_of_a_series(backwards, unroll, masked):
    mask = MASK if masked else None
    got = pk.k_rnn(step, X, [START], go_backwards=backwards, mask=mask, constants=[X[:, 0]], unroll=unroll)
    check(got, by_hand(X, START, X[:, 0], mask, backwards))


@pytest.mark.parametrize("backwards", [False, True])
def test_lengths_are_a_mask(backwards):
    lengths = np.array([4, 2, 3])
    mask = np.arange(4) < lengths[:, None]
    check(pk.k_rnn(step, X, [START], backwards, input_length=lengths), by_hand(X, START, 0, mask, backwards))
    both = by_hand(X, START, 0, mask & MASK, backwards)
    check(pk.k_rnn(step, X, START, backwards, mask=MASK[..., None], input_length=lengths), both)
    check(pk.k_rnn(step, X, [START], input_length=2.0), by_hand(X, START, 0, np.arange(4)[None] < np.full((3, 1), 2)))


def test_inputs_and_states_in_structures():
    def two(inputs, states):
        return {"sum": inputs[0] + inputs[1]}, [states[0] + inputs[0], states[1] + 1]

    last, outputs, states = pk.k_rnn(two, [X, 2 * X], [START, np.zeros((3, 1), "float32")])
    np.testing.assert_allclose(pk.k_eval(last["sum"]), 3 * X[:, -1], rtol=1e-5)
    np.testing.assert_allclose(pk.k_eval(outputs["sum"]), 3 * X, rtol=1e-5)
    np.testing.assert_allclose(pk.k_eval(states[0]), START + X.sum(1), rtol=1e-4, atol=1e-5)
    assert (pk.k_eval(states[1]) == 4).all()


@pytest.mark.parametrize("unroll", [False, True])
def test_in_a_model(unroll):
    x = pk.k_placeholder((None, 4, 5))
    last, outputs, states = pk.k_rnn(step, x, [x[:, 0] * 0], unroll=unroll)
    assert [tuple(t.shape) for t in (last, outputs, *states)] == [(None, 5), (None, 4, 5), (None, 5)]
    got = pk.k_function([x], [last, outputs, *states])([X])
    check((got[0], got[1], got[2:]), by_hand(X, np.zeros_like(START)))


def test_loops_in_a_model():
    x = pk.k_placeholder((None, 3))
    total = pk.k_foldl(lambda a, e: a + e, x)
    squares = pk.k_map_fn(pk.k_square, x)
    assert (tuple(total.shape), tuple(squares.shape)) == ((3,), (None, 3))
    got = pk.k_function([x], [total, squares])([np.ones((2, 3))])
    assert (got[0].tolist(), got[1].tolist()) == ([2, 2, 2], [[1, 1, 1], [1, 1, 1]])


def test_what_a_loop_over_time_cannot_do():
    with pytest.raises(pk.ShapeError, match="the function was given 1 tensors to go on with, and returned 2"):
        pk.k_rnn(lambda x, states: (x, [*states, x]), X, [START])
    with pytest.raises(pk.InvalidValueError, match="must return the output and a list of the new states, it returned"):
        pk.k_rnn(lambda x, states: x, X[:2], [START[:2]])
    with pytest.raises(pk.ShapeError, match=r"mask must have shape \(samples, steps\)"):
        pk.k_rnn(step, X, [START], mask=np.ones(4, bool))
