"""Functions that move, join, cut and repeat what is in a tensor; Keras has them in ops.numpy and ops.core."""

from pipekeras.ops import _mend
from pipekeras.ops._op import Op, over
from pipekeras.ops._values import integers, is_number, key, places, starts, tensors, times
from pipekeras.wrap import name_members


def _is_permutation(value):
    """Whether `value` is an order of axes, as in `x >> op_transpose((1, 0, 2))`: transposing it would do nothing."""
    return isinstance(value, (list, tuple)) and all(map(is_number, value)) and sorted(value) == [*range(len(value))]


op_append = over("append", arrays=2)
op_broadcast_to = Op("broadcast_to")
op_concatenate = over("concatenate", takes={"xs": tensors})
op_copy = Op("copy")
op_diag = over("diag")
op_diagflat = over("diagflat")
op_diagonal = over("diagonal", takes={"offset": integers})
op_expand_dims = Op("expand_dims", grows=True)
op_flip = over("flip")
op_get_item = Op("get_item", mend=_mend.known_key, takes={"key": key})
op_moveaxis = over("moveaxis")
op_pad = over("pad", mend=_mend.every_axis)
op_ravel = Op("ravel")
op_repeat = Op("repeat", takes={"repeats": times})
op_reshape = Op("reshape")
op_roll = over("roll")
op_rot90 = over("rot90")
op_select = Op("select", mend=_mend.one_choice_each)
op_slice = over("slice", mend=_mend.known_slice, takes={"start_indices": starts})
op_slice_update = over(
    "slice_update", alike=["inputs", "updates"], mend=_mend.known_slice, takes={"start_indices": starts}
)
op_split = over("split")
op_squeeze = over("squeeze", mend=_mend.known_squeeze)
op_stack = over("stack", takes={"x": tensors}, grows=True)
op_swapaxes = over("swapaxes")
op_take = Op("take", mend=_mend.known_indices, neutral={"zero_indexed": True})
op_take_along_axis = over("take_along_axis", mend=_mend.known_indices, arrays=2, neutral={"zero_indexed": True})
op_tile = Op("tile")
op_transpose = Op("transpose", alone=_is_permutation)
op_tril = over("tril")
op_triu = over("triu")
op_unravel_index = Op("pipekeras.ops._right:unravel_index", mend=_mend.known_numbers, takes={"indices": places})
op_unstack = over("unstack", mend=_mend.known_num)

__all__ = [*name_members(globals())]
