"""What stateful recurrent layers remember: read, set, and begun anew."""

from pipekeras._keras import keras
from pipekeras.asarray import as_array
from pipekeras.errors import InvalidValueError, suggestion
from pipekeras.pipe import verb
from pipekeras.receivers import is_layer, is_model, say
from pipekeras.sequences import keeping

_layer_verb = verb(receiver=is_layer, wants="a layer or a model")


@_layer_verb
def get_states(object):
    """What the stateful recurrent layers of a model have come to remember.

    Args:
        object: the model, or a single layer.

    Returns:
        {path of the layer: its states}, such as {"lstm": [h, c], "bidirectional/forward_gru": [h]}: NumPy arrays of
        shape (batch, units) in a list, of stacked cells a list for each cell. Of a single recurrent layer the list
        alone. They are copies: training on does not change them.

    Raises:
        InvalidValueError: for a layer that remembers nothing, or is not built yet.

    Source: `get_state()` of a layer's `states` in R `keras`; for whole models there is nothing.
    """
    layers = _stateful(object, "get_states")
    for path, layer in layers:
        _must_be_built(layer, path, "get_states")
    keeping.synced(object)
    found = {path: _as_lists(layer.states, keeping.values) for path, layer in layers}
    return found[""] if _is_recurrent(object) else found


@_layer_verb
def set_states(object, states):
    """Let the stateful recurrent layers of a model remember what they are given.

    Args:
        object: the model, or a single layer.
        states: what get_states() gave for it; for a model with a single stateful layer also the list alone. Arrays,
            tensors or lists of numbers, of shape (batch, units) each.

    Returns:
        The same object. If anything does not fit, nothing is set.

    Raises:
        InvalidValueError: for a layer that there is not, that is left out or not built, and for values of another
            shape.

    Source: `reset_states(states=)` of Keras 2's layers; for whole models there is nothing.
    """
    return _set(object, states, "set_states")


@_layer_verb
def reset_states(object, states=None):
    """Let the stateful recurrent layers of a model begin anew.

    Args:
        object: the model, or a single layer.
        states: what to begin with, as get_states() gives it; by default zeros, or what a cell of your own begins with.

    Returns:
        The same object.

    Raises:
        InvalidValueError: for a layer that remembers nothing, and for states that do not fit.

    Source: R `keras::reset_states`.
    """
    return reset(object, "reset_states") if states is None else _set(object, states, "reset_states")


def reset(object, where):
    """Let a layer, or all stateful layers in a model, begin anew; `where` is the function that was called."""
    refuse_forgetful(object, where)
    keeping.synced(object)
    for layer in _that_reset(object):
        if getattr(type(layer), "reset_state", None) is keras.layers.RNN.reset_state:
            keeping.forget(layer)
        else:
            layer.reset_state()
    return object


def refuse_forgetful(object, where):
    """Raise for a layer that remembers nothing from batch to batch; a model may be without states."""
    if is_model(object):
        return
    inside = keeping.recurrent_layers(object)
    if not hasattr(object, "reset_state") and not inside:
        raise InvalidValueError(f"{where}: {say(object)} remembers nothing from batch to batch, so there is no state")
    own = hasattr(object, "reset_state") and not inside
    stateful = getattr(object, "stateful", True) if own else any(layer.stateful is True for _, layer in inside)
    if stateful is False:
        raise InvalidValueError(
            f"{where}: {say(object)} is not stateful, so it begins anew with every batch: make it with stateful=True"
        )


def _that_reset(object):
    """The layers that begin anew by themselves: the recurrent ones, and those of the user's own with a reset_state."""
    recurrent = [layer for _, layer in keeping.stateful_layers(object)]
    known = {id(layer) for layer in recurrent}
    every = object._flatten_layers() if is_model(object) else [object]
    own = [
        layer
        for layer in every
        if id(layer) not in known
        and not is_model(layer)
        and hasattr(layer, "reset_state")
        and not isinstance(layer, (keras.layers.RNN, keras.layers.Bidirectional))
        and getattr(layer, "stateful", not is_model(object)) is True
    ]
    return recurrent + own


# Reading and setting --------------------------------------------------------------------------------------------------


def _stateful(object, where):
    refuse_forgetful(object, where)
    layers = keeping.stateful_layers(object)
    if not layers and not is_model(object):
        raise InvalidValueError(f"{where}: {say(object)} is no recurrent layer of Keras's: its states are its own")
    return layers


def _is_recurrent(object):
    return isinstance(object, keras.layers.RNN)


def _must_be_built(layer, path, where):
    if not keeping.is_built(layer):
        raise InvalidValueError(
            f"{where}: {say(layer)} is not built yet, so it has no states: give the model an input with a batch size,"
            " as in keras_model_sequential(batch_shape=(4, 12, 1)), or data first"
        )


def _set(object, states, where):
    layers = _stateful(object, where)
    ready = []
    for (path, layer), given in zip(layers, _by_layer(object, layers, states, where), strict=True):
        _must_be_built(layer, path, where)
        ready += _fitting(layer.states, given, path or layer.name, where)
    keeping.synced(object)
    for variable, value in ready:
        variable.assign(value)
    return object


def _by_layer(object, layers, states, where):
    """What is given for each of the layers, in their order."""
    paths = [path for path, _ in layers]
    if _is_recurrent(object):
        return [states]
    if isinstance(states, dict):
        for path in states:
            if path not in paths:
                inside = [known for known in paths if known.rpartition("/")[2] == path]  # its last name alone
                otherwise = f"; it has {', '.join(paths) or 'none'}"
                near = f"; did you mean {inside[0]}?" if inside else suggestion(path, paths, otherwise=otherwise)
                raise InvalidValueError(f"{where}: {say(object)} has no stateful layer {path!r}{near}")
        missing = [path for path in paths if path not in states]
        if missing:
            raise InvalidValueError(
                f"{where}: the states lack {', '.join(map(repr, missing))}: give what get_states() gave, whole"
            )
        return [states[path] for path in paths]
    if len(layers) == 1:
        return [states]
    raise InvalidValueError(
        f"{where}: {say(object)} has {len(layers)} stateful layers ({', '.join(paths) or 'none'}), so the states must"
        f" be a dict by their names, as get_states() gives it; it got {say(states)}"
    )


def _fitting(held, given, path, where):
    """[(variable, value)] if what is given has the structure and the shapes of what is held."""
    if not isinstance(held, (list, tuple)):
        return [(held, _value(held, given, path, where))]
    if len(held) == 1 and not isinstance(given, (list, tuple)) and getattr(given, "shape", None) == _shape(held[0]):
        given = [given]  # the only state of the layer, without a list around it
    if not isinstance(given, (list, tuple)) and not hasattr(given, "shape"):
        raise InvalidValueError(f"{where}: {path} has {_counted(held)}, it got {say(given)}")
    if not len(getattr(given, "shape", (0,))) or len(given) != len(held):
        has = f"{len(given)}" if isinstance(given, (list, tuple)) else say(given)
        raise InvalidValueError(f"{where}: {path} has {_counted(held)} in a list, it got {has}")
    return [
        pair
        for i, (one, value) in enumerate(zip(held, given, strict=True))
        for pair in _fitting(one, value, f"{path}[{i}]", where)
    ]


def _counted(held):
    return f"{len(held)} state{'s' * (len(held) != 1)}"


def _shape(variable):
    return None if isinstance(variable, (list, tuple)) else tuple(variable.shape)


def _value(variable, given, path, where):
    value = as_array(given, where, name=path, text=False)
    if tuple(value.shape) != tuple(variable.shape):
        raise InvalidValueError(
            f"{where}: {path} has shape {tuple(variable.shape)}, (batch, ...), the value has {tuple(value.shape)}"
        )
    return value


def _as_lists(states, read):
    """The states in lists, of lists for stacked cells, whatever the backend has put them into."""
    return [_as_lists(one, read) if isinstance(one, (list, tuple)) else read(one) for one in states]


# reset_states is one of R's verbs on models and stands among them: models/states.py.
__all__ = ["get_states", "set_states"]
