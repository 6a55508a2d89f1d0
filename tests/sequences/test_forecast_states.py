"""Forecasts of models that remember, against loops that read all rows from the beginning."""

import numpy as np
import pytest

from forecast_models import from_the_beginning, refused, remembering, series, states_and_outputs
from pipekeras.errors import DataError
from pipekeras.sequences.forecast import sequence_forecast
from pipekeras.sequences.states import get_states, set_states

close = dict(rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    ("timesteps", "per_step", "batch"),
    [(1, True, 1), (None, True, 1), (None, False, 2), (4, True, 1), (4, False, 3)],
)
def test_a_warmed_up_model_is_one_that_reads_all_from_the_beginning(timesteps, per_step, batch):
    model, data = remembering(batch, timesteps, per_step), series(11)
    np.testing.assert_allclose(sequence_forecast(model, data, 5), from_the_beginning(model, data, 5)[:, 0], **close)


def test_warming_up_in_blocks_changes_nothing():
    model, data = remembering(1, None), series(11)
    wanted = from_the_beginning(model, data, 4)[:, 0]
    for lookback in (5, 50):
        np.testing.assert_allclose(sequence_forecast(model, data, 4, lookback=lookback), wanted, **close)


def test_warmup_takes_the_last_rows_alone():
    model, data = remembering(1, 1), series(20)
    forecast = sequence_forecast(model, data, 4, warmup=6)
    np.testing.assert_allclose(forecast, from_the_beginning(model, data[-6:], 4)[:, 0], **close)
    assert np.abs(forecast - sequence_forecast(model, data, 4)).max() > 1e-6


def test_blocks_that_are_predicted_a_block_ahead():
    """12 in, 12 out: x = rows 1 to 12, y = rows 13 to 24."""
    model, data = remembering(1, 4), series(13)
    forecast = sequence_forecast(model, data, 10, delay=4)
    rows = data[1:]  # a whole number of blocks
    while len(rows) < 22:
        rows = np.append(rows, states_and_outputs(model, rows)[1][-4:])
    np.testing.assert_allclose(forecast, rows[12:22], **close)


def test_a_stateful_model_of_several_steps_ahead():
    model, data = remembering(1, 1, per_step=False, horizon=3), series(10)
    forecast, rows = sequence_forecast(model, data, 7), data
    while len(rows) < 17:
        rows = np.append(rows, states_and_outputs(model, rows)[1][-1])
    np.testing.assert_allclose(forecast, rows[10:17], **close)


def test_several_series_are_rows_of_the_batch():
    data = np.stack([series(9, 2, seed) for seed in range(5)])
    model = remembering(2, 1, columns=2)
    wanted = np.stack([from_the_beginning(model, one, 3, 2) for one in data])
    np.testing.assert_allclose(sequence_forecast(model, data, 3), wanted, **close)
    flat, ids = np.concatenate([data[0], data[1][:6], data[2]]), [0] * 9 + [1] * 6 + [2] * 9
    wanted[1] = from_the_beginning(model, data[1][:6], 3, 2)
    np.testing.assert_allclose(sequence_forecast(model, flat, 3, groups=ids), wanted[:3], **close)


def test_blocks_of_one_series_are_not_taken_for_series():
    """As the R script of the cosine has its data: (rows, 1, 1)."""
    refused(DataError, r"data has shape \(30, 1, 1\): 30 series as short as a block of the model, 1 step\. If they are "
            r"the blocks of one series, give the series: sequence_unreshape\(data\)", remembering(1, 1),
            series(30)[:, None, None], 2)  # fmt: skip


def test_known_values_go_into_a_model_that_remembers():
    data, future = series(9, 2), series(4, 1, seed=8)
    model = remembering(1, 1, per_step=False, columns=2, horizon=1)
    forecast, rows = sequence_forecast(model, data, 4, targets=1, known=future), data
    for known in future[:, 0]:
        rows = np.concatenate([rows, [[known, states_and_outputs(model, rows)[1][-1, 0]]]])
    np.testing.assert_allclose(forecast[:, 0], rows[9:, 1], **close)


@pytest.mark.parametrize("timesteps", [1, 4])
def test_states_are_put_back(timesteps):
    model, data = remembering(1, timesteps, layer="lstm" if timesteps == 1 else "simple_rnn"), series(12)
    model.predict_on_batch(data[None, :timesteps, None])
    held = [np.full((1, 3), 0.25 * (number + 1)) for number in range(1 + (timesteps == 1))]
    set_states(model, held)
    sequence_forecast(model, data, 3)
    np.testing.assert_array_equal(next(iter(get_states(model).values())), held)
    with pytest.raises(DataError):
        sequence_forecast(model, np.append(data, np.nan), 3)
    np.testing.assert_array_equal(next(iter(get_states(model).values())), held)


@pytest.mark.parametrize("timesteps", [1, 4, None])
def test_keep_states_leaves_them_as_after_the_data(timesteps):
    model, data = remembering(1, timesteps), series(12)
    sequence_forecast(model, data, 3, keep_states=True)
    (kept,) = next(iter(get_states(model).values()))
    np.testing.assert_allclose(kept[0], states_and_outputs(model, data)[0][-1], **close)
