"""What Keras 3.15 gets wrong on some backend or in models, avoided by giving its functions other arguments.

Each function here gets the bound arguments of a call, by their names, and the name of the op, and returns those
to call Keras with.
"""

import math

from pipekeras._keras import keras
from pipekeras.asarray import values_of
from pipekeras.errors import InvalidValueError, UnavailableError
from pipekeras.receivers import is_symbolic


def all_axes(bound, where):
    """torch forgets keepdims=True where no axis is given: give them all."""
    if bound.get("keepdims") and bound.get("axis") is None and hasattr(bound["x"], "shape"):
        return {**bound, "axis": tuple(range(len(bound["x"].shape)))}
    return bound


def axis_in_tuple(bound, where):
    """In a model Keras makes a list of an axis, which JAX refuses; a tuple it leaves alone."""
    if isinstance(bound.get("axis"), int) and is_symbolic(bound["x"]):
        return {**bound, "axis": (bound["axis"],)}
    return bound


def no_symbolic_transpose(bound, where):
    """In a model Keras gives output_padding for padding and padding for output_padding, and fails when that runs."""
    if is_symbolic(bound["inputs"]) or is_symbolic(bound["kernel"]):
        raise UnavailableError(
            f"{where}: Keras cannot compute it in a functional model, where it takes padding for"
            " output_padding; use layer_conv_2d_transpose() or its like, or layer_lambda(...) around it"
        )
    return bound


def scale_and_offset(bound, where):
    """In a model Keras looks at the shape of the scale where there is but an offset, and the other way round."""
    if (bound.get("offset") is None) == (bound.get("scale") is None):
        return bound
    if bound.get("scale") is None:
        return {**bound, "scale": keras.ops.ones_like(bound["offset"])}
    return {**bound, "offset": keras.ops.zeros_like(bound["scale"])}


def data_format(bound, where):
    """Some functions of images take a data_format that is left out for channels_first, on JAX and torch."""
    if bound.get("data_format") is None:
        return {**bound, "data_format": keras.config.image_data_format()}
    return bound


def one_for_each_image(bound, where):
    """One transformation for a batch of images works on TensorFlow alone: give one for each."""
    images, transform = bound["images"], bound["transform"]
    if len(images.shape) == 4 and len(transform.shape) == 1:
        ones = keras.ops.ones_like(images[:, 0, 0, :1], dtype=transform.dtype)
        bound = {**bound, "transform": ones * keras.ops.reshape(transform, (1, -1))}
    return data_format(bound, where)


def decimal_bounds(bound, where):
    """Whole numbers between bounds that are none become decimals."""
    x, ends = bound["x"], [bound["x_min"], bound["x_max"]]
    whole = hasattr(x, "dtype") and "float" not in keras.backend.standardize_dtype(x.dtype)
    if whole and any(isinstance(end, float) and not end.is_integer() for end in ends):
        return {**bound, "x": keras.ops.cast(x, keras.config.floatx())}
    return bound


def strides(bound, where):
    """JAX fails with padding="same" where the strides are left out; they are the size of the window."""
    if bound.get("strides") is None:
        return {**bound, "strides": bound["pool_size"]}
    return bound


def every_axis(bound, where):
    """One width, or one pair of them, is for all axes, which NumPy and JAX know."""
    width, rank = bound["pad_width"], len(bound["x"].shape)
    pair = (width, width) if isinstance(width, int) else width
    if isinstance(pair, tuple) and len(pair) == 1:
        pair = pair[0]
    if isinstance(pair, tuple) and len(pair) == 2 and all(isinstance(end, int) for end in pair):
        return {**bound, "pad_width": (pair,) * rank}
    return bound


def number_of_segments(bound, where):
    """JAX wants to be told how many segments there are; the others count them."""
    if bound.get("num_segments") is None and keras.backend.backend() == "jax":
        found = values_of(bound["segment_ids"])
        if found is not None and found.size:
            return {**bound, "num_segments": int(found.max()) + 1}
    return bound


# What some backends do not say ----------------------------------------------------------------------------------------


def known_indices(bound, where):
    """JAX takes another element, or NaN, for an index that does not exist, and torch may read beyond the end."""
    x, indices, axis = bound["x"], bound["indices"], bound.get("axis")
    size = (math.prod(x.shape) if None not in x.shape else None) if axis is None else x.shape[axis]
    found = indices if isinstance(indices, int) else None
    if found is None and keras.backend.backend() != "tensorflow" and hasattr(indices, "shape"):
        try:
            found = values_of(indices)
        except RuntimeError:  # a tensor of torch's that stands for others, while it compiles
            found = None
    if size is not None and found is not None:
        _check(found, size, f"axis {axis}" if axis is not None else "all", where)
    return bound


def known_slice(bound, where):
    """JAX moves a slice that goes beyond the end to where it fits."""
    x, start = bound["inputs"], bound["start_indices"]
    shape = bound["shape"] if "shape" in bound else bound["updates"].shape
    if not isinstance(start, tuple) or (shape := known_shape(shape)) is None:
        return bound
    for axis, (first, size, length) in enumerate(zip(start, x.shape, shape, strict=False)):
        if isinstance(first, int) and isinstance(length, int) and size is not None and length >= 0:
            _check(first, size + 1, f"axis {axis}", where, size)
            _check(first + length, size + 1, f"axis {axis}", where, size, "end")
    return bound


def known_shape(shape):
    """A shape as a tuple; None if it is a tensor."""
    try:
        return tuple(shape)
    except (TypeError, ValueError):  # TensorFlow's, of unknown rank, or a tensor while a function is traced
        return None


def known_key(bound, where):
    """JAX takes the last element for one beyond it."""
    key = bound["key"] if isinstance(bound["key"], tuple) else (bound["key"],)
    for axis, (part, size) in enumerate(zip(key, bound["x"].shape, strict=False)):
        if part is None or part is Ellipsis:
            break
        if isinstance(part, int) and size is not None:
            _check(part, size, f"axis {axis}", where)
    return bound


def _check(indices, size, of, where, has=None, what="index"):
    import numpy as np

    array = np.asarray(indices)
    bad = array[(array < -size) | (array >= size)]
    if bad.size:
        has = size if has is None else has
        raise InvalidValueError(
            f"{where}: {what} {bad.reshape(-1)[0]} does not exist: {of} of x has {has} elements, counted from 0"
        )
