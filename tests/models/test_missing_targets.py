"""Targets that are not there, and those that stand where they are not looked for."""

import numpy as np
import pytest

from pipekeras._keras import keras
from pipekeras.errors import DataError
from pipekeras.models import train
from pipekeras.models.compiling import compile
from pipekeras.models.train import evaluate, fit, train_on_batch

X, Y = np.ones((6, 3), "float32"), np.ones(6, "float32")


def net(loss="mse"):
    return compile(keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)]), "sgd", loss)


@pytest.mark.parametrize("function", [fit, evaluate, train_on_batch, train.test_on_batch])
def test_targets_that_are_missing(function):
    name = function.__name__
    message = (
        rf"^{name}: y is missing: the model was compiled with loss='mse', which compares with targets: {name}\(x, y"
    )
    with pytest.raises(DataError, match=message):
        function(net(), X)


def test_targets_that_a_function_or_the_validation_lacks():
    with pytest.raises(DataError, match=r"^fit: batch 0 of the generator: y is missing: .*: give \(x, y\)"):
        fit(net(), lambda: X, steps_per_epoch=2)
    with pytest.raises(DataError, match="^fit: validation_data's y is missing"):
        fit(net(), X, Y, validation_data=(X, None))
    with pytest.raises(DataError, match="loss=<lambda>, which compares"):
        fit(net(loss=lambda y_true, y_pred: y_pred), X)
    with pytest.raises(DataError, match="loss=MeanSquaredError, which compares"):
        fit(net(loss=keras.losses.MeanSquaredError()), X)


def test_a_model_that_trains_in_a_way_of_its_own_needs_none():
    class Own(keras.Model):
        def __init__(self):
            super().__init__()
            self.dense = keras.layers.Dense(1)

        def call(self, x):
            return self.dense(x)

        def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
            return keras.ops.mean(y_pred**2)

    assert fit(compile(Own(), "sgd", "mse"), X, verbose=0).epoch == [0]


def test_a_pair_is_taken_apart_by_the_user():
    pair = (X, Y)
    assert fit(net(), *pair, verbose=0).epoch == [0]
    with pytest.raises(DataError, match="^fit got a pair: is x "):
        net() >> fit(pair)
    with pytest.raises(DataError, match=r"y is missing: .*; if x is a pair, write fit\(\*pair\)"):
        fit(compile(keras.Sequential([keras.layers.Dense(1)]), "sgd", "mse"), pair)
