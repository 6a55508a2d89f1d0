"""sequences/groups.py: which rows belong to which series."""

import numpy as np
import pandas
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipekeras.errors import DataError, InvalidValueError
from pipekeras.sequences.groups import stretches
from pipekeras.sequences.windows import sequence_windows

pytestmark = pytest.mark.any_backend

FRAME = pandas.DataFrame({"id": ["b"] * 4 + ["a"] * 5, "v": np.arange(9.0)})


def found(ids):
    names, begins, ends = stretches(ids, "f")
    return list(zip(names, begins.tolist(), ends.tolist(), strict=True))


@pytest.mark.parametrize(
    "kind",
    [
        list,
        np.array,
        lambda ids: np.array(ids, object),
        pandas.Series,
        pandas.Categorical,
        lambda ids: pandas.Series(pandas.Categorical(ids, ["never there", "x", "y"])),
        pandas.Index,
    ],
)
def test_ids_of_all_kinds(kind):
    assert found(kind(["y", "y", "x"])) == [("y", 0, 2), ("x", 2, 3)]


@pytest.mark.parametrize("ids", [[7, 7, 3], [7.5, 7.5, 3.5], [True, True, False]])
def test_ids_that_are_numbers(ids):
    assert found(ids) == [(ids[0], 0, 2), (ids[2], 2, 3)]
    assert type(found(np.array(ids))[0][0]) is type(ids[0])


def test_one_series_and_none():
    assert found(["a"]) == [("a", 0, 1)]
    assert found([]) == []


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 3), min_size=1, max_size=12))
def test_stretches_or_an_error_against_a_loop(ids):
    runs = [[ids[0], 0, 1]]
    for row, name in enumerate(ids[1:], 1):
        if name == runs[-1][0]:
            runs[-1][2] += 1
        else:
            runs.append([name, row, row + 1])
    names = [run[0] for run in runs]
    if len(set(names)) == len(names):
        assert found(ids) == [tuple(run) for run in runs]
    else:
        again = next(i for i, name in enumerate(names) if name in names[:i])
        before = names.index(names[again])
        with pytest.raises(
            DataError, match=f"{names[again]} ends in row {runs[before][2] - 1} and goes on in row {runs[again][1]}"
        ):
            found(ids)


def test_interleaved_groups_name_the_group_the_rows_and_the_remedy():
    message = (
        r"f: the groups are interleaved: 'a' ends in row 1 and goes on in row 3, with 'b' between\. The rows of a"
        r' series must stand together: sort them by group first, data\.sort_values\(column, kind="stable"\) or'
        r' data\[numpy\.argsort\(groups, kind="stable"\)\]'
    )
    with pytest.raises(DataError, match=message):
        found(["a", "a", "b", "a"])
    order = np.argsort(["a", "a", "b", "a"], kind="stable")
    assert found(np.array(["a", "a", "b", "a"])[order]) == [("a", 0, 3), ("b", 3, 4)]


@pytest.mark.parametrize(
    "ids",
    [
        ["a", None, "b"],
        ["a", np.nan, "b"],
        [1.0, np.nan, 2.0],
        pandas.Categorical(["a", None, "b"]),
        pandas.Series(["a", None, "b"]),
    ],
)
def test_a_row_without_an_id(ids):
    with pytest.raises(DataError, match="f: groups misses the id of 1 row, the first is row 1"):
        found(ids)


# In windows -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("groups", ["id", FRAME["id"], FRAME["id"].tolist(), pandas.Categorical(FRAME["id"])])
def test_no_window_crosses_from_one_series_to_the_next(groups):
    dataset = sequence_windows(
        FRAME[["id", "v"]] if isinstance(groups, str) else FRAME[["v"]], lookback=3, groups=groups
    )
    (x, y), *more = list(dataset)
    assert not more
    assert x[:, 0, 0].tolist() == [0, 4, 5]
    assert y[:, 0].tolist() == [3, 7, 8]
    assert dataset.series.names == ["b", "a"]


def test_a_column_with_ids_is_no_input_unless_it_is_asked_for():
    data = np.column_stack([FRAME["v"], [1] * 4 + [2] * 5])
    assert sequence_windows(data, lookback=3, groups=1)[0][0].shape == (3, 3, 1)
    assert sequence_windows(data, lookback=3, groups=1, columns=[0, 1])[0][0].shape == (3, 3, 2)


def test_a_level_of_the_index_is_a_group():
    frame = FRAME.set_index(["id"])
    assert sequence_windows(frame, lookback=3, groups="id").n == 3


@pytest.mark.parametrize(
    ("groups", "error", "message"),
    [
        ("idd", InvalidValueError, r'data has no column "idd" for groups; did you mean "id"\?'),
        ([1, 2], DataError, r"groups must have one value for each of the 9 rows, it got shape \(2,\)"),
        (True, InvalidValueError, r"groups=True says not which; give a column of data or an array"),
        (FRAME["id"].iloc[::-1], DataError, r"the index of groups is not that of data: row 0 is 8 there and 0 in data"),
    ],
)
def test_groups_that_cannot_be_meant(groups, error, message):
    with pytest.raises(error, match=f"sequence_windows: {message}"):
        sequence_windows(FRAME, lookback=3, groups=groups)


def test_nothing_is_left_for_the_series():
    with pytest.raises(DataError, match="data has 1 column, which groups takes: nothing is left"):
        sequence_windows(FRAME[["id"]], lookback=3, groups="id")
