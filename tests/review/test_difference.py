"""What differs between two versions, in the system, its threats and its decisions."""

import copy

from hypothesis import given
from hypothesis import strategies as st

from mantlet.analysis.engine import Analysis
from mantlet.changes.compare import diff
from mantlet.review.difference import compare
from mantlet.risk.register import Register
from mantlet.store.convert import from_raw
from tests.support import TODAY, pack, register

RULES = """
threats:
  OPEN-DOOR:
    title: Somebody walks into {element}
    text: It is not locked.
    at: element
    applies: element is 'process'
    mitigated: element.sandboxed is 'yes'
    controls: [sandbox-workloads]
    vulnerability: {discovery: 3, exploit: 3, awareness: 3}
"""
BASE = """
elements:
  a: {type: process, name: Hall, facts: {sandboxed: no}}
  b: {type: process}
"""


def changed(before, after, rules=RULES):
    return compare(register(before, rules), register(after, rules))


def kinds(made):
    return {item.id: item.change for item in made.threats}


def test_an_element_brings_its_threats_and_takes_them_away():
    more = BASE + "  c: {type: process, facts: {sandboxed: no}}\n"
    came = changed(BASE, more)
    assert [(entry.section, entry.id, entry.change) for entry in came.system] == [("elements", "c", "added")]
    assert kinds(came) == {"OPEN-DOOR@c": "appeared"}
    assert kinds(changed(more, BASE)) == {"OPEN-DOOR@c": "went"}


def test_a_fact_mitigates_and_its_loss_reopens():
    locked = BASE.replace("sandboxed: no", "sandboxed: yes")
    made = changed(BASE, locked)
    assert kinds(made) == {"OPEN-DOOR@a": "mitigated"}
    assert made.system[0].name == "Hall"
    assert [(item.path, item.before, item.after) for item in made.system[0].fields] == [
        ("facts.sandboxed", "no", "yes")
    ]
    assert kinds(changed(locked, BASE)) == {"OPEN-DOOR@a": "reopened"}


def test_a_rating_that_changes():
    rated = (
        BASE
        + "decisions: {OPEN-DOOR@a: {treatment: mitigate, rating: 'SL:9/M:9/O:9/S:9/ED:9/EE:9/A:9/ID:9'}}\n"
    )
    made = changed(BASE, rated)
    assert kinds(made) == {"OPEN-DOOR@a": "worse"}
    assert kinds(changed(rated, BASE)) == {"OPEN-DOOR@a": "better"}
    assert [(item.key, item.change, item.after) for item in made.decisions] == [
        ("OPEN-DOOR@a", "added", "mitigate, planned")
    ]


ACCEPTED = (
    BASE + "decisions: {OPEN-DOOR@a: {treatment: accept, reason: r, approved_by: lee, until: 2027-01-01}}\n"
)


def test_a_decision_settles_and_is_missed_when_it_goes():
    assert kinds(changed(BASE, ACCEPTED)) == {"OPEN-DOOR@a": "settled"}
    gone = changed(ACCEPTED, BASE)
    assert kinds(gone) == {"OPEN-DOOR@a": "unsettled"}
    assert [(item.key, item.change, item.before) for item in gone.decisions] == [
        ("OPEN-DOOR@a", "removed", "accept, active")
    ]


def test_a_decision_that_ends_says_so_though_nobody_touched_it():
    late = ACCEPTED.replace("2027-01-01", "2026-01-01")
    made = changed(ACCEPTED, late)
    assert made.decisions[0].after == "accept, expired"
    assert [item.path for item in made.decisions[0].fields] == ["until"]
    assert not made.system


def test_newer_rules_are_told_apart_from_a_changed_system():
    more = (
        RULES
        + "  WINDOW: {title: A window, text: t, at: element, controls: [sandbox-workloads], applies: element is 'process'}\n"
    )
    made = compare(register(BASE, RULES), register(BASE, more))
    assert {item.id: item.by_catalogue for item in made.threats} == {"WINDOW@a": True, "WINDOW@b": True}
    assert not made.system


element = st.fixed_dictionaries(
    {"type": st.sampled_from(["process", "user", "web-source"])},
    optional={"facts": st.fixed_dictionaries({"sandboxed": st.sampled_from(["yes", "no", "unknown"])})},
)
decision = st.fixed_dictionaries(
    {"treatment": st.sampled_from(["accept", "mitigate", "not-applicable"])},
    optional={
        "reason": st.just("r"),
        "approved_by": st.just("lee"),
        "until": st.sampled_from(["2026-01-01", "2027-01-01"]),
        "rating": st.sampled_from(["SL:9/M:9/ED:9", "SL:1/M:1/ED:1"]),
    },
)
models = st.fixed_dictionaries(
    {
        "elements": st.dictionaries(st.sampled_from("abcd"), element, max_size=4),
        "decisions": st.dictionaries(
            st.sampled_from(["OPEN-DOOR@a", "OPEN-DOOR@b", "OPEN-DOOR@*"]), decision
        ),
    }
)


def judged(model):
    return Register(Analysis(from_raw(model), pack(RULES)), today=TODAY)


@given(models)
def test_nothing_differs_from_itself(model):
    assert compare(judged(model), judged(copy.deepcopy(model))).empty


@given(models, models)
def test_where_models_differ_something_is_told(one, other):
    assert compare(judged(one), judged(other)).empty == (not diff(one, other))


@given(models, models)
def test_there_and_back_are_opposites(one, other):
    there, back = compare(judged(one), judged(other)), compare(judged(other), judged(one))
    opposite = {"added": "removed", "removed": "added", "changed": "changed"}
    assert {(e.section, e.id): opposite[e.change] for e in there.system} == {
        (e.section, e.id): e.change for e in back.system
    }
    assert {item.id for item in there.threats} == {item.id for item in back.threats}
    assert {item.key: opposite[item.change] for item in there.decisions} == {
        item.key: item.change for item in back.decisions
    }
