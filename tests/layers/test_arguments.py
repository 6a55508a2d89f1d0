"""Arguments that R has and Keras does not, or under another name; and functions where Keras wants objects."""

import functools

import numpy as np
import pytest

import pipekeras.layers as L
from pipekeras import constraints
from pipekeras._keras import keras
from pipekeras.errors import ArgumentError, InvalidValueError, PipeError


def test_cudnn_layers_are_the_plain_ones():
    for name, keras_class in (("gru", "GRU"), ("lstm", "LSTM")):
        layer = getattr(L, f"layer_cudnn_{name}")(3, "zeros", return_sequences=True, name="r")
        wanted = getattr(keras.layers, keras_class)(3, kernel_initializer="zeros", return_sequences=True, name="r")
        assert layer.get_config() == wanted.get_config()


@pytest.mark.parametrize("function", [L.layer_lstm, L.layer_gru, L.layer_simple_rnn])
def test_time_major_is_understood_as_long_as_it_is_false(function):
    assert function(3, time_major=False, name="r").get_config() == function(3, name="r").get_config()
    with pytest.raises(
        ArgumentError, match=r"time_major=True is gone in Keras 3, which only knows False: leave it out$"
    ):
        function(3, time_major=True)


def test_implementation_is_of_no_consequence():
    assert L.layer_gru(3, implementation=2, name="r").get_config() == L.layer_gru(3, name="r").get_config()
    with pytest.raises(ArgumentError, match="implementation=7 is gone in Keras 3, which only knows 1 or 2"):
        L.layer_gru(3, implementation=7)


def test_conv_lstm_unrolls():
    assert L.layer_conv_lstm_1d(2, 2, unroll=True).unroll is True
    assert L.layer_conv_lstm_1d(2, 2).unroll is False


def test_lambda_takes_f():
    for layer in (L.layer_lambda(f=lambda x: x * 2), L.layer_lambda(lambda x: x * 2)):
        np.testing.assert_allclose(keras.ops.convert_to_numpy(np.ones((1, 2)) >> layer), [[2, 2]])
    scaled = L.layer_lambda(f=lambda x, by: x * by, arguments={"by": 3})
    np.testing.assert_allclose(keras.ops.convert_to_numpy(np.ones((1, 2)) >> scaled), [[3, 3]])
    assert L.layer_lambda(function=abs).function is abs  # as Keras calls it


def test_alpha_is_the_negative_slope_of_old():
    assert L.layer_activation_leaky_relu(alpha=0.1).negative_slope == pytest.approx(0.1)
    assert L.layer_activation_leaky_relu(negative_slope=0.1).negative_slope == pytest.approx(0.1)
    with pytest.raises(ArgumentError, match=r"got negative_slope twice: 0.1 and 0.2"):
        L.layer_activation_leaky_relu(negative_slope=0.1, alpha=0.2)


def test_selu_is_an_activation():
    layer = L.layer_activation_selu(name="a")
    assert layer.get_config() == keras.layers.Activation("selu", name="a").get_config()
    with pytest.raises(ArgumentError, match=r"^layer_activation_selu has no argument activation"):
        L.layer_activation_selu(activation="relu")


def test_reshape_has_one_open_dimension():
    x = keras.Input((6,))
    for shape in ((-1, 2), (None, 2), (float("nan"), 2), [-1, 2.0]):
        assert tuple((x >> L.layer_reshape(shape)).shape) == (None, 3, 2)


def test_an_explicit_none_where_none_is_the_default():
    assert L.layer_discretization(bin_boundaries=[0.5], num_bins=None).num_bins is None
    assert L.layer_dense(3, activation=None, kernel_regularizer=None).kernel_regularizer is None


def test_misspelt_strings_are_named():
    with pytest.raises(
        InvalidValueError, match=r'^layer_dense: activation="rleu" is not known; did you mean "relu"\?$'
    ):
        L.layer_dense(3, activation="rleu")
    with pytest.raises(
        InvalidValueError, match=r'^layer_gru: recurrent_activation="sigmod" is not known; did you mean "sigmoid"'
    ):
        L.layer_gru(3, recurrent_activation="sigmod")


def test_missing_and_surplus_arguments():
    with pytest.raises(ArgumentError, match=r"^layer_dense needs units: layer_dense\(units=\.\.\.\)$"):
        L.layer_dense()
    with pytest.raises(
        ArgumentError, match=r"^layer_flatten takes 1 argument by position, it got 2; give the others by name$"
    ):
        L.layer_flatten("channels_last", 3)
    with pytest.raises(ArgumentError, match=r"^layer_dense got units twice: 3 and 4$"):
        L.layer_dense(3, units=4)


def test_an_array_in_first_place_is_explained():
    with pytest.raises(InvalidValueError, match=r"pipe it in: data >> layer_dense\(\.\.\.\)$"):
        L.layer_dense(np.ones((2, 3)), 10)


def test_forgotten_parentheses():
    with pytest.raises(
        PipeError, match=r"^layer_dense stands after >> without parentheses: write >> layer_dense\(\.\.\.\)$"
    ):
        keras.Input((3,)) >> L.layer_dense


# Constraints that are functions ---------------------------------------------------------------------------------------


@keras.saving.register_keras_serializable(package="pipekeras-tests")
def halved(w):
    return w * 0.5


def trained(constraint):
    """A model whose optimizer changes nothing: only the constraint acts."""
    model = keras.Sequential([keras.Input((2,))])
    model >> L.layer_dense(1, kernel_constraint=constraint, weights=[np.ones((2, 1)), np.zeros(1)])
    model.compile(keras.optimizers.SGD(0.0), "mse")
    model.fit(np.ones((1, 2)), np.ones((1, 1)), verbose=0)
    return model


@pytest.mark.parametrize("constraint", [halved, lambda w: w * 0.5], ids=["registered", "lambda"])
def test_a_function_is_a_constraint(constraint):
    np.testing.assert_allclose(trained(constraint).get_weights()[0], [[0.5], [0.5]])


def test_any_callable_is_a_constraint():
    scaled = functools.partial(lambda w, by: w * by, by=0.5)
    np.testing.assert_allclose(trained(scaled).get_weights()[0], [[0.5], [0.5]])


def test_constraints_of_keras_stay_what_they_are():
    for given in (
        "non_neg",
        keras.constraints.NonNeg(),
        constraints.constraint_nonneg,
        constraints.constraint_nonneg(),
    ):
        assert type(L.layer_dense(1, kernel_constraint=given).kernel_constraint) is keras.constraints.NonNeg


def test_a_registered_function_survives_saving(tmp_path):
    model = trained(halved)
    model.save(tmp_path / "m.keras")
    again = keras.saving.load_model(tmp_path / "m.keras")
    assert again.layers[-1].kernel_constraint.function is halved
    np.testing.assert_allclose(again.get_weights()[0], [[0.5], [0.5]])


def test_a_function_that_could_not_be_found_again_is_refused_when_saving(tmp_path):
    def third(w):
        return w / 3

    with pytest.raises(InvalidValueError) as error:
        trained(third).save(tmp_path / "m.keras")
    assert str(error.value).startswith("the constraint third is a function that could not be found again")
    assert "keras.saving.register_keras_serializable()(third)" in str(error.value)


@pytest.mark.parametrize(
    ("attempt", "message"),
    [
        (lambda: L.layer_dense(10, 784), "layer_dense: activation must be a name or a function, it got 784"),
        (lambda: L.bidirectional(L.layer_dense(3)), "bidirectional wraps a recurrent layer, such as layer_lstm"),
        (lambda: L.layer_lambda(f="relu"), "layer_lambda: f must be a function of tensors, it got 'relu'"),
    ],
)
def test_what_cannot_be_meant_names_the_argument(attempt, message):
    with pytest.raises(InvalidValueError, match=message):
        attempt()
