"""sequence_source(): a series in a file, or larger than memory, of which only what a batch needs is read."""

import os

from pipekeras.errors import DataError, InvalidValueError
from pipekeras.pipe import Checked
from pipekeras.receivers import is_frame, is_tensor, say
from pipekeras.sequences.sources_arrow import IpcSource, arrow_source, files_in
from pipekeras.sequences.sources_base import ArraySource, Source
from pipekeras.sequences.sources_chunks import CACHE
from pipekeras.sequences.sources_parquet import ParquetSource
from pipekeras.sequences.sources_stores import hdf5_source, like_source, missing, zarr_source
from pipekeras.values import count

_ZARR = ("zarr.json", ".zarray", ".zgroup", ".zmetadata")
_PARQUET, _IPC = (".parquet", ".parq", ".pq"), (".arrow", ".feather", ".ipc")
_FORMATS = "a .npy, HDF5, Parquet or Arrow file, or a Zarr store"


@Checked
def sequence_source(path_or_object, key=None, columns=None, dtype=None, cache=CACHE):
    """Open a series that may be larger than memory; what is read of it is only what is asked for.

    Give it to sequence_windows() and its kin in the place of an array. Batches in order read each chunk of the file
    once. Batches in random order would read a whole chunk for each window: shuffle within blocks of rows that lie
    together, `sequence_windows(source, ..., shuffle=source.good_block)`, which come in random order themselves, or use
    a .npy file (memmap), of which any window can be read on its own. Values come as they are stored, whatever
    attributes such as scale_factor say.

    Args:
        path_or_object: the path of a .npy file, an HDF5 file (netCDF 4 is one), a Zarr store (a folder, or zipped), a
            Parquet or Arrow (Feather) file, or a folder of these, whose rows follow each other in the order of the
            names, part-2 before part-10. Or what is open already: np.memmap, h5py.Dataset, Group or File, zarr.Array
            or Group, pyarrow Table or Dataset; or any object that has `shape`, `dtype` and rows by `[begin:end]`.
        key: in HDF5 and Zarr, the name of the array, such as "train/x"; not needed if there is only one.
        columns: which columns are read, by name or number (0 is the first); None for all. A list gives shape
            (rows, columns), one alone (rows,). In HDF5 and Zarr, names are those of arrays of shape (rows,), which are
            put side by side. What pandas wrote as row names is left out unless it is named.
        dtype: the type of what is read, such as "float32"; None for that of the file, or of a table the one that holds
            all of its columns. Missing values in tables are NaN.
        cache: how many bytes of chunks are kept for the next windows, 64 MB by default. One chunk is always kept, even
            if it is larger, since HDF5 and Zarr read no less.

    Returns:
        A source: `shape`, `dtype`, `columns`; `windows(starts, lookback, rate)`, `take(rows)`, `read(begin, end)` and
        `source[begin:end]` give arrays; `good_block` tells how far to shuffle; `close()`, or `with`, lets go of the
        file. It can be pickled, and used by several threads and processes.

    Raises:
        DataError: if there is no such file, array or format, or it holds no numbers.
        InvalidValueError: if another argument cannot be meant.
        UnavailableError: if the package that reads the format is not installed.

    Source: the slide 'Generating input sequences', for series that do not fit into memory.
    """
    where = "sequence_source"
    cache = count(cache, "cache", where, least=0)
    if isinstance(path_or_object, (str, os.PathLike)):
        path = os.path.expanduser(os.fspath(path_or_object))
        return _of_path(path, key, columns, dtype, cache, where)
    return _of_object(path_or_object, key, columns, dtype, cache, where)


def as_source(value, where):
    """What is_stored() is true of, as a source; `where` is the function that was called."""
    return value if isinstance(value, Source) else _of_object(value, None, None, None, CACHE, where)


def is_stored(value):
    """Whether `value` is data in a file or format that as_source() reads, rather than an array, list or frame."""
    return (
        isinstance(value, Source) or _package(value) in ("h5py", "zarr", "pyarrow", "hdf5_matrix") or _is_memmap(value)
    )


# What is it? ----------------------------------------------------------------------------------------------------------


def _package(value):
    kind = type(value)
    name = kind.__module__.partition(".")[0]
    return "hdf5_matrix" if kind.__module__ == "pipekeras.hdf5" else name


def _is_memmap(value):
    return _package(value) == "numpy" and type(value).__name__ == "memmap"


def _of_object(value, key, columns, dtype, cache, where):
    package = _package(value)
    if isinstance(value, Source):
        if key is not None or columns is not None or dtype is not None:
            raise InvalidValueError(
                f"{where}: {value!r} is a source already: give key, columns and dtype where it is made"
            )
        return value
    if package == "h5py":
        return hdf5_source(value, key, columns, dtype, cache, where)
    if package == "zarr":
        return zarr_source(value, key, columns, dtype, cache, where)
    _no_key(key, where)
    if package == "pyarrow":
        return arrow_source(value, columns, dtype, cache, where)
    if package == "numpy" and hasattr(value, "strides") and hasattr(value, "ndim"):
        return ArraySource(value, columns, dtype, where=where)
    shaped = all(hasattr(value, name) for name in ("shape", "dtype", "__getitem__"))
    if shaped and not is_frame(value) and not is_tensor(value):
        return like_source(value, columns, dtype, cache, where)
    raise DataError(
        f"{where}: {say(value)} is no series in a file: give the path of {_FORMATS}, or an open one; lists, data"
        " frames and tensors need none"
    )


def _of_path(path, key, columns, dtype, cache, where):
    kind = _kind(path, where)
    if kind == "zarr":
        return zarr_source(path, key, columns, dtype, cache, where)
    if kind == "hdf5":
        return hdf5_source(os.path.abspath(path), key, columns, dtype, cache, where)
    _no_key(key, where)
    if kind == "npy":
        return _of_npy(path, columns, dtype, where)
    try:
        import pyarrow  # noqa: F401
    except ImportError:
        raise missing(path, "Parquet" if kind == "parquet" else "Arrow", "pyarrow", where) from None
    opens, endings = {"parquet": (ParquetSource, _PARQUET), "ipc": (IpcSource, _IPC)}[kind]
    paths = files_in(path, endings) if os.path.isdir(path) else [path]
    name = os.path.basename(os.path.normpath(path))
    return opens([os.path.abspath(p) for p in paths], None, columns, dtype, cache, name, where)


def _no_key(key, where):
    if key is not None:
        raise InvalidValueError(
            f"{where}: key={key!r} is for HDF5 and Zarr, which hold several arrays; here columns=... chooses"
        )


def _of_npy(path, columns, dtype, where):
    import numpy as np

    path, name = os.path.abspath(path), os.path.basename(path)
    try:
        array = np.load(path, mmap_mode="r", allow_pickle=False)
    except ValueError as error:
        if "object" in str(error).lower() or "pickle" in str(error).lower():
            raise DataError(
                f"{where}: {name} holds Python objects, which cannot be mapped: save an array of numbers"
            ) from error
        raise DataError(f"{where}: {name} cannot be read as .npy: {error}") from error
    return ArraySource(array, columns, dtype, name, where, path=path)


def _kind(path, where):
    """The format of what is at a path, by what it begins with."""
    if not os.path.exists(path):
        remote = ": open it with zarr, h5py or pyarrow, and give that" if "://" in path else ""
        raise DataError(f"{where}: there is no file {path}{remote}")
    if os.path.isdir(path):
        if any(os.path.exists(os.path.join(path, name)) for name in _ZARR):
            return "zarr"
        found = {kind for kind, endings in (("parquet", _PARQUET), ("ipc", _IPC)) if files_in(path, endings)}
        if len(found) == 1:
            return found.pop()
        what = "has both Parquet and Arrow files" if found else f"has no {' or '.join(_PARQUET[:1] + _IPC)} files"
        raise DataError(f"{where}: the folder {path} is no Zarr store and {what}: give a folder of one kind")
    with open(path, "rb") as file:
        start = file.read(8)
    for magic, kind in ((b"\x93NUMPY", "npy"), (b"\x89HDF", "hdf5"), (b"PAR1", "parquet"), (b"ARROW1", "ipc")):
        if start.startswith(magic):
            return kind
    return _other_kind(path, start, where)


def _other_kind(path, start, where):
    import zipfile

    if start.startswith(b"PK"):
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
        if any(os.path.basename(name) in _ZARR for name in names):
            return "zarr"
        if any(name.endswith(".npy") for name in names):
            raise DataError(
                f"{where}: {path} is an archive, of which no part can be read alone: save each array on its own with"
                " np.save(), as a .npy file"
            )
    if start.startswith(b"\xff\xff\xff\xff"):
        raise DataError(
            f"{where}: {path} is an Arrow stream, of which no part can be read alone: write an Arrow file instead, with"
            " pyarrow.ipc.new_file()"
        )
    import h5py

    if h5py.is_hdf5(path):  # one that begins further on
        return "hdf5"
    raise DataError(f"{where}: {path} is none of the formats that can be read in parts: {_FORMATS}. Write one of these")


__all__ = ["sequence_source"]
