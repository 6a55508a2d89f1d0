"""From one long series to what a recurrent network is trained on, under R's names: windows, and a target for each.

    timeseries_generator(x, y, length=10)                     2.x: windows and the target right after each
    timeseries_dataset_from_array(x, y, sequence_length=10)   windows and the target in the row where each begins

Both also stand behind a pipe, x >> timeseries_generator(y, length=10), and cut their windows as sequence_windows()
does, which can do more: several steps ahead, several series, gaps, missing values.
"""

from pipekeras._keras import keras
from pipekeras.asarray import to_array
from pipekeras.data_verbs import DataVerb
from pipekeras.errors import DataError, InvalidValueError
from pipekeras.sequences.plan import Shape, plan_windows
from pipekeras.sequences.series import Series
from pipekeras.sequences.sources import as_source, is_stored
from pipekeras.values import count, is_bool, maybe_whole


class _SeriesVerb(DataVerb):
    """A verb on a series that also requires targets: the first array may be either, so only the number tells."""

    def _lacks_something(self, args, kwargs):
        required = [p.name for p in self._signature.parameters.values() if p.default is p.empty]
        return any(name not in kwargs for name in required[len(args) :])


@_SeriesVerb
def timeseries_generator(
    data,
    targets,
    length,
    sampling_rate=1,
    stride=1,
    start_index=0,
    end_index=None,
    shuffle=False,
    reverse=False,
    batch_size=128,
):
    """Cut a series into overlapping windows, each with the target of the step after it, in batches for fit().

    Args:
        data: the series: an array, list or data frame, its first axis the time steps; or a source larger than memory,
            see sequence_source().
        targets: a target for each step of `data`.
        length: how many steps back a window reaches.
        sampling_rate: every how many of those steps one is taken; a window has `ceil(length / sampling_rate)`.
        stride: how many steps lie between the beginnings of two windows.
        start_index: the step with which the first window begins, counted from 0.
        end_index: the last step whose target is used, counted from 0 and itself included, as in R; None for the last
            of `data`.
        shuffle: True for a random order, new in each epoch, which set_random_seed() rules; each window comes once.
        reverse: True turns each window round, the latest step first.
        batch_size: how many windows a batch has; the last may have fewer.

    Returns:
        A keras.utils.PyDataset: fit(), evaluate() and predict() take it, `batches[0]` is the first pair of windows,
        `(batch, steps, ...)`, and targets, `(batch, ...)`, and `len(batches)` counts them; past the last they are
        empty.

    Raises:
        DataError: if there is not one target for each step, or one is missing.
        InvalidValueError: if an argument cannot be meant, or no window is left.

    Source: R `keras::timeseries_generator`, which with shuffle=TRUE draws windows with replacement, so that an epoch
        misses a third of them.
    """
    where = "timeseries_generator"
    data, targets = _series(data, "data", where), _series(targets, "targets", where)
    if len(data) != len(targets):
        raise DataError(f"{where} needs a target for each step: data has {len(data)} steps, targets has {len(targets)}")
    length = count(length, "length", where, least=1)
    rate = count(sampling_rate, "sampling_rate", where, least=1)
    stride = count(stride, "stride", where, least=1)
    size = count(batch_size, "batch_size", where, least=1)
    start = count(start_index, "start_index", where, least=0)
    end = maybe_whole(end_index, "end_index", where, least=0)
    if end is None:
        end = len(data) - 1
    elif end >= len(data):
        raise InvalidValueError(
            f"{where}: end_index={end}, but data has {len(data)} steps, 0 to {len(data) - 1}; end_index is the last"
            " step that is used"
        )
    if start + length > end:
        raise InvalidValueError(
            f"{where}: no window is left: one of length={length} from start_index={start} has its target at step"
            f" {start + length}, and the last that is used is {end}"
        )
    shuffle, reverse = _flag(shuffle, "shuffle", where), _flag(reverse, "reverse", where)
    plan = plan_windows(generator_shape(length, rate, stride), [start], [end + 1], where)
    _check_targets(targets, start + length, end + 1, stride, where)
    from pipekeras.timeseries_batches import TimeseriesBatches

    series = Series(data, targets, plan.begins, plan.ends)
    return TimeseriesBatches(series, plan, batch_size=size, shuffle=shuffle, reverse=reverse)


@_SeriesVerb
def timeseries_dataset_from_array(
    data,
    targets,
    sequence_length,
    sequence_stride=1,
    sampling_rate=1,
    batch_size=128,
    shuffle=False,
    seed=None,
    start_index=None,
    end_index=None,
):
    """Cut a series into overlapping windows, each with the target in the row where it begins.

    To predict the step after each window, the targets are the series moved on by the length of one:
    `timeseries_dataset_from_array(x, x[10:], sequence_length=10)`. Windows beyond the last target are left out, so
    `data` need not be cut.

    Args:
        data: the series: an array, list or data frame, its first axis the time steps; or a source larger than memory,
            see sequence_source().
        targets: the targets, row i that of the window which begins with step i; None for windows alone.
        sequence_length: how many steps a window has.
        sequence_stride: how many steps lie between the beginnings of two windows.
        sampling_rate: how many steps of the series lie between two of a window.
        batch_size: how many windows a batch has; None for single windows without batches.
        shuffle: whether the windows come in random order, new in each epoch.
        seed: a whole number, for the same orders each time; None draws one.
        start_index: the first step that is used, counted from 0; None for the first.
        end_index: the step before which the series ends, counted from 0, itself not included; None for all of it.

    Returns:
        A keras.utils.PyDataset, on every backend: `for x, y in dataset` goes through windows `(batch, steps, ...)` and
        targets `(batch, ...)`, through windows alone if there are no targets; `dataset[0]` is the first batch,
        `len(dataset)` counts them, `.to_tf()` makes a tf.data.Dataset of it and `.to_numpy()` arrays.

    Raises:
        InvalidValueError: if an argument cannot be meant, or no window is left.
        DataError: if `data` or `targets` is no data, or a target is missing.

    Source: R `keras3::timeseries_dataset_from_array`, `keras::timeseries_dataset_from_array`.
    """
    where = "timeseries_dataset_from_array"
    data = _series(data, "data", where)
    targets = None if targets is None else _series(targets, "targets", where)
    length = count(sequence_length, "sequence_length", where, least=1)
    stride = count(sequence_stride, "sequence_stride", where, least=1)
    rate = count(sampling_rate, "sampling_rate", where, least=1)
    size = maybe_whole(batch_size, "batch_size", where, least=1)
    shuffle, seed = _flag(shuffle, "shuffle", where), maybe_whole(seed, "seed", where, least=0)
    start = maybe_whole(start_index, "start_index", where, least=0) or 0
    end = maybe_whole(end_index, "end_index", where, least=1)
    if end is None:
        end = len(data)
    elif end > len(data):
        raise InvalidValueError(f"{where}: end_index={end}, but data has {len(data)} steps; None takes all of them")
    shape = dataset_shape(length, rate, stride, targets is not None)
    if end - start < shape.span:
        raise InvalidValueError(
            f"{where}: no window is left: sequence_length={length} at sampling_rate={rate} spans {shape.span} steps,"
            f" and {max(end - start, 0)} are used"
        )
    if targets is not None:
        if len(targets) <= start:
            raise InvalidValueError(
                f"{where}: no target is left: there are {len(targets)}, and start_index={start} leaves out as many"
            )
        end = min(end, len(targets) + shape.span - 1)  # windows that begin where there is no target are left out
        _check_targets(targets, start, end - shape.span + 1, stride, where)
    plan = plan_windows(shape, [start], [end], where)
    from pipekeras.timeseries_batches import TimeseriesWindows

    series = Series(data, targets, plan.begins, plan.ends)
    return TimeseriesWindows(series, plan, batch_size=size or 1, single=size is None, shuffle=shuffle, seed=seed)


# Which windows there are ----------------------------------------------------------------------------------------------


def generator_shape(length, rate, stride):
    """Windows of every `rate`-th of `length` rows, beginning with the first, and the target in the row after them."""
    steps = -(-length // rate)
    return Shape(steps, (1,), length - (steps - 1) * rate, stride, rate)


def dataset_shape(length, rate, stride, with_targets=True):
    """Windows of `length` steps, and the target in the row where they begin, which is no row ahead but some behind."""
    return Shape(length, (1,) if with_targets else (), -(length - 1) * rate, stride, rate)


# What is given --------------------------------------------------------------------------------------------------------


def _series(value, name, where):
    """Data as an array that windows can be cut out of; what is in a file stays there."""
    import numpy as np

    if is_stored(value):
        return as_source(value, where)
    array = to_array(value, name, where)
    if not isinstance(array, np.ndarray):  # a tensor, which to_array() leaves as it is
        array = keras.ops.convert_to_numpy(array)
    return np.ascontiguousarray(array)


_AT_ONCE = 2**16  # targets that are looked at in one go


def _check_targets(targets, begin, end, stride, where):
    """Raise if a target that is used is missing; every `stride`-th from `begin` is."""
    import numpy as np

    if targets.dtype.kind != "f":
        return
    for first in range(begin, end, stride * _AT_ONCE):
        rows = np.arange(first, min(first + stride * _AT_ONCE, end), stride)
        missing = np.isnan(targets[rows]).reshape(len(rows), -1).any(1)
        if missing.any():
            raise DataError(
                f"{where}: the target of row {rows[missing.argmax()]} is missing (NaN): fill it in, or leave such"
                ' windows out with sequence_windows(..., missing="drop")'
            )


def _flag(value, name, where):
    if not is_bool(value):
        raise InvalidValueError(f"{where}: {name} must be True or False, it got {value!r}")
    return bool(value)


__all__ = ["timeseries_dataset_from_array", "timeseries_generator"]
