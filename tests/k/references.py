"""For each k_* that computes: a call on random input, and what NumPy says of it in the terms of keras 2.x.

A case is a function of a random generator that gives (arguments by position, arguments by name, what must come out).
The shapes are few, for JAX compiles each function anew for each of them.
"""

import itertools

import numpy as np
import scipy.special

F = "float32"
EPSILON = 1e-7


def reals(rng, *shape, low=-3.0, high=3.0):
    return rng.uniform(low, high, shape).astype(F)


def shaped(rng):
    return [(4,), (3, 2), (2, 1, 3)][rng.integers(3)]


def unary(reference, low=-3.0, high=3.0):
    def case(rng):
        x = reals(rng, *shaped(rng), low=low, high=high)
        return (x,), {}, reference(x.astype("float64"))

    return case


def binary(reference):
    def case(rng):
        x, y = np.round(reals(rng, 3, 2)), np.round(reals(rng, 3, 2))
        return (x, y), {}, reference(x, y)

    return case


def reduction(reference):
    def case(rng):
        x = reals(rng, 2, 3, 4)
        axis = [None, 0, 1.0, -1, [0, 2]][rng.integers(5)]
        keepdims = bool(rng.integers(2))
        numpy_axis = tuple(axis) if isinstance(axis, list) else None if axis is None else int(axis)
        return (x,), {"axis": axis, "keepdims": keepdims}, reference(x, axis=numpy_axis, keepdims=keepdims)

    return case


def along(reference, default):
    def case(rng):
        x = reals(rng, 2, 3, 4)
        if rng.integers(2):
            return (x,), {}, reference(x, axis=default)
        axis = int(rng.integers(-3, 3))
        return (x,), {"axis": float(axis)}, reference(x, axis=axis)

    return case


def softmax(x, axis=-1):
    return scipy.special.softmax(x.astype("float64"), axis=axis)


def relu(rng):
    x, alpha, most = reals(rng, 3, 4), float(rng.choice([0, 0.25])), [None, 1.5][rng.integers(2)]
    high = np.inf if most is None else most
    return (x, alpha, most), {}, np.where(x < 0, alpha * x, np.minimum(x, high))


def clip(rng):
    x, low, high = reals(rng, 3, 4), [None, -1.0, 1][rng.integers(3)], [None, 0.5, 2][rng.integers(3)]
    most = high if high is None or low is None else max(high, low)
    return (x, low, most), {}, np.clip(x, low if low is not None else -np.inf, most if most is not None else np.inf)


ELEMENTWISE = {
    "k_abs": unary(np.abs),
    "k_cos": unary(np.cos),
    "k_elu": unary(lambda x: np.where(x < 0, np.exp(x) - 1, x)),
    "k_exp": unary(np.exp),
    "k_hard_sigmoid": unary(lambda x: np.clip(0.2 * x + 0.5, 0, 1)),
    "k_identity": unary(lambda x: x),
    "k_log": unary(np.log, low=0.1),
    "k_ones_like": unary(np.ones_like),
    "k_round": unary(np.round),
    "k_sigmoid": unary(scipy.special.expit),
    "k_sign": unary(np.sign),
    "k_sin": unary(np.sin),
    "k_softplus": unary(lambda x: np.log1p(np.exp(x))),
    "k_softsign": unary(lambda x: x / (1 + np.abs(x))),
    "k_sqrt": unary(lambda x: np.sqrt(np.maximum(x, 0))),
    "k_square": unary(np.square),
    "k_stop_gradient": unary(lambda x: x),
    "k_tanh": unary(np.tanh),
    "k_zeros_like": unary(np.zeros_like),
    "k_clip": clip,
    "k_relu": relu,
    "k_pow": lambda rng: ((x := reals(rng, 3, 2, low=0.2), a := [2.0, 0.5, 3][rng.integers(3)]), {}, x**a),
    "k_cast": lambda rng: ((x := reals(rng, 3, 2), "int32"), {}, x.astype("int32")),
    "k_equal": binary(np.equal),
    "k_greater": binary(np.greater),
    "k_greater_equal": binary(np.greater_equal),
    "k_less": binary(np.less),
    "k_less_equal": binary(np.less_equal),
    "k_maximum": binary(np.maximum),
    "k_minimum": binary(np.minimum),
    "k_not_equal": binary(np.not_equal),
}

REDUCTIONS = {
    "k_all": reduction(lambda x, **kw: np.all(x != 0, **kw)),
    "k_any": reduction(lambda x, **kw: np.any(x != 0, **kw)),
    "k_argmax": along(np.argmax, -1),
    "k_argmin": along(np.argmin, -1),
    "k_cumprod": along(np.cumprod, 0),
    "k_cumsum": along(np.cumsum, 0),
    "k_logsumexp": reduction(scipy.special.logsumexp),
    "k_max": reduction(np.max),
    "k_mean": reduction(np.mean),
    "k_min": reduction(np.min),
    "k_prod": reduction(np.prod),
    "k_softmax": along(softmax, -1),
    "k_std": reduction(np.std),
    "k_sum": reduction(np.sum),
    "k_var": reduction(np.var),
}

# Shapes ---------------------------------------------------------------------------------------------------------------


def on(reference, *arguments, shape=(2, 3, 4), **named):
    """A case with these arguments after a random tensor."""
    return lambda rng: ((x := reals(rng, *shape), *arguments), named, reference(x))


def pair_on_axis(join, default):
    def case(rng):
        x, y, axis = reals(rng, 2, 3), reals(rng, 2, 3), [None, 0, 1.0][rng.integers(3)]
        named = {} if axis is None else {"axis": axis}
        return ([x, y],), named, join([x, y], axis=default if axis is None else int(axis))

    return case


def gather(rng):
    x, indices = reals(rng, 4, 3), rng.integers(0, 4, (2, 2))
    return (x, indices.astype([F, "int64"][rng.integers(2)])), {}, x[indices]


def one_hot(rng):
    indices = rng.integers(0, 5, (2, 3))
    return (indices.astype([F, "int32"][rng.integers(2)]), 5.0), {}, np.eye(5)[indices]


SHAPES = {
    "k_batch_flatten": on(lambda x: x.reshape(2, 12)),
    "k_concatenate": pair_on_axis(np.concatenate, -1),
    "k_expand_dims": on(lambda x: x[:, None], 1.0),
    "k_flatten": on(np.ravel),
    "k_gather": gather,
    "k_one_hot": one_hot,
    "k_permute_dimensions": on(lambda x: x.transpose(2, 0, 1), [2.0, 0.0, 1.0]),
    "k_repeat": on(lambda x: np.repeat(x[:, None], 3, axis=1), 3.0, shape=(2, 4)),
    "k_repeat_elements": on(lambda x: np.repeat(x, 2, axis=1), 2.0, 1.0),
    "k_reshape": on(lambda x: x.reshape(2, 12), [2.0, -1.0]),
    "k_reverse": on(lambda x: x[::-1, :, ::-1], [0.0, 2.0]),
    "k_squeeze": on(lambda x: x[:, 0], 1.0, shape=(3, 1, 2)),
    "k_stack": pair_on_axis(np.stack, 0),
    "k_tile": on(lambda x: np.tile(x, (1, 2, 1)), [1.0, 2.0, 1.0]),
    "k_transpose": on(np.transpose),
}

# Products -------------------------------------------------------------------------------------------------------------


def batch_dot(rng):
    left, right, axes = [
        ((2, 3, 4), (2, 4, 5), None),
        ((2, 3, 4), (2, 5, 4), 2.0),
        ((2, 4), (2, 4), None),
        ((2, 4), (2, 4), (1, 1)),
        ((2, 3, 4), (2, 4), [2.0, 1.0]),
        ((2, 4, 3, 5), (2, 3, 4), (1, -1)),
    ][rng.integers(6)]
    x, y = reals(rng, *left), reals(rng, *right)
    if axes is None:
        first, second = len(left) - 1, max(len(right) - 2, 1)
    else:
        first, second = (int(a) for a in (axes if isinstance(axes, (list, tuple)) else (axes, axes)))
    products = [
        np.tensordot(a, b, (first - 1, second - 1 if second > 0 else second)) for a, b in zip(x, y, strict=True)
    ]
    expected = np.stack(products)
    named = {} if axes is None else {"axes": axes}
    return (x, y), named, expected[:, None] if expected.ndim == 1 else expected


def dot(rng):
    """Of every number of dimensions, for backends are wrong about some."""
    left = [(4,), (3, 4), (2, 3, 4)][rng.integers(3)]
    right = [(4,), (4, 5), (6, 4, 5), (2, 6, 4, 5)][rng.integers(4)]
    x, y = reals(rng, *left), reals(rng, *right)
    return (x, y), {}, np.dot(x, y)


PRODUCTS = {
    "k_batch_dot": batch_dot,
    "k_dot": dot,
}

# Kernels --------------------------------------------------------------------------------------------------------------


def around(x, kernel, strides, dilation, padding):
    """`x` of shape (samples, ..., channels) with the zeros that "same" wants."""
    if padding == "valid":
        return x
    pads = [(0, 0)]
    for size, cells, stride, rate in zip(x.shape[1:-1], kernel, strides, dilation, strict=True):
        total = max((-(-size // stride) - 1) * stride + (cells - 1) * rate + 1 - size, 0)
        pads.append((total // 2, total - total // 2))
    return np.pad(x, [*pads, (0, 0)])


def windows(x, kernel, strides, dilation):
    """An array (samples, places ..., cells ..., channels) of what the kernel sees at each place."""
    sizes = x.shape[1:-1]
    places = [(n - (k - 1) * d - 1) // s + 1 for n, k, s, d in zip(sizes, kernel, strides, dilation, strict=True)]
    result = np.zeros((x.shape[0], *places, *kernel, x.shape[-1]), x.dtype)
    for place in itertools.product(*map(range, places)):
        for cell in itertools.product(*map(range, kernel)):
            at = tuple(p * s + c * d for p, s, c, d in zip(place, strides, cell, dilation, strict=True))
            result[(slice(None), *place, *cell)] = x[(slice(None), *at)]
    return result


def convolve(x, kernel, strides, padding, dilation):
    cells = kernel.shape[:-2]
    seen = windows(around(x, cells, strides, dilation, padding), cells, strides, dilation)
    over = len(cells) + 1
    return np.tensordot(seen, kernel, (range(seen.ndim - over, seen.ndim), range(over)))


def depthwise(x, kernel, strides, padding):
    ones = (1, 1)
    seen = windows(around(x, kernel.shape[:2], strides, ones, padding), kernel.shape[:2], strides, ones)
    result = np.einsum("bpqijc,ijcm->bpqcm", seen, kernel)
    return result.reshape(*result.shape[:3], -1)


def back(y, kernel, shape, strides, padding):
    """The transpose of a convolution, by its definition: what a unit at each place of the input does."""
    result = np.zeros(shape, F)
    ones = (1,) * len(strides)
    for at in itertools.product(*map(range, shape[1:])):
        unit = np.zeros((1, *shape[1:]), F)
        unit[(0, *at)] = 1
        seen = convolve(unit, kernel, strides, padding, ones)[0]
        result[(slice(None), *at)] = (y * seen).reshape(len(y), -1).sum(axis=1)
    return result


def drawn(rng, rank, dilated=True):
    """A padding, strides and dilation; not strides and dilation at once, which no backend takes."""
    strides = (int(rng.integers(1, 3)),) * rank
    dilation = (2,) * rank if dilated and strides[0] == 1 and rng.integers(2) else (1,) * rank
    return ["valid", "same"][rng.integers(2)], strides, dilation


def conv(rank):
    def case(rng):
        padding, strides, dilation = drawn(rng, rank)
        x, kernel = reals(rng, 2, *(6, 5, 5)[:rank], 2), reals(rng, *(3, 2, 2)[:rank], 2, 3)
        expected = convolve(x, kernel, strides, padding, dilation)
        if rng.integers(2):
            return (x, kernel, list(map(float, strides)), padding, None, dilation), {}, expected
        named = {"strides": strides, "padding": padding, "dilation_rate": dilation, "data_format": "channels_first"}
        return (np.moveaxis(x, -1, 1), kernel), named, np.moveaxis(expected, -1, 1)

    return case


def conv_transpose(rank):
    def case(rng):
        padding, strides, _ = drawn(rng, rank, dilated=False)
        cells = (int(rng.integers(2, 4)),) * rank
        shape = (2, *(int(rng.integers(4, 6)),) * rank, 2)
        kernel = reals(rng, *cells, 2, 3)
        y = reals(rng, *convolve(np.zeros(shape, F), kernel, strides, padding, (1,) * rank).shape)
        return (y, kernel, list(shape), strides, padding), {}, back(y, kernel, shape, strides, padding)

    return case


def depthwise_conv(rng):
    padding, strides, _ = drawn(rng, 2, dilated=False)
    x, kernel = reals(rng, 2, 6, 5, 2), reals(rng, 3, 2, 2, 2)
    return (x, kernel, strides, padding), {}, depthwise(x, kernel, strides, padding)


def separable_conv(rng):
    padding, strides, _ = drawn(rng, 2, dilated=False)
    x, kernel, mix = reals(rng, 2, 6, 5, 2), reals(rng, 3, 2, 2, 2), reals(rng, 1, 1, 4, 3)
    return (x, kernel, mix, strides, padding), {}, depthwise(x, kernel, strides, padding) @ mix[0, 0]


def pool(rank):
    def case(rng):
        x, size, strides = reals(rng, 2, *(5, 4, 4)[:rank], 2), (2.0,) * rank, (int(rng.integers(1, 3)),) * rank
        mode = ["max", "avg"][rng.integers(2)]
        seen = windows(x, (2,) * rank, strides, (1,) * rank)
        cells = tuple(range(rank + 1, 2 * rank + 1))
        return (x, size, strides, "valid", None, mode), {}, {"max": np.max, "avg": np.mean}[mode](seen, axis=cells)

    return case


def local(rank):
    def case(rng):
        x, cells, strides = reals(rng, 2, *(6, 5)[:rank], 2), (3, 2)[:rank], (int(rng.integers(1, 3)),) * rank
        seen = windows(x, cells, strides, (1,) * rank)
        places = seen.shape[1 : 1 + rank]
        flat = seen.reshape(2, int(np.prod(places)), -1)
        kernel = reals(rng, *flat.shape[1:], 3)
        expected = np.einsum("bpi,pif->bpf", flat, kernel).reshape(2, *places, 3)
        shapes = (list(cells), list(strides), list(places)) if rank == 2 else (float(cells[0]), float(strides[0]))
        return (x, kernel, *shapes), {}, expected

    return case


def bias_add(rng):
    x, whole = reals(rng, 2, 3, 4, 5), bool(rng.integers(2))
    bias = reals(rng, *((3, 4, 5) if whole else (5,)))
    if rng.integers(2):
        return (x, bias), {}, x + bias
    return (np.moveaxis(x, -1, 1), bias, "channels_first"), {}, np.moveaxis(x + bias, -1, 1)


KERNELS = {
    "k_bias_add": bias_add,
    "k_conv1d": conv(1),
    "k_conv2d": conv(2),
    "k_conv3d": conv(3),
    "k_conv2d_transpose": conv_transpose(2),
    "k_conv3d_transpose": conv_transpose(3),
    "k_depthwise_conv2d": depthwise_conv,
    "k_local_conv1d": local(1),
    "k_local_conv2d": local(2),
    "k_pool2d": pool(2),
    "k_pool3d": pool(3),
    "k_separable_conv2d": separable_conv,
    "k_resize_images": on(
        lambda x: x.repeat(2, 1).repeat(3, 2), 2.0, 3.0, data_format="channels_last", shape=(2, 3, 4, 2)
    ),
    "k_resize_volumes": on(
        lambda x: x.repeat(2, 2).repeat(3, 3), 2.0, 3.0, 1.0, data_format="channels_first", shape=(2, 1, 3, 2, 2)
    ),
    "k_temporal_padding": on(lambda x: np.pad(x, [(0, 0), (2, 1), (0, 0)]), [2.0, 1.0]),
    "k_spatial_2d_padding": on(
        lambda x: np.pad(x, [(0, 0), (0, 1), (2, 0), (0, 0)]), [[0.0, 1.0], [2.0, 0.0]], shape=(2, 3, 4, 1)
    ),
    "k_spatial_3d_padding": on(
        lambda x: np.pad(x, [(0, 0), (0, 0), (1, 1), (0, 1), (2, 0)]),
        [[1.0, 1.0], [0.0, 1.0], [2.0, 0.0]],
        data_format="channels_first",
        shape=(2, 1, 3, 2, 2),
    ),
}

# Normalization and losses ---------------------------------------------------------------------------------------------


def batch_normalization(rng):
    x, axis = reals(rng, 2, 4, 4), int(rng.integers(1, 3))
    mean, beta, gamma, var = reals(rng, 4), reals(rng, 4), reals(rng, 4), reals(rng, 4, low=0.1)
    beta, gamma = [(beta, gamma), (None, gamma), (beta, None)][rng.integers(3)]

    def wide(v, missing):
        return np.reshape(np.full(4, missing, F) if v is None else v, (1, 4, 1) if axis == 1 else (1, 1, 4))

    expected = (x - wide(mean, 0)) / np.sqrt(wide(var, 0) + 0.01) * wide(gamma, 1) + wide(beta, 0)
    return (x, mean, var, beta, gamma), {"axis": axis, "epsilon": 0.01}, expected


def l2_normalize(rng):
    x, axis = reals(rng, 2, 3, 4), [None, 1, [0, 2]][rng.integers(3)]
    squares = np.sum(x**2, axis=tuple(axis) if isinstance(axis, list) else axis, keepdims=True)
    return (x, axis), {}, x / np.sqrt(squares)


def probabilities(rng, *shape):
    return softmax(rng.normal(size=shape)).astype(F)


def binary_crossentropy(rng):
    target, logits = rng.integers(0, 2, (3, 4)).astype(F), bool(rng.integers(2))
    output = reals(rng, 3, 4) if logits else rng.choice([0, 1, 0.3, 0.8], (3, 4)).astype(F)
    p = scipy.special.expit(output) if logits else np.clip(output, EPSILON, 1 - EPSILON)
    small = 0 if logits else EPSILON
    return (target, output, logits), {}, -(target * np.log(p + small) + (1 - target) * np.log(1 - p + small))


def categorical_crossentropy(rng):
    target, logits = probabilities(rng, 3, 4), bool(rng.integers(2))
    output = reals(rng, 3, 4) if logits else reals(rng, 3, 4, low=0.1)
    p = softmax(output) if logits else output / output.sum(-1, keepdims=True)
    return (target, output, logits), {}, -(target * np.log(p)).sum(-1)


def sparse_categorical_crossentropy(rng):
    target, output = rng.integers(0, 4, (2, 3)), probabilities(rng, 2, 3, 4)
    expected = -np.log(np.take_along_axis(output, target[..., None], -1))[..., 0]
    form = rng.integers(3)
    if form == 0:
        return (target.astype(F), output), {}, expected
    if form == 1:
        return (target[..., None], output), {"axis": 2}, expected
    return (target, np.moveaxis(output, -1, 1)), {"axis": 1}, expected


def in_top_k(rng):
    predictions, targets, k = reals(rng, 4, 5), rng.integers(0, 5, 4), int(rng.integers(1, 7))
    at = np.take_along_axis(predictions, targets[:, None], 1)
    return (predictions, targets.astype(F), float(k)), {}, (predictions > at).sum(1) < k


def switch(rng):
    x, y = reals(rng, 2, 3, 4), reals(rng, 2, 3, 4)
    condition = rng.integers(0, 2, [(2,), (2, 3), (2, 3, 4)][rng.integers(3)]).astype(bool)
    wide = condition.reshape(*condition.shape, *[1] * (3 - condition.ndim))
    return (condition, x, y), {}, np.where(wide, x, y)


LOSSES = {
    "k_batch_normalization": batch_normalization,
    "k_binary_crossentropy": binary_crossentropy,
    "k_categorical_crossentropy": categorical_crossentropy,
    "k_in_top_k": in_top_k,
    "k_l2_normalize": l2_normalize,
    "k_sparse_categorical_crossentropy": sparse_categorical_crossentropy,
    "k_switch": switch,
}

CASES = {**ELEMENTWISE, **REDUCTIONS, **SHAPES, **PRODUCTS, **KERNELS, **LOSSES}
