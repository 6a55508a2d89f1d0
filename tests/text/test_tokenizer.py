"""text/tokenizer.py, text/sequences.py: held to Keras 2's tokenizer, of which Keras 3 keeps a copy, and to R."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pipekeras as pk
from pipekeras.errors import ArgumentError, DataError, InvalidValueError, PipeError
from pipekeras.pipe import Call
from pipekeras.text.tokenizer import MODES

QUICK = settings(max_examples=30, deadline=None)
TEXTS = ["The cat sat on the mat.", "The dog ate my homework!", "the cat ate the dog"]
NOVEL = (Path(pk.__file__).parent / "data" / "pride_and_prejudice.txt").read_text(encoding="utf-8")
# Few words, so that many are equally frequent, with signs and capitals among them.
words = st.sampled_from(["a", "B", "b", "c-d", "it's", "x", "Y!", "ß", "  ", "\t", "İ"])
texts_of_words = st.lists(st.lists(words, max_size=8).map(" ".join), min_size=1, max_size=6)
options = st.fixed_dictionaries(
    {},
    optional={
        "num_words": st.integers(1, 8),
        "lower": st.booleans(),
        "char_level": st.booleans(),
        "oov_token": st.just("<unk>"),
        "split": st.sampled_from([" ", "b", "--"]),
        "filters": st.sampled_from(["", "-'!", "ab"]),
    },
)


def refuses(error, *words):
    """The error's message holds all `words`, as they stand."""
    return pytest.raises(error, match="(?s)" + "".join(f"(?=.*{re.escape(word)})" for word in words))


def of_keras(**arguments):
    return pytest.importorskip("keras._tf_keras.keras.preprocessing.text").Tokenizer(**arguments)


def fitted(texts=TEXTS, **arguments):
    return pk.text_tokenizer(**arguments) >> pk.fit_text_tokenizer(texts)


def lists(sequences):
    return [sequence.tolist() for sequence in sequences]


# The same as Keras 2 --------------------------------------------------------------------------------------------------


def assert_same_tables(ours, theirs):
    assert list(ours.word_counts.items()) == list(theirs.word_counts.items())  # in the same order
    assert list(ours.word_index.items()) == list(theirs.word_index.items())
    assert ours.index_word == theirs.index_word
    assert ours.word_docs == theirs.word_docs
    assert ours.index_docs == theirs.index_docs
    assert ours.document_count == theirs.document_count


@QUICK
@given(texts_of_words, texts_of_words, options)
def test_it_counts_numbers_and_weighs_as_keras_did(texts, more, arguments):
    theirs, ours = of_keras(**arguments), pk.text_tokenizer(**arguments)
    for part in (texts, more):
        theirs.fit_on_texts(part)
        assert pk.fit_text_tokenizer(ours, part) is ours
        assert_same_tables(ours, theirs)
    if not ours.word_index:
        return
    new = [*texts, "a word unseen", ""]
    found = pk.texts_to_sequences(ours, new)
    assert lists(found) == theirs.texts_to_sequences(new)
    assert ours.sequences_to_texts(found) == theirs.sequences_to_texts(lists(found))
    for mode in MODES:
        np.testing.assert_allclose(pk.texts_to_matrix(ours, new, mode), theirs.texts_to_matrix(new, mode))


@QUICK
@given(
    st.lists(st.lists(st.integers(0, 9), max_size=6), min_size=1, max_size=5),
    st.integers(1, 12),
    st.sampled_from(MODES),
)
def test_sequences_become_the_matrix_that_keras_made(sequences, num_words, mode):
    theirs, ours = of_keras(num_words=num_words), pk.text_tokenizer(num_words=num_words)
    theirs.fit_on_sequences(sequences)
    ours >> pk.fit_text_tokenizer(sequences)
    assert ours.index_docs == theirs.index_docs
    assert ours.document_count == theirs.document_count
    matrix = ours >> pk.sequences_to_matrix(sequences, mode)
    np.testing.assert_allclose(matrix, theirs.sequences_to_matrix(sequences, mode))
    np.testing.assert_array_equal(ours >> pk.sequences_to_matrix([np.array(s, float) for s in sequences], mode), matrix)


def test_a_novel():
    paragraphs = [part for part in NOVEL.split("\n\n") if part.strip()]
    theirs, ours = of_keras(num_words=500, oov_token="<unk>"), fitted(paragraphs, num_words=500, oov_token="<unk>")
    theirs.fit_on_texts(paragraphs)
    assert_same_tables(ours, theirs)
    assert lists(ours >> pk.texts_to_sequences(paragraphs)) == theirs.texts_to_sequences(paragraphs)


# What R answered ------------------------------------------------------------------------------------------------------


def test_only_numbers_below_num_words_are_kept():
    assert lists(fitted(num_words=4.0) >> pk.texts_to_sequences(TEXTS)) == [[1, 2, 1], [1, 3], [1, 2, 1, 3]]


def test_a_word_for_the_unknown_is_number_one():
    tokenizer = fitted(num_words=6, oov_token="<unk>")
    matrix = pk.texts_to_matrix(tokenizer, TEXTS, mode="count")
    np.testing.assert_array_equal(matrix, [[0, 3, 2, 1, 0, 0], [0, 2, 1, 0, 1, 1], [0, 0, 2, 1, 1, 1]])


def test_the_default_mode_is_binary():
    tokenizer = fitted(num_words=4)
    expected = [[0, 1, 1, 0], [0, 1, 0, 1], [0, 1, 1, 1]]
    np.testing.assert_array_equal(tokenizer >> pk.texts_to_matrix(TEXTS), expected)
    np.testing.assert_array_equal(tokenizer >> pk.sequences_to_matrix([[1, 2, 1], [1, 3], [1, 2, 1, 3]]), expected)
    np.testing.assert_array_equal(pk.texts_to_matrix(tokenizer=tokenizer, texts=TEXTS, mode="binary"), expected)


def test_characters():
    tokenizer = fitted(char_level=True)
    (found,) = tokenizer >> pk.texts_to_sequences("the cat ate the dog")
    assert found.tolist() == [2, 4, 3, 1, 8, 5, 2, 1, 5, 2, 3, 1, 2, 4, 3, 1, 9, 6, 10]


# What differs from Keras 2 on purpose ---------------------------------------------------------------------------------


def test_a_word_for_the_unknown_that_occurs_keeps_its_number():
    tokenizer = fitted(["a unk unk b", "unk c"], oov_token="unk")
    assert tokenizer.word_index == {"unk": 1, "a": 2, "b": 3, "c": 4}
    assert tokenizer.word_counts["unk"] == 3
    assert tokenizer.index_docs == {1: 2, 2: 1, 3: 1, 4: 1}
    assert lists(tokenizer >> pk.texts_to_sequences("c unk new")) == [[4, 1, 1]]
    np.testing.assert_array_equal(tokenizer >> pk.texts_to_matrix("c unk new", "count"), [[0, 2, 0, 0, 1]])


# What counts as texts -------------------------------------------------------------------------------------------------


def each_from(texts):
    """An R-style generator: one text at each call, None in the end."""
    iterator = iter(texts)
    return lambda: next(iterator, None)


FORMS = {
    "tuple": tuple,
    "array": np.array,
    "objects": lambda texts: np.array(texts, object),
    "column": lambda texts: np.array(texts).reshape(-1, 1),
    "bytes": lambda texts: np.array([text.encode() for text in texts], object),
    "Series": pd.Series,
    "pandas strings": lambda texts: pd.Series(texts, dtype="string"),
    "categorical": pd.Categorical,
    "index": pd.Index,
    "frame": lambda texts: pd.DataFrame({"text": texts}),
    "iterator": iter,
    "generator": lambda texts: (text for text in texts),
    "function": each_from,
    "words": lambda texts: [text.strip(".!").split() for text in texts],
    "words in arrays": lambda texts: [np.array(text.strip(".!").split()) for text in texts],
    "words in tuples": lambda texts: each_from([tuple(text.strip(".!").split()) for text in texts]),
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_texts_come_in_many_forms(form):
    expected = fitted()
    tokenizer = fitted(form(TEXTS))
    assert tokenizer.word_index == expected.word_index
    assert tokenizer.document_count == 3
    sequences = lists(expected >> pk.texts_to_sequences(TEXTS))
    assert lists(tokenizer >> pk.texts_to_sequences(form(TEXTS))) == sequences
    assert lists(pk.texts_to_sequences_generator(tokenizer, form(TEXTS))) == sequences
    np.testing.assert_array_equal(tokenizer >> pk.texts_to_matrix(form(TEXTS)), expected >> pk.texts_to_matrix(TEXTS))


def test_texts_in_tensorflow():
    import tensorflow

    for texts in (
        tensorflow.constant(TEXTS),
        tensorflow.data.Dataset.from_tensor_slices(TEXTS),
        tensorflow.data.Dataset.from_tensor_slices(TEXTS).batch(2),
    ):
        assert fitted(texts).word_index == fitted().word_index


def test_a_generator_function_is_called_once():
    def texts():
        yield from TEXTS

    assert fitted(texts).document_count == 3


def test_one_string_is_one_text():
    assert fitted("The cat").document_count == 1
    assert lists(fitted() >> pk.texts_to_sequences("the cat")) == [[1, 2]]
    assert (fitted() >> pk.texts_to_matrix("the cat")).shape == (1, 10)


def test_lists_of_words_are_lowered_but_not_filtered():
    tokenizer = fitted([["The", "cat!"], ["the"]])
    assert tokenizer.word_index == {"the": 1, "cat!": 2}
    assert fitted([["The", "the"]], lower=False).word_index == {"The": 1, "the": 2}


def test_the_generator_takes_texts_when_it_is_asked():
    taken = []

    def texts():
        for text in TEXTS:
            taken.append(text)
            yield text

    generator = fitted() >> pk.texts_to_sequences_generator(texts())
    assert taken == []
    assert next(generator).tolist() == [1, 2, 5, 6, 1, 7]
    assert taken == TEXTS[:1]


def test_sequences_come_in_many_forms():
    tokenizer = pk.text_tokenizer(num_words=5)
    expected = [[0, 1, 1, 0, 0], [0, 0, 0, 1, 0]]
    for sequences in (
        [[1, 2], [3]],
        [[1.0, 2.0], 3],
        [np.array([1, 2]), np.array(3)],
        pd.Series([[1, 2], [3]]),
        each_from([[1, 2], [3]]),
        ([1, 2, 9] if first else (3, 700) for first in (True, False)),
    ):
        np.testing.assert_array_equal(tokenizer >> pk.sequences_to_matrix(sequences), expected)
    # Filled up with zeros, as by pad_sequences(): Keras counts those as well.
    np.testing.assert_array_equal(
        tokenizer >> pk.sequences_to_matrix(np.array([[1, 2], [0, 3]])), [[0, 1, 1, 0, 0], [1, 0, 0, 1, 0]]
    )
    assert (tokenizer >> pk.sequences_to_matrix([])).shape == (0, 5)


# Calls and mistakes ---------------------------------------------------------------------------------------------------


def test_calls_wait_for_their_tokenizer():
    for call in (pk.fit_text_tokenizer(TEXTS), pk.texts_to_sequences(TEXTS), pk.texts_to_matrix(TEXTS, "count")):
        assert isinstance(call, Call)
    with refuses(PipeError, "fit_text_tokenizer applies to a tokenizer, as text_tokenizer() makes", "'a text'"):
        "a text" >> pk.fit_text_tokenizer(TEXTS)
    with refuses(ArgumentError, "texts_to_matrix has no argument modes; did you mean mode?"):
        fitted() >> pk.texts_to_matrix(TEXTS, modes="binary")


def test_it_says_what_it_is():
    assert repr(fitted(num_words=4)) == "<text_tokenizer: 9 words from 3 texts, num_words=4>"


def test_attributes_that_are_set_count():
    tokenizer = fitted()
    tokenizer.num_words, tokenizer.lower = 4, False
    assert lists(tokenizer >> pk.texts_to_sequences("the The cat dog ate")) == [[1, 2, 3]]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"num_words": 2.5}, "text_tokenizer: num_words must be a whole number, it got 2.5"),
        ({"num_words": 0}, "text_tokenizer: num_words must be at least 1, it got 0"),
        ({"split": ""}, "for single characters use text_tokenizer(char_level=True)"),
        ({"split": None}, 'text_tokenizer: split must be what stands between words, such as " ", it got None'),
        ({"filters": 3}, "text_tokenizer: filters must be a string of characters"),
        ({"lower": "yes"}, "text_tokenizer: lower must be True or False, it got 'yes'"),
        ({"oov_token": 1}, 'text_tokenizer: oov_token must be a word, such as "<unk>", it got 1'),
    ],
)
def test_arguments_that_cannot_be_meant(arguments, message):
    with refuses(InvalidValueError, message):
        pk.text_tokenizer(**arguments)


def test_filters_may_be_a_list_or_none():
    assert fitted(["a.b!"], filters=[".", "!"]).word_index == {"a": 1, "b": 2}
    assert fitted(["a.b!"], filters=None).word_index == {"a.b!": 1}


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        (["a", None], 'x[1] is missing (None): fill it in, as with "", or leave it out'),
        (pd.Series(["a", np.nan]), "x[1] is missing"),
        (["a", 5], "x[1] is 5; a text is a string, or a list of its words"),
        ([["a", 1]], "x[0] has 1 where a word belongs; numbers of words go to sequences_to_matrix()"),
        (None, "x is None; it must be a list or array"),
        ({"a": "b"}, "x is {'a': 'b'}; it must be a list or array"),
        (pd.DataFrame({"a": ["x"], "b": ["y"]}), 'choose the column with the texts: frame["text"]'),
        ([b"\xff"], "x[0] is no UTF-8"),
        ([[1, 2], [1.5]], "x has 1.5; numbers of words are whole, from 0 up"),
        ([[1, 2], [-1]], "x has -1; numbers of words are whole"),
        ([[1, 2], ["a"]], "x[1] is ['a'], no list of word numbers: texts go to texts_to_matrix()"),
    ],
)
def test_what_is_no_text_leaves_the_tokenizer_as_it_was(texts, message):
    tokenizer = fitted()
    before = tokenizer.to_json()
    with refuses(DataError, "fit_text_tokenizer: ", message):
        tokenizer >> pk.fit_text_tokenizer(texts)
    assert tokenizer.to_json() == before


def test_a_tokenizer_that_knows_nothing():
    new = pk.text_tokenizer()
    fit_it = "the tokenizer knows no words yet: fit it first, tokenizer >> fit_text_tokenizer(texts)"
    for function in (pk.texts_to_sequences, pk.texts_to_matrix, pk.texts_to_sequences_generator):
        with refuses(InvalidValueError, function.__name__, fit_it):
            new >> function(TEXTS)
    with refuses(InvalidValueError, "sequences_to_matrix, without num_words", fit_it):
        new >> pk.sequences_to_matrix([[1]])
    with refuses(InvalidValueError, 'mode="tfidf" weighs words by how many texts have them: fit the tokenizer first'):
        pk.text_tokenizer(num_words=3) >> pk.sequences_to_matrix([[1]], "tfidf")


def test_modes_that_are_not_known():
    with refuses(InvalidValueError, "texts_to_matrix: mode must be one of", '; did you mean "tfidf"?'):
        fitted() >> pk.texts_to_matrix(TEXTS, "tf_idf")
    with refuses(InvalidValueError, "sequences_to_matrix: mode must be one of", "it got ('binary', 'count')"):
        fitted() >> pk.sequences_to_matrix([[1]], ("binary", "count"))
    with refuses(DataError, "sequences_to_matrix: sequences is text, 'a b'"):
        fitted() >> pk.sequences_to_matrix("a b")
