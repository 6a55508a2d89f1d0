"""models/train.py: fit, evaluate, predict and their siblings for one batch, on every kind of data."""

import numpy as np
import pandas as pd
import pytest

from pipekeras._keras import keras
from pipekeras.errors import ArgumentError, DataError, InvalidValueError, PipeError, ShapeError
from pipekeras.growing import sequential
from pipekeras.models import train
from pipekeras.models.compiling import compile
from pipekeras.models.evaluation import Evaluation
from pipekeras.models.history import History
from pipekeras.models.train import evaluate, fit, predict, predict_on_batch, train_on_batch

pytestmark = pytest.mark.mixed

RNG = np.random.default_rng(1)
X = RNG.normal(size=(40, 3)).astype("float32")
Y = (X @ [1.0, -2.0, 0.5]).astype("float32")
LABELS = (np.arange(40) % 3).astype("int32")


def net(units=1, loss="mse", metrics=None, features=3, seed=5, eager=True):
    keras.utils.set_random_seed(seed)
    model = keras.Sequential([keras.Input((features,)), keras.layers.Dense(units)], name="net")
    return compile(model, keras.optimizers.SGD(0.05), loss, metrics, run_eagerly=eager)


def weights_after(x, y=None, model=None, **more):
    model = model or net()
    fit(model, x, y, verbose=0, **{"batch_size": 8, "shuffle": False, **more})
    return model.get_weights()


def assert_same(one, other):
    for a, b in zip(one, other, strict=True):
        np.testing.assert_allclose(a, b, atol=1e-5)


# As plain Keras -------------------------------------------------------------------------------------------------------


def test_fit_is_the_fit_of_keras():
    model, plain = net(metrics=["mae"], eager=False), net(metrics=["mae"], eager=False)
    history = model >> fit(X, Y, epochs=3, batch_size=8, shuffle=False, validation_split=0.25, verbose=0)
    expected = plain.fit(X, Y, epochs=3, batch_size=8, shuffle=False, validation_split=0.25, verbose=0)
    assert_same(model.get_weights(), plain.get_weights())
    assert isinstance(history, History) and history.epoch == expected.epoch == [0, 1, 2]
    assert {name: pytest.approx(values) for name, values in history.metrics.items()} == expected.history
    assert history.params == {"verbose": 0, "epochs": 3, "steps": 4}


def test_by_pipe_and_by_call_and_repeated():
    model = net()
    step = fit(X, Y, verbose=0)
    assert (model >> step).epoch == step(model).epoch == fit(model, X, Y, verbose=0).epoch == [0]
    np.testing.assert_array_equal(model >> predict(X, verbose=0), predict(model, x=X, verbose=0))


def test_results_equal_those_of_keras():
    model = net(metrics=["mae"], eager=False)
    result, expected = evaluate(model, X, Y, verbose=0), model.evaluate(X, Y, verbose=0)
    assert isinstance(result, Evaluation) and list(result.values()) == pytest.approx(expected)
    assert list(result) == ["loss", "mae"] and type(result.mae) is float
    np.testing.assert_allclose(predict(model, X, verbose=0), model.predict(X, verbose=0))
    np.testing.assert_allclose(predict_on_batch(model, X), model.predict_on_batch(X), atol=1e-6)
    assert train.test_on_batch(model, X, Y) == pytest.approx(model.test_on_batch(X, Y, return_dict=True))


def test_weighted_evaluation():
    weights = np.r_[np.ones(20), np.zeros(20)]
    model = net()
    whole = evaluate(model, X, Y, sample_weight=weights, verbose=0).loss
    assert whole == pytest.approx(evaluate(model, X[:20], Y[:20], verbose=0).loss / 2, rel=1e-5)


def test_the_order_of_the_numbers_follows_the_last_compile():
    model = net(metrics=["mae", "mse"])
    for metrics in (["mae", "mse"], ["mse", "mae"], ["mse"], ["mape", "mae", "mse"]):
        compile(model, "sgd", "mse", metrics, run_eagerly=True)
        for _ in range(2):  # once worked out, once remembered
            assert list(train_on_batch(model, X, Y)) == ["loss", *metrics]


def test_the_order_is_worked_out_once(monkeypatch):
    model, asked = net(metrics=["mae", "mse"]), []
    first = train_on_batch(model, X, Y)
    monkeypatch.setattr(train, "_order", lambda *args: asked.append(args))
    assert list(train_on_batch(model, X, Y)) == list(first) and not asked


def test_a_batch_equals_an_epoch_of_one_batch():
    one, other = net(metrics=["mae"], eager=False), net(metrics=["mae"], eager=False)
    result = train_on_batch(one, X, Y)
    fit(other, X, Y, batch_size=40, verbose=0)
    assert_same(one.get_weights(), other.get_weights())
    assert list(result) == ["loss", "mae"] and isinstance(result, Evaluation)
    assert list(train_on_batch(net(), X, Y)) == ["loss"]
    weighted = net(3, "sparse_categorical_crossentropy"), net(3, "sparse_categorical_crossentropy")
    train_on_batch(weighted[0], X, LABELS, class_weight={"0": 2})
    train_on_batch(weighted[1], X, LABELS, np.where(LABELS == 0, 2.0, 1.0))
    assert_same(weighted[0].get_weights(), weighted[1].get_weights())


# Kinds of data --------------------------------------------------------------------------------------------------------


def batches():
    class Batches(keras.utils.PyDataset):
        def __len__(self):
            return 5

        def __getitem__(self, index):
            return X[index * 8 : index * 8 + 8], Y[index * 8 : index * 8 + 8]

    return Batches()


@pytest.mark.parametrize(
    ("x", "y"),
    [
        (X.astype("float64"), Y.astype("float64")),
        (X.tolist(), Y.tolist()),
        (pd.DataFrame(X, columns=["a", "b", "c"]), pd.Series(Y, index=range(100, 140))),
        ([X], (Y,)),
        (X, pd.DataFrame({"y": Y})),
    ],
    ids=["doubles", "lists", "pandas", "in a list", "frame of targets"],
)
def test_every_kind_of_data_trains_alike(x, y):
    assert_same(weights_after(x, y), weights_after(X, Y))


def test_tensors_train_alike():
    expected = weights_after(X, Y)
    native = keras.ops.convert_to_tensor(X), keras.ops.convert_to_tensor(Y)
    assert_same(weights_after(*native), expected)
    torch = pytest.importorskip("torch")
    assert_same(weights_after(torch.tensor(X), torch.tensor(Y)), expected)
    half = weights_after(X[:20], Y[:20])
    assert_same(weights_after(*native, validation_split=0.5), half)


def test_a_pydataset_trains_alike():
    assert_same(weights_after(batches(), batch_size=None), weights_after(X, Y))
    model = net()
    assert evaluate(model, batches(), verbose=0).loss == pytest.approx(evaluate(model, X, Y, verbose=0).loss, rel=1e-5)
    np.testing.assert_allclose(predict(model, batches(), verbose=0), predict(model, X, verbose=0), atol=1e-6)


def test_a_tf_dataset_trains_alike_and_without_a_warning(backend, recwarn):
    tf = pytest.importorskip("tensorflow")
    dataset = tf.data.Dataset.from_tensor_slices((X, Y)).batch(8)
    expected = weights_after(X, Y)
    recwarn.clear()
    assert_same(weights_after(dataset, batch_size=None, shuffle=True, validation_data=dataset), expected)
    assert not [w for w in recwarn if "shuffle" in str(w.message)]


def test_a_torch_loader_trains_alike():
    torch = pytest.importorskip("torch")
    loader = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(torch.tensor(X), torch.tensor(Y)), batch_size=8)
    assert_same(weights_after(loader, batch_size=None), weights_after(X, Y))


SENTENCES, TASTES = ["good film", "bad film", "good"], [1.0, 0.0, 1.0]


def reads_text(reader, shape=(1,)):
    """A model on text: the words are numbered by `reader` and weighed."""
    inputs = keras.Input(shape, dtype="string")
    x = keras.layers.Embedding(10, 1)(reader(inputs))
    return keras.Model(inputs, keras.layers.Dense(1)(keras.layers.Flatten()(x)))


@pytest.mark.parametrize(
    "text",
    [
        SENTENCES,
        [[s] for s in SENTENCES],
        np.array(SENTENCES),
        np.array(SENTENCES, object),
        pd.Series(SENTENCES),
        pd.DataFrame({"review": SENTENCES}),
    ],
    ids=["list", "rows", "array", "objects", "series", "frame"],
)
def test_text_reaches_the_model(text, only_on):
    only_on("tensorflow", reason="no other backend has text")
    words = keras.layers.TextVectorization(vocabulary=["good", "bad", "film"], output_sequence_length=2)
    model = compile(reads_text(words), "sgd", "mse", run_eagerly=True)
    expected = model.predict(keras.ops.convert_to_tensor([[s] for s in SENTENCES]), verbose=0)
    assert len({round(float(value), 6) for value in expected[:, 0]}) == 3
    np.testing.assert_allclose(predict(model, text, verbose=0), expected, atol=1e-6)
    assert evaluate(model, text, TASTES, verbose=0).loss == pytest.approx(
        np.mean((expected[:, 0] - TASTES) ** 2), rel=1e-4
    )
    history = fit(model, text, TASTES, batch_size=2, validation_split=0.4, verbose=0)
    assert history.metrics.keys() == {"loss", "val_loss"}
    train_on_batch(model, text, TASTES)
    assert not np.allclose(predict(model, text, verbose=0), expected)


def test_text_in_columns_of_its_own(only_on):
    only_on("tensorflow", reason="no other backend has text")
    model = reads_text(keras.layers.StringLookup(vocabulary=["a", "b"]), (2,))
    frame = pd.DataFrame({"u": ["a", "b"], "v": ["b", "b"]})
    expected = model.predict(keras.ops.convert_to_tensor([["a", "b"], ["b", "b"]]), verbose=0)
    np.testing.assert_allclose(predict(model, frame, verbose=0), expected, atol=1e-6)


def test_a_model_without_text_refuses_it_and_so_does_a_backend_without(backend):
    with pytest.raises(DataError, match=r"predict: x holds text \('a'\); for classes use pandas.Categorical"):
        predict(net(features=1), ["a", "b"])
    if backend != "tensorflow":
        inputs = keras.Input((1,), dtype="string")
        with pytest.raises(DataError, match=f"predict: x holds text, which a model on {backend} cannot read"):
            predict(keras.Model(inputs, inputs), ["a", "b"])


def test_sparse_matrices_train_as_dense_ones():
    matrix = pytest.importorskip("scipy.sparse").csr_matrix(np.where(X > 0, X, 0))
    plain = net()
    plain.fit(matrix, Y, batch_size=8, shuffle=False, verbose=0)
    assert_same(weights_after(matrix, Y), plain.get_weights())
    np.testing.assert_allclose(
        predict(plain, matrix, verbose=0), predict(plain, matrix.toarray(), verbose=0), atol=1e-5
    )


def test_one_feature_may_be_a_vector():
    assert_same(weights_after(X[:, 0], Y, net(features=1)), weights_after(X[:, :1], Y[:, None], net(features=1)))
    assert predict(net(features=1), [1, 2, 3], verbose=0).shape == (3, 1)


def test_categoricals_are_classes_from_zero():
    words = np.array(["a", "b", "c"])[LABELS]
    expected = weights_after(X, LABELS, net(3, "sparse_categorical_crossentropy"))
    for y in (pd.Categorical(words), pd.Series(words, dtype="category")):
        assert_same(weights_after(X, y, net(3, "sparse_categorical_crossentropy")), expected)
    for y in (LABELS > 1, pd.Series(LABELS > 1)):
        assert_same(
            weights_after(X, y, net(1, "binary_crossentropy")),
            weights_after(X, (LABELS > 1).astype(int), net(1, "binary_crossentropy")),
        )


def test_several_inputs_and_outputs_by_order_or_name():
    def model():
        keras.utils.set_random_seed(2)
        a, b = keras.Input((2,), name="a"), keras.Input((1,), name="b")
        joined = keras.layers.Concatenate()([a, b])
        outputs = [
            keras.layers.Dense(1, name="u")(joined),
            keras.layers.Dense(3, activation="softmax", name="v")(joined),
        ]
        return compile(keras.Model([a, b], outputs), "sgd", {"u": "mse", "v": "sparse_categorical_crossentropy"})

    expected = weights_after([X[:, :2], X[:, 2:]], [Y, LABELS], model())
    named = {"b": pd.Series(X[:, 2]), "a": pd.DataFrame(X[:, :2])}
    assert_same(weights_after(named, {"v": pd.Categorical(LABELS), "u": Y}, model()), expected)
    assert [array.shape for array in predict(model(), named, verbose=0)] == [(40, 1), (40, 3)]
    data = ([X[:, :2], X[:, 2:]], [Y, LABELS])
    history = fit(model(), *data, validation_data=data, verbose=0)
    assert {"loss", "u_loss", "v_loss", "val_loss", "val_u_loss"} <= history.metrics.keys()


def test_validation_data_in_its_forms():
    losses = []
    for data in ((X, Y), [X, Y], (pd.DataFrame(X), pd.Series(Y)), (X, Y, np.ones(40)), batches()):
        losses.append(fit(net(), X, Y, shuffle=False, validation_data=data, verbose=0).metrics["val_loss"])
    assert losses == [pytest.approx(losses[0], rel=1e-5)] * 5
    with pytest.raises(
        DataError, match=r"validation_data must be \(x, y\) or \(x, y, sample_weight\), it got 1 values"
    ):
        fit(net(), X, Y, validation_data=(X,))
    with pytest.raises(ShapeError, match="got 2 features, it was built for 3: validation_data's x has the shape"):
        fit(net(), X, Y, validation_data=(X[:, :2], Y))
    with pytest.raises(DataError, match="fit: validation_data must be .* or a dataset, it got 'test'"):
        fit(net(), X, Y, validation_data="test")


def test_weights_of_classes_in_their_forms():
    expected = weights_after(X, LABELS, net(3, "sparse_categorical_crossentropy"), sample_weight=1.0 + LABELS)
    for weights in (
        {0: 1, 1: 2, 2: 3},
        {"0": 1.0, "1": 2.0, "2": 3.0},
        [1, 2, 3],
        np.array([1.0, 2, 3]),
        pd.Series([1, 2, 3]),
    ):
        assert_same(weights_after(X, LABELS, net(3, "sparse_categorical_crossentropy"), class_weight=weights), expected)
    with pytest.raises(
        InvalidValueError, match="fit: class_weight has 'cat': 1; it must be {class: weight}, the classes as"
    ):
        fit(net(), X, Y, class_weight={"cat": 1})
    with pytest.raises(InvalidValueError, match="fit: class_weight must be {class: weight}, it got 3"):
        fit(net(), X, Y, class_weight=3)
    with pytest.raises(
        ArgumentError, match="class_weight and sample_weight are both given: multiply one into the other"
    ):
        fit(net(), X, Y, class_weight=[1], sample_weight=Y)


# Arguments ------------------------------------------------------------------------------------------------------------


def test_r_numbers():
    history = fit(net(), X, Y, epochs=3.0, initial_epoch=1.0, batch_size=np.int64(8), verbose=False, validation_split=0)
    assert history.epoch == [1, 2] and history.params["steps"] == 5
    assert fit(net(), X, Y, epochs=0, verbose=0).epoch == []
    assert fit(net(), X, Y, view_metrics="auto", verbose=0).epoch == [0]


def test_validation_every_so_many_epochs():
    history = fit(net(), X, Y, epochs=4, validation_split=0.5, validation_freq=2.0, verbose=0)
    assert ["val_loss" in log for log in history.logs] == [False, True, False, True]
    history = fit(net(), X, Y, epochs=4, validation_split=0.5, validation_freq=[0, 3.0], verbose=0)
    assert ["val_loss" in log for log in history.logs] == [True, False, False, True]
    batches = {"x": lambda: (X, Y), "steps_per_epoch": 1, "validation_data": (X, Y)}  # in the loop that is ours
    history = fit(net(), **batches, epochs=4, validation_freq=[0, 3], verbose=0)
    assert ["val_loss" in log for log in history.logs] == [True, False, False, True]
    with pytest.raises(InvalidValueError, match="validation_freq must be at least 0, it got -1"):
        fit(net(), X, Y, validation_split=0.5, validation_freq=[-1])


@pytest.mark.parametrize(("verbose", "shown"), [(True, "0m"), (2, "5/5 - "), (False, ""), (0.0, "")])
def test_verbose(verbose, shown, capsys):
    fit(net(), X, Y, batch_size=8, verbose=verbose)
    out = capsys.readouterr().out
    assert shown in out and bool(out) == bool(verbose)


def test_callbacks_alone_or_in_a_list():
    seen = []
    watch = keras.callbacks.LambdaCallback(
        on_epoch_end=lambda epoch, logs: (seen.append(epoch), logs.update(extra=1.0))
    )
    for callbacks in (watch, [watch], (watch,), [[watch]], {"watch": watch}):
        history = fit(net(), X, Y, callbacks=callbacks, verbose=0)
        assert history.metrics["extra"] == [1.0]
    assert seen == [0] * 5
    tested = []
    watch = keras.callbacks.LambdaCallback(
        on_test_end=lambda logs: tested.append(1), on_predict_end=lambda logs: tested.append(2)
    )
    evaluate(net(), X, Y, callbacks=watch, verbose=0)
    predict(net(), X, callbacks=watch, verbose=0)
    fit(net(), X, Y, validation_data=(X, Y), callbacks=watch, verbose=0)
    assert [one for one in tested if one == 2] == [2] and tested.count(1) == 2


def test_early_stopping_is_seen_in_the_history():
    stop = keras.callbacks.EarlyStopping("loss", patience=1, min_delta=100)
    history = fit(net(), X, Y, epochs=9, callbacks=stop, verbose=0)
    assert history.epoch == [0, 1] and history.params["epochs"] == 9


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"epochs": 20.5}, InvalidValueError, "fit: epochs must be a whole number, it got 20.5"),
        ({"epochs": float("nan")}, InvalidValueError, "fit: epochs is NaN, a missing value; it must be a whole number"),
        ({"epochs": None}, InvalidValueError, "fit: epochs is None; it must be a whole number"),
        ({"epochs": -1}, InvalidValueError, "fit: epochs must be at least 0, it got -1"),
        ({"batch_size": 0}, InvalidValueError, "fit: batch_size must be at least 1, it got 0"),
        ({"batch_size": "8"}, InvalidValueError, "fit: batch_size must be a whole number, it got '8'"),
        ({"validation_freq": 0}, InvalidValueError, "fit: validation_freq must be at least 1, it got 0"),
        (
            {"validation_split": 1.5},
            InvalidValueError,
            "fit: validation_split must be a fraction from 0 up",
        ),
        ({"verbose": 3}, InvalidValueError, 'fit: verbose must be 0, 1, 2 or "auto", it got 3'),
        ({"verbose": "loud"}, InvalidValueError, "fit: verbose must be 0, 1, 2 or \"auto\", it got 'loud'"),
        ({"callbacks": "stop"}, InvalidValueError, "fit: callbacks must be callbacks of Keras, it got 'stop'"),
        ({"epoch": 3}, ArgumentError, "fit has no argument epoch; did you mean epochs?"),
    ],
)
def test_arguments_that_cannot_be_meant(arguments, error, message):
    with pytest.raises(error) as raised:
        net() >> fit(X, Y, **{"verbose": 0, **arguments})
    assert str(raised.value).startswith(message)


def test_a_callback_without_parentheses():
    with pytest.raises(ArgumentError, match=r"fit: the callback EarlyStopping lacks parentheses: EarlyStopping\(...\)"):
        fit(net(), X, Y, callbacks=keras.callbacks.EarlyStopping)


def test_what_goes_by_name():
    with pytest.raises(ArgumentError, match="fit: too many positional arguments; these go by name: batch_size, epochs"):
        fit(net(), X, Y, 8)


# What cannot be trained -----------------------------------------------------------------------------------------------


def test_an_uncompiled_model_predicts_and_no_more():
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)], name="net")
    assert predict(model, X, verbose=0).shape == predict_on_batch(model, X).shape == (40, 1)
    for call in (fit(X, Y), evaluate(X, Y), train_on_batch(X, Y), train.test_on_batch(X, Y)):
        name = call.verb.__name__
        message = rf"{name}: model 'net' \(Sequential\) is not compiled; compile it first: model >> compile\(...\)"
        with pytest.raises(InvalidValueError, match=message):
            model >> call


def test_a_model_without_layers():
    for call in (fit(X, Y), evaluate(X, Y), predict(X), predict_on_batch(X)):
        with pytest.raises(
            InvalidValueError, match=f"{call.verb.__name__}: model .* has no layers yet: add some first"
        ):
            sequential() >> call


def test_a_model_that_has_just_grown():
    model = sequential() >> keras.layers.Dense(4, activation="relu") >> keras.layers.Dense(1)
    compile(model, "sgd", "mse")
    assert fit(model, X, Y, verbose=0).epoch == [0] and type(model) is keras.Sequential


def test_no_data_and_no_model():
    for call in (fit(), evaluate(), predict(None)):
        with pytest.raises(DataError, match=f"{call.verb.__name__}: x is None; it needs data"):
            net() >> call
    with pytest.raises(PipeError, match="fit applies to a model, it got an array of shape"):
        X >> fit(X, Y)


@pytest.mark.parametrize("name", ["y", "batch_size", "validation_split"])
def test_a_dataset_brings_these_itself(name):
    value = {"y": Y, "batch_size": 8, "validation_split": 0.5}[name]
    with pytest.raises(ArgumentError, match=f"fit: {name} is given, but x is a dataset, which "):
        fit(net(), batches(), **{name: value})


def test_a_model_without_a_loss():
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    with pytest.raises(InvalidValueError, match=r"fit: the model was compiled without a loss; name one"):
        model >> compile("sgd") >> fit(X, Y, verbose=0)


def test_a_loss_that_a_layer_adds_is_enough():
    class Penalty(keras.layers.Layer):
        def call(self, x):
            self.add_loss(keras.ops.mean(x**2))
            return x

    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1), Penalty()])
    losses = fit(compile(model, keras.optimizers.SGD(0.1)), X, epochs=3, verbose=0).metrics["loss"]
    assert losses == sorted(losses, reverse=True) and losses[0] > losses[-1]


def test_nan_in_gives_nan_out_when_predicting():
    x = X.copy()
    x[3, 1] = np.nan
    assert np.isnan(predict(net(), x, verbose=0)).nonzero()[0].tolist() == [3]
