"""The gate's rules, each failing and passing."""

import textwrap
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from mantlet.base.errors import InputError, Location, UsageError
from mantlet.findings.finding import CheckResult, CheckState
from mantlet.review.gate.introduced import introduced
from mantlet.review.gate.outcome import RULES
from mantlet.review.gate.policy import Policy, policy_from, presets
from mantlet.review.gate.rules import asked, judge
from mantlet.risk.owasp import Severity
from tests.support import TODAY, register

TYPES = """
threats:
  OPEN-DOOR:
    title: Somebody walks into {element}
    text: It is not locked.
    at: element
    applies: element is 'process'
    mitigated: element.sandboxed is 'yes'
    controls: [sandbox-workloads]
    vulnerability: {discovery: 5, exploit: 5, awareness: 5}
"""
SOUND = """
data: {d: {personal: []}}
elements:
  u: {type: user}
  a: {type: process, facts: {sandboxed: no}}
flows: {f: {from: u, to: a, data: [d]}}
"""
OFF = Policy(fail_at="never", new_at="never", described=False, expired=False, overdue=False)
RATED = "rating: 'SL:9/M:9/O:9/S:9/ED:9/EE:9/A:9/ID:9/LC:9/LI:9/LAV:9/LAC:9/FD:9/RD:9/NC:9/PV:9'"


def model(more="", base=SOUND):
    return register(textwrap.dedent(base) + textwrap.dedent(more), TYPES)


def decided(decision):
    return model(f"decisions: {{OPEN-DOOR@a: {{{decision}}}}}\n")


def rules(made, policy):
    return {item.rule for item in judge(made, policy)}


def only(**settings):
    return structs.replace(OFF, **settings)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("mantlet: 1\n", {"elements", "flows", "data"}),
        (SOUND.replace("flows: {f: {from: u, to: a, data: [d]}}", ""), {"flows"}),
        (SOUND.replace("{type: user}", "{type: user, out_of_scope: x}").replace("facts: {sandboxed: no}", "out_of_scope: y"), {"elements"}),
    ],
)  # fmt: skip
def test_an_empty_model_never_passes(text, what):
    items = judge(register(text, TYPES), OFF)
    assert {item.key.partition(":")[2] for item in items if item.rule == "empty-model"} == what


def test_a_flow_that_says_nothing():
    silent = SOUND.replace(", data: [d]", "")
    assert "undescribed-flow" in rules(model(base=silent), only(described=True))
    assert not rules(model(), only(described=True))


def test_the_worst_case_counts_where_facts_are_unknown():
    unknown = model(base=SOUND.replace("facts: {sandboxed: no}", "facts: {sandboxed: unknown}"))
    worst = max(risk.worst_case for risk in unknown.open)
    assert "open-risk" in rules(unknown, only(fail_at=worst.word))
    assert worst == Severity.CRITICAL or not rules(unknown, only(fail_at=Severity(worst + 1).word))


def test_a_standing_acceptance_lets_a_risk_pass_and_an_ended_one_does_not():
    accepted = "treatment: accept, reason: r, approved_by: lee, owner: ana, until: 2027-01-01"
    policy = only(fail_at="note", expired=True)
    assert rules(model(), policy) == {"open-risk"}
    assert not rules(decided(accepted), policy)
    assert rules(decided(accepted.replace("2027", "2026")), policy) == {"open-risk", "stale-decision"}
    assert rules(decided("treatment: accept, reason: r"), policy) == {"open-risk", "stale-decision"}


def test_planned_work_passes_only_with_owner_and_day_and_if_the_policy_says_so():
    planned = "treatment: mitigate, owner: ana, due: 2027-01-01"
    assert rules(decided(planned), only(fail_at="note")) == {"open-risk"}
    policy = only(fail_at="note", planned_passes=True, overdue=True)
    assert not rules(decided(planned), policy)
    assert rules(decided("treatment: mitigate, owner: ana"), policy) == {"open-risk"}
    assert rules(decided("treatment: mitigate, due: 2027-01-01"), policy) == {"open-risk"}
    assert rules(decided(planned.replace("2027", "2026")), policy) == {"open-risk", "overdue"}
    assert not rules(decided(planned.replace("2027", "2026") + ", status: done"), only(overdue=True))


def test_owners_and_four_eyes_and_long_acceptances():
    nobody = decided("treatment: mitigate")
    assert rules(nobody, only(owners=True)) == {"missing-owner"}
    assert not rules(decided("treatment: mitigate, owner: ana"), only(owners=True))
    accepted = "treatment: accept, reason: r, owner: lee, approved_by: {}, until: 2027-11-01"
    assert rules(decided(accepted.format("lee")), only(four_eyes=True)) == {"four-eyes"}
    assert not rules(decided(accepted.format("ana")), only(four_eyes=True))
    assert rules(decided(accepted.format("ana")), only(acceptance_days=90)) == {"long-acceptance"}
    assert not rules(decided(accepted.format("ana")), only(acceptance_days=365))


def test_controls_that_are_late_or_nobodys():
    late = model("controls: {c: {control: sandbox-workloads, on: [a], due: 2026-01-01}}\n")
    assert rules(late, only(overdue=True)) == {"overdue"}
    assert rules(late, only(owners=True)) == {"missing-owner"}
    done = model(
        "controls: {c: {control: sandbox-workloads, on: [a], status: implemented, due: 2026-01-01}}\n"
    )
    assert not rules(done, only(overdue=True, owners=True))


def test_questions_that_are_open():
    unknown = model(base=SOUND.replace("facts: {sandboxed: no}", "facts: {}"))
    assert rules(unknown, only(questions_at="note")) == {"open-question"}
    assert not rules(model(), only(questions_at="note"))


def looked(day, state=CheckState.CLEAN):
    return CheckResult(check="code", tool="bandit", state=state, on=day)


def test_evidence_that_is_old_or_missing():
    policy = only(evidence_days=30)
    assert [item.rule for item in judge(model(), policy)] == ["old-evidence"]
    assert not judge(model(), policy, [looked("2026-11-20")])
    assert [item.rule for item in judge(model(), policy, [looked("2026-10-01")])] == ["old-evidence"]
    assert [item.rule for item in judge(model(), policy, [looked("")])] == ["old-evidence"]
    assert judge(model(), policy, [looked("2026-11-20", CheckState.TOOL_MISSING)])


def test_frameworks_need_rules_that_are_on():
    assert rules(model(), only(frameworks=["owasp-ml"])) == {"framework-gap"}
    with pytest.raises(UsageError, match="owasp-ml"):
        judge(model(), only(frameworks=["owasp-mi"]))


def test_new_threats_fail_and_newer_rules_are_told_apart():
    more = SOUND.replace("flows:", "  b: {type: process, facts: {sandboxed: no}}\nflows:")
    items = introduced(model(), model(base=more), only(new_at="note"))
    assert [item.key for item in items if item.level == "error"] == ["new-threat:OPEN-DOOR@b"]
    newer = (
        TYPES
        + "  WINDOW: {title: t, text: t, at: element, applies: element is 'process', controls: [sandbox-workloads]}\n"
    )
    items = introduced(model(), register(SOUND, newer), only(new_at="note"))
    assert {(item.rule, item.level) for item in items} == {("catalogue-threat", "note")}
    items = introduced(model(), register(SOUND, newer), only(new_at="note", catalogue_fails=True))
    assert {item.level for item in items} == {"error"}


CLAIMS = {
    "claim": lambda text: text.replace("sandboxed: no", "sandboxed: yes"),
    "scope": lambda text: text.replace("{type: user}", "{type: user, out_of_scope: theirs}"),
    "control": lambda text: (
        text + "controls: {c: {control: sandbox-workloads, on: [a], status: implemented}}\n"
    ),
    "acceptance": lambda text: text + "decisions: {OPEN-DOOR@a: {treatment: accept, reason: r}}\n",
    "not-applicable": lambda text: (
        text + "decisions: {OPEN-DOOR@a: {treatment: not-applicable, reason: r}}\n"
    ),
    "decision": lambda text: text + f"decisions: {{OPEN-DOOR@a: {{treatment: mitigate, {RATED}}}}}\n",
    "model": lambda text: text.replace("a: {type: process", "a: {type: web-source"),
}


@pytest.mark.parametrize("kind", CLAIMS)
def test_what_could_turn_the_gate_green_is_listed(kind):
    after = CLAIMS[kind](SOUND)
    assert after != SOUND
    items = [item for item in introduced(model(), register(after, TYPES), OFF) if item.rule == "review"]
    assert kind in {item.kind for item in items}
    back = introduced(register(after, TYPES), model(), OFF)
    assert [item for item in back if item.rule == "review"]


edits = st.lists(st.sampled_from(sorted(CLAIMS)), min_size=1, max_size=1)


@given(edits, st.sampled_from(["high", "critical", "medium"]))
def test_no_change_makes_failures_fewer_without_a_word(chosen, bar):
    after = SOUND
    for kind in chosen:
        after = CLAIMS[kind](after)
    policy = only(fail_at=bar)
    was, now = ({item.key for item in judge(made, policy)} for made in (model(), register(after, TYPES)))
    if was - now:
        assert [item for item in introduced(model(), register(after, TYPES), policy) if item.rule == "review"]


def test_presets_are_ordered_by_how_much_they_ask():
    known = presets()
    assert list(known) == ["starter", "strict", "medical", "finance"]
    for name in ("strict", "medical", "finance"):
        assert set(asked(known["starter"])) <= set(asked(known[name]))
    assert set(asked(known["finance"])) <= set(RULES)


def test_settings_change_a_preset():
    where = Location("mantlet.toml")
    name, policy = policy_from({"policy": "strict", "fail_at": "medium"}, where)
    assert (name, policy.fail_at, policy.owners) == ("strict", "medium", True)
    assert policy_from({"policy": "strict"}, where, "medical")[1].four_eyes


@pytest.mark.parametrize(
    "wrong",
    [{"fail": "high"}, {"fail_at": "hihg"}, {"policy": "stirct"}, {"policy": 3}, {"owners": "yes"}, {"evidence_days": -1}, {"frameworks": "x"}],
)  # fmt: skip
def test_settings_that_are_none(wrong):
    with pytest.raises((InputError, UsageError)):
        policy_from(wrong, Location("mantlet.toml"))


def test_the_day_of_the_tests_is_fixed():
    assert date(2026, 11, 24) == TODAY
