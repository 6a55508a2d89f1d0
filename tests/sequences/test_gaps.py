"""sequences/gaps.py: times that are missing, in windows."""

import numpy as np
import pandas
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipekeras.errors import DataError, InvalidValueError
from pipekeras.sequences.gaps import regular
from pipekeras.sequences.steps import times_of
from pipekeras.sequences.windows import sequence_windows

pytestmark = pytest.mark.any_backend

HOURS = pandas.date_range("2024-01-01", periods=12, freq="h")
SERIES = pandas.Series(np.arange(12.0), index=HOURS).drop(HOURS[[5, 6]])


@settings(max_examples=50, deadline=None)
@given(st.lists(st.sampled_from([1, 1, 1, 2, 3]), max_size=14), st.sets(st.integers(1, 13)), st.data())
def test_gaps_against_a_loop(jumps, borders, data):
    times = np.cumsum([3, *jumps])
    n = len(times)
    begins = np.array([0, *sorted(border for border in borders if border < n)])
    ends = np.append(begins[1:], n)
    runs = []  # (series, [row or None, ...], ...), cut at gaps or filled
    filled = []
    for series, (begin, end) in enumerate(zip(begins, ends, strict=True)):
        runs.append((series, [begin]))
        filled.append([begin])
        for row in range(begin + 1, end):
            jump = times[row] - times[row - 1]
            if jump > 1:
                runs.append((series, []))
                filled[-1] += [-1] * (jump - 1)
            runs[-1][1].append(row)
            filled[-1].append(row)
    cut = regular("drop", times_of(times, "f"), begins, ends, 1, "f")
    assert list(zip(cut.which, cut.begins, cut.ends, strict=True)) == [(s, rows[0], rows[-1] + 1) for s, rows in runs]
    assert cut.rows is None
    marked = regular("mark", times_of(times, "f"), begins, ends, 1, "f")
    assert np.diff(np.append(marked.begins, marked.ends[-1])).tolist() == list(map(len, filled))
    if marked.rows is not None:
        assert marked.rows.tolist() == [row for rows in filled for row in rows]
        for begin, end in zip(marked.begins, marked.ends, strict=True):
            assert (np.diff(marked.times.values[begin:end]) == 1).all()
    else:
        assert len(runs) == len(begins)


def test_a_gap_is_an_error_that_says_where_and_what_to_do():
    message = (
        r"sequence_windows: time has 1 gap, the first between rows 4 \(2024-01-01 04:00:00\) and 5 \(2024-01-01"
        r" 07:00:00\), which are 3 steps of 01:00:00 apart\. Say gaps=\"drop\" to leave out the windows across,"
        r" gaps=\"mark\" to have rows for what is missing, freq= if a step is something else, or time=False to"
        r" count rows alone"
    )
    with pytest.raises(DataError, match=message):
        sequence_windows(SERIES, lookback=3)


def test_times_that_are_not_regular_are_said_to_be_so():
    with pytest.raises(DataError, match=r"time is not regular: 3 of 4 rows are not one step of 1 after the row before"):
        sequence_windows(np.arange(5.0), lookback=2, time=[0, 1, 3, 6, 10])
    with pytest.raises(DataError, match=r"4 of 4 rows are not one step of 2.* Leave out freq=2 to have the"):
        sequence_windows(np.arange(5.0), lookback=2, time=range(5), freq=2)


def test_rows_may_be_counted_without_their_times():
    assert sequence_windows(SERIES, lookback=3, time=False).n == 7


def test_windows_across_a_gap_are_dropped():
    dataset = sequence_windows(SERIES, lookback=3, gaps="drop")
    x, y = dataset[0]
    assert x[:, :, 0].tolist() == [[0, 1, 2], [1, 2, 3], [7, 8, 9], [8, 9, 10]]
    assert y[:, 0].tolist() == [3, 4, 10, 11]
    with pytest.raises(
        DataError, match="the longest of 2 parts between gaps in time has 5 rows, and lookback=5 .* needs"
    ):
        sequence_windows(SERIES, lookback=5, gaps="drop")


def test_rows_are_put_in_where_times_are_missing():
    dataset = sequence_windows(SERIES, lookback=3, gaps="mark", pad_value=-1)
    assert dataset.series.times.tolist() == HOURS.to_numpy().tolist()
    assert dataset.series.rows.tolist() == [0, 1, 2, 3, 4, -1, -1, 5, 6, 7, 8, 9]
    x, y, weight = dataset[0]
    assert x[3, :, 0].tolist() == [3, 4, -1] and dataset.mask(0)[3].tolist() == [True, True, False]
    assert y[2:4, 0].tolist() == [-1, -1] and (weight > 0).tolist() == [True, True, False, False, *[True] * 5]


def test_rows_that_are_put_in_and_values_that_are_missing_are_marked_alike():
    series = SERIES.copy()
    series.iloc[2] = np.nan
    dataset = sequence_windows(series, lookback=2, gaps="mark", missing="mark")
    assert (dataset[0][2] > 0).tolist() == [False, True, True, False, False, *[True] * 5]
    assert dataset.mask(0)[:, 0].tolist() == [True, True, False, True, True, False, False, True, True, True]
    dropped = sequence_windows(series, lookback=2, gaps="mark", missing="drop")
    assert dropped[0][0][:, 0, 0].tolist() == [3, 4, 0, 0, 7, 8, 9]


@pytest.mark.parametrize("freq", ["MS", "B", "W", "ME", "15min", "D"])
def test_times_that_are_put_in_are_those_that_were_missing(freq):
    index = pandas.date_range("2023-11-01", periods=20, freq=freq)
    dataset = sequence_windows(pandas.Series(np.arange(18.0), index=index.delete([7, 8])), lookback=2, gaps="mark")
    assert (pandas.DatetimeIndex(dataset.series.times) == index).all()


def test_nothing_changes_where_nothing_is_missing():
    whole = pandas.Series(np.arange(12.0), index=HOURS)
    for gaps in ("error", "drop", "mark"):
        dataset = sequence_windows(whole, lookback=3, gaps=gaps)
        assert dataset.n == 9 and len(dataset[0]) == 2 and dataset.series.rows is None


def test_several_series_have_times_of_their_own():
    frame = pandas.DataFrame({"id": [1, 1, 1, 2, 2, 2], "t": [0, 1, 2, 0, 1, 2], "v": np.arange(6.0)})
    dataset = sequence_windows(frame, lookback=2, groups="id", time="t")
    assert dataset.n == 2 and dataset.series.columns == ["v"]


def test_only_rows_that_are_used_must_be_regular():
    assert sequence_windows(SERIES, lookback=3, end=5).n == 2
    assert sequence_windows(SERIES, lookback=3, start=5).n == 2


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (
            dict(gaps="marks"),
            InvalidValueError,
            r'gaps must be "error", "drop" or "mark", it got \'marks\'; did you mean',
        ),
        (dict(time=False, gaps="drop"), InvalidValueError, "gaps='drop', but the rows have no times: say time= too"),
        (dict(time=False, freq="h"), InvalidValueError, "freq='h', but the rows have no times: say time= too"),
        (dict(time=True), InvalidValueError, "time=True says not which"),
        (
            dict(gaps="mark", freq="2h"),
            DataError,
            r"rows 0 .* and 1 .* are 0.5 steps of 02:00:00 apart, so that no whole",
        ),
        (dict(gaps="mark", freq="1s"), InvalidValueError, "10 rows at steps of 00:00:01 would become 39601"),
        (dict(time=list(range(10))[::-1]), DataError, "time goes back in row 1: 8 after 9. Sort the rows first"),
        (dict(time=[0, 1, 2, 2, 4, 5, 6, 7, 8, 9]), DataError, "time has 2 twice, in rows 2 and 3"),
        (dict(time=["x"] * 10), DataError, "time holds text"),
    ],
)
def test_times_that_cannot_be(arguments, error, message):
    with pytest.raises(error, match=f"sequence_windows: {message}"):
        sequence_windows(SERIES, lookback=3, **arguments)


def test_an_index_that_is_not_sorted():
    with pytest.raises(DataError, match=r"the index goes back in row 1: .*Sort the rows first: data.sort_index\(\)"):
        sequence_windows(SERIES.iloc[::-1], lookback=3)
