"""sequences/plan.py: arithmetic alone, which needs no data and no backend."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipekeras.errors import DataError, InvalidValueError
from pipekeras.sequences.plan import Shape, plan_windows, steps_of

pytestmark = pytest.mark.any_backend


def test_a_horizon_is_so_many_steps_or_those_that_are_named():
    assert steps_of(3, "f") == (1, 2, 3)
    assert steps_of(3.0, "f") == (1, 2, 3)
    assert steps_of([1, 6, 24], "f") == steps_of(np.array([1.0, 6.0, 24.0]), "f") == (1, 6, 24)


@pytest.mark.parametrize(
    ("horizon", "message"),
    [
        ([], r"f: horizon is an empty list; give the steps ahead, as in horizon=\[1, 3, 6\]"),
        ([2, 2], r"f: horizon has a step twice: \[2, 2\]"),
        ([0], r"f: each step of horizon must be at least 1, it got 0"),
        (0, r"f: horizon must be at least 1, it got 0"),
        (1.5, r"f: horizon must be a whole number, it got 1.5"),
    ],
)
def test_a_horizon_that_cannot_be(horizon, message):
    with pytest.raises(InvalidValueError, match=message):
        steps_of(horizon, "f")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"lookback": 0}, "f: lookback must be at least 1, it got 0"),
        ({"lookback": "3"}, "f: lookback must be a whole number, it got '3'"),
        ({"lookback": 3, "delay": 0.5}, "f: delay must be a whole number, it got 0.5"),
        ({"lookback": 3, "stride": 0}, "f: stride must be at least 1, it got 0"),
        ({"lookback": 3, "sampling_rate": -1}, "f: sampling_rate must be at least 1, it got -1"),
        ({"lookback": 3, "per_step": 1}, "f: per_step must be True or False, it got 1"),
    ],
)
def test_shapes_that_cannot_be(arguments, message):
    with pytest.raises(InvalidValueError, match=message):
        Shape.of("f", **arguments)


def test_the_slide_in_numbers():
    """The slide's first window: x = rows 0 to 6, y = the row after."""
    plan = plan_windows(Shape(7), [0], [14], "f")
    starts, series = plan.starts(np.arange(len(plan)))
    assert starts.tolist() == list(range(7)) and series.tolist() == [0] * 7
    assert plan.step_rows(starts)[0].tolist() == list(range(7))
    assert plan.target_rows(starts)[:, 0].tolist() == list(range(7, 14))


def test_windows_of_several_series_are_numbered_one_series_after_the_other():
    plan = plan_windows(Shape(3, stride=2), [0, 10, 12], [10, 12, 20], "f")  # the second is too short
    starts, series = plan.starts(np.arange(len(plan)))
    assert starts.tolist() == [0, 2, 4, 6, 12, 14, 16]
    assert plan.begins[series].tolist() == [0] * 4 + [12] * 3


def test_windows_that_are_left_keep_their_places():
    import dataclasses

    whole = plan_windows(Shape(3), [0, 10], [10, 20], "f")
    some = dataclasses.replace(whole, keep=np.array([1, 6, 7, 13]))
    assert len(some) == 4
    for some_part, part in zip(some.starts(np.array([3, 0, 2])), whole.starts(np.array([13, 1, 7])), strict=True):
        np.testing.assert_array_equal(some_part, part)


@settings(max_examples=50, deadline=None)
@given(
    st.integers(0, 30), st.integers(1, 5), st.lists(st.integers(1, 5), max_size=3, unique=True), st.integers(-6, 6),
    st.integers(1, 4), st.integers(1, 3), st.booleans(),
)  # fmt: skip
def test_needs_is_the_least_length_that_has_a_window(length, lookback, steps, delay, stride, rate, per_step):
    shape = Shape(lookback, tuple(steps), delay, stride, rate, per_step)
    first, end = shape.numbers(length)
    found = []
    for i in range(200):
        places = [i * stride + k * rate for k in range(lookback)]
        places += [p + delay + s - 1 for p in (places if per_step else places[-1:]) for s in steps]
        if all(0 <= place < length for place in places):
            found.append(i)
    assert list(range(first, end)) == found
    if stride == 1:
        assert bool(found) == (length >= shape.needs)


@pytest.mark.parametrize(
    ("shape", "ends", "message"),
    [
        (Shape(12), [10], "f: the series has 10 rows, and lookback=12 with horizon=1 and delay=1 needs 13: 3 too few"),
        (Shape(5, ()), [3], "f: the series has 3 rows, and lookback=5 needs 5: 2 too few"),
        (
            Shape(5, (1, 7), delay=2, rate=3),
            [20],
            r"lookback=5 at sampling_rate=3 with horizon=\[1, 7\] and delay=2 needs 21: 1 too few",
        ),
        (Shape(12), [7, 10], "f: the longest of 2 series has 7 rows"),
        (
            Shape(2, delay=-3, stride=10),
            [9],
            "the series has 9 rows, and with lookback=2 .* no window that begins at a multiple of stride=10 fits",
        ),
    ],
)
def test_too_short_says_by_how_much(shape, ends, message):
    begins = [0, *ends[:-1]]
    with pytest.raises(DataError, match=message):
        plan_windows(shape, begins, ends, "f")


def test_too_short_says_what_the_parts_are():
    with pytest.raises(DataError, match="f: the longest of 2 parts has 7 rows"):
        plan_windows(Shape(12), [0, 7], [7, 10], "f", "parts")
