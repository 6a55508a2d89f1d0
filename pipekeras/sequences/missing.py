"""Values that are missing: found, refused, marked; windows that hold any left out."""

import dataclasses
from typing import NamedTuple

from pipekeras.errors import DataError

__all__: list[str] = []

_AT_ONCE = 2**20  # values, or windows, that are looked at in one go

# Where they are -------------------------------------------------------------------------------------------------------


class Missing(NamedTuple):
    """What is missing: `some` and `all` are bool (rows,): rows of which some or all values are; and the first."""

    some: object
    all: object
    many: int
    row: int
    column: int


def find(array, used, name, where, names=None, ids=False):
    """What is missing of the rows `used` of an array or source, as `Missing`; None if nothing is.

    With `ids` what is missing is -1, else NaN. Infinite values are an error: they are not missing, and no model can
    learn from them.
    """
    import numpy as np

    if array.dtype.kind in "biu" and not ids:
        return None
    some = everything = None
    count = row = column = 0
    begin, end = used
    at_once = max(1, _AT_ONCE // max(1, int(np.prod(array.shape[1:], dtype="int64"))))
    for first in range(begin, end, at_once):
        part = array[first : min(first + at_once, end)]
        part = part.reshape(len(part), -1)
        if ids:
            gone = part < 0
        elif np.isfinite(part).all():
            continue
        else:
            refuse_infinite(part, lambda place, first=first: first + place, name, where, names)
            gone = np.isnan(part)
        if not gone.any():
            continue
        if some is None:
            some, everything = np.zeros(len(array), bool), np.zeros(len(array), bool)
            row = int(gone.any(1).argmax())
            row, column = first + row, int(gone[row].argmax())
        count += int(gone.sum())
        some[first : first + len(part)] = gone.any(1)
        everything[first : first + len(part)] = gone.all(1)
    return None if some is None else Missing(some, everything, count, row, column)


def refuse_infinite(part, row_of, name, where, names=None):
    """Raise if `part`, (rows, values), has infinite values; row_of(i) is the row of the data that its row i is."""
    import numpy as np

    wrong = np.isinf(part)
    if wrong.any():
        place = int(wrong.any(1).argmax())
        column = int(wrong[place].argmax())
        raise DataError(
            f"{where}: {name} has an infinite value in row {row_of(place)}{_at(column, part.shape[1], names)}; it may"
            " be a division by zero, or too large for float32. If it is to be missing, make it NaN and say missing="
        )


def _at(column, width, names):
    return f", column {names[column]!r}" if names else f", column {column}" if width > 1 else ""


def refuse(found, width, name, where, names=None):
    """Raise if anything is missing."""
    if found is None:
        return
    values = "value is" if found.many == 1 else "values are"
    rows = int(found.some.sum())
    spread = f" in {rows} rows" if rows > 1 else ""
    if name == "targets":
        remedy = 'missing="mark" gives windows the sample weight 0 whose targets are, missing="drop" leaves them out'
    elif name == "data":
        remedy = (
            'fill them in, as with data.interpolate() or data.ffill(); or say missing="drop" to leave out the windows'
            ' that hold any, or missing="mark" to have pad_value instead'
        )
    else:
        remedy = f"fill them in, as with {name}.ffill()"
    raise DataError(
        f"{where}: {found.many} {values} missing (NaN) from {name}{spread}, the first in row {found.row}"
        f"{_at(found.column, width, names)}: {remedy}"
    )


def filled(array, found, value, ids=False):
    """A copy of an array with `value` where something is missing; the array itself if nothing is."""
    import numpy as np

    if found is None:
        return array
    result = np.array(array)
    rows = np.flatnonzero(found.some)
    part = result[rows]
    part[part < 0 if ids else np.isnan(part)] = value
    result[rows] = part
    return result


# Windows left out -----------------------------------------------------------------------------------------------------


def leave_out(plan, bad, bad_targets, where):
    """The plan without the windows that have a step in a row of `bad`, or a target in one of `bad_targets`.

    Both are bool (rows,), or None. What a window has beyond its series is of no account.
    """
    import numpy as np

    if bad is None and bad_targets is None:
        return plan
    steps = None if bad is None else _Sums(bad, plan.shape.rate)
    shape = plan.shape
    targets = None
    if bad_targets is not None and shape.steps:
        targets = _Sums(bad_targets, shape.rate if shape.per_step else 1)
    left = []
    for first in range(0, len(plan), _AT_ONCE):
        numbers = np.arange(first, min(first + _AT_ONCE, len(plan)))
        starts, series = plan.starts(numbers)
        low, high = plan.begins[series], plan.ends[series]
        gone = np.zeros(len(numbers), bool)
        if steps is not None:
            gone |= steps.any(starts, shape.lookback, low, high)
        if targets is not None:
            gone |= _lacks_targets(shape, targets, starts, low, high)
        left.append(numbers[~gone])
    kept = np.concatenate(left)
    if len(kept) == len(plan):
        return plan
    if not len(kept):
        raise DataError(
            f'{where}: missing="drop" leaves no window: each of the {len(plan)} has a missing value among its steps or'
            ' targets. Fill values in, take a shorter lookback, or say missing="mark"'
        )
    return dataclasses.replace(plan, keep=kept if plan.keep is None else plan.keep[kept])


def _lacks_targets(shape, sums, starts, low, high):
    ahead = shape.ahead
    if shape.per_step:
        gone = sums.any(starts + ahead[0], shape.lookback, low, high)
        for step in ahead[1:]:
            gone |= sums.any(starts + step, shape.lookback, low, high)
        return gone
    last = starts + shape.span - 1
    if ahead == tuple(range(ahead[0], ahead[0] + len(ahead))):
        return sums.any(last + ahead[0], len(ahead), low, high)
    gone = sums.any(last + ahead[0], 1, low, high)
    for step in ahead[1:]:
        gone |= sums.any(last + step, 1, low, high)
    return gone


class _Sums:
    """Running sums along every `rate`-th row, which tell at once whether any of some rows is marked."""

    def __init__(self, marked, rate):
        import numpy as np

        self.rate = rate
        padded = np.zeros(-(-len(marked) // rate) * rate, "int32")
        padded[: len(marked)] = marked
        self._sums = padded.reshape(-1, rate).cumsum(axis=0, dtype="int32").reshape(-1)

    def any(self, starts, count, low, high):
        """Whether any of the rows start + k * rate, k < count, is marked, of those from `low` up to `high`."""
        import numpy as np

        rate = self.rate
        begin = np.clip(-((starts - low) // rate), 0, count)  # the first k whose row is not below low,
        end = np.clip((high - 1 - starts) // rate + 1, begin, count)  # and the first after it that is beyond
        there = end > begin
        first, last = starts + begin * rate, starts + (end - 1) * rate
        first, last = np.where(there, first, 0), np.where(there, last, 0)
        before = np.where(first >= rate, self._sums[first - rate], 0)
        return there & (self._sums[last] > before)


# Batches --------------------------------------------------------------------------------------------------------------


def refuse_here(values, rows, bounds, name, series):
    """Raise if what was read for a batch misses values; rows() are the rows of the series that it was read from."""
    import numpy as np

    if values.dtype.kind in "biu" or np.isfinite(values).all():
        return
    rows = rows().reshape(-1)
    part = values.reshape(len(rows), -1)
    names = {"data": series.columns, "targets": series.targets}.get(name)
    places = np.flatnonzero(~np.isfinite(part).all(axis=1))
    first = places[rows[places].argmin()]
    part, row = part[first : first + 1], int(rows[first])
    if series.rows is not None:
        row = int(series.rows[row])
    refuse_infinite(part, lambda place: row, name, series.where, names)
    gone = np.isnan(part)
    column = int(gone[0].argmax())
    raise DataError(
        f"{series.where}: {name} is missing values (NaN) in row {row}{_at(column, part.shape[1], names)}, which this"
        ' batch reads: say missing="drop" to leave out the windows that hold any, or missing="mark" to have pad_value'
        " instead; all rows are then read once beforehand"
    )
