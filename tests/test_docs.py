"""The code in README.md and docs/ runs, and so do the walkthroughs; finding none of it is a failure."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
BLOCKS = [
    pytest.param(block, id=f"{page.name}-{number}")
    for page in PAGES
    for number, block in enumerate(re.findall(r"```python\n(.*?)```", page.read_text(), re.DOTALL))
]
WALKTHROUGHS = sorted((ROOT / "vignettes").glob("*.py"))


def test_there_is_code_to_run():
    assert len(BLOCKS) >= 2
    assert WALKTHROUGHS


@pytest.mark.parametrize("block", BLOCKS)
def test_the_code_of_the_pages_runs(block, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names = {}
    if "import" not in block:
        exec("from pipekeras import *", names)
    exec(block, names)


@pytest.mark.parametrize("path", WALKTHROUGHS, ids=lambda path: path.stem)
def test_the_walkthroughs_run(path, run_python, tmp_path):
    code = f"import runpy; runpy.run_path({str(path)!r}, run_name='__main__')"
    printed = run_python(code, PIPEKERAS_QUICK="1", MPLBACKEND="Agg", TF_CPP_MIN_LOG_LEVEL="3", timeout=300)
    assert "unseen digits read right" in printed if path.stem == "getting_started" else printed


@pytest.mark.slow
@pytest.mark.parametrize("path", WALKTHROUGHS, ids=lambda path: path.stem)
def test_the_walkthroughs_hold_what_they_state(path, run_python):
    run_python(f"import runpy; runpy.run_path({str(path)!r}, run_name='__main__')", PIPEKERAS_QUICK="0", timeout=300)


def test_links_between_the_pages_lead_somewhere():
    for page in [*PAGES, ROOT / "ARCHITECTURE.md", ROOT / "CONTRIBUTING.md"]:
        for target in re.findall(r"\]\(([^)#]+)\)", page.read_text()):
            if "://" not in target:
                assert (page.parent / target).exists(), f"{page.name} links to {target}"
