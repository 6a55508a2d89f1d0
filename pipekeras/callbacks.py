"""What happens while a model trains: R's `callback_*`, one line each.

Epochs and batches count from 0 for every function that is called with them. File names of callback_model_checkpoint()
have {epoch} from 1, as in Keras and in both R packages.
"""

import functools
import inspect
import os

from pipekeras.classes.hooks import SAME, merging, refuse_both, refuse_other_arguments
from pipekeras.classes.kinds import HOOKS
from pipekeras.classes.members import positional, say
from pipekeras.errors import ArgumentError, InvalidValueError, suggestion
from pipekeras.values import count, is_bool, maybe_whole, number, wholes
from pipekeras.wrap import Wrapper, name_members

_MODES = ("auto", "min", "max")


def _mode(value, name, where):
    """One of the three; R 2.x has all of them as its default, and means the first."""
    value = value[0] if isinstance(value, (list, tuple)) and value else value
    if value not in _MODES:
        near = suggestion(value, _MODES, quote='"')
        raise InvalidValueError(f'{where}: {name} must be "auto", "min" or "max", it got {value!r}{near}')
    return value


def _verbose(value, name, where):
    return int(value) if is_bool(value) else count(value, name, where, least=0)


def _from_zero(value, name, where):
    return count(value, name, where, least=0)


def _frequency(value, name, where):
    """ "epoch", "batch", or a number of batches."""
    if not isinstance(value, str):
        return count(value, name, where, least=1)
    if value not in ("epoch", "batch"):
        raise InvalidValueError(f'{where}: {name} must be "epoch", "batch" or a number of batches, it got {value!r}')
    return value


def _path(value, name, where):
    if not isinstance(value, (str, os.PathLike)):
        raise InvalidValueError(f"{where}: {name} must be a path, it got {value!r}")
    return os.path.expanduser(os.fspath(value))


def _schedule(value, name, where):
    """A function of the epoch, or of the epoch and the rate so far, as one of both that returns a float."""
    if not callable(value):
        raise InvalidValueError(f"{where}: {name} must be a function of the epoch, from 0, and the rate; got {value!r}")
    least, most = positional(value)
    if not (least <= 2 and most >= 1):
        raise ArgumentError(f"{where}: {name} is called with (epoch, lr), and the function is another: {say(value)}")
    taken = min(most, 2)

    failed: list = []

    @functools.wraps(value)
    def rate(epoch, *lr):
        if not lr:  # Keras has taken a TypeError for the sign of a function of the epoch alone
            raise failed.pop()
        try:
            result = value(*(epoch, *lr)[:taken])
        except TypeError as error:
            failed[:] = [error]
            raise
        try:
            return float(result)
        except (TypeError, ValueError):
            raise InvalidValueError(
                f"{where}: {name} must return the learning rate, a number; for epoch {epoch} it returned {result!r}"
            ) from None

    return rate


class _Callback(Wrapper):
    module = "callbacks"
    converters = {
        **dict.fromkeys(["patience", "cooldown", "start_from_epoch", "histogram_freq", "embeddings_freq"], _from_zero),
        **dict.fromkeys(["min_delta", "factor", "min_lr", "baseline", "initial_value_threshold"], number),
        **dict.fromkeys(["filepath", "log_dir", "backup_dir", "filename"], _path),
        **dict.fromkeys(["save_freq", "update_freq"], _frequency),
        "verbose": _verbose,
        "mode": _mode,
        "profile_batch": wholes,
        "schedule": _schedule,
    }  # fmt: skip
    texts = {
        **{hook: f"a function of {' and '.join(given)}, called at that moment." for hook, given in HOOKS.items()},
        "period": "epochs from one file to the next.",
        "raise_error": "whether to raise an error rather than stop the training.",
    }


class _Lambda(_Callback):
    """Functions as hooks; what they return, if it is a dict, is merged into the logs."""

    old = SAME
    extra = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None)
        for name in HOOKS
        if name.startswith(("on_test", "on_predict"))
    ]

    def bind(self, args, kwargs):
        refuse_both({name for name, value in kwargs.items() if value is not None}, self.__name__)
        bound = {name: value for name, value in super().bind(args, kwargs).items() if value is not None}
        for name, function in bound.items():
            refuse_other_arguments(function, name, self.__name__)
            bound[name] = merging(function, name)
        return bound


class _Checkpoint(_Callback):
    """A callback that writes models: Keras's rules for the names of files, told before anything is trained."""

    extra = [inspect.Parameter("period", inspect.Parameter.KEYWORD_ONLY, default=None)]

    def make(self, bound):
        period = maybe_whole(bound.pop("period", None), "period", self.__name__, least=1)
        if period is not None and bound.get("save_freq", "epoch") != "epoch":
            raise ArgumentError(f"{self.__name__}: period counts epochs and save_freq batches: give one of them")
        self._refuse_name(bound["filepath"], bool(bound.get("save_weights_only", False)))
        callback = super().make(bound)
        if period is not None:
            callback.period = period
        return callback

    def _refuse_name(self, path, weights):
        what, ending = ("the weights", ".weights.h5") if weights else ("the model", ".keras")
        if path.endswith(ending) or (path.endswith(".h5") and not weights):
            return
        stem = path
        for old in (".weights.h5", ".hdf5", ".h5", ".keras", ".tf", ".ckpt"):
            stem = stem.removesuffix(old)
        raise InvalidValueError(
            f'{self.__name__}: the file that {what} go{"" if weights else "es"} into must end in "{ending}",'
            f' it got "{path}": use filepath="{stem}{ending}"'
        )


class _TensorBoard(_Callback):
    def _by_name(self, args, kwargs):
        kwargs = {name: value for name, value in kwargs.items() if name != "log_dir" or value is not None}
        return super()._by_name(args if args[:1] != (None,) else ("logs", *args[1:]), kwargs)

    def _gone(self, name, value):
        if name != "batch_size":  # it has had no effect since histograms are of weights alone
            super()._gone(name, value)


_NO_LONGER = {"batch_size": None, "write_grads": False, "embeddings_layer_names": None, "embeddings_data": None}

callback_backup_and_restore = _Callback("pipekeras.classes.checkpoint:BackupAndRestore")
callback_csv_logger = _Callback("CSVLogger")
callback_early_stopping = _Callback("EarlyStopping")
callback_lambda = _Lambda("LambdaCallback", old=SAME)
callback_learning_rate_scheduler = _Callback("LearningRateScheduler")
callback_model_checkpoint = _Checkpoint("pipekeras.classes.checkpoint:ModelCheckpoint")
callback_progbar_logger = _Callback(
    "ProgbarLogger", neutral={"count_mode": ("samples", "steps"), "stateful_metrics": None}
)
callback_reduce_lr_on_plateau = _Callback("ReduceLROnPlateau")
callback_remote_monitor = _Callback("RemoteMonitor")
callback_swap_ema_weights = _Callback("SwapEMAWeights")
callback_tensorboard = _TensorBoard("TensorBoard", neutral=_NO_LONGER)
callback_terminate_on_naan = _Callback("TerminateOnNaN", by_name=["raise_error"])
callback_terminate_on_nan = _Callback("TerminateOnNaN", by_name=["raise_error"])

__all__ = [*name_members(globals())]
