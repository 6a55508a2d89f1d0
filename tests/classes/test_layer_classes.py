"""Layer() and new_layer_class(): a class of one's own that is piped like any layer, saved, copied, nested."""

import inspect
import pickle

import numpy as np
import pytest

import pipekeras as pk
from pipekeras._keras import keras

X = np.arange(8, dtype="float32").reshape(2, 4)


def initialize(self, units=3):
    self.super.initialize()
    self.units = units


def build(self, input_shape):
    self.kernel = self.add_weight(shape=(input_shape[-1], self.units), initializer="ones", name="kernel")


def call(self, inputs):
    return keras.ops.matmul(inputs, self.kernel)


@pytest.fixture
def simple():
    return pk.Layer("Simple", initialize, call, build)


def numpy(tensor):
    return keras.ops.convert_to_numpy(tensor)


def copies(model, tmp_path):
    """The model after each of the ways that make another of it."""
    model.save(tmp_path / "model.keras")
    yield keras.saving.load_model(tmp_path / "model.keras")
    yield pickle.loads(pickle.dumps(model))
    clone = keras.models.clone_model(model)
    clone.set_weights(model.get_weights())
    yield clone


# Weights --------------------------------------------------------------------------------------------------------------


def test_weights_may_be_described_as_in_r():
    def build(self, input_shape):
        self.kernel = self.add_weight(
            [input_shape[-1], 2.0], name="kernel", initializer=pk.initializer_ones, constraint=lambda w: w / 2
        )

    layer = pk.Layer("Weighted", build=build, call=call)()
    np.testing.assert_allclose(numpy(X >> layer), np.repeat(X.sum(1, keepdims=True), 2, 1))
    assert layer.kernel.shape == (4, 2) and isinstance(layer.kernel.constraint, keras.constraints.Constraint)
    np.testing.assert_allclose(numpy(layer.kernel.constraint(layer.kernel)), np.full((4, 2), 0.5))
    model = pk.Model("Weighing", initialize=lambda self: setattr(self, "w", self.add_weight(shape=3.0)))()
    assert model.w.shape == (3,)
    with pytest.raises(pk.InvalidValueError, match="add_weight: shape must be a whole number, it got 1.5"):
        pk.Layer("Broken", initialize=lambda self: self.add_weight(shape=[1.5]))()


# As any layer ---------------------------------------------------------------------------------------------------------


def test_it_is_piped_called_and_made_like_any_layer(simple):
    layer = simple(5.0)
    assert isinstance(layer, keras.layers.Layer) and layer.units == 5.0 and layer.name == "simple"
    x = pk.layer_input(shape=4)
    assert (x >> simple(2)).shape == (None, 2)
    assert simple(x, 2).shape == simple(x, units=2).shape == simple(object=x, units=2).shape == (None, 2)
    np.testing.assert_allclose(numpy(X >> simple(2)), np.repeat(X.sum(1, keepdims=True), 2, 1))
    model = pk.keras_model_sequential(input_shape=4)
    assert (model >> simple(2) >> simple()) is model
    assert simple(model, 1) is model
    assert [layer.units for layer in model.layers] == [2, 3, 1]
    chain = simple(2) >> pk.layer_dense(1)
    assert (x >> chain).shape == (None, 1)


def test_a_first_layer_knows_its_input(simple):
    model = pk.keras_model_sequential() >> simple(2, input_shape=4)
    assert model.output_shape == (None, 2)


def test_arguments_of_every_layer_are_understood_though_initialize_has_none(simple):
    layer = simple(2, name="mine", trainable=False, dtype="float16")
    assert (layer.name, layer.trainable, layer.compute_dtype) == ("mine", False, "float16")
    assert simple(2, name=None, trainable=None).trainable
    again = type(layer).from_config(layer.get_config())
    assert (again.name, again.trainable, again.compute_dtype, again.units) == ("mine", False, "float16", 2)


def test_initialize_may_take_them_itself():
    def own(self, units, **kwargs):
        self.super.initialize(**kwargs)
        self.units = units

    layer = pk.Layer("Open", own, call, build)(2, name="mine", dtype="float16")
    assert (layer.name, layer.compute_dtype) == ("mine", "float16")
    assert type(layer).from_config(layer.get_config()).name == "mine"


def test_without_a_word_of_its_parent_initialize_has_it_run_first():
    def own(self, units):
        self.units = units
        self.inner = keras.layers.Dense(units)

    lazy = pk.Layer("Lazy", own, call=lambda self, inputs: self.inner(inputs))
    model = pk.keras_model_sequential(input_shape=4) >> lazy(3, name="mine")
    assert len(model.get_weights()) == 2 and model.layers[0].name == "mine"


def test_a_class_without_initialize():
    double = pk.Layer("Double", call=lambda self, inputs: 2 * inputs)
    np.testing.assert_allclose(numpy(X >> double()), 2 * X)
    assert double(name="two").name == "two"
    with pytest.raises(pk.ArgumentError, match="Double has no argument units"):
        double(units=3)


def test_weights_and_layers_as_arguments_mean_what_the_class_makes_of_them():
    def own(self, weights, layer):
        self.super.initialize()
        self.factors, self.layer = weights, layer

    named = pk.Layer("Named", own, call=lambda self, inputs: keras.ops.multiply(self.layer(inputs), self.factors))
    layer = named([1.0, 2.0], layer=pk.layer_dense(3) >> pk.layer_dense(2))
    assert (X >> layer).shape == (2, 2) and list(layer.factors) == [1, 2] and len(layer.layer.layers) == 2


def test_several_inputs_and_call_arguments():
    sample = pk.Layer("Sample", call=lambda self, mean, variance: mean + variance)
    np.testing.assert_allclose(numpy(sample()(X, X)), 2 * X)
    pair = pk.Layer("Pair", call=lambda self, inputs: inputs[0] - inputs[1])
    np.testing.assert_allclose(numpy([X, X] >> pair()), 0 * X)
    noisy = pk.Layer("Noisy", call=lambda self, inputs, training=False: inputs + 1.0 if training else inputs)
    model = pk.keras_model_sequential(input_shape=4) >> noisy()
    np.testing.assert_allclose(numpy(model(X, training=True)), X + 1)
    np.testing.assert_allclose(pk.predict(model, X, verbose=0), X)


def test_new_layer_class_is_the_same():
    layer = pk.new_layer_class("Simple", call=call, initialize=initialize, build=build, public={"kind": "new"})(2)
    assert layer.kind == "new" and (X >> layer).shape == (2, 2)


# Inside of others -----------------------------------------------------------------------------------------------------


def test_inside_of_wrappers(simple, tmp_path):
    x = np.arange(40, dtype="float32").reshape(2, 5, 4)
    expected = np.repeat(x.sum(-1, keepdims=True), 2, -1)
    shaped = pk.Layer("Shaped", initialize, call, build, compute_output_shape=lambda self, s: (*s[:-1], self.units))
    for made in (simple, shaped):
        model = pk.keras_model_sequential(input_shape=(5, 4)) >> pk.time_distributed(made(2))
        assert model.output_shape == (None, 5, 2)
        for other in (model, *copies(model, tmp_path)):
            np.testing.assert_allclose(other.predict(x, verbose=0), expected)
    assert simple(3).compute_output_shape((None, 4)) == (None, 3)


def test_the_type_of_its_output_is_found_by_calling_it():
    whole = pk.Layer("Whole", call=lambda self, inputs: {"sign": keras.ops.cast(inputs > 0, "int32"), "x": inputs})
    outputs = pk.layer_input(shape=4) >> whole()
    assert (outputs["sign"].dtype, outputs["x"].dtype) == ("int32", "float32")
    assert whole().compute_output_shape((None, 4)) == {"sign": (None, 4), "x": (None, 4)}


def test_as_a_cell_of_an_rnn(tmp_path):
    def own(self, units):
        self.super.initialize()
        self.units = self.state_size = units

    def step(self, inputs, states):
        output = keras.ops.matmul(inputs, self.kernel) + states[0]
        return output, [output]

    cell = pk.Layer("Cell", own, step, build)
    model = pk.keras_model_sequential(input_shape=(5, 4)) >> pk.layer_rnn(cell(3))
    x = np.random.default_rng(1).normal(size=(2, 5, 4)).astype("float32")
    np.testing.assert_allclose(pk.predict(model, x, verbose=0), np.repeat(x.sum((1, 2))[:, None], 3, 1), rtol=1e-4)
    for other in copies(model, tmp_path):
        np.testing.assert_allclose(other.predict(x, verbose=0), pk.predict(model, x, verbose=0), rtol=1e-5)


# Saving ---------------------------------------------------------------------------------------------------------------


def test_models_with_it_are_saved_copied_and_pickled(simple, tmp_path):
    model = pk.keras_model_sequential(input_shape=4) >> simple(3, name="mine") >> simple(units=1)
    model >> pk.compile(loss="mse") >> pk.fit(X, X[:, :1], verbose=0)
    for other in copies(model, tmp_path):
        assert other.layers[0].name == "mine" and [layer.units for layer in other.layers] == [3, 1]
        np.testing.assert_allclose(other.predict(X, verbose=0), pk.predict(model, X, verbose=0), rtol=1e-5)


def test_the_latest_class_of_a_name_is_the_one_that_is_loaded(simple, tmp_path):
    model = pk.keras_model_sequential(input_shape=4) >> simple(1)
    model.save(tmp_path / "model.keras")
    again = pk.Layer("Simple", initialize, lambda self, inputs: 0 * call(self, inputs), build)
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert isinstance(loaded.layers[0], again) and not isinstance(loaded.layers[0], simple)
    assert not loaded.predict(X, verbose=0).any()


def test_layers_arrays_and_functions_of_keras_are_saved_as_arguments(tmp_path):
    def own(self, inner, offset, activation=keras.ops.tanh, *, pairs=(1, 2)):
        self.super.initialize()
        self.inner, self.offset, self.activation, self.pairs = inner, offset, activation, pairs

    rich = pk.Layer("Rich", own, lambda self, inputs: keras.ops.add(self.activation(self.inner(inputs)), self.offset))
    layer = rich(pk.layer_dense(2), np.array([1.0, 2.0], "float32"), activation=pk.activation_relu, pairs=[3, 4])
    model = pk.keras_model_sequential(input_shape=4) >> layer
    for other in copies(model, tmp_path):
        assert other.layers[0].activation is keras.activations.relu and list(other.layers[0].pairs) == [3, 4]
        np.testing.assert_allclose(other.predict(X, verbose=0), pk.predict(model, X, verbose=0), rtol=1e-5)


def test_what_fits_into_no_configuration_is_told():
    def own(self, f):
        self.super.initialize()

    taking = pk.Layer("Taking", own, call=lambda self, inputs: inputs)

    def unregistered(x):
        return x

    with pytest.raises(pk.InvalidValueError, match="argument f is the function unregistered, which could not be found"):
        taking(unregistered).get_config()
    with pytest.raises(pk.InvalidValueError, match=r"Taking: the argument f, .* fits into no configuration: give Tak"):
        taking(object()).get_config()
    starred = pk.Layer("Starred", lambda self, *many: None, call=lambda self, inputs: inputs)
    assert "*many" not in starred().get_config()
    with pytest.raises(pk.InvalidValueError, match="arguments without a name"):
        starred.keras_class(1, 2).get_config()


def test_a_configuration_of_ones_own(tmp_path):
    def own(self, x):
        self.super.initialize()
        self.y = 2 * x

    multiply = pk.Layer(
        "Multiply", own, call=lambda self, inputs: inputs * self.y,
        get_config=lambda self: {**self.super.get_config(), "half": self.y / 2},
        from_config=lambda cls, config: cls(config["half"]),
    )  # fmt: skip
    model = pk.keras_model_sequential(input_shape=4) >> multiply(2.0)
    for other in copies(model, tmp_path):
        np.testing.assert_allclose(other.predict(X, verbose=0), 4 * X)


# What it stands for ---------------------------------------------------------------------------------------------------


def test_it_stands_for_its_class(simple):
    class Twice(simple):
        def call(self, inputs):
            return 2 * super().call(inputs)

    layer = Twice(2)
    assert isinstance(layer, simple) and isinstance(layer, pk.Layer) and issubclass(Twice, simple)
    assert not isinstance(pk.layer_dense(1), simple) and isinstance(pk.layer_dense(1), pk.Layer)
    np.testing.assert_allclose(numpy(X >> layer), 2 * numpy(X >> simple(2)))


def test_its_signature_and_help(simple):
    assert [*inspect.signature(simple).parameters][:1] == ["units"]
    assert repr(simple) == "<function Simple>" and simple.__module__ == __name__
    assert "x >> Simple(units)" in simple.__doc__
    assert pk.Layer("Doc", call=call, __doc__="Computes.").__doc__.startswith("Computes.\n\n    Doc()")


# Errors ---------------------------------------------------------------------------------------------------------------


def test_wrong_arguments_of_the_layer(simple):
    with pytest.raises(pk.ArgumentError, match="Simple has no argument unts; did you mean units?"):
        simple(unts=3)
    with pytest.raises(pk.ArgumentError, match="Simple takes 1 argument by position, it got 2"):
        simple(3, 4)


def test_what_is_no_class():
    with pytest.raises(pk.InvalidValueError, match='Layer: classname must be a name, such as "Scale", it got 3'):
        pk.Layer(3)
    with pytest.raises(pk.InvalidValueError, match="Layer: call must be a function that takes self first, it got 3"):
        pk.Layer("Bad", call=3)
    with pytest.raises(pk.ArgumentError, match=r"Bad: call must take self and one argument more.* it takes \(x\)"):
        pk.Layer("Bad", call=lambda x: x)
    with pytest.raises(pk.ArgumentError, match="new_layer_class: Keras would never call the method initialise; did"):
        pk.new_layer_class("Bad", initialise=initialize)
    with pytest.raises(pk.ArgumentError, match="initialize and __init__ are the same method"):
        pk.Layer("Bad", initialize, __init__=initialize)
    with pytest.raises(pk.ArgumentError, match="public must be a dict of members by their names"):
        pk.Layer("Bad", public=[1])
    with pytest.raises(pk.ArgumentError, match="inherit must be the class of a layer, and Loss is none"):
        pk.Layer("Bad", inherit=keras.losses.Loss)
    with pytest.raises(pk.ArgumentError, match="inherit must be the class of a layer, it got"):
        pk.Layer("Bad", inherit="Dense")


def test_helper_methods_may_have_any_name():
    layer = pk.Layer("Free", call=lambda self, inputs: self.calls(inputs), calls=lambda self, x: x, builder=len)
    np.testing.assert_allclose(numpy(X >> layer()), X)
