"""graph.py: symbolic tensors, and functions of them."""

import numpy as np
import pytest

import pipekeras as pk
from pipekeras._keras import keras


def test_placeholders():
    assert tuple(pk.k_placeholder((None, 3.0)).shape) == (None, 3)
    assert tuple(pk.k_placeholder(ndim=2.0).shape) == (None, None)
    assert tuple(pk.k_placeholder([4, float("nan")]).shape) == (4, None)
    whole = pk.k_placeholder((2,), dtype="int32", name="whole")
    assert (whole.dtype, whole.name) == ("int32", "whole")
    with pytest.raises(pk.ArgumentError, match="k_placeholder needs shape or ndim"):
        pk.k_placeholder()


def test_what_is_what():
    x = pk.k_placeholder((None, 2))
    v, array = pk.k_variable([1.0]), np.ones(2)
    assert [pk.k_is_placeholder(a) for a in (x, x * 2, v, array)] == [True, False, False, False]
    assert [pk.k_is_keras_tensor(a) for a in (x, x * 2, v, array)] == [True, True, False, False]
    assert [pk.k_is_tensor(a) for a in (x, pk.k_constant(1), v, array, 5)] == [True, True, True, False, False]
    assert x >> pk.k_is_tensor()


def test_a_function_of_symbolic_tensors():
    x, y = pk.k_placeholder((None, 2)), pk.k_placeholder((None, 2))
    ones = np.ones((1, 2))
    both = pk.k_function([x, y], [x + y, x - y])([ones, 2 * ones])
    assert [a.tolist() for a in both] == [[[3, 3]], [[-1, -1]]]
    assert all(isinstance(a, np.ndarray) for a in both)
    (one,) = pk.k_function([x], [x * 3])([[[1, 2]]])
    assert one.tolist() == [[3, 6]]
    assert pk.k_function(x, x * 3)(ones).tolist() == [[3, 3]]


def test_between_the_layers_of_a_model():
    inputs = keras.Input((2,))
    hidden = keras.layers.Dense(3, kernel_initializer="ones")(inputs)
    model = keras.Model(inputs, keras.layers.Dense(1, kernel_initializer="ones")(hidden))
    assert pk.k_function([model.layers[0].output], [hidden])([np.ones((1, 2))])[0].tolist() == [[2, 2, 2]]
    assert pk.k_function([hidden], [model.output])([np.ones((1, 3))])[0].tolist() == [[3]]


def test_the_learning_phase_among_the_inputs():
    x = keras.Input((50,))
    f = pk.k_function([x, pk.k_learning_phase()], [keras.layers.Dropout(0.5)(x)])
    ones = np.ones((1, 50))
    assert f([ones, 0])[0].tolist() == ones.tolist()
    assert 0 in f([ones, 1])[0]


def test_what_a_function_cannot_be_made_of():
    x = pk.k_placeholder((None, 2))
    with pytest.raises(pk.UnavailableError, match=r"call k_update\(\) yourself"):
        pk.k_function([x], [x], updates=[x])
    with pytest.raises(pk.InvalidValueError, match="must be symbolic tensors, such as model.input; it got an array"):
        pk.k_function([np.ones(2)], [x])
    with pytest.raises(pk.InvalidValueError, match="has 1 inputs, it got 2"):
        pk.k_function([x], [x])([np.ones((1, 2)), np.ones((1, 2))])


def test_printing(capfd):
    x = pk.k_constant([1.0, 2.0])
    assert pk.k_eval(pk.k_print_tensor(x, "x is {this}")).tolist() == [1, 2]
    assert capfd.readouterr().out == "x is {this} [1. 2.]\n"


def test_printing_when_a_model_runs(capfd):
    x = pk.k_placeholder((None, 2))
    y = (x >> pk.k_print_tensor("inside:")) * 2
    capfd.readouterr()
    model = keras.Model(x, y)
    assert pk.k_eval(model(np.ones((1, 2)))).tolist() == [[2, 2]]
    assert capfd.readouterr().out.startswith("inside: [[1")
    assert model.predict(np.ones((1, 2)), verbose=0).tolist() == [[2, 2]]
    assert "inside: [[1" in capfd.readouterr().out
