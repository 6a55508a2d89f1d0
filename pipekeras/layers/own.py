"""Small layers and constraints that Keras 3 lacks. Importing this module imports Keras: the tables name it lazily.

A saved model that has one of our classes in it loads wherever pipekeras is imported; without, Keras says which class it
could not locate. All other layers are Keras's own and need nothing.
"""

import functools

from pipekeras._keras import keras
from pipekeras.errors import InvalidValueError

register = functools.partial(keras.saving.register_keras_serializable, package="pipekeras")


@register()
class ThresholdedReLU(keras.layers.Layer):
    """`f(x) = x` where `x > theta`, else 0.

    Args:
        theta: the threshold, not below 0.

    Input and output shape: any, the same.

    Source: R `keras::layer_activation_thresholded_relu`; Konda et al. 2014, arXiv:1402.3337.
    """

    def __init__(self, theta=1.0, **kwargs):
        super().__init__(**kwargs)
        if theta is None or not theta >= 0:
            raise ValueError(f"theta must be a number not below 0, it got {theta!r}")
        self.theta = float(theta)
        self.supports_masking = True

    def call(self, inputs):
        return inputs * keras.ops.cast(inputs > self.theta, inputs.dtype)

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {**super().get_config(), "theta": self.theta}


@register()
class FunctionConstraint(keras.constraints.Constraint):
    """A plain function of the weights as a constraint: R takes one, Keras wants an object.

    A model with it can be saved if Keras can find the function again, that is if it is registered.

    Args:
        function: takes a weight and returns what it is to be after each update, of the same shape.

    Source: R `keras3::Constraint`, and what `create_layer` makes of a function.
    """

    def __init__(self, function):
        self.function = function

    def __call__(self, w):
        return self.function(w)

    def get_config(self):
        name = getattr(self.function, "__name__", repr(self.function))
        registered = keras.saving.get_registered_name(self.function) if hasattr(self.function, "__name__") else name
        if keras.saving.get_registered_object(registered) is not self.function:
            raise InvalidValueError(
                f"the constraint {name} is a function that could not be found again when the layer is copied or loaded:"
                f" register it first, keras.saving.register_keras_serializable()({name}), or use one of Keras's own,"
                " constraint_*()"
            )
        return {"function": keras.saving.serialize_keras_object(self.function)}

    @classmethod
    def from_config(cls, config):
        return cls(keras.saving.deserialize_keras_object(config["function"]))
