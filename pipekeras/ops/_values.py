"""What the arguments of op_* are, by name: tensors, lists of tensors, whole numbers, shapes, types, functions."""

from pipekeras import values
from pipekeras._keras import keras
from pipekeras.asarray import as_array, is_native, values_of
from pipekeras.errors import InvalidValueError, suggestion
from pipekeras.receivers import is_frame, is_symbolic, is_tensor, say
from pipekeras.wrap import Wrapper

_DTYPES = """float16 float32 float64 bfloat16 int8 int16 int32 int64 uint8 uint16 uint32 uint64 bool complex64
complex128 string""".split()
_INT32 = 2**31

# Tensors --------------------------------------------------------------------------------------------------------------


def is_number(value):
    """Whether `value` is a number of Python's, which Keras takes in the type of what it is computed with."""
    return isinstance(value, (bool, int, float, complex)) and type(value).__module__ != "numpy"


def is_row(value):
    """Whether `value` is a number, or a list of numbers such as a size, and so no image and no kernel."""
    return is_number(value) or (isinstance(value, (list, tuple)) and all(map(is_number, value)))


def tensor(value, name, where):
    """`value` as a tensor: lists and frames in Keras's float type, arrays as they are, plain numbers untouched."""
    if is_number(value):
        return value
    if is_tensor(value):
        return _native(value)
    if type(value).__module__ == "numpy" and getattr(value, "shape", None) == () and not hasattr(value, "__setitem__"):
        return value.item()  # a number that NumPy computed: its type must not decide that of a whole tensor
    if isinstance(value, (list, tuple)) and holds_tensors(value):
        return keras.ops.stack([keras.ops.convert_to_tensor(tensor(item, name, where)) for item in value])
    array = as_array(value, where, name=name, text=False)
    return to_tensor(in_keras_types(array) if isinstance(value, (list, tuple)) or is_frame(value) else array)


def solid(value, name, where):
    """As `tensor`, and a number is one too: for functions that on some backend take no numbers."""
    value = tensor(value, name, where)
    return keras.ops.convert_to_tensor(value) if is_number(value) else value


def exact(value, name, where):
    """`value` as a tensor in the type of NumPy, for what is cast next."""
    if is_number(value) or is_tensor(value) or (isinstance(value, (list, tuple)) and holds_tensors(value)):
        return tensor(value, name, where)
    return to_tensor(as_array(value, where, name=name, text=False))


def counts(value, name, where):
    """Whole numbers as a tensor, such as indices or classes: of arrays and lists also floats, if they are whole."""
    import numpy as np

    if is_tensor(value) or (isinstance(value, (list, tuple)) and holds_tensors(value)):
        return tensor(value, name, where)
    if is_number(value):
        return integers(value, name, where)
    array = as_array(value, where, name=name, text=False)
    if array.dtype.kind == "f":
        odd = array[~(array == np.trunc(array))]
        if odd.size:
            raise InvalidValueError(f"{where}: {name} must hold whole numbers, it has {odd.reshape(-1)[0]}")
    if array.dtype.kind in "fb":
        array = array.astype("int64")
    return to_tensor(in_keras_types(array))


def places(value, name, where):
    """As `counts`, and a number is a tensor too."""
    value = counts(value, name, where)
    return keras.ops.convert_to_tensor(value) if is_number(value) else value


def times(value, name, where):
    """How often something is repeated: a number, or an array with one for each element."""
    import numpy as np

    value = integers(value, name, where)
    return np.asarray(value, "int32") if isinstance(value, tuple) else value


def key(value, name, where):
    """What stands between brackets: several parts in a list are as in a tuple, for each axis one."""
    if isinstance(value, (list, tuple)):
        return tuple(key(part, name, where) for part in value)
    if isinstance(value, slice):
        return slice(*(integers(bound, name, where) for bound in (value.start, value.stop, value.step)))
    return int(value) if isinstance(value, float) and value.is_integer() else value


def bits(value, name, where):
    """Whole numbers whose bits are looked at."""
    if is_tensor(value) and "float" in keras.backend.standardize_dtype(value.dtype):
        raise InvalidValueError(
            f'{where}: {name} holds decimals, which have no bits to look at: op_cast("int32") first'
        )
    return counts(value, name, where)


def image_size(value, name, where):
    """Height and width."""
    size = integers(value, name, where)
    if not isinstance(size, tuple) or len(size) != 2:
        raise InvalidValueError(f"{where}: {name} must be (height, width), it got {say(value)}")
    return size


def two(value, name, where):
    """Two numbers, one along height and one along width; one alone is both."""
    numbers = value.tolist() if hasattr(value, "tolist") else values.loose(value, name, where)
    numbers = (numbers, numbers) if is_number(numbers) else numbers
    if not isinstance(numbers, (list, tuple)) or len(numbers) != 2 or not all(map(is_number, numbers)):
        raise InvalidValueError(f"{where}: {name} must be one number or two, it got {say(value)}")
    return tuple(numbers)


def word(*known):
    """What makes sure that a value is one of the known words, which some backends do not look at."""

    def convert(value, name, where):
        if isinstance(value, str) and value.lower() in known:
            return value.lower()
        words = " or ".join(f'"{one}"' for one in known)
        raise InvalidValueError(f"{where}: {name} must be {words}, it got {value!r}")

    return convert


def pair(value, name, where):
    """The real and the imaginary part: two tensors."""
    if not isinstance(value, (list, tuple)) or len(value) != 2:
        raise InvalidValueError(
            f"{where}: {name} must be a pair of the real and the imaginary part, it got {say(value)}"
        )
    parts = [tensor(item, name, where) for item in value]
    return tuple(
        part if "float" in keras.backend.standardize_dtype(part.dtype) else keras.ops.cast(part, keras.config.floatx())
        for part in map(keras.ops.convert_to_tensor, parts)
    )


def tensors(value, name, where):
    """A list of what can be tensors; a tensor alone stays one."""
    if isinstance(value, (list, tuple)):
        if not value:
            raise InvalidValueError(f"{where}: {name} is empty; it must be a list of tensors")
        return [tensor(item, name, where) for item in value]
    return tensor(value, name, where)


def structure(value, name, where):
    """Tensors in a structure of tuples, dicts and lists; a list of nothing but numbers is one tensor."""
    if isinstance(value, dict):
        return {key: structure(item, name, where) for key, item in value.items()}
    if isinstance(value, (list, tuple)) and not all(map(_is_numbers, value)):
        return type(value)(structure(item, name, where) for item in value)
    return tensor(value, name, where)


def state(value, name, where):
    """What a loop carries along: as `structure`, but the numbers in a list are each a part of it."""
    if isinstance(value, dict):
        return {key: state(item, name, where) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(state(item, name, where) for item in value)
    return tensor(value, name, where)


def holds_tensors(value):
    """Whether a (nested) list has a tensor anywhere in it."""
    if isinstance(value, (list, tuple)):
        return any(holds_tensors(item) for item in value if not is_number(item))
    return is_tensor(value)


def _is_numbers(value):
    return is_number(value) or (isinstance(value, (list, tuple)) and all(map(_is_numbers, value)))


def _native(value):
    """A tensor of another backend as one of ours."""
    if is_symbolic(value) or is_native(value):
        return value
    found = values_of(value)
    return value if found is None else keras.ops.convert_to_tensor(found)


def in_keras_types(array):
    """An array made of plain numbers in the types that Keras gives these: floatx, and int32 where they fit."""
    floatx = keras.config.floatx()
    if array.dtype.kind == "f":
        return array.astype(floatx)
    if array.dtype.kind == "c" and floatx != "float64":
        return array.astype("complex64")
    if array.dtype.name == "int64" and (not array.size or abs(array).max() < _INT32):
        return array.astype("int32")
    return array


def to_tensor(array, dtype=None):
    """A NumPy array as a tensor."""
    if any(step < 0 for step in array.strides):  # torch has no tensors that run backwards
        array = array.copy()
    return keras.ops.convert_to_tensor(array)


# Whole numbers and shapes ---------------------------------------------------------------------------------------------


def integers(value, name, where):
    """Whole numbers, alone or in (nested) lists, as ints and tuples; None, text and tensors stay what they are."""
    if value is None or isinstance(value, str) or is_tensor(value):
        return value
    if getattr(value, "ndim", 0) and hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, (list, tuple, range)):
        return tuple(integers(item, name, where) for item in value)
    return values.whole(value, name, where)


def starts(value, name, where):
    """Where something starts, a whole number for each axis; a number alone is for the only one."""
    value = integers(value, name, where)
    return (value,) if isinstance(value, int) else value


def new_shape(value, name, where):
    """A shape in which None or NaN (R's NA) is -1: the dimension that takes what is left."""
    return _shape(value, name, where, -1)


def extent(value, name, where):
    """A shape of which all is known; its dimensions may be tensors."""
    return _shape(value, name, where, None)


def _shape(value, name, where, unknown):
    if is_tensor(value) and tuple(value.shape) != ():
        return value
    if hasattr(value, "as_list"):  # a TensorFlow TensorShape
        value = value.as_list()
    if getattr(value, "ndim", 0) and hasattr(value, "tolist"):
        value = value.tolist()
    dims = value if isinstance(value, (list, tuple, range)) else (value,)
    return tuple(_dimension(d, name, where, unknown) for d in dims)


def _dimension(value, name, where, unknown):
    if is_tensor(value):
        return value
    if value is None or (isinstance(value, float) and value != value):
        if unknown is None:
            raise InvalidValueError(f"{where}: {name} has {value!r} where a whole number belongs")
        return unknown
    number = values.whole(value, name, where)
    if number < (0 if unknown is None else -1):
        raise InvalidValueError(f"{where}: {name} has {number}; a dimension is at least 0")
    return number


# Words and functions --------------------------------------------------------------------------------------------------


def dtype(value, name, where):
    """The name of a type, given by name or as a type of NumPy's or a backend's."""
    if value is None:
        return None
    try:
        return keras.backend.standardize_dtype(value)
    except (ValueError, TypeError):
        hint = suggestion(value, _DTYPES, quote='"', otherwise='; it is a name such as "float32"')
        raise InvalidValueError(f"{where}: {name}={value!r} is not a type{hint}") from None


def function(value, name, where):
    """What can be called; of our own functions that which they stand for."""
    if isinstance(value, Wrapper):
        return value.uncalled()
    if not callable(value):
        raise InvalidValueError(f"{where}: {name} must be a function, it got {say(value)}")
    return value


def functions(value, name, where):
    """A list of functions."""
    if not isinstance(value, (list, tuple)) or not value:
        raise InvalidValueError(f"{where}: {name} must be a list of functions, it got {say(value)}")
    return [function(item, name, where) for item in value]


_TENSORS = """x x1 x2 a b y q inputs images data values updates weights condition target output targets
predictions mean variance offset scale gamma beta query key value bias mask kernel depthwise_kernel pointwise_kernel
start stop sorted_sequence array transform start_points end_points coordinates variable abs_ angle fill_value
default""".split()

_INTEGERS = """num_classes k N M n num beam_width top_paths mask_index sequence_length sequence_stride fft_length length
minlength decimals num_segments unroll maximum_iterations kth repeats shift source destination axis1 axis2
axisa axisb axisc pad_width start_indices indices_or_sections size top_cropping left_cropping bottom_cropping
right_cropping top_padding left_padding bottom_padding right_padding target_height target_width kernel_size bins
index""".split()

CONVERTERS = {
    **values.ARGUMENTS,
    **dict.fromkeys(_TENSORS, tensor),
    **dict.fromkeys(_INTEGERS, integers),
    **dict.fromkeys(["condlist", "choicelist"], tensors),
    **dict.fromkeys(["xs", "elems", "elements"], structure),
    **dict.fromkeys(["init", "init_val", "loop_vars"], state),
    **dict.fromkeys(["f", "cond", "body", "body_fun", "true_fn", "false_fn", "func"], function),
    **dict.fromkeys(["indices", "segment_ids", "sequence_lengths", "target_length", "output_length"], counts),
    "branches": functions,
    "ord": values.loose,
    "initial": values.loose,
    "shape": extent,
    "newshape": new_shape,
    "dtype": dtype,
}
