"""The ways of 2.x to define a class: bases to inherit from, and functions that put a layer of a class into a model."""

from pipekeras._keras import keras
from pipekeras.classes import kinds
from pipekeras.classes.define import as_class
from pipekeras.classes.pipeable import LayerClass, layer_function
from pipekeras.errors import ArgumentError, InvalidValueError
from pipekeras.pipe import Checked, send

__all__ = [
    "KerasCallback",
    "KerasConstraint",
    "KerasLayer",
    "KerasWrapper",
    "create_layer",
    "create_layer_wrapper",
    "create_wrapper",
    "keras_model_custom",
]

# What 2.x left out where it was NULL, before it made the layer.
_DROPPED = ("input_shape", "batch_input_shape", "batch_size", "dtype", "name", "trainable", "weights")


class Base:
    """A class to inherit from, opened when a class statement, inherit= or isinstance() asks for it."""

    def __init__(self, name, kind, base):
        self.__name__ = self.__qualname__ = name
        self.__module__ = __name__
        self.kind, self.base = kind, base
        self.__doc__ = (
            f"A {kind.word} of 2.x to inherit from: `class Mine({name}): ...`, with R's words or Python's as methods:"
            " `initialize` or `__init__`, each with self first.\n\n"
            f"Source: R `keras::{name}`."
        )

    @property
    def parent(self):
        """The class itself."""
        from pipekeras.classes import bases

        return getattr(bases, self.base)

    def __mro_entries__(self, bases):
        return (self.parent,)

    def __instancecheck__(self, instance):
        return isinstance(instance, self.parent)

    def __subclasscheck__(self, cls):
        return issubclass(as_class(cls), self.parent)

    def __call__(self, *args, **kwargs):
        raise ArgumentError(f"{self.__name__} is there to inherit from: class Mine({self.__name__}): ...")

    def __repr__(self):
        return f"<class {self.__name__}>"


KerasLayer = Base("KerasLayer", kinds.LAYER, "KerasLayer")
KerasWrapper = Base("KerasWrapper", kinds.WRAPPER, "KerasWrapper")
KerasCallback = Base("KerasCallback", kinds.CALLBACK, "Callback")
KerasConstraint = Base("KerasConstraint", kinds.CONSTRAINT, "Constraint")


@Checked
def create_layer(layer_class, object=None, args=()):
    """Make a layer of a class, and apply it if there is something to apply it to.

    Args:
        layer_class: the class of a layer, in Python or by Layer(...), KerasLayer; or a layer_* function.
        object: a Sequential model, which gets the layer in place; a tensor, a list of tensors, or data.
        args: a dict of the layer's arguments. input_shape, name, trainable and their like count as left out if None.

    Returns:
        The layer; with an object, what comes of applying it.

    Raises:
        ArgumentError: if layer_class is none, or the class does not take the arguments.

    Source: R `keras::create_layer`.
    """
    return _create(layer_function(layer_class, "create_layer"), object, args, "create_layer")


@Checked
def create_wrapper(wrapper_class, object=None, args=()):
    """Make a wrapper of a class around args["layer"], and apply it if there is something to apply it to.

    Args:
        wrapper_class: the class, which inherits from KerasWrapper or keras.layers.Wrapper.
        object: a Sequential model, which gets the layer in place; a tensor, a list of tensors, or data.
        args: a dict of the arguments, layer= among them.

    Returns:
        The layer; with an object, what comes of applying it.

    Raises:
        ArgumentError: if wrapper_class is none, or the class does not take the arguments.

    Source: R `keras::create_wrapper`.
    """
    function = layer_function(wrapper_class, "create_wrapper")
    if not issubclass(function.keras_class, keras.layers.Wrapper):
        name = function.keras_class.__name__
        raise ArgumentError(f"create_wrapper: {name} is no wrapper: inherit from KerasWrapper, or use create_layer()")
    return _create(function, object, args, "create_wrapper")


@Checked
def create_layer_wrapper(Layer, modifiers=None, convert=True):
    """Make a function of the layer_* kind of a layer class.

    Args:
        Layer: the class of a layer, in Python or by Layer(...), KerasLayer; or a layer_* function.
        modifiers: {argument: a function that what is given for it goes through}.
        convert: has no effect; it is about R's objects in Python.

    Returns:
        The function: `layer_mine(3)` makes the layer, `x >> layer_mine(3)` and `layer_mine(x, 3)` apply it.

    Raises:
        ArgumentError: if Layer is no class of a layer, or modifiers speak of arguments that it has not.

    Source: R `keras::create_layer_wrapper`.
    """
    function = LayerClass(layer_function(Layer, "create_layer_wrapper").keras_class, modifiers or {})
    for name, modifier in function.modifiers.items():
        if name not in function._known:
            raise ArgumentError(f"create_layer_wrapper: {function._unknown(name)}")
        if not callable(modifier):
            raise InvalidValueError(f"create_layer_wrapper: the modifier of {name} is no function: {modifier!r}")
    return function


@Checked
def keras_model_custom(model_fn, name=None):
    """Make a model of a function.

    Args:
        model_fn: a function of the model, self. It makes the layers, `self.dense = layer_dense(3)`, and returns the
            computation: a function of inputs, and of mask and training if it needs them.
        name: the model's name.

    Returns:
        The model. Its weights can be saved; as a whole it cannot, since a function is in no configuration.

    Raises:
        InvalidValueError: if model_fn is no function, or returns none.

    Source: R `keras::keras_model_custom`.
    """
    from pipekeras.classes.bases import CustomModel

    if not callable(model_fn):
        raise InvalidValueError(f"keras_model_custom: model_fn must be a function of self, it got {model_fn!r}")
    model = CustomModel(name=name)
    function = model_fn(model)
    if not callable(function):
        raise InvalidValueError(
            "keras_model_custom: model_fn must return the computation, a function of inputs; it returned"
            f" {function!r}: end it with `return call`"
        )
    vars(model)["_pipekeras_call"] = function
    return model


def _create(function, object, args, where):
    if not isinstance(args, dict):
        if args is not None and len(args):
            raise ArgumentError(f"{where}: args must be a dict of arguments by their names, it got {args!r}")
        args = {}
    layer = function(**{name: value for name, value in args.items() if value is not None or name not in _DROPPED})
    return layer if object is None else send(object, layer)
