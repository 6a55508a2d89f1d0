"""pipekeras/__init__.pyi is what tools/make_stubs.py writes, and says what the code says."""

import ast
import importlib.util
import inspect
import subprocess
import sys
from pathlib import Path

import pytest

import pipekeras as pk
import pipekeras.layers as L
from pipekeras._keras import keras
from pipekeras.wrap import Wrapper

pytestmark = pytest.mark.any_backend

ROOT = Path(__file__).resolve().parents[1]
STUB = ROOT / "pipekeras" / "__init__.pyi"
TOOL = ROOT / "tools" / "make_stubs.py"

spec = importlib.util.spec_from_file_location("make_stubs", TOOL)
make_stubs = importlib.util.module_from_spec(spec)
spec.loader.exec_module(make_stubs)


@pytest.fixture(scope="module")
def written():
    text = STUB.read_text(encoding="utf-8")
    if make_stubs.keras_of(text) != keras.__version__:
        pytest.skip(f"the stub is that of Keras {make_stubs.keras_of(text)}, installed is {keras.__version__}")
    return text


@pytest.fixture(scope="module")
def functions(written):
    """`{name: [its definitions]}`"""
    found = {}
    for node in ast.parse(written).body:
        if isinstance(node, ast.FunctionDef):
            found.setdefault(node.name, []).append(node)
    return found


def test_the_stub_is_up_to_date(written):
    assert make_stubs.stub() == written, f"pipekeras/__init__.pyi is out of date: run {make_stubs.COMMAND}"


def test_writing_it_twice_gives_the_same(written):
    assert make_stubs.stub() == make_stubs.stub()


def test_check_finds_a_difference(written, tmp_path, monkeypatch, capsys):
    assert make_stubs.main(["--check"]) == 0
    monkeypatch.setattr(make_stubs, "ROOT", tmp_path)
    monkeypatch.setattr(make_stubs, "STUB", tmp_path / "__init__.pyi")
    assert make_stubs.main(["--check"]) == 1
    assert "__init__.pyi is out of date: run python tools/make_stubs.py" in capsys.readouterr().err
    assert make_stubs.main([]) == 0
    assert make_stubs.main(["--check"]) == 0
    make_stubs.STUB.write_text(written.replace("layer_lstm", "layer_lstn"), encoding="utf-8")
    assert make_stubs.main(["--check"]) == 1


def test_every_public_name_is_in_it(written):
    names = set()
    for node in ast.parse(written).body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            names.add(node.name)
        elif isinstance(node, ast.ImportFrom):
            names.update(alias.asname for alias in node.names if alias.asname)
        elif isinstance(node, ast.AnnAssign):
            names.add(node.target.id)
    assert set(pk.__all__) <= names


def parameters(node):
    """`[(name, kind, default)]` of a definition."""
    a = node.args
    positional = [*a.posonlyargs, *a.args]
    defaults = [None] * (len(positional) - len(a.defaults)) + a.defaults
    found = [(p.arg, "positional", default) for p, default in zip(positional, defaults, strict=True)]
    found += [(a.vararg.arg, "any number", None)] if a.vararg else []
    found += [(p.arg, "by name", default) for p, default in zip(a.kwonlyargs, a.kw_defaults, strict=True)]
    return [(name, kind, None if d is None else ast.unparse(d)) for name, kind, d in found]


@pytest.mark.parametrize("name", [n for n in pk.__all__ if isinstance(getattr(pk, n), Wrapper)])
def test_stub_and_signature_agree(name, functions):
    """The last definition is the call without a receiver: the signature itself."""
    wanted = [
        (
            p.name,
            {p.KEYWORD_ONLY: "by name", p.VAR_POSITIONAL: "any number"}.get(p.kind, "positional"),
            None if p.default is p.empty else repr(p.default),
        )
        for p in inspect.signature(getattr(pk, name)).parameters.values()
    ]
    *before, last = map(parameters, functions[name])
    if before and name not in L.__all__:  # a function that waits for its first argument where that is piped in
        first = (*wanted[0][:2], None)
        assert (before, last) == ([[first, *wanted[1:]]], wanted[1:])
    else:
        assert last == wanted


def test_layers_have_a_form_with_a_receiver_first(functions):
    assert [parameters(f)[0][0] for f in functions["layer_dense"]] == ["object", "units"]
    assert [parameters(f)[0][0] for f in functions["layer_add"]] == ["name", "inputs", "inputs"]
    assert len(functions["rnn_cell_gru"]) == 1


GOOD = """
from pipekeras import bidirectional, keras_model_sequential, layer_add, layer_conv_2d, layer_dense
from pipekeras import compile, fit, layer_flatten, layer_lstm
model = keras_model_sequential() >> layer_dense(10) >> layer_dense(1.0)
chain = layer_lstm(10, return_sequences=True) >> layer_lstm(10)
model >> bidirectional(chain)
layer_conv_2d(filters=3, kernel_size=(3, 3), input_shape=(28, 28, 1), padding="same")
layer_flatten("channels_last").name
x = layer_dense(model.outputs[0], 3)
layer_add([x, x], name="sum") >> layer_add(x)
layer_add(x, x)
model >> compile(optimizer="sgd", loss="mse")
model >> fit([[1.0]], [1.0], epochs=2)
"""
BAD = """
from pipekeras import layer_dense
layer_dense(10, activatoin="relu")
layer_dense("ten")
"""


@pytest.mark.slow
def test_scripts_type_check(tmp_path):
    pytest.importorskip("mypy")
    (tmp_path / "good.py").write_text(GOOD)
    (tmp_path / "bad.py").write_text(BAD)
    config = tmp_path / "mypy.ini"
    config.write_text(
        f"[mypy]\nmypy_path = {ROOT}\nfollow_imports = silent\n"
        "[mypy-keras.*]\nfollow_imports = skip\nignore_missing_imports = True\n"
    )

    def check(*what):
        command = [
            sys.executable,
            "-m",
            "mypy",
            "--config-file",
            str(config),
            "--cache-dir",
            str(tmp_path / "cache"),
            *what,
        ]
        return subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)

    stub = check(str(STUB))
    assert stub.returncode == 0, stub.stdout
    good = check("good.py")
    assert good.returncode == 0, good.stdout
    bad = check("bad.py")
    assert {line.split(":")[1] for line in bad.stdout.splitlines() if "error:" in line} == {"3", "4"}, bad.stdout
