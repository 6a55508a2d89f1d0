"""Models, weights, configurations and objects, written to files and read again. A file for each."""

from pipekeras.saving import configs, objects, savedmodel, weights, whole

FILES = (whole, weights, configs, savedmodel, objects)

__all__ = [*(name for file in FILES for name in file.__all__)]
globals().update({name: getattr(file, name) for file in FILES for name in file.__all__})
