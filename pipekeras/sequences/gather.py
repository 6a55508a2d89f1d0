"""Rows and windows copied out of a series: what costs time in a dataset, so it is done in few large copies.

A window of consecutive rows is one stretch of memory. Seen as single values as long as a window, which overlap, NumPy
copies each in one go, where slices one by one take twice, and indexing row by row several times as long.
"""

import math

__all__: list[str] = []


def cut(series, starts, lookback, rate):
    """The windows that begin at rows `starts`: (len(starts), lookback, ...), a copy.

    Args:
        series: an array, or a source with `windows(starts, lookback, rate)` of its own.
        starts: array of rows; all rows of each window must exist.
        lookback, rate: how many steps a window has, and how many rows lie between two.
    """
    if not is_array(series):
        return series.windows(starts, lookback, rate)
    if rate == 1 and series.flags.c_contiguous and not series.dtype.hasobject:
        return _consecutive(series, starts, lookback)
    import numpy as np

    return series.take(starts[:, None] + np.arange(lookback) * rate, axis=0)


def take(series, rows):
    """The rows `rows`, an array of whole numbers of any shape: rows.shape + the shape of a row."""
    return series.take(rows, axis=0) if is_array(series) else series.take(rows)


def is_array(series):
    """Whether a series is an array of NumPy's, also one that is mapped from a file, rather than a source."""
    import numpy as np

    return isinstance(series, np.ndarray)


def _consecutive(series, starts, lookback):
    import numpy as np

    length, rest = len(series), series.shape[1:]
    row = series.dtype.itemsize * math.prod(rest)
    if row == 0 or not len(starts):  # of a series shorter than a window there is none
        return np.empty((len(starts), lookback, *rest), series.dtype)
    whole = np.ndarray((length - lookback + 1,), f"V{lookback * row}", series, strides=(row,))
    return whole[starts].view(series.dtype).reshape(len(starts), lookback, *rest)
