"""Datasets have R's structure and values, and say what to do where they cannot be had. Nothing here is downloaded."""

import gzip
import urllib.error

import numpy as np
import pandas as pd
import pytest

import pipekeras as pk
from pipekeras import datasets
from pipekeras.datasets import (
    dataset_boston_housing,
    dataset_california_housing,
    dataset_cifar10,
    dataset_cifar100,
    dataset_digits,
    dataset_fashion_mnist,
    dataset_imdb,
    dataset_imdb_word_index,
    dataset_mnist,
    dataset_pride_and_prejudice,
    dataset_reuters,
    dataset_reuters_word_index,
    r_dataset,
)
from pipekeras.errors import DataError, InvalidValueError

IMAGES = [(dataset_mnist, "mnist"), (dataset_fashion_mnist, "fashion_mnist"), (dataset_cifar10, "cifar10"),
          (dataset_cifar100, "cifar100")]  # fmt: skip
TEXTS = [(dataset_imdb, "imdb"), (dataset_reuters, "reuters")]
HOUSES = [(dataset_boston_housing, "boston_housing"), (dataset_california_housing, "california_housing")]
ALL = IMAGES + TEXTS + HOUSES


@pytest.fixture
def keras_loads(monkeypatch):
    """Put a function in the place of one of Keras's loaders; it records what it is called with."""
    import keras

    def replace(name, answer=None, loader="load_data"):
        calls = []

        def load_data(*args, **kwargs):
            calls.append((args, kwargs))
            if isinstance(answer, BaseException):
                raise answer
            return small() if answer is None else answer

        monkeypatch.setattr(getattr(keras.datasets, name), loader, load_data)
        return calls

    return replace


def small():
    x, y = np.arange(24, dtype="uint8").reshape(6, 2, 2), np.arange(6, dtype="uint8")
    return (x[:4], y[:4]), (x[4:], y[4:])


def texts(*rows):
    x = np.empty(len(rows), object)
    x[:] = rows
    return x


# The structure --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("function", "name"), ALL)
def test_by_name_by_key_and_by_place(function, name, keras_loads):
    keras_loads(name)
    data = function()
    (x_train, y_train), (x_test, y_test) = data
    (expected_x, expected_y), (expected_x_test, expected_y_test) = small()
    for got, expected in [
        (x_train, expected_x),
        (y_train, expected_y),
        (x_test, expected_x_test),
        (y_test, expected_y_test),
    ]:
        np.testing.assert_array_equal(got, expected)
    assert data.train.x is data["train"]["x"] is data[0][0] is x_train
    assert data.test.y is data["test"]["y"] is data[-1][-1] is y_test


@pytest.mark.parametrize(("function", "name"), ALL)
@pytest.mark.parametrize("convert", [True, False])
def test_rs_convert_is_taken_and_kept_from_keras(function, name, convert, keras_loads):
    calls = keras_loads(name)
    function(convert=convert)
    assert "convert" not in calls[0][1]


def test_the_representation_shows_shapes_not_values(keras_loads):
    keras_loads("mnist")
    assert repr(dataset_mnist()) == (
        "<dataset\n  train <x: uint8 (4, 2, 2); y: uint8 (4,)>\n  test  <x: uint8 (2, 2, 2); y: uint8 (2,)>>"
    )
    keras_loads("imdb", ((texts([1, 2], [1, 2, 3]), np.array([0, 1])), (texts(), np.array([], "int64"))))
    assert repr(dataset_imdb()) == (
        "<dataset\n  train <x: 2 sequences of 2 to 3 numbers; y: int64 (2,)>\n  test  <x: 0 sequences; y: int64 (0,)>>"
    )


def test_another_key_is_an_error(keras_loads):
    keras_loads("mnist")
    with pytest.raises(InvalidValueError, match='"valid" is not in the data, which has train and test'):
        dataset_mnist()["valid"]
    with pytest.raises(InvalidValueError, match='"z" is not in the data, which has x and y'):
        dataset_mnist().train["z"]


def test_what_keras_gives_read_only_can_be_assigned_to(keras_loads):
    (x, y), test = small()
    x.flags.writeable = False
    keras_loads("fashion_mnist", ((x, y), test))
    data = dataset_fashion_mnist()
    data.train.x[0, 0, 0] = 200
    assert data.train.x[0, 0, 0] == 200 and x[0, 0, 0] == 0


def test_sequences_of_different_lengths_stay_lists(keras_loads):
    rows = texts([1, 2], [1, 2, 3])
    keras_loads("imdb", ((rows, np.array([0, 1])), (rows[:1], np.array([1]))))
    data = dataset_imdb()
    assert data.train.x.tolist() == [[1, 2], [1, 2, 3]] and data.test.x[0] == [1, 2]


# Arguments ------------------------------------------------------------------------------------------------------------


def test_whole_floats_reach_keras_as_ints(keras_loads):
    calls = keras_loads("imdb")
    dataset_imdb("imdb.npz", 1000.0, 20.0, 80.0, 7.0, 1.0, None, 3.0)
    wanted = {
        "path": "imdb.npz",
        "num_words": 1000,
        "skip_top": 20,
        "maxlen": 80,
        "seed": 7,
        "start_char": 1,
        "oov_char": None,
        "index_from": 3,
    }
    assert calls == [((), wanted)]
    assert all(type(v) is not float for v in calls[0][1].values())


def test_the_defaults_are_rs(keras_loads):
    common = {
        "num_words": None,
        "skip_top": 0,
        "maxlen": None,
        "seed": 113,
        "start_char": 1,
        "oov_char": 2,
        "index_from": 3,
    }
    imdb, reuters = keras_loads("imdb"), keras_loads("reuters")
    boston, california = keras_loads("boston_housing"), keras_loads("california_housing")
    mnist, cifar100 = keras_loads("mnist"), keras_loads("cifar100")
    for function, _ in [*TEXTS, *HOUSES, IMAGES[0], IMAGES[3]]:
        function()
    assert imdb == [((), dict(common, path="imdb.npz"))]
    assert reuters == [((), dict(common, path="reuters.npz", test_split=0.2))]
    assert boston == [((), {"path": "boston_housing.npz", "test_split": 0.2, "seed": 113})]
    assert california == [((), {"path": "california_housing.npz", "version": "large", "test_split": 0.2, "seed": 113})]
    assert mnist == [((), {"path": "mnist.npz"})]
    assert cifar100 == [((), {"label_mode": "fine"})]


def test_no_index_from_is_zero(keras_loads):
    calls = keras_loads("imdb")
    dataset_imdb(index_from=None)
    assert calls[0][1]["index_from"] == 0


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: dataset_cifar100("fin"), "mode must be \"fine\" or \"coarse\", it got 'fin'; did you mean fine\\?"),
        (lambda: dataset_california_housing("tiny"), 'version must be "large" or "small", it got \'tiny\''),
        (lambda: dataset_imdb(num_words=0), "dataset_imdb: num_words must be at least 1, it got 0"),
        (lambda: dataset_imdb(num_words=99.5), "dataset_imdb: num_words must be a whole number, it got 99.5"),
        (lambda: dataset_imdb(skip_top=None), "dataset_imdb: skip_top is None; it must be a whole number"),
        (lambda: dataset_imdb(seed=-1), "dataset_imdb: seed must be at least 0, it got -1"),
        (lambda: dataset_reuters(maxlen=0), "dataset_reuters: maxlen must be at least 1, it got 0"),
        (lambda: dataset_reuters(test_split=20), r"test_split must be a fraction .* it got 20; 20 percent are 0\.2"),
        (lambda: dataset_boston_housing(test_split=1), "dataset_boston_housing: test_split must be .* it got 1$"),
        (lambda: dataset_boston_housing(seed=1.5), "dataset_boston_housing: seed must be a whole number, it got 1.5"),
        (lambda: dataset_mnist("data/mnist.npz"), "path='data/mnist.npz' must be the name of a file in Keras's cache"),
        (lambda: dataset_mnist(None), "path=None must be the name of a file"),
    ],
)  # fmt: skip
def test_wrong_arguments_are_said_before_anything_is_loaded(call, words, keras_loads):
    calls = [keras_loads(name) for _, name in ALL]
    with pytest.raises(InvalidValueError, match=words):
        call()
    assert not any(calls)


@pytest.mark.parametrize("function", [dataset_imdb, dataset_reuters])
def test_a_maxlen_that_keeps_nothing(function, keras_loads):
    name = function.__name__.removeprefix("dataset_")
    words = f"{function.__name__}: no text is shorter than maxlen=2, so nothing is left; raise maxlen"
    empty = (texts(), np.array([]))
    for answer in (
        ValueError("After filtering ... Increase maxlen."),
        ValueError("max() iterable argument is empty"),
        (empty, empty),
    ):
        keras_loads(name, answer)
        with pytest.raises(InvalidValueError, match=words):
            function(maxlen=2)


# Word indices ---------------------------------------------------------------------------------------------------------


def test_word_indices_are_kerass(keras_loads):
    imdb = keras_loads("imdb", {"the": 1}, "get_word_index")
    reuters = keras_loads("reuters", {"mdbl": 10996}, "get_word_index")
    assert dataset_imdb_word_index() == {"the": 1}
    assert dataset_reuters_word_index() == dataset_reuters_word_index("reuters_word_index.pkl") == {"mdbl": 10996}
    assert imdb == [(("imdb_word_index.json",), {})]
    assert reuters == [(("reuters_word_index.json",), {})] * 2


# No network -----------------------------------------------------------------------------------------------------------


@pytest.mark.filterwarnings("ignore:Could not extract archive")
@pytest.mark.parametrize(
    ("function", "file", "place"),
    [
        (dataset_mnist, "mnist.npz", "mnist.npz"),
        (dataset_fashion_mnist, "train-labels-idx1-ubyte.gz", "fashion-mnist/train-labels-idx1-ubyte.gz"),
        (dataset_cifar10, "cifar-10-python.tar.gz", "cifar-10-batches-py-target_archive"),
        (dataset_cifar100, "cifar-100-python.tar.gz", "cifar-100-python-target_archive"),
        (dataset_imdb, "imdb.npz", "imdb.npz"),
        (dataset_reuters, "reuters.npz", "reuters.npz"),
        (dataset_boston_housing, "boston_housing.npz", "boston_housing.npz"),
        (dataset_california_housing, "california_housing.npz", "california_housing.npz"),
        (dataset_imdb_word_index, "imdb_word_index.json", "imdb_word_index.json"),
        (dataset_reuters_word_index, "reuters_word_index.json", "reuters_word_index.json"),
    ],
)
def test_a_download_that_fails_says_where_the_file_goes_and_there_keras_finds_it(
    function, file, place, tmp_path, monkeypatch
):
    """Keras's own loader runs, with the network taken away; then with an unreadable file where the message says."""
    import sys

    import keras

    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    keras_files = sys.modules[keras.utils.get_file.__module__]

    def no_network(url, *args, **kwargs):
        raise urllib.error.URLError("no route to host")

    monkeypatch.setattr(keras_files, "urlretrieve", no_network)
    monkeypatch.setattr(keras_files.config, "keras_home", lambda: str(tmp_path))
    with pytest.raises(DataError) as caught:
        function()
    said = str(caught.value)
    assert said.startswith(
        f"{function.__name__}: the data could not be downloaded: no route to host. Without a network, get http"
    )
    wanted = tmp_path / "datasets" / place
    assert f"/{file} on another machine, and put it here by hand as {wanted}" in said
    assert said.endswith("; dataset_digits() needs no download") == (function in [f for f, _ in IMAGES])

    # With a file there, Keras downloads it no more: it reads it (fashion_mnist has four, and looks for the next).
    monkeypatch.setattr(keras_files, "validate_file", lambda *args, **kwargs: True)
    wanted.parent.mkdir(parents=True, exist_ok=True)
    wanted.write_bytes(gzip.compress(b"") if place.endswith(".gz") else b"")
    with pytest.raises((DataError, ValueError)) as caught:
        function()
    assert f"{file} on another machine" not in str(caught.value)


def test_a_damaged_file_is_said_to_be_so(keras_loads, monkeypatch, tmp_path):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    keras_loads("mnist", ValueError("Incomplete or corrupted file detected. The sha256 hash does not match"))
    with pytest.raises(
        DataError,
        match=r"dataset_mnist: the data could not be loaded: Incomplete or corrupted .* by hand as .*mnist.npz",
    ):
        dataset_mnist()
    keras_loads("imdb", EOFError())
    with pytest.raises(DataError, match=r"dataset_imdb: the data could not be loaded: EOFError"):
        dataset_imdb()


def test_other_errors_are_not_taken_for_a_lack_of_network(keras_loads):
    keras_loads("mnist", RuntimeError("something else"))
    with pytest.raises(RuntimeError, match="something else"):
        dataset_mnist()


# What ships -----------------------------------------------------------------------------------------------------------


def test_digits_are_split_at_random_without_losing_any():
    data = dataset_digits()
    assert data.train.x.shape == (1438, 8, 8) and data.test.x.shape == (359, 8, 8)
    assert data.train.x.dtype == np.uint8 and data.train.y.dtype == np.int64
    x, y = np.concatenate([data.train.x, data.test.x]), np.concatenate([data.train.y, data.test.y])
    assert (x.min(), x.max()) == (0, 16) and sorted(set(y.tolist())) == list(range(10))
    whole = dataset_digits(test_split=0)
    assert len(whole.train.x) == 1797 and whole.test.x.shape == (0, 8, 8)

    def rows(x, y):
        return sorted([*image.ravel().tolist(), label] for image, label in zip(x, y.tolist(), strict=True))

    assert rows(x, y) == rows(whole.train.x, whole.train.y)
    assert np.bincount(data.test.y).min() > 20  # all digits are held out, not the last of a sorted file


def test_digits_are_the_same_for_a_seed_and_others_for_another():
    first, again, other = dataset_digits(), dataset_digits(0.2, 113.0), dataset_digits(seed=1)
    np.testing.assert_array_equal(first.test.x, again.test.x)
    assert (first.test.x != other.test.x).any()
    assert first.test.y[:12].tolist() == [9, 4, 5, 1, 9, 3, 2, 2, 8, 9, 6, 6]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"test_split": 1}, "dataset_digits: test_split must be a fraction from 0 up to, not including, 1, it got 1$"),
        ({"test_split": -0.1}, "it got -0.1$"),
        ({"test_split": 20}, r"it got 20; 20 percent are 0\.2"),
        ({"test_split": None}, "it got None"),
        ({"test_split": float("nan")}, "it got nan"),
        ({"seed": None}, "dataset_digits: seed is None; it must be a whole number"),
    ],
)
def test_digits_check_their_arguments(arguments, words):
    with pytest.raises(InvalidValueError, match=words):
        dataset_digits(**arguments)


def test_the_novel_is_one_text_from_its_title_on():
    novel = dataset_pride_and_prejudice()
    assert novel.startswith("PRIDE AND PREJUDICE\n\nBy Jane Austen\n")
    assert novel.endswith("\na shop window, could recall them.\n")
    assert type(novel) is str and novel.isascii() and "\r" not in novel
    assert (len(novel), len(novel.split())) == (119818, 21306)
    assert max(map(len, novel.splitlines())) == 73


SHAPES = {
    "AirPassengers": (144,), "airquality": (153, 6), "co2": (468,), "EuStockMarkets": (1860, 4), "faithful": (272, 2),
    "iris": (150, 5), "LakeHuron": (98,), "lynx": (114,), "mtcars": (32, 11), "Nile": (100,), "nottem": (240,),
    "quakes": (1000, 5), "sunspot.month": (3177,), "treering": (7980,), "UKgas": (108,), "women": (15, 2),
}  # fmt: skip


def test_r_dataset_lists_what_there_is():
    assert r_dataset() == list(SHAPES)


@pytest.mark.parametrize("name", SHAPES)
def test_every_r_dataset(name):
    data = r_dataset(name)
    assert data.shape == SHAPES[name]
    if name in datasets._SERIES:
        assert data.index.name == "time" and data.index.dtype == np.float64
        steps = np.diff(data.index) * data.attrs["frequency"]
        np.testing.assert_allclose(steps, 1, atol=1e-6)
        assert getattr(data, "name", name) == name
        assert (data.to_numpy().dtype, int(data.isna().to_numpy().sum())) == (np.float64, 0)
    # A copy each time: what is done to one is not seen in the next.
    data.iloc[0] = data.iloc[1]
    assert not r_dataset(name).equals(data)


def test_iris_is_rs():
    iris = r_dataset("iris")
    assert list(iris) == ["Sepal.Length", "Sepal.Width", "Petal.Length", "Petal.Width", "Species"]
    assert list(iris["Species"].cat.categories) == ["setosa", "versicolor", "virginica"]
    assert iris["Species"].cat.codes.tolist() == [0] * 50 + [1] * 50 + [2] * 50
    assert iris["Sepal.Length"].mean() == pytest.approx(5.843333)
    assert iris.iloc[0].tolist() == [5.1, 3.5, 1.4, 0.2, "setosa"]


def test_mtcars_has_row_names():
    mtcars = r_dataset("mtcars")
    assert mtcars.index[0] == "Mazda RX4" and mtcars.index.name is None
    assert mtcars.loc["Toyota Corolla", "mpg"] == 33.9
    assert set(map(str, mtcars.dtypes)) == {"float64"}


def test_airquality_lacks_what_it_lacks_in_r():
    airquality = r_dataset("airquality")
    assert airquality.isna().sum().to_dict() == {"Ozone": 37, "Solar.R": 7, "Wind": 0, "Temp": 0, "Month": 0, "Day": 0}
    assert airquality.dtypes.map(str).tolist() == ["float64"] * 3 + ["int64"] * 3


def test_integers_are_where_r_has_them():
    assert r_dataset("quakes").dtypes.map(str).tolist() == ["float64", "float64", "int64", "float64", "int64"]
    assert r_dataset("women").dtypes.map(str).tolist() == ["float64", "float64"]
    assert r_dataset("faithful").dtypes.map(str).tolist() == ["float64", "float64"]


def test_series_run_over_time():
    passengers = r_dataset("AirPassengers")
    assert isinstance(passengers, pd.Series) and passengers.attrs == {"frequency": 12}
    assert passengers.index[1] == 1949 + 1 / 12 and passengers.loc[1960.0] == 417
    assert passengers.iloc[[0, -1]].tolist() == [112, 432]
    assert r_dataset("treering").index[[0, -1]].tolist() == [-6000, 1979]
    assert r_dataset("sunspot.month").iloc[0] == 58
    assert r_dataset("UKgas").index[-1] == 1986.75
    stocks = r_dataset("EuStockMarkets")
    assert list(stocks) == ["DAX", "SMI", "CAC", "FTSE"] and stocks.index[0] == 1991 + 129 / 260
    assert stocks.iloc[0].tolist() == [1628.75, 1678.1, 1772.8, 2443.6]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("sunspots.month", "r_dataset: there is no dataset 'sunspots.month'; did you mean \"sunspot.month\"\\? There"),
        ("zzz", "r_dataset: there is no dataset 'zzz'. There are AirPassengers, .*, women$"),
        ("../errors", "there is no dataset '../errors'"),
        (3, "there is no dataset 3. There are"),
    ],
)  # fmt: skip
def test_unknown_names_are_met_with_the_list(name, words):
    with pytest.raises(InvalidValueError, match=words):
        r_dataset(name)


def test_misspelt_arguments_and_forgotten_parentheses():
    with pytest.raises(pk.ArgumentError, match="dataset_imdb has no argument num_word; did you mean num_words"):
        pk.dataset_imdb(num_word=10)
    with pytest.raises(pk.PipeError, match="dataset_digits stands before >> without parentheses"):
        pk.dataset_digits >> pk.layer_dense(2)
