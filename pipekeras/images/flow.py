"""Flows of images as Keras's datasets. Importing this module imports Keras: flows.py imports it when it makes one."""

from pipekeras._keras import keras
from pipekeras.images.ahead import Ahead


class ImageFlow(keras.utils.PyDataset):
    """Batches of images: `for x, y in flow`, `flow[3]`, `next(flow)`, `model >> fit(flow)`.

    A pass over all images has `len(flow)` batches, the last one maybe smaller; each pass has an order of its own, if
    shuffled, and draws its own changes. `for` is one pass and `flow[i]` a batch of the pass that is due, the same each
    time; next() goes on for ever, from pass to pass, and so do fit() and its kin where they are given more steps.

    Args:
        recipe: a `batches.Recipe`.
        facts: what the flow tells of its images: filenames, classes, class_indices, ...
        workers, use_multiprocessing, max_queue_size: who makes batches ahead of time in fit() and its kin.
    """

    def __init__(self, recipe, facts, *, workers, use_multiprocessing, max_queue_size):
        super().__init__(workers=workers, use_multiprocessing=use_multiprocessing, max_queue_size=max_queue_size)
        self.recipe = recipe
        self.n = self.samples = len(recipe.pictures)
        self.batch_size, self.shuffle, self.seed = recipe.batch_size, recipe.shuffle, recipe.seed
        self.image_shape = tuple(recipe.pictures.shape)
        self.image_data_generator, self.sample_weight = recipe.generator, recipe.sample_weight
        self.data_format, self.dtype = recipe.generator.data_format, recipe.generator.dtype.name
        vars(self).update(facts)
        self._pass, self._position = 0, 0

    @property
    def num_batches(self):
        return len(self)

    def __len__(self):
        return len(self.recipe)

    def __getitem__(self, index):
        count = len(self)
        if not -count <= index < count:
            raise IndexError(f"batch {index} of {count}; batches count from 0, the last is {count - 1} or -1")
        self._tell()
        return self.recipe.batch(self._pass, index % count)

    def __iter__(self):
        number = self._pass
        self._pass += 1
        self._tell()
        for index in range(len(self)):
            yield self.recipe.batch(number, index)

    def __next__(self):
        self._tell()
        batch = self.recipe.batch(self._pass, self._position)
        self._position += 1
        if self._position == len(self):
            self._pass, self._position = self._pass + 1, 0
        return batch

    def reset(self):
        """Begin anew: next() gives the first batch of a pass."""
        if self._position:
            self._pass, self._position = self._pass + 1, 0

    def on_epoch_end(self):
        self._pass += 1

    def feed(self, steps):
        """What fit() and its kin hand to Keras: `steps` batches from the pass that is due on, made ahead of time."""
        self._tell()
        first = self._pass
        self._pass, self._position = first + -(-steps // len(self)), 0
        return _Feed(self, first, steps)

    def _tell(self):
        """Warn, once, that the generator was to be fitted first."""
        import warnings

        unfitted = self.image_data_generator.unfitted
        if unfitted and not vars(self).get("_told"):
            self._told = True
            warnings.warn(
                f"image_data_generator({unfitted[0]}=True) needs to know the images first, and has no effect without:"
                " generator >> fit_image_data_generator(x)",
                stacklevel=3,
            )

    def __repr__(self):
        size = " x ".join(map(str, self.image_shape))
        labels = getattr(self, "class_indices", None)
        known = f", classes {', '.join(map(str, labels))}" if labels and len(labels) <= 10 else ""
        return f"<flow of {self.n} images, {size}, in {len(self)} batches of {self.batch_size}{known}>"


class _Feed(keras.utils.PyDataset):
    """The batches of a flow, without an end for Keras, which then asks for them one by one and in order."""

    num_batches = None

    def __init__(self, flow, first, end):
        super().__init__()  # one worker: Keras's own would make batches in vain, and in an order that depends on them
        workers = max(flow.workers, 1)
        self._ahead = Ahead(
            flow.recipe, first=first, end=end, workers=workers, processes=bool(flow.use_multiprocessing),
            queue_size=max(flow.max_queue_size, 1),
        )  # fmt: skip

    def __getitem__(self, position):
        return self._ahead[position]
