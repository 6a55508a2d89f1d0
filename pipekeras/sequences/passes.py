"""What the datasets of this package share: passes over their batches, and going on in the middle of one.

Importing this module imports Keras; the functions that make datasets do it.
"""

from pipekeras._keras import keras
from pipekeras.errors import InvalidValueError
from pipekeras.receivers import say
from pipekeras.values import count, maybe_whole, whole


class Passes(keras.utils.PyDataset):
    """Batches that are made one by one, in an order that depends on the number of the pass alone.

    `dataset[i]` is batch i of the pass that is due, the same each time it is asked for; fit() goes on to the next. A
    subclass says how many `batches` a pass has, what `batch(epoch, number)` is, and in `facts()` what its order
    depends on.
    """

    orders_itself = True  # fit() leaves the order of the batches alone

    def __init__(self, **keras_own):
        super().__init__(**keras_own)
        self._epoch, self._first = 0, 0

    @property
    def num_batches(self):
        """How many batches the pass that is due has, or still has."""
        return len(self)

    def __len__(self):
        return self.batches - self._first

    def __getitem__(self, index):
        return self.batch(self._epoch, self._first + self._index(index))

    def _index(self, index):
        """The number of a batch that is left, counted from 0; negative ones count from the end."""
        index, total = whole(index, "the number of a batch", type(self).__name__), len(self)
        if not -total <= index < total:
            raise IndexError(f"batch {index} of {total}; batches count from 0, the last is {total - 1} or -1")
        return index % total

    def __iter__(self):
        for index in range(len(self)):
            yield self[index]

    def first_batch(self):
        """The batch that is due, as fit() and its kin look at it before they train."""
        return self.batch(self._epoch, self._first)

    # From pass to pass ------------------------------------------------------------------------------------------------

    def on_epoch_end(self):
        """The next pass is due; Keras calls this after each."""
        self._epoch, self._first = self._epoch + 1, 0

    def advance(self, batches):
        """So many batches, counted from the one that is due, are done with."""
        self._epoch, self._first = self._place(count(batches, "batches", f"{type(self).__name__}.advance", least=0))

    def _place(self, batches):
        passes, first = divmod(self._first + batches, self.batches)
        return self._epoch + passes, first

    def state_dict(self, after=0):
        """Which batch is due, {"epoch": 3, "batch": 17}, and what the order depends on; see load_state_dict().

        Args:
            after: how many batches from the one that is due; those that are done with, but not yet told of.
        """
        epoch, first = self._place(after)
        return {"epoch": epoch, "batch": first, **self.facts()}

    def load_state_dict(self, state):
        """Go on where a dataset of the same data was when state_dict() was asked: the same batches, the same order.

        Args:
            state: what state_dict() gave. A seed that was drawn is taken over.

        Raises:
            InvalidValueError: if it is the state of a dataset of other windows.
        """
        where = f"{type(self).__name__}.load_state_dict"
        facts = self.facts()
        lacking = [name for name in ("epoch", "batch", *facts) if not isinstance(state, dict) or name not in state]
        if lacking:
            raise InvalidValueError(
                f"{where}: {say(state)} is not what state_dict() gave: it lacks {', '.join(lacking)}"
            )
        for name, value in facts.items():
            if name != "seed" and state[name] != value:
                raise InvalidValueError(
                    f"{where}: the state is that of a dataset with {name}={state[name]!r}, this one has {value!r}: its"
                    " batches would be others"
                )
        epoch, batch = (whole(state[name], name, where) for name in ("epoch", "batch"))
        seed = maybe_whole(state.get("seed"), "seed", where, least=0)
        if not 0 <= batch < self.batches or epoch < 0:
            raise InvalidValueError(
                f"{where}: batch {batch} of epoch {epoch} does not exist: a pass has {self.batches}"
            )
        self._epoch, self._first = epoch, batch
        if "seed" in facts:
            self.reseed(seed)
        return self

    def feed(self, batches):
        """What Keras gets in evaluate() and predict(): so many batches, from the first of the pass that is due."""
        return self._fed(0, batches)

    def onward(self, batches):
        """What Keras gets in fit(): so many batches, from the one that is due, on from pass to pass."""
        return self._fed(self._first, batches)

    def _fed(self, first, batches):
        feed = Feed(self, self._epoch, first, batches)
        if keras.backend.backend() != "tensorflow" or not self.continues:
            return feed
        # A stateful layer must know the batch size, which Keras takes away from what a PyDataset gives: it would fail
        # where that is 1, which its loop over time takes for a size to be stretched.
        return _as_tf(lambda: (feed[index] for index in range(batches)), self.batch(self._epoch, first), batches, True)

    # As something else ------------------------------------------------------------------------------------------------

    def to_numpy(self):
        """All batches of the pass that is due, also those done with: whole arrays (x,), (x, y) or (x, y, weights)."""
        import numpy as np

        parts = [self.batch(self._epoch, index) for index in range(self.batches)]
        return keras.tree.map_structure(lambda *arrays: np.concatenate(arrays), *parts)

    def to_tf(self):
        """The batches as a tf.data.Dataset, of one pass after the other: each time it is gone through is the next.

        Where states begin anew it does not say: a stateful model on it needs reset_states() after each pass.
        """
        done = [0]

        def one_pass():
            number, done[0] = done[0], done[0] + 1
            first = self._first if number == 0 else 0
            for index in range(first, self.batches):
                yield self.batch(self._epoch + number, index)

        return _as_tf(one_pass, self[0], None if self._first else len(self), self.continues)


def _as_tf(passes, batch, count, fixed):
    """A tf.data.Dataset of what `passes()` yields: batches like `batch`, of its very size if `fixed`; None: unknown."""
    import tensorflow as tf

    def spec(array):
        return tf.TensorSpec((array.shape[0] if fixed else None, *array.shape[1:]), array.dtype)

    dataset = tf.data.Dataset.from_generator(passes, output_signature=keras.tree.map_structure(spec, batch))
    return dataset if count is None else dataset.apply(tf.data.experimental.assert_cardinality(count))


class Feed(keras.utils.PyDataset):
    """So many batches of a dataset, from one of its batches on through its passes. Nothing changes there."""

    orders_itself = True

    def __init__(self, dataset, epoch, first, batches):
        super().__init__()  # without workers, whose batches made ahead Keras throws away at the end of each epoch
        self.dataset, self._epoch, self._first, self._batches = dataset, epoch, first, batches

    @property
    def num_batches(self):
        """How many there are."""
        return self._batches

    def __len__(self):
        return self._batches

    def __getitem__(self, index):
        passes, batch = divmod(self._first + index, self.dataset.batches)
        return self.dataset.batch(self._epoch + passes, batch)
