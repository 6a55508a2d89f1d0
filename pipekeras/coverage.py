"""Every name of both R packages and how it stands here, read from the code: what `pipekeras api` prints.

for row in coverage():
    print(row.name, row.state, row.notes)
"""

import ast
import dataclasses
import functools
import inspect
import keyword
import re

from pipekeras import differences, inventory

SAME, DIFFERS, NOT_APPLICABLE, MISSING = "same", "differs", "not applicable", "missing"
ABSENT = object()  # no name may stand for None: newaxis does
_NOT_ARGUMENTS = {"...", "object", "parent_env"}  # R's own machinery: dots, what is piped, where names are looked up


@dataclasses.dataclass(frozen=True)
class Row:
    """One name of R's: the packages that have it, what it is called here, its state, and what there is to say."""

    name: str
    packages: tuple
    python: str
    state: str
    notes: tuple = ()


def coverage():
    """A Row for every name of both packages, in alphabetical order.

    Reads the signatures of all functions, so it opens Keras.
    """
    return [_row(name) for name in inventory.names()]


def python_name(name):
    """What a name of R's is called here: dots are underscores, and words that Python reserves end in one."""
    if name in differences.SYNTAX:
        return differences.SYNTAX[name][0]
    name = name.replace(".", "_")
    return f"{name}_" if keyword.iskeyword(name) else name


def function_of(name):
    """The function or other object behind a name of R's; ABSENT where there is none."""
    import pipekeras

    return getattr(pipekeras, python_name(name), ABSENT)


def accepted(function):
    """Every argument name that a function understands: today's, those of old, those that may still be given."""
    beside = (getattr(function, name, ()) for name in ("old", "neutral", "also"))
    return {*_parameters(function), *(argument for names in beside for argument in names)}


def missing_arguments(name):
    """`{package: [R's arguments that the function does not understand]}`; empty where it understands them all."""
    function = function_of(name)
    known = accepted(function)
    result = {}
    for package in inventory.packages_of(name):
        if inventory.entries(package)[name]["kind"] != "function":
            continue
        lacking = [argument for argument, _ in inventory.exports(package)[name] if not _understood(argument, known)]
        if lacking:
            result[package] = lacking
    return result


def value_of(text):
    """The Python value of a default that R writes, such as `c(1L, 1L)` or `NULL`; ValueError where it is no literal."""
    for r, python in ((r"\bNULL\b", "None"), (r"\bTRUE\b", "True"), (r"\bFALSE\b", "False"), (r"(\d)L\b", r"\1")):
        text = re.sub(r, python, text)
    text = re.sub(r"\b(list|c|tuple)\(", "(", text)
    try:
        return ast.literal_eval(text)
    except (SyntaxError, ValueError):
        raise ValueError(f"{text} is no literal") from None


def _row(name):
    packages, python = inventory.packages_of(name), python_name(name)
    if name in differences.SYNTAX:
        return Row(name, packages, python, NOT_APPLICABLE, (differences.SYNTAX[name][1],))
    if name in differences.R_ONLY:
        return Row(name, packages, python, NOT_APPLICABLE, (differences.R_ONLY[name],))
    if name in differences.UNAVAILABLE:
        return Row(name, packages, python, NOT_APPLICABLE, (f"UnavailableError: {differences.UNAVAILABLE[name]}",))
    function = function_of(name)
    if function is ABSENT:
        return Row(name, packages, python, MISSING)
    notes = (*_listed(name), *_other_defaults(name, function), *_other_order(name, function))
    return Row(name, packages, python, DIFFERS if notes else SAME, notes)


def _listed(name):
    if name in differences.ATTRIBUTES:
        yield f"pipekeras.{python_name(name)} alone, no part of a star import: {differences.ATTRIBUTES[name]}"
    if name in differences.MEANING:
        yield differences.MEANING[name]
    arguments = {a for package in inventory.packages_of(name) for a, _ in inventory.exports(package)[name]}
    yield from dict.fromkeys(note for a, note in differences.BY_ARGUMENT.items() if a in arguments)
    for argument, reason in differences.ARGUMENTS.get(name, {}).items():
        yield f"{argument}: {reason}"
    reserved = sorted(a for a in arguments if keyword.iskeyword(a))
    if reserved:
        yield f"written with an underscore: {', '.join(f'{a}_' for a in reserved)}"


def _other_defaults(name, function):
    """`epochs is 1 (keras: 10)` for each package whose formals show another value than the signature."""
    parameters, old = _parameters(function), getattr(function, "old", {})
    for package in inventory.packages_of(name):
        told = []
        for argument, text in inventory.exports(package)[name]:
            here = parameters.get(old.get(argument, argument) if isinstance(old, dict) else argument)
            if here is None or argument in differences.BY_ARGUMENT or here.default is here.empty or text is None:
                continue
            try:
                theirs = value_of(text)
            except ValueError:
                continue
            # NULL stands for "left out", and a name for what Keras makes of the class's.
            if isinstance(theirs, tuple) and isinstance(here.default, str) and all(isinstance(t, str) for t in theirs):
                theirs = theirs[0]  # the choices; R takes the first
            if theirs is not None and argument != "name" and _plain(theirs) != _plain(here.default):
                told.append(f"{argument} is {_say(here.default)} ({text} in {_called(package)})")
        if told:
            yield f"default of {', '.join(told)}"


def _other_order(name, function):
    """A note for each package whose arguments by position come in another order."""
    ours = [p.name for p in _parameters(function).values() if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    ours = [a for a in ours if a not in _NOT_ARGUMENTS]
    for package in inventory.packages_of(name):
        theirs = [argument for argument, _ in inventory.exports(package)[name]]
        theirs = theirs[: theirs.index("...")] if "..." in theirs else theirs
        both = [a for a in theirs if a in ours]
        if both != [a for a in ours if a in both]:
            yield f"arguments in another order than in {_called(package)}"


def _called(package):
    return {"keras2": "keras 2.x", "keras3": "keras3"}[package]


def _understood(argument, known):
    spelled = argument.replace(".", "_")
    return argument in _NOT_ARGUMENTS or bool({argument, spelled, f"{spelled}_"} & known)


@functools.cache
def _parameters(function):
    try:
        parameters = inspect.signature(function).parameters
    except (TypeError, ValueError):
        return {}
    return {n: p for n, p in parameters.items() if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)} | {
        n: p for n, p in parameters.items() if p.kind is p.VAR_POSITIONAL
    }


def _plain(value):
    """A value in which 1 and 1.0, a tuple and a list, "Zeros" and "zeros" are the same; a vector of one is its element.

    So are "auto", as 2.x called the usual reduction of a loss, and its name.
    """
    if isinstance(value, str):
        return "sum_over_batch_size" if value == "auto" else value.lower()
    if isinstance(value, (list, tuple)):
        items = [_plain(item) for item in value]
        return items[0] if len(items) == 1 else items
    return value


def _say(value):
    return getattr(value, "__name__", None) or repr(value)
