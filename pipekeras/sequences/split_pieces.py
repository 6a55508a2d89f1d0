"""What sequence_split() gives back: the pieces of a split, cut when they are asked for, and lists of splits."""

from collections.abc import Sequence

from pipekeras.asarray import as_array
from pipekeras.errors import DataError, InvalidValueError
from pipekeras.receivers import is_frame, is_tensor
from pipekeras.sequences.scaling import fitted
from pipekeras.sequences.sources import as_source, is_stored
from pipekeras.sequences.sources_base import Rows, Source

__all__ = ["SequenceSplit", "SequenceSplits"]

_WHERE = "sequence_split"
BESIDE = object()  # the series of each row is told by an array beside the data, not by a column of it


def by_name(parts, begins):
    """For each name the pieces of all series as rows of the data, of what the pieces of each series are."""
    moved = [[piece.moved(begin) for piece in pieces] for pieces, begin in zip(parts, begins, strict=True)]
    return list(zip(*moved, strict=True))


def said(name):
    """A series in an error message."""
    return "the series" if name is None else f"series {name!r}"


def rows_of(data):
    """(data as it is cut, number of rows): lists and tensors become arrays, all else stays what it is."""
    import numpy as np

    if isinstance(data, (list, tuple)) and len({_length(item) for item in data}) > 1:
        raise DataError(
            f"{_WHERE}: data is a {type(data).__name__} of {len(data)} series of different lengths: put them one after"
            " the other, numpy.concatenate(data), and say by groups= which series each row belongs to"
        )
    if isinstance(data, dict) or (isinstance(data, tuple) and len({np.shape(item) for item in data}) > 1):
        raise DataError(
            f"{_WHERE}: data is a {type(data).__name__}; split one of its arrays, and cut the others alike:"
            " split.cut(other)"
        )
    if is_stored(data) and not isinstance(data, np.memmap):  # a mapped array is cut as any other
        source = as_source(data, _WHERE)
        mapped = getattr(source, "array", None)
        data = source if mapped is None else mapped
    if is_tensor(data) or not (is_frame(data) or (hasattr(data, "shape") and hasattr(data, "__getitem__"))):
        data = as_array(data, _WHERE, name="data")
    if not len(data.shape):
        raise DataError(f"{_WHERE}: data is a single value; its first dimension must be time")
    return data, int(data.shape[0])


def _length(item):
    return len(item) if hasattr(item, "__len__") and not isinstance(item, (str, bytes)) else None


class SequenceSplit:
    """Train and what comes after it; made by sequence_split().

    Attributes:
        names: the names of the pieces: ("train", "validation", "test"), or those of them that there are; for rolling
            origins ("train", "assess").
        rows: for each name the rows of the piece, history included: a slice, or with groups a list of slices.
        own_rows: the same without history: no row is in two of them.
        scaler: the SequenceScaler fitted on train, or None.
    """

    def __init__(self, data, names, pieces, series, ids=None, scaled=None):
        self.names, self._data, self._pieces, self._series, self._ids = tuple(names), data, pieces, series, ids
        self._made: dict = {}
        self.scaler = None
        if scaled is not None:
            beside_it = {"groups": self._taken(ids, "train")} if scaled["groups"] is BESIDE else {}
            self.scaler = fitted(self._taken(data, "train"), _WHERE, **{**scaled, **beside_it})

    @property
    def rows(self):
        return {name: self._slices(name, "rows") for name in self.names}

    @property
    def own_rows(self):
        return {name: self._slices(name, "own_rows") for name in self.names}

    def _slices(self, name, which):
        slices = [getattr(piece, which) for piece in self._pieces[self.names.index(name)]]
        return slices if self._ids is not None else slices[0]

    @property
    def train(self):
        """The train piece, scaled if scaling was asked for."""
        return self._piece("train")

    @property
    def validation(self):
        """The validation piece."""
        return self._piece("validation")

    @property
    def test(self):
        """The test piece."""
        return self._piece("test")

    @property
    def assess(self):
        """The assess piece of a rolling origin."""
        return self._piece("assess")

    def _piece(self, name):
        if name not in self.names:
            remedy = "initial= and assess= make rolling origins" if name == "assess" else (
                "rolling origins have train and assess" if "assess" in self.names else f"ask for it with {name}="
            )  # fmt: skip
            raise AttributeError(f"this split has {' and '.join(self.names)}, no {name}: {remedy}")
        if name not in self._made:
            piece = self._taken(self._data, name)
            if self.scaler is not None:
                groups = self._taken(self._ids, name) if self.scaler.groups is not None else None
                piece = self.scaler.apply(piece, groups=groups)
            self._made[name] = piece
        return self._made[name]

    def _taken(self, data, name):
        """The rows of a piece: of one series a view, of several a copy; of a source they are read when asked for."""
        import numpy as np

        slices = [piece.rows for piece in self._pieces[self.names.index(name)]]
        if isinstance(data, Source):
            return Rows(data, slices)
        if len(slices) == 1:
            return data.iloc[slices[0]] if is_frame(data) and hasattr(data, "iloc") else data[slices[0]]
        if hasattr(data, "take") and is_frame(data):
            rows = np.concatenate([np.arange(s.start, s.stop) for s in slices])
            return data.iloc[rows] if hasattr(data, "iloc") else data.take(rows)
        return np.concatenate([np.asarray(data[s]) for s in slices])

    def cut(self, other):
        """The same split of something else with a row for each of the data's, such as targets, times or group ids.

        Args:
            other: an array, list, data frame, Series or index.

        Returns:
            A SequenceSplit of it, not scaled.

        Raises:
            DataError: if it has another number of rows.
        """
        other, rows = rows_of(other)
        if rows != int(self._data.shape[0]):
            raise DataError(
                f"SequenceSplit.cut: other has {rows} rows, the data has {self._data.shape[0]}; each row needs its own"
            )
        return SequenceSplit(other, self.names, self._pieces, self._series, self._ids)

    def undo(self, x, columns=None, groups=None):
        """Predictions in the units of the data: see SequenceScaler.undo(), which this is if the split is scaled."""
        if self.scaler is None:
            raise InvalidValueError('SequenceSplit.undo: the split is not scaled; it is with scale="standard"')
        return self.scaler.undo(x, columns, groups)

    def uses(self):
        """[(begins of the series, [(name, input rows, target rows), ...])]: what sequence_check_overlap() looks at."""
        import numpy as np

        def numbers(name, which):
            slices = [getattr(piece, which) for piece in self._pieces[self.names.index(name)]]
            return np.concatenate([np.arange(s.start, s.stop) for s in slices])

        begins = [begin for _, begin, _ in self._series]
        return [(begins, [(name, numbers(name, "rows"), numbers(name, "own_rows")) for name in self.names])]

    def __iter__(self):
        return (self._piece(name) for name in self.names)

    def __len__(self):
        return len(self.names)

    def __repr__(self):
        parts = [f"{name} {self._shown(pieces)}" for name, pieces in zip(self.names, self._pieces, strict=True)]
        of = f" of {len(self._series)} series" if self._ids is not None else ""
        scale = f"; {self.scaler.method} scale" if self.scaler is not None else ""
        return f"<split of {self._data.shape[0]} rows{of}: {', '.join(parts)}{scale}>"

    def _shown(self, pieces):
        if self._ids is not None:
            return f"{sum(piece.stop - piece.own for piece in pieces)} rows"
        piece = pieces[0]
        history = f" after {piece.own - piece.start} of history" if piece.start < piece.own else ""
        return f"{piece.own}:{piece.stop}{history}"


class SequenceSplits(Sequence):
    """The splits of rolling origins, as a list: each is made when it is asked for, with a scale of its own train."""

    def __init__(self, data, plan, series, ids, scaled, chosen=None):
        self._data, self._plan, self._series, self._ids, self._scaled = data, plan, series, ids, scaled
        if chosen is None:
            counts = [plan.count(end - begin, _WHERE, said(name)) for name, begin, end in series]
            if len(set(counts)) > 1:
                least, most = counts.index(min(counts)), counts.index(max(counts))
                raise DataError(
                    f"{_WHERE}: series {series[least][0]!r} gives {counts[least]} splits and series {series[most][0]!r}"
                    f" {counts[most]}: rolling origins need series of equal length. Cut them, or split each by itself"
                )
            chosen = range(counts[0])
        self._chosen = chosen

    def __len__(self):
        return len(self._chosen)

    def __getitem__(self, index):
        if isinstance(index, slice):
            return SequenceSplits(self._data, self._plan, self._series, self._ids, self._scaled, self._chosen[index])
        try:
            number = self._chosen[index]
        except IndexError:
            raise IndexError(
                f"split {index} of {len(self)}; splits count from 0, the last is {len(self) - 1} or -1"
            ) from None
        parts = [self._plan.pieces(number)] * len(self._series)
        pieces = by_name(parts, [begin for _, begin, _ in self._series])
        return SequenceSplit(self._data, self._plan.names, pieces, self._series, self._ids, self._scaled)

    @property
    def rows(self):
        """The rows of each split, as `SequenceSplit.rows` has them."""
        return [split.rows for split in self._unscaled()]

    def uses(self):
        """What sequence_check_overlap() looks at, of each split."""
        return [use for split in self._unscaled() for use in split.uses()]

    def _unscaled(self):
        return SequenceSplits(self._data, self._plan, self._series, self._ids, None, self._chosen)

    def __repr__(self):
        plan, grows = self._plan, ", growing" if self._plan.cumulative else ""
        rows = f"train {plan.initial} rows{grows}, assess {plan.assess}"
        return f"<{len(self)} rolling splits of {self._data.shape[0]} rows: {rows}>"
