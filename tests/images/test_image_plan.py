"""What an image data generator is asked for, and what it draws; no array is touched."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pipekeras as pk
from pipekeras.images.plan import Draw, Plan, Shift, plan, shift

NOTHING = dict(
    rotation_range=0, width_shift_range=0.0, height_shift_range=0.0, brightness_range=None, shear_range=0.0,
    zoom_range=0.0, channel_shift_range=0.0, fill_mode="nearest", cval=0.0, horizontal_flip=False,
    vertical_flip=False, interpolation_order=1,
)  # fmt: skip


def made(**arguments):
    return plan("here", **{**NOTHING, **arguments})


def draws(plan, count=200, size=(40, 20)):
    return [plan.draw(*size, np.random.default_rng(i)) for i in range(count)]


def test_nothing_asked_nothing_drawn():
    assert made() == Plan()
    assert draws(made(), 5) == [Draw()] * 5


def test_a_draw_follows_from_the_generator_alone():
    all_of_it = made(
        rotation_range=20, width_shift_range=0.2, height_shift_range=[1, 2], shear_range=5, zoom_range=0.2,
        channel_shift_range=9, brightness_range=(0.5, 2), horizontal_flip=True, vertical_flip=True,
    )  # fmt: skip
    assert draws(all_of_it, 5) == draws(all_of_it, 5)
    assert len(set(draws(all_of_it, 50))) == 50


@pytest.mark.parametrize(
    ("value", "meant"),
    [
        (0, Shift()),
        (0.0, Shift()),
        (None, Shift()),
        (False, Shift()),
        ([], Shift()),
        (0.2, Shift(limit=0.2, fraction=True)),
        (3.0, Shift(limit=3.0)),
        (1.0, Shift(limit=1.0)),
        (3, Shift(choices=(0, 1, 2))),
        (np.int64(2), Shift(choices=(0, 1))),
        ([-0.5, 0.5], Shift(choices=(-0.5, 0.5), fraction=True)),
        ((1, 4), Shift(choices=(1, 4))),
        ([-3, -2], Shift(choices=(-3, -2))),
        (np.array([5.0]), Shift(choices=(5.0,))),
    ],
)
def test_shifts(value, meant):
    assert shift(value, "width_shift_range", "here") == meant


@settings(max_examples=25, deadline=None)
@given(st.floats(0, 0.99), st.floats(0, 0.99), st.floats(0, 180), st.floats(0, 90), st.floats(0, 0.99))
def test_draws_stay_in_their_ranges(width, height, turn, shear, zoom):
    asked = made(
        width_shift_range=width, height_shift_range=height, rotation_range=turn, shear_range=shear, zoom_range=zoom
    )
    for draw in draws(asked, 20):
        assert abs(draw.tx) <= width * 20
        assert abs(draw.ty) <= height * 40
        assert abs(draw.theta) <= turn
        assert abs(draw.shear) <= shear
        assert 1 - zoom <= draw.zx <= 1 + zoom
        assert 1 - zoom <= draw.zy <= 1 + zoom


def test_width_is_to_the_sides_and_height_up_and_down():
    sideways, upright = draws(made(width_shift_range=0.5)), draws(made(height_shift_range=0.5))
    assert {draw.ty for draw in sideways} == {0} == {draw.tx for draw in upright}
    assert 9 < max(abs(draw.tx) for draw in sideways) <= 10
    assert 19 < max(abs(draw.ty) for draw in upright) <= 20


def test_whole_pixels_and_choices():
    assert {draw.tx for draw in draws(made(width_shift_range=3))} == {-2, -1, 0, 1, 2}
    assert {draw.tx for draw in draws(made(width_shift_range=[4, 7.0]))} == {-7, -4, 4, 7}
    assert {draw.ty for draw in draws(made(height_shift_range=[0.25]))} == {-10, 10}
    assert not all(draw.tx == int(draw.tx) for draw in draws(made(width_shift_range=3.0)))


def test_flips_happen_to_half_of_them():
    flips = draws(made(horizontal_flip=True, vertical_flip=True), 400)
    assert 150 < sum(draw.flip_horizontal for draw in flips) < 250
    assert 150 < sum(draw.flip_vertical for draw in flips) < 250
    assert 60 < sum(draw.flip_horizontal and draw.flip_vertical for draw in flips) < 140
    assert not any(draw.flip_vertical for draw in draws(made(horizontal_flip=True)))


def test_pairs_and_numbers():
    assert made(zoom_range=0.2).zoom == (0.8, 1.2)
    assert made(zoom_range=[0.5, 2]).zoom == (0.5, 2) == made(zoom_range=np.array([0.5, 2])).zoom
    assert {(draw.zx, draw.zy) for draw in draws(made(zoom_range=[2, 2]), 3)} == {(2.0, 2.0)}
    assert made(brightness_range=(0.5, 1.5)).brightness == (0.5, 1.5)
    assert all(0.5 <= draw.brightness <= 1.5 for draw in draws(made(brightness_range=[0.5, 1.5])))
    assert all(abs(draw.channel_shift_intensity) <= 30 for draw in draws(made(channel_shift_range=30.0)))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (dict(zoom_range=1.2), r"zoom_range must be from 0 up to, .*it got 1.2: zooms from 0.8 to 1.2 are 0.2"),
        (dict(zoom_range=-0.2), "zoom_range must be from 0 up to"),
        (dict(zoom_range=(0, 1)), r"zoom_range=\(0, 1\) goes down to 0; zooms are above 0"),
        (dict(zoom_range=(1, 2, 3)), r"zoom_range must be two numbers, \(lowest, highest\)"),
        (dict(brightness_range=0.5), r"brightness_range must be two numbers, .* it got 0.5"),
        (dict(brightness_range=(2, 1)), r"brightness_range must be \(lowest, highest\), neither below 0"),
        (dict(rotation_range=-20), "rotation_range must be 0 or more, it got -20; it goes to both sides"),
        (dict(rotation_range="20"), "rotation_range must be a number, it got '20'"),
        (dict(width_shift_range=-0.1), "width_shift_range must be 0 or more"),
        (dict(width_shift_range=["a"]), "width_shift_range must be a number, it got 'a'"),
        (dict(fill_mode="mirror"), 'fill_mode must be one of "nearest", "constant", "reflect", "wrap", it got'),
        (dict(interpolation_order=6), "interpolation_order must be 0 to 5"),
        (dict(cval=None), "cval must be a number"),
    ],
)
def test_errors(arguments, message):
    with pytest.raises(pk.InvalidValueError, match=f"^here: {message}"):
        made(**arguments)
