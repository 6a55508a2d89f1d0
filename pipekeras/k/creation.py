"""k_* functions that make tensors and variables of given values."""

from pipekeras import values
from pipekeras._keras import is_open, keras
from pipekeras.errors import InvalidValueError, ShapeError, UnavailableError
from pipekeras.k._function import is_text, written
from pipekeras.k._tensors import is_concrete, known_shape
from pipekeras.receivers import is_tensor
from pipekeras.wrap import name_members


@written(pipeable=False, takes=dict.fromkeys(["start", "stop", "step"], values.number))
def k_arange(start, stop=None, step=1, dtype="int32"):
    """The numbers from one to another, without the last.

    Args:
        start: where they begin; alone, where they end, beginning with 0.
        stop: where they end; it is not among them.
        step: from one number to the next.
        dtype: the type of the values; fractions need one such as "float32".

    Returns:
        a tensor of one dimension.
    """
    if step == 0:
        raise InvalidValueError("k_arange: step is 0, so the numbers never end")
    if stop is None:
        start, stop = 0, max(start, 0)
    if keras.backend.is_int_dtype(dtype):
        numbers = {"start": start, "stop": stop, "step": step}
        for name, number in numbers.items():
            if number != int(number):
                raise InvalidValueError(
                    f'k_arange: {name}={number} is no whole number, but dtype is "{dtype}":'
                    ' give dtype="float32" for fractions'
                )
        start, stop, step = map(int, numbers.values())
    return keras.ops.arange(start, stop, step, dtype=dtype)


@written(takes={"value": None})
def k_constant(value, dtype=None, shape=None, name=None):
    """A tensor of given values.

    Args:
        value: a number, list or array.
        dtype: the type of the values; by default that of k_floatx(), also for whole numbers.
        shape: the shape of the result: one value fills it, several are laid out in it.
        name: understood, without effect: tensors have no names in Keras 3.

    Returns:
        a tensor.
    """
    if not is_tensor(value):
        import numpy as np

        value = np.asarray(value)
        dtype = "string" if dtype is None and value.dtype.kind in "US" else dtype or keras.config.floatx()
        if dtype == "string":
            if keras.config.backend() != "tensorflow":
                raise UnavailableError("k_constant: only TensorFlow has tensors of text; keep it in a NumPy array")
            return _reshaped(keras.ops.convert_to_tensor(value.astype(object), dtype=dtype), shape)
        # By way of NumPy, so that numbers of R's, which are all floats, can be of any type.
        value = value if dtype == "bfloat16" else value.astype(dtype)
    tensor = keras.ops.convert_to_tensor(value)
    return _reshaped(keras.ops.cast(tensor, dtype or keras.config.floatx()), shape)


def _reshaped(tensor, shape):
    if shape is None:
        return tensor
    have, want = 1, 1
    for dim in known_shape(tensor):
        have *= dim
    for dim in shape:
        want *= dim
    if have == 1 and want != 1:
        return keras.ops.broadcast_to(keras.ops.reshape(tensor, (1,) * len(shape)), shape)
    if have != want:
        raise ShapeError(f"k_constant: {have} values do not fill the shape {shape}, which has {want}")
    return keras.ops.reshape(tensor, shape)


# Variables ------------------------------------------------------------------------------------------------------------


@written(pipeable=False, takes={"value": None})
def k_variable(value, dtype=None, name=None, constraint=None):
    """A variable: a tensor whose values can change, by k_update() and its kin, k_set_value(), or in training.

    Args:
        value: its first values: a number, list, array or tensor; a sparse matrix of SciPy makes a sparse tensor.
        dtype: the type of the values; by default that of k_floatx().
        name: its name.
        constraint: a function, or constraint_*(), that its values are put through after each step of training.

    Returns:
        a keras.Variable.
    """
    dtype = dtype or keras.config.floatx()
    if hasattr(value, "tocoo"):
        import numpy as np

        from pipekeras.k.sparse import sparse_tensor

        matrix = value.tocsr().tocoo()  # row by row, and each place once
        return sparse_tensor(np.stack([matrix.row, matrix.col], axis=1), matrix.data.astype(dtype), matrix.shape)
    if is_open() and isinstance(value, keras.Variable):
        value = value.value
    variable = _variable(keras.ops.cast(keras.ops.convert_to_tensor(value), dtype), dtype, name)
    if constraint is not None:
        variable.constraint = constraint if callable(constraint) else keras.constraints.get(constraint)
    return variable


def filled(tensor, dtype, name):
    """A variable of these values, as keras 2.x gives for k_zeros(); in a function that is compiled, the tensor."""
    if not is_concrete(tensor):
        return tensor
    try:
        return _variable(tensor, dtype, name)
    except ValueError:  # Keras is finding out what a layer gives, and makes no variables meanwhile
        return tensor


def _variable(tensor, dtype, name):
    # Only fractions can be trained; torch says so with an error.
    return keras.Variable(tensor, dtype=dtype, name=name, trainable=keras.backend.is_float_dtype(dtype))


@written(pipeable=False)
def k_zeros(shape, dtype=None, name=None):
    """A variable full of zeros.

    Args:
        shape: its shape, as in (2, 3); one number is a shape of one dimension.
        dtype: the type of the values; by default that of k_floatx().
        name: its name.

    Returns:
        a keras.Variable; inside of a function that is compiled, a tensor.
    """
    dtype = dtype or keras.config.floatx()
    return filled(keras.ops.zeros(shape, dtype), dtype, name)


@written(pipeable=False)
def k_ones(shape, dtype=None, name=None):
    """A variable full of ones.

    Args:
        shape: its shape, as in (2, 3); one number is a shape of one dimension.
        dtype: the type of the values; by default that of k_floatx().
        name: its name.

    Returns:
        a keras.Variable; inside of a function that is compiled, a tensor.
    """
    dtype = dtype or keras.config.floatx()
    return filled(keras.ops.ones(shape, dtype), dtype, name)


@written(pipeable=False)
def k_eye(size, dtype=None, name=None):
    """A variable that holds the identity matrix.

    Args:
        size: the number of rows and of columns.
        dtype: the type of the values; by default that of k_floatx().
        name: its name.

    Returns:
        a keras.Variable of shape (size, size); inside of a function that is compiled, a tensor.
    """
    dtype = dtype or keras.config.floatx()
    return filled(keras.ops.eye(size, dtype=dtype), dtype, name)


@written(arrays=1, odd=is_text)
def k_zeros_like(x, dtype=None, name=None):
    """Zeros in the shape of another tensor.

    Args:
        x: a tensor.
        dtype: the type of the values; by default that of x.
        name: understood, without effect: tensors have no names in Keras 3.

    Returns:
        a tensor of the shape of x.
    """
    return keras.ops.zeros_like(x, dtype=dtype)


@written(arrays=1, odd=is_text)
def k_ones_like(x, dtype=None, name=None):
    """Ones in the shape of another tensor.

    Args:
        x: a tensor.
        dtype: the type of the values; by default that of x.
        name: understood, without effect: tensors have no names in Keras 3.

    Returns:
        a tensor of the shape of x.
    """
    return keras.ops.ones_like(x, dtype=dtype)


__all__ = [*name_members(globals())]
