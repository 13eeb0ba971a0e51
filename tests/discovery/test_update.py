"""What a new look at the code does to a model that people worked on."""

from __future__ import annotations

from copy import deepcopy

import pytest
from msgspec import structs

from mantlet.catalogue.load import load_catalogue
from mantlet.changes.apply import apply
from mantlet.changes.operations import Rename
from mantlet.discovery.draft import Draft, DraftElement, DraftFlow
from mantlet.discovery.propose import propose
from mantlet.discovery.update.accept import changes
from mantlet.discovery.update.compare import compare
from mantlet.store.convert import from_raw

WORDS = load_catalogue().vocabulary


def element(id, type, dfd, key, place, **more):
    return DraftElement(
        id=id, name=more.pop("name", id), type=type, kind="", dfd=dfd, keys=[key], evidence=[place], **more
    )


def flow(source, target, data, place, **more):
    return DraftFlow(source=source, target=target, data=data, evidence=[place], **more)


@pytest.fixture
def draft():
    return Draft(
        elements=[
            element("caller", "user", "external", "who:user", "api.py:9"),
            element("api", "inference-service", "process", "code:api.py", "api.py:9", facts={"debug": ("yes", "api.py:40")}),
            element("model", "model-artifact", "store", "path:model.pkl", "train.py:30", facts={"model_format": ("pickle", "train.py:30")}),
            element("train", "training-job", "process", "code:train.py", "train.py:1"),
            element("rows", "dataset-store", "store", "path:rows.csv", "train.py:5", personal={"email": "train.py:6"}),
        ],
        flows=[
            flow("caller", "api", "features", "api.py:10"),
            flow("api", "caller", "prediction", "api.py:12"),
            flow("model", "api", "", "api.py:3"),
            flow("rows", "train", "", "train.py:5"),
            flow("train", "model", "", "train.py:30"),
        ],
    )  # fmt: skip


def proposed(draft):
    return propose(draft, WORDS, "demo").raw


def items(comparison):
    return [(item.kind, item.subject) for item in comparison.items]


def updated(base, ours, theirs, **options):
    comparison = compare(base, ours, theirs, WORDS, **options)
    return apply(ours, changes(comparison, comparison.items))


def without(draft, *gone):
    return structs.replace(
        draft,
        elements=[item for item in draft.elements if item.id not in gone],
        flows=[item for item in draft.flows if not {item.source, item.target} & set(gone)],
    )


def test_nothing_changed(draft):
    first = proposed(draft)
    comparison = compare(first, first, proposed(draft), WORDS)
    assert comparison.items == []
    assert comparison.refreshed == []


def test_lines_that_move_are_no_drift(draft):
    first = proposed(draft)
    moved = structs.replace(
        draft, elements=[structs.replace(item, evidence=[f"{item.evidence[0]}0"]) for item in draft.elements]
    )
    comparison = compare(first, first, proposed(moved), WORDS)
    assert comparison.items == []
    assert comparison.refreshed


def test_something_new(draft):
    first = proposed(without(draft, "train", "rows"))
    comparison = compare(first, first, proposed(draft), WORDS)
    assert ("new", "element train") in items(comparison)
    assert ("new", "data rows-data") in items(comparison)
    result = updated(first, first, proposed(draft))
    from_raw(result)
    assert result["elements"].keys() == proposed(draft)["elements"].keys()
    assert compare(proposed(draft), result, proposed(draft), WORDS).items == []


def test_something_gone(draft):
    first = proposed(draft)
    later = proposed(without(draft, "train", "rows"))
    result = updated(first, first, later)
    from_raw(result)
    assert "train" not in result["elements"]
    assert "rows-data" not in result["data"]
    assert "rows-to-train" not in result["flows"]


def test_what_people_worked_on_is_not_removed(draft):
    first = proposed(draft)
    ours = deepcopy(first)
    ours["elements"]["train"]["name"] = "Weekly training"
    comparison = compare(first, ours, proposed(without(draft, "train", "rows")), WORDS)
    told = {item.id: item for item in comparison.items}
    assert told["train"].kind == "gone"
    assert told["train"].changes == []
    assert "train" in apply(ours, changes(comparison, comparison.items))["elements"]


def test_what_something_else_mentions_is_not_removed(draft):
    first = proposed(draft)
    ours = {**first, "sequences": {"night": ["rows-to-train"]}}
    result = updated(first, ours, proposed(without(draft, "train", "rows")))
    from_raw(result)
    assert {"rows-to-train"} <= result["flows"].keys()
    assert {"rows", "train"} <= result["elements"].keys()
    assert "train-to-model" not in result["flows"]


def test_names_ids_and_decisions_of_people_stay(draft):
    first = proposed(draft)
    ours = apply(
        deepcopy(first), [Rename("elements", "api", "scoring"), Rename("data", "features", "questions")]
    )
    ours["elements"]["scoring"] |= {
        "name": "Scoring",
        "facts": {"debug": True, "rate_limited": "no"},
        "description": "By hand.",
    }
    ours["decisions"] = {"DEBUG-MODE@scoring": {"treatment": "mitigate"}}
    more = structs.replace(draft, flows=[*draft.flows, flow("api", "rows", "", "api.py:50")])
    comparison = compare(first, ours, proposed(more), WORDS)
    assert items(comparison) == [("new", "flow api-to-rows")]
    result = apply(ours, changes(comparison, comparison.items))
    from_raw(result)
    assert result["flows"]["api-to-rows"]["from"] == "scoring"
    assert result["elements"]["scoring"]["description"] == "By hand."
    assert result["decisions"] == ours["decisions"]


def test_a_contradiction_is_told_and_not_settled(draft):
    first = proposed(draft)
    ours = deepcopy(first)
    ours["elements"]["api"]["facts"]["debug"] = "no"
    known = compare(first, ours, proposed(draft), WORDS)
    assert [(item.kind, item.known) for item in known.items] == [("differs", True)]
    assert known.drift == []
    fresh = compare({}, ours, proposed(draft), WORDS)
    assert [(item.kind, item.id, item.what) for item in fresh.drift] == [
        ("differs", "api", "debug: the model says no, the code yes")
    ]
    assert fresh.drift[0].at == ["api.py:40"]
    result = apply(ours, fresh.refreshed)
    assert "facts" not in result["elements"]["api"]["discovered"], "the code does not say what the model says"


def test_what_people_declined_is_not_proposed_again(draft):
    whole = proposed(draft)
    first = proposed(without(draft, "train", "rows"))
    declined = compare(whole, first, whole, WORDS)
    assert declined.items == []
    assert declined.left_out >= 3
    assert ("new", "element train") in items(compare(whole, first, whole, WORDS, again=True))


def test_a_changed_fact(draft):
    first = proposed(draft)
    elements = [
        structs.replace(item, facts={} if item.id == "api" else item.facts) for item in draft.elements
    ]
    comparison = compare(first, first, proposed(structs.replace(draft, elements=elements)), WORDS)
    assert [(item.kind, item.id) for item in comparison.items] == [("changed", "api")]


HAND = {
    "mantlet": 1,
    "system": {"name": "By hand"},
    "data": {"customers": {"personal": ["email"]}, "weights": {"type": "model"}},
    "elements": {
        "shop": {"type": "user", "name": "Shop"},
        "scoring": {
            "type": "inference-service",
            "name": "Scoring",
            "code": ["api.py"],
            "facts": {"debug": "no"},
        },
        "weights-file": {
            "type": "model-artifact",
            "name": "Weights",
            "address": ["model.pkl"],
            "holds": ["weights"],
        },
        "learning": {"type": "training-job", "code": ["*.py"]},
        "lake": {"type": "object-store", "holds": ["customers"]},
    },
    "flows": {
        "ask": {"from": "shop", "to": "scoring", "data": ["customers"]},
        "fetch": {"from": "weights-file", "to": "scoring", "data": ["weights"], "opened_by": "scoring"},
    },
}


def test_what_people_drew_is_recognised(draft):
    comparison = compare({}, HAND, proposed(draft), WORDS)
    told = items(comparison)
    assert ("new", "element rows") in told
    assert [subject for kind, subject in told if kind == "new" and subject.startswith("element")] == [
        "element rows"
    ]
    assert ("new", "flow model-to-api") not in told
    assert ("differs", "element scoring") in told
    result = apply(HAND, changes(comparison, [item for item in comparison.items if item.kind != "differs"]))
    from_raw(result)
    for section in ("system", "data"):
        assert all(result[section][key] == value for key, value in HAND[section].items())
    assert result["elements"]["scoring"]["facts"]["debug"] == "no"
    assert result["elements"]["scoring"]["name"] == "Scoring"
    assert result["flows"]["ask"]["data"] == ["customers"]


def test_parts_of_what_people_drew_whole_belong_to_it(draft):
    part = element("predict", "web-service", "process", "route:POST /predict", "api.py:9", parent="api")
    flows = [flow("caller", "predict", "features", "api.py:9"), flow("model", "predict", "", "api.py:3")]
    finer = Draft(elements=[*draft.elements, part], flows=flows)
    told = items(compare({}, HAND, proposed(finer), WORDS))
    assert not [subject for kind, subject in told if kind == "new" and "predict" in subject]


def test_programs_in_code_that_people_drew_as_one_belong_to_it(draft):
    jobs = [
        element(
            f"job-{number}", "preprocessing-job", "process", f"code:jobs/{number}.py", f"jobs/{number}.py:1"
        )
        for number in range(3)
    ]
    more = structs.replace(
        draft,
        elements=[*draft.elements, *jobs],
        flows=[*draft.flows, *(flow("rows", item.id, "", "jobs/0.py:1") for item in jobs)],
    )
    ours = {**HAND, "elements": {**HAND["elements"], "night": {"type": "process", "code": ["jobs/**"]}}}
    told = items(compare({}, ours, proposed(more), WORDS))
    assert not [subject for _, subject in told if "job-" in subject and subject.startswith("element")]
    assert sum("rows-to-job" in subject for _, subject in told) == 1


def test_files_in_a_store_that_people_drew_belong_to_it(draft):
    ours = {**HAND, "elements": {**HAND["elements"], "disk": {"type": "file-store", "address": ["data"]}}}
    files = [
        element(f"f{number}", "dataset-store", "store", f"path:data/{number}.csv", f"train.py:{number}")
        for number in range(1, 4)
    ]
    more = structs.replace(
        draft,
        elements=[*draft.elements, *files],
        flows=[*draft.flows, *(flow(item.id, "train", "", "train.py:2") for item in files)],
    )
    comparison = compare({}, ours, proposed(more), WORDS)
    assert not [
        item for item in comparison.items if item.section == "elements" and item.id in {"f1", "f2", "f3"}
    ]
    flows = [
        item.changes[0].value for item in comparison.items if item.section == "flows" and item.kind == "new"
    ]
    assert ("disk", "learning") in {(entry["from"], entry["to"]) for entry in flows}


def test_what_people_drew_stays_theirs(draft):
    whole = proposed(draft)
    comparison = compare({}, HAND, whole, WORDS)
    ours = apply(HAND, changes(comparison, [item for item in comparison.items if item.kind != "differs"]))
    assert "key" not in ours["elements"]["scoring"]["discovered"]
    part = element("predict", "web-service", "process", "route:POST /predict", "api.py:9", parent="api")
    again = compare(whole, ours, proposed(structs.replace(draft, elements=[*draft.elements, part])), WORDS)
    assert again.drift == [], "its parts belong to it later, too"
    gone = compare(whole, ours, proposed(without(draft, "train")), WORDS)
    assert not [item for item in gone.items if item.id == "learning"], "and it is not gone with its code"


def test_data_comes_with_what_names_it(draft):
    first = proposed(without(draft, "train", "rows"))
    comparison = compare(first, first, proposed(draft), WORDS)
    assert {item.id for item in comparison.items if item.supporting} == {"rows-data"}
    chosen = [item for item in comparison.items if item.id == "rows"]
    result = apply(first, changes(comparison, chosen))
    from_raw(result)
    assert {"rows-data"} <= result["data"].keys()
    idle = apply(
        first, changes(comparison, [item for item in comparison.items if item.id in {"train", "rows-data"}])
    )
    assert "rows-data" not in idle["data"]


def test_data_that_nothing_names_any_more_is_not_proposed(draft):
    clean = element("clean", "preprocessing-job", "process", "code:clean.py", "clean.py:1")
    raw_rows = element("raw", "dataset-store", "store", "path:raw.csv", "clean.py:2")
    more = structs.replace(
        draft,
        elements=[*draft.elements, clean, raw_rows],
        flows=[*draft.flows, flow("raw", "clean", "", "clean.py:2"), flow("clean", "rows", "", "clean.py:3")],
    )
    ours = {
        **HAND,
        "elements": {
            **HAND["elements"],
            "disk": {"type": "file-store", "address": ["*.csv"]},
            "cleaning": {"type": "preprocessing-job", "code": ["clean.py"]},
        },
        "flows": {
            **HAND["flows"],
            "out": {"from": "disk", "to": "cleaning"},
            "back": {"from": "cleaning", "to": "disk"},
            "learn": {"from": "disk", "to": "learning"},
            "keep": {"from": "learning", "to": "weights-file"},
        },
    }
    told = [item for item in compare({}, ours, proposed(more), WORDS).items if item.section == "data"]
    assert told == []
