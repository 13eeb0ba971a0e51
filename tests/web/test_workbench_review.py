"""Questions, ratings, decisions, paths and pictures through the API."""

from __future__ import annotations

import pytest

from mantlet.project.api import analyse
from tests.web.workbench import SMALL, TODAY, bench, put, write

ACCEPT = {"treatment": "accept", "reason": "internal only", "approved_by": "lee", "until": "2027-03-01"}


def risk_ids(work):
    return [risk["id"] for risk in work.get("register")["risks"]]


def test_questions_are_those_of_mantlet_ask_and_an_answer_is_written_where_it_says(work):
    asked = work.get("questions")
    assert [item["id"] for item in asked] == [
        f"{item.fact}@{item.at}" for item in analyse(work.path, today=TODAY).questions
    ]
    question = next(
        item for item in asked if item["path"][:2] == ["elements", "api"] and "yes" in item["answers"]
    )
    done = work.post("answers", {"base": work.revision, "answers": [{"id": question["id"], "value": "yes"}]})
    assert done["changes"] == [{"op": "set", "path": question["path"], "value": "yes"}]
    assert f"{question['fact']}: yes" in work.text
    assert question["id"] not in {item["id"] for item in work.get("questions")}
    work.post("changes", {"base": work.revision, "changes": done["inverse"]})
    assert work.text == SMALL
    assert len(work.get("questions", limit=3)) == 3
    assert {item["place"] for item in work.get("questions", place="api")} == {"api"}


def test_a_list_is_an_answer_too(tmp_path):
    text = SMALL.replace("data: [customers], returns: [scores], ", "")
    with bench(write(tmp_path, text)) as work:
        done = work.post(
            "answers", {"base": work.revision, "answers": [{"id": "data@predict", "value": ["customers"]}]}
        )
        assert done["changes"][0]["value"] == ["customers"]


@pytest.mark.parametrize(
    ("name", "value", "status"), [("rate_limited@gone", "yes", 404), ("logged@api", "perhaps", 422)]
)
def test_an_answer_that_does_not_fit_is_refused_and_nothing_is_written(work, name, value, status):
    work.post("answers", {"base": work.revision, "answers": [{"id": name, "value": value}]}, status)
    assert work.text == SMALL


def test_what_belongs_to_several_places_says_how_it_is_drawn(tmp_path):
    text = "mantlet: 1\nelements: {app: {type: user}, api: {type: inference-service}}\nflows: {ask: {from: app, to: api}}\n"
    with bench(write(tmp_path, text)) as work:
        drawn = next(item for item in work.get("questions") if not item["path"])
        assert drawn["by_hand"]
        error = work.post(
            "answers", {"base": work.revision, "answers": [{"id": drawn["id"], "value": "x"}]}, 422
        )["error"]
        assert error["mend"] == drawn["by_hand"]


def test_the_calculator_rates_vectors_and_factors(work):
    whole = "SL:5/M:4/O:7/S:6/ED:7/EE:5/A:6/ID:8/LC:7/LI:5/LAV:5/LAC:7"
    rated = work.post("rate", {"vector": whole})
    assert rated["severity"] == "critical"
    factors = dict(item.split(":") for item in whole.split("/"))
    assert work.post("rate", {"factors": {code: float(score) for code, score in factors.items()}}) == rated
    for body in (
        {"vector": "SL:5"},
        {"vector": "nonsense"},
        {"factors": {"SL": 12.0}},
        {"factors": {"XX": 1.0}},
        {"vector": whole, "mode": "worst"},
        {},
    ):
        assert work.post("rate", body, 422)["error"]["message"]


def test_a_decision_about_many_is_one_change_with_what_it_was_taken_on(work):
    keys = risk_ids(work)[:3]
    done = work.post("decisions", {"base": work.revision, "keys": [*keys, "NO-SUCH@api"], "fields": ACCEPT})
    assert done["written"] == keys
    assert [item["key"] for item in done["skipped"]] == ["NO-SUCH@api"]
    rows = {risk["id"]: risk for risk in work.get("register")["risks"]}
    for key in keys:
        assert rows[key]["settled"] is True
        assert rows[key]["decision"]["key"] == key
        assert rows[key]["decision"]["treatment"] == "accept"
    held = work.get("model")["raw"]["decisions"][keys[0]]
    assert held["basis"]["severity"] == rows[keys[0]]["severity"]
    work.post("changes", {"base": work.revision, "changes": done["inverse"]})
    assert work.text == SMALL


def test_each_of_many_risks_gets_only_the_controls_that_help_against_it(work):
    known = {risk: work.get("threats", risk=risk)[0]["controls"] for risk in risk_ids(work)}
    one = next(iter(known))
    other = next(risk for risk in known if not set(known[risk]) & set(known[one]))
    neither = next(risk for risk in known if risk.partition("@")[0] not in {one.partition("@")[0], other.partition("@")[0]}
                   and known[one][0] not in known[risk] and known[other][0] not in known[risk])  # fmt: skip
    fields = {"treatment": "mitigate", "controls": [known[one][0], known[other][0]]}
    done = work.post("decisions", {"base": work.revision, "keys": [one, other, neither], "fields": fields})
    assert done["written"] == [one, other]
    assert [item["key"] for item in done["skipped"]] == [neither]
    held = work.get("model")["raw"]["decisions"]
    assert [held[risk]["controls"] for risk in (one, other)] == [[known[one][0]], [known[other][0]]]


def test_a_decision_is_flagged_when_what_it_was_taken_on_changes(work):
    work.post("decisions", {"base": work.revision, "keys": ["MODEL-DESERIALISE@api"], "fields": ACCEPT})
    work.change(
        put("system", "business", value={"criticality": "critical"}),
        put("elements", "model", "facts", "model_format", value="pickle"),
    )
    decision = next(risk for risk in work.get("register")["risks"] if risk["id"] == "MODEL-DESERIALISE@api")[
        "decision"
    ]
    assert decision["stale"] is True
    assert decision["status"] == "changed"


@pytest.mark.parametrize(
    "fields",
    [
        {"treatment": "ignore"},
        {"treatment": "mitigate", "controls": ["no-such-control"]},
        {"treatment": "mitigate", "due": "soon"},
        {"treatment": "mitigate", "rating": "SL:99"},
        {"treatment": "mitigate", "status": "later"},
    ],
)
def test_a_decision_that_does_not_fit_is_refused(work, fields):
    work.post("decisions", {"base": work.revision, "keys": risk_ids(work)[:2], "fields": fields}, 422)
    assert work.text == SMALL


def test_a_person_rating_replaces_the_estimate(work):
    key = risk_ids(work)[0]
    work.post(
        "decisions",
        {
            "base": work.revision,
            "keys": [key],
            "fields": {"treatment": "mitigate", "rating": "SL:0/M:0/O:0/S:0/ED:0/EE:0/A:0/ID:0"},
        },
    )
    rated = next(risk for risk in work.get("register")["risks"] if risk["id"] == key)
    assert rated["likelihood"] == 0


def test_paths_lead_from_outside_to_what_matters(work):
    result = analyse(work.path, today=TODAY)
    found = work.get("paths")
    assert len(found) == len(result.paths)
    for item, path in zip(found, result.paths, strict=True):
        assert item["severity"] == path.severity.word
        assert item["asset"] == path.asset


def test_the_layout_engine_places_everything_and_saves_nothing(work):
    placed = work.post("arrange", {})
    model = work.get("model")["raw"]
    assert set(placed["elements"]) == set(model["elements"])
    assert set(placed["boundaries"]) == set(model["boundaries"])
    assert set(model["flows"]) <= set(placed["flows"])
    assert not work.path.with_name("threatmodel.layout.json").exists()
    focused = work.post("arrange", {"focus": "store"})
    assert "app" not in focused["elements"]
    assert work.post("arrange", {"focus": "nowhere"}, 422)["error"]["code"] == "usage"
    placed["elements"]["api"]["x"] = 4000.0
    kept = work.post("arrange", {"positions": placed})
    assert kept["elements"]["api"]["x"] - kept["elements"]["app"]["x"] > 2000


@pytest.mark.parametrize(
    ("kind", "start"),
    [("svg", "<svg"), ("png", "\x89PNG"), ("dot", "digraph"), ("mermaid", "---"), ("plantuml", "@startuml")],
)
def test_the_diagram_comes_in_every_format(work, kind, start):
    answer = work.client.get(
        "/api/diagram",
        params={"format": kind, "theme": "dark", "highlight": ["api", "app"], "download": "true"},
    )
    assert answer.status_code == 200
    assert answer.content.decode("latin-1").lstrip().startswith(start) or kind == "mermaid"
    assert answer.headers["content-disposition"].startswith("attachment")
    assert "sandbox" in answer.headers["content-security-policy"]


def test_a_picture_of_what_is_not_there_is_refused(work):
    for params in ({"focus": "nowhere"}, {"format": "gif"}, {"scale": "99"}, {"theme": "pink"}):
        assert work.client.get("/api/diagram", params=params).status_code == 422


def test_the_vocabulary_has_all_that_the_editor_offers(work):
    words = work.get("vocabulary")
    types = {item["id"]: item for item in words["types"]}
    assert types["inference-service"]["kind"] == "process"
    assert types["inference-service"]["is_a"][-1] == "process"
    assert types["model-artifact"]["icon"] in words["icons"]
    assert all(fact in words["facts"] for item in words["types"] for fact in item["facts"])
    assert words["facts"]["rate_limited"]["values"][:2] == ["yes", "no"]
    assert len(words["factors"]) == 16
    assert {item["id"] for item in words["frameworks"]} >= {"stride", "cia", "linddun", "trim", "atlas"}
    assert {"network", "execution"} <= set(words["dimensions"])
    assert {item["id"]: item for item in words["boundary_types"]}["internet"]["dimension"] == "network"


def test_the_model_says_which_facts_come_from_elsewhere(work):
    inherited = work.get("model")["inherited"]
    said = [held for section in inherited.values() for facts in section.values() for held in facts.values()]
    assert said
    assert {"the model"}.isdisjoint(held["from"] for held in said)
