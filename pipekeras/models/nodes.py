"""The calls of a layer: what went in and what came out at each. And where a tensor comes from."""

from pipekeras import values
from pipekeras._keras import keras
from pipekeras.errors import InvalidValueError
from pipekeras.pipe import verb
from pipekeras.receivers import is_layer, is_symbolic, say

_layer_verb = verb(receiver=is_layer, wants="a layer or a model")


@_layer_verb
def get_input_at(object, node_index):
    """What a layer was applied to.

    Args:
        object: a layer; or a model.
        node_index: which of its calls, counted from 0; -1 is the last.

    Returns:
        A symbolic tensor; a list of them where it was applied to several.

    Raises:
        InvalidValueError: if it was not called as often.

    Source: R `keras::get_input_at`, which counts from 1.
    """
    return _alone(_inputs(object, node_index, "get_input_at"))


@_layer_verb
def get_output_at(object, node_index):
    """What a layer made of its input.

    Args:
        object: a layer; or a model.
        node_index: which of its calls, counted from 0; -1 is the last.

    Returns:
        A symbolic tensor; a list of them where it made several.

    Raises:
        InvalidValueError: if it was not called as often.

    Source: R `keras::get_output_at`, which counts from 1.
    """
    return _alone(_outputs(object, node_index, "get_output_at"))


@_layer_verb
def get_input_shape_at(object, node_index):
    """The shape of what a layer was applied to.

    Args:
        object: a layer; or a model.
        node_index: which of its calls, counted from 0; -1 is the last.

    Returns:
        A tuple, None for what is not fixed; a list of tuples where it was applied to several tensors.

    Raises:
        InvalidValueError: if it was not called as often.

    Source: R `keras::get_input_shape_at`, which counts from 1.
    """
    return _alone([tuple(t.shape) for t in _inputs(object, node_index, "get_input_shape_at")])


@_layer_verb
def get_output_shape_at(object, node_index):
    """The shape of what a layer made of its input.

    Args:
        object: a layer; or a model.
        node_index: which of its calls, counted from 0; -1 is the last.

    Returns:
        A tuple, None for what is not fixed; a list of tuples where it made several tensors.

    Raises:
        InvalidValueError: if it was not called as often.

    Source: R `keras::get_output_shape_at`, which counts from 1.
    """
    return _alone([tuple(t.shape) for t in _outputs(object, node_index, "get_output_shape_at")])


@_layer_verb
def get_input_mask_at(object, node_index):
    """The mask that came with what a layer was applied to.

    Args:
        object: a layer; or a model.
        node_index: which of its calls, counted from 0; -1 is the last.

    Returns:
        A symbolic tensor, or None where there is no mask; a list of such where it was applied to several tensors.

    Raises:
        InvalidValueError: if it was not called as often.

    Source: R `keras::get_input_mask_at`, which counts from 1.
    """
    return _alone([_mask(t) for t in _inputs(object, node_index, "get_input_mask_at")])


@_layer_verb
def get_output_mask_at(object, node_index):
    """The mask that goes with what a layer made of its input.

    Args:
        object: a layer; or a model.
        node_index: which of its calls, counted from 0; -1 is the last.

    Returns:
        A symbolic tensor, or None where there is no mask; a list of such where it made several tensors.

    Raises:
        InvalidValueError: if it was not called as often.

    Source: R `keras::get_output_mask_at`, which counts from 1.
    """
    return _alone([_mask(t) for t in _outputs(object, node_index, "get_output_mask_at")])


@verb(receiver=is_symbolic, wants="a symbolic tensor, as layers give on layer_input()")
def get_source_inputs(tensor):
    """The inputs that a tensor is computed from.

    Args:
        tensor: a symbolic tensor.

    Returns:
        A list of symbolic tensors, as layer_input() makes, also if it is one.

    Raises:
        PipeError: for anything but a symbolic tensor.

    Source: R `keras3::get_source_inputs`.
    """
    return keras.utils.get_source_inputs(tensor)


def _inputs(layer, index, where):
    node = _node(layer, index, where)
    if node is None:
        return list(layer.inputs)
    # As in Keras 2: of the arguments the first, so no masks or states; and for an input layer what it gives.
    given = [*node.arguments.args, *node.arguments.kwargs.values()]
    return keras.tree.flatten(given[0]) if given else node.output_tensors


def _outputs(layer, index, where):
    node = _node(layer, index, where)
    return node.output_tensors if node is not None else list(layer.outputs)


def _node(layer, index, where):
    """A call of a layer; None for a model that nothing was called on, which stands for itself."""
    index = values.count(index, "node_index", where)
    nodes = layer._inbound_nodes  # Keras 3 has no public way to them
    itself = not nodes and bool(getattr(layer, "inputs", None))
    known = 1 if itself else len(nodes)
    if not -known <= index < known:
        times = f"was called {known} time{'s' * (known != 1)}" if known else "was not called yet"
        off_by_one = " (they count from 0)" if known and index == known else ""
        raise InvalidValueError(f"{where}: there is no call {index}{off_by_one}: {say(layer)} {times}")
    return None if itself else nodes[index]


def _mask(tensor):
    return getattr(tensor, "_keras_mask", None)


def _alone(found):
    return found[0] if len(found) == 1 else found


__all__ = [
    "get_input_at",
    "get_input_mask_at",
    "get_input_shape_at",
    "get_output_at",
    "get_output_mask_at",
    "get_output_shape_at",
    "get_source_inputs",
]
