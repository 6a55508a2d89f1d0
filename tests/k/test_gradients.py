"""gradients.py: against what is known of the functions, on every backend."""

import numpy as np
import pytest

import pipekeras as pk
from pipekeras._keras import keras

X = np.array([[1.0, 2.0], [3.0, 4.0]], "float32")


def cubes(x):
    return pk.k_sum(x**3)


def values(tensors):
    return [pk.k_eval(t).tolist() for t in tensors]


def test_of_a_function():
    for x in (X, pk.k_constant(X), pk.k_variable(X)):
        assert values(pk.k_gradients(cubes, x)) == [(3 * X**2).tolist()]
    a, b = pk.k_gradients(lambda a, b: pk.k_sum(a * b), [X, 2 * X])
    assert values([a, b]) == [(2 * X).tolist(), X.tolist()]
    assert values(pk.k_gradients(lambda a, b: pk.k_sum(a), [X, X]))[1] == [[0, 0], [0, 0]]


def test_of_symbolic_tensors():
    x = pk.k_placeholder((None, 2))
    gradient, other = pk.k_gradients(cubes(x), [x, x * 2])[0], pk.k_gradients(x * x, x)[0]
    assert tuple(gradient.shape) == (None, 2)
    got = pk.k_function([x], [gradient, other])([X])
    assert [g.tolist() for g in got] == [(3 * X**2).tolist(), (2 * X).tolist()]


def test_of_a_model_by_weights_and_by_what_lies_between_its_layers():
    inputs, side = keras.Input((2,)), keras.Input((1,))
    hidden = keras.layers.Dense(3, name="hidden")
    between = hidden(inputs)
    loss = pk.k_sum(between * between) + pk.k_sum(side * between)
    by_input, by_kernel, by_between = pk.k_gradients(loss, [inputs, hidden.kernel, between])
    ones = np.ones((2, 1), "float32")
    f = pk.k_function([inputs, side], [by_input, by_kernel, by_between])
    by_input, by_kernel, by_between = f([X, ones])
    kernel = pk.k_eval(hidden.kernel)
    expected = 2 * (X @ kernel) + 1
    np.testing.assert_allclose(by_between, expected, rtol=1e-4)
    np.testing.assert_allclose(by_kernel, X.T @ expected, rtol=1e-4)
    np.testing.assert_allclose(by_input, expected @ kernel.T, rtol=1e-4, atol=1e-6)


def test_around_a_shortcut():
    inputs = keras.Input((2,))
    between = inputs * 2.0
    loss = between * between + inputs * 10.0  # also without `between`
    found = pk.k_function([inputs], pk.k_gradients(loss, [between, inputs]))([X])
    assert [g.tolist() for g in found] == [(4 * X).tolist(), (8 * X + 10).tolist()]


def test_of_what_does_not_depend():
    x, y = pk.k_placeholder((None, 2)), pk.k_placeholder((None, 2))
    assert pk.k_function([x, y], pk.k_gradients(cubes(x), y))([X, X])[0].tolist() == [[0, 0], [0, 0]]


def test_of_what_is_computed_already(backend):
    v = pk.k_variable(X)
    loss = cubes(v)
    if backend == "torch":
        assert values(pk.k_gradients(loss, [v])) == [(3 * X**2).tolist()]
    else:
        with pytest.raises(
            pk.UnavailableError, match=r"how is not known any more.*k_gradients\(lambda x: .*GradientTape"
        ):
            pk.k_gradients(loss, [v])


def test_inside_of_a_function_of_tensorflow(only_on):
    only_on("tensorflow", reason="a graph, in which gradients can be asked for afterwards")
    import tensorflow as tf

    @tf.function
    def gradient(x):
        return pk.k_gradients(cubes(x), [x])[0]

    assert values([gradient(X)]) == [(3 * X**2).tolist()]


def test_variables_of_another_kind():
    x = pk.k_placeholder((None, 2))
    with pytest.raises(pk.InvalidValueError, match="must be symbolic tensors or variables, they have an array"):
        pk.k_gradients(cubes(x), [X])


def test_a_model_of_gradients_cannot_be_saved_and_says_so():
    x = pk.k_placeholder((None, 2))
    with pytest.raises(pk.InvalidValueError, match=r"with k_gradients\(\) in it cannot be saved or copied"):
        keras.Model(x, pk.k_gradients(cubes(x), x)).to_json()


def test_climbing_a_hill_as_deep_dream_does():
    image = pk.k_placeholder((1, 2))
    loss = -pk.k_sum(pk.k_square(image - 3.0))
    step = pk.k_function([image], [loss, *pk.k_gradients(loss, image)])
    x = np.zeros((1, 2), "float32")
    for _ in range(50):
        height, slope = step([x])
        x = x + 0.1 * slope
    assert height > -1e-3
    np.testing.assert_allclose(x, 3, atol=1e-2)
