"""sequence_stitch(): the overlapping predictions of windows, put back into one series.

A row is predicted by as many windows as have it among their targets. What each window says of one of its target places
(the step of the window, the step ahead) falls on rows that no other window has in that place; so all windows are taken
at once, place by place.
"""

from pipekeras.asarray import as_array
from pipekeras.errors import DataError, InvalidValueError, ShapeError, suggestion
from pipekeras.receivers import say
from pipekeras.sequences.verbs import sequence_verb
from pipekeras.values import is_bool

__all__ = ["sequence_stitch"]

_HOW = ("mean", "median", "last", "first", "max", "min")
_AT_ONCE = 2**22  # values that the median looks at in one go


@sequence_verb
def sequence_stitch(predictions, windows, how="mean", *, return_counts=False):
    """Put the predictions that a model makes of overlapping windows back into one series.

    Args:
        predictions: what the model predicts for all windows in the order of time, as predict(windows.in_order()) gives
            it: (n, columns), (n, horizon[, columns]), with per-step targets an axis (lookback) after the first.
        windows: the SequenceWindows that were predicted, not shuffled.
        how: what becomes of several predictions of one row: their "mean", "median", "max" or "min"; "last" for the one
            made last, the fewest steps ahead, or "first", the most. (With per-step targets steps ahead count from each
            step of the window; of equal ones "last" is that of the latest step, which has seen most.)
        return_counts: whether the number of predictions of each row comes back as well.

    Returns:
        An array (rows,) if one column is predicted, else (rows, columns), over the rows of the data that the windows
        were cut from, NaN where no window predicts; predictions for rows beyond the end of a series are left out. With
        `return_counts` a tuple of it and the counts, whole numbers (rows,).

    Raises:
        InvalidValueError: if the windows are shuffled or have no targets, or `how` is none of these.
        DataError, ShapeError: if there are more or fewer predictions than windows, or they have not the shape of the
            targets.

    Source: the rolling windows of the slide "Generating input sequences", turned round.
    """
    import numpy as np

    where = "sequence_stitch"
    if not isinstance(how, str) or how not in _HOW:
        near = suggestion(how, _HOW, quote='"')
        raise InvalidValueError(f"{where}: how must be {', '.join(_HOW[:-1])} or {_HOW[-1]}, it got {how!r}{near}")
    if not is_bool(return_counts):
        raise InvalidValueError(f"{where}: return_counts must be True or False, it got {return_counts!r}")
    _check_windows(windows, where)
    plan, series = windows.plan, windows.series
    values = as_array(predictions, where, name="predictions", text=False)
    values, row = _by_place(values, windows, where)
    shards, index = windows._shard
    starts, stretch = plan.starts(np.arange(windows.n) * shards + index)
    order = np.argsort(starts, kind="stable")
    if (order[1:] < order[:-1]).any():
        starts, stretch, values = starts[order], stretch[order], values[order]
    places = _Places(plan, starts, plan.begins[stretch], plan.ends[stretch], values)
    counts = np.zeros(len(series), "int64")
    for rows, _, _ in places.each():
        counts[rows] += 1
    result = _stitched(places, how, counts, row)
    result[counts == 0] = np.nan
    if series.rows is not None:
        result, counts = _rows_of_data(result, series.rows, np.nan), _rows_of_data(counts, series.rows, 0)
    result = result.astype(values.dtype if values.dtype.kind == "f" else "float64", copy=False)
    return (result, counts) if return_counts else result


def _check_windows(windows, where):
    if not all(hasattr(windows, name) for name in ("plan", "series", "shuffle", "n")):
        raise InvalidValueError(
            f"{where}: windows must be what sequence_windows() makes, since they know which rows were predicted; it got"
            f" {say(windows)}. What is predicted of a fold goes back by sequence_unfold()"
        )
    if windows.shuffle is not False:
        raise InvalidValueError(
            f"{where}: the windows are shuffled, so that nobody knows which prediction is whose: predict"
            " windows.in_order(), and give that here"
        )
    if not windows.plan.shape.steps:
        raise InvalidValueError(
            f"{where}: the windows have no targets, so that nobody knows which rows are predicted: make them as those"
            " that the model was trained on, without targets=False"
        )


def _by_place(values, windows, where):
    """((n, places, ...), the shape of a row): places are (steps of the window, steps ahead), in that order."""
    shape, series = windows.plan.shape, windows.series
    own = series.y.shape[1:]
    if values.ndim == 0 or len(values) != windows.n:
        has = f"{len(values)} predictions" if values.ndim else "a single value"
        raise DataError(
            f"{where}: there are {has} and {windows.n} windows: give the predictions of all of them, in their order, as"
            " predict(windows.in_order()) makes them"
        )
    steps = ((shape.lookback,) if shape.per_step else ()) + (len(shape.steps),)
    fits = [(*steps, *own)]
    if len(shape.steps) == 1:
        fits.append((*steps[:-1], *own))
    if own == (1,):
        fits += [fit[:-1] for fit in fits]
    if tuple(values.shape[1:]) not in fits:
        usual = fits[-1] if own == (1,) and len(shape.steps) > 1 else fits[min(1, len(fits) - 1)]
        raise ShapeError(
            f"{where}: the predictions have shape {tuple(values.shape)}, and the targets of the windows"
            f" {(windows.n, *usual)}: predict all of them, in that order of axes"
        )
    row = () if own == (1,) else tuple(own)
    places = steps[0] * steps[-1] if shape.per_step else steps[0]
    return values.reshape(windows.n, places, *row), row


class _Places:
    """For each place among the targets: the rows that windows predict there, and what they predict."""

    def __init__(self, plan, starts, begins, ends, values):
        self.starts, self.begins, self.ends, self.values = starts, begins, ends, values
        shape = plan.shape
        own = [k * shape.rate for k in range(shape.lookback)] if shape.per_step else [shape.span - 1]
        self.offsets = [o + a for o in own for a in shape.ahead]
        # How good a prediction is by its place: the fewer steps ahead, and then the later its own step.
        self.rank = [(a, -o) for o in own for a in shape.ahead]
        # Only then do rows reach beyond a series.
        self.partial = shape.partial

    def each(self, order=None, first=None, end=None):
        """(rows, number of the place, predictions) of each place, of those rows from `first` to `end` alone."""
        import numpy as np

        for place in order if order is not None else range(len(self.offsets)):
            offset = self.offsets[place]
            low, high = 0, len(self.starts)
            if first is not None:
                low, high = np.searchsorted(self.starts, [first - offset, end - offset])
            rows, found = self.starts[low:high] + offset, self.values[low:high, place]
            if self.partial:
                there = (rows >= self.begins[low:high]) & (rows < self.ends[low:high])
                rows, found = rows[there], found[there]
            yield rows, place, found


def _stitched(places, how, counts, row):
    import numpy as np

    if how == "median":
        return _median(places, counts, row)
    # In float64 sums are exact enough that the mean of equal values is that value; the others pick one that is there.
    kind = places.values.dtype if how != "mean" and places.values.dtype.kind == "f" else "float64"
    result = np.zeros((len(counts), *row), kind)
    if how in ("last", "first"):
        best_at_the_end = sorted(range(len(places.offsets)), key=places.rank.__getitem__, reverse=how == "last")
        for rows, _, found in places.each(best_at_the_end):
            result[rows] = found
        return result
    if how == "mean":
        for rows, _, found in places.each():
            result[rows] += found
        return result / np.maximum(counts, 1).reshape(-1, *[1] * len(row))
    result[:] = -np.inf if how == "max" else np.inf
    pick = np.maximum if how == "max" else np.minimum
    for rows, _, found in places.each():
        result[rows] = pick(result[rows], found)
    return result


def _median(places, counts, row):
    """The median of each row's predictions, for as many rows at a time as keeps memory within bounds."""
    import numpy as np

    total, most = len(counts), int(counts.max(initial=0))
    result = np.zeros((total, *row), "float64")
    at_once = max(1, _AT_ONCE // max(1, most * int(np.prod(row))))
    for first in range(0, total, at_once):
        end = min(first + at_once, total)
        held, filled = np.full((end - first, most, *row), np.inf), np.zeros(end - first, "int64")
        for rows, _, found in places.each(None, first, end):
            inside = rows - first
            held[inside, filled[inside]] = found
            filled[inside] += 1
        missing = np.isnan(held).any(axis=1)
        held.sort(axis=1)  # what is not there is infinite, and stands at the end
        every, there = np.arange(end - first), np.maximum(filled, 1)
        low, high = held[every, (there - 1) // 2], held[every, there // 2]
        result[first:end] = np.where(low == high, low, low / 2 + high / 2)
        result[first:end][missing] = np.nan
    return result


def _rows_of_data(values, rows, nothing):
    """Values by row of a series into which rows were put for missing times, as values by row of the data."""
    import numpy as np

    real = rows >= 0
    result = np.full((int(rows.max(initial=-1)) + 1, *values.shape[1:]), nothing, values.dtype)
    result[rows[real]] = values[real]
    return result
