"""Layers behind the k_* functions that Keras has no operation for. Importing this module imports Keras."""

import inspect

from pipekeras._keras import keras
from pipekeras.errors import InvalidValueError
from pipekeras.k.gradients import computed, differentiate, sources_of
from pipekeras.layers.own import register

_SLOT = "pipekeras_tensor"


@register()
class BackendFunction(keras.layers.Layer):
    """A k_* function on symbolic tensors: it runs anew each time the model does, and is told whether that is training.

    Args:
        function: the name of the function: "k_dropout".
        arguments: its arguments by name; where a tensor belongs stands {"pipekeras_tensor": its number}.

    Input shape: a list of the tensors among the arguments.

    Output shape: what the function gives for them.

    Source: how the functions of keras 2.x took symbolic tensors.
    """

    def __init__(self, function, arguments, **kwargs):
        super().__init__(**kwargs)
        self.function, self.arguments = function, arguments

    def call(self, inputs, training=None):
        from pipekeras import k

        function = getattr(k, self.function).keras_class
        bound = _filled(self.arguments, inputs)
        if "training" in bound and bound["training"] is None:
            bound["training"] = bool(training)
        return function(**bound)

    def compute_output_spec(self, inputs, training=None):
        # With two sizes for what is not fixed: what differs then is not fixed in the output either. Always as dense,
        # since Keras takes x * 0 for sparse.
        sizes = (5, 7) if any(None in x.shape for x in inputs) else (1,)
        specs = [
            super(BackendFunction, self).compute_output_spec(
                [keras.KerasTensor([size if d is None else d for d in x.shape], x.dtype) for x in inputs]
            )
            for size in sizes
        ]

        def merged(one, *others):
            dims = zip(*(spec.shape for spec in (one, *others)), strict=True)
            return keras.KerasTensor([d[0] if len(set(d)) == 1 else None for d in dims], one.dtype)

        return keras.tree.map_structure(merged, *specs)

    def get_config(self):
        arguments = keras.saving.serialize_keras_object(self.arguments)
        return {**super().get_config(), "function": self.function, "arguments": arguments}

    @classmethod
    def from_config(cls, config):
        arguments = keras.saving.deserialize_keras_object(config.pop("arguments"))
        return cls(arguments=arguments, **config)


def apply(function, bound):
    """What a function behind a k_* gives for arguments among which are symbolic tensors."""
    tensors = []

    def emptied(value):
        if isinstance(value, keras.KerasTensor):
            tensors.append(value)
            return {_SLOT: len(tensors) - 1}
        if isinstance(value, dict):
            return {name: emptied(item) for name, item in value.items()}
        if isinstance(value, (list, tuple)):
            return _kind(value)(map(emptied, value))
        return value

    names = inspect.signature(function).parameters
    arguments = {name: emptied(bound.get(name, p.default)) for name, p in names.items()}
    return BackendFunction(function.__name__, arguments, name=_name(function.__name__))(tensors)


def _name(function):
    return f"{function}_{keras.backend.get_uid(function)}"


def _kind(value):
    return tuple if isinstance(value, tuple) else list


def _filled(value, tensors):
    if isinstance(value, dict):
        if set(value) == {_SLOT}:
            return tensors[value[_SLOT]]
        return {name: _filled(item, tensors) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return _kind(value)(_filled(item, tensors) for item in value)
    return value


class Asks(keras.layers.Layer):
    """A layer that is called to find out whether the layer around it is in training."""

    told = False

    def call(self, inputs, training=None):
        self.told = bool(training)
        return inputs

    def ask(self):
        """Whether the call that is running is one of training."""
        self(keras.ops.zeros(()))
        return self.told


class Gradients(keras.layers.Layer):
    """The gradients of a symbolic tensor, as tensors of a model.

    Args:
        loss: the symbolic tensor, whose values are summed up.
        by: the symbolic tensor that it is differentiated by, if any.
        weights: the variables that it is differentiated by.

    Input shape: a list of `by` and all else that the loss is computed from.

    Output shape: a list of the shape of `by` and those of the weights.
    """

    def __init__(self, loss, by=None, weights=(), **kwargs):
        super().__init__(**kwargs)
        self.loss, self.by_weights = loss, list(weights)
        self.by = [] if by is None else [by]
        others, self.inner = sources_of(loss, map(id, self.by))
        self.sources = [*self.by, *others]

    def apply(self):
        """The gradients as symbolic tensors."""
        return self(self.sources)

    def call(self, inputs):
        inputs = [keras.ops.convert_to_tensor(x) for x in inputs]
        first, others = inputs[: len(self.by)], inputs[len(self.by) :]

        def loss(first):
            ids = map(id, self.sources)
            return computed(self.loss, dict(zip(ids, [*first, *others], strict=True)))

        return differentiate(loss, first, self.by_weights)

    def compute_output_spec(self, inputs):
        return [keras.KerasTensor(x.shape, x.dtype) for x in (*self.by, *self.by_weights)]

    def get_config(self):
        raise InvalidValueError("a model with k_gradients() in it cannot be saved or copied: save what it is made from")
