"""sequences/twins.py: a model with states and the same without, on the same weights."""

import warnings

import numpy as np
import pytest

import pipekeras as pk
from pipekeras.sequences.states import get_states
from pipekeras.sequences.twins import stateful_twin, stateless_twin

X = np.random.default_rng(4).normal(size=(2, 6, 3)).astype("float32")


def folded(x, timesteps=3):
    return np.concatenate(np.split(x, x.shape[1] // timesteps, axis=1))


def run(model, x):
    """What a model makes of a batch, by the quickest way."""
    import keras

    if keras.backend.backend() == "jax":
        return pk.predict_on_batch(model, x)  # compiled once and whole, not piece by piece for each call
    return keras.tree.map_structure(keras.ops.convert_to_numpy, model(x))


def lstm(**kwargs):
    return pk.layer_lstm(units=4, **{"stateful": True, "return_sequences": True, **kwargs})


def plain(shape=(2, 3, 3)):
    model = pk.keras_model_sequential(batch_shape=shape, name="plain") >> lstm(name="memory")
    return model >> pk.layer_dense(units=2, name="out")


def simple():
    """The same with a layer that is compiled in less time."""
    memory = pk.layer_simple_rnn(units=4, stateful=True, return_sequences=True, name="memory")
    return pk.keras_model_sequential(batch_shape=(2, 3, 3), name="simple") >> memory >> pk.layer_dense(units=2)


def stack(**kwargs):
    cells = pk.layer_stacked_rnn_cells(cells=[pk.rnn_cell_gru(units=3), pk.rnn_cell_lstm(units=2)])
    return pk.layer_rnn(cell=cells, stateful=True, name="stack", **kwargs)


def functional():
    """A model in the model, both ways, stacked cells, and a shared layer."""
    inner = pk.keras_model_sequential(batch_shape=(2, 3, 3), name="inner")
    inner >> pk.bidirectional(pk.layer_gru(units=2, stateful=True, return_sequences=True, name="g"), name="both")
    x = pk.layer_input(batch_shape=(2, 3, 3), name="x")
    y = pk.layer_input(batch_shape=(2, 5), name="static")
    dense = pk.layer_dense(units=3, name="dense")
    steps = x >> dense >> inner >> stack()
    return pk.keras_model([x, y], [steps, y], name="functional")


def same(a, b):
    return all(np.array_equal(x, y) for x, y in zip(a.get_weights(), b.get_weights(), strict=True))


# The same model -------------------------------------------------------------------------------------------------------


def test_without_states_each_sample_begins_anew_in_batches_of_any_size():
    model = plain()
    twin = model >> stateless_twin()
    assert (type(twin), twin.name) == (type(model), "plain")
    assert [layer.name for layer in twin.layers] == ["memory", "out"]
    assert (twin.input_shape, twin.output_shape) == ((None, 3, 3), (None, 3, 2))
    assert get_states(twin) == {}
    first = run(model, X[:, :3])
    np.testing.assert_allclose(run(twin, X[:, :3]), first, atol=1e-6)
    np.testing.assert_allclose(run(twin, X[:, :3]), first, atol=1e-6)
    np.testing.assert_allclose(run(twin, X[:1, :3]), first[:1], atol=1e-6)


def test_timesteps_can_be_freed_or_changed():
    model = simple()
    parts = np.concatenate(np.split(pk.predict(model, folded(X), batch_size=2, verbose=0), 2), axis=1)
    for steps in (None, 6):
        twin = stateless_twin(model, timesteps=steps)
        assert twin.input_shape == (None, steps, 3)
        np.testing.assert_allclose(run(twin, X), parts, atol=1e-5)


def test_timesteps_are_those_of_words_too():
    model = pk.keras_model_sequential(batch_shape=(2, 5)) >> pk.layer_embedding(10, 3) >> lstm()
    assert stateless_twin(model, timesteps=None).input_shape == (None, None)
    assert stateful_twin(model, 1, timesteps=1).input_shape == (1, 1)


def test_with_states_batches_go_on_from_each_other():
    model = pk.keras_model_sequential(input_shape=(None, 3)) >> pk.layer_simple_rnn(units=4, return_sequences=True)
    twin = model >> stateful_twin(2, timesteps=3)
    assert twin.input_shape == (2, 3, 3)
    parts = np.concatenate(np.split(pk.predict(twin, folded(X), batch_size=2, verbose=0), 2), axis=1)
    np.testing.assert_allclose(parts, run(model, X), atol=1e-5)
    assert stateful_twin(model, 1.0).input_shape == (1, None, 3)


def test_another_batch_size_has_states_of_its_own():
    model = plain()
    run(model, X[:, :3])
    before = get_states(model)["memory"]
    twin = stateful_twin(model, 1)
    assert [s.shape for s in get_states(twin)["memory"]] == [(1, 4), (1, 4)]
    run(twin, X[:1, :3])
    assert all(np.array_equal(a, b) for a, b in zip(before, get_states(model)["memory"], strict=True))


def test_twins_of_twins():
    model = plain()
    back = stateful_twin(stateless_twin(model), 2)
    assert back.input_shape == model.input_shape
    assert list(get_states(back)) == list(get_states(model))
    assert back.to_json() == model.to_json()
    assert back.layers[0].cell is model.layers[0].cell


def test_layers_without_states_are_the_very_same_and_recurrent_ones_share_their_cell():
    model = functional()
    twin = stateless_twin(model)
    assert twin.get_layer("dense") is model.get_layer("dense")
    assert twin.get_layer("stack").cell is model.get_layer("stack").cell
    inside, before = (m.get_layer("inner").get_layer("both") for m in (twin, model))
    assert inside.forward_layer.cell is before.forward_layer.cell
    assert inside.backward_layer.cell is before.backward_layer.cell
    assert inside.backward_layer.go_backwards
    assert all(a is b for a, b in zip(twin.weights, model.weights, strict=True))
    assert [layer.name for layer in twin.layers] == [layer.name for layer in model.layers]
    assert [tuple(t.shape) for t in twin.inputs] == [(None, 3, 3), (None, 5)]
    assert list(get_states(stateful_twin(twin, 4))) == list(get_states(model))


def test_a_stateless_model_is_its_own_stateless_twin_but_for_the_input():
    model = pk.keras_model_sequential(batch_shape=(2, 3, 3)) >> lstm(stateful=False)
    twin = stateless_twin(model)
    assert twin.layers[0] is model.layers[0]
    assert twin.input_shape == (None, 3, 3)


def test_functional_twins_compute_the_same():
    model = functional()
    static = np.ones((2, 5), "float32")
    wanted = run(model, [X[:, :3], static])[0]
    np.testing.assert_allclose(run(stateless_twin(model), [X[:, :3], static])[0], wanted, atol=1e-6)


def test_states_handed_from_layer_to_layer():
    x = pk.layer_input(batch_shape=(2, 3, 3))
    _, h, c = x >> pk.layer_lstm(units=4, return_state=True, stateful=True)
    model = pk.keras_model(x, pk.layer_lstm(units=4)(x, initial_state=[h, c]))
    wanted = run(model, X[:, :3])
    twin = stateless_twin(model)
    np.testing.assert_allclose(run(twin, X[:, :3]), wanted, atol=1e-6)
    np.testing.assert_allclose(run(twin, X[:, :3]), wanted, atol=1e-6)


def test_time_distributed_layers_keep_to_their_own_sequences():
    inside = pk.layer_gru(units=2, name="inside")
    model = pk.keras_model_sequential(input_shape=(2, 4, 3)) >> pk.time_distributed(inside, name="td")
    model = model >> pk.layer_gru(units=2, name="over")
    twin = stateful_twin(model, 3)
    assert twin.get_layer("td") is model.get_layer("td")
    assert list(get_states(twin)) == ["over"]
    kept = pk.keras_model_sequential(batch_shape=(2, 2, 4, 3))
    kept = kept >> pk.time_distributed(pk.layer_gru(units=2, stateful=True, name="inside"), name="td")
    freed = stateless_twin(kept)
    assert get_states(freed) == {}
    assert freed.layers[0].layer.cell is kept.layers[0].layer.cell


def test_a_cell_of_ones_own_needs_no_configuration():
    import keras

    class Sum(keras.layers.Layer):
        def __init__(self, secret):
            super().__init__()
            self.state_size, self.secret = 3, secret

        def call(self, inputs, states):
            new = states[0] + inputs * self.secret
            return new, [new]

    model = pk.keras_model_sequential(batch_shape=(2, 3, 3)) >> pk.layer_rnn(cell=Sum(2.0), stateful=True)
    twin = stateless_twin(model, timesteps=None)
    np.testing.assert_allclose(run(twin, X), 2 * X.sum(axis=1), rtol=1e-5)


# Weights that are one -------------------------------------------------------------------------------------------------


def test_what_one_learns_the_other_knows():
    model = simple() >> pk.compile("sgd", "mse")
    twin = stateless_twin(model)
    begin, y = model.get_weights(), np.ones((4, 3, 2))
    pk.fit(model, folded(X), y, batch_size=2, shuffle=False, verbose=0)
    between = model.get_weights()
    assert same(model, twin)
    assert (int(model.optimizer.iterations), int(twin.optimizer.iterations)) == (2, 0)  # an optimizer each
    assert int(stateless_twin(model).optimizer.iterations) == 0  # which begins afresh
    pk.fit(twin, folded(X), y, batch_size=4, verbose=0)
    assert same(model, twin)
    assert all(np.any(a != b) for a, b in zip(begin, between, strict=True))
    assert all(np.any(a != b) for a, b in zip(between, model.get_weights(), strict=True))


@pytest.mark.parametrize("make", [plain, functional])
def test_files_of_weights_are_interchangeable(make, tmp_path):
    model, other = make(), make()
    twin = stateless_twin(other)
    model.save_weights(tmp_path / "w.weights.h5")
    twin.load_weights(tmp_path / "w.weights.h5")
    assert same(model, other)
    twin.save_weights(tmp_path / "t.weights.h5")
    make().load_weights(tmp_path / "t.weights.h5")


def test_a_saved_twin_loads_in_plain_keras(tmp_path):
    import keras

    twin = stateless_twin(plain(), timesteps=None)
    twin.save(tmp_path / "twin.keras")
    loaded = keras.models.load_model(tmp_path / "twin.keras")
    np.testing.assert_allclose(loaded.predict_on_batch(X), run(twin, X), atol=1e-6)


# Compiled alike -------------------------------------------------------------------------------------------------------


def test_a_twin_is_compiled_alike_with_functions_of_ones_own():
    import keras

    def worst(y, p):
        return keras.ops.max(keras.ops.abs(y - p))

    metric = keras.metrics.MeanAbsoluteError(name="off")
    model = simple() >> pk.compile(
        pk.optimizer_adam(0.0625), lambda y, p: keras.ops.mean((y - p) ** 2), metrics=[metric, worst],
        weighted_metrics=["mse"], run_eagerly=True,
    )  # fmt: skip
    x, y = folded(X), np.ones((4, 3, 2))
    wanted = pk.evaluate(model, x[:2], y[:2], batch_size=2, verbose=0)
    for twin in (stateless_twin(model), stateful_twin(model, 2)):
        assert twin.optimizer is not model.optimizer
        assert twin.run_eagerly
        assert type(twin.optimizer) is type(model.optimizer)
        assert float(twin.optimizer.learning_rate) == 0.0625
        got = pk.evaluate(twin, x[:2], y[:2], batch_size=2, verbose=0)
        assert dict(got) == pytest.approx(dict(wanted), abs=1e-5)
        assert not any(m is metric for m in twin.metrics)
    assert float(metric.result()) == pytest.approx(wanted["off"])  # the twins counted for themselves


def test_a_model_that_is_not_compiled_has_a_twin_that_is_not():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert not stateless_twin(plain()).compiled


def test_a_metric_that_cannot_be_made_twice_leaves_the_twin_uncompiled_and_says_so():
    import keras

    class Odd(keras.metrics.Mean):
        def __init__(self, secret):
            super().__init__(name="odd")

    model = plain()
    model.compile("sgd", "mse", metrics=[Odd(1)])
    with pytest.warns(UserWarning, match="stateless_twin: the twin is not compiled.*model 'plain'"):
        twin = stateless_twin(model)
    assert not twin.compiled
    assert model.compiled


# Errors ---------------------------------------------------------------------------------------------------------------


def test_a_model_that_is_not_built_says_so():
    with pytest.raises(
        pk.InvalidValueError, match="^stateless_twin: model .* is not built yet: give it an input shape"
    ):
        stateless_twin(pk.keras_model_sequential() >> lstm())


def test_a_class_of_ones_own_says_so():
    import keras

    class Own(keras.Model):
        pass

    x = keras.Input(batch_shape=(2, 3, 3))
    model = Own(x, keras.layers.LSTM(2, stateful=True)(x))
    with pytest.raises(pk.InvalidValueError, match="model 'own.*' .* is of a class of your own"):
        stateful_twin(model, 3)


def test_a_layer_of_ones_own_with_recurrent_layers_inside_says_so():
    import keras

    class Holds(keras.layers.Layer):
        def __init__(self):
            super().__init__(name="holds")
            self.inside = keras.layers.GRU(2, stateful=True)

        def build(self, shape):
            self.inside.build(shape)

        def call(self, x):
            return self.inside(x)

    model = pk.keras_model_sequential(batch_shape=(2, 3, 3)) >> Holds()
    with pytest.raises(pk.InvalidValueError, match="layer 'holds' .Holds. is of a class of your own and has recurrent"):
        stateless_twin(model)


def test_a_model_that_needs_its_timesteps_says_so():
    model = pk.keras_model_sequential(batch_shape=(2, 3, 3)) >> lstm() >> pk.layer_flatten() >> pk.layer_dense(units=1)
    assert stateless_twin(model).output_shape == (None, 1)
    with pytest.raises(pk.InvalidValueError, match="stateless_twin: the layers of model .* timesteps=6"):
        stateless_twin(model, timesteps=6)


def test_arguments():
    with pytest.raises(pk.InvalidValueError, match='timesteps must be "same", a number or None, it got .all'):
        stateless_twin(plain(), timesteps="all")
    with pytest.raises(pk.InvalidValueError, match="stateful_twin: batch_size must be at least 1, it got 0"):
        stateful_twin(plain(), 0)
    with pytest.raises(pk.InvalidValueError, match="has no recurrent layer that could be stateful"):
        stateful_twin(pk.keras_model_sequential(input_shape=3) >> pk.layer_dense(units=1), 2)
    with pytest.raises(pk.ArgumentError, match="batch_size"):
        stateful_twin(plain())
