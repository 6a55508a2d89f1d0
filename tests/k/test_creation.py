"""creation.py: tensors and variables of given values."""

import numpy as np
import pytest

import pipekeras as pk
from pipekeras._keras import keras


def test_the_numbers_from_one_to_another():
    cases = {(5,): (0, 5), (1.0, 11.0, 2.0): (1, 11, 2), (5, 1, -2): (5, 1, -2), (-3,): (0, 0), (2, 2): (2, 2)}
    for given, expected in cases.items():
        got = pk.k_arange(*given)
        assert pk.k_dtype(got) == "int32"
        assert pk.k_eval(got).tolist() == np.arange(*expected).tolist()
    assert pk.k_eval(pk.k_arange(0, 1, 0.25, dtype="float32")).tolist() == [0, 0.25, 0.5, 0.75]
    with pytest.raises(pk.InvalidValueError, match=r'step=0.5 is no whole number, but dtype is "int32"'):
        pk.k_arange(0, 1, 0.5)
    with pytest.raises(pk.InvalidValueError, match="step is 0"):
        pk.k_arange(0, 1, 0)


def test_constants():
    assert pk.k_dtype(pk.k_constant([1, 2])) == "float32"
    assert pk.k_eval(pk.k_constant(3, shape=[2.0, 2.0])).tolist() == [[3, 3], [3, 3]]
    assert pk.k_eval(pk.k_constant([1.0, 2.0, 3.0, 4.0], "int32", (2, 2), "name")).tolist() == [[1, 2], [3, 4]]
    assert pk.k_eval(pk.k_constant(True, dtype="bool")).tolist() is True
    assert pk.k_dtype(pk.k_constant([1.5], "bfloat16")) == "bfloat16"
    assert pk.k_eval(pk.k_constant(pk.k_constant([1.5]), "int32")).tolist() == [1]
    with pytest.raises(pk.ShapeError, match=r"3 values do not fill the shape \(2, 2\), which has 4"):
        pk.k_constant([1, 2, 3], shape=(2, 2))


def test_text_is_for_tensorflow(backend):
    if backend == "tensorflow":
        assert pk.k_eval(pk.k_constant(["a"])).tolist() == [b"a"]
    else:
        with pytest.raises(pk.UnavailableError, match="only TensorFlow has tensors of text"):
            pk.k_constant(["a"])


@pytest.mark.parametrize(("function", "reference"), [(pk.k_zeros, np.zeros), (pk.k_ones, np.ones)])
def test_filled_variables(function, reference):
    for shape, expected in (((2, 3.0), (2, 3)), (4, (4,)), ([], ()), (pk.k_constant([2, 1], "int32"), (2, 1))):
        made = function(shape)
        assert isinstance(made, keras.Variable)
        assert pk.k_eval(made).tolist() == reference(expected).tolist()
    whole = function((2,), dtype="int32", name="mine")
    assert (whole.dtype, whole.name, whole.trainable) == ("int32", "mine", False)
    with pytest.raises(pk.InvalidValueError, match="shape is None"):
        function((None, 2))
    with pytest.raises(pk.InvalidValueError, match="shape must be at least 0, it got -1"):
        function((-1, 2))


def test_they_are_tensors_where_a_function_is_compiled():
    class Layer(keras.layers.Layer):
        def call(self, x):
            return pk.k_dot(x, pk.k_eye(2)) + pk.k_ones((2,)) + pk.k_zeros(pk.k_shape(x)[1])

    model = keras.Sequential([keras.Input((2,)), Layer(), keras.layers.Dense(1)])
    model.compile(loss="mse")
    model.fit(np.ones((2, 2)), np.ones((2, 1)), verbose=0)
    assert model.layers[0](np.zeros((2, 2))).shape == (2, 2)


def test_an_identity_matrix():
    assert pk.k_eval(pk.k_eye(2.0)).tolist() == [[1, 0], [0, 1]]


def test_variables():
    v = pk.k_variable([[1, 2]], name="v")
    assert (v.dtype, v.name, tuple(v.shape)) == ("float32", "v", (1, 2))
    assert pk.k_eval(pk.k_variable(v)).tolist() == [[1, 2]]
    assert pk.k_eval(pk.k_variable(pk.k_constant([7.0]), "int32")).tolist() == [7]


def test_a_constraint_holds_in_training():
    layer = keras.layers.Layer()
    layer.v = pk.k_variable([1.0, -1.0], constraint=pk.constraint_nonneg())
    assert pk.k_variable([1.0], constraint=lambda w: w * 0).constraint(3.0) == 0
    optimizer = keras.optimizers.SGD(0.1)
    optimizer.build([layer.v])
    optimizer.apply([pk.k_constant([100.0, 0.0])])
    assert pk.k_eval(layer.v).tolist() == [0, 0]


def test_casting_to_the_configured_type():
    assert pk.k_cast_to_floatx([1, 2]).dtype == "float32"
    assert isinstance(pk.k_cast_to_floatx(np.arange(3)), np.ndarray)
    assert pk.k_dtype(pk.k_cast_to_floatx(pk.k_constant([1], "int32"))) == "float32"


def test_the_like_of_another():
    x = pk.k_constant([[1, 2]], "int32")
    assert pk.k_dtype(pk.k_zeros_like(x)) == "int32"
    assert pk.k_dtype(x >> pk.k_ones_like("float32")) == "float32"
