"""Numbers in words."""

import pytest

from mantlet.base.counts import how_many, listed


@pytest.mark.parametrize(
    ("number", "nouns", "said"),
    [
        (0, ("flow",), "0 flows"),
        (1, ("flow",), "1 flow"),
        (1, ("boundary", "boundaries"), "1 boundary"),
        (2, ("boundary", "boundaries"), "2 boundaries"),
        (12345, ("file",), "12,345 files"),
    ],
)
def test_a_noun_agrees_with_its_number(number, nouns, said):
    assert how_many(number, *nouns) == said


def test_counts_leave_out_what_there_is_none_of():
    assert listed({"high": 2, "medium": 0, "low": 1}) == "2 high, 1 low"
    assert listed({"high": 0}) == "none"
    assert listed({}, "nothing") == "nothing"
