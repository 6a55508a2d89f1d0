"""compile(): names, functions, classes, uncalled wrappers and objects as what Keras takes."""

import functools
import inspect
import re

from pipekeras import values
from pipekeras._keras import keras
from pipekeras.dual import aligned
from pipekeras.errors import ArgumentError, InvalidValueError, suggestion
from pipekeras.models.inputs import slots_of
from pipekeras.optimizers import optimizer_of_name
from pipekeras.pipe import Function, verb
from pipekeras.receivers import is_model, is_sequential, say
from pipekeras.wrap import Wrapper, known_names

__all__ = ["compile"]

# Names of losses and metrics that Keras itself spells out elsewhere, or that older Keras knew.
_SHORT = "mse mae mape msle bce kld acc accuracy crossentropy".split()
_OF_2 = {"kullback_leibler_divergence": "kl_divergence", "logcosh": "log_cosh", "cosine_proximity": "cosine_similarity"}
_BY_SHAPE = ("accuracy", "acc", "crossentropy", "ce")  # the kind is picked when the shapes are known
# Functions that take targets as they come, where Keras's others give them the shape of the predictions first.
_UNALIGNED = """poisson kl_divergence hinge squared_hinge categorical_hinge binary_crossentropy
binary_focal_crossentropy dice tversky""".split()
_GONE = ("target_tensors", "sample_weight_mode")  # arguments of keras 2.x that can only be None now


@verb(receiver=is_model, wants="a model")
def compile(
    object, optimizer="rmsprop", loss=None, metrics=None, *, loss_weights=None, weighted_metrics=None,
    run_eagerly=False, steps_per_execution=1, jit_compile="auto", auto_scale_loss=True, **others
):  # fmt: skip
    """Say how a model is trained: by which optimizer, on which loss, watching which metrics.

    Args:
        object: the model. It is changed in place.
        optimizer: a name such as "adam", or an optimizer of Keras.
        loss: a name such as "mse", a function of (y_true, y_pred), a loss of Keras; for several outputs a list of these
            in the order of the outputs, or a dict by their names.
        metrics: the same, one or several in a list. {"foo": function} is reported as foo. For several outputs a list
            with an element for each or a dict by their names; what is neither is watched on every output.
        loss_weights: for several outputs, how much each loss counts: numbers in a list, or in a dict by name.
        weighted_metrics: metrics that heed sample_weight and class_weight.
        run_eagerly: whether to run step by step, for debugging.
        steps_per_execution: batches in one call of the compiled step; must be 1 on torch.
        jit_compile: whether the backend's compiler is used; "auto" where it can be.
        auto_scale_loss: whether the loss is scaled in mixed_float16.
        **others: what a compile() method of the model's own class takes.

    Returns:
        The model, the same object. What an earlier compile() said is forgotten.

    Raises:
        InvalidValueError: if the model has no layers yet, or a name is not known.
        ArgumentError: if an argument does not exist.

    Source: R `keras3::compile`, `keras::compile`.
    """
    ready(object, "compile", compiled=False)
    for name in _GONE:
        if others.pop(name, None) is not None:
            raise ArgumentError(f"compile: {name} is gone in Keras 3: leave it out")
    loss, loss_weights = _weighted(_losses(loss, object), loss_weights, object)
    given = {
        "optimizer": _optimizer("rmsprop" if optimizer is None else optimizer),
        "loss": loss,
        "metrics": _metrics(metrics, object, "metrics"),
        "loss_weights": loss_weights,
        "weighted_metrics": _metrics(weighted_metrics, object, "weighted_metrics"),
        "run_eagerly": bool(run_eagerly),
        "steps_per_execution": values.count(1 if steps_per_execution is None else steps_per_execution,
                                            "steps_per_execution", "compile", least=1),
        "jit_compile": "auto" if jit_compile is None else jit_compile,
        "auto_scale_loss": auto_scale_loss is None or bool(auto_scale_loss),
    }  # fmt: skip
    own = type(object).compile != keras.Model.compile
    if others and not own:
        name = next(iter(others))
        raise ArgumentError(f"compile has no argument {name}{suggestion(name, given)}")
    _forget(object)
    if not own:
        object.compile(**given)
    else:
        object.compile(**_for_own_method(object, given, optimizer, others))
    return object


def _forget(model):
    """Take back the loss and metrics of an earlier compile(): Keras keeps those that the next one does not replace."""
    if vars(model).get("_compile_loss") is not None:
        model.loss = model._compile_loss = None
    if vars(model).get("_compile_metrics") is not None:
        model._compile_metrics = None


def _for_own_method(model, given, optimizer, others):
    """For a class with a compile() of its own: the arguments that differ from R's defaults, and those it requires."""
    plain = {"loss": None, "metrics": None, "loss_weights": None, "weighted_metrics": None, "run_eagerly": False,
             "steps_per_execution": 1, "jit_compile": "auto", "auto_scale_loss": True}  # fmt: skip
    required = {
        name
        for name, p in inspect.signature(type(model).compile).parameters.items()
        if p.default is p.empty and p.kind is not p.VAR_KEYWORD
    }
    wanted = {n: v for n, v in given.items() if n in required or (n in plain and v != plain[n])}
    if optimizer is not None and not (isinstance(optimizer, str) and optimizer == "rmsprop"):
        wanted["optimizer"] = given["optimizer"]
    own = {name: value.uncalled() if hasattr(value, "uncalled") else value for name, value in others.items()}
    return wanted | own


def ready(model, where, compiled=True):
    """Raise if the model has no layers, or has not been compiled where it must be."""
    if is_sequential(model) and not model.layers:
        raise InvalidValueError(
            f"{where}: {say(model)} has no layers yet: add some first, as in model >> layer_dense(1)"
        )
    if compiled and not model.compiled:
        raise InvalidValueError(f"{where}: {say(model)} is not compiled; compile it first: model >> compile(...)")


# One optimizer, loss or metric ----------------------------------------------------------------------------------------


def _optimizer(value):
    value = _called(value)
    if isinstance(value, str):
        return optimizer_of_name(value, "compile: optimizer")
    if isinstance(value, type) and issubclass(value, keras.optimizers.Optimizer):
        return value()
    if isinstance(value, (keras.optimizers.Optimizer, dict)) or hasattr(value, "apply_gradients"):
        return value
    raise InvalidValueError(
        f'compile: optimizer must be a name such as "adam" or an optimizer of Keras, it got {say(value)}'
    )


def _loss(value):
    value = _called(value)
    if isinstance(value, str):
        value = _OF_2.get(value, value)
        if value not in _BY_SHAPE[2:]:
            _known(value)
    elif issubclass(kind := value if isinstance(value, type) else type(value), keras.metrics.Metric):
        raise InvalidValueError(
            f"compile: loss must be a loss, it got a metric, {kind.__name__}: watch it, metrics=..."
        )
    elif value is not None and not callable(value):
        raise InvalidValueError(
            f'compile: loss must be a name such as "mse", a function or a loss of Keras, it got {say(value)}'
        )
    return value


def _metric(value, name=None):
    """One metric; with a name, the one it is reported under."""
    if name is not None and isinstance(value, Wrapper) and isinstance(value.keras_class, type):
        return _aligned_object(value(name=name))
    value = _called(value)
    if isinstance(value, str):
        return _metric_of_name(_OF_2.get(value, value))
    if isinstance(value, type) and issubclass(value, keras.metrics.Metric):
        value = value()
    if isinstance(value, keras.metrics.Metric):
        return _aligned_object(value)
    if not callable(value):
        raise InvalidValueError(
            f'compile: metrics must be names such as "accuracy", functions or metrics of Keras, it got {say(value)}'
        )
    own = not str(getattr(value, "__module__", "")).startswith("keras.")
    function = aligned(value) if own or getattr(value, "__name__", None) in _UNALIGNED else value
    if name is None and own and _name_of(value) != getattr(value, "__name__", None):
        name = _name_of(value)
    return function if name is None else keras.metrics.MeanMetricWrapper(function, name=name)


def _metric_of_name(name):
    """A metric by its name: Keras's, or a function where Keras has no metric of that name."""
    if name in ("crossentropy", "ce"):
        from pipekeras.metrics_own import crossentropy

        return keras.metrics.MeanMetricWrapper(crossentropy, name=name)
    if name in _BY_SHAPE:
        return name
    try:
        metric = keras.metrics.get(name)
    except ValueError:
        function = getattr(keras.metrics, name, None)
        if name in known_names("metrics") and inspect.isfunction(function):
            return function  # "huber", "log_cosh", ...
        raise _unknown("metrics", name, [*known_names("metrics"), *_SHORT]) from None
    except TypeError:
        raise InvalidValueError(f"compile: the metric {name} must be told more: give the object") from None
    if _is_unaligned(metric):
        metric.name = name
        return _aligned_object(metric)
    return name


def _aligned_object(metric):
    """The metric, made to heed the shape of the predictions if it is one that does not."""
    if _is_unaligned(metric):
        metric._fn = aligned(metric._fn)  # past its public side, for Keras has no other way to it
    return metric


def _is_unaligned(metric):
    function = vars(metric).get("_fn")
    return getattr(function, "__name__", None) in _UNALIGNED and not hasattr(function, "__wrapped__")


def _name_of(function):
    """What a metric of the user's own is reported as: its name, that of its class; of a lambda what R says."""
    while isinstance(function, functools.partial):
        function = function.func
    name = getattr(function, "__name__", None)
    if name is None:
        return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", type(function).__name__).lower()
    return "custom_metric" if name == "<lambda>" else name


def _called(value):
    """What a function of ours means where its parentheses were left out."""
    if isinstance(value, Function):
        uncalled = getattr(value, "uncalled", None)
        return uncalled() if uncalled else getattr(value, "function", value)
    return value


def _known(name):
    """Raise if there is no loss of that name."""
    if isinstance(getattr(keras.losses, name, None), type):
        return  # a class: made by Keras when it is needed, not here to see whether it is there
    try:
        keras.losses.get(name)
    except ValueError:
        raise _unknown("loss", name, [*known_names("losses"), *_SHORT]) from None


def _unknown(argument, name, known):
    known = sorted(set(known))
    hint = suggestion(name, known, quote='"', otherwise=f"; Keras has {', '.join(known)}")
    return InvalidValueError(f'compile: {argument}="{name}" is not known{hint}')


# Several of them ------------------------------------------------------------------------------------------------------


def _losses(value, model):
    if isinstance(value, dict):
        value = {name: _loss(one) for name, one in value.items()}
        outputs = slots_of(model, "outputs")
        if outputs is None:
            return value
        _check_names(value, outputs, "loss")
        if len(outputs.names) == 1 and not outputs.by_name and value:
            return value[outputs.names[0]]
        return {name: value.get(name) for name in outputs.names}  # outputs without a loss are watched or left alone
    if isinstance(value, (list, tuple)):
        value = [_loss(one) for one in value]
        outputs = slots_of(model, "outputs")
        if outputs and len(value) != len(outputs.names):
            raise InvalidValueError(
                f"compile: loss is a list of {len(value)}, the model has {len(outputs.names)}"
                f" output{'s' * (len(outputs.names) != 1)}: {', '.join(map(repr, outputs.names))}. Give one for each;"
                " a loss that is not in a list is for all of them"
            )
        return value[0] if len(value) == 1 else value
    return _loss(value)


def _check_names(value, outputs, argument):
    for name in value:
        if name not in outputs.names:
            has = f", which has {', '.join(map(repr, outputs.names))}"
            hint = suggestion(name, outputs.names, quote="'", otherwise=has)
            raise InvalidValueError(f"compile: {argument} is for {name!r}, which is no output of the model{hint}")


def _metrics(value, model, argument):
    """The metrics in a form that Keras takes: None, a list, a list with a list for each output, a dict by output."""
    if value is None:
        return None
    outputs = slots_of(model, "outputs")
    several = len(outputs.slots) if outputs else 1
    if isinstance(value, dict) and not _named_functions(value, outputs):
        if outputs is None:
            return [m for one in value.values() for m in _flat(one)]
        _check_names(value, outputs, argument)
        return {name: _flat(one) for name, one in value.items()}
    if isinstance(value, (list, tuple)) and several > 1 and len(value) == several:
        return [_flat(one) for one in value]
    if several == 1 or isinstance(value, (list, tuple)) and any(isinstance(one, (list, tuple)) for one in value):
        return _flat(value, nested=several > 1)
    if any(isinstance(one, keras.metrics.Metric) for one in (value if isinstance(value, (list, tuple)) else [value])):
        raise InvalidValueError(
            f"compile: {argument} has a metric object, which can watch one output; the model has {several}: give"
            f" {{{', '.join(f'{name!r}: [...]' for name in outputs.names)}}}"
        )
    return [_flat(value) for _ in range(several)]


def _named_functions(value, outputs):
    """Whether a dict names functions, {"foo": f}, and not outputs."""
    if outputs and any(name in outputs.names for name in value):
        return False
    return all(inspect.isfunction(one) or isinstance(one, (functools.partial, Function)) for one in value.values())


def _flat(value, nested=False):
    """Metrics in one list; a dict among them names its functions."""
    if value is None:
        return []
    if isinstance(value, dict):
        return [_metric(one, name) for name, one in value.items()]
    if isinstance(value, (list, tuple)):
        if nested:
            return [_flat(one) for one in value]
        return [m for one in value for m in (_flat(one) if isinstance(one, (dict, list, tuple)) else [_metric(one)])]
    return [_metric(value)]


def _weighted(loss, value, model):
    """The loss and its weights as floats, both in a list or both in a dict, as Keras wants them."""
    if value is None:
        return loss, None
    if hasattr(value, "tolist"):
        value = value.tolist()
    outputs = slots_of(model, "outputs")
    if isinstance(value, dict):
        weights = {name: _weight(one) for name, one in value.items()}
        if isinstance(loss, dict):
            return loss, weights | {name: 1.0 for name in loss if name not in weights}
        if outputs is None:
            return loss, weights
        _check_names(weights, outputs, "loss_weights")
        weights = [weights.get(name, 1.0) for name in outputs.names]
    elif isinstance(value, (list, tuple)):
        weights = [_weight(one) for one in value]
        if outputs and len(weights) != len(outputs.names):
            raise InvalidValueError(
                f"compile: loss_weights has {len(weights)} numbers, the model {len(outputs.names)}"
                f" output{'s' * (len(outputs.names) != 1)}:"
                f" {', '.join(map(repr, outputs.names))}"
            )
    else:
        return loss, _weight(value)
    if outputs and isinstance(loss, dict):
        return loss, dict(zip(outputs.names, weights, strict=True))
    if outputs and len(weights) == 1:
        return loss, weights[0]
    if outputs and not isinstance(loss, (list, tuple)):
        loss = [loss] * len(weights)  # one for all outputs
    return loss, weights


def _weight(value):
    if isinstance(value, (int, float)) and not isinstance(value, bool) and value == value:
        return float(value)
    if hasattr(value, "item"):
        return float(value.item())
    raise InvalidValueError(f"compile: loss_weights must be numbers, it got {say(value)}")
