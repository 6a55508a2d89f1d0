"""dual.py: losses and metrics with data and without, what counts as data, and what is refused."""

import inspect

import numpy as np
import pandas as pd
import pytest

import pipekeras as pk
from pipekeras import losses, metrics
from pipekeras._keras import keras
from pipekeras.dual import Dual, aligned
from pipekeras.errors import ArgumentError, DataError, InvalidValueError, ShapeError

DUAL = [name for family in (losses, metrics) for name in family.__all__ if isinstance(getattr(family, name), Dual)]
P = np.array([[0.2, 0.7, 0.1], [0.5, 0.3, 0.2], [0.1, 0.1, 0.8]], "float32")


def numpy(x):
    return np.asarray(keras.ops.convert_to_numpy(x))


@pytest.mark.parametrize("name", DUAL)
def test_without_data_the_object_uncalled_the_function(name):
    function = getattr(pk, name)
    made = function()
    assert type(made) is function.keras_class
    again = type(made).from_config(made.get_config())
    assert again.get_config() == made.get_config()
    bare = function.uncalled()
    assert inspect.isfunction(bare) or name == "loss_categorical_generalized_cross_entropy"


@pytest.mark.parametrize("name", DUAL)
def test_both_arguments_or_none(name):
    function = getattr(pk, name)
    with pytest.raises(ArgumentError, match=f"{name} got y_true without y_pred: it computes from both, {name}"):
        function([1.0, 0.0])
    with pytest.raises(ArgumentError, match=f"{name} got y_pred without y_true"):
        function(y_pred=[1.0, 0.0])
    assert type(function(None, None)) is function.keras_class


def test_what_is_for_the_object_alone_is_refused_with_data():
    for name, value in {"reduction": "sum", "name": "a", "dtype": "float64"}.items():
        with pytest.raises(ArgumentError) as error:
            pk.loss_huber([1.0], [2.0], **{name: value})
        assert str(error.value) == (
            f"loss_huber: {name} is for the object, which is made without data: loss_huber({name}=...)(y_true, y_pred)"
        )
    with pytest.raises(ArgumentError, match="metric_poisson: name is for the object, which is made without data"):
        pk.metric_poisson([1.0], [2.0], name="a")


def test_what_is_for_the_function_alone_is_refused_without_data():
    with pytest.raises(ArgumentError) as error:
        pk.loss_circle(ref_labels=[1, 2])
    assert str(error.value) == "loss_circle: ref_labels go with data alone: loss_circle(y_true, y_pred, ...)"


def test_arguments_by_position_come_in_rs_order_after_the_data():
    assert numpy(pk.loss_huber([[1.0]], [[5.0]], 2)) == pytest.approx(6.0)
    assert numpy(pk.loss_huber([[1.0]], [[5.0]], delta=2)) == pytest.approx(6.0)
    assert list(inspect.signature(pk.loss_binary_crossentropy).parameters) == (
        "y_true y_pred from_logits label_smoothing axis reduction name dtype".split()
    )
    with pytest.raises(ArgumentError, match="loss_tversky takes 2 arguments by position, it got 3"):
        pk.loss_tversky([1.0], [1.0], 0.5)


def test_a_misspelt_argument():
    with pytest.raises(ArgumentError, match="loss_huber has no argument dleta; did you mean delta?"):
        pk.loss_huber([1.0], [2.0], dleta=1)


@pytest.mark.parametrize(
    "make",
    [
        list,
        tuple,
        np.array,
        lambda x: np.array(x, "float64"),
        pd.Series,
        lambda x: pd.Series(x, dtype="Int64"),
        lambda x: keras.ops.convert_to_tensor(np.array(x, "float32")),
        lambda x: keras.ops.convert_to_tensor(np.array(x, "int32")),
    ],
)
def test_what_counts_as_data(make):
    result = pk.loss_mean_squared_error(make([1, 2]), make([1, 4]))
    assert numpy(result) == pytest.approx(2.0)
    assert numpy(result).dtype == "float32"


def test_one_number_is_rs_vector_of_one():
    assert numpy(pk.loss_mean_squared_error(1, 3)) == pytest.approx(4.0)


def test_frames_and_categoricals():
    frame = pd.DataFrame({"a": [1.0, 2.0], "b": [0, 1]})
    np.testing.assert_allclose(numpy(pk.loss_mean_squared_error(frame, frame * 2)), [0.5, 2.5])
    for labels in (pd.Categorical(["b", "a", "c"]), [1, 0, 2], [1.0, 0.0, 2.0], np.array([[1], [0], [2]])):
        np.testing.assert_allclose(
            numpy(pk.loss_sparse_categorical_crossentropy(labels, P)), -np.log([0.7, 0.5, 0.8]), rtol=1e-5
        )
    assert numpy(pk.metric_sparse_categorical_accuracy(pd.Categorical(["b", "a", "a"]), P)).tolist() == [1, 1, 0]


def test_symbolic_tensors():
    a, b = keras.Input((3,)), keras.Input((3,))
    assert pk.loss_mean_squared_error(a, b).shape == (None,)
    model = keras.Model([a, b], pk.loss_mean_squared_error(a, b))
    np.testing.assert_allclose(model.predict([P, P * 0], verbose=0), (P**2).mean(-1), rtol=1e-5)


def test_targets_without_the_last_axis_of_the_predictions():
    true, pred = np.array([1.0, 2.0, 4.0]), np.array([[1.0], [1.0], [2.0]])
    for function in (pk.loss_poisson, pk.loss_mean_squared_error, pk.loss_hinge, pk.metric_kl_divergence):
        expected = numpy(function(true[:, None], pred))
        assert expected.shape == (3,)
        np.testing.assert_allclose(numpy(function(true, pred)), expected)
        np.testing.assert_allclose(numpy(function(true[:, None], pred[:, 0])), expected)
    images = np.ones((2, 3, 1))
    assert numpy(pk.loss_poisson(images[..., 0], images)).shape == (2,)


@pytest.mark.parametrize(
    ("call", "kind", "message"),
    [
        (
            lambda: pk.loss_mean_squared_error([1, 2, 3], [1, 4]), ShapeError,
            "loss_mean_squared_error: y_true has shape (3,), y_pred (2,); they must have the same shape",
        ),
        (
            lambda: pk.loss_categorical_crossentropy([1, 0, 2], P), ShapeError,
            "loss_categorical_crossentropy: y_true has shape (3,), y_pred (3, 3); they must have the same shape; class"
            " numbers go with loss_sparse_categorical_crossentropy(), or to_categorical() makes rows of them",
        ),
        (
            lambda: pk.loss_sparse_categorical_crossentropy([1, 0], P), ShapeError,
            "loss_sparse_categorical_crossentropy: y_true has shape (2,), y_pred (3, 3); they must have as many"
            " samples",
        ),
        (
            lambda: pk.loss_sparse_categorical_crossentropy([0.5, 0, 1], P), InvalidValueError,
            "loss_sparse_categorical_crossentropy: y_true must hold class numbers, 0, 1, 2, ..., it has 0.5",
        ),
        (
            lambda: pk.loss_mean_squared_error(["a", "b"], [1, 2]), DataError,
            "loss_mean_squared_error: y_true holds text ('a'); for classes use pandas.Categorical(...), whose codes are"
            " taken",
        ),
        (
            lambda: pk.metric_huber([1.0]), ArgumentError, "metric_huber needs y_pred: metric_huber(y_pred=...)",
        ),
    ],
)  # fmt: skip
def test_data_that_cannot_be_meant(call, kind, message):
    with pytest.raises(kind) as error:
        call()
    assert str(error.value) == message


def test_aligned_keeps_the_function_and_changes_shapes_only():
    def shapes(y_true, y_pred):
        """Said."""
        return tuple(y_true.shape), tuple(y_pred.shape)

    one = aligned(shapes)
    assert (one.__name__, one.__doc__) == ("shapes", "Said.")
    assert one(np.ones(3), np.ones((3, 1))) == ((3, 1), (3, 1))
    assert one(np.ones((3, 1)), np.ones((3, 1))) == ((3, 1), (3, 1))
    assert one(np.ones(3), np.ones((3, 4))) == ((3,), (3, 4))
    assert one([1.0, 2.0], [[1.0], [2.0]]) == ((2, 1), (2, 1))
