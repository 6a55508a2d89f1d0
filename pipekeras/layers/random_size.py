"""Images stretched at random along one dimension, in training alone. Keras 3 dropped both layers.

The size of the result differs from batch to batch. TensorFlow and torch compute with that, TensorFlow also in a graph.
JAX compiles for fixed sizes only, so a model with such a layer is not compiled there: slower, the same numbers.
Importing this module imports Keras: the table in image.py names it lazily.
"""

from pipekeras._keras import keras
from pipekeras.layers.own import register

_INTERPOLATIONS = ("bilinear", "nearest", "bicubic", "lanczos3", "lanczos5")
_NO_TRACE = (
    "{name} gives images of another size in each batch, which JAX cannot compile: leave out jit_compile=True (and"
    " jax.jit around the model), or augment the images before they reach the model"
)


class RandomSize(keras.layers.Layer):
    """What the two layers share; `axis` is 0 for the height and 1 for the width."""

    axis: int

    def __init__(self, factor, interpolation="bilinear", seed=None, data_format=None, **kwargs):
        super().__init__(**kwargs)
        self.lower, self.upper = _bounds(factor)
        self.factor = tuple(factor) if isinstance(factor, (tuple, list)) else factor
        if interpolation not in _INTERPOLATIONS:
            raise ValueError(f"interpolation must be one of {', '.join(_INTERPOLATIONS)}, it got {interpolation!r}")
        self.interpolation = interpolation
        self.seed = seed
        self.data_format = data_format or keras.config.image_data_format()
        self.generator = keras.random.SeedGenerator(seed)
        self.supports_jit = False

    @property
    def _axes(self):
        """Where the height and the width are, counted from the end so that single images do too."""
        return (-3, -2) if self.data_format == "channels_last" else (-2, -1)

    def call(self, inputs, training=True):
        inputs = keras.ops.cast(inputs, self.compute_dtype)
        if not training:
            return inputs
        scale = keras.random.uniform((), 1.0 + self.lower, 1.0 + self.upper, seed=self.generator)
        if keras.backend.backend() == "tensorflow":
            return self._in_a_graph(inputs, scale)
        size = [inputs.shape[axis] for axis in self._axes]
        try:
            size[self.axis] = max(1, int(float(scale) * size[self.axis]))
        except Exception as error:
            if type(error).__name__ not in ("ConcretizationTypeError", "TracerArrayConversionError"):
                raise
            raise ValueError(_NO_TRACE.format(name=self.name)) from error
        return keras.ops.image.resize(
            inputs, tuple(size), interpolation=self.interpolation, data_format=self.data_format
        )

    def _in_a_graph(self, inputs, scale):
        """The same in TensorFlow, where the size may be a tensor, which keras.ops.image.resize does not take."""
        import tensorflow as tf

        last = self.data_format == "channels_last"
        shape = tf.shape(inputs)
        size = [shape[axis] for axis in self._axes]
        size[self.axis] = tf.maximum(1, tf.cast(scale * tf.cast(size[self.axis], scale.dtype), "int32"))
        images = inputs if last else keras.ops.moveaxis(inputs, -3, -1)
        resized = tf.cast(tf.image.resize(images, tf.stack(size), method=self.interpolation), inputs.dtype)
        resized = resized if last else keras.ops.moveaxis(resized, -1, -3)
        resized.set_shape(self.compute_output_shape(inputs.shape))
        return resized

    def compute_output_shape(self, input_shape):
        shape = list(input_shape)
        shape[self._axes[self.axis]] = None
        return tuple(shape)

    def get_config(self):
        own = {name: getattr(self, name) for name in ("factor", "interpolation", "seed", "data_format")}
        return {**super().get_config(), **own}


def _bounds(factor):
    """The lower and the upper bound of the change of size: 0.2 is (-0.2, 0.2)."""
    lower, upper = factor if isinstance(factor, (tuple, list)) else (-factor, factor)
    if not upper >= lower:
        raise ValueError(f"factor is {factor!r}: its upper bound must not be below its lower one")
    if lower <= -1:
        raise ValueError(f"factor is {factor!r}: nothing is left of an image at -1, so it must lie above that")
    return float(lower), float(upper)


_ARGUMENTS = """
    At inference the image is left as it is.

    Args:
        factor: by what part the {size} changes: 0.2 for -20 % to +20 %, (0.2, 0.3) for 20 % to 30 % more.
        interpolation: "bilinear", "nearest", "bicubic", "lanczos3" or "lanczos5".
        seed: a whole number, for the same changes each time.
        data_format: "channels_last" or "channels_first"; by default what the Keras configuration says.

    Input shape:
        (height, width, channels) or (batch, height, width, channels); channels first where `data_format` says so.

    Output shape:
        The same with {size} None.
    """


@register()
class RandomHeight(RandomSize):
    __doc__ = "Stretches images to a random height in training.\n" + _ARGUMENTS.format(size="height")
    axis = 0


@register()
class RandomWidth(RandomSize):
    __doc__ = "Stretches images to a random width in training.\n" + _ARGUMENTS.format(size="width")
    axis = 1
