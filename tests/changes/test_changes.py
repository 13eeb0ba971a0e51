"""Changes as people meet them."""

import re

import pytest

from mantlet.base.errors import InputError, UsageError
from mantlet.changes.apply import apply, apply_to_document
from mantlet.changes.compare import diff
from mantlet.changes.merge import merge, merge_documents
from mantlet.changes.operations import Remove, Rename, Set, decode, describe, encode
from mantlet.store.document import Document
from tests.store import samples

EVERYTHING = """\
mantlet: 1
parties:
  cloud: {role: processor}
data:
  rows: {name: Rows}
  weights: {type: model, derived_from: {rows: train}}
boundaries:
  vpc: {type: network}
  inner: {type: network, in: vpc}
elements:
  api: {type: process, in: [inner], operated_by: cloud, holds: [rows]}
  part: {type: process, in: vpc, parent: api, holds: {weights: {retention: P1Y}}}
flows:
  call: {from: api, to: part, data: [rows], returns: [weights], opened_by: api}
sequences:
  day: [call, call.returns]
agents:
  eve: {is: insider, access: [api, vpc]}
controls:
  gate: {control: rate-limiting, on: [api, call, vpc, rows, system]}
decisions:
  T@api: {treatment: mitigate}   # ours
  T@call.returns: {treatment: mitigate}
  T@rows/api: {treatment: mitigate}
  T@*: {treatment: mitigate, covers: [api, call.returns, rows/api], basis: {facts: {api.logged: no, call.encrypted: no, rows/api.erasure: yes}}}
  own@vpc: {treatment: mitigate}
threats:
  own: {title: Own, at: [api, call.returns, rows/api, vpc], agents: [eve, outsider]}
environments:
  test: {facts: {api: {logged: no}, rows/api: {erasure: yes}, system: {trained_staff: yes}}}
"""


@pytest.fixture
def document():
    return Document(EVERYTHING)


@pytest.mark.parametrize(
    ("section", "old"),
    [
        ("elements", "api"),
        ("flows", "call"),
        ("data", "rows"),
        ("boundaries", "vpc"),
        ("parties", "cloud"),
        ("agents", "eve"),
        ("threats", "own"),
    ],
)
def test_renaming_writes_the_new_id_everywhere(document, section, old):
    apply_to_document(document, [Rename(section, old, "renamed")])
    assert document.text == re.sub(rf"\b{old}\b", "renamed", EVERYTHING)
    assert apply(Document(EVERYTHING).raw, [Rename(section, old, "renamed")]) == document.raw
    assert "# ours" in document.text
    apply_to_document(document, [Rename(section, "renamed", old)])
    assert document.text == EVERYTHING


def test_renaming_to_what_is_there_or_of_what_is_not(document):
    for section, old, new in (
        ("elements", "api", "part"),
        ("elements", "api", "vpc"),
        ("elements", "nobody", "x"),
        ("reviews", "a", "b"),
    ):
        with pytest.raises(UsageError):
            apply_to_document(document, [Rename(section, old, new)])
    assert document.text == EVERYTHING


def test_renaming_never_swallows_a_decision():
    document = Document(EVERYTHING.replace("  T@*:", "  T@gone: {treatment: accept}\n  T@*:"))
    before = document.text
    with pytest.raises(UsageError, match="T@gone"):
        apply_to_document(document, [Rename("elements", "api", "gone")])
    assert document.text == before


def test_all_of_the_changes_or_none(document):
    with pytest.raises(UsageError):
        apply_to_document(document, [Set(("system", "name"), "S"), Rename("flows", "nothing", "x")])
    assert document.text == EVERYTHING


def test_a_name_cannot_lead_into_a_list(document):
    with pytest.raises(UsageError, match="is a list"):
        apply(document.raw, [Set(("elements", "api", "holds", "rows", "retention"), "P1Y")])


def test_changes_survive_being_sent():
    changes = [
        Set(("elements", "a", "facts", "n"), 1.5, author="lee"),
        Remove(("reviews", 0)),
        Rename("flows", "a", "b"),
    ]
    assert decode(encode(changes)) == changes
    assert [describe(change) for change in changes] == [
        "elements.a.facts.n: 1.5",
        "reviews.0: removed",
        "flows: a → b",
    ]


@pytest.mark.parametrize("data", ["", "{}", '[{"op": "run"}]', '[{"op": "set"}]', "[" * 10_000, b"\xff"])
def test_changes_that_are_none(data):
    with pytest.raises(InputError, match="not readable as changes"):
        decode(data)


def test_a_difference_is_as_small_as_it_can_be():
    old = Document(samples.DESIGN).raw
    new = apply(
        old,
        [
            Set(("elements", "api", "facts", "logged"), "yes"),
            Remove(("flows", "load")),
            Set(("assumptions",), []),
        ],
    )
    assert [describe(change) for change in diff(old, new)] == [
        "elements.api.facts.logged: yes",
        "flows.load: removed",
        "assumptions: []",
    ]


def sides(*changes):
    """Return the sample and what each side's changes make of it."""
    base = Document(EVERYTHING).raw
    return base, *(apply(base, side) for side in changes)


def test_both_sides_additions_come_in():
    merged, conflicts = merge(
        *sides(
            [
                Set(("elements", "api", "in"), ["inner", "cluster"]),
                Set(("elements", "new"), {"type": "user"}),
            ],
            [
                Set(("elements", "api", "facts"), {"logged": "yes"}),
                Set(("elements", "part", "in"), ["vpc", "host"]),
            ],
        )
    )
    assert conflicts == []
    assert merged["elements"]["api"]["in"] == ["inner", "cluster"]
    assert merged["elements"]["api"]["facts"] == {"logged": "yes"}
    assert merged["elements"]["part"]["in"] == ["vpc", "host"]
    assert "new" in merged["elements"]


def test_two_forms_of_the_same_thing_merge():
    merged, conflicts = merge(
        *sides(
            [Set(("elements", "api", "holds"), {"rows": {"retention": "P1M"}})],
            [Set(("elements", "api", "holds"), ["rows", "weights"])],
        )
    )
    assert conflicts == []
    assert merged["elements"]["api"]["holds"] == {"rows": {"retention": "P1M"}, "weights": {}}


def test_a_removal_against_a_change_is_a_conflict_that_keeps_the_change():
    merged, conflicts = merge(
        *sides([Remove(("decisions", "T@api"))], [Set(("decisions", "T@api", "treatment"), "accept")])
    )
    assert merged["decisions"]["T@api"] == {"treatment": "accept"}
    assert [conflict.message for conflict in conflicts] == ["decisions.T@api: removed here, changed there"]


def test_a_removal_against_a_new_use_brings_the_entry_back():
    base, ours, theirs = sides(
        [Set(("flows", "more"), {"from": "api", "to": "lonely"})], [Remove(("elements", "lonely"))]
    )
    base, ours = (apply(side, [Set(("elements", "lonely"), {"type": "user"})]) for side in (base, ours))
    merged, conflicts = merge(base, ours, theirs)
    assert "lonely" in merged["elements"]
    assert [conflict.message for conflict in conflicts] == ["elements.lonely: removed there, still used here"]


def test_two_judgements_conflict_but_book_keeping_merges():
    reason = [Set(("decisions", "T@api", "reason"), "a")]
    _, conflicts = merge(*sides(reason, [Set(("decisions", "T@api", "treatment"), "accept")]))
    assert [conflict.path for conflict in conflicts] == [("decisions", "T@api")]
    merged, conflicts = merge(*sides(reason, [Set(("decisions", "T@api", "owner"), "ana")]))
    assert conflicts == []
    assert merged["decisions"]["T@api"] == {"treatment": "mitigate", "reason": "a", "owner": "ana"}


def test_two_orders_of_a_sequence_conflict():
    merged, conflicts = merge(
        *sides([Set(("sequences", "day"), ["call"])], [Set(("sequences", "day"), ["call.returns", "call"])])
    )
    assert merged["sequences"]["day"] == ["call"]
    assert [conflict.message for conflict in conflicts] == [
        "sequences.day: changed here and there, differently"
    ]


def test_merging_files_keeps_our_comments():
    base, ours, theirs = Document(EVERYTHING), Document(EVERYTHING), Document(EVERYTHING)
    ours.set(("elements", "api", "name"), "API")
    theirs.insert(("elements", "late"), {"type": "user"})
    assert merge_documents(base, ours, theirs) == []
    assert "  late: {type: user}\n" in ours.text
    assert "name: API" in ours.text
    assert "# ours" in ours.text
