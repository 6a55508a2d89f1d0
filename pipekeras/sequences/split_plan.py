"""Which rows go into train, validation and test: arithmetic alone, without data.

    one split           train | gap | validation | gap | test
    rolling origins     split i trains on rows up to initial + i * (skip + 1), and is assessed on the rows after them

A piece that is not the first may see `lag` rows of history before its own, so that its first windows have their
lookback; no piece has rows of its own that another has.
"""

import math
from dataclasses import dataclass

from pipekeras.errors import DataError, InvalidValueError
from pipekeras.values import count, is_bool, number

__all__: list[str] = []


@dataclass(frozen=True)
class Piece:
    """The rows start to stop - 1 of a series; those before `own` are history, which belongs to an earlier piece."""

    start: int
    own: int
    stop: int

    @property
    def rows(self):
        return slice(self.start, self.stop)

    @property
    def own_rows(self):
        return slice(self.own, self.stop)

    def moved(self, by):
        """The piece of a series that begins at row `by` of the data."""
        return Piece(self.start + by, self.own + by, self.stop + by)


def rows_in(share, n):
    """How many of `n` rows a share of them is, rounded down: 0.29 of 100 is 29, though 0.29 * 100 is 28.999..."""
    exact, near = share * n, round(share * n)
    return near if math.isclose(exact, near, rel_tol=1e-12, abs_tol=1e-12) else math.floor(exact)


def amount(value, name, where):
    """A share of the rows as a float below 1, a number of rows as an int; None and 0 are None."""
    if value is None:
        return None
    value = number(value, name, where)
    if value == 0:
        return None
    if not 0 < value < 1 and (value < 0 or value != value // 1 or value == math.inf):
        percent = f"; {value} percent are {value / 100}" if 1 < value < 100 else ""
        raise InvalidValueError(
            f"{where}: {name} must be a share of the rows, such as 0.15, or a number of rows, it got {value!r}{percent}"
        )
    return float(value) if value < 1 else int(value)


def proportions(value, where):
    """rsample's prop as a tuple: the share of train, or those of train and validation."""
    items = tuple(value) if isinstance(value, (list, tuple)) or getattr(value, "ndim", 0) == 1 else (value,)
    shares = tuple(number(item, "prop", where) for item in items)
    if len(shares) not in (1, 2) or not all(0 < share < 1 for share in shares) or not sum(shares) < 1:
        raise InvalidValueError(
            f"{where}: prop must be the share of train, such as 0.75, or of train and validation, such as (0.6, 0.2),"
            f" so that something is left for test; it got {value!r}"
        )
    return shares


@dataclass(frozen=True)
class OneSplit:
    """Train, validation and test. Either `prop` says how large train is, or the others say what they take."""

    prop: tuple | None = None
    validation: float | int | None = None
    test: float | int | None = None
    lag: int = 0
    gap: int = 0
    history: str = "lag"  # what asks for the lag, for messages

    @property
    def names(self):
        if self.prop is not None:
            return ("train", "test") if len(self.prop) == 1 else ("train", "validation", "test")
        given = (("validation", self.validation), ("test", self.test))
        return ("train", *(name for name, value in given if value is not None))

    def pieces(self, n, where, series="the series"):
        """The pieces of a series of `n` rows, in the order of `names`."""
        sizes = self._by_prop(n) if self.prop is not None else self._by_size(n, where, series)
        for name, size in zip(self.names, sizes, strict=True):
            if size < 1:
                raise DataError(f"{where}: {series} has {n} rows, which leaves {self._none(name, size)}")
        result, begin = [], 0
        for name, size in zip(self.names, sizes, strict=True):
            history = self.lag if result else 0
            if history > begin:
                raise DataError(
                    f"{where}: {name} begins at row {begin} of {series}, and {self.history} needs {history} rows before"
                    f" it: {history - begin} too few"
                )
            result.append(Piece(begin - history, begin, begin + size))
            begin += size + self.gap
        return tuple(result)

    def _by_prop(self, n):
        train = rows_in(self.prop[0], n)
        if len(self.prop) == 1:
            return train, n - train - self.gap
        # As rsample has it: validation takes its share of what train leaves.
        validation = rows_in(self.prop[1] / (1 - self.prop[0]), n - train)
        return train, validation, n - train - validation - 2 * self.gap

    def _by_size(self, n, where, series):
        later = []
        for name in self.names[1:]:
            value = getattr(self, name)
            size = rows_in(value, n) if isinstance(value, float) else value
            if not size:
                raise DataError(f"{where}: {series} has {n} rows, and {name}={value} of them is less than one row")
            later.append(size)
        return n - sum(later) - self.gap * len(later), *later

    def _none(self, name, size):
        says = [f"prop={self.prop[0] if len(self.prop) == 1 else self.prop}"] if self.prop is not None else [
            f"{other}={getattr(self, other)}" for other in self.names[1:]
        ]  # fmt: skip
        if self.gap:
            says.append(f"gap={self.gap}")
        return f"no row for {name} with {', '.join(says)}: {1 - size} too few"


@dataclass(frozen=True)
class Origins:
    """Rolling origins: of a series, the splits whose train piece ends at rows initial, initial + skip + 1, ..."""

    initial: int
    assess: int = 1
    skip: int = 0
    lag: int = 0
    gap: int = 0
    cumulative: bool = True
    history: str = "lag"

    names = ("train", "assess")

    def count(self, n, where, series="the series"):
        """How many splits a series of `n` rows gives; an error if none."""
        needs = self.initial + self.gap + self.assess
        if n < needs:
            gap = f", gap={self.gap}" if self.gap else ""
            raise DataError(
                f"{where}: {series} has {n} rows, and initial={self.initial}{gap} and assess={self.assess} need"
                f" {needs}: {needs - n} too few"
            )
        if self.lag > self.initial + self.gap:
            raise DataError(
                f"{where}: {self.history} needs {self.lag} rows before each assess piece, and the first has"
                f" {self.initial + self.gap}: {self.lag - self.initial - self.gap} too few"
            )
        return (n - needs) // (self.skip + 1) + 1

    def pieces(self, index):
        """The train and assess pieces of split `index`."""
        end = self.initial + index * (self.skip + 1)
        begin = 0 if self.cumulative else end - self.initial
        own = end + self.gap
        return Piece(begin, begin, end), Piece(own - self.lag, own, own + self.assess)


def planned(where, *, validation, test, prop, initial, assess, skip, lag, gap, cumulative, history=None):
    """The plan that a user's arguments mean: OneSplit or Origins; `history` is what asks for the lag, if not lag=."""
    validation, test = amount(validation, "validation", where), amount(test, "test", where)
    lag, gap = count(lag, "lag", where, least=0), count(gap, "gap", where, least=0)
    skip = count(skip, "skip", where, least=0)
    history = history or f"lag={lag}"
    if not is_bool(cumulative):
        raise InvalidValueError(f"{where}: cumulative must be True or False, it got {cumulative!r}")
    sizes = [name for name, value in (("validation", validation), ("test", test)) if value is not None]
    if initial is not None:
        if sizes or prop is not None:
            other = sizes[0] if sizes else "prop"
            raise InvalidValueError(
                f"{where}: initial= makes rolling origins, {other}= one split; give one or the other. To keep a test"
                " piece for the end, split it off first, and roll over what is left"
            )
        initial = count(initial, "initial", where, least=1)
        assess = count(1 if assess is None else assess, "assess", where, least=1)
        return Origins(initial, assess, skip, lag, gap, bool(cumulative), history)
    for name, given in (("assess", assess is not None), ("skip", skip), ("cumulative", not cumulative)):
        if given:
            hint = f"; for one split that ends with these rows, test={assess}" if name == "assess" else ""
            raise InvalidValueError(f"{where}: {name}= belongs to rolling origins, which need initial= as well{hint}")
    if prop is None and not sizes:
        prop = 3 / 4  # as in rsample
    if prop is not None and sizes:
        raise InvalidValueError(
            f"{where}: prop= says how the rows are divided, and so does {sizes[0]}=; give one of them"
        )
    return OneSplit(None if prop is None else proportions(prop, where), validation, test, lag, gap, history)
