"""fit() on a dataset that orders itself: from pass to pass, and on in the middle of one that was interrupted."""

import contextlib
import functools
from typing import NamedTuple

from pipekeras._keras import keras
from pipekeras.errors import InvalidValueError
from pipekeras.models import stateful
from pipekeras.sequences.randomness import generators, set_generators

__all__: list[str] = []


def has_passes(x):
    """Whether `x` is a dataset of pipekeras's sequences, which goes from pass to pass by itself."""
    return getattr(x, "orders_itself", False) and hasattr(x, "advance") and hasattr(x, "onward")


def _is_checkpoint(callback):
    """Whether it is a callback_sequence_checkpoint(), which has to see the dataset before training begins."""
    return hasattr(callback, "begin") and hasattr(callback, "dataset")


def refuse_checkpoints(callbacks):
    """Raise if such a callback is to restore the order of batches that have none to be restored."""
    if any(map(_is_checkpoint, callbacks)):
        raise InvalidValueError(
            "fit: callback_sequence_checkpoint() restores the order of the batches, and x has none that could be: train"
            " on sequence_windows() or sequence_fold(), or take callback_backup_and_restore()"
        )


class GoesOn(NamedTuple):
    """Where training goes on: from which epoch at the earliest, how many steps that one has, and those after it."""

    epoch: int
    first: int
    whole: int


def begin_passes(model, dataset, steps, callbacks, record):
    """Take over what a checkpoint holds, if there is one; a GoesOn."""
    whole = steps or dataset.batches
    checkpoints = [one for one in callbacks if _is_checkpoint(one)]
    if checkpoints and not model.built:
        model(keras.tree.map_structure(lambda part: part[:], dataset[0][0]))
    stateful.keep(model, dataset)
    for begun in [one.begin(model, dataset) for one in checkpoints]:
        if begun is not None:
            record.goes_on_from(begun.history)
            return GoesOn(begun.epoch, whole - begun.step, whole)
    return GoesOn(0, steps or len(dataset), whole)


def fit_passes(model, dataset, run, goes_on, epochs, initial_epoch, callbacks, verbose):
    """Train epoch by epoch, with `run`, which is Keras's fit().

    An epoch that was interrupted, or a pass that is due from its middle on, has fewer steps than those after it, and
    Keras wants all alike: it is run by itself, and the callbacks see one training all the same. So is each epoch whose
    steps no whole number of compiled steps of several batches makes up: Keras would begin the next one within it.

    Args:
        model, dataset: what is trained on what.
        run: a function of (batches, first epoch, epoch to stop before, steps an epoch, callbacks).
        goes_on: what begin_passes() found.
        epochs, initial_epoch, callbacks, verbose: as in fit().
    """
    size = goes_on.first

    def advance(epoch, logs):
        dataset.advance(size)

    callbacks = sorted(callbacks, key=_is_checkpoint)  # which then holds what the others have done as well
    joined = _joined()(
        [keras.callbacks.LambdaCallback(on_epoch_end=advance), *_draws(lambda: size), *callbacks], add_history=True,
        add_progbar=verbose != 0, verbose=verbose, epochs=epochs, steps=goes_on.whole, model=model,
    )  # fmt: skip
    singly = goes_on.whole % (model.steps_per_execution or 1) != 0
    phases = _phases(max(initial_epoch, goes_on.epoch), epochs, goes_on.first, goes_on.whole, singly)
    with _finalized_once(model.optimizer, joined):
        for start, end, size in phases:
            joined.is_last = end >= epochs
            run(dataset.onward(size * max(end - start, 1)), start, end, size, joined)
            if model.stop_training:
                break


def _phases(start, end, first, whole, singly=False):
    """(first epoch, epoch to stop before, steps an epoch) of each call of Keras's fit()."""
    if start >= end or (first == whole and not singly):
        return [(start, end, whole)]
    later = range(start + 1, end) if singly else range(start + 1, end)[:1]
    return [(start, start + 1, first), *((epoch, epoch + 1 if singly else end, whole) for epoch in later)]


def _draws(size):
    """[On torch a callback by which each epoch draws on from where the one before ended, so that runs can be resumed.]

    Keras there also draws when it begins to go through data: for validation, and for each fit(). `size()` is how many
    steps the epoch has.
    """
    if keras.backend.backend() != "torch":
        return []
    held = []

    def begin(batch, logs=None):
        if batch == 0:
            set_generators(held)

    def end(batch, logs=None):
        if batch + 1 == size():
            held[:] = generators()

    return [keras.callbacks.LambdaCallback(on_train_batch_begin=begin, on_train_batch_end=end)]


@contextlib.contextmanager
def _finalized_once(optimizer, joined):
    """Let Keras put the averages of use_ema in the place of the weights at the end of the last fit() alone."""
    if optimizer is None:
        yield
        return
    finalize = optimizer.finalize_variable_values
    vars(optimizer)["finalize_variable_values"] = lambda weights: finalize(weights) if joined.ends else None
    try:
        yield
    finally:
        del vars(optimizer)["finalize_variable_values"]


@functools.cache
def _joined():
    class Joined(keras.callbacks.CallbackList):
        """Callbacks to which several calls of Keras's fit() are one training."""

        has_begun = is_last = False

        @property
        def ends(self):
            """Whether the fit() that runs is the last."""
            return self.is_last or self.model.stop_training

        def on_train_begin(self, logs=None):
            """Once, before the first."""
            if not self.has_begun:
                self.has_begun = True
                super().on_train_begin(logs)

        def on_train_end(self, logs=None):
            """Once, after the last."""
            if self.ends:
                super().on_train_end(logs)

    return Joined
