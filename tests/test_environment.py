"""environment.py: what R does to set up its Python does what still makes sense, and says so where nothing does."""

import os

import numpy as np
import pytest

import pipekeras as pk
from pipekeras import environment
from pipekeras._keras import keras


def test_the_running_backend_may_be_chosen_again(backend, monkeypatch):
    monkeypatch.setenv("KERAS_BACKEND", "")
    pk.use_backend(backend)
    assert os.environ["KERAS_BACKEND"] == backend


def test_an_open_keras_cannot_change(backend):
    other = "jax" if backend != "jax" else "torch"
    before = os.environ.get("KERAS_BACKEND")
    with pytest.raises(pk.InvalidValueError, match=f'runs on "{backend}" already, and cannot change to "{other}"'):
        pk.use_backend(other)
    assert os.environ.get("KERAS_BACKEND") == before


def test_before_keras_is_open_a_backend_is_chosen_and_gpus_hidden(run_python):
    code = (
        "import os, pipekeras as pk\n"
        "pk.use_backend('torch' if __import__('importlib.util').util.find_spec('torch') else 'tensorflow', gpu=False)\n"
        "print(os.environ['KERAS_BACKEND'], os.environ['CUDA_VISIBLE_DEVICES'], 'keras' in __import__('sys').modules)"
    )
    chosen, devices, opened = run_python(code).split()
    assert chosen in ("torch", "tensorflow") and devices == "-1" and opened == "False"


def test_what_is_not_installed_says_how_to_get_it(monkeypatch):
    monkeypatch.setattr(environment, "is_open", lambda: False)
    monkeypatch.setattr(environment.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(pk.UnavailableError, match='"jax" is not installed: pip install jax'):
        pk.use_backend("jax")


@pytest.mark.parametrize(
    ("name", "error", "text"),
    [
        ("theano", pk.UnavailableError, '"theano" is gone; Keras 3 runs on "tensorflow", "jax" or "torch"'),
        ("tensrflow", pk.InvalidValueError, 'did you mean "tensorflow"'),
        ("spark", pk.InvalidValueError, 'it is "tensorflow", "jax" or "torch"'),
    ],
)
def test_other_backends(name, error, text):
    with pytest.raises(error, match=text):
        pk.use_backend(name)


def test_k_is_all_the_k_functions():
    k = pk.backend()
    assert k.mean is pk.k_mean and "argmax" in dir(k)
    assert k.floatx() == keras.config.floatx()
    with pytest.raises(AttributeError, match="the backend has no meen; did you mean mean"):
        _ = k.meen
    x = keras.ops.convert_to_tensor(np.arange(6.0).reshape(2, 3).astype("float32"))
    np.testing.assert_allclose(keras.ops.convert_to_numpy(k.sum(x, axis=1)), [3, 12])
    with pytest.raises(AttributeError, match="blorp"):
        _ = k.blorp


def test_whether_keras_is_there():
    assert pk.is_keras_available() and pk.is_keras_available("3.0") and pk.is_keras_available(version="3")
    assert not pk.is_keras_available("99.1")
    with pytest.raises(pk.InvalidValueError, match="version must be such as"):
        pk.is_keras_available("new")


def test_keras_that_is_not_installed(monkeypatch):
    import importlib.metadata as metadata

    def none(name):
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "version", none)
    assert not pk.is_keras_available()


def test_there_is_one_implementation():
    assert pk.implementation() == "keras"
    assert pk.use_implementation("keras") is None
    with pytest.warns(UserWarning, match="does nothing here: TensorFlow's own copy of Keras is gone"):
        pk.use_implementation("tensorflow")
    with pytest.raises(pk.InvalidValueError, match="it got 'theano'"):
        pk.use_implementation("theano")


def test_a_session_with_seed_draws_the_same_again(capsys):
    def weights():
        pk.use_session_with_seed(42.0)
        return pk.get_weights(pk.keras_model_sequential(input_shape=3) >> pk.layer_dense(2))[0]

    np.testing.assert_array_equal(weights(), weights())
    assert capsys.readouterr().out == "Set session seed to 42\n" * 2
    pk.use_session_with_seed(1, quiet=True)
    assert capsys.readouterr().out == ""


def test_installing_is_told_not_done(capsys, monkeypatch, backend):
    pk.install_keras(backend=backend)
    assert capsys.readouterr().out == f"Installed already: keras, {backend}.\n"
    pk.install_keras(method="conda", envname="r-reticulate", backend=["no_such_backend"])
    assert "pip install no_such_backend" in capsys.readouterr().out


@pytest.mark.parametrize(("name", "word"), [("use_python", "/usr/bin/python3"), ("use_virtualenv", "r-tf")])
def test_the_python_in_use_is_the_one_that_runs(name, word):
    with pytest.warns(UserWarning, match=rf"{name}\(\) does nothing here: .* in use is the one that runs") as caught:
        getattr(pk, name)(word, required=True)
    assert caught[0].filename == __file__


def test_conda_and_legacy_keras_do_nothing_and_say_so():
    with pytest.warns(UserWarning, match=r"use_condaenv\(\) does nothing here"):
        pk.use_condaenv("r-tf")
    with pytest.warns(UserWarning, match="run on Keras 3"):
        pk.py_require_legacy_keras()


def test_required_packages_that_are_missing_are_told():
    with pytest.warns(UserWarning, match="not installed: no-such-package>=2: pip install no-such-package>=2"):
        pk.py_require(["numpy", "no-such-package>=2"])


def test_required_packages_that_are_there_are_not(recwarn):
    pk.py_require("numpy")
    pk.py_require()
    assert not recwarn.list
