"""What every `layer_*` function is: a wrapper that finds its receiver and knows the arguments of a first layer."""

import functools
import inspect
import warnings

from pipekeras._keras import keras
from pipekeras.compose import compose
from pipekeras.errors import ArgumentError, InvalidValueError
from pipekeras.pipe import Chain, Step
from pipekeras.receivers import is_layer, is_model, is_receiver, is_tensor, is_tensors, say
from pipekeras.wrap import Wrapper

# Arguments that any layer had in 2.x for the case that it is a model's first. Keras 3 knows an Input layer instead.
INPUT_ARGUMENTS = ("input_shape", "batch_input_shape", "batch_shape", "batch_size", "input_dim", "input_length")
_RECURRENT = ("SimpleRNN", "LSTM", "GRU", "RNN")  # their input_dim and input_length are of (timesteps, features)
_BY_NAME = inspect.Parameter.KEYWORD_ONLY
_NONE = object()


class LayerFunction(Wrapper):
    """A `layer_*` function: makes a layer, or applies it at once where a receiver is given."""

    use = (
        "    {name}({call})\n        makes the layer, a {keras}.\n"
        "    x >> {name}({call})\n    {name}(x, {call})\n"
        "        apply it to x: a tensor gives the output, a Sequential model gets the layer, in place, and comes back."
    )
    also = ("object", "inputs")  # two names for what it is applied to
    extra = [
        inspect.Parameter(name, _BY_NAME, default=default)
        for name, default in [
            ("name", None), ("dtype", None), ("trainable", None), ("activity_regularizer", None), ("autocast", True),
            *[(name, None) for name in INPUT_ARGUMENTS], ("weights", None), ("object", None),
        ]
    ]  # fmt: skip
    starts_from_weights = True  # what weights= means, as in 2.x; a class of the user's may mean something else

    def __call__(self, *args, **kwargs):
        receiver, args, kwargs = self._receiver(args, kwargs)
        layer = self.make(self.bind(args, kwargs))
        return layer if receiver is _NONE else compose(receiver, layer)

    def _receiver(self, args, kwargs):
        for name in ("object", "inputs"):
            if name in kwargs:
                kwargs = dict(kwargs)
                receiver = kwargs.pop(name)
                if receiver is not None and not is_receiver(receiver):
                    raise ArgumentError(
                        f"{self.__name__}({name}=...) must be a model or tensors, it got {say(receiver)}"
                    )
                return (_NONE if receiver is None else receiver), args, kwargs
        if args and is_receiver(args[0]):
            return args[0], args[1:], kwargs
        return _NONE, args, kwargs

    def _by_name(self, args, kwargs):
        bound = super()._by_name(args, kwargs)
        for name in self._layer_arguments & bound.keys():
            if isinstance(bound[name], LayerFunction):
                inner = bound[name].__name__
                raise ArgumentError(f"{self.__name__}({name}={inner}) lacks parentheses: {inner}(...)")
        return bound

    def make(self, bound):
        """The layer, with what 2.x could say of a first layer remembered for when it becomes one."""
        own = self._own
        input_arguments = {n: bound.pop(n) for n in INPUT_ARGUMENTS if n in bound and n not in own}
        weights = bound.pop("weights", None) if self.starts_from_weights else None
        bound.pop("object", None)
        for name in ("name", "dtype", "trainable"):
            if name in bound and bound[name] is None:
                del bound[name]
        later = {} if self.takes_anything else {n: bound.pop(n) for n in list(bound) if n not in own}
        for name in self._layer_arguments & bound.keys():
            bound[name] = as_layer(bound[name], self.__name__, name)
        layer = super().make(self._prepared(bound))
        for name, value in later.items():
            self._set(layer, name, value)
        remembered = vars(layer)  # past Keras's attribute tracking: none of this is part of the layer's state
        remembered["_pipekeras_name"] = self.__name__
        wanted = self._input_of(input_arguments, bound, layer)
        if wanted is not None:
            remembered["_pipekeras_input"] = wanted
        if weights is not None:
            from pipekeras.layers.initial_weights import start_from

            start_from(layer, weights, self.__name__)
            remembered["_pipekeras_weights"] = True
        return layer

    def _prepared(self, bound):
        """A place for families to put what R means into what Keras takes."""
        for name, value in bound.items():
            if name.endswith("_constraint") and callable(value):
                from pipekeras.layers.own import FunctionConstraint

                if not isinstance(value, (type, keras.constraints.Constraint)):
                    bound[name] = FunctionConstraint(value)
        return bound

    def _set(self, layer, name, value):
        """Give a layer what its class does not hand on to its base."""
        if name == "activity_regularizer":
            value = keras.regularizers.get(value)
        try:
            if name == "dtype":  # Keras refuses it, but TensorFlow skips setting what is the same object already
                raise AttributeError(name)
            setattr(layer, name, value)
        except AttributeError:
            raise ArgumentError(f"{self.__name__} cannot take {name}: its Keras class has none to set") from None

    @functools.cached_property
    def _own(self):
        shown = {keras_name: r_name for r_name, keras_name in self.renamed.items()}
        parameters = inspect.signature(self.keras_class.__init__).parameters
        return {shown.get(name, name) for name in parameters} - ({"weights"} if self.starts_from_weights else set())

    @functools.cached_property
    def _layer_arguments(self):
        return {"layer", "backward_layer", "cell"} & self._known

    def _converts(self, name):
        # In these classes an argument of a common name is something else than elsewhere.
        return not (name == "output_shape" and self.keras_name in ("Lambda", "TorchModuleWrapper"))

    def _input_of(self, given, bound, layer):
        """The InputLayer's arguments that `input_shape` and its kin describe; None if they are not there."""
        given = {name: value for name, value in given.items() if value is not None}
        batch_shape = _batch_shape(given, self.keras_name in _RECURRENT, self.__name__)
        if batch_shape is None:
            return None
        wanted = {"batch_shape": batch_shape}
        if bound.get("dtype") is not None:
            wanted["dtype"] = layer.compute_dtype
        return wanted


def _batch_shape(given, recurrent, where):
    """The shape with its batch dimension, from whichever of the arguments of 2.x are given; None if they say none."""
    source = next((name for name in ("batch_input_shape", "batch_shape", "input_shape") if name in given), None)
    steps, features = given.get("input_length"), given.get("input_dim")
    steps = steps if isinstance(steps, tuple) else (steps,)
    if source is None:
        shape = (*steps, features)
        if not recurrent:
            shape = tuple(dim for dim in shape if dim is not None)
        if all(dim is None for dim in shape):
            if "batch_size" in given:
                size = given["batch_size"]
                warnings.warn(f"{where}: batch_size={size} has no effect without input_shape", stacklevel=5)
            return None
        return (given.get("batch_size"), *shape)
    shape = given[source] if source == "input_shape" else given[source][1:]
    parts = {"input_shape": shape, "input_length": shape[: len(steps)], "input_dim": shape[-1:]}
    said = {"input_shape": given.get("input_shape", shape), "input_length": steps, "input_dim": (features,)}
    for name, part in parts.items():
        if name in given and not _agree(said[name], part):
            raise InvalidValueError(f"{where}: {name}={given[name]} and {source}={given[source]} disagree")
    return (given.get("batch_size"), *shape) if source == "input_shape" else given[source]


def _agree(one, other):
    """Whether two shapes can be the same; None may be anything."""
    return len(one) == len(other) and all(a == b or None in (a, b) for a, b in zip(one, other, strict=True))


def has_initial_weights(value):
    """Whether `value` is a layer that was given weights= to start from."""
    return is_layer(value) and "_pipekeras_weights" in vars(value)


def as_layer(value, where, argument):
    """`value` as the layer that a wrapper such as time_distributed() wraps: a chain becomes a small Sequential."""
    if isinstance(value, Chain):
        return keras.Sequential(value.layers)
    if isinstance(value, (list, tuple)) and argument == "cell":
        return value
    if value is None or is_layer(value):
        return value
    if hasattr(value, "state_size"):  # a cell of the user's own
        return value
    raise InvalidValueError(f"{where}: {argument} must be a layer or a chain of layers, it got {say(value)}")


class WrapperFunction(LayerFunction):
    """A layer around a layer: `time_distributed(layer_dense(3))`. A model alone in first place is what is wrapped."""

    use = LayerFunction.use + "\n\nWhat is wrapped may be a layer, a chain of layers, or a model."

    def make(self, bound):
        """The layer; an input_shape that was given to what is wrapped becomes the whole's, where it is the same."""
        inner = bound.get("layer", bound.get("cell"))
        first = inner.steps[0] if isinstance(inner, Chain) else inner
        wanted = vars(first).get("_pipekeras_input") if is_layer(first) else None
        made = super().make(bound)
        if wanted is not None and "_pipekeras_input" not in vars(made):
            if self.keras_name in ("Bidirectional", "SpectralNormalization"):
                vars(made)["_pipekeras_input"] = wanted
            else:
                warnings.warn(
                    f"the input_shape inside {self.__name__}() is that of a part: give the whole's to"
                    f" {self.__name__}(..., input_shape=...)",
                    stacklevel=3,
                )
        return made

    def _receiver(self, args, kwargs):
        inner_missing = not ({"layer", "cell"} & kwargs.keys()) and (len(args) < 2 or not is_layer(args[1]))
        if args and is_model(args[0]) and inner_missing:
            return _NONE, args, kwargs
        return super()._receiver(args, kwargs)


class PlainFunction(LayerFunction):
    """A function of the layers family that has no receiver in R: the cells of RNNs, layer_pipeline()."""

    use = "    {name}({call})\n        makes the object, a {keras}; nothing is piped into it."
    extra = [
        p for p in LayerFunction.extra if p.name in ("name", "dtype", "trainable", "activity_regularizer", "autocast")
    ]

    def _receiver(self, args, kwargs):
        return _NONE, args, kwargs


class Merge(Step):
    """A merge layer that knows all its inputs but the first: `layer_add(y)` in `x >> layer_add(y)`."""

    def __init__(self, layer, others, name):
        self.layer, self.others, self.name = layer, others, name

    def receive(self, left):
        if is_model(left):
            return compose(left, self.layer)  # which says what a merge needs
        first = list(left) if isinstance(left, (list, tuple)) else [left]
        return compose([*first, *self.others], self.layer)

    def __call__(self, receiver):
        """Merge `receiver` with the others."""
        return self.receive(receiver)

    def __repr__(self):
        return (
            f"<{self.name}({len(self.others)} tensor) waits for another: x >> {self.name}(y), or {self.name}([x, y])>"
        )


class MergeFunction(LayerFunction):
    """A merge: `layer_add([x, y])`, `layer_add(x, y)`, `x >> layer_add(y)`; `layer_add()` is the layer alone."""

    use = (
        "    {name}([x, y], {call})\n    {name}(x, y, {call})\n"
        "    x >> {name}(y, {call})\n    [x, y] >> {name}({call})\n"
        "        join tensors into one.\n"
        "    {name}({call})\n        without tensors makes the layer, a {keras}."
    )

    extra = [p for p in LayerFunction.extra if p.name != "object"]

    @functools.cached_property
    def __signature__(self):
        own = super().__signature__.parameters.values()
        inputs = inspect.Parameter("inputs", inspect.Parameter.VAR_POSITIONAL)
        return inspect.Signature([inputs, *(p.replace(kind=_BY_NAME) for p in own)])

    @functools.cached_property
    def old_order(self):
        """What 2.x took by position after a list of tensors: the axis."""
        shown = inspect.signature(self.keras_class.__init__).parameters
        return [name for name in ("axis", "axes", "normalize") if name in shown]

    @functools.cached_property
    def _order(self):
        return self.old_order

    def __call__(self, *args, **kwargs):
        kwargs = dict(kwargs)
        first = kwargs.pop("inputs", kwargs.pop("object", None))
        given = [] if first is None else [first]
        args = list(args)
        while args and is_tensors(args[0]):
            given.append(args.pop(0))
        layer = self.make(self.bind(args, kwargs))
        if not given:
            return layer
        tensors = [t for g in given for t in (g if isinstance(g, (list, tuple)) else [g])]
        if len(given) == 1 and is_tensor(given[0]):
            return Merge(layer, tensors, self.__name__)
        return compose(tensors, layer)


def layer(keras_name, **differs):
    """A `layer_*` function from its Keras class and what R has that differs; see `wrap.Wrapper` for the words."""
    return LayerFunction(keras_name, **differs)


def wrapper(keras_name, **differs):
    """A layer around a layer."""
    return WrapperFunction(keras_name, **differs)


def cell(keras_name, **differs):
    """An RNN cell or another thing of the family that nothing is piped into."""
    return PlainFunction(keras_name, **differs)


def merge(keras_name, **differs):
    """A merge layer."""
    return MergeFunction(keras_name, **differs)
