"""The picture of a model: boxes and arrows, drawn with matplotlib alone, so that it looks the same everywhere.

`_graph` says what there is to draw and `_layout` where it goes. Here boxes get their size from the text in them, models
inside the model are arranged on their own and then are one large box of the model around them, and all of it is drawn.
Lengths are inches.
"""

import functools
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise

from pipekeras.errors import InvalidValueError
from pipekeras.figures import new_figure
from pipekeras.models._graph import Show, graph_of
from pipekeras.models._layout import Layout, layout
from pipekeras.models.summary import has_frozen_weights

_TITLE, _TEXT = 7.0, 6.0  # points
_HEAD, _ROW, _PAD = 0.2, 0.125, 0.1
_GAP = (0.22, 0.24)  # across, along
_FRAME = 0.1
_HEAD_LONG, _HEAD_WIDE = 0.065, 0.027  # of an arrow
_LOOP = 0.25  # how far a loop reaches
_MOST_PIXELS = 30_000  # along one side; drawing libraries end at 2**16

# Per family of layers: the dark shade of border and title, the light one behind the title. Text tells them apart too.
_COLOURS = {
    "input": ("#4b5563", "#e5e7eb"),
    "core": ("#1f4e9c", "#dbe7fb"),
    "convolutional": ("#0b6b5d", "#d3f0ea"),
    "pooling": ("#4d6b12", "#e6f2cd"),
    "recurrent": ("#6b3fa0", "#eadffa"),
    "merging": ("#9a4a06", "#fde5cf"),
    "attention": ("#9c1f63", "#fbdcec"),
    "normalization": ("#57534e", "#edebe8"),
    "reshaping": ("#475569", "#e2e8f0"),
    "activation": ("#8a6100", "#fbefc5"),
    "preprocessing": ("#0e6377", "#d5eff6"),
    "model": ("#1e293b", "#cbd5e1"),
    "other": ("#374151", "#eceef1"),
    "operation": ("#7c2d12", "#fdebdf"),
}
_LINE, _LABEL, _INK, _FRAMED = "#475569", "#6b7280", "#111827", "#f8fafc"


def draw_model(
    model, show_shapes, show_dtype, show_layer_names, rankdir, expand_nested, dpi, layer_range, show_layer_activations,
    show_trainable, shown,
):  # fmt: skip
    """The figure of a model; see `plot` for the arguments."""
    if rankdir not in _MAPS:
        raise InvalidValueError(f"plot: rankdir must be one of {', '.join(_MAPS)}, it got {rankdir!r}")
    if not model.layers:
        raise InvalidValueError(
            f"plot: model {model.name!r} has no layers yet, there is nothing to draw: add some, as in"
            " model >> layer_dense(10)"
        )
    if show_trainable is None:
        show_trainable = has_frozen_weights(model)
    show = Show(show_shapes, show_dtype, show_layer_names, show_layer_activations, show_trainable, expand_nested)
    graph = graph_of(model, show, layer_range)
    placed = _arrange(graph, show, rankdir, framed=not graph.joined)
    margin = 0.12
    size = tuple(side + 2 * margin for side in placed.size)
    figure = new_figure(size, min(dpi, _MOST_PIXELS / max(size)), shown)
    figure.set_facecolor("white")
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    axes.set(xlim=(0, size[0]), ylim=(size[1], 0))
    middle = size[0] / 2, size[1] / 2
    if not graph.joined:
        _frame(axes, Part(inner=placed, size=placed.size), middle, -1)
    _draw(axes, placed, rankdir, middle)
    return figure


# Directions: (across, along), from the middle of the whole, to (x, y) on the page, y downwards ------------------------

_MAPS = {
    "TB": lambda across, along: (across, along),
    "BT": lambda across, along: (across, -along),
    "LR": lambda across, along: (along, across),
    "RL": lambda across, along: (-along, across),
}


def _turned(size, rankdir):
    """A size on the page as (across, along), and the other way round."""
    return size if rankdir in ("TB", "BT") else size[::-1]


# Sizes and places -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Part:
    """A box and its size on the page; for an entry or exit of a nested model, no box and no size."""

    box: object = None
    size: tuple = (0.0, 0.0)
    inner: "Placed | None" = None


@dataclass(frozen=True)
class Placed:
    """A graph with all its places: parts, edges as (ends, how many), and the size on the page with its frame."""

    graph: object
    parts: list
    edges: list
    layout: Layout
    size: tuple
    shift: tuple  # from the middle of the size to the middle of what is inside the frame, (across, along)
    entries: list
    exits: list
    loops: list  # parts that are applied to their own output
    show: Show


def _arrange(graph, show, rankdir, framed=True):
    """Place a graph; `framed`, as a block with points where its edges come in and go out."""
    parts, number = [], {}
    for name, box in graph.boxes.items():
        number[name] = len(parts)
        inner = _arrange(box.inner, show, rankdir) if box.inner else None
        parts.append(Part(box, inner.size if inner else _box_size(box, show), inner))
    joined = [
        (number[e.source], number[e.target], _end(parts[number[e.source]], "exits", e.out),
         _end(parts[number[e.target]], "entries", e.into))
        for e in graph.edges
    ]  # fmt: skip
    entries, exits = [], []
    for targets in graph.entries if framed else []:
        entries.append(len(parts))
        parts.append(Part())
        joined += [(entries[-1], number[name], 0.0, _end(parts[number[name]], "entries", i)) for name, i in targets]
    for name, out in graph.exits if framed else []:
        exits.append(len(parts))
        parts.append(Part())
        joined.append((number[name], exits[-1], _end(parts[number[name]], "exits", out), 0.0))
    if not graph.joined:  # one after the other, without arrows
        order = list(number.values())
        hidden = [(a, b, 0.0, 0.0) for a, b in pairwise(order)]
    else:
        hidden = []
    loops = {edge[0] for edge in joined if edge[0] == edge[1]}
    edges = list(Counter(edge for edge in joined if edge[0] != edge[1]).items())
    sizes = [_turned(part.size, rankdir) for part in parts]
    sizes = [(across + 2 * _LOOP * (i in loops), along) for i, (across, along) in enumerate(sizes)]
    places = layout(sizes, [edge for edge, _ in edges] + hidden, _GAP, entries, exits)
    size, shift = _turned((places.across, places.along), rankdir), (0.0, 0.0)
    if framed:
        lines = [places.centres[i][0] for i in {"TB": entries, "BT": exits}.get(rankdir, [])]
        size, shift = _framed(size, _frame_title(graph, show), rankdir, lines)
    return Placed(graph, parts, edges, places, size, shift, entries, exits, sorted(loops), show)


def _framed(size, title, rankdir, lines):
    """The size with its frame, and how far that moves the middle of what is inside, (across, along).

    The title stands at the top left. Where `lines` come in there from above, it has their room, to the left of them.
    """
    title = _width(title, _TEXT, True) + 2 * _FRAME
    if lines:
        aside = max(0.0, title - min(lines))
        return (size[0] + 2 * max(_FRAME, aside), size[1] + _FRAME), (0.0, 0.0)
    down = _HEAD / 2
    wide, high = max(size[0] + 2 * _FRAME, title), size[1] + _HEAD + 2 * _FRAME
    return (wide, high), {"TB": (0.0, down), "BT": (0.0, -down), "LR": (down, 0.0), "RL": (down, 0.0)}[rankdir]


def _end(part, side, which):
    """How far across from the middle of a part its edges are fixed: at the ends of a nested model, else the middle."""
    if part.inner is None:
        return 0.0
    points = getattr(part.inner, side)
    if not points:
        return 0.0
    inner = part.inner.layout
    return inner.centres[points[min(which, len(points) - 1)]][0] - inner.across / 2 + part.inner.shift[0]


def _box_size(box, show):
    lines = [_width(box.title, _TITLE, True)]
    if show.names:
        lines.append(_width(box.name, _TEXT))
    labels = _label_width(box)
    lines += [labels + _width(text, _TEXT) for _, text in box.rows]
    below = _ROW * len(box.rows) + (0.07 if box.rows else 0.0)
    return max(0.8, max(lines) + 2 * _PAD), _HEAD + (_ROW if show.names else 0.0) + below


def _label_width(box):
    return max((_width(label, _TEXT) for label, _ in box.rows), default=0.0) + 0.09


def _frame_title(graph, show):
    return f"{graph.title}  {graph.name}" if show.names else graph.title


@functools.lru_cache(maxsize=4096)
def _width(text, size, bold=False):
    """The width of a text in inches, known before there is anything to draw it on."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import TextPath

    if not text.strip():
        return 0.0
    font = FontProperties(family="DejaVu Sans", size=size, weight="bold" if bold else "normal")
    return TextPath((0, 0), text.replace("$", "S"), prop=font).get_extents().x1 / 72


# Drawing --------------------------------------------------------------------------------------------------------------


def _draw(axes, placed, rankdir, middle, depth=0):
    """Draw a placed graph around the point `middle` of the page."""
    inside = _MAPS[rankdir](*placed.shift)

    def page(across, along):
        x, y = _MAPS[rankdir](across - placed.layout.across / 2, along - placed.layout.along / 2)
        return middle[0] + inside[0] + x, middle[1] + inside[1] + y

    ends = _ends_across(placed, rankdir)
    for number, (edge, count) in enumerate(placed.edges):
        _arrow(axes, placed, rankdir, page, number, edge, count, ends[number], depth)
    for node in placed.loops:
        _loop(axes, placed, rankdir, page, node, depth)
    for part, place in zip(placed.parts, placed.layout.centres, strict=True):
        at = page(*place)
        if part.inner is not None:
            _frame(axes, part, at, depth)
            _draw(axes, part.inner, rankdir, at, depth + 1)
        elif part.box is not None:
            _box(axes, part, at, placed.show, depth)


def _ends_across(placed, rankdir):
    """For each edge where it leaves and arrives, across: edges that share a side of a box are spread over it."""
    where = [[None, None] for _ in placed.edges]
    sides = {}
    for number, ((source, target, at_source, at_target), _) in enumerate(placed.edges):
        route, centres = placed.layout.routes[number], placed.layout.centres
        beyond = (route[0][0] if route else centres[target][0]), (route[-1][0] if route else centres[source][0])
        for end, (node, fixed) in enumerate([(source, at_source), (target, at_target)]):
            if placed.parts[node].inner is not None or placed.parts[node].box is None:
                where[number][end] = centres[node][0] + fixed
            else:
                side = end != placed.layout.backward[number]
                sides.setdefault((node, side), []).append((beyond[end], number, end))
    for (node, _), edges in sides.items():
        centre, edges = placed.layout.centres[node][0], sorted(edges)
        straight = [i for i, (beyond, _, _) in enumerate(edges) if abs(beyond - centre) < 0.02]
        zero = straight[0] if straight else (len(edges) - 1) / 2
        reach = max(zero, len(edges) - 1 - zero) or 1
        step = min(0.16, (_turned(placed.parts[node].size, rankdir)[0] / 2 - 0.08) / reach)
        for i, (_, number, end) in enumerate(edges):
            where[number][end] = centre + (i - zero) * step
    return where


def _arrow(axes, placed, rankdir, page, number, edge, count, ends, depth):
    from matplotlib.patches import PathPatch, Polygon
    from matplotlib.path import Path

    source, target, *_ = edge
    backward = placed.layout.backward[number]
    points, codes = [], []

    def to(across, along):
        if not points:
            points.append((across, along))
            codes.append(Path.MOVETO)
            return
        before = points[-1]
        if abs(across - before[0]) < 1e-6:
            if abs(along - before[1]) > 1e-6:
                points.append((across, along))
                codes.append(Path.LINETO)
            return
        half = (before[1] + along) / 2
        points.extend([(before[0], half), (across, half), (across, along)])
        codes.extend([Path.CURVE4] * 3)

    ranks, spans = placed.layout.ranks, placed.layout.spans
    out, into = (0, 1) if backward else (1, 0)
    arrives = placed.parts[target].box is not None and not (
        placed.parts[target].inner and placed.parts[target].inner.entries
    )
    ahead = -1 if backward else 1
    short = ahead * _HEAD_LONG if arrives else 0.0
    end = _side(placed, target, rankdir, into)
    to(ends[0], _side(placed, source, rankdir, out))
    to(ends[0], spans[ranks[source]][out])
    for across, *span in placed.layout.routes[number]:
        to(across, span[into])
        to(across, span[out])
    to(ends[1], spans[ranks[target]][into] - short)
    to(ends[1], end - short)
    style = {"edgecolor": _LINE, "zorder": 3 * depth + 1}
    line = Path([page(*p) for p in points], codes)
    axes.add_patch(PathPatch(line, fill=False, linewidth=0.8, linestyle="--" if backward else "-", **style))
    if arrives:
        base = end - short
        tip = [page(ends[1] - _HEAD_WIDE, base), page(ends[1] + _HEAD_WIDE, base), page(ends[1], end)]
        axes.add_patch(Polygon(tip, facecolor=_LINE, linewidth=0.4, **style))
    if count > 1:
        at = page(ends[1], end - 0.11 * ahead)
        _write(axes, at[0] + 0.05, at[1], f"\N{MULTIPLICATION SIGN}{count}", _TEXT, _LINE, depth, ha="left")


def _loop(axes, placed, rankdir, page, node, depth):
    """The edge of a layer that is applied to its own output: out of its side and back into it."""
    from matplotlib.patches import PathPatch, Polygon
    from matplotlib.path import Path

    across, along = placed.layout.centres[node]
    wide, deep = _turned(placed.parts[node].size, rankdir)
    side, far, up, down = across + wide / 2, across + wide / 2 + _LOOP, along - deep / 4, along + deep / 4
    base = side + _HEAD_LONG
    points = [page(*p) for p in [(side, down), (far, down), (far, up), (base, up)]]
    line = Path(points, [Path.MOVETO] + [Path.CURVE4] * 3)
    style = {"edgecolor": _LINE, "zorder": 3 * depth + 1}
    axes.add_patch(PathPatch(line, fill=False, linewidth=0.8, linestyle="--", **style))
    tip = [page(base, up - _HEAD_WIDE), page(base, up + _HEAD_WIDE), page(side, up)]
    axes.add_patch(Polygon(tip, facecolor=_LINE, linewidth=0.4, **style))


def _side(placed, node, rankdir, end):
    """Where along a part begins (0) or ends (1); in a nested model, where the edges inside it take over."""
    part, along = placed.parts[node], placed.layout.centres[node][1]
    if part.inner is not None and (part.inner.exits if end else part.inner.entries):
        inner = part.inner
        return along + inner.shift[1] * (-1 if rankdir == "BT" else 1) + (end - 0.5) * inner.layout.along
    return along + (end - 0.5) * _turned(part.size, rankdir)[1]


def _frame(axes, part, at, depth):
    wide, high = part.size
    dark, _ = _COLOURS["model"]
    left, top = at[0] - wide / 2, at[1] - high / 2
    _rounded(axes, left, top, wide, high, _FRAMED if depth % 2 == 0 else "#eef2f7", "#94a3b8", 3 * depth, "--")
    text = _frame_title(part.inner.graph, part.inner.show)
    _write(axes, left + _FRAME, top + _HEAD / 2 + 0.02, text, _TEXT, dark, depth + 0.5, bold=True, ha="left")


def _box(axes, part, at, show, depth):
    box, (wide, high) = part.box, part.size
    dark, light = _COLOURS[box.family]
    left, top = at[0] - wide / 2, at[1] - high / 2
    head = _HEAD + (_ROW if show.names else 0.0)
    border = "--" if box.frozen and show.trainable else "-"
    z = 3 * depth + 2
    _rounded(axes, left, top, wide, high, light, dark, z, border)
    if box.rows:
        _rounded(axes, left + 0.018, top + head, wide - 0.036, high - head - 0.018, "white", "none", z)
    _write(axes, at[0], top + _HEAD / 2, box.title, _TITLE, dark, depth, bold=True)
    if show.names:
        _write(axes, at[0], top + _HEAD + _ROW / 2 - 0.04, box.name, _TEXT, _LABEL, depth)
    labels = _label_width(box)
    for i, (label, text) in enumerate(box.rows):
        y = top + head + 0.025 + _ROW * (i + 0.5)
        _write(axes, left + _PAD, y, label, _TEXT, _LABEL, depth, ha="left")
        _write(axes, left + _PAD + labels, y, text, _TEXT, _INK, depth, ha="left")


def _rounded(axes, left, top, wide, high, fill, edge, zorder, linestyle="-"):
    from matplotlib.patches import FancyBboxPatch

    axes.add_patch(
        FancyBboxPatch(
            (left, top), wide, high, boxstyle="round,pad=0,rounding_size=0.035", facecolor=fill, edgecolor=edge,
            linewidth=0.8, linestyle=linestyle, zorder=zorder,
        )
    )  # fmt: skip


def _write(axes, x, y, text, size, colour, depth, bold=False, ha="center"):
    axes.text(
        x, y, text, fontsize=size, color=colour, ha=ha, va="center_baseline", zorder=3 * depth + 2.5,
        fontweight="bold" if bold else "normal", fontfamily="DejaVu Sans", parse_math=False,
    )  # fmt: skip
