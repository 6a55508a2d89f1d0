"""config_*: Keras's settings, read, set and set back."""

import pytest

import pipekeras as pk
from pipekeras import config
from pipekeras._keras import keras


@pytest.fixture(autouse=True)
def settings():
    """Everything as it was, after each test."""
    before = {name: getattr(keras.config, name)() for name in ("epsilon", "floatx", "image_data_format")}
    policy, logging = keras.config.dtype_policy(), keras.config.is_interactive_logging_enabled()
    yield
    for name, value in before.items():
        getattr(keras.config, f"set_{name}")(value)
    keras.config.set_dtype_policy(policy)
    keras.config.set_max_epochs(None)
    keras.config.set_max_steps_per_epoch(None)
    (keras.config.enable_interactive_logging if logging else keras.config.disable_interactive_logging)()


def test_the_family_is_whole():
    assert len(config.__all__) == 25


@pytest.mark.parametrize(
    "name", [n for n in config.__all__ if not n.startswith(("config_set_", "config_en", "config_di"))]
)
def test_reading_gives_what_keras_has(name):
    assert getattr(pk, name)() == getattr(keras.config, name.removeprefix("config_"))()


@pytest.mark.parametrize(
    ("setting", "value", "read"),
    [
        ("epsilon", 1e-3, 1e-3),
        ("floatx", "float64", "float64"),
        ("image_data_format", "channels_first", "channels_first"),
        ("max_epochs", 3.0, 3),
        ("max_epochs", None, None),
        ("max_steps_per_epoch", 2.0, 2),
    ],
)
def test_what_is_set_is_read_again(setting, value, read):
    assert getattr(pk, f"config_set_{setting}")(value) is None
    assert getattr(pk, f"config_{setting}")() == read


def test_a_dtype_policy():
    pk.config_set_dtype_policy("mixed_float16")
    assert pk.config_dtype_policy().name == "mixed_float16"
    assert pk.layer_dense(1).compute_dtype == "float16"


@pytest.mark.parametrize("switch", ["interactive_logging", "traceback_filtering"])
def test_switches(switch):
    state = getattr(pk, f"config_is_{switch}_enabled")
    before = state()
    getattr(pk, f"config_{'disable' if before else 'enable'}_{switch}")()
    assert state() is not before
    getattr(pk, f"config_{'enable' if before else 'disable'}_{switch}")()
    assert state() is before


def test_max_epochs_holds_for_fit():
    model = pk.keras_model_sequential(input_shape=1) >> pk.layer_dense(1)
    model >> pk.compile(loss="mse")
    pk.config_set_max_epochs(2)
    history = model >> pk.fit([[1.0], [2.0]], [1.0, 2.0], epochs=9, verbose=0)
    assert len(history.metrics["loss"]) == 2


def test_wrong_values():
    with pytest.raises(pk.InvalidValueError, match="value='float33' is not known; did you mean \"float32\"?"):
        pk.config_set_floatx("float33")
    with pytest.raises(pk.InvalidValueError, match='is not known; did you mean "channels_last"?'):
        pk.config_set_image_data_format("channel_last")
    with pytest.raises(pk.InvalidValueError, match="value must be a small number above 0, such as 1e-7, it got 0"):
        pk.config_set_epsilon(0)
    with pytest.raises(pk.InvalidValueError, match="max_epochs must be at least 1, it got 0"):
        pk.config_set_max_epochs(0)
    with pytest.raises(pk.ArgumentError, match="config_floatx takes 0 arguments by position, it got 1"):
        pk.config_floatx("float64")


def test_the_backend_cannot_change_any_more(backend):
    assert pk.config_set_backend(backend) == backend == pk.config_backend()
    other = {"tensorflow": "jax"}.get(backend, "tensorflow")
    with pytest.raises(
        pk.InvalidValueError, match=f'Keras runs on "{backend}" already, and cannot change to "{other}"'
    ):
        pk.config_set_backend(other)
    with pytest.raises(pk.InvalidValueError, match="backend='jx' is not known; did you mean \"jax\"?"):
        pk.config_set_backend("jx")


def test_the_backend_can_be_chosen_first(run_python):
    code = "import os, pipekeras as pk\nprint(pk.config_set_backend('tensorflow'), os.environ['KERAS_BACKEND'])"
    assert run_python(code, KERAS_BACKEND="jax").split() == ["tensorflow", "tensorflow"]
