"""Weights alone, in files: those of Keras 3, and those of 2.x, which know their layers by name."""

import json
from pathlib import Path

from pipekeras import values
from pipekeras.errors import DataError, InvalidValueError, PipekerasError, UnavailableError
from pipekeras.pipe import verb
from pipekeras.receivers import is_model, say
from pipekeras.saving import _old_weights, files
from pipekeras.wrap import name_members

_model_verb = verb(receiver=is_model, wants="a model")

_ENDING = ".weights.h5"


@_model_verb
def save_model_weights(model, filepath, overwrite=False, max_shard_size=None):
    """Save the weights of a model, without its layers and training.

    Args:
        model: the model, built.
        filepath: the file's name, which ends in .weights.h5; or in .weights.json with max_shard_size. ~ is the home
            folder.
        overwrite: whether a file that is there already may be replaced.
        max_shard_size: the most that one file may hold, in GB. With it there are several, and a .weights.json that says
            what is where, by which they are loaded.

    Returns:
        The model. A save that is cut short leaves a file of before as it was; one in several files, apart from the
        moment in which they are moved to their places.

    Raises:
        InvalidValueError: if the file exists, for a name that cannot be written to, or that ends otherwise.

    Source: R `keras3::save_model_weights`.
    """
    where = "save_model_weights"
    path = files.as_path(filepath, where)
    if max_shard_size is not None:
        size = values.number(max_shard_size, "max_shard_size", where)
        if size <= 0:
            raise InvalidValueError(f"{where}: max_shard_size must be above 0, it got {max_shard_size!r}")
        if path.name.endswith(_ENDING):  # as Keras does
            path = path.with_suffix(".json")
        if not path.name.endswith(".weights.json"):
            raise InvalidValueError(
                f'{where}: with max_shard_size the name must end in .weights.json, it got "{filepath}"'
            )
        max_shard_size = size
    elif not path.name.endswith(_ENDING):
        raise InvalidValueError(
            f'{where}: the name must end in {_ENDING}, it got "{filepath}"; save_model_weights_hdf5() takes any name'
        )
    _built(model, where)
    with files.writing(path, where, overwrite=overwrite) as made:
        try:
            model.save_weights(made, max_shard_size=max_shard_size)
        except ValueError as error:  # one weight alone is larger than a part may be
            raise InvalidValueError(f"{where}: {error}") from error
    return model


@_model_verb
def load_model_weights(model, filepath, skip_mismatch=False, *, by_name=False, objects_to_skip=None):
    """Set the weights of a model to those in a file, in place.

    Args:
        model: the model, built, of the same layers as the one that was saved.
        filepath: the name of a file with weights, of Keras 3 or of Keras 1 and 2, or with a whole model. What is in it
            decides how it is read, not the name.
        skip_mismatch: whether layers whose weights are not those in the file are left as they are, with a warning.
        by_name: whether layers are found by their names, all others being left as they are; only files of Keras 1 and 2
            and those of save_model_weights_hdf5() have the names.
        objects_to_skip: layers to leave as they are (files of Keras 3).

    Returns:
        The model.

    Raises:
        DataError: if the file is not there, is damaged, or does not fit the model.
        InvalidValueError: if the model is not built.

    Source: R `keras3::load_model_weights`.
    """
    return _load(model, filepath, "load_model_weights", by_name, skip_mismatch, objects_to_skip)


@_model_verb
def save_model_weights_hdf5(object, filepath, overwrite=True):
    """Save the weights of a model, by the names of its layers, in a file of Keras 2's form.

    Args:
        object: the model, built.
        filepath: the file's name, with any ending; one in .weights.h5 gets Keras 3's form, which goes by that ending.
        overwrite: whether a file that is there already is replaced.

    Returns:
        The model.

    Raises:
        InvalidValueError: if the model is not built, for a name that cannot be written to, or if the file exists and
            overwrite is False.

    Source: R `keras::save_model_weights_hdf5`.
    """
    return _save_any(object, filepath, "save_model_weights_hdf5", overwrite)


@_model_verb
def load_model_weights_hdf5(object, filepath, by_name=False, skip_mismatch=False, reshape=False):
    """Set the weights of a model to those in a file, in place.

    Args:
        object: the model, built.
        filepath: the file's name; see load_model_weights().
        by_name: whether layers are found by their names, all others being left as they are; else by their order.
        skip_mismatch: whether layers whose weights are not those in the file are left as they are, with a warning.
        reshape: False; weights of another shape were never reshaped on TensorFlow either.

    Returns:
        The model.

    Raises:
        DataError, InvalidValueError: as load_model_weights() does.

    Source: R `keras::load_model_weights_hdf5`.
    """
    return _load(object, filepath, "load_model_weights_hdf5", by_name, skip_mismatch, reshape=reshape)


@_model_verb
def save_model_weights_tf(object, filepath, overwrite=True):
    """Save the weights of a model; the file is that of save_model_weights_hdf5(), since Keras 3 writes no checkpoints.

    Args:
        object: the model, built.
        filepath: the file's name, with any ending or none.
        overwrite: whether a file that is there already is replaced.

    Returns:
        The model.

    Raises:
        InvalidValueError: as save_model_weights_hdf5() does.

    Source: R `keras::save_model_weights_tf`.
    """
    return _save_any(object, filepath, "save_model_weights_tf", overwrite)


@_model_verb
def load_model_weights_tf(object, filepath, by_name=False, skip_mismatch=False, reshape=False):
    """Set the weights of a model to those that save_model_weights_tf() wrote, in place.

    Args:
        object: the model, built.
        filepath: the file's name.
        by_name: whether layers are found by their names; else by their order.
        skip_mismatch: whether layers whose weights are not those in the file are left as they are, with a warning.
        reshape: False; weights of another shape were never reshaped on TensorFlow either.

    Returns:
        The model.

    Raises:
        UnavailableError: for a checkpoint of TensorFlow, which Keras 3 does not read.
        DataError, InvalidValueError: as load_model_weights() does.

    Source: R `keras::load_model_weights_tf`.
    """
    return _load(object, filepath, "load_model_weights_tf", by_name, skip_mismatch, reshape=reshape)


def _save_any(model, filepath, where, overwrite):
    """Write weights under any name: by the names of the layers, unless the name asks for Keras 3's own form."""
    _built(model, where)
    with files.writing(filepath, where, overwrite=overwrite) as made:
        if made.name.endswith(_ENDING):
            model.save_weights(made)
        else:
            _old_weights.write(model, made)
    return model


def _built(model, where):
    if not model.built:
        raise InvalidValueError(
            f"{where}: {say(model)} is not built yet, so it has no weights: give it an input_shape, or data"
        )


def _load(model, filepath, where, by_name, skip_mismatch, objects_to_skip=None, reshape=False):
    for name, value in (("by_name", by_name), ("skip_mismatch", skip_mismatch), ("reshape", reshape)):
        if value is not None and not values.is_bool(value):
            raise InvalidValueError(f"{where}: {name} must be True or False, it got {value!r}")
    if reshape:
        raise InvalidValueError(
            f"{where}: reshape=True is gone: skip_mismatch=True leaves weights of another shape as they are"
        )
    _built(model, where)
    more = {"objects_to_skip": objects_to_skip} if objects_to_skip is not None else {}
    if files.is_remote(filepath):
        model.load_weights(filepath, skip_mismatch=bool(skip_mismatch), **more)
        return model
    path = _found(filepath, where)
    label = f'"{filepath}"'
    kind = files.kind_of(path, where, label)
    endings = {"keras": ".keras", "h5": ".h5", "old weights": ".h5", "weights": _ENDING, "shards": ".weights.json"}
    if kind not in endings:
        raise DataError(f"{where}: {label} holds no weights but {files.KINDS[kind]}")
    old = kind in ("h5", "old weights")
    if by_name and not old:
        raise InvalidValueError(
            f"{where}: by_name=True needs the names of the layers, and {label} holds {files.KINDS[kind]}, which has"
            " none: save the weights with save_model_weights_hdf5(), under a name that ends in .h5 alone"
        )
    if more and old:
        raise InvalidValueError(f"{where}: objects_to_skip is for files of Keras 3; for {label} use by_name=True")
    if kind == "shards":
        _all_shards(path, where, label)
    with files.under_ending(path, endings[kind]) as named:
        try:
            if by_name:
                more["by_name"] = True
            model.load_weights(named, skip_mismatch=bool(skip_mismatch), **more)
        except PipekerasError:
            raise
        except (ValueError, TypeError, KeyError, OSError) as error:
            raise DataError(_does_not_fit(error, model, where, label, old and not by_name)) from error
    return model


def _found(filepath, where):
    """The file; or what stands in its place, which says what to do."""
    path = files.as_path(filepath, where)
    if not path.exists() and path.with_name(f"{path.name}.index").exists():
        raise UnavailableError(
            f'{where}: "{filepath}" is a checkpoint of TensorFlow, which Keras 3 does not read: load it with the Keras'
            " that made it and save it with save_model_weights_hdf5(), or read it with"
            " tensorflow.train.load_checkpoint() and set_weights()"
        )
    index = path.with_suffix(".json")
    if not path.exists() and path.name.endswith(_ENDING) and index.exists():
        raise DataError(f'{where}: there is no file "{filepath}"; the weights are in several files: "{index.name}"')
    return files.existing(filepath, where)


def _all_shards(path, where, label):
    """Raise unless every part is there."""
    try:
        parts = json.loads(path.read_text(encoding="utf-8"))["weight_map"].values()
    except (ValueError, KeyError) as error:
        raise files.damaged(where, label) from error
    names = {name for part in parts for name in (part if isinstance(part, list) else [part])}
    lacking = sorted(name for name in names if not Path(path.parent, name).exists())
    if lacking:
        raise DataError(f"{where}: {label} has parts that are not beside it: {', '.join(lacking)}")


def _does_not_fit(error, model, where, label, in_order):
    said = [line for line in str(error).splitlines() if line.strip()] or [type(error).__name__]
    # Of Keras's own format it counts the layers first, and then gives an example.
    line = said[1] if len(said) > 1 and said[0].startswith("A total of") else said[0]
    hint = " by_name=True finds layers by their names;" if in_order else ""
    return (
        f"{where}: {label} does not fit {say(model)}: {line.rstrip('.')}. Build the model as the one that was saved;"
        f"{hint} skip_mismatch=True leaves out what does not fit"
    )


__all__ = [*name_members(globals())]
