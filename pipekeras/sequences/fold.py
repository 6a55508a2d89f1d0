"""Folding a long series for stateful RNNs: row i of a batch goes on in row i of the next; and unfolding the outputs.

fold = sequence_fold(series, batch_size=4, timesteps=12)
model >> fit(fold, epochs=20)
predicted = sequence_unfold(model >> predict(fold), fold)      in the order of the series; fold.rows says which rows
"""

from pipekeras.asarray import as_array, as_dtype
from pipekeras.errors import ArgumentError, DataError, InvalidValueError, suggestion
from pipekeras.pipe import Checked
from pipekeras.receivers import say
from pipekeras.sequences.given import given, refuse_missing
from pipekeras.sequences.stretches import FoldPlan, dropped_by, dropping_least, most_rows, plan_fold
from pipekeras.sequences.verbs import SequenceVerb, sequence_verb
from pipekeras.values import count, is_bool
from pipekeras.values import whole as whole_number

__all__ = ["sequence_batch_sizes", "sequence_fold", "sequence_unfold"]

# Folding --------------------------------------------------------------------------------------------------------------


class _FoldVerb(SequenceVerb):
    """Says why there is no shuffle, rather than that there is no such argument."""

    def __call__(self, *args, **kwargs):
        if kwargs.pop("shuffle", None):
            raise ArgumentError(
                f"{self.__name__} cannot shuffle: row i of a batch goes on in row i of the next, which the states of a"
                " stateful model rely on. For a model without states, shuffled windows are"
                " sequence_windows(data, lookback=..., shuffle=True)"
            )
        return super().__call__(*args, **kwargs)


@_FoldVerb
def sequence_fold(
    data,
    targets=None,
    *,
    batch_size,
    timesteps,
    delay=1,
    per_step=True,
    remainder="drop",
    groups=None,
    whole=None,
    pad_value=0.0,
    dtype=None,
):
    """Fold a long series into batches for a stateful RNN: row i of a batch goes on in row i of the next.

    The series is cut into `batch_size` stretches that lie one below the other, and batch k holds the steps
    `k * timesteps` to `(k + 1) * timesteps - 1` of each. So a stateful model, which passes its states from batch to
    batch, reads each stretch as one long sequence. Only the first stretch is the beginning of the series: the others
    begin with states of zero as well, in the middle of it; with batch_size=1 none does.

    Args:
        data: the series, time first: `(time,)`, `(time, features)` or `(time, ...)`; array, list, data frame or tensor.
        targets: what is to be predicted: None for the series itself; a column of `data`, or several in a list, by name
            or number; another array or frame with as many rows; False for inputs alone.
        batch_size: how many rows a batch has; the model's batch size.
        timesteps: how many steps of a stretch a batch has.
        delay: how many rows after a step its target lies; 1 is the next row.
        per_step: True for a target of each step, as for return_sequences=True; False for one of the last step of each
            block.
        remainder: "drop" leaves out, at the end of each series, what does not fill `batch_size` rows of whole blocks;
            "pad" keeps it and fills up with `pad_value`, at the sample weight 0. Padding comes after the steps of a
            stretch, never between them.
        groups: the series that each row belongs to where there are several: an id per row, or the column of `data`
            that has it and is then no feature. The rows of a series stand together. No target crosses from one to the
            next, and states are reset where a row of the batch begins another.
        whole: of several series, True (default) keeps each in one row of the batch from beginning to end, so that its
            states are exact: a row takes up one series after the other, the longest first, each where least is
            padded; "drop" then stops where the first row ends. False cuts each into `batch_size` stretches.
        pad_value: what padded inputs are.
        dtype: type of the inputs, and of targets that are decimals; None keeps what `data` has, decimals of 64 bits in
            Keras's float type.

    Returns:
        A SequenceFold, a keras.utils.PyDataset. `fold[k]` is batch k: inputs `(batch_size, timesteps, features)` and
        targets `(batch_size, timesteps, columns)`, or, not per_step, `(batch_size, columns)`. With remainder="pad"
        sample weights `(batch_size, timesteps)` or `(batch_size,)` come third (of images with axes of 1 after these): 0
        for padding and equal for all other steps, such that the loss that Keras reports of an epoch is the mean over
        the real steps; padded targets repeat a real one. Metrics heed weights only in compile(weighted_metrics=), and a
        layer_masking() for the padding is not needed. `fold.rows` are the rows of the data that are folded,
        `fold.dropped` counts those that are left out, and `print(fold.describe())` says which go where.

    Raises:
        DataError: if the series is too short, is text, or has missing values, or groups are interleaved.
        InvalidValueError: if an argument cannot be meant, or no batch is left at this batch size.

    Source: the lecture's slide on stateful RNNs, after "Generating input sequences".
    """
    where = "sequence_fold"
    size = count(batch_size, "batch_size", where, least=1)
    timesteps = count(timesteps, "timesteps", where, least=1)
    delay = whole_number(delay, "delay", where)
    per_step = _flag(per_step, "per_step", where)
    if remainder not in ("drop", "pad"):
        near = suggestion(remainder, ["drop", "pad"], quote='"')
        raise InvalidValueError(f'{where}: remainder must be "drop" or "pad", it got {remainder!r}{near}')
    dtype = None if dtype is None else as_dtype(dtype, where)
    series = given(data, targets, groups, where)
    whole = groups is not None if whole is None else _flag(whole, "whole", where)
    spans = usable(series.spans, 0 if series.y is None else delay)
    refuse_missing(series.x, "data", spans, where, series.labels)
    if series.y is not None and not (series.y is series.x and not delay):
        there = [(first + delay, rows) for first, rows in spans]
        labels = series.labels if series.y is series.x else None
        refuse_missing(series.y, "data" if series.y is series.x else "targets", there, where, labels)
    if dtype is not None and dtype.kind not in "fV" and series.x.dtype.kind not in "biu":
        raise InvalidValueError(f"{where}: dtype={dtype.name} would cut off the decimals of data: round them first")

    pad = remainder == "pad"
    plan = plan_fold(spans, size, timesteps, pad=pad, each_in_one_row=whole)
    if not plan.batches or not (per_step or plan.whole_blocks):
        _refuse(series, spans, size, timesteps, delay if series.y is not None else 0, pad and per_step, whole, where)
    from pipekeras.sequences.folded import SequenceFold

    return SequenceFold(
        series, plan, spans, delay=delay, per_step=per_step, pad=pad, whole=whole, pad_value=pad_value, dtype=dtype
    )


def usable(spans, delay):
    """Of each series, (first row, rows), those rows that have a target `delay` rows on."""
    return tuple((start + max(0, -delay), max(0, rows - abs(delay))) for start, rows in spans)


def _flag(value, name, where):
    if not is_bool(value):
        raise InvalidValueError(f"{where}: {name} must be True or False, it got {value!r}")
    return bool(value)


def _refuse(series, spans, size, timesteps, delay, a_step_will_do, whole, where):
    """Say what lacks for a single batch, and which batch sizes there are."""
    several = series.names is not None
    longest = max((rows for _, rows in series.spans), default=0)
    has = f"the longest of {len(spans)} series" if several else "the series"
    has = f"{has} has {longest} row{'s' * (longest != 1)}"
    after = f" with delay={delay}" if delay else ""
    most = most_rows(spans, timesteps, each_in_one_row=whole)
    if a_step_will_do or not most:
        what = f"a step{after}" if a_step_will_do else f"a block of timesteps={timesteps}{after}"
        needs = (1 if a_step_will_do else timesteps) + abs(delay)
        raise DataError(f"{where}: {has}, and {what} needs {needs}: {needs - longest} too few")
    sizes = (
        f"the only one that is left{after} is batch_size=1" if most == 1 else f"batch sizes from 1 to {most} can be had"
    )
    padded = 'or remainder="pad" fills up the rest'
    if whole:
        fit = f"{most} of {len(spans)} series have" if several else "one series has"
        cut = ", or whole=False cuts each series into rows" if several else ", or leave out whole=True"
        raise InvalidValueError(
            f"{where}: batch_size={size} needs as many series with a block of timesteps={timesteps}{after}, and {fit}"
            f" one: {sizes}{cut}, {padded}"
        )
    steps = max(rows for _, rows in spans)
    if not several:
        least = dropping_least(steps, timesteps)
        shown = ", ".join(map(str, least)) if len(least) <= 8 else ", ".join(map(str, least[:6])) + f", ... {least[-1]}"
        rest = dropped_by(steps, timesteps, 1)
        if most > 1:
            sizes += f"; {shown} drop {f'the least, {rest} steps' if rest else 'none'}"
    if delay:
        has += f", {steps} of them with a target at delay={delay}"
    raise InvalidValueError(
        f"{where}: batch_size={size} rows of one block of timesteps={timesteps} take {size * timesteps} steps, and"
        f" {has}: {size * timesteps - steps} too few."
        f" {sizes[0].upper() + sizes[1:]}; {padded}"
    )


@Checked
def sequence_batch_sizes(n, timesteps, delay=1):
    """The batch sizes into which a series can be folded, with how many steps each leaves out.

    Args:
        n: how many rows the series has, or the series itself.
        timesteps, delay: as for sequence_fold().

    Returns:
        A dict `{batch_size: steps that are dropped}`, from 1 to the largest that has a batch; empty for a series that
        is too short. Those that drop the least are `[b for b, lost in sizes.items() if lost == min(sizes.values())]`.

    Raises:
        InvalidValueError: if an argument is no whole number.

    Source: pipekeras; the batch size of a stateful model is fixed, and has to suit its data.
    """
    where = "sequence_batch_sizes"
    if hasattr(n, "__len__") and not isinstance(n, str) and getattr(n, "shape", None) != ():
        n = len(n)
    rows = count(n, "n", where, least=0)
    timesteps = count(timesteps, "timesteps", where, least=1)
    ((_, steps),) = usable([(0, rows)], whole_number(delay, "delay", where))
    return {size: dropped_by(steps, timesteps, size) for size in range(1, steps // timesteps + 1)}


# Unfolding ------------------------------------------------------------------------------------------------------------


@sequence_verb
def sequence_unfold(values, fold, *, fill=None, at="inputs", per_step=None):
    """Put what a model gives for a fold back along the series: sequence_fold() undone.

    Args:
        values: outputs of predict(model, fold): `(batches * batch_size, timesteps, ...)`, or one for each block,
            `(batches * batch_size, ...)`; or a list of batches. Also the fold's own arrays, `fold.to_numpy()[0]`.
        fold: the SequenceFold.
        fill: None for the folded rows alone, one after the other, `fold.rows` being their numbers; or a number or "nan"
            for an array as long as the data, with that in the rows that have no value.
        at: with `fill`, where values stand: "inputs" in the row of the step that they were computed from, "targets" in
            the row that they predict, `delay` rows on.
        per_step: whether there is a value for each step or for each block; None takes it from the fold, and from the
            shape where that is plain.

    Returns:
        The values in the order of the data, `(rows, ...)`, in their type; a series that was given as `(time,)` comes
        back as such. Values for each block stand for its last step: `fold.block_rows` are their rows. Padding is gone.

    Raises:
        DataError: if there are more or fewer values than the fold has outputs.
        InvalidValueError: if an argument cannot be meant.

    Source: pipekeras; the inverse of sequence_fold().
    """
    where = "sequence_unfold"
    plan = getattr(fold, "plan", None)
    if not isinstance(plan, FoldPlan):
        raise InvalidValueError(f"{where}: fold must be what sequence_fold() gave, it got {say(fold)}")
    if at not in ("inputs", "targets"):
        near = suggestion(at, ["inputs", "targets"], quote='"')
        raise InvalidValueError(f'{where}: at must be "inputs" or "targets", it got {at!r}{near}')
    if at == "targets" and not fold.has_targets:
        raise InvalidValueError(f'{where}: at="targets", but the fold was made without targets')
    array = _outputs(values, plan, where)
    per_step = _is_per_step(array, fold, per_step, where)
    flat = array.reshape(-1, *array.shape[2:]) if per_step else array
    rows, places = plan.places(per_step)
    result = flat[places]
    if fold.flat and result.ndim == 2 and result.shape[1] == 1:
        result = result[:, 0]
    if fill is None:
        return result
    return _filled(result, rows + (fold.delay if at == "targets" else 0), fold.data_rows, fill, where)


def _outputs(values, plan, where):
    """The values as one array, with as many rows as all batches together have."""
    import numpy as np

    listed = isinstance(values, (list, tuple)) and len(values) > 0 and all(hasattr(v, "shape") for v in values)
    if listed and len(values) == plan.batches and all(tuple(v.shape[:1]) == (plan.batch_size,) for v in values):
        parts = [as_array(part, where, name="values", text=False) for part in values]
        if len({part.shape[1:] for part in parts}) > 1:
            raise DataError(f"{where}: the batches differ in shape: {', '.join(map(str, {p.shape for p in parts}))}")
        return np.concatenate(parts)
    if listed:
        shapes = ", ".join(str(tuple(v.shape)) for v in values[:4]) + (", ..." if len(values) > 4 else "")
        raise DataError(
            f"{where}: values is a {type(values).__name__} of {len(values)} arrays, {shapes}; the fold has"
            f" {plan.batches} batch{'es' * (plan.batches != 1)} of {plan.batch_size} rows: give one array, or a list of"
            " all batches"
        )
    array = as_array(values, where, name="values", text=False)
    rows = plan.batches * plan.batch_size
    if not array.ndim or len(array) != rows:
        got = f"{len(array)} rows, shape {array.shape}" if array.ndim else f"the single value {array[()]!r}"
        raise DataError(
            f"{where}: the fold has {plan.batches} batches of {plan.batch_size} rows, {rows} in all, and values has"
            f" {got}: give what predict(model, fold) gave, of all batches"
        )
    return array


def _is_per_step(array, fold, wanted, where):
    """Whether there is a value for each step of a block, rather than for the block."""
    has_steps = array.ndim > 1 and array.shape[1] == fold.plan.timesteps
    if wanted is None:
        # Inputs of a fold with a target per block are told from its outputs by their one axis more.
        wanted = fold.per_step or (has_steps and array.shape[2:] == fold.step_shape and array.ndim > fold.target_ndim)
    if _flag(wanted, "per_step", where) and not has_steps:
        raise DataError(
            f"{where}: values of shape {array.shape} have no axis of {fold.plan.timesteps} steps, and the fold has a"
            " value for each step: give the model's last recurrent layer return_sequences=True, or say per_step=False"
            " if there is one value for each block"
        )
    return bool(wanted)


def _filled(result, rows, length, fill, where):
    import numpy as np

    if isinstance(fill, str) and fill.lower() == "nan":
        fill = np.nan
    value = np.asarray(fill)
    if value.ndim or value.dtype.kind not in "biuf":
        raise InvalidValueError(f'{where}: fill must be a number or "nan", it got {fill!r}')
    dtype = result.dtype
    with np.errstate(invalid="ignore"):
        if dtype.kind in "biu" and value.astype(dtype) != value:  # as NaN is no whole number, and -1 no byte
            dtype = np.result_type(dtype, value.dtype)
    whole = np.full((length, *result.shape[1:]), value, dtype)
    whole[rows] = result
    return whole
