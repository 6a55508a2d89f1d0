"""Data becomes arrays without a value being lost or guessed; what cannot become one says why."""

import re

import numpy as np
import pandas as pd
import pytest

from pipekeras.asarray import as_array, as_dtype, has_values, is_native
from pipekeras.errors import DataError, InvalidValueError


@pytest.mark.parametrize(
    "x", [[[1, 2], [3, 4]], ((1, 2), (3, 4)), [range(1, 3), [3, 4]], np.array([[1, 2], [3, 4]], object)]
)
def test_lists_of_one_length_become_arrays(x):
    result = as_array(x, "f")
    assert result.dtype == np.int64 and result.tolist() == [[1, 2], [3, 4]]


def test_arrays_stay_the_same_object():
    x = np.zeros((2, 2), "float16")
    assert as_array(x, "f") is x


def test_frames_become_their_values_and_categoricals_their_codes():
    frame = pd.DataFrame({"n": [1, 2], "c": pd.Categorical(["b", "a"])})
    assert as_array(frame, "f").tolist() == [[1, 1], [2, 0]]
    assert as_array(frame["c"], "f").tolist() == [1, 0]
    assert as_array(pd.Categorical(["b", "a"]), "f").tolist() == [1, 0]
    assert as_array(pd.DataFrame({"n": [1.5, np.nan]}), "f").dtype == np.float64
    assert as_array(pd.Series([1, 2], dtype="Int64"), "f").tolist() == [1, 2]
    assert as_array(pd.DataFrame(index=range(3)), "f").shape == (3, 0)


def test_tensors_become_arrays():
    import keras

    assert as_array(keras.ops.convert_to_tensor([[1.0, 2.0]]), "f").tolist() == [[1, 2]]
    assert as_array(keras.Variable([1.0, 2.0]), "f").tolist() == [1, 2]


@pytest.mark.parametrize("module", ["torch", "jax.numpy"])
def test_tensors_of_another_backend_become_arrays(module):
    package = pytest.importorskip(module)
    x = package.ones((2, 3))
    assert as_array(x, "f").tolist() == [[1] * 3] * 2
    if module == "torch":
        assert as_array(x.requires_grad_(), "f").tolist() == [[1] * 3] * 2


def test_symbolic_tensors_have_no_values():
    import keras

    x = keras.Input((4,))
    assert is_native(x) and not has_values(x) and has_values(keras.ops.ones(2))
    with pytest.raises(DataError, match=re.escape("f needs values, a tensor of shape (None, 4) is symbolic; use g()")):
        as_array(x, "f", "; use g()")


@pytest.mark.parametrize(
    ("x", "words"),
    [
        (
            [[1, 2], [3]],
            "f needs rows of one length, x has rows of different lengths; pad_sequences() makes them equal",
        ),
        ([1, None], "f needs numbers in an array, a list, a data frame or a tensor, it got missing values"),
        ({"a": 1}, "a data frame or a tensor, it got {'a': 1}"),
        (len, "it got function len"),
        (pd.Categorical(["b", None]), "f: x has 1 missing values among its categories: leave them out"),
        (pd.DataFrame({"c": pd.Categorical(["b", None])}), "f: x has 1 missing values among its categories"),
        (pd.DataFrame({"n": [1, 2], "name": ["b", "a"]}), "f needs numbers in all columns, not in name"),
    ],
)
def test_what_is_no_array_says_why(x, words):
    with pytest.raises(DataError, match=re.escape(words)):
        as_array(x, "f")


def test_types_by_name():
    assert as_dtype("float32", "f") == as_dtype(np.float32, "f") == np.float32
    with pytest.raises(InvalidValueError, match=r"f: dtype='flaot32' is not a type; did you mean float32\?"):
        as_dtype("flaot32", "f")
    with pytest.raises(InvalidValueError, match=r"f: dtype=None is not a type; it is a name such as .float32"):
        as_dtype(None, "f")
