"""Recurrent layers with stateful=True, on the backends where Keras cannot keep what they remember."""

from pipekeras._keras import keras
from pipekeras.complaints import called
from pipekeras.errors import UnavailableError
from pipekeras.models.checks import all_layers

__all__: list[str] = []

_TRAINING = ("fit", "train_on_batch")


def refuse_lost_states(model, where):
    """Raise if the model would forget its states from batch to batch (JAX), or not train with them (torch)."""
    backend = keras.backend.backend()
    if backend == "tensorflow":
        return
    for layer in all_layers(model):
        if getattr(layer, "stateful", False) is not True:
            continue
        if backend == "jax":
            what = "on JAX Keras loses the states from batch to batch"
        elif where in _TRAINING and isinstance(layer, (keras.layers.LSTM, keras.layers.GRU)):
            what = "on torch Keras cannot train through states that are kept, only predict and evaluate"
        else:
            continue
        raise UnavailableError(
            f"{where}: {called(layer)} {layer.name!r} is stateful, and {what}. Use TensorFlow,"
            " KERAS_BACKEND=tensorflow, or stateful=False"
        )
