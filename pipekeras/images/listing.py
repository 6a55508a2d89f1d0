"""Which image files there are, and what goes with each: read from folders, or from a data frame."""

import dataclasses
import os
import warnings
from typing import Any

from pipekeras.asarray import as_array
from pipekeras.errors import ArgumentError, DataError, InvalidValueError, suggestion
from pipekeras.images.batches import OneHot, Several
from pipekeras.images.pictures import one_of
from pipekeras.receivers import say

ENDINGS = ("png", "jpg", "jpeg", "bmp", "ppm", "tif", "tiff")
FOLDER_MODES = ("categorical", "binary", "sparse", "input")
FRAME_MODES = (*FOLDER_MODES, "raw", "multi_output")
_CLASS_MODES = ("categorical", "binary", "sparse")


@dataclasses.dataclass
class Listing:
    """Files, and for each of them its class or target, in the same order.

    Args:
        filenames: as the user knows them; paths: where they are.
        classes: class numbers, an array; lists of them where an image has several; None without classes.
        class_indices: {class: its number}.
        targets, sample_weight: as `batches.Recipe` takes them.
    """

    filenames: list
    paths: list
    classes: Any = None
    class_indices: dict = dataclasses.field(default_factory=dict)
    targets: Any = None
    sample_weight: Any = None


def targets_of(class_mode, classes, num_classes, dtype):
    """What a class mode makes of class numbers."""
    if class_mode == "categorical":
        return OneHot(classes, num_classes, dtype)
    if class_mode in ("binary", "sparse"):
        return classes.astype(dtype)
    return class_mode  # "input" or None


def split_of(subset, generator, where):
    """(start, stop) as shares of the images: validation takes those in front."""
    if subset is None:
        return (0, 1)
    one_of(subset, ("training", "validation"), "subset", where)
    share = generator.validation_split
    if not share:
        raise ArgumentError(
            f'{where}: subset="{subset}" needs to know the share: image_data_generator(validation_split=0.2)'
        )
    return (0, share) if subset == "validation" else (share, 1)


def cut(rows, split):
    """The part of some rows between two shares."""
    return rows[int(split[0] * len(rows)) : int(split[1] * len(rows))]


def names_of(classes, where):
    """The classes as a user lists them, each once."""
    if classes is None:
        return None
    if isinstance(classes, str) or not hasattr(classes, "__iter__"):
        raise InvalidValueError(f"{where}: classes must be a list of names, it got {classes!r}")
    return [str(name) for name in dict.fromkeys(classes)]


# Folders --------------------------------------------------------------------------------------------------------------


def in_folders(directory, classes, class_mode, split, follow_links, dtype, where):
    """The images below a folder, in a folder for each class."""
    import numpy as np

    if class_mode is not None:
        one_of(class_mode, FOLDER_MODES, "class_mode", where)
    directory = folder(directory, where)
    classes = _folders(directory, names_of(classes, where), where)
    if class_mode == "binary" and len(classes) > 2:
        raise InvalidValueError(
            f'{where}: class_mode="binary" is for two classes, {directory} has {len(classes)}: {_listed(classes)}; use'
            ' "categorical" or "sparse", or say which two: classes=[...]'
        )
    found = [cut(_images(os.path.join(directory, name), follow_links), split) for name in classes]
    names = [os.path.join(name, image) for name, images in zip(classes, found, strict=True) for image in images]
    numbers = np.repeat(np.arange(len(classes), dtype="int32"), [len(images) for images in found])
    if not names:
        raise DataError(_nothing(directory, classes, split, where))
    paths = [os.path.join(directory, name) for name in names]
    indices = {name: number for number, name in enumerate(classes)}
    return Listing(names, paths, numbers, indices, targets_of(class_mode, numbers, len(classes), dtype))


def folder(directory, where):
    """A folder that is there; "~" is the user's home."""
    try:
        path = os.path.expanduser(os.fspath(directory))
    except TypeError:
        raise InvalidValueError(f"{where}: directory must be a path, it got {say(directory)}") from None
    if not os.path.isdir(path):
        what = "a file, not a folder" if os.path.exists(path) else f"not there; paths start at {os.getcwd()}"
        raise DataError(f"{where}: directory {path} is {what}")
    return path


def _folders(directory, wanted, where):
    there = sorted(entry.name for entry in os.scandir(directory) if entry.is_dir())
    if wanted is None:
        return there
    for name in wanted:
        if not os.path.isdir(os.path.join(directory, name)):
            near = suggestion(name, there, quote='"', otherwise=f"; there are {_listed(there) or 'none'}")
            raise DataError(f'{where}: classes has "{name}", but {directory} has no such folder{near}')
    return wanted


def _images(top, follow_links):
    """The images in a folder and all below it, as paths from it, in order."""
    found = []
    for root, _, files in sorted(os.walk(top, followlinks=bool(follow_links))):
        found += [os.path.relpath(os.path.join(root, name), top) for name in sorted(files) if _is_image(name)]
    return found


def _is_image(name):
    return name.lower().endswith(tuple(f".{ending}" for ending in ENDINGS))


def _nothing(directory, classes, split, where):
    if split != (0, 1):
        return f"{where}: that share of the images in {directory} is none at all: too few for validation_split"
    loose = sum(_is_image(name) for name in os.listdir(directory))
    if loose and not classes:
        return (
            f"{where}: {directory} holds {loose} images itself; they must be in a folder for each class. For images"
            ' without classes: class_mode=None, classes=["."]'
        )
    return f"{where}: there are no images ({', '.join(ENDINGS)}) in the folders of {directory}: {_listed(classes)}"


def _listed(names):
    return ", ".join(names[:10]) + (", ..." if len(names) > 10 else "")


# Data frames ----------------------------------------------------------------------------------------------------------


def in_frame(
    frame, directory, x_col, y_col, weight_col, classes, class_mode, split, validate, drop_duplicates, dtype, where
):  # fmt: skip
    """The images that a data frame names, with the targets in its other columns."""
    import pandas as pd

    class_mode = "raw" if class_mode == "other" else class_mode  # as it was called once
    if class_mode is not None:
        one_of(class_mode, FRAME_MODES, "class_mode", where)
    try:
        frame = pd.DataFrame(frame)
    except (ValueError, TypeError):
        raise DataError(f"{where} needs a data frame, it got {say(frame)}") from None
    targets = [y_col] if isinstance(y_col, str) else list(y_col) if y_col is not None else []
    wanted = [x_col, *(targets if class_mode not in (None, "input") else []), *([weight_col] if weight_col else [])]
    for column in wanted:
        if column not in frame.columns:
            there = list(map(str, frame.columns))
            near = suggestion(column, there, quote='"', otherwise=f"; it has {_listed(there)}")
            raise DataError(f'{where}: the data frame has no column "{column}"{near}')
    frame = _with_files(frame, directory, x_col, validate, drop_duplicates, where)
    numbers, indices = None, {}
    if class_mode in _CLASS_MODES:
        if len(targets) != 1:
            raise InvalidValueError(f'{where}: class_mode="{class_mode}" takes one column, y_col has {targets}')
        frame, numbers, indices = _classes(frame, targets[0], names_of(classes, where), class_mode, where)
    elif classes is not None:
        warnings.warn(f"{where}: classes are ignored with class_mode={class_mode!r}", stacklevel=4)
    kept = cut(range(len(frame)), split)
    if not len(kept):
        raise DataError(f"{where}: no image of the data frame is left")
    frame = frame.iloc[kept.start : kept.stop]
    numbers = numbers if numbers is None else numbers[kept.start : kept.stop]
    names = frame[x_col].tolist()
    paths = [os.path.join(directory, name) for name in names]
    weights = None
    if weight_col:
        weights = as_array(frame[weight_col], where, name=f'column "{weight_col}"', text=False)
    if class_mode in ("raw", "multi_output"):
        parts = [_column(frame[column], column, where) for column in targets]
        goal = (
            Several(parts) if class_mode == "multi_output" else parts[0] if isinstance(y_col, str) else _beside(parts)
        )
    else:
        goal = targets_of(class_mode, numbers, len(indices), dtype)
    return Listing(names, paths, numbers, indices, goal, weights)


def _with_files(frame, directory, x_col, validate, drop_duplicates, where):
    """The rows whose files are there."""
    odd = next((name for name in frame[x_col] if not isinstance(name, (str, os.PathLike))), None)
    if odd is not None:
        raise DataError(f'{where}: column "{x_col}" must hold the names of files, it has {odd!r}')
    if drop_duplicates:
        frame = frame.drop_duplicates(x_col)
    if not validate:
        return frame
    there = [_is_image(str(name)) and os.path.isfile(os.path.join(directory, name)) for name in frame[x_col]]
    lost = [str(name) for name, found in zip(frame[x_col], there, strict=True) if not found]
    if len(lost) == len(frame):
        raise DataError(
            f'{where}: none of the {len(lost)} files in column "{x_col}" is an image that is there, such as'
            f" {os.path.join(directory, lost[0]) if lost else None}"
        )
    if lost:
        warnings.warn(
            f'{where}: {len(lost)} of the {len(frame)} files in column "{x_col}" are left out, since they are no images'
            f" or not there: {_listed(lost)}",
            stacklevel=5,
        )
    return frame[there]


def _classes(frame, column, wanted, class_mode, where):
    """The rows that have a class, their class numbers, and {class: its number}."""
    import numpy as np
    import pandas as pd

    rows = [list(cell) if isinstance(cell, (list, tuple)) else [cell] for cell in frame[column].tolist()]
    several = any(isinstance(cell, (list, tuple)) for cell in frame[column])
    rows = [[label for label in row if not pd.isna(label)] for row in rows]
    missing = sum(not row for row in rows)
    if missing:
        warnings.warn(
            f'{where}: {missing} of the {len(rows)} images have no class in column "{column}" and are left out',
            stacklevel=5,
        )
    odd = next((label for row in rows for label in row if not isinstance(label, str)), None)
    if odd is not None:
        raise DataError(
            f'{where}: class_mode="{class_mode}" takes names of classes, column "{column}" has {odd!r}: make them text,'
            f' dataframe["{column}"].astype(str), or take the numbers as they are, class_mode="raw"'
        )
    if several and class_mode != "categorical":
        raise DataError(
            f'{where}: column "{column}" has images of several classes, which takes class_mode="categorical"'
        )
    if wanted is None:
        wanted = sorted({label for row in rows for label in row})
    indices = {name: number for number, name in enumerate(wanted)}
    if class_mode == "binary" and len(indices) != 2:
        raise InvalidValueError(
            f'{where}: class_mode="binary" is for two classes, there are {len(indices)}: {_listed(list(indices))}'
        )
    numbers = [[indices[label] for label in row if label in indices] for row in rows]
    kept = [bool(row) for row in numbers]
    if not any(kept):
        raise DataError(f'{where}: no image has one of the classes {_listed(list(indices))} in column "{column}"')
    numbers = [row for row in numbers if row]
    return frame[kept], numbers if several else np.array([row[0] for row in numbers], "int32"), indices


def _column(series, column, where):
    """A column as an array; lists in its cells become further axes."""
    values = series.tolist() if series.dtype == object else series
    return as_array(values, where, name=f'column "{column}"')


def _beside(parts):
    import numpy as np

    return np.stack(parts, axis=1)
