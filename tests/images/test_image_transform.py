"""A draw applied to an image: against known turns and shifts, brute force, and the generator that Keras keeps."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipekeras import image_data_generator
from pipekeras.images.plan import FILLS, Draw, Plan
from pipekeras.images.transform import brightened, matrix, transform

ANGLES = st.floats(-180, 180)
SHIFTS = st.floats(-4, 4)
ZOOMS = st.floats(0.4, 2.5)


def applied(image, fill="nearest", cval=0.0, data_format="channels_last", **draw):
    return transform(image, Draw(**draw), Plan(fill=FILLS[fill], cval=cval), data_format)


def random_image(shape=(6, 5, 3)):
    return np.random.default_rng(sum(shape)).uniform(0, 255, shape).astype("float32")


def test_nothing_drawn_nothing_done():
    image = random_image()
    assert applied(image) is image


@pytest.mark.parametrize("fill", sorted(FILLS))
@pytest.mark.parametrize("turns", [-2, -1, 1, 2, 3, 4])
def test_turns_by_90_degrees_lose_no_edge(turns, fill):
    for side in (6, 7):
        image = random_image((side, side, 2))
        assert np.array_equal(applied(image, fill, theta=90 * turns), np.rot90(image, turns))


def test_a_turn_too_small_to_see_loses_no_edge():
    image = random_image()
    assert np.array_equal(applied(image, "constant", theta=1e-20, shear=-1e-20), image)


def test_an_upside_down_image_that_is_not_square():
    image = random_image((4, 9, 1))
    assert np.array_equal(applied(image, theta=180), np.rot90(image, 2))


def test_shifts_by_whole_pixels():
    image = random_image((6, 5, 3))
    left = applied(image, tx=2, fill="constant", cval=-1.0)
    assert np.allclose(left[:, :3], image[:, 2:])
    assert (left[:, 3:] == -1).all()
    up = applied(image, ty=1, fill="constant", cval=7.0)
    assert np.allclose(up[:-1], image[1:])
    assert (up[-1] == 7).all()


@pytest.mark.parametrize(
    ("fill", "numpy_mode"), [("nearest", "edge"), ("reflect", "symmetric"), ("wrap", "wrap"), ("constant", "constant")]
)
def test_what_lies_beyond_the_edges(fill, numpy_mode):
    image = random_image((4, 5, 1))
    padded = np.pad(image, ((0, 0), (4, 4), (0, 0)), mode=numpy_mode)
    for shift in range(-4, 5):
        assert np.allclose(applied(image, tx=shift, fill=fill), padded[:, 4 + shift : 9 + shift], atol=1e-3), shift


def test_flips():
    image = random_image()
    assert np.array_equal(applied(image, flip_horizontal=True), image[:, ::-1])
    assert np.array_equal(applied(image, flip_vertical=True), image[::-1])
    assert np.array_equal(applied(image, flip_horizontal=True, flip_vertical=True), np.rot90(image, 2))


def test_zooming_in_by_two_shows_the_middle():
    image = np.zeros((9, 9, 1), "float32")
    image[4, 4] = 1
    larger = applied(image, zx=0.5, zy=0.5)[..., 0]
    assert larger[4, 4] == 1
    assert larger.sum() == 4
    wide = applied(image, zx=0.5)[..., 0]
    assert np.array_equal(np.flatnonzero(wide.sum(0)), [3, 4, 5])
    assert np.array_equal(np.flatnonzero(wide.sum(1)), [4])


@settings(max_examples=30, deadline=None)
@given(ANGLES, SHIFTS, SHIFTS, st.floats(-60, 60), ZOOMS, ZOOMS, st.integers(1, 6), st.integers(1, 6))
def test_against_brute_force(theta, tx, ty, shear, zx, zy, height, width):
    image = random_image((height, width, 1))
    result = applied(image, fill="nearest", theta=theta, tx=tx, ty=ty, shear=shear, zx=zx, zy=zy)[..., 0]
    t, s = np.deg2rad([theta, shear])
    middle = np.array([(width - 1) / 2, (height - 1) / 2])
    steps = (
        np.array([[np.cos(t), -np.sin(t)], [np.sin(t), np.cos(t)]]),
        np.array([[1, -np.sin(s)], [0, np.cos(s)]]),
        np.diag([zx, zy]),
    )
    for row in range(height):
        for column in range(width):
            at = steps[2] @ (np.array([column, row]) - middle)
            x, y = steps[0] @ (steps[1] @ at + [tx, ty]) + middle
            assert result[row, column] == pytest.approx(_between(image[..., 0], y, x), abs=0.02)


def _between(image, y, x):
    """The value at a point, linear between the pixels; beyond the edges, that of the nearest."""
    y, x = np.clip(y, 0, image.shape[0] - 1), np.clip(x, 0, image.shape[1] - 1)
    top, left = int(y), int(x)
    bottom, right = min(top + 1, image.shape[0] - 1), min(left + 1, image.shape[1] - 1)
    b, a = y - top, x - left
    upper = image[top, left] * (1 - a) + image[top, right] * a
    return upper * (1 - b) + (image[bottom, left] * (1 - a) + image[bottom, right] * a) * b


@settings(max_examples=20, deadline=None)
@given(ANGLES, SHIFTS, SHIFTS, ZOOMS, ZOOMS, st.sampled_from(sorted(FILLS)), st.booleans(), st.booleans())
def test_channels_first_is_the_same(theta, tx, ty, zx, zy, fill, horizontal, vertical):
    image = random_image((5, 7, 3))
    drawn = dict(theta=theta, tx=tx, ty=ty, zx=zx, zy=zy, flip_horizontal=horizontal, flip_vertical=vertical)
    last = applied(image, fill, **drawn)
    first = applied(image.transpose(2, 0, 1).copy(), fill, data_format="channels_first", **drawn)
    assert np.array_equal(first.transpose(1, 2, 0), last)
    assert last.dtype == "float32"


def test_the_matrix_is_none_where_nothing_moves():
    assert matrix(Draw(flip_horizontal=True, brightness=2.0), 5, 5) is None
    assert matrix(Draw(theta=1e-3), 5, 5) is not None


def test_channel_shift_stays_between_the_lowest_and_the_highest():
    image = random_image()
    brighter = applied(image, channel_shift_intensity=40.0)
    assert np.allclose(brighter, np.clip(image + 40, image.min(), image.max()))


@pytest.mark.parametrize(
    ("values", "factor", "expected"),
    [
        ([0, 100, 200], 1.5, [0, 150, 255]),
        ([0, 100, 200], 0.5, [0, 50, 100]),
        ([0, 0.25, 1], 2, [0, 0.5, 1]),  # fractions of 1, which Keras makes black
        ([0, 0.2, 0.9], 0.5, [0, 0.1, 0.45]),
        ([-1, 0, 1], 0.5, [-1, -0.5, 0]),
        ([0, 100, 400], 2, [0, 200, 400]),
        ([0, 1, 1], 3, [0, 3, 3]),  # whole numbers: two very dark pixels
    ],
)
def test_brightness(values, factor, expected):
    image = np.array(values, "float32").reshape(1, 3, 1)
    assert np.allclose(brightened(image, factor).reshape(-1), expected)


# The generator that Keras keeps ---------------------------------------------------------------------------------------


@pytest.mark.filterwarnings("ignore:Please import:DeprecationWarning")
@settings(max_examples=20, deadline=None)
@given(
    st.fixed_dictionaries(
        {},
        optional=dict(
            theta=ANGLES,
            tx=SHIFTS,
            ty=SHIFTS,
            shear=st.floats(-60, 60),
            zx=ZOOMS,
            zy=ZOOMS,
            flip_horizontal=st.booleans(),
            flip_vertical=st.booleans(),
        ),
    ),
    st.sampled_from(["nearest", "constant", "reflect"]),
)
def test_as_keras_does_it_on_square_images(parameters, fill):
    old = pytest.importorskip("keras._tf_keras.keras.preprocessing.image")
    image = random_image((6, 6, 3))
    expected = old.ImageDataGenerator(fill_mode=fill, cval=9.0).apply_transform(image.copy(), parameters)
    result = image_data_generator(fill_mode=fill, cval=9.0).apply_transform(image, parameters)
    # Keras loses edges by rounding: where it has the value from beyond them, ours may have the edge.
    outside = fill == "constant" and expected == 9
    assert (np.isclose(result, expected, atol=0.01) | outside).all()


@pytest.mark.parametrize("intensity", [-60.0, 0.0, 25.5])
def test_channel_shift_as_in_keras(intensity):
    old = pytest.importorskip("keras._tf_keras.keras.preprocessing.image")
    image = random_image()
    expected = old.ImageDataGenerator().apply_transform(image.copy(), {"channel_shift_intensity": intensity})
    assert np.allclose(applied(image, channel_shift_intensity=intensity), expected)


@pytest.mark.parametrize("factor", [0.3, 1.0, 1.7])
def test_brightness_as_in_keras_but_not_in_whole_steps(factor):
    old = pytest.importorskip("keras._tf_keras.keras.preprocessing.image")
    image = random_image((6, 6, 3))
    expected = old.ImageDataGenerator().apply_transform(image.copy(), {"brightness": factor})
    assert np.abs(brightened(image, factor) - expected).max() < 1 + factor
