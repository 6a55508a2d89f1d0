"""Functions of functions: loops, scans, branches, maps, gradients of one's own; Keras's ops.core, and ops.vectorize.

The functions are Python's, or op_* themselves, with or without parentheses: `op_map(xs, op_relu)`,
`op_map(xs, op_multiply(2))`. Counters and indices count from 0.
"""

import functools
import inspect
import math
import re

from pipekeras._keras import keras
from pipekeras.errors import InvalidValueError, PipeError, ShapeError
from pipekeras.ops._op import HigherOrder, PlainHigherOrder, waiting
from pipekeras.ops._values import functions, integers, structure, tensor
from pipekeras.receivers import is_symbolic
from pipekeras.wrap import name_members

op_associative_scan = PlainHigherOrder("associative_scan", axes_of="elems")
op_cond = HigherOrder("cond", takes={"pred": tensor})
op_custom_gradient = PlainHigherOrder("pipekeras.ops.control:custom_gradient")
op_fori_loop = PlainHigherOrder("fori_loop", takes={"lower": integers, "upper": integers})
op_map = HigherOrder("map", after={"f": "xs"})
op_scan = PlainHigherOrder("scan")
op_vectorize = PlainHigherOrder("pipekeras.ops.control:vectorize")
op_vectorized_map = HigherOrder("vectorized_map", renamed={"f": "function"}, after={"f": "elements"})
op_while_loop = PlainHigherOrder("while_loop")


def _is_functions(value):
    return isinstance(value, (list, tuple)) and bool(value) and all(map(callable, value))


@waiting(lambda args, kwargs: not args or _is_functions(args[0]))
def op_switch(index, branches, *operands):
    """Apply one of several functions.

    Args:
        index: which one, a whole number or tensor without axes, counted from 0. Beyond the ends, the first or the last.
        branches: a list of functions that take the operands and return the same kind of result.
        *operands: what they are given: tensors, arrays, lists or numbers.

    Returns:
        What the function returns.

    Raises:
        InvalidValueError: if `branches` is not a list of functions, or `index` not a whole number.

    Source: R `keras3::op_switch`.
    """
    where = "op_switch"
    index, branches = integers(index, "index", where), functions(branches, "branches", where)
    if index is None:
        raise InvalidValueError(f"{where}: index is None; it must be a whole number, counted from 0")
    return keras.ops.switch(index, branches, *(structure(operand, "operands", where) for operand in operands))


def custom_gradient(f):
    """Make a function whose gradient is given, not derived.

    Args:
        f: a function of tensors that returns its result and a function for the gradient. That one is given the gradient
            of the result and returns that of each argument: `grad(upstream)`, or as Keras has it on torch,
            `grad(*args, upstream)`; either works on every backend.

    Returns:
        A function that computes what `f` does, and whose gradient is what `f` says. Its arguments may be tensors,
        arrays, lists and numbers.
    """
    on_torch = keras.backend.backend() == "torch"

    def forward(*args):
        output, gradient = f(*args)
        parameters = inspect.signature(gradient).parameters
        # By its name, unless it is the first and so stands for all that TensorFlow and JAX hand over.
        named = "upstream" in parameters and next(iter(parameters)) != "upstream"

        def backward(*given, **others):
            if on_torch:
                upstream = (others.pop("upstream"),)
            else:
                given, upstream = args, given
            result = gradient(*given, upstream=upstream[0], **others) if named else gradient(*upstream, **others)
            return tuple(result) if isinstance(result, list) else result

        return output, backward

    made = keras.ops.custom_gradient(forward)

    @functools.wraps(f)
    def with_gradient(*args):
        where = "op_custom_gradient"
        if any(map(is_symbolic, args)):
            name = getattr(f, "__name__", "f")
            raise PipeError(f"{where}: the function computes with values; in a model use layer_lambda({name})")
        return made(*(keras.ops.convert_to_tensor(tensor(arg, "args", where)) for arg in args))

    return with_gradient


def vectorize(func, *, excluded=None, signature=None):
    """Make a function of single elements one of whole tensors, which go along with one another as in arithmetic.

    Args:
        func: a function of tensors without axes, or with those that `signature` says.
        excluded: the positions, from 0, of arguments that are handed on as they are.
        signature: the axes that the function itself works on, a name for each: "(n,m),(m)->(n)" is a matrix times a
            vector. The axes before them are those that are gone through.

    Returns:
        A function that applies `func` to every element. Its arguments may be tensors, arrays, lists and numbers; those
        by name are handed on as they are.
    """
    # Keras's own refuses every call on TensorFlow, and forgets what is excluded on torch.
    where, apart = "op_vectorize", {integers(i, "excluded", "op_vectorize") for i in excluded or ()}
    cores = None if signature is None else _core_axes(signature, where)

    @functools.wraps(func)
    def vectorized(*args, **kwargs):
        import numpy as np

        at = [i for i in range(len(args)) if i not in apart]
        arrays = [keras.ops.convert_to_tensor(tensor(args[i], "args", where)) for i in at]
        axes = [0] * len(at) if cores is None else cores
        if len(axes) != len(at):
            raise InvalidValueError(f'{where}: "{signature}" speaks of {len(axes)} arguments, the call has {len(at)}')
        loops = [tuple(a.shape)[: len(a.shape) - core] for a, core in zip(arrays, axes, strict=True)]
        try:
            loop = np.broadcast_shapes(*loops)
        except (TypeError, ValueError):
            raise ShapeError(f"{where}: arguments of shapes {', '.join(map(str, loops))} do not go together") from None

        def one(parts):
            given = list(args)
            for i, part in zip(at, parts, strict=True):
                given[i] = part
            return func(*given, **kwargs)

        if not loop:
            return one(arrays)
        rows = []
        for array, core in zip(arrays, axes, strict=True):
            inner = tuple(array.shape)[len(array.shape) - core :]
            whole = keras.ops.broadcast_to(array, loop + inner)
            rows.append(keras.ops.reshape(whole, (math.prod(loop), *inner)))
        results = keras.ops.vectorized_map(one, tuple(rows))
        if isinstance(results, (list, tuple)):
            return type(results)(keras.ops.reshape(r, loop + tuple(r.shape)[1:]) for r in results)
        return keras.ops.reshape(results, loop + tuple(results.shape)[1:])

    return vectorized


def _core_axes(signature, where):
    """How many axes of each argument a signature such as "(n,m),(m)->(n)" names."""
    if not isinstance(signature, str) or not re.fullmatch(r"\s*(\(.*?\)\s*,?\s*)+->.*", signature):
        raise InvalidValueError(f'{where}: signature must be text such as "(n,m),(m)->(n)", it got {signature!r}')
    groups = re.findall(r"\((.*?)\)", signature.partition("->")[0])
    return [len([name for name in group.split(",") if name.strip()]) for group in groups]


__all__ = [*name_members(globals())]
