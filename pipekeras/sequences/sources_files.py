"""Files of Apache Arrow, one or several, their rows one after the other: what they have in common, and Feather.

A part of the rows is read at a time: a row group of Parquet (sources_parquet.py) or a record batch, which can be read
on their own; of large ones a piece.
"""

import os
from dataclasses import dataclass

from pipekeras.errors import DataError
from pipekeras.sequences.sources_base import wanted_dtype
from pipekeras.sequences.sources_chunks import CACHE, UNIT, ChunkedSource, Chunks
from pipekeras.sequences.sources_columns import result_dtype
from pipekeras.sequences.sources_tables import TableColumns, fill, table_columns

__all__: list[str] = []


@dataclass(frozen=True)
class Part:
    """What of a file can be read on its own: a row group of Parquet, or a record batch; and the piece that is meant."""

    file: int
    number: int
    begin: int  # rows of the part, 0 to `rows` if it is whole
    end: int
    rows: int

    @property
    def whole(self):
        return self.end - self.begin == self.rows


def parts_of(rows, row_bytes, whole, piece):
    """The parts of files, large ones in pieces.

    Args:
        rows: for each file, how many rows each of its parts has.
        row_bytes: the memory that a row takes.
        whole: up to how many bytes a part is read as one.
        piece: about how many bytes a piece of larger ones has.
    """
    result = []
    for file, counts in enumerate(rows):
        for number, count in enumerate(counts):
            step = max(1, count if count * row_bytes <= whole else piece // row_bytes)
            for begin in range(0, count, step):
                result.append(Part(file, number, begin, min(count, begin + step), count))
    return result


def edges_of(parts):
    """The chunks that the parts are."""
    import numpy as np

    return Chunks(np.cumsum([0, *(part.end - part.begin for part in parts)], dtype="int64"))


class ArrowFiles(ChunkedSource):
    """Columns of one or several files, their rows one after the other."""

    how_stored = ""
    most = 2  # up to which share of the cache, 1 / most, a part is read as one

    def __init__(self, paths, filesystem=None, columns=None, dtype=None, cache=CACHE, name="", where=""):
        self._made = (list(paths), filesystem, columns, dtype, cache, name, where)
        self.paths, self.filesystem, self.name, self.where = list(paths), filesystem, name, where
        self._file = None
        wanted, rows, kinds = wanted_dtype(dtype, where), [], []
        schema, missing = None, set()
        self._inside = []  # what is kept of each file to open it faster
        for path in self.paths:
            kept, found, counts, gaps = self._look(path, wanted)
            self._inside.append(kept)
            rows.append(counts)
            missing |= gaps
            if schema is None:
                schema, plan = found, table_columns(found, columns, None, name, where)
            missing &= set(plan.names)
            self._check_alike(found, plan, path)
            kinds.append(table_columns(found, plan.names, None, name, where, missing).dtype)
        import numpy as np

        self.dtype = result_dtype(np.result_type(*kinds), wanted, name, where)
        self.plan = TableColumns(plan.names, plan.alone, self.dtype)
        self.columns = plan.names
        self.shape = plan.shape(sum(map(sum, rows)))
        width = max(1, self.row_bytes)
        self.parts = parts_of(rows, width, max(UNIT, cache // self.most), max(UNIT, cache // 8))
        self._keep(edges_of(self.parts), cache)
        largest = max((count for counts in rows for count in counts), default=0)
        self.how = self._told(largest, largest * width > max(UNIT, cache // self.most))

    def _look(self, path, wanted):
        """What is kept of a file, its schema, the rows of its parts, and which whole numbers miss values.

        The last matters only if the type has to be found, since `wanted` is None.
        """
        raise NotImplementedError

    def _told(self, largest, split):
        raise NotImplementedError

    def _check_alike(self, schema, plan, path):
        lacking = [column for column in plan.names if column not in schema.names]
        if lacking:
            raise DataError(
                f"{self.where}: {os.path.basename(path)} of {self.name} has no column {lacking[0]!r}, which"
                f" {os.path.basename(self.paths[0])} has; choose columns that all of the files have"
            )

    def _opened(self, path):
        """A file to read from, of the file system that it is in."""
        import pyarrow as pa

        if self.filesystem is None:
            return pa.memory_map(path) if os.path.getsize(path) else pa.OSFile(path)
        return self.filesystem.open_input_file(path)

    def _forget(self):
        self._file = None

    def __reduce__(self):
        return (type(self), tuple(self._made))


class IpcSource(ArrowFiles):
    """Arrow files, also called Feather: mapped into memory; compressed ones a record batch at a time."""

    _batch = None

    def _look(self, path, wanted):
        import pyarrow as pa

        gaps = set()
        try:
            with pa.ipc.open_file(self._opened(path)) as reader:
                schema = reader.schema
            # Of compressed files, a batch is unpacked to be counted: the fewer columns, the better.
            looked = [_narrowest(schema), *(i for i, f in enumerate(schema) if wanted is None and _is_whole(f.type))]
            options = pa.ipc.IpcReadOptions(included_fields=sorted(set(looked)))
            with pa.ipc.open_file(self._opened(path), options=options) as reader:
                counts = []
                for i in range(reader.num_record_batches):
                    batch = reader.get_batch(i)
                    counts.append(batch.num_rows)
                    for label, values in zip(batch.schema.names, batch, strict=True):
                        if values.null_count and _is_whole(values.type):
                            gaps.add(label)
        except pa.ArrowInvalid as error:
            raise DataError(f"{self.where}: {path} cannot be read as an Arrow file: {error}") from error
        return None, schema, counts, gaps

    def _told(self, largest, split):
        return f"Arrow in batches of up to {largest} rows"

    def _load(self, first, past):
        import numpy as np
        import pyarrow as pa

        parts = self.parts[first:past]
        out = np.empty(self.plan.shape(sum(p.end - p.begin for p in parts)), self.dtype)
        at = 0
        for part in parts:
            rows = part.end - part.begin
            table = pa.Table.from_batches([self._record_batch(part).slice(part.begin, rows)]).select(self.plan.names)
            fill(out[at : at + rows], table, self.plan, self.name, self.where)
            at += rows
        return out

    def _record_batch(self, part):
        import pyarrow as pa

        if self._batch is None or self._batch[0] != (part.file, part.number):
            if self._file is None or self._file[0] != part.file:
                self._file = part.file, pa.ipc.open_file(self._opened(self.paths[part.file]))
            self._batch = None  # so that there are never two
            self._batch = (part.file, part.number), self._file[1].get_batch(part.number)
        return self._batch[1]

    def _forget(self):
        self._file = self._batch = None


def _is_whole(kind):
    import pyarrow as pa

    return pa.types.is_integer(kind) or pa.types.is_boolean(kind)


def _narrowest(schema):
    """The number of the column that takes the least to read."""
    import pyarrow as pa

    widths = [field.type.bit_width if pa.types.is_primitive(field.type) else 10**6 for field in schema]
    return widths.index(min(widths)) if widths else 0
