"""Normalization of activations."""

from pipekeras.layers._layer import layer, wrapper
from pipekeras.wrap import name_members

layer_batch_normalization = layer(
    "BatchNormalization",
    by_name=["renorm", "renorm_clipping", "renorm_momentum"],
    neutral={"fused": (True, False), "virtual_batch_size": None, "adjustment": None},
)
layer_group_normalization = layer("GroupNormalization")
layer_layer_normalization = layer("LayerNormalization")
layer_rms_normalization = layer("RMSNormalization")
layer_unit_normalization = layer("UnitNormalization")
layer_spectral_normalization = wrapper("SpectralNormalization")

__all__ = [*name_members(globals())]
