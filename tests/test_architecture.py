"""How the parts may lean on each other, read from the source: imports run one way, and Keras has one door."""

import ast
import os
import re
from pathlib import Path

import pytest

pytestmark = pytest.mark.any_backend

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "pipekeras"
# From the ground up. A module imports only what stands before it; what is named nowhere here is a family.
CORE = (
    "errors",
    "files",
    "_keras",
    "values",
    "receivers",
    "asarray",
    "complaints",
    "growing",
    "compose",
    "pipe",
    "inventory",
    "wrap",
    "functions",
    "data_verbs",
    "figures",
)
# Between the core and the families: packages that know nothing of the families.
BETWEEN = ("sequences",)
TOP = ("__init__", "differences", "coverage", "api", "demo", "cli", "__main__")
HEAVY = {"keras", "tensorflow", "jax", "torch", "numpy", "pandas", "matplotlib"}
NOT_OURS = {".git", ".venv", "build", "dist", "node_modules"}


def module_name(path):
    """`layers._layer` for pipekeras/layers/_layer.py, `layers` for its __init__."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" and len(parts) > 1 else parts)


SOURCES = {module_name(path): path for path in sorted(PACKAGE.rglob("*.py"))}


def everything_imported(tree, lazily):
    """The dotted names that a module imports: at import time, or also inside of functions with `lazily`.

    `from a import b` counts as a.b. What stands under `if TYPE_CHECKING` is for the type checker alone.
    """
    found, waiting = [], list(tree.body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"line {node.lineno}: imports are written in full, not relative"
            found += [f"{node.module}.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            waiting += node.orelse
        elif lazily or not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            waiting += ast.iter_child_nodes(node)
    return found


def own_imports(name, lazily=False):
    """The modules of pipekeras that module `name` imports, as they are named in SOURCES."""
    result = set()
    for imported in everything_imported(ast.parse(SOURCES[name].read_text()), lazily):
        first, _, rest = imported.partition(".")
        if first != "pipekeras":
            continue
        while rest and rest not in SOURCES:
            rest = rest.rpartition(".")[0]
        result.add(rest or "__init__")
    return result - {name}


def rank(name):
    """How high a module stands: the core in its order, what knows it alone, the families, what puts them together."""
    if name in CORE:
        return CORE.index(name)
    if name in TOP:
        return len(CORE) + 2 + TOP.index(name)
    return len(CORE) + (name.partition(".")[0] not in BETWEEN)


def test_the_walk_sees_what_there_is():
    assert set(CORE) <= SOURCES.keys()
    assert {"layers", "layers._layer", "layers.core", "models", "__init__"} <= SOURCES.keys()
    assert own_imports("pipe") == {"_keras", "compose", "errors", "receivers"}
    assert "layers.own" in own_imports("layers._layer", lazily=True) - own_imports("layers._layer")


@pytest.mark.parametrize("name", SOURCES)
def test_imports_run_one_way(name):
    for other in own_imports(name):
        lower = rank(other) < rank(name) if name in CORE or name in TOP else rank(other) <= rank(name)
        order = " <- ".join([*CORE, *BETWEEN, "families", "__init__"])
        assert lower, f"{name} imports {other}, which stands above it: {order}"


def test_no_module_imports_itself_in_a_circle():
    done = set()

    def visit(name, path):
        assert name not in path, f"a circle of imports: {' -> '.join([*path, name])}"
        if name not in done:
            inside = {other for other in own_imports(name) if not name.startswith(f"{other}.")}
            for other in sorted(inside):
                visit(other, [*path, name])
            done.add(name)

    for name in SOURCES:
        visit(name, [])


@pytest.mark.parametrize("name", SOURCES)
def test_keras_has_one_door(name):
    names = everything_imported(ast.parse(SOURCES[name].read_text()), lazily=True)
    keras = {imported for imported in names if imported.partition(".")[0] in ("keras", "tf_keras")}
    assert not keras, f"{name} imports {keras}: write `from pipekeras._keras import keras`"


@pytest.mark.parametrize("name", SOURCES)
def test_nothing_heavy_is_imported_at_import(name):
    names = everything_imported(ast.parse(SOURCES[name].read_text()), lazily=False)
    heavy = {imported for imported in names if imported.partition(".")[0] in HEAVY}
    assert not heavy, f"{name} imports {heavy} at import: import it in the function that needs it"


def our_files():
    """Every file of the project, also those that are not committed yet; what tools leave behind is not among them."""
    for folder, folders, files in os.walk(ROOT):
        folders[:] = [
            f for f in folders if f not in NOT_OURS and not f.endswith(("cache", "cache__", ".egg-info", ".hypothesis"))
        ]
        yield from (Path(folder, file) for file in files)


PYTHON = [path for path in our_files() if path.suffix == ".py"]
TEXT = [
    path
    for path in our_files()
    if path.suffix in {".py", ".pyi", ".md", ".toml", ".txt", ".yml", ".json", ".csv"}
    or path.name in {"Makefile", "run"}
]


def test_files_stay_short():
    long = {str(p.relative_to(ROOT)): n for p in PYTHON if (n := len(p.read_text().splitlines())) > 500}
    assert not long, f"one file, one idea; these have over 500 lines: {long}"


def test_nobody_imports_the_private_part_of_keras():
    assert len(PYTHON) > 20
    private = [
        f"{path.relative_to(ROOT)}: {name}"
        for path in PYTHON
        for name in everything_imported(ast.parse(path.read_text()), lazily=True)
        if re.match(r"keras\.(src|_tf_keras)\b|tensorflow\.python\b|jax\._src\b", name)
    ]
    assert not private


def test_no_file_names_a_machine():
    """A path or a package index that exists on one machine only has no place in the project."""
    # In pieces, so that this file does not find itself.
    words = ["/" + "root/", "/" + "work/", "/" + "home/", "/opt/" + "pypi", "index" + "-url", "find" + "-links"]
    pattern = re.compile("|".join(map(re.escape, words)))
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:100]}"
        for path in TEXT
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if pattern.search(line)
    ]
    assert not found
