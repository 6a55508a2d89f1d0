"""New figures that are seen once, wherever they are made: in a notebook, in a script, with or without a display."""

import functools


def new_figure(size, dpi=None, shown=True):
    """An empty matplotlib figure, `size` in inches.

    With `shown` it is one of pyplot's: `plt.show()` shows it, and a notebook does so when the cell has run.
    """
    if shown:
        import matplotlib.pyplot as plt

        try:
            figure = plt.figure(figsize=size, dpi=dpi)
        except Exception:  # windows were asked for and there is no display: each toolkit has an error of its own
            pass
        else:
            figure._ipython_display_ = functools.partial(_once, figure)  # what IPython asks before it shows a value
            return figure
    from matplotlib.figure import Figure

    return Figure(figsize=size, dpi=dpi)


def _once(figure):
    """Let IPython show the figure, as the value of a cell or since the cell has run, and not do so again after that."""
    import matplotlib.pyplot as plt

    if "inline" in plt.get_backend():
        plt.close(figure)
    raise NotImplementedError  # to IPython: go on and show it as any figure
