"""Tokenizers in files, as the JSON that Keras reads and writes: save_text_tokenizer, load_text_tokenizer."""

import json
from collections import Counter

from pipekeras.errors import DataError, PipekerasError
from pipekeras.saving.files import existing, reader, writing
from pipekeras.text.tokenizer import Tokenizer, tokenizer_verb

__all__ = ["load_text_tokenizer", "save_text_tokenizer"]


@tokenizer_verb
def save_text_tokenizer(object, filename):
    """Save a tokenizer as JSON. A file of the name is replaced once the new one is whole.

    Args:
        object: the tokenizer.
        filename: path of the file.

    Returns:
        The same tokenizer.

    Raises:
        InvalidValueError: if no file of that name can be written.

    Source: R `keras::save_text_tokenizer`, which writes a pickle instead.
    """
    with writing(filename, "save_text_tokenizer", overwrite=True) as path:
        path.write_text(object.to_json(), encoding="utf-8")
    return object


@reader
def load_text_tokenizer(filename):
    """Load a tokenizer from JSON, as save_text_tokenizer() or a tokenizer's to_json() in Keras 2 wrote it.

    Args:
        filename: path of the file.

    Returns:
        The tokenizer.

    Raises:
        DataError: if there is no such file, or no tokenizer in it; above all if it is a pickle, as R's own
            save_text_tokenizer() writes, since to load one is to run whatever program it holds.

    Source: R `keras::load_text_tokenizer`, which loads a pickle.
    """
    where = "load_text_tokenizer"
    path = existing(filename, where, "filename")
    try:
        data = path.read_bytes()
    except OSError as error:
        raise DataError(f"{where}: {path} cannot be read: {error.strerror or error}") from error
    try:
        found = json.loads(data.decode("utf-8-sig"))
        if isinstance(found, str):  # to_json() written with json.dump(), as tutorials do
            found = json.loads(found)
        return _tokenizer(found["config"], where)
    except (ValueError, TypeError, KeyError, AttributeError, PipekerasError) as error:
        if _is_pickle(data):
            raise DataError(
                f"{where}: {path} is a pickle, as R's save_text_tokenizer() writes. It is not loaded, for a pickle runs"
                " whatever program it holds. If you trust it, save it as JSON where it was made: in R,"
                ' writeLines(load_text_tokenizer("old")$to_json(), "tokenizer.json"); in Python with Keras 2, write'
                " tokenizer.to_json() to a file"
            ) from None
        said = f": {error}" if isinstance(error, PipekerasError) else ""
        raise DataError(f"{where}: {path} holds no tokenizer in JSON, as save_text_tokenizer() writes{said}") from error


def _tokenizer(config, where):
    """A tokenizer from what Keras calls its config."""
    plain = ("num_words", "filters", "lower", "split", "char_level", "oov_token", "document_count")
    made = Tokenizer(**{name: config[name] for name in plain if name in config}, where=where)
    tables = {
        name: json.loads(config[name]) if isinstance(config[name], str) else config[name]
        for name in ("word_counts", "word_docs", "word_index", "index_word", "index_docs")
    }
    made.word_counts, made.word_docs = Counter(tables["word_counts"]), Counter(tables["word_docs"])
    made.word_index = tables["word_index"]
    made.index_word = {int(number): word for number, word in tables["index_word"].items()}
    made.index_docs = Counter({int(number): docs for number, docs in tables["index_docs"].items()})
    return made


def _is_pickle(data):
    """Whether a file is a pickle: it ends with a full stop, and begins with a protocol or, of old, with a mark."""
    return data[:1] == b"\x80" or (data.rstrip()[-1:] == b"." and data[:1] in b"(cil]})")
