"""Models: building, training, looking at, and the weights they hold. A file for each."""

from pipekeras.models import build, compiling, evaluation, history, plot, structure, summary, train, weights

FILES = (build, compiling, train, evaluation, history, plot, summary, weights, structure)

__all__ = [*(name for file in FILES for name in file.__all__)]
globals().update({name: getattr(file, name) for file in FILES for name in file.__all__})
