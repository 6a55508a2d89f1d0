"""Activations as layers of their own."""

from pipekeras.layers._layer import layer
from pipekeras.wrap import name_members

layer_activation = layer("Activation")
layer_activation_elu = layer("ELU")
layer_activation_leaky_relu = layer("LeakyReLU", old={"alpha": "negative_slope"})
layer_activation_parametric_relu = layer("PReLU")
layer_activation_relu = layer("ReLU")
layer_activation_selu = layer("Activation", fixed={"activation": "selu"})
layer_activation_softmax = layer("Softmax")
layer_activation_thresholded_relu = layer("pipekeras.layers.own:ThresholdedReLU")

__all__ = [*name_members(globals())]
