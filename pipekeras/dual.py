"""What losses and metrics have in common: with data they compute, without they make the object.

loss_mean_squared_error(y_true, y_pred)      a value for each sample; nothing is averaged over the samples
loss_mean_squared_error(reduction="sum")     the loss itself, for compile()
compile(loss=loss_mean_squared_error)        uncalled: the plain function of (y_true, y_pred)
"""

import functools
import inspect

from pipekeras._keras import keras
from pipekeras.asarray import as_array, is_native, values_of
from pipekeras.errors import ArgumentError, InvalidValueError, ShapeError
from pipekeras.functions import PlainFunctionWrapper
from pipekeras.receivers import is_symbolic, is_tensor
from pipekeras.wrap import Wrapper, parameters_of

_POSITIONAL, _BY_NAME = inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY
_DATA = [inspect.Parameter(name, _POSITIONAL, default=None) for name in ("y_true", "y_pred")]

DATA_TEXTS = {
    "y_true": "the targets, an array, list, tensor or data frame with the samples along its first axis.",
    "y_pred": "the predictions, in the shape of the targets; where targets are class numbers, a row for each sample.",
    "axis": "the axis along which is computed, counted from 0; -1 is the last.",
}


class Computed(PlainFunctionWrapper):
    """A function of (y_true, y_pred) that computes at once.

    Args:
        keras_name, **differs: as `wrap.Wrapper` has them.
        labels: whether y_true holds class numbers, which need not have the shape of y_pred.
    """

    texts = DATA_TEXTS

    def __init__(self, keras_name, *, labels=False, **differs):
        super().__init__(keras_name, **differs)
        self.labels = labels

    def make(self, bound):
        """The value for each sample."""
        y_true, y_pred = paired(bound["y_true"], bound["y_pred"], self.__name__, self.labels)
        return super().make({**bound, "y_true": y_true, "y_pred": y_pred})


class Dual(Wrapper):
    """A class of Keras's and the function that computes the same.

    Args:
        keras_name: the class.
        function: the function, in the same module of Keras's or as "pipekeras.module:name".
        labels: whether y_true holds class numbers, which need not have the shape of y_pred.
        **differs: what `wrap.Wrapper` takes; `by_name` are those of the function's arguments that R has by name alone.
    """

    use = (
        "    {name}(y_true, y_pred, ...)\n        computes it: a value for each sample.\n"
        "    {name}(...)\n        without data makes the object, a {keras}."
    )
    texts = DATA_TEXTS

    def __init__(self, keras_name, function, *, labels=False, **differs):
        super().__init__(keras_name, **differs)
        self._computed = Computed(function, module=self.module, labels=labels)

    @functools.cached_property
    def __signature__(self):
        own = {p.name: p.replace(kind=_BY_NAME) for p in super().__signature__.parameters.values()}
        result = [*_DATA]
        for p in self._of_function.values():
            kind = _BY_NAME if p.name in self.by_name else _POSITIONAL
            result.append(own.pop(p.name, p).replace(kind=kind))
        result += own.values()
        return inspect.Signature(sorted(result, key=lambda p: p.kind))

    @functools.cached_property
    def _of_function(self):
        """The parameters of the function, beyond the data."""
        return {p.name: p for p in parameters_of(self._computed.keras_class)[2:]}

    @functools.cached_property
    def _of_class(self):
        return {p.name for p in parameters_of(self.keras_class)}

    def __call__(self, *args, **kwargs):
        bound = self.bind(args, kwargs)
        y_true, y_pred = bound.pop("y_true", None), bound.pop("y_pred", None)
        if y_true is None and y_pred is None:
            return self.object(bound)
        self._check_data(y_true, y_pred, {self.old.get(name, name) for name in kwargs})
        self._computed.__name__ = self.__name__
        arguments = {name: value for name, value in bound.items() if name in self._of_function}
        return self._computed.make({"y_true": y_true, "y_pred": y_pred, **arguments})

    def object(self, bound):
        """The loss or metric itself, for the bound arguments."""
        only = {
            n: v for n, v in bound.items() if n not in self._of_class and not _same(v, self._of_function[n].default)
        }
        if only:
            return self.object_of_function(only, bound)
        return self.make({name: value for name, value in bound.items() if name in self._of_class})

    def object_of_function(self, only, bound):
        """The object where arguments are given that the function alone has, those in `only`."""
        raise ArgumentError(
            f"{self.__name__}: {' and '.join(only)} go with data alone: {self.__name__}(y_true, y_pred, ...)"
        )

    def uncalled(self):
        """The bare function as an argument, `loss=loss_poisson`: Keras's, or the object where Keras's needs more."""
        if any(p.default is p.empty for p in self._of_function.values()):
            return self()
        return self._computed.keras_class

    def _check_data(self, y_true, y_pred, named):
        if y_true is None or y_pred is None:
            here, lacking = ("y_pred", "y_true") if y_true is None else ("y_true", "y_pred")
            others = [n for n in self.__signature__.parameters if n not in ("y_true", "y_pred")]
            raise ArgumentError(
                f"{self.__name__} got {here} without {lacking}: it computes from both, {self.__name__}(y_true, y_pred),"
                f" or makes the object without either; then all else goes by name: {', '.join(others)}"
            )
        for name in named - {"y_true", "y_pred"} - self._of_function.keys():
            raise ArgumentError(
                f"{self.__name__}: {name} is for the object, which is made without data:"
                f" {self.__name__}({name}=...)(y_true, y_pred)"
            )


# Data -----------------------------------------------------------------------------------------------------------------


def paired(y_true, y_pred, where, labels=False):
    """Targets and predictions as tensors that fit together.

    Args:
        y_true, y_pred: arrays, lists, data frames, categoricals, tensors; symbolic ones as well.
        where: the function that was called, for messages.
        labels: whether y_true holds class numbers.

    Returns:
        The two as tensors of the running backend, predictions and decimals in Keras's float type. Targets of shape (n,)
        get the axis that predictions of shape (n, 1) have: NumPy's broadcasting would make (n, n) of the two.

    Raises:
        ShapeError: if they are not of one shape, or, for class numbers, not of as many samples.
    """
    y_true = as_labels(y_true, "y_true", where) if labels else as_values(y_true, "y_true", where)
    y_pred = as_values(y_pred, "y_pred", where, decimals=True)
    true, pred = _shape(y_true), _shape(y_pred)
    if None in (true, pred):
        return y_true, y_pred
    if not labels and abs(len(true) - len(pred)) == 1:
        y_true, y_pred = _same_rank(y_true, y_pred, true, pred)
        true, pred = _shape(y_true), _shape(y_pred)
    if labels:
        fits = not (true and pred) or _fit(true[0], pred[0])
    else:
        fits = len(true) == len(pred) and all(map(_fit, true, pred))
    if not fits:
        rule = "they must have as many samples" if labels else "they must have the same shape"
        hint = ""
        if not labels and len(true) == len(pred) - 1 and "categorical" in where:
            hint = (
                "; class numbers go with loss_sparse_categorical_crossentropy(), or to_categorical() makes rows of them"
            )
        raise ShapeError(f"{where}: y_true has shape {true}, y_pred {pred}; {rule}{hint}")
    return y_true, y_pred


def aligned(function):
    """A function of (y_true, y_pred) that gets targets of shape (n,) as (n, 1) where the predictions are.

    Keras does that for losses and some metrics; for the others broadcasting would make (n, n) of the two, and a wrong
    result.
    """

    @functools.wraps(function)
    def with_shapes_aligned(y_true, y_pred, *args, **kwargs):
        y_true, y_pred = (v if hasattr(v, "shape") else keras.ops.convert_to_tensor(v) for v in (y_true, y_pred))
        if len(y_true.shape) == len(y_pred.shape) - 1 and y_pred.shape[-1] == 1:
            y_true = keras.ops.expand_dims(y_true, -1)
        return function(y_true, y_pred, *args, **kwargs)

    return with_shapes_aligned


def as_values(value, name, where, decimals=False):
    """Data as a tensor; numbers with decimals, or all of them with `decimals`, in Keras's float type."""
    if is_tensor(value):
        if is_symbolic(value) or is_native(value):
            kind = keras.backend.standardize_dtype(value.dtype)
            return value if "float" in kind or not decimals else keras.ops.cast(value, keras.config.floatx())
        value = values_of(value)
    array = _array(value, name, where)
    if array.dtype.kind not in "iub" or decimals:
        return keras.ops.convert_to_tensor(array, dtype=keras.config.floatx())
    return keras.ops.convert_to_tensor(array.astype("int32") if array.dtype.kind == "b" else array)


def as_labels(value, name, where):
    """Class numbers as a tensor of whole numbers: 1.0 is 1, the codes of a categorical, ..."""
    if is_tensor(value):
        if is_symbolic(value) or is_native(value):
            return value
        value = values_of(value)
    array = _array(value, name, where)
    if array.dtype.kind == "f":
        odd = array[array != array.round()]
        if odd.size:
            raise InvalidValueError(
                f"{where}: {name} must hold class numbers, 0, 1, 2, ..., it has {odd.flat[0].item()}"
            )
        array = array.astype("int32")
    return keras.ops.convert_to_tensor(array.astype("int32") if array.dtype.kind == "b" else array)


def _array(value, name, where):
    import numpy as np

    return np.atleast_1d(as_array(value, where, name=name, text=False))  # a number alone is R's vector of one


def _shape(tensor):
    try:
        return tuple(tensor.shape)
    except ValueError:  # a TensorFlow tensor of unknown rank
        return None


def _fit(one, other):
    return one == other or None in (one, other) or 1 in (one, other)


def _same_rank(y_true, y_pred, true, pred):
    """Give the one of fewer axes the last axis of the other, or take it from the other, if that is of one element."""
    longer, shorter = (y_pred, y_true) if len(pred) > len(true) else (y_true, y_pred)
    if longer.shape[-1] != 1:
        return y_true, y_pred
    if len(shorter.shape) == 1:
        shorter = keras.ops.expand_dims(shorter, -1)
    else:
        longer = keras.ops.squeeze(longer, -1)
    return (shorter, longer) if len(pred) > len(true) else (longer, shorter)


def _same(value, default):
    return value is default or (isinstance(value, (bool, int, float)) and value == default)
