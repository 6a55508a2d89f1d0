"""k_* functions that run a function again and again: over elements, and over time."""

from pipekeras._keras import keras
from pipekeras.errors import InvalidValueError, ShapeError
from pipekeras.k._function import written
from pipekeras.k._tensors import as_tensor, is_number, known_shape, rank
from pipekeras.ops._values import structure
from pipekeras.receivers import say
from pipekeras.wrap import name_members

# Over elements --------------------------------------------------------------------------------------------------------


def _length(elems, where):
    """How many elements tensors have; None where that is not known."""
    leaves = keras.tree.flatten(elems)
    if not leaves or any(rank(leaf) == 0 for leaf in leaves):
        raise ShapeError(f"{where}: elems must have an axis of elements, it got a single number")
    lengths = {known_shape(leaf)[0] for leaf in leaves} - {None}
    if len(lengths) > 1:
        raise ShapeError(f"{where}: elems has tensors with {' and '.join(map(str, sorted(lengths)))} elements")
    length = lengths.pop() if lengths else None
    if length == 0:
        raise ShapeError(f"{where}: elems is empty")
    return length


@written(pipeable=False, as_layer=True, calls=True, takes={"dtype": None})
def k_map_fn(fn, elems, name=None, dtype=None):
    """Applies a function to each element along the first axis, and puts the results together.

    Args:
        fn: a function of one element; where elems is a list of tensors, of a list of their elements.
        elems: a tensor, or a list of tensors with as many elements each.
        name: understood, without effect: tensors have no names in Keras 3.
        dtype: the type that the results are cast to.

    Returns:
        a tensor, or what structure of tensors fn returns, of the results along a first axis.
    """
    _length(elems, "k_map_fn")

    def mapped(element):
        return keras.tree.map_structure(keras.ops.convert_to_tensor, fn(element))

    result = keras.ops.map(mapped, elems)
    if dtype is None:
        return result
    dtypes = dtype if keras.tree.is_nested(dtype) else keras.tree.map_structure(lambda _: dtype, result)
    return keras.tree.map_structure(keras.ops.cast, result, dtypes)


def _fold(where, fn, elems, initializer, backwards):
    length = _length(elems, where)
    state = _begun(initializer, elems)
    if state is None:  # then the first that comes is what the folding begins with
        state = keras.tree.map_structure(lambda x: x[-1] if backwards else x[0], elems)
        elems = keras.tree.map_structure(lambda x: x[:-1] if backwards else x[1:], elems)
        if length == 1:
            return state

    def step(state, element):
        return _like(fn(state, element), state, where), None

    return keras.ops.scan(step, state, elems, reverse=backwards)[0]


def _begun(initializer, elems):
    """The initializer as tensors; plain numbers in the type of the elements, so that 0 can become 0.5."""
    if initializer is None:
        return None
    like = keras.backend.standardize_dtype(keras.tree.flatten(elems)[0].dtype)

    def begun(value):
        dtype = keras.backend.result_type(like, type(value)) if is_number(value) else None
        return keras.ops.convert_to_tensor(value, dtype)

    return keras.tree.map_structure(begun, initializer)


def _like(value, pattern, where):
    """`value` in the structure and the types of `pattern`, as a loop wants what goes around in it."""
    flat, as_before = list(map(as_tensor, keras.tree.flatten(value))), keras.tree.flatten(pattern)
    if len(flat) != len(as_before):
        raise ShapeError(
            f"{where}: the function was given {len(as_before)} tensors to go on with, and returned {len(flat)}"
        )
    for new, old in zip(flat, as_before, strict=True):
        if _is_float(new) and not _is_float(old):
            raise InvalidValueError(
                f"{where}: it began with {keras.backend.standardize_dtype(old.dtype)}, but the function returns"
                f" {keras.backend.standardize_dtype(new.dtype)}: begin with the latter, k_cast(x, k_floatx())"
            )
    flat = [keras.ops.cast(new, old.dtype) for new, old in zip(flat, as_before, strict=True)]
    return keras.tree.pack_sequence_as(pattern, flat)


def _is_float(x):
    return keras.backend.is_float_dtype(keras.backend.standardize_dtype(x.dtype))


@written(pipeable=False, as_layer=True, calls=True)
def k_foldl(fn, elems, initializer=None, name=None):
    """Combines the elements along the first axis, from first to last.

    Args:
        fn: a function of what has come together so far and the next element, which returns the new whole.
        elems: a tensor, or a list of tensors with as many elements each.
        initializer: what to begin with; by default the first element.
        name: understood, without effect: tensors have no names in Keras 3.

    Returns:
        a tensor, of the shape and type of what it began with.
    """
    return _fold("k_foldl", fn, elems, initializer, backwards=False)


@written(pipeable=False, as_layer=True, calls=True)
def k_foldr(fn, elems, initializer=None, name=None):
    """Combines the elements along the first axis, from last to first.

    Args:
        fn: a function of what has come together so far and the next element, which returns the new whole.
        elems: a tensor, or a list of tensors with as many elements each.
        initializer: what to begin with; by default the last element.
        name: understood, without effect: tensors have no names in Keras 3.

    Returns:
        a tensor, of the shape and type of what it began with.
    """
    return _fold("k_foldr", fn, elems, initializer, backwards=True)


# Over time ------------------------------------------------------------------------------------------------------------


@written(pipeable=False, as_layer=True, calls=True, takes={"inputs": structure, "unroll": None})
def k_rnn(
    step_function,
    inputs,
    initial_states,
    go_backwards=False,
    mask=None,
    constants=None,
    unroll=False,
    input_length=None,
):
    """Runs a function over the steps of series, with states that it hands on to itself.

    Args:
        step_function: a function of the input at one step, of shape (samples, ...), and a list of the states followed
            by the constants; it returns the output and a list of the new states.
        inputs: a tensor of shape (samples, steps, ...), or a list of such tensors.
        initial_states: a list of tensors, the states at first.
        go_backwards: whether the steps come last to first; the outputs then stand in that order.
        mask: a tensor of truth values of shape (samples, steps): where it is False the step is passed over, which
            leaves the states as they are and repeats the output before.
        constants: a list of tensors that are the same at every step.
        unroll: whether to write out all steps rather than loop over them, which takes memory and can be faster.
        input_length: how many steps count: one number, or one for each sample; the others are passed over.

    Returns:
        a tuple of the last output, all outputs of shape (samples, steps, ...), and a list of the last states.
    """
    where = "k_rnn"
    ops, tree = keras.ops, keras.tree
    inputs = tree.map_structure(lambda x: ops.swapaxes(x, 0, 1), inputs)
    states = list(initial_states) if isinstance(initial_states, (list, tuple)) else [initial_states]
    states = tree.map_structure(as_tensor, states)
    constants = [] if constants is None else list(constants)
    steps = known_shape(tree.flatten(inputs)[0])[0]
    mask = _step_mask(mask, input_length, tree.flatten(inputs)[0], where)
    if go_backwards:
        inputs = tree.map_structure(lambda x: ops.flip(x, 0), inputs)
        mask = None if mask is None else ops.flip(mask, 0)

    def step(element, states):
        result = step_function(element, [*states, *constants])
        if not isinstance(result, (list, tuple)) or len(result) != 2:
            raise InvalidValueError(
                f"{where}: step_function must return the output and a list of the new states, it returned {say(result)}"
            )
        output, new_states = result
        new_states = new_states if isinstance(new_states, (list, tuple)) else [new_states]
        return tree.map_structure(ops.convert_to_tensor, output), _like(list(new_states), states, where)

    def masked_step(before, element):
        """One turn: what came before (output, states), the element (input, mask)."""
        output, states = step(element[0], before[1])
        if mask is None:
            return [output, states]
        return [_chosen(element[1], output, before[0]), _chosen(element[1], states, before[1])]

    elements = [inputs] if mask is None else [inputs, mask]
    first = tree.map_structure(lambda x: x[0], elements)
    # What an output looks like is known once there is one.
    turn = [tree.map_structure(ops.zeros_like, step(first[0], states)[0]), states]
    if unroll:
        if steps is None:
            raise InvalidValueError(f"{where}: unroll=True needs a fixed number of steps, in the shape of inputs")
        outputs = []
        for i in range(steps):
            turn = masked_step(turn, tree.map_structure(lambda x, i=i: x[i], elements))
            outputs.append(turn[0])
        outputs = tree.map_structure(lambda *parts: ops.stack(list(parts), axis=1), *outputs)
        return turn[0], outputs, turn[1]

    def body(turn, element):
        turn = _like(masked_step(turn, element), turn, where)
        return turn, turn  # TensorFlow wants what is collected to look like what goes on

    turn, collected = ops.scan(body, turn, elements)
    outputs = tree.map_structure(lambda x: ops.swapaxes(x, 0, 1), collected[0])
    return turn[0], outputs, list(turn[1])


def _step_mask(mask, input_length, inputs, where):
    """The mask of shape (steps, samples), from the mask and the lengths; None if all steps count."""
    ops = keras.ops
    if mask is not None:
        mask = ops.cast(mask, "bool")
        mask = ops.squeeze(mask, -1) if rank(mask) == 3 else mask
        if rank(mask) != 2:
            raise ShapeError(f"{where}: mask must have shape (samples, steps), it has {known_shape(mask)}")
        mask = ops.transpose(mask)
    if input_length is None:
        return mask
    places = ops.expand_dims(ops.arange(ops.shape(inputs)[0], dtype="int32"), 1)
    within = places < ops.expand_dims(ops.reshape(ops.cast(input_length, "int32"), (-1,)), 0)
    if mask is not None:
        return ops.logical_and(mask, within)
    return ops.broadcast_to(within, ops.shape(inputs)[:2])


def _chosen(mask, new, old):
    """Sample by sample the new tensors where the mask is True, else the old ones."""

    def chosen(new, old):
        where = keras.ops.reshape(mask, (-1, *[1] * (rank(new) - 1)))
        return keras.ops.where(where, new, old)

    return keras.tree.map_structure(chosen, new, old)


__all__ = [*name_members(globals())]
