"""phase.py: choices by a condition, and by whether a model is in training."""

import numpy as np
import pytest

import pipekeras as pk
from pipekeras._keras import keras

ONE, TWO = np.ones((2, 2), "float32"), np.full((2, 2), 2, "float32")


@pytest.fixture(autouse=True)
def no_phase_is_fixed():
    yield
    pk.k_clear_session()


def test_one_condition_runs_one_branch_alone():
    def never():
        raise AssertionError("this branch was not asked for")

    assert pk.k_eval(pk.k_switch(True, lambda: ONE, never)).tolist() == ONE.tolist()
    assert pk.k_eval(pk.k_switch(pk.k_constant(0), never, lambda: TWO)).tolist() == TWO.tolist()
    assert pk.k_eval(pk.k_switch(1.0, ONE, never)).tolist() == ONE.tolist()


def test_numbers_on_one_side():
    x = np.array([[-1.0, 2], [3, -4]], "float32")
    assert pk.k_eval(pk.k_switch(x > 0, x, 0.0)).tolist() == [[0, 2], [3, 0]]


def test_lists_and_variables_on_either_side():
    got = pk.k_switch(pk.k_variable([1, 0]), [1.0, 2.0], pk.k_variable([3, 4]))
    assert pk.k_eval(got).tolist() == [1, 4]


def test_a_condition_that_is_computed_in_a_model():
    x = pk.k_placeholder((None, 2))
    f = pk.k_function([x], [pk.k_switch(pk.k_sum(x) > 3.0, lambda: x, lambda: -x)])
    assert f([ONE])[0].tolist() == ONE.tolist()
    assert f([ONE / 2])[0].tolist() == (-ONE / 2).tolist()


def test_a_condition_with_too_many_dimensions():
    with pytest.raises(pk.ShapeError, match=r"condition has shape \(2, 2\), more dimensions than.*\(2,\)"):
        pk.k_switch(ONE > 0, ONE[0], TWO[0])


def test_outside_of_a_model_it_is_not_training():
    assert pk.k_learning_phase() == 0
    assert pk.k_eval(pk.k_in_train_phase(ONE, TWO)).tolist() == TWO.tolist()
    assert pk.k_eval(pk.k_in_test_phase(lambda: ONE, lambda: TWO)).tolist() == ONE.tolist()


def test_the_training_argument_decides():
    for training in (1, True, pk.k_constant(1)):
        assert pk.k_eval(pk.k_in_train_phase(lambda: ONE, lambda: TWO, training)).tolist() == ONE.tolist()
        assert pk.k_eval(pk.k_in_test_phase(ONE, TWO, training=training)).tolist() == TWO.tolist()


@pytest.mark.parametrize("lazy", [False, True])
def test_in_a_layer_the_phase_is_that_of_the_layer(lazy):
    class Doubling(keras.layers.Layer):
        def call(self, x):
            assert pk.k_learning_phase() in (0, 1)
            return pk.k_in_train_phase(lambda: 2 * x, lambda: x) if lazy else pk.k_in_train_phase(2 * x, x)

    layer = Doubling()
    assert pk.k_eval(keras.Sequential([layer])(ONE, training=True)).max() == 2
    assert pk.k_eval(layer(ONE)).max() == 1


@pytest.mark.parametrize("lazy", [False, True])
def test_in_a_model_it_is_asked_each_time_the_model_runs(lazy, tmp_path):
    x = keras.Input((2,))
    y = pk.k_in_train_phase((lambda: x * 2.0) if lazy else x * 2.0, (lambda: x) if lazy else x)
    model = keras.Model(x, y)
    for made in (model, _saved_and_loaded(model, tmp_path)):
        assert pk.k_eval(made(ONE, training=True)).tolist() == TWO.tolist()
        assert pk.k_eval(made(ONE, training=False)).tolist() == made.predict(ONE, verbose=0).tolist() == ONE.tolist()


def _saved_and_loaded(model, folder):
    model.save(folder / "model.keras")
    return keras.models.load_model(folder / "model.keras")


def test_fit_is_training():
    x = keras.Input((2,))
    model = keras.Model(x, keras.layers.Dense(1, use_bias=False)(pk.k_in_train_phase(x * 0.0, x)))
    before = model.get_weights()[0]
    model.compile(optimizer="sgd", loss="mse")
    model.fit(ONE, np.ones((2, 1)), verbose=0)
    np.testing.assert_array_equal(model.get_weights()[0], before)  # inputs of 0 teach nothing


def test_fixing_the_phase():
    pk.k_set_learning_phase(0.0)
    x = keras.Input((2,))
    model = keras.Model(x, pk.k_in_train_phase(x * 2.0, x))
    assert pk.k_eval(model(ONE, training=True)).tolist() == [[2, 2], [2, 2]]  # layers go by what Keras tells them
    assert pk.k_learning_phase() == 0
    with pytest.raises(pk.UnavailableError, match=r"model\(x, training=True\)"):
        pk.k_set_learning_phase(1)
    with pytest.raises(pk.InvalidValueError, match="must be 0 or 1, it got 2"):
        pk.k_set_learning_phase(2)
