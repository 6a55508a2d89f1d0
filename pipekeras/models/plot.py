"""plot(): the picture of a training history, of a model, or of which rows of a series go where."""

import inspect

from pipekeras.errors import ArgumentError, InvalidValueError, PipeError
from pipekeras.models.history import as_history
from pipekeras.models.plot_history import draw_history
from pipekeras.models.plot_model import draw_model
from pipekeras.pipe import verb
from pipekeras.receivers import is_model, say

__all__ = ["plot"]

_OF_HISTORY = ("metrics", "method", "smooth", "theme_bw")
_OF_BOTH = ("dpi", "to_file")


@verb(receiver=lambda value: True)  # all else goes by name, so what comes first is what is to be drawn
def plot(
    x, *, metrics=None, method="auto", smooth=True, theme_bw=False, show_shapes=False, show_dtype=False,
    show_layer_names=False, rankdir="TB", expand_nested=False, dpi=200, layer_range=None, show_layer_activations=False,
    show_trainable=None, to_file=None,
):  # fmt: skip
    """Draw a training history (a facet for each metric) or a model (its layers and how they are joined).

    Of sequence_windows() and sequence_fold() it is the picture of which rows go where, as their own plot() draws it.

    Args:
        x: a History, as fit() returns, or one of Keras's own, or a model; or windows or a fold.
        metrics: of a history, the metrics to draw, by name; None draws all.
        method: "auto", "ggplot2" or "base", as in R; here all three draw the same.
        smooth: whether a smooth line (loess) is drawn as well, if training was for ten epochs or more.
        theme_bw: whether the facets are white with a frame, instead of grey.
        show_shapes: of a model, whether boxes show the shapes that come in and go out, once they are known.
        show_dtype: whether they show the dtypes.
        show_layer_names: whether they show the names of the layers.
        rankdir: which way the data goes: "TB" from top to bottom, "LR" from left to right, "BT" or "RL".
        expand_nested: whether models inside the model are drawn with the layers in them.
        dpi: dots per inch of a model's figure, and of the file; pictures too large to be drawn get less.
        layer_range: (first, last) names of layers, or regular expressions, to draw only those from first to last, both
            included.
        show_layer_activations: whether boxes show the activation.
        show_trainable: whether they show which layers are trained; None shows it where some weights are not.
        to_file: a file to save the picture in, such as "model.png" or "model.svg"; no window opens then.

    Returns:
        The matplotlib Figure. Notebooks show it; a script shows it with `matplotlib.pyplot.show()`, or saves it with
        `.savefig("history.png")`.

    Raises:
        PipeError: if x is none of these.
        ArgumentError: if an argument for a model is given for a history, or the other way round.
        InvalidValueError: if a metric or layer is not there, or a model has no layers.
        DataError: if no epoch was run.

    Source: R `plot` of what `keras3::fit`, `keras::fit` return, and of `keras3::keras_model`.
    """
    options = {name: value for name, value in locals().items() if name != "x"}
    if not isinstance(dpi, (int, float)) or isinstance(dpi, bool) or not dpi > 0:
        raise InvalidValueError(f"plot: dpi must be a number above 0, it got {dpi!r}")
    history = as_history(x)
    if getattr(x, "orders_itself", False) and hasattr(x, "plot"):
        _refuse(options, (), "dataset of a series")
        return x.plot(dpi=dpi, to_file=to_file)
    if history is not None:
        x, used, draw = history, _OF_HISTORY, draw_history
    elif is_model(x):
        used, draw = [name for name in options if name not in _OF_HISTORY and name != "to_file"], draw_model
    else:
        raise PipeError(
            f"plot draws a training history, as fit() returns, a model, or windows and folds; it got {say(x)}"
        )
    _refuse(options, used, "history" if used is _OF_HISTORY else "model")
    figure = draw(x, **{name: options[name] for name in used}, shown=to_file is None)
    if to_file is not None:
        figure.savefig(to_file, dpi=dpi if used is _OF_HISTORY else figure.dpi)
    return figure


def _refuse(options, used, kind):
    """Raise if an argument that is not for this kind of picture was given."""
    for name, parameter in inspect.signature(plot).parameters.items():
        if name in options and name not in (*used, *_OF_BOTH) and options[name] != parameter.default:
            other = "history" if name in _OF_HISTORY else "model"
            taken = ", ".join(dict.fromkeys([*used, *_OF_BOTH]))
            raise ArgumentError(f"plot: {name} is for a {other}, this is a {kind}: it takes {taken}")
