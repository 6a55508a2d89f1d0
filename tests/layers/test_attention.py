"""Attention takes a list: some layers as one argument, multi-head attention as several."""

import numpy as np
import pytest

import pipekeras.layers as L
from pipekeras._keras import keras
from pipekeras.errors import ArgumentError, ShapeError

rng = np.random.default_rng(0)
QUERY, VALUE, KEY = rng.random((2, 5, 4), "float32"), rng.random((2, 7, 4), "float32"), rng.random((2, 7, 4), "float32")


def numpy(tensor):
    return keras.ops.convert_to_numpy(tensor)


@pytest.mark.parametrize("inputs", [[QUERY, VALUE], [QUERY, VALUE, KEY], (QUERY, VALUE)], ids=["two", "three", "tuple"])
@pytest.mark.parametrize(
    "make",
    [
        lambda: L.layer_multi_head_attention(num_heads=2, key_dim=3),
        lambda: L.layer_group_query_attention(head_dim=3, num_query_heads=2, num_key_value_heads=1),
    ],
    ids=["multi_head", "group_query"],
)
def test_the_list_is_unpacked(make, inputs):
    layer = make()
    piped = numpy(inputs >> layer)
    np.testing.assert_allclose(piped, numpy(layer(*inputs)), rtol=1e-6)
    assert piped.shape == (2, 5, 4)


def test_in_first_place_and_by_name():
    x = keras.Input((5, 4))
    assert tuple(L.layer_multi_head_attention([x, x], 2, 3).shape) == (None, 5, 4)
    assert tuple(L.layer_multi_head_attention(inputs=[x, x], num_heads=2, key_dim=3).shape) == (None, 5, 4)


def test_one_tensor_is_not_enough():
    x = keras.Input((5, 4))
    with pytest.raises(ShapeError) as error:
        x >> L.layer_multi_head_attention(2, 3)
    text = str(error.value)
    assert text.startswith("layer_multi_head_attention attends from a query to a value and needs both")
    assert "it got a tensor of shape (None, 5, 4)" in text
    assert "[x, x] >> layer_multi_head_attention(...)" in text


@pytest.mark.parametrize("function", [L.layer_attention, L.layer_additive_attention])
def test_the_others_take_the_list_as_it_is(function):
    layer = function()
    np.testing.assert_allclose(numpy([QUERY, VALUE] >> layer), numpy(layer([QUERY, VALUE])))


def test_causal_is_gone_from_additive_attention():
    assert type(L.layer_additive_attention(causal=False)) is keras.layers.AdditiveAttention
    with pytest.raises(ArgumentError, match="causal=True is gone in Keras 3, which only knows False: leave it out"):
        L.layer_additive_attention(causal=True)
