"""The arguments that fit() and its kin share, from R's values to Keras's; what cannot be meant is an error."""

import numbers

from pipekeras import values
from pipekeras._keras import keras
from pipekeras.errors import ArgumentError, DataError, InvalidValueError
from pipekeras.models.inputs import is_dataset
from pipekeras.pipe import Function
from pipekeras.receivers import say

__all__: list[str] = []


def some(x, where):
    """Raise if there is no data."""
    if x is None:
        raise DataError(f"{where}: x is None; it needs data")


def alone(x, where, **others):
    """Raise if something is given beside what already gives whole batches."""
    what = "dataset" if is_dataset(x) else "generator"
    for name, value in others.items():
        if value is not None and not (name == "validation_split" and value == 0):
            remedy = {
                "batch_size": "makes its own batches: leave it out, or batch there",
                "validation_split": "cannot be split: give validation_data",
            }.get(name, f"returns {name} with each batch: leave it out")
            raise ArgumentError(f"{where}: {name} is given, but x is a {what}, which {remedy}")


def count(value, name, where, optional=False, least=1):
    """A whole number that is not below `least`."""
    if value is None and optional:
        return None
    number = values.count(value, name, where)
    if number < least:
        raise InvalidValueError(f"{where}: {name} must be at least {least}, it got {number}")
    return number


def freq(value):
    """validation_freq: a whole number, or several in a list."""
    if isinstance(value, (list, tuple, set, range)):
        return [count(one, "validation_freq", "fit") for one in value]
    return count(value, "validation_freq", "fit")


def verbose(value, where):
    """How much is printed: 0, 1, 2 or "auto"."""
    if value == "auto" and isinstance(value, str):
        return value
    if isinstance(value, bool) or type(value).__name__ in ("bool", "bool_"):
        return int(value)
    number = None if value is None or isinstance(value, str) else values.whole(value, "verbose", where)
    if number not in (0, 1, 2):
        raise InvalidValueError(f'{where}: verbose must be 0, 1, 2 or "auto", it got {value!r}')
    return number


def share(value):
    """validation_split: a share of the samples."""
    if value is None:
        return 0
    if not isinstance(value, numbers.Real) or isinstance(value, bool) or not 0 <= value < 1:
        raise InvalidValueError(
            f"fit: validation_split must be a share of the samples, from 0 up to but not including 1, it got {value!r}"
        )
    return value


def callbacks(value, where):
    """Callbacks in a list, wherever they stood."""
    if value is None:
        return []
    if isinstance(value, keras.callbacks.CallbackList):
        return list(value.callbacks)
    if isinstance(value, dict):
        value = list(value.values())
    found = []
    for one in value if isinstance(value, (list, tuple)) else [value]:
        if isinstance(one, (list, tuple)):
            found += callbacks(one, where)
        elif isinstance(one, keras.callbacks.Callback):
            found.append(one)
        elif one is not None:
            if isinstance(one, (Function, type)):
                raise ArgumentError(f"{where}: the callback {one.__name__} lacks parentheses: {one.__name__}(...)")
            raise InvalidValueError(f"{where}: callbacks must be callbacks of Keras, it got {say(one)}")
    return found


def class_weight(value, sample_weight, where):
    """{class: weight} with whole classes, from a dict with any kind of keys, or from weights in the classes' order."""
    if value is None:
        return None
    if sample_weight is not None:
        raise ArgumentError(f"{where}: class_weight and sample_weight are both given: multiply one into the other")
    items = value.items() if hasattr(value, "items") else enumerate(value) if hasattr(value, "__iter__") else None
    if items is None or isinstance(value, str):
        raise InvalidValueError(f"{where}: class_weight must be {{class: weight}}, it got {say(value)}")
    weights = {}
    for key, weight in items:
        try:
            number, share = float(key), float(weight)
        except (TypeError, ValueError):
            number = share = float("nan")
        if number < 0 or not number.is_integer() or share != share:
            raise InvalidValueError(
                f"{where}: class_weight has {key!r}: {weight!r}; it must be {{class: weight}}, the classes as whole"
                " numbers counted from 0, as in {0: 1.0, 1: 5.0}"
            )
        weights[int(number)] = share
    return weights
