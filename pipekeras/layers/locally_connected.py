"""Convolutions whose weights are not shared: each place of the output has a kernel of its own. Keras 3 has none.

What they compute, and the shapes of their weights, are those of Keras 2 (its `implementation=1`), so weights of a model
of then fit a model of now. Importing this module imports Keras: the table in convolutional.py names it lazily.
"""

import itertools

from pipekeras._keras import keras
from pipekeras.layers.own import register


class LocallyConnected(keras.layers.Layer):
    """What the layers for one and two dimensions share; `rank` is the number of spatial dimensions."""

    rank: int

    def __init__(
        self,
        filters,
        kernel_size,
        strides=1,
        padding="valid",
        data_format=None,
        activation=None,
        use_bias=True,
        kernel_initializer="glorot_uniform",
        bias_initializer="zeros",
        kernel_regularizer=None,
        bias_regularizer=None,
        activity_regularizer=None,
        kernel_constraint=None,
        bias_constraint=None,
        **kwargs,
    ):
        super().__init__(activity_regularizer=keras.regularizers.get(activity_regularizer), **kwargs)
        self.filters = _positive(filters, "filters", 1)[0]
        self.kernel_size = _positive(kernel_size, "kernel_size", self.rank)
        self.strides = _positive(strides, "strides", self.rank)
        if str(padding).lower() != "valid":
            raise ValueError(
                f'padding is {padding!r}, but where weights are not shared only "valid" is possible: put'
                f" layer_zero_padding_{self.rank}d() before the layer"
            )
        self.padding = "valid"
        self.data_format = data_format or keras.config.image_data_format()
        if self.data_format not in ("channels_last", "channels_first"):
            raise ValueError(f'data_format must be "channels_last" or "channels_first", it got {data_format!r}')
        self.activation = keras.activations.get(activation)
        self.use_bias = use_bias
        self.kernel_initializer = keras.initializers.get(kernel_initializer)
        self.bias_initializer = keras.initializers.get(bias_initializer)
        self.kernel_regularizer = keras.regularizers.get(kernel_regularizer)
        self.bias_regularizer = keras.regularizers.get(bias_regularizer)
        self.kernel_constraint = keras.constraints.get(kernel_constraint)
        self.bias_constraint = keras.constraints.get(bias_constraint)
        self.input_spec = keras.layers.InputSpec(ndim=self.rank + 2)

    @property
    def channels_last(self):
        return self.data_format == "channels_last"

    def _split(self, input_shape):
        """The spatial sizes and the number of channels of an input."""
        if self.channels_last:
            return tuple(input_shape[1:-1]), input_shape[-1]
        return tuple(input_shape[2:]), input_shape[1]

    def _places(self, sizes):
        """How many places the kernel has along each dimension; None where the size is not known."""
        steps = zip(sizes, self.kernel_size, self.strides, strict=True)
        return tuple(None if size is None else (size - kernel) // stride + 1 for size, kernel, stride in steps)

    def build(self, input_shape):
        sizes, channels = self._split(input_shape)
        if channels is None or None in sizes:
            raise ValueError(
                "each place has weights of its own, so every dimension but the batch must be known; the input has shape"
                f" {tuple(input_shape)}"
            )
        places = self._places(sizes)
        if min(places) < 1:
            raise ValueError(f"kernel_size={self.kernel_size} does not fit into an input of shape {tuple(input_shape)}")
        window = channels
        for size in self.kernel_size:
            window *= size
        count = 1
        for number in places:
            count *= number
        self.kernel = self.add_weight(
            name="kernel",
            shape=(count, window, self.filters),
            initializer=self.kernel_initializer,
            regularizer=self.kernel_regularizer,
            constraint=self.kernel_constraint,
        )
        self.bias = None
        if self.use_bias:
            self.bias = self.add_weight(
                name="bias",
                shape=(*places, self.filters),
                initializer=self.bias_initializer,
                regularizer=self.bias_regularizer,
                constraint=self.bias_constraint,
            )
        axes = {axis: size for axis, size in enumerate(input_shape) if axis > 0}
        self.input_spec = keras.layers.InputSpec(ndim=self.rank + 2, axes=axes)
        self.built = True

    def call(self, inputs):
        ops = keras.ops
        sizes, _ = self._split(inputs.shape)
        places = self._places(sizes)
        x = inputs if self.channels_last else ops.moveaxis(inputs, 1, -1)
        # One strided slice for each cell of the kernel, not one for each place: few, however large the image.
        cells = []
        for offsets in itertools.product(*map(range, self.kernel_size)):
            spans = zip(offsets, places, self.strides, strict=True)
            cells.append(x[(slice(None), *(slice(o, o + (n - 1) * s + 1, s) for o, n, s in spans))])
        # Keras 2 numbers a window in the order of the input's own axes: channels last, or before the cells.
        windows = ops.stack(cells, axis=-2 if self.channels_last else -1)
        windows = ops.reshape(windows, (-1, self.kernel.shape[0], self.kernel.shape[1]))
        outputs = ops.einsum("bpi,pif->bpf", windows, self.kernel)
        outputs = ops.reshape(outputs, (-1, *places, self.filters))
        if self.bias is not None:
            outputs = ops.add(outputs, self.bias)
        if not self.channels_last:
            outputs = ops.moveaxis(outputs, -1, 1)
        return self.activation(outputs)

    def compute_output_shape(self, input_shape):
        sizes, _ = self._split(input_shape)
        places = self._places(sizes)
        return (
            (input_shape[0], *places, self.filters) if self.channels_last else (input_shape[0], self.filters, *places)
        )

    def get_config(self):
        objects = {
            "activation": keras.activations.serialize(self.activation),
            "kernel_initializer": keras.initializers.serialize(self.kernel_initializer),
            "bias_initializer": keras.initializers.serialize(self.bias_initializer),
            "kernel_regularizer": keras.regularizers.serialize(self.kernel_regularizer),
            "bias_regularizer": keras.regularizers.serialize(self.bias_regularizer),
            "activity_regularizer": keras.regularizers.serialize(self.activity_regularizer),
            "kernel_constraint": keras.constraints.serialize(self.kernel_constraint),
            "bias_constraint": keras.constraints.serialize(self.bias_constraint),
        }
        plain = ("filters", "kernel_size", "strides", "padding", "data_format", "use_bias")
        return {**super().get_config(), **{name: getattr(self, name) for name in plain}, **objects}


def _positive(value, name, rank):
    """`value` as `rank` whole numbers above 0, one for all or one for each dimension."""
    numbers = tuple(value) if isinstance(value, (list, tuple)) else (value,) * rank
    if len(numbers) != rank or any(int(n) != n or n < 1 for n in numbers):
        wanted = "a whole number above 0" if rank == 1 else f"one or {rank} whole numbers above 0"
        raise ValueError(f"{name} must be {wanted}, it got {value!r}")
    return tuple(map(int, numbers))


_ARGUMENTS = """
    Args:
        filters: how many values each place of the output has.
        kernel_size: the size of the window, {sizes}.
        strides: by how much the window moves on, {sizes}.
        padding: "valid" alone: the window stays inside the input.
        data_format: "channels_last", {last}, or "channels_first", {first}; by default as Keras is configured.
        activation: applied to the result; none by default.
        use_bias: whether each place and filter has a bias.
        kernel_initializer: how the kernel starts, of shape {kernel}.
        bias_initializer: how the bias starts, of shape {bias}.
        kernel_regularizer: a penalty on the kernel.
        bias_regularizer: a penalty on the bias.
        activity_regularizer: a penalty on the output.
        kernel_constraint: what the kernel is put through after each update.
        bias_constraint: what the bias is put through after each update.

    Input shape:
        {last}, or {first} with "channels_first"; all but the batch must be known.

    Output shape:
        The same with a dimension of `(size - kernel_size) // strides + 1` for each spatial one, and `filters` channels.
    """


@register()
class LocallyConnected1D(LocallyConnected):
    __doc__ = "A convolution along one dimension with a kernel of its own for each place.\n" + _ARGUMENTS.format(
        sizes="a whole number",
        last="(batch, steps, channels)",
        first="(batch, channels, steps)",
        kernel="(places, kernel_size * channels, filters)",
        bias="(places, filters)",
    )
    rank = 1


@register()
class LocallyConnected2D(LocallyConnected):
    __doc__ = "A convolution over images with a kernel of its own for each place.\n" + _ARGUMENTS.format(
        sizes="one or two whole numbers",
        last="(batch, rows, columns, channels)",
        first="(batch, channels, rows, columns)",
        kernel="(row places * column places, kernel rows * kernel columns * channels, filters)",
        bias="(row places, column places, filters)",
    )
    rank = 2
