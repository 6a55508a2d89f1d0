"""text/adapting.py: every layer learns the same from data, whatever form it comes in."""

import re

import numpy as np
import pandas as pd
import pytest

import pipekeras as pk
from pipekeras._keras import keras
from pipekeras.errors import ArgumentError, DataError, InvalidValueError, PipeError

TEXTS = ["The cat sat on the mat.", "The dog ate!", "the cat"]
VOCABULARY = ["", "[UNK]", "the", "cat", "sat", "on", "mat", "dog", "ate"]
RNG = np.random.default_rng(0)
X = RNG.normal(2.0, 3.0, (40, 3)).astype("float32")


def refuses(error, *words):
    """The error's message holds all `words`, as they stand."""
    return pytest.raises(error, match="(?s)" + "".join(f"(?=.*{re.escape(word)})" for word in words))


def dataset(*parts, batch=None):
    import tensorflow

    made = tensorflow.data.Dataset.from_tensor_slices(parts[0] if len(parts) == 1 else parts)
    return made.batch(batch) if batch else made


def each_from(items):
    """An R-style generator: one item at each call, None in the end."""
    iterator = iter(items)
    return lambda: next(iterator, None)


def batches_of(array, size=10):
    return [array[start : start + size] for start in range(0, len(array), size)]


def py_dataset(*batches):
    class Batches(keras.utils.PyDataset):
        def __len__(self):
            return len(batches)

        def __getitem__(self, index):
            return batches[index]

    return Batches()


# Text -----------------------------------------------------------------------------------------------------------------

TEXT_FORMS = {
    "list": list,
    "tuple": tuple,
    "array": np.array,
    "column": lambda texts: np.array(texts, object).reshape(-1, 1),
    "Series": pd.Series,
    "frame": lambda texts: pd.DataFrame({"text": texts}),
    "texts one by one": iter,
    "batches": lambda texts: (batch for batch in batches_of(texts, 2)),
    "function": lambda texts: each_from(batches_of(texts, 2)),
    "function of arrays": lambda texts: each_from(batches_of(np.array(texts), 2)),
    "dataset": lambda texts: dataset(texts, batch=2),
    "dataset of single texts": dataset,
    "dataset with targets": lambda texts: dataset(texts, [0, 1, 0], batch=2),
    "PyDataset": lambda texts: py_dataset(*((np.array(batch), np.zeros(2)) for batch in batches_of(texts, 2))),
}


@pytest.mark.parametrize("form", TEXT_FORMS.values(), ids=TEXT_FORMS)
def test_a_vocabulary_is_learned_from_any_form(form):
    layer = pk.layer_text_vectorization()
    assert layer >> pk.adapt(form(TEXTS)) is layer
    found = layer >> pk.get_vocabulary()
    assert found[:4] == VOCABULARY[:4]
    assert sorted(found) == sorted(VOCABULARY)


def test_a_string_is_one_text_and_not_its_characters():
    layer = pk.adapt(pk.layer_text_vectorization(), "the cat")
    assert pk.get_vocabulary(layer, include_special_tokens=False) == ["the", "cat"]


def test_a_tensor_of_text(only_on):
    only_on("tensorflow", reason="the others have no tensors of text")
    layer = pk.layer_text_vectorization() >> pk.adapt(keras.ops.convert_to_tensor(TEXTS))
    assert sorted(layer >> pk.get_vocabulary()) == sorted(VOCABULARY)


def test_numbers_of_words():
    layer = pk.layer_text_vectorization(output_sequence_length=4.0) >> pk.adapt(TEXTS)
    number = (layer >> pk.get_vocabulary()).index
    found = keras.ops.convert_to_numpy(layer(np.array(["the cat", "a dog"])))
    np.testing.assert_array_equal(found, [[number("the"), number("cat"), 0, 0], [1, number("dog"), 0, 0]])


@pytest.mark.parametrize(
    ("ngrams", "has", "has_not"), [([1, 2.0], "cat sat", "cat sat on"), (3, "cat sat on", "sat x")]
)
def test_ngrams_may_be_a_list_as_in_r(ngrams, has, has_not):
    layer = pk.layer_text_vectorization(ngrams=ngrams, output_mode="count") >> pk.adapt(TEXTS)
    vocabulary = layer >> pk.get_vocabulary()
    assert has in vocabulary
    assert has_not not in vocabulary
    counts = keras.ops.convert_to_numpy(layer(np.array(["the cat the cat"])))
    assert counts.shape == (1, len(vocabulary))
    assert counts[0, vocabulary.index("the cat")] == 2
    again = type(layer).from_config(layer.get_config())
    assert again.get_config()["ngrams"] == layer.get_config()["ngrams"]


@pytest.mark.parametrize("output_mode", ["multi_hot", "count", "tf_idf"])
def test_other_outputs_have_a_column_for_each_term(output_mode):
    layer = pk.layer_text_vectorization(output_mode=output_mode, max_tokens=20, pad_to_max_tokens=True)
    found = keras.ops.convert_to_numpy((layer >> pk.adapt(TEXTS))(np.array(["the cat the", "dog"])))
    assert found.shape == (2, 20)
    column = (layer >> pk.get_vocabulary()).index("the")
    idf = np.log(1 + 3 / (1 + 3))  # three texts, all of which have the word
    assert found[0, column] == pytest.approx({"multi_hot": 1, "count": 2, "tf_idf": 2 * idf}[output_mode])
    assert found[1, column] == 0


def test_a_model_reads_text(only_on):
    only_on("tensorflow", reason="text inside a model needs TensorFlow, as Keras says")
    import tensorflow

    def standardize(texts):
        return tensorflow.strings.regex_replace(tensorflow.strings.lower(texts), "[^a-z ]", " ")

    vectorize = pk.layer_text_vectorization(standardize=standardize, output_sequence_length=5) >> pk.adapt(TEXTS)
    assert sorted(vectorize >> pk.get_vocabulary()) == sorted(VOCABULARY)
    inputs = pk.layer_input(shape=1, dtype="string")
    outputs = inputs >> vectorize >> pk.layer_embedding(20, 4) >> pk.layer_flatten() >> pk.layer_dense(1)
    model = pk.keras_model(inputs, outputs) >> pk.compile(optimizer="sgd", loss="mse")
    model >> pk.fit(np.array(TEXTS), np.array([0.0, 1.0, 0.0]), verbose=0)
    assert pk.predict(model, np.array(TEXTS), verbose=0).shape == (3, 1)


def test_lookups():
    strings = pk.layer_string_lookup() >> pk.adapt(["b", "a", "b"])
    assert strings >> pk.get_vocabulary() == ["[UNK]", "b", "a"]
    assert (pk.layer_string_lookup() >> pk.adapt([["b", "a"], ["b"]]) >> pk.get_vocabulary()) == ["[UNK]", "b", "a"]
    assert (pk.layer_string_lookup() >> pk.adapt([["b", "a"], ["b", "b"]]) >> pk.get_vocabulary())[1] == "b"
    for numbers in ([5.0, 3, 5], np.array([5, 3, 5], "float32"), pd.Series([5, 3, 5]), iter([[5.0, 3.0], [5.0]])):
        assert (pk.layer_integer_lookup() >> pk.adapt(numbers) >> pk.get_vocabulary()) == [-1, 5, 3]


def test_documents_of_a_lookup_are_rows():
    layer = pk.layer_string_lookup(output_mode="tf_idf") >> pk.adapt([["a", "b"], ["a"], ["a"]])
    vocabulary = layer >> pk.get_vocabulary()
    found = keras.ops.convert_to_numpy(layer(np.array([["a", "b"]])))
    assert found[0, vocabulary.index("a")] == pytest.approx(np.log(1 + 3 / 4))
    assert found[0, vocabulary.index("b")] == pytest.approx(np.log(1 + 3 / 2))


# Numbers --------------------------------------------------------------------------------------------------------------

NUMBER_FORMS = {
    "array": lambda x: x,
    "lists": lambda x: x.tolist(),
    "frame": pd.DataFrame,
    "tensor": lambda x: keras.ops.convert_to_tensor(x),
    "list of batches": batches_of,
    "batches": lambda x: iter(batches_of(x)),
    "function": lambda x: each_from(batches_of(x)),
    "function of lists": lambda x: each_from(batches_of(x.tolist())),
    "with targets": lambda x: ((batch, batch[:, 0]) for batch in batches_of(x)),
    "dataset": lambda x: dataset(x, batch=10),
    "dataset with targets": lambda x: dataset(x, x[:, 0], batch=10),
    "PyDataset": lambda x: py_dataset(*((batch, batch) for batch in batches_of(x))),
}


@pytest.mark.parametrize("form", NUMBER_FORMS.values(), ids=NUMBER_FORMS)
def test_mean_and_variance_are_learned_from_any_form(form):
    layer = pk.layer_normalization()
    assert layer >> pk.adapt(form(X)) is layer
    np.testing.assert_allclose(keras.ops.convert_to_numpy(layer.mean)[0], X.mean(axis=0), rtol=1e-4)
    np.testing.assert_allclose(keras.ops.convert_to_numpy(layer.variance)[0], X.var(axis=0), rtol=1e-4)


@pytest.mark.parametrize("form", NUMBER_FORMS.values(), ids=NUMBER_FORMS)
def test_bins_are_learned_from_any_form(form):
    layer = pk.layer_discretization(num_bins=4) >> pk.adapt(form(X))
    np.testing.assert_allclose(layer.bin_boundaries, np.quantile(X, [0.25, 0.5, 0.75]), atol=0.5)


@pytest.mark.parametrize("form", ["batches", "function", "dataset", "dataset with targets", "PyDataset"])
def test_steps_end_it(form):
    layer = pk.layer_normalization() >> pk.adapt(NUMBER_FORMS[form](X), steps=2.0)
    np.testing.assert_allclose(keras.ops.convert_to_numpy(layer.mean)[0], X[:20].mean(axis=0), rtol=1e-4)


def test_of_an_array_steps_and_batch_size_take_the_first_part():
    for given, rows in [({"batch_size": 5, "steps": 4}, 20), ({"batch_size": 5}, 40), ({"steps": 4}, 40)]:
        layer = pk.layer_normalization() >> pk.adapt(X, **given)
        np.testing.assert_allclose(keras.ops.convert_to_numpy(layer.mean)[0], X[:rows].mean(axis=0), rtol=1e-4)


def test_endless_batches_need_steps():
    def endless():
        while True:
            yield X[:8]

    layer = pk.layer_normalization() >> pk.adapt(endless, steps=3)
    np.testing.assert_allclose(keras.ops.convert_to_numpy(layer.mean)[0], X[:8].mean(axis=0), rtol=1e-4)


def test_one_feature():
    layer = pk.layer_normalization(axis=None) >> pk.adapt(X[:, 0])
    assert float(keras.ops.convert_to_numpy(layer.mean).reshape(-1)[0]) == pytest.approx(X[:, 0].mean(), rel=1e-4)


def test_a_data_frame_becomes_features():
    frame = pd.DataFrame({"a": [1.0, 2.0, 3.0], "b": pd.Categorical(["x", "y", "x"])})
    for data in (frame, dict(frame.items()), dataset({"a": [1.0, 2.0], "b": ["x", "y"]})):
        space = pk.layer_feature_space(features={"a": "float", "b": "string_categorical"}, output_mode="concat")
        space >> pk.adapt(data)
        found = keras.ops.convert_to_numpy(space({"a": [2.0], "b": ["y"]}))
        assert found.shape == (1, 4)
        assert found.sum() == 3


# A layer of one's own, and mistakes -----------------------------------------------------------------------------------


def test_a_layer_of_ones_own_gets_what_it_takes():
    class Own(keras.layers.Layer):
        def adapt(self, data, steps=None):
            self.seen = data, steps

    data = object()
    assert (pk.adapt(Own(), data, batch_size=3)).seen == (data, None)
    assert (Own() >> pk.adapt(data, steps=2, batch_size=3)).seen == (data, 2)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: pk.layer_dense(3) >> pk.adapt(X), InvalidValueError, "'dense' (Dense) learns nothing before training"),
        (lambda: pk.adapt("layer", X), PipeError, "adapt applies to a layer, it got 'layer'"),
        (lambda: "layer" >> pk.adapt(X), PipeError, "adapt applies to a layer, it got 'layer'"),
        (lambda: pk.adapt(pk.layer_normalization(), X, 32), ArgumentError, "these go by name: batch_size, steps"),
        (lambda: pk.layer_normalization() >> pk.adapt(X, step=3), ArgumentError, "did you mean steps?"),
        (lambda: pk.layer_normalization() >> pk.adapt(X, steps=0), InvalidValueError, "steps must be at least 1"),
        (
            lambda: pk.layer_normalization() >> pk.adapt(X[:, 0]),
            DataError,
            "its shape is (40,): for a single feature give x.reshape(-1, 1), or make the layer with axis=None",
        ),
        (lambda: pk.layer_normalization() >> pk.adapt(["a"]), DataError, "adapt: data holds text ('a')"),
        (lambda: pk.layer_normalization() >> pk.adapt([[1.0, None]]), DataError, "data has 1 missing value (NaN)"),
        (lambda: pk.layer_normalization() >> pk.adapt([]), DataError, "adapt: data is empty"),
        (lambda: pk.layer_normalization() >> pk.adapt(iter([])), InvalidValueError, "adapt: adapt() received an empty"),
        (lambda: pk.layer_text_vectorization() >> pk.adapt([]), DataError, "adapt: data is empty"),
        (lambda: pk.layer_text_vectorization() >> pk.adapt(["a", None]), DataError, "data[1] is missing (None)"),
        (lambda: pk.layer_text_vectorization() >> pk.adapt([1, 2]), DataError, "data[0] is 1; a text is a string"),
        (
            lambda: pk.layer_text_vectorization() >> pk.adapt([["a", "b"], ["c"]]),
            DataError,
            "lists of words of different lengths; give the texts as strings",
        ),
        (lambda: pk.layer_integer_lookup() >> pk.adapt([1.5]), DataError, "data has 1.5; layer_integer_lookup() takes"),
        (
            lambda: pk.layer_string_lookup(vocabulary=["a"]) >> pk.adapt(["b"]),
            InvalidValueError,
            "adapt: Cannot adapt layer",
        ),
        (
            lambda: pk.layer_feature_space(features={"a": "float"}) >> pk.adapt(X),
            DataError,
            "learns from a dict, a data frame or a tf.data.Dataset, it got an array of shape (40, 3)",
        ),
    ],
)
def test_mistakes(call, error, message):
    with refuses(error, message):
        call()
