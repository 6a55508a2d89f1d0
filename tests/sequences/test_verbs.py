"""sequences/verbs.py: what is no series is refused at once, and arguments known from elsewhere are told."""

import pathlib

import numpy as np
import pandas
import pytest

from pipekeras.errors import ArgumentError, DataError
from pipekeras.sequences import sequence_fold, sequence_reshape, sequence_windows

pytestmark = pytest.mark.any_backend


@pytest.mark.parametrize("text", ["x.npy", "data/Jena.CSV", "To be,\nor not", "a" * 300])
def test_a_path_or_a_text_is_no_series(text):
    with pytest.raises(DataError, match=r"no series: open a file with sequence_source\(path\).* as list\(text\)"):
        sequence_windows(text, lookback=3)
    with pytest.raises(DataError, match=r"^sequence_fold: data is '"):
        sequence_fold(text, batch_size=1, timesteps=2)
    with pytest.raises(DataError, match=r"^sequence_reshape: data is '"):
        sequence_reshape(text, 2)


@pytest.mark.parametrize("data", ["hello", b"hello", pathlib.Path("hello")])
def test_what_is_said_to_be_the_data_is(data):
    with pytest.raises(DataError, match=r"sequence_windows: data is .*hello"):
        sequence_windows(data=data, lookback=3)
    with pytest.raises(DataError, match=r"sequence_windows: data is .*hello"):
        data >> sequence_windows(lookback=3)


def test_a_name_behind_the_pipe_is_that_of_a_column():
    frame = pandas.DataFrame({"T (degC)": np.arange(6.0), "b": 1.0})
    dataset = frame >> sequence_windows("T (degC)", lookback=3)
    assert dataset[0][1].ravel().tolist() == [3, 4, 5]


@pytest.mark.parametrize(
    ("name", "own"),
    [("length", "lookback"), ("sequence_length", "lookback"), ("sequence_stride", "stride"),
     ("step", "sampling_rate"), ("min_index", "start"), ("max_index", "end")],
)  # fmt: skip
def test_arguments_of_functions_for_the_same(name, own):
    with pytest.raises(ArgumentError, match=rf"^sequence_windows has no argument {name}; here it is {own}$"):
        sequence_windows([1, 2, 3], **{name: 2})
    with pytest.raises(ArgumentError, match=r"^sequence_reshape has no argument length; here it is timesteps$"):
        sequence_reshape([1, 2, 3], length=2)
