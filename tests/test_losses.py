"""losses.py: every loss against NumPy on random data, as a function and as an object, and the words of 2.x."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pipekeras as pk
from pipekeras import losses
from pipekeras._keras import keras
from pipekeras.errors import ArgumentError, InvalidValueError

SEEDS = st.integers(0, 2**32 - 1)
EPS = 1e-7


def numpy(x):
    return np.asarray(keras.ops.convert_to_numpy(x))


# What goes in: (targets, predictions) of n samples -----------------------------------------------------------------


def reals(rng, n):
    return rng.normal(0, 2, (n, 3)), rng.normal(0, 2, (n, 3))


def positive(rng, n):
    return rng.uniform(0.1, 4, (n, 3)), rng.uniform(0.1, 4, (n, 3))


def binary(rng, n):
    return rng.integers(0, 2, (n, 3)), rng.uniform(0.02, 0.98, (n, 3))


def probabilities(rng, n):
    p = rng.uniform(0.05, 1, (n, 3))
    return p / p.sum(-1, keepdims=True)


def one_hot(rng, n):
    return np.eye(3)[rng.integers(0, 3, n)], probabilities(rng, n)


def distributions(rng, n):
    return probabilities(rng, n), probabilities(rng, n)


def classes(rng, n):
    return rng.integers(0, 3, n), probabilities(rng, n)


def embeddings(rng, n):
    x = rng.normal(size=(n, 3))
    return rng.integers(0, 2, n), x / np.linalg.norm(x, axis=-1, keepdims=True)


# The references: a value for each sample -----------------------------------------------------------------------------


def mean(x):
    return x.mean(-1)


def bce(y, p):
    return -(y * np.log(p) + (1 - y) * np.log(1 - p))


def focal_bce(y, p, gamma=2.0, alpha=None):
    right = np.where(y == 1, p, 1 - p)
    weight = 1 if alpha is None else np.where(y == 1, alpha, 1 - alpha)
    return mean(weight * (1 - right) ** gamma * -np.log(right))


def unit(x):
    return x / np.linalg.norm(x, axis=-1, keepdims=True)


def signed(y):
    return np.where(np.isin(y, (0, 1)).all(), 2 * y - 1, y)


def categorical_hinge(y, p):
    return np.maximum(0, 1 + np.max((1 - y) * p, -1) - (y * p).sum(-1))


def huber(y, p, delta=1.0):
    e = np.abs(y - p)
    return mean(np.where(e <= delta, e**2 / 2, delta * e - delta**2 / 2))


def circle(labels, x, gamma=80.0, margin=0.4):
    """Sun et al. 2020, pair by pair."""
    result = []
    for i, j in itertools.product(range(len(x)), repeat=2):
        if j == 0:
            result.append([0.0, 0.0])
        similarity = min(float(x[i] @ x[j]), 1.0)
        if labels[i] != labels[j]:
            result[i][0] += np.exp(gamma * max(similarity + margin, 0) * (similarity - margin))
        elif i != j:
            result[i][1] += np.exp(-gamma * max(1 + margin - similarity, 0) * (similarity - 1 + margin))
    return np.array([np.log1p(negative * positive) for negative, positive in result])


def overlap(y, p, alpha=0.5, beta=0.5):
    both = (y * p).sum()
    return 1 - both / (both + alpha * (y * (1 - p)).sum() + beta * ((1 - y) * p).sum())


REFERENCES = {
    "binary_crossentropy": (binary, lambda y, p: mean(bce(y, p))),
    "binary_focal_crossentropy": (binary, focal_bce),
    "categorical_crossentropy": (one_hot, lambda y, p: -(y * np.log(p)).sum(-1)),
    "categorical_focal_crossentropy": (one_hot, lambda y, p: -(0.25 * y * (1 - p) ** 2 * np.log(p)).sum(-1)),
    "categorical_generalized_cross_entropy": (
        classes, lambda y, p: (1 - p[np.arange(len(y)), y] ** 0.5) / 0.5,
    ),
    "categorical_hinge": (one_hot, categorical_hinge),
    "cosine_similarity": (reals, lambda y, p: -(unit(y) * unit(p)).sum(-1)),
    "hinge": (binary, lambda y, p: mean(np.maximum(0, 1 - signed(y) * p))),
    "huber": (reals, huber),
    "kl_divergence": (distributions, lambda y, p: (y * np.log(y / p)).sum(-1)),
    "log_cosh": (reals, lambda y, p: mean(np.log(np.cosh(p - y)))),
    "mean_absolute_error": (reals, lambda y, p: mean(np.abs(y - p))),
    "mean_absolute_percentage_error": (positive, lambda y, p: 100 * mean(np.abs(y - p) / y)),
    "mean_squared_error": (reals, lambda y, p: mean((y - p) ** 2)),
    "mean_squared_logarithmic_error": (positive, lambda y, p: mean((np.log(1 + y) - np.log(1 + p)) ** 2)),
    "poisson": (positive, lambda y, p: mean(p - y * np.log(p))),
    "sparse_categorical_crossentropy": (classes, lambda y, p: -np.log(p[np.arange(len(y)), y])),
    "squared_hinge": (binary, lambda y, p: mean(np.maximum(0, 1 - signed(y) * p) ** 2)),
    "cosine_proximity": (reals, lambda y, p: -(unit(y) * unit(p)).sum(-1)),
    "kullback_leibler_divergence": (distributions, lambda y, p: (y * np.log(y / p)).sum(-1)),
    "logcosh": (reals, lambda y, p: mean(np.log(np.cosh(p - y)))),
}  # fmt: skip
OTHERS = {"circle", "ctc", "dice", "tversky"}  # below


def test_every_loss_has_a_reference():
    assert {f"loss_{name}" for name in {*REFERENCES, *OTHERS}} == set(losses.__all__)
    assert len(losses.__all__) == 25


@pytest.mark.parametrize("name", REFERENCES)
@settings(max_examples=15, deadline=None)
@given(seed=SEEDS, n=st.integers(1, 5))
def test_a_value_for_each_sample_and_their_mean_of_the_object(name, seed, n):
    make, reference = REFERENCES[name]
    y, p = make(np.random.default_rng(seed), n)
    y, p = (a.astype("float32") if a.dtype.kind == "f" else a for a in (y, p))
    expected = reference(y.astype("float64") if y.dtype.kind == "f" else y, p.astype("float64"))
    function = getattr(pk, f"loss_{name}")
    np.testing.assert_allclose(numpy(function(y, p)), expected, rtol=1e-3, atol=1e-4)
    np.testing.assert_allclose(numpy(function.uncalled()(y, p)), expected if not callable_object(name) else
                               expected.mean(), rtol=1e-3, atol=1e-4)  # fmt: skip
    np.testing.assert_allclose(numpy(function()(y, p)), expected.mean(), rtol=1e-3, atol=1e-4)
    np.testing.assert_allclose(numpy(function(reduction="sum")(y, p)), expected.sum(), rtol=1e-3, atol=1e-4)
    np.testing.assert_allclose(numpy(function(reduction=None)(y, p)), expected, rtol=1e-3, atol=1e-4)


def callable_object(name):
    return name == "categorical_generalized_cross_entropy"  # Keras's function of that name needs q


@settings(max_examples=15, deadline=None)
@given(seed=SEEDS)
def test_circle(seed):
    labels, x = embeddings(np.random.default_rng(seed), 5)
    for arguments in ({"gamma": 2.5}, {"gamma": 8, "margin": 0.25}):
        expected = circle(labels, x, **arguments)
        np.testing.assert_allclose(numpy(pk.loss_circle(labels, x, **arguments)), expected, rtol=1e-3, atol=1e-3)
    assert pk.loss_circle(gamma=2.5).gamma == 2.5  # R keras3 makes it 2


@settings(max_examples=15, deadline=None)
@given(seed=SEEDS)
def test_dice_and_tversky_are_over_all(seed):
    y, p = binary(np.random.default_rng(seed), 4)
    y[0, 0] = 1
    assert numpy(pk.loss_dice(y, p)) == pytest.approx(overlap(y, p), rel=1e-4)
    assert numpy(pk.loss_dice()(y, p)) == pytest.approx(overlap(y, p), rel=1e-4)
    assert numpy(pk.loss_tversky(y, p, alpha=0.3, beta=0.9)) == pytest.approx(overlap(y, p, 0.3, 0.9), rel=1e-4)
    assert numpy(pk.loss_tversky(alpha=1)(y, p)) == pytest.approx(overlap(y, p, 1, 0.5), rel=1e-4)
    expected = [1 - 2 * (a * b).sum() / (a.sum() + b.sum() + EPS) for a, b in zip(y, p, strict=True)]
    np.testing.assert_allclose(numpy(pk.loss_dice(y, p, axis=1.0)), expected, rtol=1e-4)


@settings(max_examples=10, deadline=None)
@given(seed=SEEDS)
def test_ctc_sums_over_all_paths(seed):
    rng = np.random.default_rng(seed)
    logits, labels = rng.normal(size=(2, 4, 3)), np.array([[1, 2], [2, 0]])  # the second has one label, 0 is blank
    expected = []
    for scores, label in zip(logits, labels, strict=True):
        p = np.exp(scores) / np.exp(scores).sum(-1, keepdims=True)
        wanted = [one for one in label if one]
        total = 0
        for path in itertools.product(range(3), repeat=4):
            if [one for one, _ in itertools.groupby(path) if one] == wanted:
                total += np.prod([p[t, one] for t, one in enumerate(path)])
        expected.append(-np.log(total))
    for y in (labels, labels.astype(float)):
        np.testing.assert_allclose(numpy(pk.loss_ctc(y, logits)), expected, rtol=1e-3)


@settings(max_examples=15, deadline=None)
@given(seed=SEEDS)
def test_arguments(seed):
    rng = np.random.default_rng(seed)
    y, p = binary(rng, 4)
    logits = np.log(p / (1 - p))
    close = {"rtol": 1e-3, "atol": 1e-4}
    np.testing.assert_allclose(numpy(pk.loss_binary_crossentropy(y, logits, True)), mean(bce(y, p)), **close)
    smooth = y * 0.8 + 0.1
    np.testing.assert_allclose(
        numpy(pk.loss_binary_crossentropy(y, p, label_smoothing=0.2)), mean(bce(smooth, p)), **close
    )
    np.testing.assert_allclose(numpy(pk.loss_binary_crossentropy(y, p, axis=0.0)), bce(y, p).mean(0), **close)
    np.testing.assert_allclose(
        numpy(pk.loss_binary_focal_crossentropy(y, p, apply_class_balancing=True, alpha=0.3, gamma=3)),
        focal_bce(y, p, 3, 0.3), **close,
    )  # fmt: skip
    y, p = one_hot(rng, 4)
    np.testing.assert_allclose(
        numpy(pk.loss_categorical_crossentropy(y, np.log(p), from_logits=True)), -(y * np.log(p)).sum(-1), **close
    )
    np.testing.assert_allclose(
        numpy(pk.loss_categorical_crossentropy(y.T, p.T, axis=0)), -(y * np.log(p)).sum(-1), **close
    )
    y, p = classes(rng, 4)
    ignored = np.where(y == 1, 0, -np.log(p[np.arange(4), y]))
    np.testing.assert_allclose(numpy(pk.loss_sparse_categorical_crossentropy(y, p, ignore_class=1.0)), ignored, **close)
    y, p = reals(rng, 4)
    np.testing.assert_allclose(numpy(pk.loss_huber(y, p, delta=2)), huber(y, p, 2), **close)
    np.testing.assert_allclose(
        numpy(pk.loss_cosine_similarity(y, p, axis=0)), -(unit(y.T) * unit(p.T)).sum(-1), **close
    )


def test_one_dimension_is_one_sample_as_in_r():
    assert numpy(pk.loss_mean_squared_error([1, 2], [1, 4])).shape == ()


@pytest.mark.parametrize("name", losses.__all__)
@pytest.mark.parametrize(
    ("given", "kept"),
    [("auto", "sum_over_batch_size"), ("sum", "sum"), ("none", "none"), (None, None), ("mean", "mean")],
)
def test_reductions_of_both_packages(name, given, kept):
    assert getattr(pk, name)(reduction=given).reduction == kept


def test_names_and_types():
    loss = pk.loss_mean_squared_error(name="nm", dtype="float64")
    assert (loss.name, loss.dtype) == ("nm", "float64")
    assert pk.loss_huber().name == "huber_loss"


@pytest.mark.parametrize(
    ("call", "kind", "message"),
    [
        (
            lambda: pk.loss_hinge(reduction="summ"), InvalidValueError,
            'loss_hinge: reduction="summ" is not known; did you mean "sum"?',
        ),
        (
            lambda: pk.loss_hinge(reduction="zzz"), InvalidValueError,
            'loss_hinge: reduction="zzz" is not known; Keras has sum_over_batch_size, mean, mean_with_sample_weight,'
            " sum, none and None",
        ),
        (
            lambda: pk.loss_categorical_generalized_cross_entropy(q=2), InvalidValueError,
            "loss_categorical_generalized_cross_entropy: q must be in the interval (0, 1)",
        ),
        (
            lambda: pk.loss_huber(1.5), ArgumentError,
            "loss_huber got y_true without y_pred: it computes from both, loss_huber(y_true, y_pred), or makes the"
            " object without either; then all else goes by name: delta, reduction, name, dtype",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_meant(call, kind, message):
    with pytest.raises(kind) as error:
        call()
    assert str(error.value) == message
