"""saving/whole.py: models that come back as they were."""

import json
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pipekeras as pk

X = np.random.default_rng(0).normal(size=(8, 3)).astype("float32")
Y = X.sum(axis=1, keepdims=True)


def trained():
    model = pk.keras_model_sequential(input_shape=3) >> pk.layer_dense(4, activation="relu") >> pk.layer_dense(1)
    model >> pk.compile(optimizer="adam", loss="mse", metrics=["mae"])
    model >> pk.fit(X, Y, epochs=2, verbose=0)
    return model


def same(one, other):
    np.testing.assert_allclose(pk.predict(one, X, verbose=0), pk.predict(other, X, verbose=0), rtol=1e-5, atol=1e-6)
    assert type(one) is type(other)


WAYS = {
    "keras": (lambda m, p: pk.save_model(m, p / "m.keras"), lambda p: pk.load_model(p / "m.keras")),
    "h5": (lambda m, p: pk.save_model(m, p / "m.h5"), lambda p: pk.load_model(p / "m.h5")),
    "folder": (lambda m, p: pk.save_model(m, p / "m", zipped=False), lambda p: pk.load_model(p / "m")),
    "hdf5": (lambda m, p: m >> pk.save_model_hdf5(str(p / "m.h5")), lambda p: pk.load_model_hdf5(str(p / "m.h5"))),
    "hdf5 of any name": (lambda m, p: m >> pk.save_model_hdf5(p / "m"), lambda p: pk.load_model_hdf5(p / "m")),
    "tf": (lambda m, p: m >> pk.save_model_tf(p / "m"), lambda p: pk.load_model_tf(p / "m")),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_model_comes_back_and_trains_on(way, tmp_path):
    save, load = WAYS[way]
    model = trained()
    assert save(model, tmp_path) is model
    back = load(tmp_path)
    same(model, back)
    assert back.compiled
    # In an HDF5 file Keras keeps what is measured, but not that it was called "mae".
    assert list(back >> pk.evaluate(X, Y, verbose=0)) in (["loss", "mae"], ["loss", "mean_absolute_error"])
    assert int(back.optimizer.iterations.numpy()) == int(model.optimizer.iterations.numpy()) > 0
    for one in (model, back):  # with the momentum that they had
        one >> pk.fit(X, Y, epochs=3, shuffle=False, verbose=0)
    same(model, back)


def test_as_bytes():
    model = trained()
    raw = model >> pk.save_model()
    assert isinstance(raw, bytes)
    same(model, pk.load_model(raw))
    same(model, pk.load_model(np.frombuffer(raw, "uint8")))
    old = model >> pk.serialize_model()
    assert old[1:4] == b"HDF"
    same(model, pk.unserialize_model(old))
    assert pk.unserialize_model(old).compiled
    same(model, pk.load_model(bytearray(old)))


@pytest.mark.parametrize("way", WAYS)
def test_one_save_leaves_the_next_one_its_optimizer(way, tmp_path):
    model = trained()
    model >> pk.save_model_hdf5(tmp_path / "first.h5")
    model >> pk.serialize_model()
    save, load = WAYS[way]
    save(model, tmp_path)
    assert type(load(tmp_path).optimizer) is type(model.optimizer)


def test_without_the_optimizer(tmp_path):
    model = trained()
    model >> pk.save_model_hdf5(tmp_path / "m.h5", include_optimizer=False)
    assert not pk.load_model_hdf5(tmp_path / "m.h5").compiled
    assert not pk.unserialize_model(pk.serialize_model(model, include_optimizer=False)).compiled
    assert not pk.load_model(pk.save_model(model), compile=False).compiled
    with pytest.warns(UserWarning, match="include_optimizer=False has no effect; load the model with compile=False"):
        pk.save_model_tf(model, tmp_path / "tf", include_optimizer=False)
    assert not pk.load_model_tf(tmp_path / "tf", compile=False).compiled


def test_plain_keras_reads_it(tmp_path):
    import keras

    model = trained()
    model >> pk.save_model(tmp_path / "m.keras")
    model >> pk.save_model_hdf5(tmp_path / "m.h5")
    for name in ("m.keras", "m.h5"):
        same(model, keras.saving.load_model(tmp_path / name))


def test_the_model_goes_on_through_the_pipe(tmp_path):
    model = trained()
    assert (model >> pk.save_model(tmp_path / "m.keras") >> pk.predict(X, verbose=0)).shape == (8, 1)


def test_names_and_bytes_are_piped_into_what_reads_them(tmp_path):
    model = trained()
    path = str(tmp_path / "m.keras")
    same(model, model >> pk.save_model() >> pk.load_model())
    same(model, model >> pk.serialize_model() >> pk.unserialize_model(compile=False))
    model >> pk.save_model(path) >> pk.save_model_tf(tmp_path / "tf")
    for read in (pk.load_model, pk.load_model_hdf5, pk.load_model_tf):
        same(model, path >> read())
    same(model, tmp_path / "tf" >> pk.load_model_tf(custom_objects=[double]))
    with pytest.raises(pk.ArgumentError, match="load_model has no argument safe; did you mean safe_mode"):
        path >> pk.load_model(safe=False)
    with pytest.raises(pk.InvalidValueError, match="load_model: model must be the name of a file, it got 3"):
        pk.load_model(3)


def test_names_that_do_not_say_what_to_write(tmp_path):
    model = trained()
    with pytest.raises(pk.InvalidValueError, match=r'"my_model" does not say what to write: name it "my_model.keras"'):
        pk.save_model(model, "my_model")
    with pytest.raises(pk.InvalidValueError, match="zipped=False writes a folder, whose name must not end as"):
        pk.save_model(model, tmp_path / "m.keras", zipped=False)
    with pytest.raises(pk.InvalidValueError, match="zipped must be True, False or None, it got 'no'"):
        pk.save_model(model, tmp_path / "m.keras", zipped="no")
    with pytest.raises(pk.InvalidValueError, match="save_model_tf writes a folder, and .* is named as a file"):
        pk.save_model_tf(model, "m.h5")
    assert list(tmp_path.iterdir()) == []


def test_keras_does_not_advise_who_has_decided(tmp_path, caplog):
    with caplog.at_level("WARNING"):
        trained() >> pk.save_model_hdf5(tmp_path / "m.h5")
    assert "legacy" not in caplog.text


def test_a_lambda_is_loaded_only_on_trust(tmp_path):
    model = pk.keras_model_sequential(input_shape=3) >> pk.layer_lambda(lambda x: x * 2)
    for name in ("m.keras", "m.h5"):
        model >> pk.save_model(tmp_path / name)
        with pytest.raises(pk.DataError, match=r"has a Python function .*a lambda.* only then: safe_mode=False"):
            pk.load_model(tmp_path / name)
        same(model, pk.load_model(tmp_path / name, safe_mode=False))
    with pytest.raises(pk.DataError, match="safe_mode=False"):
        pk.load_model_hdf5(tmp_path / "m.h5")
    with pytest.raises(pk.DataError, match=r"keras\.config\.enable_unsafe_deserialization"):
        pk.model_from_json(pk.model_to_json(model))
    with pytest.raises(pk.InvalidValueError, match="safe_mode must be True or False, it got None"):
        pk.load_model(tmp_path / "m.keras", safe_mode=None)


def double(x):
    return x * 2


def test_functions_and_classes_of_ones_own(tmp_path):
    import keras

    class Twice(keras.layers.Layer):
        def call(self, x):
            return x * 2

    model = pk.keras_model_sequential(input_shape=3) >> pk.layer_lambda(double) >> Twice()
    for name in ("m.keras", "m.h5"):
        path = tmp_path / name
        model >> pk.save_model(path)
        with pytest.raises(
            pk.DataError, match=r'"(Twice|double)", which Keras does not know: give it, custom_objects={'
        ):
            pk.load_model(path)
        for objects in ({"double": double, "Twice": Twice}, [double, Twice], (Twice, {"double": double})):
            same(model, pk.load_model(path, custom_objects=objects))
        with pk.with_custom_object_scope([double, Twice]):
            same(model, pk.load_model(path))


def test_a_loss_of_ones_own(tmp_path):
    import keras

    def my_loss(y_true, y_pred):
        return keras.ops.mean(keras.ops.abs(y_true - y_pred))

    model = pk.keras_model_sequential(input_shape=3) >> pk.layer_dense(1)
    model >> pk.compile(optimizer="sgd", loss=my_loss)
    model >> pk.save_model(tmp_path / "m.keras")
    with pytest.raises(pk.DataError, match=r"my_loss.*compile=False does without losses and metrics"):
        pk.load_model(tmp_path / "m.keras")
    assert pk.load_model(tmp_path / "m.keras", custom_objects=my_loss).compiled
    assert not pk.load_model(tmp_path / "m.keras", compile=False).compiled
    model >> pk.save_model_hdf5(tmp_path / "m.h5")
    with pytest.warns(UserWarning, match="load_model_hdf5: the model was loaded, but not compiled") as told:
        assert not pk.load_model_hdf5(tmp_path / "m.h5").compiled
    assert [w.filename for w in told if "not compiled" in str(w.message)] == [__file__]
    assert pk.load_model_hdf5(tmp_path / "m.h5", custom_objects={"my_loss": my_loss}).compiled
    with pk.with_custom_object_scope({"my_loss": my_loss}):
        assert pk.load_model_hdf5(tmp_path / "m.h5").compiled


def test_what_is_no_model(tmp_path):
    model = trained()
    model >> pk.save_model_weights(tmp_path / "a.weights.h5") >> pk.save_model_weights_hdf5(tmp_path / "b.h5")
    model >> pk.save_model_config(tmp_path / "c.json")
    (tmp_path / "d").mkdir()
    (tmp_path / "e").mkdir()
    (tmp_path / "e" / "saved_model.pb").write_bytes(b"x")
    for name, said in {
        "a.weights.h5": "holds no model but weights as Keras 3 writes them: build the model and use load_model_weights",
        "b.h5": "use load_model_weights_hdf5",
        "c.json": "use load_model_config",
        "d": "holds no model but nothing that Keras writes",
    }.items():
        with pytest.raises(pk.DataError, match=said):
            pk.load_model(tmp_path / name)
    with pytest.raises(pk.UnavailableError, match="load_model_tf: .* is a TensorFlow SavedModel.*layer_tfsm"):
        pk.load_model_tf(tmp_path / "e")
    with pytest.raises(pk.DataError, match="what the bytes hold"):
        pk.load_model(b"not a model at all")
    with pytest.raises(pk.InvalidValueError, match="which is loaded already"):
        pk.load_model(model)
    with pytest.raises(pk.InvalidValueError, match="must be the bytes that serialize_model"):
        pk.unserialize_model("m.h5")


# Files of Keras 1 and 2 -----------------------------------------------------------------------------------------------


def rewritten(model, path, edit, training=None):
    """An HDF5 file whose description of the model was changed to what older versions wrote."""
    import h5py

    model >> pk.save_model_hdf5(path)
    with h5py.File(path, "r+") as file:
        config = json.loads(file.attrs["model_config"])
        file.attrs["model_config"] = json.dumps(edit(config) or config).encode()
        if training:
            config = json.loads(file.attrs["training_config"])
            file.attrs["training_config"] = json.dumps(training(config) or config).encode()


def old_layer(kind, **config):
    return {"class_name": kind, "config": config}


def test_a_sequential_of_keras_2_1(tmp_path):
    model = trained()

    def edit(config):
        config["config"] = [
            old_layer("Dense", name="dense", units=4, activation="relu", batch_input_shape=[None, 3], dtype="float32"),
            old_layer("Dense", name="dense_1", units=1),
        ]

    def training(config):
        inner = config["optimizer_config"]["config"]
        rate = inner.pop("learning_rate")
        inner.update(lr=rate, decay=0.0, is_legacy_optimizer=False, jit_compile=False)

    rewritten(model, tmp_path / "old.h5", edit, training)
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)  # that it could not be compiled
        back = pk.load_model_hdf5(tmp_path / "old.h5")
    same(model, back)
    assert back.input_shape == (None, 3)
    assert back.compiled


def test_recurrent_layers_of_keras_2(tmp_path):
    model = (
        pk.keras_model_sequential(input_shape=(None, 2))
        >> pk.bidirectional(pk.layer_lstm(2, return_sequences=True))
        >> pk.layer_gru(3)
    )

    def edit(config):
        both, gru = config["config"]["layers"][1:]
        gru["config"].update(time_major=False, implementation=2)
        for name in ("layer", "backward_layer"):
            inner = both["config"][name]
            inner["config"].update(time_major=False)
            both["config"][name] = {"class_name": inner["class_name"], "config": inner["config"]}

    rewritten(model, tmp_path / "old.h5", edit)
    x = np.ones((2, 4, 2), "float32")
    back = pk.load_model_hdf5(tmp_path / "old.h5", compile=False)
    np.testing.assert_allclose(back.predict(x, verbose=0), model.predict(x, verbose=0), rtol=1e-5)


def test_mobilenets_of_keras_2(tmp_path):
    model = (
        pk.keras_model_sequential(input_shape=(8, 8, 3))
        >> pk.layer_depthwise_conv_2d(3)
        >> pk.layer_activation("relu6")
        >> pk.layer_flatten()
    )

    def edit(config):
        config["config"]["layers"][1]["config"].update(groups=1)
        config["config"]["layers"][2]["config"].update(activation="relu6")

    rewritten(model, tmp_path / "old.h5", edit)
    x = np.random.default_rng(1).normal(size=(2, 8, 8, 3)).astype("float32") * 9
    for load in (pk.mobilenet_load_model_hdf5, pk.mobilenet_v2_load_model_hdf5, pk.load_model_hdf5):
        np.testing.assert_allclose(
            load(tmp_path / "old.h5").predict(x, verbose=0), model.predict(x, verbose=0), rtol=1e-4, atol=1e-5
        )


@settings(max_examples=5, deadline=None)
@given(st.lists(st.integers(1, 6), min_size=1, max_size=4), st.booleans())
def test_any_stack_comes_back(units, old):
    model = pk.keras_model_sequential(input_shape=3)
    for n in units:
        model >> pk.layer_dense(n)
    back = pk.unserialize_model(pk.serialize_model(model)) if old else pk.load_model(pk.save_model(model))
    assert [layer.units for layer in back.layers] == units
    for one, other in zip(model.get_weights(), back.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
