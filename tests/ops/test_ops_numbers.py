"""Every op_* agrees with NumPy or SciPy on random input, given arrays, lists or frames, directly or piped."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pipekeras as pk
from ops.references import ELEMENTWISE, LINALG, REDUCTIONS, SHAPES
from ops.references_nn import FUNCTIONS, IMAGES, MAKING, MATH, NN
from pipekeras._keras import keras

CASES = {**ELEMENTWISE, **REDUCTIONS, **SHAPES, **LINALG, **NN, **MATH, **IMAGES, **MAKING, **FUNCTIONS}
ALL = [name for name in pk.__all__ if name.startswith("op_")]

# Tested by themselves, in the files named.
ELSEWHERE = {
    "op_ctc_decode": "test_ops_special.py",
    "op_ctc_loss": "test_ops_special.py",
    "op_custom_gradient": "test_control.py",
    "op_dtype": "test_ops_special.py",
    "op_empty": "test_ops_special.py",
    "op_image_elastic_transform": "test_ops_special.py",
    "op_image_gaussian_blur": "test_ops_special.py",
    "op_is_tensor": "test_ops_special.py",
    "op_istft": "test_ops_special.py",
    "op_stft": "test_ops_special.py",
    "op_subset_set": "test_subset.py",
    "op_vectorize": "test_control.py",
}

# What says something of a tensor rather than compute with it, or gives its values: nothing for a model.
NOT_IN_A_MODEL = {"op_conv_transpose", "op_convert_to_array", "op_convert_to_numpy", "op_ndim", "op_shape", "op_size"}

# What a backend cannot do, and why.
CANNOT: dict = {}

# The same for functional models, where Keras's part for these is wrong.
CANNOT_IN_A_MODEL = {
    "op_nonzero": {"torch": "Keras returns one tensor where its models expect one for each axis"},
    "op_view_as_complex": {"tensorflow": "Keras multiplies a tensor of decimals by 1j"},
}

# What is made from numbers alone, which run at once: nothing is piped in.
NOT_PIPED = {"op_arange", "op_eye", "op_linspace", "op_tri", "op_meshgrid"}

PIPED = [name for name in CASES if getattr(getattr(pk, name), "pipeable", True) and name not in NOT_PIPED]


def _tensor_at(name):
    """Which argument of a case is the tensor that a model would feed; None where none is."""
    at = 1 if name == "op_einsum" else 0
    first = CASES[name](np.random.default_rng(5))[0][at]
    return at if isinstance(first, np.ndarray) and first.dtype.kind != "c" else None


IN_A_MODEL = {name: at for name in CASES if name not in NOT_IN_A_MODEL and (at := _tensor_at(name)) is not None}

# How what comes out is made comparable, where several answers are right.
SAME = {
    "op_argpartition": lambda out, x, kth: np.sort(x[out[: kth + 1]]),
    "op_eig": lambda out, x: np.sort(out[0].real),
    "op_eigh": lambda out, x: out[0],
    "op_qr": lambda out, x: np.abs(out[1]),
}


def plain(value):
    """What an op returned as NumPy arrays, in lists where it returned several."""
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {name: plain(item) for name, item in value.items()}
    return np.asarray(keras.ops.convert_to_numpy(value)) if not isinstance(value, (int, str)) else value


def agree(got, expected):
    if isinstance(expected, (list, tuple)):
        assert len(got) == len(expected)
        for a, b in zip(got, expected, strict=True):
            agree(a, b)
        return
    assert np.shape(got) == np.shape(expected)
    np.testing.assert_allclose(got, expected, rtol=2e-3, atol=2e-4)


def can(name, backend, table=CANNOT):
    if backend in table.get(name, {}):
        pytest.skip(f"{name} on {backend}: {table[name][backend]}")


def drawn(name, seed, backend):
    """A case; on JAX of shape (2, 1, 3) wherever it may be, since each other one is compiled anew."""
    return CASES[name](np.random.default_rng(0 if backend == "jax" else seed))


def test_every_op_is_held_against_a_reference():
    assert len(ALL) == 286
    assert {*CASES, *ELSEWHERE} == set(ALL)
    assert not set(CASES) & set(ELSEWHERE)


@pytest.mark.parametrize("name", CASES)
def test_agrees_with_its_reference(name, backend):
    can(name, backend)
    function = getattr(pk, name)

    @settings(max_examples=1 if backend == "jax" else 10, deadline=None)
    @given(st.integers(0, 2**32 - 1))
    def check(seed):
        args, kwargs, expected = drawn(name, seed, backend)
        got = plain(function(*args, **kwargs))
        agree(SAME[name](got, *args) if name in SAME else got, expected)

    check()


@pytest.mark.parametrize("name", PIPED)
def test_the_first_argument_can_be_piped_in(name, backend):
    can(name, backend)
    function = getattr(pk, name)
    args, kwargs, expected = drawn(name, 7, backend)
    first, rest = (args[1], (args[0], *args[2:])) if name == "op_einsum" else (args[0], args[1:])
    got = plain(first >> function(*rest, **kwargs))
    agree(SAME[name](got, *args) if name in SAME else got, expected)


@pytest.mark.parametrize(("name", "at"), IN_A_MODEL.items())
def test_computes_the_same_in_a_functional_model(name, at, backend):
    can(name, backend)
    can(name, backend, CANNOT_IN_A_MODEL)
    args, kwargs, expected = drawn(name, 5, backend)
    x = args[at]
    symbolic = keras.Input(batch_shape=x.shape, dtype=str(x.dtype))
    result = getattr(pk, name)(*args[:at], symbolic, *args[at + 1 :], **kwargs)
    got = plain(keras.Model(symbolic, result)(x))
    agree(SAME[name](got, *args) if name in SAME else got, expected)
