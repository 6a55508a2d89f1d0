"""One readable line for each function of Keras's: `op_relu = FunctionWrapper("relu")` and its like.

Such a function runs at once where everything it requires is there, and otherwise waits for what is piped in:

    op_mean(x, axis=0)      x >> op_mean(axis=0)      x >> op_add(y)
"""

import re

from pipekeras.errors import InvalidValueError, PipeError, PipekerasError, ShapeError, UnavailableError
from pipekeras.pipe import Call
from pipekeras.receivers import is_layer, is_model, is_tensor, say
from pipekeras.wrap import Wrapper

_TO_COME = object()  # stands for what will be piped in
_BACKENDS = ("tensorflow", "jax", "jaxlib", "torch")
_OF_SHAPES = re.compile(r"shape|dimension|size|broadcast|rank|contracting|incompatible|axis|axes", re.I)
_NOT_THE_USERS = ("ResourceExhausted", "OutOfMemory", "Recursion", "OutOfRange", "Cancelled", "Aborted")


class FunctionWrapper(Wrapper):
    """A function of R's over a function of Keras's; see `wrap.Wrapper` for the arguments.

    A family says in `module` where Keras has it ("ops", "random", "config"), and in `pipeable` whether its first
    argument can be piped in.
    """

    module = "ops"
    pipeable = True
    use = "    {name}({call})\n    x >> {name}(...)\n        what {keras} returns for them."
    is_receiver = staticmethod(is_tensor)  # which layers before `>>` it applies to at once: none

    def __call__(self, *args, **kwargs):
        if self.pipeable and self._waits(args, kwargs):
            self.bind((_TO_COME, *args), kwargs)  # finds a wrong argument now, at the user's line
            return Call(self, args, kwargs)
        return self.function(*args, **kwargs)

    def function(self, *args, **kwargs):
        """The function itself, with all its arguments."""
        if self.pipeable and self._order:
            first = args[0] if args else kwargs.get(self._order[0])
            self.refuse(first)
            refuse_layers(self.__name__, first)
        return self.make(self.bind(args, kwargs))

    def refuse(self, left):
        """Raise if `left` is a model; layers, `layer_dense(4) >> op_relu()`, make a chain with it."""
        if is_model(left):
            refuse_layers(self.__name__, left)

    def uncalled(self):
        """The bare function as an argument: `activation=op_relu` is Keras's own relu."""
        return self.keras_class

    def make(self, bound):
        """What the function returns; what a backend says of it in its own words is said in ours."""
        try:
            return super().make(bound)
        except PipekerasError:
            raise
        except Exception as error:
            kind = kind_of(error)
            if kind is None:
                raise
            raise kind(f"{self.__name__}: {said(error)}{self._shapes(bound)}") from error

    def _converted(self, name, value):
        return value if value is _TO_COME else super()._converted(name, value)

    def _shapes(self, bound):
        found = [f"{name} of shape {tuple(value.shape)}" for name, value in bound.items() if hasattr(value, "shape")]
        return f" (given {', '.join(found)})" if found else ""

    def _waits(self, args, kwargs):
        """Whether exactly the first argument is still to come."""
        first = self._order[0] if self._order else None
        if first is None or self.old.get(first, first) in kwargs or len(args) >= len(self._order):
            return False
        given = {self.old.get(name, name) for name in kwargs}
        if first in given:
            return False
        here = {*self._order[: len(args)], *given}
        shifted = {*self._order[: len(args) + 1], *given}
        required = set(self._required)
        # An argument by name that already stands there by position is an error to be told, unless all moves up by one.
        return not required <= here and required <= shifted and not set(self._order[1 : len(args) + 1]) & given


class PlainFunctionWrapper(FunctionWrapper):
    """A function that nothing is piped into: config_floatx(), random_normal(shape)."""

    pipeable = False
    use = "    {name}({call})\n        what {keras} returns."


def refuse_layers(name, left):
    """Raise a PipeError if `left` is a model or a layer, to which a function of tensors does not apply."""
    if is_model(left):
        remedy = f"pipe its output, as in model.output >> {name}(...), or add layer_lambda({name})"
        raise PipeError(f"{name} applies to tensors, it got {say(left)}: {remedy}")
    if is_layer(left):
        raise PipeError(f"{name} applies to tensors, it got {say(left)}")


def said(error):
    """What an error of Keras's or a backend's says, in one line and without the insides of the backend."""
    text = re.sub(r"\{\{.*?\}\} ?|\[Op:[^\]]*\](?: name: ?)?|\x1b\[\d+m", "", str(error)).strip()
    text = re.sub(r"^Exception encountered when calling [^\n]*\n+", "", text)
    text = re.sub(r"^in user code:.*\n\s*\n *(\w+: )?(?=\w)", "", text, flags=re.S)  # the lines that were traced
    text = re.split(r"\n\s*\n|\n?Arguments received by", text)[0]
    text = " ".join(text.split()) or type(error).__name__
    return text if len(text) <= 300 else f"{text[:297]}..."


def kind_of(error):
    """Which of our errors says what an error that is no ValueError or TypeError means; None where it is not ours."""
    kind = type(error)
    if any(word in kind.__name__ for word in _NOT_THE_USERS):
        return None
    if isinstance(error, NotImplementedError) or kind.__name__ == "UnimplementedError":
        return UnavailableError
    if isinstance(error, (LookupError, ArithmeticError, AssertionError)):
        return InvalidValueError
    if isinstance(error, RuntimeError) or kind.__module__.partition(".")[0] in _BACKENDS:
        return ShapeError if speaks_of_shapes(said(error)) else InvalidValueError
    return None


def speaks_of_shapes(text):
    """Whether an error is about shapes that do not fit."""
    return bool(_OF_SHAPES.search(text))
