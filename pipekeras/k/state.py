"""k_* functions that read and change variables."""

from pipekeras._keras import keras
from pipekeras.errors import InvalidValueError, ShapeError
from pipekeras.k import sparse
from pipekeras.k._function import written
from pipekeras.k._tensors import as_tensor, known_shape, to_numpy
from pipekeras.receivers import is_tensor, say
from pipekeras.wrap import name_members

# Reading --------------------------------------------------------------------------------------------------------------


def _values(x, where):
    return to_numpy(sparse.k_to_dense(x) if is_tensor(x) else x, where)


@written(takes={"x": None})
def k_eval(x):
    """The values of a tensor or variable.

    Args:
        x: a tensor or a variable; of a symbolic one, k_function() computes values.

    Returns:
        a NumPy array.
    """
    return _values(x, "k_eval")


@written(takes={"x": None})
def k_get_value(x):
    """The values of a variable.

    Args:
        x: a variable or a tensor; what is neither comes back as it is.

    Returns:
        a NumPy array.
    """
    return _values(x, "k_get_value") if is_tensor(x) else x


@written
def k_batch_get_value(ops):
    """The values of several variables.

    Args:
        ops: a list of variables or tensors.

    Returns:
        a list of NumPy arrays.
    """
    return [_values(op, "k_batch_get_value") for op in ops]


# Changing -------------------------------------------------------------------------------------------------------------


def _assign(x, value, where, method="assign"):
    """Change the variable `x`, and return it."""
    if not hasattr(x, "assign"):
        raise InvalidValueError(f"{where} changes a variable, made by k_variable(); it got {say(x)}")
    value = as_tensor(value)
    have, given = known_shape(x), known_shape(value)
    if given != have and (method == "assign" or not _fits(given, have)):
        raise ShapeError(f"{where}: the variable has shape {have}, the value {given}")
    value = keras.ops.cast(value, keras.backend.standardize_dtype(x.dtype))
    if method == "assign_add":  # whose addition goes wrong on TensorFlow, see plus()
        method, value = "assign_sub", keras.ops.negative(value)
    getattr(x, method)(value)
    return x


def _fits(given, have):
    """Whether a value of one shape can be added to each part of a variable of another."""
    ends = zip(reversed(given), reversed(have), strict=False)
    return len(given) <= len(have) and all(g in (1, h) for g, h in ends)


@written(takes={"x": None, "value": None})
def k_set_value(x, value):
    """Gives a variable new values.

    Args:
        x: the variable.
        value: what it is to hold, of the same shape; cast to its type.

    Returns:
        None.
    """
    _assign(x, value, "k_set_value")


@written(pipeable=False)
def k_batch_set_value(lists):
    """Gives several variables new values.

    Args:
        lists: pairs of a variable and its new values: [[v, array], [w, array]].

    Returns:
        None.
    """
    for pair in lists:
        if not isinstance(pair, (list, tuple)) or len(pair) != 2:
            raise InvalidValueError(
                f"k_batch_set_value: lists must be pairs, as in [[variable, value], ...]; it has {say(pair)}"
            )
    for x, value in lists:
        _assign(x, value, "k_batch_set_value")


@written(takes={"x": None})
def k_update(x, new_x):
    """Gives a variable new values, also inside of a function that is compiled.

    Args:
        x: the variable.
        new_x: what it is to hold, of the same shape.

    Returns:
        the variable.
    """
    return _assign(x, new_x, "k_update")


@written(takes={"x": None})
def k_update_add(x, increment):
    """Adds to a variable.

    Args:
        x: the variable.
        increment: what is added: a number, or a tensor of the same shape.

    Returns:
        the variable.
    """
    return _assign(x, increment, "k_update_add", "assign_add")


@written(takes={"x": None})
def k_update_sub(x, decrement):
    """Subtracts from a variable.

    Args:
        x: the variable.
        decrement: what is subtracted: a number, or a tensor of the same shape.

    Returns:
        the variable.
    """
    return _assign(x, decrement, "k_update_sub", "assign_sub")


@written(takes={"x": None})
def k_moving_average_update(x, value, momentum):
    """Moves a variable towards a value: x becomes x * momentum + value * (1 - momentum).

    Args:
        x: the variable.
        value: where it is moved to, of the same shape.
        momentum: how much of it stays, from 0 to 1.

    Returns:
        the variable.
    """
    value = keras.ops.cast(as_tensor(value), x.dtype)
    change = (keras.ops.convert_to_tensor(x) - value) * (1 - keras.ops.cast(momentum, x.dtype))
    return _assign(x, change, "k_moving_average_update", "assign_sub")


__all__ = [*name_members(globals())]
