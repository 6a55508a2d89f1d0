"""k_* functions for labels that are not aligned with what they label: connectionist temporal classification.

As in keras 2.x, the last class is the blank.
"""

from pipekeras._keras import keras
from pipekeras.errors import ShapeError
from pipekeras.k._function import written
from pipekeras.k._tensors import known_shape, rank
from pipekeras.k.sparse import sparse_tensor
from pipekeras.wrap import name_members


def _lengths(value):
    """Lengths of shape (samples,), which may have come as (samples, 1)."""
    value = keras.ops.cast(value, "int32")
    return keras.ops.reshape(value, (-1,)) if rank(value) > 1 else value


def _logarithms(y_pred, where):
    if rank(y_pred) != 3:
        raise ShapeError(f"{where}: y_pred must have shape (samples, steps, classes), it has {known_shape(y_pred)}")
    return keras.ops.log(y_pred + keras.config.epsilon())


@written
def k_ctc_batch_cost(y_true, y_pred, input_length, label_length):
    """The CTC loss of each sample.

    Args:
        y_true: the labels, numbers of classes counted from 0, of shape (samples, labels); what stands beyond
            label_length does not matter.
        y_pred: probabilities of shape (samples, steps, classes); the last class is the blank.
        input_length: how many steps of each sample count, of shape (samples, 1).
        label_length: how many labels of each sample count, of shape (samples, 1).

    Returns:
        a tensor of shape (samples, 1).
    """
    logits = _logarithms(y_pred, "k_ctc_batch_cost")
    labels, lengths = keras.ops.cast(y_true, "int32"), _lengths(label_length)
    labels = keras.ops.where(_within(lengths, labels), labels, 0)  # padding such as -1 is no class
    blank = known_shape(logits)[-1] - 1
    loss = keras.ops.ctc_loss(labels, logits, lengths, _lengths(input_length), mask_index=blank)
    return keras.ops.expand_dims(loss, 1)


def _within(lengths, labels):
    """Which places of `labels` lie within the lengths of its rows."""
    places = keras.ops.arange(keras.ops.shape(labels)[1], dtype="int32")
    return keras.ops.expand_dims(places, 0) < keras.ops.expand_dims(lengths, 1)


@written(arrays=2)
def k_ctc_decode(y_pred, input_length, greedy=True, beam_width=100, top_paths=1):
    """The most likely labels for what a network predicts.

    Args:
        y_pred: probabilities of shape (samples, steps, classes); the last class is the blank.
        input_length: how many steps of each sample count, of shape (samples,).
        greedy: whether the best class of each step makes the path; else paths are searched for.
        beam_width: how many paths the search keeps at each step.
        top_paths: how many paths the search returns, best first.

    Returns:
        a tuple of a list of paths, each of shape (samples, steps) and filled up with -1, and what they score: for the
        greedy way the negative sum of logarithms, of shape (samples, 1), else log probabilities, (samples, top_paths).
    """
    logits = _logarithms(y_pred, "k_ctc_decode")
    paths, scores = keras.ops.ctc_decode(
        logits,
        _lengths(input_length),
        strategy="greedy" if greedy else "beam_search",
        beam_width=beam_width,
        top_paths=1 if greedy else top_paths,
        mask_index=known_shape(logits)[-1] - 1,
    )
    return list(keras.ops.unstack(paths, num=1 if greedy else top_paths, axis=0)), scores


@written
def k_ctc_label_dense_to_sparse(labels, label_lengths):
    """Labels as a sparse tensor, without what stands beyond their lengths.

    Args:
        labels: a tensor of shape (samples, labels).
        label_lengths: how many labels of each sample count, of shape (samples,).

    Returns:
        a sparse tensor of TensorFlow, JAX or torch, of the shape of labels.
    """
    rows, columns = keras.ops.nonzero(_within(_lengths(label_lengths), labels))
    places = keras.ops.stack([rows, columns], axis=1)
    width = keras.ops.shape(labels)[1]
    flat = keras.ops.cast(rows, "int32") * width + keras.ops.cast(columns, "int32")
    return sparse_tensor(places, keras.ops.take(keras.ops.reshape(labels, (-1,)), flat), keras.ops.shape(labels))


__all__ = [*name_members(globals())]
