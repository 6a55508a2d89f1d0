"""errors.py: one tree, and the near misses."""

import pytest

from pipekeras import errors

pytestmark = pytest.mark.any_backend


@pytest.mark.parametrize(
    ("kind", "builtin"),
    [
        (errors.PipeError, TypeError),
        (errors.ArgumentError, TypeError),
        (errors.InvalidValueError, ValueError),
        (errors.ShapeError, ValueError),
        (errors.DataError, ValueError),
        (errors.UnavailableError, NotImplementedError),
    ],
)
def test_every_error_is_also_the_builtin_one(kind, builtin):
    assert issubclass(kind, errors.PipekerasError) and issubclass(kind, builtin)


def test_a_name_cut_short_counts_first_then_spelling():
    known = ["filters", "kernel_size", "return_sequences", "return_state", "epochs"]
    assert errors.did_you_mean("filter", known) == "filters"
    assert errors.did_you_mean("epoch", known) == "epochs"
    assert errors.did_you_mean("return_sequence", known) == "return_sequences"
    assert errors.did_you_mean("retrun_state", known) == "return_state"
    assert errors.did_you_mean("Kernel_Size", known) == "kernel_size"
    assert errors.did_you_mean("Relu", ["elu", "relu", "relu6"]) == "relu"
    assert errors.did_you_mean("iris", ["irisch", "iris"]) == "iris"
    assert errors.did_you_mean("banana", known) is None
    assert errors.did_you_mean("", known) is None


def test_the_suggestion_is_a_clause_or_nothing():
    assert errors.suggestion("epoch", ["epochs"]) == "; did you mean epochs?"
    assert errors.suggestion("banana", ["epochs"]) == ""
    assert errors.suggestion("epoch", ["epochs"], quote='"', otherwise="?") == '; did you mean "epochs"?'
    assert errors.suggestion("banana", ["epochs"], quote='"', otherwise="; it has epochs") == "; it has epochs"
