"""Dropout and noise: what acts in training alone."""

from pipekeras.layers._layer import layer
from pipekeras.wrap import name_members

layer_dropout = layer("Dropout")
layer_alpha_dropout = layer("AlphaDropout")
layer_gaussian_dropout = layer("GaussianDropout")
layer_gaussian_noise = layer("GaussianNoise")
layer_spatial_dropout_1d = layer("SpatialDropout1D")
layer_spatial_dropout_2d = layer("SpatialDropout2D")
layer_spatial_dropout_3d = layer("SpatialDropout3D")

__all__ = [*name_members(globals())]
