"""models/compiling.py: what optimizer, loss and metrics may be, and under which names they are reported."""

import functools

import numpy as np
import pytest

import pipekeras as pk
from pipekeras._keras import keras
from pipekeras.errors import ArgumentError, InvalidValueError
from pipekeras.growing import sequential
from pipekeras.models import train
from pipekeras.models.compiling import compile
from pipekeras.pipe import verb
from pipekeras.wrap import Wrapper

X, Y = np.ones((6, 3), "float32"), np.linspace(0, 1, 6).astype("float32")


def net(units=1):
    return keras.Sequential([keras.Input((3,)), keras.layers.Dense(units, name="dense")], name="net")


def two_outputs():
    inputs = keras.Input((3,))
    return keras.Model(inputs, [keras.layers.Dense(1, name="u")(inputs), keras.layers.Dense(1, name="v")(inputs)])


def foo(y_true, y_pred):
    return keras.ops.mean(keras.ops.abs(y_true - y_pred), axis=-1)


class OwnMetric:
    """A metric that is neither a function nor a metric of Keras."""

    def __call__(self, y_true, y_pred):
        return foo(y_true, y_pred)


def reported(model, y=Y):
    model.run_eagerly = True  # quicker for a single batch
    return list(train.test_on_batch(model, X, y))


def test_the_model_comes_back_changed():
    model = net()
    assert (model >> compile(loss="mse")) is model and compile(model, "adam") is model
    assert model.compiled and model.optimizer.name == "adam"


def test_r_defaults():
    model = compile(net(), loss="mse", optimizer=None, metrics=None, loss_weights=None, jit_compile=None)
    assert (
        isinstance(model.optimizer, keras.optimizers.RMSprop)
        and model.steps_per_execution == 1
        and not model.run_eagerly
    )
    assert reported(model) == ["loss"]
    compile(net(), loss="mse", target_tensors=None, sample_weight_mode=None)


@pytest.mark.parametrize(
    ("metrics", "names"),
    [
        ("mae", ["mae"]),
        ("accuracy", ["accuracy"]),
        ("acc", ["acc"]),
        (["mse", "mae"], ["mse", "mae"]),
        (("mae", "MeanSquaredError"), ["mae", "MeanSquaredError"]),
        (foo, ["foo"]),
        ([foo, "mae"], ["foo", "mae"]),
        ({"bar": foo}, ["bar"]),
        (["mae", {"bar": foo, "baz": foo}], ["mae", "bar", "baz"]),
        ([["mae", foo]], ["mae", "foo"]),
        (lambda a, b: foo(a, b), ["custom_metric"]),
        ({"bar": functools.partial(foo)}, ["bar"]),
        (functools.partial(functools.partial(foo)), ["foo"]),
        (functools.partial(lambda a, b: foo(a, b)), ["custom_metric"]),
        (OwnMetric(), ["own_metric"]),
        ([OwnMetric(), "mae", functools.partial(foo)], ["own_metric", "mae", "foo"]),
        ({"dense": ["mae", foo]}, ["mae", "foo"]),
        ("kullback_leibler_divergence", ["kl_divergence"]),
        ([], []),
    ],
)
def test_what_metrics_are_called(metrics, names):
    assert reported(compile(net(), loss="mse", metrics=metrics)) == ["loss", *names]


def test_objects_classes_and_uncalled_wrappers():
    adam, mae = Wrapper("Adam", module="optimizers"), Wrapper("MeanAbsoluteError", module="metrics")
    adam.__name__, mae.__name__ = "optimizer_adam", "metric_mean_absolute_error"
    for optimizer in (adam, keras.optimizers.Adam, keras.optimizers.Adam(), "adam", "Adam"):
        assert isinstance(compile(net(), optimizer, "mse").optimizer, keras.optimizers.Adam)
    for metric in (mae, keras.metrics.MeanAbsoluteError, keras.metrics.MeanAbsoluteError(), verb(foo)):
        assert reported(compile(net(), "adam", "mse", [metric]))[1] in ("mean_absolute_error", "foo")
    for loss in (
        keras.losses.MeanSquaredError,
        keras.losses.MeanSquaredError(),
        keras.losses.mean_squared_error,
        ["mse"],
    ):
        model = compile(net(), "adam", loss)
        model.set_weights([np.zeros((3, 1)), np.zeros(1)])
        assert train.test_on_batch(model, X, Y * 0 + 1).loss == pytest.approx(1.0)


def test_a_metric_of_ones_own_sees_targets_in_the_shape_of_the_outputs():
    model = compile(net(), loss="mse", metrics=[foo, "mae", {"bar": foo}])
    result = train.evaluate(model, X, Y, verbose=0)
    assert result.foo == pytest.approx(result.mae, rel=1e-5) and result.bar == pytest.approx(result.mae, rel=1e-5)


@pytest.mark.parametrize(
    ("metrics", "names"),
    [
        ("logcosh", ["log_cosh"]),
        (["huber", "binary_focal_crossentropy"], ["huber", "binary_focal_crossentropy"]),
        (["crossentropy", "ce"], ["crossentropy", "ce"]),
        (["f1_score", "Poisson", "bce"], ["f1_score", "Poisson", "bce"]),
        (pk.metric_mean_absolute_error, ["mean_absolute_error"]),
        (["mae", pk.metric_mean_absolute_error(), pk.metric_auc], ["mae", "mean_absolute_error", "auc"]),
        (pk.custom_metric("own", foo), ["own"]),
        (["acc", pk.custom_metric("own", pk.metric_huber)], ["acc", "own"]),
        (pk.metric_mean_wrapper(fn=foo, name="wrapped"), ["wrapped"]),
        ({"a": pk.metric_poisson, "b": pk.metric_auc, "c": pk.metric_huber, "d": pk.loss_hinge}, ["a", "b", "c", "d"]),
        ([pk.metric_cosine_proximity, pk.metric_logcosh_error], ["cosine_proximity", "logcosh"]),
        (pk.metric_kullback_leibler_divergence(), ["kullback_leibler_divergence"]),
        (pk.loss_mean_squared_error, ["mean_squared_error"]),
    ],
)
def test_metrics_of_both_packages(metrics, names):
    assert reported(compile(net(), loss="mse", metrics=metrics), Y[:, None]) == ["loss", *names]


_TAKING_TARGETS_AS_THEY_COME = ["poisson", "kl_divergence", "hinge", "squared_hinge", "binary_crossentropy"]


@pytest.mark.parametrize("name", ["dice", "tversky", "binary_focal_crossentropy"])
def test_losses_that_are_watched_see_targets_in_the_shape_of_the_outputs(name):
    function = getattr(pk, f"loss_{name}")
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1, activation="sigmoid")])
    x = X * Y[:, None]
    expected = np.mean(keras.ops.convert_to_numpy(function(Y[:, None], model(x))))
    for metric in (function, getattr(keras.losses, name), pk.metric_mean_wrapper(fn=function)):
        result = train.test_on_batch(compile(model, "sgd", "mse", metric, run_eagerly=True), x, Y)
        assert list(result.values())[1] == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize("name", _TAKING_TARGETS_AS_THEY_COME)
def test_metrics_of_keras_see_targets_in_the_shape_of_the_outputs(name):
    function, wrapped = getattr(pk, f"metric_{name}"), pk.custom_metric("named", getattr(pk, f"metric_{name}"))
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1, activation="sigmoid")])
    expected = np.mean(keras.ops.convert_to_numpy(function(Y[:, None], model(X))))
    for metric in (name, function, function(), getattr(keras.metrics, name), {"named": function}, wrapped):
        result = train.test_on_batch(compile(model, "sgd", "mse", metric, run_eagerly=True), X, Y)
        assert list(result.values())[1] == pytest.approx(expected, rel=1e-4)
    object = function()
    for _ in range(2):  # compiled twice, it is made to do so once
        compile(model, "sgd", "mse", object)
    assert not hasattr(object._fn.__wrapped__, "__wrapped__")
    assert object.get_config() == function().get_config()


def test_crossentropy_of_class_numbers():
    model = compile(
        keras.Sequential([keras.Input((3,)), keras.layers.Dense(2, activation="softmax")]), "sgd", "ce", "ce"
    )
    model.run_eagerly = True
    result = train.test_on_batch(model, X, np.array([0, 1, 0, 1, 0, 1]))
    assert result.ce == pytest.approx(result.loss, rel=1e-5)


@pytest.mark.parametrize(
    ("loss", "name"),
    [
        (pk.loss_mean_absolute_error, "mean_absolute_error"),
        (pk.loss_mean_absolute_error(), "mean_absolute_error"),
        ([pk.loss_mean_absolute_error], "mean_absolute_error"),
        (pk.metric_mean_absolute_error, "mean_absolute_error"),
        (pk.loss_logcosh, "log_cosh"),
        ("logcosh", "log_cosh"),
        ("cosine_proximity", "cosine_similarity"),
        ("kullback_leibler_divergence", "kl_divergence"),
        (pk.loss_kullback_leibler_divergence, "kl_divergence"),
    ],
)
def test_losses_of_both_packages(loss, name):
    model = compile(net(), "sgd", loss)
    got = (
        model.loss if isinstance(model.loss, str) else getattr(model.loss, "__name__", getattr(model.loss, "name", ""))
    )
    assert got == name
    assert np.isfinite(train.test_on_batch(model, X, Y).loss)


def test_a_loss_that_needs_an_argument_is_its_object_uncalled():
    model = compile(net(2), "sgd", pk.loss_categorical_generalized_cross_entropy)
    assert isinstance(model.loss, keras.losses.CategoricalGeneralizedCrossEntropy)


@pytest.mark.parametrize(
    ("given", "kind"),
    [("adam_w", "AdamW"), ("adamw", "AdamW"), ("Lamb", "Lamb"), ("lion", "Lion"), ("RMSprop", "RMSprop")],
)
def test_optimizers_by_the_names_of_both(given, kind):
    assert isinstance(compile(net(), given, "mse").optimizer, getattr(keras.optimizers, kind))


def test_a_registered_optimizer_goes_by_its_name():
    class Still(keras.optimizers.SGD):
        pass

    with keras.saving.custom_object_scope({"Still": Still}):
        assert type(compile(net(), "Still", "mse").optimizer) is Still


def test_a_learning_rate_survives():
    assert float(compile(net(), keras.optimizers.SGD(0.25)).optimizer.learning_rate) == 0.25


@pytest.mark.parametrize(
    ("loss", "metrics", "names"),
    [
        ("mse", "mae", ["u_mae", "v_mae"]),
        (["mse", "mae"], ["mae", "mse"], ["u_mae", "v_mse"]),
        ({"u": "mse", "v": "mae"}, {"v": foo}, ["v_foo"]),
        ({"v": "mae", "u": foo}, {"u": ["mae", {"bar": foo}]}, ["u_mae", "u_bar"]),
        ("mse", ["mae", "mse", foo], ["u_mae", "u_mse", "u_foo", "v_mae", "v_mse", "v_foo"]),
        ("mse", [["mae", foo], "mse"], ["u_mae", "u_foo", "v_mse"]),
        ("mse", {"bar": foo}, ["u_bar", "v_bar"]),
    ],
)
def test_several_outputs(loss, metrics, names):
    model = compile(two_outputs(), "adam", loss, metrics, loss_weights=[1, 0.5])
    assert reported(model, [Y, Y]) == ["loss", "u_loss", "v_loss", *names]


@pytest.mark.parametrize("loss", ["mse", ["mse", "mse"], {"u": "mse", "v": "mse"}], ids=["one", "list", "dict"])
@pytest.mark.parametrize("weights", [[1, 0], np.array([1.0, 0.0]), {"v": 0}], ids=["list", "array", "dict"])
def test_loss_weights(loss, weights):
    result = train.evaluate(compile(two_outputs(), loss=loss, loss_weights=weights), X, [Y, Y], verbose=0)
    assert result.loss == pytest.approx(result.u_loss, rel=1e-5)


def test_a_dict_for_the_only_output():
    model = net()
    assert reported(compile(model, loss={model.layers[-1].name: "mse"})) == ["loss"]
    named = keras.Model(model.inputs, {"y": model.outputs[0]})
    assert reported(compile(named, loss={"y": "mse"}, metrics={"y": "mae"}), {"y": Y}) == ["loss", "mae"]


def test_an_output_may_have_no_loss():
    """As in 2.x; Keras 3 wants a None for it."""
    for loss, weights in (({"u": "mse"}, None), ({"u": "mse", "v": None}, {"u": 2}), (["mse", None], None)):
        model = compile(two_outputs(), "sgd", loss, {"v": "mae"}, loss_weights=weights)
        assert reported(model, [Y, Y]) == ["loss", "v_mae"]


def test_each_compile_begins_anew():
    model = compile(net(), "adam", "mse", "mae", loss_weights=2)
    assert reported(compile(model, "adam", "mae")) == ["loss"]
    compile(model, "adam")
    assert model.loss is None
    with pytest.raises(InvalidValueError, match="the model was compiled without a loss; name one"):
        train.test_on_batch(model, X, Y)
    assert reported(compile(model, "adam", "mse", "mae")) == ["loss", "mae"]


def test_a_loss_that_the_class_sets_itself_stays():
    class Own(keras.Model):
        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)
            self.loss = "of its own"

    assert compile(Own(), "adam").loss == "of its own"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"optimizer": "adm"}, 'compile: optimizer="adm" is not known; did you mean "adam"?'),
        ({"optimizer": "zzz"}, 'compile: optimizer="zzz" is not known; Keras has adadelta, '),
        ({"optimizer": "loss_scale"}, 'compile: optimizer="loss_scale" is not known; Keras has adadelta, '),
        ({"metrics": "IoU"}, "compile: the metric IoU must be told more: give the object"),
        ({"optimizer": 3}, 'compile: optimizer must be a name such as "adam" or an optimizer of Keras, it got 3'),
        ({"loss": "mean_sqared_error"}, 'loss="mean_sqared_error" is not known; did you mean "mean_squared_error"?'),
        ({"loss": "mean_sq"}, 'did you mean "mean_squared_error"?'),
        ({"loss": 0.5}, 'compile: loss must be a name such as "mse", a function or a loss of Keras, it got 0.5'),
        ({"loss": pk.metric_auc}, "compile: loss must be a loss, it got a metric, AUC: watch it, metrics=..."),
        ({"loss": [keras.metrics.Mean()]}, "loss must be a loss, it got a metric, Mean: watch it, metrics=..."),
        ({"loss": keras.metrics.Mean}, "loss must be a loss, it got a metric, Mean: watch it, metrics=..."),
        ({"metrics": "acuracy"}, 'compile: metrics="acuracy" is not known; did you mean "accuracy"?'),
        ({"metrics": ["mae", "msee"]}, 'metrics="msee" is not known; did you mean "mse"?'),
        ({"metrics": [None]}, 'metrics must be names such as "accuracy", functions or metrics of Keras, it got None'),
        ({"weighted_metrics": "maee"}, 'is not known; did you mean "mae"?'),
        ({"loss_weights": [1, 2]}, "compile: loss_weights has 2 numbers, the model 1 output: 'dense'"),
        ({"loss_weights": ["a"]}, "compile: loss_weights must be numbers, it got 'a'"),
        ({"metrics": {"dens": "mae"}}, "metrics is for 'dens', which is no output of the model; did you mean 'dense'?"),
        ({"metrics": {"dens": ["mae"]}}, "compile: metrics is for 'dens', which is no output of the model"),
        ({"steps_per_execution": 1.5}, "compile: steps_per_execution must be a whole number, it got 1.5"),
    ],
)  # fmt: skip
def test_what_is_not_known_says_so(arguments, message):
    with pytest.raises(InvalidValueError) as error:
        compile(net(), **{"loss": "mse", **arguments})
    assert message in str(error.value)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"metric": "acc"}, "compile has no argument metric; did you mean metrics?"),
        ({"optimiser": "adam"}, "compile has no argument optimiser; did you mean optimizer?"),
        ({"qqq": 1}, "compile has no argument qqq"),
        ({"target_tensors": 1}, "compile: target_tensors is gone in Keras 3: leave it out"),
    ],
)
def test_arguments_that_do_not_exist(arguments, message):
    with pytest.raises(ArgumentError) as error:
        net() >> compile(loss="mse", **arguments)
    assert str(error.value) == message


def test_outputs_that_do_not_exist():
    for argument in ("loss", "metrics"):
        with pytest.raises(
            InvalidValueError, match=f"compile: {argument} is for 'w', which is no output of the model, which"
        ):
            compile(two_outputs(), **{"loss": "mse", argument: {"u": "mse", "w": "mae"}})
    with pytest.raises(
        InvalidValueError, match="metrics has a metric object, which can watch one output; the model has 2"
    ):
        compile(two_outputs(), "adam", "mse", ["mae", "mse", keras.metrics.MeanAbsoluteError()])


def test_a_model_without_layers():
    for model in (sequential(), keras.Sequential(name="net"), keras.Sequential([keras.Input((3,))])):
        with pytest.raises(
            InvalidValueError, match=r"compile: model '\w+' \(Sequential\) has no layers yet: add some first"
        ):
            model >> compile("adam", "mse")
    with pytest.raises(TypeError, match="compile applies to a model, it got 'adam'"):
        "adam" >> compile(loss="mse")


class Gan(keras.Model):
    """A model with a compile() of its own."""

    def compile(self, d_optimizer, g_optimizer, loss_fn=None, loss=None):
        super().compile(loss=loss)
        self.given = (d_optimizer, g_optimizer, loss_fn)


def test_a_compile_of_the_models_own_gets_what_is_given_and_no_more():
    first, second = keras.optimizers.Adam(), keras.optimizers.SGD()
    model = Gan() >> compile(d_optimizer=first, g_optimizer=second, loss_fn="any")
    assert model.given == (first, second, "any") and model.compiled


class Fussy(keras.Model):
    """A model whose compile() requires what R has defaults for."""

    def compile(self, optimizer, loss, extra=1):
        super().compile(optimizer=optimizer, loss=loss)
        self.extra = extra


def test_a_compile_of_the_models_own_gets_what_it_requires():
    model = compile(Fussy(), loss="mse", extra=2)
    assert isinstance(model.optimizer, keras.optimizers.RMSprop) and model.extra == 2


@pytest.mark.parametrize("losses", [["mse"], ["mse"] * 3])
def test_a_list_of_losses_has_one_for_each_output(losses):
    assert compile(two_outputs(), "sgd", ["mse", "mae"]).loss == ["mse", "mae"]
    assert compile(net(), "sgd", ["mse"]).loss == "mse"
    message = rf"compile: loss is a list of {len(losses)}, the model has 2 outputs: 'u', 'v'. Give one for each"
    with pytest.raises(InvalidValueError, match=message):
        compile(two_outputs(), "sgd", losses)


def test_steps_per_execution_is_a_count():
    assert compile(net(), "sgd", "mse", steps_per_execution=1.0).steps_per_execution == 1
    with pytest.raises(InvalidValueError, match="compile: steps_per_execution must be at least 1, it got 0"):
        compile(net(), "sgd", "mse", steps_per_execution=0)
