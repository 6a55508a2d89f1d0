"""summary(model): Keras's table, as wide as the terminal, wherever it is printed."""

import contextlib
import os
import re
import shutil
import sys

from pipekeras.errors import InvalidValueError, PipeError, suggestion
from pipekeras.pipe import verb
from pipekeras.receivers import is_model, say

__all__ = ["summary"]


@verb(receiver=lambda value: not isinstance(value, (int, float, type(None))), wants=None)
def summary(
    object, line_length=None, positions=None, expand_nested=False, show_trainable=None, layer_range=None, compact=True
):
    """Print the layers of a model, the shapes that they put out and their numbers of parameters.

    Args:
        object: a model.
        line_length: the width of the table in characters; None is the terminal's (80 if there is none), at most 180.
        positions: where the columns end, as parts of the width (0.45, 0.8, 1.0) or in characters (40, 70, 88);
            None lets Keras choose.
        expand_nested: whether the layers of models inside the model are listed too.
        show_trainable: whether a column says which layers are trained; None says it where some weights are not.
        layer_range: (first, last) names of layers, or regular expressions, to list only those from first to last, both
            included.
        compact: whether blank lines are left out.

    Returns:
        None; the text goes to standard output.

    Raises:
        PipeError: if object is not a model.
        InvalidValueError: if line_length is too small, positions do not fit the columns, or layer_range names no layer.

    Source: R `summary` and `format` of `keras3::keras_model`, `keras::keras_model`.
    """
    if not is_model(object):
        raise PipeError(f"summary applies to a model, it got {say(object)}")
    if not object.layers:
        print(f'Model: "{object.name}"\n No layers yet: add some, as in model >> layer_dense(10)')
        return
    if show_trainable is None:
        show_trainable = has_frozen_weights(object)
    width = line_length or max(40, min(shutil.get_terminal_size(fallback=(80, 24)).columns, 180))
    if layer_range is not None:
        names = [layer.name for layer in getattr(object, "operations", object.layers)]
        first, last = check_layer_range(layer_range, names, "summary")
        layer_range = f"^{re.escape(names[first])}$", f"^{re.escape(names[last])}$"
    text = _table(object, int(width), positions, expand_nested, show_trainable, layer_range)
    lines = [line for line in text.splitlines() if line.strip() or not compact]
    if not object.built:
        lines.append(
            " Not built yet: shapes and parameters are known once the model meets data, or from the start with"
            " input_shape, as in keras_model_sequential(input_shape=...)"
        )
    print("\n".join(lines))


def has_frozen_weights(model):
    """Whether training leaves some weights of a built model as they are: what `show_trainable=None` asks, as in R."""
    return bool(model.built and model.non_trainable_weights)


def check_layer_range(layer_range, names, where):
    """(first, last), names or regular expressions, as the 0-based positions of those layers; else an error."""
    pair = list(layer_range) if isinstance(layer_range, (list, tuple)) else []
    if len(pair) != 2 or not all(isinstance(end, str) for end in pair):
        raise InvalidValueError(
            f'{where}: layer_range must be two names of layers, ("first", "last"); it got {layer_range!r}'
        )
    found = []
    for end, pick in zip(pair, (min, max), strict=True):
        at = [names.index(end)] if end in names else [i for i, name in enumerate(names) if _matches(end, name)]
        if not at:
            raise InvalidValueError(f"{where}: layer_range: no layer is called {end!r}{suggestion(end, names)}")
        found.append(pick(at))
    return min(found), max(found)


def _matches(pattern, name):
    try:
        return re.match(pattern, name)
    except re.error:
        return None


def _table(model, width, positions, expand_nested, show_trainable, layer_range):
    if positions is not None and any(position > 1 for position in positions):
        positions = [position / width for position in positions]
    parts = []
    with _columns(width), _nothing_displayed():
        try:
            model.summary(
                line_length=width,
                positions=None if positions is None else list(positions),
                print_fn=lambda text, **_: parts.append(text),
                expand_nested=bool(expand_nested),
                show_trainable=bool(show_trainable),
                layer_range=layer_range,
            )
        except IndexError as error:
            raise InvalidValueError(f"summary: positions={positions} are fewer than the table has columns") from error
        except ValueError as error:
            if "width" not in str(error):
                raise
            raise InvalidValueError(
                f"summary: line_length={width} with positions={positions} leaves a column without room: make it wider"
            ) from error
    return "\n".join(parts)


@contextlib.contextmanager
def _columns(width):
    """Make the console that Keras draws on `width` wide: it cuts off what is wider than the terminal it believes in."""
    names = ("COLUMNS", "JUPYTER_COLUMNS")
    before = {name: os.environ.get(name) for name in names}
    os.environ.update(dict.fromkeys(names, str(width)))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _nothing_displayed():
    """In a notebook, rich displays an empty block whenever Keras draws a table as text: keep it from being seen."""
    if "IPython" not in sys.modules:
        return contextlib.nullcontext()
    from IPython.utils.capture import capture_output

    return capture_output(stdout=False, stderr=False, display=True)
