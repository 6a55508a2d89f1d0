"""describe(): the text says what windows there are."""

import numpy as np
import pytest

from pipekeras.sequences.batches import SequenceWindows
from pipekeras.sequences.describe import describe_windows, rows_text, size, time_texts
from pipekeras.sequences.plan import Shape, plan_windows
from pipekeras.sequences.series import Series
from pipekeras.sequences.windows import sequence_windows

pytestmark = pytest.mark.any_backend


def over(shape, lengths, names=None, batch_size=4, series=None, skipped=0, **options):
    """Windows over series of these lengths; `series` may have what else there is about rows."""
    ends = np.cumsum(lengths) + skipped
    x = np.arange(ends[-1], dtype="float32")[:, None]
    y = x if shape.steps else None
    series = Series(x, y, ends - lengths, ends, names=names, **(series or {}))
    return SequenceWindows(
        series, plan_windows(shape, series.begins, series.ends, "here"), batch_size=batch_size, **options
    )


def test_all_of_it():
    windows = sequence_windows(np.arange(3177.0), lookback=12, horizon=12)
    assert windows.describe().splitlines() == [
        "Windows over 3177 rows: 3154 of 12 steps x 1.",
        "  window 0: rows 0 to 11 -> targets rows 12 to 23",
        "  window 1: rows 1 to 12 -> targets rows 13 to 24",
        "  window 3153, the last: rows 3153 to 3164 -> targets rows 3165 to 3176",
        "In no window: rows 3165 to 3176, 12 in all.",
        "In no target: rows 0 to 11, 12 in all.",
        "Batches: 99 of 32 windows, the last of 18: x (32, 12, 1) float32, y (32, 12) float32.",
        "Order: that of time.",
        "Memory: a batch takes 3.07 kB; all windows at once would take 303 kB, 24 times the 12.7 kB of the series.",
    ]
    assert describe_windows(windows) == windows.describe()


def test_windows_named_are_the_windows_there_are():
    windows = sequence_windows(np.arange(50), lookback=4, horizon=[1, 5], delay=2, stride=3, sampling_rate=2)
    text = windows.describe()
    for number in (0, 1, len(windows.plan) - 1):
        rows, targets = windows.window(number)
        name = f"window {number}" + (", the last" if number > 1 else "")
        assert f"{name}: rows {', '.join(map(str, rows))} -> targets rows {targets[0]}, {targets[1]}\n" in text
    assert "of 4 steps x 1, 2 rows from step to step, one every 3 rows." in text


def test_rows_that_are_in_no_window_are_counted():
    windows = sequence_windows(np.arange(30), lookback=3, stride=7, targets=False)
    assert "In no window: rows 24 to 29 and 12 rows in between, 18 in all." in windows.describe()
    assert "target" not in windows.describe()
    assert "Every row is in a window." in sequence_windows(np.arange(30), lookback=3, targets=False).describe()
    one = sequence_windows(np.arange(30), lookback=3).describe()
    assert "In no window: row 29.\nIn no target: rows 0 to 2, 3 in all." in one
    assert "In no window: 8 rows in between.\n" in over(Shape(2, (), stride=4), [18]).describe()


def test_rows_outside_of_the_series_are_told_apart():
    text = over(Shape(3), [20], skipped=5).describe()
    assert "window 0: rows 5 to 7 -> targets row 8" in text
    assert "In no window: row 24.\nIn no target: rows 5 to 7, 3 in all." in text
    assert "Outside of start and end: 5 rows." in text


def test_targets_of_each_step():
    assert "rows 0 to 3 -> targets rows 1 to 4, one for each step" in over(Shape(4, per_step=True), [20]).describe()
    text = over(Shape(4, (1, 2, 3), per_step=True), [20]).describe()
    assert "rows 0 to 3 -> targets rows 1 to 6, 3 for each step" in text


def test_series_and_the_stretches_between_gaps():
    text = over(Shape(3), [10, 2, 6], names=["a", "b", "b"]).describe()
    assert "2 series, in 3 stretches between gaps, 1 of them too short for a window; no window crosses" in text
    assert "  'a': rows 0 to 9, 7 windows\n  'b': rows 10 to 11, 0 windows\n  'b': rows 12 to 17, 3 windows\n" in text
    assert "In no window: 2 rows of the series." in text  # of those that have windows
    assert "The series, in 2 stretches between gaps; no window" in over(Shape(3), [10, 6]).describe()


def test_of_many_series_some_are_listed():
    text = over(Shape(2), [5] * 100, names=list(range(100))).describe()
    assert "100 series; no window crosses from one to the next:\n  0: rows 0 to 4, 3 windows\n" in text
    assert "  5: rows 25 to 29, 3 windows\n  ... and 94 more, with 282 windows\n" in text


def test_padding():
    text = sequence_windows(np.arange(12.0), lookback=4, horizon=3, partial="pad", pad_value=-1).describe()
    assert "window 0: row 0 after 3 steps of padding -> targets rows 1 to 3" in text
    assert "window 10, the last: rows 7 to 10 -> targets row 11 and 2 targets of padding" in text
    assert "Padded: 3 windows with steps before the first row, which hold -1; mask(i) tells them." in text
    assert "Padded: 2 windows with targets outside of the series, at sample weight 0." in text


def test_what_is_missing():
    data = np.arange(20.0)
    data[[3, 9]] = np.nan
    text = sequence_windows(data, lookback=3, missing="drop").describe()
    assert "Windows over 20 rows: 9 of 3 steps x 1." in text
    assert "Left out: 8 windows with missing values." in text
    assert "In no window: rows 0 to 3, row 19 and 2 rows in between, 7 in all." in text
    text = sequence_windows(data, lookback=3, missing="mark").describe()
    assert "Marked: 2 rows without values, filled up; mask(i) tells them." in text
    assert "Marked: 2 rows without all targets, at sample weight 0." in text
    times = np.delete(np.arange(22), [5, 6])
    text = sequence_windows(np.arange(20.0), lookback=3, time=times, gaps="mark").describe()
    assert "Put in: 2 rows for missing times; rows are counted with them." in text
    assert "Marked" not in text


def test_windows_of_series_that_lack_values():
    data = np.arange(20.0)
    data[12] = np.nan
    groups = ["a"] * 10 + ["b"] * 10
    text = sequence_windows(data, lookback=3, groups=groups, missing="drop").describe()
    assert "2 series; no window" in text
    assert "  'a': rows 0 to 9, 7 windows\n  'b': rows 10 to 19, 4 windows\n" in text


def test_words_have_no_features():
    text = sequence_windows(list("abracadabra"), lookback=3).describe()
    assert "Windows over 11 rows: 8 of 3 steps, ids of 5 words or categories." in text


def test_times_stand_below_the_rows():
    times = np.arange("2024-01-01", "2024-01-21", dtype="M8[D]").astype("M8[ns]")
    text = over(Shape(3), [20], series={"times": times}).describe()
    lines = text.splitlines()
    assert lines[1] == "  window 0: rows 0 to 2 -> targets row 3"
    assert lines[2] == "            2024-01-01 to 2024-01-03 -> 2024-01-04"
    assert "2024-01-17 to 2024-01-19 -> 2024-01-20" in text


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        (np.array(["2024-01-01T10:10", "2024-01-01"], "M8[ns]"), ["2024-01-01 10:10", "2024-01-01 00:00"]),
        (np.array(["2024-01-01T10:10:00.000000001"], "M8[ns]"), ["2024-01-01 10:10:00.000000001"]),
        (np.array([1749.0833333333333, 1750.0, 0.00125]), ["1749.083", "1750", "0.00125"]),
        (np.array([3, 4]), ["3", "4"]),
    ],
)
def test_times_are_no_longer_than_they_must(times, expected):
    assert time_texts(times) == expected


def test_order_and_shards():
    data = np.arange(100)
    assert "Order: that of time." in sequence_windows(data, lookback=3).describe()
    shuffled = sequence_windows(data, lookback=3, shuffle=True, seed=7)
    assert "Order: shuffled, anew in each pass, with seed 7." in shuffled.describe()
    near = sequence_windows(data, lookback=3, shuffle=10, seed=7).shard(4, 1)
    assert "in blocks of 10 neighbours, blocks and neighbours shuffled" in near.describe()
    assert "Shard 1 of 4: 24 of the 97 windows." in near.describe()


def test_describing_leaves_the_pass_as_it_is():
    windows = sequence_windows(np.arange(100), lookback=3, shuffle=True, seed=7)
    before = windows.state_dict()
    windows.describe()
    assert windows.state_dict() == before


def test_memory_is_that_of_the_arrays():
    windows = sequence_windows(np.zeros((1000, 3)), lookback=50, batch_size=10)
    whole = sum(array.nbytes for array in windows.to_numpy())
    batch = sum(array.nbytes for array in windows[0])
    times = f"{whole / (1000 * 3 * 4):.0f} times the 12 kB of the series"
    assert f"a batch takes {size(batch)}; all windows at once would take {size(whole)}, {times}." in windows.describe()


@pytest.mark.parametrize(
    ("n", "expected"), [(999, "999 bytes"), (1000, "1 kB"), (3_072_000, "3.07 MB"), (5e13, "50000 GB")]
)
def test_sizes(n, expected):
    assert size(n) == expected


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([3], "row 3"),
        ([3, 4, 5], "rows 3 to 5"),
        ([3, 5, 9], "rows 3, 5, 9"),
        ([0, 6, 12, 18, 24], "rows 0, 6, 12 ... 24"),
        ([1, 2, 4, 8, 16, 32, 64, 128, 256], "9 rows from 1 to 256"),
    ],
)
def test_rows_in_words(rows, expected):
    assert rows_text(np.array(rows)) == expected


def test_features_have_names_and_shapes():
    import pandas

    frame = pandas.DataFrame({"a": np.arange(9.0), "b": np.arange(9.0)})
    assert "of 3 steps x 2 (a, b)." in sequence_windows(frame, lookback=3).describe()
    images = np.zeros((9, 4, 5, 2))
    text = sequence_windows(images, lookback=3, targets=False).describe()
    assert "of 3 steps x 4 x 5 x 2." in text and "x (7, 3, 4, 5, 2) float32." in text


def test_a_hundred_million_windows_are_described_at_once():
    class Rows:
        """A source that makes its rows up."""

        shape, dtype, ndim = (10**8, 1), np.dtype("float32"), 2

        def __len__(self):
            return 10**8

        def windows(self, starts, lookback, rate=1):
            return np.zeros((len(starts), lookback, 1), "float32")

        def take(self, rows):
            return np.zeros((*rows.shape, 1), "float32")

    rows, shape = Rows(), Shape(1440)
    series = Series(rows, rows, np.array([0]), np.array([10**8]))
    windows = SequenceWindows(series, plan_windows(shape, [0], [10**8], "here"), batch_size=8, shuffle=True, seed=1)
    assert "window 99998559, the last: rows 99998559 to 99999998 -> targets row 99999999" in windows.describe()
    assert "577 GB" not in windows.describe() and "576 GB" in windows.describe()
