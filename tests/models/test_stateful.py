"""models/stateful.py: fit() and its kin on models that remember, when they forget, and what they are refused."""

import functools
import warnings

import numpy as np
import pytest

import pipekeras as pk
from pipekeras.sequences.states import get_states, set_states

ROWS, STEPS = 2, 3


def fresh_net(units=2, shape=(ROWS, STEPS, 1), **kwargs):
    """A model that remembers, whose outputs are its states: each step adds half of what was. It learns nothing."""
    layer = pk.layer_simple_rnn(
        units=units, activation="linear", stateful=True, return_sequences=True, name="memory",
        kernel_initializer="ones", recurrent_initializer=pk.initializer_identity(gain=0.5),
    )  # fmt: skip
    model = pk.keras_model_sequential(batch_shape=shape) >> layer
    return model >> pk.compile(pk.optimizer_sgd(0.0), "mse", **kwargs)


_shared = functools.cache(fresh_net)


def net(units=2, **kwargs):
    """The same, compiled once for all tests, and begun anew; one of its own for other arguments of compile()."""
    return fresh_net(units, **kwargs) if kwargs else _shared(units) >> pk.reset_states()


def running(x, resets, units=2):
    """What that model puts out, batch by batch, by hand; `resets[k]` are the rows that begin anew with batch k."""
    state, out = np.zeros(len(x[0])), []
    for batch, rows in zip(x, resets, strict=True):
        state = np.where(False if rows is None else rows, 0.0, state)
        steps = []
        for step in range(batch.shape[1]):
            state = 0.5 * state + batch[:, step, 0]
            steps.append(state)
        out.append(np.stack(steps, axis=1))
    return [np.repeat(o[..., None], units, axis=-1) for o in out]


def numbers(batches, seed=0, rows=ROWS):
    return np.random.default_rng(seed).normal(size=(batches, rows, STEPS, 1)).astype("float32")


def fold(x, resets, weights=None, continues=True, feeds=False, y=None):
    """The least that a folded dataset is, by the contract that all of them hold."""
    import keras

    class Fold(keras.utils.PyDataset):
        orders_itself = True

        def __init__(self):
            super().__init__()
            self.continues, self.epoch, self.first, self.asked = continues, 0, 0, []

        def __len__(self):
            return len(x) - self.first

        def __getitem__(self, i):
            return self.at(self.first + i)

        def at(self, k):
            target = np.zeros((*x[k].shape[:2], 2), "float32") if y is None else y[k]
            return (x[k], target) if weights is None else (x[k], target, weights[k])

        def resets(self, k):
            self.asked.append(k)
            return resets[k]

        def state_dict(self):
            return {"epoch": self.epoch, "batch": self.first, "seed": None}

    class Feeds(Fold):
        def feed(self, steps):
            outer = self

            class Feed(keras.utils.PyDataset):
                def __len__(self):
                    return steps

                def __getitem__(self, i):
                    return outer.at((outer.first + i) % len(x))

            return Feed()

    return Feeds() if feeds else Fold()


ALL = np.array([True] * ROWS)
RESETS = [ALL, None, np.array([False, True]), None]


def last(outs):
    return outs[-1][:, -1]


def losses(outs):
    return float(np.mean(np.square(outs)))


def state(model):
    return get_states(model)["memory"][0]


# Folded data ----------------------------------------------------------------------------------------------------------


def test_rows_begin_anew_where_the_dataset_says_so_in_predict_evaluate_and_fit():
    x, model = numbers(4), net()
    wanted = running(x, RESETS)
    data = fold(x, RESETS)
    for _ in range(2):  # from nothing each time, whatever it remembers
        np.testing.assert_allclose(pk.predict(model, data, verbose=0), np.concatenate(wanted), atol=1e-5)
        np.testing.assert_allclose(state(model), last(wanted), atol=1e-5)
        assert pk.evaluate(model, data, verbose=0)["loss"] == pytest.approx(losses(wanted), rel=1e-5)
    history = pk.fit(model, data, epochs=3, verbose=0)
    assert history.metrics["loss"] == pytest.approx([losses(wanted)] * 3, rel=1e-5)
    np.testing.assert_allclose(state(model), last(wanted), atol=1e-5)


def test_validation_begins_from_nothing_and_leaves_training_as_it_was():
    x, later, model = numbers(4), numbers(3, seed=1), net()
    wanted, seen = running(x, RESETS), running(later, [ALL, None, None])
    history = pk.fit(model, fold(x, RESETS), validation_data=fold(later, [ALL, None, None]), epochs=2, verbose=0)
    assert history.metrics["loss"] == pytest.approx([losses(wanted)] * 2, rel=1e-5)
    assert history.metrics["val_loss"] == pytest.approx([losses(seen)] * 2, rel=1e-5)
    np.testing.assert_allclose(state(model), last(wanted), atol=1e-5)


@pytest.mark.parametrize("kind", ["arrays", "split", "generator"])
def test_no_kind_of_validation_disturbs_training(kind):
    x, later, model = numbers(3), numbers(2, seed=1), net()
    how = {
        "arrays": {"validation_data": (np.concatenate(later), np.zeros((4, STEPS, 2)))},
        "split": {"validation_split": 0.4},
        "generator": {"validation_data": lambda: (later[0], np.zeros((2, STEPS, 2))), "validation_steps": 2},
    }[kind]
    data = np.concatenate([*x, *later] if kind == "split" else x)
    pk.fit(model, data, np.zeros((len(data), STEPS, 2)), batch_size=ROWS, shuffle=False, epochs=2, verbose=0, **how)
    wanted = running([*x, *x], [ALL] + [None] * 5)  # arrays begin nothing anew, nor does an epoch
    np.testing.assert_allclose(state(model), last(wanted), atol=1e-5)


def test_a_generator_for_training_is_not_disturbed_either():
    x, later, model = numbers(1), numbers(1, seed=1), net()
    zeros = np.zeros((ROWS, STEPS, 2))
    pk.fit(
        model, lambda: (x[0], zeros), steps_per_epoch=3, epochs=2, verbose=0,
        validation_data=(later[0], zeros), validation_batch_size=ROWS,
    )  # fmt: skip
    np.testing.assert_allclose(state(model), last(running([x[0]] * 6, [ALL] + [None] * 5)), atol=1e-5)


@pytest.mark.parametrize("feeds", [False, True])
def test_a_pass_that_is_cut_by_steps_per_epoch_goes_on(feeds):
    x, model = numbers(4), net()
    pk.fit(model, fold(x, RESETS, feeds=feeds), steps_per_epoch=2, epochs=3, verbose=0)
    wanted = running([*x, *x[:2]], [*RESETS, *RESETS[:2]])
    np.testing.assert_allclose(state(model), last(wanted), atol=1e-5)


def test_a_pass_that_is_resumed_goes_on_from_its_place():
    x, model = numbers(4), net()
    wanted = running(x, RESETS)
    set_states(model, [wanted[0][:, -1]])
    data = fold(x, RESETS, feeds=True)
    data.first = 1
    pk.fit(model, data, verbose=0)
    np.testing.assert_allclose(state(model), last(wanted), atol=1e-5)
    assert 0 not in data.asked[1:]  # but for the check of its batch size


def test_the_order_is_left_to_the_dataset():
    x, model = numbers(6), net()
    history = pk.fit(model, fold(x, [ALL] + [None] * 5), shuffle=True, epochs=2, verbose=0)
    assert history.metrics["loss"] == pytest.approx([losses(running(x, [ALL] + [None] * 5))] * 2, rel=1e-5)


def test_a_model_that_remembers_nothing_takes_a_fold_as_it_is():
    x = numbers(4)
    model = pk.keras_model_sequential(input_shape=(STEPS, 1)) >> pk.layer_simple_rnn(units=2, return_sequences=True)
    data = fold(x, RESETS)
    pk.fit(model >> pk.compile("sgd", "mse"), data, epochs=2, verbose=0)
    assert data.asked == [0]


def test_sequence_fold_and_a_run_over_the_whole_series():
    from pipekeras.sequences.fold import sequence_fold

    series = np.random.default_rng(5).normal(size=25).astype("float32")
    data, model = sequence_fold(series, batch_size=ROWS, timesteps=STEPS), net(units=1)
    whole = pk.keras_model_sequential(input_shape=(None, 1))
    whole = whole >> pk.layer_simple_rnn(units=1, activation="linear", return_sequences=True)
    whole.set_weights(model.get_weights())
    x, y = np.split(data.to_numpy()[0], len(data)), np.split(data.to_numpy()[1], len(data))
    out = pk.predict_on_batch(whole, np.concatenate(x, axis=1))
    loss = float(np.mean((out - np.concatenate(y, axis=1)) ** 2))
    got = np.concatenate(np.split(pk.predict(model, data, verbose=0), len(data)), axis=1)
    np.testing.assert_allclose(got, out, atol=1e-5)
    assert pk.evaluate(model, data, verbose=0)["loss"] == pytest.approx(loss, rel=1e-5)
    history = pk.fit(model, data, epochs=2, validation_data=data, verbose=0)
    assert history.metrics["loss"] == pytest.approx([loss] * 2, rel=1e-5)
    assert history.metrics["val_loss"] == pytest.approx([loss] * 2, rel=1e-5)


# By hand, as in R -----------------------------------------------------------------------------------------------------


def test_the_loop_of_r_scripts_is_compiled_once():
    import keras

    calls = []

    class Traced(keras.layers.Layer):
        def call(self, x):
            calls.append(1)
            return x

    x = numbers(3)
    model = fresh_net() >> Traced() >> pk.compile(pk.optimizer_sgd(0.0), "mse")
    y, found = np.zeros((6, STEPS, 2)), []
    wanted = losses(running(x, [ALL, None, None]))
    for epoch in range(3):
        found += (model >> pk.fit(np.concatenate(x), y, batch_size=ROWS, epochs=1, shuffle=False, verbose=0)).metrics[
            "loss"
        ]
        model >> pk.reset_states()
        if epoch == 0:
            after_first = len(calls)
    assert found == pytest.approx([wanted] * 3, rel=1e-5)
    eager = 3 if keras.backend.backend() == "torch" else 0  # batches an epoch: torch compiles nothing
    assert len(calls) - after_first == 2 * eager


def test_states_stay_as_the_last_batch_left_them_and_go_on():
    x, model = numbers(3), net()
    pk.fit(model, np.concatenate(x[:2]), np.zeros((4, STEPS, 2)), batch_size=ROWS, shuffle=False, verbose=0)
    out = pk.predict(model, x[2], batch_size=ROWS, verbose=0)
    np.testing.assert_allclose(out, running(x, [ALL, None, None])[2], atol=1e-5)


# What is refused ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shuffle", [{}, {"shuffle": True}, {"shuffle": "batch"}])
def test_shuffled_samples_are_refused(shuffle):
    model, value = net(), shuffle.get("shuffle", True)
    message = f"^fit: the model is stateful, and shuffle={value!r} would mix the samples.*give shuffle=False"
    with pytest.raises(pk.InvalidValueError, match=message):
        pk.fit(model, numbers(1)[0], np.zeros((2, STEPS, 2)), batch_size=ROWS, **shuffle)
    nested = pk.keras_model_sequential(batch_shape=(ROWS, STEPS, 1)) >> fresh_net()
    with pytest.raises(pk.InvalidValueError, match="would mix the samples"):
        pk.fit(nested >> pk.compile("sgd", "mse"), numbers(1)[0], np.zeros((2, STEPS, 2)), batch_size=ROWS)


def test_shuffled_batches_of_another_dataset_are_refused():
    import keras

    class Plain(keras.utils.PyDataset):
        def __len__(self):
            return 2

        def __getitem__(self, i):
            return numbers(2)[i], np.zeros((ROWS, STEPS, 2))

    with pytest.raises(pk.InvalidValueError, match="shuffle=True would mix the batches"):
        pk.fit(net(), Plain(), verbose=0)
    model = net()
    pk.fit(model, Plain(), shuffle=False, verbose=0)
    np.testing.assert_allclose(state(model), last(running(numbers(2), [ALL, None])), atol=1e-5)


def test_data_that_is_not_folded_is_refused_by_name():
    model, unfolded = net(), fold(numbers(2), [ALL, None], continues=False)
    message = "row i of a batch of x does not continue row i of the one before: fold the series: sequence_fold"
    for use in (pk.fit, pk.evaluate, pk.predict):
        with pytest.raises(pk.DataError, match=f"^{use.__name__}: the model is stateful, and {message}"):
            use(model, unfolded)
    with pytest.raises(pk.DataError, match="a batch of validation_data does not continue"):
        pk.fit(model, fold(numbers(2), [ALL, None]), validation_data=unfolded)


def test_windows_are_refused_unless_they_continue():
    from pipekeras.sequences.windows import sequence_windows

    series = np.arange(20.0)
    with pytest.raises(pk.DataError, match="the model is stateful, and row i of a batch of x does not continue"):
        pk.fit(net(), sequence_windows(series, lookback=STEPS, batch_size=ROWS), verbose=0)


def test_batches_of_another_size_are_refused_with_both():
    four = numbers(2, rows=4)
    message = r"^fit: the model was built for batches of 2, x has batches of 4: .*batch_size=2, or.*batch_size=4"
    with pytest.raises(pk.DataError, match=message):
        pk.fit(net(), fold(four, [np.array([True] * 4), None]))


def test_batches_that_do_not_fit_the_model_are_refused_as_arrays_are():
    from pipekeras.sequences.fold import sequence_fold

    series = np.arange(25.0)
    call = {"batch_size": ROWS, "timesteps": STEPS}
    model = net(units=1)
    wrong = [  # what NumPy would broadcast, or a backend refuse in its depths
        (sequence_fold(series, **call, per_step=False), r"y has the shape \(2, 1\)", "fit evaluate validation"),
        (sequence_fold(series, **{**call, "timesteps": 5}), "x has the shape", "fit evaluate predict validation"),
        (sequence_fold(np.ones((25, 2)), **call), "x has the shape", "fit evaluate predict validation"),
        (sequence_fold(series, False, **call), "y is missing", "fit evaluate validation"),
    ]
    right = sequence_fold(series, **call)
    uses = {
        "fit": lambda data: pk.fit(model, data, verbose=0),
        "evaluate": lambda data: pk.evaluate(model, data, verbose=0),
        "predict": lambda data: pk.predict(model, data, verbose=0),
        "validation": lambda data: pk.fit(model, right, validation_data=data, verbose=0),
    }
    for data, message, where in wrong:
        for name in where.split():
            begins = "fit: .*validation_data's " if name == "validation" else f"{name}: .*"
            with pytest.raises((pk.DataError, pk.ShapeError), match=f"^{begins}{message}"):
                uses[name](data)
    assert len(pk.predict(model, wrong[-1][0], verbose=0)) == 4 * ROWS  # no targets are wanted


def test_steps_per_execution_over_a_beginning_is_refused(only_on):
    only_on("tensorflow", "jax", reason="torch has no steps_per_execution")
    x = numbers(4)
    model = net(steps_per_execution=2)
    resets = [ALL, np.array([False, True]), None, None]
    message = "a series begins with batch 1 of the fold.*steps_per_execution=2 runs at once.*steps_per_execution=1"
    for use in (pk.fit, pk.evaluate, pk.predict):
        with pytest.raises(pk.InvalidValueError, match=f"^{use.__name__}: {message}"):
            use(model, fold(x, resets), verbose=0)
    pk.fit(model, fold(x, RESETS), verbose=0)  # where they begin with a step it is right
    np.testing.assert_allclose(state(model), last(running(x, RESETS)), atol=1e-5)


def test_workers_change_nothing():
    """Keras would throw away what they have made ahead at the end of each epoch."""
    from pipekeras.sequences.windows import sequence_windows

    def losses(workers):
        windows = sequence_windows(np.arange(20.0), lookback=STEPS, batch_size=4, shuffle=True, seed=1)
        windows.workers = workers
        model = pk.keras_model_sequential(input_shape=(STEPS, 1)) >> pk.layer_flatten()
        model = model >> pk.layer_dense(units=1, kernel_initializer="ones") >> pk.compile("sgd", "mse")
        return pk.fit(model, windows, epochs=2, verbose=0).metrics["loss"]

    assert losses(workers=3) == losses(workers=1)


def test_steps_per_execution_ends_with_the_pass(only_on):
    only_on("tensorflow", "jax", reason="torch has no steps_per_execution")
    from pipekeras.sequences.fold import sequence_fold
    from pipekeras.sequences.windows import sequence_windows

    series = np.random.default_rng(6).normal(size=31).astype("float32")
    data = sequence_fold(series, batch_size=ROWS, timesteps=STEPS)
    assert len(data) == 5
    wanted = pk.evaluate(net(units=1), data, verbose=0)["loss"]
    model = net(units=1, steps_per_execution=2)
    assert pk.fit(model, data, epochs=3, verbose=0).metrics["loss"] == pytest.approx([wanted] * 3, rel=1e-5)
    assert int(model.optimizer.iterations) == 15
    seen, windows = [], sequence_windows(series, lookback=STEPS, batch_size=6, shuffle=True)
    made = windows.batch
    windows.batch = lambda epoch, number: (seen.append((epoch, number)), made(epoch, number))[1]
    dense = pk.keras_model_sequential(input_shape=(STEPS, 1)) >> pk.layer_flatten() >> pk.layer_dense(units=1)
    pk.fit(dense >> pk.compile("sgd", "mse", steps_per_execution=2), windows, epochs=2, verbose=0)
    assert list(dict.fromkeys(seen)) == [(epoch, number) for epoch in range(2) for number in range(5)]


def test_arrays_that_end_in_a_smaller_batch_are_refused_before_the_model_is_built():
    x = np.ones((5, STEPS, 1), "float32")
    message = "^fit: the model is stateful, and its first batch is one of 2: give batch_size=2, .*; x has 5$"
    model = pk.keras_model_sequential() >> pk.layer_simple_rnn(units=1, stateful=True) >> pk.compile("sgd", "mse")
    with pytest.raises(pk.ShapeError, match=message):
        pk.fit(model, x, np.ones((5, 1)), batch_size=2, shuffle=False)
    with pytest.raises(pk.ShapeError, match="^predict: the model is stateful, and its first batch is one of 2"):
        pk.predict(model, x, batch_size=2)
    assert pk.predict(model, x, verbose=0).shape == (5, 1)  # a single batch
    with pytest.raises(pk.ShapeError, match="^predict: the model was built for batches of 5"):
        pk.predict(model, x, batch_size=2)


# Padding --------------------------------------------------------------------------------------------------------------


def test_metrics_that_count_padding_are_warned_of_once():
    x = numbers(2)
    weights = [np.ones((ROWS, STEPS), "float32"), np.array([[1, 1, 1], [1, 0, 0]], "float32")]
    data, model = fold(x, [ALL, None], weights=weights), net(metrics=["mae"])
    with pytest.warns(UserWarning, match="^fit: x is padded.*weighted_metrics=") as seen:
        pk.fit(model, data, verbose=0)
    assert len([one for one in seen if "padded" in str(one.message)]) == 1
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        history = pk.fit(net(weighted_metrics=["mse"]), data, verbose=0)
        pk.evaluate(model, fold(x, [ALL, None]), verbose=0)
    out = running(x, [ALL, None])
    mean = sum((o**2 * w[..., None]).sum() for o, w in zip(out, weights, strict=True)) / (2 * np.sum(weights))
    assert history.metrics["mse"][0] == pytest.approx(mean, rel=1e-5)


def test_a_mask_that_counts_padding_again_is_warned_of():
    from pipekeras.sequences.fold import sequence_fold

    def masked(**kwargs):
        model = pk.keras_model_sequential(batch_shape=(ROWS, STEPS, 1)) >> pk.layer_masking()
        return model >> pk.layer_simple_rnn(units=1, stateful=True, **kwargs) >> pk.compile("sgd", "mse")

    data = sequence_fold(np.arange(1.0, 24), batch_size=ROWS, timesteps=STEPS, remainder="pad")
    with pytest.warns(UserWarning, match=r"^evaluate: x is padded.*leave out layer_masking\(\)"):
        pk.evaluate(masked(return_sequences=True), data, verbose=0)
    blocks = sequence_fold(np.arange(1.0, 24), batch_size=ROWS, timesteps=STEPS, remainder="pad", per_step=False)
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        pk.evaluate(masked(), blocks, verbose=0)  # its outputs have no mask


# Everybody else -------------------------------------------------------------------------------------------------------

X, Y = np.random.default_rng(1).normal(size=(2, 5, 1)).astype("float32"), np.ones(2, "float32")
USES = {
    "fit": lambda m: pk.fit(m, X, Y, batch_size=2, verbose=0),
    "train_on_batch": lambda m: pk.train_on_batch(m, X, Y),
    "evaluate": lambda m: pk.evaluate(m, X, Y, batch_size=2, verbose=0),
    "test_on_batch": lambda m: pk.test_on_batch(m, X, Y),
    "predict": lambda m: pk.predict(m, X, batch_size=2, verbose=0),
    "predict_on_batch": lambda m: pk.predict_on_batch(m, X),
}


def test_layers_without_states_are_nobodys_business():
    model = pk.keras_model_sequential(batch_shape=(2, 5, 1)) >> pk.layer_simple_rnn(units=1)
    model >> pk.compile("sgd", "mse", run_eagerly=True)
    for name, use in USES.items():
        assert use(model) is not None, name


def test_every_verb_goes_on_from_the_batch_before():
    memory = pk.layer_gru(units=1, stateful=True, name="memory")
    model = pk.keras_model_sequential(batch_shape=(2, 5, 1)) >> memory >> pk.compile(pk.optimizer_sgd(0.0), "mse")
    wanted = None
    for name in [name for name in USES if name != "fit"]:
        model >> pk.reset_states()
        USES[name](model)
        once = state(model)
        USES[name](model)
        twice = state(model)
        wanted = wanted or (once, twice)
        assert np.any(np.abs(twice - once) > 1e-4)
        np.testing.assert_allclose((once, twice), wanted, atol=1e-5, err_msg=name)


def test_a_batch_size_that_is_not_known_is_asked_for():
    with pytest.raises(pk.ShapeError, match=r"^layer_lstm is stateful, and must know the batch size: .*batch_size=4\)"):
        pk.keras_model_sequential(input_shape=(5, 1)) >> pk.layer_lstm(3, stateful=True)


@pytest.mark.parametrize("rows", [1, 2])
def test_a_fold_of_a_single_row_is_trained_on_too(rows):
    fold = pk.sequence_fold(np.arange(21.0) / 20, batch_size=rows, timesteps=5)
    model = pk.keras_model_sequential(input_shape=(None, 1), batch_size=rows)
    model = model >> pk.layer_lstm(2, stateful=True, return_sequences=True) >> pk.layer_dense(1)
    model >> pk.compile("sgd", "mse")
    assert np.isfinite((model >> pk.fit(fold, verbose=0)).metrics["loss"]).all()
    assert pk.predict(model, fold, verbose=0).shape == (20 // rows // 5 * rows, 5, 1)
