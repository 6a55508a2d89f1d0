"""Pictures of which rows go where: windows and blocks as cells below each other; folds are drawn in picture_fold.py."""

from pipekeras.errors import InvalidValueError, suggestion
from pipekeras.pipe import Checked
from pipekeras.receivers import say
from pipekeras.sequences.blocks import plan_blocks
from pipekeras.sequences.cells import (
    INPUT,
    QUIET,
    TARGET,
    TEXT,
    Line,
    bare,
    canvas,
    column_of,
    curve_name,
    draw_curve,
    draw_lines,
    filled,
    finished,
    hatched,
    keys,
    number_rows,
    values_of,
    whole_texts,
)
from pipekeras.sequences.describe import many, rows_text
from pipekeras.sequences.given import given
from pipekeras.sequences.picture_fold import draw_fold
from pipekeras.sequences.verbs import sequence_verb
from pipekeras.values import count, is_bool, maybe_whole, whole

__all__ = ["draw_blocks", "draw_fold", "draw_windows"]

_REMAINDERS = ("drop", "drop_first", "pad", "error")
_MOST = 60  # lines in a picture
_CURVE = 2.6  # lines that the series takes above them


@Checked
def draw_windows(windows, first=8, *, series=None, ax=None, to_file=None, dpi=100):
    """Draw which rows windows have: a line for each window, its steps and its targets as cells, the series above.

    Args:
        windows: a SequenceWindows, as sequence_windows() gives.
        first: how many windows are drawn, from the first on in the order of time; or a list of their numbers.
        series: the column that is drawn as a curve above, by name or number; None for the only one there is; False for
            none.
        ax: axes of a matplotlib figure to draw on; None makes a figure.
        to_file: a file to save the picture in, such as "windows.png"; no window opens then.
        dpi: dots per inch of the file.

    Returns:
        The matplotlib Figure. Cells that are hatched are padding, or rows that stand in for missing ones; vertical
        lines show where a series ends.

    Raises:
        InvalidValueError: if there is no such window or column, or an argument cannot be meant.

    Source: pipekeras; the slide "Generating input sequences".
    """
    where = "draw_windows"
    if not hasattr(windows, "window") or not hasattr(windows, "plan"):
        raise InvalidValueError(f"{where} draws what sequence_windows() gives, it got {say(windows)}")
    numbers = _numbers(first, len(windows.plan), where)
    given_series = windows.series
    column = None
    if given_series.levels is None:  # the ids of words make no curve
        column = column_of(where, given_series.x, given_series.columns, series)
    lines = [_window(windows, number) for number in numbers]
    figure, axes = canvas(where, ax, _height(lines, column is not None), to_file, dpi)
    short = _short(lines, given_series.x, given_series.y, column)
    begin, end = draw_lines(axes, lines, short)
    if column is not None:
        draw_curve(
            axes, given_series.x, column, (begin, end + 1), -_CURVE, -0.9, given_series.real, given_series.begins
        )
    _borders(axes, given_series, begin, end, -_CURVE - 0.3 if column is not None else -0.6, len(lines) - 0.5)
    more = len(windows.plan) - len(numbers)
    rest = None
    if more:
        last = windows.window(len(windows.plan) - 1)[0]
        rest = f"and {more} more; the last, window {len(windows.plan) - 1}, has {rows_text(last[last >= 0])}"
    _frame(axes, lines, begin, end, curve_name(column, given_series.columns), rest)
    number_rows(axes, len(given_series), given_series.times)
    if given_series.rows is not None:
        axes.set_xlabel(f"{axes.get_xlabel()}, counted with those put in for missing times")
    _legend(axes, lines, many(windows.plan.shape.lookback, "step"), _targets(windows.plan.shape), windows.plan.shape)
    return finished(figure, to_file, dpi)


@sequence_verb
def draw_blocks(
    data, timesteps, delay=None, *, targets=None, remainder="drop", first=8, series=None, ax=None, to_file=None, dpi=100
):  # fmt: skip
    """Draw a series as consecutive blocks, a line for each, its targets beside it: sequence_reshape() as a picture.

    Args:
        data, timesteps, delay, targets, remainder: as for sequence_reshape().
        first: how many blocks are drawn; or a list of their numbers.
        series: the column that is drawn as a curve above, by name or number; None for the only one there is; False for
            none.
        ax: axes of a matplotlib figure to draw on; None makes a figure.
        to_file: a file to save the picture in, such as "blocks.png"; no window opens then.
        dpi: dots per inch of the file.

    Returns:
        The matplotlib Figure. Values stand in the cells if they are short, whole and of one column.

    Raises:
        DataError: if the series is too short for a block.
        InvalidValueError: if there is no such block or column, or an argument cannot be meant.

    Source: the slide "Generating input sequences", where x = 1..7 has y = 8..14.
    """
    where = "draw_blocks"
    timesteps = count(timesteps, "timesteps", where, least=1)
    shift = maybe_whole(delay, "delay", where)
    if remainder not in _REMAINDERS:
        near = suggestion(remainder, _REMAINDERS, otherwise=f"; it is one of {', '.join(_REMAINDERS)}")
        raise InvalidValueError(f"{where}: remainder={remainder!r} is none{near}")
    all_given = given(data, targets, None, where)
    plan = plan_blocks(len(all_given.x), timesteps, shift or 0, remainder, where)
    numbers = _numbers(first, plan.n, where, "block")
    column = column_of(where, all_given.x, all_given.labels, series)
    lines = [_block(plan, number, shift) for number in numbers]
    figure, axes = canvas(where, ax, _height(lines, column is not None), to_file, dpi)
    short = _short(lines, all_given.x, all_given.y, column)
    begin, end = draw_lines(axes, lines, short)
    if column is not None:
        draw_curve(axes, all_given.x, column, (begin, end + 1), -_CURVE, -0.9)
    more = plan.n - len(numbers)
    _frame(
        axes,
        lines,
        begin,
        end,
        curve_name(column, all_given.labels),
        f"and {many(more, 'block')} more" if more else None,
    )
    number_rows(axes, len(all_given.x))
    _legend(axes, lines, many(timesteps, "step"), "" if shift is None else f"targets, delay={shift}")
    return finished(figure, to_file, dpi)


# What is drawn --------------------------------------------------------------------------------------------------------


def _numbers(first, there, where, what="window"):
    """The numbers of the windows that are drawn."""
    if isinstance(first, (list, tuple, range)) or getattr(first, "ndim", 0) == 1:
        numbers = [whole(item, f"each {what} of first", where) for item in first]
        wrong = [item for item in numbers if not -there <= item < there]
        if wrong:
            raise InvalidValueError(f"{where}: there is no {what} {wrong[0]}: the {there} there are count from 0")
        numbers = [item % there for item in numbers]
    else:
        if is_bool(first):
            raise InvalidValueError(f"{where}: first says how many {what}s are drawn, or which; it got {first!r}")
        numbers = list(range(min(count(first, "first", where, least=1), there)))
    if not numbers or len(numbers) > _MOST:
        raise InvalidValueError(f"{where}: first asks for {len(numbers)} {what}s, a picture has 1 to {_MOST}")
    return numbers


def _window(windows, number):
    """The line of a window: rows that do not exist are counted on beyond the series."""
    import numpy as np

    plan, series = windows.plan, windows.series
    starts, stretch = plan.starts(np.array([number]))
    begin, end = plan.begins[stretch[0]], plan.ends[stretch[0]]
    targets = plan.target_rows(starts) if plan.shape.steps else np.empty(0, "int64")
    gone = None if series.real is None else ~series.real
    parts = []
    for rows, missing in ((plan.step_rows(starts), gone), (targets, series.lost)):
        rows = np.unique(rows)
        there = (rows >= begin) & (rows < end)
        if missing is not None:
            there[there] = ~missing[rows[there]]
        parts += [(rows[there], rows[~there])]
    (inputs, no_inputs), (targets, no_targets) = parts
    return Line(f"window {number}", inputs, targets, no_inputs, no_targets)


def _block(plan, number, shift):
    import numpy as np

    rows = plan.first + number * plan.timesteps + np.arange(plan.timesteps)
    there = rows < plan.first + plan.real
    none = np.empty(0, "int64")
    targets = (none, none) if shift is None else (rows[there] + shift, rows[~there] + shift)
    return Line(f"block {number}", rows[there], targets[0], rows[~there], targets[1])


def _short(lines, x, y, column):
    """What writes values into cells: a function of rows and "x" or "y", or None where they do not fit."""
    import numpy as np

    if column is None or (y is not None and (len(y.shape) > 2 or tuple(y.shape[1:]) not in ((), (1,)))):
        return None
    if sum(len(line.rows) for line in lines) > 40 * len(lines):
        return None
    texts = {}
    for name, array, place in (("x", x, column), ("y", y, 0)):
        if array is None:
            continue
        rows = np.unique(np.concatenate([line.inputs if name == "x" else line.targets for line in lines]))
        found = whole_texts(values_of(array, rows, place))
        if found is None:
            return None
        texts[name] = dict(zip(rows.tolist(), found, strict=True))
    return lambda rows, name: [texts[name][row] for row in rows.tolist()]


# Around it ------------------------------------------------------------------------------------------------------------


def _height(lines, curve):
    """Inches."""
    tall = 0.4 if any(line.shares for line in lines) else 0.3
    return 1.1 + tall * len(lines) + (0.3 * _CURVE if curve else 0)


def _frame(axes, lines, begin, end, curve, rest):
    """The room around the lines, and what stands beside and below them; `curve` is the name of the curve, or None."""
    bare(axes)
    margin = max(0.3, (end - begin) * 0.01)
    axes.set_xlim(begin - 0.5 - margin, end + 0.5 + margin)
    axes.set_ylim(len(lines) - (0.4 if rest is None else -0.3), -_CURVE - 0.3 if curve is not None else -0.7)
    names = [line.label for line in lines]
    heights = list(range(len(lines)))
    if curve is not None:
        names, heights = [curve, *names], [-(_CURVE + 0.9) / 2, *heights]
    axes.set_yticks(heights, names)
    if rest is not None:
        axes.text(begin - 0.5, len(lines) - 0.1, rest, fontsize=8.5, color=QUIET, va="center", gid="rest")


def _borders(axes, series, begin, end, top, bottom):
    """Lines where one series, or stretch between gaps, ends and another begins; the names of series beside them."""
    import numpy as np

    edges = np.unique(np.concatenate([series.begins, series.ends])) - 0.5
    edges = edges[(edges > begin - 0.5) & (edges < end + 0.5)]
    if len(edges):
        axes.vlines(edges, bottom, top, color="black", linewidth=1.2, linestyle=(0, (4, 2)), gid="borders")
    if series.names is None:
        return
    done = None
    for place in np.flatnonzero((series.ends > begin) & (series.begins <= end)).tolist():
        name = series.names[place]
        if name != done:
            row = max(begin, int(series.begins[place]))
            axes.text(row - 0.35, top, str(name), fontsize=8.5, color=TEXT, va="top", gid="group")
        done = name


def _targets(shape):
    n = len(shape.steps)
    if not n:
        return ""
    text = many(n, "target") if not shape.per_step else "targets of each step"
    if shape.steps != tuple(range(1, n + 1)):
        steps = ", ".join(map(str, shape.steps[:6])) + (", ..." if n > 6 else "")
        text += f" at steps {steps}" if n > 1 else f" at step {steps}"
    return f"{text}, delay={shape.delay}"


def _legend(axes, lines, steps, targets, shape=None):
    thinned = f", every {shape.rate} rows" if shape is not None and shape.rate > 1 else ""
    entries = [(f"x: {steps}{thinned}", filled(INPUT))]
    if targets:
        entries.append((f"y: {targets}", filled(TARGET)))
    if any(len(line.no_inputs) or len(line.no_targets) for line in lines):
        entries.append(("padding", hatched()))
    keys(axes, entries)
