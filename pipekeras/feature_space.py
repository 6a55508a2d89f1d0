"""What layer_feature_space() makes of the columns of a table: R's `feature_*`, one line each.

space = layer_feature_space(features={"age": feature_float_normalized(), "sex": "integer_categorical"})
"""

from pipekeras import values
from pipekeras._keras import keras
from pipekeras.asarray import as_array
from pipekeras.errors import ArgumentError, InvalidValueError
from pipekeras.functions import PlainFunctionWrapper
from pipekeras.pipe import Chain
from pipekeras.wrap import name_members


def _boundaries(value, name, where):
    """Numbers in ascending order, as Keras's layer wants them: a list."""
    edges = [float(edge) for edge in as_array(value, where, name=name, text=False).reshape(-1)]
    if not edges or edges != sorted(edges):
        raise InvalidValueError(f"{where}: {name} must be numbers in ascending order, it got {value!r}")
    return edges


def _names(value, name, where):
    return (value,) if isinstance(value, str) else tuple(value)


def _preprocessor(value, name, where):
    """A layer, a function, or a chain of layers, which becomes a small model: Keras saves that."""
    return keras.Sequential(value.layers) if isinstance(value, Chain) else value


def _nothing_to_learn(data, steps=None):
    """The adapt() of a layer that knows already."""


class _Feature(PlainFunctionWrapper):
    """A type of column."""

    module = "utils.FeatureSpace"
    converters = {
        **values.ARGUMENTS,
        "scale": values.number,
        "offset": values.number,
        "bin_boundaries": _boundaries,
        "feature_names": _names,
        "preprocessor": _preprocessor,
    }
    texts = {
        "name": "the feature's name, for its layer; made from the type where it is left out.",
        "num_bins": "the number of bins that values are sorted or hashed into.",
        "bin_boundaries": "the inner edges of the bins, ascending, instead of num_bins; else learned from the data.",
        "output_mode": '"one_hot" for a column per value, "int" for its number, "float" for a number as it is.',
        "max_tokens": "how many different values are told apart at most; None for all that the data has.",
        "num_oov_indices": "how many numbers are kept for values that the data did not have.",
        "scale": "what the values are multiplied by.",
        "offset": "what is added after scaling.",
        "feature_names": "the names of the features that are crossed.",
        "crossing_dim": "the number of bins that the combined values are hashed into.",
        "dtype": 'the type of the column: "float32", "int32", "string".',
        "preprocessor": "what is applied to the column: a layer, a chain of layers, or a function of a tensor.",
    }


class _Discretized(_Feature):
    """The number of bins is given, or their edges, or both; Keras wants the number, and then no edges.

    The edges are given to the layer as Keras itself does when it loads one, beside the number that a FeatureSpace
    needs for one-hot columns.
    """

    def make(self, bound):
        bins, edges = bound.get("num_bins"), bound.pop("bin_boundaries", None)
        if edges is None:
            if bins is None:
                raise ArgumentError(f"{self.__name__} needs num_bins or bin_boundaries: {self.__name__}(num_bins=...)")
            return super().make(bound)
        if bins not in (None, len(edges) + 1):
            raise InvalidValueError(
                f"{self.__name__}: {len(edges)} bin_boundaries make {len(edges) + 1} bins, num_bins is {bins}"
            )
        feature = super().make({**bound, "num_bins": len(edges) + 1})
        feature.preprocessor.bin_boundaries = edges
        # Adapting a FeatureSpace adapts all its layers; here there is nothing to learn.
        vars(feature.preprocessor)["adapt"] = _nothing_to_learn
        return feature


feature_cross = _Feature(
    "cross", note="Cross features: each combination of their values falls into one of so many bins."
)
feature_custom = _Feature("feature", note="A column with a preprocessing of one's own.")
feature_float = _Feature("float", note="A number, taken as it is.")
feature_float_discretized = _Discretized(
    "float_discretized", defaults={"num_bins": None}, note="A number, sorted into bins between edges that ascend."
)
feature_float_normalized = _Feature(
    "float_normalized", note="A number, scaled to mean 0 and deviation 1 over the data."
)
feature_float_rescaled = _Feature("float_rescaled", note="A number, multiplied by one number and moved by another.")
feature_integer_categorical = _Feature(
    "integer_categorical", note="A whole number that stands for a category; the categories are learned from the data."
)
feature_integer_hashed = _Feature(
    "integer_hashed", note="A whole number that stands for one of many categories, hashed into so many bins."
)
feature_string_categorical = _Feature(
    "string_categorical", note="A text that stands for a category; the categories are learned from the data."
)
feature_string_hashed = _Feature(
    "string_hashed", note="A text that stands for one of many categories, hashed into so many bins."
)

__all__ = [*name_members(globals())]
