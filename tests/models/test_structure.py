"""models/structure.py: get_layer, pop_layer, clone_model, get_config, from_config."""

import numpy as np
import pytest

import pipekeras as pk
from pipekeras import (
    clone_model,
    from_config,
    get_config,
    get_layer,
    keras_model,
    keras_model_sequential,
    layer_dense,
    layer_input,
    pop_layer,
)
from pipekeras._keras import keras


def model():
    return keras_model_sequential(input_shape=2) >> layer_dense(3, name="a") >> layer_dense(1, name="b")


def test_layers_by_name_and_position():
    m = model()
    assert get_layer(m, "b") is m.layers[1] is get_layer(m, index=1) is get_layer(m, index=-1) is (m >> get_layer("b"))


@pytest.mark.parametrize(
    ("arguments", "kind", "message"),
    [
        ({"name": "c"}, pk.InvalidValueError, 'the model has no layer "c"; it has a, b'),
        ({"index": 2}, pk.InvalidValueError, r"there is no layer 2; the model has 2 \(positions count from 0\)"),
        ({}, pk.ArgumentError, "get_layer takes a name or an index"),
        ({"name": "a", "index": 0}, pk.ArgumentError, "get_layer takes a name or an index"),
        ({"name": 1}, pk.ArgumentError, r"for position 1 write get_layer\(model, index=1\)"),
    ],
)
def test_layers_that_are_not_there(arguments, kind, message):
    with pytest.raises(kind, match=message):
        get_layer(model(), **arguments)


def test_pop_takes_the_last_layer_off_and_returns_it():
    m = model()
    last = m.layers[-1]
    assert (m >> pop_layer()) is last
    assert m.output_shape == (None, 3)
    m >> layer_dense(7)
    assert m.output_shape == (None, 7)
    with pytest.raises(pk.InvalidValueError, match="has no layers to take off"):
        pop_layer(keras_model_sequential())
    x = layer_input(shape=2)
    with pytest.raises(pk.ArgumentError, match="takes layers off a sequential model"):
        pop_layer(keras_model(x, x >> layer_dense(1)))


def test_a_clone_has_weights_of_its_own():
    m = model()
    clone = m >> clone_model()
    assert clone is not m and type(clone) is keras.Sequential
    assert [w.shape for w in clone.weights] == [w.shape for w in m.weights]
    assert not np.allclose(clone.get_weights()[0], m.get_weights()[0])


def test_a_configuration_makes_another_as_in_r():
    for thing in (layer_dense(3, activation="relu"), model()):
        config = get_config(thing)
        again = from_config(config)
        assert type(again) is type(thing)
        assert get_config(again) == config
    assert isinstance(config, dict)
    with pytest.raises(pk.ArgumentError, match=r"use the class, as in keras\.layers\.Dense\.from_config\(config\)"):
        from_config({"units": 3})


def test_a_subclass_stays_what_it_is():
    class Mine(keras.Sequential):
        pass

    m = Mine([keras.Input((2,)), keras.layers.Dense(3), keras.layers.Dense(1)])
    m >> pop_layer()
    assert type(m) is Mine and len(m.layers) == 1
