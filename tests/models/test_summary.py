"""summary(): the table of a model, where it is printed, and for models that are not complete."""

import os

import pytest

from pipekeras._keras import keras
from pipekeras.errors import InvalidValueError, PipeError
from pipekeras.models.summary import has_frozen_weights, summary


def small(*more):
    return keras.Sequential(
        [keras.layers.Input((4,)), keras.layers.Dense(3, name="one"), keras.layers.Dense(2, name="two"), *more],
        name="small",
    )


def printed(capsys, *args, **kwargs):
    assert summary(*args, **kwargs) is None
    return capsys.readouterr().out


def test_prints_names_shapes_and_counts(capsys):
    text = printed(capsys, small())
    assert text.startswith('Model: "small"\n')
    assert "one (Dense)" in text and "(None, 3)" in text and "Total params: 23" in text
    assert text.endswith("\n") and "\n\n" not in text


def test_can_be_piped_to(capsys):
    model = small()
    assert model >> summary() is None
    assert capsys.readouterr().out == printed(capsys, model)


def test_the_width_is_that_asked_for_though_the_terminal_is_narrower(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "60")
    for width in (50, 150):
        lines = printed(capsys, small(), line_length=width).splitlines()
        assert {len(line) for line in lines if line[0] in "┏┃┡│├└"} == {width}
        assert any(line.endswith("┓") for line in lines)
    assert os.environ["COLUMNS"] == "60"


def test_the_width_is_that_of_the_terminal_within_reason(capsys, monkeypatch):
    for columns, width in [("72", 72), ("500", 180), ("10", 40)]:
        monkeypatch.setenv("COLUMNS", columns)
        assert max(map(len, printed(capsys, small()).splitlines())) == width
    monkeypatch.delenv("COLUMNS")
    printed(capsys, small())
    assert "COLUMNS" not in os.environ


def test_positions_as_parts_and_in_characters(capsys):
    model = small()
    parts = printed(capsys, model, line_length=80, positions=(0.5, 0.75, 1.0))
    assert parts == printed(capsys, model, line_length=80, positions=(40, 60, 80))
    assert parts != printed(capsys, model, line_length=80)


def test_says_what_is_trained_where_some_weights_are_not(capsys):
    model = small()
    assert not has_frozen_weights(model)
    assert "Trainable ┃" not in printed(capsys, model, line_length=120)
    assert "Trainable ┃" in printed(capsys, model, line_length=120, show_trainable=True)
    model.layers[0].trainable = False
    assert has_frozen_weights(model)
    text = printed(capsys, model, line_length=120)
    assert "Trainable ┃" in text and "│     N     │" in text and "│     Y     │" in text
    assert "Trainable ┃" not in printed(capsys, model, line_length=120, show_trainable=False)


def test_layers_of_models_in_the_model_on_request(capsys):
    model = keras.Sequential([keras.layers.Input((4,)), small()])
    assert "one (Dense)" not in printed(capsys, model)
    assert "one (Dense)" in printed(capsys, model, expand_nested=True)


def test_a_range_of_layers(capsys):
    model = small(keras.layers.Dense(2, name="three"), keras.layers.Dense(2, name="one_more"))
    text = printed(capsys, model, layer_range=("one", "two"))
    assert "one (Dense)" in text and "two (Dense)" in text
    assert "three" not in text and "one_more" not in text
    text = printed(capsys, model, layer_range=("t.*", "one.*"))
    assert "one (Dense)" not in text and "two (Dense)" in text and "one_more (Dense)" in text


def test_a_model_not_built_yet(capsys):
    text = printed(capsys, keras.Sequential([keras.layers.Dense(3)]))
    assert "(unbuilt)" in text
    assert "Not built yet: shapes and parameters are known once the model meets data" in text
    assert "Not built yet" not in printed(capsys, small())


def test_a_model_without_layers(capsys):
    assert printed(capsys, keras.Sequential(name="empty")) == (
        'Model: "empty"\n No layers yet: add some, as in model >> layer_dense(10)\n'
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"line_length": 8}, "line_length=8 with positions=None leaves a column without room: make it wider"),
        ({"positions": [0.5]}, r"positions=\[0.5\] are fewer than the table has columns"),
        ({"layer_range": ("one", "twoo")}, "no layer is called 'twoo'; did you mean two"),
        ({"layer_range": ("one", "[")}, r"no layer is called '\['"),
        ({"layer_range": "one"}, r'layer_range must be two names of layers, \("first", "last"\); it got \'one\''),
        ({"layer_range": (0, 1)}, r"must be two names of layers, .* it got \(0, 1\)"),
    ],
)
def test_what_cannot_be_printed(arguments, message):
    with pytest.raises(InvalidValueError, match=f"summary: .*{message}"):
        summary(small(), **arguments)


def test_only_models_have_a_summary():
    with pytest.raises(PipeError, match=r"summary applies to a model, it got layer 'd' \(Dense\)"):
        summary(keras.layers.Dense(1, name="d"))
