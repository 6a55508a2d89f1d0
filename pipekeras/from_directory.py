"""Data from files in folders, as tf.data, which fit() takes on every backend; and data split in two.

train = image_dataset_from_directory("pets", image_size=(150, 150), validation_split=0.2, subset="training", seed=1)
"""

import os

from pipekeras import values
from pipekeras._keras import keras
from pipekeras.asarray import as_array, codes, is_categorical
from pipekeras.data_verbs import data_verb
from pipekeras.errors import ArgumentError, DataError, InvalidValueError, UnavailableError
from pipekeras.functions import FunctionWrapper
from pipekeras.receivers import is_frame, say
from pipekeras.wrap import name_members

# Folders --------------------------------------------------------------------------------------------------------------


def _path(value, name, where):
    try:
        return os.path.expanduser(os.fspath(value))
    except TypeError:
        raise InvalidValueError(f"{where}: {name} must be a path, it got {say(value)}") from None


def _labels(value, name, where):
    """ "inferred", None, or a whole number for each file."""
    if value is None or isinstance(value, str):
        return value
    array = codes(value, name, where) if is_categorical(value) else as_array(value, where, name=name, text=False)
    return [values.whole(label, name, where) for label in array.reshape(-1).tolist()]


def _names(value, name, where):
    return value if value is None or isinstance(value, str) else [str(one) for one in value]


class _FromDirectory(FunctionWrapper):
    module = "utils"
    converters = {
        **values.ARGUMENTS,
        "directory": _path,
        "labels": _labels,
        "class_names": _names,
        "image_size": values.size,
        "max_length": values.maybe_whole,
    }

    def __init__(self, keras_name, endings, **differs):
        super().__init__(keras_name, **differs)
        self.endings = endings

    def make(self, bound):
        """Keras's dataset, where there are files for it; else an error that says what is there."""
        self._check(bound)
        try:
            return super().make(bound)
        except ImportError as error:
            raise UnavailableError(
                f"{self.__name__}: sampling_rate needs the package tensorflow-io, which is not installed: leave it out,"
                " and resample the files, or the batches with scipy.signal.resample_poly"
            ) from error

    def _check(self, bound):
        where, directory = self.__name__, bound["directory"]
        if "://" in directory:  # far away: Keras goes there
            return
        if not os.path.isdir(directory):
            what = "a file, not a folder" if os.path.exists(directory) else f"not there; paths start at {os.getcwd()}"
            raise DataError(f"{where}: directory {directory} is {what}")
        inferred = isinstance(bound.get("labels", "inferred"), str)
        folders = [e.path for e in os.scandir(directory) if e.is_dir() and not e.name.startswith(".")]
        if bound.get("class_names"):
            folders = [path for path in folders if os.path.basename(path) in bound["class_names"]]
        count = sum(self._count(path, bound) for path in (folders if inferred else [directory]))
        if not count:
            loose = self._count(directory, bound)
            hint = ""
            if inferred and loose and not bound.get("class_names"):
                hint = f"; it holds {loose} itself: for data without labels give labels=None"
            places = "the folders of " if inferred else ""
            raise DataError(f"{where}: there are no files ({', '.join(self.endings)}) in {places}{directory}{hint}")
        split = bound.get("validation_split")
        # Keras would take all files for the share that has none, and none for the one that has all.
        if split and bound.get("subset") and isinstance(split, float) and 0 < split < 1 and int(split * count) == 0:
            raise DataError(f"{where}: validation_split={split} of {count} files is none at all")

    def _count(self, top, bound):
        walk = os.walk(top, followlinks=bool(bound.get("follow_links")))
        return sum(name.lower().endswith(self.endings) for _, _, names in walk for name in names)


audio_dataset_from_directory = _FromDirectory("audio_dataset_from_directory", (".wav",))
image_dataset_from_directory = _FromDirectory("image_dataset_from_directory", (".bmp", ".gif", ".jpeg", ".jpg", ".png"))
text_dataset_from_directory = _FromDirectory("text_dataset_from_directory", (".txt",))


# Splitting ------------------------------------------------------------------------------------------------------------


@data_verb()
def split_dataset(dataset, left_size=None, right_size=None, shuffle=False, seed=None):
    """Split data in two, as for training and testing.

    Args:
        dataset: an array, frame or tensor, samples first; several of them in a list, tuple or dict; a tf.data dataset,
            in batches or not; or a torch Dataset. All of it goes through memory.
        left_size: how much goes left: a fraction below 1, or a number of samples; by default what right_size leaves.
        right_size: how much goes right, in the same way.
        shuffle: whether to shuffle the samples first.
        seed: a whole number, for the same order each time.

    Returns:
        (left, right), each a tf.data dataset of single samples, or of batches as `dataset` had them; torch Datasets of
        a torch Dataset.

    Raises:
        InvalidValueError: if the sizes cannot be meant, or leave one side empty.
        DataError: if it is no data, or its parts differ in length.

    Source: R `keras3::split_dataset`.
    """
    where = "split_dataset"
    if seed is not None:
        seed = values.whole(seed, "seed", where)
    if _is_of(dataset, "torch", "Dataset"):
        return _split_torch(dataset, left_size, right_size, shuffle, seed, where)
    import random

    import numpy as np
    import tensorflow as tf

    batch_size = None
    if _is_of(dataset, "tensorflow", "DatasetV2"):
        data, batch_size = _in_memory(dataset, where)
    else:
        data = _arrays(dataset, where)
    lengths = {len(part) for part in tf.nest.flatten(data)}
    if len(lengths) != 1:
        raise DataError(
            f"{where}: the parts of dataset differ in length: {', '.join(map(str, sorted(lengths)))} samples"
        )
    total = lengths.pop()
    left, right = _sizes(left_size, right_size, total, where)
    order = list(range(total))
    if shuffle:
        (random if seed is None else random.Random(seed)).shuffle(order)

    def part(rows):
        taken = tf.nest.map_structure(lambda array: array[np.asarray(rows, "int64")], data)
        made = tf.data.Dataset.from_tensor_slices(taken)
        return (made if batch_size is None else made.batch(batch_size)).prefetch(tf.data.AUTOTUNE)

    return part(order[:left]), part(order[total - right :])


def _is_of(value, package, name):
    return any(k.__module__.partition(".")[0] == package and k.__name__ == name for k in type(value).__mro__)


def _split_torch(dataset, left_size, right_size, shuffle, seed, where):
    sizes = _sizes(left_size, right_size, len(dataset), where)
    return keras.utils.split_dataset(dataset, *sizes, shuffle=bool(shuffle), seed=seed)


def _arrays(data, where, name="dataset"):
    """The same structure with arrays in it; lists of arrays become tuples, which is what tf.data takes."""
    if isinstance(data, dict):
        return {key: _arrays(part, where, f"dataset[{key!r}]") for key, part in data.items()}
    if isinstance(data, (list, tuple)) and data and all(_is_part(part) for part in data):
        return tuple(_arrays(part, where, f"dataset[{i}]") for i, part in enumerate(data))
    array = as_array(data, where, name=name)
    if not array.ndim:
        raise DataError(f"{where}: {name} is a single value; its first dimension must be the samples")
    return array


def _is_part(value):
    return is_frame(value) or is_categorical(value) or isinstance(value, (list, tuple, dict)) or hasattr(value, "shape")


def _in_memory(dataset, where):
    """All samples of a tf.data dataset in its structure, and the size of its batches, None where it has none."""
    import numpy as np
    import tensorflow as tf

    elements = list(dataset)
    if not elements:
        raise DataError(f"{where}: the dataset is empty")
    specs = tf.nest.flatten(dataset.element_spec)
    batched = hasattr(dataset, "_batch_size") or all(s.shape.rank and s.shape[0] is None for s in specs)
    join = np.concatenate if batched else np.stack
    try:
        data = tf.nest.map_structure(lambda *parts: join([part.numpy() for part in parts]), *elements)
    except ValueError as error:
        raise DataError(
            f"{where}: the samples differ in shape, so they cannot be kept in one array: {error}"
        ) from error
    return data, (len(tf.nest.flatten(elements[0])[0]) if batched else None)


def _sizes(left, right, total, where):
    """How many samples go left and right."""
    if left is None and right is None:
        raise ArgumentError(f"{where} needs left_size or right_size: split_dataset(data, left_size=0.8)")
    counts = {name: _size(value, name, total, where) for name, value in (("left_size", left), ("right_size", right))}
    first, second = counts.values()
    first, second = total - second if first is None else first, total - first if second is None else second
    if first + second > total or first < 1 or second < 1:
        raise InvalidValueError(
            f"{where}: left_size={left!r} and right_size={right!r} take {first} and {second} of {total} samples: each"
            " side needs one at least, and together they must not take more than there are"
        )
    return first, second


def _size(value, name, total, where):
    if value is None:
        return None
    number = values.number(value, name, where)
    if isinstance(number, float) and 0 < number < 1:
        return round(number * total)
    count = values.whole(number, name, where) if number == int(number) else None
    if count is None or count < 1:
        raise InvalidValueError(
            f"{where}: {name} must be a fraction between 0 and 1, or a number of samples, it got {value!r}"
        )
    return count


__all__ = [*name_members(globals())]
