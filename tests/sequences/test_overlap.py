"""sequence_check_overlap(): what leaks is refused, and what does not is let through."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipekeras.errors import DataError, InvalidValueError
from pipekeras.sequences.overlap import sequence_check_overlap
from pipekeras.sequences.split import sequence_split

pytestmark = pytest.mark.any_backend


class Windows:
    """As a dataset of windows tells the rows that it uses."""

    def __init__(self, n, lookback, horizon=1, start=0, end=None):
        end = n if end is None else end
        starts = [s for s in range(start, end) if s + lookback + horizon <= end]
        self.inputs, self.targets = np.zeros(n, bool), np.zeros(n, bool)
        for s in starts:
            self.inputs[s : s + lookback] = True
            self.targets[s + lookback : s + lookback + horizon] = True

    def rows_used(self):
        return self.inputs, self.targets


def said(error):
    return str(error.value)


def test_windows_of_pieces_in_a_row_are_let_through():
    sequence_check_overlap(Windows(30, 4, end=15), Windows(30, 4, start=15, end=22), Windows(30, 4, start=22))
    sequence_check_overlap(Windows(30, 4, end=15), Windows(30, 4, start=11))  # 4 rows of history


def test_shared_targets_are_refused():
    with pytest.raises(DataError) as error:
        sequence_check_overlap(Windows(30, 4, end=15), Windows(30, 4, start=8))
    assert said(error).startswith(
        "sequence_check_overlap: train and test share 3 target rows (12 to 14): what test tests was trained on. Begin"
        " test later"
    )


def test_train_must_not_know_what_comes_after():
    with pytest.raises(DataError) as error:  # inputs are read beyond the first target, though no target is shared
        sequence_check_overlap(([0, 1, 2, 9, 10], [3]), ([4], [5, 6]))
    assert said(error) == (
        "sequence_check_overlap: train reads 2 input rows (9 to 10), and test has its first target in row 5: train"
        " would know what test asks. Let train end before row 5"
    )
    with pytest.raises(DataError, match=r"validation has 1 target row \(8\), and test has its first target in row 7"):
        sequence_check_overlap(([0], [1]), ([2], [3, 8]), ([5], [7, 9]))
    sequence_check_overlap(([0, 1, 2, 4], [3]), ([4], [5, 6]))


def test_history_can_be_refused():
    pieces = (Windows(30, 4, end=15), Windows(30, 4, start=11))
    with pytest.raises(DataError, match=r"test reads 4 input rows \(11 to 14\) that train uses, and history=False"):
        sequence_check_overlap(*pieces, history=False)
    sequence_check_overlap(Windows(30, 4, end=15), Windows(30, 4, start=15), history=False)


def test_series_are_compared_each_by_itself():
    ids = ["a"] * 10 + ["b"] * 10
    train = (np.r_[0:5, 10:15], np.r_[5:7, 15:17])
    test = (np.r_[5:7, 15:17], np.r_[7:10, 17:20])
    sequence_check_overlap(train, test, groups=ids)
    with pytest.raises(DataError, match="first target in row 7"):
        sequence_check_overlap(train, test)  # as one series, train comes back after the first test
    for ids_, error, text in (
        (ids[:18], DataError, "groups has 18 ids, and row 19 is used"),
        ("id", InvalidValueError, "groups must have an id for each row of the data, it got 'id'"),
    ):
        with pytest.raises(error, match=text):
            sequence_check_overlap(train, test, groups=ids_)
    with pytest.raises(DataError, match="train reads 1 input row \\(18\\), and test has its first target in row 17"):
        sequence_check_overlap((np.r_[0:5, 18], [5]), test, groups=ids)


def test_splits_pass_whatever_their_history():
    sequence_check_overlap(sequence_split(np.arange(20), 3, 3, lag=5))
    sequence_check_overlap(sequence_split(np.arange(20), test=3, lag=2, groups=["a"] * 8 + ["b"] * 12))
    sequence_check_overlap(sequence_split(np.arange(20), initial=5, assess=3, lag=2, scale="standard"))
    with pytest.raises(DataError, match="assess reads 2 input rows"):
        sequence_check_overlap(sequence_split(np.arange(20), initial=5, lag=2), history=False)


def test_datasets_over_pieces_are_looked_at_in_the_data():
    split = sequence_split(np.arange(40), validation=10, test=10, lookback=4)
    datasets = [Windows(len(piece), 4) for piece in split]
    sequence_check_overlap(*datasets, split=split)
    sequence_check_overlap(datasets[0], datasets[2], split=split, names=("train", "test"))
    wide = sequence_split(np.arange(40), validation=10, test=10, lag=6)
    too_much = [Windows(len(piece), 4) for piece in wide]
    with pytest.raises(DataError, match=r"train and validation share 2 target rows \(18 to 19\)"):
        sequence_check_overlap(*too_much, split=wide)
    with pytest.raises(DataError, match="train uses row 38, but the split's train has 20 rows: was it made of that"):
        sequence_check_overlap(Windows(40, 4), *datasets[1:], split=split)
    with pytest.raises(InvalidValueError, match="no assess; say by names= which pieces these are"):
        sequence_check_overlap(*datasets[:2], split=split, names=("train", "assess"))


@pytest.mark.parametrize("per_step", [True, False])
def test_folds_tell_the_rows_that_they_use(per_step):
    from pipekeras.sequences.fold import sequence_fold

    split = sequence_split(np.arange(44.0), test=20)
    folds = [
        sequence_fold(piece, batch_size=2, timesteps=3, delay=2, per_step=per_step, remainder=remainder)
        for piece, remainder in zip(split, ("drop", "pad"), strict=True)
    ]
    for fold, begin in zip(folds, (0, 24), strict=True):
        x, y, *weight = fold.to_numpy()
        y = y[weight[0] > 0] if weight else y
        x = x[np.concatenate([fold.mask(i) for i in range(len(fold))])] if weight else x
        used = [set((np.flatnonzero(rows) + begin).tolist()) for rows in fold.rows_used()]
        assert used == [set(x.ravel().tolist()), set(y.ravel().tolist())]
    sequence_check_overlap(*folds, split=split)
    with pytest.raises(InvalidValueError, match="different data, train of 24 rows, test of 20 rows"):
        sequence_check_overlap(*folds)


@given(
    lookback=st.integers(1, 5), horizon=st.integers(1, 3), lag=st.integers(0, 9), gap=st.integers(0, 3)
)  # fmt: skip
@settings(max_examples=50, deadline=None)
def test_it_refuses_just_what_shares_targets(lookback, horizon, lag, gap):
    split = sequence_split(np.arange(60), test=20, lag=lag, gap=gap)
    train, test = (Windows(len(piece), lookback, horizon) for piece in split)
    first = 40 - lag + lookback  # the first target of test, in the data
    leaks = first < 40 - gap
    if leaks:
        with pytest.raises(DataError, match="share"):
            sequence_check_overlap(train, test, split=split)
    else:
        sequence_check_overlap(train, test, split=split)


def test_rows_in_every_form():
    later = (slice(4, 6), [6, 7])
    for inputs in ([0, 1, 2], np.array([True, True, True]), slice(3), range(3), slice(0, 3, 2)):
        sequence_check_overlap((inputs, np.array([3])), later)
    sequence_check_overlap(([0, 1], None), ([2, 3], []))  # without targets the inputs are what is learned
    with pytest.raises(DataError, match="share 1 target row"):
        sequence_check_overlap(([0, 2], None), ([2, 3], None))
    with pytest.raises(InvalidValueError, match="the input rows of train must be row numbers from 0 up"):
        sequence_check_overlap(([-1], [3]), later)
    for open_ in (slice(2, None), slice(0, -2)):
        with pytest.raises(InvalidValueError, match="slice without an end"):
            sequence_check_overlap((open_, [3]), later)
    with pytest.raises(InvalidValueError, match="train is an array of shape .* it must be a dataset"):
        sequence_check_overlap(np.arange(5), later)
    with pytest.raises(InvalidValueError, match="nothing to compare"):
        sequence_check_overlap(([0], [1]))
    with pytest.raises(InvalidValueError, match="names must be a name for each of the 2 pieces"):
        sequence_check_overlap(([0], [1]), later, names=["train"])
    with pytest.raises(InvalidValueError, match="history must be True or False"):
        sequence_check_overlap(([0], [1]), later, history="no")
    with pytest.raises(InvalidValueError, match="split must be a split"):
        sequence_check_overlap(([0], [1]), later, split=3)


def test_datasets_of_different_data_are_refused():
    from pipekeras.sequences.windows import sequence_windows

    series = np.arange(100.0)
    train, test = sequence_windows(series[:70], lookback=5), sequence_windows(series[70:], lookback=5)
    with pytest.raises(InvalidValueError, match=r"different data, train of 70 rows, test of 30 rows.*give split="):
        sequence_check_overlap(train, test)
    train, test = sequence_windows(series, lookback=5, end=70), sequence_windows(series, lookback=5, start=70)
    assert sequence_check_overlap(train, test) is None
