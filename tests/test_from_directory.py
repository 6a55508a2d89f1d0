"""image_, text_ and audio_dataset_from_directory, and split_dataset."""

import math
import wave

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

import pipekeras as pk
from pipekeras import *

SMALL = dict(image_size=(4, 4), verbose=False)


@pytest.fixture
def pets(tmp_path):
    """Folders cats (4 images) and dogs (3), each image in one grey of its own."""
    for name, count, grey in (("cats", 4, 50), ("dogs", 3, 150)):
        (tmp_path / "pets" / name).mkdir(parents=True)
        for i in range(count):
            Image.fromarray(np.full((5, 6, 3), grey + i, "uint8")).save(tmp_path / "pets" / name / f"{i}.png")
    return tmp_path / "pets"


def batches(dataset):
    """The batches of a tf.data dataset as arrays."""
    return [[part.numpy() for part in (batch if isinstance(batch, tuple) else [batch])] for batch in dataset]


def greys(x):
    return x[:, 0, 0, 0].astype(int).tolist()


# Images ---------------------------------------------------------------------------------------------------------------


def test_images(pets, capsys):
    dataset = image_dataset_from_directory(pets, image_size=(4.0, 4.0), batch_size=5.0, shuffle=False)
    assert capsys.readouterr().out.strip() == "Found 7 files belonging to 2 classes."
    assert dataset.class_names == ["cats", "dogs"]
    (x, y), (more, labels) = batches(dataset)
    assert x.shape == (5, 4, 4, 3) and x.dtype == "float32"
    assert greys(x) + greys(more) == [50, 51, 52, 53, 150, 151, 152]
    assert y.tolist() + labels.tolist() == [0, 0, 0, 0, 1, 1, 1]


@pytest.mark.parametrize(("mode", "shape"), [("int", (7,)), ("binary", (7, 1)), ("categorical", (7, 2)), (None, None)])
def test_label_modes(pets, mode, shape):
    ((x, *y),) = batches(image_dataset_from_directory(pets, label_mode=mode, **SMALL))
    assert x.shape == (7, 4, 4, 3)
    assert [part.shape for part in y] == ([] if shape is None else [shape])


def test_the_folder_is_piped_in(pets):
    piped = str(pets) >> image_dataset_from_directory(shuffle=False, **SMALL)
    assert greys(batches(piped)[0][0]) == [50, 51, 52, 53, 150, 151, 152]
    with pytest.raises(pk.ArgumentError, match="no argument image_sise; did you mean image_size"):
        pets >> image_dataset_from_directory(image_sise=3)


def test_without_batches_and_in_grey(pets):
    dataset = image_dataset_from_directory(pets, batch_size=None, color_mode="grayscale", **SMALL)
    assert [x.shape for x, _ in batches(dataset)] == [(4, 4, 1)] * 7
    assert [x.shape for x, _ in batches(image_dataset_from_directory(pets, image_size=3, verbose=0))] == [(7, 3, 3, 3)]


def test_labels_of_the_users_own(pets):
    def labels(given):
        return batches(image_dataset_from_directory(pets, labels=given, shuffle=False, **SMALL))[0][1].tolist()

    wanted = [2, 1, 0, 2, 1, 0, 2]
    assert labels(wanted) == labels(tuple(map(float, wanted))) == labels(np.array(wanted)) == wanted
    assert labels(pd.Categorical(list("cbacbac"))) == wanted
    assert len(batches(image_dataset_from_directory(pets, labels=None, **SMALL))[0]) == 1


def test_the_order_of_the_classes(pets):
    for names in (["dogs", "cats"], ("dogs", "cats"), np.array(["dogs", "cats"])):
        dataset = image_dataset_from_directory(pets, class_names=names, shuffle=False, **SMALL)
        assert batches(dataset)[0][1].tolist() == [0, 0, 0, 1, 1, 1, 1]


def test_subsets_do_not_overlap(pets):
    share = dict(validation_split=0.3, seed=1.0, **SMALL)
    parts = [image_dataset_from_directory(pets, subset=name, **share) for name in ("training", "validation")]
    both = image_dataset_from_directory(pets, subset="both", **share)
    for dataset, same, count in zip(parts, both, (5, 2), strict=True):
        assert len(greys(batches(dataset)[0][0])) == count
        assert sorted(greys(batches(dataset)[0][0])) == sorted(greys(batches(same)[0][0]))
    assert sorted(grey for part in parts for grey in greys(batches(part)[0][0])) == [50, 51, 52, 53, 150, 151, 152]


def test_fit_takes_it(pets):
    dataset = image_dataset_from_directory(pets, batch_size=2, seed=1, **SMALL)
    model = keras_model_sequential(input_shape=(4, 4, 3)) >> layer_rescaling(1 / 255) >> layer_flatten()
    model >> layer_dense(1, activation="sigmoid")
    model >> compile(loss="binary_crossentropy", metrics="accuracy")
    history = model >> fit(dataset, epochs=2, validation_data=dataset, verbose=0)
    assert np.isfinite(history.metrics["val_loss"]).all()
    assert (model >> predict(dataset, verbose=0)).shape == (7, 1)


def test_what_is_not_there(pets, tmp_path):
    def fails(message, error=pk.DataError, directory=pets, **arguments):
        with pytest.raises(error, match=f"^image_dataset_from_directory: {message}"):
            image_dataset_from_directory(directory, **SMALL, **arguments)

    fails("directory .*gone is not there; paths start at ", directory=tmp_path / "gone")
    fails("directory .*0.png is a file, not a folder", directory=pets / "cats" / "0.png")
    fails("directory must be a path, it got 3", pk.InvalidValueError, directory=3)
    fails(
        r"there are no files \(.bmp, .*.png\) in the folders of .*cats; it holds 4 itself: .*labels=None",
        directory=pets / "cats",
    )
    (tmp_path / "empty").mkdir()
    fails(r"there are no files \(.*\) in .*empty$", directory=tmp_path / "empty", labels=None)
    fails("The `class_names` passed did not match", pk.InvalidValueError, class_names=["cats", "fox"])
    fails("labels must be a whole number, it got 1.5", pk.InvalidValueError, labels=[1.5] * 7)
    fails("batch_size must be a whole number, it got 2.5", pk.InvalidValueError, batch_size=2.5)
    fails(".*seed", pk.InvalidValueError, validation_split=0.5, subset="training")
    with pytest.raises(pk.ArgumentError, match="no argument image; did you mean image_size"):
        image_dataset_from_directory(pets, image=3)


def test_a_share_of_no_file_is_not_all_of_them(pets):
    """Keras's slice [-0:] would take all seven for validation, and none for training."""
    for subset in ("training", "validation", "both"):
        with pytest.raises(pk.DataError, match="validation_split=0.1 of 7 files is none at all"):
            image_dataset_from_directory(pets, validation_split=0.1, subset=subset, seed=1, **SMALL)


# Text and sound -------------------------------------------------------------------------------------------------------


def test_text(tmp_path):
    for name, texts in (("bad", ["dull", "slow"]), ("good", ["clever"])):
        (tmp_path / name).mkdir()
        for i, text in enumerate(texts):
            (tmp_path / name / f"{i}.txt").write_text(text)
    ((x, y),) = batches(text_dataset_from_directory(tmp_path, shuffle=False, verbose=False))
    assert x.tolist() == [b"dull", b"slow", b"clever"]
    assert y.tolist() == [0, 0, 1]
    ((short,),) = batches(
        text_dataset_from_directory(tmp_path, label_mode=None, max_length=3.0, shuffle=False, verbose=False)
    )
    assert short.tolist() == [b"dul", b"slo", b"cle"]
    with pytest.raises(pk.DataError, match=r"^text_dataset_from_directory: there are no files \(.txt\)"):
        text_dataset_from_directory(tmp_path / "bad")


@pytest.fixture
def sounds(tmp_path):
    for name, frequency in (("high", 880), ("low", 220)):
        (tmp_path / name).mkdir()
        for i, count in enumerate((100, 80)):
            samples = [int(20000 * math.sin(2 * math.pi * frequency * t / 8000)) for t in range(count)]
            with wave.open(str(tmp_path / name / f"{i}.wav"), "wb") as file:
                file.setparams((1, 2, 8000, count, "NONE", "not compressed"))
                file.writeframes(np.array(samples, "<i2").tobytes())
    return tmp_path


def test_audio(sounds):
    quiet = dict(shuffle=False, verbose=False)
    ((x, y),) = batches(audio_dataset_from_directory(sounds, output_sequence_length=50.0, **quiet))
    assert x.shape == (4, 50, 1) and y.tolist() == [0, 0, 1, 1]
    assert x[0, 1, 0] == pytest.approx(20000 / 32768 * math.sin(2 * math.pi * 880 / 8000), abs=1e-3)
    ((padded, _),) = batches(audio_dataset_from_directory(sounds, **quiet))
    assert padded.shape == (4, 100, 1) and (padded[1, 80:] == 0).all()
    with pytest.raises(pk.UnavailableError, match="sampling_rate needs the package tensorflow-io"):
        audio_dataset_from_directory(sounds, sampling_rate=4000.0, **quiet)


# Splitting ------------------------------------------------------------------------------------------------------------


@settings(max_examples=20, deadline=None)
@given(st.integers(2, 30), st.data())
def test_a_split_loses_and_repeats_nothing(count, data):
    left_count = data.draw(st.integers(1, count - 1))
    shuffle = data.draw(st.booleans())
    x = np.arange(count * 2.0).reshape(count, 2)
    left, right = split_dataset([x, np.arange(count)], left_size=left_count, shuffle=shuffle, seed=4)
    parts = [batches(left), batches(right)]
    assert [len(part) for part in parts] == [left_count, count - left_count]
    labels = [int(y) for part in parts for _, y in part]
    assert sorted(labels) == list(range(count))
    assert all((row == x[int(y)]).all() for part in parts for row, y in part)
    assert shuffle or labels == list(range(count))


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [
        (dict(left_size=0.8), (8, 2)),
        (dict(right_size=0.25), (8, 2)),
        (dict(left_size=3.0), (3, 7)),
        (dict(left_size=0.3, right_size=0.2), (3, 2)),
        (dict(left_size=2, right_size=0.5), (2, 5)),
    ],
)
def test_sizes(sizes, expected):
    left, right = split_dataset(np.arange(10), **sizes)
    found = [int(x) for (x,) in batches(left)], [int(x) for (x,) in batches(right)]
    assert found == (list(range(10))[: expected[0]], list(range(10))[10 - expected[1] :])


def test_the_same_split_as_keras(only_on):
    only_on("tensorflow", "jax", reason="on torch Keras splits into torch's own datasets")
    import keras

    x, y = np.random.default_rng(0).normal(size=(9, 2)), np.arange(9)
    ours = split_dataset((x, y), left_size=0.6, shuffle=True, seed=3)
    theirs = keras.utils.split_dataset((x, y), left_size=0.6, shuffle=True, seed=3)
    for some, others in zip(ours, theirs, strict=True):
        assert [int(b) for _, b in batches(some)] == [int(b) for _, b in batches(others)]


def test_structures_and_pipes():
    frame = pd.DataFrame({"a": [1.0, 2, 3, 4]})
    left, _ = split_dataset({"f": frame, "y": [0, 1, 0, 1]}, left_size=2)
    assert [{k: v.numpy().tolist() for k, v in row.items()} for row in left] == [
        {"f": [1.0], "y": 0},
        {"f": [2.0], "y": 1},
    ]
    left, right = np.arange(4) >> split_dataset(left_size=0.5)
    assert (len(batches(left)), len(batches(right))) == (2, 2)


def test_batches_stay_batches(pets):
    dataset = image_dataset_from_directory(pets, batch_size=3, shuffle=False, **SMALL)
    left, right = split_dataset(dataset, left_size=5)
    assert [len(x) for x, _ in batches(left)] == [3, 2]
    assert greys(batches(right)[0][0]) == [151, 152]
    model = keras_model_sequential(input_shape=(4, 4, 3)) >> layer_flatten() >> layer_dense(1) >> compile(loss="mse")
    assert np.isfinite((model >> fit(left, validation_data=right, verbose=0)).metrics["val_loss"]).all()


def test_torch_datasets_are_split_by_torch(only_on):
    only_on("torch", reason="elsewhere importing torch takes longer than all the other tests here")
    import torch

    data = torch.utils.data.TensorDataset(torch.arange(10))
    left, right = split_dataset(data, right_size=0.3, shuffle=True, seed=1)
    assert (len(left), len(right)) == (7, 3)
    assert sorted(int(x) for part in (left, right) for (x,) in part) == list(range(10))


@pytest.mark.parametrize(
    ("dataset", "sizes", "error", "message"),
    [
        (np.arange(10), {}, pk.ArgumentError, "needs left_size or right_size"),
        (
            np.arange(10),
            dict(left_size=1.5),
            pk.InvalidValueError,
            "left_size must be a fraction between 0 and 1, or a",
        ),
        (np.arange(10), dict(left_size=0), pk.InvalidValueError, "left_size must be a fraction"),
        (np.arange(10), dict(left_size=10), pk.InvalidValueError, "take 10 and 0 of 10 samples"),
        (np.arange(10), dict(left_size=0.8, right_size=0.4), pk.InvalidValueError, "take 8 and 4 of 10 samples"),
        (np.arange(10), dict(left_size=0.01), pk.InvalidValueError, "take 0 and 10 of 10 samples"),
        ([np.arange(10), np.arange(9)], dict(left_size=2), pk.DataError, "differ in length: 9, 10 samples"),
    ],
)
def test_split_errors(dataset, sizes, error, message):
    with pytest.raises(error, match=message):
        split_dataset(dataset, **sizes)
