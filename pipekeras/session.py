"""The state that all models share: random seeds and automatic names."""

from pipekeras import values
from pipekeras._keras import keras
from pipekeras.errors import InvalidValueError
from pipekeras.pipe import Checked


@Checked
def set_random_seed(seed):
    """Seed everything that draws random numbers: Python, NumPy, and Keras with its backend.

    Args:
        seed: a whole number, 0 or more. The same seed gives the same weights, shuffling and dropout again, on the same
            machine and backend.

    Returns:
        None.

    Raises:
        InvalidValueError: if `seed` is not a whole number.

    Source: R `keras3::set_random_seed`.
    """
    seed = values.count(seed, "seed", "set_random_seed")
    if not 0 <= seed < 2**32:
        raise InvalidValueError(f"set_random_seed: seed must be 0 or more and below 2**32, it got {seed}")
    keras.utils.set_random_seed(seed)


@Checked
def clear_session(free_memory=True):
    """Forget what Keras remembers between models: automatic names count from the start again.

    Args:
        free_memory: whether to free memory at once, which takes a moment.

    Returns:
        None.

    Source: R `keras3::clear_session`, `keras::k_clear_session`.
    """
    keras.utils.clear_session(free_memory=free_memory)


__all__ = ["clear_session", "set_random_seed"]
