"""Every case that R answered: keras3's, and 2.x's for the names that only 2.x has."""

from fnmatch import fnmatchcase

import pytest

import pipekeras
from cases import answer, ask, difference, functions_of, load

CASES = {**load("keras3.json"), **load("keras2.json")}
TOLERANCE = {"config": 1e-6, "model": 1e-6, "value": 1e-4}

# R answered on TensorFlow. What Keras answers otherwise elsewhere: {backend: {cases: (what is not compared, why)}}.
OTHERWISE = {
    "tensorflow": {},
    "jax": {"metric_*iou*/*": ({"dtype"}, "whole numbers have 32 bits on JAX, so Keras's IoU metrics count in int32")},
    "torch": {
        "metric_*iou*/*": ({"dtype"}, "Keras's IoU metrics count in int32 wherever TensorFlow does not run"),
        "optimizer_*/*": ({"module", "class_name"}, "Keras has optimizers of its own for torch, which say so"),
    },
}


def left_out(case_id, backend):
    """The keys that are not compared for a case on a backend."""
    return {key for cases, (keys, _) in OTHERWISE[backend].items() if fnmatchcase(case_id, cases) for key in keys}


@pytest.mark.parametrize("case_id", CASES)
def test_answers_as_r_does(case_id, backend):
    case = CASES[case_id]
    without = left_out(case_id, backend)
    found = difference(answer(case, ask(case)), case["expected"], TOLERANCE[case["kind"]], without=without)
    assert found is None, f"{case_id}: {found}"


def test_all_of_them_are_asked():
    assert [len(load(f"keras{n}.json")) for n in (2, 3)] == [60, 859]
    assert len(CASES) == 919
    assert [name for case in CASES.values() for name in functions_of(case) if not hasattr(pipekeras, name)] == []


def test_what_is_not_compared_elsewhere_is_little_and_has_a_reason():
    for cases in OTHERWISE.values():
        for pattern, (keys, reason) in cases.items():
            assert any(fnmatchcase(case_id, pattern) for case_id in CASES) and keys and len(reason) > 10
    assert not left_out("layer_dense/required", "torch")


def test_a_difference_is_seen():
    case = CASES["layer_dense/required"]
    got = answer(case, ask(case))
    wrong = {**case["expected"], "class_name": "Flatten"}
    assert "R has 'Flatten', pipekeras 'Dense'" in difference(got, wrong, 1e-6)
    assert difference(got, wrong, 1e-6, without={"class_name"}) is None
