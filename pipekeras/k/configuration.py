"""k_* functions about Keras itself: its configuration, its automatic names, and the sessions of TensorFlow 1."""

from pipekeras import config
from pipekeras._keras import keras
from pipekeras.errors import UnavailableError
from pipekeras.k._function import of_keras, written
from pipekeras.pipe import Checked
from pipekeras.wrap import name_members


def _config(name, **differs):
    return of_keras(name, module="config", pipeable=False, **differs)


k_backend = _config("backend")
k_epsilon = _config("epsilon")
k_floatx = _config("floatx")
k_image_data_format = _config("image_data_format")
k_set_epsilon = _config("set_epsilon", renamed={"e": "value"}, takes={"e": config.epsilon})
k_set_floatx = _config("set_floatx", renamed={"floatx": "value"}, takes={"floatx": config.floatx})
k_set_image_data_format = _config("set_image_data_format", takes={"data_format": config.data_format})

# What runs when the session is cleared, beside what Keras forgets.
on_clear: list = []


def _forget():
    keras.utils.clear_session(free_memory=False)


@written(pipeable=False)
def k_get_uid(prefix=""):
    """A number for the next automatic name that begins with some word.

    Args:
        prefix: the word, such as "dense".

    Returns:
        a whole number, 1 at first and one more with each call.
    """
    return keras.backend.get_uid(prefix)


@written(pipeable=False)
def k_clear_session():
    """Forgets what Keras remembers between models: automatic names count from the start again.

    Returns:
        None.
    """
    _forget()
    for action in on_clear:
        action()


@written(pipeable=False)
def k_reset_uids():
    """Makes the automatic names count from the start again.

    Returns:
        None.
    """
    _forget()


@written(pipeable=False)
def k_manual_variable_initialization(value):
    """Has no effect: since TensorFlow 2, a variable has its first values as soon as it is made.

    Args:
        value: True or False, whether the user gives variables their first values.

    Returns:
        None.
    """


_SESSIONS = "there are no sessions in Keras 3: every computation runs at once, so leave the line out"


@Checked
def k_get_session():
    """Not available: TensorFlow 2 and Keras 3 have no sessions.

    Raises:
        UnavailableError: always; the line can be left out.

    Source: R `keras::k_get_session`.
    """
    raise UnavailableError(f"k_get_session: {_SESSIONS}; k_eval(x) gives the values of a tensor")


@Checked
def k_set_session(session=None):
    """Not available: TensorFlow 2 and Keras 3 have no sessions.

    Args:
        session: a session of TensorFlow 1.

    Raises:
        UnavailableError: always; the line can be left out.

    Source: R `keras::k_set_session`.
    """
    raise UnavailableError(f"k_set_session: {_SESSIONS}")


__all__ = [*name_members(globals())]
