"""k_gradients: what a small change of some values does to a loss."""

from pipekeras._keras import is_open, keras
from pipekeras.errors import InvalidValueError, UnavailableError
from pipekeras.k._function import written
from pipekeras.k._tensors import as_tensor, is_concrete
from pipekeras.receivers import is_layer, is_symbolic, is_tensor, say
from pipekeras.wrap import name_members


@written(pipeable=False, calls=True)
def k_gradients(loss, variables):
    """The gradients of a loss with respect to variables.

    Args:
        loss: a symbolic tensor, computed from the variables; or a function that takes the values of the variables and
            returns a tensor. Of several values the gradient of their sum is taken.
        variables: symbolic tensors or variables, alone or in a list; for a function also plain tensors and arrays.

    Returns:
        a list of tensors, each of the shape of a variable; zeros where the loss does not depend on it. They are
        symbolic if the loss is, for k_function() to compute.

    Raises:
        UnavailableError: if loss is a tensor whose values are computed already, which keeps no track of how.
    """
    variables = list(variables) if isinstance(variables, (list, tuple)) else [variables]
    if callable(loss) and not is_tensor(loss):
        tensors = [keras.ops.convert_to_tensor(value) for value in _values(variables)]
        return differentiate(lambda inputs: loss(*inputs), tensors)
    if isinstance(loss, (list, tuple)) and all(map(is_symbolic, loss)):
        loss = sum(keras.ops.sum(part) for part in loss)
    if is_symbolic(loss):
        return _symbolic(loss, variables)
    return _traced(loss, variables)


def _symbolic(loss, variables):
    from pipekeras.k.own import Gradients

    for variable in variables:
        if not is_symbolic(variable) and not isinstance(variable, keras.Variable):
            raise InvalidValueError(
                f"k_gradients: of a symbolic loss, variables must be symbolic tensors or variables, they have"
                f" {say(variable)}"
            )
    weights = [variable for variable in variables if not is_symbolic(variable)]
    by_weights = iter(Gradients(loss, None, weights).apply() if weights else [])
    # One at a time, since of two tensors the one may be computed from the other.
    return [Gradients(loss, v).apply()[0] if is_symbolic(v) else next(by_weights) for v in variables]


def _node(tensor):
    """What a symbolic tensor was computed by, None for inputs. Keras has no public way to it."""
    history = getattr(tensor, "_keras_history", None)
    if history is None or history.operation is None:
        return None
    node = history.operation._inbound_nodes[history.node_index]
    return node if node.input_tensors else None


def sources_of(loss, cut):
    """The inputs that a symbolic tensor is computed from, other than by way of the tensors whose ids are in `cut`.

    Returns:
        The inputs, and the layers on the way.
    """
    inputs, layers, seen, waiting = [], [], set(cut), [loss]
    while waiting:
        tensor = waiting.pop()
        if id(tensor) not in seen:
            seen.add(id(tensor))
            node = _node(tensor)
            if node is None:
                inputs.append(tensor)
            else:
                layers += [node.operation] if is_layer(node.operation) else []
                waiting += node.input_tensors
    return inputs, layers


def computed(loss, values):
    """The value of a symbolic tensor from those of others, `{id: value}`, which are taken as they are."""
    values, waiting = dict(values), [loss]
    while waiting:
        tensor = waiting[-1]
        node = _node(tensor)
        missing = [] if id(tensor) in values else [x for x in node.input_tensors if id(x) not in values]
        if missing:
            waiting += missing
            continue
        waiting.pop()
        if id(tensor) not in values:
            args, kwargs = node.arguments.convert(lambda x: values[id(x)] if is_symbolic(x) else x)
            results = keras.tree.flatten(node.operation(*args, **kwargs))
            for output, result in zip(node.outputs, results, strict=True):
                values.setdefault(id(output), result)
    return values[id(loss)]


def _traced(loss, variables):
    """Of a tensor that a backend still knows the computation of: torch does, and TensorFlow inside of a function."""
    package = type(loss).__module__.partition(".")[0]
    values = _values(variables)
    if package == "torch" and loss.requires_grad:
        import torch

        found = torch.autograd.grad(loss.sum(), values, retain_graph=True, create_graph=True, allow_unused=True)
        return [torch.zeros_like(v) if g is None else g for g, v in zip(found, values, strict=True)]
    if package == "tensorflow" and not is_concrete(loss):
        import tensorflow as tf

        return tf.gradients(loss, values, unconnected_gradients="zero")
    raise UnavailableError(
        f"k_gradients: loss is {say(loss)} that is computed already, and how is not known any more. Give the"
        " computation as a function of the variables, k_gradients(lambda x: k_sum(k_square(x)), x), or a symbolic"
        " tensor; or use tf.GradientTape, jax.grad or torch.autograd"
    )


def _values(variables):
    return [v.value if is_open() and isinstance(v, keras.Variable) else v for v in variables]


def differentiate(function, inputs, weights=()):
    """The gradients of `function(inputs)`, summed up, by inputs and by weights, on any backend.

    Args:
        function: takes a list of tensors and returns a tensor.
        inputs: a list of tensors.
        weights: a list of keras.Variables that the function uses.

    Returns:
        A list of tensors, the gradients by the inputs, then those by the weights.
    """
    backend = keras.config.backend()
    if backend == "jax":
        return _with_jax(function, inputs, weights)
    values = [weight.value for weight in weights]
    return (_with_tensorflow if backend == "tensorflow" else _with_torch)(function, inputs, values)


def _total(function, inputs):
    result = function(inputs)
    return keras.ops.sum(as_tensor(result))


def _with_tensorflow(function, inputs, weights):
    import tensorflow as tf

    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch([*inputs, *weights])
        total = _total(function, inputs)
    return list(tape.gradient(total, [*inputs, *weights], unconnected_gradients="zero"))


def _with_jax(function, inputs, weights):
    import jax

    def total(inputs, values):
        with keras.StatelessScope(state_mapping=list(zip(weights, values, strict=True))):
            return _total(function, inputs)

    by_inputs, by_weights = jax.grad(total, argnums=(0, 1))(list(inputs), [weight.value for weight in weights])
    return [*by_inputs, *by_weights]


def _with_torch(function, inputs, weights):
    import torch

    with torch.enable_grad():
        inputs = [x if x.requires_grad else x.detach().requires_grad_() for x in inputs]
        total = _total(function, inputs)
        if not total.requires_grad:  # it depends on none of them
            return [torch.zeros_like(x) for x in [*inputs, *weights]]
        found = torch.autograd.grad(total, [*inputs, *weights], create_graph=True, allow_unused=True)
    return [torch.zeros_like(x) if g is None else g for g, x in zip(found, [*inputs, *weights], strict=True)]


__all__ = [*name_members(globals())]
