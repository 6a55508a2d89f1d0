"""What Keras has against a model or its data in the middle of training, in the words of the call."""

import contextlib
import re

from pipekeras import errors
from pipekeras._keras import keras
from pipekeras.complaints import reworded
from pipekeras.errors import InvalidValueError, PipekerasError, ShapeError
from pipekeras.models.checks import all_layers

__all__: list[str] = []

_SIGNS = ("incompatible with the layer", "Computed output size would be", "egative dimension size")


@contextlib.contextmanager
def plainly(where, model, x):
    """Around a call of Keras: what it says in a way that we know becomes an error of ours, all else goes through.

    A model without an input shape is built by its first data, so only then is seen that its layers cannot take them.
    """
    before = _unbuilt_layers(model)
    try:
        yield
    except PipekerasError:
        raise
    except (ValueError, TypeError) as error:
        text = str(error)
        if "No loss to compute" in text:
            raise InvalidValueError(
                f"{where}: the model was compiled without a loss; name one: model >> compile(loss=...)"
            ) from error
        if "able to automatically determine whether that metric" in text:
            raise InvalidValueError(_monitored(where, model, text)) from error
        if not any(sign in text for sign in _SIGNS):  # others' errors, as of a callback, are not ours to word
            raise
        names = (layer for layer in all_layers(model) if any(f"{q}{layer.name}{q}" in text for q in "\"'"))
        said = reworded(text, x, next(names, model))
        if said is None:
            raise
        if before is not None and not model.built:
            _as_before(model, before)
        raise ShapeError(f"{where}: {said}") from error
    except Exception as error:
        own = _ours(error)
        if own is None:
            raise
        raise own from error


def _monitored(where, model, text):
    """What to say of a callback whose monitor is nothing that Keras knows how to judge: mostly no metric's name."""
    callback, _, rest = text.partition(" callback received monitor=")
    monitor = rest.partition(",")[0]
    names = [prefix + name for prefix in ("", "val_") for name in model.get_metrics_result()]
    if monitor in names:
        return f'{where}: {callback} cannot tell whether {monitor} should grow or shrink: give mode="max" or mode="min"'
    near = errors.suggestion(monitor, names)
    return f"{where}: {callback} monitors {monitor}, which the model does not report; it has {', '.join(names)}{near}"


def _ours(error):
    """The error of ours that a dataset raised while TensorFlow drew from it, which only tells of it in its text."""
    said = re.search(r"^(\w+Error): (.+)", str(error), re.MULTILINE)
    kind = getattr(errors, said[1], None) if said and type(error).__module__.startswith("tensorflow") else None
    return kind and kind(said[2])


def _unbuilt_layers(model):
    """The layers of a Sequential that waits for its first data; None for all others."""
    return list(vars(model)["_layers"]) if isinstance(model, keras.Sequential) and not model.built else None


def _as_before(model, layers):
    """Take back the input that did not fit, which Keras has put in front and would take no other than."""
    model._layers = layers
    model.train_function = model.test_function = model.predict_function = None  # compiled for that input
