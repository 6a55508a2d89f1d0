"""Attention."""

from pipekeras.layers._layer import layer
from pipekeras.wrap import name_members

layer_attention = layer("Attention")
layer_additive_attention = layer("AdditiveAttention", neutral={"causal": False})

_LISTS = "What is piped in is a list: [query, value], or [query, value, key]; [x, x] is self-attention."
layer_multi_head_attention = layer("MultiHeadAttention", by_name=["sliding_window", "use_gate"], note=_LISTS)
layer_group_query_attention = layer("GroupQueryAttention", by_name=["sliding_window", "use_gate"], note=_LISTS)

__all__ = [*name_members(globals())]
