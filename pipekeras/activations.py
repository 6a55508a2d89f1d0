"""Activations: R's `activation_*`, one line each. `activation_relu(x)` computes; uncalled they are Keras's functions.

layer_dense(10, activation=activation_relu)     activation_softmax([[1, 2, 3]])     x >> activation_elu(alpha=0.5)
"""

from pipekeras import values
from pipekeras._keras import keras
from pipekeras.asarray import as_array, is_native, values_of
from pipekeras.errors import PipeError
from pipekeras.functions import FunctionWrapper
from pipekeras.receivers import is_layer, is_model, is_symbolic, is_tensor, say
from pipekeras.wrap import name_members


def _numbers(value, name, where):
    """What an activation is applied to as a tensor; whole numbers in Keras's float type."""
    if is_layer(value):
        return value  # refused afterwards, in words of its own
    if is_tensor(value):
        if is_symbolic(value) or is_native(value):
            kind = keras.backend.standardize_dtype(value.dtype)
            return value if "float" in kind or "complex" in kind else keras.ops.cast(value, keras.config.floatx())
        value = values_of(value)
    array = as_array(value, where, name=name, text=False)
    listed = not hasattr(value, "dtype")  # a number that is written down has no type of its own
    dtype = keras.config.floatx() if listed or array.dtype.kind in "iub" else None
    return keras.ops.convert_to_tensor(array, dtype=dtype)


class _Activation(FunctionWrapper):
    module = "activations"
    use = (
        "    {name}({call})\n    x >> {name}(...)\n        what {keras} returns for x.\n"
        "    layer_dense(10, activation={name})\n        as an argument, without parentheses."
    )
    converters = {**values.ARGUMENTS, "x": _numbers}
    texts = {
        "x": "a tensor, array, list or data frame of numbers.",
        "axis": "the axis along which is computed, counted from 0; -1 is the last.",
        "alpha": "the slope of what is below 0, or what it tends to there, by its sign.",
        "threshold": "the value from which on the function lets pass what it gets.",
        "default_value": "what takes the place of values that are not above the threshold.",
    }

    def function(self, *args, **kwargs):
        """The function itself, with all its arguments."""
        self.refuse(args[0] if args else kwargs.get("x"))
        return super().function(*args, **kwargs)

    def refuse(self, left):
        """Raise if `left` is a model or a layer: an activation in a model is a layer."""
        if is_model(left) or is_layer(left):
            layer = f'layer_activation("{self.keras_name}")'
            raise PipeError(f"{self.__name__} applies to tensors, it got {say(left)}: add {layer}")


activation_celu = _Activation("celu")
activation_elu = _Activation("elu")
activation_exponential = _Activation("exponential")
activation_gelu = _Activation("gelu")
activation_glu = _Activation("glu")
activation_hard_shrink = _Activation("hard_shrink")
activation_hard_sigmoid = _Activation("hard_sigmoid")
activation_hard_silu = _Activation("hard_silu")
activation_hard_swish = _Activation("hard_swish")
activation_hard_tanh = _Activation("hard_tanh")
activation_leaky_relu = _Activation("leaky_relu", old={"alpha": "negative_slope"})
activation_linear = _Activation("linear")
activation_log_sigmoid = _Activation("log_sigmoid")
activation_log_softmax = _Activation("log_softmax")
activation_mish = _Activation("mish")
activation_relu = _Activation("relu", old={"alpha": "negative_slope"})
activation_relu6 = _Activation("relu6")
activation_selu = _Activation("selu")
activation_sigmoid = _Activation("sigmoid")  # that of R's keras 2.x calls softmax
activation_silu = _Activation("silu")
activation_soft_shrink = _Activation("soft_shrink")
activation_softmax = _Activation("softmax")
activation_softplus = _Activation("softplus")
activation_softsign = _Activation("softsign")
activation_sparse_plus = _Activation("sparse_plus")
activation_sparse_sigmoid = _Activation("sparse_sigmoid")
activation_sparsemax = _Activation("sparsemax")
activation_squareplus = _Activation("squareplus")
activation_swish = _Activation("silu")
activation_tanh = _Activation("tanh")
activation_tanh_shrink = _Activation("tanh_shrink")
activation_threshold = _Activation("threshold")

__all__ = [*name_members(globals())]
