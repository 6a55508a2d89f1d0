"""Images: loaded, resized and saved; changed at random and fed to models in batches. A file for each."""

from pipekeras.images import flows, generator, pictures, resizing

FILES = (pictures, resizing, generator, flows)

__all__ = [*(name for file in FILES for name in file.__all__)]
globals().update({name: getattr(file, name) for file in FILES for name in file.__all__})
