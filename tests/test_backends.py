"""What may stand on the left of `>>`: arrays, tensors of any installed backend, frames, and all of these in lists or
dicts. The running backend is the one that KERAS_BACKEND names; the slow tests run this file on the others."""

import importlib
import importlib.util

import keras
import numpy as np
import pandas as pd
import pytest

from pipekeras import (
    PipeError,
    ShapeError,
    keras_model,
    keras_model_sequential,
    layer_add,
    layer_concatenate,
    layer_dense,
    layer_input,
    layer_rescaling,
    pipe,
    verb,
)

pytestmark = pytest.mark.mixed

BACKENDS = ("tensorflow", "jax", "torch")
ROWS = np.arange(8, dtype="float32").reshape(2, 4)
WANTED = ROWS * 2 + 1


def installed(package):
    return importlib.util.find_spec(package) is not None


def doubling():
    """A layer without weights whose output can be told by heart."""
    return layer_rescaling(scale=2, offset=1)


def numbers(tensor):
    return keras.ops.convert_to_numpy(tensor)


def tensor_of(package, values=ROWS):
    """`values` as a tensor of a backend, whether it is the running one or not."""
    if not installed(package):
        pytest.skip(f"{package} is not installed")
    if package == "tensorflow":
        return importlib.import_module("tensorflow").constant(values)
    if package == "jax":
        return importlib.import_module("jax.numpy").asarray(values)
    return importlib.import_module("torch").tensor(values)


def native(tensor):
    """Whether it is a tensor of the running backend; a tensor of another one would only fail later, somewhere else."""
    return keras.ops.is_tensor(tensor) and not isinstance(tensor, np.ndarray)


# Data -----------------------------------------------------------------------------------------------------------------

ARRAYS = {
    "float32": lambda: ROWS,
    "float64": lambda: ROWS.astype("float64"),
    "int": lambda: ROWS.astype("int64"),
    "uint8": lambda: ROWS.astype("uint8"),
    "column-major": lambda: np.asfortranarray(ROWS),
    "a view": lambda: np.stack([ROWS, ROWS])[1, :, ::1],
    "read-only": lambda: np.broadcast_to(ROWS, ROWS.shape),
    "nested lists": lambda: ROWS.tolist(),
    "nested tuples": lambda: tuple(map(tuple, ROWS.tolist())),
    "a frame": lambda: pd.DataFrame(ROWS, columns=list("abcd")),
    "a frame of ints": lambda: pd.DataFrame(ROWS.astype(int)),
    "a keras variable": lambda: keras.Variable(ROWS),
}


@pytest.mark.parametrize("make", ARRAYS.values(), ids=ARRAYS)
def test_data_is_piped_into_a_layer(make):
    data = make()
    out = data >> doubling()
    assert native(out)
    np.testing.assert_allclose(numbers(out), WANTED)
    np.testing.assert_allclose(numbers(pipe(data, doubling())), WANTED)


@pytest.mark.parametrize("value", [np.float32(3), np.float64(3), np.int64(3), np.array(3.0), 3.0, 3])
def test_a_number_is_piped_into_a_layer(value):
    out = value >> doubling()
    assert tuple(out.shape) == ()
    assert float(out) == 7


def test_series_are_columns_of_numbers():
    series = pd.Series([0.0, 1.0, 2.0])
    np.testing.assert_allclose(numbers(series >> doubling()), [1, 3, 5])
    codes = pd.Series(["b", "a", "b"], dtype="category")
    np.testing.assert_allclose(numbers(codes >> doubling()), [3, 1, 3])
    frame = pd.DataFrame({"kind": codes, "size": [1.0, 2.0, 3.0]})
    np.testing.assert_allclose(numbers(frame >> doubling()), [[3, 3], [1, 5], [3, 7]])


def test_numpy_steps_back_from_every_operand_of_the_pipe():
    """NumPy would otherwise apply >> to each element and hand out an array of objects."""
    step = verb(keras.ops.relu)()
    for right in (doubling(), step, doubling() >> doubling(), keras_model_sequential(input_shape=4) >> doubling()):
        assert native(ROWS >> right), right
        assert native(np.float32(1) >> doubling())


@pytest.mark.parametrize("value", ["text", None, {1, 2}, object(), [], {}, True])
def test_what_is_no_data_is_refused(value):
    with pytest.raises((PipeError, TypeError), match=r"cannot be piped into|on the left of >>|unsupported operand"):
        value >> doubling()


# Tensors --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("package", BACKENDS)
def test_a_tensor_of_any_backend_is_piped_into_a_layer(package):
    tensor = tensor_of(package)
    for out in (tensor >> doubling(), pipe(tensor, doubling()), tensor >> (layer_rescaling(1) >> doubling())):
        assert native(out)
        np.testing.assert_allclose(numbers(out), WANTED)


@pytest.mark.parametrize("package", BACKENDS)
def test_a_tensor_of_any_backend_is_a_receiver(package):
    out = layer_rescaling(tensor_of(package), 2, 1)
    np.testing.assert_allclose(numbers(out), WANTED)
    assert tuple(layer_dense(tensor_of(package), 3).shape) == (2, 3)


@pytest.mark.parametrize("package", BACKENDS)
@pytest.mark.parametrize("collect", [list, tuple])
def test_tensors_of_any_backend_in_a_list_are_piped_into_a_merge(package, collect):
    both = collect([tensor_of(package), tensor_of(package)])
    np.testing.assert_allclose(numbers(both >> layer_add()), 2 * ROWS)
    np.testing.assert_allclose(numbers(layer_concatenate(both)), np.concatenate([ROWS, ROWS], 1))


def test_tensors_of_several_backends_meet_in_one_list():
    tensors = [tensor_of(package) for package in BACKENDS if installed(package)]
    np.testing.assert_allclose(numbers([*tensors, ROWS] >> layer_add()), (len(tensors) + 1) * ROWS)


def test_a_torch_tensor_that_wants_its_gradient():
    if not installed("torch"):
        pytest.skip("torch is not installed")
    import torch

    tensor = torch.tensor(ROWS, requires_grad=True)
    out = tensor >> doubling()
    np.testing.assert_allclose(numbers(out), WANTED)
    if keras.backend.backend() == "torch":
        out.sum().backward()
        np.testing.assert_allclose(tensor.grad.numpy(), np.full_like(ROWS, 2))


def test_tensorflow_variables_are_tensors():
    if not installed("tensorflow"):
        pytest.skip("tensorflow is not installed")
    import tensorflow

    np.testing.assert_allclose(numbers(tensorflow.Variable(ROWS) >> doubling()), WANTED)


def test_symbolic_tensors_stay_symbolic():
    x = layer_input(shape=4)
    out = x >> doubling() >> layer_dense(3)
    assert isinstance(out, keras.KerasTensor)
    assert out.shape == (None, 3)
    np.testing.assert_allclose(numbers(keras_model(x, x >> doubling())(ROWS)), WANTED)


def test_inside_of_a_function_that_the_backend_compiles():
    """Tracers are tensors as well: a model with pipes in its call can be compiled."""
    if keras.backend.backend() == "jax":
        import jax

        out = jax.jit(lambda x: x >> doubling())(ROWS)
    elif keras.backend.backend() == "tensorflow":
        import tensorflow

        out = tensorflow.function(lambda x: x >> doubling())(tensorflow.constant(ROWS))
    else:
        import torch

        out = torch.vmap(lambda x: x >> doubling())(torch.tensor(ROWS))
    np.testing.assert_allclose(numbers(out), WANTED)


# Several at once ------------------------------------------------------------------------------------------------------

STRUCTURES = {
    "a list of arrays": lambda: [ROWS, ROWS],
    "a tuple of arrays": lambda: (ROWS, ROWS),
    "an array and a tensor": lambda: [ROWS, keras.ops.convert_to_tensor(ROWS)],
    "frames": lambda: [pd.DataFrame(ROWS), pd.DataFrame(ROWS)],
    "a frame and an array": lambda: [pd.DataFrame(ROWS), ROWS],
    "variables": lambda: [keras.Variable(ROWS), keras.Variable(ROWS)],
}


@pytest.mark.parametrize("make", STRUCTURES.values(), ids=STRUCTURES)
def test_structures_are_piped_into_a_merge(make):
    out = make() >> layer_add()
    assert native(out)
    np.testing.assert_allclose(numbers(out), 2 * ROWS)


@pytest.mark.parametrize("package", BACKENDS)
def test_a_dict_is_piped_into_a_model_of_named_inputs(package):
    a, b = layer_input(shape=4, name="a"), layer_input(shape=4, name="b")
    model = keras_model({"a": a, "b": b}, layer_add([a, b >> doubling()]))
    given = {"a": tensor_of(package), "b": tensor_of(package)}
    np.testing.assert_allclose(numbers(given >> model), ROWS + WANTED)
    np.testing.assert_allclose(numbers({"a": ROWS, "b": ROWS} >> model), ROWS + WANTED)
    np.testing.assert_allclose(numbers({"a": pd.DataFrame(ROWS), "b": ROWS} >> model), ROWS + WANTED)


def test_several_tensors_into_a_layer_of_one_input_are_refused():
    with pytest.raises(ShapeError, match=r"layer_dense takes one tensor, it got a list of 2"):
        [keras.ops.convert_to_tensor(ROWS)] * 2 >> layer_dense(3)


# Models ---------------------------------------------------------------------------------------------------------------


def test_models_are_receivers_and_steps():
    sequential = keras_model_sequential(input_shape=4)
    assert (sequential >> doubling()) is sequential
    np.testing.assert_allclose(numbers(ROWS >> sequential), WANTED)
    x = layer_input(shape=4)
    functional = keras_model(x, x >> doubling())
    np.testing.assert_allclose(numbers(ROWS >> functional), WANTED)
    np.testing.assert_allclose(numbers(ROWS >> functional >> sequential), 2 * WANTED + 1)
    assert (keras_model_sequential(input_shape=4) >> functional).layers == [functional]
    with pytest.raises(PipeError, match=r"Pipe its output"):
        functional >> doubling()


@pytest.mark.parametrize("data", ["an array", "a tensor", "a frame"])
def test_a_chained_model_is_called_on(data):
    make = {"an array": np.array, "a tensor": keras.ops.convert_to_tensor, "a frame": pd.DataFrame}[data]
    model = keras_model_sequential(input_shape=4) >> layer_dense(1, kernel_initializer="ones")
    np.testing.assert_allclose(numbers(make(ROWS) >> model), ROWS.sum(1, keepdims=True))


# The other backends, each in a process of its own ---------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("other", BACKENDS)
def test_all_of_this_file_holds_on(other, backend, run_python):
    if other == backend or not installed(other):
        pytest.skip(f"{other} is running now" if other == backend else f"{other} is not installed")
    code = f"""
import os, sys, pytest
done = pytest.main(["-q", "-m", "not slow", "-p", "no:cacheprovider", {__file__!r}])
import keras
print(keras.backend.backend())
sys.exit(done)"""
    said = run_python(code, timeout=300, KERAS_BACKEND=other)
    assert said.splitlines()[-1] == other
    assert " passed" in said
