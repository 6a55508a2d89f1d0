"""The weights of models and layers: reading, setting, counting, freezing."""

from pipekeras import values
from pipekeras.asarray import as_array
from pipekeras.errors import ArgumentError, InvalidValueError, suggestion
from pipekeras.pipe import verb
from pipekeras.receivers import is_layer, is_model, say

_layers = {"receiver": is_layer, "wants": "a layer or a model"}


@verb(**_layers)
def get_weights(object, trainable=None):
    """The weights as a list of NumPy arrays.

    Args:
        object: a model or layer.
        trainable: True for those that training changes, False for the others, None for all.

    Returns:
        A list of arrays.

    Raises:
        InvalidValueError: if trainable is something else.

    Source: R `keras3::get_weights`, `keras::get_weights`.
    """
    if trainable is None:
        return object.get_weights()
    if not values.is_bool(trainable):
        raise InvalidValueError(f"get_weights: trainable must be True, False or None, it got {trainable!r}")
    chosen = object.trainable_weights if trainable else object.non_trainable_weights
    return [weight.numpy() for weight in chosen]


@verb(**_layers)
def set_weights(object, weights):
    """Set the weights, in place.

    Args:
        object: a model or layer that is built.
        weights: a list of arrays, as get_weights() gives: as many, of the same shapes, in the same order. Lists of
            numbers are arrays too.

    Returns:
        The same model or layer.

    Raises:
        InvalidValueError: if number or shapes are not those of the weights.
        DataError: if one of them is no array of numbers.

    Source: R `keras3::set_weights`, `keras::set_weights`.
    """
    if isinstance(weights, (str, bytes, dict)) or not hasattr(weights, "__iter__") or getattr(weights, "ndim", 1) == 0:
        raise InvalidValueError(
            f"set_weights: weights must be a list of arrays, as get_weights() gives, it got {say(weights)}"
        )
    weights = [as_array(weight, "set_weights", name=f"array {i}", text=False) for i, weight in enumerate(weights)]
    own = object.weights
    if len(own) != len(weights):
        built = "" if object.built else "; it is not built yet, so it has none: give it an input_shape"
        raise InvalidValueError(f"set_weights got {len(weights)} arrays, {say(object)} has {len(own)} weights{built}")
    for position, (weight, value) in enumerate(zip(own, weights, strict=True)):
        shape = tuple(weight.shape)
        if shape != value.shape:
            raise InvalidValueError(
                f"set_weights: array {position} has shape {value.shape}, the weight {weight.path} has {shape}"
            )
    object.set_weights(weights)
    return object


@verb(**_layers)
def count_params(object):
    """How many numbers the weights hold.

    Args:
        object: a model or layer that is built.

    Returns:
        An int.

    Raises:
        InvalidValueError: if it is not built, since it then has none yet.

    Source: R `keras3::count_params`, `keras::count_params`.
    """
    if not object.built:
        raise InvalidValueError(
            f"{say(object)} is not built yet, so it has no weights to count: give it an input_shape"
        )
    return object.count_params()


@verb(**_layers)
def freeze_weights(object, from_=None, to=None, which=None):
    """Keep training from changing weights, of all layers or of some. Compile the model again afterwards.

    Args:
        object: a model or layer.
        from_: the first layer to freeze: its position from 0 (-2 is the last but one), its name, or the layer.
        to: where to stop: a position, which is itself not frozen, as in `range`; or a name or layer, which is.
        which: instead, the layers to freeze: positions, names or layers, one or a list; a list of True and False, one
            for each layer; or a function that gets a layer and says whether.

    Returns:
        The same model or layer. As in R, naming some layers decides about all: those are frozen, all others are not.

    Raises:
        ArgumentError: if `which` is given along with from_ or to.
        InvalidValueError: for a layer that the model does not have.

    Source: R `keras3::freeze_weights`, `keras::freeze_weights` (`from` is a reserved word in Python; positions in R
    count from 1 and include `to`).
    """
    return _set_trainable(object, False, from_, to, which, "freeze_weights")


@verb(**_layers)
def unfreeze_weights(object, from_=None, to=None, which=None):
    """Let training change weights again, of all layers or of some; the others are frozen. Compile again afterwards.

    Args:
        object: a model or layer.
        from_: the first layer to unfreeze; see freeze_weights().
        to: where to stop; see freeze_weights().
        which: instead, the layers to unfreeze; see freeze_weights().

    Returns:
        The same model or layer.

    Raises:
        ArgumentError: if `which` is given along with from_ or to.
        InvalidValueError: for a layer that the model does not have.

    Source: R `keras3::unfreeze_weights`, `keras::unfreeze_weights`.
    """
    return _set_trainable(object, True, from_, to, which, "unfreeze_weights")


def _set_trainable(object, inside, from_, to, which, where):
    if from_ is None and to is None and which is None:
        object.trainable = inside
        return object
    if which is not None and (from_ is not None or to is not None):
        raise ArgumentError(f"{where}: give from_ and to, or which, not both")
    if not is_model(object):
        raise ArgumentError(f"{where}: from_, to and which choose layers of a model; {say(object)} is not one")
    layers = object.layers
    chosen = _range(layers, from_, to, where) if which is None else _which(layers, which, where)
    object.trainable = True
    for position, layer in enumerate(layers):
        layer.trainable = inside if position in chosen else not inside
    return object


def _range(layers, from_, to, where):
    first = 0 if from_ is None else position_of(layers, from_, where)
    if to is None:
        stop = len(layers)
    elif isinstance(to, str) or is_layer(to):
        stop = position_of(layers, to, where) + 1
    else:
        stop = values.whole(to, "to", where)
        stop = stop + len(layers) if stop < 0 else stop
        if not 0 <= stop <= len(layers):
            raise InvalidValueError(f"{where}: to={to}, but the model has {len(layers)} layers")
    if first >= stop:
        raise InvalidValueError(
            f"{where}: from_={_text(from_)} to={_text(to)} leaves no layer: a position `to` is excluded"
        )
    return set(range(first, stop))


def _which(layers, which, where):
    if callable(which) and not is_layer(which):
        return {i for i, layer in enumerate(layers) if which(layer)}
    items = list(which) if isinstance(which, (list, tuple, range)) or hasattr(which, "tolist") else [which]
    if items and all(map(values.is_bool, items)):
        if len(items) != len(layers):
            raise InvalidValueError(f"{where}: which has {len(items)} truth values, the model has {len(layers)} layers")
        return {i for i, item in enumerate(items) if item}
    return {position_of(layers, item, where) for item in items}


def position_of(layers, wanted, where):
    """The position of a layer given by position, name or itself."""
    if is_layer(wanted):
        for i, layer in enumerate(layers):
            if layer is wanted:
                return i
        raise InvalidValueError(f"{where}: {say(wanted)} is not one of the model's layers")
    names = [layer.name for layer in layers]
    if isinstance(wanted, str):
        if wanted in names:
            return names.index(wanted)
        near = suggestion(wanted, names)
        raise InvalidValueError(f'{where}: the model has no layer "{wanted}"{near}; it has {", ".join(names)}')
    position = values.whole(wanted, "a layer's position", where)
    if not -len(layers) <= position < len(layers):
        off_by_one = " (positions count from 0)" if position == len(layers) else ""
        raise InvalidValueError(f"{where}: there is no layer {position}; the model has {len(layers)}{off_by_one}")
    return position % len(layers)


def _text(value):
    return value.name if is_layer(value) else repr(value)


__all__ = ["count_params", "freeze_weights", "get_weights", "set_weights", "unfreeze_weights"]
