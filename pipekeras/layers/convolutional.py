"""Convolutions, plain, transposed, depthwise, separable, and those whose weights are not shared."""

from pipekeras.layers._layer import layer
from pipekeras.wrap import name_members

# How 2.x computed it, never what: 1, 2 and 3 gave the same numbers.
_ANY_IMPLEMENTATION = {"implementation": (1, 2, 3)}

layer_conv_1d = layer("Conv1D")
layer_conv_2d = layer("Conv2D")
layer_conv_3d = layer("Conv3D")

layer_conv_1d_transpose = layer("Conv1DTranspose")
layer_conv_2d_transpose = layer("Conv2DTranspose")
layer_conv_3d_transpose = layer("Conv3DTranspose", after={"output_padding": "padding"})

layer_depthwise_conv_1d = layer("DepthwiseConv1D")
layer_depthwise_conv_2d = layer("DepthwiseConv2D")
layer_separable_conv_1d = layer("SeparableConv1D")
layer_separable_conv_2d = layer("SeparableConv2D")

layer_locally_connected_1d = layer("pipekeras.layers.locally_connected:LocallyConnected1D", neutral=_ANY_IMPLEMENTATION)
layer_locally_connected_2d = layer("pipekeras.layers.locally_connected:LocallyConnected2D", neutral=_ANY_IMPLEMENTATION)

__all__ = [*name_members(globals())]
