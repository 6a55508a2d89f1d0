"""Models for serving, and what 2.x called the format of TensorFlow."""

import contextlib
import io
import time

from pipekeras import values
from pipekeras._keras import keras
from pipekeras.errors import InvalidValueError, UnavailableError, suggestion
from pipekeras.models.warned import warn
from pipekeras.pipe import Checked, verb
from pipekeras.receivers import is_model
from pipekeras.saving import files
from pipekeras.saving.whole import load
from pipekeras.wrap import name_members

_model_verb = verb(receiver=is_model, wants="a model")

_FORMATS = ("tf_saved_model", "onnx", "openvino", "litert", "torch")


@_model_verb
def export_savedmodel(
    object, export_dir_base, *, format="tf_saved_model", verbose=None, input_signature=None, overwrite=True,
    versioned=None, remove_learning_phase=True, as_text=False, **more
):  # fmt: skip
    """Write what a model computes for use without Keras, as in TensorFlow Serving. It cannot be trained any further.

    Args:
        object: the model, built.
        export_dir_base: the name of the folder to write; for other formats than "tf_saved_model", of the file.
        format: "tf_saved_model", "onnx", "openvino", "litert" or "torch"; all but the first need more packages.
        verbose: whether it is told what was written; None for yes.
        input_signature: shapes and types of the inputs, where they shall not be the model's own.
        overwrite: whether what is there already is replaced.
        versioned: whether to write into a new folder inside, named after the time, as serving wants it; by default if
            overwrite is False.
        remove_learning_phase: nothing, in Keras 3: what is written computes as in use, not as in training.
        as_text: False; there is no text form.
        **more: what else Keras's export() takes for the format.

    Returns:
        The model.

    Raises:
        InvalidValueError: for a name that cannot be written to, or a format that does not exist.
        UnavailableError: if the format cannot be written on this backend, or a package is missing.

    Source: R `keras3::export_savedmodel`, `keras::export_savedmodel`.
    """
    where = "export_savedmodel"
    if format not in _FORMATS:
        near = suggestion(format, _FORMATS, quote='"') or f"; there are {', '.join(_FORMATS)}"
        raise InvalidValueError(f"{where}: there is no format {format!r}{near}")
    if not object.built:
        raise InvalidValueError(f"{where}: the model is not built yet: give it an input_shape, or data")
    if as_text:
        warn(f"{where}: as_text has no effect: there is no text form any more")
    path = files.as_path(export_dir_base, where, "export_dir_base")
    if not values.is_bool(overwrite):
        raise InvalidValueError(f"{where}: overwrite must be True or False, it got {overwrite!r}")
    if versioned or (versioned is None and not overwrite):
        if path.parent.is_dir():
            path.mkdir(exist_ok=True)
        path = path / time.strftime("%Y%m%d%H%M%S", time.gmtime())
    if input_signature is not None:
        more["input_signature"] = input_signature
    folder = format == "tf_saved_model"
    said = io.StringIO()
    with files.writing(path, where, overwrite=overwrite, folder=folder) as made:
        try:
            with contextlib.redirect_stdout(said):
                object.export(str(made), format=format, verbose=verbose is None or bool(verbose), **more)
        except (ImportError, NotImplementedError, RuntimeError, ValueError) as error:
            why, backend = (str(error).strip() or type(error).__name__).splitlines()[0], keras.backend.backend()
            own = backend == "torch" and folder
            instead = '; format="torch" writes what torch.export.load() reads' if own else ""
            raise UnavailableError(
                f"{where}: Keras {keras.__version__} on {backend} cannot write this model as {format}: {why}{instead}"
            ) from error
    if verbose is None or verbose:
        print(said.getvalue().replace(str(made), str(path)), end="")
    return object


@_model_verb
def save_model_tf(object, filepath, overwrite=True, include_optimizer=True, signatures=None, options=None):
    """Save a model with its weights and its training so far, as a folder.

    The folder is in Keras 3's own form, which load_model_tf() and load_model() read; Keras 3 has no other that can be
    loaded again. For TensorFlow Serving there is export_savedmodel().

    Args:
        object: the model.
        filepath: the folder's name. ~ is the home folder.
        overwrite: whether a model that is there already is replaced.
        include_optimizer: True; what compile() was given is always saved, and load_model_tf(compile=False) leaves it.
        signatures: None; a SavedModel's, see export_savedmodel(input_signature=).
        options: None; a SavedModel's.

    Returns:
        The model.

    Raises:
        InvalidValueError: for a name that cannot be written to, or if it exists and overwrite is False.
        UnavailableError: if signatures or options are given, which only a SavedModel has.

    Source: R `keras::save_model_tf`.
    """
    where = "save_model_tf"
    for name, value in (("signatures", signatures), ("options", options)):
        if value is not None:
            raise UnavailableError(
                f"{where}: {name} belong to TensorFlow's SavedModel, which Keras 3 writes for serving only:"
                " export_savedmodel(input_signature=...)"
            )
    if not include_optimizer:
        warn(f"{where}: include_optimizer=False has no effect; load the model with compile=False")
    if files.as_path(filepath, where).name.endswith((".keras", ".h5", ".hdf5")):
        raise InvalidValueError(
            f'{where} writes a folder, and "{filepath}" is named as a file: use save_model(model, "{filepath}")'
        )
    with files.writing(filepath, where, overwrite=overwrite, folder=True) as made:
        object.save(made, zipped=False)
    return object


@files.reader
def load_model_tf(filepath, custom_objects=None, compile=True, *, safe_mode=True):
    """A model from a folder that save_model_tf() wrote.

    Args:
        filepath: the folder's name.
        custom_objects: {name: class or function} that the model uses and Keras does not know by itself; or a list.
        compile: whether the model comes compiled, as it was saved.
        safe_mode: whether Python code in it is refused; False runs it, so only for what you trust.

    Returns:
        A Keras model.

    Raises:
        UnavailableError: for a TensorFlow SavedModel, which Keras 3 can compute with but not train: layer_tfsm().
        DataError: as load_model() does.

    Source: R `keras::load_model_tf`.
    """
    return load(filepath, "load_model_tf", custom_objects, compile, safe_mode)


@Checked
def model_to_saved_model(*args, **kwargs):
    """Not available: TensorFlow dropped it in its version 2.1, and R with it.

    Raises:
        UnavailableError: always; it names save_model() and export_savedmodel().

    Source: R `keras::model_to_saved_model`.
    """
    raise UnavailableError(
        "model_to_saved_model ended with TensorFlow 2.0: use save_model() to load the model again, export_savedmodel()"
        " to serve it"
    )


@Checked
def model_from_saved_model(*args, **kwargs):
    """Not available: TensorFlow dropped it in its version 2.1, and R with it.

    Raises:
        UnavailableError: always; it names load_model() and layer_tfsm().

    Source: R `keras::model_from_saved_model`.
    """
    raise UnavailableError(
        "model_from_saved_model ended with TensorFlow 2.0: use load_model() for what save_model() wrote, layer_tfsm()"
        " to compute with a SavedModel"
    )


__all__ = [*name_members(globals())]
