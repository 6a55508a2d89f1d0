"""The only door to Keras and the backends. It opens on first use: importing pipekeras costs neither.

`from pipekeras._keras import keras` gives a stand-in whose attributes are Keras's own; the first one that is asked for
imports Keras. Opening also teaches Keras layers the pipe (see `pipe.teach`), so that layers and models made by hand
with Keras can be piped like ours. If the user imports Keras on their own, before or after pipekeras, that happens as
well.
"""

import functools
import importlib
import importlib.util
import sys
from typing import TYPE_CHECKING


class _Door:
    """Keras, imported when an attribute of it is first asked for."""

    def __getattr__(self, name):
        if (
            name.startswith("__") and name != "__version__"
        ):  # somebody inspects the door; that is not yet a use of Keras
            raise AttributeError(name)
        module = importlib.import_module("keras")
        value = getattr(module, name)
        setattr(self, name, value)
        return value

    def __repr__(self):
        return "<keras, opened on first use by pipekeras>"


if TYPE_CHECKING:
    import keras
else:
    keras = _Door()


def is_open():
    """Whether Keras is already imported, by anybody. Where it is not, no value can be a Keras object."""
    module = sys.modules.get("keras")
    # While Keras is still importing itself it is in sys.modules, but has no layers yet.
    return module is not None and hasattr(module, "layers") and hasattr(module, "Sequential")


def when_opened(action):
    """Call `action()` once Keras is imported: now if it is, else right after whoever imports it."""
    if is_open():
        action()
    else:
        sys.meta_path.insert(0, _AfterKeras(action))


class _AfterKeras:
    """An import hook that lets the import of Keras run its course, and then acts once.

    It stays until Keras has really been imported: libraries look for Keras without importing it, and imports fail.
    """

    def __init__(self, action):
        self.action, self.looking = action, False

    def find_spec(self, fullname, path=None, target=None):
        if fullname != "keras" or self.looking:
            return None
        self.looking = True
        try:
            spec = importlib.util.find_spec("keras")
        finally:
            self.looking = False
        if spec is not None and spec.loader is not None:
            spec.loader.exec_module = functools.partial(self._exec, spec.loader.exec_module)
        return spec

    def _exec(self, run, module):
        run(module)
        if self in sys.meta_path:
            sys.meta_path.remove(self)
            self.action()
