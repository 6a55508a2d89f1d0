# %% [markdown]
# # Time series
#
# **What it shows**: forecasts by a dense network, a GRU, an LSTM and a 1-D convolution, each measured against forecasts
# that need no network. On sunspots the networks win. On the prices of stocks nothing beats the price of yesterday; on
# how wildly stocks move something does.
#
# **Know before**: the walkthrough [Sequences](sequences.py), which explains windows and splits; what a GRU and an LSTM
# compute is in [Inside the cell](inside_the_cell.py).

# %%
import os

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from pipekeras import *

QUICK = os.environ.get("PIPEKERAS_QUICK") == "1"  # shortens training where only the code is to be tried

# %% [markdown]
# ## From a series to samples
#
# A network learns from pairs: what was seen, and what came next. There are two ways to cut them from one long series.
# Blocks lie side by side, so each value is read once.

# %%
numbers = np.arange(1, 15)

x, y = sequence_reshape(numbers, timesteps=4, delay=4)
for seen, next_ones in zip(x[..., 0], y[..., 0], strict=True):
    print(seen, "->", next_ones)

# %% [markdown]
# A rolling window moves on by one row at a time, which gives many more pairs of the same series. `lookback` is how many
# rows are seen, `horizon` how many are predicted. All forecasts below are made from such windows.

# %%
x, y = sequence_windows(numbers, lookback=4, horizon=4).to_numpy()
for seen, next_ones in zip(x[..., 0], y, strict=True):
    print(seen, "->", next_ones)

# %% [markdown]
# ## Sunspots
#
# The number of sunspots has been written down each month since 1749. It rises and falls in cycles of about eleven
# years, none quite like the other. The task: from 36 months, predict the next 24.
#
# The series is split in time. The last thirty years are for the test, and no network sees them before; the thirty
# before are for validation. The scale (mean 0, standard deviation 1) is computed from the training part alone, since at
# the time of a forecast nobody knows the mean of the future.

# %%
sunspots = r_dataset("sunspot.month")
split = sequence_split(sunspots, validation=360, test=360, lookback=36, horizon=24, scale="standard")
print(split)

# %%
figure, axes = plt.subplots(figsize=(7, 2.6), layout="constrained")
axes.plot(sunspots.iloc[:-720], color="#7f7f7f", linewidth=0.7, label="training")
axes.plot(sunspots.iloc[-720:-360], color="#009E73", linewidth=0.7, label="validation")
axes.plot(sunspots.iloc[-360:], color="#0072B2", linewidth=0.7, label="test")
axes.set(xlabel="year", ylabel="sunspots")
figure.legend(loc="outside upper center", ncols=3, frameon=False)
plt.show()

# %% [markdown]
# Training windows come in random order, the others in the order of time. The truth of the test is kept in sunspots, not
# in scaled units: `split.undo` takes the scale back.

# %%
train = sequence_windows(split.train, lookback=36, horizon=24, batch_size=64, shuffle=True, seed=1)
validation = sequence_windows(split.validation, lookback=36, horizon=24)
test = sequence_windows(split.test, lookback=36, horizon=24)

past, truth = (split.undo(part) for part in test.to_numpy())
print(past.shape, "->", truth.shape)

# %% [markdown]
# ## What has to be beaten
#
# Two forecasts need no learning. *Persistence* says that nothing changes: all of the next 24 months are like the last
# one, $\hat{x}_{t+h} = x_t$. The *seasonal* forecast says that all repeats: each month is like the one a cycle of
# eleven years, 132 months, before, $\hat{x}_{t+h} = x_{t+h-132}$.
#
# The error of a forecast is its mean absolute error, in sunspots, and it is computed for each number of months ahead.
# `errors` collects them; each network adds a line.

# %%
errors = {"persistence": abs(past[:, -1:, 0] - truth).mean(axis=0)}

# The windows of 132 months that end where those of the test end: their first 24 months lie a cycle before the targets.
cycles, _ = sequence_windows(sunspots, lookback=132, horizon=24).to_numpy()
errors["seasonal"] = abs(cycles[-len(truth) :, :24, 0] - truth).mean(axis=0)

for name, error in errors.items():
    print(f"{name}: {error[0]:.1f} one month ahead, {error[-1]:.1f} two years ahead, {error.mean():.1f} on average")

# %% [markdown]
# Persistence is good for a month and bad for two years; the seasonal forecast is equally bad at any distance, since no
# cycle is like another. What a network has to beat is the better of the two.

# %%
baseline = min(error.mean() for error in errors.values())

# %% [markdown]
# ## A dense network
#
# The simplest network takes the 36 months as 36 numbers, in any order it likes.

# %%
set_random_seed(1)

dense = (
    keras_model_sequential(input_shape=(36, 1))
    >> layer_flatten()
    >> layer_dense(units=32, activation="relu")
    >> layer_dense(units=24)
)
dense >> compile(optimizer=optimizer_adam(learning_rate=0.005), loss="mae")
dense >> fit(train, epochs=2 if QUICK else 12, verbose=0)

by_dense = split.undo(dense >> predict(test, verbose=0))
errors["dense"] = abs(by_dense - truth).mean(axis=0)
print(f"{errors['dense'].mean():.1f} sunspots")

# %% [markdown]
# ## A GRU
#
# A recurrent network reads the months one after the other, and the state after the last one is what it makes of them. A
# dense layer turns it into 24 predictions. Here the validation part is looked at as well, to see whether training has
# gone on for too long.

# %%
set_random_seed(1)

gru = keras_model_sequential(input_shape=(36, 1)) >> layer_gru(units=16) >> layer_dense(units=24)
gru >> compile(optimizer=optimizer_adam(learning_rate=0.01), loss="mae")
history = gru >> fit(train, epochs=2 if QUICK else 12, validation_data=validation, verbose=0)

by_gru = split.undo(gru >> predict(test, verbose=0))
errors["GRU"] = abs(by_gru - truth).mean(axis=0)
print(f"{errors['GRU'].mean():.1f} sunspots")

# %%
plot(history)

# %% [markdown]
# **Result**: over two years, the GRU is off by at least a fifth less than the better of the two simple forecasts.

# %% result: GRU on sunspots
assert errors["GRU"].mean() < (0.9 if QUICK else 0.8) * baseline
print(
    f"Over 24 months the GRU is off by {errors['GRU'].mean():.1f} sunspots on average, persistence by "
    f"{errors['persistence'].mean():.1f} and the seasonal forecast by {errors['seasonal'].mean():.1f}."
)

# %% [markdown]
# ## An LSTM
#
# The LSTM differs in one line.

# %%
set_random_seed(1)

lstm = keras_model_sequential(input_shape=(36, 1)) >> layer_lstm(units=16) >> layer_dense(units=24)
lstm >> compile(optimizer=optimizer_adam(learning_rate=0.01), loss="mae")
lstm >> fit(train, epochs=2 if QUICK else 12, verbose=0)

by_lstm = split.undo(lstm >> predict(test, verbose=0))
errors["LSTM"] = abs(by_lstm - truth).mean(axis=0)

# %% [markdown]
# **Result**: the LSTM, too, is off by at least a fifth less than the better of the two simple forecasts.

# %% result: LSTM on sunspots
assert errors["LSTM"].mean() < (0.9 if QUICK else 0.8) * baseline
print(
    f"Over 24 months the LSTM is off by {errors['LSTM'].mean():.1f} sunspots on average, persistence by "
    f"{errors['persistence'].mean():.1f}."
)

# %% [markdown]
# ## A 1-D convolution
#
# A convolution slides a short filter along the months. With `padding="causal"` its output at month $t$ is computed from
# month $t$ and those before, never from later ones. Each layer spaces its filter wider than the one before
# (`dilation_rate`), so that three layers with filters of length $k = 4$ see
#
# $$1 + (k - 1)(d_1 + d_2 + d_3) = 1 + 3 \cdot (1 + 3 + 9) = 40$$
#
# months, the whole window. Only the output at the last month counts; `layer_cropping_1d` cuts the 35 before it away.

# %%
set_random_seed(1)

convolution = (
    keras_model_sequential(input_shape=(36, 1))
    >> layer_conv_1d(filters=16, kernel_size=4, padding="causal", activation="relu")
    >> layer_conv_1d(filters=16, kernel_size=4, padding="causal", dilation_rate=3, activation="relu")
    >> layer_conv_1d(filters=16, kernel_size=4, padding="causal", dilation_rate=9, activation="relu")
    >> layer_cropping_1d(cropping=(35, 0))
    >> layer_flatten()
    >> layer_dense(units=24)
)
convolution >> compile(optimizer=optimizer_adam(learning_rate=0.005), loss="mae")
convolution >> fit(train, epochs=2 if QUICK else 12, verbose=0)

by_convolution = split.undo(convolution >> predict(test, verbose=0))
errors["convolution"] = abs(by_convolution - truth).mean(axis=0)

# %% [markdown]
# **Result**: the convolution has no state at all, and does it as well, by the same margin of a fifth.

# %% result: 1-D convolution on sunspots
assert errors["convolution"].mean() < (0.9 if QUICK else 0.8) * baseline
print(
    f"Over 24 months the 1-D convolution is off by {errors['convolution'].mean():.1f} sunspots on average, persistence "
    f"by {errors['persistence'].mean():.1f}."
)

# %% [markdown]
# ## The forecasts, drawn
#
# Every four years a forecast of two years begins, at the dot. The grey line is what happened. Near the top of a cycle
# the networks know that it will go down, and near its bottom that it will go up; how high, they do not know.

# %%
years = split.test.index.to_numpy()
whole = split.undo(split.test).to_numpy()

figure, axes = plt.subplots(figsize=(7, 3.4), layout="constrained")
axes.plot(years, whole, color="#bfbfbf", label="in truth")
for start in range(0, len(truth), 48):
    # Window `start` holds rows start to start + 35 of the test piece, and its targets are the 24 rows after.
    ahead = years[start + 36 : start + 60]
    axes.plot(ahead, by_gru[start], color="#0072B2", label="GRU" if start == 0 else None)
    axes.plot(ahead, by_convolution[start], color="#D55E00", label="convolution" if start == 0 else None)
    axes.plot(ahead, np.repeat(past[start, -1, 0], 24), "k:", linewidth=1, label="persistence" if start == 0 else None)
    axes.plot(years[start + 35], past[start, -1, 0], "ko", markersize=4)
axes.set(xlabel="year", ylabel="sunspots")
axes.legend(frameon=False, ncols=2)
plt.show()

# %% [markdown]
# The error by months ahead. For the next month nobody is much better than persistence: what remains is the noise of a
# month. The further ahead, the more there is to win.

# %%
styles = {"persistence": ":", "seasonal": "--"}
colours = {
    "persistence": "black",
    "seasonal": "black",
    "dense": "#7f7f7f",
    "GRU": "#0072B2",
    "LSTM": "#009E73",
    "convolution": "#D55E00",
}

figure, axes = plt.subplots(figsize=(7, 3.2), layout="constrained")
for name, error in errors.items():
    axes.plot(range(1, 25), error, styles.get(name, "-"), color=colours[name], label=name)
axes.set(xlabel="months ahead", ylabel="mean absolute error", ylim=(0, None))
axes.legend(frameon=False, ncols=2)
plt.show()

# %% [markdown]
# The same as a table, in sunspots. The networks are close together; which of them is first changes with the seed.

# %%
table = pd.DataFrame({name: error[[0, 5, 11, 23]] for name, error in errors.items()}, index=[1, 6, 12, 24]).T
table["on average"] = [error.mean() for error in errors.values()]
print(table.rename_axis(columns="months ahead").astype(float).round(1))

# %% [markdown]
# ## Stock prices
#
# Now the closing prices of four stock indices, on 1,860 days from 1991 to 1998, and the four networks of above, with
# outputs for four prices of the next day. Persistence is the price of today.

# %%
stocks = r_dataset("EuStockMarkets")
price_split = sequence_split(stocks, test=0.2, lookback=20, scale="standard")
train = sequence_windows(price_split.train, lookback=20, batch_size=64, shuffle=True, seed=1)
test = sequence_windows(price_split.test, lookback=20)

past, prices = (price_split.undo(part) for part in test.to_numpy())
today = past[:, -1]
training_mean = price_split.undo(price_split.train).mean().to_numpy()
price_errors = {"persistence": abs(today - prices).mean(), "mean": abs(training_mean - prices).mean()}

# %%
set_random_seed(1)

price_networks = {
    "dense": keras_model_sequential(input_shape=(20, 4))
    >> layer_flatten()
    >> layer_dense(units=16, activation="relu")
    >> layer_dense(units=4),
    "GRU": keras_model_sequential(input_shape=(20, 4)) >> layer_gru(units=16) >> layer_dense(units=4),
    "LSTM": keras_model_sequential(input_shape=(20, 4)) >> layer_lstm(units=16) >> layer_dense(units=4),
    "convolution": keras_model_sequential(input_shape=(20, 4))
    >> layer_conv_1d(filters=16, kernel_size=5, padding="causal", activation="relu")
    >> layer_conv_1d(filters=16, kernel_size=5, padding="causal", dilation_rate=4, activation="relu")
    >> layer_cropping_1d(cropping=(19, 0))
    >> layer_flatten()
    >> layer_dense(units=4),
}
for name, network in price_networks.items():
    network >> compile(optimizer=optimizer_adam(learning_rate=0.005), loss="mae")
    network >> fit(train, epochs=1 if QUICK else 20, verbose=0)
    price_errors[name] = abs(price_split.undo(network >> predict(test, verbose=0)) - prices).mean()

# %% [markdown]
# The mean error in points of the index, over all four:

# %%
print(pd.Series(price_errors).round(1).to_string())

# %% [markdown]
# All networks are worse than no change, and some by far. They have learned something: the mean of the training prices
# is worse still. But prices rose, and the test has prices that no network has seen in training; a GRU and an LSTM,
# whose outputs lie between -1 and 1, follow only part of the way.
#
# A better question does not ask for the price but for its change. With prices $p_t$, the log return
#
# $$r_t = 100 \log \frac{p_t}{p_{t-1}}$$
#
# is the change in percent. Returns stay around the same level in all years, and a forecast of the price is then
# $\hat{p}_{t+1} = p_t \, e^{\hat{r}_{t+1} / 100}$. To forecast a return of zero is persistence.

# %%
returns = (100 * np.log(stocks).diff()).dropna()
return_split = sequence_split(returns, test=len(prices), lookback=20, scale="standard")
return_train = sequence_windows(return_split.train, lookback=20, batch_size=64, shuffle=True, seed=1)
return_test = sequence_windows(return_split.test, lookback=20)

# %%
set_random_seed(1)

return_gru = keras_model_sequential(input_shape=(20, 4)) >> layer_gru(units=16) >> layer_dense(units=4)
return_gru >> compile(optimizer=optimizer_adam(learning_rate=0.003), loss="mae")
return_gru >> fit(return_train, epochs=1 if QUICK else 10, verbose=0)

predicted_returns = return_split.undo(return_gru >> predict(return_test, verbose=0))
by_returns = today * np.exp(predicted_returns / 100)
price_errors["GRU on returns"] = abs(by_returns - prices).mean()

# %% [markdown]
# The picture shows the last forty days of the German index. The forecast looks excellent, as such pictures often do.
# But look at the days: it is the true curve, shifted by one day. The network says "about as today".

# %%
figure, axes = plt.subplots(figsize=(7, 3.2), layout="constrained")
days = np.arange(-40, 0)
axes.plot(days, prices[-40:, 0], color="#7f7f7f", marker="o", markersize=3, label="in truth")
axes.plot(days, by_returns[-40:, 0], color="#D55E00", marker="o", markersize=3, label="predicted the day before")
axes.set(xlabel="days before the end", ylabel="DAX")
axes.legend(frameon=False, loc="lower left")
plt.show()

# %% [markdown]
# In numbers: how far is the prediction for tomorrow from tomorrow, and how far from today?

# %%
to_today = abs(by_returns - today).mean()
print(f"{price_errors['GRU on returns']:.1f} points from the price of tomorrow, {to_today:.1f} from that of today")

# %% [markdown]
# **Result**: nobody beats persistence. The networks of prices do not come near it. That of returns comes up to it, by
# saying nearly the same; it is not better by as much as two percent. In the prices of the
# days before, these networks found nothing that the price of today does not say.

# %% result: stock indices against persistence
persistence, by_mean = price_errors["persistence"], price_errors["mean"]
best = min(price_errors[name] for name in price_networks)
assert 0.98 * persistence < price_errors["GRU on returns"] < 1.03 * persistence < best < 0.5 * by_mean
print(
    f"Persistence is off by {persistence:.1f} points, the best of four networks of prices by {best:.1f}, a GRU on "
    f"returns by {price_errors['GRU on returns']:.1f}: no network is two percent better than no change."
)

# %% [markdown]
# ## How wildly they move
#
# Where prices go nobody knows, but calm days follow calm ones, and wild days wild ones. So the question that can be
# answered is how much an index will move tomorrow, up or down: the absolute return $|r_t|$, a rough daily measure of
# its *volatility*.

# %%
moves = returns.abs()

figure, axes = plt.subplots(figsize=(7, 2.4), layout="constrained")
axes.plot(moves["DAX"].to_numpy(), color="#0072B2", linewidth=0.6)
axes.axvline(len(moves) - len(prices), color="#7f7f7f", linestyle=":")
axes.set(xlabel="day (the test begins at the dotted line)", ylabel="DAX, moves in %")
plt.show()

# %% [markdown]
# Single days are mostly chance, so persistence is a bad forecast here: a calm day among wild ones says little. The mean
# of all training days is better, and the mean of the last twenty days better yet. The measure is the mean squared
# error, whose best forecast is the expected move.

# %%
move_split = sequence_split(moves, test=len(prices), lookback=20, scale="standard")
train = sequence_windows(move_split.train, lookback=20, shuffle=True, seed=1)
test = sequence_windows(move_split.test, lookback=20)

past, moved = (move_split.undo(part) for part in test.to_numpy())
training_mean = move_split.undo(move_split.train).mean().to_numpy()
move_errors = {
    "persistence": ((past[:, -1] - moved) ** 2).mean(),
    "mean of the training days": ((training_mean - moved) ** 2).mean(),
    "mean of the last 20 days": ((past.mean(axis=1) - moved) ** 2).mean(),
}

# %% [markdown]
# The network is a small GRU. (A stateful LSTM for the same task is in [Sequences](sequences.py).)

# %%
set_random_seed(1)

move_gru = keras_model_sequential(input_shape=(20, 4)) >> layer_gru(units=8) >> layer_dense(units=4)
move_gru >> compile(optimizer=optimizer_adam(learning_rate=0.003), loss="mse")
move_gru >> fit(train, epochs=3 if QUICK else 8, verbose=0)

predicted_moves = move_split.undo(move_gru >> predict(test, verbose=0))
move_errors["GRU"] = ((predicted_moves - moved) ** 2).mean()

# %%
print(pd.Series(move_errors).round(3).to_string())

# %%
figure, axes = plt.subplots(figsize=(7, 2.8), layout="constrained")
axes.plot(moved[:, 0], color="#bfbfbf", linewidth=0.8, label="in truth")
axes.axhline(training_mean[0], color="black", linestyle=":", label="mean of the training days")
axes.plot(predicted_moves[:, 0], color="#0072B2", label="GRU")
axes.set(xlabel="day of the test", ylabel="DAX, moves in %")
axes.legend(frameon=False)
plt.show()

# %% [markdown]
# **Result**: the GRU tells calm times from wild ones. Its squared error is at least a twentieth below that of the mean
# of the training days, which in turn is far below that of persistence. A network is not needed for it, though: the mean
# of the last twenty days does about as well. It pays to look for the best baseline.

# %% result: GRU on the volatility of stock indices
mean, no_change = move_errors["mean of the training days"], move_errors["persistence"]
assert move_errors["GRU"] < (0.98 if QUICK else 0.95) * mean < 0.7 * no_change
print(
    f"The mean squared error of the GRU is {move_errors['GRU']:.2f}, that of the mean {mean:.2f}, of persistence "
    f"{no_change:.2f}, and of the mean of the last 20 days {move_errors['mean of the last 20 days']:.2f}."
)
