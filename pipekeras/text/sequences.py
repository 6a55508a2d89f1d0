"""Texts as numbers, by a tokenizer: texts_to_sequences, texts_to_matrix and their kin."""

from pipekeras.text.tokenizer import tokenizer_verb

__all__ = ["sequences_to_matrix", "texts_to_matrix", "texts_to_sequences", "texts_to_sequences_generator"]


@tokenizer_verb
def texts_to_sequences(tokenizer, texts):
    """Turn texts into sequences of word numbers. Words that the tokenizer does not keep are left out.

    Args:
        tokenizer: a tokenizer that was fitted with fit_text_tokenizer().
        texts: a list, array or Series of strings, one string, a generator, or a function without arguments that gives
            one text at each call and None in the end. A text may also be a list of its words.

    Returns:
        A list with an int array for each text, which pad_sequences() makes one array of. If the tokenizer has an
        `oov_token`, its number stands for the words that would be left out.

    Raises:
        InvalidValueError: if the tokenizer knows no words.
        DataError: if a text is missing or is none.

    Source: R `keras::texts_to_sequences`.
    """
    return tokenizer.texts_to_sequences(texts)


@tokenizer_verb
def texts_to_sequences_generator(tokenizer, texts):
    """The same as texts_to_sequences(), one text after the other, when it is asked for.

    Args:
        tokenizer: a tokenizer that was fitted with fit_text_tokenizer().
        texts: see texts_to_sequences().

    Returns:
        A generator of int arrays.

    Raises:
        InvalidValueError: if the tokenizer knows no words.
        DataError: if a text is missing or is none, once it is reached.

    Source: R `keras::texts_to_sequences_generator`.
    """
    return tokenizer.texts_to_sequences_generator(texts, "texts_to_sequences_generator")


@tokenizer_verb
def texts_to_matrix(tokenizer, texts, mode="binary"):
    """Turn texts into a matrix with a row for each text and a column for each word number.

    Args:
        tokenizer: a tokenizer that was fitted with fit_text_tokenizer().
        texts: see texts_to_sequences().
        mode: what stands in a cell: "binary", 1 if the text has the word; "count", how often; "freq", the share among
            the text's kept words; "tfidf", weighed by how few of the fitted texts have the word.

    Returns:
        A float64 array of shape `(texts, num_words)`; without `num_words`, one column more than there are words.
        Column 0 is no word's.

    Raises:
        InvalidValueError: if the tokenizer knows no words, or `mode` is another word.
        DataError: if a text is missing or is none.

    Source: R `keras::texts_to_matrix`, whose default mode fails.
    """
    return tokenizer.texts_to_matrix(texts, mode)


@tokenizer_verb
def sequences_to_matrix(tokenizer, sequences, mode="binary"):
    """Turn sequences of word numbers into a matrix with a row for each sequence and a column for each word number.

    Args:
        tokenizer: a tokenizer with `num_words`, or one that was fitted.
        sequences: list of sequences, each a list or array of word numbers (a number alone is a sequence of one), or a
            matrix. Numbers from `num_words` up are left out.
        mode: see texts_to_matrix().

    Returns:
        A float64 array of shape `(sequences, num_words)`; without `num_words`, one column more than there are words.

    Raises:
        InvalidValueError: if the tokenizer has neither `num_words` nor words, or `mode` is another word.
        DataError: if a sequence holds anything but whole numbers from 0 up.

    Source: R `keras::sequences_to_matrix`, whose default mode fails.
    """
    return tokenizer.sequences_to_matrix(sequences, mode)
