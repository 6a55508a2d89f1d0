"""The picture of a fold: the series cut into stretches, and below them the batches, row by row, with their states."""

from pipekeras.errors import InvalidValueError
from pipekeras.pipe import Checked
from pipekeras.receivers import say
from pipekeras.sequences.cells import (
    PAPER,
    TEXT,
    bare,
    boxes,
    canvas,
    column_of,
    curve_name,
    draw_curve,
    finished,
    hatched,
    keys,
    number_rows,
    on,
)
from pipekeras.sequences.stretches import FoldPlan
from pipekeras.values import count

__all__: list[str] = []

_WIDTH = 0.74  # of a block, whose neighbours are 1 apart
_MOST = 12  # batches across
_BLOCKS = 600  # blocks of the series that are drawn one by one


@Checked
def draw_fold(fold, first=5, *, rows=6, series=None, ax=None, to_file=None, dpi=100):
    """Draw how a series is folded: cut into stretches above, laid into the rows of the batches below.

    Args:
        fold: a SequenceFold, as sequence_fold() gives.
        first: how many batches are drawn, from the first on; the last is drawn as well.
        rows: how many rows of the batches are drawn.
        series: the column that is drawn as a curve above, by name or number; None for the only one there is; False for
            none.
        ax: axes of a matplotlib figure to draw the batches on, without the series; None makes a figure of both.
        to_file: a file to save the picture in, such as "fold.png"; no window opens then.
        dpi: dots per inch of the file.

    Returns:
        The matplotlib Figure. A batch has the same colour above and below. Arrows show where the states at the end of a
        block are those that the block to its right begins with, rings where states begin at zero. What is hatched is
        padded, or left out.

    Raises:
        InvalidValueError: if an argument cannot be meant.

    Source: the lecture's slide on stateful RNNs, after "Generating input sequences".
    """
    where = "draw_fold"
    plan = getattr(fold, "plan", None)
    if not isinstance(plan, FoldPlan):
        raise InvalidValueError(f"{where} draws what sequence_fold() gives, it got {say(fold)}")
    batches = _some(count(first, "first", where, least=1), plan.batches, _MOST)
    lines = _some(count(rows, "rows", where, least=1), plan.batch_size, 40)
    column = column_of(where, fold.series.x, fold.series.labels, series)
    figure, axes = canvas(where, ax, 1.0 + 0.48 * len(lines) + (2.1 if ax is None else 0), to_file, dpi)
    if ax is None:
        axes.remove()
        above, axes = figure.subplots(2, 1, height_ratios=[1.6, 0.45 * len(lines) + 0.5])
        _draw_series(above, fold, column)
    _draw_batches(axes, fold, batches, lines)
    return finished(figure, to_file, dpi)


def _some(first, there, most):
    """The first of so many numbers, and the last."""
    first = min(first, most)
    return list(range(there)) if there <= first + 1 else [*range(first), there - 1]


def colour_of(batch, batches):
    """The colour of a batch: from dark to light, blue to yellow, which nearly everybody can tell apart."""
    from matplotlib import colormaps

    return colormaps["viridis"](0.12 + 0.83 * batch / max(1, batches - 1))


# The series -----------------------------------------------------------------------------------------------------------


def _draw_series(axes, fold, column):
    """The whole series as a bar in the colours of the batches, the stretches that it is cut into, and its curve."""
    plan, total = fold.plan, fold.data_rows
    bare(axes)
    axes.set_xlim(-0.5 - 0.01 * total, total - 0.5 + 0.01 * total)
    top = -1.7 if column is not None else -0.45
    axes.set_ylim(1.02, top - 0.35)
    boxes(axes, [(-0.5, total)], 0, 1, "left out", **_LEFT_OUT)
    if sum(-(-stretch.steps // plan.timesteps) for stretch in plan.stretches) <= _BLOCKS:
        _draw_blocks(axes, plan)
    else:
        _draw_shades(axes, plan, total)
    if column is not None:
        begins = [start for start, _ in fold.series.spans]
        draw_curve(axes, fold.series.x, column, (0, total), top, -0.55, begins=begins)
    edges = sorted({stretch.start - 0.5 for stretch in plan.stretches})
    if len(edges) <= 60:
        axes.vlines(edges, 1, -0.12, color="black", linewidth=1.3, gid="stretches")
    for stretch in plan.stretches:
        if stretch.steps > 0.07 * total:
            name = "" if fold.series.names is None else f": {_short(fold.series.names[stretch.series])}"
            middle = stretch.start + (stretch.steps - 1) / 2
            axes.text(
                middle, -0.08, f"row {stretch.row}{name}", ha="center", va="bottom", fontsize=8.5, color=TEXT, gid="row"
            )
    name = curve_name(column, fold.series.labels)
    axes.set_yticks(
        [0.5] if column is None else [0.5, (top - 0.55) / 2], ["folded"] if column is None else ["folded", name]
    )
    number_rows(axes, total)
    _legend(axes, fold)


def _draw_blocks(axes, plan):
    """A box for each block."""
    by_batch: dict = {}
    for stretch in plan.stretches:
        for block in range(-(-stretch.steps // plan.timesteps)):
            begin = block * plan.timesteps
            width = min(plan.timesteps, stretch.steps - begin)
            by_batch.setdefault(stretch.batch + block, []).append((stretch.start + begin - 0.5, width))
    edge = 0.8 if sum(map(len, by_batch.values())) <= 120 else 0
    for batch, spans in sorted(by_batch.items()):
        colour = colour_of(batch, plan.batches)
        boxes(axes, spans, 0, 1, f"batch {batch}", facecolor=colour, edgecolor=PAPER, linewidth=edge)


def _draw_shades(axes, plan, total):
    """The same where blocks are too fine to be seen: the batch of the row at each of some places."""
    import numpy as np

    at = np.linspace(0, total - 1, 1600).round().astype("int64")
    ordered = sorted(plan.stretches, key=lambda stretch: stretch.start)
    starts = np.array([stretch.start for stretch in ordered])
    place = np.clip(np.searchsorted(starts, at, side="right") - 1, 0, None)
    inside = at - starts[place]
    steps, begins = (np.array([getattr(s, name) for s in ordered])[place] for name in ("steps", "batch"))
    batch = begins + inside // plan.timesteps
    shades = np.array([colour_of(one, plan.batches) for one in batch.tolist()])
    shades[(inside < 0) | (inside >= steps), 3] = 0
    image = axes.imshow(
        shades[None], extent=(-0.5, total - 0.5, 1, 0), aspect="auto", interpolation="nearest", zorder=1.5
    )
    image.set_gid("batches")


def _legend(axes, fold):
    from matplotlib.lines import Line2D

    entries = [
        Line2D([], [], color=TEXT, marker=">", markersize=5, linewidth=1.4, label="states pass on"),
        Line2D([], [], linestyle="", marker="o", markersize=6.5, label="states begin at zero", **_RING),
    ]
    if fold.padded:
        entries.append(("padding", hatched()))
    if fold.data_rows > fold.plan.folded:
        out = fold.data_rows - fold.plan.folded
        entries.append((f"left out: {out} row{'s' * (out != 1)}", _LEFT_OUT))
    keys(axes, entries)


_LEFT_OUT = {"facecolor": "#e4e4e4", "edgecolor": "#e4e4e4", "linewidth": 0}
_RING = {"markerfacecolor": PAPER, "markeredgecolor": "#D55E00", "markeredgewidth": 1.6}

# The batches ----------------------------------------------------------------------------------------------------------


def _draw_batches(axes, fold, batches, lines):
    plan = fold.plan
    places = {
        batch: place + (place > 0 and batch > batches[place - 1] + 1) * 0.5 for place, batch in enumerate(batches)
    }
    heights = {row: place + (place > 0 and row > lines[place - 1] + 1) * 0.6 for place, row in enumerate(lines)}
    bare(axes)
    axes.spines["bottom"].set_visible(False)
    axes.tick_params(axis="x", length=0)
    for batch, left in places.items():
        starts, real = plan.at(batch)
        begins = fold.resets(batch)
        for row, height in heights.items():
            _block(axes, fold, batch, left, height, int(starts[row]), int(real[row]))
            if begins is not None and begins[row] and real[row]:
                axes.plot(
                    left - 0.13, height, "o", markersize=6.5, gid="zero", zorder=4, clip_on=False, **_RING
                )  # fmt: skip
            elif batch > 0 and real[row]:
                from_ = left - 1 + _WIDTH if batch - 1 in places else left - 0.36
                _arrow(axes, from_, left, height)
    axes.set_xlim(-0.3, places[batches[-1]] + _WIDTH + 0.1)
    axes.set_ylim(heights[lines[-1]] + 0.5, -0.5)
    axes.xaxis.tick_top()
    across = {f"batch {batch}": left + _WIDTH / 2 for batch, left in places.items()}
    if batches[-1] > len(batches) - 1:
        across["..."] = places[batches[-1]] - 0.51
    down = {f"row {row}": height for row, height in heights.items()}
    if lines[-1] > len(lines) - 1:
        down["..."] = heights[lines[-1]] - 0.8
    axes.set_xticks(list(across.values()), list(across))
    axes.set_yticks(list(down.values()), list(down))


def _block(axes, fold, batch, left, height, start, real):
    """A block: its colour as far as it has rows, the rows in it as text."""
    timesteps = fold.plan.timesteps
    low, high = height - 0.34, height + 0.34
    share = _WIDTH * real / timesteps
    colour = colour_of(batch, fold.plan.batches)
    if real:
        boxes(axes, [(left, share)], low, high, "block", facecolor=colour, edgecolor=PAPER, linewidth=0)
    if real < timesteps:
        boxes(axes, [(left + share, _WIDTH - share)], low, high, "padding", **hatched())
    if not real:
        return
    text = f"{start}" if real == 1 else f"{start}–{start + real - 1}"
    if fold.series.names is not None:
        text = f"{_name_at(fold, start)}\n{text}"
    room = share > 0.5 * _WIDTH
    box = None if room else {"facecolor": PAPER, "edgecolor": "none", "pad": 0.8}
    axes.text(
        left + (share if room else _WIDTH) / 2, height, text, ha="center", va="center", fontsize=8,
        color=on(colour[:3]) if room else TEXT, bbox=box, gid="rows", linespacing=1.0, zorder=3,
    )  # fmt: skip


def _name_at(fold, row):
    """The id of the series that a row of the data belongs to."""
    for stretch in fold.plan.stretches:
        if stretch.start <= row < stretch.start + stretch.steps:
            return _short(fold.series.names[stretch.series])
    return ""


def _short(name):
    """The id of a series, no longer than fits."""
    return str(name) if len(str(name)) <= 12 else str(name)[:11] + "…"


def _arrow(axes, begin, end, height):
    axes.annotate(
        "", (end, height), (begin, height), gid="state",
        arrowprops={"arrowstyle": "-|>", "color": TEXT, "linewidth": 1.4, "shrinkA": 0, "shrinkB": 0},
    )  # fmt: skip
