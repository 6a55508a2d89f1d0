"""The errors pipekeras raises, in one tree.

    PipekerasError
    ├── PipeError        (TypeError)   something that cannot be piped, or piped there
    ├── ArgumentError    (TypeError)   an unknown, missing or repeated argument
    ├── InvalidValueError (ValueError) an argument whose value cannot be meant
    ├── ShapeError       (ValueError)  a tensor whose shape a layer or model cannot take
    ├── DataError        (ValueError)  data that cannot be used, or cannot be had
    └── UnavailableError (NotImplementedError) a name that Keras 3 can no longer do

Each is also the built-in error that plain Python code would expect, so `except ValueError` keeps working. A message
says what happened, with the user's own values, and then what to do about it.
"""

from difflib import get_close_matches


class PipekerasError(Exception):
    """The root: catches everything that pipekeras itself raises."""


class PipeError(PipekerasError, TypeError):
    """Something stands beside `>>` that cannot stand there."""


class ArgumentError(PipekerasError, TypeError):
    """A call has an argument too many, too few, or under a name that does not exist."""


class InvalidValueError(PipekerasError, ValueError):
    """An argument's value is not one that the function can use."""


class ShapeError(PipekerasError, ValueError):
    """A tensor has a shape that the layer or model it meets cannot take."""


class DataError(PipekerasError, ValueError):
    """Data that cannot be used, or cannot be had."""


class UnavailableError(PipekerasError, NotImplementedError):
    """R has the name, Keras 3 has nothing behind it; the message names what to use instead."""


def did_you_mean(word, known):
    """The known name that `word` most likely stands for, or None.

    R accepts an argument's name cut short (`filter=` for `filters=`), so a unique beginning counts first; then
    spelling.
    """
    word, known = str(word), list(known)
    lower = word.lower()
    begins = [name for name in known if name == lower] or [name for name in known if name.startswith(lower)]
    if word and begins:
        return min(begins, key=len)
    close = get_close_matches(word, known, n=1, cutoff=0.6) or get_close_matches(lower, known, n=1, cutoff=0.6)
    return close[0] if close else None


def suggestion(word, known, *, quote="", otherwise=""):
    """`"; did you mean epochs?"`, the name in `quote`s, or `otherwise` where nothing is near."""
    near = did_you_mean(word, known)
    return f"; did you mean {quote}{near}{quote}?" if near else otherwise
