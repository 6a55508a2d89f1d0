# %% [markdown]
# # Classifying images with a CNN
#
# **What it shows**: three convolutional networks of the lecture, trained to tell images apart: a small one on 32 x 32
# pixels whose layers can be followed one by one, the network for MNIST, and one with 25 filters of 3 x 3. It draws what
# their filters have become and what they make of an image, and looks at the errors that remain.
#
# **Know before**: what a filter and max pooling compute, from
# [Images and convolution](images_and_convolution.py); how a model is built, trained and tested, from
# [Getting started](getting_started.py).

# %%
import os

import matplotlib.pyplot as plt
import numpy as np

from pipekeras import *

QUICK = os.environ.get("PIPEKERAS_QUICK") == "1"  # shortens training where only the code is to be tried

# %% [markdown]
# ## The data, by one argument
#
# The digits that come with pipekeras need no download. Where there is a network connection, the same networks learn
# other images: `python cnn_classification.py --data fashion_mnist` is all there is to change. `flags()` reads the
# command line, as in R; in a notebook, write the other name in place of the first `"digits"`.

# %%
FLAGS = flags(flag_string("data", "digits", "digits, mnist, fashion_mnist or cifar10"))

datasets = {
    "digits": dataset_digits,
    "mnist": dataset_mnist,
    "fashion_mnist": dataset_fashion_mnist,
    "cifar10": dataset_cifar10,
}
dataset = datasets[FLAGS.data]()
print(dataset)

# %% [markdown]
# A convolution expects four axes: which image, row, column, channel. Grey images get a last axis of length one; the
# photographs of CIFAR-10 have three channels already, red, green and blue. Grey levels are scaled to lie between 0 and
# 1. Of the large data sets a part is enough here. The labels are whole numbers in one axis.

# %%
(x_train, y_train), (x_test, y_test) = dataset
brightest = x_train.max()

x_train = np.float32(x_train[: 1500 if QUICK else 6000]) / brightest
x_test = np.float32(x_test[:2000]) / brightest
y_train, y_test = y_train[: len(x_train)].ravel(), y_test[: len(x_test)].ravel()

if x_train.ndim == 3:
    x_train, x_test = x_train[..., np.newaxis], x_test[..., np.newaxis]
channels = x_train.shape[-1]
classes = int(y_train.max()) + 1

# %% [markdown]
# The shipped digits have 8 x 8 pixels, MNIST's have 28 x 28. The networks are made for the latter, so small images are
# enlarged. That adds pixels but no information.

# %%
if x_train.shape[1] < 28:
    x_train = op_convert_to_numpy(op_image_resize(x_train, size=(28, 28)))
    x_test = op_convert_to_numpy(op_image_resize(x_test, size=(28, 28)))
print(len(x_train), "images to train on,", len(x_test), "to test on, each", x_train.shape[1:])

# %%
figure, axes = plt.subplots(2, 8, figsize=(8, 2.4), layout="constrained")
for axis, image, label in zip(axes.flat, x_train, y_train, strict=False):
    axis.imshow(image, cmap="Greys")
    axis.set_title(label, fontsize=9)
    axis.axis("off")

# %% [markdown]
# ## The network on 32 x 32 pixels
#
# The lecture follows a small network by hand. It tells five classes apart, on images of 32 x 32 pixels. So from here to
# the next section there are only the classes 0 to 4, enlarged once more.

# %%
train_5, test_5 = y_train < 5, y_test < 5
x_train_32 = op_convert_to_numpy(op_image_resize(x_train[train_5], size=(32, 32)))
x_test_32 = op_convert_to_numpy(op_image_resize(x_test[test_5], size=(32, 32)))
print(x_train_32.shape, x_test_32.shape)

# %% [markdown]
# Three filters of 5 x 5 pixels run over the image. A filter fits into 32 pixels at $32 - 5 + 1 = 28$ places along each
# axis, so there are three maps of 28 x 28. Pooling halves them to 14 x 14. Flattened, that makes
# $14 \cdot 14 \cdot 3 = 588$ numbers, and two dense layers turn these into 20 and then 5. The five are probabilities:
# softmax makes them positive with sum 1.

# %%
set_random_seed(1)

small = (
    keras_model_sequential(input_shape=(32, 32, channels))
    >> layer_conv_2d(filters=3, kernel_size=5, activation="relu")
    >> layer_max_pooling_2d(pool_size=2)
    >> layer_flatten()
    >> layer_dense(units=20, activation="relu")
    >> layer_dense(units=5, activation="softmax")
)
summary(small)

# %% [markdown]
# Do the layers agree with what was worked out by hand? A filter has $5 \cdot 5$ weights for each channel and one bias.
# A dense layer has a weight for each pair of an input and an output, and a bias for each output. Pooling and flattening
# have nothing to learn.

# %%
by_hand = [
    ((28, 28, 3), 3 * (5 * 5 * channels + 1)),
    ((14, 14, 3), 0),
    ((588,), 0),
    ((20,), 588 * 20 + 20),
    ((5,), 20 * 5 + 5),
]
for layer, (shape_by_hand, parameters_by_hand) in zip(small.layers, by_hand, strict=True):
    print(f"{layer.name:20} {layer.output.shape[1:]!s:14} {layer.count_params():6} parameters")
    assert layer.output.shape[1:] == shape_by_hand and layer.count_params() == parameters_by_hand

# %% [markdown]
# Nearly all parameters are in the first dense layer. The convolution, which looks at every part of the image, needs
# for grey images fewer than a hundredth of them, because one filter serves all places.
#
# The labels are whole numbers, so the loss is the sparse cross-entropy.

# %%
small >> compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics="accuracy")
history = small >> fit(x_train_32, y_train[train_5], epochs=2 if QUICK else 20, verbose=0)
print(history)

# %% [markdown]
# What has it learned to look for? A functional model from the same input to the outputs of the first two layers shows
# what they make of an image. It shares the layers with the network, and needs no training of its own.

# %%
first_layers = keras_model(small.inputs, [layer.output for layer in small.layers[:2]])
convolved, pooled = first_layers >> predict(x_test_32[:1], verbose=0)
print(convolved.shape, pooled.shape)

# %% [markdown]
# From left to right: a test image, the three filters, what each finds in the image, and the same after pooling. A
# filter is drawn in violet where its weights are positive and in orange where they are negative. The maps are dark
# where the image looks like the filter.

# %%
filters = np.asarray(get_weights(small.layers[0])[0])
largest = abs(filters).max()
figure, axes = plt.subplots(3, 4, figsize=(8, 6), layout="constrained", width_ratios=(1, 0.5, 1, 1))
for number, (axis_image, *row) in enumerate(axes):
    if number == 1:
        axis_image.imshow(x_test_32[0], cmap="Greys")
        axis_image.set_title("image", fontsize=9)
    row[0].imshow(filters[:, :, 0, number], cmap="PuOr", vmin=-largest, vmax=largest)
    row[1].imshow(convolved[0, :, :, number], cmap="Greys")
    row[2].imshow(pooled[0, :, :, number], cmap="Greys")
    for axis, what in zip(row, ["filter", "28 x 28 map", "14 x 14, pooled"], strict=True):
        axis.set_title(f"{what} {number}", fontsize=9)
for axis in axes.flat:
    axis.axis("off")

# %% [markdown]
# Images that it was not trained on decide how good it is.

# %% result: the network on 32 x 32 pixels
accuracy = (small >> evaluate(x_test_32, y_test[test_5], verbose=0))["accuracy"]
print(f"the network of 28x28x3, 14x14x3, 588, 20 and 5 reads {accuracy:.1%} of {test_5.sum()} unseen images right")

assert accuracy > {"digits": 0.95, "mnist": 0.93, "fashion_mnist": 0.75, "cifar10": 0.4}[FLAGS.data] * (
    0.6 if QUICK else 1
)

# %% [markdown]
# ## The network for MNIST
#
# This one is in many textbooks. Two convolutions follow each other directly, so that a number of the second sees
# 5 x 5 pixels through filters of 3 x 3. Dropout sets a quarter of the pooled numbers, and later half of the dense
# ones, to zero at random in each training step. The network cannot rely on any single one of them, and overfits less.

# %%
set_random_seed(1)

mnist_network = (
    keras_model_sequential(input_shape=x_train.shape[1:])
    >> layer_conv_2d(filters=32, kernel_size=3, activation="relu")
    >> layer_conv_2d(filters=64, kernel_size=3, activation="relu")
    >> layer_max_pooling_2d(pool_size=2)
    >> layer_dropout(rate=0.25)
    >> layer_flatten()
    >> layer_dense(units=128, activation="relu")
    >> layer_dropout(rate=0.5)
    >> layer_dense(units=classes, activation="softmax")
)
summary(mnist_network)

# %% [markdown]
# A tenth of the training images is set aside for validation. Dropout is at work only in training, so the accuracy on
# the validation images can be the higher one.

# %%
mnist_network >> compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics="accuracy")
history = mnist_network >> fit(x_train, y_train, epochs=1 if QUICK else 8, validation_split=0.1, verbose=0)
plot(history)

# %% result: the MNIST network
accuracy = (mnist_network >> evaluate(x_test, y_test, verbose=0))["accuracy"]
print(f"the MNIST network reads {accuracy:.1%} of {len(x_test)} unseen images right")

assert accuracy > {"digits": 0.93, "mnist": 0.93, "fashion_mnist": 0.75, "cifar10": 0.35}[FLAGS.data] * (
    0.6 if QUICK else 1
)

# %% [markdown]
# ## 25 filters of 3 x 3
#
# The next network pools after each convolution. Its maps get smaller and more numerous from layer to layer: less about
# where something is, more about what it is.

# %%
set_random_seed(1)

network = (
    keras_model_sequential(input_shape=x_train.shape[1:])
    >> layer_conv_2d(filters=25, kernel_size=3, activation="relu")
    >> layer_max_pooling_2d(pool_size=2)
    >> layer_conv_2d(filters=50, kernel_size=3, activation="relu")
    >> layer_max_pooling_2d(pool_size=2)
    >> layer_flatten()
    >> layer_dense(units=100, activation="relu")
    >> layer_dense(units=classes, activation="softmax")
)
shapes = [layer.output.shape[1:] for layer in network.layers]
print(*shapes, sep="\n")

# %% [markdown]
# On 28 x 28 grey pixels a filter fits at 26 x 26 places, and half of that is 13 x 13. Of 11 x 11 the second pooling
# leaves 5 x 5, as the last row and column have no partner.
#
# How many weights has one filter? In the first layer $3 \cdot 3 = 9$ for a grey image. In the second it reads 25 maps
# at once, with 9 weights for each: $3 \cdot 3 \cdot 25 = 225$. The bias comes on top.

# %%
kernel_1, kernel_2 = get_weights(network.layers[0])[0], get_weights(network.layers[2])[0]
print("weights of a filter:", kernel_1[..., 0].size, "and", kernel_2[..., 0].size)

assert kernel_1[..., 0].size == 9 * channels and kernel_2[..., 0].size == 225
if x_train.shape[1:] == (28, 28, 1):
    assert shapes == [(26, 26, 25), (13, 13, 25), (11, 11, 50), (5, 5, 50), (1250,), (100,), (10,)]

# %%
network >> compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics="accuracy")
history = network >> fit(x_train, y_train, epochs=1 if QUICK else 12, validation_split=0.1, verbose=0)
print(history)

# %% [markdown]
# ### The learned filters
#
# All 25 filters of the first layer, as they are after training. Violet is positive, orange negative. Several detect
# edges: they are positive on one side and negative on the other. In a filter for colour images there is such a square
# for each channel, and the first is drawn.

# %%
kernel = np.asarray(get_weights(network.layers[0])[0])
largest = abs(kernel).max()
figure, axes = plt.subplots(5, 5, figsize=(4.4, 4), layout="constrained")
colours = plt.cm.ScalarMappable(plt.Normalize(-largest, largest), cmap="PuOr")
figure.colorbar(colours, ax=axes, label="weight", shrink=0.8)
for number, axis in enumerate(axes.flat):
    axis.imshow(kernel[:, :, 0, number], cmap="PuOr", vmin=-largest, vmax=largest)
    axis.axis("off")

# %% [markdown]
# ### The feature maps
#
# And this is what they make of one image. Each map answers, for every place, how much the image there looks like its
# filter; each is drawn on a scale of its own, and one that is white found nothing. After the first convolution the
# image is still to be seen in most maps, whole or with its edges on one side.

# %%
to_maps = keras_model(network.inputs, [network.layers[0].output, network.layers[2].output])
maps_1, maps_2 = to_maps >> predict(x_test[:1], verbose=0)

figure, axes = plt.subplots(5, 6, figsize=(8, 6.4), layout="constrained")
for axis in axes.flat:
    axis.axis("off")
axes[2, 0].imshow(x_test[0], cmap="Greys")
axes[2, 0].set_title("image", fontsize=9)
for number, axis in enumerate(axes[:, 1:].flat):
    axis.imshow(maps_1[0, :, :, number], cmap="Greys")

# %% [markdown]
# The second convolution combines the 25 maps. In its 50 maps less is left of the image: many are dark in one part of it
# only, such as the right side of a stroke, an end of a line or a bow.

# %%
figure, axes = plt.subplots(5, 10, figsize=(8, 4.2), layout="constrained")
for number, axis in enumerate(axes.flat):
    axis.imshow(maps_2[0, :, :, number], cmap="Greys")
    axis.axis("off")

# %% [markdown]
# ### The errors
#
# An accuracy does not say what is taken for what. A confusion matrix does: in row $i$, column $j$ it counts the
# images of class $i$ that were taken for class $j$. What is right stands on the diagonal.

# %%
probabilities = network >> predict(x_test, verbose=0)
predicted = probabilities.argmax(axis=-1)

confusion = np.zeros((classes, classes), int)
np.add.at(confusion, (y_test, predicted), 1)
print(confusion.trace(), "of", confusion.sum(), "are right")

# %% [markdown]
# Colour shows the errors alone, so that the many right ones do not outshine them.

# %%
errors = confusion * (1 - np.eye(classes))
figure, axes = plt.subplots(figsize=(5.6, 5), layout="constrained")
axes.imshow(errors, cmap="Oranges", vmax=max(1, 1.5 * errors.max()))
axes.set(xlabel="predicted", ylabel="in truth", xticks=range(classes), yticks=range(classes))
for (row, column), count in np.ndenumerate(confusion):
    if count:
        axes.text(column, row, count, ha="center", va="center", fontsize=9)

# %% [markdown]
# The errors themselves, those first of which the network was most certain. Above each image: in truth, what it was
# taken for, and with which probability.

# %%
certainty = probabilities.max(axis=-1)
wrong = np.flatnonzero(predicted != y_test)
wrong = wrong[np.argsort(-certainty[wrong])]

figure, axes = plt.subplots(2, 6, figsize=(8, 3.2), layout="constrained")
for axis in axes.flat:
    axis.axis("off")
for axis, which in zip(axes.flat, wrong, strict=False):
    axis.imshow(x_test[which], cmap="Greys")
    axis.set_title(f"{y_test[which]} as {predicted[which]}: {certainty[which]:.0%}", fontsize=9)

# %% [markdown]
# **Result**: each of the three networks reads most digits that it has never seen: the small one more than 95 of 100
# among five classes, the two others more than 93 of 100 among ten. What a dense network makes of the digits, and of
# digits in another place, is the subject of [CNN or dense](cnn_or_dense.py).

# %% result: 25 filters of 3x3
accuracy = (network >> evaluate(x_test, y_test, verbose=0))["accuracy"]
print(f"the network of 25 filters of 3x3 reads {accuracy:.1%} of {len(x_test)} unseen images right")

assert accuracy > {"digits": 0.93, "mnist": 0.93, "fashion_mnist": 0.75, "cifar10": 0.35}[FLAGS.data] * (
    0.6 if QUICK else 1
)
