"""ops/control.py: loops, scans, branches, maps and gradients of one's own."""

import numpy as np
import pytest

import pipekeras as pk
from pipekeras._keras import keras


def numpy(x):
    return np.asarray(keras.ops.convert_to_numpy(x))


def gradient(function, x, backend):
    """The gradient of the sum of `function(x)`, as the backend derives it."""
    x = keras.ops.convert_to_tensor(x)
    if backend == "tensorflow":
        import tensorflow as tf

        with tf.GradientTape() as tape:
            tape.watch(x)
            y = keras.ops.sum(function(x))
        return numpy(tape.gradient(y, x))
    if backend == "jax":
        import jax

        return numpy(jax.grad(lambda x: keras.ops.sum(function(x)))(x))
    x.requires_grad_(True)
    keras.ops.sum(function(x)).backward()
    return numpy(x.grad)


def plainly(upstream):
    return upstream * 7


def with_arguments(*args, upstream=None):
    assert len(args) == 1  # what the function was given, on every backend
    return upstream * args[0] * 3.5


def in_a_list(upstream):
    return [upstream * 7]


@pytest.mark.parametrize("grad", [plainly, with_arguments, in_a_list])
def test_a_gradient_of_ones_own_in_either_form_on_every_backend(grad, backend):
    @pk.op_custom_gradient
    def doubled(x):
        return x * 2, grad

    np.testing.assert_allclose(numpy(doubled([1.0, 2.0])), [2, 4])
    np.testing.assert_allclose(gradient(doubled, np.array([2.0, 2.0], "float32"), backend), [7, 7])
    assert doubled.__name__ == "doubled"


def test_a_gradient_of_ones_own_computes_with_values():
    doubled = pk.op_custom_gradient(lambda x: (x * 2, plainly))
    with pytest.raises(pk.PipeError, match="op_custom_gradient: the function computes with values; in a model use"):
        doubled(keras.Input((3,)))
    model = pk.keras_model_sequential(input_shape=(2,)) >> pk.layer_lambda(doubled)
    np.testing.assert_allclose(numpy(model(np.ones((1, 2), "float32"))), [[2, 2]])


def test_vectorize_maps_over_the_elements():
    pairs = pk.op_vectorize(lambda a, b: pk.op_where(pk.op_greater(a, b), a - b, a + b))
    got = pairs(keras.ops.convert_to_tensor([1, 2, 3, 4]), keras.ops.convert_to_tensor([2, 2, 2, 2]))
    assert numpy(got).tolist() == [3, 4, 1, 2]
    with pytest.raises(pk.InvalidValueError, match="op_vectorize: func must be a function, it got 3"):
        pk.op_vectorize(3)


def test_vectorize_lets_shapes_go_together_and_hands_on_what_is_excluded():
    rows, columns = np.arange(3, dtype="float32")[:, None], np.arange(4, dtype="float32")
    scaled = pk.op_vectorize(lambda a, b, by, plus=0: (a * b + plus) * len(by), excluded={2})
    np.testing.assert_allclose(numpy(scaled(rows, columns, "xx", plus=1.0)), (rows * columns + 1) * 2)
    assert float(numpy(pk.op_vectorize(lambda a: a * 2)(3.0))) == 6
    assert numpy(pk.op_vectorize(pk.op_square)([1.0, 3.0])).tolist() == [1, 9]
    with pytest.raises(pk.ShapeError, match=r"op_vectorize: arguments of shapes \(2,\), \(3,\) do not go together"):
        pk.op_vectorize(lambda a, b: a)([1, 2], [1, 2, 3])
    with pytest.raises(
        pk.InvalidValueError, match=r'op_vectorize: "\(n\)->\(\)" speaks of 1 arguments, the call has 2'
    ):
        pk.op_vectorize(lambda a, b: a, signature="(n)->()")([1], [2])


def test_vectorize_with_a_signature():
    inner = pk.op_vectorize(lambda x, y: pk.op_sum(x * y), signature="(n),(n)->()")
    x = np.arange(6, dtype="float32").reshape(2, 3)
    assert numpy(inner(keras.ops.convert_to_tensor(x), keras.ops.convert_to_tensor(x))).tolist() == [5, 50]


def test_functions_may_be_ops_with_and_without_parentheses():
    assert numpy(pk.op_map([1.0, -2.0], pk.op_abs)).tolist() == [1, 2]
    assert numpy([1.0, -2.0] >> pk.op_map(pk.op_multiply(3.0))).tolist() == [3, -6]
    assert numpy(pk.op_switch(0, [pk.op_abs, pk.op_negative], -2.0)) == 2
    assert float(numpy(pk.op_cond(True, lambda: 1.0, lambda: 2.0))) == 1
    assert numpy(keras.ops.convert_to_tensor(1) >> pk.op_switch([pk.op_abs, pk.op_negative], -2.0)) == 2


def test_map_over_several_tensors_at_once():
    sums = pk.op_map((np.ones(3, "float32"), [1.0, 2.0, 3.0]), lambda pair: pair[0] + pair[1])
    assert numpy(sums).tolist() == [2, 3, 4]


def test_loops_count_from_0():
    seen = pk.op_fori_loop(0, 3, lambda i, total: total + i, 0)
    assert int(numpy(seen)) == 0 + 1 + 2
    last, total = pk.op_while_loop(
        lambda i, t: t < 100, lambda i, t: (i + 1, t * 2.0), (0, 1.0), maximum_iterations=4.0
    )
    assert (int(numpy(last)), float(numpy(total))) == (4, 16)


def test_what_is_raised_inside_is_the_users_own():
    def fails(x):
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        pk.op_cond(True, lambda: fails(1), lambda: 2)


def test_switch_tells_what_it_needs():
    with pytest.raises(pk.InvalidValueError, match="op_switch: branches must be a list of functions, it got 3"):
        pk.op_switch(1, 3)
    with pytest.raises(pk.InvalidValueError, match="op_switch: index must be a whole number, it got 1.5"):
        pk.op_switch(1.5, [abs])


def test_all_of_it_works_inside_a_model():
    model = pk.keras_model_sequential(input_shape=(4,)) >> pk.layer_lambda(
        lambda x: pk.op_fori_loop(0, 2, lambda i, y: y + x, x)
    )
    np.testing.assert_allclose(model.predict(np.ones((2, 4)), verbose=0), np.full((2, 4), 3.0))
