"""sequences/batches.py and passes.py: windows as a dataset: passes, orders, shards, going on in the middle."""

import numpy as np
import pytest

from pipekeras import compile, evaluate, fit, keras_model_sequential, layer_dense, layer_flatten, predict
from pipekeras.errors import InvalidValueError
from pipekeras.sequences.windows import sequence_windows

SERIES = np.arange(50, dtype="float32")


def windows(**more):
    given = dict(lookback=4, batch_size=8, shuffle=True, seed=5)
    return sequence_windows(SERIES, **{**given, **more})


def firsts(dataset):
    """The first step of each window, in the order of the pass."""
    return np.concatenate([batch[0][:, 0, 0] for batch in dataset]).astype(int).tolist()


def net():
    model = keras_model_sequential(input_shape=(4, 1)) >> layer_flatten() >> layer_dense(1)
    return model >> compile("sgd", "mse")


def test_it_is_a_dataset_of_keras():
    import keras

    assert isinstance(windows(), keras.utils.PyDataset)


def test_batches_have_the_size_that_was_asked_for():
    dataset = windows()
    assert (dataset.n, len(dataset), dataset.num_batches) == (46, 6, 6)
    assert [len(x) for x, _ in dataset] == [8, 8, 8, 8, 8, 6]
    x, y = dataset[0]
    assert x.shape == (8, 4, 1) and y.shape == (8, 1)
    np.testing.assert_array_equal(x[:, -1] + 1, y)


def test_a_batch_is_the_same_each_time_and_from_the_end():
    dataset = windows()
    np.testing.assert_array_equal(dataset[2][0], dataset[2][0])
    np.testing.assert_array_equal(dataset[-1][0], dataset[5][0])
    with pytest.raises(IndexError, match=r"batch 6 of 6; batches count from 0, the last is 5 or -1"):
        dataset[6]


def test_each_pass_has_all_windows_in_an_order_of_its_own():
    dataset = windows()
    orders = []
    for _ in range(3):
        orders.append(firsts(dataset))
        dataset.on_epoch_end()
    assert all(sorted(order) == list(range(46)) for order in orders)
    assert len(set(map(tuple, orders))) == 3
    assert firsts(windows()) == orders[0]
    assert firsts(windows(seed=6)) != orders[0]
    assert firsts(windows(shuffle=False)) == list(range(46)) == firsts(windows().in_order())


def test_a_seed_that_is_not_given_is_that_of_numpy():
    orders = []
    for _ in range(2):
        np.random.seed(3)
        orders.append(firsts(windows(seed=None)))
    assert orders[0] == orders[1] != firsts(windows(seed=None))


def test_fit_goes_from_pass_to_pass():
    dataset = windows()
    net() >> fit(dataset, epochs=2, verbose=0)
    assert (dataset.state_dict()["epoch"], dataset.state_dict()["batch"]) == (2, 0)
    net() >> fit(dataset, epochs=1, steps_per_epoch=4, verbose=0)
    assert (dataset.state_dict()["epoch"], dataset.state_dict()["batch"]) == (2, 4)
    assert len(dataset) == 2
    net() >> fit(dataset, epochs=3, steps_per_epoch=5, verbose=0)
    assert (dataset.state_dict()["epoch"], dataset.state_dict()["batch"]) == (5, 1)


def test_fit_sees_each_window_once_a_pass():
    dataset, seen = windows(), []

    def noting(epoch, number, made=dataset.batch):
        batch = made(epoch, number)
        seen.append((epoch, number))
        return batch

    dataset.batch = noting
    net() >> fit(dataset, epochs=3, verbose=0)
    wanted = [(epoch, number) for epoch in range(3) for number in range(6)]
    assert [one for one in wanted if one not in seen] == []
    assert max(seen) == (2, 5)


def test_evaluate_and_predict_leave_the_pass_alone():
    dataset = windows(shuffle=False)
    model = net()
    before = dataset.state_dict()
    assert (model >> evaluate(dataset, verbose=0)).loss >= 0
    assert predict(model, dataset, verbose=0).shape == (46, 1)
    assert dataset.state_dict() == before


def test_predictions_of_shuffled_windows_are_refused():
    with pytest.raises(InvalidValueError, match=r"predict: .*shuffled.*in_order\(\)"):
        predict(net(), windows(), verbose=0)


def test_a_state_goes_on_in_the_middle_of_an_epoch():
    dataset = windows()
    dataset.on_epoch_end()
    whole = firsts(dataset)
    assert dataset.state_dict(after=2)["batch"] == 2
    dataset.advance(2)
    state = dataset.state_dict()
    assert state == {
        "epoch": 1,
        "batch": 2,
        "seed": 5,
        "windows": 46,
        "batch_size": 8,
        "shuffle": True,
        "shard": [1, 0],
    }
    other = windows(seed=99)
    other.load_state_dict(state)
    assert firsts(other) == whole[16:] and len(other) == 4
    other.on_epoch_end()
    dataset.on_epoch_end()
    assert firsts(other) == firsts(dataset) and len(other) == 6


@pytest.mark.parametrize(
    ("state", "message"),
    [
        (7, r"7 is not what state_dict\(\) gave: it lacks epoch, batch, seed"),
        ({"epoch": 1}, r"it lacks batch, seed, windows"),
        (lambda: windows(batch_size=4).state_dict(), r"a dataset with batch_size=4, this one has 8"),
        (lambda: windows(lookback=5).state_dict(), r"a dataset with windows=45, this one has 46"),
        (lambda: {**windows().state_dict(), "batch": 6}, r"batch 6 of epoch 0 does not exist: a pass has 6"),
        (
            lambda: {**windows().state_dict(), "batch": "2"},
            r"load_state_dict: batch must be a whole number, it got '2'",
        ),
        (lambda: {**windows().state_dict(), "seed": "5"}, r"load_state_dict: seed must be a whole number, it got '5'"),
    ],
)
def test_a_state_that_does_not_fit_is_refused_and_nothing_changes(state, message):
    dataset = windows()
    with pytest.raises(InvalidValueError, match=message):
        dataset.load_state_dict(state() if callable(state) else state)
    assert dataset.state_dict() == windows().state_dict()


def test_shards_have_nothing_in_common_and_are_all_together():
    parts = [windows().shard(3, index) for index in range(3)]
    seen = [firsts(part) for part in parts]
    assert sorted(number for part in seen for number in part) == list(range(46))
    assert [part.n for part in parts] == [16, 15, 15]
    again = windows().shard(3, 1).shard(2, 0)
    assert firsts(again) == seen[1][::2]
    with pytest.raises(InvalidValueError, match=r"index=3, but 3 shards are numbered 0 to 2"):
        windows().shard(3, 3)
    with pytest.raises(InvalidValueError, match=r"46 windows are too few for 47 shards"):
        windows().shard(47, 46)


def test_as_whole_arrays():
    x, y = windows(shuffle=False).to_numpy()
    assert x.shape == (46, 4, 1)
    np.testing.assert_array_equal(y[:, 0], np.arange(4, 50))


def test_as_a_dataset_of_tensorflow(only_on):
    only_on("tensorflow", reason="tf.data is TensorFlow's")
    dataset = windows()
    tf_dataset = dataset.to_tf()
    first, second = (np.concatenate([x.numpy()[:, 0, 0] for x, _ in tf_dataset]).astype(int).tolist() for _ in range(2))
    assert first == firsts(dataset)
    dataset.on_epoch_end()
    assert second == firsts(dataset)
    assert len(tf_dataset) == 6


def test_windows_end_to_end_continue_each_other():
    assert windows(shuffle=False, stride=4, batch_size=1).continues
    assert not windows(shuffle=False, batch_size=1).continues
    assert not windows(shuffle=True, stride=4, batch_size=1).continues
    holed = SERIES.copy()
    holed[20] = np.nan
    dropped = dict(shuffle=False, stride=4, batch_size=1, missing="drop")
    assert not sequence_windows(holed, lookback=4, **dropped).continues


def test_which_rows_are_used():
    inputs, outputs = windows(stride=20, delay=3).rows_used()
    assert np.flatnonzero(inputs).tolist() == [0, 1, 2, 3, 20, 21, 22, 23, 40, 41, 42, 43]
    assert np.flatnonzero(outputs).tolist() == [6, 26, 46]
    rows, targets = windows().window(3)
    assert rows.tolist() == [3, 4, 5, 6] and targets.tolist() == [7]


def test_rows_used_are_those_of_the_data_where_rows_were_put_in():
    time = np.concatenate([np.arange(10), np.arange(12, 20)])
    dataset = sequence_windows(SERIES[:18], lookback=3, stride=9, time=time, gaps="mark")
    inputs, outputs = dataset.rows_used()
    assert np.flatnonzero(inputs).tolist() == [0, 1, 2, 9]
    assert np.flatnonzero(outputs).tolist() == [3, 10]


def test_it_says_what_it_is():
    assert repr(windows()) == "<46 windows of 4 steps over 50 rows, in 6 batches of 8, shuffled with seed 5>"


def test_numbers_of_batches_and_windows_that_are_none():
    dataset = windows()
    np.testing.assert_array_equal(dataset.mask(-1), np.ones((6, 4), bool))
    with pytest.raises(IndexError, match=r"batch 6 of 6; batches count from 0"):
        dataset.mask(6)
    with pytest.raises(IndexError, match=r"window 46 of 46; they count from 0"):
        dataset.window(46)
    for wrong in ("0", 0.5, slice(0, 2)):
        with pytest.raises(InvalidValueError, match=r"SequenceWindows: the number of a batch must be a whole number"):
            dataset[wrong]
        with pytest.raises(InvalidValueError, match=r"SequenceWindows: the number of a window must be a whole number"):
            dataset.window(wrong)
    with pytest.raises(InvalidValueError, match=r"advance: batches must be at least 0, it got -1"):
        dataset.advance(-1)


def test_all_windows_are_there_as_arrays_in_the_middle_of_a_pass_too():
    dataset = windows(shuffle=False)
    dataset.advance(4)
    assert len(dataset.to_numpy()[0]) == dataset.n


@pytest.mark.parametrize(
    "more", [dict(missing="mark"), dict(missing="mark", horizon=3), dict(missing="mark", per_step=True)]
)
def test_the_loss_is_that_of_the_targets_that_are_there(more):
    y = SERIES % 7
    y[20:35] = np.nan
    dataset = sequence_windows(SERIES * 0, y, lookback=2, batch_size=8, shuffle=True, seed=1, **more)
    _, targets, weights = dataset.to_numpy()
    np.testing.assert_allclose(weights.mean(), 1, rtol=1e-6)
    per_step, horizon = more.get("per_step", False), more.get("horizon", 1)
    layers = [layer_dense(1)] if per_step else [layer_flatten(), layer_dense(horizon)]
    model = keras_model_sequential(input_shape=(2, 1))
    for layer in layers:
        model >> layer
    model >> compile("sgd", "mse")
    there = np.broadcast_to(weights.reshape(*weights.shape, *[1] * (targets.ndim - weights.ndim)) > 0, targets.shape)
    loss = (model >> evaluate(dataset, verbose=0)).loss  # of a model that predicts 0: its inputs are, and its biases
    np.testing.assert_allclose(loss, np.mean(targets[there] ** 2), rtol=1e-5)


def test_metrics_that_count_missing_targets_are_warned_of():
    y = SERIES.copy()
    y[20:35] = np.nan
    dataset = sequence_windows(SERIES, y, lookback=4, missing="mark")
    model = keras_model_sequential(input_shape=(4, 1)) >> layer_flatten() >> layer_dense(1)
    model >> compile("sgd", "mse", metrics="mae")
    with pytest.warns(UserWarning, match=r"evaluate: x is padded, or lacks targets, .* weighted_metrics="):
        model >> evaluate(dataset, verbose=0)
