# %% [markdown]
# # Transfer learning
#
# **What it shows**: a network that has learned to read the digits 0 to 4 is made to read 5 to 9, of which there are
# only ten examples each. Its convolutions are kept: frozen, or as the place from which training begins. The same
# network without what was learned before is measured against them. Then the same code runs over an application, a
# network that others have trained on photographs.
#
# **Know before**: convolutions, and how a model is built and trained: [Getting started](getting_started.py).

# %%
import os

import matplotlib.pyplot as plt
import numpy as np

from pipekeras import *

QUICK = os.environ.get("PIPEKERAS_QUICK") == "1"  # shortens training where only the code is to be tried

# %% [markdown]
# ## Two tasks
#
# The digits that come with pipekeras all stand upright in the middle, dark on bright: too easy for there to be much to
# transfer. So each is put somewhere into an image of 12 x 12, and into a light of its own: paler or darker, and about
# every other one in the negative, bright on dark. A little noise goes over all. Digits for training appear in five such
# images, those for the test in one.

# %%
(x, y), (x_test, y_test) = dataset_digits(test_split=0.4, seed=1)
digits = np.concatenate([np.repeat(x, 5, axis=0), x_test])

rng = np.random.default_rng(1)
images = np.zeros((len(digits), 12, 12, 1), "float32")
for image, digit, (row, column) in zip(images, digits, rng.integers(0, 5, (len(digits), 2)), strict=True):
    image[row : row + 8, column : column + 8, 0] = digit
contrast = rng.uniform(0.3, 1, len(images)) * rng.choice([-1, 1], len(images))  # below 0: a negative
images = 8 + contrast[:, None, None, None] * (images - 8) + rng.normal(0, 0.5, images.shape)

x_train, x_test = images[: -len(x_test)].astype("float32"), images[-len(x_test) :].astype("float32")
y_train = np.repeat(y, 5)
print(x_train.shape, x_test.shape)

# %% [markdown]
# The first task is to read the digits 0 to 4, in all their images. The second is to read 5 to 9, and of each there are
# only ten images, of ten different digits. Their classes are counted from 0 as well: 5 is class 0, 9 is class 4.

# %%
old, old_test = y_train < 5, y_test < 5
x_old, y_old = x_train[old], y_train[old]
x_old_test, y_old_test = x_test[old_test], y_test[old_test]

few = np.concatenate([np.flatnonzero(y_train == digit)[:50:5] for digit in range(5, 10)])
x_few, y_few = x_train[few], y_train[few] - 5
x_new_test, y_new_test = x_test[~old_test], y_test[~old_test] - 5
print(f"{len(x_old)} images of 0 to 4; {len(x_few)} of 5 to 9, and {len(x_new_test)} others to be tested on")

# %% [markdown]
# This is all that there is to learn the second task from.

# %%
figure, axes = plt.subplots(5, 10, figsize=(7.2, 3.8), layout="constrained")
for panel, image in zip(axes.flat, x_few, strict=True):
    panel.imshow(image[..., 0], cmap="gray_r", vmin=0, vmax=16)
    panel.set_axis_off()

# %% [markdown]
# ## Learning the first task
#
# The network has two parts: the *base*, convolutions which make 128 features of an image, and the *head*, which makes
# classes of the features. The base is a model of its own, and in the whole model it is one layer. Global pooling keeps
# of each filter its strongest answer, wherever it was.

# %%
set_random_seed(1)

base = (
    keras_model_sequential(input_shape=(12, 12, 1), name="base")
    >> layer_rescaling(1 / 16)
    >> layer_conv_2d(filters=32, kernel_size=3, padding="same", activation="relu")
    >> layer_max_pooling_2d(pool_size=2)
    >> layer_conv_2d(filters=64, kernel_size=3, padding="same", activation="relu")
    >> layer_max_pooling_2d(pool_size=2)
    >> layer_conv_2d(filters=128, kernel_size=3, padding="same", activation="relu")
    >> layer_global_max_pooling_2d()
)
first = (
    keras_model_sequential(input_shape=(12, 12, 1))
    >> base
    >> layer_dropout(0.5)
    >> layer_dense(units=5, activation="softmax")
)
first >> compile(optimizer=optimizer_adam(0.002), loss="sparse_categorical_crossentropy", metrics="accuracy")
first >> fit(x_old, y_old, epochs=4 if QUICK else 8, verbose=0)
accuracy_first = evaluate(first, x_old_test, y_old_test, verbose=0).accuracy
print(f"{accuracy_first:.1%} of {len(x_old_test)} unseen images of 0 to 4 read right")

# %% [markdown]
# The base has never seen a 5. But what its first filters look for, edges in this direction or that, all digits have.
# Here are a 5 and what the first sixteen of these filters make of it.

# %%
edges = keras_model(base.inputs[0], get_layer(base, index=1).output)
maps = edges >> predict(x_few[4:5], verbose=0)

figure, axes = plt.subplots(2, 9, figsize=(7.2, 1.8), layout="constrained")
axes[0, 0].imshow(x_few[4, ..., 0], cmap="gray_r")
axes[0, 0].set_title("a 5", fontsize=9)
for panel, number in zip(axes[:, 1:].flat, range(16), strict=True):
    panel.imshow(maps[0, ..., number], cmap="gray_r")
for panel in axes.flat:
    panel.set_axis_off()

# %% [markdown]
# ## Frozen
#
# Each layer has an attribute `trainable`. Where it is false, training leaves the weights as they are: for them no
# gradient is computed, and the optimizer never gets them. `freeze_weights()` sets it, here for all layers of the base.
# It is sure to count only from the next `compile()` on: a model that was trained before may go on as it was. So after
# freezing and unfreezing, always compile.

# %%
freeze_weights(base)
learned = get_weights(base)
print(len(base.trainable_weights), "arrays of weights in the base to be trained,", len(learned), "in all")

# %% [markdown]
# The old head knows 0 to 4 and is left behind. A new one is put on the same base. Only the head is trained: 128 weights
# and a bias for each of five classes.

# %%
set_random_seed(1)

frozen = (
    keras_model_sequential(input_shape=(12, 12, 1))
    >> base
    >> layer_dropout(0.5)
    >> layer_dense(units=5, activation="softmax", name="head")
)
trained_frozen = sum(int(np.prod(weight.shape)) for weight in frozen.trainable_weights)
print(trained_frozen, "of", count_params(frozen), "numbers are trained")

# %% [markdown]
# The test digits are looked at after every other epoch, to draw the curves below. Nothing is chosen by them.

# %%
epochs = 8 if QUICK else 60

frozen >> compile(optimizer=optimizer_adam(0.01), loss="sparse_categorical_crossentropy", metrics="accuracy")
history_frozen = frozen >> fit(
    x_few, y_few, epochs=epochs, batch_size=10, validation_data=(x_new_test, y_new_test), validation_freq=2, verbose=0
)
unchanged = all(np.array_equal(now, then) for now, then in zip(get_weights(base), learned, strict=True))
print("the base is what it was, to the bit:", unchanged)

# %% [markdown]
# ## From scratch
#
# `clone_model()` copies layers, not weights: the same network, which has learned nothing yet. Copies of frozen layers
# are frozen, so the copy is unfrozen.

# %%
set_random_seed(1)

new_base = clone_model(base) >> unfreeze_weights()
scratch = (
    keras_model_sequential(input_shape=(12, 12, 1))
    >> new_base
    >> layer_dropout(0.5)
    >> layer_dense(units=5, activation="softmax")
)
trained_scratch = sum(int(np.prod(weight.shape)) for weight in scratch.trainable_weights)
scratch >> compile(optimizer=optimizer_adam(0.002), loss="sparse_categorical_crossentropy", metrics="accuracy")
history_scratch = scratch >> fit(
    x_few, y_few, epochs=epochs, batch_size=10, validation_data=(x_new_test, y_new_test), validation_freq=2, verbose=0
)

# %% [markdown]
# ## All weights, from where they are
#
# The third way: nothing is frozen, but the base begins with what it learned of 0 to 4. It is a copy again, so that the
# base itself stays.

# %%
set_random_seed(1)

copied_base = clone_model(base) >> unfreeze_weights() >> set_weights(learned)
whole = (
    keras_model_sequential(input_shape=(12, 12, 1))
    >> copied_base
    >> layer_dropout(0.5)
    >> layer_dense(units=5, activation="softmax")
)
whole >> compile(optimizer=optimizer_adam(0.002), loss="sparse_categorical_crossentropy", metrics="accuracy")
history_whole = whole >> fit(
    x_few, y_few, epochs=epochs, batch_size=10, validation_data=(x_new_test, y_new_test), validation_freq=2, verbose=0
)

# %% [markdown]
# ## Fine-tuning
#
# A new head begins with random weights, and its first errors are large. Frozen, the base could not be spoilt by them.
# Now that the head has learned, the base may follow, in small steps: unfreeze, compile with a small learning rate, go
# on.

# %%
unfreeze_weights(base)
frozen >> compile(optimizer=optimizer_adam(0.0005), loss="sparse_categorical_crossentropy", metrics="accuracy")
history_fine = frozen >> fit(
    x_few,
    y_few,
    epochs=epochs // 2,
    batch_size=10,
    validation_data=(x_new_test, y_new_test),
    validation_freq=2,
    verbose=0,
)
base_moved = max(abs(now - then).max() for now, then in zip(get_weights(base), learned, strict=True))
print(f"now the base has moved, its weights by up to {base_moved:.3f}")

# %% [markdown]
# The share of unseen images of 5 to 9 that each reads right, after every other epoch.

# %%
figure, axes = plt.subplots(figsize=(7.6, 3.8), layout="constrained")
curves = [
    ("all weights, from those of 0 to 4", history_whole, 0, "#009E73", "-"),
    ("frozen base, new head", history_frozen, 0, "#0072B2", "-"),
    ("... then fine-tuned", history_fine, epochs, "#0072B2", "--"),
    ("from scratch", history_scratch, 0, "#D55E00", "-"),
]
for name, history, begin, colour, style in curves:
    shares = history.metrics["val_accuracy"]
    axes.plot(begin + 2 + 2 * np.arange(len(shares)), shares, style, color=colour, label=name)
axes.axhline(0.2, color="#7f7f7f", linewidth=0.8, linestyle="dotted", label="guessing")
axes.set_ylim(0, 1)
axes.set_xlabel("epochs")
axes.set_ylabel("read right")
legend = axes.legend(frameon=False, fontsize=8, ncols=2, loc="upper left")

# %% [markdown]
# From scratch, the network has fifty examples, too few to learn that a digit stays
# the same at another place, in another light, and in the negative. This the base has learned from the other digits.
#
# **Result**: the first network reads at least 90 of 100 unseen digits from 0 to 4. Its base stays what it was, to the
# bit, while it is frozen, and moves when it is not. Of the digits 5 to 9, after ten examples each, a new head on the
# frozen base reads at least 4 in 100 more than the network from scratch. Fine-tuned it reads at least 5 in 100 more
# than from scratch, and with all weights trained from those of 0 to 4 at least 4 in 100 more. Guessing reads 20.

# %% result: transfer: digits 0-4 to 5-9
accuracy_frozen, accuracy_scratch, accuracy_whole, accuracy_fine = (
    history.metrics["val_accuracy"][-1] for history in (history_frozen, history_scratch, history_whole, history_fine)
)
print(
    f"after ten examples of each, {accuracy_frozen:.1%} of {len(x_new_test)} unseen digits 5 to 9 are read right with"
    f" the base of 0 to 4 frozen ({trained_frozen:,} numbers trained), {accuracy_fine:.1%} fine-tuned,"
    f" {accuracy_whole:.1%} with all {trained_scratch:,} trained from those of 0 to 4,"
    f" {accuracy_scratch:.1%} from scratch"
)
assert unchanged and base_moved > 0.001
assert accuracy_first > (0.5 if QUICK else 0.9)
assert accuracy_frozen > (0.3 if QUICK else accuracy_scratch + 0.04)
assert accuracy_fine > (0.28 if QUICK else accuracy_scratch + 0.05)
assert accuracy_whole > (0.25 if QUICK else accuracy_scratch + 0.04)

# %% [markdown]
# ## The same code over an application
#
# Fifty images of one's own, and a base that others have trained on more than a million photographs: that is what
# transfer learning is mostly used for. The functions `application_*` make such bases; `include_top=False` leaves their
# head away. VGG16 is the plainest, thirteen convolutions and five poolings; any other may stand in its place. With a
# network its weights are downloaded: `python transfer_learning.py --weights imagenet`. Without, `weights=None` gives
# the same layers with random weights. They are worth nothing, and what is read with them says nothing of VGG16: only
# the code is shown.

# %%
FLAGS = flags(flag_string("weights", "none", "none for random weights, or imagenet, which are downloaded"))
weights, size = (None, 32) if FLAGS.weights == "none" else (FLAGS.weights, 64)

set_random_seed(1)
application = application_vgg16(input_shape=(size, size, 3), include_top=False, weights=weights)
print(f"{len(application.layers)} layers, {count_params(application):,} numbers in their weights")

# %% [markdown]
# It wants larger images, with three colours, from 0 to 255. What more is to be done to them depends on the application,
# and `application_preprocess_inputs()` knows it.

# %%
enlarge = layer_resizing(height=size, width=size)
x_few_large, x_test_large = (
    application_preprocess_inputs(application, np.repeat(op_convert_to_numpy(enlarge(x)), 3, axis=-1) * (255 / 16))
    for x in (x_few, x_new_test[:100])
)
print(x_few_large.shape, "from", x_few_large.min().round(), "to", x_few_large.max().round())

# %% [markdown]
# From here on it is the code from above, with `application` where `base` was: freeze, put a new head on, compile, fit.
# As the application gives features for each place, they are flattened first. (Applications with batch normalization
# also keep means of what they have seen in training; frozen, they leave those as they are as well.)

# %%
freeze_weights(application)
before = get_weights(application)

over = (
    keras_model_sequential(input_shape=(size, size, 3))
    >> application
    >> layer_flatten()
    >> layer_dropout(0.5)
    >> layer_dense(units=5, activation="softmax", name="head")
)
head_before = get_weights(get_layer(over, "head"))
over >> compile(optimizer=optimizer_adam(0.01), loss="sparse_categorical_crossentropy", metrics="accuracy")
over >> fit(x_few_large, y_few, epochs=1 if QUICK else 10, batch_size=10, verbose=0)
accuracy_over = evaluate(over, x_test_large, y_new_test[:100], verbose=0).accuracy

# %% [markdown]
# What came of it: the features of ten images, whether the application's weights are what they were, and how far those
# of the head have moved.

# %%
features = application >> predict(x_few_large[:10], verbose=0)
same = [np.array_equal(now, then) for now, then in zip(get_weights(application), before, strict=True)]
head_moved = abs(get_weights(get_layer(over, "head"))[0] - head_before[0]).mean()
print("features", features.shape, "that differ between images by", features.std(axis=0).mean())

# %% [markdown]
# **Result**: the code that froze three convolutions freezes thirteen. Training leaves each of the application's arrays
# of weights as it was, to the bit, and moves those of the head.

# %% result: the same code over an application
print(
    f"{sum(same)} of {len(same)} arrays of weights of VGG16 are the same to the bit after training, those of the head"
    f" have moved by {head_moved:.3f} in the mean; with {FLAGS.weights if weights else 'random'} weights"
    f" {accuracy_over:.0%} of {len(x_test_large)} digits are read right"
)
assert all(same) and head_moved > 0.001
assert features.shape == (10, size // 32, size // 32, 512) and features.std(axis=0).mean() > 0.001
