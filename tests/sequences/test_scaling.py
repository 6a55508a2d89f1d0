"""sequence_scaler(): every column by its own measure, and the way back."""

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipekeras.errors import ArgumentError, DataError, InvalidValueError
from pipekeras.sequences.scaler import SequenceScaler
from pipekeras.sequences.scaling import sequence_scaler

pytestmark = pytest.mark.any_backend
quick = settings(max_examples=40, deadline=None)
floats = st.floats(-1e6, 1e6, allow_subnormal=False).map(lambda v: round(v, 3))


def by_hand(values, method):
    """(centre, scale) of the values that are there, in plain Python."""
    values = sorted(v for v in values if v == v)
    n = len(values)

    def quantile(q):  # R's type 7
        low = int((n - 1) * q)
        high = min(low + 1, n - 1)
        return values[low] + (values[high] - values[low]) * ((n - 1) * q - low)

    if method == "minmax":
        return values[0], values[-1] - values[0]
    if method == "robust":
        return quantile(0.5), quantile(0.75) - quantile(0.25)
    mean = sum(values) / n
    return mean, (sum((v - mean) ** 2 for v in values) / max(1, n - 1)) ** 0.5


@given(
    st.lists(st.lists(st.one_of(floats, st.just(float("nan"))), min_size=2, max_size=2), min_size=2, max_size=12),
    st.sampled_from(["standard", "minmax", "robust"]),
)
@quick
def test_columns_against_plain_python(rows, method):
    x = np.array(rows)
    if np.isnan(x).all(axis=0).any():
        with pytest.raises(DataError, match="has no values to fit on"):
            sequence_scaler(x, method)
        return
    scaler = sequence_scaler(x, method)
    for column in range(2):
        center, scale = by_hand(x[:, column].tolist(), method)
        there = x[:, column][~np.isnan(x[:, column])]
        if (there == there[0]).all():
            scale = 0
        np.testing.assert_allclose(scaler.center[0, column], center, rtol=1e-9, atol=1e-6)
        np.testing.assert_allclose(scaler.scale[0, column], scale or 1, rtol=1e-9)
        assert (column in scaler.constant) == (scale == 0)
    scaled = scaler.apply(x)
    assert (np.isnan(scaled) == np.isnan(x)).all()
    np.testing.assert_allclose(scaler.undo(scaled), x, rtol=1e-9, atol=1e-6)


def test_as_r_scales():
    # R: scale(c(1, 2, 4)) and, without centring, scale(c(1, 2, 4), center = FALSE)
    np.testing.assert_allclose(
        sequence_scaler([1, 2, 4]).apply([1, 2, 4]), [-0.8728716, -0.2182179, 1.0910895], rtol=1e-6
    )
    uncentred = sequence_scaler([1, 2, 4], center=False)
    np.testing.assert_allclose(uncentred.apply([1, 2, 4]), [0.3086067, 0.6172134, 1.2344268], rtol=1e-6)
    assert sequence_scaler([1, 2, 4], scale=False).apply([1, 2, 4]).tolist() == [1 - 7 / 3, 2 - 7 / 3, 4 - 7 / 3]
    assert sequence_scaler([1, 2, 4], center=2, scale=[4]).apply([4, 8]).tolist() == [0.5, 1.5]
    given_center = sequence_scaler([[1, 5], [3, 9]], center=[1, 5])  # around what is given, with n - 1
    np.testing.assert_allclose(given_center.scale, [[2, 4]])


def test_in_the_pipe():
    scaler = np.arange(5.0) >> sequence_scaler("minmax")
    assert scaler.apply(np.arange(5)).tolist() == [0, 0.25, 0.5, 0.75, 1]


@pytest.mark.parametrize("value", [0.1, 0.0, -7.3, 1e300, 5e-324])
@pytest.mark.parametrize("method", ["standard", "minmax", "robust"])
def test_constant_columns_are_not_divided(value, method):
    x = np.stack([np.full(7, value), np.arange(7.0)], axis=1)
    scaler = sequence_scaler(x, method)
    assert scaler.constant == [0] and "constant, and not divided: 0" in repr(scaler)
    assert (scaler.apply(x)[:, 0] == 0).all() and (scaler.undo(scaler.apply(x))[:, 0] == value).all()
    assert scaler.apply([[value + 2, 0]])[0, 0] == (value + 2) - value  # what changes later keeps its units


def test_quartiles_without_distance_and_one_row():
    assert sequence_scaler([0, 0, 0, 0, 0, 0, 9], "robust").apply([9]).tolist() == [9]
    assert sequence_scaler([[3.0, 4.0]]).apply([[3, 5]]).tolist() == [[0, 1]]


@pytest.mark.parametrize("size", [1e-200, 1e160, 1e307])
def test_sizes_whose_squares_have_no_float(size):
    x = np.array([1.0, 2, 4]) * size
    np.testing.assert_allclose(sequence_scaler(x).apply(x), sequence_scaler([1, 2, 4]).apply([1, 2, 4]))


def test_types():
    assert sequence_scaler([1, 2, 3]).apply(np.array([1, 2], "int8")).dtype == "float64"
    assert sequence_scaler([1, 2, 3]).apply(np.array([True])).dtype == "float64"
    for dtype in ("float16", "float32", "float64"):
        scaled = sequence_scaler(np.arange(9, dtype=dtype)).apply(np.arange(9, dtype=dtype))
        assert scaled.dtype == dtype
        np.testing.assert_allclose(scaled, sequence_scaler(np.arange(9)).apply(np.arange(9)), rtol=1e-3)
    days = np.array([1.6e9, 1.6e9 + 60, 1.6e9 + 120])  # float32 alone would not tell these apart
    np.testing.assert_allclose(sequence_scaler(days).apply(days.astype("int64")), [-1, 0, 1])


def test_long_arrays_are_scaled_in_parts():
    x = np.random.default_rng(0).normal(2, 5, (300_001, 9)).astype("float32")
    groups = np.arange(len(x)) % 3
    scaler = sequence_scaler(x, groups=groups)
    scaled = scaler.apply(x, groups=groups)
    for g in range(3):
        mine = x[groups == g].astype("float64")
        want = (mine - mine.mean(0)) / mine.std(0, ddof=1)
        np.testing.assert_allclose(scaled[groups == g], want, atol=1e-5)


def test_the_array_that_came_is_left_alone():
    x = np.arange(6.0)
    sequence_scaler(x).apply(x)
    assert x.tolist() == [0, 1, 2, 3, 4, 5]
    frame = pd.DataFrame({"a": [1.0, 2.0, 3.0]})
    sequence_scaler(frame).apply(frame)
    assert frame["a"].tolist() == [1, 2, 3]


# Shapes ---------------------------------------------------------------------------------------------------------------


@given(st.integers(1, 4), st.lists(st.integers(1, 3), max_size=3), st.data())
@quick
def test_predictions_of_some_columns_with_any_axes_before(width, leading, data):
    rng = np.random.default_rng(1)
    scaler = sequence_scaler(rng.normal(3, 2, (20, width)))
    chosen = data.draw(st.lists(st.integers(0, width - 1), min_size=1, unique=True))
    pred = rng.normal(size=(5, *leading, len(chosen)))
    want = np.empty_like(pred)
    for place in np.ndindex(*pred.shape):
        column = chosen[place[-1]]
        want[place] = pred[place] * scaler.scale[0, column] + scaler.center[0, column]
    np.testing.assert_allclose(scaler.undo(pred, columns=chosen), want)
    np.testing.assert_allclose(scaler.apply(want, columns=chosen), pred, atol=1e-12)
    if len(chosen) == 1:  # of one column, the last axis may be the horizon
        np.testing.assert_allclose(scaler.undo(pred[..., 0], columns=chosen[0]), want[..., 0])


def test_windows_pictures_and_one_feature():
    x = np.random.default_rng(0).normal(size=(20, 3))
    scaler = sequence_scaler(x)
    windows = np.stack([x[i : i + 4] for i in range(17)])
    scaled = scaler.apply(x)
    np.testing.assert_allclose(scaler.apply(windows), np.stack([scaled[i : i + 4] for i in range(17)]))
    pictures = np.random.default_rng(0).integers(0, 255, (6, 4, 4, 2), dtype="uint8")
    by_channel = sequence_scaler(pictures, "minmax").apply(pictures)
    assert by_channel.min(axis=(0, 1, 2)).tolist() == [0, 0] and by_channel.max(axis=(0, 1, 2)).tolist() == [1, 1]
    one = sequence_scaler(x[:, 0])
    np.testing.assert_array_equal(one.apply(x[:, :1])[:, 0], one.apply(x[:, 0]))
    assert one.apply(windows[..., :1]).shape == (17, 4, 1) and one.undo(np.zeros((2, 5))).shape == (2, 5)
    assert scaler.apply(np.zeros((0, 3))).shape == (0, 3)


def test_columns_that_do_not_fit():
    scaler = sequence_scaler(pd.DataFrame(np.arange(12.0).reshape(4, 3), columns=["temp", "wind", "rain"]))
    with pytest.raises(DataError) as error:
        scaler.undo(np.zeros((2, 12)))
    assert str(error.value) == (
        "SequenceScaler.undo: x has shape (2, 12), and the scaler has 3 columns (temp, wind, rain): say which of them"
        " these are, as in columns=['temp']"
    )
    assert scaler.undo(np.zeros((2, 12)), columns="wind").shape == (2, 12)
    with pytest.raises(DataError, match=r"columns=\['temp', 'rain'\] are 2; the last axis must be the columns"):
        scaler.undo(np.zeros((2, 3)), columns=["temp", "rain"])
    with pytest.raises(
        InvalidValueError, match="columns has 'tmp', which is no column of numbers; did you mean 'temp'"
    ):
        scaler.undo(np.zeros(2), columns="tmp")
    with pytest.raises(InvalidValueError, match="columns has 3; the columns are temp, wind, rain, or 0 to 2"):
        scaler.undo(np.zeros(2), columns=3)
    with pytest.raises(InvalidValueError, match="columns names a column twice"):
        scaler.undo(np.zeros((2, 2)), columns=["temp", 0])
    with pytest.raises(InvalidValueError, match="columns is empty"):
        scaler.undo(np.zeros((2, 2)), columns=[])


# Data frames ----------------------------------------------------------------------------------------------------------


def test_frames_keep_what_is_no_number():
    frame = pd.DataFrame(
        {
            "day": pd.date_range("2020", periods=4),
            "n": [1, 2, 3, 4],
            "f": np.array([2, 4, 6, 8], "float32"),
            "miss": pd.array([1, None, 3, 5], dtype="Int64"),
            "kind": pd.Categorical(list("abab")),
            "word": list("wxyz"),
            "on": [True, False, True, True],
        },
        index=[5, 6, 7, 9],
    )
    scaler = sequence_scaler(frame, "minmax")
    scaled = scaler.apply(frame)
    assert scaled.index.tolist() == [5, 6, 7, 9] and list(scaled) == list(frame)
    for name in ("day", "kind", "word", "on"):
        pd.testing.assert_series_equal(scaled[name], frame[name])
    np.testing.assert_allclose(scaled["n"], [0, 1 / 3, 2 / 3, 1])
    assert scaled["f"].dtype == "float32" and scaled["n"].dtype == "float64"
    np.testing.assert_array_equal(scaled["miss"], [0, np.nan, 0.5, 1])
    back = scaler.undo(scaled)
    np.testing.assert_allclose(back["n"], frame["n"])
    np.testing.assert_allclose(back["f"], frame["f"])
    # some of the columns, in another order; one as a Series
    np.testing.assert_allclose(scaler.undo(scaled[["f", "n"]])[["n"]], frame[["n"]])
    assert scaler.apply(frame["n"]).tolist() == scaled["n"].tolist()
    assert scaler.apply(frame["n"]).index.tolist() == [5, 6, 7, 9]


def test_columns_chosen_to_be_scaled():
    frame = pd.DataFrame({"a": [1.0, 3.0], "b": [1.0, 3.0]})
    scaler = sequence_scaler(frame, "minmax", columns="b")
    assert scaler.apply(frame).to_numpy().tolist() == [[1, 0], [3, 1]]
    assert scaler.undo(np.array([[5.0, 1.0]])).tolist() == [[5, 3]]  # all columns of numbers, a as it is
    assert sequence_scaler(frame.to_numpy(), "minmax", columns=[1]).apply(frame.to_numpy()).tolist() == [[1, 0], [3, 1]]


def test_columns_by_number_are_those_of_the_data():
    frame = pd.DataFrame({"day": pd.date_range("2020", periods=2), "a": [1.0, 3.0], "b": [5.0, 9.0]})
    scaler = sequence_scaler(frame, "minmax", columns=[1.0])
    assert scaler.apply(frame)[["a", "b"]].to_numpy().tolist() == [[0, 5], [1, 9]]
    assert scaler.undo(np.ones((1, 1)), columns="a").tolist() == [[3]]
    with pytest.raises(InvalidValueError, match=r"columns has the number 1, and .* not scaled \(day\).* one of a, b"):
        scaler.undo(np.ones((1, 1)), columns=1)  # the model's own inputs may be counted without the day
    with pytest.raises(InvalidValueError, match='data has no column "c" for columns'):
        sequence_scaler(frame, columns="c")
    with pytest.raises(InvalidValueError, match="columns has 'day', which is no column of numbers; there are a, b"):
        sequence_scaler(frame, columns=0)
    array = np.array([[1.0, 5.0], [3.0, 9.0]])
    assert sequence_scaler(array, "minmax", columns=1.0).apply(array).tolist() == [[1, 0], [3, 1]]


def test_numbers_that_pandas_holds_as_objects_are_scaled():
    frame = pd.DataFrame({"a": np.array([1, None, 3.5], object), "b": np.array([1, "x", 2], object), "c": [1, 2, 3]})
    scaled = sequence_scaler(frame, "minmax").apply(frame)
    np.testing.assert_array_equal(scaled["a"], [0, np.nan, 1])
    assert scaled["b"].tolist() == [1, "x", 2]


def test_frames_that_do_not_fit():
    frame = pd.DataFrame({"sales": [1.0, 3.0], "price": [1.0, 3.0]})
    scaler = sequence_scaler(frame)
    with pytest.raises(DataError, match="column 'sale' was not there when the scaler was fitted; did you mean 'sales'"):
        scaler.apply(frame.rename(columns={"sales": "sale"}))
    with pytest.raises(InvalidValueError, match="columns= is for arrays"):
        scaler.apply(frame, columns="sales")
    with pytest.raises(DataError, match="has the column 'a' twice"):
        sequence_scaler(pd.DataFrame([[1, 2]], columns=["a", "a"]))
    with pytest.raises(DataError, match="no columns of numbers to scale"):
        sequence_scaler(pd.DataFrame({"a": ["x"]}))
    with pytest.raises(DataError, match="x has shape \\(2, 2\\), and the scaler has 3 columns"):
        sequence_scaler(np.ones((4, 3))).apply(frame)
    assert sequence_scaler(np.arange(4.0).reshape(2, 2)).apply(frame).shape == (2, 2)


# Several series -------------------------------------------------------------------------------------------------------


@given(st.lists(st.integers(0, 3), min_size=1, max_size=15), st.integers(1, 3))
@quick
def test_groups_have_scales_of_their_own(ids, width):
    x = np.random.default_rng(len(ids)).normal(size=(len(ids), width))
    scaled = sequence_scaler(x, groups=ids).apply(x, groups=ids)
    for i in set(ids):  # in any order of rows
        mine = np.array(ids) == i
        np.testing.assert_allclose(scaled[mine], sequence_scaler(x[mine]).apply(x[mine]), atol=1e-12)
    np.testing.assert_allclose(sequence_scaler(x, groups=ids).undo(scaled, groups=ids), x, atol=1e-12)


def test_a_column_of_ids_is_not_scaled():
    array = np.array([[1.0, 5], [1, 9], [2, 0], [2, 4]])
    scaler = sequence_scaler(array, "minmax", groups=0)
    assert scaler.apply(array, groups=array[:, 0]).tolist() == [[1, 0], [1, 1], [2, 0], [2, 1]]
    frame = pd.DataFrame(array, columns=["id", "x"])
    scaler = sequence_scaler(frame, "minmax", groups=0)
    assert scaler.apply(frame).to_numpy().tolist() == [[1, 0], [1, 1], [2, 0], [2, 1]]


def test_groups_by_column_and_of_windows():
    frame = pd.DataFrame({"shop": list("aabb"), "sales": [1, 3, 10, 30]})
    scaler = sequence_scaler(frame, "minmax", groups="shop")
    assert scaler.groups == ["a", "b"] and "each of 2 series by itself" in repr(scaler)
    assert scaler.apply(frame)["sales"].tolist() == [0, 1, 0, 1]
    assert scaler.undo(scaler.apply(frame))["sales"].tolist() == [1, 3, 10, 30]
    windows = np.ones((3, 5, 1))
    assert scaler.undo(windows, groups=["b", "a", "b"])[:, 4, 0].tolist() == [30, 3, 30]
    assert scaler.undo(np.ones((2, 5)), groups=["b", "a"])[:, 4].tolist() == [30, 3]
    with pytest.raises(DataError, match="series 'c' was not there when the scaler was fitted"):
        scaler.undo(np.ones(1), groups=["c"])
    with pytest.raises(InvalidValueError, match="has a scale of its own: say by groups= which each row is of"):
        scaler.undo(np.ones(1))
    with pytest.raises(DataError, match="groups must have one value for each of the 2 rows"):
        scaler.undo(np.ones(2), groups=["a"])
    with pytest.raises(InvalidValueError, match="the scaler was fitted without: drop it here"):
        sequence_scaler([1, 2]).undo([1], groups=["a"])
    with pytest.raises(DataError, match="column 'sales' of series 'b' has no values"):
        sequence_scaler(frame.assign(sales=[1, 2, np.nan, np.nan]), groups="shop")
    for ids in (["a", None], pd.array(["a", None], dtype="string"), [1.0, float("nan")]):
        with pytest.raises(DataError, match="groups misses the id of 1 row, the first is row 1"):
            sequence_scaler([1, 2], groups=ids)


# Kept, and refused ----------------------------------------------------------------------------------------------------


def test_state_goes_through_json():
    x = np.random.default_rng(0).normal(size=(9, 2))
    frame = pd.DataFrame({"id": list("aaabbbccc"), "u": x[:, 0], "v": x[:, 1]})
    for scaler, data in (
        (sequence_scaler(x, "robust"), x),
        (sequence_scaler(frame, groups="id"), frame),
        (sequence_scaler(np.ones((3, 1)), "minmax"), np.ones((2, 1))),
    ):
        again = SequenceScaler.from_state_dict(json.loads(json.dumps(scaler.state_dict())))
        np.testing.assert_array_equal(again.apply(data), scaler.apply(data))
        assert repr(again) == repr(scaler) and again.constant == scaler.constant
    state = sequence_scaler(x).state_dict()
    with pytest.raises(DataError, match="the state lacks center, scale, constant"):
        SequenceScaler.from_state_dict({name: state[name] for name in list(state)[:5]})
    with pytest.raises(DataError, match="it got 3"):
        SequenceScaler.from_state_dict(3)


@pytest.mark.parametrize(
    ("x", "arguments", "message"),
    [
        ([1, 2], dict(method="standart"), 'method must be "standard", "minmax" or "robust".*did you mean "standard"'),
        ([1, 2], dict(method=3), "it got 3"),
        ([1, 2], dict(center=[1, 2]), "center has 2 values, there are 1 columns to scale"),
        ([1, 2], dict(scale=0), "scale must be above 0"),
        ([1, 2], dict(center=float("inf")), "center must be finite"),
        ([1, 2], dict(center="mean"), "center must be a number"),
        ([], {}, "there are no rows to fit on"),
        (np.zeros((3, 0)), {}, "there are no columns to scale"),
        ([1, float("inf")], {}, "column 0 has 1 infinite values"),
        ([-1.7e308, 1.7e308], dict(method="minmax"), "values too large to scale"),
        (["a", "b"], {}, "holds text"),
        ([1j, 2], {}, "complex"),
        (np.array(3.0), {}, "single value"),
    ],
    ids=str,
)
def test_refused(x, arguments, message):
    with pytest.raises((DataError, InvalidValueError), match=message) as error:
        sequence_scaler(x, **arguments)
    assert str(error.value).startswith("sequence_scaler: ")
    with pytest.raises(ArgumentError, match="did you mean center"):
        sequence_scaler([1, 2], centre=True)
