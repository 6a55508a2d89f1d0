"""sequence_forecast(): what comes after the end of a series.

    model >> sequence_forecast(series, steps=24)                       from its own predictions, one after the other
    model >> sequence_forecast(series, steps=24, method="direct")      all at once
    [near, far] >> sequence_forecast(series, steps=24)                 a model for the first steps, one for the next

Which rows the outputs of a model are is in forecast_rows.py, what is given and comes back in forecast_data.py and
forecast_known.py, models in forecast_model.py, the forecast itself in forecast_job.py, that of models that remember in
forecast_states.py.
"""

from pipekeras.errors import InvalidValueError, suggestion
from pipekeras.pipe import verb
from pipekeras.receivers import is_model, say
from pipekeras.sequences.forecast_data import Scale, past_of, presented
from pipekeras.sequences.forecast_job import Job
from pipekeras.sequences.forecast_model import Predictor
from pipekeras.sequences.forecast_states import remembered
from pipekeras.values import count, is_bool, maybe_whole, whole

__all__ = ["sequence_forecast"]


def _is_forecaster(value):
    listed = isinstance(value, (list, tuple)) and len(value) > 0
    return is_model(value) or (listed and all(map(is_model, value)))


@verb(receiver=_is_forecaster, wants="a model, or a list of models of which each predicts further ahead")
def sequence_forecast(
    model, data, steps, *, lookback=None, method=None, targets=None, columns=None, groups=None, horizon=None, delay=1,
    sampling_rate=1, per_step=None, known=None, static=None, scaler=None, warmup=None, keep_states=False,
    batch_size=32, verbose=0
):  # fmt: skip
    """Forecast the rows that come after the end of a series.

    Args:
        model: a model trained on windows, blocks or a fold of such series; or a list of models that forecast one after
            the other: the first the first steps, the second those after, all from the end of the series.
        data: the series, time first: (time,), (time, features), images over time, a data frame; or several series at
            once: (series, time, features). Its end is where the forecast begins.
        steps: how many rows to forecast.
        lookback: how many steps a window has, where the model takes any number. Of a stateful model: how many steps
            are read at a time while it warms up.
        method: "recursive": predicted rows are read like those of the series, so that the forecast goes on for any
            number of steps; "direct": all steps are predicted from rows of the series alone, as many as the model
            reaches. None is "direct" for a list of models, else "recursive".
        targets: which columns the model predicts, by name or number; None for all that it reads.
        columns: which columns it reads; None for all.
        groups: the series that each row belongs to: an id for each row, or the column of the ids.
        horizon: the steps ahead that it predicts, as in sequence_windows(): a number, or a list such as [1, 6, 24];
            None for 1, 2, ..., as many as come out.
        delay: how many rows after the last of a window the first target lay in training; with per-step targets, after
            each row.
        sampling_rate: how many rows lie between two steps of a window.
        per_step: whether the model predicts for each step of a window. None finds it out: it does if its output grows
            with its input.
        known: the future of the columns that are read but not predicted: a row for each step, (steps, columns) or
            (series, steps, columns), or a data frame with columns of those names. A model with an input named "known"
            reads its rows there.
        static: what does not change along a series, for a model with an input named "static": (values,), or
            (series, values).
        scaler: what scales the data for the model, and is undone on the forecast: an object with the methods `apply`
            and `undo`, such as sequence_scaler() makes. `data` and `known` are then in the units of the data.
        warmup: how many rows at the end of each series a stateful model is run through, from states of zero, before it
            forecasts; None for all.
        keep_states: False puts the states of a stateful model back to what they were; True leaves them as they are
            after the last row of the data.
        batch_size: how many windows are predicted at a time.
        verbose: 0 for silence, 1 for a progress bar.

    Returns:
        The forecast: (steps,) for a series (time,), (steps, columns) for (time, features), (series, steps, columns) for
        several; a data frame (Series) for one, with the names of the columns and, where the index is of evenly spaced
        dates or numbers, the dates or numbers that come next.

    Raises:
        DataError: if a series is too short, goes back in time, or lacks values where the forecast begins, or `known`
            does not reach.
        InvalidValueError: if the model cannot forecast so many steps so, or an argument cannot be meant.
        ShapeError: if the model reads or predicts other columns.

    Source: the slide "Generating input sequences"; R `forecast::forecast`, whose `h` is `steps`; Ben Taieb, Bontempi,
        Atiya and Sorjamaa 2012, doi:10.1016/j.eswa.2012.01.039, for the two methods.
    """
    where = "sequence_forecast"
    models = [model] if is_model(model) else list(model)
    method = _method(method, models, where)
    steps = count(steps, "steps", where, least=1)
    lookback = maybe_whole(lookback, "lookback", where, least=1)
    warmup = maybe_whole(warmup, "warmup", where, least=1)
    if per_step is not None and not is_bool(per_step):
        raise InvalidValueError(f"{where}: per_step must be True, False or None, it got {per_step!r}")
    if not is_bool(keep_states):
        raise InvalidValueError(f"{where}: keep_states must be True or False, it got {keep_states!r}")
    if verbose not in (0, 1, 2, "auto"):
        raise InvalidValueError(f"{where}: verbose must be 0 or 1, it got {verbose!r}")
    predictors = [Predictor(one, where) for one in models]
    first = predictors[0]
    axes = 2 if first.shape is None or first.flat else len(first.shape) - 1
    past = past_of(data, columns, targets, groups, axes, where)
    for one in predictors:
        one.refuse_features(past.row_shape, past.names(past.read) if past.labels and not past.flat else "")
    job = Job(
        where, predictors, past, steps, Scale(scaler, past), direct=method == "direct", lookback=lookback,
        horizon=horizon, delay=whole(delay, "delay", where), per_step=per_step,
        rate=count(sampling_rate, "sampling_rate", where, least=1), known=known, static=static, verbose=verbose,
        batch_size=count(batch_size, "batch_size", where, least=1),
    )  # fmt: skip
    if any(one.stateful for one in predictors):
        if len(predictors) > 1:
            raise InvalidValueError(f"{where}: models in a list must not be stateful: give their stateless_twin()")
        return presented(remembered(job, warmup, keep_states), past)
    if warmup is not None or keep_states:
        name = "keep_states=True" if warmup is None else f"warmup={warmup}"
        raise InvalidValueError(
            f"{where}: {name} is for stateful models; {say(models[0])} begins anew with every window: leave it out"
        )
    return presented(job.run(), past)


def _method(method, models, where):
    if method is None:
        return "recursive" if len(models) == 1 else "direct"
    if method not in ("recursive", "direct"):
        near = suggestion(method, ["recursive", "direct"], quote='"')
        raise InvalidValueError(f'{where}: method must be "recursive" or "direct", it got {method!r}{near}')
    if method == "recursive" and len(models) > 1:
        raise InvalidValueError(
            f'{where}: method="recursive" goes on with one model, it got a list of {len(models)}: give method="direct"'
        )
    return method
