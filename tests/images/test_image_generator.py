"""image_data_generator and fit_image_data_generator: normalizing, measuring, and what is refused."""

import warnings

import numpy as np
import pytest

import pipekeras as pk
from pipekeras import fit_image_data_generator, image_data_generator


def test_without_arguments_nothing_changes(images):
    generator = image_data_generator()
    assert np.array_equal(generator.standardize(images[0]), images[0])
    assert np.array_equal(generator.random_transform(images[0], seed=1), images[0])


def test_the_image_that_is_given_stays(images):
    before = images.copy()
    everything = image_data_generator(
        rescale=2.0, samplewise_std_normalization=True, horizontal_flip=True, rotation_range=40.0,
        preprocessing_function=lambda image: np.multiply(image, 0, out=image),
    )  # fmt: skip
    everything.standardize(images[0])
    everything.random_transform(images[0], seed=2)
    everything >> fit_image_data_generator(images, augment=True)
    assert np.array_equal(images, before)


def test_normalization(images):
    x = images[0]
    assert np.allclose(image_data_generator(rescale=1 / 255).standardize(x), x / 255)
    assert np.allclose(image_data_generator(samplewise_center=True).standardize(x), x - x.mean(), atol=1e-3)
    both = image_data_generator(samplewise_std_normalization=True).standardize(x)
    assert np.allclose([both.mean(), both.std()], [0, 1], atol=1e-4)
    assert image_data_generator(rescale=0).standardize(x).max() == x.max()
    assert both.dtype == "float32"


def test_the_users_function_comes_before_rescaling(images):
    seen = []

    def function(image):
        seen.append(image.shape)
        return image + 5

    result = image_data_generator(preprocessing_function=function, rescale=2.0).standardize(images[0])
    assert np.allclose(result, (images[0] + 5) * 2)
    assert seen == [(6, 5, 3)]


def test_the_users_function_must_keep_the_shape(images):
    generator = image_data_generator(preprocessing_function=lambda image: image[:2])
    with pytest.raises(pk.DataError, match=r"preprocessing_function got .*\(6, 5, 3\) and returned .*\(2, 5, 3\)"):
        generator.standardize(images[0])


def test_seeds(images):
    generator = image_data_generator(rotation_range=30, zoom_range=0.3)
    first, second = generator.random_transform(images[0], seed=1), generator.random_transform(images[0], seed=2)
    assert not np.allclose(first, second)
    assert np.array_equal(first, generator.random_transform(images[0], seed=1))
    drawn = generator.get_random_transform((6, 5, 3), seed=1)
    assert np.array_equal(first, generator.apply_transform(images[0], drawn))
    assert {"theta", "tx", "zx", "flip_horizontal", "brightness"} <= drawn.keys()


# Measuring ------------------------------------------------------------------------------------------------------------


def test_featurewise(images):
    generator = image_data_generator(featurewise_std_normalization=True)
    assert fit_image_data_generator(generator, images) is generator
    assert np.allclose(generator.mean.reshape(-1), images.mean((0, 1, 2)), atol=1e-3)
    assert np.allclose(generator.std.reshape(-1), images.std((0, 1, 2)), atol=1e-3)
    result = np.stack([generator.standardize(image) for image in images])
    assert np.allclose(result.mean((0, 1, 2)), 0, atol=1e-4)
    assert np.allclose(result.std((0, 1, 2)), 1, atol=1e-4)


def test_piped(images):
    generator = image_data_generator(featurewise_center=True)
    assert generator >> fit_image_data_generator(images) is generator
    assert generator.mean.shape == (1, 1, 3)


def test_channels_first(images):
    generator = image_data_generator(featurewise_std_normalization=True, data_format="channels_first")
    generator >> fit_image_data_generator(images.transpose(0, 3, 1, 2))
    assert generator.mean.shape == (3, 1, 1)
    assert np.allclose(generator.std.reshape(-1), images.std((0, 1, 2)), atol=1e-3)


def test_what_is_measured_is_what_is_normalized(images):
    """R measures before the user's function, and then subtracts the mean of something else."""
    generator = image_data_generator(
        featurewise_center=True, rescale=1 / 255, preprocessing_function=lambda image: 255 - image
    )
    generator >> fit_image_data_generator(images)
    result = np.stack([generator.standardize(image) for image in images])
    assert np.allclose(result.mean((0, 1, 2)), 0, atol=1e-5)


def test_whitening_decorrelates(images):
    x = np.random.default_rng(0).normal(size=(300, 3, 2, 1)) @ np.array([[2.0]])
    x[:, 1] += x[:, 0]
    generator = image_data_generator(zca_whitening=True) >> fit_image_data_generator(x)
    white = np.stack([generator.standardize(image) for image in x]).reshape(300, -1)
    assert np.allclose(white.T @ white / 300, np.eye(6), atol=1e-3)
    assert not np.allclose(np.cov(x.reshape(300, -1).T), np.eye(6), atol=0.5)


def test_augmented_and_seeded(images):
    def measured(seed, **arguments):
        generator = image_data_generator(featurewise_center=True, channel_shift_range=80.0)
        return (generator >> fit_image_data_generator(images, seed=seed, **arguments)).mean.reshape(-1)

    assert np.array_equal(measured(1, augment=True, rounds=2.0), measured(1, augment=True, rounds=2))
    assert not np.allclose(measured(1, augment=True), measured(2, augment=True))
    assert np.allclose(measured(1), images.mean((0, 1, 2)), atol=1e-3)


def test_as_keras_measures(images):
    old = pytest.importorskip("keras._tf_keras.keras.preprocessing.image")
    arguments = dict(featurewise_center=True, zca_whitening=True, rescale=1 / 255)
    ours = image_data_generator(**arguments) >> fit_image_data_generator(images)
    theirs = old.ImageDataGenerator(**arguments)
    theirs.fit(images)
    assert np.allclose(ours.mean, theirs.mean, atol=1e-5)
    x = np.random.default_rng(1).normal(size=(60, 2, 3, 1))
    ours = image_data_generator(zca_whitening=True) >> fit_image_data_generator(x)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = old.ImageDataGenerator(zca_whitening=True)
    theirs.fit(x)
    assert np.allclose(ours.zca_whitening_matrix, theirs.zca_whitening_matrix, atol=1e-3)


# What is refused ------------------------------------------------------------------------------------------------------


def test_errors(images):
    with pytest.raises(pk.ArgumentError, match="no argument rotation; did you mean rotation_range"):
        image_data_generator(rotation=20)
    with pytest.raises(pk.InvalidValueError, match="preprocessing_function must be a function of an image, it got 3"):
        image_data_generator(preprocessing_function=3)
    with pytest.raises(pk.InvalidValueError, match="validation_split must be a fraction .*20 percent are 0.2"):
        image_data_generator(validation_split=20)
    with pytest.raises(pk.InvalidValueError, match="data_format must be one of"):
        image_data_generator(data_format="first")
    generator = image_data_generator(featurewise_center=True)
    with pytest.raises(
        pk.DataError, match=r"x must have 4 axes, .*shape \(7, 6, 5\); grey images need a last axis: x\[\.\.\., No"
    ):
        generator >> fit_image_data_generator(images[..., 0])
    with pytest.raises(pk.DataError, match=r"x has no images, its shape is \(0, 6, 5, 3\)"):
        generator >> fit_image_data_generator(images[:0])
    with pytest.raises(pk.PipeError, match="applies to what image_data_generator"):
        images >> fit_image_data_generator(images)
    with pytest.raises(pk.ArgumentError, match="apply_transform: angle is unknown; there are brightness, "):
        generator.apply_transform(images[0], {"angle": 3})
    with pytest.raises(pk.DataError, match="standardize needs one image of three axes"):
        generator.standardize(images)


def test_odd_channels_warn(images):
    with pytest.warns(UserWarning, match=r"x has 5 channels on axis 3, its shape is \(7, 3, 6, 5\)"):
        image_data_generator(featurewise_center=True) >> fit_image_data_generator(images.transpose(0, 3, 1, 2))


def test_the_generator_is_an_argument_not_what_is_piped():
    with pytest.raises(pk.PipeError, match="is an argument: flow_images_from_"):
        pk.image_data_generator() >> pk.flow_images_from_data(np.ones((2, 4, 4, 3)), np.ones(2))
