"""What Keras 3.15 computes wrongly on some backend, and other arguments do not mend; the tables name these as text."""

from pipekeras._keras import keras
from pipekeras.ops._mend import known_product
from pipekeras.ops._values import is_number


def add(x1, x2):
    """Add, element by element.

    Args:
        x1: a tensor or number.
        x2: a tensor or number that goes with the shape of `x1`.

    Returns:
        A tensor of the shape of both together.
    """
    if keras.backend.backend() != "tensorflow" or is_number(x1) or is_number(x2) or _adds_right(x1.shape, x2.shape):
        return keras.ops.add(x1, x2)
    return keras.ops.subtract(x1, keras.ops.subtract(0, x2))


def _adds_right(shape1, shape2):
    """Whether TensorFlow's sum has its axes right.

    It takes a second tensor with a single long axis for a bias, and adds it along the last axis of the first or, if
    that has another size, along the second, wherever its own long axis is. Sizes that are None are known in the end.
    """
    if 0 in shape2:
        return False
    long = [size for size in shape2 if size != 1]
    if len(shape1) < 2 or not long or sum(size is not None for size in long) > 1:
        return True
    same = tuple(shape1) == tuple(shape2) and None not in shape1[1:]
    last = shape2[-1] == shape1[-1] and shape2[-1] not in (1, None)
    return same or (last and len(shape2) <= len(shape1))


# Along axes -----------------------------------------------------------------------------------------------------------


def argpartition(x, kth, axis=-1):
    """Find an order in which the element that belongs in one place is there, the smaller before it.

    Args:
        x: a tensor.
        kth: the place, counted from 0.
        axis: the axis to order along, from 0; None is all elements in a row.

    Returns:
        A tensor of indices, which count from 0.
    """
    return keras.ops.argsort(x, axis=axis)  # TensorFlow and torch partition along other axes than the one that is meant


def count_nonzero(x, axis=None):
    """Count the elements that are not zero.

    Args:
        x: a tensor.
        axis: the axis or axes to count along, from 0; None is all of them.

    Returns:
        A tensor of whole numbers without those axes.
    """
    # Keras's own turns the result of what has three axes over, on torch.
    return keras.ops.sum(keras.ops.cast(keras.ops.not_equal(x, 0), "int32"), axis=axis)


def correlate(x1, x2, mode="valid"):
    """Slide one row of numbers along another, and sum their products at each place.

    Args:
        x1: a tensor with one axis.
        x2: a tensor with one axis.
        mode: "valid" for the places where the shorter lies within the longer, "same" for as many as the longer has
            elements, "full" for all where they meet.

    Returns:
        A tensor with one axis.
    """
    if None in (*x1.shape, *x2.shape) or len(x2.shape) != 1 or len(x1.shape) != 1 or x1.shape[0] >= x2.shape[0]:
        return keras.ops.correlate(x1, x2, mode=mode)
    return keras.ops.flip(keras.ops.correlate(x2, x1, mode=mode))  # each backend errs where the second is the longer


def layer_normalization(x, gamma=None, beta=None, axis=-1, epsilon=None):
    """Bring the values along some axes to mean 0 and variance 1.

    Args:
        x: a tensor.
        gamma: what the result is multiplied by: a number, or a tensor of the shape of the axes.
        beta: what is added then.
        axis: the axis or axes, from 0.
        epsilon: added to the variance; by default Keras's.

    Returns:
        A tensor of the shape of `x`.
    """
    options = {} if epsilon is None else {"epsilon": epsilon}
    return _at_the_end(x, axis, lambda x, axis: keras.ops.layer_normalization(x, gamma, beta, axis=axis, **options))


def rms_normalization(x, scale=None, axis=-1, epsilon=None):
    """Bring the values along some axes to a mean square of 1.

    Args:
        x: a tensor.
        scale: what the result is multiplied by: a number, or a tensor of the shape of the axes.
        axis: the axis or axes, from 0.
        epsilon: added to the mean square; by default Keras's.

    Returns:
        A tensor of the shape of `x`.
    """
    return _at_the_end(x, axis, lambda x, axis: keras.ops.rms_normalization(x, scale, axis=axis, epsilon=epsilon))


def _at_the_end(x, axis, compute):
    """`compute(x, axis)`, on torch with the axes at the end, which it takes for granted."""
    axes = sorted(a % len(x.shape) for a in (axis if isinstance(axis, tuple) else (axis,)))
    last = list(range(len(x.shape) - len(axes), len(x.shape)))
    if keras.backend.backend() != "torch" or axes == last:
        return compute(x, axis)
    result = compute(keras.ops.moveaxis(x, axes, last), tuple(a - len(x.shape) for a in last))
    return keras.ops.moveaxis(result, last, axes)


def trace(x, offset=0, axis1=0, axis2=1):
    """Sum a diagonal.

    Args:
        x: a tensor.
        offset: how far the diagonal is above the main one; below 0, beneath it.
        axis1: the first of the two axes that it crosses, from 0.
        axis2: the second.

    Returns:
        A tensor without these axes.
    """
    # TensorFlow's own fails where the two are neither equally long nor the last.
    return keras.ops.sum(keras.ops.diagonal(x, offset=offset, axis1=axis1, axis2=axis2), axis=-1)


def unravel_index(indices, shape):
    """Find where elements stand that are told by one number, counted along all axes.

    Args:
        indices: a tensor of whole numbers.
        shape: the shape of what they are counted in.

    Returns:
        A tuple: for each axis a tensor of the shape of `indices`, counted from 0.
    """
    if len(indices.shape) == 1:
        return tuple(keras.ops.unravel_index(indices, shape))
    # TensorFlow takes the axes in the wrong order.
    found = keras.ops.unravel_index(keras.ops.reshape(indices, (-1,)), shape)
    wanted = [-1 if size is None else size for size in indices.shape]
    return tuple(keras.ops.reshape(part, wanted) for part in found)


# Products and sizes ---------------------------------------------------------------------------------------------------


def cross(x1, x2, axisa=-1, axisb=-1, axisc=-1, axis=None):
    """Multiply vectors of three dimensions, so that the result stands upright on both.

    Args:
        x1: a tensor whose axis `axisa` holds the vectors.
        x2: a tensor whose axis `axisb` holds the vectors.
        axisa: which axis of `x1` that is, from 0.
        axisb: which axis of `x2` that is, from 0.
        axisc: the axis of the result that holds them.
        axis: all three of these at once.

    Returns:
        A tensor.
    """
    along, plain = -1 if axis is None else axis, axisa == axisb == axisc == -1
    three = plain and all(x.shape[along] == 3 for x in (x1, x2))
    if keras.backend.backend() != "torch" or not three:
        return keras.ops.cross(x1, x2, axisa=axisa, axisb=axisb, axisc=axisc, axis=axis)

    # torch takes the first axis of size 3, be it the batch.
    def turned(x, by):
        return keras.ops.roll(x, by, axis=along)

    return turned(x1, -1) * turned(x2, -2) - turned(x1, -2) * turned(x2, -1)


def dot(x1, x2):
    """Multiply vectors and matrices: sum over the last axis of the first and the last but one of the second.

    Args:
        x1: a tensor or number.
        x2: a tensor or number; of its only axis, if it has but one, the sum is taken.

    Returns:
        A tensor with the other axes of both. With a number, the product.
    """
    ranks = [0 if is_number(x) else len(x.shape) for x in (x1, x2)]
    if ranks[0] and ranks[1] > 2:  # where torch's is another product, of stacks of matrices
        axes = ((ranks[0] - 1,), (ranks[1] - 2,))
        return keras.ops.tensordot(**known_product({"x1": x1, "x2": x2, "axes": axes}, "op_dot"))
    return keras.ops.dot(x1, x2)


def norm(x, ord=None, axis=None, keepdims=False):
    """Measure the length of vectors, or the size of matrices.

    Args:
        x: a tensor.
        ord: which norm: 1, 2, another number, infinity, "fro" or "nuc"; by default the root of the sum of squares.
        axis: the axis of vectors, or the two of matrices, from 0; None is all of `x`.
        keepdims: whether these axes stay, with the size 1.

    Returns:
        A tensor without those axes.
    """
    rank = len(x.shape)
    if ord is not None or axis is not None or rank <= 2:
        return keras.ops.norm(x, ord=ord, axis=axis, keepdims=keepdims)
    length = keras.ops.norm(keras.ops.ravel(x))  # TensorFlow knows vectors and matrices alone
    return keras.ops.reshape(length, (1,) * rank) if keepdims else length


def in_top_k(targets, predictions, k):
    """Tell whether each class is among those with the highest predictions.

    Args:
        targets: a tensor of classes, one for each row of `predictions`, counted from 0.
        predictions: a matrix, a row for each sample and a column for each class.
        k: how many count as the highest.

    Returns:
        A tensor of truth values; a class that does not exist is not among them.
    """
    found = keras.ops.in_top_k(targets, predictions, k)
    if keras.backend.backend() != "torch":
        return found
    exists = keras.ops.logical_and(targets >= 0, targets < predictions.shape[-1])  # torch says yes to one that does not
    return keras.ops.logical_and(found, exists)


# Images ---------------------------------------------------------------------------------------------------------------


def average_pool(inputs, pool_size, strides=None, padding="valid", data_format=None):
    """Average what is under a window, at each place where it comes to lie.

    Args:
        inputs: a tensor: the samples, one to three axes of places, and the channels where `data_format` says.
        pool_size: the size of the window, a number or one for each axis.
        strides: how far it moves on; by default by its size.
        padding: "valid" for the places where it lies within, "same" for those where it may reach beyond the edges;
            there what is within is averaged.
        data_format: "channels_last" or "channels_first"; by default as configured.

    Returns:
        A tensor with fewer places.
    """
    options = {"strides": strides, "padding": padding, "data_format": data_format}
    first = (data_format or keras.config.image_data_format()) == "channels_first"
    places = inputs.shape[2:] if first else inputs.shape[1:-1]
    if padding == "valid" or keras.backend.backend() != "torch" or None in places:
        return keras.ops.average_pool(inputs, pool_size, **options)
    # torch counts the edge twice where the window reaches further beyond one end than beyond the other.
    sizes = pool_size if isinstance(pool_size, tuple) else (pool_size,) * len(places)
    steps = sizes if strides is None else strides if isinstance(strides, tuple) else (strides,) * len(places)
    beyond = [max((-(-n // step) - 1) * step + size - n, 0) for n, size, step in zip(places, sizes, steps, strict=True)]
    ends = [(total // 2, total - total // 2) for total in beyond]
    widths = [(0, 0), (0, 0), *ends] if first else [(0, 0), *ends, (0, 0)]
    sums, counts = (
        keras.ops.average_pool(keras.ops.pad(x, widths), pool_size, **{**options, "padding": "valid"})
        for x in (inputs, keras.ops.ones_like(inputs))
    )
    return keras.ops.divide(sums, counts)


def gaussian_blur(images, kernel_size=(3, 3), sigma=(1.0, 1.0), data_format=None):
    """Blur images: each place becomes the average around it, weighed by a bell curve.

    Args:
        images: one image or a batch of them, with the channels where `data_format` says.
        kernel_size: how far the average goes, the pair of height and width, or one number for both.
        sigma: how wide the curve is along height and width, in places.
        data_format: "channels_last" or "channels_first"; by default as configured.

    Returns:
        Images of the same shape.
    """
    # Keras's own mixes height and width up where they differ, in another way on each backend.
    one, first = len(images.shape) == 3, (data_format or keras.config.image_data_format()) == "channels_first"
    batch = keras.ops.expand_dims(images, 0) if one else images
    channels = batch.shape[1 if first else -1]
    curves = []
    for size, width in zip(kernel_size, sigma, strict=True):
        at = keras.ops.arange(size, dtype=images.dtype) - (size - 1) / 2
        curve = keras.ops.exp(-0.5 * keras.ops.square(at / width))
        curves.append(curve / keras.ops.sum(curve))
    kernel = keras.ops.tile(keras.ops.reshape(keras.ops.outer(*curves), (*kernel_size, 1, 1)), (1, 1, channels, 1))
    blurred = keras.ops.depthwise_conv(batch, kernel, padding="same", data_format=data_format)
    return keras.ops.squeeze(blurred, 0) if one else blurred
