"""image_data_generator: random changes to images, and their normalization, in one object."""

import dataclasses
import math
import warnings

from pipekeras import values
from pipekeras._keras import keras
from pipekeras.asarray import as_array, as_dtype
from pipekeras.errors import ArgumentError, DataError, InvalidValueError, PipeError
from pipekeras.images.pictures import layout
from pipekeras.images.plan import Draw, plan
from pipekeras.images.transform import transform
from pipekeras.pipe import Checked, Function, Step, verb
from pipekeras.receivers import say

__all__ = ["fit_image_data_generator", "image_data_generator"]

_TINY = 1e-6  # keeps what does not vary from being divided by 0


class ImageDataGenerator:
    """What image_data_generator() makes: a plan of random changes, and how images are normalized after them.

    `mean`, `std` and `zca_whitening_matrix` are None until fit_image_data_generator() finds them; all else is fixed.
    """

    def __init__(self, plan, *, dtype, **normalization):
        self.plan, self.dtype = plan, dtype
        for name, value in normalization.items():
            setattr(self, name, value)
        self.mean = self.std = self.zca_whitening_matrix = None

    def __rshift__(self, right):
        if isinstance(right, Step):
            return NotImplemented  # fit_image_data_generator(x) says for itself what it applies to
        raise PipeError("an image_data_generator() is an argument: flow_images_from_...(..., generator=...)")

    def get_random_transform(self, img_shape, seed=None):
        """The numbers drawn for one image, a dict: theta, tx, ty, shear, zx, zy, flip_horizontal, ..."""
        import numpy as np

        row = 1 if self.data_format == "channels_first" else 0
        rng = np.random.default_rng(seed_of(seed, "get_random_transform"))
        return dataclasses.asdict(self.plan.draw(img_shape[row], img_shape[row + 1], rng))

    def apply_transform(self, x, transform_parameters):
        """One image, three axes, after the changes in a dict such as get_random_transform() returns."""
        known = {field.name for field in dataclasses.fields(Draw)}
        unknown = sorted(set(transform_parameters) - known)
        if unknown:
            raise ArgumentError(f"apply_transform: {unknown[0]} is unknown; there are {', '.join(sorted(known))}")
        return transform(self._image(x, "apply_transform"), Draw(**transform_parameters), self.plan, self.data_format)

    def random_transform(self, x, seed=None):
        """One image, three axes, after changes drawn at random."""
        image = self._image(x, "random_transform")
        return self.apply_transform(image, self.get_random_transform(image.shape, seed))

    def standardize(self, x):
        """One image, three axes, normalized as was asked for; `x` stays what it is."""
        return self.normalized(self._image(x, "standardize"))

    def _image(self, x, where):
        array = as_array(x, where, text=False)
        if array.ndim != 3:
            raise DataError(f"{where} needs one image of three axes, it got an array of shape {array.shape}")
        return array.astype(self.dtype)

    def changed(self, image, rng):
        """One image after changes drawn from `rng`."""
        row = 1 if self.data_format == "channels_first" else 0
        draw = self.plan.draw(image.shape[row], image.shape[row + 1], rng)
        return transform(image, draw, self.plan, self.data_format)

    def normalized(self, image):
        """One image, a float array, after everything that is not random."""
        image = self.prepared(image)
        if self.featurewise_center and self.mean is not None:
            image = image - self.mean
        if self.featurewise_std_normalization and self.std is not None:
            image = image / (self.std + _TINY)
        if self.zca_whitening and self.zca_whitening_matrix is not None:
            image = (image.reshape(-1) @ self.zca_whitening_matrix).reshape(image.shape)
        return image.astype(self.dtype, copy=False)

    def prepared(self, image):
        """One image after what concerns it alone: the user's function, rescaling, samplewise normalization."""
        if self.preprocessing_function is not None:
            image = self._preprocessed(image)
        if self.rescale:
            image = image * self.rescale
        if self.samplewise_center:
            image = image - image.mean()
        if self.samplewise_std_normalization:
            image = image / (image.std() + _TINY)
        return image.astype(self.dtype, copy=False)

    def _preprocessed(self, image):
        result = as_array(self.preprocessing_function(image.copy()), "preprocessing_function", text=False)
        if result.shape != image.shape:
            raise DataError(
                f"preprocessing_function got an image of shape {image.shape} and returned an array of shape"
                f" {result.shape}; the shape must stay"
            )
        return result.astype(self.dtype)

    @property
    def unfitted(self):
        """What was asked for but needs fit_image_data_generator() first: names of arguments."""
        wanted = [("featurewise_center", self.mean), ("featurewise_std_normalization", self.std),
                  ("zca_whitening", self.zca_whitening_matrix)]  # fmt: skip
        return [name for name, found in wanted if getattr(self, name) and found is None]

    def __repr__(self):
        return f"<image data generator: {self.plan}>"


@Checked
def image_data_generator(
    featurewise_center=False, samplewise_center=False, featurewise_std_normalization=False,
    samplewise_std_normalization=False, zca_whitening=False, zca_epsilon=1e-6, rotation_range=0.0,
    width_shift_range=0.0, height_shift_range=0.0, brightness_range=None, shear_range=0.0, zoom_range=0.0,
    channel_shift_range=0.0, fill_mode="nearest", cval=0.0, horizontal_flip=False, vertical_flip=False, rescale=None,
    preprocessing_function=None, data_format=None, validation_split=0.0, *, interpolation_order=1, dtype=None
):  # fmt: skip
    """Say how images are changed at random, and normalized, on their way into a model: flow_images_from_*() does it.

    Args:
        featurewise_center: whether to subtract the mean of each channel over all images; needs
            fit_image_data_generator().
        samplewise_center: whether to subtract from each image its own mean.
        featurewise_std_normalization: whether to divide by the standard deviation of each channel over all images;
            implies featurewise_center.
        samplewise_std_normalization: whether to divide each image by its own standard deviation; implies
            samplewise_center.
        zca_whitening: whether to decorrelate the pixels; implies featurewise_center. For small images only.
        zca_epsilon: a small number that keeps whitening from dividing by 0.
        rotation_range: degrees up to which images are turned, to either side.
        width_shift_range: how far they are shifted to the left or right. A fraction below 1 is a share of the width, a
            float of 1 or more pixels, a whole number n whole pixels below n; a list holds the shifts themselves.
        height_shift_range: the same for up and down.
        brightness_range: (lowest, highest) factor that the values are multiplied with; 1 leaves them.
        shear_range: degrees up to which they are slanted, to either side.
        zoom_range: 0.2 zooms by factors of 0.8 to 1.2, or (lowest, highest); below 1 things grow.
        channel_shift_range: up to what is added to, or taken from, the values of an image.
        fill_mode: what lies beyond the edges: "nearest" repeats the edge, "constant" is `cval`, "reflect" mirrors,
            "wrap" repeats the image.
        cval: the value beyond the edges for fill_mode="constant".
        horizontal_flip: whether half of the images are mirrored, left and right exchanged.
        vertical_flip: whether half of them are turned upside down.
        rescale: a factor for all values, such as 1 / 255.
        preprocessing_function: a function of one image, shape (height, width, channels), after it is changed and before
            it is normalized; it returns one of the same shape.
        data_format: "channels_last" or "channels_first"; by default what the configuration of Keras says.
        validation_split: the share of the images, from the front, that subset="validation" takes.
        interpolation_order: degree of the splines between pixels: 0 nearest, 1 linear, 3 cubic.
        dtype: type of the images; by default Keras's float type, "float32".

    Returns:
        An ImageDataGenerator, for generator= in flow_images_from_data() and its kin.

    Raises:
        InvalidValueError: if an argument cannot be meant.

    Source: R `keras::image_data_generator`.
    """
    where = "image_data_generator"
    made = plan(
        where, rotation_range=rotation_range, width_shift_range=width_shift_range,
        height_shift_range=height_shift_range, brightness_range=brightness_range, shear_range=shear_range,
        zoom_range=zoom_range, channel_shift_range=channel_shift_range, fill_mode=fill_mode, cval=cval,
        horizontal_flip=horizontal_flip, vertical_flip=vertical_flip, interpolation_order=interpolation_order,
    )  # fmt: skip
    if preprocessing_function is not None and not callable(preprocessing_function):
        raise InvalidValueError(
            f"{where}: preprocessing_function must be a function of an image, it got {say(preprocessing_function)}"
        )
    return ImageDataGenerator(
        made,
        dtype=as_dtype(keras.config.floatx() if dtype is None else dtype, where),
        featurewise_center=bool(featurewise_center or featurewise_std_normalization or zca_whitening),
        samplewise_center=bool(samplewise_center or samplewise_std_normalization),
        # Whitening scales by itself.
        featurewise_std_normalization=bool(featurewise_std_normalization and not zca_whitening),
        samplewise_std_normalization=bool(samplewise_std_normalization),
        zca_whitening=bool(zca_whitening),
        zca_epsilon=values.number(zca_epsilon, "zca_epsilon", where),
        rescale=None if rescale is None else values.number(rescale, "rescale", where),
        preprocessing_function=preprocessing_function,
        data_format=layout(data_format, where),
        validation_split=values.share(0 if validation_split is None else validation_split, "validation_split", where),
    )


def is_generator(value):
    """Whether `value` is what image_data_generator() makes."""
    return isinstance(value, ImageDataGenerator)


@verb(receiver=is_generator, wants="what image_data_generator() makes")
def fit_image_data_generator(object, x, augment=False, rounds=1, seed=None):
    """Find the mean, standard deviation and whitening matrix of images, for a generator that normalizes by them.

    Args:
        object: what image_data_generator() made; it changes in place.
        x: the images, an array of shape (samples, height, width, channels), or with the channels second where
            data_format="channels_first".
        augment: whether to use images changed at random, as they will be in training.
        rounds: how often each image is changed for that.
        seed: a whole number, for the same changes each time.

    Returns:
        `object`.

    Raises:
        DataError: if `x` are no images.

    Source: R `keras::fit_image_data_generator`; there, preprocessing_function and samplewise normalization are left out
    of what is measured, though not of what is normalized.
    """
    import numpy as np

    where = "fit_image_data_generator"
    images = check_images(as_array(x, where, text=False), object.data_format, where)
    rounds, seed = values.count(rounds, "rounds", where, least=1), seed_of(seed, where)
    stack = [image.astype(object.dtype) for image in images]
    if augment:
        stack = [
            object.changed(image, np.random.default_rng([seed, number, index]))
            for number in range(rounds)
            for index, image in enumerate(stack)
        ]
    stack = np.stack([object.prepared(image) for image in stack])
    axes = (0, 2, 3) if object.data_format == "channels_first" else (0, 1, 2)
    if object.featurewise_center:
        object.mean = stack.mean(axes, dtype="float64", keepdims=True)[0].astype(object.dtype)
        stack = stack - object.mean
    if object.featurewise_std_normalization:
        object.std = stack.std(axes, dtype="float64", keepdims=True)[0].astype(object.dtype)
        stack = stack / (object.std + _TINY)
    if object.zca_whitening:
        flat = stack.reshape(len(stack), -1).astype("float64")
        u, s, _ = np.linalg.svd(flat.T, full_matrices=False)
        object.zca_whitening_matrix = ((u * (math.sqrt(len(flat)) / (s + object.zca_epsilon))) @ u.T).astype(
            object.dtype
        )
    return object


def check_images(array, data_format, where):
    """`array` if it can be a batch of images; a warning if its channels seem to stand elsewhere."""
    if array.ndim != 4:
        hint = "; grey images need a last axis: x[..., None]" if array.ndim == 3 else ""
        raise DataError(
            f"{where}: x must have 4 axes, (samples, height, width, channels), it got shape {array.shape}{hint}"
        )
    if not len(array):
        raise DataError(f"{where}: x has no images, its shape is {array.shape}")
    axis = 1 if data_format == "channels_first" else 3
    if array.shape[axis] not in (1, 3, 4):
        warnings.warn(
            f"{where}: x has {array.shape[axis]} channels on axis {axis}, its shape is {array.shape} and the data"
            f" format {data_format}; images have 1, 3 or 4",
            stacklevel=4,
        )
    return array


def seed_of(seed, where):
    """A seed as a whole number; without one, drawn from NumPy's, which set_random_seed() sets."""
    import numpy as np

    if seed is None:
        return int(np.random.randint(2**31))
    return values.count(seed, "seed", where, least=0)


def generator_of(value, where):
    """The generator that an argument means; None is one that changes nothing."""
    if value is None:
        return image_data_generator()
    if isinstance(value, Function):
        raise ArgumentError(f"{where}: generator is {value.__name__} without parentheses: {value.__name__}(...)")
    if not is_generator(value):
        raise ArgumentError(f"{where}: generator must be what image_data_generator() makes, it got {say(value)}")
    return value
