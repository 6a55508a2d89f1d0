"""Layers that join several tensors into one."""

from pipekeras.layers._layer import merge
from pipekeras.wrap import name_members

layer_add = merge("Add")
layer_average = merge("Average")
layer_concatenate = merge("Concatenate")
layer_dot = merge("Dot")
layer_maximum = merge("Maximum")
layer_minimum = merge("Minimum")
layer_multiply = merge("Multiply")
layer_subtract = merge("Subtract")

__all__ = [*name_members(globals())]
