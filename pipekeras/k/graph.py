"""k_* functions on symbolic tensors: what keras 2.x did with the graph of TensorFlow, done with Keras's own."""

import sys

from pipekeras._keras import is_open, keras
from pipekeras.errors import ArgumentError, InvalidValueError, UnavailableError
from pipekeras.k._function import is_text, written
from pipekeras.k._tensors import is_concrete
from pipekeras.receivers import is_symbolic, is_tensor, say
from pipekeras.values import is_bool, shape
from pipekeras.wrap import name_members


@written(pipeable=False, takes={"shape": shape})
def k_placeholder(shape=None, ndim=None, dtype=None, sparse=False, name=None):
    """A symbolic tensor that a model or a k_function() is later given values for.

    Args:
        shape: its shape with the batch in front; None is a dimension that is not fixed, as in (None, 28, 28).
        ndim: how many dimensions it has, instead of their sizes.
        dtype: the type of its values; by default that of k_floatx().
        sparse: whether it is sparse.
        name: its name.

    Returns:
        a symbolic tensor, as layer_input() makes.
    """
    if shape is None:
        if ndim is None:
            raise ArgumentError("k_placeholder needs shape or ndim: k_placeholder(shape=(None, 28))")
        shape = (None,) * ndim
    return keras.Input(batch_shape=shape, dtype=dtype, sparse=bool(sparse), name=name)


# Asking ---------------------------------------------------------------------------------------------------------------


@written(anything=True, takes={"x": None})
def k_is_keras_tensor(x):
    """Whether something is a symbolic tensor of Keras, as layers give for those of layer_input().

    Args:
        x: anything.

    Returns:
        True or False.
    """
    return is_symbolic(x)


@written(anything=True, takes={"x": None})
def k_is_tensor(x):
    """Whether something is a tensor or variable, symbolic or not, of the running backend; NumPy arrays are not.

    Args:
        x: anything.

    Returns:
        True or False.
    """
    return is_symbolic(x) or (is_open() and isinstance(x, keras.Variable)) or bool(keras.ops.is_tensor(x))


@written(anything=True, takes={"x": None})
def k_is_placeholder(x):
    """Whether something is a symbolic tensor that values are given for: k_placeholder(), layer_input().

    Args:
        x: anything.

    Returns:
        True or False.
    """
    history = getattr(x, "_keras_history", None) if is_symbolic(x) else None
    return history is not None and isinstance(history.operation, keras.layers.InputLayer)


# Running --------------------------------------------------------------------------------------------------------------


def _is_phase(value):
    return is_bool(value) or (isinstance(value, int) and value in (0, 1))


@written(pipeable=False, takes={"inputs": None, "updates": None})
def k_function(inputs, outputs, updates=None):
    """A function that computes the values of symbolic tensors from those of others.

    Args:
        inputs: symbolic tensors, alone or in a list. k_learning_phase() may be among them: what the function is given
            there says whether layers run as in training.
        outputs: the symbolic tensors to compute, alone or in a list.
        updates: not supported, since TensorFlow 2: change variables with k_update() where it is to happen.

    Returns:
        a function of a list of arrays, or of an array where inputs is alone, that returns arrays in the same way.
    """
    if updates:
        raise UnavailableError(
            "k_function: updates belong to the sessions of TensorFlow 1, which are gone: call k_update() yourself"
        )
    listed = list(inputs) if isinstance(inputs, (list, tuple)) else [inputs]
    phase = [i for i, value in enumerate(listed) if _is_phase(value)]
    tensors = [value for i, value in enumerate(listed) if i not in phase]
    for value in [*tensors, *keras.tree.flatten(outputs)]:
        if not is_symbolic(value):
            raise InvalidValueError(
                f"k_function: inputs and outputs must be symbolic tensors, such as model.input; it got {say(value)}"
            )
    model = keras.Model(tensors, list(outputs) if isinstance(outputs, (list, tuple)) else [outputs])

    def function(values):
        given = list(values) if isinstance(values, (list, tuple)) else [values]
        if len(given) != len(listed):
            raise InvalidValueError(
                f"a function made by k_function has {len(listed)} inputs, it got {len(given)}:"
                " give it a list with one array for each"
            )
        training = bool(given[phase[0]]) if phase else False
        arrays = [keras.ops.convert_to_tensor(v, t.dtype) for v, t in zip(_others(given, phase), tensors, strict=True)]
        results = model(arrays, training=training)
        results = list(map(keras.ops.convert_to_numpy, keras.tree.flatten(results)))  # one comes without a list
        return results if isinstance(outputs, (list, tuple)) else results[0]

    return function


def _others(values, without):
    return [value for i, value in enumerate(values) if i not in without]


@written(arrays=1, odd=is_text, as_layer=True)
def k_print_tensor(x, message=""):
    """Prints the values of a tensor whenever they are computed.

    Args:
        x: a tensor.
        message: what to print before them.

    Returns:
        x, so that it can stand inside of a longer expression.
    """
    if is_concrete(x):
        if not getattr(x, "is_meta", False):
            print(message, keras.ops.convert_to_numpy(x))
    elif keras.config.backend() == "tensorflow":
        import tensorflow as tf

        tf.print(message, x, output_stream=sys.stdout)
    elif keras.config.backend() == "jax":
        import jax

        jax.debug.print("{message} {x}", message=message, x=x)
    return keras.ops.copy(x) if is_tensor(x) else x


__all__ = [*name_members(globals())]
