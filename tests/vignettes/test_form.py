"""What a student meets: each walkthrough says what it shows, goes in small steps, hides nothing, ends in a result."""

import ast
import re
import sys

import pytest

import walkthroughs as w

pytestmark = pytest.mark.any_backend

ALL = w.all_walkthroughs()
MAY_BE_IMPORTED = {"numpy", "pandas", "matplotlib", "scipy", "pipekeras", "keras", *sys.stdlib_module_names}
LINES = 30


def each(test):
    return pytest.mark.parametrize("walkthrough", ALL, ids=lambda walkthrough: walkthrough.name)(test)


def test_every_walkthrough_belongs_to_a_lecture():
    assert {path.stem for path in w.VIGNETTES.glob("*.py")} == {walkthrough.name for walkthrough in ALL}
    assert len(ALL) == len({walkthrough.name for walkthrough in ALL}) >= 15


@each
def test_begins_with_what_it_shows_and_what_to_know_before(walkthrough):
    first = walkthrough.cells[0]
    assert first.kind == "markdown"
    assert re.match(r"# \S", first.source)
    assert "**What it shows**: " in first.source and "**Know before**: " in first.source


@each
def test_goes_in_small_steps(walkthrough):
    for cell in walkthrough.code:
        assert len(cell.source.splitlines()) <= LINES, f"line {cell.line}: a cell of over {LINES} lines"
    texts = [cell for cell in walkthrough.cells if cell.kind == "markdown"]
    assert len(texts) >= len(walkthrough.code) / 2, "more code than words"


@each
def test_hides_nothing(walkthrough):
    """No module beside the libraries, and no function but what a few lines show."""
    for cell in walkthrough.code:
        for node in ast.walk(ast.parse(cell.source)):
            if isinstance(node, ast.Import):
                assert {alias.name.partition(".")[0] for alias in node.names} <= MAY_BE_IMPORTED
            elif isinstance(node, ast.ImportFrom):
                assert node.module.partition(".")[0] in MAY_BE_IMPORTED
            elif isinstance(node, ast.FunctionDef):
                assert node.end_lineno - node.lineno < 25, f"{node.name}() is long for a function in a lecture"


@each
def test_ends_in_a_result_that_it_asserts(walkthrough):
    assert walkthrough.results, "a code cell of the title `result: ...` states what a model came to"
    assert walkthrough.code[-1].model, "the last cell of code is such a one"
    before = [cell for cell in walkthrough.cells if cell.kind == "markdown"][-1]
    assert "**Result**: " in before.source
    for cell in walkthrough.results:
        assert cell.asserts, f"line {cell.line}: {cell.model} asserts nothing"
        assert "|" not in cell.model


@each
def test_asserts_something_that_was_computed(walkthrough):
    """An assert reads a variable; test_can_fail.py holds that it does not say what is true of any model."""
    for cell in walkthrough.results:
        for text in cell.asserts:
            names = {node.id for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Name)}
            assert names - {"QUICK"}, f"line {cell.line}: {text}"


@each
def test_is_quick_on_request_and_draws(walkthrough):
    code = "\n".join(cell.source for cell in walkthrough.code)
    if "fit(" in code:
        assert 'QUICK = os.environ.get("PIPEKERAS_QUICK") == "1"' in code
        assert len(re.findall(r"\bQUICK\b", code)) >= 2, "QUICK shortens nothing"
    assert re.search(r"\bplt\.|\bplot\(|\.plot\(|draw_\w+\(", code), "no picture"


@each
def test_links_lead_to_other_walkthroughs(walkthrough):
    for cell in walkthrough.cells:
        if cell.kind == "markdown":
            for target in re.findall(r"\]\(([^)#]+)\)", cell.source):
                assert "://" in target or (w.VIGNETTES / target).exists(), f"line {cell.line}: {target}"


def test_a_fingerprint_is_that_of_the_code(tmp_path):
    """Text and comments may change without it, what is computed may not."""
    text = "# %% [markdown]\n# # Title\n\n# %%\nx = 1\n\n# %% result: a model\nassert x == 1\n"
    path = tmp_path / "one.py"

    def fingerprint(text):
        path.write_text(text)
        return w.read(path).fingerprint

    before = fingerprint(text)
    assert fingerprint(text.replace("# # Title", "# # Other").replace("x = 1", "x = 1  # one")) == before
    assert fingerprint(text.replace("x = 1", "x = 2")) != before
    assert fingerprint(text.replace("a model", "another")) != before
