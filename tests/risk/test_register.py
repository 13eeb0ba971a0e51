"""Ratings, decisions and what remains, seen through the register."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mantlet.analysis.engine import Analysis
from mantlet.findings.marks import Mark, SeenFact
from mantlet.model.vector import FACTORS
from mantlet.review.explain import explain
from mantlet.risk.ratings import BEST, HIGH, LOW
from mantlet.risk.reasons import reasons
from mantlet.risk.register import Register
from mantlet.risk.residual import Residuals, with_plans
from tests.support import pack, register

RULES = """
threats:
  LEAK:
    title: "{target} gives away data to {source}"
    text: Leak.
    at: flow.target
    applies: source is 'external-entity' and flow.returns_rows is not 'n/a'
    mitigated: flow.encrypted is 'yes'
    stride: [information-disclosure]
    cia: [confidentiality]
    agents: [outsider, user]
    vulnerability: {discovery: 7, exploit: 5, awareness: 6}
    controls: [tls]
  BREAK:
    title: "{element} breaks"
    text: Break.
    at: element
    applies: element is 'process'
    mitigated: element.redundant is 'yes'
    stride: [denial-of-service]
    cia: [availability]
    agents: [accident]
    controls: [spare]
controls:
  tls: {title: Encrypt, text: TLS., effort: low, sets: {flow.encrypted: yes}, verify: Look.}
  spare: {title: A spare, text: Two., effort: high, lowers: {EE: 2}, why: Failure of one is no failure., verify: Look.}
""".replace(" and flow.returns_rows is not 'n/a'", "")
MODEL = """
system: {name: Shop}
data: {people: {classification: confidential, personal: [name, email], subjects: {who: customers, count: 5000}}}
boundaries: {net: {type: NETWORK}, lan: {type: private-network}}
elements:
  who: {type: user, in: net}
  api: {type: web-service, in: lan}
flows: {ask: {from: who, to: api, data: [people]}}
"""


def shop(network="internet", extra="", today=date(2026, 11, 24), **facts):
    model = MODEL.replace("NETWORK", network)
    for old, new in facts.items():
        model = model.replace(f"{old}: {{", f"{old}: {{{new}, ", 1)
    return register(model + extra, RULES, today)


def factors(made, name="LEAK@api", band=BEST):
    risk = made.by_id(name)
    return dict(zip(FACTORS, made.ratings.factors[band, risk.worst].tolist(), strict=True))


def test_one_fact_moves_exactly_the_factors_that_name_it():
    outside, inside = shop("internet"), shop("private-network")
    changed = {code for code in FACTORS if factors(outside)[code] != factors(inside)[code]}
    named = {
        item.code
        for item in reasons(outside.ratings, outside.by_id("LEAK@api").worst)
        if any(fact.endswith(".exposure") for fact in item.facts)
    }
    assert changed
    assert changed <= named
    assert changed == {"O", "S"}


def test_every_factor_has_a_reason_and_lies_in_its_band():
    made = shop()
    for risk in made:
        for item in reasons(made.ratings, risk.worst):
            assert item.reason
            assert item.low <= item.score <= item.high
            assert item.source in {"set", "derived", "default"}


def test_business_factors_come_only_from_the_model():
    assert factors(shop())["FD"] == -1
    made = shop(system="business: {criticality: high}")
    assert factors(made)["FD"] > 0
    assert made.ratings.by_case.has_business.all()


BUSINESS = MODEL.replace("NETWORK", "internet").replace(
    "system: {", "system: {business: {criticality: high}, "
)


def losing(extent):
    return RULES.replace("    agents: [outsider, user]", f"    scope: {extent}\n    agents: [outsider, user]")


def test_more_people_more_privacy_violation():
    few = register(BUSINESS, losing("all"))
    many = register(BUSINESS.replace("5000", "5000000"), losing("all"))
    assert factors(many)["PV"] == 9 > factors(few)["PV"]


def test_the_business_loses_the_more_the_more_is_lost_at_once():
    made = {extent: factors(register(BUSINESS, losing(extent))) for extent in ("one", "some", "most", "all")}
    for code in ("FD", "RD", "NC", "PV"):
        scores = [made[extent][code] for extent in ("one", "some", "most", "all")]
        assert scores == sorted(scores)
    assert made["one"]["FD"] < made["all"]["FD"] == 7
    assert [made[extent]["PV"] for extent in ("one", "some", "most")] == [3, 5, 7]


def test_losing_only_accountability_costs_the_least_share_of_the_business():
    told = register(BUSINESS, losing("all").replace("cia: [confidentiality]", "cia: [accountability]"))
    assert [factors(told)[code] for code in ("FD", "RD", "NC")] == [2, 2, 2]
    reason = next(item for item in reasons(told.ratings, told.by_id("LEAK@api").worst) if item.code == "FD")
    assert "only accountability" in reason.reason


facts = st.fixed_dictionaries(
    {
        "exposure": st.sampled_from(["internet", "private-network", "partner"]),
        "api": st.dictionaries(
            st.sampled_from(["logged", "log_reviewed", "authenticated", "access_controlled", "redundant"]),
            st.sampled_from(["yes", "no", "unknown"]),
        ),
        "flow": st.dictionaries(
            st.sampled_from(["encrypted", "client_auth"]), st.sampled_from(["yes", "no", "unknown"])
        ),
        "classification": st.sampled_from(["public", "internal", "confidential", "restricted", None]),
    }
)


@given(facts)
def test_the_band_holds_the_estimate(chosen):
    model = MODEL.replace("NETWORK", chosen["exposure"] if chosen["exposure"] != "partner" else "network")
    model = model.replace("api: {", f"api: {{facts: {chosen['api']}, ").replace(
        "ask: {", f"ask: {{facts: {chosen['flow']}, "
    )
    if chosen["classification"] is None:
        model = model.replace("classification: confidential, ", "")
    else:
        model = model.replace("confidential", chosen["classification"])
    ratings = register(model.replace("'", '"'), RULES).ratings
    assert (ratings.factors[LOW] <= ratings.factors[BEST]).all()
    assert (ratings.factors[BEST] <= ratings.factors[HIGH]).all()
    assert (ratings.severity[LOW] <= ratings.severity[BEST]).all()
    assert (ratings.severity[BEST] <= ratings.severity[HIGH]).all()


def test_knowing_more_narrows_the_band():
    before, after = shop().ratings, shop(api="facts: {logged: yes, log_reviewed: no}").ratings
    widths = [np.ptp(ratings.factors, axis=0) for ratings in (before, after)]
    assert (widths[1] <= widths[0]).all()
    assert widths[1].sum() < widths[0].sum()


def decision(text):
    return f"decisions: {{{text}}}\n"


ACCEPTED = "LEAK@api: {treatment: accept, reason: fine, approved_by: lee, until: 2027-03-01}"


def test_an_acceptance_settles_until_it_ends():
    made = shop(extra=decision(ACCEPTED))
    assert [risk.id for risk in made.open] == ["BREAK@api"]
    assert [risk.id for risk in made.decided] == ["LEAK@api"]
    later = shop(extra=decision(ACCEPTED), today=date(2027, 3, 2))
    assert later.rulings.all[0].standing == "expired"
    assert "LEAK@api" in [risk.id for risk in later.open]


@pytest.mark.parametrize("missing", ["reason: fine, ", "approved_by: lee, ", ", until: 2027-03-01"])
def test_an_acceptance_needs_reason_approver_and_end(missing):
    made = shop(extra=decision(ACCEPTED.replace(missing, "")))
    assert made.rulings.all[0].standing == "incomplete"
    assert "LEAK@api" in [risk.id for risk in made.open]


def test_a_decision_may_name_the_flow_the_element_or_all_covered_places():
    for key, rows in (
        ("LEAK@ask", 1),
        ("LEAK@api", 1),
        ("LEAK@*", 1),
        ("LEAK@elsewhere", 0),
        ("GONE@api", 0),
    ):
        made = shop(extra=decision(f"'{key}': {{treatment: mitigate, controls: [tls]}}"))
        assert len(made.rulings.all[0].rows) == rows
        assert [ruling.key for ruling in made.rulings.orphaned] == ([] if rows else [key])


def test_a_wildcard_covers_only_what_it_covered():
    extra = decision("'LEAK@*': {treatment: transfer, covers: [ask]}")
    model = MODEL.replace("NETWORK", "internet").replace(
        "flows: {", "flows: {more: {from: who, to: api, data: [people]}, "
    )
    made = register(model + extra, RULES)
    settled = made.rulings.settled()
    (leak,) = made.analysis.kinds("LEAK")
    assert settled[made.analysis.threats.type == leak].tolist() == [False, True]
    assert "LEAK@api" in [risk.id for risk in made.open]


def test_a_decision_taken_on_a_lower_severity_is_flagged():
    made = shop(
        extra=decision(
            "LEAK@api: {treatment: accept, reason: r, approved_by: a, until: 2027-01-01, basis: {severity: note}}"
        )
    )
    assert made.rulings.all[0].standing == "changed"
    assert "LEAK@api" in [risk.id for risk in made.open]


def test_a_person_s_vector_replaces_the_estimate():
    made = shop(extra=decision("LEAK@api: {treatment: mitigate, rating: 'SL:1/M:1/O:1'}"))
    assert [factors(made)[code] for code in ("SL", "M", "O")] == [1, 1, 1]
    told = {item.code: item for item in reasons(made.ratings, made.by_id("LEAK@api").worst)}
    assert told["SL"].source == "set"
    assert told["ED"].source != "set"


def test_residual_follows_the_engine():
    made = shop(extra=decision("LEAK@api: {treatment: mitigate, controls: [tls]}"))
    remains = Residuals(made).of(made.by_id("LEAK@api"))
    assert remains.current is not None
    assert remains.planned is None


def test_planned_work_changes_what_is_written_today():
    made = shop(
        extra=decision("LEAK@api: {treatment: mitigate, controls: [tls]}"), ask="facts: {encrypted: no}"
    )
    remains = Residuals(made).of(made.by_id("LEAK@api"))
    assert remains.current is not None
    assert remains.planned is None


def test_planned_work_takes_away_the_evidence_that_it_answers():
    sections = shop(extra=decision("LEAK@api: {treatment: mitigate, controls: [tls]}")).analysis.sections
    seen = [SeenFact("flow", "ask", fact, "no", "scan") for fact in ("encrypted", "compressed")]
    marks = [
        Mark(kind, "api", "confirm", "scan", "r", "m", "w", "high", either_end=True)
        for kind in ("LEAK", "BREAK")
    ]
    made = Register(Analysis(sections, pack(RULES), seen=seen, marks=marks), today=date(2026, 11, 24))
    assert made.by_id("LEAK@api").state.word == "open"
    assert Residuals(made).of(made.by_id("LEAK@api")).planned is None
    planned = with_plans(made)
    assert [item.fact for item in planned.seen] == ["compressed"]
    assert [mark.type for mark in planned.marks] == ["BREAK"]


def test_a_planned_control_works_where_its_facts_are():
    rules = RULES.replace("sets: {flow.encrypted: yes}", "sets: {element.sandboxed_loading: yes}").replace(
        "flow.encrypted is 'yes'", "target.sandboxed_loading is 'yes'"
    )
    model = MODEL.replace("NETWORK", "internet")
    for place in ("ask", "api", "*"):
        made = register(model + decision(f"'LEAK@{place}': {{treatment: mitigate, controls: [tls]}}"), rules)
        assert Residuals(made).of(made.by_id("LEAK@api")).planned is None, place


def test_a_control_lowers_the_factors_it_names():
    with_spare = shop(extra="controls: {two: {control: spare, on: [api], status: implemented}}\n")
    assert (
        factors(with_spare, "BREAK@api")["EE"] == factors(shop(), "BREAK@api")["EE"] - 2
        or factors(with_spare, "BREAK@api")["EE"] == 0
    )
    assert with_spare.ratings.lowered_by(with_spare.by_id("BREAK@api").worst, "EE") == ["spare"]


def test_worst_first():
    made = shop()
    ranks = [(risk.state == 3, risk.severity, risk.worst_case) for risk in made]
    assert ranks == sorted(ranks, reverse=True)


def test_a_found_threat_is_rated_as_its_finder_said():
    found = "threats: {OURS: {title: Ours, at: [api], cia: [availability], rating: 'SL:9/M:9'}}\n"
    made = shop(extra=found)
    assert [factors(made, "OURS@api")[code] for code in ("SL", "M")] == [9, 9]
    assert made.by_id("OURS@api").state.word == "open"


def test_a_found_threat_at_places_of_several_kinds_is_decided_and_explained_at_each():
    places = ["api", "system", "net", "ask"]
    decided = "".join(f"  OURS@{place}: {{treatment: avoid, reason: {place}}}\n" for place in places)
    found = f"threats: {{OURS: {{title: Ours, at: [{', '.join(places)}]}}}}\ndecisions:\n{decided}"
    made = shop(extra=found)
    assert [ruling.key for ruling in made.rulings.orphaned] == []
    for place in places:
        row = explain(made, f"OURS@{place}").row
        assert made.ruling(row).decision.reason == place


def test_a_found_threat_is_explained_at_the_element_of_its_risk():
    made = shop(extra="threats: {OURS: {title: Ours, at: [system, ask]}}\n")
    assert explain(made, "OURS@api").id == "OURS@ask"
    assert explain(made, "OURS@system").id == "OURS@system"


def test_an_agent_who_is_already_there_has_the_opportunity():
    def made(access):
        rules = RULES.replace("agents: [accident]", "agents: [insider]")
        model = MODEL.replace("NETWORK", "internet").replace(
            "api: {", "api: {facts: {access_controlled: yes}, "
        )
        return register(
            model + f"agents: {{mallory: {{is: insider, name: Mallory, access: [{access}]}}}}\n", rules
        )

    assert factors(made("who"), "BREAK@api")["O"] == 4
    inside = made("lan")
    assert factors(inside, "BREAK@api")["O"] == 7
    told = {item.code: item for item in reasons(inside.ratings, inside.by_id("BREAK@api").worst)}
    assert "Mallory" in told["O"].reason


SUPPLY = """
parties: {host: {role: processor}}
elements:
  hub: {type: SOURCE, OPERATOR}
  job: {type: process}
flows: {pull: {from: hub, to: job}}
"""
SUPPLIED = """
threats:
  SUPPLIED:
    title: "{source} supplies {target}"
    text: Supply.
    at: flow.target
    applies: target is 'process'
    mitigated: no
    stride: [tampering]
    cia: [integrity]
    agents: [supplier]
    controls: [look]
controls:
  look: {title: Look, text: Look., effort: low, lowers: {EE: 2}, why: It is seen., verify: Look.}
"""


@pytest.mark.parametrize(
    ("source", "operator", "opportunity"),
    [
        ("database", "", 4),
        ("database", "operated_by: host", 7),
        ("model-hub", "", 9),
        ("data-provider", "", 9),
        ("device", "", 4),
    ],
)
def test_a_supplier_acts_at_a_flow_by_whoever_runs_either_end(source, operator, opportunity):
    made = register(SUPPLY.replace("SOURCE", source).replace("OPERATOR", operator), SUPPLIED)
    assert factors(made, "SUPPLIED@job")["O"] == opportunity
