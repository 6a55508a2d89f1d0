"""Which columns of what is stored are read, and as what type. A plan: nothing is read here.

Columns are the last axis of a matrix, or the fields of records. One column, `columns="price"` or `columns=3`, gives a
series of shape (rows,); a list of them a matrix with a column for each.
"""

from dataclasses import dataclass
from typing import Any

from pipekeras.errors import DataError, InvalidValueError, suggestion
from pipekeras.values import whole

__all__: list[str] = []

_KINDS = {"U": "text", "S": "text", "T": "text", "M": "dates", "m": "time spans", "c": "complex numbers"}


def chosen(columns, names, count, name, where):
    """Which columns are meant: their numbers, and whether it is one alone.

    Args:
        columns: None for all; a name or number, or a list of them. Numbers count from 0, and from the end below it.
        names: the names of the columns there are, or None if they have none.
        count: how many there are.
        name, where: what has them, and the function that was called, for messages.
    """
    if columns is None:
        return list(range(count)), False
    alone = isinstance(columns, str) or not hasattr(columns, "__iter__")
    listed = [columns] if alone else list(columns)
    if not listed:
        raise InvalidValueError(f"{where}: columns={columns!r} names no column; None takes all of them")
    numbers = [_number(column, names, count, name, where) for column in listed]
    twice = next((listed[i] for i, number in enumerate(numbers) if number in numbers[:i]), None)
    if twice is not None:
        raise InvalidValueError(f"{where}: columns has {twice!r} twice")
    return numbers, alone


def _number(column, names, count, name, where):
    if isinstance(column, str):
        if names is None:
            raise InvalidValueError(
                f"{where}: columns has {column!r}, but the columns of {name} have no names: they are 0 to {count - 1}"
            )
        if column in names:
            return list(names).index(column)
        near = suggestion(column, names, quote="'", otherwise=f"; it has {listing(names)}")
        raise InvalidValueError(f"{where}: {name} has no column {column!r}{near}")
    number = whole(column, "columns", where)
    if not -count <= number < count:
        hint = "; columns count from 0" if number == count else ""
        raise InvalidValueError(f"{where}: {name} has no column {number}: it has {count}, 0 to {count - 1}{hint}")
    return number % count


def column(item, labels, width, name, where):
    """The number of a column of data that is given by name or by number.

    Args:
        item: the name or number.
        labels: the names of the columns, a tuple, or None.
        width: how many there are.
        name: the argument that it was given as, and `where` the function that was called, for messages.
    """
    if labels is not None and item in labels:
        if labels.count(item) > 1:
            raise InvalidValueError(f"{where}: {name}={item!r}, and data has {labels.count(item)} columns of that name")
        return labels.index(item)
    if isinstance(item, str):
        if labels is None:
            raise InvalidValueError(
                f'{where}: {name}="{item}" names a column, and data has no names: give its number, or a data frame'
            )
        near = suggestion(item, map(str, labels), quote='"', otherwise=f"; it has {listing(labels, 8)}")
        raise InvalidValueError(f'{where}: data has no column "{item}" for {name}{near}')
    number = whole(item, name, where)
    if not -width <= number < width:
        hint = "; columns count from 0" if number == width else ""
        raise InvalidValueError(
            f"{where}: {name}={number}, and data has {width} column{'s' * (width != 1)}, 0 to {width - 1}{hint}"
        )
    return number % width


def listing(names, most=12):
    """Some names in a row, for a message."""
    names = list(names)
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return (", ".join(map(str, names[:most])) + more) or "none"


def result_dtype(stored, wanted, name, where):
    """The type that values of type `stored` are read as, if `wanted` (None: as they are) can hold them.

    Whole numbers may become narrower whole numbers; whether they fit is seen when they are read.
    """
    result = stored.newbyteorder("=") if wanted is None else wanted
    if stored.kind == result.kind or result.kind == "f" or stored.kind == "b" or (stored.kind + result.kind) in "iui":
        return result
    kept = "decimals" if stored.kind == "f" else "numbers"
    raise InvalidValueError(
        f'{where}: {name} holds {kept} ({stored}), which dtype="{result}" cannot keep; dtype="float32" can'
    )


def cast(block, dtype, name, where):
    """`block` as `dtype`; whole numbers that it cannot hold are an error."""
    import numpy as np

    if block.dtype == dtype:
        return block
    if dtype.kind in "iu" and block.size and not np.can_cast(block.dtype, dtype):
        low, high, limits = block.min(), block.max(), np.iinfo(dtype)
        if low < limits.min or high > limits.max:
            wrong = low if low < limits.min else high
            raise DataError(
                f'{where}: {name} holds {wrong}, dtype="{dtype}" goes from {limits.min} to {limits.max}: use'
                ' dtype="int64"'
            )
    return block.astype(dtype)


@dataclass(frozen=True)
class Selection:
    """What is read of an array with rows, and what becomes of it."""

    shape: tuple
    dtype: Any
    columns: list | None
    name: str
    where: str
    fields: tuple | None = None  # of records
    span: slice | None = None  # of the columns: what is read,
    inside: Any = None  # and which columns are taken of that: a number, a list, or None for all
    alone: bool = False

    @property
    def unchanged(self):
        """Whether what is read stays what it is, but for its type."""
        return self.fields is None and self.inside is None

    def finish(self, block):
        """What was read, with any number of axes before those of a row, as the values that are given out."""
        import numpy as np

        if self.fields is not None:
            parts = [cast(block[field], self.dtype, self.name, self.where) for field in self.fields]
            return parts[0] if self.alone else np.stack(parts, axis=-1)
        if self.inside is not None:
            block = block[..., self.inside]
        return cast(block, self.dtype, self.name, self.where)


def selection(shape, stored, columns, wanted, name, where):
    """Plan the reading of an array.

    Args:
        shape, stored: the shape and NumPy type of the array.
        columns: the argument columns=.
        wanted: the type it is to have, or None.
        name, where: what it is, and the function that was called, for messages.

    Raises:
        DataError: if it has no rows, or holds no numbers.
        InvalidValueError: if columns or dtype cannot be meant.
    """
    if shape is None:
        raise DataError(f"{where}: {name} is empty: it has no values, and no shape")
    shape = tuple(shape)
    if not shape:
        raise DataError(f"{where}: {name} is a single value; a series has rows")
    if stored.names is not None:
        return _of_records(shape, stored, columns, wanted, name, where)
    _check_numbers(stored, name, where)
    dtype = result_dtype(stored, wanted, name, where)
    if columns is None:
        return Selection(shape, dtype, None, name, where)
    if len(shape) != 2:
        raise InvalidValueError(
            f"{where}: columns={columns!r}, but {name} of shape {shape} has no columns; leave columns out"
        )
    numbers, alone = chosen(columns, None, shape[1], name, where)
    low, high = min(numbers), max(numbers) + 1
    within = [number - low for number in numbers]
    inside = within[0] if alone else (None if within == list(range(high - low)) else within)
    taken = shape[:1] if alone else (shape[0], len(numbers))
    return Selection(taken, dtype, None, name, where, span=slice(low, high), inside=inside, alone=alone)


def _of_records(shape, stored, columns, wanted, name, where):
    """Records: their fields are the columns."""
    import numpy as np

    if len(shape) != 1:
        raise DataError(f"{where}: {name} holds records in {len(shape)} dimensions; a series of records has one")
    numbers, alone = chosen(columns, stored.names, len(stored.names), name, where)
    fields = tuple(stored.names[number] for number in numbers)
    bases = [stored[field].base for field in fields]
    bad = [field for field in fields if stored[field].base.kind not in "biuf" or (stored[field].shape and not alone)]
    if bad:
        fine = [f for f in stored.names if stored[f].kind in "biuf"]
        listed = ", ".join(f"{field} ({stored[field]})" for field in bad)
        remedy = f": choose others, columns={fine!r}" if fine else ""
        raise DataError(f"{where}: {name} has columns that are no numbers: {listed}{remedy}")
    dtype = result_dtype(np.result_type(*bases), wanted, name, where)
    inner = stored[fields[0]].shape if alone else (len(fields),)
    return Selection((*shape, *inner), dtype, list(fields), name, where, fields=fields, alone=alone)


def _check_numbers(stored, name, where):
    if stored.kind in "biuf":
        return
    what = _KINDS.get(stored.kind)
    if stored.kind == "O":
        raise DataError(
            f"{where}: {name} holds objects of variable length (text, or arrays of differing sizes); rows of a series"
            " are numbers of one shape"
        )
    remedy = {"text": "make numbers of it before it is stored", "dates": "dates are the index of a series, not values"}
    raise DataError(f"{where}: {name} holds {what or stored}; {remedy.get(what, 'rows of a series are numbers')}")
