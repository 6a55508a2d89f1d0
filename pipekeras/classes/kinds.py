"""The kinds of classes that R's users define: from what each inherits, and what Keras will call its methods with."""

import dataclasses
import functools
import importlib

from pipekeras._keras import keras


@dataclasses.dataclass(frozen=True)
class Kind:
    """One kind.

    Args:
        word: what an object of it is called in messages.
        keras_name: the class of Keras that all of them inherit from.
        base: our own class over it, "module:Name", where Keras's alone does not know R's words.
        extra: arguments of that class's constructor that every object understands, whatever its `initialize` takes.
        takes: {method: how many arguments, beside self, it is called with at the least}.
        exactly: {method: the names of the arguments, beside self, that it is called with, no more and no less}.
        saved: whether its objects have a configuration.
    """

    word: str
    keras_name: str
    base: str = ""
    extra: tuple = ()
    takes: dict = dataclasses.field(default_factory=dict)
    exactly: dict = dataclasses.field(default_factory=dict)
    saved: bool = True

    @property
    def root(self):
        """The class of Keras that all of this kind inherit from."""
        return functools.reduce(getattr, self.keras_name.split("."), keras)

    @property
    def parent(self):
        """What a class of this kind inherits from if it does not say otherwise."""
        if not self.base:
            return self.root
        module, name = self.base.split(":")
        return getattr(importlib.import_module(module), name)


_EVENT = ("logs",)
_EPOCH, _BATCH = ("epoch", "logs"), ("batch", "logs")
HOOKS = {
    **{f"on_epoch_{when}": _EPOCH for when in ("begin", "end")},
    **{f"on_{phase}_{when}": _EVENT for phase in ("train", "test", "predict") for when in ("begin", "end")},
    **{f"on_{phase}_batch_{when}": _BATCH for phase in ("train", "test", "predict") for when in ("begin", "end")},
    **{f"on_batch_{when}": _BATCH for when in ("begin", "end")},
}

_OF_LAYERS = ("name", "dtype", "trainable", "activity_regularizer", "autocast")

LAYER = Kind(
    "layer", "layers.Layer", extra=_OF_LAYERS, takes={"call": 1, "build": 1, "compute_output_shape": 1, "get_config": 0}
)
WRAPPER = dataclasses.replace(LAYER, keras_name="layers.Wrapper", extra=("layer", *_OF_LAYERS))
MODEL = Kind(
    "model", "Model", extra=_OF_LAYERS,
    takes={"call": 1, "train_step": 1, "test_step": 1, "predict_step": 1, "compute_loss": 1, "compute_metrics": 1},
)  # fmt: skip
LOSS = Kind("loss", "losses.Loss", extra=("name", "reduction", "dtype"), takes={"call": 2})
METRIC = Kind("metric", "metrics.Metric", extra=("name", "dtype"), takes={"update_state": 1, "result": 0})
CALLBACK = Kind("callback", "callbacks.Callback", base="pipekeras.classes.bases:Callback", exactly=HOOKS, saved=False)
CONSTRAINT = Kind(
    "constraint", "constraints.Constraint", base="pipekeras.classes.bases:Constraint",
    takes={"call": 1, "get_config": 0},
)  # fmt: skip
SCHEDULE = Kind(
    "learning rate schedule", "optimizers.schedules.LearningRateSchedule",
    base="pipekeras.classes.bases:LearningRateSchedule", takes={"call": 1, "get_config": 0},
)  # fmt: skip
