"""Metrics that Keras 3 lacks. Importing this module imports Keras: the table in metrics.py names it lazily.

A model compiled with one of them loads wherever pipekeras is imported.
"""

import functools

from pipekeras._keras import keras
from pipekeras.errors import InvalidValueError

register = functools.partial(keras.saving.register_keras_serializable, package="pipekeras")


@register()
def cosine_proximity(y_true, y_pred, axis=-1):
    """The cosine of the angle between targets and predictions: 1 where they point the same way, -1 in opposite ways.

    Args:
        y_true, y_pred: tensors of one shape.
        axis: the axis that holds the vectors.

    Returns:
        A value for each vector.

    Source: R `keras::metric_cosine_proximity`. The loss of Keras is this with the opposite sign.
    """
    return -keras.losses.cosine_similarity(y_true, y_pred, axis=axis)


@register()
def crossentropy(y_true, y_pred):
    """The crossentropy that fits the shapes: binary, of class numbers, or of rows with one 1.

    Args:
        y_true, y_pred: tensors with the samples along the first axis.

    Returns:
        A value for each sample.

    Source: R `keras::compile`, metrics = "crossentropy", as TensorFlow's Keras 2 understood it.
    """
    if y_pred.shape[-1] == 1:
        if len(y_true.shape) == len(y_pred.shape) - 1:
            y_true = keras.ops.expand_dims(y_true, -1)
        return keras.losses.binary_crossentropy(y_true, y_pred)
    if len(y_true.shape) < len(y_pred.shape) or y_true.shape[-1] == 1:
        return keras.losses.sparse_categorical_crossentropy(y_true, y_pred)
    return keras.losses.categorical_crossentropy(y_true, y_pred)


@register()
class MeanRelativeError(keras.metrics.Mean):
    """The mean of |y_true - y_pred| / normalizer; where the normalizer is 0, so is the error.

    Args:
        normalizer: what the errors are divided by: numbers in the shape of the predictions, or that can be broadcast
            to it.
        name: what it is reported as.
        dtype: what it computes in.

    Source: R `keras::metric_mean_relative_error`.
    """

    def __init__(self, normalizer, name=None, dtype=None):
        super().__init__(name=name or "mean_relative_error", dtype=dtype)
        self.normalizer = normalizer.tolist() if hasattr(normalizer, "tolist") else normalizer
        self._divisor = keras.ops.convert_to_numpy(keras.ops.convert_to_tensor(normalizer, dtype=self.dtype))
        self._direction = "down"  # which Keras's tuners and callbacks read

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Take in a batch."""
        y_true = keras.ops.convert_to_tensor(y_true, dtype=self.dtype)
        y_pred = keras.ops.convert_to_tensor(y_pred, dtype=self.dtype)
        if len(y_true.shape) == len(y_pred.shape) - 1 and y_pred.shape[-1] == 1:
            y_true = keras.ops.expand_dims(y_true, -1)
        errors = keras.ops.divide_no_nan(
            keras.ops.abs(y_true - y_pred), keras.ops.convert_to_tensor(self._divisor, dtype=self.dtype)
        )
        return super().update_state(errors, sample_weight=sample_weight)

    def get_config(self):
        return {**super().get_config(), "normalizer": self.normalizer}


@register()
class MeanTensor(keras.metrics.Metric):
    """The mean of tensors of one shape, element by element.

    Args:
        shape: their shape; by default that of the first.
        name: what it is reported as.
        dtype: what it computes in.

    Source: R `keras::metric_mean_tensor`.
    """

    def __init__(self, shape=None, name=None, dtype=None):
        super().__init__(name=name or "mean_tensor", dtype=dtype)
        self.shape = None
        if shape is not None:
            self._make(shape)

    def _make(self, shape):
        self.shape = tuple(shape)
        self.total = self.add_variable(shape=self.shape, initializer="zeros", dtype=self.dtype, name="total")
        self.count = self.add_variable(shape=self.shape, initializer="zeros", dtype=self.dtype, name="count")

    def update_state(self, values, sample_weight=None):
        """Take in a tensor; `sample_weight` must be of its shape, or have as many axes from the first on as it has."""
        ops = keras.ops
        values = ops.convert_to_tensor(values, dtype=self.dtype)
        if self.shape is None:
            self._make(values.shape)
        elif tuple(values.shape) != self.shape:
            raise InvalidValueError(
                f"{self.name}: all tensors must have the shape of the first, {self.shape}, it got one of shape"
                f" {tuple(values.shape)}"
            )
        weights = ops.ones_like(values)
        if sample_weight is not None:
            given = ops.convert_to_tensor(sample_weight, dtype=self.dtype)
            while 0 < len(given.shape) < len(values.shape):
                given = ops.expand_dims(given, -1)
            weights = weights * given
        self.total.assign_add(values * weights)
        self.count.assign_add(weights)

    def result(self):
        """The mean so far, a tensor."""
        if self.shape is None:
            raise InvalidValueError(f"{self.name} has no values yet: m.update_state(values) first, or give it shape=")
        return keras.ops.divide_no_nan(self.total, self.count)

    def get_config(self):
        return {**super().get_config(), "shape": self.shape}
