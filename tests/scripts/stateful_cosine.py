"""The example of the R package for stateful RNNs, stateful_lstm.R: an LSTM that sees one step of a cosine at a time.

What it knows of the past is what it remembers from one batch to the next: states are reset once an epoch, by hand.
"""

import os

import numpy as np

from pipekeras import *

QUICK = os.environ.get("PIPEKERAS_QUICK") == "1"  # a shorter, lower wave, for trying the code only

set_random_seed(1)

# Since the network is stateful, one step at a time is enough.
tsteps = 1
batch_size = 25
epochs = 3 if QUICK else 25
units = 16 if QUICK else 50
# How many values ahead the prediction is the mean of.
lahead = 1


def gen_cosine_amp(amp=100, period=1000, x0=0, xn=50000, step=1, k=0.0001):
    """A cosine that fades: `amp` high, `period` long, from x0 to xn, fading at the rate k."""
    n = (xn - x0) * step
    cos = np.zeros((n, 1, 1))
    for i in range(len(cos)):
        idx = x0 + i * step
        cos[i, 0, 0] = amp * np.cos(2 * np.pi * idx / period)
        cos[i, 0, 0] = cos[i, 0, 0] * np.exp(-k * idx)
    return cos


print("Generating data")
cos = gen_cosine_amp(amp=1, period=100, xn=1000) if QUICK else gen_cosine_amp()
print("Input shape:", cos.shape)

expected_output = np.zeros((len(cos), 1))
for i in range(len(cos) - lahead):
    expected_output[i, 0] = np.mean(cos[i + 1 : i + 1 + lahead])

print("Output shape:", expected_output.shape)

print("Creating the model")
model = keras_model_sequential()
(
    model
    >> layer_lstm(units=units, input_shape=(tsteps, 1), batch_size=batch_size, return_sequences=True, stateful=True)
    >> layer_lstm(units=units, return_sequences=False, stateful=True)
    >> layer_dense(units=1)
)
model >> compile(loss="mse", optimizer="rmsprop")

print("Training")
losses = []
for _ in range(epochs):
    history = model >> fit(
        cos, expected_output, batch_size=batch_size, epochs=1, verbose=0 if QUICK else 1, shuffle=False
    )
    losses += history.metrics["loss"]

    model >> reset_states()

print("Predicting")
predicted_output = model >> predict(cos, batch_size=batch_size)
