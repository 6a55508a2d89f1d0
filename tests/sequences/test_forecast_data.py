"""What a forecast goes on from and comes back as: scale, dates, data frames, files."""

import numpy as np
import pandas as pd
import pytest

from forecast_models import by_hand, linear, refused, series
from pipekeras.errors import DataError
from pipekeras.sequences.forecast import sequence_forecast
from pipekeras.sequences.scaling import sequence_scaler


def test_a_scaler_is_applied_and_undone():
    data = series(40, 3).astype("float64") * [1, 10, 100] + [5, 0, 1e6]
    future = series(4, 2).astype("float64") * [1, 100] + [5, 1e6]
    scaler = sequence_scaler(data)
    scaled = scaler.apply(data)
    model, _ = linear(4, 3, targets=1)
    by_self = sequence_forecast(model, scaled, 4, targets=1, known=scaler.apply(future, columns=[0, 2]))
    forecast = sequence_forecast(model, data, 4, targets=1, known=future, scaler=scaler)
    np.testing.assert_allclose(forecast, scaler.undo(by_self, columns=[1]), rtol=1e-4, atol=1e-4)
    frame = pd.DataFrame(data, columns=["a", "b", "c"])
    known = pd.DataFrame(future, columns=["a", "c"])
    from_frame = sequence_forecast(model, frame, 4, targets="b", known=known, scaler=sequence_scaler(frame))
    np.testing.assert_allclose(from_frame["b"].to_numpy(), forecast[:, 0], rtol=1e-5)


def test_scalers_of_ones_own_and_of_each_series():
    class Thousands:
        def apply(self, x):
            return x / 1000

        def undo(self, x):
            return x * 1000

    model, weights = linear(4, 1)
    data = series(12) * 1000
    wanted = by_hand(weights, data[:, None] / 1000, 5)[:, 0] * 1000
    np.testing.assert_allclose(sequence_forecast(model, data, 5, scaler=Thousands()), wanted, rtol=1e-4, atol=1e-2)

    data, ids = np.append(series(10), series(12, seed=1) * 50 + 7), np.array(["u"] * 10 + ["v"] * 12)
    scaler = sequence_scaler(data, groups=ids)
    forecast = sequence_forecast(model, data, 3, groups=ids, scaler=scaler)
    each = [sequence_forecast(model, p, 3, scaler=sequence_scaler(p)) for p in (data[:10], data[10:])]
    np.testing.assert_allclose(forecast, each, rtol=1e-4, atol=1e-4)
    frame = pd.DataFrame({"y": data, "id": ids})
    in_frame = sequence_forecast(model, frame, 3, groups="id", scaler=sequence_scaler(frame, groups="id"))
    np.testing.assert_allclose(in_frame["y"].to_numpy().reshape(2, 3), each, rtol=1e-4, atol=1e-4)


@pytest.mark.any_backend
@pytest.mark.parametrize(
    ("index", "wanted"),
    [
        (lambda: pd.date_range("2020-01-31", periods=8, freq="ME"), "2020-09-30 2020-10-31"),
        (lambda: pd.DatetimeIndex(["2020-01-01", "2020-01-02", "2020-01-03"]), "2020-01-04 2020-01-05"),
        (lambda: pd.DatetimeIndex(["2020-01-01", "2020-01-03"]), "2020-01-05 2020-01-07"),
        (lambda: pd.period_range("2020Q1", periods=3, freq="Q"), "2020Q4 2021Q1"),
        (lambda: pd.RangeIndex(10, 20, 5), "20 25"),
        (lambda: pd.Index([1990, 1991, 1992]), "1993 1994"),
        (lambda: pd.Index(["x", "y", "z"]), "3 4"),
        (lambda: pd.date_range("2020-03-28", periods=3, freq="D", tz="Europe/Berlin"), "2020-03-31 2020-04-01"),
    ],
)
def test_the_index_goes_on(index, wanted):
    from pipekeras.sequences.forecast_data import continued

    found = continued(index(), 2)
    assert [str(item).removesuffix(" 00:00:00").split(" 00:")[0] for item in found] == wanted.split()


def test_data_frames_and_series_come_back_as_such():
    index = pd.date_range("2020-01-01", periods=12, freq="h", name="when")
    model, _ = linear(4, 1)
    data = pd.Series(series(12), index=index, name="load")
    forecast = sequence_forecast(model, data, 3)
    assert isinstance(forecast, pd.Series) and forecast.name == "load" and forecast.index.name == "when"
    assert forecast.index[0] == pd.Timestamp("2020-01-01 12:00") and len(forecast) == 3
    model, _ = linear(4, 2)
    frame = pd.DataFrame(series(24, 2), columns=["a", "b"], index=index.append(index)).assign(id=[1] * 12 + [2] * 12)
    forecast = sequence_forecast(model, frame, 3, groups="id")
    assert forecast.index.tolist() == [pd.Timestamp(f"2020-01-01 {h}:00") for h in (12, 13, 14)] * 2


def test_what_is_read_from_a_file(tmp_path):
    from pipekeras.sequences.sources import sequence_source

    data = series(20, 3)
    np.save(tmp_path / "data.npy", data)
    model, _ = linear(4, 2)
    wanted = sequence_forecast(model, data, 3, columns=[2, 0])
    for stored in (np.load(tmp_path / "data.npy", mmap_mode="r"), sequence_source(tmp_path / "data.npy")):
        np.testing.assert_array_equal(sequence_forecast(model, stored, 3, columns=[2, 0]), wanted)
    np.save(tmp_path / "one.npy", data[:, 0])
    single, _ = linear(4, 1)
    forecast = sequence_forecast(single, sequence_source(tmp_path / "one.npy"), 3)
    np.testing.assert_array_equal(forecast, sequence_forecast(single, data[:, 0], 3))


def test_known_values_of_other_dates():
    model, _ = linear(4, 2, targets=1)
    dates = pd.date_range("2020-01-01", periods=20)
    frame = pd.DataFrame(series(20, 2), columns=["a", "b"], index=dates)
    data, future = frame[:12], frame[["b"]][12:]
    assert sequence_forecast(model, data, 3, targets="a", known=future).index[0] == dates[12]
    refused(DataError, r"row 0 of known is that of 2020-01-14 .*step 0 of the forecast that of 2020-01-13", model, data,
            3, targets="a", known=future[1:])  # fmt: skip


def test_dates_with_a_gap_are_not_gone_on_from_in_silence():
    dates = pd.date_range("2020", periods=9).delete(6)
    from pipekeras.sequences.forecast_data import continued

    with pytest.warns(UserWarning, match=r"the dates of data are not evenly spaced"):
        index = continued(dates, 2)
    assert index.tolist() == [8, 9]
