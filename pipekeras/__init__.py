"""R's Keras, in Python: the functions of the R packages keras and keras3, chained with `>>`, over plain Keras 3.

    from pipekeras import *

    model = keras_model_sequential(input_shape=(None, 1)) >> layer_gru(10) >> layer_dense(1)
    model >> compile(optimizer="rmsprop", loss="mae")
    history = model >> fit(x, y, epochs=20)
    plot(history)

Importing this package imports neither Keras nor a backend; the first call that needs them does.
"""

from pipekeras import (
    activations,
    activity,
    applications,
    arrays,
    callbacks,
    classes,
    config,
    constraints,
    datasets,
    downloading,
    environment,
    errors,
    feature_space,
    flags,
    from_directory,
    hdf5,
    images,
    initializers,
    interop,
    k,
    layers,
    losses,
    metrics,
    models,
    ops,
    optimizers,
    random,
    regularizers,
    saving,
    schedules,
    sequences,
    session,
    text,
    timeseries,
)
from pipekeras.pipe import Chain, pipe, verb

__version__ = "0.1.0"

# Family by family, in the order of the reference.
FAMILIES = (
    layers,
    models,
    saving,
    classes,
    activations,
    initializers,
    regularizers,
    constraints,
    losses,
    metrics,
    optimizers,
    schedules,
    callbacks,
    applications,
    ops,
    k,
    random,
    arrays,
    sequences,
    datasets,
    activity,
    downloading,
    hdf5,
    text,
    images,
    from_directory,
    timeseries,
    feature_space,
    config,
    session,
    environment,
    flags,
    interop,
)

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
# Names of R's that a star import leaves out, since they would hide Python's: pk.tuple, pk.import_, pk.keras.
globals().update(interop.ATTRIBUTES)

__all__ = [*_PIPE, *(name for family in FAMILIES for name in family.__all__), *_ERRORS]
