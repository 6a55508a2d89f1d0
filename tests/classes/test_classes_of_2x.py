"""KerasLayer, KerasWrapper, KerasCallback, KerasConstraint, create_layer and its like, keras_model_custom."""

import numpy as np
import pytest

import pipekeras as pk
from pipekeras._keras import keras

X = np.arange(8, dtype="float32").reshape(2, 4)
Y = np.ones((2, 1), "float32")


def numpy(tensor):
    return keras.ops.convert_to_numpy(tensor)


@pytest.fixture
def custom():
    class CustomLayer(pk.KerasLayer):
        output_dim = None
        kernel = None

        def initialize(self, output_dim):
            self.output_dim = output_dim

        def build(self, input_shape):
            shape = [input_shape[1], self.output_dim]
            self.kernel = self.add_weight("kernel", shape, initializer=pk.initializer_ones(), trainable=True)

        def call(self, x, mask=None):
            return keras.ops.matmul(x, self.kernel)

        def compute_output_shape(self, input_shape):
            return [input_shape[0], int(self.output_dim)]

    return CustomLayer


# KerasLayer and create_layer ------------------------------------------------------------------------------------------


def test_a_layer_in_the_way_of_r6(custom, tmp_path):
    def layer_custom(object, output_dim, name=None, trainable=True):
        return pk.create_layer(custom, object, {"output_dim": output_dim, "name": name, "trainable": trainable})

    model = pk.keras_model_sequential(input_shape=4)
    assert layer_custom(model, 3.0, name="mine") is model
    layer_custom(model, 2.0, trainable=False)
    assert [w.shape for w in model.get_weights()] == [(4, 3), (3, 2)] and model.layers[0].name == "mine"
    assert len(model.trainable_weights) == 1 and model.output_shape == (None, 2)
    np.testing.assert_allclose(numpy(layer_custom(X, 2)), np.repeat(X.sum(1, keepdims=True), 2, 1))
    assert layer_custom(pk.layer_input(shape=4), 3).shape == (None, 3)
    assert isinstance(layer_custom(None, 3), pk.KerasLayer)
    model.save(tmp_path / "m.keras")
    loaded = keras.saving.load_model(tmp_path / "m.keras", custom_objects={"CustomLayer": custom})
    np.testing.assert_allclose(loaded.predict(X, verbose=0), pk.predict(model, X, verbose=0))


def test_a_first_layer_takes_its_input_shape(custom):
    model = pk.keras_model_sequential()
    pk.create_layer(custom, model, {"output_dim": 3, "input_shape": 4, "weights": [np.full((4, 3), 2.0)]})
    np.testing.assert_allclose(model.get_weights()[0], 2)


def test_initialize_and_init_both_do_with_and_without_their_parent():
    class Silent(pk.KerasLayer):
        def __init__(self, x):
            self.x = x

        def call(self, inputs):
            return inputs + self.x

    class Python(pk.KerasLayer):
        def __init__(self, x):
            super().__init__()
            self.x = x

        def call(self, inputs):
            return inputs + self.x

    class Above(Python):
        def initialize(self, x, y):
            super().initialize(x)
            self.y = y

        def call(self, inputs):
            return super().call(inputs) + self.super.call(inputs) + self.y

    for cls in (Silent, Python):
        layer = cls(1.0, name="mine", dtype="float16")
        assert (layer.name, layer.compute_dtype, cls.from_config(layer.get_config()).x) == ("mine", "float16", 1)
    layer = Above(1.0, 2.0, name="above")
    np.testing.assert_allclose(numpy(layer(X)), 2 * X + 4)
    assert Above.from_config(layer.get_config()).name == "above" and layer.python_layer() is layer
    with pytest.raises(pk.ArgumentError, match="Above has no argument z; it has x, y"):
        Above(1, 2, z=3)


def test_functions_as_constraints_and_losses_in_call():
    class Penal(pk.KerasLayer):
        def build(self, input_shape):
            self.w = self.add_weight("w", 1.0, initializer="ones", constraint=lambda w: 0 * w)

        def call(self, x, mask=None):
            self.add_loss([keras.ops.sum(x)])
            return x * self.w

    model = pk.keras_model_sequential(input_shape=4) >> pk.create_layer(Penal)
    model >> pk.compile(loss=lambda y_true, y_pred: 0 * keras.ops.sum(y_pred, -1))
    history = model >> pk.fit(X, X, verbose=0)
    np.testing.assert_allclose(history.metrics["loss"], [X.sum()])
    assert model.get_weights()[0] == 0


def test_a_loss_in_build_would_be_lost():
    class Early(pk.KerasLayer):
        def build(self, input_shape):
            self.add_loss(3.0)

        def call(self, x, mask=None):
            return x

    with pytest.raises(pk.UnavailableError, match=r"Early: what add_loss\(\) gets in build\(\) counts no more in Kera"):
        Early()(X)


def test_create_layer_takes_whatever_is_a_layer():
    scale = pk.Layer("Scale", call=lambda self, inputs: 2 * inputs)
    assert type(pk.create_layer(pk.layer_dense, args={"units": 3.0})) is keras.layers.Dense
    assert type(pk.create_layer(keras.layers.Dense, args={"units": 3, "name": None})) is keras.layers.Dense
    np.testing.assert_allclose(numpy(pk.create_layer(scale, X)), 2 * X)
    with pytest.raises(pk.ArgumentError, match="create_layer needs the class of a layer, .* it got"):
        pk.create_layer(keras.losses.Loss)
    with pytest.raises(pk.ArgumentError, match="args must be a dict of arguments by their names"):
        pk.create_layer(scale, args=[3])


# Wrappers -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def wrapper():
    class CustomWrapper(pk.KerasWrapper):
        def initialize(self, weight_shape):
            self.weight_shape = weight_shape

        def build(self, input_shape):
            super().build(input_shape)
            self.weight = super().add_weight(name="custom", shape=self.weight_shape, initializer="ones")

        def call(self, x, mask=None, training=None):
            super().add_loss(keras.ops.sum(self.weight))
            return keras.ops.sum(self.weight) + super().call(x)

    return CustomWrapper


def test_a_wrapper_in_the_way_of_r6(wrapper, tmp_path):
    model = pk.keras_model_sequential()
    args = {"layer": pk.layer_dense(4, kernel_initializer="zeros"), "weight_shape": 1, "input_shape": 4, "name": None}
    pk.create_wrapper(wrapper, model, args)
    pk.create_wrapper(wrapper, model, {"layer": pk.layer_dense(1, kernel_initializer="ones"), "weight_shape": [2.0]})
    assert len(model.layers[0].get_weights()) == 3 and isinstance(model.layers[0], pk.KerasWrapper)
    np.testing.assert_allclose(pk.predict(model, X, verbose=0), 4 + 2 + 0 * Y)
    history = model >> pk.compile(loss="mse", optimizer="sgd") >> pk.fit(X, 6 * Y, verbose=0)
    np.testing.assert_allclose(history.metrics["loss"], [3])  # of its losses alone
    model.save(tmp_path / "m.keras")
    loaded = keras.saving.load_model(tmp_path / "m.keras", custom_objects={"CustomWrapper": wrapper})
    np.testing.assert_allclose(loaded.predict(X, verbose=0), pk.predict(model, X, verbose=0))


def test_a_wrapper_without_a_layer(wrapper):
    with pytest.raises(pk.ArgumentError, match=r"CustomWrapper needs layer"):
        pk.create_wrapper(wrapper, None, {"weight_shape": 1})
    with pytest.raises(pk.ArgumentError, match=r"CustomWrapper needs the layer that it wraps: layer=layer_dense"):
        wrapper(weight_shape=1)
    with pytest.raises(pk.ArgumentError, match="create_wrapper: Dense is no wrapper"):
        pk.create_wrapper(pk.layer_dense, None, {"units": 1})


def test_create_layer_wrapper(custom):
    layer_custom = pk.create_layer_wrapper(custom, modifiers={"output_dim": lambda n: 2 * n})
    assert pk.keras_model_sequential(input_shape=4) >> layer_custom(3, name="mine")
    assert layer_custom(pk.layer_input(shape=4), 3).shape == (None, 6)
    scale = pk.create_layer_wrapper(pk.new_layer_class("Scale", call=lambda self, x: 2 * x), convert=False)
    np.testing.assert_allclose(numpy(X >> scale()), 2 * X)
    dense = pk.create_layer_wrapper(keras.layers.Dense)
    assert type(dense(3, input_shape=4)) is keras.layers.Dense
    with pytest.raises(pk.ArgumentError, match="create_layer_wrapper: Dense has no argument unts; did you mean units?"):
        pk.create_layer_wrapper(keras.layers.Dense, {"unts": int})
    with pytest.raises(pk.InvalidValueError, match="the modifier of units is no function: 3"):
        pk.create_layer_wrapper(keras.layers.Dense, {"units": 3})


# Callbacks and constraints --------------------------------------------------------------------------------------------


def test_callbacks_in_the_way_of_r6():
    class LossHistory(pk.KerasCallback):
        losses = []

        def on_batch_end(self, batch, logs):
            self.losses.append(logs["loss"])

        def on_train_end(self, logs):
            self.ended = self.params["epochs"], self.model.name

    one, two = LossHistory(), LossHistory()
    model = pk.keras_model_sequential(input_shape=4, name="m") >> pk.layer_dense(1) >> pk.compile(loss="mse")
    model >> pk.fit(X, Y, epochs=2, batch_size=1, verbose=0, callbacks=[one])
    assert len(one.losses) == 4 and two.losses == [] and one.ended == (2, "m")
    assert isinstance(one, pk.KerasCallback) and isinstance(one, pk.Callback)


def test_constraints_in_the_way_of_r6():
    class AtLeast(pk.KerasConstraint):
        def initialize(self, least):
            self.least = least

        def call(self, w):
            return keras.ops.maximum(w, self.least)

    layer = pk.layer_dense(1, kernel_constraint=AtLeast(0.5), kernel_initializer="zeros")
    model = pk.keras_model_sequential(input_shape=4) >> layer
    model >> pk.compile(loss="mse", optimizer="sgd") >> pk.fit(X, 0 * Y, verbose=0)
    assert model.get_weights()[0].min() == 0.5
    assert AtLeast.from_config(AtLeast(2.0).get_config()).least == 2


@pytest.mark.parametrize("name", ["KerasLayer", "KerasWrapper", "KerasCallback", "KerasConstraint"])
def test_the_bases_are_there_to_inherit_from(name):
    base = getattr(pk, name)
    with pytest.raises(pk.ArgumentError, match=rf"{name} is there to inherit from: class Mine\({name}\)"):
        base()
    assert repr(base) == f"<class {name}>" and f"R `keras::{name}`" in base.__doc__
    assert not issubclass(int, base)


# keras_model_custom ---------------------------------------------------------------------------------------------------


def test_a_model_of_a_function(tmp_path):
    def mlp(classes, use_dropout=False, name=None):
        def model_fn(self):
            self.dense1, self.dense2 = pk.layer_dense(8, activation="relu"), pk.layer_dense(classes)
            if use_dropout:
                self.dropout = pk.layer_dropout(0.5)

            def call(inputs, mask=None, training=False):
                x = self.dense1(inputs)
                return self.dense2(self.dropout(x, training=training) if use_dropout else x)

            return call

        return pk.keras_model_custom(model_fn, name=name)

    model = mlp(1, use_dropout=True, name="mine")
    history = model >> pk.compile(loss="mse") >> pk.fit(X, Y, epochs=2, verbose=0)
    assert len(history.metrics["loss"]) == 2 and model.name == "mine" and len(model.get_weights()) == 4
    model.save_weights(tmp_path / "w.weights.h5")
    again = mlp(1)
    again(X)
    again.load_weights(tmp_path / "w.weights.h5")
    np.testing.assert_allclose(pk.predict(again, X, verbose=0), pk.predict(model, X, verbose=0), rtol=1e-5)
    with pytest.raises(pk.UnavailableError, match="mine, made by keras_model_custom.* cannot be copied or saved as a"):
        model.get_config()


def test_a_model_function_that_is_none():
    with pytest.raises(pk.InvalidValueError, match="model_fn must be a function of self, it got 3"):
        pk.keras_model_custom(3)
    with pytest.raises(
        pk.InvalidValueError, match="model_fn must return the computation, a function of inputs; it ret"
    ):
        pk.keras_model_custom(lambda self: None)
