"""sequence_forecast() against loops in plain NumPy, for models whose weights are known."""

import numpy as np
import pandas as pd
import pytest

import pipekeras as pk
from forecast_models import by_hand, linear, recurrent, series, states_and_outputs
from pipekeras._keras import keras
from pipekeras.errors import InvalidValueError
from pipekeras.sequences.forecast import sequence_forecast
from pipekeras.sequences.windows import sequence_windows


@pytest.mark.parametrize(("columns", "horizon", "rate"), [(1, 3, 2), (2, 1, 3), (3, 2, 1)])
def test_recursive_is_the_loop(columns, horizon, rate):
    data = series(25, columns)
    model, weights = linear(4, columns, horizon)
    for steps in (1, 5, 8):
        forecast = sequence_forecast(model, data, steps, sampling_rate=rate)
        assert forecast.shape == (steps, columns) and forecast.dtype == "float32"
        np.testing.assert_allclose(forecast, by_hand(weights, data, steps, rate), rtol=1e-4, atol=1e-5)


def test_what_comes_back_has_the_shape_of_what_was_given():
    model, weights = linear(4, 1)
    data = series(12)
    wanted = by_hand(weights, data[:, None], 6)
    for given_, shape in [
        (data, (6,)), (data.tolist(), (6,)), (data[:, None], (6, 1)), (data[None, :, None], (1, 6, 1)),
        (keras.ops.convert_to_tensor(data), (6,)), (data.astype("float64"), (6,)),
    ]:  # fmt: skip
        forecast = model >> sequence_forecast(given_, 6)
        assert isinstance(forecast, np.ndarray) and forecast.shape == shape
        np.testing.assert_allclose(forecast.reshape(6, 1), wanted, rtol=1e-4, atol=1e-5)


def test_known_values_of_columns_that_are_not_predicted():
    data, future = series(20, 3), series(7, 2, seed=5)
    model, weights = linear(3, 3, targets=1)
    forecast = sequence_forecast(model, data, 7, targets=1, known=future)
    assert forecast.shape == (7, 1)
    np.testing.assert_allclose(forecast, by_hand(weights, data, 7, targets=[1], known=future), rtol=1e-4, atol=1e-5)
    more = np.concatenate([future, series(3, 2)])
    np.testing.assert_array_equal(sequence_forecast(model, data, 7, targets=[1], known=more), forecast)


def test_of_a_data_frame_they_go_by_name():
    data, future = series(20, 3), series(7, 3, seed=5)
    model, _ = linear(3, 3, targets=2)
    wanted = sequence_forecast(model, data, 7, targets=[2, 0], known=future[:, 1])
    frame = pd.DataFrame(data, columns=["a", "b", "c"])
    known = pd.DataFrame(future[:, ::-1], columns=["c", "b", "a"])
    forecast = sequence_forecast(model, frame, 7, targets=["c", "a"], known=known)
    assert list(forecast.columns) == ["c", "a"] and forecast.index.tolist() == list(range(20, 27))
    np.testing.assert_array_equal(forecast.to_numpy(), wanted)


def test_columns_that_are_read():
    data = series(20, 4)
    model, weights = linear(3, 2)
    forecast = sequence_forecast(model, data, 5, columns=[3, 1])
    np.testing.assert_allclose(forecast, by_hand(weights, data[:, [3, 1]], 5), rtol=1e-4, atol=1e-5)


def test_a_target_that_is_not_read_is_not_fed_back():
    data, future = series(20, 3), series(5, 2, seed=2)
    model, weights = linear(3, 2, targets=1)
    forecast = sequence_forecast(model, data, 5, columns=[0, 1], targets=2, known=future)
    rows = np.concatenate([data[:, :2], future])
    wanted = [np.einsum("kc,kcht->ht", rows[17 + k : 20 + k], weights)[0] for k in range(5)]
    np.testing.assert_allclose(forecast, wanted, rtol=1e-4, atol=1e-5)


def test_what_needs_no_feedback_needs_no_known_values():
    model, _ = linear(3, 3, horizon=4, targets=1)
    assert sequence_forecast(model, series(20, 3), 4, targets=0).shape == (4, 1)


def test_several_series_are_forecast_like_each_alone():
    data = np.stack([series(20, 2, seed) for seed in range(5)])
    model, _ = linear(4, 2, horizon=2)
    wanted = np.stack([sequence_forecast(model, one, 7) for one in data])
    for size in (1, 2, 32):
        forecast = sequence_forecast(model, data, 7, batch_size=size)
        np.testing.assert_allclose(forecast, wanted, rtol=1e-5, atol=1e-6)


def test_series_by_group_of_unequal_length():
    data, groups = series(30, 2), ["u"] * 8 + ["v"] * 12 + ["w"] * 10
    model, _ = linear(4, 2)
    wanted = np.stack([sequence_forecast(model, part, 3) for part in (data[:8], data[8:20], data[20:])])
    np.testing.assert_allclose(sequence_forecast(model, data, 3, groups=groups), wanted, rtol=1e-5, atol=1e-6)
    frame = pd.DataFrame(data, columns=["a", "b"]).assign(shop=groups)
    forecast = sequence_forecast(model, frame, 3, groups="shop")
    assert list(forecast.columns) == ["shop", "a", "b"]
    assert forecast["shop"].tolist() == ["u"] * 3 + ["v"] * 3 + ["w"] * 3
    np.testing.assert_allclose(forecast[["a", "b"]].to_numpy().reshape(3, 3, 2), wanted, rtol=1e-5, atol=1e-6)
    with_ids = np.column_stack([data[:, 0], [0] * 8 + [1] * 12 + [2] * 10, data[:, 1]])
    np.testing.assert_allclose(sequence_forecast(model, with_ids, 3, groups=1), wanted, rtol=1e-5, atol=1e-6)


def test_known_values_by_group():
    data, groups, future = series(20, 2), ["u"] * 9 + ["v"] * 11, series(8, 1, seed=3)
    model, _ = linear(4, 2, targets=1)
    parts = [(data[:9], future[:4]), (data[9:], future[4:])]
    wanted = np.stack([sequence_forecast(model, part, 4, targets=0, known=known) for part, known in parts])
    frame = pd.DataFrame(data, columns=["a", "b"]).assign(shop=groups)
    known = pd.DataFrame(future, columns=["b"]).assign(shop=["u"] * 4 + ["v"] * 4)
    forecast = sequence_forecast(model, frame, 4, targets="a", groups="shop", known=known)
    np.testing.assert_allclose(forecast["a"].to_numpy(), wanted.ravel(), rtol=1e-5, atol=1e-6)
    as_array = sequence_forecast(model, data, 4, targets=0, groups=groups, known=future.reshape(2, 4, 1))
    np.testing.assert_allclose(as_array, wanted, rtol=1e-5, atol=1e-6)


def test_images_over_time():
    frames = np.random.default_rng(0).normal(size=(6, 2, 2, 1)).astype("float32")
    flat, weights = linear(3, 4)
    model = pk.keras_model_sequential(input_shape=(3, 2, 2, 1)) >> pk.layer_reshape((3, 4)) >> flat
    model >> pk.layer_reshape((2, 2, 1))
    forecast = sequence_forecast(model, frames, 2)
    wanted = by_hand(weights, frames.reshape(6, 4), 2)
    np.testing.assert_allclose(forecast, wanted.reshape(2, 2, 2, 1), rtol=1e-4, atol=1e-5)


def test_windows_without_an_axis_of_features():
    data = series(20)
    model = pk.keras_model_sequential(input_shape=4) >> pk.layer_dense(1)
    wanted = by_hand(model.get_weights()[0].reshape(4, 1, 1, 1), data[:, None], 2)
    np.testing.assert_allclose(sequence_forecast(model, data, 2), wanted[:, 0], rtol=1e-4, atol=1e-5)


def test_windows_of_any_length_and_models_that_are_not_built():
    data = series(20)
    model = recurrent(None, per_step=False)
    forecast = sequence_forecast(model, data, 1, lookback=5)
    np.testing.assert_allclose(forecast, states_and_outputs(model, data[15:])[1][-1], rtol=1e-4, atol=1e-5)
    unbuilt = pk.keras_model_sequential() >> pk.layer_flatten() >> pk.layer_dense(1)
    assert sequence_forecast(unbuilt, data, 3, lookback=5).shape == (3,)


def test_an_output_that_stands_alone_in_a_dictionary():
    data = series(20)
    model, _ = linear(4, 1)
    named = keras.Model(model.inputs[0], {"next": model.outputs[0]})
    np.testing.assert_array_equal(sequence_forecast(named, data, 3), sequence_forecast(model, data, 3))


def test_nothing_is_traced_twice():
    calls = []

    @keras.saving.register_keras_serializable("test_forecast")
    class Noted(keras.layers.Layer):
        def call(self, x):
            calls.append(tuple(x.shape))
            return x[:, -1]

    model = pk.keras_model_sequential(input_shape=(None, 1)) >> Noted()
    sequence_forecast(model, series(20), 40, lookback=4)
    if keras.backend.backend() != "torch":  # which has no tracing, and calls it anew
        assert len(calls) < 10
    assert (1, 4, 1) in calls


# Per-step outputs -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lookback", [5, None])
def test_of_return_sequences_the_last_step_is_the_next(lookback):
    model, data = recurrent(lookback), series(12)
    forecast, rows = sequence_forecast(model, data, 3, lookback=5), list(data)
    for _ in range(3):
        rows.append(states_and_outputs(model, rows[-5:])[1][-1, 0])
    np.testing.assert_allclose(forecast, rows[12:], rtol=1e-4, atol=1e-5)


def test_with_a_delay_the_last_steps_are_the_next_rows():
    model, rows = recurrent(5), series(12)
    forecast = sequence_forecast(model, rows, 5, delay=3)
    for _ in range(2):
        rows = np.append(rows, states_and_outputs(model, rows[-5:])[1][2:])
    np.testing.assert_allclose(forecast, rows[12:17], rtol=1e-4, atol=1e-5)


def test_a_decoder_of_as_many_steps_as_there_are_windows_is_a_horizon():
    model = pk.keras_model_sequential(input_shape=(4, 1)) >> pk.layer_flatten() >> pk.layer_repeat_vector(4)
    model >> pk.layer_simple_rnn(2, return_sequences=True, recurrent_initializer="ones")
    model >> pk.layer_dense(1)
    data = series(12)
    wanted = model.predict_on_batch(data[None, 8:, None])[0, :, 0]
    np.testing.assert_allclose(sequence_forecast(model, data, 4), wanted, rtol=1e-5)
    np.testing.assert_allclose(sequence_forecast(model, data, 3, method="direct"), wanted[:3], rtol=1e-5)


def test_where_nobody_knows_what_the_steps_are_it_asks():
    class Own(keras.Model):
        def __init__(self):
            super().__init__()
            self.inner = keras.layers.Dense(1)

        def call(self, x):
            return self.inner(x)

    model, data = Own(), series(12)
    with pytest.raises(
        InvalidValueError, match=r"for 4 steps the model gives 4: either.*per_step=True.*per_step=False"
    ):
        sequence_forecast(model, data, 2, lookback=4)
    out = model.predict_on_batch(data[None, 8:, None])[0, :, 0]
    np.testing.assert_allclose(sequence_forecast(model, data, 1, lookback=4, per_step=True), out[-1:], rtol=1e-5)
    np.testing.assert_allclose(sequence_forecast(model, data, 4, lookback=4, per_step=False), out, rtol=1e-5)


# All at once ----------------------------------------------------------------------------------------------------------


def test_direct_is_the_first_of_the_horizon():
    model, weights = linear(4, 2, horizon=6)
    data = series(20, 2)
    np.testing.assert_allclose(
        sequence_forecast(model, data, 5, method="direct"), by_hand(weights, data, 5), rtol=1e-4, atol=1e-5
    )


def test_a_model_for_each_part_of_the_horizon():
    data = series(20, 2)
    (near, w1), (far, w2) = linear(4, 2, horizon=6), linear(3, 2, horizon=2)
    wanted = np.concatenate([by_hand(w1, data, 6), by_hand(w2, data, 2)])
    np.testing.assert_allclose(sequence_forecast([near, far], data, 8), wanted, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose([near, far] >> sequence_forecast(data, 7), wanted[:7], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("horizon", [1, 2])
def test_with_a_delay_each_row_is_predicted_from_the_latest_window_that_can(horizon):
    data = series(20, 1)
    model, weights = linear(3, 1, horizon=horizon)
    delay, steps = 4, 3 + horizon
    forecast = sequence_forecast(model, data, steps, method="direct", delay=delay)
    wanted = []
    for step in range(1, steps + 1):
        rows_ahead = max(step, delay)
        end = 20 + step - rows_ahead
        wanted.append(np.einsum("kc,kcht->ht", data[end - 3 : end], weights)[rows_ahead - delay])
    np.testing.assert_allclose(forecast, wanted, rtol=1e-4, atol=1e-5)


def test_a_list_of_horizons():
    data = series(20, 1)
    model, weights = linear(3, 1, horizon=3)
    forecast = sequence_forecast(model, data, 6, method="direct", horizon=[1, 3, 6])

    def predicted(end, number):
        return np.einsum("kc,kcht->ht", data[end - 3 : end], weights)[number]

    # step 2 is predicted 3 ahead, one row before the end; 4 and 5 are predicted 6 ahead
    wanted = [
        predicted(20, 0),
        predicted(19, 1),
        predicted(20, 1),
        predicted(18, 2),
        predicted(19, 2),
        predicted(20, 2),
    ]
    np.testing.assert_allclose(forecast, wanted, rtol=1e-4, atol=1e-5)


def test_forecasts_continue_what_was_trained():
    """A model that is exact: the series doubles its last step, whatever way it is forecast."""
    data = np.arange(30.0)
    windows = sequence_windows(data, lookback=2, horizon=3, delay=2)
    x, y = windows.to_numpy()
    weights = np.linalg.lstsq(x[..., 0], y, rcond=None)[0].astype("float32")
    model = pk.keras_model_sequential(input_shape=(2, 1)) >> pk.layer_flatten() >> pk.layer_dense(3, use_bias=False)
    model.layers[1].set_weights([weights])
    forecast = sequence_forecast(model, data, 4, delay=2, method="direct")
    np.testing.assert_allclose(forecast, [30, 31, 32, 33], rtol=1e-4)
