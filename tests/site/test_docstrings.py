"""Docstrings as pages show them."""

import pytest

import site_docstrings as docstrings

pytestmark = pytest.mark.any_backend

DOC = """Do a thing, over
two lines.

    f(x, ...)
        does it.

It says `a < b`, and a < b, and *x.

The requirements are:

1. one
2. two

Args:
    x: the input, with
        - a list
        - of two
    rate [0.5]: a share.
    *more: others.

Returns:
    A number, see `f`.

Raises:
    ShapeError: if `x` has none.

Source: R `keras3::f`.
"""


def test_the_summary_is_the_first_paragraph():
    assert docstrings.summary(DOC) == "Do a thing, over two lines."


def test_sections_become_headings_and_arguments_definitions():
    text = docstrings.markdown(DOC)
    assert [line for line in text.splitlines() if line.startswith("## ")] == [
        "## Arguments", "## Returns", "## Raises", "## Source",
    ]  # fmt: skip
    assert "`x`\n:   the input, with\n\n    - a list\n    - of two" in text
    assert "`rate` = `0.5`\n:   a share." in text
    assert "`*more`\n:   others." in text
    assert "`ShapeError`\n:   if `x` has none." in text
    assert "## Source\n\nR `keras3::f`." in text


def test_what_only_looks_like_a_section_stays_text():
    assert "The requirements are:\n\n1. one\n2. two" in docstrings.markdown(DOC)


def test_calls_are_code():
    assert "```text\nf(x, ...)\n    does it.\n```" in docstrings.markdown(DOC)


def test_signs_outside_of_code_stand_for_themselves():
    assert docstrings.escaped("a < b `a < b` *x **bold** _y_ a_b") == r"a &lt; b `a < b` *x **bold** \_y\_ a_b"
    assert docstrings.escaped("a *x and x* b") == r"a \*x and x\* b"


def test_one_paragraph_alone():
    assert docstrings.markdown("Only this.").strip() == ""
