"""The lecture on sunspots with a stateful LSTM: each month from that ten years before, backtested at rolling origins.

After "Time Series Deep Learning: Forecasting Sunspots With Keras Stateful LSTM In R". What are recipes and tibbles
there are arrays here; the splits of rsample are those of sequence_split().
"""

import os

import numpy as np
import pandas as pd

from pipekeras import *

QUICK = os.environ.get("PIPEKERAS_QUICK") == "1"  # fewer epochs, units and slices, for trying the code only

set_random_seed(1)

epochs = 2 if QUICK else 300
units = 8 if QUICK else 50
verbose = 0 if QUICK else 1

# The data, and how it is split for backtesting ------------------------------------------------------------------------

sun_spots = r_dataset("sunspot.month")

periods_train = 12 * 50
periods_test = 12 * 10
skip_span = 12 * 20

rolling_origin_resamples = sequence_split(
    sun_spots,
    initial=periods_train,
    assess=periods_test,
    cumulative=False,
    skip=skip_span,
)

# The plan: the value to learn from is that of `lag_setting` months before ---------------------------------------------

lag_setting = 120  # as many as there are to predict
batch_size = 40
train_length = 440
tsteps = 1


def prepare(train, values):
    """(values, made even and scaled by what train is like; and the way back)."""
    center = np.sqrt(train).mean()
    scale = np.sqrt(train).std(ddof=1)
    return (np.sqrt(values) - center) / scale, lambda x: (x * scale + center) ** 2


def build_model():
    """Two LSTM layers that go on from batch to batch."""
    model = keras_model_sequential()

    (
        model
        >> layer_lstm(
            units=units,
            input_shape=(tsteps, 1),
            batch_size=batch_size,
            return_sequences=True,
            stateful=True,
        )
        >> layer_lstm(
            units=units,
            return_sequences=False,
            stateful=True,
        )
        >> layer_dense(units=1)
    )

    return model >> compile(loss="mae", optimizer="adam")


def train_model(model, x_trn_arr, y_trn_arr, epochs):
    """The loss of each epoch; the model forgets after each."""
    losses = []
    for _ in range(epochs):
        history = model >> fit(
            x=x_trn_arr,
            y=y_trn_arr,
            batch_size=batch_size,
            epochs=1,
            verbose=verbose,
            shuffle=False,
        )
        losses += history.metrics["loss"]

        model >> reset_states()
    return losses


def predict_keras_lstm(split, epochs=300):
    """The predictions for the months after the training data of a split, and the losses in training."""
    df_trn, df_tst = split.train, split.assess
    values, back = prepare(df_trn.to_numpy(), np.concatenate([df_trn, df_tst]))

    value_lag = values[:-lag_setting]
    value = values[lag_setting:]
    months = len(df_tst)

    x_trn_vec = value_lag[:-months][-train_length:]
    x_trn_arr = array_reshape(x_trn_vec, (len(x_trn_vec), 1, 1))
    y_trn_vec = value[:-months][-train_length:]
    y_trn_arr = array_reshape(y_trn_vec, (len(y_trn_vec), 1))

    x_tst_vec = value_lag[-months:]
    x_tst_arr = array_reshape(x_tst_vec, (len(x_tst_vec), 1, 1))

    model = build_model()
    losses = train_model(model, x_trn_arr, y_trn_arr, epochs)

    pred_out = (model >> predict(x_tst_arr, batch_size=batch_size))[:, 0]
    return pd.DataFrame({"out_sample": df_tst, "prediction": back(pred_out)}, index=df_tst.index), losses


def calc_rmse(predictions):
    """The root of the mean squared error."""
    return np.sqrt(np.mean((predictions["prediction"] - predictions["out_sample"]) ** 2))


# One slice, then all of them ------------------------------------------------------------------------------------------

split = rolling_origin_resamples[10]
ret, losses = predict_keras_lstm(split, epochs=epochs)
print("the last slice:", calc_rmse(ret))

slices = rolling_origin_resamples[:1] if QUICK else rolling_origin_resamples
sample_predictions = [predict_keras_lstm(one, epochs=epochs)[0] for one in slices]
sample_rmse = [calc_rmse(predictions) for predictions in sample_predictions]
print("mean:", np.mean(sample_rmse), "over", len(sample_rmse), "slices")

# The next ten years ---------------------------------------------------------------------------------------------------


def predict_keras_lstm_future(data, epochs=300):
    """What comes after the data."""
    values, back = prepare(data.to_numpy(), data.to_numpy())

    x_train_vec = values[:-lag_setting][-train_length:]
    x_train_arr = array_reshape(x_train_vec, (len(x_train_vec), 1, 1))
    y_train_vec = values[lag_setting:][-train_length:]
    y_train_arr = array_reshape(y_train_vec, (len(y_train_vec), 1))

    x_test_vec = y_train_vec[-lag_setting:]
    x_test_arr = array_reshape(x_test_vec, (len(x_test_vec), 1, 1))

    model = build_model()
    train_model(model, x_train_arr, y_train_arr, epochs)

    pred_out = (model >> predict(x_test_arr, batch_size=batch_size))[:, 0]
    index = data.index[-1] + np.arange(1, lag_setting + 1) / 12
    return pd.Series(back(pred_out), index=index, name="predict")


future_sun_spots = predict_keras_lstm_future(sun_spots, epochs=epochs)
print(future_sun_spots.head())
