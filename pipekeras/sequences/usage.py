"""How many rows the windows of a plan use, and which is the first and the last: arithmetic, however many there are.

Windows i = 0 .. n - 1 begin `stride` rows apart, and each uses the rows at some `offsets` from where it begins. An
offset c + stride * q, with c < stride, is at the rows c + stride * t for t = q .. q + n - 1. So the offsets of each
remainder c use a union of intervals of one length, and such a union is counted from where its intervals begin.
"""

from typing import NamedTuple

__all__: list[str] = []


class Usage(NamedTuple):
    """So many different rows, the first and the last of them; first and last are None if there is no row."""

    rows: int
    first: int | None
    last: int | None


def used(n, stride, offsets, begin, end):
    """The rows from `begin` to `end` - 1 that `n` windows use.

    Args:
        n: how many windows there are.
        stride: rows from the beginning of one to that of the next.
        offsets: array of whole numbers: the rows that the first of them uses.
        begin, end: rows outside are not counted.

    Returns:
        A Usage.
    """
    import numpy as np

    offsets = np.unique(offsets)
    place, remainder = np.divmod(offsets, stride)
    order = np.lexsort((place, remainder))
    place, remainder = place[order], remainder[order]
    low = np.maximum(place, -((remainder - begin) // stride))  # the least t with remainder + stride * t >= begin
    high = np.minimum(place + n, -((remainder - end) // stride))
    before = np.concatenate([[0], high[:-1]])
    alone = np.concatenate([[True], remainder[1:] != remainder[:-1]])[: len(offsets)]
    new = np.maximum(0, high - np.where(alone, low, np.maximum(low, before[: len(offsets)])))
    there = high > low
    if not there.any():
        return Usage(0, None, None)
    first = (remainder + stride * low)[there].min()
    last = (remainder + stride * (high - 1))[there].max()
    return Usage(int(new.sum()), int(first), int(last))


def counts(plan):
    """How many windows each series of a plan has."""
    import numpy as np

    if plan.keep is None:
        return np.diff(plan.before)
    series = np.searchsorted(plan.before, plan.keep, side="right") - 1
    return np.bincount(series, minlength=len(plan.begins))


def usage(plan):
    """(of the windows, of their targets): a Usage each, of all windows of a plan."""
    import numpy as np

    if plan.keep is not None:
        return _marked(plan)
    shape = plan.shape
    zero = np.zeros(1, "int64")
    kinds = [plan.step_rows(zero).ravel()] + ([plan.target_rows(zero).ravel()] if shape.steps else [])
    alike, which = np.unique(
        np.stack([plan.ends - plan.begins, plan.firsts, counts(plan)]), axis=1, return_inverse=True
    )
    which = which.ravel()
    result = []
    for offsets in kinds:
        of_each = [
            used(int(n), shape.stride, offsets + first * shape.stride, 0, int(length)) for length, first, n in alike.T
        ]
        rows = np.array([one.rows for one in of_each])[which]
        some = rows > 0
        firsts = (plan.begins + np.array([one.first or 0 for one in of_each])[which])[some]
        lasts = (plan.begins + np.array([one.last or 0 for one in of_each])[which])[some]
        result.append(Usage(int(rows.sum()), *((int(firsts.min()), int(lasts.max())) if some.any() else (None, None))))
    return tuple(result) if shape.steps else (result[0], Usage(0, None, None))


def _marked(plan):
    """usage() where windows are left out here and there: the rows are marked one by one."""
    import numpy as np

    shape = plan.shape
    starts, stretch = plan.starts(np.arange(len(plan)))
    begins, ends = plan.begins[stretch], plan.ends[stretch]
    last = starts + shape.span - 1
    kinds = [[(starts, shape.lookback)], []]
    if shape.per_step:
        kinds[1] = [(starts + ahead, shape.lookback) for ahead in shape.ahead]
    else:
        kinds[1] = [(last + ahead, 1) for ahead in shape.ahead]
    result = []
    for ladders in kinds:
        mark = np.zeros(int(plan.ends.max()), bool)
        for firsts, steps in ladders:
            mark |= _on_ladders(firsts, steps, shape.rate, begins, ends, len(mark))
        rows = np.flatnonzero(mark)
        result.append(Usage(len(rows), int(rows[0]), int(rows[-1])) if len(rows) else Usage(0, None, None))
    return tuple(result)


def _on_ladders(firsts, steps, rate, begins, ends, length):
    """Which rows below `length` are firsts + rate * k, for k = 0 .. steps - 1, from its `begins` to before its `ends`.

    Where a ladder begins counts 1, where it has ended -1; the sums along every rate-th row tell how many are there.
    """
    import numpy as np

    low = np.maximum(0, -((firsts - begins) // rate))
    high = np.minimum(steps, -((firsts - ends) // rate))
    there = high > low
    change = np.zeros(-(-(length + rate) // rate) * rate, "int64")
    np.add.at(change, (firsts + rate * low)[there], 1)
    np.add.at(change, (firsts + rate * high)[there], -1)
    return (change.reshape(-1, rate).cumsum(axis=0) > 0).ravel()[:length]


def partial(plan):
    """(how many windows begin before their series, how many have a target outside of it)."""
    import numpy as np

    shape = plan.shape
    if plan.keep is not None:
        starts, stretch = plan.starts(np.arange(len(plan)))
        begins, ends = plan.begins[stretch], plan.ends[stretch]
        early = int((starts < begins).sum())
        if not shape.steps:
            return early, 0
        nearest, farthest = _reach(shape)
        return early, int(((starts + nearest < begins) | (starts + farthest >= ends)).sum())
    lengths = plan.ends - plan.begins
    begin, end = plan.firsts, plan.firsts + np.diff(plan.before)
    early = np.clip(-begin, 0, end - begin)
    if not shape.steps:
        return int(early.sum()), 0
    nearest, farthest = _reach(shape)
    least = np.maximum(begin, -(nearest // shape.stride))  # from this window on no target lies before the series
    most = np.minimum(end, (lengths - 1 - farthest) // shape.stride + 1)
    return int(early.sum()), int((end - begin - np.maximum(0, most - least)).sum())


def _reach(shape):
    """(first, last) row of the targets, counted from the beginning of the window."""
    return min(shape.ahead) + (0 if shape.per_step else shape.span - 1), max(shape.ahead) + shape.span - 1
