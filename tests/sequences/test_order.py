"""sequences/order.py: every window once in each epoch, in an order that seed and epoch alone decide."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipekeras.errors import InvalidValueError
from pipekeras.sequences import order
from pipekeras.sequences.order import Order, shuffle_of

pytestmark = pytest.mark.any_backend


@pytest.fixture(params=[False, True], ids=["drawn", "computed"])
def way(request, monkeypatch):
    """Both ways to an order: drawn for the epoch, and computed for each window."""
    if request.param:
        monkeypatch.setattr(order, "_DRAWN", 0)


def all_of(made, epoch=0):
    return made.numbers(epoch, np.arange(made.n))


def test_without_shuffling_the_order_stays():
    np.testing.assert_array_equal(Order(9, False, None).numbers(4, np.array([3, 1, 8])), [3, 1, 8])


@pytest.mark.parametrize("shuffle", [True, 2, 5, 64, 1000])
@pytest.mark.parametrize("n", [1, 2, 3, 7, 64, 65, 1000])
def test_every_window_is_there_once(n, shuffle, way):
    for epoch in range(3):
        assert sorted(all_of(Order(n, shuffle, 7), epoch)) == list(range(n))


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 5000), st.integers(0, 2**32), st.integers(0, 50), st.data())
def test_a_place_says_the_same_whoever_asks(n, seed, epoch, data):
    shuffle = data.draw(st.sampled_from([True, 2, 16, 333]))
    places = np.array(data.draw(st.lists(st.integers(0, n - 1), min_size=1, max_size=40)))
    alone = Order(n, shuffle, seed).numbers(epoch, places)
    np.testing.assert_array_equal(all_of(Order(n, shuffle, seed), epoch)[places], alone)


@pytest.mark.parametrize("shuffle", [True, 10])
def test_each_epoch_and_each_seed_has_another_order(shuffle, way):
    orders = [all_of(Order(200, shuffle, seed), epoch).tolist() for seed in (1, 2) for epoch in range(3)]
    assert len({tuple(one) for one in orders}) == 6


def test_all_orders_of_few_windows_are_as_likely():
    made = Order(3, True, 11)
    seen = [tuple(all_of(made, epoch)) for epoch in range(600)]
    counts = [seen.count(one) for one in set(seen)]
    assert len(counts) == 6
    assert min(counts) > 60


def test_a_computed_order_is_as_mixed_as_a_drawn_one(monkeypatch):
    monkeypatch.setattr(order, "_DRAWN", 0)
    n = 4096
    moved = all_of(Order(n, True, 5))
    assert abs(np.corrcoef(moved, np.arange(n))[0, 1]) < 0.06
    assert (np.diff(moved) == 1).sum() < 12  # one is expected
    halves = (moved < n // 2).reshape(16, -1).sum(axis=1)  # 128 expected of 256 in each stretch
    assert np.abs(halves - 128).max() < 40


def test_blocks_keep_neighbours_together():
    size = 8
    moved = all_of(Order(30, size, 3)).tolist()
    blocks = [number // size for number in moved]
    runs = [block for place, block in enumerate(blocks) if place == 0 or blocks[place - 1] != block]
    assert sorted(runs) == [0, 1, 2, 3]
    assert runs != [0, 1, 2, 3] or moved != sorted(moved)


def test_the_places_of_blocks_are_worked_out_once_an_epoch(monkeypatch):
    made, worked_out = Order(3000, 10, 1), []

    def noting(key, own=made._blocks):
        worked_out.append(key)
        return own(key)

    monkeypatch.setattr(made, "_blocks", noting)
    for position in range(0, 20, 2):
        made.numbers(0, np.arange(position, position + 2))
    assert worked_out == [(1, 0, 0)]
    for epoch in range(9):
        all_of(made, epoch)
    assert len(made._drawn) <= 4


def test_the_orders_of_two_epochs_are_kept_and_no_more():
    made = Order(50, True, 1)
    for epoch in range(5):
        all_of(made, epoch)
    assert list(made._drawn) == [(3,), (4,)]


def test_memory_is_that_of_what_is_asked_for():
    many = 10**12
    numbers = Order(many, True, 1).numbers(0, np.arange(1000))
    assert len(set(numbers.tolist())) == 1000
    assert numbers.min() >= 0 and numbers.max() < many and numbers.max() > many // 2


@pytest.mark.parametrize(
    ("value", "meant"), [(None, False), (False, False), (True, True), (np.True_, True), (16.0, 16)]
)
def test_what_shuffle_means(value, meant):
    assert shuffle_of(value, "f") is meant or shuffle_of(value, "f") == meant


@pytest.mark.parametrize("value", [1, 0, -3, 2.5, "yes"])
def test_what_shuffle_cannot_mean(value):
    with pytest.raises(InvalidValueError, match=r"f: shuffle must be True, False, or how many neighbouring windows"):
        shuffle_of(value, "f")
