"""Importing pipekeras is cheap: no Keras, no backend, no pandas. And yet Keras's own layers learn the pipe."""

import pytest

pytestmark = pytest.mark.any_backend

HEAVY = ("keras", "tensorflow", "jax", "torch", "pandas", "matplotlib", "numpy")
REPORT = f"import sys; print([name for name in {HEAVY} if name in sys.modules])"


@pytest.mark.parametrize("code", ["import pipekeras", "from pipekeras import *", "import pipekeras.cli"])
def test_imports_nothing_heavy(run_python, code):
    assert run_python(f"{code}\n{REPORT}").strip() == "[]"


def test_every_module_but_keras_subclasses_imports_nothing_heavy(run_python):
    code = f"""
import importlib, pkgutil, re, pipekeras
from pathlib import Path

for module in pkgutil.walk_packages(pipekeras.__path__, "pipekeras."):
    source = Path(module.module_finder.find_spec(module.name).origin).read_text()
    of_keras = re.search(r"^class .*\\((Passes|SequenceWindows|.*keras[.])", source, re.M)
    if not of_keras and not module.name.endswith("__main__"):
        importlib.import_module(module.name)
{REPORT}"""
    assert run_python(code).strip() == "[]"


def test_a_star_import_shadows_one_builtin(run_python):
    code = """
import builtins
names = {}
exec("from pipekeras import *", names)
print(sorted((set(names) - {"__builtins__"}) & set(dir(builtins))))"""
    assert run_python(code).strip() == "['compile']"


def test_signatures_and_wrong_calls_are_seen_without_a_backend(run_python):
    """What is wrong with a pipe of verbs alone is said at once: nobody waits for TensorFlow to learn of a typo."""
    code = f"""
import pipekeras
try:
    pipekeras.fit(epoch=2)
except pipekeras.ArgumentError as error:
    print(error)
{REPORT}"""
    said, heavy = run_python(code).splitlines()
    assert "did you mean epochs?" in said
    assert heavy == "[]"


BY_HAND = """
layer = keras.layers.Dense(3)
assert hasattr(keras.layers.Layer, "__rshift__")
x = keras.Input((4,))
assert (x >> layer).shape == (None, 3)
chain = keras.layers.Dense(2) >> keras.layers.Dense(1)
assert type(chain).__name__ == "Chain", chain
assert (x >> chain).shape == (None, 1)
model = keras.Sequential([keras.Input((4,))])
model >> layer
assert [type(l).__name__ for l in model.layers] == ["Dense"]
print("piped")"""


@pytest.mark.parametrize(
    "order",
    ["import keras, pipekeras", "import pipekeras, keras", "import pipekeras\nfrom keras import layers\nimport keras"],
)
def test_layers_made_by_hand_are_pipeable(run_python, order):
    assert run_python(order + BY_HAND).strip() == "piped"


def test_the_import_hook_leaves_when_keras_has_come(run_python):
    code = """
import sys
def hooks():
    return [type(finder).__name__ for finder in sys.meta_path if "pipekeras" in str(type(finder))]
import pipekeras
print(bool(hooks()))
import keras
print(hooks())"""
    assert run_python(code).split() == ["True", "[]"]


LOOKED_FIRST = """
import importlib.util
import pipekeras
assert importlib.util.find_spec("keras") is not None  # as libraries do that only ask whether Keras is there
import keras
x = keras.Input((3,)) >> keras.layers.Dense(2) >> pipekeras.layer_activation_thresholded_relu()
print(tuple(x.shape))
"""


def test_a_look_for_keras_without_importing_it_does_not_use_up_the_hook(run_python):
    assert run_python(LOOKED_FIRST).strip() == "(None, 2)"


def test_inspecting_the_door_does_not_open_it(run_python):
    code = "import sys, pipekeras.arrays as a; hasattr(a.keras, '__wrapped__'); print('keras' in sys.modules)"
    assert run_python(code).strip() == "False"
