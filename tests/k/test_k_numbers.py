"""Every k_* that computes agrees with NumPy on random input: called, piped into, and as a part of a model."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pipekeras as pk
from k.references import CASES
from pipekeras._keras import keras

ALL = [name for name in pk.__all__ if name.startswith("k_")]

# Tested by themselves, in the file named.
ELSEWHERE = {
    "test_creation.py": "arange cast_to_floatx constant eye ones zeros variable",
    "test_k_random.py": "dropout random_bernoulli random_binomial random_normal random_normal_variable random_uniform"
    " random_uniform_variable truncated_normal",
    "test_state.py": "batch_get_value batch_set_value eval get_value moving_average_update set_value update update_add"
    " update_sub",
    "test_shapes.py": "count_params dtype get_variable_shape int_shape ndim shape unstack",
    "test_k_normalization.py": "normalize_batch_in_training",
    "test_ctc.py": "ctc_batch_cost ctc_decode ctc_label_dense_to_sparse",
    "test_loops.py": "foldl foldr map_fn rnn",
    "test_phase.py": "in_test_phase in_train_phase learning_phase set_learning_phase",
    "test_graph.py": "function is_keras_tensor is_placeholder is_tensor placeholder print_tensor",
    "test_gradients.py": "gradients",
    "test_sparse.py": "is_sparse to_dense",
    "test_configuration.py": "backend clear_session epsilon floatx get_session get_uid image_data_format"
    " manual_variable_initialization reset_uids set_epsilon set_floatx set_image_data_format set_session",
}


def close(got, expected):
    got = keras.ops.convert_to_numpy(got)
    assert got.shape == expected.shape
    if expected.dtype == bool:
        assert got.dtype == bool
    np.testing.assert_allclose(got.astype("float64"), expected.astype("float64"), rtol=2e-4, atol=2e-5)


def test_every_function_has_tests():
    elsewhere = [f"k_{name}" for names in ELSEWHERE.values() for name in names.split()]
    assert len(ALL) == 152
    assert sorted([*CASES, *elsewhere]) == sorted(ALL)


@pytest.mark.parametrize("name", CASES)
@settings(max_examples=5, deadline=None, derandomize=True)
@given(seed=st.integers(0, 2**32 - 1))
def test_it_agrees_with_numpy(name, seed):
    positional, named, expected = CASES[name](np.random.default_rng(seed))
    close(getattr(pk, name)(*positional, **named), np.asarray(expected))


@pytest.mark.parametrize("name", CASES)
def test_piped_it_is_the_same(name):
    positional, named, expected = CASES[name](np.random.default_rng(7))
    close(positional[0] >> getattr(pk, name)(*positional[1:], **named), np.asarray(expected))


@pytest.mark.parametrize("name", CASES)
def test_in_a_model_it_is_the_same(name):
    positional, named, expected = CASES[name](np.random.default_rng(8))
    first, *rest = positional
    arrays = first if isinstance(first, list) else [first]
    # Keras wants targets and outputs of the same shape also where it is not known yet.
    batch = [array.shape[0] if "crossentropy" in name else None for array in arrays]
    inputs = [pk.k_placeholder((b, *a.shape[1:]), dtype=str(a.dtype)) for b, a in zip(batch, arrays, strict=True)]
    output = getattr(pk, name)(inputs if isinstance(first, list) else inputs[0], *rest, **named)
    (got,) = pk.k_function(inputs, [output])(arrays)
    close(got, np.asarray(expected))


def _with_arrays(value, change):
    """`value` with its arrays of decimals changed, alone or in a list."""
    if isinstance(value, list):
        return [_with_arrays(item, change) for item in value]
    return change(value) if isinstance(value, np.ndarray) and value.dtype.kind == "f" else value


@pytest.mark.parametrize("name", CASES)
def test_variables_are_taken_for_their_values(name):
    positional, named, expected = CASES[name](np.random.default_rng(7))
    close(getattr(pk, name)(*_with_arrays(list(positional), pk.k_variable), **named), np.asarray(expected))


# What is given as [1, 2] where R has c(1, 2), and as an array of NumPy's in another type than the rest.
TYPES = {"whole numbers": lambda x: x.astype("int64"), "float64": lambda x: x.astype("float64")}
ONLY_FLOAT32 = ["k_pool3d"]  # TensorFlow pools volumes of no other type


@pytest.mark.parametrize("kind", TYPES)
@pytest.mark.parametrize("name", CASES)
def test_the_type_of_the_first_makes_no_difference(name, kind):
    if kind == "float64" and name in ONLY_FLOAT32:
        pytest.skip("TensorFlow pools volumes of no other type than float32")
    positional, named, _ = CASES[name](np.random.default_rng(7))
    first, *rest = _with_arrays(list(positional), lambda x: np.round(np.abs(x)))
    expected = keras.ops.convert_to_numpy(getattr(pk, name)(first, *rest, **named))
    close(getattr(pk, name)(_with_arrays(first, TYPES[kind]), *rest, **named), expected)


def test_a_mean_at_the_edge_is_of_what_is_within():
    x = np.arange(9.0, dtype="float32").reshape(1, 3, 3, 1)
    got = pk.k_pool2d(x, [2, 2], strides=[2, 2], padding="same", pool_mode="avg")
    assert keras.ops.convert_to_numpy(got).ravel().tolist() == [2, 3.5, 6.5, 8]
