"""Data to NumPy arrays: lists, data frames, categoricals, tensors; what cannot become one is an error that says why.

Everything that takes data converts it here, so that the pipe, fit() and array_reshape() read the same data alike:
categoricals are their codes from 0, None and NA among numbers are NaN, a data frame is a matrix. `as_array` keeps the
types that it finds; `to_array` makes of them what Keras trains on.
"""

from pipekeras._keras import keras
from pipekeras.errors import DataError, InvalidValueError, suggestion
from pipekeras.receivers import is_frame, is_layer, is_symbolic, is_tensor, say

_DTYPES = "float16 float32 float64 int8 int16 int32 int64 uint8 uint16 uint32 uint64 bool".split()
_NUMBERS, _TEXT = "biuf", "OUS"  # kinds of NumPy's types; objects that are no text never get this far
_KINDS = {**dict.fromkeys(_TEXT, "text"), "M": "dates", "m": "time spans", "c": "complex numbers"}


def as_dtype(value, where):
    """`value` as a NumPy dtype."""
    import numpy as np

    try:
        if value is not None:  # which NumPy takes for float64
            return np.dtype(value)
    except TypeError:
        pass
    hint = suggestion(value, _DTYPES, otherwise='; it is a name such as "float32"')
    raise InvalidValueError(f"{where}: dtype={value!r} is not a type{hint}")


# Anything to an array -------------------------------------------------------------------------------------------------


def as_array(x, where, remedy="", *, name="x", text=True):
    """`x` as a NumPy array of numbers, or with `text` also of strings, in the type that it has.

    Args:
        x: an array, (nested) list, data frame, Series, categorical or tensor; a number alone is an array without axes.
        where: the function that was called, for messages.
        remedy: what to do about a tensor without values, for the message.
        name: what `x` is called there.
        text: whether strings can be meant.

    Returns:
        The array; `x` itself if it is one already.

    Raises:
        DataError: if it is no data, or data that cannot be one array.
    """
    import numpy as np

    if is_tensor(x):
        values = values_of(x)
        if values is None:
            raise DataError(f"{where} needs values, {say(x)} is symbolic{remedy}")
        x = values
    array = _array(x, name, where, text, kinds=_NUMBERS + "c")
    return np.asarray(array.tolist()) if array.dtype == object else array


def to_array(x, name, where, text=False):
    """`x` as an array that a model takes: decimals in Keras's float type, whole numbers as they are.

    Args:
        x: an array, list, data frame, Series, categorical or tensor, its first axis the samples.
        name: what `x` is called, for messages.
        where: the function that was called.
        text: whether strings can be meant; they become a tensor, for arrays of them are nothing to Keras.

    Returns:
        A NumPy array; tensors of the running backend and sparse matrices stay what they are.

    Raises:
        DataError: if it is no data, or data that cannot be one array.
    """
    if is_tensor(x):
        if is_symbolic(x):
            raise DataError(f"{where}: {name} is symbolic, {say(x)}: it stands for data and has none itself")
        if is_native(x):
            return x
        values = values_of(x)
        x = x if values is None else values
    if type(x).__module__.startswith("scipy.sparse"):
        return x
    array = _array(x, name, where, text)
    kind = _kind(array)
    if array.ndim == 0:
        raise DataError(f"{where}: {name} is the single value {array[()]!r}; its first dimension must be the samples")
    if kind in _TEXT:
        return _text_tensor(array, name, where)
    if kind == "f" or (is_frame(x) and x.ndim == 2):
        return array.astype(keras.config.floatx(), copy=False)
    return array


def _array(x, name, where, text, kinds=_NUMBERS):
    """`x`, which is no tensor, as an array of one of the `kinds`, or an object array of text."""
    if is_categorical(x):
        return codes(x, name, where)
    if is_frame(x) and x.ndim == 2:
        return _frame(x, name, where, text)
    array = _series(x, name, where) if is_frame(x) else _plain(x, name, where)
    kind = _kind(array)
    if kind in kinds or (text and kind in _TEXT):
        return array
    example = f" ({str(array.reshape(-1)[0])!r})" if array.size else ""
    what = _KINDS.get(kind, "no numbers")
    remedy = (
        "for classes use pandas.Categorical(...), whose codes are taken" if what == "text" else "convert it to numbers"
    )
    raise DataError(f"{where}: {name} holds {what}{example}; {remedy}")


def _kind(array):
    """NumPy's letter for the kind of type; the short floats of Keras, which NumPy itself does not have, are floats."""
    return "f" if array.dtype.name.startswith(("bfloat16", "float8")) else array.dtype.kind


def _plain(x, name, where):
    """Lists, arrays, and what NumPy makes arrays of."""
    import numpy as np

    is_array = hasattr(x, "__array__") or hasattr(x, "__array_interface__")
    listed = isinstance(x, (list, tuple))
    if isinstance(x, np.ma.MaskedArray):  # whose masked values are still there, and would be taken for data
        x = np.where(np.ma.getmaskarray(x), None, x.data.astype(object))
    try:
        if x is None or isinstance(x, (str, bytes, dict)) or is_layer(x) or (callable(x) and not is_array):
            raise TypeError
        # Text stays Python's: NumPy's own would take for each string the room that the longest needs.
        array = np.array(x, object) if listed and isinstance(_first(x), (str, bytes)) else np.asarray(x)
        if listed and array.dtype.kind in "US":  # of numbers and text NumPy makes text
            array = np.array(x, object)
    except TypeError:
        array = None
    except ValueError:
        raise DataError(_ragged(x, name, where)) from None
    if array is None or (array.dtype == object and not array.ndim):
        raise DataError(f"{where}: {name} is {say(x)}; it must hold data: an array, a list of numbers, a data frame")
    return _from_objects(array, name, where) if array.dtype == object else array


def _first(x):
    while isinstance(x, (list, tuple)) and x:
        x = x[0]
    return x


def _from_objects(array, name, where):
    """An array of Python objects as what they are: numbers with None or NA among them, rows of one shape, text."""
    import numpy as np

    items = list(array.reshape(-1))
    missing = list(map(_is_missing, items))
    is_text = [isinstance(item, (str, bytes)) for item in items]
    if any(is_text):
        return _text(array, items, is_text, missing, name, where)
    if items and all(hasattr(item, "__len__") for item in items):
        try:
            rows = np.array(items, object) if isinstance(_first(items), (str, bytes)) else np.asarray(items)
        except ValueError:
            rows = array
        if rows.ndim <= 1 or rows.shape == array.shape:
            raise DataError(_ragged(items, name, where))
        rows = rows.reshape(*array.shape, *rows.shape[1:])
        return _from_objects(rows, name, where) if rows.dtype == object else rows
    try:
        numbers = np.asarray([np.nan if gone else item for item, gone in zip(items, missing, strict=True)])
        if numbers.dtype == object:  # fractions and the like
            numbers = numbers.astype(float)
        return numbers.reshape(array.shape)
    except (TypeError, ValueError):
        odd = next((item for item in items if not (_is_missing(item) or isinstance(item, (int, float)))), items[0])
        raise DataError(f"{where}: {name} holds objects that are no numbers, such as {say(odd)}") from None


def _text(array, items, is_text, missing, name, where):
    if any(missing):
        raise DataError(
            f'{where}: {name} misses {sum(missing)} of its {len(items)} texts: fill them in, as with "", or leave those'
            " samples out"
        )
    if not all(is_text):
        word, other = items[is_text.index(True)], items[is_text.index(False)]
        raise DataError(f"{where}: {name} holds both text ({word!r}) and {say(other)}; make it one or the other")
    return array


def _is_missing(value):
    return value is None or type(value).__name__ == "NAType" or (isinstance(value, float) and value != value)


def _ragged(rows, name, where):
    lengths = {len(row) for row in rows if hasattr(row, "__len__")}
    differ = f"of different lengths ({min(lengths)} to {max(lengths)})" if len(lengths) > 1 else "that differ in shape"
    return f"{where}: {name} is {len(rows)} sequences {differ}: make them equal first, with pad_sequences()"


# pandas ---------------------------------------------------------------------------------------------------------------


def is_categorical(x):
    """Whether `x` is a pandas categorical: Series, Categorical or index."""
    return type(getattr(x, "dtype", None)).__name__ == "CategoricalDtype"


def codes(x, name, where):
    """The codes of a categorical, from 0; a DataError if a value is missing."""
    import numpy as np

    result = np.asarray(x.cat.codes if hasattr(x, "cat") else x.codes, "int32")
    missing = int((result < 0).sum())
    if missing:
        raise DataError(
            f"{where}: {name} is categorical and misses {missing} of its {len(result)} values: leave those samples out"
        )
    return result


def _series(series, name, where):
    """A Series that is no categorical: nullable numbers as numbers, NA as NaN."""
    import numpy as np

    zoned = series.dtype.kind == "M"  # dates with a time zone would come as objects
    array = np.asarray(series, "datetime64[ns]") if zoned else series.to_numpy()
    return _from_objects(array, name, where) if array.dtype == object else array


def _frame(frame, name, where, text):
    """A data frame as a matrix, a column for each of its own; text only if all of them are."""
    import numpy as np

    if not frame.shape[1]:
        return np.empty(frame.shape)
    columns = []
    for label, (_, column) in zip(frame.columns, frame.items(), strict=True):
        called = f"column {label!r} of {name}"
        columns.append(codes(column, called, where) if is_categorical(column) else _series(column, called, where))
    bad = [i for i, column in enumerate(columns) if column.dtype.kind not in _NUMBERS]
    if not bad or (text and all(column.dtype.kind in _TEXT for column in columns)):
        return np.stack(columns, axis=1)
    listed = ", ".join(f"{frame.columns[i]} ({frame.dtypes.iloc[i]})" for i in bad)
    raise DataError(
        f"{where}: {name} is a data frame with columns that are no numbers: {listed}. Make them categorical,"
        f' {name}.astype({{"{frame.columns[bad[0]]}": "category"}}), or leave them out'
    )


# Tensors --------------------------------------------------------------------------------------------------------------


def is_native(tensor):
    """Whether the running backend computes with `tensor`."""
    return is_symbolic(tensor) or isinstance(tensor, keras.Variable) or keras.ops.is_tensor(tensor)


def values_of(tensor):
    """The values of a tensor as a NumPy array; None if it only stands for some, in a model or a compiled function."""
    import numpy as np

    if is_symbolic(tensor):
        return None
    try:
        if is_native(tensor):
            return keras.ops.convert_to_numpy(tensor)
        return np.asarray(tensor.detach().cpu() if hasattr(tensor, "detach") else tensor)
    except (NotImplementedError, TypeError, ValueError):
        return None


def _text_tensor(array, name, where):
    backend = keras.backend.backend()
    if backend == "tensorflow":
        return keras.ops.convert_to_tensor(array.astype(object))
    raise DataError(
        f"{where}: {name} holds text, which a model on {backend} cannot read, only one on TensorFlow: make numbers of"
        " it before the model, as in x >> layer_text_vectorization(...)"
    )


def some(values):
    """The first few of `values`, for an error message."""
    if not values.ndim:
        return repr(values.item())
    return ", ".join(map(repr, values[:3].tolist())) + (", ..." if values.size > 3 else "")
