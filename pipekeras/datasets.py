"""Data to train on: Keras's datasets as R returns them, and what ships with pipekeras.

    mnist = dataset_mnist()
    mnist.train.x                                            by name, as R's mnist$train$x
    (x_train, y_train), (x_test, y_test) = dataset_mnist()   by place

Those of Keras are downloaded when first asked for; what ships, dataset_digits(), dataset_pride_and_prejudice() and
r_dataset("iris"), never is.
"""

from pipekeras._keras import keras
from pipekeras.errors import InvalidValueError, suggestion
from pipekeras.fetching import Dataset, Part, fetched, file_name, load
from pipekeras.pipe import Checked
from pipekeras.values import count, maybe_whole, share

__all__ = [
    "dataset_boston_housing", "dataset_california_housing", "dataset_cifar10", "dataset_cifar100", "dataset_digits",
    "dataset_fashion_mnist", "dataset_imdb", "dataset_imdb_word_index", "dataset_mnist", "dataset_pride_and_prejudice",
    "dataset_reuters", "dataset_reuters_word_index", "r_dataset",
]  # fmt: skip

# Keras's datasets -----------------------------------------------------------------------------------------------------


@Checked
def dataset_mnist(path="mnist.npz", convert=True):
    """Handwritten digits: 60,000 images to train on and 10,000 to test, 28 x 28 grey levels from 0 to 255.

    Args:
        path: name of the file in Keras's cache folder.
        convert: taken for R's sake; the arrays are NumPy's either way.

    Returns:
        `train` and `test`, each with `x`, uint8 of shape `(n, 28, 28)`, and `y`, digits of shape `(n,)`.

    Raises:
        DataError: if the data is not in the cache and cannot be downloaded.

    Source: R `keras3::dataset_mnist`, `keras::dataset_mnist`.
    """
    return load("dataset_mnist", "mnist", file_name(path, "dataset_mnist"))


@Checked
def dataset_fashion_mnist(convert=True):
    """Pieces of clothing in ten classes, in the shape of MNIST.

    Args:
        convert: taken for R's sake; the arrays are NumPy's either way.

    Returns:
        `train` and `test`, each with `x`, uint8 of shape `(n, 28, 28)`, and `y`, classes 0 to 9 of shape `(n,)`.

    Raises:
        DataError: if the data is not in the cache and cannot be downloaded.

    Source: R `keras3::dataset_fashion_mnist`, `keras::dataset_fashion_mnist`.
    """
    return load("dataset_fashion_mnist", "fashion_mnist")


@Checked
def dataset_cifar10(convert=True):
    """Small colour photographs in ten classes: 50,000 to train on, 10,000 to test.

    Args:
        convert: taken for R's sake; the arrays are NumPy's either way.

    Returns:
        `train` and `test`, each with `x`, uint8 of shape `(n, 32, 32, 3)` (or channels first, if Keras is set to that),
        and `y`, classes 0 to 9 of shape `(n, 1)`.

    Raises:
        DataError: if the data is not in the cache and cannot be downloaded.

    Source: R `keras3::dataset_cifar10`, `keras::dataset_cifar10`.
    """
    return load("dataset_cifar10", "cifar10")


@Checked
def dataset_cifar100(label_mode="fine", convert=True):
    """Small colour photographs in 100 classes: 50,000 to train on, 10,000 to test.

    Args:
        label_mode: "fine" for the 100 classes, "coarse" for the 20 groups that they form.
        convert: taken for R's sake; the arrays are NumPy's either way.

    Returns:
        `train` and `test`, each with `x`, uint8 of shape `(n, 32, 32, 3)`, and `y`, classes of shape `(n, 1)`.

    Raises:
        InvalidValueError: if `label_mode` is another word.
        DataError: if the data is not in the cache and cannot be downloaded.

    Source: R `keras3::dataset_cifar100`, `keras::dataset_cifar100`.
    """
    where = "dataset_cifar100"
    return load(where, "cifar100", label_mode=_one_of(label_mode, ("fine", "coarse"), "label_mode", where))


@Checked
def dataset_imdb(
    path="imdb.npz",
    num_words=None,
    skip_top=0,
    maxlen=None,
    seed=113,
    start_char=1,
    oov_char=2,
    index_from=3,
    convert=True,
):
    """Film reviews as word numbers, 25,000 to train on and 25,000 to test, and whether each is favourable.

    Args:
        path: name of the file in Keras's cache folder.
        num_words: word numbers from here up count as unknown; None keeps all. Frequent words have low numbers.
        skip_top: word numbers below this count as unknown as well.
        maxlen: reviews of this length and above are left out; None keeps all.
        seed: for the order of the reviews.
        start_char: number that each review begins with; None for none.
        oov_char: number that stands for unknown words; None leaves them out.
        index_from: what is added to all word numbers; those of `dataset_imdb_word_index()` are without it.
        convert: taken for R's sake.

    Returns:
        `train` and `test`, each with `x`, an array of lists of ints, one for a review, and `y`, 0 or 1.

    Raises:
        InvalidValueError: if an argument is not a whole number, or `maxlen` keeps no review.
        DataError: if the data is not in the cache and cannot be downloaded.

    Source: R `keras3::dataset_imdb`, `keras::dataset_imdb`.
    """
    where = "dataset_imdb"
    texts = _texts(num_words, skip_top, maxlen, seed, start_char, oov_char, index_from, where)
    return load(where, "imdb", file_name(path, where), **texts)


@Checked
def dataset_reuters(
    path="reuters.npz",
    num_words=None,
    skip_top=0,
    maxlen=None,
    test_split=0.2,
    seed=113,
    start_char=1,
    oov_char=2,
    index_from=3,
    convert=True,
):
    """11,228 newswires as word numbers, in 46 topics.

    Args:
        path: name of the file in Keras's cache folder.
        num_words: word numbers from here up count as unknown; None keeps all.
        skip_top: word numbers below this count as unknown as well.
        maxlen: newswires of this length and above are left out; None keeps all.
        test_split: the fraction that is kept for testing, from 0 up to, not including, 1.
        seed: for the order of the newswires.
        start_char: number that each begins with; None for none.
        oov_char: number that stands for unknown words; None leaves them out.
        index_from: what is added to all word numbers; those of `dataset_reuters_word_index()` are without it.
        convert: taken for R's sake.

    Returns:
        `train` and `test`, each with `x`, an array of lists of ints, one for a newswire, and `y`, topics 0 to 45.

    Raises:
        InvalidValueError: if an argument is not what it should be, or `maxlen` keeps no newswire.
        DataError: if the data is not in the cache and cannot be downloaded.

    Source: R `keras3::dataset_reuters`, `keras::dataset_reuters`.
    """
    where = "dataset_reuters"
    texts = _texts(num_words, skip_top, maxlen, seed, start_char, oov_char, index_from, where)
    return load(where, "reuters", file_name(path, where), test_split=share(test_split, "test_split", where), **texts)


@Checked
def dataset_boston_housing(path="boston_housing.npz", test_split=0.2, seed=113, convert=True):
    """506 suburbs of Boston in the 1970s: 13 facts of each, and the median price of a house in 1000 dollars.

    Args:
        path: name of the file in Keras's cache folder.
        test_split: the fraction that is kept for testing, from 0 up to, not including, 1.
        seed: for the order of the rows.
        convert: taken for R's sake; the arrays are NumPy's either way.

    Returns:
        `train` and `test`, each with `x` of shape `(n, 13)` and `y` of shape `(n,)`.

    Raises:
        InvalidValueError: if `test_split` is not such a fraction, or `seed` not a whole number.
        DataError: if the data is not in the cache and cannot be downloaded.

    Source: R `keras3::dataset_boston_housing`, `keras::dataset_boston_housing`.
    """
    where = "dataset_boston_housing"
    split = share(test_split, "test_split", where)
    return load(
        where, "boston_housing", file_name(path, where), test_split=split, seed=count(seed, "seed", where, least=0)
    )


@Checked
def dataset_california_housing(
    version="large", path="california_housing.npz", test_split=0.2, seed=113, convert=True
):  # fmt: skip
    """20,640 districts of California in 1990: 8 facts of each, and the median value of a house in dollars.

    Args:
        version: "large" for all districts, "small" for the first 600.
        path: name of the file in Keras's cache folder.
        test_split: the fraction that is kept for testing, from 0 up to, not including, 1.
        seed: for the order of the rows.
        convert: taken for R's sake; the arrays are NumPy's either way.

    Returns:
        `train` and `test`, each with `x` of shape `(n, 8)` and `y` of shape `(n,)`.

    Raises:
        InvalidValueError: if an argument is not what it should be.
        DataError: if the data is not in the cache and cannot be downloaded.

    Source: R `keras3::dataset_california_housing`.
    """
    where = "dataset_california_housing"
    return load(
        where,
        "california_housing",
        path=file_name(path, where),
        version=_one_of(version, ("large", "small"), "version", where),
        test_split=share(test_split, "test_split", where),
        seed=count(seed, "seed", where, least=0),
    )


@Checked
def dataset_imdb_word_index(path="imdb_word_index.json"):
    """The number of each word of the film reviews, before `index_from` is added.

    Args:
        path: name of the file in Keras's cache folder.

    Returns:
        A dict from words to numbers, counted from 1 in the order of how often they occur.

    Raises:
        DataError: if the data is not in the cache and cannot be downloaded.

    Source: R `keras3::dataset_imdb_word_index`, `keras::dataset_imdb_word_index`.
    """
    where = "dataset_imdb_word_index"
    return fetched(where, keras.datasets.imdb.get_word_index, file_name(path, where))


@Checked
def dataset_reuters_word_index(path="reuters_word_index.json"):
    """The number of each word of the newswires, before `index_from` is added.

    Args:
        path: name of the file in Keras's cache folder; R's "reuters_word_index.pkl" is taken for it.

    Returns:
        A dict from words to numbers, counted from 1.

    Raises:
        DataError: if the data is not in the cache and cannot be downloaded.

    Source: R `keras3::dataset_reuters_word_index`, `keras::dataset_reuters_word_index`.
    """
    where = "dataset_reuters_word_index"
    path = file_name(path, where)
    if path == "reuters_word_index.pkl":  # R's default, though the file has long been JSON
        path = "reuters_word_index.json"
    return fetched(where, keras.datasets.reuters.get_word_index, path)


# Their arguments ------------------------------------------------------------------------------------------------------


def _texts(num_words, skip_top, maxlen, seed, start_char, oov_char, index_from, where):
    return {
        "num_words": maybe_whole(num_words, "num_words", where, least=1),
        "skip_top": count(skip_top, "skip_top", where, least=0),
        "maxlen": maybe_whole(maxlen, "maxlen", where, least=1),
        "seed": count(seed, "seed", where, least=0),
        "start_char": maybe_whole(start_char, "start_char", where),
        "oov_char": maybe_whole(oov_char, "oov_char", where),
        "index_from": maybe_whole(index_from, "index_from", where) or 0,
    }


def _one_of(value, words, name, where):
    if value not in words:
        shown = " or ".join(f'"{word}"' for word in words)
        raise InvalidValueError(f"{where}: {name} must be {shown}, it got {value!r}{suggestion(value, words)}")
    return value


# What ships with pipekeras --------------------------------------------------------------------------------------------


def _shipped(name):
    from importlib import resources

    return resources.files("pipekeras") / "data" / name


@Checked
def dataset_digits(test_split=0.2, seed=113):
    """1,797 handwritten digits of 8 x 8 grey levels from 0 to 16; they ship with pipekeras and need no download.

    Args:
        test_split: the fraction held out for testing, from 0 up to, not including, 1; 0 gives all for training.
        seed: for which digits are held out, and their order; one seed gives one split, wherever it runs.

    Returns:
        `train` and `test`, each with `x`, uint8 of shape `(n, 8, 8)`, and `y`, the digits 0 to 9 as int64.

    Raises:
        InvalidValueError: if `test_split` is not such a fraction, or `seed` not a whole number.

    Source: shaped as R `keras3::dataset_mnist`. The data: E. Alpaydin and C. Kaynak, Optical Recognition of Handwritten
    Digits (1998), UCI Machine Learning Repository, CC BY 4.0; its test set.
    """
    import numpy as np

    test_split = share(test_split, "test_split", "dataset_digits")
    seed = count(seed, "seed", "dataset_digits", least=0)
    with _shipped("digits.npz").open("rb") as file, np.load(file, allow_pickle=False) as digits:
        x, y = digits["x"], digits["y"].astype("int64")
    held_out = int(len(x) * test_split)
    order = np.random.default_rng(seed).permutation(len(x))
    test, train = order[:held_out], order[held_out:]
    return Dataset(Part(x[train], y[train]), Part(x[test], y[test]))


@Checked
def dataset_pride_and_prejudice():
    """The beginning of a novel, 119,818 characters, to learn language from; it ships with pipekeras.

    Returns:
        The text, one string: title and chapters, lines of at most 73 characters that end in a newline, an empty line
        between paragraphs, words in italics between underscores; ASCII characters alone.

    Source: Jane Austen, Pride and Prejudice (1813), chapters 1 to 14 and some of 15; in the public domain.
    """
    return _shipped("pride_and_prejudice.txt").read_text(encoding="ascii")


# Tables: the columns that are integers in R. Missing values make floats of such columns in pandas (Ozone, Solar.R).
_TABLES = {
    "airquality": ("Temp", "Month", "Day"),
    "faithful": (),
    "iris": (),
    "mtcars": (),
    "quakes": ("depth", "stations"),
    "women": (),
}
# Series: how many observations make a unit of time, a year in all of these.
_SERIES = {
    "AirPassengers": 12, "EuStockMarkets": 260, "LakeHuron": 1, "Nile": 1, "UKgas": 4, "co2": 12, "lynx": 1,
    "nottem": 12, "sunspot.month": 12, "treering": 1,
}  # fmt: skip


@Checked
def r_dataset(name=None):
    """One of R's own datasets, under its R name, with R's column names; they ship with pipekeras.

    Args:
        name: such as "iris" or "sunspot.month"; None for the list of all names.

    Returns:
        Of a table, a pandas DataFrame: factors are categoricals, row names are the index, NA is NaN. Of a time series,
        a Series of that name, or a DataFrame if it has several, over an index "time" in years; `.attrs["frequency"]` is
        the number of observations a year. Each call returns a new copy. Without `name`, a list of names.

    Raises:
        InvalidValueError: if there is no dataset of that name.

    Source: R `datasets::iris` and so on, the package that comes with R.
    """
    names = sorted([*_TABLES, *_SERIES], key=str.lower)
    if name is None:
        return names
    if not isinstance(name, str) or name not in names:
        hint = suggestion(name, names, quote='"', otherwise=".")
        raise InvalidValueError(f"r_dataset: there is no dataset {name!r}{hint} There are {', '.join(names)}")
    return _table(name) if name in _TABLES else _series(name)


def _csv(name):
    import pandas as pd

    with _shipped(f"{name}.csv").open(encoding="utf-8") as file:
        return pd.read_csv(file, index_col=0 if name == "mtcars" else None)


def _table(name):
    import pandas as pd

    table = _csv(name)
    table.index.name = None
    for column in table:
        if column == "Species":
            table[column] = pd.Categorical(table[column], categories=["setosa", "versicolor", "virginica"])
        else:
            table[column] = table[column].astype("int64" if column in _TABLES[name] else "float64")
    return table


def _series(name):
    import numpy as np
    import pandas as pd

    table, frequency = _csv(name), _SERIES[name]
    # The file has rounded times; a series starts at a whole number of steps and goes on evenly.
    start = round(table.pop("time").iloc[0] * frequency)
    table.index = pd.Index((start + np.arange(len(table))) / frequency, dtype="float64", name="time")
    table = table.astype("float64")
    series = table if len(table.columns) > 1 else table["value"].rename(name)
    series.attrs["frequency"] = frequency
    return series
