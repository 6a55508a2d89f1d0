"""The only door to Keras and the backends. It opens on first use: importing pipekeras costs neither.

`from pipekeras._keras import keras` gives a stand-in whose attributes are Keras's own; the first one that is asked for
imports Keras. Opening also teaches Keras layers the pipe (see `pipe.teach`), so that layers and models made by hand
with Keras can be piped like ours. If the user imports Keras on their own, before or after pipekeras, that happens as
well.
"""

import importlib
import importlib.util
import sys
from typing import TYPE_CHECKING


class _Door:
    """Keras, imported when an attribute of it is first asked for."""

    def __getattr__(self, name):
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
    """An import hook that lets the import of Keras run its course, and then acts once."""

    def __init__(self, action):
        self.action = action

    def find_spec(self, fullname, path=None, target=None):
        if fullname != "keras":
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec("keras")
        if spec is not None and spec.loader is not None:
            run, action = spec.loader.exec_module, self.action

            def exec_module(module):
                run(module)
                action()

            spec.loader.exec_module = exec_module
        return spec
