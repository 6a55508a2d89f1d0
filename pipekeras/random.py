"""Random tensors: R's `random_*` over `keras.random`, one line each.

A seed makes a call give the same numbers each time; a random_seed_generator() as seed gives other ones with each call,
and the same ones in each run. random_shuffle(), random_dropout() and random_categorical() have a tensor to work on,
which can be piped in.
"""

import math

from pipekeras import values
from pipekeras._keras import keras
from pipekeras.asarray import to_array
from pipekeras.errors import InvalidValueError, ShapeError
from pipekeras.functions import FunctionWrapper, PlainFunctionWrapper
from pipekeras.ops._values import dtype
from pipekeras.receivers import is_symbolic, is_tensor
from pipekeras.wrap import Wrapper, name_members

# Arguments ------------------------------------------------------------------------------------------------------------


def _shape(value, name, where):
    """The shape of what is made: whole numbers, or scalar tensors, which the size of a batch may be in a graph."""
    if is_tensor(value):
        return value
    dims = (value,) if not isinstance(value, (list, tuple)) else value
    if any(map(is_tensor, dims)):
        return tuple(dim if is_tensor(dim) else values.count(dim, name, where, least=0) for dim in dims)
    dims = values.shape(value, name, where)
    if dims is None or None in dims:
        raise InvalidValueError(f"{where}: {name} is {value!r}; all of its dimensions must be whole numbers")
    return dims


def _noise_shape(value, name, where):
    """The shape of the dropout's mask, in which None is the dimension of the inputs."""
    return value if is_tensor(value) else values.shape(value, name, where)


def _rate(value, name, where):
    if is_tensor(value):
        return value
    rate = values.number(value, name, where)
    if not 0 <= rate <= 1:
        raise InvalidValueError(f"{where}: {name} must be a fraction from 0 to 1, it got {value!r}")
    return rate


# What a parameter that is a number must be: words for it, and whether it is.
_BOUNDS = {
    **dict.fromkeys(["alpha", "beta"], ("above 0", lambda number: number > 0)),
    **dict.fromkeys(["stddev", "counts"], ("0 or more", lambda number: number >= 0)),
    "probabilities": ("from 0 to 1", lambda number: 0 <= number <= 1),
}


def _parameter(value, name, where):
    """A parameter of a distribution: a number, or numbers that fit the shape. Backends want them as floats."""
    if is_tensor(value) or isinstance(value, (list, tuple)) or getattr(value, "shape", ()):
        return _floats(_tensor(value, name, where))
    number = float(values.number(value, name, where))
    words, holds = _BOUNDS.get(name, (None, None))
    if holds and not holds(number):
        raise InvalidValueError(f"{where}: {name} must be {words}, it got {value!r}")
    return number


def _tensor(value, name, where):
    if is_symbolic(value) or (is_tensor(value) and keras.ops.is_tensor(value)):
        return value
    return keras.ops.convert_to_tensor(to_array(value, name, where, text=True))


def _floats(tensor):
    if "float" in keras.backend.standardize_dtype(tensor.dtype):
        return tensor
    return keras.ops.cast(tensor, keras.config.floatx())


def _rank(tensor):
    """How many axes a tensor has; None where it does not know."""
    return tensor.shape.rank if hasattr(tensor.shape, "rank") else len(tensor.shape)


# The families of the table --------------------------------------------------------------------------------------------


class _Random(PlainFunctionWrapper):
    """A function that makes a tensor of a shape."""

    module = "random"
    converters = {
        **values.ARGUMENTS,
        **dict.fromkeys(["mean", "stddev", "minval", "maxval", "alpha", "beta", "counts", "probabilities"], _parameter),
        "dtype": dtype,
        "shape": _shape,
    }

    def make(self, bound):
        shape = bound["shape"]
        if isinstance(shape, tuple) and not any(map(is_tensor, shape)):
            for name, value in bound.items():
                if name != "shape" and is_tensor(value) and _rank(value):
                    bound[name] = self._fitted(value, name, shape)
        return super().make(bound)

    def _fitted(self, value, name, shape):
        """A parameter in the shape of what is made; left to itself, TensorFlow wants that for its last axis."""
        own = tuple(value.shape)
        padded = (1,) * (len(shape) - len(own)) + own
        if len(padded) > len(shape) or any(p not in (1, None, d) for p, d in zip(padded, shape, strict=True)):
            raise ShapeError(f"{self.__name__}: {name} of shape {own} does not fit shape={shape}")
        return keras.ops.broadcast_to(value, shape)


class _Integer(_Random):
    """Whole numbers below a bound that need not be one, as in R: below 5.5 are 0 to 5."""

    converters = {**values.ARGUMENTS, "dtype": dtype, "shape": _shape}

    def make(self, bound):
        low, high = bound["minval"], bound["maxval"]
        if isinstance(high, float) and math.isfinite(high):
            high = math.ceil(high)
        bound["minval"] = low = low if is_tensor(low) else values.count(low, "minval", self.__name__)
        bound["maxval"] = high = high if is_tensor(high) else values.count(high, "maxval", self.__name__)
        if isinstance(low, int) and isinstance(high, int) and low >= high:
            raise InvalidValueError(
                f"{self.__name__}: minval={low} must be below maxval={high}, which itself is not drawn"
            )
        return super().make(bound)


class _OnTensor(FunctionWrapper):
    """A function of a tensor: `random_shuffle(x)`, `x >> random_shuffle()`."""

    module = "random"
    converters = {**values.ARGUMENTS, "dtype": dtype, "noise_shape": _noise_shape, "rate": _rate}
    texts = {
        "inputs": "the tensor, or an array or list of numbers.",
        "rate": "the share of values that become 0, from 0 to 1.",
        "noise_shape": "the shape of the mask, where it is not that of the inputs; None is the dimension they have.",
    }

    def make(self, bound):
        name, x = next(iter(bound.items()))
        self.refuse(x)
        x = _tensor(x, name, self.__name__)
        bound[name] = x if name == "x" else _floats(x)
        return super().make(bound)

    def _gone(self, name, value):
        if value is not True:
            raise InvalidValueError(f"{self.__name__}: indices count from 0, so {name} can only be True: leave it out")


class _Shuffle(_OnTensor):
    """Whole slices along the axis change places; Keras does so on TensorFlow, and elsewhere mixes what is in them."""

    def make(self, bound):
        self.refuse(bound["x"])
        bound["x"] = x = _tensor(bound["x"], "x", self.__name__)
        axis, rank = bound.get("axis", 0), _rank(x)
        if isinstance(axis, int) and rank is not None and not -rank <= axis < rank:
            hint = f"; axes count from 0, so the last is {rank - 1} or -1" if axis > 0 else ""
            raise InvalidValueError(
                f"{self.__name__}: axis={axis}, but x has {rank} dimension{'s' * (rank != 1)}{hint}"
            )
        if keras.config.backend() == "tensorflow" or not isinstance(axis, int):
            return super().make(bound)
        order = super().make({**bound, "x": keras.ops.arange(x.shape[axis]), "axis": 0})
        return keras.ops.take(x, order, axis=axis)


class _Generator(Wrapper):
    """A source of seeds."""

    module = "random"
    texts = {"name": "the generator's name; made from the class's where it is left out."}


# The table ------------------------------------------------------------------------------------------------------------

random_normal = _Random("normal")
random_truncated_normal = _Random("truncated_normal")
random_uniform = _Random("uniform")
random_gamma = _Random("gamma")
random_beta = _Random("beta")
random_binomial = _Random("binomial")
random_integer = _Integer("randint")

random_categorical = _OnTensor("categorical", neutral={"zero_indexed": True})
random_dropout = _OnTensor(
    "dropout", note="Set a share of the values to 0, and scale up the others so that the sum stays about the same."
)
random_shuffle = _Shuffle("shuffle")

random_seed_generator = _Generator("SeedGenerator")

__all__ = [*name_members(globals())]
