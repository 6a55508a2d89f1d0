"""Whether what a model is trained on reaches into what it is tested on: sequence_check_overlap().

It looks at rows alone: those that are inputs, and those that are targets.
"""

from pipekeras.errors import DataError, InvalidValueError
from pipekeras.pipe import Checked
from pipekeras.receivers import say
from pipekeras.sequences.chronology import series_in
from pipekeras.values import is_bool

__all__ = ["sequence_check_overlap"]

_WHERE = "sequence_check_overlap"


@Checked
def sequence_check_overlap(train, *later, split=None, groups=None, names=None, history=True):
    """Refuse pieces that leak: targets in two of them, or rows in train from the time that it is tested on.

    A target row of an earlier piece must be no target of a later one, and no row that an earlier piece uses, as input
    or as target, may lie at or after the first target of a later one. That a later piece reads earlier rows as its
    history is no leakage, unless `history` is False.

    Args:
        train: a split that sequence_split() made, which is checked by itself; or a dataset of sequence_windows() or
            sequence_fold(), or whatever has `rows_used()`; or a pair (input rows, target rows), each of them row
            numbers, a slice or truth values.
        *later: the like for validation and test, in the order of time.
        split: the split from whose pieces the datasets were made; without it, the rows of all of them must be counted
            in the same data.
        groups: an array with the id of the series for each row of the data; time is compared within each series.
            Known from `split`.
        names: what the pieces are called in messages and in `split`; by default train, validation and test.
        history: False refuses as well that a later piece reads rows that an earlier one uses.

    Returns:
        None.

    Raises:
        DataError: if the pieces overlap; the message says which rows.
        InvalidValueError: if something has no rows to look at.

    Source: rsample's and timetk's splits, which overlap unnoticed with lag > 0; the `purge` and `embargo` of
    M. López de Prado, Advances in Financial Machine Learning, 2018, chapter 7.
    """
    if not is_bool(history):
        raise InvalidValueError(f"{_WHERE}: history must be True or False, it got {history!r}")
    if not later:
        if not hasattr(train, "uses"):
            raise InvalidValueError(
                f"{_WHERE}: there is nothing to compare {say(train)} with; give what comes after it as well"
            )
        for begins, uses in train.uses():
            _check(begins, uses, history)
        return
    if split is not None and not hasattr(split, "own_rows"):
        raise InvalidValueError(f"{_WHERE}: split must be a split of sequence_split(), it got {say(split)}")
    things = (train, *later)
    names = _names(names, len(things), split)
    if split is None:
        _refuse_other_data(things, names)
    uses = [_rows(thing, name) for thing, name in zip(things, names, strict=True)]
    begins = [0]
    if split is not None:
        begins, pieces = split.uses()[0]
        uses = [_in_data(use, {name: rows for name, rows, _ in pieces}) for use in uses]
    elif groups is not None:
        begins = _begins(groups, max(int(used.max(initial=-1)) + 1 for use in uses for used in use[1:]))
    _check(begins, uses, history)


def _refuse_other_data(things, names):
    """Raise for datasets of data with different numbers of rows: their rows are not counted alike."""
    lengths = {}
    for thing, name in zip(things, names, strict=True):
        series = getattr(thing, "series", None)
        if hasattr(thing, "rows_used") and series is not None and getattr(series, "rows", None) is None:
            lengths[name] = len(thing.rows_used()[0])
    if len(set(lengths.values())) > 1:
        said = ", ".join(f"{name} of {n} rows" for name, n in lengths.items())
        raise InvalidValueError(
            f"{_WHERE}: the datasets were made of different data, {said}, so that row 0 of one is not row 0 of the"
            " other: give split=, the split they come from, or make them of the same data with start= and end="
        )


def _begins(groups, least):
    """Where the series begin; `least` rows of the data are known of."""
    import numpy as np

    if np.ndim(groups) == 0:
        raise InvalidValueError(f"{_WHERE}: groups must have an id for each row of the data, it got {say(groups)}")
    if len(groups) < least:
        raise DataError(f"{_WHERE}: groups has {len(groups)} ids, and row {least - 1} is used: give one for each row")
    return [begin for _, begin, _ in series_in(groups, _WHERE)]


def _names(names, n, split):
    if names is None:
        if split is not None and len(split.names) == n:
            return split.names
        names = {2: ("train", "test"), 3: ("train", "validation", "test")}.get(n) or [f"piece {i}" for i in range(n)]
    elif isinstance(names, str) or len(names) != n:
        raise InvalidValueError(f"{_WHERE}: names must be a name for each of the {n} pieces, it got {names!r}")
    if split is not None:
        for name in names:
            if name not in split.names:
                raise InvalidValueError(
                    f"{_WHERE}: the split has {', '.join(split.names)}, no {name}; say by names= which pieces these are"
                )
    return tuple(names)


def _rows(thing, name):
    """(name, input rows, target rows), sorted; where there are no targets, the inputs are what is learned."""
    used = thing.rows_used() if hasattr(thing, "rows_used") else thing
    if not isinstance(used, (tuple, list)) or len(used) != 2:
        raise InvalidValueError(
            f"{_WHERE}: {name} is {say(thing)}; it must be a dataset, such as sequence_windows() makes, or a pair:"
            " (input rows, target rows)"
        )
    inputs = _numbers(used[0], f"the input rows of {name}")
    targets = inputs if used[1] is None else _numbers(used[1], f"the target rows of {name}")
    return name, inputs, targets if len(targets) else inputs


def _numbers(rows, what):
    import numpy as np

    if isinstance(rows, slice):
        if rows.stop is None or rows.stop < 0:
            raise InvalidValueError(f"{_WHERE}: {what} are a slice without an end that is counted from 0: {rows}")
        rows = range(rows.start or 0, rows.stop, rows.step or 1)
    array = np.asarray(rows)
    if array.dtype == bool and array.ndim == 1:
        return np.flatnonzero(array)
    if not array.size:
        return np.zeros(0, "int64")
    if array.ndim == 0 or array.dtype.kind not in "iu" or array.min() < 0:
        raise InvalidValueError(
            f"{_WHERE}: {what} must be row numbers from 0 up, or truth values; they are {say(rows)}"
        )
    return np.unique(array.astype("int64"))


def _in_data(use, pieces):
    """The rows of a dataset over a piece, as rows of the data that was split."""
    name, inputs, targets = use
    rows = pieces[name]
    for used in (inputs, targets):
        if len(used) and used[-1] >= len(rows):
            raise DataError(
                f"{_WHERE}: {name} uses row {int(used[-1])}, but the split's {name} has {len(rows)} rows: was it made"
                " of that piece?"
            )
    return name, rows[inputs], rows[targets]


def _check(begins, uses, history):
    for place, earlier in enumerate(uses):
        for later in uses[place + 1 :]:
            _check_pair(begins, earlier, later, history)


def _check_pair(begins, earlier, later, history):
    import numpy as np

    (name, inputs, targets), (other, later_inputs, later_targets) = earlier, later
    both = np.intersect1d(targets, later_targets)
    if both.size:
        raise DataError(
            f"{_WHERE}: {name} and {other} share {_some(both, 'target row')}: what {other} tests was trained on. Begin"
            f" {other} later; if it begins with rows of history, no more than its first window needs"
            " (sequence_split(lookback=...))"
        )
    begins = np.asarray(begins)

    def series(rows):
        return np.searchsorted(begins, rows, side="right") - 1

    first = np.full(len(begins), np.iinfo("int64").max)
    np.minimum.at(first, series(later_targets), later_targets)
    for rows, verb, kind in ((targets, "has", "target row"), (inputs, "reads", "input row")):
        late = rows[rows >= first[series(rows)]]
        if late.size:
            begin = int(first[series(late[0])])
            raise DataError(
                f"{_WHERE}: {name} {verb} {_some(late, kind)}, and {other} has its first target in row {begin}: {name}"
                f" would know what {other} asks. Let {name} end before row {begin}"
            )
    if not history:
        back = np.intersect1d(np.union1d(inputs, targets), later_inputs)
        if back.size:
            raise DataError(
                f"{_WHERE}: {other} reads {_some(back, 'input row')} that {name} uses, and history=False allows none:"
                " leave out more rows between them (sequence_split(gap=...)), or give no history (lag=0)"
            )


def _some(rows, kind):
    """Rows in words: `3 target rows (7 to 9)`."""
    runs, begin = [], 0
    for end in range(1, len(rows) + 1):
        if end == len(rows) or rows[end] != rows[end - 1] + 1:
            runs.append((int(rows[begin]), int(rows[end - 1])))
            begin = end
    shown = ", ".join(f"{a}" if a == b else f"{a} to {b}" for a, b in runs[:3]) + (", ..." if len(runs) > 3 else "")
    return f"{len(rows)} {kind}{'s' * (len(rows) != 1)} ({shown})"
