"""What blocks and folds are cut from: the series as an array, its targets, and where each series begins and ends.

They are read as those of windows are, see prepare.py and columns.py, but keep their type. Of time they know the index
of a data frame alone: it must not go back.
"""

from typing import NamedTuple

from pipekeras.asarray import as_array
from pipekeras.errors import DataError
from pipekeras.sequences.chronology import check_increasing, index_times
from pipekeras.sequences.columns import Table
from pipekeras.sequences.groups import stretches
from pipekeras.sequences.prepare import inputs_of, row_values, targets_of

__all__: list[str] = []

_AT_ONCE = 2**20  # values that are looked at in one go, so that a large file is not read into memory whole


class Given(NamedTuple):
    """A series, or several one after the other: `spans` has (first row, rows) of each, `names` their ids or None.

    `x` and `y` are arrays, or views of sources, which are read where they are needed. `flat` says that the series came
    as (time,); `x` has an axis of features then too. `labels` are its columns, if they have names.
    """

    x: object
    y: object
    spans: tuple
    names: tuple | None
    flat: bool
    labels: tuple | None


def step_shape(series):
    """The shape of one step of `x` or `y`: (features,)."""
    return tuple(series.shape[1:]) or (1,)


def given(data, targets, groups, where):
    """A `Given` of what a user hands over.

    Args:
        data: array, list, data frame, tensor or source, time first.
        targets: None for the series itself, columns by name or number, a second array, False for none.
        groups: ids by row, or the column that has them, which is then no feature; None for one series.
        where: the function that was called.

    Returns:
        A `Given`.

    Raises:
        DataError, InvalidValueError: if any of it cannot be meant.
    """
    table = Table(data, "data", where, exact=True)
    ids, own = (None, None) if groups is None else row_values(table, groups, "groups")
    spans, names = ((0, table.rows),), None
    if ids is not None:
        names, begins, ends = stretches(ids, where)
        spans, names = tuple(zip(begins.tolist(), (ends - begins).tolist(), strict=True)), tuple(names)
    times = index_times(data)
    if times is not None:
        check_increasing(times, [begin for begin, _ in spans], where, by_index=True)
    rows, numbers = (0, table.rows), inputs_of(table, None, [own])
    x = table.array(numbers, rows, None, False)
    y = targets_of(table, targets, numbers, x, rows, None, False)
    for name, value, values in (("data", data, x), ("targets", targets, None if y is x else y)):
        if values is not None and values.levels is not None and values.array.ndim == 1:
            as_array(value, where, name=name, text=False)  # categories are numbers; of words it says that they are none
    flat = not table.frame and table.values.ndim == 1
    return Given(_by_column(x), None if y is None else _by_column(y), spans, names, flat, x.names)


def _by_column(values):
    return values.array[:, None] if values.array.ndim == 1 else values.array


# Missing values -------------------------------------------------------------------------------------------------------


def refuse_missing(array, name, spans, where, labels=None):
    """An error if the rows of `spans`, (first row, rows) each, hold NaN or infinite values."""
    import numpy as np

    if array.dtype.kind in "biu":
        return
    wrong = missing = 0
    row = place = None
    begins, lengths = np.array(spans, "int64").reshape(-1, 2).T
    end = int((begins + lengths).max(initial=0))
    at_once = max(1, _AT_ONCE // max(1, int(np.prod(array.shape[1:]))))
    for begin in range(int(begins[0]) if len(begins) else 0, end, at_once):
        part = array[begin : min(begin + at_once, end)]
        bad = ~np.isfinite(part)
        if not bad.any():
            continue
        flat = bad.reshape(len(part), -1)
        rows = np.flatnonzero(flat.any(1))
        span = np.searchsorted(begins, rows + begin, side="right") - 1
        rows = rows[rows + begin < begins[span] + lengths[span]]  # what lies between spans is not used
        if len(rows):
            wrong, missing = wrong + int(flat[rows].sum()), missing + int(np.isnan(part[rows]).sum())
            if row is None:
                row, place = begin + int(rows[0]), int(flat[rows[0]].argmax())
    if row is None:
        return
    what = "missing values (NaN)" if missing == wrong else "values that are infinite" if not missing else (
        "values that are missing (NaN) or infinite"
    )  # fmt: skip
    what = what.replace("values", "value").replace(" are", " is") if wrong == 1 else what
    at = f", in column {labels[place]!r}" if labels and array.ndim == 2 else ""
    raise DataError(
        f"{where}: {name} has {wrong} {what}, the first in row {row}{at}. States would carry them on to the end of the"
        " series: fill them in, as with data.interpolate() or data.ffill(), or make two series of it there with groups="
    )
