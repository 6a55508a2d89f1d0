"""What pyarrow holds as a source, and the files of a folder in the order of their rows."""

import os
import re

from pipekeras.errors import DataError
from pipekeras.sequences.sources_chunks import CACHE
from pipekeras.sequences.sources_files import IpcSource
from pipekeras.sequences.sources_parquet import ParquetSource
from pipekeras.sequences.sources_tables import TableSource

__all__: list[str] = []


def natural(path):
    """A key that sorts part-2 before part-10."""
    return [(0, int(word), "") if word.isdigit() else (1, 0, word) for word in re.split(r"(\d+)", path) if word]


def files_in(folder, endings):
    """The files of a folder and those in it that end so, in natural order; hidden ones are no data."""
    found = []
    for place, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith((".", "_"))]
        found += [os.path.join(place, f) for f in files if f.endswith(endings) and not f.startswith((".", "_"))]
    return sorted(found, key=lambda path: natural(os.path.relpath(path, folder)))


def arrow_source(given, columns=None, dtype=None, cache=CACHE, where="sequence_source"):
    """A source of an object of pyarrow's: a table, record batch, column, or dataset."""
    import pyarrow as pa
    import pyarrow.dataset as ds

    if isinstance(given, ds.InMemoryDataset):
        given = given.to_table()
    if isinstance(given, ds.FileSystemDataset):
        return _of_dataset(given, columns, dtype, cache, where)
    if isinstance(given, pa.RecordBatch):
        given = pa.Table.from_batches([given])
    if isinstance(given, (pa.Array, pa.ChunkedArray)):
        return TableSource(pa.table({"values": given}), columns, dtype, cache, where, alone=True)
    if isinstance(given, pa.Table):
        return TableSource(given, columns, dtype, cache, where)
    raise DataError(
        f"{where}: a {type(given).__name__} of pyarrow is no series with rows: give a Table, a Dataset of files, or the"
        " path of a file"
    )


def _of_dataset(dataset, columns, dtype, cache, where):
    kinds = {"parquet": ParquetSource, "arrow": IpcSource, "feather": IpcSource}
    ending = dataset.format.default_extname
    if ending not in kinds:
        raise DataError(f"{where}: files of {ending} can only be read from the beginning on: write Parquet")
    files = list(dataset.files)
    if files == sorted(files) and files != sorted(files, key=natural):
        after = next(b for a, b in zip(files, files[1:], strict=False) if natural(b) < natural(a))
        before = files[files.index(after) - 1]
        raise DataError(
            f"{where}: the dataset has its files in alphabetical order, {os.path.basename(before)} before"
            f" {os.path.basename(after)}, which is not that of a series: give the path of the folder instead,"
            " or dataset(files) of a list in order"
        )
    source = kinds[ending](files, dataset.filesystem, columns, dtype, cache, "the dataset", where)
    if dataset.count_rows() != len(source):
        raise DataError(
            f"{where}: the dataset is filtered, {dataset.count_rows()} of {len(source)} rows: a series has all of its"
            " rows; write the filtered one to a file of its own"
        )
    return source
