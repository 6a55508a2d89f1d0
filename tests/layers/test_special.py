"""Layers that need more than a tensor: labels, boxes, features by name, models of other libraries."""

import numpy as np
import pytest

import pipekeras.layers as L
from pipekeras._keras import keras

IMAGES = np.random.default_rng(0).random((4, 8, 8, 3)).astype("float32")


def numpy(tensor):
    return keras.ops.convert_to_numpy(tensor)


@pytest.mark.parametrize("function", [L.layer_cut_mix, L.layer_mix_up])
def test_mixing_takes_images_with_labels(function):
    mixed = function(seed=1)({"images": IMAGES, "labels": np.eye(4, dtype="float32")}, training=True)
    assert numpy(mixed["images"]).shape == IMAGES.shape
    np.testing.assert_allclose(numpy(mixed["labels"]).sum(axis=1), 1, rtol=1e-5)


def test_mixing_through_the_pipe():
    mixed = {"images": IMAGES, "labels": np.eye(4, dtype="float32")} >> L.layer_mix_up()
    assert set(mixed) == {"images", "labels"}


def test_bounding_boxes_are_cut_to_a_number():
    layer = L.layer_max_num_bounding_boxes(max_number=2.0)
    assert type(layer) is keras.layers.MaxNumBoundingBoxes
    assert layer.max_number == 2


def test_hashed_crossing(only_on):
    only_on("tensorflow", reason="hashing is TensorFlow's")
    layer = L.layer_hashed_crossing(num_bins=5.0)
    out = numpy([np.array(["A", "B", "A"]), np.array([101, 101, 101])] >> layer)
    assert out.shape == (3,)
    assert out[0] == out[2]
    assert out.max() < 5


def test_feature_space(only_on):
    only_on("tensorflow", reason="adapting to string features is TensorFlow's")
    import tensorflow as tf

    space = L.layer_feature_space(features={"x": "float", "c": "integer_categorical"}, feature_names=None)
    assert type(space) is keras.utils.FeatureSpace
    data = {"x": np.array([1.0, 2.0], "float32"), "c": np.array([1, 2])}
    space.adapt(tf.data.Dataset.from_tensor_slices(data))
    assert numpy(data >> space).shape[0] == 2


def test_torch_module_wrapper(only_on):
    only_on("torch", reason="it runs a torch module")
    import torch

    module = torch.nn.Linear(6, 2)
    layer = L.layer_torch_module_wrapper(module)
    x = np.ones((3, 6), "float32")
    np.testing.assert_allclose(numpy(x >> layer), module(torch.ones(3, 6)).detach().numpy(), rtol=1e-5)
    assert tuple((keras.Input((6,)) >> L.layer_torch_module_wrapper(module, output_shape=(None, 2))).shape) == (None, 2)


def test_jax_model_wrapper(only_on):
    only_on("jax", reason="it runs a JAX function")

    def apply(params, inputs):
        return inputs @ params["w"]

    layer = L.layer_jax_model_wrapper(apply, params={"w": np.ones((6, 2), "float32")})
    np.testing.assert_allclose(numpy(np.ones((3, 6), "float32") >> layer), np.full((3, 2), 6.0))


@pytest.mark.slow
def test_tfsm(only_on, tmp_path):
    only_on("tensorflow", reason="it runs a SavedModel")
    model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(2)])
    model.export(tmp_path / "m", verbose=False)
    x = np.ones((3, 6), "float32")
    np.testing.assert_allclose(numpy(x >> L.layer_tfsm(str(tmp_path / "m"), call_endpoint="serve")), numpy(model(x)))
