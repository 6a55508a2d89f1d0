"""How series are laid into batches, against a loop that deals out rows one by one."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipekeras.sequences.stretches import dropped_by, dropping_least, most_rows, plan_fold

pytestmark = pytest.mark.any_backend


def spans_of(lengths, gap=0):
    """(first row, rows) of series of these lengths, one after the other."""
    spans, begin = [], 0
    for length in lengths:
        spans.append((begin, length))
        begin += length + gap
    return spans


def dealt(spans, batch_size, timesteps, pad, each_in_one_row):
    """grid[row] is a list of blocks, each a list of rows of the data, and which of them begin a stretch."""

    def cut(rows):
        blocks = [rows[i : i + timesteps] for i in range(0, len(rows), timesteps)]
        return blocks if pad else [block for block in blocks if len(block) == timesteps]

    series = [list(range(start, start + rows)) for start, rows in spans]
    grid = [[] for _ in range(batch_size)]
    begins = [[] for _ in range(batch_size)]
    if each_in_one_row:
        for rows in sorted(series, key=lambda rows: -len(cut(rows))):
            if cut(rows):
                row = min(range(batch_size), key=lambda r: len(grid[r]))
                begins[row].append(len(grid[row]))
                grid[row] += cut(rows)
        depth = max(map(len, grid)) if pad else min(map(len, grid))
    else:
        depth = 0
        for rows in series:
            if not pad:
                rows = rows[: len(rows) - len(rows) % (batch_size * timesteps)]
            blocks = cut(rows)
            deeper = -(-len(blocks) // batch_size)
            shares = [len(part) for part in np.array_split(np.arange(len(blocks)), batch_size)]
            for row, share in enumerate(shares):
                if share:
                    begins[row].append(depth)
                mine, blocks = blocks[:share], blocks[share:]
                grid[row] += mine + [[]] * (deeper - share)
            depth += deeper
    grid = [(blocks + [[]] * depth)[:depth] for blocks in grid]
    return grid, [[b for b in row if b < depth] for row in begins], depth


LENGTHS = st.lists(st.integers(0, 30), min_size=1, max_size=6)
CASES = (LENGTHS, st.integers(0, 3), st.integers(1, 5), st.integers(1, 6), st.booleans(), st.booleans())


@settings(max_examples=50, deadline=None)
@given(*CASES)
def test_a_plan_is_what_dealing_out_gives(lengths, gap, batch_size, timesteps, pad, one_row):
    spans = spans_of(lengths, gap)
    grid, begins, depth = dealt(spans, batch_size, timesteps, pad, one_row)
    plan = plan_fold(spans, batch_size, timesteps, pad=pad, each_in_one_row=one_row)
    assert plan.batches == depth
    assert plan.steps == depth * batch_size * timesteps
    assert plan.folded == sum(len(block) for row in grid for block in row)
    assert plan.whole_blocks == sum(len(block) == timesteps for row in grid for block in row)
    for batch in range(depth):
        starts, real = plan.at(batch)
        for row in range(batch_size):
            block = grid[row][batch]
            assert list(range(starts[row], starts[row] + real[row])) == block
        assert plan.begin(batch).tolist() == [batch in begins[row] for row in range(batch_size)]
    if not pad:
        assert plan.folded == plan.steps


@settings(max_examples=50, deadline=None)
@given(*CASES)
def test_rows_go_on_from_batch_to_batch_and_none_is_twice(lengths, gap, batch_size, timesteps, pad, one_row):
    spans = spans_of(lengths, gap)
    plan = plan_fold(spans, batch_size, timesteps, pad=pad, each_in_one_row=one_row)
    end = np.full(batch_size, -1)
    seen: list = []
    for batch in range(plan.batches):
        starts, real = plan.at(batch)
        new = plan.begin(batch)
        going_on = (real > 0) & ~new
        assert (starts[going_on] == end[going_on]).all()
        assert (real[new] > 0).all()
        end = np.where(real == timesteps, starts + real, -1)  # after padding nothing may go on
        seen += [row for start, n in zip(starts, real, strict=True) for row in range(start, start + n)]
    assert len(seen) == len(set(seen)) == plan.folded
    inside = {row for start, rows in spans for row in range(start, start + rows)}
    assert set(seen) <= inside
    if pad:
        assert set(seen) == inside
    rows, places = plan.places()
    assert rows.tolist() == sorted(seen)
    assert len(set(places.tolist())) == len(places)


@settings(max_examples=40, deadline=None)
@given(*CASES)
def test_places_find_the_rows_among_all_outputs(lengths, gap, batch_size, timesteps, pad, one_row):
    plan = plan_fold(spans_of(lengths, gap), batch_size, timesteps, pad=pad, each_in_one_row=one_row)
    steps, blocks = np.full(plan.steps, -1), np.full(plan.batches * batch_size, -1)
    at = 0
    for batch in range(plan.batches):
        for start, real in zip(*plan.at(batch), strict=True):
            steps[at * timesteps : at * timesteps + real] = np.arange(start, start + real)
            blocks[at] = start + timesteps - 1 if real == timesteps else -1
            at += 1
    for outputs, per_step in ((steps, True), (blocks, False)):
        rows, places = plan.places(per_step)
        assert outputs[places].tolist() == rows.tolist() == sorted(outputs[outputs >= 0])


@settings(max_examples=30, deadline=None)
@given(*CASES, st.data())
def test_shards_are_the_rows_of_the_whole(lengths, gap, batch_size, timesteps, pad, one_row, data):
    plan = plan_fold(spans_of(lengths, gap), batch_size, timesteps, pad=pad, each_in_one_row=one_row)
    count = data.draw(st.sampled_from([n for n in range(1, batch_size + 1) if batch_size % n == 0]))
    shards = [plan.shard(count, index) for index in range(count)]
    for batch in range(plan.batches):
        starts, real = plan.at(batch)
        np.testing.assert_array_equal(np.concatenate([shard.at(batch)[0] for shard in shards]), starts)
        np.testing.assert_array_equal(np.concatenate([shard.at(batch)[1] for shard in shards]), real)
        np.testing.assert_array_equal(np.concatenate([shard.begin(batch) for shard in shards]), plan.begin(batch))


@settings(max_examples=40, deadline=None)
@given(LENGTHS, st.integers(1, 6), st.booleans())
def test_the_largest_batch_size_is_the_largest(lengths, timesteps, one_row):
    spans = spans_of(lengths)
    most = most_rows(spans, timesteps, each_in_one_row=one_row)
    for size in range(1, most + 1):
        assert plan_fold(spans, size, timesteps, each_in_one_row=one_row).batches > 0
    for size in (most + 1, most + 2):
        assert plan_fold(spans, size, timesteps, each_in_one_row=one_row).batches == 0


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 200), st.integers(1, 12))
def test_what_batch_sizes_drop(steps, timesteps):
    lost = {size: dropped_by(steps, timesteps, size) for size in range(1, steps // timesteps + 1)}
    for size, dropped in lost.items():
        assert dropped == steps - plan_fold([(0, steps)], size, timesteps).folded
    if lost:
        assert dropping_least(steps, timesteps) == [size for size in lost if lost[size] == min(lost.values())]


def test_the_longest_series_come_first_so_that_little_is_padded():
    plan = plan_fold(spans_of([2, 9, 4, 5, 2]), 2, 1, pad=True, each_in_one_row=True)
    assert plan.batches == 11  # 22 steps in 2 rows: nothing is padded
    assert plan.folded == plan.steps == 22


def test_many_series_take_no_time():
    spans = spans_of([7] * 20_000)
    plan = plan_fold(spans, 64, 7, pad=True, each_in_one_row=True)
    assert plan.batches == -(-20_000 // 64)
    starts, real = plan.at(3)
    assert len(starts) == 64 and (real == 7).all()
