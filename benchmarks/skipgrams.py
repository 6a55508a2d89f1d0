"""Couples of words to learn embeddings from: skipgrams() against Keras's own, which is legacy code under another path.

Run: python benchmarks/skipgrams.py [rounds]

The text is the novel that comes with pipekeras. Both make the same neighbours; the random couples and the order differ.
"""

import importlib
import sys
from pathlib import Path

import numpy as np

import pipekeras
from _measure import paired, verdict
from pipekeras import fit_text_tokenizer, make_sampling_table, skipgrams, text_tokenizer, texts_to_sequences

LIMIT = 3.0
PEER = "keras._tf_keras.keras.preprocessing.sequence"  # there is no public way to it in Keras 3
NOVEL = Path(pipekeras.__file__).parent / "data" / "pride_and_prejudice.txt"
CASES = {
    "neighbours alone": dict(shuffle=False, negative_samples=0),
    "as in R by default": dict(),
    "window 10, sampled": dict(window_size=10, sampled=True),
}


def main(rounds=7):
    try:
        keras_skipgrams = importlib.import_module(PEER).skipgrams
    except (ImportError, AttributeError):
        sys.exit(f"this Keras has no {PEER}.skipgrams any more: there is nothing to compare with")
    text = NOVEL.read_text(encoding="utf-8")
    tokenizer = text_tokenizer() >> fit_text_tokenizer(text)
    (words,) = tokenizer >> texts_to_sequences(text)
    plain, size = words.tolist(), len(tokenizer.word_index) + 1
    same = CASES["neighbours alone"]
    assert np.array_equal(skipgrams(words, size, **same).couples, keras_skipgrams(plain, size, **same)[0])
    print(f"{len(words)} words, {size - 1} different ones; seconds, and how many times as fast as Keras's own")
    for name, arguments in CASES.items():
        arguments = dict(arguments)
        if arguments.pop("sampled", False):
            arguments["sampling_table"] = make_sampling_table(size)
        peer, ours, ratio = paired(
            lambda given=arguments: keras_skipgrams(plain, size, **given),
            lambda given=arguments: skipgrams(plain, size, **given),
            rounds,
        )
        print(f"{name:20} ours {ours:.4f}  Keras {peer:.4f}  {verdict(ratio, LIMIT, 'above')}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
