"""Arrays of images in another size: image_array_resize of 2.x, image_smart_resize of keras3."""

from pipekeras import values
from pipekeras._keras import keras
from pipekeras.asarray import as_array, is_native
from pipekeras.data_verbs import data_verb
from pipekeras.errors import DataError, InvalidValueError
from pipekeras.images.pictures import FORMATS, one_of, size_of
from pipekeras.receivers import is_tensor

__all__ = ["image_array_resize", "image_smart_resize"]

_RESAMPLING = ("bilinear", "nearest", "bicubic", "lanczos3", "lanczos5")


@data_verb()
def image_array_resize(img, height, width, data_format="channels_last"):
    """Stretch an image, or a batch of them, to another size, linearly between the pixels; the corners stay corners.

    Args:
        img: array of shape (height, width, channels) or (samples, height, width, channels); with "channels_first" the
            channels stand before the height.
        height, width: the new size in pixels.
        data_format: "channels_last" or "channels_first".

    Returns:
        A NumPy array like `img` in the new size; whole numbers become floats.

    Raises:
        DataError: if `img` has not the shape of an image.
        InvalidValueError: if the size is not one.

    Source: R `keras::image_array_resize`, which with "channels_first" resizes the wrong axes.
    """
    from scipy import ndimage

    where = "image_array_resize"
    height, width = (values.count(v, n, where, least=1) for v, n in ((height, "height"), (width, "width")))
    array = _images(as_array(img, where, name="img", text=False), data_format, where)
    if array.dtype.kind != "f":
        array = array.astype(keras.config.floatx())
    factors = [1.0] * array.ndim
    row = array.ndim - 3 + (data_format == "channels_first")
    factors[row], factors[row + 1] = height / array.shape[row], width / array.shape[row + 1]
    return ndimage.zoom(array, factors, order=1)


@data_verb()
def image_smart_resize(x, size, interpolation="bilinear", data_format="channels_last", backend_module=None):
    """Resize images without stretching them: what does not fit the new proportions is cut off around the middle.

    Args:
        x: array or tensor of shape (height, width, channels) or (samples, height, width, channels); with
            "channels_first" the channels stand before the height.
        size: (height, width) in pixels.
        interpolation: "bilinear", "nearest", "bicubic", "lanczos3" or "lanczos5".
        data_format: "channels_last" or "channels_first".
        backend_module: understood and ignored: the running backend computes.

    Returns:
        The images in the new size: of a tensor of the running backend a tensor, else a NumPy array.

    Raises:
        DataError: if `x` has not the shape of an image.
        InvalidValueError: if another argument cannot be meant.

    Source: R `keras3::image_smart_resize`.
    """
    where = "image_smart_resize"
    size = size_of(size, "size", where)
    one_of(interpolation, _RESAMPLING, "interpolation", where)
    native = is_tensor(x) and is_native(x)
    images = _images(x if native else as_array(x, where, text=False), data_format, where)
    row = len(images.shape) - 3 + (data_format == "channels_first")
    height, width = images.shape[row], images.shape[row + 1]
    if height is None or width is None:
        raise InvalidValueError(f"{where}: x is symbolic with a size that is not fixed, {tuple(images.shape)}")
    cut_height = max(min(height, int(width * size[0] / size[1])), 1)
    cut_width = max(min(width, int(height * size[1] / size[0])), 1)
    top, left = (height - cut_height) // 2, (width - cut_width) // 2
    cut = [slice(None)] * row + [slice(top, top + cut_height), slice(left, left + cut_width)]
    result = keras.ops.image.resize(images[tuple(cut)], size, interpolation=interpolation, data_format=data_format)
    return result if native else keras.ops.convert_to_numpy(result)


def _images(array, data_format, where):
    one_of(data_format, FORMATS, "data_format", where)
    if len(array.shape) not in (3, 4):
        raise DataError(f"{where} needs an image of 3 axes or a batch of 4, it got an array of shape {array.shape}")
    return array
