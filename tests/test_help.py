"""help(layer_lstm), `layer_lstm?`, inspect.signature and the docstring: the same names, in the same order."""

import inspect
import json
import pydoc
import re
from pathlib import Path

import pytest

import pipekeras as pk
from pipekeras import helptext
from pipekeras.wrap import Wrapper

pytestmark = pytest.mark.any_backend

WRAPPERS = {name: value for name, value in ((n, getattr(pk, n)) for n in pk.__all__) if isinstance(value, Wrapper)}
EVERY = pytest.mark.parametrize("name", WRAPPERS)
R_API = Path(pk.__file__).parent / "data" / "r_api"


def arguments(text):
    """`{argument: (its default, its text)}` as the Args section of a help text has them."""
    section = re.search(r"^Args:\n((?:    .*\n|\n)*)", text, re.M)
    found = re.findall(r"^    (\w+)(?: \[(.*)\])?: ?(.*(?:\n        .*)*)", section[1] if section else "", re.M)
    return {name: (default, " ".join(said.split())) for name, default, said in found}


@EVERY
def test_the_help_has_the_signatures_arguments_in_its_order_with_its_defaults(name):
    function = WRAPPERS[name]
    parameters = inspect.signature(function).parameters
    said = arguments(inspect.getdoc(function))
    assert list(said) == list(parameters)
    for argument, (default, text) in said.items():
        given = parameters[argument].default
        assert default == ("" if given is None or given is inspect.Parameter.empty else repr(given)), argument
        assert len(text) > 8, argument


@EVERY
def test_every_part_of_the_help_is_there(name):
    text = inspect.getdoc(WRAPPERS[name])
    first, second, *_ = text.split("\n\n")
    assert len(first) > 8
    assert "\n" not in first
    assert f"{name}(" in second
    assert re.search(rf"\n\nSource:\n    R `keras3?::{name}`; Python `\S+`\.$", text.rstrip())
    assert "\n\nRaises:\n    ArgumentError: " in text
    assert "```" not in text
    assert ">>> " not in text
    assert not re.search(
        r"^(For example|For instance):\n\n[A-Z][a-z]+( [a-z]+)?:$", text, re.M
    )  # with the example gone


@EVERY
def test_the_source_is_a_package_that_has_the_name(name):
    package = "keras2" if "R `keras::" in inspect.getdoc(WRAPPERS[name]) else "keras3"
    assert name in json.loads((R_API / f"{package}.json").read_text(encoding="utf-8"))


@EVERY
def test_pydoc_shows_the_signature_and_the_text(name):
    shown = pydoc.plain(pydoc.render_doc(WRAPPERS[name]))
    assert shown.split("\n\n")[1].startswith(f"{name}(")
    assert inspect.getdoc(WRAPPERS[name]).splitlines()[0] in shown
    for argument in inspect.signature(WRAPPERS[name]).parameters:
        assert re.search(rf"\b{argument}\b", shown)


def test_pydoc_in_full():
    shown = pydoc.plain(pydoc.render_doc(pk.layer_flatten))
    assert "LayerFunction in module pipekeras.layers.reshaping\n\nlayer_flatten(" in shown
    assert "data_format=None" in shown
    assert "    x >> layer_flatten(...)" in shown


def test_inspect_takes_it_for_a_function():
    assert inspect.isroutine(pk.layer_lstm)
    assert repr(pk.layer_lstm) == "<function layer_lstm>"
    assert pk.layer_lstm.__name__ == pk.layer_lstm.__qualname__ == "layer_lstm"
    assert pk.layer_lstm.__module__ == "pipekeras.layers.recurrent"


def test_ipython_shows_the_same():
    oinspect = pytest.importorskip("IPython.core.oinspect")
    theme = {"theme_name": "nocolor"} if "theme_name" in inspect.signature(oinspect.Inspector).parameters else {}
    info = oinspect.Inspector(**theme).info(pk.layer_lstm, oname="layer_lstm")
    signature = re.sub(r"\s+", " ", info["definition"])
    assert signature.startswith("layer_lstm( units, activation='tanh'")
    assert "return_sequences=False" in signature
    assert info["docstring"].strip() == inspect.getdoc(pk.layer_lstm).strip()


def test_what_help_says_of_a_layer():
    text = pk.layer_lstm.__doc__
    assert "    layer_lstm(units, ...)\n        makes the layer, a keras.layers.LSTM." in text
    assert "    x >> layer_lstm(units, ...)\n    layer_lstm(x, units, ...)\n" in text
    assert "Gone in Keras 3, may still be given:\n    time_major: only as False; it has no effect." in text
    assert "    implementation: only as 1 or 2; it has no effect." in text
    assert "    inputs: A 3D tensor, with shape `(batch, timesteps, feature)`." in text
    assert "    ShapeError: " in text


def test_renamed_and_old_arguments():
    assert "now negative_slope" in pk.layer_activation_leaky_relu.__doc__
    said = arguments(pk.layer_lambda.__doc__)
    assert "function to be evaluated" in said["f"][1]
    assert "function" not in said


def test_shapes_and_references_come_from_keras():
    text = pk.layer_conv_2d.__doc__
    assert re.search(r"\n\nInput shape:\n +- If `data_format=\"channels_last\"`:", text)
    assert "\n\nOutput shape:\n" in text
    assert "Ioffe and Szegedy" in pk.layer_batch_normalization.__doc__.partition("References:")[2]


def test_sections_of_a_docstring_of_keras():
    doc = """Does a thing
    to tensors.

    More about it.

    For example:

    >>> f(3)
    4

    Args:
        a: the first,
            on two lines.
         b: the second, badly indented.
        c, d: two at once.
        e:
            said below.

    Input shape:

    - If so: 2D.
    - Else: 3D.

    Note: it is so.

    Example:

    ```python
    Args: not these
    ```
    """
    found = helptext._sections(inspect.cleandoc(doc))
    assert found["summary"] == "Does a thing to tensors."
    assert found["about"] == ["More about it.", "", "Note: it is so."]
    assert found["input"] == ["- If so: 2D.", "- Else: 3D."]
    assert helptext._items(found["args"]) == {
        "a": ["the first,", "on two lines."],
        "b": ["the second, badly indented."],
        "c": ["two at once."],
        "d": ["two at once."],
        "e": ["said below."],
    }


def test_a_class_that_says_nothing_still_has_help():
    class Bare(Wrapper):
        keras_class = type("Nothing", (), {"__init__": lambda self, a, seed=None: None, "__doc__": None})

    bare = Bare("Nothing")
    bare.__name__ = "layer_bare"
    text = bare.__doc__
    assert "layer_bare(a, ...)" in text
    assert "    a:\n    seed: a whole number" in text


def test_asking_for_help_is_what_opens_keras(run_python):
    code = (
        "import sys, inspect, pipekeras as pk\n"
        "callable(pk.layer_lstm), inspect.isroutine(pk.layer_lstm), repr(pk.layer_lstm)\n"
        "print('keras' in sys.modules)\n"
        "pk.layer_lstm.__doc__\n"
        "print('keras' in sys.modules)\n"
    )
    assert run_python(code).split() == ["False", "True"]
