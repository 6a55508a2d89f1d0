"""From a long series to what an RNN is trained on: blocks, rolling windows, folds, splits, forecasts.

    sequence_reshape(series, timesteps=7)                  consecutive blocks
    sequence_windows(series, lookback=120, delay=144)      rolling windows, a dataset for fit()
    sequence_fold(series, batch_size=4, timesteps=12)      for stateful RNNs: row i goes on in row i of the next batch

All but the datasets themselves, which are Keras's PyDatasets, needs NumPy alone. A file for each.
"""

from pipekeras.sequences import (
    blocks,
    checkpoint,
    fold,
    forecast,
    overlap,
    pictures,
    scaling,
    sources,
    split,
    states,
    stitch,
    twins,
    windows,
)

FILES = (blocks, windows, split, scaling, overlap, fold, states, twins, forecast, stitch, checkpoint, sources, pictures)

__all__ = [*(name for file in FILES for name in file.__all__)]
globals().update({name: getattr(file, name) for file in FILES for name in file.__all__})
