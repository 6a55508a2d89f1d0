"""Layers that turn raw features, text and sound into numbers."""

from pipekeras.layers._layer import cell, layer
from pipekeras.wrap import name_members

layer_normalization = layer("Normalization")
layer_rescaling = layer("Rescaling")
layer_discretization = layer("Discretization")
layer_category_encoding = layer("CategoryEncoding")
layer_hashing = layer("Hashing")
layer_hashed_crossing = layer("HashedCrossing")
layer_integer_lookup = layer("IntegerLookup", by_name=["oov_method", "salt"])
layer_string_lookup = layer("StringLookup", by_name=["salt"], neutral={"vocabulary_dtype": "string"})
layer_text_vectorization = layer("TextVectorization")
layer_mel_spectrogram = layer("MelSpectrogram")
layer_stft_spectrogram = layer("STFTSpectrogram")
layer_feature_space = layer("FeatureSpace", module="utils", neutral={"feature_names": None})
layer_pipeline = cell("Pipeline")

__all__ = [*name_members(globals())]
