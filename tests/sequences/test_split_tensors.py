"""sequence_split() and sequence_scaler() on tensors of the running backend: they become arrays."""

import numpy as np

from pipekeras._keras import keras
from pipekeras.sequences.scaling import sequence_scaler
from pipekeras.sequences.split import sequence_split


def test_tensors_are_split_as_arrays():
    split = sequence_split(keras.ops.reshape(keras.ops.arange(8, dtype="float32"), (8, 1)), test=0.25, scale="minmax")
    assert isinstance(split.train, np.ndarray) and split.train.dtype == "float32"
    np.testing.assert_allclose(split.train[:, 0], np.arange(6) / 5, rtol=1e-6)
    np.testing.assert_allclose(split.undo(split.test), [[6], [7]], rtol=1e-6)


def test_predictions_may_be_tensors():
    undone = sequence_scaler([0.0, 10.0], "minmax").undo(keras.ops.ones((2, 3)))
    assert isinstance(undone, np.ndarray) and undone.dtype == "float32" and (undone == 10).all()
