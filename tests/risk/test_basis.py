"""What a decision was taken on, and what is flagged when that changes."""

import pytest

from mantlet.risk.basis import basis_facts
from tests.risk.test_register import MODEL, RULES, shop
from tests.support import register

ACCEPTED = "treatment: accept, reason: r, approved_by: a, until: 2027-01-01"


def accepted(facts, key="LEAK@api", more=""):
    return f"decisions:\n  '{key}': {{{ACCEPTED}, basis: {{facts: {{{facts}}}}}{more}}}\n"


def ruling(made):
    return made.rulings.all[0]


def test_the_basis_is_every_fact_that_the_rules_read():
    made = shop()
    risk = made.by_id("LEAK@api")
    assert basis_facts(made.analysis, risk.rows) == {"ask.encrypted": "unknown"}
    assert basis_facts(made.analysis, made.by_id("BREAK@api").rows) == {"api.redundant": "unknown"}


def test_a_decision_stands_while_its_facts_are_as_they_were():
    made = shop(extra=accepted("ask.encrypted: unknown"))
    assert ruling(made).standing == "active"
    assert "changed" not in ruling(made).to_dict()


def test_a_changed_fact_is_named_and_reopens_what_was_accepted():
    made = shop(extra=accepted("ask.encrypted: unknown"), ask="facts: {encrypted: no}")
    assert ruling(made).standing == "changed"
    assert "ask.encrypted was unknown, is no now" in ruling(made).note
    assert ruling(made).to_dict()["changed"] == [{"fact": "ask.encrypted", "was": "unknown", "now": "no"}]
    assert "LEAK@api" in [risk.id for risk in made.open]


@pytest.mark.parametrize("facts", ["gone.encrypted: no", "ask.compressed: no", "api.redundant: no"])
def test_what_is_gone_or_not_read_is_no_change(facts):
    assert ruling(shop(extra=accepted(facts))).standing == "active"


def test_a_threat_that_is_mitigated_by_now_flags_nothing():
    made = shop(extra=accepted("ask.encrypted: no"), ask="facts: {encrypted: yes}")
    assert ruling(made).standing == "active"


def test_what_the_decision_itself_brings_about_is_no_change():
    rules = RULES.replace(
        "mitigated: flow.encrypted is 'yes'",
        "mitigated: flow.encrypted is 'yes' and flow.client_auth is 'mtls'",
    )
    decided = "decisions: {LEAK@api: {treatment: mitigate, CONTROLS basis: {facts: {ask.encrypted: no}}}}\n"
    model = MODEL.replace("NETWORK", "internet").replace("ask: {", "ask: {facts: {encrypted: yes}, ")
    for controls, standing in (("controls: [tls],", "planned"), ("", "changed")):
        made = register(model + decided.replace("CONTROLS", controls), rules)
        assert ruling(made).standing == standing


def test_work_that_reached_its_aim_is_not_planned_any_more():
    decided = "decisions: {LEAK@api: {treatment: mitigate, controls: [tls], due: 2020-01-01}}\n"
    assert ruling(shop(extra=decided)).standing == "planned"
    done = ruling(shop(extra=decided, ask="facts: {encrypted: yes}"))
    assert (done.standing, done.note) == ("active", "")


TWO = MODEL.replace("NETWORK", "internet").replace(
    "flows: {", "flows: {more: {from: who, to: api, data: [people]}, "
)


def test_a_new_place_of_an_accepted_risk_is_open():
    made = register(TWO + accepted("ask.encrypted: unknown", more=", covers: [ask]"), RULES)
    risk = made.by_id("LEAK@api")
    assert not risk.settled
    assert made.analysis.place_of(risk.worst) == "more"
    whole = register(TWO + accepted("ask.encrypted: unknown"), RULES)
    assert whole.by_id("LEAK@api").settled
