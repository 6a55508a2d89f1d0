"""How `Layer("Scale", call=...)` and its like become a class."""

import types

from pipekeras._keras import keras
from pipekeras.classes.members import PRIVATE, ActiveProperty
from pipekeras.classes.methods import KIND, method
from pipekeras.classes.prepare import prepare
from pipekeras.errors import ArgumentError, InvalidValueError, did_you_mean
from pipekeras.receivers import say
from pipekeras.wrap import Wrapper


def define(kind, where, module, classname, methods, public, private, inherit):
    """The class.

    Args:
        kind: its Kind.
        where: the function that makes it, for messages.
        module: the name of the module it is defined in.
        classname: its name.
        methods: {name: function}; None counts as not given.
        public: {name: function or value}, beside the methods.
        private: {name: function or value} that only self.private has.
        inherit: what it inherits from, or several in a list; None for Keras's class of the kind.
    """
    if not isinstance(classname, str) or not classname.isidentifier():
        raise InvalidValueError(f'{where}: classname must be a name, such as "Scale", it got {classname!r}')
    members = {name: value for name, value in methods.items() if value is not None}
    members.update(_dict(public, "public", where))
    private = _dict(private, "private", where)
    known = {"initialize", "finalize", "get_config", "from_config", *kind.takes, *kind.exactly}
    for name, value in list(members.items()):
        if name in known and not isinstance(value, (types.FunctionType, classmethod, staticmethod, property)):
            members[name] = _as_function(value, f"{where}: {name}")
        elif name not in known and callable(value):
            _refuse_misspelt(name, known, kind, where)
    bases = _bases(inherit, kind, where)
    members.update(__module__=module, __qualname__=classname)
    cls = types.new_class(classname, bases, exec_body=lambda namespace: namespace.update(members))
    if KIND not in vars(cls):  # else the base has prepared it
        prepare(cls, kind)
    setattr(cls, PRIVATE, {name: _owned(name, value, cls) for name, value in private.items()})
    if kind.saved:
        keras.saving.register_keras_serializable(name=classname)(cls)
    return cls


def as_class(value):
    """The class behind what stands for one: a class, a layer_* function, what Layer(...) returned, Layer itself."""
    if isinstance(value, Wrapper):
        return value.keras_class
    return getattr(value, "parent", value)


def _bases(inherit, kind, where):
    given = inherit if isinstance(inherit, (list, tuple)) else [inherit]
    bases = tuple(kind.parent if one is None else as_class(one) for one in given) or (kind.parent,)
    for base, one in zip(bases, given, strict=False):
        if not isinstance(base, type):
            raise ArgumentError(f"{where}: inherit must be the class of a {kind.word}, it got {say(one)}")
    if not any(issubclass(base, kind.root) for base in bases):
        names = ", ".join(base.__name__ for base in bases)
        raise ArgumentError(f"{where}: inherit must be the class of a {kind.word}, and {names} is none")
    return bases


def _dict(value, name, where):
    if value is None or (isinstance(value, (list, tuple)) and not value):
        return {}
    if not isinstance(value, dict) or not all(isinstance(key, str) for key in value):
        raise ArgumentError(f"{where}: {name} must be a dict of members by their names, it got {value!r}")
    return value


def _as_function(value, where):
    if not callable(value):
        raise InvalidValueError(f"{where} must be a function that takes self first, it got {value!r}")

    def call(self, *args, **kwargs):
        return value(self, *args, **kwargs)

    return call


def _owned(name, value, cls):
    if isinstance(value, ActiveProperty):
        return ActiveProperty(method(value.function, cls, name))
    return method(value, cls, name) if isinstance(value, types.FunctionType) else value


def _refuse_misspelt(name, known, kind, where):
    """Any method may be added, so only what is all but the name of one that Keras calls counts as a slip."""
    near = did_you_mean(name, known)
    if not near or name[0] != near[0] or len(near) < 6 or hasattr(kind.root, name):
        return
    if name.startswith(near) and near not in kind.exactly:  # a helper, get_config_of(); hooks have none: on_epoch_ends
        return
    if _distance(name, near) <= 2:
        raise ArgumentError(f"{where}: Keras would never call the method {name}; did you mean {near}?")


def _distance(one, other):
    """How many letters are to be put in, taken out or changed to make one word of the other."""
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        before, row[0] = row[0], i
        for j, b in enumerate(other, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (a != b))
    return row[-1]
