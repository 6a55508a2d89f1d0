# %% [markdown]
# # Stateful RNNs
#
# **What it shows**: what a recurrent network remembers, and how it can remember from batch to batch. A machine is
# switched on and off by rare signals, and a network that sees ten steps at a time is to say whether it runs. One
# without memory between batches cannot know; a stateful LSTM on a folded series does. Then two mistakes are made on
# purpose, and measured: batches that are not folded, and states that are not reset.
#
# **Know before**: what a recurrent layer is, and the walkthrough [Sequences](sequences.py), where folds were first
# seen.

# %%
import os

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from pipekeras import *

QUICK = os.environ.get("PIPEKERAS_QUICK") == "1"  # shortens training where only the code is to be tried

# %% [markdown]
# ## What a state is
#
# A recurrent layer reads a sequence step by step. What it knows after step $t$ is its state $h_t$, computed from the
# input and from the state before:
#
# $$h_t = f(W x_t + U h_{t-1} + b)$$
#
# At the first step there is no state before, so $h_{-1} = 0$. The question of this walkthrough is when that happens.
# In an ordinary layer it happens at the beginning of every sample. In a *stateful* one, row $i$ of a batch begins with
# the state that row $i$ of the batch before has ended with.
#
# With one unit, $W = U = 1$, $b = 0$ and without activation the state can be followed by eye: it is the sum of all
# that was read. Such a layer is made twice, without and with memory between batches.

# %%
forgetting = keras_model_sequential(input_shape=(3, 1), batch_size=1) >> layer_simple_rnn(
    units=1, activation="linear", return_sequences=True
)
remembering = keras_model_sequential(input_shape=(3, 1), batch_size=1) >> layer_simple_rnn(
    units=1, activation="linear", return_sequences=True, stateful=True
)
for adder in (forgetting, remembering):
    adder >> set_weights([np.ones((1, 1)), np.ones((1, 1)), np.zeros(1)])

# %% [markdown]
# Both read 1, 2, 3 in a first batch and 4, 5, 6 in a second one. The first layer begins anew at 4, the other goes on.

# %%
first = np.array([1.0, 2.0, 3.0]).reshape(1, 3, 1)
second = np.array([4.0, 5.0, 6.0]).reshape(1, 3, 1)

forgotten = [(forgetting >> predict(x, verbose=0)).ravel() for x in (first, second)]
remembered = [(remembering >> predict(x, verbose=0)).ravel() for x in (first, second)]
print("without memory", forgotten)
print("stateful      ", remembered)

# %% [markdown]
# `get_states` shows what is remembered, `reset_states` forgets it, and `set_states` puts something in its place.

# %%
print(get_states(remembering))

remembering >> reset_states()
anew = (remembering >> predict(first, verbose=0)).ravel()
print("after a reset", anew)

# %% [markdown]
# **Result**: the stateful layer has added up both batches, and after `reset_states` it begins at zero again.

# %% result: states from batch to batch, on numbers
assert np.allclose(np.concatenate(remembered), np.cumsum(np.arange(1, 7)))
assert np.allclose(forgotten[1], np.cumsum([4, 5, 6]))
assert np.allclose(anew, np.cumsum([1, 2, 3]))
print(
    f"After 1, 2, 3 and then 4, 5, 6 the stateful layer has come to {remembered[1][-1]:g}, "
    f"the one without memory to {forgotten[1][-1]:g}."
)

# %% [markdown]
# ## Why a series is folded
#
# One row per batch is slow; a batch should have several. But row $i$ of a batch goes on where row $i$ of the batch
# before has ended, and only there. So the series is cut into as many stretches as a batch has rows, the stretches are
# laid below each other, and each batch takes the next few columns of all of them.
#
# Here are the numbers 1 to 24 in a fold of four rows with three steps. The arrows in the picture are the states.

# %%
numbers = np.arange(1.0, 25.0)
fold = sequence_fold(numbers, False, batch_size=4, timesteps=3, delay=0)
(folded,) = fold.to_numpy()
print("first batch\n", folded[:4, :, 0])
print("second batch\n", folded[4:, :, 0])

# %%
draw_fold(fold)

# %% [markdown]
# An adder with four rows reads the fold. `sequence_unfold` puts what it says back in the order of the numbers: it is
# the running sum of each stretch, although the network never saw more than three numbers at a time.

# %%
adder = (
    keras_model_sequential(input_shape=(3, 1), batch_size=4)
    >> layer_simple_rnn(units=1, activation="linear", return_sequences=True, stateful=True)
    >> set_weights([np.ones((1, 1)), np.ones((1, 1)), np.zeros(1)])
)
sums = sequence_unfold(adder >> predict(folded, batch_size=4, verbose=0), fold)
print(sums.ravel())

# %% [markdown]
# Without folding, the blocks are cut one after the other and handed over as they come: the same eight blocks, in
# another order. Now row 0 of the first batch ends with 3, and row 0 of the second goes on with 13. Nine numbers are
# missing in between, and the sum means nothing.

# %%
blocks = sequence_reshape(numbers, timesteps=3)
adder >> reset_states()
wrong = (adder >> predict(blocks, batch_size=4, verbose=0)).ravel()
print(wrong)

# %% [markdown]
# Arrays do not say where their blocks come from, so nobody notices. A dataset of windows does, and is refused.

# %%
try:
    adder >> predict(sequence_windows(numbers, lookback=3, stride=3, batch_size=4))
except DataError as error:
    print(error)

# %% [markdown]
# **Result**: on the fold, each row of the batch has read its stretch from the first number to the last. On blocks that
# are not folded, the same layer is right only where a stretch happens to begin.

# %% result: folded and unfolded, on numbers
right = np.cumsum(numbers.reshape(4, 6), axis=1).ravel()  # the running sum of each of the four stretches
assert np.allclose(sums.ravel(), right)
assert np.isclose(wrong, right).sum() == 6
print(
    f"Folded, {np.isclose(sums.ravel(), right).sum()} of the 24 running sums are right; "
    f"not folded, {np.isclose(wrong, right).sum()} are."
)

# %% [markdown]
# ## A task that needs memory
#
# A machine stands still each morning. Now and then there is a signal: +1 switches it on, -1 off, whatever it was
# before. Signals come every 25 steps on average, and in between there is nothing but zeros. The target of each step is
# whether the machine runs: it is what the last signal said, however long ago that was. There are 16 days of 240 steps
# to learn from, and 16 others for the test.

# %%
DAYS, STEPS = 16, 240
rng = np.random.default_rng(1)

signals = rng.choice([-1.0, 0.0, 1.0], size=(2 * DAYS, STEPS), p=[0.02, 0.96, 0.02])
last_signal = pd.DataFrame(signals).replace(0.0, np.nan).ffill(axis=1).fillna(-1.0).to_numpy()
runs = (last_signal > 0).astype("float32")

x_train, y_train = signals[:DAYS].ravel(), runs[:DAYS].ravel()
x_test, y_test = signals[DAYS:].ravel(), runs[DAYS:].ravel()
print(x_train.shape, "running in", f"{y_train.mean():.0%} of all steps")

# %% [markdown]
# The first day of the test, signals above and the machine below:

# %%
figure, (above, below) = plt.subplots(2, 1, figsize=(7, 2.8), sharex=True, layout="constrained")
above.stem(x_test[:STEPS], linefmt="#0072B2", markerfmt=" ", basefmt="#7f7f7f")
above.set(ylabel="signal", yticks=[-1, 0, 1])
below.fill_between(range(STEPS), y_test[:STEPS], step="mid", color="#7f7f7f")
below.set(ylabel="machine", yticks=[0, 1], yticklabels=["off", "on"], xlabel="step of the day")
plt.show()

# %% [markdown]
# The fold has one row for each day: 16 rows, and 24 batches of ten steps in an epoch. Each row begins with a state of
# zero, as each morning the machine stands still. `delay=0` says that the target of a step stands in its own row. (What
# `describe()` calls the middle of the series are the mornings here.)

# %%
fold = sequence_fold(x_train, y_train, batch_size=DAYS, timesteps=10, delay=0)
test = sequence_fold(x_test, y_test, batch_size=DAYS, timesteps=10, delay=0)
print(fold.describe())

# %%
draw_fold(fold, first=4, rows=4)

# %% [markdown]
# ## Without states
#
# First an ordinary LSTM, which begins anew with each block of ten steps. It learns from the same blocks, in random
# order. Where the last signal lies before the block, it can only guess what is more frequent.

# %%
set_random_seed(1)

stateless = (
    keras_model_sequential(input_shape=(10, 1))
    >> layer_lstm(units=8, return_sequences=True)
    >> layer_dense(units=1, activation="sigmoid")
)
stateless >> compile(optimizer=optimizer_adam(learning_rate=0.02), loss="binary_crossentropy")

blocks, block_targets = sequence_reshape(x_train, timesteps=10), sequence_reshape(y_train, timesteps=10)
stateless >> fit(blocks, block_targets, batch_size=DAYS, epochs=5 if QUICK else 20, verbose=0)

test_blocks = sequence_reshape(x_test, timesteps=10)
says_stateless = (stateless >> predict(test_blocks, verbose=0)).ravel()
print(f"{np.mean((says_stateless > 0.5) == y_test):.1%} of all steps right")

# %% [markdown]
# ## With states, on the fold
#
# The same network, stateful. It must know how many rows a batch has, since it keeps a state for each. The gradient
# still reaches back no further than ten steps. But a signal and the steps right after it are often in the same block,
# and there the network learns to hold on to it; then the state carries it on.
#
# `fit()` and `predict()` see where a fold begins, and reset the states there, in every epoch.

# %%
set_random_seed(1)

stateful = (
    keras_model_sequential(input_shape=(10, 1), batch_size=DAYS)
    >> layer_lstm(units=8, return_sequences=True, stateful=True)
    >> layer_dense(units=1, activation="sigmoid")
)
stateful >> compile(optimizer=optimizer_adam(learning_rate=0.02), loss="binary_crossentropy")
history = stateful >> fit(fold, epochs=15 if QUICK else 40, verbose=0)

says_stateful = sequence_unfold(stateful >> predict(test, verbose=0), test).ravel()
print(f"{np.mean((says_stateful > 0.5) == y_test):.1%} of all steps right")

# %% [markdown]
# Here is the same day as above, with what both networks say. The network without states forgets the machine every ten
# steps.

# %%
figure, axes = plt.subplots(figsize=(7, 2.8), layout="constrained")
axes.fill_between(range(STEPS), y_test[:STEPS], step="mid", color="#d9d9d9", label="the machine runs")
axes.plot(says_stateless[:STEPS], color="#D55E00", linewidth=1, label="without states")
axes.plot(says_stateful[:STEPS], color="#0072B2", label="stateful")
axes.set(xlabel="step of the day", ylabel="probability of running")
figure.legend(loc="outside upper center", ncols=3, frameon=False)
plt.show()

# %% [markdown]
# `get_states` tells how the stateful one does it. The fold is read batch by batch, and after each the cell state $c$
# of the LSTM is written down: 8 numbers for each row. The picture shows them for the first row, below the truth.

# %%
stateful >> reset_states()
cells = []
for k in range(len(test)):
    stateful >> predict_on_batch(test[k][0])
    h, c = next(iter(get_states(stateful).values()))
    cells.append(c[0])

figure, (above, below) = plt.subplots(2, 1, figsize=(7, 3.2), sharex=True, height_ratios=[1, 3], layout="constrained")
above.fill_between(range(STEPS), y_test[:STEPS], step="mid", color="#7f7f7f")
above.set(yticks=[0, 1], yticklabels=["off", "on"], ylabel="machine")
image = below.imshow(np.transpose(cells), cmap="PuOr", vmin=-4, vmax=4, aspect="auto", extent=(-0.5, STEPS - 0.5, 8, 0))
below.set(xlabel="step of the day", ylabel="unit")
figure.colorbar(image, ax=below, label="cell state $c$")
plt.show()

# %% [markdown]
# ## A twin without states
#
# To use the network on whole days, of any number and length, there is `stateless_twin`. It has the same weights, but
# begins anew with each sample. Given each day as one long sequence, it computes what the stateful network computed in
# 24 pieces.

# %%
twin = stateless_twin(stateful, timesteps=None)
days = x_test.reshape(DAYS, STEPS, 1)
says_twin = (twin >> predict(days, verbose=0)).ravel()
print("largest difference", abs(says_twin - says_stateful).max())

# %% [markdown]
# **Result**: with a memory over the batches, the LSTM says at nearly every step whether the machine runs, on days that
# it has not seen. Without, on the same blocks of ten, it is some points better than the guess that the machine never
# runs.

# %% result: stateful LSTM, folded
accuracy = np.mean((says_stateful > 0.5) == y_test)
without = np.mean((says_stateless > 0.5) == y_test)
never = np.mean(y_test == 0)
assert accuracy > (0.75 if QUICK else 0.97) > 0.72 > without
assert np.allclose(says_twin, says_stateful, atol=1e-3)
print(
    f"The stateful LSTM on the fold is right in {accuracy:.1%} of the steps, the same network without states in "
    f"{without:.1%}, and {never:.1%} would be right if one always said off."
)

# %% [markdown]
# ## Without folding
#
# Now the first mistake, on purpose. The network is stateful and its blocks come in the order of time, unshuffled: that
# looks right. But they are not folded. Row 0 of the first batch holds the first ten steps; row 0 of the second holds
# steps 160 to 169. What it is handed as its past is another time, or another day.

# %%
set_random_seed(1)

unfolded = (
    keras_model_sequential(input_shape=(10, 1), batch_size=DAYS)
    >> layer_lstm(units=8, return_sequences=True, stateful=True)
    >> layer_dense(units=1, activation="sigmoid")
)
unfolded >> compile(optimizer=optimizer_adam(learning_rate=0.02), loss="binary_crossentropy")
unfolded >> fit(blocks, block_targets, batch_size=DAYS, shuffle=False, epochs=5 if QUICK else 20, verbose=0)

unfolded >> reset_states()
says_unfolded = (unfolded >> predict(test_blocks, batch_size=DAYS, verbose=0)).ravel()
print(f"{np.mean((says_unfolded > 0.5) == y_test):.1%} of all steps right")

# %% [markdown]
# Is it the training? The network of before, whose weights are good, reads the unfolded blocks as well. It trusts its
# states, and they are those of other hours.

# %%
stateful >> reset_states()
says_misled = (stateful >> predict(test_blocks, batch_size=DAYS, verbose=0)).ravel()
print(f"{np.mean((says_misled > 0.5) == y_test):.1%} of all steps right")

# %% [markdown]
# The picture sorts the steps of the test by how long ago the last signal was. All networks know what to say right
# after a signal. Beyond ten steps, only the one on the fold does.

# %%
step = np.arange(STEPS)
signalled = pd.DataFrame(np.where(signals[DAYS:] != 0, step, np.nan)).ffill(axis=1).to_numpy()
since = (step - signalled).ravel()  # NaN before the first signal of a day

figure, axes = plt.subplots(figsize=(7, 3.2), layout="constrained")
for says, name, colour, marker in [
    (says_stateful, "stateful, folded", "#0072B2", "o"),
    (says_stateless, "without states", "#D55E00", "s"),
    (says_unfolded, "stateful, not folded", "#009E73", "^"),
]:
    hits = [np.mean(((says > 0.5) == y_test)[(since >= s) & (since < s + 4)]) for s in range(0, 40, 4)]
    axes.plot(np.arange(0, 40, 4) + 1.5, hits, color=colour, marker=marker, label=name)
axes.axvline(10, color="#7f7f7f", linestyle=":")
axes.set(xlabel="steps since the last signal", ylabel="share of steps right", ylim=(0, 1.05))
axes.legend(frameon=False)
plt.show()

# %% [markdown]
# **Result**: a stateful network whose batches are not folded falls back to about where a network without states is, and
# good weights do not save it. Nothing warns of it: training runs as it always does.

# %% result: what goes wrong without folding
trained_so = np.mean((says_unfolded > 0.5) == y_test)
read_so = np.mean((says_misled > 0.5) == y_test)
assert trained_so < accuracy - (0.05 if QUICK else 0.2)
assert read_so < accuracy - (0.05 if QUICK else 0.2)
print(
    f"Not folded, the stateful LSTM is right in {trained_so:.1%} of the steps, and the weights learned on the fold in "
    f"{read_so:.1%}; folded they are in {accuracy:.1%}."
)

# %% [markdown]
# ## Without a reset
#
# The second mistake: new days begin, and the states of the old ones are still there. A fold is read from states of
# zero by itself; arrays are not, since nothing in an array says where a series begins. So the arrays of the fold are
# read twice: after a reset, and right after that again, with the states of the evening.

# %%
arrays, _ = test.to_numpy()

stateful >> reset_states()
says_reset = sequence_unfold(stateful >> predict(arrays, batch_size=DAYS, verbose=0), test).ravel()
says_left_over = sequence_unfold(stateful >> predict(arrays, batch_size=DAYS, verbose=0), test).ravel()

# %% [markdown]
# Where the machine was running in the evening, the network says so in the morning, until the first signal corrects
# it. In the picture, each line is the mean over the days on which that happens.

# %%
by_day = [says.reshape(DAYS, STEPS) for says in (says_reset, says_left_over)]
evening = y_test.reshape(DAYS, STEPS)[:, -1] == 1

figure, axes = plt.subplots(figsize=(7, 2.8), layout="constrained")
axes.plot(y_test.reshape(DAYS, STEPS)[evening, :60].mean(axis=0), color="#7f7f7f", label="in truth", linewidth=4)
axes.plot(by_day[0][evening, :60].mean(axis=0), color="#0072B2", label="after a reset")
axes.plot(by_day[1][evening, :60].mean(axis=0), color="#D55E00", label="with states left over")
axes.set(xlabel="step of the day", ylabel="share of machines running", ylim=(-0.05, 1.05))
axes.legend(frameon=False)
plt.show()

# %% [markdown]
# In training it is the same. On arrays, `fit()` goes on from epoch to epoch with the states of the last one, so R
# scripts train one epoch at a time, and reset after each:
#
# ```python
# for epoch in range(40):
#     stateful >> fit(x, y, batch_size=16, epochs=1, shuffle=False)
#     stateful >> reset_states()
# ```
#
# With a fold, `fit(fold, epochs=40)` does the same, and so do several series of unequal length, with `groups=`.
#
# **Result**: before the first signal of a day only the state can say that the machine stands still. After a reset it
# says so; left over from the evening before, it is wrong on every day that follows a running machine.

# %% result: what goes wrong without a reset
morning = np.isnan(since) & np.repeat(evening, STEPS)
after_reset, left_over = np.mean(says_reset[morning] < 0.5), np.mean(says_left_over[morning] < 0.5)
assert after_reset > (0.8 if QUICK else 0.97)
assert left_over < (0.6 if QUICK else 0.3)
print(
    f"Before the first signal, after a running evening, {after_reset:.1%} of the steps are right with a reset, and "
    f"{left_over:.1%} with the states left over."
)
