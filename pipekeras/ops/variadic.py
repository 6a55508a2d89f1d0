"""The functions that R gives tensors or sizes through its dots: op_einsum, op_hstack, op_meshgrid, op_rearrange ..."""

from pipekeras._keras import keras
from pipekeras.errors import InvalidValueError, PipekerasError, ShapeError
from pipekeras.functions import kind_of, said
from pipekeras.ops._op import waiting
from pipekeras.ops._values import integers, is_number, is_row, tensors
from pipekeras.ops._values import tensor as as_tensor
from pipekeras.receivers import say
from pipekeras.wrap import name_members


def _lacks_operand(args, kwargs):
    """Whether `op_einsum("ij,jk->ik", y)` has one operand fewer than it speaks of, which is then piped in."""
    if not args or not isinstance(args[0], str):
        return not args and "subscripts" not in kwargs
    return len(args) - 1 == args[0].partition("->")[0].count(",")


def _einsum(first, *rest):
    # Piped in, the first operand stands before the subscripts.
    return (first, rest) if isinstance(first, str) else (rest[0] if rest else None, (first, *rest[1:]))


@waiting(_lacks_operand)
def op_einsum(subscripts, *operands):
    """Sum products of tensors over the axes that share a letter.

    Args:
        subscripts: a letter for each axis of each operand and, after `->`, of the result: "ij,jk->ik" is the product of
            two matrices.
        *operands: tensors, arrays or lists, one for each group of letters. `x >> op_einsum("ij,jk->ik", y)` makes x the
            first of them.

    Returns:
        A tensor with the axes that stand after `->`.

    Raises:
        InvalidValueError: if `subscripts` is no text, or speaks of more or fewer operands than there are.
        ShapeError: if axes of one letter have different sizes.

    Source: R `keras3::op_einsum`.
    """
    where = "op_einsum"
    subscripts, operands = _einsum(subscripts, *operands)
    if not isinstance(subscripts, str):
        raise InvalidValueError(f'{where}: subscripts must be text such as "ij,jk->ik", it got {say(subscripts)}')
    wanted = subscripts.partition("->")[0].count(",") + 1
    if wanted != len(operands):
        raise InvalidValueError(f'{where}: "{subscripts}" speaks of {wanted} operands, it got {len(operands)}')
    arrays = [keras.ops.convert_to_tensor(as_tensor(operand, "operands", where)) for operand in operands]
    return _told(where, arrays, lambda: keras.ops.einsum(subscripts, *arrays))


def _no_list_yet(args, kwargs):
    """Whether `op_hstack(y)` has but one tensor, to which another is piped: a list would be there with all of them."""
    listed = bool(args) and isinstance(args[0], (list, tuple)) and not is_row(args[0])
    return "xs" not in kwargs and (not args or (len(args) == 1 and not listed))


@waiting(_no_list_yet)
def op_hstack(xs, *more):
    """Join tensors side by side: along the second axis, those with a single axis along it.

    Args:
        xs: a list of tensors, arrays or lists; or the first of them.
        *more: the others, if they do not come in a list.

    Returns:
        A tensor.

    Raises:
        ShapeError: if their shapes differ elsewhere.

    Source: R `keras3::op_hstack`.
    """
    arrays = _all(xs, more, "op_hstack")
    return _told("op_hstack", arrays, lambda: keras.ops.hstack(arrays))


@waiting(_no_list_yet)
def op_vstack(xs, *more):
    """Join tensors one below the other: along the first axis, those with a single axis as rows.

    Args:
        xs: a list of tensors, arrays or lists; or the first of them.
        *more: the others, if they do not come in a list.

    Returns:
        A tensor.

    Raises:
        ShapeError: if their shapes differ elsewhere.

    Source: R `keras3::op_vstack`.
    """
    arrays = [keras.ops.expand_dims(x, 0) if len(x.shape) == 1 else x for x in _all(xs, more, "op_vstack")]
    return _told("op_vstack", arrays, lambda: keras.ops.vstack(arrays))


@waiting(lambda args, kwargs: not args)
def op_meshgrid(*x, indexing="xy"):
    """Make grids of coordinates from the coordinates along each axis.

    Args:
        *x: tensors, arrays or lists with one axis each, or one list of tensors.
        indexing: "xy" for the order of pictures, where the first coordinate runs along the second axis; "ij" for that
            of matrices.

    Returns:
        A list of tensors, one for each axis, all of the same shape.

    Raises:
        InvalidValueError: if `indexing` is neither.

    Source: R `keras3::op_meshgrid`.
    """
    where = "op_meshgrid"
    if indexing not in ("xy", "ij"):
        raise InvalidValueError(f'{where}: indexing must be "xy" or "ij", it got {indexing!r}')
    if len(x) == 1 and isinstance(x[0], (list, tuple)) and not all(map(is_number, x[0])):
        x = x[0]
    arrays = _all(list(x), (), where)
    kinds = {keras.backend.standardize_dtype(array.dtype) for array in arrays}
    if len(kinds) > 1:
        arrays = [keras.ops.cast(array, keras.backend.result_type(*kinds)) for array in arrays]
    return _told(where, arrays, lambda: list(keras.ops.meshgrid(*arrays, indexing=indexing)))


@waiting(lambda args, kwargs: not args or isinstance(args[0], str))
def op_rearrange(tensor, pattern, **axes_lengths):
    """Reorder, split and merge axes by their names.

    Args:
        tensor: a tensor, array or list.
        pattern: the axes before and after, as in "b (h w) c -> b h w c".
        **axes_lengths: the sizes of axes that are split, as in h=2.

    Returns:
        A tensor with the axes after `->`.

    Raises:
        InvalidValueError: if `pattern` is no text or does not fit.

    Source: R `keras3::op_rearrange`.
    """
    where = "op_rearrange"
    if not isinstance(pattern, str):
        raise InvalidValueError(f'{where}: pattern must be text such as "b h w -> b (h w)", it got {say(pattern)}')
    lengths = {name: integers(length, name, where) for name, length in axes_lengths.items()}
    array = as_tensor(tensor, "tensor", where)
    return _told(where, [array], lambda: keras.ops.rearrange(array, pattern, **lengths))


def _all(xs, more, where):
    first = as_tensor(xs, "xs", where) if more and is_row(xs) else tensors(xs, "xs", where)
    listed = first if isinstance(first, list) else [first]
    return [keras.ops.convert_to_tensor(array) for array in [*listed, *(as_tensor(x, "xs", where) for x in more)]]


def _told(where, arrays, compute):
    """What `compute` returns; if the tensors do not fit, an error that says so."""
    try:
        return compute()
    except PipekerasError:
        raise
    except Exception as error:
        kind = kind_of(error) or (InvalidValueError if isinstance(error, (ValueError, TypeError)) else None)
        if kind is None:
            raise
        kind = ShapeError if len(arrays) > 1 and kind is InvalidValueError else kind
        shapes = ", ".join(str(tuple(array.shape)) for array in arrays)
        raise kind(f"{where}: {said(error)} (given shapes {shapes})") from error


__all__ = [*name_members(globals())]
