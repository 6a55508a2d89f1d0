"""In which order windows come: as they stand, or shuffled, anew in each epoch, from a seed.

The order is a function of (seed, epoch): nothing has to be remembered to go on in the middle of an epoch. Up to some
millions of windows it is drawn once for the epoch; of more it is computed for each window asked for, by a Feistel
network (Luby and Rackoff 1988) that walks on while it falls outside (Black and Rogaway 2002), so that a source larger
than memory needs no permutation of its windows in memory.
"""

from pipekeras.errors import InvalidValueError
from pipekeras.values import is_bool, whole

__all__: list[str] = []

_DRAWN = 2**20  # windows of which the order is drawn; 8 MB
_ROUNDS = 6


def shuffle_of(value, where):
    """False, True, or the number of windows in a block, within which they are shuffled."""
    if value is None or is_bool(value):
        return bool(value)
    try:
        block = whole(value, "shuffle", where)
    except InvalidValueError:
        block = 0
    if block < 2:
        raise InvalidValueError(
            f"{where}: shuffle must be True, False, or how many neighbouring windows are shuffled among themselves, at"
            f" least 2; it got {value!r}"
        )
    return block


class Order:
    """The order of `n` windows in each epoch.

    Args:
        n: how many there are.
        shuffle: False; True; or the size of blocks that come in random order, the windows shuffled within each: then
            only neighbours are read at a time, which chunked files need.
        seed: whole number.
    """

    def __init__(self, n, shuffle, seed):
        self.n, self.shuffle, self.seed = n, shuffle, seed
        self._drawn: dict = {}
        self._most = 2 if shuffle is True else 4  # epochs; or where the blocks of an epoch are, and orders within

    def numbers(self, epoch, positions):
        """The numbers of the windows that stand at `positions` (array) in an epoch."""
        if self.shuffle is False:
            return positions
        if self.shuffle is True:
            return self._permuted(positions, self.n, (epoch,))
        return self._in_blocks(epoch, positions)

    def _in_blocks(self, epoch, positions):
        import numpy as np

        size = self.shuffle
        order, lengths, ends = self._kept((epoch, 0), self._blocks)
        places = np.searchsorted(ends, positions, side="right")
        result = np.empty_like(positions)
        for place in np.unique(places):
            here = places == place
            block, length = int(order[place]), int(lengths[place])
            inside = positions[here] - (ends[place] - length)
            result[here] = block * size + self._permuted(inside, length, (epoch, 1, block))
        return result

    def _blocks(self, key):
        """(which block comes at each place, how many windows it has, at which position it ends)."""
        import numpy as np

        blocks = -(-self.n // self.shuffle)
        order = _feistel(np.arange(blocks), blocks, key) if blocks > _DRAWN else _permutation(blocks, key)
        lengths = np.minimum(self.shuffle, self.n - order * self.shuffle)
        return order, lengths, np.cumsum(lengths)

    def _permuted(self, positions, n, key):
        if n > _DRAWN:
            return _feistel(positions, n, (self.seed, *key))
        return self._kept(key, lambda full: _permutation(n, full))[positions]

    def _kept(self, key, make):
        """What make((seed, *key)) gives; the last few are remembered."""
        value = self._drawn.get(key)
        if value is None:
            value = make((self.seed, *key))
            for old in list(self._drawn)[: 1 - self._most]:  # a list, for other threads may ask meanwhile
                self._drawn.pop(old, None)
            self._drawn[key] = value
        return value


def _permutation(n, key):
    import numpy as np

    return np.random.default_rng(key).permutation(n)


def _feistel(positions, n, key):
    """Where each position goes, in a permutation of 0 .. n - 1 that the key chooses."""
    import numpy as np

    low = (n - 1).bit_length() // 2
    high = (n - 1).bit_length() - low
    keys = np.random.SeedSequence(key).generate_state(_ROUNDS, np.uint64)
    result = positions.astype(np.uint64)
    outside = np.ones(len(result), bool)
    while outside.any():
        result[outside] = _rounds(result[outside], high, low, keys)
        outside = result >= np.uint64(n)
    return result.astype("int64")


def _rounds(values, high, low, keys):
    """One pass through the network: each round mixes one part of the bits into the other, and swaps them."""
    import numpy as np

    left, right = values >> np.uint64(low), values & np.uint64(2**low - 1)
    for key in keys:
        mixed = _hashed(right ^ key) & np.uint64(2**high - 1)
        left, right = right, left ^ mixed
        high, low = low, high
    return (left << np.uint64(low)) | right


def _hashed(values):
    """The finalizer of splitmix64 (Steele, Lea and Flood 2014), on each value."""
    import numpy as np

    with np.errstate(over="ignore"):
        values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))
