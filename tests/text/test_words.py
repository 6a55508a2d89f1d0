"""text/words.py: held to Keras 2's functions, of which Keras 3 keeps copies."""

import hashlib
import re
import zlib

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pipekeras as pk
from pipekeras.errors import ArgumentError, DataError, InvalidValueError
from pipekeras.pipe import Call

LEGACY = "keras._tf_keras.keras.preprocessing.text"
QUICK = settings(max_examples=30, deadline=None)
some_text = st.text(alphabet="aB c.!?-\t\nß'İ", max_size=40)


def refuses(error, *words):
    """The error's message holds all `words`, as they stand."""
    return pytest.raises(error, match="(?s)" + "".join(f"(?=.*{re.escape(word)})" for word in words))


@QUICK
@given(some_text, st.sampled_from([None, "", "aB", "!"]), st.booleans(), st.sampled_from([" ", "a", "c."]))
def test_words_are_those_of_keras(text, filters, lower, split):
    of_keras = pytest.importorskip(LEGACY).text_to_word_sequence
    given_filters = {} if filters is None else {"filters": filters}
    found = pk.text_to_word_sequence(text, lower=lower, split=split, **given_filters)
    assert found == of_keras(text, lower=lower, split=split, **given_filters)


@QUICK
@given(some_text, st.integers(2, 1000))
def test_hashes_are_those_of_keras(text, n):
    of_keras = pytest.importorskip(LEGACY).hashing_trick
    expected = of_keras(text, n, hash_function="md5")
    assert pk.text_hashing_trick(text, n, hash_function="md5").tolist() == expected
    assert pk.text_hashing_trick(text, n).tolist() == expected
    assert pk.text_one_hot(text, float(n)).tolist() == expected

    def own(word):
        return -zlib.crc32(word.encode())

    assert pk.text_hashing_trick(text, n, own).tolist() == of_keras(text, n, hash_function=own)


def test_numbers_lie_between_one_and_n():
    found = pk.text_one_hot(" ".join(map(str, range(1000))), 10)
    assert found.dtype == "int64"
    assert sorted(set(found.tolist())) == list(range(1, 10))
    assert pk.text_one_hot("a b a", 2).tolist() == [1, 1, 1]
    assert pk.text_one_hot("", 5).tolist() == []


def test_the_same_in_every_session(run_python):
    code = "import pipekeras as pk; print(*pk.text_one_hot('the cat sat', 1000), *pk.text_hashing_trick('the cat', 50))"
    said = {run_python(code, PYTHONHASHSEED=seed).strip() for seed in ("1", "2")}
    numbers = [int(hashlib.md5(word.encode()).hexdigest(), 16) for word in ("the", "cat", "sat")]
    expected = [number % 999 + 1 for number in numbers] + [number % 49 + 1 for number in numbers[:2]]
    assert said == {" ".join(map(str, expected))}


def test_a_text_is_given_or_piped_under_either_name():
    expected = pk.text_one_hot("a b", 50).tolist()
    for found in (
        "a b" >> pk.text_one_hot(50),
        "a b" >> pk.text_one_hot(n=50),
        pk.text_one_hot(input_text="a b", n=50),
        pk.text_one_hot(text="a b", n=50),
        pk.text_hashing_trick(text="a b", n=50),
        pk.text_hashing_trick(input_text="a b", n=50),
        ["a b"] >> pk.text_hashing_trick(50),
        pd.Series(["a b"]) >> pk.text_hashing_trick(50),
        np.array(["a b"]) >> pk.text_hashing_trick(50),
    ):
        assert found.tolist() == expected
    assert isinstance(pk.text_one_hot(50), Call)
    assert "A b" >> pk.text_to_word_sequence(lower=False) == ["A", "b"]
    assert pk.text_to_word_sequence(input_text="A b") == pk.text_to_word_sequence(text="A b") == ["a", "b"]


def test_a_missing_text_has_no_numbers():
    for missing in (None, np.nan, pd.NA, [None]):
        assert pk.text_hashing_trick(missing, 10) is None
        assert pk.text_one_hot(missing, 10) is None
    assert pk.text_one_hot(text=None, n=10) is None
    with refuses(DataError, "text_to_word_sequence: the text is missing"):
        pk.text_to_word_sequence(None)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: pk.text_one_hot(["a", "b"], 5), DataError, "takes one text, it got 2: [text_one_hot(text, ...) for"),
        (lambda: pk.text_one_hot([5], 5), DataError, "text_one_hot: the text must be a string, it got 5"),
        (lambda: pk.text_one_hot("a", 1), InvalidValueError, "text_one_hot: n must be at least 2, it got 1"),
        (lambda: pk.text_one_hot("a", 2.5), InvalidValueError, "text_one_hot: n must be a whole number, it got 2.5"),
        (lambda: pk.text_one_hot("a", 5, text="b"), ArgumentError, "multiple values for argument 'input_text'"),
        (lambda: pk.text_one_hot(input_text="a", n=5, text="b"), ArgumentError, "got input_text twice"),
        (lambda: pk.text_one_hot("a", 5, filter="b"), ArgumentError, "no argument filter; did you mean filters?"),
        (
            lambda: pk.text_hashing_trick("a", 5, "md"),
            InvalidValueError,
            """hash_function must be "md5" or a function of a string, it got 'md'; did you mean "md5"?""",
        ),
        (
            lambda: pk.text_hashing_trick("a", 5, lambda word: 0.5),
            InvalidValueError,
            "text_hashing_trick: what hash_function returns must be a whole number, it got 0.5",
        ),
        (lambda: pk.text_to_word_sequence("a", split=""), InvalidValueError, "split must be what stands between words"),
    ],
)
def test_mistakes(call, error, message):
    with refuses(error, message):
        call()
