"""What fit() validates on after each epoch: arrays, a dataset, or batches that a function makes."""

from pipekeras._keras import keras
from pipekeras.errors import DataError
from pipekeras.models import checks, generators, stateful
from pipekeras.models.inputs import fed, is_dataset, prepare
from pipekeras.receivers import say

__all__: list[str] = []


class Validation:
    """What to validate on: data that Keras takes, or a stream that runs in our loop."""

    def __init__(self, model, data=None, stream=None, steps=None, given=None):
        self.model, self.data, self.stream, self.steps = model, data, stream, steps
        self.given = given  # the dataset, before what it feeds to Keras

    def for_stream(self, batch_size, steps):
        """A function of the CallbackList in use that validates."""
        if self.stream is not None:
            return lambda callbacks: generators.evaluate_stream(
                self.model, self.stream, steps=steps, callbacks=callbacks
            )
        x, y, weights = self.data if isinstance(self.data, tuple) else (self.data, None, None)
        return lambda callbacks: self.model.evaluate(
            x, y, sample_weight=weights, batch_size=batch_size, steps=self.steps, callbacks=callbacks, verbose=0,
            return_dict=True,
        )  # fmt: skip

    def callback(self, model, callbacks, steps, freq):
        """For a fit() that is Keras's own: a callback, the first of all, that validates and logs the values."""
        validate = self.for_stream(None, steps)

        def on_epoch_end(epoch, logs):
            if generators.due(epoch, freq):
                result = validate(keras.callbacks.CallbackList(callbacks, model=model))
                logs.update({f"val_{name}": value for name, value in result.items()})

        return keras.callbacks.LambdaCallback(on_epoch_end=on_epoch_end)


def validation(model, data, sizes, steps):
    """What `validation_data` stands for, as a Validation; None without. `sizes` are fit()'s batch sizes by name."""
    if data is None:
        return None
    name = "validation_data"
    if isinstance(data, (tuple, list)):
        if not 2 <= len(data) <= 3:
            raise DataError(f"fit: {name} must be (x, y) or (x, y, sample_weight), it got {len(data)} values")
        ready = prepare(model, *data, where="fit", of=f"{name}'s ")
        argument = "batch_size" if sizes["validation_batch_size"] is None else "validation_batch_size"
        size = sizes[argument]
        checks.batches(model, ready[0], "fit", size, steps, argument=argument, of=f"{name}'s ")
        return Validation(model, data=ready, steps=steps)
    if generators.is_stream(data):
        return Validation(model, stream=generators.as_stream(data, "fit", name), steps=steps)
    if is_dataset(data):
        stateful.check_dataset(model, data, "fit", name)
        stateful.warn_of_padding(model, data, "fit", name)
        fits, steps = fed(data, steps)
        return Validation(model, data=fits, steps=steps, given=data)
    raise DataError(f"fit: {name} must be (x, y), (x, y, sample_weight) or a dataset, it got {say(data)}")
