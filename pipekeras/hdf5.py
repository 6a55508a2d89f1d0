"""hdf5_matrix(): a dataset in an HDF5 file as if it were an array, read only where it is looked at."""

import os

from pipekeras.errors import DataError, InvalidValueError, suggestion
from pipekeras.pipe import Checked
from pipekeras.values import count, maybe_whole

__all__ = ["hdf5_matrix"]


@Checked
def hdf5_matrix(datapath, dataset, start=0, end=None, normalizer=None):
    """Open a dataset of an HDF5 file to train on, without reading it.

    Args:
        datapath: the path of the file.
        dataset: the dataset's name in it, such as "x" or "images/train".
        start: the first row that is used, counted from 0.
        end: the row before which it ends, itself not included; None for all.
        normalizer: a function of an array that is applied to whatever is read.

    Returns:
        An object with `shape`, `dtype` and `len()`, of which slices, `m[0:32]`, and rows, `m[3]`, `m[[1, 5]]`, are read
        from the file when they are asked for. fit() and its kin take it for an array, and read all of it.

    Raises:
        DataError: if there is no such file, or no such dataset in it.
        InvalidValueError: if another argument cannot be meant.

    Source: R `keras::hdf5_matrix`.
    """
    where = "hdf5_matrix"
    if normalizer is not None and not callable(normalizer):
        raise InvalidValueError(f"{where}: normalizer must be a function of an array, it got {normalizer!r}")
    matrix = Matrix(os.path.expanduser(os.fspath(datapath)), dataset, normalizer)
    rows = matrix.rows
    start = count(start, "start", where, least=0)
    end = maybe_whole(end, "end", where, least=0)
    if end is not None and end > rows:
        raise InvalidValueError(f"{where}: end={end}, but {dataset!r} has {rows} rows; None takes all of them")
    if start > (rows if end is None else end):
        raise InvalidValueError(f"{where}: start={start} stands behind the end, {rows if end is None else end}")
    matrix.start, matrix.end = start, rows if end is None else end
    return matrix


class Matrix:
    """Rows of a dataset in an HDF5 file. The file is opened for each look, so that nothing stays open or is shared."""

    def __init__(self, path, dataset, normalizer):
        self.path, self.dataset, self.normalizer = path, dataset, normalizer
        with self._opened() as data:
            self.rows, self._row_shape, self._stored = data.shape[0], data.shape[1:], data.dtype
        self.start, self.end = 0, self.rows

    def _opened(self):
        return _Open(self.path, self.dataset)

    def __len__(self):
        return self.end - self.start

    def __getitem__(self, key):
        import numpy as np

        first, *rest = key if isinstance(key, tuple) else (key,)
        if first is Ellipsis:
            first, rest = slice(None), [Ellipsis, *rest]
        if isinstance(first, slice):
            start, stop, step = first.indices(len(self))
            if step < 0:
                return self[(np.arange(start, stop, step), *rest)]
            first = slice(start + self.start, max(start, stop) + self.start, step)
            with self._opened() as data:
                return self._normalized(data[(first, *rest)])
        rows = np.asarray(first)
        if rows.dtype == bool:
            rows = np.flatnonzero(rows) if len(rows) == len(self) else rows.astype(int)
        if rows.size and (rows.dtype.kind not in "iu" or rows.min() < -len(self) or rows.max() >= len(self)):
            raise IndexError(f"row {first!r} is asked for, there are 0 to {len(self) - 1}")
        rows = np.where(rows < 0, rows + len(self), rows).astype(int) + self.start
        with self._opened() as data:
            if not rows.ndim:
                return self._normalized(data[(int(rows), *rest)])
            # HDF5 reads rows in ascending order, each once.
            wanted, back = np.unique(rows, return_inverse=True)
            return self._normalized(data[(wanted, *rest)][back.reshape(rows.shape)])

    def _normalized(self, array):
        return array if self.normalizer is None else self.normalizer(array)

    def __array__(self, dtype=None, copy=None):
        import numpy as np

        return np.asarray(self[:], dtype)

    def __iter__(self):
        return (self[row] for row in range(len(self)))

    @property
    def shape(self):
        """The shape of all rows, as the normalizer leaves them."""
        return (len(self), *(self._row_shape if self.normalizer is None else self[:1].shape[1:]))

    @property
    def dtype(self):
        """The type of the values, as the normalizer leaves them."""
        return self._stored if self.normalizer is None else self[:1].dtype

    @property
    def ndim(self):
        """The number of axes."""
        return len(self.shape)

    @property
    def size(self):
        """The number of values."""
        import math

        return math.prod(self.shape)

    def __repr__(self):
        return f"<{self.dataset!r} in {self.path}: {self._stored} {(len(self), *self._row_shape)}>"


class _Open:
    """A dataset for the time of a `with`; what is not there is an error that says what is."""

    def __init__(self, path, dataset):
        self.path, self.dataset, self.file = path, dataset, None

    def __enter__(self):
        import h5py

        if not os.path.exists(self.path):
            raise DataError(f"hdf5_matrix: there is no file {self.path}")
        try:
            self.file = h5py.File(self.path, "r")
        except OSError as error:
            raise DataError(f"hdf5_matrix: {self.path} cannot be read as HDF5: {error}") from error
        found = self.file.get(self.dataset)
        if not isinstance(found, h5py.Dataset) or not found.shape:
            names = []
            self.file.visititems(lambda name, item: names.append(name) if isinstance(item, h5py.Dataset) else None)
            self.file.close()
            near = suggestion(self.dataset, names, quote='"') or f"; it has {', '.join(names) or 'none'}"
            raise DataError(f'hdf5_matrix: {self.path} has no dataset "{self.dataset}" with rows{near}')
        return found

    def __exit__(self, *error):
        self.file.close()
