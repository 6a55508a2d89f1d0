"""Making tensors, turning them into other types and into arrays, looking at them: of Keras's ops.core and ops.numpy."""

from pipekeras._keras import keras
from pipekeras.ops import _mend
from pipekeras.ops._op import Op, over
from pipekeras.ops._values import exact, integers, solid
from pipekeras.wrap import name_members

# From data and back
_DATA = {"keras_name": "pipekeras.ops._own:convert_to_tensor", "takes": {"x": None}}

op_array = Op(**_DATA, fixed={"sparse": None, "ragged": None, "where": "op_array"})
op_cast = Op("cast", takes={"x": exact})
op_convert_to_array = Op("convert_to_numpy")
op_convert_to_numpy = Op("convert_to_numpy")
op_convert_to_tensor = Op(**_DATA, fixed={"where": "op_convert_to_tensor"})
op_saturate_cast = Op("saturate_cast", takes={"x": exact})
op_stop_gradient = Op("stop_gradient", takes={"variable": solid})

# Looking at them
_ALONE = {"takes": {"x": solid}}

op_dtype = Op("dtype", **_ALONE)
op_is_tensor = Op("is_tensor", takes={"x": None})
op_ndim = Op("ndim")
op_nonzero = Op("pipekeras.ops._own:nonzero")
op_shape = Op("shape", **_ALONE)
op_size = Op("size", **_ALONE)

# Filled with numbers


class _Spaced(Op):
    """Numbers from one tensor to another, which torch lays along the first axis alone."""

    def make(self, bound):
        axis = bound.get("axis")
        if axis in (None, 0) or keras.backend.backend() != "torch":
            return super().make(bound)
        result = super().make({name: value for name, value in bound.items() if name != "axis"})
        if isinstance(result, tuple):
            return keras.ops.moveaxis(result[0], 0, axis), result[1]
        return keras.ops.moveaxis(result, 0, axis)


_WINDOW = {"takes": {"x": integers}}  # whose length x is

op_arange = Op("pipekeras.ops._own:arange")
op_bartlett = Op("bartlett", **_WINDOW)
op_blackman = Op("blackman", **_WINDOW)
op_empty = Op("empty")
op_eye = Op("eye")
op_full = Op("full")
op_full_like = over("full_like")
op_hamming = Op("hamming", **_WINDOW)
op_hanning = Op("hanning", **_WINDOW)
op_identity = Op("identity")
op_kaiser = Op("kaiser", **_WINDOW)
op_linspace = _Spaced("linspace", axes_of=None)
op_logspace = _Spaced("logspace", axes_of=None)
op_ones = Op("ones")
op_ones_like = Op("ones_like")
op_tri = Op("tri")
op_zeros = Op("zeros")
op_zeros_like = Op("zeros_like")


class _Where(Op):
    """Of the condition and the two to choose from, one alone or all three are there; with two, the first is to come."""

    def _waits(self, args, kwargs):
        return "condition" not in kwargs and len(args) + len(kwargs) in (0, 2) and len(args) < 3


# By index
op_scatter = Op("scatter", mend=_mend.known_places)
op_scatter_update = over("scatter_update", alike=["inputs", "updates"], mend=_mend.known_places)
op_where = _Where("pipekeras.ops._own:where")

__all__ = [*name_members(globals())]
