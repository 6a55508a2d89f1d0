"""ctc.py: against all alignments, tried one by one."""

import itertools

import numpy as np
import pytest

import pipekeras as pk

RNG = np.random.default_rng(0)


def labels_of(path, blank):
    """What an alignment stands for: repeats once, without blanks."""
    return tuple(c for c, before in zip(path, (None, *path), strict=False) if c != before and c != blank)


def by_labels(probabilities):
    """How likely each sequence of labels is."""
    steps, classes = probabilities.shape
    found = {}
    for path in itertools.product(range(classes), repeat=steps):
        likely = np.prod([probabilities[t, c] for t, c in enumerate(path)])
        found[labels_of(path, classes - 1)] = found.get(labels_of(path, classes - 1), 0) + likely
    return found


def probabilities(*shape):
    x = np.exp(RNG.normal(size=shape))
    return (x / x.sum(-1, keepdims=True)).astype("float32")


def test_the_cost_is_that_of_all_alignments():
    y_pred = probabilities(3, 5, 4)
    y_true, label_length, input_length = [[0, 1, 2], [1, 1, -1], [2, -1, -1]], [[3], [2], [1]], [[5], [5], [3.0]]
    cost = pk.k_eval(pk.k_ctc_batch_cost(y_true, y_pred, input_length, label_length))
    assert cost.shape == (3, 1)
    for i, (labels, length, steps) in enumerate(zip(y_true, label_length, input_length, strict=True)):
        likely = by_labels(y_pred[i, : int(steps[0])])[tuple(labels[: length[0]])]
        assert cost[i, 0] == pytest.approx(-np.log(likely), rel=1e-3)


def test_the_greedy_way_takes_the_best_class_of_each_step():
    y_pred = probabilities(4, 6, 4)
    lengths = [6, 5, 4, 2]
    paths, scores = pk.k_ctc_decode(y_pred, lengths)
    assert isinstance(paths, list)
    path = pk.k_eval(paths[0])
    assert path.shape == (4, 6)
    for i, length in enumerate(lengths):
        best = labels_of(y_pred[i, :length].argmax(-1), 3)
        assert path[i].tolist() == [*best, *[-1] * (6 - len(best))]
        assert pk.k_eval(scores)[i, 0] == pytest.approx(-np.log(y_pred[i, :length].max(-1)).sum(), rel=1e-3)


def test_the_search_finds_the_likeliest_labels():
    y_pred = probabilities(3, 4, 3)
    paths, scores = pk.k_ctc_decode(y_pred, [4, 4, 3], greedy=False, beam_width=50.0, top_paths=2.0)
    assert len(paths) == 2
    for i, length in enumerate([4, 4, 3]):
        ranked = sorted(by_labels(y_pred[i, :length]).items(), key=lambda pair: -pair[1])[:2]
        for rank, (labels, likely) in enumerate(ranked):
            assert [c for c in pk.k_eval(paths[rank])[i].tolist() if c >= 0] == list(labels)
            assert pk.k_eval(scores)[i, rank] == pytest.approx(np.log(likely), abs=1e-3)


def test_the_search_keeps_a_label_that_comes_twice():
    y_pred = np.array([[[0.9, 0.05, 0.05], [0.05, 0.05, 0.9], [0.9, 0.05, 0.05]]], "float32")
    for greedy in (True, False):
        assert pk.k_eval(pk.k_ctc_decode(y_pred, [3], greedy)[0][0]).tolist() == [[0, 0, -1]]


def test_labels_become_sparse():
    labels, lengths = np.array([[1, 2, 9], [3, 9, 9], [4, 5, 6]], "int32"), [2, 1, 3]
    found = pk.k_ctc_label_dense_to_sparse(labels, lengths)
    assert pk.k_is_sparse(found)
    assert pk.k_eval(found).tolist() == [[1, 2, 0], [3, 0, 0], [4, 5, 6]]


def test_predictions_of_another_shape():
    with pytest.raises(pk.ShapeError, match=r"y_pred must have shape \(samples, steps, classes\), it has \(2, 3\)"):
        pk.k_ctc_decode(np.ones((2, 3)), [3, 3])
