"""k_* functions that bring values to a common size."""

from pipekeras._keras import keras
from pipekeras.k._function import written
from pipekeras.k._tensors import as_tensor, broadcast_along, known_shape, maybe_tensor, plus, rank
from pipekeras.wrap import name_members

_MAYBE = dict.fromkeys(["beta", "gamma"], maybe_tensor)


@written(arrays=1, floats=["x"])
def k_l2_normalize(x, axis=None):
    """Divides by the Euclidean norm.

    Args:
        x: a tensor.
        axis: the axis or axes along which the norm is taken, counted from 0; None for all values together.

    Returns:
        a tensor of the shape of x; zeros stay zeros.
    """
    x = as_tensor(x)
    norm = keras.ops.sum(keras.ops.square(x), axis=axis, keepdims=True)
    return x * keras.ops.rsqrt(keras.ops.maximum(norm, 1e-12))


def _normalized(x, mean, var, beta, gamma, epsilon):
    scale = keras.ops.rsqrt(keras.ops.add(var, epsilon))
    scale = scale if gamma is None else scale * gamma
    result = (x - mean) * scale
    return result if beta is None else plus(result, beta)


@written(arrays=5, takes=_MAYBE, floats=["x", "mean", "var", "beta", "gamma"])
def k_batch_normalization(x, mean, var, beta, gamma, axis=-1, epsilon=0.001):
    """Normalizes with a mean and a variance that are given: (x - mean) / sqrt(var + epsilon) * gamma + beta.

    Args:
        x: a tensor.
        mean: the mean of each channel, of shape (channels,), or of any shape that fits that of x.
        var: their variance, of the same shape.
        beta: what is added in the end, or None.
        gamma: what the result is multiplied by, or None.
        axis: the axis of the channels, counted from 0.
        epsilon: a small number, so that nothing is divided by 0.

    Returns:
        a tensor of the shape of x.
    """
    axis = axis[0] if isinstance(axis, tuple) else axis
    tensors = [value if value is None else as_tensor(value) for value in (mean, var, beta, gamma)]
    return _normalized(x, *(broadcast_along(t, axis, rank(x)) for t in tensors), epsilon)


@written(takes=_MAYBE, floats=["x", "gamma", "beta"])
def k_normalize_batch_in_training(x, gamma, beta, reduction_axes, epsilon=0.001):
    """Normalizes with the mean and the variance of the batch itself.

    Args:
        x: a tensor.
        gamma: what the result is multiplied by, one for each channel, or None.
        beta: what is added in the end, one for each channel, or None.
        reduction_axes: the axes that mean and variance are taken along, counted from 0: all but that of the channels.
        epsilon: a small number, so that nothing is divided by 0.

    Returns:
        a tuple of the normalized tensor, of the shape of x, the mean and the variance.
    """
    axes = reduction_axes if isinstance(reduction_axes, tuple) else (reduction_axes,)
    mean, var = keras.ops.moments(x, axes, keepdims=True)
    ndim = rank(x)
    kept = [axis for axis in range(ndim) if axis not in {a % ndim for a in axes}]

    def fitting(value):
        if value is None or not kept or rank(value) == ndim:
            return value
        if rank(value) == 1 and len(kept) == 1:
            return broadcast_along(as_tensor(value), kept[0], ndim)
        sizes = [d or -1 for d in known_shape(x)]
        return keras.ops.reshape(value, [sizes[axis] if axis in kept else 1 for axis in range(ndim)])

    normalized = _normalized(x, mean, var, fitting(beta), fitting(gamma), epsilon)
    return normalized, keras.ops.squeeze(mean, axes), keras.ops.squeeze(var, axes)


__all__ = [*name_members(globals())]
