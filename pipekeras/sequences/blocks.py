"""A series as consecutive blocks, and back: the lecture's first way from a long series to input sequences.

sequence_reshape(range(1, 15), timesteps=7)                    two blocks: 1..7 and 8..14
x, y = sequence_reshape(range(1, 15), timesteps=7, delay=7)    x = 1..7, y = 8..14
x, y = sequence_reshape(series, timesteps=12, delay=1)         for each step the one after it
"""

from typing import NamedTuple

from pipekeras.asarray import as_array
from pipekeras.errors import DataError, InvalidValueError, suggestion
from pipekeras.sequences.columns import padding
from pipekeras.sequences.given import given, step_shape
from pipekeras.sequences.verbs import sequence_verb
from pipekeras.values import count, is_bool, maybe_whole, whole

__all__ = ["sequence_reshape", "sequence_unreshape"]

_REMAINDERS = ("drop", "drop_first", "pad", "error")

# The plan -------------------------------------------------------------------------------------------------------------


class Blocks(NamedTuple):
    """`n` blocks of `timesteps` rows from row `first` on, of which the first `real` rows exist and have targets."""

    n: int
    timesteps: int
    first: int
    real: int


def plan_blocks(rows, timesteps, delay, remainder, where):
    """Which rows the blocks of a series of `rows` rows hold, with targets `delay` rows on (0 where there are none)."""
    first, end = max(0, -delay), rows - max(0, delay)
    steps = max(0, end - first)
    whole_ones, rest = divmod(steps, timesteps)
    if not (whole_ones or (remainder == "pad" and rest)):
        needs = (1 if remainder == "pad" else timesteps) + abs(delay)
        of = f"timesteps={timesteps}" + (f" with delay={delay}" if delay else "")
        raise DataError(
            f"{where}: the series has {rows} row{'s' * (rows != 1)}, and a block of {of} needs {needs}:"
            f" {needs - rows} too few"
        )
    if remainder == "pad":
        return Blocks(whole_ones + (rest > 0), timesteps, first, steps)
    if remainder == "error" and rest:
        with_targets = f" that have a target at delay={delay}" if delay else ""
        fill = f"{whole_ones} block{'s' * (whole_ones != 1)}"
        raise DataError(
            f"{where}: {steps} rows{with_targets} are {fill} of timesteps={timesteps} and {rest} left over;"
            f' remainder="drop" leaves out the last {rest}, "drop_first" the first {rest}, "pad" adds'
            f" {timesteps - rest}"
        )
    return Blocks(whole_ones, timesteps, first + (rest if remainder == "drop_first" else 0), whole_ones * timesteps)


# The functions --------------------------------------------------------------------------------------------------------


@sequence_verb
def sequence_reshape(data, timesteps, delay=None, *, targets=None, remainder="drop", pad_value=0.0):
    """Reshape a series into consecutive blocks, with targets taken `delay` steps on.

    Args:
        data: the series, time first: `(time,)`, `(time, features)` or `(time, ...)`; array, list, data frame or tensor.
        timesteps: how many steps a block has.
        delay: how many rows after each step its target lies: 1 for the next row, `timesteps` for the block after it,
            0 for the row itself; None for blocks alone. A negative one lies before.
        targets: where targets are taken from: None for the series itself; a column of `data`, or several in a list, by
            name or number; another array or frame with as many rows.
        remainder: what becomes of rows that fill no block: "drop" leaves out the last ones, "drop_first" the first
            ones, "pad" fills up the last block, "error" raises.
        pad_value: what fills it up.

    Returns:
        Blocks of shape `(n, timesteps, features)`, for a series `(time,)` with one feature; or with a delay the pair of
        blocks and targets `(n, timesteps, columns)`: all blocks whose targets exist. With remainder="pad" a mask
        `(n, timesteps)` comes last, True for steps that are real, and have a target if targets are asked for:
        `x, mask`, or `x, y, mask`; it does as `sample_weight`. Values keep their type.

    Raises:
        DataError: if the series is too short for a block, is text, or leaves a remainder that is an error.
        InvalidValueError: if an argument cannot be meant.

    Source: the slide "Generating input sequences", where x = 1..7 has y = 8..14.
    """
    where = "sequence_reshape"
    timesteps = count(timesteps, "timesteps", where, least=1)
    shift = None if delay is None else whole(delay, "delay", where)
    if remainder not in _REMAINDERS:
        near = suggestion(remainder, _REMAINDERS, quote='"', otherwise=f"; it is one of {', '.join(_REMAINDERS)}")
        raise InvalidValueError(f"{where}: remainder={remainder!r} is none{near}")
    if is_bool(targets):
        raise InvalidValueError(f"{where}: targets={targets}; leave out delay for blocks without targets")
    if shift is None and targets is not None:
        raise InvalidValueError(
            f"{where}: targets are there, and delay is None: say how many rows after each step its target lies; delay=0"
            " takes it from the same row"
        )
    series = given(data, targets, None, where)
    plan = plan_blocks(len(series.x), timesteps, shift or 0, remainder, where)
    results = [_cut(series.x, plan, 0, pad_value, where)]
    if shift is not None:
        results.append(_cut(series.y, plan, shift, pad_value, where))
    if remainder == "pad":
        results.append(_mask(plan))
    return results[0] if len(results) == 1 else tuple(results)


def _cut(series, plan, shift, pad_value, where):
    import numpy as np

    begin, length = plan.first + shift, plan.n * plan.timesteps
    result = np.empty((length, *series.shape[1:]), series.dtype)  # a copy: what is changed in it stays there
    there = plan.real if shift else min(length, len(series) - begin)  # more rows than have a target, maybe
    result[:there] = series[begin : begin + there]
    if there < length:
        result[there:] = padding(pad_value, series.dtype, where)
    return result.reshape(plan.n, plan.timesteps, *step_shape(series))


def _mask(plan):
    import numpy as np

    return (np.arange(plan.n * plan.timesteps) < plan.real).reshape(plan.n, plan.timesteps)


@sequence_verb
def sequence_unreshape(blocks, length=None, *, squeeze=False):
    """Put consecutive blocks back into one series: what sequence_reshape() made of it undone.

    Args:
        blocks: `(n, timesteps, features)` or `(n, timesteps, ...)`; array, list or tensor, such as predictions.
        length: how many rows the series has, where the last block was padded; None for all there are.
        squeeze: True for a series of shape `(time,)` where there is one feature.

    Returns:
        The series, `(length, features)`, in the type of the blocks.

    Raises:
        DataError: if these are no blocks.
        InvalidValueError: if the blocks do not have `length` rows, or have whole blocks too many.

    Source: the inverse of sequence_reshape().
    """
    import numpy as np

    where = "sequence_unreshape"
    if isinstance(blocks, tuple) and any(len(getattr(block, "shape", ())) > 1 for block in blocks):
        raise DataError(
            f"{where}: blocks is a tuple of {len(blocks)} arrays, as sequence_reshape() gives with targets or a mask;"
            " give one of them"
        )
    array = as_array(blocks, where, name="blocks", text=False)
    if array.ndim < 2:
        raise DataError(
            f"{where}: blocks has shape {array.shape}; blocks are (n, timesteps, features), as sequence_reshape() makes"
        )
    n, timesteps = array.shape[:2]
    length = maybe_whole(length, "length", where, least=0)
    length = n * timesteps if length is None else length
    if length > n * timesteps:
        raise InvalidValueError(
            f"{where}: length={length}, and {n} blocks of {timesteps} have {n * timesteps} rows:"
            f" {length - n * timesteps} too few"
        )
    if length <= (n - 1) * timesteps and n:
        raise InvalidValueError(
            f"{where}: length={length} would leave out whole blocks: {n} blocks of {timesteps} are"
            f" {(n - 1) * timesteps + 1} to {n * timesteps} rows"
        )
    if not is_bool(squeeze):
        raise InvalidValueError(f"{where}: squeeze must be True or False, it got {squeeze!r}")
    series = np.array(array.reshape(n * timesteps, *array.shape[2:])[:length])
    if squeeze and series.ndim > 1:
        if series.ndim > 2 or series.shape[1] != 1:
            raise InvalidValueError(f"{where}: squeeze takes away one feature, and a step has shape {series.shape[1:]}")
        series = series[:, 0]
    return series
