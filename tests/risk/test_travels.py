"""What comes in the input itself is as exposed as the first that takes the input in."""

import pytest

from mantlet.analysis.engine import Analysis
from mantlet.risk.agents import SITUATIONS
from mantlet.risk.ratings import Ratings
from tests.support import pack, sections

RULES = """
threats:
  NEAR:
    title: Somebody calls {target}
    text: Text.
    at: flow.target
    applies: target is 'llm-app'
    stride: [tampering]
    cia: [integrity]
    agents: [outsider]
    controls: [box]
  CARRIED:
    title: Input steers {target}
    text: Text.
    at: flow.target
    applies: target is 'llm-app'
    travels: true
    stride: [tampering]
    cia: [integrity]
    agents: [outsider]
    controls: [box]
  WITHIN:
    title: Input steers {element}
    text: Text.
    at: element
    applies: element is 'llm-app'
    travels: true
    stride: [tampering]
    cia: [integrity]
    agents: [outsider]
    controls: [box]
controls:
  box: {title: Box, text: Box., effort: low, sets: {element.sandboxed_loading: yes}, verify: Look.}
"""
MODEL = """
boundaries: {{outside: {{type: {zone}}}, inside: {{type: private-network}}}}
elements:
  caller: {{type: {caller}, in: outside}}
  front: {{type: web-service, in: inside}}
  middle: {{type: api-gateway, in: inside}}
  app: {{type: llm-app, in: inside, facts: {{authenticated: yes}}}}
flows:
  call: {{from: caller, to: front{opened}}}
  on: {{from: front, to: middle}}
  ask: {{from: middle, to: app}}
"""


def exposures(zone="internet", caller="user", opened=""):
    """Return exposure, and whether callers are known to prove who they are, by type."""
    model = sections(MODEL.format(zone=zone, caller=caller, opened=opened))
    ratings = Ratings(Analysis(model, pack(RULES)))
    table = ratings.analysis.threats
    return {
        ratings.analysis.types[int(kind)].id: SITUATIONS[int(ratings.cases.situation[case])][:2]
        for kind, case in zip(table.type, ratings.cases.of, strict=True)
    }


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, ("internet", 1)),
        ({"zone": "network"}, ("unknown", 1)),
        ({"caller": "staff"}, ("internet", 1)),
        ({"zone": "private-network", "caller": "staff"}, ("internal", 2)),
        ({"opened": ", opened_by: front"}, ("internal", 2)),
    ],
    ids=str,
)
def test_input_that_is_passed_on_counts_from_its_first_caller(changed, expected):
    found = exposures(**changed)
    assert found["NEAR"] == ("internal", 2)
    assert found["CARRIED"] == found["WITHIN"] == expected
