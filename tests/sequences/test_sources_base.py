"""Series larger than memory: whatever the format, what is read equals what NumPy reads of the whole."""

import multiprocessing
import pickle
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipekeras.errors import DataError, InvalidValueError
from pipekeras.sequences.sources import as_source, sequence_source
from source_formats import FORMATS, KINDS, PATHS, Like, opened, series, write

pytestmark = pytest.mark.any_backend
SLOW_TO_RUN = settings(max_examples=20, deadline=None)


@pytest.mark.parametrize("kind", FORMATS)
def test_reading_equals_numpy(kind, tmp_path_factory):
    @SLOW_TO_RUN
    @given(data=st.data(), rows=st.integers(1, 60), features=st.integers(0, 3), chunk=st.integers(1, 25))
    def check(data, rows, features, chunk):
        array = series(rows, features)
        cache = data.draw(st.sampled_from([0, 100, 2000, 10**6]))
        source = opened(kind, tmp_path_factory.mktemp("x"), array, chunk, cache=cache)
        assert (source.shape, source.dtype, source.ndim, len(source)) == (array.shape, "float32", array.ndim, rows)
        for _ in range(3):  # what is cached by one read is used by the next
            lookback = data.draw(st.integers(1, rows))
            rate = data.draw(st.integers(1, (rows - 1) // (lookback - 1) if lookback > 1 else 5))
            span = (lookback - 1) * rate + 1
            starts = np.array(data.draw(st.lists(st.integers(0, rows - span), max_size=8)), int)
            windows = source.windows(starts, lookback, rate)
            assert windows.dtype == source.dtype and windows.flags.writeable
            np.testing.assert_array_equal(windows, array[starts[:, None] + np.arange(lookback) * rate])
            shape = data.draw(st.sampled_from([(), (4,), (2, 3), (0,), (3, 0)]))
            asked = np.array(data.draw(st.lists(st.integers(0, rows - 1), min_size=12, max_size=12)), int)
            asked = asked[: int(np.prod(shape))].reshape(shape)
            np.testing.assert_array_equal(source.take(asked), array[asked])
            begin = data.draw(st.integers(0, rows))
            end = data.draw(st.integers(begin, rows))
            np.testing.assert_array_equal(source.read(begin, end), array[begin:end])
        np.testing.assert_array_equal(source.read(), array)

    check()


@pytest.mark.parametrize("kind", ["npy", "hdf5", "zarr"])
def test_rows_may_have_any_shape(kind, tmp_path):
    pictures = np.random.default_rng(0).integers(0, 255, (20, 4, 5, 3)).astype("uint8")
    source = opened(kind, tmp_path, pictures, chunk=3)
    assert source.shape == (20, 4, 5, 3) and source.dtype == "uint8" and source.row_bytes == 60
    starts = np.array([9, 0, 12])
    np.testing.assert_array_equal(source.windows(starts, 4, 2), pictures[starts[:, None] + 2 * np.arange(4)])
    np.testing.assert_array_equal(source.take([[3, 3], [19, 0]]), pictures[[[3, 3], [19, 0]]])


@pytest.mark.parametrize("kind", KINDS)
def test_it_reads_like_an_array(kind, tmp_path):
    array = series(30)
    source = opened(kind, tmp_path, array)
    for rows in (3, -1, slice(4, 20), slice(None, None, -3), slice(9, 4), [1, 5, 1], np.array([[0], [29]])):
        np.testing.assert_array_equal(source[rows], array[rows])
    np.testing.assert_array_equal(np.asarray(source), array)
    assert np.asarray(source, "float64").dtype == "float64"
    assert len(list(source)) == 30
    with pytest.raises(IndexError, match="has 30 rows, none of them is 30"):
        source[30]
    for rows in ((0, 1), (slice(3), 0), ..., None, True):
        with pytest.raises(InvalidValueError, match="of .* rows are taken, by a number, a slice or a list, not by"):
            source[rows]
    np.testing.assert_array_equal(source.column(1), array[:, 1])


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_read_is_the_callers_own(kind, tmp_path):
    array = series(30)
    source = opened(kind, tmp_path, array.copy())
    for read in (lambda: source.read(2, 9), lambda: source.take([2, 3]), lambda: source.windows([2], 3)):
        before = read()
        before[:] = -1
        assert not (read() == -1).all()
    np.testing.assert_array_equal(source.read(), array)


@pytest.mark.parametrize("kind", KINDS)
def test_rows_that_are_not_there(kind, tmp_path):
    source = opened(kind, tmp_path, series(10))
    name = re.escape(source.name)
    for call, row in (
        (lambda: source.windows([0, 8], 3), 10),
        (lambda: source.windows([-1], 3), -1),
        (lambda: source.windows([0], 4, 4), 12),
        (lambda: source.take([3, 10]), 10),
        (lambda: source.take([[-2]]), -2),
    ):
        with pytest.raises(InvalidValueError, match=f"row {row} is asked for, {name} has 10"):
            call()
    with pytest.raises(InvalidValueError, match=f"rows 3 to 11 .not included. are asked for, {name} has 10"):
        source.read(3, 11)
    with pytest.raises(InvalidValueError, match="rows are whole numbers, not float64"):
        source.take([1.0])
    assert source.take([]).shape == (0, 3)
    for wrong, text in (((0, 1), "lookback must be at least 1"), ((2, 0), "rate must be"), ((2.5, 1), "lookback must")):
        with pytest.raises(InvalidValueError, match=text):
            source.windows([0], *wrong)


@pytest.mark.parametrize("kind", KINDS)
def test_types(kind, tmp_path):
    array = series(20, dtype="int16")
    given_, _ = write(kind, tmp_path, array)
    assert sequence_source(given_).dtype == "int16"
    for dtype in ("float32", "float64", "int64", "int16"):
        source = sequence_source(given_, dtype=dtype)
        assert source.dtype == dtype and source.read().dtype == dtype and source.windows([3], 4).dtype == dtype
        np.testing.assert_array_equal(source.windows([3], 4)[0], array[3:7])
    with pytest.raises(DataError, match=r'holds -\d+, dtype="int8" goes from -128 to 127'):
        sequence_source(given_, dtype="int8").read()
    for dtype, text in (("bool", 'holds numbers .int16., which dtype="bool" cannot keep'), ("str", "no.*type")):
        with pytest.raises(InvalidValueError, match=text):
            sequence_source(given_, dtype=dtype)
    with pytest.raises(InvalidValueError, match="did you mean float32"):
        sequence_source(given_, dtype="flaot32")


@pytest.mark.parametrize("kind", KINDS)
def test_decimals_are_not_cut_off(kind, tmp_path):
    given_, _ = write(kind, tmp_path, series(20))
    with pytest.raises(InvalidValueError, match=r'holds decimals \(float32\), which dtype="int64" cannot keep'):
        sequence_source(given_, dtype="int64")


@pytest.mark.parametrize("kind", ["npy", "hdf5", "zarr"])
def test_bytes_in_the_other_order_are_turned_round(kind, tmp_path):
    array = series(20, dtype=">f4")
    source = opened(kind, tmp_path, array)
    assert source.dtype == np.dtype("float32") and source.dtype.isnative
    np.testing.assert_array_equal(source.windows([2], 3)[0], array[2:5])


@pytest.mark.parametrize("kind", ["npy", "hdf5", "zarr"])
def test_an_empty_series(kind, tmp_path):
    source = opened(kind, tmp_path, np.empty((0, 2), "float32"))
    assert len(source) == 0 and source.read().shape == (0, 2) and source.windows([], 3).shape == (0, 3, 2)


@pytest.mark.parametrize("kind", KINDS)
def test_closing(kind, tmp_path):
    source = opened(kind, tmp_path, series(20))
    with source as same:
        assert same is source and len(source.read()) == 20
    with pytest.raises(DataError, match="is closed: open it again"):
        source.read(0, 3)
    with pytest.raises(DataError, match="is closed"):
        source.windows([1], 3)
    source.close()


def test_closing_leaves_files_of_others_open(tmp_path):
    import h5py

    path, _ = write("hdf5", tmp_path, series(20))
    with h5py.File(path) as file:
        sequence_source(file["x"]).close()
        assert file["x"].shape == (20, 3)
        with sequence_source(file) as source:
            source.read()
        assert file
    with sequence_source(path) as source:
        held = source._array.file
    assert not held


def test_a_column_is_read_a_stretch_at_a_time():
    array = series(70_000, 40)
    reads = []

    class Told(Like):
        def __getitem__(self, rows):
            reads.append(rows.stop - rows.start)
            return self.array[rows]

    np.testing.assert_array_equal(sequence_source(Told(array, (100, 40)), cache=2**20).column(7), array[:, 7])
    assert sum(reads) == 70_000 and max(reads) * 160 <= 2**20
    np.testing.assert_array_equal(sequence_source(array[:, 0]).column(0), array[:, 0])


@pytest.mark.parametrize("kind", FORMATS)
def test_pickling(kind, tmp_path):
    array = series(20, 4)
    given_, _ = write(kind, tmp_path, array)
    source = sequence_source(given_, columns=[2, 0], dtype="float64")
    source.read(0, 5)
    text = pickle.dumps(source)
    again = pickle.loads(text)
    assert (again.shape, again.dtype, again.columns, again.name) == ((20, 2), "float64", source.columns, source.name)
    np.testing.assert_array_equal(again.windows([3], 5)[0], array[3:8, [2, 0]])
    if kind in PATHS:  # by its path, not with what is in it
        (tmp_path / "big").mkdir()
        big, _ = write(kind, tmp_path / "big", series(3000, 4))
        assert len(pickle.dumps(sequence_source(big))) < 5000


def test_memmaps_are_pickled_by_their_place(tmp_path):
    array = series(500)
    np.save(tmp_path / "x.npy", array)
    mapped = np.load(tmp_path / "x.npy", mmap_mode="r")
    text = pickle.dumps(as_source(mapped, "f"))
    assert len(text) < 1000
    np.testing.assert_array_equal(pickle.loads(text).read(), array)
    view = pickle.loads(pickle.dumps(as_source(mapped[100:], "f")))  # whose place in the file is not known
    np.testing.assert_array_equal(view.read(), array[100:])
    columns = np.memmap(tmp_path / "raw", "float32", "w+", shape=(50, 4), order="F")
    columns[:] = series(50, 4)
    columns.flush()
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(as_source(columns, "f"))).read(), series(50, 4))


def test_what_has_no_place_cannot_be_pickled():
    import h5py

    with h5py.File("nowhere.h5", "w", driver="core", backing_store=False) as file:
        file["x"] = series(9)
        source = sequence_source(file["x"])
        np.testing.assert_array_equal(source.read(), series(9))
        with pytest.raises(DataError, match="cannot be pickled: nothing says how to open it again"):
            pickle.dumps(source)
    source._clear()  # forget what was read before the file was closed
    with pytest.raises(DataError, match='rows 0 to 9 of "x" of nowhere.h5 cannot be read'):
        source.read()


@pytest.mark.slow
@pytest.mark.skipif("fork" not in multiprocessing.get_all_start_methods(), reason="no fork here")
def test_forked_processes_open_their_own(tmp_path, run_python):
    pytest.importorskip("zarr")
    pytest.importorskip("pyarrow")
    array = series(400)
    paths = [write(kind, tmp_path, array, chunk=20)[0] for kind in ("hdf5", "zarr", "parquet", "lz4", "npy")]
    np.save(tmp_path / "all.npy", array)
    printed = run_python(f"""
import multiprocessing, numpy as np
from pipekeras.sequences.sources import sequence_source
array = np.load({str(tmp_path / "all.npy")!r})
sources = [sequence_source(path, cache=1000) for path in {paths!r}]
def work(seed):
    generator = np.random.default_rng(seed)
    for source in sources:
        for _ in range(8):
            starts = generator.integers(0, 300, 5)
            assert np.array_equal(source.windows(starts, 100), array[starts[:, None] + np.arange(100)])
    return seed
for source in sources:
    source.read()
with multiprocessing.get_context("fork").Pool(3) as pool:
    print(pool.map(work, range(3), chunksize=1), work(9))
""")
    assert printed.strip() == "[0, 1, 2] 9"
