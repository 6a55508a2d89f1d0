"""Columns brought to one scale: fitted on train alone, applied to what comes later, undone on predictions.

    scaler = sequence_scaler(train)             R's scale(): the mean and standard deviation of each column of train
    x = scaler.apply(later)                     the same shift and factor, whatever `later` looks like
    scaler.undo(predictions, columns="sales")   predictions in the units of the data

How a column is measured is in scales.py, what comes back in scaler.py.
"""

from pipekeras.errors import DataError
from pipekeras.receivers import is_frame
from pipekeras.sequences.chronology import beside, place_of
from pipekeras.sequences.groups import numbered
from pipekeras.sequences.scaler import SequenceScaler, array_of, listed, places_of
from pipekeras.sequences.scales import Measure, is_number_column, measured, values_of_column
from pipekeras.sequences.sources_columns import column as place_in
from pipekeras.sequences.verbs import sequence_verb

__all__ = ["sequence_scaler"]


@sequence_verb
def sequence_scaler(x, method="standard", *, center=True, scale=True, columns=None, groups=None):
    """Fit the scale of each column of a series; what it makes applies it to other rows, and undoes it.

    Args:
        x: the rows to fit on, which should be those of train alone: (time,), (time, features), (time, ..., features),
            a data frame or Series. NaN is left out.
        method: "standard": the mean and the standard deviation (with n - 1, as in R); "minmax": the least and the
            range, so that train lies in 0 to 1; "robust": the median and the distance of the quartiles.
        center: whether to subtract, or what: a number, or one for each column. Without centring "standard" divides by
            the root of the mean square (with n - 1), as R does.
        scale: whether to divide, or by what.
        columns: which columns to scale, by name or number; the others stay as they are. By default all that hold
            numbers; truth values, text, dates and categoricals are left alone.
        groups: each series gets a scale of its own: a column (its name, or number), which is not scaled, or an array
            with an id for each row.

    Returns:
        A SequenceScaler. A column whose values are all the same (or whose quartiles are) is not divided; it is named in
        `.constant`.

    Raises:
        DataError: if a column has no values, infinite ones, or none that are numbers.
        InvalidValueError: if an argument cannot be meant.

    Source: R `base::scale`, `stats::sd`, `stats::IQR`.
    """
    return fitted(x, "sequence_scaler", method, center, scale, columns, groups)


def fitted(x, where, method="standard", center=True, scale=True, columns=None, groups=None, leave=()):
    """A SequenceScaler fitted on `x`; `leave` has the numbers of columns that are no data, such as the time."""
    import numpy as np

    frame = is_frame(x) and x.ndim == 2
    data = x if frame else array_of(x, where)
    if not len(data):
        raise DataError(f"{where}: there are no rows to fit on")
    keys = codes = group_column = None
    if groups is not None:
        codes, keys = numbered(beside(x, groups, "groups", len(data), where), where)
        place = place_of(x, groups, "groups", where)
        leave = {*leave, place} - {None}
        if np.ndim(groups) == 0:
            group_column = groups if place is None or not frame else list(x.columns)[place]
    names, others, positions = _features(x, data, leave, where)
    wanted = _wanted(columns, names, x, positions, where)
    if not frame:  # columns of an array stay in their place
        wanted = [place for place in wanted if place not in leave]
    if not wanted:
        raise DataError(f"{where}: there are no columns to scale")
    measure = Measure.of(where, method, center, scale, len(wanted))
    table = np.zeros((3, len(keys) if keys else 1, len(positions)))
    table[1] = 1  # columns that are not scaled: minus 0, divided by 1
    rows = [np.flatnonzero(codes == code) for code in range(len(keys))] if keys else [slice(None)]
    for place, column in enumerate(wanted):
        values = values_of_column(data, positions[column])
        name = repr(names[column]) if names else f"{column}"
        for g, chosen in enumerate(rows):
            said = f"column {name}" + (f" of series {keys[g]!r}" if keys else "")
            table[:, g, column] = measured(values[chosen], measure, place, said, where)
    return SequenceScaler(measure.method, names, others, group_column, keys, table[0], table[1], table[2].astype(bool))


def _features(x, data, left, where):
    """(names, others, positions): the columns that are data, by name; names of those that are not; where they stand."""
    if not (is_frame(x) and x.ndim == 2):
        name = getattr(x, "name", None) if is_frame(x) else None
        return (None if name is None else [name]), [], list(range(data.shape[-1] if data.ndim > 1 else 1))
    names, others, positions = [], [], []
    for position, name in enumerate(x.columns):
        if position not in left and is_number_column(x.iloc[:, position]):
            names.append(name)
            positions.append(position)
        else:
            others.append(name)
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise DataError(f"{where}: the data frame has the column {twice!r} twice; give them names of their own")
    return names, others, positions


def _wanted(columns, names, x, positions, where):
    """Which of the features to scale, by their place among them."""
    if columns is not None:
        if is_frame(x) and x.ndim == 2:  # numbers are those of its own columns, whatever they hold
            known = tuple(x.columns)
            columns = [known[place_in(item, known, len(known), "columns", where)] for item in listed(columns)]
        return places_of(columns, names, len(positions), where)
    if is_frame(x) and x.ndim == 2:
        chosen = [i for i, position in enumerate(positions) if x.dtypes.iloc[position].kind != "b"]
        if not chosen:
            raise DataError(f"{where}: the data frame has no columns of numbers to scale")
        return chosen
    return list(range(len(positions)))
