"""Warnings that point at the user's line, however many of our functions lie between."""

import sys
import warnings
from pathlib import Path

__all__: list[str] = []

_PACKAGE = str(Path(__file__).parents[1] / "_")[:-1]  # ends in the separator, so that no pipekeras-demo is meant


def warn(text, kind=UserWarning):
    """Warn at the line outside of pipekeras from which all this was called."""
    level, frame = 1, sys._getframe(0)
    while frame is not None and frame.f_code.co_filename.startswith(_PACKAGE):
        level, frame = level + 1, frame.f_back
    warnings.warn(text, kind, stacklevel=level)


def deprecated(name, instead):
    """Warn that a function is of 2.x."""
    warn(f"{name}() is of R keras 2.x: use {instead}", DeprecationWarning)
