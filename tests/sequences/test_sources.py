"""What is taken for a source, and what is refused."""

import io
import pickle

import numpy as np
import pytest

from pipekeras.errors import ArgumentError, DataError, InvalidValueError, UnavailableError
from pipekeras.hdf5 import hdf5_matrix
from pipekeras.sequences import sources
from pipekeras.sequences.sources import as_source, is_stored, sequence_source
from pipekeras.sequences.sources_base import ArraySource
from source_formats import Like, named, series, write

pytestmark = pytest.mark.any_backend


def test_open_objects_are_sources(tmp_path):
    import h5py

    array = series(20)
    path, _ = write("hdf5", tmp_path, array)
    np.save(tmp_path / "x.npy", array)
    mapped = np.load(tmp_path / "x.npy", mmap_mode="r")
    with h5py.File(path) as file:
        for value in (file["x"], file, mapped, hdf5_matrix(path, "x"), sequence_source(path)):
            assert is_stored(value)
            np.testing.assert_array_equal(as_source(value, "f").read(), array)
    source = sequence_source(path)
    assert as_source(source, "f") is source and sequence_source(source) is source
    with pytest.raises(InvalidValueError, match="is a source already"):
        sequence_source(source, columns=[0])
    import pandas

    for value in (array, [1, 2], pandas.DataFrame(array), "x.npy", None, 3):
        assert not is_stored(value)


def test_open_objects_of_zarr_and_arrow(tmp_path):
    zarr, pa = pytest.importorskip("zarr"), pytest.importorskip("pyarrow")
    array = series(20)
    memory = zarr.create_array({}, data=array, chunks=(6, 2))
    group = zarr.open_group(tmp_path / "g", mode="w")
    group.create_array("x", data=array)
    table = pa.table(named(array))
    for value in (memory, group, group["x"], table, table.to_batches()[0]):
        assert is_stored(value)
        np.testing.assert_array_equal(as_source(value, "f").windows([3], 9)[0], array[3:12])
    column = as_source(table["c1"], "f")
    assert column.shape == (20,)
    np.testing.assert_array_equal(column.read(), array[:, 1])
    with pytest.raises(DataError, match="f: a Schema of pyarrow is no series"):
        as_source(table.schema, "f")


def test_zarr_of_both_versions_and_zipped(tmp_path):
    zarr = pytest.importorskip("zarr")
    array = series(20)
    old = zarr.create_array(tmp_path / "old", data=array, chunks=(6, 3), zarr_format=2)
    with zarr.storage.ZipStore(tmp_path / "x.zip", mode="w") as store:
        zarr.create_array(store, data=array, chunks=(6, 3))
    for given_ in (tmp_path / "old", tmp_path / "x.zip", old):
        source = sequence_source(given_)
        np.testing.assert_array_equal(pickle.loads(pickle.dumps(source)).read(), array)


def test_an_array_of_a_source_can_be_used_in_its_place(tmp_path):
    np.save(tmp_path / "x.npy", series(20))
    source = sequence_source(tmp_path / "x.npy")
    assert isinstance(source, ArraySource) and not source.array.flags.writeable
    np.testing.assert_array_equal(source.array, series(20))
    assert sequence_source(tmp_path / "x.npy", columns=[1, 2]).array.shape == (20, 2)
    assert sequence_source(tmp_path / "x.npy", columns=[2, 0]).array is None
    assert sequence_source(tmp_path / "x.npy", dtype="float64").array is None


def test_what_cannot_be_a_source(tmp_path):
    import pandas

    for value in ([1, 2, 3], pandas.DataFrame({"a": [1]}), pandas.Series([1]), None, 3, print):
        with pytest.raises(DataError, match="is no series in a file: give the path of a .npy, HDF5"):
            sequence_source(value)
    for value, text in (
        (np.array(["a"]), "an array holds text; make numbers of it before it is stored"),
        (np.array([None]), "holds objects of variable length"),
        (np.array(["2020-01-01"], "M8[D]"), "holds dates; dates are the index of a series"),
        (np.array([1j]), "holds complex numbers"),
        (np.array(3.0), "is a single value; a series has rows"),
        (np.ma.array([1, 2], mask=[0, 1]), "is masked: fill what is missing first"),
    ):
        with pytest.raises(DataError, match=text):
            sequence_source(value)
    with pytest.raises(ArgumentError, match="sequence_source has no argument column; did you mean columns"):
        sequence_source("x.npy", column=3)
    with pytest.raises(InvalidValueError, match="cache must be at least 0, it got -1"):
        sequence_source("x.npy", cache=-1)


def test_tensors_need_no_source():
    class Tensor(Like):
        __module__ = "torch"

    with pytest.raises(DataError, match="is no series in a file.*tensors need none"):
        sequence_source(Tensor(series(9), (3,)))


def test_files_that_cannot_be_read(tmp_path):
    with pytest.raises(DataError, match="sequence_source: there is no file .*nowhere.h5"):
        sequence_source(tmp_path / "nowhere.h5")
    with pytest.raises(DataError, match="there is no file s3://b/x.zarr: open it with zarr, h5py or pyarrow"):
        sequence_source("s3://b/x.zarr")
    (tmp_path / "x.csv").write_text("a,b\n1,2\n")
    with pytest.raises(DataError, match="x.csv is none of the formats that can be read in parts: a .npy, HDF5"):
        sequence_source(tmp_path / "x.csv")
    with pytest.raises(DataError, match="is no Zarr store and has no .parquet or .arrow or .feather"):
        sequence_source(tmp_path)
    np.savez(tmp_path / "x.npz", series(9))
    with pytest.raises(DataError, match=r"is an archive, of which no part can be read alone: .* np.save\(\)"):
        sequence_source(tmp_path / "x.npz")
    np.save(tmp_path / "o.npy", np.array([{}]), allow_pickle=True)
    with pytest.raises(DataError, match="o.npy holds Python objects"):
        sequence_source(tmp_path / "o.npy")
    (tmp_path / "cut.npy").write_bytes((tmp_path / "o.npy").read_bytes()[:20])
    with pytest.raises(DataError, match="cut.npy cannot be read as .npy"):
        sequence_source(tmp_path / "cut.npy")
    for magic, what in ((b"\x89HDF\r\n\x1a\n", "HDF5"), (b"PAR1", "Parquet"), (b"ARROW1", "an Arrow file")):
        if what != "HDF5":
            pytest.importorskip("pyarrow")
        (tmp_path / "bad").write_bytes(magic + b"x" * 40)
        with pytest.raises(DataError, match=f"bad cannot be read as {what}"):
            sequence_source(tmp_path / "bad")
    np.save(tmp_path / "x.npy", series(3))
    with pytest.raises(InvalidValueError, match="key='x' is for HDF5 and Zarr"):
        sequence_source(tmp_path / "x.npy", key="x")


def test_an_arrow_stream_is_no_file(tmp_path):
    pa = pytest.importorskip("pyarrow")
    table = pa.table({"a": [1]})
    with pa.ipc.new_stream(tmp_path / "x.arrows", table.schema) as writer:
        writer.write_table(table)
    with pytest.raises(DataError, match="is an Arrow stream, of which no part can be read alone"):
        sequence_source(tmp_path / "x.arrows")


def test_folders_of_two_kinds(tmp_path):
    (tmp_path / "a.parquet").write_text("")
    (tmp_path / "a.feather").write_text("")
    with pytest.raises(DataError, match="has both Parquet and Arrow files"):
        sequence_source(tmp_path)


def test_text_and_variable_length_in_hdf5(tmp_path):
    import h5py

    with h5py.File(tmp_path / "x", "w") as file:
        file.create_dataset("words", data=["a", "bc"])
        file.create_dataset("fixed", data=np.array([b"a", b"b"]))
        file.create_dataset("ragged", (2,), dtype=h5py.vlen_dtype("float32"))
        file.create_dataset("flags", data=np.array([True, False]))
        file.create_dataset("one", data=3.0)
        file["empty"] = h5py.Empty("float32")
        with pytest.raises(DataError, match='"empty" of x is empty: it has no values'):
            sequence_source(file["empty"])
        with pytest.raises(DataError, match='"one" of x is a single value'):
            sequence_source(file["one"])
    for key in ("words", "ragged"):
        with pytest.raises(DataError, match=f'"{key}" of x holds objects of variable length'):
            sequence_source(tmp_path / "x", key)
    with pytest.raises(DataError, match='"fixed" of x holds text'):
        sequence_source(tmp_path / "x", "fixed")
    assert sequence_source(tmp_path / "x", "flags").read().tolist() == [True, False]
    with pytest.raises(DataError, match="is a single value"):
        sequence_source(tmp_path / "x", "one")
    closed = h5py.File(tmp_path / "x")
    closed.close()
    with pytest.raises(DataError, match="the HDF5 file of this File is closed"):
        sequence_source(closed)


def test_text_in_zarr(tmp_path):
    zarr = pytest.importorskip("zarr")
    words = zarr.create_array({}, shape=(2,), dtype="U3", chunks=(2,), zarr_format=2)
    with pytest.raises(DataError, match="holds text"):
        sequence_source(words)


def test_hdf5_of_bytes_in_memory():
    import h5py

    with h5py.File(io.BytesIO(), "w") as file:
        file["x"] = series(9)
        np.testing.assert_array_equal(sequence_source(file).read(), series(9))


def test_a_file_that_breaks_off_is_an_error_of_ours(tmp_path):
    import h5py

    with h5py.File(tmp_path / "x", "w") as file:
        file.create_dataset("x", data=np.random.default_rng(0).random((5000, 4)), chunks=(100, 4), compression="gzip")
    text = bytearray((tmp_path / "x").read_bytes())
    text[len(text) // 2 : len(text) // 2 + 2000] = b"\0" * 2000
    (tmp_path / "x").write_bytes(text)
    source = sequence_source(tmp_path / "x", cache=0)
    with pytest.raises(DataError, match=r'rows \d+ to \d+ of "x" of x cannot be read: '):
        source.read()


@pytest.mark.parametrize(("kind", "package"), [("zarr", "zarr"), ("parquet", "pyarrow"), ("arrow", "pyarrow")])
def test_packages_that_are_not_installed(kind, package, tmp_path, monkeypatch):
    import sys

    path, _ = write(kind, tmp_path, series(9))
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(
        UnavailableError, match=rf'{package}, which reads it, is not .*pip install "pipekeras\[sources\]"'
    ):
        sequence_source(path)


def test_importing_it_imports_nothing_heavy(run_python):
    heavy = run_python("""
import sys
import pipekeras.sequences.sources
print({"keras", "numpy", "h5py", "zarr", "pyarrow", "pandas"} & set(sys.modules))
""")
    assert heavy.strip() == "set()"
    assert sources.__all__ == ["sequence_source"]
