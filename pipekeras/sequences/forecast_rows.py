"""Which rows ahead a model's outputs are, and in which order they make a forecast: arithmetic alone.

Rows are counted from the last row of a window: 1 is the row after it. What a model puts out for a window is an array of
(steps of the window, steps ahead): with per-step targets step j from the end of the window, whose own row is
`-j * rate`, predicts the rows `-j * rate + ahead`; else there is the last step alone, j = 0.
"""

from bisect import bisect_left

__all__: list[str] = []


def layout(shape, row_shape, per_step):
    """(steps of the window, steps ahead) in an output of shape (batch, ...); None if it does not hold such rows.

    Args:
        shape: the output's, without the batch.
        row_shape: of a row of the targets: (columns,), or that of an image.
        per_step: whether its first axis is time.
    """
    if per_step and not shape:
        return None
    back, rest = (shape[0], shape[1:]) if per_step else (1, shape)
    if rest == row_shape or (row_shape == (1,) and rest == ()):
        return back, 1
    if rest[1:] == row_shape or (row_shape == (1,) and len(rest) == 1):
        return back, rest[0]
    return None


def places(ahead, back=1, rate=1):
    """{rows after the window: (steps from its end, number among the steps ahead)}: where each is predicted.

    Args:
        ahead: the rows that a step predicts, counted from its own.
        back: how many steps of the window predict, the last and those before it.
        rate: rows from one step of the window to the next.

    Returns:
        For each row after the window the output of the latest step that predicts it, which has seen most.
    """
    found: dict = {}
    for j in range(back):
        for number, rows in enumerate(ahead):
            if rows - j * rate >= 1:
                found.setdefault(rows - j * rate, (j, number))
    return found


def at_once(found):
    """How many rows after the window are predicted without one missing between: 1, 2, ..."""
    rows = 0
    while rows + 1 in found:
        rows += 1
    return rows


def nearest(found, steps):
    """For each step 1 to `steps` after the end the rows ahead with which it is predicted; None if that is impossible.

    Step k is predicted `ahead` rows after the last row of a window that ends `ahead - k` rows before the end of the
    series: the fewest rows ahead for which that window is there.
    """
    known = sorted(found)
    if not known or steps > known[-1]:
        return None
    return [known[bisect_left(known, step)] for step in range(1, steps + 1)]


def blocks(rows, length):
    """(begin, end) of consecutive blocks of `length` that end with the last row; the first takes what is over."""
    over = rows % length
    ends = range(over, rows + 1, length)
    first = [(0, over)] if over else []
    return first + [(end, end + length) for end in ends[:-1]]
