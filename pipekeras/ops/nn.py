"""What neural networks are made of: activations, convolutions, pooling, normalization, losses; Keras's ops.nn."""

from pipekeras.ops import _mend
from pipekeras.ops._op import Op, over
from pipekeras.ops._values import counts, word
from pipekeras.values import loose
from pipekeras.wrap import name_members

_PADDED = {"takes": {"padding": word("valid", "same")}, "deep": True}

# Activations
op_celu = Op("celu", floats=["x"])
op_elu = Op("elu", floats=["x"])
op_gelu = Op("gelu", floats=["x"])
op_glu = over("glu", floats=["x"])
op_hard_shrink = Op("hard_shrink", floats=["x"])
op_hard_sigmoid = Op("hard_sigmoid", floats=["x"])
op_hard_silu = Op("hard_silu", floats=["x"])
op_hard_swish = Op("hard_swish", floats=["x"])
op_hard_tanh = Op("hard_tanh", floats=["x"])
op_leaky_relu = Op("leaky_relu", floats=["x"])
op_log_sigmoid = Op("log_sigmoid", floats=["x"])
op_log_softmax = over("log_softmax", floats=["x"])
op_relu = Op("relu")
op_relu6 = Op("relu6")
op_selu = Op("selu", floats=["x"])
op_sigmoid = Op("sigmoid", floats=["x"])
op_silu = Op("silu", floats=["x"])
op_soft_shrink = Op("soft_shrink", floats=["x"])
op_softmax = over("softmax", floats=["x"])
op_softplus = Op("softplus", floats=["x"])
op_softsign = Op("softsign", floats=["x"])
op_sparse_plus = Op("sparse_plus", floats=["x"])
op_sparse_sigmoid = Op("sparse_sigmoid", floats=["x"])
op_sparsemax = over(
    "sparsemax",
    floats=["x"],
    note="As in Keras, whose result adds up to 1 only where at most one value of each row is above 0 in it.",
)
op_squareplus = Op("squareplus", floats=["x"], takes={"b": None})
op_tanh_shrink = Op("tanh_shrink", floats=["x"])
op_threshold = Op("threshold", floats=["x"])

# Convolutions, pooling, attention
op_average_pool = over("pipekeras.ops._right:average_pool", mend=_mend.strides, floats=["inputs"], **_PADDED)
op_conv = over("conv", floats=["inputs", "kernel"], arrays=2, **_PADDED)
op_conv_transpose = over(
    "conv_transpose", floats=["inputs", "kernel"], arrays=2, mend=_mend.no_symbolic_transpose, **_PADDED
)
op_depthwise_conv = over("depthwise_conv", floats=["inputs", "kernel"], arrays=2, **_PADDED)
op_dot_product_attention = over("dot_product_attention", arrays=3, floats=["query", "key", "value"])
op_max_pool = over("max_pool", mend=_mend.strides, **_PADDED)
op_separable_conv = over(
    "separable_conv", floats=["inputs", "depthwise_kernel", "pointwise_kernel"], arrays=3, **_PADDED
)

# Normalization and encoding
op_batch_normalization = over(
    "batch_normalization", floats=["x", "mean", "variance", "offset", "scale"], mend=_mend.scale_and_offset
)
op_layer_normalization = over(
    "pipekeras.ops._right:layer_normalization", floats=["x", "gamma", "beta"], mend=_mend.scale_of_all
)
op_moments = over("moments", floats=["x"])
op_multi_hot = over("multi_hot", axes_of=None, takes={"inputs": counts})
op_normalize = over("normalize", floats=["x"], takes={"order": loose})
op_one_hot = Op("one_hot", grows=True, takes={"x": counts}, neutral={"zero_indexed": True})
op_polar = Op("polar", floats=["abs_", "angle"])
op_rms_normalization = over("pipekeras.ops._right:rms_normalization", floats=["x", "scale"], mend=_mend.scale_of_all)

# Losses and scores
op_binary_crossentropy = Op("binary_crossentropy", floats=["target", "output"])
op_categorical_crossentropy = over("categorical_crossentropy", arrays=2, floats=["target", "output"])
op_ctc_decode = over("ctc_decode", arrays=2)
op_ctc_loss = over("ctc_loss", arrays=4)
op_psnr = Op("psnr", floats=["x1", "x2"])
op_sparse_categorical_crossentropy = over(
    "sparse_categorical_crossentropy",
    arrays=2,
    floats=["output"],
    axes_of="output",
    takes={"target": counts},
    mend=_mend.known_target,
)

__all__ = [*name_members(globals())]
