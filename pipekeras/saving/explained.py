"""What Keras has against a file or a configuration, in a sentence that names the remedy."""

import contextlib
import re

from pipekeras._keras import keras
from pipekeras.errors import DataError, PipekerasError

__all__: list[str] = []

_UNKNOWN = re.compile(r"Could not locate (\w+) '([^']+)'|Unknown (\w+): '([^']+)'")
_REGISTERED = re.compile(r"'registered_name': '([^']+)'")


@contextlib.contextmanager
def explained(where, label, *, safe_mode_here=False, compiled=False):
    """Around a call of Keras that reads: its complaints become a DataError.

    Args:
        where: the function that was called.
        label: what is read, in words.
        safe_mode_here: whether that function has an argument safe_mode.
        compiled: whether it has an argument compile, and that is True.
    """
    try:
        yield
    except PipekerasError:
        raise
    except (TypeError, ValueError, KeyError, AttributeError, OSError, IndexError, NotImplementedError) as error:
        raise DataError(f"{where}: {_say(error, label, safe_mode_here, compiled)}") from error


def _say(error, label, safe_mode_here, compiled):
    # Keras wraps the complaint of an inner object into those of the outer ones; the causes hold it unabridged.
    texts = [str(error)]
    while error.__cause__ is not None or error.__context__ is not None:
        error = error.__cause__ or error.__context__
        texts.append(str(error))
    text = "\n".join(texts)
    if "lambda" in text and "arbitrary code" in text:
        how = "safe_mode=False" if safe_mode_here else "keras.config.enable_unsafe_deserialization() before it"
        return (
            f"{label} has a Python function without a name in it (a lambda), which loading would run. If you trust"
            f" where it comes from, and only then: {how}. In models of your own, a named function and"
            " custom_objects=[function] need no trust"
        )
    unknown = _UNKNOWN.search(text)
    if unknown:
        kind, name = unknown[1] or unknown[3], unknown[2] or unknown[4]
        registered = [found for found in _REGISTERED.findall(text) if found.endswith(f">{name}")]
        key = registered[0] if registered else name
        left_out = " (compile=False does without losses and metrics)" if compiled and kind == "function" else ""
        return (
            f'{label} has the {kind} "{name}", which Keras does not know: give it,'
            f' custom_objects={{"{key}": {name}}}, or define it with register_keras_serializable() first{left_out}'
        )
    said = texts[0].strip().splitlines()[0] if texts[0].strip() else type(error).__name__
    return f"{label} could not be read by Keras {keras.__version__}: {said}"
