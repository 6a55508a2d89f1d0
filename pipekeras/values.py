"""R-flavoured values to Keras values: whole floats, shapes, None. Pure functions: no Keras, no arrays are made.

R has no literal integers worth the name: course code says `units = 32` and means 32, and what arrives is 32.0. Keras
refuses that, or worse, takes it. `ARGUMENTS` says for each argument name what its values are; every function that
wraps a Keras class uses the one table.
"""

import numbers

from pipekeras.errors import InvalidValueError


def _is_number(value):
    return isinstance(value, numbers.Real) or (hasattr(value, "item") and getattr(value, "shape", None) == ())


def is_bool(value):
    """Whether `value` is a truth value: Python's, or NumPy's, whose type is bool_ in NumPy 1 and bool in NumPy 2."""
    kind = type(value)
    return isinstance(value, bool) or (kind.__module__ == "numpy" and kind.__name__ in ("bool_", "bool"))


def _is_sequence(value):
    return isinstance(value, (list, tuple, range)) or getattr(value, "ndim", None) == 1


def whole(value, name, where):
    """`value` as an int if it is a whole number: 32, 32.0, np.int64(32). Else an error that names the argument."""
    if _is_number(value) and not is_bool(value):
        number = value.item() if hasattr(value, "item") else value
        if number == number and number not in (float("inf"), float("-inf")) and int(number) == number:
            return int(number)
        if number != number:
            raise InvalidValueError(f"{where}: {name} is NaN, a missing value; it must be a whole number")
    elif hasattr(value, "shape") and hasattr(value, "dtype"):
        raise InvalidValueError(
            f"{where}: {name} must be a whole number, it got an array of shape {tuple(value.shape)}."
            f" To apply {where} to data, pipe it in: data >> {where}(...)"
        )
    raise InvalidValueError(f"{where}: {name} must be a whole number, it got {value!r}")


def count(value, name, where, least=None):
    """A whole number that has to be there, and must not be below `least`."""
    if value is None:
        raise InvalidValueError(f"{where}: {name} is None; it must be a whole number")
    number = whole(value, name, where)
    if least is not None and number < least:
        raise InvalidValueError(f"{where}: {name} must be at least {least}, it got {number}")
    return number


def maybe_whole(value, name, where, least=None):
    """A whole number, not below `least`, or None."""
    return None if value is None else count(value, name, where, least)


def share(value, name, where):
    """A share of something as a float: from 0 up to, not including, 1."""
    if not isinstance(value, numbers.Real) or is_bool(value) or not 0 <= value < 1:
        percent = isinstance(value, numbers.Real) and 1 < value < 100
        hint = f"; {value} percent are {value / 100}" if percent else ""
        raise InvalidValueError(
            f"{where}: {name} must be a fraction from 0 up to, not including, 1, it got {value!r}{hint}"
        )
    return float(value)


def wholes(value, name, where):
    """Whole numbers, alone or in (nested) lists, as ints and tuples; None and text stay what they are."""
    if value is None or isinstance(value, str):
        return value
    if _is_sequence(value):
        return tuple(wholes(item, name, where) for item in value)
    return whole(value, name, where)


def size(value, name, where):
    """One or several whole numbers that have to be there, such as kernel_size: 3 or (3, 3)."""
    if value is None or (_is_sequence(value) and any(item is None for item in value)):
        raise InvalidValueError(f"{where}: {name} is {value!r}; it must be a whole number, or one for each dimension")
    return wholes(value, name, where)


def number(value, name, where):
    """A real number that has to be there, such as a rate."""
    if value is None or not _is_number(value) or is_bool(value):
        raise InvalidValueError(f"{where}: {name} must be a number, it got {value!r}")
    result = value.item() if hasattr(value, "item") else value
    if result != result:
        raise InvalidValueError(f"{where}: {name} is NaN, a missing value; it must be a number")
    return result


def loose(value, name, where):
    """A whole float becomes an int; all else is left to Keras (seeds may be generators, axes may be names)."""
    if isinstance(value, (list, tuple)):
        return type(value)(loose(item, name, where) for item in value)
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def shape(value, name="shape", where="shape"):
    """A shape as a tuple of ints and None: 784, (None, 28), [28.0, 28.0], (NaN, 4) as R's NA.

    A number alone is a shape of one dimension, () one of none; -1 is refused, since Keras knows only None.
    """
    if value is None:
        return None
    if hasattr(value, "as_list"):  # a TensorFlow TensorShape
        value = value.as_list()
    dims = tuple(value) if _is_sequence(value) or isinstance(value, tuple) else (value,)
    return tuple(_dimension(d, name, where) for d in dims)


def _dimension(value, name, where):
    if value is None or (isinstance(value, float) and value != value):
        return None
    if isinstance(value, str) or not _is_number(value) or is_bool(value):
        raise InvalidValueError(f"{where}: {name} has {value!r} where a whole number or None belongs")
    number = whole(value, name, where)
    if number < 0:
        raise InvalidValueError(f"{where}: {name} has {number}; a dimension that is not fixed is None")
    return number


def target_shape(value, name, where):
    """A shape in which None or NaN (R's NA) is -1: the dimension that takes what is left."""
    if value is None:
        raise InvalidValueError(f"{where}: {name} is None; it must be a shape, such as (28, 28, 1)")
    dims = tuple(value) if _is_sequence(value) else (value,)
    return tuple(-1 if d is None or (isinstance(d, float) and d != d) else whole(d, name, where) for d in dims)


_SIZES = """kernel_size pool_size height width output_dim num_heads key_dim head_dim num_query_heads num_key_value_heads
num_bins max_number groups depth_multiplier power_iterations bins num_ops num_chains chain_depth crossing_dim
hashing_dim num_discretization_bins num_samples""".split()

_MAYBE = """input_dim value_dim num_tokens max_tokens num_oov_indices output_sequence_length lora_rank fft_length
frame_length frame_step sequence_stride sequence_length sampling_rate num_mel_bins batch_size""".split()

_WHOLES = """strides dilation_rate dims output_padding noise_shape attention_axes shared_axes axes axis output_shape
ngrams cropping padding size input_length""".split()

# What the values of an argument are, by its name, whichever function has it.
ARGUMENTS = {
    **dict.fromkeys(_SIZES, size),
    **dict.fromkeys(_MAYBE, maybe_whole),
    **dict.fromkeys(_WHOLES, wholes),
    **dict.fromkeys(["units", "filters", "n"], count),
    **dict.fromkeys(["rate", "stddev"], number),
    "seed": loose,
    "target_shape": target_shape,
    **dict.fromkeys(["input_shape", "batch_input_shape", "batch_shape"], shape),
}
