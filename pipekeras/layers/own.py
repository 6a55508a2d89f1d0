"""Small layers and constraints that Keras 3 lacks. Importing this module imports Keras: the tables name it lazily."""

import functools

from pipekeras._keras import keras

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


class FunctionConstraint(keras.constraints.Constraint):
    """A plain function of the weights as a constraint: R takes one, Keras wants an object."""

    def __init__(self, function):
        self.function = function

    def __call__(self, w):
        return self.function(w)

    def get_config(self):
        return {"function": keras.saving.serialize_keras_object(self.function)}
