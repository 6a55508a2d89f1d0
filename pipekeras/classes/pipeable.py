"""A layer class as a function of the layer_* kind: `x >> Scale(3)`, `Scale(x, 3)`, `Scale(3)`."""

import functools
import inspect

from pipekeras._keras import keras
from pipekeras.classes.define import as_class
from pipekeras.errors import ArgumentError
from pipekeras.layers._layer import LayerFunction
from pipekeras.pipe import Chain
from pipekeras.receivers import say

_LAYER = inspect.Parameter("layer", inspect.Parameter.KEYWORD_ONLY)


class LayerClass(LayerFunction):
    """The function of a layer class.

    It stands for the class where one is meant: `class Other(Scale)`, `inherit=Scale`, `isinstance(layer, Scale)`.

    Args:
        cls: the class, of Keras's Layer kind.
        modifiers: {argument: a function that its value goes through}.
    """

    def __init__(self, cls, modifiers=()):
        super().__init__(cls.__name__)
        self.keras_class = cls
        self.modifiers = dict(modifiers)
        self.__name__ = self.__qualname__ = cls.__name__
        self.__module__ = cls.__module__
        if issubclass(cls, keras.layers.Wrapper) and "layer" not in inspect.signature(cls.__init__).parameters:
            self.extra = [_LAYER, *self.extra]
        shown = ", ".join(name for name in self._order if name not in self._of_any_layer)
        self.__doc__ = (
            f"{inspect.cleandoc(cls.__doc__) if cls.__doc__ else f'A layer of the class {cls.__name__}.'}\n\n"
            f"    {cls.__name__}({shown})\n        makes the layer.\n"
            f"    x >> {cls.__name__}({shown})\n    {cls.__name__}(x, {shown})\n        apply it to x.\n"
        )

    @functools.cached_property
    def _of_any_layer(self):
        return {p.name for p in self.extra} - set(inspect.signature(self.keras_class.__init__).parameters)

    @functools.cached_property
    def _layer_arguments(self):
        return {"layer"} if issubclass(self.keras_class, keras.layers.Wrapper) else set()

    def _converts(self, name):
        return name in self._of_any_layer  # what the class's own arguments take is its own affair

    def bind(self, args, kwargs):
        """The arguments by name; chains are small models, and the modifiers have done their work."""
        bound = super().bind(args, kwargs)
        for name, value in bound.items():
            value = self.modifiers[name](value) if name in self.modifiers else value
            bound[name] = keras.Sequential(value.layers) if isinstance(value, Chain) else value
        return bound

    @functools.cached_property
    def starts_from_weights(self):
        """Whether weights= are what the layer starts from, as in 2.x, and not an argument of the class's own."""
        return "weights" in self._of_any_layer

    def __mro_entries__(self, bases):
        return (self.keras_class,)

    def __instancecheck__(self, instance):
        return isinstance(instance, self.keras_class)

    def __subclasscheck__(self, cls):
        return issubclass(as_class(cls), self.keras_class)


def layer_function(value, where):
    """The layer_* function of what stands for a layer class."""
    if isinstance(value, LayerFunction):
        return value
    cls = as_class(value)
    if isinstance(cls, type) and issubclass(cls, keras.layers.Layer):
        return LayerClass(cls)
    raise ArgumentError(f"{where} needs the class of a layer, as Layer(...) makes it, it got {say(value)}")
