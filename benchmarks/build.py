"""What the pipe costs: models built with pipekeras against the same models from a Python list in plain Keras.

Run: python benchmarks/build.py [rounds]

The models are those of an R course; functional ones are compared with plain Keras calls. Then a chain of n layers: its
time for each layer, against a list, and against `keras.Sequential.add` in a loop. Every model is built when the clock
stops.
"""

import gc
import math
import statistics
import sys

import keras
from keras import layers

from _measure import paired, seconds, verdict
from pipekeras import (
    keras_model,
    keras_model_sequential,
    layer_activation,
    layer_add,
    layer_batch_normalization,
    layer_concatenate,
    layer_conv_2d,
    layer_dense,
    layer_dropout,
    layer_flatten,
    layer_gru,
    layer_input,
    layer_lstm,
    layer_max_pooling_2d,
)

MODELS_LIMIT, CHAIN_LIMIT = 1.05, 5.0


def built(model):
    assert model.built and model.count_params()
    return model


# Each function gives the model through pipes; the one of the same name in `Plain` the same from a list ----------------


class Piped:
    def mnist_mlp():
        return (
            keras_model_sequential(input_shape=784)
            >> layer_dense(units=256, activation="relu")
            >> layer_dropout(rate=0.4)
            >> layer_dense(units=128, activation="relu")
            >> layer_dropout(rate=0.3)
            >> layer_dense(units=10, activation="softmax")
        )

    def slide_cnn():
        return (
            keras_model_sequential(input_shape=(32, 32, 1))
            >> layer_conv_2d(filters=3, kernel_size=5, activation="relu")
            >> layer_max_pooling_2d(pool_size=2, strides=2)
            >> layer_flatten()
            >> layer_dense(20, activation="relu")
            >> layer_dense(5, activation="softmax")
        )

    def slide_gru_gru():
        return (
            keras_model_sequential(input_shape=(None, 1))
            >> layer_gru(units=10, return_sequences=True)
            >> layer_gru(units=10)
            >> layer_dense(units=1)
        )

    def lstm_stack():
        return (
            keras_model_sequential(input_batch_shape=(4, 10, 2))
            >> layer_lstm(units=8, return_sequences=True, stateful=True)
            >> layer_lstm(units=8, stateful=True)
            >> layer_dense(units=1)
        )

    def vgg_ish():
        return (
            keras_model_sequential(input_shape=(32, 32, 3))
            >> layer_conv_2d(16, 3, padding="same", activation="relu")
            >> layer_conv_2d(16, 3, padding="same", activation="relu")
            >> layer_max_pooling_2d(2)
            >> layer_conv_2d(32, 3, padding="same", activation="relu")
            >> layer_conv_2d(32, 3, padding="same", activation="relu")
            >> layer_max_pooling_2d(2)
            >> layer_flatten()
            >> layer_dense(64, activation="relu")
            >> layer_dropout(0.5)
            >> layer_dense(10, activation="softmax")
        )

    def gru_dropout_stack():
        return (
            keras_model_sequential(input_shape=(None, 14))
            >> layer_gru(units=32, dropout=0.1, recurrent_dropout=0.5, return_sequences=True)
            >> layer_gru(units=64, activation="relu", dropout=0.1, recurrent_dropout=0.5)
            >> layer_dense(units=1)
        )

    def resnet_block():
        x = layer_input(shape=(16, 16, 3))
        y = (
            x
            >> layer_conv_2d(8, 3, padding="same", use_bias=False)
            >> layer_batch_normalization()
            >> layer_activation("relu")
            >> layer_conv_2d(8, 3, padding="same")
        )
        out = layer_add([y, x >> layer_conv_2d(8, 1)]) >> layer_activation("relu")
        return keras_model(x, out)

    def inception_block():
        x = layer_input(shape=(16, 16, 3))
        a = x >> layer_conv_2d(4, 1, activation="relu")
        b = x >> layer_conv_2d(4, 1, activation="relu") >> layer_conv_2d(6, 3, padding="same", activation="relu")
        c = x >> layer_conv_2d(2, 1, activation="relu") >> layer_conv_2d(4, 5, padding="same", activation="relu")
        d = x >> layer_max_pooling_2d(3, strides=1, padding="same") >> layer_conv_2d(4, 1, activation="relu")
        return keras_model(x, layer_concatenate([a, b, c, d], axis=3))


class Plain:
    def mnist_mlp():
        return keras.Sequential(
            [
                keras.Input((784,)),
                layers.Dense(256, activation="relu"),
                layers.Dropout(0.4),
                layers.Dense(128, activation="relu"),
                layers.Dropout(0.3),
                layers.Dense(10, activation="softmax"),
            ]
        )

    def slide_cnn():
        return keras.Sequential(
            [
                keras.Input((32, 32, 1)),
                layers.Conv2D(3, 5, activation="relu"),
                layers.MaxPooling2D(2, strides=2),
                layers.Flatten(),
                layers.Dense(20, activation="relu"),
                layers.Dense(5, activation="softmax"),
            ]
        )

    def slide_gru_gru():
        return keras.Sequential(
            [keras.Input((None, 1)), layers.GRU(10, return_sequences=True), layers.GRU(10), layers.Dense(1)]
        )

    def lstm_stack():
        return keras.Sequential(
            [
                keras.Input(batch_shape=(4, 10, 2)),
                layers.LSTM(8, return_sequences=True, stateful=True),
                layers.LSTM(8, stateful=True),
                layers.Dense(1),
            ]
        )

    def vgg_ish():
        return keras.Sequential(
            [
                keras.Input((32, 32, 3)),
                layers.Conv2D(16, 3, padding="same", activation="relu"),
                layers.Conv2D(16, 3, padding="same", activation="relu"),
                layers.MaxPooling2D(2),
                layers.Conv2D(32, 3, padding="same", activation="relu"),
                layers.Conv2D(32, 3, padding="same", activation="relu"),
                layers.MaxPooling2D(2),
                layers.Flatten(),
                layers.Dense(64, activation="relu"),
                layers.Dropout(0.5),
                layers.Dense(10, activation="softmax"),
            ]
        )

    def gru_dropout_stack():
        return keras.Sequential(
            [
                keras.Input((None, 14)),
                layers.GRU(32, dropout=0.1, recurrent_dropout=0.5, return_sequences=True),
                layers.GRU(64, activation="relu", dropout=0.1, recurrent_dropout=0.5),
                layers.Dense(1),
            ]
        )

    def resnet_block():
        x = keras.Input((16, 16, 3))
        y = layers.Conv2D(8, 3, padding="same", use_bias=False)(x)
        y = layers.BatchNormalization()(y)
        y = layers.Activation("relu")(y)
        y = layers.Conv2D(8, 3, padding="same")(y)
        out = layers.Activation("relu")(layers.Add()([y, layers.Conv2D(8, 1)(x)]))
        return keras.Model(x, out)

    def inception_block():
        x = keras.Input((16, 16, 3))
        a = layers.Conv2D(4, 1, activation="relu")(x)
        b = layers.Conv2D(4, 1, activation="relu")(x)
        b = layers.Conv2D(6, 3, padding="same", activation="relu")(b)
        c = layers.Conv2D(2, 1, activation="relu")(x)
        c = layers.Conv2D(4, 5, padding="same", activation="relu")(c)
        d = layers.MaxPooling2D(3, strides=1, padding="same")(x)
        d = layers.Conv2D(4, 1, activation="relu")(d)
        return keras.Model(x, layers.Concatenate(axis=3)([a, b, c, d]))


NAMES = [name for name in vars(Piped) if not name.startswith("_")]


def forget():
    """Automatic names start afresh; `seconds` collects the garbage."""
    keras.utils.clear_session(free_memory=False)


def course_models(rounds):
    print(f"course models, median of {rounds} paired runs        pipe, ms   Keras, ms   ratio")
    ratios = []
    for name in NAMES:
        ours, plain = getattr(Piped, name), getattr(Plain, name)
        forget()
        one = built(ours()).to_json()
        forget()
        assert one == built(plain()).to_json(), f"{name} is not the same model on both sides"
        mine, theirs, ratio = paired(
            lambda ours=ours: built(ours()), lambda plain=plain: built(plain()), rounds, keras.utils.clear_session
        )
        ratios.append(ratio)
        print(f"  {name:44s}{mine * 1e3:10.1f}{theirs * 1e3:12.1f}{ratio:8.3f}")
    overall = math.exp(statistics.mean(map(math.log, ratios)))
    print(f"  all (geometric mean): {verdict(overall, MODELS_LIMIT, 'below')}\n")


def piped_chain(n):
    model = keras_model_sequential(input_shape=16)
    for _ in range(n):
        model >> layer_dense(units=16)
    return built(model)


def list_chain(n):
    return built(keras.Sequential([keras.Input((16,)), *[layers.Dense(16) for _ in range(n)]]))


def called_chain(n):
    x = inputs = keras.Input((16,))
    for _ in range(n):
        x = layers.Dense(16)(x)
    return built(keras.Model(inputs, x))


def add_chain(n):
    model = keras.Sequential([keras.Input((16,))])
    for _ in range(n):
        model.add(layers.Dense(16))
    return built(model)


def chains(rounds):
    print("a chain of n dense layers, ms a layer       pipe   a list   x = Dense(16)(x)   Sequential.add")
    for n in (25, 50, 100, 200):
        times = {build: [] for build in (piped_chain, list_chain, called_chain, add_chain)}
        for number in range(rounds):
            for build, measured in times.items():
                if build is not add_chain or n < 100 or not number:  # seconds each there, and far from the limit
                    measured.append(seconds(lambda build=build, n=n: build(n), forget) / n)
        piped, listed, called, added = map(statistics.median, times.values())
        print(f"  n = {n:4d}{piped * 1e3:38.2f}{listed * 1e3:9.2f}{called * 1e3:19.2f}{added * 1e3:17.2f}")
    print(f"  at n = {n}: {verdict(added / piped, CHAIN_LIMIT, 'above')} times as fast as Sequential.add; ", end="")
    print(f"{piped / listed:.2f} times a list's time, {piped / called:.2f} times that of plain calls")


if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 21
    gc.freeze()  # what the imports brought stays: collecting looks at the models alone
    print(f"Keras {keras.__version__} on {keras.backend.backend()}\n")
    course_models(count)
    chains(max(3, count // 4))
