"""The register as browsers get it: slim rows that say what the report says, and only what differs."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mantlet.changes.operations import Remove, Rename, Set
from mantlet.project.api import analyse
from mantlet.project.outputs import overlay
from mantlet.report.records import Records
from mantlet.web.session import Session
from mantlet.web.table import badges
from tests.web.large import large_model
from tests.web.workbench import TODAY, bench, drop, put, rename, write


def test_rows_say_what_the_other_faces_say(work):
    given_rows = {row["id"]: row for row in work.get("register")["risks"]}
    result = analyse(work.path, today=TODAY)
    records = Records(result.register)
    assert set(given_rows) == {risk.id for risk in result.register}
    for risk in result.register:
        row, whole = given_rows[risk.id], records.risk(risk)
        assert row["title"] == whole["title"]
        assert (row["type"], row["element"], row["state"], row["settled"]) == (
            whole["type"],
            whole["element"],
            whole["state"],
            whole["settled"],
        )
        assert [f"{row['type']}@{place}" for place in row["places"]] == whole["threats"]
        for field in ("severity", "likelihood", "impact", "likelihood_level", "impact_level"):
            assert row[field] == whole["rating"][field]
        assert row["worst"] == risk.worst_case.word
        for field in ("stride", "cia", "linddun", "trim", "refs", "new"):
            assert row[field] == whole[field]


def test_counts_and_badges_are_those_of_the_report_and_the_diagram(work):
    found = work.get("register")
    result = analyse(work.path, today=TODAY)
    assert found["counts"] == result.register.counts()
    assert found["badges"] == {
        name: {"count": badge.count, "severity": badge.severity} for name, badge in overlay(result).items()
    }
    assert found["sensitivity"]["predict"] == "personal"


def test_badges_of_a_large_model_are_those_of_the_diagram(tmp_path):
    import json

    result = analyse(write(tmp_path, json.dumps(large_model(60, 80, 12)), "threatmodel.json"), today=TODAY)
    assert badges(result.register) == {
        name: {"count": badge.count, "severity": badge.severity} for name, badge in overlay(result).items()
    }


def follow(rows, answer):
    """Return what a client knows after an answer."""
    known = {} if answer["full"] else {name: row for name, row in rows.items() if name not in answer["gone"]}
    return {**known, **{row["id"]: row for row in answer["risks"]}}


CHANGES = [
    [put("elements", "api", "facts", "rate_limited", value="yes")],
    [put("elements", "api", "name", value="Scorer")],
    [put("flows", "predict", "name", value="Ask for a score")],
    [put("data", "customers", "name", value="People")],
    [put("system", "name", value="Other")],
    [put("system", "business", value={"criticality": "low"})],
    [rename("elements", "api", "scorer")],
    [drop("flows", "read"), drop("elements", "store")],
    [put("elements", "cache", value={"type": "cache", "in": ["vpc"]}), put("flows", "keep", value={"from": "api", "to": "cache", "data": ["scores"]})],
    [put("boundaries", "vpc", "type", value="internet")],
    [put("catalogue", value={"packs": ["ml"]})],
    [put("decisions", "MODEL-DESERIALISE@api", value={"treatment": "accept", "reason": "r", "approved_by": "l", "until": "2027-01-01"})],
    [put("threats", "OWN", value={"title": "Ours", "at": ["api"], "text": "x", "stride": ["tampering"]})],
    [put("elements", "api", "out_of_scope", value="somebody else's")],
    [put("controls", "limits", value={"control": "rate-limiting", "on": ["api"], "status": "implemented"})],
]  # fmt: skip


@pytest.mark.parametrize(
    "changes", CHANGES, ids=lambda changes: ".".join(map(str, changes[0].get("path", ["rename"])))
)
def test_what_differs_brings_a_client_to_what_there_is(work, changes):
    before = {row["id"]: row for row in work.get("register")["risks"]}
    answer = work.change(*changes)["register"]
    assert answer["full"] is False
    after = {row["id"]: row for row in work.get("register")["risks"]}
    assert follow(before, answer) == after


def test_somebody_who_was_away_gets_what_differs_and_a_stranger_all(work):
    base = work.revision
    before = follow({}, work.get("register"))
    work.change(put("elements", "api", "name", value="Scorer"))
    work.change(put("elements", "api", "facts", "logged", value="yes"))
    answer = work.get("register", since=base)
    assert answer["full"] is False
    assert follow(before, answer) == follow({}, work.get("register"))
    assert work.get("register", since="never")["full"] is True
    assert work.get("register", since=work.revision)["risks"] == []


STEPS = st.lists(
    st.sampled_from(
        [
            [Set(("elements", "api", "facts", "rate_limited"), "yes")],
            [Set(("elements", "api", "facts", "rate_limited"), "no")],
            [Set(("elements", "store", "name"), "Records")],
            [Set(("flows", "back"), {"from": "api", "to": "store", "data": ["scores"]})],
            [Remove(("flows", "back"))],
            [Rename("elements", "model", "weights-file")],
            [Rename("elements", "weights-file", "model")],
            [Set(("data", "customers", "personal"), ["health"])],
            [
                Set(
                    ("threats", "OWN"),
                    {"title": "Ours of {at}", "at": ["api", "load"], "stride": ["tampering"]},
                )
            ],
            [Set(("threats", "OWN", "title"), "Theirs")],
        ]
    ),
    max_size=6,
)


@settings(max_examples=20)
@given(steps=STEPS)
def test_following_every_answer_is_as_good_as_asking_for_all(tmp_path_factory, steps):
    from mantlet.base.errors import MantletError

    session = Session(write(tmp_path_factory.mktemp("run")), today=TODAY)
    known = {row["id"]: row for row in session.known.table.full()["risks"]}
    for step in steps:
        try:
            answer = session.change(step, base=session.known.revision)
        except MantletError:
            continue
        known = follow(known, answer["register"])
        assert known == {row["id"]: row for row in session.known.table.full()["risks"]}


def test_threats_of_a_risk_are_whole_records(work):
    result = analyse(work.path, today=TODAY)
    risk = result.risks[0]
    found = work.get("threats", risk=risk.id)
    assert [item["id"] for item in found] == [
        f"{risk.type.id}@{result.register.analysis.place_of(row)}" for row in risk.rows
    ]
    assert found[0]["because"]
    assert work.get("threats", 404, risk="NOTHING@api")["error"]["code"] == "not-found"


def test_an_explanation_says_why_a_threat_is_there_and_why_another_is_not(work):
    result = analyse(work.path, today=TODAY)
    found = work.get("explain", id=result.risks[0].id)
    assert found["id"].startswith(result.risks[0].type.id)
    assert found["state"] == "open"
    for name in ("NO-SUCH@api", "MODEL-DESERIALISE", "MODEL-DESERIALISE@nowhere", "@", ""):
        assert work.get("explain", 404, id=name)["error"]["message"]


def test_a_large_register_is_whole_and_a_small_change_is_small(tmp_path):
    import json

    path = write(tmp_path, json.dumps(large_model(200, 280, 36)), "threatmodel.json")
    with bench(path) as work:
        everything = work.get("register")
        assert len(everything["risks"]) > 1000
        answer = work.change(put("elements", "s3-api", "facts", "rate_limited", value="yes"))["register"]
        assert 0 < len(answer["risks"]) < 30
        assert follow({row["id"]: row for row in everything["risks"]}, answer) == {
            row["id"]: row for row in work.get("register")["risks"]
        }


def test_an_empty_model_has_an_empty_register(tmp_path):
    with bench(write(tmp_path, "mantlet: 1\n")) as work:
        found = work.get("register")
        assert {risk["element"] for risk in found["risks"]} == {"system"}
        assert set(found["badges"]) <= {"system"}
        assert {item["place"] for item in work.get("questions")} <= {"system", "network", "jurisdiction"}
        assert work.get("paths") == []
        assert work.client.get("/api/diagram").status_code == 200
        assert work.post("arrange", {}) == {"elements": {}, "boundaries": {}, "flows": {}}
