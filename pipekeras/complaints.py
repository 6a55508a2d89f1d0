"""What does not fit between tensors and a layer, in the words of the call that the user wrote.

Some of it is seen beforehand (axes, how many tensors); the rest Keras finds, and what it says is put into our words.
"""

import re

from pipekeras._keras import keras
from pipekeras.errors import PipekerasError, ShapeError
from pipekeras.receivers import is_model, is_sequential, say

# What an axis holds, in tensors of so many dimensions.
DIMENSIONS = {
    2: "(batch, features)",
    3: "(batch, timesteps, features)",
    4: "(batch, height, width, channels)",
    5: "(batch, depth, height, width, channels)",
}
_MERGES = ("Add", "Average", "Concatenate", "Dot", "Maximum", "Minimum", "Multiply", "Subtract")
_ATTENDING = ("Attention", "AdditiveAttention", "MultiHeadAttention", "GroupQueryAttention")
# The arguments of Keras's layers that name axes of their input.
_WITH_AXES = {
    "axis": (
        "Concatenate", "BatchNormalization", "GroupNormalization", "LayerNormalization", "RMSNormalization",
        "UnitNormalization", "Normalization", "Softmax",
    ),
    "axes": ("Dot",),
    "shared_axes": ("PReLU",),
}  # fmt: skip


def called(layer):
    """The function that made `layer`, by its R name where it has one, else the class."""
    return vars(layer).get("_pipekeras_name") or type(layer).__name__


def _is_a(layer, names):
    return any(isinstance(layer, getattr(keras.layers, name)) for name in names)


def is_merge(layer):
    """Whether `layer` joins several tensors into one."""
    return _is_a(layer, _MERGES)


def attends(layer):
    """Whether `layer` is attention, from a query to a value."""
    return _is_a(layer, _ATTENDING)


def refuse_structure(inputs, layer):
    """Raise if a merge or attention does not get the list of tensors that it is about."""
    several = isinstance(inputs, (list, tuple)) and len(inputs) > 1
    name = called(layer)
    if is_merge(layer) and not several and not (isinstance(inputs, (list, tuple)) and _is_a(layer, ["Concatenate"])):
        raise ShapeError(
            f"{name} joins several tensors, it got {say(inputs)}: write x >> {name}(y), or [x, y] >> {name}()"
        )
    if attends(layer) and not several:
        raise ShapeError(
            f"{name} attends from a query to a value and needs both, in a list: [query, value] or"
            f" [query, value, key]; it got {say(inputs)}. For self-attention: [x, x] >> {name}(...)"
        )


def refuse_axes(layer, shapes):
    """Raise if `layer` names an axis that tensors of these shapes do not have: the off-by-one of who counts from 1."""
    for argument, names in _WITH_AXES.items():
        axes = getattr(layer, argument, None)
        if axes is None or not _is_a(layer, names):
            continue
        for axis in axes if isinstance(axes, (list, tuple)) else [axes]:
            for shape in shapes:
                if isinstance(axis, int) and not -len(shape) <= axis < len(shape):
                    raise ShapeError(
                        f"{called(layer)}: {argument}={axes}, but a tensor of shape {tuple(shape)} has {len(shape)}"
                        f" dimensions; axes count from 0, the batch, so the last is {len(shape) - 1} or -1"
                    )


def in_our_words(action, left, layer):
    """Run `action`; what Keras has against the shapes becomes a ShapeError in the words of the call."""
    try:
        return action()
    except PipekerasError:
        raise
    except (ValueError, TypeError, KeyError, IndexError, AttributeError) as error:
        text = reworded(str(error), left, layer) or _by_structure(left, layer, error)
        if text is None:
            raise
        raise ShapeError(text) from error


def _by_structure(left, layer, error):
    """What can be said of Keras's own layers, whatever it was that they stumbled over."""
    if not type(layer).__module__.startswith("keras.") or is_model(layer):
        return None
    if isinstance(left, (dict, list, tuple)) and not (is_merge(layer) or attends(layer)):
        return _takes_one(called(layer), left, layer)
    return f"{called(layer)}: {error}" if isinstance(error, ValueError) else None


def _takes_one(name, left, layer):
    if isinstance(left, dict):
        return f"{name} takes one tensor, it got a dict of {len(left)}: choose one, as in x[{next(iter(left))!r}]"
    recurrent = hasattr(layer, "return_state")
    states = f"; if the others are its first states, {name}(...)(a, initial_state=[b])" if recurrent else ""
    return (
        f"{name} takes one tensor, it got a list of {len(left)}: join them first, as in"
        f" [a, b] >> layer_concatenate() >> {name}(...){states}"
    )


def _made_by(left):
    """The layer that a symbolic tensor, or the output of a sequential model, comes from; None where there is none."""
    if is_sequential(left):
        layers = object.__getattribute__(left, "__dict__")["_layers"]  # left.layers would be a look, see growing.py
        return layers[-1] if layers else None
    return getattr(getattr(left, "_keras_history", None), "operation", None)


def reworded(text, left, layer):
    """What Keras said, in our words; None where it is none of what we know."""
    blamed = re.search(r"[Ll]ayer [\"']([^\"']+)[\"']", text)
    name = called(layer) if blamed is None or blamed[1] == layer.name else f"layer {blamed[1]!r} in {called(layer)}"
    if re.search(r"expects \d+ input\(s\), but it received \d+ input tensors", text) and isinstance(left, (list, dict)):
        return _takes_one(name, left, layer)
    rank = re.search(r"expected (min_|max_)?ndim=(\d+), found ndim=(\d+)\. Full shape received: (\(.*?\))", text)
    if rank:
        wanted, found = int(rank[2]), int(rank[3])
        least = {"min_": "at least ", "max_": "at most ", None: ""}[rank[1]]
        layout = f" {DIMENSIONS[wanted]}" if wanted in DIMENSIONS else ""
        remedy = "layer_reshape()" if found < wanted else "layer_flatten() or layer_reshape()"
        remedy = f"Put {remedy} before it, or mend the input shape"
        before = _made_by(left)
        if wanted == 3 and found == 2 and getattr(before, "return_sequences", None) is False:
            remedy = f"{called(before)} before it returns its last step alone: it needs return_sequences=True"
        return f"{name} needs a tensor of {least}{wanted} dimensions{layout}, it got {found}: shape {rank[4]}. {remedy}"
    axis = re.search(
        r"expected axis (-?\d+) of input shape to have value (\d+), but received input with shape (\(.*?\))", text
    )
    if axis:
        return (
            f"{name} was built for {axis[2]} values along axis {axis[1]}, it got a tensor of shape {axis[3]}: give it"
            " inputs of the shape it has seen first, or make a new layer"
        )
    if "batch size must be static" in text:
        return (
            f"{name} is stateful, and must know the batch size: give it where the model begins, as in"
            " keras_model_sequential(input_shape=(12, 1), batch_size=4) or layer_input(batch_shape=(4, 12, 1))"
        )
    if re.search(r"(zero or negative|[Nn]egative dimension|not positive|[Nn]egative output)", text):
        return (
            f'{name} leaves nothing of {say(left)}: its window is larger than the input. Use padding="same", a smaller'
            f" window, or fewer layers that shrink ({text})"
        )
    return None
