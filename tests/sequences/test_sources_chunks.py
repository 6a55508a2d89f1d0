"""The plan of chunks, the cache and its bounds."""

import threading

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipekeras.sequences.sources import sequence_source
from pipekeras.sequences.sources_chunks import Chunks, even_chunks
from pipekeras.sequences.sources_files import parts_of
from source_formats import Like, opened, series, write

pytestmark = pytest.mark.any_backend


@settings(max_examples=50, deadline=None)
@given(
    lengths=st.lists(st.integers(0, 9), min_size=1, max_size=12).filter(any),
    data=st.data(),
)
def test_chunks(lengths, data):
    chunks = Chunks(np.cumsum([0, *lengths]))
    owner = [c for c, length in enumerate(lengths) for _ in range(length)]
    rows = len(owner)
    assert chunks.of(np.arange(rows)).tolist() == owner
    assert chunks.most_rows == max(lengths)
    span = data.draw(st.integers(1, rows))
    starts = data.draw(st.lists(st.integers(0, rows - span), min_size=1, max_size=6))
    touched = chunks.touched(np.array(starts), span).tolist()
    needed = {owner[row] for start in starts for row in range(start, start + span)}
    assert needed <= set(touched) and touched == sorted(set(touched))
    assert all(lengths[c] == 0 for c in set(touched) - needed)  # only empty ones on the way
    most = data.draw(st.integers(1, 20))
    runs = chunks.runs(touched, most)
    assert [c for first, past in runs for c in range(first, past)] == touched
    assert all(past - first == 1 or sum(lengths[first:past]) <= most for first, past in runs)


def test_small_chunks_are_joined():
    assert np.diff(even_chunks(1000, 10, 4, 64 * 2**20).edges).tolist() == [1000]
    assert np.diff(even_chunks(10**6, 10, 1000, 64 * 2**20).edges)[0] == 260  # 256 KB
    assert np.diff(even_chunks(1000, 10, 4, 800).edges)[:2].tolist() == [20, 20]  # an eighth of the cache
    assert np.diff(even_chunks(1000, 300, 4, 0).edges).tolist() == [300, 300, 300, 100]
    assert even_chunks(20, 10, 4, 0).edges.tolist() == [0, 10, 20]


def test_parts():
    parts = parts_of([[5, 0], [12]], row_bytes=10, whole=50, piece=40)
    assert [(p.file, p.number, p.begin, p.end, p.whole) for p in parts] == [
        (0, 0, 0, 5, True),
        (1, 0, 0, 4, False),
        (1, 0, 4, 8, False),
        (1, 0, 8, 12, False),
    ]


class Counting(Like):
    """Tells which rows are read."""

    def __init__(self, array, chunks):
        super().__init__(array, chunks)
        self.reads = []

    def __getitem__(self, rows):
        self.reads.append((rows.start, rows.stop))
        return self.array[rows].copy()


def test_each_chunk_is_read_once_as_long_as_there_is_room():
    array = series(100, 1)  # 4 bytes a row, chunks of 10 rows
    data = Counting(array, (10,))
    source = sequence_source(data, cache=400)
    source.windows([12, 15, 33], 8)
    assert data.reads == [(10, 30), (30, 50)] and source.chunks.most_rows == 10  # 30 to 41: chunks that lie together
    source.windows([35, 11, 29], 9)
    assert len(data.reads) == 2
    source.read()
    # the rest, in runs of a quarter of the cache
    assert data.reads[2:] == [(0, 10), (50, 70), (70, 90), (90, 100)]
    source.take([0, 99, 55])
    assert len(data.reads) == 6


def test_the_cache_stays_within_its_bytes():
    array = series(1000, 1)
    data = Counting(array, (10,))
    source = sequence_source(data, cache=400)
    generator = np.random.default_rng(0)
    for _ in range(50):
        source.windows(generator.integers(0, 970, 5), 30)
        held = list(source._cached.values())
        assert source._bytes == sum(block.nbytes for block in held) <= 400
        assert all(block.base is None or block.base.nbytes <= 40 for block in held)  # nothing larger kept alive
    source.windows([0], 5)
    source.windows([500], 5)
    before = len(data.reads)
    source.windows([0], 5)
    assert len(data.reads) == before  # what was used last is kept longest


def test_a_chunk_larger_than_the_cache_is_kept():
    data = Counting(series(100, 1), (50,))
    source = sequence_source(data, cache=10)
    for start in (0, 3, 20):
        source.windows([start], 10)
    assert data.reads == [(0, 50)]
    assert "more than cache=10" in repr(source)


def test_steps_far_apart_skip_chunks():
    data = Counting(series(100, 1), (10,))
    source = sequence_source(data, cache=0)
    np.testing.assert_array_equal(source.windows([5], 3, 40)[0], data.array[[5, 45, 85]])
    assert data.reads == [(0, 10), (40, 50), (80, 90)]


def test_good_block(tmp_path):
    array = series(10_000, 1)
    assert sequence_source(Like(array, (100,)), cache=4000).good_block == 500  # half of the cache, whole chunks
    assert sequence_source(Like(array, (5000,)), cache=4000).good_block == 5000
    assert sequence_source(Like(array, (100,))).good_block == 10_000
    assert opened("npy", tmp_path, array).good_block is None
    assert "shuffle=500 reads fast" in repr(sequence_source(Like(array, (100,)), cache=4000))


def test_repr_says_how_it_is_stored(tmp_path):
    source = opened("hdf5", tmp_path, series(20))
    assert repr(source) == '<source "x" of x.hdf5: float32 (20, 3), HDF5 in chunks of 7 rows>'
    assert repr(opened("npy", tmp_path, series(20))) == "<source x.npy: float32 (20, 3), mapped from a file>"


@pytest.mark.parametrize("kind", ["hdf5", "zarr", "parquet", "lz4"])
def test_threads(kind, tmp_path):
    array = series(2000)
    source = opened(kind, tmp_path, array, chunk=50, cache=3000)
    wrong = []

    def work(seed):
        generator = np.random.default_rng(seed)
        for _ in range(12):
            starts = generator.integers(0, 1900, 6)
            if not np.array_equal(source.windows(starts, 99), array[starts[:, None] + np.arange(99)]):
                wrong.append(seed)

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


MEASURE = """
import sys, numpy as np
from pipekeras.sequences.sources import sequence_source

def rss():
    with open("/proc/self/status") as file:  # what is its own: pages of mapped files are the system's to take back
        return next(int(line.split()[1]) for line in file if line.startswith("RssAnon")) / 1024

source = sequence_source(sys.argv[1], cache=8 * 2**20)
source.windows([0], 100)
before, most = rss(), 0
generator = np.random.default_rng(0)
for first in generator.permutation(range(0, len(source) - 100, 100_000)):
    for _ in range(3):
        starts = generator.integers(first, min(first + 100_000, len(source) - 99), 32)
        batch = source.windows(starts, 100)
        most = max(most, rss())
print(round(most - before), round(source.read(70_000, 70_001).sum(), 3))
"""


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["npy", "hdf5", "zarr", "parquet", "one group", "arrow", "lz4"])
def test_memory_stays_within_the_cache_and_the_batch(kind, tmp_path, run_python):
    array = np.tile(np.arange(28_000, dtype="float32").reshape(2000, 14), (900, 1))
    whole = kind == "one group"  # more than the cache, and more than is allowed below
    path, _ = write("parquet" if whole else kind, tmp_path, array, chunk=len(array) if whole else 8192)
    out = run_python(f"import sys; sys.argv = ['', {path!r}]\n{MEASURE}", timeout=300)
    grown, checked = map(float, out.split())
    assert checked == array[70_000].sum()
    # The cache, and what NumPy, Arrow and Zarr keep of memory for their next reads.
    assert array.nbytes > 96 * 2**20 and grown < 8 + 48, f"{grown} MB of {array.nbytes / 2**20:.0f}"
