"""R's ways to define a class: `Scale = Layer("Scale", initialize=f, call=g)`, then `x >> Scale(3)`.

The functions that are given take self first, as any method in Python. Each name is also a base for a class statement,
`class Scale(Layer): ...`, in R's words, or in Python's alone where it has an `__init__`.
"""

import sys

from pipekeras.classes import kinds
from pipekeras.classes.define import as_class, define
from pipekeras.classes.pipeable import LayerClass
from pipekeras.pipe import Checked


class Maker(Checked):
    """A function that makes classes of one kind, and stands for the class that they all inherit from."""

    def __init__(self, function, kind, name=None):
        super().__init__(function, name)
        self.kind = kind

    def __call__(self, *args, **kwargs):
        self._check(args, kwargs)
        module = sys._getframe(1).f_globals.get("__name__", "__main__")
        given = self._signature.bind(*args, **kwargs)
        given.apply_defaults()
        members = dict(given.arguments)
        members |= members.pop("methods")
        parts = {name: members.pop(name) for name in ("classname", "public", "private", "inherit")}
        cls = define(self.kind, self.__name__, module, methods=members, **parts)
        return LayerClass(cls) if self.kind is kinds.LAYER else cls

    @property
    def parent(self):
        """The class that it stands for."""
        return self.kind.parent

    def __mro_entries__(self, bases):
        from pipekeras.classes.bases import speaking

        return (self.kind.parent if self.kind.base else speaking(self.kind),)

    def __instancecheck__(self, instance):
        return isinstance(instance, self.kind.root)

    def __subclasscheck__(self, cls):
        return issubclass(as_class(cls), self.kind.root)


def _layer(
    classname, initialize=None, call=None, build=None, get_config=None, *, compute_output_shape=None, public=(),
    private=(), inherit=None, **methods,
):  # fmt: skip
    """Define a layer.

    A method sees `self.super`, its parent's methods (`self.super.initialize(...)`), and `self.private`, what the object
    keeps to itself. What its `initialize` does not take of name, dtype and trainable is understood all the same; one
    that nowhere speaks of its parent has the parent's run first, without arguments.

    Args:
        classname: the name of the class, such as "Scale". A layer that is saved is found again by it.
        initialize: the constructor, a function of self and the layer's own arguments.
        call: the computation, a function of self and the inputs, and of training or mask if it needs them.
        build: makes the weights, a function of self and input_shape, a tuple with None for what is not fixed.
        get_config: returns a dict of what initialize takes. By default the arguments that it got.
        compute_output_shape: the shape of the output, a function of self and input_shape. Keras finds it by itself.
        public: a dict of more methods and fields. Each object begins with a copy of a list or dict.
        private: a dict of methods and fields that only self.private has. No weights are tracked there.
        inherit: what to inherit from: a class of Keras, a layer_* function, what Layer() returned, or several.
        **methods: more methods, fields and active properties, by their names.

    Returns:
        A function like layer_dense: `Scale(3)` makes the layer, `x >> Scale(3)` and `Scale(x, 3)` apply it.

    Raises:
        ArgumentError: if a method cannot be called as Keras will, or inherit is no class of a layer.
        InvalidValueError: if classname is no name, or a method no function.

    Source: R `keras3::Layer`, `keras3::new_layer_class`, `keras::Layer`, `keras::new_layer_class`.
    """


def _model(
    classname, initialize=None, call=None, train_step=None, predict_step=None, test_step=None, compute_loss=None,
    compute_metrics=None, *, public=(), private=(), inherit=None, **methods,
):  # fmt: skip
    """Define a model.

    What methods see, and what holds of initialize, is as in Layer().

    Args:
        classname: the name of the class.
        initialize: the constructor; it makes the layers. A class without one may be made of inputs and outputs.
        call: the computation, a function of self and the inputs, and of training or mask if it needs them.
        train_step: trains on a batch, a function of self and data; returns a dict of metrics. On JAX Keras hands it
            the state as well: (self, state, data).
        predict_step: predicts a batch, a function of self and data.
        test_step: evaluates a batch, a function of self and data.
        compute_loss: the loss, a function of self, x, y, y_pred, sample_weight and training.
        compute_metrics: the metrics, a function of self, x, y, y_pred and sample_weight.
        public: a dict of more methods and fields.
        private: a dict of methods and fields that only self.private has.
        inherit: what to inherit from, by default keras.Model.
        **methods: more methods, fields and active properties, such as metrics=active_property(...).

    Returns:
        The class.

    Raises:
        ArgumentError, InvalidValueError: as Layer() does.

    Source: R `keras3::Model`, `keras3::new_model_class`, `keras::new_model_class`.
    """


def _loss(classname, call=None, *, initialize=None, public=(), private=(), inherit=None, **methods):
    """Define a loss.

    What methods see, and what holds of initialize, is as in Layer().

    Args:
        classname: the name of the class.
        call: a function of self, y_true and y_pred, which returns a loss for each sample.
        initialize: the constructor, if it takes more than name, reduction and dtype.
        public: a dict of more methods and fields.
        private: a dict of methods and fields that only self.private has.
        inherit: what to inherit from, by default keras.losses.Loss.
        **methods: more methods, fields and active properties, by their names.

    Returns:
        The class; an object of it is a loss for compile().

    Raises:
        ArgumentError, InvalidValueError: as Layer() does.

    Source: R `keras3::Loss`, `keras3::new_loss_class`, `keras::new_loss_class`.
    """


def _metric(
    classname, initialize=None, update_state=None, result=None, *, public=(), private=(), inherit=None, **methods
):
    """Define a metric.

    What methods see, and what holds of initialize, is as in Layer().

    Args:
        classname: the name of the class.
        initialize: the constructor; it makes the state, self.add_weight(name="total").
        update_state: takes a batch in, a function of self, y_true, y_pred and sample_weight.
        result: returns the value so far, a function of self.
        public: a dict of more methods and fields.
        private: a dict of methods and fields that only self.private has.
        inherit: what to inherit from, by default keras.metrics.Metric.
        **methods: more methods, such as reset_state (in 2.x reset_states).

    Returns:
        The class; an object of it is a metric for compile().

    Raises:
        ArgumentError, InvalidValueError: as Layer() does.

    Source: R `keras3::Metric`, `keras3::new_metric_class`, `keras::new_metric_class`.
    """


def _callback(
    classname, on_epoch_begin=None, on_epoch_end=None, on_train_begin=None, on_train_end=None,
    on_train_batch_begin=None, on_train_batch_end=None, on_test_begin=None, on_test_end=None, on_test_batch_begin=None,
    on_test_batch_end=None, on_predict_begin=None, on_predict_end=None, on_predict_batch_begin=None,
    on_predict_batch_end=None, *, on_batch_begin=None, on_batch_end=None, initialize=None, public=(), private=(),
    inherit=None, **methods,
):  # fmt: skip
    """Define a callback.

    Hooks are called with self, the epoch or batch, counted from 0, and logs, a dict; those of whole phases with self
    and logs. A dict that a hook returns is merged into logs: so a value gets into the history. What methods see, and
    what holds of initialize, is as in Layer(). The model is self.model, the arguments of training self.params.

    Args:
        classname: the name of the class.
        on_epoch_begin: before an epoch.
        on_epoch_end: after an epoch; logs has the values of training and validation.
        on_train_begin: before fit() trains.
        on_train_end: after it.
        on_train_batch_begin: before a batch of training.
        on_train_batch_end: after it.
        on_test_begin: before evaluate(), or a validation.
        on_test_end: after it.
        on_test_batch_begin: before a batch of evaluation.
        on_test_batch_end: after it.
        on_predict_begin: before predict().
        on_predict_end: after it.
        on_predict_batch_begin: before a batch of prediction.
        on_predict_batch_end: after it.
        on_batch_begin: on_train_batch_begin by its name in 2.x.
        on_batch_end: on_train_batch_end by its name in 2.x.
        initialize: the constructor, if the callback takes arguments.
        public: a dict of more methods and fields. Each object begins with a copy of a list or dict.
        private: a dict of methods and fields that only self.private has.
        inherit: what to inherit from, by default keras.callbacks.Callback.
        **methods: more methods, fields and active properties, by their names.

    Returns:
        The class; an object of it is a callback for fit().

    Raises:
        ArgumentError, InvalidValueError: as Layer() does.

    Source: R `keras3::Callback`, `keras3::new_callback_class`, `keras::new_callback_class`.
    """


def _constraint(classname, call=None, get_config=None, *, initialize=None, public=(), private=(), inherit=None,
                **methods):  # fmt: skip
    """Define a constraint.

    What methods see, and what holds of initialize, is as in Layer().

    Args:
        classname: the name of the class.
        call: a function of self and a weight, which returns what the weight is to be, of the same shape.
        get_config: returns a dict of what initialize takes. By default the arguments that it got.
        initialize: the constructor, if the constraint takes arguments.
        public: a dict of more methods and fields.
        private: a dict of methods and fields that only self.private has.
        inherit: what to inherit from, by default keras.constraints.Constraint.
        **methods: more methods, fields and active properties, by their names.

    Returns:
        The class; an object of it is a constraint for a layer, kernel_constraint=...

    Raises:
        ArgumentError, InvalidValueError: as Layer() does.

    Source: R `keras3::Constraint`.
    """


def _schedule(
    classname, call=None, initialize=None, get_config=None, *, public=(), private=(), inherit=None, **methods
):
    """Define a learning rate schedule.

    What methods see, and what holds of initialize, is as in Layer().

    Args:
        classname: the name of the class.
        call: a function of self and the step, a tensor that counts batches from 0; returns the learning rate.
        initialize: the constructor, if the schedule takes arguments.
        get_config: returns a dict of what initialize takes. By default the arguments that it got.
        public: a dict of more methods and fields.
        private: a dict of methods and fields that only self.private has.
        inherit: what to inherit from, by default keras.optimizers.schedules.LearningRateSchedule.
        **methods: more methods, fields and active properties, by their names.

    Returns:
        The class; an object of it is a learning_rate for an optimizer.

    Raises:
        ArgumentError, InvalidValueError: as Layer() does.

    Source: R `keras3::new_learning_rate_schedule_class`, `keras::new_learning_rate_schedule_class`.
    """


Layer = Maker(_layer, kinds.LAYER, "Layer")
Model = Maker(_model, kinds.MODEL, "Model")
Loss = Maker(_loss, kinds.LOSS, "Loss")
Metric = Maker(_metric, kinds.METRIC, "Metric")
Callback = Maker(_callback, kinds.CALLBACK, "Callback")
Constraint = Maker(_constraint, kinds.CONSTRAINT, "Constraint")

new_layer_class = Maker(_layer, kinds.LAYER, "new_layer_class")
new_model_class = Maker(_model, kinds.MODEL, "new_model_class")
new_loss_class = Maker(_loss, kinds.LOSS, "new_loss_class")
new_metric_class = Maker(_metric, kinds.METRIC, "new_metric_class")
new_callback_class = Maker(_callback, kinds.CALLBACK, "new_callback_class")
new_learning_rate_schedule_class = Maker(_schedule, kinds.SCHEDULE, "new_learning_rate_schedule_class")

__all__ = [
    "Callback",
    "Constraint",
    "Layer",
    "Loss",
    "Metric",
    "Model",
    "new_callback_class",
    "new_layer_class",
    "new_learning_rate_schedule_class",
    "new_loss_class",
    "new_metric_class",
    "new_model_class",
]
