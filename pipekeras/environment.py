"""What R does to find and set up its Python: here Python is running already, so little of it is left to do.

The names exist, do what still makes sense, and say so where nothing does.
"""

import importlib.util
import os
import re
import sys
import warnings

from pipekeras import values
from pipekeras._keras import is_open, keras
from pipekeras.errors import InvalidValueError, UnavailableError, suggestion
from pipekeras.pipe import Checked

_BACKENDS = ("tensorflow", "jax", "torch", "openvino", "numpy")
_GONE_BACKENDS = ("cntk", "theano", "plaidml")
_PACKAGES = {"tensorflow": "tensorflow", "jax": "jax", "torch": "torch", "openvino": "openvino", "numpy": "numpy"}


def _nothing(name, why):
    warnings.warn(f"{name}() does nothing here: {why}", stacklevel=4)


# The backend ----------------------------------------------------------------------------------------------------------


@Checked
def use_backend(backend, gpu=None):
    """Choose what Keras computes with. To be called before anything of Keras is used.

    Args:
        backend: "tensorflow", "jax" or "torch".
        gpu: False hides all GPUs from the backend; None and True leave them as they are.

    Returns:
        None.

    Raises:
        InvalidValueError: if the name is not known, or Keras runs on another backend already: it cannot change.
        UnavailableError: for the backends of long ago, and those that are not installed.

    Source: R `keras3::use_backend`, `keras::use_backend`.
    """
    where = "use_backend"
    if backend in _GONE_BACKENDS:
        raise UnavailableError(f'{where}: "{backend}" is gone; Keras 3 runs on "tensorflow", "jax" or "torch"')
    if backend not in _BACKENDS:
        near = suggestion(backend, _BACKENDS, quote='"', otherwise='; it is "tensorflow", "jax" or "torch"')
        raise InvalidValueError(f"{where}: backend={backend!r} is not known{near}")
    if is_open():
        running = keras.backend.backend()
        if running != backend:
            raise InvalidValueError(
                f'{where}: Keras runs on "{running}" already, and cannot change to "{backend}": call'
                f' {where}("{backend}") first of all, or set KERAS_BACKEND={backend} in the environment of Python'
            )
    elif importlib.util.find_spec(_PACKAGES[backend]) is None:
        raise UnavailableError(f'{where}: "{backend}" is not installed: pip install {_PACKAGES[backend]}')
    os.environ["KERAS_BACKEND"] = backend
    if gpu is not None and not gpu and not values.is_bool(gpu):
        raise InvalidValueError(f"{where}: gpu must be True, False or None, it got {gpu!r}")
    if gpu is False:
        os.environ["CUDA_VISIBLE_DEVICES"] = "-1"


class _Backend:
    """`K`: `K.mean(x, axis=1)` is k_mean(x, axis=1); what is no k_ function is looked up in keras.backend."""

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        from pipekeras import k

        found = getattr(k, f"k_{name}", None) or getattr(keras.backend, name, None)
        if found is None:
            raise AttributeError(f"the backend has no {name}{suggestion(name, dir(self))}")
        return found

    def __dir__(self):
        from pipekeras import k

        return sorted({name.removeprefix("k_") for name in k.__all__})

    def __repr__(self):
        return f"<the functions k_*, on {keras.backend.backend()}>"


@Checked
def backend(convert=True):
    """The backend's functions as one object: `K = backend()`, then `K.mean(x, axis=1)`.

    Args:
        convert: R's choice of what results become; it has no effect, since nothing has to be converted.

    Returns:
        An object with all functions k_* as its attributes, without the k_.

    Source: R `keras::backend`.
    """
    return _Backend()


# Whether Keras is there, and whose ------------------------------------------------------------------------------------


@Checked
def is_keras_available(version=None):
    """Whether Keras is installed.

    Args:
        version: the least version that will do, such as "3.15"; None for any.

    Returns:
        True or False. Keras is not imported to find out.

    Raises:
        InvalidValueError: if `version` is no version.

    Source: R `keras::is_keras_available`.
    """
    from importlib.metadata import PackageNotFoundError
    from importlib.metadata import version as version_of

    if version is not None and not re.match(r"\d+(\.\d+)*", str(version)):
        raise InvalidValueError(f'is_keras_available: version must be such as "3.15", it got {version!r}')
    try:
        installed = version_of("keras")
    except PackageNotFoundError:
        return False
    return version is None or _numbers(installed) >= _numbers(str(version))


def _numbers(version):
    return [int(part) for part in re.match(r"\d+(\.\d+)*", version)[0].split(".")]


@Checked
def implementation():
    """Which Keras runs: always "keras", the one of many backends.

    Returns:
        "keras".

    Source: R `keras::implementation`.
    """
    return "keras"


@Checked
def use_implementation(implementation="keras"):
    """Choose between Keras and TensorFlow's copy of it; there is only Keras now, so this does nothing.

    Args:
        implementation: "keras", or "tensorflow", which is the same today.

    Returns:
        None.

    Raises:
        InvalidValueError: for another name.

    Source: R `keras::use_implementation`.
    """
    if implementation not in ("keras", "tensorflow"):
        raise InvalidValueError(
            f'use_implementation: implementation must be "keras" or "tensorflow", it got {implementation!r}'
        )
    if implementation == "tensorflow":
        _nothing("use_implementation", "TensorFlow's own copy of Keras is gone; Keras runs on TensorFlow by default")


@Checked
def use_session_with_seed(seed, disable_gpu=True, disable_parallel_cpu=True, quiet=False):
    """Start afresh with a seed: clear_session(), then set_random_seed(seed).

    Args:
        seed: a whole number.
        disable_gpu: no effect; use_backend(gpu=False) hides GPUs.
        disable_parallel_cpu: no effect: on CPUs results are the same with a seed, however many threads compute.
        quiet: whether to print nothing.

    Returns:
        None: there are no sessions any more.

    Raises:
        InvalidValueError: if `seed` is not a whole number.

    Source: R `tensorflow::use_session_with_seed`, re-exported by `keras`.
    """
    from pipekeras.session import clear_session, set_random_seed

    seed = values.count(seed, "seed", "use_session_with_seed", least=0)
    clear_session()
    set_random_seed(seed)
    if not quiet:
        print(f"Set session seed to {seed}")


# Installing and finding -----------------------------------------------------------------------------------------------


@Checked
def install_keras(
    envname=None, *others, method="auto", conda="auto", version="default", tensorflow="default", extra_packages=None,
    python_version=None, backend=None, gpu=None, restart_session=True, **more
):  # fmt: skip
    """Say whether Keras is installed, and if not, how to install it. Nothing is installed: that is pip's work.

    Args:
        envname, method, conda, version, tensorflow, extra_packages, python_version, gpu, restart_session: R's choices
            of where and what to install; they have no effect.
        backend: one or several of "tensorflow", "jax", "torch", which are looked for as well.
        *others, **more: no effect.

    Returns:
        None.

    Source: R `keras3::install_keras`, `keras::install_keras`.
    """
    wanted = ["keras", *([backend] if isinstance(backend, str) else backend or ["tensorflow"])]
    lacking = [name for name in wanted if importlib.util.find_spec(name) is None]
    if lacking:
        print(f"Not installed: {', '.join(lacking)}. To install: {sys.executable} -m pip install {' '.join(lacking)}")
    else:
        print(f"Installed already: {', '.join(wanted)}.")


@Checked
def use_python(python, required=None):
    """Does nothing: in R this chooses the Python that is used; here it is the one that is running.

    Args:
        python, required: no effect.

    Returns:
        None.

    Source: R `reticulate::use_python`, re-exported by both packages.
    """
    _nothing("use_python", f"the Python in use is the one that runs, {sys.executable}")


@Checked
def use_virtualenv(virtualenv=None, required=None):
    """Does nothing: activate a virtual environment before Python starts.

    Args:
        virtualenv, required: no effect.

    Returns:
        None.

    Source: R `reticulate::use_virtualenv`, re-exported by both packages.
    """
    _nothing("use_virtualenv", f"the environment in use is the one that runs, {sys.prefix}")


@Checked
def use_condaenv(condaenv=None, conda="auto", required=None):
    """Does nothing: activate a conda environment before Python starts.

    Args:
        condaenv, conda, required: no effect.

    Returns:
        None.

    Source: R `reticulate::use_condaenv`, re-exported by `keras`.
    """
    _nothing("use_condaenv", f"the environment in use is the one that runs, {sys.prefix}")


@Checked
def py_require(packages=None, python_version=None, *others, exclude_newer=None, action="add"):
    """Say which of the packages are not installed. Nothing is installed.

    Args:
        packages: a name, or a list of names, as pip knows them, with or without versions.
        python_version, exclude_newer, action, *others: no effect.

    Returns:
        None.

    Source: R `reticulate::py_require`, re-exported by `keras3`.
    """
    from importlib.metadata import PackageNotFoundError, distribution

    lacking = []
    for package in [packages] if isinstance(packages, str) else packages or []:
        try:
            distribution(re.split(r"[^\w.-]", package)[0])
        except PackageNotFoundError:
            lacking.append(package)
    if lacking and action == "add":
        command = f"pip install {' '.join(lacking)}"
        warnings.warn(f"py_require: not installed: {', '.join(lacking)}: {command}", stacklevel=3)


@Checked
def py_require_legacy_keras(extra_packages=True):
    """Does nothing: what needed Keras 2 runs on Keras 3 here.

    Args:
        extra_packages: no effect.

    Returns:
        None.

    Source: R `keras::py_require_legacy_keras`.
    """
    _nothing("py_require_legacy_keras", "the functions of keras 2.x run on Keras 3")


__all__ = [
    "backend", "implementation", "install_keras", "is_keras_available", "py_require", "py_require_legacy_keras",
    "use_backend", "use_condaenv", "use_implementation", "use_python", "use_session_with_seed", "use_virtualenv",
]  # fmt: skip
