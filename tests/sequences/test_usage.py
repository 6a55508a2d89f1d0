"""Which rows windows use, worked out by arithmetic, against counting them one by one."""

import dataclasses

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pipekeras.errors import DataError
from pipekeras.sequences.plan import Shape, plan_windows
from pipekeras.sequences.usage import counts, partial, usage, used

pytestmark = pytest.mark.any_backend


@settings(max_examples=50, deadline=None)
@given(
    n=st.integers(1, 12),
    stride=st.integers(1, 9),
    offsets=st.lists(st.integers(-20, 40), min_size=1, max_size=8),
    begin=st.integers(-10, 10),
    length=st.integers(0, 70),
)
def test_rows_are_counted_as_one_by_one(n, stride, offsets, begin, length):
    end = begin + length
    rows = {i * stride + offset for i in range(n) for offset in offsets if begin <= i * stride + offset < end}
    found = used(n, stride, np.array(offsets), begin, end)
    assert found == (len(rows), min(rows, default=None), max(rows, default=None))


def plans():
    """Plans of windows over up to three series, of all shapes."""
    shapes = st.builds(
        Shape,
        lookback=st.integers(1, 5),
        steps=st.sampled_from([(), (1,), (1, 2, 3), (1, 4), (5, 2)]),
        delay=st.integers(-4, 4),
        stride=st.integers(1, 6),
        rate=st.integers(1, 3),
        per_step=st.booleans(),
        partial=st.booleans(),
    )
    return st.tuples(shapes, st.lists(st.integers(0, 25), min_size=1, max_size=3), st.one_of(st.none(), st.integers(0)))


def planned(shape, lengths, chosen):
    """A plan; with `chosen`, a whole number whose bits say which, some windows alone."""
    ends = np.cumsum(lengths) + 3  # some rows before the first series belong to none
    try:
        plan = plan_windows(shape, ends - lengths, ends, "here")
    except DataError:
        assume(False)
    if chosen is None:
        return plan
    keep = np.array([number for number in range(len(plan)) if chosen >> number % 64 & 1], "int64")
    assume(len(keep))
    return dataclasses.replace(plan, keep=keep)


def one_by_one(plan):
    """(begin, end, step rows, target rows) of every window."""
    for number in range(len(plan)):
        starts, stretch = plan.starts(np.array([number]))
        targets = plan.target_rows(starts).ravel() if plan.shape.steps else np.empty(0, int)
        yield plan.begins[stretch[0]], plan.ends[stretch[0]], plan.step_rows(starts).ravel(), targets


@settings(max_examples=50, deadline=None)
@given(plans())
def test_a_plan_uses_the_rows_of_its_windows(given_):
    plan = planned(*given_)
    inputs, outputs = set(), set()
    for begin, end, rows, targets in one_by_one(plan):
        inputs |= {int(row) for row in rows if begin <= row < end}
        outputs |= {int(row) for row in targets if begin <= row < end}
    expected = [(len(rows), min(rows, default=None), max(rows, default=None)) for rows in (inputs, outputs)]
    assert list(usage(plan)) == expected


@settings(max_examples=50, deadline=None)
@given(plans())
def test_each_series_has_its_windows(given_):
    plan = planned(*given_)
    begins = [int(begin) for begin, _, _, _ in one_by_one(plan)]
    assert counts(plan).tolist() == [begins.count(begin) for begin in plan.begins.tolist()]


@settings(max_examples=50, deadline=None)
@given(plans())
def test_windows_that_reach_beyond_their_series_are_counted(given_):
    plan = planned(*given_)
    early = late = 0
    for begin, end, rows, targets in one_by_one(plan):
        early += bool((rows < begin).any())
        late += bool(((targets < begin) | (targets >= end)).any())
    assert partial(plan) == (early, late)


def test_many_windows_take_no_longer():
    plan = plan_windows(Shape(lookback=1440, steps=(1, 24), rate=6), [0], [10**12], "here")
    windows, targets = usage(plan)
    assert windows == (10**12 - 24, 0, 10**12 - 25)
    assert targets == (10**12 - 1439 * 6 - 1, 1439 * 6 + 1, 10**12 - 1)
