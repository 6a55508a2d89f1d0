"""The batches of timeseries_generator(), as a PyDataset. Importing this module imports Keras; timeseries.py does it."""

from pipekeras._keras import keras


class TimeseriesBatches(keras.utils.PyDataset):
    """Windows over a series and the target right after each; see `timeseries.timeseries_generator`.

    `batches[i]` is the pair (windows, targets) of batch i; past the last one the pair is empty, as it is in R.
    """

    def __init__(
        self, data, targets, length, sampling_rate, stride, start_index, end_index, shuffle, reverse, batch_size
    ):
        super().__init__()
        self.data, self.targets = data, targets
        self.length, self.sampling_rate, self.stride = length, sampling_rate, stride
        self.start_index, self.end_index = start_index + length, end_index
        self.shuffle, self.reverse, self.batch_size = shuffle, reverse, batch_size

    def __len__(self):
        step = self.batch_size * self.stride
        return (self.end_index - self.start_index + step) // step

    def __getitem__(self, index):
        import numpy as np

        if index < -len(self):
            raise IndexError(f"batch {index} is asked for, there are {len(self)}")
        rows = self._rows(index % len(self) if index < 0 else index)
        if not len(rows):
            return np.empty(0, self.data.dtype), np.empty(0, self.targets.dtype)
        steps = np.arange(-self.length, 0, self.sampling_rate)
        if self.reverse:
            steps = steps[::-1]
        return self.data[rows[:, None] + steps], self.targets[rows]

    def __iter__(self):
        return (self[index] for index in range(len(self)))

    def _rows(self, index):
        """Where the windows of a batch end: the rows of their targets."""
        import numpy as np

        if self.shuffle:
            return np.random.randint(self.start_index, self.end_index + 1, size=self.batch_size)
        first = self.start_index + self.batch_size * self.stride * index
        return np.arange(first, min(first + self.batch_size * self.stride, self.end_index + 1), self.stride)

    def __repr__(self):
        return f"<{len(self)} batches of windows over {len(self.data)} steps>"
