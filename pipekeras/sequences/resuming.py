"""The callback of callback_sequence_checkpoint(). Importing this module imports Keras; checkpoint.py does it."""

import json
import os
import zipfile
from typing import NamedTuple

from pipekeras._keras import keras
from pipekeras.errors import DataError, InvalidValueError
from pipekeras.files import refuse_no_folder, replacing
from pipekeras.sequences import keeping
from pipekeras.sequences.randomness import generators, set_generators

_WHERE = "callback_sequence_checkpoint"
_GROUPS = ("variables", "optimizer", "states", "metrics")
_RANDOM = "random"  # where torch's own generators have come to


class Begun(NamedTuple):
    """Where a training that was interrupted stands: so many steps of that epoch are done."""

    epoch: int
    step: int
    history: list


class SequenceCheckpoint(keras.callbacks.Callback):
    """Saves and restores a training on a dataset that orders itself; see callback_sequence_checkpoint().

    fit() calls `begin` with the dataset before it trains; the rest is Keras's hooks.
    """

    def __init__(self, path, save_freq, delete):
        super().__init__()
        self.path, self.save_freq, self.delete = path, save_freq, delete
        self.dataset = None

    def begin(self, model, dataset):
        """Take over what the file holds, if there is one; a Begun, or None where training begins afresh."""
        self.set_model(model)
        self.dataset, self._logs, self._metrics, self._random = dataset, [], None, []
        self._step = self._since = self._done = 0
        refuse_no_folder(self.path, _WHERE)  # now, and not after hours
        if not os.path.exists(self.path):
            return None
        facts, arrays = _read(self.path)
        if facts["step"] and len(model.metrics_variables) < len(arrays["metrics"]):
            model.test_on_batch(*dataset[0])  # until a batch has been seen there are no metrics to go on with
        ready = _fitting(model, arrays, self.path)
        dataset.load_state_dict(facts["data"])
        for variable, value in ready:
            variable.assign(value)
        self._logs, self._done, self._random = facts["history"], facts["step"], arrays[_RANDOM]
        if facts["step"]:
            self._metrics = arrays["metrics"]
        return Begun(facts["epoch"], facts["step"], facts["history"])

    # Keras's hooks ----------------------------------------------------------------------------------------------------

    def on_train_begin(self, logs=None):
        """Refuse a fit() that has not called begin()."""
        if self.dataset is None:
            raise InvalidValueError(
                f"{_WHERE} belongs to fit() of pipekeras, on sequence_windows() or sequence_fold(): the order of other"
                " batches cannot be restored"
            )

    def on_epoch_begin(self, epoch, logs=None):
        """Go on with the metrics where they were, in an epoch that was interrupted."""
        self._epoch, self._step, self._done = epoch, self._done, 0
        if self._metrics is not None:
            saved, self._metrics = self._metrics, None
            for variable, value in zip(self.model.metrics_variables, saved, strict=True):
                variable.assign(value)

    def on_train_batch_begin(self, batch, logs=None):
        """Draw on from where the generators were, whatever has been drawn since fit() was called."""
        if self._random:
            set_generators(self._random)
            self._random = []

    def on_train_batch_end(self, batch, logs=None):
        """Save in the middle of an epoch, if so many batches have gone by."""
        stride = getattr(self.model, "steps_per_execution", 1) or 1
        self._step += stride
        self._since += stride
        ends = self._step >= self.params["steps"]  # then the epoch is saved when what it came to is known
        if ends:
            self._random = generators()  # before validation, which draws as well
        elif self._due():
            self._save(self._epoch, self._step, self.dataset.state_dict(after=batch + 1), generators())

    def on_epoch_end(self, epoch, logs=None):
        """Note what the epoch came to, and save."""
        self._logs.append([epoch, {name: _plain(value) for name, value in (logs or {}).items()}])
        if self.save_freq == "epoch" or self._due():
            self._save(epoch + 1, 0, self.dataset.state_dict(), self._random)

    def on_train_end(self, logs=None):
        """The training has come to its end: the file is not needed any more."""
        self.dataset = None
        if self.delete and os.path.exists(self.path):
            os.remove(self.path)

    def _due(self):
        return self.save_freq != "epoch" and self._since >= self.save_freq

    def _save(self, epoch, step, data, random):
        import numpy as np

        self._since = 0
        keeping.synced(self.model)
        facts = {"epoch": epoch, "step": step, "data": data, "history": self._logs}
        arrays = {"facts": np.frombuffer(json.dumps(facts).encode(), "uint8")}
        for group, variables in _variables(self.model).items():
            arrays.update({f"{group}/{i}": _storable(variable) for i, variable in enumerate(variables)})
        arrays.update({f"{_RANDOM}/{i}": held for i, held in enumerate(random)})
        with replacing(self.path, _WHERE, ending=".npz") as unfinished:
            np.savez(unfinished, **arrays)


def _variables(model):
    """All numbers that training changes: weights and seeds, the optimizer's, the states, what metrics have counted."""
    states = [v for _, layer in keeping.stateful_layers(model) for v in keeping.state_variables(layer)]
    kept = {id(variable) for variable in states}
    optimizer = getattr(model, "optimizer", None)
    own = [variable for variable in model.variables if id(variable) not in kept]
    return dict(
        zip(_GROUPS, (own, optimizer.variables if optimizer else [], states, model.metrics_variables), strict=True)
    )


def _storable(variable):
    """The numbers in a variable; those of a type that NumPy's files do not know, such as bfloat16, as float32."""
    found = keeping.values(variable)
    return found.astype("float32") if found.dtype.kind == "V" else found


def _plain(value):
    """A number, or a list of them where a metric has several."""
    import numpy as np

    return np.asarray(keras.ops.convert_to_numpy(value), "float64").tolist()


def _read(path):
    """({"epoch", "step", "data", "history"}, {group: arrays}) of a file."""
    import numpy as np

    try:
        with np.load(path, allow_pickle=False) as held:
            facts = json.loads(held["facts"].tobytes())
            groups = {group: [] for group in (*_GROUPS, _RANDOM)}
            for name in held.files:
                group, _, _ = name.partition("/")
                if group in groups:
                    groups[group].append(held[f"{group}/{len(groups[group])}"])
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise DataError(
            f"{_WHERE}: {path} is no checkpoint of a training: {error}. Name another file, or remove it to begin afresh"
        ) from error
    return facts, groups


def _fitting(model, arrays, path):
    """[(variable, value)] of all but the metrics; an error if the file is of another model."""
    optimizer = getattr(model, "optimizer", None)
    if optimizer is not None and not optimizer.built:
        optimizer.build(model.trainable_variables)
    ready = []
    for group, variables in _variables(model).items():
        if group == "metrics":  # of a model that has not trained yet there are none; they are set when the epoch begins
            continue
        shapes, saved = [tuple(v.shape) for v in variables], [value.shape for value in arrays[group]]
        if shapes != saved:
            raise InvalidValueError(
                f"{_WHERE}: {path} is the checkpoint of another model: its {group} have the shapes {_some(saved)}, this"
                f" model's {_some(shapes)}. Remove the file to begin afresh"
            )
        ready += zip(variables, arrays[group], strict=True)
    return ready


def _some(shapes):
    listed = ", ".join(map(str, shapes[:4]))
    return f"{listed}, ... ({len(shapes)} in all)" if len(shapes) > 4 else listed or "none"
