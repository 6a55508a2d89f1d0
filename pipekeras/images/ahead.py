"""Batches made ahead of time, by other threads or processes than the one that trains."""

import collections
import threading
import weakref

_recipe = None  # in a process of a pool: what it makes batches by


def _remember(recipe):
    global _recipe
    _recipe = recipe


def _make(number, index):
    return _recipe.batch(number, index)


class Ahead:
    """The batches of a recipe, one after the other, with the next ones in the making.

    Args:
        recipe: a `batches.Recipe`.
        first: the number of the first pass; at its end comes the next one.
        end: how many batches will be asked for at most; nothing is made ahead beyond.
        workers: how many threads or processes make them.
        processes: whether they are processes: the recipe is sent to each of them.
        queue_size: how many batches are made ahead at most.
    """

    def __init__(self, recipe, *, first, end, workers, processes, queue_size):
        self.recipe, self.first, self.end = recipe, first, end
        self.workers, self.processes, self.queue_size = workers, processes, queue_size
        self._pool, self._lock, self._waiting = None, threading.Lock(), collections.OrderedDict()

    def __getitem__(self, position):
        """Batch `position`, counted through all passes."""
        with self._lock:
            if position not in self._waiting:
                self._drop()  # somebody begins anew
                self._waiting[position] = self._start(position)
            mine = self._waiting.pop(position)
            for following in range(position + 1, min(position + 1 + self.queue_size, self.end)):
                if following not in self._waiting:
                    self._waiting[following] = self._start(following)
        return mine.result()

    def _start(self, position):
        number, index = divmod(position, len(self.recipe))
        make = _make if self.processes else self.recipe.batch
        return self._executor().submit(make, self.first + number, index)

    def _executor(self):
        if self._pool is None:
            from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

            if self.processes:
                self._pool = ProcessPoolExecutor(self.workers, initializer=_remember, initargs=(self.recipe,))
            else:
                self._pool = ThreadPoolExecutor(self.workers, thread_name_prefix="images")
            weakref.finalize(self, self._pool.shutdown, wait=False, cancel_futures=True)
        return self._pool

    def _drop(self):
        for future in self._waiting.values():
            future.cancel()
        self._waiting.clear()
