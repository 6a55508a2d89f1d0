"""k_* functions that compare predictions with targets."""

from pipekeras._keras import keras
from pipekeras.errors import ShapeError
from pipekeras.k._function import of_keras, written
from pipekeras.k._tensors import as_tensor, known_shape, rank
from pipekeras.wrap import name_members

k_categorical_crossentropy = of_keras("categorical_crossentropy", arrays=2, floats=["target", "output"])


@written(arrays=2, floats=["target", "output"])
def k_binary_crossentropy(target, output, from_logits=False):
    """The cross-entropy of each value between 0 and 1, as keras 2.x computes it, with k_epsilon() inside the logarithm.

    Args:
        target: what is true, from 0 to 1.
        output: what is predicted, of the same shape: probabilities, or logits.
        from_logits: whether output are logits.

    Returns:
        a tensor of the shape of output.
    """
    output = as_tensor(output)
    target = keras.ops.cast(target, output.dtype)
    if from_logits:
        return keras.ops.binary_crossentropy(target, output, from_logits=True)
    epsilon = keras.config.epsilon()
    output = keras.ops.clip(output, epsilon, 1 - epsilon)
    hit, miss = keras.ops.log(output + epsilon), keras.ops.log(1 - output + epsilon)
    return -(target * hit + (1 - target) * miss)


@written(arrays=2, axes_of="output", floats=["output"])
def k_sparse_categorical_crossentropy(target, output, from_logits=False, axis=-1):
    """The cross-entropy where the targets are the numbers of classes.

    Args:
        target: the number of the true class, counted from 0, of the shape of output without the axis of the classes;
            that axis may also be there with a length of 1.
        output: probabilities, or logits, of shape (..., classes).
        from_logits: whether output are logits.
        axis: the axis of the classes, counted from 0.

    Returns:
        a tensor of the shape of output without the axis of the classes.
    """
    axis = axis[0] if isinstance(axis, tuple) else axis
    if axis not in (-1, rank(output) - 1):
        output = keras.ops.moveaxis(output, axis, -1)  # not every backend of Keras can do without
    target = keras.ops.cast(target, "int32")
    if rank(target) != rank(output) - 1:
        sizes = known_shape(output)[:-1]
        if sizes.count(None) > 1:
            raise ShapeError(
                f"k_sparse_categorical_crossentropy: target has shape {known_shape(target)}, output"
                f" {known_shape(output)}; target must have one dimension less"
            )
        target = keras.ops.reshape(target, [-1 if size is None else size for size in sizes])
    return keras.ops.sparse_categorical_crossentropy(target, output, from_logits=from_logits)


@written(floats=["predictions"])
def k_in_top_k(predictions, targets, k):
    """Whether the true class is among the k most likely ones.

    Args:
        predictions: a tensor of shape (samples, classes).
        targets: the number of the true class of each sample, counted from 0, of shape (samples,).
        k: how many classes count.

    Returns:
        a tensor of truth values, of shape (samples,).
    """
    classes = known_shape(predictions)[-1]
    k = k if classes is None else min(k, classes)
    predictions = keras.ops.cast(predictions, "float32")  # TensorFlow takes no other
    return keras.ops.in_top_k(keras.ops.convert_to_tensor(targets), predictions, k)


__all__ = [*name_members(globals())]
