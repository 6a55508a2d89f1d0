"""Classes and functions of one's own, which Keras has to find again when a model is loaded; single objects saved."""

import contextvars
import types
from collections.abc import Mapping

from pipekeras._keras import keras
from pipekeras.errors import ArgumentError, InvalidValueError
from pipekeras.pipe import Checked
from pipekeras.receivers import is_layer, say
from pipekeras.saving.files import reader
from pipekeras.wrap import Wrapper, name_members

_OURS = "pipekeras>"  # what the classes are registered under that pipekeras adds to Keras


def as_custom_objects(objects, where, argument="custom_objects"):
    """{name: class or function} as Keras takes it, from a dict, a list of classes and functions, or a single one.

    The names of a list are the objects' own, and those that they are registered under.
    """
    if objects is None:
        return {}
    if isinstance(objects, Mapping):
        for name in objects:
            if not isinstance(name, str):
                raise InvalidValueError(f"{where}: the names in {argument} must be text, it got {name!r}")
        return {name: plain(value) for name, value in objects.items()}
    found = {}
    for value in objects if isinstance(objects, (list, tuple, set)) else [objects]:
        if isinstance(value, Mapping):
            found.update(as_custom_objects(value, where, argument))
            continue
        value = plain(value)
        found[_name_of(value, where, argument)] = value
        found[keras.saving.get_registered_name(value)] = value
    return found


def plain(value):
    """Keras's own class or function behind one of our functions; all else as it is."""
    return value.keras_class if isinstance(value, Wrapper) else value


def _name_of(value, where, argument):
    name = getattr(value, "__name__", None)
    if not callable(value) or is_layer(value) or name is None:
        made = f": give its class, {type(value).__name__}" if hasattr(value, "get_config") else ""
        raise InvalidValueError(f"{where}: {argument} must be classes and functions, it got {say(value)}{made}")
    if not name.isidentifier():
        raise InvalidValueError(
            f'{where}: a function in {argument} has no name of its own: give a dict, {{"the name": function}}'
        )
    return name


@Checked
def register_keras_serializable(object=None, name=None, package=None):
    """Make a class or function of one's own known to Keras, so that models with it can be saved and loaded.

    Args:
        object: a class of layers, losses, metrics, ..., or a function. Left out, the result is a decorator:
            `@register_keras_serializable(package="mine")`.
        name: what it is called in saved files; by default its own name.
        package: what stands before the name there, against mix-ups: "mine>Name"; by default "Custom".

    Returns:
        `object` itself, or the decorator.

    Raises:
        InvalidValueError: for what is no class or function, a function without a name, and a class that Keras could not
            save, since it has no get_config().

    Source: R `keras3::register_keras_serializable`.
    """
    where = "register_keras_serializable"
    if object is None:
        return lambda object: register_keras_serializable(object, name=name, package=package)
    if isinstance(object, str):
        raise InvalidValueError(
            f'{where}: object must be a class or a function, it got "{object}"; as a decorator it is written'
            f' @{where}(package="{object}")'
        )
    target = plain(object)
    if name is None:
        name = _name_of(target, where, "object")
    elif not callable(target) or is_layer(target):
        raise InvalidValueError(f"{where}: object must be a class or a function, it got {say(target)}")
    try:
        keras.saving.register_keras_serializable(package or "Custom", name)(target)
    except ValueError as error:
        raise InvalidValueError(f"{where}: {error}") from error
    return object


@Checked
def get_custom_objects():
    """The classes and functions that Keras knows beside its own, by the names in saved files.

    Returns:
        {name: class or function}, as it is now and not to be changed; set_custom_objects() changes it.

    Source: R `keras3::get_custom_objects`.
    """
    return types.MappingProxyType(dict(keras.saving.get_custom_objects()))


@Checked
def set_custom_objects(objects=None, clear=True):
    """Say which classes and functions Keras knows beside its own.

    Args:
        objects: {name: class or function}, or classes and functions in a list, which are known by their own names.
        clear: whether all others are forgotten, other than the layers that pipekeras adds to Keras.

    Returns:
        What get_custom_objects() was before.

    Raises:
        InvalidValueError: for what is no class or function, or has no name.

    Source: R `keras3::set_custom_objects`.
    """
    objects = as_custom_objects(objects, "set_custom_objects", "objects")
    known, before = keras.saving.get_custom_objects(), get_custom_objects()
    if clear:
        for name in before:
            if not name.startswith(_OURS):
                del known[name]
    known.update(objects)
    # Keras keeps a second table, of the names for the objects, which nothing public clears; R reaches for it as well.
    names = keras.saving.get_registered_name.__globals__["GLOBAL_CUSTOM_NAMES"]
    names.clear()
    names.update({value: name for name, value in known.items()})
    return before


@Checked
def get_registered_name(obj):
    """The name that a class or function has in saved files.

    Args:
        obj: a class or a function.

    Returns:
        "package>name" if it is registered, else its own name.

    Raises:
        InvalidValueError: if it is neither, or has no name.

    Source: R `keras3::get_registered_name`.
    """
    obj = plain(obj)
    if not callable(obj) or not hasattr(obj, "__name__"):
        raise InvalidValueError(f"get_registered_name: obj must be a class or a function, it got {say(obj)}")
    return keras.saving.get_registered_name(obj)


@Checked
def get_registered_object(name, custom_objects=None, module_objects=None):
    """The class or function that a name in saved files stands for.

    Args:
        name: the name, "package>name".
        custom_objects: {name: object}, or a list of classes and functions, to look in as well.
        module_objects: the same, looked in last.

    Returns:
        The class or function; None if there is none of that name.

    Raises:
        InvalidValueError: for what is no class or function in the lists.

    Source: R `keras3::get_registered_object`.
    """
    where = "get_registered_object"
    if not isinstance(name, str):
        raise InvalidValueError(f"{where}: name must be text, it got {say(name)}")
    return keras.saving.get_registered_object(
        name,
        custom_objects=as_custom_objects(custom_objects, where),
        module_objects=as_custom_objects(module_objects, where, "module_objects"),
    )


_MISSING = types.SimpleNamespace()
# Keras's scopes replace one another; what the outer ones know is remembered here, so that ours add up.
_SCOPE: contextvars.ContextVar[dict] = contextvars.ContextVar("custom objects of all scopes")


class _Scope:
    """`with` this, Keras knows some more classes and functions."""

    def __init__(self, objects):
        self.objects = objects

    def __enter__(self):
        objects = {**_SCOPE.get({}), **self.objects}
        self.token, self.scope = _SCOPE.set(objects), keras.saving.custom_object_scope(objects)
        self.scope.__enter__()
        return self

    def __exit__(self, *error):
        self.scope.__exit__(*error)
        _SCOPE.reset(self.token)


@Checked
def with_custom_object_scope(objects, expr=_MISSING):
    """Let Keras know some more classes and functions for the time of a block.

    Args:
        objects: {name: class or function}, or classes and functions in a list, which are known by their own names.
        expr: what to do meanwhile, as a function of no arguments: `lambda: load_model("m.keras")`. Left out, the result
            is used with `with`: `with with_custom_object_scope([MyLayer]): ...`

    Returns:
        What expr() returns, or something to use with `with`. Scopes inside of one another add up.

    Raises:
        ArgumentError: if expr is a value: Python has computed it before the scope began.
        InvalidValueError: for what is no class or function, or has no name.

    Source: R `keras3::with_custom_object_scope`, `keras::with_custom_object_scope`.
    """
    scope = _Scope(as_custom_objects(objects, "with_custom_object_scope", "objects"))
    if expr is _MISSING:
        return scope
    if is_layer(expr) or not callable(expr):
        raise ArgumentError(
            f"with_custom_object_scope: expr is {say(expr)}, which was computed before the scope began: write"
            " `with with_custom_object_scope(objects):` before the line, or give a function, lambda: ..."
        )
    with scope:
        return expr()


@reader
def serialize_keras_object(obj):
    """An object of Keras's as a dict of plain values, which can be written as JSON.

    Args:
        obj: a layer, model, optimizer, loss, metric, initializer, function, ...; or a list or dict of such.

    Returns:
        The dict; deserialize_keras_object() makes the object of it.

    Raises:
        TypeError, ValueError: by Keras, for what it cannot describe.

    Source: R `keras3::serialize_keras_object`.
    """
    return keras.saving.serialize_keras_object(_uncalled(obj))


def _uncalled(obj):
    """Our bare functions as what they mean where an argument is wanted, wherever they stand."""
    if isinstance(obj, Wrapper):
        return obj.uncalled()
    if type(obj) in (list, tuple):
        return type(obj)(map(_uncalled, obj))
    return {name: _uncalled(value) for name, value in obj.items()} if type(obj) is dict else obj


@reader
def deserialize_keras_object(config, custom_objects=None, safe_mode=True, *, module_objects=None):
    """The object that a dict of plain values describes.

    Args:
        config: what serialize_keras_object() gave.
        custom_objects: {name: class or function} that Keras does not know by itself, or a list of such.
        safe_mode: whether Python code in the dict is refused (a lambda); False runs it, so only for what you trust.
        module_objects: {name: class or function} to take names from, looked in last.

    Returns:
        The object.

    Raises:
        DataError: if the dict holds Python code, or a class or function that is not known.

    Source: R `keras3::deserialize_keras_object`.
    """
    from pipekeras.saving.explained import explained

    where = "deserialize_keras_object"
    more = {} if module_objects is None else {"module_objects": as_custom_objects(module_objects, where)}
    with explained(where, "the configuration", safe_mode_here=True):
        return keras.saving.deserialize_keras_object(
            config, custom_objects=as_custom_objects(custom_objects, where), safe_mode=safe_mode, **more
        )


__all__ = [*name_members(globals())]
