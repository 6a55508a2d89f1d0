"""Whole models, with weights and what compile() and training left: save_model(), load_model() and their kin of 2.x."""

import tempfile
from pathlib import Path

from pipekeras import values
from pipekeras._keras import keras
from pipekeras.errors import DataError, InvalidValueError, UnavailableError
from pipekeras.models.warned import warn
from pipekeras.pipe import verb
from pipekeras.receivers import is_model, say
from pipekeras.saving import files
from pipekeras.saving import hdf5_models as hdf5
from pipekeras.saving.explained import explained
from pipekeras.saving.objects import as_custom_objects
from pipekeras.wrap import name_members

_model_verb = verb(receiver=is_model, wants="a model")

_HDF5 = (".h5", ".hdf5")


@_model_verb
def save_model(model, filepath=None, overwrite=False, zipped=None):
    """Save a model with its weights and its training so far. Without a name, give it as bytes.

    Args:
        model: the model.
        filepath: the file's name, which ends in .keras; or in .h5 for the format of Keras 2. ~ is the home folder. None
            for bytes instead of a file.
        overwrite: whether a file that is there already may be replaced.
        zipped: False writes a folder instead of a file, under a name without .keras.

    Returns:
        The model; or the bytes, which load_model() takes. A save that is cut short leaves a file of before as it was.

    Raises:
        InvalidValueError: if the file exists, for a name that cannot be written to, or that ends otherwise.

    Source: R `keras3::save_model`.
    """
    where = "save_model"
    if zipped is not None and not values.is_bool(zipped):
        raise InvalidValueError(f"{where}: zipped must be True, False or None, it got {zipped!r}")
    if filepath is None:
        return _as_bytes(model, ".keras")
    if files.is_remote(filepath):
        keras.saving.save_model(model, filepath, overwrite=bool(overwrite), zipped=zipped)
        return model
    name = files.as_path(filepath, where).name
    folder = zipped is not None and not zipped
    if folder and name.endswith((".keras", *_HDF5)):
        raise InvalidValueError(f'{where}: zipped=False writes a folder, whose name must not end as "{name}" does')
    if not folder and not name.endswith((".keras", *_HDF5)):
        raise InvalidValueError(
            f'{where}: "{filepath}" does not say what to write: name it "{filepath}.keras", or "{filepath}.h5" for the'
            " format of Keras 2; zipped=False writes a folder; for TensorFlow Serving there is export_savedmodel()"
        )
    with files.writing(filepath, where, overwrite=overwrite, folder=folder) as made:
        _write(model, made, zipped=zipped)
    return model


@_model_verb
def save_model_hdf5(object, filepath, overwrite=True, include_optimizer=True):
    """Save a model with its weights and its training so far, in the format of Keras 2.

    Args:
        object: the model.
        filepath: the file's name, with any ending. ~ is the home folder.
        overwrite: whether a file that is there already is replaced.
        include_optimizer: whether what compile() was given and the state of the optimizer are saved.

    Returns:
        The model.

    Raises:
        InvalidValueError: for a name that cannot be written to, or if the file exists and overwrite is False.

    Source: R `keras::save_model_hdf5`.
    """
    where = "save_model_hdf5"
    name = files.as_path(filepath, where).name
    ending = None if name.endswith(_HDF5) else ".h5"
    with files.writing(filepath, where, overwrite=overwrite, ending=ending) as made:
        _write(object, made, include_optimizer=bool(include_optimizer))
    return object


@_model_verb
def serialize_model(model, include_optimizer=True):
    """A model with its weights and its training so far as bytes, in the format of Keras 2.

    Args:
        model: the model.
        include_optimizer: whether what compile() was given and the state of the optimizer are in them.

    Returns:
        Bytes, which unserialize_model() takes.

    Source: R `keras::serialize_model`.
    """
    return _as_bytes(model, ".h5", include_optimizer=bool(include_optimizer))


@files.reader
def load_model(model, custom_objects=None, compile=True, safe_mode=True):
    """A model from a file that save_model() or one of its kin wrote.

    Args:
        model: the file's name, the folder's, or the bytes that save_model() gives without a name. What is in it decides
            how it is read, not the name.
        custom_objects: {name: class or function} that the model uses and Keras does not know by itself; or a list of
            such.
        compile: whether the model comes compiled, as it was saved.
        safe_mode: whether Python code in the file is refused (a lambda in a layer); False runs it, so only for what you
            trust.

    Returns:
        A Keras model.

    Raises:
        DataError: if the file is not there, is damaged or holds something else, Python code, or classes and functions
            that are not known.
        UnavailableError: for a TensorFlow SavedModel.

    Source: R `keras3::load_model`.
    """
    return load(model, "load_model", custom_objects, compile, safe_mode, argument="model")


@files.reader
def load_model_hdf5(filepath, custom_objects=None, compile=True, *, safe_mode=True):
    """A model from a file that save_model_hdf5() wrote, or Keras 2; other kinds are understood as well.

    Args:
        filepath: the file's name.
        custom_objects: {name: class or function} that the model uses and Keras does not know by itself; or a list.
        compile: whether the model comes compiled, as it was saved.
        safe_mode: whether Python code in the file is refused; False runs it, so only for what you trust.

    Returns:
        A Keras model. What an old file says of the training and Keras 3 does not understand is a warning, and the model
        is not compiled.

    Raises:
        DataError, UnavailableError: as load_model() does.

    Source: R `keras::load_model_hdf5`.
    """
    return load(filepath, "load_model_hdf5", custom_objects, compile, safe_mode)


@files.reader
def unserialize_model(model, custom_objects=None, compile=True, *, safe_mode=True):
    """A model from the bytes that serialize_model() gave.

    Args:
        model: the bytes.
        custom_objects: {name: class or function} that the model uses and Keras does not know by itself; or a list.
        compile: whether the model comes compiled, as it was saved.
        safe_mode: whether Python code in it is refused; False runs it, so only for what you trust.

    Returns:
        A Keras model.

    Raises:
        InvalidValueError: for anything but bytes.
        DataError: as load_model() does.

    Source: R `keras::unserialize_model`.
    """
    if not _is_bytes(model):
        raise InvalidValueError(
            f"unserialize_model: model must be the bytes that serialize_model() gave, it got {say(model)};"
            " for a file use load_model()"
        )
    return load(model, "unserialize_model", custom_objects, compile, safe_mode)


@files.reader
def mobilenet_load_model_hdf5(filepath):
    """A model made of application_mobilenet() from an HDF5 file; load_model_hdf5() does the same today.

    Args:
        filepath: the file's name.

    Returns:
        A Keras model.

    Raises:
        DataError: as load_model() does.

    Source: R `keras::mobilenet_load_model_hdf5`.
    """
    return load(filepath, "mobilenet_load_model_hdf5", {"relu6": keras.activations.relu6}, True, True)


@files.reader
def mobilenet_v2_load_model_hdf5(filepath):
    """A model made of application_mobilenet_v2() from an HDF5 file; load_model_hdf5() does the same today.

    Args:
        filepath: the file's name.

    Returns:
        A Keras model.

    Raises:
        DataError: as load_model() does.

    Source: R `keras::mobilenet_v2_load_model_hdf5`.
    """
    return load(filepath, "mobilenet_v2_load_model_hdf5", {"relu6": keras.activations.relu6}, True, True)


# Writing --------------------------------------------------------------------------------------------------------------


def _write(model, path, **how):
    with hdf5.quietly(), hdf5.keeping_training(model):
        model.save(path, **{name: value for name, value in how.items() if value is not None})
    if path.name.endswith(_HDF5):
        hdf5.mend(path)


def _as_bytes(model, ending, **how):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, f"model{ending}")
        _write(model, path, **how)
        return path.read_bytes()


# Reading --------------------------------------------------------------------------------------------------------------


def load(source, where, custom_objects=None, compile=True, safe_mode=True, argument="filepath"):
    """The model in a file, folder or bytes, on behalf of the function `where`, which calls it `argument`."""
    custom_objects = as_custom_objects(custom_objects, where)
    for name, value in (("compile", compile), ("safe_mode", safe_mode)):
        if not values.is_bool(value):
            raise InvalidValueError(f"{where}: {name} must be True or False, it got {value!r}")
    how = {"custom_objects": custom_objects, "compile": bool(compile), "safe_mode": bool(safe_mode)}
    if _is_bytes(source):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "bytes")
            path.write_bytes(bytes(source))
            return _load(path, where, "what the bytes hold", how)
    if is_model(source):
        raise InvalidValueError(f"{where}: it got {say(source)}, which is loaded already; give the name of a file")
    if files.is_remote(source):
        with explained(where, source, safe_mode_here=True, compiled=compile):
            return keras.saving.load_model(source, **how)
    return _load(files.existing(source, where, argument), where, f'"{source}"', how)


def _load(path, where, label, how):
    kind = files.kind_of(path, where, label)
    if kind == "keras":
        with files.under_ending(path, ".keras") as named, _explained(where, label, how):
            return keras.saving.load_model(named, **how)
    if kind == "folder":
        with _explained(where, label, how):
            return keras.saving.load_model(path, **how)
    if kind == "h5":
        with files.under_ending(path, ".h5") as named, hdf5.as_of_today(named) as named:
            return _load_hdf5(named, where, label, how)
    if kind == "savedmodel":
        raise UnavailableError(
            f"{where}: {label} is a TensorFlow SavedModel, which Keras 3 cannot turn into a model again: to compute"
            ' with it, on TensorFlow, use layer_tfsm(filepath=..., call_endpoint="serving_default"); to train it, save'
            " it as .h5"
            " with the Keras that made it"
        )
    instead = {
        "weights": ": build the model and use load_model_weights()",
        "old weights": ": build the model and use load_model_weights_hdf5()",
        "shards": ": build the model and use load_model_weights()",
        "json": ": use load_model_config()",
    }
    raise DataError(f"{where}: {label} holds no model but {files.KINDS[kind]}{instead.get(kind, '')}")


def _explained(where, label, how):
    safe_mode_here = not where.startswith("mobilenet")
    return explained(where, label, safe_mode_here=safe_mode_here, compiled=how["compile"])


def _load_hdf5(path, where, label, how):
    if not how["compile"]:
        with _explained(where, label, how):
            return keras.saving.load_model(path, **how)
    try:
        with hdf5.quietly():
            model = keras.saving.load_model(path, **how)
        hdf5.restore_optimizer(model, path, how["custom_objects"])
        return model
    except Exception as error:
        # Losses and metrics were described in other ways by each Keras before 3; the model may be sound without them.
        with _explained(where, label, how):
            model = keras.saving.load_model(path, **{**how, "compile": False})
        said = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        warn(
            f"{where}: the model was loaded, but not compiled: Keras does not understand the loss, metrics or optimizer"
            f" in {label} ({said}). Name functions of your own in custom_objects, or compile the model anew"
        )
        return model


def _is_bytes(value):
    kind = getattr(value, "dtype", None)
    return isinstance(value, (bytes, bytearray, memoryview)) or (kind is not None and str(kind) == "uint8")


__all__ = [*name_members(globals())]
