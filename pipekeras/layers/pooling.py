"""Pooling: the largest or the mean of each window, or of all of it."""

from pipekeras.layers._layer import layer
from pipekeras.wrap import name_members

layer_max_pooling_1d = layer("MaxPooling1D")
layer_max_pooling_2d = layer("MaxPooling2D")
layer_max_pooling_3d = layer("MaxPooling3D")

# keras3 requires pool_size; 2.x had 2, which course code relies on.
layer_average_pooling_1d = layer("AveragePooling1D", defaults={"pool_size": 2})
layer_average_pooling_2d = layer("AveragePooling2D", defaults={"pool_size": (2, 2)})
layer_average_pooling_3d = layer("AveragePooling3D", defaults={"pool_size": (2, 2, 2)})

layer_global_max_pooling_1d = layer("GlobalMaxPooling1D")
layer_global_max_pooling_2d = layer("GlobalMaxPooling2D")
layer_global_max_pooling_3d = layer("GlobalMaxPooling3D")

layer_global_average_pooling_1d = layer("GlobalAveragePooling1D")
layer_global_average_pooling_2d = layer("GlobalAveragePooling2D")
layer_global_average_pooling_3d = layer("GlobalAveragePooling3D")

__all__ = [*name_members(globals())]
