"""models/evaluation.py: named numbers, as a dict, by position, by attribute, and as R prints them."""

import copy
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipekeras.models.evaluation import Evaluation, as_r_prints

RESULT = Evaluation({"loss": 0.35671234, "accuracy": 0.91})


def test_it_stays_a_dict():
    assert RESULT == {"loss": 0.35671234, "accuracy": 0.91}
    assert list(RESULT) == ["loss", "accuracy"] and dict(RESULT) == RESULT
    assert {**RESULT, "more": 1}["accuracy"] == 0.91
    loss, accuracy = RESULT.values()
    assert (loss, accuracy) == (0.35671234, 0.91)
    assert copy.deepcopy(RESULT) == pickle.loads(pickle.dumps(RESULT)) == RESULT


def test_one_number_four_ways():
    assert RESULT["accuracy"] == RESULT.accuracy == RESULT[1] == RESULT[-1] == 0.91
    assert RESULT[:1] == [0.35671234]
    assert "accuracy" in dir(RESULT)
    assert float(Evaluation(loss=0.5)) == 0.5


def test_what_is_not_there():
    with pytest.raises(KeyError, match="there is no acc in the result; did you mean accuracy\\?"):
        RESULT["acc"]
    with pytest.raises(AttributeError, match="there is no lss in the result; did you mean loss\\?"):
        _ = RESULT.lss
    with pytest.raises(AttributeError, match="there is no zzz in the result: the result has loss, accuracy"):
        _ = RESULT.zzz
    with pytest.raises(IndexError, match="there is no number 2: the result has loss, accuracy, counted from 0"):
        RESULT[2]
    with pytest.raises(TypeError, match="the result has loss, accuracy; pick one by name"):
        float(RESULT)


def test_it_prints_as_r_prints_named_numbers():
    assert repr(RESULT) == str(RESULT) == "    loss accuracy\n  0.3567   0.9100"
    assert repr(Evaluation(loss=2.0)) == "loss\n   2"
    assert repr(Evaluation()) == "Evaluation()"


def test_a_long_result_goes_on_below():
    lines = repr(Evaluation({f"metric_number_{i}": i / 7 for i in range(12)})).splitlines()
    assert len(lines) == 6 and max(map(len, lines)) <= 80
    assert lines[0].split() == [f"metric_number_{i}" for i in range(4)]


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        # as R prints them with options(digits = 4)
        ([0.35671, 0.91], ["0.3567", "0.9100"]),
        ([123.456, 0.9123], ["123.4560", "0.9123"]),
        ([12345.678], ["12346"]),
        ([0.00001234], ["1.234e-05"]),
        ([1e-10, 1.0], ["1e-10", "1e+00"]),
        ([-1.5, 2.0], ["-1.5", "2.0"]),
        ([0.0], ["0"]),
        ([float("nan"), 0.5], ["NaN", "0.5"]),
        ([float("inf"), float("-inf")], ["Inf", "-Inf"]),
    ],
)
def test_numbers_as_in_r(numbers, expected):
    assert as_r_prints(numbers) == expected


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False, width=32), min_size=1, max_size=5))
def test_four_digits_survive_printing(numbers):
    for number, text in zip(numbers, as_r_prints(numbers), strict=True):
        assert float(text) == pytest.approx(number, rel=6e-4, abs=1e-300)
