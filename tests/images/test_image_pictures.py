"""image_load, image_to_array, image_from_array, image_array_save."""

import io
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from PIL import Image

import pipekeras as pk
from pipekeras import (
    array_reshape,
    image_array_save,
    image_from_array,
    image_load,
    image_to_array,
    layer_dense,
)


@pytest.fixture
def photo(tmp_path):
    """A file with an image of 4 x 6, whose left half is red."""
    pixels = np.zeros((4, 6, 3), "uint8")
    pixels[:, :3, 0] = 200
    path = tmp_path / "photo.png"
    Image.fromarray(pixels).save(path)
    return path


def test_load_and_make_an_array(photo):
    image = image_load(photo)
    assert isinstance(image, Image.Image)
    assert (image.size, image.mode) == ((6, 4), "RGB")
    array = image_to_array(image)
    assert array.shape == (4, 6, 3) and array.dtype == "float32"
    assert array[0, 0].tolist() == [200, 0, 0]
    assert array[0, 5].tolist() == [0, 0, 0]


def test_as_a_course_script_has_it(photo):
    x = str(photo) >> image_load(target_size=(8.0, 8.0)) >> image_to_array() >> array_reshape((1, 8, 8, 3))
    assert x.shape == (1, 8, 8, 3)


@pytest.mark.parametrize(("mode", "shape"), [("rgb", (4, 6, 3)), ("rgba", (4, 6, 4)), ("grayscale", (4, 6, 1))])
def test_color_modes(photo, mode, shape):
    assert image_to_array(image_load(photo, color_mode=mode)).shape == shape


def test_grayscale_as_in_2x(photo):
    by_name = image_load(photo, grayscale=True)
    assert by_name.mode == image_load(photo, True).mode == "L"
    assert image_load(photo, False).mode == "RGB"
    with pytest.raises(pk.ArgumentError, match='grayscale=True and color_mode="rgba" contradict'):
        image_load(photo, "rgba", grayscale=True)


def test_grey_images_of_16_bits_stay_so(tmp_path):
    Image.fromarray(np.array([[0, 40000]], "uint16")).save(tmp_path / "deep.png")
    assert image_to_array(image_load(tmp_path / "deep.png", "grayscale")).reshape(-1).tolist() == [0, 40000]


def test_target_size_is_height_and_width(photo):
    assert image_load(photo, target_size=(2, 3)).size == (3, 2)
    assert image_load(photo, target_size=[2.0, 3.0]).size == (3, 2)
    assert image_load(photo, target_size=5).size == (5, 5)


def test_aspect_ratio(photo):
    stretched = image_to_array(image_load(photo, target_size=(4, 4)))
    cut = image_to_array(image_load(photo, target_size=(4, 4), keep_aspect_ratio=True))
    original = image_to_array(image_load(photo))
    assert np.array_equal(cut, original[:, 1:5])
    assert stretched.shape == cut.shape


@pytest.mark.parametrize("keep", [False, True])
@pytest.mark.parametrize("interpolation", ["nearest", "bilinear", "bicubic", "hamming", "box", "lanczos"])
def test_the_same_pixels_as_keras(photo, interpolation, keep):
    import keras

    arguments = dict(target_size=(3, 5), interpolation=interpolation, keep_aspect_ratio=keep)
    ours, theirs = image_load(photo, **arguments), keras.utils.load_img(photo, **arguments)
    assert np.array_equal(np.asarray(ours), np.asarray(theirs))


def test_a_file_in_memory(photo):
    assert image_load(io.BytesIO(photo.read_bytes())).size == (6, 4)


def test_load_errors(photo, tmp_path):
    with pytest.raises(pk.DataError, match="image_load: there is no file gone.png; paths start at "):
        image_load("gone.png")
    (tmp_path / "text.png").write_text("text")
    with pytest.raises(pk.DataError, match="text.png is not an image in a format that Pillow reads"):
        image_load(tmp_path / "text.png")
    with pytest.raises(pk.DataError, match="cannot be read"):
        image_load(tmp_path)
    with pytest.raises(pk.InvalidValueError, match="color_mode must be one of .*it got 'gray'; did you mean grayscale"):
        image_load(photo, "gray")
    with pytest.raises(pk.InvalidValueError, match="interpolation must be one of"):
        image_load(photo, target_size=3, interpolation="sharp")
    with pytest.raises(
        pk.InvalidValueError, match=r"target_size must be \(height, width\) in pixels, it got \(2, 3, 3\)"
    ):
        image_load(photo, target_size=(2, 3, 3))
    with pytest.raises(pk.InvalidValueError, match="path must be a path or a BytesIO, it got 3"):
        image_load(3)
    with pytest.raises(pk.ArgumentError, match="image_load has no argument target; did you mean target_size"):
        image_load(photo, target=3)


# Arrays ---------------------------------------------------------------------------------------------------------------


def test_data_formats(photo):
    image = image_load(photo)
    last, first = image_to_array(image), image_to_array(image, "channels_first")
    assert np.array_equal(first, last.transpose(2, 0, 1))
    grey = image_load(photo, "grayscale")
    assert image_to_array(grey, "channels_first").shape == (1, 4, 6)
    assert image_to_array(image, dtype="uint8").dtype == "uint8"
    assert np.array_equal(image >> image_to_array("channels_first"), first)
    again = image_from_array(first, "channels_first", scale=False)
    assert np.array_equal(np.asarray(again), np.asarray(image))


def test_the_configuration_says_where_channels_stand(photo):
    import keras

    before = keras.config.image_data_format()
    keras.config.set_image_data_format("channels_first")
    try:
        assert image_to_array(image_load(photo)).shape == (3, 4, 6)
    finally:
        keras.config.set_image_data_format(before)


def test_to_array_errors(photo):
    with pytest.raises(pk.DataError, match=r"needs an image, it got 'a.png'; read it first: image_load\('a.png'\)"):
        image_to_array("a.png")
    with pytest.raises(pk.DataError, match=r"needs one image, .* it got an array of shape \(1, 2, 3, 4\)"):
        image_to_array(np.zeros((1, 2, 3, 4)))
    with pytest.raises(pk.InvalidValueError, match='data_format must be one of "channels_last", "channels_first"'):
        image_to_array(image_load(photo), "last")
    with pytest.raises(pk.DataError, match="image_to_array: img is layer 'dense'"):
        layer_dense(1) >> image_to_array()


@settings(max_examples=20, deadline=None)
@given(hnp.arrays("uint8", st.tuples(st.integers(1, 6), st.integers(1, 6), st.sampled_from([1, 3, 4]))))
def test_there_and_back(array):
    again = image_to_array(image_from_array(array, scale=False))
    assert np.array_equal(again, array)


@settings(max_examples=20, deadline=None)
@given(hnp.arrays("float32", (3, 4, 3), elements=st.floats(-5, 5, width=32)))
def test_scaling_goes_from_black_to_white(array):
    image = np.asarray(image_from_array(array))
    lowest, range_ = array.min(), np.ptp(array)
    assert (image.min(), image.max()) == (0, 255 if range_ else 0)
    if range_ > 1e-30:
        assert np.abs(image - (array.astype(float) - lowest) / range_ * 255).max() <= 1.01


def test_what_is_beyond_white_is_cut():
    image = image_from_array(np.array([[[-3.0, 100.0, 300.0]]]), scale=False)
    assert np.asarray(image).tolist() == [[[0, 100, 255]]]


def test_grey_arrays():
    assert image_from_array(np.eye(3)).mode == "L"
    assert image_from_array(np.full((2, 2, 1), 1000), scale=False).mode == "I"


def test_from_array_errors():
    with pytest.raises(pk.DataError, match=r"array of shape \(2, 3, 3, 3\); of a batch take one, as in x\[0\]"):
        image_from_array(np.zeros((2, 3, 3, 3)))
    with pytest.raises(
        pk.DataError, match=r"needs one image with 1, 3 or 4 channels in channels_last, it got .*\(3, 3, 2\)"
    ):
        image_from_array(np.zeros((3, 3, 2)))
    with pytest.raises(pk.DataError, match="NaN or infinite"):
        image_from_array(np.full((2, 2, 1), np.nan))


# Saving ---------------------------------------------------------------------------------------------------------------


def test_save_and_load(tmp_path):
    array = np.random.default_rng(0).integers(0, 256, (5, 4, 3))
    assert image_array_save(array, tmp_path / "a.png", scale=False) is None
    assert np.array_equal(image_to_array(image_load(tmp_path / "a.png")), array)
    array >> image_array_save(tmp_path / "b.png", scale=False)
    image_array_save(img=array, path=str(tmp_path / "c.png"), scale=False)
    assert (tmp_path / "b.png").read_bytes() == (tmp_path / "c.png").read_bytes() == (tmp_path / "a.png").read_bytes()


def test_formats(tmp_path):
    array = np.random.default_rng(0).uniform(0, 1, (5, 4, 3))
    image_array_save(array, tmp_path / "a.jpg", quality=90)
    image_array_save(array, tmp_path / "no_ending", file_format="jpg")
    assert [Image.open(tmp_path / name).format for name in ("a.jpg", "no_ending")] == ["JPEG", "JPEG"]
    held = io.BytesIO()
    image_array_save(array, held, file_format="png")
    assert Image.open(io.BytesIO(held.getvalue())).format == "PNG"


def test_jpeg_has_no_transparency(tmp_path):
    with pytest.warns(UserWarning, match="JPEG has no transparency"):
        image_array_save(np.zeros((3, 3, 4)), tmp_path / "a.jpg")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        image_array_save(np.zeros((3, 3, 4)), tmp_path / "a.png")


def test_a_save_that_fails_leaves_the_file(tmp_path):
    path = tmp_path / "a.jpg"
    image_array_save(np.zeros((3, 3, 3)), path)
    before = path.read_bytes()
    with pytest.raises(pk.DataError, match="a I image cannot be saved as JPEG"):
        image_array_save(np.full((3, 3, 1), 999), path, scale=False)
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["a.jpg"]


def test_save_errors(tmp_path):
    array = np.zeros((3, 3, 3))
    with pytest.raises(
        pk.InvalidValueError, match='"a.pgn" tells no image format that Pillow writes; did you mean .pn'
    ):
        image_array_save(array, "a.pgn")
    with pytest.raises(pk.InvalidValueError, match="give it an ending"):
        image_array_save(array, "a")
    with pytest.raises(pk.DataError, match="there is no folder"):
        image_array_save(array, tmp_path / "gone" / "a.png")
    with pytest.raises(pk.ArgumentError, match='give file_format="png"'):
        image_array_save(array, io.BytesIO())
    with pytest.raises(pk.InvalidValueError, match="path must be a path or an open file"):
        image_array_save(array, 3)
