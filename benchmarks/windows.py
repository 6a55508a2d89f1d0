"""How fast windows are cut, and in how much memory: sequence_windows() against what else cuts them.

Run: python benchmarks/windows.py [rounds]

A series of 420,000 rows and 14 columns (the size of the weather data of the lectures), windows of 120 and of 1,440 rows
with the value one day on as target, in shuffled batches of 256. Each round times every one of them on some batches, one
after the other, so that a busy machine slows all; ratios are medians of rounds. Peers that are not installed are left
out, and said so. Memory is that of a process of its own, above what it had before the series was there (Linux).
"""

import itertools
import statistics
import subprocess
import sys
import time

import numpy as np

from _measure import verdict

ROWS, COLUMNS, BATCH, DELAY = 420_000, 14, 256, 144
SECONDS = 1.0  # about so long is each timed in a round
KERAS_LIMIT, COPY_LIMIT, MEMORY_LIMIT = 100, 0.5, 50


def series():
    return np.random.default_rng(1).random((ROWS, COLUMNS), "float32")


# What cuts windows: each gives an endless iterator of batches ---------------------------------------------------------


def pipekeras(data, lookback):
    from pipekeras import sequence_windows

    windows = sequence_windows(data, data[:, 1], lookback=lookback, delay=DELAY, batch_size=BATCH, shuffle=True, seed=1)
    for epoch in itertools.count():
        for index in range(windows.batches):
            yield windows.batch(epoch, index)


def copying_each(data, lookback):
    """The same windows copied one after the other, by NumPy's own slices."""
    starts = np.random.default_rng(2).integers(0, len(data) - lookback + 1, (10_000, BATCH))
    for batch in itertools.cycle(starts):
        out = np.empty((BATCH, lookback, data.shape[1]), data.dtype)
        for place, start in zip(out, batch.tolist(), strict=True):
            place[:] = data[start : start + lookback]
        yield out


def copying_one(data, lookback):
    """As many bytes in one piece, from a new place of the series each time: no window stands so."""
    rows = min(BATCH * lookback, len(data))
    places = np.random.default_rng(2).integers(0, len(data) - rows + 1, 10_000)
    for place in itertools.cycle(places.tolist()):
        yield data[place : place + rows].copy()


def keras_tf(data, lookback, format="tf"):
    from keras.utils import timeseries_dataset_from_array

    targets = data[lookback - 1 + DELAY :, 1]
    while True:
        yield from timeseries_dataset_from_array(
            data[:-DELAY], targets, lookback, batch_size=BATCH, shuffle=True, seed=1, format=format
        )


def keras_grain(data, lookback):
    import grain  # noqa: F401, the format needs it

    return keras_tf(data, lookback, "grain")


def legacy_generator(data, lookback):
    from tensorflow import keras

    batches = keras.preprocessing.sequence.TimeseriesGenerator(
        data, data[:, 1], lookback, shuffle=True, batch_size=BATCH
    )
    while True:
        yield from (batches[index] for index in range(len(batches)))


def tf_window(data, lookback):
    import tensorflow as tf

    def cut(x, y):
        return tf.data.Dataset.zip((x.batch(lookback, drop_remainder=True), y.batch(1)))

    rows = tf.data.Dataset.from_tensor_slices((data[:-DELAY], np.roll(data[:, 1], 1 - lookback - DELAY)[:-DELAY]))
    windows = rows.window(lookback, shift=1, drop_remainder=True).flat_map(cut)
    return iter(windows.shuffle(BATCH * 8).batch(BATCH).repeat())


def torch_loader(data, lookback):
    import torch

    class Windows(torch.utils.data.Dataset):
        def __init__(self):
            self.data = torch.from_numpy(data)

        def __len__(self):
            return len(data) - lookback - DELAY + 1

        def __getitem__(self, index):
            return self.data[index : index + lookback], self.data[index + lookback - 1 + DELAY, 1]

    while True:
        yield from torch.utils.data.DataLoader(Windows(), batch_size=BATCH, shuffle=True)


CUTTERS = {
    "pipekeras": pipekeras,
    "copying each window": copying_each,
    "copying one piece": copying_one,
    "Keras's util, tf": keras_tf,
    "Keras's util, grain": keras_grain,
    "TimeseriesGenerator": legacy_generator,
    "tf.data window": tf_window,
    "torch DataLoader": torch_loader,
}


# Time -----------------------------------------------------------------------------------------------------------------


def timed(batches, count):
    """Seconds a batch, over so many."""
    start = time.perf_counter()
    for _ in range(count):
        next(batches)
    return (time.perf_counter() - start) / count


def speeds(lookback, rounds):
    data = series()
    running, counts = {}, {}
    for name, cutter in CUTTERS.items():
        batches = iter(cutter(data, lookback))
        try:
            timed(batches, 1)  # the first pays for what is made once
        except ImportError as error:
            print(f"  {name:22s} left out: {error.name} is not installed")
            continue
        counts[name] = max(1, min(2_000, round(SECONDS / timed(batches, 2))))
        running[name] = batches
    times = {name: [] for name in running}
    for _ in range(rounds):
        for name, batches in running.items():
            times[name].append(timed(batches, counts[name]))
    print(f"lookback {lookback:,}: median of {rounds} rounds     windows a second     pipekeras: so many times as fast")
    for name, each in times.items():
        ratio = statistics.median(peer / ours for peer, ours in zip(each, times["pipekeras"], strict=True))
        limits = {"copying one piece": COPY_LIMIT}
        if lookback == 120:  # of longer windows memory itself copies no 100 times as many as Keras's util
            limits["Keras's util, tf"] = KERAS_LIMIT
        said = verdict(ratio, limits[name], "above") if name in limits else f"{ratio:.2f}"
        print(f"  {name:22s}{BATCH / statistics.median(each):28,.0f}     {said}")
    print()


# Memory ---------------------------------------------------------------------------------------------------------------


def status(field):
    with open("/proc/self/status") as lines:
        return next(int(line.split()[1]) for line in lines if line.startswith(field)) / 1024


def peak(name, lookback):
    """MB above the bare process, at the most, while the series is made and 50 batches are cut."""
    cutter = CUTTERS[name]
    for _ in itertools.islice(cutter(series()[: lookback + DELAY + 600], lookback), 1):  # imports are not the series's
        pass
    before = status("VmRSS")
    with open("/proc/self/clear_refs", "w") as refs:
        refs.write("5")  # the high-water mark starts afresh
    data = series()
    for _ in itertools.islice(cutter(data, lookback), 50):
        pass
    print(status("VmHWM") - before)


def memory(lookback):
    size = ROWS * COLUMNS * 4 / 2**20
    batch, whole = size * BATCH * lookback / ROWS, size * lookback / 1024
    print(f"lookback {lookback:,}: peak memory above the series of {size:.0f} MB", end="; ")
    print(f"a batch is {batch:.1f} MB, all windows would be {whole:,.1f} GB")
    for name in CUTTERS:
        if name.startswith("copying"):
            continue
        code = f"import sys; sys.path.insert(0, {sys.path[0]!r}); import windows; windows.peak({name!r}, {lookback})"
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
        if done.returncode:
            print(f"  {name:22s} left out: {done.stderr.strip().splitlines()[-1]}")
            continue
        more = float(done.stdout) - size
        said = verdict(more, MEMORY_LIMIT, "below") if name == "pipekeras" else f"{more:.1f}"
        print(f"  {name:22s}{'+':>24s} {said} MB")
    print()


if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    for steps in (120, 1_440):
        speeds(steps, count)
    for steps in (120, 1_440):
        memory(steps)
