"""Conditions of rules as sentences, and the questions behind them."""

import pytest

from mantlet.review.conditions import sentence
from mantlet.review.explain import explain
from mantlet.review.questions import question_about
from mantlet.rules.parse import parse
from mantlet.rules.tree import SCOPES, atoms
from tests.support import register

RULES = """
threats:
  PICKLE:
    title: Code runs when {target} loads {source}
    text: Loading runs code.
    at: flow.target
    applies: source is 'model-artifact' and not target is 'external-entity'
    mitigated: source.model_format in ('safetensors', 'onnx') or control 'sign' on target
    stride: [tampering]
    cia: [integrity]
    agents: [supplier]
    controls: [sign]
controls:
  sign: {title: Sign models, text: Sign., effort: low, sets: {flow.verifies_signature: yes}, verify: Look.}
"""
MODEL = """
data: {people: {name: Records, personal: [name]}, weights: {type: model, derived_from: {people: train}}}
boundaries: {vpc: {type: network}}
elements:
  api: {type: inference-service, name: Scoring}
  model: {type: model-artifact, in: [vpc]}
  store: {type: database, holds: {people: {}}}
flows:
  load: {from: model, to: api, data: [weights]}
  read: {from: store, to: api, name: Nightly read, data: [people]}
"""


@pytest.fixture(scope="module")
def judged():
    return register(MODEL, RULES)


@pytest.mark.parametrize(
    ("rule", "words", "opposite"),
    [
        ("source is 'model-artifact'", "“model” is a model artefact", "“model” is no model artefact"),
        ("target in ('agent', 'web-service')", "“Scoring” is an agent or web service", "“Scoring” is no agent or web service"),
        ("target.logged is 'yes'", "“Scoring”: Use is logged is yes", "“Scoring”: Use is logged is not yes"),
        ("source.model_format is known", "“model”: Model file format is written down", "“model”: Model file format is not written down"),
        ("flow crosses 'network'", "the flow from “model” to “Scoring” crosses a boundary of network zone",
         "the flow from “model” to “Scoring” crosses no boundary of network zone"),
        ("flow carries personal", "the flow from “model” to “Scoring” carries personal data",
         "the flow from “model” to “Scoring” does not carry personal data"),
        ("source within 'internet'", "“model” lies within internet", "“model” does not lie within internet"),
        ("target reached-from 'user'", "“Scoring” can be reached from a user", "“Scoring” cannot be reached from a user"),
        ("target trains-on personal", "“Scoring” has a model that was trained on personal data", "“Scoring” has no model that was trained on personal data"),
        ("control 'sign' on target", "“Scoring” is protected by “Sign models”", "“Scoring” is not protected by “Sign models”"),
    ],
)  # fmt: skip
def test_a_condition_at_a_place_is_a_sentence(judged, rule, words, opposite):
    analysis = judged.analysis
    (atom,) = atoms(parse(rule))
    place = analysis.places(SCOPES["flow"]).index("load")
    assert sentence(analysis, atom, "movement", place).words == words
    assert sentence(analysis, atom, "movement", place, negated=True).words == opposite


def test_data_at_a_place_is_named_with_where_it_is(judged):
    analysis = judged.analysis
    place = analysis.places("copy").index("people/store")
    atom, fact = (
        next(atoms(parse(rule))) for rule in ("data is personal", "copy.encrypted_at_rest is 'yes'")
    )
    assert sentence(analysis, atom, "copy", place).words == "“Records” is personal data"
    assert sentence(analysis, fact, "copy", place).about == "“Records” at “store”"


def test_the_condition_of_an_explanation_knows_its_rule_and_its_question(judged):
    explained = explain(judged, "PICKLE@load")
    assert [line.negated for line in explained.conditions] == [False, True]
    prevention = explained.preventions[0]
    asked = question_about(judged, prevention.atom, "movement", explained.place)
    assert asked is not None
    assert asked.path == ("elements", "model", "facts", "model_format")
    assert "safetensors" in asked.answers
    assert question_about(judged, explained.preventions[1].atom, "movement", explained.place) is None
