# %% [markdown]
# # Deeper networks
#
# **What it shows**: what happens to the gradient in a stack of thirty layers, why such a stack learns worse than a flat
# one, and how residual connections, a sum around each layer, repair that.
#
# **Know before**: [Getting started](getting_started.py), and what vanishing and exploding gradients are
# ([Gradients through time](gradients_through_time.py)).

# %%
import os

import matplotlib.pyplot as plt
import numpy as np

from pipekeras import *

QUICK = os.environ.get("PIPEKERAS_QUICK") == "1"  # shortens training where only the code is to be tried

# %% [markdown]
# ## Depth is like time
#
# A recurrent network that reads thirty steps is a network of thirty layers, which happen to share their weights. So a
# deep stack has the same trouble: from the loss back to the first layer the gradient is multiplied by a Jacobian for
# each layer on the way,
#
# $$\frac{\partial L}{\partial h_0} =
# \frac{\partial L}{\partial h_n} \frac{\partial h_n}{\partial h_{n-1}} \cdots
# \frac{\partial h_2}{\partial h_1} \frac{\partial h_1}{\partial h_0},$$
#
# and a product of many factors vanishes or explodes unless each is near 1.
#
# The task is a small one, the handwritten digits: 64 grey levels in, one of ten classes out. It does not need thirty
# layers. That is the point: more layers should at least do no harm.

# %%
(x_train, y_train), (x_test, y_test) = dataset_digits(test_split=0.2, seed=1)
x_train = array_reshape(x_train, (-1, 64)) / 16
x_test = array_reshape(x_test, (-1, 64)) / 16
depth = 12 if QUICK else 30

# %% [markdown]
# One layer of the stack is a block: the ReLU, then a dense layer. With `shortcut=True` the block adds its input to what
# it has computed:
#
# $$h_l = h_{l-1} + F(h_{l-1}), \qquad
# \frac{\partial h_l}{\partial h_{l-1}} = I + \frac{\partial F}{\partial h_{l-1}}.$$
#
# The identity $I$ is a way on which the gradient passes unchanged, whatever $F$ does. And the block need not learn to
# hand its input on, only what to change in it.


# %%
@verb
def block(x, units, shortcut, start):
    y = x >> layer_activation("relu") >> layer_dense(units, kernel_initializer=start)
    return layer_add(x, y) if shortcut else y


# %% [markdown]
# Four networks are made of it. The first two are plain stacks, without shortcuts. They differ in the weights they start
# with: `glorot_uniform`, Keras's default, and `he_normal`, which is larger and made for the ReLU, half of whose outputs
# are 0.

# %%
inputs = layer_input(shape=64)

set_random_seed(1)
x = inputs >> layer_dense(32)
for _ in range(depth):
    x = x >> block(32, shortcut=False, start="glorot_uniform")
plain = keras_model(inputs, x >> layer_activation("relu") >> layer_dense(10, activation="softmax"))

set_random_seed(1)
x = inputs >> layer_dense(32)
for _ in range(depth):
    x = x >> block(32, shortcut=False, start="he_normal")
plain_he = keras_model(inputs, x >> layer_activation("relu") >> layer_dense(10, activation="softmax"))

# %% [markdown]
# The third has the shortcuts. Now a block can start with zeros: it then hands its input on as it is, and the network
# begins as if it had no blocks at all. (In a plain stack zeros would let nothing through, for ever. In a residual one
# other weights than zeros would make the sum grow from block to block, which is why many residual networks normalise
# within each block.) The fourth is flat, with two plain blocks, for comparison.

# %%
set_random_seed(1)
x = inputs >> layer_dense(32)
for _ in range(depth):
    x = x >> block(32, shortcut=True, start="zeros")
residual = keras_model(inputs, x >> layer_activation("relu") >> layer_dense(10, activation="softmax"))

set_random_seed(1)
x = inputs >> layer_dense(32)
for _ in range(2):
    x = x >> block(32, shortcut=False, start="he_normal")
flat = keras_model(inputs, x >> layer_activation("relu") >> layer_dense(10, activation="softmax"))

models = {
    "plain, glorot_uniform": plain,
    "plain, he_normal": plain_he,
    "residual": residual,
    "plain, two blocks": flat,
}

# %% [markdown]
# ## The gradient, layer by layer
#
# Before any training: how long is the gradient of the loss by the weights of each layer? `k_gradients` takes a loss
# that is written with the model's own tensors, and `k_function` makes a function of it that takes digits and answers.

# %%
answers = layer_input(shape=(), dtype="int32")
norms = {}
for name, model in models.items():
    loss = op_mean(op_sparse_categorical_crossentropy(answers, model.output))
    kernels = [layer.kernel for layer in model.layers if hasattr(layer, "kernel")]
    measure = k_function([inputs, answers], k_gradients(loss, kernels))
    gradients = measure([x_train[:256], y_train[:256]])
    norms[name] = [np.linalg.norm(op_convert_to_numpy(gradient)) for gradient in gradients]

# %%
colours = ["#0072B2", "#D55E00", "#009E73", "#7f7f7f"]

figure, axes = plt.subplots(figsize=(8, 3.5), layout="constrained")
for (name, values), colour in zip(norms.items(), colours, strict=True):
    axes.semilogy(values, marker="o", markersize=3, color=colour, label=name)
axes.set(xlabel="layer, from the input", ylabel="length of the gradient by its weights")
axes.legend(frameon=False, loc="center left", bbox_to_anchor=(1, 0.5))
plt.show()

# %% [markdown]
# With the default weights every layer makes its signal weaker, forward and backward, and all gradients are next to
# nothing: near the input because little of the gradient arrives, near the end because little of the input does.
# `he_normal` keeps the length about the same. In the residual network the gradients of all blocks are equal: what
# arrives at the last arrives at the first.
#
# ## Training
#
# The same optimizer, the same number of epochs for all.

# %%
epochs = 4 if QUICK else 12
histories = {}
for name, model in models.items():
    model >> compile(optimizer=optimizer_adam(), loss="sparse_categorical_crossentropy", metrics="accuracy")
    histories[name] = model >> fit(x_train, y_train, epochs=epochs, batch_size=64, verbose=0)

# %%
figure, axes = plt.subplots(figsize=(8, 3.5), layout="constrained")
for (name, history), colour in zip(histories.items(), colours, strict=True):
    axes.plot(range(1, epochs + 1), history.metrics["loss"], marker="o", markersize=4, color=colour, label=name)
axes.axhline(np.log(10), color="black", linestyle=":", linewidth=0.8, label="guessing")
axes.set(xlabel="epoch", ylabel="training loss", ylim=(0, None))
axes.legend(frameon=False, loc="center left", bbox_to_anchor=(1, 0.5))
plt.show()

# %% [markdown]
# Both deep plain stacks end behind the flat network, and that in the loss on the training digits: it is not that they
# learn the digits by heart, they are harder to train. This *degradation* is what residual networks were invented
# against (He, Zhang, Ren and Sun, 2015). A good start (`he_normal`) keeps the length of the gradient and helps much,
# but does not make up for it.
#
# The same idea was met in recurrent networks. The cell state of an LSTM is a sum through time, and identity recurrent
# weights begin as a shortcut. Deep recurrent networks take shortcuts between their layers as well, written in the same
# way: `layer_add(x, x >> layer_lstm(32, return_sequences=True))`, where `x` has 32 features.
#
# **Result**: with shortcuts the gradient of the first block is as long as that of the last, to one part in a hundred,
# and in the plain stack with default weights at least a hundred times smaller. After the same training the deep
# residual network reads more than nine of ten unseen digits right, at least three in a hundred more than either deep
# plain stack. More than the flat network it need not read: the task is too easy to gain from depth.

# %% result: residual connections
accuracy = {name: (model >> evaluate(x_test, y_test, verbose=0))["accuracy"] for name, model in models.items()}
print(
    f"Of {len(y_test)} unseen digits, {depth} blocks with shortcuts read {accuracy['residual']:.1%} right, without"
    f" {accuracy['plain, he_normal']:.1%} (he_normal) and {accuracy['plain, glorot_uniform']:.1%} (glorot_uniform);"
    f" two plain blocks read {accuracy['plain, two blocks']:.1%}."
)
blocks = {name: values[1:-1] for name, values in norms.items()}
assert max(blocks["residual"]) < 1.01 * min(blocks["residual"])
assert min(blocks["residual"]) > (10 if QUICK else 100) * max(blocks["plain, glorot_uniform"])
assert accuracy["residual"] > (0.8 if QUICK else 0.9)
assert accuracy["residual"] > accuracy["plain, he_normal"] + 0.03
assert accuracy["residual"] > accuracy["plain, glorot_uniform"] + (0.2 if QUICK else 0.4)
