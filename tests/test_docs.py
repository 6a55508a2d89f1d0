"""The code in README.md and docs/ runs; finding none of it is a failure."""

import re
from pathlib import Path

import numpy as np
import pytest

import pipekeras as pk

pytestmark = pytest.mark.any_backend

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
BLOCKS = [
    pytest.param(block, id=f"{page.name}-{number}")
    for page in PAGES
    for number, block in enumerate(re.findall(r"```python(?: title=.*?)?\n(.*?)```", page.read_text(), re.DOTALL))
]
# The first code of the second column, in tables with an R and a Python side.
ROWS = re.findall(r"^\| .*[^\\] \| `([^`]+)`.*\|$", (ROOT / "docs" / "from-r.md").read_text(), re.MULTILINE)


def test_there_is_code_to_run():
    assert len(BLOCKS) >= 3
    assert len(ROWS) >= 25


@pytest.mark.parametrize("block", BLOCKS)
def test_the_code_of_the_pages_runs(block, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names = {"x": np.ones((8, 5, 1)), "y": np.ones(8)}  # what the front page of the site trains on
    if "import" not in block:
        exec("from pipekeras import *", names)
    exec(block, names)


DATA, TARGETS = np.ones((8, 4)), np.ones(8)


def small_model():
    model = pk.keras_model_sequential(input_shape=4)
    for name in ("block1", "block2", "block3", "block4"):
        model >> pk.layer_dense(1, name=name)
    return model >> pk.compile(loss="mse")


@pytest.fixture(scope="module")
def trained():
    model = small_model()
    return {"history": pk.fit(model, DATA, TARGETS, verbose=0), "score": pk.evaluate(model, DATA, TARGETS, verbose=0)}


@pytest.fixture
def scene(trained):
    """What the rows of the tables speak of."""
    return {
        **{name: getattr(pk, name) for name in pk.__all__},
        **trained,
        "model": small_model(),
        "data": DATA.copy(),
        "targets": TARGETS.copy(),
        "x": pk.layer_input(shape=(6, 6)),
        **{name: pk.layer_input(shape=4) for name in "abc"},
        "y": TARGETS.copy(),
        "my_block": pk.verb(lambda x, filters: x >> pk.layer_conv_1d(filters, 3)),
        "numbers": [3, 1, 2],
        "my_metric": lambda y_true, y_pred: pk.op_mean(y_pred),
        "digits": pk.dataset_digits(),
    }


@pytest.mark.parametrize("code", ROWS)
def test_the_rows_of_the_tables_run(code, scene, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    exec(code, scene)


@pytest.mark.parametrize("name", ["getting_started", "sequences"])
def test_the_first_walkthroughs_run_as_scripts(name, run_python):
    """As a student runs them at the command line; tests/vignettes runs all of them, as notebooks."""
    path = ROOT / "vignettes" / f"{name}.py"
    code = f"import runpy; runpy.run_path({str(path)!r}, run_name='__main__')"
    run_python(code, PIPEKERAS_QUICK="1", MPLBACKEND="Agg", TF_CPP_MIN_LOG_LEVEL="3", timeout=300)


def test_links_between_the_pages_lead_somewhere():
    for page in [*PAGES, ROOT / "ARCHITECTURE.md", ROOT / "CONTRIBUTING.md"]:
        for target in re.findall(r"\]\(([^)#]+)\)", page.read_text()):
            if "://" not in target:
                assert (page.parent / target).exists(), f"{page.name} links to {target}"
