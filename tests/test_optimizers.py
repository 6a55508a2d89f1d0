"""optimizers.py: what each is, one step of it against its formula, and the words of old scripts."""

import numpy as np
import pytest

import pipekeras as pk
from pipekeras import optimizers
from pipekeras._keras import keras
from pipekeras.errors import ArgumentError, InvalidValueError

PLAIN = [name for name in optimizers.__all__ if name != "optimizer_loss_scale"]
G = np.array([0.5, -2.0], "float32")


def numpy(x):
    return np.asarray(keras.ops.convert_to_numpy(x))


def rate(optimizer):
    return float(keras.ops.convert_to_numpy(optimizer.learning_rate))


def moved(optimizer, steps=1, start=0.0):
    """Where a variable is after some steps along the same gradient."""
    variable = keras.Variable(np.full(2, start, "float32"))
    for _ in range(steps):
        optimizer.apply([keras.ops.convert_to_tensor(G)], [variable])
    return numpy(variable)


def test_there_are_fourteen():
    assert len(optimizers.__all__) == 14


@pytest.mark.parametrize("name", PLAIN)
def test_each_makes_its_class_under_both_names_of_the_rate(name):
    function = getattr(pk, name)
    for made in (function(0.5), function(learning_rate=0.5), function(lr=0.5)):
        assert isinstance(made, function.keras_class)
        assert rate(made) == 0.5
    assert rate(function(1)) == 1.0  # Keras takes no whole number
    assert rate(function(np.float32(0.25))) == 0.25
    assert isinstance(function.uncalled(), function.keras_class)


@pytest.mark.parametrize("name", PLAIN)
def test_each_takes_a_step_downhill(name):
    optimizer = getattr(pk, name)(learning_rate=0.1)
    assert (moved(optimizer, 2, start=0.5) - 0.5 < 0).tolist() == [True, False]


@pytest.mark.parametrize(
    ("optimizer", "steps", "expected"),
    [
        (lambda: pk.optimizer_sgd(0.1), 2, -0.2 * G),
        (lambda: pk.optimizer_sgd(0.1, 0.5), 2, -0.1 * G * 2.5),
        (lambda: pk.optimizer_sgd(0.1, momentum=0.5, nesterov=True), 1, -0.1 * G * 1.5),
        (lambda: pk.optimizer_adam(0.1), 1, -0.1 * np.sign(G)),
        (lambda: pk.optimizer_rmsprop(0.1, rho=0.75), 1, -0.2 * np.sign(G)),
        (lambda: pk.optimizer_adagrad(0.1), 1, -0.1 * G / np.sqrt(0.1 + G**2)),
        (lambda: pk.optimizer_adamax(0.1), 1, -0.1 * np.sign(G)),
        (lambda: pk.optimizer_lion(0.1), 1, -0.1 * np.sign(G)),
        (lambda: pk.optimizer_sgd(1, clipvalue=1), 1, -np.clip(G, -1, 1)),
        (lambda: pk.optimizer_sgd(1, clipnorm=1), 1, -G / np.linalg.norm(G)),
        (lambda: pk.optimizer_sgd(1, global_clipnorm=1), 1, -G / np.linalg.norm(G)),
    ],
)
def test_steps_by_their_formulas(optimizer, steps, expected):
    np.testing.assert_allclose(moved(optimizer(), steps), expected, rtol=1e-3)


@pytest.mark.parametrize("name", PLAIN)
def test_decay_of_old_scripts_is_a_schedule(name):
    made = getattr(pk, name)(lr=0.5, decay=0.25)
    schedule = made.get_config()["learning_rate"]["config"]
    assert (schedule["initial_learning_rate"], schedule["decay_steps"], schedule["decay_rate"]) == (0.5, 1, 0.25)
    assert rate(getattr(pk, name)(0.5, decay=0)) == 0.5
    assert rate(getattr(pk, name)(0.5, decay=None)) == 0.5


def test_decay_slows_down_by_the_old_formula():
    default = float(moved(pk.optimizer_sgd(decay=1.0), 3)[0] / -G[0])
    assert default == pytest.approx(0.01 * (1 + 1 / 2 + 1 / 3), rel=1e-4)


def test_none_is_as_if_it_were_left_out():
    """Old scripts write epsilon = NULL, R's default before 2.3."""
    made = pk.optimizer_adam(0.1, 0.9, 0.999, None, False)
    assert made.epsilon == 1e-7
    made = pk.optimizer_rmsprop(lr=0.1, rho=0.9, epsilon=None, decay=0, clipnorm=None)
    assert made.epsilon == 1e-7 and made.clipnorm is None
    assert pk.optimizer_muon(weight_decay=None).weight_decay is None


def test_words_without_effect():
    for jit_compile in (True, False, None):
        pk.optimizer_adam(jit_compile=jit_compile)
    pk.optimizer_sgd(amsgrad=False)


def test_a_rate_may_be_a_schedule_or_a_function():
    schedule = pk.learning_rate_schedule_exponential_decay(0.5, 1, 0.5)
    assert rate(pk.optimizer_adam(learning_rate=schedule)) == 0.5
    assert rate(pk.optimizer_adam(lambda: 0.25)) == 0.25


def test_numbers_are_checked_wherever_keras_has_numbers():
    """Keras would only stumble over them while it trains."""
    for name in PLAIN:
        function = getattr(pk, name)
        numbers = {n for n, p in function.__signature__.parameters.items() if type(p.default) is float}
        for argument in {*numbers, "weight_decay", "clipnorm", "clipvalue", "global_clipnorm"}:
            with pytest.raises(InvalidValueError, match=f"{name}: {argument} must be a number"):
                function(**{argument: "a"})


def test_whole_floats():
    assert pk.optimizer_adam(use_ema=True, ema_overwrite_frequency=100.0).ema_overwrite_frequency == 100
    assert pk.optimizer_sgd(gradient_accumulation_steps=2.0).gradient_accumulation_steps == 2
    assert isinstance(pk.optimizer_muon(ns_steps=6.0).ns_steps, int)


@pytest.mark.parametrize("inner", ["adam", "Adam", pk.optimizer_adam, keras.optimizers.Adam, keras.optimizers.Adam()])
def test_loss_scale_is_around_another(inner):
    made = pk.optimizer_loss_scale(inner, dynamic_growth_steps=10.0, use_ema=None, ema_momentum=None, clipnorm=None)
    assert isinstance(made, keras.optimizers.LossScaleOptimizer)
    assert isinstance(made.inner_optimizer, keras.optimizers.Adam)
    assert made.dynamic_growth_steps == 10


@pytest.mark.parametrize(
    ("call", "kind", "message"),
    [
        (
            lambda: pk.optimizer_adam(learning_rate="a"), InvalidValueError,
            "optimizer_adam: learning_rate must be a number, a learning_rate_schedule_*() or a function without"
            " arguments, it got 'a'",
        ),
        (
            lambda: pk.optimizer_sgd(lambda step: 0.1 / step), ArgumentError,
            "optimizer_sgd: Keras calls a function that is the learning_rate without arguments; it takes (step). For a"
            " rate that depends on the step, give a learning_rate_schedule_*() or an object of a"
            " new_learning_rate_schedule_class()",
        ),
        (
            lambda: pk.optimizer_sgd(pk.learning_rate_schedule_cosine_decay), ArgumentError,
            "optimizer_sgd: the learning_rate learning_rate_schedule_cosine_decay lacks parentheses:"
            " learning_rate_schedule_cosine_decay(...)",
        ),
        (
            lambda: pk.optimizer_sgd(keras.optimizers.schedules.CosineDecay), ArgumentError,
            "optimizer_sgd: the learning_rate CosineDecay lacks parentheses: CosineDecay(...)",
        ),
        (
            lambda: pk.optimizer_adam(beta_1="a"), InvalidValueError,
            "optimizer_adam: beta_1 must be a number, it got 'a'",
        ),
        (
            lambda: pk.optimizer_rmsprop(clipnorm=[1, 2]), InvalidValueError,
            "optimizer_rmsprop: clipnorm must be a number, it got [1, 2]",
        ),
        (
            lambda: pk.optimizer_loss_scale("adamm"), InvalidValueError,
            'optimizer_loss_scale: inner_optimizer="adamm" is not known; did you mean "adam"?',
        ),
        (
            lambda: pk.optimizer_adam(decay=-1), InvalidValueError,
            "optimizer_adam: decay must not be below 0, it got -1",
        ),
        (
            lambda: pk.optimizer_adam(pk.learning_rate_schedule_cosine_decay(1, 10), decay=0.1), ArgumentError,
            "optimizer_adam: decay=0.1 changes the learning rate, and so does what learning_rate is already,"
            " CosineDecay: give one of them",
        ),
        (
            lambda: pk.optimizer_adam(learning_rat=1), ArgumentError,
            "optimizer_adam has no argument learning_rat; did you mean learning_rate?",
        ),
        (
            lambda: pk.optimizer_adam(0.1, lr=0.1), ArgumentError,
            "optimizer_adam got learning_rate twice: 0.1 and 0.1",
        ),
        (
            lambda: pk.optimizer_sgd(amsgrad=True), ArgumentError,
            "optimizer_sgd: amsgrad=True is gone in Keras 3, which only knows False: leave it out",
        ),
        (
            lambda: pk.optimizer_loss_scale("adam", clipnorm=1), ArgumentError,
            "optimizer_loss_scale: clipnorm=1 belongs to the inner optimizer: optimizer_*(clipnorm=...)",
        ),
        (
            lambda: pk.optimizer_loss_scale(3), InvalidValueError,
            "optimizer_loss_scale: inner_optimizer must be an optimizer, such as optimizer_adam(), it got 3",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_meant(call, kind, message):
    with pytest.raises(kind) as error:
        call()
    assert str(error.value) == message


def test_what_keras_refuses_says_who_was_asked():
    with pytest.raises(InvalidValueError, match="optimizer_adam: Only one of `clipnorm`, `clipvalue`"):
        pk.optimizer_adam(clipnorm=1, clipvalue=1)


@pytest.mark.parametrize("name", PLAIN)
def test_models_train_with_them(name):
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    model >> pk.compile(optimizer=getattr(pk, name), loss="mse", run_eagerly=True)
    before = model.get_weights()[0].copy()
    model.train_on_batch(np.ones((2, 3)), np.ones((2, 1)))
    assert not np.allclose(model.get_weights()[0], before, rtol=0, atol=1e-9)
