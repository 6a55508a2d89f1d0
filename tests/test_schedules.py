"""schedules.py: every schedule against its formula, R's whole floats, and optimizers that follow one."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pipekeras as pk
from pipekeras import schedules
from pipekeras._keras import keras
from pipekeras.errors import ArgumentError, InvalidValueError


def at(schedule, step):
    return float(keras.ops.convert_to_numpy(schedule(step)))


def cosine(start, steps, step, alpha=0.0):
    done = min(step / steps, 1)
    return start * ((1 - alpha) * (1 + math.cos(math.pi * done)) / 2 + alpha)


def restarts(start, first, step, t_mul=2.0, m_mul=1.0, alpha=0.0):
    """Period by period."""
    length, height = first, 1.0
    while step >= length:
        step, length, height = step - length, length * t_mul, height * m_mul
    return start * ((1 - alpha) * height * (1 + math.cos(math.pi * step / length)) / 2 + alpha)


STEPS = st.integers(0, 120)


@settings(max_examples=25, deadline=None)
@given(step=STEPS)
def test_each_follows_its_formula(step):
    assert at(pk.learning_rate_schedule_cosine_decay(1, 50.0, 0.1), step) == pytest.approx(
        cosine(1, 50, step, 0.1), abs=1e-5
    )
    warm = pk.learning_rate_schedule_cosine_decay(0, 50, warmup_target=1, warmup_steps=10.0)
    assert at(warm, step) == pytest.approx(step / 10 if step < 10 else cosine(1, 50, step - 10), abs=1e-5)
    assert at(pk.learning_rate_schedule_cosine_decay_restarts(1, 10), step) == pytest.approx(
        restarts(1, 10, step), abs=1e-3
    )
    assert at(pk.learning_rate_schedule_exponential_decay(0.5, 10, 0.9), step) == pytest.approx(
        0.5 * 0.9 ** (step / 10), rel=1e-5
    )
    assert at(pk.learning_rate_schedule_exponential_decay(0.5, 10, 0.9, staircase=True), step) == pytest.approx(
        0.5 * 0.9 ** (step // 10), rel=1e-5
    )
    assert at(pk.learning_rate_schedule_inverse_time_decay(0.5, 10, 2), step) == pytest.approx(
        0.5 / (1 + 2 * step / 10), rel=1e-5
    )
    assert at(pk.learning_rate_schedule_polynomial_decay(1, 50, 0.1, 2), step) == pytest.approx(
        0.9 * (1 - min(step, 50) / 50) ** 2 + 0.1, abs=1e-5
    )
    expected = 1 if step <= 10 else 0.1 if step <= 20 else 0.01
    assert at(pk.learning_rate_schedule_piecewise_constant_decay([10.0, 20.0], [1, 0.1, 0.01]), step) == pytest.approx(
        expected
    )


def test_there_are_six():
    assert len(schedules.__all__) == 6


def test_whole_floats_are_whole_numbers_and_rates_are_not():
    config = pk.learning_rate_schedule_exponential_decay(1, 100.0, 1).get_config()
    assert (config["initial_learning_rate"], config["decay_steps"], config["decay_rate"]) == (1.0, 100, 1.0)
    assert isinstance(config["initial_learning_rate"], float)
    assert isinstance(config["decay_steps"], int)
    config = pk.learning_rate_schedule_piecewise_constant_decay(np.array([10.0]), (1, 2)).get_config()
    assert (config["boundaries"], config["values"]) == ([10], [1.0, 2.0])
    assert pk.learning_rate_schedule_piecewise_constant_decay(10, [1, 2]).boundaries == [10]


def test_the_name_of_2_x_may_be_none():
    assert pk.learning_rate_schedule_cosine_decay(1, 10, name=None).name == "CosineDecay"
    assert pk.learning_rate_schedule_cosine_decay(1, 10, name="mine").name == "mine"


def test_an_optimizer_follows_one():
    optimizer = pk.optimizer_sgd(learning_rate=pk.learning_rate_schedule_inverse_time_decay(1, 1, 1))
    variable = keras.Variable(np.zeros(1, "float32"))
    for _ in range(3):
        optimizer.apply([keras.ops.convert_to_tensor(np.ones(1, "float32"))], [variable])
    assert float(keras.ops.convert_to_numpy(variable)[0]) == pytest.approx(-(1 + 1 / 2 + 1 / 3), rel=1e-5)


@pytest.mark.parametrize(
    ("call", "kind", "message"),
    [
        (
            lambda: pk.learning_rate_schedule_cosine_decay("a", 10), InvalidValueError,
            "learning_rate_schedule_cosine_decay: initial_learning_rate must be a number, it got 'a'",
        ),
        (
            lambda: pk.learning_rate_schedule_cosine_decay(1, 0), InvalidValueError,
            "learning_rate_schedule_cosine_decay: decay_steps must be above 0, it got 0",
        ),
        (
            lambda: pk.learning_rate_schedule_piecewise_constant_decay([1, "b"], [1, 2, 3]), InvalidValueError,
            "learning_rate_schedule_piecewise_constant_decay: boundaries must be a number, it got 'b'",
        ),
        (
            lambda: pk.learning_rate_schedule_exponential_decay(1), ArgumentError,
            "learning_rate_schedule_exponential_decay needs decay_steps:"
            " learning_rate_schedule_exponential_decay(decay_steps=...)",
        ),
        (
            lambda: pk.learning_rate_schedule_exponential_decay(1, 10, decay_rat=0.5), ArgumentError,
            "learning_rate_schedule_exponential_decay has no argument decay_rat; did you mean decay_rate?",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_meant(call, kind, message):
    with pytest.raises(kind) as error:
        call()
    assert str(error.value) == message


def test_boundaries_and_values_that_do_not_go_together():
    with pytest.raises(InvalidValueError, match="learning_rate_schedule_piecewise_constant_decay: The length of"):
        pk.learning_rate_schedule_piecewise_constant_decay([10], [1])
