"""What a source is: a series that is read where it is asked for; and the simplest, an array of NumPy's.

A source has rows, its first axis, of one shape and type. What is asked of it is always copied out: windows, rows, or a
stretch of rows. Chunked formats are in sources_chunks.py; sources.py finds out which of them something is.
"""

import operator

from pipekeras.asarray import as_dtype
from pipekeras.errors import DataError, InvalidValueError
from pipekeras.sequences.gather import cut
from pipekeras.sequences.sources_columns import selection
from pipekeras.values import count, is_bool, whole

__all__: list[str] = []


class Source:
    """A series, larger than memory perhaps, that is read only where it is asked for.

    Attributes:
        shape: (rows, ...); all axes but the first are those of a row.
        dtype: the NumPy type of what is read.
        columns: the names of the columns, where they have any; else None.
        name: what it is, for messages.
        good_block: None if any order of rows reads alike; else how many rows lie together, so that shuffling within
            blocks of that many reads each chunk about once.
    """

    shape: tuple = ()
    dtype = None
    columns: list | None = None
    name = "a source"
    good_block: int | None = None
    how = ""  # how it is stored, for repr
    where = "sequence_source"

    @property
    def ndim(self):
        """The number of axes."""
        return len(self.shape)

    @property
    def row_bytes(self):
        """How much memory a row takes once it is read."""
        size = self.dtype.itemsize
        for length in self.shape[1:]:
            size *= length
        return size

    def __len__(self):
        return self.shape[0]

    # What is asked of it

    def windows(self, starts, lookback, rate=1):
        """Windows, copied out.

        Args:
            starts: (n,) whole numbers: the row that each window begins with, in any order.
            lookback: how many steps a window has.
            rate: how many rows lie between two of its steps.

        Returns:
            An array (n, lookback, ...): step k of window i is row starts[i] + k * rate.

        Raises:
            InvalidValueError: if a window has rows that are not there.
        """
        lookback, rate = (count(v, name, self.where, least=1) for v, name in ((lookback, "lookback"), (rate, "rate")))
        starts = self._rows(starts, reach=(lookback - 1) * rate).reshape(-1)
        if not starts.size:  # the series may be shorter than a window then
            return self.take(starts).reshape((0, lookback, *self.shape[1:]))
        return self._windows(starts, lookback, rate)

    def take(self, rows):
        """Single rows: of `rows`, whole numbers in an array of any shape, an array rows.shape + (...)."""
        return self._take(self._rows(rows))

    def read(self, begin=0, end=None):
        """The rows from `begin` up to, not including, `end`, which by default is the end of the series."""
        begin, end = operator.index(begin), len(self) if end is None else operator.index(end)
        if not 0 <= begin <= end <= len(self):
            raise InvalidValueError(
                f"{self.where}: rows {begin} to {end} (not included) are asked for, {self.name} has {len(self)}"
            )
        return self._read(begin, end)

    def column(self, number):
        """A column by its number, as an array (rows,); no more than some rows of the others are in memory at a time."""
        import numpy as np

        result = np.empty(len(self), self.dtype)
        step = max(1, 2**22 // max(1, self.row_bytes))
        for begin in range(0, len(self), step):
            part = self.read(begin, min(begin + step, len(self)))
            result[begin : begin + step] = part if part.ndim == 1 else part[:, number]
        return result

    def _rows(self, rows, reach=0):
        """Row numbers as int64, all of them there, as well as the row `reach` after each."""
        import numpy as np

        rows = np.asarray(rows)
        if rows.size and rows.dtype.kind not in "iu":
            raise InvalidValueError(f"{self.where}: rows are whole numbers, not {rows.dtype}")
        if rows.size and (rows.min() < 0 or rows.max() + reach >= len(self)):
            wrong = int(rows.min() if rows.min() < 0 else rows.max() + reach)
            raise InvalidValueError(
                f"{self.where}: row {wrong} is asked for, {self.name} has {len(self)}, counted from 0"
            )
        return rows.astype("int64", copy=False)

    def _windows(self, starts, lookback, rate):
        raise NotImplementedError

    def _take(self, rows):
        raise NotImplementedError

    def _read(self, begin, end):
        raise NotImplementedError

    # As an array

    def __getitem__(self, rows):
        """Rows as of an array: `source[3]`, `source[-1]`, `source[10:20]`, `source[[1, 5]]`."""
        import numpy as np

        if isinstance(rows, slice):
            begin, end, step = rows.indices(len(self))
            return self.read(begin, max(begin, end)) if step == 1 else self.take(np.arange(begin, end, step))
        if rows is None or rows is Ellipsis or is_bool(rows) or isinstance(rows, tuple):
            raise InvalidValueError(
                f"{self.where}: of {self.name} rows are taken, by a number, a slice or a list, not by {rows!r}; columns"
                " are chosen where the source is made, columns=..."
            )
        if np.ndim(rows) == 0:
            row = whole(rows, "row", self.where)
            if not -len(self) <= row < len(self):
                raise IndexError(f"{self.name} has {len(self)} rows, none of them is {row}")
            return self.take(np.asarray(row % len(self)))
        return self.take(rows)

    def __array__(self, dtype=None, copy=None):
        import numpy as np

        return np.asarray(self.read(), dtype)

    # Opened and closed

    def close(self):
        """Let go of the file. Nothing can be read afterwards."""

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.close()

    def __repr__(self):
        block = f"; shuffle={self.good_block} reads fast" if self.good_block and self.good_block < len(self) else ""
        how = f", {self.how}" if self.how else ""
        return f"<source {self.name}: {self.dtype} {self.shape}{how}{block}>"


class Rows(Source):
    """Some of the rows of a source, as a source: a stretch of them, or several, one after the other.

    Args:
        source: the Source.
        slices: the stretches, as slices with a beginning and an end.
    """

    def __init__(self, source, slices):
        import numpy as np

        self.source, self.slices = source, list(slices)
        self._begin = self.slices[0].start
        one = len(self.slices) == 1
        self._which = None if one else np.concatenate([np.arange(s.start, s.stop) for s in self.slices])
        self.shape = (sum(s.stop - s.start for s in self.slices), *source.shape[1:])
        self.dtype, self.columns, self.where = source.dtype, source.columns, source.where
        self.name, self.how, self.good_block = f"a part of {source.name}", source.how, source.good_block

    def _windows(self, starts, lookback, rate):
        import numpy as np

        if self._which is None:
            return self.source.windows(starts + self._begin, lookback, rate)
        return self._take(starts[:, None] + np.arange(lookback) * rate)

    def _take(self, rows):
        return self.source.take(rows + self._begin if self._which is None else self._which[rows])

    def _read(self, begin, end):
        if self._which is None:
            return self.source.read(begin + self._begin, end + self._begin)
        return self.source.take(self._which[begin:end])

    def close(self):
        """Close the source."""
        self.source.close()


def wanted_dtype(dtype, where):
    """The argument dtype= as NumPy's type, or None."""
    if dtype is None:
        return None
    result = as_dtype(dtype, where)
    if result.kind not in "biuf":
        raise InvalidValueError(f"{where}: dtype={dtype!r} is not a type of numbers")
    return result


class ArraySource(Source):
    """An array of NumPy's, in memory or mapped from a file, of which the system keeps what there is room for."""

    def __init__(self, array, columns=None, dtype=None, name=None, where="sequence_source", path=None):
        import numpy as np

        self.where, self.path = where, path
        self.name = name or ("a memmap" if isinstance(array, np.memmap) else "an array")
        self._made = (array, columns, dtype, name, where)
        self.selection = selection(array.shape, array.dtype, columns, wanted_dtype(dtype, where), self.name, where)
        self.shape, self.dtype, self.columns = self.selection.shape, self.selection.dtype, self.selection.columns
        if isinstance(array, np.ma.MaskedArray):
            raise DataError(f"{where}: {self.name} is masked: fill what is missing first, array.filled(numpy.nan)")
        plain = array.view(np.ndarray)  # memmap's own indexing is slow
        self._stored = plain if self.selection.span is None else plain[:, self.selection.span]
        self.how = "mapped from a file" if isinstance(array, np.memmap) else ""

    @property
    def array(self):
        """The array itself, if what is read of it is just what it holds: then it can be used in the source's place."""
        as_it_is = self.selection.unchanged and self._stored is not None
        return self._stored if as_it_is and self._stored.dtype == self.dtype else None

    def _data(self):
        if self._stored is None:
            raise DataError(f"{self.where}: {self.name} is closed: open it again to read it")
        return self._stored

    def _windows(self, starts, lookback, rate):
        return self.selection.finish(cut(self._data(), starts, lookback, rate))

    def _take(self, rows):
        return self.selection.finish(self._data()[rows])

    def _read(self, begin, end):
        import numpy as np

        block = self._data()[begin:end]
        done = self.selection.finish(block)
        return np.array(done) if np.may_share_memory(done, block) else done

    def close(self):
        """Let go of the array."""
        self._stored, self._made = None, None

    def __reduce__(self):
        if self._made is None:
            raise DataError(f"{self.where}: {self.name} is closed and cannot be pickled")
        array, *others = self._made
        mapped = _mapping(array)
        if self.path is not None:
            mapped = ("npy", self.path)
        return (_array_again, (mapped, *others) if mapped else (("array", array), *others))


def _mapping(array):
    """How a memmap is mapped again; None for all else, views of memmaps too, whose place in the file is not known."""
    import mmap

    import numpy as np

    if not isinstance(array, np.memmap) or not isinstance(array.base, mmap.mmap) or array.filename is None:
        return None
    order = "F" if array.flags.f_contiguous and not array.flags.c_contiguous else "C"
    return ("memmap", str(array.filename), array.dtype, array.offset, array.shape, order)


def _array_again(how, columns, dtype, name, where):
    import numpy as np

    kind, *rest = how
    if kind == "npy":
        return ArraySource(np.load(rest[0], mmap_mode="r"), columns, dtype, name, where, path=rest[0])
    if kind == "memmap":
        path, stored, offset, shape, order = rest
        array = np.memmap(path, stored, "r", offset, shape, order)
        return ArraySource(array, columns, dtype, name, where)
    return ArraySource(rest[0], columns, dtype, name, where)
