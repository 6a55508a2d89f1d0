"""Series stored in chunks, of which only whole ones can be read: a cache of some, and windows copied out of it."""

import itertools
import os
import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

from pipekeras.errors import DataError, PipekerasError
from pipekeras.sequences.sources_base import Source
from pipekeras.sequences.sources_columns import cast, result_dtype

__all__: list[str] = []

CACHE = 64 * 2**20  # bytes
UNIT = 256 * 2**10  # bytes: chunks that are smaller are read several at once, for each read costs as much time


@dataclass(frozen=True)
class Chunks:
    """Where the chunks of a series begin and end. Chunk c has the rows edges[c] up to, not including, edges[c + 1]."""

    edges: Any  # int64 array, ascending, from 0 to the number of rows

    def __len__(self):
        return len(self.edges) - 1

    def of(self, rows):
        """The chunks in which `rows` are."""
        return self.edges.searchsorted(rows, "right") - 1

    @property
    def most_rows(self):
        """The length of the longest."""
        import numpy as np

        return int(np.diff(self.edges).max()) if len(self) else 0

    def touched(self, starts, span):
        """The chunks that stretches of `span` rows from `starts` on reach into, ascending, each once."""
        import numpy as np

        first, last = self.of(starts), self.of(starts + span - 1)
        low = int(first.min())
        changes = np.zeros(int(last.max()) - low + 2, "int64")
        np.add.at(changes, first - low, 1)
        np.add.at(changes, last - low + 1, -1)
        return np.flatnonzero(np.cumsum(changes)) + low

    def runs(self, chunks, most):
        """`chunks`, ascending, as stretches [first, past) that lie together, of up to `most` rows or a single chunk."""
        runs: list[list[int]] = []
        for chunk in map(int, chunks):
            if runs and runs[-1][1] == chunk and self.edges[chunk + 1] - self.edges[runs[-1][0]] <= most:
                runs[-1][1] = chunk + 1
            else:
                runs.append([chunk, chunk + 1])
        return [tuple(run) for run in runs]


def even_chunks(rows, chunk, row_bytes, cache):
    """The chunks of a series that is stored in chunks of `chunk` rows; small ones are joined.

    With chunk=1 the rows are stored in one piece, of which any stretch can be read.
    """
    import numpy as np

    unit = max(1, min(UNIT, cache // 8) // max(1, chunk * row_bytes)) * chunk
    return Chunks(np.append(np.arange(0, rows, unit, dtype="int64"), rows))


class ChunkedSource(Source):
    """A series in chunks. A subclass sets what Source has, calls `_keep`, and has `_load(first, past)`."""

    chunks: Chunks
    cache: int
    closed = False

    def _load(self, first, past):
        """The rows of the chunks `first` up to, not including, `past`, read anew."""
        raise NotImplementedError

    def _forget(self):
        """Drop what cannot be shared with the process that this one was forked from."""

    def _keep(self, chunks, cache):
        """Begin with an empty cache of up to `cache` bytes; one chunk is always kept, however large it is."""
        self.chunks, self.cache = chunks, cache
        self._clear()
        row = max(1, self.row_bytes)
        self._run_rows = max(1, cache // 4 // row)
        chunk = max(1, chunks.most_rows)
        # A block of windows should find all of its chunks in the cache, with room for the next.
        self.good_block = max(1, min(len(self), chunk * max(1, cache // 2 // (chunk * row))))

    def _clear(self):
        self._cached, self._bytes = OrderedDict(), 0
        self._lock, self._process = threading.RLock(), os.getpid()

    def _blocks(self, needed):
        """The rows of the chunks `needed`, as (begin, end, rows): first those at hand, then what has to be read."""
        if self.closed:
            raise DataError(f"{self.where}: {self.name} is closed: open it again to read it")
        if self._process != os.getpid():
            self._forget()
            self._clear()
        needed, edges = needed.tolist(), self.chunks.edges
        with self._lock:
            hits = {chunk: self._cached[chunk] for chunk in needed if chunk in self._cached}
            for chunk in hits:
                self._cached.move_to_end(chunk)
        missing = [chunk for chunk in needed if chunk not in hits]
        while hits:  # each let go of as soon as it is used
            chunk, block = hits.popitem()
            yield int(edges[chunk]), int(edges[chunk + 1]), block
        for first, past in self.chunks.runs(missing, self._run_rows):
            yield int(edges[first]), int(edges[past]), self._run(first, past)

    def _run(self, first, past):
        import numpy as np

        with self._lock:
            if all(chunk in self._cached for chunk in range(first, past)):  # another thread has read it meanwhile
                parts = [self._cached[chunk] for chunk in range(first, past)]
                return parts[0] if len(parts) == 1 else np.concatenate(parts)
            edges = self.chunks.edges
            self._make_room(int(edges[past] - edges[first]) * self.row_bytes)
            try:
                block = self._load(first, past)
            except PipekerasError:
                raise
            except (OSError, RuntimeError, ValueError, KeyError) as error:
                rows = f"rows {edges[first]} to {edges[past]}"
                raise DataError(f"{self.where}: {rows} of {self.name} cannot be read: {error}") from error
            for chunk in range(first, past):
                part = block[edges[chunk] - edges[first] : edges[chunk + 1] - edges[first]]
                # A part of a run would keep all of it in memory.
                self._store(chunk, part if past - first == 1 else part.copy())
            return block

    def _make_room(self, size):
        while self._cached and self._bytes + size > self.cache:
            _, gone = self._cached.popitem(last=False)
            self._bytes -= gone.nbytes

    def _store(self, chunk, block):
        before = self._cached.pop(chunk, None)
        self._bytes -= 0 if before is None else before.nbytes
        self._make_room(block.nbytes)
        self._cached[chunk] = block
        self._bytes += block.nbytes

    def _windows(self, starts, lookback, rate):
        import numpy as np

        span = (lookback - 1) * rate + 1
        if rate > max(1, self.chunks.most_rows):  # whole chunks lie between two steps
            return self._take(starts[:, None] + np.arange(lookback) * rate)
        out = np.empty((len(starts), lookback, *self.shape[1:]), self.dtype)
        if not out.size:
            return out
        order = np.argsort(starts, kind="stable")
        ascending = starts[order]
        for begin, end, block in self._blocks(self.chunks.touched(starts, span)):
            those = slice(*ascending.searchsorted([begin - span + 1, end]))
            for window, start in zip(order[those].tolist(), ascending[those].tolist(), strict=True):
                first = max(0, -((start - begin) // rate))  # the first step of the window that is in this block,
                past = min(lookback, -((start - end) // rate))  # and the first after it that is not
                if first < past:
                    at = start + first * rate - begin
                    out[window, first:past] = block[at : at + (past - first - 1) * rate + 1 : rate]
        return out

    def _take(self, rows):
        import numpy as np

        flat = rows.reshape(-1)
        out = np.empty((flat.size, *self.shape[1:]), self.dtype)
        if out.size:
            order = np.argsort(flat, kind="stable")
            ascending = flat[order]
            for begin, end, block in self._blocks(np.unique(self.chunks.of(ascending))):
                those = slice(*ascending.searchsorted([begin, end]))
                out[order[those]] = block[ascending[those] - begin]
        return out.reshape((*rows.shape, *self.shape[1:]))

    def _read(self, begin, end):
        import numpy as np

        out = np.empty((end - begin, *self.shape[1:]), self.dtype)
        if out.size:
            first, last = self.chunks.of([begin, end - 1])
            for low, high, block in self._blocks(np.arange(first, last + 1)):
                low_, high_ = max(low, begin), min(high, end)
                out[low_ - begin : high_ - begin] = block[low_ - low : high_ - low]
        return out

    def close(self):
        """Let go of the file and of what was read. Nothing can be read afterwards."""
        with self._lock:
            self.closed = True
            self._cached.clear()
            self._bytes = 0
            self._forget()

    def _described(self, stored):
        """`stored` in words, with a hint where a single chunk is more than the cache should hold."""
        size = self.chunks.most_rows * self.row_bytes
        more = f", of up to {size / 2**20:.0f} MB, more than cache={self.cache}" if size > self.cache else ""
        return f"{stored}{more}"


class SideBySide(Source):
    """Several series of shape (rows,), each a column."""

    def __init__(self, parts, names, dtype, name, where):
        import numpy as np

        lengths = {label: len(part) for label, part in zip(names, parts, strict=True)}
        flat = [label for label, part in zip(names, parts, strict=True) if part.ndim != 1]
        if flat:
            raise DataError(f"{where}: {', '.join(flat)} of {name} cannot be columns, only arrays of one dimension can")
        if len(set(lengths.values())) > 1:
            listed = ", ".join(f"{label} has {length}" for label, length in lengths.items())
            raise DataError(f"{where}: columns of {name} differ in length: {listed}")
        self.parts, self.columns, self.name, self.where = list(parts), list(names), name, where
        self.dtype = result_dtype(np.result_type(*(part.dtype for part in parts)), dtype, name, where)
        self.shape = (len(parts[0]), len(parts))
        self.good_block = min((part.good_block for part in parts if part.good_block), default=None)
        self.how = f"columns {', '.join(itertools.islice(names, 6))}{', ...' if len(names) > 6 else ''}"

    def _columns(self, shape, read):
        """An array of `shape` and the columns, filled by column: `read` of each part."""
        import numpy as np

        out = np.empty((*shape, len(self.parts)), self.dtype)
        for number, part in enumerate(self.parts):
            out[..., number] = cast(read(part), self.dtype, self.columns[number], self.where)
        return out

    def _windows(self, starts, lookback, rate):
        return self._columns((len(starts), lookback), lambda part: part.windows(starts, lookback, rate))

    def _take(self, rows):
        return self._columns(rows.shape, lambda part: part.take(rows))

    def _read(self, begin, end):
        return self._columns((end - begin,), lambda part: part.read(begin, end))

    def close(self):
        """Close all of them."""
        for part in self.parts:
            part.close()
