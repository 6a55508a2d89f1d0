"""Limits on weights, kept after each step of training: R's `constraint_*`, one line each."""

from pipekeras.wrap import Wrapper, name_members


class _Constraint(Wrapper):
    module = "constraints"


constraint_maxnorm = _Constraint("MaxNorm")
constraint_minmaxnorm = _Constraint("MinMaxNorm")
constraint_nonneg = _Constraint("NonNeg")
constraint_unitnorm = _Constraint("UnitNorm")

__all__ = [*name_members(globals())]
