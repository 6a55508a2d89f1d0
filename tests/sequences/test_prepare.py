"""sequences/prepare.py, columns.py, covariates.py: whatever a user gives, made ready."""

import numpy as np
import pandas
import pytest

from pipekeras import datasets
from pipekeras.errors import DataError, InvalidValueError
from pipekeras.sequences.prepare import prepare
from pipekeras.sequences.windows import sequence_windows

pytestmark = pytest.mark.any_backend

DAYS = pandas.date_range("2024-01-01", periods=6, freq="D")
FRAME = pandas.DataFrame(
    {"a": np.arange(6.0), "b": np.arange(6) * 10, "c": pandas.Categorical(list("xyxyxy"))}, index=DAYS
)
ARRAY = np.arange(12.0).reshape(6, 2)


def prepared(data, targets=None, **options):
    return prepare(data, targets, "f", **options)


# Data -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "data",
    [
        [0.0, 1, 2, 3],
        (0.0, 1.0, 2.0, 3.0),
        np.arange(4.0),
        np.arange(4.0)[:, None],
        np.arange(4.0, dtype=">f8"),
        np.arange(8.0)[::2] / 2,
        np.ma.MaskedArray(np.arange(4.0), [False] * 4),
        np.array([0.0, 1, 2, 3], object),
        pandas.Series(np.arange(4.0)),
        pandas.Series([0, 1, 2, 3], dtype="Float64"),
        pandas.DataFrame({"a": np.arange(4.0)}),
    ],
)
def test_decimals_become_float32_by_column(data):
    series = prepared(data)
    assert series.x.dtype == np.dtype("float32") and series.x.flags.c_contiguous
    assert series.x.tolist() == [[0], [1], [2], [3]]
    assert series.y is series.x
    assert series.begins.tolist() == [0] and series.ends.tolist() == [4]


@pytest.mark.parametrize("dtype", ["uint8", "int64", "bool", "float16", "float32"])
def test_other_types_stay_what_they_are(dtype):
    array = np.ones((5, 2), dtype)
    assert prepared(array).x is array
    assert prepared(array, 0).y.dtype == dtype


def test_what_is_right_already_is_not_copied():
    array = np.arange(10, dtype="float32")
    assert np.shares_memory(prepared(array).x, array)
    y = prepared(np.ones((10, 4), "float32"), 2).y
    assert y.shape == (10, 1) and y.flags.c_contiguous


def test_images_over_time_stay_bytes():
    movie = np.random.default_rng(0).integers(0, 255, (8, 4, 5, 3)).astype("uint8")
    x, y = sequence_windows(movie, np.arange(8), lookback=3)[0]
    assert x.dtype == np.uint8 and y.dtype == np.int64
    np.testing.assert_array_equal(x[2], movie[2:5])
    x, y = sequence_windows(movie, lookback=3, horizon=2)[0]
    np.testing.assert_array_equal(y[1], movie[4:6])


def test_tensors(backend):
    import keras

    tensor = keras.ops.convert_to_tensor(ARRAY.astype("float32"))
    np.testing.assert_array_equal(prepared(tensor).x, ARRAY)


@pytest.mark.parametrize("words", [list("bcab"), np.array(list("bcab")), pandas.Series(list("bcab"))])
def test_words_become_numbers_for_an_embedding(words):
    dataset = sequence_windows(words, lookback=2)
    assert dataset.series.levels == ["a", "b", "c"] == dataset.series.target_levels
    x, y = dataset[0]
    assert x.dtype == np.int32 and x.tolist() == [[1, 2], [2, 0]] and y.tolist() == [[0], [1]]


def test_categories_keep_the_order_of_their_levels():
    series = prepared(pandas.Categorical(["low", "high", "low"], ["low", "mid", "high"]))
    assert series.levels == ["low", "mid", "high"] and series.x.tolist() == [0, 2, 0]
    series = prepared(ARRAY, list("cabcab"))
    assert series.target_levels == ["a", "b", "c"] and series.y.tolist() == [[2], [0], [1]] * 2


def test_frames_are_their_columns():
    series = prepared(FRAME)
    assert series.columns == ["a", "b", "c"] and series.x.dtype == np.dtype("float32")
    assert series.x[3].tolist() == [3, 30, 1]
    assert series.levels == {"c": ["x", "y"]}
    np.testing.assert_array_equal(series.times, DAYS.to_numpy())
    assert prepared(FRAME, columns=["b"]).x.dtype == np.int64
    assert prepared(FRAME, columns=["c", "a"]).x[3].tolist() == [1, 3]


def test_the_columns_of_a_frame_are_converted_one_by_one():
    frame = pandas.DataFrame({"a": [1, None, 3], "b": pandas.array([1, None, 3], "Int64"), "c": [True, False, True]})
    series = prepared(frame, missing="mark", pad_value=-1)
    assert series.x.tolist() == [[1, 1, 1], [-1, -1, 0], [3, 3, 1]]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (5.0, "f: data is 5.0; a series has its time steps along its first axis"),
        ([], "f: data has no rows"),
        (np.empty((4, 0)), r"f: data has shape \(4, 0\): its steps hold no values"),
        (np.array([[1, "x"], [2, "y"]], object), r"f: column 1 of data holds text \('x'\); .* pandas.Categorical"),
        (np.array([[1, object()]], object), "f: column 1 of data holds objects that are no numbers, such as <object"),
        (pandas.DataFrame({"a": [1, "x", 2]}), "f: column 'a' of data holds both text"),
        (pandas.DataFrame({"a": ["x", "y"]}), r"f: column 'a' of data holds text \('x'\); .* pandas.Categorical"),
        (pandas.DataFrame({"a": [1, 2], "day": DAYS[:2]}), "f: column 'day' of data holds times .*: say time='day' if"),
        (np.ones(3) * 1j, "f: data holds complex numbers; give their real and imaginary parts as two columns"),
        ([[1.0], [1.0, 2.0]], r"f: data is a list of 2 series, of 1, 2 rows: put them one after the other"),
        ({"a": [1]}, "f: data is {'a': .*; it must hold data"),
    ],
)
def test_data_that_cannot_be(data, message):
    with pytest.raises(DataError, match=message):
        prepared(data)


# Columns and targets --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("targets", "expected", "names"),
    [
        (None, [3, 30], ["a", "b"]),
        ("b", [30], ["b"]),
        (1, [30], ["b"]),
        (-1, [30], ["b"]),
        (["b", "a"], [30, 3], ["b", "a"]),
        (pandas.Index(["b"]), [30], ["b"]),
        (np.arange(6) * 7, [21], None),
        ([0.5, 1.5, 2.5, 3.5, 4.5, 5.5], [3.5], None),
        (pandas.Series(np.arange(6), index=DAYS, name="t"), [3], ["t"]),
        (pandas.DataFrame({"t": np.arange(6), "u": 1}, index=DAYS), [3, 1], ["t", "u"]),
    ],
)
def test_targets(targets, expected, names):
    series = prepared(FRAME[["a", "b"]], targets)
    assert series.y[3].tolist() == expected and series.targets == names
    assert series.columns == ["a", "b"]


def test_whole_targets_stay_whole():
    assert prepared(FRAME, "b").y.dtype == np.int64
    assert prepared(FRAME, "b", dtype="float32").y.dtype == np.int64
    assert prepared(FRAME, "a", dtype="float64").y.dtype == np.float64
    assert prepared(FRAME, False).y is None


@pytest.mark.parametrize(
    ("targets", "options", "error", "message"),
    [
        ("bb", {}, InvalidValueError, r'f: data has no column "bb" for targets; did you mean "b"\?'),
        (3, {}, InvalidValueError, "f: targets=3, and data has 3 columns, 0 to 2; columns count from 0"),
        (["a", "a"], {}, InvalidValueError, "f: targets has column 'a' twice"),
        (True, {}, InvalidValueError, "f: targets=True says not which"),
        (np.arange(5), {}, DataError, "f: data has 6 rows, targets has 5: it must have the target of each row"),
        (FRAME["a"].iloc[::-1], {}, DataError, "index of targets is not that of data: row 0 is 2024-01-06 .*reindex"),
        (None, {"columns": "d"}, InvalidValueError, r'f: data has no column "d" for columns'),
        (None, {"columns": FRAME}, InvalidValueError, "f: columns must be the name or number of a column, or a list"),
        (None, {"start": 7}, InvalidValueError, "f: start=7, and data has 6 rows"),
        (None, {"end": 7}, InvalidValueError, "f: end=7, and data has 6 rows"),
        (None, {"start": 3, "end": 3}, InvalidValueError, "f: start=3 and end=3 leave none of the 6 rows"),
        (None, {"start": 1.5}, InvalidValueError, "f: start must be a whole number, it got 1.5"),
        (None, {"dtype": "float33"}, InvalidValueError, r"dtype='float33' is not a type; did you mean float32\?"),
        (None, {"dtype": "int32"}, InvalidValueError, r'holds decimals \(float64\), which dtype="int32" cannot keep'),
        (None, {"columns": "b", "dtype": "uint8", "pad_value": -1}, InvalidValueError, "pad_value=-1.* in uint8"),
    ],
)
def test_arguments_that_cannot_be_meant(targets, options, error, message):
    with pytest.raises(error, match=message):
        prepared(FRAME, targets, **options)


def test_columns_of_images_are_an_error():
    for options in ({"columns": 0}, {"groups": 0}):
        with pytest.raises(InvalidValueError, match=r"names .*, and a row of data has shape \(2, 2\)"):
            prepared(np.ones((5, 2, 2)), **options)


def test_start_and_end_count_as_python_does():
    for options, expected in [({"start": 2}, (2, 6)), ({"end": -1}, (0, 5)), ({"start": -3, "end": 5.0}, (3, 5))]:
        series = prepared(ARRAY, **options)
        assert (series.begins.item(), series.ends.item()) == expected
        np.testing.assert_array_equal(series.x[slice(*expected)], ARRAY[slice(*expected)])


def test_the_type_of_batches():
    assert prepared(ARRAY, dtype="float64").x.dtype == np.float64
    assert prepared(np.arange(4), dtype="float32").x.dtype == np.float32
    with pytest.raises(DataError, match="300"):
        prepared(np.array([1, 300]), dtype="uint8")


# Covariates -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("known", ["b", 1, ["b"], np.arange(6) * 10, FRAME[["b"]]])
def test_known_ahead_are_rows_of_the_targets(known):
    batch = sequence_windows(FRAME, "a", known=known, lookback=2, horizon=2)[0]
    assert batch[0]["x"].shape == (3, 2, 3)
    assert batch[0]["known"].tolist() == [[[20], [30]], [[30], [40]], [[40], [50]]]
    assert sequence_windows(FRAME, "a", known=known, lookback=2)[0][0]["known"].tolist() == [[20], [30], [40], [50]]


@pytest.mark.parametrize(
    "static",
    [
        {"u": [1.0, 2.0], "v": [3.0, 4.0], "w": [0, 0]},
        pandas.DataFrame({"p": [3.0, 1], "q": [4.0, 2]}, index=["v", "u"]),
    ],
)
def test_static_goes_with_each_window_of_a_series(static):
    dataset = sequence_windows(ARRAY, groups=list("uuuvvv"), static=static, lookback=2, batch_size=2)
    assert dataset[0][0]["static"].tolist() == [[1, 2], [3, 4]]
    assert dataset[0][0]["static"].dtype == np.float32


@pytest.mark.parametrize(
    ("static", "expected"),
    [({"u": 1, "v": 2}, [[1], [2]]), (pandas.Series({"v": "x", "u": "y"}, dtype="category"), [[1], [0]])],
)
def test_a_single_static_value(static, expected):
    assert prepared(ARRAY, groups=list("uuuvvv"), static=static).static.tolist() == expected


@pytest.mark.parametrize("static", [[1.0, 2.0], (1, 2), np.array([[1.0, 2.0]]), pandas.DataFrame({"p": [1], "q": [2]})])
def test_static_values_of_a_single_series(static):
    assert prepared(ARRAY, static=static).static.tolist() == [[1, 2]]
    assert sequence_windows(ARRAY, static=static, lookback=2)[0][0]["static"].tolist() == [[1, 2]] * 4
    assert prepared(ARRAY, static=5).static.tolist() == [[5]]


def test_static_belongs_to_the_parts_between_gaps_too():
    time, groups = [0, 1, 2, 3, 9, 10, 11, 0, 1, 2], list("uuuuuuuvvv")
    dataset = sequence_windows(
        np.arange(10.0), time=time, freq=1, gaps="drop", groups=groups, static={"u": 1, "v": 2}, lookback=2
    )
    assert dataset[0][0]["static"].ravel().tolist() == [1, 1, 1, 2]
    data, groups = np.arange(8.0), list("uuvvvvww")
    short = sequence_windows(data, groups=groups, static={"u": 1, "v": 2, "w": 3}, lookback=2)
    assert short[0][0]["static"].ravel().tolist() == [2, 2]  # nothing is there of series that are too short


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        (dict(known=np.arange(5)), DataError, "f: data has 6 rows, known has 5; it must have values for each of them"),
        (dict(known="z"), InvalidValueError, 'f: data has no column "z" for known'),
        (dict(static={"u": 1}), InvalidValueError, "f: static is a dict by id, and data is a single series"),
        (dict(static={"u": 1}, groups=list("uuuvvv")), DataError, "f: static lacks 'v', 1 of the 2 series; it has 'u'"),
        (
            dict(static={"u": 1, "v": [1, 2]}, groups=list("uuuvvv")),
            DataError,
            "f: static has 1 value for 'u' and 2 for 'v'; all series must have as many",
        ),
        (
            dict(static=[1, 2], groups=list("uuuvvv")),
            InvalidValueError,
            "f: static must say which values belong to which",
        ),
        (
            dict(static=pandas.DataFrame({"id": ["u", "v"], "p": [1, 2]}), groups=list("uuuvvv")),
            DataError,
            r"f: static lacks 'u', 'v', 2 of the 2 series; it has 0, 1; .* static.set_index",
        ),
        (
            dict(static=pandas.DataFrame({"p": [1, 2]}, index=["u", "u"]), groups=list("uuuvvv")),
            DataError,
            "f: static has 'u' twice",
        ),
        (dict(static={"u": 1, "v": np.nan}, groups=list("uuuvvv")), DataError, "the static values of 'v' are missing"),
        (dict(static=FRAME), DataError, "f: static has 6 rows, and data is a single series: give one, or groups="),
    ],
)
def test_covariates_that_cannot_be(options, error, message):
    data = FRAME if isinstance(options.get("known"), str) else ARRAY
    with pytest.raises(error, match=message):
        prepared(data, **options)


def test_nothing_is_known_of_targets_that_are_not_there():
    with pytest.raises(InvalidValueError, match="known is for the rows of the targets, and targets=False"):
        prepared(ARRAY, False, known=0)


# Files, and real data -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", ["float32", "float64", "uint8"])
@pytest.mark.parametrize("gaps", ["error", "mark"])
def test_a_mapped_file_gives_what_the_array_gives(tmp_path, dtype, gaps):
    array = np.arange(60).reshape(20, 3).astype(dtype)
    np.save(tmp_path / "x.npy", array)
    mapped = np.load(tmp_path / "x.npy", mmap_mode="r")
    time = {} if gaps == "error" else {"time": [*range(10), *range(12, 22)], "freq": 1, "gaps": gaps}
    for options in ({}, {"columns": [2, 0]}, {"targets": 1, "partial": "pad"}, {"sampling_rate": 2}, {"groups": 2}):
        options = {**time, **options}
        if "groups" in options:
            array[:, 2], options["time"] = 1, options.get("time")
            np.save(tmp_path / "y.npy", array)
            mapped = np.load(tmp_path / "y.npy", mmap_mode="r")
        for one, other in zip(
            sequence_windows(array, lookback=3, horizon=2, **options)[0],
            sequence_windows(mapped, lookback=3, horizon=2, **options)[0],
            strict=True,
        ):
            assert one.dtype == other.dtype
            np.testing.assert_array_equal(one, other)


def test_a_mapped_file_is_not_read_beforehand(tmp_path):
    np.save(tmp_path / "x.npy", np.ones((20, 3), "float32"))
    mapped = np.load(tmp_path / "x.npy", mmap_mode="r")
    series = prepared(mapped)
    assert np.shares_memory(series.x, mapped) and not series.checked


def test_stock_indices_have_business_days_of_their_own():
    stocks = pandas.read_csv(f"{datasets.__file__.rpartition('datasets')[0]}data/EuStockMarkets.csv")
    numbers = stocks.select_dtypes("number")
    dataset = sequence_windows(numbers, targets=numbers.columns[-1], lookback=20, delay=5)
    x, y = dataset[0]
    np.testing.assert_array_equal(y[:, 0], numbers.iloc[24:56, -1].to_numpy("float32"))
    np.testing.assert_array_equal(x[0], numbers.iloc[:20].to_numpy("float32"))
