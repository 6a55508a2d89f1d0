"""Rows in the order of time: where each series begins and ends, and whether its time increases.

Rows of several series stand one series after the other. Time is a column, an array beside the data, or the index of a
data frame that holds dates.
"""

import datetime

from pipekeras.asarray import as_array
from pipekeras.errors import DataError, InvalidValueError
from pipekeras.receivers import is_frame, say
from pipekeras.sequences.groups import stretches
from pipekeras.sequences.sources import as_source, is_stored
from pipekeras.sequences.sources_columns import column
from pipekeras.values import is_bool

__all__: list[str] = []


def place_of(data, value, name, where):
    """The number of the column of `data` that `value` names; None for an array, or a level of a data frame's index."""
    if is_bool(value) or value is None:
        raise InvalidValueError(f"{where}: {name}={value} says not which; give a column of data or an array")
    if not isinstance(value, (str, bytes, float, int)) and getattr(value, "shape", None) != ():
        return None
    labels = getattr(data, "columns", None)  # a data frame's, or a source's
    if is_frame(data) and value in data.index.names and (labels is None or value not in labels):
        return None
    if len(getattr(data, "shape", ())) != 2:
        raise InvalidValueError(
            f"{where}: {name}={value!r} names a column, but the data is {say(data)}, without columns: give {name} as an"
            " array, one value for each row"
        )
    return column(value, None if labels is None else tuple(labels), data.shape[1], name, where)


def beside(data, value, name, n, where):
    """What goes with each row of `data`: a column by name or number, or an array (list, Series, index) of as many."""
    place = place_of(data, value, name, where)
    if place is not None:
        if is_frame(data):
            return data.iloc[:, place]
        return as_source(data, where).column(place) if is_stored(data) else data[:][:, place]
    if isinstance(value, (str, bytes, float, int)):
        return data.index.get_level_values(value)
    if isinstance(value, (list, tuple, range)):
        value = _flat(value)
    shape = getattr(value, "shape", ())
    if len(shape) != 1 or shape[0] != n:
        got = f"it got shape {tuple(shape)}" if shape else f"it got {say(value)}"
        raise DataError(f"{where}: {name} must have one value for each of the {n} rows, {got}")
    return value


def _flat(items):
    import numpy as np

    array = np.asarray(list(items), object)
    if array.ndim != 1:
        return array
    kinds = {type(item) for item in items}
    return np.asarray(list(items)) if len(kinds) == 1 else array


def labels(values):
    """Group ids as an array whose items are plain Python's once they are asked for with tolist()."""
    import numpy as np

    array = np.asarray(values)
    return array if array.dtype.kind in "biuSU" else array.astype(object)


def series_in(groups, where):
    """[(id, begin, end), ...] of rows that are grouped by id; an error if the series are interleaved."""
    names, begins, ends = stretches(groups, where)
    return list(zip(names, begins.tolist(), ends.tolist(), strict=True))


def index_times(data):
    """The index of a data frame or Series, if it holds dates, periods or time spans; else None."""
    index = getattr(data, "index", None) if is_frame(data) else None
    return index if type(index).__name__ in ("DatetimeIndex", "PeriodIndex", "TimedeltaIndex") else None


def check_increasing(times, begins, where, by_index=False):
    """Refuse a time that does not increase within each series; `begins` are the rows where they begin."""
    import numpy as np

    what = "the index" if by_index else "time"
    values = _numbers(times, what, where)
    kind = values.dtype.kind
    missing = np.isnat(values) if kind in "mM" else np.isnan(values) if kind == "f" else np.zeros(len(values), bool)
    if missing.any():
        raise DataError(f"{where}: {what} is missing in row {int(missing.argmax())}: fill it in or leave the row out")
    back = values[1:] <= values[:-1]
    later = np.asarray([row for row in begins if 0 < row < len(values)], "int64")
    back[later - 1] = False
    if not back.any():
        return
    row = int(back.argmax()) + 1
    shown = [_shown(times, values, r) for r in (row, row - 1)]
    if values[row] == values[row - 1]:
        several = "" if len(begins) > 1 else ", or say by groups= which series each row belongs to"
        raise DataError(
            f"{where}: {what} has {shown[0]} twice, in rows {row - 1} and {row}: drop what is there twice{several}"
        )
    remedy = "data.sort_index()" if by_index else "data.sort_values(time), or data[numpy.argsort(time)]"
    remedy += "; or say by groups= which series each row belongs to, if there are several"
    if len(begins) > 1:
        remedy = "data.sort_values([group, time])"
    raise DataError(
        f"{where}: {what} goes back in row {row}: {shown[0]} after {shown[1]}. Sort the rows first: {remedy}"
    )


def _numbers(times, what, where):
    """Times as an array that can be compared: dates, time spans or numbers."""
    import numpy as np

    kind = type(getattr(times, "dtype", None)).__name__
    if kind == "PeriodDtype":
        times = times.dt.to_timestamp() if hasattr(times, "dt") else times.to_timestamp()
    if kind == "DatetimeTZDtype":
        return np.asarray(times, "datetime64[ns]")
    array = np.asarray(times)
    if array.dtype.kind == "O" and any(_is_date(item) for item in array):
        try:
            return np.asarray([_without_zone(item) for item in array], "datetime64[us]")
        except (TypeError, ValueError):  # something else is among them
            pass
    if array.dtype.kind not in "mM":
        array = as_array(times, where, name=what)
    if array.dtype.kind not in "biufmM":
        example = f" ({str(array[0])!r})" if len(array) else ""
        raise DataError(
            f"{where}: {what} holds text{example}, whose order need not be that of time: convert it first with"
            " pandas.to_datetime(...)"
        )
    return array


def _is_date(item):
    return hasattr(item, "isoformat") and hasattr(item, "year")


def _without_zone(item):
    zoned = _is_date(item) and getattr(item, "tzinfo", None) is not None
    return item.astimezone(datetime.UTC).replace(tzinfo=None) if zoned else item


def _shown(times, values, row):
    import numpy as np

    if values.dtype.kind == "M":
        return str(np.datetime_as_string(values[row], unit="auto")).replace("T", " ")
    return str(values[row].item() if values.dtype.kind in "iuf" else values[row])
