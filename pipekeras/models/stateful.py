"""Models that remember from batch to batch, in fit() and its kin: what they can be trained on, and when they forget.

A dataset that orders itself says of each batch which rows begin a new series (`resets`); there, and nowhere else, the
states begin anew. Validation does not disturb them. All of it is done by one callback, since between two batches is
when states may be touched.
"""

from pipekeras._keras import keras
from pipekeras.errors import DataError, InvalidValueError
from pipekeras.models import checks
from pipekeras.models.inputs import prepare
from pipekeras.models.warned import warn
from pipekeras.sequences import keeping

__all__: list[str] = []


# What is refused ------------------------------------------------------------------------------------------------------


def remembers(model):
    """Whether there are stateful recurrent layers in the model."""
    return bool(keeping.stateful_layers(model))


def refuse_shuffled(model, shuffle, what):
    """Raise if `shuffle` would hand a stateful model samples, or batches, out of their order."""
    if shuffle and remembers(model):
        raise InvalidValueError(
            f"fit: the model is stateful, and shuffle={shuffle!r} would mix the {what}, so that no row goes on with its"
            " own series: give shuffle=False"
        )


def check_dataset(model, dataset, where, name="x"):
    """Raise if a dataset that orders itself is not one for this model: not folded, or its batches do not fit."""
    if not getattr(dataset, "orders_itself", False):
        return
    if remembers(model) and not getattr(dataset, "continues", False):
        raise DataError(
            f"{where}: the model is stateful, and row i of a batch of {name} does not continue row i of the one before:"
            " fold the series: sequence_fold(data, batch_size=..., timesteps=...)"
        )
    rows = _resets(dataset, 0)
    fixed = checks.built_for(model)
    if rows is not None and fixed is not None and len(rows) != fixed:
        raise DataError(
            f"{where}: the model was built for batches of {fixed}, {name} has batches of {len(rows)}: fold the series"
            f" with batch_size={fixed}, or use stateful_twin(model, batch_size={len(rows)})"
        )
    batch = dataset.first_batch() if hasattr(dataset, "first_batch") else dataset[0]
    x, y, weights = keras.utils.unpack_x_y_sample_weight(batch)
    predicting = where == "predict"
    if predicting:
        y = weights = None
    prepare(model, x, y, weights, where=where, of="" if name == "x" else f"{name}'s ", predicting=predicting)


def warn_of_padding(model, dataset, where, name="x"):
    """Warn of what counts padded steps and missing targets: metrics= of compile(), and a mask beside the weights."""
    if not getattr(dataset, "orders_itself", False):
        return
    batch = dataset[0]
    if not (isinstance(batch, tuple) and len(batch) == 3 and batch[2] is not None):
        return
    padded = f"{where}: {name} is padded, or lacks targets, and weighs those with 0, "
    metrics = getattr(getattr(model, "_compile_metrics", None), "_user_metrics", None)
    if any(m is not None for m in keras.tree.flatten(metrics)):
        warn(padded + "but the model's metrics count it all the same: give them to compile() as weighted_metrics=")
    folded = getattr(dataset, "continues", False)
    if folded and any(
        getattr(tensor, "_keras_mask", None) is not None for tensor in getattr(model, "outputs", None) or []
    ):
        warn(
            padded + "and the model masks it as well: a batch with padding then counts more: leave out layer_masking()"
        )


def _resets(dataset, batch):
    """Which rows begin a new series with this batch, as a bool array; None where none does."""
    import numpy as np

    rows = dataset.resets(batch) if hasattr(dataset, "resets") else None
    return None if rows is None else np.asarray(rows, bool)


# Getting ready --------------------------------------------------------------------------------------------------------


def keep(model, x=None, batch_size=None):
    """Let the model's states be kept on this backend; `x`, arrays or a dataset, builds one that is not built yet."""
    if keras.backend.backend() == "tensorflow":
        return
    batch = None
    if x is not None and not model.built and remembers(model):
        batch = _first_batch(x, batch_size)
    keeping.keep_states(model, batch)


def _first_batch(x, batch_size):
    """The inputs of the first batch; None where they would be lost by being looked at."""
    import numpy as np

    if isinstance(x, keras.utils.PyDataset):
        batch = x[0]
    elif hasattr(x, "shape") or isinstance(x, (list, tuple, dict)):
        return keras.tree.map_structure(lambda array: array[: batch_size or 32], x)
    elif hasattr(x, "__iter__") and not hasattr(x, "__next__"):
        batch = next(iter(x))
    else:
        return None
    return keras.tree.map_structure(np.asarray, batch[0] if isinstance(batch, (list, tuple)) else batch)


# In training ----------------------------------------------------------------------------------------------------------


def callbacks(model, where, *, train=None, test=None, predict=None, drawn_on=False):
    """[the callback by which states begin anew and are set aside]; none for a model without states.

    Args:
        model: the model.
        where: the function that was called; in "fit" what is tested on is validation.
        train, test, predict: the datasets, None for all else: there the states go on, whatever comes.
        drawn_on: whether an epoch goes on in the pass of the one before, rather than beginning a new one.
    """
    if not remembers(model):
        return []
    training = _Passes(model, train, where, drawn_on)
    testing = _Passes(model, test, where, whole=True)
    predicting = _Passes(model, predict, where, whole=True)
    aside = []  # what the model remembers in training, while it is tried on other data

    def test_begins(logs=None):
        if where == "fit":
            aside[:] = [keeping.held(model)]
        testing.begin()

    def test_ends(logs=None):
        if aside:
            keeping.put_back(model, aside.pop())

    return [
        keras.callbacks.LambdaCallback(
            on_epoch_begin=lambda epoch, logs=None: training.begin(),
            on_train_batch_begin=lambda batch, logs=None: training.batch(),
            on_test_begin=test_begins,
            on_test_batch_begin=lambda batch, logs=None: testing.batch(),
            on_test_end=test_ends,
            on_predict_begin=lambda logs=None: predicting.begin(),
            on_predict_batch_begin=lambda batch, logs=None: predicting.batch(),
        )
    ]


class _Passes:
    """Follows the batches of a dataset, and lets states begin anew where it says so.

    What counts is the batch's place in the pass over the dataset, not in the epoch: these differ where steps_per_epoch
    cuts a pass, and where one is resumed.
    """

    def __init__(self, model, dataset, where, drawn_on=False, whole=False):
        self.model, self.where, self.drawn_on, self.whole = model, where, drawn_on, whole
        self.dataset = dataset if hasattr(dataset, "resets") else None
        self.at = self.total = None
        if self.dataset is not None:
            self._place()
            self._refuse_blind_steps()

    def begin(self):
        """An epoch or a test begins."""
        if self.dataset is not None and not self.drawn_on:
            self._place()

    def _place(self):
        state = self.dataset.state_dict() if hasattr(self.dataset, "state_dict") else {}
        first = state.get("batch") or 0
        self.at = 0 if self.whole else first
        self.total = first + len(self.dataset)  # its length is what is left of the pass

    def batch(self):
        """The next batch begins, or as many as the compiled step takes at once."""
        if self.dataset is None:
            return
        self._refuse_blind(self.at)
        rows = _resets(self.dataset, self.at)
        if rows is not None and rows.any():
            keeping.synced(self.model)
            for _, layer in keeping.stateful_layers(self.model):
                keeping.forget(layer, rows)
        self.at += self._stride()
        if self.at >= self.total:
            self.at = 0

    def _stride(self):
        return getattr(self.model, "steps_per_execution", 1) or 1

    def _refuse_blind_steps(self):
        for first in range(self.at, self.total, self._stride()) if self._stride() > 1 else ():
            self._refuse_blind(first)

    def _refuse_blind(self, first):
        """Raise if states would have to begin anew in the middle of a compiled step of several batches."""
        for batch in range(first + 1, min(first + self._stride(), self.total)):
            rows = _resets(self.dataset, batch)
            if rows is not None and rows.any():
                raise InvalidValueError(
                    f"{self.where}: a series begins with batch {batch} of the fold, in the middle of the"
                    f" {self._stride()} batches that steps_per_execution={self._stride()} runs at once: compile"
                    " the model with steps_per_execution=1"
                )
