"""One readable line for each function of Keras's: `op_relu = FunctionWrapper("relu")` and its like.

Such a function runs at once where everything it requires is there, and otherwise waits for what is piped in:

    op_mean(x, axis=0)      x >> op_mean(axis=0)      x >> op_add(y)
"""

import re

from pipekeras.errors import PipeError, PipekerasError, ShapeError
from pipekeras.pipe import Call
from pipekeras.receivers import is_layer, is_model, is_tensor, say
from pipekeras.wrap import Wrapper


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
            self.bind((None, *args), kwargs)  # finds a wrong argument now, at the user's line
            return Call(self, args, kwargs)
        return self.function(*args, **kwargs)

    def function(self, *args, **kwargs):
        """The function itself, with all its arguments."""
        return self.make(self.bind(args, kwargs))

    def refuse(self, left):
        """Raise if `left` is nothing that a function of tensors applies to."""
        if is_model(left):
            remedy = (
                f"pipe its output, as in model.output >> {self.__name__}(...), or add layer_lambda({self.__name__})"
            )
            raise PipeError(f"{self.__name__} applies to tensors, it got {say(left)}: {remedy}")
        if is_layer(left):
            raise PipeError(f"{self.__name__} applies to tensors, it got {say(left)}")

    def uncalled(self):
        """The bare function as an argument: `activation=op_relu` is Keras's own relu."""
        return self.keras_class

    def make(self, bound):
        """What the function returns."""
        if bound and self.pipeable:
            self.refuse(next(iter(bound.values())))
        try:
            return super().make(bound)
        except PipekerasError:
            raise
        except Exception as error:
            if type(error).__module__.partition(".")[0] not in ("tensorflow", "jax", "jaxlib", "torch", "builtins"):
                raise
            if not isinstance(error, RuntimeError) and type(error).__module__ == "builtins":
                raise
            shapes = self._shapes(bound)
            said = re.sub(r"\{\{.*?\}\} ?| ?\[Op:.*", "", str(error)).strip() or type(error).__name__
            raise ShapeError(f"{self.__name__}: {said.splitlines()[0]}{shapes}") from error

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
