"""Small questions about tensors that more than one k_* function asks, and the kinds of values that they alone take."""

import numbers

from pipekeras import values
from pipekeras._keras import keras
from pipekeras.errors import InvalidValueError
from pipekeras.ops._values import tensor
from pipekeras.receivers import is_symbolic, is_tensor, say


def is_concrete(x):
    """Whether the values of `x` are known now: it is not symbolic, and no function is being traced or compiled."""
    if is_symbolic(x):
        return False
    if isinstance(x, keras.Variable):
        x = x.value
    package = type(x).__module__.partition(".")[0]
    if package == "tensorflow":
        import tensorflow as tf

        return not tf.is_symbolic_tensor(x)
    if package.startswith("jax"):
        import jax

        return not isinstance(x, jax.core.Tracer)
    return not getattr(x, "is_meta", False)


def to_numpy(x, where):
    """The values of a tensor as a NumPy array; where they are not known yet, an error that says how to get them."""
    if is_symbolic(x):
        raise InvalidValueError(
            f"{where}: {say(x)} is symbolic and has no values yet: k_function(inputs, outputs) computes it for inputs"
        )
    if not is_concrete(x):
        raise InvalidValueError(
            f"{where}: the values are not known while a function is being compiled:"
            " compute with the tensor itself, or ask outside of the function"
        )
    return keras.ops.convert_to_numpy(x)


def rank(x):
    """The number of dimensions of a tensor, array or number."""
    return len(x.shape) if hasattr(x, "shape") else keras.ops.ndim(x)


def known_shape(x):
    """The shape as a tuple, in which a dimension that is not known is None."""
    shape = x.shape if hasattr(x, "shape") else keras.ops.convert_to_tensor(x).shape
    return tuple(None if d is None else int(d) for d in shape)


def broadcast_along(vector, axis, ndim):
    """A vector as a tensor of `ndim` dimensions, that lies along `axis`; anything else stays as it is."""
    if vector is None or rank(vector) != 1:
        return vector
    return keras.ops.reshape(vector, [-1 if i == axis % ndim else 1 for i in range(ndim)])


def is_number(value):
    """Whether `value` is a number of Python's or NumPy's, and no truth value."""
    return isinstance(value, numbers.Real) and not values.is_bool(value)


def plus(x, vector):
    """`x + vector`, where the vector may lie along any axis.

    On TensorFlow Keras's add takes (1, 4, 1) for a bias along the last axis, if that has 4 values as well.
    """
    return keras.ops.subtract(x, keras.ops.negative(vector))


# Kinds of values ------------------------------------------------------------------------------------------------------


def as_tensor(x):
    """A number, list or array as a tensor; fractions in the type that Keras is configured for."""
    if is_tensor(x):
        return x
    return keras.ops.convert_to_tensor(x, keras.config.floatx() if isinstance(x, float) else None)


def as_given(value, name, where):
    """For arguments whose name means a number elsewhere, and here may be a tensor."""
    return value


def maybe_tensor(value, name, where):
    """What can be a tensor, or None."""
    return None if value is None else tensor(value, name, where)


def _dims(value, name, where):
    """The dimensions of a shape that is a number, a list of numbers and scalar tensors, or a tensor itself."""
    if is_tensor(value) and is_concrete(value):
        value = to_numpy(value, where)
    if hasattr(value, "tolist") and not is_tensor(value):
        value = value.tolist()
    dims = tuple(value) if isinstance(value, (list, tuple, range)) or is_tensor(value) else (value,)
    return tuple(to_numpy(d, where).item() if is_tensor(d) and is_concrete(d) else d for d in dims)


def creation_shape(value, name, where):
    """A shape to make something of: whole numbers, of which some may be known only when a function runs."""
    return tuple(_dim(d, name, where) for d in _dims(value, name, where))


def _dim(value, name, where):
    if value is None or isinstance(value, (str, bool)) or is_number(value):
        return values.count(value, name, where, least=0)
    return value  # a tensor, or whatever else stands for a size while a backend compiles


def target_shape(value, name, where):
    """A shape to bring something into; None, NaN and -1 are the dimension that takes what is left."""
    if value is None:
        return values.target_shape(value, name, where)
    return tuple(d if is_tensor(d) else values.target_shape((d,), name, where)[0] for d in _dims(value, name, where))


def indices(value, name, where):
    """Indices as whole numbers: R has no other numbers than 2.0, so whole floats count as such."""
    if value is None or is_symbolic(value):
        return value
    import numpy as np

    if is_tensor(value):
        if _is_whole(value.dtype):
            return value
        if not is_concrete(value):
            return keras.ops.cast(value, "int32")
        value = to_numpy(value, where)
    array = np.asarray(value)
    if array.dtype.kind == "f" and np.all(array == np.floor(array)):
        return array.astype("int32")
    if array.dtype.kind not in "iu":
        raise InvalidValueError(f"{where}: {name} must be whole numbers, it got {say(value)}")
    return array


def _is_whole(dtype):
    return keras.backend.is_int_dtype(keras.backend.standardize_dtype(dtype))
