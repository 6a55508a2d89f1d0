"""image_array_resize and image_smart_resize."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

import pipekeras as pk
from pipekeras import image_array_resize, image_smart_resize

SIDES = st.integers(1, 9)


@settings(max_examples=20, deadline=None)
@given(SIDES, SIDES, SIDES, SIDES, st.sampled_from([1, 3]))
def test_resize_is_linear_between_the_corners(height, width, new_height, new_width, channels):
    image = np.random.default_rng(height * width).normal(size=(height, width, channels))
    result = image_array_resize(image, new_height, new_width)
    assert result.shape == (new_height, new_width, channels)
    rows = np.linspace(0, height - 1, new_height) if new_height > 1 else np.zeros(1)
    columns = np.linspace(0, width - 1, new_width) if new_width > 1 else np.zeros(1)
    for c in range(channels):
        grid = np.meshgrid(rows, columns, indexing="ij")
        assert np.allclose(result[..., c], ndimage.map_coordinates(image[..., c], grid, order=1, mode="nearest"))


def test_resize_a_batch_and_channels_first():
    images = np.random.default_rng(0).normal(size=(2, 4, 6, 3))
    result = image_array_resize(images, 8.0, 3.0)
    assert result.shape == (2, 8, 3, 3)
    assert np.allclose(result[1], image_array_resize(images[1], 8, 3))
    first = image_array_resize(images.transpose(0, 3, 1, 2), 8, 3, "channels_first")
    assert np.allclose(first, result.transpose(0, 3, 1, 2))
    assert np.allclose(images >> image_array_resize(8, 3), result)


def test_resize_keeps_what_has_the_size():
    image = np.random.default_rng(0).normal(size=(4, 6, 3))
    assert np.allclose(image_array_resize(image, 4, 6), image)
    assert image_array_resize(image.astype("uint8"), 8, 8).dtype == "float32"


def test_resize_errors():
    with pytest.raises(pk.InvalidValueError, match="image_array_resize: height must be at least 1, it got 0"):
        image_array_resize(np.zeros((4, 4, 3)), 0, 4)
    with pytest.raises(
        pk.DataError, match=r"needs an image of 3 axes or a batch of 4, it got an array of shape \(4, 4\)"
    ):
        image_array_resize(np.zeros((4, 4)), 2, 2)


@pytest.mark.parametrize("shape", [(8, 5, 3), (5, 9, 1), (2, 7, 4, 3)])
@pytest.mark.parametrize("size", [(4, 4), (3, 6), 5])
def test_smart_resize_as_keras(shape, size):
    import keras

    image = np.random.default_rng(0).uniform(size=shape).astype("float32")
    both = (size, size) if isinstance(size, int) else size
    expected = keras.preprocessing.image.smart_resize(image, both)
    result = image_smart_resize(image, size)
    assert isinstance(result, np.ndarray)
    assert np.allclose(result, expected, atol=1e-6)
    assert np.allclose(image >> image_smart_resize(size), expected, atol=1e-6)
    tensor = keras.ops.convert_to_tensor(image)
    assert keras.ops.is_tensor(image_smart_resize(tensor, size))


def test_smart_resize_does_not_stretch():
    image = np.zeros((4, 8, 1), "float32")
    image[:, 2:6] = 1  # the square in the middle
    assert np.array_equal(image_smart_resize(image, (4, 4)), np.ones((4, 4, 1)))
    first = image_smart_resize(image.transpose(2, 0, 1), (4.0, 4.0), data_format="channels_first")
    assert np.array_equal(first, np.ones((1, 4, 4)))


def test_smart_resize_errors():
    with pytest.raises(pk.InvalidValueError, match="size must be"):
        image_smart_resize(np.zeros((4, 4, 3)), (1, 2, 3))
    with pytest.raises(pk.InvalidValueError, match="interpolation must be one of"):
        image_smart_resize(np.zeros((4, 4, 3)), (2, 2), "hamming")
