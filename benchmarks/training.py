"""Whole training steps of the same model: on sequence_windows(), and on what keras.utils cuts.

Run: python benchmarks/training.py [rounds] [backend ...]

The models are those of the weather lecture: dense, convolutional in one dimension, a GRU; windows of 120 rows over
420,000 x 14, in shuffled batches of 256. Each backend runs in a process of its own. A round trains some steps on each
of both, one after the other; ratios are medians of rounds.
"""

import os
import statistics
import subprocess
import sys
import time

LOOKBACK, BATCH, DELAY, STEPS = 120, 256, 144, 60
# Keras's time over ours, at least: where the model takes most of a step, it can be no more than level.
LIMITS = {
    "tensorflow": {"dense": 3, "conv_1d": 3, "gru": 1},
    "jax": {"dense": 1, "conv_1d": 1, "gru": 1},
    "torch": {"dense": 1, "conv_1d": 1, "gru": 1},
}


def model(kind):
    from keras import Input, Sequential, layers

    stacks = {
        "dense": [layers.Flatten(), layers.Dense(32, activation="relu")],
        "conv_1d": [
            layers.Conv1D(8, 24, activation="relu"),
            layers.MaxPooling1D(2),
            layers.Conv1D(8, 12, activation="relu"),
            layers.GlobalAveragePooling1D(),
        ],
        "gru": [layers.GRU(32)],
    }
    made = Sequential([Input((LOOKBACK, 14)), *stacks[kind], layers.Dense(1)])
    made.compile(optimizer="rmsprop", loss="mae")
    return made


def on_this_backend(rounds):
    import keras
    import numpy as np

    from _measure import verdict
    from pipekeras import fit, sequence_windows

    data = np.random.default_rng(1).random((420_000, 14), "float32")
    targets = data[:, 1].copy()
    backend = keras.backend.backend()
    print(f"{backend}: ms a step, median of {rounds} rounds of {STEPS}     windows   Keras's util   ratio")
    for kind, limit in LIMITS[backend].items():
        ours = sequence_windows(data, targets, lookback=LOOKBACK, delay=DELAY, batch_size=BATCH, shuffle=True, seed=1)
        theirs = keras.utils.timeseries_dataset_from_array(
            data[:-DELAY], targets[LOOKBACK - 1 + DELAY :], LOOKBACK, batch_size=BATCH, shuffle=True, seed=1
        )
        models = {"ours": model(kind), "theirs": model(kind)}

        def train(name, steps, ours=ours, theirs=theirs, models=models):
            start = time.perf_counter()
            if name == "ours":
                models[name] >> fit(ours, steps_per_epoch=steps, epochs=1, verbose=0)
            else:
                models[name].fit(theirs, steps_per_epoch=steps, epochs=1, verbose=0)
            return (time.perf_counter() - start) / steps

        times = {name: [] for name in models}
        for number in range(rounds + 1):
            for name in times if number % 2 else reversed(times):
                taken = train(name, STEPS)
                if number:  # the first pays for what is made once
                    times[name].append(taken)
        ratio = statistics.median(a / b for a, b in zip(times["theirs"], times["ours"], strict=True))
        mine, peer = (statistics.median(times[name]) * 1e3 for name in ("ours", "theirs"))
        print(f"  {kind:44s}{mine:14.1f}{peer:15.1f}   {verdict(ratio, limit, 'above')}", flush=True)


if __name__ == "__main__":
    arguments = sys.argv[1:]
    count = int(arguments.pop(0)) if arguments and arguments[0].isdigit() else 7
    if os.environ.get("PIPEKERAS_TRAINING_HERE"):
        on_this_backend(count)
    else:
        for name in arguments or LIMITS:
            print(end="", flush=True)
            there = {**os.environ, "KERAS_BACKEND": name, "PIPEKERAS_TRAINING_HERE": "1"}
            done = subprocess.run([sys.executable, __file__, str(count)], env=there)
            if done.returncode:
                print(f"{name}: left out, it does not run here")
