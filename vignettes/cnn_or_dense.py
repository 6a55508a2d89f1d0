# %% [markdown]
# # CNN or dense
#
# **What it shows**: what a convolutional network gains by using the same filter at every place of an image. A dense
# network and two convolutional ones learn digits in the middle of the image, and are tested on digits that have been
# moved. Then the counter-check: all pixels are shuffled, and the advantage is gone.
#
# **Know before**: the layers of a convolutional network, from [Classifying images with a CNN](cnn_classification.py).

# %%
import os

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from pipekeras import *

QUICK = os.environ.get("PIPEKERAS_QUICK") == "1"  # shortens training where only the code is to be tried

# %% [markdown]
# ## Digits in the middle
#
# The digits are enlarged to 16 x 16 pixels and laid in the middle of a canvas of 24 x 24. So there are four white
# pixels on each side. Training digits always stay there.

# %%
(x_train, y_train), (x_test, y_test) = dataset_digits(test_split=0.3)
if QUICK:
    x_train, y_train, x_test, y_test = x_train[:700], y_train[:700], x_test[:200], y_test[:200]

x_train = op_convert_to_numpy(op_image_resize(np.float32(x_train)[..., np.newaxis] / 16, size=(16, 16)))
x_test = op_convert_to_numpy(op_image_resize(np.float32(x_test)[..., np.newaxis] / 16, size=(16, 16)))

margin = ((0, 0), (4, 4), (4, 4), (0, 0))  # none for the images and the channel, 4 around rows and columns
x_train, x_test = np.pad(x_train, margin), np.pad(x_test, margin)
print(x_train.shape, x_test.shape)

# %% [markdown]
# `np.roll` moves rows or columns. Up to four pixels nothing is cut off, since what comes round the edge is white. To us
# all of these are the same digit.

# %%
figure, axes = plt.subplots(1, 5, figsize=(8, 2), layout="constrained")
for shift, axis in enumerate(axes):
    axis.imshow(np.roll(x_test[0], shift, axis=1), cmap="Greys")
    axis.set(title=f"{shift} to the right", xticks=[], yticks=[])

# %% [markdown]
# ## A dense network
#
# Flattened, the image is a row of 576 numbers, and each has its own weight to each of 42 units. That two pixels are
# neighbours, the network is not told.

# %%
set_random_seed(1)

dense = (
    keras_model_sequential(input_shape=(24, 24, 1))
    >> layer_flatten()
    >> layer_dense(units=42, activation="relu")
    >> layer_dense(units=10, activation="softmax")
)
dense >> compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics="accuracy")
dense >> fit(x_train, y_train, epochs=6 if QUICK else 30, verbose=0)
print(dense.count_params(), "weights")

# %% [markdown]
# ## A convolutional network with a dense end
#
# Three convolutions with 16, 32 and 64 filters, here with `padding="same"`: white pixels are added around the image, so
# that the maps have its size and no place is favoured. After each pooling the maps are half as large. At the end they
# are flattened, as in the networks of the lecture.

# %%
set_random_seed(1)

flattened = (
    keras_model_sequential(input_shape=(24, 24, 1))
    >> layer_conv_2d(filters=16, kernel_size=5, padding="same", activation="relu")
    >> layer_max_pooling_2d(pool_size=2)
    >> layer_conv_2d(filters=32, kernel_size=3, padding="same", activation="relu")
    >> layer_conv_2d(filters=64, kernel_size=3, padding="same", activation="relu")
    >> layer_max_pooling_2d(pool_size=2)
    >> layer_flatten()
    >> layer_dense(units=10, activation="softmax")
)
flattened >> compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics="accuracy")
flattened >> fit(x_train, y_train, epochs=2 if QUICK else 12, verbose=0)
print(flattened.count_params(), "weights, half of them in the dense layer:", flattened.layers[-1].count_params())

# %% [markdown]
# ## A convolutional network that forgets the place
#
# The same convolutions with another end. `layer_global_max_pooling_2d` keeps a single number of each map, its largest:
# whether the filter found its pattern, and no longer where. The dense layer has 64 inputs only, so this network has
# fewer weights than the dense one.

# %%
set_random_seed(1)

pooled = (
    keras_model_sequential(input_shape=(24, 24, 1))
    >> layer_conv_2d(filters=16, kernel_size=5, padding="same", activation="relu")
    >> layer_max_pooling_2d(pool_size=2)
    >> layer_conv_2d(filters=32, kernel_size=3, padding="same", activation="relu")
    >> layer_conv_2d(filters=64, kernel_size=3, padding="same", activation="relu")
    >> layer_global_max_pooling_2d()
    >> layer_dense(units=10, activation="softmax")
)
pooled >> compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics="accuracy")
pooled >> fit(x_train, y_train, epochs=5 if QUICK else 18, verbose=0)
print(pooled.count_params(), "weights")

# %% [markdown]
# ## Moved digits
#
# Now each of them reads the test digits, first in the middle and then moved by one to four pixels. Each number is the
# mean of four directions: right, left, down and up.

# %%
networks = {"dense": dense, "convolutions, flattened": flattened, "convolutions, global pooling": pooled}
directions = [(0, 1), (0, -1), (1, 0), (-1, 0)]  # rows and columns

accuracies = pd.DataFrame(index=networks, columns=[0, 4] if QUICK else range(5), dtype=float)
for name, network in networks.items():
    for shift in accuracies.columns:
        found = []
        for down, right in directions:
            moved = np.roll(x_test, (shift * down, shift * right), axis=(1, 2))
            probabilities = network >> predict(moved, batch_size=256, verbose=0)
            found.append(np.mean(probabilities.argmax(axis=-1) == y_test))
        accuracies.loc[name, shift] = np.mean(found)
print(accuracies.round(3).to_string())

# %%
figure, axes = plt.subplots(figsize=(7, 3.6), layout="constrained")
for (name, row), colour, marker in zip(accuracies.iterrows(), ["#7f7f7f", "#0072B2", "#D55E00"], "os^", strict=True):
    axes.plot(row.index, row, color=colour, marker=marker, label=name)
axes.axhline(0.1, color="black", linewidth=0.8, linestyle=":", label="guessing")
axes.set(xlabel="moved by (pixels)", ylabel="accuracy", xticks=range(5), ylim=(0, 1.03))
_ = axes.legend(frameon=False)  # with a name, so that a notebook shows the picture alone

# %% [markdown]
# In the middle all three do well. Moved by four pixels, a quarter of a digit's size, the dense network is hardly better
# than guessing: its weights wait for ink at the old places.
#
# The flattened convolutional network is not much better off. Pooling forgives it a little, but its last layer is dense,
# and has a weight for each place of each map. A convolution alone does not make a network indifferent to place. Global
# pooling after the convolutions does.

# %% result: weight sharing: shifted digits
in_the_middle, moved_by_4 = accuracies[0], accuracies[4]
print(
    f"of {len(y_test)} unseen digits moved by 4 pixels a CNN with global pooling reads {moved_by_4.iloc[2]:.1%} right,"
    f" a flattened CNN {moved_by_4.iloc[1]:.1%} and a dense network {moved_by_4.iloc[0]:.1%}"
)
assert in_the_middle.min() > (0.6 if QUICK else 0.9)
assert moved_by_4.iloc[2] > (0.5 if QUICK else 0.85)
assert moved_by_4.iloc[2] > moved_by_4.iloc[:2].max() + (0.2 if QUICK else 0.5)

# %% [markdown]
# ## Why: the maps move along
#
# A filter that is the same at every place finds its pattern wherever that is. If the image moves, so does the map, and
# nothing else in it changes. This is called equivariance. The first layer of the trained network shows it: the maps of
# the moved image are the moved maps of the image, number by number.

# %%
to_maps = keras_model(pooled.inputs, pooled.layers[0].output)
moved = np.roll(x_test, (3, 4), axis=(1, 2))
maps, maps_of_moved = to_maps >> predict(x_test, verbose=0), to_maps >> predict(moved, verbose=0)

# Without the rows and columns that came round the edge.
np.testing.assert_allclose(maps_of_moved[:, 3:, 4:], np.roll(maps, (3, 4), axis=(1, 2))[:, 3:, 4:], atol=1e-5)

# %%
number = maps[0].max(axis=(0, 1)).argmax()  # the map that answers most strongly to this digit
figure, axes = plt.subplots(1, 4, figsize=(8, 2.3), layout="constrained")
pictures = [x_test[0], maps[0, ..., number], moved[0], maps_of_moved[0, ..., number]]
titles = ["image", f"its map {number}", "moved image", f"its map {number}"]
for axis, picture, title in zip(axes, pictures, titles, strict=True):
    axis.imshow(picture, cmap="Greys")
    axis.set(title=title, xticks=[], yticks=[])

# %% [markdown]
# Moving does not change the largest number of a map, and only that goes on after global pooling. In the whole network
# it is not quite so: max pooling by two looks at fixed pairs of pixels, and a shift by one pixel pairs them anew. That,
# and the edge of the canvas, is why the accuracy still falls a little.

# %% [markdown]
# ## The counter-check: shuffled pixels
#
# Weight sharing pays only where neighbours belong together and patterns recur at other places. Both can be taken away:
# put the pixels in a random order, the same for all images.

# %%
order = np.random.default_rng(1).permutation(24 * 24)
shuffled_train = x_train.reshape(-1, 24 * 24)[:, order].reshape(-1, 24, 24, 1)
shuffled_test = x_test.reshape(-1, 24 * 24)[:, order].reshape(-1, 24, 24, 1)

figure, axes = plt.subplots(1, 6, figsize=(8, 1.8), layout="constrained")
for axis, which in zip(axes, [0, 0, 1, 1, 2, 2], strict=True):
    axis.set(title=f"a {y_test[which]}", xticks=[], yticks=[])
for which in range(3):
    axes[2 * which].imshow(x_test[which], cmap="Greys")
    axes[2 * which + 1].imshow(shuffled_test[which], cmap="Greys")

# %% [markdown]
# For a dense network this is the same task as before: it never knew which pixels are neighbours. `clone_model` makes a
# network of the same layers with fresh weights.

# %%
set_random_seed(1)

shuffled_dense = clone_model(dense)
shuffled_dense >> compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics="accuracy")
history = shuffled_dense >> fit(shuffled_train, y_train, epochs=6 if QUICK else 30, verbose=0)

# %% [markdown]
# The convolutional network still has all pixels before it, but its filters look at nine or 25 of them that have nothing
# to do with each other.

# %%
set_random_seed(1)

shuffled_pooled = clone_model(pooled)
shuffled_pooled >> compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics="accuracy")
history = shuffled_pooled >> fit(shuffled_train, y_train, epochs=5 if QUICK else 18, verbose=0)

# %% [markdown]
# Both read the shuffled test digits: once those in the middle, and once those that were moved by two pixels to the
# right before they were shuffled.

# %%
moved = np.roll(x_test, 2, axis=2)
shuffled_moved = moved.reshape(-1, 24 * 24)[:, order].reshape(-1, 24, 24, 1)

table = pd.DataFrame(index=["dense", "convolutions"], columns=["middle", "moved", "shuffled", "moved and shuffled"])
for images, column, networks in [
    (x_test, "middle", (dense, pooled)),
    (moved, "moved", (dense, pooled)),
    (shuffled_test, "shuffled", (shuffled_dense, shuffled_pooled)),
    (shuffled_moved, "moved and shuffled", (shuffled_dense, shuffled_pooled)),
]:
    table[column] = [(network >> evaluate(images, y_test, verbose=0))["accuracy"] for network in networks]
print(table.round(3).to_string())

# %%
figure, axes = plt.subplots(figsize=(7, 3.2), layout="constrained")
places = np.arange(4)
axes.bar(places - 0.2, table.loc["dense"], width=0.36, color="#7f7f7f", label="dense")
axes.bar(places + 0.2, table.loc["convolutions"], width=0.36, color="#D55E00", label="convolutions, global pooling")
axes.axhline(0.1, color="black", linewidth=0.8, linestyle=":", label="guessing")
axes.set(ylabel="accuracy", xticks=places, xticklabels=table.columns, ylim=(0, 1.25), yticks=np.linspace(0, 1, 6))
_ = axes.legend(frameon=False, ncols=3)

# %% [markdown]
# In the middle the convolutions still learn the shuffled digits, though not as well as before: 24,000 weights can learn
# much. But what made them special is gone. A moved digit is, once shuffled, as strange to them as to the dense network.
# Weight sharing is knowledge about images, put into the network by whoever chose the layers.
#
# **Result**: trained on digits in the middle alone, a convolutional network with global pooling reads more than 85 of
# 100 digits that were moved by four pixels, where a dense network of as many weights, and convolutions with a dense
# end, are lost. Once the pixels are shuffled, it reads at least 30 fewer of 100 digits that were moved by two pixels.

# %% result: the counter-check: shuffled pixels
(dense_moved, dense_shuffled), (cnn_moved, cnn_shuffled) = table[["moved", "moved and shuffled"]].to_numpy()
print(
    f"on digits moved by 2 pixels convolutions read {cnn_moved:.1%} right and a dense network {dense_moved:.1%},"
    f" with shuffled pixels {cnn_shuffled:.1%} and {dense_shuffled:.1%}"
)
assert cnn_moved > dense_moved + (0.2 if QUICK else 0.3)
assert cnn_moved > max(cnn_shuffled, dense_shuffled) + (0.2 if QUICK else 0.3)
assert table["shuffled"].min() > (0.6 if QUICK else 0.9)
