"""saving/configs.py and _keras2.py: descriptions of models as JSON."""

import json

import pytest

import pipekeras as pk


def small():
    return pk.keras_model_sequential(input_shape=3) >> pk.layer_dense(4) >> pk.layer_dense(1)


def functional():
    x = pk.layer_input(3)
    return pk.keras_model(x, [x >> pk.layer_dense(2), x >> pk.layer_dense(1)])


@pytest.mark.parametrize("make", [small, functional])
def test_a_model_is_made_anew(make, tmp_path):
    model = make()
    text = model >> pk.model_to_json()
    assert text == model.to_json() == pk.save_model_config(model)
    assert pk.model_from_json(text).to_json() == text
    assert pk.model_from_json(text.encode()).to_json() == text
    assert (model >> pk.save_model_config(tmp_path / "m.json")) is model
    assert json.loads((tmp_path / "m.json").read_text()) == json.loads(text)
    assert pk.load_model_config(tmp_path / "m.json").to_json() == text


def test_classes_of_ones_own(tmp_path):
    import keras

    class Twice(keras.layers.Layer):
        def call(self, x):
            return x * 2

    model = small() >> Twice()
    pk.save_model_config(model, tmp_path / "m.json")
    with pytest.raises(pk.DataError, match='has the class "Twice", which Keras does not know'):
        pk.load_model_config(tmp_path / "m.json")
    for objects in ([Twice], {"Twice": Twice}, Twice):
        assert isinstance(pk.load_model_config(tmp_path / "m.json", objects).layers[-1], Twice)
        assert isinstance(pk.model_from_json(model.to_json(), objects).layers[-1], Twice)


def test_text_and_names_are_piped_into_what_reads_them(tmp_path):
    model = pk.keras_model_sequential(input_shape=3) >> pk.layer_dense(2)
    model >> pk.save_model_config(tmp_path / "m.json")
    for made in (model >> pk.model_to_json() >> pk.model_from_json(), tmp_path / "m.json" >> pk.load_model_config()):
        assert [layer.units for layer in made.layers] == [2]


def test_json_of_keras_2():
    dense = {"class_name": "Dense", "config": {"name": "d", "units": 2, "batch_input_shape": [None, 4]}}
    old = {"class_name": "Sequential", "config": [dense], "keras_version": "2.1.6", "backend": "tensorflow"}
    model = pk.model_from_json(json.dumps(old))
    assert (model.input_shape, model.output_shape) == ((None, 4), (None, 2))
    assert type(model).__name__ == "Sequential"
    layers = [
        {
            "name": "i", "class_name": "InputLayer", "inbound_nodes": [],
            "config": {"batch_input_shape": [None, 5, 4], "dtype": "float32", "sparse": False, "name": "i"},
        },
        {
            "name": "g", "class_name": "GRU", "inbound_nodes": [[["i", 0, 0, {}]]],
            "config": {"name": "g", "units": 3, "time_major": False},
        },
    ]  # fmt: skip
    for word in ("Model", "Functional"):
        config = {"name": "m", "layers": layers, "input_layers": [["i", 0, 0]], "output_layers": [["g", 0, 0]]}
        model = pk.model_from_json(json.dumps({"class_name": word, "config": config}))
        assert model.output_shape == (None, 3)


def test_what_says_something_is_not_dropped():
    gru = {"class_name": "GRU", "config": {"units": 3, "time_major": True, "batch_input_shape": [None, 5, 4]}}
    with pytest.raises(pk.DataError, match="time_major"):
        pk.model_from_json(json.dumps({"class_name": "Sequential", "config": {"name": "s", "layers": [gru]}}))


def test_what_is_no_configuration(tmp_path):
    with pytest.raises(pk.DataError, match=r"the text is no JSON.*for a file use load_model_config\(\)"):
        pk.model_from_json("model.json")
    with pytest.raises(pk.DataError, match="is JSON, but does not describe a model"):
        pk.model_from_json("[1, 2]")
    with pytest.raises(pk.DataError, match="describes layer 'd' .Dense., which is no model"):
        pk.model_from_json(json.dumps(pk.serialize_keras_object(pk.layer_dense(2, name="d"))))
    with pytest.raises(pk.InvalidValueError, match="json must be the text of model_to_json"):
        pk.model_from_json({"class_name": "Sequential"})
    small() >> pk.save_model(tmp_path / "m.keras")
    with pytest.raises(pk.DataError, match=r"holds no configuration but a model in Keras's own format: use load_model"):
        pk.load_model_config(tmp_path / "m.keras")


def test_yaml():
    with pytest.raises(pk.UnavailableError, match=r"model_to_yaml: .*use model_to_json\(\)"):
        small() >> pk.model_to_yaml()
    with pytest.raises(pk.UnavailableError, match=r"model_from_yaml: .*model_from_json\(\)"):
        pk.model_from_yaml("a: b")
