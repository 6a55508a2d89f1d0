"""`weights=` of keras 2.x, which Keras 3 dropped: arrays that a layer's weights start from.

A layer has no weights before it is built, and where that happens cannot be chosen: while a model is traced or described
for fit(), values that are set are lost. So the arrays are what the weights are initialized with, wherever that is.
"""

import functools
import threading

from pipekeras._keras import keras
from pipekeras.errors import InvalidValueError

_one_at_a_time = threading.RLock()


def start_from(layer, weights, where):
    """Have `layer` start from the arrays `weights`, in the order of get_weights(): now if it is built, else once it is.

    Args:
        layer: a Keras layer.
        weights: a list of arrays, or one array.
        where: the function that the user called, for the error.

    Raises:
        InvalidValueError: when the layer is built, if number or shapes are not those of its weights.
    """
    import numpy as np

    weights = weights if isinstance(weights, (list, tuple)) else [weights]
    arrays = [np.asarray(array) for array in weights]
    if layer.built:
        _check(layer, arrays, where)
        layer.set_weights(arrays)
        return
    build = layer.build

    @functools.wraps(build)
    def build_from(*args, **kwargs):
        layer.build = build  # once; and the arrays can be freed
        with _one_at_a_time:
            made = _building(lambda: build(*args, **kwargs), arrays)
        _check(layer, arrays, where)
        if [id(w) for w in made] != [id(w) for w in layer.weights]:
            layer.set_weights(arrays)

    layer.build = build_from


def _building(build, arrays):
    """Run `build`; the weights that it adds are initialized with `arrays`, one after the other. Gives those weights."""
    mine, made, add_weight = threading.get_ident(), [], keras.layers.Layer.add_weight

    @functools.wraps(add_weight)
    def add_from(layer, shape=None, initializer=None, *args, **kwargs):
        if threading.get_ident() != mine:
            return add_weight(layer, shape, initializer, *args, **kwargs)
        if len(made) < len(arrays) and tuple(shape or ()) == arrays[len(made)].shape:
            initializer = _constant(arrays[len(made)])
        made.append(add_weight(layer, shape, initializer, *args, **kwargs))
        return made[-1]

    keras.layers.Layer.add_weight = add_from
    try:
        build()
    finally:
        keras.layers.Layer.add_weight = add_weight
    return made


def _constant(array):
    return lambda shape, dtype=None: keras.ops.convert_to_tensor(array, dtype=dtype)


def _check(layer, arrays, where):
    given, wanted = [a.shape for a in arrays], [tuple(w.shape) for w in layer.weights]
    if given != wanted:
        raise InvalidValueError(f"{where}: weights have the shapes {given}, the layer needs {wanted}")
