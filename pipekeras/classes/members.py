"""What stands in a class beside its methods: active properties, fields of their own for each object, `self.private`."""

import inspect
import types

from pipekeras.errors import ArgumentError
from pipekeras.pipe import Checked

_NAMESPACE = "_pipekeras_private"  # in an object's __dict__, past Keras's tracking: nothing there is part of its state
PRIVATE = "_pipekeras_private_members"  # in a class


class ActiveProperty(property):
    """A property made of one function: called with the object to read it, with the object and a value to set it."""

    def __init__(self, function):
        self.function = function
        count = positional(function)[1]
        if count < 1:
            raise ArgumentError(
                f"active_property: the function must take self, and the value too if it can be set; {say(function)}"
            )
        required = positional(function)[0]
        getter = function if required < 2 else (lambda instance: function(instance, None))
        super().__init__(getter, None if count < 2 else function)
        self.__doc__ = function.__doc__


@Checked
def active_property(fn):
    """Make a function a property of the class that it is given to.

    Args:
        fn: a function of self, called where the property is read; if it takes a second argument, also where it is set,
            with the value. It is read if that argument is missing: `def total(self, value=None)`.

    Returns:
        The property, for the *_class functions, `Layer("Scale", ..., total=active_property(total))`; in a class
        statement it is a decorator.

    Raises:
        ArgumentError: if fn is no function, or takes no self.

    Source: R `keras3::active_property`.
    """
    if not callable(fn):
        raise ArgumentError(f"active_property takes a function, it got {fn!r}")
    return ActiveProperty(fn)


@Checked
def mark_active(fn=None, x=None):
    """Make a function a property of the class that it is given to; active_property() by its name in 2.x.

    Args:
        fn: a function of self, or of self and a value; see active_property().
        x: the same, by its name in 2.x.

    Returns:
        The property.

    Raises:
        ArgumentError: if it is no function, or takes no self.

    Source: R `keras3::mark_active`, `keras::mark_active`.
    """
    return active_property(x if fn is None else fn)


class Field:
    """A list, dict or set in a class: each object begins with a copy of it, as R's fields do."""

    def __init__(self, name, value):
        self.name, self.value = name, value

    def __get__(self, instance, owner=None):
        if instance is None:
            return self.value
        return vars(instance).setdefault(self.name, copied(self.value))


class Private:
    """`self.private`: what only the methods of an object are meant to see. Keras does not: no weights are tracked."""

    def __init__(self, owner, members):
        vars(self).update(_owner=owner, _members=members)

    def __getattr__(self, name):
        own = vars(self)
        if name.startswith("__"):  # Python asks, while it copies, before there is anything
            raise AttributeError(name)
        if name not in own["_members"]:
            raise AttributeError(f"private has no {name}; it has {', '.join(dir(self)) or 'nothing'}")
        value = own["_members"][name]
        if isinstance(value, ActiveProperty):
            return value.fget(own["_owner"])
        if isinstance(value, types.FunctionType):
            return types.MethodType(value, own["_owner"])
        return own.setdefault(name, copied(value))

    def __setattr__(self, name, value):
        own = vars(self)
        active = own["_members"].get(name)
        if not isinstance(active, ActiveProperty):
            own[name] = value
        elif active.fset is None:
            raise AttributeError(f"private.{name} can be read only: its function takes no value")
        else:
            active.fset(own["_owner"], value)

    def __dir__(self):
        own = vars(self)
        return sorted({*own, *own["_members"]} - {"_owner", "_members"})


def private_of(instance):
    """The `self.private` of an object, made when first asked for; a subclass's members stand before its parent's."""
    own = vars(instance)
    if _NAMESPACE not in own:
        classes = reversed(type(instance).__mro__)
        members = {name: value for cls in classes for name, value in vars(cls).get(PRIVATE, {}).items()}
        own[_NAMESPACE] = Private(instance, members)
    return own[_NAMESPACE]


def copied(value):
    """A list, dict or set with what is in it copied the same way; anything else as it is."""
    if type(value) is dict:
        return {key: copied(item) for key, item in value.items()}
    if type(value) in (list, set):
        return type(value)(map(copied, value))
    return value


def positional(function):
    """How many arguments a function must get by position, and how many it can."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):  # some callables written in C tell nothing of their arguments
        return 0, float("inf")
    places = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    starred = any(p.kind is p.VAR_POSITIONAL for p in parameters)
    return sum(p.default is p.empty for p in places), float("inf") if starred else len(places)


def accepts(function, name):
    """Whether a function can be given an argument of this name."""
    try:
        parameters = inspect.signature(function).parameters
    except (TypeError, ValueError):
        return False
    found = parameters.get(name)
    if found is not None:
        return found.kind in (found.POSITIONAL_OR_KEYWORD, found.KEYWORD_ONLY)
    return any(p.kind is p.VAR_KEYWORD for p in parameters.values())


def say(function):
    """`it takes (x, y)`, for an error message."""
    try:
        return f"it takes {inspect.signature(function)}"
    except (TypeError, ValueError):
        return f"it is {function!r}"
