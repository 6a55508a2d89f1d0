"""The functions of tensors of R keras3: op_*, grouped as Keras groups them."""

from pipekeras.ops import control, core, elementwise, image, linalg, math, nn, reductions, shaping, subset, variadic

_FILES = (core, elementwise, reductions, shaping, subset, variadic, linalg, math, nn, image, control)

globals().update({name: getattr(file, name) for file in _FILES for name in file.__all__})

__all__ = [name for file in _FILES for name in file.__all__]
