"""All of sequence_windows() against a loop in plain Python that does one window after the other, cell by cell."""

import math
from dataclasses import dataclass, field

import numpy as np
import pandas
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipekeras.errors import DataError
from pipekeras.sequences.making import make, mask, weight_of
from pipekeras.sequences.sources_base import ArraySource
from pipekeras.sequences.windows import sequence_windows

pytestmark = pytest.mark.any_backend

PAD = -7.0


@dataclass
class Case:
    """What is drawn: rows, what they hold, and all arguments."""

    x: np.ndarray
    y: np.ndarray | None
    kind: str
    targets: str
    known: np.ndarray | None
    groups: list | None
    times: list | None
    start: int
    end: int
    arguments: dict = field(default_factory=dict)


@st.composite
def cases(draw, shuffle=False):
    n = draw(st.integers(1, 36))
    times = groups = None
    missing, gaps = draw(st.sampled_from(["error", "drop", "mark"])), draw(st.sampled_from(["error", "drop", "mark"]))
    x = np.array([[10.0 * row, 10.0 * row + 1] for row in range(n)])
    own = np.array([[10.0 * row + 2, 10.0 * row + 3] for row in range(n)])
    known = np.array([10.0 * row + 4 for row in range(n)]) if draw(st.booleans()) else None
    if missing != "error":
        places = st.lists(st.tuples(st.integers(0, n - 1), st.sampled_from([[0], [1], [0, 1]])), max_size=3)
        for array in (x, own):
            for row, columns in draw(places):
                array[row, columns] = math.nan
        if known is not None:
            for row in draw(st.lists(st.integers(0, n - 1), max_size=2)):
                known[row] = math.nan
    if draw(st.booleans()):
        cuts = sorted(set(draw(st.lists(st.integers(1, n), max_size=3))))
        groups = [f"series {sum(row >= cut for cut in cuts)}" for row in range(n)]
    if gaps != "error" or draw(st.booleans()):
        times = [5]
        for row in range(1, n):
            jump = draw(st.sampled_from([1, 1, 1, 1, 2, 4])) if gaps != "error" else 1
            new = groups is not None and groups[row] != groups[row - 1]
            times.append(3 if new else times[-1] + jump)
    start = draw(st.integers(0, n - 1)) if draw(st.booleans()) else 0
    end = draw(st.integers(start + 1, n)) if draw(st.booleans()) else n
    horizon = draw(st.one_of(st.integers(1, 3), st.lists(st.integers(1, 5), min_size=1, max_size=3, unique=True)))
    targets = draw(st.sampled_from(["self", "column", "columns", "array", "array of one", "none"]))
    arguments = dict(
        lookback=draw(st.integers(1, 5)),
        horizon=horizon,
        delay=draw(st.integers(-4, 4)),
        stride=draw(st.integers(1, 4)),
        sampling_rate=draw(st.integers(1, 3)),
        batch_size=draw(st.integers(1, 9)),
        per_step=draw(st.booleans()),
        partial=draw(st.sampled_from(["drop", "pad"])),
        missing=missing,
        gaps=gaps,
        shuffle=shuffle,
    )
    y = own if targets == "array" else own[:, :1] if targets == "array of one" else None
    if targets == "columns" and n == 2:
        targets = "column"  # a list of as many numbers as there are rows is a target for each
    kind = draw(st.sampled_from(["array", "single", "columns first", "source", "frame"]))
    known = None if targets == "none" else known
    return Case(x, y, kind, targets, known, groups, times, start, end, arguments)


def windows_of(case):
    """The dataset."""
    data = {
        "array": lambda: case.x,
        "single": lambda: case.x.astype("float32"),
        "columns first": lambda: np.asfortranarray(case.x),
        "source": lambda: ArraySource(case.x),
        "frame": lambda: pandas.DataFrame(case.x, columns=["a", "b"]),
    }[case.kind]()
    named = case.kind == "frame"
    columns = {"column": "b" if named else 1, "columns": ["b", "a"] if named else [1, 0]}
    targets = {"self": None, "none": False, **columns}.get(case.targets, case.y)
    more = {} if case.groups is None else {"groups": case.groups, "static": {g: [ord(g[-1])] for g in case.groups}}
    more |= {} if case.times is None else {"time": case.times, "freq": 1}
    return sequence_windows(
        data, targets, start=case.start, end=case.end, known=case.known, pad_value=PAD, seed=3, **more, **case.arguments
    )


# The loop -------------------------------------------------------------------------------------------------------------


def series_of(case):
    """[(id, slots)]: the rows of each series in turn, None where a row is put in."""
    result = []
    for row in range(case.start, case.end):
        name = None if case.groups is None else case.groups[row]
        new = not result or name != result[-1][0]
        if not new and case.times is not None:
            jump = case.times[row] - case.times[row - 1]
            if jump != 1 and case.arguments["gaps"] == "drop":
                new = True
            elif jump != 1:
                result[-1][1].extend([None] * (jump - 1))
        if new:
            result.append((name, []))
        result[-1][1].append(row)
    return result


def targets_by_row(case):
    x = {"self": case.x, "column": case.x[:, [1]], "columns": case.x[:, [1, 0]], "none": None}
    return x.get(case.targets, case.y)


def cell(value):
    return PAD if math.isnan(value) else value


def brute(case):
    """[(x, y, weight, mask, known, id)] of all windows in order, as nested lists."""
    a, y = case.arguments, targets_by_row(case)
    steps = a["horizon"] if isinstance(a["horizon"], list) else list(range(1, a["horizon"] + 1))
    drop, result = a["missing"] == "drop", []
    for name, slots in series_of(case):

        def there(place, slots=slots):
            return 0 <= place < len(slots)

        def row(place, slots=slots):
            return slots[place] if 0 <= place < len(slots) else None

        for first in range(-60, len(slots)):
            if first % a["stride"]:
                continue
            places = [first + k * a["sampling_rate"] for k in range(a["lookback"])]
            sources = places if a["per_step"] else [places[-1]]
            ahead = [[p + a["delay"] + step - 1 for step in steps] for p in sources] if y is not None else []
            flat = [p for group in ahead for p in group]
            if a["partial"] == "drop":
                if not all(map(there, places + flat)):
                    continue
            elif not there(places[-1]) or (flat and (min(flat) >= len(slots) or max(flat) < 0)):
                continue
            if drop and any(row(p) is not None and np.isnan(case.x[row(p)]).any() for p in places):
                continue
            if drop and any(row(p) is not None and np.isnan(y[row(p)]).any() for p in flat):
                continue
            if (
                drop
                and case.known is not None
                and any(row(p) is not None and math.isnan(case.known[row(p)]) for p in flat)
            ):
                continue
            x = [[PAD, PAD] if row(p) is None else [cell(v) for v in case.x[row(p)]] for p in places]
            real = [row(p) is not None and not np.isnan(case.x[row(p)]).all() for p in places]
            if drop:
                real = [row(p) is not None for p in places]
            values, weights, known = [], [], []
            for own_real, group in zip(real if a["per_step"] else [True], ahead, strict=False):
                values.append([[PAD] * y.shape[1] if row(p) is None else [cell(v) for v in y[row(p)]] for p in group])
                weights.append([own_real and row(p) is not None and not np.isnan(y[row(p)]).any() for p in group])
                if case.known is not None:
                    known.append([[PAD] if row(p) is None else [cell(case.known[row(p)])] for p in group])
            result.append((x, values, weights, real, known, name))
    return result


def shaped(case, found):
    """What the loop found, as arrays of the shapes that are promised: x, y, weights, mask, known."""
    a = case.arguments
    x, values, weights, real, known, _ = (np.array(part) for part in zip(*found, strict=True))
    one = len(a["horizon"]) == 1 if isinstance(a["horizon"], list) else a["horizon"] == 1
    if case.targets == "none":
        return x, None, None, real, None
    if not a["per_step"]:
        values, weights, known = values[:, 0], weights[:, 0], known[:, 0] if case.known is not None else known
    axis = 2 if a["per_step"] else 1
    if one:
        values, weights = values.take(0, axis), weights[..., 0]
        known = known.take(0, axis) if case.known is not None else known
    elif values.shape[-1] == 1:
        values, weights = values[..., 0], weights.all(-1, keepdims=True)
    return x, values, weights, real, known


def check(case):
    """The dataset against the loop."""
    found = brute(case)
    if not found:
        with pytest.raises(DataError, match=r"too few|no window|leaves no window"):
            windows_of(case)
        return
    dataset = windows_of(case)
    assert dataset.n == len(found)
    numbers = np.arange(dataset.n)
    x, y, weights, real, known = shaped(case, found)
    batch = make(dataset.series, dataset.plan, numbers, PAD)
    inputs = batch[0] if isinstance(batch[0], dict) else {"x": batch[0]}
    assert inputs["x"].dtype == np.float32
    np.testing.assert_array_equal(inputs["x"], x)
    np.testing.assert_array_equal(mask(dataset.series, dataset.plan, numbers), real)
    assert ("known" in inputs) == (case.known is not None) and ("static" in inputs) == (case.groups is not None)
    if case.known is not None:
        np.testing.assert_array_equal(inputs["known"], known)
    if case.groups is not None:
        np.testing.assert_array_equal(inputs["static"], [[ord(name[-1])] for *_, name in found])
    if y is None:
        assert len(batch) == 1
        return
    assert batch[1].shape == y.shape
    np.testing.assert_array_equal(batch[1], y)
    if len(batch) == 3:
        assert batch[2].dtype == np.float32
        np.testing.assert_array_equal(batch[2], weights)
    else:
        assert np.all(weights)


@settings(max_examples=150, deadline=None)
@given(cases())
def test_every_window_and_no_other(case):
    check(case)


@settings(max_examples=50, deadline=None)
@given(cases(shuffle=True))
def test_shuffled_passes_have_each_window_once(case):
    found = brute(case)
    if not found:
        return
    dataset = windows_of(case)
    weight = weight_of(dataset.series, dataset.plan)
    ordered = make(dataset.series, dataset.plan, np.arange(dataset.n), PAD, weight)
    for _ in range(2):
        numbers = np.concatenate([dataset.numbers(dataset.state_dict()["epoch"], i) for i in range(len(dataset))])
        assert sorted(numbers.tolist()) == list(range(len(found)))
        parts = list(dataset)
        assert [len(part) for part in parts] == [len(ordered)] * len(parts)
        xs = [part[0]["x"] if isinstance(part[0], dict) else part[0] for part in parts]
        whole = ordered[0]["x"] if isinstance(ordered[0], dict) else ordered[0]
        np.testing.assert_array_equal(np.concatenate(xs), whole[numbers])
        for place in range(1, len(ordered)):
            np.testing.assert_array_equal(np.concatenate([part[place] for part in parts]), ordered[place][numbers])
        dataset.on_epoch_end()
