"""What happens where a receiver meets a Keras layer: R's `compose_layer`, as a table.

    Sequential            the layer is added in place; the same model comes back
    tensor(s)             the layer is called; the output comes back
    array, data frame     becomes an array, then as a tensor
    functional, subclassed model   an error: pipe its output instead

and how Keras's complaints about shapes are put into the words of the call that the user wrote.
"""

import re

from pipekeras._keras import keras
from pipekeras.asarray import as_array, is_native
from pipekeras.errors import PipeError, PipekerasError, ShapeError
from pipekeras.growing import grow, is_empty
from pipekeras.receivers import is_frame, is_model, is_sequential, is_tensor, is_tensors, say

_DIMENSIONS = {2: "(batch, features)", 3: "(batch, timesteps, features)", 4: "(batch, height, width, channels)",
               5: "(batch, depth, height, width, channels)"}  # fmt: skip


def compose(left, layer):
    """Apply `layer` to the receiver `left` as R does; see the table above."""
    if is_sequential(left):
        _first_input(left, layer)
        return _in_our_words(lambda: grow(left, layer), left, layer)
    if is_model(left):
        raise PipeError(
            f"{say(left)} is finished: a layer cannot be added to it, as it can to keras_model_sequential()."
            " Pipe its output and make a new model: keras_model(model.inputs, model.output >> ...)"
        )
    inputs = _native(left) if is_tensors(left) else _as_arrays(left, layer)
    return _in_our_words(lambda: _call(layer, inputs), inputs, layer)


def _call(layer, inputs):
    if isinstance(layer, (keras.layers.MultiHeadAttention, keras.layers.GroupQueryAttention)):
        if not isinstance(inputs, (list, tuple)) or len(inputs) < 2:
            raise ShapeError(
                f"{_called(layer)} attends from a query to a value and needs both, in a list: [query, value] or"
                f" [query, value, key]; it got {say(inputs)}. For self-attention: [x, x] >> {_called(layer)}(...)"
            )
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
        return type(tensors)(map(_native, tensors))
    return tensors if is_native(tensors) else as_array(tensors, "the pipe")


def _as_arrays(data, layer):
    """Data on the left of >> as arrays that a layer takes. Frames lose their names, categoricals become codes."""
    import numpy as np

    if isinstance(data, dict) and data:
        return {key: _as_arrays(value, layer) for key, value in data.items()}
    if isinstance(data, (list, tuple)) and any(is_frame(d) or is_tensor(d) or isinstance(d, np.ndarray) for d in data):
        return type(data)(_as_arrays(value, layer) for value in data)
    if is_frame(data):
        return as_array(data, _called(layer))
    if is_tensor(data) or isinstance(data, np.ndarray):
        return data
    if (isinstance(data, (list, tuple)) and data) or (isinstance(data, (float, int, np.generic)) and data is not True):
        return as_array(data, _called(layer))
    raise PipeError(
        f"{say(data)} cannot be piped into {say(layer)}: on the left of >> stands a model, a tensor, a list of tensors,"
        " an array or a data frame"
    )


# Errors ---------------------------------------------------------------------------------------------------------------


def _in_our_words(action, left, layer):
    """Run `action`; what Keras says against the shapes becomes a ShapeError in the words of the call."""
    try:
        return action()
    except PipekerasError:
        raise
    except (ValueError, TypeError) as error:
        text = _reworded(str(error), left, layer)
        if text is None:
            raise
        raise ShapeError(text) from error


def _reworded(text, left, layer):
    name = _called(layer)
    many = re.search(r"expects (\d+) input\(s\), but it received (\d+) input tensors", text)
    if many:
        return (
            f"{name} takes one tensor, it got a list of {many[2]}: join them first, as in"
            f" [a, b] >> layer_concatenate() >> {name}(...)"
        )
    rank = re.search(r"expected (min_|max_)?ndim=(\d+), found ndim=(\d+)\. Full shape received: (\(.*?\))", text)
    if rank:
        wanted, found = int(rank[2]), int(rank[3])
        least = {"min_": "at least ", "max_": "at most ", None: ""}[rank[1]]
        layout = f" {_DIMENSIONS[wanted]}" if wanted in _DIMENSIONS else ""
        remedy = "layer_reshape()" if found < wanted else "layer_flatten() or layer_reshape()"
        return (
            f"{name} needs a tensor of {least}{wanted} dimensions{layout}, it got {found}: shape {rank[4]}."
            f" Put {remedy} before it, or mend the input shape"
        )
    axis = re.search(
        r"expected axis (-?\d+) of input shape to have value (\d+), but received input with shape (\(.*?\))", text
    )
    if axis:
        return (
            f"{name} was built for {axis[2]} values along axis {axis[1]}, it got a tensor of shape {axis[3]}: give it"
            " inputs of the shape it has seen first, or make a new layer"
        )
    if re.search(r"(zero or negative|[Nn]egative dimension|not positive|[Nn]egative output)", text):
        return (
            f'{name} leaves nothing of {say(left)}: its window is larger than the input. Use padding="same", a smaller'
            f" window, or fewer layers that shrink ({text})"
        )
    return None


def _called(layer):
    """The function that made `layer`, by its R name where it has one, else the class."""
    return vars(layer).get("_pipekeras_name") or type(layer).__name__
