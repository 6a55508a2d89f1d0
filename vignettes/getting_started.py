# %% [markdown]
# # Getting started
#
# **What it shows**: a picture is an array of numbers, and a small convolutional network learns to read handwritten
# digits from it, from the data to the saved model, with layers chained by `>>`. It needs no download: 1,797 digits of
# 8 x 8 grey levels come with pipekeras.
#
# **Know before**: what a layer is, and a little Python.

# %%
import os
import tempfile

import matplotlib.pyplot as plt
import numpy as np

from pipekeras import *

QUICK = os.environ.get("PIPEKERAS_QUICK") == "1"  # shortens training where only the code is to be tried

# %% [markdown]
# ## The data
#
# As in R, a data set has a training and a test part, each with its `x` and `y`. A fifth is held out at random.

# %%
(x_train, y_train), (x_test, y_test) = dataset_digits(test_split=0.2, seed=1)
print(x_train.shape, y_train.shape, x_test.shape)

# %% [markdown]
# One digit as numbers, 0 is white and 16 is black, and the first five as pictures.

# %%
print(x_train[0])

figure, axes = plt.subplots(1, 5, figsize=(7, 1.8), layout="constrained")
for axis, picture, digit in zip(axes, x_train, y_train, strict=False):
    axis.imshow(picture, cmap="gray_r")
    axis.set(title=f"a {digit}", xticks=[], yticks=[])

# %% [markdown]
# A convolution expects channels as well, so the arrays get a last axis of length one.

# %%
x_train = array_reshape(x_train, (-1, 8, 8, 1))
x_test = array_reshape(x_test, (-1, 8, 8, 1))

# %% [markdown]
# ## The model
#
# `>>` puts one layer after the other. The model grows in place, and each layer says what it needs.

# %%
set_random_seed(1)

model = (
    keras_model_sequential(input_shape=(8, 8, 1))
    >> layer_rescaling(1 / 16)
    >> layer_conv_2d(filters=32, kernel_size=3, padding="same", activation="relu")
    >> layer_max_pooling_2d(pool_size=2)
    >> layer_dropout(0.25)
    >> layer_flatten()
    >> layer_dense(units=64, activation="relu")
    >> layer_dense(units=10, activation="softmax")
)
summary(model)

# %% [markdown]
# ## Training
#
# `compile` says how to learn, `fit` learns. The history prints, becomes a data frame, and is plotted.

# %%
model >> compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics="accuracy")
history = model >> fit(x_train, y_train, epochs=3 if QUICK else 20, validation_split=0.1, verbose=2)
print(history)
print(as_data_frame(history).tail())

# %%
plot(history, smooth=False)

# %% [markdown]
# ## How good is it?
#
# Digits that the network has not seen decide.

# %%
result = model >> evaluate(x_test, y_test, verbose=0)
print(result)

probabilities = model >> predict(x_test[:5], verbose=0)
print("predicted:", probabilities.argmax(axis=-1), "in truth:", y_test[:5])

# %% [markdown]
# ## Blocks of your own
#
# `@verb` makes any function pipeable. Here is the block of a residual network, with a shortcut around two
# convolutions, in a functional model: from an input to an output.


# %%
@verb
def residual(x, filters):
    y = x >> layer_conv_2d(filters, 3, padding="same", activation="relu") >> layer_conv_2d(filters, 3, padding="same")
    return layer_add(x, y) >> layer_activation("relu")


inputs = layer_input(shape=(8, 8, 1))
outputs = (
    inputs >> layer_conv_2d(16, 3, padding="same") >> residual(16) >> residual(16) >> layer_flatten() >> layer_dense(10)
)
deeper = keras_model(inputs, outputs)
print(deeper.count_params(), "parameters")

# %% [markdown]
# ## Keeping it
#
# The model is plain Keras 3: this file loads wherever Keras is, with or without pipekeras.

# %%
import keras

with tempfile.TemporaryDirectory() as folder:
    model.save(f"{folder}/digits.keras")
    again = keras.models.load_model(f"{folder}/digits.keras")
    np.testing.assert_allclose(again.predict(x_test[:5], verbose=0), probabilities, rtol=1e-4, atol=1e-5)

# %% [markdown]
# **Result**: the network reads at least 95 of 100 digits it has never seen; guessing reads 10.

# %% result: a small convolutional network on digits
print(f"{result['accuracy']:.1%} of {len(y_test)} unseen digits are read right.")
assert result["accuracy"] >= (0.8 if QUICK else 0.95)
