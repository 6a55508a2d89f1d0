"""How many steps lie between two times: what a frequency is, given or found, whatever times are counted in.

Times are numbers, dates or time spans. A step is a fixed span; or one of the calendar, which are not of equal length:
months, business days, or what an offset of pandas's says.
"""

import re
from dataclasses import dataclass

from pipekeras.errors import InvalidValueError
from pipekeras.receivers import say
from pipekeras.values import is_bool

__all__: list[str] = []

_MONTHS = {"Month": 1, "BusinessMonth": 1, "Quarter": 3, "BQuarter": 3, "Year": 12, "BYear": 12}
_TOLERANCE = 0.01  # of a step: by so much times may be off


@dataclass(frozen=True)
class Times:
    """The time of each row, to be counted with: `values` are numbers, or a DatetimeIndex without a time zone.

    `unit` is "number", "date", "span" (nanoseconds) or "period" (whole numbers).
    """

    values: object
    unit: str
    period: object = None  # of "period": the frequency, in pandas's words

    def __len__(self):
        return len(self.values)

    def array(self):
        """The times as an array: numbers, datetime64 or timedelta64; of periods when they begin."""
        if self.unit == "date":
            return self.values.to_numpy()
        if self.unit == "span":
            return self.values.astype("timedelta64[ns]")
        if self.unit == "period":
            import pandas

            return pandas.PeriodIndex.from_ordinals(self.values, freq=self.period).to_timestamp().to_numpy()
        return self.values

    def shown(self, row):
        """The time of a row, for a message."""
        value = self.values[row]
        if self.unit == "span":
            return str(_span(value))
        if self.unit == "period":
            import pandas

            return str(pandas.Period(ordinal=int(value), freq=self.period))
        return str(value) if self.unit == "date" else f"{value.item():g}" if value.dtype.kind == "f" else str(value)


def times_of(times, where):
    """What a user gives as times, as `Times`."""
    import numpy as np

    kind = type(getattr(times, "dtype", None)).__name__
    if kind == "PeriodDtype":
        import pandas

        index = pandas.PeriodIndex(times)
        return Times(index.asi8, "period", index.freq.base if hasattr(index.freq, "base") else index.freq)
    array = None if kind == "DatetimeTZDtype" else np.asarray(times)
    if array is not None and array.dtype.kind == "m":
        return Times(array.astype("timedelta64[ns]").astype("int64"), "span")
    if array is not None and array.dtype.kind in "iuf":
        return Times(array.astype("int64") if array.dtype.kind == "u" else array, "number")
    import pandas

    index = pandas.DatetimeIndex(pandas.to_datetime(times))
    if index.tz is not None:
        local = index.tz_localize(None)
        daily = len(local) and (local - local.normalize() == local[0] - local[0].normalize()).all()
        index = local if daily else index.tz_convert("UTC").tz_localize(None)  # a day may have 23 hours
    return Times(index, "date")


@dataclass(frozen=True)
class Step:
    """From one row to the next: `size` of a `kind`.

    "number" and "span" (nanoseconds) are fixed; "months" and "business" (days) go by the calendar; "offset" has an
    offset of pandas's as its size.
    """

    kind: str
    size: object

    def __str__(self):
        if self.kind == "span":
            return str(_span(self.size)).removesuffix(" 00:00:00").removeprefix("0 days ")
        if self.kind in ("months", "business"):
            name = "month" if self.kind == "months" else "business day"
            return f"{self.size} {name}{'s' * (self.size != 1)}"
        return f"{self.size:g}" if self.kind == "number" else repr(self.size)

    def between(self, times):
        """How many steps lie between each row and the next: (rows - 1,) decimals; NaN where that cannot be said."""
        import numpy as np

        if self.kind == "offset":
            return _on_grid(times.values, self.size)
        if self.kind == "months":
            return np.diff(_months(times.values)) / self.size
        if self.kind == "business":
            days = times.values.to_numpy().astype("datetime64[D]")
            return np.busday_count(days[:-1], days[1:]) / self.size
        steps = _differences(times) / self.size
        near = np.rint(steps)
        return np.where(np.abs(steps - near) <= np.minimum(0.25, _TOLERANCE * np.maximum(near, 1)), near, steps)

    def after(self, times, rows, steps):
        """The times `steps` after those of `rows`, both arrays."""
        values = times.values[rows]
        if self.kind in ("number", "span"):
            if times.unit == "date":
                import pandas

                return values + pandas.to_timedelta(steps * int(self.size), unit="ns")
            return values + steps * self.size
        import pandas

        offset = self.size if self.kind == "offset" else _offset(self)
        return pandas.DatetimeIndex([value + int(n) * offset for value, n in zip(values, steps, strict=True)])


def step_of(freq, times, inside, where):
    """The `Step` that `freq` stands for, or if it is None the one that is found most often.

    Args:
        freq: a number, or of dates and time spans what pandas takes for a frequency.
        times: `Times`.
        inside: bool (rows - 1,): whether a row and the next belong to the same series.
        where: the function that was called.

    Returns:
        A Step; None if freq is None and there are no two rows to tell it from.
    """
    if freq is not None:
        return _given(freq, times, where)
    if not inside.any():
        return None
    found = times.unit == "date" and _by_calendar(times.values, inside)
    if found:
        return found
    import numpy as np

    differences = _differences(times)[inside]
    if differences.dtype.kind == "f":
        middle = np.median(differences)
        _, first, counts = np.unique(np.rint(differences / middle * 1000), return_index=True, return_counts=True)
        size = differences[first[counts.argmax()]]
    else:
        sizes, counts = np.unique(differences, return_counts=True)
        size = sizes[counts.argmax()]
    return Step("span" if times.unit in ("date", "span") else "number", size.item())


def _given(freq, times, where):
    number = isinstance(freq, (int, float)) or getattr(freq, "shape", None) == ()
    number = number and not is_bool(freq) and getattr(getattr(freq, "dtype", None), "kind", "f") in "iuf"
    if times.unit in ("number", "period"):
        if not number:
            raise InvalidValueError(f"{where}: freq={freq!r}, and time holds numbers: give a number, such as freq=1")
        if not freq > 0:
            raise InvalidValueError(f"{where}: freq must be above 0, it got {freq!r}")
        return Step("number", freq.item() if hasattr(freq, "item") else freq)
    if number or is_bool(freq):
        raise InvalidValueError(
            f'{where}: freq={freq!r} has no unit, and time holds {times.unit}s: write freq="{freq}min", "{freq}h", "D"'
        )
    offset = _parsed(freq, where)
    kind, n = type(offset).__name__, offset.n
    if n < 1:
        raise InvalidValueError(f"{where}: freq={freq!r} goes back in time")
    if kind in ("Day", "Week"):
        return Step("span", n * 86_400_000_000_000 * (7 if kind == "Week" else 1))
    if kind in ("Hour", "Minute", "Second", "Milli", "Micro", "Nano"):
        return Step("span", int(offset.nanos))
    if times.unit == "span":
        raise InvalidValueError(f"{where}: freq={freq!r} is of the calendar, and time holds time spans, not dates")
    months = _MONTHS.get(kind.removesuffix("Begin").removesuffix("End"))
    if months:
        return Step("months", n * months)
    return Step("business", n) if kind == "BusinessDay" else Step("offset", offset)


def _parsed(freq, where):
    import datetime

    import numpy as np
    import pandas
    from pandas.tseries.frequencies import to_offset

    try:
        if isinstance(freq, (np.timedelta64, datetime.timedelta)):
            freq = pandas.Timedelta(freq)
        offset = to_offset(freq)
    except (ValueError, TypeError) as error:
        near = re.search(r"(?:Did you mean|Please use) '?(\w+)", str(error))
        hint = f"; did you mean {near[1]!r}?" if near else '; it is such as "h", "15min", "D", "B", "W", "MS"'
        raise InvalidValueError(f"{where}: freq={freq!r} is no frequency{hint}") from None
    if offset is None:
        raise InvalidValueError(f"{where}: freq={say(freq)} is no frequency")
    return offset


# Arithmetic -----------------------------------------------------------------------------------------------------------


def _span(nanoseconds):
    import pandas

    return pandas.Timedelta(int(nanoseconds), unit="ns")


def _differences(times):
    """From each row to the next: numbers, or nanoseconds as whole numbers."""
    import numpy as np

    if times.unit == "date":
        return np.diff(times.values.to_numpy()).astype("timedelta64[ns]").astype("int64")
    return np.diff(times.values)


def _months(dates):
    return dates.year.to_numpy().astype("int64") * 12 + dates.month.to_numpy()


def _by_calendar(dates, inside):
    """A step of whole months, or of business days; None if it is neither."""
    import numpy as np

    days = np.diff(dates.to_numpy()).astype("timedelta64[ns]").astype("int64")[inside] / 86_400e9
    if not (dates - dates.normalize() == dates[0] - dates[0].normalize()).all():
        return None
    if days.min() >= 28:
        day, last = dates.day.to_numpy(), dates.days_in_month.to_numpy()
        if (day == np.minimum(day.max(), last)).all() or (day == last).all():
            sizes, counts = np.unique(np.diff(_months(dates))[inside], return_counts=True)
            return Step("months", int(sizes[counts.argmax()]))
    sizes, counts = np.unique(days, return_counts=True)
    if sizes[counts.argmax()] != 1 or (dates.day_of_week >= 5).any():
        return None
    dated = dates.to_numpy().astype("datetime64[D]")
    over_weekends = (np.busday_count(dated[:-1], dated[1:])[inside] == 1) & (days > 1)
    return Step("business", 1) if over_weekends.any() else None


def _on_grid(dates, offset):
    """Steps of an offset from row to row, counted along all times that it has; NaN beside a time that is none."""
    import numpy as np
    import pandas

    if len(dates) < 2:
        return np.empty(0)
    low, high = dates.min(), dates.max()
    grid = pandas.date_range(low - offset, high + offset, freq=offset)
    places = grid.get_indexer(dates).astype("float64")
    places[places < 0] = np.nan
    return np.diff(places)


def _offset(step):
    import pandas

    if step.kind == "months":
        return pandas.DateOffset(months=step.size)
    return pandas.offsets.BusinessDay(step.size)
