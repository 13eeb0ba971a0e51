"""Laws of bringing news into a model: whatever changed in code and model, the result is sound, and people have the last word."""

from __future__ import annotations

from copy import deepcopy

from hypothesis import given, settings
from hypothesis import strategies as st

from mantlet.catalogue.load import load_catalogue
from mantlet.changes.apply import apply
from mantlet.changes.operations import Rename
from mantlet.discovery.draft import Draft, DraftElement, DraftFlow
from mantlet.discovery.propose import propose
from mantlet.discovery.update.accept import changes
from mantlet.discovery.update.compare import compare
from mantlet.model.validate import check
from mantlet.store.convert import from_raw

CATALOGUE = load_catalogue()
WORDS = CATALOGUE.vocabulary
NAMES = ("a", "b", "c", "d", "e", "f")
SHAPES = {
    "a": ("user", "external", "who:user"),
    "b": ("web-service", "process", "code:b.py"),
    "c": ("training-job", "process", "code:jobs/c.py"),
    "d": ("model-artifact", "store", "path:data/d.pkl"),
    "e": ("database", "store", "table:e"),
    "f": ("external-system", "external", "saas:wandb"),
}


@st.composite
def drafts(draw):
    there = sorted(draw(st.sets(st.sampled_from(NAMES))))
    elements = []
    for name in there:
        type_, dfd, key = SHAPES[name]
        facts = draw(
            st.dictionaries(
                st.sampled_from(["debug", "authenticated"]), st.sampled_from(["yes", "no"]), max_size=2
            )
        )
        line = draw(st.integers(1, 3))
        elements.append(
            DraftElement(
                id=draw(st.sampled_from([name, f"{name}x"])),
                name=name,
                type=type_,
                kind="",
                dfd=dfd,
                keys=[key],
                evidence=[f"{name}.py:{line}"],
                facts={fact: (value, f"{name}.py:9") for fact, value in facts.items()}
                if dfd == "process"
                else {},
            )
        )
    ids = [element.id for element in elements]
    flows = []
    for source, target in sorted(
        draw(st.sets(st.tuples(st.sampled_from(ids), st.sampled_from(ids)), max_size=5)) if ids else ()
    ):
        flows.append(
            DraftFlow(
                source=source,
                target=target,
                data=draw(st.sampled_from(["", "files", "prompt", "model weights"])),
                evidence=["x.py:1"],
            )
        )
    return Draft(elements=elements, flows=flows)


@st.composite
def edited(draw, raw):
    """Change a model as people do: names, ids, facts, removals, things of their own."""
    made = deepcopy(raw)
    touched = {}
    for name in sorted(made.get("elements", {})):
        what = draw(st.sampled_from(["", "", "name", "fact", "rename", "strip"]))
        entry = made["elements"][name]
        if what == "name":
            entry["name"] = touched[name, "name"] = "Named by hand"
        elif what == "fact":
            entry.setdefault("facts", {})["rate_limited"] = touched[name, "facts"] = "no"
        elif what == "strip":
            entry.pop("discovered", None)
    for name in sorted(made.get("elements", {})):
        if draw(st.booleans()) and draw(st.booleans()):
            new = f"our-{name}"
            made = apply(made, [Rename("elements", name, new)])
            touched = {(new if key == name else key, field): value for (key, field), value in touched.items()}
    if draw(st.booleans()):
        made.setdefault("elements", {})["own"] = {"type": "notebook", "code": ["jobs/**"]}
        if "elements" in made and len(made["elements"]) > 1:
            other = min(name for name in made["elements"] if name != "own")
            made.setdefault("flows", {})["own-flow"] = {"from": "own", "to": other}
    return made, touched


def sound(raw):
    return (
        list(
            check(from_raw(deepcopy(raw)), WORDS, CATALOGUE.controls, CATALOGUE.threats, CATALOGUE.pack_names)
        )
        == []
    )


def model_of(draft):
    return propose(draft, WORDS, "demo").raw


@settings(max_examples=150, deadline=None)
@given(drafts(), drafts(), st.data())
def test_news_leave_a_sound_model_and_what_people_wrote(before, after, data):
    base, theirs = model_of(before), model_of(after)
    ours, touched = data.draw(edited(base))
    comparison = compare(base, ours, theirs, WORDS)
    result = apply(
        deepcopy(ours), changes(comparison, [item for item in comparison.items if item.kind != "differs"])
    )
    assert sound(result)
    for (name, field), value in touched.items():
        held = result["elements"][name][field]
        assert held == value if field == "name" else held["rate_limited"] == value
    if "own" in ours.get("elements", {}):
        assert result["elements"]["own"]["type"] == "notebook"


@settings(max_examples=100, deadline=None)
@given(drafts(), drafts(), st.data())
def test_what_came_in_is_no_news(before, after, data):
    base, theirs = model_of(before), model_of(after)
    ours, _ = data.draw(edited(base))
    comparison = compare(base, ours, theirs, WORDS)
    result = apply(
        deepcopy(ours), changes(comparison, [item for item in comparison.items if item.kind != "differs"])
    )
    again = compare(theirs, result, theirs, WORDS)
    assert [
        (item.kind, item.subject, item.what) for item in again.drift if item.kind in {"new", "changed"}
    ] == []


@settings(max_examples=100, deadline=None)
@given(drafts(), drafts(), st.data())
def test_any_choice_leaves_a_sound_model(before, after, data):
    base, theirs = model_of(before), model_of(after)
    ours, _ = data.draw(edited(base))
    comparison = (
        compare({}, ours, theirs, WORDS) if data.draw(st.booleans()) else compare(base, ours, theirs, WORDS)
    )
    chosen = [item for item in comparison.items if item.kind != "differs" and data.draw(st.booleans())]
    assert sound(apply(deepcopy(ours), changes(comparison, chosen)))


@settings(max_examples=60, deadline=None)
@given(drafts())
def test_the_same_look_twice_says_nothing(draft):
    raw = model_of(draft)
    comparison = compare(raw, raw, model_of(draft), WORDS)
    assert (comparison.items, comparison.refreshed) == ([], [])
