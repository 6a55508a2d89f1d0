"""Which windows a series has: where each begins, which rows it holds, where its targets are.

Arithmetic alone: a plan is made of numbers, never changes, and touches no data. With k counting the steps of a window,

    window i begins at row      start = i * stride                      (of its series)
    its rows are                start + k * sampling_rate               k = 0 .. lookback - 1
    its last row is             last = start + (lookback - 1) * sampling_rate
    its targets are rows        last + delay + step - 1                 for each step of the horizon: 1, 2, ...

and every window is there whose rows and targets all exist.
"""

from dataclasses import dataclass
from functools import cached_property

from pipekeras.errors import DataError, InvalidValueError
from pipekeras.values import count, is_bool, whole

__all__: list[str] = []


def steps_of(horizon, where):
    """The steps ahead that a horizon stands for: 3 is (1, 2, 3), a list picks its own."""
    if isinstance(horizon, (list, tuple, range)) or getattr(horizon, "ndim", 0) == 1:
        steps = tuple(count(step, "each step of horizon", where, least=1) for step in horizon)
        if not steps:
            raise InvalidValueError(f"{where}: horizon is an empty list; give the steps ahead, as in horizon=[1, 3, 6]")
        if len(set(steps)) < len(steps):
            raise InvalidValueError(f"{where}: horizon has a step twice: {list(steps)}")
        return steps
    return tuple(range(1, count(horizon, "horizon", where, least=1) + 1))


@dataclass(frozen=True)
class Shape:
    """What a window is like, whatever series it is cut from.

    Args:
        lookback: how many steps it has.
        steps: the steps ahead that are its targets, 1 being `delay` rows after the last row; () for none.
        delay: rows from the last row to the first target.
        stride: rows from the beginning of a window to that of the next.
        rate: rows from one step of a window to the next (sampling_rate).
        per_step: whether each step of the window has targets, rather than the last alone.
        partial: whether windows are there too that lack history, and those that lack some of their targets.
    """

    lookback: int
    steps: tuple = (1,)
    delay: int = 1
    stride: int = 1
    rate: int = 1
    per_step: bool = False
    partial: bool = False

    @classmethod
    def of(
        cls, where, lookback, horizon=1, delay=1, stride=1, sampling_rate=1, per_step=False, partial=False, targets=True
    ):  # fmt: skip
        """The shape that a user's arguments mean, whole floats and all."""
        if not is_bool(per_step):
            raise InvalidValueError(f"{where}: per_step must be True or False, it got {per_step!r}")
        return cls(
            count(lookback, "lookback", where, least=1),
            steps_of(horizon, where) if targets else (),
            whole(delay, "delay", where),
            count(stride, "stride", where, least=1),
            count(sampling_rate, "sampling_rate", where, least=1),
            bool(per_step),
            partial,
        )

    @cached_property
    def span(self):
        """Rows from the first to the last of a window, both included."""
        return (self.lookback - 1) * self.rate + 1

    @cached_property
    def ahead(self):
        """The rows of the targets, counted from the last row of the window."""
        return tuple(self.delay + step - 1 for step in self.steps)

    @cached_property
    def consecutive(self):
        """Whether the steps ahead are all from the first to the last of them: 1, 2, 3."""
        return self.steps == tuple(range(1, len(self.steps) + 1))

    @property
    def reach(self):
        """(first, last) row that must exist, counted from the beginning of the window."""
        first, last = 0, self.span - 1
        if self.steps:
            begin = 0 if self.per_step else last
            first, last = min(first, begin + min(self.ahead)), max(last, last + max(self.ahead))
        return first, last

    @property
    def needs(self):
        """The least number of rows that a series must have for a window."""
        first, last = self.reach
        return last - first + 1

    def numbers(self, length):
        """(first, end): windows first to end - 1 fit a series of `length` rows; window i begins at i * stride."""
        if self.partial:
            return self._partial_numbers(length)
        first, last = self.reach
        begin = -(first // self.stride)  # the least i with i * stride + first >= 0
        end = (length - 1 - last) // self.stride + 1
        return begin, max(begin, end)

    def _partial_numbers(self, length):
        """All windows whose last row is there, and at least one target."""
        most = length - 1
        least = 0
        if self.steps:
            begin = -(self.span - 1) if self.per_step else 0
            most, least = min(most, most - begin - min(self.ahead)), max(least, -max(self.ahead))
        begin = -((self.span - 1 - least) // self.stride)  # last = i * stride + span - 1 >= least
        end = (most - (self.span - 1)) // self.stride + 1
        return begin, max(begin, end)


@dataclass(frozen=True)
class Plan:
    """The windows of one or more series that stand one after the other in the same rows.

    Args:
        shape: what a window is like.
        begins, ends: arrays: series j has the rows begins[j] to ends[j] - 1. No window crosses from one to the next.
        firsts: window numbers: the first that each series has, counted from the beginning of that series.
        before: how many windows stand before those of each series, and at the end how many there are in all.
        keep: where single windows are left out, the numbers that those which are left have among all; else None.
    """

    shape: Shape
    begins: object
    ends: object
    firsts: object
    before: object
    keep: object = None

    def __len__(self):
        return int(self.before[-1]) if self.keep is None else len(self.keep)

    def starts(self, numbers):
        """(start rows, which series), for windows by their number; numbers is an array of whole numbers."""
        import numpy as np

        if self.keep is not None:
            numbers = self.keep[numbers]
        if len(self.begins) == 1:
            starts = (numbers + self.firsts[0]) * self.shape.stride + self.begins[0]
            return starts, np.zeros(len(numbers), "int64")
        series = np.searchsorted(self.before, numbers, side="right") - 1
        inside = numbers - self.before[series] + self.firsts[series]
        return inside * self.shape.stride + self.begins[series], series

    def target_rows(self, starts):
        """The rows of the targets of windows: (n, steps), or (n, lookback, steps) with per_step."""
        import numpy as np

        ahead = np.asarray(self.shape.ahead, "int64")
        if self.shape.per_step:
            own = np.arange(self.shape.lookback) * self.shape.rate
            return starts[:, None, None] + own[:, None] + ahead
        return starts[:, None] + (self.shape.span - 1 + ahead)

    def step_rows(self, starts):
        """The rows of the steps of windows: (n, lookback)."""
        import numpy as np

        return starts[:, None] + np.arange(self.shape.lookback) * self.shape.rate


def plan_windows(shape, begins, ends, where, noun="series"):
    """The plan of all windows of the series whose rows are begins[j] to ends[j] - 1; an error if there is none.

    `noun` is what they are called there: parts of a series, maybe.
    """
    import numpy as np

    begins, ends = np.asarray(begins, "int64"), np.asarray(ends, "int64")
    lengths = ends - begins
    pairs = np.array([shape.numbers(int(length)) for length in np.unique(lengths)], "int64").reshape(-1, 2)
    which = np.searchsorted(np.unique(lengths), lengths)
    counts = pairs[which, 1] - pairs[which, 0]
    there = counts > 0
    if not there.any():
        raise DataError(f"{where}: {_too_short(shape, lengths, noun)}")
    before = np.concatenate([[0], np.cumsum(counts[there])])
    return Plan(shape, begins[there], ends[there], pairs[which[there], 0], before)


def _too_short(shape, lengths, noun):
    longest = int(lengths.max()) if len(lengths) else 0
    which = "the series has" if len(lengths) == 1 else f"the longest of {len(lengths)} {noun} has"
    text = f"lookback={shape.lookback}"
    if shape.rate > 1:
        text += f" at sampling_rate={shape.rate}"
    if shape.steps:
        steps = f"horizon={len(shape.steps) if shape.consecutive else list(shape.steps)}"
        text += f" with {steps} and delay={shape.delay}"
    lacking = shape.needs - longest
    if lacking <= 0:  # with a stride the first window of all may begin late
        return (
            f"{which} {longest} rows, and with {text} no window that begins at a multiple of stride={shape.stride} fits"
        )
    return f"{which} {longest} rows, and {text} needs {shape.needs}: {lacking} too few"
