"""pipe.py: verbs, chains, receivers, and the errors of those who get them wrong."""

import numpy as np
import pytest

import pipekeras as pk
from pipekeras import (
    Chain,
    PipeError,
    keras_model,
    keras_model_sequential,
    layer_add,
    layer_concatenate,
    layer_conv_2d,
    layer_dense,
    layer_dropout,
    layer_flatten,
    layer_gru,
    layer_input,
    pipe,
    verb,
)
from pipekeras._keras import keras


@verb
def residual(x, filters, kernel_size=3):
    """A block of two convolutions around a shortcut."""
    y = x >> layer_conv_2d(filters, kernel_size, padding="same", activation="relu")
    y = y >> layer_conv_2d(filters, kernel_size, padding="same")
    return layer_add(x, y)


# Receivers meet steps


def test_a_tensor_piped_into_a_layer_gives_the_output():
    x = layer_input(shape=4)
    assert tuple((x >> layer_dense(3)).shape) == (None, 3)
    assert tuple(layer_dense(x, 3).shape) == (None, 3)
    assert tuple(layer_dense(object=x, units=3).shape) == (None, 3)


def test_a_sequential_is_changed_in_place_and_comes_back():
    model = keras_model_sequential(input_shape=4)
    same = model >> layer_dense(3)
    assert same is model
    assert layer_dense(model, 2) is model
    model >> layer_dense(1)  # statement style: nothing is assigned
    assert [layer.units for layer in model.layers] == [3, 2, 1]
    assert type(model) is keras.Sequential


def test_automatic_names_count_from_left_to_right():
    keras.utils.clear_session()
    model = keras_model_sequential(input_shape=4) >> layer_dense(3) >> layer_dense(2) >> layer_dense(1)
    assert [layer.name for layer in model.layers] == ["dense", "dense_1", "dense_2"]


def test_an_array_is_a_receiver_only_through_the_operator():
    ones = np.ones((2, 3), "float32")
    assert tuple((ones >> layer_dense(4)).shape) == (2, 4)
    with pytest.raises(pk.InvalidValueError, match=r"units must be a whole number, it got an array of shape \(2, 3\)"):
        layer_dense(ones, 4)


def test_layers_and_models_made_by_hand_are_pipeable():
    x = keras.Input((4,))
    y = x >> keras.layers.Dense(3) >> keras.layers.Dense(2)
    by_hand = keras.Model(x, y)
    assert tuple((keras.Input((4,)) >> by_hand).shape) == (None, 2)
    stack = keras.Sequential([keras.Input((4,))])
    assert stack >> keras.layers.Dense(2) >> by_hand.layers[-1].__class__(5) is stack
    assert stack.output_shape == (None, 5)
    assert tuple((np.ones((1, 4), "float32") >> by_hand).shape) == (1, 2)


def test_a_model_piped_into_a_sequential_becomes_a_layer_of_it():
    inner = keras_model_sequential(input_shape=4) >> layer_dense(3)
    outer = keras_model_sequential(input_shape=4) >> inner >> layer_dense(1)
    assert outer.layers[0] is inner
    assert outer.output_shape == (None, 1)


# Chains


def test_layers_make_a_chain_that_can_be_piped_into_and_called():
    encoder = layer_gru(10, return_sequences=True) >> layer_gru(10)
    assert isinstance(encoder, Chain)
    assert len(encoder) == 2 == len(list(encoder))
    x = layer_input(shape=(5, 2))
    assert tuple((x >> encoder).shape) == (None, 10)
    assert tuple(encoder(x).shape) == (None, 10)
    model = keras_model_sequential(input_shape=(5, 2)) >> encoder >> layer_dense(1)
    assert len(model.layers) == 3
    assert model.layers[:2] == encoder.layers


def test_chains_compose_and_flatten():
    a, b, c = layer_dense(3), layer_dense(2), layer_dense(1)
    assert (a >> (b >> c)).steps == ((a >> b) >> c).steps == (a, b, c)
    assert Chain(a, b, c).steps == (a, b, c)


def test_two_uses_of_a_chain_share_its_weights():
    shared = layer_dense(3) >> layer_dense(2)
    one, two = layer_input(shape=4), layer_input(shape=4)
    model = keras_model([one, two], [one >> shared] + [two >> shared])
    assert model.count_params() == 4 * 3 + 3 + 3 * 2 + 2


def test_a_chain_may_hold_verbs():
    block = layer_conv_2d(8, 3, padding="same") >> residual(8) >> layer_flatten()
    assert tuple((layer_input(shape=(6, 6, 1)) >> block).shape) == (None, 6 * 6 * 8)
    with pytest.raises(PipeError, match="is not a stack of layers"):
        _ = block.layers


def test_a_chain_says_what_it_is_made_of():
    keras.utils.clear_session()
    assert repr(layer_dense(3) >> layer_dropout(0.5)) == "<dense> >> <dropout>"


# Verbs


def test_a_verb_runs_at_once_with_its_receiver_and_waits_without():
    x = layer_input(shape=(6, 6, 8))
    assert tuple((x >> residual(filters=8)).shape) == (None, 6, 6, 8)
    assert tuple(residual(x, 8).shape) == (None, 6, 6, 8)
    assert tuple(residual(filters=8, x=x).shape) == (None, 6, 6, 8)
    assert tuple(residual(8)(x).shape) == (None, 6, 6, 8)
    assert "waits for what it applies to" in repr(residual(8))


def test_a_verb_keeps_the_name_help_and_signature_of_its_function():
    import inspect

    assert residual.__name__ == "residual"
    assert inspect.getdoc(residual) == "A block of two convolutions around a shortcut."
    assert list(inspect.signature(residual).parameters) == ["x", "filters", "kernel_size"]


def test_plain_callables_become_verbs():
    x = layer_input(shape=4)
    assert tuple((x >> verb(keras.ops.relu)()).shape) == (None, 4)
    assert tuple((x >> verb(lambda t: keras.ops.concatenate([t, t], axis=-1))()).shape) == (None, 8)
    assert verb(residual) is residual


def test_an_array_can_be_piped_into_a_verb():
    assert ((np.arange(3) >> verb(lambda x, by: x * by)(by=2)) == [0, 2, 4]).all()


def test_pipe_is_the_named_twin():
    x = layer_input(shape=4)
    assert tuple(pipe(x, layer_dense(3), keras.ops.relu, layer_dense(2)).shape) == (None, 2)
    assert pipe([3, 1, 2], sorted, max) == 3
    model = keras_model_sequential(input_shape=4)
    assert pipe(model, layer_dense(3), layer_flatten) is model
    assert isinstance(pipe(layer_dense(3), layer_dense(2)), Chain)


# Errors


@pytest.mark.parametrize(
    ("attempt", "message"),
    [
        (lambda: keras_model_sequential() >> layer_dense, "layer_dense stands after >> without parentheses: write >>"),
        (lambda: layer_dense >> layer_dense(3), "layer_dense stands before >> without parentheses"),
        (lambda: layer_input(shape=3) >> residual, "residual stands after >> without parentheses"),
        (lambda: layer_input(shape=3) >> len, r"function len cannot be piped into with >>: write pipe\(x, len\)"),
        (lambda: layer_input(shape=3) >> keras.layers.Dense, "class Dense cannot be piped into: make one first"),
        (lambda: layer_input(shape=3) >> 5, "5 cannot be piped into: what stands after >> is a layer"),
        (lambda: layer_dense(3) >> None, "None cannot be piped into"),
        (lambda: layer_input(shape=3) >> layer_dense(layer_input(shape=3), 10), r"drop one of them: x >> layer_d"),
        (lambda: keras_model_sequential() >> layer_dense(layer_input(shape=3), 10), "two receivers"),
        (lambda: "abc" >> layer_dense(3), "'abc' cannot be piped into layer 'dense"),
        (lambda: None >> layer_dense(3), "None cannot be piped into layer"),
        (lambda: Chain(), "an empty chain has nothing to pipe into"),
        (lambda: pipe(layer_input(shape=3)), "has nothing to pipe into: give it steps"),
        (lambda: pipe(layer_input(shape=3), 5), "5 cannot be piped into"),
        (lambda: verb(5), "it got 5, which cannot be called"),
    ],
)  # fmt: skip
def test_what_cannot_be_piped_says_so(attempt, message):
    with pytest.raises(PipeError, match=message):
        attempt()


def test_a_finished_model_on_the_left_says_to_pipe_its_output():
    x = layer_input(shape=3)
    model = keras_model(x, x >> layer_dense(2))
    with pytest.raises(PipeError, match=r"is finished.*keras_model\(model\.inputs, model\.output >> \.\.\.\)"):
        model >> layer_dense(1)
    again = keras_model(model.inputs, model.output >> layer_dense(1))
    assert again.output_shape == (None, 1)


def test_a_list_into_a_layer_of_one_input():
    a, b = layer_input(shape=3), layer_input(shape=3)
    assert tuple(([a, b] >> layer_concatenate() >> layer_dense(2)).shape) == (None, 2)
    with pytest.raises(pk.ShapeError, match=r"layer_dense takes one tensor, it got a list of 2: join them first"):
        [a, b] >> layer_dense(2)


def test_a_sequence_and_a_state_into_a_recurrent_layer():
    """As 2.x took them; Keras 3 wants the state by name, where the layer is called."""
    x, state = layer_input(shape=(5, 2)), layer_input(shape=3)
    assert tuple(layer_gru(3)(x, initial_state=state).shape) == (None, 3)
    with pytest.raises(pk.ShapeError, match=r"first states, layer_gru\(\.\.\.\)\(a, initial_state=\[b\]\)"):
        [x, state] >> layer_gru(3)


def test_a_verb_finds_a_wrong_argument_at_once():
    with pytest.raises(pk.ArgumentError, match="residual has no argument filter; did you mean filters"):
        residual(filter=3)
    with pytest.raises(pk.ArgumentError, match="residual: too many positional arguments"):
        residual(1, 2, 3)
    with pytest.raises(pk.ArgumentError, match="residual: missing a required argument: 'filters'"):
        layer_input(shape=(3, 3, 1)) >> residual()


def test_a_verb_that_says_what_it_wants_refuses_all_else():
    with pytest.raises(
        PipeError, match=r"count_params applies to a layer or a model, it got a tensor of shape \(None, 3\)"
    ):
        layer_input(shape=3) >> pk.count_params()


def test_layers_without_a_model_before_them_do_not_wait_silently():
    for attempt in (
        lambda: layer_dense(8) >> layer_dense(3) >> pk.compile(loss="mse"),
        lambda: layer_dense(8) >> pk.fit(np.ones((3, 2)), np.ones(3)),
        lambda: pk.compile(layer_dense(3), loss="mse"),
        lambda: pk.fit(layer_dense(3) >> layer_dense(1), np.ones((3, 2)), np.ones(3)),
    ):
        with pytest.raises(
            PipeError, match=r"applies to a model, it got .*begin with keras_model_sequential\(\.\.\.\) >>"
        ):
            attempt()
    recipe = pk.compile(loss="mse") >> pk.summary()  # calls alone make a recipe for models to come
    assert isinstance(recipe, Chain)


@pytest.mark.parametrize(
    ("attempt", "message"),
    [
        (lambda: keras_model(inputs=1, output=2), "keras_model has no argument output; did you mean outputs"),
        (lambda: layer_input(4, dtyp="int32"), "layer_input has no argument dtyp; did you mean dtype"),
        (lambda: pk.set_random_seed(sed=1), "set_random_seed has no argument sed; did you mean seed"),
        (lambda: pk.layer_input(), r"layer_input needs a shape for its input: shape=\.\.\., or batch_shape="),
    ],
)
def test_functions_that_nothing_is_piped_into_know_their_arguments(attempt, message):
    with pytest.raises(pk.ArgumentError, match=message):
        attempt()
    assert layer_input.__name__ == "layer_input"


def test_dense_features_says_at_once_what_to_use():
    with pytest.raises(pk.UnavailableError, match="use layer_feature_space"):
        pk.layer_dense_features(feature_columns=3)


def test_what_stands_first_without_being_what_the_verb_is_for_is_named():
    with pytest.raises(PipeError, match=r"get_layer applies to a .*model.*, it got \[1, 2\]"):
        pk.get_layer([1, 2], "a", 0)
    with pytest.raises(PipeError, match="compile applies to a model, it got"):
        pk.layer_dense(1) >> pk.compile(pk.optimizer_adam)
    assert repr(pk.compile(pk.optimizer_adam, "mse")).startswith("<compile(...) waits")


def test_what_waits_says_so_when_it_is_used_as_a_result():
    with pytest.raises(AttributeError, match=r"op_one_hot\(\.\.\.\) waits .* has no numpy yet"):
        _ = pk.op_one_hot([1, 2]).numpy
    import copy

    assert copy.copy(pk.fit(np.ones(2))).args[0].shape == (2,)


def test_data_in_first_place_of_a_layer_is_told_to_be_piped():
    with pytest.raises(pk.ArgumentError, match=r"got units twice: an array of shape \(2, 3\) and 3\. To apply .* >>"):
        layer_dense(np.ones((2, 3)), units=3)
    with pytest.raises(pk.ArgumentError, match="got units twice: 3 and 4$"):
        layer_dense(3, units=4)
