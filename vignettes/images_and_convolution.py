# %% [markdown]
# # Images and convolution
#
# **What it shows**: what a convolutional layer computes, by hand and by the layer. An image becomes an array; the
# lectures' worked examples are computed digit for digit; edge detectors, sharpening and blurring are run over a
# picture; strides and pooling are shown on numbers small enough to check on paper. Nothing is trained here: all weights
# are set by hand. [Padding, channels and pooling](padding_and_pooling.py) goes on from here.
#
# **Know before**: what a layer is and how `>>` chains layers, as in [Getting started](getting_started.py). Rows and
# columns are counted from 0.

# %%
import matplotlib.pyplot as plt
import numpy as np
from scipy.signal import correlate2d

from pipekeras import *

# %% [markdown]
# ## An image is an array
#
# A grey image is a table of numbers, one for each pixel. The digits that come with pipekeras have 8 rows, 8 columns and
# grey levels from 0 (white) to 16 (black).

# %%
digits = dataset_digits()
digit = digits.train.x[2]

print("shape", digit.shape, "- lightest", digit.min(), "- darkest", digit.max(), "- label", digits.train.y[2])

# %% [markdown]
# Left, the image as we see it. Right, the same image as the network sees it.

# %%
figure, axes = plt.subplots(1, 2, figsize=(8, 4.1), layout="constrained")
axes[0].imshow(digit, cmap="Greys")
axes[0].set_title("seen")
axes[1].imshow(digit, cmap="Greys", alpha=0.35)
axes[1].set_title("stored")

for axis in axes:
    axis.set(xlabel="column", ylabel="row", xticks=range(8), yticks=range(8))
for (row, column), level in np.ndenumerate(digit):
    axes[1].text(column, row, int(level), ha="center", va="center")

# %% [markdown]
# A colour image has three numbers for each pixel: how much red, green and blue light it sends. They are its *channels*,
# and they are the last axis of the array. Here are three discs of light that overlap, on 60 x 60 pixels.

# %%
rows, columns = np.mgrid[0:60, 0:60]
centres = [(22, 30), (37, 21), (37, 39)]  # row and column of the red, the green and the blue disc

lights = np.zeros((60, 60, 3))
for channel, (row, column) in enumerate(centres):
    lights[..., channel] = np.hypot(rows - row, columns - column) < 17

print("shape", lights.shape, "- the pixel in row 31, column 30 is", lights[31, 30])

# %% [markdown]
# Where all three discs meet, the pixel is 1, 1, 1: white. Each channel on its own is a grey image.

# %%
figure, axes = plt.subplots(1, 4, figsize=(8, 2.4), layout="constrained")
axes[0].imshow(lights)
axes[0].set_title("three channels")

for channel, name in enumerate(["red", "green", "blue"]):
    axes[channel + 1].imshow(lights[..., channel], cmap="gray")
    axes[channel + 1].set_title(f"channel {channel}: {name}")
for axis in axes:
    axis.set(xticks=[], yticks=[])

# %% [markdown]
# ## A filter slides over an image
#
# A *filter*, or *kernel*, is a small table of weights $w$. It is laid over the image $x$ in the upper left corner; each
# weight is multiplied with the pixel below it, and the products are summed. Then it moves on by one pixel. The sums are
# a new image, the *feature map*:
#
# $$y_{ij} = \sum_{a=0}^{K-1} \sum_{b=0}^{K-1} w_{ab} \, x_{i+a,\, j+b}$$
#
# The first example of the lectures has an image of 5 x 5 pixels and a filter of 3 x 3 weights.

# %%
image = np.array([[1, 1, 1, 0, 0], [0, 1, 1, 1, 0], [0, 0, 1, 1, 1], [0, 0, 1, 1, 0], [0, 1, 1, 0, 0]])
cross = np.array([[1, 0, 1], [0, 1, 0], [1, 0, 1]])

print("upper left corner:", (cross * image[:3, :3]).sum())

# %% [markdown]
# The layer for it is `layer_conv_2d`. It wants its kernel with four axes: rows, columns, channels that come in,
# filters. There is one channel and one filter, so the last two are of length one. `weights=` sets the kernel, and
# `use_bias=False` leaves out the number that a layer otherwise adds to each sum. Images come in batches with channels:
# batch, row, column, channel.

# %%
model = keras_model_sequential(input_shape=(5, 5, 1)) >> layer_conv_2d(
    filters=1, kernel_size=3, use_bias=False, weights=[cross.reshape(3, 3, 1, 1)]
)
feature_map = (model >> predict(image.reshape(1, 5, 5, 1), verbose=0))[0, :, :, 0]
print(feature_map)

# %% [markdown]
# The filter fits into the image at nine places, so the map has nine numbers. The picture shows each place, and above it
# the sum that the layer found there. Small crosses mark the pixels whose weight is 1.

# %%
figure, axes = plt.subplots(3, 3, figsize=(7.5, 7.9), layout="constrained")

for (row, column), total in np.ndenumerate(feature_map):
    axis = axes[row, column]
    axis.imshow(image, cmap="Greys", vmin=0, vmax=4)
    axis.set(xticks=[], yticks=[], title=f"row {row}, column {column}: {total:.0f}")
    axis.add_patch(plt.Rectangle((column - 0.5, row - 0.5), 3, 3, fill=False, color="#D55E00", lw=3, clip_on=False))
    for (i, j), pixel in np.ndenumerate(image):
        axis.text(j, i, pixel, ha="center", va="center", fontsize=12)
    for i, j in np.argwhere(cross):
        axis.text(column + j + 0.3, row + i + 0.4, "×", ha="center", color="#D55E00", fontsize=13)

# %% [markdown]
# The layer finds the lecture's map.

# %% result: the 5x5 image and the 3x3 filter
print(f"the layer's map is {' / '.join(' '.join(f'{value:.0f}' for value in line) for line in feature_map)}")

assert feature_map.tolist() == [[4, 3, 4], [2, 4, 3], [2, 3, 4]]

# %% [markdown]
# ## A filter that finds edges
#
# The next filter has negative weights on the left, positive ones on the right, and zeros between. Where the image is
# the same on both sides, they cancel. Where it gets larger from left to right, the sum is positive. Take a patch of
# small numbers, with larger ones on its right; the nine products are easily summed.

# %%
vertical = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])
patch = np.array([[2, 4, 3], [1, 3, 2], [0, 2, 2]])

print("products:")
print(vertical * patch)
print("their sum:", (vertical * patch).sum())

# %% [markdown]
# The same by the layer. A new layer has random weights, and `set_weights` gives it others. Besides the patch, it gets
# one that is 3 everywhere, and the patch seen in a mirror.

# %%
set_random_seed(1)

model = keras_model_sequential(input_shape=(3, 3, 1)) >> layer_conv_2d(filters=1, kernel_size=3, use_bias=False)
model >> set_weights([vertical.reshape(3, 3, 1, 1)])

patches = np.stack([patch, np.full((3, 3), 3), patch[:, ::-1]])
answers = (model >> predict(patches.reshape(3, 3, 3, 1), verbose=0)).ravel()

# %% [markdown]
# An edge has a sign: larger numbers to the right are positive, to the left negative, and no edge is zero.

# %% result: the Sobel-like kernel
print(f"on the patch the kernel gives {answers[0]:.0f}, on an even one {answers[1]:.0f}, in a mirror {answers[2]:.0f}")

assert answers.tolist() == [5, 0, -5]

# %% [markdown]
# ## Two filters, and max pooling
#
# The next example has an image of 6 x 6 pixels and two filters. The first looks for a diagonal from the upper left to
# the lower right, the second for an upright line: 1 where the line must be, -1 where it must not.

# %%
image = np.array(
    [
        [1, 0, 0, 0, 0, 1],
        [0, 1, 0, 0, 1, 0],
        [0, 0, 1, 1, 0, 0],
        [1, 0, 0, 0, 1, 0],
        [0, 1, 0, 0, 1, 0],
        [0, 0, 1, 0, 1, 0],
    ]
)
diagonal = np.array([[1, -1, -1], [-1, 1, -1], [-1, -1, 1]])
upright = np.array([[-1, 1, -1], [-1, 1, -1], [-1, 1, -1]])

# %% [markdown]
# Two filters are one layer: they are stacked along the last axis of the kernel, and each makes a feature map, a channel
# of what comes out. *Max pooling* follows. It takes the largest of each 2 x 2 numbers: whether the pattern was there,
# and roughly where.

# %%
kernel = np.stack([diagonal, upright], axis=-1).reshape(3, 3, 1, 2)
convolution = layer_conv_2d(filters=2, kernel_size=3, use_bias=False, weights=[kernel])

inputs = layer_input(shape=(6, 6, 1))
maps = inputs >> convolution
pooled = maps >> layer_max_pooling_2d(pool_size=2)
model = keras_model(inputs, [maps, pooled])

maps, pooled = model >> predict(image.reshape(1, 6, 6, 1), verbose=0)
print(maps.shape, pooled.shape)

# %% [markdown]
# The model has two outputs, so that we see both steps. A 3 in the map is a whole line found: three pixels at their
# places and none beside them.

# %%
figure, axes = plt.subplots(2, 4, figsize=(8.4, 4.6), layout="constrained", width_ratios=[6, 3.5, 4.5, 2.5])

for index, weights in enumerate([diagonal, upright]):
    panels = {"image": image, f"filter {index + 1}": weights}
    panels |= {"feature map": maps[0, :, :, index], "maximum": pooled[0, :, :, index]}
    for axis, (title, array) in zip(axes[index], panels.items(), strict=True):
        axis.imshow(array, cmap="PuOr", vmin=-6, vmax=6)
        axis.set(title=title, xticks=[], yticks=[])
        for (i, j), value in np.ndenumerate(array):
            axis.text(j, i, f"{value:.0f}", ha="center", va="center", fontsize=12)

# %% [markdown]
# Both maps and both pooled maps are the lecture's.

# %% result: the 6x6 image, two filters and max pooling
first, second = maps[0, :, :, 0], maps[0, :, :, 1]
small = [pooled[0, :, :, index].astype(int).tolist() for index in range(2)]
print(
    f"the filters find at most {first.max():.0f} and {second.max():.0f}, and pooling leaves {small[0]} and {small[1]}"
)

assert first.tolist() == [[3, -1, -3, -1], [-3, 1, 0, -3], [-3, -3, 0, 1], [3, -2, -2, -1]]
assert second.tolist() == [[-1, -1, -1, -1], [-1, -1, -2, 1], [-1, -1, -2, 1], [-1, 0, -4, 3]]
assert small == [[[3, 0], [3, 1]], [[-1, 1], [0, 3]]]

# %% [markdown]
# ## Strides
#
# A filter need not stop at each pixel. With `strides=2` it moves on by two, to the right and down, and the map has
# about half as many rows and columns. Nothing else changes: what is left is every second number of every second row. In
# this image of six columns the filter starts in columns 0 and 2; from column 4 it would reach out of the image.
#
# To see what one layer does, no model is needed: an array of floating-point numbers can be piped into a layer.

# %%
strided = (
    image.reshape(1, 6, 6, 1).astype("float32")
    >> layer_conv_2d(filters=1, kernel_size=3, strides=2, use_bias=False, weights=[diagonal.reshape(3, 3, 1, 1)])
    >> op_convert_to_numpy()
)[0, :, :, 0]

# %% [markdown]
# The map of stride 2, beside the rows and columns of the map of stride 1.

# %% result: the 6x6 image with stride 2
print(f"with stride 2 the map is {strided.astype(int).tolist()}, every second number of the map of stride 1")

assert strided.tolist() == [[3, -3], [-3, 0]]
assert np.array_equal(strided, first[::2, ::2])

# %% [markdown]
# ## Filters on a picture
#
# Before networks learned their filters, people designed them. The lectures show six: one that changes nothing, three
# that find edges, one that sharpens and one that blurs.

# %%
kernels = {
    "identity": np.array([[0, 0, 0], [0, 1, 0], [0, 0, 0]]),
    "edges 1": np.array([[1, 0, -1], [0, 0, 0], [-1, 0, 1]]),
    "edges 2": np.array([[0, 1, 0], [1, -4, 1], [0, 1, 0]]),
    "edges 3": np.array([[-1, -1, -1], [-1, 8, -1], [-1, -1, -1]]),
    "sharpen": np.array([[0, -1, 0], [-1, 5, -1], [0, -1, 0]]),
    "box blur": np.ones((3, 3)) / 9,
}
for name, kernel in kernels.items():
    print(f"{name}: the weights sum to {kernel.sum():.0f}")

# %% [markdown]
# The sum of the weights says what happens to an even area. Where it is 1, the area keeps its grey level. Where it is 0,
# the area becomes 0, black, and only changes are left.
#
# They need something to look at: a scene of 96 x 96 pixels, from 0 (black) to 1 (white), with a sky that gets lighter
# downwards, a sun, a mountain, a house, and grass.

# %%
rng = np.random.default_rng(1)
row, column = np.mgrid[0:96, 0:96]

scene = 0.45 + 0.3 * row / 96  # the sky
scene[np.hypot(row - 20, column - 74) < 11] = 0.98  # the sun
mountain = row > 22 + 0.95 * abs(column - 34)
scene[mountain] = 0.38
scene[mountain & (row < 34 + 3 * np.sin(column / 1.7))] = 0.9  # its snow
scene[row > 66] = 0.3 + 0.12 * rng.random((29, 96)).ravel()  # grass
scene[48:80, 56:86] = 0.72  # the house
scene[(row < 48) & (row > 34 + 0.8 * abs(column - 70.5))] = 0.2  # its roof
scene[56:64, 61:68] = scene[56:64, 75:82] = 0.1  # two windows
scene[66:80, 68:75] = 0.25  # a door

# %% [markdown]
# One model for all: it takes images of any size, and `set_weights` gives it one kernel after the other. With
# `padding="same"`, of which more below, the map is as large as the image. The Sobel-like kernel comes along.

# %%
set_random_seed(1)

model = keras_model_sequential(input_shape=(None, None, 1)) >> layer_conv_2d(
    filters=1, kernel_size=3, padding="same", use_bias=False
)

filtered = {}
for name, kernel in (kernels | {"Sobel-like": vertical}).items():
    model >> set_weights([kernel.reshape(3, 3, 1, 1)])
    filtered[name] = (model >> predict(scene.reshape(1, 96, 96, 1), verbose=0))[0, :, :, 0]

# %% [markdown]
# Of the edge detectors the picture shows how large the answer is, whatever its sign. The bright frame is no edge of the
# scene: around it are the zeros of the padding.

# %%
figure, axes = plt.subplots(2, 4, figsize=(8, 4.4), layout="constrained")

for axis, (name, picture) in zip(axes.flat, ({"scene": scene} | filtered).items(), strict=True):
    edges = name.startswith(("edges", "Sobel"))
    axis.imshow(abs(picture) if edges else picture, cmap="gray", vmin=0, vmax=1)
    axis.set(title=name, xticks=[], yticks=[])

# %% [markdown]
# The first edge detector sees corners and slanted edges, and almost nothing of upright or level ones: along those, its
# weights cancel. The second and third see edges in all directions, the third more strongly, and both take the grass for
# edges. The Sobel-like kernel sees upright edges, and not the level ones of the windows. Sharpening makes contrasts
# larger, the blur makes them smaller.
#
# That can be measured. The wall of the house is even, so the edge detectors must find nothing there. The grass is
# uneven, and its standard deviation says how much. All maps are compared with SciPy's `correlate2d`, which slides a
# filter too.

# %%
wall = {name: abs(picture[50:54, 58:84]).max() for name, picture in filtered.items()}
edge = {name: abs(picture[2:-2, 2:-2]).max() for name, picture in filtered.items()}
grass = {name: picture[83:94, 2:94].std() for name, picture in filtered.items()}

by_scipy = {name: correlate2d(scene, kernel, mode="same") for name, kernel in kernels.items()}
difference = max(abs(by_scipy[name] - filtered[name]).max() for name in kernels)

# %% [markdown]
# **Result**: layers whose weights are set compute the worked examples of the lectures digit for digit. On the picture,
# edge detectors find nothing on the wall and something at each edge, sharpening makes the grass at least twice as
# uneven, and the blur at most half as uneven.

# %% result: the six kernels on a picture
detectors = ["edges 1", "edges 2", "edges 3"]
sharper, smoother = grass["sharpen"] / grass["identity"], grass["box blur"] / grass["identity"]
print(
    f"the maps are SciPy's within {difference:.0g}, edge detectors find at most {max(wall[i] for i in detectors):.0g}"
    f" on the wall and at least {min(edge[i] for i in detectors):.1f} at an edge, and the grass gets"
    f" {sharper:.1f} times as uneven by sharpening, {smoother:.1f} times as uneven by the blur"
)

assert difference < 1e-5
assert np.allclose(filtered["identity"], scene, atol=1e-6)
assert all(wall[i] < 1e-5 and edge[i] > 0.5 for i in detectors)
assert all(abs(wall[i] - 0.72) < 1e-5 for i in ("identity", "sharpen", "box blur"))
assert smoother < 0.5 and sharper > 2
