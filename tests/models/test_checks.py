"""models/checks.py: data that fits the model passes untouched; what does not fit is said in the user's words."""

import numpy as np
import pytest

import pipekeras as pk
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
        ((5, 27, 28, 1), (28, 28, 1), "got a height of 27, it was built for 28"),
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
    assert np.isnan(prepare(model_of(), with_nan(), where="predict", predicting=True)[0]).sum() == 2


@pytest.mark.parametrize(
    "make",
    [
        lambda: keras.layers.TimeDistributed(keras.layers.Masking()),
        lambda: keras.layers.TimeDistributed(keras.Sequential([keras.Input((1,)), keras.layers.Masking()])),
        lambda: keras.layers.Bidirectional(keras.layers.RNN(OwnCell())),
    ],
)
def test_what_is_meant_may_be_inside_of_wrappers(make):
    x = with_nan()[..., None]
    assert prepare(model_of(shape=(4, 1), layers=[make()], flatten=False), x, where="fit")[0].shape == (5, 4, 1)


@keras.saving.register_keras_serializable(package="tests")
class OwnCell(keras.layers.SimpleRNNCell):
    """A cell that may know what to do about NaN."""

    def __init__(self, units=2, **kwargs):
        super().__init__(units, **kwargs)


def test_layers_of_ours_do_not_take_nan_nor_add_losses():
    model = model_of("mse", shape=(4, 1), layers=[pk.layer_locally_connected_1d(filters=2, kernel_size=2)])
    with pytest.raises(DataError, match=r"fit: x has 2 missing \(NaN\)"):
        prepare(model, with_nan()[..., None], np.zeros(5), where="fit")
    pk.compile(model)
    with pytest.raises(ValueError, match="the model was compiled without a loss"):
        prepare(model, np.zeros((5, 4, 1)), np.zeros(5), where="fit")


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


# Batches of a fixed size ----------------------------------------------------------------------------------------------


def of_two(fixed=2):
    model = keras.Sequential([keras.Input(batch_shape=(fixed, 3)), keras.layers.Dense(1)])
    return pk.compile(model, "sgd", "mse")


X5, Y5 = np.ones((5, 3), "float32"), np.ones(5, "float32")


@pytest.mark.parametrize(
    ("n", "more"),
    [
        (2, {}),
        (4, {"batch_size": 2}),
        (4, {"batch_size": 2, "validation_split": 0.5}),
        (2, {"validation_data": (X5[:2], Y5[:2])}),
        (4, {"batch_size": 2, "validation_data": (X5[:4], Y5[:4])}),
        (4, {"batch_size": 2, "validation_data": (X5[:4], Y5[:4]), "validation_split": 0.3}),  # which then counts not
    ],
)
def test_batches_of_the_fixed_size_train(n, more):
    assert pk.fit(of_two(), X5[:n], Y5[:n], verbose=0, **more).epoch == [0]


@pytest.mark.parametrize(
    ("n", "more", "message"),
    [
        (4, {}, "give batch_size=2, and a multiple of 2 samples; x has 4$"),
        (5, {"batch_size": 2}, "give batch_size=2, and a multiple of 2 samples; x has 5$"),
        (4, {"batch_size": 4}, "give batch_size=2, and a multiple of 2 samples; x has 4, and batch_size is 4$"),
        (1, {}, "give batch_size=2, and a multiple of 2 samples; x has 1$"),
        (4, {"batch_size": 2, "validation_split": 0.25}, "x has 4, of which 3 are trained on$"),
        (5, {"batch_size": 2, "validation_split": 0.2}, "x has 5, of which 1 are held out$"),
        (2, {"validation_data": (X5, Y5)}, "a multiple of 2 samples; validation_data's x has 5$"),
    ],
)
def test_batches_of_another_size_do_not(n, more, message):
    with pytest.raises(ShapeError, match=f"^fit: the model was built for batches of 2: .*{message}"):
        pk.fit(of_two(), X5[:n], Y5[:n], verbose=0, **more)


def test_batches_of_another_size_in_the_other_functions():
    with pytest.raises(ShapeError, match="^predict: the model was built for batches of 2: give batch_size=2"):
        pk.predict(of_two(), X5[:4])
    assert pk.predict(of_two(), X5, batch_size=2, steps=2, verbose=0).shape == (4, 1)  # the fifth is not met
    with pytest.raises(ShapeError, match="^evaluate: .* x has 5"):
        pk.evaluate(of_two(), X5, Y5, batch_size=2)
    with pytest.raises(ShapeError, match="^train_on_batch: the model was built for batches of 2; x has 5 samples"):
        pk.train_on_batch(of_two(), X5, Y5)
    with pytest.raises(
        ShapeError, match="^fit: the model was built for batches of 2; batch 0 of the generator: x has 5"
    ):
        pk.fit(of_two(), lambda: (X5, Y5), steps_per_epoch=1, verbose=0)
    assert pk.predict(of_two(None), X5, verbose=0).shape == (5, 1)


# Numbers of words -----------------------------------------------------------------------------------------------------

IDS = np.array([[0, 9], [3, 4]])


def reader(kind):
    if kind == "functional":
        a, b = keras.Input((2,), name="a"), keras.Input((2,), name="b")
        words = pk.layer_embedding(input_dim=10, output_dim=2)  # shared by both
        model = keras.Model([a, b], keras.layers.Flatten()(keras.layers.add([words(a), words(b)])))
    else:
        model = pk.keras_model_sequential(**{"input_shape": 2} if kind == "built" else {})
        model = model >> pk.layer_embedding(10, 2) >> pk.layer_flatten()
    return model


@pytest.mark.parametrize("kind", ["built", "unbuilt", "functional"])
def test_ids_that_the_embedding_does_not_know(kind):
    def x(ids):
        return [IDS, ids] if kind == "functional" else ids

    name = r"x\['b'\]" if kind == "functional" else "x"
    known = r"layer_embedding\(input_dim=10\) knows 0 to 9: ids count from 0"
    model = reader(kind)
    assert pk.predict(model, x(IDS), verbose=0).shape == (2, 4)
    assert pk.predict(model, x(IDS.astype(float)), verbose=0).shape == (2, 4)
    with pytest.raises(DataError, match=rf"^predict: {name} has ids up to 10, {known}; make input_dim 11$"):
        pk.predict(model, x(IDS + 1))
    with pytest.raises(DataError, match=rf"^predict_on_batch: {name} has ids down to -1, {known}$"):
        pk.predict_on_batch(model, x(IDS - 1))


def test_numbers_that_no_embedding_reads_may_be_any():
    model = pk.keras_model_sequential(input_shape=2) >> pk.layer_rescaling(0.01) >> pk.layer_embedding(10, 2)
    assert pk.predict(model, IDS * 50, verbose=0).shape == (2, 2, 2)
