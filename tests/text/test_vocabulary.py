"""text/vocabulary.py: what is set is what is got, and what can be looked up."""

import re

import numpy as np
import pandas as pd
import pytest

import pipekeras as pk
from pipekeras._keras import keras
from pipekeras.errors import DataError, InvalidValueError, PipeError

FORMS = [list, tuple, np.array, pd.Series, pd.Index, iter, lambda terms: np.array(terms, object)]


def refuses(error, *words):
    """The error's message holds all `words`, as they stand."""
    return pytest.raises(error, match="(?s)" + "".join(f"(?=.*{re.escape(word)})" for word in words))


@pytest.mark.parametrize("form", FORMS)
def test_strings_that_are_set_are_got(form):
    for layer, special in [(pk.layer_string_lookup(), ["[UNK]"]), (pk.layer_text_vectorization(), ["", "[UNK]"])]:
        assert layer >> pk.set_vocabulary(form(["cat", "dog"])) is layer
        found = layer >> pk.get_vocabulary()
        assert found == [*special, "cat", "dog"]
        assert {type(term) for term in found} == {str}
        assert pk.get_vocabulary(layer, include_special_tokens=False) == ["cat", "dog"]


@pytest.mark.parametrize("form", FORMS)
def test_numbers_that_are_set_are_got(form):
    layer = pk.set_vocabulary(pk.layer_integer_lookup(), form([7.0, 3.0]))
    found = pk.get_vocabulary(layer)
    assert found == [-1, 7, 3]
    assert {type(term) for term in found} == {int}
    np.testing.assert_array_equal(keras.ops.convert_to_numpy(layer(np.array([3, 8]))), [2, 0])


def test_one_layer_passes_its_vocabulary_to_another():
    for make, data in [
        (pk.layer_text_vectorization, ["the cat", "the dog"]),
        (lambda: pk.layer_string_lookup(num_oov_indices=2, mask_token="-"), ["a", "b", "a"]),
        (lambda: pk.layer_integer_lookup(mask_token=0), [5, 6, 5]),
    ]:
        learned = make() >> pk.adapt(data) >> pk.get_vocabulary()
        for terms in (learned, make() >> pk.adapt(data) >> pk.get_vocabulary(False)):
            assert make() >> pk.set_vocabulary(terms) >> pk.get_vocabulary() == learned


def test_weights_of_terms():
    layer = pk.layer_text_vectorization(output_mode="tf_idf") >> pk.set_vocabulary(["cat", "dog"], [0.5, 2])
    found = keras.ops.convert_to_numpy(layer(np.array(["cat cat dog"])))
    np.testing.assert_allclose(found, [[0, 1.0, 2.0]])


def test_terms_in_a_file(tmp_path):
    file = tmp_path / "terms.txt"
    file.write_text("cat\ndog\n")
    for name in (file, str(file)):
        assert pk.get_vocabulary(pk.layer_string_lookup() >> pk.set_vocabulary(name)) == ["[UNK]", "cat", "dog"]


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: pk.get_vocabulary(pk.layer_dense(2)),
            InvalidValueError,
            "get_vocabulary: layer 'dense' (Dense) has no",
        ),
        (lambda: pk.layer_dense(2) >> pk.set_vocabulary(["a"]), InvalidValueError, "layer_string_lookup()"),
        (lambda: ["a"] >> pk.set_vocabulary(["a"]), PipeError, "set_vocabulary applies to a layer, it got ['a']"),
        (
            lambda: pk.layer_string_lookup() >> pk.set_vocabulary(["a", "b", "a"]),
            InvalidValueError,
            "set_vocabulary: The passed vocabulary has at least one repeated term",
        ),
        (
            lambda: pk.layer_string_lookup() >> pk.set_vocabulary("cat"),
            InvalidValueError,
            'there is no file cat; a vocabulary of one term is a list, ["cat"]',
        ),
        (lambda: pk.layer_string_lookup() >> pk.set_vocabulary([]), InvalidValueError, "empty vocabulary"),
        (
            lambda: pk.layer_string_lookup() >> pk.set_vocabulary(["a", None]),
            DataError,
            "set_vocabulary: vocabulary[1] is missing (None)",
        ),
        (
            lambda: pk.layer_string_lookup() >> pk.set_vocabulary(["a", 1]),
            DataError,
            "vocabulary[1] is 1; the terms of this layer are strings",
        ),
        (
            lambda: pk.layer_integer_lookup() >> pk.set_vocabulary([1, "a"]),
            DataError,
            "vocabulary[1] is 'a'; the terms of this layer are whole numbers",
        ),
        (lambda: pk.layer_integer_lookup() >> pk.set_vocabulary([1.5]), DataError, "are whole numbers"),
        (
            lambda: pk.layer_string_lookup() >> pk.set_vocabulary(["a"], idf_weights=[1.0]),
            InvalidValueError,
            "should only be set if output_mode is",
        ),
        (
            lambda: pk.layer_string_lookup(output_mode="tf_idf") >> pk.set_vocabulary(["a"]),
            InvalidValueError,
            "`idf_weights` must be set",
        ),
        (
            lambda: pk.get_vocabulary(pk.layer_string_lookup(), "no"),
            InvalidValueError,
            "include_special_tokens must be True or False, it got 'no'",
        ),
    ],
)
def test_mistakes(call, error, message):
    with refuses(error, message):
        call()


def test_messages_speak_of_the_terms_as_they_were_given():
    with pytest.raises(InvalidValueError) as caught:
        pk.layer_string_lookup() >> pk.set_vocabulary(["a", "a"])
    assert "['a']" in str(caught.value)
    assert "np." not in str(caught.value)
