"""What Keras's function does not do as R's, or not alike on every backend; the tables name these as text."""

import math
from collections import namedtuple

from pipekeras._keras import keras
from pipekeras.asarray import as_array
from pipekeras.errors import InvalidValueError
from pipekeras.ops._values import holds_tensors, in_keras_types, is_number, tensor, to_tensor
from pipekeras.receivers import is_frame, is_symbolic, is_tensor

TopK = namedtuple("TopK", ["values", "indices"])


def convert_to_tensor(x, dtype=None, sparse=None, ragged=None, where="op_convert_to_tensor"):
    """Make a tensor of data.

    Args:
        x: a number, array, (nested) list, data frame, Series or tensor; on TensorFlow also text.
        dtype: its type, such as "float32"; by default that of an array, Keras's float type for decimals in lists and
            frames, "int32" for the whole numbers in lists.
        sparse: whether a sparse tensor may stay sparse; None leaves it as it is.
        ragged: whether a ragged tensor may stay ragged; None leaves it as it is.
        where: the function that was called.

    Returns:
        A tensor of the running backend.
    """
    if is_tensor(x) or (isinstance(x, (list, tuple)) and holds_tensors(x)):
        x = tensor(x, "x", where)
    elif not is_number(x):
        array = as_array(x, where, text=keras.backend.backend() == "tensorflow")
        if array.dtype.kind in "US":
            array = array.astype(object)  # text is nothing to TensorFlow in NumPy's own type
        elif dtype is None and (isinstance(x, (list, tuple)) or is_frame(x)):
            array = in_keras_types(array)
        x = to_tensor(array, dtype)
    given = {"sparse": sparse, "ragged": ragged}
    return keras.ops.convert_to_tensor(x, dtype, **{name: value for name, value in given.items() if value is not None})


def arange(start, end=None, step=1, dtype=None, include_end=False):
    """Make evenly spaced numbers: from start, in steps, up to end.

    Counting is Python's: `end` is left out, and with one argument the numbers are 0, 1, ... before it.

    Args:
        start: the first number; if it is the only one, the end, and the first is 0.
        end: where to stop.
        step: the distance between two numbers; not 0, below 0 to count down.
        dtype: the type; by default that of the arguments, so that whole floats stay floats.
        include_end: whether `end` itself is among the numbers, where the steps meet it; none ever goes beyond.

    Returns:
        A tensor with one axis.
    """
    if end is None:
        start, end = 0, start
    if is_number(step) and step == 0:
        raise InvalidValueError("op_arange: step is 0, it would never arrive")
    if include_end:
        end = _behind(start, end, step)
    elif all(map(is_number, (start, end, step))) and (end - start) * step < 0:
        end = start  # no step leads there; TensorFlow would refuse
    return keras.ops.arange(start, end, step, dtype=dtype)


def _behind(start, end, step):
    """An end to be left out, such that of all the steps the last that does not go beyond `end` is still before it."""
    if not all(map(is_number, (start, end, step))):
        nudge = keras.ops.sign(step) if "int" in _type_of(end) else step * 1e-6
        return end + keras.ops.cast(nudge, _type_of(end))
    steps = (end - start) / step
    last = math.floor(steps + 1e-9 * max(1.0, abs(steps)))
    if last < 0:
        return start
    whole = all(isinstance(value, int) for value in (start, end, step))
    return start + (last + 1) * step if whole else start + (last + 0.5) * step


def _type_of(value):
    return keras.backend.standardize_dtype(getattr(value, "dtype", type(value)))


def nonzero(x):
    """Find the elements that are not zero.

    Args:
        x: a tensor of any shape.

    Returns:
        R's matrix: a row for each element found, a column for each axis of `x`, of indices that count from 0.
    """
    if is_number(x) or len(x.shape) == 0:
        raise InvalidValueError("op_nonzero: x is a single number; it has no axes to find it along")
    return keras.ops.stack([*keras.ops.nonzero(x)], axis=1)


def where(condition, x1=None, x2=None):
    """Choose between two tensors, element by element.

    Args:
        condition: True where the element of `x1` is taken, False where that of `x2` is.
        x1: a tensor or number that goes with the shape of `condition`.
        x2: a tensor or number that goes with the shape of `condition`.

    Returns:
        A tensor of the shape of all three together. Without `x1` and `x2`, a tuple with the indices of what is True,
        counted from 0: one tensor for each axis.
    """
    if (x1 is None) != (x2 is None):
        raise InvalidValueError(f"op_where: it got x{1 if x2 is None else 2} alone; give both x1 and x2, or neither")
    if x1 is None:
        return tuple(keras.ops.nonzero(condition))
    return keras.ops.where(condition, x1, x2)


def top_k(x, k, sorted=True):
    """Find the largest of each row.

    Args:
        x: a tensor; its last axis is searched.
        k: how many to find.
        sorted: whether they come in order, the largest first.

    Returns:
        A named pair: `values`, and their `indices` along the last axis, counted from 0.
    """
    values, indices = keras.ops.top_k(x, k, sorted=sorted)
    return TopK(values, indices)


def searchsorted(sorted_sequence, values, side="left"):
    """Find where values would stand in what is sorted.

    Args:
        sorted_sequence: a tensor with one axis, the smallest first.
        values: a tensor or number.
        side: "left" for the place before what is equal, "right" for the one after it.

    Returns:
        A tensor of the shape of `values`, of indices that count from 0.
    """
    if len(values.shape):
        return keras.ops.searchsorted(sorted_sequence, values, side=side)
    # TensorFlow wants an axis.
    return keras.ops.squeeze(keras.ops.searchsorted(sorted_sequence, keras.ops.reshape(values, (1,)), side=side), 0)


def average(x, axis=None, weights=None):
    """Average, each element by its weight.

    Args:
        x: a tensor.
        axis: the axis or axes to average along, from 0; None is all of them.
        weights: a tensor of the shape of `x`, or with one axis as long as `axis`; None weighs all alike.

    Returns:
        A tensor without those axes.
    """
    if weights is None:
        return keras.ops.mean(x, axis=axis)
    # Keras's own divides by the sum of the wrong weights, on torch.
    if len(weights.shape) == 1 < len(x.shape):
        if not isinstance(axis, int):
            raise InvalidValueError("op_average: weights with one axis need an axis of x to go along, axis=...")
        row = [1] * len(x.shape)
        row[axis] = -1
        weights = keras.ops.reshape(weights, row)
    weights = keras.ops.multiply(weights, keras.ops.ones_like(x))
    return keras.ops.divide(keras.ops.sum(x * weights, axis=axis), keras.ops.sum(weights, axis=axis))


def imag(x):
    """Take the imaginary part of each element, which is 0 of real numbers.

    Args:
        x: a tensor, complex or not.

    Returns:
        A tensor of the same shape.
    """
    # torch knows the imaginary part of complex numbers alone.
    is_complex = "complex" in keras.backend.standardize_dtype(getattr(x, "dtype", type(x)))
    return keras.ops.imag(x) if is_complex else keras.ops.zeros_like(x)


def histogram(x, bins=10, range=None):
    """Count how many values lie in each of several intervals of the same width.

    Args:
        x: a tensor with one axis.
        bins: how many intervals.
        range: the pair of their lowest and highest end; by default the smallest and the largest of `x`. What lies
            outside is not counted.

    Returns:
        A pair: the counts, and the ends of the intervals, one more than these.
    """
    if not is_symbolic(x):
        return keras.ops.histogram(x, bins=bins, range=range)
    # In a model Keras's own looks for a function that does not exist.
    ops = keras.ops
    low, high = range or (ops.min(x), ops.max(x))
    edges = ops.cast(ops.linspace(low, high, bins + 1), x.dtype)
    reached = ops.greater_equal(ops.expand_dims(x, 1), edges[None, :-1])
    passed = ops.greater_equal(ops.expand_dims(x, 1), edges[None, 1:])
    last = ops.equal(ops.expand_dims(x, 1), edges[None, -1:])
    inside = ops.logical_and(reached, ops.logical_or(ops.logical_not(passed), last))
    return ops.sum(ops.cast(inside, x.dtype), axis=0), ops.add(edges, ops.zeros_like(ops.min(x)))
