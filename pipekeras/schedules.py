"""Learning rates that change while training: R's `learning_rate_schedule_*`, one line each.

optimizer_adam(learning_rate=learning_rate_schedule_exponential_decay(0.01, decay_steps=1000, decay_rate=0.5))
"""

from pipekeras import values
from pipekeras.errors import InvalidValueError
from pipekeras.wrap import Wrapper, name_members


def _real(value, name, where):
    """A number with decimals: of a whole number Keras would make a schedule that counts in whole numbers."""
    return float(values.number(value, name, where))


def _steps(value, name, where):
    number = values.loose(values.number(value, name, where), name, where)
    if number <= 0:
        raise InvalidValueError(f"{where}: {name} must be above 0, it got {number}")
    return number


def _list_of(convert):
    def converted(value, name, where):
        if hasattr(value, "tolist"):
            value = value.tolist()
        several = value if isinstance(value, (list, tuple, range)) else [value]  # in R a number is a vector of one
        return [convert(item, name, where) for item in several]

    return converted


def _boundary(value, name, where):
    return values.loose(values.number(value, name, where), name, where)


class _Schedule(Wrapper):
    module = "optimizers.schedules"
    converters = {
        **dict.fromkeys(
            "initial_learning_rate decay_rate end_learning_rate power alpha t_mul m_mul warmup_target".split(), _real
        ),
        **dict.fromkeys(["decay_steps", "first_decay_steps"], _steps),
        "warmup_steps": values.count,
        "boundaries": _list_of(_boundary),
        "values": _list_of(_real),
    }
    texts = {"name": "the schedule's name."}

    def make(self, bound):
        """The schedule; name=None, as in 2.x, is as if it were left out."""
        if bound.get("name", "") is None:
            del bound["name"]
        return super().make(bound)


learning_rate_schedule_cosine_decay = _Schedule("CosineDecay")
learning_rate_schedule_cosine_decay_restarts = _Schedule("CosineDecayRestarts")
learning_rate_schedule_exponential_decay = _Schedule("ExponentialDecay")
learning_rate_schedule_inverse_time_decay = _Schedule("InverseTimeDecay")
learning_rate_schedule_piecewise_constant_decay = _Schedule("PiecewiseConstantDecay")
learning_rate_schedule_polynomial_decay = _Schedule("PolynomialDecay")

__all__ = [*name_members(globals())]
