"""The form in which Keras 1 and 2 keep weights in HDF5 files, written with h5py; Keras 3 reads it, by order or by name.

/                     layer_names = [b"dense", ...], keras_version, backend
/dense                weight_names = [b"dense/kernel", b"dense/bias"]
/dense/dense/kernel   the numbers
"""

from pipekeras._keras import keras

__all__: list[str] = []

_LIMIT = 64_512  # bytes that HDF5 has for one attribute; longer lists of names are split


def write(model, path):
    """Write the weights of a built model to a new file."""
    import h5py

    with h5py.File(path, "w") as file:
        _write_names(file, "layer_names", [layer.name for layer in model.layers])
        file.attrs["backend"] = keras.backend.backend().encode()
        file.attrs["keras_version"] = keras.__version__.encode()
        for layer in sorted(model.layers, key=lambda layer: layer.name):
            _write_weights(file.create_group(layer.name), layer.trainable_weights + layer.non_trainable_weights)
        inside = {id(weight) for layer in model.layers for weight in layer.weights}
        own = [w for w in model.trainable_weights + model.non_trainable_weights if id(w) not in inside]
        _write_weights(file.create_group("top_level_model_weights"), own)


def _write_weights(group, weights):
    names = [weight.path for weight in weights]
    if len(set(names)) < len(names):  # in layers inside of layers that are called the same
        names = [f"{name}_{position}" for position, name in enumerate(names)]
    _write_names(group, "weight_names", names)
    for name, weight in zip(names, weights, strict=True):
        group.create_dataset(name, data=keras.ops.convert_to_numpy(weight))


def _write_names(group, name, names):
    import numpy as np

    names = [text.encode() for text in names]
    if not names:
        group.attrs[name] = np.asarray([], dtype="S1")
        return
    widest = max(map(len, names))
    size = max(1, _LIMIT // widest)
    parts = [names[start : start + size] for start in range(0, len(names), size)]
    for number, part in enumerate(parts):
        group.attrs[name if len(parts) == 1 else f"{name}{number}"] = np.asarray(part)
