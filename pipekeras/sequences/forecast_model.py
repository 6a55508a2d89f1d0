"""A model as that which predicts rows from windows: what it reads, what it puts out, called without overhead."""

import functools

from pipekeras._keras import keras
from pipekeras.errors import InvalidValueError, ShapeError
from pipekeras.receivers import say
from pipekeras.sequences import keeping

__all__: list[str] = []

_BESIDE = ("known", "static")


class Predictor:
    """One model, asked again and again.

    Attributes:
        model: the model.
        shape: of its input of windows, (batch, lookback, features), with None where it is open; None if nobody knows.
        beside: {"known": shape, "static": shape} of the inputs that it has beside the windows.
        stateful: whether it goes on with a batch where the one before ended.
    """

    def __init__(self, model, where):
        self.model, self.where = model, where
        inputs = _inputs(model)
        self.shape, self.beside = None, {}
        if len(inputs) == 1:
            self.shape = tuple(next(iter(inputs.values())).shape)
        elif inputs:
            odd = [name for name in inputs if name not in ("x", *_BESIDE)]
            if odd or "x" not in inputs:
                raise InvalidValueError(
                    f"{where}: {say(model)} has the inputs {', '.join(inputs)}; of several one must be named x, for the"
                    " windows, and the others known or static, as sequence_windows() names them"
                )
            self.shape = tuple(inputs["x"].shape)
            self.beside = {name: tuple(inputs[name].shape) for name in _BESIDE if name in inputs}
        self._refuse_classes()
        self.stateful = bool(keeping.stateful_layers(model))

    @property
    def lookback(self):
        """How many steps it reads; None if any will do."""
        return self.shape[1] if self.shape is not None and len(self.shape) > 1 else None

    @property
    def flat(self):
        """Whether it reads windows of one feature without an axis for it: (batch, lookback)."""
        return self.shape is not None and len(self.shape) == 2

    @property
    def batch_size(self):
        """The batch size that it was built for; None if any will do."""
        if self.shape is not None and self.shape[0] is not None:
            return self.shape[0]
        for _, layer in keeping.stateful_layers(self.model) if self.stateful else ():
            for variable in keeping.state_variables(layer):
                return variable.shape[0]
        return None

    def refuse_features(self, row_shape, names):
        """Raise if the rows of the data are not what the model reads."""
        if self.shape is None:
            return
        wanted = (1,) if self.flat else self.shape[2:]
        if len(wanted) == len(row_shape) and all(w in (None, has) for w, has in zip(wanted, row_shape, strict=True)):
            return
        reads = f"{wanted[0]} column{'s' * (wanted[0] != 1)}" if len(wanted) == 1 else f"steps of shape {wanted}"
        if len(row_shape) == 1:
            has = f"{row_shape[0]} column{'s' * (row_shape[0] != 1)}" + (f" ({names})" if names else "")
            raise ShapeError(
                f"{self.where}: the model reads {reads}, data has {has}: say which it reads by columns=; several series"
                " have the shape (series, time, columns)"
            )
        raise ShapeError(f"{self.where}: the model reads {reads}, data has rows of shape {row_shape}")

    def __call__(self, x, beside=None):
        """The outputs for windows (n, lookback, ...), with `n` a batch size that the model takes."""
        x = x[..., 0] if self.flat else x
        out = self.model.predict_on_batch({"x": x, **beside} if self.beside else x)
        if not hasattr(out, "shape") and len(out) == 1:
            (out,) = out.values() if isinstance(out, dict) else out
        if not hasattr(out, "shape"):
            outputs = f"{len(out)} outputs" + (f" ({', '.join(out)})" if isinstance(out, dict) else "")
            raise InvalidValueError(
                f"{self.where}: {say(self.model)} has {outputs}; forecast with a model of one:"
                " keras_model(model.inputs, model.outputs[0])"
            )
        return out

    def in_batches(self, x, beside, batch_size):
        """The outputs for any number of windows, in batches of one size, so that nothing is compiled twice."""
        import numpy as np

        size = self.batch_size or min(batch_size, len(x))
        parts = []
        for begin in range(0, len(x), size):
            rows = np.minimum(np.arange(begin, begin + size), len(x) - 1)  # the last window fills the last batch
            part = self(x[rows], {name: value[rows] for name, value in beside.items()})
            parts.append(part[: len(x) - begin])
        return np.concatenate(parts) if len(parts) > 1 else parts[0]

    # What comes out ---------------------------------------------------------------------------------------------------

    @functools.cached_property
    def follows_time(self):
        """Whether the output has an axis of time that is as long as the input has steps; None if nobody knows."""
        if self.shape is None:  # a Sequential model knows it once it has been called
            inputs = _inputs(self.model)
            self.shape = tuple(next(iter(inputs.values())).shape) if len(inputs) == 1 else None
        if self.shape is None or self.flat:
            return None
        try:
            # With a fixed batch size: some layers cannot reckon with two open axes.
            batch = self.shape[0] or 1
            shapes = {name: (batch, *shape[1:]) for name, shape in self.beside.items()}
            shapes["x"] = open_shape = (batch, None, *self.shape[2:])
            if isinstance(getattr(self.model, "input", None), dict):
                out = self.model.compute_output_shape(shapes)
            elif self.beside:
                out = self.model.compute_output_shape([shapes[name] for name in _inputs(self.model)])
            else:
                out = self.model.compute_output_shape(open_shape)
        except Exception:  # a layer of anybody's may fail in any way with a shape that it was not made for
            return None
        return len(out) > 1 and out[1] is None

    def _refuse_classes(self):
        """Raise for a model that predicts classes: their probabilities are no values to go on with."""
        layers = getattr(self.model, "layers", None) or [None]
        activation = getattr(layers[-1], "activation", None)
        if getattr(activation, "__name__", None) == "softmax" or isinstance(layers[-1], keras.layers.Softmax):
            raise InvalidValueError(
                f"{self.where}: {say(self.model)} predicts the probabilities of classes (softmax), not the values of a"
                " series: take predict() and choose among them"
            )


def _inputs(model):
    """{name: symbolic tensor} of the inputs of a model, empty where it has none yet, or is of a class of its own."""
    inputs = None
    for name in ("input", "inputs"):  # a Sequential has the second alone
        try:
            inputs = inputs if inputs is not None else getattr(model, name, None)
        except ValueError:
            continue
    if isinstance(inputs, dict):
        return inputs
    return {tensor.name: tensor for tensor in keras.tree.flatten(inputs) if tensor is not None}
