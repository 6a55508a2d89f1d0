"""k_* functions that pool, pad and enlarge series, images and volumes; and the bias of a convolution."""

from pipekeras._keras import keras
from pipekeras.errors import InvalidValueError, ShapeError
from pipekeras.k._function import is_text, written
from pipekeras.k._tensors import known_shape, plus, rank
from pipekeras.k.convolution import channels_last, data_format_of, padding_of
from pipekeras.ops._right import average_pool
from pipekeras.ops._values import is_row
from pipekeras.wrap import name_members

# Pooling --------------------------------------------------------------------------------------------------------------


def _pool(where, ndim, x, pool_size, strides, padding, data_format, pool_mode):
    if pool_mode not in ("max", "avg"):
        raise InvalidValueError(f'{where}: pool_mode must be "max" or "avg", it got {pool_mode!r}')
    pool = keras.ops.max_pool if pool_mode == "max" else average_pool
    pool_size, strides = (tuple(n) if isinstance(n, list) else n for n in (pool_size, strides))
    padding = padding_of(padding, where)
    return channels_last(lambda x: pool(x, pool_size, strides, padding, "channels_last"), x, data_format, where, ndim)


@written(arrays=1, deep=True, floats=["x"])
def k_pool2d(x, pool_size, strides=(1, 1), padding="valid", data_format=None, pool_mode="max"):
    """The maximum or mean of each window of images.

    Args:
        x: a tensor of shape (samples, rows, columns, channels).
        pool_size: how many rows and columns a window has.
        strides: by how much the window moves on.
        padding: "valid" for none, "same" for an output of the size of x where strides are 1.
        data_format: "channels_first" where x has shape (samples, channels, rows, columns).
        pool_mode: "max" or "avg".

    Returns:
        a tensor of shape (samples, rows, columns, channels).
    """
    return _pool("k_pool2d", 4, x, pool_size, strides, padding, data_format, pool_mode)


@written(arrays=1, deep=True, floats=["x"])
def k_pool3d(x, pool_size, strides=(1, 1, 1), padding="valid", data_format=None, pool_mode="max"):
    """The maximum or mean of each window of volumes.

    Args:
        x: a tensor of shape (samples, depth, rows, columns, channels).
        pool_size: the size of a window along each dimension.
        strides: by how much the window moves on.
        padding: "valid" for none, "same" for an output of the size of x where strides are 1.
        data_format: "channels_first" where the channels of x stand after the samples.
        pool_mode: "max" or "avg".

    Returns:
        a tensor of shape (samples, depth, rows, columns, channels).
    """
    return _pool("k_pool3d", 5, x, pool_size, strides, padding, data_format, pool_mode)


# Padding --------------------------------------------------------------------------------------------------------------


def _is_padding(value):
    return is_row(value) or (isinstance(value, (list, tuple)) and all(map(is_row, value)))


def _pad(where, x, pairs, data_format):
    """Zeros around the spatial dimensions, (before, after) for each."""
    if rank(x) != len(pairs) + 2:
        raise ShapeError(f"{where} takes a tensor of {len(pairs) + 2} dimensions, it got shape {known_shape(x)}")
    first = data_format_of(data_format, where) == "channels_first"
    return keras.ops.pad(x, ((0, 0), (0, 0), *pairs) if first else ((0, 0), *pairs, (0, 0)))


def _pairs(padding, count, where):
    if not isinstance(padding, tuple) or len(padding) != count:
        raise InvalidValueError(f"{where}: padding must be {count} pairs (before, after), it got {padding!r}")
    if any(not isinstance(pair, tuple) or len(pair) != 2 or min(pair) < 0 for pair in padding):
        raise InvalidValueError(f"{where}: padding must be pairs (before, after) of 0 or more, it got {padding!r}")
    return padding


@written(arrays=1, deep=True)
def k_temporal_padding(x, padding=(1, 1)):
    """Puts steps of zeros before and after series.

    Args:
        x: a tensor of shape (samples, steps, features).
        padding: how many steps before and after.

    Returns:
        a tensor of shape (samples, more steps, features).
    """
    where = "k_temporal_padding"
    return _pad(where, x, _pairs((padding,), 1, where), "channels_last")


@written(arrays=1, odd=_is_padding)
def k_spatial_2d_padding(x, padding=((1, 1), (1, 1)), data_format=None):
    """Puts zeros around images.

    Args:
        x: a tensor of shape (samples, rows, columns, channels).
        padding: ((above, below), (left, right)).
        data_format: "channels_first" where x has shape (samples, channels, rows, columns).

    Returns:
        a tensor of shape (samples, more rows, more columns, channels).
    """
    where = "k_spatial_2d_padding"
    return _pad(where, x, _pairs(padding, 2, where), data_format)


@written(arrays=1, odd=_is_padding)
def k_spatial_3d_padding(x, padding=((1, 1), (1, 1), (1, 1)), data_format=None):
    """Puts zeros around volumes.

    Args:
        x: a tensor of shape (samples, depth, rows, columns, channels).
        padding: a pair (before, after) for each of the three dimensions.
        data_format: "channels_first" where the channels of x stand after the samples.

    Returns:
        a tensor of the same dimensions, three of them longer.
    """
    where = "k_spatial_3d_padding"
    return _pad(where, x, _pairs(padding, 3, where), data_format)


# Enlarging ------------------------------------------------------------------------------------------------------------


def _enlarge(where, x, factors, data_format):
    """Each value `factor` times along each spatial dimension."""
    if rank(x) != len(factors) + 2:
        raise ShapeError(f"{where} takes a tensor of {len(factors) + 2} dimensions, it got shape {known_shape(x)}")
    begin = 2 if data_format_of(data_format, where) == "channels_first" else 1
    for axis, factor in enumerate(factors, begin):
        x = keras.ops.repeat(x, factor, axis=axis)
    return x


@written(arrays=1, deep=True)
def k_resize_images(x, height_factor, width_factor, data_format=None):
    """Makes images larger by repeating rows and columns.

    Args:
        x: a tensor of shape (samples, rows, columns, channels).
        height_factor: how often each row comes.
        width_factor: how often each column comes.
        data_format: "channels_first" where x has shape (samples, channels, rows, columns).

    Returns:
        a tensor of shape (samples, rows * height_factor, columns * width_factor, channels).
    """
    return _enlarge("k_resize_images", x, (height_factor, width_factor), data_format)


@written(arrays=1, deep=True)
def k_resize_volumes(x, depth_factor, height_factor, width_factor, data_format=None):
    """Makes volumes larger by repeating layers, rows and columns.

    Args:
        x: a tensor of shape (samples, depth, rows, columns, channels).
        depth_factor: how often each layer comes.
        height_factor: how often each row comes.
        width_factor: how often each column comes.
        data_format: "channels_first" where the channels of x stand after the samples.

    Returns:
        a tensor of the same dimensions, three of them longer.
    """
    return _enlarge("k_resize_volumes", x, (depth_factor, height_factor, width_factor), data_format)


# Bias -----------------------------------------------------------------------------------------------------------------


@written(arrays=2, odd=is_text)
def k_bias_add(x, bias, data_format=None):
    """Adds a number to each channel, or one to each channel of each place.

    Args:
        x: a tensor of shape (samples, ..., channels).
        bias: a tensor of shape (channels,), or of the shape of a sample with the channels last.
        data_format: "channels_first" where the channels of x stand after the samples.

    Returns:
        a tensor of the shape of x.
    """
    where, ndim = "k_bias_add", rank(x)
    if rank(bias) not in (1, ndim - 1):
        raise ShapeError(
            f"{where}: bias must have 1 or {ndim - 1} dimensions for x of shape {known_shape(x)},"
            f" it has shape {known_shape(bias)}"
        )
    if data_format_of(data_format, where) == "channels_first" and ndim > 2:
        bias = keras.ops.moveaxis(bias, -1, 0)
        if rank(bias) == 1:
            bias = keras.ops.reshape(bias, (-1, *[1] * (ndim - 2)))
    return plus(x, bias)


__all__ = [*name_members(globals())]
