"""What R's methods see: `self.super`, which class they were defined by, and what `initialize` owes to its parent.

A method given to `Layer("Scale", call=...)` is a plain function: it has no `super()`. So each is wrapped, and while it
runs it is known which class it belongs to; `self.super` is then what that class's parent has, however many levels of
inheritance there are.
"""

import functools
import inspect
import threading
import types

from pipekeras.classes.members import copied
from pipekeras.errors import ArgumentError, suggestion

ARGUMENTS = "_pipekeras_arguments"  # in an object's __dict__: what it was made with, for its configuration
KIND = "_pipekeras_kind"  # in the classes that are prepared by prepare.py
_WORDS = {"initialize": "__init__", "finalize": "__del__"}


class _Frame:
    """A method that runs: of which object, defined by which class; for a constructor, what it hands on unseen."""

    __slots__ = ("extra", "instance", "name", "owner", "started")

    def __init__(self, instance, owner, name="", extra=None):
        self.instance, self.owner, self.name, self.extra, self.started = instance, owner, name, extra or {}, False

    def start(self, *args, **kwargs):
        """Run the parent's constructor."""
        self.started = True
        super(self.owner, self.instance).__init__(*args, **{**self.extra, **kwargs})


class _Running(threading.local):
    def __init__(self):
        self.frames = []


_running = _Running()


class Super:
    """`self.super`: the parent's methods, under R's names and Python's."""

    __slots__ = ("_frame",)

    def __init__(self, frame):
        object.__setattr__(self, "_frame", frame)

    def __getattribute__(self, name):
        frame = object.__getattribute__(self, "_frame")
        parent, name = super(frame.owner, frame.instance), _WORDS.get(name, name)
        if name == "__init__":
            return frame.start
        if name == "__del__":
            return getattr(parent, name, lambda: None)
        if name == "call" and not hasattr(parent, "call"):  # a constraint or a schedule of Keras's own
            name = "__call__"
        return getattr(parent, name)

    def __call__(self):
        """`self.super()` is `self.super`, as in R."""
        return self

    def __repr__(self):
        frame = object.__getattribute__(self, "_frame")
        return f"<self.super of {frame.owner.__name__}>"


def parent_of(instance):
    """The `self.super` of an object: by the method that runs; outside of its methods, by its own class."""
    for frame in reversed(_running.frames):
        if frame.instance is instance:
            return Super(frame)
    return Super(_Frame(instance, next(cls for cls in type(instance).__mro__ if KIND in vars(cls))))


def runs(instance):
    """The name of the method of an object that runs, the innermost; "" outside of its methods."""
    return next((frame.name for frame in reversed(_running.frames) if frame.instance is instance), "")


def method(function, owner, name):
    """`function` as the method `name` of the class `owner`."""

    @functools.wraps(function)
    def run(self, *args, **kwargs):
        _running.frames.append(_Frame(self, owner, name))
        try:
            return function(self, *args, **kwargs)
        except RuntimeError as error:
            _refuse_bare_super(owner, name, error)
            raise
        finally:
            _running.frames.pop()

    return run


def initializer(function, owner, kind):
    """`initialize` as the constructor of the class `owner`.

    It takes the arguments that all of its kind have (name, dtype, ...) also where `function` does not, and hands them
    to the parent. A function that nowhere speaks of its parent has the parent's constructor run before it.
    """
    own = inspect.signature(function)
    is_open = any(p.kind is p.VAR_KEYWORD for p in own.parameters.values())
    extra_names = () if is_open else [name for name in kind.extra if name not in own.parameters]
    words = _words_in(function)
    by_hand = "super" in words or "__init__" in words

    @functools.wraps(function)
    def construct(self, *args, **kwargs):
        extra = {name: kwargs.pop(name) for name in extra_names if name in kwargs}
        bound = _bound(own, owner, (self, *args), kwargs)
        if type(self).__init__ is construct:
            vars(self)[ARGUMENTS] = _recorded(bound, own)
        frame = _Frame(self, owner, "initialize", extra)
        _running.frames.append(frame)
        try:
            if not by_hand:
                _start(frame)
            function(self, *args, **kwargs)
        except RuntimeError as error:
            _refuse_bare_super(owner, "initialize", error)
            raise
        finally:
            _running.frames.pop()
        if not frame.started and ("__init__" not in words or extra):
            raise ArgumentError(
                f"{owner.__name__}: its initialize must call self.super.initialize(...), best as its first statement"
            )

    construct.__signature__ = _shown(own, is_open, kind)
    return construct


def handed_on(instance, kwargs):
    """The arguments of a base's constructor, with those that `initialize` does not take, for which this is the place.

    Our own bases ask for them, since a class statement may well call its parent by Python's super().
    """
    for frame in _running.frames:
        if frame.instance is instance:
            frame.started = True
            kwargs = {**frame.extra, **kwargs}
    return kwargs


def _start(frame):
    parent = super(frame.owner, frame.instance).__init__
    try:
        inspect.signature(parent).bind(**frame.extra)
    except TypeError as error:
        name = frame.owner.__mro__[1].__name__
        raise ArgumentError(
            f"{frame.owner.__name__}: its initialize must call self.super.initialize(...), since its parent {name}"
            f" cannot be made without arguments: {error}"
        ) from None
    except ValueError:  # object's own constructor, which says nothing of itself
        pass
    frame.start()


def _bound(signature, owner, args, kwargs):
    try:
        return signature.bind(*args, **kwargs)
    except TypeError as error:
        known = list(signature.parameters)[1:]
        for name in kwargs:
            if name not in known:
                near = suggestion(name, known, otherwise=f"; it has {', '.join(known)}" if known else "")
                raise ArgumentError(f"{owner.__name__} has no argument {name}{near}") from None
        raise ArgumentError(f"{owner.__name__}: {error}") from None


def _recorded(bound, signature):
    """The arguments by name, those that were left out with their default if it is a plain value."""
    plain = (str, int, float, bool, types.NoneType, list, tuple, dict)
    parameters = list(signature.parameters.values())[1:]
    given = {}
    for p in parameters:
        if p.kind is p.VAR_KEYWORD:
            given.update(bound.arguments.get(p.name, {}))
        elif p.name in bound.arguments:
            given[f"*{p.name}" if p.kind is p.VAR_POSITIONAL else p.name] = bound.arguments[p.name]
        elif isinstance(p.default, plain):
            given[p.name] = p.default
    return {name: copied(value) for name, value in given.items()}


def _shown(signature, is_open, kind):
    """The signature that Keras sees: what goes to the parent is there as **kwargs, the name that Keras looks for."""
    parameters = [p.replace(name="kwargs") if p.kind is p.VAR_KEYWORD else p for p in signature.parameters.values()]
    if not is_open and kind.extra:
        parameters.append(inspect.Parameter("kwargs", inspect.Parameter.VAR_KEYWORD))
    return signature.replace(parameters=parameters)


def _words_in(function):
    """Every name that a function's code speaks of, that of functions inside it as well."""
    waiting, words = [getattr(inspect.unwrap(function), "__code__", None)], set()
    while waiting:
        code = waiting.pop()
        if code is not None:
            words.update(code.co_names, code.co_freevars)
            waiting += [const for const in code.co_consts if isinstance(const, types.CodeType)]
    return words


def _refuse_bare_super(owner, name, error):
    """Raise, in our words, where Python has said that super() knows no class here."""
    if "super(): " in str(error):
        raise ArgumentError(
            f"{owner.__name__}: super() knows its class only inside of a class statement; write self.super instead, as"
            f" in self.super.{name}(...)"
        ) from error
