"""Images as the application_* models want them, and what their predictions mean, in both packages' forms.

x = image >> application_preprocess_inputs(model) ...     keras3: the model knows its family
x = image >> resnet_preprocess_input()                    2.x: a function for each family
"""

import os

from pipekeras._keras import keras
from pipekeras.asarray import as_array, is_native, values_of
from pipekeras.data_verbs import DataVerb, data_verb
from pipekeras.downloading import explained
from pipekeras.errors import DataError, InvalidValueError, PipeError, ShapeError, suggestion
from pipekeras.fetching import cache_folder
from pipekeras.pipe import verb
from pipekeras.receivers import is_layer, is_model, is_tensor, say
from pipekeras.values import count

# What a family's pixels become: "caffe" blue, green, red minus their means; "tf" -1 to 1; "torch" each colour with mean
# 0 and deviation 1; None stays 0 to 255, since the model itself scales them.
MODES = {
    "convnext": None, "densenet": "torch", "efficientnet": None, "efficientnet_v2": None, "inception_resnet_v2": "tf",
    "inception_v3": "tf", "mobilenet": "tf", "mobilenet_v2": "tf", "mobilenet_v3": None, "nasnet": "tf",
    "resnet": "caffe", "resnet_v2": "tf", "vgg16": "caffe", "vgg19": "caffe", "xception": "tf",
}  # fmt: skip

# Layers that tell the family of a model that was loaded from a file, or made with Keras alone: only its own have one
# with such an ending (vgg16's all occur in vgg19 as well, which is asked for first).
_LAYERS = {
    "convnext": "_stage_0_block_0_depthwise_conv", "densenet": "conv2_block1_concat",
    "efficientnet_v2": "block4a_dwconv2", "efficientnet": "block1a_se_reduce", "inception_resnet_v2": "mixed_5b",
    "inception_v3": "mixed9_0", "mobilenet": "conv_dw_1_bn", "mobilenet_v2": "expanded_conv_project_BN",
    "mobilenet_v3": "expanded_conv_project_bn", "nasnet": "stem_bn1", "resnet_v2": "conv2_block1_preact_bn",
    "resnet": "conv2_block1_3_bn", "vgg19": "block5_conv4", "vgg16": "block5_conv3",
    "xception": "block2_sepconv1_bn",
}  # fmt: skip


def remember(model, family):
    """Have a model know its family; past Keras's attribute tracking, for it is no part of the model's state."""
    vars(model)["_pipekeras_application"] = family


def family_of(model):
    """The family of a model that application_*() or Keras made, loaded or not, also inside of another; or None."""
    known = vars(model).get("_pipekeras_application")
    if known is not None:
        return known
    names = [layer.name for layer in model.layers]
    for family, ending in _LAYERS.items():
        if any(name.endswith(ending) for name in names):
            return family
    inside = {family_of(layer) for layer in model.layers if is_model(layer)} - {None}
    return inside.pop() if len(inside) == 1 else None


# Preprocessing --------------------------------------------------------------------------------------------------------


def preprocess(x, mode, data_format, where):
    """Pixels from 0 to 255 as a mode wants them; what was given is not changed."""
    formats = (None, "channels_last", "channels_first")
    if data_format not in formats:
        near = suggestion(data_format, formats[1:], quote='"', otherwise='; it is "channels_last" or "channels_first"')
        raise InvalidValueError(f"{where}: data_format={data_format!r} is not known{near}")
    if is_layer(x):
        raise PipeError(f"{where} applies to images, it got {say(x)}")
    if is_tensor(x) and not is_native(x) and values_of(x) is not None:
        x = values_of(x)
    if not is_tensor(x):
        array = as_array(x, where, text=False)
        x = array.copy() if array.dtype.kind == "f" else array  # Keras writes into arrays of floats
    _check_images(x, mode, data_format or keras.config.image_data_format(), where)
    if mode is None:
        return x
    if is_tensor(x) and "float" not in keras.backend.standardize_dtype(x.dtype):
        x = keras.ops.cast(x, keras.config.floatx())
    return keras.applications.imagenet_utils.preprocess_input(x, data_format=data_format, mode=mode)


def _check_images(x, mode, data_format, where):
    try:
        shape = tuple(x.shape)
    except ValueError:  # a tensor in a graph that does not know how many axes it has
        return
    if len(shape) not in (3, 4):
        raise ShapeError(
            f"{where}: x has shape {shape}; it must be an image, such as (224, 224, 3), or a batch of them,"
            " (n, 224, 224, 3)"
        )
    channels = shape[-1] if data_format == "channels_last" else shape[-3]
    if mode in ("caffe", "torch") and channels not in (3, None):
        raise ShapeError(
            f"{where}: x has shape {shape}, so {channels} channel{'s' * (channels != 1)} with {data_format}; it must"
            " have 3: red, green, blue"
        )


@data_verb()
def imagenet_preprocess_input(x, data_format=None, mode="caffe"):
    """Prepare images for a model that was trained on ImageNet, in one of the three ways that there are.

    Args:
        x: pixels from 0 to 255: an image `(height, width, 3)` or a batch of them, as an array, tensor or list.
        data_format: "channels_last" or "channels_first"; by default what the Keras configuration says.
        mode: "caffe" turns the colours round to blue, green, red, and takes their means off; "tf" scales to -1 to 1;
            "torch" scales to 0 to 1, takes the means off and divides by the deviations.

    Returns:
        An array, or of a tensor a tensor, of the shape of `x`, which itself stays as it is.

    Raises:
        InvalidValueError: if `mode` or `data_format` is another word.
        ShapeError: if `x` is no image, nor a batch.

    Source: R `keras3::imagenet_preprocess_input`, `keras::imagenet_preprocess_input`; 2.x paid no heed to `mode`.
    """
    where, modes = "imagenet_preprocess_input", ("caffe", "tf", "torch")
    if mode not in modes:
        near = suggestion(mode, modes, quote='"', otherwise='; it is "caffe", "tf" or "torch"')
        raise InvalidValueError(f"{where}: mode={mode!r} is not known{near}")
    return preprocess(x, mode, data_format, where)


_DOC = """Prepare images for {article} {family} model: {what}.

    Args:
        x: pixels from 0 to 255: an image `(height, width, 3)` or a batch of them, as an array, tensor or list.
        data_format: "channels_last" or "channels_first"; by default what the Keras configuration says.

    Returns:
        An array, or of a tensor a tensor, of the shape of `x`, which itself stays as it is.

    Raises:
        ShapeError: if `x` is no image, nor a batch.

    Source: R `keras::{name}`.
    """
_WHAT = {
    "caffe": "blue, green, red, each less its mean",
    "tf": "scaled to -1 to 1",
    "torch": "scaled to mean 0 and deviation 1",
}


def _for_family(family):
    """The function of 2.x for a family."""
    name, mode = f"{family}_preprocess_input", MODES[family]

    def function(x, data_format=None):
        return preprocess(x, mode, data_format, name)

    function.__name__ = function.__qualname__ = name
    article = "an" if family[0] in "aeiou" else "a"
    function.__doc__ = _DOC.format(article=article, family=family, what=_WHAT[mode], name=name)
    return DataVerb(function)


densenet_preprocess_input = _for_family("densenet")
inception_resnet_v2_preprocess_input = _for_family("inception_resnet_v2")
inception_v3_preprocess_input = _for_family("inception_v3")
mobilenet_preprocess_input = _for_family("mobilenet")
mobilenet_v2_preprocess_input = _for_family("mobilenet_v2")
nasnet_preprocess_input = _for_family("nasnet")
resnet_preprocess_input = _for_family("resnet")
resnet_v2_preprocess_input = _for_family("resnet_v2")
xception_preprocess_input = _for_family("xception")


@verb(receiver=is_model, wants="a model")
def application_preprocess_inputs(model, x=None, *, data_format=None):
    """Prepare images for a model of application_*(), as its family wants them.

    Args:
        model: a model that application_*() made; one that was loaded from a file is recognised too.
        x: pixels from 0 to 255: an image `(height, width, 3)` or a batch of them. Without it, the function that
            prepares images comes back.
        data_format: "channels_last" or "channels_first"; by default what the Keras configuration says.

    Returns:
        An array, or of a tensor a tensor, of the shape of `x`, which itself stays as it is; or, without `x`, a function
        of `x`.

    Raises:
        InvalidValueError: if the model is of no family that is known.
        ShapeError: if `x` is no image, nor a batch.

    Source: R `keras3::application_preprocess_inputs`.
    """
    where = "application_preprocess_inputs"
    family = _known_family(model, where)
    if x is not None:
        return preprocess(x, MODES[family], data_format, where)

    def preprocess_input(x, data_format=data_format):
        return preprocess(x, MODES[family], data_format, where)

    return preprocess_input


def _known_family(model, where):
    family = family_of(model)
    if family is None:
        raise InvalidValueError(
            f"{where}: {say(model)} is not one of application_*(), so how it wants images and what its outputs mean is"
            " not known; imagenet_preprocess_input(x, mode=...) and imagenet_decode_predictions(preds) go by themselves"
        )
    return family


# Decoding -------------------------------------------------------------------------------------------------------------


def decode(preds, top, where):
    """For each image a data frame of its likeliest classes."""
    import pandas

    top = count(top, "top", where, least=1)
    array = as_array(preds, where, text=False)
    if array.ndim != 2 or array.shape[1] != 1000:
        raise ShapeError(
            f"{where}: preds has shape {array.shape}; it must be predictions for the 1000 classes of ImageNet,"
            " (n, 1000), as a model with include_top=True and classes=1000 makes them"
        )
    place = os.path.join(os.path.dirname(cache_folder()), "models", "imagenet_class_index.json")
    with explained(where, "the names of the classes", f"put it here by hand as {place}"):
        try:
            decoded = keras.applications.imagenet_utils.decode_predictions(array, top=min(top, 1000))
        except ValueError as error:
            raise DataError(f"{where}: the names of the classes in {place} are broken: remove the file") from error
    columns = ["class_name", "class_description", "score"]
    return [pandas.DataFrame(rows, columns=columns) for rows in decoded]


_DECODE_DOC = """Say what the predictions of {what} mean: the likeliest of ImageNet's 1000 classes.

    Args:
        preds: predictions, `(n, 1000)`.
        top: how many classes.

    Returns:
        A list of n data frames with the columns class_name, class_description and score, the likeliest first.

    Raises:
        DataError: if the names of the classes are not in Keras's cache folder and cannot be downloaded.
        ShapeError: if `preds` is not for 1000 classes.

    Source: R {source}.
    """


def _decoder(name, what, *packages):
    """A function that decodes predictions; all models that were trained on ImageNet have the same classes."""

    def function(preds, top=5):
        return decode(preds, top, name)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = _DECODE_DOC.format(what=what, source=", ".join(f"`{package}::{name}`" for package in packages))
    return DataVerb(function)


imagenet_decode_predictions = _decoder("imagenet_decode_predictions", "a model trained on ImageNet", "keras3", "keras")
mobilenet_decode_predictions = _decoder("mobilenet_decode_predictions", "a mobilenet model", "keras")
mobilenet_v2_decode_predictions = _decoder("mobilenet_v2_decode_predictions", "a mobilenet_v2 model", "keras")


@verb(receiver=is_model, wants="a model")
def application_decode_predictions(model, preds=None, top=5):
    """Say what the predictions of a model of application_*() mean: the likeliest of ImageNet's 1000 classes.

    Args:
        model: a model that application_*() made; one that was loaded from a file is recognised too.
        preds: predictions, `(n, 1000)`. Without them, the function that decodes predictions comes back.
        top: how many classes.

    Returns:
        A list of n data frames with the columns class_name, class_description and score, the likeliest first; or,
        without `preds`, a function of `preds` and `top`.

    Raises:
        InvalidValueError: if the model is of no family that is known.
        DataError: if the names of the classes are not in Keras's cache folder and cannot be downloaded.
        ShapeError: if `preds` is not for 1000 classes.

    Source: R `keras3::application_decode_predictions`.
    """
    where = "application_decode_predictions"
    _known_family(model, where)
    if preds is not None:
        return decode(preds, top, where)

    def decode_predictions(preds, top=top):
        return decode(preds, top, where)

    return decode_predictions


__all__ = [
    "application_decode_predictions", "application_preprocess_inputs", "densenet_preprocess_input",
    "imagenet_decode_predictions", "imagenet_preprocess_input", "inception_resnet_v2_preprocess_input",
    "inception_v3_preprocess_input", "mobilenet_decode_predictions", "mobilenet_preprocess_input",
    "mobilenet_v2_decode_predictions", "mobilenet_v2_preprocess_input", "nasnet_preprocess_input",
    "resnet_preprocess_input", "resnet_v2_preprocess_input", "xception_preprocess_input",
]  # fmt: skip
