"""One text as words or as hashed words: text_to_word_sequence, text_one_hot, text_hashing_trick."""

import hashlib
import numbers

from pipekeras.errors import ArgumentError, DataError, InvalidValueError, suggestion
from pipekeras.pipe import Verb
from pipekeras.receivers import say
from pipekeras.text._texts import is_missing, items_of
from pipekeras.values import count, is_bool

__all__ = ["text_hashing_trick", "text_one_hot", "text_to_word_sequence"]

FILTERS = '!"#$%&()*+,-./:;<=>?@[\\]^_`{|}~\t\n'


class TextVerb(Verb):
    """A verb on a text. The packages' versions call it `text` or `input_text`; both are understood."""

    def __init__(self, function, old):
        # A number in first place is an argument, and the text is still to be piped in: text >> text_one_hot(50).
        super().__init__(function, lambda value: is_missing(value) or not isinstance(value, numbers.Number))
        self.old = old

    def __call__(self, *args, **kwargs):
        for name, now in self.old.items():
            if name not in kwargs:
                continue
            text = kwargs.pop(name)
            if kwargs.setdefault(now, text) is not text and text is not None:
                raise ArgumentError(f"{self.__name__} got {now} twice, as {now}= and as {name}=")
        return super().__call__(*args, **kwargs)


def text_verb(**old):
    """Make a function of a text pipeable; `old` tells the other names of the text."""
    return lambda function: TextVerb(function, old)


class Splitter:
    """How a text becomes words: `Splitter(filters, lower, split, where)(text)`."""

    def __init__(self, filters, lower, split, where):
        if isinstance(filters, (list, tuple)) and all(isinstance(c, str) for c in filters):
            filters = "".join(filters)
        if filters is None:
            filters = ""
        if not isinstance(filters, str):
            raise InvalidValueError(
                f'{where}: filters must be a string of characters, such as "!?", it got {filters!r}'
            )
        if not isinstance(split, str) or not split:
            hint = "; for single characters use text_tokenizer(char_level=True)" if split == "" else ""
            raise InvalidValueError(
                f'{where}: split must be what stands between words, such as " ", it got {split!r}{hint}'
            )
        self.filters, self.split, self.lower = filters, split, truth(lower, "lower", where)
        self._filtered = str.maketrans(dict.fromkeys(filters, split))

    def __call__(self, text):
        if self.lower:
            text = text.lower()
        return [word for word in text.translate(self._filtered).split(self.split) if word]


def truth(value, name, where):
    """`value`, if it is True or False."""
    if not is_bool(value):
        raise InvalidValueError(f"{where}: {name} must be True or False, it got {value!r}")
    return bool(value)


@text_verb(input_text="text")
def text_to_word_sequence(text, filters=FILTERS, lower=True, split=" "):
    """Split a text into words.

    Args:
        text: a string. `input_text=` works too.
        filters: the characters that are no part of a word; each counts as a `split`. By default punctuation, tabs and
            line ends, but not the apostrophe.
        lower: whether all becomes lower case.
        split: what stands between words.

    Returns:
        The words, a list of strings.

    Raises:
        DataError: if `text` is not one string.
        InvalidValueError: if `filters` or `split` is no text, or `split` is empty.

    Source: R `keras::text_to_word_sequence`, which fails there on today's TensorFlow.
    """
    where = "text_to_word_sequence"
    words = Splitter(filters, lower, split, where)
    text = _one_text(text, where)
    if text is None:
        raise DataError(f"{where}: the text is missing")
    return words(text)


@text_verb(text="input_text")
def text_one_hot(input_text, n, filters=FILTERS, lower=True, split=" "):
    """Turn a text into numbers, each word into one from 1 up to, not including, `n`, by hashing.

    Different words may get the same number. The same word gets the same number in every session.

    Args:
        input_text: a string. `text=` works too.
        n: how many numbers there are, 0 among them, which no word gets.
        filters: see text_to_word_sequence().
        lower: see text_to_word_sequence().
        split: see text_to_word_sequence().

    Returns:
        An int array with a number for each word; None for a missing text.

    Raises:
        DataError: if `input_text` is not one string.
        InvalidValueError: if `n` is below 2.

    Source: R `keras::text_one_hot`.
    """
    return _hashed(input_text, n, None, filters, lower, split, "text_one_hot")


@text_verb(input_text="text")
def text_hashing_trick(text, n, hash_function=None, filters=FILTERS, lower=True, split=" "):
    """Turn a text into numbers, each word into one from 1 up to, not including, `n`, by a hash function of choice.

    Args:
        text: a string. `input_text=` works too.
        n: how many numbers there are, 0 among them, which no word gets.
        hash_function: "md5", which is the default, or a function that gives a whole number for a string. Python's own
            `hash` gives others in each session.
        filters: see text_to_word_sequence().
        lower: see text_to_word_sequence().
        split: see text_to_word_sequence().

    Returns:
        An int array with a number for each word; None for a missing text.

    Raises:
        DataError: if `text` is not one string.
        InvalidValueError: if `n` is below 2, or `hash_function` is neither "md5" nor such a function.

    Source: R `keras::text_hashing_trick`.
    """
    return _hashed(text, n, hash_function, filters, lower, split, "text_hashing_trick")


def _hashed(text, n, hash_function, filters, lower, split, where):
    import numpy as np

    n = count(n, "n", where, least=2)
    number_of = _hash(hash_function, where)
    words = Splitter(filters, lower, split, where)
    text = _one_text(text, where)
    if text is None:
        return None
    return np.array([number_of(word) % (n - 1) + 1 for word in words(text)], "int64")


def _hash(function, where):
    if function is None or function == "md5":
        return lambda word: int(hashlib.md5(word.encode(), usedforsecurity=False).hexdigest(), 16)
    if not callable(function):
        near = suggestion(function, ["md5"], quote='"') if isinstance(function, str) else ""
        raise InvalidValueError(
            f'{where}: hash_function must be "md5" or a function of a string, it got {function!r}{near}'
        )
    return lambda word: count(function(word), "what hash_function returns", where)


def _one_text(text, where):
    """`text` as a string; None if it is missing."""
    if isinstance(text, str) or is_missing(text):
        return None if is_missing(text) else str(text)
    items = list(items_of(text, "text", where))
    if len(items) != 1:
        raise DataError(f"{where} takes one text, it got {len(items)}: [{where}(text, ...) for text in texts]")
    if isinstance(items[0], str) or is_missing(items[0]):
        return _one_text(items[0], where)
    raise DataError(f"{where}: the text must be a string, it got {say(items[0])}")
