"""timeseries_generator() and timeseries_dataset_from_array(), against windows cut by hand."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pipekeras as pk
from pipekeras._keras import keras
from pipekeras.timeseries import dataset_shape, generator_shape

DATA = np.arange(24.0).reshape(12, 2)
TARGETS = np.arange(100, 112)


def by_hand(data, targets, length, sampling_rate=1, stride=1, start_index=0, end_index=None, reverse=False):
    """All windows of timeseries_generator(), one after the other."""
    last = len(data) - 1 if end_index is None else end_index
    ends = range(start_index + length, last + 1, stride)
    windows = [data[end - length : end : sampling_rate] for end in ends]
    return [w[::-1] if reverse else w for w in windows], [targets[end] for end in ends]


def small_model(steps=3):
    model = pk.keras_model_sequential(input_shape=(steps, 2)) >> pk.layer_flatten() >> pk.layer_dense(1)
    return model >> pk.compile(loss="mse")


# timeseries_generator() -----------------------------------------------------------------------------------------------


@settings(max_examples=30, deadline=None)
@given(st.data())
def test_all_batches_together_are_the_windows_in_order(data):
    n = data.draw(st.integers(2, 40))
    length = data.draw(st.integers(1, n - 1))
    start = data.draw(st.integers(0, n - 1 - length))
    arguments = {
        "length": length,
        "sampling_rate": data.draw(st.integers(1, 5)),
        "stride": data.draw(st.integers(1, 5)),
        "start_index": start,
        "end_index": data.draw(st.one_of(st.none(), st.integers(start + length, n - 1))),
        "reverse": data.draw(st.booleans()),
    }
    x, y = np.arange(n * 2, dtype="float32").reshape(n, 2), np.arange(n)
    batch_size = data.draw(st.integers(1, 7))
    batches = pk.timeseries_generator(x, y, batch_size=batch_size, **arguments)
    windows, targets = by_hand(x, y, **arguments)
    assert len(batches) == len(list(batches)) == -(-len(windows) // batch_size)
    assert all(len(w) == len(t) <= batch_size for w, t in batches)
    np.testing.assert_array_equal(np.concatenate([w for w, _ in batches]), windows)
    np.testing.assert_array_equal(np.concatenate([t for _, t in batches]), targets)


def test_single_batches_as_r_has_them():
    batches = pk.timeseries_generator(DATA, TARGETS, length=3.0, batch_size=4.0)
    windows, targets = batches[-1]
    np.testing.assert_array_equal(targets, batches[2][1])
    assert targets.tolist() == [111] and windows.shape == (1, 3, 2)
    assert [part.shape for part in batches[3]] == [(0,), (0,)]  # past the end R has empty arrays
    with pytest.raises(IndexError, match="batch -4 of 3"):
        batches[-4]
    assert repr(batches) == "<9 windows of 3 steps over 12 rows, in 3 batches of 4>"


def test_shuffled_generators_have_each_window_once_in_an_order_that_changes():
    pk.set_random_seed(1)
    batches = pk.timeseries_generator(DATA, TARGETS, 3, stride=2, shuffle=True, batch_size=2)
    first = batches.to_numpy()
    assert sorted(first[1]) == [103, 105, 107, 109, 111] != first[1].tolist()
    for window, target in zip(*first, strict=True):
        np.testing.assert_array_equal(window, DATA[target - 103 : target - 100])
    np.testing.assert_array_equal(batches[0][1], first[1][:2])  # the same each time that it is asked for
    orders = [first[1].tolist()]
    for _ in range(3):
        batches.on_epoch_end()
        orders.append(batches.to_numpy()[1].tolist())
    assert len(set(map(tuple, orders))) > 1
    pk.set_random_seed(1)
    again = pk.timeseries_generator(DATA, TARGETS, 3, stride=2, shuffle=True, batch_size=2)
    assert again.to_numpy()[1].tolist() == orders[0]


def test_piped_data_and_targets_of_any_rank():
    for targets in (TARGETS, DATA, DATA.tolist()):
        piped = DATA >> pk.timeseries_generator(targets, length=3)
        direct = pk.timeseries_generator(DATA.tolist(), targets, 3)
        for one, two in zip(piped[0], direct[0], strict=True):
            np.testing.assert_array_equal(one, two)
    piped = DATA >> pk.timeseries_dataset_from_array(DATA, sequence_length=3)
    assert len(list(piped)) == 1


def test_models_train_on_them():
    model = small_model()
    batches = pk.timeseries_generator(DATA, TARGETS, length=3, batch_size=4, reverse=True)
    history = model >> pk.fit(batches, epochs=2, verbose=0, validation_data=batches)
    assert {"loss", "val_loss"} <= history.metrics.keys()
    assert (model >> pk.predict(batches, verbose=0)).shape == (9, 1)
    dataset = pk.timeseries_dataset_from_array(DATA, TARGETS, 3, batch_size=4, shuffle=True)
    history = model >> pk.fit(dataset, epochs=2, validation_data=dataset, verbose=0)
    assert len(history.metrics["val_loss"]) == 2
    windows = pk.timeseries_dataset_from_array(DATA, None, 3, batch_size=4)
    result = model >> pk.predict(windows, verbose=0)
    np.testing.assert_allclose(result, model >> pk.predict(windows.to_numpy(), verbose=0), rtol=1e-5)


def test_a_pass_can_be_shorter_or_longer_than_the_windows():
    model = small_model()
    batches = pk.timeseries_generator(DATA, TARGETS, length=3, batch_size=4)
    history = model >> pk.fit(batches, steps_per_epoch=5, epochs=2, verbose=0)
    assert len(history.metrics["loss"]) == 2
    assert (batches.state_dict()["epoch"], batches.state_dict()["batch"]) == (3, 1)  # 10 batches, 3 in a pass


def test_wrong_generators():
    with pytest.raises(pk.DataError, match="data has 12 steps, targets has 11"):
        pk.timeseries_generator(DATA, TARGETS[1:], 3)
    with pytest.raises(pk.InvalidValueError, match="has its target at step 12, and the last that is used is 11"):
        pk.timeseries_generator(DATA, TARGETS, 12)
    with pytest.raises(pk.InvalidValueError, match="end_index=12, but data has 12 steps, 0 to 11"):
        pk.timeseries_generator(DATA, TARGETS, 3, end_index=12)
    with pytest.raises(pk.InvalidValueError, match="length must be a whole number, it got 2.5"):
        pk.timeseries_generator(DATA, TARGETS, 2.5)
    with pytest.raises(pk.InvalidValueError, match="shuffle must be True or False, it got 3"):
        pk.timeseries_generator(DATA, TARGETS, 3, shuffle=3)
    with pytest.raises(pk.ArgumentError, match="has no argument strides; did you mean stride?"):
        pk.timeseries_generator(DATA, TARGETS, length=3, strides=2)


# timeseries_dataset_from_array() --------------------------------------------------------------------------------------


def windows_from(x, y, length, stride=1, rate=1, start=0, end=None):
    """All windows of timeseries_dataset_from_array(): what begins at a row, fits before `end`, and has a target."""
    span = (length - 1) * rate + 1
    begins = range(start, (len(x) if end is None else end) - span + 1, stride)
    begins = [begin for begin in begins if y is None or begin < len(y)]
    return [x[b : b + span : rate] for b in begins], None if y is None else y[begins]


@settings(max_examples=50, deadline=None)
@given(st.data())
def test_datasets_against_windows_cut_by_hand(data):
    n = data.draw(st.integers(4, 30))
    length, rate = data.draw(st.integers(1, 4)), data.draw(st.integers(1, 3))
    span = (length - 1) * rate + 1
    start = data.draw(st.integers(0, max(0, n - span)))
    if start + span > n:
        return
    end = data.draw(st.one_of(st.none(), st.integers(start + span, n)))
    stride = data.draw(st.integers(1, n + 2))
    x = np.arange(n * 2, dtype="float32").reshape(n, 2)[:, : data.draw(st.integers(1, 2))]
    x = x[:, 0] if data.draw(st.booleans()) else x
    y = np.arange(data.draw(st.integers(start + 1, n + 3)))  # shorter or longer than the series
    batch_size = data.draw(st.integers(1, 6))
    windows, targets = windows_from(x, y, length, stride, rate, start, end)
    arguments = {"batch_size": float(batch_size), "start_index": start, "end_index": end}
    dataset = pk.timeseries_dataset_from_array(x, y, float(length), stride, rate, **arguments)
    assert [len(part) for _, part in dataset] == [
        min(batch_size, len(targets) - i) for i in range(0, len(targets), batch_size)
    ]
    assert len(dataset) == -(-len(windows) // batch_size)
    for made, wanted in zip(dataset.to_numpy(), (windows, targets), strict=True):
        np.testing.assert_array_equal(made, wanted)
    alone = pk.timeseries_dataset_from_array(x, None, length, stride, rate, **arguments)
    np.testing.assert_array_equal(alone.to_numpy(), windows_from(x, None, length, stride, rate, start, end)[0])


@settings(max_examples=30, deadline=None)
@given(length=st.integers(1, 9), rate=st.integers(1, 9))
def test_where_the_targets_are(length, rate):
    shape = dataset_shape(length, rate, 1)
    assert shape.span - 1 + shape.ahead[0] == 0  # in the row where the window begins
    shape = generator_shape(length, rate, 1)
    assert shape.lookback == len(range(0, length, rate))
    assert shape.span - 1 + shape.ahead[0] == length  # in the row after as many as the window looks back


def test_datasets_in_rs_ways():
    one, two = (
        pk.timeseries_dataset_from_array(DATA, TARGETS, 3, shuffle=True, seed=seed).to_numpy()[1].tolist()
        for seed in (1.0, 1)
    )
    assert one == two != sorted(one)
    assert sorted(one) == TARGETS[:10].tolist()
    frame = pd.DataFrame({"a": [1, 2, 3], "b": [0.5, 1.5, 2.5]})
    (x,) = pk.timeseries_dataset_from_array(frame, None, 2)
    assert x.tolist() == [[[1, 0.5], [2, 1.5]], [[2, 1.5], [3, 2.5]]] and x.dtype == "float32"
    tensor = pk.timeseries_dataset_from_array(keras.ops.convert_to_tensor(DATA), None, 3)
    np.testing.assert_array_equal(tensor[0][9], DATA[9:])


def test_batches_can_be_gone_through_in_each_way():
    dataset = pk.timeseries_dataset_from_array(DATA, TARGETS, 3, batch_size=4)
    assert isinstance(dataset, keras.utils.PyDataset)
    assert isinstance(pk.timeseries_generator(DATA, TARGETS, 3), keras.utils.PyDataset)
    x, y = pk.iter_next(pk.as_iterator(dataset))
    assert x.shape == (4, 3, 2) and y.tolist() == [100, 101, 102, 103]
    assert [len(y) for _, y in dataset] == [4, 4, 2]
    assert dataset[-1][1].tolist() == [108, 109]
    for inputs, targets in zip(  # two datasets side by side: their batches are arrays, no tuples of one
        pk.timeseries_dataset_from_array(np.arange(100), None, sequence_length=20, sequence_stride=20),
        pk.timeseries_dataset_from_array(np.arange(100) * 2, None, sequence_length=20, sequence_stride=20),
        strict=True,
    ):
        assert inputs.shape == (5, 20)
        np.testing.assert_array_equal(targets[1], np.arange(20, 40) * 2)


def test_single_windows():
    single = pk.timeseries_dataset_from_array(DATA, TARGETS, 3, batch_size=None)
    assert len(single) == 10 and not single.continues
    assert [tuple(x.shape) for x, _ in single] == [(3, 2)] * 10
    assert [int(y) for _, y in single] == TARGETS[:10].tolist()
    assert [part.shape for part in single.to_numpy()] == [(10, 3, 2), (10,)]
    assert pk.timeseries_dataset_from_array(DATA, None, 3, batch_size=None)[2].tolist() == DATA[2:5].tolist()
    for verb in (pk.fit(single, verbose=0), pk.evaluate(single, verbose=0), pk.predict(single, verbose=0)):
        with pytest.raises(pk.InvalidValueError, match="batch_size=None, and its single windows have no axis for"):
            small_model() >> verb


def test_as_datasets_of_tensorflow():
    pytest.importorskip("tensorflow")
    dataset = pk.timeseries_dataset_from_array(DATA, TARGETS, 3, batch_size=4, shuffle=True, seed=3)
    first = dataset.to_numpy()
    batches = list(dataset.to_tf().as_numpy_iterator())
    for i, whole in enumerate(first):
        np.testing.assert_array_equal(np.concatenate([batch[i] for batch in batches]), whole)
    alone = pk.timeseries_dataset_from_array(DATA, None, 3, batch_size=4).to_tf()
    assert [x.shape for x in alone.as_numpy_iterator()] == [(4, 3, 2), (4, 3, 2), (2, 3, 2)]
    single = pk.timeseries_dataset_from_array(DATA, TARGETS, 3, batch_size=None).to_tf()
    assert len(single) == 10
    assert [y for _, y in single.take(2).as_numpy_iterator()] == [100, 101]
    with pytest.raises(AttributeError, match=r"has no take\(\).*dataset.to_tf\(\).take"):
        dataset.take(1)
    assert not hasattr(dataset, "nothing_of_this_name")


def test_each_epoch_has_an_order_of_its_own_and_can_be_resumed():
    def make():
        return pk.timeseries_dataset_from_array(DATA, TARGETS, 3, batch_size=4, shuffle=True, seed=5)

    orders = []
    fresh = make()
    for _ in range(3):
        orders.append(fresh.to_numpy()[1].tolist())
        assert sorted(orders[-1]) == TARGETS[:10].tolist()
        fresh.on_epoch_end()
    assert len(set(map(tuple, orders))) == 3
    resumed = make().load_state_dict({**make().state_dict(), "epoch": 1, "batch": 2})
    assert len(resumed) == 1 and resumed[0][1].tolist() == orders[1][8:]
    assert resumed.in_order().to_numpy()[1].tolist() == TARGETS[:10].tolist()
    shares = [make().shard(2, index).to_numpy()[1] for index in (0, 1)]
    assert sorted(np.concatenate(shares)) == TARGETS[:10].tolist()


# Where Keras is wrong -------------------------------------------------------------------------------------------------


def test_the_end_may_be_the_end_of_the_data():
    """Keras refuses end_index == len(data), though the end is not part of the range."""
    all_of_it = pk.timeseries_dataset_from_array(DATA, TARGETS, 3, end_index=12).to_numpy()
    for made, wanted in zip(all_of_it, pk.timeseries_dataset_from_array(DATA, TARGETS, 3).to_numpy(), strict=True):
        np.testing.assert_array_equal(made, wanted)
    with pytest.raises(ValueError, match="must be lower than the length"):
        keras.utils.timeseries_dataset_from_array(DATA, TARGETS, 3, end_index=12)


def test_a_start_leaves_the_shifted_targets_in_step(only_on):
    """Keras counts how many targets there are from 0 even if start_index leaves some out: it asks for one too many."""
    series = np.arange(100)
    arguments = {"sequence_length": 10, "start_index": 20}
    x, y = pk.timeseries_dataset_from_array(series, series[10:], **arguments).to_numpy()
    assert x[0].tolist() == list(range(20, 30)) and y[0] == 30
    np.testing.assert_array_equal(y, x[:, -1] + 1)  # each the step after its window
    assert len(y) == 70 and y[-1] == 99  # all that there are
    only_on("tensorflow", reason="tf.data, in which Keras's own fails, is at hand there")
    with pytest.raises(Exception, match="indices.* is not in|out of range"):
        list(keras.utils.timeseries_dataset_from_array(series, series[10:], **arguments))


def test_no_window_is_lost_that_has_a_target():
    """Keras's own example cuts the data before the last target's window as well, and so has nine windows too few."""
    series = np.arange(100)
    lost = pk.timeseries_dataset_from_array(series[:-10], series[10:], sequence_length=10).to_numpy()[1]
    x, y = pk.timeseries_dataset_from_array(series, series[10:], sequence_length=10).to_numpy()
    assert y.tolist() == list(range(10, 100)) and len(lost) == len(y) - 9
    np.testing.assert_array_equal(x[:, -1] + 1, y)
    generated = pk.timeseries_generator(series, series, length=10).to_numpy()
    windows = pk.timeseries_generator(series, series, length=10)
    np.testing.assert_array_equal(generated[0], x)
    np.testing.assert_array_equal(generated[1], y)
    assert windows.n == 90


def test_rates_and_strides_longer_than_the_data():
    """Keras refuses both, though a window of one step has no rate, and the first window needs no second."""
    x, y = pk.timeseries_dataset_from_array(DATA, TARGETS, 2, sequence_stride=20).to_numpy()
    np.testing.assert_array_equal(x, DATA[None, :2])
    assert y.tolist() == [100]
    assert len(pk.timeseries_dataset_from_array(DATA, TARGETS, 1, sampling_rate=20).to_numpy()[0]) == 12


def test_no_windows_are_an_error_not_an_empty_dataset(only_on):
    with pytest.raises(pk.InvalidValueError, match="sequence_length=13 at sampling_rate=1 spans 13 steps, and 12 are"):
        pk.timeseries_dataset_from_array(DATA, TARGETS, 13)
    only_on("tensorflow", reason="tf.data is at hand there")
    assert list(keras.utils.timeseries_dataset_from_array(DATA, TARGETS, 13)) == []


def test_wrong_datasets():
    function = pk.timeseries_dataset_from_array
    with pytest.raises(pk.InvalidValueError, match="no window is left: .* spans 9 steps, and 5 are used"):
        function(DATA, TARGETS, 3, sampling_rate=4, start_index=3, end_index=8)
    with pytest.raises(pk.InvalidValueError, match="spans 3 steps, and 0 are used"):
        function(DATA, TARGETS, 3, start_index=8, end_index=3)
    with pytest.raises(pk.InvalidValueError, match="end_index=13, but data has 12 steps; None takes all of them"):
        function(DATA, TARGETS, 3, end_index=13)
    with pytest.raises(pk.InvalidValueError, match="no target is left: there are 3, and start_index=3"):
        function(DATA, TARGETS[:3], 3, start_index=3)
    with pytest.raises(pk.InvalidValueError, match="end_index must be at least 1, it got -1"):
        function(DATA, TARGETS, 3, end_index=-1)
    with pytest.raises(pk.InvalidValueError, match="sequence_stride must be at least 1, it got 0"):
        function(DATA, TARGETS, 2, sequence_stride=0)
    with pytest.raises(pk.InvalidValueError, match="shuffle must be True or False, it got 'yes'"):
        function(DATA, TARGETS, 3, shuffle="yes")
    with pytest.raises(pk.DataError, match="data holds text"):
        function(["a", "b", "c"], None, 2)


def test_missing_targets():
    targets = np.where(np.arange(12) == 7, np.nan, np.arange(12))
    for function, last in ((pk.timeseries_generator, 6), (pk.timeseries_dataset_from_array, 9)):
        with pytest.raises(pk.DataError, match=r"the target of row 7 is missing \(NaN\): fill it in"):
            function(DATA, targets, 3)
        used = function(DATA, targets, 3, end_index=last)  # those that are not used may be missing
        assert np.isfinite(used.to_numpy()[1]).all()
    strided = pk.timeseries_dataset_from_array(DATA, targets, 3, sequence_stride=2)
    assert strided.to_numpy()[1].tolist() == [0, 2, 4, 6, 8]


# On the engine --------------------------------------------------------------------------------------------------------


def test_series_in_files_are_read_by_the_batch(tmp_path):
    path = tmp_path / "series.npy"
    np.save(path, DATA)
    mapped = np.load(path, mmap_mode="r")
    for made, wanted in (
        (pk.timeseries_generator(mapped, mapped, 3), pk.timeseries_generator(DATA, DATA, 3)),
        (pk.timeseries_dataset_from_array(mapped, TARGETS, 3), pk.timeseries_dataset_from_array(DATA, TARGETS, 3)),
    ):
        assert not isinstance(made.series.x, np.ndarray)  # not read yet
        for one, two in zip(made.to_numpy(), wanted.to_numpy(), strict=True):
            np.testing.assert_array_equal(one, two)
            assert one.dtype == two.dtype


@pytest.mark.parametrize("continues", [True, False])
def test_stateful_models_need_windows_that_continue(continues):
    stride = 2 if continues else 1
    series = np.arange(14.0, dtype="float32")[:, None]
    dataset = pk.timeseries_dataset_from_array(series, series, 4, sequence_stride=stride, batch_size=2)
    assert dataset.orders_itself and dataset.continues is continues
    if continues:  # row 0: 0-3, 4-7, 8-11; row 1: 2-5, 6-9, 10-13
        assert [x[:, 0, 0].tolist() for x, _ in dataset] == [[0, 2], [4, 6], [8, 10]]
    model = pk.keras_model_sequential() >> pk.layer_lstm(2, stateful=True, batch_input_shape=(2, 4, 1))
    model >> pk.layer_dense(1) >> pk.compile(loss="mse")
    if continues:
        assert np.isfinite((model >> pk.fit(dataset, verbose=0)).metrics["loss"]).all()
    else:
        with pytest.raises(pk.DataError, match="the model is stateful, and row i of a batch of x does not continue"):
            model >> pk.fit(dataset, verbose=0)


def test_what_does_not_continue():
    assert pk.timeseries_generator(DATA, DATA, 4, stride=4, batch_size=1).continues
    assert not pk.timeseries_generator(DATA, DATA, 4, stride=4, batch_size=1, reverse=True).continues
    assert not pk.timeseries_generator(DATA, DATA, 4, stride=4, batch_size=1, shuffle=True).continues
    assert not pk.timeseries_generator(DATA, DATA, 4, stride=2, batch_size=3).continues
