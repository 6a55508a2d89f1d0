"""One forecast: which outputs of the models are which rows, and how they go on from there."""

from pipekeras._keras import keras
from pipekeras.errors import DataError, InvalidValueError, ShapeError
from pipekeras.receivers import say
from pipekeras.sequences import forecast_rows
from pipekeras.sequences.forecast_data import Past
from pipekeras.sequences.forecast_known import Beforehand
from pipekeras.sequences.plan import steps_of

__all__: list[str] = []


class Job:
    """One forecast: what is to be done, and doing it with models that begin anew with every window."""

    def __init__(self, where, predictors, past: Past, steps, scale, *, direct, lookback, horizon, delay, per_step,
                 rate, known, static, verbose, batch_size):  # fmt: skip
        self.where, self.predictors, self.past, self.steps, self.scale = where, predictors, past, steps, scale
        self.direct, self.horizon, self.delay, self.per_step, self.rate = direct, horizon, delay, per_step, rate
        self.batch_size, self.verbose = batch_size, verbose
        self.lookback = self._lookback(lookback)
        first = predictors[0]
        if first.beside and len(predictors) > 1:
            raise InvalidValueError(f"{where}: models in a list must read their windows alone, without inputs beside")
        if "known" in first.beside and per_step:
            raise InvalidValueError(f"{where}: per_step=True forecasts from the series alone, not from an input known")
        self.before = Beforehand(known, static, past, scale, first.beside, steps, where)
        self._bar = None

    # The model's outputs ----------------------------------------------------------------------------------------------

    def ahead(self, steps_ahead):
        """How many rows after its own a step predicts, in the order of the outputs; None if there may be any number."""
        if self.horizon is None:
            return tuple(self.delay + k for k in range(steps_ahead or 1))
        steps = steps_of(self.horizon, self.where)
        if steps_ahead is not None and len(steps) != steps_ahead:
            raise ShapeError(
                f"{self.where}: horizon={self.horizon!r} is {len(steps)} step{'s' * (len(steps) != 1)}, and the model"
                f" predicts {steps_ahead}"
            )
        return tuple(self.delay + step - 1 for step in steps)

    def is_per_step(self, predictor, shape, lookback):
        """Whether an output of this shape, without the batch, has an axis of the window's steps."""
        if self.per_step is not None:
            return bool(self.per_step)
        follows = predictor.follows_time
        as_steps = forecast_rows.layout(shape, self.past.target_shape, True)
        if follows is None and shape and shape[0] == lookback > 1 and as_steps:
            raise InvalidValueError(
                f"{self.where}: for {lookback} steps the model gives {lookback}: either one after each of them"
                f" (per_step=True), or the next {lookback} (per_step=False): say which"
            )
        return bool(follows)

    def steps_in(self, shape, per_step):
        """(steps of the window, steps ahead) in an output of this shape; an error if it has no such rows."""
        past = self.past
        found = forecast_rows.layout(tuple(shape), past.target_shape, per_step)
        if found is not None:
            return found
        has = f"the model's output has shape {('batch', *shape)}".replace("'", "")
        if len(past.row_shape) > 1:
            raise ShapeError(f"{self.where}: {has}, and a row of data {past.row_shape}: it predicts no such rows")
        one = past.name(past.read[0])
        raise ShapeError(
            f"{self.where}: {has}, which is no row of the {len(past.targets)} column{'s' * (len(past.targets) != 1)}"
            f" {past.names(past.targets)}: say which columns it predicts, as in targets={one!r}, and give the future of"
            " the others as known="
        )

    def at_once(self, found):
        """How many rows one call predicts; an error if none, or too few to forecast directly."""
        rows = forecast_rows.at_once(found)
        if rows == 0:
            reach = f' method="direct" forecasts {max(found)} steps.' if found else ""
            raise InvalidValueError(
                f"{self.where}: with delay={self.delay}"
                + (f" and horizon={self.horizon!r}" if self.horizon is not None else "")
                + f" the model does not predict the row after its window, so there is nothing to go on with.{reach} A"
                " forecast step by step needs a model trained with delay=1"
            )
        if self.direct and self.steps > rows:
            self._refuse_far(rows)
        return rows

    def _refuse_far(self, rows):
        raise InvalidValueError(
            f'{self.where}: method="direct" reaches {rows} step{"s" * (rows != 1)} ahead with'
            f" {'these models' if len(self.predictors) > 1 else 'this model'}, and steps={self.steps}:"
            f" {self.steps - rows} too many. Train on a longer horizon, or add models for the later steps, as a list;"
            ' method="recursive" goes on from what was predicted'
        )

    def refuse_nothing(self, predicted):
        """Raise if a model predicts no numbers."""
        import numpy as np

        if not np.isfinite(predicted).all():
            raise DataError(
                f"{self.where}: the model predicts values that are missing (NaN) or infinite: look at its weights, and"
                " whether the data is scaled as in training (scaler=)"
            )

    def progress(self, done):
        """Tell how many steps are done."""
        if self.verbose:
            self._bar = self._bar or keras.utils.Progbar(self.steps, verbose=1, unit_name="step")
            self._bar.update(done)

    # What was given ---------------------------------------------------------------------------------------------------

    def _lookback(self, given):
        """How many steps a window has; None for models that are not given windows."""
        for one in self.predictors:
            fixed = one.lookback
            if given is not None and fixed not in (None, given):
                raise InvalidValueError(
                    f"{self.where}: lookback={given}, and {say(one.model)} reads windows of {fixed} steps: leave"
                    " lookback out"
                )
            if given is None and fixed is None and not one.stateful:
                raise InvalidValueError(
                    f"{self.where}: {say(one.model)} takes windows of any length: say by lookback= how many steps those"
                    " had that it was trained on"
                )
        return given

    def fed_back(self, predicted, begin, series):
        """The rows that are read where `predicted` rows, the first of them step `begin`, stand in for the series."""
        import numpy as np

        past, length = self.past, predicted.shape[1]
        if len(past.row_shape) > 1:
            return predicted
        result = np.empty((len(predicted), length, *past.row_shape), predicted.dtype)
        for target, column in past.feedback:
            result[:, :, column] = predicted[:, :, target]
        if past.unpredicted:
            self._refuse_unknown(length)
            result[:, :, past.unpredicted] = self.before.fed[series, begin : begin + length]
        return result

    def _refuse_unknown(self, rows):
        past = self.past
        if self.before.fed is None:
            raise InvalidValueError(
                f"{self.where}: the model reads {past.names(past.read[i] for i in past.unpredicted)} and does not"
                f" predict {'them' if len(past.unpredicted) > 1 else 'it'}, so that after {rows} step"
                f"{'s' * (rows != 1)} the values are lacking: give their future as known=, a row for each step; or say"
                " by targets= what it predicts"
            )

    # Models that begin anew with every window -------------------------------------------------------------------------

    def span(self, predictor):
        """Rows from the first to the last of a window."""
        return ((self.lookback or predictor.lookback) - 1) * self.rate + 1

    def run(self):
        """The forecast: (series, steps, ...)."""
        past = self.past
        needs = max(map(self.span, self.predictors))
        self._refuse_short(needs)
        rows = past.tail(range(len(past)), needs)
        past.refuse_missing(rows, range(len(past)))
        rows = self.scale.apply(rows, past.read, range(len(past)))
        result = self._directly(rows) if self.direct else self._step_by_step(rows)
        return self.scale.undo(result, past.targets, range(len(past)))

    def _refuse_short(self, needs, more=0):
        text = f"lookback={max(self.lookback or one.lookback for one in self.predictors)}"
        if self.rate > 1:
            text += f" at sampling_rate={self.rate}"
        if more:
            text += f" with delay={self.delay}"
        self.past.refuse_short(needs + more, f"{text} needs {needs + more}")

    def _step_by_step(self, rows):
        import numpy as np

        past, predictor, span, done = self.past, self.predictors[0], self.span(self.predictors[0]), 0
        every = list(range(len(past)))
        result = np.empty((len(past), self.steps, *past.target_shape), rows.dtype)
        while True:
            out, found = self._predicted(predictor, rows[:, :: self.rate], done)
            at_once = self.at_once(found)
            predicted = np.stack([out[:, -1 - j, n] for j, n in (found[k] for k in range(1, at_once + 1))], axis=1)
            more = min(at_once, self.steps - done)
            result[:, done : done + more] = predicted[:, :more]
            done += more
            self.progress(done)
            if done >= self.steps:
                return result
            rows = np.concatenate([rows, self.fed_back(predicted, done - at_once, every)], axis=1)[:, -span:]

    def _directly(self, rows):
        import numpy as np

        outs = [self._predicted(one, rows[:, -self.span(one) :: self.rate], 0) for one in self.predictors]
        if len(outs) > 1:  # each takes over where the one before ends
            horizon = sum(out.shape[2] for out, _ in outs)
            found = forecast_rows.places(self.ahead(horizon))
            ends = np.concatenate([out[:, -1] for out, _ in outs], axis=1)
        else:
            ends, found = outs[0]
        used = forecast_rows.nearest(found, self.steps)
        if used is None:
            self._refuse_far(max(found, default=0))
        back = max(rows_ahead - k for k, rows_ahead in enumerate(used, 1))
        if back == 0:
            self.progress(self.steps)
            picked = [found[k] for k in used]
            return np.stack([ends[:, n] if len(outs) > 1 else ends[:, -1 - j, n] for j, n in picked], axis=1)
        return self._from_before(found, used, back)

    def _from_before(self, found, used, back):
        """Step k of a model that predicts further ahead than k, from a window that ends before the series does."""
        import numpy as np

        past, every = self.past, list(range(len(self.past)))
        if "known" in self.predictors[0].beside:
            raise InvalidValueError(
                f"{self.where}: with delay={self.delay} windows before the last are read, whose rows of the input named"
                " known are not given: forecast with a model trained with delay=1"
            )
        needs = max(map(self.span, self.predictors))
        self._refuse_short(needs, back)
        rows = past.tail(every, needs + back)
        past.refuse_missing(rows, every)
        rows = self.scale.apply(rows, past.read, every)
        before = sorted({rows_ahead - k for k, rows_ahead in enumerate(used, 1)})
        outs = []
        for one in self.predictors:
            span = self.span(one)
            ends = [rows.shape[1] - b for b in before]
            windows = np.stack([rows[:, end - span : end : self.rate] for end in ends], axis=1)
            flat = windows.reshape(-1, *windows.shape[2:])
            out, _ = self._predicted(one, flat, 0, np.repeat(every, len(before)))
            outs.append(out.reshape(len(every), len(before), *out.shape[1:]))
        joined = outs[0] if len(outs) == 1 else np.concatenate([out[:, :, -1:] for out in outs], axis=3)
        picked = [(before.index(a - k), *found[a]) for k, a in enumerate(used, 1)]
        self.progress(self.steps)
        return np.stack([joined[:, b, -1 - j, n] for b, j, n in picked], axis=1)

    def _predicted(self, predictor, windows, done, series=None):
        """((n, steps of the window, steps ahead, ...), where each row after the window is predicted)."""
        beside = self._beside(predictor, done, range(len(windows)) if series is None else series)
        out = predictor.in_batches(windows, beside, self.batch_size)
        shape = tuple(out.shape[1:])
        per_step = self.is_per_step(predictor, shape, windows.shape[1])
        back, steps_ahead = self.steps_in(shape, per_step)
        self.refuse_nothing(out)
        out = out.reshape(len(out), back, steps_ahead, *self.past.target_shape)
        # A convolution or pooling may leave fewer steps than it got: which of them is which only the last tells.
        told = back if back == windows.shape[1] else 1
        rows_ahead = self.ahead(steps_ahead if len(self.predictors) == 1 else None)
        return out, forecast_rows.places(rows_ahead, told, self.rate)

    def _beside(self, predictor, done, series):
        if not predictor.beside:
            return {}
        shape = predictor.beside.get("known", ())
        return self.before.inputs(self.ahead(shape[1] if len(shape) > 2 else 1), done, series)
