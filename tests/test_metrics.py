"""metrics.py: every metric against NumPy on random data that comes in two batches, and R's ways to name functions."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pipekeras as pk
from pipekeras import metrics
from pipekeras._keras import keras
from pipekeras.dual import Computed
from pipekeras.errors import ArgumentError, InvalidValueError

SEEDS = st.integers(0, 2**32 - 1)
CLOSE = {"rtol": 1e-3, "atol": 1e-4}


def numpy(x):
    return np.asarray(keras.ops.convert_to_numpy(x))


def after_two_batches(metric, y, p):
    metric.update_state(y[:3], p[:3])
    metric.update_state(y[3:], p[3:])
    return numpy(metric.result())


# What goes in: 12 samples --------------------------------------------------------------------------------------------


def reals(rng):
    return rng.normal(0, 2, (12, 3)).astype("float32"), rng.normal(0, 2, (12, 3)).astype("float32")


def positive(rng):
    return rng.uniform(0.1, 4, (12, 3)).astype("float32"), rng.uniform(0.1, 4, (12, 3)).astype("float32")


def binary(rng):
    return rng.integers(0, 2, (12, 3)).astype("float32"), rng.uniform(0.02, 0.98, (12, 3)).astype("float32")


def scores(rng):
    """One score a sample, of a few that thresholds can part; both classes are there."""
    y = rng.permutation([0, 1] + rng.integers(0, 2, 10).tolist())
    return y.astype("float32"), (rng.integers(1, 10, 12) / 10).astype("float32")


def probabilities(rng):
    p = rng.uniform(0.05, 1, (12, 4))
    return (p / p.sum(-1, keepdims=True)).astype("float32")


def one_hot(rng):
    return np.eye(4, dtype="float32")[rng.permutation([0, 1, 2, 3, *rng.integers(0, 4, 8)])], probabilities(rng)


def distributions(rng):
    return probabilities(rng), probabilities(rng)


def classes(rng):
    return rng.permutation([0, 1, 2, 3, *rng.integers(0, 4, 8)]), probabilities(rng)


def labels(rng):
    return tuple(rng.permutation([0, 1, 2, 3, *rng.integers(0, 4, 8)]) for _ in range(2))


# Functions of both, with a value for each sample ---------------------------------------------------------------------


def unit(x):
    return x / np.linalg.norm(x, axis=-1, keepdims=True)


def correlation(y, p):
    return np.array([np.corrcoef(a, b)[0, 1] for a, b in zip(y, p, strict=True)])


def concordance(y, p):
    covariance = ((y - y.mean(-1, keepdims=True)) * (p - p.mean(-1, keepdims=True))).mean(-1)
    return 2 * covariance / (y.var(-1) + p.var(-1) + (y.mean(-1) - p.mean(-1)) ** 2)


def bce(y, p):
    return -(y * np.log(p) + (1 - y) * np.log(1 - p)).mean(-1)


def signed(y):
    return 2 * y - 1


def huber(y, p):
    e = np.abs(y - p)
    return np.where(e <= 1, e**2 / 2, e - 0.5).mean(-1)


def in_top(labels, p, k=3):
    return np.array([label in np.argsort(-row)[:k] for label, row in zip(labels, p, strict=True)])


def right(p, y):
    return np.where(y == 1, p, 1 - p)


FUNCTIONS = {
    "binary_accuracy": (binary, lambda y, p: y == (p > 0.5), {}),
    "binary_crossentropy": (binary, bce, {}),
    "binary_focal_crossentropy": (
        binary, lambda y, p: ((1 - right(p, y)) ** 2 * -np.log(right(p, y))).mean(-1), {},
    ),
    "categorical_accuracy": (one_hot, lambda y, p: y.argmax(-1) == p.argmax(-1), {}),
    "categorical_crossentropy": (one_hot, lambda y, p: -(y * np.log(p)).sum(-1), {}),
    "categorical_focal_crossentropy": (one_hot, lambda y, p: -(0.25 * y * (1 - p) ** 2 * np.log(p)).sum(-1), {}),
    "categorical_hinge": (one_hot, lambda y, p: np.maximum(0, 1 + ((1 - y) * p).max(-1) - (y * p).sum(-1)), {}),
    "concordance_correlation": (reals, concordance, {}),
    "cosine_proximity": (reals, lambda y, p: (unit(y) * unit(p)).sum(-1), {}),
    "hinge": (binary, lambda y, p: np.maximum(0, 1 - signed(y) * p).mean(-1), {}),
    "huber": (reals, huber, {}),
    "kl_divergence": (distributions, lambda y, p: (y * np.log(y / p)).sum(-1), {}),
    "kullback_leibler_divergence": (distributions, lambda y, p: (y * np.log(y / p)).sum(-1), {}),
    "log_cosh": (reals, lambda y, p: np.log(np.cosh(y - p)).mean(-1), {}),
    "mean_absolute_error": (reals, lambda y, p: np.abs(y - p).mean(-1), {}),
    "mean_absolute_percentage_error": (positive, lambda y, p: 100 * (np.abs(y - p) / y).mean(-1), {}),
    "mean_squared_error": (reals, lambda y, p: ((y - p) ** 2).mean(-1), {}),
    "mean_squared_logarithmic_error": (positive, lambda y, p: ((np.log1p(y) - np.log1p(p)) ** 2).mean(-1), {}),
    "pearson_correlation": (reals, correlation, {}),
    "poisson": (positive, lambda y, p: (p - y * np.log(p)).mean(-1), {}),
    "sparse_categorical_accuracy": (classes, lambda y, p: y == p.argmax(-1), {}),
    "sparse_categorical_crossentropy": (classes, lambda y, p: -np.log(p[np.arange(12), y]), {}),
    "sparse_top_k_categorical_accuracy": (classes, in_top, {"k": 3.0}),
    "squared_hinge": (binary, lambda y, p: (np.maximum(0, 1 - signed(y) * p) ** 2).mean(-1), {}),
    "top_k_categorical_accuracy": (one_hot, lambda y, p: in_top(y.argmax(-1), p), {"k": 3}),
}  # fmt: skip

# Objects, with one value for all -------------------------------------------------------------------------------------


def cuts(y, p):
    """(true positives, false positives, false negatives, true negatives) at every threshold that matters."""
    for cut in np.arange(0.05, 1, 0.1):
        said = p > cut
        yield tuple(int((a & b).sum()) for a, b in ((said, y == 1), (said, y == 0), (~said, y == 1), (~said, y == 0)))


def ratio(a, b):
    return a / b if b else 0.0


def best(y, p, wanted, given):
    """The best of one ratio among the thresholds where the other is at least a half."""
    ratios = {
        name: [{"precision": ratio(tp, tp + fp), "recall": ratio(tp, tp + fn), "specificity": ratio(tn, tn + fp)}[name]
               for tp, fp, fn, tn in cuts(y, p)]
        for name in (wanted, given)
    }  # fmt: skip
    ends = {"precision": (0, y.mean()), "recall": (0, 1), "specificity": (1, 0)}  # all are called 0, or all 1
    pairs = zip([*ratios[wanted], *ends[wanted]], [*ratios[given], *ends[given]], strict=True)
    return max((a for a, b in pairs if b >= 0.5), default=0)


def auc(y, p):
    """How often a positive sample has the higher score; a tie is half."""
    higher = p[y == 1][:, None] - p[y == 0][None]
    return ((higher > 0) + (higher == 0) / 2).mean()


def fscores(y, p, beta=1.0):
    said = p == p.max(-1, keepdims=True)
    tp, fp, fn = ((said & (y == 1)).sum(0), (said & (y == 0)).sum(0), (~said & (y == 1)).sum(0))
    return (1 + beta**2) * tp / np.maximum((1 + beta**2) * tp + beta**2 * fn + fp, 1)


def ious(y, p, n=4):
    return np.array([((y == c) & (p == c)).sum() / max(((y == c) | (p == c)).sum(), 1) for c in range(n)])


def r2(y, p):
    return (1 - ((y - p) ** 2).sum(0) / ((y - y.mean(0)) ** 2).sum(0)).mean()


def count(one, other):
    return lambda y, p: ((p > 0.5) == one)[y == other].sum()


OBJECTS = {
    "accuracy": (labels, lambda y, p: (y == p).mean(), {}),
    "auc": (scores, auc, {"num_thresholds": 200.0}),
    "cosine_similarity": (reals, lambda y, p: (unit(y) * unit(p)).sum(-1).mean(), {}),
    "f1_score": (one_hot, lambda y, p: fscores(y, p).mean(), {"average": "macro"}),
    "false_negatives": (binary, count(False, 1), {}),
    "false_positives": (binary, count(True, 0), {}),
    "fbeta_score": (one_hot, lambda y, p: fscores(y, p, 2), {"beta": 2}),
    "log_cosh_error": (reals, lambda y, p: np.log(np.cosh(y - p)).mean(), {}),
    "logcosh_error": (reals, lambda y, p: np.log(np.cosh(y - p)).mean(), {}),
    "binary_iou": (binary, lambda y, p: ious(y, p > 0.5, 2).mean(), {}),
    "iou": (labels, lambda y, p: ious(y, p)[[0, 2]].mean(), {"num_classes": 4.0, "target_class_ids": [0.0, 2.0]}),
    "mean_iou": (labels, lambda y, p: ious(y, p).mean(), {"num_classes": 4}),
    "one_hot_iou": (
        one_hot, lambda y, p: ious(y.argmax(-1), p.argmax(-1))[1], {"num_classes": 4, "target_class_ids": 1.0},
    ),
    "one_hot_mean_iou": (one_hot, lambda y, p: ious(y.argmax(-1), p.argmax(-1)).mean(), {"num_classes": 4}),
    "precision": (binary, lambda y, p: ratio((y[p > 0.5]).sum(), (p > 0.5).sum()), {}),
    "precision_at_recall": (scores, lambda y, p: best(y, p, "precision", "recall"), {"recall": 0.5}),
    "r2_score": (reals, r2, {}),
    "recall": (binary, lambda y, p: ratio(((p > 0.5) * y).sum(), y.sum()), {}),
    "recall_at_precision": (scores, lambda y, p: best(y, p, "recall", "precision"), {"precision": 0.5}),
    "root_mean_squared_error": (reals, lambda y, p: np.sqrt(((y - p) ** 2).mean()), {}),
    "sensitivity_at_specificity": (scores, lambda y, p: best(y, p, "recall", "specificity"), {"specificity": 0.5}),
    "specificity_at_sensitivity": (scores, lambda y, p: best(y, p, "specificity", "recall"), {"sensitivity": 0.5}),
    "true_negatives": (binary, count(False, 0), {}),
    "true_positives": (binary, count(True, 1), {}),
}  # fmt: skip
VALUES = {"mean", "sum", "mean_wrapper"}  # below; the two that Keras lost are in test_metrics_own.py
OWN = {"mean_relative_error", "mean_tensor"}


def test_every_metric_has_a_reference():
    named = {f"metric_{name}" for name in {*FUNCTIONS, *OBJECTS, *VALUES, *OWN}}
    assert named | {"custom_metric"} == set(metrics.__all__)
    assert len(metrics.__all__) == 55


@pytest.mark.parametrize("name", FUNCTIONS)
@settings(max_examples=12, deadline=None)
@given(seed=SEEDS)
def test_functions_and_the_mean_of_their_objects(name, seed):
    make, reference, arguments = FUNCTIONS[name]
    y, p = make(np.random.default_rng(seed))
    expected = np.asarray(reference(y, p.astype("float64")), float)
    function = getattr(pk, f"metric_{name}")
    np.testing.assert_allclose(numpy(function(y, p, **arguments)), expected, **CLOSE)
    if not isinstance(function, Computed):
        assert after_two_batches(function(**arguments), y, p) == pytest.approx(expected.mean(), rel=1e-3, abs=1e-4)


@pytest.mark.parametrize("name", OBJECTS)
@settings(max_examples=12, deadline=None)
@given(seed=SEEDS)
def test_objects_over_two_batches(name, seed):
    make, reference, arguments = OBJECTS[name]
    y, p = make(np.random.default_rng(seed))
    metric = getattr(pk, f"metric_{name}")(**arguments)
    np.testing.assert_allclose(after_two_batches(metric, y, p), reference(y, p.astype(float)), **CLOSE)


@settings(max_examples=12, deadline=None)
@given(seed=SEEDS)
def test_mean_and_sum_with_weights(seed):
    rng = np.random.default_rng(seed)
    x, w = rng.normal(size=8).astype("float32"), rng.uniform(0.1, 1, 8).astype("float32")
    mean, total = pk.metric_mean(name="m"), pk.metric_sum()
    for part in (slice(3), slice(3, 8)):
        mean.update_state(x[part], sample_weight=w[part])
        total.update_state(x[part], sample_weight=w[part])
    assert numpy(mean.result()) == pytest.approx(np.average(x, weights=w), abs=1e-5)
    assert numpy(total.result()) == pytest.approx((x * w).sum(), abs=1e-5)
    assert mean.name == "m"


def test_other_arguments():
    y, p = np.array([1.0, 0.0, 1.0, 1.0]), np.array([0.1, 0.3, 0.5, 0.9])
    assert numpy(pk.metric_binary_accuracy(y, p, 0.25)).tolist() == [0, 0, 1, 1]
    assert numpy(pk.metric_precision(thresholds=(0.2, 0.4))(y, p)).tolist() == pytest.approx([2 / 3, 1])
    assert numpy(pk.metric_recall(thresholds=np.array(0.2))(y, p)) == pytest.approx(2 / 3)
    assert numpy(pk.metric_recall(class_id=1.0)([[0.0, 1.0]], [[0.1, 0.9]])) == 1
    assert numpy(pk.metric_precision(top_k=1.0)([[0.0, 1.0]], [[0.4, 0.3]])) == 0
    ids = np.array([[2, 0, 1], [0, 1, 2]])
    assert numpy(pk.metric_sparse_top_k_categorical_accuracy([0, 2], ids, 2, from_sorted_ids=True)).tolist() == [1, 0]
    assert numpy(pk.metric_mean_iou(num_classes=3, ignore_class=2.0)([0, 1, 2], [0, 1, 0])) == pytest.approx(1)
    assert numpy(pk.metric_poisson([[1.0, 2.0]], [[1.0, 2.0]])).shape == (1,)
    by_column = numpy(pk.metric_pearson_correlation([[1, 5], [2, 4], [4, 1]], [[1, 1], [2, 2], [4, 5]], axis=0.0))
    np.testing.assert_allclose(by_column, [1, -1], atol=1e-5)


def test_an_argument_that_keras_has_for_the_function_alone():
    metric = pk.metric_binary_crossentropy(axis=0, from_logits=True, name="nm")
    y, logits = np.array([[1.0, 0.0], [1.0, 1.0]]), np.array([[2.0, -1.0], [0.5, 1.5]])
    np.testing.assert_allclose(numpy(metric(y, logits)), np.logaddexp(0, -(2 * y - 1) * logits).mean(), rtol=1e-5)
    assert metric.name == "nm"
    assert type(pk.metric_binary_crossentropy(axis=-1.0)) is keras.metrics.BinaryCrossentropy


def test_names_that_are_reported():
    assert pk.metric_kullback_leibler_divergence().name == "kullback_leibler_divergence"
    assert pk.metric_kl_divergence().name == "kl_divergence"
    assert pk.metric_logcosh_error().name == "logcosh"
    assert pk.metric_mean_absolute_error(name="nm").name == "nm"
    assert pk.metric_mean_absolute_error.uncalled() is keras.metrics.mean_absolute_error
    assert isinstance(pk.metric_auc.uncalled(), keras.metrics.AUC)


def absolute(y_true, y_pred, power=1):
    """Of one's own."""
    return keras.ops.mean(keras.ops.abs(y_true - y_pred) ** power, axis=-1)


@settings(max_examples=12, deadline=None)
@given(seed=SEEDS)
def test_mean_wrapper(seed):
    y, p = reals(np.random.default_rng(seed))
    assert after_two_batches(pk.metric_mean_wrapper(fn=absolute), y, p) == pytest.approx(np.abs(y - p).mean(), rel=1e-4)
    squared = pk.metric_mean_wrapper(fn=absolute, name="sq", power=2)
    assert after_two_batches(squared, y, p) == pytest.approx(((y - p) ** 2).mean(), rel=1e-4)
    assert squared.name == "sq"
    for named in (pk.loss_huber, pk.metric_huber, keras.losses.huber):
        metric = pk.metric_mean_wrapper(fn=named, dtype="float64")
        assert after_two_batches(metric, y, p) == pytest.approx(huber(y, p).mean(), rel=1e-4)
    column = pk.metric_mean_wrapper(fn=absolute)
    assert after_two_batches(column, y[:, 0], p[:, :1]) == pytest.approx(np.abs(y - p)[:, 0].mean(), rel=1e-4)


def test_custom_metric_names_a_function_and_leaves_it_as_it_was():
    named = pk.custom_metric("my_error", absolute)
    assert (named.__name__, absolute.__name__) == ("my_error", "absolute")
    assert numpy(named(np.zeros((1, 2)), np.ones((1, 2)), power=3)).tolist() == [1]
    assert pk.custom_metric("h", pk.metric_huber).__name__ == "h"


@pytest.mark.parametrize(
    ("call", "kind", "message"),
    [
        (
            lambda: pk.custom_metric(absolute, "a"), InvalidValueError,
            'custom_metric: name must be text, it got function absolute: custom_metric("my_error", function)',
        ),
        (
            lambda: pk.custom_metric("a", "mae"), InvalidValueError,
            "custom_metric: metric_fn must be a function of (y_true, y_pred), it got 'mae'",
        ),
        (
            lambda: pk.metric_mean_wrapper(fn=keras.metrics.AUC), InvalidValueError,
            "metric_mean_wrapper: fn must be a function of (y_true, y_pred), it got class AUC",
        ),
        (
            lambda: pk.metric_precision(0.5), ArgumentError,
            "metric_precision: its arguments go by name, thresholds, top_k, class_id, name, dtype",
        ),
        (
            lambda: pk.metric_precision([1, 0], [1, 0]), ArgumentError,
            "metric_precision: its arguments go by name, thresholds, top_k, class_id, name, dtype. To compute: m ="
            " metric_precision(...); m.update_state(y_true, y_pred); m.result()",
        ),
        (lambda: pk.metric_iou(), ArgumentError, "metric_iou needs num_classes: metric_iou(num_classes=...)"),
        (
            lambda: pk.metric_iou.uncalled(), ArgumentError,
            "metric_iou lacks parentheses, and num_classes and target_class_ids: metric_iou(num_classes=...,"
            " target_class_ids=...)",
        ),
        (
            lambda: pk.metric_top_k_categorical_accuracy(k=1.5), InvalidValueError,
            "metric_top_k_categorical_accuracy: k must be a whole number, it got 1.5",
        ),
        (
            lambda: pk.metric_fbeta_score(beta="a"), InvalidValueError,
            "metric_fbeta_score: beta must be a number, it got 'a'",
        ),
        (
            lambda: pk.metric_auc(curv="PR"), ArgumentError, "metric_auc has no argument curv; did you mean curve?",
        ),
        (lambda: pk.metric_huber(), ArgumentError, "metric_huber needs y_true: metric_huber(y_true=...)"),
    ],
)  # fmt: skip
def test_what_cannot_be_meant(call, kind, message):
    with pytest.raises(kind) as error:
        call()
    assert str(error.value) == message


def test_what_keras_refuses_says_who_was_asked():
    with pytest.raises(InvalidValueError, match='metric_auc: Invalid AUC curve value: "ROCC"'):
        pk.metric_auc(curve="ROCC")
