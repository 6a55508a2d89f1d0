"""What an image data generator is asked to do, and what it draws for one image. No array is touched here.

`Plan` is read from the arguments once; `Plan.draw` gives a `Draw`, the numbers for one image, and `transform` applies
it. A draw depends on the random generator that it is handed, and on the size of the image, and on nothing else.
"""

import dataclasses
import numbers

from pipekeras import values
from pipekeras.errors import InvalidValueError
from pipekeras.images.pictures import one_of

# Keras's words for what lies beyond the edges, in SciPy's. SciPy's own "wrap" would lose a row and a column.
FILLS = {"nearest": "nearest", "constant": "constant", "reflect": "reflect", "wrap": "grid-wrap"}


@dataclasses.dataclass(frozen=True)
class Draw:
    """What happens to one image. Shifts are in pixels: what stands `tx` to the right and `ty` below moves here.

    Args:
        theta, shear: angles in degrees.
        tx, ty: shifts, horizontal and vertical.
        zx, zy: zooms, horizontal and vertical; below 1 the image grows.
        flip_horizontal, flip_vertical: whether it is mirrored.
        channel_shift_intensity: what is added to all channels, or None.
        brightness: what the values are multiplied with, or None.
    """

    theta: float = 0
    tx: float = 0
    ty: float = 0
    shear: float = 0
    zx: float = 1
    zy: float = 1
    flip_horizontal: bool = False
    flip_vertical: bool = False
    channel_shift_intensity: float | None = None
    brightness: float | None = None


@dataclasses.dataclass(frozen=True)
class Shift:
    """A range of shifts: uniform between -limit and limit, or one of `choices`, to either side.

    With `fraction` they are shares of the image's side, otherwise pixels.
    """

    limit: float = 0
    choices: tuple = ()
    fraction: bool = False

    def draw(self, side, rng):
        """A shift in pixels for an image with this side."""
        if self.choices:
            shift = float(rng.choice(self.choices)) * rng.choice((-1, 1))
        else:
            shift = rng.uniform(-self.limit, self.limit) if self.limit else 0
        return shift * side if self.fraction else shift


@dataclasses.dataclass(frozen=True)
class Plan:
    """The random part of an image data generator; see image_data_generator() for the arguments."""

    rotation: float = 0
    width_shift: Shift = Shift()
    height_shift: Shift = Shift()
    shear: float = 0
    zoom: tuple = (1, 1)
    brightness: tuple | None = None
    channel_shift: float = 0
    horizontal_flip: bool = False
    vertical_flip: bool = False
    fill: str = "nearest"
    cval: float = 0
    order: int = 1

    def draw(self, height, width, rng):
        """The Draw for one image of this size, from a NumPy random generator."""
        low, high = self.zoom
        zx, zy = (1, 1) if low == high == 1 else rng.uniform(low, high, 2)
        return Draw(
            theta=rng.uniform(-self.rotation, self.rotation) if self.rotation else 0,
            tx=self.width_shift.draw(width, rng),
            ty=self.height_shift.draw(height, rng),
            shear=rng.uniform(-self.shear, self.shear) if self.shear else 0,
            zx=zx,
            zy=zy,
            flip_horizontal=self.horizontal_flip and bool(rng.random() < 0.5),
            flip_vertical=self.vertical_flip and bool(rng.random() < 0.5),
            channel_shift_intensity=rng.uniform(-self.channel_shift, self.channel_shift)
            if self.channel_shift
            else None,
            brightness=rng.uniform(*self.brightness) if self.brightness else None,
        )


# Reading the arguments ------------------------------------------------------------------------------------------------


def plan(
    where, *, rotation_range, width_shift_range, height_shift_range, brightness_range, shear_range, zoom_range,
    channel_shift_range, fill_mode, cval, horizontal_flip, vertical_flip, interpolation_order,
):  # fmt: skip
    """The Plan for the arguments of image_data_generator(); an InvalidValueError where one cannot be meant."""
    order = values.count(interpolation_order, "interpolation_order", where, least=0)
    if order > 5:
        raise InvalidValueError(f"{where}: interpolation_order must be 0 to 5, the degree of a spline, it got {order}")
    return Plan(
        rotation=_limit(rotation_range, "rotation_range", where),
        width_shift=shift(width_shift_range, "width_shift_range", where),
        height_shift=shift(height_shift_range, "height_shift_range", where),
        shear=_limit(shear_range, "shear_range", where),
        zoom=_zoom(zoom_range, where),
        brightness=None if brightness_range is None else _pair(brightness_range, "brightness_range", where),
        channel_shift=_limit(channel_shift_range, "channel_shift_range", where),
        horizontal_flip=bool(horizontal_flip),
        vertical_flip=bool(vertical_flip),
        fill=FILLS[one_of(fill_mode, FILLS, "fill_mode", where)],
        cval=values.number(cval, "cval", where),
        order=order,
    )


def shift(value, name, where):
    """The Shift that an argument means: 0.2 is a share of the side, 20.0 pixels, 3 whole pixels below 3, a list each.

    The type counts, as in Keras: 3 draws from -2 to 2 in whole pixels, 3.0 any number between -3 and 3.
    """
    if value is None or (values.is_bool(value) and not value):
        return Shift()
    items = value.tolist() if hasattr(value, "tolist") else value
    if isinstance(items, (list, tuple, range)):
        choices = tuple(values.number(item, name, where) for item in items)
        return Shift(choices=choices, fraction=max(map(abs, choices)) < 1) if choices else Shift()
    number = values.number(items, name, where)
    if number < 0:
        raise InvalidValueError(f"{where}: {name} must be 0 or more, it got {value!r}; it goes to both sides")
    if isinstance(number, numbers.Integral):
        return Shift(choices=tuple(range(number)))
    return Shift(limit=number, fraction=number < 1) if number else Shift()


def _limit(value, name, where):
    number = values.number(0 if value is None else value, name, where)
    if number < 0:
        raise InvalidValueError(f"{where}: {name} must be 0 or more, it got {value!r}; it goes to both sides")
    return float(number)


def _zoom(value, where):
    if value is None:
        return (1, 1)
    if isinstance(value, numbers.Real) or getattr(value, "shape", None) == ():
        number = values.number(value, "zoom_range", where)
        if not 0 <= number < 1:
            hint = f": zooms from {2 - number:g} to {number:g} are {number - 1:g}" if 1 < number < 2 else ""
            raise InvalidValueError(
                f"{where}: zoom_range must be from 0 up to, not including, 1, or (lowest, highest), it got {value!r}"
                f"{hint}"
            )
        return (1 - number, 1 + number)
    low, high = _pair(value, "zoom_range", where)
    if low <= 0:
        raise InvalidValueError(f"{where}: zoom_range={value!r} goes down to {low:g}; zooms are above 0")
    return (low, high)


def _pair(value, name, where):
    items = value.tolist() if hasattr(value, "tolist") else value
    if not isinstance(items, (list, tuple)) or len(items) != 2:
        raise InvalidValueError(f"{where}: {name} must be two numbers, (lowest, highest), it got {value!r}")
    low, high = (values.number(item, name, where) for item in items)
    if not 0 <= low <= high:
        raise InvalidValueError(f"{where}: {name} must be (lowest, highest), neither below 0, it got {value!r}")
    return (low, high)
