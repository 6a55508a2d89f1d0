# %% [markdown]
# # Human activity recognition
#
# **What it shows**: a phone at the waist measures acceleration and rotation while its owner walks, sits or lies. A
# network of 1-D convolutions reads from 2.56 seconds of these signals which of six activities it was, for people whom
# it has never met. A dense network and a network that sees only averages show what the convolutions are for.
#
# **Know before**: what a convolution of an image is, and how a model is built and trained:
# [Getting started](getting_started.py).

# %%
import os

import matplotlib.pyplot as plt
import numpy as np

from pipekeras import *

QUICK = os.environ.get("PIPEKERAS_QUICK") == "1"  # shortens training where only the code is to be tried

# %% [markdown]
# ## The data
#
# The data of the lecture was recorded by Anguita and others (2013), and is kept by the UCI. `dataset_human_activity()`
# downloads and reads it. Here it need not be downloaded: `simulate_human_activity()` makes signals of the same form
# from a seed. They are simpler than those of real people, so the figures below say how the networks compare, not how
# well real activities are told apart. To have it all computed on the real data: `python human_activity.py --data uci`.

# %%
FLAGS = flags(flag_string("data", "simulated", "simulated, or uci for the recorded data"))
if FLAGS.data == "uci":
    data = dataset_human_activity()
else:
    data = simulate_human_activity(subjects=30, windows=3 if QUICK else 6, seed=1)
(x_train, y_train), (x_test, y_test) = data
print(x_train.shape, x_test.shape)
print(data.channels)
print(data.activities)

# %% [markdown]
# Each window has 128 readings, 50 a second, in nine channels: acceleration without gravity, rotation, and
# acceleration with gravity, each along the three axes of the phone, x upwards, y to the side, z forwards. Acceleration
# is in g, rotation in radians a second. Whoever is in the test part is not in the training part: the network must know
# the activity, not the person.

# %%
people, new_people = set(data.train.subjects.tolist()), set(data.test.subjects.tolist())
print(len(people), "people to learn from,", len(new_people), "to be tested on,", len(people & new_people), "in both")

# %% [markdown]
# One window of each activity, all of one person: acceleration with gravity. Who sits, stands or lies is told by where
# gravity pulls. The three ways of walking, as they are simulated, differ in the form of a step, and in little else:
# stairs upwards, the acceleration builds up and ends suddenly; downwards, it comes suddenly and fades.

# %%
seconds = np.arange(128) / 50
someone = data.train.subjects == data.train.subjects[0]
colours = {"x": "#0072B2", "y": "#D55E00", "z": "#009E73"}

figure, axes = plt.subplots(2, 3, figsize=(8, 4.4), sharex=True, sharey=True, layout="constrained")
for activity, panel in enumerate(axes.flat):
    window = x_train[someone & (y_train == activity)][0]
    for channel, (axis, colour) in enumerate(colours.items(), start=6):
        panel.plot(seconds, window[:, channel], color=colour, label=axis)
    panel.set_title(data.activities[activity], fontsize=9)
axes[0, 0].set_ylabel("acceleration in g")
axes[1, 0].set_ylabel("acceleration in g")
axes[1, 1].set_xlabel("seconds")
legend = axes[0, 0].legend(frameon=False, ncols=3, fontsize=8)
# %% [markdown]
# ## Convolution in one dimension
#
# The kernel of an image is moved over two axes, that of a signal over one, time. With $K$ steps and $C$ channels, a
# filter gives at time $t$
#
# $$y_t = b + \sum_{k=0}^{K-1} \sum_{c=1}^{C} w_{k,c}\, x_{t+k,c},$$
#
# one number, from all channels at once. Of $W$ readings it leaves $W - K + 1$. Two filters with weights set by hand, on
# one channel: the mean of nine readings, which smooths, and the sum of the later four less that of the earlier four,
# which shows where the signal rises.

# %%
kernel = np.zeros((9, 1, 2), "float32")  # steps, channels, filters
kernel[:, 0, 0] = 1 / 9
kernel[:, 0, 1] = [-1, -1, -1, -1, 0, 1, 1, 1, 1]

by_hand = keras_model_sequential(input_shape=(None, 1)) >> layer_conv_1d(filters=2, kernel_size=9, use_bias=False)
by_hand >> set_weights([kernel])

upwards, downwards = (x_train[someone & (y_train == activity)][0, :, :1] for activity in (1, 2))
filtered = by_hand >> predict(np.stack([upwards, downwards]), verbose=0)
print(filtered.shape)

# %% [markdown]
# Upstairs, the second filter answers with deep valleys: the signal falls faster than it rises. Downstairs, it answers
# with high peaks. And if a step comes later, its peak comes later, and nothing else changes: the filter need not know
# when the step begins.

# %%
figure, axes = plt.subplots(2, 2, figsize=(8, 4.2), sharex=True, sharey="row", layout="constrained")
for column, (name, signal) in enumerate([("upstairs", upwards), ("downstairs", downwards)]):
    axes[0, column].plot(seconds, signal[:, 0], color="#7f7f7f", label="measured")
    axes[0, column].plot(seconds[4:-4], filtered[column, :, 0], color="#0072B2", label="mean of nine")
    axes[1, column].plot(seconds[4:-4], filtered[column, :, 1], color="#D55E00", label="rise")
    axes[1, column].axhline(0, color="#7f7f7f", linewidth=0.8)
    axes[0, column].set_title(name, fontsize=9)
    axes[1, column].set_xlabel("seconds")
axes[0, 0].set_ylabel("body_acc_x in g")
axes[1, 0].set_ylabel("rise in g")
legends = [panel.legend(frameon=False, fontsize=8) for panel in axes[:, 0]]
# %% [markdown]
# Checked against the formula, in NumPy: both filters at each of the $128 - 9 + 1 = 120$ places.

# %%
expected = [
    [(kernel[:, 0].T * signal[t : t + 9, 0]).sum(axis=1) for t in range(120)] for signal in (upwards, downwards)
]
np.testing.assert_allclose(filtered, expected, atol=1e-5)

# %% [markdown]
# ## The network
#
# Channels differ in size, so `layer_normalization` takes the mean of each channel away and divides by its deviation;
# `adapt` gives it those of the training part. Then 32 filters over nine readings, a fifth of a second, find pieces of a
# step. Pooling keeps the larger of two neighbours, so that the next filters see twice as much. The last pooling is
# *global*: of each filter it keeps the mean over all times, how much of this there was, whenever it was. Six numbers,
# one for each activity, come from these 32.

# %%
set_random_seed(1)
normalization = layer_normalization(axis=-1)
adapt(normalization, x_train)

cnn = (
    keras_model_sequential(input_shape=(128, 9))
    >> normalization
    >> layer_conv_1d(filters=32, kernel_size=9, activation="relu")
    >> layer_max_pooling_1d(pool_size=2)
    >> layer_conv_1d(filters=32, kernel_size=9, activation="relu")
    >> layer_global_average_pooling_1d()
    >> layer_dense(units=6, activation="softmax")
)
summary(cnn)

# %% [markdown]
# The network is also watched on people from whom it does not learn: the last four of those in the training part.

# %%
cnn >> compile(optimizer=optimizer_adam(0.002), loss="sparse_categorical_crossentropy", metrics="accuracy")
watched = np.isin(data.train.subjects, sorted(people)[-4:])
x_learn, y_learn, x_watch, y_watch = x_train[~watched], y_train[~watched], x_train[watched], y_train[watched]
history = cnn >> fit(
    x_learn, y_learn, epochs=8 if QUICK else 25, batch_size=64, validation_data=(x_watch, y_watch), verbose=0
)
plot(history, smooth=False)
# %% [markdown]
# ## People it has never met
#
# Accuracy is one number. The confusion matrix says which activity is taken for which: a row for each activity as it
# was, a column for each as it was read.

# %%
read = (cnn >> predict(x_test, verbose=0)).argmax(axis=-1)
accuracy = np.mean(read == y_test)

confusion = np.zeros((6, 6), int)
np.add.at(confusion, (y_test, read), 1)
shares = confusion / confusion.sum(axis=1, keepdims=True)

names = [name.removeprefix("WALKING_").lower() for name in data.activities]
figure, axes = plt.subplots(figsize=(5.4, 4.6), layout="constrained")
axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
axes.set_xticks(range(6), names, rotation=30, ha="right")
axes.set_yticks(range(6), names)
axes.set_xlabel("read")
axes.set_ylabel("in truth")
for row in range(6):
    for column in range(6):
        colour = "white" if shares[row, column] > 0.5 else "black"
        axes.text(column, row, confusion[row, column], ha="center", va="center", color=colour)

# %% [markdown]
# ## Without convolutions
#
# A dense network sees the same $128 \cdot 9$ numbers, with about as many weights. But it has a weight of its own for
# each reading, so a step that begins a little later is something new to it.

# %%
set_random_seed(1)

dense = (
    keras_model_sequential(input_shape=(128, 9))
    >> normalization
    >> layer_flatten()
    >> layer_dense(units=12, activation="relu")
    >> layer_dense(units=6, activation="softmax")
)
dense >> compile(optimizer=optimizer_adam(0.002), loss="sparse_categorical_crossentropy", metrics="accuracy")
dense >> fit(x_learn, y_learn, epochs=8 if QUICK else 25, batch_size=64, verbose=0)
read_by_dense = (dense >> predict(x_test, verbose=0)).argmax(axis=-1)
accuracy_of_dense = np.mean(read_by_dense == y_test)
print(count_params(cnn), "weights with convolutions,", count_params(dense), "without")

# %% [markdown]
# And a network that sees only the mean of each channel over the window: where gravity pulls, but nothing of a step.

# %%
set_random_seed(1)

of_means = (
    keras_model_sequential(input_shape=(128, 9))
    >> normalization
    >> layer_global_average_pooling_1d()
    >> layer_dense(units=32, activation="relu")
    >> layer_dense(units=6, activation="softmax")
)
of_means >> compile(optimizer=optimizer_adam(0.01), loss="sparse_categorical_crossentropy", metrics="accuracy")
of_means >> fit(x_learn, y_learn, epochs=8 if QUICK else 25, batch_size=64, verbose=0)
read_by_means = (of_means >> predict(x_test, verbose=0)).argmax(axis=-1)
accuracy_of_means = np.mean(read_by_means == y_test)

# %% [markdown]
# The share that each of the three reads right, activity by activity. At rest, averages do almost as well. Where people
# walk, the form of a step decides.

# %%
figure, axes = plt.subplots(figsize=(8, 3.4), layout="constrained")
networks = [("convolutions", read, "#0072B2"), ("dense", read_by_dense, "#D55E00"), ("means", read_by_means, "#7f7f7f")]
for place, (name, answers, colour) in enumerate(networks):
    right = [100 * np.mean(answers[y_test == activity] == activity) for activity in range(6)]
    axes.bar(np.arange(6) + 0.27 * (place - 1), right, width=0.25, color=colour, label=name)
axes.axhline(100 / 6, color="black", linewidth=0.8, linestyle="dotted", label="guessing")
axes.set_xticks(range(6), names)
axes.set_ylabel("read right, in %")
legend = axes.legend(frameon=False, ncols=4, fontsize=8, loc="lower center", bbox_to_anchor=(0.5, 1))
# %% [markdown]
# **Result**: of simulated people whom it has never met, the network with convolutions reads at least 90 of 100 windows
# right, at least 5 in 100 more than a dense network of as many weights, and at least 15 in 100 more than a network that
# sees only means. Guessing reads 17.

# %% result: human activity with 1-D convolutions
print(
    f"{accuracy:.1%} of {len(y_test)} windows of {len(new_people)} unseen people read right by 1-D convolutions,"
    f" {accuracy_of_dense:.1%} by a dense network of as many weights, {accuracy_of_means:.1%} from the means alone"
)
assert accuracy > {"simulated": 0.9, "uci": 0.8}[FLAGS.data] * (0.7 if QUICK else 1)
assert accuracy > accuracy_of_dense + {"simulated": 0.05, "uci": 0}[FLAGS.data]
assert accuracy > accuracy_of_means + {"simulated": 0.15, "uci": 0}[FLAGS.data]
