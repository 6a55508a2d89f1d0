"""Several arrays in a file, several files in a folder, large row groups."""

import pickle

import numpy as np
import pytest

from pipekeras.errors import DataError, InvalidValueError
from pipekeras.sequences.sources import sequence_source
from pipekeras.sequences.sources_arrow import natural
from source_formats import make_group, named, open_array, series, write

pytestmark = pytest.mark.any_backend


@pytest.mark.parametrize("kind", ["hdf5", "zarr"])
def test_a_key_names_the_array(kind, tmp_path):
    x, y = series(20), series(20, 0, seed=1)
    path = make_group(kind, tmp_path, {"train/x": x, "train/y": y, "test/x": x[:5]})
    for key in ("train/x", "/train/x"):
        np.testing.assert_array_equal(sequence_source(path, key=key).read(), x)
    np.testing.assert_array_equal(sequence_source(path, key="test").read(), x[:5])  # the only one there
    np.testing.assert_array_equal(sequence_source(path, "train/x", columns=[1]).read(), x[:, [1]])
    with pytest.raises(InvalidValueError, match=r'several arrays: .*train/y \(20,\).*name one, key="'):
        sequence_source(path)
    with pytest.raises(DataError, match='has no array "train/z"; did you mean "train/[xy]"'):
        sequence_source(path, key="train/z")
    with pytest.raises(DataError, match=r'has no array "qqqq"; it has .*train/x \(20, 3\)'):
        sequence_source(path, key="qqqq")
    array = open_array(kind, path, "train/x")
    with pytest.raises(InvalidValueError, match="key='x', but .* leave key out"):
        sequence_source(array, key="x")


@pytest.mark.parametrize("kind", ["hdf5", "zarr"])
def test_arrays_side_by_side(kind, tmp_path):
    low, high = series(20, 0, "int16"), series(20, 0, "float32", 1)
    path = make_group(kind, tmp_path, {"d/low": low, "d/high": high, "d/short": low[:4], "d/m": series(20)})
    source = sequence_source(path, "d", ["high", "low"])
    both = np.stack([high, low], 1)
    assert (source.columns, source.shape, source.dtype) == (["high", "low"], (20, 2), "float32")
    np.testing.assert_array_equal(source.read(2, 9), both[2:9])
    np.testing.assert_array_equal(source.take([[3, 1]]), both[[[3, 1]]])
    np.testing.assert_array_equal(source.windows([8, 3], 3, 2), both[np.array([[8, 10, 12], [3, 5, 7]])])
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(source)).read(), both)
    np.testing.assert_array_equal(sequence_source(path, columns="d/low").read(), low)
    assert sequence_source(path, "d", ["high", "low"], dtype="float64").read().dtype == "float64"
    with pytest.raises(InvalidValueError, match='has no array "hgih"; did you mean "high"'):
        sequence_source(path, "d", ["low", "hgih"])
    with pytest.raises(DataError, match="differ in length: low has 20, short has 4"):
        sequence_source(path, "d", ["low", "short"])
    with pytest.raises(DataError, match="m of .* cannot be columns, only arrays of one dimension"):
        sequence_source(path, "d", ["low", "m"])
    with pytest.raises(InvalidValueError, match="cannot keep"):
        sequence_source(path, "d", ["high", "low"], dtype="int32")
    source.close()
    with pytest.raises(DataError, match="is closed"):
        source.read()


def test_a_link_in_hdf5_is_found(tmp_path):
    import h5py

    with h5py.File(tmp_path / "x", "w") as file:
        file["a"], file["b"] = series(9), series(5)
        file["now"] = h5py.SoftLink("/a")
    np.testing.assert_array_equal(sequence_source(tmp_path / "x", "now").read(), series(9))


@pytest.mark.parametrize("ending", ["parquet", "feather"])
def test_the_files_of_a_folder_follow_each_other(ending, tmp_path):
    pa = pytest.importorskip("pyarrow")
    import pyarrow.feather as feather
    import pyarrow.parquet as pq

    array, folder = series(120), tmp_path / "all"
    (folder / "b").mkdir(parents=True)
    (folder / "_SUCCESS").write_text("")
    for i in range(12):  # part-2 comes before part-10; folders come in their place
        path = folder / ("b" if i == 11 else "") / f"part-{i}.{ending}"
        path = folder / "a" / path.name if i < 3 else path
        path.parent.mkdir(exist_ok=True)
        part = pa.table(named(array[i * 10 : i * 10 + 10]))
        pq.write_table(part, path, row_group_size=4) if ending == "parquet" else feather.write_feather(part, path)
    order = [*range(3), 11, *range(3, 11)]
    wanted = np.concatenate([array[i * 10 : i * 10 + 10] for i in order])
    source = sequence_source(folder)
    np.testing.assert_array_equal(source.read(), wanted)
    np.testing.assert_array_equal(source.windows([7, 95], 25), np.stack([wanted[7:32], wanted[95:120]]))
    other = pa.table({"c0": [1.0]})
    last = folder / f"z.{ending}"
    pq.write_table(other, last) if ending == "parquet" else feather.write_feather(other, last)
    with pytest.raises(DataError, match=rf"z.{ending} of all has no column 'c1', which part-0.{ending} has"):
        sequence_source(folder)
    assert sequence_source(folder, columns="c0").shape == (121,)


def test_natural_order():
    names = ["part-10", "part-9", "part", "part-09b", "10", "9", "2021/part-1", "2020/part-12"]
    assert sorted(names, key=natural) == ["9", "10", "2020/part-12", "2021/part-1"] + sorted(
        ["part", "part-9", "part-09b", "part-10"], key=natural
    )
    assert sorted(["a2", "a10", "a1"], key=natural) == ["a1", "a2", "a10"]


def test_datasets_whose_rows_are_not_in_order(tmp_path):
    pa = pytest.importorskip("pyarrow")
    import pyarrow.compute as pc
    import pyarrow.dataset as ds

    table = pa.table({"x": np.arange(110)})
    ds.write_dataset(table, tmp_path / "d", format="parquet", max_rows_per_file=10, max_rows_per_group=10)
    dataset = ds.dataset(tmp_path / "d")
    with pytest.raises(DataError, match="alphabetical order, part-10.parquet before part-2.parquet"):
        sequence_source(dataset)
    np.testing.assert_array_equal(sequence_source(tmp_path / "d", columns="x").read(), np.arange(110))
    ordered = ds.dataset(sorted(dataset.files, key=natural))
    np.testing.assert_array_equal(sequence_source(ordered, columns="x").read(), np.arange(110))
    with pytest.raises(DataError, match="the dataset is filtered, 9 of 110 rows"):
        sequence_source(ordered.filter(pc.field("x") > 100))
    ds.write_dataset(table, tmp_path / "csv", format="csv")
    with pytest.raises(DataError, match="files of csv can only be read from the beginning on: write Parquet"):
        sequence_source(ds.dataset(tmp_path / "csv", format="csv"))
    np.testing.assert_array_equal(sequence_source(ds.dataset(table), columns="x").read(), np.arange(110))


def test_large_row_groups_are_read_in_pieces(tmp_path, monkeypatch):
    pytest.importorskip("pyarrow")
    from pipekeras.sequences import sources_files, sources_parquet

    monkeypatch.setattr(sources_files, "UNIT", 400)
    monkeypatch.setattr(sources_parquet, "TOGETHER", 100)  # and smaller ones column by column
    array = series(1000)
    path, _ = write("parquet", tmp_path, array, chunk=300)
    source = sequence_source(path, cache=2000)
    assert {part.rows for part in source.parts} == {300, 100} and not source.parts[0].whole
    assert "more than the cache should hold" in source.how
    generator = np.random.default_rng(1)
    for _ in range(30):
        starts = generator.integers(0, 950, 4)
        np.testing.assert_array_equal(source.windows(starts, 50), array[starts[:, None] + np.arange(50)])
    np.testing.assert_array_equal(source.read(), array)
    whole = sequence_source(path, cache=10**6)
    assert all(part.whole for part in whole.parts) and len(whole.parts) == 4
    np.testing.assert_array_equal(whole.windows([0, 640], 300), np.stack([array[:300], array[640:940]]))


def test_large_record_batches_are_read_in_pieces(tmp_path, monkeypatch):
    pytest.importorskip("pyarrow")
    from pipekeras.sequences import sources_files

    monkeypatch.setattr(sources_files, "UNIT", 400)
    array = series(1000)
    for kind in ("arrow", "lz4"):
        path, _ = write(kind, tmp_path, array, chunk=300)
        source = sequence_source(path, cache=2000)
        assert not source.parts[0].whole
        np.testing.assert_array_equal(source.windows([270, 10, 600], 90)[0], array[270:360])
        np.testing.assert_array_equal(source.read(), array)
