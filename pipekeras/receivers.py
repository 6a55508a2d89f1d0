"""What can flow through a pipe: models, tensors, structures of tensors.

Nothing here imports Keras: as long as nobody has, no value can be one of its objects.
"""

import sys

from pipekeras._keras import is_open, keras

_TENSOR_PACKAGES = {"tensorflow", "jax", "jaxlib", "torch"}


def is_layer(value):
    """Whether `value` is a Keras layer; models are layers too."""
    return is_open() and isinstance(value, keras.layers.Layer)


def is_model(value):
    """Whether `value` is a Keras model (Sequential, functional or subclassed)."""
    return is_open() and isinstance(value, keras.Model)


def is_sequential(value):
    """Whether `value` is a Sequential model: the only receiver that a layer changes in place."""
    return is_open() and isinstance(value, keras.Sequential)


def is_symbolic(value):
    """Whether `value` is a symbolic tensor, as layer_input() makes."""
    return is_open() and isinstance(value, keras.KerasTensor)


def is_tensor(value):
    """Whether `value` is a tensor, symbolic or not, of Keras or a backend. NumPy arrays are data, not tensors."""
    kind = type(value)
    if kind.__module__.partition(".")[0] in _TENSOR_PACKAGES:
        return hasattr(value, "shape") and hasattr(value, "dtype")
    return is_open() and isinstance(value, (keras.KerasTensor, keras.Variable))


def is_tensors(value):
    """Whether `value` is a tensor, or a list, tuple or dict that holds tensors and nothing else."""
    if isinstance(value, dict):
        return bool(value) and all(map(is_tensors, value.values()))
    if isinstance(value, (list, tuple)):
        return bool(value) and all(map(is_tensors, value))
    return is_tensor(value)


def is_receiver(value):
    """Whether `value`, as a first positional argument, is what the function is applied to."""
    return is_model(value) or is_tensors(value)


def is_frame(value):
    """Whether `value` is a pandas DataFrame, Series or Categorical; pandas is not imported to find out."""
    pandas = sys.modules.get("pandas")
    return pandas is not None and isinstance(value, (pandas.DataFrame, pandas.Series, pandas.Categorical))


def say(value):
    """`value` in a few words, for an error message."""
    if is_layer(value):
        kind = "model" if is_model(value) else "layer"
        return f"{kind} {value.name!r} ({type(value).__name__})"
    if is_tensor(value):
        return f"a tensor of shape {shape_text(value)}"
    if is_tensors(value) and isinstance(value, (list, tuple)):
        return f"a {type(value).__name__} of {len(value)} tensors"
    if is_frame(value):
        return f"a pandas {type(value).__name__} of shape {value.shape}"
    if type(value).__module__ == "numpy" and hasattr(value, "shape"):
        return f"an array of shape {value.shape}"
    name = getattr(value, "__name__", None)
    if name and callable(value):
        return f"{'class' if isinstance(value, type) else 'function'} {name}"
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def shape_text(tensor):
    """The shape of a tensor as the user writes shapes: `(None, 28, 28)`."""
    return str(tuple(tensor.shape))
