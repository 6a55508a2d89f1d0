"""The layers every model has: dense, embedding, lambda and their like."""

from pipekeras.layers._layer import layer
from pipekeras.wrap import name_members

layer_dense = layer("Dense", by_name=["quantization_config"])
layer_einsum_dense = layer("EinsumDense", by_name=["gptq_unpacked_column_size", "quantization_config"])
layer_embedding = layer(
    "Embedding",
    neutral={"sparse": (False, True)},  # how gradients were stored, not what they were
    by_name=["quantization_config"],
)
layer_identity = layer("Identity")
layer_lambda = layer("Lambda", renamed={"f": "function"})
layer_masking = layer("Masking")
layer_activity_regularization = layer("ActivityRegularization")

__all__ = [*name_members(globals())]
