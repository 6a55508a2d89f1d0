"""Verbs on data: functions of an array, a list, a data frame or a tensor, called directly or behind the pipe.

array_reshape(x, (60000, 784))      x >> array_reshape((60000, 784))
"""

import numbers

from pipekeras.pipe import Call, Verb


def is_data(value):
    """Whether `value` can be what these functions apply to: anything but a single number, text or None."""
    return value is not None and not isinstance(value, (numbers.Number, str, bytes))


class DataVerb(Verb):
    """A verb on data. Lists and tuples may be its data or its arguments: it runs once all it requires is there."""

    def __init__(self, function, old=()):
        super().__init__(function, is_data, wants="an array, a list, a data frame or a tensor")
        self.old = dict(old)

    def __call__(self, *args, **kwargs):
        kwargs = {self.old.get(name, name): value for name, value in kwargs.items()}
        if args and self._names[0] not in kwargs and self._lacks_something(args, kwargs):
            self._check((None, *args), kwargs)
            return Call(self, args, kwargs)
        return super().__call__(*args, **kwargs)

    def _lacks_something(self, args, kwargs):
        if getattr(args[0], "ndim", 1) > 1:  # that is data for sure: what is lacking is an error
            return False
        required = [p.name for p in self._signature.parameters.values() if p.default is p.empty]
        return any(name not in kwargs for name in required[len(args) :])


def data_verb(**differs):
    """Make a function of data pipeable; `old` tells the names its arguments had in 2.x."""
    return lambda function: DataVerb(function, **differs)
