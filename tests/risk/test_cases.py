"""Numbers behind cases and ranks: found by the fast ways as by the plain ones."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mantlet.analysis import arrays
from mantlet.risk.register import grouped

NUMBERS = st.lists(st.integers(0, 60), max_size=40)


@given(NUMBERS)
def test_marks_number_like_sorting_does(keys):
    found, count = arrays.numbered(np.array(keys, np.int64), 61)
    places = {key: place for place, key in enumerate(sorted(set(keys)))}
    assert found.tolist() == [places[key] for key in keys]
    assert count == len(places)


def test_giant_numbers_are_sorted(monkeypatch):
    monkeypatch.setattr(arrays, "MAX_MARKS", 10)
    found, count = arrays.numbered(np.array([70, 3, 70, 12]), 100)
    assert (found.tolist(), count) == ([2, 0, 2, 1], 3)


@pytest.mark.parametrize("scale", [1, 1 << 50])
@given(pairs=st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=30))
def test_order_is_by_group_then_worth_then_row(scale, pairs):
    group = np.array([first for first, _ in pairs], np.int64) * scale
    worth = np.array([second for _, second in pairs], np.int64) * (scale >> 40 or 1)
    order, starts = grouped(group, worth)
    assert order.tolist() == np.lexsort((worth, group)).tolist()
    found = [
        number for number, row in enumerate(order) if number == 0 or group[row] != group[order[number - 1]]
    ]
    assert starts.tolist() == found
