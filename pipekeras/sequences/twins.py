"""A model twice: with the states of its recurrent layers and without, or for another batch size; the weights are one.

Train a stateful model on a folded series and forecast with its stateless twin, or the other way round. What one learns
the other knows, because the cells of the recurrent layers and all other layers are the same objects in both.
"""

import warnings

from pipekeras import values
from pipekeras._keras import keras
from pipekeras.errors import InvalidValueError
from pipekeras.pipe import verb
from pipekeras.receivers import is_model, say
from pipekeras.sequences import keeping

_model_verb = verb(receiver=is_model, wants="a model")
_SAME = "same"


@_model_verb
def stateless_twin(object, *, timesteps="same"):
    """The same model without states: each sample begins anew, and batches may have any size. It shares the weights.

    Args:
        object: the model, built: a Sequential or functional one.
        timesteps: how many steps a sample has: "same" as in the model, a number, or None for any; of all inputs of
            three dimensions and more, whose second is time. Where there are none, as before an embedding: of all.

    Returns:
        A model of the same layers; those that have no states are the very same objects, and a recurrent layer has the
        cell of the one that it stands for, so that training one model trains the other. It is compiled as the model
        is, with an optimizer of its own, which begins afresh.

    Raises:
        InvalidValueError: if the model is not built, is of a class of the user's own, or cannot take other timesteps.

    Source: the copy with stateful=False and the weights set anew of every R script that forecasts with a stateful
        model; the slide 'Generating input sequences'.
    """
    return _twin(object, stateful=False, batch_size=None, timesteps=timesteps, where="stateless_twin")


@_model_verb
def stateful_twin(object, batch_size, *, timesteps="same"):
    """The same model with states: row i of a batch goes on where row i of the one before ended. It shares the weights.

    Args:
        object: the model, built: a Sequential or functional one.
        batch_size: how many rows each batch has: 1 to forecast a single series step by step.
        timesteps: how many steps a batch has: "same" as in the model, a number, or None for any; see stateless_twin().

    Returns:
        A model of the same layers, as stateless_twin() makes it, its recurrent layers stateful: also those inside of
        bidirectional() and of models; not those in time_distributed(), whose sequence is another.

    Raises:
        InvalidValueError: as stateless_twin() does, and if batch_size is below 1 or no layer is recurrent.

    Source: as stateless_twin().
    """
    where = "stateful_twin"
    batch_size = values.count(batch_size, "batch_size", where, least=1)
    return _twin(object, stateful=True, batch_size=batch_size, timesteps=timesteps, where=where)


def _twin(model, *, stateful, batch_size, timesteps, where):
    if not (isinstance(timesteps, str) and timesteps == _SAME):
        if isinstance(timesteps, str):
            raise InvalidValueError(f'{where}: timesteps must be "same", a number or None, it got {timesteps!r}')
        timesteps = values.maybe_whole(timesteps, "timesteps", where, least=1)
    maker = _Twins(stateful, batch_size, timesteps, where)
    if stateful and not any(maker.changes(layer) for layer in model.layers):
        raise InvalidValueError(f"{where}: {say(model)} has no recurrent layer that could be stateful")
    twin = maker.model(model)
    _compile_alike(model, twin, where)
    keeping.keep_states(twin)
    return twin


class _Twins:
    """Makes the twins of the layers of one model; a layer that is used twice has one twin."""

    def __init__(self, stateful, batch_size, timesteps, where):
        self.stateful, self.batch_size, self.timesteps, self.where = stateful, batch_size, timesteps, where
        self._made: dict[int, object] = {}

    def changes(self, layer):
        """Whether a layer cannot stand in both models."""
        if isinstance(layer, keras.layers.TimeDistributed):
            return any(inner.stateful is True for _, inner in keeping.recurrent_layers(layer))
        if is_model(layer):
            return any(map(self.changes, layer.layers))
        return any(self.stateful or inner.stateful is True for _, inner in keeping.recurrent_layers(layer))

    def layer(self, layer):
        """The layer that stands for `layer`: itself, if it has no states to have or to lose."""
        if not self.changes(layer):
            return layer
        if id(layer) not in self._made:
            self._made[id(layer)] = self.model(layer) if is_model(layer) else self._alike(layer)
        return self._made[id(layer)]

    # Models -----------------------------------------------------------------------------------------------------------

    def model(self, model):
        """A twin of a whole model, built."""
        layers = model.layers  # a Sequential that still grows is put together when it is asked for its layers
        if not model.built or not getattr(model, "inputs", None):
            raise InvalidValueError(
                f"{self.where}: {say(model)} is not built yet: give it an input shape, or data first"
            )
        if not type(model).__module__.startswith("keras."):
            raise InvalidValueError(
                f"{self.where}: {say(model)} is of a class of your own, whose layers nobody knows how to put together:"
                " make the twin with that class, from the same layers"
            )
        least = min(3, max(len(tensor.shape) for tensor in model.inputs))  # (batch, timesteps) of words has but two
        try:
            if isinstance(model, keras.Sequential):
                tensor = model.inputs[0]
                first = self._input(tensor, least, name=tensor._keras_history.operation.name)
                return keras.Sequential([first, *map(self.layer, layers)], name=model.name, trainable=model.trainable)
            return self._functional(model, least)
        except (ValueError, TypeError) as error:
            if isinstance(error, InvalidValueError):
                raise
            sizes = f"batch_size={self.batch_size}, timesteps={self.timesteps}"
            raise InvalidValueError(
                f"{self.where}: the layers of {say(model)} do not fit together with {sizes}: {error}"
            ) from error

    def _functional(self, model, least):
        inputs = keras.tree.map_structure(lambda tensor: self._input(tensor, least), model.input)
        compiled, model.compiled = model.compiled, False  # else it compiles as well, without functions of one's own
        try:
            twin = keras.models.clone_model(model, input_tensors=inputs, clone_function=self.layer)
        finally:
            model.compiled = compiled
        return twin

    def _input(self, tensor, least, name=None):
        """An input like that of the model, for another batch size and, if it has `least` dimensions, other steps."""
        shape = [self.batch_size, *tensor.shape[1:]]
        if self.timesteps != _SAME and len(shape) >= least > 1:
            shape[1] = self.timesteps
        return keras.Input(batch_shape=tuple(shape), dtype=tensor.dtype, name=name or tensor.name)

    # Layers -----------------------------------------------------------------------------------------------------------

    def _alike(self, layer):
        if isinstance(layer, keras.layers.RNN):
            new = self._recurrent(layer)
        elif isinstance(layer, keras.layers.Bidirectional):
            new = self._bidirectional(layer)
        elif isinstance(layer, keras.layers.Wrapper):
            config = {name: value for name, value in layer.get_config().items() if name != "layer"}
            new = type(layer)(self.layer(layer.layer), **config)
        else:
            raise InvalidValueError(
                f"{self.where}: {say(layer)} is of a class of your own and has recurrent layers inside, which cannot be"
                " exchanged: put them into the model as layers of it"
            )
        if "_pipekeras_name" in vars(layer):
            vars(new)["_pipekeras_name"] = vars(layer)["_pipekeras_name"]
        return new

    def _recurrent(self, layer):
        config = {**layer.get_config(), "stateful": self.stateful}
        if type(layer) is keras.layers.RNN:  # whose cell may be one that no configuration can be made back into
            new = keras.layers.RNN(layer.cell, **{n: v for n, v in config.items() if n != "cell"})
        else:
            new = type(layer).from_config(config)
            _exchange(new, "cell", layer.cell)
        for name in ("use_cudnn", "zero_output_for_mask"):  # the first is in no configuration
            if hasattr(layer, name):
                setattr(new, name, getattr(layer, name))
        return new

    def _bidirectional(self, layer):
        config = {n: v for n, v in layer.get_config().items() if n not in ("layer", "backward_layer")}
        forward, backward = self._recurrent(layer.forward_layer), self._recurrent(layer.backward_layer)
        new = type(layer)(forward, backward_layer=backward, **config)
        _exchange(new, "forward_layer", forward)  # for it has made one of its own
        return new


def _exchange(owner, name, layer):
    """Put a layer in the place of one that its owner has made, and that is not built yet."""
    # In the very place of the other, for the order of the layers is that of the weights.
    owner._tracker.replace_tracked_value("layers", getattr(owner, name), layer)
    setattr(owner, name, layer)


# Compiled alike -------------------------------------------------------------------------------------------------------


def _compile_alike(model, twin, where):
    """Compile the twin as the model is, from the very losses and metrics that were given, not from a configuration."""
    if not model.compiled:
        return
    given = dict(model._compile_config.config)
    try:
        given["optimizer"] = _fresh_optimizer(model.optimizer, given["optimizer"])
        for name in ("metrics", "weighted_metrics"):
            given[name] = _fresh_metrics(given.get(name))
        twin.compile(**given, auto_scale_loss=_scales(model.optimizer) or model.dtype_policy.name != "mixed_float16")
    except (ValueError, TypeError, NotImplementedError, KeyError) as error:
        warnings.warn(
            f"{where}: the twin is not compiled, for no second optimizer or metric can be made like those of"
            f" {say(model)}: compile it to train it ({error})",
            stacklevel=5,
        )


def _scales(optimizer):
    return isinstance(optimizer, keras.optimizers.LossScaleOptimizer)


def _fresh_optimizer(optimizer, given):
    if _scales(optimizer) and not _scales(given):
        optimizer = optimizer.inner_optimizer  # compile() has put the other round it, and will again
    return None if optimizer is None else type(optimizer).from_config(optimizer.get_config())


def _fresh_metrics(value):
    """Metrics as they were given; what counts is made anew, for a metric of two models would count for both."""
    if isinstance(value, dict):
        return {name: _fresh_metrics(one) for name, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_fresh_metrics(one) for one in value]
    return _fresh_metric(value) if isinstance(value, keras.metrics.Metric) else value


def _fresh_metric(metric):
    function = vars(metric).get("_fn")
    if type(metric) is keras.metrics.MeanMetricWrapper:
        return type(metric)(function, name=metric.name, dtype=metric.dtype, **metric._fn_kwargs)
    new = type(metric).from_config(metric.get_config())
    if function is not None:
        new._fn = function  # compile() exchanges it in some of Keras's metrics
    return new


__all__ = ["stateful_twin", "stateless_twin"]
