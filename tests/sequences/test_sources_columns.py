"""Columns by name and number, of matrices, records and tables."""

import numpy as np
import pytest

from pipekeras.errors import DataError, InvalidValueError
from pipekeras.sequences.sources import sequence_source
from source_formats import KINDS, series, write

pytestmark = pytest.mark.any_backend


@pytest.mark.parametrize("kind", KINDS)
def test_columns_by_number(kind, tmp_path):
    array = series(30, 4)
    given_, _ = write(kind, tmp_path, array)
    for columns in (0, 2, -1, [1], [3, 0], [1, 2], range(4), np.array([2, 3])):
        source = sequence_source(given_, columns=columns)
        wanted = array[:, columns if isinstance(columns, int) else list(columns)]
        assert source.shape == wanted.shape
        np.testing.assert_array_equal(source.read(3, 19), wanted[3:19])
        np.testing.assert_array_equal(source.windows([4], 9)[0], wanted[4:13])
        np.testing.assert_array_equal(source.take([[4], [2]]), wanted[[[4], [2]]])
    for columns, text in (
        (4, "has no column 4: it has 4, 0 to 3; columns count from 0"),
        ([0, 9], "has no column 9"),
        ([1, 1], "columns has 1 twice"),
        ([], "names no column"),
        (1.5, "columns must be a whole number, it got 1.5"),
    ):
        with pytest.raises(InvalidValueError, match=text):
            sequence_source(given_, columns=columns)


@pytest.mark.parametrize("kind", ["parquet", "arrow", "table", "dataset"])
def test_columns_by_name(kind, tmp_path):
    array = series(30, 4)
    given_, _ = write(kind, tmp_path, array)
    assert sequence_source(given_).columns == ["c0", "c1", "c2", "c3"]
    source = sequence_source(given_, columns=["c2", "c0"])
    assert source.columns == ["c2", "c0"]
    np.testing.assert_array_equal(source.read(), array[:, [2, 0]])
    alone = sequence_source(given_, columns="c3")
    assert alone.shape == (30,) and alone.columns == ["c3"]
    np.testing.assert_array_equal(alone.read(), array[:, 3])
    with pytest.raises(InvalidValueError, match="has no column 'c22'; did you mean 'c2'"):
        sequence_source(given_, columns="c22")
    with pytest.raises(InvalidValueError, match="has no column 'price'; it has c0, c1, c2, c3"):
        sequence_source(given_, columns=["c0", "price"])


@pytest.mark.parametrize("kind", ["npy", "hdf5", "zarr", "like"])
def test_columns_without_names(kind, tmp_path):
    given_, _ = write(kind, tmp_path, series(30, 4))
    key = {"key": "x"} if kind == "hdf5" else {}
    with pytest.raises(InvalidValueError, match=r"columns has 'price', but the columns of .* have no names: .* 0 to 3"):
        sequence_source(given_, columns=["price"], **key)
    (tmp_path / "flat").mkdir()
    given_, _ = write(kind, tmp_path / "flat", series(30, 0))
    with pytest.raises(InvalidValueError, match=r"columns=1, but .* of shape \(30,\) has no columns"):
        sequence_source(given_, columns=1)


@pytest.mark.parametrize("kind", ["npy", "hdf5", "like"])
def test_records_are_columns(kind, tmp_path):
    records = np.zeros(12, [("t", "f8"), ("n", "i2"), ("name", "S3"), ("v", "f4", 2)])
    records["t"], records["n"], records["v"] = np.arange(12), np.arange(12) * 2, np.arange(24).reshape(12, 2)
    given_, _ = write(kind, tmp_path, records, chunk=5)
    source = sequence_source(given_, columns=["n", "t"])
    assert (source.shape, source.dtype, source.columns) == ((12, 2), "float64", ["n", "t"])
    np.testing.assert_array_equal(source.windows([3, 8], 3)[1], [[16, 8], [18, 9], [20, 10]])
    np.testing.assert_array_equal(sequence_source(given_, columns="n").take([[2], [4]]), [[4], [8]])
    np.testing.assert_array_equal(sequence_source(given_, columns="v").read(), records["v"])
    with pytest.raises(DataError, match=r"columns that are no numbers: name .*, v .*columns=\['t', 'n'\]"):
        sequence_source(given_)


def test_tables_mix_types(tmp_path):
    pa = pytest.importorskip("pyarrow")
    import decimal

    import pyarrow.parquet as pq

    table = pa.table(
        {
            "flag": [True, False, True],
            "count": pa.array([1, 2, 3], "int8"),
            "half": pa.array(np.array([0.5, 1, 2], "float16")),
            "price": pa.array([decimal.Decimal("1.25"), None, decimal.Decimal("3.5")], pa.decimal128(8, 2)),
            "level": pa.array([10.0, 20.0, 10.0]).dictionary_encode(),
        }
    )
    pq.write_table(table, tmp_path / "x.parquet")
    wanted = [[1, 1, 0.5, 1.25, 10], [0, 2, 1, np.nan, 20], [1, 3, 2, 3.5, 10]]
    for given_ in (table, tmp_path / "x.parquet"):
        source = sequence_source(given_)
        assert source.dtype == "float64"
        np.testing.assert_array_equal(source.read(), wanted)
        assert sequence_source(given_, columns=["flag", "count"]).dtype == "int8"
        assert sequence_source(given_, columns="flag").read().tolist() == [True, False, True]


@pytest.mark.parametrize("kind", ["parquet", "arrow", "lz4", "table"])
def test_missing_values_are_nan(kind, tmp_path):
    pa = pytest.importorskip("pyarrow")
    import pyarrow.feather as feather
    import pyarrow.parquet as pq

    table = pa.table({"n": pa.array([1, None, 3, 4]), "ok": [5, 6, 7, 8], "b": [True, None, False, True]})
    path = tmp_path / "x"
    if kind == "parquet":
        pq.write_table(table, path, row_group_size=2)
    elif kind != "table":
        feather.write_feather(table, path, compression="lz4" if kind == "lz4" else "uncompressed", chunksize=3)
    given_ = table if kind == "table" else path
    source = sequence_source(given_)
    assert source.dtype == "float64"
    np.testing.assert_array_equal(source.read(), [[1, 5, 1], [np.nan, 6, np.nan], [3, 7, 0], [4, 8, 1]])
    assert sequence_source(given_, columns="ok").dtype == "int64"
    assert np.isnan(sequence_source(given_, dtype="float32", columns="n").take(1))
    with pytest.raises(DataError, match="column 'n' of .* misses values, which dtype=\"int32\" has no place for"):
        sequence_source(given_, columns="n", dtype="int32").read()


def test_missing_values_that_parquet_does_not_tell_of(tmp_path):
    pa = pytest.importorskip("pyarrow")
    import pyarrow.parquet as pq

    pq.write_table(pa.table({"n": pa.array([1, None])}), tmp_path / "x", write_statistics=False)
    with pytest.raises(DataError, match='misses values, which dtype="int64" has no place for: use dtype="float32"'):
        sequence_source(tmp_path / "x").read()
    np.testing.assert_array_equal(sequence_source(tmp_path / "x", dtype="float32").read(), [[1], [np.nan]])


def test_columns_that_are_no_numbers(tmp_path):
    pa = pytest.importorskip("pyarrow")
    import pyarrow.parquet as pq

    table = pa.table(
        {
            "when": pa.array([0, 1], pa.timestamp("s")),
            "name": ["a", "b"],
            "kind": pa.array(["u", "v"]).dictionary_encode(),
            "list": [[1], [1, 2]],
            "x": [1.0, 2.0],
        }
    )
    pq.write_table(table, tmp_path / "x")
    for given_ in (table, tmp_path / "x"):
        with pytest.raises(
            DataError, match=r"when \(timestamp.*name \(text\), kind \(dict.*list \(list.*columns=\['x'\]"
        ):
            sequence_source(given_)
        np.testing.assert_array_equal(sequence_source(given_, columns=["x"]).read(), [[1], [2]])
    with pytest.raises(DataError, match="make numbers of them before they are stored"):
        sequence_source(pa.table({"name": ["a"]}))
    twice = pa.table([[1], [2], [3.5]], names=["a", "a", "b"])
    with pytest.raises(DataError, match="several columns 'a': rename them"):
        sequence_source(twice)
    assert sequence_source(twice, columns="b").read().tolist() == [3.5]


def test_row_names_of_pandas_are_no_column(tmp_path):
    pytest.importorskip("pyarrow")
    import pandas

    frame = pandas.DataFrame({"x": [1.0, 2.0], "y": [3.0, 4.0]}, index=pandas.Index([7, 9], name="t"))
    frame.to_parquet(tmp_path / "x.parquet")
    source = sequence_source(tmp_path / "x.parquet")
    assert source.columns == ["x", "y"]
    np.testing.assert_array_equal(source.read(), frame)
    assert sequence_source(tmp_path / "x.parquet", columns="t").read().tolist() == [7, 9]
