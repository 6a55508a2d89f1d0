"""How a model is made, without its weights: as JSON, in text or in a file."""

import json

from pipekeras._keras import keras
from pipekeras.errors import DataError, InvalidValueError, UnavailableError
from pipekeras.pipe import Checked, verb
from pipekeras.receivers import is_model, say
from pipekeras.saving import _keras2, files
from pipekeras.saving.explained import explained
from pipekeras.saving.objects import as_custom_objects
from pipekeras.wrap import name_members

_model_verb = verb(receiver=is_model, wants="a model")


@_model_verb
def save_model_config(model, filepath=None, overwrite=False):
    """Save how a model is made, without its weights, as JSON. Without a name, give the text.

    Args:
        model: the model.
        filepath: the file's name, such as "model.json". ~ is the home folder. None for the text instead of a file.
        overwrite: whether a file that is there already may be replaced.

    Returns:
        The model; or the text.

    Raises:
        InvalidValueError: if the file exists, or for a name that cannot be written to.

    Source: R `keras3::save_model_config` (where filepath=NULL is an error).
    """
    text = model.to_json()
    if filepath is None:
        return text
    with files.writing(filepath, "save_model_config", overwrite=overwrite) as made:
        made.write_text(f"{text}\n", encoding="utf-8")
    return model


@files.reader
def load_model_config(filepath, custom_objects=None):
    """A model made as a file says that save_model_config() wrote; its weights are fresh.

    Args:
        filepath: the file's name.
        custom_objects: {name: class or function} that the model uses and Keras does not know by itself; or a list of
            such.

    Returns:
        A Keras model.

    Raises:
        DataError: if the file is not there or holds no configuration, or classes and functions that are not known.

    Source: R `keras3::load_model_config`.
    """
    where = "load_model_config"
    path = files.existing(filepath, where)
    kind = files.kind_of(path, where, f'"{filepath}"')
    if kind != "json":
        instead = ": use load_model()" if kind in ("keras", "h5", "folder") else ""
        raise DataError(f'{where}: "{filepath}" holds no configuration but {files.KINDS[kind]}{instead}')
    return _model(path.read_text(encoding="utf-8"), where, f'"{filepath}"', custom_objects)


@_model_verb
def model_to_json(object):
    """How a model is made, without its weights, as JSON.

    Args:
        object: the model.

    Returns:
        Text, which model_from_json() takes.

    Source: R `keras::model_to_json`.
    """
    return object.to_json()


@files.reader
def model_from_json(json, custom_objects=None):
    """A model made as JSON says; its weights are fresh.

    Args:
        json: what model_to_json() gave, here or with Keras 1 and 2.
        custom_objects: {name: class or function} that the model uses and Keras does not know by itself; or a list of
            such.

    Returns:
        A Keras model.

    Raises:
        InvalidValueError: for anything but text.
        DataError: if the text is no configuration, or one with classes and functions that are not known.

    Source: R `keras::model_from_json`.
    """
    if not isinstance(json, (str, bytes)):
        raise InvalidValueError(f"model_from_json: json must be the text of model_to_json(), it got {say(json)}")
    return _model(json, "model_from_json", "the text", custom_objects)


def _model(text, where, label, custom_objects):
    custom_objects = as_custom_objects(custom_objects, where)
    try:
        config = json.loads(text)
    except ValueError as error:
        file = "; for a file use load_model_config()" if isinstance(text, str) and "{" not in text else ""
        raise DataError(f"{where}: {label} is no JSON: {error}{file}") from error
    if not isinstance(config, dict) or "config" not in config:
        raise DataError(f"{where}: {label} is JSON, but does not describe a model")
    with explained(where, label):
        model = keras.models.model_from_json(json.dumps(_keras2.mended_model(config)), custom_objects=custom_objects)
    if not is_model(model):
        raise DataError(f"{where}: {label} describes {say(model)}, which is no model")
    return model


@Checked
def model_to_yaml(*args, **kwargs):
    """Not available: YAML could run code when it is read, so Keras dropped it.

    Raises:
        UnavailableError: always; it names model_to_json().

    Source: R `keras::model_to_yaml`.
    """
    raise UnavailableError(
        "model_to_yaml: Keras writes no YAML any more, since reading it could run code: use model_to_json()"
    )


@Checked
def model_from_yaml(*args, **kwargs):
    """Not available: YAML could run code when it is read, so Keras dropped it.

    Raises:
        UnavailableError: always; it names model_from_json().

    Source: R `keras::model_from_yaml`.
    """
    raise UnavailableError(
        "model_from_yaml: Keras reads no YAML any more, since that could run code: with the Keras that wrote it, write"
        " it anew with model_to_json(), and use model_from_json()"
    )


__all__ = [*name_members(globals())]
