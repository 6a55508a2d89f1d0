"""Folds: each value where its row is, its target as many rows on, weights that keep means exact; unfolding undoes."""

import json
import pickle
import sys
import types

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipekeras.errors import DataError, InvalidValueError
from pipekeras.sequences.fold import sequence_fold, sequence_unfold
from pipekeras.sequences.sources import sequence_source
from pipekeras.sequences.stretches import plan_fold

PROPERTY = settings(max_examples=40, deadline=None)
LENGTHS = st.lists(st.integers(1, 30), min_size=1, max_size=5)


def series(rows, shape=()):
    """Values that tell their row; 0 is none of them."""
    values = 1 + np.arange(rows, dtype="float32").reshape(rows, *([1] * len(shape)))
    return values + np.arange(int(np.prod(shape)), dtype="float32").reshape(shape) / 16


def ids_of(lengths):
    return np.repeat([f"s{i}" for i in range(len(lengths))], lengths)


@PROPERTY
@given(
    LENGTHS,
    st.booleans(),
    st.sampled_from([(), (3,), (2, 2)]),
    st.integers(1, 4),
    st.integers(1, 5),
    st.integers(-4, 4),
    st.booleans(),
    st.booleans(),
    st.booleans(),
)
def test_each_value_is_where_its_row_is(lengths, grouped, shape, size, steps, delay, per_step, pad, whole):
    lengths = lengths if grouped else [sum(lengths)]
    rows = sum(lengths)
    data, other = series(rows, shape), np.arange(rows) * 10
    begins = np.concatenate([[0], np.cumsum(lengths)[:-1]])
    # Of each series the rows whose target is in the same series.
    spans = []
    for begin, length in zip(begins.tolist(), lengths, strict=True):
        inside = [row for row in range(begin, begin + length) if begin <= row + delay < begin + length]
        spans.append((inside[0] if inside else begin, len(inside)))
    plan = plan_fold(spans, size, steps, pad=pad, each_in_one_row=whole)
    call = dict(batch_size=size, timesteps=steps, delay=delay, per_step=per_step, whole=whole)
    call |= dict(remainder="pad" if pad else "drop", groups=ids_of(lengths) if grouped else None, pad_value=-5)
    if not plan.batches or not (per_step or plan.whole_blocks):
        with pytest.raises((DataError, InvalidValueError), match="too few|as many series"):
            sequence_fold(data, other, **call)
        return
    fold = sequence_fold(data, other, **call)
    assert len(fold) == plan.batches
    step = shape or (1,)
    for number, batch in enumerate(fold):
        x, y = batch[:2]
        starts, real = plan.at(number)
        assert x.shape == (size, steps, *step)
        assert y.shape == ((size, steps, 1) if per_step else (size, 1))
        assert fold.mask(number).tolist() == [[t < n for t in range(steps)] for n in real]
        for i in range(size):
            for t in range(steps):
                row = starts[i] + t
                there = t < real[i]
                assert np.array_equal(x[i, t], data[row].reshape(step) if there else np.full(step, -5))
                if per_step and there:
                    assert y[i, t] == (row + delay) * 10
                if per_step and pad:
                    assert (batch[2][i, t] > 0) == there
            if not per_step and real[i] == steps:
                assert y[i] == (starts[i] + steps - 1 + delay) * 10
            if not per_step and pad:
                assert (batch[2][i] > 0) == (real[i] == steps)
        resets = fold.resets(number)
        expected = [True] * size if number == 0 else plan.begin(number).tolist()
        assert (resets is None and not any(expected)) or resets.tolist() == expected
    assert fold.rows.tolist() == plan.places()[0].tolist()
    assert fold.dropped == sum(n for _, n in spans) - len(fold.rows)
    assert fold.padded == plan.steps - len(fold.rows)
    if pad:
        assert fold.dropped == 0
        weights = np.concatenate([batch[2] for batch in fold])
        real = weights[weights > 0]
        assert len(set(real.tolist())) == 1
        # Keras averages over all values; so weighted, that is the mean over the real ones.
        np.testing.assert_allclose(weights.sum(), weights.size, rtol=1e-5)


@PROPERTY
@given(
    LENGTHS,
    st.sampled_from([(), (1,), (3,), (2, 2)]),
    st.integers(1, 4),
    st.integers(1, 5),
    st.booleans(),
    st.booleans(),
    st.booleans(),
    st.sampled_from(["float32", "float64", "int64", "uint8"]),
)
def test_unfold_undoes_fold(lengths, shape, size, steps, pad, whole, per_step, dtype):
    data = series(sum(lengths), shape).astype(dtype)
    call = dict(batch_size=size, timesteps=steps, groups=ids_of(lengths), whole=whole, per_step=per_step)
    try:
        fold = sequence_fold(data, **call, remainder="pad" if pad else "drop", dtype=dtype)
    except (DataError, InvalidValueError):
        return
    x, y = fold.to_numpy()[:2]
    assert len(x) == len(fold) * size
    back = sequence_unfold(x, fold)
    assert back.dtype == data.dtype
    np.testing.assert_array_equal(back, data[fold.rows])
    np.testing.assert_array_equal(sequence_unfold([batch[0] for batch in fold], fold), back)
    rows = fold.rows if per_step else fold.block_rows
    np.testing.assert_array_equal(sequence_unfold(y, fold), data[rows + 1])
    filled = sequence_unfold(y, fold, fill=0, at="targets")
    assert filled.dtype == data.dtype and len(filled) == len(data)
    np.testing.assert_array_equal(filled[rows + 1], data[rows + 1])
    assert (np.delete(filled, rows + 1, axis=0) == 0).all()


def test_row_i_goes_on_in_row_i():
    fold = np.arange(25.0) >> sequence_fold(batch_size=2, timesteps=3)
    (x0, y0), (x1, y1), _, (x3, _) = fold
    assert x0[..., 0].tolist() == [[0, 1, 2], [12, 13, 14]] and y0[..., 0].tolist() == [[1, 2, 3], [13, 14, 15]]
    assert x1[..., 0].tolist() == [[3, 4, 5], [15, 16, 17]] and y1.shape == (2, 3, 1)
    assert x3[:, -1, 0].tolist() == [11, 23]
    assert fold.continues is True and fold.orders_itself is True
    assert fold.resets(0).tolist() == [True, True] and fold.resets(1) is None
    assert fold[-1][0].tolist() == x3.tolist()
    for index in (4, -5):
        with pytest.raises(IndexError):
            fold[index]
    with pytest.raises(IndexError):
        fold.resets(4)


def test_weights_and_padding_by_hand():
    fold = sequence_fold(np.arange(9.0), batch_size=2, timesteps=3, remainder="pad", pad_value=-1)
    ((x0, y0, w0), (x1, y1, w1)) = fold
    assert x0[..., 0].tolist() == [[0, 1, 2], [6, 7, -1]] and y0[0, :, 0].tolist() == [1, 2, 3]
    assert x1[..., 0].tolist() == [[3, 4, 5], [-1, -1, -1]]
    assert np.isfinite(y1).all() and set(y1.ravel()) <= set(range(1, 9))  # padded targets are real ones
    np.testing.assert_allclose(w0, np.array([[1, 1, 1], [1, 1, 0]]) * 12 / 8)
    np.testing.assert_allclose(w1, np.array([[1, 1, 1], [0, 0, 0]]) * 12 / 8)
    assert w0.dtype == "float32"


@pytest.mark.parametrize("per_step", [True, False])
def test_weights_have_the_axes_of_images(per_step):
    import keras

    data = np.random.default_rng(0).normal(size=(23, 2, 5, 1)).astype("float32")
    fold = sequence_fold(data, batch_size=2, timesteps=3, remainder="pad", per_step=per_step)
    assert fold[0][2].shape == ((2, 3, 1, 1) if per_step else (2, 1, 1))
    last = [] if per_step else [keras.layers.Lambda(lambda x: x[:, -1])]
    model = keras.Sequential([keras.Input((3, 2, 5, 1)), keras.layers.Dense(1), *last])
    model.compile(loss="mse", weighted_metrics=["mae"])
    off = sequence_unfold(model.predict(fold, verbose=0), fold) - data[1:][fold.rows if per_step else fold.block_rows]
    wanted = [np.mean(off**2), np.mean(abs(off))]
    np.testing.assert_allclose(model.evaluate(fold, verbose=0), wanted, rtol=1e-5)


def test_the_loss_that_keras_reports_is_the_mean_over_the_real_steps():
    import keras

    rng = np.random.default_rng(0)
    data, wanted = rng.normal(size=(50, 2)), rng.normal(size=(50, 1))
    model = keras.Sequential([keras.Input((None, 2)), keras.layers.Dense(1)])
    model.compile(loss="mse")
    predicted = model.predict(data[None].astype("float32"), verbose=0)[0]
    for groups in (None, np.repeat([0, 1, 2], [7, 25, 18])):
        fold = sequence_fold(data, wanted, batch_size=4, timesteps=3, delay=0, remainder="pad", groups=groups)
        assert fold.padded > 0
        assert model.evaluate(fold, verbose=0) == pytest.approx(np.mean((predicted - wanted) ** 2), rel=1e-5)
        np.testing.assert_allclose(sequence_unfold(model.predict(fold, verbose=0), fold), predicted, atol=1e-6)

    last = keras.Sequential([keras.Input((3, 2)), keras.layers.Lambda(lambda x: x[:, -1]), model.layers[0]])
    last.compile(loss="mse")
    fold = sequence_fold(data, wanted, batch_size=4, timesteps=3, delay=0, remainder="pad", per_step=False)
    rows = fold.block_rows
    assert rows.tolist() == list(range(2, 50, 3))
    assert last.evaluate(fold, verbose=0) == pytest.approx(np.mean((predicted - wanted)[rows] ** 2), rel=1e-5)
    np.testing.assert_allclose(last.predict(fold, verbose=0) >> sequence_unfold(fold), predicted[rows], atol=1e-6)


def test_keras_trains_on_a_fold_pass_after_pass():
    import keras

    model = keras.Sequential([keras.Input((3, 1)), keras.layers.Dense(1)])
    model.compile(optimizer="sgd", loss="mse")
    fold = sequence_fold(np.linspace(0, 1, 50), batch_size=4, timesteps=3)
    history = model.fit(fold, epochs=2, shuffle=False, verbose=0)
    assert len(history.history["loss"]) == 2
    assert len(fold) == 4 and fold.state_dict()["batch"] == 0 < fold.state_dict()["epoch"]


def test_a_tensor_is_data():
    import keras

    tensor = keras.ops.convert_to_tensor(np.arange(20, dtype="float32"))
    fold = tensor >> sequence_fold(batch_size=2, timesteps=3)
    assert fold[0][0][1, :, 0].tolist() == [9, 10, 11]
    outputs = keras.ops.convert_to_tensor(fold.to_numpy()[0])
    np.testing.assert_array_equal(sequence_unfold(outputs, fold), np.arange(18))


def test_a_tf_dataset_has_the_same_batches(only_on):
    only_on("tensorflow", reason="tf.data is what is tested")
    fold = sequence_fold(np.arange(30.0), batch_size=3, timesteps=2, remainder="pad")
    dataset = fold.to_tf()
    assert [tuple(spec.shape) for spec in dataset.element_spec] == [(3, 2, 1), (3, 2, 1), (3, 2)]
    batches = list(dataset.as_numpy_iterator())
    assert len(batches) == len(dataset) == len(fold)
    for ours, theirs in zip(fold, batches, strict=True):
        for a, b in zip(ours, theirs, strict=True):
            np.testing.assert_array_equal(a, b)


# Several series -------------------------------------------------------------------------------------------------------


def test_series_follow_each_other_in_a_row_and_reset_it():
    frame = pd.DataFrame({"id": list("aaaaaaabbbbbcccccccccccd"), "v": np.arange(24.0)})
    fold = frame >> sequence_fold("v", batch_size=2, timesteps=2, groups="id")
    x, y = fold.to_numpy()
    assert x.shape == (10, 2, 1)  # the ids are no feature
    rows = x.reshape(5, 2, 2)
    assert rows[:, 0].ravel().tolist() == list(range(12, 22))
    assert rows[:, 1].ravel().tolist() == [0, 1, 2, 3, 4, 5, 7, 8, 9, 10]
    np.testing.assert_array_equal(y, x + 1)
    assert [None if r is None else r.tolist() for r in map(fold.resets, range(5))] == [
        [True, True],
        None,
        None,
        [False, True],
        None,
    ]
    assert fold.rows.tolist() == [0, 1, 2, 3, 4, 5, 7, 8, 9, 10, *range(12, 22)]
    np.testing.assert_array_equal(sequence_unfold(x, fold)[:, 0], fold.rows)
    assert fold.admissible == range(1, 4) and fold.dropped == 0


def test_groups_may_be_anything_that_has_ids():
    data = np.arange(12.0)
    expected = sequence_fold(data, batch_size=2, timesteps=2, groups=[0] * 6 + [1] * 6).to_numpy()[0]
    assert expected[..., 0].tolist() == [[0, 1], [6, 7], [2, 3], [8, 9]]
    names = ["b"] * 6 + ["a"] * 6
    for groups in (
        names,
        np.array(names),
        pd.Series(names),
        pd.Categorical(names),
        np.repeat([2.5, 1.5], 6),
        np.repeat(np.array(["2020-01-02", "2020-01-01"], "datetime64[D]"), 6),
    ):
        np.testing.assert_array_equal(sequence_fold(data, batch_size=2, timesteps=2, groups=groups)[0][0], expected[:2])
    both = np.stack([data, np.repeat([7, 3], 6), data], axis=1)
    fold = sequence_fold(both, 2, batch_size=2, timesteps=2, groups=1)
    assert fold[0][0].shape == (2, 2, 2) and fold[0][1].shape == (2, 2, 1)


# What is handed out ---------------------------------------------------------------------------------------------------


def test_types():
    def types_of(fold):
        return [part.dtype.name for part in fold[0]]

    call = dict(batch_size=2, timesteps=2)
    assert types_of(sequence_fold(np.arange(9.0), **call)) == ["float32", "float32"]
    assert types_of(sequence_fold(np.arange(9), **call)) == ["int64", "int64"]
    assert types_of(sequence_fold(np.arange(9.0).astype("float16"), **call)) == ["float16", "float16"]
    assert types_of(sequence_fold(np.arange(9.0), np.arange(9), **call)) == ["float32", "int64"]
    assert types_of(sequence_fold(np.arange(9.0), np.arange(9) > 3, **call)) == ["float32", "bool"]
    assert types_of(sequence_fold(np.arange(9), dtype="float32", **call)) == ["float32", "float32"]
    assert types_of(sequence_fold(np.arange(9), np.arange(9), dtype="float32", **call)) == ["float32", "int64"]
    assert types_of(sequence_fold(np.arange(9.0), np.ones(9), dtype="float64", **call)) == ["float64", "float64"]
    with pytest.raises(InvalidValueError, match="dtype=int32 would cut off the decimals"):
        sequence_fold(np.arange(9.0), dtype="int32", **call)


def test_without_targets_all_rows_are_there():
    fold = sequence_fold(np.arange(12.0), False, batch_size=2, timesteps=3)
    assert [len(batch) for batch in fold] == [1, 1]
    assert fold.rows.tolist() == list(range(12))
    assert sequence_unfold(fold.to_numpy()[0], fold).tolist() == list(range(12))
    padded = sequence_fold(np.arange(16.0), False, batch_size=2, timesteps=3, remainder="pad")
    assert [padded.mask(number).sum(axis=1).tolist() for number in range(3)] == [[3, 3], [3, 3], [3, 1]]
    assert all(len(batch) == 1 for batch in padded)


def test_the_data_stays_what_it_is():
    data = np.arange(9.0, dtype="float32")
    fold = sequence_fold(data, batch_size=2, timesteps=3, remainder="pad", pad_value=-1)
    for x, y, w in fold:
        x[:], y[:], w[:] = 7, 7, 7
    assert data.tolist() == list(range(9))
    assert fold[0][0][0, :, 0].tolist() == [0, 1, 2]


def test_a_fold_of_a_file_is_read_as_it_is_needed(tmp_path):
    data = series(50, (3,))
    np.save(tmp_path / "x.npy", data)
    mapped = np.load(tmp_path / "x.npy", mmap_mode="r")
    call = dict(batch_size=3, timesteps=4, remainder="pad")
    for targets, given_ in ((None, {}), (1, {}), ([2, 0], {}), (0, {"groups": np.repeat([4, 2], 25)})):
        expected = sequence_fold(data, targets, **call, **given_).to_numpy()
        for stored in (mapped, sequence_source(tmp_path / "x.npy")):
            fold = sequence_fold(stored, targets, **call, **given_)
            for ours, theirs in zip(fold.to_numpy(), expected, strict=True):
                np.testing.assert_array_equal(ours, theirs)
    np.save(tmp_path / "flat.npy", data[:, 0])
    fold = sequence_fold(np.load(tmp_path / "flat.npy", mmap_mode="r"), batch_size=3, timesteps=4)
    assert fold[0][0].shape == fold[0][1].shape == (3, 4, 1)
    np.testing.assert_array_equal(sequence_unfold(fold.to_numpy()[0], fold), data[:48, 0])
    np.save(tmp_path / "lost.npy", np.where(np.arange(50) == 41, np.nan, 1))
    with pytest.raises(DataError, match="data has 1 missing value .* in row 41"):
        sequence_fold(np.load(tmp_path / "lost.npy", mmap_mode="r"), batch_size=3, timesteps=4)


def test_a_column_of_ids_in_a_file(tmp_path):
    data = np.stack([np.repeat([3.0, 8.0], 10), np.arange(20.0)], axis=1)
    np.save(tmp_path / "x.npy", data)
    fold = sequence_fold(np.load(tmp_path / "x.npy", mmap_mode="r"), 1, batch_size=2, timesteps=3, groups=0)
    assert fold[0][0][..., 0].tolist() == [[0, 1, 2], [10, 11, 12]]


# Shards, states, text -------------------------------------------------------------------------------------------------


def test_shards_are_rows_of_the_batches():
    data = series(60)
    fold = sequence_fold(data, batch_size=4, timesteps=4, remainder="pad")
    shards = [fold.shard(2, index) for index in range(2)]
    for number, batch in enumerate(fold):
        for part, *halves in zip(batch, *(shard[number] for shard in shards), strict=True):
            np.testing.assert_array_equal(np.concatenate(halves), part)
    both = [sequence_unfold(shard.to_numpy()[0], shard, fill=0) for shard in shards]
    np.testing.assert_array_equal(np.add(*both)[:59], data[:59])
    assert [shard.dropped for shard in shards] == [0, 0]
    with pytest.raises(InvalidValueError, match="batch_size=4 cannot be dealt out to 3; it can to 1, 2, 4"):
        fold.shard(3, 0)
    with pytest.raises(InvalidValueError, match="index=2 of 2; they count from 0 to 1"):
        fold.shard(2, 2)
    empty = sequence_fold(data, batch_size=64, timesteps=4, remainder="pad").shard(2, 1)
    assert (empty.mask(0) == 0).all() and (empty[0][2] == 0).all()


def test_a_pass_goes_on_where_a_state_says():
    fold = sequence_fold(np.arange(40.0), batch_size=2, timesteps=3)
    batches = list(fold)
    state = {**fold.state_dict(), "epoch": 4, "batch": 2}
    assert json.loads(json.dumps(state)) == state
    again = sequence_fold(np.arange(40.0), batch_size=2, timesteps=3)
    again.load_state_dict(state)
    assert len(again) == len(batches) - 2 == again.num_batches
    np.testing.assert_array_equal(again[0][0], batches[2][0])
    np.testing.assert_array_equal([x for x, _ in again], [x for x, _ in batches[2:]])
    assert again.resets(0).all()  # counted from the beginning of a whole pass
    again.on_epoch_end()
    assert len(again) == len(batches) and again.state_dict()["epoch"] == 5
    with pytest.raises(InvalidValueError, match="timesteps=3, this one has 4"):
        sequence_fold(np.arange(49.0), batch_size=2, timesteps=4).load_state_dict(state)


def test_a_fold_can_be_pickled():
    fold = sequence_fold(np.arange(40.0), batch_size=2, timesteps=3)
    again = pickle.loads(pickle.dumps(fold))
    np.testing.assert_array_equal(again.to_numpy()[0], fold.to_numpy()[0])


def test_describe_says_which_rows_go_where():
    fold = sequence_fold(np.arange(30.0), batch_size=3, timesteps=3)
    assert fold.describe() == (
        "Fold of 30 rows: 3 batches of 3 rows x 3 steps x 1.\n"
        "Row i of a batch goes on in row i of the next:\n"
        "  row 0, batches 0 to 2: data rows 0 to 8\n"
        "  row 1, batches 0 to 2: data rows 9 to 17\n"
        "  row 2, batches 0 to 2: data rows 18 to 26\n"
        "Targets: the row after each step.\n"
        "Left out: 2 rows that fill no batch and 1 row without a target.\n"
        "States begin at zero in 3 places, 2 in the middle of a series."
    )
    assert repr(fold) == "<SequenceFold: 3 batches of 3 rows x 3 steps x 1, targets per step>"
    text = sequence_fold(
        np.arange(40.0), False, batch_size=12, timesteps=4, remainder="pad", groups=[3] * 39 + [5]
    ).describe()
    assert "row 0, batches 0 to 9: data rows 0 to 38 of 3" in text
    assert "row 1, batch 0: data row 39 of 5" in text
    assert "No targets." in text and "Padded: 440 of 480 steps, with 0.0; mask(k) tells them." in text
    assert "10 rows of the batch are all padding" in text
    text = sequence_fold(np.arange(99.0), delay=12, batch_size=12, timesteps=3, per_step=False).describe()
    assert "Targets: 12 rows after the last step of each block." in text and "... and 4 more" in text


def test_plot_hands_over_to_the_pictures(monkeypatch):
    pictures = types.ModuleType("pipekeras.sequences.pictures")
    pictures.draw_fold = lambda fold, **how: (fold, how)
    monkeypatch.setitem(sys.modules, "pipekeras.sequences.pictures", pictures)
    fold = sequence_fold(np.arange(30.0), batch_size=3, timesteps=3)
    assert fold.plot(title="x") == (fold, {"title": "x"})


# Unfolding ------------------------------------------------------------------------------------------------------------


def test_unfold_fills_up():
    fold = sequence_fold(np.arange(12), batch_size=2, timesteps=2, delay=2)
    values = fold.to_numpy()[1]  # the targets are rows 2 to 9
    assert sequence_unfold(values, fold).tolist() == list(range(2, 10))
    aligned = sequence_unfold(values, fold, fill="nan", at="targets")
    np.testing.assert_array_equal(aligned, [np.nan, np.nan, *range(2, 10), np.nan, np.nan])
    assert aligned.dtype == "float64"  # whole numbers have no NaN
    np.testing.assert_array_equal(
        sequence_unfold(values, fold, fill=np.nan), [*range(2, 10), np.nan, np.nan, np.nan, np.nan]
    )
    assert sequence_unfold(values, fold, fill=-1).dtype == values.dtype
    small = sequence_fold(np.arange(12, dtype="uint8"), batch_size=2, timesteps=2)
    for fill in (-1, 300, 0.5, "nan"):  # none of which a byte holds
        filled = sequence_unfold(small.to_numpy()[0], small, fill=fill)
        np.testing.assert_array_equal(filled, [*range(8), *[float(fill)] * 4])
    assert sequence_unfold(small.to_numpy()[0], small, fill=255).dtype == "uint8"


def test_unfold_takes_outputs_of_any_width():
    fold = sequence_fold(series(20, (3,)), batch_size=2, timesteps=3)
    n = len(fold) * 2
    assert sequence_unfold(np.ones((n, 3, 5)), fold).shape == (18, 5)
    assert sequence_unfold(np.ones((n, 3)), fold).shape == (18,)
    assert sequence_unfold(np.ones((n, 7)), fold, per_step=False).shape == (6, 7)
    assert sequence_unfold(np.ones((n, 7)).tolist(), fold, per_step=False).shape == (6, 7)
    per_block = sequence_fold(series(20, (3,)), batch_size=2, timesteps=3, per_step=False)
    assert sequence_unfold(np.ones((n, 3)), per_block).shape == (6, 3)
    assert sequence_unfold(np.ones((n, 3, 3)), per_block).shape == (18, 3)


def test_categories_are_folded_as_their_numbers():
    days = pd.Categorical(["mo", "tu", "we"] * 4, ["mo", "tu", "we"])
    x, y = sequence_fold(days, batch_size=1, timesteps=3)[0]
    assert x.dtype == y.dtype == np.int32
    assert x.ravel().tolist() == [0, 1, 2] and y.ravel().tolist() == [1, 2, 0]
