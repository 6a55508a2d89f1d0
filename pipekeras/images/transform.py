"""A Draw applied to an image: turned, shifted, sheared and zoomed by SciPy; mirrored, brightened."""

import math


def transform(image, draw, plan, data_format):
    """An image after what was drawn for it.

    Args:
        image: float array of shape (height, width, channels), or (channels, height, width) with "channels_first".
        draw: a `plan.Draw`.
        plan: the `plan.Plan`, which says how the image goes on beyond its edges and how pixels are interpolated.
        data_format: "channels_last" or "channels_first".

    Returns:
        An array of the same shape and type; `image` itself, or a view of it, where nothing is computed.
    """
    import numpy as np

    row, column, channel = (1, 2, 0) if data_format == "channels_first" else (0, 1, 2)
    image = _moved(image, draw, plan, row, column, channel)
    if draw.channel_shift_intensity is not None:
        image = np.clip(image + image.dtype.type(draw.channel_shift_intensity), image.min(), image.max())
    if draw.flip_horizontal:
        image = np.flip(image, column)
    if draw.flip_vertical:
        image = np.flip(image, row)
    if draw.brightness is not None:
        image = brightened(image, draw.brightness)
    return image


def matrix(draw, height, width):
    """Where each pixel of the result comes from: (2 x 2 matrix, offset) on (row, column); None for from where it is.

    First zoomed, then sheared, shifted and turned, around the middle of the image.
    """
    theta, shear = math.radians(draw.theta), math.radians(draw.shear)
    if not (theta or shear or draw.tx or draw.ty) and draw.zx == draw.zy == 1:
        return None
    # The product of the turn [[cos, -sin], [sin, cos]], the slant [[1, -sin], [0, cos]] and the zoom, on (x, y).
    cos, sin = math.cos(theta), math.sin(theta)
    xx, xy = cos * draw.zx, -math.sin(theta + shear) * draw.zy
    yx, yy = sin * draw.zx, math.cos(theta + shear) * draw.zy
    x, y = (width - 1) / 2, (height - 1) / 2
    from_x = cos * draw.tx - sin * draw.ty + x - xx * x - xy * y
    from_y = sin * draw.tx + cos * draw.ty + y - yx * x - yy * y
    # Rounded, so that a turn by 90 degrees does not put the edge a hair's breadth beyond the edge, where it is cval.
    yy, yx, xy, xx, from_y, from_x = (round(number, 10) for number in (yy, yx, xy, xx, from_y, from_x))
    return ((yy, yx), (xy, xx)), (from_y, from_x)


def _moved(image, draw, plan, row, column, channel):
    import numpy as np
    from scipy import ndimage

    where_from = matrix(draw, image.shape[row], image.shape[column])
    if where_from is None:
        return image
    result = np.empty_like(image)
    first = (channel, row, column)  # the channels in front, to go through them
    for source, target in zip(image.transpose(first), result.transpose(first), strict=True):
        ndimage.affine_transform(source, *where_from, output=target, order=plan.order, mode=plan.fill, cval=plan.cval)
    return result


def brightened(image, factor):
    """An image with its values multiplied, cut at white.

    Black and white are 0 and 255, or 0 and 1 for images whose values are fractions of 1; for values beyond those, the
    lowest and highest of the image.
    """
    import numpy as np

    low, high = float(image.min()), float(image.max())
    black, white = 0.0, 255.0
    if low < 0 or high > 255:
        black, white = low, high
    elif high <= 1 and (image != np.floor(image)).any():
        white = 1.0
    return np.clip((image - image.dtype.type(black)) * image.dtype.type(factor) + image.dtype.type(black), black, white)
