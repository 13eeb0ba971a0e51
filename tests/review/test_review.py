"""Questions whose answers count, explanations that name the facts."""

import pytest

from mantlet.base.errors import UsageError
from mantlet.review.explain import explain
from mantlet.review.questions import questions
from tests.support import register

RULES = """
threats:
  PICKLE:
    title: Code runs when {target} loads {source}
    text: Loading runs code.
    at: flow.target
    applies: source is 'model-artifact' and target is 'process'
    mitigated: source.model_format is 'safetensors' or flow.verifies_signature is 'yes'
    stride: [tampering]
    cia: [integrity]
    agents: [supplier]
    controls: [sign]
  SPOOF:
    title: Somebody poses as {source}
    text: Pose.
    at: flow.target
    applies: source is 'external-entity' and flow carries personal
    mitigated: flow.client_auth is 'mtls'
    stride: [spoofing]
    cia: [confidentiality]
    agents: [outsider]
    controls: [sign]
controls:
  sign: {title: Sign, text: Sign., effort: low, sets: {flow.verifies_signature: yes}, verify: Look.}
"""
MODEL = """
data: {people: {personal: [name]}}
elements:
  who: {type: user}
  api: {type: inference-service}
  model: {type: model-artifact}
flows:
  ask: {from: who, to: api}
  load: {from: model, to: api, opened_by: api}
"""


def test_each_question_names_what_its_answer_settles():
    asked = {(item.fact, item.at): item for item in questions(register(MODEL, RULES))}
    assert set(asked) == {
        ("data", "ask"),
        ("model_format", "model"),
        ("verifies_signature", "load"),
        ("client_auth", "ask"),
    }
    assert all(item.threats and item.text.count("“") >= 1 for item in asked.values())
    assert asked["data", "ask"].text == "What data moves on the flow from “who” to “api”?"
    assert asked["verifies_signature", "load"].path == ("flows", "load", "facts", "verifies_signature")
    assert asked["data", "ask"].path == ("flows", "ask", "data")


def test_an_answer_settles_what_the_question_said():
    answered = MODEL.replace("opened_by: api", "opened_by: api, facts: {verifies_signature: 'yes'}")
    assert register(answered, RULES).by_id("PICKLE@api").state.word == "mitigated"
    assert ("verifies_signature", "load") not in {
        (item.fact, item.at) for item in questions(register(answered, RULES))
    }


def test_no_question_where_all_is_known():
    known = MODEL.replace(
        "ask: {from: who, to: api}", "ask: {from: who, to: api, data: [people], facts: {client_auth: none}}"
    )
    known = known.replace("opened_by: api", "opened_by: api, facts: {verifies_signature: 'no'}").replace(
        "model: {type: model-artifact}", "model: {type: model-artifact, facts: {model_format: pickle}}"
    )
    assert questions(register(known, RULES)) == []


def test_explanation_names_the_fact_and_its_source():
    told = explain(
        register(
            MODEL.replace(
                "model: {type: model-artifact}",
                "model: {type: model-artifact, facts: {model_format: pickle}}",
            ),
            RULES,
        ),
        "PICKLE@api",
    )
    assert (told.id, told.state.word, told.applies, told.mitigated) == (
        "PICKLE@load",
        "open",
        "yes",
        "unknown",
    )
    lines = {line.text: line for line in told.preventions}
    assert (
        lines["source.model_format is 'safetensors'"].value,
        lines["source.model_format is 'safetensors'"].source,
    ) == ("pickle", "the model")
    assert lines["flow.verifies_signature is 'yes'"].decisive
    assert len(told.factors) == 12


def test_an_absent_threat_says_why_not():
    told = explain(register(MODEL, RULES), "PICKLE@ask")
    assert told.state.word == "absent"
    assert [line.text for line in told.conditions if line.decisive] == ["source is 'model-artifact'"]


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("PICKEL@api", "PICKLE"),
        ("PICKLE@modle", "model"),
        ("PICKLE", "write PICKLE@"),
        ("PICKLE@net", "asked of each"),
        ("x@y@z", "catalogue list"),
    ],
)
def test_wrong_names_get_a_hint(name, hint):
    with pytest.raises(UsageError) as error:
        explain(register(MODEL, RULES), name)
    assert hint in error.value.diagnostics()
