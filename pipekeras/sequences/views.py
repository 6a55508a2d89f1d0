"""What is larger than memory, seen as a model needs it: some columns, another type, rows put in, NaN filled up.

Nothing is read before it is asked for. A view has what gather.py and Series rely on: shape, dtype, windows(), take()
and read().
"""

from pipekeras.sequences import gather
from pipekeras.sequences.sources_columns import cast

__all__: list[str] = []


class View:
    """An array mapped from a file, or a source, seen otherwise.

    Args:
        base: the array or source.
        dtype: the type of what is read.
        columns: which columns, an array of numbers; None for all.
        rows: for each row the one of `base` that it is, -1 for one that is not there; None for all as they are.
        fill: what rows that are not there hold, and with `missing` also NaN.
        missing: whether NaN are filled.
        name, where: for messages.
    """

    def __init__(self, base, dtype, columns=None, rows=None, fill=0, missing=False, name="data", where=""):
        self.base, self.dtype, self._columns, self._rows = base, dtype, columns, rows
        self._fill, self._missing, self._name, self._where = fill, missing, name, where
        rest = (1,) if len(base.shape) == 1 else tuple(base.shape[1:])
        rest = rest if columns is None else (len(columns),)
        self.shape = (base.shape[0] if rows is None else len(rows), *rest)

    @property
    def ndim(self):
        """The number of axes."""
        return len(self.shape)

    def __len__(self):
        return self.shape[0]

    def changed(self, **differs):
        """The same view, but for what is said."""
        own = dict(
            base=self.base, dtype=self.dtype, columns=self._columns, rows=self._rows, fill=self._fill,
            missing=self._missing, name=self._name, where=self._where,
        )  # fmt: skip
        return View(**{**own, **differs})

    def windows(self, starts, lookback, rate=1):
        """(len(starts), lookback, ...): step k of window i is row starts[i] + k * rate."""
        import numpy as np

        if self._rows is not None:
            return self.take(starts[:, None] + np.arange(lookback) * rate)
        return self._done(gather.cut(self.base, starts, lookback, rate), 2)

    def take(self, rows):
        """The rows `rows`, in the shape that they are asked for."""
        import numpy as np

        rows = np.asarray(rows)
        if self._rows is None:
            return self._done(gather.take(self.base, rows), rows.ndim)
        rows = self._rows[rows]
        result = self._done(gather.take(self.base, np.maximum(rows, 0)), rows.ndim)
        result[rows < 0] = self._fill
        return result

    def read(self, begin=0, end=None):
        """The rows from `begin` up to, not including, `end`."""
        import numpy as np

        end = len(self) if end is None else end
        if self._rows is not None:
            return self.take(np.arange(begin, end))
        return self._done(self.base[begin:end] if gather.is_array(self.base) else self.base.read(begin, end), 1)

    def __getitem__(self, rows):
        import numpy as np

        if isinstance(rows, slice):
            begin, end, step = rows.indices(len(self))
            return self.read(begin, max(begin, end)) if step == 1 else self.take(np.arange(begin, end, step))
        return self.take(np.asarray(rows))

    def __array__(self, dtype=None, copy=None):
        import numpy as np

        return np.asarray(self.read(), dtype)

    def _done(self, values, leading):
        """What was read, as it is wanted; it has so many axes of rows before those of a row."""
        import numpy as np

        if values.ndim == leading:
            values = values[..., None]
        if self._columns is not None:
            values = values.take(self._columns, axis=leading)
        with np.errstate(over="ignore"):  # infinite values are found and named later
            values = cast(values, self.dtype, self._name, self._where)
        if self._missing and values.dtype.kind == "f":
            gone = np.isnan(values)
            if gone.any():
                values = (
                    np.array(values)
                    if gather.is_array(self.base) and np.may_share_memory(values, self.base)
                    else values
                )
                values[gone] = self._fill
        return values
