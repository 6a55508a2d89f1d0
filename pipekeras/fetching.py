"""How Keras's datasets come to have R's structure, and what is said when their data cannot be had."""

import os
import re
import tarfile
import tempfile
import zipfile
from typing import Any, NamedTuple

from pipekeras._keras import keras
from pipekeras.errors import DataError, InvalidValueError


class Part(NamedTuple):
    """The training or the test part of a dataset: `part.x`, `part["y"]`, or `x, y = part`."""

    x: Any
    y: Any

    def __getitem__(self, key):
        return _item(self, key)

    def __repr__(self):
        return f"<x: {_shape(self.x)}; y: {_shape(self.y)}>"


class Dataset(NamedTuple):
    """A dataset: `data.train.x`, `data["train"]["x"]`, or `(x_train, y_train), (x_test, y_test) = data`."""

    train: Part
    test: Part

    def __getitem__(self, key):
        return _item(self, key)

    def __repr__(self):
        return f"<dataset\n  train {self.train!r}\n  test  {self.test!r}>"


def _item(part, key):
    if not isinstance(key, str):
        return tuple.__getitem__(part, key)
    if key not in part._fields:
        raise InvalidValueError(f'"{key}" is not in the data, which has {" and ".join(part._fields)}')
    return getattr(part, key)


def _shape(array):
    if array.dtype == object:
        lengths = [len(row) for row in array]
        return f"{len(lengths)} sequences" + (f" of {min(lengths)} to {max(lengths)} numbers" if lengths else "")
    return f"{array.dtype} {array.shape}"


# Fetching -------------------------------------------------------------------------------------------------------------


def load(where, name, path=None, **arguments):
    """Keras's dataset `name` in R's structure."""
    if path is not None:
        arguments["path"] = path
    loaded = fetched(where, getattr(keras.datasets, name).load_data, **arguments)
    (x_train, y_train), (x_test, y_test) = [[_writable(array) for array in part] for part in loaded]
    if arguments.get("maxlen") is not None and not len(x_train) + len(x_test):
        raise _nothing_kept(where, arguments["maxlen"])
    return Dataset(Part(x_train, y_train), Part(x_test, y_test))


def _writable(array):
    """Some of Keras's arrays cannot be assigned to; in R all can."""
    return array if array.flags.writeable else array.copy()


def fetched(where, loader, *args, **kwargs):
    """What Keras's loader returns; if it gets no data, an error that says how to do without a network."""
    try:
        return loader(*args, **kwargs)
    except (OSError, EOFError, zipfile.BadZipFile, tarfile.TarError) as error:
        raise _no_data(where, error, args, kwargs) from error
    except ValueError as error:
        if "corrupted" in str(error):
            raise _no_data(where, error, args, kwargs) from error
        if kwargs.get("maxlen") is not None and re.search("maxlen|empty", str(error)):
            raise _nothing_kept(where, kwargs["maxlen"]) from error
        raise
    except Exception as error:
        if not str(error).startswith("URL fetch failure"):
            raise
        raise _no_data(where, error, args, kwargs) from error


def _nothing_kept(where, maxlen):
    return InvalidValueError(f"{where}: no text is shorter than maxlen={maxlen}, so nothing is left; raise maxlen")


# Where Keras looks for what it would download, if that is not a file of the name in `path`.
_CACHED = {
    "dataset_cifar10": "cifar-10-batches-py-target_archive",
    "dataset_cifar100": "cifar-100-python-target_archive",
    "dataset_fashion_mnist": "fashion-mnist",
}
_IMAGES = {"dataset_mnist", "dataset_fashion_mnist", "dataset_cifar10", "dataset_cifar100"}


def _no_data(where, error, args, kwargs):
    failed = re.match(r"URL fetch failure on (\S+): (?:None -- )?(.*)", str(error), re.DOTALL)
    source, reason = failed.groups() if failed else (None, str(error) or type(error).__name__)
    place = os.path.join(cache_folder(), _CACHED.get(where) or kwargs.get("path") or args[0])
    if where == "dataset_fashion_mnist" and source:
        place = os.path.join(place, source.rpartition("/")[2])
    instead = "; dataset_digits() needs no download" if where in _IMAGES else ""
    return DataError(
        f"{where}: the data could not be {'downloaded' if source else 'loaded'}: {reason}. Without a network, get"
        f" {source or 'the file'} on another machine, and put it here by hand as {place}{instead}"
    )


def cache_folder():
    """The folder in which Keras keeps datasets."""
    home = os.path.expanduser(os.environ.get("KERAS_HOME") or os.path.join("~", ".keras"))
    if os.path.exists(home) and not os.access(home, os.W_OK):  # then Keras goes elsewhere
        home = os.path.join("/tmp" if os.path.isdir("/tmp") else tempfile.gettempdir(), ".keras")
    return os.path.join(home, "datasets")


def file_name(path, where):
    """`path` as Keras takes it: the name of a file in its cache folder."""
    name = os.fspath(path) if isinstance(path, (str, os.PathLike)) else path
    if not isinstance(name, str) or not name or "/" in name or os.sep in name:
        raise InvalidValueError(
            f"{where}: path={path!r} must be the name of a file in Keras's cache folder {cache_folder()}: put the file"
            " there, or set the environment variable KERAS_HOME to another folder"
        )
    return name
