"""sequences/missing.py: NaN found, refused, marked; windows that hold any left out."""

import numpy as np
import pandas
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipekeras.errors import DataError, InvalidValueError
from pipekeras.sequences import missing
from pipekeras.sequences.plan import Shape, plan_windows
from pipekeras.sequences.sources_base import ArraySource
from pipekeras.sequences.windows import sequence_windows

pytestmark = pytest.mark.any_backend

NAN, INF = np.nan, np.inf
FRAME = pandas.DataFrame({"wind": np.arange(10.0), "temp": [0, 1, NAN, 3, 4, NAN, 6, 7, 8, 9.0]})


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from([1.0, 1.0, NAN]), min_size=2, max_size=30).filter(lambda v: len(v) % 2 == 0), st.data())
def test_what_is_found_against_a_loop(values, data):
    array = np.array(values).reshape(-1, 2)
    begin = data.draw(st.integers(0, len(array) - 1))
    end = data.draw(st.integers(begin + 1, len(array)))
    gone = [(row, column) for row in range(begin, end) for column in (0, 1) if np.isnan(array[row, column])]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(missing, "_AT_ONCE", 3)  # more than one block
        found = missing.find(array, (begin, end), "data", "f")
    if not gone:
        assert found is None
        return
    assert (found.many, found.row, found.column) == (len(gone), *gone[0])
    for row in range(len(array)):
        assert found.some[row] == any(place[0] == row for place in gone)
        assert found.all[row] == (sum(place[0] == row for place in gone) == 2)


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.booleans(), min_size=30, max_size=30), st.lists(st.booleans(), min_size=30, max_size=30),
    st.integers(1, 4), st.lists(st.integers(1, 4), max_size=2, unique=True), st.integers(1, 3), st.integers(-3, 3),
    st.booleans(), st.booleans(),
)  # fmt: skip
def test_windows_left_out_against_a_loop(bad, bad_targets, lookback, steps, rate, delay, per_step, partial):
    shape = Shape(lookback, tuple(steps), delay, 1, rate, per_step, partial)
    plan = plan_windows(shape, [0, 18], [18, 30], "f")
    left = []
    for number in range(len(plan)):
        starts, series = plan.starts(np.array([number]))
        low, high = plan.begins[series[0]], plan.ends[series[0]]
        rows, targets = plan.step_rows(starts).ravel(), plan.target_rows(starts).ravel()
        wrong = any(bad[row] for row in rows if low <= row < high)
        if not (wrong or any(bad_targets[row] for row in targets if low <= row < high)):
            left.append(number)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(missing, "_AT_ONCE", 7)
        if not left:
            with pytest.raises(DataError, match=f"leaves no window: each of the {len(plan)} has a missing value"):
                missing.leave_out(plan, np.array(bad), np.array(bad_targets), "f")
            return
        some = missing.leave_out(plan, np.array(bad), np.array(bad_targets), "f")
    assert (some.keep.tolist() if some.keep is not None else list(range(len(plan)))) == left
    assert (some is plan) == (len(left) == len(plan))


def test_values_that_are_missing_are_an_error_that_counts_them():
    message = (
        r"sequence_windows: 2 values are missing \(NaN\) from data in 2 rows, the first in row 2, column 'temp': fill"
        r' them in, as with data\.interpolate\(\) or data\.ffill\(\); or say missing="drop" to leave out the windows'
        r' that hold any, or missing="mark" to have pad_value instead'
    )
    with pytest.raises(DataError, match=message):
        sequence_windows(FRAME, lookback=2)
    with pytest.raises(DataError, match=r"from data, the first in row 3: fill"):
        sequence_windows([0.0, 1, 2, None, 4], lookback=2)
    with pytest.raises(DataError, match=r"from data, the first in row 1, column 1: fill"):
        sequence_windows(np.array([[1, 1], [1, NAN], [1, 1]]), lookback=2)


def test_targets_that_are_missing_say_so_themselves():
    message = (
        r"2 values are missing \(NaN\) from targets in 2 rows, the first in row 2, column 'temp': missing=\"mark\""
        r" gives windows the sample weight 0 whose targets are, missing=\"drop\" leaves them out"
    )
    for targets in ("temp", FRAME[["temp"]]):
        with pytest.raises(DataError, match=message):
            sequence_windows(FRAME, targets, columns="wind", lookback=2)


def test_what_is_known_ahead_and_missing():
    with pytest.raises(
        DataError, match=r"2 values are missing \(NaN\) from known in 2 rows, .*: fill them in, as with known"
    ):
        sequence_windows(FRAME["wind"], known=FRAME["temp"], lookback=2)


def test_windows_that_hold_any_are_dropped():
    dataset = sequence_windows(FRAME, "wind", lookback=2, missing="drop")
    x, y = dataset[0]
    assert x[:, :, 1].tolist() == [[0, 1], [3, 4], [6, 7], [7, 8]]
    assert y[:, 0].tolist() == [2, 5, 8, 9]  # the inputs of these rows are no matter
    assert sequence_windows(FRAME, lookback=2, missing="drop").n == 2
    assert sequence_windows(FRAME["wind"], lookback=2, missing="drop").plan.keep is None


def test_values_are_marked():
    dataset = sequence_windows(FRAME["temp"], lookback=2, missing="mark", pad_value=-9)
    x, y, weight = dataset[0]
    assert x[1, :, 0].tolist() == [1, -9] and dataset.mask(0)[1].tolist() == [True, False]
    assert y[:, 0].tolist() == [-9, 3, 4, -9, 6, 7, 8, 9]
    np.testing.assert_allclose(weight, np.array([0, 1, 1, 0, 1, 1, 1, 1]) * 8 / 6)
    x, y = sequence_windows(FRAME, "wind", lookback=2, missing="mark", pad_value=-9)[0]  # no target is missing
    assert x[1].tolist() == [[1, 1], [2, -9]]
    assert np.isnan(FRAME["temp"]).sum() == 2  # what was given stays as it is


def test_only_rows_that_are_used_count():
    assert sequence_windows(FRAME, lookback=2, start=6).n == 2
    assert sequence_windows(FRAME.to_numpy(), lookback=2, start=6)[0][0].tolist() == [
        [[6, 6], [7, 7]],
        [[7, 7], [8, 8]],
    ]


@pytest.mark.parametrize("policy", ["error", "drop", "mark"])
def test_infinite_values_are_an_error(policy):
    message = r"data has an infinite value in row 1; it may be a division by zero, or too large for float32"
    for value in (INF, 1e39):
        with pytest.raises(DataError, match=message):
            sequence_windows([1.0, value, 3, 4], lookback=2, missing=policy)


def test_categories_that_are_missing():
    words = pandas.Series(["a", "b", None, "a", "c", "a"], dtype="category")
    with pytest.raises(DataError, match="data is categorical and misses 1 of its 6 values"):
        sequence_windows(words, lookback=2)
    x, y = sequence_windows(words, lookback=2, missing="drop")[0]
    assert x.tolist() == [[0, 2]] and y.tolist() == [[0]]
    x, y, weight = sequence_windows(words, lookback=2, missing="mark", pad_value=3)[0]
    assert x.tolist() == [[0, 1], [1, 3], [3, 0], [0, 2]] and (weight > 0).tolist() == [False, True, True, True]
    frame = pandas.DataFrame({"w": words, "v": np.arange(6.0)})
    x, _ = sequence_windows(frame, "v", lookback=2, missing="drop")[0]
    assert x[:, :, 0].tolist() == [[0, 1], [0, 2]]


def test_a_policy_that_is_none():
    with pytest.raises(InvalidValueError, match='missing must be "error", "drop" or "mark", it got True'):
        sequence_windows(FRAME, lookback=2, missing=True)


# Sources --------------------------------------------------------------------------------------------------------------


class Watched(ArraySource):
    """A source that tells how many rows were read of it at a time."""

    array = None
    most = 0

    def _read(self, begin, end):
        self.most = max(self.most, end - begin)
        return super()._read(begin, end)


def test_a_file_is_looked_at_batch_by_batch():
    source = Watched(FRAME.to_numpy())
    source.columns = ["wind", "temp"]
    dataset = sequence_windows(source, "wind", lookback=2, batch_size=1)
    assert source.most == 0  # nothing was read
    assert dataset[0][0].shape == (1, 2, 2)
    with pytest.raises(
        DataError, match=r"data is missing values \(NaN\) in row 2, column 'temp', which this batch reads"
    ):
        dataset[1]
    with pytest.raises(DataError, match=r"targets is missing values \(NaN\) in row 2, column 'temp'"):
        sequence_windows(source, "temp", columns="wind", lookback=2)[0]
    infinite = sequence_windows(ArraySource(np.array([[1.0], [INF], [2], [3]])), lookback=2)
    with pytest.raises(DataError, match="data has an infinite value in row 1"):
        infinite[0]


@pytest.mark.parametrize("policy", ["drop", "mark"])
def test_a_file_gives_what_an_array_gives(policy, monkeypatch):
    monkeypatch.setattr(missing, "_AT_ONCE", 6)
    source = Watched(FRAME.to_numpy())
    arrays = sequence_windows(FRAME.to_numpy(), 1, lookback=2, missing=policy)[0]
    read = sequence_windows(source, 1, lookback=2, missing=policy)[0]
    assert 0 < source.most <= 6
    for one, other in zip(arrays, read, strict=True):
        np.testing.assert_array_equal(one, other)
