"""Where whoever opens a flow is, as the drawing shows it."""

import pytest

from mantlet.analysis.engine import Analysis
from mantlet.catalogue.load import load_catalogue
from tests.support import sections

MODEL = """
boundaries:
  theirs: {{type: {theirs}}}
  site: {{type: private-network}}
  wing: {{type: network, in: theirs}}
  ours: {{type: network}}
elements:
  caller: {{type: {caller}, in: {place}}}
  beside: {{type: {beside}, in: {at}}}
  api: {{type: web-service, in: ours}}
flows:
  call: {{from: caller, to: api}}
"""


def opened_from(theirs="network", caller="user", place="theirs", beside="user", at="theirs"):
    model = sections(MODEL.format(theirs=theirs, caller=caller, place=place, beside=beside, at=at))
    column = Analysis(model, load_catalogue()).atoms.facts.column("flow", "exposure")
    return column.values[column.codes[0]]


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, "unknown"),
        ({"beside": "external-system"}, "unknown"),
        ({"place": "wing"}, "unknown"),
        ({"beside": "web-service"}, "internal"),
        ({"beside": "web-service", "at": "wing"}, "internal"),
        ({"beside": "staff"}, "internal"),
        ({"beside": "web-service", "at": "ours"}, "unknown"),
        ({"caller": "staff"}, "internal"),
        ({"caller": "anonymous-user"}, "internet"),
        ({"theirs": "private-network"}, "internal"),
        ({"theirs": "private-network", "place": "wing"}, "internal"),
        ({"theirs": "internet"}, "internet"),
        ({"place": "ours"}, "internal"),
        ({"place": "[]"}, "internet"),
    ],
    ids=str,
)
def test_a_network_of_outsiders_alone_is_not_ours(changed, expected):
    assert opened_from(**changed) == expected
