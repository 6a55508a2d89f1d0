"""Models and their inputs: keras_model(), keras_model_sequential(), layer_input(), shape()."""

from pipekeras import values
from pipekeras._keras import keras
from pipekeras.errors import ArgumentError, suggestion
from pipekeras.growing import grow, sequential
from pipekeras.pipe import Chain, Checked, Function, send
from pipekeras.receivers import is_layer, is_tensor, is_tensors, say

# What keras_model_sequential() understands of its input: R keras3's names and those of 2.x, and what Input calls them.
_INPUT_WORDS = {
    "input_shape": "shape",
    "input_batch_shape": "batch_shape",
    "batch_input_shape": "batch_shape",
    "batch_shape": "batch_shape",
    "input_batch_size": "batch_size",
    "batch_size": "batch_size",
    "input_dtype": "dtype",
    "dtype": "dtype",
    "input_sparse": "sparse",
    "sparse": "sparse",
    "input_ragged": "ragged",
    "ragged": "ragged",
    "input_name": "name",
    "input_layer_name": "name",
    "input_tensor": "tensor",
    "input_optional": "optional",
}


@Checked
def keras_model_sequential(input_shape=None, name=None, *, trainable=True, layers=(), **input):
    """A model that is a stack of layers, to be piped into.

    Args:
        input_shape: the shape of one sample, without the batch: 784, (28, 28, 1), (None, 14) for sequences of any
            length. Left out, the first layer's input_shape says it, or the first data that the model meets. As in R
            keras 2.x, a list of layers here, or a layer, stands for `layers`.
        name: the model's name; made up where it is None.
        trainable: whether training changes the model's weights.
        layers: layers, or a chain of them, to begin with.
        **input: more on the input, under the names of either R package: input_dtype, input_batch_size,
            input_batch_shape, input_name, input_sparse, input_ragged, input_tensor, input_optional; batch_size, dtype,
            batch_input_shape, ...

    Returns:
        A `keras.Sequential`. Piping a layer into it adds the layer in place and gives the same model back.

    Raises:
        ArgumentError: for an argument that does not exist.
        InvalidValueError: for a shape that is none.

    Source: R `keras3::keras_model_sequential`, `keras::keras_model_sequential`.
    """
    if isinstance(input_shape, Chain) or is_layer(input_shape) or _has_layers(input_shape):
        if layers:
            raise ArgumentError("keras_model_sequential() got layers twice: as its first argument and as layers=")
        input_shape, layers = None, input_shape
    for word in input:
        if word not in _INPUT_WORDS:
            raise ArgumentError(f"keras_model_sequential has no argument {word}{suggestion(word, _known_words())}")
    given = _by_one_name({"input_shape": input_shape, **input})
    if isinstance(layers, Function):
        layers.receive(None)  # raises: the parentheses are missing
    model = sequential(name=name, trainable=trainable)
    if given:
        grow(model, _input_layer("keras_model_sequential", **given))
    for step in [layers] if isinstance(layers, Chain) or is_layer(layers) else layers or ():
        send(model, step)
    return model


keras_model_sequential.also = tuple(_INPUT_WORDS)  # what **input takes


def _by_one_name(words):
    """What was given, under the names that Input has; two names for one thing are an error."""
    given, told = {}, {}
    for word, value in words.items():
        name = _INPUT_WORDS[word]
        if value is None:
            continue
        if name in given:
            raise ArgumentError(
                f"keras_model_sequential got {told[name]}={given[name]!r} and {word}={value!r}, two names for the same:"
                " leave one out"
            )
        given[name], told[name] = value, word
    return given


def _known_words():
    return ["input_shape", "name", "trainable", "layers", *_INPUT_WORDS]


def _has_layers(value):
    return isinstance(value, (list, tuple)) and any(isinstance(v, Chain) or is_layer(v) or callable(v) for v in value)


def _input_layer(where, **given):
    """An InputLayer from what the user said of it; the shape may be with or without the batch."""
    if "shape" in given:
        given["shape"] = values.shape(given["shape"], "input_shape" if where != "layer_input" else "shape", where)
    if "batch_shape" in given:
        given["batch_shape"] = values.shape(given["batch_shape"], "batch_shape", where)
    if given.get("batch_size") is not None:
        given["batch_size"] = values.whole(given["batch_size"], "batch_size", where)
    if given.get("tensor") is not None:
        given["input_tensor"] = given.pop("tensor")
        given.setdefault("batch_shape", tuple(given["input_tensor"].shape))
    if not given.get("ragged"):
        given.pop("ragged", None)
    if "shape" not in given and "batch_shape" not in given:
        word = "shape" if where == "layer_input" else "input_shape"
        raise ArgumentError(f"{where} needs a shape for its input: {word}=..., or batch_shape=... with the batch")
    if "shape" in given and "batch_shape" in given:
        raise ArgumentError(f"{where} got a shape and a batch_shape; give one: the second includes the batch")
    return keras.layers.InputLayer(**given)


@Checked
def keras_input(
    shape=None, batch_size=None, dtype=None, sparse=None, ragged=None, batch_shape=None, name=None, tensor=None,
    optional=False,
):  # fmt: skip
    """A symbolic tensor: where a functional model begins.

    Args:
        shape: the shape of one sample, without the batch: 784, (28, 28, 1), (None, 14). () is one number for each
            sample.
        batch_size: how many samples a batch has, where that is fixed.
        dtype: of the values, "float32" unless said otherwise.
        sparse: whether the tensor is sparse.
        ragged: whether it is ragged.
        batch_shape: the shape with the batch, in place of shape: (32, 28, 28, 1).
        name: the input's name, by which data may be handed to it.
        tensor: an existing tensor to begin from.
        optional: whether the model may be called without it.

    Returns:
        A `keras.KerasTensor`, to be piped into layers.

    Raises:
        ArgumentError: if neither shape nor batch_shape is given, or both.
        InvalidValueError: for a shape that is none.

    Source: R `keras3::keras_input`, `keras3::layer_input`, `keras::layer_input` (there, batch_shape is second).
    """
    given = {
        "shape": shape, "batch_size": batch_size, "dtype": dtype, "sparse": sparse, "ragged": ragged,
        "batch_shape": batch_shape, "name": name, "tensor": tensor,
    }  # fmt: skip
    given = {word: value for word, value in given.items() if value is not None}
    return _input_layer("layer_input", **given, **({"optional": True} if optional else {})).output


layer_input = Checked(keras_input.function, name="layer_input")


@Checked
def keras_model(inputs=None, outputs=None, *, name=None, trainable=True):
    """A model from symbolic inputs to symbolic outputs.

    Args:
        inputs: what layer_input() gave, or a list, tuple or dict of such.
        outputs: tensors that layers made of them; a dict names the outputs.
        name: the model's name; made up where it is None.
        trainable: whether training changes the model's weights.

    Returns:
        A functional `keras.Model`.

    Raises:
        ArgumentError: if inputs or outputs are missing or are not symbolic tensors.

    Source: R `keras3::keras_model`, `keras::keras_model`.
    """
    for word, value in (("inputs", inputs), ("outputs", outputs)):
        if value is None:
            raise ArgumentError(f"keras_model needs {word}: keras_model(inputs, outputs), both made of layer_input()")
        if not is_tensors(value) or not all(isinstance(t, keras.KerasTensor) for t in _leaves(value)):
            raise ArgumentError(
                f"keras_model: {word} must be symbolic tensors, as layer_input() and layers applied to it give;"
                f" it got {say(value)}"
            )
    inputs, outputs = (v[0] if isinstance(v, (list, tuple)) and len(v) == 1 else v for v in (inputs, outputs))
    return keras.Model(inputs, outputs, name=name, trainable=trainable)


def _leaves(value):
    if isinstance(value, dict):
        return [leaf for v in value.values() for leaf in _leaves(v)]
    if isinstance(value, (list, tuple)):
        return [leaf for v in value for leaf in _leaves(v)]
    return [value]


@Checked
def shape(*dims):
    """A shape as Keras takes it: `shape(None, 28, 28)` is (None, 28, 28).

    Args:
        *dims: whole numbers; None, NaN or -1 for a dimension that is not fixed; lists of those; tensors, arrays and
            frames, which stand for their own shapes.

    Returns:
        A tuple of ints and None.

    Raises:
        InvalidValueError: for what is no dimension.

    Source: R `keras3::shape`, `keras::shape`.
    """
    flat = []
    for dim in dims:
        if isinstance(dim, (list, tuple, range)):
            flat.extend(shape(*dim))
        elif getattr(dim, "shape", ()) != () or (is_tensor(dim) and not isinstance(dim, (int, float))):
            own = tuple(dim.shape)
            flat.extend(own if own else (int(dim),))
        else:
            flat.append(None if dim == -1 else dim)
    return values.shape(tuple(flat), "a dimension", "shape")


__all__ = ["keras_input", "keras_model", "keras_model_sequential", "layer_input", "shape"]
