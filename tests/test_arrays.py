"""array_reshape, to_categorical, normalize, pad_sequences: held to NumPy and Keras, piped and called."""

import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from pipekeras.arrays import array_reshape, normalize, pad_sequences, to_categorical
from pipekeras.errors import ArgumentError, DataError, InvalidValueError, PipeError
from pipekeras.pipe import Call, Chain

QUICK = settings(max_examples=60, deadline=None)


def refuses(error, *words):
    """The error's message holds all `words`, as they stand."""
    return pytest.raises(error, match="(?s)" + "".join(f"(?=.*{re.escape(word)})" for word in words))


@pytest.fixture
def tensor():
    """Makes a tensor of the running backend."""
    import keras

    return keras.ops.convert_to_tensor


def in_a_model(shape, dtype, function):
    """`function` as a layer of a model, so that it meets a tensor without values; its answer to some values."""
    import keras

    x = keras.Input(shape, dtype=dtype)
    return keras.Model(x, function(x))


# When they run, when they wait ----------------------------------------------------------------------------------------


def test_data_runs_at_once_and_pipes_the_same():
    x = np.arange(6.0).reshape(2, 3)
    for piped, called in [
        (x >> array_reshape((3, 2)), array_reshape(x, (3, 2))),
        (x >> array_reshape(dim=(3, 2), order="F"), array_reshape(x, dim=(3, 2), order="F")),
        ([2, 0] >> to_categorical(4), to_categorical([2, 0], 4)),
        ([2, 0] >> to_categorical(), to_categorical(x=[2, 0])),
        (x >> normalize(0), normalize(x, 0)),
        ([[1], [2, 3]] >> pad_sequences(3), pad_sequences([[1], [2, 3]], 3)),
        ([[1], [2, 3]] >> pad_sequences(maxlen=3), pad_sequences(sequences=[[1], [2, 3]], maxlen=3)),
    ]:
        assert type(piped) is np.ndarray
        np.testing.assert_array_equal(piped, called)


@pytest.mark.parametrize(
    "waiting",
    [
        lambda: to_categorical(10),
        lambda: to_categorical(num_classes=10),
        lambda: array_reshape((60000, 784)),
        lambda: array_reshape([6, 4], order="F"),
        lambda: array_reshape(24),
        lambda: normalize(),
        lambda: pad_sequences(100),
    ],
)
def test_arguments_alone_wait_for_data(waiting):
    assert isinstance(waiting(), Call)


def test_lists_and_tuples_are_data_where_a_shape_follows():
    np.testing.assert_array_equal(array_reshape([1, 2, 3, 4], [2, 2]), [[1, 2], [3, 4]])
    np.testing.assert_array_equal(array_reshape((1, 2, 3, 4), dim=(2, 2)), [[1, 2], [3, 4]])
    np.testing.assert_array_equal([1, 2, 3, 4] >> array_reshape((2, 2)), [[1, 2], [3, 4]])


def test_they_chain():
    chain = array_reshape((3, 2)) >> normalize()
    assert isinstance(chain, Chain)
    x = np.arange(1.0, 7)
    np.testing.assert_allclose(x >> chain, normalize(x.reshape(3, 2)))


def test_frames_pipe():
    frame = pd.DataFrame({"a": [3.0, 0], "b": [4.0, 0]})
    np.testing.assert_allclose(frame >> normalize(), [[0.6, 0.8], [0, 0]])
    np.testing.assert_array_equal(frame >> array_reshape(4), [3, 4, 0, 0])
    np.testing.assert_array_equal(pd.Series([1, 0]) >> to_categorical(), [[0, 1], [1, 0]])
    np.testing.assert_array_equal(pd.Series([[1], [2, 3]]) >> pad_sequences(), [[0, 1], [2, 3]])
    np.testing.assert_array_equal(frame >> pad_sequences(3), [[0, 3, 4], [0, 0, 0]])


def test_tensors_pipe(tensor):
    x = tensor([[1.0, 2.0], [3.0, 4.0]])
    np.testing.assert_array_equal(x >> array_reshape((4,)), [1, 2, 3, 4])
    np.testing.assert_allclose(np.asarray(x >> normalize(1)), normalize(np.array([[1.0, 2], [3, 4]])), rtol=1e-6)
    np.testing.assert_array_equal(np.asarray(tensor([1, 0]) >> to_categorical(3)), [[0, 1, 0], [1, 0, 0]])
    np.testing.assert_array_equal(x >> pad_sequences(3), [[0, 1, 2], [0, 3, 4]])


def test_what_is_not_data_is_refused():
    with refuses(PipeError, "to_categorical applies to an array, a list, a data frame or a tensor, it got 3"):
        3 >> to_categorical(10)
    with refuses(ArgumentError, "to_categorical has no argument num_class; did you mean num_classes?"):
        to_categorical([1], num_class=3)
    with refuses(ArgumentError, "array_reshape: missing a required argument: 'dim'"):
        array_reshape(np.zeros((2, 3)))
    with refuses(DataError, "normalize: x is {'a': 1}; it must hold data"):
        normalize({"a": 1})


def test_no_keras_is_needed(run_python):
    code = """
import sys
import numpy as np
from pipekeras.arrays import array_reshape, normalize, pad_sequences, to_categorical
np.zeros((2, 3)) >> array_reshape((3, 2)) >> normalize()
[[1], [2, 3]] >> pad_sequences()
print([1, 0] >> to_categorical(), [name for name in ("keras", "pandas", "tensorflow") if name in sys.modules])"""
    assert run_python(code).split("]]")[1].strip() == "[]"


# array_reshape --------------------------------------------------------------------------------------------------------


@QUICK
@given(data=st.data(), shape=st.lists(st.integers(1, 4), max_size=4))
def test_array_reshape_is_numpys(data, shape):
    x = np.arange(int(np.prod(shape))).reshape(shape)
    dim = data.draw(st.permutations(shape))
    order = data.draw(st.sampled_from("CF"))
    np.testing.assert_array_equal(array_reshape(x, tuple(dim), order=order), x.reshape(dim, order=order))
    if dim:
        i = data.draw(st.integers(0, len(dim) - 1))
        opened = [*dim[:i], data.draw(st.sampled_from([None, -1, float("nan")])), *dim[i + 1 :]]
        np.testing.assert_array_equal(array_reshape(x, opened, order), x.reshape(dim, order=order))


def test_array_reshape_keeps_types_and_text():
    assert array_reshape(np.zeros((2, 2), "uint8"), 4).dtype == np.uint8
    assert array_reshape(["a", "b"], (2, 1)).tolist() == [["a"], ["b"]]
    assert array_reshape([[1, 2], [3, 4]], 4.0).tolist() == [1, 2, 3, 4]
    assert array_reshape(np.zeros((0, 3)), (3, None)).shape == (3, 0)


@pytest.mark.parametrize(
    ("dim", "words"),
    [
        ((5, 5), "array_reshape: x has 24 values, shape (2, 3, 4); dim=(5, 5) takes 25"),
        ((5, None), "array_reshape: x has 24 values, shape (2, 3, 4); dim=(5, None) takes a multiple of 5"),
        ((0, -1), "dim=(0, None) takes a multiple of 0"),
        ((None, -1, 2), "dim=(None, None, 2) leaves 2 dimensions open; only one"),
        ((6, -4), "dim=(6, -4) has -4; a dimension is a count, or None for what is left"),
        ((6, 2.5), "array_reshape: dim must be a whole number, it got 2.5"),
        (None, "array_reshape: dim is None; it must be a shape"),
        ("F", 'dim is "F"; dim is a shape, and order goes by name: order="F"'),
    ],
)
def test_array_reshape_says_what_does_not_fit(dim, words):
    with refuses(InvalidValueError, words):
        array_reshape(np.zeros((2, 3, 4)), dim)


def test_array_reshape_refuses_other_orders():
    with refuses(InvalidValueError, 'order must be "C" (row by row) or "F" (column by column), it got \'c\''):
        array_reshape([1], 1, order="c")
    with refuses(InvalidValueError, "it got 4; all dimensions go into dim, as in dim=(60000, 784)"):
        array_reshape(np.zeros(24), 6, 4)


def test_array_reshape_of_a_symbolic_tensor_names_the_layer():
    import keras

    with refuses(DataError, "a tensor of shape (None, 4) is symbolic; inside a model use layer_reshape()"):
        array_reshape(keras.Input((4,)), (2, 2))


# to_categorical -------------------------------------------------------------------------------------------------------


@QUICK
@given(
    x=arrays(
        st.sampled_from(["int64", "uint8", "float32"]),
        st.lists(st.integers(1, 4), min_size=1, max_size=3).map(tuple),
        elements=st.integers(0, 9),
    ),
    more=st.one_of(st.none(), st.integers(0, 3)),
)
def test_to_categorical_is_keras(x, more):
    import keras

    num_classes = None if more is None else int(x.max()) + 1 + more
    ours, theirs = to_categorical(x, num_classes), keras.utils.to_categorical(x, num_classes)
    assert ours.dtype == theirs.dtype == np.float64
    np.testing.assert_array_equal(ours, theirs)


def test_to_categorical_takes_the_arguments_of_both_packages():
    assert to_categorical(y=[0, 1]).tolist() == [[1, 0], [0, 1]]
    assert ([0, 1] >> to_categorical(2.0)).tolist() == [[1, 0], [0, 1]]
    assert to_categorical([0.0, 1.0], 2, "float32").dtype == np.float32
    assert to_categorical([True, False]).tolist() == [[0, 1], [1, 0]]
    assert to_categorical(np.array([[1], [0]])).shape == (2, 2)
    assert to_categorical([], 3).shape == (0, 3)
    assert to_categorical(np.array(1)).tolist() == [0, 1]


def test_the_levels_of_a_categorical_are_the_classes():
    x = pd.Categorical(["low", "high", "low"], categories=["low", "mid", "high"])
    expected = [[1, 0, 0], [0, 0, 1], [1, 0, 0]]
    for kind in (x, pd.Series(x), pd.Series(x, index=[7, 8, 9]), pd.DataFrame({"level": x}), pd.CategoricalIndex(x)):
        assert to_categorical(kind).tolist() == expected
    assert to_categorical(x, 4).shape == (3, 4)
    with refuses(DataError, "to_categorical: x has 2, num_classes=2 leaves 0 to 1"):
        to_categorical(x, 2)
    with refuses(DataError, "to_categorical: x is categorical and misses 1 of its 2 values: leave those samples out"):
        to_categorical(pd.Categorical(["a", None]))


@pytest.mark.parametrize(
    ("x", "num_classes", "words"),
    [
        ([0, 1.5], None, "to_categorical needs whole class numbers, x has 1.5"),
        ([0, float("inf")], None, "to_categorical needs whole class numbers, x has inf"),
        ([0, float("nan"), float("nan")], None, "to_categorical: x has 2 missing values (NaN)"),
        ([0, None], None, "x has 1 missing value (NaN): leave those rows out first"),
        (pd.Series([1, None], dtype="Int64"), None, "missing value"),
        ([0, -1, -2], 3, "to_categorical: x has -2, -1; classes count from 0 up"),
        ([1, 2, 3], 3, "x has 3, num_classes=3 leaves 0 to 2. Classes that count from 1 need x - 1"),
        ([0, 9, 7, 8, 6], 3, "x has 6, 7, 8, ..., num_classes=3 leaves 0 to 2"),
        (["cat", "dog"], None, "x holds 'cat', 'dog'; of text make a categorical first: pandas.Categorical(x)"),
        ([], None, "x is empty, so num_classes has to be given"),
    ],
)
def test_to_categorical_refuses_what_is_no_class(x, num_classes, words):
    with refuses(DataError, words):
        to_categorical(x, num_classes)


def test_the_hint_on_counting_from_one_comes_only_where_it_can_help():
    with pytest.raises(DataError) as caught:
        to_categorical([0, 3], 3)
    assert str(caught.value) == "to_categorical: x has 3, num_classes=3 leaves 0 to 2"


def test_to_categorical_checks_its_arguments():
    with refuses(InvalidValueError, "num_classes must be at least 1, it got 0"):
        to_categorical([0], 0)
    with refuses(InvalidValueError, "to_categorical: num_classes must be a whole number, it got 2.5"):
        to_categorical([0], 2.5)
    with refuses(InvalidValueError, "dtype='flaot32' is not a type; did you mean float32?"):
        to_categorical([0], dtype="flaot32")


def test_to_categorical_of_a_tensor_is_a_tensor(tensor):
    import keras

    result = to_categorical(tensor([[0], [2]]))
    assert keras.ops.is_tensor(result) and keras.backend.standardize_dtype(result.dtype) == "float32"
    np.testing.assert_array_equal(np.asarray(result), [[1, 0, 0], [0, 0, 1]])
    with refuses(DataError, "x has 5, num_classes=3 leaves 0 to 2"):
        to_categorical(tensor([5]), 3)


def test_to_categorical_inside_a_model():
    model = in_a_model((1,), "int32", lambda x: to_categorical(x, 3))
    assert model.output.shape == (None, 3)
    np.testing.assert_array_equal(model.predict(np.array([[2], [0]]), verbose=0), [[0, 0, 1], [1, 0, 0]])
    with refuses(InvalidValueError, "x is symbolic, so num_classes has to be given"):
        in_a_model((1,), "int32", to_categorical)


def test_to_categorical_inside_tf_data(only_on):
    only_on("tensorflow", reason="tf.data")
    import tensorflow as tf

    data = tf.data.Dataset.from_tensor_slices([2, 0]).map(lambda y: to_categorical(y, 3))
    assert [row.tolist() for row in data.as_numpy_iterator()] == [[0, 0, 1], [1, 0, 0]]


# normalize ------------------------------------------------------------------------------------------------------------


@QUICK
@given(
    x=arrays("float64", st.lists(st.integers(1, 4), min_size=1, max_size=3).map(tuple), elements=st.integers(-9, 9)),
    order=st.sampled_from([1, 2, 3, 2.5, float("inf")]),
    data=st.data(),
)
def test_normalize_gives_every_vector_length_one(x, order, data):
    axis = data.draw(st.integers(-x.ndim, x.ndim - 1))
    result = normalize(x, axis, order)
    assert result.shape == x.shape
    zeros = ~x.any(axis=axis)
    np.testing.assert_allclose(np.linalg.norm(result, order, axis), np.where(zeros, 0, 1), atol=1e-12)
    lengths = np.linalg.norm(x, order, axis, keepdims=True)
    np.testing.assert_allclose(result * lengths, x, atol=1e-9)


def test_normalize_is_keras_where_keras_is_right():
    import keras

    x = np.arange(24.0).reshape(2, 3, 4)
    for axis in (-1, 1, 2):
        for order in (1, 2):
            np.testing.assert_allclose(normalize(x, axis, order), keras.utils.normalize(x, axis, order), rtol=1e-6)


def test_normalize_of_a_tensor_is_a_tensor(tensor):
    import keras

    x = np.array([[3.0, 0, 1], [4, 0, 2]], "float32")
    for axis in (0, 1, -1):
        for order in (1, 2, float("inf")):
            result = normalize(tensor(x), axis, order)
            assert keras.ops.is_tensor(result)
            np.testing.assert_allclose(np.asarray(result), normalize(x, axis, order), rtol=1e-6)
    np.testing.assert_allclose(np.asarray(normalize(tensor([[3, 4]]))), [[0.6, 0.8]], rtol=1e-6)


def test_normalize_inside_a_model():
    model = in_a_model((2,), "float32", normalize)
    assert model.output.shape == (None, 2)
    np.testing.assert_allclose(model.predict(np.array([[3.0, 4], [0, 0]]), verbose=0), [[0.6, 0.8], [0, 0]], rtol=1e-6)


def test_normalize_has_a_gradient_at_zero(only_on):
    only_on("tensorflow", reason="GradientTape")
    import tensorflow as tf

    x = tf.Variable([[3.0, 4.0], [0.0, 0.0]])
    with tf.GradientTape() as tape:
        y = tf.reduce_sum(normalize(x.value())[:, 0])
    assert np.isfinite(tape.gradient(y, x)).all()


def test_normalize_leaves_its_input_alone_and_makes_floats_of_integers():
    x = np.array([[3, 4], [0, 0]])
    assert normalize(x).tolist() == [[0.6, 0.8], [0, 0]]
    assert x.tolist() == [[3, 4], [0, 0]]
    assert normalize(x.astype("float32")).dtype == np.float32
    assert normalize(np.zeros((0, 3))).shape == (0, 3)
    assert normalize([3.0, 4.0]).tolist() == [0.6, 0.8]


def test_normalize_checks_its_arguments():
    x = np.ones((2, 3))
    with refuses(
        InvalidValueError, "normalize: axis=2, but x has 2 dimensions; axes count from 0, so the last is 1 or -1"
    ):
        normalize(x, 2)
    with refuses(InvalidValueError, "normalize: axis=-3, but x has 2 dimensions"):
        normalize(x, -3)
    with refuses(InvalidValueError, "normalize: axis is None; it must be a whole number"):
        normalize(x, None)
    with refuses(InvalidValueError, "normalize: order must be a positive number, such as 1 or 2, it got 'l2'"):
        normalize(x, order="l2")
    with refuses(DataError, "normalize needs numbers, x holds 'a', 'b'"):
        normalize(["a", "b"])


# pad_sequences --------------------------------------------------------------------------------------------------------

PLACES = st.sampled_from(["pre", "post"])


@QUICK
@given(
    sequences=st.lists(st.lists(st.integers(-99, 99), max_size=6), min_size=1, max_size=6),
    as_arrays=st.booleans(),
    maxlen=st.one_of(st.none(), st.integers(1, 8)),
    padding=PLACES,
    truncating=PLACES,
    value=st.integers(-3, 3),
    dtype=st.sampled_from(["int32", "float32", "int8"]),
)
def test_pad_sequences_is_keras(sequences, as_arrays, maxlen, padding, truncating, value, dtype):
    import keras

    if as_arrays:
        sequences = [np.array(s, "int64") for s in sequences]
    arguments = {"maxlen": maxlen, "padding": padding, "truncating": truncating, "value": value, "dtype": dtype}
    ours, theirs = pad_sequences(sequences, **arguments), keras.utils.pad_sequences(sequences, **arguments)
    assert ours.dtype == theirs.dtype and ours.shape == theirs.shape
    np.testing.assert_array_equal(ours, theirs)


@QUICK
@given(
    lengths=st.lists(st.integers(0, 4), min_size=1, max_size=4).filter(any),
    maxlen=st.integers(1, 5),
    padding=PLACES,
    truncating=PLACES,
    as_lists=st.booleans(),
)
def test_pad_sequences_of_steps_with_features_is_keras(lengths, maxlen, padding, truncating, as_lists):
    import keras

    sequences = [np.arange(1.0, 2 * n + 1).reshape(n, 2) for n in lengths]
    if as_lists:
        sequences = [s.tolist() for s in sequences]
    arguments = {"maxlen": maxlen, "padding": padding, "truncating": truncating, "dtype": "float32"}
    np.testing.assert_array_equal(
        pad_sequences(sequences, **arguments), keras.utils.pad_sequences(sequences, **arguments)
    )


def test_numbers_alone_are_sequences_of_one():
    assert pad_sequences([1, [2, 3]]).tolist() == [[0, 1], [2, 3]]
    assert pad_sequences([1, 2]).tolist() == [[1], [2]]
    assert pad_sequences(np.array([1, 2])).tolist() == [[1], [2]]


def test_pad_sequences_takes_all_kinds_of_sequences(tensor):
    expected = [[0, 1], [2, 3]]
    kinds = [
        [(1,), (2, 3)],
        ([1], [2, 3]),
        [range(1, 2), range(2, 4)],
        np.array([[1], [2, 3]], dtype=object),
        [pd.Series([1]), np.array([2, 3])],
        [tensor([1]), tensor([2, 3])],
        [[1.0], [2.0, 3.0]],
        [[True], np.array([2, 3], "uint8")],
        [[True], [np.int64(2), 3]],
    ]
    for sequences in kinds:
        result = pad_sequences(sequences)
        assert result.tolist() == expected and result.dtype == np.int32
    assert pad_sequences([[], []]).shape == (2, 0)
    assert pad_sequences([], maxlen=3).shape == (0, 3)


def test_pad_sequences_pads_ragged_tensors(only_on):
    only_on("tensorflow", reason="ragged tensors")
    import tensorflow as tf

    assert pad_sequences(tf.ragged.constant([[1], [2, 3]])).tolist() == [[0, 1], [2, 3]]


def test_pad_sequences_of_words():
    words = [["a"], ["much", "longer"]]
    assert pad_sequences(words, dtype=object, value="").tolist() == [["", "a"], ["much", "longer"]]
    assert pad_sequences(words, dtype="str", value="").tolist() == [["", "a"], ["much", "longer"]]
    assert pad_sequences([["a", 1]], dtype=object, value=None, maxlen=3).tolist() == [[None, "a", 1]]


@pytest.mark.parametrize(
    ("sequences", "arguments", "words"),
    [
        ([[1, 2.5]], {}, 'the sequences hold 2.5, which dtype="int32" cannot keep; use dtype="float32"'),
        ([[1, float("nan")]], {}, 'the sequences hold nan, which dtype="int32" cannot keep'),
        ([[1, 3_000_000_000]], {}, 'the sequences hold 3000000000, dtype="int32" goes from -2147483648 to 2147483647'),
        ([[-1]], {"dtype": "uint8"}, 'the sequences hold -1, dtype="uint8" goes from 0 to 255'),
        ([["a"]], {}, "the sequences hold 'a', but dtype=\"int32\" is for numbers or dtype=object"),
        ([[1, None]], {}, 'the sequences hold 1, None, but dtype="int32" is for numbers'),
        ([[1], None], {}, "pad_sequences: sequence 1 is None; each must be a list or an array"),
        ([[[1, 2]], [[1, 2, 3]]], {}, "the steps of the sequences differ in shape: (2,), (3,)"),
        ({"a": [1]}, {}, "pad_sequences needs a list of sequences, it got {'a': [1]}"),
    ],
)
def test_pad_sequences_never_changes_what_it_pads(sequences, arguments, words):
    with refuses(DataError, words):
        pad_sequences(sequences, **arguments)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"value": 0.5}, 'value is 0.5, which dtype="int32" cannot keep; use dtype="float32"'),
        ({"value": "x"}, "value is 'x', but dtype=\"int32\" is for numbers"),
        ({"value": None}, 'value is None, but dtype="int32" is for numbers'),
        ({"padding": "pos"}, 'padding must be "pre" or "post", it got \'pos\'; did you mean post?'),
        ({"truncating": "before"}, 'truncating must be "pre" or "post", it got \'before\''),
        ({"maxlen": 0}, "maxlen must be at least 1, it got 0"),
        ({"maxlen": 2.5}, "maxlen must be a whole number, it got 2.5"),
        ({"dtype": "int23"}, "dtype='int23' is not a type; did you mean int"),
        ({"dtype": None}, "dtype=None is not a type"),
    ],
)
def test_pad_sequences_checks_its_arguments(arguments, words):
    with refuses(InvalidValueError, words):
        pad_sequences([[1, 2]], **arguments)


def test_pad_sequences_fills_with_whole_floats_and_with_fractions_where_there_is_room():
    assert pad_sequences([[1]], 2, value=7.0).tolist() == [[7, 1]]
    assert pad_sequences([[1.5]], 2, "float32", value=0.5).tolist() == [[0.5, 1.5]]
    assert pad_sequences([[1]], 2.0).tolist() == [[0, 1]]
