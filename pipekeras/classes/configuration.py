"""The configuration of an object whose class says nothing of it: the arguments that it was made with.

With it layers are copied and models saved and loaded. Keras does the same for layers whose arguments are plain values;
here it holds for losses, metrics, constraints and schedules too, and for arguments that are layers, models, arrays or
functions of Keras's.
"""

import inspect
import types

from pipekeras._keras import keras
from pipekeras.classes.methods import ARGUMENTS
from pipekeras.errors import InvalidValueError, UnavailableError
from pipekeras.receivers import say


def attach(cls, kind):
    """Give a class that takes arguments, and does not say what its configuration is, one made of them."""
    if not kind.saved or "__init__" not in vars(cls) or not _is_kerass(cls):
        return
    if "from_config" not in vars(cls):
        cls.from_config = classmethod(_from_config)
    cls.get_config = _get_config_of(cls, kind)


def _is_kerass(cls):
    """Whether the configuration comes from Keras, or our own bases: from nobody who defined a class."""
    definer = next((c for c in cls.__mro__ if "get_config" in vars(c)), object)
    return definer is object or definer.__module__.startswith(("keras.", "pipekeras."))


def _get_config_of(owner, kind):
    def get_config(self):
        """The arguments that the object was made with, and what Keras adds to them."""
        cls = type(self)
        if ARGUMENTS not in vars(self):
            raise UnavailableError(
                f"{cls.__name__} has an __init__ of its own, and no get_config() that says what it was made with:"
                " give it one, or it cannot be copied or saved"
            )
        given = {name: frozen(value, name, cls) for name, value in vars(self)[ARGUMENTS].items()}
        below = _below(super(owner, self))
        known = _known(cls, kind)
        rest = {name: value for name, value in below.items() if (known is None or name in known)}
        # What every layer has, such as its name, Keras knows better where initialize was not told.
        return {**rest, **{n: v for n, v in given.items() if n not in rest or n not in kind.extra or v is not None}}

    get_config.__module__ = owner.__module__
    return get_config


def _below(parent):
    try:
        return parent.get_config()
    except (NotImplementedError, AttributeError):  # a schedule's base has none
        return {}


def _known(cls, kind):
    """The arguments that the constructor understands; None if it takes whatever comes."""
    function = inspect.unwrap(cls.__init__)
    parameters = inspect.signature(function).parameters.values()
    if any(p.kind is p.VAR_KEYWORD for p in parameters):
        return None
    return {*kind.extra, *(p.name for p in parameters)}


def _from_config(cls, config, custom_objects=None):
    """The object that a configuration speaks of."""
    with keras.saving.custom_object_scope(custom_objects or {}):
        return cls(**{name: thawed(value) for name, value in config.items()})


def frozen(value, name, cls):
    """An argument as a configuration holds it."""
    remedy = f"give {cls.__name__} a get_config() and a from_config(), or it cannot be copied or saved"
    if isinstance(value, (str, int, float, bool, types.NoneType)):
        return value
    if name.startswith("*"):
        if not value:
            return None
        raise InvalidValueError(f"{cls.__name__}: arguments without a name, {name}, are in no configuration: {remedy}")
    if isinstance(value, types.FunctionType) and not _can_be_found(value):
        raise InvalidValueError(
            f"{cls.__name__}: the argument {name} is the function {value.__name__}, which could not be found again:"
            f" register it first, register_keras_serializable({value.__name__}), or {remedy}"
        )
    try:
        return keras.saving.serialize_keras_object(value)
    except (TypeError, ValueError, AttributeError, NotImplementedError) as error:
        raise InvalidValueError(
            f"{cls.__name__}: the argument {name}, {say(value)}, fits into no configuration: {remedy}"
        ) from error


def thawed(value):
    """An argument from what a configuration holds."""
    return keras.saving.deserialize_keras_object(value) if isinstance(value, (dict, list)) else value


def _can_be_found(function):
    if function.__module__.startswith("keras."):
        return True
    return keras.saving.get_registered_object(keras.saving.get_registered_name(function)) is function
