"""What the pictures of series are made of: rows as cells on a line, the series as a curve above, and a frame around.

A row r of the data is drawn from r - 0.5 to r + 0.5. Lines of cells stand one below the other, at heights 0, 1, 2 ...
"""

from dataclasses import dataclass

from pipekeras.errors import InvalidValueError, suggestion
from pipekeras.figures import new_figure
from pipekeras.receivers import say
from pipekeras.sequences import gather
from pipekeras.values import is_bool, number, whole

__all__: list[str] = []

# Of the palette of Okabe and Ito, which can be told apart by nearly everybody.
INPUT, TARGET = "#0072B2", "#D55E00"
QUIET, TEXT, PAPER = "#7f7f7f", "#333333", "white"
_SINGLE = 64  # rows across up to which each is a cell of its own
_STRIPES = 400  # rows across up to which single rows can still be seen
_SEEN = 250  # bars across that can be told apart
_POINTS = 2000  # of a curve
_READ = 1_000_000  # rows of an array that are read for a curve

# The frame ------------------------------------------------------------------------------------------------------------


def canvas(where, ax, height, to_file, dpi):
    """(figure, axes) to draw on: a new figure, 8 inches wide, or what the user gave."""
    dots = number(dpi, "dpi", where)
    if not dots > 0:
        raise InvalidValueError(f"{where}: dpi must be a number above 0, it got {dpi!r}")
    if ax is not None:
        if not hasattr(ax, "add_collection"):
            raise InvalidValueError(f"{where}: ax must be the axes of a matplotlib figure, it got {say(ax)}")
        return ax.figure, ax
    figure = new_figure((8.0, height), shown=to_file is None)
    figure.set_layout_engine("constrained")
    return figure, figure.add_subplot()


def finished(figure, to_file, dpi):
    """The figure, saved in a file if there is to be one."""
    if to_file is not None:
        figure.savefig(to_file, dpi=dpi)
    return figure


def bare(axes):
    """No frame but the line of the rows below."""
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(QUIET)
    axes.tick_params(axis="y", length=0, labelsize=9, labelcolor=TEXT)
    axes.tick_params(axis="x", color=QUIET, labelsize=9, labelcolor=TEXT)


def number_rows(axes, total, times=None):
    """The numbers of the data's `total` rows along the bottom, and below them their times where they have any."""
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    from pipekeras.sequences.describe import time_texts

    def label(value, _):
        row = round(value)
        if not 0 <= row < total:
            return ""
        return str(row) if times is None else f"{row}\n{time_texts(times[[row]])[0]}"

    axes.xaxis.set_major_locator(MaxNLocator(nbins=9 if times is None else 6, integer=True, min_n_ticks=1))
    axes.xaxis.set_major_formatter(FuncFormatter(label))
    text = "row of the series" if times is None else "row of the series, and its time"
    axes.set_xlabel(text, fontsize=10, color=TEXT)


def keys(axes, entries):
    """A legend above the picture: (label, what patches take) each."""
    from matplotlib.patches import Patch

    handles = [entry if hasattr(entry, "get_label") else Patch(label=entry[0], **entry[1]) for entry in entries]
    axes.legend(
        handles=handles, loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=len(handles), frameon=False, fontsize=9,
        handlelength=1.4, handleheight=1.0, columnspacing=1.6, borderaxespad=0.2, labelcolor=TEXT,
    )  # fmt: skip


def filled(colour):
    """A cell in a colour."""
    return {"facecolor": colour, "edgecolor": PAPER, "linewidth": 1.0}


def hatched(colour=QUIET):
    """A cell for padding."""
    return {"facecolor": PAPER, "edgecolor": colour, "hatch": "////", "linewidth": 0.8}


def on(colour):
    """The colour of text that can be read on a colour."""
    from matplotlib.colors import to_rgb

    red, green, blue = to_rgb(colour)
    return PAPER if 0.299 * red + 0.587 * green + 0.114 * blue < 0.6 else "black"


# Cells ----------------------------------------------------------------------------------------------------------------


def runs(rows):
    """(first, length) of each run of consecutive numbers in a sorted array without repeats."""
    import numpy as np

    if not len(rows):
        return np.empty((0, 2), "int64")
    cuts = np.flatnonzero(np.diff(rows) != 1) + 1
    firsts = np.concatenate([[0], cuts])
    return np.stack([rows[firsts], np.diff(np.concatenate([firsts, [len(rows)]]))], axis=1)


def bars(rows, across):
    """(left, width) of what is drawn for rows (sorted): cells, or if many rows stand across the picture whole bars."""
    import numpy as np

    if across <= _SINGLE:
        return np.stack([rows - 0.5, np.ones(len(rows))], axis=1)
    found = runs(rows)
    left, width = found[:, 0] - 0.5, found[:, 1].astype(float)
    if across <= _STRIPES:
        return np.stack([left, width], axis=1)
    steps = np.diff(rows)
    if len(rows) > 8 and (steps == steps[0]).all():  # evenly thinned out, too finely to be seen
        return np.array([[rows[0] - 0.5, rows[-1] - rows[0] + 1]], float)
    least = across / _SEEN
    grown = np.maximum(width, least)
    return np.stack([left - (grown - width) / 2, grown], axis=1)


def boxes(axes, spans, low, high, name, **look):
    """Draw rectangles, (left, width) each, between two heights; `name` tells what they are."""
    from matplotlib.collections import PolyCollection

    corners = [[(x, low), (x, high), (x + width, high), (x + width, low)] for x, width in spans]
    result = PolyCollection(corners, gid=name, **look)
    axes.add_collection(result, autolim=False)
    return result


def write(axes, rows, values, height, colour, size=8):
    """Write values in their cells."""
    for row, value in zip(rows, values, strict=True):
        axes.text(row, height, str(value), ha="center", va="center_baseline", fontsize=size, color=colour, gid="value")


# Lines of cells -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Line:
    """One line of a picture: the rows of a window or block, of its targets, and of what is not there of both."""

    label: str
    inputs: object
    targets: object
    no_inputs: object
    no_targets: object

    @property
    def rows(self):
        """All rows that it has, in order."""
        import numpy as np

        return np.unique(np.concatenate([self.inputs, self.targets, self.no_inputs, self.no_targets]))

    @property
    def shares(self):
        """Whether a row is both an input and a target."""
        import numpy as np

        own, later = np.concatenate([self.inputs, self.no_inputs]), np.concatenate([self.targets, self.no_targets])
        return bool(np.intersect1d(own, later).size)


def draw_lines(axes, lines, short=None):
    """Draw lines of cells, inputs above targets where a row is both, and join the last input to the first target.

    Args:
        axes: where to.
        lines: `Line`s, from the top down.
        short: None, or a function of rows and "x" or "y" that gives their values as short texts, to be written in the
            cells.

    Returns:
        (first row, last row) that were drawn.
    """
    begin, end = min(line.rows[0] for line in lines), max(line.rows[-1] for line in lines)
    across = end - begin + 1
    shares = any(line.shares for line in lines)
    single = across <= _SINGLE
    for height, line in enumerate(lines):
        top, middle, bottom = height - 0.38, height, height + 0.38
        upper, lower = (top, middle) if shares else (top, bottom), (middle, bottom) if shares else (top, bottom)
        for name, rows, lost, (low, high), colour in (
            ("x", line.inputs, line.no_inputs, upper, INPUT),
            ("y", line.targets, line.no_targets, lower, TARGET),
        ):
            look = filled(colour) if single else {**filled(colour), "linewidth": 0}
            kind = "inputs" if name == "x" else "targets"
            if len(rows):
                boxes(axes, bars(rows, across), low, high, kind, **look)
            if len(lost):
                boxes(axes, bars(lost, across), low, high, f"padded {kind}", **hatched(colour))
            if short is not None and single and across <= 40:
                write(axes, rows, short(rows, name), (low + high) / 2, on(colour), size=7.5 if shares else 8)
        if not shares:
            _join(axes, line, height)
    return begin, end


def _join(axes, line, height):
    """A thin line over the rows between the last step of a window and its first target."""
    import numpy as np

    own, later = np.concatenate([line.inputs, line.no_inputs]), np.concatenate([line.targets, line.no_targets])
    if len(own) and len(later) and later.min() > own.max() + 1:
        axes.plot(
            [own.max() + 0.5, later.min() - 0.5], [height] * 2, color=QUIET, linewidth=1, linestyle=":", gid="between"
        )


# The series -----------------------------------------------------------------------------------------------------------


def column_of(where, x, labels, wanted):
    """The number of the column that is drawn as a curve, or None.

    Args:
        where: the function that was called.
        x: the data, (rows,), (rows, features) or (rows, ...).
        labels: the names of its columns, or None.
        wanted: None for the only column there is; a name or number; False for none.
    """
    if is_bool(wanted) and not wanted:
        return None
    if wanted is None:
        return 0 if len(x.shape) == 1 or tuple(x.shape[1:]) == (1,) else None
    if len(x.shape) > 2:
        raise InvalidValueError(f"{where}: series={wanted!r}, but a row of the data has shape {tuple(x.shape[1:])}")
    width = 1 if len(x.shape) == 1 else x.shape[1]
    labels = list(labels) if labels is not None else []
    if wanted in labels:
        return labels.index(wanted)
    if isinstance(wanted, str):
        near = suggestion(wanted, map(str, labels), quote='"')
        raise InvalidValueError(f'{where}: the data has no column "{wanted}" to draw{near}')
    place = whole(wanted, "series", where)
    if not -width <= place < width:
        raise InvalidValueError(f"{where}: series={place}, but the data has the columns 0 to {width - 1}")
    return place % width


def curve_name(column, labels):
    """What the curve is called, or None where there is none."""
    if column is None:
        return None
    text = "series" if labels is None else str(labels[column])
    return text if len(text) <= 16 else text[:15] + "…"


def values_of(x, rows, column):
    """The values of a column at rows."""
    values = gather.take(x, rows)
    return values if values.ndim == 1 else values[:, column]


def draw_curve(axes, x, column, rows, top, bottom, real=None, begins=()):
    """Draw a column of the data between two heights, over the rows (first, end), anew from each of `begins`."""
    import numpy as np

    begin, end = max(0, rows[0]), min(len(x), rows[1])
    if begin >= end:
        return None
    at = _rows_of_curve(x, column, begin, end, real)
    values = np.asarray(values_of(x, at, column), "float64")
    there = np.isfinite(values)
    if real is not None:
        there &= real[at]
    if not there.any():
        return None
    low, high = values[there].min(), values[there].max()
    share = (values - low) / (high - low) if high > low else np.full(len(values), 0.5)
    heights = np.where(there, bottom + share * (top - bottom), np.nan)
    mark = "o" if len(at) <= _SINGLE else ""
    places = np.unique(np.searchsorted(at, begins))
    places = places[(places > 0) & (places < len(at))]
    at, heights = np.insert(at.astype(float), places, at[places] - 0.5), np.insert(heights, places, np.nan)
    (line,) = axes.plot(at, heights, color="#4d4d4d", linewidth=1.2, marker=mark, markersize=3, gid="series")
    return line


def _rows_of_curve(x, column, begin, end, real):
    """The rows between which a curve is drawn: of many the lowest and highest of each stretch, lest a spike be lost."""
    import numpy as np

    if not gather.is_array(x) or not _POINTS < end - begin <= _READ:
        return np.unique(np.linspace(begin, end - 1, min(end - begin, _POINTS)).round().astype("int64"))
    stretch = -(-(end - begin) // (_POINTS // 2))
    values = np.asarray(values_of(x, np.arange(begin, end), column), "float64")
    if real is not None:
        values = np.where(real[begin:end], values, np.nan)
    values = np.append(values, np.full(-len(values) % stretch, np.nan)).reshape(-1, stretch)
    there = np.isfinite(values)
    starts = begin + stretch * np.arange(len(values))
    lowest = starts + np.where(there, values, np.inf).argmin(axis=1)
    highest = starts + np.where(there, values, -np.inf).argmax(axis=1)
    return np.unique(np.concatenate([[begin, end - 1], lowest, highest]))


def whole_texts(values):
    """Values as short texts for cells, or None if they are not whole or too long for that."""
    import numpy as np

    values = np.asarray(values)
    if values.dtype.kind not in "biuf" or not np.isfinite(values).all() or (values != np.round(values)).any():
        return None
    texts = [f"{value:.0f}" for value in values.astype("float64").tolist()]
    return texts if max(map(len, texts), default=0) <= 3 else None
