"""What data is, and what models were trained on, follows from what the model says and shows."""

import pytest

from mantlet.analysis.atoms import ModelAtoms
from mantlet.analysis.columns import Columns
from mantlet.catalogue.load import load_catalogue
from mantlet.rules.evaluate import evaluate
from mantlet.rules.parse import parse
from tests.support import sections

WORDS = ("no", "unknown", "yes")


def answers(model, rule, scope):
    """Return the rule's answer at each place of the scope, in order."""
    catalogue = load_catalogue()
    atoms = ModelAtoms(Columns(sections(model), catalogue.vocabulary), catalogue.controls)
    return [WORDS[value] for value in evaluate(parse(rule), scope, atoms)]


DATA = """
data:
  people: {personal: [name, diagnosis], classification: confidential}
  copy: {derived_from: {people: copy}}
  counts: {derived_from: {people: aggregate}}
  weights: {type: model, derived_from: {copy: train}}
  tuned: {type: model, derived_from: {weights: fine-tune}}
  blind: {type: model, derived_from: {counts: train}}
  other: {type: model}
  notes: {}
elements:
  store: {type: database, holds: [people, copy, counts, weights, tuned, blind, other, notes]}
"""


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("data is personal", ["yes", "yes", "no", "no", "no", "no", "no", "unknown"]),
        ("data is special-category", ["yes", "yes", "no", "no", "no", "no", "no", "unknown"]),
        (
            "data is confidential",
            ["yes", "yes", "unknown", "unknown", "unknown", "unknown", "unknown", "unknown"],
        ),
        ("data trains-on personal", ["no", "no", "no", "yes", "yes", "no", "unknown", "no"]),
        ("data derived-from personal", ["unknown", "yes", "no", "yes", "yes", "no", "unknown", "unknown"]),
        ("data is 'model'", ["no", "no", "no", "yes", "yes", "yes", "yes", "no"]),
    ],
)
def test_what_an_asset_is(rule, expected):
    if rule.startswith("data trains-on"):
        rule = rule.replace("data trains-on", "element trains-on")
        per_asset = []
        for name in ("people", "copy", "counts", "weights", "tuned", "blind", "other", "notes"):
            model = DATA.replace(
                "holds: [people, copy, counts, weights, tuned, blind, other, notes]", f"holds: [{name}]"
            )
            per_asset += answers(model, rule, "element")
        assert per_asset == expected
    else:
        assert answers(DATA, rule, "copy") == expected


DRAWN = """
data: {people: {personal: [name]}}
elements:
  crm: {type: database}
  train: {type: training-job}
  registry: {type: model-registry}
  api: {type: inference-service}
  web: {type: web-app}
flows:
  feed: {from: crm, to: train, data: [people]}
  save: {from: train, to: registry}
  load: {from: registry, to: api, opened_by: api}
  ask: {from: web, to: api}
"""


def test_the_drawing_shows_what_a_model_learnt_from():
    assert answers(DRAWN, "element trains-on personal", "element") == ["no", "yes", "yes", "yes", "no"]
    assert answers(DRAWN.replace("data: [people]", "data: []"), "element trains-on personal", "element") == [
        "no",
        "no",
        "no",
        "no",
        "no",
    ]
    assert (
        answers(DRAWN.replace(", data: [people]", ""), "element trains-on personal", "element")[1:4]
        == ["unknown"] * 3
    )


def test_a_store_holds_what_flows_through_it():
    assert answers(DRAWN, "element holds personal", "element") == ["yes", "no", "unknown", "no", "no"]
    assert answers(DRAWN, "element holds 'model'", "element") == ["no", "no", "yes", "no", "no"]


def test_reach_follows_movements_any_number_of_steps():
    assert answers(DRAWN, "element reached-from 'database'", "element") == ["no", "yes", "yes", "yes", "no"]
    assert answers(DRAWN, "element reaches 'inference-service'", "element") == [
        "yes",
        "yes",
        "yes",
        "no",
        "yes",
    ]
    assert answers(DRAWN, "element receives-from 'database'", "element") == ["no", "yes", "no", "no", "no"]


EXPOSED = """
boundaries: {net: {type: internet}, lan: {type: private-network}, shop: {type: partner}}
parties: {host: {role: processor}}
elements:
  who: {type: user, in: net}
  agent: {type: staff, in: lan}
  reseller: {type: external-system, in: [shop]}
  front: {type: web-app, in: lan}
  back: {type: web-service, in: lan, operated_by: host}
  api: {type: web-service, in: lan}
  hub: {type: model-hub}
flows:
  a: {from: who, to: front}
  b: {from: front, to: back}
  c: {from: reseller, to: api}
  d: {from: agent, to: back}
  e: {from: hub, to: back, opened_by: back}
"""


@pytest.mark.parametrize(
    ("fact", "expected"),
    [
        ("exposure is 'internet'", ["no", "no", "no", "yes", "no", "no", "no"]),
        ("exposure is 'partner'", ["no", "no", "no", "no", "no", "yes", "no"]),
        ("exposure is 'internal'", ["no", "no", "no", "no", "yes", "no", "yes"]),
        ("operated_by is 'processor'", ["no", "no", "no", "no", "yes", "no", "no"]),
        ("operated_by is 'third-party'", ["no", "no", "no", "no", "no", "no", "yes"]),
        ("external_input is 'yes'", ["no", "no", "no", "yes", "yes", "yes", "no"]),
    ],
)
def test_what_the_drawing_shows_of_each_element(fact, expected):
    assert answers(EXPOSED, f"element.{fact}", "element") == expected


def test_a_flow_that_only_returns_sends_nothing():
    model = """
    data: {people: {personal: [name]}}
    elements: {a: {type: web-app}, b: {type: database}}
    flows: {ask: {from: a, to: b, returns: [people]}, other: {from: a, to: b}}
    """
    assert answers(model, "flow carries personal", "movement") == ["no", "unknown", "yes"]
