"""What a model holds beside its layers: all its numbers as a tree, the states of layers, weights in fewer bits."""

import warnings

from pipekeras.asarray import as_array
from pipekeras.errors import ArgumentError, InvalidValueError, UnavailableError, suggestion
from pipekeras.models.checks import all_layers
from pipekeras.models.warned import warn
from pipekeras.pipe import verb
from pipekeras.receivers import is_layer, is_model, is_tensor, say
from pipekeras.sequences.keeping import kept_for_jax
from pipekeras.sequences.states import reset, reset_states

_model_verb = verb(receiver=is_model, wants="a model")
_layer_verb = verb(receiver=is_layer, wants="a layer or a model")

_FORMATS = ("backend_tensor", "numpy_array", "array")


@_model_verb
def get_state_tree(object, value_format="backend_tensor"):
    """All numbers that a model holds: weights, what the optimizer remembers, what the metrics have counted.

    Args:
        object: the model, built.
        value_format: "backend_tensor" for tensors, "numpy_array" or "array" for NumPy arrays.

    Returns:
        {"trainable_variables": ..., "non_trainable_variables": ..., "optimizer_variables": ...,
        "metrics_variables": ...}, each a dict of dicts by the names of model, layer and weight. A model that is not
        compiled has none of the last two.

    Raises:
        InvalidValueError: for another value_format, or if two variables have one name.

    Source: R `keras3::get_state_tree`.
    """
    import numpy as np

    if value_format not in _FORMATS:
        near = suggestion(value_format, _FORMATS, quote='"', otherwise=f"; there are {', '.join(_FORMATS)}")
        raise InvalidValueError(f"get_state_tree: there is no value_format {value_format!r}{near}")
    read = (lambda v: v.value) if value_format == "backend_tensor" else (lambda v: np.asarray(v.numpy()))
    return {
        group: _tree({path: read(variable) for path, variable in _by_path(variables).items()})
        for group, variables in _groups(object).items()
    }


@_model_verb
def set_state_tree(object, state_tree):
    """Set the numbers that a model holds, in place.

    Args:
        object: the model, built; compiled, if the optimizer's are among them.
        state_tree: what get_state_tree() gave for a model of the same names, or parts of it. Values may be arrays,
            tensors or lists. Those of metrics that the model does not have yet are left out: they are for training
            that goes on.

    Returns:
        The model. If anything does not fit, nothing is set.

    Raises:
        InvalidValueError: for a name that the model does not have, or a value of another shape.

    Source: R `keras3::set_state_tree`.
    """
    where = "set_state_tree"
    if not isinstance(state_tree, dict):
        raise InvalidValueError(f"{where}: state_tree must be what get_state_tree() gave, it got {say(state_tree)}")
    optimizer = getattr(object, "optimizer", None)
    if state_tree.get("optimizer_variables") and optimizer is not None and not optimizer.built:
        optimizer.build(object.trainable_variables)
    groups, ready = _groups(object), []
    for group, tree in state_tree.items():
        if group not in groups:
            raise InvalidValueError(f"{where}: a state tree has no {group!r}{suggestion(group, groups)}")
        if not isinstance(tree, dict):
            raise InvalidValueError(f"{where}: {group} must be a dict of values by their names, it got {say(tree)}")
        if group == "optimizer_variables" and optimizer is None and tree:
            warn(f"{where}: the model is not compiled, so the state of the optimizer is left out")
            continue
        if group == "optimizer_variables" and len(tree) == 1 and isinstance(tree[next(iter(tree))], dict):
            tree = {optimizer.name: tree[next(iter(tree))]}  # it has but one, whatever number its name ended in
        flat = _flat(tree)
        known = _by_path(groups[group])
        for path, value in flat.items():
            if path in known:
                ready.append((known[path], _fitting(known[path], value, where)))
            elif group != "metrics_variables":
                near = suggestion(path, known, otherwise=f"; it has {', '.join(known) or 'none'}")
                raise InvalidValueError(f"{where}: the model's {group} have no {path!r}{near}")
    for variable, value in ready:
        variable.assign(value)
    return object


def _groups(model):
    optimizer, states = getattr(model, "optimizer", None), kept_for_jax(model)
    return {
        "trainable_variables": model.trainable_variables,
        "non_trainable_variables": [v for v in model.non_trainable_variables if id(v) not in states],
        "optimizer_variables": [] if optimizer is None else optimizer.variables,
        "metrics_variables": model.metrics_variables,
    }


def _by_path(variables):
    found = {}
    for variable in variables:
        if variable.path in found:
            raise InvalidValueError(
                f"a state tree needs names that differ, and two variables are called {variable.path}: give the layers"
                " names of their own"
            )
        found[variable.path] = variable
    return found


def _tree(flat):
    tree: dict = {}
    for path, value in flat.items():
        *above, last = path.split("/")
        inside = tree
        for part in above:
            inside = inside.setdefault(part, {})
        inside[last] = value
    return tree


def _flat(tree, above=""):
    found = {}
    for name, value in tree.items():
        found.update(_flat(value, f"{above}{name}/") if isinstance(value, dict) else {f"{above}{name}": value})
    return found


def _fitting(variable, value, where):
    if not is_tensor(value):
        value = as_array(value, where, name=variable.path, text=False)
    if tuple(value.shape) != tuple(variable.shape):
        raise InvalidValueError(
            f"{where}: {variable.path} has shape {tuple(variable.shape)}, the value has {tuple(value.shape)}"
        )
    return value


@verb(
    receiver=lambda value: hasattr(value, "reset_state") or is_layer(value),
    wants="a metric, a layer with a state or a model",
)
def reset_state(object):
    """Forget what was remembered: what a metric has counted, where a stateful recurrent layer has come to.

    Args:
        object: a metric; a layer with a state; or a model, of which all stateful recurrent layers forget.

    Returns:
        The same object.

    Raises:
        InvalidValueError: for a layer that remembers nothing.

    Source: R `keras3::reset_state`.
    """
    if is_layer(object):
        return reset(object, "reset_state")
    object.reset_state()
    return object


@_layer_verb
def quantize_weights(object, mode=None, *, config=None, filters=None, type_check=None):
    """Turn weights into numbers of fewer bits, in place: a model that is smaller, and nearly as good.

    Args:
        object: a model or layer, built and trained.
        mode: "int8", "int4", "float8"; or "gptq" or "awq", which need a config.
        config: settings of keras.quantizers, in place of a mode or beside it.
        filters: which layers of a model: a pattern for their names, several in a list, or a function that gets a layer
            and says whether.
        type_check: for a layer, False to quantize one of a class that is derived from Keras's.

    Returns:
        The same object. Dense, EinsumDense and Embedding layers have such a form; in a model the others stay as they
        are.

    Raises:
        InvalidValueError: for a mode that does not exist, or if it is not built.
        UnavailableError: for a layer that has no such form, and for a model without any that has.

    Source: R `keras3::quantize_weights`.
    """
    where = "quantize_weights"
    if mode is None and config is None:
        raise ArgumentError(f'{where} needs mode, as in {where}(model, "int8"), or config')
    if not object.built:
        raise InvalidValueError(f"{where}: {say(object)} is not built yet: give it an input_shape, or data")
    more = {"config": config, "filters": filters if is_model(object) else None, "type_check": type_check}
    more = {name: value for name, value in more.items() if value is not None}
    before = _quantized(object)
    try:
        with warnings.catch_warnings():  # it warns of each layer that stays as it is, inputs among them
            warnings.filterwarnings("ignore", message=r"Layer \w+ does not have a `quantize` method")
            object.quantize(mode, **more)
    except NotImplementedError as error:
        raise UnavailableError(f"{where}: {say(object)} has no form with quantized weights") from error
    except (ValueError, TypeError) as error:
        raise InvalidValueError(f"{where}: {error}") from error
    if is_model(object) and filters is None and _quantized(object) == before == 0:
        raise UnavailableError(f"{where}: no layer of {say(object)} has a form with quantized weights")
    return object


def _quantized(object):
    layers = list(all_layers(object)) if is_model(object) else [object]
    return sum(getattr(layer, "quantization_mode", None) is not None for layer in layers)


__all__ = ["get_state_tree", "quantize_weights", "reset_state", "reset_states", "set_state_tree"]
