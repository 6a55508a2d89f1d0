"""Several series in the same rows, one after the other: which row belongs to which."""

from pipekeras.errors import DataError
from pipekeras.receivers import is_frame

__all__: list[str] = []


def stretches(ids, where):
    """([id of each series], begins, ends) of rows that each carry the id of their series.

    Args:
        ids: array, Series, categorical or index, one for each row.
        where: the function that was called.

    Raises:
        DataError: if an id is missing, or the rows of a series do not stand together.
    """
    import numpy as np

    numbers, names = numbered(ids, where)
    begins = np.concatenate([[0], np.flatnonzero(numbers[1:] != numbers[:-1]) + 1])[: len(numbers)].astype("int64")
    ends = np.append(begins[1:], len(numbers)).astype("int64")[: len(begins)]
    found, first, which = np.unique(numbers[begins], return_index=True, return_inverse=True)
    if len(found) < len(begins):
        again = int(np.flatnonzero(first[which] != np.arange(len(begins)))[0])
        name, before = names[numbers[begins[again]]], int(first[which[again]])
        raise DataError(
            f"{where}: the groups are interleaved: {name!r} ends in row {ends[before] - 1} and goes on in row"
            f" {begins[again]}, with {names[numbers[begins[before + 1]]]!r} between. The rows of a series must stand"
            ' together: sort them by group first, data.sort_values(column, kind="stable") or'
            ' data[numpy.argsort(groups, kind="stable")]'
        )
    return [names[number] for number in numbers[begins].tolist()], begins, ends


def numbered(ids, where):
    """(a number for each row, what the numbers stand for); an error if an id is missing."""
    numbers, names = _numbered(ids)
    missing = numbers < 0
    if missing.any():
        count = int(missing.sum())
        raise DataError(
            f"{where}: groups misses the id of {count} row{'s' * (count != 1)}, the first is row"
            f" {int(missing.argmax())}: fill it in, or leave those rows out"
        )
    return numbers, names


def _numbered(ids):
    """The same, with -1 for a missing id."""
    import numpy as np

    if is_frame(ids) or type(ids).__module__.startswith("pandas."):
        import pandas

        numbers, names = pandas.factorize(ids)
        return np.asarray(numbers, "int64"), list(names)
    array = np.asarray(ids, object) if isinstance(ids, (list, tuple)) else np.asarray(ids)  # of text and NaN: "nan"
    if array.dtype.kind == "O":
        import pandas

        numbers, names = pandas.factorize(array)
        return np.asarray(numbers, "int64"), list(names)
    names, numbers = np.unique(array, return_inverse=True)
    numbers = numbers.reshape(-1).astype("int64")
    gone = np.isnan(array) if array.dtype.kind == "f" else np.isnat(array) if array.dtype.kind in "mM" else None
    if gone is not None:
        numbers[gone] = -1
    return numbers, names.tolist()
