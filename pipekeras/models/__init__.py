"""Models: building, training, looking at, and the weights they hold. A file for each."""

from pipekeras.models import build, structure, weights

FILES = (build, weights, structure)

__all__ = [*(name for file in FILES for name in file.__all__)]
globals().update({name: getattr(file, name) for file in FILES for name in file.__all__})
