"""The lecture on recurrent networks and Jena's weather, "Deep Learning with R", 6.3: batches from a generator function.

The lecture downloads eight years of weather. Here a few weeks are made up: 14 columns, a row every ten minutes, the
second column the temperature, with its days, its slow changes, and noise.
"""

import os

import numpy as np

from pipekeras import *

QUICK = os.environ.get("PIPEKERAS_QUICK") == "1"  # fewer rows and steps, for trying the code only

set_random_seed(1)

# The data -------------------------------------------------------------------------------------------------------------

n = 2000 if QUICK else 30000
first_val, first_test = n // 2, n * 3 // 4
verbose = 0 if QUICK else 1

time = np.arange(n)
slow = np.convolve(np.random.normal(size=n + 431), np.hanning(432), mode="valid")
temperature = 10 + 6 * np.sin(2 * np.pi * time / 144) + slow / slow.std() * 4 + np.random.normal(size=n)
data = np.random.normal(size=(n, 14))
data[:, 1] = temperature
for column in range(2, 7):  # dew point, pressure and the like go with it
    data[:, column] += temperature * column / 4

train_data = data[:first_val]
mean = train_data.mean(axis=0)
std = train_data.std(axis=0, ddof=1)
data = (data - mean) / std


def generator(data, lookback, delay, min_index, max_index, shuffle=False, batch_size=128, step=6):
    """A function that returns the next batch, samples and targets, each time it is called."""
    if max_index is None:
        max_index = data.shape[0] - delay - 1
    i = min_index + lookback

    def next_batch():
        nonlocal i
        if shuffle:
            rows = np.random.choice(np.arange(min_index + lookback, max_index + 1), size=batch_size, replace=False)
        else:
            if i + batch_size >= max_index:
                i = min_index + lookback
            rows = np.arange(i, min(i + batch_size - 1, max_index) + 1)
            i = i + len(rows)

        samples = np.zeros((len(rows), lookback // step, data.shape[-1]))
        targets = np.zeros(len(rows))

        for j in range(len(rows)):
            indices = np.linspace(rows[j] - lookback, rows[j] - 1, num=samples.shape[1]).astype(int)
            samples[j] = data[indices]
            targets[j] = data[rows[j] + delay, 1]

        return [samples, targets]

    return next_batch


lookback = 72 if QUICK else 1440
step = 6
delay = 18 if QUICK else 144
batch_size = 32 if QUICK else 128
steps_per_epoch = 20 if QUICK else 500
epochs = 2 if QUICK else 20
units = 8 if QUICK else 32

train_gen = generator(
    data,
    lookback=lookback,
    delay=delay,
    min_index=0,
    max_index=first_val - delay - 1,
    shuffle=True,
    step=step,
    batch_size=batch_size,
)

val_gen = generator(
    data,
    lookback=lookback,
    delay=delay,
    min_index=first_val,
    max_index=first_test - delay - 1,
    step=step,
    batch_size=batch_size,
)

test_gen = generator(
    data,
    lookback=lookback,
    delay=delay,
    min_index=first_test,
    max_index=None,
    step=step,
    batch_size=batch_size,
)

# How many batches show the whole of the validation data, and of the test data.
val_steps = (first_test - first_val - lookback - delay) // batch_size
test_steps = (n - first_test - lookback - delay) // batch_size

# Without a network: tomorrow is as warm as now ------------------------------------------------------------------------


def evaluate_naive_method():
    """The mean absolute error of that."""
    batch_maes = []
    for _ in range(val_steps):
        (samples, targets) = val_gen()
        preds = samples[:, samples.shape[1] - 1, 1]
        mae = np.mean(np.abs(preds - targets))
        batch_maes.append(mae)
    return np.mean(batch_maes)


naive_mae = evaluate_naive_method()
celsius_mae = naive_mae * std[1]
print("naive:", naive_mae, "or in degrees:", celsius_mae)

# A densely connected network ------------------------------------------------------------------------------------------

model = (
    keras_model_sequential()
    >> layer_flatten(input_shape=(lookback // step, data.shape[-1]))
    >> layer_dense(units=units, activation="relu")
    >> layer_dense(units=1)
)

model >> compile(optimizer=optimizer_rmsprop(), loss="mae")

dense_history = model >> fit_generator(
    train_gen,
    steps_per_epoch=steps_per_epoch,
    epochs=epochs,
    verbose=verbose,
    validation_data=val_gen,
    validation_steps=val_steps,
)

plot(dense_history)

# A first recurrent network --------------------------------------------------------------------------------------------

model = (
    keras_model_sequential()
    >> layer_gru(units=units, input_shape=[None, data.shape[-1]])
    >> layer_dense(units=1)
)  # fmt: skip

model >> compile(optimizer=optimizer_rmsprop(), loss="mae")

gru_history = model >> fit(
    train_gen,
    steps_per_epoch=steps_per_epoch,
    epochs=epochs,
    verbose=verbose,
    validation_data=val_gen,
    validation_steps=val_steps,
)

plot(gru_history)

test_mae = model >> evaluate(test_gen, steps=test_steps, verbose=0)
predictions = model >> predict(test_gen, steps=test_steps, verbose=0)

# With dropout, also from step to step ---------------------------------------------------------------------------------

model = (
    keras_model_sequential()
    >> layer_gru(units=units, dropout=0.2, recurrent_dropout=0.2, input_shape=[None, data.shape[-1]])
    >> layer_dense(units=1)
)

model >> compile(optimizer=optimizer_rmsprop(), loss="mae")

dropout_history = model >> fit(
    train_gen,
    steps_per_epoch=steps_per_epoch,
    epochs=epochs,
    verbose=verbose,
    validation_data=val_gen,
    validation_steps=val_steps,
)

plot(dropout_history)

# Two recurrent layers, one on the other -------------------------------------------------------------------------------

model = (
    keras_model_sequential()
    >> layer_gru(
        units=units,
        dropout=0.1,
        recurrent_dropout=0.5,
        return_sequences=True,
        input_shape=[None, data.shape[-1]],
    )
    >> layer_gru(units=2 * units, activation="relu", dropout=0.1, recurrent_dropout=0.5)
    >> layer_dense(units=1)
)

model >> compile(optimizer=optimizer_rmsprop(), loss="mae")

stacked_history = model >> fit(
    train_gen,
    steps_per_epoch=steps_per_epoch,
    epochs=epochs,
    verbose=verbose,
    validation_data=val_gen,
    validation_steps=val_steps,
)

plot(stacked_history)

# Forwards and backwards -----------------------------------------------------------------------------------------------

model = (
    keras_model_sequential()
    >> bidirectional(layer_gru(units=units), input_shape=[None, data.shape[-1]])
    >> layer_dense(units=1)
)

model >> compile(optimizer=optimizer_rmsprop(), loss="mae")

bidirectional_history = model >> fit(
    train_gen,
    steps_per_epoch=steps_per_epoch,
    epochs=epochs,
    verbose=verbose,
    validation_data=val_gen,
    validation_steps=val_steps,
)

plot(bidirectional_history)
