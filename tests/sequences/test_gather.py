"""sequences/gather.py: windows and rows copied out, as plain slices have them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipekeras.sequences.gather import cut, take

pytestmark = pytest.mark.any_backend

DTYPES = ["float32", "float64", "int8", "uint8", "int64", "bool", "complex64"]


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_windows_are_slices(data):
    lookback, rate = data.draw(st.integers(1, 6)), data.draw(st.integers(1, 4))
    length = data.draw(st.integers((lookback - 1) * rate + 1, 40))
    rest = data.draw(st.sampled_from([(1,), (3,), (2, 2), (2, 3, 1)]))
    dtype = data.draw(st.sampled_from(DTYPES))
    series = (np.random.default_rng(1).random((length, *rest)) * 100).astype(dtype)
    if data.draw(st.booleans()):  # every other row of a longer one, and columns in reverse
        series = np.repeat(series, 2, axis=0)[::2, ..., ::-1]
    last = length - (lookback - 1) * rate - 1
    starts = np.array(data.draw(st.lists(st.integers(0, last), max_size=8)), "int64")
    windows = cut(series, starts, lookback, rate)
    assert windows.shape == (len(starts), lookback, *rest) and windows.dtype == series.dtype
    for window, start in zip(windows, starts, strict=True):
        np.testing.assert_array_equal(window, series[start::rate][:lookback])


def test_no_window_of_a_series_too_short_for_one():
    assert cut(np.zeros((3, 2), "float32"), np.zeros(0, "int64"), 5, 1).shape == (0, 5, 2)


def test_what_comes_out_is_a_copy():
    series = np.arange(10.0)[:, None]
    windows = cut(series, np.array([0, 1]), 3, 1)
    windows[:] = -1
    np.testing.assert_array_equal(series[:, 0], np.arange(10.0))
    assert windows.flags.c_contiguous and windows.flags.writeable


def test_a_file_that_is_only_read_will_do(tmp_path):
    np.save(tmp_path / "series.npy", np.arange(60, dtype="float32").reshape(20, 3))
    series = np.load(tmp_path / "series.npy", mmap_mode="r")
    np.testing.assert_array_equal(cut(series, np.array([4]), 5, 1)[0], series[4:9])
    np.testing.assert_array_equal(cut(series, np.array([4]), 5, 3)[0], series[4:19:3])


def test_rows_in_any_arrangement():
    series = np.arange(20.0).reshape(10, 2)
    rows = np.array([[1, 3], [9, 0]])
    np.testing.assert_array_equal(take(series, rows), series[rows])


def test_a_source_does_it_itself():
    class Source:
        def windows(self, starts, lookback, rate):
            return "windows", starts, lookback, rate

        def take(self, rows):
            return "rows", rows

    assert cut(Source(), [1], 2, 3) == ("windows", [1], 2, 3)
    assert take(Source(), [1]) == ("rows", [1])
