"""Layers that change the shape of what flows and nothing else."""

from pipekeras.layers._layer import layer
from pipekeras.wrap import name_members

layer_flatten = layer("Flatten")
layer_permute = layer("Permute")
layer_repeat_vector = layer("RepeatVector")
layer_reshape = layer("Reshape")

layer_cropping_1d = layer("Cropping1D")
layer_cropping_2d = layer("Cropping2D")
layer_cropping_3d = layer("Cropping3D")

layer_upsampling_1d = layer("UpSampling1D")
layer_upsampling_2d = layer("UpSampling2D")
layer_upsampling_3d = layer("UpSampling3D")

layer_zero_padding_1d = layer("ZeroPadding1D")
layer_zero_padding_2d = layer("ZeroPadding2D")
layer_zero_padding_3d = layer("ZeroPadding3D")

__all__ = [*name_members(globals())]
