"""timeseries_generator() and timeseries_dataset_from_array(), against windows cut by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pipekeras as pk
from pipekeras._keras import keras

DATA = np.arange(24.0).reshape(12, 2)
TARGETS = np.arange(100, 112)


def by_hand(data, targets, length, sampling_rate=1, stride=1, start_index=0, end_index=None, reverse=False):
    """All windows of timeseries_generator(), one after the other."""
    last = len(data) - 1 if end_index is None else end_index
    ends = range(start_index + length, last + 1, stride)
    windows = [data[end - length : end : sampling_rate] for end in ends]
    return [w[::-1] if reverse else w for w in windows], [targets[end] for end in ends]


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
    with pytest.raises(IndexError, match="batch -4 is asked for, there are 3"):
        batches[-4]
    assert repr(batches) == "<3 batches of windows over 12 steps>"


def test_shuffled_batches_draw_windows_that_are_there():
    pk.set_random_seed(1)
    windows, targets = pk.timeseries_generator(DATA, TARGETS, 3, shuffle=True, batch_size=50)[0]
    assert len(targets) == 50
    assert set(targets) <= set(range(103, 112))
    for window, target in zip(windows, targets, strict=True):
        np.testing.assert_array_equal(window, DATA[target - 103 : target - 100])


def test_piped_data_and_targets_of_any_rank():
    for targets in (TARGETS, DATA, DATA.tolist()):
        piped = DATA >> pk.timeseries_generator(targets, length=3)
        direct = pk.timeseries_generator(DATA.tolist(), targets, 3)
        for one, two in zip(piped[0], direct[0], strict=True):
            np.testing.assert_array_equal(one, two)
    piped = DATA >> pk.timeseries_dataset_from_array(DATA, sequence_length=3)
    assert len(list(piped)) == 1


def test_models_train_on_them():
    model = pk.keras_model_sequential(input_shape=(3, 2)) >> pk.layer_flatten() >> pk.layer_dense(1)
    model >> pk.compile(loss="mse")
    batches = pk.timeseries_generator(DATA, TARGETS, length=3, batch_size=4)
    history = model >> pk.fit(batches, epochs=2, verbose=0, validation_data=batches)
    assert {"loss", "val_loss"} <= history.metrics.keys()
    assert (model >> pk.predict(batches, verbose=0)).shape == (9, 1)
    model >> pk.fit(pk.timeseries_dataset_from_array(DATA, TARGETS, 3), verbose=0)


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


def rows(dataset):
    """Windows and targets of a dataset in arrays."""
    batches = list(dataset.as_numpy_iterator())
    if isinstance(batches[0], tuple):
        return [np.concatenate(part) for part in zip(*batches, strict=True)]
    return np.concatenate(batches)


@settings(max_examples=20, deadline=None)
@given(st.data())
def test_datasets_against_windows_cut_by_hand(data):
    n = data.draw(st.integers(4, 30))
    length, rate = data.draw(st.integers(1, 4)), data.draw(st.integers(1, 3))
    span = (length - 1) * rate + 1
    start = data.draw(st.integers(0, max(0, n - span)))
    if start + span > n:
        return
    end = data.draw(st.one_of(st.none(), st.integers(start + span, n)))
    stride = data.draw(st.integers(1, 3))
    x, y = np.arange(n, dtype="float32"), np.arange(data.draw(st.integers(start + 1, n)))
    dataset = pk.timeseries_dataset_from_array(
        x, y, float(length), stride, rate, batch_size=5.0, start_index=start, end_index=end
    )
    beginnings = [b for b in range(start, (n if end is None else end) - span + 1, stride) if b < len(y)]
    windows, targets = rows(dataset)
    np.testing.assert_array_equal(windows, [x[b : b + span : rate] for b in beginnings])
    np.testing.assert_array_equal(targets, y[beginnings])


def test_datasets_in_rs_ways():
    assert rows(pk.timeseries_dataset_from_array(DATA, None, 3)).shape == (10, 3, 2)
    single = list(pk.timeseries_dataset_from_array(DATA, TARGETS, 3, batch_size=None))
    assert len(single) == 10 and tuple(single[0][0].shape) == (3, 2)
    one, two = (
        rows(pk.timeseries_dataset_from_array(DATA, TARGETS, 3, shuffle=True, seed=seed))[1].tolist()
        for seed in (1.0, 1)
    )
    assert one == two != sorted(one)
    assert sorted(one) == TARGETS[:10].tolist()


def test_wrong_datasets():
    function = pk.timeseries_dataset_from_array
    with pytest.raises(pk.InvalidValueError, match="sequence_length=13 at sampling_rate=1 spans 13 steps, and 12 are"):
        function(DATA, TARGETS, 13)
    with pytest.raises(pk.InvalidValueError, match="end_index=13, but data has 12 steps; None takes all of them"):
        function(DATA, TARGETS, 3, end_index=13)
    with pytest.raises(pk.InvalidValueError, match="no target is left: there are 3, and start_index=3"):
        function(DATA, TARGETS[:3], 3, start_index=3)
    with pytest.raises(pk.InvalidValueError, match="end_index must be at least 1, it got -1"):
        function(DATA, TARGETS, 3, end_index=-1)
    with pytest.raises(pk.InvalidValueError, match="sequence_stride"):
        function(DATA, TARGETS, 2, sequence_stride=20)


def test_a_generator_is_a_pydataset():
    assert isinstance(pk.timeseries_generator(DATA, TARGETS, 3), keras.utils.PyDataset)
