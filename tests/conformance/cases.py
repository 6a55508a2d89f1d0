"""Cases that real R answered, and how to ask pipekeras the same. See README.md beside this file for their form."""

import json
import math
from pathlib import Path

import numpy as np

import pipekeras

HERE = Path(__file__).parent
# Not part of an answer: they depend on the process or on the session, not on the call.
NOT_COMPARED = {"registered_name", "build_config", "compile_config", "shared_object_id", "names"}


def load(file):
    """The cases of a file, as {id: case}."""
    return {case["id"]: case for case in json.loads((HERE / file).read_text())}


def names_in(expr):
    """Every function that an expression calls or mentions."""
    if isinstance(expr, list):
        return set().union(*map(names_in, expr)) if expr else set()
    if not isinstance(expr, dict):
        return set()
    own = {expr[key] for key in ("call", "fn") if isinstance(expr.get(key), str)}
    return own.union(*(names_in(value) for value in expr.values()))


def functions_of(case):
    """Every function that a case needs."""
    return names_in(case["expr"]) | names_in(case.get("let") or [])


def ask(case):
    """What pipekeras makes of a case, in a session that has made nothing yet."""
    from pipekeras._keras import keras

    keras.utils.clear_session(free_memory=False)
    bound = {}
    for name, expr in case.get("let") or []:
        bound[name] = build(expr, bound)
    return build(case["expr"], bound)


def build(expr, bound):
    """The value of an expression."""
    if isinstance(expr, list):
        return [build(item, bound) for item in expr]
    if not isinstance(expr, dict):
        return expr
    if "call" in expr:
        return _call(expr, bound, [])
    if "pipe" in expr:
        first, *steps = expr["pipe"]
        left = build(first, bound)
        for step in steps:
            left = left >> build(step, bound)
        return left
    for word, value in expr.items():
        if word in _WORDS:
            return _WORDS[word](value, expr, bound)
    raise ValueError(f"a case has an expression of an unknown form: {expr}")


def _call(expr, bound, before):
    function = getattr(pipekeras, expr["call"]) if expr["call"] else build(expr["of"], bound)
    positional = [build(value, bound) for value in expr.get("pos", [])]
    named = {name: build(value, bound) for name, value in expr.get("args", {}).items()}
    return function(*before, *positional, **named)


_WORDS = {
    "list": lambda value, expr, bound: [build(item, bound) for item in value],
    "dict": lambda value, expr, bound: {name: build(item, bound) for name, item in value.items()},
    "shape": lambda value, expr, bound: tuple(value),
    "array": lambda value, expr, bound: np.array(value, "float32").reshape(expr["dim"]),
    "intarray": lambda value, expr, bound: np.array(value, "int32").reshape(expr["dim"]),
    "axis": lambda value, expr, bound: value,
    "index": lambda value, expr, bound: value,
    "var": lambda value, expr, bound: bound[value],
    "fn": lambda value, expr, bound: getattr(pipekeras, value),
    "item": lambda value, expr, bound: build(value[0], bound)[value[1]],
}


def answer(case, result):
    """What is compared of a result, in the form of `expected`."""
    from pipekeras._keras import keras

    if case["kind"] == "config":
        return json.loads(json.dumps(keras.saving.serialize_keras_object(result), default=str))
    if case["kind"] == "model":
        shape = json.loads(json.dumps(result.output_shape))
        return {"config": json.loads(result.to_json()), "params": result.count_params(), "output_shape": shape}
    if isinstance(result, (list, tuple)):
        return {"list": [answer(case, item) for item in result]}
    array = np.asarray(keras.ops.convert_to_numpy(result))
    return {"shape": list(array.shape), "data": array.ravel().tolist()}


def difference(got, expected, tolerance, where="answer", without=()):
    """Where two answers first differ, in words; None where they agree. The keys in `without` are not compared."""
    if isinstance(expected, dict) and isinstance(got, dict):
        if "shape" in expected and "data" in expected:
            return _array_difference(got, expected, tolerance, where)
        for key in sorted((expected.keys() | got.keys()) - NOT_COMPARED - set(without)):
            if key not in got or key not in expected:
                return f"{where}.{key} is only in {'R' if key in expected else 'pipekeras'}"
            found = difference(got[key], expected[key], tolerance, f"{where}.{key}", without)
            if found:
                return found
        return None
    if isinstance(expected, list) and isinstance(got, list):
        if len(expected) != len(got):
            return f"{where}: R has {len(expected)} elements, pipekeras {len(got)}"
        return next(
            filter(
                None,
                (
                    difference(g, e, tolerance, f"{where}[{i}]", without)
                    for i, (g, e) in enumerate(zip(got, expected, strict=True))
                ),
            ),
            None,
        )
    return None if _same(got, expected, tolerance) else f"{where}: R has {expected!r}, pipekeras {got!r}"


def _array_difference(got, expected, tolerance, where):
    squeezed = [[d for d in answer["shape"] if d != 1] for answer in (got, expected)]
    if squeezed[0] != squeezed[1]:
        return f"{where}: R has shape {expected['shape']}, pipekeras {got['shape']}"
    return difference(got["data"], expected["data"], tolerance, where)


def _same(got, expected, tolerance):
    numbers = (int, float)
    if isinstance(got, numbers) and isinstance(expected, numbers):
        if isinstance(got, bool) and isinstance(expected, bool):
            return got == expected
        return math.isclose(got, expected, rel_tol=tolerance, abs_tol=tolerance) or (
            got != got and expected != expected
        )
    if isinstance(expected, str) and isinstance(got, numbers):  # R wrote Inf, -Inf and NaN as text
        return str(float(got)).lower() == {"Inf": "inf", "-Inf": "-inf", "NaN": "nan"}.get(expected, expected).lower()
    return got == expected
