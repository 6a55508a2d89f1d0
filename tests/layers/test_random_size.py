"""Images of random height and width in training, as in Keras 2, on every backend."""

import numpy as np
import pytest

import pipekeras.layers as L
from pipekeras._keras import keras
from pipekeras.errors import InvalidValueError

IMAGES = np.random.default_rng(0).random((2, 8, 10, 3)).astype("float32")
BOTH = pytest.mark.parametrize(("function", "axis"), [(L.layer_random_height, 1), (L.layer_random_width, 2)])


def numpy(tensor):
    return keras.ops.convert_to_numpy(tensor)


@BOTH
class TestBoth:
    def test_leaves_images_as_they_are_outside_training(self, function, axis):
        np.testing.assert_array_equal(numpy(function(0.5)(IMAGES, training=False)), IMAGES)

    def test_changes_one_dimension_by_the_factor(self, function, axis):
        for factor, part in (((0.5, 0.5), 1.5), ((-0.5, -0.5), 0.5), ((0.0, 0.0), 1.0)):
            wanted = list(IMAGES.shape)
            wanted[axis] = int(wanted[axis] * part)
            assert numpy(function(factor)(IMAGES, training=True)).shape == tuple(wanted)

    def test_sizes_lie_between_the_bounds_and_differ(self, function, axis):
        layer = function(0.4, seed=1)
        sizes = {numpy(layer(IMAGES, training=True)).shape[axis] for _ in range(20)}
        size = IMAGES.shape[axis]
        assert len(sizes) > 2
        assert size * 0.6 - 1 <= min(sizes) <= max(sizes) <= size * 1.4

    def test_the_same_seed_gives_the_same_sizes(self, function, axis):
        first, second = function(0.4, seed=3.0), function(0.4, seed=3)
        for _ in range(3):
            np.testing.assert_array_equal(numpy(first(IMAGES, training=True)), numpy(second(IMAGES, training=True)))

    def test_single_images_whole_numbers_and_channels_first(self, function, axis):
        wanted = list(IMAGES.shape[1:])
        wanted[axis - 1] *= 2
        assert numpy(function((1, 1))(IMAGES[0], training=True)).shape == tuple(wanted)
        whole = numpy(function((1, 1))((IMAGES * 255).astype("uint8"), training=True))
        assert whole.dtype == "float32"
        first = np.moveaxis(IMAGES, -1, 1)
        turned = numpy(function((1, 1), data_format="channels_first")(first, training=True))
        last = numpy(function((1, 1))(IMAGES, training=True))
        np.testing.assert_allclose(turned, np.moveaxis(last, -1, 1), rtol=1e-5)

    def test_resizes_as_keras_does(self, function, axis):
        for interpolation in ("bilinear", "nearest", "bicubic"):
            got = numpy(function((0.5, 0.5), interpolation=interpolation)(IMAGES, training=True))
            want = keras.ops.image.resize(
                IMAGES, got.shape[1:3], interpolation=interpolation, data_format="channels_last"
            )
            np.testing.assert_allclose(got, numpy(want), rtol=1e-4, atol=1e-5)

    def test_the_dimension_is_open_in_a_model(self, function, axis):
        wanted = [None, 8, 10, 3]
        wanted[axis] = None
        assert tuple((keras.Input((8, 10, 3)) >> function(0.2)).shape) == tuple(wanted)

    def test_never_shrinks_to_nothing(self, function, axis):
        assert numpy(function((-0.99, -0.99))(IMAGES, training=True)).shape[axis] == 1

    def test_what_cannot_be_a_factor(self, function, axis):
        name = function.__name__
        with pytest.raises(
            InvalidValueError, match=rf"^{name}: factor is \(0.3, 0.2\): its upper bound must not be below"
        ):
            function((0.3, 0.2))
        with pytest.raises(InvalidValueError, match=rf"^{name}: factor is 1.5: nothing is left of an image at -1"):
            function(1.5)
        with pytest.raises(InvalidValueError, match=rf"^{name}: interpolation must be one of .*, it got 'area'$"):
            function(0.2, interpolation="area")


def test_in_a_model_that_trains_saves_and_loads(tmp_path):
    model = keras.Sequential()
    model >> L.layer_random_height(0.3, seed=1, input_shape=(8, 10, 3)) >> L.layer_random_width((0.1, 0.4))
    model >> L.layer_conv_2d(4, 3) >> L.layer_global_max_pooling_2d() >> L.layer_dense(1)
    model.compile("sgd", "mse")
    model.fit(IMAGES, np.zeros((2, 1)), epochs=2, verbose=0)
    want = model.predict(IMAGES, verbose=0)
    np.testing.assert_allclose(want, model.predict(IMAGES, verbose=0))
    model.save(tmp_path / "m.keras")
    again = keras.saving.load_model(tmp_path / "m.keras")
    np.testing.assert_allclose(again.predict(IMAGES, verbose=0), want, rtol=1e-5)
    assert again.layers[1].get_config() == model.layers[1].get_config()


def test_models_with_it_are_not_compiled():
    model = keras.Sequential()
    model >> L.layer_random_height(0.3, input_shape=(8, 10, 3)) >> L.layer_global_max_pooling_2d() >> L.layer_dense(1)
    model.compile("sgd", "mse")
    assert model.jit_compile is False
    with pytest.warns(UserWarning, match="jit_compile"):
        model.compile("sgd", "mse", jit_compile=True)
    model.fit(IMAGES, np.zeros((2, 1)), verbose=0)


def test_under_jax_jit_it_says_why_not(only_on):
    only_on("jax", reason="the others compute with sizes that are not known beforehand")
    import jax

    layer = L.layer_random_height(0.3, name="r")
    with pytest.raises(ValueError, match="r gives images of another size in each batch, which JAX cannot compile"):
        jax.jit(lambda images: layer(images, training=True))(IMAGES)


def test_in_a_tensorflow_dataset(only_on):
    only_on("tensorflow", reason="tf.data runs TensorFlow code")
    import tensorflow as tf

    layer = L.layer_random_width((1, 1))
    data = tf.data.Dataset.from_tensor_slices(IMAGES).batch(2).map(lambda images: layer(images, training=True))
    assert next(iter(data)).shape == (2, 8, 20, 3)
