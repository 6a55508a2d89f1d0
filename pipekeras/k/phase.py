"""k_* functions that choose: by a condition, or by whether a model is in training.

Keras 3 has no global learning phase: it tells each layer whether it is in training. These functions ask for that where
they run inside of a layer; on symbolic tensors they become a layer themselves.
"""

import functools

from pipekeras._keras import keras
from pipekeras.errors import InvalidValueError, ShapeError, UnavailableError
from pipekeras.k import configuration
from pipekeras.k._function import written
from pipekeras.k._tensors import is_concrete, is_number, known_shape, rank
from pipekeras.receivers import is_symbolic, is_tensor
from pipekeras.wrap import name_members

# By a condition -------------------------------------------------------------------------------------------------------


def _value(expression):
    return expression() if callable(expression) and not is_tensor(expression) else expression


@written(calls=True)
def k_switch(condition, then_expression, else_expression):
    """One value or the other, by a condition: as a whole, or element by element.

    Args:
        condition: a single truth value or number, or a tensor of them whose axes are the first of the expressions'.
        then_expression: a tensor, or a function without arguments that makes one: what holds where it is true.
        else_expression: the same for where it is not.

    Returns:
        a tensor.
    """
    condition = keras.ops.cast(condition, "bool")
    if rank(condition) == 0 and not is_symbolic(condition):
        branches = [functools.partial(_value, e) for e in (then_expression, else_expression)]
        if is_concrete(condition):
            return branches[0 if bool(keras.ops.convert_to_numpy(condition)) else 1]()
        tensors = [lambda branch=b: keras.tree.map_structure(keras.ops.convert_to_tensor, branch()) for b in branches]
        return keras.ops.cond(condition, *tensors)
    then, otherwise = (
        e if is_symbolic(e) or is_number(e) else keras.ops.convert_to_tensor(e)
        for e in (_value(then_expression), _value(else_expression))
    )
    ndim = max(rank(then), rank(otherwise))
    if ndim and rank(condition) > ndim:
        raise ShapeError(
            f"k_switch: condition has shape {known_shape(condition)}, more dimensions than what it chooses from:"
            f" {known_shape(then)} and {known_shape(otherwise)}"
        )
    for _ in range(ndim - rank(condition)):
        condition = keras.ops.expand_dims(condition, -1)
    return keras.ops.where(condition, then, otherwise)


# By the phase ---------------------------------------------------------------------------------------------------------

_fixed: list = []  # holds what k_set_learning_phase() set, until the session is cleared
configuration.on_clear.append(_fixed.clear)


def running():
    """Whether the layer that is being called is in training; False outside of any."""
    from pipekeras.k.own import Asks

    return Asks(name="k_learning_phase").ask()


@written(pipeable=False)
def k_learning_phase():
    """Whether a model is in training: asked inside of a layer, what Keras tells that layer; else 0.

    Among the inputs of k_function() it stands for the phase, which the function is then given with its other inputs.

    Returns:
        1 in training, else 0.
    """
    return _fixed[0] if _fixed else int(running())


@written(pipeable=False)
def k_set_learning_phase(value):
    """Fixes the phase that k_learning_phase() and its kin tell; layers go by what Keras tells them.

    Args:
        value: 0 for inference, which is how models run outside of fit() anyway. 1 is an error: Keras 3 has no such
            switch for all layers.

    Returns:
        None.

    Raises:
        UnavailableError: if value is 1; it names what to use instead.
    """
    if value not in (0, 1):
        raise InvalidValueError(f"k_set_learning_phase: value must be 0 or 1, it got {value!r}")
    if value:
        raise UnavailableError(
            "k_set_learning_phase(1): Keras 3 cannot put all layers into training at once:"
            " call the model with model(x, training=True)"
        )
    _fixed[:] = [0]


def _in_phase(x, alt, training):
    """`x` in training, else `alt`."""
    if training is None and not _fixed and (callable(x) or callable(alt)):
        made = _value(x), _value(alt)
        if any(map(is_symbolic, keras.tree.flatten(made))):
            return k_in_train_phase(*made)  # a layer, that is told the phase each time
        x, alt = made
    if training is None:
        training = k_learning_phase()
    if is_tensor(training):
        return k_switch(training, x, alt)
    return _value(x if training else alt)


@written(as_layer=True, calls=True, takes={"x": None})
def k_in_train_phase(x, alt, training=None):
    """One value in training, another otherwise.

    Args:
        x: what holds in training: a tensor, or a function without arguments that makes one.
        alt: what holds otherwise, of the same shape.
        training: whether it is training; by default as Keras tells the layer in which this runs, else not.

    Returns:
        x or alt; for symbolic tensors a symbolic tensor that becomes the one or the other each time the model runs.
    """
    return _in_phase(x, alt, training)


@written(as_layer=True, calls=True, takes={"x": None})
def k_in_test_phase(x, alt, training=None):
    """One value in testing and prediction, another in training.

    Args:
        x: what holds outside of training: a tensor, or a function without arguments that makes one.
        alt: what holds in training, of the same shape.
        training: whether it is training; by default as Keras tells the layer in which this runs, else not.

    Returns:
        x or alt; for symbolic tensors a symbolic tensor that becomes the one or the other each time the model runs.
    """
    return _in_phase(alt, x, training)


__all__ = [*name_members(globals())]
