"""sequences/making.py: batches as they are handed out; that Keras takes their weights is what needs a backend."""

import numpy as np
import pytest

from pipekeras.sequences.making import is_weighted, make, targets
from pipekeras.sequences.plan import Shape
from pipekeras.sequences.windows import sequence_windows

SERIES = np.arange(10, dtype="float32")
MORE = np.stack([SERIES, SERIES + 100], axis=1)


def batch(data, *args, **options):
    dataset = sequence_windows(data, *args, **options)
    return make(dataset.series, dataset.plan, np.arange(dataset.n), dataset.pad_value)


@pytest.mark.any_backend
@pytest.mark.parametrize(
    ("data", "options", "x", "y", "weight"),
    [
        (SERIES, {}, (7, 3, 1), (7, 1), None),
        (MORE, {}, (7, 3, 2), (7, 2), None),
        (SERIES, {"horizon": 2}, (6, 3, 1), (6, 2), None),
        (SERIES, {"horizon": [2]}, (6, 3, 1), (6, 1), None),
        (SERIES, {"horizon": [1, 3]}, (5, 3, 1), (5, 2), None),
        (MORE, {"horizon": 2}, (6, 3, 2), (6, 2, 2), None),
        (SERIES, {"per_step": True}, (7, 3, 1), (7, 3, 1), None),
        (SERIES, {"per_step": True, "horizon": 2}, (6, 3, 1), (6, 3, 2), None),
        (MORE, {"per_step": True, "horizon": 2}, (6, 3, 2), (6, 3, 2, 2), None),
        (SERIES, {"partial": "pad"}, (9, 3, 1), (9, 1), None),  # targets never miss
        (SERIES, {"partial": "pad", "horizon": 2}, (9, 3, 1), (9, 2), (9, 1)),
        (MORE, {"partial": "pad", "horizon": 2}, (9, 3, 2), (9, 2, 2), (9, 2)),
        (SERIES, {"partial": "pad", "per_step": True}, (10, 3, 1), (10, 3, 1), (10, 3)),
        (SERIES, {"partial": "pad", "per_step": True, "horizon": 2}, (10, 3, 1), (10, 3, 2), (10, 3, 1)),
        (MORE, {"partial": "pad", "per_step": True, "horizon": 2}, (10, 3, 2), (10, 3, 2, 2), (10, 3, 2)),
        (np.ones((10, 4, 5, 3)), {"partial": "pad", "horizon": 2}, (9, 3, 4, 5, 3), (9, 2, 4, 5, 3), (9, 2, 1, 1)),
    ],
)
def test_shapes(data, options, x, y, weight):
    made = batch(data, lookback=3, **options)
    assert [part.shape for part in made] == [x, y] + ([weight] if weight else [])


@pytest.mark.any_backend
def test_the_slide():
    x, y = batch(np.arange(1, 15), lookback=7)
    assert x[0, :, 0].tolist() == [1, 2, 3, 4, 5, 6, 7] and y[0].tolist() == [8]
    assert x[-1, :, 0].tolist() == [7, 8, 9, 10, 11, 12, 13] and y[-1].tolist() == [14]


@pytest.mark.any_backend
def test_each_step_has_the_row_after_it_as_its_target():
    x, y = batch(SERIES, lookback=3, per_step=True, sampling_rate=2)
    assert x[0, :, 0].tolist() == [0, 2, 4] and y[0, :, 0].tolist() == [1, 3, 5]


@pytest.mark.any_backend
def test_steps_that_are_filled_up_and_targets_that_are_not_there():
    x, y, weight = batch(SERIES[:4], lookback=3, horizon=2, partial="pad", pad_value=-1)
    assert x[:, :, 0].tolist() == [[-1, -1, 0], [-1, 0, 1], [0, 1, 2]]
    assert y.tolist() == [[1, 2], [2, 3], [3, -1]]
    assert weight.tolist() == [[1], [1], [0]]
    x, y, weight = batch(SERIES[:3], lookback=2, per_step=True, partial="pad", pad_value=-1)
    assert y[:, :, 0].tolist() == [[0, 1], [1, 2], [2, -1]]
    assert weight.tolist() == [[0, 1], [1, 1], [1, 0]]  # nothing is learned from a step that is none


@pytest.mark.any_backend
def test_padding_that_the_type_of_the_targets_does_not_have():
    classes = np.arange(5, dtype="uint8")
    _, y, weight = batch(SERIES[:5], classes, lookback=2, horizon=2, partial="pad", pad_value=-1)
    assert y.tolist() == [[1, 2], [2, 3], [3, 4], [4, 0]] and weight.ravel().tolist() == [1, 1, 1, 0]


@pytest.mark.any_backend
def test_windows_do_not_reach_into_the_series_before():
    x, _ = batch(SERIES, lookback=3, groups=[0] * 5 + [1] * 5, partial="pad", pad_value=-1)
    assert x[4, :, 0].tolist() == [-1, -1, 5]


@pytest.mark.any_backend
def test_batches_are_copies():
    dataset = sequence_windows(SERIES, lookback=3, horizon=2)
    for part in dataset[0]:
        part[:] = -1
    assert dataset.series.x[:, 0].tolist() == SERIES.tolist() == list(range(10))


@pytest.mark.any_backend
def test_targets_alone():
    dataset = sequence_windows(SERIES, lookback=3, horizon=2)
    np.testing.assert_array_equal(targets(dataset.series.y, dataset.plan, np.array([4])), [[7, 8]])


@pytest.mark.any_backend
def test_all_batches_have_weights_or_none_has():
    data = SERIES.copy()
    data[8] = np.nan
    dataset = sequence_windows(data, lookback=2, missing="mark", batch_size=2)
    assert [len(part) for part in dataset] == [3] * 4
    assert not is_weighted(sequence_windows(SERIES, lookback=2, missing="mark").series, Shape(2))


def loss_of(model, x, y, weight, loss):
    model.compile("sgd", loss)
    return float(model.evaluate(x, y, sample_weight=weight, batch_size=len(y), verbose=0))


@pytest.mark.parametrize("kind", ["steps ahead", "classes ahead", "columns ahead", "images", "each step"])
def test_the_loss_counts_what_weighs_and_nothing_else(kind):
    """The loss of Keras with the weights is that of a mean in NumPy in which what is missing counts as 0."""
    import keras

    layers = keras.layers
    keras.utils.set_random_seed(1)
    options = dict(lookback=3, horizon=3, partial="pad")
    data, output = MORE / 100, [layers.Flatten(), layers.Dense(6), layers.Reshape((3, 2))]
    if kind == "steps ahead":
        data, output = SERIES / 10, [layers.Flatten(), layers.Dense(3)]
    elif kind == "classes ahead":
        data, output = SERIES.astype("int32") % 4, [layers.Flatten(), layers.Dense(12), layers.Reshape((3, 4))]
    elif kind == "images":
        data, output = np.arange(80.0).reshape(10, 2, 2, 2) / 80, [layers.Flatten(), layers.Dense(24)]
        output.append(layers.Reshape((3, 2, 2, 2)))
    elif kind == "each step":
        options, output = dict(lookback=3, per_step=True, partial="pad"), [layers.Dense(2)]
    x, y, weight = batch(data, **options)
    model = keras.Sequential([keras.Input(x.shape[1:]), *output])
    if kind == "classes ahead":
        model.add(layers.Softmax())
        x = x.astype("float32")
    predicted = np.asarray(keras.ops.convert_to_numpy(model(x)))
    if kind == "classes ahead":
        values = -np.log(np.take_along_axis(predicted, y[..., None], -1)[..., 0])
    else:
        values = ((predicted - y) ** 2).mean(-1)
        weight_of_values = weight[:, 0] if kind == "steps ahead" else weight
    weights = np.broadcast_to(weight if kind == "classes ahead" else weight_of_values, values.shape)
    assert 0 < weights.mean() < 1
    loss = "sparse_categorical_crossentropy" if kind == "classes ahead" else "mse"
    np.testing.assert_allclose(loss_of(model, x, y, weight, loss), (values * weights).mean(), rtol=1e-4)


def test_fit_takes_all_of_it():
    import keras

    dataset = sequence_windows(
        MORE / 100, 0, lookback=3, horizon=2, partial="pad", known=[0, 1], groups=[1] * 5 + [2] * 5,
        static={1: [0.0], 2: [1.0]}, batch_size=4, shuffle=True, seed=1,
    )  # fmt: skip
    x, known, static = (
        keras.Input((3, 2), name="x"),
        keras.Input((2, 2), name="known"),
        keras.Input((1,), name="static"),
    )
    parts = [keras.layers.Flatten()(x), keras.layers.Flatten()(known), static]
    model = keras.Model(
        {"x": x, "known": known, "static": static}, keras.layers.Dense(2)(keras.layers.concatenate(parts))
    )
    model.compile("adam", "mse")
    before = [np.array(weight) for weight in model.get_weights()]
    history = model.fit(dataset, verbose=0, epochs=2, shuffle=False)
    assert np.isfinite(history.history["loss"]).all()
    assert not np.array_equal(before[0], model.get_weights()[0])
