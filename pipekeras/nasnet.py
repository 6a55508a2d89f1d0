"""NASNet-A of any size, layer for layer as in Keras's own two; see architectures.py.

A cell takes the output of the cell before it, x, and that of the one before that, p, and joins what it makes of them.
"""

from pipekeras import values
from pipekeras._keras import keras
from pipekeras.architectures import Head, finished, image_input, weights_of
from pipekeras.errors import InvalidValueError
from pipekeras.pipe import Checked

__all__ = ["application_nasnet"]


@Checked
def application_nasnet(
    input_shape=None,
    penultimate_filters=4032,
    num_blocks=6,
    stem_block_filters=96,
    skip_reduction=True,
    filter_multiplier=2,
    include_top=True,
    weights=None,
    input_tensor=None,
    pooling=None,
    classes=1000,
    default_size=None,
    classifier_activation="softmax",
    name="NASNet",
):
    """Make a NASNet-A of any size.

    Args:
        input_shape: shape of an image; by default that of `default_size`, and without the classifier (None, None, 3).
        penultimate_filters: number of features before the classifier, a multiple of 24 * filter_multiplier ** 2.
        num_blocks: how many normal cells stand between two reductions.
        stem_block_filters: number of filters of the first convolution.
        skip_reduction: whether the cell after a reduction looks past it, at what the reduction had before it.
        filter_multiplier: by how much the number of filters grows with each reduction.
        include_top: whether the classifier is part of the model.
        weights: None for random ones, or the path of a file. Those trained on ImageNet come with
            application_nasnet_large() and application_nasnet_mobile().
        input_tensor: the model's input, as layer_input() makes it.
        pooling: without the classifier, what is made of the last features: None leaves them, "avg" takes their means,
            "max" their largest.
        classes: number of classes.
        default_size: height and width of an image where nothing says them; by default 331.
        classifier_activation: the activation of the classifier; None gives logits.
        name: the model's name.

    Returns:
        A functional model.

    Raises:
        InvalidValueError: if an argument cannot be meant.

    Source: R `keras::application_nasnet`; Zoph et al. 2018, arXiv:1707.07012.
    """
    where = "application_nasnet"
    penultimate = values.count(penultimate_filters, "penultimate_filters", where, least=1)
    blocks = values.count(num_blocks, "num_blocks", where, least=1)
    stem = values.count(stem_block_filters, "stem_block_filters", where, least=1)
    grow = values.count(filter_multiplier, "filter_multiplier", where, least=1)
    size = values.maybe_whole(default_size, "default_size", where, least=32) or 331
    if penultimate % (24 * grow**2):
        raise InvalidValueError(
            f"{where}: penultimate_filters={penultimate} must be a multiple of 24 * filter_multiplier ** 2, that is of"
            f" {24 * grow**2}"
        )
    weights = weights_of(weights, where)
    if weights == "imagenet":
        raise InvalidValueError(
            f'{where}: weights="imagenet" belong to a model of fixed size: application_nasnet_large() or'
            " application_nasnet_mobile()"
        )
    head = Head(where, include_top, pooling, classes, classifier_activation)
    inputs = image_input(where, input_shape, input_tensor, size, include_top)
    filters = penultimate // 24
    x = _convolved(inputs, stem, "stem_conv1", kernel_size=3, strides=2)
    x = _norm(x, "stem_bn1")
    x, before = _reduction_cell(x, None, filters // grow**2, "stem_1")
    x, before = _reduction_cell(x, before, filters // grow, "stem_2")
    for stage in range(3):
        if stage:
            x, past = _reduction_cell(x, before, filters * grow**stage, f"reduce_{stage * blocks}")
            before = before if skip_reduction else past
        for i in range(blocks):
            x, before = _normal_cell(x, before, filters * grow**stage, stage * blocks + bool(stage) + i)
    x = keras.layers.Activation("relu")(x)
    return finished(inputs, head(x), name, weights, "nasnet", where)


# Cells ----------------------------------------------------------------------------------------------------------------


def _normal_cell(x, before, filters, block):
    """Figure 4 of the paper, left: what goes in keeps its height and width."""
    p = _adjusted(before, x, filters, block)
    h = _squeezed(x, filters, "normal", block)
    one = _added(
        _separable(h, filters, 5, f"normal_left1_{block}"),
        _separable(p, filters, 3, f"normal_right1_{block}"),
        f"normal_add_1_{block}",
    )
    two = _added(
        _separable(p, filters, 5, f"normal_left2_{block}"),
        _separable(p, filters, 3, f"normal_right2_{block}"),
        f"normal_add_2_{block}",
    )
    three = _added(_mean(h, f"normal_left3_{block}"), p, f"normal_add_3_{block}")
    four = _added(_mean(p, f"normal_left4_{block}"), _mean(p, f"normal_right4_{block}"), f"normal_add_4_{block}")
    five = _added(_separable(h, filters, 3, f"normal_left5_{block}"), h, f"normal_add_5_{block}")
    return keras.layers.Concatenate(name=f"normal_concat_{block}")([p, one, two, three, four, five]), x


def _reduction_cell(x, before, filters, block):
    """Figure 4 of the paper, right: height and width are halved."""
    layers = keras.layers
    p = _adjusted(before, x, filters, block)
    h = _squeezed(x, filters, "reduction", block)
    padded = layers.ZeroPadding2D(_same(h, 3), name=f"reduction_pad_1_{block}")(h)

    def half(tensor, size, side):
        return _separable(tensor, filters, size, f"reduction_{side}_{block}", strides=2)

    def pooled(kind, side):
        return kind(3, strides=2, padding="valid", name=f"reduction_{side}_{block}")(padded)

    one = _added(half(h, 5, "left1"), half(p, 7, "right1"), f"reduction_add_1_{block}")
    two = _added(pooled(layers.MaxPooling2D, "left2"), half(p, 7, "right2"), f"reduction_add_2_{block}")
    three = _added(pooled(layers.AveragePooling2D, "left3"), half(p, 5, "right3"), f"reduction_add3_{block}")
    four = layers.Add()([two, _mean(one, f"reduction_left4_{block}")])
    five = _separable(one, filters, 3, f"reduction_left4_{block}")
    five = _added(five, pooled(layers.MaxPooling2D, "right5"), f"reduction_add4_{block}")
    return layers.Concatenate(name=f"reduction_concat_{block}")([two, three, four, five]), x


def _adjusted(p, x, filters, block):
    """What came before x, with the height, width and number of filters that can be joined with what becomes of x."""
    layers = keras.layers
    if p is None:
        return x
    if p.shape[-2] != x.shape[-2]:
        p = layers.Activation("relu", name=f"adjust_relu_1_{block}")(p)
        shifted = layers.ZeroPadding2D(((0, 1), (0, 1)))
        one = layers.AveragePooling2D(1, strides=2, padding="valid", name=f"adjust_avg_pool_1_{block}")(p)
        one = _convolved(one, filters // 2, f"adjust_conv_1_{block}", padding="same")
        two = layers.Cropping2D(((1, 0), (1, 0)))(shifted(p))
        two = layers.AveragePooling2D(1, strides=2, padding="valid", name=f"adjust_avg_pool_2_{block}")(two)
        two = _convolved(two, filters // 2, f"adjust_conv_2_{block}", padding="same")
        return _norm(layers.Concatenate()([one, two]), f"adjust_bn_{block}")
    if p.shape[-1] != filters:
        p = _convolved(layers.Activation("relu")(p), filters, f"adjust_conv_projection_{block}", padding="same")
        return _norm(p, f"adjust_bn_{block}")
    return p


# Layers ---------------------------------------------------------------------------------------------------------------


def _norm(x, name):
    return keras.layers.BatchNormalization(momentum=0.9997, epsilon=1e-3, name=name)(x)


def _convolved(x, filters, name, kernel_size=1, **arguments):
    arguments = {"use_bias": False, "kernel_initializer": "he_normal", "name": name, **arguments}
    return keras.layers.Conv2D(filters, kernel_size, **arguments)(x)


def _squeezed(x, filters, kind, block):
    x = _convolved(keras.layers.Activation("relu")(x), filters, f"{kind}_conv_1_{block}", padding="same")
    return _norm(x, f"{kind}_bn_1_{block}")


def _separable(x, filters, size, block, strides=1):
    """Two separable convolutions, the first of which may halve height and width."""
    layers = keras.layers
    x = layers.Activation("relu")(x)
    if strides == 2:
        x = layers.ZeroPadding2D(_same(x, size), name=f"separable_conv_1_pad_{block}")(x)
    first = {"strides": strides, "padding": "valid" if strides == 2 else "same", "use_bias": False}
    x = layers.SeparableConv2D(filters, size, name=f"separable_conv_1_{block}", **first)(x)
    x = layers.Activation("relu")(_norm(x, f"separable_conv_1_bn_{block}"))
    x = layers.SeparableConv2D(filters, size, padding="same", use_bias=False, name=f"separable_conv_2_{block}")(x)
    return _norm(x, f"separable_conv_2_bn_{block}")


def _same(x, size):
    """The padding in front and behind with which a stride of 2 takes the same pixels whatever the size of the image."""
    half = size // 2
    return tuple((half - 1 + (side or 0) % 2, half) for side in x.shape[1:3])


def _mean(x, name):
    return keras.layers.AveragePooling2D(3, strides=1, padding="same", name=name)(x)


def _added(one, two, name):
    return keras.layers.Add(name=name)([one, two])
