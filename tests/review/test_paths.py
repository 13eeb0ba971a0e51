"""Attack paths go where an attacker could go: by what gives control, with the data, or with rights that are there."""

import pytest

from mantlet.review.paths import STAFF_START, attack_paths
from mantlet.risk.owasp import Severity
from tests.support import register

CONTROLS = """
controls:
  sign: {title: Sign, text: Sign., effort: low, sets: {flow.verifies_signature: yes}, verify: Look.}
threats:
"""
MODEL = """
data: {people: {personal: [name], classification: confidential}}
elements:
  who: {type: user}
  api: {type: web-service}
  job: {type: process}
  store: {type: database, holds: [people]}
flows:
  ask: {from: who, to: api, data: []}
  hand-on: {from: api, to: job, data: []}
  read: {from: store, to: job, data: [people], opened_by: job}
"""


def threat(name, at, applies, stride, agents="[outsider]"):
    return f"""
  {name}:
    title: "{name} {{{at.partition(".")[2] or at}}}"
    text: Something.
    at: {at}
    applies: {applies}
    mitigated: no
    stride: [{stride}]
    cia: [confidentiality, integrity]
    agents: {agents}
    controls: [sign]
"""


def found(model, *threats):
    return attack_paths(register(model, CONTROLS + "".join(threats)))


def ways(path):
    return [(*step.flow.split(), step.way) for step in path.steps]


SEIZE_API = threat("SEIZE", "element", "element is 'web-service'", "elevation-of-privilege")
SEIZE_JOB = threat(
    "TAKE", "flow.target", "source is 'web-service' and target is 'process'", "elevation-of-privilege"
)
POISON_JOB = threat("POISON", "flow.target", "source is 'web-service' and target is 'process'", "tampering")
READ = threat("READ", "element", "element is 'data-store'", "information-disclosure")


def test_control_of_an_element_reaches_what_it_reads():
    (path,) = found(MODEL, SEIZE_API, SEIZE_JOB)
    assert path.elements == ("who", "api", "job", "store")
    assert ways(path) == [("ask", "threats"), ("hand-on", "threats"), ("read", "own-rights")]
    assert 0 < path.likelihood <= min(step.likelihood for step in path.steps)
    assert path.severity > Severity.NOTE


def test_what_was_put_in_does_not_reach_against_the_data():
    assert found(MODEL, SEIZE_API, POISON_JOB, READ) == []


def test_what_was_put_in_goes_on_with_the_data():
    onward = MODEL.replace(
        "read: {from: store, to: job, data: [people], opened_by: job}",
        "write: {from: job, to: store, data: [people]}",
    )
    enter = threat("ENTER", "flow.target", "source is 'external-entity'", "tampering")
    spoil = threat("SPOIL", "element", "element is 'data-store'", "tampering")
    (path,) = found(onward, enter, spoil)
    assert ways(path) == [("ask", "threats"), ("hand-on", "passed-on"), ("write", "threats")]
    assert found(onward, enter, READ) == []


def test_a_threat_to_the_one_who_loads_is_no_way_to_what_is_loaded():
    unpack = threat("UNPACK", "flow.target", "source is 'data-store'", "elevation-of-privilege")
    assert found(MODEL, unpack) == []


@pytest.mark.parametrize(
    "no_way",
    [
        threat("MISHAP", "element", "element is 'web-service'", "elevation-of-privilege", "[accident]"),
        threat("FLOOD", "element", "element is 'web-service'", "denial-of-service"),
    ],
)
def test_accidents_and_floods_open_no_way(no_way):
    assert found(MODEL, no_way, SEIZE_JOB) == []


def test_staff_are_a_less_likely_start():
    (outsider,) = found(MODEL, SEIZE_API, SEIZE_JOB)
    (staff,) = found(MODEL.replace("type: user", "type: staff"), SEIZE_API, SEIZE_JOB)
    assert staff.likelihood < outsider.likelihood
    chances = [step.likelihood / 9 for step in staff.steps]
    assert staff.likelihood == pytest.approx(9 * STAFF_START * chances[0] * chances[1] * chances[2])


HUB = """
data: {weights: {type: model}}
elements:
  hub: {type: model-hub, holds: [weights]}
  job: {type: training-job}
  models: {type: model-registry, holds: [weights]}
flows:
  pull: {from: hub, to: job, data: [weights], opened_by: job}
  publish: {from: job, to: models, data: [weights]}
"""


def test_a_public_supply_is_a_start_for_suppliers_and_no_asset():
    load = "flow.target", "source is 'model-hub'", "elevation-of-privilege"
    (path,) = found(HUB, threat("LOAD", *load, agents="[supplier]"))
    assert path.elements == ("hub", "job", "models")
    assert found(HUB, threat("LOAD", *load, agents="[user]")) == []


def test_no_outsider_no_path():
    assert found(MODEL.replace("type: user", "type: web-service"), SEIZE_API, SEIZE_JOB) == []


def test_the_likeliest_of_two_ways_is_told():
    two = MODEL.replace("flows:", "flows:\n  side: {from: who, to: job, data: []}")
    direct = threat(
        "DIRECT", "flow.target", "source is 'user' and target is 'process'", "elevation-of-privilege"
    )
    (path,) = found(two, SEIZE_API, SEIZE_JOB, direct)
    assert path.elements == ("who", "job", "store")
