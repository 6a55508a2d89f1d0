"""text/saved.py: JSON that Keras 2 reads and wrote; never a pickle; never half a file."""

import json
import pickle
import re

import pytest

import pipekeras as pk
from pipekeras.errors import DataError, InvalidValueError

TEXTS = ["The cat sat on the mat.", "The dog äte my homework!", "the cat ate the dog"]
LEGACY = "keras._tf_keras.keras.preprocessing.text"
TABLES = ("word_counts", "word_docs", "index_docs", "index_word", "word_index")


@pytest.fixture
def tokenizer():
    return pk.text_tokenizer(num_words=6, oov_token="<unk>") >> pk.fit_text_tokenizer(TEXTS)


def of_keras(**arguments):
    made = pytest.importorskip(LEGACY).Tokenizer(**arguments)
    made.fit_on_texts(TEXTS)
    return made


def assert_equal(one, other):
    assert vars(one) == vars(other)
    assert all(type(getattr(one, name)) is type(getattr(other, name)) for name in vars(one))


def test_what_is_saved_is_loaded(tokenizer, tmp_path):
    file = tmp_path / "tokenizer"
    assert tokenizer >> pk.save_text_tokenizer(file) is tokenizer
    loaded = pk.load_text_tokenizer(str(file))
    assert_equal(loaded, tokenizer)
    assert_equal(str(file) >> pk.load_text_tokenizer(), tokenizer)
    assert list(loaded.word_counts) == list(tokenizer.word_counts)
    loaded >> pk.fit_text_tokenizer(["a bird"])
    assert list(loaded.word_index)[-2:] == ["a", "bird"]
    assert [file] == list(tmp_path.iterdir())


def test_the_form_is_that_of_keras(tokenizer):
    theirs = of_keras(num_words=6, oov_token="<unk>")
    ours, wanted = json.loads(tokenizer.to_json()), json.loads(theirs.to_json())
    assert list(ours) == list(wanted)
    assert list(ours["config"]) == list(wanted["config"])
    for name, value in wanted["config"].items():
        found = ours["config"][name]
        assert (json.loads(found) == json.loads(value)) if name in TABLES else (found == value), name
    back = pytest.importorskip(LEGACY).tokenizer_from_json(tokenizer.to_json())
    assert back.texts_to_sequences(TEXTS) == theirs.texts_to_sequences(TEXTS)


@pytest.mark.parametrize("written", [str, json.dumps, lambda text: f"\ufeff{text}"], ids=["plain", "twice", "BOM"])
def test_what_keras_2_wrote_loads(written, tokenizer, tmp_path):
    file = tmp_path / "old.json"
    file.write_text(written(of_keras(num_words=6, oov_token="<unk>").to_json()), encoding="utf-8")
    assert_equal(pk.load_text_tokenizer(file), tokenizer)


def test_a_file_of_before_is_replaced_only_by_a_whole_one(tokenizer, tmp_path, monkeypatch):
    file = tmp_path / "tokenizer.json"
    tokenizer >> pk.save_text_tokenizer(file)
    before = file.read_bytes()
    monkeypatch.setattr("os.replace", lambda *names: (_ for _ in ()).throw(KeyboardInterrupt))
    tokenizer >> pk.fit_text_tokenizer(["more words"])
    with pytest.raises(KeyboardInterrupt):
        tokenizer >> pk.save_text_tokenizer(file)
    assert file.read_bytes() == before
    assert [file] == list(tmp_path.iterdir())
    monkeypatch.undo()
    tokenizer >> pk.save_text_tokenizer(file)
    assert_equal(pk.load_text_tokenizer(file), tokenizer)


class Danger:
    """Unpickled, it would raise ZeroDivisionError."""

    def __reduce__(self):
        return eval, ("1 / 0",)


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_a_pickle_is_refused_and_not_run(protocol, tmp_path):
    file = tmp_path / "tokenizer"
    file.write_bytes(pickle.dumps(Danger(), protocol))
    with pytest.raises(DataError, match="is a pickle, as R's .* runs whatever program it holds.*to_json"):
        pk.load_text_tokenizer(file)


@pytest.mark.parametrize("content", ["", "no json", "[1]", "{}", '"text"', '{"config": {"num_words": 3}}'])
def test_other_files_hold_no_tokenizer(content, tmp_path):
    file = tmp_path / "other.json"
    file.write_text(content)
    with pytest.raises(DataError, match="load_text_tokenizer: .*other.json holds no tokenizer in JSON"):
        pk.load_text_tokenizer(file)


def test_values_in_a_file_are_checked(tokenizer, tmp_path):
    file = tmp_path / "changed.json"
    file.write_text(tokenizer.to_json().replace('"lower": true', '"lower": 3'))
    with pytest.raises(DataError, match=r"holds no tokenizer .*: load_text_tokenizer: lower must be True or False"):
        pk.load_text_tokenizer(file)


def test_files_that_cannot_be(tokenizer, tmp_path):
    with pytest.raises(DataError, match=r"load_text_tokenizer: there is no file .*nothing"):
        pk.load_text_tokenizer(tmp_path / "nothing")
    with pytest.raises(DataError, match=r"load_text_tokenizer: .* cannot be read"):
        pk.load_text_tokenizer(tmp_path)
    with pytest.raises(InvalidValueError, match=re.escape("save_text_tokenizer: there is no folder")):
        tokenizer >> pk.save_text_tokenizer(tmp_path / "nowhere" / "file")
    with pytest.raises(InvalidValueError, match="load_text_tokenizer: filename must be the name of a file, it got 3"):
        pk.load_text_tokenizer(3)
