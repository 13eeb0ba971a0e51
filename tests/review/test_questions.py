"""Questions come in the order in which their answers tell most, and are about what they say."""

from mantlet.review.questions import questions
from tests.support import register

HEAD = """
controls:
  sign: {title: Sign, text: Sign., effort: low, sets: {flow.verifies_signature: yes}, verify: Look.}
threats:
"""


def threat(name, applies, mitigated, at="element", cia="[confidentiality, integrity]"):
    return f"""
  {name}:
    title: "{name} at {{{at.partition(".")[2] or at}}}"
    text: Something.
    at: {at}
    applies: {applies}
    mitigated: {mitigated}
    stride: [tampering]
    cia: {cia}
    agents: [outsider]
    controls: [sign]
"""


def asked(model, *threats):
    return [(item.fact, item.at) for item in questions(register(model, HEAD + "".join(threats)))]


ONE = "elements: {api: {type: inference-service}}\n"
FLOW = "data: {d: {}}\nelements: {a: {type: web-service}, b: {type: web-service}}\nflows: {f: {from: a, to: b, data: [d]}}\n"


def test_what_is_open_comes_before_what_may_not_exist():
    openly = threat("OPENLY", "element is 'process'", "element.patched is 'yes'")
    perhaps = threat("PERHAPS", "element.debug is 'yes'", "no")
    assert asked(ONE, perhaps, openly) == [("patched", "api"), ("debug", "api")]


def test_both_halves_of_a_protection_are_asked():
    both = threat("BOTH", "element is 'process'", "element.patched is 'yes' and element.logged is 'yes'")
    assert asked(ONE, both) == [("logged", "api"), ("patched", "api")]


def test_a_second_way_to_prevent_the_same_comes_after_other_threats():
    ways = threat("WAYS", "element is 'process'", "element.patched is 'yes' or element.sandboxed is 'yes'")
    other = threat("OTHER", "element is 'process'", "element.redundant is 'yes'")
    assert asked(ONE, ways, other) == [("patched", "api"), ("redundant", "api"), ("sandboxed", "api")]


def test_facts_that_the_type_asks_for_are_no_second_choice():
    ways = threat(
        "WAYS", "element is 'process'", "element.sandboxed is 'yes' or element.rate_limited is 'yes'"
    )
    twice = threat(
        "TWICE", "element is 'process'", "element.redundant is 'yes' or element.rate_limited is 'yes'"
    )
    assert asked(ONE, ways, twice)[0] == ("rate_limited", "api")


def test_what_the_drawing_leaves_open_comes_first():
    data = threat("DATA", "flow carries personal", "flow.encrypted is 'yes'", at="flow.target")
    fact = threat("FACT", "target is 'process'", "target.patched is 'yes'", at="flow.target")
    assert asked(FLOW, fact, data)[0] == ("personal", "d")


def test_each_word_about_data_has_its_own_question():
    decides = threat(
        "DECIDES", "flow carries automated-decisions", "flow.encrypted is 'yes'", at="flow.target"
    )
    model = FLOW.replace("d: {}", "d: {type: prediction, personal: []}")
    (question, *_) = questions(register(model, HEAD + decides))
    assert question.path == ("data", "d", "automated_decisions")
    assert question.answers == ("yes", "no")
    secret = threat(
        "SECRET", "flow carries (personal, confidential)", "flow.encrypted is 'yes'", at="flow.target"
    )
    model = FLOW.replace("d: {}", "d: {type: model}")
    assert asked(model, secret)[0] == ("classification", "d")


def test_boundaries_are_asked_by_dimension():
    abroad = threat("ABROAD", "flow crosses 'jurisdiction'", "flow.encrypted is 'yes'", at="flow.target")
    (question, *_) = questions(register(FLOW, HEAD + abroad))
    assert (question.fact, question.at, question.path) == ("boundaries", "jurisdiction", ())
    assert "countries" in question.text


def test_weights_are_what_is_left_to_tell():
    ways = threat("WAYS", "element is 'process'", "element.patched is 'yes' or element.sandboxed is 'yes'")
    first, second = questions(register(ONE, HEAD + ways))
    assert first.weight > second.weight > 0
    assert second.threats == first.threats
