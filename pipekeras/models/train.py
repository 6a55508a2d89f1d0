"""fit, evaluate, predict, and the same for a single batch."""

import weakref

from pipekeras import values
from pipekeras._keras import keras
from pipekeras.errors import DataError
from pipekeras.models import arguments, checks, generators
from pipekeras.models.compiling import ready
from pipekeras.models.evaluation import Evaluation
from pipekeras.models.history import History
from pipekeras.models.inputs import as_tensors, fed, is_dataset, is_pydataset, prepare
from pipekeras.models.plainly import plainly
from pipekeras.models.stateful import refuse_lost_states
from pipekeras.pipe import verb
from pipekeras.receivers import is_model, say

__all__ = ["evaluate", "fit", "predict", "predict_on_batch", "test_on_batch", "train_on_batch"]

model_verb = verb(receiver=is_model, wants="a model")


@model_verb
def fit(
    object, x=None, y=None, *, batch_size=None, epochs=1, callbacks=None, validation_split=0, validation_data=None,
    shuffle=True, class_weight=None, sample_weight=None, initial_epoch=0, steps_per_epoch=None, validation_steps=None,
    validation_batch_size=None, validation_freq=1, verbose="auto", view_metrics=None
):  # fmt: skip
    """Train a model for a number of epochs.

    Args:
        object: the model, compiled.
        x: the inputs, samples first: arrays, tensors, lists of numbers, pandas frames (as matrices); for several inputs
            a list in their order or a dict by their names; strings for an input of dtype "string". Or what gives
            batches: PyDataset, tf.data, torch DataLoader; a function of no arguments that is called for each batch and
            returns (x, y) or (x, y, sample_weight), None at the end; a generator function, begun anew each epoch; an
            iterator.
        y: the targets, in the same kinds; pandas categoricals are their codes, from 0. None where x gives batches.
        batch_size: samples a step; Keras takes 32.
        epochs: the epoch to stop before: with initial_epoch=0 the number of epochs.
        callbacks: a callback of Keras, or several in a list.
        validation_split: the share of the samples, from the end, that is held out for validation.
        validation_data: (x, y) or (x, y, sample_weight) to validate on after each epoch, or what gives batches.
        shuffle: whether samples are shuffled before each epoch; datasets and generators order themselves.
        class_weight: {class: weight}, or weights in a list for the classes 0, 1, ...
        sample_weight: a weight for each sample, shape (n,); for sequences also (n, timesteps).
        initial_epoch: the first epoch, counted from 0, when training goes on.
        steps_per_epoch: batches an epoch. A function that never returns None needs it, or its first epoch never ends.
        validation_steps: batches in each validation; the same goes for it.
        validation_batch_size: samples a step in validation; by default batch_size.
        validation_freq: validate after every so many epochs; or a list of epochs, counted from 0
            as everywhere here (in Keras and R from 1).
        verbose: 0 or False for silence, 1, True or "auto" for a progress bar, 2 for a line an epoch.
        view_metrics: understood and ignored: it is about the viewer of RStudio.

    Returns:
        A History.

    Raises:
        InvalidValueError: if the model is not compiled, or an argument is not what it must be.
        DataError: if the data cannot be trained on: text where the model or the backend reads none, missing values,
            different lengths, labels out of range.
        ShapeError: if it has not the shape that the model was built for.

    Source: R `keras3::fit`, `keras::fit`.
    """
    where = "fit"
    ready(object, where)
    refuse_lost_states(object, where)
    epochs = values.count(epochs, "epochs", where, least=0)
    initial_epoch = values.count(initial_epoch, "initial_epoch", where, least=0)
    steps = values.maybe_whole(steps_per_epoch, "steps_per_epoch", where, least=1)
    sizes = {name: values.maybe_whole(value, name, where, least=1) for name, value in
             [("batch_size", batch_size), ("validation_batch_size", validation_batch_size)]}  # fmt: skip
    validation_steps = values.maybe_whole(validation_steps, "validation_steps", where, least=1)
    validation_freq, verbose = arguments.freq(validation_freq), arguments.verbose(verbose, where)
    validation_split = values.share(0 if validation_split is None else validation_split, "validation_split", where)
    class_weight = arguments.class_weight(class_weight, sample_weight, where)
    record = _Record()
    callbacks = [*arguments.callbacks(callbacks, where), record.callback]

    validation = _validation(object, validation_data, sizes, validation_steps)
    if generators.is_stream(x):
        arguments.alone(
            x, where, y=y, sample_weight=sample_weight, batch_size=batch_size, validation_split=validation_split
        )
        generators.fit_stream(
            object, generators.as_stream(x, where), epochs=epochs, initial_epoch=initial_epoch, steps=steps,
            callbacks=callbacks, verbose=verbose, class_weight=class_weight, validation_freq=validation_freq,
            validate=validation and validation.for_stream(sizes["validation_batch_size"], validation_steps),
        )  # fmt: skip
        return record.history()
    if is_dataset(x):
        arguments.alone(
            x, where, y=y, sample_weight=sample_weight, batch_size=batch_size, validation_split=validation_split
        )
        x, steps = fed(x, steps, max(epochs - initial_epoch, 0))
        shuffle = bool(shuffle) and is_pydataset(x) and getattr(x, "num_batches", None) is not None
    else:
        arguments.some(x, where)
        x, y, sample_weight = prepare(object, x, y, sample_weight, where=where)
        checks.batches(
            object, x, where, sizes["batch_size"], steps, 0 if validation else validation_split,
            sizes["validation_batch_size"],
        )  # fmt: skip
    if validation is not None and validation.stream is not None:
        callbacks.insert(0, validation.callback(object, callbacks[:], validation_steps, validation_freq))
    with plainly(where, object, x):
        object.fit(
            x, y, epochs=epochs, verbose=verbose, callbacks=callbacks, validation_split=validation_split,
            validation_data=validation and validation.data, shuffle=shuffle, class_weight=class_weight,
            sample_weight=sample_weight, initial_epoch=initial_epoch, steps_per_epoch=steps,
            validation_steps=validation.steps if validation else validation_steps, validation_freq=validation_freq,
            **sizes,
        )  # fmt: skip
    return record.history()


@model_verb
def evaluate(
    object, x=None, y=None, *, batch_size=None, verbose="auto", sample_weight=None, steps=None, callbacks=None
):
    """The loss and metrics of a model on data, without training.

    Args:
        object: the model, compiled.
        x: the inputs, or what gives batches; see fit().
        y: the targets.
        batch_size: samples a step; Keras takes 32. It changes nothing but speed.
        verbose: 0 for silence, 1 or "auto" for a progress bar, 2 for one line.
        sample_weight: a weight for each sample, shape (n,).
        steps: batches to draw; a function that never returns None needs it.
        callbacks: a callback of Keras, or several in a list.

    Returns:
        An Evaluation: the numbers by name, as in result["loss"], result.loss or result[0].

    Raises:
        InvalidValueError, DataError, ShapeError: as fit() does.

    Source: R `keras3::evaluate`, `keras::evaluate`.
    """
    where = "evaluate"
    ready(object, where)
    refuse_lost_states(object, where)
    steps, verbose = values.maybe_whole(steps, "steps", where, least=1), arguments.verbose(verbose, where)
    batch_size = values.maybe_whole(batch_size, "batch_size", where, least=1)
    callbacks = arguments.callbacks(callbacks, where)
    if generators.is_stream(x):
        arguments.alone(x, where, y=y, sample_weight=sample_weight, batch_size=batch_size)
        stream = generators.as_stream(x, where)
        result = generators.evaluate_stream(object, stream, steps=steps, callbacks=callbacks, verbose=verbose)
        return _in_order(object, result)
    if is_dataset(x):
        arguments.alone(x, where, y=y, sample_weight=sample_weight, batch_size=batch_size)
        x, steps = fed(x, steps)
    else:
        arguments.some(x, where)
        x, y, sample_weight = prepare(object, x, y, sample_weight, where=where)
        checks.batches(object, x, where, batch_size, steps)
    with plainly(where, object, x):
        result = object.evaluate(
            x, y, batch_size=batch_size, verbose=verbose, sample_weight=sample_weight, steps=steps,
            callbacks=callbacks, return_dict=True,
        )  # fmt: skip
    return _in_order(object, result)


@model_verb
def predict(object, x, *, batch_size=None, verbose="auto", steps=None, callbacks=None):
    """What a model makes of data.

    Args:
        object: the model; it need not be compiled.
        x: the inputs, or what gives batches, of which only the inputs count; see fit(). A function of no arguments may
            return x alone, (x,) or (x, y).
        batch_size: samples a step; Keras takes 32. It changes nothing but speed.
        verbose: 0 for silence, 1 or "auto" for a progress bar.
        steps: batches to draw; a function that never returns None needs it.
        callbacks: a callback of Keras, or several in a list.

    Returns:
        A NumPy array, samples first; for several outputs a list of them, or a dict if the model's outputs are one.

    Raises:
        InvalidValueError, DataError, ShapeError: as fit() does; NaN in x is no error here, but gives NaN.

    Source: R `stats::predict`, of `keras3::keras_model`, `keras::keras_model`.
    """
    where = "predict"
    ready(object, where, compiled=False)
    refuse_lost_states(object, where)
    steps, verbose = values.maybe_whole(steps, "steps", where, least=1), arguments.verbose(verbose, where)
    batch_size = values.maybe_whole(batch_size, "batch_size", where, least=1)
    callbacks = arguments.callbacks(callbacks, where)
    if generators.is_stream(x):
        arguments.alone(x, where, batch_size=batch_size)
        stream = generators.as_stream(x, where)
        return generators.predict_stream(object, stream, steps=steps, callbacks=callbacks, verbose=verbose)
    if is_dataset(x):
        arguments.alone(x, where, batch_size=batch_size)
        x, steps = fed(x, steps)
    else:
        arguments.some(x, where)
        x, _, _ = prepare(object, x, where=where, predicting=True)
        checks.batches(object, x, where, batch_size, steps)
    with plainly(where, object, x):
        return object.predict(x, batch_size=batch_size, verbose=verbose, steps=steps, callbacks=callbacks)


@model_verb
def train_on_batch(object, x, y=None, sample_weight=None, class_weight=None):
    """Train a model on a single batch.

    Args:
        object: the model, compiled.
        x: the inputs of the batch; arrays and the like, as in fit().
        y: the targets.
        sample_weight: a weight for each sample, shape (n,).
        class_weight: {class: weight}, or weights in a list for the classes 0, 1, ...

    Returns:
        An Evaluation of this batch alone, also where there is only the loss.

    Raises:
        InvalidValueError, DataError, ShapeError: as fit() does.

    Source: R `keras3::train_on_batch`, `keras::train_on_batch` (there, class_weight is before sample_weight).
    """
    where = "train_on_batch"
    ready(object, where)
    refuse_lost_states(object, where)
    class_weight = arguments.class_weight(class_weight, sample_weight, where)
    x, y, sample_weight = prepare(object, x, y, sample_weight, where=where)
    checks.one_batch(object, x, where)
    x, y, sample_weight = as_tensors(x, y, sample_weight)
    with plainly(where, object, x):
        result = object.train_on_batch(x, y, sample_weight=sample_weight, class_weight=class_weight, return_dict=True)
    return _in_order(object, result)


@model_verb
def test_on_batch(object, x, y=None, sample_weight=None):  # noqa: PT028
    """The loss and metrics of a model on a single batch.

    Args:
        object: the model, compiled.
        x: the inputs of the batch; arrays and the like, as in fit().
        y: the targets.
        sample_weight: a weight for each sample, shape (n,).

    Returns:
        An Evaluation of this batch, also where there is only the loss.

    Raises:
        InvalidValueError, DataError, ShapeError: as fit() does.

    Source: R `keras3::test_on_batch`, `keras::test_on_batch`.
    """
    where = "test_on_batch"
    ready(object, where)
    refuse_lost_states(object, where)
    x, y, sample_weight = prepare(object, x, y, sample_weight, where=where)
    checks.one_batch(object, x, where)
    x, y, sample_weight = as_tensors(x, y, sample_weight)
    with plainly(where, object, x):
        result = object.test_on_batch(x, y, sample_weight=sample_weight, return_dict=True)
    return _in_order(object, result)


@model_verb
def predict_on_batch(object, x):
    """What a model makes of a single batch.

    Args:
        object: the model; it need not be compiled.
        x: the inputs of the batch; arrays and the like, as in fit().

    Returns:
        A NumPy array, a list or a dict of them, as predict() does.

    Raises:
        InvalidValueError, DataError, ShapeError: as predict() does.

    Source: R `keras3::predict_on_batch`, `keras::predict_on_batch`.
    """
    where = "predict_on_batch"
    ready(object, where, compiled=False)
    refuse_lost_states(object, where)
    x, _, _ = prepare(object, x, where=where, predicting=True)
    checks.one_batch(object, x, where)
    with plainly(where, object, x):
        return object.predict_on_batch(x)


# pytest would take it for a test wherever it is imported.
setattr(test_on_batch, "__test__", False)  # noqa: B010


# What comes back ------------------------------------------------------------------------------------------------------


class _Record:
    """Collects the values of each epoch: a callback that comes after the user's own, and so sees what they add."""

    def __init__(self):
        self.epochs, self.logs = [], []
        self.callback = keras.callbacks.LambdaCallback(on_epoch_end=self._note)

    def _note(self, epoch, logs):
        self.epochs.append(epoch)
        self.logs.append(dict(logs or {}))

    def history(self):
        return History(self.epochs, self.logs, dict(self.callback.params or {}))


# For each model its metrics, the names that Keras has, and the same names in our order.
_ORDERS: weakref.WeakKeyDictionary = weakref.WeakKeyDictionary()


def _in_order(model, result):
    """Keras's dict, which is sorted by name, with the losses first and then the metrics as compile() has them."""
    metrics, names = model.metrics, list(result)
    then, known, order = _ORDERS.get(model, ((), None, []))
    if known != names or len(then) != len(metrics) or any(a() is not b for a, b in zip(then, metrics, strict=True)):
        order = _order(metrics, names)  # asks each metric for its result, which takes longer than a small batch
        _ORDERS[model] = tuple(map(weakref.ref, metrics)), names, order
    return Evaluation({name: result[name] for name in order})


def _order(metrics, names):
    try:
        results = {metric.name: metric.result() for metric in metrics}
    except ValueError:  # a model whose own steps leave its metrics unused
        results = {}
    order = [name for name, value in results.items() if not isinstance(value, dict)]
    order += [name for value in results.values() if isinstance(value, dict) for name in value]
    order = [name for name in order if name in names]
    return order + [name for name in names if name not in order]


# What goes in ---------------------------------------------------------------------------------------------------------


class _Validation:
    """What to validate on: data that Keras takes, or a stream that runs in our loop."""

    def __init__(self, model, data=None, stream=None, steps=None):
        self.model, self.data, self.stream, self.steps = model, data, stream, steps

    def for_stream(self, batch_size, steps):
        """A function of the CallbackList in use that validates."""
        if self.stream is not None:
            return lambda callbacks: generators.evaluate_stream(
                self.model, self.stream, steps=steps, callbacks=callbacks
            )
        x, y, weights = self.data if isinstance(self.data, tuple) else (self.data, None, None)
        return lambda callbacks: self.model.evaluate(
            x, y, sample_weight=weights, batch_size=batch_size, steps=self.steps, callbacks=callbacks, verbose=0,
            return_dict=True,
        )  # fmt: skip

    def callback(self, model, callbacks, steps, freq):
        """For a fit() that is Keras's own: a callback, the first of all, that validates and logs the values."""
        validate = self.for_stream(None, steps)

        def on_epoch_end(epoch, logs):
            if generators.due(epoch, freq):
                result = validate(keras.callbacks.CallbackList(callbacks, model=model))
                logs.update({f"val_{name}": value for name, value in result.items()})

        return keras.callbacks.LambdaCallback(on_epoch_end=on_epoch_end)


def _validation(model, data, sizes, steps):
    if data is None:
        return None
    name = "validation_data"
    if isinstance(data, (tuple, list)):
        if not 2 <= len(data) <= 3:
            raise DataError(f"fit: {name} must be (x, y) or (x, y, sample_weight), it got {len(data)} values")
        ready = prepare(model, *data, where="fit", of=f"{name}'s ")
        argument = "batch_size" if sizes["validation_batch_size"] is None else "validation_batch_size"
        size = sizes[argument]
        checks.batches(model, ready[0], "fit", size, steps, argument=argument, of=f"{name}'s ")
        return _Validation(model, data=ready, steps=steps)
    if generators.is_stream(data):
        return _Validation(model, stream=generators.as_stream(data, "fit", name), steps=steps)
    if is_dataset(data):
        data, steps = fed(data, steps)
        return _Validation(model, data=data, steps=steps)
    raise DataError(f"fit: {name} must be (x, y), (x, y, sample_weight) or a dataset, it got {say(data)}")
