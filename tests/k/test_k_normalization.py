"""normalization.py: normalizing by the batch's own mean and variance."""

import numpy as np
import pytest

import pipekeras as pk

RNG = np.random.default_rng(0)


@pytest.mark.parametrize("axes", [(0, 1), [0.0, 2.0], (0,)])
def test_with_the_mean_and_variance_of_the_batch(axes):
    x = RNG.normal(size=(5, 3, 3)).astype("float32")
    numpy_axes = tuple(int(a) for a in axes)
    kept = [x.shape[a] for a in range(3) if a not in numpy_axes]
    wide = [1 if a in numpy_axes else x.shape[a] for a in range(3)]
    gamma, beta = (RNG.normal(size=kept).astype("float32") for _ in range(2))
    normalized, mean, var = pk.k_normalize_batch_in_training(x, gamma, beta, axes, epsilon=0.01)
    np.testing.assert_allclose(pk.k_eval(mean), x.mean(numpy_axes), rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(pk.k_eval(var), x.var(numpy_axes), rtol=1e-4)
    expected = (x - x.mean(numpy_axes, keepdims=True)) / np.sqrt(x.var(numpy_axes, keepdims=True) + 0.01)
    expected = expected * gamma.reshape(wide) + beta.reshape(wide)
    np.testing.assert_allclose(pk.k_eval(normalized), expected, rtol=1e-3, atol=1e-5)


def test_without_scale_and_shift():
    x = RNG.normal(size=(50, 2)).astype("float32")
    normalized, _, _ = pk.k_normalize_batch_in_training(x, None, None, 0, epsilon=0.0)
    np.testing.assert_allclose(pk.k_eval(normalized).std(0), 1, rtol=1e-3)


def test_moments_of_any_shape_that_fits():
    x = RNG.normal(size=(2, 3, 4)).astype("float32")
    mean = x.mean((1, 2), keepdims=True)
    got = pk.k_batch_normalization(x, mean, np.ones_like(mean), None, None, epsilon=0.0)
    np.testing.assert_allclose(pk.k_eval(got), x - mean, rtol=1e-4, atol=1e-6)
