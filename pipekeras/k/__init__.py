"""The backend functions of R keras 2.x: k_*, over what Keras 3 has for every backend.

In R their axes count from 1; here from 0, as everywhere.
"""

from importlib import import_module

from pipekeras._keras import when_opened
from pipekeras.k import (
    configuration,
    convolution,
    creation,
    ctc,
    elementwise,
    gradients,
    graph,
    images,
    loops,
    losses,
    normalization,
    phase,
    products,
    random,
    reductions,
    shapes,
    sparse,
    state,
)

_FILES = (
    elementwise,
    reductions,
    shapes,
    products,
    creation,
    random,
    state,
    convolution,
    images,
    normalization,
    losses,
    ctc,
    loops,
    phase,
    graph,
    gradients,
    sparse,
    configuration,
)

globals().update({name: getattr(file, name) for file in _FILES for name in file.__all__})

__all__ = [name for file in _FILES for name in file.__all__]

when_opened(lambda: import_module(f"{__name__}.own"))  # so that a saved model that has one of its layers loads
