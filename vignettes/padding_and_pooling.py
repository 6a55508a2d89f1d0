# %% [markdown]
# # Padding, channels and pooling
#
# **What it shows**: the rest of what a convolutional layer does with an image. That layers do not turn their filters;
# padding and bias; several channels and several filters; how large the output is, in all small cases; and max and
# average pooling of the lectures' images of 4 x 4. Nothing is trained here: all weights are set by hand.
#
# **Know before**: how a filter slides over an image, [Images and convolution](images_and_convolution.py).

# %%
import os

import matplotlib.pyplot as plt
import numpy as np
from scipy.signal import convolve2d, correlate2d

from pipekeras import *

QUICK = os.environ.get("PIPEKERAS_QUICK") == "1"  # fewer cases where only the code is to be tried

# %% [markdown]
# ## Is it a convolution?
#
# In mathematics, a convolution turns the filter by 180 degrees before it slides. The layers of neural networks do not:
# what they compute is called a cross-correlation. Where weights are learned, it makes no difference, as a turned filter
# is learned as easily. Whoever sets weights from a book needs to know it. SciPy has both, and the Sobel-like kernel
# tells them apart, since it changes its sign when turned. Here it slides over the image of 6 x 6 pixels.

# %%
rows = ["100001", "010010", "001100", "100010", "010010", "001010"]
image = np.array([[int(pixel) for pixel in row] for row in rows])
vertical = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])

by_layer = (
    image.reshape(1, 6, 6, 1).astype("float32")
    >> layer_conv_2d(filters=1, kernel_size=3, use_bias=False, weights=[vertical.reshape(3, 3, 1, 1)])
    >> op_convert_to_numpy()
)[0, :, :, 0]

to_correlation = abs(by_layer - correlate2d(image, vertical, mode="valid")).max()
to_convolution = abs(by_layer - convolve2d(image, vertical, mode="valid")).max()
to_turned = abs(by_layer - convolve2d(image, vertical[::-1, ::-1], mode="valid")).max()

# %% [markdown]
# The layer agrees with the cross-correlation, and with the convolution by the turned kernel.

# %% result: layers do not turn their filters
print(
    f"the layer differs from the cross-correlation by {to_correlation:.0f}, from the convolution by up to"
    f" {to_convolution:.0f}, from the convolution with the turned kernel by {to_turned:.0f}"
)

assert to_correlation == 0 and to_turned == 0 and to_convolution >= 2

# %% [markdown]
# ## Padding and bias
#
# With `padding="valid"`, the default, a filter stays inside the image, and a 3 x 3 filter makes a map that is smaller
# by two. With `padding="same"` zeros are put around the image, so that the map, at stride 1, is as large as the image.
# A filter of ones, on an image of ones, counts the pixels that it covers: fewer at the border. The *bias* is one number
# for each filter, added to each of its sums; here it is 0.5.

# %%
ones = np.ones((1, 4, 4, 1), "float32")
counted = {}

for padding in ("valid", "same"):
    counted[padding] = (
        ones
        >> layer_conv_2d(filters=1, kernel_size=3, padding=padding, weights=[np.ones((3, 3, 1, 1)), np.array([0.5])])
        >> op_convert_to_numpy()
    )[0, :, :, 0]
    print(padding)
    print(counted[padding])

# %% [markdown]
# Inside the image the filter covers nine pixels; with zeros around it four in a corner and six at a side.

# %% result: padding and bias
same = counted["same"]
print(f"a filter of ones and bias 0.5 give {same[1, 1]} inside, {same[0, 1]} at a side and {same[0, 0]} in a corner")

assert counted["valid"].tolist() == [[9.5, 9.5], [9.5, 9.5]]
assert same[0].tolist() == same[3].tolist() == [4.5, 6.5, 6.5, 4.5]
assert same[1].tolist() == same[2].tolist() == [6.5, 9.5, 9.5, 6.5]

# %% [markdown]
# ## Several channels, several filters
#
# A filter for a colour image has a slice of $K \times K$ weights for each channel. Each slice slides over its own
# channel, and the three sums and the bias are added to one number. However many channels come in, each filter makes one
# map.
#
# The image is of three discs of light that overlap. The filter finds where there is more red than green: its red slice
# is a box blur, its green slice the same with minus signs, and its blue slice is zero.

# %%
rows, columns = np.mgrid[0:60, 0:60]
lights = np.zeros((60, 60, 3))
for channel, (row, column) in enumerate([(22, 30), (37, 21), (37, 39)]):  # the red, the green and the blue disc
    lights[..., channel] = np.hypot(rows - row, columns - column) < 17

blur = np.ones((3, 3)) / 9
more_red = np.stack([blur, -blur, 0 * blur], axis=-1)  # rows, columns, channels

redness = (
    lights[np.newaxis].astype("float32")
    >> layer_conv_2d(filters=1, kernel_size=3, padding="same", weights=[more_red.reshape(3, 3, 3, 1), np.array([0.1])])
    >> op_convert_to_numpy()
)[0, :, :, 0]

# %% [markdown]
# The same in three pieces, each channel with its slice, by a layer for one channel:

# %%
pieces = [
    (
        lights[np.newaxis, :, :, channel, np.newaxis].astype("float32")
        >> layer_conv_2d(
            filters=1,
            kernel_size=3,
            padding="same",
            use_bias=False,
            weights=[more_red[:, :, channel].reshape(3, 3, 1, 1)],
        )
        >> op_convert_to_numpy()
    )[0, :, :, 0]
    for channel in range(3)
]

# %%
figure, axes = plt.subplots(1, 4, figsize=(8, 2.6), layout="constrained")
titles = ["red slice", "green slice", "blue slice", "sum and bias"]

for axis, title, piece in zip(axes, titles, [*pieces, redness], strict=True):
    drawn = axis.imshow(piece, cmap="PuOr", vmin=-1.1, vmax=1.1)
    axis.set(title=title, xticks=[], yticks=[])

bar = figure.colorbar(drawn, ax=axes, shrink=0.7)

# %% [markdown]
# So a layer of $F$ filters of $K \times K$ over $C$ channels has $(K \cdot K \cdot C + 1) \cdot F$ weights, the one
# being the bias. The size of the image does not matter: the same weights are used everywhere in it. `count_params`
# checks the formula for all filters up to 5 x 5, up to 4 channels, and 1, 8 and 32 filters.

# %%
counts = []
for size in range(1, 6):
    for channels in range(1, 5):
        for filters in (1, 8, 32):
            layer = layer_conv_2d(filters=filters, kernel_size=size)
            layer_input(shape=(60, 60, channels)) >> layer
            counts.append((layer.count_params(), (size * size * channels + 1) * filters))

# %% [markdown]
# The sum of the three pieces and the bias is what the layer for three channels computes.

# %% result: a filter over three channels
gap = abs(sum(pieces) + 0.1 - redness).max()
right = sum(by_keras == by_formula for by_keras, by_formula in counts)
print(
    f"three slices and the bias sum to the layer's map within {gap:.1g}, which goes from {redness.min():.1f} to"
    f" {redness.max():.1f}, and the number of weights is right in {right} of {len(counts)} cases"
)

assert gap < 1e-5
assert np.isclose(redness[10, 30], 1.1) and np.isclose(redness[45, 15], -0.9)  # red alone, green alone
assert np.isclose(redness[31, 30], 0.1) and np.isclose(redness[45, 45], 0.1)  # as much red as green, blue alone
assert right == len(counts)

# %% [markdown]
# ## How large is the map?
#
# Let the image have $W$ columns, the filter $K$, let $P$ zeros be put on either side, and let the filter move on by
# $S$. The first place is at the left border; $W - K + 2P$ pixels are left to its right, and each stride takes $S$ of
# them:
#
# $$\left\lfloor \frac{W - K + 2P}{S} \right\rfloor + 1$$
#
# The brackets mean rounded down: a last stride that does not fit is left out. For rows it is the same. First, all small
# cases in which a filter fits into its image, in two dimensions. The images have one row more than columns, to tell the
# two apart. A layer that is applied to an input says the size of its output without computing anything.

# %%
cases = [
    (W, K, P, S) for W in range(1, 13) for K in range(1, 6) for P in range(3) for S in range(1, 4) if W - K + 2 * P >= 0
]

wrong = []
for W, K, P, S in cases:
    inputs = layer_input(shape=(W + 1, W, 1))
    output = inputs >> layer_zero_padding_2d(padding=P) >> layer_conv_2d(filters=1, kernel_size=K, strides=S)
    if output.shape[1:3] != ((W + 1 - K + 2 * P) // S + 1, (W - K + 2 * P) // S + 1):
        wrong.append((W, K, P, S))

print(len(cases), "cases, of which the formula is wrong for", len(wrong))

# %% [markdown]
# Then the same with real numbers, in one dimension: the image is the row 1, 2 ... $W$, the filter $K$ ones. Each number
# of the map is the sum of a piece of the row, and a loop over the pieces tells both how many there are and what they
# sum to.

# %%
agree = []
for W, K, P, S in cases[:: 10 if QUICK else 1]:
    row = np.arange(1.0, W + 1, dtype="float32")
    layer = layer_conv_1d(filters=1, kernel_size=K, strides=S, use_bias=False, kernel_initializer="ones")
    sums = row.reshape(1, W, 1) >> layer_zero_padding_1d(padding=P) >> layer >> op_convert_to_numpy()

    padded = np.pad(row, P)
    pieces = [padded[start : start + K].sum() for start in range(0, W + 2 * P - K + 1, S)]
    agree.append(sums.size == (W - K + 2 * P) // S + 1 and sums.ravel().tolist() == pieces)

# %% [markdown]
# `padding="same"` puts as many zeros around as are needed for $\lceil W / S \rceil$ numbers, rounded up, whatever the
# size of the filter. If their number is odd, the right side gets one more than the left.

# %%
agree_same = []
for W, K, S in {(W, K, S) for W, K, P, S in cases[:: 10 if QUICK else 1]}:
    row = np.arange(1.0, W + 1, dtype="float32")
    layer = layer_conv_1d(1, kernel_size=K, strides=S, padding="same", use_bias=False, kernel_initializer="ones")
    sums = row.reshape(1, W, 1) >> layer >> op_convert_to_numpy()

    size = -(-W // S)  # rounded up
    zeros = max((size - 1) * S + K - W, 0)
    padded = np.pad(row, (zeros // 2, zeros - zeros // 2))
    pieces = [padded[start : start + K].sum() for start in range(0, size * S, S)]
    agree_same.append(sums.size == size and sums.ravel().tolist() == pieces)

# %% [markdown]
# Both formulas hold in all cases.

# %% result: output size
print(
    f"the formula is right for {len(cases) - len(wrong)} of {len(cases)} small images, a layer gives as many numbers,"
    f" and the right ones, for {sum(agree)} of {len(agree)} rows, and with padding to the same size for"
    f" {sum(agree_same)} of {len(agree_same)}"
)

assert len(cases) > 400 and not wrong
assert len(agree) > 40 and all(agree)
assert len(agree_same) > 20 and all(agree_same)

# %% [markdown]
# ## Pooling
#
# Pooling slides over an image as well, usually without overlap, and it has no weights. Max pooling takes the largest of
# the numbers below it, average pooling their mean. The lectures show both on two images of 4 x 4. `layer_*_pooling_2d`
# moves on by its own size unless `strides=` says otherwise. One of the averages is 19.5, which on a slide may stand as
# 20.

# %%
images = np.array(
    [
        [[12, 20, 30, 0], [8, 12, 2, 0], [34, 70, 37, 4], [112, 100, 25, 12]],
        [[1, 1, 2, 4], [5, 6, 7, 8], [3, 2, 1, 0], [1, 2, 3, 4]],
    ]
)
images = images.reshape(2, 4, 4, 1).astype("float32")

largest = images >> layer_max_pooling_2d(pool_size=2) >> op_convert_to_numpy()
mean = images >> layer_average_pooling_2d(pool_size=2) >> op_convert_to_numpy()
print(largest.shape, mean.shape)

# %% [markdown]
# Each quarter of an image has a colour, and so has the number that comes from it.

# %%
figure, axes = plt.subplots(2, 3, figsize=(8, 5.8), layout="constrained", width_ratios=[4, 2.6, 2.6])
colours = plt.matplotlib.colors.ListedColormap(["#9ecae1", "#fdc086", "#a8ddb5", "#d9d9d9"])
quarters = np.array([[0, 1], [2, 3]])

for line in range(2):
    panels = {"image": images, "maximum": largest, "average": mean}
    for axis, (title, arrays) in zip(axes[line], panels.items(), strict=True):
        array = arrays[line, :, :, 0]
        axis.imshow(np.kron(quarters, np.ones((len(array) // 2,) * 2)), cmap=colours)
        axis.set(title=title, xticks=[], yticks=[])
        for (i, j), value in np.ndenumerate(array):
            axis.text(j, i, f"{value:g}", ha="center", va="center", fontsize=14)

# %% [markdown]
# **Result**: layers slide their filters without turning them, their sizes follow the two formulas in all small cases,
# and pooling of the two images of 4 x 4 gives the lectures' numbers.

# %% result: max and average pooling of 4x4
maxima, averages = largest[..., 0].tolist(), mean[..., 0].tolist()
print(f"pooling finds the maxima {maxima[0]} and {maxima[1]}, and the averages {averages[0]} and {averages[1]}")

assert maxima == [[[20, 30], [112, 37]], [[6, 8], [3, 4]]]
assert averages == [[[13, 8], [79, 19.5]], [[3.25, 5.25], [2, 2]]]
