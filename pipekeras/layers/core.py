"""The layers every model has: dense, embedding, lambda and their like."""

from pipekeras.errors import InvalidValueError
from pipekeras.layers._layer import LayerFunction, layer
from pipekeras.wrap import name_members


class _Lambda(LayerFunction):
    def _prepared(self, bound):
        if not callable(bound["f"]):
            raise InvalidValueError(f"{self.__name__}: f must be a function of tensors, it got {bound['f']!r}")
        return super()._prepared(bound)


layer_dense = layer("Dense", by_name=["quantization_config"])
layer_einsum_dense = layer("EinsumDense", by_name=["gptq_unpacked_column_size", "quantization_config"])
layer_embedding = layer(
    "Embedding",
    neutral={"sparse": (False, True)},  # how gradients were stored, not what they were
    by_name=["quantization_config"],
)
layer_identity = layer("Identity")
layer_lambda = _Lambda("Lambda", renamed={"f": "function"}, old={"function": "f"})
layer_masking = layer("Masking")
layer_activity_regularization = layer("ActivityRegularization")

__all__ = [*name_members(globals())]
