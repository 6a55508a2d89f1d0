"""Configurations that Keras 1 and 2 wrote, brought to what Keras 3 takes. Plain dicts in and out.

Files of R keras 2.x hold arguments that Keras 3 refuses though they say nothing, and layers described in shorter forms.
"""

__all__: list[str] = []

_ANY = object()
_RECURRENT = """RNN GRU LSTM SimpleRNN ConvLSTM1D ConvLSTM2D ConvLSTM3D GRUCell LSTMCell SimpleRNNCell""".split()
_CONVOLUTIONS = """DepthwiseConv1D DepthwiseConv2D SeparableConv1D SeparableConv2D Conv1DTranspose Conv2DTranspose
Conv3DTranspose""".split()

# {layer: {argument that is gone: the values with which it says nothing}}
_GONE = {
    **{layer: {"time_major": (False,), "implementation": (0, 1, 2)} for layer in _RECURRENT},
    **{layer: {"groups": (1,)} for layer in _CONVOLUTIONS},
    **{layer: {"causal": (False,)} for layer in ("Attention", "AdditiveAttention")},
    "BatchNormalization": {"virtual_batch_size": (None,), "adjustment": (None,), "mode": (0,)},
    "Embedding": {"sparse": (False,), "input_length": (_ANY,), "dropout": (0, 0.0)},
    "MultiHeadAttention": dict.fromkeys(["query_shape", "key_shape", "value_shape"], (_ANY,)),
}
_GONE_IN_OPTIMIZERS = {"jit_compile": (_ANY,), "is_legacy_optimizer": (_ANY,), "decay": (0, 0.0, None)}

# Names of losses that Keras 3 takes in compile(), or took in 2.x, and then does not find in an HDF5 file.
_LOSSES = {
    **dict.fromkeys(["mse", "MSE"], "mean_squared_error"),
    **dict.fromkeys(["mae", "MAE"], "mean_absolute_error"),
    **dict.fromkeys(["mape", "MAPE"], "mean_absolute_percentage_error"),
    **dict.fromkeys(["msle", "MSLE"], "mean_squared_logarithmic_error"),
    **dict.fromkeys(["bce", "BCE"], "binary_crossentropy"),
    **dict.fromkeys(["kld", "KLD", "kullback_leibler_divergence"], "kl_divergence"),
    **dict.fromkeys(["cosine", "cosine_proximity"], "cosine_similarity"),
    "logcosh": "log_cosh",
}

# Where layers are described inside of others.
_INSIDE = ("layer", "backward_layer", "cell", "cells")


def mended_model(config):
    """The description of a model, {"class_name": ..., "config": ...}, as Keras 3 takes it; the same if it does so."""
    result = _layer(config)
    if "module" not in result and result.get("class_name") in ("Sequential", "Model", "Functional"):
        name = "Model" if result["class_name"] == "Functional" else result["class_name"]
        result = {**result, "class_name": name, "module": "keras"}
    return result


def mended_layers(config):
    """The same, without naming Keras's modules: as Keras 3 wants it inside of an HDF5 file."""
    return _layer(config)


def mended_training(config):
    """What compile() was given, as an HDF5 file has it."""
    if "loss" in config:
        config = {**config, "loss": _loss(config["loss"])}
    optimizer = config.get("optimizer_config")
    if not isinstance(optimizer, dict) or not isinstance(optimizer.get("config"), dict):
        return config
    inner = _without(optimizer["config"], _GONE_IN_OPTIMIZERS)
    if "lr" in inner:
        inner = {"learning_rate": inner["lr"], **{name: value for name, value in inner.items() if name != "lr"}}
    return {**config, "optimizer_config": {**optimizer, "config": inner}}


def _loss(loss):
    """A loss, or one for each output, by its full name."""
    if isinstance(loss, str):
        return _LOSSES.get(loss, loss)
    if isinstance(loss, list):
        return [_loss(one) for one in loss]
    return {k: _loss(v) for k, v in loss.items()} if isinstance(loss, dict) and "class_name" not in loss else loss


def _layer(layer):
    """The description of one layer or model."""
    if not isinstance(layer, dict) or "config" not in layer:
        return layer
    name, config = layer.get("class_name"), layer["config"]
    if isinstance(config, list) and name == "Sequential":  # Keras 2.1 and before
        config = {"name": "sequential", "layers": config}
    if not isinstance(config, dict):
        return layer
    config = _without(config, _GONE.get(name, {}))
    dtype = config.get("dtype")
    if isinstance(dtype, dict) and "module" not in dtype and "name" in (dtype.get("config") or {}):
        config = {**config, "dtype": dtype["config"]["name"]}
    for inside in _INSIDE:
        if inside in config:
            config = {**config, inside: _with_module(config[inside])}
    if isinstance(config.get("layers"), list):
        layers = [_layer(one) for one in config["layers"]]
        config = {**config, "layers": _with_input(layers) if name == "Sequential" else layers}
    return {**layer, "config": config}


def _with_module(layer):
    """A layer inside of another: Keras 3 looks for it in the module that is named."""
    if isinstance(layer, list):
        return [_with_module(one) for one in layer]
    layer = _layer(layer)
    if not isinstance(layer, dict) or "config" not in layer or "module" in layer:
        return layer
    return {**layer, "module": "keras.layers", "registered_name": None}


def _with_input(layers):
    """The layers of a Sequential that begins with an input; its shape once stood in the first layer."""
    first = layers[0] if layers else None
    config = first.get("config") if isinstance(first, dict) else None
    if not isinstance(config, dict) or "batch_input_shape" not in config or first["class_name"] == "InputLayer":
        return layers
    dtype = config.get("dtype") if isinstance(config.get("dtype"), str) else "float32"
    own = {"batch_shape": config["batch_input_shape"], "dtype": dtype, "name": f"{config.get('name', 'first')}_input"}
    rest = {name: value for name, value in config.items() if name != "batch_input_shape"}
    return [{"class_name": "InputLayer", "config": own}, {**first, "config": rest}, *layers[1:]]


def _without(config, gone):
    def says_nothing(name, value):
        return name in gone and (_ANY in gone[name] or value in gone[name])

    return {name: value for name, value in config.items() if not says_nothing(name, value)}
