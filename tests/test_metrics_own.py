"""metrics_own.py: the metrics that Keras 3 lacks, against NumPy."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pipekeras as pk
from pipekeras._keras import keras
from pipekeras.errors import InvalidValueError

SEEDS = st.integers(0, 2**32 - 1)


def numpy(x):
    return np.asarray(keras.ops.convert_to_numpy(x))


def again(metric):
    return keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(metric))


@settings(max_examples=15, deadline=None)
@given(seed=SEEDS)
def test_mean_relative_error(seed):
    rng = np.random.default_rng(seed)
    y, p, w = rng.normal(size=(6, 2)), rng.normal(size=(6, 2)), rng.uniform(0.1, 1, 6)
    metric, weighted = (pk.metric_mean_relative_error(normalizer=[2.0, 4.0]) for _ in range(2))
    for part in (slice(2), slice(2, 6)):
        metric.update_state(y[part], p[part])
        weighted.update_state(y[part], p[part], sample_weight=w[part])
    errors = np.abs(y - p) / [2, 4]
    assert numpy(metric.result()) == pytest.approx(errors.mean(), rel=1e-4)
    assert numpy(weighted.result()) == pytest.approx(np.average(errors.mean(-1), weights=w), rel=1e-4)


def test_mean_relative_error_of_the_example_in_rs_help():
    metric = pk.metric_mean_relative_error(normalizer=[1, 3, 2, 3])
    metric.update_state([1, 3, 2, 3], [2, 4, 6, 8])
    assert numpy(metric.result()) == pytest.approx(1.25)
    metric.reset_state()
    assert numpy(metric.result()) == 0


def test_where_the_normalizer_is_0_so_is_the_error():
    metric = pk.metric_mean_relative_error(normalizer=np.array([0.0, 2.0]), name="mre")
    assert numpy(metric([[1.0, 1.0]], [[5.0, 5.0]])) == pytest.approx(1)
    assert metric.name == "mre"
    copy = again(metric)
    assert copy.get_config() == metric.get_config()
    assert numpy(copy([[1.0, 1.0]], [[5.0, 5.0]])) == pytest.approx(1)


def test_mean_relative_error_in_training():
    x, y = np.ones((4, 2), "float32"), np.arange(4, dtype="float32")
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, kernel_initializer="zeros")])
    model >> pk.compile("sgd", "mse", pk.metric_mean_relative_error(normalizer=2))
    assert pk.evaluate(model, x, y, verbose=0).mean_relative_error == pytest.approx(0.75)


@settings(max_examples=15, deadline=None)
@given(seed=SEEDS)
def test_mean_tensor(seed):
    rng = np.random.default_rng(seed)
    x, w = rng.normal(size=(3, 2, 4)), rng.uniform(0.1, 1, (3, 2, 4))
    plain, weighted, rows = pk.metric_mean_tensor(), pk.metric_mean_tensor(shape=(2.0, 4.0)), pk.metric_mean_tensor()
    for one, weights in zip(x, w, strict=True):
        plain.update_state(one)
        weighted.update_state(one, sample_weight=weights)
        rows.update_state(one, sample_weight=weights[:, 0])
    np.testing.assert_allclose(numpy(plain.result()), x.mean(0), rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(numpy(weighted.result()), np.average(x, axis=0, weights=w), rtol=1e-4, atol=1e-5)
    by_row = np.average(x, axis=0, weights=np.repeat(w[:, :, :1], 4, axis=2))
    np.testing.assert_allclose(numpy(rows.result()), by_row, rtol=1e-4, atol=1e-5)


def test_mean_tensor_starts_anew_and_keeps_its_shape():
    metric = pk.metric_mean_tensor()
    assert again(metric).shape is None
    with pytest.raises(InvalidValueError, match=r"mean_tensor has no values yet: m.update_state\(values\) first"):
        metric.result()
    metric.update_state([1.0, 3.0])
    metric.reset_state()
    metric.update_state([5.0, 7.0])
    assert numpy(metric.result()).tolist() == [5, 7]
    assert again(metric).shape == (2,)
    with pytest.raises(
        InvalidValueError,
        match=r"mean_tensor: all tensors must have the shape of the first, \(2,\), it got one of shape \(3,\)",
    ):
        metric.update_state([1.0, 2.0, 3.0])


def test_crossentropy_picks_the_kind_by_the_shapes():
    from pipekeras.metrics_own import crossentropy

    p = np.array([[0.2, 0.8], [0.6, 0.4]], "float32")
    expected = -np.log([0.8, 0.6])
    for y in (np.array([[0, 1], [1, 0]], "float32"), np.array([1, 0]), np.array([[1], [0]])):
        np.testing.assert_allclose(numpy(crossentropy(y, p)), expected, rtol=1e-5)
    one = p[:, 1:]
    for y in (np.array([1.0, 0.0]), np.array([[1.0], [0.0]])):
        np.testing.assert_allclose(numpy(crossentropy(y, one)), -np.log([0.8, 0.6]), rtol=1e-5)


def test_the_functions_can_be_found_again():
    metric = pk.metric_mean_wrapper(fn=pk.metric_cosine_proximity, name="nm")
    assert numpy(again(metric)([[1.0, 0.0]], [[1.0, 1.0]])) == pytest.approx(np.sqrt(0.5), rel=1e-5)
