"""Flows of images in fit(), evaluate() and predict(), on every backend, and in plain Keras."""

import warnings

import numpy as np
import pytest

import pipekeras as pk
from pipekeras import *

COUNT = 10
IMAGES = np.random.default_rng(0).uniform(0, 1, (COUNT, 4, 4, 1)).astype("float32")
LABELS = np.arange(COUNT) % 2


def classifier():
    """A model whose one weight never changes: it learns nothing, so that each batch gives the loss of its own."""
    model = keras_model_sequential(input_shape=(4, 4, 1)) >> layer_flatten() >> layer_dense(1, activation="sigmoid")
    return model >> compile(optimizer=_optimizer(), loss="binary_crossentropy", metrics="accuracy")


def _optimizer():
    import keras

    return keras.optimizers.SGD(0.0)


class Seen:
    """A generator that leaves images as they are and notes which were asked for."""

    def __init__(self, **arguments):
        self.sums = []
        self.generator = image_data_generator(preprocessing_function=self._note, **arguments)

    def _note(self, image):
        self.sums.append(float(image.sum()))
        return image


def losses(model, batches):
    """The mean loss of each batch, by NumPy."""
    result = []
    for x, y in batches:
        p = np.clip((model >> predict_on_batch(x))[:, 0], 1e-7, 1 - 1e-7)
        result.append(float(-np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))))
    return result


@pytest.fixture(autouse=True)
def no_warnings():
    """Keras warns where data runs out; nothing here may."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        yield


def test_an_epoch_is_a_pass():
    model = classifier()
    flow = flow_images_from_data(IMAGES, LABELS, batch_size=4, seed=1)
    same = flow_images_from_data(IMAGES, LABELS, batch_size=4, seed=1)
    history = model >> fit(flow, epochs=2, verbose=0)
    for loss in history.metrics["loss"]:
        batches = list(same)
        expected = np.average(losses(model, batches), weights=[len(y) for _, y in batches])
        assert loss == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize("steps", [1, 2, 7])
def test_steps_go_on_where_the_last_epoch_ended(steps):
    """A pass has 3 batches; fewer steps go on in it, more begin the next one."""
    model = classifier()
    flow = flow_images_from_data(IMAGES, LABELS, batch_size=4, seed=1)
    same = flow_images_from_data(IMAGES, LABELS, batch_size=4, seed=1)
    history = model >> fit(flow, epochs=3, steps_per_epoch=steps, verbose=0)
    assert len(history.metrics["loss"]) == 3
    for loss in history.metrics["loss"]:
        batches = [next(same) for _ in range(steps)]
        expected = np.average(losses(model, batches), weights=[len(y) for _, y in batches])
        assert loss == pytest.approx(expected, abs=1e-4)


def test_a_second_fit_goes_on_with_another_pass():
    model = classifier()
    flow = flow_images_from_data(IMAGES, LABELS, batch_size=4, seed=1)
    before = flow[0][1].tolist()
    model >> fit(flow, epochs=2, verbose=0)
    third = flow_images_from_data(IMAGES, LABELS, batch_size=4, seed=1)
    third.on_epoch_end(), third.on_epoch_end()
    assert flow[0][1].tolist() == third[0][1].tolist()
    assert np.array_equal(flow[0][0], third[0][0])
    assert len(before) == 4


@pytest.mark.parametrize("workers", [0, 1, 3])
def test_the_same_history_with_any_number_of_workers(workers):
    def history(workers):
        set_random_seed(3)
        model = keras_model_sequential(input_shape=(4, 4, 1)) >> layer_flatten() >> layer_dense(1, activation="sigmoid")
        model >> compile(optimizer="sgd", loss="binary_crossentropy")
        generator = image_data_generator(rotation_range=90, zoom_range=0.2, horizontal_flip=True)
        flow = flow_images_from_data(IMAGES, LABELS, generator, batch_size=3, seed=2, workers=workers)
        held_out = flow_images_from_data(IMAGES, LABELS, generator, batch_size=4, seed=5, workers=workers)
        return (model >> fit(flow, epochs=3, validation_data=held_out, verbose=0)).metrics

    result, expected = history(workers), history(2)
    assert result.keys() == expected.keys() == {"loss", "val_loss"}
    for name, values in result.items():
        assert values == pytest.approx(expected[name], abs=1e-6)


def test_validation_and_its_steps():
    model = classifier()
    flow = flow_images_from_data(IMAGES, LABELS, batch_size=4)
    whole = flow_images_from_data(IMAGES, LABELS, batch_size=5, shuffle=False)
    history = model >> fit(flow, epochs=2, validation_data=whole, verbose=0)
    everything = model >> evaluate(IMAGES, LABELS, verbose=0)
    assert history.metrics["val_loss"] == pytest.approx([everything["loss"]] * 2, abs=1e-5)
    one = model >> fit(flow, validation_data=whole, validation_steps=1, verbose=0)
    first = model >> evaluate(IMAGES[:5], LABELS[:5], verbose=0)
    assert one.metrics["val_loss"] == pytest.approx([first["loss"]], abs=1e-5)


def test_validation_beside_a_generator_function():
    model = classifier()
    held_out = flow_images_from_data(IMAGES, LABELS, batch_size=4, shuffle=False)
    history = model >> fit(lambda: (IMAGES, LABELS), steps_per_epoch=1, epochs=2, validation_data=held_out, verbose=0)
    everything = model >> evaluate(IMAGES, LABELS, verbose=0)
    assert history.metrics["val_loss"] == pytest.approx([everything["loss"]] * 2, abs=1e-5)


def test_evaluate_and_predict():
    model = classifier()
    flow = flow_images_from_data(IMAGES, LABELS, batch_size=4, shuffle=False)
    expected = model >> evaluate(IMAGES, LABELS, verbose=0)
    for _ in range(2):
        result = model >> evaluate(flow, verbose=0)
        assert (result["loss"], result["accuracy"]) == pytest.approx((expected["loss"], expected["accuracy"]), abs=1e-5)
    plain = model >> predict(IMAGES, verbose=0)
    assert np.allclose(model >> predict(flow, verbose=0), plain, atol=1e-6)
    only = flow_images_from_data(IMAGES, batch_size=4, shuffle=False)
    assert np.allclose(model >> predict(only, verbose=0), plain, atol=1e-6)
    assert np.allclose(model >> predict(only, steps=5, verbose=0), np.concatenate([plain, plain[:8]]), atol=1e-6)
    assert len(model >> predict(only, steps=1, verbose=0)) == 4


def test_weights_and_class_weights():
    model = classifier()
    weights = np.linspace(0.5, 2, COUNT)
    weighted = flow_images_from_data(IMAGES, LABELS, batch_size=COUNT, sample_weight=weights, shuffle=False)
    expected = model >> evaluate(IMAGES, LABELS, sample_weight=weights, verbose=0)
    assert (model >> evaluate(weighted, verbose=0))["loss"] == pytest.approx(expected["loss"], abs=1e-5)
    flow = flow_images_from_data(IMAGES, LABELS, batch_size=COUNT, shuffle=False)
    by_class = np.where(LABELS == 1, 3.0, 1.0)
    expected = model >> evaluate(IMAGES, LABELS, sample_weight=by_class, verbose=0)
    result = model >> fit(flow, class_weight={0: 1.0, 1: 3.0}, verbose=0)
    assert result.metrics["loss"] == pytest.approx([expected["loss"]], abs=1e-5)


def test_nothing_is_made_that_no_step_needs(backend):
    model, seen = classifier(), Seen()
    flow = flow_images_from_data(IMAGES, LABELS, seen.generator, batch_size=1)
    model >> predict(flow, steps=3, verbose=0)
    assert len(seen.sums) >= 3
    if backend != "tensorflow":  # which draws two batches to see what they are like, and some ahead of its own
        assert len(seen.sums) == 3


def test_folders_and_several_outputs(tree):
    import pandas as pd

    flow = flow_images_from_directory(tree, image_data_generator(rescale=1 / 255), target_size=(4, 4), batch_size=2)
    model = keras_model_sequential(input_shape=(4, 4, 3)) >> layer_flatten() >> layer_dense(3, activation="softmax")
    model >> compile(loss="categorical_crossentropy", metrics="accuracy")
    history = model >> fit(flow, epochs=2, steps_per_epoch=4, verbose=0)
    assert np.isfinite(history.metrics["loss"]).all()
    frame = pd.DataFrame({"filename": [f"cats/{i}.png" for i in range(4)], "a": [0.0, 1, 2, 3], "b": [1.0] * 4})
    both = flow_images_from_dataframe(
        frame, tree, y_col=["a", "b"], class_mode="multi_output", target_size=(4, 4), batch_size=3
    )
    image = layer_input((4, 4, 3))
    flat = image >> layer_flatten()
    two = keras_model(image, [flat >> layer_dense(1), flat >> layer_dense(1)]) >> compile(loss=["mse", "mse"])
    assert np.isfinite((two >> fit(both, epochs=2, verbose=0)).metrics["loss"]).all()
    itself = flow_images_from_directory(tree, class_mode="input", target_size=(4, 4))
    copy = keras_model_sequential(input_shape=(4, 4, 3)) >> layer_conv_2d(3, 3, padding="same") >> compile(loss="mse")
    assert np.isfinite((copy >> fit(itself, verbose=0)).metrics["loss"]).all()


def test_a_model_without_an_input_shape():
    model = keras_model_sequential() >> layer_flatten() >> layer_dense(1) >> compile(loss="mse")
    flow = flow_images_from_data(IMAGES, LABELS, batch_size=4)
    assert len((model >> fit(flow, epochs=2, verbose=0)).metrics["loss"]) == 2


def test_a_damaged_file_is_told_in_one_error(tree):
    (tree / "emus" / "1.png").write_bytes(b"no image")
    model = keras_model_sequential(input_shape=(4, 4, 3)) >> layer_flatten() >> layer_dense(3)
    model >> compile(loss="mse")
    flow = flow_images_from_directory(tree, target_size=(4, 4), batch_size=1, shuffle=False)
    with pytest.raises(pk.DataError, match=r"^flow_images_from_directory: .*1.png is not an image in a format that"):
        model >> fit(flow, verbose=0)


def test_images_of_another_size_than_the_models():
    flow = flow_images_from_data(np.zeros((4, 5, 5, 1)), np.zeros(4))
    with pytest.raises(pk.ShapeError, match="fit: "):
        classifier() >> fit(flow, verbose=0)


def test_what_belongs_to_the_flow():
    flow = flow_images_from_data(IMAGES, LABELS)
    with pytest.raises(pk.ArgumentError, match="batch_size is given, but x is a dataset"):
        classifier() >> fit(flow, batch_size=3)


def test_plain_keras_takes_it_too():
    model = classifier()
    flow = flow_images_from_data(IMAGES, LABELS, batch_size=4, seed=1)
    import keras

    assert isinstance(flow, keras.utils.PyDataset)
    assert flow.num_batches == 3
    history = model.fit(flow, epochs=2, verbose=0)
    assert len(history.history["loss"]) == 2
    third = flow_images_from_data(IMAGES, LABELS, batch_size=4, seed=1)
    assert flow[0][1].tolist() != third[0][1].tolist()  # Keras told that passes ended
    assert model.predict(flow, verbose=0).shape == (COUNT, 1)
