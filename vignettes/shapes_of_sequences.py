# %% [markdown]
# # Shapes of sequence models
#
# **What it shows**: one recurrent layer serves many shapes: from one value to a sequence, from a sequence to one value,
# from sequence to sequence, of the same length or another. And recurrent layers are put together: two that read in
# opposite directions, and several on top of each other. Each shape learns a small task whose answer is exactly known.
#
# **Know before**: what a recurrent layer computes, [Inside the cell](inside_the_cell.py).

# %%
import os

import matplotlib.pyplot as plt
import numpy as np

from pipekeras import *

QUICK = os.environ.get("PIPEKERAS_QUICK") == "1"  # shortens training where only the code is to be tried

# %% [markdown]
# ## Four shapes
#
# A recurrent layer has a state at each step. The shapes differ in where something goes in and where something comes
# out. In the layers of this walkthrough the input of "one to many", and what the decoder starts from, is repeated at
# each step. Below, grey boxes are inputs, blue ones states and orange ones outputs; time runs from left to right.

# %%
shapes = {  # at which steps something goes in, and comes out
    "one to many": ([0], [0, 1, 2, 3]),
    "many to one": ([0, 1, 2, 3], [3]),
    "many to many, same length": ([0, 1, 2, 3], [0, 1, 2, 3]),
    "many to many, encoder and decoder": ([0, 1], [2, 3, 4]),
}
figure, panels = plt.subplots(2, 2, figsize=(8, 4.4), layout="constrained")
for axes, (title, steps) in zip(panels.flat, shapes.items(), strict=True):
    for t in range(max(steps[0] + steps[1]) + 1):
        axes.text(t, 1, "$h$", ha="center", va="center", bbox=dict(boxstyle="round,pad=0.5", fc="#9ecae1"))
        if t > 0:
            axes.annotate("", (t - 0.25, 1), (t - 0.75, 1), arrowprops=dict(arrowstyle="->"))
        if t in steps[0]:
            axes.text(t, 0, "$x$", ha="center", va="center", bbox=dict(boxstyle="round,pad=0.5", fc="#d9d9d9"))
            axes.annotate("", (t, 0.75), (t, 0.25), arrowprops=dict(arrowstyle="->"))
        if t in steps[1]:
            axes.text(t, 2, "$y$", ha="center", va="center", bbox=dict(boxstyle="round,pad=0.5", fc="#fdae6b"))
            axes.annotate("", (t, 1.75), (t, 1.25), arrowprops=dict(arrowstyle="->"))
    axes.set(title=title, xlim=(-0.5, 4.5), ylim=(-0.4, 2.4))
    axes.axis("off")
plt.show()

# %% [markdown]
# In layers, with sequences of $T$ steps and a layer of $n$ units:
#
# | shape | built with | what the recurrent layer gives |
# |---|---|---|
# | one to many | `layer_repeat_vector(T)` before it | $T \times n$ |
# | many to one | `return_sequences=False`, the default | $n$, the last state |
# | many to many | `return_sequences=True` | $T \times n$ |
# | encoder and decoder | two recurrent layers, $n$ numbers from one to the other | $n$, then $T' \times n$ |
#
# ## One to many
#
# One number $a$ goes in, its multiples $a, 2a, 3a \dots 8a$ come out. A recurrent layer reads sequences, so
# `layer_repeat_vector` tells it $a$ eight times over. It has to count the steps by itself, or add up.

# %%
rng = np.random.default_rng(1)

a = rng.uniform(-1, 1, size=(1200, 1))
multiples = (a * np.arange(1, 9))[:, :, None]  # with an axis for the one feature

set_random_seed(1)
one_to_many = (
    keras_model_sequential(input_shape=1)
    >> layer_repeat_vector(8)
    >> layer_gru(units=16, return_sequences=True)
    >> layer_dense(units=1)
)
one_to_many >> compile(optimizer=optimizer_adam(learning_rate=0.01), loss="mse")
one_to_many >> fit(a[:1000], multiples[:1000], epochs=3 if QUICK else 30, batch_size=25, verbose=0)
predicted = one_to_many >> predict(a[1000:], verbose=0)

# %% [markdown]
# Six numbers that were not in training: lines are the true multiples, crosses what the network says.

# %%
figure, axes = plt.subplots(figsize=(8, 3), layout="constrained")
for row in np.argsort(a[1000:, 0])[15:200:34]:
    axes.plot(range(1, 9), multiples[1000 + row, :, 0], color="#7f7f7f", linewidth=1)
    axes.plot(range(1, 9), predicted[row, :, 0], "x", color="#D55E00")
axes.set(xlabel="which multiple", ylabel="value")
plt.show()

# %% result: one-to-many
error = abs(predicted - multiples[1000:]).mean()
size = abs(multiples[1000:]).mean()

assert error < (0.15 if QUICK else 0.03) * size
print(f"From one number its first 8 multiples, off by {error:.3f} on average; they are {size:.2f} in size.")

# %% [markdown]
# ## Many to one
#
# Twelve bits go in, and how many of them are ones comes out. The layer reads all, and gives its last state alone. An
# `input_shape` of `(None, 1)` leaves open how many steps there are.

# %%
bits = rng.integers(0, 2, size=(2500, 12, 1))
ones = bits.sum(axis=1)
print(bits[0, :, 0], "->", ones[0, 0])

# %%
set_random_seed(1)
many_to_one = keras_model_sequential(input_shape=(None, 1)) >> layer_gru(units=16) >> layer_dense(units=1)
many_to_one >> compile(optimizer=optimizer_adam(learning_rate=0.01), loss="mse")
many_to_one >> fit(bits[:2000], ones[:2000], epochs=5 if QUICK else 15, batch_size=25, verbose=0)
counted = (many_to_one >> predict(bits[2000:], verbose=0)).round()

# %% result: many-to-one
right = (counted == ones[2000:]).mean()
most_common = np.bincount(ones[2000:, 0]).max() / 500

assert right > (0.5 if QUICK else 0.95)
print(f"Of 500 new sequences of bits {right:.1%} counted right; always the most common count: {most_common:.1%}.")

# %% [markdown]
# ## Many to many
#
# Brackets open and close, and at each step the network is to say how many are open: 0 to 5, a class for each. This is
# the shape in which words are tagged. The rows are made at random, closing only what is open.

# %%
brackets = np.zeros((1500, 16), int)  # 1 opens, 0 closes
depth = np.zeros((1500, 16), int)
for row in range(1500):
    now = 0
    for t in range(16):
        brackets[row, t] = now == 0 or (now < 5 and rng.random() < 0.5)
        now += 1 if brackets[row, t] else -1
        depth[row, t] = now
print("".join(")("[bit] for bit in brackets[0]), "->", *depth[0])

# %% [markdown]
# With `return_sequences=True` the LSTM gives its state at each step, and `time_distributed` applies a dense layer to
# each of them, the same at every step.

# %%
set_random_seed(1)
many_to_many = (
    keras_model_sequential(input_shape=16)
    >> layer_embedding(input_dim=2, output_dim=2)
    >> layer_lstm(units=16, return_sequences=True)
    >> time_distributed(layer_dense(units=6, activation="softmax"))
)
many_to_many >> compile(optimizer=optimizer_adam(learning_rate=0.02), loss="sparse_categorical_crossentropy")
many_to_many >> fit(brackets[:1200], depth[:1200], epochs=3 if QUICK else 15, batch_size=50, verbose=0)
probabilities = many_to_many >> predict(brackets[1200:], verbose=0)
print(probabilities.shape)

# %% [markdown]
# One new row: how sure the network is of each depth at each step, and as a line the true depth.

# %%
figure, axes = plt.subplots(figsize=(8, 2.8), layout="constrained")
image = axes.imshow(probabilities[0].T, cmap="Blues", vmin=0, vmax=1, origin="lower", aspect="auto")
axes.step(range(16), depth[1200], where="mid", color="#D55E00")
axes.set(ylabel="open brackets", xticks=range(16), xticklabels=[")("[bit] for bit in brackets[1200]])
figure.colorbar(image, label="probability")
plt.show()

# %% [markdown]
# A dense layer works on the last axis of what it gets, so in Keras `layer_dense` alone does the same:
# `time_distributed` is for layers that do not, such as convolutions. The result compares the two, with the weights of
# the trained one.

# %%
states = keras_model(many_to_many.inputs, many_to_many.layers[1].output) >> predict(brackets[1200:], verbose=0)
plain = layer_dense(units=6, activation="softmax", weights=get_weights(many_to_many.layers[2]))
off_plain = abs(op_convert_to_numpy(states >> plain) - probabilities).max()

# %% result: many-to-many
right = (probabilities.argmax(axis=-1) == depth[1200:]).mean()
most_common = np.bincount(depth[1200:].ravel()).max() / depth[1200:].size

assert right > (0.6 if QUICK else 0.97)
assert off_plain < 1e-5
print(
    f"At {right:.1%} of the steps of 300 new rows the open brackets are counted right (always the most common depth:"
    f" {most_common:.1%}); a dense layer without time_distributed is off by {off_plain:.6f}."
)

# %% [markdown]
# ## Encoder and decoder
#
# Where input and output differ in length, or the answer begins with what came last, the network must have read
# everything before it writes anything. One recurrent layer, the encoder, reads; its last state is all that is passed
# on; another, the decoder, writes.
#
# The task: four letters of eight come in, and go out forwards and then backwards, `abcd` as `abcddcba`. There are 4,096
# such words; the network sees 3,500 and is tested on the others.

# %%
words = rng.permutation(np.indices((8, 8, 8, 8)).reshape(4, -1).T)
answers = np.concatenate([words, words[:, ::-1]], axis=1)

alphabet = np.array(list("abcdefgh"))
print("".join(alphabet[words[0]]), "->", "".join(alphabet[answers[0]]))

# %% [markdown]
# The first way: what the encoder knows is given to the decoder as its input, at each of its eight steps.

# %%
set_random_seed(1)
repeating = (
    keras_model_sequential(input_shape=4)
    >> layer_embedding(input_dim=8, output_dim=16)
    >> layer_lstm(units=48)
    >> layer_repeat_vector(8)
    >> layer_lstm(units=48, return_sequences=True)
    >> layer_dense(units=8, activation="softmax")
)
repeating >> compile(optimizer=optimizer_adam(learning_rate=0.01), loss="sparse_categorical_crossentropy")
repeating >> fit(words[:3500], answers[:3500], epochs=2 if QUICK else 25, batch_size=64, verbose=0)
written = (repeating >> predict(words[3500:], verbose=0)).argmax(axis=-1)

# %% [markdown]
# The second way, that of translation: the decoder begins with the state of the encoder, `initial_state`, and reads what
# it has written so far. So it has two inputs, the word, and the answer moved by one step, with an 8 for "begin" in
# front. While training, this is the true answer.

# %%
set_random_seed(1)

word = layer_input(shape=4)
so_far = layer_input(shape=8)

last, h, c = word >> layer_embedding(input_dim=8, output_dim=16) >> layer_lstm(units=48, return_state=True)
decoder = layer_lstm(units=48, return_sequences=True)
outputs = decoder(so_far >> layer_embedding(input_dim=9, output_dim=16), initial_state=[h, c])
handing_on = keras_model([word, so_far], outputs >> layer_dense(units=8, activation="softmax"))

begin = np.full((len(words), 1), 8)
moved = np.concatenate([begin, answers[:, :-1]], axis=1)

handing_on >> compile(optimizer=optimizer_adam(learning_rate=0.01), loss="sparse_categorical_crossentropy")
history = handing_on >> fit(
    [words[:3500], moved[:3500]], answers[:3500], epochs=2 if QUICK else 20, batch_size=64, verbose=0
)

# %% [markdown]
# When it is used there is no true answer. It writes letter by letter: what it says at step $t$ becomes its input at
# step $t + 1$.

# %%
letters = np.full((len(words) - 3500, 9), 8)
for t in range(8):
    probabilities = handing_on >> predict([words[3500:], letters[:, :8]], verbose=0)
    letters[:, t + 1] = probabilities[:, t].argmax(axis=-1)
letters = letters[:, 1:]

for row in range(3):
    print(*("".join(alphabet[part[row]]) for part in (words[3500:], written, letters)))

# %% result: encoder and decoder
right_repeating = (written == answers[3500:]).mean()
right_handing_on = (letters == answers[3500:]).mean()
whole = (letters == answers[3500:]).all(axis=1).mean()

assert min(right_repeating, right_handing_on) > (0.2 if QUICK else 0.95)
print(
    f"Of the letters of {len(written)} new words {right_repeating:.1%} are right if the decoder is told what the"
    f" encoder knows, {right_handing_on:.1%} if it is handed its state (whole words: {whole:.1%}); one in"
    " eight is guessed right."
)

# %% [markdown]
# ## Both directions
#
# A recurrent layer knows what was, not what comes. Where the whole sequence is there, a second one can read it from the
# end. `bidirectional` makes both out of one layer, turns the outputs of the second back into the order of time, and
# puts them side by side: $2n$ numbers at each step.

# %%
figure, axes = plt.subplots(figsize=(6, 3.2), layout="constrained")
labels = ["$x$", r"$\overrightarrow{h}$", r"$\overleftarrow{h}$", "$y$"]
colours = ["#d9d9d9", "#9ecae1", "#a1d99b", "#fdae6b"]
for t in range(4):
    for height, (label, colour) in enumerate(zip(labels, colours, strict=True)):
        axes.text(t, height, label, ha="center", va="center", bbox=dict(boxstyle="round,pad=0.5", fc=colour))
    for low, high, bend in [(0, 1, 0), (0, 2, 0.5), (1, 3, 0.5), (2, 3, 0)]:
        arrow = dict(arrowstyle="->", connectionstyle=f"arc3,rad={bend}", shrinkA=12, shrinkB=12)
        axes.annotate("", (t, high), (t, low), arrowprops=arrow)
    if t > 0:
        axes.annotate("", (t - 0.2, 1), (t - 0.8, 1), arrowprops=dict(arrowstyle="->"))
        axes.annotate("", (t - 0.8, 2), (t - 0.2, 2), arrowprops=dict(arrowstyle="->"))
axes.set(xlim=(-0.5, 3.5), ylim=(-0.4, 3.4))
axes.axis("off")
plt.show()

# %% [markdown]
# That this is all can be tried: two plain layers get the weights of the two halves. One reads a series as it is, one
# reads it reversed.

# %%
set_random_seed(1)

series = rng.normal(size=(5, 12, 3)).astype("float32")
both = bidirectional(layer_lstm(units=4, return_sequences=True, bias_initializer="random_normal"))
together = op_convert_to_numpy(series >> both)

weights = get_weights(both)  # three arrays of the forward layer, then three of the backward layer
forwards = series >> layer_lstm(units=4, return_sequences=True, weights=weights[:3])
backwards = series[:, ::-1] >> layer_lstm(units=4, return_sequences=True, weights=weights[3:])

backwards = op_convert_to_numpy(backwards)[:, ::-1]
by_hand = np.concatenate([op_convert_to_numpy(forwards), backwards], axis=-1)
off_both = abs(together - by_hand).max()
print(together.shape, "differs by at most", off_both)

# %% [markdown]
# A task for which the future is needed: mark the peaks, the numbers that are greater than the one before and the one
# after. The layer that reads forwards gets more units, so that both networks have about as many weights.

# %%
noise = rng.uniform(0, 1, size=(1500, 24, 1))
peaks = np.zeros((1500, 24, 1))
peaks[:, 1:-1] = (noise[:, 1:-1] > noise[:, :-2]) & (noise[:, 1:-1] > noise[:, 2:])

set_random_seed(1)
forward = (
    keras_model_sequential(input_shape=(24, 1))
    >> layer_gru(units=12, return_sequences=True)
    >> layer_dense(units=1, activation="sigmoid")
)
forward >> compile(optimizer=optimizer_adam(learning_rate=0.02), loss="binary_crossentropy")
history = forward >> fit(noise[:1200], peaks[:1200], epochs=3 if QUICK else 20, batch_size=50, verbose=0)

# %%
set_random_seed(1)
two_ways = (
    keras_model_sequential(input_shape=(24, 1))
    >> bidirectional(layer_gru(units=8, return_sequences=True))
    >> layer_dense(units=1, activation="sigmoid")
)
two_ways >> compile(optimizer=optimizer_adam(learning_rate=0.02), loss="binary_crossentropy")
two_ways >> fit(noise[:1200], peaks[:1200], epochs=3 if QUICK else 20, batch_size=50, verbose=0)

print(forward.count_params(), "and", two_ways.count_params(), "weights")

# %% [markdown]
# A new series, with its peaks as circles. Below, how sure the networks are that a step is a peak: the one is sure, the
# other can only say how likely it is that the next number is smaller.

# %%
sure_forward = forward >> predict(noise[1200:], verbose=0)
sure_two_ways = two_ways >> predict(noise[1200:], verbose=0)

figure, axes = plt.subplots(2, 1, figsize=(8, 4.4), sharex=True, layout="constrained")
axes[0].plot(noise[1200, :, 0], ".-", color="#7f7f7f")
where = np.flatnonzero(peaks[1200, :, 0])
axes[0].plot(where, noise[1200, where, 0], "o", color="black", fillstyle="none", markersize=11)
axes[0].set(ylabel="number")
axes[1].bar(np.arange(24) - 0.2, sure_forward[0, :, 0], width=0.4, color="#D55E00", label="forwards")
axes[1].bar(np.arange(24) + 0.2, sure_two_ways[0, :, 0], width=0.4, color="#0072B2", label="both directions")
axes[1].set(xlabel="step", ylabel="probability of a peak")
figure.legend(loc="outside upper right", ncols=2, frameon=False)
plt.show()

# %% result: bidirectional
right_forward = ((sure_forward > 0.5) == peaks[1200:]).mean()
right_two_ways = ((sure_two_ways > 0.5) == peaks[1200:]).mean()

assert off_both < 1e-5
assert right_two_ways > (0.85 if QUICK else 0.95)
assert right_two_ways > right_forward + (0.02 if QUICK else 0.05)
print(
    f"Bidirectional, off by {off_both:.6f} from two layers of which one reads the series reversed, tells peaks from"
    f" other steps right in {right_two_ways:.1%}, a layer that reads forwards alone in {right_forward:.1%}."
)

# %% [markdown]
# ## Deep recurrent networks
#
# Recurrent layers can be stacked: the upper one reads the states of the lower one as its sequence. So every layer but
# the last has `return_sequences=True`. Here are the shapes in a stack of three, for sequences of 20 steps.

# %%
stack = (
    keras_model_sequential(input_shape=(20, 1))
    >> layer_gru(units=32, return_sequences=True)
    >> layer_gru(units=16, return_sequences=True)
    >> layer_gru(units=8)
    >> layer_dense(units=1)
)
for layer in stack.layers:
    print(layer.name, tuple(layer.output.shape))

# %% [markdown]
# Who forgets it is told:

# %%
try:
    keras_model_sequential(input_shape=(20, 1)) >> layer_gru(units=32) >> layer_gru(units=16)
except ShapeError as error:
    print(error)

# %% [markdown]
# What do more layers do? They compute in stages, and there is a task that shows it. An object at rest is pushed at ten
# steps, each time with some acceleration. Its speed is the sum of the accelerations so far, its place the sum of the
# speeds so far. Given the accelerations, where is it in the end?
#
# A recurrent layer with one unit and no activation computes $h_t = w x_t + u h_{t-1} + b$, a sum if $u = 1$. So one
# such layer on top of another can do it, and one alone cannot. Both begin with $w = 1$ and $u = 1/2$, and have to learn
# to keep more of the past.

# %%
acceleration = rng.uniform(-1, 1, size=(1200, 10, 1))
speed = acceleration.cumsum(axis=1)
place = speed.cumsum(axis=1)

half = initializer_constant(0.5)
settings = dict(units=1, activation="linear", kernel_initializer="ones", recurrent_initializer=half)

set_random_seed(1)
shallow = keras_model_sequential(input_shape=(10, 1)) >> layer_simple_rnn(**settings)
shallow >> compile(optimizer=optimizer_adam(learning_rate=0.01), loss="mse")
history = shallow >> fit(acceleration[:1000], place[:1000, -1], epochs=10 if QUICK else 30, batch_size=50, verbose=0)

# %%
set_random_seed(1)
deep = (
    keras_model_sequential(input_shape=(10, 1))
    >> layer_simple_rnn(**settings, return_sequences=True)
    >> layer_simple_rnn(**settings)
)
deep >> compile(optimizer=optimizer_adam(learning_rate=0.01), loss="mse")
deep >> fit(acceleration[:1000], place[:1000, -1], epochs=10 if QUICK else 30, batch_size=50, verbose=0)
print("w, u, b:", *(round(weight.item(), 2) for weight in get_weights(deep)))

# %% [markdown]
# Nobody told the network of speed: it was trained on the last place alone. Yet the lower layer has come to compute it,
# up to a factor that the upper one can undo. The picture shows its states for a new sequence, and the last place, which
# the upper layer makes of them. That layer is nothing but a layer on this sequence: applied to the states it gives what
# the whole network gives.

# %%
lower = keras_model(deep.inputs, deep.layers[0].output)
states = lower >> predict(acceleration[1000:], verbose=0)
predicted = deep >> predict(acceleration[1000:], verbose=0)
off_stages = abs(op_convert_to_numpy(states >> deep.layers[1]) - predicted).max()

figure, axes = plt.subplots(figsize=(8, 3.2), layout="constrained")
axes.bar(range(10), acceleration[1000, :, 0], color="#d9d9d9", label="acceleration")
axes.plot(speed[1000, :, 0], color="#7f7f7f", linewidth=4, alpha=0.6, label="speed")
axes.plot(states[0, :, 0], "o", color="#0072B2", label="state of the lower layer")
axes.plot(place[1000, :, 0], color="#009E73", label="place")
axes.plot(9, predicted[0, 0], "x", color="#D55E00", markersize=11, markeredgewidth=3, label="said by the network")
axes.set(xlabel="step", xticks=range(10))
figure.legend(loc="outside right center", frameon=False)
plt.show()

# %% [markdown]
# **Result**: each shape learns its task. The multiples are met with an error of less than 3 in 100 of their size;
# counts, depths and the letters that encoder and decoder write are right at least 95 times in 100. So is a network that
# reads in both directions about peaks, and one that reads forwards alone at least 5 times less. Of two stacked layers
# the lower learns the speed from which the upper finds the place, and one such layer cannot.

# %% result: deep RNN
error_deep = abs(predicted - place[1000:, -1]).mean()
error_shallow = abs((shallow >> predict(acceleration[1000:], verbose=0)) - place[1000:, -1]).mean()
alike = np.corrcoef(states.ravel(), speed[1000:].ravel())[0, 1]

assert error_deep < (0.5 if QUICK else 0.1) * error_shallow
assert alike > 0.99
assert off_stages < 1e-4
print(
    f"Two layers of one unit find the place to {error_deep:.4f} (one layer: {error_shallow:.2f}), and the states of the"
    f" lower one go with the speed, correlation {alike:.3f}."
)
