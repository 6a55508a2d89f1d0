"""Where models are written and read: names of files as users give them, what may be replaced, what a file holds.

Whatever is written is made beside its place and moved there when it is complete (`files.replacing`): a process that is
killed meanwhile leaves the file of before as it was.
"""

import contextlib
import os
import shutil
import tempfile
from pathlib import Path

from pipekeras.errors import DataError, InvalidValueError, suggestion
from pipekeras.files import replacing
from pipekeras.pipe import verb
from pipekeras.receivers import say
from pipekeras.values import is_bool

__all__: list[str] = []

# What a folder has in it that a saved model was written to: Keras's own form, and TensorFlow's.
_SIGNS = ("config.json", "saved_model.pb")


def reader(function):
    """Make a function pipeable that reads a file, or what one holds: `"m.keras" >> load_model()`."""
    return verb(function, receiver=lambda value: True)


def is_remote(filepath):
    """Whether `filepath` is an address, "hf://..." or "gs://...", which is left to Keras."""
    return isinstance(filepath, str) and "://" in filepath


def as_path(filepath, where, argument="filepath"):
    """`filepath` as a whole Path: ~ is the home folder, links are followed; an error if it is no name at all."""
    if not isinstance(filepath, (str, os.PathLike)) or not os.fspath(filepath):
        raise InvalidValueError(f"{where}: {argument} must be the name of a file, it got {say(filepath)}")
    return Path(os.path.realpath(Path(filepath).expanduser()))


def existing(filepath, where, argument="filepath"):
    """The Path of a file or folder that has to be there; else an error that names one of nearly that name."""
    path = as_path(filepath, where, argument)
    if not path.exists():
        folder = path.parent.is_dir()
        beside = [entry.name for entry in path.parent.iterdir()] if folder else []
        near = suggestion(path.name, beside, quote='"', otherwise="" if folder else f", and no folder {path.parent}")
        raise DataError(f'{where}: there is no file "{filepath}"{near}')
    return path


@contextlib.contextmanager
def writing(filepath, where, *, overwrite, ending=None, folder=False):
    """A path to write to, beside `filepath`; what was written there is moved to `filepath` when the block ends well.

    Args:
        filepath: the file's name; its folder has to be there.
        where: the function that was called, for messages.
        overwrite: whether a file of that name may be replaced.
        ending: the ending to write under, where the writer insists on one that the user's name has not.
        folder: whether a folder is written.

    Files that the writer puts beside the one asked for (parts of it) move along, before it does.
    """
    path = as_path(filepath, where)
    _refuse(path, filepath, where, overwrite, folder)
    with contextlib.ExitStack() as stack:
        try:
            made = stack.enter_context(replacing(path, where, ending))
        except OSError as error:
            raise InvalidValueError(f"{where}: nothing can be written to {path.parent}: {error.strerror}") from error
        yield made
        if made.is_file():
            _settle(made, path)
        for part in sorted(made.parent.iterdir()):
            if part != made:
                os.replace(part, path.with_name(part.name))


def _settle(made, path):
    """Have a file's contents on the disk before its name is, and give it the permissions of the one before."""
    with made.open("rb") as file:
        os.fsync(file.fileno())
    if path.exists():
        with contextlib.suppress(OSError):
            shutil.copymode(path, made)


def _refuse(path, filepath, where, overwrite, folder):
    """Raise if nothing can, or may, be written to `path`."""
    if not is_bool(overwrite):
        raise InvalidValueError(f"{where}: overwrite must be True or False, it got {overwrite!r}")
    if not path.parent.is_dir():
        raise InvalidValueError(f"{where}: there is no folder {path.parent}: create it first")
    if not path.exists():
        return
    if path.is_dir() != folder or not (path.is_dir() or path.is_file()):
        is_, wanted = ("a folder", "file") if path.is_dir() else ("no folder", "folder")
        raise InvalidValueError(f'{where}: "{filepath}" is {is_}, and a {wanted} is to be written: give another name')
    if folder and not any(path.iterdir()):
        return
    if not overwrite:
        raise InvalidValueError(
            f'{where}: "{filepath}" already exists; overwrite=True replaces it, or give another name'
        )
    if folder and not any((path / sign).exists() for sign in _SIGNS):
        raise InvalidValueError(
            f'{where}: the folder "{filepath}" holds something else than a saved model, which would be deleted: give'
            " another name"
        )


@contextlib.contextmanager
def under_ending(path, ending):
    """`path` under a name that ends as Keras wants it, for reading; the file itself keeps its name."""
    if path.name.endswith(ending):
        yield path
        return
    with tempfile.TemporaryDirectory() as folder:
        name = Path(folder, f"file{ending}")
        try:
            os.symlink(path, name)
        except OSError:  # a system without links
            shutil.copyfile(path, name)
        yield name


def kind_of(path, where, label):
    """What is in a file or folder, whatever it is called: see KINDS; DataError if it is damaged."""
    if path.is_dir():
        return next((kind for sign, kind in zip(_SIGNS, ("folder", "savedmodel"), strict=True)
                     if (path / sign).exists()), "other")  # fmt: skip
    with path.open("rb") as file:
        start = file.read(8)
    if start.startswith(b"PK"):
        return _kind_of_zip(path, where, label)
    if start == b"\x89HDF\r\n\x1a\n":
        return _kind_of_hdf5(path, where, label)
    if start.lstrip()[:1] == b"{":
        return "shards" if path.name.endswith(".weights.json") else "json"
    if not start:
        raise damaged(where, label)
    return "other"


KINDS = {
    "keras": "a model in Keras's own format",
    "folder": "a model in Keras's own format, as a folder",
    "h5": "a model as an HDF5 file",
    "old weights": "weights as R keras 2.x and Keras 1 and 2 write them",
    "weights": "weights as Keras 3 writes them",
    "shards": "weights in several files",
    "json": "a configuration as JSON",
    "savedmodel": "a TensorFlow SavedModel",
    "other": "nothing that Keras writes",
}


def damaged(where, label):
    """The error for a file that is not complete."""
    return DataError(f"{where}: {label} is damaged, or was not written to its end")


def _kind_of_zip(path, where, label):
    import zipfile

    if not zipfile.is_zipfile(path):
        raise damaged(where, label)
    with zipfile.ZipFile(path) as archive:
        return "keras" if "config.json" in archive.namelist() else "other"


def _kind_of_hdf5(path, where, label):
    import h5py

    try:
        with h5py.File(path, "r") as file:
            if "model_config" in file.attrs:
                return "h5"
            # Long lists of names are split into layer_names0, layer_names1, ...
            inside = file.get("model_weights", file)
            return "old weights" if {"layer_names", "layer_names0"} & set(inside.attrs) else "weights"
    except OSError as error:
        raise damaged(where, label) from error
