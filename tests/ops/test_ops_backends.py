"""What Keras 3.15 computes wrongly, or not at all, on some backend, and what only some backend refuses."""

import numpy as np
import pytest

import pipekeras as pk
from pipekeras._keras import keras

F = "float32"
RNG = np.random.default_rng(11)
X = RNG.normal(size=(3, 4, 5)).astype(F)
M = RNG.normal(size=(3, 4)).astype(F)
IMAGES = RNG.random((2, 6, 6, 3)).astype(F)
BYTES = (IMAGES * 255).astype("uint8")


def numpy(x):
    return [numpy(part) for part in x] if isinstance(x, (list, tuple)) else np.asarray(keras.ops.convert_to_numpy(x))


def agree(got, expected):
    for a, b in zip(got, expected, strict=True) if isinstance(expected, (list, tuple)) else [(got, expected)]:
        assert np.shape(a) == np.shape(b)
        np.testing.assert_allclose(a, b, rtol=1e-3, atol=1e-4)


# Sums: TensorFlow takes a second tensor with one long axis for a bias -------------------------------------------------

ADDED = [
    ((2, 4, 4), (1, 4, 1)),
    ((2, 4, 4), (4, 1)),
    ((2, 4, 4), (4, 1, 1, 1)),
    ((1, 4), (4, 1)),
    ((4, 4), (1, 1, 4)),
    ((2, 4, 1), (4,)),
    ((1, 4, 1), (1, 1, 4)),
    ((2, 4, 4), (4,)),
    ((2, 4, 4), (2, 4, 4)),
    ((0, 4), (0, 4)),
]


@pytest.mark.parametrize(("one", "two"), ADDED)
def test_a_sum_is_along_the_axes_where_it_is(one, two):
    x, y = RNG.normal(size=one).astype(F), RNG.normal(size=two).astype(F)
    agree(numpy(pk.op_add(x, y)), x + y)
    agree(numpy(y >> pk.op_add(x)), x + y)


def test_a_sum_in_a_model_whose_batch_is_as_long_as_its_features():
    x = keras.Input((4,))
    model = keras.Model(x, pk.op_add(x, pk.op_mean(x, axis=1, keepdims=True)))
    data = X[0, :, :4]
    agree(numpy(model(data)), data + data.mean(1, keepdims=True))


def test_a_sum_of_two_alike_is_keras_own_in_a_model():
    x = keras.Input((4,))
    assert "Add" in [type(operation).__name__ for operation in keras.Model(x, pk.op_add(x, x)).operations]


def test_a_sum_that_does_not_go_together_is_refused():
    with pytest.raises(pk.ShapeError, match=r"op_add: .*x1 of shape \(2, 4, 3\), x2 of shape \(4,\)"):
        pk.op_add(np.ones((2, 4, 3), F), np.ones(4, F))


def test_whole_numbers_of_8_bits_are_added_as_such():
    x, y = np.full((3, 3), 200, "uint8"), np.array([[1], [2], [90]], "uint8")
    np.testing.assert_array_equal(numpy(pk.op_add(x, y)), x + y)


# Right numbers --------------------------------------------------------------------------------------------------------


def normalized(x, axis):
    return (x - x.mean(axis, keepdims=True)) / np.sqrt(x.var(axis, keepdims=True) + 1e-5)


def bell(size, sigma):
    weights = np.exp(-0.5 * ((np.arange(size) - (size - 1) / 2) / sigma) ** 2)
    return weights / weights.sum()


def blurred(images):
    from scipy.ndimage import correlate

    weights = np.outer(bell(3, 1), bell(5, 0.5))[None, :, :, None]
    return correlate(images, weights, mode="constant")


def averages(images, size):
    """Of squares of places, as many as there are, each of what lies within."""
    before, places = (size - 1) // 2, images.shape[1:3]
    cells = [[max(i - before, 0), i - before + size] for i in range(max(places))]
    return np.stack(
        [
            np.stack([images[:, slice(*cells[i]), slice(*cells[j])].mean((1, 2)) for j in range(places[1])], 1)
            for i in range(places[0])
        ],
        1,
    )


NUMBERS = {
    "dot of many axes": (lambda: pk.op_dot(X, X.transpose(0, 2, 1)), np.dot(X, X.transpose(0, 2, 1))),
    "dot of a vector": (lambda: pk.op_dot(M[0], X), np.dot(M[0], X)),
    "dot of numbers": (lambda: pk.op_dot(2, 3), 6),
    "vdot": (lambda: pk.op_vdot(M, M), np.vdot(M, M)),
    "vdot of numbers": (lambda: pk.op_vdot(2, 3), 6),
    "cross": (lambda: pk.op_cross(M[:, :3], M[:, 1:]), np.cross(M[:, :3], M[:, 1:])),
    "norm": (lambda: pk.op_norm(X), np.linalg.norm(X)),
    "norm kept": (lambda: pk.op_norm(X, keepdims=True), np.linalg.norm(X, keepdims=True)),
    "trace": (lambda: pk.op_trace(X, 1, 0, 2), np.trace(X, 1, 0, 2)),
    "unravel": (lambda: pk.op_unravel_index([[0, 5], [7, 11]], (3, 4)), np.unravel_index([[0, 5], [7, 11]], (3, 4))),
    "unravel one": (lambda: pk.op_unravel_index(5, (3, 4)), (1, 1)),
    "rows": (lambda: pk.op_vstack([1, 2], [3, 4]), [[1, 2], [3, 4]]),
    "rows in a list": (lambda: pk.op_vstack([M[0], M[1]]), M[:2]),
    "correlate": (lambda: pk.op_correlate([1.0, 2], [0.0, 1, 0.5, 2], "same"), [4.5, 2, 2, 0]),
    "rms along 0": (lambda: pk.op_rms_normalization(M, axis=0), M / np.sqrt((M**2).mean(0) + 1e-7)),
    "rms by a number": (lambda: pk.op_rms_normalization([[3, 4]], 2), [[6, 8] / np.sqrt(12.5)]),
    "layer along 1": (lambda: pk.op_layer_normalization(X, axis=1, epsilon=1e-5), normalized(X, 1)),
    "layer by numbers": (lambda: pk.op_layer_normalization(M, 2, 1, epsilon=1e-5), 2 * normalized(M, 1) + 1),
    "layer of whole": (lambda: pk.op_layer_normalization([[1, 3]]), [[-1, 1]]),
    "pool": (lambda: pk.op_average_pool(IMAGES, 2, 1, "same"), averages(IMAGES, 2)),
    "blur": (lambda: pk.op_image_gaussian_blur(IMAGES, (3, 5), (1, 0.5)), blurred(IMAGES)),
    "blur of bytes": (lambda: pk.op_image_gaussian_blur(BYTES[0], (3, 5), [1, 0.5]), blurred(BYTES[:1] * 1.0)[0]),
    "in top k": (lambda: pk.op_in_top_k([5, 1], [[1.0, 1, 1], [1, 2, 3]], 2), [False, True]),
    "clip a number": (lambda: pk.op_clip(5, 0, 1.5), 1.5),
    "clip by lists": (lambda: pk.op_clip([1, 5, 9], [2, 2, 2], [8, 8, 8]), [2, 5, 8]),
    "stop": (lambda: pk.op_stop_gradient(3.0), 3),
    "stop an array": (lambda: M >> pk.op_stop_gradient(), M),
    "unstack": (lambda: M >> pk.op_unstack(axis=1), list(M.T)),
    "conj": (lambda: pk.op_conj(2.0), 2),
    "real": (lambda: pk.op_real(0.5), 0.5),
    "size": (lambda: pk.op_size(3), 1),
    "powers below 0": (lambda: pk.op_power([2, 4], -1), [0.5, 0.25]),
    "searched number": (lambda: pk.op_searchsorted([1, 3, 5], 4.5), 2),
    "start from the end": (lambda: pk.op_slice([1, 2, 3], -2, 2), [2, 3]),
    "largest": (lambda: pk.op_max([1, 2], initial=5.0), 5),
    "truths": (lambda: pk.op_one_hot([True, False], 2), [[0, 1], [1, 0]]),
    "sorted": (lambda: pk.op_segment_sum([1.0, 2, 3], [0, 0, 1], 2, sorted=True), [3, 3]),
    "range": (lambda: pk.op_histogram([1.0, 2], 2, [0.0, 4.0]), np.histogram([1.0, 2], 2, (0, 4))),
    "patches": (lambda: pk.op_image_extract_patches(BYTES, (6, 6)), BYTES.reshape(2, 1, 1, 108)),
    "shape": (lambda: len(pk.op_shape(3)), 0),
}


@pytest.mark.parametrize("name", NUMBERS)
def test_it_is_right_on_every_backend(name):
    call, expected = NUMBERS[name]
    got = call()
    agree(numpy(got), expected if isinstance(got, (list, tuple)) else np.asarray(expected))


@pytest.mark.parametrize("axis", [0, 1, -1, None])
def test_partitions_are_along_their_axis(axis):
    order = numpy(pk.op_argpartition(X, 1, axis))
    flat, along = (X.reshape(-1), 0) if axis is None else (X, axis)
    smallest = np.take_along_axis(flat, order, along).take([0, 1], along)
    agree(np.sort(smallest, along), np.sort(flat, along).take([0, 1], along))


def test_a_product_over_two_axes_in_a_model():
    x = keras.Input((4,))
    agree(numpy(keras.Model(x, pk.op_tensordot(x, np.eye(4, dtype=F), [1, 0]))(M)), M)


def test_what_is_put_in_takes_the_type_of_what_is_there():
    assert pk.op_dtype(pk.op_slice_update(M, (0, 0), np.zeros((1, 1)))) == F
    assert pk.op_dtype(3) == "int32"


# Refusals -------------------------------------------------------------------------------------------------------------

REFUSED = [
    (lambda: pk.op_squeeze(M, 0), "op_squeeze: axis 0 has the size 3; only axes of size 1 can go"),
    (lambda: pk.op_unstack(M, 2), "op_unstack: num is 2, but the axis has the size 3"),
    (lambda: pk.op_conv(IMAGES, np.ones((2, 2, 3, 1)), padding="sam"), 'op_conv: padding must be "valid" or "same"'),
    (
        lambda: pk.op_max_pool(IMAGES, 2, padding="sam"),
        'op_max_pool: padding must be "valid" or "same", it got \'sam\'',
    ),
    (lambda: pk.op_correlate([1, 2], [1], "ful"), 'op_correlate: mode must be "valid" or "same" or "full", it got'),
    (lambda: pk.op_image_map_coordinates([1.0], [[0]], 0, "nearst"), 'fill_mode must be "constant" or "nearest" or'),
    (
        lambda: pk.op_image_gaussian_blur(IMAGES, [1, 2, 3]),
        r"kernel_size must be one number or two, it got \[1, 2, 3\]",
    ),
    (lambda: pk.op_segment_sum([1.0, 2], [0, 5], 2), "op_segment_sum: "),
    (lambda: pk.op_bincount([-1, 1]), "op_bincount: "),
    (lambda: pk.op_histogram([1.0], 0), "op_histogram: bins must be at least 1, it got 0"),
    (lambda: pk.op_histogram([1.0], 2, "a"), "op_histogram: range must be one number or two, it got 'a'"),
    (lambda: pk.op_quantile([1.0, 2], 1.5), "op_quantile: q must be from 0 to 1, it has 1.5"),
    (lambda: pk.op_sparse_categorical_crossentropy([2], [[0.4, 0.6]]), "op_sparse_categorical_crossentropy: "),
    (lambda: pk.op_scatter([[5]], [1.0], 3), "op_scatter: "),
    (lambda: pk.op_scatter_update([1.0, 2], [[5]], [9.0]), "op_scatter_update: "),
    (lambda: pk.op_unravel_index([50], (3, 4)), "op_unravel_index: index 50 does not exist: all of x has 12"),
    (lambda: pk.op_argpartition(M, 4), "op_argpartition: index 4 does not exist: axis -1 of x has 4 elements"),
    (lambda: pk.op_select([[True]], [[1], [2]]), "op_select: there are 1 conditions and 2 choices"),
    (lambda: pk.op_slice(M, [1], [1]), r"op_slice: the part of x of shape \(3, 4\) starts at \(1,\)"),
    (lambda: pk.op_get_item(M, (None, 5)), "op_get_item: index 5 does not exist: axis 0 of x has 3 elements"),
    (lambda: pk.op_get_item(M, (..., 9)), "op_get_item: index 9 does not exist: axis 1 of x has 4 elements"),
    (lambda: pk.op_tensordot(M, M, 3), "op_tensordot: axes is 3, but x1 and x2 have 2 and 2"),
    (
        lambda: pk.op_tensordot(M[:, :1], M, 1),
        "op_tensordot: .* axis 1 of the one has the size 1, axis 0 of the other 3",
    ),
    (lambda: pk.op_dot(M[:, :1], X), "op_dot: .* do not go together"),
    (
        lambda: pk.op_associative_scan(pk.op_add, M, axis=2),
        "op_associative_scan: axis 2 does not exist: elems of shape",
    ),
]


@pytest.mark.parametrize(("call", "said"), REFUSED)
def test_what_some_backend_lets_pass_is_refused_on_all(call, said):
    with pytest.raises((pk.InvalidValueError, pk.ShapeError), match=said):
        call()


def test_text_is_for_tensorflow_alone(backend):
    if backend == "tensorflow":
        assert pk.op_array(["a"]).dtype == "string"
    else:
        with pytest.raises(pk.DataError, match="op_array: x holds text"):
            pk.op_array(["a"])


def test_get_item_still_takes_what_is_there():
    agree(numpy(pk.op_get_item(X, (..., -1))), X[..., -1])
    agree(numpy(pk.op_get_item(X, (None, slice(0, 2), ..., 1))), X[None, 0:2, ..., 1])
