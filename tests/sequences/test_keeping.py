"""sequences/keeping.py: what stateful layers remember goes on from batch to batch, and nobody else sees of it."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pipekeras as pk
from pipekeras.sequences import keeping

ROWS, STEPS, BATCHES, FEATURES = 2, 4, 3, 3


def series(*shape, seed=1):
    return np.random.default_rng(seed).normal(size=(ROWS, STEPS * BATCHES, *shape)).astype("float32")


def folded(x):
    """Rows of a long series as batches, one after the other: row i of a batch goes on in row i of the next."""
    return np.concatenate(np.split(x, BATCHES, axis=1))


def unfolded(x):
    return np.concatenate(np.split(x, BATCHES), axis=1)


def run(model, x):
    """What a model makes of a batch, by the quickest way."""
    import keras

    if keras.backend.backend() == "jax":
        return pk.predict_on_batch(model, x)  # compiled once and whole, not piece by piece for each call
    return keras.tree.map_structure(keras.ops.convert_to_numpy, model(x))


def stacked(*cells, stateful):
    return pk.layer_rnn(cell=pk.layer_stacked_rnn_cells(cells=list(cells)), return_sequences=True, stateful=stateful)


def conv(make, stateful):
    return make(filters=2, kernel_size=2, padding="same", return_sequences=True, stateful=stateful)


def of_all_kinds(stateful, steps):
    """One layer beside the other, so that there is but one model to compile."""
    how = {"units": 3, "return_sequences": True, "stateful": stateful}
    layers = [make(**how) for make in (pk.layer_simple_rnn, pk.layer_gru, pk.layer_lstm)]
    layers += [stacked(pk.rnn_cell_lstm(units=3), stateful=stateful), mixed(stateful)]
    x = pk.layer_input(batch_shape=(ROWS, steps, FEATURES))
    return pk.keras_model(x, pk.layer_concatenate([x >> layer for layer in layers]))


def mixed(stateful):
    return stacked(pk.rnn_cell_gru(units=3), pk.rnn_cell_lstm(units=2), stateful=stateful)


def net(layer, shape=(FEATURES,), steps=STEPS):
    return pk.keras_model_sequential(batch_shape=(ROWS, steps, *shape)) >> layer


def pair(make, shape=(FEATURES,)):
    """A stateful model for batches of STEPS, and a stateless one of the same weights for the whole series."""
    kept, whole = net(make(True), shape), net(make(False), shape, STEPS * BATCHES)
    whole.set_weights(kept.get_weights())
    return kept, whole, series(*shape)


def steps_of(weights, x, state):
    """The states of a simple RNN by hand: the first, and that after each step."""
    kernel, recurrent, bias = [w.astype("float64") for w in weights]
    states = [state]
    for step in range(x.shape[1]):
        states.append(np.tanh(x[:, step] @ kernel + states[-1] @ recurrent + bias))
    return states


# The same as one long run ---------------------------------------------------------------------------------------------


def test_batches_in_a_row_are_one_run_over_the_whole_series():
    kept, whole, x = of_all_kinds(True, STEPS), of_all_kinds(False, STEPS * BATCHES), series(FEATURES)
    whole.set_weights(kept.get_weights())
    keeping.keep_states(whole)  # a stack of one cell, which Keras cannot run on JAX
    wanted = run(whole, x)
    np.testing.assert_allclose(unfolded(pk.predict(kept, folded(x), batch_size=ROWS, verbose=0)), wanted, atol=1e-5)
    kept >> pk.reset_states()
    parts = [pk.predict_on_batch(kept, part) for part in np.split(folded(x), BATCHES)]
    np.testing.assert_allclose(np.concatenate(parts, axis=1), wanted, atol=1e-5)
    anew = pk.predict_on_batch(kept >> pk.reset_states(), folded(x)[:ROWS])
    np.testing.assert_allclose(anew, wanted[:, :STEPS], atol=1e-5)


def test_the_loss_of_an_epoch_is_that_of_the_whole_series():
    kept, whole, x = pair(mixed)
    out = run(whole, x)
    y = np.cos(out * 9)
    wanted = float(np.mean((out - y) ** 2))
    kept >> pk.compile(pk.optimizer_sgd(0.0), "mse")
    how = {"batch_size": ROWS, "verbose": 0}
    assert pk.evaluate(kept, folded(x), folded(y), **how)["loss"] == pytest.approx(wanted, abs=1e-5)
    kept >> pk.reset_states()
    trained = pk.fit(kept, folded(x), folded(y), shuffle=False, **how)
    assert trained.metrics["loss"][0] == pytest.approx(wanted, abs=1e-5)
    kept >> pk.reset_states()
    parts = zip(np.split(folded(x), BATCHES), np.split(folded(y), BATCHES), strict=True)
    each = [pk.test_on_batch(kept, *part)["loss"] for part in parts]
    assert np.mean(each) == pytest.approx(wanted, abs=1e-5)


@pytest.mark.parametrize(
    ("make", "shape"),
    [
        (pk.layer_conv_lstm_1d, (4, 1)),
        pytest.param(pk.layer_conv_lstm_2d, (3, 2, 1), marks=pytest.mark.slow_on_jax),
        pytest.param(pk.layer_conv_lstm_3d, (2, 2, 2, 1), marks=pytest.mark.slow),
    ],
)
def test_images_and_volumes_over_time(make, shape):
    kept, whole, x = pair(lambda stateful: conv(make, stateful), shape)
    parts = [pk.predict_on_batch(kept, part) for part in np.split(folded(x), BATCHES)]
    np.testing.assert_allclose(np.concatenate(parts, axis=1), run(whole, x), atol=1e-5)


def test_each_direction_of_bidirectional_goes_on_by_itself():
    layer = pk.layer_simple_rnn(units=2, return_sequences=True, stateful=True)
    model = net(pk.bidirectional(layer, merge_mode="concat"))
    x = series(FEATURES)
    out = unfolded(pk.predict(model, folded(x), batch_size=ROWS, verbose=0))
    forward = steps_of(model.get_weights()[:3], x, np.zeros((ROWS, 2)))
    np.testing.assert_allclose(out[..., :2], np.stack(forward[1:], axis=1), atol=1e-5)
    state = np.zeros((ROWS, 2))
    for part, got in zip(np.split(folded(x), BATCHES), np.split(out, BATCHES, axis=1), strict=True):
        backward = steps_of(model.get_weights()[3:], part[:, ::-1], state)
        np.testing.assert_allclose(got[..., 2:], np.stack(backward[:0:-1], axis=1), atol=1e-5)
        state = backward[-1]


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(*[st.booleans()] * ROWS), min_size=1, max_size=6), st.integers(0, 99))
def test_rows_begin_anew_one_by_one(model, resets, seed):
    layer = model.layers[0]
    state = np.zeros((ROWS, 3))
    keeping.forget(layer)
    for rows, x in zip(resets, np.random.default_rng(seed).normal(size=(6, ROWS, STEPS, FEATURES)), strict=False):
        keeping.forget(layer, np.array(rows))
        state = steps_of(model.get_weights(), x, np.where(np.array(rows)[:, None], 0, state))[-1]
        pk.predict_on_batch(model, x.astype("float32"))
        np.testing.assert_allclose(keeping.values(layer.states[0]), state, atol=1e-5)


@pytest.fixture(scope="module")
def model():
    return net(pk.layer_simple_rnn(units=3, stateful=True))


# Training -------------------------------------------------------------------------------------------------------------


def by_hand(weights, x, y, rate):
    """A simple RNN trained by gradient descent on one batch after the other; gradients end where batches do."""
    kernel, recurrent, bias = [w.astype("float64") for w in weights]
    state = np.zeros((ROWS, len(bias)))
    for part, target in zip(np.split(x, BATCHES), np.split(y, BATCHES), strict=True):
        states = steps_of([kernel, recurrent, bias], part, state)
        slopes, later = [np.zeros_like(w) for w in (kernel, recurrent, bias)], 0.0
        for step in reversed(range(STEPS)):
            error = 2 * (states[step + 1] - target[:, step]) / target.size + later
            error = error * (1 - states[step + 1] ** 2)
            slopes[0] += part[:, step].T @ error
            slopes[1] += states[step].T @ error
            slopes[2] += error.sum(axis=0)
            later = error @ recurrent.T
        kernel, recurrent, bias = (w - rate * s for w, s in zip((kernel, recurrent, bias), slopes, strict=True))
        state = states[-1]
    return [kernel, recurrent, bias], state


def numbers(*shape):
    """The same numbers on every backend."""
    return np.sin(np.arange(1, np.prod(shape) + 1) * 0.7).reshape(shape).astype("float32")


def test_training_is_truncated_backpropagation_through_time():
    model = net(pk.layer_simple_rnn(units=2, return_sequences=True, stateful=True))
    model >> pk.compile(pk.optimizer_sgd(0.5), "mse")
    begin = [numbers(*w.shape) * 0.6 for w in model.get_weights()]
    model.set_weights(begin)
    x, y = folded(series(FEATURES)), numbers(ROWS * BATCHES, STEPS, 2)
    pk.fit(model, x, y, batch_size=ROWS, shuffle=False, verbose=0)
    wanted, state = by_hand(begin, x, y, 0.5)
    for got, want in zip(model.get_weights(), wanted, strict=True):
        np.testing.assert_allclose(got, want, atol=1e-5)
    np.testing.assert_allclose(keeping.values(model.layers[0].states[0]), state, atol=1e-5)


# The sums of squares of kernel, recurrent kernel and bias, as TensorFlow trains them.
@pytest.mark.parametrize(
    ("make", "wanted"),
    [(pk.layer_gru, [3.26696, 2.32368, 2.38043]), (pk.layer_lstm, [4.24071, 3.11699, 1.43298])],
)
def test_training_is_the_same_on_all_backends(make, wanted):
    model = net(make(units=2, return_sequences=True, stateful=True)) >> pk.compile(pk.optimizer_sgd(0.5), "mse")
    model.set_weights([numbers(*w.shape) * 0.6 for w in model.get_weights()])
    x, y = numbers(ROWS * BATCHES, STEPS, FEATURES), numbers(ROWS * BATCHES, STEPS, 2)
    pk.fit(model, x, y, batch_size=ROWS, epochs=3, shuffle=False, verbose=0)
    np.testing.assert_allclose([np.square(w).sum() for w in model.get_weights()], wanted, atol=5e-5)


# Nobody else sees of it -----------------------------------------------------------------------------------------------


def test_states_are_in_no_weights_configuration_or_file(tmp_path):
    import h5py
    import keras

    model = net(pk.layer_lstm(units=3, stateful=True, name="memory")) >> pk.compile("sgd", "mse")
    before = model.to_json(), [w.path for w in model.weights], model.count_params(), model.get_config()
    x = folded(series(FEATURES))
    pk.fit(model, x, np.ones((len(x), 3)), batch_size=ROWS, shuffle=False, verbose=0)
    now = json.loads(model.to_json())
    now["compile_config"] = json.loads(before[0])["compile_config"]
    assert now == json.loads(before[0])
    assert ([w.path for w in model.weights], model.count_params(), model.get_config()) == before[1:]
    assert not [path for path in _leaves(pk.get_state_tree(model)) if "rnn_state" in path]
    path = tmp_path / "m.weights.h5"
    model.save_weights(path)
    with h5py.File(path) as file:
        shapes = []
        file.visititems(lambda name, item: shapes.append(item.shape) if hasattr(item, "shape") else None)
    # The optimizer of this model remembers but single numbers.
    assert sorted(shape for shape in shapes if shape) == sorted(tuple(w.shape) for w in model.weights)
    model.save(tmp_path / "m.keras")
    loaded = keras.models.load_model(tmp_path / "m.keras")
    fresh = pk.predict(loaded, x, batch_size=ROWS, verbose=0)  # made by plain Keras: right in our verbs as well
    np.testing.assert_allclose(pk.predict(model >> pk.reset_states(), x, batch_size=ROWS, verbose=0), fresh, atol=1e-6)


def _leaves(tree, above=""):
    for name, value in tree.items():
        yield from _leaves(value, f"{above}{name}/") if isinstance(value, dict) else [f"{above}{name}"]


def test_it_is_done_once(backend):
    model = net(pk.layer_lstm(units=3, stateful=True))
    layer = model.layers[0]
    before = len(model.variables)
    keeping.keep_states(model)
    once, loop = [id(v) for v in model.variables], vars(layer).get("inner_loop")
    keeping.keep_states(model)
    assert [id(v) for v in model.variables] == once
    assert vars(layer).get("inner_loop") is loop
    assert len(once) - before == (2 if backend == "jax" else 0)
    assert (loop is not None) == (backend == "torch")
    assert len(keeping.kept_for_jax(model)) == (2 if backend == "jax" else 0)


def test_models_that_remember_nothing_stay_as_they_are():
    model = net(pk.layer_lstm(units=3)) >> pk.layer_dropout(0.5)
    before = [id(v) for v in model.variables]
    keeping.keep_states(model)
    assert [id(v) for v in model.variables] == before
    assert keeping.stateful_layers(model) == []
    assert [path for path, _ in keeping.recurrent_layers(model)] == [model.layers[0].name]


def test_a_model_that_was_trained_by_keras_before_goes_on_with_us(backend):
    model = net(pk.layer_gru(units=3, return_sequences=True, stateful=True))
    x = folded(series(FEATURES))
    model.predict(x, batch_size=ROWS, verbose=0)  # makes the function before the states are kept
    kept = pk.predict(model >> pk.reset_states(), x, batch_size=ROWS, verbose=0)
    whole = net(pk.layer_gru(units=3, return_sequences=True), steps=STEPS * BATCHES)
    whole.set_weights(model.get_weights())
    np.testing.assert_allclose(unfolded(kept), run(whole, series(FEATURES)), atol=1e-5)


# Models that are not built yet ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("use", ["fit", "train_on_batch", "generator"])
def test_a_model_without_an_input_is_built_by_its_first_batch(use):
    model = pk.keras_model_sequential() >> pk.layer_simple_rnn(units=3, stateful=True, name="memory")
    model >> pk.compile("sgd", "mse")
    x, y = folded(series(FEATURES)), np.ones((ROWS * BATCHES, 3))
    if use == "fit":
        pk.fit(model, x, y, batch_size=ROWS, shuffle=False, verbose=0)
    elif use == "train_on_batch":
        pk.train_on_batch(model, x[:ROWS], y[:ROWS])
    else:
        pk.fit(model, lambda: (x[:ROWS], y[:ROWS]), steps_per_epoch=2, verbose=0)
    state = keeping.values(keeping.state_variables(model.layers[0])[0])
    assert state.shape == (ROWS, 3)
    assert np.all(state)


def test_a_class_of_ones_own_is_built_by_its_first_batch_and_begins_from_nothing():
    import keras

    class Own(keras.Model):
        def __init__(self):
            super().__init__()
            self.memory, self.out = keras.layers.GRU(3, stateful=True), keras.layers.Dense(1)

        def call(self, x):
            return self.out(self.memory(x))

    model = Own()
    x = folded(series(FEATURES))
    first = pk.predict(model, x, batch_size=ROWS, verbose=0)
    again = pk.predict(model >> pk.reset_states(), x, batch_size=ROWS, verbose=0)
    np.testing.assert_allclose(first, again, atol=1e-6)
    assert np.any(keeping.values(model.memory.states[0]))


# Wherever they are ----------------------------------------------------------------------------------------------------


def test_layers_are_found_by_their_paths_and_once():
    shared = pk.layer_gru(units=3, stateful=True, return_sequences=True, name="shared")
    inner = pk.keras_model_sequential(batch_shape=(ROWS, STEPS, 3), name="inner") >> shared
    outer = pk.keras_model_sequential(batch_shape=(ROWS, STEPS, 3), name="outer") >> inner
    x = pk.layer_input(batch_shape=(ROWS, STEPS, 3))
    both = pk.bidirectional(pk.layer_lstm(units=2, stateful=True, name="lstm"), name="both")
    model = pk.keras_model(x, x >> outer >> shared >> both)
    paths = [path for path, _ in keeping.stateful_layers(model)]
    assert paths == ["outer/inner/shared", "both/forward_lstm", "both/backward_lstm"]
    assert [path for path, _ in keeping.stateful_layers(shared)] == [""]


def test_a_cell_of_ones_own_begins_with_its_own_states():
    import keras

    class Counter(keras.layers.Layer):
        state_size = 1

        def get_initial_state(self, batch_size=None):
            return [keras.ops.full((batch_size, 1), 5.0)]

        def call(self, inputs, states):
            new = states[0] + 1
            return new, [new]

    model = net(pk.layer_rnn(cell=Counter(), stateful=True))
    x = folded(series(FEATURES))
    wanted = np.repeat([9.0, 13.0, 17.0], ROWS)[:, None]
    np.testing.assert_array_equal(pk.predict(model, x, batch_size=ROWS, verbose=0), wanted)
    model >> pk.reset_states()
    np.testing.assert_array_equal(pk.predict(model, x, batch_size=ROWS, verbose=0), wanted)


def test_half_precision_keeps_its_states_whole():
    layer = pk.layer_simple_rnn(units=3, return_sequences=True, stateful=True, dtype="mixed_float16")
    whole = pk.layer_simple_rnn(units=3, return_sequences=True, dtype="mixed_float16")
    kept, whole = net(layer), net(whole, steps=STEPS * BATCHES)
    whole.set_weights(kept.get_weights())
    x = series(FEATURES)
    out = unfolded(pk.predict(kept, folded(x), batch_size=ROWS, verbose=0))
    np.testing.assert_allclose(out, run(whole, x), atol=1e-2)
    assert keeping.values(kept.layers[0].states[0]).dtype == "float32"
