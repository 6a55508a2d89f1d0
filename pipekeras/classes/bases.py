"""Classes to inherit from in a class statement, where Keras's own do not know R's words.

`pipekeras.Callback`, `Constraint` and the KerasLayer family of 2.x stand for these; importing this module opens Keras.
"""

from pipekeras._keras import keras
from pipekeras.classes import kinds
from pipekeras.classes.methods import handed_on, runs
from pipekeras.classes.prepare import add_weight, prepare
from pipekeras.errors import ArgumentError, UnavailableError


def speaking(kind):
    """The base of a class statement over Keras's Layer, Model, Loss or Metric: R's words are understood.

    A class that has an `__init__` is written in Python's words, and left as it is. The base is made anew for each
    statement, since Keras changes those of a model that is made of inputs and outputs.
    """

    class Base(kind.root):
        def __init_subclass__(cls, **kwargs):
            super().__init_subclass__(**kwargs)
            if "__init__" not in vars(cls):
                prepare(cls, kind)

    Base.__name__ = Base.__qualname__ = kind.root.__name__
    return Base


class Callback(keras.callbacks.Callback):
    """A callback whose hooks may return a dict, which is merged into the logs. Epochs and batches count from 0.

    Source: R `keras3::Callback`, `keras::KerasCallback`.
    """

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        prepare(cls, kinds.CALLBACK)

    def initialize(self):
        """The constructor, by its name in R."""
        Callback.__init__(self)


class Constraint(keras.constraints.Constraint):
    """A constraint, whose `call(self, w)` gives what the weight `w` is to be after each update, of the same shape.

    Source: R `keras3::Constraint`, `keras::KerasConstraint`.
    """

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        prepare(cls, kinds.CONSTRAINT)

    def initialize(self):
        """The constructor, by its name in R: there is nothing to do."""

    def __call__(self, w):
        raise NotImplementedError(f"{type(self).__name__} has no call(self, w), which a constraint needs")


class LearningRateSchedule(keras.optimizers.schedules.LearningRateSchedule):
    """A learning rate that depends on the step: `call(self, step)`.

    Source: R `keras3::new_learning_rate_schedule_class`.
    """

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        prepare(cls, kinds.SCHEDULE)

    def initialize(self):
        """The constructor, by its name in R: there is nothing to do."""


class KerasLayer(keras.layers.Layer):
    """A layer of 2.x: `build(self, input_shape)`, `call(self, x, mask=None)`, `compute_output_shape(self, shape)`.

    Its `initialize` need not call its parent's; name, dtype, trainable are understood whether it takes them or not.

    Source: R `keras::KerasLayer`.
    """

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        prepare(cls, kinds.LAYER)

    def __init__(self, **kwargs):
        super().__init__(**handed_on(self, kwargs))

    initialize = __init__

    def add_weight(self, name=None, shape=None, dtype=None, initializer=None, regularizer=None, **others):
        """A weight of the layer; its arguments in R's order, its shape as a list or with whole floats as well."""
        return _add_weight(self, others, name=name, shape=shape, dtype=dtype, initializer=initializer,
                           regularizer=regularizer)  # fmt: skip

    def add_loss(self, losses, inputs=None):
        """Add to what training minimizes, in call(); `inputs` has no meaning any more."""
        refuse_early_loss(self)
        super().add_loss(losses)

    def python_layer(self):
        """The layer itself: an object of the class is what Keras runs."""
        return self


class KerasWrapper(keras.layers.Wrapper):
    """A wrapper of 2.x around `self.layer`, which is given as `layer=` and is no argument of `initialize`.

    Source: R `keras::KerasWrapper`.
    """

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        prepare(cls, kinds.WRAPPER)

    def __init__(self, **kwargs):
        given = handed_on(self, kwargs)
        if given.get("layer") is None:
            raise ArgumentError(f"{type(self).__name__} needs the layer that it wraps: layer=layer_dense(...)")
        super().__init__(**given)

    initialize = __init__

    def call(self, inputs, mask=None):
        """What the layer inside makes of the inputs."""
        return self.layer(inputs) if mask is None else self.layer(inputs, mask=mask)

    def compute_output_shape(self, input_shape):
        """The shape that comes out of the layer inside."""
        return self.layer.compute_output_shape(input_shape)

    add_weight = KerasLayer.add_weight

    def add_loss(self, losses, inputs=None):
        """Add to what training minimizes, in call(); `inputs` has no meaning any more."""
        refuse_early_loss(self)
        super().add_loss(losses)

    def python_wrapper(self):
        """The wrapper itself: an object of the class is what Keras runs."""
        return self


def refuse_early_loss(layer):
    """Raise where a loss would be lost: Keras 3 forgets them before each call, and asks call() for them anew."""
    if runs(layer) in ("build", "initialize"):
        raise UnavailableError(
            f"{type(layer).__name__}: what add_loss() gets in {runs(layer)}() counts no more in Keras 3, which asks"
            " for losses in each call: move it to call(), or use add_weight(..., regularizer=...)"
        )


def _add_weight(layer, others, *, shape, **given):
    """Keras's add_weight() for R's arguments."""
    given = {name: value for name, value in given.items() if value is not None}
    return add_weight(layer, () if shape is None else shape, **given, **others)


class CustomModel(keras.Model):
    """What keras_model_custom() makes: a model that runs the function which the user's function returned.

    Source: R `keras::keras_model_custom`.
    """

    def call(self, inputs, mask=None, training=None, **kwargs):
        """What the function makes of the inputs; it is given mask and training if it takes them."""
        from pipekeras.classes.members import accepts

        function = vars(self)["_pipekeras_call"]
        optional = {"mask": mask, "training": training}
        return function(inputs, **{n: v for n, v in optional.items() if accepts(function, n)}, **kwargs)

    def get_config(self):
        """Refuses: what a function closes over is in no configuration."""
        raise UnavailableError(
            f"{self.name}, made by keras_model_custom(), cannot be copied or saved as a whole: save its weights, as in"
            " save_model_weights(model, path), or define the model by Model(...) or in a class statement"
        )
