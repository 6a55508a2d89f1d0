"""Inputs beside the series, and the future of columns that are not predicted."""

import numpy as np
import pytest

from forecast_models import beside_model, series
from pipekeras.errors import DataError
from pipekeras.sequences.forecast import sequence_forecast


def test_a_model_with_inputs_known_and_static():
    data, future, static = series(12), series(4, 2, seed=3), np.array([0.5, -1.0, 2.0], "float32")
    model = beside_model((2,), static=3)
    forecast, rows = sequence_forecast(model, data, 4, known=future, static=static), list(data)
    for step in range(4):
        x = np.array(rows[-3:], "float32")[None, :, None]
        out = model.predict_on_batch({"x": x, "known": future[None, step], "static": static[None]})
        rows.append(out[0, 0])
    np.testing.assert_allclose(forecast, rows[12:], rtol=1e-4, atol=1e-5)


def test_known_rows_are_those_of_all_steps_that_are_predicted():
    data, future = series(12), series(6, 2, seed=3)
    model = beside_model((3, 2), horizon=3)
    forecast = sequence_forecast(model, data, 5, known=future)
    first = model.predict_on_batch({"x": data[None, 9:, None], "known": future[None, :3]})[0]
    second = model.predict_on_batch({"x": first[None, :, None], "known": future[None, 3:]})[0]
    np.testing.assert_allclose(forecast, np.append(first, second)[:5], rtol=1e-4, atol=1e-5)
    with pytest.raises(DataError, match=r"known has 5 rows, and with steps=5 the model reads 6.*1 too few"):
        sequence_forecast(model, data, 5, known=future[:5])


def test_static_values_by_group():
    data, ids = np.append(series(8), series(9, seed=1)), ["u"] * 8 + ["v"] * 9
    model, future = beside_model((1,), static=2), series(3, 1)
    static = {"v": [3.0, 4.0], "u": [1.0, 2.0]}
    forecast = sequence_forecast(model, data, 3, groups=ids, known=future, static=static)
    for row, part, name in [(0, data[:8], "u"), (1, data[8:], "v")]:
        alone = sequence_forecast(model, part, 3, known=future, static=static[name])
        np.testing.assert_allclose(forecast[row], alone, rtol=1e-5, atol=1e-6)
