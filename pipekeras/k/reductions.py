"""k_* functions that sum up along axes."""

from pipekeras.k._function import of_keras
from pipekeras.ops import _mend
from pipekeras.wrap import name_members

k_all = of_keras("all", arrays=1)
k_any = of_keras("any", arrays=1)
k_argmax = of_keras("argmax", arrays=1, defaults={"axis": -1})
k_argmin = of_keras("argmin", arrays=1, defaults={"axis": -1})
k_cumprod = of_keras("cumprod", arrays=1, defaults={"axis": 0})
k_cumsum = of_keras("cumsum", arrays=1, defaults={"axis": 0})
k_logsumexp = of_keras("logsumexp", arrays=1, floats=["x"])
k_max = of_keras("max", arrays=1, mend=_mend.all_axes)
k_mean = of_keras("mean", arrays=1)
k_min = of_keras("min", arrays=1, mend=_mend.all_axes)
k_prod = of_keras("prod", arrays=1, mend=_mend.all_axes)
k_std = of_keras("std", arrays=1)
k_sum = of_keras("sum", arrays=1, mend=_mend.all_axes)
k_var = of_keras("var", arrays=1)

__all__ = [*name_members(globals())]
