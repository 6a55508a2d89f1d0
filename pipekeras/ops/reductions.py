"""Sums, means, extremes and their like along axes, sorting and counting; Keras has them in ops.numpy."""

from pipekeras.ops import _mend
from pipekeras.ops._op import over
from pipekeras.ops._values import counts, integers, tensor
from pipekeras.wrap import name_members

_COUNTS = {"neutral": {"zero_indexed": True}}  # R counts from 1, unless told to; here indices count from 0

op_all = over("all")
op_any = over("any")
op_argmax = over("argmax", **_COUNTS)
op_argmin = over("argmin", **_COUNTS)
op_argpartition = over("argpartition", **_COUNTS)
op_argsort = over("argsort", **_COUNTS)
op_average = over("pipekeras.ops._own:average", floats=["x", "weights"])
op_bincount = over("bincount", takes={"x": counts})
op_corrcoef = over("corrcoef")
op_correlate = over("correlate", arrays=2)
op_count_nonzero = over("pipekeras.ops._own:count_nonzero")
op_cumprod = over("cumprod")
op_cumsum = over("cumsum")
op_diff = over("diff")
op_digitize = over("digitize", takes={"bins": tensor}, **_COUNTS)
op_histogram = over(
    "pipekeras.ops._own:histogram", floats=["x"], takes={"range": lambda value, name, where: tuple(value)}
)
op_max = over("max", mend=_mend.all_axes)
op_mean = over("mean")
op_median = over("median")
op_min = over("min", mend=_mend.all_axes)
op_prod = over("prod", mend=_mend.all_axes)
op_quantile = over("quantile", mend=_mend.axis_in_tuple)
op_searchsorted = over("searchsorted", alike=["sorted_sequence", "values"], **_COUNTS)
op_sort = over("sort")
op_std = over("std")
op_sum = over("sum", mend=_mend.all_axes)
op_trace = over("trace", takes={"offset": integers})
op_var = over("var")

__all__ = [*name_members(globals())]
