"""Locally connected layers against a loop over their places, and against convolutions with the same weights."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pipekeras.layers as L
from pipekeras._keras import keras
from pipekeras.errors import ArgumentError, InvalidValueError, ShapeError

rng = np.random.default_rng(0)


def numpy(tensor):
    return keras.ops.convert_to_numpy(tensor)


def make(rank, filters, kernel_size, **more):
    return getattr(L, f"layer_locally_connected_{rank}d")(filters, kernel_size, **more)


def brute_force(x, kernel, bias, kernel_size, strides, channels_first):
    """Place by place: the window, flattened in the order of the input's own axes, times the kernel of that place."""
    spatial = x.shape[2:] if channels_first else x.shape[1:-1]
    places = [(n - k) // s + 1 for n, k, s in zip(spatial, kernel_size, strides, strict=True)]
    out = np.zeros((len(x), *places, kernel.shape[-1]))
    for number, place in enumerate(itertools.product(*map(range, places))):
        window = [slice(p * s, p * s + k) for p, s, k in zip(place, strides, kernel_size, strict=True)]
        patch = x[(slice(None), slice(None), *window)] if channels_first else x[(slice(None), *window)]
        out[(slice(None), *place)] = patch.reshape(len(x), -1) @ kernel[number]
    out = out + bias
    return np.moveaxis(out, -1, 1) if channels_first else out


@settings(max_examples=10, deadline=None)
@given(
    rank=st.sampled_from([1, 2]),
    kernel=st.tuples(st.integers(1, 3), st.integers(1, 3)),
    strides=st.tuples(st.integers(1, 3), st.integers(1, 3)),
    channels_first=st.booleans(),
    channels=st.integers(1, 3),
    filters=st.integers(1, 3),
)
def test_is_the_loop_over_its_places(rank, kernel, strides, channels_first, channels, filters):
    kernel, strides, spatial = kernel[:rank], strides[:rank], (6, 5)[:rank]
    shape = (channels, *spatial) if channels_first else (*spatial, channels)
    x = rng.random((2, *shape)).astype("float32")
    layer = make(
        rank, filters, kernel, strides=strides, data_format="channels_first" if channels_first else "channels_last"
    )
    layer.build(x.shape)
    weights = [rng.random(w.shape).astype("float32") for w in layer.weights]
    layer.set_weights(weights)
    got = numpy(x >> layer)
    np.testing.assert_allclose(got, brute_force(x, *weights, kernel, strides, channels_first), rtol=1e-4, atol=1e-5)
    assert got.shape == layer.compute_output_shape(x.shape)
    assert tuple((keras.Input(shape) >> layer).shape) == (None, *got.shape[1:])


@pytest.mark.parametrize(("rank", "strides"), [(1, 1), (1, 2), (2, (1, 1)), (2, (2, 1))])
def test_with_the_same_weights_everywhere_it_is_a_convolution(rank, strides):
    x = rng.random((*(2, 9, 8, 3)[: rank + 1], 3)).astype("float32")
    conv = getattr(L, f"layer_conv_{rank}d")(4, 3, strides=strides, activation="tanh")
    want = numpy(x >> conv)
    kernel, _ = conv.get_weights()
    bias = rng.random(4).astype("float32")
    conv.set_weights([kernel, bias])
    want = numpy(conv(x))
    layer = make(rank, 4, 3, strides=strides, activation="tanh")
    layer.build(x.shape)
    places = layer.weights[0].shape[0]
    flat = kernel.reshape(-1, 4)
    layer.set_weights([np.tile(flat, (places, 1, 1)), np.broadcast_to(bias, layer.weights[1].shape)])
    np.testing.assert_allclose(numpy(x >> layer), want, rtol=1e-4, atol=1e-5)


def test_weights_have_the_shapes_of_keras_2():
    one, two = make(1, 4, 3, strides=2), make(2, 5, (2, 3))
    np.ones((1, 9, 6)) >> one
    np.ones((1, 6, 7, 3)) >> two
    assert [tuple(w.shape) for w in one.weights] == [(4, 3 * 6, 4), (4, 4)]
    assert [tuple(w.shape) for w in two.weights] == [(5 * 5, 2 * 3 * 3, 5), (5, 5, 5)]
    assert [w.name for w in one.weights] == ["kernel", "bias"]
    bare = make(1, 4, 3, use_bias=False)
    np.ones((1, 9, 6)) >> bare
    assert len(bare.weights) == 1


def test_trains_saves_and_loads(tmp_path):
    model = keras.Sequential()
    model >> L.layer_locally_connected_2d(3, 3, activation="relu", input_shape=(6, 6, 1), kernel_regularizer="l2")
    model >> L.layer_flatten() >> L.layer_reshape((16, 3)) >> L.layer_locally_connected_1d(2, 2) >> L.layer_flatten()
    model >> L.layer_dense(1)
    x, y = rng.random((16, 6, 6, 1)).astype("float32"), rng.random((16, 1))
    model.compile("adam", "mse")
    before = model.evaluate(x, y, verbose=0)
    model.fit(x, y, epochs=10, verbose=0)
    assert model.evaluate(x, y, verbose=0) < before
    model.save(tmp_path / "m.keras")
    again = keras.saving.load_model(tmp_path / "m.keras")
    np.testing.assert_allclose(again.predict(x, verbose=0), model.predict(x, verbose=0), rtol=1e-5)


def test_implementation_changed_nothing_in_2_and_changes_nothing_here():
    for number in (1, 2, 3):
        assert make(1, 2, 3, implementation=number, name="l").get_config() == make(1, 2, 3, name="l").get_config()
    with pytest.raises(ArgumentError, match="implementation=4 is gone in Keras 3"):
        make(1, 2, 3, implementation=4)


def test_constraints_and_regularizers_are_at_work():
    layer = make(
        1,
        2,
        3,
        kernel_initializer="ones",
        kernel_regularizer="l1",
        activity_regularizer="l1",
        bias_constraint="non_neg",
    )
    np.ones((1, 4, 1)) >> layer
    assert len(layer.losses) == 2
    assert type(layer.weights[1].constraint) is keras.constraints.NonNeg


@pytest.mark.parametrize("rank", [1, 2])
class TestRefuses:
    def test_same_padding(self, rank):
        with pytest.raises(InvalidValueError) as error:
            make(rank, 2, 3, padding="same")
        assert str(error.value) == (
            f"layer_locally_connected_{rank}d: padding is 'same', but where weights are not shared only \"valid\" is"
            f" possible: put layer_zero_padding_{rank}d() before the layer"
        )

    def test_an_open_dimension(self, rank):
        with pytest.raises(
            ValueError, match=r"every dimension but the batch must be known; the input has shape \(None, None,"
        ):
            keras.Input((None, 8, 3)[-rank - 1 :] if rank == 2 else (None, 3)) >> make(rank, 2, 3)

    def test_a_kernel_larger_than_the_input(self, rank):
        with pytest.raises(ValueError, match=r"kernel_size=.* does not fit into an input of shape"):
            keras.Input((2, 2, 3)[-rank - 1 :]) >> make(rank, 2, 3)

    def test_another_rank_and_another_size(self, rank):
        layer = make(rank, 2, 3)
        keras.Input((8, 8, 3)[-rank - 1 :]) >> layer
        with pytest.raises(
            ShapeError, match=f"layer_locally_connected_{rank}d needs a tensor of {rank + 2} dimensions"
        ):
            keras.Input((8,)) >> layer
        with pytest.raises(ShapeError, match=f"layer_locally_connected_{rank}d was built for 8 values along axis 1"):
            keras.Input((*(9, 8, 3)[:rank], 3)) >> layer

    def test_counts_that_are_none(self, rank):
        with pytest.raises(InvalidValueError, match="filters must be a whole number above 0, it got 0"):
            make(rank, 0, 3)
        with pytest.raises(InvalidValueError, match="strides must be"):
            make(rank, 2, 3, strides=0)
        with pytest.raises(InvalidValueError, match="data_format must be"):
            make(rank, 2, 3, data_format="channels_middle")
