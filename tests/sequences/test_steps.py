"""sequences/steps.py: how many steps lie between two times."""

import datetime

import numpy as np
import pandas
import pytest

from pipekeras.errors import InvalidValueError
from pipekeras.sequences.steps import step_of, times_of

pytestmark = pytest.mark.any_backend

DAYS = pandas.DatetimeIndex(["2024-01-01", "2024-01-02"])


def steps(times, freq=None):
    times = times_of(times, "f")
    step = step_of(freq, times, np.ones(len(times) - 1, bool), "f")
    return str(step), step.between(times).tolist()


def drop(index, *places):
    return index.delete(list(places))


@pytest.mark.parametrize(
    ("times", "said", "expected"),
    [
        ([0, 1, 2, 5], "1", [1, 1, 3]),
        (np.array([0, 10, 20, 40], "uint8"), "10", [1, 1, 2]),
        (np.arange(5) * 0.1, "0.1", [1, 1, 1, 1]),
        (np.array([0.0, 0.1, 0.2, 0.3, 0.7]), "0.1", [1, 1, 1, 4]),
        (drop(pandas.date_range("2024-03-30", periods=6, freq="h"), 2, 3), "01:00:00", [1, 3, 1]),
        (drop(pandas.date_range("2023-11-01", periods=8, freq="MS"), 3), "1 month", [1, 1, 2, 1, 1, 1]),
        (drop(pandas.date_range("2023-11-01", periods=8, freq="ME"), 3), "1 month", [1, 1, 2, 1, 1, 1]),
        (pandas.date_range("2023-11-01", periods=5, freq="QS"), "3 months", [1, 1, 1, 1]),
        (pandas.date_range("2020-01-01", periods=4, freq="YS"), "12 months", [1, 1, 1]),
        (drop(pandas.date_range("2024-01-01", periods=11, freq="B"), 6), "1 business day", [1] * 5 + [2, 1, 1, 1]),
        (pandas.date_range("2024-01-01", periods=4, freq="W"), "7 days", [1, 1, 1]),
        (drop(pandas.date_range("2024-01-01", periods=6, freq="D"), 1), "1 days", [2, 1, 1, 1]),
        (pandas.date_range("2024-03-29", periods=4, freq="D", tz="Europe/Vienna"), "1 days", [1, 1, 1]),  # one has 23 h
        (pandas.date_range("2024-03-31", periods=5, freq="h", tz="Europe/Vienna"), "01:00:00", [1, 1, 1, 1]),
        (pandas.period_range("2024-01", periods=5, freq="M").delete(1), "1", [2, 1, 1]),
        (pandas.timedelta_range("0s", periods=4, freq="5s").delete(1), "00:00:05", [2, 1]),
        ([datetime.datetime(2024, 1, day) for day in (1, 2, 4, 5)], "1 days", [1, 2, 1]),
        ([datetime.date(2024, 1, day) for day in (1, 2, 3, 5)], "1 days", [1, 1, 2]),
        (np.array(["2024-01-01", "2024-01-02"], "datetime64[D]"), "1 days", [1]),
    ],
)
def test_the_step_that_is_found_most_often(times, said, expected):
    assert steps(times) == (said, expected)


@pytest.mark.parametrize(
    ("times", "freq", "expected"),
    [
        ([0, 5, 10], 5, [1, 1]),
        ([0, 5, 10], 2.5, [2, 2]),
        (DAYS, "D", [1]),
        (DAYS, "12h", [2]),
        (DAYS, np.timedelta64(6, "h"), [4]),
        (DAYS, datetime.timedelta(hours=8), [3]),
        (DAYS, pandas.Timedelta("1D"), [1]),
        (DAYS, pandas.offsets.Hour(24), [1]),
        (pandas.DatetimeIndex(["2024-01-15", "2024-02-20", "2024-05-02"]), "MS", [1, 3]),  # one in each month
        (pandas.DatetimeIndex(["2024-01-31", "2024-07-31"]), "QE", [2]),
        (pandas.DatetimeIndex(["2024-01-05", "2024-01-08", "2024-01-10"]), "B", [1, 2]),
        (pandas.DatetimeIndex(["2024-01-01", "2024-01-15", "2024-02-15"]), "SMS", [1, 2]),  # twice a month, by pandas
        (pandas.timedelta_range("0s", periods=3, freq="10s"), "5s", [2, 2]),
    ],
)
def test_the_step_that_is_said(times, freq, expected):
    assert steps(times, freq)[1] == expected


def test_a_time_beside_the_grid_has_no_number_of_steps():
    times = pandas.DatetimeIndex(["2024-01-01", "2024-01-15", "2024-01-16", "2024-02-01"])
    assert str(steps(times, "SMS")[1]) == "[1.0, nan, nan]"
    assert steps([0, 1, 1.5, 3], 1)[1] == [1, 0.5, 1.5]


@pytest.mark.parametrize(
    ("times", "freq", "message"),
    [
        ([0, 1], "h", "f: freq='h', and time holds numbers: give a number, such as freq=1"),
        ([0, 1], 0, "f: freq must be above 0, it got 0"),
        (DAYS, 10, 'f: freq=10 has no unit, and time holds dates: write freq="10min", "10h", "D"'),
        (DAYS, "H", r"f: freq='H' is no frequency; did you mean 'h'\?"),
        (DAYS, "M", r"f: freq='M' is no frequency; did you mean 'ME'\?"),
        (DAYS, "hourly", "f: freq='hourly' is no frequency; it is such as \"h\""),
        (DAYS, "-1D", "f: freq='-1D' goes back in time"),
        (
            pandas.timedelta_range("0s", periods=3, freq="s"),
            "MS",
            "f: freq='MS' is of the calendar, and time holds time",
        ),
    ],
)
def test_a_frequency_that_cannot_be_meant(times, freq, message):
    with pytest.raises(InvalidValueError, match=message):
        steps(times, freq)


@pytest.mark.parametrize(
    ("times", "row", "said"),
    [
        ([1, 2], 1, "2"),
        ([0.5, 1.5], 0, "0.5"),
        (DAYS, 1, "2024-01-02 00:00:00"),
        (pandas.period_range("2024-01", periods=2, freq="M"), 1, "2024-02"),
        (pandas.timedelta_range("0s", periods=2, freq="5s"), 1, "0 days 00:00:05"),
    ],
)
def test_times_are_shown_as_the_user_writes_them(times, row, said):
    assert times_of(times, "f").shown(row) == said
