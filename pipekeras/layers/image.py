"""Layers that resize, crop and augment images."""

from pipekeras.layers._layer import layer
from pipekeras.wrap import name_members

layer_resizing = layer("Resizing", by_name=["antialias"])
layer_center_crop = layer("CenterCrop")
layer_max_num_bounding_boxes = layer("MaxNumBoundingBoxes")
layer_auto_contrast = layer("AutoContrast")
layer_equalization = layer("Equalization")
layer_solarization = layer("Solarization")

layer_aug_mix = layer("AugMix")
layer_cut_mix = layer("CutMix")
layer_mix_up = layer("MixUp")
layer_rand_augment = layer("RandAugment")

layer_random_brightness = layer("RandomBrightness")
layer_random_color_degeneration = layer("RandomColorDegeneration")
layer_random_color_jitter = layer("RandomColorJitter")
layer_random_contrast = layer("RandomContrast")
layer_random_crop = layer("RandomCrop")
layer_random_elastic_transform = layer("RandomElasticTransform")
layer_random_erasing = layer("RandomErasing")
layer_random_flip = layer("RandomFlip")
layer_random_gaussian_blur = layer("RandomGaussianBlur")
layer_random_grayscale = layer("RandomGrayscale")
layer_random_hue = layer("RandomHue")
layer_random_invert = layer("RandomInvert")
layer_random_perspective = layer("RandomPerspective")
layer_random_posterization = layer("RandomPosterization")
layer_random_rotation = layer("RandomRotation")
layer_random_saturation = layer("RandomSaturation")
layer_random_sharpness = layer("RandomSharpness")
layer_random_shear = layer("RandomShear")
layer_random_translation = layer("RandomTranslation")
layer_random_zoom = layer("RandomZoom")

# Dropped by Keras 3, supplied here.
layer_random_height = layer("pipekeras.layers.random_size:RandomHeight")
layer_random_width = layer("pipekeras.layers.random_size:RandomWidth")

__all__ = [*name_members(globals())]
