"""What stateful recurrent layers remember from batch to batch, found in a model, and kept on every backend.

Keras keeps it on TensorFlow alone. On JAX the training step is a pure function of the variables that the model lists,
and the states are not among them; on torch LSTM and GRU train through the very tensors that are then changed in place,
and in half precision all states are lost. `keep_states` sets that right in the layers of a model, without a trace in
its weights, configuration or files.
"""

from pipekeras._keras import keras
from pipekeras.receivers import is_layer, is_model

__all__: list[str] = []


# What remembers -------------------------------------------------------------------------------------------------------


def recurrent_layers(object):
    """[(path, layer)] of the recurrent layers in a model or layer, each once, wherever they are nested.

    The path leaves out the model itself: "lstm", "bidirectional/forward_lstm", "outer/inner/gru"; of a recurrent layer
    on its own it is "".
    """
    found: dict[str, object] = {}
    _collect(object, "", found, set())
    return list(found.items())


def stateful_layers(object):
    """[(path, layer)] of those that go on with a batch where the one before has left them."""
    return [(path, layer) for path, layer in recurrent_layers(object) if layer.stateful is True]


def _collect(layer, path, found, seen):
    if id(layer) in seen:
        return
    seen.add(id(layer))
    if isinstance(layer, keras.layers.RNN):
        name, count = path, 1
        while name in found:  # two layers of one name, which a model of the user's own may have
            name, count = f"{path}_{count}", count + 1
        found[name] = layer
        return
    # A Sequential holds its layers a second time, in a model of its own: `layers` is what the user has put in.
    inside = layer.layers if is_model(layer) else layer._flatten_layers(include_self=False, recursive=False)
    for one in inside:
        if is_layer(one):
            _collect(one, f"{path}/{one.name}" if path else one.name, found, seen)


def state_variables(layer):
    """The variables of a stateful layer in one flat list; none before it is built."""
    return keras.tree.flatten(layer.states) if layer.states is not None else []


def is_built(layer):
    """Whether a stateful layer has its states."""
    return layer.states is not None


# Kept -----------------------------------------------------------------------------------------------------------------


class _Kept:
    """Stands among a layer's seed generators, whose `state` the training step carries and no weights file holds."""

    __slots__ = ("state",)

    def __init__(self, state):
        self.state = state


def keep_states(model, batch=None):
    """Let what a model's stateful layers remember go on from batch to batch on the running backend.

    Args:
        model: a model, ours or Keras's own. Done once, it changes nothing more.
        batch: the inputs of one batch, by which a model that is not built yet is built: within its functions for
            training Keras cannot make states, other than on TensorFlow.
    """
    backend = keras.backend.backend()
    if backend == "tensorflow":
        return
    layers = [layer for _, layer in recurrent_layers(model)]
    if batch is not None and any(layer.stateful is True and not is_built(layer) for layer in layers):
        _build(model, batch)
        layers = [layer for _, layer in recurrent_layers(model)]
    for layer in layers:
        if backend == "jax":
            _return_one_state_in_a_list(layer.cell)
        if layer.stateful is True and backend == "jax":
            _list_states(layer)
        elif layer.stateful is True and backend == "torch":
            _begin_from_copies(layer)


def kept_for_jax(model):
    """The states that keep_states has put among the variables of a model on JAX, by id: they are no weights."""
    return {id(kept.state) for _, layer in recurrent_layers(model) for kept in _keepers(layer)}


def _build(model, batch):
    if isinstance(model, keras.Sequential):
        model.build(tuple(keras.tree.flatten(batch)[0].shape))
        return
    model(batch)  # a class of the user's own says what its layers get by calling them
    for _, layer in stateful_layers(model):
        forget(layer)


def _keepers(layer):
    return [one for one in layer._seed_generators if isinstance(one, _Kept)]


def _list_states(layer):
    """On JAX: the states are among the layer's variables, which go into and come out of each step."""
    states, held = state_variables(layer), _keepers(layer)
    if len(held) == len(states) and all(kept.state is state for kept, state in zip(held, states, strict=True)):
        return
    seeds = [one for one in layer._seed_generators if not isinstance(one, _Kept)]
    layer._seed_generators[:] = [*seeds, *map(_Kept, states)]  # past the tracker, which is locked once it is built


def _begin_from_copies(layer):
    """On torch: the loop over time gets copies, since the states change before the gradients are computed.

    And what is assigned is assigned: in half precision Keras there writes it into a shorter copy, which is lost.
    """
    for state in state_variables(layer):
        state._autocast = False
    if "inner_loop" in vars(layer):
        return
    loop = layer.inner_loop

    def inner_loop(sequences, initial_state, *args, **kwargs):
        return loop(sequences, keras.tree.map_structure(keras.ops.copy, initial_state), *args, **kwargs)

    vars(layer)["inner_loop"] = inner_loop


def _return_one_state_in_a_list(cell):
    """On JAX: a stack of a single cell gives its states back as it got them, which Keras's loop there insists on."""
    if not isinstance(cell, keras.layers.StackedRNNCells) or len(cell.cells) != 1 or "call" in vars(cell):
        return
    call = cell.call

    def call_in_a_list(inputs, states, *args, **kwargs):
        output, new = call(inputs, states, *args, **kwargs)
        nested = keras.tree.is_nested
        as_they_came = nested(new) and len(new) == 1 and nested(new[0]) == nested(states[0])
        return output, new if as_they_came else [new]

    vars(cell)["call"] = call_in_a_list


# Begun anew -----------------------------------------------------------------------------------------------------------


def beginnings(layer):
    """What a stateful layer begins a series with, an array for each of its variables: zeros, but for own cells."""
    import numpy as np

    variables = state_variables(layer)
    cells = getattr(layer.cell, "cells", None) or [layer.cell]
    own = [c for c in cells if not type(c).__module__.startswith("keras.") and hasattr(c, "get_initial_state")]
    if own and variables:
        begun = keras.tree.flatten(layer.get_initial_state(variables[0].shape[0]))
        return [np.array(keras.ops.convert_to_numpy(one)) for one in begun]
    return [np.zeros(tuple(v.shape), "float32") for v in variables]


def forget(layer, rows=None):
    """Let a stateful layer begin anew: all rows of its batch, or those where the bool array `rows` is true."""
    for variable, begun in zip(state_variables(layer), beginnings(layer), strict=True):
        if rows is not None and not rows.all():
            now = values(variable)
            now[rows] = begun[rows]
            begun = now
        variable.assign(begun)


def values(variable):
    """The numbers in a variable as an array of their own, which no later step changes."""
    import numpy as np

    return np.array(keras.ops.convert_to_numpy(variable.value))


def synced(model):
    """Put the numbers that a running fit() on JAX holds back into the variables, so that they can be read and set."""
    sync = getattr(model, "jax_state_sync", None)
    if sync is not None:
        sync()


def held(model):
    """{path: arrays} of what the stateful layers of a model remember now, those that are built; see put_back()."""
    synced(model)
    return {path: [values(v) for v in state_variables(one)] for path, one in stateful_layers(model) if is_built(one)}


def put_back(model, states):
    """Let a model remember what it did when held() was asked, and nothing in layers that were built since."""
    synced(model)
    for path, layer in stateful_layers(model):
        if path not in states:
            forget(layer)
            continue
        for variable, value in zip(state_variables(layer), states[path], strict=True):
            variable.assign(value)
