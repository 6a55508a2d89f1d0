"""sequence_windows(): a rolling window over a series, as a dataset that fit() takes."""

from pipekeras.errors import InvalidValueError, suggestion
from pipekeras.sequences.missing import leave_out
from pipekeras.sequences.order import shuffle_of
from pipekeras.sequences.plan import Shape, plan_windows
from pipekeras.sequences.prepare import prepare
from pipekeras.sequences.verbs import sequence_verb
from pipekeras.values import count, is_bool, loose, maybe_whole

__all__ = ["sequence_windows"]


@sequence_verb
def sequence_windows(
    data, targets=None, *, lookback, horizon=1, delay=1, stride=1, sampling_rate=1, batch_size=32, shuffle=False,
    seed=None, columns=None, per_step=False, partial="drop", pad_value=0.0, groups=None, time=None, freq=None,
    gaps="error", missing="error", known=None, static=None, start=0, end=None, dtype=None
):  # fmt: skip
    """A rolling window over a series: for each place its rows, and the rows after it as targets, in batches.

    Window i begins at row `i * stride`. With `last` its last row, its targets are the rows `last + delay` to
    `last + delay + horizon - 1`; every window whose targets exist is there.

    Args:
        data: the series, time first: (time,), (time, features), or images over time (time, height, width, channels);
            an array, list, data frame or tensor, or a source larger than memory, see sequence_source().
        targets: what is to be predicted: None for the series itself; a column of `data`, or several in a list, by name
            or number; another array or frame with as many rows; False for windows without targets.
        lookback: how many steps a window has.
        horizon: how many steps are predicted; or a list of steps ahead, 1 being the first: [1, 6, 24].
        delay: how many rows after the last of the window the first target lies; 1 is the next row.
        stride: how many rows lie between the beginnings of two windows.
        sampling_rate: how many rows lie between two steps of a window; it spans
            `(lookback - 1) * sampling_rate + 1` rows.
        batch_size: how many windows a batch has; the last may have fewer.
        shuffle: True for a random order, new in each epoch; a whole number to shuffle only neighbours, that many,
            which files in chunks are read faster in; False for the order of time.
        seed: whole number, for the same orders each time; None draws one.
        columns: the columns of `data` that go into the windows, by name or number; None for all.
        per_step: True for targets of every step of the window, rather than of the last alone.
        partial: "drop" leaves out windows that reach beyond the series; "pad" has them, filled up with `pad_value`:
            those that begin before the first row, whose filled steps layer_masking(pad_value) skips, and those with
            some of their targets after the last row, which get the sample weight 0.
        pad_value: what stands where there is nothing.
        groups: the series that each row belongs to, an id per row: an array, or a column of `data`. No window crosses
            from one to the next.
        time: the time of each row: an array or column; of a data frame with dates as its index that index;
            False counts rows alone.
        freq: the time from one row to the next, such as "h" or 10; None for the one that is found most often.
        gaps: what to do where times are missing: "error"; "drop" the windows that would cross the gap; "mark": have
            rows for them, filled with `pad_value` and False in the mask.
        missing: what to do about NaN: "error"; "drop" the windows that hold any; "mark": have `pad_value` instead, a
            step without any value is False in the mask; targets that are missing get the sample weight 0.
        known: what is known ahead of time, such as holidays, for each row: an array, frame or columns of `data`; each
            window gets the rows of its targets.
        static: what does not change along a series: a dict {id: values}, a frame by id, or values for a single one.
        start, end: the rows that are used, `end` not included; below 0 they count from the end.
        dtype: type of the batches; None keeps what `data` has, decimals as "float32".

    Returns:
        A SequenceWindows, a keras.utils.PyDataset. `windows[i]` is batch i: x of shape (batch, lookback, features) and
        y of shape (batch, columns); (batch, horizon, columns) for several steps ahead, without the last axis if it is
        one column; with per_step an axis (lookback) more. With `known` and `static`, x is a dict of "x", "known" and
        "static". Sample weights come third where targets may be missing: 0 if any value of a target is, of shape
        (batch,); y of shape (batch, horizon) has (batch, 1), with columns (batch, horizon). A series of words or
        categories is numbered 0, 1, ..., `windows.series.levels`, and its x is (batch, lookback), as layer_embedding()
        takes it.

    Raises:
        DataError: if the series is too short, or text, or has missing values, or is not sorted.
        InvalidValueError: if an argument cannot be meant.

    Source: the slide "Generating input sequences"; R `keras3::timeseries_dataset_from_array`, whose window i has its
        targets at its first row, not after its last.
    """
    where = "sequence_windows"
    if partial not in ("drop", "pad"):
        near = suggestion(partial, ["drop", "pad"], quote='"')
        raise InvalidValueError(f'{where}: partial must be "drop" or "pad", it got {partial!r}{near}')
    wanted = not (is_bool(targets) and not targets)
    shape = Shape.of(where, lookback, horizon, delay, stride, sampling_rate, per_step, partial == "pad", wanted)
    shuffle = shuffle_of(shuffle, where)
    size = count(batch_size, "batch_size", where, least=1)
    seed = maybe_whole(seed, "seed", where, least=0)
    series = prepare(
        data, targets, where, columns=columns, groups=groups, time=time, freq=freq, gaps=gaps, missing=missing,
        known=known, static=static, start=start, end=end, dtype=dtype, pad_value=loose(pad_value, "pad_value", where),
    )  # fmt: skip
    plan = plan_windows(shape, series.begins, series.ends, where, series.noun)
    plan = leave_out(plan, series.bad, series.bad_targets, where)
    from pipekeras.sequences.batches import SequenceWindows

    return SequenceWindows(series, plan, batch_size=size, shuffle=shuffle, seed=seed, pad_value=pad_value)
