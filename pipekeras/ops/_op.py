"""What an op_* is: a function of Keras's that takes arrays, lists and frames too, and knows the axes it is given."""

from pipekeras._keras import keras
from pipekeras.errors import ArgumentError, InvalidValueError, ShapeError
from pipekeras.functions import FunctionWrapper, refuse_layers, said, speaks_of_shapes
from pipekeras.ops._values import CONVERTERS, is_number, is_row
from pipekeras.pipe import Call, Verb
from pipekeras.receivers import is_model
from pipekeras.values import is_bool

_AXES = ("axis", "axes", "axis1", "axis2", "source", "destination")


class Op(FunctionWrapper):
    """A function of tensors; see `wrap.Wrapper` for the other arguments.

    Args:
        takes: {argument: what makes its values Keras's, or None}, where it is not what its name says elsewhere.
        arrays: how many arguments, from the first, must be arrays: a number among them tells that the first is to come.
        deep: whether these must have several axes, so that a row of numbers tells the same: images, kernels.
        alone: which values, as the only argument by position, are not what the function is applied to.
        axes_of: the argument whose axes are meant; by default the first, None if they cannot be checked.
        grows: whether the result has a new axis, which `axis` counts.
        floats: the arguments that are computed with as decimals, in one type; whole numbers become Keras's float type.
        alike: the arguments that are computed with in one type, that of the first if it has decimals.
        mend: what makes of the bound arguments those to call Keras with, where it is wrong about them (see `_mend`).
    """

    module = "ops"
    converters = CONVERTERS
    texts = {  # of what Keras does not describe
        "x": "a tensor, array, (nested) list, data frame or number.",
        "compute_uv": "whether u and v are wanted; else the singular values alone come back.",
        "elements": "a tensor, or a tuple or dict of tensors; its first axis is gone through.",
        "f": "a function of what one step along that axis holds.",
        "full_matrices": "whether u and v are square; else as small as they can be.",
        "key": "what to take, as between brackets: whole numbers, slices, None, Ellipsis; a tuple for several axes.",
        "lower": "whether a is triangular below the diagonal; else above.",
    }

    def __init__(
        self,
        keras_name,
        *,
        takes=(),
        arrays=0,
        deep=False,
        alone=None,
        axes_of="",
        grows=False,
        mend=None,
        floats=(),
        alike=(),
        **differs,
    ):
        super().__init__(keras_name, **differs)
        self.converters = {k: v for k, v in {**type(self).converters, **dict(takes)}.items() if v is not None}
        self.arrays, self.alone, self.axes_of, self.grows = arrays, alone, axes_of, grows
        self.mend, self.floats, self.alike = mend, floats, alike
        self.is_odd = is_row if deep else is_number

    def make(self, bound):
        self._check_axes(bound)
        bound = self._in_one_type(bound)
        return super().make(self.mend(bound, self.__name__) if self.mend else bound)

    def _in_one_type(self, bound):
        names = [name for name in self.floats or self.alike if hasattr(bound.get(name), "dtype")]
        types = {keras.backend.standardize_dtype(bound[name].dtype) for name in names}
        if any(kind.startswith(("complex", "string")) for kind in types) or (len(types) < 2 and not self.floats):
            return bound
        kind = keras.backend.result_type(*types) if types else keras.config.floatx()
        if self.floats and "float" not in kind:
            kind = keras.config.floatx()
        first = keras.backend.standardize_dtype(bound[names[0]].dtype) if self.alike else ""
        kind = first if "float" in first else kind  # decimals stay as exact as they are
        changed = {
            name: keras.ops.cast(bound[name], kind)
            for name in names
            if keras.backend.standardize_dtype(bound[name].dtype) != kind
        }
        numbers = {name: float(bound[name]) for name in self.floats if isinstance(bound.get(name), int)}
        return {**bound, **changed, **numbers}

    def _waits(self, args, kwargs):
        odd = any(map(self.is_odd, args[: self.arrays])) or (self.alone and len(args) == 1 and self.alone(args[0]))
        if odd and len(args) < len(self._order):
            return not kwargs.keys() & set(self._order[: len(args) + 1])
        return super()._waits(args, kwargs)

    def _check_axes(self, bound):
        of = self._order[0] if self.axes_of == "" and self._order else self.axes_of
        value = bound.get(of)
        first = value[0] if isinstance(value, (list, tuple)) and value else value
        rank = 0 if is_number(first) else _rank(first)
        if rank is None:
            return
        for name in _AXES:
            axes = bound.get(name)
            axes = axes if isinstance(axes, tuple) else (axes,)
            size = rank + (len(axes) if self.grows else 0)
            for axis in axes:
                if isinstance(axis, int) and not -size <= axis < size:
                    raise InvalidValueError(self._no_such_axis(name, axis, of, first, size))

    def _no_such_axis(self, name, axis, of, value, size):
        what = f"{of} of shape {tuple(value.shape)}" if hasattr(value, "shape") else f"{of}={value!r}"
        what = f"what comes of {what}" if self.grows else what
        has = f"has axes 0 to {size - 1}, or from the end -{size} to -1" if size > 1 else "has axis 0 alone"
        has = has if size else "has no axes"
        return f"{self.__name__}: {name} {axis} does not exist: {what} {has}; they count from 0"

    def _gone(self, name, value):
        if name == "zero_indexed" and value is not None and not (is_bool(value) and value):
            raise ArgumentError(
                f"{self.__name__}: zero_indexed={value!r} would be R's counting from 1; here indices always count from"
                " 0: leave it out"
            )

    def _diagnosed(self, bound, error):
        text = said(error)
        several = sum(hasattr(value, "shape") for value in bound.values()) > 1
        kind = ShapeError if several and speaks_of_shapes(text) else InvalidValueError
        text = text if text.startswith(self.__name__) else f"{self.__name__}: {text}"
        return kind(text if "(given" in text or not several else f"{text}{self._shapes(bound)}")


class PlainOp(Op):
    """A function that nothing is piped into."""

    pipeable = False
    use = "    {name}({call})\n        what {keras} returns."


class HigherOrder(Op):
    """A function of functions: errors raised inside of these are the user's own and pass as they are."""

    def make(self, bound):
        self._check_axes(bound)
        return self.keras_class(**{self.renamed.get(name, name): value for name, value in bound.items()}, **self.fixed)


class PlainHigherOrder(HigherOrder):
    """One whose first argument is a function, which nobody pipes in."""

    pipeable = False
    use = PlainOp.use


class Waiting(Verb):
    """A function with R's dots, which tells by what is there whether something is still to be piped in."""

    def __init__(self, function, waits):
        super().__init__(function, lambda value: True)
        self.waits = waits

    def refuse(self, left):
        if is_model(left):
            refuse_layers(self.__name__, left)

    def __call__(self, *args, **kwargs):
        if self._names[0] not in kwargs and self.waits(args, kwargs):
            self._check((None, *args), kwargs)
            return Call(self, args, kwargs)
        self._check(args, kwargs)
        refuse_layers(self.__name__, args[0] if args else kwargs[self._names[0]])
        return self.function(*args, **kwargs)


def waiting(waits):
    """Make a function pipeable that waits where `waits(args, kwargs)` says so."""
    return lambda function: Waiting(function, waits)


def over(keras_name, arrays=1, **differs):
    """A function of whole arrays: a number in first place, as in `x >> op_sum(0)`, is not what it is applied to."""
    return Op(keras_name, arrays=arrays, **differs)


def _rank(value):
    try:
        return len(value.shape)
    except (AttributeError, TypeError, ValueError):  # no tensor, or one of TensorFlow's of unknown rank
        return None
