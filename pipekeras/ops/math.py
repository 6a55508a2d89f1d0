"""Special functions, Fourier transforms, segments and the largest: Keras has them in ops.math."""

from pipekeras.ops import _mend
from pipekeras.ops._op import Op, over
from pipekeras.ops._values import counts, pair
from pipekeras.wrap import name_members

_COMPLEX = {"takes": {"x": pair}}

op_erf = Op("erf", floats=["x"])
op_erfinv = Op("erfinv", floats=["x"])
op_extract_sequences = over("extract_sequences")
op_fft = over("fft", **_COMPLEX)
op_fft2 = over("fft2", **_COMPLEX)
op_ifft2 = over("ifft2", **_COMPLEX)
op_in_top_k = over("pipekeras.ops._right:in_top_k", arrays=2, floats=["predictions"], takes={"targets": counts})
op_irfft = over("irfft", **_COMPLEX)
op_istft = over("istft", **_COMPLEX)
op_logsumexp = over("logsumexp", floats=["x"])
op_rfft = over("rfft", floats=["x"])
op_rsqrt = Op("rsqrt", floats=["x"])
op_segment_max = over("segment_max", arrays=2, mend=_mend.number_of_segments)
op_segment_sum = over("segment_sum", arrays=2, mend=_mend.number_of_segments)
op_stft = over("stft", floats=["x"])
op_top_k = over("pipekeras.ops._own:top_k", neutral={"zero_indexed": True})
op_view_as_complex = over("view_as_complex")
op_view_as_real = over("view_as_real")

__all__ = [*name_members(globals())]
