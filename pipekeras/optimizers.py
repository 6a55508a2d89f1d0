"""Optimizers: R's `optimizer_*`, one line each, with what scripts of 2.x and before say: lr, decay, epsilon=NULL.

optimizer_adam(learning_rate=0.001)     optimizer_sgd(0.01, momentum=0.9)     optimizer_rmsprop(lr=1e-3, decay=1e-6)
"""

import inspect

from pipekeras import values
from pipekeras._keras import keras
from pipekeras.classes.members import positional
from pipekeras.classes.members import say as takes
from pipekeras.errors import ArgumentError, InvalidValueError, suggestion
from pipekeras.pipe import Function
from pipekeras.receivers import say
from pipekeras.wrap import Wrapper, known_names, name_members

_NO_NAME = {"Optimizer", "OptimizerMap", "LossScaleOptimizer", "MultiOptimizer"}  # they cannot be made of a name alone


def optimizer_of_name(name, argument):
    """The optimizer of a name, as Keras makes it; `argument` is what it was given for, for the error."""
    # By their classes, for Keras's own list lacks some; R's adam_w is Keras's AdamW.
    known = {kind.lower(): kind for kind in known_names("optimizers") - _NO_NAME}
    kind = known.get(name.lower().replace("_", ""))
    if kind is not None:
        return getattr(keras.optimizers, kind)()
    try:
        return keras.optimizers.get(name)  # one that is registered
    except (ValueError, TypeError):
        near = suggestion(name, sorted(known), quote='"', otherwise=f"; Keras has {', '.join(sorted(known))}")
        raise InvalidValueError(f'{argument}="{name}" is not known{near}') from None


def _rate(value, name, where):
    """A learning rate as Keras takes it: a float, a schedule, or a function without arguments."""
    if isinstance(value, (Function, type)):
        called = value.__name__
        raise ArgumentError(f"{where}: the {name} {called} lacks parentheses: {called}(...)")
    if isinstance(value, keras.optimizers.schedules.LearningRateSchedule):
        return value
    if callable(value):
        if positional(value)[0]:
            raise ArgumentError(
                f"{where}: Keras calls a function that is the {name} without arguments; {takes(value)}. For a rate that"
                " depends on the step, give a learning_rate_schedule_*() or an object of a"
                " new_learning_rate_schedule_class()"
            )
        return value
    if isinstance(value, (str, dict)) or value is None:
        raise InvalidValueError(
            f"{where}: {name} must be a number, a learning_rate_schedule_*() or a function without arguments, it got"
            f" {say(value)}"
        )
    return float(values.number(value, name, where))


def _number(value, name, where):
    return None if value is None else values.number(value, name, where)  # what None means is for Keras to say


_NUMBERS = """beta_1 beta_2 epsilon rho momentum weight_decay clipnorm clipvalue global_clipnorm ema_momentum
loss_scale_factor initial_accumulator_value learning_rate_power l1_regularization_strength l2_regularization_strength
l2_shrinkage_regularization_strength beta beta_2_decay epsilon_1 epsilon_2 clip_threshold adam_beta_1 adam_beta_2
adam_weight_decay adam_lr_ratio rms_rate muon_a muon_b muon_c""".split()


class _Optimizer(Wrapper):
    module = "optimizers"
    converters = {
        "learning_rate": _rate,
        **dict.fromkeys(_NUMBERS, _number),
        **dict.fromkeys(["ema_overwrite_frequency", "gradient_accumulation_steps"], values.maybe_whole),
        **dict.fromkeys(["ns_steps", "dynamic_growth_steps"], values.count),
    }
    texts = {
        "learning_rate": "how far a step goes: a number, a learning_rate_schedule_*(), a function without arguments.",
        "weight_decay": "how much of each weight is taken off at each step, in units of the learning rate.",
        "clipnorm": "the largest norm that the gradient of a weight may have; longer ones are shortened.",
        "clipvalue": "the largest absolute value that an element of a gradient may have.",
        "global_clipnorm": "the largest norm that all gradients together may have.",
        "use_ema": "whether a moving average of the weights is kept, which takes their place in the end.",
        "ema_momentum": "how slowly that average moves, from 0 to 1.",
        "ema_overwrite_frequency": "after how many steps the average takes the weights' place; None: in the end.",
        "loss_scale_factor": "what the loss is multiplied by before the gradients are taken, and they divided by.",
        "gradient_accumulation_steps": "how many steps' gradients are averaged before the weights are changed.",
        "name": "the optimizer's name; made from the class's name where it is left out.",
        "nesterov": "whether Nesterov's form of momentum is used.",
    }

    def __init__(self, keras_name, *, neutral=(), by_name=("loss_scale_factor", "gradient_accumulation_steps")):
        super().__init__(
            keras_name,
            old={"lr": "learning_rate"},
            neutral={"jit_compile": (True, False), **dict(neutral)},
            by_name=by_name,
        )

    def _by_name(self, args, kwargs):
        # decay, the third old name, is no other name but another way to say the learning rate.
        kwargs = dict(kwargs)
        decay = kwargs.pop("decay", None) if "learning_rate" in self._known else None
        bound = super()._by_name(args, kwargs)
        bound = {n: v for n, v in bound.items() if v is not None or not self._means_default(n)}
        if decay is not None:
            rate = values.number(decay, "decay", self.__name__)
            if rate < 0:
                raise InvalidValueError(f"{self.__name__}: decay must not be below 0, it got {rate}")
            if rate:
                bound["learning_rate"] = self._decaying(bound.get("learning_rate"), rate)
        return bound

    def _means_default(self, name):
        """Whether None, as old scripts say epsilon=NULL, is as if it were left out; weight_decay=None is without."""
        default = self.__signature__.parameters[name].default
        return default not in (None, inspect.Parameter.empty) and name not in ("weight_decay", "rms_rate")

    def _decaying(self, start, rate):
        """The learning rate that `decay` meant: start / (1 + decay * step)."""
        if start is None:
            start = self.__signature__.parameters["learning_rate"].default
        if callable(start):
            raise ArgumentError(
                f"{self.__name__}: decay={rate} changes the learning rate, and so does what learning_rate is already,"
                f" {type(start).__name__}: give one of them"
            )
        start = _rate(start, "learning_rate", self.__name__)
        return keras.optimizers.schedules.InverseTimeDecay(start, decay_steps=1, decay_rate=float(rate))


class _LossScale(_Optimizer):
    """The optimizer around another one: what R lists beside belongs to the inner one."""

    converters = {**_Optimizer.converters, "initial_scale": values.number}
    texts = {**_Optimizer.texts, "inner_optimizer": "the optimizer around which it is, or its name."}

    def _gone(self, name, value):
        allowed = self.neutral[name]
        if value is not None and value != allowed and not (name == "jit_compile"):
            raise ArgumentError(
                f"{self.__name__}: {name}={value!r} belongs to the inner optimizer: optimizer_*({name}=...)"
            )

    def make(self, bound):
        """The optimizer; the inner one may be named."""
        inner = bound["inner_optimizer"]
        if isinstance(inner, type):
            inner = inner()
        if isinstance(inner, str):
            inner = optimizer_of_name(inner, f"{self.__name__}: inner_optimizer")
        if not isinstance(inner, keras.optimizers.Optimizer):
            raise InvalidValueError(
                f"{self.__name__}: inner_optimizer must be an optimizer, such as optimizer_adam(), it got {say(inner)}"
            )
        return super().make({**bound, "inner_optimizer": inner})


_OF_THE_INNER = {
    **dict.fromkeys(["weight_decay", "clipnorm", "clipvalue", "global_clipnorm", "ema_overwrite_frequency"]),
    **dict.fromkeys(["loss_scale_factor", "gradient_accumulation_steps"]),
    "use_ema": False,
    "ema_momentum": 0.99,
}

optimizer_adadelta = _Optimizer("Adadelta")
optimizer_adafactor = _Optimizer("Adafactor")
optimizer_adagrad = _Optimizer("Adagrad")
optimizer_adam = _Optimizer("Adam")
optimizer_adam_w = _Optimizer("AdamW")
optimizer_adamax = _Optimizer("Adamax")
optimizer_ftrl = _Optimizer("Ftrl")
optimizer_lamb = _Optimizer("Lamb", by_name=())
optimizer_lion = _Optimizer("Lion")
optimizer_loss_scale = _LossScale("LossScaleOptimizer", neutral=_OF_THE_INNER, by_name=())
optimizer_muon = _Optimizer("Muon", by_name=["adam_weight_decay", "rms_rate"])  # which R does not have
optimizer_nadam = _Optimizer("Nadam")
optimizer_rmsprop = _Optimizer("RMSprop")
optimizer_sgd = _Optimizer("SGD", neutral={"amsgrad": False})

__all__ = [*name_members(globals())]
