"""What Keras 3.15 gets wrong on some backend or in models, avoided by giving its functions other arguments.

Each function here gets the bound arguments of a call, by their names, and the name of the op, and returns those
to call Keras with.
"""

import math

from pipekeras._keras import keras
from pipekeras.asarray import values_of
from pipekeras.errors import InvalidValueError, ShapeError, UnavailableError
from pipekeras.ops._values import is_number
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


def scale_of_all(bound, where):
    """A number is a scale or an offset for all: give it in the shape of the axes."""
    axes = bound.get("axis", -1)
    shape = [bound["x"].shape[axis] for axis in sorted(axes if isinstance(axes, tuple) else (axes,))]
    for name in ("scale", "gamma", "beta"):
        if isinstance(bound.get(name), float) and None not in shape:
            bound = {**bound, name: keras.ops.full(shape, bound[name], bound["x"].dtype)}
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


def decimal_power(bound, where):
    """A power below 0 makes decimals, as in R, where torch says 0 and the others refuse it for whole numbers."""
    power = bound["x2"]
    return {**bound, "x2": float(power)} if isinstance(power, int) and power < 0 else bound


def strides(bound, where):
    """JAX fails with padding="same" where the strides are left out; they are the size of the window."""
    if bound.get("strides") is None:
        return {**bound, "strides": bound["pool_size"]}
    return bound


def flat(bound, where):
    """torch takes vectors alone, where the others make them of all tensors."""
    if keras.backend.backend() == "torch":
        return {**bound, "x1": keras.ops.ravel(bound["x1"]), "x2": keras.ops.ravel(bound["x2"])}
    return bound


def whole_numbers(bound, where):
    """TensorFlow cuts no patches out of images of 8 bits."""
    images = bound["images"]
    if keras.backend.backend() == "tensorflow" and keras.backend.standardize_dtype(images.dtype) == "uint8":
        bound = {**bound, "images": keras.ops.cast(images, "int32")}
    return data_format(bound, where)


def points_for_each_image(bound, where):
    """The same corners for all images of a batch are nothing to JAX: give them for each."""
    images, points = bound["images"], {name: bound[name] for name in ("start_points", "end_points")}
    if len(images.shape) == 4:
        kind = points["start_points"].dtype
        ones = keras.ops.expand_dims(keras.ops.ones_like(images[:, 0, 0, :1], dtype=kind), -1)
        points = {name: ones * value if len(value.shape) == 2 else value for name, value in points.items()}
    return data_format({**bound, **points}, where)


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
    """JAX wants to be told how many segments there are; TensorFlow, if it is, must not be told of sorted."""
    backend, number = keras.backend.backend(), bound.get("num_segments")
    if backend == "tensorflow":
        return bound if number is None else {**bound, "sorted": False}
    found = _values(bound["segment_ids"])
    if number is None:
        known = backend == "jax" and found is not None and found.size
        return {**bound, "num_segments": int(found.max()) + 1} if known else bound
    _known_class(found, number, "segment_ids", "num_segments", where)  # else what is in no segment is left out
    return bound


# What some backends do not say ----------------------------------------------------------------------------------------


def known_indices(bound, where):
    """JAX takes another element, or NaN, for an index that does not exist, and torch may read beyond the end."""
    indices, axis = bound["indices"], bound.get("axis")
    size = _size(bound["x"], axis)
    says_so = keras.backend.backend() == "tensorflow" and not isinstance(indices, int)
    found = None if says_so else _values(indices)
    if size is not None and found is not None:
        _check(found, size, f"axis {axis}" if axis is not None else "all", where)
    return bound


def known_kth(bound, where):
    """A full order has no use for kth; it must be a place all the same."""
    axis = bound.get("axis", -1)
    size = _size(bound["x"], axis)
    if size is not None:
        _check(bound["kth"], size, "all" if axis is None else f"axis {axis}", where)
    return bound


def known_squeeze(bound, where):
    """torch leaves an axis that is longer than 1 as it is."""
    axes = bound.get("axis")
    for axis in axes if isinstance(axes, tuple) else (axes,):
        size = 1 if axis is None else bound["x"].shape[axis]
        if size not in (1, None):
            raise InvalidValueError(f"{where}: axis {axis} has the size {size}; only axes of size 1 can go")
    return bound


def known_product(bound, where):
    """torch repeats an axis of size 1 to go with any other; in a model Keras knows axes only in two tuples."""
    axes, shapes = bound.get("axes", 2), [bound[name].shape for name in ("x1", "x2")]
    if isinstance(axes, int):
        if axes > min(map(len, shapes)):
            have = f"x1 and x2 have {len(shapes[0])} and {len(shapes[1])}"
            raise InvalidValueError(f"{where}: axes is {axes}, but {have}")
        axes = tuple(range(len(shapes[0]) - axes, len(shapes[0]))), tuple(range(axes))
    axes = tuple(axis if isinstance(axis, tuple) else (axis,) for axis in axes)
    for pair in zip(*axes, strict=False):
        sizes = [shape[axis] for shape, axis in zip(shapes, pair, strict=True)]
        if None not in sizes and sizes[0] != sizes[1]:
            raise ShapeError(
                f"{where}: x1 of shape {tuple(shapes[0])} and x2 of shape {tuple(shapes[1])} do not go together: axis"
                f" {pair[0]} of the one has the size {sizes[0]}, axis {pair[1]} of the other {sizes[1]}"
            )
    return {**bound, "axes": axes}


def known_num(bound, where):
    """JAX and torch do not look at num."""
    num, size = bound.get("num"), bound["x"].shape[bound.get("axis", 0)]
    if num is not None and size not in (num, None):
        raise InvalidValueError(f"{where}: num is {num}, but the axis has the size {size}; it can be left out")
    return bound


def known_target(bound, where):
    """JAX says that the loss is 0 for a class that does not exist."""
    if keras.backend.backend() == "jax":
        number = bound["output"].shape[bound.get("axis", -1)]
        _known_class(_values(bound["target"]), number, "target", "the classes of output", where)
    return bound


def known_counts(bound, where):
    """JAX takes a number below 0 for 0."""
    found = _values(bound["x"]) if keras.backend.backend() == "jax" else None
    if found is not None and found.size and found.min() < 0:
        raise InvalidValueError(f"{where}: x has {found.min()}; what is counted are whole numbers from 0")
    return bound


def known_shares(bound, where):
    """JAX and TensorFlow take what is above 1 for 1."""
    found = _values(bound["q"])
    bad = None if found is None else found[(found < 0) | (found > 1)]
    if bad is not None and bad.size:
        raise InvalidValueError(f"{where}: q must be from 0 to 1, it has {bad.reshape(-1)[0]}")
    return axis_in_tuple(bound, where)


def known_slice(bound, where):
    """JAX moves a slice that goes beyond the end to where it fits."""
    x, start = bound["inputs"], bound["start_indices"]
    shape = bound["shape"] if "shape" in bound else bound["updates"].shape
    if not isinstance(start, tuple) or (shape := known_shape(shape)) is None:
        return bound
    if not len(start) == len(shape) == len(x.shape):
        what = f"x of shape {tuple(x.shape)} starts at {start} and has the shape {shape}"
        raise InvalidValueError(f"{where}: the part of {what}; each axis needs a number in both")
    counted = []
    for axis, (first, size, length) in enumerate(zip(start, x.shape, shape, strict=True)):
        if isinstance(first, int) and isinstance(length, int) and size is not None and length >= 0:
            _check(first, size + 1, f"axis {axis}", where, size)
            first = first % size if first < 0 else first
            _check(first + length, size + 1, f"axis {axis}", where, size, "end")
        counted.append(first)
    return {**bound, "start_indices": tuple(counted)}


def known_places(bound, where):
    """JAX leaves out what belongs to a place that does not exist."""
    found = _values(bound["indices"]) if keras.backend.backend() == "jax" else None
    shape = known_shape(bound["shape"] if "shape" in bound else bound["inputs"].shape)
    if found is not None and found.ndim > 1 and shape is not None:
        for axis, size in enumerate(shape[: found.shape[-1]]):
            if isinstance(size, int):
                _check(found[..., axis], size, f"axis {axis}", where)
    return bound


def known_numbers(bound, where):
    """No backend minds a number that no element has."""
    found, shape = _values(bound["indices"]), known_shape(bound["shape"])
    if found is not None and shape is not None and all(isinstance(size, int) for size in shape):
        _check(found, math.prod(shape), "all", where)
    return bound


def one_choice_each(bound, where):
    """torch leaves out the choices that have no condition."""
    conditions, choices = bound["condlist"], bound["choicelist"]
    if len(conditions) != len(choices):
        raise InvalidValueError(
            f"{where}: there are {len(conditions)} conditions and {len(choices)} choices; each condition has its choice"
        )
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
    parts, shape = [part for part in key if part is not None], bound["x"].shape
    if not all(part is Ellipsis or isinstance(part, (int, slice)) for part in parts):
        return bound
    at = next((i for i, part in enumerate(parts) if part is Ellipsis), len(parts))
    parts[at : at + 1] = [slice(None)] * (len(shape) - len(parts) + (at < len(parts)))
    for axis, (part, size) in enumerate(zip(parts, shape, strict=False)):
        if isinstance(part, int) and size is not None:
            _check(part, size, f"axis {axis}", where)
    return bound


def _size(x, axis):
    """How many elements there are along an axis, or in all; None where that is not known."""
    if axis is not None:
        return x.shape[axis]
    return None if None in x.shape else math.prod(x.shape)


def _values(value):
    """The values of a tensor or number as an array; None where they are not known."""
    import numpy as np

    if is_number(value):
        return np.asarray(value)
    try:
        return values_of(value)
    except RuntimeError:  # a tensor of torch's that stands for others, while it compiles
        return None


def _known_class(found, number, name, of, where):
    bad = None if found is None else found[(found < 0) | (found >= number)]
    if bad is not None and bad.size:
        raise InvalidValueError(f"{where}: {name} has {bad.reshape(-1)[0]}; {of} are {number}, counted from 0")


def _check(indices, size, of, where, has=None, what="index"):
    import numpy as np

    array = np.asarray(indices)
    bad = array[(array < -size) | (array >= size)]
    if bad.size:
        has = size if has is None else has
        raise InvalidValueError(
            f"{where}: {what} {bad.reshape(-1)[0]} does not exist: {of} of x has {has} elements, counted from 0"
        )
