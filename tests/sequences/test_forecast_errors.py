"""What sequence_forecast() refuses, and in which words."""

import numpy as np
import pandas as pd
import pytest

import pipekeras as pk
from forecast_models import beside_model, linear, recurrent, refused, remembering, series
from pipekeras._keras import keras
from pipekeras.errors import ArgumentError, DataError, InvalidValueError, PipeError, ShapeError
from pipekeras.sequences.forecast import sequence_forecast
from pipekeras.sequences.windows import sequence_windows


def test_too_short_a_series_says_by_how_much():
    model, _ = linear(12, 1)
    refused(DataError, r"the series has 10 rows, and lookback=12 needs 12: 2 too few", model, series(10), 3)
    refused(
        DataError, r"the series has 20 rows, and lookback=12 at sampling_rate=2 needs 23: 3 too few",
        model, series(20), 3, sampling_rate=2,
    )  # fmt: skip
    refused(
        DataError, r"the series has 14 rows, and lookback=12 with delay=5 needs 16: 2 too few",
        model, series(14), 3, delay=5, method="direct",
    )  # fmt: skip
    refused(DataError, r"series 'v' has 3 rows.*9 too few", model, series(20), 1, groups=["u"] * 17 + ["v"] * 3)
    refused(DataError, r"is warmed up on 3 rows, and the model reads blocks of 4: 1 too few",
            remembering(1, 4), series(3), 4, delay=4)  # fmt: skip


def test_missing_values_where_it_begins():
    model, _ = linear(4, 2)
    data = series(20, 2)
    data[3] = np.nan
    assert np.isfinite(sequence_forecast(model, data, 3)).all()  # not read
    data[18, 1] = np.nan
    refused(
        DataError, r"row 18 of column 1 of the series, which the forecast begins from, is a missing", model, data, 3
    )
    frame = pd.DataFrame(np.where(np.isnan(data), np.inf, data), columns=["a", "b"])
    refused(DataError, r"row 18 of column 'b' of the series.* is an infinite value", model, frame, 3)
    refused(DataError, r"row 3 of .*missing", remembering(1, 1, columns=2), data, 3)


def test_columns_that_are_read_and_not_predicted():
    model, _ = linear(4, 3, targets=1)
    frame = pd.DataFrame(series(20, 3), columns=["temp", "wind", "load"])
    refused(ShapeError, r"shape \(batch, 1\), which is no row of the 3 columns 'temp', 'wind', 'load'.*targets='temp'",
            model, frame, 2)  # fmt: skip
    refused(InvalidValueError, r"the model reads 'temp', 'wind' and does not predict them, so that after 1 step the",
            model, frame, 2, targets="load")  # fmt: skip
    assert len(sequence_forecast(model, frame, 1, targets="load")) == 1
    known = pd.DataFrame(series(2, 2), columns=["temp", "wimd"])
    refused(
        DataError, r"known has no column 'wind'; did you mean 'wimd'\?", model, frame, 2, targets="load", known=known
    )
    refused(DataError, r"known has 1 rows, and steps=2 needs as many: 1 too few",
            model, frame, 2, targets="load", known=series(1, 2))  # fmt: skip
    refused(DataError, r"known has shape \(2, 3\), and must have a row for each step and 2 columns",
            model, frame, 2, targets="load", known=series(2, 3))  # fmt: skip
    refused(DataError, r"known has missing \(NaN\).*row 1", model, frame, 2, targets="load",
            known=[[1, 2], [np.nan, 3]])  # fmt: skip
    refused(InvalidValueError, r'data has no column "laod" for targets; did you mean "load"',
            model, frame, 2, targets="laod")  # fmt: skip


def test_known_that_nobody_asked_for():
    model, _ = linear(4, 2)
    refused(InvalidValueError, r"known= was given, but the model predicts all columns", model, series(20, 2), 2,
            known=series(2, 1))  # fmt: skip
    refused(InvalidValueError, r"static= was given, and the model has no input", model, series(20, 2), 2, static=[1])
    refused(InvalidValueError, r"has an input named known: give its future", beside_model((1,)), series(9), 2)
    refused(InvalidValueError, r"has an input named static: give its values", beside_model((1,), 2), series(9), 2,
            known=series(2, 1))  # fmt: skip


def test_more_steps_than_are_predicted_at_once():
    model, _ = linear(4, 1, horizon=6)
    refused(InvalidValueError, r'method="direct" reaches 6 steps ahead with this model, and steps=8: 2 too many',
            model, series(20), 8, method="direct")  # fmt: skip
    refused(InvalidValueError, r"reaches 12 steps ahead with these models, and steps=13: 1 too many",
            [model, model], series(20), 13)  # fmt: skip
    refused(InvalidValueError, r"reaches 1 step ahead with this model, and steps=2", remembering(1, 1), series(9), 2,
            method="direct")  # fmt: skip


def test_a_delay_that_leaves_nothing_to_go_on_with():
    model, _ = linear(4, 1, horizon=3)
    refused(InvalidValueError, r'delay=5 the model does not predict the row after its window.*forecasts 7 steps',
            model, series(20), 2, delay=5)  # fmt: skip
    assert len(sequence_forecast(model, series(20), 7, delay=5, method="direct")) == 7


def test_arguments_that_cannot_be_meant():
    model, _ = linear(4, 1)
    refused(InvalidValueError, r"steps must be a whole number, it got 2\.5", model, series(20), 2.5)
    refused(InvalidValueError, r"steps must be at least 1, it got 0", model, series(20), 0)
    refused(InvalidValueError, r'method must be "recursive" or "direct".*mean "recursive"', model, series(20), 2,
            method="rec")  # fmt: skip
    refused(InvalidValueError, r"lookback=5, and model .* reads windows of 4 steps", model, series(20), 2, lookback=5)
    refused(InvalidValueError, r'goes on with one model, it got a list of 2', [model, model], series(20), 2,
            method="recursive")  # fmt: skip
    refused(ShapeError, r"the model reads 1 column, data has 2 columns: say which it reads by columns=", model,
            series(20, 2), 2)  # fmt: skip
    refused(ShapeError, r"data has 12 columns \('0', .*'8', \.\.\.\): say which .*\(series, time, columns\)", model,
            pd.DataFrame(series(20, 12)).rename(columns=str), 2)  # fmt: skip
    refused(ShapeError, r"horizon=\[1, 3\] is 2 steps, and the model predicts 1", model, series(20), 2, horizon=[1, 3])
    refused(InvalidValueError, r"scaler must have the methods apply and undo", model, series(20), 2, scaler=3)
    refused(InvalidValueError, r"warmup=5 is for stateful models", model, series(20), 2, warmup=5)
    refused(InvalidValueError, r"keep_states=True is for stateful models", model, series(20), 2, keep_states=True)
    refused(DataError, r"data has shape \(2, 3, 4, 5\); a series for this model has 2 axes", model,
            np.zeros((2, 3, 4, 5)), 2)  # fmt: skip
    refused(ArgumentError, r"no argument step", model, series(20), step=3)
    windows = sequence_windows(series(20), lookback=4)
    refused(DataError, r"data is <16 windows of 4 steps.*give the series itself", model, windows, 2)
    refused(DataError, r"data holds text", model, ["a", "b", "c"], 2)
    with pytest.raises(PipeError, match=r"sequence_forecast applies to a model, or a list of models"):
        series(20) >> sequence_forecast(series(20), 3)
    refused(InvalidValueError, r"takes windows of any length: say by lookback=", recurrent(None), series(20), 2)
    refused(InvalidValueError, r"keep_states must be True or False, it got 'no'", model, series(20), 2,
            keep_states="no")  # fmt: skip
    refused(InvalidValueError, r"verbose must be 0 or 1, it got 'no'", model, series(20), 2, verbose="no")
    refused(DataError, r"data holds complex numbers", model, series(20) * 1j, 2)


def test_time_that_goes_back():
    model, _ = linear(4, 1)
    frame = pd.DataFrame({"y": series(20)}, index=pd.date_range("2020-01-01", periods=20))
    refused(DataError, r"the index goes back in row 1: 2020-01-19 after 2020-01-20\. Sort the rows first", model,
            frame[::-1], 2)  # fmt: skip
    refused(DataError, r"the index goes back in row 10: .*groups=", model, pd.concat([frame[:10], frame[:10]]), 2)
    assert len(sequence_forecast(model, pd.concat([frame[:10], frame[:10]]), 2, groups=[0] * 10 + [1] * 10)) == 4


def test_models_that_forecast_nothing():
    classes = pk.keras_model_sequential(input_shape=(4, 1)) >> pk.layer_flatten()
    classes >> pk.layer_dense(5, activation="softmax", kernel_initializer="zeros")
    refused(InvalidValueError, r"predicts the probabilities of classes", classes, series(20), 2)
    broken, _ = linear.__wrapped__(4, 1)  # one of its own
    broken.set_weights([np.full((4, 1), np.nan)])
    refused(DataError, r"the model predicts values that are missing", broken, series(20), 2)
    x = keras.Input((4, 1))
    two = keras.Model(x, [keras.layers.Flatten()(x), keras.layers.Flatten()(x)])
    refused(InvalidValueError, r"has 2 outputs; forecast with a model of one", two, series(20), 2)
    named = keras.Model([x, keras.Input((2,), name="other")], keras.layers.Flatten()(x))
    refused(InvalidValueError, r"of several one must be named x", named, series(20), 2)


def test_models_that_remember_and_cannot():
    model = remembering(1, 1)
    refused(InvalidValueError, r"a stateful model reads row after row", model, series(20), 2, sampling_rate=2)
    refused(InvalidValueError, r"models in a list must not be stateful", [model, model], series(20), 2)
    refused(InvalidValueError, r"3 series do not fit into the model's batches of 1", model, np.zeros((3, 9, 1)), 2,
            keep_states=True)  # fmt: skip
    flat = pk.keras_model_sequential(batch_shape=(1, 4, 1)) >> pk.layer_simple_rnn(
        2, stateful=True, return_sequences=True
    )
    flat >> pk.layer_flatten() >> pk.layer_dense(1)
    refused(InvalidValueError, r"reads blocks of 4 steps and predicts 1, .*it cannot read", flat,
            series(20), 2)  # fmt: skip
    assert sequence_forecast(flat, series(20), 1).shape == (1,)


@pytest.mark.parametrize(
    ("timesteps", "remedy"), [(4, r"Forecast up to 1 step, or with stateless_twin"), (None, r"Forecast with stateless")]
)
def test_models_whose_outputs_hang_on_the_length_of_blocks(timesteps, remedy):
    model = pk.keras_model_sequential(batch_shape=(1, timesteps, 1))
    model >> pk.layer_simple_rnn(2, stateful=True, return_sequences=True) >> pk.layer_global_average_pooling_1d()
    model >> pk.layer_dense(1)
    refused(InvalidValueError, rf"outputs depend on how many steps are read at once.*{remedy}", model, series(20), 2)


def test_progress_is_shown_where_wanted(capsys):
    model, _ = linear(4, 1)
    sequence_forecast(model, series(20), 3)
    assert capsys.readouterr().out == ""
    sequence_forecast(model, series(20), 3, verbose=1)
    assert "3/3" in capsys.readouterr().out
