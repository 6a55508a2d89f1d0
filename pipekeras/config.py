"""Keras's settings: R's `config_*` over `keras.config`, one line each. They hold for the whole process."""

from pipekeras import values
from pipekeras.environment import use_backend
from pipekeras.errors import InvalidValueError, suggestion
from pipekeras.functions import PlainFunctionWrapper
from pipekeras.pipe import Checked
from pipekeras.wrap import name_members


def epsilon(value, name, where):
    """A small number above 0."""
    number = values.number(value, name, where)
    if not 0 < number < 1:
        raise InvalidValueError(f"{where}: {name} must be a small number above 0, such as 1e-7, it got {value!r}")
    return float(number)


def _one_of(*words):
    def convert(value, name, where):
        if value not in words:
            near = suggestion(value, words, quote='"', otherwise=f"; it is {' or '.join(map(repr, words))}")
            raise InvalidValueError(f"{where}: {name}={value!r} is not known{near}")
        return value

    return convert


floatx = _one_of("float32", "float64", "float16", "bfloat16")
data_format = _one_of("channels_last", "channels_first")


def _limit(value, name, where):
    return values.maybe_whole(value, name, where, least=1)


class _Config(PlainFunctionWrapper):
    """A setting, read or set."""

    module = "config"
    converters = {
        "max_epochs": _limit,
        "max_steps_per_epoch": _limit,
        "data_format": data_format,
    }
    texts = {
        "policy": 'what layers compute in: a name such as "float32" or "mixed_float16", or a DTypePolicy.',
        "max_epochs": "how many epochs fit() runs at most, whatever it is told; None for no limit.",
        "max_steps_per_epoch": "how many batches an epoch has at most; None for no limit.",
    }


class _Epsilon(_Config):
    """The setting whose value is a number."""

    converters = {"value": epsilon}


class _Floatx(_Config):
    """The setting whose value is a type."""

    converters = {"value": floatx}


config_backend = _Config("backend")
config_dtype_policy = _Config("dtype_policy")
config_epsilon = _Config("epsilon")
config_floatx = _Config("floatx")
config_image_data_format = _Config("image_data_format")
config_is_flash_attention_enabled = _Config("is_flash_attention_enabled")
config_is_interactive_logging_enabled = _Config("is_interactive_logging_enabled")
config_is_nnx_enabled = _Config("is_nnx_enabled")
config_is_traceback_filtering_enabled = _Config("is_traceback_filtering_enabled")
config_max_epochs = _Config("max_epochs")
config_max_steps_per_epoch = _Config("max_steps_per_epoch")

config_disable_flash_attention = _Config("disable_flash_attention")
config_disable_interactive_logging = _Config("disable_interactive_logging")
config_disable_traceback_filtering = _Config("disable_traceback_filtering")
config_enable_flash_attention = _Config("enable_flash_attention")
config_enable_interactive_logging = _Config("enable_interactive_logging")
config_enable_traceback_filtering = _Config("enable_traceback_filtering")
config_enable_unsafe_deserialization = _Config("enable_unsafe_deserialization")

config_set_dtype_policy = _Config("set_dtype_policy")
config_set_epsilon = _Epsilon("set_epsilon")
config_set_floatx = _Floatx("set_floatx")
config_set_image_data_format = _Config("set_image_data_format")
config_set_max_epochs = _Config("set_max_epochs")
config_set_max_steps_per_epoch = _Config("set_max_steps_per_epoch")


@Checked
def config_set_backend(backend):
    """Choose what Keras computes with. To be called before anything of Keras is used: afterwards it cannot change.

    Args:
        backend: "tensorflow", "jax" or "torch".

    Returns:
        The backend's name.

    Raises:
        InvalidValueError: if the name is not known, or Keras runs on another backend already.
        UnavailableError: if the backend is not installed.

    Source: R `keras3::config_set_backend`; there Keras is loaded anew, and what was made before stops working.
    """
    use_backend(backend)
    return backend


__all__ = [*name_members(globals())]
