"""Networks that were trained on ImageNet: R's `application_*`, one line each.

    base = application_mobilenet(input_shape=(96, 96, 3), include_top=False)
    freeze_weights(base)
    model = keras_model_sequential(input_shape=(96, 96, 3)) >> base >> layer_flatten() >> layer_dense(2)

What images they want and what their predictions mean is in imagenet.py; networks of any size are in architectures.py
and nasnet.py. All these names are joined here.
"""

import inspect

from pipekeras import architectures, imagenet, nasnet, values
from pipekeras._keras import keras
from pipekeras.architectures import GIVE_PATH, pooling_of, weights_of
from pipekeras.downloading import explained
from pipekeras.errors import InvalidValueError
from pipekeras.functions import PlainFunctionWrapper
from pipekeras.imagenet import remember
from pipekeras.receivers import is_symbolic, say
from pipekeras.wrap import name_members


def _input_tensor(value, name, where):
    if not is_symbolic(value):
        raise InvalidValueError(f"{where}: {name} must be what layer_input() makes, it got {say(value)}")
    return value


def _weights(value, name, where):
    return weights_of(value, where)


def _pooling(value, name, where):
    return pooling_of(value, where)


class _Application(PlainFunctionWrapper):
    """A network of a family; the model that is made remembers the family, for application_preprocess_inputs()."""

    module = "applications"
    use = "    {name}({call})\n        makes the model, with {keras}."
    converters = {
        **values.ARGUMENTS,
        **dict.fromkeys(["alpha", "dropout", "dropout_rate"], values.number),
        "classes": values.count,
        "input_tensor": _input_tensor,
        "pooling": _pooling,
        "weights": _weights,
    }
    texts = {
        "alpha": "how wide the network is: 1 is the paper's number of filters, 0.5 half of it.",
        "classes": "number of classes; 1000 where the classifier comes with weights trained on ImageNet.",
        "classifier_activation": "the activation of the classifier; None gives logits.",
        "depth_multiplier": "how many channels a depthwise convolution makes of one.",
        "dropout": "the share of features that is dropped before the classifier in training.",
        "dropout_rate": "the share of features that is dropped before the classifier in training.",
        "include_preprocessing": "whether the model scales pixels from 0 to 255 itself.",
        "include_top": "whether the classifier is part of the model.",
        "input_shape": "shape of an image, such as (224, 224, 3).",
        "input_tensor": "the model's input, as layer_input() makes it.",
        "minimalistic": "whether to leave out what small devices do slowly.",
        "name": "the model's name.",
        "pooling": 'without the classifier: "avg" or "max" pools the last features, None leaves them.',
        "weights": '"imagenet" for weights trained on ImageNet, None for random ones, or the path of a file.',
    }

    def __init__(self, keras_name, family, **differs):
        super().__init__(keras_name, **differs)
        self.family = family

    def make(self, bound):
        """The model."""
        with explained(self.__name__, "the weights", GIVE_PATH):
            model = super().make(bound)
        remember(model, self.family)
        return model


class _EfficientNetV2(_Application):
    """Keras looks the network's numbers up by its name, so that another name is given afterwards."""

    def make(self, bound):
        name = bound.pop("name", None)
        model = super().make(bound)
        if name is not None:
            model.name = name
        return model


class _NASNetMobile(_Application):
    """The one that Keras refuses to make on torch, where it once gave other predictions; today they are the same."""

    _NUMBERS = {
        "penultimate_filters": 1056, "num_blocks": 4, "stem_block_filters": 32, "skip_reduction": False,
        "default_size": 224,
    }  # fmt: skip
    _PLACE = "https://storage.googleapis.com/tensorflow/keras-applications/nasnet/"
    _FILES = {
        True: ("nasnet_mobile.h5", "NASNet-mobile.h5", "020fb642bf7360b370c678b08e0adf61"),
        False: ("nasnet_mobile_no_top.h5", "NASNet-mobile-no-top.h5", "1ed92395b5b598bdda52abe5c0dbfd63"),
    }

    def make(self, bound):
        if keras.config.backend() != "torch":
            return super().make(bound)
        signature = inspect.signature(self.keras_class).bind(**bound)
        signature.apply_defaults()
        given = signature.arguments
        if given["weights"] == "imagenet":
            self._check_imagenet(given)
            name, file, file_hash = self._FILES[bool(given["include_top"])]
            with explained(self.__name__, "the weights", GIVE_PATH):
                given["weights"] = keras.utils.get_file(
                    name, self._PLACE + file, cache_subdir="models", file_hash=file_hash
                )
        if not given["include_top"] and given["input_shape"] is None:
            given["input_shape"] = (224, 224, 3)
        return nasnet.application_nasnet(**self._NUMBERS, **given)

    def _check_imagenet(self, given):
        shape, top = given["input_shape"], given["include_top"]
        if top and (given["classes"] != 1000 or shape not in (None, (224, 224, 3))):
            raise InvalidValueError(
                f"{self.__name__}: weights trained on ImageNet with their classifier are for input_shape=(224, 224, 3)"
                f" and classes=1000, it got {shape} and {given['classes']}: include_top=False, or weights=None"
            )
        if shape is not None and (None in shape or shape[-1] != 3):
            raise InvalidValueError(
                f"{self.__name__}: input_shape={shape} must be fixed, with 3 channels, for weights trained on ImageNet"
            )


application_convnext_tiny = _Application("ConvNeXtTiny", "convnext")
application_convnext_small = _Application("ConvNeXtSmall", "convnext")
application_convnext_base = _Application("ConvNeXtBase", "convnext")
application_convnext_large = _Application("ConvNeXtLarge", "convnext")
application_convnext_xlarge = _Application("ConvNeXtXLarge", "convnext")

application_densenet121 = _Application("DenseNet121", "densenet")
application_densenet169 = _Application("DenseNet169", "densenet")
application_densenet201 = _Application("DenseNet201", "densenet")

application_efficientnet_b0 = _Application("EfficientNetB0", "efficientnet")
application_efficientnet_b1 = _Application("EfficientNetB1", "efficientnet")
application_efficientnet_b2 = _Application("EfficientNetB2", "efficientnet")
application_efficientnet_b3 = _Application("EfficientNetB3", "efficientnet")
application_efficientnet_b4 = _Application("EfficientNetB4", "efficientnet")
application_efficientnet_b5 = _Application("EfficientNetB5", "efficientnet")
application_efficientnet_b6 = _Application("EfficientNetB6", "efficientnet")
application_efficientnet_b7 = _Application("EfficientNetB7", "efficientnet")

application_efficientnet_v2b0 = _EfficientNetV2("EfficientNetV2B0", "efficientnet_v2")
application_efficientnet_v2b1 = _EfficientNetV2("EfficientNetV2B1", "efficientnet_v2")
application_efficientnet_v2b2 = _EfficientNetV2("EfficientNetV2B2", "efficientnet_v2")
application_efficientnet_v2b3 = _EfficientNetV2("EfficientNetV2B3", "efficientnet_v2")
application_efficientnet_v2s = _EfficientNetV2("EfficientNetV2S", "efficientnet_v2")
application_efficientnet_v2m = _EfficientNetV2("EfficientNetV2M", "efficientnet_v2")
application_efficientnet_v2l = _EfficientNetV2("EfficientNetV2L", "efficientnet_v2")

application_inception_resnet_v2 = _Application("InceptionResNetV2", "inception_resnet_v2")
application_inception_v3 = _Application("InceptionV3", "inception_v3")

application_mobilenet = _Application("MobileNet", "mobilenet")
application_mobilenet_v2 = _Application("MobileNetV2", "mobilenet_v2")
application_mobilenet_v3_small = _Application("MobileNetV3Small", "mobilenet_v3")
application_mobilenet_v3_large = _Application("MobileNetV3Large", "mobilenet_v3")

application_nasnet_large = _Application("NASNetLarge", "nasnet")
application_nasnetlarge = _Application("NASNetLarge", "nasnet")
application_nasnet_mobile = _NASNetMobile("NASNetMobile", "nasnet")
application_nasnetmobile = _NASNetMobile("NASNetMobile", "nasnet")

application_resnet50 = _Application("ResNet50", "resnet")
application_resnet101 = _Application("ResNet101", "resnet")
application_resnet152 = _Application("ResNet152", "resnet")
application_resnet50_v2 = _Application("ResNet50V2", "resnet_v2")
application_resnet101_v2 = _Application("ResNet101V2", "resnet_v2")
application_resnet152_v2 = _Application("ResNet152V2", "resnet_v2")

application_vgg16 = _Application("VGG16", "vgg16")
application_vgg19 = _Application("VGG19", "vgg19")
application_xception = _Application("Xception", "xception")

__all__ = [*name_members(globals())]

for _file in (architectures, nasnet, imagenet):
    globals().update({name: getattr(_file, name) for name in _file.__all__})
    __all__ += _file.__all__
