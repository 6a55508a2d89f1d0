"""bidirectional, time_distributed and rnn around layers, chains, models and cells."""

import numpy as np
import pytest

import pipekeras.layers as L
from pipekeras._keras import keras
from pipekeras.errors import ArgumentError, InvalidValueError, PipeError

X = np.random.default_rng(0).random((2, 5, 4), "float32")


def numpy(tensor):
    return keras.ops.convert_to_numpy(tensor)


@pytest.mark.parametrize("function", [L.bidirectional, L.layer_bidirectional])
def test_bidirectional_in_every_form(function):
    x = keras.Input((5, 4))
    outputs = [
        x >> function(layer=L.layer_gru(3)),
        x >> function(L.layer_gru(3)),
        function(x, L.layer_gru(3)),
        function(x, layer=L.layer_gru(3), merge_mode="concat"),
        function(L.layer_gru(3))(x),
    ]
    assert {tuple(o.shape) for o in outputs} == {(None, 6)}


def test_bidirectional_in_a_sequential_model():
    model = keras.Sequential([keras.Input((5, 4))])
    (
        model
        >> L.bidirectional(L.layer_gru(3, return_sequences=True))
        >> L.bidirectional(L.layer_lstm(2), merge_mode="sum")
    )
    assert model.output_shape == (None, 2)
    other = keras.Sequential([keras.Input((5, 4))])
    assert L.bidirectional(other, L.layer_gru(3)) is other
    assert other.output_shape == (None, 6)


def test_bidirectional_with_a_backward_layer():
    layer = L.bidirectional(L.layer_gru(3), backward_layer=L.layer_gru(2, go_backwards=True))
    assert numpy(X >> layer).shape == (2, 5)


CHAINS = {
    "gru over gru": lambda: L.layer_gru(3, return_sequences=True) >> L.layer_gru(2),
    "lstm over gru": lambda: L.layer_lstm(3, return_sequences=True) >> L.layer_gru(2),
    "three, with sequences": lambda: (
        L.layer_simple_rnn(3, return_sequences=True)
        >> L.layer_lstm(4, return_sequences=True)
        >> L.layer_gru(2, return_sequences=True)
    ),
}


@pytest.mark.parametrize("make", CHAINS.values(), ids=CHAINS)
def test_bidirectional_over_a_chain_is_two_stacks(make):
    """Forwards the chain as it is, backwards the same chain over the turned sequence; then both next to each other."""
    layer = L.bidirectional(make())
    got = numpy(X >> layer)

    def stack(rnn, turned):
        layers = [
            type(single).from_config({**single.get_config(), "name": f"{single.name}_{turned}"})
            for single in make().layers
        ]
        x, weights = (X[:, ::-1] if turned else X), iter(rnn.get_weights())
        for single in layers:
            single.build(np.shape(x))
            single.set_weights([next(weights) for _ in single.get_weights()])
            x = numpy(single(x))
        assert next(weights, None) is None
        return x[:, ::-1] if turned and x.ndim == 3 else x

    want = np.concatenate([stack(layer.forward_layer, False), stack(layer.backward_layer, True)], axis=-1)
    np.testing.assert_allclose(got, want, rtol=1e-5, atol=1e-6)


def test_a_chain_in_bidirectional_survives_its_configuration_and_trains():
    model = keras.Sequential([keras.Input((5, 4))])
    model >> L.bidirectional(CHAINS["gru over gru"]()) >> L.layer_dense(1)
    model.compile("sgd", "mse")
    model.fit(X, np.zeros((2, 1)), verbose=0)
    again = keras.Sequential.from_config(model.get_config())
    again.set_weights(model.get_weights())
    np.testing.assert_allclose(again.predict(X, verbose=0), model.predict(X, verbose=0), rtol=1e-5)


def test_a_chain_that_is_not_recurrent_is_refused():
    with pytest.raises(PipeError, match=r"bidirectional\(\) takes a chain of recurrent layers that read forwards; 'd'"):
        L.bidirectional(L.layer_gru(3, return_sequences=True) >> L.layer_dense(2, name="d"))
    with pytest.raises(
        PipeError, match="'g' hands only its last output on: it needs return_sequences=True inside a chain"
    ):
        L.bidirectional(L.layer_gru(3, name="g") >> L.layer_gru(3))


@pytest.mark.parametrize("function", [L.time_distributed, L.layer_time_distributed])
def test_time_distributed_over_a_layer_a_chain_and_a_model(function):
    dense = L.layer_dense(3)
    got = numpy(X >> function(dense))
    np.testing.assert_allclose(got, numpy(dense(X)), rtol=1e-4, atol=1e-6)

    first, second = L.layer_dense(3, activation="relu"), L.layer_dense(2)
    got = numpy(X >> function(first >> second))
    np.testing.assert_allclose(got, numpy(second(first(X))), rtol=1e-5)

    inner = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)])
    for layer in (function(inner), function(layer=inner)):
        np.testing.assert_allclose(numpy(X >> layer)[:, 1], numpy(inner(X[:, 1])), rtol=1e-5)


def test_what_is_wrapped_must_be_a_layer():
    with pytest.raises(
        ArgumentError, match=r"^time_distributed\(layer=layer_dense\) lacks parentheses: layer_dense\(\.\.\.\)$"
    ):
        L.time_distributed(L.layer_dense)
    with pytest.raises(
        InvalidValueError, match=r"^bidirectional: layer must be a layer or a chain of layers, it got 3$"
    ):
        L.bidirectional(3)
    with pytest.raises(ArgumentError, match=r"^time_distributed needs layer: time_distributed\(layer=\.\.\.\)$"):
        L.time_distributed()


# Cells ----------------------------------------------------------------------------------------------------------------


def test_rnn_takes_a_cell_a_list_of_cells_or_a_stack():
    x = keras.Input((5, 4))
    forms = [
        x >> L.layer_rnn(cell=L.rnn_cell_gru(3)),
        x >> L.layer_rnn(L.rnn_cell_gru(3)),
        x >> L.layer_rnn(cell=[L.rnn_cell_lstm(2), L.rnn_cell_gru(3)]),
        x >> L.layer_rnn(L.rnn_cells_stack([L.rnn_cell_lstm(2), L.rnn_cell_gru(3)])),
        L.layer_rnn(x, L.rnn_cell_gru(3)),
    ]
    assert {tuple(o.shape) for o in forms} == {(None, 3)}


def test_rnn_takes_a_cell_of_the_users_own():
    @keras.saving.register_keras_serializable(package="pipekeras-tests")
    class Sum(keras.layers.Layer):
        state_size = output_size = 4

        def call(self, inputs, states):
            total = states[0] + inputs
            return total, [total]

    np.testing.assert_allclose(numpy(X >> L.layer_rnn(Sum())), X.sum(axis=1), rtol=1e-5)


@pytest.mark.parametrize("function", [L.rnn_cells_stack, L.layer_stacked_rnn_cells])
def test_stacks_take_a_list_or_cells_one_by_one(function):
    for stack in (
        function([L.rnn_cell_gru(3), L.rnn_cell_gru(2)]),
        function(L.rnn_cell_gru(3), L.rnn_cell_gru(2)),
        function(cells=[L.rnn_cell_gru(3), L.rnn_cell_gru(2)]),
    ):
        assert type(stack) is keras.layers.StackedRNNCells
        assert [cell.units for cell in stack.cells] == [3, 2]
    assert [cell.units for cell in function(L.rnn_cell_gru(3)).cells] == [3]


def test_cells_under_both_names():
    for k3, k2 in (("rnn_cell_simple", "simple_rnn"), ("rnn_cell_gru", "gru"), ("rnn_cell_lstm", "lstm")):
        ours, old = getattr(L, k3)(3.0, name="c"), getattr(L, f"layer_{k2}_cell")(3, name="c")
        assert type(ours) is type(old)
        assert ours.get_config() == old.get_config()
