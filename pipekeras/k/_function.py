"""What a k_* function is: one of Keras's under the name of keras 2.x, or one written here; both pipeable, as op_* are.

k_abs = of_keras("abs")

@written
def k_repeat(x, n): ...
"""

import functools
import importlib
import inspect
import re
import textwrap

from pipekeras import values
from pipekeras._keras import is_open, keras
from pipekeras.functions import PlainFunctionWrapper
from pipekeras.k._tensors import creation_shape, indices
from pipekeras.ops._op import Op
from pipekeras.ops._values import CONVERTERS, function, structure, tensor, tensors

_COUNTS = "rep k num_classes top_paths beam_width height_factor width_factor depth_factor size".split()


def _value(value, name, where):
    """A tensor as for op_*; a variable as its values, since Keras does not look at those itself everywhere."""
    return keras.ops.copy(value.value) if isinstance(value, keras.Variable) else tensor(value, name, where)


def values_of_all(value, name, where):
    """The same for a list of tensors."""
    value = tensors(value, name, where)
    return [_value(v, name, where) for v in value] if isinstance(value, list) else _value(value, name, where)


class _KFunction(Op):
    """What both kinds share, beyond what an op_* is; see there for the other arguments.

    `anything` is whether it can be asked of models and layers too; `calls` is whether it calls functions of the user's,
    whose errors are not ours to word; `odd` tells which values are no arrays, where the first `arrays` arguments are.
    """

    converters: dict = {  # a converter, or None for what stays as it is given
        **{name: _value if convert is tensor else convert for name, convert in CONVERTERS.items()},
        **dict.fromkeys(_COUNTS, functools.partial(values.count, least=1)),
        **dict.fromkeys(["reference", "labels", "y_pred", "var"], _value),
        **dict.fromkeys(["pattern", "reduction_axes"], values.wholes),
        **dict.fromkeys(["ndim", "num"], values.maybe_whole),
        **dict.fromkeys(["indices", "targets", "y_true", "input_length", "label_length", "label_lengths"], indices),
        **dict.fromkeys(["initial_states", "constants", "initializer"], structure),
        **dict.fromkeys(["fn", "step_function"], function),
        "tensors": values_of_all,
        "kernel_size": values.size,
        "shape": creation_shape,
        "stddev": None,
    }
    texts = {
        "x": "a tensor, variable, array or number.",
        "y": "the same, of a shape that fits that of x.",
        "shape": "the shape of the result, as in (2, 3); one number is a shape of one dimension.",
        "axis": "the axis, counted from 0; negative ones count from the end.",
        "seed": "a whole number, for the same random numbers each time.",
        "dtype": 'the type of the values, such as "float32".',
        "name": "understood, without effect: tensors have no names in Keras 3.",
    }

    def __init__(
        self, keras_name, *, pipeable=True, anything=False, calls=False, odd=None, module="ops", **differs
    ):  # fmt: skip
        super().__init__(keras_name, **differs)
        self.pipeable, self.anything, self.calls, self.module = pipeable, anything, calls, module
        self.is_odd = odd or self.is_odd
        if not pipeable:
            self.use = PlainFunctionWrapper.use

    def function(self, *args, **kwargs):
        """The function itself, with all its arguments."""
        return self.make(self.bind(args, kwargs)) if self.anything else super().function(*args, **kwargs)

    def refuse(self, left):
        """Raise if `left` is nothing that this function applies to."""
        if not self.anything:
            super().refuse(left)

    def make(self, bound):
        """What the function returns."""
        return self.keras_class(**bound) if self.calls else super().make(bound)


def is_text(value):
    """Whether `value` is no tensor but a word, such as a name or a type."""
    return isinstance(value, str)


def of_keras(keras_name, **differs):
    """A function of Keras's under the name and the argument names of keras 2.x."""
    return _KFunction(keras_name, **differs)


class _Written(_KFunction):
    """A function written here. Its help is made as that of the others is: from the docstring, and by R's order.

    `as_layer` is whether symbolic tensors have to go through a layer, since Keras has no operation for what it does.
    """

    def __init__(self, function, as_layer=False, **differs):
        super().__init__(f"{function.__module__}:{function.__name__}", **differs)
        self.keras_class = _through_a_layer(function) if as_layer else function
        self.__name__ = self.__qualname__ = function.__name__

    @functools.cached_property
    def use(self):
        """How to call it, and what comes back, which the docstring tells under Returns."""
        said = re.search(r"^Returns:\n((?:    .*(?:\n|$)|\n)*)", inspect.getdoc(self.keras_class) or "", re.M)
        returns = " ".join(said[1].split()).replace("{", "{{").replace("}", "}}") if said else ""
        returns = textwrap.fill(f"gives {returns}", 112, initial_indent=" " * 8, subsequent_indent=" " * 8)
        piped = "    x >> {name}(...)\n" if self.pipeable else ""
        return "    {name}({call})\n" + piped + returns


def _through_a_layer(function):
    """The function, which for symbolic tensors makes a layer that calls it when the model runs."""

    @functools.wraps(function)
    def either(**bound):
        if is_open() and any(isinstance(value, keras.KerasTensor) for value in keras.tree.flatten(bound)):
            return importlib.import_module("pipekeras.k.own").apply(either, bound)
        return function(**bound)

    return either


def written(function=None, **differs):
    """Make a function one of the k_*: its arguments are checked and converted by name, its first can be piped in."""
    if function is None:
        return functools.partial(written, **differs)
    return _Written(function, **differs)
