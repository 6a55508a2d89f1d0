"""application_densenet() and application_nasnet(): the models of Keras, and others of other sizes."""

import json

import numpy as np
import pytest

import pipekeras as pk
from pipekeras import imagenet
from pipekeras._keras import keras

pytestmark = pytest.mark.slow_on_jax

SMALL = {"weights": None, "input_shape": (32, 32, 3)}
NASNET = {"penultimate_filters": 96, "num_blocks": 1, "stem_block_filters": 4, **SMALL}


def config(make, **arguments):
    """The whole configuration of a model but for its name, in a session that has made nothing yet."""
    keras.utils.clear_session(free_memory=False)
    return json.dumps({**make(**arguments).get_config(), "name": None}, default=str)


SLOW = pytest.mark.slow


@pytest.mark.parametrize(
    "top",
    [
        {"include_top": False, "pooling": "max"},
        pytest.param({"classes": 7}, marks=SLOW),
        pytest.param({"include_top": False}, marks=SLOW),
    ],
)
def test_the_numbers_of_densenet121_make_densenet121(top):
    ours = config(pk.application_densenet, blocks=(6, 12, 24, 16), **SMALL, **top)
    assert ours == config(keras.applications.DenseNet121, **SMALL, **top)


@SLOW
@pytest.mark.parametrize("top", [{"classes": 7}, {"include_top": False}])
def test_the_numbers_of_nasnet_mobile_make_it(top, only_on):
    only_on("tensorflow", "jax", reason="on torch Keras refuses to make it")
    numbers = {"penultimate_filters": 1056, "num_blocks": 4, "stem_block_filters": 32, "skip_reduction": False}
    ours = config(pk.application_nasnet, default_size=224, **numbers, **SMALL, **top)
    assert ours == config(keras.applications.NASNetMobile, **SMALL, **top)


@SLOW
def test_the_default_nasnet_is_the_large_one():
    arguments = {"include_top": False, "weights": None, "input_shape": (96, 96, 3)}
    assert config(pk.application_nasnet, **arguments) == config(keras.applications.NASNetLarge, **arguments)


def test_other_sizes():
    model = pk.application_densenet([1, 2.0, 1, 1], classes=3.0, **SMALL)
    assert (model.name, model.output_shape, imagenet.family_of(model)) == ("densenet", (None, 3), "densenet")
    assert sum(layer.name.endswith("_concat") for layer in model.layers) == 5
    assert np.allclose(keras.ops.convert_to_numpy(model(np.ones((2, 32, 32, 3)))).sum(axis=1), 1)


@pytest.mark.parametrize("skip_reduction", [True, pytest.param(False, marks=SLOW)])
def test_small_nasnets(skip_reduction):
    model = pk.application_nasnet(**NASNET, skip_reduction=skip_reduction, classes=3, name="mine")
    assert (model.name, model.output_shape, imagenet.family_of(model)) == ("mine", (None, 3), "nasnet")
    assert np.allclose(keras.ops.convert_to_numpy(model(np.ones((2, 32, 32, 3)))).sum(axis=1), 1)


def test_inputs_and_weights(tmp_path):
    x = pk.layer_input((32, 32, 3))
    model = pk.application_densenet(
        [1, 1, 1, 1], weights=None, input_tensor=x >> pk.layer_rescaling(1 / 255), classes=2
    )
    assert model.inputs[0] is x
    model = pk.application_densenet([1, 1, 1, 1], **SMALL, classes=2)
    model.save_weights(tmp_path / "a.weights.h5")
    again = pk.application_densenet([1, 1, 1, 1], **{**SMALL, "weights": tmp_path / "a.weights.h5"}, classes=2)
    for one, two in zip(model.get_weights(), again.get_weights(), strict=True):
        np.testing.assert_array_equal(one, two)
    with pytest.raises(pk.InvalidValueError, match="application_densenet: the weights in .*a.weights.h5 do not fit"):
        pk.application_densenet([1, 1, 1, 1], **{**SMALL, "weights": tmp_path / "a.weights.h5"}, classes=3)


def test_sizes_left_open():
    model = pk.application_densenet([1] * 4, weights=None, include_top=False, pooling="avg")
    assert (model.input_shape, model.output_shape) == ((None, None, None, 3), (None, 68))


@SLOW
def test_a_nasnet_whose_size_is_left_open():
    model = pk.application_nasnet(**{**NASNET, "input_shape": None}, include_top=False)
    assert (model.input_shape, model.output_shape) == ((None, None, None, 3), (None, None, None, 96))


def test_wrong_arguments():
    densenet, nasnet = pk.application_densenet, pk.application_nasnet
    with pytest.raises(pk.InvalidValueError, match=r"four whole numbers, such as \(6, 12, 24, 16\), it got \(1, 2\)"):
        densenet([1, 2])
    with pytest.raises(
        pk.InvalidValueError, match=r"no weights trained on ImageNet for blocks=\(1, 1, 1, 1\), only for"
    ):
        densenet([1, 1, 1, 1])
    with pytest.raises(pk.InvalidValueError, match=r"weights='nope.h5' is no file that is there"):
        densenet([1, 1, 1, 1], weights="nope.h5")
    with pytest.raises(
        pk.InvalidValueError, match=r"input_shape=\(16, 16, 3\) must be \(height, width, channels\), height"
    ):
        densenet([1, 1, 1, 1], weights=None, input_shape=(16, 16, 3))
    with pytest.raises(pk.InvalidValueError, match="has to be fixed where include_top=True"):
        densenet([1, 1, 1, 1], weights=None, input_shape=(None, 32, 3))
    with pytest.raises(pk.InvalidValueError, match="penultimate_filters=100 must be a multiple of 24 .* that is of 96"):
        nasnet(penultimate_filters=100)
    with pytest.raises(pk.InvalidValueError, match=r"of fixed size: application_nasnet_large\(\)"):
        nasnet(weights="imagenet")
    with pytest.raises(pk.InvalidValueError, match="pooling must be"):
        nasnet(pooling="mean")


def test_channels_first_is_refused(monkeypatch):
    monkeypatch.setattr(keras.config, "image_data_format", lambda: "channels_first")
    with pytest.raises(pk.InvalidValueError, match=r'config_set_image_data_format\("channels_last"\) first'):
        pk.application_densenet([1, 1, 1, 1], **SMALL)
