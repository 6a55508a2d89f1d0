"""Arrays made ready for a model: array_reshape, to_categorical, normalize, pad_sequences.

They apply to data (arrays, lists, data frames, tensors), directly or through the pipe:

    array_reshape(x, (60000, 784))      x >> array_reshape((60000, 784))
    to_categorical(y, 10)               y >> to_categorical(10)

All but what concerns tensors is plain NumPy and needs no Keras.
"""

import numbers
from array import array as typed_list
from itertools import chain

from pipekeras._keras import keras
from pipekeras.asarray import as_array, as_dtype, codes, is_categorical, is_native, some, values_of
from pipekeras.data_verbs import data_verb
from pipekeras.errors import DataError, InvalidValueError, suggestion
from pipekeras.receivers import is_frame, is_symbolic, is_tensor, say
from pipekeras.values import count, is_bool, maybe_whole, target_shape

__all__ = ["array_reshape", "normalize", "pad_sequences", "to_categorical"]

# The functions --------------------------------------------------------------------------------------------------------


@data_verb()
def array_reshape(x, dim, order="C"):
    """Give an array another shape; by default its values are read and placed row by row.

    Args:
        x: array, (nested) list, data frame or tensor.
        dim: the new shape: a tuple, or a whole number for one dimension. One of its dimensions may be None (or -1): it
            takes what is left.
        order: "C" for row by row (the last index changes fastest), "F" for column by column, as R's own `dim<-` does.

    Returns:
        A NumPy array of shape `dim`. As in NumPy it may share its memory with `x`.

    Raises:
        InvalidValueError: if the values of `x` do not fill `dim`, or `dim` or `order` cannot be meant.

    Source: R `keras3::array_reshape`, `keras::array_reshape`.
    """
    where = "array_reshape"
    if isinstance(dim, str):
        raise InvalidValueError(f'{where}: dim is "{dim}"; dim is a shape, and order goes by name: order="{dim}"')
    if order not in ("C", "F"):
        hint = "" if isinstance(order, str) else "; all dimensions go into dim, as in dim=(60000, 784)"
        raise InvalidValueError(
            f'{where}: order must be "C" (row by row) or "F" (column by column), it got {order!r}{hint}'
        )
    array = as_array(x, where, "; inside a model use layer_reshape()")
    return array.reshape(_filled(target_shape(dim, "dim", where), array, where), order=order)


def _filled(dims, array, where):
    """The shape `dims` with its -1 worked out, if the array's values fill it."""
    shown = "(" + ", ".join("None" if d == -1 else str(d) for d in dims) + ("," if len(dims) == 1 else "") + ")"
    if any(d < -1 for d in dims):
        raise InvalidValueError(
            f"{where}: dim={shown} has {min(dims)}; a dimension is a count, or None for what is left"
        )
    open_ones = dims.count(-1)
    if open_ones > 1:
        raise InvalidValueError(
            f"{where}: dim={shown} leaves {open_ones} dimensions open; only one can take what is left"
        )
    has = f"{where}: x has {array.size} value{'s' * (array.size != 1)}, shape {array.shape}"
    known = 1
    for d in dims:
        known *= d if d != -1 else 1
    if not open_ones:
        if known != array.size:
            raise InvalidValueError(f"{has}; dim={shown} takes {known}")
        return dims
    if known == 0 or array.size % known:
        raise InvalidValueError(f"{has}; dim={shown} takes a multiple of {known}")
    return tuple(array.size // known if d == -1 else d for d in dims)


@data_verb(old={"y": "x"})
def to_categorical(x, num_classes=None, dtype=None):
    """Turn class numbers, counted from 0, into rows with a 1 in the column of the class and 0 elsewhere.

    Args:
        x: class numbers of any shape: array, list, Series, tensor; a last dimension of 1 is dropped. Whole floats are
            fine. Of pandas categoricals the classes are the levels in their order. R 2.x calls it `y`, which works too.
        num_classes: number of columns; by default one more than the largest class, or the number of levels, those that
            do not occur included.
        dtype: type of the result, such as "float32"; by default float64, and for tensors Keras's float type.

    Returns:
        An array of shape `(..., num_classes)`; of a tensor of the running backend, a tensor.

    Raises:
        DataError: if a class is missing, negative, not whole, text, or not below `num_classes`.

    Source: R `keras3::to_categorical`, `keras::to_categorical`.
    """
    import numpy as np

    where = "to_categorical"
    num_classes = maybe_whole(num_classes, "num_classes", where, least=1)
    wanted = None if dtype is None else as_dtype(dtype, where)
    data = values_of(x) if is_tensor(x) else x
    if data is None:
        return _one_hot(x, num_classes, dtype, where)
    classes, levels = _classes(data, where)
    if classes.ndim > 1 and classes.shape[-1] == 1:
        classes = classes[..., 0]
    if num_classes is None:
        if levels is None and not classes.size:
            raise DataError(f"{where}: x is empty, so num_classes has to be given")
        num_classes = levels if levels is not None else max(int(classes.max()) + 1, 1)
    flat = classes.reshape(-1)
    _check_classes(flat, num_classes, where)
    result = np.zeros((flat.size, num_classes), wanted or "float64")
    result[np.arange(flat.size), flat] = 1
    result = result.reshape(*classes.shape, num_classes)
    if is_tensor(x) and is_native(x):
        return keras.ops.convert_to_tensor(result, dtype=dtype or keras.config.floatx())
    return result


def _classes(x, where):
    """The classes in `x` as an int64 array, and of categoricals the number of levels."""
    import numpy as np

    if is_frame(x) and x.ndim == 2 and x.shape[1] == 1:
        x = x.iloc[:, 0]
    if is_categorical(x):
        levels = (x.cat if hasattr(x, "cat") else x).categories
        return codes(x, "x", where).astype("int64"), len(levels)
    array = as_array(x, where)
    if array.dtype.kind not in "biuf":
        raise DataError(
            f"{where} needs class numbers counted from 0, x holds {some(array.reshape(-1))}; of text make a categorical"
            " first: pandas.Categorical(x)"
        )
    if array.dtype.kind == "f":
        missing = int(np.isnan(array).sum())
        if missing:
            raise DataError(
                f"{where}: x has {missing} missing value{'s' * (missing != 1)} (NaN): leave those rows out first"
            )
        odd = array[~np.isfinite(array) | (array != np.trunc(array))]
        if odd.size:
            raise DataError(f"{where} needs whole class numbers, x has {some(odd)}")
    return array.astype("int64"), None


def _check_classes(classes, num_classes, where):
    import numpy as np

    wrong = np.unique(classes[(classes < 0) | (classes >= num_classes)])
    if not wrong.size:
        return
    if wrong[0] < 0:
        raise DataError(f"{where}: x has {some(wrong)}; classes count from 0 up")
    hint = " Classes that count from 1 need x - 1" if wrong[0] == num_classes and classes.min() > 0 else ""
    raise DataError(
        f"{where}: x has {some(wrong)}, num_classes={num_classes} leaves 0 to {num_classes - 1}.{hint}".rstrip(".")
    )


def _one_hot(x, num_classes, dtype, where):
    """For a tensor without values, as in a model or a compiled function: nothing can be checked, nothing counted."""
    if num_classes is None:
        raise InvalidValueError(f"{where}: x is symbolic, so num_classes has to be given")
    shape = tuple(x.shape)
    if len(shape) > 1 and shape[-1] == 1:
        x = keras.ops.squeeze(x, axis=-1)
    return keras.ops.one_hot(keras.ops.cast(x, "int32"), num_classes, dtype=dtype or keras.config.floatx())


@data_verb()
def normalize(x, axis=-1, order=2):
    """Scale the vectors along an axis to length 1; vectors of zeros stay zeros.

    Args:
        x: array, (nested) list, data frame or tensor of numbers.
        axis: the axis along which the vectors lie, counted from 0; by default the last.
        order: which length: 2 is the Euclidean, 1 the sum of absolute values, infinity the largest of them.

    Returns:
        An array of the shape of `x`; of a tensor of the running backend, a tensor. Integers become floats.

    Raises:
        InvalidValueError: if `x` has no such axis, or `order` is not a positive number.
        DataError: if `x` does not hold numbers.

    Source: R `keras3::normalize`, `keras::normalize`; along any axis, which there is wrong along the first.
    """
    import numpy as np

    where = "normalize"
    if not isinstance(order, numbers.Real) or is_bool(order) or not order > 0:
        raise InvalidValueError(f"{where}: order must be a positive number, such as 1 or 2, it got {order!r}")
    axis = count(axis, "axis", where)
    if is_tensor(x) and is_native(x):
        return _normalize_tensor(x, _axis(axis, x, where), order)
    array = as_array(x, where)
    if array.dtype.kind not in "biuf":
        raise DataError(f"{where} needs numbers, x holds {some(array.reshape(-1))}")
    axis = _axis(axis, array, where)
    if array.dtype.kind != "f":
        array = array.astype("float64")
    if not array.size:
        return array.copy()
    norm = np.linalg.norm(array, order, axis, keepdims=True)
    norm[norm == 0] = 1
    return array / norm


def _normalize_tensor(x, axis, order):
    ops = keras.ops
    if not is_symbolic(x):
        x = ops.convert_to_tensor(x)
    if "float" not in keras.backend.standardize_dtype(x.dtype):
        x = ops.cast(x, keras.config.floatx())

    def length(vectors):  # as a tuple: on JAX Keras cannot compile the norm along an axis that is a number
        return ops.norm(vectors, ord=order, axis=(axis,), keepdims=True)

    # Vectors of zeros are measured as ones: 0 / 1 is right, and so is the gradient, which a norm of 0 does not have.
    is_zero = ops.equal(length(x), 0)
    return ops.divide(x, length(ops.where(is_zero, ops.ones_like(x), x)))


def _axis(axis, x, where):
    rank = len(x.shape)
    if not -rank <= axis < rank:
        if not rank:
            raise InvalidValueError(f"{where}: x is a single number and has no axis")
        hint = f"; axes count from 0, so the last is {rank - 1} or -1" if axis >= rank else ""
        raise InvalidValueError(f"{where}: axis={axis}, but x has {rank} dimension{'s' * (rank != 1)}{hint}")
    return axis % rank


@data_verb()
def pad_sequences(sequences, maxlen=None, dtype="int32", padding="pre", truncating="pre", value=0):
    """Make sequences of different lengths one array: the short ones are filled up, the long ones cut.

    Args:
        sequences: list of sequences; each a list or array of numbers, or of equally shaped steps. A number alone is a
            sequence of one.
        maxlen: the length that all get; by default that of the longest.
        dtype: type of the result, such as "int32", "float32"; for words, `object`.
        padding: "pre" or "post": where a short sequence is filled up.
        truncating: "pre" or "post": where a long sequence loses what is too much.
        value: what is filled in.

    Returns:
        An array of shape `(number of sequences, maxlen)`, followed by the shape of a step if it has any.

    Raises:
        DataError: if what the sequences hold cannot become `dtype` unchanged, or their steps differ in shape.
        InvalidValueError: if another argument cannot be meant.

    Source: R `keras3::pad_sequences`, `keras::pad_sequences`.
    """
    import numpy as np

    where = "pad_sequences"
    dtype = as_dtype(dtype, where)
    for name, word in (("padding", padding), ("truncating", truncating)):
        if word not in ("pre", "post"):
            raise InvalidValueError(
                f'{where}: {name} must be "pre" or "post", it got {word!r}{suggestion(word, ["pre", "post"])}'
            )
    maxlen = maybe_whole(maxlen, "maxlen", where, least=1)
    rows = _rows(sequences, dtype, where)
    longest = max(map(len, rows), default=0)
    if maxlen is None:
        maxlen = longest
    if longest > maxlen:
        rows = [row[-maxlen:] if truncating == "pre" else row[:maxlen] for row in rows]
    values, value = _joined(rows, dtype, where), np.asarray(value)
    _check_fits(values, dtype, "the sequences hold", where, DataError)
    _check_fits(value, dtype, "value is", where, InvalidValueError)
    if dtype.kind in "US":  # as wide as the widest word, which str alone does not say
        dtype = np.result_type(values, value)
    lengths = np.fromiter(map(len, rows), "int64", len(rows))[:, None]
    columns = np.arange(maxlen)
    result = np.full((len(rows), maxlen, *values.shape[1:]), value, dtype)
    result[columns >= maxlen - lengths if padding == "pre" else columns < lengths] = values
    return result


def _rows(sequences, dtype, where):
    """The sequences, each something with a length that can be sliced."""
    if hasattr(sequences, "to_list"):  # a pandas Series, a ragged tensor
        sequences = sequences.to_list()
    elif is_tensor(sequences) or is_frame(sequences):
        sequences = as_array(sequences, where)
    if not (isinstance(sequences, (list, tuple, range)) or getattr(sequences, "ndim", 0)):
        raise DataError(f"{where} needs a list of sequences, it got {say(sequences)}")
    return [row if type(row) is list else _row(row, index, dtype, where) for index, row in enumerate(sequences)]


def _row(row, index, dtype, where):
    import numpy as np

    if isinstance(row, (tuple, range)):
        return list(row)
    if row is None or isinstance(row, (dict, set, frozenset)):
        raise DataError(f"{where}: sequence {index} is {say(row)}; each must be a list or an array")
    if type(row) is not np.ndarray:
        data = is_tensor(row) or is_frame(row)
        row = as_array(row, where) if data else np.asarray(row, object if dtype.kind == "O" else None)
    return row if row.ndim else row[None]


def _joined(rows, dtype, where):
    """All steps of all sequences, one after the other, in one array."""
    import numpy as np

    if dtype.kind in "iuf":
        numbers = _numbers_of(rows)
        if numbers is not None:
            return numbers
    kind = object if dtype.kind == "O" else None
    full = [row for row in rows if len(row)]
    try:
        if all(type(row) is list for row in full):
            values = np.asarray(list(chain.from_iterable(full)), kind)
        else:
            values = np.concatenate([np.asarray(row, kind) for row in full])
    except ValueError:
        shapes = sorted({str(np.shape(step)) for row in full for step in row})
        raise DataError(f"{where}: the steps of the sequences differ in shape: {', '.join(shapes)}") from None
    return values if full else values.astype(dtype)


def _numbers_of(rows):
    """Lists of ints or of floats in one array, or None if that is not what `rows` are.

    NumPy, which guesses what a list holds, takes two to three times as long.
    """
    import numpy as np

    for kind, dtype in (("q", "int64"), ("d", "float64")):
        values = typed_list(kind)
        try:
            for row in rows:
                values.fromlist(row)
            return np.frombuffer(values, dtype)
        except TypeError:  # no lists, or lists of something else
            continue
        except OverflowError:
            return None
    return None


def _check_fits(values, dtype, what, where, error):
    """Raise if `values` would not stay what they are as `dtype`."""
    import numpy as np

    if dtype.kind == "O" or not values.size:
        return
    values = values.reshape(-1)
    text = dtype.kind in "US"
    if values.dtype.kind not in ("US" if text else "biuf"):
        remedy = " or dtype=object" if values.dtype.kind in "USO" and not any(v is None for v in values[:1000]) else ""
        raise error(
            f'{where}: {what} {some(values)}, but dtype="{dtype}" is for {"text" if text else "numbers"}{remedy}'
        )
    if dtype.kind not in "iu":
        return
    if values.dtype.kind == "f":
        odd = values[~np.isfinite(values) | (values != np.trunc(values))]
        if odd.size:
            raise error(f'{where}: {what} {some(odd)}, which dtype="{dtype}" cannot keep; use dtype="float32"')
    limits = np.iinfo(dtype)
    low, high = values.min(), values.max()
    if low < limits.min or high > limits.max:
        wrong = low if low < limits.min else high
        raise error(
            f'{where}: {what} {wrong}, dtype="{dtype}" goes from {limits.min} to {limits.max}; use dtype="int64"'
        )
