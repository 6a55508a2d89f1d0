"""Attention."""

from pipekeras.layers._layer import layer
from pipekeras.wrap import name_members

layer_attention = layer("Attention")
layer_additive_attention = layer("AdditiveAttention", neutral={"causal": False})
layer_multi_head_attention = layer("MultiHeadAttention", by_name=["sliding_window", "use_gate"])
layer_group_query_attention = layer("GroupQueryAttention", by_name=["sliding_window", "use_gate"])

__all__ = [*name_members(globals())]
