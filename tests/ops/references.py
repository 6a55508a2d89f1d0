"""For each op_* a call on random input and what NumPy or SciPy says of it: one table drives the tests of them all.

A case is a function of a random generator that gives (arguments by position, arguments by name, what must come out).
"""

import numpy as np
import scipy.linalg
import scipy.special

F = "float32"


# Few shapes, for JAX compiles each function anew for each of them.
SHAPES_DRAWN = [(), (4,), (3, 2), (1, 3), (2, 1, 3)]


def shape_of(rng, least=0):
    return SHAPES_DRAWN[rng.integers(least, len(SHAPES_DRAWN))]


def reals(rng, shape=None, low=-3.0, high=3.0):
    return rng.uniform(low, high, shape_of(rng) if shape is None else shape).astype(F)


def wholes(rng, shape=None, low=-9, high=10):
    return rng.integers(low, high, shape_of(rng) if shape is None else shape).astype("int32")


def positive_definite(rng, n):
    a = rng.normal(size=(n, n))
    return (a @ a.T + n * np.eye(n)).astype(F)


# Makers of cases ------------------------------------------------------------------------------------------------------


def unary(reference, low=-3.0, high=3.0):
    def case(rng):
        x = reals(rng, low=low, high=high)
        return (x,), {}, reference(x.astype("float64"))

    return case


def binary(reference, low=-3.0, high=3.0, low2=None):
    def case(rng):
        shape = shape_of(rng, 1)
        x, y = reals(rng, shape, low, high), reals(rng, shape[1:], low if low2 is None else low2, high)
        return (x, y), {}, reference(x.astype("float64"), y.astype("float64"))

    return case


def compared(reference):
    """Of whole numbers, so that some are equal."""

    def case(rng):
        shape = shape_of(rng, 1)
        x, y = wholes(rng, shape, 0, 3).astype(F), wholes(rng, shape, 0, 3).astype(F)
        return (x, y), {}, reference(x, y)

    return case


def bits(reference, high=64):
    def case(rng):
        shape = shape_of(rng)
        x, y = wholes(rng, shape, 0, 64), wholes(rng, shape, 0, high)
        return (x, y), {}, reference(x, y)

    return case


def truths(reference):
    def case(rng):
        shape = shape_of(rng)
        x, y = rng.random(shape) < 0.5, rng.random(shape) < 0.5
        return (x, y), {}, reference(x, y)

    return case


def along(reference, *, keepdims=False, none=True, whole=False):
    """Along a random axis, from either end, or over all of them."""

    def case(rng):
        shape = shape_of(rng, 1)
        x = wholes(rng, shape, 0, 3).astype(F) if whole else reals(rng, shape)
        axis = int(rng.integers(-len(shape), len(shape)))
        arguments = {} if none and rng.random() < 0.25 else {"axis": axis}
        if keepdims and rng.random() < 0.5:
            arguments["keepdims"] = True
        return (x,), arguments, reference(x.astype("float64"), **({} if arguments else {"axis": None}) | arguments)

    return case


def call(make, reference):
    """Of the arguments that `make` draws."""

    def case(rng):
        drawn = make(rng)
        args, kwargs = drawn if isinstance(drawn[-1], dict) else (drawn, {})
        return args, kwargs, reference(*args, **kwargs)

    return case


def fixed(args, kwargs, expected):
    return lambda rng: (args, kwargs, expected)


# Their references, where NumPy has none -------------------------------------------------------------------------------


def softmax(x, axis=-1):
    axis = -1 if axis is None else axis
    return scipy.special.softmax(x, axis=axis)


def sigmoid(x):
    return scipy.special.expit(x)


def take_along(rng):
    x = reals(rng, shape_of(rng, 1))
    axis = int(rng.integers(-x.ndim, x.ndim))
    return (x, rng.integers(0, x.shape[axis], x.shape).astype("int32")), {"axis": axis}


def permuted(rng):
    x = reals(rng, shape_of(rng, 1))
    return (x, tuple(int(a) for a in rng.permutation(x.ndim)))


def matrices(rng):
    n, m, k = (int(a) for a in rng.permutation([1, 3, 4]))
    return reals(rng, (n, m)), reals(rng, (m, k))


def square(rng):
    return (positive_definite(rng, int(rng.choice([1, 3]))),)


def square_and(rng):
    n = int(rng.choice([1, 3]))
    return positive_definite(rng, n), reals(rng, (n, 2))


def one_axis(rng):
    return reals(rng, (int(rng.choice([2, 5])),))


def matrix(rng):
    return reals(rng, SHAPES_DRAWN[rng.integers(2, 4)])


def distinct(rng, axes=2):
    shape = (4, 3, 2)[:axes]
    return rng.permutation(np.arange(np.prod(shape))).reshape(shape).astype(F)


def axis_of(rng, x):
    return {"axis": int(rng.integers(-x.ndim, x.ndim))}


def with_axis(draw, **more):
    def make(rng):
        x = draw(rng)
        return (x,), {**axis_of(rng, x), **more}

    return make


ELEMENTWISE = {
    "op_abs": unary(np.abs),
    "op_add": binary(np.add),
    "op_angle": unary(np.angle),
    "op_arccos": unary(np.arccos, -0.9, 0.9),
    "op_arccosh": unary(np.arccosh, 1.1, 4),
    "op_arcsin": unary(np.arcsin, -0.9, 0.9),
    "op_arcsinh": unary(np.arcsinh),
    "op_arctan": unary(np.arctan),
    "op_arctan2": binary(np.arctan2),
    "op_arctanh": unary(np.arctanh, -0.9, 0.9),
    "op_bitwise_and": bits(np.bitwise_and),
    "op_bitwise_invert": call(lambda rng: (wholes(rng),), np.invert),
    "op_bitwise_left_shift": bits(np.left_shift, 5),
    "op_bitwise_not": call(lambda rng: (wholes(rng),), np.invert),
    "op_bitwise_or": bits(np.bitwise_or),
    "op_bitwise_right_shift": bits(np.right_shift, 5),
    "op_bitwise_xor": bits(np.bitwise_xor),
    "op_cbrt": unary(np.cbrt),
    "op_ceil": unary(np.ceil),
    "op_clip": call(lambda rng: (reals(rng), -1, 1.5), np.clip),
    "op_conj": unary(np.conj),
    "op_cos": unary(np.cos),
    "op_cosh": unary(np.cosh),
    "op_deg2rad": unary(np.deg2rad, -180, 180),
    "op_divide": binary(np.divide, 0.5),
    "op_divide_no_nan": call(
        lambda rng: ((x := reals(rng)), rng.integers(0, 2, x.shape).astype(F)),
        lambda x, y: np.where(y == 0, 0, x / np.where(y == 0, 1, y)),
    ),
    "op_equal": compared(np.equal),
    "op_exp": unary(np.exp),
    "op_exp2": unary(np.exp2),
    "op_expm1": unary(np.expm1),
    "op_floor": unary(np.floor),
    "op_floor_divide": binary(np.floor_divide, 0.6),
    "op_greater": compared(np.greater),
    "op_greater_equal": compared(np.greater_equal),
    "op_heaviside": compared(lambda x, y: np.heaviside(x - 0, y)),
    "op_imag": unary(np.imag),
    "op_isclose": call(lambda rng: ((x := reals(rng)), x + 1e-7 * rng.integers(0, 2) + rng.integers(0, 2)), np.isclose),
    "op_isfinite": call(lambda rng: (rng.choice([1.0, np.inf, np.nan], (3, 2)).astype(F),), np.isfinite),
    "op_isinf": call(lambda rng: (rng.choice([1.0, -np.inf, np.nan], (3, 2)).astype(F),), np.isinf),
    "op_isnan": call(lambda rng: (rng.choice([1.0, np.inf, np.nan], (3, 2)).astype(F),), np.isnan),
    "op_left_shift": bits(np.left_shift, 5),
    "op_less": compared(np.less),
    "op_less_equal": compared(np.less_equal),
    "op_log": unary(np.log, 0.1, 9),
    "op_log10": unary(np.log10, 0.1, 9),
    "op_log1p": unary(np.log1p, -0.9, 9),
    "op_log2": unary(np.log2, 0.1, 9),
    "op_logaddexp": binary(np.logaddexp),
    "op_logical_and": truths(np.logical_and),
    "op_logical_not": call(lambda rng: (rng.random((2, 3)) < 0.5,), np.logical_not),
    "op_logical_or": truths(np.logical_or),
    "op_logical_xor": truths(np.logical_xor),
    "op_maximum": binary(np.maximum),
    "op_minimum": binary(np.minimum),
    "op_mod": binary(np.mod, 0.6),
    "op_multiply": binary(np.multiply),
    "op_nan_to_num": call(
        lambda rng: (
            (rng.choice([1.0, np.inf, -np.inf, np.nan], (3, 2)).astype(F),),
            {"nan": 2, "posinf": 9, "neginf": -9},
        ),
        np.nan_to_num,
    ),
    "op_negative": unary(np.negative),
    "op_not_equal": compared(np.not_equal),
    "op_pmax": binary(np.maximum),
    "op_pmin": binary(np.minimum),
    "op_power": binary(np.power, 0.5),
    "op_real": unary(np.real),
    "op_reciprocal": unary(np.reciprocal, 0.5),
    "op_right_shift": bits(np.right_shift, 5),
    "op_round": call(lambda rng: (reals(rng), 1), np.round),
    "op_sign": unary(np.sign),
    "op_signbit": unary(np.signbit),
    "op_sin": unary(np.sin),
    "op_sinh": unary(np.sinh),
    "op_sqrt": unary(np.sqrt, 0.1),
    "op_square": unary(np.square),
    "op_subtract": binary(np.subtract),
    "op_tan": unary(np.tan, -1.4, 1.4),
    "op_tanh": unary(np.tanh),
    "op_trunc": unary(np.trunc),
    "op_erf": unary(scipy.special.erf),
    "op_erfinv": unary(scipy.special.erfinv, -0.9, 0.9),
    "op_rsqrt": unary(lambda x: 1 / np.sqrt(x), 0.1),
}

REDUCTIONS = {
    "op_all": along(np.all, keepdims=True, whole=True),
    "op_any": along(np.any, keepdims=True, whole=True),
    "op_argmax": along(np.argmax, keepdims=True),
    "op_argmin": along(np.argmin, keepdims=True),
    "op_argpartition": call(
        lambda rng: ((x := distinct(rng, 1)), int(rng.integers(0, len(x)))),
        # All orders that put the smallest in front are right; what is compared is made of them in the test.
        lambda x, kth: np.sort(x)[: kth + 1],
    ),
    "op_argsort": call(with_axis(distinct), np.argsort),
    "op_average": call(
        lambda rng: ((x := matrix(rng),), {**axis_of(rng, x), "weights": reals(rng, x.shape, 0.5)}), np.average
    ),
    "op_bincount": call(lambda rng: (wholes(rng, (6,), 0, 4),), np.bincount),
    "op_corrcoef": call(lambda rng: (reals(rng, (3, 5)),), np.corrcoef),
    "op_correlate": call(lambda rng: ((reals(rng, (6,)), reals(rng, (3,))), {"mode": "same"}), np.correlate),
    "op_count_nonzero": along(np.count_nonzero, whole=True),
    "op_cumprod": along(np.cumprod),
    "op_cumsum": along(np.cumsum),
    "op_diff": call(lambda rng: ((reals(rng, (4, 3)),), {"n": 2, "axis": 0}), np.diff),
    "op_digitize": call(lambda rng: (reals(rng), [-1.0, 0.0, 1.5]), np.digitize),
    "op_histogram": call(
        lambda rng: ((reals(rng, (9,)),), {"bins": 4, "range": [-3, 3]}),
        lambda x, bins, range: np.histogram(x, bins, range),
    ),
    "op_logsumexp": along(scipy.special.logsumexp, keepdims=True),
    "op_max": along(np.max, keepdims=True),
    "op_mean": along(np.mean, keepdims=True),
    "op_median": along(np.median, keepdims=True),
    "op_min": along(np.min, keepdims=True),
    "op_prod": along(np.prod, keepdims=True),
    "op_quantile": call(lambda rng: ((reals(rng, (5, 3)), [0.25, 0.5]), {"axis": 0}), np.quantile),
    "op_searchsorted": call(
        lambda rng: ((np.sort(one_axis(rng)), reals(rng, (4,))), {"side": str(rng.choice(["left", "right"]))}),
        np.searchsorted,
    ),
    "op_sort": call(with_axis(distinct), np.sort),
    "op_std": along(np.std, keepdims=True),
    "op_sum": along(np.sum, keepdims=True),
    "op_trace": call(lambda rng: ((reals(rng, (3, 4, 2)),), {"offset": 1, "axis1": 0, "axis2": 1}), np.trace),
    "op_var": along(np.var, keepdims=True),
}

SHAPES = {
    "op_append": call(lambda rng: ((x := matrix(rng), x), {"axis": 0}), np.append),
    "op_broadcast_to": call(lambda rng: (reals(rng, (1, 3)), (4, 3)), np.broadcast_to),
    "op_concatenate": call(lambda rng: (([x := matrix(rng), x],), {"axis": int(rng.integers(-2, 2))}), np.concatenate),
    "op_copy": unary(np.copy),
    "op_diag": call(lambda rng: (one_axis(rng), int(rng.integers(-2, 3))), np.diag),
    "op_diagflat": call(lambda rng: (matrix(rng), int(rng.integers(-2, 3))), np.diagflat),
    "op_diagonal": call(lambda rng: ((reals(rng, (3, 4)),), {"offset": 1}), np.diagonal),
    "op_expand_dims": call(with_axis(matrix), np.expand_dims),
    "op_flip": along(np.flip),
    "op_get_item": call(lambda rng: (reals(rng, (3, 4)), (slice(0, 2), 1)), lambda x, key: x[key]),
    "op_moveaxis": call(lambda rng: (reals(rng, (2, 3, 4)), 0, -1), np.moveaxis),
    "op_pad": call(lambda rng: (matrix(rng), ((1, 0), (2, 1))), np.pad),
    "op_ravel": unary(np.ravel),
    "op_repeat": call(with_axis(matrix, repeats=2), np.repeat),
    "op_reshape": call(lambda rng: (reals(rng, (2, 6)), (3, -1)), np.reshape),
    "op_roll": call(with_axis(matrix, shift=2), np.roll),
    "op_rot90": call(lambda rng: ((reals(rng, (2, 3, 2)),), {"k": int(rng.integers(0, 4)), "axes": (0, 2)}), np.rot90),
    "op_select": call(lambda rng: (([(x := reals(rng, (5,))) > 1, x < -1], [x, -x]), {"default": 0.5}), np.select),
    "op_slice": call(
        lambda rng: (reals(rng, (4, 5)), (1, 2), (2, 3)),
        lambda x, start, shape: x[start[0] : start[0] + shape[0], start[1] : start[1] + shape[1]],
    ),
    "op_slice_update": call(
        lambda rng: (reals(rng, (4, 5)), (1, 2), reals(rng, (2, 3))),
        lambda x, start, new: np.block([[x[:1]], [x[1:3, :2], new], [x[3:]]]),
    ),
    "op_split": call(lambda rng: ((reals(rng, (6, 2)), [1, 4]), {"axis": 0}), np.split),
    "op_squeeze": call(lambda rng: (reals(rng, (2, 1, 3)), 1), np.squeeze),
    "op_stack": call(lambda rng: (([x := matrix(rng), x],), {"axis": int(rng.integers(-3, 3))}), np.stack),
    "op_swapaxes": call(lambda rng: (reals(rng, (2, 3, 4)), 0, 2), np.swapaxes),
    "op_take": call(lambda rng: ((reals(rng, (4, 3)), [3, 0, -1]), {"axis": 0}), np.take),
    "op_take_along_axis": call(take_along, np.take_along_axis),
    "op_tile": call(lambda rng: (matrix(rng), (2, 1)), np.tile),
    "op_transpose": call(permuted, np.transpose),
    "op_tril": call(lambda rng: (reals(rng, (3, 4)), int(rng.integers(-2, 3))), np.tril),
    "op_triu": call(lambda rng: (reals(rng, (3, 4)), int(rng.integers(-2, 3))), np.triu),
    "op_unravel_index": call(lambda rng: (wholes(rng, (4,), 0, 12), (3, 4)), np.unravel_index),
    "op_unstack": call(lambda rng: ((reals(rng, (3, 2)),), {"axis": 0}), lambda x, axis: list(x)),
    "op_hstack": call(lambda rng: ([x := matrix(rng), x],), np.hstack),
    "op_vstack": call(lambda rng: ([x := matrix(rng), x],), np.vstack),
    "op_meshgrid": call(lambda rng: ((one_axis(rng), one_axis(rng)), {"indexing": "ij"}), np.meshgrid),
    "op_einsum": call(lambda rng: ("ij,jk->ki", *matrices(rng)), np.einsum),
    "op_rearrange": call(
        lambda rng: (reals(rng, (2, 3, 4)), "a b c -> c (a b)"), lambda x, p: x.transpose(2, 0, 1).reshape(4, 6)
    ),
}

LINALG = {
    "op_cholesky": call(square, np.linalg.cholesky),
    "op_cross": call(lambda rng: (reals(rng, (2, 3)), reals(rng, (2, 3))), np.cross),
    "op_det": call(square, np.linalg.det),
    "op_dot": call(matrices, np.dot),
    "op_eig": call(square, lambda x: np.sort(np.linalg.eig(x)[0].real)),
    "op_eigh": call(square, lambda x: np.linalg.eigh(x)[0]),
    "op_inner": call(lambda rng: (one := one_axis(rng), one[::-1].copy()), np.inner),
    "op_inv": call(square, np.linalg.inv),
    "op_logdet": call(square, lambda x: np.linalg.slogdet(x)[1]),
    "op_lstsq": call(
        lambda rng: (reals(rng, (5, 2)), reals(rng, (5, 3))), lambda a, b: np.linalg.lstsq(a, b, rcond=None)[0]
    ),
    "op_lu_factor": call(square, lambda x: scipy.linalg.lu_factor(x)),
    "op_matmul": call(matrices, np.matmul),
    "op_norm": call(
        lambda rng: ((matrix(rng),), {"ord": float(rng.integers(1, 3)), "axis": 1.0}),
        lambda x, ord, axis: np.linalg.norm(x, ord, 1),
    ),
    "op_outer": call(lambda rng: (one_axis(rng), one_axis(rng)), np.outer),
    "op_qr": call(square, lambda x: np.abs(np.linalg.qr(x)[1])),
    "op_slogdet": call(square, lambda x: tuple(np.linalg.slogdet(x))),
    "op_solve": call(square_and, np.linalg.solve),
    "op_solve_triangular": call(
        lambda rng: ((np.tril(positive_definite(rng, 3)), reals(rng, (3, 2))), {"lower": True}),
        scipy.linalg.solve_triangular,
    ),
    "op_svd": call(lambda rng: ((matrix(rng),), {"compute_uv": False}), np.linalg.svd),
    "op_tensordot": call(
        lambda rng: ((reals(rng, (2, 3, 4)), reals(rng, (3, 2, 5))), {"axes": [[0, 1], [1, 0]]}), np.tensordot
    ),
    "op_vdot": call(lambda rng: (one := one_axis(rng), one[::-1].copy()), np.vdot),
}
