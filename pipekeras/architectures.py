"""DenseNet of any size, and what it shares with NASNet: 2.x exports functions for both, Keras 3 keeps them to itself.

The layers have the names and the order of Keras's own, so that files of weights fit, and with the numbers of one of
Keras's models the very same model comes out.
"""

import os

from pipekeras import values
from pipekeras._keras import keras
from pipekeras.downloading import explained
from pipekeras.errors import InvalidValueError, suggestion
from pipekeras.imagenet import remember
from pipekeras.pipe import Checked
from pipekeras.receivers import is_symbolic, say

__all__ = ["application_densenet"]

GIVE_PATH = 'give its path: weights="path/to/the_file.h5"'

# What is checked, and what all architectures begin and end with -------------------------------------------------------


def weights_of(weights, where):
    """`weights` as None, "imagenet" or the path of a file that is there."""
    if weights is None or weights == "imagenet":
        return weights
    if not isinstance(weights, (str, os.PathLike)):
        raise InvalidValueError(f'{where}: weights must be "imagenet", None or the path of a file, it got {weights!r}')
    path = os.path.expanduser(os.fspath(weights))
    if "://" not in path and not os.path.exists(path):
        near = suggestion(path, ["imagenet"], quote='"', otherwise='; else it is "imagenet" or None')
        raise InvalidValueError(f"{where}: weights={str(weights)!r} is no file that is there{near}")
    return path


def pooling_of(pooling, where):
    """`pooling` as one of the words for it; Keras would not pool at all for another."""
    if pooling not in (None, "avg", "max"):
        raise InvalidValueError(f'{where}: pooling must be "avg", "max" or None, it got {pooling!r}')
    return pooling


class Head:
    """What stands behind the last features: a classifier, a pooling, or nothing."""

    def __init__(self, where, include_top, pooling, classes, activation):
        self.include_top, self.activation = include_top, activation
        self.pooling = pooling_of(pooling, where)
        self.classes = values.count(classes, "classes", where, least=1)

    def __call__(self, x, mean=None, largest=None):
        layers = keras.layers
        if self.include_top:
            x = layers.GlobalAveragePooling2D(name=mean)(x)
            return layers.Dense(self.classes, activation=self.activation, name="predictions")(x)
        if self.pooling == "avg":
            return layers.GlobalAveragePooling2D(name=mean)(x)
        return layers.GlobalMaxPooling2D(name=largest)(x) if self.pooling == "max" else x


def image_input(where, input_shape, input_tensor, size, include_top):
    """The tensor that the model begins with."""
    if keras.config.image_data_format() == "channels_first":
        raise InvalidValueError(
            f'{where} makes models with the channels last alone: config_set_image_data_format("channels_last") first'
        )
    if input_tensor is not None:
        if not is_symbolic(input_tensor):
            raise InvalidValueError(
                f"{where}: input_tensor must be what layer_input() makes, it got {say(input_tensor)}"
            )
        return input_tensor
    shape = values.shape(input_shape, "input_shape", where) or ((size, size, 3) if include_top else (None, None, 3))
    if len(shape) != 3 or any(side is not None and side < 32 for side in shape[:2]):
        raise InvalidValueError(
            f"{where}: input_shape={shape} must be (height, width, channels), height and width 32 or more"
        )
    if include_top and None in shape:
        raise InvalidValueError(f"{where}: input_shape={shape} has to be fixed where include_top=True")
    return keras.layers.Input(shape=shape)


def finished(inputs, outputs, name, weights, family, where):
    """The model, with weights from a file if one was named."""
    sources = keras.utils.get_source_inputs(inputs)
    model = keras.Model(sources[0] if len(sources) == 1 else sources, outputs, name=name)
    if weights is not None:
        try:
            model.load_weights(weights)
        except (ValueError, OSError) as error:
            raise InvalidValueError(f"{where}: the weights in {weights} do not fit: {error}") from error
    remember(model, family)
    return model


# DenseNet -------------------------------------------------------------------------------------------------------------

_DENSENETS = {(6, 12, 24, 16): "121", (6, 12, 32, 32): "169", (6, 12, 48, 32): "201"}


@Checked
def application_densenet(
    blocks,
    include_top=True,
    weights="imagenet",
    input_tensor=None,
    input_shape=None,
    pooling=None,
    classes=1000,
    classifier_activation="softmax",
    name=None,
):
    """Make a DenseNet with blocks of any length.

    Args:
        blocks: four whole numbers, how many layers the dense blocks have: (6, 12, 24, 16) makes a DenseNet121.
        include_top: whether the classifier is part of the model.
        weights: "imagenet" for weights trained on ImageNet, which there are for the blocks of DenseNet121, 169 and
            201; None for random ones; or the path of a file.
        input_tensor: the model's input, as layer_input() makes it.
        input_shape: shape of an image, by default (224, 224, 3), and without the classifier (None, None, 3).
        pooling: without the classifier, what is made of the last features: None leaves them, "avg" takes their means,
            "max" their largest.
        classes: number of classes.
        classifier_activation: the activation of the classifier; None gives logits.
        name: the model's name.

    Returns:
        A functional model.

    Raises:
        InvalidValueError: if an argument cannot be meant, or there are no weights for these blocks.
        DataError: if the weights cannot be downloaded.

    Source: R `keras::application_densenet`; Huang et al. 2017, arXiv:1608.06993.
    """
    where = "application_densenet"
    blocks = values.wholes(blocks, "blocks", where)
    if not isinstance(blocks, tuple) or len(blocks) != 4 or min(blocks) < 1:
        raise InvalidValueError(f"{where}: blocks must be four whole numbers, such as (6, 12, 24, 16), it got {blocks}")
    size = _DENSENETS.get(blocks)
    name = name or f"densenet{size or ''}"
    head = Head(where, include_top, pooling, classes, classifier_activation)
    weights = weights_of(weights, where)
    if weights == "imagenet":
        if size is None:
            known = ", ".join(map(str, _DENSENETS))
            raise InvalidValueError(
                f"{where}: there are no weights trained on ImageNet for blocks={blocks}, only for {known}: weights=None"
            )
        shape = values.shape(input_shape, "input_shape", where)
        with explained(where, "the weights", GIVE_PATH):
            model = getattr(keras.applications, f"DenseNet{size}")(
                include_top, weights, input_tensor, shape, pooling, head.classes, classifier_activation, name=name
            )
        remember(model, "densenet")
        return model
    inputs = image_input(where, input_shape, input_tensor, 224, include_top)
    layers = keras.layers
    x = layers.ZeroPadding2D(((3, 3), (3, 3)))(inputs)
    x = layers.Conv2D(64, 7, strides=2, use_bias=False, name="conv1_conv")(x)
    x = _dense_relu(x, "conv1_bn", "conv1_relu")
    x = layers.ZeroPadding2D(((1, 1), (1, 1)))(x)
    x = layers.MaxPooling2D(3, strides=2, name="pool1")(x)
    for stage, length in enumerate(blocks, start=2):
        for i in range(1, length + 1):
            x = _dense_layer(x, f"conv{stage}_block{i}")
        if stage < 5:
            half = x.shape[-1] // 2
            x = _dense_relu(x, f"pool{stage}_bn", f"pool{stage}_relu")
            x = layers.Conv2D(half, 1, use_bias=False, name=f"pool{stage}_conv")(x)
            x = layers.AveragePooling2D(2, strides=2, name=f"pool{stage}_pool")(x)
    x = head(_dense_relu(x, "bn", "relu"), "avg_pool", "max_pool")
    return finished(inputs, x, name, weights, "densenet", where)


def _dense_relu(x, norm, relu):
    x = keras.layers.BatchNormalization(axis=3, epsilon=1.001e-5, name=norm)(x)
    return keras.layers.Activation("relu", name=relu)(x)


def _dense_layer(x, name):
    """32 new channels, made from all that there are and put beside them."""
    new = _dense_relu(x, f"{name}_0_bn", f"{name}_0_relu")
    new = keras.layers.Conv2D(128, 1, use_bias=False, name=f"{name}_1_conv")(new)
    new = _dense_relu(new, f"{name}_1_bn", f"{name}_1_relu")
    new = keras.layers.Conv2D(32, 3, padding="same", use_bias=False, name=f"{name}_2_conv")(new)
    return keras.layers.Concatenate(axis=3, name=f"{name}_concat")([x, new])
