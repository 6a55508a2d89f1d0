"""Windows in words: how many there are, which rows the first and the last have, what is left out, what it all takes.

Everything is worked out from the plan, and one batch: a description of a hundred million windows takes no longer.
"""

from pipekeras.sequences.usage import counts, partial, usage

__all__ = ["describe_windows"]

_LISTED = 6  # series that are listed, and names of columns
_ROWS = 8  # rows that are named one by one


def describe_windows(windows):
    """Which rows the windows of a dataset hold and where their targets are, in words.

    Args:
        windows: a SequenceWindows, as sequence_windows() gives.

    Returns:
        Text of some lines: how many windows there are, the rows of the first two and of the last, rows that are in no
        window or no target, series and gaps, padding, batches, order and memory. Where rows have times, these stand
        below the rows.

    Source: pipekeras; the slide "Generating input sequences" draws what this says.
    """
    plan, shape = windows.plan, windows.plan.shape
    total = len(plan)
    lines = [_heading(windows)]
    for number in sorted({0, min(1, total - 1), total - 1}):
        lines += _window(windows, number)
    lines += _series(windows)
    lines += _unused(windows)
    if shape.partial:
        lines += _padding(windows)
    lines += [_batches(windows), _order(windows), _memory(windows)]
    return "\n".join(line for line in lines if line)


# How much of what -----------------------------------------------------------------------------------------------------


def many(n, one, more=None):
    """3 windows, 1 window: a number with its noun."""
    return f"{n} {one if n == 1 else more or one + 's'}"


def size(n):
    """A number of bytes, such as 1.5 MB."""
    for unit in ("bytes", "kB", "MB", "GB"):
        if n < 1000 or unit == "GB":
            return f"{n:.3g} {unit}" if n < 1000 else f"{n:.0f} {unit}"
        n /= 1000
    raise AssertionError


def _features(windows):
    rest, columns = windows.series.x.shape[1:], windows.series.columns
    if not rest:
        levels = windows.series.levels
        return "" if levels is None else f", ids of {many(len(levels), 'word or category', 'words or categories')}"
    width = " x " + " x ".join(map(str, rest))
    if columns is None or len(rest) != 1 or len(columns) != rest[0]:
        return width
    names = ", ".join(map(str, columns[:_LISTED])) + (", ..." if len(columns) > _LISTED else "")
    return f"{width} ({names})"


def _heading(windows):
    shape = windows.plan.shape
    text = f"Windows over {many(len(windows.series), 'row')}: {len(windows.plan)} of {many(shape.lookback, 'step')}"
    text += _features(windows)
    if shape.rate > 1 and shape.lookback > 1:
        text += f", {shape.rate} rows from step to step"
    return text + (f", one every {shape.stride} rows." if shape.stride > 1 else ".")


# The windows ----------------------------------------------------------------------------------------------------------


def _window(windows, number):
    plan = windows.plan
    rows, targets = windows.window(number)
    name = f"  window {number}" + (", the last" if number == len(plan) - 1 and number else "")
    text = f"{name}: {_with_padding(rows)}"
    times = windows.series.times
    beside = "" if times is None else _times(times, rows)
    if plan.shape.steps:
        text += f" -> {'targets ' if (targets >= 0).any() else ''}{_with_padding(targets.ravel(), 'target')}"
        if plan.shape.per_step:
            n = len(plan.shape.steps)
            text += f", {'one' if n == 1 else n} for each step"
        beside += "" if times is None else f" -> {_times(times, targets.ravel())}"
    return [text, " " * (len(name) + 2) + beside] if beside else [text]


def _with_padding(rows, what="step"):
    """Rows in words; -1 stands for those that do not exist."""
    import numpy as np

    there = np.unique(rows[rows >= 0])
    lost = int((rows < 0).sum())
    if not lost:
        return rows_text(there)
    if not len(there):
        return f"{many(lost, what)} of padding"
    place = "after" if rows[0] < 0 else "and"
    return f"{rows_text(there)} {place} {many(lost, what)} of padding"


def rows_text(rows):
    """Rows (an array, in order) in words: row 3; rows 0 to 11; rows 0, 6, 12 ... 714; rows 12, 17, 35."""
    import numpy as np

    if len(rows) == 1:
        return f"row {rows[0]}"
    steps = np.diff(rows)
    if (steps == 1).all():
        return f"rows {rows[0]} to {rows[-1]}"
    if len(rows) <= _ROWS and not (steps == steps[0]).all() or len(rows) <= 4:
        return f"rows {', '.join(map(str, rows))}"
    if (steps == steps[0]).all():
        return f"rows {rows[0]}, {rows[1]}, {rows[2]} ... {rows[-1]}"
    return f"{len(rows)} rows from {rows[0]} to {rows[-1]}"


def _times(times, rows):
    rows = rows[rows >= 0]
    if not len(rows):
        return "none"
    first, last = rows.min(), rows.max()
    texts = time_texts(times[[first, last]])
    return texts[0] if first == last else f"{texts[0]} to {texts[1]}"


def time_texts(times):
    """Times as text, no longer than needed: 1749-01-01; 1749-01-01 10:10; the numbers 17 and 1749.083."""
    import numpy as np

    times = np.asarray(times)
    if times.dtype.kind == "M":
        for unit in ("D", "m", "s", "ms", "us"):
            if (times.astype(f"M8[{unit}]") == times).all():
                break
        else:
            unit = "ns"
        return [text.replace("T", " ") for text in np.datetime_as_string(times.astype(f"M8[{unit}]"), unit=unit)]
    return [_decimal(time) if isinstance(time, float) else str(time) for time in times.tolist()]


def _decimal(time):
    return f"{time:.3f}".rstrip("0").rstrip(".") if abs(time) >= 100 else f"{time:.6g}"


# What is left out -----------------------------------------------------------------------------------------------------


def _unused(windows):
    """Rows that no window holds, and rows that are no target."""
    plan, series = windows.plan, windows.series
    for use, where in zip(usage(plan), ("window", "target"), strict=True):
        if where == "target" and not plan.shape.steps:
            continue
        without = _inside(plan) - use.rows
        if not without:
            yield "" if _inside(plan) < len(series) else f"Every row is in a {where}."
        elif len(plan.begins) > 1 or use.first is None:
            yield f"In no {where}: {many(without, 'row')} of the series."
        else:
            yield f"In no {where}: {_around(use, int(plan.begins[0]), int(plan.ends[0]))}."
    out = len(series) - int((series.ends - series.begins).sum())
    if out:
        yield f"Outside of start and end: {many(out, 'row')}."
    yield from _missing(series, plan)


def _missing(series, plan):
    """What there is no data for, and what is done about it."""
    import numpy as np

    if plan.keep is not None:
        yield f"Left out: {many(int(plan.before[-1]) - len(plan), 'window')} with missing values."
    put_in = np.zeros(len(series), bool) if series.rows is None else series.rows < 0
    if put_in.any():
        yield f"Put in: {many(int(put_in.sum()), 'row')} for missing times; rows are counted with them."
    empty = 0 if series.real is None else int((~series.real & ~put_in).sum())
    if empty:
        yield f"Marked: {many(empty, 'row')} without values, filled up; mask(i) tells them."
    lost = 0 if series.lost is None or series.y is None else int((series.lost & ~put_in).sum())
    if lost:
        yield f"Marked: {many(lost, 'row')} without all targets, at sample weight 0."


def _around(use, begin, end):
    """The rows from `begin` to `end` - 1 that are not used: before the first that is, after the last, and between."""
    parts = [_span(low, high) for low, high in ((begin, use.first), (use.last + 1, end)) if low < high]
    between = use.last + 1 - use.first - use.rows
    if between:
        parts.append(f"{many(between, 'row')} in between")
    text = ", ".join(parts[:-1]) + (" and " if len(parts) > 1 else "") + parts[-1]
    without = end - begin - use.rows
    return text if without == 1 or parts[0] == f"{many(between, 'row')} in between" else f"{text}, {without} in all"


def _inside(plan):
    """How many rows the series have that have windows."""
    return int((plan.ends - plan.begins).sum())


def _span(begin, end):
    return f"row {begin}" if end - begin == 1 else f"rows {begin} to {end - 1}"


def _padding(windows):
    early, late = partial(windows.plan)
    value = windows.pad_value
    if early:
        early = many(early, "window")
        yield f"Padded: {early} with steps before the first row, which hold {value}; mask(i) tells them."
    if late:
        yield f"Padded: {many(late, 'window')} with targets outside of the series, at sample weight 0."


def _series(windows):
    """The series, and the stretches between gaps, with how many windows each has."""
    import numpy as np

    series, plan = windows.series, windows.plan
    stretches = len(series.begins)
    if stretches == 1 and series.names is None:
        return
    of_each = np.zeros(stretches, "int64")
    of_each[np.searchsorted(series.begins, plan.begins)] = counts(plan)
    names = [None] * stretches if series.names is None else list(np.asarray(series.names, object))
    ids = list(dict.fromkeys(names))
    gaps = stretches - len(ids)
    text = many(len(ids), "series", "series") if series.names is not None else "The series"
    if gaps:
        text += f", in {stretches} stretches between gaps"
    lost = int((of_each == 0).sum()) if plan.keep is None else 0
    if lost:
        text += f", {lost} of them too short for a window" if stretches > 1 else ""
    yield f"{text}; no window crosses from one to the next:"
    for j in range(min(stretches, _LISTED)):
        name = "" if names[j] is None else f"{names[j]!r}: "
        yield f"  {name}{_span(int(series.begins[j]), int(series.ends[j]))}, {many(int(of_each[j]), 'window')}"
    if stretches > _LISTED:
        rest = int(of_each[_LISTED:].sum())
        yield f"  ... and {stretches - _LISTED} more, with {many(rest, 'window')}"


# Batches --------------------------------------------------------------------------------------------------------------


def _batches(windows):
    n, batches, size_ = windows.n, windows.batches, windows.batch_size
    last = n - (batches - 1) * size_
    text = f"Batches: {batches} of {many(min(size_, n), 'window')}"
    if batches > 1 and last < size_:
        text += f", the last of {last}"
    parts = [(("x", "y", "sample_weight")[place], part) for place, part in enumerate(_example(windows))]
    flat = [(f"{name}[{key!r}]" if key else name, array) for name, part in parts for key, array in _leaves(part)]
    return text + ": " + ", ".join(f"{name} {tuple(array.shape)} {array.dtype}" for name, array in flat) + "."


def _leaves(part):
    return list(part.items()) if isinstance(part, dict) else [(None, part)]


def _example(windows):
    """A batch, in the order of time, where files are read fastest."""
    return windows.in_order().batch(0, 0)


def _order(windows):
    shards, index = windows._shard
    shard = f" Shard {index} of {shards}: {windows.n} of the {len(windows.plan)} windows." if shards > 1 else ""
    if windows.shuffle is False:
        return f"Order: that of time.{shard}"
    how = (
        "shuffled"
        if windows.shuffle is True
        else f"in blocks of {windows.shuffle} neighbours, blocks and neighbours shuffled"
    )
    return f"Order: {how}, anew in each pass, with seed {windows.seed}.{shard}"


def _memory(windows):
    example = [array for part in _example(windows) for _, array in _leaves(part)]
    batch = sum(array.nbytes for array in example)
    everything = batch * windows.n // len(example[0])
    series = windows.series
    arrays = [series.x] if series.y is None or series.y is series.x else [series.x, series.y]
    own = sum(_bytes(array) for array in arrays)
    text = f"Memory: a batch takes {size(batch)}"
    if windows.batches > 1:
        text += f"; all windows at once would take {size(everything)}"
    times = everything / own if own else 0
    if times >= 1.5:
        text += f", {times:.0f} times the {size(own)} of the series" if times >= 9.5 else (
            f", {times:.1f} times the {size(own)} of the series"
        )  # fmt: skip
    return text + "."


def _bytes(array):
    import math

    return math.prod(array.shape) * array.dtype.itemsize
