"""The places where a port of R's Keras goes wrong most easily, each with what pipekeras does there.

The numbers are those of a list of thirty that was kept while R's own behaviour was recorded; each is a test here, and
most are tested at length beside their module. Where pipekeras differs from R on purpose, differences.py says so too.
"""

import inspect

import numpy as np
import pandas as pd
import pytest

import pipekeras as pk
from pipekeras import differences
from pipekeras._keras import keras
from pipekeras.coverage import value_of
from pipekeras.inventory import exports


def numbers(tensor):
    return np.asarray(keras.ops.convert_to_numpy(tensor)).tolist()


def dense_model(units=2, features=3, **compiled):
    model = pk.keras_model_sequential(input_shape=features) >> pk.layer_dense(units)
    return model >> pk.compile(**{"loss": "mse", **compiled})


DATA = np.arange(12, dtype="float32").reshape(4, 3), np.ones((4, 2), "float32")


def test_01_rs_formal_defaults_are_not_forwarded():
    formals = dict(exports("keras3")["optimizer_muon"])
    made, plain = pk.optimizer_muon().get_config(), keras.optimizers.Muon().get_config()
    assert made == {**plain, "name": made["name"]}
    assert value_of(formals["weight_decay"]) != made["weight_decay"]  # what R shows is not what R makes


def test_02_axes_count_from_0_in_every_function():
    x = np.arange(6, dtype="float32").reshape(2, 3)
    assert pk.layer_layer_normalization(axis=1).axis == [1] or pk.layer_layer_normalization(axis=1).axis == 1
    assert pk.layer_batch_normalization(axis=1).axis == 1
    assert (pk.layer_concatenate([keras.ops.ones((2, 3))] * 2, axis=0)).shape[0] == 4
    assert numbers(pk.op_sum(x, axis=0)) == numbers(pk.k_sum(x, axis=0)) == [3, 5, 7]
    assert "axes count from 0" in differences.BY_ARGUMENT["axis"]


def test_03_and_04_indices_count_from_0_going_in_and_coming_out():
    x = np.array([[1.0, 5, 2]], "float32")
    assert numbers(pk.op_argmax(x, axis=1)) == numbers(pk.k_argmax(x)) == [1]
    assert numbers(pk.op_argmax(x, axis=1, zero_indexed=True)) == [1]
    assert numbers(pk.op_take(x, [0, 2], axis=1)) == [[1, 2]]
    with pytest.raises(pk.PipekerasError, match="zero_indexed"):
        pk.op_argmax(x, axis=1, zero_indexed=False)


def test_05_positions_from_where_and_unravel_index_count_from_0_too():
    rows, columns = pk.op_unravel_index(np.array([1, 5]), (2, 3))
    assert (numbers(rows), numbers(columns)) == ([0, 1], [1, 2])
    found = pk.op_where(np.array([False, True]))
    assert np.ravel([numbers(part) for part in (found if isinstance(found, (list, tuple)) else [found])]).tolist() == [
        1
    ]


def test_06_arange_excludes_its_end_and_never_passes_it():
    assert numbers(pk.op_arange(4)) == [0, 1, 2, 3]
    assert numbers(pk.op_arange(1, 6, 2)) == [1, 3, 5]
    assert numbers(pk.op_arange(1, 6, 2, include_end=True)) == [1, 3, 5] and "op_arange" in differences.MEANING


def test_07_a_count_of_axes_is_a_count():
    a = np.ones((2, 3, 4), "float32")
    assert tuple(pk.op_tensordot(a, a.transpose(1, 2, 0), axes=2).shape) == (2, 2)
    assert numbers(pk.op_rot90(np.array([[1, 2], [3, 4]]), axes=(0, 1))) == [[2, 4], [1, 3]]


def test_08_subsets_are_pythons():
    x = np.arange(10, dtype="float32")
    assert numbers(pk.op_subset(x, slice(1, 3))) == [1, 2]
    assert numbers(pk.op_subset(x, -1)) == 9
    assert numbers(pk.op_subset_set(x, slice(0, 2), value=7.0))[:3] == [7, 7, 2] and x[0] == 0


def test_09_a_sequential_model_grows_in_place_and_a_functional_one_does_not():
    model = pk.keras_model_sequential(input_shape=3)
    assert model >> pk.layer_dense(2) is model and len(model.layers) == 1
    inputs = pk.layer_input(3)
    with pytest.raises(pk.PipeError, match="is finished"):
        pk.keras_model(inputs, inputs >> pk.layer_dense(2)) >> pk.layer_dense(1)


def test_10_layers_and_models_are_steps():
    model = dense_model()
    x = pk.layer_input(3)
    assert tuple((x >> model).shape) == (None, 2)
    outer = pk.keras_model_sequential(input_shape=3) >> keras.layers.Dense(3) >> model
    assert outer.layers[-1] is model


def test_11_names_count_in_the_order_of_reading():
    model = pk.keras_model_sequential(input_shape=3) >> pk.layer_dense(1) >> pk.layer_dense(2)
    assert [(layer.name, layer.units) for layer in model.layers] == [("dense", 1), ("dense_1", 2)]


def test_12_a_list_goes_in_as_one_but_attention_unpacks_it():
    q = keras.ops.ones((1, 2, 4))
    assert tuple(([q, q] >> pk.layer_multi_head_attention(num_heads=2, key_dim=2)).shape) == (1, 2, 4)
    assert tuple(([q, q] >> pk.layer_attention()).shape) == (1, 2, 4)
    with pytest.raises(pk.PipekerasError):
        [q, q] >> pk.layer_dense(2)


def test_13_merges_take_any_number_of_tensors_and_none():
    x = keras.ops.ones((1, 2))
    assert numbers(pk.layer_add(x, x)) == numbers([x, x] >> pk.layer_add()) == numbers(x >> pk.layer_add(x)) == [[2, 2]]
    assert isinstance(pk.layer_add(), keras.layers.Add)


def test_14_an_input_shape_may_be_a_number_and_hold_na():
    for shape in (3, 3.0, [3], (3,)):
        model = pk.keras_model_sequential() >> pk.layer_dense(1, input_shape=shape)
        assert model.input_shape == (None, 3)
    assert (pk.keras_model_sequential(input_shape=(float("nan"), 4)) >> pk.layer_gru(1)).input_shape == (None, None, 4)


def test_15_what_keras_3_refuses_on_a_first_layer_is_emulated():
    weights = [np.ones((3, 1), "float32"), np.zeros(1, "float32")]
    layer = pk.layer_dense(1, batch_input_shape=(2, 3), weights=weights, trainable=None)
    model = pk.keras_model_sequential() >> layer
    assert model.input_shape == (2, 3)
    np.testing.assert_array_equal(model.get_weights()[0], weights[0])


def test_16_the_first_argument_of_a_sequential_model_is_its_input_shape_and_a_list_of_layers_says_so():
    assert (pk.keras_model_sequential((4,)) >> pk.layer_dense(1)).input_shape == (None, 4)
    assert len(pk.keras_model_sequential(layers=[pk.layer_dense(1)]).layers) == 1


def test_17_fit_trains_one_epoch_counts_from_0_and_swallows_nothing():
    parameters = inspect.signature(pk.fit).parameters
    assert parameters["epochs"].default == 1 and parameters["initial_epoch"].default == 0
    assert parameters["batch_size"].kind is inspect.Parameter.KEYWORD_ONLY
    model = dense_model()
    assert len((model >> pk.fit(*DATA, epochs=5, initial_epoch=3, verbose=0)).epoch) == 2
    with pytest.raises(pk.ArgumentError, match="did you mean epochs"):
        model >> pk.fit(*DATA, epoch=2)


def test_18_orders_that_the_packages_disagree_on_are_keras3s():
    def order(function):
        return [p.name for p in inspect.signature(function).parameters.values() if p.kind is p.POSITIONAL_OR_KEYWORD]

    assert order(pk.train_on_batch)[3:5] == ["sample_weight", "class_weight"]
    assert order(pk.k_in_top_k)[:2] == ["predictions", "targets"]
    assert order(pk.op_in_top_k)[:2] == ["targets", "predictions"]


def test_19_evaluate_always_gives_names():
    assert list(dense_model(metrics="mae") >> pk.evaluate(*DATA, verbose=0)) == ["loss", "mae"]
    assert list(dense_model() >> pk.evaluate(*DATA, verbose=0)) == ["loss"]


def test_20_metrics_in_every_form():
    def foo(y_true, y_pred):
        return keras.ops.mean(y_pred)

    for given, names in [
        ("acc", ["acc"]),
        ({"foo": foo}, ["foo"]),
        (["mae", {"bar": foo}], ["mae", "bar"]),
        (pk.custom_metric("mine", foo), ["mine"]),
        (pk.metric_mean_absolute_error, ["mean_absolute_error"]),
        ([pk.metric_mean_squared_error(name="z")], ["z"]),
    ]:
        assert list(dense_model(metrics=given) >> pk.evaluate(*DATA, verbose=0)) == ["loss", *names]
    losses = [dense_model(loss=loss) >> pk.evaluate(*DATA, verbose=0) for loss in ("mse", pk.loss_mean_squared_error)]
    assert np.isfinite([loss["loss"] for loss in losses]).all()


def test_21_categoricals_are_their_codes_and_keep_their_levels():
    y = pd.Categorical(["b", "a"], categories=["a", "b", "c"])
    np.testing.assert_array_equal(pk.to_categorical(y), [[0, 1, 0], [1, 0, 0]])


def test_22_a_loss_computes_with_data_and_is_an_instance_without():
    assert isinstance(pk.loss_mean_squared_error(reduction="auto"), keras.losses.MeanSquaredError)
    assert numbers(pk.loss_mean_squared_error([1.0, 2], [1.0, 4])) == 2
    with pytest.raises(pk.ArgumentError):
        pk.loss_mean_squared_error([1.0, 2])
    with pytest.raises(pk.ArgumentError, match="reduction"):
        pk.loss_mean_squared_error([1.0, 2], [1.0, 4], reduction="sum")


def test_23_callbacks_see_epochs_and_batches_from_0_and_what_they_return_is_logged():
    seen = []
    watch = pk.callback_lambda(
        on_epoch_end=lambda epoch, logs: seen.append(epoch) or {"extra": epoch * 10.0},
        on_train_batch_begin=lambda batch, logs: seen.append(("batch", batch)),
    )
    rates = pk.callback_learning_rate_scheduler(lambda epoch, lr: seen.append(("rate", epoch)) or lr)
    history = dense_model() >> pk.fit(*DATA, epochs=2, callbacks=[watch, rates], verbose=0, batch_size=4)
    assert [s for s in seen if isinstance(s, int)] == [0, 1]
    assert {s for s in seen if isinstance(s, tuple)} == {("batch", 0), ("rate", 0), ("rate", 1)}
    assert history.metrics["extra"] == [0, 10]


def test_24_freezing_a_range_sets_all_other_layers():
    model = pk.keras_model_sequential(input_shape=3)
    for name in "abcd":
        model >> pk.layer_dense(3, name=name)
    pk.freeze_weights(model, from_="b")
    assert [layer.trainable for layer in model.layers] == [True, False, False, False]
    pk.freeze_weights(model, from_=0, to=2)
    assert [layer.trainable for layer in model.layers] == [False, False, True, True]


def test_25_a_generator_function_is_called_once_a_batch_and_none_ends_it():
    calls = []

    def batches():
        calls.append(1)
        return [DATA[0], DATA[1]] if len(calls) <= 6 else None

    dense_model() >> pk.fit(batches, steps_per_epoch=3, epochs=2, verbose=0)
    assert len(calls) == 6


def test_26_saving_never_overwrites_unasked_and_no_path_gives_bytes(tmp_path):
    model = dense_model()
    pk.save_model(model, tmp_path / "m.keras")
    with pytest.raises(pk.PipekerasError, match="overwrite=True"):
        pk.save_model(model, tmp_path / "m.keras")
    assert isinstance(pk.save_model(model), bytes)
    pk.save_model_weights_hdf5(model, tmp_path / "w.h5")
    pk.load_model_weights_hdf5(model, tmp_path / "w.h5")


def test_27_fractions_stay_fractions():
    assert pk.callback_early_stopping(min_delta=0.01).min_delta in (0.01, -0.01)
    assert pk.constraint_maxnorm(1.5).max_value == 1.5
    assert numbers(pk.op_select([np.array([False])], [np.array([1.0], "float32")], default=0.5)) == [0.5]
    assert pk.loss_circle(gamma=80.5).get_config()["gamma"] == 80.5


def test_28_the_history_frame_has_every_epoch_even_where_nothing_was_validated():
    history = dense_model() >> pk.fit(*DATA, epochs=2, validation_data=DATA, validation_freq=2, verbose=0)
    frame = pk.as_data_frame(history)
    assert len(frame) == 4 and frame["value"].isna().sum() == 1


def test_29_windows_texts_and_axes():
    windows = pk.timeseries_dataset_from_array(np.arange(8.0), None, 3, start_index=1, end_index=6, batch_size=8)
    assert numbers(next(iter(windows)))[0] == [1, 2, 3]
    tokenizer = pk.text_tokenizer() >> pk.fit_text_tokenizer(["a b a"])
    assert (tokenizer >> pk.texts_to_matrix(["a b a"])).tolist() == [[0, 1, 1]]
    np.testing.assert_allclose(pk.normalize(np.array([[3.0, 0], [4, 1]]), axis=0), [[0.6, 0], [0.8, 1]])
    assert pk.layer_text_vectorization(ngrams=[1, 2]).get_config()["ngrams"] in ([1, 2], (1, 2))


def test_30_defaults_that_changed_are_keras3s_and_classes_without_a_home_have_one():
    assert pk.layer_conv_lstm_2d(1, 1).cell.recurrent_activation is keras.activations.sigmoid
    assert pk.initializer_variance_scaling().distribution == "truncated_normal"
    assert numbers(pk.activation_sigmoid(np.zeros(2, "float32"))) == [0.5, 0.5]
    assert pk.optimizer_adam(lr=0.5).get_config()["learning_rate"] == pytest.approx(0.5)
    for made in (
        pk.metric_mean_relative_error(normalizer=[1.0]),
        pk.metric_mean_tensor(),
        pk.layer_locally_connected_1d(1, 1),
    ):
        assert type(made).__module__.startswith("pipekeras.")
    assert "layer_dense_features" in differences.UNAVAILABLE
