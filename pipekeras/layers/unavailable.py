"""Layers of 2.x that Keras 3 has nothing for; each says what to use instead."""

from pipekeras.errors import UnavailableError
from pipekeras.pipe import Checked
from pipekeras.wrap import name_members


@Checked
def layer_dense_features(*args, **kwargs):
    """Not available: TensorFlow's feature columns, which this layer fed on, do not exist in Keras 3.

    Raises:
        UnavailableError: always; it names layer_feature_space(), which does the same work.

    Source: R `keras::layer_dense_features`.
    """
    raise UnavailableError(
        "layer_dense_features needs TensorFlow's feature columns, which Keras 3 does not have: use"
        " layer_feature_space(), or layer_normalization(), layer_category_encoding() and layer_concatenate() on inputs"
        " of their own"
    )


__all__ = [*name_members(globals())]
