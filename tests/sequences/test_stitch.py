"""sequence_stitch() against a loop over windows, and as the inverse of cutting a series into targets."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipekeras.errors import ArgumentError, DataError, InvalidValueError, ShapeError
from pipekeras.sequences import stitch
from pipekeras.sequences.fold import sequence_fold
from pipekeras.sequences.stitch import sequence_stitch
from pipekeras.sequences.windows import sequence_windows

pytestmark = pytest.mark.any_backend

HOW = ["mean", "median", "last", "first", "max", "min"]
REDUCE = {"mean": np.mean, "median": np.median, "max": np.max, "min": np.min}


def by_hand(predictions, windows, how):
    """(values, counts): every window, every target, in plain loops over lists."""
    plan, shape = windows.plan, windows.plan.shape
    steps = shape.lookback if shape.per_step else 1
    table = np.asarray(predictions, "float64").reshape(windows.n, steps, len(shape.steps), -1)
    starts, stretch = plan.starts(np.arange(windows.n))
    found = [[] for _ in range(len(windows.series))]
    for i in range(windows.n):
        for t in range(steps):
            own = starts[i] + (t * shape.rate if shape.per_step else (shape.lookback - 1) * shape.rate)
            for s, step in enumerate(shape.steps):
                ahead = shape.delay + step - 1
                row = own + ahead
                if plan.begins[stretch[i]] <= row < plan.ends[stretch[i]]:
                    found[row].append((ahead, -t, table[i, t, s]))
    result = np.full((len(found), table.shape[-1]), np.nan)
    for row, said in enumerate(found):
        if said and how in REDUCE:
            result[row] = REDUCE[how]([value for _, _, value in said], axis=0)
        elif said:
            pick = min if how == "last" else max
            result[row] = pick(said, key=lambda one: one[:2])[2]
    return result, np.array([len(said) for said in found])


@st.composite
def cut(draw):
    """A series of some kind, and windows over it."""
    lookback, rate = draw(st.integers(1, 5)), draw(st.integers(1, 3))
    horizon = draw(st.one_of(st.integers(1, 5), st.lists(st.integers(1, 6), min_size=1, max_size=3, unique=True)))
    columns = draw(st.integers(1, 3))
    options = dict(
        lookback=lookback, horizon=horizon, sampling_rate=rate, delay=draw(st.integers(-4, 3)),
        stride=draw(st.integers(1, 4)), per_step=draw(st.booleans()), partial=draw(st.sampled_from(["drop", "pad"])),
        batch_size=draw(st.integers(1, 9)),
    )  # fmt: skip
    rows = draw(st.integers(30, 45))
    groups = draw(st.sampled_from([None, [rows // 2], [7, rows // 2]]))
    rng = np.random.default_rng(draw(st.integers(0, 99)))
    data = rng.normal(size=(rows, columns)).astype("float32")
    if groups is not None:
        options["groups"] = np.searchsorted(groups, np.arange(rows), side="right")
    return data, options, rng


@settings(max_examples=60, deadline=None)
@given(cut(), st.sampled_from(HOW))
def test_is_what_a_loop_over_windows_makes(case, how):
    data, options, rng = case
    windows = sequence_windows(data, **options)
    targets = windows.to_numpy()[1]
    predictions = rng.normal(size=targets.shape).astype("float32")
    values, counts = sequence_stitch(predictions, windows, how, return_counts=True)
    wanted, wanted_counts = by_hand(predictions, windows, how)
    assert counts.tolist() == wanted_counts.tolist()
    assert values.shape == ((len(data),) if data.shape[1] == 1 else data.shape) and values.dtype == "float32"
    np.testing.assert_allclose(values.reshape(wanted.shape), wanted, rtol=1e-5, atol=1e-6)


@settings(max_examples=40, deadline=None)
@given(cut(), st.sampled_from(HOW))
def test_the_true_targets_give_the_series_back(case, how):
    data, options, _ = case
    windows = sequence_windows(data, **options)
    values, counts = sequence_stitch(windows.to_numpy()[1], windows, how, return_counts=True)
    values = values.reshape(data.shape)
    np.testing.assert_array_equal(values[counts > 0], data[counts > 0])
    assert np.isnan(values[counts == 0]).all()
    assert (counts > 0).any()


def test_the_shapes_that_come_back():
    one, two = np.arange(10.0), np.arange(20.0).reshape(10, 2)
    flat = sequence_windows(one, lookback=3, horizon=2)
    assert sequence_stitch(np.zeros((6, 2)), flat).shape == (10,)
    assert sequence_stitch(np.zeros((6, 2, 1)), flat).shape == (10,)
    next_row = sequence_windows(one, lookback=3)
    for shape in [(7,), (7, 1), (7, 1, 1)]:
        assert sequence_stitch(np.ones(shape), next_row).tolist()[3:] == [1.0] * 7
    columns = sequence_windows(two, lookback=3)
    assert sequence_stitch(np.zeros((7, 2)), columns).shape == (10, 2)
    assert sequence_stitch(np.zeros((7, 1, 2)), columns).shape == (10, 2)


def test_what_each_way_takes():
    windows = sequence_windows(np.arange(5.0), lookback=1, horizon=3)
    predictions = [[1, 2, 30], [4, 6, 9]]  # of rows 1, 2, 3 and 2, 3, 4
    nan = np.nan
    wanted = {
        "mean": [nan, 1, 3, 18, 9], "median": [nan, 1, 3, 18, 9], "last": [nan, 1, 4, 6, 9],
        "first": [nan, 1, 2, 30, 9], "max": [nan, 1, 4, 30, 9], "min": [nan, 1, 2, 6, 9],
    }  # fmt: skip
    for how, values in wanted.items():
        np.testing.assert_array_equal(sequence_stitch(predictions, windows, how), values, err_msg=how)


def test_with_per_step_targets_the_last_is_what_has_seen_most():
    windows = sequence_windows(np.arange(5.0), lookback=2, per_step=True)
    predictions = np.array([[10, 11], [20, 21], [30, 31]])[..., None]  # of rows 1 2, 2 3, 3 4
    assert sequence_stitch(predictions, windows, "last").tolist()[1:] == [10, 11, 21, 31]
    assert sequence_stitch(predictions, windows, "first").tolist()[1:] == [10, 20, 30, 31]


def test_autoencoders_whose_targets_are_the_window_itself():
    data = np.random.default_rng(0).normal(size=(20, 2)).astype("float32")
    windows = sequence_windows(data, lookback=4, horizon=4, delay=-3, stride=2)
    x, y = windows.to_numpy()
    np.testing.assert_array_equal(x, y)
    np.testing.assert_array_equal(sequence_stitch(x, windows), data)


def test_series_are_not_mixed():
    data, groups = np.arange(12.0), [0] * 6 + [1] * 6
    windows = sequence_windows(data, lookback=2, horizon=2, groups=groups, partial="pad")
    values = sequence_stitch(np.full((windows.n, 2), 5.0), windows)
    _, counts = sequence_stitch(np.full((windows.n, 2), 5.0), windows, return_counts=True)
    assert counts.tolist() == [0, 1, 2, 2, 2, 2] * 2  # the first row of each series has none before it
    assert np.isnan(values[[0, 6]]).all() and (np.delete(values, [0, 6]) == 5).all()


def test_rows_put_in_for_missing_times_are_left_out_again():
    times = [0, 1, 2, 3, 6, 7, 8, 9]
    data = np.arange(8.0)
    windows = sequence_windows(data, lookback=2, time=times, gaps="mark")
    assert len(windows.series) == 10
    values = sequence_stitch(windows.to_numpy()[1], windows, "last")
    assert values.shape == (8,) and values.tolist()[2:] == data.tolist()[2:]


def test_a_shard_puts_back_its_own_windows():
    data = np.arange(10.0)
    windows = sequence_windows(data, lookback=2).shard(2, 1)
    values = sequence_stitch(windows.to_numpy()[1], windows)
    assert np.isnan(values).tolist() == [True] * 3 + [False, True] * 3 + [False]
    assert values[3::2].tolist() == [3, 5, 7, 9]


def test_the_median_is_the_same_in_chunks(monkeypatch):
    data = np.random.default_rng(1).normal(size=(50, 2))
    windows = sequence_windows(data, lookback=3, horizon=6, stride=2)
    predictions = np.random.default_rng(2).normal(size=windows.to_numpy()[1].shape)
    whole = sequence_stitch(predictions, windows, "median")
    for at_once in (1, 50, 77):
        monkeypatch.setattr(stitch, "_AT_ONCE", at_once)
        np.testing.assert_array_equal(sequence_stitch(predictions, windows, "median"), whole)


@pytest.mark.parametrize("how", HOW)
def test_a_missing_prediction_stays_missing(how):
    windows = sequence_windows(np.arange(4.0), lookback=1, horizon=2)
    values = sequence_stitch([[1, np.nan], [np.nan, 1]], windows, how)  # of rows 1 2, 2 3
    assert np.isnan(values).tolist() == [True, False, True, False]


def test_equal_values_stay_exactly_what_they_are():
    data = np.random.default_rng(3).normal(size=300).astype("float32") * 1e6
    windows = sequence_windows(data, lookback=1, horizon=49)
    for how in ("mean", "median"):
        np.testing.assert_array_equal(sequence_stitch(windows.to_numpy()[1], windows, how)[1:], data[1:])


def test_whole_numbers_become_decimals():
    windows = sequence_windows(np.arange(5), lookback=2)
    assert windows.to_numpy()[1].dtype.kind == "i"
    values = sequence_stitch(windows.to_numpy()[1], windows, "max")
    assert values.dtype == "float64" and values.tolist()[2:] == [2, 3, 4]


def test_behind_the_pipe():
    windows = sequence_windows(np.arange(5.0), lookback=2)
    predictions = windows.to_numpy()[1]
    np.testing.assert_array_equal(
        predictions >> sequence_stitch(windows, how="max"), sequence_stitch(predictions, windows, "max")
    )


# What is refused ------------------------------------------------------------------------------------------------------


def test_shuffled_windows():
    windows = sequence_windows(np.arange(20.0), lookback=2, shuffle=True, seed=1)
    with pytest.raises(InvalidValueError, match=r"windows are shuffled.*predict windows\.in_order\(\)"):
        sequence_stitch(np.zeros((18, 1)), windows)
    ordered = windows.in_order()
    np.testing.assert_array_equal(sequence_stitch(ordered.to_numpy()[1], ordered)[2:], np.arange(2.0, 20))


def test_a_wrong_number_of_predictions():
    windows = sequence_windows(np.arange(20.0), lookback=2)
    with pytest.raises(DataError, match=r"there are 17 predictions and 18 windows: give the predictions of all"):
        sequence_stitch(np.zeros((17, 1)), windows)


def test_other_shapes_than_those_of_the_targets():
    windows = sequence_windows(np.zeros((20, 2)), lookback=2, horizon=3)
    with pytest.raises(ShapeError, match=r"predictions have shape \(16, 2, 3\), and the targets.* \(16, 3, 2\)"):
        sequence_stitch(np.zeros((16, 2, 3)), windows)
    single = sequence_windows(np.zeros(20), lookback=2, horizon=3)
    with pytest.raises(ShapeError, match=r"predictions have shape \(16, 4\), and the targets.* \(16, 3\)"):
        sequence_stitch(np.zeros((16, 4)), single)


def test_windows_without_targets():
    windows = sequence_windows(np.arange(20.0), False, lookback=2)
    with pytest.raises(InvalidValueError, match=r"have no targets.*without targets=False"):
        sequence_stitch(np.zeros((19, 1)), windows)


def test_what_are_no_windows():
    with pytest.raises(InvalidValueError, match=r"windows must be what sequence_windows\(\) makes.*array of shape"):
        sequence_stitch(np.zeros((19, 1)), np.zeros(20))
    with pytest.raises(InvalidValueError, match=r"goes back by sequence_unfold\(\)"):
        sequence_stitch(np.zeros((19, 1)), sequence_fold(np.arange(20.0), batch_size=2, timesteps=3))


def test_another_way():
    windows = sequence_windows(np.arange(5.0), lookback=2)
    with pytest.raises(InvalidValueError, match=r"how must be mean.*it got \'avg\'"):
        sequence_stitch(np.zeros((3, 1)), windows, "avg")
    with pytest.raises(InvalidValueError, match=r'did you mean "median"'):
        sequence_stitch(np.zeros((3, 1)), windows, "med")
    with pytest.raises(ArgumentError, match=r"no argument return_count; did you mean return_counts"):
        sequence_stitch(np.zeros((3, 1)), windows, return_count=True)
    with pytest.raises(InvalidValueError, match=r"return_counts must be True or False, it got 'yes'"):
        sequence_stitch(np.zeros((3, 1)), windows, return_counts="yes")
