"""What diff, apply and merge promise, on models that nobody would write by hand."""

import copy

from hypothesis import given
from hypothesis import strategies as st

from mantlet.changes.apply import apply, apply_to_document, apply_to_sections
from mantlet.changes.compare import canonical, diff, same
from mantlet.changes.merge import JUDGEMENT, merge
from mantlet.changes.operations import Rename, decode, encode
from mantlet.store.convert import from_raw, to_raw
from mantlet.store.document import Document
from mantlet.store.dump import dump
from mantlet.store.mentions import SPACES
from mantlet.store.rawedit import MISSING
from tests.store import samples
from tests.store.generated import models

IDS = st.sampled_from(["a", "b", "c", "d"])
few = st.lists(IDS, max_size=3, unique=True)
facts = st.dictionaries(st.sampled_from(["logged", "patched"]), st.sampled_from(["yes", "no"]), max_size=2)
element = st.fixed_dictionaries(
    {"type": st.sampled_from(["process", "user"])},
    optional={"in": few | IDS, "facts": facts, "holds": few, "name": st.sampled_from(["x", "y"])},
)
flow = st.fixed_dictionaries({"from": IDS, "to": IDS}, optional={"data": few, "facts": facts})
decision = st.fixed_dictionaries(
    {"treatment": st.sampled_from(["accept", "mitigate"])},
    optional={
        "reason": st.sampled_from(["r", "s"]),
        "owner": st.sampled_from(["o", "p"]),
        "status": st.sampled_from(["open", "done"]),
    },
)
small = st.fixed_dictionaries(
    {"mantlet": st.just(1)},
    optional={
        "elements": st.dictionaries(IDS, element, max_size=3),
        "flows": st.dictionaries(st.sampled_from(["f", "g"]), flow, max_size=2),
        "data": st.dictionaries(st.sampled_from(["d1", "d2"]), st.just({}), max_size=2),
        "decisions": st.dictionaries(st.sampled_from(["T@a", "T@f", "U@*"]), decision, max_size=3),
        "sequences": st.dictionaries(
            st.just("s"), st.lists(st.sampled_from(["f", "g"]), max_size=3), max_size=1
        ),
        "assumptions": st.lists(st.sampled_from(["one", "two", "three"]), max_size=3, unique=True),
    },
)
"""Models small enough that two of them often touch the same thing."""
trees = small | models.map(to_raw)


@given(trees)
def test_nothing_differs_from_itself(a):
    assert diff(a, copy.deepcopy(a)) == []


@given(trees, trees)
def test_applying_the_difference_leads_there(a, b):
    before = copy.deepcopy(a)
    assert same(apply(a, decode(encode(diff(a, b)))), b)
    assert a == before


@given(models, models)
def test_it_leads_there_in_records_too(a, b):
    assert apply_to_sections(a, diff(a, b)) == b


@given(models, models)
def test_and_in_the_text(a, b):
    document = Document(dump(a))
    apply_to_document(document, diff(document.raw, Document(dump(b)).raw))
    assert Document(document.text).sections() == b


@given(st.sampled_from([samples.DESIGN, samples.BLOCKS, samples.CRLF, samples.JSON]), small)
def test_and_in_texts_that_people_wrote(text, b):
    document = Document(text)
    apply_to_document(document, diff(document.raw, b))
    assert Document(document.text).sections() == from_raw(copy.deepcopy(b))


def unordered(value):
    """Return a tree with its lists sorted."""
    if isinstance(value, dict):
        return {key: unordered(item) for key, item in value.items()}
    return sorted((unordered(item) for item in value), key=canonical) if isinstance(value, list) else value


@given(trees, trees)
def test_merging_the_same_twice_or_with_nothing_new(base, x):
    for ours, theirs in ((x, x), (base, x), (x, base)):
        merged, conflicts = merge(base, ours, theirs)
        assert same(merged, x)
        assert conflicts == []


@given(small, small, small)
def test_merging_does_not_care_who_is_who(base, ours, theirs):
    here, conflicts = merge(base, ours, theirs)
    there, mirrored = merge(base, theirs, ours)
    assert {conflict.path for conflict in conflicts} == {conflict.path for conflict in mirrored}
    assert {canonical([c.ours, c.theirs]) for c in conflicts} == {
        canonical([c.theirs, c.ours]) for c in mirrored
    }
    if not conflicts:
        assert unordered(here) == unordered(there)


@given(small, small, small)
def test_no_decision_is_lost_silently(base, ours, theirs):
    merged, conflicts = merge(base, ours, theirs)
    told = {conflict.path[:2] for conflict in conflicts}
    before, here, there = (tree.get("decisions", {}) for tree in (base, ours, theirs))
    for key in {**here, **there}:
        if ("decisions", key) in told or ("decisions",) in told:
            assert key in merged["decisions"]
            continue
        sides = [side.get(key, MISSING) for side in (here, there)]
        new = [value for value in sides if not same(value, before.get(key, MISSING))]
        if MISSING in new:
            continue  # one side removed it, the other left it alone
        for value in new:
            assert {name: value.get(name) for name in JUDGEMENT} == {
                name: merged["decisions"][key].get(name) for name in JUDGEMENT
            } or len(new) == 2
        if not new:
            assert same(merged["decisions"][key], before[key])


@given(small, small, small)
def test_what_only_one_side_changed_comes_in(base, ours, theirs):
    merged, conflicts = merge(base, ours, theirs)
    told = {conflict.path for conflict in conflicts}
    for section in ("elements", "flows"):
        before, here, there = (tree.get(section, {}) for tree in (base, ours, theirs))
        for key in {**before, **here, **there}:
            if any(path == (section, key)[: len(path)] for path in told):
                continue
            if same(here.get(key, MISSING), before.get(key, MISSING)):
                assert same(merged.get(section, {}).get(key, MISSING), there.get(key, MISSING))


@given(models, st.data())
def test_renaming_there_and_back(model, data):
    raw = to_raw(model)
    known = [(section, name) for section in SPACES for name in raw.get(section, {})]
    if known:
        section, old = data.draw(st.sampled_from(known))
        there = apply(raw, [Rename(section, old, "a-new-id")])
        assert same(apply(there, [Rename(section, "a-new-id", old)]), raw)
        document = Document(dump(model))
        apply_to_document(document, [Rename(section, old, "a-new-id")])
        assert Document(document.text).sections() == from_raw(there)
