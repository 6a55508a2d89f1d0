"""Series written in every format that sequence_source() reads, for its tests."""

import numpy as np
import pytest

from pipekeras.sequences.sources import sequence_source

FORMATS = ["npy", "hdf5", "zarr", "sharded", "parquet", "arrow", "lz4", "table", "dataset", "like"]
KINDS = ["npy", "hdf5", "zarr", "parquet", "lz4", "table", "like"]  # one of each class of sources
PATHS = ["npy", "hdf5", "zarr", "sharded", "parquet", "arrow", "lz4"]


def series(rows, features=3, dtype="float32", seed=0):
    values = np.random.default_rng(seed).integers(-1000, 1000, (rows, features) if features else rows)
    return values.astype(dtype)


def named(array):
    return {f"c{i}": array[:, i] for i in range(array.shape[1])} if array.ndim > 1 else {"c0": array}


class Like:
    """The least that a source can be made of."""

    def __init__(self, array, chunks):
        self.array, self.chunks, self.shape, self.dtype = array, chunks, array.shape, array.dtype

    def __getitem__(self, rows):
        return self.array[rows]


def write(kind, folder, array, chunk=7, **more):
    """`array` in the format `kind`, in chunks of `chunk` rows; what sequence_source() takes, and columns for it."""
    path = str(folder / f"x.{kind}")
    tables = kind in ("parquet", "arrow", "lz4", "table", "dataset")
    if tables:
        pa = pytest.importorskip("pyarrow")
        table = pa.table(named(array))
        columns = "c0" if array.ndim == 1 else None
    if kind == "npy":
        np.save(path, array)
    elif kind == "hdf5":
        import h5py

        with h5py.File(path, "w") as file:
            file.create_dataset(
                "x", data=array, chunks=(min(chunk, len(array)), *array.shape[1:]) if len(array) else None
            )
    elif kind in ("zarr", "sharded"):
        zarr = pytest.importorskip("zarr")
        rest = array.shape[1:]
        shards = (chunk * 3, *rest) if kind == "sharded" else None
        zarr.create_array(path, data=array, chunks=(chunk, *rest), shards=shards, compressors=None)
    elif kind in ("parquet", "dataset"):
        import pyarrow.parquet as pq

        pq.write_table(table, path, row_group_size=chunk, **more)
        if kind == "dataset":
            import pyarrow.dataset as ds

            return ds.dataset(path), columns
    elif kind in ("arrow", "lz4"):
        import pyarrow.feather as feather

        feather.write_feather(table, path, compression="lz4" if kind == "lz4" else "uncompressed", chunksize=chunk)
    elif kind == "table":
        return pa.concat_tables([table.slice(0, chunk), table.slice(chunk)]), columns
    else:
        return Like(array, (chunk,)), None
    return path, columns if tables else None


def opened(kind, folder, array, chunk=7, **more):
    given_, columns = write(kind, folder, array, chunk)
    return sequence_source(given_, columns=columns, **more)


def make_group(kind, tmp_path, arrays):
    path = tmp_path / f"g.{kind}"
    if kind == "hdf5":
        import h5py

        group = h5py.File(path, "w")
    else:
        zarr = pytest.importorskip("zarr")
        group = zarr.open_group(path, mode="w")
    for name, array in arrays.items():
        if kind == "hdf5":
            group[name] = array
        else:
            group.create_array(name, data=array)
    if kind == "hdf5":
        group.close()
    return path


def open_array(kind, path, key):
    if kind == "hdf5":
        import h5py

        return h5py.File(path)[key]
    import zarr

    return zarr.open(path, mode="r")[key]
