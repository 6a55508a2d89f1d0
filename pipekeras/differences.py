"""Where pipekeras is not R, name by name, each with its reason: the one list. `pipekeras api` shows it.

Whatever is not listed here has R's arguments under R's names; a test compares every name of both packages with R's
formals, and holds every line of this list against the code, so that none outlives what it tells of. Defaults and orders
of arguments are not listed: coverage.py reads them off the signatures.
"""

# What holds for every function that has such an argument.
BY_ARGUMENT = {
    "axis": "axes count from 0",
    "axes": "axes count from 0",
    "axis1": "axes count from 0",
    "axis2": "axes count from 0",
    "zero_indexed": "indices always count from 0: zero_indexed=True may be given, False is an error",
}

# Why defaults and orders differ, wherever they do.
DEFAULTS = "only arguments that are given are handed on, so the default is that of Keras, or keras3's where it has one"
ORDER = "where the packages disagree on the order of arguments, keras3's holds; by name both work"

# What R writes with signs that Python has not: {R's name: (what is written here, what it is)}.
SYNTAX = {
    "%>%": (">>", "the pipe"),
    "%<>%": ("x = x >> f()", "Python has no assignment through the pipe"),
    "%<-%": ("(a, b) = value", "Python unpacks by itself; what dataset_*() return can be unpacked as in R"),
    "%<-active%": ("@property", "a property of a class; active_property() in the *_class functions"),
    "%as%": ("with context as name:", "Python's own statement"),
    "%py_class%": ("class Name(Base):", "Python's own statement"),
    ".": ("_", "Python unpacks by itself: (a, _) = value"),
    "op_subset<-": ("op_subset_set(x, ..., value)", "the value is returned: x = op_subset_set(x, ..., value)"),
}

# Names that make sense inside R alone. They exist, and do what the text says.
R_ONLY = {}

# Names that exist and raise UnavailableError, since Keras 3 has nothing behind them.
UNAVAILABLE = {
    "layer_dense_features": "TensorFlow's feature columns are gone: layer_feature_space()",
}

# Arguments of R that a function has not: {function: {argument: why}}.
ARGUMENTS = {
    "layer_dense_features": {"*": "nothing is behind the name"},
}

# What a function does otherwise than R's: {function: what}.
MEANING = {}

# Names that are attributes of pipekeras but no part of `from pipekeras import *`, since they would hide Python's own.
ATTRIBUTES = {}
