"""op_subset and op_subset_set: R's `[` on tensors, with Python's slices and counting.

As in R, and other than in NumPy, several vectors of indices mean all combinations: `op_subset(x, [0, 2], [1, 3])` is a
matrix of two rows and two columns. One array in first place may be a mask of the shape of `x`, or a matrix of
indices with a row for each element.
"""

from pipekeras._keras import keras
from pipekeras.asarray import as_array, values_of
from pipekeras.errors import InvalidValueError, ShapeError
from pipekeras.ops._op import waiting
from pipekeras.ops._values import is_number, solid, tensor
from pipekeras.receivers import is_frame, is_symbolic, is_tensor, say
from pipekeras.values import whole
from pipekeras.wrap import name_members

_FULL = slice(None)

# The public functions -------------------------------------------------------------------------------------------------


def _is_index(value):
    """Whether a first argument is an index, and `x` still to come: no array, no tensor, no list of lists."""
    if isinstance(value, (list, tuple)):
        return not any(isinstance(item, (list, tuple)) or is_tensor(item) for item in value)
    return not (is_tensor(value) or is_frame(value) or getattr(value, "ndim", 0) or isinstance(value, dict))


def _waits(args, kwargs):
    return len(args) < 2 or _is_index(args[0])


@waiting(_waits)
def op_subset(x, *index):
    """Take a part of a tensor, as R's `[` does.

    Args:
        x: a tensor or array; a list in first place is taken for an index, unless it holds lists.
        *index: what to take of each axis: a whole number (negative ones count from the end), a slice, a list or array
            of indices or of truth values, Ellipsis for all axes in between, None for a new axis. Axes without an index
            are taken whole. Or one index alone: truth values in the shape of `x`, or a matrix of indices with a row
            for each element and a column for each axis.

    Returns:
        A tensor; axes with a whole number are dropped. Several lists mean all combinations, as in R.

    Raises:
        InvalidValueError: if an index is beyond its axis, or no index.

    Source: R `keras3::op_subset`.
    """
    where = "op_subset"
    x = solid(x, "x", where)
    if len(index) == 1:
        alone = _alone(index[0], x, where)
        if alone is not None:
            return _elements(x, *alone, where)
    plan = _plan(index, x, where)
    result = keras.ops.get_item(x, tuple(part if _is_basic(part) else _FULL for part in plan))
    axis = 0
    for part in plan:
        if not _is_basic(part):
            result = keras.ops.take(result, part, axis=axis)
        axis += isinstance(part, slice) or part is None or not _is_basic(part)
    return result


@waiting(_waits)
def op_subset_set(x, *index, value):
    """Replace a part of a tensor, as R's `x[...] <- value` does; `x` stays as it is, the result is new.

    Args:
        x: a tensor or array; a list in first place is taken for an index, unless it holds lists.
        *index: what to replace, as in op_subset().
        value: a number, or a tensor, array or list that goes with the shape of what is replaced.

    Returns:
        A tensor of the shape and type of `x`.

    Raises:
        InvalidValueError: if an index is beyond its axis, or no index.
        ShapeError: if `value` does not fit.

    Source: R `keras3::op_subset_set`, `keras3::op_subset<-`.
    """
    where = "op_subset_set"
    x = solid(x, "x", where)
    value = _of_type(value, x, where)
    if len(index) == 1:
        alone = _alone(index[0], x, where)
        if alone is not None:
            return _set_elements(x, *alone, value, where)
    plan = _plan(index, x, where)
    if any(part is None for part in plan):
        raise InvalidValueError(f"{where}: None would be a new axis; there is nothing in it to replace")
    parts = [_part(part, x.shape[axis], axis, where) for axis, part in enumerate(plan)]
    value = _aligned(value, plan, [n for n, _, _ in parts], where)
    if any(size == 0 for size, _, _ in parts):  # nothing to replace
        return keras.ops.copy(x)
    mask = True
    for axis, (_, chosen, source) in enumerate(parts):
        if chosen is not None:
            mask = keras.ops.logical_and(mask, _along(chosen, axis, len(parts)))
            if value.shape[axis] != 1:
                value = keras.ops.take(value, source, axis=axis)
    return keras.ops.where(keras.ops.logical_and(mask, keras.ops.ones_like(x, "bool")), value, x)


# What an index means --------------------------------------------------------------------------------------------------


def _is_basic(part):
    """Whether Keras itself takes this part of an index: a slice, a number, a new axis."""
    return part is None or isinstance(part, (slice, int)) or (is_tensor(part) and len(part.shape) == 0)


def _plan(index, x, where):
    """An index for each axis of `x`: slices, numbers, vectors of indices, and None for new axes."""
    rank, used = len(x.shape), sum(part is not None and part is not Ellipsis for part in index)
    if used > rank:
        raise InvalidValueError(f"{where}: {used} indices, but x of shape {tuple(x.shape)} has {rank} axes")
    if sum(part is Ellipsis for part in index) > 1:
        raise InvalidValueError(f"{where}: Ellipsis stands in the index twice; once is all axes in between")
    if not any(part is Ellipsis for part in index):
        index = (*index, Ellipsis)
    at = next(i for i, part in enumerate(index) if part is Ellipsis)
    index = (*index[:at], *[_FULL] * (rank - used), *index[at + 1 :])
    plan, axis = [], 0
    for part in index:
        plan.append(None if part is None else _parsed(part, x.shape[axis], axis, where))
        axis += part is not None
    return plan


def _parsed(part, size, axis, where):
    """One part of an index, with numbers in the range of its axis where that is known."""
    import numpy as np

    if isinstance(part, slice):
        bounds = [_bound(bound, axis, where) for bound in (part.start, part.stop, part.step)]
        backwards = isinstance(bounds[2], int) and bounds[2] < 0
        return np.arange(size)[slice(*bounds)] if backwards and size is not None else slice(*bounds)
    if isinstance(part, bool):
        raise InvalidValueError(f"{where}: the index of axis {axis} is {part}; truth values come in a list")
    found = values_of(part) if is_tensor(part) else part
    if found is None:  # a tensor whose values are not known yet
        if len(part.shape) > 1 or "int" not in keras.backend.standardize_dtype(part.dtype):
            raise InvalidValueError(f"{where}: the index of axis {axis} is {say(part)}; it must be whole numbers")
        return part
    array = as_array([found] if is_number(found) else found, where, name=f"the index of axis {axis}", text=False)
    if array.dtype.kind == "b":
        if size is not None and array.shape != (size,):
            raise InvalidValueError(f"{where}: axis {axis} of x has {size}, its index {array.size} truth values")
        array = np.flatnonzero(array)
    if array.ndim > 1 or (array.size and (array != np.trunc(array)).any()):
        raise InvalidValueError(f"{where}: the index of axis {axis} is {say(part)}; it must be a row of whole numbers")
    array = _in_range(array.astype("int32"), size, axis, where)
    return int(array.reshape(-1)[0]) if is_number(found) or array.ndim == 0 else array


def _bound(value, axis, where):
    if value is None or is_tensor(value):
        return value
    return whole(value, f"a bound of the slice of axis {axis}", where)


def _in_range(array, size, axis, where):
    """Indices counted from the front; an error where there is no such element."""
    if size is None:
        return array
    bad = array[(array < -size) | (array >= size)]
    if bad.size:
        raise InvalidValueError(
            f"{where}: index {bad.reshape(-1)[0]} does not exist: axis {axis} of x has {size} elements, counted from 0"
        )
    return array % size if size else array


def _alone(index, x, where):
    """("mask" or "points", array), if one index alone tells of single elements; else None."""
    if isinstance(index, slice) or index is None or index is Ellipsis or is_number(index):
        return None
    found = values_of(index) if is_tensor(index) else as_array(index, where, name="the index", text=False)
    array = index if found is None else found
    rank, dims = len(x.shape), len(array.shape)
    kind = keras.backend.standardize_dtype(array.dtype)
    if kind == "bool" and (dims > 1 or found is None):
        pairs = zip(array.shape, x.shape, strict=False)
        if dims != rank or any(None not in pair and pair[0] != pair[1] for pair in pairs):
            raise ShapeError(f"{where}: the mask has shape {tuple(array.shape)}, x has {tuple(x.shape)}")
        return "mask", array
    if dims == 2:
        if array.shape[1] != rank:
            raise ShapeError(
                f"{where}: a matrix of indices has a column for each of the {rank} axes of x, it has {array.shape[1]}"
            )
        if found is None:
            return "points", array
        columns = [_parsed(array[:, axis], x.shape[axis], axis, where) for axis in range(rank)]
        return "points", as_array(columns, where).T.astype("int32").reshape(-1, rank)
    return None


# Single elements ------------------------------------------------------------------------------------------------------


def _elements(x, kind, index, where):
    import numpy as np

    if kind == "mask" and not is_tensor(index):
        kind, index = "points", np.argwhere(index).astype("int32")
    if kind == "mask":
        if is_symbolic(index):
            raise InvalidValueError(
                f"{where}: how many elements the mask takes is not known before the model runs; set the others to a"
                " value instead, with op_where(mask, x, 0)"
            )
        return keras.ops.get_item(x, index)
    flat = 0
    for axis in range(len(x.shape)):
        flat = flat * (1 if axis == 0 else x.shape[axis]) + index[:, axis]
    return keras.ops.take(keras.ops.reshape(x, (-1,)), flat, axis=0)


def _set_elements(x, kind, index, value, where):
    import numpy as np

    if kind == "mask" and len(value.shape) == 0:
        return keras.ops.where(index, value, x)
    if kind == "mask":
        if is_tensor(index):
            raise InvalidValueError(
                f"{where}: how many elements the mask takes is not known here; value must be a number"
            )
        index = np.argwhere(index).astype("int32")
    if tuple(value.shape) not in ((), (1,), (index.shape[0],)):
        raise ShapeError(f"{where}: value has shape {tuple(value.shape)}, {index.shape[0]} elements are to be replaced")
    if not is_tensor(index):  # of an element that is named twice the last value stays, on every backend
        _, last = np.unique(index[::-1], axis=0, return_index=True)
        last = np.sort(len(index) - 1 - last)
        index = index[last]
        value = keras.ops.take(value, last, axis=0) if tuple(value.shape) not in ((), (1,)) else value
    updates = keras.ops.broadcast_to(value, (index.shape[0],))
    return keras.ops.scatter_update(x, keras.ops.convert_to_tensor(index, "int32"), updates)


# Replacing along axes -------------------------------------------------------------------------------------------------


def _part(part, size, axis, where):
    """(how many are replaced, which of the axis, where in `value` each is from), the last two None for all of them."""
    import numpy as np

    if isinstance(part, slice) and part.start in (None, 0) and part.stop is None and part.step in (None, 1):
        return size, None, None
    if size is None:
        raise ShapeError(f"{where}: axis {axis} of x has no fixed size; only all of it, slice(None), can be replaced")
    if isinstance(part, slice):
        if any(is_tensor(bound) for bound in (part.start, part.stop, part.step)):
            raise InvalidValueError(f"{where}: the slice of axis {axis} has a tensor as a bound; give whole numbers")
        part = np.arange(size)[part]
    if is_tensor(part):  # not known yet: of equal indices the last one is the source
        part = keras.ops.reshape(part, (-1,))
        part = keras.ops.where(part < 0, part + size, part)
        equal = keras.ops.equal(np.arange(size, dtype="int32")[:, None], part[None, :])
        order = np.arange(1, part.shape[0] + 1, dtype="int32")
        return part.shape[0], keras.ops.any(equal, axis=1), keras.ops.argmax(keras.ops.where(equal, order, 0), axis=1)
    part = np.atleast_1d(part)
    chosen, source = np.zeros(size, bool), np.zeros(size, "int32")
    chosen[part], source[part] = True, np.arange(len(part))
    return len(part), chosen, source


def _along(vector, axis, rank):
    """A vector that lies along one axis of several."""
    return keras.ops.reshape(vector, (1,) * axis + (-1,) + (1,) * (rank - axis - 1))


def _aligned(value, plan, sizes, where):
    """`value` with the axes of `x`, each of size 1 or as many as are replaced."""
    dropped = [isinstance(part, int) or (is_tensor(part) and len(part.shape) == 0) for part in plan]
    wanted = [size for size, drop in zip(sizes, dropped, strict=True) if not drop]
    given = list(value.shape)
    while len(given) > len(wanted) and given[0] == 1:
        value, given = keras.ops.squeeze(value, axis=0), given[1:]
    fits = len(given) <= len(wanted) and all(
        have in (1, None, want) or want is None for have, want in zip(given[::-1], wanted[::-1], strict=False)
    )
    if not fits:
        raise ShapeError(f"{where}: value has shape {tuple(value.shape)}, what is replaced has {tuple(wanted)}")
    for _ in range(len(wanted) - len(given)):
        value = keras.ops.expand_dims(value, 0)
    for axis, drop in enumerate(dropped):
        value = keras.ops.expand_dims(value, axis) if drop else value
    return value


def _of_type(value, x, where):
    """`value` as a tensor of the type of `x`; decimals are not cut off to fit among whole numbers."""
    import numpy as np

    value, kind = tensor(value, "value", where), keras.backend.standardize_dtype(x.dtype)
    has = type(value).__name__ if is_number(value) else keras.backend.standardize_dtype(value.dtype)
    if "float" in has and "float" not in kind and "complex" not in kind:
        found = values_of(value) if is_tensor(value) else np.asarray(value)
        if found is None or (found != np.trunc(found)).any():
            raise InvalidValueError(f'{where}: value holds decimals, x is {kind}; make x >> op_cast("float32") first')
    return keras.ops.cast(keras.ops.convert_to_tensor(value) if is_number(value) else value, kind)


__all__ = [*name_members(globals())]
