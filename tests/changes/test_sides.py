"""Conflicts in the text: either side of the markers reads, and nothing outside them is lost."""

import re

import pytest
from hypothesis import given

from mantlet.base.errors import MantletError
from mantlet.changes.compare import same
from mantlet.changes.sides import merge_layouts, merged_text
from mantlet.store.convert import from_raw
from mantlet.store.document import Document
from mantlet.store.dump import dump
from tests.changes.test_change_laws import small

MARKED = re.compile(r"^<<<<<<< ours\n(.*?)^=======\n(.*?)^>>>>>>> theirs\n", re.MULTILINE | re.DOTALL)


def document(raw):
    return Document(dump(from_raw(raw)))


def sides(text):
    return [MARKED.sub(lambda found, side=side: found[side], text) for side in (1, 2)]


@given(small, small, small)
def test_either_side_reads_and_markers_say_there_is_a_conflict(base, ours, theirs):
    text, conflicts = merged_text(document(base), document(ours), document(theirs))
    assert ("<<<<<<<" in text) == bool(conflicts)
    for side, taken in zip(("ours", "theirs"), sides(text), strict=True):
        read = Document(taken).raw or {}
        for conflict in conflicts:
            value, wanted = read, getattr(conflict, side)
            for key in conflict.path:
                value = value.get(key) if isinstance(value, dict) else None
            if not any(
                other.path != conflict.path and other.path == conflict.path[: len(other.path)]
                for other in conflicts
            ):
                assert same(value, wanted) or (not value and not wanted)
    if conflicts:
        with pytest.raises(MantletError):
            Document(text).sections()


@given(small, small, small)
def test_no_decision_of_either_side_is_lost(base, ours, theirs):
    """A decision that somebody took stands in the text, whether both agree or not."""
    text, _ = merged_text(document(base), document(ours), document(theirs))
    kept = {key for taken in sides(text) for key in (Document(taken).raw or {}).get("decisions", {})}
    before, *after = ((document(raw).raw or {}).get("decisions", {}) for raw in (base, ours, theirs))
    for side in after:
        for key, decision in side.items():
            if not same(decision, before.get(key)):
                assert key in kept


def test_positions_merge_box_by_box():
    base = {"layout": 1, "elements": {"a": {"x": 1}, "b": {"x": 1}, "gone": {"x": 1}}}
    ours = {"layout": 1, "elements": {"a": {"x": 2}, "b": {"x": 1}, "gone": {"x": 1}}}
    theirs = {"layout": 1, "elements": {"a": {"x": 3}, "b": {"x": 4}, "new": {"x": 5}}, "flows": {"f": {}}}
    assert merge_layouts(base, ours, theirs) == {
        "layout": 1,
        "elements": {"a": {"x": 2}, "b": {"x": 4}, "new": {"x": 5}},
        "flows": {"f": {}},
    }
