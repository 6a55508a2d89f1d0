"""Time that must increase, and series that stand one after the other, as sequence_split() takes them."""

import datetime

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipekeras.errors import DataError, InvalidValueError
from pipekeras.sequences.split import sequence_split

pytestmark = pytest.mark.any_backend
quick = settings(max_examples=50, deadline=None)


def said(error):
    return str(error.value)


# Time -----------------------------------------------------------------------------------------------------------------


def test_time_must_increase():
    days = pd.date_range("2020-01-01", periods=6)
    frame = pd.DataFrame({"x": range(6)}, index=days[[0, 1, 4, 3, 2, 5]])
    with pytest.raises(DataError) as error:
        sequence_split(frame, test=2)
    assert said(error) == (
        "sequence_split: the index goes back in row 3: 2020-01-04 after 2020-01-05. Sort the rows first:"
        " data.sort_index(); or say by groups= which series each row belongs to, if there are several"
    )
    assert len(sequence_split(frame.sort_index(), test=2).test) == 2
    with pytest.raises(DataError, match=r"time goes back in row 3: .*data.sort_values\(time\)"):
        sequence_split(frame.reset_index(names="day"), test=2, time="day")
    with pytest.raises(DataError, match="time has 2 twice, in rows 1 and 2: .*, or say by groups="):
        sequence_split(np.arange(4), test=1, time=[1, 2, 2, 3])
    with pytest.raises(DataError, match="time is missing in row 1"):
        sequence_split(np.arange(3), test=1, time=[datetime.date(2020, 1, 1), None, datetime.date(2020, 1, 3)])
    with pytest.raises(DataError, match="time is missing in row 1"):
        sequence_split(np.arange(3), test=1, time=pd.to_datetime(["2020-01-01", None, "2020-01-03"]))


@pytest.mark.parametrize(
    "times",
    [
        [2010, 2011, 2012, 2013],
        np.array([0.5, 1.5, 7, 8]),
        pd.date_range("2020-01-01", periods=4, tz="Europe/Berlin"),
        pd.Series(pd.date_range("2020-01-01", periods=4, tz="UTC")),
        pd.period_range("2020-01", periods=4, freq="M"),
        pd.Series(pd.period_range("2020-01", periods=4, freq="M")),
        pd.timedelta_range("1h", periods=4),
        [datetime.date(2020, 1, day) for day in (1, 2, 5, 9)],
        [datetime.datetime(2020, 1, day) for day in (1, 2, 5, 9)],
        [
            datetime.datetime(2020, 1, 1, hour, tzinfo=datetime.timezone(datetime.timedelta(hours=zone)))
            for hour, zone in ((9, 9), (8, 1), (8, 0), (2, -7))  # 0, 7, 8 and 9 o'clock UTC
        ],
    ],
    ids=lambda times: f"{type(times).__name__}-{getattr(times, 'dtype', type(times[0]).__name__)}",
)
def test_times_of_all_kinds(times):
    assert len(sequence_split(np.arange(4), test=1, time=times).train) == 3
    backwards = times.iloc[::-1] if isinstance(times, pd.Series) else times[::-1]
    with pytest.raises(DataError, match="time goes back in row 1"):
        sequence_split(np.arange(4), test=1, time=backwards)


def test_times_that_cannot_be_told():
    with pytest.raises(DataError, match=r"time holds text \('1/2/2020'\).*pandas.to_datetime"):
        sequence_split(np.arange(2), test=1, time=["1/2/2020", "1/3/2020"])
    with pytest.raises(DataError, match="time must have one value for each of the 4 rows, it got shape \\(3,\\)"):
        sequence_split(np.arange(4), test=1, time=[1, 2, 3])
    frame = pd.DataFrame({"day": [1, 2], "x": [1, 2]})
    with pytest.raises(InvalidValueError, match='data has no column "dya" for time; did you mean "day"'):
        sequence_split(frame, test=1, time="dya")
    with pytest.raises(InvalidValueError, match="names a column, but the data is an array"):
        sequence_split(np.arange(4), test=1, time="day")


def test_time_by_number_and_none():
    frame = pd.DataFrame({"x": np.arange(4.0), "day": [1, 2, 2, 4]}, index=pd.to_datetime(["2020"] * 4))
    for time in (1, 1.0, "day", -1):
        with pytest.raises(DataError, match="time has 2 twice, in rows 1 and 2"):
            sequence_split(frame, test=1, time=time)
    with pytest.raises(DataError, match="the index has 2020-01-01 twice"):
        sequence_split(frame, test=1)
    assert len(sequence_split(frame, test=1, time=False, scale="minmax").train) == 3
    assert sequence_split(frame, test=1, time=0, scale="minmax").train["x"].tolist() == [0, 1, 2]  # not scaled
    for name in ("time", "groups"):
        with pytest.raises(InvalidValueError, match=f"{name}=True says not which; give a column of data or an array"):
            sequence_split(frame.to_numpy(), test=1, **{name: True})


# Several series -------------------------------------------------------------------------------------------------------


def test_each_series_is_split_by_its_own_time():
    x = np.arange(16)
    ids = ["a"] * 6 + ["b"] * 10
    split = sequence_split(x, test=0.5, groups=ids, lag=1)
    assert split.train.tolist() == [0, 1, 2, 6, 7, 8, 9, 10]
    assert split.test.tolist() == [2, 3, 4, 5, 10, 11, 12, 13, 14, 15]
    assert split.rows["test"] == [slice(2, 6), slice(10, 16)]
    assert split.own_rows["test"] == [slice(3, 6), slice(11, 16)]
    assert split.cut(ids).train.tolist() == ["a"] * 3 + ["b"] * 5
    assert repr(split) == "<split of 16 rows of 2 series: train 8 rows, test 8 rows>"


@given(st.lists(st.integers(4, 9), min_size=1, max_size=4), st.integers(1, 2), st.integers(0, 1))
@quick
def test_groups_are_splits_of_their_own(lengths, test, lag):
    parts = [np.arange(n) + 100 * i for i, n in enumerate(lengths)]
    ids = np.repeat(np.arange(len(lengths)), lengths)
    split = sequence_split(np.concatenate(parts), test=test, lag=lag, groups=ids)
    alone = [sequence_split(part, test=test, lag=lag) for part in parts]
    for name in ("train", "test"):
        assert getattr(split, name).tolist() == np.concatenate([getattr(s, name) for s in alone]).tolist()
        assert split.cut(ids).rows[name] == split.rows[name]


def test_groups_of_frames_and_their_time():
    frame = pd.DataFrame({"id": list("aaaabbbb"), "day": [1, 2, 3, 4] * 2, "x": np.arange(8.0)})
    split = sequence_split(frame, test=1, groups="id", time="day")
    pd.testing.assert_frame_equal(split.test, frame.iloc[[3, 7]])
    indexed = frame.set_index(["id", "day"])
    pd.testing.assert_frame_equal(sequence_split(indexed, test=1, groups="id", time="day").test, indexed.iloc[[3, 7]])
    assert len(sequence_split(frame, test=1, groups=frame["id"].astype("category")).test) == 2
    with pytest.raises(DataError, match=r"time goes back in row 6: 1 after 2.*sort_values\(\[group, time\]\)"):
        sequence_split(frame.iloc[[0, 1, 2, 3, 4, 5, 4, 7]], test=1, groups="id", time="day")
    with pytest.raises(DataError) as error:
        sequence_split(frame.iloc[[0, 4, 1, 5]], test=1, groups="id", time="day")
    assert said(error).startswith(
        "sequence_split: the groups are interleaved: 'a' ends in row 0 and goes on in row 2, with 'b' between"
    )
    with pytest.raises(DataError, match="groups misses the id of 1 row, the first is row 1"):
        sequence_split(np.arange(3), test=1, groups=["a", None, "b"])
    with pytest.raises(DataError, match="groups misses the id of 1 row, the first is row 2"):
        sequence_split(np.arange(3), test=1, groups=pd.array([1, 1, None], dtype="Int64"))
    with pytest.raises(DataError, match="series 'b' has 1 rows, which leaves no row for train with test=1: 1 too few"):
        sequence_split(np.arange(4), test=1, groups=list("aaab"))


def test_columns_of_arrays_and_sources():
    x = np.stack([np.repeat([3, 4], 6), np.tile(np.arange(6), 2), np.arange(12)], axis=1).astype(float)

    class Source:
        shape, dtype, columns = x.shape, x.dtype, ["id", "t", "x"]

        def __getitem__(self, rows):
            return x[rows]

    for data, time, groups in ((x, 1, 0), (x, -2, -3), (Source(), "t", "id")):
        split = sequence_split(data, test=2, time=time, groups=groups, scale="minmax")
        assert split.test[:, :2].tolist() == [[3, 4], [3, 5], [4, 4], [4, 5]]
        np.testing.assert_allclose(split.train[:, 2], [0, 1 / 3, 2 / 3, 1] * 2)
        np.testing.assert_allclose(split.undo(np.ones((2, 1)), columns=2, groups=[3.0, 4.0]), [[3], [9]])
    with pytest.raises(DataError, match="time goes back in row 6"):
        sequence_split(x, test=2, time=1)
    with pytest.raises(InvalidValueError, match="groups=5, and data has 3 columns, 0 to 2"):
        sequence_split(x, test=2, groups=5)


def test_rolling_origins_of_groups():
    ids = np.repeat(["a", "b"], 6)
    splits = sequence_split(np.arange(12), initial=4, groups=ids)
    assert [(s.train.tolist(), s.assess.tolist()) for s in splits] == [
        ([0, 1, 2, 3, 6, 7, 8, 9], [4, 10]),
        ([0, 1, 2, 3, 4, 6, 7, 8, 9, 10], [5, 11]),
    ]
    with pytest.raises(DataError, match="series 'b' gives 1 splits and series 'a' 2: rolling origins need series of"):
        sequence_split(np.arange(11), initial=4, groups=ids[:11])
