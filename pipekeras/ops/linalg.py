"""Products of vectors and matrices, decompositions and solutions: Keras has them in ops.linalg and ops.numpy."""

from pipekeras.ops import _mend
from pipekeras.ops._op import Op, over
from pipekeras.ops._values import integers
from pipekeras.wrap import name_members

op_cholesky = over("cholesky", floats=["x"])
op_cross = over("pipekeras.ops._right:cross", arrays=2)
op_det = over("det", floats=["x"])
op_dot = Op("pipekeras.ops._right:dot")
op_eig = over("eig", floats=["x"])
op_eigh = over("eigh", floats=["x"])
op_inner = Op("inner")
op_inv = over("inv", floats=["x"])
op_logdet = over("logdet", floats=["x"])
op_lstsq = over("lstsq", arrays=2, floats=["a", "b"])
op_lu_factor = over("lu_factor", floats=["x"])
op_matmul = over("matmul", arrays=2)
op_norm = over("pipekeras.ops._right:norm", mend=_mend.axis_in_tuple)
op_outer = Op("outer")
op_qr = over("qr", floats=["x"])
op_slogdet = over("slogdet", floats=["x"])
op_solve = over("solve", arrays=2, floats=["a", "b"])
op_solve_triangular = over("solve_triangular", arrays=2, floats=["a", "b"])
op_svd = over("svd", floats=["x"])
op_tensordot = over("tensordot", arrays=2, axes_of=None, takes={"axes": integers}, mend=_mend.known_product)
op_vdot = Op("vdot", mend=_mend.flat)

__all__ = [*name_members(globals())]
