"""Pairs of words that stand near each other, to learn embeddings from: skipgrams, make_sampling_table."""

import random
from typing import Any, NamedTuple

from pipekeras.asarray import as_array, some
from pipekeras.data_verbs import data_verb
from pipekeras.errors import DataError, InvalidValueError
from pipekeras.pipe import Checked
from pipekeras.text.words import truth
from pipekeras.values import count, maybe_whole, number

__all__ = ["make_sampling_table", "skipgrams"]


_AT_ONCE = 1 << 14  # words whose neighbours are looked up together: enough for NumPy to be fast, and little memory


class Skipgrams(NamedTuple):
    """What skipgrams() returns: `pairs.couples`, `pairs["labels"]`, or `couples, labels = pairs`."""

    couples: Any
    labels: Any

    def __getitem__(self, key):
        if not isinstance(key, str):
            return tuple.__getitem__(self, key)
        if key not in self._fields:
            raise InvalidValueError(f'"{key}" is not in it: skipgrams() returns couples and labels')
        return getattr(self, key)

    def __repr__(self):
        positive = int((self.labels if self.labels.ndim == 1 else self.labels[:, 1]).sum())
        return f"<{len(self.couples)} couples, {positive} of words that stand near each other>"


@data_verb()
def skipgrams(
    sequence, vocabulary_size, window_size=4, negative_samples=1, shuffle=True, categorical=False,
    sampling_table=None, seed=None,
):  # fmt: skip
    """Pair each word of a sequence with its neighbours, label 1, and with random words, label 0.

    Args:
        sequence: word numbers: list or array, one text of texts_to_sequences(). Number 0 is no word and is skipped.
        vocabulary_size: random words are drawn from the numbers 1 up to, not including, this.
        window_size: how far off a neighbour may stand, to either side.
        negative_samples: how many couples with random words for each couple of neighbours; 0 for none, 0.5 for half
            as many.
        shuffle: whether the couples come in random order; else neighbours come first, in the order of the text.
        categorical: whether labels are `[0, 1]` for neighbours and `[1, 0]` for random words, rather than 1 and 0.
        sampling_table: for each word number the probability that it is paired at all, as make_sampling_table() gives.
        seed: whole number; the same seed gives the same couples. Without one, set_random_seed() decides.

    Returns:
        `couples`, an int array of shape `(n, 2)`, and `labels`, ints of shape `(n,)`, or `(n, 2)` if categorical: by
        name, `pairs.couples`, or unpacked.

    Raises:
        DataError: if `sequence` is not one sequence of word numbers.
        InvalidValueError: if another argument cannot be meant, or `sampling_table` has no entry for a word.

    Source: R `keras::skipgrams`.
    """
    import numpy as np

    where = "skipgrams"
    words = _words(sequence, where)
    size = count(vocabulary_size, "vocabulary_size", where, least=1)
    window = min(count(window_size, "window_size", where, least=0), max(len(words) - 1, 0))
    share = number(negative_samples, "negative_samples", where)
    if share < 0:
        raise InvalidValueError(f"{where}: negative_samples must not be negative, it got {share}")
    shuffle, categorical = truth(shuffle, "shuffle", where), truth(categorical, "categorical", where)
    seed = maybe_whole(seed, "seed", where, least=0)
    # Without a seed, one is drawn from Python's own generator, which is what set_random_seed() reaches.
    rng = np.random.default_rng(random.getrandbits(64) if seed is None else seed)

    near = _neighbours(words, window, _kept(words, sampling_table, rng, where))
    far = _random_couples(near[:, 0], int(len(near) * share), size, rng, where)
    couples = np.concatenate([near, far])
    labels = np.repeat(np.array([1, 0]), [len(near), len(far)])
    if shuffle:
        order = rng.permutation(len(couples))
        couples, labels = couples[order], labels[order]
    return Skipgrams(couples, np.stack([1 - labels, labels], axis=1) if categorical else labels)


def _neighbours(words, window, kept):
    """`[word, neighbour]` for each kept word, in the order of the text."""
    import numpy as np

    if not kept.any():
        return np.zeros((0, 2), "int64")
    beyond = np.zeros(window, "int64")  # no words there
    around = np.lib.stride_tricks.sliding_window_view(np.concatenate([beyond, words, beyond]), 2 * window + 1)
    centres, couples = np.flatnonzero(kept), []
    for start in range(0, len(centres), _AT_ONCE):
        some_centres = centres[start : start + _AT_ONCE]
        beside = np.delete(around[some_centres], window, axis=1)
        found = beside != 0
        firsts = np.repeat(words[some_centres], found.sum(axis=1))
        couples.append(np.stack([firsts, beside[found]], axis=1))
    return np.concatenate(couples)


def _random_couples(firsts, wanted, size, rng, where):
    import numpy as np

    if not wanted:
        return np.zeros((0, 2), "int64")
    if size < 2:
        raise InvalidValueError(f"{where}: vocabulary_size={size} leaves no word to draw; it must be at least 2")
    # Each first word about as often as it has neighbours: all of them in turn, in an order of chance.
    return np.stack([np.resize(rng.permutation(firsts), wanted), rng.integers(1, size, wanted)], axis=1)


def _kept(words, table, rng, where):
    """Which words are paired at all: no zeros, and of the others those that chance and the table leave."""

    kept = words != 0
    if table is None:
        return kept
    table = as_array(table, where, name="sampling_table", text=False)
    if table.ndim != 1:
        raise InvalidValueError(f"{where}: sampling_table has shape {table.shape}; it has one number for each word")
    if words.size and words.max() >= len(table):
        raise InvalidValueError(
            f"{where}: sequence has word {words.max()}, sampling_table only goes up to {len(table) - 1}: make one of"
            f" {words.max() + 1}, make_sampling_table(vocabulary_size)"
        )
    return kept & (table[words] >= rng.random(len(words)))


def _words(sequence, where):
    """The sequence as int64 word numbers."""
    import numpy as np

    one = f"{where} takes one sequence at a time, [{where}(sequence, ...) for sequence in sequences]: it got"
    if isinstance(sequence, (list, tuple)) and len({len(s) for s in sequence if hasattr(s, "__len__")}) > 1:
        raise DataError(f"{one} {len(sequence)}")
    array = as_array(sequence, where, name="sequence", text=False)
    if array.ndim == 2 and 1 in array.shape:
        array = array.reshape(-1)
    if array.ndim != 1:
        raise DataError(f"{one} an array of shape {array.shape}")
    wrong = array[~((array >= 0) & (array == np.trunc(array)))]
    if wrong.size:
        raise DataError(f"{where}: sequence has {some(wrong)}; numbers of words are whole, from 0 up")
    return array.astype("int64")


@Checked
def make_sampling_table(size, sampling_factor=1e-5):
    """The probability with which a word should be paired by skipgrams(): the more frequent it is, the smaller.

    The word of number `i` is taken for the i-th most frequent, and frequencies to follow Zipf's law.

    Args:
        size: how many words there are, number 0 included.
        sampling_factor: the frequency up to which words are always paired.

    Returns:
        A float64 array of length `size`.

    Raises:
        InvalidValueError: if `size` is below 1, or `sampling_factor` not above 0.

    Source: R `keras::make_sampling_table`.
    """
    import numpy as np

    where = "make_sampling_table"
    size = count(size, "size", where, least=1)
    factor = number(sampling_factor, "sampling_factor", where)
    if factor <= 0:
        raise InvalidValueError(f"{where}: sampling_factor must be above 0, it got {factor}")
    rank = np.maximum(np.arange(size), 1)
    # One over the frequency of the word of a rank by Zipf's law; .577 is Euler's constant, as Keras has it.
    once_in = rank * (np.log(rank) + 0.577) + 0.5 - 1 / (12 * rank)
    return np.minimum(1.0, np.sqrt(factor * once_in))
