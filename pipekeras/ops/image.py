"""Functions of images, one or a batch of them: R's op_image_*, Keras's ops.image."""

from pipekeras._keras import keras
from pipekeras.ops import _mend
from pipekeras.ops._op import Op, over
from pipekeras.ops._values import image_size, integers, two, word
from pipekeras.wrap import name_members

_FILL_MODE = word("constant", "nearest", "wrap", "mirror", "reflect")


def _image(keras_name, **differs):
    """A function whose first argument is images: a size, as in `x >> op_image_extract_patches((2, 2))`, is none."""
    return over(f"image.{keras_name}", deep=True, **{"mend": _mend.data_format, **differs})


class _Seeded(Op):
    """A function with a seed, which Keras does not heed on torch."""

    def make(self, bound):
        if bound.get("seed") is None or keras.backend.backend() != "torch":
            return super().make(bound)
        import torch

        with torch.random.fork_rng():
            torch.manual_seed(int(keras.random.randint((), 0, 2**31 - 1, seed=bound["seed"])))
            return super().make(bound)


op_image_affine_transform = _image("affine_transform", mend=_mend.one_for_each_image)
op_image_crop = _image("crop_images")
op_image_elastic_transform = _Seeded(
    "image.elastic_transform", arrays=1, deep=True, takes={"alpha": None}, mend=_mend.data_format
)
op_image_extract_patches = _image("extract_patches", mend=_mend.whole_numbers, takes={"padding": word("valid", "same")})
op_image_gaussian_blur = over(
    "pipekeras.ops._right:gaussian_blur", deep=True, floats=["images"], takes={"kernel_size": two, "sigma": two}
)
op_image_hsv_to_rgb = _image("hsv_to_rgb", floats=["images"])
op_image_map_coordinates = over("image.map_coordinates", arrays=2, takes={"order": integers, "fill_mode": _FILL_MODE})
op_image_pad = _image("pad_images")
op_image_perspective_transform = _image(
    "perspective_transform", floats=["start_points", "end_points"], mend=_mend.points_for_each_image
)
op_image_resize = _image("resize", takes={"size": image_size})
op_image_rgb_to_grayscale = _image("rgb_to_grayscale")
op_image_rgb_to_hsv = _image("rgb_to_hsv", floats=["images"])

__all__ = [*name_members(globals())]
