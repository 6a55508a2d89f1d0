"""From one long series to what a recurrent network is trained on: windows of it, and a target for each.

    timeseries_generator(x, y, length=10)                     2.x: windows and the target right after each
    timeseries_dataset_from_array(x, y, sequence_length=10)   windows and the target in the row where each begins

Both also stand behind a pipe: x >> timeseries_generator(y, length=10).
"""

from pipekeras._keras import keras
from pipekeras.arrays import DataVerb
from pipekeras.asarray import to_array
from pipekeras.errors import DataError, InvalidValueError
from pipekeras.values import count, is_bool, loose, maybe_whole


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
        data: the series: an array, list or data frame, its first axis the time steps.
        targets: a target for each step of `data`.
        length: how many steps back a window reaches.
        sampling_rate: every how many of those steps one is taken; a window has `ceil(length / sampling_rate)`.
        stride: how many steps lie between the beginnings of two windows.
        start_index: the step with which the first window begins, counted from 0.
        end_index: the last step whose target is used, counted from 0 and itself included, as in R; None for the last
            of `data`.
        shuffle: True draws the windows of each batch at random, with replacement.
        reverse: True turns each window round, the latest step first.
        batch_size: how many windows a batch has; the last may have fewer.

    Returns:
        A keras.utils.PyDataset: fit(), evaluate() and predict() take it, `batches[0]` is the first pair of windows,
        `(batch, steps, ...)`, and targets, `(batch, ...)`, and `len(batches)` counts them.

    Raises:
        DataError: if there is not one target for each step.
        InvalidValueError: if an argument cannot be meant, or no window is left.

    Source: R `keras::timeseries_generator`.
    """
    where = "timeseries_generator"
    data, targets = to_array(data, "data", where), to_array(targets, "targets", where)
    data, targets = _as_numpy(data), _as_numpy(targets)
    if len(data) != len(targets):
        raise DataError(f"{where} needs a target for each step: data has {len(data)} steps, targets has {len(targets)}")
    length = count(length, "length", where, least=1)
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
    from pipekeras.timeseries_batches import TimeseriesBatches

    return TimeseriesBatches(
        data,
        targets,
        length,
        count(sampling_rate, "sampling_rate", where, least=1),
        count(stride, "stride", where, least=1),
        start,
        end,
        _flag(shuffle, "shuffle", where),
        _flag(reverse, "reverse", where),
        count(batch_size, "batch_size", where, least=1),
    )


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
    """Cut a series into overlapping windows, each with the target in the row where it begins, as a tf.data.Dataset.

    Args:
        data: the series: an array, list or data frame, its first axis the time steps.
        targets: the targets, row i that of the window which begins with step i; None for windows alone.
        sequence_length: how many steps a window has.
        sequence_stride: how many steps lie between the beginnings of two windows.
        sampling_rate: how many steps of the series lie between two of a window.
        batch_size: how many windows a batch has; None for single windows without batches.
        shuffle: whether the windows come in random order.
        seed: a whole number, for the same order each time.
        start_index: the first step that is used, counted from 0; None for the first.
        end_index: the step before which the series ends, counted from 0, itself not included; None for all of it.

    Returns:
        A tf.data.Dataset of windows `(batch, steps, ...)`, or of pairs of windows and targets.

    Raises:
        InvalidValueError: if an argument cannot be meant, or no window is left.
        DataError: if `data` or `targets` is no data.

    Source: R `keras3::timeseries_dataset_from_array`, `keras::timeseries_dataset_from_array`.
    """
    where = "timeseries_dataset_from_array"
    data = _as_numpy(to_array(data, "data", where))
    targets = None if targets is None else _as_numpy(to_array(targets, "targets", where))
    length = count(sequence_length, "sequence_length", where, least=1)
    rate = count(sampling_rate, "sampling_rate", where, least=1)
    start = maybe_whole(start_index, "start_index", where, least=0)
    end = maybe_whole(end_index, "end_index", where, least=1)
    start, end = start or 0, len(data) if end is None else end
    if end > len(data):
        raise InvalidValueError(f"{where}: end_index={end}, but data has {len(data)} steps; None takes all of them")
    span = (length - 1) * rate + 1
    windows = end - start - span + 1
    if windows < 1:
        raise InvalidValueError(
            f"{where}: no window is left: sequence_length={length} at sampling_rate={rate} spans {span} steps, and"
            f" {max(windows + span - 1, 0)} are used"
        )
    if targets is not None and len(targets) - start < windows:  # beginnings without a target are left out
        windows = len(targets) - start
        if windows < 1:
            raise InvalidValueError(
                f"{where}: no target is left: there are {len(targets)}, and start_index={start} leaves out as many"
            )
        end = start + windows + span - 1
    arguments = {} if seed is None else {"seed": loose(seed, "seed", where)}
    try:
        return keras.utils.timeseries_dataset_from_array(
            data,
            targets,
            length,
            sequence_stride=count(sequence_stride, "sequence_stride", where, least=1),
            sampling_rate=rate,
            batch_size=maybe_whole(batch_size, "batch_size", where, least=1),
            shuffle=_flag(shuffle, "shuffle", where),
            start_index=start,
            end_index=None if end == len(data) else end,  # Keras takes no number for the end itself
            **arguments,
        )
    except (ValueError, TypeError) as error:
        raise InvalidValueError(f"{where}: {error}") from error


def _as_numpy(array):
    """Tensors, which to_array() leaves as they are, as NumPy arrays: windows are cut out of those."""
    import numpy as np

    return array if isinstance(array, np.ndarray) else keras.ops.convert_to_numpy(array)


def _flag(value, name, where):
    if not is_bool(value):
        raise InvalidValueError(f"{where}: {name} must be True or False, it got {value!r}")
    return bool(value)


__all__ = ["timeseries_dataset_from_array", "timeseries_generator"]
