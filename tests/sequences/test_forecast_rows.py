"""Which rows ahead the outputs of a model are, against their definition."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipekeras.sequences import forecast_rows

pytestmark = pytest.mark.any_backend


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.integers(-3, 9), min_size=1, max_size=4, unique=True), st.integers(1, 5), st.integers(1, 3),
    st.integers(1, 12),
)  # fmt: skip
def test_where_rows_are_predicted(rows_ahead, back, rate, steps):
    found = forecast_rows.places(rows_ahead, back, rate)
    for row in range(-3, 15):
        fits = [(j, n) for j in range(back) for n, a in enumerate(rows_ahead) if a - j * rate == row]
        assert found.get(row) == (min(fits) if fits and row >= 1 else None)
    at_once = forecast_rows.at_once(found)
    assert all(k in found for k in range(1, at_once + 1)) and at_once + 1 not in found
    nearest = forecast_rows.nearest(found, steps)
    if nearest is None:
        assert not found or steps > max(found)
    else:
        assert nearest == [min(a for a in found if a >= k) for k in range(1, steps + 1)]


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 40), st.integers(1, 12))
def test_blocks_end_with_the_last_row(rows, length):
    blocks = forecast_rows.blocks(rows, length)
    assert [row for begin, end in blocks for row in range(begin, end)] == list(range(rows))
    assert all(end - begin == length for begin, end in blocks[1:]) and 1 <= blocks[0][1] <= length
