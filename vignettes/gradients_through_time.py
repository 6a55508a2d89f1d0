# %% [markdown]
# # Gradients through time
#
# **What it shows**: why a recurrent network finds it hard to learn from what was long ago. The gradient is measured
# step by step on its way back through time: how it vanishes, how it explodes, what an LSTM, a GRU and a ReLU network
# with identity weights do about it, and how clipping keeps one large gradient from ruining a training.
#
# **Know before**: what a recurrent layer computes ([Inside the cell](inside_the_cell.py)) and that training follows the
# gradient of the loss.

# %%
import os

import matplotlib.pyplot as plt
import numpy as np

from pipekeras import *

QUICK = os.environ.get("PIPEKERAS_QUICK") == "1"  # shortens training where only the code is to be tried

# %% [markdown]
# ## One number, a thousand steps
#
# The smallest recurrent network has one unit, no bias and no curve in its activation. Its state is multiplied by the
# same weight $w$ at each step, and the input is added:
#
# $$h_t = w\,h_{t-1} + x_t$$
#
# Let the input be 1 at step 0 and 0 afterwards. Then $h_t = w^t$, and the state at step 1000 is $w^{1000}$.

# %%
impulse = np.zeros((1, 1001, 1), dtype="float32")
impulse[0, 0, 0] = 1

set_random_seed(1)

recurrence = keras_model_sequential(input_shape=(1001, 1)) >> layer_simple_rnn(
    units=1, activation="linear", use_bias=False, return_sequences=True
)

# %% [markdown]
# The layer has two weights, one for the input and one for the state. The first is set to 1, the second to 0.99 and then
# to 1.01. `predict` runs forward. `k_gradients` runs backward: it takes a function and values, and returns how much the
# result changes with each of the values. Here that is
#
# $$\frac{\partial h_{1000}}{\partial x_t} = w^{1000-t},$$
#
# so the input of step 0 has to come back through a thousand factors $w$.

# %%
states, gradients = {}, {}
for w in (0.99, 1.01):
    recurrence >> set_weights([[[1.0]], [[w]]])
    states[w] = (recurrence >> predict(impulse, verbose=0))[0, :, 0]
    by_input = k_gradients(lambda x: recurrence(x)[:, -1], impulse)[0]
    gradients[w] = op_convert_to_numpy(by_input)[0, :, 0]
    print(f"w = {w}: h at step 1000 is {states[w][-1]:.3g}, its gradient by the input at step 0 {gradients[w][0]:.3g}")

# %% [markdown]
# The two weights differ by 0.02. Forward, one state dies out and the other grows without end. Backward, the same
# happens to the gradient. The vertical axes are logarithmic, and a power is a straight line on them.

# %%
figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.3), sharey=True, layout="constrained")
for w, colour in {1.01: "#D55E00", 0.99: "#0072B2"}.items():
    left.semilogy(states[w], color=colour, label=f"w = {w}")
    right.semilogy(gradients[w], color=colour)
left.set(xlabel="step t", ylabel="state or gradient", title="forward: the state at step t")
right.set(xlabel="step t", title="backward: gradient of the last state by input t")
left.legend(frameon=False)
for axes in (left, right):
    axes.axhline(1, color="#7f7f7f", linewidth=0.8)
plt.show()

# %% [markdown]
# The weight is stored with about seven digits, and a thousand multiplications round a thousand times. So layer and
# power must agree to one part in a thousand.

# %% result: 1.01 and 0.99 to the thousandth power
print(
    f"After 1000 steps a 1 has become {states[1.01][-1]:,.0f} with w = 1.01 and {states[0.99][-1]:.5f} with w = 0.99."
)
assert all(np.allclose(states[w], w ** np.arange(1001), rtol=1e-3, atol=0) for w in states)
assert all(np.allclose(gradients[w], w ** np.arange(1000, -1, -1), rtol=1e-3, atol=0) for w in gradients)

# %% [markdown]
# ## Many numbers: a product of Jacobians
#
# A layer of many units has a matrix $U$ in the place of $w$, and a tanh around it all:
#
# $$h_t = \tanh(x_t W + h_{t-1} U + b).$$
#
# How the last state depends on an earlier one is a product of matrices, one for each step between them:
#
# $$\frac{\partial h_T}{\partial h_t} = \prod_{s=t+1}^{T} U \,\mathrm{diag}(1 - h_s^2).$$
#
# The derivative of tanh is $1 - \tanh^2$: never more than 1, and near 0 where a unit is saturated. If $U$ shortens all
# vectors as well, the product can only vanish, at least as fast as a power. If $U$ stretches enough, the product
# explodes. In between there is little room.
#
# Measured on layers of 32 units that have not been trained. `initializer_orthogonal(gain=g)` draws a matrix that makes
# each vector $g$ times as long. The input is noise of `steps` steps and 4 features.

# %%
steps = 30 if QUICK else 60
noise = np.random.default_rng(1).normal(size=(32, steps, 4)).astype("float32")

set_random_seed(1)

small = (
    keras_model_sequential(input_shape=(steps, 4))
    >> layer_simple_rnn(units=32, recurrent_initializer=initializer_orthogonal(gain=0.7))
    >> layer_dense(units=1)
)
middle = (
    keras_model_sequential(input_shape=(steps, 4))
    >> layer_simple_rnn(units=32, recurrent_initializer=initializer_orthogonal(gain=1))
    >> layer_dense(units=1)
)
large = (
    keras_model_sequential(input_shape=(steps, 4))
    >> layer_simple_rnn(units=32, recurrent_initializer=initializer_orthogonal(gain=2))
    >> layer_dense(units=1)
)

# %% [markdown]
# The gradient of the output by the inputs has the shape of the inputs. Its length, for each step, says how much the
# output would change if the input of that step changed a little. A step whose gradient is almost 0 cannot be learned
# from.


# %%
def gradient_norms(model, x):
    gradient = op_convert_to_numpy(k_gradients(model, x)[0])  # samples, steps, features
    return np.linalg.norm(gradient, axis=-1).mean(axis=0)


norms = {"tanh, 0.7": gradient_norms(small, noise)}
norms["tanh, 1"] = gradient_norms(middle, noise)
norms["tanh, 2"] = gradient_norms(large, noise)

# %% [markdown]
# Is it really that product? Here it is in NumPy: forward through all steps, then back, multiplying by
# $\mathrm{diag}(1 - h_t^2)$ and by $U$ transposed at each. This is backpropagation through time.


# %%
def through_time(model, x):
    k, w, b, out, _ = get_weights(model)
    states, state = [], np.zeros((len(x), len(w)))
    for t in range(x.shape[1]):
        state = np.tanh(x[:, t] @ k + state @ w + b)
        states.append(state)

    gradient, found = out[:, 0], []
    for state in reversed(states):
        gradient = gradient * (1 - state**2)
        found.append(np.linalg.norm(gradient @ k.T, axis=-1).mean())
        gradient = gradient @ w.T
    return np.array(found[::-1])


by_hand = {"tanh, 0.7": through_time(small, noise), "tanh, 1": through_time(middle, noise)}
by_hand["tanh, 2"] = through_time(large, noise)
print({name: f"{np.abs(norms[name] / by_hand[name] - 1).max():.1e}" for name in by_hand}, "apart, relative")

# %% [markdown]
# ## What gates change
#
# An LSTM carries its memory in a cell state, which is not multiplied by a matrix but by a gate:
#
# $$c_t = f_t \odot c_{t-1} + i_t \odot \tilde{c}_t, \qquad \frac{\partial c_t}{\partial c_{t-1}} \approx f_t.$$
#
# The forget gate $f_t$ is a sigmoid. Keras begins with a bias of 1, so that $f_t \approx 0.73$: better than 0.5, but
# still a power. A GRU keeps $z_t \odot h_{t-1}$, and its gate begins near 0.5.
#
# What gates give is that the factor can be learned, and can come as near to 1 as needed. The third network below shows
# it: an LSTM whose forget bias is set to 4, so that $f_t \approx 0.98$. The measured factors are somewhat larger than
# $f_t$, since the other paths from step to step, through $h$ and the other gates, add to it. The bias of an LSTM holds
# those of the four gates one after the other, that of the forget gate second.

# %%
set_random_seed(1)

lstm = keras_model_sequential(input_shape=(steps, 4)) >> layer_lstm(units=32) >> layer_dense(units=1)
gru = keras_model_sequential(input_shape=(steps, 4)) >> layer_gru(units=32) >> layer_dense(units=1)
opened = keras_model_sequential(input_shape=(steps, 4)) >> layer_lstm(units=32) >> layer_dense(units=1)

kernel, recurrent, bias, *dense = get_weights(opened)
bias[32:64] = 4
opened >> set_weights([kernel, recurrent, bias, *dense])

norms["LSTM, forget bias 1"] = gradient_norms(lstm, noise)
norms["LSTM, forget bias 4"] = gradient_norms(opened, noise)
norms["GRU"] = gradient_norms(gru, noise)

# %% [markdown]
# All six, each divided by its value at the last step. Read from right to left: that is how the gradient travels.

# %%
figure, panels = plt.subplots(1, 2, figsize=(9, 3.6), sharey=True, layout="constrained")
colours = ["#0072B2", "#7f7f7f", "#D55E00", "#0072B2", "#009E73", "#7f7f7f"]
for number, (name, values) in enumerate(norms.items()):
    panels[number // 3].semilogy(values / values[-1], color=colours[number], label=name)
panels[0].set(xlabel="step t", ylabel="gradient, relative to the last step", title="simple RNN, by gain of U")
panels[1].set(xlabel="step t", title="gates")
for axes in panels:
    axes.legend(frameon=False, loc="lower right")
plt.show()

# %% [markdown]
# A straight line is a power again, and its slope is the factor per step.

# %%
factor = {name: (values[0] / values[-1]) ** (1 / (steps - 1)) for name, values in norms.items()}
for name, value in factor.items():
    print(f"{name:20} {value:.2f} per step, {norms[name][0] / norms[name][-1]:.1e} over all")

# %% result: vanishing and exploding gradients
reach = {name: values[0] / values[-1] for name, values in norms.items()}
print(
    f"Over {steps} steps the gradient of a tanh layer shrinks to {reach['tanh, 0.7']:.0e} with gain 0.7 and grows"
    f" {reach['tanh, 2']:.0f}-fold with gain 2; of a GRU {reach['GRU']:.0e} is left, of an LSTM"
    f" {reach['LSTM, forget bias 1']:.0e}, with open forget gates {reach['LSTM, forget bias 4']:.2f}."
)
assert all(np.allclose(norms[name], by_hand[name], rtol=0.02, atol=0) for name in by_hand)
assert factor["tanh, 0.7"] < 0.7 and factor["tanh, 1"] < 0.9
assert factor["tanh, 2"] > 1.04
assert factor["GRU"] < 0.73 < factor["LSTM, forget bias 1"] < 0.9
assert 0.02 < reach["LSTM, forget bias 4"] < 50

# %% [markdown]
# ## ReLU with identity recurrent weights
#
# If a product of many matrices is the trouble, begin with the one matrix whose powers do nothing: the identity. Le,
# Jaitly and Hinton (2015) start a simple RNN with $U = I$, bias 0 and the ReLU in the place of the tanh, whose
# derivative is 1 wherever a unit is active. At first such a layer only sums up what comes in, and the gradient of an
# active unit passes through any number of steps unchanged.
#
# Whether that helps is seen on the test that they took up from Hochreiter and Schmidhuber (1997), the *adding problem*.
# Each step has two numbers: a random one between 0 and 1, and a flag. Exactly two steps are flagged, one in the first
# half and one in the second. The target is the sum of the two flagged numbers.

# %%
length = 20 if QUICK else 60
count = 2000 if QUICK else 10_000

rng = np.random.default_rng(1)
values = rng.uniform(size=(count + 1000, length))
flags = np.zeros_like(values)
rows = np.arange(len(values))
flags[rows, rng.integers(0, length // 2, size=len(values))] = 1
flags[rows, rng.integers(length // 2, length, size=len(values))] = 1

x = np.stack([values, flags], axis=-1).astype("float32")
y = (values * flags).sum(axis=1).astype("float32")
x_train, x_test, y_train, y_test = x[:count], x[count:], y[:count], y[count:]
guessing = np.var(y_test)
print(x_train.shape, f"mean squared error of always answering the mean: {guessing:.3f}")

# %% [markdown]
# Three networks of 32 units: one with tanh, one with the ReLU and identity weights, one LSTM. Their gradients are
# measured before training and again after it.

# %%
set_random_seed(1)

tanh = keras_model_sequential(input_shape=(length, 2)) >> layer_simple_rnn(units=32) >> layer_dense(units=1)
irnn = (
    keras_model_sequential(input_shape=(length, 2))
    >> layer_simple_rnn(units=32, activation="relu", recurrent_initializer=initializer_identity())
    >> layer_dense(units=1)
)
lstm = keras_model_sequential(input_shape=(length, 2)) >> layer_lstm(units=32) >> layer_dense(units=1)

some = x_test[:32]
before = {"tanh": gradient_norms(tanh, some), "IRNN": gradient_norms(irnn, some), "LSTM": gradient_norms(lstm, some)}

# %% [markdown]
# The learning rate falls to 0 along a cosine, which takes the noise out of the last epochs. The LSTM takes a larger one
# well. `clipnorm=1` is explained in the next section.

# %%
epochs = 4 if QUICK else 10
updates = epochs * -(-count // 64)
slow = learning_rate_schedule_cosine_decay(0.002, decay_steps=updates)
fast = learning_rate_schedule_cosine_decay(0.01, decay_steps=updates)
training = {"epochs": epochs, "batch_size": 64, "validation_data": (x_test, y_test), "verbose": 0}

histories = {}
tanh >> compile(optimizer=optimizer_adam(slow, clipnorm=1), loss="mse")
histories["tanh"] = tanh >> fit(x_train, y_train, **training)

irnn >> compile(optimizer=optimizer_adam(slow, clipnorm=1), loss="mse")
histories["IRNN"] = irnn >> fit(x_train, y_train, **training)

lstm >> compile(optimizer=optimizer_adam(fast, clipnorm=1), loss="mse")
histories["LSTM"] = lstm >> fit(x_train, y_train, **training)

# %%
figure, axes = plt.subplots(figsize=(7, 3.3), layout="constrained")
for (name, history), colour in zip(histories.items(), ["#0072B2", "#D55E00", "#009E73"], strict=True):
    axes.semilogy(range(1, epochs + 1), history.metrics["val_loss"], color=colour, marker="o", label=name)
axes.axhline(guessing, color="#7f7f7f", linestyle="--", label="always the mean")
axes.set(xlabel="epochs trained", ylabel="mean squared error, test")
axes.legend(frameon=False)
plt.show()

# %% [markdown]
# The identity has an advantage from the start. The LSTM does not: before training its gradient vanishes, and at first
# it does no better than guessing, until its forget gates have opened. From then on it learns fast. The gradients before
# and after training show it.

# %%
after = {"tanh": gradient_norms(tanh, some), "IRNN": gradient_norms(irnn, some), "LSTM": gradient_norms(lstm, some)}

figure, panels = plt.subplots(1, 2, figsize=(9, 3.4), sharey=True, layout="constrained")
for axes, when, title in zip(panels, (before, after), ("before training", "after training"), strict=True):
    for (name, values), colour in zip(when.items(), ["#0072B2", "#D55E00", "#009E73"], strict=True):
        axes.semilogy(values / values[-1], color=colour, label=name)
    axes.set(xlabel="step t", title=title)
panels[0].set_ylabel("gradient, relative to the last step")
panels[0].legend(frameon=False)
plt.show()

# %% [markdown]
# The tanh network shows that a gradient that arrives is not all. Its inputs are small here, so tanh is nearly straight,
# and its first recurrent weights only turn the state: the gradient does not vanish. But what came in at one step has
# been turned more often than what came in at the next, so the network has to learn for each step anew where its number
# is found, while the identity leaves all numbers in one place, as a sum wants them.

# %% result: ReLU with identity recurrent weights
error = {"tanh": tanh >> evaluate(x_test, y_test, verbose=0)}
error["IRNN"] = irnn >> evaluate(x_test, y_test, verbose=0)
error["LSTM"] = lstm >> evaluate(x_test, y_test, verbose=0)
error = {name: score["loss"] for name, score in error.items()}
print(
    f"Adding two of {length} numbers, the ReLU with identity weights has a mean squared error of {error['IRNN']:.4f},"
    f" the LSTM {error['LSTM']:.4f}, the tanh {error['tanh']:.4f}, and guessing {guessing:.4f}."
)
assert before["IRNN"][0] > 0.2 * before["IRNN"][-1]
assert error["IRNN"] < (0.8 if QUICK else 0.1) * guessing
assert error["LSTM"] < (1.5 if QUICK else 0.1) * guessing
assert error["tanh"] > (1.2 if QUICK else 4) * error["IRNN"]

# %% [markdown]
# ## The cliff
#
# A gradient that vanishes makes learning slow. One that explodes ends it: a single step leads so far away that the
# network never comes back. To see why, take one unit again, whose state begins at 1 and is multiplied by $w$ for 50
# steps. It is to arrive at 0.5:
#
# $$\mathrm{loss}(w) = (w^{50} - 0.5)^2$$
#
# To look at the loss for many $w$ at once, a layer gets one unit for each. Its recurrent matrix is diagonal, so that no
# unit sees another. `initial_state` gives the state to begin with. The inputs are all 0.

# %%
weights = np.linspace(0.9, 1.06, 161)

nothing = layer_input(shape=(50, 1))
begin = layer_input(shape=(161,))
rnn = layer_simple_rnn(units=161, activation="linear", use_bias=False)
side_by_side = keras_model([nothing, begin], rnn(nothing, initial_state=begin))
side_by_side >> set_weights([np.ones((1, 161)), np.diag(weights)])

ends = side_by_side >> predict([np.zeros((1, 50, 1)), np.ones((1, 161))], verbose=0)
cliff = (ends[0] - 0.5) ** 2

# %% [markdown]
# Below $w = 1$ lies a plain with a shallow valley at $w = 0.5^{1/50}$, above it a cliff. Training begins on the cliff,
# at $w = 1.05$, twice: with plain gradient descent, and with `clipnorm=1`, which shortens any gradient longer than 1 to
# the length 1. The direction stays, only the step becomes smaller.

# %%
descents = {}
for name, optimizer in {
    "without clipping": optimizer_sgd(learning_rate=0.001),
    "clipnorm=1": optimizer_sgd(learning_rate=0.001, clipnorm=1),
}.items():
    begin = layer_input(shape=(1,))
    rnn = layer_simple_rnn(units=1, activation="linear", use_bias=False)
    model = keras_model([nothing, begin], rnn(nothing, initial_state=begin))
    model >> set_weights([[[1.0]], [[1.05]]])
    model >> compile(optimizer=optimizer, loss="mse")

    descents[name] = [1.05]
    for _ in range(100):
        model >> train_on_batch([np.zeros((1, 50, 1)), np.ones((1, 1))], np.array([[0.5]]))
        descents[name].append(get_weights(model)[1].item())

print("without clipping, w is first", descents["without clipping"][:4])
print("with clipping, w is at last", descents["clipnorm=1"][-1])

# %%
figure, axes = plt.subplots(figsize=(7, 3.8), layout="constrained")
axes.plot(weights, cliff, color="#7f7f7f", label="loss")
path = np.array(descents["clipnorm=1"])
axes.plot(path, np.interp(path, weights, cliff), "o", markersize=4, color="#009E73", label="steps with clipnorm=1")
axes.annotate("", xy=(0.9, cliff[150]), xytext=(1.05, cliff[150]), arrowprops={"arrowstyle": "->", "color": "#D55E00"})
first = descents["without clipping"][1]
axes.text(0.905, cliff[150] + 6, f"the first step without clipping leads to w = {first:.1f}", color="#D55E00")
axes.plot(1.05, cliff[150], "o", color="#D55E00")
axes.set(xlabel="recurrent weight w", ylabel="loss after 50 steps")
axes.legend(frameon=False, loc="upper left")
plt.show()

# %% [markdown]
# The same in earnest. The ReLU network with identity weights sums up its inputs, so its gradients are large when
# training begins. Adam divides them by their size, plain gradient descent does not. Here it trains on the adding
# problem, first without clipping.

# %%
set_random_seed(1)

unclipped = (
    keras_model_sequential(input_shape=(length, 2))
    >> layer_simple_rnn(units=32, activation="relu", recurrent_initializer=initializer_identity())
    >> layer_dense(units=1)
)
unclipped >> compile(optimizer=optimizer_sgd(learning_rate=0.02 if QUICK else 0.01), loss="mse")
history_unclipped = unclipped >> fit(x_train, y_train, epochs=1, batch_size=64, verbose=0)

# %% [markdown]
# Then the same network with the same optimizer, and clipping. `clipnorm` measures each weight array of the network on
# its own, `global_clipnorm` all of them together, and `clipvalue` cuts each single number.

# %%
set_random_seed(1)

clipped = (
    keras_model_sequential(input_shape=(length, 2))
    >> layer_simple_rnn(units=32, activation="relu", recurrent_initializer=initializer_identity())
    >> layer_dense(units=1)
)
clipped >> compile(optimizer=optimizer_sgd(learning_rate=0.02 if QUICK else 0.01, clipnorm=1), loss="mse")
untrained_loss = (clipped >> evaluate(x_test, y_test, verbose=0))["loss"]
history_clipped = clipped >> fit(x_train, y_train, epochs=3, batch_size=64, verbose=0)
clipped_loss = (clipped >> evaluate(x_test, y_test, verbose=0))["loss"]

# %% [markdown]
# **Result**: one unit turns 1 into $w^{1000}$, forward and backward, to one part in a thousand. The gradient of a tanh
# layer vanishes with small recurrent weights and explodes with large ones, and backpropagation through time in NumPy
# says the same. With identity weights and the ReLU the adding problem is learned to a tenth of the error of guessing
# or less, by an LSTM too, while the tanh network keeps at least four times that error. Without clipping the loss on the
# cliff is no number any more after a few steps, and on the adding problem huge or no number after one epoch. With
# clipping the weight arrives in the valley, and training the network is stable: it loses at least three tenths of its
# loss. That is not yet better than guessing after three epochs; clipping saves a training, it does not speed it up.

# %% result: gradient clipping
valley = 0.5 ** (1 / 50)
last = history_unclipped.metrics["loss"][-1]
print(
    f"With clipnorm=1 the weight goes from 1.05 to {descents['clipnorm=1'][-1]:.4f}, the valley being at {valley:.4f},"
    f" and on the adding problem the loss falls from {untrained_loss:.2f} to {clipped_loss:.2f} in three epochs"
    f" (guessing has {guessing:.2f}); without it the first"
    f" step leads to {descents['without clipping'][1]:.1f}, and the loss on the adding problem ends at {last}."
)
assert abs(descents["clipnorm=1"][-1] - valley) < 0.001
assert abs(descents["without clipping"][1]) > 5
assert not np.isfinite(descents["without clipping"][-1])
assert not last < 100  # huge, or no number at all
assert clipped_loss < 0.7 * untrained_loss
