"""The `layer_*` family, `bidirectional`, `time_distributed` and the RNN cells: a file for each of R's groups."""

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
    core, activations, convolutional, pooling, recurrent, wrappers, normalization, dropout, attention, merging, reshaping,
    preprocessing, image, unavailable,
)  # fmt: skip

__all__ = [name for file in FILES for name in file.__all__]
globals().update({name: getattr(file, name) for file in FILES for name in file.__all__})
