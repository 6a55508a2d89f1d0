"""What a fold says of data and arguments that it cannot use, and which batch sizes there are."""

import numpy as np
import pandas as pd
import pytest

from pipekeras.errors import ArgumentError, DataError, InvalidValueError
from pipekeras.sequences.fold import sequence_batch_sizes, sequence_fold, sequence_unfold


def test_batch_sizes():
    assert sequence_batch_sizes(90, 12) == {1: 5, 2: 17, 3: 17, 4: 41, 5: 29, 6: 17, 7: 5}
    assert sequence_batch_sizes(np.ones((25, 3)), 12.0) == {1: 0, 2: 0}
    assert sequence_batch_sizes([1.0] * 26, 12, delay=-1) == {1: 1, 2: 1}
    assert sequence_batch_sizes(5, 12) == {}
    for size, dropped in sequence_batch_sizes(77, 5, delay=3).items():
        assert sequence_fold(np.ones(77), batch_size=size, timesteps=5, delay=3).dropped == dropped
    with pytest.raises(InvalidValueError, match="n must be a whole number"):
        sequence_batch_sizes("many", 12)


def raised(**call):
    data = call.pop("data", np.arange(90.0))
    with pytest.raises((DataError, InvalidValueError, ArgumentError)) as error:
        sequence_fold(data, **{"batch_size": 2, "timesteps": 3, **call})
    return str(error.value)


def test_a_batch_size_that_leaves_nothing_names_those_that_do():
    assert raised(batch_size=8, timesteps=12) == (
        "sequence_fold: batch_size=8 rows of one block of timesteps=12 take 96 steps, and the series has 90 rows, 89 of"
        " them with a target at delay=1: 7 too few. Batch sizes from 1 to 7 can be had; 1, 7 drop the least, 5 steps;"
        ' or remainder="pad" fills up the rest'
    )
    text = raised(batch_size=500, timesteps=1, data=np.arange(361.0))
    assert "Batch sizes from 1 to 360 can be had; 1, 2, 3, 4, 5, 6, ... 360 drop none" in text
    assert raised(timesteps=80) == (
        "sequence_fold: batch_size=2 rows of one block of timesteps=80 take 160 steps, and the series has 90 rows, 89"
        " of them with a target at delay=1: 71 too few. The only one that is left with delay=1 is batch_size=1; or"
        ' remainder="pad" fills up the rest'
    )
    ids = [0] * 45 + [1] * 45
    assert "and 2 of 2 series have one: batch sizes from 1 to 2 can be had, or whole=False" in raised(
        batch_size=8, timesteps=12, groups=ids
    )
    assert "the longest of 2 series has 45 rows, 44 of them" in raised(
        batch_size=8, timesteps=12, groups=ids, whole=False
    )


def test_too_short_says_by_how_much():
    assert raised(timesteps=100, delay=2) == (
        "sequence_fold: the series has 90 rows, and a block of timesteps=100 with delay=2 needs 102: 12 too few"
    )
    assert "and a step with delay=90 needs 91: 1 too few" in raised(delay=90, remainder="pad")
    assert "has 1 row, and a block of timesteps=3 with delay=1 needs 4: 3 too few" in raised(data=[1.0])
    assert "needs 94: 4 too few" in raised(timesteps=93, remainder="pad", per_step=False)
    assert "has 0 rows" in raised(data=np.ones((0, 2)))


def test_missing_values_are_told_with_count_and_first_row():
    data = np.arange(90.0)
    data[[17, 40, 41]] = np.nan
    assert "sequence_fold: data has 3 missing values (NaN), the first in row 17. States would" in raised(data=data)
    frame = pd.DataFrame({"price": np.arange(90.0), "volume": data})
    assert "the first in row 17, in column 'volume'" in raised(data=frame)
    assert "targets has 3 missing values (NaN), the first in row 17" in raised(targets=data)
    assert "data has 1 value that is infinite, the first in row 5" in raised(
        data=np.where(np.arange(90) == 5, np.inf, 0.0)
    )
    odd = data.copy()
    odd[41] = -np.inf
    assert "data has 3 values that are missing (NaN) or infinite, the first in row 17" in raised(data=odd)
    ids = np.repeat([0, 1, 2], 30)
    targets = np.arange(90.0)
    targets[[0, 30, 60]] = np.nan  # of each series the first, which is no target
    sequence_fold(np.arange(90.0), targets, batch_size=2, timesteps=3, groups=ids)
    targets[61] = np.nan
    assert "targets has 1 missing value (NaN), the first in row 61" in raised(targets=targets, groups=ids)
    # Rows that are neither steps nor targets may miss theirs: lagged columns do.
    ends = np.arange(90.0)
    ends[0] = np.nan
    sequence_fold(np.arange(90.0), ends, batch_size=2, timesteps=3)
    with pytest.raises(DataError, match="row 0"):
        sequence_fold(np.arange(90.0), ends, batch_size=2, timesteps=3, delay=0)
    last = ends[::-1].copy()
    sequence_fold(last, np.arange(90.0), batch_size=2, timesteps=3)
    with pytest.raises(DataError, match="data has 1 missing value .*row 89"):
        sequence_fold(last, batch_size=2, timesteps=3)


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (dict(shuffle=True), "sequence_fold cannot shuffle: row i of a batch goes on in row i of the next"),
        (dict(batchsize=3), "did you mean batch_size"),
        (dict(batch_size=0), "batch_size must be at least 1, it got 0"),
        (dict(batch_size=2.5), "batch_size must be a whole number, it got 2.5"),
        (dict(timesteps=-1), "timesteps must be at least 1"),
        (dict(timesteps="3"), "timesteps must be a whole number, it got '3'"),
        (dict(delay=None), "delay must be a whole number"),
        (dict(per_step="no"), "per_step must be True or False, it got 'no'"),
        (dict(whole=3), "whole must be True or False"),
        (dict(remainder="padd"), 'remainder must be "drop" or "pad", it got \'padd\'; did you mean "pad"'),
        (dict(targets=True), "targets=True says not which"),
        (dict(targets=np.ones(89)), "data has 90 rows, targets has 89"),
        (dict(groups=[1, 2]), "groups must have one value for each of the 90 rows, it got shape (2,)"),
        (dict(groups=np.ones((90, 2))), "groups must have one value for each of the 90 rows, it got shape (90, 2)"),
        (dict(groups=True), "groups=True says not which; give a column of data or an array"),
        (dict(groups=0), "data has 1 column, which groups takes: nothing is left for the series"),
        (dict(groups="id"), "data has no names"),
        (dict(dtype="float33"), "is not a type; did you mean"),
        (dict(data=np.array([object()] * 9)), "data holds objects that are no numbers"),
        (dict(data=list("abcdefghi")), "data holds text"),
        (dict(remainder="pad", pad_value="x"), "pad_value must be a number"),
        (dict(data=np.arange(9), remainder="pad", pad_value=0.5), "pad_value=0.5 cannot be had in int64"),
    ],
)
def test_wrong_calls_are_told(call, text):
    assert text in raised(**call)


def test_no_shuffling_is_what_a_fold_does():
    assert len(sequence_fold(np.arange(20.0), batch_size=2, timesteps=3, shuffle=False)) == 3


def test_groups_that_are_interleaved_are_told_with_their_rows():
    with pytest.raises(DataError) as error:
        sequence_fold(np.arange(90.0), batch_size=2, timesteps=2, groups=["a"] * 40 + ["b"] * 30 + ["a"] * 20)
    assert str(error.value) == (
        "sequence_fold: the groups are interleaved: 'a' ends in row 39 and goes on in row 70, with 'b' between. The"
        ' rows of a series must stand together: sort them by group first, data.sort_values(column, kind="stable") or'
        ' data[numpy.argsort(groups, kind="stable")]'
    )
    with pytest.raises(DataError, match="groups misses the id of 2 rows, the first is row 1"):
        sequence_fold(np.arange(4.0), batch_size=1, timesteps=2, groups=["a", None, np.nan, "a"])


FOLD = dict(batch_size=2, timesteps=3)


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda f: sequence_unfold(np.ones((5, 3, 1)), f), "3 batches of 2 rows, 6 in all, and values has 5 rows"),
        (lambda f: sequence_unfold(np.ones((6, 1)), f), "give the model's last recurrent layer return_sequences=True"),
        (
            lambda f: sequence_unfold([np.ones((2, 3, 1))] * 2, f),
            "list of 2 arrays, (2, 3, 1), (2, 3, 1); the fold has",
        ),
        (lambda f: sequence_unfold(f.to_numpy(), f), "values is a tuple of 2 arrays"),
        (lambda f: sequence_unfold(np.ones(6), np.ones(6)), "fold must be what sequence_fold() gave"),
        (lambda f: sequence_unfold(np.ones((6, 3, 1)), f, at="target"), 'did you mean "targets"'),
        (lambda f: sequence_unfold(np.ones((6, 3, 1)), f, fill="zero"), "fill must be a number"),
        (lambda f: sequence_unfold(np.array(1.0), f), "the single value"),
    ],
)
def test_what_cannot_be_unfolded(call, text):
    fold = sequence_fold(np.arange(20.0), **FOLD)
    with pytest.raises((DataError, InvalidValueError)) as error:
        call(fold)
    assert text in str(error.value)
    with pytest.raises(InvalidValueError, match="made without targets"):
        sequence_unfold(np.ones((6, 3, 1)), sequence_fold(np.arange(20.0), False, **FOLD), fill=0, at="targets")


def test_targets_and_groups_of_other_rows_are_told():
    frame = pd.DataFrame({"a": np.arange(8.0)}, index=list("stuvwxyz"))
    other = frame["a"].iloc[::-1]
    for argument in ("targets", "groups"):
        with pytest.raises(DataError, match=f"the index of {argument} is not that of data: row 0 is z there and s in"):
            sequence_fold(frame, batch_size=2, timesteps=2, **{argument: other})


def test_time_that_goes_back():
    import pandas as pd

    series = pd.Series(np.arange(30.0), index=pd.date_range("2020", periods=30))
    sequence_fold(series, batch_size=2, timesteps=3)
    with pytest.raises(DataError, match=r"sequence_fold: the index goes back in row 1: 2020-01-29.* after 2020-01-30"):
        sequence_fold(series[::-1], batch_size=2, timesteps=3)


def test_several_series_in_a_list():
    with pytest.raises(DataError, match=r"data is a list of 2 series, of 10, 7 rows: .* groups=np\.repeat"):
        sequence_fold([np.arange(10.0), np.arange(7.0)], batch_size=2, timesteps=3)
