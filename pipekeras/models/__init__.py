"""Models: building, training, looking at, and the weights they hold. A file for each."""

from pipekeras.models import (
    build,
    compiling,
    evaluation,
    generator_verbs,
    history,
    nodes,
    plot,
    predicting,
    states,
    structure,
    summary,
    train,
    weights,
)

FILES = (
    build,
    compiling,
    train,
    generator_verbs,
    predicting,
    evaluation,
    history,
    plot,
    summary,
    weights,
    states,
    structure,
    nodes,
)

__all__ = [*(name for file in FILES for name in file.__all__)]
globals().update({name: getattr(file, name) for file in FILES for name in file.__all__})
