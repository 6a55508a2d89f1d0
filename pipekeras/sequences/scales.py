"""How the scale of one column is measured: its centre, and the spread it is divided by."""

import math
from dataclasses import dataclass

from pipekeras.errors import DataError, InvalidValueError, suggestion
from pipekeras.values import is_bool, number

__all__: list[str] = []

METHODS = ("standard", "minmax", "robust")


@dataclass(frozen=True)
class Measure:
    """What is measured, or given: `center` and `scale` are True, False, or a tuple of a number for each column."""

    method: str
    center: bool | tuple
    scale: bool | tuple

    @classmethod
    def of(cls, where, method, center, scale, width):
        """The measure that a user's arguments mean for `width` columns."""
        method = method_of(method, where)
        center, scale = _given(center, "center", width, where), _given(scale, "scale", width, where)
        if isinstance(scale, tuple) and not all(value > 0 for value in scale):
            raise InvalidValueError(f"{where}: scale must be above 0, it got {list(scale)}")
        return cls(method, center, scale)


def method_of(method, where, name="method"):
    """`method`, if it is one."""
    if method not in METHODS:
        near = suggestion(method, METHODS, quote='"') if isinstance(method, str) else ""
        raise InvalidValueError(
            f'{where}: {name} must be "standard", "minmax" or "robust", it got {method!r}{near}'
        )  # fmt: skip
    return method


def _given(value, name, width, where):
    if is_bool(value):
        return bool(value)
    if isinstance(value, (list, tuple)) or getattr(value, "ndim", 0) == 1:
        if len(value) != width:
            raise InvalidValueError(f"{where}: {name} has {len(value)} values, there are {width} columns to scale")
        result = tuple(float(number(item, f"each of {name}", where)) for item in value)
    else:
        result = (float(number(value, name, where)),) * width
    if not all(map(math.isfinite, result)):
        raise InvalidValueError(f"{where}: {name} must be finite, it got {value!r}")
    return result


def is_number_column(column):
    """Whether a pandas column holds numbers or truth values; numbers may also be Python's, with None among them."""
    if type(column.dtype).__name__ == "CategoricalDtype":
        return False
    if column.dtype == object:
        from pandas.api.types import infer_dtype

        return infer_dtype(column) in ("integer", "floating", "mixed-integer-float", "decimal")
    return getattr(column.dtype, "kind", "O") in "biuf"


def values_of_column(data, position, keep=False):
    """Column `position` of an array's last axis, or of a data frame, one row for each of the data's, as float64.

    With `keep`, the columns of a data frame keep their float type.
    """
    import numpy as np

    if hasattr(data, "iloc"):
        column = data.iloc[:, position]
        plain = isinstance(column.dtype, np.dtype)
        dtype = column.dtype if keep and plain and column.dtype.kind == "f" else np.dtype("float64")
        plain = plain and column.dtype != object
        return column.to_numpy(dtype) if plain else column.to_numpy(dtype, na_value=np.nan)
    if data.ndim == 1:
        return np.asarray(data, "float64")
    return np.asarray(data[..., position], "float64").reshape(len(data), -1)


def measured(values, measure, place, said, where):
    """(centre, scale, whether it is constant) of the values of one column; NaN is left out."""
    import numpy as np

    values = values.reshape(-1)
    values = values[~np.isnan(values)]
    if not values.size:
        raise DataError(f"{where}: {said} has no values to fit on, all are NaN: leave it out, or fill it in first")
    infinite = np.isinf(values)
    if infinite.any():
        raise DataError(f"{where}: {said} has {int(infinite.sum())} infinite values: make them NaN, or leave them out")
    same = values.min() == values.max()
    with np.errstate(over="ignore", invalid="ignore"):  # which is looked at below
        if measure.center is True:  # what is all the same has no rounding in its mean
            center = float(values[0]) if same else _center(values, measure.method)
        else:
            center = measure.center[place] if measure.center else 0.0
        if measure.scale is not True:
            return center, measure.scale[place] if measure.scale else 1.0, False
        spread = _spread(values, center, measure.method)
    if not (math.isfinite(center) and math.isfinite(spread)):
        raise DataError(f"{where}: {said} has values too large to scale, up to {float(np.abs(values).max())}")
    return center, spread or 1.0, spread == 0


def _center(values, method):
    import numpy as np

    return float({"standard": np.mean, "minmax": np.min, "robust": np.median}[method](values))


def _spread(values, center, method):
    import numpy as np

    if method == "minmax":
        return float(values.max() - values.min())
    if method == "robust":
        low, high = np.quantile(values, [0.25, 0.75])
        return float(high - low)
    away = values - center
    largest = float(np.abs(away).max())
    if largest == 0:
        return 0.0
    # Divided first, so that squares neither overflow nor vanish.
    return largest * math.sqrt(float(np.square(away / largest).sum()) / max(1, len(values) - 1))
