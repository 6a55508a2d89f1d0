"""What a forecast goes on from and what it comes back as: the rows of series, their columns, scale and index."""

import warnings
from dataclasses import dataclass

from pipekeras._keras import keras
from pipekeras.asarray import as_array
from pipekeras.errors import DataError, InvalidValueError
from pipekeras.receivers import is_frame, say
from pipekeras.sequences.chronology import beside, check_increasing, index_times, labels, series_in
from pipekeras.sequences.sources_base import Source
from pipekeras.sequences.sources_columns import column

__all__: list[str] = []


@dataclass(frozen=True)
class Past:
    """One or more series, of which the last rows are read.

    Args:
        x: (rows, ...) of all series one after the other, or (series, rows, ...); only the columns that are read.
        spans: (begin, end) of each series in the rows; None for (series, rows, ...).
        ids: the ids of the series where they have any.
        group: the name of the column of ids in what comes back.
        data: what was given; a data frame decides what comes back.
        flat: whether it was given without an axis of columns.
        labels: the names of all columns of the data, or None.
        width: how many columns the data has, without that of the groups.
        read, targets: the numbers of the columns that are read, and that are predicted.
        where: the function that was called.
    """

    x: object
    spans: list | None
    ids: list | None
    group: object
    data: object
    flat: bool
    labels: list | None
    width: int
    read: list
    targets: list
    where: str

    def __len__(self):
        return len(self.x) if self.spans is None else len(self.spans)

    @property
    def several(self):
        """Whether more than one series can come, so that forecasts have an axis of series."""
        return self.spans is None or self.ids is not None

    @property
    def row_shape(self):
        """The shape of a row that is read: (columns,), or that of an image."""
        shape = tuple(self.x.shape[2 if self.spans is None else 1 :])
        return (len(self.read),) if len(shape) < 2 else shape

    @property
    def target_shape(self):
        """The shape of a row that is predicted."""
        return (len(self.targets),) if len(self.row_shape) == 1 else self.row_shape

    @property
    def feedback(self):
        """[(number among the targets, number among the columns read)] of the columns that are both."""
        return [(t, self.read.index(c)) for t, c in enumerate(self.targets) if c in self.read]

    @property
    def unpredicted(self):
        """The numbers among the columns read of those that are not predicted."""
        return [i for i, c in enumerate(self.read) if c not in self.targets] if len(self.row_shape) == 1 else []

    def name(self, number):
        """A column of the data as the user calls it."""
        return self.labels[number] if self.labels is not None else number

    def names(self, numbers):
        """Columns of the data in words, the first of many."""
        shown = [repr(self.name(number)) for number in numbers]
        return ", ".join(shown if len(shown) <= 10 else [*shown[:9], "..."])

    def length(self, series):
        """How many rows a series has."""
        return self.x.shape[1] if self.spans is None else self.spans[series][1] - self.spans[series][0]

    def tail(self, series, rows):
        """The last rows of some series of at least that length: (series, rows, ...), a copy."""
        import numpy as np

        if self.spans is None:
            found = self.x[series, self.x.shape[1] - rows :]
        else:
            ends = [self.spans[s][1] for s in series]
            found = np.stack([np.asarray(self.x[end - rows : end]) for end in ends])
        if isinstance(self.x, Source):  # whose columns are chosen here, since it is not an array to choose from
            found = found[..., None] if self.flat else found
            found = found[..., self.read] if found.ndim == 3 else found
        return np.array(found, "float64")  # so that scaling is as exact as it was in training

    def called(self, series):
        """A series in words, at the beginning of a sentence."""
        if not self.several:
            return "the series"
        return f"series {self.ids[series] if self.ids is not None else series!r}"

    def refuse_short(self, rows, needs):
        """Raise if a series has fewer rows; `needs` says what needs them."""
        short = min(range(len(self)), key=self.length)
        has = self.length(short)
        if has < rows:
            raise DataError(f"{self.where}: {self.called(short)} has {has} rows, and {needs}: {rows - has} too few")

    def refuse_missing(self, found, series):
        """Raise if rows that are read, the last of their series, have missing values."""
        import numpy as np

        bad = ~np.isfinite(found)
        if bad.any():
            s, row, *rest = (int(i) for i in np.argwhere(bad)[0])
            what = "a missing value (NaN)" if np.isnan(found[(s, row, *rest)]) else "an infinite value"
            at = f" of column {self.name(self.read[rest[0]])!r}" if len(self.row_shape) == 1 and not self.flat else ""
            length = self.length(series[s])
            raise DataError(
                f"{self.where}: row {length - found.shape[1] + row}{at} of {self.called(series[s])}, which the forecast"
                f" begins from, is {what}: fill it in, as with data.interpolate(), or leave out the rows at the end"
            )


def past_of(data, columns, targets, groups, axes, where):
    """A Past of what was given.

    Args:
        data, columns, targets, groups: see sequence_forecast().
        axes: how many axes the model's windows have, without the batch: 2 for (lookback, features).
        where: the function that was called.
    """
    frame = is_frame(data) and getattr(data, "ndim", 0) == 2
    if hasattr(data, "to_numpy") and hasattr(data, "batches"):
        raise DataError(f"{where}: data is {say(data)}: give the series itself, whose end is where the forecast begins")
    if frame:
        x, known = None, list(data.columns)
        shape = data.shape
    else:
        x = data if isinstance(data, Source) else as_array(data, where, name="data", text=False)
        known = x.columns if isinstance(x, Source) else None
        shape = tuple(x.shape)
        if not shape:
            raise DataError(f"{where}: data is the single value {x[()]}; a series has its time steps along an axis")
        if getattr(x, "dtype", None) is not None and x.dtype.kind == "c":
            raise DataError(f"{where}: data holds complex numbers; give their real and imaginary parts as two columns")
    flat = len(shape) == 1
    stacked = len(shape) == axes + 1
    if not flat and not stacked and len(shape) != axes:
        raise DataError(
            f"{where}: data has shape {shape}; a series for this model has {axes} axes, time first, or several series"
            f" {axes + 1}, (series, time, ...)"
        )
    if stacked and groups is not None:
        raise InvalidValueError(f"{where}: groups= was given, but data of shape {shape} has an axis of series already")

    spans, ids, group, own = (None if stacked else [(0, shape[0])]), None, None, None
    if groups is not None:
        spans, ids, group, own = _grouped(data, groups, known, shape, frame, where)
    times = index_times(data)
    if times is not None:
        check_increasing(times, [begin for begin, _ in spans], where, by_index=True)
    width = 1 if flat else shape[-1]
    total = [i for i in range(width) if i != own]
    images = len(shape) > 2 + stacked
    if images and (columns is not None or targets is not None):
        raise InvalidValueError(f"{where}: columns= and targets= choose columns; data has rows of shape {shape[1:]}")
    read = total if columns is None else _columns(columns, known, width, "columns", where)
    wanted = read if targets is None else _columns(targets, known, width, "targets", where)
    if own is not None and own in read + wanted:
        raise InvalidValueError(f"{where}: column {known[own] if known else own!r} holds the ids of the groups")
    if frame:
        x = as_array(data.iloc[:, read], where, name="data", text=False)
    elif isinstance(x, Source):
        pass
    elif flat:
        x = x[:, None]
    elif read != list(range(width)):
        x = x[..., read]
    return Past(x, spans, ids, group, data, flat, known, len(total), read, wanted, where)


def _columns(items, known, width, name, where):
    alone = isinstance(items, str) or not hasattr(items, "__len__")
    found = [column(item, known, width, name, where) for item in ([items] if alone else items)]
    if not found or len(set(found)) < len(found):
        raise InvalidValueError(f"{where}: {name}={items!r} {'names a column twice' if found else 'is empty'}")
    return found


def _grouped(data, groups, known, shape, frame, where):
    """(spans, ids, name of the ids, number of their column)."""
    own = None
    if not hasattr(groups, "__len__") or isinstance(groups, str):
        if len(shape) != 2:
            raise InvalidValueError(f"{where}: groups={groups!r} names a column, data has shape {shape}: give the ids")
        own = column(groups, known, shape[1], "groups", where)
        if shape[1] == 1:
            raise DataError(f"{where}: data has one column, which groups takes: nothing is left for the series")
        if isinstance(data, Source):
            raise InvalidValueError(
                f"{where}: data is {say(data)}: give the ids themselves as groups, one for each row"
            )
        groups = data.iloc[:, own] if frame else data[:, own]
    found = series_in(beside(data, groups, "groups", shape[0], where), where)
    name = known[own] if own is not None and known else getattr(groups, "name", None)
    return [(b, e) for _, b, e in found], [i for i, _, _ in found], "group" if name is None else name, own


# Scale ----------------------------------------------------------------------------------------------------------------


class Scale:
    """A scaler, applied to rows of some columns of a Past's series, and undone on forecasts."""

    def __init__(self, scaler, past):
        if scaler is not None and not (hasattr(scaler, "apply") and hasattr(scaler, "undo")):
            raise InvalidValueError(
                f"{past.where}: scaler must have the methods apply and undo, as what sequence_scaler() makes has; it"
                f" got {say(scaler)}"
            )
        self.scaler, self.past = scaler, past

    def apply(self, rows, columns, series):
        """Rows (series, n, ...) of the data's `columns` in the units, and the type of floats, that the model knows."""
        return self._changed("apply", rows, columns, series).astype(keras.config.floatx())

    def undo(self, rows, columns, series):
        """Rows in the units of the data; exact ones, if there is anything to undo."""
        return rows if self.scaler is None else self._changed("undo", rows.astype("float64"), columns, series)

    def _changed(self, how, rows, columns, series):
        import numpy as np

        if self.scaler is None:
            return rows
        past, change, options = self.past, getattr(self.scaler, how), {}
        own_groups = past.ids is not None and getattr(self.scaler, "groups", None) is not None
        ids = labels([past.ids[s] for s in series]) if own_groups else None
        if is_frame(past.data) and past.data.ndim == 2 and getattr(self.scaler, "columns", ()) is not None:
            import pandas

            if own_groups:
                options["groups"] = np.repeat(ids, rows.shape[1])
            table = pandas.DataFrame(rows.reshape(-1, rows.shape[-1]), columns=[past.labels[c] for c in columns])
            return np.asarray(change(table, **options)).reshape(rows.shape)
        if own_groups:
            options["groups"] = ids
        if past.labels is None and len(past.row_shape) == 1 and columns != list(range(past.width)):
            options["columns"] = columns
        elif past.labels is not None and len(columns) != past.width:
            options["columns"] = [past.labels[c] for c in columns]
        natural = rows if past.several else rows[0]
        natural = natural[..., 0] if past.flat else natural
        return np.asarray(change(natural, **options)).reshape(rows.shape)


# What comes back ------------------------------------------------------------------------------------------------------


def presented(values, past):
    """A forecast (series, steps, ...) in the kind that the data came in."""
    data = past.data
    if is_frame(data) and hasattr(data, "index"):
        return _frame(values, past)
    if past.flat:
        values = values[..., 0]
    return values if past.several else values[0]


def _frame(values, past):
    import pandas

    data, steps = past.data, values.shape[1]
    if not past.several:
        index = continued(data.index, steps)
        if data.ndim == 1:
            return pandas.Series(values[0, :, 0], index=index, name=data.name)
        return pandas.DataFrame(values[0], index=index, columns=[past.labels[t] for t in past.targets])
    names = [past.labels[t] for t in past.targets] if data.ndim == 2 else [getattr(data, "name", None) or "value"]
    parts = []
    for forecast, name, (begin, end) in zip(values, past.ids, past.spans, strict=True):
        part = pandas.DataFrame(forecast, index=continued(data.index[begin:end], steps, begin), columns=names)
        part.insert(0, past.group, name)
        parts.append(part)
    dated = type(parts[0].index).__name__ != "RangeIndex"
    return pandas.concat(parts, ignore_index=not dated)


def continued(index, steps, begin=0):
    """The index of the rows after those of `index`: dates go on where their distance is known, else rows are counted.

    `begin` is the number of its first row, for an index that is none.
    """
    import pandas

    kind = type(index).__name__
    if kind == "PeriodIndex" and len(index):
        return pandas.period_range(index[-1] + 1, periods=steps, freq=index.freq, name=index.name)
    if kind in ("DatetimeIndex", "TimedeltaIndex") and len(index) > 1:
        every = index.freq or _found_freq(index)
        if every is not None:
            make = pandas.date_range if kind == "DatetimeIndex" else pandas.timedelta_range
            return make(index[-1], periods=steps + 1, freq=every, name=index.name)[1:]
        warnings.warn(
            "sequence_forecast: the dates of data are not evenly spaced, so that nobody knows which come next, and the"
            " forecast is counted by rows. If some are missing, fill them in: data.asfreq(...).interpolate()",
            stacklevel=2,
        )
    if kind == "RangeIndex" and len(index):
        first = index[-1] + index.step
        return pandas.RangeIndex(first, first + steps * index.step, index.step, name=index.name)
    if kind == "Index" and len(index) > 1 and index.dtype.kind in "iu" and len(set(index[1:] - index[:-1])) == 1:
        every = index[1] - index[0]
        return pandas.Index([index[-1] + every * k for k in range(1, steps + 1)], name=index.name)
    return pandas.RangeIndex(begin + len(index), begin + len(index) + steps)


def _found_freq(index):
    """How far evenly spaced dates, or time spans, are apart; None if they are not."""
    import pandas

    if len(index) == 2:
        return index[1] - index[0] or None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what comes back will be of another type some day, which date_range takes too
        return pandas.infer_freq(index)
