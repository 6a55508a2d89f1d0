"""What makes the functions of this package verbs on a series: called with it, or behind a pipe."""

import os

from pipekeras.data_verbs import DataVerb
from pipekeras.errors import ArgumentError, DataError
from pipekeras.receivers import say

__all__: list[str] = []

_FILES = (".npy", ".npz", ".h5", ".hdf5", ".nc", ".zarr", ".parquet", ".pq", ".arrow", ".feather", ".csv", ".txt")
_LONGEST = 200  # letters of a name; a column is not called by more

# What these arguments are called by R's and Keras's functions for the same, and in the lectures' generators.
_ELSEWHERE = {
    "length": ("lookback", "timesteps"),
    "sequence_length": ("lookback", "timesteps"),
    "sequence_stride": ("stride",),
    "step": ("sampling_rate",),
    "min_index": ("start",),
    "start_index": ("start",),
    "max_index": ("end",),
    "end_index": ("end",),
}


class SequenceVerb(DataVerb):
    """A verb on a series. Text that can only be meant as data is refused, rather than taken for another argument."""

    def __call__(self, *args, **kwargs):
        if args and isinstance(args[0], str) and _is_no_name(args[0]):
            self.refuse(args[0])
        return super().__call__(*args, **kwargs)

    def refuse(self, left):
        """Raise if `left` is no series."""
        if isinstance(left, (str, bytes, os.PathLike)):
            raise DataError(
                f"{self.__name__}: data is {say(left)}, no series: open a file with sequence_source(path), a .csv with"
                " pandas.read_csv(path); text is a series of letters as list(text), of words as text.split()"
            )
        super().refuse(left)

    def _check(self, args, kwargs):
        for name in kwargs:
            own = next((one for one in _ELSEWHERE.get(name, ()) if one in self._names), None)
            if own is not None and name not in self._names:
                raise ArgumentError(f"{self.__name__} has no argument {name}; here it is {own}")
        super()._check(args, kwargs)


def _is_no_name(text):
    return text.lower().endswith(_FILES) or "\n" in text or len(text) > _LONGEST


def sequence_verb(function):
    """Make a function of a series pipeable: `sequence_reshape(x, 7)` and `x >> sequence_reshape(7)`."""
    return SequenceVerb(function)
