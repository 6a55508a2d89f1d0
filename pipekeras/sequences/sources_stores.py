"""Arrays in HDF5 and Zarr stores: the array or the columns that are meant, opened, and read by whole chunks."""

import os

from pipekeras.errors import DataError, InvalidValueError, UnavailableError, suggestion
from pipekeras.sequences.sources_base import wanted_dtype
from pipekeras.sequences.sources_chunks import CACHE, ChunkedSource, SideBySide, even_chunks
from pipekeras.sequences.sources_columns import listing, result_dtype, selection

__all__: list[str] = []


class StoredArray(ChunkedSource):
    """An array with `shape`, `dtype`, and rows by `[begin:end]`: a dataset of HDF5, a Zarr array, anything alike.

    Args:
        opener: a function without arguments that opens it again, in another process too; None if that cannot be.
        array: what it opens, if that is open already.
        columns, dtype, cache, where: as sequence_source() has them.
        name, how: what it is and how it is stored, for messages.
    """

    def __init__(self, opener, array=None, columns=None, dtype=None, cache=CACHE, name="", how="", where=""):
        self._made = (opener, columns, dtype, cache, name, how, where)
        self._opener, self._own = opener, array is None
        self.name, self.where = name, where
        self._array = opener() if array is None else array
        self.selection = selection(
            self._array.shape, _numpy_dtype(self._array, name, where), columns, wanted_dtype(dtype, where), name, where
        )
        self.shape, self.dtype, self.columns = self.selection.shape, self.selection.dtype, self.selection.columns
        chunk = chunk_rows(self._array)
        self._keep(even_chunks(len(self), chunk, self.row_bytes, cache), cache)
        self.how = self._described(how + (f" in chunks of {chunk} rows" if chunk > 1 else ""))

    def _load(self, first, past):
        import numpy as np

        begin, end = int(self.chunks.edges[first]), int(self.chunks.edges[past])
        if self._array is None:
            self._array, self._own = self._opener(), True
        array, plan = self._array, self.selection
        if plan.fields is not None and hasattr(array, "fields"):  # HDF5 reads only the columns that are asked for
            block = array.fields(list(plan.fields))[begin:end]
        elif plan.span is not None:
            block = array[begin:end, plan.span]
        else:
            block = array[begin:end]
        return np.ascontiguousarray(plan.finish(np.asarray(block)))

    def _forget(self):
        if self._opener is not None:
            self._array = None

    def close(self):
        """Let go of what was read, and of the file, unless it was open before this source was made."""
        with self._lock:
            if self._own and type(self._array).__module__.startswith("h5py") and self._array:  # not closed yet
                self._array.file.close()
            super().close()
            self._array = None

    def __reduce__(self):
        opener, *others = self._made
        if opener is None:
            raise DataError(f"{self.where}: {self.name} cannot be pickled: nothing says how to open it again")
        return (_stored_again, (opener, *others))


def _stored_again(opener, columns, dtype, cache, name, how, where):
    return StoredArray(opener, None, columns, dtype, cache, name, how, where)


def _numpy_dtype(array, name, where):
    import numpy as np

    try:
        return np.dtype(array.dtype)
    except TypeError:
        raise DataError(f"{where}: {name} holds {array.dtype}; only types of NumPy can be read in parts") from None


def chunk_rows(array):
    """How many rows a chunk of the array has; 1 if it is stored in one piece."""
    chunks = getattr(array, "chunks", None)
    first = chunks[0] if chunks else 1
    return int(max(first)) if isinstance(first, tuple) else max(1, int(first))  # a tuple: the sizes that dask tells


def from_group(group, arrays, key, columns, name, where, make):
    """The one array of a group that is meant, or several as columns.

    Args:
        group: what `key` is looked up in.
        arrays: the arrays in it, by their names: {name: shape}.
        key: the name of one of them, or of a group in it, or None.
        columns: with a group, the names of arrays that are columns.
        name, where: what it is, and the function that was called.
        make: a function of (name of an array, columns, how many share the cache) that makes its source.
    """
    key = None if key is None else str(key).strip("/")
    if key in arrays:
        return make(key, columns, 1)
    inside = {n: shape for n, shape in arrays.items() if key is None or key == "" or n.startswith(f"{key}/")}
    if not inside:
        there = listing(f"{n} {shape}" for n, shape in arrays.items())
        near = suggestion(key, arrays, quote='"') if key else ""
        what = f'no array "{key}"' if key else "no arrays"
        raise DataError(f"{where}: {name} has {what}{near}; it has {there}")
    start = f"{key}/" if key else ""
    listed = [columns] if isinstance(columns, str) else (list(columns) if hasattr(columns, "__iter__") else [])
    if listed and all(isinstance(column, str) for column in listed) and not _records(group, inside):
        for column in listed:
            if start + column not in inside:
                names = [n[len(start) :] for n in inside]
                near = suggestion(column, names, quote='"', otherwise=f"; it has {listing(names)}")
                raise InvalidValueError(f'{where}: {name} has no array "{column}"{near}')
        if isinstance(columns, str):
            return make(start + columns, None, 1)
        return [make(start + column, None, len(listed)) for column in listed]
    if len(inside) == 1:
        return make(next(iter(inside)), columns, 1)
    there = listing(f"{n} {shape}" for n, shape in inside.items())
    flat = [n[len(start) :] for n, shape in inside.items() if len(shape) == 1]
    side = f", or columns={flat[:2]!r} for several as columns" if len(flat) > 1 else ""
    raise InvalidValueError(f'{where}: {name} has several arrays: {there}; name one, key="{next(iter(inside))}"{side}')


def _records(group, inside):
    """Whether the only array there is has fields, which are the columns then."""
    return len(inside) == 1 and group[next(iter(inside))].dtype.names is not None


def joined(made, columns, dtype, name, where):
    """One source of what from_group() found: the source itself, or several side by side."""
    if not isinstance(made, list):
        return made
    wanted = wanted_dtype(dtype, where)
    for part in made:
        result_dtype(part.dtype, wanted, part.name, where)
    return SideBySide(made, list(columns), wanted, name, where)


# HDF5 -----------------------------------------------------------------------------------------------------------------


class Hdf5Opener:
    """Opens a dataset of a file."""

    def __init__(self, path, key, where):
        self.path, self.key, self.where = path, key, where

    def __call__(self):
        return open_hdf5(self.path, self.where)[self.key]


def open_hdf5(path, where):
    """The file, for reading; a DataError if that cannot be."""
    import h5py

    try:
        return h5py.File(path, "r")
    except OSError as error:
        raise DataError(f"{where}: {path} cannot be read as HDF5: {error}") from error


def hdf5_source(given, key=None, columns=None, dtype=None, cache=CACHE, where="sequence_source"):
    """A source of a file's path, an open File or Group, or a Dataset."""
    import h5py

    opened = open_hdf5(given, where) if isinstance(given, str) else given
    if not opened:
        raise DataError(f"{where}: the HDF5 file of this {type(given).__name__} is closed: open it again")
    if isinstance(opened, h5py.Dataset):
        if key is not None:
            raise InvalidValueError(f"{where}: key={key!r}, but {opened.name} is a dataset already; leave key out")
        return _hdf5_array(opened, columns, dtype, cache, where)
    arrays = {}
    opened.visititems(
        lambda name, item: arrays.update({name: item.shape}) if isinstance(item, h5py.Dataset) and item.shape else None
    )
    if key is not None and isinstance(opened.get(str(key)), h5py.Dataset):  # links are not visited
        arrays.setdefault(str(key).strip("/"), opened[str(key)].shape)
    name = os.path.basename(opened.file.filename) + (opened.name if opened.name != "/" else "")

    def make(key, columns, sharing):
        return _hdf5_array(opened[key], columns, dtype, cache // sharing, where, own=isinstance(given, str))

    try:
        found = from_group(opened, arrays, key, columns, name, where, make)
        return joined(found, columns, dtype, name, where)
    except BaseException:
        if isinstance(given, str):
            opened.close()
        raise


def _hdf5_array(dataset, columns, dtype, cache, where, own=False):
    path, key = dataset.file.filename, dataset.name
    name = f'"{key.strip("/")}" of {os.path.basename(path)}'
    again = Hdf5Opener(os.path.abspath(path), key, where) if os.path.exists(path) else None
    source = StoredArray(again, dataset, columns, dtype, cache, name, "HDF5", where)
    source._own = own
    return source


# Zarr -----------------------------------------------------------------------------------------------------------------


class ZarrOpener:
    """Opens an array of a Zarr store at a path."""

    def __init__(self, path, key, where):
        self.path, self.key, self.where = path, key, where

    def __call__(self):
        opened = open_zarr(self.path, self.where)
        return opened[self.key] if self.key else opened


class Opened:
    """Gives what was open already: Zarr's own arrays know how to be pickled."""

    def __init__(self, array):
        self.array = array

    def __call__(self):
        return self.array


def open_zarr(path, where):
    """The array or group, for reading; a DataError if that cannot be."""
    try:
        import zarr
    except ImportError:
        raise missing(path, "Zarr", "zarr", where) from None
    try:
        if os.path.isfile(path):
            return zarr.open(zarr.storage.ZipStore(path, mode="r"), mode="r")
        return zarr.open(path, mode="r")
    except (OSError, ValueError, KeyError) as error:
        raise DataError(f"{where}: {path} cannot be read as Zarr: {error}") from error


def missing(name, what, package, where):
    """The error for a package that is not installed."""
    return UnavailableError(
        f'{where}: {name} is {what}, and {package}, which reads it, is not installed: pip install "pipekeras[sources]"'
    )


def zarr_source(given, key=None, columns=None, dtype=None, cache=CACHE, where="sequence_source"):
    """A source of a store's path, a Group, or an Array."""
    path = given if isinstance(given, str) else None
    opened = open_zarr(path, where) if path else given
    name = os.path.basename(os.path.normpath(path)) if path else f"Zarr {str(given.store).rpartition('/')[2]}"

    def array(found, inner, columns, cache):
        again = ZarrOpener(os.path.abspath(path), inner, where) if path else Opened(found)
        called = f'"{inner}" of {name}' if inner else name
        return StoredArray(again, found, columns, dtype, cache, called, "Zarr", where)

    if hasattr(opened, "shape"):
        if key is not None:
            raise InvalidValueError(f"{where}: key={key!r}, but {name} is a single array; leave key out")
        return array(opened, "", columns, cache)
    arrays = {n: item.shape for n, item in opened.members(max_depth=None) if getattr(item, "shape", None)}
    found = from_group(
        opened,
        arrays,
        key,
        columns,
        name,
        where,
        lambda key, columns, sharing: array(opened[key], key, columns, cache // sharing),
    )
    return joined(found, columns, dtype, name, where)


# Anything alike -------------------------------------------------------------------------------------------------------


def like_source(given, columns=None, dtype=None, cache=CACHE, where="sequence_source"):
    """A source of any object that has `shape`, `dtype` and rows by `[begin:end]`."""
    return StoredArray(
        Opened(given), given, columns, dtype, cache, f"a {type(given).__name__}", type(given).__module__, where
    )
