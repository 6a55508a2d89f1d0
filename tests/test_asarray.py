"""Data becomes arrays without a value being lost or guessed; what cannot become one says why."""

import re
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest

from pipekeras.arrays import array_reshape, to_categorical
from pipekeras.asarray import as_array, as_dtype, is_native, to_array, values_of
from pipekeras.errors import DataError, InvalidValueError

pytestmark = pytest.mark.mixed


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


def test_a_tensor_is_converted_once(monkeypatch):
    import keras

    converted, convert = [], keras.ops.convert_to_numpy
    monkeypatch.setattr(keras.ops, "convert_to_numpy", lambda x: converted.append(x) or convert(x))
    to_categorical(keras.ops.convert_to_tensor([0, 2]))
    assert len(converted) == 1
    array_reshape(keras.ops.convert_to_tensor([0, 2]), (2, 1))
    assert len(converted) == 2


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
    assert is_native(x) and values_of(x) is None and values_of(keras.ops.ones(2)).tolist() == [1, 1]
    with pytest.raises(DataError, match=re.escape("f needs values, a tensor of shape (None, 4) is symbolic; use g()")):
        as_array(x, "f", "; use g()")


@pytest.mark.parametrize(
    ("x", "words"),
    [
        (
            [[1, 2], [3]],
            "f: x is 2 sequences of different lengths (1 to 2): make them equal first, with pad_sequences()",
        ),
        ([[[1], [2, 3]], [[4], [5]]], "f: x is 2 sequences that differ in shape: make them equal first"),
        ([["a"], ["b", "c"]], "f: x is 2 sequences of different lengths (1 to 2)"),
        ({"a": 1}, "f: x is {'a': 1}; it must hold data: an array, a list of numbers, a data frame"),
        ({1, 2}, "f: x is {1, 2}; it must hold data"),
        (len, "f: x is function len; it must hold data"),
        ([1, "a"], "f: x holds both text ('a') and 1; make it one or the other"),
        (["a", 1.5], "f: x holds both text ('a') and 1.5"),
        (["a", None], 'f: x misses 1 of its 2 texts: fill them in, as with "", or leave those samples out'),
        ([1, object], "f: x holds objects that are no numbers, such as class object"),
        (np.array(["2020-01-01"], "datetime64[D]"), "f: x holds dates ('2020-01-01'); convert it to numbers"),
        (pd.Categorical(["b", None]), "f: x is categorical and misses 1 of its 2 values: leave those samples out"),
        (pd.DataFrame({"c": pd.Categorical(["b", None])}), "f: column 'c' of x is categorical and misses 1 of its 2"),
        (
            pd.DataFrame({"n": [1, 2], "name": ["b", "a"]}),
            "f: x is a data frame with columns that are no numbers: name",
        ),
        (pd.DataFrame({"d": pd.to_datetime(["2020"])}), "columns that are no numbers: d (datetime64"),
        (pd.Series(pd.to_datetime(["2020"]).tz_localize("UTC")), "f: x holds dates ('2020-01-01T00:00:00"),
    ],
)
def test_what_is_no_array_says_why(x, words):
    with pytest.raises(DataError, match=re.escape(words)):
        as_array(x, "f")


# What the pipe and what fit() make of the same data ------------------------------------------------------------------


SAME = [
    [[1, 2], [3, 4]],
    [None, 1.5],
    [1, pd.NA],
    np.array([1, None], object),
    pd.Series([1, None], dtype="Int64"),
    pd.Series([True, False]),
    pd.Categorical(["b", "a", "b"]),
    pd.Series(["b", "a"], dtype="category"),
    pd.DataFrame({"n": [1, 2], "c": pd.Categorical(["b", "a"])}),
    pd.DataFrame({"n": pd.array([1, None], "Int64"), "b": [True, False]}),
    np.array([[1.5, 2]], "float32"),
    [np.array([1.0, 2.0]), np.array([3.0, 4.0])],
    np.array([[1, 2], [3, 4]], object),
    [Fraction(1, 2), Decimal("0.25")],
    np.array([[1, 2]], "bfloat16" if "bfloat16" in np.sctypeDict else "float16"),
]
NOT_THE_SAME = [
    [1, "a"],
    ["a", "b"],
    np.array(["a"]),
    pd.Series(["a", None]),
    pd.DataFrame({"a": ["u"]}),
    pd.DataFrame({"d": pd.to_datetime(["2020"])}),
    np.array(["2020"], "datetime64[D]"),
    [[1], [2, 3]],
    None,
    "data.csv",
    len,
    {"a": 1},
    [object()],
]


@pytest.mark.parametrize("x", SAME, ids=lambda x: type(x).__name__)
def test_the_same_values_for_the_pipe_and_for_fit(x):
    piped, fitted = as_array(x, "f", text=False), to_array(x, "x", "f")
    np.testing.assert_array_equal(piped.astype("float32"), fitted.astype("float32"))


@pytest.mark.parametrize("x", NOT_THE_SAME, ids=lambda x: type(x).__name__)
def test_the_same_refusal_for_the_pipe_and_for_fit(x):
    with pytest.raises(DataError) as piped:
        as_array(x, "f", text=False)
    with pytest.raises(DataError) as fitted:
        to_array(x, "x", "f")
    assert str(piped.value) == str(fitted.value)


def test_missing_numbers_are_nan_and_text_is_text():
    np.testing.assert_array_equal(as_array([None, 1.5], "f"), [np.nan, 1.5])
    np.testing.assert_array_equal(as_array(np.ma.masked_array([7, 2], [True, False]), "f"), [np.nan, 2])
    for text in (["a", "bc"], ("a", "bc"), np.array(["a", "bc"], object), pd.Series(["a", "bc"])):
        assert as_array(text, "f").dtype.kind == "U" and as_array(text, "f").tolist() == ["a", "bc"]
    assert as_array(pd.DataFrame({"u": ["a"], "v": ["b"]}), "f").tolist() == [["a", "b"]]
    assert as_array([["a"], ["b"]], "f").shape == (2, 1) and as_array([b"a"], "f").tolist() == [b"a"]


def test_a_number_alone_and_complex_numbers_are_arrays_too():
    assert as_array(2.5, "f").shape == () and as_array([1 + 2j], "f").dtype == "complex128"


def test_types_by_name():
    assert as_dtype("float32", "f") == as_dtype(np.float32, "f") == np.float32
    with pytest.raises(InvalidValueError, match=r"f: dtype='flaot32' is not a type; did you mean float32\?"):
        as_dtype("flaot32", "f")
    with pytest.raises(InvalidValueError, match=r"f: dtype=None is not a type; it is a name such as .float32"):
        as_dtype(None, "f")
