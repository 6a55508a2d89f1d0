"""What fit() returns: the values of every epoch, printed as R prints them, and as a data frame in R's long form."""

import warnings
from typing import NamedTuple

from pipekeras._keras import is_open, keras
from pipekeras.errors import InvalidValueError, PipeError
from pipekeras.pipe import verb
from pipekeras.receivers import say

TRAINING, VALIDATION = "training", "validation"

__all__ = ["History", "as_data_frame"]


class History:
    """The training history of a model.

    Args:
        epochs: the epochs that ran, counted from 0.
        logs: for each of them, {metric: its value at the end of the epoch}; those of validation, `val_...`, are there
            only where it ran.
        params: {"verbose": ..., "epochs": the epoch training was to stop before, "steps": batches an epoch}.

    Attributes:
        metrics: {name: the values that were computed, in the order of the epochs}.
        history: the same; the name that Keras uses in Python.
        epoch: the epochs that ran.
        logs: the values of each of them, as given.
        params: as given.

    Source: R `keras3::fit`, `keras::fit`, whose result is of the class keras_training_history.
    """

    def __init__(self, epochs, logs, params):
        self.epoch = [int(epoch) for epoch in epochs]
        self.logs = [{name: _number(value) for name, value in log.items()} for log in logs]
        self.params = dict(params)
        if len(self.epoch) != len(self.logs):
            raise InvalidValueError(f"History got {len(self.epoch)} epochs and the logs of {len(self.logs)}")

    @property
    def metrics(self):
        """{name: the values that were computed, epoch after epoch}."""
        metrics = {}
        for log in self.logs:
            for name, value in log.items():
                metrics.setdefault(name, []).append(value)
        return metrics

    history = metrics

    def __repr__(self):
        if not self.epoch:
            return "\nNo epoch was run: there is no history to see."
        last, lines = self.epoch[-1], []
        for curve in curves(self):
            epoch, value = list(curve.points.items())[-1]
            lines.append((curve.name, pretty(value) + (f" (epoch {epoch})" if epoch != last else "")))
        width = max((len(name) for name, _ in lines), default=0)
        return "\n".join(
            ["", "Final epoch (plot to see history):", *(f"{name:>{width}}: {text}" for name, text in lines)]
        )


def as_history(x):
    """`x` if it is a History; Keras's own, which model.fit() of Keras returns, as one; None for all else."""
    if isinstance(x, History):
        return x
    if not (is_open() and isinstance(x, keras.callbacks.History)):
        return None
    logs = [{} for _ in x.epoch]
    for name, computed in x.history.items():
        for position, value in zip(_where_computed(name, len(computed), x.epoch), computed, strict=True):
            logs[position][name] = value
    return History(x.epoch, logs, x.params or {})


def _where_computed(name, count, epochs):
    """The positions of the epochs that `count` values belong to; Keras does not keep them, only validation_freq did."""
    if count == len(epochs):
        return range(count)
    fits = []
    for freq in range(2, max(epochs, default=0) + 2):
        due = [i for i, epoch in enumerate(epochs) if (epoch + 1) % freq == 0]
        if len(due) == count and due not in fits:
            fits.append(due)
    if not fits:
        raise InvalidValueError(
            f"the history of Keras has {count} values of {name} for {len(epochs)} epochs, and does not say for which:"
            " train with model >> fit(...), whose History does"
        )
    if len(fits) > 1:
        warnings.warn(
            f"the history of Keras has {count} values of {name} for {len(epochs)} epochs, and does not say for which: "
            f"epochs {', '.join(str(epochs[i]) for i in fits[-1])} are assumed. The History of model >> fit(...) knows",
            stacklevel=5,
        )
    return fits[-1]


class Curve(NamedTuple):
    """One metric of training or of validation: {epoch: value} where it was computed."""

    name: str
    metric: str
    data: str
    points: dict


def curves(history):
    """The curves of a history, in the order Keras logs them; of a metric with several values, a class each, as many."""
    points = {}
    for epoch, log in zip(history.epoch, history.logs, strict=True):
        for name, value in log.items():
            if isinstance(value, float):
                points.setdefault((name, ""), {})[epoch] = value
            else:
                for i, one in enumerate(value):
                    points.setdefault((name, f"[{i}]"), {})[epoch] = one
    names = {name for name, _ in points}
    result = []
    for (name, part), values in points.items():
        data = VALIDATION if _is_validation(name, names) else TRAINING
        metric = name.removeprefix("val_") if data == VALIDATION else name
        result.append(Curve(name + part, metric + part, data, values))
    return result


def _is_validation(name, names):
    # "val_out_loss" is the training loss of an output called val_out where there is a "val_val_out_loss" beside it.
    return name.startswith("val_") and (name[4:] in names or f"val_{name}" not in names)


def _number(value):
    """A float, or a list of floats where a metric has several values."""
    try:
        return float(value)
    except (TypeError, ValueError):
        import numpy as np

        return np.asarray(value, dtype=float).ravel().tolist()


def pretty(value, digits=4):
    """A number as R prints it: `digits` significant digits at most, no zeros at the end, commas between thousands."""
    if value != value or value in (float("inf"), float("-inf")):
        return {"nan": "NaN", "inf": "Inf", "-inf": "-Inf"}[str(value)]
    magnitude = int(f"{abs(value):.{digits - 1}e}".partition("e")[2]) if value else 0
    decimals = max(0, digits - 1 - magnitude)
    text = f"{value:,.{decimals}f}"
    return text.rstrip("0").rstrip(".") if decimals else text


@verb(receiver=lambda value: True)  # whatever it is, it is what the data frame is wanted of
def as_data_frame(x):
    """The training history as a data frame in long form: a row for each metric, data set and epoch.

    Args:
        x: a History, as fit() returns, or one of Keras's own.

    Returns:
        A pandas DataFrame with the columns epoch (int, from the first epoch that ran, counted from 0, to the last that
        was asked for), value (float), metric (categorical, without "val_") and data (training or validation).
        Where an epoch did not run (early stopping) or did not compute a metric (validation_freq above 1), value is NaN.

    Raises:
        PipeError: if x is not a History.

    Source: R `as.data.frame` of what `keras3::fit`, `keras::fit` return.
    """
    history = as_history(x)
    if history is None:
        raise PipeError(f"as_data_frame applies to a training history, as fit() returns, it got {say(x)}")
    import pandas as pd

    parts = curves(history)
    first = history.epoch[0] if history.epoch else 0
    stop = max([history.params.get("epochs") or 0, *(epoch + 1 for epoch in history.epoch[-1:])])
    rows = [(epoch, part) for part in parts for epoch in range(first, stop)]
    return pd.DataFrame(
        {
            "epoch": pd.Series([epoch for epoch, _ in rows], dtype="int64"),
            "value": pd.Series([part.points.get(epoch, float("nan")) for epoch, part in rows], dtype="float64"),
            "metric": pd.Categorical([part.metric for _, part in rows], list(dict.fromkeys(p.metric for p in parts))),
            "data": pd.Categorical([part.data for _, part in rows], [TRAINING, VALIDATION]),
        }
    )


class Record:
    """Collects the values of each epoch: a callback that comes after the user's own, and so sees what they add."""

    def __init__(self):
        self.epochs, self.logs = [], []
        self.callback = keras.callbacks.LambdaCallback(on_epoch_end=self._note)

    def _note(self, epoch, logs):
        self.epochs.append(epoch)
        self.logs.append(dict(logs or {}))

    def goes_on_from(self, epochs):
        """Begin with epochs of an earlier run: [[epoch, values], ...]."""
        for epoch, logs in epochs:
            self._note(epoch, logs)

    def history(self):
        """What has been noted, as a History."""
        return History(self.epochs, self.logs, dict(self.callback.params or {}))
