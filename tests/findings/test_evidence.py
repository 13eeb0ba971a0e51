"""Findings on a model: where they belong, which facts they show, which threats they confirm, weaken or refute."""

from __future__ import annotations

from datetime import date
from textwrap import dedent

import pytest

from mantlet.findings import keeping
from mantlet.findings.finding import CheckResult, Finding, NotLooked, Spot
from mantlet.findings.placement import Placement
from mantlet.project.api import analyse, catalogue_for, load
from mantlet.project.scanning import told

MODEL = """
mantlet: 1
system: {name: Shop}
boundaries:
  internet: {type: internet}
  inside: {type: private-network}
elements:
  user: {type: user, in: [internet]}
  api: {type: web-app, in: [inside], code: [src/api/**, Dockerfile], address: ["api:8000"], facts: {queries_parameterised: yes, builds_commands: no, debug: no}}
  views: {type: web-app, in: [inside], code: [src/api/views/**]}
  db: {type: database, in: [inside], address: ["db:5432", "registry.example:5000/postgres"]}
  repo: {type: source-repository, in: [inside], facts: {secrets_scanned: yes}}
  store: {type: model-registry, in: [inside], address: ["models/**"]}
flows:
  ask: {from: user, to: api, facts: {protocol: https}}
  query: {from: api, to: db, facts: {protocol: sql, encrypted: yes}}
  load: {from: store, to: api, opened_by: api, facts: {access: read}}
controls:
  scanning: {control: scan-for-secrets, on: [repo], status: implemented}
"""
TODAY = date(2026, 11, 24)


@pytest.fixture
def project(tmp_path):
    (tmp_path / "threatmodel.yaml").write_text(dedent(MODEL))

    def judge(*results):
        keeping.save(tmp_path, [result.settle() for result in results])
        return analyse(tmp_path / "threatmodel.yaml", today=TODAY)

    return judge


def found(
    rule, path="src/api/a.py", line=1, *, tool="bandit", check="code", severity="medium", cwe=(), **spot
):
    place = Spot(path, line, **spot) if path else Spot(**spot)
    finding = Finding(check, tool, rule, "message", severity, place, list(cwe))
    return CheckResult(check, tool, findings=[finding], on="2026-11-20")


def state_of(assessment, id):
    analysis = assessment.register.analysis
    rows = {
        f"{analysis.types[int(kind)].id}@{analysis.place_of(row)}": row
        for row, kind in enumerate(analysis.threats.type)
    }
    return rows.get(id), analysis


@pytest.mark.parametrize(
    ("spot", "elements"),
    [
        (Spot("src/api/a.py"), ["api"]),
        (Spot("src/api/views/a.py"), ["views"]),
        (Spot("Dockerfile"), ["api"]),
        (Spot("other.py"), []),
        (Spot("models/churn/m.pkl"), ["store"]),
        (Spot(address="api:8000"), ["api"]),
        (Spot(address="localhost:5432"), ["db"]),
        (Spot(address="other:5432"), []),
        (Spot(image="registry.example:5000/postgres:16"), ["db"]),
        (Spot("compose.yml", 3, member="service db"), ["db"]),
        (Spot("compose.yml", 3, member="service repo"), ["repo"]),
    ],
)
def test_findings_are_placed_by_code_address_image_and_artefact(tmp_path, spot, elements):
    path = tmp_path / "threatmodel.yaml"
    path.write_text(dedent(MODEL))
    catalogue = catalogue_for(path)
    assert Placement(load(path).sections, catalogue.vocabulary).of(spot) == elements


def test_a_finding_confirms_threats_and_raises_their_factors_with_the_reason(project):
    before = project()
    after = project(found("B608", line=12))
    row, analysis = state_of(after, "INJECTION-QUERY@api")
    record = next(item for item in after.threats if item["id"] == "INJECTION-QUERY@api")
    assert record["state"] == "open"
    assert [
        (item["effect"], item["tool"], item["rule"], item["where"], item["on"]) for item in record["evidence"]
    ] == [("confirm", "bandit", "B608", "src/api/a.py:12", "2026-11-20")]
    factors = {factor.code: factor for factor in after.explain("INJECTION-QUERY@api").factors}
    assert factors["ED"].score == 9
    assert "bandit B608 (src/api/a.py:12)" in factors["ED"].reason
    assert (
        state_of(before, "INJECTION-QUERY@api")[1].threats.state[state_of(before, "INJECTION-QUERY@api")[0]]
        != analysis.threats.state[row]
    )


def test_a_finding_contradicts_what_the_model_claims(project):
    (contradiction,) = project(found("B608")).contradictions
    assert (contradiction.place, contradiction.fact, contradiction.claimed, contradiction.verified) == (
        "api",
        "queries_parameterised",
        "yes",
        "no",
    )
    assert "bandit B608 at src/api/a.py:1" in contradiction.by


def test_a_guess_confirms_threats_and_says_nothing_of_facts(project):
    result = found("B608")
    result.findings[0].sure = False
    after = project(result)
    assert after.contradictions == []
    assert state_of(after, "INJECTION-QUERY@api")[1].evidence


def test_what_is_suppressed_has_no_effect(project):
    result = found("B608")
    result.findings[0].suppressed = "constants only"
    after = project(result)
    assert after.contradictions == []
    assert after.register.analysis.evidence == {}


def test_a_clean_check_verifies_a_control_and_weakens_a_threat_where_it_looked(project):
    clean = CheckResult("secrets", "mantlet-secrets", looked=["src/api/a.py"], on="2026-11-20")
    after = project(clean)
    assert [(item.name, item.on) for item in after.evidence.verified] == [("scanning", "2026-11-20")]
    place = after.register.analysis.sections.controls["scanning"]
    assert (place.status, place.verified_on) == ("verified", "2026-11-20")
    row, analysis = state_of(after, "SECRETS-IN-CODE@repo")
    assert [mark.effect for mark in analysis.evidence[row]] == ["weaken"]


@pytest.mark.parametrize(
    "other",
    [
        found("github-token", tool="betterleaks", check="secrets"),
        CheckResult("secrets", "betterleaks", looked=["a"], not_looked=[NotLooked(Spot("b"), "it broke")]),
    ],
)
def test_nothing_is_verified_where_another_tool_found_something_or_did_not_get_through(project, other):
    after = project(CheckResult("secrets", "mantlet-secrets", looked=["src/api/a.py"]), other)
    assert after.evidence.verified == []


def test_a_pass_shows_facts_of_the_flows_that_are_served(project):
    passed = Finding("network", "mantlet-network", "tls-good", "m", "note", Spot(address="api:8000"))
    after = project(CheckResult("network", "mantlet-network", passes=[passed], looked=["api:8000"]))
    facts = {(item.id, item.fact): item.value for item in after.evidence.facts}
    assert facts == {("ask", "encrypted"): "yes", ("ask", "cipher_current"): "yes"}


def test_plain_answers_contradict_a_flow_that_claims_to_be_encrypted(project):
    after = project(found("plain-http", "", tool="mantlet-network", check="network", address="db:5432"))
    assert [str(item).partition(",")[0] for item in after.contradictions] == [
        "query.encrypted is written as yes"
    ]


def test_a_model_file_confirms_the_threats_of_whoever_loads_it(project):
    after = project(
        found(
            "pickle-dangerous-call",
            "models/m.pkl",
            tool="mantlet-models",
            check="models",
            severity="critical",
        )
    )
    row, analysis = state_of(after, "MODEL-DESERIALISE@load")
    assert analysis.evidence[row][0].rule == "pickle-dangerous-call"


def test_what_fits_no_threat_is_told_as_a_hole(project):
    answer = told(project(found("B608", "lost/a.py"), found("B310", "src/api/b.py", tool="ruff")))
    hole = next(item for item in answer.not_modelled if item["rule"] == "B608")
    assert hole["why"] == "no element of the model has this place in its `code` or `address`"


def test_rules_that_say_nothing_of_threats_say_why(project):
    (entry,) = told(project(found("B403"))).unmapped
    assert entry["why"].startswith("the import alone")


def test_other_tools_reach_threats_by_weakness(project):
    after = project(found("py/sql-injection", tool="CodeQL", cwe=[89], severity="high"))
    assert [item["id"] for item in told(after).confirmed if "QUERY" in item["id"]] == ["INJECTION-QUERY@api"]


def test_only_flows_of_the_protocol_are_meant(project):
    after = project(found("B507"))
    assert told(after).confirmed == []


def test_without_evidence_nothing_changes(project, tmp_path):
    plain = (
        analyse(tmp_path / "threatmodel.yaml", today=TODAY)
        if (tmp_path / "threatmodel.yaml").exists()
        else project()
    )
    assert plain.evidence is None
    assert all(item["evidence"] == [] for item in plain.threats)


def test_evidence_can_be_left_out(project, tmp_path):
    project(found("B608"))
    assert analyse(tmp_path / "threatmodel.yaml", today=TODAY, evidence=False).contradictions == []
