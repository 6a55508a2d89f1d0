"""The arguments that fit() and its kin share, from R's values to Keras's; what cannot be meant is an error."""

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


def freq(value):
    """validation_freq as Keras has it: a whole number, or epochs in a list, which Keras counts from 1 and we from 0."""
    if isinstance(value, (list, tuple, set, range)):
        return [values.count(one, "validation_freq", "fit", least=0) + 1 for one in value]
    return values.count(value, "validation_freq", "fit", least=1)


def verbose(value, where):
    """How much is printed: 0, 1, 2 or "auto"."""
    if value == "auto" and isinstance(value, str):
        return value
    if values.is_bool(value):
        return int(value)
    number = None if value is None or isinstance(value, str) else values.whole(value, "verbose", where)
    if number not in (0, 1, 2):
        raise InvalidValueError(f'{where}: verbose must be 0, 1, 2 or "auto", it got {value!r}')
    return number


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
