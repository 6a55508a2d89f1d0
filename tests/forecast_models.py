"""Series, models whose weights are known, and loops in NumPy, for the tests of sequence_forecast().

Models of the same arguments are one model, since making and compiling them is what takes the time of these tests.
"""

import functools

import numpy as np
import pytest

import pipekeras as pk
from pipekeras._keras import keras
from pipekeras.sequences.forecast import sequence_forecast


def series(rows=30, columns=None, seed=0):
    shape = (rows,) if columns is None else (rows, columns)
    return np.random.default_rng(seed).normal(size=shape).astype("float32")


@functools.cache
def linear(lookback, columns, horizon=1, targets=None, seed=1):
    """(model, weights): windows (lookback, columns) to (targets,), (horizon, targets), or (horizon,) for one."""
    targets = columns if targets is None else targets
    model = pk.keras_model_sequential(input_shape=(lookback, columns)) >> pk.layer_flatten()
    model >> pk.layer_dense(horizon * targets, use_bias=False, kernel_initializer="zeros")
    if horizon > 1 and targets > 1:
        model >> pk.layer_reshape((horizon, targets))
    weights = np.random.default_rng(seed).normal(size=(lookback * columns, horizon * targets)).astype("float32")
    weights *= 0.9 / np.abs(weights).sum(0).max()
    model.layers[1].set_weights([weights])
    return model, weights.reshape(lookback, columns, horizon, targets)


def by_hand(weights, data, steps, rate=1, targets=None, known=None):
    """Row after row: (steps, targets); `data` (rows, columns)."""
    lookback, columns, horizon, _ = weights.shape
    targets = list(range(columns)) if targets is None else targets
    rows, forecast = [list(row) for row in data], []
    while len(forecast) < steps:
        last = len(rows) - 1
        window = [rows[last - k * rate] for k in reversed(range(lookback))]
        for h in range(horizon):
            predicted = [
                sum(window[k][c] * weights[k, c, h, t] for k in range(lookback) for c in range(columns))
                for t in range(len(targets))
            ]
            new = [np.nan] * columns
            others = [c for c in range(columns) if c not in targets]
            for place, c in enumerate(others):
                if known is not None and len(forecast) < len(known):
                    new[c] = known[len(forecast)][place]
            for place, c in enumerate(targets):
                new[c] = predicted[place]
            forecast.append(predicted)
            rows.append(new)
    return np.array(forecast[:steps])


@functools.cache
def recurrent(timesteps, *, batch=None, stateful=False, per_step=True, columns=1, horizon=None, layer="simple_rnn"):
    """A recurrent layer of three units under a dense one."""
    zeros = dict(kernel_initializer="zeros")  # drawing them is slow
    make = getattr(pk, f"layer_{layer}")
    model = pk.keras_model_sequential(batch_shape=(batch, timesteps, columns))
    model >> make(3, stateful=stateful, return_sequences=per_step, recurrent_initializer="zeros", **zeros)
    model >> pk.layer_dense(columns if horizon is None else horizon, **zeros)
    rng = np.random.default_rng(7)
    model.set_weights([rng.uniform(-0.7, 0.7, weights.shape).astype("float32") for weights in model.get_weights()])
    return model


def remembering(batch, timesteps, per_step=True, **others):
    return recurrent(timesteps, batch=batch, stateful=True, per_step=per_step, **others)


def states_and_outputs(model, rows):
    """([state after each row], [what comes out]) of `recurrent(...)`, in a loop from a state of zeros."""
    kernel, recurrent_kernel, bias, dense, dense_bias = model.get_weights()
    states, state = [], np.zeros(3)
    for row in np.asarray(rows, "float64").reshape(-1, len(kernel)):
        state = np.tanh(row @ kernel + state @ recurrent_kernel + bias)
        states.append(state)
    return np.array(states), np.array(states) @ dense + dense_bias


def from_the_beginning(model, data, steps, columns=1):
    """Every step from all rows so far."""
    rows = np.asarray(data, "float64").reshape(-1, columns)
    for _ in range(steps):
        rows = np.concatenate([rows, states_and_outputs(model, rows)[1][-1:]])
    return rows[-steps:]


@functools.cache
def beside_model(known_shape, static=None, horizon=1):
    inputs = {"x": keras.Input((3, 1), name="x"), "known": keras.Input(known_shape, name="known")}
    if static:
        inputs["static"] = keras.Input((static,), name="static")
    parts = [keras.layers.Flatten()(one) for one in inputs.values()]
    out = keras.layers.Dense(horizon)(keras.layers.Concatenate()(parts))
    return keras.Model(inputs, out)


def refused(error, match, model, *args, **kwargs):
    with pytest.raises(error, match=match):
        sequence_forecast(model, *args, **kwargs)
