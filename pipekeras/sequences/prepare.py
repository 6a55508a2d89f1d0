"""From what a user gives, a series and its targets, to a `Series` that windows and folds are cut from."""

from pipekeras.errors import DataError, InvalidValueError, suggestion
from pipekeras.sequences.chronology import beside, check_increasing, index_times
from pipekeras.sequences.columns import Table, check_index, is_column, named, padding
from pipekeras.sequences.covariates import known_ahead, static_of
from pipekeras.sequences.gaps import Regular, refuse_without_times, regular
from pipekeras.sequences.groups import stretches
from pipekeras.sequences.missing import filled, find, refuse
from pipekeras.sequences.series import Series
from pipekeras.sequences.sources_base import wanted_dtype
from pipekeras.sequences.steps import times_of
from pipekeras.sequences.views import View
from pipekeras.values import is_bool, whole

__all__: list[str] = []

_POLICIES = ("error", "drop", "mark")


def prepare(
    data, targets, where, *, columns=None, groups=None, time=None, freq=None, gaps="error", missing="error", known=None,
    static=None, start=0, end=None, dtype=None, pad_value=0.0
):  # fmt: skip
    """A Series of `data` with its targets; see sequence_windows() for the arguments."""
    import numpy as np

    for name, value in (("gaps", gaps), ("missing", missing)):
        if not isinstance(value, str) or value not in _POLICIES:
            near = suggestion(value, _POLICIES, quote='"')
            raise InvalidValueError(f'{where}: {name} must be "error", "drop" or "mark", it got {value!r}{near}')
    dtype = wanted_dtype(dtype, where)
    table = Table(data, "data", where)
    used = _used(start, end, table.rows, where)

    ids, group_column = (None, None) if groups is None else row_values(table, groups, "groups")
    begins, ends, names = np.array([0]), np.array([table.rows]), None
    if ids is not None:
        names, begins, ends = stretches(ids, where)
    times, time_column = _times(table, time, begins, where)
    begins, ends = np.maximum(begins, used[0]), np.minimum(ends, used[1])
    there = begins < ends
    names = names and [name for name, kept in zip(names, there, strict=True) if kept]
    even = Regular(begins[there], ends[there], np.arange(int(there.sum())))
    if times is None:
        refuse_without_times(freq, gaps, where)
    else:
        even = regular(gaps, times, even.begins, even.ends, freq, where)
    names = names and [names[i] for i in even.which]

    numbers = inputs_of(table, columns, [group_column, time_column])
    x = table.array(numbers, used, dtype, missing != "error")
    y = targets_of(table, targets, numbers, x, used, dtype, missing != "error")
    ahead = None
    if known is not None:
        if y is None:
            raise InvalidValueError(f"{where}: known is for the rows of the targets, and targets=False: there are none")
        ahead = known_ahead(table, known, used, dtype, missing != "error")
    parts = _Parts(x, y, ahead, targets is not None, used, pad_value, where)
    parts.seek(missing)
    if even.rows is not None:
        parts.spread(even.rows)
    if times is not None:
        times = (even.times or times).array()
    return Series(
        parts.x, _by_column(parts.y), even.begins, even.ends, names,
        columns=None if x.names is None else list(x.names),
        targets=None if y is None or y.names is None else list(y.names),
        levels=x.levels, target_levels=None if y is None else y.levels,
        real=parts.real, lost=parts.lost, bad=parts.bad, bad_targets=parts.bad_targets, known=_by_column(parts.known),
        static=None if static is None else static_of(static, names, len(even.begins), dtype, where),
        times=times, rows=even.rows, cut_at_gaps=len(even.begins) > there.sum(), checked=parts.checked, where=where,
    )  # fmt: skip


# Rows and columns -----------------------------------------------------------------------------------------------------


def _used(start, end, rows, where):
    """(first row, the one after the last) that are used; below 0 both count from the end."""
    if not rows:
        raise DataError(f"{where}: data has no rows")
    begin = whole(start, "start", where)
    stop = rows if end is None else whole(end, "end", where)
    for name, value in (("start", begin), ("end", stop)):
        if not -rows <= value <= rows:
            raise InvalidValueError(f"{where}: {name}={value}, and data has {rows} rows")
    begin, stop = begin + rows * (begin < 0), stop + rows * (stop < 0)
    if begin >= stop:
        raise InvalidValueError(
            f"{where}: start={start} and end={end} leave none of the {rows} rows: end is not included"
        )
    return begin, stop


def row_values(table, value, argument):
    """(what goes with each row, the number of the column that it is); None for an array beside the data."""
    where = table.where
    if is_bool(value):
        raise InvalidValueError(f"{where}: {argument}={value} says not which; give a column of data or an array")
    if is_column(value):
        if table.frame and value not in table.labels and value in table.index.names:
            return table.index.get_level_values(value), None
        if table.width is None:
            raise InvalidValueError(
                f"{where}: {argument}={value!r} names a column, and a row of data has shape"
                f" {tuple(table.values.shape[1:])}: give an array, one value for each row"
            )
        number = table.find(value, argument)
        return table.raw(number), number
    result = beside(table.data, value, argument, table.rows, where)
    check_index(table, value, argument, where)
    return result, None


def _times(table, time, begins, where):
    """(`Times` or None, the number of the column that they are). They increase within each series."""
    if is_bool(time) and not time:
        return None, None
    values, number = (index_times(table.data), None) if time is None else row_values(table, time, "time")
    if values is None:
        return None, None
    check_increasing(values, begins.tolist(), where, by_index=time is None)
    return times_of(values, where), number


def inputs_of(table, columns, taken):
    """The numbers of the columns that go into windows; None for all."""
    if columns is not None:
        return named(table, columns, "columns", rows_too=False)
    by = [name for name, number in zip(("groups", "time"), taken, strict=False) if number is not None]
    if not by:
        return None
    left = [i for i in range(table.width) if i not in taken]
    if not left:
        raise DataError(
            f"{table.where}: data has {table.width} column{'s' * (table.width > 1)}, which {' and '.join(by)}"
            f" take{'s' * (len(by) == 1)}: nothing is left for the series"
        )
    return left


def targets_of(table, targets, numbers, x, used, dtype, missing):
    """`Values` of the targets; `x` itself if they are the series itself, None for none."""
    where = table.where
    if is_bool(targets):
        if targets:
            raise InvalidValueError(f"{where}: targets=True says not which; leave it out for the series itself")
        return None
    chosen = None if targets is None else named(table, targets, "targets")
    if targets is None or chosen == (list(range(table.width or 0)) if numbers is None else numbers):
        return x
    if chosen is not None:
        return table.array(chosen, used, dtype, missing, only_decimals=True)
    own = Table(targets, "targets", where, table.exact)
    if own.rows != table.rows:
        raise DataError(
            f"{where}: data has {table.rows} rows, targets has {own.rows}: it must have the target of each row, not of"
            " each window; which of them a window gets, delay says"
        )
    check_index(table, targets, "targets", where)
    return own.array(None, used, dtype, missing, only_decimals=True)


# Values ---------------------------------------------------------------------------------------------------------------


class _Parts:
    """Inputs, targets and what is known ahead, while what is missing is sought and rows are put in."""

    def __init__(self, x, y, known, own_targets, used, pad_value, where):
        self._x, self._y, self._known, self._used, self._where = x, y, known, used, where
        self._own_targets = own_targets and y is not None and y is not x
        self.x, self.y, self.known = x.array, y and y.array, known and known.array
        self.real = self.lost = self.bad = self.bad_targets = None
        self.checked = True
        self._fill = padding(pad_value, x.array.dtype, where)

    def _fill_of(self, array):
        """`pad_value` in the type of targets; 0 if they cannot have it, for nothing is learned from them."""
        try:
            return padding(self._fill.item(), array.dtype, self._where)
        except InvalidValueError:
            return padding(0, array.dtype, self._where)

    def seek(self, missing):
        """Find what is missing, and do what is to be done about it."""
        if missing == "error":
            return self._refuse()
        found = self._find(self._x, "data")
        target = found if self._y is self._x else self._find(self._y, "targets")
        known = self._find(self._known, "known")
        if missing == "drop":
            self.bad = found and found.some
            lost = [f.some for f in (target, known) if f]
            self.bad_targets = (lost[0] | lost[-1]) if lost else None
        else:
            self.real = ~found.all if found and found.all.any() else None
            self.lost = target and target.some
            self.x = _without(self._x, found, self._fill)
            if self._y is not None:
                self.y = self.x if self._y is self._x else _without(self._y, target, self._fill_of(self.y))
            if known:
                self.known = _without(self._known, known, self._fill_of(self.known))
        return None

    def _refuse(self):
        # Targets first: a column that is both is told of as what it is needed for.
        parts = [(self._y, "targets")] * self._own_targets + [(self._x, "data"), (self._known, "known")]
        for values, name in parts:
            if values is None:
                continue
            if values.lazy:
                self.checked = False
            else:
                width = int(values.array[:1].size)
                refuse(self._find(values, name), width, name, self._where, values.names)

    def _find(self, values, name):
        if values is None:
            return None
        return find(values.array, self._used, name, self._where, values.names, ids=_are_ids(values))

    def spread(self, rows):
        """Put in rows for which there is no data: `rows` has for each the row that it is, or -1."""
        there = rows >= 0
        x, y = self.x, self.y
        self.x = _spread(x, rows, self._fill, self._x.lazy)
        if y is not None:
            self.y = self.x if y is x else _spread(y, rows, self._fill_of(y), self._y.lazy)
            self.lost = ~there if self.lost is None else ~there | self.lost[rows]
        if self.known is not None:
            self.known = _spread(self.known, rows, self._fill_of(self.known), self._known.lazy)
        self.real = there if self.real is None else there & self.real[rows]
        self.bad = None if self.bad is None else there & self.bad[rows]
        self.bad_targets = None if self.bad_targets is None else there & self.bad_targets[rows]


def _are_ids(values):
    return values.levels is not None and values.array.ndim == 1


def _without(values, found, fill):
    """The array with `fill` where something is missing; what is read later is filled then."""
    if not values.lazy:
        return filled(values.array, found, fill, ids=_are_ids(values))
    if found is None:
        return values.array
    return _view(values.array).changed(fill=fill, missing=True)


def _view(array):
    return array if isinstance(array, View) else View(array, array.dtype)


def _by_column(array):
    return array[:, None] if array is not None and array.ndim == 1 else array


def _spread(array, rows, fill, lazy):
    import numpy as np

    if lazy:
        return _view(array).changed(rows=rows, fill=fill)
    result = np.full((len(rows), *array.shape[1:]), fill, array.dtype)
    there = rows >= 0
    result[there] = array[rows[there]]
    return result
