"""A rule may speak only of things that exist, where they exist."""

import pytest

from mantlet.catalogue.load import load_catalogue
from mantlet.rules.check import check
from mantlet.rules.parse import parse

VOCABULARY = load_catalogue().vocabulary
CONTROLS = {"rate-limiting"}

GOOD = [
    ("flow", "source is 'process' and flow.encrypted is 'no' and flow crosses ('network', 'internet')"),
    ("flow.target", "target.rate_limited is 'no' and target.exposure is 'internet'"),
    ("flow.source", "source trains-on personal and flow carries 'model' and flow trains-on special-category"),
    ("flow", "system.incident_plan is 'no' and flow.protocol is 'our-own'"),
    (
        "element",
        "element holds personal and element within 'internet' and control 'rate-limiting' on element",
    ),
    (
        "element",
        "element receives-from 'web-source' or element reached-from 'user' or element handles 'prompt'",
    ),
    ("boundary", "boundary is 'network' and boundary.logged is 'no' and control 'rate-limiting' on boundary"),
    ("data-at", "data is personal and data.subjects_count >= 1000 and not data.retention is known"),
    ("data-at", "copy.encrypted_at_rest is 'no' and element is 'data-store' and data derived-from 'prompt'"),
    ("data-at", "copy.region is 'eu'"),
    ("system", "system.dpia_done is 'no'"),
    ("system", "yes"),
]


@pytest.mark.parametrize(("at", "rule"), GOOD)
def test_sound_rules(at, rule):
    assert check(parse(rule), at, VOCABULARY, CONTROLS) == []


BAD = [
    ("flow", "source is 'proces'", "unknown element type 'proces'", "did you mean 'process'?"),
    (
        "flow",
        "source is 'api'",
        "'api' is another name of the element type 'web-service'",
        "write 'web-service'",
    ),
    ("flow", "flow crosses 'intrnet'", "unknown boundary type 'intrnet'", "did you mean 'internet'?"),
    ("flow", "flow crosses 'xyzzy'", "unknown boundary type 'xyzzy'", "or a dimension: network"),
    ("flow", "flow crosses 'process'", "unknown boundary type 'process'", ""),
    ("flow", "flow carries 'modl'", "unknown data type 'modl'", "did you mean 'model'?"),
    ("flow", "flow.encryptd is 'yes'", "unknown fact 'encryptd'", "did you mean 'encrypted'?"),
    ("flow", "flow.rate_limits > 3", "unknown fact 'rate_limits'", "did you mean 'rate_limited'?"),
    ("flow", "source.protocol is 'https'", "'protocol' is a fact of flow, not of element", ""),
    ("flow", "flow.encrypted is 'maybe'", "'encrypted' is never 'maybe'", "its values are: yes, no"),
    ("flow", "flow.access is 'reed'", "'access' is never 'reed'", "did you mean 'read'?"),
    ("data-at", "data.subjects_count is '3'", "'subjects_count' is a number", "compare it"),
    ("flow", "flow.encrypted > 3", "'encrypted' is no number", "flow.encrypted is"),
    (
        "flow",
        "control 'rate-limitin' on target",
        "unknown control 'rate-limitin'",
        "did you mean 'rate-limiting'?",
    ),
    (
        "flow",
        "element is 'process'",
        "a rule at 'flow' cannot speak of 'element'",
        "flow, source, target, system",
    ),
    ("element", "source is 'process'", "a rule at 'element' cannot speak of 'source'", "element, system"),
    ("element", "flow crosses 'network'", "a rule at 'element' cannot speak of 'flow'", "element, system"),
    ("flow", "data is personal", "a rule at 'flow' cannot speak of 'data'", "flow, source, target, system"),
    ("flow", "flow is 'process'", "a flow has no type", "flow.…"),
    ("system", "system is 'process'", "a system has no type", "system.…"),
    ("flow", "flow holds personal", "'holds' cannot be asked of 'flow'", "element, source, target"),
    ("flow", "source carries personal", "'carries' cannot be asked of 'source'", "flow"),
    ("data-at", "control 'rate-limiting' on data", "'control' cannot be asked of 'data'", "flow, element"),
    ("flow", "flow within 'network'", "'within' cannot be asked of 'flow'", "element, source, target"),
    ("element", "element derived-from 'model'", "'derived-from' cannot be asked of 'element'", "data"),
]


@pytest.mark.parametrize(("at", "rule", "what", "mend"), BAD)
def test_rules_that_would_silently_never_fire(at, rule, what, mend):
    problem, *more = check(parse(rule), at, VOCABULARY, CONTROLS)
    assert not more
    assert problem.fatal
    assert what in problem.what
    assert mend in problem.mend
    assert not problem.name or problem.name in rule


def test_every_problem_is_told_once():
    rule = "source is 'a1' and (target is 'b2' or source is 'a1') and flow.c3 is known"
    assert [item.name for item in check(parse(rule), "flow", VOCABULARY)] == ["a1", "b2", "c3"]


def test_foreign_packs_are_reported_not_refused():
    rule = (
        "source is 'GE.P' and flow is 'SE.DF.TMCore.HTTP' and flow.XMLenc is 'Yes' and flow crosses 'GE.TB.L'"
    )
    problems = check(parse(rule), "flow", VOCABULARY, foreign=True)
    assert [item.name for item in problems] == ["GE.P", "XMLenc", "GE.TB.L"]
    assert not any(item.fatal for item in problems)


def test_a_foreign_pack_still_cannot_speak_of_what_is_not_there():
    (problem,) = check(parse("element is 'process'"), "flow", VOCABULARY, foreign=True)
    assert problem.fatal
