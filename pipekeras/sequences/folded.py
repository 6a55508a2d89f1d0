"""A fold as a dataset of Keras's. Importing this module imports Keras: fold.py does it when it makes one."""

from pipekeras._keras import keras
from pipekeras.errors import InvalidValueError
from pipekeras.sequences import gather
from pipekeras.sequences.columns import padding
from pipekeras.sequences.given import step_shape
from pipekeras.sequences.passes import Passes
from pipekeras.sequences.stretches import most_rows
from pipekeras.values import count as counted

_SHOWN = 8  # stretches that describe() lists


class SequenceFold(Passes):
    """Batches in which row i goes on in row i of the next; see sequence_fold(), which makes it.

    `fold[i]` is batch i of the pass that is due. Batches are the same in each pass, and never shuffled. `mask(k)` and
    `resets(k)` count the batches of a whole pass, also after load_state_dict() has begun one in its middle.

    Args:
        series: a `given.Given`.
        plan: the `stretches.FoldPlan`.
        spans: (first row, rows) of each series that have targets.
        delay, per_step, pad, whole, pad_value, dtype: as for sequence_fold().
        weight: the sample weight of a real step with `pad`; None works it out, a shard has that of the whole.
        **keras_own: workers, use_multiprocessing, max_queue_size, see keras.utils.PyDataset.
    """

    continues = True  # so that the states of a stateful model mean something in the next batch

    def __init__(
        self,
        series,
        plan,
        spans,
        *,
        delay,
        per_step=True,
        pad=False,
        whole=False,
        pad_value=0.0,
        dtype=None,
        weight=None,
        **keras_own,
    ):
        import numpy as np

        super().__init__(**keras_own)
        self.series, self.plan, self.spans = series, plan, spans
        self.delay, self.per_step, self.pad, self.whole, self.pad_value = delay, per_step, pad, whole, pad_value
        self._dtypes = _handed_out(series, dtype)
        if pad:
            padding(pad_value, np.dtype(self._dtypes[0]), "sequence_fold")
        if pad and weight is None:
            real = plan.folded if per_step else plan.whole_blocks
            weight = (plan.steps if per_step else plan.batches * plan.batch_size) / real
        self._weight, self._dtype = weight, dtype
        self._dropped: int | None = None  # of a shard what the whole drops

    # What there is ----------------------------------------------------------------------------------------------------

    @property
    def batches(self):
        """How many batches a whole pass has."""
        return self.plan.batches

    @property
    def batch_size(self):
        """How many rows a batch has."""
        return self.plan.batch_size

    @property
    def timesteps(self):
        """How many steps a batch has."""
        return self.plan.timesteps

    @property
    def has_targets(self):
        """Whether batches have targets."""
        return self.series.y is not None

    @property
    def flat(self):
        """Whether the series was given as (time,)."""
        return self.series.flat

    @property
    def step_shape(self):
        """The shape of one step: (features,)."""
        return step_shape(self.series.x)

    @property
    def target_ndim(self):
        """How many axes the targets of a batch have; of inputs alone what a model that answers per block would give."""
        return len(step_shape(self.series.x if self.series.y is None else self.series.y)) + 1 + self.per_step

    @property
    def data_rows(self):
        """How many rows the data has."""
        return len(self.series.x)

    @property
    def rows(self):
        """The rows of the data that are folded, in order: those of what sequence_unfold() gives."""
        return self.plan.places()[0]

    @property
    def block_rows(self):
        """The last rows of the blocks that are whole, in order: those of one value per block, unfolded."""
        return self.plan.places(per_step=False)[0]

    def rows_used(self):
        """(rows of blocks, rows of targets): bool arrays over the rows of the data, True where one is used."""
        import numpy as np

        inputs, targets = np.zeros(self.data_rows, bool), np.zeros(self.data_rows, bool)
        inputs[self.rows] = True
        if self.has_targets:
            targets[(self.rows if self.per_step else self.block_rows) + self.delay] = True
        return inputs, targets

    @property
    def dropped(self):
        """How many rows of the data that have a target are in no batch, nor in those of another shard."""
        return sum(rows for _, rows in self.spans) - self.plan.folded if self._dropped is None else self._dropped

    @property
    def is_shard(self):
        """Whether these are some of the rows of another fold; see shard()."""
        return self._dropped is not None

    @property
    def padded(self):
        """How many steps of the batches are padding."""
        return self.plan.steps - self.plan.folded

    @property
    def admissible(self):
        """The batch sizes that leave no row of a batch empty, as a range; see also sequence_batch_sizes()."""
        return range(1, most_rows(self.spans, self.timesteps, each_in_one_row=self.whole) + 1)

    # The batches ------------------------------------------------------------------------------------------------------

    def batch(self, epoch, number):
        """Batch `number` of a whole pass: (x,), (x, y) or (x, y, sample_weight); the same in each."""
        import numpy as np

        starts, real = self.plan.at(number)
        steps, (x_dtype, y_dtype) = self.timesteps, self._dtypes
        full = bool((real == steps).all())
        rows = None if full else starts[:, None] + np.minimum(np.arange(steps), np.maximum(real - 1, 0)[:, None])
        x = _of_rows(self.series.x, starts, steps, rows).astype(x_dtype, copy=False)
        x = x.reshape(*x.shape[:2], *step_shape(self.series.x))
        if not full:
            x[np.arange(steps) >= real[:, None]] = self.pad_value
        y = self.series.y
        if y is None:
            return (x,)
        if self.per_step:
            result = _of_rows(y, starts + self.delay, steps, None if full else rows + self.delay)
        else:
            result = gather.take(y, (starts + steps - 1 if full else rows[:, -1]) + self.delay)
        shape = x.shape[: 1 + self.per_step] + step_shape(y)
        y = result.astype(y_dtype, copy=False).reshape(shape)
        return (x, y, self._weights(real)) if self.pad else (x, y)

    def _weights(self, real):
        import numpy as np

        there = np.arange(self.timesteps) < real[:, None] if self.per_step else real == self.timesteps
        weights = (there * self._weight).astype(keras.config.floatx())
        # A loss has one value for all features; of images it has one for each place.
        return weights.reshape(*weights.shape, *[1] * (len(step_shape(self.series.y)) - 1))

    def mask(self, number):
        """Which steps of batch `number` of a whole pass are rows of the data: bool (batch_size, timesteps)."""
        import numpy as np

        return np.arange(self.timesteps) < self.plan.at(self._number(number))[1][:, None]

    def resets(self, number):
        """Which rows begin another stretch with batch `number` of a whole pass: bool (batch_size,); None if none."""
        import numpy as np

        if self._number(number) == 0:
            return np.ones(self.batch_size, bool)
        rows = self.plan.begin(number)
        return rows if rows.any() else None

    def _number(self, number):
        if not 0 <= number < self.plan.batches:
            raise IndexError(f"batch {number} of {self.plan.batches}; batches count from 0")
        return number

    def shard(self, count, index):
        """Part `index` of `count` equal parts of the rows of each batch, for one of so many devices or machines.

        States live where their rows are, so rows are dealt out and not batches. Weights are those of the whole.
        """
        where = "shard"
        shards = counted(count, "count", where, least=1)
        index = counted(index, "index", where, least=0)
        if self.batch_size % shards:
            fit = [n for n in range(1, self.batch_size + 1) if self.batch_size % n == 0]
            raise InvalidValueError(
                f"{where}: batch_size={self.batch_size} cannot be dealt out to {shards}; it can to"
                f" {', '.join(map(str, fit))}"
            )
        if index >= shards:
            raise InvalidValueError(f"{where}: index={index} of {shards}; they count from 0 to {shards - 1}")
        part = SequenceFold(
            self.series,
            self.plan.shard(shards, index),
            self.spans,
            delay=self.delay,
            per_step=self.per_step,
            pad=self.pad,
            whole=self.whole,
            pad_value=self.pad_value,
            dtype=self._dtype,
            weight=self._weight,
            workers=self.workers,
            use_multiprocessing=self.use_multiprocessing,
            max_queue_size=self.max_queue_size,
        )
        part._dropped, part._epoch, part._first = self.dropped, self._epoch, self._first
        return part

    # Passes, and going on in the middle of one ------------------------------------------------------------------------

    def facts(self):
        """What a state must agree with for the same batches to follow."""
        plan = self.plan
        return {
            "seed": None,  # nothing is drawn
            "batches": plan.batches,
            "batch_size": plan.batch_size,
            "timesteps": plan.timesteps,
            "rows": plan.folded,
        }

    def reseed(self, seed):
        """Nothing is drawn, so no seed changes anything."""

    # In words and pictures --------------------------------------------------------------------------------------------

    def describe(self):
        """Which rows go where, what is left out or padded, and where states begin anew, as text."""
        from pipekeras.sequences.fold_text import describe

        return describe(self, _SHOWN)

    def plot(self, *args, **kwargs):
        """Draw which rows go where; see pipekeras.sequences.pictures.draw_fold() for the arguments."""
        from pipekeras.sequences.pictures import draw_fold

        return draw_fold(self, *args, **kwargs)

    def __repr__(self):
        features = "x".join(map(str, self.step_shape))
        targets = "" if not self.has_targets else ", targets " + ("per step" if self.per_step else "per block")
        shape = f"{self.batch_size} rows x {self.timesteps} steps x {features}"
        return f"<SequenceFold: {len(self)} batch{'es' * (len(self) != 1)} of {shape}{targets}>"


def _of_rows(series, starts, steps, rows):
    """Blocks out of a series: consecutive rows from `starts` on, or those of `rows` where some are padding."""
    return gather.cut(series, starts, steps, 1) if rows is None else gather.take(series, rows)


def _handed_out(series, dtype):
    """The types of inputs and targets in a batch."""

    def default(array):
        return keras.config.floatx() if array.dtype == "float64" else array.dtype

    x, y = series.x, series.y
    if dtype is None:
        return default(x), None if y is None else default(y)
    decimals = y is not None and (y is x or (y.dtype.kind not in "biu" and dtype.kind not in "biu"))
    return dtype, None if y is None else dtype if decimals else default(y)
