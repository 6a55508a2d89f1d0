"""What happens where a receiver meets a Keras layer: R's `compose_layer`, as a table.

Sequential            the layer is added in place; the same model comes back
tensor(s)             the layer is called; the output comes back
array, data frame     becomes an array, then as a tensor
functional, subclassed model   an error: pipe its output instead
"""

from pipekeras._keras import keras
from pipekeras.asarray import as_array, is_native, to_array
from pipekeras.complaints import attends, called, in_our_words, is_merge, refuse_axes, refuse_structure
from pipekeras.errors import PipeError
from pipekeras.growing import grow, is_empty, tip_shape
from pipekeras.receivers import is_frame, is_model, is_sequential, is_tensor, is_tensors, say


def compose(left, layer):
    """Apply `layer` to the receiver `left` as R does; see the table above."""
    if is_sequential(left):
        return _add(left, layer)
    if is_model(left):
        raise PipeError(
            f"{say(left)} is finished: a layer cannot be added to it, as it can to keras_model_sequential()."
            " Pipe its output and make a new model: keras_model(model.inputs, model.output >> ...)"
        )
    inputs = _native(left) if is_tensors(left) else _as_arrays(left, layer)
    refuse_structure(inputs, layer)
    if isinstance(inputs, list) and len(inputs) == 1 and not (is_merge(layer) or is_model(layer)):
        inputs = inputs[0]
    refuse_axes(layer, [t.shape for t in (inputs if isinstance(inputs, list) else [inputs]) if hasattr(t, "shape")])
    return in_our_words(lambda: _call(layer, inputs), inputs, layer)


def _add(model, layer):
    if layer is model:
        raise PipeError(f"{say(model)} cannot be piped into itself: clone_model() makes another")
    if is_merge(layer) or attends(layer):
        raise PipeError(
            f"{say(model)} is one line of layers, and {called(layer)} takes several tensors: make a functional model,"
            f" x = layer_input(...), y = x >> ..., [x, y] >> {called(layer)}(...), and keras_model() of them"
        )
    _first_input(model, layer)
    shape = tip_shape(model)
    if shape is not None:
        refuse_axes(layer, [shape])
    return in_our_words(lambda: grow(model, layer), model, layer)


def _call(layer, inputs):
    if isinstance(layer, (keras.layers.MultiHeadAttention, keras.layers.GroupQueryAttention)):
        return layer(*inputs)
    return layer(inputs)


def _first_input(model, layer):
    """In an empty model, the input that the layer's own arguments describe (input_shape and its kin) comes first."""
    wanted = vars(layer).get("_pipekeras_input")
    if wanted is not None and is_empty(model):
        grow(model, keras.layers.InputLayer(**wanted))


def _native(tensors):
    """The tensors, with those of a backend that is not the running one as arrays."""
    if isinstance(tensors, dict):
        return {key: _native(value) for key, value in tensors.items()}
    if isinstance(tensors, (list, tuple)):
        return list(map(_native, tensors))
    return tensors if is_native(tensors) else as_array(tensors, "the pipe")


def _as_arrays(data, layer):
    """Data on the left of >> as arrays, made as fit() makes them: categoricals become codes."""
    import numpy as np

    if isinstance(data, dict) and data:
        return {key: _as_arrays(value, layer) for key, value in data.items()}
    if isinstance(data, (list, tuple)) and any(is_frame(d) or is_tensor(d) or isinstance(d, np.ndarray) for d in data):
        return [_as_arrays(value, layer) for value in data]
    if is_tensor(data):
        return data
    if callable(data):
        name = getattr(data, "__name__", "it")
        raise PipeError(f"{name} stands before >> without parentheses: write {name}(...) >> {called(layer)}(...)")
    if not _is_data(data):
        raise PipeError(
            f"{say(data)} cannot be piped into {say(layer)}: on the left of >> stands a model, a tensor, a list of"
            " tensors, an array or a data frame"
        )
    if is_model(layer):
        return to_array(data, "x", called(layer), text=True)
    return as_array(data, called(layer), text=_reads_text(layer))


def _is_data(value):
    """Whether arrays can be made of `value`: numbers, sequences of them, and what knows how to become an array."""
    if isinstance(value, (list, tuple, range)):
        return len(value) > 0
    return (isinstance(value, (int, float)) and not isinstance(value, bool)) or hasattr(value, "__array__")


def _reads_text(layer):
    """Whether text may be what `layer` is about: Keras's layers for it, and any that are the user's own."""
    readers = ("TextVectorization", "StringLookup", "Hashing", "HashedCrossing", "FeatureSpace")
    return type(layer).__name__ in readers or not type(layer).__module__.startswith(("keras.", "pipekeras."))
