"""What belongs to a series beside its values: what is known ahead of time, and what does not change along it."""

from pipekeras.errors import DataError, InvalidValueError
from pipekeras.receivers import is_frame, say
from pipekeras.sequences.columns import Table, check_index, named

__all__: list[str] = []

_SHOWN = 5


def known_ahead(table, known, used, dtype, missing):
    """`Values` of what is known ahead: columns of the data, or an array or frame with as many rows; (rows, columns)."""
    numbers = named(table, known, "known")
    if numbers is not None:
        return table.array(numbers, used, dtype, missing, only_decimals=True)
    own = Table(known, "known", table.where)
    if own.rows != table.rows:
        raise DataError(
            f"{table.where}: data has {table.rows} rows, known has {own.rows}; it must have values for each of them:"
            " what is known of rows that are to come is given when they are forecast"
        )
    check_index(table, known, "known", table.where)
    return own.array(None, used, dtype, missing, only_decimals=True)


def static_of(static, names, count, dtype, where):
    """What does not change along a series, for each stretch: an array (stretches, columns).

    Args:
        static: a dict {id: values}, a frame or Series by id; without groups the values alone.
        names: the id of the series of each stretch, or None without groups.
        count: how many stretches there are.
        dtype: the type of decimals, or None.
        where: the function that was called.
    """
    import numpy as np

    rows = _single(static, where) if names is None else _by_id(static, list(dict.fromkeys(names)), where)
    array = Table(rows, "static", where).array(None, (0, len(rows)), dtype, False, only_decimals=True).array
    if array.ndim != 2:
        raise DataError(
            f"{where}: static has values of shape {array.shape[1:]} for a series; they must be a few numbers"
        )
    wrong = ~np.isfinite(array.astype("float64")).all(axis=1)
    if wrong.any():
        of = "" if names is None else f" of {list(dict.fromkeys(names))[int(wrong.argmax())]!r}"
        raise DataError(f"{where}: the static values{of} are missing (NaN) or infinite: fill them in")
    if names is None:
        return np.repeat(array, count, axis=0)
    places = {name: place for place, name in enumerate(dict.fromkeys(names))}
    return array[[places[name] for name in names]]


def _single(static, where):
    """The values of the only series there is, as one row."""
    import numpy as np

    if isinstance(static, dict):
        raise InvalidValueError(
            f"{where}: static is a dict by id, and data is a single series: say with groups= which rows belong to"
            " which, or give the values alone"
        )
    if is_frame(static) and static.ndim == 2:
        if len(static) != 1:
            raise DataError(
                f"{where}: static has {len(static)} rows, and data is a single series: give one, or groups="
            )
        return static
    if np.ndim(static) == 0 and not isinstance(static, str) and static is not None:
        return np.reshape(np.asarray(static), (1, 1))
    table = Table(static, "static", where)
    values = table.values
    if values.ndim == 1 and table.levels is None:
        return values[None, :]
    if values.ndim == 2 and len(values) == 1:
        return values
    raise DataError(f"{where}: static must be a few numbers, and data is a single series; it got {say(static)}")


def _by_id(static, ids, where):
    """The values of each series, a row for each of `ids`."""
    if isinstance(static, dict):
        _refuse_lacking([name for name in ids if name not in static], ids, static, where)
        rows = [static[name] for name in ids]
        many = [len(row) if hasattr(row, "__len__") and not isinstance(row, str) else 1 for row in rows]
        if len(set(many)) > 1:
            place = next(i for i, n in enumerate(many) if n != many[0])
            raise DataError(
                f"{where}: static has {many[0]} value{'s' * (many[0] != 1)} for {ids[0]!r} and {many[place]} for"
                f" {ids[place]!r}; all series must have as many"
            )
        return [[row] for row in rows] if not hasattr(rows[0], "__len__") or isinstance(rows[0], str) else rows
    if not is_frame(static) or not hasattr(static, "loc"):
        raise InvalidValueError(
            f"{where}: static must say which values belong to which series: a dict {{id: values}}, or a data frame"
            f" whose index is the ids; it got {say(static)}"
        )
    if not static.index.is_unique:
        twice = static.index[static.index.duplicated()][0]
        raise DataError(f"{where}: static has {twice!r} twice in its index; it must have each series once")
    there = set(static.index)
    _refuse_lacking([name for name in ids if name not in there], ids, static.index, where)
    rows = static.loc[ids]
    return rows if rows.ndim == 2 else rows.to_frame()


def _refuse_lacking(lacking, ids, there, where):
    if not lacking:
        return
    names = ", ".join(map(repr, lacking[:_SHOWN])) + (", ..." if len(lacking) > _SHOWN else "")
    has = ", ".join(map(repr, list(there)[:_SHOWN])) + (", ..." if len(there) > _SHOWN else "")
    hint = "" if len(lacking) < len(ids) else "; a data frame must have the ids as its index, static.set_index(...)"
    raise DataError(
        f"{where}: static lacks {names}, {len(lacking)} of the {len(ids)} series; it has {has or 'none'}{hint}"
    )
