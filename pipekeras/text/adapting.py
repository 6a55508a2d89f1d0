"""Layers that learn from data before any training: adapt().

Keras's own adapt() differs from layer to layer: some take a list for a list of batches, some a string for its
characters, and few know batch_size and steps. Here data means to each what it means to fit().
"""

import inspect
import sys
from itertools import count, islice

from pipekeras._keras import keras
from pipekeras.asarray import as_array, is_categorical, some
from pipekeras.errors import DataError, InvalidValueError, PipekerasError
from pipekeras.pipe import verb
from pipekeras.receivers import is_frame, is_layer, is_tensor, say
from pipekeras.text._texts import called, texts_of
from pipekeras.values import maybe_whole

__all__ = ["adapt"]

_WHICH = "layer_normalization(), layer_discretization(), layer_text_vectorization(), layer_string_lookup(), " + (
    "layer_integer_lookup(), layer_feature_space()"
)


@verb(receiver=is_layer, wants="a layer")
def adapt(object, data, *, batch_size=None, steps=None):
    """Let a preprocessing layer learn from data, in place: a vocabulary, mean and variance, or the limits of bins.

    Args:
        object: a layer_text_vectorization(), layer_string_lookup(), layer_integer_lookup(), layer_normalization(),
            layer_discretization() or layer_feature_space().
        data: what it is to see, without targets: an array, (nested) list, data frame, Series or tensor; texts for the
            layers that take text; a dict or data frame for layer_feature_space(). Or batches of them: a
            tf.data.Dataset, a PyDataset, a generator, or a function without arguments that gives the next batch at
            each call and None in the end. Of batches with targets, `(x, y)`, the first part is taken.
        batch_size: how many samples make a step, where `data` is no batches. What is learned does not depend on it.
        steps: how many batches to see; None for all.

    Returns:
        The same layer. A model that was already trained or predicted with it has to be compiled again.

    Raises:
        InvalidValueError: if the layer learns nothing in this way, or has a fixed vocabulary.
        DataError: if `data` is none that the layer could learn from.

    Source: R `keras3::adapt`, `keras::adapt`.
    """
    where = "adapt"
    steps = maybe_whole(steps, "steps", where, least=1)
    batch_size = maybe_whole(batch_size, "batch_size", where, least=1)
    if not callable(getattr(object, "adapt", None)):
        raise InvalidValueError(f"{where}: {say(object)} learns nothing before training; layers that do are {_WHICH}")
    reader, supplied = _reader(object), {}
    if reader is None:  # a layer of the user's own: what it takes, it alone knows
        wanted = {"batch_size": batch_size, "steps": steps}
        known = inspect.signature(object.adapt).parameters
        supplied = {name: value for name, value in wanted.items() if value is not None and name in known}
    else:
        limit = steps * batch_size if steps and batch_size else None
        data = _ready(data, reader, steps, limit, object)
    try:
        object.adapt(data, **supplied)
    except PipekerasError:
        raise
    except (ValueError, TypeError, RuntimeError) as error:
        raise InvalidValueError(f"{where}: {error}") from error
    return object


def _reader(layer):
    """What makes an array, or for layer_feature_space() a dict of arrays, of what the layer is given."""
    kinds = {
        "TextVectorization": _texts, "StringLookup": _texts, "IntegerLookup": _whole_numbers,
        "Normalization": _features, "Discretization": _numbers,
    }  # fmt: skip
    for name, reader in kinds.items():
        if isinstance(layer, getattr(keras.layers, name)):
            return reader
    return _columns if isinstance(layer, keras.utils.FeatureSpace) else None


def _ready(data, reader, steps, limit, layer):
    """The data as the layer's own adapt() takes it: an array, a dict, a tf.data.Dataset, or a generator of arrays."""
    if _is_dataset(data):
        if isinstance(data.element_spec, tuple):
            data = data.map(lambda x, *rest: x)
        return data if steps is None else data.take(steps)
    batches = _batches(data)
    if batches is None or (reader is _columns and isinstance(data, dict)):
        array = reader(data, layer)
        return array if limit is None or isinstance(array, dict) else array[:limit]
    if reader is _columns:
        raise DataError(
            f"adapt: layer_feature_space() learns from a dict, a data frame or a tf.data.Dataset, it got {say(data)}"
        )
    batches = (batch[0] if isinstance(batch, tuple) else batch for batch in batches)
    return (reader(batch, layer) for batch in islice(batches, steps))


def _is_dataset(data):
    tensorflow = sys.modules.get("tensorflow")
    return tensorflow is not None and isinstance(data, tensorflow.data.Dataset)


def _batches(data):
    """An iterator over the batches of `data`; None if it is one piece."""
    if isinstance(data, keras.utils.PyDataset):
        known = data.num_batches is not None
        return (data[i] for i in (range(data.num_batches) if known else count()))
    if isinstance(data, (str, bytes, list, tuple, dict, range)) or is_tensor(data) or is_frame(data):
        return None
    if inspect.isgeneratorfunction(data):
        return data()
    if callable(data) and not hasattr(data, "__iter__"):
        return called(data)
    return None if hasattr(data, "__array__") or not hasattr(data, "__iter__") else iter(data)


# What the layers take -------------------------------------------------------------------------------------------------


def _texts(data, layer):
    """Texts as a column of strings; lists of words as a matrix, or ragged for lookups where lengths differ."""
    import numpy as np

    texts = list(texts_of(data, "adapt", "data"))
    if not texts:
        raise DataError("adapt: data is empty")
    if all(isinstance(text, str) for text in texts):
        return np.array(texts, object).reshape(-1, 1)
    words = [[text] if isinstance(text, str) else text for text in texts]
    if len({len(row) for row in words}) == 1:
        return np.array(words, object)
    if isinstance(layer, keras.layers.TextVectorization):
        raise DataError("adapt: data has lists of words of different lengths; give the texts as strings")
    import tensorflow

    return tensorflow.ragged.constant(words)


def _numbers(data, layer=None):
    array = as_array(_joined(data), "adapt", name="data", text=False)
    if not array.size:
        raise DataError("adapt: data is empty")
    if array.dtype.kind == "f" and (array != array).any():
        missing = int((array != array).sum())
        raise DataError(f"adapt: data has {missing} missing value{'s' * (missing != 1)} (NaN): leave them out first")
    return array


def _features(data, layer):
    array = _numbers(data)
    if array.ndim < 2 and layer.axis:
        raise DataError(
            f"adapt: data has no column for each feature, its shape is {array.shape}: for a single feature give"
            " x.reshape(-1, 1), or make the layer with axis=None"
        )
    return array


def _whole_numbers(data, layer=None):
    array = _numbers(data)
    wrong = array[array % 1 != 0]
    if wrong.size:
        raise DataError(f"adapt: data has {some(wrong)}; layer_integer_lookup() takes whole numbers")
    return array.astype("int64")


def _columns(data, layer=None):
    """A data frame or dict as a dict of arrays; categoricals as the values that they stand for."""
    if is_frame(data) and data.ndim == 2:
        data = {str(name): column for name, column in data.items()}
    if not isinstance(data, dict):
        raise DataError(
            f"adapt: layer_feature_space() learns from a dict, a data frame or a tf.data.Dataset, it got {say(data)}"
        )
    return {
        name: as_array(column.astype(object) if is_categorical(column) else column, "adapt", name=name)
        for name, column in data.items()
    }


def _joined(data):
    """A list of arrays with several axes as one array: it is a list of batches."""
    import numpy as np

    if isinstance(data, (list, tuple)) and data and all(getattr(part, "ndim", 0) > 1 for part in data):
        return np.concatenate([as_array(part, "adapt", name="data", text=False) for part in data])
    return data
