"""What the R packages keras 2.16.1 and keras3 export: every name with its arguments, read from data/r_api.

    exports("keras3")["layer_dense"]   [("object", None), ("units", None), ("activation", "NULL"), ...]

Defaults are R's text, None where an argument has none. The methods behind fit, compile and evaluate stand in place of
the exports, which show only `(object, ...)`.
"""

import functools
import json
from pathlib import Path

PACKAGES = ("keras2", "keras3")  # in the order of their age; "keras" as R calls the first

_FOLDER = Path(__file__).parent / "data" / "r_api"


@functools.cache
def entries(package):
    """`{name: what the inventory says of it}` of a package: its kind, where it comes from, its arguments."""
    return json.loads((_FOLDER / f"{package}.json").read_text(encoding="utf-8"))


@functools.cache
def exports(package):
    """`{name: [(argument, R's text of its default), ...]}` of a package, in R's order."""
    methods = json.loads((_FOLDER / "methods.json").read_text(encoding="utf-8"))[package]
    found = {name: [tuple(pair) for pair in entry["args"] or []] for name, entry in entries(package).items()}
    for method, arguments in methods.items():  # compile.keras.engine.training.Model and its like
        generic = method.partition(".")[0]
        if generic in found:
            found[generic] = [tuple(pair) for pair in arguments]
    return found


@functools.cache
def names():
    """Every name of both packages, in alphabetical order."""
    return tuple(sorted({name for package in PACKAGES for name in entries(package)}))


def packages_of(name):
    """The packages that export a name."""
    return tuple(package for package in PACKAGES if name in entries(package))


def r_package(name):
    """The R package that a name is looked up in: keras3, or keras where only 2.x has it."""
    return "keras3" if "keras3" in packages_of(name) else "keras"
