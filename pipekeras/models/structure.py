"""The layers of a model and its configuration: looking at, taking off, cloning."""

from pipekeras._keras import keras
from pipekeras.errors import ArgumentError, InvalidValueError
from pipekeras.growing import settle
from pipekeras.models.weights import position_of
from pipekeras.pipe import Checked, verb
from pipekeras.receivers import is_model, is_sequential, say


@verb(receiver=is_model, wants="a model")
def get_layer(object, name=None, index=None):
    """A layer of a model, by name or by position.

    Args:
        object: a model.
        name: the layer's name.
        index: its position, from 0; -1 is the last.

    Returns:
        The layer itself.

    Raises:
        ArgumentError: unless exactly one of name and index is given.
        InvalidValueError: if the model has no such layer.

    Source: R `keras3::get_layer`, `keras::get_layer`, whose index counts from 1.
    """
    if not isinstance(name, str) and name is not None and index is None:
        raise ArgumentError(f"get_layer: a name is text; for position {name!r} write get_layer(model, index={name!r})")
    if (name is None) == (index is None):
        raise ArgumentError(
            "get_layer takes a name or an index: get_layer(model, 'dense') or get_layer(model, index=0)"
        )
    layers = object.layers
    return layers[position_of(layers, name if index is None else index, "get_layer")]


@verb(receiver=is_model, wants="a model")
def pop_layer(object, rebuild=True):
    """Take the last layer off a sequential model, in place.

    Args:
        object: a Sequential model.
        rebuild: whether the model is put together again at once.

    Returns:
        The layer that was taken off, as in R keras3.

    Raises:
        ArgumentError: if the model is not a Sequential.
        InvalidValueError: if it has no layers.

    Source: R `keras3::pop_layer`, `keras::pop_layer`.
    """
    if not is_sequential(object):
        raise ArgumentError(f"pop_layer takes layers off a sequential model; {say(object)} is not one")
    settle(object)
    if not object.layers:
        raise InvalidValueError(f"{say(object)} has no layers to take off")
    return object.pop(rebuild=rebuild)


@verb(receiver=is_model, wants="a model")
def clone_model(model, input_tensors=None, clone_function=None, call_function=None, recursive=False):
    """A new model of the same layers with weights of its own, freshly initialized.

    Args:
        model: the model to copy.
        input_tensors: tensors, or inputs, that the clone is to begin from.
        clone_function: makes each layer's copy from the layer; by default from its configuration.
        call_function: how each copy is applied (functional models).
        recursive: whether models inside the model are cloned layer by layer too.

    Returns:
        A model that is not compiled.

    Raises:
        PipeError: if model is not a model.
        ValueError: by Keras, if one of the functions is none for this kind of model.

    Source: R `keras3::clone_model`, `keras::clone_model`.
    """
    given = {"input_tensors": input_tensors, "clone_function": clone_function, "call_function": call_function}
    given = {name: value for name, value in given.items() if value is not None}
    return keras.models.clone_model(model, **given, **({"recursive": True} if recursive else {}))


@verb(receiver=lambda value: hasattr(value, "get_config"), wants="a layer, a model or another Keras object")
def get_config(object):
    """The configuration of a layer or model: a dict from which from_config() makes another.

    Args:
        object: a layer, model, or anything else of Keras that has a configuration.

    Returns:
        A `Config`: a dict that remembers the class it came from.

    Raises:
        PipeError: if object has no configuration.
        NotImplementedError: by Keras, for a layer of one's own with arguments that its get_config() leaves out.

    Source: R `keras3::get_config`, `keras::get_config`.
    """
    return Config(object.get_config(), object.__class__)


class Config(dict):
    """A configuration that remembers its class, so that from_config() needs nothing else, as in R.

    Args:
        config: the configuration: a dict.
        keras_class: the class that makes an object of it.
    """

    def __init__(self, config, keras_class):
        super().__init__(config)
        self.keras_class = keras_class


@Checked
def from_config(config, custom_objects=None):
    """A new layer or model from a configuration; its weights are fresh.

    Args:
        config: what get_config() gave.
        custom_objects: {name: class or function} for what Keras does not know by itself.

    Returns:
        The layer or model.

    Raises:
        ArgumentError: if `config` is a plain dict, which does not say what it configures.

    Source: R `keras3::from_config`, `keras::from_config`.
    """
    if not hasattr(config, "keras_class"):
        raise ArgumentError(
            "from_config needs what get_config() returned; a plain dict does not say of what it is the configuration:"
            " use the class, as in keras.layers.Dense.from_config(config)"
        )
    with keras.saving.custom_object_scope(custom_objects or {}):
        return config.keras_class.from_config(dict(config))


__all__ = ["Config", "clone_model", "from_config", "get_config", "get_layer", "pop_layer"]
