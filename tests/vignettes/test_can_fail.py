"""No assert of a walkthrough holds whatever happens: each fails for models that are wrong, see sabotage.py."""

import json
from pathlib import Path

import pytest

import walkthroughs as w

pytestmark = [pytest.mark.any_backend, pytest.mark.slow]

SABOTAGE = Path(__file__).with_name("sabotage.py")


@pytest.mark.parametrize("name", [walkthrough.name for walkthrough in w.all_walkthroughs()])
def test_every_assert_can_fail(name, run_python):
    code = (
        f"import runpy, sys; sys.argv = ['sabotage', {name!r}]; runpy.run_path({str(SABOTAGE)!r}, run_name='__main__')"
    )
    said = run_python(code, TF_CPP_MIN_LOG_LEVEL="3", timeout=600)
    never = json.loads(said.strip().splitlines()[-1])
    assert not never, "these hold whatever the models do:\n" + "\n".join(f"{model}: {text}" for model, text in never)
