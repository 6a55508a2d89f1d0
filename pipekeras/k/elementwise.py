"""k_* functions that work value by value."""

from pipekeras._keras import keras
from pipekeras.errors import InvalidValueError
from pipekeras.k._function import of_keras, written
from pipekeras.k._tensors import as_tensor, is_number
from pipekeras.ops._values import exact, tensor
from pipekeras.receivers import is_tensor
from pipekeras.wrap import name_members

_TWO = {"x": "x1", "y": "x2"}


def _with_fractions(bound, where):
    """Whole numbers to a negative power are fractions."""
    a = bound["a"]
    return {**bound, "a": float(a)} if is_number(a) and a < 0 else bound


k_abs = of_keras("abs")
k_cos = of_keras("cos")
k_exp = of_keras("exp")
k_log = of_keras("log")
k_round = of_keras("round")
k_sign = of_keras("sign")
k_sin = of_keras("sin")
k_square = of_keras("square")
k_pow = of_keras("power", renamed={"x": "x1", "a": "x2"}, mend=_with_fractions)

k_elu = of_keras("elu", arrays=1, floats=["x"])
k_relu = of_keras("relu", module="activations", renamed={"alpha": "negative_slope"}, arrays=1, floats=["x"])
k_sigmoid = of_keras("sigmoid", floats=["x"])
k_softmax = of_keras("softmax", arrays=1, floats=["x"])
k_softplus = of_keras("softplus", floats=["x"])
k_softsign = of_keras("softsign", floats=["x"])
k_tanh = of_keras("tanh")

k_equal = of_keras("equal", renamed=_TWO)
k_greater = of_keras("greater", renamed=_TWO)
k_greater_equal = of_keras("greater_equal", renamed=_TWO)
k_less = of_keras("less", renamed=_TWO)
k_less_equal = of_keras("less_equal", renamed=_TWO)
k_maximum = of_keras("maximum", renamed=_TWO)
k_minimum = of_keras("minimum", renamed=_TWO)
k_not_equal = of_keras("not_equal", renamed=_TWO)

k_cast = of_keras("cast", takes={"x": exact})


@written(takes={"x": None})
def k_cast_to_floatx(x):
    """Casts to the type of numbers that Keras is configured for, see k_floatx().

    Args:
        x: a tensor, or an array, a list or a number.

    Returns:
        a tensor for a tensor, else a NumPy array.
    """
    if is_tensor(x):
        return keras.ops.cast(x, keras.config.floatx())
    import numpy as np

    return np.asarray(x, keras.config.floatx())


@written(arrays=1, takes={"min_value": tensor, "max_value": tensor})
def k_clip(x, min_value=None, max_value=None):
    """Brings what lies outside of two bounds to the nearer one.

    Args:
        x: a tensor of any shape.
        min_value: the lower bound, a number or a tensor; None for none.
        max_value: the upper bound, a number or a tensor; None for none. It counts as min_value where it is below.

    Returns:
        a tensor of the shape of x. Whole numbers become decimals where a bound is no whole number.
    """
    x = as_tensor(x)
    dtype = keras.backend.standardize_dtype(x.dtype)
    if "float" not in dtype and any(isinstance(v, float) and not v.is_integer() for v in (min_value, max_value)):
        dtype = keras.config.floatx()
    if min_value is not None:
        x = keras.ops.maximum(x, min_value)
        if max_value is not None:
            tensors = is_tensor(min_value) or is_tensor(max_value)
            max_value = keras.ops.maximum(max_value, min_value) if tensors else max(max_value, min_value)
    if max_value is not None:
        x = keras.ops.minimum(x, max_value)
    return keras.ops.cast(x, dtype)


@written(floats=["x"])
def k_hard_sigmoid(x):
    """The sigmoid in three straight pieces, as keras 2.x had it: 0.2 * x + 0.5, between 0 and 1.

    Keras 3 has another slope, 1/6: that is op_hard_sigmoid().

    Args:
        x: a tensor of any shape.

    Returns:
        a tensor of the shape of x.
    """
    return keras.ops.clip(0.2 * as_tensor(x) + 0.5, 0.0, 1.0)


@written
def k_identity(x, name=None):
    """The same values in a tensor of their own; of a variable, those that it has now.

    Args:
        x: a tensor or a variable.
        name: understood, without effect: tensors have no names in Keras 3.

    Returns:
        a tensor of the shape of x.
    """
    return keras.ops.copy(x)


@written
def k_sqrt(x):
    """The square root; of negative numbers 0, as in keras 2.x.

    Args:
        x: a tensor of any shape.

    Returns:
        a tensor of the shape of x.
    """
    return keras.ops.sqrt(keras.ops.maximum(x, 0))


@written
def k_stop_gradient(variables):
    """The same values, which count as constants when gradients are computed.

    Args:
        variables: a tensor, or a list of tensors.

    Returns:
        a tensor, or a list of tensors.
    """
    if not isinstance(variables, (list, tuple)):
        return keras.ops.stop_gradient(as_tensor(variables))
    if not variables:
        raise InvalidValueError("k_stop_gradient: variables is an empty list")
    return [keras.ops.stop_gradient(as_tensor(variable)) for variable in variables]


__all__ = [*name_members(globals())]
