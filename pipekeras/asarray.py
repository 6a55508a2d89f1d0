"""Data to NumPy arrays: lists, data frames, categoricals, tensors; what cannot become one is an error that says why."""

from pipekeras._keras import keras
from pipekeras.errors import DataError, InvalidValueError, suggestion
from pipekeras.receivers import is_frame, is_symbolic, is_tensor, say

_DTYPES = "float16 float32 float64 int8 int16 int32 int64 uint8 uint16 uint32 uint64 bool".split()


def as_dtype(value, where):
    """`value` as a NumPy dtype."""
    import numpy as np

    try:
        if value is not None:  # which NumPy takes for float64
            return np.dtype(value)
    except TypeError:
        pass
    hint = suggestion(value, _DTYPES) or '; it is a name such as "float32"'
    raise InvalidValueError(f"{where}: dtype={value!r} is not a type{hint}")


def as_array(x, where, remedy=""):
    """`x` as a NumPy array of numbers or text; pandas categoricals become their codes."""
    import numpy as np

    if is_tensor(x):
        if not has_values(x):
            raise DataError(f"{where} needs values, {say(x)} is symbolic{remedy}")
        return _tensor_array(x)
    codes = categorical_codes(x)
    if codes is None and is_frame(x) and x.ndim == 2:
        return _frame_array(x, where)
    if codes is not None:
        if (codes < 0).any():
            raise DataError(
                f"{where}: x has {int((codes < 0).sum())} missing values among its categories: leave them out"
            )
        return codes
    try:
        array = np.asarray(x)
        if array.dtype == object and array.ndim:
            array = np.asarray(array.tolist())
    except ValueError:
        raise DataError(
            f"{where} needs rows of one length, x has rows of different lengths; pad_sequences() makes them equal"
        ) from None
    if array.dtype == object:
        what = "missing values" if array.ndim and any(map(_is_missing, array.reshape(-1))) else say(x)
        raise DataError(f"{where} needs numbers in an array, a list, a data frame or a tensor, it got {what}")
    return array


def _is_missing(value):
    return value is None or type(value).__name__ == "NAType"


def _frame_array(frame, where):
    import numpy as np

    if not frame.shape[1]:
        return np.empty(frame.shape)
    columns = [as_array(frame.iloc[:, i], where) for i in range(frame.shape[1])]
    kinds = {column.dtype.kind in "biuf" for column in columns}
    if len(kinds) > 1:
        text = [str(n) for n, c in zip(frame.columns, columns, strict=True) if c.dtype.kind not in "biuf"]
        raise DataError(f"{where} needs numbers in all columns, not in {', '.join(text)}")
    return np.stack(columns, axis=1)


def categorical_codes(x):
    """The codes of a pandas categorical (Series, Categorical, index); None for anything else."""
    if type(getattr(x, "dtype", None)).__name__ != "CategoricalDtype":
        return None
    import numpy as np

    return np.asarray(x.cat.codes if hasattr(x, "cat") else x.codes)


def is_native(tensor):
    """Whether the running backend computes with `tensor`."""
    return is_symbolic(tensor) or isinstance(tensor, keras.Variable) or keras.ops.is_tensor(tensor)


def has_values(tensor):
    """Whether there are values in `tensor`, or it only stands for some: in a model, in a compiled function."""
    if is_symbolic(tensor):
        return False
    try:
        _tensor_array(tensor)
    except (NotImplementedError, TypeError, ValueError):
        return False
    return True


def _tensor_array(tensor):
    import numpy as np

    if is_native(tensor):
        return keras.ops.convert_to_numpy(tensor)
    return np.asarray(tensor.detach().cpu() if hasattr(tensor, "detach") else tensor)


def some(values):
    """The first few of `values`, for an error message."""
    if not values.ndim:
        return repr(values.item())
    return ", ".join(map(repr, values[:3].tolist())) + (", ..." if values.size > 3 else "")
