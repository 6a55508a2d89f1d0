"""The tokenizer, which numbers the words of texts by how often they occur: text_tokenizer, fit_text_tokenizer."""

import json
from collections import Counter

from pipekeras.errors import InvalidValueError, suggestion
from pipekeras.pipe import Checked, verb
from pipekeras.text._texts import flat_sequences, is_sequence, items_of, peek, texts_of
from pipekeras.text.words import FILTERS, Splitter, truth
from pipekeras.values import maybe_whole

__all__ = ["fit_text_tokenizer", "text_tokenizer"]

MODES = ("binary", "count", "tfidf", "freq")


class Tokenizer:
    """What text_tokenizer() makes: counts of words and their numbers, under the names that Keras 2 gave them.

    Attributes:
        word_counts: {word: how often it occurs in all texts}, in the order in which they first came.
        word_docs: {word: in how many texts it occurs}.
        word_index: {word: its number}, from 1 for the most frequent; words that are equally frequent in the order in
            which they first came. `oov_token`, if there is one, is 1.
        index_word: {number: word}.
        index_docs: {number: in how many texts the word occurs}.
        document_count: how many texts it was fitted on.
    """

    def __init__(
        self, num_words=None, filters=FILTERS, lower=True, split=" ", char_level=False, oov_token=None,
        document_count=0, where="text_tokenizer",
    ):  # fmt: skip
        self.num_words = maybe_whole(num_words, "num_words", where, least=1)
        splitter = Splitter(filters, lower, split, where)
        self.filters, self.lower, self.split = splitter.filters, splitter.lower, splitter.split
        self.char_level = truth(char_level, "char_level", where)
        if oov_token is not None and not isinstance(oov_token, str):
            raise InvalidValueError(f'{where}: oov_token must be a word, such as "<unk>", it got {oov_token!r}')
        self.oov_token, self.document_count = oov_token, document_count
        self.word_counts, self.word_docs, self.index_docs = Counter(), Counter(), Counter()
        self.word_index, self.index_word = {}, {}

    def _reader(self, where):
        """A function that gives the words of a text, or its characters; a text may be the list of its words."""
        split = Splitter(self.filters, self.lower, self.split, where)  # anew, for attributes may be set

        def words(text):
            if not isinstance(text, str):
                return [word.lower() for word in text] if self.lower else text
            if self.char_level:
                return text.lower() if self.lower else text
            return split(text)

        return words

    # Fitting ----------------------------------------------------------------------------------------------------------

    def fit_on_texts(self, texts, where="fit_text_tokenizer"):
        """Count the words of texts, in addition to those counted before, and number all words anew."""
        counts, docs, seen, words_of = Counter(), Counter(), 0, self._reader(where)
        for text in texts_of(texts, where, "x"):
            words = words_of(text)
            counts.update(words)
            docs.update(dict.fromkeys(words).keys())  # a dict itself would be added up
            seen += 1
        # Only now, so that a text that cannot be read leaves the tokenizer as it was.
        self.word_counts.update(counts)
        self.word_docs.update(docs)
        self.document_count += seen
        words = sorted(self.word_counts, key=self.word_counts.__getitem__, reverse=True)
        if self.oov_token is not None:
            words = [self.oov_token, *(word for word in words if word != self.oov_token)]
        self.word_index = {word: number for number, word in enumerate(words, 1)}
        self.index_word = dict(enumerate(words, 1))
        for word, texts_with_it in self.word_docs.items():
            self.index_docs[self.word_index[word]] = texts_with_it

    def fit_on_sequences(self, sequences, where="fit_text_tokenizer"):
        """Count in how many sequences each word number occurs, for mode="tfidf" without texts."""
        flat, lengths = flat_sequences(sequences, where, "x")
        start, docs = 0, Counter()
        for length in lengths.tolist():
            docs.update(set(flat[start : start + length].tolist()))
            start += length
        self.index_docs.update(docs)
        self.document_count += len(lengths)

    # Texts to numbers and back ----------------------------------------------------------------------------------------

    def texts_to_sequences_generator(self, texts, where="texts_to_sequences"):
        """Yield for each text the numbers of its words, an int array."""
        self._check_fitted(where)
        return self._sequences(texts, where)

    def _sequences(self, texts, where):
        import numpy as np

        numbers, unknown, words_of = self._kept(), self.word_index.get(self.oov_token), self._reader(where)
        for text in texts_of(texts, where):
            words = words_of(text)
            if unknown is None:
                yield np.array([numbers[word] for word in words if word in numbers], "int64")
            else:
                yield np.array([numbers.get(word, unknown) for word in words], "int64")

    def texts_to_sequences(self, texts, where="texts_to_sequences"):
        """The numbers of the words of each text, a list of int arrays."""
        return list(self.texts_to_sequences_generator(texts, where))

    def sequences_to_texts(self, sequences):
        """The texts that sequences of word numbers stand for, their words joined by spaces."""
        words = {number: word for word, number in self._kept().items()}
        unknown = self.oov_token if self.oov_token in self.word_index else None
        flat, lengths = flat_sequences(sequences, "sequences_to_texts")
        found, texts, start = [words.get(number, unknown) for number in flat.tolist()], [], 0
        for length in lengths.tolist():
            texts.append(" ".join(word for word in found[start : start + length] if word is not None))
            start += length
        return texts

    def _kept(self):
        """The words that num_words leaves, with their numbers."""
        if self.num_words is None:
            return self.word_index
        return {word: number for word, number in self.word_index.items() if number < self.num_words}

    def _check_fitted(self, where):
        if not self.word_index:
            raise InvalidValueError(
                f"{where}: the tokenizer knows no words yet: fit it first, tokenizer >> fit_text_tokenizer(texts)"
            )

    # Numbers to a matrix ----------------------------------------------------------------------------------------------

    def texts_to_matrix(self, texts, mode="binary", where="texts_to_matrix"):
        """A row for each text, a column for each word number; see texts_to_matrix()."""
        return self.sequences_to_matrix(self.texts_to_sequences(texts, where), mode, where)

    def sequences_to_matrix(self, sequences, mode="binary", where="sequences_to_matrix"):
        """A row for each sequence, a column for each word number; see sequences_to_matrix()."""
        import numpy as np

        if not isinstance(mode, str) or mode not in MODES:
            near = suggestion(mode, MODES, quote='"') if isinstance(mode, str) else ""
            known = ", ".join(f'"{m}"' for m in MODES)
            raise InvalidValueError(f"{where}: mode must be one of {known}, it got {mode!r}{near}")
        if self.num_words is None:
            self._check_fitted(f"{where}, without num_words")
        if mode == "tfidf" and not self.document_count:
            raise InvalidValueError(
                f'{where}: mode="tfidf" weighs words by how many texts have them: fit the tokenizer first,'
                " tokenizer >> fit_text_tokenizer(texts)"
            )
        width = self.num_words or max(self.index_word) + 1
        flat, lengths = flat_sequences(sequences, where)
        matrix = np.zeros((len(lengths), width))
        row, known = np.repeat(np.arange(len(lengths)), lengths), flat < width
        cells, times = np.unique(row[known] * width + flat[known], return_counts=True)
        matrix.reshape(-1)[cells] = self._weights(mode, times, cells // width, cells % width, lengths)
        return matrix

    def _weights(self, mode, times, row, number, lengths):
        """What stands in the cells of words that occur `times` in a row."""
        import numpy as np

        if mode == "binary":
            return 1
        if mode == "count":
            return times
        if mode == "freq":
            return times / lengths[row]
        docs = np.array([self.index_docs.get(n, 0) for n in number.tolist()], "float64")
        return (1 + np.log(times)) * np.log(1 + self.document_count / (1 + docs))

    # Saving -----------------------------------------------------------------------------------------------------------

    def get_config(self):
        """All that makes up the tokenizer, as Keras writes it: its tables are JSON within JSON."""
        tables = ("word_counts", "word_docs", "index_docs", "index_word", "word_index")
        plain = ("num_words", "filters", "lower", "split", "char_level", "oov_token", "document_count")
        return {name: getattr(self, name) for name in plain} | {
            name: json.dumps(getattr(self, name)) for name in tables
        }

    def to_json(self, **kwargs):
        """The tokenizer as JSON, in the form that Keras's tokenizer_from_json() reads."""
        return json.dumps({"class_name": "Tokenizer", "config": self.get_config()}, **kwargs)

    def __repr__(self):
        limit = "" if self.num_words is None else f", num_words={self.num_words}"
        return f"<text_tokenizer: {len(self.word_index)} words from {self.document_count} texts{limit}>"


def is_tokenizer(value):
    """Whether `value` is a tokenizer of ours."""
    return isinstance(value, Tokenizer)


def tokenizer_verb(function):
    """Make a function of a tokenizer pipeable."""
    return verb(function, receiver=is_tokenizer, wants="a tokenizer, as text_tokenizer() makes")


@Checked
def text_tokenizer(num_words=None, filters=FILTERS, lower=True, split=" ", char_level=False, oov_token=None):
    """Make a tokenizer, which numbers words by how often they occur in the texts it is then fitted on.

    Args:
        num_words: words are kept whose number is below this; None keeps all. Number 0 is no word's, so of
            `num_words=1000` the 999 most frequent are kept.
        filters: the characters that are no part of a word; each counts as a `split`. By default punctuation, tabs and
            line ends, but not the apostrophe.
        lower: whether all becomes lower case.
        split: what stands between words.
        char_level: whether characters take the place of words. Then nothing is filtered.
        oov_token: a word that gets number 1 and stands for all that are not known; None leaves those out.

    Returns:
        The tokenizer; its attributes `word_counts`, `word_docs`, `word_index`, `index_word`, `index_docs` and
        `document_count` are filled by fit_text_tokenizer().

    Raises:
        InvalidValueError: if an argument cannot be meant.

    Source: R `keras::text_tokenizer`.
    """
    return Tokenizer(num_words, filters, lower, split, char_level, oov_token)


@tokenizer_verb
def fit_text_tokenizer(object, x):
    """Let a tokenizer count and number the words of texts, in place, in addition to what it knows.

    Args:
        object: what text_tokenizer() made.
        x: texts: a list, array or Series of strings, one string, a generator, or a function without arguments that
            gives one text at each call and None in the end. A text may also be a list of its words. Or sequences of
            word numbers, of which only is counted in how many each number occurs, for mode="tfidf".

    Returns:
        The same tokenizer.

    Raises:
        DataError: if a text is missing or is none; the tokenizer then is as it was.

    Source: R `keras::fit_text_tokenizer`.
    """
    first, items = peek(items_of(x, "x", "fit_text_tokenizer"))
    if is_sequence(first):
        object.fit_on_sequences(items)
    else:
        object.fit_on_texts(items)
    return object
