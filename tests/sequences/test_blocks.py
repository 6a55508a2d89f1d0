"""A series as consecutive blocks, against a loop; and back, as an inverse."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipekeras.errors import ArgumentError, DataError, InvalidValueError
from pipekeras.sequences.blocks import plan_blocks, sequence_reshape, sequence_unreshape

pytestmark = pytest.mark.any_backend

SHAPES = st.sampled_from([(), (1,), (3,), (2, 2)])
REMAINDERS = st.sampled_from(["drop", "drop_first", "pad"])
PROPERTY = settings(max_examples=50, deadline=None)


def series(rows, shape=()):
    """Values that tell their row."""
    values = np.arange(rows, dtype="float64").reshape(rows, *([1] * len(shape))) * 100
    return values + np.arange(int(np.prod(shape)), dtype="float64").reshape(shape)


def blocks_by_hand(rows, timesteps, delay, remainder):
    """Lists of rows, a list for each block, None for padding: of the rows whose target exists."""
    rows = [row for row in range(rows) if 0 <= row + delay < rows]
    rest = len(rows) % timesteps
    if remainder == "drop" and rest:
        rows = rows[:-rest]
    if remainder == "drop_first":
        rows = rows[rest:]
    if remainder == "pad" and rest:
        rows += [None] * (timesteps - rest)
    return [rows[i : i + timesteps] for i in range(0, len(rows), timesteps)]


def test_the_slide():
    x, y = sequence_reshape(range(1, 15), timesteps=7, delay=7)
    np.testing.assert_array_equal(x, np.arange(1, 8).reshape(1, 7, 1))
    np.testing.assert_array_equal(y, np.arange(8, 15).reshape(1, 7, 1))
    np.testing.assert_array_equal(sequence_reshape(range(1, 15), 7), np.arange(1, 15).reshape(2, 7, 1))


@PROPERTY
@given(st.integers(1, 40), SHAPES, st.integers(1, 9), st.integers(-9, 9) | st.none(), REMAINDERS)
def test_blocks_are_those_of_a_loop(rows, shape, timesteps, delay, remainder):
    data = series(rows, shape)
    expected = blocks_by_hand(rows, timesteps, delay or 0, remainder)
    if not expected:
        with pytest.raises(DataError, match="too few"):
            sequence_reshape(data, timesteps, delay, remainder=remainder)
        return
    result = sequence_reshape(data, timesteps, delay, remainder=remainder, pad_value=-7)
    parts = list(result) if isinstance(result, tuple) else [result]
    assert len(parts) == 1 + (delay is not None) + (remainder == "pad")
    step = shape or (1,)
    for part, shift in zip(parts, [0] if delay is None else [0, delay], strict=False):
        assert part.shape == (len(expected), timesteps, *step)
        for block, wanted in zip(part, expected, strict=True):
            for value, row in zip(block, wanted, strict=True):
                if row is not None:
                    value -= data[row + shift].reshape(step)
        filled = part.reshape(-1, *step)[sum(row is not None for block in expected for row in block) :]
        own = data[rows - (delay or 0) :] if shift == 0 and (delay or 0) > 0 else data[:0]  # rows without a target
        for place, value in enumerate(filled):
            np.testing.assert_array_equal(value, own[place].reshape(step) if place < len(own) else np.full(step, -7))
        assert not part.reshape(-1, *step)[: len(part) * timesteps - len(filled)].any()
    if remainder == "pad":
        assert parts[-1].dtype == bool
        assert parts[-1].tolist() == [[row is not None for row in block] for block in expected]


@PROPERTY
@given(st.integers(1, 40), SHAPES, st.integers(1, 9), REMAINDERS, st.sampled_from(["int64", "float32", "float64"]))
def test_unreshape_undoes_reshape(rows, shape, timesteps, remainder, dtype):
    data = series(rows, shape).astype(dtype)
    if remainder != "pad" and rows < timesteps:
        return
    blocks = sequence_reshape(data, timesteps, remainder=remainder)
    kept, rest = data, rows % timesteps
    if remainder == "pad":
        blocks = blocks[0]
    elif rest:
        kept = data[rest:] if remainder == "drop_first" else data[:-rest]
    length = rows if remainder == "pad" else None
    back = sequence_unreshape(blocks, length, squeeze=shape == ())
    assert back.dtype == data.dtype
    np.testing.assert_array_equal(back, kept)
    again = sequence_reshape(back, timesteps, remainder=remainder)
    np.testing.assert_array_equal(again[0] if remainder == "pad" else again, blocks)


def test_behind_a_pipe_and_with_whole_floats():
    blocks = np.arange(10.0) >> sequence_reshape(5.0)
    assert blocks.shape == (2, 5, 1)
    np.testing.assert_array_equal(blocks >> sequence_unreshape(squeeze=True), np.arange(10.0))


def test_targets_are_columns_or_another_array():
    frame = pd.DataFrame({"price": np.arange(7.0), "up": [0, 1, 1, 0, 1, 0, 1]})
    for targets in ("up", 1, -1, ["up"], [1]):
        x, y = sequence_reshape(frame, 3, 1, targets=targets)
        assert x.shape == (2, 3, 2) and y.shape == (2, 3, 1)
        assert y.dtype == "int64"  # class numbers stay whole beside decimals
        assert y[..., 0].tolist() == [[1, 1, 0], [1, 0, 1]]
    x, y = sequence_reshape(frame, 3, 0, targets=["up", "price"])
    assert y[0].tolist() == [[0, 0], [1, 1], [1, 2]]
    x, y = sequence_reshape(np.arange(7.0), 3, 0, targets=np.arange(14).reshape(7, 2))
    assert x.shape == (2, 3, 1) and y[1].tolist() == [[6, 7], [8, 9], [10, 11]]
    x, y = sequence_reshape(np.arange(7.0), 3, 1, targets=[9, 8, 7, 6, 5, 4, 3])  # longer than there are columns
    assert y[..., 0].tolist() == [[8, 7, 6], [5, 4, 3]]


def test_missing_values_pass():
    data = np.array([1.0, np.nan, 3.0, 4.0])
    np.testing.assert_array_equal(sequence_unreshape(sequence_reshape(data, 2), squeeze=True), data)


def test_the_result_is_a_copy_and_the_data_stays():
    data = np.arange(6.0)
    blocks = sequence_reshape(data, 3)
    blocks[:] = -1
    sequence_unreshape(blocks)[:] = 5
    assert data.tolist() == [0, 1, 2, 3, 4, 5] and (blocks == -1).all()


def test_a_file_in_memory_map(tmp_path):
    np.save(tmp_path / "x.npy", series(20, (2,)))
    mapped = np.load(tmp_path / "x.npy", mmap_mode="r")
    np.testing.assert_array_equal(sequence_reshape(mapped, 6, 1)[1], series(20, (2,))[1:19].reshape(3, 6, 2))


def test_the_plan_is_made_of_numbers():
    assert plan_blocks(10, 4, 1, "drop", "f") == (2, 4, 0, 8)
    assert plan_blocks(10, 4, 1, "drop_first", "f") == (2, 4, 1, 8)
    assert plan_blocks(10, 4, 1, "pad", "f") == (3, 4, 0, 9)
    assert plan_blocks(10, 4, -3, "pad", "f") == (2, 4, 3, 7)


def test_errors_say_by_how_much():
    with pytest.raises(DataError) as error:
        sequence_reshape(range(10), 7, 7)
    assert str(error.value) == (
        "sequence_reshape: the series has 10 rows, and a block of timesteps=7 with delay=7 needs 14: 4 too few"
    )
    with pytest.raises(DataError, match=r"has 1 row, and a block of timesteps=7 needs 7: 6 too few"):
        sequence_reshape([3.0], 7)
    with pytest.raises(DataError, match=r"needs 3: 1 too few"):  # a single padded step will do
        sequence_reshape([3.0, 4.0], 7, 2, remainder="pad")
    with pytest.raises(DataError) as error:
        sequence_reshape(range(100), 12, 1, remainder="error")
    assert str(error.value) == (
        "sequence_reshape: 99 rows that have a target at delay=1 are 8 blocks of timesteps=12 and 3 left over;"
        ' remainder="drop" leaves out the last 3, "drop_first" the first 3, "pad" adds 9'
    )
    assert sequence_reshape(range(97), 12, 1, remainder="error")[0].shape == (8, 12, 1)


@pytest.mark.parametrize(
    ("call", "kind", "text"),
    [
        (lambda: sequence_reshape(range(9), 0), InvalidValueError, "timesteps must be at least 1, it got 0"),
        (lambda: sequence_reshape(range(9), 2.5), InvalidValueError, "timesteps must be a whole number, it got 2.5"),
        (lambda: sequence_reshape(range(9), 3, 0.5), InvalidValueError, "delay must be a whole number"),
        (lambda: sequence_reshape(range(9), 3, remainder="pda"), InvalidValueError, 'did you mean "pad"'),
        (lambda: sequence_reshape(range(9), 3, remainder=1), InvalidValueError, "it is one of drop, drop_first"),
        (lambda: sequence_reshape(range(9), timestep=3), ArgumentError, "did you mean timesteps"),
        (lambda: sequence_reshape(["a", "b"], 1), DataError, "data holds text ('a'); for classes use pandas.Cat"),
        (lambda: sequence_reshape(np.array([object()] * 3), 1), DataError, "holds objects that are no numbers"),
        (lambda: sequence_reshape(np.array(3.0), 1), DataError, "a series has its time steps along its first axis"),
        (lambda: sequence_reshape(np.ones(3) * 1j, 1), DataError, "complex numbers"),
        (lambda: sequence_reshape(np.ones((3, 0)), 1), DataError, "its steps hold no values"),
        (lambda: sequence_reshape(range(9), 3, targets=range(9)), InvalidValueError, "and delay is None"),
        (lambda: sequence_reshape(range(9), 3, 1, targets=False), InvalidValueError, "leave out delay"),
        (lambda: sequence_reshape(range(9), 3, 1, targets=np.ones(8)), DataError, "9 rows, targets has 8"),
        (lambda: sequence_reshape(range(9), 3, 1, targets="y"), InvalidValueError, "data has no names: give its"),
        (lambda: sequence_reshape(range(9), 3, 1, targets=1), InvalidValueError, "1 column, 0 to 0; columns count"),
        (lambda: sequence_reshape(np.ones((9, 2, 2)), 3, 1, targets=1), InvalidValueError, "has shape (2, 2)"),
        (lambda: sequence_reshape(np.ones((9, 2)), 3, 1, targets=[1, -1]), InvalidValueError, "has column 1 twice"),
        (lambda: sequence_reshape(range(8), 3, remainder="pad", pad_value=0.5), InvalidValueError, "had in int64"),
        (lambda: sequence_reshape(range(8), 3, remainder="pad", pad_value=np.inf), InvalidValueError, "infinite"),
        (lambda: sequence_unreshape(np.ones(4)), DataError, "blocks are (n, timesteps, features)"),
        (lambda: sequence_unreshape((np.ones((2, 3, 1)),) * 2), DataError, "a tuple of 2 arrays"),
        (lambda: sequence_unreshape(np.ones((2, 3, 1)), 7), InvalidValueError, "have 6 rows: 1 too few"),
        (lambda: sequence_unreshape(np.ones((2, 3, 1)), 3), InvalidValueError, "of 3 are 4 to 6 rows"),
        (lambda: sequence_unreshape(np.ones((2, 3, 2)), squeeze=True), InvalidValueError, "shape (2,)"),
        (lambda: sequence_unreshape(np.ones((2, 3, 1)), squeeze=1), InvalidValueError, "must be True or False"),
    ],
)
def test_wrong_calls_are_told(call, kind, text):
    with pytest.raises(kind) as error:
        call()
    assert text in str(error.value)


def test_columns_of_a_frame_are_named_in_errors():
    frame = pd.DataFrame({"price": [1.0, 2.0], "volume": [3.0, 4.0], "day": ["mo", "tu"]})
    with pytest.raises(InvalidValueError, match='data has no column "prise" for targets; did you mean "price"'):
        sequence_reshape(frame[["price", "volume"]], 1, 1, targets="prise")
    with pytest.raises(DataError, match=r"column 'day' of data holds text \('mo'\)"):
        sequence_reshape(frame, 1)
    frame["day"] = pd.to_datetime(["2024-01-01", "2024-01-02"])
    with pytest.raises(DataError, match=r"column 'day' of data holds times .*: leave them out, data.drop"):
        sequence_reshape(frame, 1)


def test_rows_that_exist_are_in_padded_blocks_though_they_have_no_target():
    x, y, mask = sequence_reshape(np.arange(1, 11), 4, delay=1, remainder="pad")
    np.testing.assert_array_equal(sequence_unreshape(x, 10, squeeze=True), np.arange(1, 11))
    assert y.ravel().tolist() == [*range(2, 11), 0, 0, 0] and mask.ravel().tolist() == [True] * 9 + [False] * 3
