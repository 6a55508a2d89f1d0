"""Whole models in HDF5 files, where Keras 3 needs help: what older Kerases wrote, and the optimizer's state."""

import contextlib
import json
import logging
import shutil
import tempfile
from pathlib import Path

from pipekeras._keras import keras
from pipekeras.saving._keras2 import mended_layers, mended_training

__all__: list[str] = []

_MENDED = {"model_config": mended_layers, "training_config": mended_training}

# What Keras logs and is not so: who calls a function of 2.x has decided for HDF5, and the optimizer is restored below.
_NOT_SO = (
    "saving your model as an HDF5 file",
    "Error in loading the saved optimizer",
    "the compiled metrics have yet to be built",
)


@contextlib.contextmanager
def quietly():
    """Around a call of Keras: without what it logs in vain."""

    def passes(record):
        return not any(phrase in record.getMessage() for phrase in _NOT_SO)

    logger = logging.getLogger("absl")
    logger.addFilter(passes)
    try:
        yield
    finally:
        logger.removeFilter(passes)


@contextlib.contextmanager
def keeping_training(model):
    """Around Keras's writing: it takes the optimizer out of what the model remembers of compile(), for good.

    The next file would then say nothing of the optimizer, and come back with Keras's default.
    """
    remembered = getattr(model, "_compile_config", None)
    before = None if remembered is None else dict(remembered.config)
    try:
        yield
    finally:
        if before is not None:
            remembered.config = before


@contextlib.contextmanager
def as_of_today(path):
    """A file of Keras 1 or 2 as Keras 3 takes it: itself, or a copy with other descriptions in it."""
    changed = _changed(path)
    if not changed:
        yield path
        return
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder, "model.h5")
        shutil.copyfile(path, copy)
        _describe(copy, changed)
        yield copy


def mend(path):
    """Name the loss in a file that Keras 3 just wrote by its whole name: it does not find "mse" again."""
    _describe(path, {name: text for name, text in _changed(path).items() if name == "training_config"})


def _changed(path):
    """The descriptions in a file that have to be others: JSON by their names."""
    import h5py

    changed = {}
    with h5py.File(path, "r") as file:
        for name, mended in _MENDED.items():
            if name in file.attrs:
                before = json.loads(file.attrs[name])
                after = mended(before)
                if after != before:
                    changed[name] = json.dumps(after).encode()
    return changed


def _describe(path, changed):
    import h5py

    if changed:
        with h5py.File(path, "r+") as file:
            for name, text in changed.items():
                file.attrs[name] = text


def restore_optimizer(model, path, custom_objects):
    """Give a model that Keras loaded an optimizer that knows its weights, in the state that the file has.

    Keras builds it for the variables that stand in the model itself, which are none: it could not train any further.
    """
    if not model.compiled or not isinstance(getattr(model, "optimizer", None), keras.optimizers.Optimizer):
        return
    # Keras's scopes replace each other, so an empty one would hide the user's own.
    scope = keras.saving.custom_object_scope(custom_objects) if custom_objects else contextlib.nullcontext()
    with scope:
        model.compile_from_config(model.get_compile_config())
    optimizer = model.optimizer
    if not optimizer.built:
        optimizer.build(model.trainable_variables)
    names, values = _optimizer_weights(path)
    # Older Kerases kept other numbers, or in another order; then it begins anew.
    ours = [_last(variable.path) for variable in optimizer.variables]
    shapes = [tuple(variable.shape) for variable in optimizer.variables]
    if ours == [_last(name) for name in names] and shapes == [value.shape for value in values]:
        for variable, value in zip(optimizer.variables, values, strict=True):
            variable.assign(value)


def _last(name):
    return name.rpartition("/")[2]


def _optimizer_weights(path):
    import h5py
    import numpy as np

    with h5py.File(path, "r") as file:
        group = file.get("optimizer_weights")
        if group is None:
            return [], []
        parts = sorted((name for name in group.attrs if name.startswith("weight_names")), key=lambda n: (len(n), n))
        names = [name for part in parts for name in group.attrs[part]]
        names = [name.decode() if isinstance(name, bytes) else str(name) for name in names]
        return names, [np.asarray(group[name]) for name in names]
