"""Merge layers take their tensors in a list, one after the other, or through the pipe."""

import numpy as np
import pytest

import pipekeras.layers as L
from pipekeras._keras import keras
from pipekeras.errors import ArgumentError, PipeError

A, B, C = (np.array([row], "float32") for row in ([1, 2, 3], [10, 20, 30], [5, 5, 5]))

RESULTS = {
    "layer_add": A + B,
    "layer_average": (A + B) / 2,
    "layer_concatenate": np.concatenate([A, B], axis=-1),
    "layer_maximum": B,
    "layer_minimum": A,
    "layer_multiply": A * B,
    "layer_subtract": A - B,
    "layer_dot": [[140]],
}


def tensors(*arrays):
    return [keras.ops.convert_to_tensor(a) for a in arrays]


def numpy(tensor):
    return keras.ops.convert_to_numpy(tensor)


@pytest.mark.parametrize("name", RESULTS)
def test_every_form_is_the_same(name):
    function = getattr(L, name)
    more = {"axes": 1} if name == "layer_dot" else {}
    a, b = tensors(A, B)
    forms = [
        function([a, b], **more),
        function((a, b), **more),
        function(a, b, **more),
        function(inputs=[a, b], **more),
        a >> function(b, **more),
        [a, b] >> function(**more),
        function(**more)([a, b]),
        [A, B] >> function(**more),
    ]
    for result in forms:
        np.testing.assert_allclose(numpy(result), RESULTS[name], rtol=1e-6)


def test_symbolic_tensors_and_a_name():
    x, y = keras.Input((3,)), keras.Input((3,))
    model = keras.Model([x, y], L.layer_add(x, y, name="both"))
    assert model.layers[-1].name == "both"
    assert type(model.layers[-1]) is keras.layers.Add


def test_more_than_two():
    a, b, c = tensors(A, B, C)
    for result in (L.layer_add(a, b, c), [a, b, c] >> L.layer_add(), L.layer_add([a, b], c), [a, b] >> L.layer_add(c)):
        np.testing.assert_allclose(numpy(result), A + B + C)


def test_two_tensors_in_the_call_are_merged_at_once():
    """Unlike R's pipe, `>>` comes after the call: x >> layer_add(y, z) would add y and z and then know no step."""
    x, y, z = (keras.Input((3,)) for _ in range(3))
    with pytest.raises(
        PipeError, match=r"cannot be piped into: it is a result already\. If it comes from a call with two"
    ):
        x >> L.layer_add(y, z)


def test_the_order_is_that_of_reading():
    a, b = tensors(A, B)
    np.testing.assert_allclose(numpy(a >> L.layer_subtract(b)), A - B)
    np.testing.assert_allclose(numpy(b >> L.layer_subtract(a)), B - A)


def test_without_tensors_it_is_the_layer():
    layer = L.layer_add(name="sum")
    assert type(layer) is keras.layers.Add
    assert layer.name == "sum"


def test_the_old_positional_axis():
    a, b = tensors(A, B)
    assert numpy(L.layer_concatenate([a, b], 0)).shape == (2, 3)
    assert numpy(L.layer_concatenate([a, b], 1)).shape == (1, 6)
    assert numpy(L.layer_concatenate([a, b], 1.0)).shape == (1, 6)
    np.testing.assert_allclose(numpy(L.layer_dot([a, b], 1, True)), [[1.0]], rtol=1e-5)


def test_the_axis_counts_from_zero_and_is_kept_in_every_form():
    a, b = tensors(A, B)
    for result in (L.layer_concatenate(a, b, axis=0), a >> L.layer_concatenate(b, axis=0)):
        assert numpy(result).shape == (2, 3)


def test_one_tensor_waits_for_another_and_says_so():
    (a,) = tensors(A)
    waiting = L.layer_add(a)
    assert "waits for another" in repr(waiting)
    np.testing.assert_allclose(numpy(a >> waiting), 2 * A)
    np.testing.assert_allclose(numpy(waiting(a)), 2 * A)


def test_in_a_chain():
    x = keras.Input((3,))
    y = keras.Input((3,))
    out = x >> L.layer_dense(3) >> L.layer_add(y) >> L.layer_activation("relu")
    assert tuple(out.shape) == (None, 3)


def test_what_cannot_be_merged():
    (a,) = tensors(A)
    with pytest.raises(ArgumentError, match=r"^layer_add has no argument axis"):
        L.layer_add(a, a, axis=1)
    with pytest.raises(ArgumentError, match=r"^layer_dot needs axes: layer_dot\(axes=\.\.\.\)$"):
        L.layer_dot()
    with pytest.raises((PipeError, ArgumentError, ValueError)):
        L.layer_add(a, "b")
