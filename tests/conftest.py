"""What every test starts from: a quiet backend, no display, and a Keras session whose automatic names start afresh."""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("MPLBACKEND", "Agg")
os.environ.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")

import subprocess
import sys
from pathlib import Path

import pytest

import pipekeras


@pytest.fixture(autouse=True)
def fresh_session():
    """Automatic names start afresh with each test, and its models can be freed after it."""
    if "keras" in sys.modules:
        sys.modules["keras"].utils.clear_session(free_memory=False)
    yield
    if "matplotlib.pyplot" in sys.modules:
        sys.modules["matplotlib.pyplot"].close("all")


@pytest.fixture
def backend():
    """The running backend: tensorflow, jax or torch, as KERAS_BACKEND says."""
    import keras

    return keras.backend.backend()


@pytest.fixture
def only_on(backend):
    """Skip on every other backend, with the reason: `only_on("tensorflow", "tf.data is what is tested")`."""

    def skip_elsewhere(*backends, reason=""):
        if backend not in backends:
            pytest.skip(f"{' and '.join(backends)} only: {reason}")

    return skip_elsewhere


@pytest.fixture
def run_python():
    """Run a few lines in a fresh Python that finds this pipekeras, and return what it printed.

    A failing process fails the test with everything it said. `environment` is added to the process's own.
    """

    def run(code, timeout=120, **environment):
        places = [str(Path(pipekeras.__file__).parents[1]), os.environ.get("PYTHONPATH", "")]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, places)), **environment}
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, env=environment, timeout=timeout
        )
        assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
        return done.stdout

    return run
