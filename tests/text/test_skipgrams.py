"""text/skipgrams.py: neighbours against brute force, chance against its probabilities."""

import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pipekeras as pk
from pipekeras.errors import DataError, InvalidValueError
from pipekeras.pipe import Call

LEGACY = "keras._tf_keras.keras.preprocessing.sequence"
QUICK = settings(max_examples=30, deadline=None)
sequences = st.lists(st.integers(0, 6), max_size=30)


def refuses(error, *words):
    """The error's message holds all `words`, as they stand."""
    return pytest.raises(error, match="(?s)" + "".join(f"(?=.*{re.escape(word)})" for word in words))


def neighbours(sequence, window):
    """Each word with each other in its window, in the order of the text, by two loops; zeros are no words."""
    return [
        [word, sequence[j]]
        for i, word in enumerate(sequence)
        for j in range(max(0, i - window), min(len(sequence), i + window + 1))
        if word and j != i and sequence[j]
    ]


def in_order(couples):
    return sorted(map(tuple, couples.tolist()))


# Neighbours -----------------------------------------------------------------------------------------------------------


@QUICK
@given(sequences, st.integers(0, 40))
def test_neighbours_are_all_in_the_window(sequence, window):
    couples, labels = pk.skipgrams(sequence, 7, window_size=window, negative_samples=0, shuffle=False)
    assert couples.tolist() == neighbours(sequence, window)
    assert couples.shape == (len(labels), 2)
    assert labels.tolist() == [1] * len(couples)


@QUICK
@given(sequences, st.integers(0, 5), st.sampled_from([0, 0.5, 1, 2.7]), st.booleans(), st.integers(0, 99))
def test_random_words_are_added_and_all_is_shuffled(sequence, window, negative_samples, categorical, seed):
    arguments = dict(window_size=window, negative_samples=negative_samples, categorical=categorical, seed=seed)
    pairs = pk.skipgrams(sequence, 7, **arguments)
    labels = pairs.labels[:, 1] if categorical else pairs.labels
    if categorical:
        np.testing.assert_array_equal(pairs.labels.sum(axis=1), 1)
    near = neighbours(sequence, window)
    assert in_order(pairs.couples[labels == 1]) == sorted(map(tuple, near))
    far = pairs.couples[labels == 0]
    assert len(far) == int(len(near) * negative_samples)
    assert ((far[:, 1] >= 1) & (far[:, 1] < 7)).all()
    # Each first word as often as it has neighbours: with one round exactly, else by rounds.
    if negative_samples == 1:
        assert sorted(far[:, 0].tolist()) == sorted(word for word, _ in near)
    again = pk.skipgrams(sequence, 7, **arguments)
    np.testing.assert_array_equal(again.couples, pairs.couples)
    np.testing.assert_array_equal(again.labels, pairs.labels)


def test_the_same_as_keras_where_nothing_is_random():
    of_keras = pytest.importorskip(LEGACY).skipgrams
    sequence = np.random.default_rng(0).integers(0, 30, 400)
    for categorical in (False, True):
        arguments = dict(window_size=3, shuffle=False, negative_samples=0, categorical=categorical)
        couples, labels = of_keras(sequence.tolist(), 30, **arguments)
        found = sequence >> pk.skipgrams(30, **arguments)
        np.testing.assert_array_equal(found.couples, couples)
        np.testing.assert_array_equal(found.labels, labels)


def test_many_words_are_taken_in_parts(monkeypatch):
    import sys

    sequence = np.random.default_rng(1).integers(0, 9, 1000)
    whole = pk.skipgrams(sequence, 9, negative_samples=0, shuffle=False)
    monkeypatch.setattr(sys.modules["pipekeras.text.skipgrams"], "_AT_ONCE", 7)
    parts = pk.skipgrams(sequence, 9, negative_samples=0, shuffle=False)
    np.testing.assert_array_equal(parts.couples, whole.couples)


# Chance ---------------------------------------------------------------------------------------------------------------


def test_random_words_are_equally_likely():
    pairs = pk.skipgrams(np.ones(2000, int), 11, negative_samples=3, seed=1)
    drawn = np.bincount(pairs.couples[pairs.labels == 0][:, 1], minlength=11)
    assert drawn[0] == 0
    expected = drawn.sum() / 10
    assert (np.abs(drawn[1:] - expected) < 5 * np.sqrt(expected)).all()


def test_the_order_is_random():
    pairs = pk.skipgrams(np.ones(5000, int), 11, window_size=1, seed=2)
    first, second = np.array_split(pairs.labels, 2)
    assert abs(first.mean() - second.mean()) < 0.05
    assert pairs.labels[:50].sum() not in (0, 50)


def test_a_sampling_table_says_which_words_are_paired():
    sequence = np.tile([1, 2, 3], 3000)
    table = [0, 0.0, 0.25, 1.0]
    pairs = pk.skipgrams(sequence, 4, window_size=1, negative_samples=0, sampling_table=table, seed=3)
    times = np.bincount(pairs.couples[:, 0], minlength=4)
    assert times[1] == 0
    assert abs(times[2] / 6000 - 0.25) < 0.03
    assert times[3] == 5999  # the last word has one neighbour
    assert 1 in pairs.couples[:, 1]  # words that are not paired are still neighbours


def test_seeds():
    sequence = list(range(1, 50))
    one, other = pk.skipgrams(sequence, 50, seed=1), pk.skipgrams(sequence, 50, seed=2.0)
    assert in_order(one.couples[one.labels == 1]) == in_order(other.couples[other.labels == 1])
    assert not np.array_equal(one.couples, other.couples)
    assert not np.array_equal(pk.skipgrams(sequence, 50).couples, pk.skipgrams(sequence, 50).couples)


def test_set_random_seed_decides_without_a_seed():
    found = []
    for _ in range(2):
        pk.set_random_seed(7)
        found.append(pk.skipgrams(range(1, 50), 50).couples)
    np.testing.assert_array_equal(*found)


# What comes back, and what is refused ---------------------------------------------------------------------------------


def test_the_parts_have_names():
    pairs = pk.skipgrams([1, 2], 3, negative_samples=0, shuffle=False)
    assert pairs.couples is pairs["couples"] is pairs[0]
    assert pairs.labels is pairs["labels"] is pairs[1]
    assert repr(pairs) == "<2 couples, 2 of words that stand near each other>"
    with refuses(InvalidValueError, '"pairs" is not in it: skipgrams() returns couples and labels'):
        pairs["pairs"]


def test_sequences_come_in_many_forms():
    expected = pk.skipgrams([1, 2, 3], 9, negative_samples=0, shuffle=False).couples
    for sequence in ((1.0, 2.0, 3.0), np.array([[1, 2, 3]]), np.array([[1], [2], [3]]), pd.Series([1, 2, 3])):
        found = sequence >> pk.skipgrams(vocabulary_size=9.0, negative_samples=0, shuffle=False)
        np.testing.assert_array_equal(found.couples, expected)
    assert isinstance(pk.skipgrams(9, window_size=2), Call)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"sequence": [[1, 2], [3, 4]]}, DataError, "takes one sequence at a time, [skipgrams(sequence, ...) for"),
        ({"sequence": [[1, 2], [3, 4]]}, DataError, "it got an array of shape (2, 2)"),
        ({"sequence": [[1, 2], [], [3]]}, DataError, "skipgrams takes one sequence at a time"),
        ({"sequence": [[1, 2], [], [3]]}, DataError, "it got 3"),
        ({"sequence": [1, -2]}, DataError, "skipgrams: sequence has -2; numbers of words are whole, from 0 up"),
        ({"sequence": [1, 2.5]}, DataError, "sequence has 2.5"),
        ({"sequence": [1, None]}, DataError, "sequence has nan"),
        ({"sequence": ["a", "b"]}, DataError, "sequence holds text ('a')"),
        ({"vocabulary_size": 0}, InvalidValueError, "vocabulary_size must be at least 1, it got 0"),
        ({"vocabulary_size": 1}, InvalidValueError, "vocabulary_size=1 leaves no word to draw"),
        ({"window_size": -1}, InvalidValueError, "window_size must be at least 0, it got -1"),
        ({"negative_samples": -1}, InvalidValueError, "negative_samples must not be negative, it got -1"),
        ({"shuffle": "yes"}, InvalidValueError, "shuffle must be True or False, it got 'yes'"),
        ({"seed": 1.5}, InvalidValueError, "seed must be a whole number, it got 1.5"),
        (
            {"sampling_table": [1, 1]},
            InvalidValueError,
            "sequence has word 2, sampling_table only goes up to 1: make one of 3",
        ),
        ({"sampling_table": [[1, 1]]}, InvalidValueError, "sampling_table has shape (1, 2)"),
    ],
)
def test_mistakes(arguments, error, message):
    with refuses(error, message):
        pk.skipgrams(**{"sequence": [1, 2, 2], "vocabulary_size": 9, **arguments})


# The table ------------------------------------------------------------------------------------------------------------


@QUICK
@given(st.integers(1, 300), st.floats(1e-7, 0.5))
def test_the_table_follows_its_formula(size, factor):
    of_keras = pytest.importorskip(LEGACY).make_sampling_table
    table = pk.make_sampling_table(float(size), factor)
    np.testing.assert_allclose(table, of_keras(size, factor))
    for rank in range(1, size):
        share = 1 / (rank * (np.log(rank) + 0.577) + 0.5 - 1 / (12 * rank))
        assert table[rank] == pytest.approx(min(1, np.sqrt(factor / share)))
    assert table.dtype == "float64"
    assert (np.diff(table[1:]) >= 0).all()  # the rarer, the likelier


def test_tables_that_cannot_be():
    with refuses(InvalidValueError, "make_sampling_table: size must be at least 1, it got 0"):
        pk.make_sampling_table(0)
    with refuses(InvalidValueError, "make_sampling_table: sampling_factor must be above 0, it got 0"):
        pk.make_sampling_table(5, sampling_factor=0)
