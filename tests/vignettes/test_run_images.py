"""The walkthroughs of these lectures run as notebooks; a file for each part, so that they run side by side."""

import pytest

from running import holds, of

pytestmark = pytest.mark.any_backend


@pytest.mark.parametrize("name", of("First steps", "Images"))
def test_runs(name):
    holds(name)
