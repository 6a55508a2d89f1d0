"""models/checks.py: data that fits the model passes untouched; what does not fit is said in the user's words."""

import numpy as np
import pytest

from pipekeras._keras import keras
from pipekeras.errors import DataError, ShapeError
from pipekeras.models.inputs import prepare


def model_of(loss=None, units=1, shape=(4,), layers=(), flatten=True):
    flat = [keras.layers.Flatten()] if flatten and len(shape) > 1 else []
    model = keras.Sequential([keras.Input(shape), *layers, *flat, keras.layers.Dense(units)], name="net")
    if loss is not None:
        model.compile(loss=loss)
    return model


def x_for(model, y, x=None, where="fit"):
    size = [d or 3 for d in model.input_shape[1:]]
    return prepare(model, np.zeros((len(y), *size)) if x is None else x, y, where=where)


# Inputs ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "shape", "result"),
    [
        ((5, 4), (4,), (5, 4)),
        ((5,), (1,), (5, 1)),
        ((5, 7), (None, 1), (5, 7, 1)),
        ((5, 7, 2), (None, 2), (5, 7, 2)),
        ((5, 8, 8), (8, 8, 1), (5, 8, 8, 1)),
        ((5, 4, 1), (4,), (5, 4, 1)),  # Keras drops the last axis itself
        ((5,), (), (5,)),
    ],
)
def test_shapes_that_fit(given, shape, result):
    inputs = keras.Input(shape)
    x, _, _ = prepare(keras.Model(inputs, keras.layers.Identity()(inputs)), np.zeros(given), where="predict")
    assert x.shape == result


@pytest.mark.parametrize(
    ("given", "shape", "message"),
    [
        ((100, 87), (88,), r"fit: model 'net' \(Sequential\) got 87 features, it was built for 88: x has the shape"
         r" \(100, 87\), the model takes \(None, 88\)"),
        ((5, 10, 3), (10, 2), "got 3 features, it was built for 2"),
        ((5, 9, 2), (10, 2), "got 9 timesteps, it was built for 10"),
        ((5, 28, 28, 3), (28, 28, 1), "got 3 channels, it was built for 1"),
        ((5, 27, 28, 1), (28, 28, 1), "got 27 rows, it was built for 28"),
        ((4,), (4,), r"x has 1 dimension, shape \(4,\).*takes 2, \(None, 4\). If it is one sample, .*\(x, \(1, 4\)\)"),
        ((5, 16), (4, 4), r"x has 2 dimensions.*takes 3.*The numbers fit: array_reshape\(x, \(-1, 4, 4\)\)"),
        ((5, 28, 28), (784,), r"The numbers fit: array_reshape\(x, \(-1, 784\)\)"),
        ((5, 3, 3), (None, 3, 2), r"x has 3 dimensions, shape \(5, 3, 3\); .* takes 4, \(None, None, 3, 2\)$"),
    ],
)  # fmt: skip
def test_shapes_that_do_not_fit(given, shape, message):
    model = model_of(shape=shape, flatten=None not in shape)
    with pytest.raises(ShapeError, match=message):
        prepare(model, np.zeros(given), where="fit")


# Missing values -------------------------------------------------------------------------------------------------------


def with_nan():
    x = np.zeros((5, 4))
    x[0, :2], x[1, 0] = np.nan, np.inf
    return x


def test_missing_values_are_counted():
    with pytest.raises(
        DataError,
        match=r"fit: x has 2 missing \(NaN\) and 1 infinite values of 20: the loss would be NaN from there on. Leave",
    ):
        prepare(model_of("mse"), with_nan(), np.zeros(5), where="fit")
    with pytest.raises(DataError, match=r"fit: y has 1 missing \(NaN\) values of 5"):
        prepare(model_of("mse"), np.zeros((5, 4)), [1, 2, np.nan, 4, 5], where="fit")
    with pytest.raises(DataError, match=r"sample_weight has 1 missing"):
        prepare(model_of("mse"), np.zeros((5, 4)), np.zeros(5), [1, 1, 1, 1, np.nan], where="fit")


def test_large_numbers_are_not_infinite():
    x = np.full((5, 4), 3e38, "float32")
    assert prepare(model_of("mse"), x, np.zeros(5), where="fit")[0] is x


@pytest.mark.parametrize("make", [lambda: keras.layers.Masking(), lambda: keras.layers.Lambda(lambda x: x)])
def test_missing_values_may_be_meant(make):
    inner = keras.Sequential([keras.Input((4, 1)), make()])
    model = model_of("mse", shape=(4, 1), layers=[inner])
    x, _, _ = prepare(model, with_nan()[..., None], np.zeros(5), where="fit")
    assert np.isnan(x).sum() == 2
    assert np.isnan(prepare(model_of(), with_nan(), where="predict", finite=False)[0]).sum() == 2


def test_a_loss_of_ones_own_may_know_missing_targets():
    model = model_of(lambda a, b: keras.ops.sum(keras.ops.where(keras.ops.isnan(a), 0.0, a - b)))
    _, y, _ = x_for(model, np.array([1.0, np.nan]))
    assert np.isnan(y).sum() == 1


# Targets --------------------------------------------------------------------------------------------------------------

SPARSE, ONE_HOT, BINARY = "sparse_categorical_crossentropy", "categorical_crossentropy", "binary_crossentropy"


@pytest.mark.parametrize(
    ("loss", "units", "y", "shape"),
    [
        ("mse", 1, np.zeros(3), (3,)),
        ("mse", 2, np.zeros((3, 2)), (3, 2)),
        ("mse", 2, np.zeros((3, 2, 1)), (3, 2, 1)),
        (SPARSE, 3, [0, 1, 2], (3,)),
        (SPARSE, 3, [[0.0], [1.0], [2.0]], (3, 1)),
        (ONE_HOT, 3, np.eye(3), (3, 3)),
        (BINARY, 1, [0, 1, 1], (3,)),
        (BINARY, 1, [[0.2], [1.001], [0]], (3, 1)),
    ],
)
def test_targets_that_fit(loss, units, y, shape):
    assert x_for(model_of(loss, units), y)[1].shape == shape


@pytest.mark.parametrize(
    ("loss", "units", "y", "error", "message"),
    [
        (SPARSE, 3, [0, 1, 5], DataError, "fit: y has labels from 0 to 5, the model gives 3 classes, which are 0 to 2."
         " The last layer needs 6 units for them"),
        (SPARSE, 3, [1, 2, 3], DataError, "labels from 1 to 3, .*which are 0 to 2: labels count from 0, use y - 1"),
        (SPARSE, 3, [-1, 1, 2], DataError, "labels from -1 to 2, the model gives 3 classes, which are 0 to 2$"),
        (SPARSE, 3, [0.5, 1, 2], DataError, f'labels that are no whole numbers; loss="{SPARSE}" wants classes'),
        (SPARSE, 3, np.eye(3), ShapeError, rf'y has 3 values a sample, shape \(3, 3\).*compile with loss="{ONE_HOT}"'),
        (ONE_HOT, 3, [0, 1, 2], ShapeError, rf'one value.*to_categorical\(y, 3\), or compile with loss="{SPARSE}"'),
        (ONE_HOT, 3, np.eye(4), ShapeError, r"y has the shape \(4, 4\), the model's output 'dense\w*' \(None, 3\)"),
        (BINARY, 1, [1, 2, 2], DataError, f'y goes from 1 to 2; loss="{BINARY}" wants 0 and 1, .*: use y - 1'),
        (BINARY, 1, [-1, 1], DataError, "y goes from -1 to 1; .* or what is between$"),
        ("mse", 3, np.zeros(3), ShapeError, r"shape \(3,\), .* \(None, 3\); mean_squared_error compares them"),
        ("mse", 1, np.zeros((3, 2)), ShapeError, "compares them number by number, so they must agree"),
    ],
)  # fmt: skip
def test_targets_that_do_not_fit(loss, units, y, error, message):
    with pytest.raises(error, match=message):
        x_for(model_of(loss, units), y)


def test_however_the_loss_was_given():
    for loss in (SPARSE, keras.losses.sparse_categorical_crossentropy, keras.losses.SparseCategoricalCrossentropy()):
        with pytest.raises(DataError, match="labels from 0 to 5"):
            x_for(model_of(loss, 3), [0, 1, 5])
    ignoring = keras.losses.SparseCategoricalCrossentropy(ignore_class=-1)
    assert x_for(model_of(ignoring, 3), [0, 1, -1])[1].tolist() == [0, 1, -1]


def test_nothing_is_assumed_of_losses_and_models_of_ones_own():
    own = model_of(lambda a, b: keras.ops.mean(b), 3)
    assert x_for(own, np.zeros((3, 7)))[1].shape == (3, 7)

    class Own(keras.Model):
        def train_step(self, *args):
            return {}

    inputs = keras.Input((4,))
    model = Own(inputs, keras.layers.Dense(1)(inputs))
    model.compile(loss="mse")
    x, y, _ = prepare(model, np.full((3, 9), np.nan), np.zeros((3, 7)), where="fit")
    assert x.shape == (3, 9) and y.shape == (3, 7)
