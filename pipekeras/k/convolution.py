"""k_* functions that slide a kernel over something."""

from pipekeras import values
from pipekeras._keras import keras
from pipekeras.errors import InvalidValueError, ShapeError
from pipekeras.k._function import written
from pipekeras.k._tensors import known_shape, rank
from pipekeras.receivers import is_tensor
from pipekeras.wrap import name_members


def data_format_of(data_format, where):
    """The data format, by default as Keras is configured."""
    data_format = data_format or keras.config.image_data_format()
    if data_format not in ("channels_last", "channels_first"):
        raise InvalidValueError(
            f'{where}: data_format must be "channels_last" or "channels_first", it got {data_format!r}'
        )
    return data_format


def channels_last(function, x, data_format, where, ndim):
    """Apply `function` to `x` with its channels at the end, and put them back: TensorFlow needs that on a CPU."""
    if rank(x) != ndim:
        raise ShapeError(f"{where} takes a tensor of {ndim} dimensions, it got one of shape {known_shape(x)}")
    if data_format_of(data_format, where) == "channels_last":
        return function(x)
    return keras.ops.moveaxis(function(keras.ops.moveaxis(x, 1, -1)), -1, 1)


def padding_of(padding, where, known=("valid", "same")):
    """The padding in the spelling of Keras."""
    word = padding.lower() if isinstance(padding, str) else padding
    if word not in known:
        raise InvalidValueError(f"{where}: padding must be {' or '.join(map(repr, known))}, it got {padding!r}")
    return word


# Convolutions ---------------------------------------------------------------------------------------------------------


def _check_kernel(where, x, kernel, ndim, axis=-2):
    """Raise if a kernel is not for as many channels as x has; x has its channels at the end."""
    have, takes = known_shape(x)[-1], known_shape(kernel)
    if len(takes) != ndim:
        raise ShapeError(f"{where} takes a kernel of {ndim} dimensions, it got one of shape {takes}")
    if None not in (have, takes[axis]) and have != takes[axis]:
        raise ShapeError(
            f"{where}: x has {have} channels, the kernel is for {takes[axis]} (given shapes {known_shape(x)}, channels"
            f" last, and {takes})"
        )


def _convolve(where, ndim, x, kernel, strides, padding, data_format, dilation_rate):
    padding = padding_of(padding, where)

    def convolved(x):
        _check_kernel(where, x, kernel, ndim)
        return keras.ops.conv(x, kernel, strides, padding, "channels_last", dilation_rate)

    return channels_last(convolved, x, data_format, where, ndim)


@written(arrays=2, deep=True, floats=["x", "kernel"])
def k_conv1d(x, kernel, strides=1, padding="valid", data_format=None, dilation_rate=1):
    """Convolution along time.

    Args:
        x: a tensor of shape (samples, steps, channels).
        kernel: a tensor of shape (size, channels, filters).
        strides: by how many steps the kernel moves on.
        padding: "valid" for none, "same" for as many steps as x has, "causal" for those of the past alone.
        data_format: "channels_first" where x has shape (samples, channels, steps).
        dilation_rate: the distance between the cells of the kernel.

    Returns:
        a tensor of shape (samples, steps, filters).
    """
    where = "k_conv1d"
    padding = padding_of(padding, where, ("valid", "same", "causal"))
    if padding == "causal":
        rate = dilation_rate[0] if isinstance(dilation_rate, tuple) else dilation_rate
        before = ((0, 0), (rate * (kernel.shape[0] - 1), 0), (0, 0))
        first = data_format_of(data_format, where) == "channels_first"
        x = keras.ops.pad(x, (before[0], before[2], before[1]) if first else before)
        padding = "valid"
    return _convolve(where, 3, x, kernel, strides, padding, data_format, dilation_rate)


@written(arrays=2, deep=True, floats=["x", "kernel"])
def k_conv2d(x, kernel, strides=(1, 1), padding="valid", data_format=None, dilation_rate=(1, 1)):
    """Convolution over images.

    Args:
        x: a tensor of shape (samples, rows, columns, channels).
        kernel: a tensor of shape (rows, columns, channels, filters).
        strides: by how much the kernel moves on, along rows and columns.
        padding: "valid" for none, "same" for an output of the size of x where strides are 1.
        data_format: "channels_first" where x has shape (samples, channels, rows, columns).
        dilation_rate: the distance between the cells of the kernel.

    Returns:
        a tensor of shape (samples, rows, columns, filters).
    """
    return _convolve("k_conv2d", 4, x, kernel, strides, padding, data_format, dilation_rate)


@written(arrays=2, deep=True, floats=["x", "kernel"])
def k_conv3d(x, kernel, strides=(1, 1, 1), padding="valid", data_format=None, dilation_rate=(1, 1, 1)):
    """Convolution over volumes.

    Args:
        x: a tensor of shape (samples, depth, rows, columns, channels).
        kernel: a tensor of shape (depth, rows, columns, channels, filters).
        strides: by how much the kernel moves on, along each dimension.
        padding: "valid" for none, "same" for an output of the size of x where strides are 1.
        data_format: "channels_first" where the channels of x stand after the samples.
        dilation_rate: the distance between the cells of the kernel.

    Returns:
        a tensor of shape (samples, depth, rows, columns, filters).
    """
    return _convolve("k_conv3d", 5, x, kernel, strides, padding, data_format, dilation_rate)


@written(arrays=2, deep=True, floats=["x", "depthwise_kernel"])
def k_depthwise_conv2d(x, depthwise_kernel, strides=(1, 1), padding="valid", data_format=None, dilation_rate=(1, 1)):
    """Convolution over images, of each channel by itself.

    Args:
        x: a tensor of shape (samples, rows, columns, channels).
        depthwise_kernel: a tensor of shape (rows, columns, channels, filters for each channel).
        strides: by how much the kernel moves on, along rows and columns.
        padding: "valid" for none, "same" for an output of the size of x where strides are 1.
        data_format: "channels_first" where x has shape (samples, channels, rows, columns).
        dilation_rate: the distance between the cells of the kernel.

    Returns:
        a tensor of shape (samples, rows, columns, channels * filters for each).
    """
    where = "k_depthwise_conv2d"
    padding = padding_of(padding, where)

    def convolved(x):
        _check_kernel(where, x, depthwise_kernel, 4)
        return keras.ops.depthwise_conv(x, depthwise_kernel, strides, padding, "channels_last", dilation_rate)

    return channels_last(convolved, x, data_format, where, 4)


@written(arrays=3, deep=True, floats=["x", "depthwise_kernel", "pointwise_kernel"])
def k_separable_conv2d(
    x, depthwise_kernel, pointwise_kernel, strides=(1, 1), padding="valid", data_format=None, dilation_rate=(1, 1)
):
    """Convolution over images, of each channel by itself, whose results are then mixed.

    Args:
        x: a tensor of shape (samples, rows, columns, channels).
        depthwise_kernel: a tensor of shape (rows, columns, channels, filters for each channel).
        pointwise_kernel: a tensor of shape (1, 1, channels * filters for each, filters).
        strides: by how much the kernel moves on, along rows and columns.
        padding: "valid" for none, "same" for an output of the size of x where strides are 1.
        data_format: "channels_first" where x has shape (samples, channels, rows, columns).
        dilation_rate: the distance between the cells of the kernel.

    Returns:
        a tensor of shape (samples, rows, columns, filters).
    """
    where = "k_separable_conv2d"
    padding = padding_of(padding, where)

    def convolved(x):
        _check_kernel(where, x, depthwise_kernel, 4)
        kernels = depthwise_kernel, pointwise_kernel
        return keras.ops.separable_conv(x, *kernels, strides, padding, "channels_last", dilation_rate)

    return channels_last(convolved, x, data_format, where, 4)


# Backwards ------------------------------------------------------------------------------------------------------------


# Keras's own operation mixes up its arguments in a model, so it is left to a layer.
_BACK: dict = {"arrays": 2, "deep": True, "floats": ["x", "kernel"], "as_layer": True}


def _wanted(value, name, where):
    """The shape of an output, whose first dimension, the batch, may be anything."""
    dims = tuple(value) if not is_tensor(value) else tuple(keras.ops.convert_to_numpy(value).tolist())
    return (None, *(values.count(d, name, where, least=1) for d in dims[1:]))


def _transpose(where, ndim, x, kernel, output_shape, strides, padding, data_format):
    padding, data_format = padding_of(padding, where), data_format_of(data_format, where)
    if len(output_shape) != ndim:
        raise InvalidValueError(f"{where}: output_shape must have {ndim} dimensions, the batch first")
    last = data_format == "channels_last"
    sizes, filters = (output_shape[1:-1], output_shape[-1]) if last else (output_shape[2:], output_shape[1])
    strides = strides if isinstance(strides, tuple) else (strides,) * (ndim - 2)
    spatial = known_shape(x)[1:-1] if last else known_shape(x)[2:]
    if None in spatial:
        raise ShapeError(f"{where}: all but the batch of x must be known, its shape is {known_shape(x)}")

    # Several sizes lead to the same input; Keras is told which is meant by how far it lies beyond the least.
    beyond = []
    for size, length, cells, stride in zip(sizes, spatial, kernel.shape, strides, strict=False):
        forth = (size - cells) // stride + 1 if padding == "valid" else -(-size // stride)
        if forth != length:
            raise ShapeError(
                f"{where}: output_shape has {size} where x has {length} values: with strides {stride} and padding"
                f' "{padding}" a convolution makes {forth} of {size}'
            )
        beyond.append(size - (length - 1) * stride - cells + (0 if padding == "valid" else 2 * (cells // 2)))

    def convolved(x):
        _check_kernel(where, x, kernel, ndim, axis=-1)
        if filters != kernel.shape[-2]:
            raise ShapeError(
                f"{where}: output_shape has {filters} channels, the kernel makes {kernel.shape[-2]} (its shape is"
                f" {known_shape(kernel)})"
            )
        return keras.ops.conv_transpose(x, kernel, strides, padding, tuple(beyond), "channels_last")

    return channels_last(convolved, x, data_format, where, ndim)


@written(**_BACK, takes={"output_shape": _wanted})
def k_conv2d_transpose(x, kernel, output_shape, strides=(1, 1), padding="valid", data_format=None):
    """The way back of a convolution over images: from its output to the shape of its input.

    Args:
        x: a tensor of shape (samples, rows, columns, channels).
        kernel: a tensor of shape (rows, columns, filters, channels).
        output_shape: the shape of the result, with the batch first; the batch may be None.
        strides: by how much the kernel moves on, along rows and columns.
        padding: "valid" or "same", that of the convolution.
        data_format: "channels_first" where x has shape (samples, channels, rows, columns).

    Returns:
        a tensor of shape (samples, rows, columns, filters).
    """
    return _transpose("k_conv2d_transpose", 4, x, kernel, output_shape, strides, padding, data_format)


@written(**_BACK, takes={"output_shape": _wanted})
def k_conv3d_transpose(x, kernel, output_shape, strides=(1, 1, 1), padding="valid", data_format=None):
    """The way back of a convolution over volumes: from its output to the shape of its input.

    Args:
        x: a tensor of shape (samples, depth, rows, columns, channels).
        kernel: a tensor of shape (depth, rows, columns, filters, channels).
        output_shape: the shape of the result, with the batch first; the batch may be None.
        strides: by how much the kernel moves on, along each dimension.
        padding: "valid" or "same", that of the convolution.
        data_format: "channels_first" where the channels of x stand after the samples.

    Returns:
        a tensor of shape (samples, depth, rows, columns, filters).
    """
    return _transpose("k_conv3d_transpose", 5, x, kernel, output_shape, strides, padding, data_format)


# Without shared weights -----------------------------------------------------------------------------------------------


def _local(kind, kernel, sizes, strides, data_format):
    from pipekeras.layers import locally_connected

    layer = getattr(locally_connected, kind)(
        kernel.shape[-1], sizes, strides, data_format=data_format, use_bias=False, name="k_local_conv"
    )
    layer.kernel, layer.bias = kernel, None
    return layer


@written(arrays=2, deep=True, floats=["inputs", "kernel"])
def k_local_conv1d(inputs, kernel, kernel_size, strides, data_format=None):
    """Convolution along time with a kernel of its own for each place.

    Args:
        inputs: a tensor of shape (samples, steps, channels).
        kernel: a tensor of shape (places, kernel_size * channels, filters).
        kernel_size: how many steps a kernel sees.
        strides: by how many steps it moves on.
        data_format: "channels_first" where inputs has shape (samples, channels, steps).

    Returns:
        a tensor of shape (samples, places, filters).
    """
    return _local("LocallyConnected1D", kernel, kernel_size, strides, data_format).call(inputs)


@written(arrays=2, deep=True, floats=["inputs", "kernel"])
def k_local_conv2d(inputs, kernel, kernel_size, strides, output_shape, data_format=None):
    """Convolution over images with a kernel of its own for each place.

    Args:
        inputs: a tensor of shape (samples, rows, columns, channels).
        kernel: a tensor of shape (places, kernel rows * kernel columns * channels, filters).
        kernel_size: how many rows and columns a kernel sees.
        strides: by how much it moves on, along rows and columns.
        output_shape: how many places there are, along rows and columns.
        data_format: "channels_first" where inputs has shape (samples, channels, rows, columns).

    Returns:
        a tensor of shape (samples, row places, column places, filters).
    """
    layer = _local("LocallyConnected2D", kernel, kernel_size, strides, data_format)
    places = layer._places(layer._split(known_shape(inputs))[0])
    if tuple(output_shape) != places:
        raise ShapeError(
            f"k_local_conv2d: output_shape is {output_shape}, but a kernel of size {kernel_size} has {places} places in"
            f" an input of shape {known_shape(inputs)} with strides {strides}"
        )
    return layer.call(inputs)


__all__ = [*name_members(globals())]
