"""How series are laid into batches so that states can go on: arithmetic alone, which touches no data.

A fold has `batch_size` rows and as many batches as it takes. What lies in one row from some batch on, without a break
in time, is a *stretch*: `steps` rows of the data from `start` on, `timesteps` to a batch,

    batch b, row r, step t    is row    start + (b - batch) * timesteps + t    of the data,

as long as that is below start + steps; the steps of its last block beyond that are padding. A stretch always begins
with a batch, and states are zero where it begins. Within a row stretches follow each other; what comes after the last
is padding.
"""

import functools
import heapq
from dataclasses import dataclass
from typing import NamedTuple

__all__: list[str] = []


class Stretch(NamedTuple):
    """A part of one series that lies in one row of the batches, from a batch on."""

    series: int
    row: int
    batch: int
    start: int
    steps: int


@dataclass(frozen=True)
class FoldPlan:
    """Where everything is: `stretches` in `batches` batches of `batch_size` rows by `timesteps` steps.

    `anchor` is some row of the data that is a step: rows of a batch that are all padding point to it.
    """

    batch_size: int
    timesteps: int
    batches: int
    stretches: tuple
    anchor: int = 0

    @functools.cached_property
    def folded(self):
        """How many rows of the data are steps of a batch."""
        return sum(stretch.steps for stretch in self.stretches)

    @functools.cached_property
    def whole_blocks(self):
        """How many blocks have all their steps."""
        return sum(stretch.steps // self.timesteps for stretch in self.stretches)

    @property
    def steps(self):
        """How many steps all batches have, padding included."""
        return self.batches * self.batch_size * self.timesteps

    @functools.cached_property
    def _table(self):
        """The stretches in the order of (row, batch): a sorted key, and what stands behind it."""
        import numpy as np

        ordered = sorted(self.stretches, key=lambda s: (s.row, s.batch))
        columns = np.array([(s.row * self.batches + s.batch, *s) for s in ordered], "int64").reshape(-1, 6)
        return columns.T

    def at(self, batch):
        """(first data row, real steps) of each row of a batch; a row without any has 0 real steps."""
        import numpy as np

        if not self.stretches:
            return np.full(self.batch_size, self.anchor), np.zeros(self.batch_size, "int64")
        keys, _, rows, begins, starts, steps = self._table
        wanted = np.arange(self.batch_size)
        found = np.searchsorted(keys, wanted * self.batches + batch, side="right") - 1
        gone = (batch - begins[found]) * self.timesteps
        real = np.where(rows[found] == wanted, np.clip(steps[found] - gone, 0, self.timesteps), 0)
        real[found < 0] = 0
        return np.where(real > 0, starts[found] + gone, self.anchor), real

    def begin(self, batch):
        """The rows of a batch with which a stretch begins, as a bool array."""
        import numpy as np

        result = np.zeros(self.batch_size, bool)
        result[self._beginnings.get(batch, [])] = True
        return result

    @functools.cached_property
    def _beginnings(self):
        result: dict = {}
        for stretch in self.stretches:
            result.setdefault(stretch.batch, []).append(stretch.row)
        return result

    def places(self, per_step=True):
        """(rows of the data in increasing order, where each stands among the outputs of all batches in turn).

        Outputs are counted `(batch, row, step)`, or, not per_step, `(batch, row)`, each block's at its last row; blocks
        that are not whole have none there.
        """
        import numpy as np

        ordered = np.array(sorted(self.stretches, key=lambda s: s.start), "int64").reshape(-1, 5)
        _, row, batch, start, steps = ordered.T
        values = steps if per_step else steps // self.timesteps
        which = np.repeat(np.arange(len(ordered)), values)
        inside = (
            np.arange(len(which)) - (np.cumsum(values) - values)[which]
        )  # counted from the beginning of its stretch
        if not per_step:
            places = (batch[which] + inside) * self.batch_size + row[which]
            return start[which] + (inside + 1) * self.timesteps - 1, places
        block, step = np.divmod(inside, self.timesteps)
        places = ((batch[which] + block) * self.batch_size + row[which]) * self.timesteps + step
        return start[which] + inside, places

    def shard(self, count, index):
        """The plan of one of `count` equal parts of the rows of each batch."""
        rows = self.batch_size // count
        first = rows * index
        own = [s._replace(row=s.row - first) for s in self.stretches if first <= s.row < first + rows]
        return FoldPlan(rows, self.timesteps, self.batches, tuple(own), self.anchor)


def plan_fold(spans, batch_size, timesteps, *, pad=False, each_in_one_row=False):
    """Lay series into batches.

    Args:
        spans: (first row, rows) of each series, all of which have targets.
        batch_size, timesteps: the shape of a batch.
        pad: whether all rows are there, padded, rather than those that fill whole batches.
        each_in_one_row: whether a series stays in one row from beginning to end, rather than being cut into
            `batch_size` stretches.

    Returns:
        A FoldPlan; one without batches if nothing fits.
    """
    lay = _side_by_side if each_in_one_row else _cut_up
    batches, stretches = lay(spans, batch_size, timesteps, pad)
    return FoldPlan(batch_size, timesteps, batches, tuple(stretches), stretches[0].start if stretches else 0)


def _cut_up(spans, batch_size, timesteps, pad):
    """Each series fills all rows, one series after the other."""
    done, stretches = 0, []
    for series, (start, steps) in enumerate(spans):
        if not pad:
            steps -= steps % (batch_size * timesteps)
        blocks = -(-steps // timesteps)
        least, longer = divmod(blocks, batch_size)  # the first rows take the blocks that are over
        begin, end = start, start + steps
        for row in range(min(blocks, batch_size)):
            length = min((least + (row < longer)) * timesteps, end - begin)
            stretches.append(Stretch(series, row, done, begin, length))
            begin += length
        done += least + (longer > 0)
    return done, stretches


def _side_by_side(spans, batch_size, timesteps, pad):
    """The longest series first, each into the row that is shortest so far: then rows end at nearly the same batch."""
    blocks = [-(-steps // timesteps) if pad else steps // timesteps for _, steps in spans]
    loads = [(0, row) for row in range(batch_size)]  # a heap
    stretches = []
    for series in sorted(range(len(spans)), key=lambda i: -blocks[i]):
        if blocks[series]:
            load, row = loads[0]
            start, steps = spans[series]
            stretches.append(Stretch(series, row, load, start, steps if pad else blocks[series] * timesteps))
            heapq.heapreplace(loads, (load + blocks[series], row))
    if pad:
        return max(loads)[0], stretches
    batches = loads[0][0]  # as far as all rows reach
    kept = [s._replace(steps=min(s.steps, (batches - s.batch) * timesteps)) for s in stretches if s.batch < batches]
    return batches, kept


# Batch sizes ----------------------------------------------------------------------------------------------------------


def most_rows(spans, timesteps, *, each_in_one_row=False):
    """The largest batch size for which there is a batch without padding; all that are smaller have one too."""
    blocks = [steps // timesteps for _, steps in spans]
    return sum(b > 0 for b in blocks) if each_in_one_row else max(blocks, default=0)


def dropped_by(steps, timesteps, batch_size):
    """How many of the steps of one series a batch size drops."""
    return steps % (batch_size * timesteps)


def dropping_least(steps, timesteps):
    """The batch sizes that drop the least of one series: the divisors of its number of blocks, in order."""
    blocks = steps // timesteps
    small = [d for d in range(1, int(blocks**0.5) + 1) if blocks % d == 0]
    return sorted({*small, *(blocks // d for d in small)})
