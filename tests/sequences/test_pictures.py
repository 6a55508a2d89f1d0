"""Pictures of windows, blocks and folds: what is in them."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pipekeras.errors import ArgumentError, DataError, InvalidValueError
from pipekeras.sequences.batches import SequenceWindows
from pipekeras.sequences.blocks import sequence_reshape
from pipekeras.sequences.cells import INPUT, TARGET, bars, runs, whole_texts
from pipekeras.sequences.fold import sequence_fold
from pipekeras.sequences.picture_fold import colour_of
from pipekeras.sequences.pictures import draw_blocks, draw_fold, draw_windows
from pipekeras.sequences.plan import Shape, plan_windows
from pipekeras.sequences.series import Series
from pipekeras.sequences.windows import sequence_windows

pytestmark = pytest.mark.any_backend


def found(figure, name):
    """The artists of a name, of all axes."""
    return [artist for artist in figure.findobj() if artist.get_gid() == name]


def spans(figure, name):
    """(left, right, top, bottom) of every rectangle of a name, rounded."""
    result = []
    for collection in found(figure, name):
        for path in collection.get_paths():
            (left, top), (right, bottom) = path.vertices.min(0), path.vertices.max(0)
            result.append(tuple(round(float(value), 6) for value in (left, right, top, bottom)))
    return result


def cells(figure, name):
    """{height of the line: rows} of the cells of a name."""
    result: dict = {}
    for left, right, top, bottom in spans(figure, name):
        assert right - left == pytest.approx(1)
        result.setdefault(round((top + bottom) / 2), []).append(round((left + right) / 2))
    return result


def texts(figure, name):
    return [text.get_text() for text in found(figure, name)]


def labels(axis):
    return [label.get_text() for label in axis.get_ticklabels()]


def legend(axes):
    return [text.get_text() for text in axes.get_legend().get_texts()]


def rendered(figure):
    """Render it as a whole: 800 pixels across, nothing missing at the edges."""
    figure.set_dpi(100)
    figure.canvas.draw()
    assert np.asarray(figure.canvas.buffer_rgba()).shape[1] == 800
    return figure


# Windows --------------------------------------------------------------------------------------------------------------


def test_the_cells_are_the_rows_of_the_windows():
    windows = sequence_windows(np.arange(40), lookback=5, horizon=2, delay=4, stride=3)
    figure = rendered(windows.plot(4))
    inputs, targets = cells(figure, "inputs"), cells(figure, "targets")
    for number in range(4):
        rows, ahead = windows.window(number)
        assert inputs[number] == rows.tolist()
        assert targets[number] == ahead.tolist()
    axes = figure.axes[0]
    assert labels(axes.yaxis) == ["series", "window 0", "window 1", "window 2", "window 3"]
    assert legend(axes) == ["x: 5 steps", "y: 2 targets, delay=4"]
    assert texts(figure, "rest") == [f"and {len(windows.plan) - 4} more; the last, window 10, has rows 30 to 34"]
    assert len(found(figure, "between")) == 4
    assert list(found(figure, "between")[0].get_xdata()) == [4.5, 7.5]


@settings(max_examples=20, deadline=None)
@given(
    lookback=st.integers(1, 5),
    steps=st.sampled_from([(1,), (1, 2, 3), (2, 5)]),
    delay=st.integers(-5, 4),
    stride=st.integers(1, 3),
    rate=st.integers(1, 3),
    per_step=st.booleans(),
    partial=st.booleans(),
)
def test_every_row_of_every_window_is_drawn(lookback, steps, delay, stride, rate, per_step, partial):
    shape = Shape(lookback, steps, delay, stride, rate, per_step, partial)
    x = np.arange(24.0)[:, None]
    try:
        plan = plan_windows(shape, [2], [24], "here")
    except DataError:
        assume(False)
    windows = SequenceWindows(Series(x, x, np.array([2]), np.array([24])), plan, batch_size=4)
    figure = draw_windows(windows, 6)
    for number in range(min(6, len(plan))):
        starts, _ = plan.starts(np.array([number]))
        rows, ahead = plan.step_rows(starts).ravel(), np.unique(plan.target_rows(starts))
        for name, all_rows in (("inputs", rows), ("targets", ahead)):
            real = [row for row in all_rows.tolist() if 2 <= row < 24]
            lost = [row for row in all_rows.tolist() if not 2 <= row < 24]
            assert cells(figure, name).get(number, []) == real
            assert cells(figure, f"padded {name}").get(number, []) == lost
    boxes = [
        box for name in ("inputs", "targets", "padded inputs", "padded targets") for box in spans(figure, name)
    ]  # fmt: skip
    assert len({(box[0], box[2]) for box in boxes}) == len(boxes), "cells lie upon each other"
    import matplotlib.pyplot as plt

    plt.close(figure)


def test_windows_can_be_chosen():
    windows = sequence_windows(np.arange(40.0), lookback=3)
    assert set(labels(windows.plot([0, 20, -1]).axes[0].yaxis)) == {"series", "window 0", "window 20", "window 36"}
    assert len(labels(windows.plot(first=2).axes[0].yaxis)) == 3
    few = sequence_windows(np.arange(6.0), lookback=3)
    figure = few.plot(50)
    assert labels(figure.axes[0].yaxis)[-1] == "window 2"
    assert texts(figure, "rest") == []


def test_values_stand_in_the_cells_where_they_are_short():
    windows = sequence_windows(np.arange(20) * 2, lookback=3)
    assert texts(windows.plot(2), "value") == ["0", "2", "4", "6", "2", "4", "6", "8"]
    assert texts(sequence_windows(np.arange(20) / 3, lookback=3).plot(2), "value") == []
    assert texts(sequence_windows(np.arange(20) * 1000, lookback=3).plot(2), "value") == []
    assert texts(sequence_windows(np.zeros((20, 2)), lookback=3).plot(2), "value") == []


def test_values_of_targets_are_those_of_the_targets():
    windows = sequence_windows(np.arange(20), -np.arange(20), lookback=2)
    assert texts(windows.plot(1), "value") == ["0", "1", "-2"]


def test_padding_is_hatched():
    windows = sequence_windows(np.arange(20.0), lookback=4, horizon=3, partial="pad")
    figure = rendered(windows.plot([0, -1]))
    assert cells(figure, "padded inputs") == {0: [-3, -2, -1]}
    assert cells(figure, "padded targets") == {1: [20, 21]}
    assert all(artist.get_hatch() for name in ("inputs", "targets") for artist in found(figure, f"padded {name}"))
    assert "padding" in legend(figure.axes[0])
    shown = [label for label in labels(figure.axes[0].xaxis) if label]
    assert all(0 <= int(label) < 20 for label in shown)


def test_series_end_at_a_line_and_have_their_names():
    x = np.arange(20.0)[:, None]
    series = Series(x, x, np.array([0, 8]), np.array([8, 20]), names=["north", "south"])
    windows = SequenceWindows(series, plan_windows(Shape(3), [0, 8], [8, 20], "here"), batch_size=4)
    figure = rendered(windows.plot(8))
    (lines,) = found(figure, "borders")
    assert [segment[0][0] for segment in lines.get_segments()] == [7.5]
    assert texts(figure, "group") == ["north", "south"]
    assert texts(windows.plot(3), "group") == ["north"]
    (curve,) = found(figure, "series")
    assert curve.get_xdata()[np.isnan(curve.get_ydata())].tolist() == [7.5]  # it does not lead from one to the next
    assert not found(windows.plot(3), "borders")


def test_rows_that_stand_in_are_hatched_and_no_part_of_the_curve():
    x = np.arange(20.0)[:, None]
    real = np.ones(20, bool)
    real[2] = False
    windows = SequenceWindows(
        Series(x, x, np.array([0]), np.array([20]), real=real), plan_windows(Shape(4), [0], [20], "h"), batch_size=4
    )
    figure = windows.plot(1)
    assert cells(figure, "inputs") == {0: [0, 1, 3]} and cells(figure, "padded inputs") == {0: [2]}
    (curve,) = found(figure, "series")
    assert np.isnan(curve.get_ydata()).tolist() == [False, False, True, False, False]


def test_times_stand_below_the_rows():
    x = np.arange(20.0)[:, None]
    times = np.arange("2024-01-01", "2024-01-21", dtype="M8[D]")
    windows = SequenceWindows(
        Series(x, x, np.array([0]), np.array([20]), times=times), plan_windows(Shape(4), [0], [20], "h"), batch_size=4
    )
    figure = rendered(windows.plot(3))
    assert "0\n2024-01-01" in labels(figure.axes[0].xaxis)
    assert figure.axes[0].get_xlabel() == "row of the series, and its time"


def test_rows_put_in_for_missing_times():
    times = np.delete(np.arange(22), [5, 6])
    windows = sequence_windows(np.arange(20.0), lookback=3, time=times, gaps="mark")
    figure = windows.plot([3])
    assert (cells(figure, "inputs"), cells(figure, "padded inputs")) == ({0: [3, 4]}, {0: [5]})
    assert cells(figure, "padded targets") == {0: [6]}
    assert figure.axes[0].get_xlabel().endswith("counted with those put in for missing times")


def test_windows_of_words():
    figure = rendered(sequence_windows(list("abracadabra"), lookback=3).plot(2))
    assert cells(figure, "inputs") == {0: [0, 1, 2], 1: [1, 2, 3]}
    assert not found(figure, "series") and not texts(figure, "value")


def test_the_curve_of_a_long_series_shows_its_spikes():
    x = np.zeros(50_000)
    x[[0, 1234, 31_415, 49_999]] = 1, -2, 1, 1
    (curve,) = found(sequence_fold(x, batch_size=2, timesteps=10, delay=0).plot(), "series")
    rows, heights = curve.get_xdata(), curve.get_ydata()
    drawn = ~np.isnan(heights)
    assert rows[drawn][heights[drawn] == np.nanmin(heights)].tolist() == [0, 31_415, 49_999]  # the axis is upside down
    assert rows[drawn][heights[drawn] == np.nanmax(heights)].tolist() == [1234]
    assert len(rows) < 5000


def test_the_curve_is_the_column_that_is_asked_for():
    import pandas

    frame = pandas.DataFrame({"DAX": np.arange(30.0), "SMI": np.arange(30.0)[::-1]})
    windows = sequence_windows(frame, lookback=4, targets=frame["SMI"])
    assert not found(windows.plot(), "series")
    figure = windows.plot(2, series="SMI")
    assert labels(figure.axes[0].yaxis)[0] == "SMI"
    heights = found(figure, "series")[0].get_ydata()
    assert (np.diff(heights) > 0).all()  # downwards, as the axis is upside down
    assert not found(sequence_windows(np.arange(30.0), lookback=4).plot(series=False), "series")
    with pytest.raises(
        InvalidValueError, match='draw_windows: the data has no column "SMJ" to draw; did you mean "SMI"'
    ):
        windows.plot(series="SMJ")
    with pytest.raises(InvalidValueError, match="series=2, but the data has the columns 0 to 1"):
        windows.plot(series=2)


def test_long_windows_are_bars():
    windows = sequence_windows(np.arange(5000.0), lookback=120, sampling_rate=6, delay=144)
    figure = rendered(windows.plot())
    assert len(spans(figure, "inputs")) == 8
    left, right, _, _ = spans(figure, "inputs")[0]
    assert (left, right) == (-0.5, 714.5)
    target = spans(figure, "targets")[0]
    assert target[0] < 858 < target[1] and target[1] - target[0] > 2  # wide enough to be seen
    assert legend(figure.axes[0])[0] == "x: 120 steps, every 6 rows"


def test_axes_of_ones_own():
    import matplotlib.pyplot as plt

    figure, (left, right) = plt.subplots(1, 2)
    windows = sequence_windows(np.arange(40.0), lookback=3)
    assert windows.plot(2, ax=right) is figure
    assert len(right.collections) == 4 and not left.collections
    assert draw_fold(sequence_fold(np.arange(40.0), batch_size=2, timesteps=5), ax=left) is figure
    assert left.collections and len(figure.axes) == 2


def test_a_file_instead_of_a_window(tmp_path):
    import matplotlib.pyplot as plt

    windows = sequence_windows(np.arange(40.0), lookback=3)
    windows.plot(to_file=tmp_path / "windows.png", dpi=50)
    assert (tmp_path / "windows.png").read_bytes()[:4] == b"\x89PNG"
    assert not plt.get_fignums()


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"frist": 3}, ArgumentError, "draw_windows has no argument frist; did you mean first"),
        ({"first": 0}, InvalidValueError, "first must be at least 1, it got 0"),
        ({"first": True}, InvalidValueError, "first says how many windows are drawn, or which; it got True"),
        ({"first": [0, 38]}, InvalidValueError, "there is no window 38: the 37 there are count from 0"),
        ({"first": []}, InvalidValueError, "first asks for 0 windows, a picture has 1 to 60"),
        ({"ax": 3}, InvalidValueError, "ax must be the axes of a matplotlib figure"),
        ({"dpi": 0}, InvalidValueError, "dpi must be a number above 0, it got 0"),
    ],
)
def test_what_cannot_be_drawn_is_refused(arguments, error, message):
    with pytest.raises(error, match=message):
        sequence_windows(np.arange(40.0), lookback=3).plot(**arguments)


def test_only_what_it_is_for_is_drawn():
    with pytest.raises(InvalidValueError, match="draw_windows draws what sequence_windows"):
        draw_windows(np.arange(4))
    with pytest.raises(InvalidValueError, match="draw_fold draws what sequence_fold"):
        draw_fold(np.arange(4))


# Blocks ---------------------------------------------------------------------------------------------------------------


def test_the_slide():
    figure = rendered(draw_blocks(range(1, 22), 7, 7))
    assert cells(figure, "inputs") == {0: list(range(7)), 1: list(range(7, 14))}
    assert cells(figure, "targets") == {0: list(range(7, 14)), 1: list(range(14, 21))}
    assert texts(figure, "value")[:14] == [str(value) for value in range(1, 15)]
    assert legend(figure.axes[0]) == ["x: 7 steps", "y: targets, delay=7"]


@settings(max_examples=20, deadline=None)
@given(
    rows=st.integers(1, 30),
    timesteps=st.integers(1, 8),
    delay=st.one_of(st.none(), st.integers(-9, 9)),
    remainder=st.sampled_from(["drop", "drop_first", "pad"]),
)
def test_blocks_are_those_of_sequence_reshape(rows, timesteps, delay, remainder):
    data = np.arange(rows)
    try:
        blocks = sequence_reshape(data, timesteps, delay, remainder=remainder, pad_value=-1)
    except DataError:
        assume(False)
    blocks = [blocks] if not isinstance(blocks, tuple) else list(blocks)
    mask = blocks.pop() if remainder == "pad" else np.ones(blocks[0].shape[:2], bool)
    figure = data >> draw_blocks(timesteps, delay, remainder=remainder, first=60)
    for name, part in zip(("inputs", "targets"), blocks, strict=False):
        drawn = cells(figure, name)
        for number, block in enumerate(part[:, :, 0]):
            assert drawn.get(number, []) == block[mask[number]].tolist()
            assert len(cells(figure, f"padded {name}").get(number, [])) == (~mask[number]).sum()
    assert len(blocks) == 1 + (delay is not None)
    import matplotlib.pyplot as plt

    plt.close(figure)


def test_blocks_more_than_are_drawn():
    figure = draw_blocks(np.arange(100), 5, first=3)
    assert texts(figure, "rest") == ["and 17 blocks more"]
    with pytest.raises(InvalidValueError, match="draw_blocks: there is no block 20: the 20 there are count from 0"):
        draw_blocks(np.arange(100), 5, first=[20])
    with pytest.raises(DataError, match="the series has 4 rows, and a block of timesteps=5 needs 5: 1 too few"):
        draw_blocks(np.arange(4), 5)
    with pytest.raises(InvalidValueError, match="draw_blocks: remainder='padd' is none; did you mean pad"):
        draw_blocks(np.arange(4), 2, remainder="padd")


# Folds ----------------------------------------------------------------------------------------------------------------


def test_a_fold_has_its_batches_side_by_side():
    fold = sequence_fold(np.arange(49.0), batch_size=3, timesteps=4)
    figure = rendered(fold.plot())
    above, below = figure.axes
    assert sorted(labels(below.xaxis)) == [f"batch {k}" for k in range(4)]
    assert labels(below.yaxis) == ["row 0", "row 1", "row 2"]
    assert labels(above.yaxis) == ["folded", "series"]
    shown = [f"{row * 16 + batch * 4}–{row * 16 + batch * 4 + 3}" for batch in range(4) for row in range(3)]
    assert texts(figure, "rows") == shown
    assert len(found(figure, "state")) == 9  # from each of three batches to the next, in each row
    assert len(found(figure, "zero")) == 3
    for batch in range(4):
        expected = [(row * 16 + batch * 4 - 0.5, row * 16 + batch * 4 + 3.5) for row in range(3)]
        assert [span[:2] for span in spans(figure, f"batch {batch}")] == expected
    assert legend(above) == ["states pass on", "states begin at zero", "left out: 1 row"]
    assert texts(figure, "row") == ["row 0", "row 1", "row 2"]


def test_a_batch_has_one_colour():
    fold = sequence_fold(np.arange(49.0), batch_size=3, timesteps=4)
    figure = fold.plot()
    blocks = [tuple(artist.get_facecolor()[0]) for artist in found(figure, "block")]
    for batch in range(4):
        (above,) = found(figure, f"batch {batch}")
        assert {tuple(above.get_facecolor()[0])} == set(blocks[batch * 3 : batch * 3 + 3])
    assert len(set(blocks)) == 4


def test_states_begin_at_zero_where_the_fold_resets_them():
    groups = ["a"] * 31 + ["b"] * 22 + ["c"] * 10 + ["d"] * 7
    fold = sequence_fold(np.arange(70.0), batch_size=3, timesteps=5, groups=groups, remainder="pad")
    figure = rendered(fold.plot(12))
    zeros = sum(
        int((fold.resets(batch) & fold.mask(batch).any(1)).sum())
        for batch in range(fold.batches)
        if fold.resets(batch) is not None
    )
    there = sum(int(fold.mask(batch).any(1).sum()) for batch in range(fold.batches))
    assert len(found(figure, "zero")) == zeros == 4
    assert len(found(figure, "state")) == there - zeros
    padded = sum(right - left for left, right, _, _ in spans(figure, "padding")) / 0.74 * 5
    assert padded == pytest.approx(fold.padded, abs=1e-3)
    assert all(artist.get_hatch() for artist in found(figure, "padding"))
    assert "a\n0–4" in texts(figure, "rows") and "b\n51" in texts(figure, "rows")
    assert texts(figure, "row") == ["row 0: a", "row 1: b", "row 2: c", "row 2: d"]
    assert "padding" in legend(figure.axes[0])


def test_of_many_batches_and_rows_some_are_drawn_and_the_last():
    fold = sequence_fold(np.arange(3177.0), batch_size=32, timesteps=2)
    figure = rendered(fold.plot(3, rows=4))
    below = figure.axes[1]
    assert set(labels(below.xaxis)) == {"batch 0", "batch 1", "batch 2", "batch 48", "..."}
    assert set(labels(below.yaxis)) == {"row 0", "row 1", "row 2", "row 3", "row 31", "..."}
    assert texts(figure, "rows")[-1] == "3134–3135"
    assert len(found(figure, "state")) == 3 * 5
    (image,) = found(figure, "batches")  # too many to be drawn one by one
    shades, at = image.get_array()[0], np.linspace(0, 3176, image.get_array().shape[1]).round().astype(int)
    batch_of = {
        int(row): batch for batch in range(49) for start in fold.plan.at(batch)[0] for row in (start, start + 1)
    }
    for row, shade in zip(at.tolist(), shades, strict=True):
        assert shade[3] == (row in batch_of)
        assert row not in batch_of or tuple(shade) == colour_of(batch_of[row], 49)


def test_a_fold_of_one_batch_of_one_row():
    figure = rendered(sequence_fold(np.arange(6.0), batch_size=1, timesteps=5).plot())
    assert texts(figure, "rows") == ["0–4"]
    assert not found(figure, "state")


def test_shards_and_the_middle_of_a_pass_are_drawn():
    fold = sequence_fold(np.arange(80.0), batch_size=4, timesteps=3)
    fold.load_state_dict({**fold.state_dict(), "batch": 2})
    assert texts(fold.plot(1), "rows")[0] == "0–2"
    assert len(labels(fold.shard(2, 1).plot().axes[1].yaxis)) == 2


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"row": 3}, ArgumentError, "draw_fold has no argument row; did you mean rows"),
        ({"first": 0}, InvalidValueError, "draw_fold: first must be at least 1, it got 0"),
        ({"rows": 1.5}, InvalidValueError, "draw_fold: rows must be a whole number, it got 1.5"),
    ],
)
def test_folds_that_cannot_be_drawn(arguments, error, message):
    with pytest.raises(error, match=message):
        sequence_fold(np.arange(40.0), batch_size=2, timesteps=5).plot(**arguments)


# Cells ----------------------------------------------------------------------------------------------------------------


@given(st.sets(st.integers(-20, 60)))
@settings(max_examples=50, deadline=None)
def test_runs_are_the_rows(rows):
    found_ = runs(np.array(sorted(rows), "int64"))
    assert [row for first, length in found_ for row in range(first, first + length)] == sorted(rows)
    assert all(b[0] > a[0] + a[1] for a, b in zip(found_, found_[1:], strict=False))


def test_bars_cover_their_rows_and_no_others_while_they_can_be_seen():
    rows = np.array([0, 1, 2, 5, 9])
    assert bars(rows, 10).tolist() == [[row - 0.5, 1] for row in rows]
    assert bars(rows, 100).tolist() == [[-0.5, 3], [4.5, 1], [8.5, 1]]
    for _, width in bars(rows, 10_000):
        assert width == 40
    assert bars(np.arange(0, 600, 6), 10_000).tolist() == [[-0.5, 595]]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([1.0, -2.0], ["1", "-2"]),
        ([0.5], None),
        ([1000], None),
        ([np.nan], None),
        ([True], ["1"]),
        (["a"], None),
        ([], []),
    ],
)
def test_values_as_short_texts(values, expected):
    assert whole_texts(np.array(values)) == expected


def test_the_colours_can_be_told_apart_in_grey():
    from matplotlib.colors import to_rgb

    def grey(colour):
        return float(np.dot([0.299, 0.587, 0.114], to_rgb(colour)))

    assert abs(grey(INPUT) - grey(TARGET)) > 0.08
