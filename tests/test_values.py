"""values.py: what R's numbers and shapes become."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipekeras import InvalidValueError
from pipekeras import values as v

pytestmark = pytest.mark.any_backend


@given(st.integers(-(10**9), 10**9))
def test_whole_numbers_of_any_kind_are_the_same_int(number):
    for form in (number, float(number), np.int64(number), np.float64(number), np.array(number)):
        result = v.whole(form, "units", "layer_dense")
        assert type(result) is int and result == number


@given(st.floats(allow_nan=False, allow_infinity=False).filter(lambda f: not f.is_integer()))
def test_a_fraction_is_refused_by_name(number):
    with pytest.raises(InvalidValueError, match="layer_dense: units must be a whole number, it got"):
        v.whole(number, "units", "layer_dense")


@pytest.mark.parametrize("wrong", [True, np.True_, "3", [3], None, 1j, float("inf"), object()])
def test_what_is_no_number_is_refused(wrong):
    with pytest.raises(InvalidValueError, match="units must be a whole number, it got"):
        v.whole(wrong, "units", "layer_dense")


def test_missing_values_are_named():
    with pytest.raises(InvalidValueError, match="units is NaN, a missing value"):
        v.whole(float("nan"), "units", "layer_dense")
    with pytest.raises(InvalidValueError, match="units is None; it must be a whole number"):
        v.count(None, "units", "layer_dense")
    with pytest.raises(
        InvalidValueError, match=r"kernel_size is \(3, None\); it must be a whole number, or one for each"
    ):
        v.size((3, None), "kernel_size", "layer_conv_2d")


def test_counts_have_a_least():
    assert v.count(3.0, "n", "f", least=3) == v.maybe_whole(3, "n", "f", least=1) == 3
    assert v.maybe_whole(None, "n", "f", least=1) is None
    for function in (v.count, v.maybe_whole):
        with pytest.raises(InvalidValueError, match="f: n must be at least 1, it got 0"):
            function(0, "n", "f", least=1)


@pytest.mark.parametrize("number", [0, 0.25, np.float32(0.5), np.int64(0)])
def test_shares(number):
    assert v.share(number, "test_split", "f") == float(number) and type(v.share(number, "s", "f")) is float


@pytest.mark.parametrize(
    ("wrong", "text"),
    [(1, "1"), (-0.1, "-0.1"), (20, "20; 20 percent are 0.2"), (True, "True"), ("a", "'a'"), (None, "None"),
     (float("nan"), "nan"), (np.True_, repr(np.True_))],
)  # fmt: skip
def test_what_is_no_share(wrong, text):
    with pytest.raises(InvalidValueError) as error:
        v.share(wrong, "test_split", "f")
    assert str(error.value) == f"f: test_split must be a fraction from 0 up to, not including, 1, it got {text}"


def test_truth_values():
    for value in (True, False, np.True_, np.bool_(0)):
        assert v.is_bool(value)
    for value in (1, 0.0, "True", None, np.int64(1), np.array([True])):
        assert not v.is_bool(value)


def test_lists_become_tuples_of_ints_and_text_stays():
    assert v.wholes([3.0, [1, 2.0]], "padding", "f") == (3, (1, 2))
    assert v.wholes("same", "padding", "f") == "same"
    assert v.wholes(None, "strides", "f") is None
    assert v.wholes(np.array([2.0, 3.0]), "strides", "f") == (2, 3)
    assert v.maybe_whole(None, "seed", "f") is None
    assert v.maybe_whole(4.0, "seed", "f") == 4


def test_loose_values_are_left_alone_unless_whole_floats():
    generator = object()
    assert v.loose(generator, "seed", "f") is generator
    assert v.loose(1.5, "seed", "f") == 1.5
    assert type(v.loose(11.0, "seed", "f")) is int


@pytest.mark.parametrize(
    ("given_shape", "expected"),
    [
        (784, (784,)),
        (784.0, (784,)),
        ((28, 28), (28, 28)),
        ([None, 14], (None, 14)),
        ([float("nan"), 4.0], (None, 4)),
        ((), ()),
        (np.array([3, 4]), (3, 4)),
        (None, None),
    ],
)
def test_shapes(given_shape, expected):
    assert v.shape(given_shape) == expected


@pytest.mark.parametrize("wrong", ["784", (28, "a"), -1, (None, -1), (True, 3), (2.5,)])
def test_what_is_no_shape(wrong):
    with pytest.raises(InvalidValueError):
        v.shape(wrong, "input_shape", "layer_dense")


def test_a_target_shape_has_minus_one_for_what_is_left():
    assert v.target_shape([None, 4.0], "target_shape", "f") == (-1, 4)
    assert v.target_shape((-1, 2), "target_shape", "f") == (-1, 2)
    assert v.target_shape(784, "target_shape", "f") == (784,)
    with pytest.raises(InvalidValueError, match="target_shape is None"):
        v.target_shape(None, "target_shape", "layer_reshape")


def test_a_number_that_has_to_be_there():
    for value in (0, 0.5, np.float32(0.5), np.array(0.5)):
        assert v.number(value, "rate", "layer_dropout") == value
    for value in (None, "a", True, [0.5]):
        with pytest.raises(InvalidValueError, match="^layer_dropout: rate must be a number, it got "):
            v.number(value, "rate", "layer_dropout")
    with pytest.raises(InvalidValueError, match="^layer_dropout: rate is NaN"):
        v.number(float("nan"), "rate", "layer_dropout")
    assert v.ARGUMENTS["rate"] is v.ARGUMENTS["stddev"] is v.number
