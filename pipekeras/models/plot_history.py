"""The picture of a training history: a facet for each metric, training and validation in two colours."""

import math

from pipekeras.errors import DataError, InvalidValueError, suggestion
from pipekeras.figures import new_figure
from pipekeras.models.history import TRAINING, VALIDATION, curves

# Blue and vermilion of the palette of Okabe and Ito, and marks that differ, for those who see colours otherwise.
_STYLES = {TRAINING: ("#0072B2", "o"), VALIDATION: ("#D55E00", "^")}
_SMOOTHED = 10  # epochs, and points, from which on there is a smooth line
_METHODS = ("auto", "ggplot2", "base")


def draw_history(history, metrics, method, smooth, theme_bw, shown):
    """The figure of a history; see `plot` for the arguments."""
    if method not in _METHODS:
        raise InvalidValueError(f"plot: method must be one of {', '.join(_METHODS)}, it got {method!r}")
    if not history.epoch:
        raise DataError("plot: no epoch was run, so the history has nothing to plot")
    parts = curves(history)
    chosen = _chosen(metrics, list(dict.fromkeys(part.metric for part in parts)))
    smooth = bool(smooth) and (history.params.get("epochs") or len(history.epoch)) >= _SMOOTHED
    figure = new_figure((7.0, 0.9 + 2.1 * len(chosen)), shown=shown)
    figure.set_layout_engine("constrained")
    facets = figure.subplots(len(chosen), 1, sharex=True, squeeze=False)[:, 0]
    for axes, metric in zip(facets, chosen, strict=True):
        _panel(axes, metric, theme_bw)
        _facet(axes, [part for part in parts if part.metric == metric], smooth)
    _epochs(facets[-1], history.epoch)
    figure.align_ylabels(facets)
    if any(part.data == VALIDATION and part.metric in chosen for part in parts):
        _legend(figure)
    return figure


def _chosen(metrics, known):
    if metrics is None:
        return known
    wanted = [metrics] if isinstance(metrics, str) else list(metrics)
    chosen = []
    for name in wanted:
        found = [metric for metric in known if name in (metric, metric.partition("[")[0])]
        if not found:
            hint = suggestion(str(name).removeprefix("val_"), known, otherwise=".")
            raise InvalidValueError(f"plot: the history has no metric {name!r}{hint} It has {', '.join(known)}")
        chosen += found
    if not chosen:
        raise InvalidValueError(f"plot: metrics is empty; the history has {', '.join(known)}")
    return list(dict.fromkeys(chosen))


def _panel(axes, metric, theme_bw):
    """The look of R's facets: grey with white lines, or with theme_bw white with grey lines and a frame."""
    axes.set_facecolor("white" if theme_bw else "#ececec")
    axes.grid(color="#dddddd" if theme_bw else "white", linewidth=0.8)
    axes.set_axisbelow(True)
    axes.tick_params(length=3 if theme_bw else 0, labelsize=9)
    for spine in axes.spines.values():
        spine.set(visible=theme_bw, color="#444444", linewidth=0.8)
    axes.set_ylabel(metric, fontsize=11)
    axes.margins(x=0.03, y=0.1)


def _facet(axes, parts, smooth):
    lost = 0
    for part in sorted(parts, key=lambda part: part.data):
        colour, mark = _STYLES[part.data]
        points = [(epoch, value) for epoch, value in part.points.items() if math.isfinite(value)]
        lost += len(part.points) - len(points)
        if not points:
            continue
        x, y = zip(*points, strict=True)
        curve = smooth and len(points) >= _SMOOTHED
        size = 5.5 if len(x) <= 30 else 3.5 if len(x) <= 100 else 2.0 if len(x) <= 300 else 0.0
        axes.plot(
            x, y, color=colour, linewidth=0.8 if curve else 1.5, alpha=0.45 if curve else 1.0, zorder=2,
        )  # fmt: skip
        if size or len(x) == 1:
            axes.plot(
                x, y, mark, color=colour, markersize=size, markeredgecolor="white",
                markeredgewidth=0.5 if size > 3 else 0, alpha=0.8 if curve else 1.0, zorder=3,
            )  # fmt: skip
        if curve:
            import numpy as np

            at = np.linspace(min(x), max(x), 80)
            axes.plot(at, loess(x, y, at), color=colour, linewidth=2.2, zorder=4)
    if lost:
        text = f"{lost} value{'s' * (lost != 1)} not finite"
        axes.set_title(text, loc="right", fontsize=8, color="#b00020", pad=2)


def _epochs(axes, epochs):
    from matplotlib.ticker import MaxNLocator

    axes.set_xlabel("epoch", fontsize=11)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    if epochs[0] == epochs[-1]:
        axes.set_xlim(epochs[0] - 1, epochs[0] + 1)
        axes.set_xticks([epochs[0]])


def _legend(figure):
    from matplotlib.lines import Line2D

    handles = [
        Line2D([], [], color=colour, marker=mark, markeredgecolor="white", linewidth=2, markersize=6.5, label=data)
        for data, (colour, mark) in _STYLES.items()
    ]
    figure.legend(handles=handles, loc="outside upper right", ncols=2, frameon=False, fontsize=10)


def loess(x, y, at, span=0.75):
    """The smooth line of R's loess() through the points (x, y), at the places `at`.

    Around each place, a parabola is fitted to the nearest `span` of the points, the nearer the more weight (tricube).
    """
    import numpy as np

    x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    near = max(1, min(len(x), int(span * len(x) + 1e-5)))
    result = []
    for place in np.asarray(at, dtype=float):
        away = x - place
        reach = np.partition(np.abs(away), near - 1)[near - 1] or 1.0
        weights = np.clip(1 - (np.abs(away) / reach) ** 3, 0, None) ** 3
        used = weights > 0
        degree = min(2, len(np.unique(away[used])) - 1)
        if degree < 0:  # all of the nearest points lie at the very edge
            result.append(y[np.abs(away) <= reach].mean())
            continue
        roots = np.sqrt(weights[used])
        powers = np.vander(away[used] / reach, degree + 1, increasing=True)
        result.append(np.linalg.lstsq(powers * roots[:, None], y[used] * roots, rcond=None)[0][0])
    return np.array(result)
