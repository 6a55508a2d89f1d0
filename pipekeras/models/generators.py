"""Training on batches that a function makes, in a loop of our own.

R's generators are functions of no arguments, called once for each batch, that return (x, y) or (x, y, sample_weight),
and NULL, here None, at the end. Keras would draw from them ahead of time and on threads of its backend, where
debuggers, random seeds and database connections are not at home. Here they run in the main thread, exactly once a step.
"""

import contextlib
import inspect
import itertools
import warnings
from collections.abc import Iterable, Iterator

from pipekeras._keras import keras
from pipekeras.errors import DataError
from pipekeras.models import checks, stateful
from pipekeras.models.inputs import as_tensors, is_dataset, prepare
from pipekeras.models.plainly import plainly
from pipekeras.pipe import Function
from pipekeras.receivers import is_frame, is_layer, is_tensor, say

__all__: list[str] = []

_MANY = 10_000  # batches in one pass, after which it is asked whether there is an end to them


class Stream:
    """Batches from a function or an iterator.

    Args:
        source: a function that returns the next batch each time (None ends it); a generator function or another
            iterable, begun anew for each pass; or an iterator, which can be gone through once.
        where: the function that was called, for messages.
        name: what the argument is called there.
    """

    def __init__(self, source, where, name="x"):
        self.where, self.name, self.drawn = where, name, 0
        self._source, self._warned = source, False
        self.restarts = inspect.isgeneratorfunction(source) or not (callable(source) or isinstance(source, Iterator))
        if isinstance(source, Iterator):
            self._draw = lambda: next(source, None)
        elif not self.restarts:
            self._draw = source

    def batches(self, steps):
        """The batches of one pass, drawn one by one, at most `steps` of them (None: until the end)."""
        draw = self._draw if not self.restarts else self._anew()
        for count in itertools.count() if steps is None else range(steps):
            batch = draw()
            if batch is None:
                return
            if steps is None and count == _MANY and not self._warned:
                self._warned = True
                self._warn_endless()
            self.drawn += 1
            yield batch

    def _warn_endless(self):
        argument, what = ("steps_per_epoch", "an epoch") if self.where == "fit" else ("steps", "it")
        if self.name != "x":
            argument, what = "validation_steps", "a validation"
        warnings.warn(
            f"{self.where}: the generator in {self.name} gave {_MANY} batches and goes on: {what} ends when it returns"
            f" None, or after {argument}={_MANY} if that is given",
            stacklevel=8,
        )

    def _anew(self):
        iterator = iter(self._source() if callable(self._source) else self._source)
        return lambda: next(iterator, None)

    def parts(self, batch):
        """A batch as (x,), (x, y) or (x, y, sample_weight); else a DataError that shows what was returned."""
        parts = tuple(batch) if isinstance(batch, (tuple, list)) else (batch,)
        known = isinstance(batch, (tuple, list, dict)) or is_tensor(batch) or hasattr(batch, "__array__")
        if not known or not 1 <= len(parts) <= 3 or parts[0] is None:
            raise DataError(self._wrong(batch))
        return parts

    def ready(self, batch, model):
        """A batch as (x, y, sample_weight), arrays that fit the model."""
        return as_tensors(*self._ready(self.parts(batch), model, predicting=False))

    def ready_to_predict(self, batch, model):
        """The x of a batch, as arrays that fit the model."""
        return self._ready(self.parts(batch)[:1], model, predicting=True)[0]

    def _ready(self, parts, model, predicting):
        of = f"batch {self.drawn - 1} of the generator: "
        ready = prepare(model, *parts, where=self.where, of=of, predicting=predicting)
        checks.one_batch(model, ready[0], self.where, of)
        return ready

    def _wrong(self, batch):
        what = f"{len(batch)} values" if isinstance(batch, (tuple, list)) and len(batch) != 1 else say(batch)
        hint = ": hand over the generator itself, not a function that makes it" if inspect.isgenerator(batch) else ""
        return (
            f"{self.where}: the generator in {self.name} returned {what}{hint}; each call must return (x, y) or"
            " (x, y, sample_weight), and None when there are no more"
        )

    def nothing(self):
        """The error for a pass without a single batch."""
        again = ""
        if isinstance(self._source, Iterator):
            again = (
                ": if it was gone through before, hand over the function that makes it, which is called for every pass"
            )
        return DataError(f"{self.where}: the generator in {self.name} gave no batch{again}")


def is_stream(value):
    """Whether `value` makes batches one by one in Python: a function, a generator, an iterator or iterable."""
    if value is None or isinstance(value, (str, bytes, list, tuple, dict, range, type, Function)):
        return False
    if hasattr(value, "shape") and hasattr(value, "dtype"):  # arrays, tensors, sparse matrices
        return False
    if hasattr(value, "__array__") or is_frame(value) or is_layer(value) or is_dataset(value):
        return False
    return callable(value) or isinstance(value, Iterable)


def as_stream(value, where, name="x"):
    """`value` as a Stream; a function that wants arguments is an error."""
    if callable(value) and not isinstance(value, Iterator):
        try:
            inspect.signature(value).bind()
        except TypeError:
            raise DataError(
                f"{where}: {name} is {say(value)}, which wants arguments; a generator is a function of none that"
                f" returns the next (x, y): lambda: f(...)"
            ) from None
        except ValueError:  # some callables written in C do not tell
            pass
    return Stream(value, where, name)


# The loops ------------------------------------------------------------------------------------------------------------


def fit_stream(
    model, stream, *, epochs, initial_epoch, steps, callbacks, verbose, class_weight, validate, validation_freq
):  # fmt: skip
    """Train on a Stream as Keras's fit() does on its own kinds of data; `validate(callbacks)` returns the values."""
    callbacks = keras.callbacks.CallbackList(
        callbacks, add_history=True, add_progbar=verbose != 0, verbose=verbose, epochs=epochs, steps=steps, model=model
    )
    model.stop_training = False
    callbacks.on_train_begin()
    logs = {}
    for epoch in range(initial_epoch, epochs):
        model.reset_metrics()
        callbacks.on_epoch_begin(epoch)
        with _training(model):
            seen, values = _train_epoch(model, stream, steps, callbacks, class_weight)
        if not seen and epoch == initial_epoch:
            raise stream.nothing()
        if not seen:
            _warn_short(stream, epoch - initial_epoch, epochs - initial_epoch, steps)
            break
        logs = dict(values)
        if validate is not None and due(epoch, validation_freq):
            logs.update({f"val_{name}": value for name, value in validate(callbacks).items()})
        callbacks.on_epoch_end(epoch, logs)
        if model.stop_training:
            break
        if steps is not None and seen < steps:
            if not stream.restarts:
                _warn_short(stream, epoch - initial_epoch + 1, epochs - initial_epoch, steps)
                break
            warnings.warn(
                f"fit: the generator gave {seen} of steps_per_epoch={steps} batches in epoch {epoch}", stacklevel=6
            )
    if isinstance(model.optimizer, keras.optimizers.Optimizer) and epochs > 0:
        model.optimizer.finalize_variable_values(model.trainable_weights)
    callbacks.on_train_end(logs)


def _train_epoch(model, stream, steps, callbacks, class_weight):
    """How many batches were trained on, and what the loss and metrics are after them."""
    seen, values = 0, {}
    for batch in stream.batches(steps):
        x, y, weights = stream.ready(batch, model)
        if weights is not None and class_weight is not None:
            raise DataError(
                "fit: the generator returns sample weights and class_weight is given: multiply one into the other"
            )
        callbacks.on_train_batch_begin(seen)
        with _adding_up(model), plainly("fit", model, x):
            _keep(model, x, seen)
            values = model.train_on_batch(x, y, sample_weight=weights, class_weight=class_weight, return_dict=True)
        callbacks.on_train_batch_end(seen, values)
        seen += 1
        if model.stop_training:
            break
    return seen, values


def _warn_short(stream, ran, wanted, steps):
    asked = (
        f"{wanted} epochs" if steps is None else f"steps_per_epoch={steps} times {wanted} epochs is {steps * wanted}"
    )
    warnings.warn(
        f"fit: the generator ended after {stream.drawn} batches, {asked}: training stopped after"
        f" {ran} epoch{'s' * (ran != 1)}",
        stacklevel=7,
    )


def evaluate_stream(model, stream, *, steps, callbacks, verbose=0):
    """The loss and metrics over a Stream, as Keras's evaluate() has them for its own kinds of data."""
    callbacks = _callback_list(model, callbacks, steps, verbose)
    model.stop_evaluating = False
    callbacks.on_test_begin()
    model.reset_metrics()
    seen, values = 0, {}
    for batch in stream.batches(steps):
        x, y, weights = stream.ready(batch, model)
        callbacks.on_test_batch_begin(seen)
        with _adding_up(model), plainly(stream.where, model, x):
            _keep(model, x, seen)
            values = model.test_on_batch(x, y, sample_weight=weights, return_dict=True)
        callbacks.on_test_batch_end(seen, values)
        seen += 1
        if model.stop_evaluating:
            break
    if not seen:
        raise stream.nothing()
    callbacks.on_test_end(values)
    return values


def predict_stream(model, stream, *, steps, callbacks, verbose=0):
    """The model's outputs for a Stream, batch after batch, as one array or one structure of arrays."""
    import numpy as np

    callbacks = _callback_list(model, callbacks, steps, verbose)
    model.stop_predicting = False
    callbacks.on_predict_begin()
    outputs = []
    for batch in stream.batches(steps):
        x = stream.ready_to_predict(batch, model)
        callbacks.on_predict_batch_begin(len(outputs))
        with plainly(stream.where, model, x):
            _keep(model, x, len(outputs))
            outputs.append(model.predict_on_batch(x))
        callbacks.on_predict_batch_end(len(outputs) - 1, {"outputs": outputs[-1]})
        if model.stop_predicting:
            break
    if not outputs:
        raise stream.nothing()
    callbacks.on_predict_end()
    return keras.tree.map_structure(lambda *parts: np.concatenate(parts), *outputs)


def _keep(model, x, seen):
    """Before the first batch, by which a model may be built, see to it that states are kept."""
    if not seen:
        stateful.keep(model, x)


def _callback_list(model, callbacks, steps, verbose):
    if isinstance(callbacks, keras.callbacks.CallbackList):
        return callbacks
    return keras.callbacks.CallbackList(
        callbacks, add_progbar=verbose != 0, verbose=verbose, epochs=1, steps=steps, model=model
    )


def due(epoch, validation_freq):
    """Whether validation runs after this epoch, counted from 0."""
    if isinstance(validation_freq, int):
        return (epoch + 1) % validation_freq == 0
    return epoch + 1 in validation_freq


@contextlib.contextmanager
def _adding_up(model):
    """Let metrics go on from batch to batch: *_on_batch would begin anew, with a method that is set aside meanwhile."""
    vars(model)["reset_metrics"] = lambda: None
    try:
        yield
    finally:
        del vars(model)["reset_metrics"]


@contextlib.contextmanager
def _training(model):
    """Modules of torch inside the model are told whether they train, as Keras's fit() tells them."""
    if keras.backend.backend() != "torch":
        yield
        return
    model.train()
    try:
        yield
    finally:
        model.eval()
