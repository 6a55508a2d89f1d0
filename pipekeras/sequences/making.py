"""A batch made: windows, targets and what else belongs to them, copied out of the series.

Sample weights come along where targets may be missing: 0 where any value of a target is, else one number for all, by
which their mean over all windows is 1. Keras takes the mean over weights of 0 too, so that then the loss of an epoch is
that of the targets that are there. A loss of Keras's has a value for all axes of y but the last, which it takes the
mean of, so weights have those axes too; where y is (batch, horizon), weights are (batch, 1): that fits both a loss for
each window and, for class numbers, one for each step.
"""

from pipekeras.sequences import gather
from pipekeras.sequences.missing import refuse_here

__all__: list[str] = []


_AT_ONCE = 2**15  # windows whose weights are looked at in one go


def make(series, plan, numbers, pad_value, weight=1):
    """(x,), (x, y) or (x, y, sample_weight) of the windows with these numbers; see `batches.SequenceWindows`.

    `weight` is the weight of targets that are there, see weight_of().

    x is an array (n, lookback, ...), or a dict of "x" with "known" and "static" where the series has them.
    """
    import numpy as np

    starts, stretch = plan.starts(numbers)
    bounds = (plan.begins[stretch], plan.ends[stretch]) if plan.shape.partial else None
    x = _inputs(series, plan.shape, starts, bounds, pad_value)
    if not series.checked:
        refuse_here(x, lambda: plan.step_rows(starts), bounds, "data", series)
    if series.known is not None or series.static is not None:
        x = {"x": x}
        if series.known is not None:
            x["known"] = known = _at_targets(series.known, plan, starts, bounds, pad_value)
            if not series.checked:
                refuse_here(known, lambda: _rows(plan, starts), bounds, "known", series)
        if series.static is not None:
            x["static"] = series.static[np.searchsorted(series.begins, plan.begins[stretch])]
    if series.y is None:
        return (x,)
    y = _at_targets(series.y, plan, starts, bounds, pad_value)
    if not series.checked:
        refuse_here(y, lambda: _rows(plan, starts), bounds, "targets", series)
    y = y[..., 0] if _is_squeezed(series, plan.shape) else y
    if not is_weighted(series, plan.shape):
        return x, y
    return x, y, _weights(series, plan, starts, bounds, y.ndim) * np.float32(weight)


def weight_of(series, plan):
    """The weight of targets that are there, by which the mean of all weights is 1."""
    import numpy as np

    if not is_weighted(series, plan.shape):
        return 1
    ndim = series.y.ndim + (len(plan.shape.steps) > 1) + plan.shape.per_step - _is_squeezed(series, plan.shape)
    there = total = 0
    for begin in range(0, len(plan), _AT_ONCE):
        starts, stretch = plan.starts(np.arange(begin, min(begin + _AT_ONCE, len(plan))))
        bounds = (plan.begins[stretch], plan.ends[stretch]) if plan.shape.partial else None
        weights = _weights(series, plan, starts, bounds, ndim)
        there, total = there + int(weights.sum(dtype="float64")), total + weights.size
    return total / there if there else 1


def targets(y, plan, starts):
    """The targets of windows that have them all: (n, columns), (n, horizon[, columns]), see sequence_windows()."""
    result = _at_targets(y, plan, starts, None, 0)
    return result[..., 0] if len(plan.shape.steps) > 1 and y.ndim == 2 and y.shape[1] == 1 else result


def mask(series, plan, numbers):
    """Which steps of the windows are real, rather than filled up: bool (n, lookback)."""
    import numpy as np

    starts, stretch = plan.starts(numbers)
    rows = plan.step_rows(starts)
    bounds = (plan.begins[stretch], plan.ends[stretch]) if plan.shape.partial else None
    real = _real_steps(series, rows, bounds)
    return np.ones(rows.shape, bool) if real is None else real


def is_weighted(series, shape):
    """Whether batches have sample weights: the same for all of a dataset, though a batch may miss nothing."""
    if series.y is None:
        return False
    several = len(shape.steps) > 1 or (shape.per_step and shape.lookback > 1)
    return series.lost is not None or (shape.partial and several) or (shape.per_step and series.real is not None)


def _is_squeezed(series, shape):
    return len(shape.steps) > 1 and series.y.ndim == 2 and series.y.shape[1] == 1


def _inputs(series, shape, starts, bounds, pad_value):
    """The steps of windows, with `pad_value` before the beginning of a series."""
    import numpy as np

    if bounds is None:
        return gather.cut(series.x, starts, shape.lookback, shape.rate)
    short = starts < bounds[0]
    if not short.any():
        return gather.cut(series.x, starts, shape.lookback, shape.rate)
    result = np.empty((len(starts), shape.lookback, *series.x.shape[1:]), series.x.dtype)
    result[~short] = gather.cut(series.x, starts[~short], shape.lookback, shape.rate) if not short.all() else 0
    begins = bounds[0][short, None]
    rows = starts[short, None] + np.arange(shape.lookback) * shape.rate
    part = gather.take(series.x, np.maximum(rows, begins))
    part[rows < begins] = pad_value
    result[short] = part
    return result


def _rows(plan, starts):
    """The rows of the targets: (n[, lookback], steps), without the axis of steps if there is one alone."""
    shape = plan.shape
    if len(shape.steps) == 1 and not shape.per_step:
        return starts + (shape.span - 1 + shape.ahead[0])
    rows = plan.target_rows(starts)
    return rows[..., 0] if len(shape.steps) == 1 else rows


def _at_targets(values, plan, starts, bounds, pad_value):
    """The values in the rows of the targets, with `pad_value` beyond the series."""
    import numpy as np

    shape = plan.shape
    if bounds is None:
        if len(shape.steps) == 1 and shape.per_step:
            return gather.cut(values, starts + shape.ahead[0], shape.lookback, shape.rate)
        if not shape.per_step and shape.consecutive and len(shape.steps) > 1:
            return gather.cut(values, starts + (shape.span - 1 + shape.delay), len(shape.steps), 1)
        return gather.take(values, _rows(plan, starts))
    rows = _rows(plan, starts)
    low, high = (bound.reshape(-1, *[1] * (rows.ndim - 1)) for bound in bounds)
    result = gather.take(values, np.clip(rows, low, high - 1))
    beyond = (rows < low) | (rows >= high)
    if beyond.any():
        result[beyond] = _fill(pad_value, result.dtype)
    return result


def _fill(pad_value, dtype):
    """`pad_value` in the type of targets; 0 if they cannot have it, for nothing is learned from them."""
    import numpy as np

    if dtype.kind in "biu":
        limits = (0, 1) if dtype.kind == "b" else (np.iinfo(dtype).min, np.iinfo(dtype).max)
        return pad_value if int(pad_value) == pad_value and limits[0] <= pad_value <= limits[1] else 0
    return pad_value


def _real_steps(series, rows, bounds):
    """Which of the rows of steps, (n, lookback), are real; None if all are."""
    import numpy as np

    if bounds is None:
        return None if series.real is None else series.real[rows]
    begins = bounds[0][:, None]
    there = rows >= begins
    return there if series.real is None else there & series.real[np.maximum(rows, begins)]


def _weights(series, plan, starts, bounds, ndim):
    """1 where all of a target is there, else 0: the axes of y, which has `ndim`, but for its last."""
    import numpy as np

    shape, rows = plan.shape, plan.target_rows(starts)
    there = np.ones(rows.shape, bool)
    if bounds is not None:
        low, high = (bound.reshape(-1, *[1] * (rows.ndim - 1)) for bound in bounds)
        there = (rows >= low) & (rows < high)
        rows = np.clip(rows, low, high - 1)
    if series.lost is not None:
        there &= ~series.lost[rows]
    if shape.per_step:  # nothing is learned from what follows a step that is filled up
        real = _real_steps(series, plan.step_rows(starts), bounds)
        if real is not None:
            there &= real[..., None]
    if _is_squeezed(series, shape):
        there = there.all(axis=-1, keepdims=True)
    elif len(shape.steps) == 1:
        there = there[..., 0]
    there = there.reshape(*there.shape, *[1] * (ndim - 1 - there.ndim))  # of images a weight for all of each
    return there.astype("float32")
