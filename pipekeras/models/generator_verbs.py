"""The verbs of 2.x for generators: fit(), evaluate() and predict() take them today."""

from pipekeras.models.train import evaluate, fit, predict
from pipekeras.models.warned import deprecated
from pipekeras.pipe import verb
from pipekeras.receivers import is_model

__all__ = ["evaluate_generator", "fit_generator", "predict_generator"]

model_verb = verb(receiver=is_model, wants="a model")


@model_verb
def fit_generator(
    object, generator, steps_per_epoch=None, epochs=1, verbose=1, callbacks=None, view_metrics=None,
    validation_data=None, validation_steps=None, class_weight=None, max_queue_size=10, workers=1, initial_epoch=0,
):  # fmt: skip
    """Train a model on batches from a generator: today fit(), which this calls.

    Args:
        object: the model, compiled.
        generator: what gives the batches; see x of fit().
        steps_per_epoch: batches an epoch.
        epochs: the epoch to stop before: with initial_epoch=0 the number of epochs.
        verbose: 0 for silence, 1 for a progress bar, 2 for a line an epoch.
        callbacks: a callback of Keras, or several in a list.
        view_metrics: understood and ignored: it is about the viewer of RStudio.
        validation_data: (x, y) or (x, y, sample_weight) to validate on after each epoch, or a generator.
        validation_steps: batches in each validation.
        class_weight: {class: weight}, or weights in a list for the classes 0, 1, ...
        max_queue_size: no effect: batches are drawn when they are needed.
        workers: no effect, for the same reason.
        initial_epoch: the first epoch, counted from 0.

    Returns:
        A History.

    Raises:
        InvalidValueError, DataError, ShapeError: as fit() does.

    Source: R `keras::fit_generator`.
    """
    deprecated("fit_generator", "fit(), which takes generators")
    return fit(
        object, generator, steps_per_epoch=steps_per_epoch, epochs=epochs, verbose=verbose, callbacks=callbacks,
        validation_data=validation_data, validation_steps=validation_steps, class_weight=class_weight,
        initial_epoch=initial_epoch,
    )  # fmt: skip


@model_verb
def evaluate_generator(object, generator, steps=None, max_queue_size=10, workers=1, callbacks=None):
    """The loss and metrics of a model on batches from a generator: today evaluate(), which this calls.

    Args:
        object: the model, compiled.
        generator: what gives the batches; see x of fit().
        steps: batches to draw.
        max_queue_size: no effect: batches are drawn when they are needed.
        workers: no effect, for the same reason.
        callbacks: a callback of Keras, or several in a list.

    Returns:
        An Evaluation.

    Raises:
        InvalidValueError, DataError, ShapeError: as evaluate() does.

    Source: R `keras::evaluate_generator`.
    """
    deprecated("evaluate_generator", "evaluate(), which takes generators")
    return evaluate(object, generator, steps=steps, callbacks=callbacks)


@model_verb
def predict_generator(object, generator, steps=None, max_queue_size=10, workers=1, verbose=0, callbacks=None):
    """What a model makes of batches from a generator: today predict(), which this calls.

    Args:
        object: the model.
        generator: what gives the batches; see x of predict().
        steps: batches to draw.
        max_queue_size: no effect: batches are drawn when they are needed.
        workers: no effect, for the same reason.
        verbose: 0 for silence, 1 for a progress bar.
        callbacks: a callback of Keras, or several in a list.

    Returns:
        A NumPy array, samples first; for several outputs a list or dict of them.

    Raises:
        InvalidValueError, DataError, ShapeError: as predict() does.

    Source: R `keras::predict_generator`.
    """
    deprecated("predict_generator", "predict(), which takes generators")
    return predict(object, generator, steps=steps, verbose=verbose, callbacks=callbacks)
