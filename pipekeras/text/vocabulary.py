"""The vocabularies of layers that look words or numbers up: get_vocabulary, set_vocabulary."""

import os
import re

from pipekeras.asarray import as_array
from pipekeras.errors import DataError, InvalidValueError
from pipekeras.pipe import verb
from pipekeras.receivers import is_layer, say
from pipekeras.text._texts import is_missing, items_of
from pipekeras.text.words import truth

__all__ = ["get_vocabulary", "set_vocabulary"]

_LAYERS = "layer_text_vectorization(), layer_string_lookup(), layer_integer_lookup()"


@verb(receiver=is_layer, wants="a layer")
def get_vocabulary(object, include_special_tokens=True):
    """The terms that a layer knows, each at the position that is its number.

    Args:
        object: a layer_text_vectorization(), layer_string_lookup() or layer_integer_lookup().
        include_special_tokens: whether what stands for padding and for unknown terms is among them. Without it,
            positions are no longer the numbers.

    Returns:
        A list of strings, or of ints for layer_integer_lookup().

    Raises:
        InvalidValueError: if the layer has no vocabulary.

    Source: R `keras3::get_vocabulary`, `keras::get_vocabulary`.
    """
    _check(object, "get_vocabulary")
    special = truth(include_special_tokens, "include_special_tokens", "get_vocabulary")
    terms = object.get_vocabulary(include_special_tokens=special)
    return [term if term is None else (str(term) if isinstance(term, str) else int(term)) for term in terms]


@verb(receiver=is_layer, wants="a layer")
def set_vocabulary(object, vocabulary, idf_weights=None):
    """Give a layer the terms that it knows, in place, rather than let it learn them with adapt().

    Args:
        object: a layer_text_vectorization(), layer_string_lookup() or layer_integer_lookup().
        vocabulary: the terms: list, array, Series or tensor, or the path of a file with a term on each line. What
            stands for padding and unknown terms is added in front, unless it is there.
        idf_weights: with output_mode="tf_idf", a weight for each term.

    Returns:
        The same layer.

    Raises:
        InvalidValueError: if the layer has no vocabulary, or terms occur twice, are too many or none, or
            `idf_weights` is given without need or missing.
        DataError: if `vocabulary` does not hold terms.

    Source: R `keras3::set_vocabulary`, `keras::set_vocabulary`.
    """
    where = "set_vocabulary"
    _check(object, where)
    if isinstance(vocabulary, (str, os.PathLike)):
        vocabulary = os.fspath(vocabulary)
        if not os.path.exists(vocabulary):
            raise InvalidValueError(
                f'{where}: there is no file {vocabulary}; a vocabulary of one term is a list, ["{vocabulary}"]'
            )
    else:
        vocabulary = _terms(vocabulary, getattr(object, "vocabulary_dtype", "string"), where)
    if idf_weights is not None:
        idf_weights = as_array(idf_weights, where, name="idf_weights", text=False)
    try:
        object.set_vocabulary(vocabulary, idf_weights=idf_weights)
    except (ValueError, RuntimeError) as error:
        said = re.sub(r"np\.\w+\(([^()]*)\)", r"\1", str(error))  # numbers and strings without NumPy around them
        raise InvalidValueError(f"{where}: {said}") from error
    return object


def _terms(vocabulary, dtype, where):
    import numpy as np

    terms = list(items_of(vocabulary, "vocabulary", where))
    terms = [term.decode() if isinstance(term, bytes) else term for term in terms]
    for position, term in enumerate(terms):
        if is_missing(term):
            raise DataError(f"{where}: vocabulary[{position}] is missing ({term})")
        if isinstance(term, str) == (dtype != "string"):
            kind = "strings" if dtype == "string" else "whole numbers"
            raise DataError(f"{where}: vocabulary[{position}] is {say(term)}; the terms of this layer are {kind}")
    if dtype == "string":
        return np.array(terms, "str")
    numbers = np.array(terms)
    if numbers.size and (numbers.dtype.kind not in "iuf" or (numbers != np.trunc(numbers)).any()):
        raise DataError(f"{where}: the terms of this layer are whole numbers, vocabulary has {say(vocabulary)}")
    return numbers.astype("int64")


def _check(layer, where):
    if not hasattr(layer, "get_vocabulary"):
        raise InvalidValueError(f"{where}: {say(layer)} has no vocabulary; layers that have one are {_LAYERS}")
