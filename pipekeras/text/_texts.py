"""What counts as texts and as sequences of word numbers, in whichever form they come.

Texts are a list, array, Series or tensor of strings, a string alone, anything that can be iterated over, or, as in R,
a function without arguments that gives the next text at each call and None in the end. A text may also be a list of
its words.
"""

import inspect
import numbers
from itertools import chain

from pipekeras.asarray import values_of
from pipekeras.errors import DataError
from pipekeras.receivers import is_frame, is_tensor, say

_FORMS = "a list or array, or a function or generator that gives one after the other"


def is_missing(value):
    """Whether `value` is None, NaN or pandas' NA: a text that is not there."""
    return value is None or type(value).__name__ in ("NAType", "NaTType") or (_is_number(value) and value != value)


def items_of(x, name, where):
    """Iterate over what `x` holds, one text or sequence after the other, as it is."""
    if isinstance(x, str):
        return iter([x])
    if inspect.isgeneratorfunction(x):
        return x()
    if callable(x) and not hasattr(x, "__iter__"):
        return called(x)
    if is_tensor(x):
        x = _values(x, name, where)
    if is_frame(x) and x.ndim == 2:
        if x.shape[1] != 1:
            raise DataError(f'{where}: {name} is {say(x)}; choose the column with the texts: frame["text"]')
        x = x.iloc[:, 0]
    if getattr(x, "ndim", None) == 0 and hasattr(x, "item"):
        return iter([x.item()])
    if getattr(x, "ndim", None) == 2 and x.shape[1] == 1:
        x = x.reshape(-1)
    if isinstance(x, (bytes, dict)) or not hasattr(x, "__iter__"):
        raise DataError(f"{where}: {name} is {say(x)}; it must be {_FORMS}")
    return iter(x)


def called(function):
    """Iterate over what a function gives at each call, up to None, as R's generators are written."""
    while (item := function()) is not None:
        yield item


def peek(items):
    """The first of the `items` that is not empty, or None; and all of them again."""
    seen = []
    for item in items:
        seen.append(item)
        if not hasattr(item, "__len__") or getattr(item, "ndim", 1) == 0 or len(item):
            break
    return (seen[-1] if seen else None), chain(seen, items)


def is_sequence(item):
    """Whether `item` is a list or array of numbers, rather than a text or its words."""
    if isinstance(item, (str, bytes)) or not hasattr(item, "__len__") or getattr(item, "ndim", 1) != 1:
        return False
    return len(item) > 0 and _is_number(next(iter(item)))


def texts_of(x, where, name="texts"):
    """Iterate over the texts in `x`: each a string, or the list of its words."""
    for position, item in enumerate(items_of(x, name, where)):
        if type(item) is str:
            yield item
        elif is_tensor(item) and len(item.shape) > 0:  # a batch, as datasets give them
            yield from texts_of(item, where, f"batch {position} of {name}")
        else:
            yield _text(item, f"{name}[{position}]", where)


def _text(item, label, where):
    if is_tensor(item):
        item = _values(item, label, where)
    if getattr(item, "ndim", None) == 0 and hasattr(item, "item"):
        item = item.item()
    if isinstance(item, str):
        return str(item)
    if isinstance(item, bytes):
        return _decoded(item, label, where)
    if is_missing(item):
        raise DataError(f'{where}: {label} is missing ({item}): fill it in, as with "", or leave it out')
    if isinstance(item, (list, tuple)) or getattr(item, "ndim", None) == 1:
        words = [_decoded(w, label, where) if isinstance(w, bytes) else w for w in item]
        for word in words:
            if not isinstance(word, str):
                hint = "; numbers of words go to sequences_to_matrix()" if _is_number(word) else ""
                raise DataError(f"{where}: {label} has {say(word)} where a word belongs{hint}")
        return list(map(str, words))
    raise DataError(f"{where}: {label} is {say(item)}; a text is a string, or a list of its words")


def flat_sequences(x, where, name="sequences"):
    """The word numbers of all sequences one after the other, and the length of each sequence.

    Args:
        x: list of sequences, each a list or array of word numbers, a number alone being a sequence of one; a matrix;
            or whatever gives such sequences one after the other.
        where: the function that was called, for messages.
        name: what `x` is called there.

    Returns:
        Two int64 arrays.

    Raises:
        DataError: if a sequence holds anything but whole numbers from 0 up.
    """
    import numpy as np

    if isinstance(x, str):
        raise DataError(f"{where}: {name} is text, {say(x)}; turn it into numbers first: texts_to_sequences()")
    rows = []
    for position, item in enumerate(items_of(x, name, where)):
        try:
            row = np.asarray(_values(item, name, where) if is_tensor(item) else item)
        except ValueError:
            row = np.asarray(None)
        if row.ndim > 1 or (row.size and row.dtype.kind not in "iuf"):
            hint = ": texts go to texts_to_matrix()" if row.dtype.kind in "US" else ""
            raise DataError(f"{where}: {name}[{position}] is {say(item)}, no list of word numbers{hint}")
        rows.append(np.atleast_1d(row) if row.size else np.zeros(0, "int64"))
    lengths = np.array([len(row) for row in rows], "int64")
    flat = np.concatenate(rows) if rows else np.zeros(0, "int64")
    wrong = (flat < 0) | (flat != np.trunc(flat))  # NaN is unequal to itself
    if wrong.any():
        raise DataError(f"{where}: {name} has {flat[wrong][0]}; numbers of words are whole, from 0 up")
    return flat.astype("int64"), lengths


def _values(tensor, name, where):
    values = values_of(tensor)
    if values is None:
        raise DataError(f"{where}: {name} is symbolic, {say(tensor)}: it stands for texts and has none itself")
    return values


def _decoded(text, label, where):
    try:
        return text.decode()
    except UnicodeDecodeError as error:
        raise DataError(f"{where}: {label} is no UTF-8: {error}") from None


def _is_number(value):
    return isinstance(value, numbers.Number) and not isinstance(value, bool)
