"""Formulas of the walkthroughs as MathML."""

import pytest

import site_math as math
import walkthroughs as w

pytestmark = pytest.mark.any_backend


def test_formulas_become_mathml():
    text = math.with_mathml("The state is $h_t = \\tanh(W x_t)$ now.\n\n$$\na^2\n$$\n")
    assert text.count("<math") == 2
    assert 'display="block"' in text and "$" not in text and "tanh" in text


def test_what_is_code_or_money_stays():
    text = "R's `mnist$train$x` costs $5 and $6 more.\n\n```r\nx$y$z\n```\n"
    assert math.with_mathml(text) == text


def test_a_formula_may_stand_at_the_margin_of_a_sentence():
    """Were it to begin a line of its own, Markdown would make a block of it."""
    made = math.with_mathml("$x$, and\n$y$.")
    assert made.count("<span><math") == 2


def test_lines_of_equations_stand_one_below_the_other():
    made = math.with_mathml("$$\\begin{aligned} a &= b \\\\ c &= d \\end{aligned}$$")
    assert made.count("<mtr>") == 2 and "<mi>&" not in made


@pytest.mark.parametrize("walkthrough", w.all_walkthroughs(), ids=lambda walkthrough: walkthrough.name)
def test_no_formula_of_a_walkthrough_is_left(walkthrough):
    """A dollar that stays in a text is a formula that was not seen, or LaTeX that is not understood."""
    for cell in walkthrough.cells:
        if cell.kind == "markdown":
            made = math.with_mathml(cell.source)
            outside = math.without_code(made)
            assert "$" not in outside, f"line {cell.line}: {cell.source}"
            assert "\\" not in "".join(made.partition("<math")[1:]), f"line {cell.line}: not understood"
