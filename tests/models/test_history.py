"""What fit() returns: its values, how it prints, and its data frame."""

import math

import numpy as np
import pytest

from pipekeras._keras import keras
from pipekeras.errors import InvalidValueError, PipeError
from pipekeras.models.history import History, as_data_frame, curves, pretty
from pipekeras.models.plot import plot


def history(logs, first=0, epochs=None):
    return History(range(first, first + len(logs)), logs, {"verbose": 0, "epochs": epochs or first + len(logs)})


TWO = [
    {"accuracy": 0.5, "loss": 1.25, "val_accuracy": 0.25, "val_loss": 2.0},
    {"accuracy": 0.75, "loss": 0.123456, "val_accuracy": 0.5, "val_loss": 1.0},
]


def test_metrics_are_lists_by_name_in_the_order_of_keras():
    h = history(TWO)
    assert h.metrics == {
        "accuracy": [0.5, 0.75],
        "loss": [1.25, 0.123456],
        "val_accuracy": [0.25, 0.5],
        "val_loss": [2.0, 1.0],
    }
    assert list(h.metrics) == ["accuracy", "loss", "val_accuracy", "val_loss"]
    assert h.history == h.metrics and h.epoch == [0, 1] and h.params["epochs"] == 2


def test_values_are_plain_floats_whatever_they_were():
    h = history([{"loss": np.float32(0.5), "f1": np.array([0.25, 0.75])}])
    assert type(h.metrics["loss"][0]) is float
    assert h.metrics["f1"] == [[0.25, 0.75]]


def test_a_metric_that_was_not_computed_has_fewer_values():
    logs = [{"loss": 3.0}, {"loss": 2.0, "val_loss": 5.0}, {"loss": 1.0}]
    assert history(logs).metrics == {"loss": [3.0, 2.0, 1.0], "val_loss": [5.0]}


def test_epochs_and_logs_belong_together():
    with pytest.raises(InvalidValueError, match="History got 2 epochs and the logs of 1"):
        History([0, 1], [{"loss": 1.0}], {})


# Printing -------------------------------------------------------------------------------------------------------------


def test_prints_as_r_does():
    assert repr(history(TWO)) == (
        "\n"
        "Final epoch (plot to see history):\n"
        "    accuracy: 0.75\n"
        "        loss: 0.1235\n"
        "val_accuracy: 0.5\n"
        "    val_loss: 1"
    )


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"), (1.0, "1"), (0.25, "0.25"), (0.123456, "0.1235"), (0.99996, "1"), (12.3456, "12.35"),
        (123.45678, "123.5"), (12345.678, "12,346"), (1234567.8, "1,234,568"), (0.00001234, "0.00001234"),
        (9.99996e-5, "0.0001"), (-0.5, "-0.5"), (float("nan"), "NaN"), (float("inf"), "Inf"), (-float("inf"), "-Inf"),
    ],
)  # fmt: skip
def test_numbers_as_r_prints_them(value, text):
    assert pretty(value) == text


def test_a_value_that_is_not_of_the_final_epoch_says_so():
    assert repr(history([{"loss": 2.0}, {"loss": 1.5, "val_loss": 3.0}, {"loss": 1.25}])).splitlines()[2:] == [
        "    loss: 1.25",
        "val_loss: 3 (epoch 1)",
    ]


def test_prints_where_no_epoch_ran():
    assert repr(History([], [], {"epochs": 0})) == "\nNo epoch was run: there is no history to see."


# Data frame -----------------------------------------------------------------------------------------------------------


def test_the_frame_is_long_metric_by_metric():
    frame = as_data_frame(history(TWO))
    assert list(frame.columns) == ["epoch", "value", "metric", "data"]
    assert [str(dtype) for dtype in frame.dtypes] == ["int64", "float64", "category", "category"]
    assert frame.epoch.tolist() == [0, 1] * 4
    assert frame.value.tolist() == [0.5, 0.75, 1.25, 0.123456, 0.25, 0.5, 2.0, 1.0]
    assert frame.metric.tolist() == ["accuracy"] * 2 + ["loss"] * 2 + ["accuracy"] * 2 + ["loss"] * 2
    assert frame.data.tolist() == ["training"] * 4 + ["validation"] * 4
    assert list(frame.metric.cat.categories) == ["accuracy", "loss"]
    assert list(frame.data.cat.categories) == ["training", "validation"]
    assert frame.index.tolist() == list(range(8))


def test_the_frame_can_be_piped_to():
    assert (history(TWO) >> as_data_frame()).equals(as_data_frame(history(TWO)))


def test_epochs_that_did_not_run_are_missing():
    frame = as_data_frame(history([{"loss": 2.0}, {"loss": 1.0}], epochs=4))
    assert frame.epoch.tolist() == [0, 1, 2, 3]
    assert frame.value.tolist()[:2] == [2.0, 1.0] and frame.value.isna().tolist() == [False, False, True, True]


def test_epochs_without_validation_are_missing():
    logs = [{"loss": 4.0}, {"loss": 3.0, "val_loss": 5.0}, {"loss": 2.0}, {"loss": 1.0, "val_loss": 6.0}]
    frame = as_data_frame(history(logs))
    validation = frame[frame.data == "validation"]
    assert validation.epoch.tolist() == [0, 1, 2, 3]
    assert [None if math.isnan(v) else v for v in validation.value] == [None, 5.0, None, 6.0]


def test_training_that_goes_on_starts_at_its_first_epoch():
    frame = as_data_frame(history([{"loss": 2.0}, {"loss": 1.0}], first=3))
    assert frame.epoch.tolist() == [3, 4]


def test_a_learning_rate_is_a_metric_of_training():
    frame = as_data_frame(history([{"loss": 1.0, "val_loss": 2.0, "learning_rate": 0.01}]))
    assert frame.metric.tolist() == ["loss", "loss", "learning_rate"]
    assert frame.data.tolist() == ["training", "validation", "training"]


def test_an_output_whose_name_begins_with_val():
    log = {"loss": 1.0, "val_out_loss": 2.0, "val_loss": 3.0, "val_val_out_loss": 4.0}
    assert [(c.metric, c.data) for c in curves(history([log]))] == [
        ("loss", "training"),
        ("val_out_loss", "training"),
        ("loss", "validation"),
        ("val_out_loss", "validation"),
    ]


def test_a_metric_of_several_values_is_as_many_metrics():
    frame = as_data_frame(history([{"f1": [0.25, 0.75], "val_f1": [0.5, 1.0]}]))
    assert frame.metric.tolist() == ["f1[0]", "f1[1]", "f1[0]", "f1[1]"]
    assert frame.data.tolist() == ["training"] * 2 + ["validation"] * 2
    assert frame.value.tolist() == [0.25, 0.75, 0.5, 1.0]


def test_the_frame_of_no_epochs_has_its_columns():
    frame = as_data_frame(History([], [], {"epochs": 0}))
    assert len(frame) == 0
    assert [str(dtype) for dtype in frame.dtypes] == ["int64", "float64", "category", "category"]


def test_only_a_history_becomes_a_frame():
    with pytest.raises(PipeError, match=r"as_data_frame applies to a training history, as fit\(\) returns, it got 3"):
        as_data_frame(3)


# Keras's own ----------------------------------------------------------------------------------------------------------


def of_keras(epochs, **metrics):
    result = keras.callbacks.History()
    result.epoch, result.history, result.params = list(epochs), metrics, {"verbose": 0, "epochs": epochs[-1] + 1}
    return result


def test_the_history_of_keras_is_taken_too():
    x = np.ones((8, 2), "float32")
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    theirs = model.fit(x, x[:, :1], epochs=5, validation_split=0.5, validation_freq=2, verbose=0)
    frame = as_data_frame(theirs)
    training, validation = frame[frame.data == "training"], frame[frame.data == "validation"]
    assert training.value.tolist() == theirs.history["loss"]
    assert validation.dropna().epoch.tolist() == [1, 3]
    assert validation.dropna().value.tolist() == theirs.history["val_loss"]
    assert plot(theirs).axes[0].get_ylabel() == "loss"


def test_when_keras_validated_is_worked_out_or_asked_for():
    def epochs(history):
        frame = as_data_frame(history)
        return frame[frame.data == "validation"].dropna().epoch.tolist()

    ten = [0.5] * 10
    assert epochs(of_keras(range(10), loss=ten, val_loss=[1.0] * 3)) == [2, 5, 8]
    assert epochs(of_keras(range(4, 10), loss=ten[:6], val_loss=[1.0] * 3)) == [5, 7, 9]
    with pytest.warns(UserWarning, match="2 values of val_loss for 10 epochs, .*: epochs 4, 9 are assumed"):
        assert epochs(of_keras(range(10), loss=ten, val_loss=[1.0] * 2)) == [4, 9]
    with pytest.raises(InvalidValueError, match="has 9 values of val_loss for 10 epochs, and does not say for which"):
        as_data_frame(of_keras(range(10), loss=ten, val_loss=[1.0] * 9))
