"""Classes of one's own: Layer, Model, Loss, Metric, Callback, Constraint, new_*_class, and the ways of 2.x."""

from pipekeras.classes import makers, old
from pipekeras.classes.members import active_property, mark_active

FILES = (makers, old)

__all__ = ["active_property", "mark_active", *(name for file in FILES for name in file.__all__)]
globals().update({name: getattr(file, name) for file in FILES for name in file.__all__})
