"""The `layer_*` family, `bidirectional`, `time_distributed` and the RNN cells: a file for each of R's groups."""

from importlib import import_module

from pipekeras._keras import when_opened
from pipekeras.layers import (
    activations,
    attention,
    convolutional,
    core,
    dropout,
    image,
    merging,
    normalization,
    pooling,
    preprocessing,
    recurrent,
    reshaping,
    unavailable,
    wrappers,
)

FILES = (
    core, activations, convolutional, pooling, recurrent, wrappers, normalization, dropout, attention, merging,
    reshaping, preprocessing, image, unavailable,
)  # fmt: skip

__all__ = [name for file in FILES for name in file.__all__]
globals().update({name: getattr(file, name) for file in FILES for name in file.__all__})


def _register():
    """Make Keras know the layers of our own, so that a saved model that has one loads once pipekeras is imported."""
    for module in ("own", "locally_connected", "random_size"):
        import_module(f"{__name__}.{module}")


when_opened(_register)
