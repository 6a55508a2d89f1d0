"""saving/objects.py: what Keras has to find again, and single objects saved."""

import json

import pytest

import pipekeras as pk
from pipekeras.saving.objects import as_custom_objects


@pytest.fixture(autouse=True)
def as_before():
    import keras

    before = dict(keras.saving.get_custom_objects())
    yield
    pk.set_custom_objects(before)


@pytest.fixture
def twice():
    import keras

    class Twice(keras.layers.Layer):
        def call(self, x):
            return x * 2

    return Twice


def double(x):
    return x * 2


def test_names_are_read_off(twice):
    assert as_custom_objects(None, "f") == {}
    assert as_custom_objects([twice, double], "f") == {"Twice": twice, "double": double}
    assert as_custom_objects(twice, "f") == {"Twice": twice}
    assert as_custom_objects({"other": twice}, "f") == {"other": twice}
    assert as_custom_objects(pk.layer_dense, "f") == {"Dense": pk.layer_dense.keras_class}
    pk.register_keras_serializable(twice, package="mine")
    assert as_custom_objects([twice], "f") == {"Twice": twice, "mine>Twice": twice}


def test_what_has_no_name_needs_one(twice):
    with pytest.raises(pk.InvalidValueError, match="a function in custom_objects has no name of its own: give a dict"):
        as_custom_objects([lambda x: x], "f")
    with pytest.raises(
        pk.InvalidValueError, match="f: custom_objects must be classes and functions, .*its class, Twice"
    ):
        as_custom_objects([twice()], "f")
    with pytest.raises(pk.InvalidValueError, match="must be classes and functions, it got 7"):
        as_custom_objects(7, "f")
    with pytest.raises(pk.InvalidValueError, match="the names in custom_objects must be text, it got 1"):
        as_custom_objects({1: double}, "f")


def test_registering(twice):
    assert pk.get_registered_name(twice) == "Twice"
    assert pk.register_keras_serializable(twice) is twice
    assert pk.get_registered_name(twice) == "Custom>Twice"
    assert pk.get_registered_object("Custom>Twice") is twice
    assert pk.register_keras_serializable(double, name="times_two", package="mine") is double
    assert pk.get_registered_name(double) == "mine>times_two"
    assert pk.get_registered_object("nobody") is None
    assert pk.get_registered_object("a", {"a": double}) is double
    assert pk.get_registered_object("double", module_objects=[double]) is double

    @pk.register_keras_serializable(package="mine")
    def half(x):
        return x / 2

    assert half(4) == 2
    assert pk.get_registered_object("mine>half") is half


def test_registered_layers_are_found_again(twice):
    model = pk.keras_model_sequential(input_shape=2) >> twice()
    raw = pk.save_model(model)
    with pytest.raises(pk.DataError, match="Twice"):
        pk.load_model(raw)
    pk.register_keras_serializable(twice, package="mine")
    raw = pk.save_model(model)
    assert isinstance(pk.load_model(raw).layers[-1], twice)
    pk.set_custom_objects()
    with pytest.raises(pk.DataError, match=r'custom_objects=\{"mine>Twice": Twice\}'):
        pk.load_model(raw)
    assert isinstance(pk.load_model(raw, {"mine>Twice": twice}).layers[-1], twice)


def test_registering_what_cannot_be(twice):
    with pytest.raises(pk.InvalidValueError, match=r'it got "mine"; as a decorator .*\(package="mine"\)'):
        pk.register_keras_serializable("mine")
    with pytest.raises(pk.InvalidValueError, match=r"get_config\(\)"):
        pk.register_keras_serializable(type("Plain", (), {}))
    with pytest.raises(pk.InvalidValueError, match="has no name of its own"):
        pk.register_keras_serializable(lambda x: x)
    with pytest.raises(pk.InvalidValueError, match="object must be a class or a function, it got 3"):
        pk.register_keras_serializable(3, name="three")
    with pytest.raises(pk.InvalidValueError, match="obj must be a class or a function, it got layer"):
        pk.get_registered_name(twice())
    with pytest.raises(pk.InvalidValueError, match="name must be text, it got"):
        pk.get_registered_object(twice)


def test_all_at_once(twice):
    before = pk.set_custom_objects([twice, double])
    assert "Twice" not in before
    now = pk.get_custom_objects()
    assert now["Twice"] is twice
    assert now["double"] is double
    with pytest.raises(TypeError):
        now["other"] = double  # it would have no effect
    assert pk.set_custom_objects({"other": double}, clear=False) == now
    assert {"Twice", "double", "other"} <= set(pk.get_custom_objects())
    pk.register_keras_serializable(double, package="mine")
    pk.set_custom_objects({"again": double})
    assert "Twice" not in pk.get_custom_objects()
    assert pk.get_registered_name(double) == "again"
    pk.set_custom_objects(before)
    assert pk.get_custom_objects() == before
    assert pk.get_registered_name(double) == "double"


def test_our_own_layers_are_never_forgotten():
    layer = pk.layer_activation_thresholded_relu(theta=2)
    config = pk.serialize_keras_object(layer)
    pk.set_custom_objects()
    assert pk.deserialize_keras_object(config).theta == 2


def test_a_scope(twice):
    config = pk.serialize_keras_object(twice(name="t"))
    with pytest.raises(pk.DataError, match="Twice"):
        pk.deserialize_keras_object(config)
    with pk.with_custom_object_scope([twice]):
        assert isinstance(pk.deserialize_keras_object(config), twice)
        with pk.with_custom_object_scope({"double": double}):  # scopes add up, unlike Keras's own
            assert pk.get_registered_object("double") is double
            assert pk.get_registered_object("Twice") is twice
        assert pk.get_registered_object("double") is None
        assert pk.get_registered_object("Twice") is twice
    assert pk.get_registered_object("Twice") is None
    made = pk.with_custom_object_scope(twice, lambda: pk.deserialize_keras_object(config))
    assert isinstance(made, twice)
    with pytest.raises(pk.ArgumentError, match="expr is layer 't' .Twice., which was computed before the scope began"):
        pk.with_custom_object_scope(twice, made)
    with pytest.raises(ZeroDivisionError):
        pk.with_custom_object_scope(twice, lambda: 1 / 0)
    assert pk.get_registered_object("Twice") is None


def test_single_objects_there_and_back(twice):
    import keras

    for thing in (
        keras.layers.Dense(3),
        keras.optimizers.Adam(0.1),
        keras.losses.Huber(),
        keras.initializers.HeNormal(seed=1),
        keras.ops.relu,
    ):
        config = pk.serialize_keras_object(thing)
        assert json.loads(json.dumps(config)) == config
        back = pk.deserialize_keras_object(config)
        assert type(back) is type(thing)
        assert pk.serialize_keras_object(back) == config
    assert (pk.layer_dense(units=3) >> pk.serialize_keras_object() >> pk.deserialize_keras_object()).units == 3
    several = {"a": [keras.layers.Dense(2)], "b": None, "c": 3}
    assert pk.serialize_keras_object(several)["a"][0]["class_name"] == "Dense"
    assert pk.serialize_keras_object(pk.initializer_he_normal)["class_name"] == "HeNormal"
    config = pk.serialize_keras_object(twice())
    assert isinstance(pk.deserialize_keras_object(config, [twice]), twice)


def test_code_is_run_on_trust_alone():
    config = pk.serialize_keras_object(pk.layer_lambda(lambda x: x * 2))
    with pytest.raises(pk.DataError, match="the configuration has a Python function .* only then: safe_mode=False"):
        pk.deserialize_keras_object(config)
    assert pk.deserialize_keras_object(config, safe_mode=False).function(3) == 6
