"""Batches of images as a pure function of their number: nothing here knows of Keras, threads or processes.

A `Recipe` holds where the images come from, what is done to them and in which order. Batch `index` of pass `number`
is the same whoever makes it, and when: what is drawn for an image follows from the seed, the pass and the image alone.
"""

import os

from pipekeras.images.pictures import COLORS, arranged, read, save, to_image

_ORDER, _IMAGE, _NAME = range(3)  # keeps the random numbers of different uses apart


class Recipe:
    """How to make each batch of a flow of images.

    Args:
        pictures: where the images come from: has a length, a `shape` and `image(j)`, a float array.
        generator: the ImageDataGenerator that changes and normalizes them.
        targets: what goes with the images, indexed by an array of their numbers: an array, `OneHot`, `Several`;
            "input" for the images themselves; None for nothing.
        sample_weight: an array, or None.
        others: further inputs, arrays in a list.
        batch_size, shuffle, seed: as the flow has them.
        saving: None or `Saving`.
    """

    def __init__(
        self, pictures, generator, *, targets, sample_weight, batch_size, shuffle, seed, saving, others=()
    ):  # fmt: skip
        self.pictures, self.generator, self.targets, self.sample_weight = pictures, generator, targets, sample_weight
        self.batch_size, self.shuffle, self.seed = batch_size, shuffle, seed
        self.saving, self.others = saving, others
        self._order = (None, None)

    def __len__(self):
        return -(-len(self.pictures) // self.batch_size)

    def order(self, number):
        """The images' numbers in the order of a pass."""
        import numpy as np

        known, order = self._order
        if known != number:
            order = np.arange(len(self.pictures))
            if self.shuffle:
                np.random.default_rng([_ORDER, self.seed, number]).shuffle(order)
            self._order = (number, order)
        return order

    def batch(self, number, index):
        """Batch `index` of pass `number`: x, (x, y) or (x, y, sample_weight)."""
        rows = self.order(number)[index * self.batch_size : (index + 1) * self.batch_size]
        return self.rows(rows, number)

    def rows(self, rows, number):
        """The batch of these images, as pass `number` changes them."""
        import numpy as np

        x = np.empty((len(rows), *self.pictures.shape), self.generator.dtype)
        for place, j in enumerate(rows):
            rng = np.random.default_rng([_IMAGE, self.seed, number, j])
            x[place] = self.generator.normalized(self.generator.changed(self.pictures.image(j), rng))
        if self.saving is not None:
            for place, j in enumerate(rows):
                name = np.random.default_rng([_NAME, self.seed, number, j]).integers(10**7)
                self.saving.save(x[place], f"{j}_{name}")
        inputs = [x, *(other[rows] for other in self.others)] if self.others else x
        if self.targets is None:
            return tuple(inputs) if self.others else inputs
        inputs = tuple(inputs) if self.others else inputs
        y = x.copy() if isinstance(self.targets, str) else self.targets[rows]
        return (inputs, y) if self.sample_weight is None else (inputs, y, self.sample_weight[rows])


# Where the images come from -------------------------------------------------------------------------------------------


class Arrays:
    """Images that are in memory."""

    def __init__(self, array, dtype):
        self.array, self.dtype, self.shape = array, dtype, array.shape[1:]

    def __len__(self):
        return len(self.array)

    def image(self, j):
        return self.array[j].astype(self.dtype)


class Files:
    """Images that are read from files, each time anew."""

    def __init__(self, paths, dtype, *, color_mode, size, data_format, interpolation, keep_aspect_ratio, where):
        self.paths, self.dtype, self.color_mode, self.size = paths, dtype, color_mode, size
        self.data_format, self.interpolation = data_format, interpolation
        self.keep_aspect_ratio, self.where = keep_aspect_ratio, where
        channels = COLORS[color_mode]
        self.shape = (channels, *size) if data_format == "channels_first" else (*size, channels)

    def __len__(self):
        return len(self.paths)

    def image(self, j):
        import numpy as np

        picture = read(
            self.paths[j], self.color_mode, self.size, self.interpolation, self.keep_aspect_ratio, self.where
        )
        return arranged(np.asarray(picture).astype(self.dtype), self.data_format)


# What goes with them --------------------------------------------------------------------------------------------------


class OneHot:
    """Class numbers, one or several for each image, as rows of 0 and 1."""

    def __init__(self, classes, num_classes, dtype):
        self.classes, self.num_classes, self.dtype = classes, num_classes, dtype

    def __getitem__(self, rows):
        import numpy as np

        result = np.zeros((len(rows), self.num_classes), self.dtype)
        for place, j in enumerate(rows):
            result[place, self.classes[j]] = 1
        return result


class Several:
    """Several arrays, one for each output of a model."""

    def __init__(self, parts):
        self.parts = parts

    def __getitem__(self, rows):
        return tuple(part[rows] for part in self.parts)


class Saving:
    """Where the images of a flow are also saved, to be looked at."""

    def __init__(self, folder, prefix, ending, data_format, where):
        self.folder, self.prefix, self.ending = folder, prefix, ending
        self.data_format, self.where = data_format, where

    def save(self, image, name):
        picture = to_image(image, self.data_format, True, image.dtype, self.where)
        if self.ending == "jpeg" and picture.mode == "RGBA":
            picture = picture.convert("RGB")
        path = os.path.join(self.folder, f"{self.prefix}_{name}.{self.ending}")
        save(picture, path, self.ending.upper(), self.where)
