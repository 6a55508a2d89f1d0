"""The datasets that timeseries.py makes, over those of `sequences`. Importing this module imports Keras."""

from pipekeras._keras import keras
from pipekeras.errors import InvalidValueError
from pipekeras.sequences.batches import SequenceWindows

# What people know from tf.data, which the function returned before: to_tf() has it.
_OF_TF = ("as_numpy_iterator", "cache", "filter", "map", "prefetch", "repeat", "skip", "take", "unbatch")


class TimeseriesWindows(SequenceWindows):
    """Windows of a series under R's names; see `timeseries.timeseries_dataset_from_array`.

    `windows[i]` is batch i of the pass that is due: the pair (x, y), or x alone where there are no targets.

    Args:
        series, plan: as `SequenceWindows` takes them; `series.x` may have an axis of time alone.
        single: whether windows come one by one, without an axis for the batch.
        reverse: whether the latest step of a window comes first.
        own: batch_size, shuffle, seed, shard, and what a PyDataset takes.
    """

    def __init__(self, series, plan, *, single=False, reverse=False, **own):
        super().__init__(series, plan, **own)
        self.single, self.reverse = single, reverse

    def batch(self, epoch, batch):
        """Batch number `batch` of pass number `epoch`."""
        import numpy as np

        x, *rest = map(_as_keras, super().batch(epoch, batch))
        if self.reverse:
            x = np.ascontiguousarray(x[:, ::-1])  # torch takes no array that runs backwards
        return (x, *rest) if rest else x

    def __getitem__(self, index):
        result = super().__getitem__(index)
        return keras.tree.map_structure(lambda array: array[0], result) if self.single else result

    @property
    def continues(self):
        """Whether each row of a batch goes on where that row of the batch before ended."""
        return super().continues and not self.reverse and not self.single

    def feed(self, batches):
        """What Keras gets in evaluate() and predict()."""
        self._refuse_single()
        return super().feed(batches)

    def onward(self, batches):
        """What Keras gets in fit()."""
        self._refuse_single()
        return super().onward(batches)

    def first_batch(self):
        """The batch that is due; single windows are refused by fit() and its kin."""
        self._refuse_single()
        return super().first_batch()

    def _refuse_single(self):
        if self.single:
            raise InvalidValueError(
                "timeseries_dataset_from_array was given batch_size=None, and its single windows have no axis for the"
                " batch, which a model needs: give it a batch_size"
            )

    def to_numpy(self):
        """All windows of the pass that is due as whole arrays: x, or (x, y)."""
        return self._batched().to_numpy() if self.single else super().to_numpy()

    def to_tf(self):
        """The batches, or single windows, as a tf.data.Dataset."""
        if not self.single:
            return super().to_tf()
        import tensorflow as tf

        return self._batched().to_tf().unbatch().apply(tf.data.experimental.assert_cardinality(len(self)))

    def _again(self, **changed):
        given = {
            "single": self.single,
            "reverse": self.reverse,
            "batch_size": self.batch_size,
            "shuffle": self.shuffle,
            "seed": self.seed,
            "shard": self._shard,
        }
        return type(self)(self.series, self.plan, **{**given, **self._keras_own, **changed})

    def _batched(self):
        """Single windows as batches of one, from the same place on."""
        result = self._again(single=False)
        result._epoch, result._first = self._epoch, self._first
        return result

    def __getattr__(self, name):
        if name in _OF_TF:
            raise AttributeError(
                f"this is no tf.data.Dataset, and has no {name}(); it works on every backend. to_tf() makes one of it:"
                f" dataset.to_tf().{name}(...)"
            )
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")


class TimeseriesBatches(TimeseriesWindows):
    """Windows and the target right after each; see `timeseries.timeseries_generator`.

    Past its end there are empty batches, as there are in R.
    """

    def __getitem__(self, index):
        import numpy as np

        if index >= len(self):
            return np.empty(0, self.series.x.dtype), np.empty(0, self.series.y.dtype)
        return super().__getitem__(index)


def _as_keras(array):
    """Decimals in Keras's float type, in which arrays are already, but not what is read from files."""
    return array.astype(keras.config.floatx(), copy=False) if array.dtype.kind == "f" else array
