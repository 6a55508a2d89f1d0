"""coverage.py and differences.py: none of R's names is missing, and every difference is listed, with its reason."""

import re

import pytest

import pipekeras as pk
from pipekeras import differences, inventory
from pipekeras.coverage import (
    ABSENT,
    DIFFERS,
    MISSING,
    NOT_APPLICABLE,
    SAME,
    coverage,
    function_of,
    missing_arguments,
    python_name,
    value_of,
)

pytestmark = pytest.mark.any_backend

NAMES = [name for name in inventory.names() if name not in differences.SYNTAX]
LISTED = [(name, argument) for name, arguments in differences.ARGUMENTS.items() for argument in arguments]


def test_the_inventory_is_whole():
    assert len(inventory.names()) == 1051
    assert [len(inventory.entries(package)) for package in inventory.PACKAGES] == [561, 792]


@pytest.mark.parametrize("name", NAMES)
def test_the_name_is_here_with_rs_arguments(name):
    assert function_of(name) is not ABSENT, f"{name} is missing"
    listed = differences.ARGUMENTS.get(name, {})
    if "*" in listed or name in differences.R_ONLY or name in differences.UNAVAILABLE:
        return
    lacking = {argument for arguments in missing_arguments(name).values() for argument in arguments}
    assert sorted(lacking - listed.keys()) == [], f"{name} does not understand these, and differences.py has no reason"


@pytest.mark.parametrize(("name", "argument"), LISTED)
def test_a_listed_argument_is_really_not_understood(name, argument):
    lacking = {a for arguments in missing_arguments(name).values() for a in arguments}
    assert lacking if argument == "*" else argument in lacking


@pytest.mark.parametrize("table", ["R_ONLY", "UNAVAILABLE", "ARGUMENTS", "MEANING", "SYNTAX"])
def test_the_list_speaks_of_names_that_r_has(table):
    assert set(getattr(differences, table)) <= set(inventory.names())


def test_public_names_are_exported():
    hidden = {name for name in NAMES if python_name(name) not in pk.__all__}
    assert hidden == set(differences.ATTRIBUTES)


@pytest.mark.parametrize("name", sorted(differences.UNAVAILABLE))
def test_what_is_unavailable_says_so_and_what_to_use(name):
    with pytest.raises(pk.UnavailableError, match=re.escape(name)):
        function_of(name)()


def test_every_row_has_a_state_and_a_difference_has_words():
    rows = coverage()
    assert [row.name for row in rows] == list(inventory.names())
    assert {row.state for row in rows} == {SAME, DIFFERS, NOT_APPLICABLE}
    assert not [row.name for row in rows if row.state == MISSING]
    for row in rows:
        assert bool(row.notes) == (row.state != SAME)
        assert all(note.strip() == note and len(note) > 5 for note in row.notes)


def test_rs_defaults_as_python():
    assert value_of("c(1L, 1L)") == (1, 1)
    assert value_of('"same"') == "same"
    assert value_of("NULL") is None
    with pytest.raises(ValueError, match="no literal"):
        value_of("getOption('x')")
