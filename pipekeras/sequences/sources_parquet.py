"""Parquet files: the columns that are asked for, a row group at a time, or a piece of one that is large."""

import itertools

from pipekeras.errors import DataError
from pipekeras.sequences.sources_files import ArrowFiles
from pipekeras.sequences.sources_tables import fill

__all__: list[str] = []

TOGETHER = 8 * 2**20  # bytes: what is larger is read column by column, so that it is in memory about once
BUFFER = 2**20  # bytes of a column that are read from the file at a time


class ParquetSource(ArrowFiles):
    """Columns of one or several Parquet files.

    A row group is compressed and can be read from its beginning only. Those that would fill the cache are read in
    pieces: in order that costs nothing more; out of order each piece costs the reading of those before it.
    """

    _stream = None

    def _look(self, path, wanted):
        import pyarrow as pa

        try:
            file = self._parquet(path)
        except (pa.ArrowInvalid, OSError) as error:
            raise DataError(f"{self.where}: {path} cannot be read as Parquet: {error}") from error
        about = file.metadata
        counts = [about.row_group(i).num_rows for i in range(about.num_row_groups)]
        schema = file.schema_arrow
        whole = {f.name for f in schema if pa.types.is_integer(f.type) or pa.types.is_boolean(f.type)}
        at = [i for i in range(about.num_columns) if about.schema.column(i).path in whole] if wanted is None else []
        gaps = set()
        for group, i in itertools.product(range(about.num_row_groups), at):
            column = about.row_group(group).column(i)
            if column.statistics is not None and column.statistics.null_count:
                gaps.add(column.path_in_schema)
        return about, schema, counts, gaps

    def _told(self, largest, split):
        pieces = ", more than the cache should hold: write smaller ones, row_group_size=" if split else ""
        return f"Parquet in row groups of up to {largest} rows" + (f"{pieces}{self.chunks.most_rows}" if split else "")

    def _parquet(self, path, metadata=None):
        import pyarrow.parquet as pq

        file = path if self.filesystem is None else self.filesystem.open_input_file(path)
        return pq.ParquetFile(file, metadata=metadata, pre_buffer=False, buffer_size=BUFFER)

    def _open(self, number):
        if self._file is None or self._file[0] != number:
            self._forget()
            self._file = number, self._parquet(self.paths[number], self._inside[number])
        return self._file[1]

    def _load(self, first, past):
        import numpy as np

        parts = self.parts[first:past]
        out = np.empty(self.plan.shape(sum(p.end - p.begin for p in parts)), self.dtype)
        at = 0
        for (file, whole), some in itertools.groupby(parts, lambda part: (part.file, part.whole)):
            for group in [list(some)] if whole else ([part] for part in some):
                rows = sum(part.end - part.begin for part in group)
                into = out[at : at + rows]
                if whole:
                    self._groups(self._open(file), [part.number for part in group], into)
                else:
                    self._piece(self._open(file), group[0], into)
                at += rows
        return out

    def _groups(self, file, numbers, into):
        """Whole row groups, one after the other."""
        names = self.plan.names
        step = len(names) if into.nbytes <= TOGETHER else 1
        for i in range(0, len(names), step):
            table = file.read_row_groups(numbers, columns=names[i : i + step])
            fill(into, table, self.plan, self.name, self.where)

    def _piece(self, file, part, into):
        """A piece of a row group: the stream of its batches goes on, or begins anew if it is already further."""
        at = (part.file, part.number)
        if self._stream is None or self._stream[0] != at or self._stream[1].at > part.begin:
            step = min(2**16, part.end - part.begin)
            batches = file.iter_batches(batch_size=step, row_groups=[part.number], columns=self.plan.names)
            self._stream = at, _Stream(batches)
        stream = self._stream[1]
        stream.skip(part.begin - stream.at)
        done = 0
        for table in stream.next(part.end - part.begin):
            fill(into[done : done + table.num_rows], table, self.plan, self.name, self.where)
            done += table.num_rows

    def _forget(self):
        self._file = self._stream = None


class _Stream:
    """Record batches as rows: so many skipped, so many given."""

    def __init__(self, batches):
        self.batches, self.at, self.rest = batches, 0, None

    def skip(self, count):
        for _ in self._some(count):
            pass

    def next(self, count):
        """The next `count` rows, as tables."""
        import pyarrow as pa

        for batch in self._some(count):
            yield pa.Table.from_batches([batch])

    def _some(self, count):
        while count > 0:
            batch = self.rest if self.rest is not None else next(self.batches, None)
            self.rest = None
            if batch is None:
                raise ValueError("the file ends before its rows do")
            taken = batch.slice(0, count)
            if batch.num_rows > count:
                self.rest = batch.slice(count)
            self.at, count = self.at + taken.num_rows, count - taken.num_rows
            yield taken
