"""Text as numbers: tokenizers, hashed words, skip-grams, and the layers that learn a vocabulary. A file for each."""

from pipekeras.text import adapting, saved, sequences, skipgrams, tokenizer, vocabulary, words

FILES = (tokenizer, sequences, saved, words, skipgrams, adapting, vocabulary)

__all__ = [*(name for file in FILES for name in file.__all__)]
globals().update({name: getattr(file, name) for file in FILES for name in file.__all__})
