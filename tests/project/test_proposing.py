"""What the code shows, held against a model in memory: whatever is accepted, the model stays sound."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mantlet.base.errors import UsageError
from mantlet.changes.apply import apply_to_sections
from mantlet.model.entries import Sections
from mantlet.model.validate import check
from mantlet.project.api import catalogue_for, load
from mantlet.project.discovering import State, discover
from mantlet.project.proposing import Look, Proposals, look_of
from mantlet.store.convert import to_raw

EXAMPLE = Path(str(files("mantlet.project"))) / "examples" / "churn"
CATALOGUE = catalogue_for()


@pytest.fixture(scope="module")
def look():
    """What was seen, as it comes from the process that looked."""
    found = look_of(discover([EXAMPLE], cached=False))
    return msgspec.json.decode(msgspec.json.encode(found), type=Look)


@pytest.fixture(scope="module")
def drawn():
    return load(EXAMPLE / "threatmodel.yaml").sections


def held(look, sections):
    return Proposals(look, State({}), to_raw(sections), CATALOGUE.vocabulary)


def sound(sections):
    return not check(
        sections, CATALOGUE.vocabulary, CATALOGUE.controls, CATALOGUE.threats, CATALOGUE.pack_names
    )


@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_any_choice_leaves_a_sound_model(look, data):
    empty = Sections()
    proposals = held(look, empty)
    names = [item.id for item in proposals.items]
    chosen = data.draw(st.sets(st.sampled_from(names), max_size=6))
    changes, taken = proposals.accept(chosen)
    assert chosen <= set(taken)
    after = apply_to_sections(empty, changes)
    assert sound(after)
    left = {item.id for item in held(look, after).items if item.kind == "new"}
    assert not left & set(taken)


def test_a_model_drawn_by_hand_keeps_what_people_wrote(look, drawn):
    proposals = held(look, drawn)
    changes, _ = proposals.accept([item.id for item in proposals.items if item.kind != "differs"])
    after = apply_to_sections(drawn, changes)
    assert sound(after)
    for name, element in drawn.elements.items():
        assert after.elements[name].name == element.name
    assert set(drawn.decisions) == set(after.decisions)


def test_ids_are_unique_and_needs_are_among_them(look):
    items = held(look, Sections()).items
    names = {item.id for item in items}
    assert len(names) == len(items)
    assert all(set(item.needs) <= names for item in items)
    assert any(item.confidence for item in items if item.section == "flows")
    assert all(item.evidence for item in items if item.section == "elements" and not item.supporting)


def test_what_is_not_proposed_cannot_be_accepted(look):
    with pytest.raises(UsageError, match="not proposed"):
        held(look, Sections()).accept(["new:elements:none"])
