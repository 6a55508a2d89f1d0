"""sequences/checkpoint.py and resuming.py: a training that was killed goes on as if it had never been."""

import contextlib
import functools
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import pipekeras
from pipekeras import (
    compile,
    fit,
    keras_model_sequential,
    layer_dense,
    layer_dropout,
    layer_flatten,
    layer_simple_rnn,
    optimizer_sgd,
    set_random_seed,
)
from pipekeras.errors import ArgumentError, DataError, InvalidValueError
from pipekeras.sequences.checkpoint import callback_sequence_checkpoint
from pipekeras.sequences.fold import sequence_fold
from pipekeras.sequences.windows import sequence_windows

SERIES = np.sin(np.arange(120) / 5).astype("float32")


class Killed(Exception):
    """What ends a run in the middle."""


def killer(after):
    """A callback that ends the run after so many batches."""
    import keras

    left = [after]

    def on_train_batch_end(batch, logs=None):
        left[0] -= 1
        if left[0] == 0:
            raise Killed

    return keras.callbacks.LambdaCallback(on_train_batch_end=on_train_batch_end)


def windows():
    return sequence_windows(SERIES, lookback=6, batch_size=16, shuffle=True, seed=1)


def net(units=3, metrics="mae", **averages):
    """A small model that draws random numbers in each step, and whose optimizer remembers."""
    import keras

    set_random_seed(4)
    model = keras_model_sequential(input_shape=(6, 1)) >> layer_flatten() >> layer_dense(units, activation="tanh")
    model = model >> layer_dropout(0.3) >> layer_dense(1)
    eagerly = keras.backend.backend() == "jax"  # where compiling takes longer than all that is to be run
    optimizer = optimizer_sgd(0.1, momentum=0.5, **averages)
    return model >> compile(optimizer, "mse", metrics=metrics, run_eagerly=eagerly)


def folded():
    return sequence_fold(SERIES, batch_size=2, timesteps=5)


def remembering():
    set_random_seed(4)
    memory = layer_simple_rnn(3, stateful=True, return_sequences=True, dropout=0.3)
    model = keras_model_sequential(batch_shape=(2, 5, 1)) >> memory >> layer_dense(1)
    return model >> compile(optimizer_sgd(0.1, momentum=0.5), "mse")


def curve(history):
    return {name: np.array(values) for name, values in history.metrics.items()}


def assert_same(ours, unbroken):
    assert ours.keys() == unbroken.keys()
    for name, values in ours.items():
        np.testing.assert_allclose(values, unbroken[name], rtol=1e-5, err_msg=name)


@functools.cache
def unbroken(make, data):
    """The curves of three epochs that nobody interrupts."""
    return curve(make() >> fit(data(), epochs=3, verbose=0))


@pytest.mark.parametrize(
    ("make", "data", "save_freq", "killed_after"),
    [
        (net, windows, 3, 13),
        (net, windows, "epoch", 13),
        (net, windows, 1, 8),  # at the very end of an epoch
        (net, windows, 4, 3),  # before anything is saved
        (remembering, folded, 3, 17),
        (remembering, folded, "epoch", 17),
    ],
)
def test_the_loss_curve_is_that_of_an_unbroken_run(tmp_path, make, data, save_freq, killed_after):
    path = tmp_path / "run.ckpt"
    with pytest.raises(Killed):
        make() >> fit(
            data(), epochs=3, verbose=0, callbacks=[callback_sequence_checkpoint(path, save_freq), killer(killed_after)]
        )
    assert path.exists() == (save_freq != 4)
    again = make() >> fit(data(), epochs=3, verbose=0, callbacks=callback_sequence_checkpoint(path, save_freq))
    assert_same(curve(again), unbroken(make, data))
    assert again.epoch == [0, 1, 2]
    assert not path.exists()


def test_killed_again_and_again(tmp_path):
    runs, again = 0, None
    while again is None and runs < 9:
        runs += 1
        with contextlib.suppress(Killed):
            keep = callback_sequence_checkpoint(tmp_path / "run.ckpt", 2)
            again = net() >> fit(windows(), epochs=3, verbose=0, callbacks=[keep, killer(7)])
    assert runs == 4  # of 24 batches six are saved each time
    assert_same(curve(again), unbroken(net, windows))


def test_the_same_batches_come_in_the_same_order(tmp_path):
    seen, made = [], windows().batch
    per_pass = windows().batches

    def noting():
        dataset = windows()
        dataset.batch = lambda epoch, number: (seen.append((epoch, number)), made(epoch, number))[1]
        return dataset

    with pytest.raises(Killed):
        net() >> fit(noting(), epochs=3, verbose=0,
                     callbacks=[callback_sequence_checkpoint(tmp_path / "run", 1), killer(10)])  # fmt: skip
    seen.clear()
    net() >> fit(noting(), epochs=3, verbose=0, callbacks=callback_sequence_checkpoint(tmp_path / "run", 1))
    # The first is looked at more than once: to build the model, to see whether it fits. The tenth was not saved.
    in_order = [divmod(number, per_pass) for number in range(9, 3 * per_pass)]
    assert list(dict.fromkeys(batch for batch in seen if batch != (0, 0))) == in_order


def test_other_callbacks_see_one_training(tmp_path):
    import keras

    with pytest.raises(Killed):
        net() >> fit(windows(), epochs=3, verbose=0,
                     callbacks=[callback_sequence_checkpoint(tmp_path / "run", 3), killer(11)])  # fmt: skip
    seen = []
    noting = keras.callbacks.LambdaCallback(
        on_train_begin=lambda logs: seen.append("begin"),
        on_epoch_end=lambda epoch, logs: seen.append(epoch),
        on_train_end=lambda logs: seen.append("end"),
    )
    net() >> fit(windows(), epochs=3, verbose=0, callbacks=[callback_sequence_checkpoint(tmp_path / "run"), noting])
    assert seen == ["begin", 1, 2, "end"]


def test_what_other_callbacks_do_at_the_end_of_an_epoch_is_saved_wherever_they_stand(tmp_path):
    import keras

    class Slower(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            self.model.optimizer.learning_rate = rate = float(self.model.optimizer.learning_rate) * 0.25
            logs["rate"] = rate

    def run(*callbacks):
        return net() >> fit(windows(), epochs=3, verbose=0, callbacks=[*callbacks])

    keep = functools.partial(callback_sequence_checkpoint, tmp_path / "run")
    with pytest.raises(Killed):
        run(keep(), Slower(), killer(18))
    assert_same(curve(run(keep(), Slower())), curve(run(Slower())))


def test_a_file_that_stays_goes_on_with_more_epochs(tmp_path):
    def run(epochs):
        keep = callback_sequence_checkpoint(tmp_path / "run.ckpt", delete_checkpoint=False)
        return curve(net() >> fit(windows(), epochs=epochs, verbose=0, callbacks=keep))

    run(2)
    assert_same(run(3), unbroken(net, windows))
    assert_same(run(3), unbroken(net, windows))  # there is nothing left to do


def test_steps_per_epoch_and_validation_go_on_too(tmp_path):
    def run(*callbacks):
        return net() >> fit(windows(), epochs=4, steps_per_epoch=5, verbose=0, callbacks=list(callbacks),
                            validation_data=windows().in_order())  # fmt: skip

    whole = curve(run())
    with pytest.raises(Killed):
        run(callback_sequence_checkpoint(tmp_path / "run", 2), killer(13))
    assert_same(curve(run(callback_sequence_checkpoint(tmp_path / "run", 2))), whole)


def test_the_averages_of_use_ema_take_the_place_of_the_weights_at_the_end_alone(tmp_path):
    def run(*callbacks):
        model = net(use_ema=True, ema_momentum=0.5)
        history = model >> fit(windows(), epochs=3, verbose=0, callbacks=[*callbacks])
        return {**curve(history), **{str(i): weight for i, weight in enumerate(model.get_weights())}}

    keep = functools.partial(callback_sequence_checkpoint, tmp_path / "run", 3)
    with pytest.raises(Killed):
        run(keep(), killer(12))
    assert_same(run(keep()), run())


def test_a_metric_of_several_values_is_kept(tmp_path):
    import keras

    def several():
        return net(metrics=[keras.metrics.F1Score(average=None)])

    keep = functools.partial(callback_sequence_checkpoint, tmp_path / "run")
    with pytest.raises(Killed):
        several() >> fit(windows(), epochs=3, verbose=0, callbacks=[keep(), killer(10)])
    again = several() >> fit(windows(), epochs=3, verbose=0, callbacks=keep())
    assert np.shape(again.metrics["f1_score"]) == (3, 1)


def test_weights_of_a_type_that_numpy_lacks_are_kept(tmp_path):
    def brief(epochs, *callbacks):
        set_random_seed(4)
        model = keras_model_sequential(input_shape=(6, 1)) >> layer_flatten() >> layer_dense(1, dtype="bfloat16")
        return model >> compile("sgd", "mse") >> fit(windows(), epochs=epochs, verbose=0, callbacks=[*callbacks])

    brief(1, callback_sequence_checkpoint(tmp_path / "run", delete_checkpoint=False))
    assert_same(curve(brief(2, callback_sequence_checkpoint(tmp_path / "run"))), curve(brief(2)))


def test_a_file_without_a_folder_is_refused_before_training(tmp_path):
    with pytest.raises(DataError, match="^callback_sequence_checkpoint: there is no folder .*none to write run into"):
        net() >> fit(
            windows(), verbose=0, callbacks=[callback_sequence_checkpoint(tmp_path / "none" / "run"), killer(1)]
        )


SCRIPT = """
import sys
import numpy as np
from pipekeras import *

set_random_seed(1)
series = np.sin(np.arange(300) / 5).astype("float32")
windows = sequence_windows(series, lookback=8, batch_size=16, shuffle=True, seed=3)
model = keras_model_sequential(input_shape=(8, 1)) >> layer_gru(4) >> layer_dense(1)
model >> compile("adam", "mse")
import keras
slow = keras.callbacks.LambdaCallback(on_train_batch_end=lambda batch, logs: print("batch", flush=True))
callbacks = [callback_sequence_checkpoint(sys.argv[1], 2), slow] if len(sys.argv) > 1 else []
history = model >> fit(windows, epochs=4, verbose=0, callbacks=callbacks)
print(repr([float(value) for value in history.metrics["loss"]]))
"""


@pytest.mark.slow
def test_a_process_that_is_killed(tmp_path):
    path = str(Path(pipekeras.__file__).parents[1])
    environment = {**os.environ, "PYTHONPATH": path}

    def start(*arguments):
        return subprocess.Popen(
            [sys.executable, "-c", SCRIPT, *arguments], stdout=subprocess.PIPE, text=True, env=environment
        )

    unbroken = start().communicate(timeout=300)[0].splitlines()[-1]
    broken = start(str(tmp_path / "run.ckpt"))
    for _ in range(25):
        assert broken.stdout.readline() == "batch\n"
    broken.send_signal(signal.SIGKILL)
    broken.wait(60)
    broken.stdout.close()
    again = start(str(tmp_path / "run.ckpt")).communicate(timeout=300)[0].splitlines()
    assert again.count("batch") < 70  # of 76
    np.testing.assert_allclose(eval(again[-1]), eval(unbroken), rtol=1e-5)


def test_what_cannot_be_resumed_is_refused(tmp_path):
    x, y = windows().to_numpy()
    with pytest.raises(InvalidValueError, match=r"fit: .* restores the order of the batches, and x has none"):
        net() >> fit(x, y, verbose=0, callbacks=callback_sequence_checkpoint(tmp_path / "run"))
    with pytest.raises(InvalidValueError, match=r"belongs to fit\(\) of pipekeras"):
        net().fit(x, y, verbose=0, callbacks=[callback_sequence_checkpoint(tmp_path / "run")])


def test_files_that_do_not_fit_are_refused_and_stay(tmp_path):
    path = tmp_path / "run.ckpt"
    net() >> fit(windows(), verbose=0, callbacks=callback_sequence_checkpoint(path, delete_checkpoint=False))
    held = path.read_bytes()
    with pytest.raises(InvalidValueError, match=r"run\.ckpt is the checkpoint of another model: its variables have"):
        net(units=5) >> fit(windows(), verbose=0, callbacks=callback_sequence_checkpoint(path))
    other = sequence_windows(SERIES, lookback=6, batch_size=8, shuffle=True, seed=1)
    with pytest.raises(InvalidValueError, match=r"the state is that of a dataset with batch_size=16, this one has 8"):
        net() >> fit(other, verbose=0, callbacks=callback_sequence_checkpoint(path))
    assert path.read_bytes() == held
    path.write_text("notes")
    with pytest.raises(DataError, match=r"run\.ckpt is no checkpoint of a training"):
        net() >> fit(windows(), verbose=0, callbacks=callback_sequence_checkpoint(path))
    assert path.read_text() == "notes"


def test_wrong_arguments():
    with pytest.raises(InvalidValueError, match=r"filepath must be a path, it got 3"):
        callback_sequence_checkpoint(3)
    with pytest.raises(InvalidValueError, match=r'save_freq must be "epoch" or a number .*did you mean "epoch"'):
        callback_sequence_checkpoint("run", "epochs")
    with pytest.raises(ArgumentError, match=r"did you mean save_freq"):
        callback_sequence_checkpoint("run", savefreq=3)
