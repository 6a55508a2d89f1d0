"""Windows as a dataset of Keras's. Importing this module imports Keras: windows.py does it when it makes one."""

import functools

from pipekeras.errors import InvalidValueError
from pipekeras.sequences import making
from pipekeras.sequences.order import Order
from pipekeras.sequences.passes import Passes
from pipekeras.values import count, whole


class SequenceWindows(Passes):
    """Batches of windows over a series; see sequence_windows(), which makes it.

    `windows[i]` is batch i of the pass that is due, the same each time it is asked for. Each pass of fit() has an order
    of its own, if shuffled, that depends on the seed and the number of the pass alone.

    Args:
        series: a `series.Series`.
        plan: the `plan.Plan` of its windows.
        batch_size, shuffle, seed: how windows come.
        pad_value: what stands where there is nothing.
        shard: (count, index): every count-th window alone, beginning with number index.
        keras_own: workers, use_multiprocessing, max_queue_size: see keras.utils.PyDataset.
    """

    def __init__(
        self, series, plan, *, batch_size, shuffle=False, seed=None, pad_value=0.0, shard=(1, 0), **keras_own
    ):  # fmt: skip
        import numpy as np

        super().__init__(**keras_own)
        if seed is None and shuffle is not False:
            seed = int(np.random.randint(2**31))  # NumPy's own generator, so that set_random_seed() rules it
        self.series, self.plan, self.batch_size = series, plan, batch_size
        self.shuffle, self.pad_value = shuffle, pad_value
        self._shard, self._keras_own = shard, keras_own
        self.reseed(seed)

    def reseed(self, seed):
        """Take another seed: other orders."""
        self.seed = seed
        self._order = Order(len(self.plan), self.shuffle, seed)

    def facts(self):
        """What the order of the batches depends on."""
        return {
            "seed": self.seed,
            "windows": self.n,
            "batch_size": self.batch_size,
            "shuffle": self.shuffle,
            "shard": list(self._shard),
        }

    # How many, and which ----------------------------------------------------------------------------------------------

    @property
    def n(self):
        """How many windows a pass has."""
        shards, index = self._shard
        return max(0, -((index - len(self.plan)) // shards))

    @property
    def batches(self):
        """How many batches a whole pass has."""
        return -(-self.n // self.batch_size)

    def numbers(self, epoch, batch):
        """The numbers of the windows in a batch of a pass."""
        import numpy as np

        shards, index = self._shard
        begin = batch * self.batch_size
        positions = np.arange(begin, min(begin + self.batch_size, self.n)) * shards + index
        return self._order.numbers(epoch, positions)

    def batch(self, epoch, batch):
        """Batch number `batch` of pass number `epoch`: (x,), (x, y) or (x, y, sample_weight)."""
        return making.make(self.series, self.plan, self.numbers(epoch, batch), self.pad_value, self._weight)

    @functools.cached_property
    def _weight(self):
        return making.weight_of(self.series, self.plan)

    def mask(self, index):
        """Which steps of the windows of batch `index` are real, (batch, lookback); the others hold `pad_value`."""
        return making.mask(self.series, self.plan, self.numbers(self._epoch, self._first + self._index(index)))

    def window(self, number):
        """(rows of the window, rows of its targets): arrays of the rows of window `number`, counted in order of time.

        Rows that do not exist, of windows that reach beyond the series, are -1.
        """
        import numpy as np

        number = whole(number, "the number of a window", type(self).__name__)
        if not 0 <= number < len(self.plan):
            raise IndexError(f"window {number} of {len(self.plan)}; they count from 0")
        starts, stretch = self.plan.starts(np.array([number]))
        begin, end = self.plan.begins[stretch[0]], self.plan.ends[stretch[0]]
        rows, targets = self.plan.step_rows(starts)[0], self.plan.target_rows(starts)[0]
        return tuple(np.where((part >= begin) & (part < end), part, -1) for part in (rows, targets))

    def rows_used(self):
        """(rows of windows, rows of targets): bool arrays over the rows of the data, True where one is used."""
        import numpy as np

        inputs, outputs = np.zeros(len(self.series), bool), np.zeros(len(self.series), bool)
        shards, index = self._shard
        for begin in range(0, self.n, 4096):
            numbers = np.arange(begin, min(begin + 4096, self.n)) * shards + index
            starts, stretch = self.plan.starts(numbers)
            low, high = self.plan.begins[stretch], self.plan.ends[stretch]
            for used, rows in ((inputs, self.plan.step_rows(starts)), (outputs, self.plan.target_rows(starts))):
                rows = rows.reshape(len(numbers), -1)
                used[rows[(rows >= low[:, None]) & (rows < high[:, None])]] = True
        real = self.series.rows  # of the data; others were put in for times that are missing
        if real is None:
            return inputs, outputs
        there = real >= 0
        return tuple(np.isin(np.arange(real.max() + 1), real[used & there]) for used in (inputs, outputs))

    # The same windows in another way ----------------------------------------------------------------------------------

    def _again(self, **changed):
        given = {
            "batch_size": self.batch_size,
            "shuffle": self.shuffle,
            "seed": self.seed,
            "pad_value": self.pad_value,
            "shard": self._shard,
        }
        return SequenceWindows(self.series, self.plan, **{**given, **self._keras_own, **changed})

    def shard(self, count_, index):
        """Every `count`-th window, beginning with number `index` of the order: one worker's share, of `count`.

        The shares have no window in common and together have all; one may have one window more than another.
        """
        where = "SequenceWindows.shard"
        shards = count(count_, "count", where, least=1)
        index = count(index, "index", where, least=0)
        if index >= shards:
            raise InvalidValueError(f"{where}: index={index}, but {shards} shards are numbered 0 to {shards - 1}")
        every, first = self._shard
        result = self._again(shard=(every * shards, first + every * index))
        if result.n == 0:
            raise InvalidValueError(f"{where}: {self.n} windows are too few for {shards} shards")
        result._epoch = self._epoch
        return result

    def in_order(self):
        """The same windows in the order of time, for predict() and plots."""
        return self._again(shuffle=False, seed=None)

    @property
    def continues(self):
        """Whether each row of a batch goes on where that row of the batch before ended, as stateful models need it."""
        plan, shape = self.plan, self.plan.shape
        all_of_one = not shape.partial and len(plan.begins) == 1 and plan.keep is None
        in_time = all_of_one and self.shuffle is False and self._shard == (1, 0)
        step = self.batch_size * shape.stride
        return in_time and self.n % self.batch_size == 0 and (self.batches == 1 or step == shape.span - 1 + shape.rate)

    def resets(self, index):
        """Which rows of batch `index` begin a new series: all of the first, or None."""
        import numpy as np

        return np.ones(self.batch_size, bool) if index == 0 else None

    # For people -------------------------------------------------------------------------------------------------------

    def describe(self):
        """Which rows go where, in words."""
        from pipekeras.sequences.describe import describe_windows

        return describe_windows(self)

    def plot(self, *args, **kwargs):
        """Draw which rows go where; see pipekeras.sequences.pictures.draw_windows for the arguments."""
        from pipekeras.sequences.pictures import draw_windows

        return draw_windows(self, *args, **kwargs)

    def __repr__(self):
        shape = self.plan.shape
        how = "" if self.shuffle is False else f", shuffled with seed {self.seed}"
        return (
            f"<{self.n} windows of {shape.lookback} steps over {len(self.series)} rows, in {self.batches} batches of"
            f" {self.batch_size}{how}>"
        )
