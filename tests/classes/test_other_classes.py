"""Model(), Loss(), Metric(), Callback(), Constraint() and the schedules: classes of one's own, used and saved."""

import numpy as np
import pytest

import pipekeras as pk
from pipekeras._keras import keras

X = np.arange(8, dtype="float32").reshape(4, 2)
Y = np.ones((4, 1), "float32")


def numpy(tensor):
    return keras.ops.convert_to_numpy(tensor)


def saved(model, tmp_path):
    model.save(tmp_path / "model.keras")
    return keras.saving.load_model(tmp_path / "model.keras")


# Models ---------------------------------------------------------------------------------------------------------------


def begin(self, units, inner=None):
    self.super.initialize()
    self.dense, self.inner = keras.layers.Dense(units), inner


def compute(self, inputs, training=False):
    return self.dense(inputs if self.inner is None else self.inner(inputs))


def test_a_model_is_trained_saved_and_loaded(tmp_path):
    mine = pk.Model("Mine", begin, compute, steps=pk.active_property(lambda self: len(self.layers)))
    model = mine(1, inner=pk.keras_model_sequential(input_shape=2) >> pk.layer_dense(3), name="whole")
    history = model >> pk.compile(loss="mse") >> pk.fit(X, Y, epochs=2, verbose=0)
    assert len(history.metrics["loss"]) == 2 and model.steps == 2 and model.name == "whole"
    loaded = saved(model, tmp_path)
    assert isinstance(loaded, mine) and loaded.name == "whole"
    np.testing.assert_allclose(loaded.predict(X, verbose=0), pk.predict(model, X, verbose=0), rtol=1e-5)


def test_steps_of_ones_own():
    def test_step(self, *given):
        return self.super.test_step(*given)

    def predict_step(self, *given):
        return self.super.predict_step(*given)

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        return 3 * self.super.compute_loss(x, y, y_pred, sample_weight, training)

    mine = pk.new_model_class("Mine", begin, compute, test_step=test_step, predict_step=predict_step,
                              compute_loss=compute_loss)  # fmt: skip
    model, plain = mine(1), pk.Model("Plain", begin, compute)(1)
    for one in (model, plain):
        one >> pk.compile(loss="mse")
        one(X)
    plain.set_weights(model.get_weights())
    np.testing.assert_allclose(
        pk.evaluate(model, X, Y, verbose=0).loss, 3 * pk.evaluate(plain, X, Y, verbose=0).loss, rtol=1e-5
    )
    np.testing.assert_allclose(pk.predict(model, X, verbose=0), pk.predict(plain, X, verbose=0))


def test_a_train_step_of_ones_own(only_on):
    only_on("tensorflow", reason="each backend has its own way to a gradient")
    import tensorflow as tf

    def train_step(self, data):
        x, y = data
        with tf.GradientTape() as tape:
            loss = self.compute_loss(y=y, y_pred=self(x, training=True))
        self.optimizer.apply(tape.gradient(loss, self.trainable_variables), self.trainable_variables)
        return {"mine": 2 * loss}

    model = pk.Model("Mine", begin, compute, train_step)(1)
    model >> pk.compile(loss="mse", optimizer=keras.optimizers.SGD(1e-3))
    assert list((model >> pk.fit(X, Y, verbose=0)).metrics) == ["mine"]


def test_a_class_without_initialize_is_made_of_inputs_and_outputs(tmp_path):
    mine = pk.Model("Mine", compute_loss=lambda self, *args, **kwargs: 0 * self.super.compute_loss(*args, **kwargs))
    x = pk.layer_input(shape=2)
    model = mine(inputs=x, outputs=x >> pk.layer_dense(1))
    assert (model >> pk.compile(loss="mse") >> pk.fit(X, Y, verbose=0)).metrics["loss"] == [0]
    assert isinstance(saved(model, tmp_path), mine)
    plain = pk.keras_model(x, x >> pk.layer_dense(1))
    assert type(plain).__mro__[1].__name__ == "Function"  # Keras's own classes are as they were


def test_initialize_may_make_it_of_inputs_and_outputs():
    def functional(self, units):
        x = pk.layer_input(shape=2)
        self.super.initialize(inputs=x, outputs=x >> pk.layer_dense(units))

    model = pk.Model("Mine", functional)(3)
    assert model.output_shape == (None, 3)


# Losses and metrics ---------------------------------------------------------------------------------------------------


def test_losses(tmp_path):
    def own(self, factor=2.0):
        self.factor = factor

    mine = pk.Loss("Mine", lambda self, y_true, y_pred: keras.ops.abs(y_true - y_pred)[:, 0] * self.factor,
                   initialize=own)  # fmt: skip
    loss = mine(3.0, reduction="sum", name="named")
    np.testing.assert_allclose(numpy(loss(Y, 0 * Y)), 12)
    assert loss.get_config() == {"name": "named", "reduction": "sum", "factor": 3.0}
    model = pk.keras_model_sequential(input_shape=2) >> pk.layer_dense(1) >> pk.compile(loss=loss)
    loaded = saved(model, tmp_path)
    assert isinstance(loaded.loss, mine) and loaded.loss.get_config() == loss.get_config()
    plain = pk.new_loss_class("Plain", call=lambda self, y_true, y_pred: y_pred - y_true)
    np.testing.assert_allclose(numpy(plain(reduction=None)(Y, 3 * Y)), 2 * Y)
    above = pk.Loss("Above", lambda self, a, b: -self.super.call(a, b), inherit=pk.loss_mean_absolute_error)
    np.testing.assert_allclose(numpy(above()(Y, 3 * Y)), -2)


def test_a_loss_that_takes_the_wrong_things():
    with pytest.raises(pk.ArgumentError, match=r"Mine: call must take self and 2 arguments more.* \(y_true, y_pred\)"):
        pk.Loss("Mine", lambda y_true, y_pred: y_pred)
    with pytest.raises(pk.ArgumentError, match="Mine has no argument factr; did you mean factor?"):
        pk.Loss("Mine", initialize=lambda self, factor: None)(factr=3)
    with pytest.raises(pk.ArgumentError, match="Mine: missing a required argument: 'factor'"):
        pk.Loss("Mine", initialize=lambda self, factor: None)()


@pytest.mark.parametrize("reset", ["reset_state", "reset_states"])
def test_metrics(reset, tmp_path):
    def own(self, name="largest", start=0.0, **kwargs):
        self.super.initialize(name=name, **kwargs)
        self.largest, self.start = self.add_weight(name="largest", initializer="zeros"), start

    def update_state(self, y_true, y_pred, sample_weight=None):
        self.largest.assign(keras.ops.maximum(self.largest.value, keras.ops.max(y_pred)))

    mine = pk.Metric("Mine", own, update_state, lambda self: self.largest.value,
                     **{reset: lambda self: self.largest.assign(self.start)})  # fmt: skip
    metric = mine(start=5.0)
    metric.reset_state()
    assert float(numpy(metric(X, X))) == 7
    metric.reset_state()
    assert float(numpy(metric.result())) == 5
    model = pk.keras_model_sequential(input_shape=2) >> pk.layer_dense(1) >> pk.compile(loss="mse", metrics=[metric])
    assert (model >> pk.fit(X, Y, verbose=0)).metrics["largest"][0] >= 5
    loaded = mine.from_config(metric.get_config())
    assert (loaded.start, loaded.name) == (5, "largest")
    same = pk.new_metric_class("Same", initialize=own, update_state=update_state, result=lambda self: 0.0)
    assert same(name="other").name == "other"


# Callbacks ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def model():
    return pk.keras_model_sequential(input_shape=2) >> pk.layer_dense(1) >> pk.compile(loss="mse")


def test_callbacks_count_from_zero_and_their_dicts_get_into_the_history(model):
    def own(self, start):
        self.start, self.seen = start, []

    mine = pk.Callback(
        "Mine", initialize=own,
        on_epoch_begin=lambda self, e, logs: self.seen.append(e),
        on_epoch_end=lambda self, epoch, logs: {"mine": self.start + epoch},
        on_batch_end=lambda self, batch, logs: self.seen.append((batch, "loss" in logs)),
        on_train_end=lambda self, logs: self.seen.append(self.params["epochs"]),
    )  # fmt: skip
    one = mine(10.0)
    history = model >> pk.fit(X, Y, epochs=2, batch_size=2, verbose=0, callbacks=one)
    assert history.metrics["mine"] == [10, 11] and one.model is model
    assert one.seen == [0, (0, True), (1, True), 1, (0, True), (1, True), 2]


def test_callbacks_inherit_and_stop_the_training(model):
    below = pk.new_callback_class("Below", on_epoch_end=lambda self, epoch, logs: {"below": epoch})

    def stop(self, epoch, logs):
        self.super.on_epoch_end(epoch, logs)
        self.model.stop_training = True
        return {"above": logs["below"] + 1}

    above = pk.Callback("Above", on_epoch_end=stop, inherit=below)
    history = model >> pk.fit(X, Y, epochs=5, verbose=0, callbacks=[above()])
    assert (history.metrics["below"], history.metrics["above"]) == ([0], [1])
    early = pk.Callback("Early", on_epoch_end=lambda self, epoch, logs: self.super.on_epoch_end(epoch, {"loss": 1.0}),
                        inherit=pk.callback_early_stopping)  # fmt: skip
    history = model >> pk.fit(X, Y, epochs=5, verbose=0, callbacks=early("loss", patience=1))
    assert len(history.metrics["loss"]) == 2


def test_hooks_that_cannot_be_called():
    with pytest.raises(pk.ArgumentError, match=r"Mine: on_epoch_end is called with \(self, epoch, logs\).*\(epoch, lo"):
        pk.Callback("Mine", on_epoch_end=lambda epoch, logs: None)
    hooks = dict.fromkeys(["on_batch_begin", "on_train_batch_begin"], lambda self, batch, logs: None)
    with pytest.raises(pk.ArgumentError, match="Mine: on_batch_begin and on_train_batch_begin are the same moment"):
        pk.Callback("Mine", **hooks)
    with pytest.raises(pk.ArgumentError, match="would never call the method on_epock_end; did you mean on_epoch_end?"):
        pk.Callback("Mine", on_epock_end=lambda self, epoch, logs: None)
    with pytest.raises(pk.ArgumentError, match="would never call the method on_epoch_ends; did you mean on_epoch_end?"):
        pk.Callback("Mine", on_epoch_ends=lambda self, epoch, logs: None)
    with pytest.raises(pk.InvalidValueError, match="Callback: on_epoch_end must be a function that takes self first"):
        pk.Callback("Mine", on_epoch_end={})


# Constraints and schedules --------------------------------------------------------------------------------------------


def test_constraints(tmp_path):
    mine = pk.Constraint("Mine", lambda self, w: keras.ops.maximum(w, self.least),
                         initialize=lambda self, least=0.0: setattr(self, "least", least))  # fmt: skip
    np.testing.assert_allclose(numpy(mine(0.5)(np.array([-1.0, 2.0]))), [0.5, 2])
    model = pk.keras_model_sequential(input_shape=2) >> pk.layer_dense(1, kernel_constraint=mine(0.25))
    model >> pk.compile(loss="mse", optimizer=keras.optimizers.SGD(1.0)) >> pk.fit(X, -100 * Y, verbose=0)
    assert model.get_weights()[0].min() == 0.25
    assert saved(model, tmp_path).layers[0].kernel_constraint.least == 0.25
    below = pk.Constraint("Below", lambda self, w: 2 * self.super.call(w), inherit=keras.constraints.NonNeg)
    np.testing.assert_allclose(numpy(below()(np.array([-1.0, 2.0]))), [0, 4])
    above = pk.Constraint("Above", lambda self, w: 3 * self.super.call(w), inherit=mine)
    assert float(numpy(above(1.0)(np.float32(-2)))) == 3 and above.from_config(above(2.0).get_config()).least == 2


def test_schedules(tmp_path):
    def own(self, start, decay=0.5):
        self.start, self.decay = start, decay

    mine = pk.new_learning_rate_schedule_class(
        "Mine", lambda self, step: self.start * self.decay ** keras.ops.cast(step, "float32"), own
    )
    np.testing.assert_allclose(numpy(mine(8.0)(2)), 2)
    model = pk.keras_model_sequential(input_shape=2) >> pk.layer_dense(1)
    model >> pk.compile(loss="mse", optimizer=keras.optimizers.SGD(mine(1e-3)))
    model >> pk.fit(X, Y, batch_size=2, verbose=0)
    np.testing.assert_allclose(float(numpy(model.optimizer.learning_rate)), 1e-3 / 4, rtol=1e-5)
    loaded = saved(model, tmp_path).optimizer
    np.testing.assert_allclose(float(numpy(loaded.learning_rate)), 1e-3 / 4, rtol=1e-5)


# All of them ----------------------------------------------------------------------------------------------------------

MAKERS = ["Layer", "Model", "Loss", "Metric", "Callback", "Constraint"]


@pytest.mark.parametrize("name", MAKERS)
def test_each_is_a_base_for_a_class_statement_too(name):
    maker = getattr(pk, name)
    mine = type(maker("Mine")()) if name not in ("Layer", "Model") else type(maker("Mine")(name="mine"))
    assert issubclass(mine, maker) and issubclass(mine, maker.kind.root) and mine.__name__ == "Mine"
    assert mine.__module__ == __name__ and not issubclass(int, maker) and not isinstance(3, maker)


def test_class_statements_in_plain_python(model):
    class Scale(pk.Layer):
        def __init__(self, factor, **kwargs):
            super().__init__(**kwargs)
            self.factor = factor

        def call(self, inputs):
            return inputs * self.factor

    class Half(pk.Constraint):
        def call(self, w):
            return w / 2

    class Note(pk.Callback):
        seen = []

        def __init__(self, start):
            super().__init__()
            self.start = start

        def on_epoch_end(self, epoch, logs=None):
            self.seen.append(epoch)
            return {"note": self.start + epoch}

    class Absolute(pk.Loss):
        def call(self, y_true, y_pred):
            return keras.ops.abs(y_true - y_pred)

    class Whole(pk.Model):
        def __init__(self):
            super().__init__()
            self.dense = keras.layers.Dense(1, kernel_constraint=Half())

        def call(self, inputs):
            return self.dense(inputs)

    np.testing.assert_allclose(numpy(X >> Scale(2.0)), 2 * X)
    assert "super" not in dir(Scale) and Scale.get_config is keras.layers.Layer.get_config
    note = Note(5)
    whole = Whole() >> pk.compile(loss=Absolute(), optimizer=keras.optimizers.SGD(0.0))
    whole(X)
    before = whole.get_weights()[0]
    history = whole >> pk.fit(X, Y, verbose=0, callbacks=note)
    assert history.metrics["note"] == [5] and note.seen == [0] and Note.seen == []
    np.testing.assert_allclose(whole.get_weights()[0], before / 2, rtol=1e-6)
    with pytest.raises(NotImplementedError, match=r"Nothing has no call\(self, w\), which a constraint needs"):
        type("Nothing", (pk.Constraint.parent,), {})()(X)


def test_class_statements_in_the_words_of_r(tmp_path):
    class Scale(pk.Layer):
        seen = []

        def initialize(self, factor, **kwargs):
            self.super.initialize(**kwargs)
            self.factor = factor
            self.private.calls = 0

        def call(self, inputs):
            self.private.calls += 1
            return inputs * self.factor

    class Twice(Scale):
        def initialize(self):
            self.super.initialize(2.0, name="twice")

        def call(self, inputs):
            return self.super.call(inputs) * 2

    class Net(pk.Model):
        def initialize(self, units):
            self.super.initialize()
            self.dense = keras.layers.Dense(units)

        def call(self, inputs):
            return self.dense(inputs)

    class Power(pk.Loss):
        def initialize(self, power=2.0, **kwargs):
            self.super.initialize(**kwargs)
            self.power = power

        def call(self, y_true, y_pred):
            return keras.ops.mean(keras.ops.abs(y_true - y_pred) ** self.power, -1)

    class Calls(pk.Metric):
        def initialize(self, name="calls"):
            self.super.initialize(name=name)
            self.count = self.add_weight(name="count", initializer="zeros")

        def update_state(self, y_true, y_pred, sample_weight=None):
            self.count.assign_add(1.0)

        def result(self):
            return self.count  # a variable

    np.testing.assert_allclose(numpy(X >> Scale(2.0)), 2 * X)
    np.testing.assert_allclose(numpy(X >> Twice()), 4 * X)
    assert Twice().name == "twice" and Scale(3.0).get_config()["factor"] == 3.0
    model = Net(1) >> pk.compile(loss=Power(1.0), optimizer="sgd", metrics=Calls)
    assert (model >> pk.fit(X, Y, batch_size=2, verbose=0)).metrics["calls"] == [2]
    assert model.get_config()["units"] == 1 and Power(3.0).get_config()["power"] == 3.0


def test_a_class_made_of_inputs_and_outputs_leaves_the_next_one_alone():
    """Keras changes the bases of the first while it makes the object."""

    class Graph(pk.Model):
        def doubled(self):
            return 2

    class Net(pk.Model):
        def initialize(self):
            self.super.initialize()
            self.dense = keras.layers.Dense(1)

        def call(self, inputs):
            return self.dense(inputs)

    inputs = keras.Input((3,))
    graph = Graph(inputs, keras.layers.Dense(1)(inputs))
    assert graph.doubled() == 2 and graph.output_shape == (None, 1) and len(graph.layers) == 2
    assert numpy(Net()(np.ones((2, 3)))).shape == (2, 1) and not hasattr(Net(), "inputs")
