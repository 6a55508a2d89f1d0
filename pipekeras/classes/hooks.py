"""The hooks of callbacks: what they are called with, and what they may return.

Epochs and batches count from 0. A dict that a hook returns is merged into the logs, so that callbacks after it see the
values, and those of an epoch stand in the history.
"""

import functools

from pipekeras.classes.kinds import HOOKS
from pipekeras.classes.members import positional, say
from pipekeras.errors import ArgumentError, InvalidValueError

SAME = {"on_batch_begin": "on_train_batch_begin", "on_batch_end": "on_train_batch_end"}  # by their names in 2.x


def refuse_both(names, where):
    """Raise if a hook is there under both of its names: Keras would only call one."""
    for old, new in SAME.items():
        if old in names and new in names:
            raise ArgumentError(f"{where}: {old} and {new} are the same moment, the first by its name in 2.x: give one")


def refuse_other_arguments(function, name, where, self=0):
    """Raise if a hook cannot be called with what it is about to be called with."""
    if not callable(function):
        raise InvalidValueError(f"{where}: {name} must be a function, it got {function!r}")
    least, most = positional(function)
    if not least <= len(HOOKS[name]) + self <= most:
        given = ", ".join([*["self"] * self, *HOOKS[name]])
        raise ArgumentError(f"{where}: {name} is called with ({given}), and the function is another: {say(function)}")


def merging(function, name, self=0):
    """A hook as Keras calls it, whatever the function names its arguments; what it returns goes into the logs."""
    count = self + len(HOOKS[name]) - 1  # what comes before the logs

    @functools.wraps(function)
    def hook(*args, logs=None):
        logs = args[count] if len(args) > count else logs
        returned = function(*args[:count], logs)
        if isinstance(returned, dict) and isinstance(logs, dict) and returned is not logs:
            logs.update(returned)

    return hook
