"""Tables of Apache Arrow: which of their columns become a matrix, and how; and tables in memory as sources."""

from dataclasses import dataclass
from typing import Any

from pipekeras.errors import DataError
from pipekeras.sequences.sources_base import wanted_dtype
from pipekeras.sequences.sources_chunks import CACHE, ChunkedSource, even_chunks
from pipekeras.sequences.sources_columns import cast, chosen, result_dtype

__all__: list[str] = []


@dataclass(frozen=True)
class TableColumns:
    """Which columns of a table are read: their names, whether it is one alone, and the type of the matrix."""

    names: list
    alone: bool
    dtype: Any

    def shape(self, rows):
        """The shape of so many rows."""
        return (rows,) if self.alone else (rows, len(self.names))


def table_columns(schema, columns, wanted, name, where, missing=frozenset()):
    """Plan which columns of a table are read.

    Args:
        schema: the schema of Arrow.
        columns, wanted: the arguments columns= and dtype=, the latter as NumPy's type.
        name, where: what it is, and the function that was called.
        missing: names of columns known to miss values: they become decimals, for NaN is one.

    Raises:
        DataError: if a column holds no numbers.
        InvalidValueError: if there is no such column.
    """
    import numpy as np

    index = _index_columns(schema)
    names = schema.names
    if columns is None and any(column not in index for column in names):
        columns = [i for i, column in enumerate(names) if column not in index]  # pandas wrote its row names as columns
    numbers, alone = chosen(columns, names, len(names), name, where)
    twice = next((names[i] for i in numbers if names.count(names[i]) > 1), None)
    if twice is not None:
        raise DataError(f"{where}: {name} has several columns {twice!r}: rename them, or leave them out, columns=[...]")
    types = {names[number]: _numpy_type(schema.field(number).type) for number in numbers}
    bad = [column for column, kind in types.items() if kind is None]
    if bad or not types:
        fine = [field.name for field in schema if _numpy_type(field.type) is not None and field.name not in index]
        listed = ", ".join(f"{column} ({_type_text(schema.field(column).type)})" for column in bad[:6])
        more = f" and {len(bad) - 6} more" if len(bad) > 6 else ""
        remedy = f"; choose others, columns={fine!r}" if fine else "; make numbers of them before they are stored"
        what = f"has columns that are no numbers: {listed}{more}" if bad else "has no columns"
        raise DataError(f"{where}: {name} {what}{remedy}")
    kinds = [np.dtype("float64") if c in missing and k.kind != "f" else k for c, k in types.items()]
    return TableColumns(list(types), alone, result_dtype(np.result_type(*kinds), wanted, name, where))


def _index_columns(schema):
    known = (schema.pandas_metadata or {}).get("index_columns", ())
    return {column for column in known if isinstance(column, str)}


def _type_text(kind):
    return "text" if str(kind) in ("string", "large_string", "string_view") else str(kind)


def _numpy_type(kind):
    """The NumPy type of a column's values; None if they are no numbers."""
    import numpy as np
    import pyarrow as pa

    if pa.types.is_dictionary(kind):
        return _numpy_type(kind.value_type)
    if pa.types.is_decimal(kind):
        return np.dtype("float64")
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_boolean(kind):
        return np.dtype(kind.to_pandas_dtype())
    return None


def fill(out, table, plan, name, where):
    """Write the columns of `table` that the plan has into `out`, of plan.shape."""
    for column in table.column_names:
        values = _values(table.column(column), plan.dtype, column, name, where)
        if plan.alone:
            out[...] = values
        else:
            out[:, plan.names.index(column)] = values


def _values(column, dtype, label, name, where):
    """A column as a NumPy array of `dtype`, missing values as NaN."""
    import pyarrow as pa

    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if pa.types.is_decimal(column.type):
        column = column.cast(pa.float64(), safe=False)
    if column.null_count:
        if dtype.kind != "f":
            raise DataError(
                f'{where}: column {label!r} of {name} misses values, which dtype="{dtype}" has no place for: use'
                ' dtype="float32", and they are NaN'
            )
        if not pa.types.is_floating(column.type):
            column = column.cast(pa.float64(), safe=False)
    return cast(column.to_numpy(), dtype, f"column {label!r} of {name}", where)


class TableSource(ChunkedSource):
    """A table in memory, or mapped into it."""

    def __init__(self, table, columns=None, dtype=None, cache=CACHE, where="sequence_source", alone=False):
        self._made = (table, columns, dtype, cache, where, alone)
        self.name, self.where, self._table = "a table of Arrow", where, table
        wanted = wanted_dtype(dtype, where)
        named = zip(table.column_names, table.columns, strict=True)
        missing = {label for label, values in named if values.null_count} if wanted is None else set()
        only = 0 if alone and columns is None else columns
        self.plan = table_columns(table.schema, only, wanted, self.name, where, missing)
        self.dtype, self.columns = self.plan.dtype, None if alone else self.plan.names
        self.shape = self.plan.shape(table.num_rows)
        self._keep(even_chunks(len(self), 1, self.row_bytes, cache), cache)
        self.good_block, self.how = None, "Arrow"

    def _load(self, first, past):
        import numpy as np

        begin, end = int(self.chunks.edges[first]), int(self.chunks.edges[past])
        out = np.empty(self.plan.shape(end - begin), self.dtype)
        fill(out, self._table.slice(begin, end - begin).select(self.plan.names), self.plan, self.name, self.where)
        return out

    def close(self):
        """Let go of the table."""
        super().close()
        self._table = self._made = None

    def __reduce__(self):
        if self._made is None:
            raise DataError(f"{self.where}: {self.name} is closed and cannot be pickled")
        return (TableSource, self._made)
