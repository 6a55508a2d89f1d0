"""How calls stand side by side, in R and in Python."""

import pytest

import pipekeras as pk
import site_usage as usage

pytestmark = pytest.mark.any_backend


@pytest.mark.parametrize(
    ("name", "r", "python"),
    [
        ("layer_lstm", "x |> layer_lstm(units = 32)", "x >> layer_lstm(units=32)"),
        ("layer_add", "list(x, y) |> layer_add()", "[x, y] >> layer_add()"),
        ("layer_flatten", "x |> layer_flatten()", "x >> layer_flatten()"),
        ("fit", "model |> fit(x, y, epochs = 10)", "model >> fit(x, y, epochs=10)"),
        ("op_mean", "op_mean(x)", "op_mean(x)"),
        ("optimizer_adam", "optimizer_adam()", "optimizer_adam()"),
        ("sequence_windows", None, "series >> sequence_windows(lookback=12)"),
        ("newaxis", "newaxis", "newaxis"),
        ("rnn_cell_gru", "rnn_cell_gru(units = 32)", "rnn_cell_gru(units=32)"),
        ("rnn_cells_stack", "rnn_cells_stack(cells)", "rnn_cells_stack(cells)"),
        ("layer_pipeline", "layer_pipeline(layers)", "layer_pipeline(layers)"),
        ("layer_input", "layer_input(shape = 784)", "layer_input(shape=784)"),
        ("layer_attention", "list(x, y) |> layer_attention()", "[x, y] >> layer_attention()"),
        ("summary", None, "model >> summary()"),
        ("fit_text_tokenizer", "tokenizer |> fit_text_tokenizer(x)", "tokenizer >> fit_text_tokenizer(x)"),
        ("fit_image_data_generator", *(f"generator {p} fit_image_data_generator(x)" for p in ("|>", ">>"))),
        ("adapt", "layer |> adapt(data)", "layer >> adapt(data)"),
        ("get_vocabulary", "layer |> get_vocabulary()", "layer >> get_vocabulary()"),
        ("set_vocabulary", "layer |> set_vocabulary(vocabulary)", "layer >> set_vocabulary(vocabulary)"),
        ("py_help", "py_help(object)", "py_help(object)"),
    ],
)
def test_a_likely_call(name, r, python):
    assert usage.example_of(name, getattr(pk, name), name) == (r, python)


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("save_model", "model.keras"),
        ("load_model", "model.keras"),
        ("callback_model_checkpoint", "model.keras"),
        ("save_model_weights", "model.weights.h5"),
        ("load_model_weights", "model.weights.h5"),
        ("save_model_hdf5", "model.h5"),
        ("mobilenet_load_model_hdf5", "model.h5"),
        ("save_model_weights_hdf5", "model.h5"),  # in .weights.h5 it would be Keras 3's form, without names
        ("save_model_tf", "model"),
        ("load_model_tf", "model"),
        ("save_model_weights_tf", "model"),  # R refuses an ending in .h5
        ("export_savedmodel", "model"),
        ("layer_tfsm", "model"),
        ("save_text_tokenizer", "tokenizer.json"),
        ("load_text_tokenizer", "tokenizer.json"),
        ("save_model_config", "model.json"),
        ("load_model_config", "model.json"),
        ("callback_csv_logger", "log.csv"),
        ("callback_sequence_checkpoint", "training.ckpt"),
    ],
)
def test_a_file_is_named_as_the_function_wants_it(name, file):
    for call in filter(None, usage.example_of(name, getattr(pk, name), name)):
        assert f'"{file}"' in call


@pytest.mark.parametrize(
    ("name", "shape", "dtype"),
    [
        ("layer_dense", (8,), "float32"),
        ("layer_embedding", (8,), "int32"),
        ("layer_dropout", (8,), "float32"),
        ("layer_activation", (8,), "float32"),
        ("layer_batch_normalization", (8,), "float32"),
        ("layer_category_encoding", (8,), "int32"),
        ("layer_discretization", (8,), "float32"),
        ("layer_conv_1d", (8, 4), "float32"),
        ("layer_lstm", (8, 4), "float32"),
        ("layer_attention", (8, 4), "float32"),
        ("layer_multi_head_attention", (8, 4), "float32"),
        ("layer_conv_2d", (8, 8, 3), "float32"),
        ("layer_max_pooling_2d", (8, 8, 3), "float32"),
        ("layer_resizing", (8, 8, 3), "float32"),
        ("layer_random_posterization", (8, 8, 3), "float32"),
        ("layer_add", (8,), "float32"),
        ("layer_hashed_crossing", (1,), "int32"),
    ],
)
def test_a_layer_s_call_runs(name, shape, dtype):
    x, y = (pk.keras_input(shape=shape, dtype=dtype) for _ in range(2))
    call = usage.example_of(name, getattr(pk, name), name)[1]
    assert call.startswith(("x >> ", "[x, y] >> "))
    assert pk.k_is_keras_tensor(eval(call, vars(pk) | {"x": x, "y": y}))


@pytest.mark.parametrize(
    "name",
    [
        "rnn_cell_simple", "rnn_cell_gru", "rnn_cell_lstm", "rnn_cells_stack", "layer_simple_rnn_cell",
        "layer_gru_cell", "layer_lstm_cell", "layer_stacked_rnn_cells",
    ],
)  # fmt: skip
def test_a_cell_s_call_runs_without_x(name):
    call = usage.example_of(name, getattr(pk, name), name)[1]
    made = eval(call, vars(pk) | {"cells": [pk.rnn_cell_gru(units=4)]})
    assert pk.layer_rnn(cell=made) is not None


def test_both_packages_are_shown_where_they_differ():
    headings = [heading for heading, _, _ in usage.usage_of("layer_lstm", pk.layer_lstm, "layer_lstm")]
    assert headings == ["R: keras3", "R: keras 2.x", "Python"]


def test_one_call_is_enough_where_they_agree():
    headings = [heading for heading, _, _ in usage.usage_of("array_reshape", pk.array_reshape, "array_reshape")]
    assert headings == ["R", "Python"]


def test_a_long_call_has_a_line_for_each_argument():
    (*_, (_, language, code)) = usage.usage_of("layer_dense", pk.layer_dense, "layer_dense")
    assert language == "python"
    assert code.startswith("layer_dense(\n  units,\n  activation=None,\n") and code.endswith("\n)")
    assert "  *,\n" in code


def test_every_python_call_can_be_read():
    """As code of Python's, whatever the arguments are."""
    wrong = []
    for name in pk.__all__:
        value = getattr(pk, name)
        calls = [usage.example_of(name, value, name)[1]]
        calls += [
            f"(lambda {c[len(name) + 1 : -1]}: 0)" for _, r, c in usage.usage_of(name, value, name) if r == "python"
        ]
        for call in calls:
            try:
                compile(call, name, "eval")
            except SyntaxError:
                wrong.append(call)
    assert not wrong
