"""application_*: the table against R's formals, and models of it, small and without their trained weights."""

import inspect
import json
from pathlib import Path

import numpy as np
import pytest

import pipekeras as pk
from pipekeras import applications, imagenet
from pipekeras._keras import keras
from pipekeras.wrap import Wrapper

pytestmark = pytest.mark.slow_on_jax

R_API = Path(pk.__file__).parent / "data" / "r_api"
TABLE = {name: f for name in applications.__all__ if isinstance(f := getattr(applications, name), Wrapper)}
SMALL = {
    "application_mobilenet": {"alpha": 0.25, "input_shape": (32, 32, 3)},
    "application_mobilenet_v2": {"alpha": 0.35, "input_shape": (32, 32, 3)},
    "application_mobilenet_v3_small": {"minimalistic": True, "alpha": 0.75, "input_shape": (32, 32, 3)},
    "application_resnet50": {"input_shape": (32, 32, 3)},
    "application_vgg16": {"input_shape": (32, 32, 3)},
}


def test_all_networks_of_both_packages_are_there():
    for package in ("keras2", "keras3"):
        formals = json.loads((R_API / f"{package}.json").read_text())
        assert {n for n in formals if n.startswith("application_")} <= set(applications.__all__)
    assert len([n for n in applications.__all__ if n.startswith("application_")]) == 46


@pytest.mark.parametrize("name", TABLE)
def test_each_is_keras_own_with_the_arguments_of_keras3_in_order(name):
    function = TABLE[name]
    assert function.keras_class is getattr(keras.applications, function.keras_name)
    assert function.keras_class.__module__.rpartition(".")[2] == function.family
    formals = json.loads((R_API / "keras3.json").read_text())[name]["args"]
    theirs = [argument for argument, _ in formals if argument != "..."]
    ours = list(inspect.signature(function).parameters)
    assert [a for a in ours if a in theirs] == theirs


@pytest.mark.parametrize("name", [pytest.param(n, marks=() if "mobilenet" in n else pytest.mark.slow) for n in SMALL])
def test_models_are_made_in_rs_words(name):
    model = getattr(pk, name)(weights=None, classes=5.0, **{**SMALL[name], "input_shape": [32.0, 32, 3]})
    assert isinstance(model, keras.Model)
    assert model.output_shape == (None, 5)
    assert imagenet.family_of(model) == TABLE[name].family
    assert {type(layer).__module__.partition(".")[0] for layer in model.layers} == {"keras"}  # plain Keras, all of it


def test_without_the_classifier_it_is_a_layer_of_another_model():
    base = pk.application_mobilenet(**SMALL["application_mobilenet"], include_top=False, weights=None, pooling="avg")
    base >> pk.freeze_weights()
    model = pk.keras_model_sequential(input_shape=(32, 32, 3)) >> base >> pk.layer_dense(2)
    assert model.output_shape == (None, 2)
    assert len(model.trainable_weights) == 2
    assert imagenet.family_of(model) == "mobilenet"


@pytest.mark.slow
def test_a_name_of_ones_own_where_keras_has_none_but_its_own(tmp_path):
    arguments = {"weights": None, "include_top": False, "input_shape": (32, 32, 3)}
    model = pk.application_efficientnet_v2b0(name="mine", **arguments)
    assert model.name == model.get_config()["name"] == "mine"
    assert pk.application_efficientnet_v2b0(**arguments).name == "efficientnetv2-b0"
    model.save(tmp_path / "model.keras")
    assert keras.models.load_model(tmp_path / "model.keras").name == "mine"


def test_an_input_of_ones_own():
    x = pk.layer_input((32, 32, 3))
    model = pk.application_mobilenet(input_tensor=x, alpha=0.25, weights=None, include_top=False)
    assert model.inputs[0] is x


def test_weights_from_a_file(tmp_path):
    arguments = {**SMALL["application_mobilenet"], "classes": 3}
    model = pk.application_mobilenet(weights=None, **arguments)
    model.save_weights(tmp_path / "small.weights.h5")
    for path in (tmp_path / "small.weights.h5", str(tmp_path / "small.weights.h5")):
        again = pk.application_mobilenet(weights=path, **arguments)
        for one, two in zip(model.get_weights(), again.get_weights(), strict=True):
            np.testing.assert_array_equal(one, two)


def test_weights_that_cannot_be_downloaded(monkeypatch):
    def offline(**arguments):
        raise Exception("URL fetch failure on https://host/weights.h5: None -- [Errno -2] Name or service not known")

    function = applications._Application("MobileNet", "mobilenet")
    function.__name__ = "application_mobilenet"
    monkeypatch.setattr(function, "keras_class", offline, raising=False)
    monkeypatch.setattr(function, "__signature__", inspect.signature(keras.applications.MobileNet), raising=False)
    with pytest.raises(pk.DataError, match="application_mobilenet: the weights could not be downloaded") as caught:
        function()
    assert "get https://host/weights.h5 on another machine" in str(caught.value)
    assert str(caught.value).endswith('and give its path: weights="path/to/the_file.h5"')


def test_wrong_arguments():
    make = pk.application_mobilenet
    with pytest.raises(
        pk.InvalidValueError, match="weights='imagnet' is no file that is there; did you mean \"imagenet"
    ):
        make(weights="imagnet")
    with pytest.raises(pk.InvalidValueError, match='pooling must be "avg", "max" or None, it got \'mean\''):
        make(weights=None, pooling="mean")
    with pytest.raises(pk.InvalidValueError, match="classes must be a whole number, it got 2.5"):
        make(weights=None, classes=2.5)
    with pytest.raises(pk.InvalidValueError, match=r"input_tensor must be what layer_input\(\) makes, it got an array"):
        make(weights=None, input_tensor=np.ones(3))
    with pytest.raises(pk.ArgumentError, match="has no argument wieghts; did you mean weights?"):
        make(wieghts=None)


def test_the_aliases_make_the_same():
    for one, two in [("application_nasnetlarge", "application_nasnet_large"), ("application_nasnetmobile",) * 2]:
        assert TABLE[one].keras_class is TABLE[two].keras_class
        assert TABLE[one].__name__ == one


@pytest.mark.slow
def test_the_mobile_nasnet_is_made_on_every_backend():
    model = pk.application_nasnet_mobile(input_shape=(32, 32, 3), weights=None, classes=4)
    assert (model.name, model.output_shape, imagenet.family_of(model)) == ("nasnet_mobile", (None, 4), "nasnet")


def test_trained_weights_of_the_mobile_nasnet_on_torch(only_on):
    only_on("torch", reason="Keras makes it elsewhere")
    with pytest.raises(pk.InvalidValueError, match=r"are for input_shape=\(224, 224, 3\) and classes=1000, it got"):
        pk.application_nasnet_mobile(classes=4)
