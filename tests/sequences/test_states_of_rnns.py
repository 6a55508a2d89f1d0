"""sequences/states.py: what stateful layers remember, read, set and begun anew."""

import functools

import numpy as np
import pytest

import pipekeras as pk
from pipekeras.sequences.states import get_states, reset_states, set_states

X = np.random.default_rng(3).normal(size=(2, 3, 1)).astype("float32")


def net(*layers, **kwargs):
    model = pk.keras_model_sequential(batch_shape=(2, 3, 1), **kwargs)
    for layer in layers:
        model = model >> layer
    return model


def run(model, x):
    """What a model makes of a batch, by the quickest way."""
    import keras

    if keras.backend.backend() == "jax":
        return pk.predict_on_batch(model, x)  # compiled once, and not for each call
    return keras.tree.map_structure(keras.ops.convert_to_numpy, model(x))


def lstm(**kwargs):
    return pk.layer_lstm(units=4, stateful=True, **kwargs)


def stack():
    cells = pk.layer_stacked_rnn_cells(cells=[pk.rnn_cell_gru(units=3), pk.rnn_cell_lstm(units=2)])
    return pk.layer_rnn(cell=cells, stateful=True, name="stack")


@functools.cache
def _deep():
    inner = net(pk.layer_gru(units=2, stateful=True, return_sequences=True, name="gru"), name="inner")
    return net(inner, pk.bidirectional(lstm(name="lstm"), name="both"))


def deep():
    """Three stateful layers: in a model in the model, and both ways. It is the same for all tests, begun anew."""
    return reset_states(_deep())


@functools.cache
def _stacks():
    return net(stack())


def stacks():
    """Stacked cells: the same for all tests, begun anew."""
    return reset_states(_stacks())


@functools.cache
def _memory():
    return net(lstm(name="memory"))


def memory():
    """A single LSTM layer: the same for all tests, begun anew."""
    return reset_states(_memory())


def flat(states):
    if isinstance(states, np.ndarray):
        return [states]
    return [one for part in (states.values() if isinstance(states, dict) else states) for one in flat(part)]


def same(a, b):
    return len(flat(a)) == len(flat(b)) and all(np.array_equal(x, y) for x, y in zip(flat(a), flat(b), strict=True))


# Reading --------------------------------------------------------------------------------------------------------------


def test_states_come_by_the_paths_of_their_layers():
    model = deep()
    run(model, X)
    states = get_states(model)
    assert {path: [s.shape for s in of] for path, of in states.items()} == {
        "inner/gru": [(2, 2)],
        "both/forward_lstm": [(2, 4), (2, 4)],
        "both/backward_lstm": [(2, 4), (2, 4)],
    }
    assert all(type(s) is np.ndarray and np.any(s) for s in flat(states))


def test_a_single_layer_gives_its_list_and_a_wrapper_a_dict():
    model = memory()
    run(model, X)
    alone = model.layers[0] >> get_states()
    assert type(alone) is list
    assert same(alone, get_states(model)["memory"])
    assert list(deep().layers[1] >> get_states()) == ["forward_lstm", "backward_lstm"]


def test_the_state_of_a_gru_is_its_last_output():
    model = net(pk.layer_gru(units=4, stateful=True))
    np.testing.assert_allclose(run(model, X), get_states(model.layers[0])[0], atol=1e-6)


def test_stacked_cells_have_a_list_each():
    states = get_states(stacks())["stack"]
    assert [[s.shape for s in cell] for cell in states] == [[(2, 3)], [(2, 2), (2, 2)]]


def test_what_was_read_does_not_change_by_going_on():
    model = memory()
    run(model, X)
    states = get_states(model)
    copy = [s.copy() for s in flat(states)]
    run(model, X)
    assert same(states, copy)
    assert not same(states, get_states(model))


def test_a_model_without_states_has_none():
    model = net(pk.layer_lstm(units=2))
    assert get_states(model) == {}
    assert (model >> set_states({})) is model
    assert (model >> reset_states()) is model


# Setting --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("make", [deep, stacks, memory])
def test_what_was_read_can_be_set_and_the_model_goes_on_from_there(make):
    model = make()
    run(model, X)
    states = get_states(model)
    then = run(model, X)
    assert not same(states, get_states(model))
    assert (model >> set_states(states)) is model
    assert same(states, get_states(model))
    np.testing.assert_allclose(run(model, X), then, atol=1e-6)
    assert (reset_states(model, states)) is model
    assert same(states, get_states(model))


def test_the_list_of_the_only_layer_will_do_as_will_tensors_and_numbers():
    import keras

    model = memory()
    h, c = np.full((2, 4), 0.25), np.full((2, 4), -0.5)
    for states in (
        [h, c],
        (h.tolist(), c.tolist()),
        np.stack([h, c]),
        {"memory": [h, keras.ops.convert_to_tensor(c)]},
    ):
        reset_states(model)
        assert same(get_states(set_states(model, states)), [h.astype("float32"), c.astype("float32")])
    layer = model.layers[0]
    assert (layer >> set_states([c, h])) is layer
    assert same(get_states(layer), [c.astype("float32"), h.astype("float32")])


def test_the_only_state_of_a_layer_needs_no_list():
    model = net(pk.layer_gru(units=3, stateful=True))
    state = np.ones((2, 3), "float32")
    assert same(get_states(set_states(model, state)), [state])
    assert same(get_states(set_states(model, [2 * state])), [2 * state])


@pytest.mark.parametrize(
    ("states", "message"),
    [
        ({"gru": []}, r"^set_states: model 'sequential\w*' .* has no stateful layer 'gru'; did you mean inner/gru\?"),
        ({"inner/gru": [np.ones((2, 2))]}, "the states lack 'both/forward_lstm', 'both/backward_lstm'"),
        ([np.ones((2, 2))], "has 3 stateful layers .inner/gru, both/forward_lstm, both/backward_lstm., so the states"),
    ],
)
def test_states_of_other_layers_are_refused(states, message):
    with pytest.raises(pk.InvalidValueError, match=message):
        set_states(deep(), states)


@pytest.mark.parametrize(
    ("states", "message"),
    [
        ([np.ones((2, 4))], "set_states: memory has 2 states in a list, it got 1"),
        ([np.ones((2, 4)), np.ones((3, 4))], r"memory\[1\] has shape \(2, 4\), \(batch, ...\), the value has \(3, 4\)"),
        ("zero", "memory has 2 states, it got 'zero'"),
        (None, "memory has 2 states, it got None"),
        (np.ones((2, 4)), r"memory\[0\] has shape \(2, 4\), .* the value has \(4,\)"),
    ],
)
def test_states_that_do_not_fit_are_refused_and_nothing_is_set(states, message):
    model = memory()
    run(model, X)
    before = get_states(model)
    with pytest.raises(pk.InvalidValueError, match=message):
        set_states(model, states)
    assert same(before, get_states(model))


def test_nothing_is_set_if_the_last_does_not_fit():
    model = deep()
    states = {path: [s + 1 for s in of] for path, of in get_states(model).items()}
    states["both/backward_lstm"][1] = np.ones((2, 5))
    with pytest.raises(pk.InvalidValueError, match=r"reset_states: both/backward_lstm\[1\] has shape"):
        reset_states(model, states)
    assert not any(np.any(s) for s in flat(get_states(model)))


# Beginning anew -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("make", [deep, stacks])
def test_all_layers_of_a_model_forget(make):
    model = make()
    first = run(model, X)
    assert all(np.any(s) for s in flat(get_states(model)))
    assert (model >> reset_states()) is model
    assert not any(np.any(s) for s in flat(get_states(model)))
    np.testing.assert_allclose(run(model, X), first, atol=1e-6)


def test_a_layer_forgets_and_others_do_not():
    model = deep()
    run(model, X)
    both = model.layers[1]
    assert (both >> reset_states()) is both
    states = get_states(model)
    assert not any(np.any(s) for path in ("both/forward_lstm", "both/backward_lstm") for s in states[path])
    assert np.any(states["inner/gru"][0])


def test_reset_state_of_keras3_is_the_same():
    model = stacks()
    run(model, X)
    assert (model >> pk.reset_state()) is model
    assert not any(np.any(s) for s in flat(get_states(model)))


def test_a_layer_of_ones_own_resets_itself():
    import keras

    class Counts(keras.layers.Layer):
        stateful, resets = True, 0

        def reset_state(self):
            self.resets += 1

        def call(self, x):
            return x

    own = Counts()
    model = net(own)
    model >> reset_states()
    own >> reset_states()
    assert own.resets == 2


def test_states_are_read_and_set_in_the_middle_of_fit():
    import keras

    model = net(lstm(name="memory"), pk.layer_dense(units=1)) >> pk.compile("sgd", "mse")
    seen = []

    class Looks(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            seen.append(get_states(self.model)["memory"][0])
            reset_states(self.model)

    x = np.concatenate([X] * 3)
    pk.fit(model, x, np.ones((6, 1)), batch_size=2, shuffle=False, verbose=0, callbacks=Looks())
    assert len(seen) == 3
    assert all(np.any(one) for one in seen)
    assert not any(np.any(s) for s in flat(get_states(model)))
    model >> pk.compile(pk.optimizer_sgd(0.0), "mse")
    seen.clear()
    pk.fit(model, x, np.ones((6, 1)), batch_size=2, shuffle=False, verbose=0, callbacks=Looks())
    np.testing.assert_allclose(seen[1], seen[0], atol=1e-6)  # the same batch, begun anew each time
    np.testing.assert_allclose(seen[2], seen[0], atol=1e-6)


# What has none --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["get_states", "set_states", "reset_states"])
def test_layers_that_remember_nothing_say_so(name):
    call = {"get_states": get_states, "set_states": lambda o: set_states(o, []), "reset_states": reset_states}[name]
    with pytest.raises(pk.InvalidValueError, match=f"^{name}: layer 'd' .Dense. remembers nothing from batch to batch"):
        call(pk.layer_dense(units=2, name="d"))
    with pytest.raises(pk.InvalidValueError, match=f"^{name}: layer 'g' .*begins anew.*make it with stateful=True"):
        call(pk.layer_gru(units=2, name="g"))
    with pytest.raises(pk.InvalidValueError, match="is not stateful"):
        call(pk.bidirectional(pk.layer_gru(units=2)))


@pytest.mark.parametrize("make", [lambda: lstm(name="l"), lambda: pk.keras_model_sequential() >> lstm(name="l")])
def test_a_layer_that_is_not_built_has_no_states_yet(make):
    with pytest.raises(pk.InvalidValueError, match="^get_states: layer 'l' .LSTM. is not built yet.*batch_shape="):
        get_states(make())
    with pytest.raises(pk.InvalidValueError, match="^set_states: layer 'l' .LSTM. is not built yet"):
        set_states(make(), [np.ones((2, 4))] * 2)
    made = make()
    assert reset_states(made) is made  # there is nothing to forget


def test_they_are_verbs_on_layers_and_models():
    with pytest.raises(pk.PipeError, match="get_states applies to a layer or a model"):
        get_states([1])
    with pytest.raises(pk.ArgumentError, match="did you mean states"):
        set_states(net(lstm()), state=[])
