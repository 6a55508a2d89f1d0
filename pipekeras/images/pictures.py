"""Single images: read from files, made arrays, made images again, saved. Pillow does the work; Keras is not needed.

image_load("cat.jpg", target_size=(224, 224)) >> image_to_array() >> array_reshape((1, 224, 224, 3))
"""

import io
import os
import warnings
from pathlib import Path

from pipekeras import values
from pipekeras._keras import keras
from pipekeras.asarray import as_array, as_dtype
from pipekeras.data_verbs import data_verb
from pipekeras.errors import ArgumentError, DataError, InvalidValueError, suggestion
from pipekeras.files import replacing
from pipekeras.pipe import verb
from pipekeras.receivers import say

__all__ = ["image_array_save", "image_from_array", "image_load", "image_to_array"]

COLORS = {"rgb": 3, "rgba": 4, "grayscale": 1}  # each mode's number of channels
FORMATS = ("channels_last", "channels_first")
INTERPOLATIONS = ("nearest", "bilinear", "bicubic", "hamming", "box", "lanczos")


# Arguments that several functions share -------------------------------------------------------------------------------


def one_of(value, known, name, where):
    """`value` if it is one of the words in `known`."""
    if not isinstance(value, str) or value not in known:
        listed = ", ".join(f'"{word}"' for word in known)
        raise InvalidValueError(f"{where}: {name} must be one of {listed}, it got {value!r}{suggestion(value, known)}")
    return value


def layout(data_format, where):
    """Where the channels stand: what is given, or what the configuration of Keras says."""
    if data_format is None:
        return keras.config.image_data_format()
    return one_of(data_format, FORMATS, "data_format", where)


def size_of(value, name, where):
    """A size as (height, width); one number means both."""
    pair = values.size(value, name, where)
    pair = (pair, pair) if isinstance(pair, int) else pair
    if len(pair) != 2 or not all(isinstance(side, int) and side > 0 for side in pair):
        raise InvalidValueError(f"{where}: {name} must be (height, width) in pixels, it got {value!r}")
    return pair


# Reading --------------------------------------------------------------------------------------------------------------


@verb(receiver=lambda value: True)
def image_load(
    path, color_mode="rgb", target_size=None, interpolation="nearest", keep_aspect_ratio=False, *, grayscale=False
):
    """Read an image from a file.

    Args:
        path: the file: a path, or a BytesIO; "~" is the user's home.
        color_mode: "rgb", "rgba" or "grayscale".
        target_size: (height, width) in pixels to resize to; by default the image's own.
        interpolation: how to resize: "nearest", "bilinear", "bicubic", "hamming", "box" or "lanczos".
        keep_aspect_ratio: whether to cut the image to the shape of target_size, around its centre, before resizing;
            otherwise it is stretched.
        grayscale: of 2.x: True is color_mode="grayscale".

    Returns:
        A Pillow image.

    Raises:
        DataError: if there is no such file, or no image in it.
        InvalidValueError: if an argument cannot be meant.

    Source: R `keras3::image_load`, `keras::image_load`.
    """
    where = "image_load"
    if values.is_bool(color_mode):  # in 2.x, grayscale stands second
        color_mode, grayscale = "rgb", color_mode
    if grayscale:
        if color_mode not in ("rgb", "grayscale"):
            raise ArgumentError(f'{where}: grayscale=True and color_mode="{color_mode}" contradict each other')
        color_mode = "grayscale"
    one_of(color_mode, COLORS, "color_mode", where)
    one_of(interpolation, INTERPOLATIONS, "interpolation", where)
    size = None if target_size is None else size_of(target_size, "target_size", where)
    return read(path, color_mode, size, interpolation, keep_aspect_ratio, where)


def read(path, color_mode, size, interpolation, keep_aspect_ratio, where):
    """The Pillow image in a file, converted and resized; the arguments are checked already."""
    from PIL import Image, UnidentifiedImageError

    if not isinstance(path, io.IOBase):
        try:
            path = os.path.expanduser(os.fsdecode(path))
        except TypeError:
            raise InvalidValueError(f"{where}: path must be a path or a BytesIO, it got {say(path)}") from None
    try:
        with Image.open(path) as opened:
            image = opened.copy()  # reads it; the file is closed
    except FileNotFoundError:
        raise DataError(f"{where}: there is no file {path}; paths start at {os.getcwd()}") from None
    except UnidentifiedImageError:
        raise DataError(f"{where}: {path} is not an image in a format that Pillow reads") from None
    except OSError as error:
        raise DataError(f"{where}: {path} cannot be read: {error}") from error
    if color_mode == "grayscale":
        if image.mode not in ("L", "I;16", "I"):  # these are grey, in 8, 16 and 32 bits
            image = image.convert("L")
    elif image.mode != color_mode.upper():
        image = image.convert(color_mode.upper())
    if size is None or image.size == size[::-1]:
        return image
    box = _middle(image.size, size) if keep_aspect_ratio else None
    return image.resize(size[::-1], Image.Resampling[interpolation.upper()], box=box)


def _middle(of, size):
    """The largest box in the middle of an image of (width, height) `of` that has the proportions of `size`."""
    (width, height), (target_height, target_width) = of, size
    box_width = min(width, max(height * target_width // target_height, 1))
    box_height = min(height, max(width * target_height // target_width, 1))
    left, top = (width - box_width) // 2, (height - box_height) // 2
    return left, top, left + box_width, top + box_height


# Images and arrays ----------------------------------------------------------------------------------------------------


@verb(receiver=lambda value: not (value is None or (isinstance(value, str) and value in FORMATS)))
def image_to_array(img, data_format=None, dtype=None):
    """Make an array of an image.

    Args:
        img: a Pillow image, as image_load() returns; or an array, shape (height, width) or (height, width, channels).
        data_format: "channels_last" or "channels_first"; by default what the configuration of Keras says.
        dtype: type of the result; by default Keras's float type, "float32".

    Returns:
        A NumPy array, shape (height, width, channels), or (channels, height, width) with "channels_first".

    Raises:
        DataError: if it is no image.

    Source: R `keras3::image_to_array`, `keras::image_to_array`.
    """
    where = "image_to_array"
    if isinstance(img, (str, os.PathLike)):
        raise DataError(f"{where} needs an image, it got {img!r}; read it first: image_load({str(img)!r})")
    data_format = layout(data_format, where)
    array = as_array(img, where, name="img", text=False)
    if array.ndim not in (2, 3):
        raise DataError(f"{where} needs one image, (height, width, channels), it got an array of shape {array.shape}")
    dtype = as_dtype(keras.config.floatx() if dtype is None else dtype, where)
    return arranged(array.astype(dtype), data_format)


def arranged(array, data_format):
    """An array that Pillow made, (height, width) or with channels at the end, with three axes in `data_format`."""
    if array.ndim == 2:
        array = array[..., None]
    return array.transpose(2, 0, 1) if data_format == "channels_first" else array


@data_verb()
def image_from_array(x, data_format=None, scale=True, dtype=None):
    """Make an image of an array.

    Args:
        x: array of shape (height, width, channels), or (channels, height, width) with "channels_first"; 1, 3 or 4
            channels. (height, width) is grey.
        data_format: "channels_last" or "channels_first"; by default what the configuration of Keras says.
        scale: whether to stretch the values so that the lowest is black, 0, and the highest white, 255. Otherwise they
            are taken as they are, and what is beyond 0 and 255 is cut.
        dtype: type to compute in; by default Keras's float type, "float32".

    Returns:
        A Pillow image; grey ones with values above 255 are in mode "I", of 32 bits.

    Raises:
        DataError: if `x` has not the shape of an image, or values that are not finite.

    Source: R `keras3::image_from_array`.
    """
    where = "image_from_array"
    dtype = as_dtype(keras.config.floatx() if dtype is None else dtype, where)
    return to_image(as_array(x, where, text=False), layout(data_format, where), scale, dtype, where)


def to_image(array, data_format, scale, dtype, where):
    """A Pillow image of an array; `data_format` and `dtype` are checked already."""
    import numpy as np
    from PIL import Image

    shape = array.shape
    array = array.astype(dtype)
    if array.ndim == 3 and data_format == "channels_first":
        array = array.transpose(1, 2, 0)
    elif array.ndim == 2:
        array = array[..., None]
    if array.ndim != 3 or array.shape[-1] not in (1, 3, 4) or not array.size:
        hint = "; of a batch take one, as in x[0]" if array.ndim == 4 else ""
        raise DataError(
            f"{where} needs one image with 1, 3 or 4 channels in {data_format}, it got an array of shape {shape}{hint}"
        )
    if not np.isfinite(array).all():
        raise DataError(f"{where}: the array has values that are NaN or infinite, which no image can show")
    if scale:
        array = array - array.min()
        highest = array.max()
        array = array / highest * 255 if highest else array
    if array.shape[-1] == 1:
        array = array[..., 0]
        if array.max() > 255:
            return Image.fromarray(array.astype("int32"))
    return Image.fromarray(np.ascontiguousarray(np.clip(array, 0, 255).astype("uint8")))


# Saving ---------------------------------------------------------------------------------------------------------------


@data_verb(old={"img": "x"})
def image_array_save(x, path, data_format=None, file_format=None, scale=True, **kwargs):
    """Save an array as an image file. The file is there whole or not at all.

    Args:
        x: array of shape (height, width, channels), or (channels, height, width) with "channels_first". R 2.x calls it
            `img`, which works too.
        path: the file to write, or an open binary file.
        data_format: "channels_last" or "channels_first"; by default what the configuration of Keras says.
        file_format: such as "png" or "jpeg"; by default as the file's name ends.
        scale: whether to stretch the values so that the lowest is black and the highest white; see image_from_array().
        **kwargs: what else Pillow's `save` takes, such as quality=90.

    Returns:
        None.

    Raises:
        DataError: if `x` is no image, its kind cannot be saved in that format, or there is no such folder.
        InvalidValueError: if the format is not known.

    Source: R `keras3::image_array_save`, `keras::image_array_save`.
    """
    where = "image_array_save"
    array = as_array(x, where, text=False)
    image = to_image(array, layout(data_format, where), scale, as_dtype(keras.config.floatx(), where), where)
    is_file = hasattr(path, "write")
    if not is_file and not isinstance(path, (str, os.PathLike)):
        raise InvalidValueError(f"{where}: path must be a path or an open file, it got {say(path)}")
    if is_file and file_format is None:
        raise ArgumentError(f'{where}: an open file does not tell the format: give file_format="png" or the like')
    pillow_format = _format(path if file_format is None else f".{str(file_format).lstrip('.')}", where)
    if pillow_format == "JPEG" and image.mode == "RGBA":
        warnings.warn(f"{where}: JPEG has no transparency, which is left out", stacklevel=3)
        image = image.convert("RGB")
    if is_file:
        _write(image, path, pillow_format, kwargs, where)
    else:
        save(image, path, pillow_format, where, **kwargs)


def save(image, path, pillow_format, where, **options):
    """Write a Pillow image to a file, whole or not at all."""
    with replacing(path, where) as unfinished:
        _write(image, unfinished, pillow_format, options, where)


def _write(image, to, pillow_format, options, where):
    try:
        image.save(to, format=pillow_format, **options)
    except (OSError, ValueError, TypeError) as error:
        raise DataError(f"{where}: a {image.mode} image cannot be saved as {pillow_format}: {error}") from error


def _format(path, where):
    """Pillow's name of the format that a file's name ends in."""
    from PIL import Image

    known = Image.registered_extensions()
    ending = Path(path).suffix.lower() or (path.lower() if isinstance(path, str) and path.startswith(".") else "")
    if ending not in known:
        near = suggestion(ending, known) if ending else '; give it an ending, such as ".png", or file_format'
        raise InvalidValueError(f'{where}: "{os.fspath(path)}" tells no image format that Pillow writes{near}')
    return known[ending]
