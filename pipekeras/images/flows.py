"""flow_images_from_data, _directory and _dataframe: images in batches, changed at random on their way into a model.

flow = flow_images_from_directory("pets/train", image_data_generator(rescale=1 / 255), target_size=(150, 150))
model >> fit(flow, steps_per_epoch=100, epochs=30)
"""

import os

from pipekeras import values
from pipekeras._keras import keras
from pipekeras.asarray import as_array
from pipekeras.errors import ArgumentError, DataError, InvalidValueError
from pipekeras.images.batches import Arrays, Files, Recipe, Saving
from pipekeras.images.generator import check_images, generator_of, is_generator, seed_of
from pipekeras.images.listing import cut, folder, in_folders, in_frame, split_of
from pipekeras.images.pictures import COLORS, INTERPOLATIONS, one_of, size_of
from pipekeras.pipe import Checked, verb
from pipekeras.receivers import is_frame, say

__all__ = ["flow_images_from_data", "flow_images_from_dataframe", "flow_images_from_directory", "generator_next"]


def _axes(value):
    """How many axes there are, of an array or of lists in lists."""
    if isinstance(value, (list, tuple)):
        return 1 + (_axes(value[0]) if value else 0)
    return len(getattr(value, "shape", ()))


def _is_images(value):
    """Whether a first argument is the images, and not what goes with images that are piped in."""
    return _axes(value) > 2


@verb(receiver=_is_images)
def flow_images_from_data(
    x, y=None, generator=None, batch_size=32, shuffle=True, sample_weight=None, seed=None, save_to_dir=None,
    save_prefix="", save_format="png", subset=None, *, ignore_class_split=False, workers=None,
    use_multiprocessing=False, max_queue_size=10
):  # fmt: skip
    """Batches of images that are in memory, changed and normalized by a generator.

    Args:
        x: the images, an array of shape (samples, height, width, channels), or with the channels second where the
            generator has data_format="channels_first". Or a list: the images, and arrays that go along unchanged.
        y: what goes with them, samples first; None for images alone.
        generator: what image_data_generator() makes; by default one that changes nothing.
        batch_size: images in a batch.
        shuffle: whether each pass has an order of its own.
        sample_weight: a weight for each image, shape (samples,).
        seed: a whole number, for the same order and changes each time, however many workers there are.
        save_to_dir: a folder where the changed images are also saved, to be looked at.
        save_prefix: what their names begin with.
        save_format: "png" or "jpeg".
        subset: "training" or "validation", where the generator has a validation_split.
        ignore_class_split: whether the two subsets may have different classes.
        workers: threads that make batches ahead of time in fit() and its kin; by default as many as there are
            processors, at least 2 and at most 4.
        use_multiprocessing: whether they are processes.
        max_queue_size: how many batches are made ahead at most.

    Returns:
        An ImageFlow, a keras.utils.PyDataset: for fit(), evaluate() and predict(), `for x, y in flow`, next(flow).

    Raises:
        DataError: if `x` are no images, or `y` or the weights do not belong to them.
        ArgumentError, InvalidValueError: if another argument cannot be meant.

    Source: R `keras::flow_images_from_data`.
    """
    where = "flow_images_from_data"
    generator = generator_of(generator, where)
    x, others = _parts(x, where)
    x = check_images(x, generator.data_format, where)
    if y is None and sample_weight is not None:
        raise ArgumentError(f"{where}: sample_weight is given without y, which it weights")
    parts = {"y": y, "sample_weight": sample_weight} | {f"x[{i + 1}]": other for i, other in enumerate(others)}
    parts = {name: _values(part, name, where) for name, part in parts.items()}
    for name, part in parts.items():
        if part is not None and len(part) != len(x):
            raise DataError(f"{where}: x has {len(x)} images, {name} has {len(part)} values")
    kept = cut(range(len(x)), split_of(subset, generator, where))
    if not len(kept):
        raise DataError(f'{where}: subset="{subset}" of {len(x)} images has none')
    if subset is not None and parts["y"] is not None and not ignore_class_split:
        _same_classes(parts["y"], kept, where)
    x = x[kept.start : kept.stop]
    y, weights, *others = (part if part is None else part[kept.start : kept.stop] for part in parts.values())
    saving = _saving(save_to_dir, save_prefix, save_format, generator, where)
    recipe = Recipe(
        Arrays(x, generator.dtype), generator, targets=y, sample_weight=weights, others=others, saving=saving,
        **_order(batch_size, shuffle, seed, where),
    )  # fmt: skip
    facts = {"x": x, "y": y, "subset": subset, "save_to_dir": save_to_dir}
    return _flow(recipe, facts, workers, use_multiprocessing, max_queue_size, where)


@verb(receiver=lambda value: not is_generator(value))
def flow_images_from_directory(
    directory, generator=None, target_size=(256, 256), color_mode="rgb", classes=None, class_mode="categorical",
    batch_size=32, shuffle=True, seed=None, save_to_dir=None, save_prefix="", save_format="png", follow_links=False,
    subset=None, interpolation="nearest", *, keep_aspect_ratio=False, workers=None, use_multiprocessing=False,
    max_queue_size=10
):  # fmt: skip
    """Batches of images from files, in a folder for each class, changed and normalized by a generator.

    Args:
        directory: the folder that has a folder for each class; images are looked for in all folders below those.
        generator: what image_data_generator() makes; by default one that changes nothing.
        target_size: (height, width) in pixels that all images are resized to.
        color_mode: "rgb", "rgba" or "grayscale".
        classes: the names of the folders to take, in the order of their numbers; by default all, in alphabetical order.
        class_mode: what goes with the images: "categorical" a row of 0 and 1 with a column for each class, "binary" 0
            or 1, "sparse" the number of the class, "input" the images themselves, None nothing.
        batch_size: images in a batch.
        shuffle: whether each pass has an order of its own; otherwise it is alphabetical.
        seed: a whole number, for the same order and changes each time, however many workers there are.
        save_to_dir: a folder where the changed images are also saved, to be looked at.
        save_prefix: what their names begin with.
        save_format: "png" or "jpeg".
        follow_links: whether to look into folders that are links.
        subset: "training" or "validation", where the generator has a validation_split.
        interpolation: how to resize: "nearest", "bilinear", "bicubic", "hamming", "box" or "lanczos".
        keep_aspect_ratio: whether images are cut around their middle rather than stretched.
        workers: threads that make batches ahead of time in fit() and its kin; by default as many as there are
            processors, at least 2 and at most 4.
        use_multiprocessing: whether they are processes.
        max_queue_size: how many batches are made ahead at most.

    Returns:
        An ImageFlow, a keras.utils.PyDataset, with .class_indices, .classes, .filenames, .samples: for fit(),
        evaluate() and predict(), `for x, y in flow`, next(flow).

    Raises:
        DataError: if there is no such folder, or no image in it.
        ArgumentError, InvalidValueError: if another argument cannot be meant.

    Source: R `keras::flow_images_from_directory`.
    """
    where = "flow_images_from_directory"
    generator = generator_of(generator, where)
    split = split_of(subset, generator, where)
    found = in_folders(directory, classes, class_mode, split, follow_links, generator.dtype, where)
    _say(f"Found {len(found.paths)} images belonging to {len(found.class_indices)} classes.")
    facts = {"directory": os.fspath(directory), "num_classes": len(found.class_indices)}
    return _flow_of_files(
        found, facts, generator, target_size=target_size, color_mode=color_mode, interpolation=interpolation,
        keep_aspect_ratio=keep_aspect_ratio, class_mode=class_mode, order=_order(batch_size, shuffle, seed, where),
        saving=_saving(save_to_dir, save_prefix, save_format, generator, where), subset=subset,
        making=(workers, use_multiprocessing, max_queue_size), where=where,
    )  # fmt: skip


@verb(receiver=lambda value: is_frame(value) or isinstance(value, dict))
def flow_images_from_dataframe(
    dataframe, directory=None, x_col="filename", y_col="class", generator=None, target_size=(256, 256),
    color_mode="rgb", classes=None, class_mode="categorical", batch_size=32, shuffle=True, seed=None, save_to_dir=None,
    save_prefix="", save_format="png", subset=None, interpolation="nearest", drop_duplicates=None, *, weight_col=None,
    validate_filenames=True, keep_aspect_ratio=False, workers=None, use_multiprocessing=False, max_queue_size=10
):  # fmt: skip
    """Batches of images from the files that a data frame names, changed and normalized by a generator.

    Args:
        dataframe: a pandas data frame, or a dict of columns; a row for each image.
        directory: the folder that the names of the files start from; by default they are paths themselves.
        x_col: the column with the names of the files.
        y_col: the column with the classes or targets; several in a list, for "raw" and "multi_output".
        generator: what image_data_generator() makes; by default one that changes nothing.
        target_size: (height, width) in pixels that all images are resized to.
        color_mode: "rgb", "rgba" or "grayscale".
        classes: the classes to take, in the order of their numbers; by default all, in alphabetical order.
        class_mode: what goes with the images: "categorical" a row of 0 and 1 with a column for each class (an image may
            have several, in a list), "binary" 0 or 1, "sparse" the number of the class, "raw" the values of y_col as
            they are, "multi_output" those of several columns, each an array, "input" the images, None nothing.
        batch_size: images in a batch.
        shuffle: whether each pass has an order of its own; otherwise it is the data frame's.
        seed: a whole number, for the same order and changes each time, however many workers there are.
        save_to_dir: a folder where the changed images are also saved, to be looked at.
        save_prefix: what their names begin with.
        save_format: "png" or "jpeg".
        subset: "training" or "validation", where the generator has a validation_split.
        interpolation: how to resize: "nearest", "bilinear", "bicubic", "hamming", "box" or "lanczos".
        drop_duplicates: whether rows that name a file again are left out.
        weight_col: the column with a weight for each image.
        validate_filenames: whether to leave out, with a warning, files that are not there or no images.
        keep_aspect_ratio: whether images are cut around their middle rather than stretched.
        workers: threads that make batches ahead of time in fit() and its kin; by default as many as there are
            processors, at least 2 and at most 4.
        use_multiprocessing: whether they are processes.
        max_queue_size: how many batches are made ahead at most.

    Returns:
        An ImageFlow, a keras.utils.PyDataset, with .class_indices, .classes, .filenames, .samples: for fit(),
        evaluate() and predict(), `for x, y in flow`, next(flow).

    Raises:
        DataError: if a column is not there, no file is, or the classes are not names.
        ArgumentError, InvalidValueError: if another argument cannot be meant.

    Source: R `keras::flow_images_from_dataframe`.
    """
    where = "flow_images_from_dataframe"
    generator = generator_of(generator, where)
    split = split_of(subset, generator, where)
    start = "" if directory is None else folder(directory, where)
    if class_mode == "multi_output" and isinstance(y_col, str):
        raise InvalidValueError(f'{where}: class_mode="multi_output" takes several columns, y_col=[...], not {y_col!r}')
    found = in_frame(
        dataframe, start, x_col, y_col, weight_col, classes, class_mode, split, validate_filenames, drop_duplicates,
        generator.dtype, where,
    )  # fmt: skip
    checked = "validated" if validate_filenames else "non-validated"
    of = f" belonging to {len(found.class_indices)} classes" if found.class_indices else ""
    _say(f"Found {len(found.paths)} {checked} image filenames{of}.")
    return _flow_of_files(
        found, {"directory": start, "num_classes": len(found.class_indices)}, generator, target_size=target_size,
        color_mode=color_mode, interpolation=interpolation, keep_aspect_ratio=keep_aspect_ratio, class_mode=class_mode,
        order=_order(batch_size, shuffle, seed, where), subset=subset,
        saving=_saving(save_to_dir, save_prefix, save_format, generator, where),
        making=(workers, use_multiprocessing, max_queue_size), where=where,
    )  # fmt: skip


@Checked
def generator_next(generator, completed=None):
    """The next batch of a flow, or the next value of an iterator.

    Args:
        generator: a flow of images, which never ends; an iterator; or a function of no arguments that returns the next
            value, as R's generators do.
        completed: what to return once an iterator has ended.

    Returns:
        The next value.

    Raises:
        InvalidValueError: if it is none of these.

    Source: R `keras::generator_next`.
    """
    if hasattr(generator, "__next__"):
        return next(generator, completed)
    if callable(generator) and not isinstance(generator, type):
        value = generator()
        return completed if value is None else value
    raise InvalidValueError(
        f"generator_next needs an iterator, it got {say(generator)}; make one first: it = iter(...), generator_next(it)"
    )


# What they share ------------------------------------------------------------------------------------------------------


def _flow_of_files(
    found, facts, generator, *, target_size, color_mode, interpolation, keep_aspect_ratio, class_mode, order, saving,
    subset, making, where,
):  # fmt: skip
    size = size_of(target_size, "target_size", where)
    pictures = Files(
        found.paths, generator.dtype, size=size, color_mode=one_of(color_mode, COLORS, "color_mode", where),
        interpolation=one_of(interpolation, INTERPOLATIONS, "interpolation", where), data_format=generator.data_format,
        keep_aspect_ratio=bool(keep_aspect_ratio), where=where,
    )  # fmt: skip
    recipe = Recipe(
        pictures, generator, targets=found.targets, sample_weight=found.sample_weight, saving=saving, **order
    )
    raw = getattr(found.targets, "parts", found.targets)
    facts |= {
        "filenames": found.filenames, "filepaths": found.paths, "classes": found.classes, "subset": subset,
        "class_indices": found.class_indices, "labels": raw if found.classes is None else found.classes,
        "class_mode": class_mode, "color_mode": color_mode, "target_size": size, "interpolation": interpolation,
    }  # fmt: skip
    return _flow(recipe, facts, *making, where)


def _flow(recipe, facts, workers, use_multiprocessing, max_queue_size, where):
    from pipekeras.images.flow import ImageFlow

    workers = values.maybe_whole(workers, "workers", where, least=0)
    return ImageFlow(
        recipe, facts, workers=min(max(os.cpu_count() or 1, 2), 4) if workers is None else workers,
        use_multiprocessing=bool(use_multiprocessing),
        max_queue_size=values.count(max_queue_size, "max_queue_size", where, least=1),
    )  # fmt: skip


def _order(batch_size, shuffle, seed, where):
    return {
        "batch_size": values.count(batch_size, "batch_size", where, least=1),
        "shuffle": bool(shuffle),
        "seed": seed_of(seed, where),
    }


def _saving(to, prefix, ending, generator, where):
    if to is None:
        return None
    ending = "jpeg" if ending == "jpg" else one_of(ending, ("png", "jpeg", "bmp", "tiff"), "save_format", where)
    return Saving(folder(to, where), "" if prefix is None else str(prefix), ending, generator.data_format, where)


def _parts(x, where):
    """The images, and the arrays that go along: x may be [images, array, ...] or [images, [array, ...]]."""
    if not isinstance(x, (list, tuple)) or len(x) < 2 or _axes(x[0]) != 4:
        return as_array(x, where, text=False), []
    images, *others = x
    if len(others) == 1 and isinstance(others[0], (list, tuple)) and hasattr(others[0][0], "shape"):
        others = others[0]
    return as_array(images, where, text=False), list(others)


def _values(part, name, where):
    """What goes with the images, an array; decimals in Keras's float type."""
    if part is None:
        return None
    array = as_array(part, where, name=name, text=False)
    return array.astype(keras.config.floatx()) if array.dtype.kind == "f" else array


def _same_classes(y, kept, where):
    """Raise if class numbers on either side of the split are not the same: images sorted by class were cut."""
    import numpy as np

    if y.size != len(y) or (y.dtype.kind == "f" and (y != np.floor(y)).any()):
        return  # not class numbers
    inside = np.zeros(len(y), bool)
    inside[kept.start : kept.stop] = True
    ours, others = (np.unique(y.reshape(-1)[part]).tolist() for part in (inside, ~inside))
    if ours != others:
        raise DataError(
            f"{where}: training and validation images have different classes, {ours} and {others}: if they are sorted"
            " by class, shuffle them first; else ignore_class_split=True"
        )


def _say(text):
    """Print, as Keras does, unless it was told not to."""
    if keras.config.is_interactive_logging_enabled():
        print(text)
