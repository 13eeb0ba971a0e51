"""The machinery that tests threat types: does it notice what it should?"""

import pytest

from mantlet.analysis.scenarios import judge, load_scenarios
from mantlet.base.errors import InputError
from mantlet.catalogue.load import load_catalogue

SCENARIO = """
SAMPLE-THREAT:
  model:
    elements: {hub: {type: model-hub}, job: {type: training-job}}
    flows: {get: {from: hub, to: job}}
  at: get
  cases:
    - {state: open}
    - {set: {flows.get.facts.verifies_signature: no}, state: open}
    - {set: {flows.get.facts.verifies_signature: yes}, state: mitigated}
    - {set: {elements.hub.type: database}, state: absent}
    - {set: {elements.job.type: user}, state: absent}
"""


@pytest.fixture
def outcome(rules, sample, tmp_path):
    catalogue = load_catalogue([rules(sample)])

    def run(text=SCENARIO):
        path = tmp_path / "scenario.yaml"
        path.write_text(text, encoding="utf-8")
        return judge(catalogue.threats["SAMPLE-THREAT"], load_scenarios([path])["SAMPLE-THREAT"], catalogue)

    return run


def test_a_full_scenario_is_fine(outcome):
    found = outcome()
    assert found.fine
    assert found.mutants == 10
    assert str(found) == "✔ SAMPLE-THREAT (10 mutants, all noticed)"


def test_a_wrong_expectation_shows_each_condition(outcome):
    found = outcome(SCENARIO.replace("signature: yes}, state: mitigated", "signature: no}, state: mitigated"))
    (failure,) = found.failures
    assert (
        "scenario.yaml:10:7 case 3 (flows.get.facts.verifies_signature: no): expected mitigated, is open"
        in failure
    )
    assert "        no       flow.verifies_signature is 'yes'" in failure
    assert not found.fine


@pytest.mark.parametrize(
    ("left_out", "survivor"),
    [
        ("database", "applies: source is 'model-artifact' → yes"),
        ("type: user", "applies: target is 'process' → yes"),
        ("signature: yes", "mitigated: flow.verifies_signature is 'yes' → no"),
    ],
)
def test_a_case_too_few_lets_a_mutant_live(outcome, left_out, survivor):
    text = "\n".join(line for line in SCENARIO.splitlines() if left_out not in line)
    assert survivor in outcome(text).survivors


def test_each_state_needs_a_case(outcome):
    text = "\n".join(
        line for line in SCENARIO.splitlines() if "absent" not in line and "mitigated" not in line
    )
    assert outcome(text).missing == ["no case is mitigated", "no case is absent"]


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        (
            "verifies_signature: no",
            "verify_signature: no",
            "unknown fact 'verify_signature' did you mean 'verifies_signature'?",
        ),
        ("verifies_signature: no", "verifies_signature: nope", "'nope' is no value of 'verifies_signature'"),
        ("type: database", "type: databse", "unknown element type 'databse' did you mean 'database'?"),
        ("elements.hub.type: database", "flows.get.from: nobody", "flows.get.from: unknown element 'nobody'"),
        ("elements.hub.type: database", "flows.get.data: [x]", "flows.get.data.0: unknown data 'x'"),
        ("elements.hub.type: database", "elements.hub.in: [x]", "elements.hub.in.0: unknown boundary 'x'"),
        ("elements.hub.type: database", "elements.hub.holds: [x]", "elements.hub.holds.0: unknown data 'x'"),
        (
            "elements.hub.type: database",
            "elements.hub.operated_by: x",
            "elements.hub.operated_by: unknown party 'x'",
        ),
        (
            "elements.hub.type: database",
            "elements.hub.facts.exposure: internet",
            "the fact 'exposure' is worked out",
        ),
        (
            "elements.hub.type: database",
            "controls.c: {control: x, on: [hub]}",
            "controls.c.control: unknown control 'x'",
        ),
        (
            "elements.hub.type: database",
            "controls.c: {control: sample-control, on: [y]}",
            "controls.c.on.0: unknown place 'y'",
        ),
        (
            "elements.hub.type: database",
            "boundaries.b: {type: x}",
            "boundaries.b.type: unknown boundary type 'x'",
        ),
        ("elements.hub.type: database", "data.d: {type: x}", "data.d.type: unknown data type 'x'"),
        (
            "elements.hub.type: database",
            "data.d.derived_from.e: train",
            "data.d.derived_from.e: unknown data 'e'",
        ),
        (
            "elements.hub.type: database",
            "elements.hub.colour: red",
            "elements.hub.colour: unknown key 'colour'",
        ),
        ("  at: get", "  at: got", "there is no place 'got' there are: get"),
    ],
)
def test_a_typing_error_cannot_make_a_case_pass(outcome, old, new, what):
    assert any(what in failure for failure in outcome(SCENARIO.replace(old, new, 1)).failures)


def test_a_place_that_a_case_removes_is_absent(outcome):
    found = outcome(SCENARIO + "    - {set: {flows.get: }, state: absent}\n")
    assert found.fine


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("- a\n", "no mapping of threat types"),
        ("A:\n", "is empty"),
        ("A: {at: x, case: []}\n", "unknown field 'case'"),
        ("A: {at: x}\n", "incomplete"),
        ("A: {at: x, cases: [{}]}\n", "a case's state is one of"),
        ("A: {at: x, cases: [{state: closed}]}\n", "a case's state is one of"),
        ("A: {at: x, cases: [x]}\n", "a case has `state`"),
        ("A: {at: x, cases: [{state: open, sets: {}}]}\n", "a case has `state`"),
        ("A: {at: x, cases: [{state: open, set: [a]}]}\n", "a case has `state`"),
    ],
)
def test_scenarios_that_cannot_be_read(tmp_path, text, what):
    path = tmp_path / "s.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=what):
        load_scenarios([path])


def test_one_type_in_two_files(tmp_path):
    for name in ("a.yaml", "b.yaml"):
        (tmp_path / name).write_text(SCENARIO, encoding="utf-8")
    with pytest.raises(InputError, match="already has a scenario in"):
        load_scenarios([tmp_path / "a.yaml", tmp_path / "b.yaml"])
