"""k_* functions that multiply matrices."""

from pipekeras._keras import keras
from pipekeras.errors import InvalidValueError, ShapeError
from pipekeras.k import sparse
from pipekeras.k._function import written
from pipekeras.k._tensors import as_given, known_shape, rank
from pipekeras.wrap import name_members


@written(takes=dict.fromkeys(["x", "y"], as_given))
def k_dot(x, y):
    """The matrix product: the last axis of x is summed up with the last but one of y.

    Args:
        x: a tensor of shape (..., n), also a sparse one.
        y: a tensor of shape (..., n, m), or (n,).

    Returns:
        a tensor with the other axes of x, then those of y.
    """
    if sparse.k_is_sparse(x) or sparse.k_is_sparse(y):
        return keras.ops.matmul(x, y)
    if rank(x) > 1 and rank(y) > 1:  # beyond two dimensions Keras's own is wrong on torch
        return keras.ops.tensordot(x, y, axes=[[rank(x) - 1], [rank(y) - 2]])
    return keras.ops.dot(x, y)


@written(arrays=2, deep=True, axes_of=None, alike=["x", "y"])
def k_batch_dot(x, y, axes=None):
    """The product of x and y for each sample of a batch, summed up along an axis of each.

    Args:
        x: a tensor of shape (batch, ...).
        y: a tensor of shape (batch, ...).
        axes: the axis of x and that of y, counted from 0 with the batch; one number is the same for both. By default
            the last of x, and the last but one of y, or its last where it has two.

    Returns:
        a tensor of shape (batch, the other axes of x, the other axes of y), or (batch, 1) where there are none.
    """
    shapes = known_shape(x), known_shape(y)
    if min(map(len, shapes)) < 2:
        raise ShapeError(f"k_batch_dot takes tensors with a batch and another axis, it got {shapes[0]} and {shapes[1]}")
    first, second = _axes(axes, shapes)
    if shapes[0][first] is not None and shapes[1][second] is not None and shapes[0][first] != shapes[1][second]:
        raise ShapeError(
            f"k_batch_dot: axis {first} of x has {shapes[0][first]} values and axis {second} of y {shapes[1][second]}"
            f" (given shapes {shapes[0]} and {shapes[1]})"
        )
    # b for the batch, z for what is summed up, and a letter of its own for each other axis.
    letters = iter("acdefghijklmnopqrstuvwxy")
    left = ["b" if i == 0 else "z" if i == first else next(letters) for i in range(len(shapes[0]))]
    right = ["b" if i == 0 else "z" if i == second else next(letters) for i in range(len(shapes[1]))]
    result = [letter for letter in left + right[1:] if letter != "z"]
    product = keras.ops.einsum(f"{''.join(left)},{''.join(right)}->{''.join(result)}", x, y)
    return keras.ops.expand_dims(product, -1) if rank(x) == rank(y) == 2 else product


def _axes(axes, shapes):
    """The axis of each, from 0."""
    if axes is None:
        axes = (-1, -1 if len(shapes[1]) == 2 else -2)
    axes = axes if isinstance(axes, tuple) else (axes, axes)
    if len(axes) != 2 or not all(isinstance(axis, int) for axis in axes):
        raise InvalidValueError(f"k_batch_dot: axes must be one axis of x and one of y, it got {axes!r}")
    for axis, shape in zip(axes, shapes, strict=True):
        if not -len(shape) <= axis < len(shape):
            raise InvalidValueError(
                f"k_batch_dot: there is no axis {axis} in a tensor of shape {shape}; axes count from 0"
            )
    first, second = (axis % len(shape) for axis, shape in zip(axes, shapes, strict=True))
    if 0 in (first, second):
        raise InvalidValueError(
            "k_batch_dot: axis 0 is the batch, along which nothing is summed up; axes count from 0."
            " Where there is no batch, use k_dot()"
        )
    return first, second


__all__ = [*name_members(globals())]
