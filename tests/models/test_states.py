"""models/states.py: all numbers of a model as a tree, resetting, weights in fewer bits."""

import warnings

import numpy as np
import pytest

import pipekeras as pk

X = np.random.default_rng(0).normal(size=(16, 3)).astype("float32")
Y = X.sum(axis=1, keepdims=True)


def built(optimizer="adam", fit=True):
    model = pk.keras_model_sequential(input_shape=3, name="m") >> pk.layer_dense(4, name="a")
    model >> pk.layer_batch_normalization(name="b") >> pk.layer_dense(1, name="c")
    if optimizer:
        model >> pk.compile(optimizer=optimizer, loss="mse", metrics=["mae"])
        if fit:
            model >> pk.fit(X, Y, epochs=2, verbose=0)
    return model


def leaves(tree):
    for value in tree.values():
        yield from leaves(value) if isinstance(value, dict) else [value]


def test_the_tree_is_that_of_keras():
    model = built()
    tree, theirs = model >> pk.get_state_tree("numpy_array"), model.get_state_tree("numpy_array")
    assert list(tree) == list(theirs)

    def paths(tree, above=""):
        return [p for k, v in tree.items() for p in (paths(v, f"{above}/{k}") if isinstance(v, dict) else [above + k])]

    assert paths(tree) == paths(theirs)
    for one, other in zip(leaves(tree), leaves(theirs), strict=True):
        assert isinstance(one, np.ndarray)
        np.testing.assert_array_equal(one, other)
    tensors = pk.get_state_tree(model)
    assert all(pk.receivers.is_tensor(leaf) for leaf in leaves(tensors["trainable_variables"]))
    assert len(list(leaves(pk.get_state_tree(model, "array")))) == len(list(leaves(tree)))


def test_there_and_back():
    model, fresh = built(), built(fit=False)
    tree = pk.get_state_tree(model, "numpy_array")
    assert (fresh >> pk.set_state_tree(tree)) is fresh
    again = pk.get_state_tree(fresh, "numpy_array")
    for group in ("trainable_variables", "non_trainable_variables", "optimizer_variables"):
        for one, other in zip(leaves(tree[group]), leaves(again[group]), strict=True):
            np.testing.assert_array_equal(one, other)
    np.testing.assert_array_equal(pk.predict(model, X, verbose=0), pk.predict(fresh, X, verbose=0))
    assert fresh.optimizer.iterations.numpy() == model.optimizer.iterations.numpy()
    model >> pk.set_state_tree(pk.get_state_tree(model))  # tensors go back as well


def test_a_model_that_is_not_compiled():
    model = built(optimizer=None)
    tree = pk.get_state_tree(model, "array")
    assert tree["optimizer_variables"] == tree["metrics_variables"] == {}
    assert list(tree["trainable_variables"]["m"]) == ["a", "b", "c"]
    with pytest.warns(UserWarning, match="not compiled, so the state of the optimizer is left out") as told:
        model >> pk.set_state_tree(pk.get_state_tree(built(), "array"))
    assert [w.filename for w in told if "not compiled" in str(w.message)] == [__file__]


def test_parts_and_lists():
    model = built(optimizer=None)
    before = pk.get_state_tree(model, "array")
    pk.set_state_tree(model, {"trainable_variables": {"m": {"c": {"bias": [7.0]}}}})
    after = pk.get_state_tree(model, "array")
    assert after["trainable_variables"]["m"]["c"]["bias"].tolist() == [7]
    kernel = ("trainable_variables", "m", "a", "kernel")
    for name in kernel:
        before, after = before[name], after[name]
    np.testing.assert_array_equal(before, after)


def test_what_does_not_fit_sets_nothing():
    model = built()
    before = [w.copy() for w in model.get_weights()]
    ok = {"a": {"bias": np.full(4, 9.0)}}
    for tree, said in (
        ({"trainable_variables": {"m": {**ok, "c": {"bais": [1.0]}}}}, "have no 'm/c/bais'; did you mean m/c/bias"),
        ({"trainable_variables": {"m": {**ok, "c": {"bias": [1.0, 2.0]}}}}, r"m/c/bias has shape \(1,\), .* \(2,\)"),
        ({"trainable_variables": {"m": ok}, "trainable": {}}, "has no 'trainable'; did you mean trainable_variables"),
        ({"trainable_variables": [1]}, r"trainable_variables must be a dict of values by their names, it got \[1\]"),
        ([1], r"state_tree must be what get_state_tree\(\) gave, it got \[1\]"),
    ):
        with pytest.raises(pk.InvalidValueError, match=said):
            pk.set_state_tree(model, tree)
        for one, other in zip(before, model.get_weights(), strict=True):
            np.testing.assert_array_equal(one, other)
    with pytest.raises(pk.InvalidValueError, match="no value_format \"numpy\"|no value_format 'numpy'; did you mean"):
        pk.get_state_tree(model, "numpy")


def test_two_of_one_name_say_so():
    model = pk.keras_model_sequential(input_shape=3) >> pk.layer_dense(2)
    model.layers[0].bias._path = model.layers[0].kernel.path
    with pytest.raises(pk.InvalidValueError, match="two variables are called"):
        pk.get_state_tree(model)


# Resetting ------------------------------------------------------------------------------------------------------------


def stateful():
    model = pk.keras_model_sequential(input_batch_shape=(2, 3, 1)) >> pk.layer_gru(4, stateful=True, name="memory")
    return model >> pk.layer_dense(1)


@pytest.mark.parametrize("reset", [pk.reset_state, pk.reset_states])
def test_recurrent_layers_begin_anew(reset):
    model, x = stateful(), np.ones((2, 3, 1), "float32")
    first = pk.predict_on_batch(model, x)
    assert not np.allclose(pk.predict_on_batch(model, x), first)
    assert (model >> reset()) is model
    np.testing.assert_allclose(pk.predict_on_batch(model, x), first, rtol=1e-6)
    layer = model.layers[0]
    assert any(np.any(state.numpy()) for state in layer.states)
    assert (layer >> reset()) is layer
    assert not any(np.any(state.numpy()) for state in layer.states)


def test_a_layer_inside_of_others_begins_anew_too():
    inner = stateful()
    x = pk.layer_input(batch_shape=(2, 3, 1))
    model = pk.keras_model(x, x >> inner)
    for state in inner.layers[0].states:
        state.assign(np.ones(state.shape))
    model >> pk.reset_states()
    assert not any(np.any(state.numpy()) for state in inner.layers[0].states)


def test_a_metric_forgets():
    import keras

    metric = keras.metrics.Mean()
    metric.update_state([1.0, 3.0])
    assert float(metric.result()) == 2
    assert pk.reset_state(metric) is metric
    assert float(metric.result()) == 0


def test_what_a_layer_has_learnt_from_data_stays():
    model = pk.keras_model_sequential(input_shape=1) >> pk.layer_discretization(bin_boundaries=[0.0, 1.0])
    model >> pk.reset_states()
    assert list(model.layers[0].bin_boundaries) == [0, 1]


def test_layers_without_a_state_say_so():
    with pytest.raises(pk.InvalidValueError, match="reset_state: layer 'd' .Dense. remembers nothing"):
        pk.reset_state(pk.layer_dense(2, name="d"))
    with pytest.raises(pk.InvalidValueError, match="reset_states: layer 'g' .* make it with stateful=True"):
        pk.reset_states(pk.layer_gru(2, name="g"))
    with pytest.raises(pk.InvalidValueError, match="is not stateful"):
        pk.reset_state(pk.bidirectional(pk.layer_gru(2)))


# Quantizing -----------------------------------------------------------------------------------------------------------


def test_weights_in_eight_bits():
    model = pk.keras_model_sequential(input_shape=3) >> pk.layer_dense(8) >> pk.layer_dropout(0.5) >> pk.layer_dense(1)
    before = pk.predict(model, X, verbose=0)
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        assert (model >> pk.quantize_weights("int8")) is model
    assert {str(layer.kernel.dtype) for layer in (model.layers[0], model.layers[2])} == {"int8"}
    np.testing.assert_allclose(pk.predict(model, X, verbose=0), before, atol=0.1)
    layer = pk.layer_dense(2)
    layer.build((None, 3))
    assert (layer >> pk.quantize_weights("int8")) is layer


def test_some_layers_alone():
    model = pk.keras_model_sequential(input_shape=3) >> pk.layer_dense(8, name="a") >> pk.layer_dense(1, name="b")
    pk.quantize_weights(model, "int8", filters="a")
    assert [layer.quantization_mode for layer in model.layers] == ["int8", None]


def test_what_cannot_be_quantized():
    dropout = pk.keras_model_sequential(input_shape=3) >> pk.layer_dropout(0.5)
    with pytest.raises(pk.UnavailableError, match="no layer of model 'sequential.* has a form with quantized weights"):
        pk.quantize_weights(dropout, "int8")
    layer = pk.layer_batch_normalization()
    layer.build((None, 3))
    with pytest.raises(pk.UnavailableError, match="quantize_weights: layer .* has no form with quantized weights"):
        pk.quantize_weights(layer, "int8")
    model = pk.keras_model_sequential(input_shape=3) >> pk.layer_dense(1)
    with pytest.raises(pk.InvalidValueError, match="quantize_weights: .*int9"):
        pk.quantize_weights(model, "int9")
    with pytest.raises(pk.ArgumentError, match="needs mode, as in"):
        model >> pk.quantize_weights()
    with pytest.raises(pk.InvalidValueError, match="is not built yet"):
        pk.quantize_weights(pk.layer_dense(2), "int8")
