"""Forecasts of models that remember: warmed up on the series, then fed what they have predicted."""

import warnings

from pipekeras._keras import keras
from pipekeras.errors import DataError, InvalidValueError
from pipekeras.sequences import forecast_rows, keeping
from pipekeras.sequences.forecast_model import Predictor
from pipekeras.sequences.twins import stateful_twin

__all__: list[str] = []

_BLOCK = 64  # steps in a block of the warm-up where the model takes any number


def remembered(job, warmup, keep):
    """A forecast (series, steps, ...) by a stateful model.

    Args:
        job: a `forecast_job.Job` with one predictor.
        warmup: how many rows of each series the model is warmed up on; None for all.
        keep: whether its states stay as they are after the last row of the data, rather than being put back.
    """
    import numpy as np

    where, past, own = job.where, job.past, job.predictors[0]
    if job.rate != 1:
        raise InvalidValueError(
            f"{where}: sampling_rate={job.rate}, but a stateful model reads row after row: forecast with"
            " stateless_twin(model)"
        )
    if own.beside:
        raise InvalidValueError(f"{where}: a stateful model forecasts from its series alone, not from inputs beside it")
    size = own.batch_size or len(past)
    if past.spans is None and len(past) > size and past.length(0) == own.lookback:
        raise DataError(
            f"{where}: data has shape {tuple(past.x.shape)}: {len(past)} series as short as a block of the model,"
            f" {own.lookback} step{'s' * (own.lookback != 1)}. If they are the blocks of one series, give the series:"
            " sequence_unreshape(data)"
        )
    if keep and len(past) > size:
        raise InvalidValueError(
            f"{where}: keep_states=True, but {len(past)} series do not fit into the model's batches of {size}"
        )
    with _Aside(own.model, keep) as states:
        runner = _Runner(job, own, size)
        result = np.empty((len(past), job.steps, *past.target_shape), keras.config.floatx())
        lengths = [min(past.length(s), warmup or past.length(s)) for s in range(len(past))]
        if keep and len(set(lengths)) > 1:
            raise InvalidValueError(
                f"{where}: keep_states=True, but the series have {min(lengths)} to {max(lengths)} rows, so that they do"
                " not end with the same batch: give warmup="
            )
        for length in sorted(set(lengths)):
            alike = [s for s in range(len(past)) if lengths[s] == length]
            for begin in range(0, len(alike), size):
                series = alike[begin : begin + size]
                result[series] = runner.forecast(series, length, states.note)
    return result


class _Runner:
    """Takes batches of series through a model that remembers.

    The model itself, if it can be fed in whole blocks what it predicts; else its twin that takes any number of steps.
    """

    def __init__(self, job, own, size):
        self.job, self.size, self.predictor, self.timesteps = job, size, own, own.lookback
        keeping.keep_states(own.model, _zeros((size, self.timesteps or 1, *job.past.row_shape)))
        self.places = self._places(self._outputs(own), self._back())
        self.rows = job.at_once(self.places)
        if self.timesteps is None:
            self._refuse_pooling(own, 2 * self.rows)
        elif self.rows >= self.timesteps:
            self.rows -= self.rows % self.timesteps
        elif job.steps > self.rows:
            self._take_twin(own)

    @property
    def model(self):
        return self.predictor.model

    def _back(self):
        """How many steps of a block may predict rows after it."""
        return self.timesteps or max(1, *self.job.ahead(None))

    def _outputs(self, predictor):
        """The shape of the outputs for a block, without the batch, its time None where that is open."""
        outputs = getattr(predictor.model, "outputs", None) if predictor.shape is not None else None
        if outputs:
            return tuple(outputs[0].shape[1:])
        row = self.job.past.row_shape
        return tuple(predictor(_zeros((self.size, predictor.lookback or 1, *row))).shape[1:])

    def _places(self, shape, back):
        job = self.job
        shape = (back, *shape[1:]) if shape and shape[0] is None else shape
        per_step = job.is_per_step(self.predictor, shape, self.predictor.lookback or back)
        steps_back, steps_ahead = job.steps_in(shape, per_step)
        self.per_step = per_step
        return forecast_rows.places(job.ahead(steps_ahead), min(back, steps_back) if per_step else 1)

    def _take_twin(self, own):
        timesteps = self.timesteps
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # it is not trained, so that it matters not how it is compiled
                twin = stateful_twin(own.model, self.size, timesteps=None)
        except InvalidValueError as error:
            raise self._only_blocks(timesteps, error) from error
        self.predictor, self.timesteps = Predictor(twin, self.job.where), None
        self.places = self._places(self._outputs(self.predictor), self._back())
        self.rows = self.job.at_once(self.places)
        self._refuse_pooling(own, timesteps)

    def _only_blocks(self, timesteps, reason):
        if self.job.predictors[0].lookback is None:
            return InvalidValueError(
                f"{self.job.where}: the model cannot go on row after row: {reason}. Forecast with stateless_twin(model)"
            )
        return InvalidValueError(
            f"{self.job.where}: the model reads blocks of {timesteps} steps and predicts {self.rows}, so that what it"
            f" predicts fills no block, and fewer steps it cannot read: {reason}. Forecast up to {self.rows}"
            f" step{'s' * (self.rows != 1)}, or with stateless_twin(model)"
        )

    def _refuse_pooling(self, own, timesteps):
        """Raise if what comes out depends on how many steps are read at once: then states are not all that counts."""
        import numpy as np

        past = self.job.past
        rows = past.tail([0], min(past.length(0), timesteps))
        rows = np.nan_to_num(self.job.scale.apply(rows, past.read, [0]))
        rows = rows[np.zeros(self.size, int)][:, np.arange(timesteps) % rows.shape[1]]
        try:
            _forget(own.model)
            at_once = own(rows)
            _forget(self.model)
            in_parts = self._run(rows, self.rows)
        except Exception as error:  # whatever layers say to a length that they were not made for
            raise self._only_blocks(timesteps, str(error).strip().partition("\n")[0]) from error
        if self.per_step:
            at_once, in_parts = at_once[:, -1], in_parts[:, -1]
        if not np.allclose(at_once, in_parts, rtol=1e-3, atol=1e-3 * max(1e-3, float(np.abs(at_once).max()))):
            raise self._only_blocks(
                timesteps, "its outputs depend on how many steps are read at once, other than by states"
            )

    def forecast(self, series, length, note):
        """Warm up on the last `length` rows of these series, and go on from there: (series, steps, ...)."""
        import numpy as np

        job, past = self.job, self.job.past
        rows = past.tail(series, length)
        past.refuse_missing(rows, series)
        rows = job.scale.apply(rows, past.read, series)
        filled = np.minimum(np.arange(self.size), len(series) - 1)  # the last series fills the batch
        _forget(self.model)
        out = self._warmed_up(rows[filled])
        note(self.model)
        result = np.empty((self.size, job.steps, *past.target_shape), rows.dtype)
        done = 0
        while True:
            predicted = self._rows(out)
            more = min(self.rows, job.steps - done)
            result[:, done : done + more] = predicted[:, :more]
            done += more
            job.progress(done if series[-1] == len(past) - 1 else 0)
            if done >= job.steps:
                return job.scale.undo(result[: len(series)], past.targets, series)
            fed = job.fed_back(predicted[:, : self.rows], done - self.rows, [series[i] for i in filled])
            out = self._run(fed, self.timesteps or self.rows)

    def _warmed_up(self, rows):
        length = rows.shape[1]
        if self.timesteps is None:
            most = max(self.places[k][0] for k in range(1, self.rows + 1)) + 1
            if length < most:
                raise DataError(
                    f"{self.job.where}: {self.job.past.called(0)} has {length} rows, and with delay={self.job.delay} a"
                    f" forecast takes the outputs of the last {most}: {most - length} too few"
                )
            return self._run(rows, max(self.job.lookback or _BLOCK, most))
        if length < self.timesteps:
            raise DataError(
                f"{self.job.where}: {self.job.past.called(0)} is warmed up on {length} rows, and the model reads blocks"
                f" of {self.timesteps}: {self.timesteps - length} too few"
            )
        return self._run(rows[:, length % self.timesteps :], self.timesteps)

    def _run(self, rows, block):
        """The outputs of the last block."""
        out = None
        for begin, end in forecast_rows.blocks(rows.shape[1], block):
            out = self.predictor(rows[:, begin:end])
        return out

    def _rows(self, out):
        """The rows after the last that was fed: (batch, rows, ...)."""
        import numpy as np

        steps_back, steps_ahead = self.job.steps_in(out.shape[1:], self.per_step)
        out = out.reshape(len(out), steps_back, steps_ahead, *self.job.past.target_shape)
        found = [self.places[k] for k in range(1, self.rows + 1)]
        result = np.stack([out[:, steps_back - 1 - j, number] for j, number in found], axis=1)
        self.job.refuse_nothing(result)
        return result


def _zeros(shape):
    import numpy as np

    return np.zeros(shape, keras.config.floatx())


class _Aside:
    """The states of a model, set aside; at the end put back, or, with `keep`, as they were noted last."""

    def __init__(self, model, keep):
        self.model, self.keep, self.noted = model, keep, None

    def __enter__(self):
        self.held = keeping.held(self.model)
        return self

    def note(self, model):
        """Remember what `model`, this one or its twin, remembers now, where that is to be kept."""
        if self.keep:
            self.noted = keeping.held(model)

    def __exit__(self, kind, *error):
        keeping.put_back(self.model, self.noted if self.noted is not None and kind is None else self.held)


def _forget(model):
    for _, layer in keeping.stateful_layers(model):
        keeping.forget(layer)
