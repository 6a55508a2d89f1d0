"""k_* functions that ask for shapes, change them, or put tensors together and apart."""

import math

from pipekeras import values
from pipekeras._keras import keras
from pipekeras.errors import InvalidValueError, ShapeError
from pipekeras.k._function import of_keras, values_of_all, written
from pipekeras.k._tensors import known_shape, rank, target_shape
from pipekeras.k.sparse import densely
from pipekeras.ops import _mend
from pipekeras.receivers import is_symbolic
from pipekeras.wrap import name_members

# Asking ---------------------------------------------------------------------------------------------------------------

k_dtype = of_keras("dtype", takes={"x": None})
k_ndim = of_keras("ndim")
k_shape = of_keras("shape", note="A dimension that is not known before the model runs is None.")


@written
def k_int_shape(x):
    """The shape as whole numbers.

    Args:
        x: a tensor or a variable.

    Returns:
        a tuple, in which a dimension that is not known is None.
    """
    return known_shape(x)


@written
def k_get_variable_shape(x):
    """The shape of a variable.

    Args:
        x: a variable or a tensor.

    Returns:
        a tuple of whole numbers.
    """
    return known_shape(x)


@written
def k_count_params(x):
    """How many numbers a variable or tensor holds.

    Args:
        x: a variable or a tensor whose shape is known.

    Returns:
        a whole number, the product of the dimensions.
    """
    shape = known_shape(x)
    if None in shape:
        raise ShapeError(f"k_count_params: the shape {shape} is not wholly known, so its values cannot be counted")
    return math.prod(shape)


# Changing -------------------------------------------------------------------------------------------------------------

k_expand_dims = of_keras("expand_dims", arrays=1, grows=True, defaults={"axis": -1})
k_flatten = of_keras("reshape", fixed={"newshape": -1}, note="All values in one dimension.")
k_reshape = of_keras("reshape", renamed={"shape": "newshape"}, takes={"shape": target_shape})
k_squeeze = of_keras("squeeze", arrays=1)
k_transpose = of_keras("transpose", fixed={"axes": None}, note="The axes in reverse order.")


@written
def k_permute_dimensions(x, pattern):
    """The axes in another order.

    Args:
        x: a tensor.
        pattern: the axes of x, counted from 0, in their new order: (0, 2, 1) swaps the last two of three.

    Returns:
        a tensor whose axis i is axis pattern[i] of x.
    """
    pattern = pattern if isinstance(pattern, tuple) else (pattern,)
    ndim = rank(x)
    if sorted(a % ndim if -ndim <= a < ndim else ndim for a in pattern) != list(range(ndim)):
        raise InvalidValueError(
            f"k_permute_dimensions: pattern is {pattern}; for a tensor of shape {tuple(x.shape)} it must have each of"
            f" the axes 0 to {ndim - 1} once"
        )
    return keras.ops.transpose(x, [a % ndim for a in pattern])


@written
def k_batch_flatten(x):
    """All but the first dimension, the batch, become one.

    Args:
        x: a tensor of two dimensions or more.

    Returns:
        a tensor of shape (batch, values).
    """
    if rank(x) < 1:
        raise ShapeError("k_batch_flatten: x is a single number, it has no batch")
    rest = known_shape(x)[1:]
    if None not in rest:
        return keras.ops.reshape(x, (-1, math.prod(rest)))
    if is_symbolic(x):
        return keras.layers.Flatten()(x)
    return keras.ops.reshape(x, (keras.ops.shape(x)[0], -1))


@written
def k_reverse(x, axes):
    """The values in reverse order along axes.

    Args:
        x: a tensor.
        axes: an axis or several, counted from 0.

    Returns:
        a tensor of the shape of x.
    """
    return keras.ops.flip(x, axes)


# Repeating ------------------------------------------------------------------------------------------------------------


@written
def k_tile(x, n):
    """Lays copies of a tensor side by side.

    Args:
        x: a tensor.
        n: how often along each axis: a whole number for one axis, or one for each.

    Returns:
        a tensor whose axis i is n[i] times as long.
    """
    return keras.ops.tile(x, n)


@written(takes={"n": values.count})
def k_repeat(x, n):
    """Repeats each row of a matrix along a new axis of time.

    Args:
        x: a tensor of shape (samples, features).
        n: how often.

    Returns:
        a tensor of shape (samples, n, features).
    """
    if rank(x) != 2:
        raise ShapeError(
            f"k_repeat takes a tensor of shape (samples, features), it got one of shape {known_shape(x)};"
            " k_repeat_elements() repeats along any axis"
        )
    return keras.ops.repeat(keras.ops.expand_dims(x, 1), n, axis=1)


@written
def k_repeat_elements(x, rep, axis):
    """Repeats each value along an axis, as in 1, 1, 2, 2, 3, 3.

    Args:
        x: a tensor.
        rep: how often.
        axis: the axis, counted from 0.

    Returns:
        a tensor whose axis `axis` is rep times as long.
    """
    return keras.ops.repeat(x, rep, axis=axis)


# Together and apart ---------------------------------------------------------------------------------------------------

k_stack = of_keras("stack", arrays=1, grows=True, takes={"x": values_of_all}, defaults={"axis": 0})
k_one_hot = of_keras("one_hot", renamed={"indices": "x"}, by_name=["axis", "dtype", "sparse"], grows=True)


@written(arrays=1)
def k_concatenate(tensors, axis=-1):
    """Joins tensors along an axis.

    Args:
        tensors: a list of tensors, of the same shape but for that axis.
        axis: the axis, counted from 0; negative ones count from the end.

    Returns:
        a tensor; sparse if all of them are.
    """
    if not isinstance(tensors, (list, tuple)):
        raise InvalidValueError("k_concatenate: tensors must be a list of tensors, as in k_concatenate([x, y])")
    if all(rank(tensor) == 0 for tensor in tensors):
        raise ShapeError("k_concatenate joins along an axis, and single numbers have none: k_stack() makes one")
    return keras.ops.concatenate(densely(tensors), axis=axis)


@written(arrays=1)
def k_unstack(x, axis=0, num=None, name=None):
    """Takes a tensor apart along an axis.

    Args:
        x: a tensor.
        axis: the axis, counted from 0.
        num: how many parts, where the shape does not tell.
        name: understood, without effect: tensors have no names in Keras 3.

    Returns:
        a list of tensors, each without that axis.
    """
    return list(keras.ops.unstack(x, num=num, axis=axis))


@written
def k_gather(reference, indices):
    """Takes the elements at some indices of the first axis.

    Args:
        reference: a tensor.
        indices: whole numbers, counted from 0, of any shape.

    Returns:
        a tensor of the shape of indices, followed by that of an element.
    """
    _mend.known_indices({"x": reference, "indices": indices, "axis": 0}, "k_gather")
    return keras.ops.take(reference, indices, axis=0)


__all__ = [*name_members(globals())]
