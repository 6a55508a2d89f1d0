"""A stateful model over a fold: the same as one stateless run over each series, in outputs, losses and training."""

import functools

import numpy as np
import pytest

import pipekeras as pk

ROWS, STEPS = 3, 7
SERIES = np.cumsum(np.random.default_rng(1).normal(size=(121, 2)), axis=0).astype("float32") / 10
WANTED = (np.sin(SERIES[:, :1]) + SERIES[:, 1:]).astype("float32")
GROUPS = np.repeat(["a", "b", "c", "d"], [13, 60, 28, 20])

CASES = {
    "one row": dict(batch_size=1, remainder="pad"),
    "dropped": dict(),
    "padded": dict(remainder="pad"),
    "per block": dict(remainder="pad", per_step=False),
    "groups": dict(groups=GROUPS, remainder="pad"),
    "groups, dropped": dict(groups=GROUPS),
    "groups, per block": dict(groups=GROUPS, remainder="pad", per_step=False),
    "groups, cut": dict(groups=GROUPS, remainder="pad", whole=False),
}


def folded(case, **changes):
    call = {"batch_size": ROWS, "timesteps": STEPS, "delay": 0, **CASES[case], **changes}
    return pk.sequence_fold(SERIES, WANTED, **call)


def net(rows=ROWS, per_step=True, optimizer="adam"):
    pk.set_random_seed(3)
    model = pk.keras_model_sequential(batch_shape=(rows, STEPS, 2))
    model = (
        model
        >> pk.layer_lstm(units=3, stateful=True, return_sequences=per_step, name="lstm")
        >> pk.layer_dense(units=1)
    )
    return model >> pk.compile(optimizer, "mse")


# A model whose weights stay: what it was trained on before changes nothing.
still = functools.cache(lambda rows, per_step: net(rows, per_step, pk.optimizer_sgd(0.0)))


def run_whole(model, fold):
    """(outputs of one stateless run over each stretch, targets), in the order of the rows, of those that count."""
    import keras

    (lstm, dense), outputs = model.layers, np.full_like(WANTED, np.nan)
    states = keras.layers.RNN(lstm.cell, return_sequences=True)
    for stretch in fold.plan.stretches:
        rows = slice(stretch.start, stretch.start + stretch.steps)
        outputs[rows] = keras.ops.convert_to_numpy(dense(states(SERIES[None, rows])))[0]
    rows = fold.rows if fold.per_step else fold.block_rows
    return outputs[rows], WANTED[rows]


def by_batch(model, fold):
    """The loss of each batch, put together from those runs."""
    outputs, wanted = run_whole(model, fold)
    loss = np.zeros(len(fold) * fold.batch_size * (fold.timesteps if fold.per_step else 1))
    loss[fold.plan.places(fold.per_step)[1]] = ((outputs - wanted) ** 2)[:, 0] * loss.size / len(outputs)
    return loss.reshape(len(fold), -1).mean(axis=1)


@pytest.mark.parametrize("case", CASES)
def test_it_is_one_stateless_run_over_each_series(case):
    fold = folded(case)
    model = still(fold.batch_size, fold.per_step)
    outputs, wanted = run_whole(model, fold)
    loss = float(np.mean((outputs - wanted) ** 2))
    for _ in range(2):  # from nothing each time
        predicted = pk.sequence_unfold(pk.predict(model, fold, verbose=0), fold)
        np.testing.assert_allclose(predicted, outputs, atol=1e-5)
    assert pk.evaluate(model, fold, verbose=0).loss == pytest.approx(loss, abs=1e-5)
    history = pk.fit(model, fold, epochs=2, validation_data=fold, verbose=0)
    assert history.metrics["loss"] == pytest.approx([loss] * 2, abs=1e-5)
    assert history.metrics["val_loss"] == pytest.approx([loss] * 2, abs=1e-5)


def test_a_series_in_one_row_is_not_broken_anywhere():
    """The stretches above are the fold's own word; here nobody is asked."""
    whole, series = folded("one row"), folded("groups")
    assert whole.rows.tolist() == series.rows.tolist() == list(range(len(SERIES)))
    assert [(s.start, s.steps) for s in whole.plan.stretches] == [(0, 121)]
    assert sorted((s.start, s.steps) for s in series.plan.stretches) == [(0, 13), (13, 60), (73, 28), (101, 20)]
    assert any(series.resets(k) is not None for k in range(1, len(series)))


def test_an_epoch_of_fewer_steps_than_a_pass_goes_on_in_it():
    fold = folded("groups")
    model = still(ROWS, True)
    losses = by_batch(model, fold)
    assert len(losses) == 9
    history = pk.fit(model, fold, epochs=4, steps_per_epoch=4, verbose=0)
    expected = [np.mean([losses[k % 9] for k in range(4 * epoch, 4 * epoch + 4)]) for epoch in range(4)]
    assert history.metrics["loss"] == pytest.approx(expected, abs=1e-5)
    assert fold.state_dict()["epoch"] == 1 and fold.state_dict()["batch"] == 7
    assert pk.evaluate(model, fold, steps=2, verbose=0).loss == pytest.approx(losses[:2].mean(), abs=1e-5)


@functools.cache
def trained():
    """(a model trained without a break, its loss curve)."""
    model = net()
    return model, pk.fit(model, folded("groups"), epochs=3, verbose=0).metrics["loss"]


def test_validation_on_a_fold_disturbs_no_training():
    (alone, losses), validated, other = trained(), net(), folded("padded")
    history = pk.fit(validated, folded("groups"), epochs=3, validation_data=other, verbose=0)
    np.testing.assert_allclose(history.metrics["loss"], losses, rtol=1e-5)
    assert losses[2] < losses[1] < losses[0]
    for ours, theirs in zip(pk.get_states(validated)["lstm"], pk.get_states(alone)["lstm"], strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-5)
    for ours, theirs in zip(validated.get_weights(), alone.get_weights(), strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-5)
    assert history.metrics["val_loss"][-1] == pytest.approx(np.mean(by_batch(validated, other)), rel=1e-4)


def test_a_killed_run_goes_on_with_the_states_it_had(tmp_path):
    import keras

    class Killed(Exception):
        pass

    fold = folded("groups")
    left = [2 * len(fold) - 2]
    assert any(fold.resets(k) is not None for k in range(1, len(fold) - 2))  # in the pass that is broken off

    def count_down(batch, logs=None):
        left[0] -= 1
        if not left[0]:
            raise Killed

    def train(*more):
        own = pk.callback_sequence_checkpoint(tmp_path / "run", save_freq=1)
        return pk.fit(net(), folded("groups"), epochs=3, callbacks=[own, *more], verbose=0).metrics["loss"]

    with pytest.raises(Killed):
        train(keras.callbacks.LambdaCallback(on_train_batch_end=count_down))
    np.testing.assert_allclose(train(), trained()[1], rtol=1e-5)
