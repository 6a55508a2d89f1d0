"""The layers that Keras 3 lacks: what they compute, and that models with them can be loaded."""

import numpy as np
import pytest

import pipekeras.layers as L
from pipekeras._keras import keras
from pipekeras.errors import InvalidValueError


def test_thresholded_relu():
    x = np.array([[-1.0, 0.5, 1.0, 1.5, 3.0]], "float32")
    got = keras.ops.convert_to_numpy(x >> L.layer_activation_thresholded_relu(theta=1))
    np.testing.assert_array_equal(got, [[0, 0, 0, 1.5, 3.0]])
    got = keras.ops.convert_to_numpy(x >> L.layer_activation_thresholded_relu(0))
    np.testing.assert_array_equal(got, np.maximum(x, 0))
    assert L.layer_activation_thresholded_relu().theta == 1.0


@pytest.mark.parametrize("theta", [-1, None, float("nan")])
def test_thresholded_relu_refuses_what_is_no_threshold(theta):
    with pytest.raises(
        InvalidValueError, match=r"^layer_activation_thresholded_relu: theta must be a number not below 0"
    ):
        L.layer_activation_thresholded_relu(theta=theta)


def test_thresholded_relu_keeps_the_mask():
    x = L.layer_masking(mask_value=0.0)(keras.Input((3, 2)))
    assert L.layer_activation_thresholded_relu().supports_masking
    assert tuple((x >> L.layer_activation_thresholded_relu() >> L.layer_lstm(2)).shape) == (None, 2)


def test_they_are_registered_under_our_name():
    for name, module in (
        ("ThresholdedReLU", "own"), ("FunctionConstraint", "own"), ("RandomHeight", "random_size"),
        ("RandomWidth", "random_size"), ("LocallyConnected1D", "locally_connected"),
        ("LocallyConnected2D", "locally_connected"),
    ):  # fmt: skip
        found = keras.saving.get_registered_object(f"pipekeras>{name}")
        assert found.__module__ == f"pipekeras.layers.{module}"


def test_a_saved_model_loads_once_pipekeras_is_imported(tmp_path, run_python):
    """Nothing more than the import: before or after Keras. Without it, Keras says which class it misses."""
    model = keras.Sequential()
    model >> L.layer_locally_connected_1d(2, 3, input_shape=(8, 3)) >> L.layer_activation_thresholded_relu()
    path = tmp_path / "m.keras"
    model.save(path)
    load = f"print(len(keras.saving.load_model({str(path)!r}).layers))"
    code = f"""
import keras
try:
    {load}
except TypeError as error:
    print("Could not locate class 'LocallyConnected1D'" in str(error))
import pipekeras
{load}
"""
    assert run_python(code).split() == ["True", "2"]
    assert run_python(f"import pipekeras, keras\n{load}").split() == ["2"]
