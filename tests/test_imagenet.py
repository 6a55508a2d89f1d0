"""imagenet.py: pixels and predictions of the application_* models."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pipekeras as pk
from pipekeras import applications, imagenet
from pipekeras._keras import keras

pytestmark = pytest.mark.slow_on_jax

FAMILIES = [n for n in imagenet.__all__ if n.endswith("_preprocess_input") and n != "imagenet_preprocess_input"]
rng = np.random.default_rng(3)
IMAGES = rng.uniform(0, 255, (2, 4, 5, 3))


def by_hand(x, mode):
    """What Keras's documentation says of the modes, channels last."""
    if mode == "tf":
        return x / 127.5 - 1
    if mode == "torch":
        return (x / 255 - [0.485, 0.456, 0.406]) / [0.229, 0.224, 0.225]
    return x[..., ::-1] - [103.939, 116.779, 123.68]


@settings(max_examples=25, deadline=None)
@given(st.sampled_from(["caffe", "tf", "torch"]), st.booleans(), st.booleans(), st.booleans(), st.integers(0, 99))
def test_the_modes_on_arrays_and_tensors_in_both_formats(mode, batch, first, tensor, seed):
    x = np.random.default_rng(seed).integers(0, 256, (2, 4, 5, 3)).astype("float32")
    x = x if batch else x[0]
    given_as = np.moveaxis(x, -1, -3) if first else x
    before = given_as.copy()
    data_format = "channels_first" if first else "channels_last"
    piped = keras.ops.convert_to_tensor(given_as) if tensor else given_as
    result = keras.ops.convert_to_numpy(piped >> pk.imagenet_preprocess_input(data_format, mode=mode))
    result = np.moveaxis(result, -3, -1) if first else result
    np.testing.assert_allclose(result, by_hand(x, mode), rtol=1e-4, atol=1e-3)
    np.testing.assert_array_equal(given_as, before)  # Keras writes into what it is given


@pytest.mark.parametrize("name", FAMILIES)
def test_the_functions_of_2x_do_what_keras_does_for_the_family(name):
    family = name.removesuffix("_preprocess_input")
    expected = getattr(keras.applications, family).preprocess_input(IMAGES.copy())
    np.testing.assert_allclose(getattr(pk, name)(IMAGES), expected)
    np.testing.assert_allclose(IMAGES.tolist() >> getattr(pk, name)(), expected)
    assert getattr(pk, name).__doc__.rstrip().endswith(f"Source: R `keras::{name}`.")


@pytest.mark.parametrize("family", imagenet.MODES)
def test_every_family_has_kerass_own_mode(family):
    expected = getattr(keras.applications, family).preprocess_input(IMAGES.copy())
    np.testing.assert_allclose(imagenet.preprocess(IMAGES, imagenet.MODES[family], None, "here"), expected)
    assert family in {f.family for f in vars(applications).values() if isinstance(f, applications._Application)}


def test_whole_numbers_and_symbolic_tensors():
    grey = np.full((2, 2, 3), 255, "uint8")
    assert pk.resnet_v2_preprocess_input(grey).dtype == np.float32
    assert np.all(pk.resnet_v2_preprocess_input(grey) == 1)
    x = pk.layer_input((8, 8, 3), dtype="uint8")
    model = pk.keras_model(x, x >> pk.xception_preprocess_input())
    np.testing.assert_allclose(model >> pk.predict(grey[None].repeat(4, 1).repeat(4, 2), verbose=0), 1, rtol=1e-5)


def test_wrong_images():
    with pytest.raises(pk.ShapeError, match=r"x has shape \(3, 3\); it must be an image, such as \(224, 224, 3\), or"):
        pk.imagenet_preprocess_input(np.ones((3, 3)))
    with pytest.raises(pk.ShapeError, match="so 1 channel with channels_last; it must have 3: red, green, blue"):
        pk.densenet_preprocess_input(np.ones((3, 3, 1)))
    assert pk.mobilenet_preprocess_input(np.ones((3, 3, 1))).shape == (3, 3, 1)
    with pytest.raises(pk.InvalidValueError, match='mode=\'tensorflow\' is not known; it is "caffe", "tf" or "torch"'):
        pk.imagenet_preprocess_input(IMAGES, mode="tensorflow")
    with pytest.raises(pk.InvalidValueError, match="data_format='last' is not known"):
        pk.resnet_preprocess_input(IMAGES, data_format="last")
    with pytest.raises(pk.DataError, match="text"):
        pk.resnet_preprocess_input([["a"]])


# Models that know their family ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def model():
    return pk.application_mobilenet(input_shape=(32, 32, 3), alpha=0.25, weights=None)


def test_a_model_knows_its_images(model):
    expected = by_hand(IMAGES, "tf")
    np.testing.assert_allclose(pk.application_preprocess_inputs(model, IMAGES), expected)
    np.testing.assert_allclose(model >> pk.application_preprocess_inputs(IMAGES), expected)
    function = pk.application_preprocess_inputs(model)
    np.testing.assert_allclose(function(IMAGES), expected)
    first = pk.application_preprocess_inputs(model, data_format="channels_first")
    np.testing.assert_allclose(first(np.moveaxis(IMAGES, -1, 1)), np.moveaxis(expected, -1, 1))


def test_so_does_one_that_was_saved_and_loaded_or_copied(model, tmp_path):
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert "_pipekeras_application" not in vars(loaded)
    assert imagenet.family_of(loaded) == imagenet.family_of(keras.models.clone_model(model)) == "mobilenet"


@pytest.mark.slow
@pytest.mark.parametrize("family", imagenet.MODES)
def test_families_are_known_by_their_layers(family):
    sizes = {"inception_resnet_v2": 75, "inception_v3": 75, "xception": 71}
    functions = [f for f in vars(applications).values() if isinstance(f, applications._Application)]
    side = sizes.get(family, 32)
    made = next(f for f in functions if f.family == family and "Large" not in f.keras_name)
    model = made(weights=None, include_top=False, input_shape=(side, side, 3), name="mine")
    del vars(model)["_pipekeras_application"]
    assert imagenet.family_of(model) == family


def test_other_models_are_refused():
    other = pk.keras_model_sequential(input_shape=3) >> pk.layer_dense(1, name="resnet50")
    for verb in (pk.application_preprocess_inputs, pk.application_decode_predictions):
        with pytest.raises(pk.InvalidValueError, match=r"is not one of application_\*\(\), so how it wants images"):
            verb(other)
    with pytest.raises(pk.PipeError, match="application_preprocess_inputs applies to a model, it got layer"):
        pk.layer_dense(1) >> pk.application_preprocess_inputs(IMAGES)


# Decoding -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def class_index(monkeypatch):
    """The names of the classes without a network: Keras's own function, with an index that is there already."""

    def decode_predictions(preds, top=5):
        best = np.argsort(-preds, axis=1)[:, :top]
        return [[(f"n{i:08d}", f"class_{i}", row[i]) for i in order] for row, order in zip(preds, best, strict=True)]

    monkeypatch.setattr(keras.applications.imagenet_utils, "decode_predictions", decode_predictions)


def test_decoded_predictions_are_data_frames(class_index, model):
    preds = rng.uniform(size=(2, 1000))
    for decoded in (
        pk.imagenet_decode_predictions(preds, top=3.0),
        preds >> pk.mobilenet_decode_predictions(top=3),
        pk.mobilenet_v2_decode_predictions(keras.ops.convert_to_tensor(preds), 3),
        pk.application_decode_predictions(model, preds, top=3),
        model >> pk.application_decode_predictions(preds, top=3),
        pk.application_decode_predictions(model)(preds, top=3),
        pk.application_decode_predictions(model, top=3)(preds),
    ):
        assert len(decoded) == 2
        assert all(isinstance(frame, pd.DataFrame) for frame in decoded)
        assert list(decoded[0].columns) == ["class_name", "class_description", "score"]
        assert decoded[1]["class_description"].tolist() == [f"class_{i}" for i in np.argsort(-preds[1])[:3]]
        np.testing.assert_allclose(decoded[0]["score"], np.sort(preds[0])[::-1][:3], rtol=1e-6)
    assert len(pk.imagenet_decode_predictions(preds)[0]) == 5


def test_wrong_predictions():
    with pytest.raises(pk.ShapeError, match=r"preds has shape \(2, 5\); it must be predictions for the 1000 classes"):
        pk.imagenet_decode_predictions(np.ones((2, 5)))
    with pytest.raises(pk.InvalidValueError, match="top must be at least 1, it got 0"):
        pk.imagenet_decode_predictions(np.ones((2, 1000)), top=0)


def test_without_a_network_it_says_where_the_names_go(monkeypatch):
    def offline(preds, top=5):
        raise Exception("URL fetch failure on https://host/index.json: None -- no route to host")

    monkeypatch.setattr(keras.applications.imagenet_utils, "decode_predictions", offline)
    with pytest.raises(
        pk.DataError, match="the names of the classes could not be downloaded: no route to host"
    ) as caught:
        pk.imagenet_decode_predictions(np.ones((1, 1000)))
    assert str(caught.value).endswith("imagenet_class_index.json")
