"""The calls of a layer: what went in and what came out at each. And where a tensor comes from."""

from pipekeras import values
from pipekeras._keras import keras
from pipekeras.errors import InvalidValueError
from pipekeras.pipe import verb
from pipekeras.receivers import is_layer, is_symbolic, say


def _at(name, what, returns, tensors, of):
    """get_input_at() and its like: they differ in the tensors they look at and what they read off."""

    def get_at(object, node_index):
        return _alone([of(tensor) for tensor in tensors(object, node_index, name)])

    get_at.__doc__ = f"""{what}.

    Args:
        object: a layer; or a model.
        node_index: which of its calls, counted from 0; -1 is the last.

    Returns:
        {returns}; a list of them where there are several tensors.

    Raises:
        InvalidValueError: if it was not called as often.

    Source: R `keras::{name}`, which counts from 1.
    """
    get_at.__name__ = get_at.__qualname__ = name
    return verb(get_at, receiver=is_layer, wants="a layer or a model")


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


def _itself(tensor):
    return tensor


def _shape(tensor):
    return tuple(tensor.shape)


_TENSOR, _DIMS, _MASK = (
    "A symbolic tensor",
    "A tuple, None for what is not fixed",
    "A symbolic tensor, None for no mask",
)

get_input_at = _at("get_input_at", "What a layer was applied to", _TENSOR, _inputs, _itself)
get_output_at = _at("get_output_at", "What a layer made of its input", _TENSOR, _outputs, _itself)
get_input_shape_at = _at("get_input_shape_at", "The shape of what it was applied to", _DIMS, _inputs, _shape)
get_output_shape_at = _at("get_output_shape_at", "The shape of what a layer made", _DIMS, _outputs, _shape)
get_input_mask_at = _at("get_input_mask_at", "The mask of what a layer was applied to", _MASK, _inputs, _mask)
get_output_mask_at = _at("get_output_mask_at", "The mask of what a layer made", _MASK, _outputs, _mask)

__all__ = [
    "get_input_at",
    "get_input_mask_at",
    "get_input_shape_at",
    "get_output_at",
    "get_output_mask_at",
    "get_output_shape_at",
    "get_source_inputs",
]
