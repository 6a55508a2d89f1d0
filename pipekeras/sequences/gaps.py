"""Times that are missing between two rows: refused, cut at, or filled with rows of their own."""

from typing import NamedTuple

from pipekeras.errors import DataError, InvalidValueError
from pipekeras.sequences.steps import Times, step_of

__all__: list[str] = []

_MOST = 20  # times as many rows as there are: with more of them put in, the step is hardly what was meant


class Regular(NamedTuple):
    """Rows of which each is one step after the one before it.

    Args:
        begins, ends: arrays: the stretches; a gap is never inside.
        which: of which of the stretches that there were before each is a part.
        rows: for each row the one that it was, -1 for one that was put in; None if none was.
        times: the `Times` of the rows, if some were put in; else None.
    """

    begins: object
    ends: object
    which: object
    rows: object = None
    times: object = None


def regular(gaps, times, begins, ends, freq, where):
    """Rows without gaps in time, or an error that says where they are.

    Args:
        gaps: "error", "drop" or "mark".
        times: `Times` of all rows.
        begins, ends: arrays: the stretches of rows that are used; between two of them there are no gaps.
        freq: what a step is, or None for what is found most often.
        where: the function that was called.

    Returns:
        `Regular`; with "mark" its rows are only those that are used, and those between them.
    """
    import numpy as np

    same = Regular(begins, ends, np.arange(len(begins)))
    if not len(begins):
        return same
    first, end = int(begins[0]), int(ends[-1])
    part = Times(times.values[first:end], times.unit, times.period)
    inside = np.ones(max(0, end - first - 1), bool)
    inside[begins[1:] - first - 1] = False
    step = step_of(freq, part, inside, where)
    if step is None:
        return same
    steps = step.between(part)
    wrong = inside & (steps != 1)
    if not wrong.any():
        return same
    if gaps == "error":
        raise DataError(f"{where}: {_said(wrong, inside, steps, step, times, first, freq)}")
    if gaps == "drop":
        cuts = first + 1 + np.flatnonzero(wrong)
        cut_begins = np.union1d(begins, cuts)
        which = np.searchsorted(begins, cut_begins, side="right") - 1
        return Regular(cut_begins, np.union1d(ends, cuts), which)
    return _filled(part, first, inside, steps, step, same, where)


def _said(wrong, inside, steps, step, times, first, freq):
    """The error about the gaps."""
    place, count = int(wrong.argmax()), int(wrong.sum())
    row = first + place
    between = f"rows {row} ({times.shown(row)}) and {row + 1} ({times.shown(row + 1)})"
    apart = f"{steps[place]:.6g} steps of {step}" if steps[place] == steps[place] else f"no steps of {step}"
    if count * 2 > inside.sum() and count > 1:
        remedy = "Say what a step is with freq=" if freq is None else f"Leave out freq={freq!r} to have the step found"
        return (
            f"time is not regular: {count} of {int(inside.sum())} rows are not one step of {step} after the row before"
            f" them, the first are {between}. {remedy}, or time=False to count rows alone"
        )
    return (
        f"time has {count} gap{'s' * (count > 1)}, the first between {between}, which are {apart} apart. Say"
        ' gaps="drop" to leave out the windows across, gaps="mark" to have rows for what is missing, freq= if a step is'
        " something else, or time=False to count rows alone"
    )


def _filled(part, first, inside, steps, step, same, where):
    """Rows put in where times are missing."""
    import numpy as np

    odd = inside & ~((steps >= 1) & (steps == np.rint(steps)))
    if odd.any():
        row = int(odd.argmax())
        apart = "no steps" if steps[row] != steps[row] else f"{steps[row]:.6g} steps"
        raise DataError(
            f"{where}: rows {first + row} ({part.shown(row)}) and {first + row + 1} ({part.shown(row + 1)}) are {apart}"
            f' of {step} apart, so that no whole rows fit between: gaps="drop" leaves out the windows across; or bring'
            " the times to a grid first, as with data.resample()"
        )
    strides = np.where(inside, np.nan_to_num(steps, nan=1), 1).astype("int64")
    total = int(strides.sum()) + 1
    if total > _MOST * len(part) + 1000:
        raise InvalidValueError(
            f"{where}: {len(part)} rows at steps of {step} would become {total} with those that are missing; give"
            ' freq= if a step is longer, or gaps="drop"'
        )
    places = np.concatenate([[0], np.cumsum(strides)])  # of each row among the new ones
    rows = np.full(total, -1)
    rows[places] = np.arange(first, first + len(part))
    begins = places[same.begins - first]
    ends = np.append(begins[1:], total)
    return Regular(begins, ends, same.which, rows, _times(part, places, rows, step))


def _times(part, places, rows, step):
    import numpy as np

    known = np.flatnonzero(rows >= 0)
    before = np.searchsorted(places, np.arange(len(rows)), side="right") - 1  # the last real row up to each
    put_in = rows < 0
    later = step.after(part, before[put_in], (np.arange(len(rows)) - known[before])[put_in])
    values = np.asarray(part.values)[before]
    later = np.asarray(later).astype(values.dtype) if part.unit == "date" else later
    values = np.array(values, np.result_type(values, later))
    values[put_in] = later
    if part.unit == "date":
        import pandas

        values = pandas.DatetimeIndex(values)
    return Times(values, part.unit, part.period)


def refuse_without_times(freq, gaps, where):
    """Refuse arguments that need times where there are none."""
    if freq is not None:
        raise InvalidValueError(f"{where}: freq={freq!r}, but the rows have no times: say time= too")
    if gaps != "error":
        raise InvalidValueError(f"{where}: gaps={gaps!r}, but the rows have no times: say time= too")
