# %% [markdown]
# # Sequences
#
# **What it shows**: a recurrent network reads short sequences, and what we have is one long series. Here is the way
# from the one to the others, in the three ways of the lecture: consecutive blocks, a rolling window, and a fold, in
# which a stateful network reads on from batch to batch. The data comes with pipekeras: sunspots since 1749, and four
# stock indices.
#
# **Know before**: what a recurrent layer is, and the walkthrough [Getting started](getting_started.py).

# %%
import os

import matplotlib.pyplot as plt
import numpy as np

from pipekeras import *

QUICK = os.environ.get("PIPEKERAS_QUICK") == "1"  # shortens training where only the code is to be tried

# %% [markdown]
# ## Blocks
#
# Begin with a series that is easy to follow: 1, 2, 3 ... 28. `sequence_reshape` cuts it into blocks of seven, and takes
# as targets what comes `delay` rows later. With `delay=7` that is the block after: from 1..7 the network is to
# predict 8..14.

# %%
numbers = np.arange(1, 29)

x, y = sequence_reshape(numbers, timesteps=7, delay=7)
print(x.shape, y.shape)
print(x[0, :, 0], "->", y[0, :, 0])

# %% [markdown]
# `x` has three axes, as recurrent layers want it: which block, which step, which feature. The picture shows where each
# block lies in the series. Row numbers count from 0.

# %%
draw_blocks(numbers, timesteps=7, delay=7)

# %% [markdown]
# With `delay=1` each step has its own target, the number after it. Such targets suit layers with
# `return_sequences=True`.

# %%
x, y = sequence_reshape(numbers, timesteps=7, delay=1)
print(x[0, :, 0], "->", y[0, :, 0])

# %%
draw_blocks(numbers, timesteps=7, delay=1)

# %% [markdown]
# What is in a block can be put together again. The numbers from 22 on are in none: the last of a fourth block would
# have no target.

# %%
print(sequence_unreshape(x, squeeze=True))

# %% [markdown]
# ## A rolling window
#
# Blocks make few samples of a series. A window that moves on row by row makes many. Here are the sunspots, a number for
# each month: the network sees twelve months, `lookback`, and predicts the next twelve, `horizon`.

# %%
sunspots = r_dataset("sunspot.month")
print(sunspots.head())

# %%
windows = sequence_windows(sunspots, lookback=12, horizon=12, time=sunspots.index)
windows.plot()

# %% [markdown]
# In words, with the years: which window holds which rows, and what it takes. All windows at once would be 24 times as
# large as the series, but they never are there at once: each batch is cut out when it is needed.

# %%
print(windows.describe())

# %% [markdown]
# `windows[0]` is the first batch, and `fit()` takes `windows` as it is.

# %%
x, y = windows[0]
print(x.shape, y.shape)

# %% [markdown]
# ## What has been, and what is to come
#
# A network must be tested on what came after its training, never on windows that share months with it. `sequence_split`
# cuts in the order of time: the last thirty years are for the test, the thirty before for validation. As it knows what
# windows are to follow, later pieces get twelve months of history in front, so that their first prediction is for their
# first own month. The scale, mean 0 and standard deviation 1, is that of the training piece alone.

# %%
split = sequence_split(sunspots, validation=360, test=360, lookback=12, horizon=12, scale="standard")
print(split)

train = sequence_windows(split.train, lookback=12, horizon=12, batch_size=128, shuffle=True, seed=1)
validation = sequence_windows(split.validation, lookback=12, horizon=12)
test = sequence_windows(split.test, lookback=12, horizon=12)

# It would raise an error if any of them reached into another.
sequence_check_overlap(train, validation, test, split=split)

# %% [markdown]
# Training windows come in random order, a new one for each epoch. Batches of the others come in the order of time.

# %%
set_random_seed(1)

model = keras_model_sequential(input_shape=(12, 1)) >> layer_gru(units=16) >> layer_dense(units=12)
model >> compile(optimizer=optimizer_adam(learning_rate=0.01), loss="mae")
history = model >> fit(train, epochs=3 if QUICK else 15, validation_data=validation, verbose=0)
print(history)

# %%
plot(history)

# %% [markdown]
# How far is it off, in sunspots? `split.undo` takes the scale back. Whoever forecasts has to beat the simplest forecast
# there is: everything stays as it was last month.

# %%
predicted = split.undo(model >> predict(test, verbose=0))
past, truth = (split.undo(part) for part in test.to_numpy())

error = abs(predicted - truth).mean()
error_of_no_change = abs(past[:, -1:, 0] - truth).mean()

# %% [markdown]
# **Result**: a small network forecasts a year of sunspots with at least eight percent less error than if nothing
# changed. The walkthrough [Time series](time_series.py) goes on from here, with other networks and other series.

# %% result: GRU on a rolling window, sunspots a year ahead
assert error < (1.0 if QUICK else 0.92) * error_of_no_change
print(f"The GRU is off by {error:.1f} sunspots on average, the forecast of no change by {error_of_no_change:.1f}.")

# %% [markdown]
# Each month was predicted up to twelve times, by the windows one to twelve months before it. `sequence_stitch` makes
# one series of them: here the mean for each month. The first twelve months, history, have no prediction.

# %%
together = sequence_stitch(predicted, test, how="mean")

figure, axes = plt.subplots(figsize=(8, 3.2), layout="constrained")
years = split.test.index
axes.plot(years, split.undo(split.test), color="#7f7f7f", label="in truth")
axes.plot(years, together, color="#D55E00", label="predicted")
axes.set(xlabel="year", ylabel="sunspots")
axes.legend(frameon=False)
plt.show()

# %% [markdown]
# And after the end of the data? `sequence_forecast` goes on from the last twelve months. Two years are more than the
# network predicts at once, so it reads its own predictions for the second.

# %%
forecast = model >> sequence_forecast(sunspots, steps=24, scaler=split.scaler)
print(forecast.round().to_list())

# %% [markdown]
# ## A fold, for networks that remember
#
# A window is all that the network above knows of the past. A *stateful* network passes its state on from batch to
# batch, and so remembers more than it is shown. For that, row i of a batch must go on in row i of the next: the series
# is folded.
#
# Whether stocks rise or fall tomorrow, nobody knows. But there are calm times and wild ones, and they last. So the
# series is how much each index moved in a day, up or down, in percent.

# %%
stocks = r_dataset("EuStockMarkets")
moves = (100 * np.log(stocks).diff().abs()).dropna()

split = sequence_split(moves, prop=0.8)
fold = sequence_fold(split.train, batch_size=4, timesteps=20)

# %%
fold.plot(series="DAX")

# %% [markdown]
# Above, the series, cut into as many stretches as a batch has rows. Below, the batches: an arrow stands where a state
# is passed on, a ring where it begins at zero. That is at the beginning of each stretch, and of each epoch: `fit()`
# sees to it. As no batch may be smaller than the others, some days are left out, and `describe()` says how many.

# %%
print(fold.describe())

# %% [markdown]
# Each step has its target, the day after, so the LSTM returns whole sequences.

# %%
set_random_seed(1)

stateful = (
    keras_model_sequential(input_shape=(20, 4), batch_size=4)
    >> layer_lstm(units=16, stateful=True, return_sequences=True)
    >> layer_dense(units=4)
)
stateful >> compile(optimizer=optimizer_adam(learning_rate=0.01), loss="mse")
history = stateful >> fit(fold, epochs=3 if QUICK else 15, verbose=0)
print(history)

# %% [markdown]
# What it remembers can be looked at: for each row of the batch 16 numbers, twice, since an LSTM has two kinds of state.

# %%
print({layer: [state.shape for state in states] for layer, states in get_states(stateful).items()})

# %% [markdown]
# Predictions come batch by batch, as the fold is, and begin with states of zero, as training does. `sequence_unfold`
# puts them back in the order of the days.

# %%
folded = stateful >> predict(fold, verbose=0)
unfolded = sequence_unfold(folded, fold)
print(folded.shape, "->", unfolded.shape)

# %% [markdown]
# The same network without memory, `stateless_twin`, shares its weights and takes sequences of any length. Given each
# stretch as one long sequence it computes the very same: folding changes how a series is read, not what comes out.

# %%
twin = stateless_twin(stateful, timesteps=None)

days = len(fold) * fold.timesteps
stretches = sequence_reshape(split.train, timesteps=days)[:4]
at_once = twin >> predict(stretches, verbose=0)
difference = abs(sequence_unreshape(at_once) - unfolded).max()
print(f"largest difference {difference:.1e}")

# %% [markdown]
# The twin reads all days as one sequence, and what it says of the last fifth was learned from the days before. To be
# beaten: the mean of the training days.

# %%
everything = moves.to_numpy()
first = len(split.train)
predicted_moves = (twin >> predict(everything[None], verbose=0))[0]

# The output of a day is the prediction for the next.
mse = np.mean((predicted_moves[first - 1 : -1] - everything[first:]) ** 2)
mse_of_mean = np.mean((everything[:first].mean(axis=0) - everything[first:]) ** 2)

# %% [markdown]
# **Result**: a network that remembers tells calm days on the stock markets from wild ones: its squared error is at
# least a twentieth below that of the mean. There are better simple forecasts than the mean: [Time
# series](time_series.py) looks for the best. What happens to such a network if its series is not folded is measured in
# [Stateful RNNs](stateful_rnn.py).

# %% result: stateful LSTM on a fold, moves of stock indices
assert mse < (1.0 if QUICK else 0.95) * mse_of_mean
assert difference < 1e-4
print(
    f"The mean squared error of the stateful LSTM is {mse:.3f}, that of the mean {mse_of_mean:.3f}; read at once or in "
    f"batches of {fold.timesteps} days, its predictions are the same."
)
