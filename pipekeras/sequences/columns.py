"""What is given as a series, its targets or covariates: rows and columns, whatever it comes as, and arrays of them.

A `Table` finds columns by name or number and converts those that are asked for, once. Arrays that are right already
stay where they are; of what is larger than memory nothing is read.
"""

from typing import NamedTuple

from pipekeras.asarray import as_array, codes, is_categorical
from pipekeras.errors import DataError, InvalidValueError
from pipekeras.receivers import is_frame, say
from pipekeras.sequences.sources import as_source, is_stored
from pipekeras.sequences.sources_columns import cast, column, result_dtype
from pipekeras.sequences.views import View
from pipekeras.values import is_bool, number

__all__: list[str] = []


class Values(NamedTuple):
    """Numbers by row: an array, or a view of a source (`lazy`); the names of the columns, and what ids stand for."""

    array: object
    names: tuple | None = None
    levels: object = None
    lazy: bool = False


class Table:
    """Data as rows and columns.

    Args:
        data: array, list, data frame, Series, categorical, tensor, or what is_stored() knows.
        name: what it is called, for messages.
        where: the function that was called.
        exact: whether decimals of 64 bits stay so; that is for folds and blocks, which know no time= and columns=.

    Attributes:
        rows: how many there are.
        width: how many columns, None if a row has several axes.
        labels: the names of the columns, None without.
        lazy: whether it is larger than memory, perhaps.
        levels: for a series of words or categories what the ids 0, 1, ... stand for; a missing one is -1.
    """

    def __init__(self, data, name, where, exact=False):
        self.name, self.where, self.exact, self.labels, self.levels = name, where, exact, None, None
        _refuse_several(data, name, where)
        self.data, self.frame = data, is_frame(data) and data.ndim == 2
        self.lazy = not self.frame and is_stored(data)
        if self.frame:
            self.rows, self.width, self.labels = len(data), data.shape[1], tuple(data.columns)
            self.index = data.index
            return
        self.index = getattr(data, "index", None) if is_frame(data) else None
        if self.index is not None and isinstance(data.name, str):
            self.labels = (data.name,)
        if self.lazy:
            source = as_source(data, where)
            mapped = getattr(source, "array", None)  # any window of which can be read on its own
            self.values = source if mapped is None else mapped
            self.labels = tuple(source.columns) if source.columns and source.ndim == 2 else None
        else:
            self.values = self._in_memory(data)
        shape = self.values.shape
        if not shape:
            raise DataError(f"{where}: {name} is {say(data)}; a series has its time steps along its first axis")
        if 0 in shape[1:]:
            raise DataError(f"{where}: {name} has shape {tuple(shape)}: its steps hold no values")
        self.rows = shape[0]
        self.width = {1: 1, 2: shape[1] if len(shape) > 1 else None}.get(len(shape))

    def _in_memory(self, data):
        import numpy as np

        if is_categorical(data):
            self.levels = (data.cat if hasattr(data, "cat") else data).categories.tolist()
            return np.asarray((data.cat if hasattr(data, "cat") else data).codes, "int32")
        if isinstance(data, np.ndarray) and data.dtype == object and data.ndim == 2:
            # By column, so that a message can say which one it is about.
            parts = [self._numbers(data[:, i], f"column {i} of {self.name}") for i in range(data.shape[1])]
            return np.stack(parts, axis=1) if parts else np.empty(data.shape)
        array = as_array(data, self.where, name=self.name)
        if array.dtype.kind in "OUS":
            if array.ndim != 1:
                return self._numbers(data, self.name)  # says why not
            levels, ids = np.unique(array, return_inverse=True)
            self.levels = levels.tolist()
            return ids.reshape(-1).astype("int32")
        return array

    def _numbers(self, values, name):
        return as_array(values, self.where, name=name, text=False)

    # Columns ----------------------------------------------------------------------------------------------------------

    def find(self, item, argument):
        """The number of a column given by name or number."""
        return column(item, self.labels, self.width, argument, self.where)

    def raw(self, number):
        """A column as it is given, such as dates or ids of groups. Of a source it alone is read, and kept."""
        import numpy as np

        if self.frame:
            return self.data.iloc[:, number]
        if isinstance(self.values, np.ndarray):
            return self.values if self.values.ndim == 1 else self.values[:, number]
        return self.values.column(number)

    # Arrays -----------------------------------------------------------------------------------------------------------

    def array(self, numbers, used, dtype, missing, only_decimals=False):
        """The columns `numbers` (None for all) as `Values`, C-contiguous, in the type `dtype` (None: see `kept`).

        Of what is in memory only the rows `used` = (begin, end) are converted; what stands in others is of no account.
        `missing` says whether values may be missing; those of categories are -1, or NaN among numbers, if they may.
        With `only_decimals` whole numbers keep their own type, for they may be those of classes.
        """
        self._dtype, self._only_decimals = dtype, only_decimals
        if numbers is not None and list(numbers) == list(range(self.width or 0)):
            numbers = None
        names = self.labels if numbers is None or self.labels is None else tuple(self.labels[i] for i in numbers)
        if self.frame:
            return self._of_frame(range(self.width) if numbers is None else numbers, names, used, missing)
        if self.levels is not None and not missing and (self.values[slice(*used)] < 0).any():
            codes(self.data, self.name, self.where)  # says how many
        wanted = self._type(self.values.dtype)
        if self.lazy:
            return Values(self._of_source(numbers, wanted), names, lazy=True)
        array = self.values if numbers is None or self.values.ndim == 1 else self.values[:, list(numbers)]
        if array.ndim == 1 and self.levels is None:
            array = array[:, None]
        return Values(_converted(array, wanted, used, self), names, self.levels)

    def _type(self, stored):
        if stored.kind == "c":
            raise DataError(
                f"{self.where}: {self.name} holds complex numbers; give their real and imaginary parts as two columns"
            )
        if not _is_number(stored):
            raise DataError(f"{self.where}: {self.name} holds {stored}, which is no type of numbers: convert it first")
        dtype = self._dtype
        if dtype is None or (self._only_decimals and (dtype.kind != "f" or stored.kind in "biu")):
            return stored.newbyteorder("=") if self.exact else kept(stored)
        return result_dtype(stored, dtype, self.name, self.where)

    def _of_source(self, numbers, wanted):
        import numpy as np

        plain = isinstance(self.values, np.ndarray) and self.values.flags.c_contiguous
        if plain and numbers is None and wanted == self.values.dtype and self.values.ndim > 1:
            return self.values
        numbers = None if numbers is None or self.values.ndim == 1 else np.asarray(numbers)
        return View(self.values, wanted, numbers, name=self.name, where=self.where)

    def _of_frame(self, numbers, names, used, missing):
        import numpy as np

        columns, levels = [], {}
        for i in numbers:
            series, called = self.data.iloc[slice(*used), i], f"column {self.labels[i]!r} of {self.name}"
            if is_categorical(series):
                levels[self.labels[i]] = series.cat.categories.tolist()
                columns.append(_codes(series, called, self.where, missing))
                continue
            if series.dtype.kind in "mM" or type(series.dtype).__name__ in ("DatetimeTZDtype", "PeriodDtype"):
                label = self.labels[i]
                remedy = f"leave them out, data.drop(columns={label!r})" if self.exact else (
                    f"say time={label!r} if they are those of the rows, or choose others with columns="
                )  # fmt: skip
                raise DataError(f"{self.where}: {called} holds times ({series.dtype}): {remedy}")
            columns.append(self._numbers(series, called))
        if not columns:
            raise DataError(f"{self.where}: {self.name} has no columns left for the series")
        wanted = self._type(np.result_type(*(part.dtype for part in columns)))
        result = np.zeros((self.rows, len(columns)), wanted)
        for place, part in enumerate(columns):
            with np.errstate(over="ignore"):  # infinite values are found and named later
                result[slice(*used), place] = cast(part, wanted, self.name, self.where)
        return Values(result, names, levels or None)


def kept(dtype):
    """The type that values are kept in: decimals in no more than 32 bits, all else as it is."""
    import numpy as np

    if dtype.kind == "V" or (dtype.kind == "f" and dtype.itemsize > 4):
        return np.dtype("float32")
    return dtype.newbyteorder("=")


def padding(value, dtype, where):
    """`pad_value` in the type of the series; an error if that type does not have it."""
    import numpy as np

    value = float(value) if is_bool(value) else number(value, "pad_value", where)
    if value in (float("inf"), float("-inf")):
        raise InvalidValueError(
            f"{where}: pad_value is infinite; what is filled in must be a number that a model can take"
        )
    try:
        with np.errstate(all="ignore"):
            result = np.asarray(value).astype(dtype)
    except (OverflowError, TypeError, ValueError):
        result = None
    if result is None or not np.isfinite(result) or (dtype.kind in "biu" and result != value):
        raise InvalidValueError(f"{where}: pad_value={value} cannot be had in {dtype}, the type of the series")
    return result


def _is_number(dtype):
    return dtype.kind in "biuf" or dtype.name.startswith(("bfloat16", "float8"))


def _converted(array, dtype, used, table):
    import numpy as np

    if array.dtype == dtype:
        return np.ascontiguousarray(array)  # a copy only if it has to be
    result = np.zeros(array.shape, dtype)  # memory that is never written to is never taken
    begin, end = used
    row = max(1, array[:1].size)
    for first in range(begin, end, max(1, 2**20 // row)):
        part = slice(first, min(first + max(1, 2**20 // row), end))
        with np.errstate(over="ignore"):
            result[part] = cast(array[part], dtype, table.name, table.where)
    return result


def _codes(series, name, where, missing):
    import numpy as np

    found = np.asarray(series.cat.codes)
    if missing and (found < 0).any():
        return np.where(found < 0, np.nan, found).astype("float32")
    return codes(series, name, where)


# Columns by name or number --------------------------------------------------------------------------------------------


def is_column(value):
    """Whether a value can only be the name or number of a column."""
    return isinstance(value, str) or (
        not is_bool(value) and (isinstance(value, (int, float)) or getattr(value, "shape", None) == ())
    )


def named(table, value, argument, rows_too=True):
    """The numbers of the columns that a value names, alone or in a list; None if it is data of its own.

    A list of numbers may be columns, or with `rows_too` a value for each row: it is columns if there are that many.
    """
    items = [value] if is_column(value) else list(value) if isinstance(value, (list, tuple, range)) else None
    if items is None and getattr(value, "ndim", None) == 1 and (not rows_too or _names(table, value)):
        items = list(value)
    if not items or not all(is_column(item) for item in items):
        if not rows_too:
            raise InvalidValueError(
                f"{table.where}: {argument} must be the name or number of a column, or a list of them, it got"
                f" {say(value)}"
            )
        return None
    if rows_too and not is_column(value) and not _can_be_columns(table, items):
        return None
    if table.width is None:
        raise InvalidValueError(
            f"{table.where}: {argument}={value!r} names columns, and a row of {table.name} has shape"
            f" {tuple(table.values.shape[1:])}: give {argument} as an array"
        )
    numbers = [table.find(item, argument) for item in items]
    for item, found in zip(items, numbers, strict=True):
        if numbers.count(found) > 1:
            raise InvalidValueError(f"{table.where}: {argument} has column {item!r} twice")
    return numbers


def _names(table, value):
    """Whether an array or index of text is the names of columns, as in targets=frame.columns[:2]."""
    return table.labels is not None and all(isinstance(item, str) and item in table.labels for item in value)


def _can_be_columns(table, items):
    if all(isinstance(item, str) for item in items):
        return len(items) != table.rows or any(item in (table.labels or ()) for item in items)
    return len(items) <= (table.width or 0) and len(items) != table.rows


def check_index(table, other, argument, where):
    """Refuse a frame or Series beside the data whose rows are called otherwise: they need not be the same rows."""
    index = getattr(other, "index", None) if is_frame(other) else None
    if table.index is None or index is None or len(index) != table.rows or table.index.equals(index):
        return
    place = next((i for i, (a, b) in enumerate(zip(table.index, index, strict=True)) if a != b), 0)
    raise DataError(
        f"{where}: the index of {argument} is not that of data: row {place} is {index[place]!s} there and"
        f" {table.index[place]!s} in data. Bring them together, {argument}.reindex(data.index), or give"
        f" {argument}.to_numpy() if rows belong together as they stand"
    )


def _refuse_several(data, name, where):
    """Raise for several series of different lengths in a list, which no array can be made of."""
    if not isinstance(data, (list, tuple)) or len(data) < 2:
        return
    lengths = [len(part) for part in data if getattr(part, "ndim", 0) or isinstance(part, (list, tuple))]
    if len(lengths) == len(data) and len(set(lengths)) > 1 and name == "data":
        shown = ", ".join(map(str, lengths[:4])) + ", ..." * (len(lengths) > 4)
        raise DataError(
            f"{where}: data is a list of {len(data)} series, of {shown} rows: put them one after the other, and say by"
            " groups= which rows are whose: np.concatenate(data), groups=np.repeat(range(len(data)), [len(s) for s in"
            " data])"
        )
