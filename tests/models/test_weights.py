"""models/weights.py: reading, setting, counting, freezing."""

import numpy as np
import pytest

import pipekeras as pk
from pipekeras import (
    count_params,
    freeze_weights,
    get_weights,
    keras_model_sequential,
    layer_batch_normalization,
    layer_dense,
    set_weights,
    unfreeze_weights,
)


def four():
    model = keras_model_sequential(input_shape=2)
    for name in "abcd":
        model >> layer_dense(2, name=name)
    return model


def trainable(model):
    return "".join("T" if layer.trainable else "F" for layer in model.layers)


def test_weights_come_out_and_go_back():
    model = keras_model_sequential(input_shape=2) >> layer_dense(3) >> layer_batch_normalization()
    weights = model >> get_weights()
    assert [w.shape for w in weights] == [(2, 3), (3,), (3,), (3,), (3,), (3,)]
    assert len(get_weights(model, trainable=True)) == 4
    assert len(get_weights(model, trainable=False)) == 2
    changed = [w + 1 for w in weights]
    assert set_weights(model, changed) is model
    for got, wanted in zip(get_weights(model), changed, strict=True):
        np.testing.assert_allclose(got, wanted)


def test_layers_have_weights_too():
    model = four()
    assert [w.shape for w in model.layers[0] >> get_weights()] == [(2, 2), (2,)]
    assert count_params(model.layers[0]) == 6
    assert (model >> count_params()) == 24


def test_lists_of_numbers_are_weights_too():
    layer = keras_model_sequential(input_shape=2) >> layer_dense(1)
    set_weights(layer, [[[1.0], [2.0]], [0]])
    assert [weight.tolist() for weight in get_weights(layer)] == [[[1], [2]], [0]]
    with pytest.raises(pk.InvalidValueError, match=r"array 0 has shape \(1, 2\), the weight .*kernel has \(2, 1\)"):
        set_weights(layer, [[[1.0, 2.0]], [0.0]])
    with pytest.raises(pk.DataError, match=r"set_weights: array 1 holds text \('a'\)"):
        set_weights(layer, [[[1.0], [2.0]], ["a"]])


def test_weights_of_short_floats_go_back():
    layer = pk.layer_dense(2, dtype="bfloat16")
    layer.build((None, 3))
    weights = get_weights(layer)
    set_weights(layer, weights)
    for before, after in zip(weights, get_weights(layer), strict=True):
        np.testing.assert_array_equal(before, after)


def test_truth_values_of_numpy():
    model = freeze_weights(four(), which=np.array([True, False, False, True]))
    assert trainable(model) == "FTTF"
    assert len(get_weights(model, trainable=np.True_)) == 4


def test_wrong_weights_say_which():
    model = four()
    with pytest.raises(pk.InvalidValueError, match="set_weights got 1 arrays, model 'sequential.*has 8 weights"):
        set_weights(model, [np.ones(3)])
    wrong = get_weights(model)
    wrong[2] = np.ones((3, 3))
    with pytest.raises(pk.InvalidValueError, match=r"array 2 has shape \(3, 3\), the weight .*b/kernel has \(2, 2\)"):
        set_weights(model, wrong)
    with pytest.raises(pk.InvalidValueError, match="not built yet"):
        count_params(layer_dense(3))
    with pytest.raises(pk.InvalidValueError, match="it is not built yet, so it has none"):
        set_weights(layer_dense(3), [np.ones(3)])
    with pytest.raises(pk.InvalidValueError, match="trainable must be True, False or None, it got 'yes'"):
        get_weights(model, trainable="yes")


# What R answered for four layers a, b, c, d (its positions count from 1 and include `to`)
@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (freeze_weights(from_="b"), "TFFF"),
        (freeze_weights(to="b"), "FFTT"),
        (freeze_weights(from_=-2), "TTFF"),
        (unfreeze_weights(from_="c"), "FFTT"),
        (freeze_weights(which=-1), "TTTF"),
        (freeze_weights(to=2), "FFTT"),
        (freeze_weights(from_=1, to=3), "TFFT"),
        (freeze_weights(from_="b", to="c"), "TFFT"),
        (freeze_weights(from_=1.0, to=-1), "TFFT"),
        (freeze_weights(which=[0, "d"]), "FTTF"),
        (freeze_weights(which=range(2)), "FFTT"),
        (freeze_weights(which=[True, False, False, True]), "FTTF"),
        (freeze_weights(which=lambda layer: layer.name in "bc"), "TFFT"),
        (unfreeze_weights(which="d"), "FFFT"),
        (freeze_weights(), "FFFF"),
        (unfreeze_weights(), "TTTT"),
    ],
)
def test_freezing_as_in_r(call, expected):
    model = four()
    assert (model >> call) is model
    assert trainable(model) == expected


def test_freezing_by_the_layer_itself_and_undoing_it():
    model = four()
    freeze_weights(model, from_=model.layers[2])
    assert trainable(model) == "TTFF"
    freeze_weights(model)
    unfreeze_weights(model, from_="c")  # the rest stays frozen although the whole model was
    assert trainable(model) == "FFTT"
    assert len(model.trainable_weights) == 4


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"from_": "e"}, 'the model has no layer "e"; it has a, b, c, d'),
        ({"from_": 4}, r"there is no layer 4; the model has 4 \(positions count from 0\)"),
        ({"to": 5}, "to=5, but the model has 4 layers"),
        ({"from_": 2, "to": 2}, "leaves no layer: a position `to` is excluded"),
        ({"which": [True, False]}, "which has 2 truth values, the model has 4 layers"),
        ({"from_": 1.5}, "a layer's position must be a whole number, it got 1.5"),
    ],
)
def test_layers_that_are_not_there(arguments, message):
    with pytest.raises(pk.InvalidValueError, match=message):
        freeze_weights(four(), **arguments)


def test_which_and_from_exclude_each_other():
    with pytest.raises(pk.ArgumentError, match="give from_ and to, or which, not both"):
        freeze_weights(four(), from_=1, which=2)
    with pytest.raises(pk.ArgumentError, match="choose layers of a model; layer 'a'"):
        freeze_weights(four().layers[0], from_=1)
    with pytest.raises(pk.ArgumentError, match="freeze_weights has no argument frm; did you mean from_"):
        freeze_weights(frm=1)


@pytest.mark.parametrize("weights", [3, "a", None, np.array(3.0)])
def test_weights_come_in_a_list(weights):
    with pytest.raises(pk.InvalidValueError, match="^set_weights: weights must be a list of arrays, .*, it got "):
        set_weights(four(), weights)
