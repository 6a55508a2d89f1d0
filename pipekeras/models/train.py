"""fit, evaluate, predict, and the same for a single batch."""

import weakref

from pipekeras import values
from pipekeras.errors import InvalidValueError
from pipekeras.models import arguments, checks, generators, stateful
from pipekeras.models.compiling import ready
from pipekeras.models.evaluation import Evaluation
from pipekeras.models.history import Record
from pipekeras.models.inputs import as_tensors, fed, is_dataset, is_pydataset, prepare
from pipekeras.models.passes import begin_passes, fit_passes, has_passes, refuse_checkpoints
from pipekeras.models.plainly import plainly
from pipekeras.models.validation import validation
from pipekeras.pipe import verb
from pipekeras.receivers import is_model

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
        shuffle: whether samples are shuffled before each epoch; datasets and generators order themselves. A stateful
            model needs shuffle=False.
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

    Stateful recurrent layers (stateful=True) go on from batch to batch and from epoch to epoch until reset_states(); on
    a dataset of sequence_fold() they begin anew wherever a series begins. Validation leaves them as they were.

    Raises:
        InvalidValueError: if the model is not compiled, or an argument is not what it must be.
        DataError: if the data cannot be trained on: text where the model or the backend reads none, missing values,
            different lengths, labels out of range, a dataset that is not folded for a stateful model.
        ShapeError: if it has not the shape that the model was built for.

    Source: R `keras3::fit`, `keras::fit`.
    """
    where = "fit"
    ready(object, where)
    epochs = values.count(epochs, "epochs", where, least=0)
    initial_epoch = values.count(initial_epoch, "initial_epoch", where, least=0)
    steps = values.maybe_whole(steps_per_epoch, "steps_per_epoch", where, least=1)
    sizes = {name: values.maybe_whole(value, name, where, least=1) for name, value in
             [("batch_size", batch_size), ("validation_batch_size", validation_batch_size)]}  # fmt: skip
    validation_steps = values.maybe_whole(validation_steps, "validation_steps", where, least=1)
    validation_freq, verbose = arguments.freq(validation_freq), arguments.verbose(verbose, where)
    validation_split = values.share(0 if validation_split is None else validation_split, "validation_split", where)
    class_weight = arguments.class_weight(class_weight, sample_weight, where)
    record = Record()
    callbacks = [*arguments.callbacks(callbacks, where), record.callback]

    tested = validation(object, validation_data, sizes, validation_steps)
    if is_dataset(x):
        stateful.check_dataset(object, x, where)
        stateful.warn_of_padding(object, x, where)
    goes_on = begin_passes(object, x, steps, callbacks, record) if has_passes(x) else refuse_checkpoints(callbacks)
    callbacks[:0] = stateful.callbacks(
        object, where, train=x, test=tested and tested.given, drawn_on=goes_on is not None or steps is not None
    )
    if generators.is_stream(x):
        arguments.alone(
            x, where, y=y, sample_weight=sample_weight, batch_size=batch_size, validation_split=validation_split
        )
        generators.fit_stream(
            object, generators.as_stream(x, where), epochs=epochs, initial_epoch=initial_epoch, steps=steps,
            callbacks=callbacks, verbose=verbose, class_weight=class_weight, validation_freq=validation_freq,
            validate=tested and tested.for_stream(sizes["validation_batch_size"], validation_steps),
        )  # fmt: skip
        return record.history()
    if is_dataset(x):
        arguments.alone(
            x, where, y=y, sample_weight=sample_weight, batch_size=batch_size, validation_split=validation_split
        )
        shuffle = bool(shuffle) and is_pydataset(x) and not getattr(x, "orders_itself", False)
        if goes_on is None:
            x, steps = fed(x, steps, max(epochs - initial_epoch, 0))
            shuffle = shuffle and getattr(x, "num_batches", None) is not None
        stateful.refuse_shuffled(object, shuffle, "batches")
    else:
        arguments.some(x, where)
        stateful.refuse_shuffled(object, shuffle, "samples")
        x, y, sample_weight = prepare(object, x, y, sample_weight, where=where)
        checks.batches(
            object, x, where, sizes["batch_size"], steps, 0 if tested else validation_split,
            sizes["validation_batch_size"],
        )  # fmt: skip
    if tested is not None and tested.stream is not None:
        callbacks.insert(0, tested.callback(object, callbacks[:], validation_steps, validation_freq))

    def run(x, initial_epoch, epochs, steps, callbacks):
        object.fit(
            x, y, epochs=epochs, verbose=verbose, callbacks=callbacks, validation_split=validation_split,
            validation_data=tested and tested.data, shuffle=shuffle, class_weight=class_weight,
            sample_weight=sample_weight, initial_epoch=initial_epoch, steps_per_epoch=steps,
            validation_steps=tested.steps if tested else validation_steps, validation_freq=validation_freq, **sizes,
        )  # fmt: skip

    with plainly(where, object, x):
        stateful.keep(object, x, sizes["batch_size"])
        if goes_on is None:
            run(x, initial_epoch, epochs, steps, callbacks)
        else:
            fit_passes(object, x, run, goes_on, epochs, initial_epoch, callbacks, verbose)
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
        stateful.check_dataset(object, x, where)
        stateful.warn_of_padding(object, x, where)
        callbacks[:0] = stateful.callbacks(object, where, test=x)
        x, steps = fed(x, steps)
    else:
        arguments.some(x, where)
        x, y, sample_weight = prepare(object, x, y, sample_weight, where=where)
        checks.batches(object, x, where, batch_size, steps)
    with plainly(where, object, x):
        stateful.keep(object, x, batch_size)
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
    steps, verbose = values.maybe_whole(steps, "steps", where, least=1), arguments.verbose(verbose, where)
    batch_size = values.maybe_whole(batch_size, "batch_size", where, least=1)
    callbacks = arguments.callbacks(callbacks, where)
    if generators.is_stream(x):
        arguments.alone(x, where, batch_size=batch_size)
        stream = generators.as_stream(x, where)
        return generators.predict_stream(object, stream, steps=steps, callbacks=callbacks, verbose=verbose)
    if is_dataset(x):
        arguments.alone(x, where, batch_size=batch_size)
        _refuse_shuffled_windows(x)
        stateful.check_dataset(object, x, where)
        callbacks[:0] = stateful.callbacks(object, where, predict=x)
        x, steps = fed(x, steps)
    else:
        arguments.some(x, where)
        x, _, _ = prepare(object, x, where=where, predicting=True)
        checks.batches(object, x, where, batch_size, steps)
    with plainly(where, object, x):
        stateful.keep(object, x, batch_size)
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
    class_weight = arguments.class_weight(class_weight, sample_weight, where)
    x, y, sample_weight = prepare(object, x, y, sample_weight, where=where)
    checks.one_batch(object, x, where)
    x, y, sample_weight = as_tensors(x, y, sample_weight)
    with plainly(where, object, x):
        stateful.keep(object, x)
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
    x, y, sample_weight = prepare(object, x, y, sample_weight, where=where)
    checks.one_batch(object, x, where)
    x, y, sample_weight = as_tensors(x, y, sample_weight)
    with plainly(where, object, x):
        stateful.keep(object, x)
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
    x, _, _ = prepare(object, x, where=where, predicting=True)
    checks.one_batch(object, x, where)
    with plainly(where, object, x):
        stateful.keep(object, x)
        return object.predict_on_batch(x)


# pytest would take it for a test wherever it is imported.
setattr(test_on_batch, "__test__", False)  # noqa: B010


# What comes back ------------------------------------------------------------------------------------------------------


def _refuse_shuffled_windows(x):
    """Raise if nobody could say which prediction is that of which window."""
    if getattr(x, "orders_itself", False) and getattr(x, "shuffle", False):
        raise InvalidValueError(
            "predict: the windows are shuffled, so the predictions would come in an order that nobody knows:"
            " predict(model, windows.in_order())"
        )


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
