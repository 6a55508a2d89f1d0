"""A scale that was fitted: applied to rows of any shape, undone on predictions, kept as plain numbers."""

import numbers

from pipekeras.asarray import as_array
from pipekeras.errors import DataError, InvalidValueError, suggestion
from pipekeras.receivers import is_frame, say
from pipekeras.sequences.chronology import beside
from pipekeras.sequences.groups import numbered
from pipekeras.sequences.scales import is_number_column, values_of_column
from pipekeras.values import is_bool

__all__ = ["SequenceScaler"]

_STATE = ("method", "columns", "others", "group_column", "groups", "center", "scale", "constant")


def array_of(x, where):
    """`x` as an array of numbers with a first axis."""
    array = as_array(x, where, text=False)
    if array.dtype.kind == "c":
        raise DataError(f"{where}: x holds complex numbers, which have no order to scale by")
    if array.ndim == 0:
        raise DataError(f"{where}: x is the single value {array[()]!r}; its first dimension must be time")
    return array


def listed(columns):
    """One column, or several, as a list."""
    import numpy as np

    return [columns] if isinstance(columns, (str, bytes)) or np.ndim(columns) == 0 else list(columns)


def places_of(columns, names, width, where):
    """Columns by name or number as places among the features."""
    result = []
    for column in listed(columns):
        if names is not None and column in names:
            result.append(names.index(column))
        elif _is_whole(column) and -width <= column < width:
            result.append(int(column) % width)
        elif isinstance(column, str) and names is not None:
            near = suggestion(column, names, quote="'", otherwise=f"; there are {', '.join(map(str, names))}")
            raise InvalidValueError(f"{where}: columns has {column!r}, which is no column of numbers{near}")
        else:
            known = f"0 to {width - 1}" if names is None else f"{', '.join(map(str, names))}, or 0 to {width - 1}"
            raise InvalidValueError(f"{where}: columns has {column!r}; the columns are {known}")
    if not result:
        raise InvalidValueError(f"{where}: columns is empty; name at least one")
    if len(set(result)) < len(result):
        raise InvalidValueError(f"{where}: columns names a column twice: {list(columns)}")
    return result


def _is_whole(value):
    return isinstance(value, numbers.Real) and not is_bool(value) and value % 1 == 0


class SequenceScaler:
    """What sequence_scaler() fitted: `apply()` scales, `undo()` takes it back.

    Attributes:
        method: how it was fitted.
        columns: the names of the columns that are data, or None where they have none.
        groups: the ids of the series with scales of their own, or None.
        center, scale: arrays (series, columns): what is subtracted, and what is divided by.
        constant: the columns, by name or number, without spread in what was fitted on: they are not divided.
    """

    def __init__(self, method, columns, others, group_column, groups, center, scale, constant):
        self.method, self.columns, self._others = method, columns, others
        self.group_column, self.groups = group_column, groups
        self.center, self.scale, self._constant = center, scale, constant

    @property
    def constant(self):
        found = self._constant.any(axis=0).nonzero()[0].tolist()
        return [self.columns[i] for i in found] if self.columns else found

    def apply(self, x, columns=None, groups=None):
        """Scale `x`: minus the centre, divided by the scale.

        Args:
            x: an array whose last axis is the columns (any shape, if there is one column), or a data frame with columns
                of the same names. Whole numbers become floats, floats keep their type.
            columns: what the last axis of an array stands for, if not for all columns: names or numbers.
            groups: where each series has its own scale: an id for each row (window) of `x`.

        Returns:
            Its scaled copy: an array, or a data frame (Series) with the same index and columns.

        Raises:
            DataError: if `x` does not have those columns, or a group was not fitted.
        """
        return self._changed(x, columns, groups, "SequenceScaler.apply", undo=False)

    def undo(self, x, columns=None, groups=None):
        """Take the scale back: times the scale, plus the centre; of predictions, mostly.

        Args:
            x: predictions: (n, columns), (n, horizon, columns), or of one column (n, horizon); or a data frame.
            columns: the columns that were predicted, by name or number, such as `columns="sales"`; by default all.
            groups: where each series has its own scale: an id for each row of `x`.

        Returns:
            An array of the same shape, or a data frame, in the units of the data.

        Raises:
            DataError: if the last axis of `x` is not as long as there are columns, or a group was not fitted.
        """
        return self._changed(x, columns, groups, "SequenceScaler.undo", undo=True)

    def _changed(self, x, columns, groups, where, undo):
        if is_frame(x) and x.ndim == 2:
            return self._changed_frame(x, columns, groups, where, undo)
        array = array_of(x, where)
        if is_frame(x) and columns is None and self.columns and x.name in self.columns:
            columns = x.name
        width = self.center.shape[1]
        places = list(range(width)) if columns is None else self._places(columns, width, where)
        if len(places) > 1 and (array.ndim < 2 or array.shape[-1] != len(places)):
            raise DataError(self._misfit(array, places, columns, where))
        rows = self._rows(x, groups, len(array), where)
        center, scale = self._spread(self.center, rows, places, array), self._spread(self.scale, rows, places, array)
        result = _moved(array, center, scale, undo)
        if is_frame(x):  # a Series
            return type(x)(result, index=x.index, name=x.name)
        return result

    def _places(self, columns, width, where):
        for column in listed(columns):
            if self._others and column not in self.columns and _is_whole(column):
                raise InvalidValueError(
                    f"{where}: columns has the number {column}, and the data frame had columns that are not scaled"
                    f" ({', '.join(map(str, self._others))}), so that it is not clear from where to count: give the"
                    f" name, one of {', '.join(map(str, self.columns))}"
                )
        return places_of(columns, self.columns, width, where)

    def _changed_frame(self, x, columns, groups, where, undo):
        if columns is not None:
            raise InvalidValueError(f"{where}: columns= is for arrays; a data frame's columns have their names")
        if self.columns is None:
            if x.shape[1] != self.center.shape[1]:
                raise DataError(self._misfit(x, self.center[0], None, where))
            places = list(range(x.shape[1]))
        else:
            places = [self._place(x, position, where) for position in range(x.shape[1])]
        rows = self._rows(x, groups, len(x), where)
        result = x.copy()
        for position, place in enumerate(places):
            if place is None or ((self.scale[:, place] == 1) & (self.center[:, place] == 0)).all():
                continue
            values = values_of_column(x, position, keep=True)
            parts = (self._spread(table, rows, [place], values) for table in (self.center, self.scale))
            result.isetitem(position, _moved(values, *parts, undo))
        return result

    def _place(self, frame, position, where):
        """Which of the scaler's columns stands at a position of a data frame; None for one that is no data."""
        name = frame.columns[position]
        if name in self.columns:
            return self.columns.index(name)
        if name in self._others or not is_number_column(frame.iloc[:, position]):
            return None
        near = suggestion(name, self.columns, quote="'", otherwise=f"; that had {', '.join(map(str, self.columns))}")
        raise DataError(f"{where}: column {name!r} was not there when the scaler was fitted{near}")

    def _misfit(self, x, places, columns, where):
        named = ", ".join(str(self.columns[i]) if self.columns else str(i) for i in range(self.center.shape[1]))
        if columns is None:
            example = self.columns[:1] if self.columns else [0]
            what = (
                f"the scaler has {len(places)} columns ({named}): say which of them these are, as in columns={example}"
            )
        else:
            what = f"columns={columns!r} are {len(places)}; the last axis must be the columns"
        return f"{where}: x has shape {tuple(x.shape)}, and {what}"

    def _rows(self, x, groups, n, where):
        """For each row of `x` the place of its series, or None where all share a scale."""
        import numpy as np

        if self.groups is None:
            if groups is not None:
                raise InvalidValueError(f"{where}: groups= was given, but the scaler was fitted without: drop it here")
            return None
        if groups is None and is_frame(x) and x.ndim == 2 and self.group_column is not None:
            groups = self.group_column
        if groups is None:
            raise InvalidValueError(f"{where}: each series has a scale of its own: say by groups= which each row is of")
        codes, keys = numbered(beside(x, groups, "groups", n, where), where)
        unknown = [key for key in keys if key not in self.groups]
        if unknown:
            raise DataError(f"{where}: series {unknown[0]!r} was not there when the scaler was fitted")
        places = np.array([self.groups.index(key) for key in keys], "int64")
        return places[codes]

    def _spread(self, table, rows, places, array):
        """What belongs to each value of `array`, as an array that broadcasts against it."""
        if rows is None:
            return table[0, places[0]] if len(places) == 1 else table[0, places]
        found = table[rows][:, places]
        if len(places) == 1:
            return found.reshape(len(rows), *[1] * (array.ndim - 1))
        return found.reshape(len(rows), *[1] * (array.ndim - 2), len(places))

    def state_dict(self):
        """The scaler as plain numbers, lists and names, which JSON can keep."""
        tables = (self.center.tolist(), self.scale.tolist(), self._constant.tolist())
        names = None if self.columns is None else list(self.columns)
        values = (self.method, names, list(self._others), self.group_column, self.groups, *tables)
        return dict(zip(_STATE, values, strict=True))

    @classmethod
    def from_state_dict(cls, state):
        """The scaler that `state_dict()` came from."""
        import numpy as np

        lacking = [name for name in _STATE if not isinstance(state, dict) or name not in state]
        if lacking:
            raise DataError(
                f"SequenceScaler.from_state_dict: the state lacks {', '.join(lacking)}; it got {say(state)}"
            )
        tables = (np.array(state[name], kind) for name, kind in zip(_STATE[5:], (float, float, bool), strict=True))
        return cls(*(state[name] for name in _STATE[:5]), *tables)

    def __repr__(self):
        width = self.center.shape[1]
        text = f"<SequenceScaler: {self.method}, {width} column{'s' * (width != 1)}"
        if self.columns:
            text += f" ({', '.join(map(str, self.columns))})"
        if self.groups is not None:
            text += f", each of {len(self.groups)} series by itself"
        if self.constant:
            text += f"; constant, and not divided: {', '.join(map(str, self.constant))}"
        return text + ">"


def _moved(array, center, scale, undo):
    """A scaled copy, or one that is undone; reckoned in float64, and kept in the type of the floats that came."""
    import numpy as np

    dtype = np.dtype("float64") if array.dtype.kind in "biu" else array.dtype
    result = np.empty(array.shape, dtype)
    if dtype.kind != "f":  # the short floats that NumPy itself does not have
        wide = array.astype("float64")
        return (wide * scale + center if undo else (wide - center) / scale).astype(dtype)
    steps = ((np.multiply, scale), (np.add, center)) if undo else ((np.subtract, center), (np.divide, scale))
    # Chunk by chunk, so that a long series of float32 needs no copy of float64.
    chunk = max(1, 2**20 // max(1, array[:1].size))
    for begin in range(0, len(array), chunk):
        part = array[begin : begin + chunk].astype("float64")
        for step, by in steps:
            whole = np.ndim(by) == 0 or np.ndim(by) < array.ndim or len(by) != len(array)
            step(part, by if whole else by[begin : begin + chunk], out=part)
        result[begin : begin + chunk] = part
    return result
