"""models/inputs.py: whatever holds numbers becomes arrays in the structure of the model."""

import numpy as np
import pandas as pd
import pytest

from pipekeras._keras import keras
from pipekeras.asarray import to_array
from pipekeras.errors import DataError
from pipekeras.models.inputs import is_dataset, prepare, slots_of

pytestmark = pytest.mark.mixed


def array_of(value, **more):
    return to_array(value, "x", "fit", **more)


def one_input():
    return keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])


def two_by_two(by_name=False):
    a, b = keras.Input((2,), name="a"), keras.Input((3,), name="b")
    joined = keras.layers.Concatenate()([a, b])
    left, right = keras.layers.Dense(1, name="left")(joined), keras.layers.Dense(2, name="right")(joined)
    if by_name:
        return keras.Model({"b": b, "a": a}, {"right": right, "left": left})
    return keras.Model([a, b], [left, right])


# One array ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (np.array([[1, 2]], "int64"), np.array([[1, 2]], "int64")),
        (np.array([[1.5, 2]], "float32"), np.array([[1.5, 2]], "float32")),
        (np.array([True, False]), np.array([True, False])),
        (np.array([1, 2], "uint8"), np.array([1, 2], "uint8")),
        (np.array([0.5, 1]), np.array([0.5, 1], "float32")),
        ([1.0, 2.5], np.array([1, 2.5], "float32")),
        ([[1, 2], [3, 4]], np.array([[1, 2], [3, 4]])),
        (range(3), np.array([0, 1, 2])),
        ([1.0, None], np.array([1, np.nan], "float32")),
        ([np.array([1.0, 2.0]), np.array([3.0, 4.0])], np.array([[1, 2], [3, 4]], "float32")),
        (np.array([1, 2.5], object), np.array([1, 2.5], "float32")),
        (pd.Series([1.0, 2.0]), np.array([1, 2], "float32")),
        (pd.Series([1, 2]), np.array([1, 2])),
        (pd.Series([1, None], dtype="Int64"), np.array([1, np.nan], "float32")),
        (pd.Series([1, 2], dtype="Int64"), np.array([1, 2])),
        (pd.Series([True, False]), np.array([True, False])),
        (pd.Series(["b", "a", "b"], dtype="category"), np.array([1, 0, 1], "int32")),
        (pd.Categorical(["b", "a"], categories=["b", "a", "c"]), np.array([0, 1], "int32")),
        (pd.DataFrame({"u": [1, 2], "v": [0.5, 1]}), np.array([[1, 0.5], [2, 1]], "float32")),
        (
            pd.DataFrame({"u": [True, False], "v": pd.Categorical(["z", "y"])}),
            np.array([[1, 1], [0, 0]], "float32"),
        ),
        (pd.DataFrame({"u": pd.array([1, None], "Int64")}), np.array([[1], [np.nan]], "float32")),
    ],
    ids=lambda value: type(value).__name__,
)
def test_data_becomes_an_array(value, expected):
    array = array_of(value)
    np.testing.assert_array_equal(array, expected)
    assert array.dtype == expected.dtype or expected.dtype.kind == array.dtype.kind == "i"


def test_doubles_follow_floatx():
    keras.config.set_floatx("float64")
    try:
        assert array_of([0.1]).dtype == array_of(pd.DataFrame({"a": [0.1]})).dtype == "float64"
    finally:
        keras.config.set_floatx("float32")


def test_an_array_that_fits_is_not_copied():
    array = np.zeros((3, 2), "float32")
    assert array_of(array) is array


WORDS = ["a b", "c"]


@pytest.mark.parametrize(
    "words", [WORDS, tuple(WORDS), np.array(WORDS), np.array(WORDS, object), pd.Series(WORDS), np.array(WORDS, "S")],
    ids=lambda words: type(words).__name__,
)  # fmt: skip
def test_text_is_data_only_where_the_model_reads_text(words, backend):
    if backend == "tensorflow":
        tensor = array_of(words, text=True)
        assert keras.ops.is_tensor(tensor) and [word.decode() for word in tensor.numpy()] == WORDS
    else:
        with pytest.raises(DataError, match=f"fit: x holds text, which a model on {backend} cannot read, only one on"):
            array_of(words, text=True)
    with pytest.raises(DataError, match=r"fit: x holds text \(.*a b.*\); for classes use pandas.Categorical"):
        array_of(words)


def test_columns_of_text_are_a_matrix_of_text(only_on):
    only_on("tensorflow", reason="no other backend has text")
    tensor = array_of(pd.DataFrame({"u": ["a", "b"], "v": ["c", "d"]}), text=True)
    assert tensor.numpy().tolist() == [[b"a", b"c"], [b"b", b"d"]]
    with pytest.raises(DataError, match=r"fit: x is a data frame with columns that are no numbers: u \(\w+\). Make"):
        array_of(pd.DataFrame({"u": ["a"], "n": [1]}), text=True)


def test_missing_text_is_not_guessed():
    with pytest.raises(DataError, match='fit: x misses 1 of its 2 texts: fill them in, as with "", or leave those'):
        array_of(pd.Series(["a", None]), text=True)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("data.csv", "fit: x is 'data.csv'; it must hold data: an array, a list of numbers, a data frame"),
        (3.5, "fit: x is the single value .*3.5.*; its first dimension must be the samples"),
        ([[1, 2, 3], [4]], r"fit: x is 2 sequences of different lengths \(1 to 3\): .*pad_sequences\(\)"),
        (np.array([[1, 2], [3]], object), r"fit: x is 2 sequences of different lengths \(1 to 2\)"),
        (np.array(["2020-01-01"], "datetime64[D]"), r"fit: x holds dates \('2020-01-01'\); convert it to numbers"),
        ([1 + 2j], "fit: x holds complex numbers"),
        ([1, "a"], r"fit: x holds both text \('a'\) and 1; make it one or the other"),
        (np.array([1, object()], object), "fit: x holds objects that are no numbers, such as <object"),
        (pd.Series(["a", None], dtype="category"), "fit: x is categorical and misses 1 of its 2 values: leave those"),
        (
            pd.DataFrame({"age": [1, 2], "city": ["a", "b"], "when": pd.to_datetime(["2020", "2021"])}),
            r'no numbers: city \(\w+\), when \(datetime64.*\). Make them categorical, x.astype\(\{"city"',
        ),
        (pd.DataFrame({"k": pd.Categorical(["a", None])}), "fit: column 'k' of x is categorical and misses 1 of its 2"),
    ],
)
def test_what_is_no_data_says_so(value, message):
    with pytest.raises(DataError, match=message):
        array_of(value)


def test_tensors_of_every_backend(backend):
    expected = np.array([[1.0, 2.0]], "float32")
    native = keras.ops.convert_to_tensor(expected)
    assert array_of(native) is native
    torch = pytest.importorskip("torch")
    foreign = array_of(torch.tensor([[1.0, 2.0]], dtype=torch.float64, requires_grad=True))
    np.testing.assert_array_equal(foreign.detach() if backend == "torch" else foreign, expected)
    if backend != "torch":
        assert isinstance(foreign, np.ndarray) and foreign.dtype == "float32"
    with pytest.raises(DataError, match=r"fit: x is symbolic, a tensor of shape .*: it stands for data and has none"):
        array_of(keras.Input((2,)))


# The model's structure ------------------------------------------------------------------------------------------------


def test_slots_are_what_the_model_takes_and_gives():
    model = two_by_two()
    assert slots_of(model, "inputs").names == ["a", "b"] and slots_of(model, "outputs").names == ["left", "right"]
    assert [slot.shape for slot in slots_of(model, "inputs").slots] == [(None, 2), (None, 3)]
    named = two_by_two(by_name=True)
    assert slots_of(named, "inputs").names == ["b", "a"] and slots_of(named, "outputs").by_name
    assert slots_of(one_input(), "outputs").names == ["dense"]
    assert slots_of(keras.Sequential([keras.layers.Dense(1)]), "inputs") is None


A, B = np.zeros((4, 2), "float32"), np.ones((4, 3), "float32")
FRAME = pd.DataFrame(np.ones((4, 3)))


@pytest.mark.parametrize(
    "given", [[A, B], (A, B), {"b": B, "a": A}, {"b": FRAME, "a": A.tolist()}, {"a": A, "b": B, "c": 0}]
)
def test_several_inputs_come_in_the_order_of_the_model(given):
    listed, _, _ = prepare(two_by_two(), given, where="fit")
    assert isinstance(listed, list) and [array.shape for array in listed] == [(4, 2), (4, 3)]


def test_a_model_with_named_inputs_gets_them_by_name():
    model = two_by_two(by_name=True)
    for given in ({"a": A, "b": B}, [B, A]):  # a list is in the order of the model: b, a
        x, y, _ = prepare(model, given, where="predict")
        assert {name: array.shape for name, array in x.items()} == {"a": (4, 2), "b": (4, 3)} and y is None


def test_a_frame_gives_columns_to_inputs_of_their_names():
    a, b = keras.Input((1,), name="age"), keras.Input((1,), name="size")
    model = keras.Model([a, b], keras.layers.Add()([a, b]))
    frame = pd.DataFrame({"size": [1.0, 2.0], "age": [3, 4], "unused": ["x", "y"]})
    x, _, _ = prepare(model, frame, where="predict")
    assert [array.tolist() for array in x] == [[[3], [4]], [[1], [2]]]


def test_one_input_may_stand_in_a_list_or_under_its_name():
    model = one_input()
    name = slots_of(model, "inputs").names[0]
    for given in (A, [A], (A,), {name: A}):
        x, _, _ = prepare(model, given, where="predict")
        np.testing.assert_array_equal(x, A)


def test_a_model_not_built_yet_takes_what_comes():
    model = keras.Sequential([keras.layers.Dense(1)])
    assert prepare(model, [[1, 2], [3, 4]], where="predict")[0].shape == (2, 2)
    assert [a.shape for a in prepare(model, [A, B], where="predict")[0]] == [(4, 2), (4, 3)]
    assert prepare(model, {"u": A}, where="predict")[0]["u"] is A


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (A, r"the model has 2 inputs, 'a', 'b', and x is an array of shape \(4, 2\): give a list or dict of 2 arrays"),
        ([A], "the model has 2 inputs, 'a', 'b', and x is a list of 1 arrays"),
        ({"a": A, "bb": B}, "the model has 2 inputs, 'a', 'b', and x lacks 'b'; it has 'a', 'bb'$"),
        ({"a": A, "zzz": B}, "and x lacks 'b'; it has 'a', 'zzz'"),
        ([A, [["u"] * 3] * 4], r"fit: x\[1\] holds text"),
        ([A, B[:3]], r"the numbers of samples differ: x\[0\] has 4, x\[1\] has 3"),
    ],
)
def test_parts_that_do_not_match(given, message):
    with pytest.raises(DataError, match=message):
        prepare(two_by_two(), given, where="fit")


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ([A, A, A, A], r"the model has one input, and x is a list of 4 arrays; if they are the samples, stack them"),
        ([A, A], r"^fit got a pair: is x \(x, y\)\? Write fit\(\*pair\) or fit\(x, y\)"),
        ((A, A, A), "^fit got a pair"),
        (
            [(A, A[:, 0])] * 4,
            r"^fit: x is a list of 4 pairs of arrays. If they are batches \(x, y\), hand them over one by one:"
            r" fit\(iter\(x\)\); if they are samples, stack them to an x and a y",
        ),
        ({"u": A, "v": A}, r"has one input, '\w+', and x is a dict of 'u', 'v': give the array itself, or"),
        (A[:0], "fit: x has no samples"),
    ],
)
def test_too_many_parts_for_one_input(given, message):
    with pytest.raises(DataError, match=message):
        prepare(one_input(), given, where="fit")


def test_targets_and_weights_follow_the_outputs():
    model = two_by_two()
    model.compile(loss="mse")
    left, right, weights = np.zeros(4), np.zeros((4, 2)), np.ones(4)
    for y in ([left, right], {"right": right, "left": left}):
        _, got, w = prepare(model, [A, B], y, weights, where="fit")
        assert [array.shape for array in got] == [(4,), (4, 2)] and w.shape == (4,)
    _, _, w = prepare(model, [A, B], [left, right], {"right": weights, "left": weights}, where="fit")
    assert [one.shape for one in w] == [(4,), (4,)]
    with pytest.raises(DataError, match="the model has 2 outputs, 'left', 'right', and y is an array of shape"):
        prepare(model, [A, B], left, where="fit")
    with pytest.raises(DataError, match=r"the numbers of samples differ: .*sample_weight has 3"):
        prepare(model, [A, B], [left, right], weights[:3], where="fit")


def test_text_for_targets_is_refused_before_the_model_is_built():
    model = keras.Sequential([keras.layers.Dense(1)])
    model.compile(loss="mse")
    with pytest.raises(DataError, match=r"fit: y holds text \('yes'\); for classes use pandas.Categorical"):
        prepare(model, A, ["yes", "no", "no", "no"], where="fit")


def test_sparse_matrices_stay_sparse():
    sparse = pytest.importorskip("scipy.sparse").csr_matrix(A)
    assert prepare(one_input(), sparse, where="fit")[0] is sparse
    with pytest.raises(ValueError, match="got 3 features, it was built for 2"):
        prepare(one_input(), sparse[:, [0, 1, 1]], where="fit")


def test_targets_without_a_loss_are_an_error_on_every_backend():
    model = one_input()
    model.compile()
    with pytest.raises(
        ValueError, match=r"fit: the model was compiled without a loss; name one: model >> compile\(loss="
    ):
        prepare(model, A, A[:, 0], where="fit")


# Datasets -------------------------------------------------------------------------------------------------------------


def test_what_is_a_dataset(backend):
    class Batches(keras.utils.PyDataset):
        def __len__(self):
            return 1

        def __getitem__(self, index):
            return A, A[:, :1]

    assert is_dataset(Batches())
    for value in (A, [A], {"a": A}, lambda: None, iter([]), pd.DataFrame(A), None):
        assert not is_dataset(value)
    torch = pytest.importorskip("torch")
    assert is_dataset(torch.utils.data.DataLoader(torch.utils.data.TensorDataset(torch.zeros(4, 2))))
    if backend == "tensorflow":
        import tensorflow as tf

        assert is_dataset(tf.data.Dataset.from_tensor_slices(A).batch(2).prefetch(1))
