"""Sums, means, extremes and their like along axes, sorting and counting; Keras has them in ops.numpy."""

from functools import partial

from pipekeras.ops import _mend
from pipekeras.ops._op import over
from pipekeras.ops._values import counts, integers, solid, tensor, two, word
from pipekeras.values import count
from pipekeras.wrap import name_members

_COUNTS = {"neutral": {"zero_indexed": True}}  # R counts from 1, unless told to; here indices count from 0

op_all = over("all")
op_any = over("any")
op_argmax = over("argmax", **_COUNTS)
op_argmin = over("argmin", **_COUNTS)
op_argpartition = over("pipekeras.ops._right:argpartition", mend=_mend.known_kth, **_COUNTS)
op_argsort = over("argsort", **_COUNTS)
op_average = over("pipekeras.ops._own:average", floats=["x", "weights"])
op_bincount = over("bincount", takes={"x": counts}, mend=_mend.known_counts)
op_corrcoef = over("corrcoef")
op_correlate = over("pipekeras.ops._right:correlate", arrays=2, takes={"mode": word("valid", "same", "full")})
op_count_nonzero = over("pipekeras.ops._right:count_nonzero")
op_cumprod = over("cumprod")
op_cumsum = over("cumsum")
op_diff = over("diff")
op_digitize = over("digitize", takes={"bins": tensor}, **_COUNTS)
op_histogram = over("pipekeras.ops._own:histogram", floats=["x"], takes={"bins": partial(count, least=1), "range": two})
op_max = over("max", mend=_mend.all_axes)
op_mean = over("mean")
op_median = over("median")
op_min = over("min", mend=_mend.all_axes)
op_prod = over("prod", mend=_mend.all_axes)
op_quantile = over("quantile", mend=_mend.known_shares)
op_searchsorted = over(
    "pipekeras.ops._own:searchsorted", takes={"values": solid}, alike=["sorted_sequence", "values"], **_COUNTS
)
op_sort = over("sort")
op_std = over("std")
op_sum = over("sum", mend=_mend.all_axes)
op_trace = over("pipekeras.ops._right:trace", takes={"offset": integers})
op_var = over("var")

__all__ = [*name_members(globals())]
