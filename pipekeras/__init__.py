"""R's Keras, in Python: the functions of the R packages keras and keras3, chained with `>>`, over plain Keras 3.

    from pipekeras import *

    model = keras_model_sequential(input_shape=(None, 1)) >> layer_gru(10) >> layer_dense(1)
    model >> compile(optimizer="rmsprop", loss="mae")
    history = model >> fit(x, y, epochs=20)
    plot(history)

Importing this package imports neither Keras nor a backend; the first call that needs them does.
"""

from pipekeras import arrays, constraints, datasets, errors, initializers, layers, models, regularizers, session
from pipekeras.pipe import Chain, pipe, verb

__version__ = "0.1.0"

# Family by family, in the order of the reference.
FAMILIES = (layers, models, initializers, regularizers, constraints, arrays, datasets, session)

_PIPE = ["pipe", "verb", "Chain"]
_ERRORS = [
    "PipekerasError",
    "PipeError",
    "ArgumentError",
    "InvalidValueError",
    "ShapeError",
    "DataError",
    "UnavailableError",
]

globals().update({name: getattr(family, name) for family in FAMILIES for name in family.__all__})
globals().update({name: getattr(errors, name) for name in _ERRORS})

__all__ = [*_PIPE, *(name for family in FAMILIES for name in family.__all__), *_ERRORS]
