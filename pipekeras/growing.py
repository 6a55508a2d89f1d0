"""A Sequential model that grows layer by layer in time linear in its length.

`keras.Sequential.add` rebuilds the whole model each time: a chain of n layers costs n * n / 2 layer calls. Here each
layer is called once, on the output of the one before (so a layer that does not fit is refused where it stands, as in
R), and the model is put together when somebody first looks at it. Until then its class is `_Growing`; with the first
look, at any attribute, it is a plain `keras.Sequential` again: its class, configuration, saving and training are
Keras's own.
"""

import functools

from pipekeras._keras import keras

_STATE = "_pipekeras_growth"  # in the model's __dict__ while there is something that Keras does not know yet


class _Growth:
    """What is known of a model ahead of Keras: its symbolic input and output, and what Keras would call its inside."""

    def __init__(self, inputs, tip, name=None):
        self.inputs, self.tip, self.name = inputs, tip, name


def sequential(name=None, trainable=True):
    """An empty Sequential model, made so that it can grow."""
    seed, _ = _classes()
    model = seed(name=name, trainable=trainable)
    model.__class__ = keras.Sequential
    return model


def grow(model, layer):
    """Add `layer` to the Sequential `model` in place and return the model.

    Raises what Keras raises if the layer does not fit; the model is then as it was before.
    """
    growth = _wake(model)
    if growth is None:
        _add_plainly(model, layer)
    else:
        _add(model, layer, growth)
    return model


def is_empty(model):
    """Whether nothing, not even an input, has been added to the Sequential `model` yet; not a look that settles it."""
    return not object.__getattribute__(model, "__dict__")["_layers"]


def tip_shape(model):
    """The shape that flows out of what the Sequential `model` has so far; None if it is not known (ahead of Keras)."""
    growth = object.__getattribute__(model, "__dict__").get(_STATE)
    shape = getattr(growth.tip, "shape", None) if growth is not None else None
    return None if shape is None else tuple(shape)


def settle(model):
    """Put together what has been added, and make the model a plain `keras.Sequential` again."""
    if type(model) is _classes()[1]:
        object.__setattr__(model, "__class__", keras.Sequential)
    growth = vars(model).get(_STATE)
    if growth is not None:
        model.build(tuple(growth.inputs.shape))
    return model


def _wake(model):
    """The model as a plain one that can be worked on, and its growth; None if Keras must add to it on its own."""
    kind = type(model)
    object.__setattr__(model, "__class__", keras.Sequential if kind is _classes()[1] else kind)
    growth = vars(model).pop(_STATE, None)
    if growth is not None or "_pipekeras_seed" not in vars(model) or type(model) is not keras.Sequential:
        return growth
    layers = vars(model)["_layers"]
    if len(layers) == 1 and isinstance(layers[0], keras.layers.InputLayer):
        return _Growth(layers[0].output, layers[0].output)
    if model.built and hasattr(model, "inputs"):
        inputs, outputs = model.inputs, model.outputs
        # Of several outputs, or one in a dict, only Keras knows how they were put together.
        if len(inputs) == len(outputs) == 1 and model.output_shape == tuple(outputs[0].shape):
            return _Growth(inputs[0], outputs[0], model._functional.name)
    return None


def _add_plainly(model, layer):
    """What Keras does itself: right for models without an input shape, for subclasses, and for those made by hand."""
    before = len(vars(model)["_layers"])
    try:
        model.add(layer)
    except BaseException:  # an interrupted line may be run again
        if len(vars(model)["_layers"]) > before:  # Keras leaves a layer that does not fit where it is
            model.pop()
        raise


def _add(model, layer, growth):
    before = len(vars(model)["_layers"])
    try:
        model.add(layer, rebuild=False)
        with keras.name_scope(model.name, caller=model):
            tip = layer(growth.tip)
    except NotImplementedError:  # no shape inference: Keras leaves such a model unbuilt until it meets data
        return
    except BaseException:  # an interrupted line may be run again
        if len(vars(model)["_layers"]) > before:
            model.pop(rebuild=False)
        _stay_growing(model, growth)
        raise
    _stay_growing(model, _Growth(growth.inputs, tip, _next_name()))


def _stay_growing(model, growth):
    if growth.tip is not growth.inputs:  # of an input alone Keras makes nothing either
        vars(model)[_STATE] = growth
        object.__setattr__(model, "__class__", _classes()[1])


def _next_name():
    """The automatic name that rebuilding after this layer, as R does, would have given the model inside the model."""
    count = keras.backend.get_uid("functional") - 1
    return f"functional_{count}" if count else "functional"


@functools.cache
def _classes():
    class Sequential(keras.Sequential):  # its name decides the automatic names: sequential, sequential_1, ...
        """What our models are created as, so that building one can use what growing it has already computed."""

        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            vars(self)["_pipekeras_seed"] = True

        def build(self, input_shape=None):
            growth = vars(self).pop(_STATE, None)
            if growth is None:
                return keras.Sequential.build(self, input_shape)
            self._functional = keras.Model(growth.inputs, growth.tip, name=growth.name)

    class _Growing(Sequential):
        def __getattribute__(self, name):
            if name == "__class__":  # isinstance() asks for it; that is not yet a look at the model
                return keras.Sequential
            settle(self)
            return getattr(self, name)

        def __setattr__(self, name, value):
            settle(self)
            setattr(self, name, value)

    return Sequential, _Growing
