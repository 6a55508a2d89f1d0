"""As references.py, for neural networks, images, making tensors, and functions of functions."""

import numpy as np
import scipy.special

import pipekeras as pk
from ops.references import (
    F,
    call,
    distinct,
    fixed,
    matrix,
    one_axis,
    reals,
    shape_of,
    sigmoid,
    softmax,
    unary,
    wholes,
    with_axis,
)  # fmt: skip


def elu(x, alpha=1.0):
    return np.where(x > 0, x, alpha * np.expm1(x))


def softplus(x):
    return np.logaddexp(x, 0)


def hard_sigmoid(x):
    return np.clip(x / 6 + 0.5, 0, 1)


def glu(x, axis=-1):
    a, b = np.split(x, 2, axis)
    return a * sigmoid(b)


def windows(x, size, step):
    """The cells under each place of a window of `size` x `size`: (batch, rows, columns, size, size, channels)."""
    n = (x.shape[1] - size) // step + 1
    places = [[x[:, i : i + size, j : j + size] for j in range(0, n * step, step)] for i in range(0, n * step, step)]
    return np.array(places).transpose(2, 0, 1, 3, 4, 5)


def conv(x, kernel, strides=1, **_):
    return np.einsum("brcijk,ijko->brco", windows(x, kernel.shape[0], strides), kernel)


def depthwise(x, kernel):
    out = np.einsum("brcijk,ijkm->brckm", windows(x, kernel.shape[0], 1), kernel)
    return out.reshape(*out.shape[:3], -1)


def conv_transpose(x, kernel, strides):
    """Each cell of x leaves its copy of the kernel, (rows, columns, out, in)."""
    size, batch, rows = kernel.shape[0], x.shape[0], x.shape[1]
    out = np.zeros((batch, (rows - 1) * strides + size, (rows - 1) * strides + size, kernel.shape[2]))
    for i in range(rows):
        for j in range(rows):
            place = np.s_[:, i * strides : i * strides + size, j * strides : j * strides + size]
            out[place] += np.einsum("bk,ijok->bijo", x[:, i, j], kernel)
    return out


def attention(q, k, v):
    scores = np.einsum("bqhd,bkhd->bhqk", q, k) / np.sqrt(q.shape[-1])
    return np.einsum("bhqk,bkhd->bqhd", softmax(scores), v)


def normalized(x, axis=-1, epsilon=1e-3):
    return (x - x.mean(axis, keepdims=True)) / np.sqrt(x.var(axis, keepdims=True) + epsilon)


def one_hot(x, n):
    return np.eye(n)[x]


def crossentropy(target, output):
    return -(target * np.log(output / output.sum(-1, keepdims=True))).sum(-1)


def images(rng, *shape):
    return rng.random(shape or (2, 6, 6, 3)).astype(F)


def probabilities(rng, shape):
    return softmax(rng.normal(size=shape)).astype(F)


def hsv(x):
    from matplotlib.colors import rgb_to_hsv

    return rgb_to_hsv(x)


def rgb(x):
    from matplotlib.colors import hsv_to_rgb

    return hsv_to_rgb(x)


def segment(reduce):
    return lambda data, ids, num_segments: np.array([reduce(data[ids == i], axis=0) for i in range(3)])


def segments(rng):
    return (reals(rng, (7, 2)), np.array([0, 0, 1, 1, 1, 2, 2], "int32")), {"num_segments": 3.0}


def parts(z):
    return z.real.astype(F), z.imag.astype(F)


NN = {
    "op_celu": unary(elu),
    "op_elu": unary(elu),
    "op_gelu": unary(lambda x: 0.5 * x * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3)))),
    "op_glu": call(lambda rng: ((reals(rng, (4, 2)),), {"axis": int(rng.integers(-2, 2))}), glu),
    "op_hard_shrink": unary(lambda x: np.where(np.abs(x) > 0.5, x, 0)),
    "op_hard_sigmoid": unary(hard_sigmoid, -5, 5),
    "op_hard_silu": unary(lambda x: x * hard_sigmoid(x), -5, 5),
    "op_hard_swish": unary(lambda x: x * hard_sigmoid(x), -5, 5),
    "op_hard_tanh": unary(lambda x: np.clip(x, -1, 1)),
    "op_leaky_relu": unary(lambda x: np.where(x > 0, x, 0.2 * x)),
    "op_log_sigmoid": unary(lambda x: -softplus(-x)),
    "op_log_softmax": call(with_axis(matrix), scipy.special.log_softmax),
    "op_relu": unary(lambda x: np.maximum(x, 0)),
    "op_relu6": unary(lambda x: np.clip(x, 0, 6), -9, 9),
    "op_selu": unary(lambda x: 1.0507009873554805 * elu(x, 1.6732632423543772)),
    "op_sigmoid": unary(sigmoid),
    "op_silu": unary(lambda x: x * sigmoid(x)),
    "op_soft_shrink": unary(lambda x: np.sign(x) * np.maximum(np.abs(x) - 0.5, 0)),
    "op_softmax": call(with_axis(matrix), softmax),
    "op_softplus": unary(softplus),
    "op_softsign": unary(lambda x: x / (1 + np.abs(x))),
    "op_sparse_plus": unary(lambda x: np.where(x <= -1, 0, np.where(x < 1, (x + 1) ** 2 / 4, x))),
    "op_sparse_sigmoid": unary(lambda x: np.clip((x + 1) / 2, 0, 1)),
    # Where one value stands out; for others Keras's answer, which is also R's, is not the sparsemax of the paper.
    "op_sparsemax": call(lambda rng: (9 * one_hot(wholes(rng, (3,), 0, 4), 4).astype(F),), lambda x: x / 9),
    "op_squareplus": unary(lambda x: (x + np.sqrt(x**2 + 4)) / 2),
    "op_tanh_shrink": unary(lambda x: x - np.tanh(x)),
    "op_threshold": call(lambda rng: (reals(rng), 0.5, -7.0), lambda x, t, d: np.where(x > t, x, d)),
    "op_average_pool": call(
        lambda rng: (reals(rng, (2, 6, 6, 3)), 2.0, 2.0), lambda x, size, strides: windows(x, 2, 2).mean((3, 4))
    ),
    "op_max_pool": call(
        lambda rng: (reals(rng, (2, 6, 6, 3)), [3, 3], [1, 1]), lambda x, size, strides: windows(x, 3, 1).max((3, 4))
    ),
    "op_conv": call(lambda rng: ((reals(rng, (2, 7, 7, 3)), reals(rng, (3, 3, 3, 4))), {"strides": 2}), conv),
    "op_conv_transpose": call(lambda rng: (reals(rng, (2, 3, 3, 2)), reals(rng, (2, 2, 4, 2)), 2), conv_transpose),
    "op_depthwise_conv": call(lambda rng: (reals(rng, (2, 5, 5, 3)), reals(rng, (2, 2, 3, 2))), depthwise),
    "op_separable_conv": call(
        lambda rng: (reals(rng, (2, 5, 5, 3)), reals(rng, (2, 2, 3, 2)), reals(rng, (1, 1, 6, 4))),
        lambda x, d, p: depthwise(x, d) @ p[0, 0],
    ),
    "op_dot_product_attention": call(
        lambda rng: (reals(rng, (2, 4, 2, 3)), reals(rng, (2, 5, 2, 3)), reals(rng, (2, 5, 2, 3))), attention
    ),
    "op_batch_normalization": call(
        lambda rng: (
            (reals(rng, (5, 3)), reals(rng, (3,)), reals(rng, (3,), 0.5)),
            {"axis": -1, "offset": [1, 2, 3.0]},
        ),
        lambda x, mean, variance, axis, offset: (x - mean) / np.sqrt(variance + 1e-3) + offset,
    ),
    "op_layer_normalization": call(lambda rng: ((reals(rng, (4, 5)),), {"epsilon": 1e-3}), normalized),
    "op_rms_normalization": call(
        lambda rng: ((reals(rng, (4, 5)),), {"epsilon": 1e-3}),
        lambda x, epsilon: x / np.sqrt((x**2).mean(-1, keepdims=True) + epsilon),
    ),
    "op_normalize": call(
        with_axis(matrix, order=2.0), lambda x, axis, order: x / np.linalg.norm(x, axis=axis, keepdims=True)
    ),
    "op_moments": call(lambda rng: ((reals(rng, (4, 5)),), {"axes": [0, 1]}), lambda x, axes: (x.mean(), x.var())),
    "op_multi_hot": call(lambda rng: (wholes(rng, (3, 2), 0, 4), 4.0), lambda x, n: one_hot(x, 4).max(1)),
    "op_one_hot": call(lambda rng: (wholes(rng, (5,), 0, 4), 4.0), lambda x, n: one_hot(x, 4)),
    "op_polar": call(lambda rng: (reals(rng, (4,), 0.1), reals(rng, (4,))), lambda r, a: r * np.exp(1j * a)),
    "op_binary_crossentropy": call(
        lambda rng: ((y := rng.integers(0, 2, 5).astype(F)), rng.uniform(0.1, 0.9, y.shape).astype(F)),
        lambda y, p: -(y * np.log(p) + (1 - y) * np.log(1 - p)),
    ),
    "op_categorical_crossentropy": call(
        lambda rng: (probabilities(rng, (4, 3)), probabilities(rng, (4, 3))), crossentropy
    ),
    "op_sparse_categorical_crossentropy": call(
        lambda rng: (wholes(rng, (4,), 0, 3), probabilities(rng, (4, 3))), lambda y, p: -np.log(p[np.arange(4), y])
    ),
    "op_psnr": call(
        lambda rng: (images(rng), images(rng), 1.0), lambda a, b, top: 10 * np.log10(top**2 / ((a - b) ** 2).mean())
    ),
}

MATH = {
    "op_extract_sequences": call(
        lambda rng: (reals(rng, (9,)), 4.0, 2), lambda x, n, step: np.array([x[i : i + 4] for i in range(0, 6, 2)])
    ),
    "op_fft": call(
        lambda rng: ((reals(rng, (3, 8)), reals(rng, (3, 8))),), lambda x: parts(np.fft.fft(x[0] + 1j * x[1]))
    ),
    "op_fft2": call(
        lambda rng: ((reals(rng, (4, 8)), reals(rng, (4, 8))),), lambda x: parts(np.fft.fft2(x[0] + 1j * x[1]))
    ),
    "op_ifft2": call(
        lambda rng: ((reals(rng, (4, 8)), reals(rng, (4, 8))),), lambda x: parts(np.fft.ifft2(x[0] + 1j * x[1]))
    ),
    "op_rfft": call(
        lambda rng: ((reals(rng, (8,)),), {"fft_length": 8.0}), lambda x, fft_length: parts(np.fft.rfft(x))
    ),
    "op_irfft": call(lambda rng: ((reals(rng, (5,)), np.zeros(5, F)),), lambda x: np.fft.irfft(x[0])),
    "op_in_top_k": call(
        lambda rng: (wholes(rng, (4,), 0, 5), rng.permuted(np.tile(np.arange(5), (4, 1)), axis=1).astype(F), 2.0),
        lambda y, p, k: np.take_along_axis(p, y[:, None], 1)[:, 0] >= 3,
    ),
    "op_segment_max": call(segments, segment(np.max)),
    "op_segment_sum": call(segments, segment(np.sum)),
    "op_top_k": call(
        lambda rng: (distinct(rng), 2.0),
        lambda x, k: (np.sort(x)[:, ::-1][:, :2], np.argsort(-x)[:, :2]),
    ),
    "op_view_as_complex": call(lambda rng: (reals(rng, (3, 2)),), lambda x: x[:, 0] + 1j * x[:, 1]),
    "op_view_as_real": call(
        lambda rng: ((reals(rng, (3,)) + 1j * reals(rng, (3,))).astype("complex64"),),
        lambda x: np.stack([x.real, x.imag], -1),
    ),
}

IMAGES = {
    "op_image_affine_transform": call(
        # Moved by one column: what comes in from the side is the fill_value, in its fraction, which R cuts off.
        lambda rng: ((images(rng), [1, 0, 1, 0, 1, 0, 0, 0.0]), {"fill_value": 0.5}),
        lambda x, t, fill_value: np.pad(x[:, :, 1:], ((0, 0), (0, 0), (0, 1), (0, 0)), constant_values=fill_value),
    ),
    "op_image_crop": call(
        lambda rng: ((images(rng), 1.0, 2.0), {"target_height": 3, "target_width": 2.0}),
        lambda x, *_, **__: x[:, 1:4, 2:4],
    ),
    "op_image_extract_patches": call(
        lambda rng: (images(rng), (2, 2)), lambda x, size: windows(x, 2, 2).reshape(2, 3, 3, 12)
    ),
    "op_image_hsv_to_rgb": call(lambda rng: (images(rng),), rgb),
    "op_image_rgb_to_hsv": call(lambda rng: (images(rng),), hsv),
    "op_image_rgb_to_grayscale": call(
        lambda rng: (images(rng),), lambda x: (x * [0.2989, 0.5870, 0.1140]).sum(-1, keepdims=True)
    ),
    "op_image_map_coordinates": call(
        lambda rng: (matrix(rng), [[0.0, 9.0], [0.0, 9.0]], 1.0, "constant", 0.25), lambda x, *_: [x[0, 0], 0.25]
    ),
    "op_image_perspective_transform": call(
        # The same corners for both images, which JAX refuses.
        lambda rng: (images(rng), *([[0, 0], [0, 5], [5, 0], [5, 5]],) * 2),
        lambda x, *_: x,
    ),
    "op_image_resize": call(
        lambda rng: ((images(rng), [12.0, 12.0]), {"interpolation": "nearest"}),
        lambda x, *_, **__: x.repeat(2, 1).repeat(2, 2),
    ),
}
IMAGES["op_image_pad"] = call(
    lambda rng: (images(rng), 1.0, 2.0, 0, 1), lambda x, *_: np.pad(x, ((0, 0), (1, 0), (2, 1), (0, 0)))
)

MAKING = {
    "op_arange": call(lambda rng: (int(rng.integers(-5, 5)), int(rng.integers(-5, 9)), 2), np.arange),
    "op_array": call(lambda rng: (matrix(rng).tolist(),), np.array),
    "op_bartlett": call(lambda rng: (int(rng.integers(2, 9)),), np.bartlett),
    "op_blackman": call(lambda rng: (float(rng.integers(2, 9)),), lambda n: np.blackman(int(n))),
    "op_cast": call(lambda rng: (reals(rng), "int32"), lambda x, dtype: x.astype(dtype)),
    "op_convert_to_array": call(lambda rng: (matrix(rng).tolist(),), np.array),
    "op_convert_to_numpy": call(lambda rng: (matrix(rng).tolist(),), np.array),
    "op_convert_to_tensor": call(lambda rng: (matrix(rng).tolist(),), np.array),
    "op_eye": call(lambda rng: ((3.0, 4.0), {"k": 1.0}), lambda n, m, k: np.eye(3, 4, 1)),
    "op_full": call(lambda rng: ([2.0, 3.0], 1.5), lambda shape, value: np.full((2, 3), value)),
    "op_full_like": call(lambda rng: (matrix(rng), 1.5), np.full_like),
    "op_hamming": call(lambda rng: (int(rng.integers(2, 9)),), np.hamming),
    "op_hanning": call(lambda rng: (int(rng.integers(2, 9)),), np.hanning),
    "op_identity": fixed((3.0,), {}, np.identity(3)),
    "op_kaiser": call(lambda rng: (int(rng.integers(2, 9)), 1.5), np.kaiser),
    "op_linspace": call(lambda rng: (0, 1, 5.0), lambda a, b, n: np.linspace(a, b, 5)),
    "op_logspace": call(
        lambda rng: ((0, 2), {"num": 5.0, "base": 2.5}), lambda a, b, num, base: np.logspace(a, b, 5, base=base)
    ),
    "op_ndim": call(lambda rng: (reals(rng),), np.ndim),
    "op_nonzero": call(lambda rng: (wholes(rng, shape_of(rng, 1), 0, 2),), np.argwhere),
    "op_ones": fixed(([2.0, 3.0],), {}, np.ones((2, 3))),
    "op_ones_like": unary(np.ones_like),
    "op_saturate_cast": call(
        lambda rng: (reals(rng, (4,), -400, 400), "int8"), lambda x, t: np.clip(x, -128, 127).astype(t)
    ),
    "op_scatter": call(
        lambda rng: ([[0.0, 1], [2, 0]], [5.0, 6.0], (3, 2)), lambda *_: np.array([[0, 5], [0, 0], [6, 0]], F)
    ),
    "op_scatter_update": call(
        lambda rng: (np.zeros((3, 2), F), [[0, 1], [2, 0]], [5.0, 6.0]),
        lambda *_: np.array([[0, 5], [0, 0], [6, 0]], F),
    ),
    "op_shape": call(lambda rng: (reals(rng),), np.shape),
    "op_size": call(lambda rng: (reals(rng),), np.size),
    "op_stop_gradient": unary(np.copy),
    "op_subset": call(lambda rng: (reals(rng, (3, 4)), 1, slice(0, 2)), lambda x, *index: x[index]),
    "op_tri": fixed((3.0, 4), {"k": -1.0}, np.tri(3, 4, -1)),
    "op_where": call(lambda rng: ((x := reals(rng)) > 0, x, 0), np.where),
    "op_zeros": fixed((3.0,), {}, np.zeros(3)),
    "op_zeros_like": unary(np.zeros_like),
}

FUNCTIONS = {
    "op_associative_scan": call(lambda rng: ((pk.op_add, one_axis(rng)), {}), lambda f, x: np.cumsum(x)),
    "op_cond": call(
        lambda rng: (bool(rng.integers(0, 2)), lambda: 1.0, lambda: 2.0), lambda pred, yes, no: 1.0 if pred else 2.0
    ),
    "op_fori_loop": call(lambda rng: (0.0, 4.0, lambda i, x: x + i, 0), lambda *_: 6),
    "op_map": call(lambda rng: (reals(rng, (4,)), pk.op_square), lambda x, f: x**2),
    "op_scan": call(
        lambda rng: (lambda carry, x: (carry + x, carry * 2), np.float32(0), one_axis(rng)),
        lambda f, init, x: (x.sum(), 2 * (np.cumsum(x) - x)),
    ),
    "op_switch": call(lambda rng: (1.0, [pk.op_negative, pk.op_square], reals(rng)), lambda i, f, x: x**2),
    "op_vectorized_map": call(lambda rng: (reals(rng, (4, 3)), lambda row: pk.op_sum(row)), lambda x, f: x.sum(1)),
    "op_while_loop": call(
        lambda rng: (lambda i, x: i < 3, lambda i, x: (i + 1, x * 2), (0, float(rng.integers(1, 5)))),
        lambda c, b, start: (3, start[1] * 8),
    ),
}
