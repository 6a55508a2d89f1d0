"""One readable line for each Keras class: what `layer("LSTM")`, `initializer("HeNormal")` and their like are made of.

A wrapper knows the Keras class and what R has that differs from it: arguments renamed, moved, defaulted, no longer
there. Its signature, its help and its checks come from the class and that line, when they are first needed.
"""

import functools
import importlib
import inspect

from pipekeras import values
from pipekeras._keras import keras
from pipekeras.errors import ArgumentError, InvalidValueError, PipekerasError, did_you_mean, suggestion
from pipekeras.pipe import Function
from pipekeras.receivers import say

_KINDS = inspect.Parameter


class Wrapper(Function):
    """A function of R's over a Keras class.

    Args:
        keras_name: the class in Keras, below `module`: "LSTM"; or, where Keras has none, ours:
            "pipekeras.layers.own:Name".
        renamed: {R's argument: Keras's}, shown under R's name: {"f": "function"}.
        old: {argument of 2.x: today's name}, understood but not shown: {"alpha": "negative_slope"}.
        neutral: {argument that is gone: the value, or tuple of values, it may still have}: {"time_major": False}.
        defaults: {argument: R's default}, for those that Keras requires or means otherwise.
        after: {argument: the one it follows in R}, where R's order is not Keras's.
        by_name: arguments that Keras has in the middle and R does not; here they go by name alone.
        fixed: {argument: its value}, for functions that are a special case of a class.
        note: a sentence for the help.
    """

    module = "layers"
    converters = values.ARGUMENTS  # {argument: what makes its values Keras's}; a family may add to them
    texts: dict = {}  # {argument: what the help says of it} where Keras says nothing
    extra: list | tuple = ()  # parameters that every function of the family has beyond the class's own

    def __init__(
        self, keras_name, *, renamed=(), old=(), neutral=(), defaults=(), after=(), by_name=(), fixed=(), note="",
        module=None,
    ):  # fmt: skip
        self.keras_name, self.note = keras_name, note
        self.module = module or self.module
        self.renamed, self.old, self.neutral = dict(renamed), dict(old), dict(neutral)
        self.defaults, self.after, self.by_name, self.fixed = dict(defaults), dict(after), tuple(by_name), dict(fixed)

    def __init_subclass__(cls):
        cls.__doc__ = Wrapper.__doc__  # else the family's own docstring would hide the help of its functions

    # The Keras class and what follows from it; each once, when first asked for ---------------------------------------

    @functools.cached_property
    def keras_class(self):
        """The class behind the function; for the families over functions, the function."""
        if ":" in self.keras_name:
            module, name = self.keras_name.split(":")
            return getattr(importlib.import_module(module), name)
        path = [*self.module.split("."), *self.keras_name.split(".")]
        return functools.reduce(getattr, filter(None, path), keras)

    @functools.cached_property
    def takes_anything(self):
        """Whether the class hands arguments on to its base (name, dtype, trainable)."""
        return any(p.kind is p.VAR_KEYWORD for p in parameters_of(self.keras_class))

    @functools.cached_property
    def __signature__(self):
        shown = {keras_name: r_name for r_name, keras_name in self.renamed.items()}
        own = []
        for p in parameters_of(self.keras_class):
            if p.kind in (p.VAR_KEYWORD, p.VAR_POSITIONAL) or p.name in self.fixed:
                continue
            name = shown.get(p.name, p.name)
            kind = _KINDS.KEYWORD_ONLY if p.name in self.by_name else p.kind
            own.append(_KINDS(name, kind, default=self.defaults.get(name, p.default)))
        for name, before in self.after.items():
            moved = next(p for p in own if p.name == name)
            own.remove(moved)
            own.insert([p.name for p in own].index(before) + 1, moved)
        names = {p.name for p in own}
        own += [p for p in self.extra if p.name not in names and p.name not in self.fixed]
        own.sort(key=lambda p: p.kind is _KINDS.KEYWORD_ONLY)
        return inspect.Signature(_defaults_after_required(own))

    @functools.cached_property
    def __doc__(self):
        from pipekeras.helptext import help_for

        return help_for(self)

    @functools.cached_property
    def _order(self):
        return [p.name for p in self.__signature__.parameters.values() if p.kind is p.POSITIONAL_OR_KEYWORD]

    @functools.cached_property
    def _required(self):
        parameters = self.__signature__.parameters.values()
        return [p.name for p in parameters if p.default is p.empty and p.kind is not p.VAR_POSITIONAL]

    @functools.cached_property
    def _known(self):
        return {p.name for p in self.__signature__.parameters.values() if p.kind is not p.VAR_POSITIONAL}

    @functools.cached_property
    def _nullable(self):
        return {p.name for p in self.__signature__.parameters.values() if p.default is None}

    # Calling ----------------------------------------------------------------------------------------------------------

    def __call__(self, *args, **kwargs):
        return self.make(self.bind(args, kwargs))

    def bind(self, args, kwargs):
        """The arguments by R's names, with their values as Keras takes them; what is not understood is an error."""
        bound = self._by_name(args, kwargs)
        for name in self._required:
            if name not in bound:
                raise ArgumentError(f"{self.__name__} needs {name}: {self.__name__}({name}=...)")
        for name, value in bound.items():
            bound[name] = self._converted(name, value)
        for name, default in self.defaults.items():
            bound.setdefault(name, default)
        return bound

    def make(self, bound):
        """The Keras object for the bound arguments."""
        arguments = {self.renamed.get(name, name): value for name, value in bound.items()}
        try:
            return self.keras_class(**arguments, **self.fixed)
        except PipekerasError:
            raise
        except (ValueError, TypeError, AttributeError) as error:
            raise self._diagnosed(bound, error) from error

    def uncalled(self):
        """What the bare function means as an argument: `kernel_initializer=initializer_he_normal`."""
        return self()

    def _converted(self, name, value):
        convert = self.converters.get(name)
        if value is None and name in self._nullable:
            return None
        if convert is not None and self._converts(name):
            return convert(value, name, self.__name__)
        return value.uncalled() if isinstance(value, Wrapper) else value

    def _converts(self, name):
        return True

    def _by_name(self, args, kwargs):
        if len(args) > len(self._order):
            limit = len(self._order)
            raise ArgumentError(
                f"{self.__name__} takes {limit} argument{'s' * (limit != 1)} by position, it got {len(args)};"
                " give the others by name"
            )
        bound = dict(zip(self._order, args, strict=False))
        for name, value in kwargs.items():
            name = self.old.get(name, name)
            if name in self.neutral and name not in self._known:
                self._gone(name, value)
            elif name not in self._known:
                raise ArgumentError(self._unknown(name))
            elif name in bound:
                raise ArgumentError(self._twice(name, args, bound[name], value))
            else:
                bound[name] = value
        return bound

    def _twice(self, name, args, *both):
        said = " and ".join(say(value) if hasattr(value, "shape") else repr(value) for value in both)
        is_data = hasattr(args[0], "shape") if args else False
        remedy = f". To apply {self.__name__} to data, pipe it in: data >> {self.__name__}(...)" if is_data else ""
        return f"{self.__name__} got {name} twice: {said}{remedy}"

    def _gone(self, name, value):
        allowed = self.neutral[name] if isinstance(self.neutral[name], tuple) else (self.neutral[name],)
        if value is not None and value not in allowed:
            may_be = " or ".join(map(repr, allowed))
            raise ArgumentError(
                f"{self.__name__}: {name}={value!r} is gone in Keras 3, which only knows {may_be}: leave it out"
            )

    def _unknown(self, name):
        near = suggestion(name, sorted(self._known)) or f"; it has {', '.join(sorted(self._known))}"
        return f"{self.__name__} has no argument {name}{near}"

    def _diagnosed(self, bound, error):
        """Keras's refusal in the words of the call: a misspelt word, or what Keras says after the function's name."""
        for name, value in bound.items():
            family = identifier_module(name)
            if family and isinstance(value, (int, float)):
                return InvalidValueError(f"{self.__name__}: {name} must be a name or a function, it got {value!r}")
            if family and isinstance(value, str):
                known = known_names(family)
                if value not in known:
                    near = did_you_mean(value, known)
                    hint = f'; did you mean "{near}"?' if near else f"; Keras has {', '.join(sorted(known))}"
                    return InvalidValueError(f'{self.__name__}: {name}="{value}" is not known{hint}')
        text = str(error)
        kind = ArgumentError if isinstance(error, TypeError) else InvalidValueError
        return kind(text if text.startswith(self.__name__) else f"{self.__name__}: {text}")

    def __repr__(self):
        return f"<function {self.__name__}>"


def parameters_of(target):
    """The parameters of a function, or of a class's constructor without self."""
    if isinstance(target, type):
        return list(inspect.signature(target.__init__).parameters.values())[1:]
    return list(inspect.signature(target).parameters.values())


def _defaults_after_required(parameters):
    """Python wants no required positional after an optional one; where an order by R makes one, it goes by None."""
    seen_default, result = False, []
    for p in parameters:
        if p.kind is p.POSITIONAL_OR_KEYWORD:
            if p.default is p.empty and seen_default:
                p = p.replace(default=None)
            seen_default = seen_default or p.default is not p.empty
        result.append(p)
    return result


def identifier_module(argument):
    """The part of Keras whose names are strings for this argument: "activations" for recurrent_activation."""
    for ending in ("activation", "initializer", "regularizer", "constraint"):
        if argument == ending or argument.endswith(f"_{ending}"):
            return f"{ending}s"
    return None


@functools.cache
def known_names(module):
    """The strings that Keras understands for a family: for "activations" relu, tanh, ..."""
    part = getattr(keras, module)
    skip = {"get", "serialize", "deserialize"}
    names = {name for name in dir(part) if not name.startswith("_") and callable(getattr(part, name))} - skip
    return frozenset(name for name in names if name == name.lower()) or frozenset(names)


def name_members(module):
    """Tell each wrapper in a module's globals the name it was given, and return those names for `__all__`."""
    names = []
    for name, value in module.items():
        if not name.startswith("_") and isinstance(value, Function) and getattr(value, "__module__", None) is not None:
            if isinstance(value, Wrapper):
                value.__name__ = value.__qualname__ = name
                value.__module__ = module["__name__"]
                names.append(name)
            elif value.__module__ == module["__name__"]:
                names.append(name)
    return names
