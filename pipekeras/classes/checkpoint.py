"""Keras's callbacks that write models, made so that a kill in the middle of it loses nothing.

A file is written beside its place, and put there once it is whole (`files.replacing`). Importing this module opens
Keras; the tables name it lazily.
"""

import contextlib

from pipekeras._keras import keras
from pipekeras.files import replacing
from pipekeras.saving.hdf5_models import keeping_training


class _Whole(keras.callbacks.Callback):
    """While the hooks that write run, self.model is a model whose files come whole or not at all."""

    _writes = False

    @property
    def model(self):
        """The model that is trained."""
        model = super().model
        return _Writer(model) if self._writes else model

    @contextlib.contextmanager
    def _writing(self):
        self._writes = True
        try:
            yield
        finally:
            self._writes = False

    def on_epoch_end(self, epoch, logs=None):
        with self._writing():
            super().on_epoch_end(epoch, logs)

    def on_train_batch_end(self, batch, logs=None):
        with self._writing():
            super().on_train_batch_end(batch, logs)


class ModelCheckpoint(_Whole, keras.callbacks.ModelCheckpoint):
    __doc__ = keras.callbacks.ModelCheckpoint.__doc__
    period = 1  # epochs from one file to the next, as 2.x could say
    _epochs = 0

    def on_epoch_end(self, epoch, logs=None):
        self._epochs += 1
        if self._epochs >= self.period:
            self._epochs = 0
            super().on_epoch_end(epoch, logs)


class BackupAndRestore(_Whole, keras.callbacks.BackupAndRestore):
    __doc__ = keras.callbacks.BackupAndRestore.__doc__


class _Writer:
    """A model that saves its files whole; in all else the model itself."""

    def __init__(self, model):
        self._model = model

    def __getattr__(self, name):
        return getattr(self._model, name)

    def save(self, filepath, **kwargs):
        """model.save(), whole."""
        with keeping_training(self._model):
            whole(filepath, lambda path: self._model.save(path, **kwargs))

    def save_weights(self, filepath, **kwargs):
        """model.save_weights(), whole."""
        whole(filepath, lambda path: self._model.save_weights(path, **kwargs))


def whole(filepath, write):
    """Have `write(path)` make a file beside `filepath`, and then put it there."""
    if "://" in filepath:  # an address, which is left to Keras
        write(filepath)
        return
    with replacing(filepath) as beside:
        write(str(beside))
