"""Penalties on weights and outputs: R's `regularizer_*`, one line each."""

from pipekeras.wrap import Wrapper, name_members


class _Regularizer(Wrapper):
    module = "regularizers"


regularizer_l1 = _Regularizer("L1", old={"l": "l1"})
regularizer_l2 = _Regularizer("L2", old={"l": "l2"})
regularizer_l1_l2 = _Regularizer("L1L2")
regularizer_orthogonal = _Regularizer("OrthogonalRegularizer")

__all__ = [*name_members(globals())]
