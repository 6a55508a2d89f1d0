"""models/nodes.py: the calls of a layer, counted from 0."""

import pytest

import pipekeras as pk


def shared():
    a, b = pk.layer_input(3), pk.layer_input((5, 3))
    dense = pk.layer_dense(2, name="shared")
    return a, b, dense, dense(a), dense(b)


def test_each_call_is_kept():
    a, b, dense, of_a, of_b = shared()
    assert pk.get_input_at(dense, 0) is a
    assert pk.get_input_at(dense, 1.0) is b
    assert pk.get_output_at(dense, 0) is of_a
    assert (dense >> pk.get_output_at(-1)) is of_b
    assert pk.get_input_shape_at(dense, 1) == (None, 5, 3)
    assert pk.get_output_shape_at(dense, node_index=0) == (None, 2)


def test_several_inputs_and_outputs():
    a, b = pk.layer_input(3), pk.layer_input(3)
    add = pk.layer_add()
    add([a, b])
    assert pk.get_input_at(add, 0) == [a, b]
    assert pk.get_input_shape_at(add, 0) == [(None, 3), (None, 3)]
    assert pk.get_input_mask_at(add, 0) == [None, None]
    gru = pk.layer_gru(4, return_state=True)
    gru(pk.layer_input((None, 3)))
    assert pk.get_output_shape_at(gru, 0) == [(None, 4), (None, 4)]


def test_masks():
    words = pk.layer_input(7)
    embedding = pk.layer_embedding(input_dim=5, output_dim=3, mask_zero=True)
    gru = pk.layer_gru(2)
    words >> embedding >> gru
    assert pk.get_input_mask_at(embedding, 0) is None
    assert tuple(pk.get_output_mask_at(embedding, 0).shape) == (None, 7)
    assert pk.get_input_mask_at(gru, 0) is pk.get_output_mask_at(embedding, 0)
    assert pk.get_output_mask_at(gru, 0) is None


def test_layers_of_a_model_and_the_model():
    model = pk.keras_model_sequential(input_shape=3) >> pk.layer_dense(4) >> pk.layer_dense(2)
    assert pk.get_output_shape_at(model.layers[0], 0) == pk.get_input_shape_at(model.layers[1], 0) == (None, 4)
    assert pk.get_input_at(model, 0) is model.inputs[0]  # a model that was never called stands for itself
    assert pk.get_output_shape_at(model, 0) == (None, 2)
    x = pk.layer_input(3)
    y = x >> model
    assert pk.get_output_at(model, 0) is y
    assert pk.get_input_at(model, 0) is x
    source = pk.keras_model(x, y).layers[0]
    assert pk.get_input_at(source, 0) is pk.get_output_at(source, 0) is x


def test_a_call_that_was_not():
    *_, dense, _, _ = shared()
    with pytest.raises(
        pk.InvalidValueError, match=r"no call 2 \(they count from 0\): layer 'shared' .* called 2 times"
    ):
        pk.get_output_at(dense, 2)
    with pytest.raises(pk.InvalidValueError, match="get_input_shape_at: there is no call -3"):
        pk.get_input_shape_at(dense, -3)
    with pytest.raises(pk.InvalidValueError, match="was not called yet"):
        pk.get_input_at(pk.layer_dense(3), 0)
    with pytest.raises(pk.InvalidValueError, match="node_index must be a whole number, it got 'first'"):
        pk.get_input_at(dense, "first")


def test_where_a_tensor_comes_from():
    a, b, _, of_a, of_b = shared()
    assert pk.get_source_inputs(of_a) == [a]
    assert (of_b >> pk.get_source_inputs()) == [b]
    assert pk.get_source_inputs(a) == [a]
    both = [of_a, pk.layer_dense(2)(a)] >> pk.layer_add()
    assert pk.get_source_inputs(both) == [a]
    with pytest.raises(pk.PipeError, match="get_source_inputs applies to a symbolic tensor"):
        (pk.keras_model_sequential(input_shape=3) >> pk.layer_dense(1)) >> pk.get_source_inputs()
