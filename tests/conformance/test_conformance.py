"""Every case that R keras3 answered, as far as its functions exist here."""

import pytest

import pipekeras
from cases import answer, ask, difference, functions_of, load

CASES = load("keras3.json")
TOLERANCE = {"config": 1e-6, "model": 1e-6, "value": 1e-4}


def exists(case):
    return all(hasattr(pipekeras, name) for name in functions_of(case))


READY = [case_id for case_id, case in CASES.items() if exists(case)]


@pytest.mark.parametrize("case_id", READY)
def test_answers_as_r_does(case_id):
    case = CASES[case_id]
    found = difference(answer(case, ask(case)), case["expected"], TOLERANCE[case["kind"]])
    assert found is None, f"{case_id}: {found}"


def test_all_layers_and_models_are_among_them():
    wanted = [
        case_id
        for case_id in CASES
        if case_id.startswith(("layer_", "model/", "rnn_cell", "bidirectional", "time_distributed"))
    ]
    assert len(wanted) > 300
    assert sorted(set(wanted) - set(READY)) == []


def test_a_difference_is_seen():
    case = CASES["layer_dense/required"]
    wrong = {**case["expected"], "class_name": "Flatten"}
    assert "R has 'Flatten', pipekeras 'Dense'" in difference(answer(case, ask(case)), wrong, 1e-6)
