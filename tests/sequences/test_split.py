"""sequence_split(): the rows of every piece against rsample's own arithmetic, and what may not leak."""

import pickle

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipekeras.errors import ArgumentError, DataError, InvalidValueError
from pipekeras.sequences.sources import sequence_source
from pipekeras.sequences.sources_base import Source
from pipekeras.sequences.split import sequence_split
from pipekeras.sequences.split_pieces import SequenceSplit
from pipekeras.sequences.split_plan import amount, rows_in

pytestmark = pytest.mark.any_backend
quick = settings(max_examples=50, deadline=None)


def said(error):
    return str(error.value)


# One split ------------------------------------------------------------------------------------------------------------


def test_one_split_by_shares():
    x = np.arange(20)
    split = sequence_split(x, validation=0.15, test=0.2)
    assert split.names == ("train", "validation", "test")
    assert split.rows == {"train": slice(0, 13), "validation": slice(13, 16), "test": slice(16, 20)}
    assert split.train.tolist() == list(range(13))
    assert split.validation.tolist() == [13, 14, 15] and split.test.tolist() == [16, 17, 18, 19]
    train, validation, test = split
    assert train is split.train and validation is split.validation and test is split.test
    assert len(split) == 3 and split.scaler is None


def test_by_counts_in_the_pipe_and_whole_floats():
    x = np.arange(10)
    assert (x >> sequence_split(validation=2.0, test=3)).rows == sequence_split(x, 2, 3).rows
    assert sequence_split(x, 2, 3).rows["validation"] == slice(5, 7)
    assert (x >> sequence_split(0.2)).names == ("train", "validation")
    assert sequence_split(x, validation=0, test=2).names == ("train", "test")


@given(st.integers(2, 60), st.integers(1, 99), st.integers(0, 5))
@quick
def test_prop_is_initial_time_split(n, percent, lag):
    train = n * percent // 100  # floor, without the rounding of n * prop
    if train < 1 or lag > train:
        with pytest.raises(DataError):
            sequence_split(np.arange(n), prop=percent / 100, lag=lag)
        return
    split = sequence_split(np.arange(n), prop=percent / 100, lag=lag)
    assert split.train.tolist() == list(range(train))
    assert split.test.tolist() == list(range(train - lag, n))  # R: (n_train + 1 - lag):nrow(data)
    assert split.own_rows["test"] == slice(train, n)


@pytest.mark.parametrize(("n", "sizes"), [(20, (12, 4, 4)), (11, (6, 2, 3)), (101, (60, 20, 21))])
def test_two_props_are_initial_validation_time_split(n, sizes):
    assert tuple(len(piece) for piece in sequence_split(np.arange(n), prop=(0.6, 0.2))) == sizes


def test_the_default_is_that_of_rsample():
    split = sequence_split(np.arange(9))
    assert split.names == ("train", "test") and len(split.train) == 6 and len(split.test) == 3


@given(st.integers(1, 80), st.integers(0, 20), st.integers(0, 20), st.integers(0, 6), st.integers(0, 4))
@quick
def test_one_split_against_a_loop(n, validation, test, lag, gap):
    sizes = [("validation", validation)] * (validation > 0) + [("test", test)] * (test > 0)
    if not sizes:
        return
    own, left = {}, list(range(n))
    for name, size in reversed(sizes):  # from the end, a row at a time
        own[name] = [left.pop() for _ in range(min(size, len(left)))][::-1]
        for _ in range(min(gap, len(left))):
            left.pop()
    fits = bool(left) and all(len(own[name]) == size for name, size in sizes)
    if not fits or any(own[name][0] < lag for name, _ in sizes):
        with pytest.raises(DataError, match="too few"):
            sequence_split(np.arange(n), validation, test, lag=lag, gap=gap)
        return
    split = sequence_split(np.arange(n), validation, test, lag=lag, gap=gap)
    assert split.train.tolist() == left
    for name, _ in sizes:
        first = own[name][0]
        assert getattr(split, name).tolist() == list(range(first - lag, first)) + own[name]
        assert split.own_rows[name] == slice(first, first + len(own[name]))


def test_shares_are_rounded_down_but_not_by_what_floats_cannot_hold():
    assert 0.29 * 100 < 29 and rows_in(0.29, 100) == 29
    assert rows_in(1 / 3, 3) == 1 and rows_in(0.15, 19) == 2 and rows_in(0.1, 9) == 0
    assert all(rows_in(k / n, n) == k for n in range(1, 200, 7) for k in range(n))


def test_amounts():
    assert amount(None, "test", "f") is None and amount(0, "test", "f") is None
    assert amount(5.0, "test", "f") == 5 and amount(0.5, "test", "f") == 0.5
    for wrong in (-1, -0.5, 1.5, float("inf"), True, "a"):
        with pytest.raises(InvalidValueError, match="test"):
            amount(wrong, "test", "f")


# Rolling origins ------------------------------------------------------------------------------------------------------


def rolling_origin(n, initial, assess, skip, lag, cumulative):
    """The rows of rsample::rolling_origin, from 0, found by trying every row as the end of train."""
    found = []
    for end in range(1, n + 1):
        if end < initial or (end - initial) % (skip + 1) or end + assess > n:
            continue
        begin = 0 if cumulative else end - initial
        found.append((list(range(begin, end)), list(range(end - lag, end + assess))))
    return found


@given(
    st.integers(1, 40), st.integers(1, 12), st.integers(1, 8), st.integers(0, 5), st.integers(0, 12), st.booleans()
)  # fmt: skip
@quick
def test_rolling_origins_are_those_of_rsample(n, initial, assess, skip, lag, cumulative):
    arguments = dict(initial=initial, assess=assess, skip=skip, lag=lag, cumulative=cumulative)
    if n < initial + assess or lag > initial:
        with pytest.raises(DataError, match="too few"):
            sequence_split(np.arange(n), **arguments)
        return
    splits = sequence_split(np.arange(n), **arguments)
    assert [(train.tolist(), assess.tolist()) for train, assess in splits] == rolling_origin(n, **arguments)
    assert len(splits) == len(splits.rows) == len(list(splits))


def test_rsample_says_15_splits_of_20_rows():
    assert len(sequence_split(np.arange(20), initial=5)) == 15
    assert len(sequence_split(np.arange(20), initial=5, skip=2)) == 5


def test_a_gap_lies_between_train_and_assess():
    splits = sequence_split(np.arange(10), initial=4, assess=2, gap=3, lag=5)
    assert [(s.rows["train"], s.rows["assess"], s.own_rows["assess"]) for s in splits] == [
        (slice(0, 4), slice(2, 9), slice(7, 9)),
        (slice(0, 5), slice(3, 10), slice(8, 10)),
    ]


def test_splits_are_a_list():
    splits = sequence_split(np.arange(12), initial=5, assess=2, scale="standard")
    assert splits[-1].rows == splits[5].rows and splits[-1].rows["assess"] == slice(10, 12)
    assert [s.rows for s in splits[1:4:2]] == [splits[1].rows, splits[3].rows]
    assert isinstance(splits[0], SequenceSplit) and "6 rolling splits of 12 rows" in repr(splits)
    with pytest.raises(IndexError, match="split 6 of 6; splits count from 0, the last is 5"):
        splits[6]
    # each has a scale of its own train
    assert splits[0].scaler.center[0, 0] == 2 and splits[4].scaler.center[0, 0] == 4
    assert splits[2].undo(splits[2].assess).tolist() == [7, 8]


# What is given stays what it is ---------------------------------------------------------------------------------------


def test_frames_keep_columns_types_and_index():
    frame = pd.DataFrame(
        {"a": range(10), "b": list("abcdefghij")}, index=pd.date_range("2020-01-01", periods=10, name="day")
    )
    split = sequence_split(frame, test=0.3, lag=2)
    pd.testing.assert_frame_equal(split.train, frame.iloc[:7])
    pd.testing.assert_frame_equal(split.test, frame.iloc[5:])
    pd.testing.assert_series_equal(sequence_split(frame["a"], test=3).test, frame["a"].iloc[7:])


def test_arrays_are_views_and_memmaps_stay_on_disk(tmp_path):
    x = np.arange(24.0).reshape(12, 2)
    assert np.shares_memory(sequence_split(x, test=3).train, x)
    disk = np.memmap(tmp_path / "x", "float32", "w+", shape=(12, 2))
    assert isinstance(sequence_split(disk, test=3).test, np.memmap)
    pictures = np.zeros((10, 4, 4, 3), "uint8")
    assert sequence_split(pictures, test=0.5).test.shape == (5, 4, 4, 3)


def test_lists_become_arrays_and_text_stays_text():
    assert sequence_split([1, 2, 3, 4], test=1).train.tolist() == [1, 2, 3]
    assert sequence_split(list("abcd"), test=1).test.tolist() == ["d"]


def test_what_has_rows_and_slices_is_cut_as_it_is():
    class Source:
        shape, dtype = (6, 2), np.dtype("int64")

        def __getitem__(self, rows):
            return np.arange(12).reshape(6, 2)[rows]

    assert sequence_split(Source(), test=1).test.tolist() == [[10, 11]]


def test_pieces_of_a_file_are_read_when_they_are_used(tmp_path):
    import h5py

    x = np.stack([np.repeat([3, 4], 20), np.arange(40)], axis=1).astype("float32")
    with h5py.File(tmp_path / "x", "w") as file:
        file["x"] = x
    np.save(tmp_path / "x.npy", x)
    one = sequence_split(np.load(tmp_path / "x.npy", mmap_mode="r"), test=4)
    assert isinstance(one.test, np.memmap)
    mapped = sequence_source(tmp_path / "x.npy")
    assert np.shares_memory(sequence_split(mapped, test=4).train, mapped.array)
    with h5py.File(tmp_path / "x") as file:
        for data in (file["x"], sequence_source(tmp_path / "x")):
            for groups in (None, 0):
                split, whole = (sequence_split(given_, test=4, lag=2, groups=groups) for given_ in (data, x))
                for name in split.names:
                    piece, wanted = getattr(split, name), getattr(whole, name)
                    assert isinstance(piece, Source) and piece.shape == wanted.shape
                    np.testing.assert_array_equal(piece.read(), wanted)
                    np.testing.assert_array_equal(piece.windows([1, 0], 3, 2), wanted[[[1, 3, 5], [0, 2, 4]]])
                    np.testing.assert_array_equal(piece[-2:], wanted[-2:])
                    np.testing.assert_array_equal(pickle.loads(pickle.dumps(split.train)).take([1]), whole.train[[1]])
            scaled = sequence_split(data, test=4, groups=0, scale="minmax").test
            np.testing.assert_array_equal(scaled, sequence_split(x, test=4, groups=0, scale="minmax").test)
    with pytest.raises(InvalidValueError, match="row 36 is asked for, a part of .* has 36"):
        sequence_split(sequence_source(tmp_path / "x"), test=4).train.take([36])


def test_cut_divides_something_else_alike():
    x, y = np.arange(10.0), np.arange(10) * 10
    split = sequence_split(x, validation=2, test=2, lag=1, scale="minmax")
    assert split.cut(y).test.tolist() == [70, 80, 90] and split.cut(y).rows == split.rows
    assert split.cut(pd.date_range("2020", periods=10)).train[-1] == pd.Timestamp("2020-01-06")
    with pytest.raises(DataError, match="other has 9 rows, the data has 10"):
        split.cut(y[:9])


def test_a_piece_that_is_not_there_says_how_to_get_it():
    with pytest.raises(AttributeError, match=r"has train and test, no validation: ask for it with validation="):
        sequence_split(np.arange(8)).validation  # noqa: B018
    with pytest.raises(AttributeError, match="no assess: initial= and assess= make rolling origins"):
        sequence_split(np.arange(8)).assess  # noqa: B018
    with pytest.raises(AttributeError, match="no test: rolling origins have train and assess"):
        sequence_split(np.arange(8), initial=3)[0].test  # noqa: B018
    assert not hasattr(sequence_split(np.arange(8)), "validation")


def test_repr():
    assert repr(sequence_split(np.arange(100.0), 15, 15, lag=5, scale=True)) == (
        "<split of 100 rows: train 0:70, validation 70:85 after 5 of history, test 85:100 after 5 of history;"
        " standard scale>"
    )


# Windows to come ------------------------------------------------------------------------------------------------------


@given(
    lookback=st.integers(1, 6),
    horizon=st.one_of(st.integers(1, 4), st.lists(st.integers(1, 4), min_size=1, unique=True)),
    delay=st.integers(-2, 3),
    rate=st.integers(1, 3),
    gap=st.integers(0, 2),
)
@quick
def test_lookback_makes_the_first_target_the_first_own_row(lookback, horizon, delay, rate, gap):
    n = 80
    split = sequence_split(
        np.arange(n), test=20, lookback=lookback, horizon=horizon, delay=delay, sampling_rate=rate, gap=gap
    )
    steps = range(1, horizon + 1) if isinstance(horizon, int) else horizon
    first = None
    for start in range(len(split.test)):  # every window, as sequence_windows() defines them
        last = start + (lookback - 1) * rate
        targets = [last + delay + step - 1 for step in steps]
        if min(targets) >= 0 and max(last, *targets) < len(split.test):
            first = split.test[min(targets)]
            break
    assert first == 60 or (first > 60 and split.rows["test"].start == 60)  # later only if no history is needed
    assert split.rows["train"].stop == 60 - gap


def test_pieces_too_short_for_a_window():
    assert sequence_split(np.arange(30), test=4, lookback=10, horizon=4).rows["test"] == slice(16, 30)
    with pytest.raises(DataError) as error:
        sequence_split(np.arange(30), test=3, lookback=10, horizon=4)
    assert said(error) == (
        "sequence_split: test has 3 rows and 10 of history, and a window with lookback=10 and its targets needs 14:"
        " 1 too few"
    )
    with pytest.raises(DataError, match=r"train has 8 rows, and a window .* needs 11: 3 too few"):
        sequence_split(np.arange(30), initial=8, assess=2, gap=5, lookback=10)
    with pytest.raises(InvalidValueError, match="lookback=5 says what lag is; leave out lag=3"):
        sequence_split(np.arange(30), test=3, lookback=5, lag=3)
    with pytest.raises(InvalidValueError, match="describe windows, which need lookback= too"):
        sequence_split(np.arange(30), test=3, horizon=5)
    with pytest.raises(DataError, match="test begins at row 20 of the series, and lookback=25 needs 25 rows before it"):
        sequence_split(np.arange(30), test=10, lookback=25)
    assert len(sequence_split(np.arange(30), test=3, horizon=np.int64(1)).test) == 3


# Scaling --------------------------------------------------------------------------------------------------------------


def test_the_scale_is_that_of_train_alone():
    x = np.random.default_rng(0).normal(5, 3, (40, 2))
    split = sequence_split(x, validation=10, test=10, lag=2, scale="standard")
    mean, sd = x[:20].mean(0), x[:20].std(0, ddof=1)
    for name in split.names:
        np.testing.assert_allclose(getattr(split, name), (x[split.rows[name]] - mean) / sd, rtol=1e-12)
        np.testing.assert_allclose(split.undo(getattr(split, name)), x[split.rows[name]], rtol=1e-12)
    changed = x.copy()
    changed[20:] *= 1000  # what comes after train has no say
    np.testing.assert_array_equal(sequence_split(changed, 10, 10, scale="standard").train, split.train)
    predictions = np.zeros((5, 3))  # three steps ahead, of column 1
    np.testing.assert_allclose(split.undo(predictions, columns=1), np.full((5, 3), mean[1]))


def test_time_and_group_columns_are_not_scaled():
    frame = pd.DataFrame(
        {"id": [7] * 6 + [8] * 6, "t": [*range(6)] * 2, "x": range(12), "name": list("abcdef") * 2, "on": [True] * 12}
    )
    split = sequence_split(frame, test=2, groups="id", time="t", scale="minmax")
    assert split.test["id"].tolist() == [7, 7, 8, 8] and split.test["t"].tolist() == [4, 5, 4, 5]
    np.testing.assert_allclose(split.train["x"], [0, 1 / 3, 2 / 3, 1] * 2)
    assert split.test["name"].tolist() == list("efef") and split.test["on"].dtype == bool
    np.testing.assert_allclose(split.undo(np.ones((2, 1)), columns="x", groups=[8, 7]), [[9], [3]])
    together = sequence_split(frame, test=2, groups="id", time="t", scale="minmax", by_group=False)
    np.testing.assert_allclose(together.train["x"], np.array([0, 1, 2, 3, 6, 7, 8, 9]) / 9)
    np.testing.assert_allclose(together.undo(np.ones((2, 1)), columns="x"), [[9], [9]])
    array = sequence_split(frame["x"].to_numpy(), test=2, groups=frame["id"], scale="minmax")
    np.testing.assert_allclose(array.train, split.train["x"])
    np.testing.assert_allclose(array.test, split.test["x"])
    np.testing.assert_allclose(array.undo([[1.0], [1.0]], groups=[7, 8]), [[3], [9]])


def test_scale_takes_the_scalers_own_arguments():
    frame = pd.DataFrame({"a": np.arange(8.0), "b": np.arange(8.0)})
    split = sequence_split(frame, test=2, scale={"method": "minmax", "columns": ["a"]})
    assert split.train["a"].tolist() == [0, 0.2, 0.4, 0.6, 0.8, 1] and split.train["b"].tolist() == [*range(6)]
    assert sequence_split(frame, test=2, scale=False).scaler is None
    with pytest.raises(
        InvalidValueError, match='scale must be "standard", "minmax" or "robust".*did you mean "robust"'
    ):
        sequence_split(frame, test=2, scale="robst")
    with pytest.raises(ArgumentError, match="did you mean method"):
        sequence_split(frame, test=2, scale={"metod": "robust"})
    with pytest.raises(InvalidValueError, match="scale has 'groups', which sequence_split"):
        sequence_split(frame, test=2, scale={"groups": "a"})
    with pytest.raises(InvalidValueError, match="the split is not scaled; it is with scale="):
        sequence_split(frame, test=2).undo([1.0])
    with pytest.raises(DataError, match="sequence_split: column 'b' has no values to fit on"):
        sequence_split(frame.assign(b=np.nan), test=2, scale="standard")
    with pytest.raises(InvalidValueError, match="by_group must be True or False"):
        sequence_split(frame, test=2, by_group="id")


# What cannot be meant -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            dict(validation=4, test=6),
            "the series has 10 rows, which leaves no row for train with validation=4, test=6: 1",
        ),
        (dict(test=8, gap=2), "no row for train with test=8, gap=2: 1 too few"),
        (dict(prop=0.9, gap=1), "no row for test with prop=0.9, gap=1: 1 too few"),
        (dict(validation=0.01), "the series has 10 rows, and validation=0.01 of them is less than one row"),
        (
            dict(validation=2, lag=9),
            "validation begins at row 8 of the series, and lag=9 needs 9 rows before it: 1 too few",
        ),
        (dict(initial=9, assess=4), "the series has 10 rows, and initial=9 and assess=4 need 13: 3 too few"),
        (dict(initial=3, lag=5), "lag=5 needs 5 rows before each assess piece, and the first has 3: 2 too few"),
        (dict(initial=3, test=2), "initial= makes rolling origins, test= one split"),
        (dict(initial=3, prop=0.5), "initial= makes rolling origins, prop= one split"),
        (dict(assess=2), "assess= belongs to rolling origins, which need initial= as well; for one split .* test=2"),
        (dict(test=2, skip=1), "skip= belongs to rolling origins"),
        (dict(test=2, cumulative=False), "cumulative= belongs to rolling origins"),
        (dict(test=2, cumulative="no"), "cumulative must be True or False"),
        (dict(test=2, prop=0.5), "prop= says how the rows are divided, and so does test="),
        (dict(prop=1), "prop must be the share of train"),
        (dict(prop=(0.6, 0.5)), "so that something is left for test; it got \\(0.6, 0.5\\)"),
        (dict(test=15.5), "test must be a share of the rows.*15.5 percent are 0.155"),
        (dict(test=-2), "test must be a share of the rows.*it got -2"),
        (dict(test=2, lag=-1), "lag must be at least 0"),
        (dict(test=2, gap=0.5), "gap must be a whole number"),
        (dict(initial=0), "initial must be at least 1"),
        (dict(initial=0.5), "initial must be a whole number"),
        (dict(initial=3, assess=0), "assess must be at least 1"),
    ],
)
def test_errors_say_what_and_how_much(arguments, message):
    with pytest.raises((DataError, InvalidValueError), match=message) as error:
        sequence_split(np.arange(10), **arguments)
    assert said(error).startswith("sequence_split: ")


def test_data_that_cannot_be_split():
    for ragged in ([np.arange(3), np.arange(5)], [[1, 2], [3]]):
        with pytest.raises(DataError, match="2 series of different lengths: put them one after the other"):
            sequence_split(ragged, test=1)
    for several in ({"x": np.arange(4)}, (np.zeros((4, 2)), np.arange(4))):
        with pytest.raises(DataError, match="data is a (dict|tuple); split one of its arrays, and cut the others"):
            sequence_split(several, test=1)
    with pytest.raises(DataError, match="single value"):
        sequence_split(np.array(3.0), test=1)
    with pytest.raises(DataError, match="rows"):
        sequence_split(np.zeros((0, 2)), test=1)
    with pytest.raises(DataError, match="no rows"):
        sequence_split(np.zeros((0, 2)), test=1, groups=[])
    with pytest.raises(ArgumentError, match="did you mean validation"):
        sequence_split(np.arange(4), validaton=1)
