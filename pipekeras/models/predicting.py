"""What 2.x had for classes and probabilities, and generate() of models that write text."""

from pipekeras.errors import InvalidValueError, UnavailableError
from pipekeras.models.train import predict
from pipekeras.models.warned import deprecated
from pipekeras.pipe import Checked, verb
from pipekeras.receivers import is_layer, is_model, say

__all__ = ["generate", "multi_gpu_model", "predict_classes", "predict_proba"]

model_verb = verb(receiver=is_model, wants="a model")


@model_verb
def predict_proba(object, x, batch_size=None, verbose=0, steps=None):
    """What a model makes of data: today predict(), which this calls.

    Args:
        object: the model.
        x: the inputs; see predict().
        batch_size: samples a step; Keras takes 32.
        verbose: 0 for silence, 1 for a progress bar.
        steps: batches to draw, if x gives batches.

    Returns:
        A NumPy array, samples first: probabilities, if the last layer gives such.

    Raises:
        InvalidValueError, DataError, ShapeError: as predict() does.

    Source: R `keras::predict_proba`.
    """
    deprecated("predict_proba", "predict()")
    return predict(object, x, batch_size=batch_size, verbose=verbose, steps=steps)


@model_verb
def predict_classes(object, x, batch_size=None, verbose=0, steps=None):
    """The classes that a model finds in data, counted from 0.

    Args:
        object: a model with one output, whose last axis is a probability for each class, or a single one for class 1.
        x: the inputs; see predict().
        batch_size: samples a step; Keras takes 32.
        verbose: 0 for silence, 1 for a progress bar.
        steps: batches to draw, if x gives batches.

    Returns:
        A NumPy array of whole numbers: where the last axis has several numbers, the position of the largest, without
        that axis; else 1 where the number is above 0.5, and 0, in the shape of the output.

    Raises:
        InvalidValueError: for a model with several outputs; and as predict() does, like DataError and ShapeError.

    Source: R `keras::predict_classes`.
    """
    import numpy as np

    deprecated("predict_classes", "predict(), and op_argmax() of it or, with one output, > 0.5")
    found = predict(object, x, batch_size=batch_size, verbose=verbose, steps=steps)
    if isinstance(found, (list, tuple, dict)):
        raise InvalidValueError(
            f"predict_classes: {say(object)} has {len(found)} outputs: use predict(), and op_argmax() of each"
        )
    found = np.asarray(found)
    if found.ndim > 1 and found.shape[-1] > 1:
        return found.argmax(axis=-1)
    return (found > 0.5).astype("int32")


@Checked
def multi_gpu_model(*args, **kwargs):
    """Not available: Keras 3 spreads models and batches over devices in another way.

    Raises:
        UnavailableError: always; it names keras.distribution.

    Source: R `keras::multi_gpu_model`.
    """
    raise UnavailableError(
        "multi_gpu_model is gone: on JAX, before making the model,"
        " keras.distribution.set_distribution(keras.distribution.DataParallel()) spreads its batches over all devices;"
        " on TensorFlow make it inside of `with tensorflow.distribute.MirroredStrategy().scope():`"
    )


@verb(
    receiver=lambda value: is_layer(value) or callable(getattr(value, "generate", None)),
    wants="a model that generates",
)
def generate(x, *args, **kwargs):
    """Let a model write, as those of KerasHub do.

    Args:
        x: a model with a method generate().
        *args: what that method takes: the text or the tokens to go on from, ...
        **kwargs: the same, by name: max_length, ...

    Returns:
        What the method returns.

    Raises:
        UnavailableError: for a model that has none.

    Source: R `generics::generate`, of `keras3::generate`.
    """
    method = getattr(x, "generate", None)
    if not callable(method):
        raise UnavailableError(
            f"generate: {say(x)} has no method generate(): models of KerasHub have one, as"
            " keras_hub.models.CausalLM.from_preset(...); for others compute the next step with predict(), and go on"
        )
    return method(*args, **kwargs)
