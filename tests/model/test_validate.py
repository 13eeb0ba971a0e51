"""Each mistake once, in a model that is otherwise sound; and all of them at once."""

import time

import pytest

from mantlet.model.entries import Sections
from mantlet.model.graph import cycles
from mantlet.model.validate import check
from mantlet.store.convert import from_raw
from mantlet.store.rawedit import Edit, applied
from mantlet.store.yamlread import read_yaml
from tests.model.small_vocabulary import CONTROLS, PACKS, THREATS, VOCABULARY

SOUND = """\
parties: {cloud: {role: processor}}
data:
  rows: {facts: {minimised: yes}}
  weights: {type: model, derived_from: {rows: train}}
  guesses: {derived_from: {weights: infer}}
boundaries:
  outer: {type: network}
  inner: {type: vpc, in: outer, facts: {encrypted: unknown}}
  host: {type: execution}
elements:
  app: {type: customer, in: [outer]}
  api: {type: inference-service, in: [inner, host], operated_by: cloud, facts: {logged: n/a, callers: 12, note: anything}}
  store: {type: database, kind: data-store, in: inner, parent: api, holds: {rows: {facts: {erasure: no}}}}
flows:
  call: {from: app, to: api, data: [rows], returns: [guesses], opened_by: app, facts: {protocol: odd, access: read}}
  read: {from: store, to: api, opened_by: api, crosses: [network, inner]}
sequences: {day: [call, read, call.returns]}
agents: {eve: {is: insider, access: [api, host]}}
controls: {gate: {control: rate-limiting, on: [api, call, host, rows, system], due: 2027-02-28}}
decisions:
  MODEL-THEFT@api: {treatment: accept, reason: r, approved_by: a, until: 2027-01-01}
  DOS@gone: {treatment: mitigate, controls: [sandbox]}
  DOS@*: {treatment: transfer}
  own@rows/store: {treatment: avoid}
threats: {own: {title: T, at: [api, call.returns, rows/store, host, system], stride: [spoofing], cia: [integrity], trim: [transfer], linddun: [DD.4.1], agents: [eve, outsider]}}
environments: {test: {facts: {api: {logged: no}, call: {encrypted: no}, rows/store: {erasure: yes}, system: {note: x}}}}
reviews: [{by: lee, on: 2028-02-29}]
"""
# path and value → path of the mistake, words of the message, words of the mend
CASES = {
    "element type": ("elements.api.type", "inferense-service", "", "unknown element type", "did you mean 'inference-service'?"),
    "element type of another realm": ("elements.api.type", "model", "", "is a type of data, not of element", ""),
    "data type": ("data.rows.type", "modle", "", "unknown data type", "'model'"),
    "boundary type": ("boundaries.host.type", "executoin", "", "unknown boundary type", "'execution'"),
    "fact": ("elements.api.facts.loged", "yes", "", "unknown fact 'loged'", "'logged'"),
    "fact elsewhere": ("elements.api.facts.encrypted", "yes", "", "is a fact of flows and boundaries, not of elements", "move it there"),
    "fact of a copy": ("data.rows.facts.erasure", "yes", "", "fact of copies", ""),
    "derived fact": ("elements.api.facts.exposure", "internet", "", "nobody writes it", "it follows from the flows"),
    "fact value": ("elements.api.facts.logged", "maybe", "", "'maybe' is no value of 'logged'", "yes, no, unknown, n/a"),
    "fact value, nearly": ("flows.call.facts.access", "reed", "", "no value", "did you mean 'read'?"),
    "number": ("elements.api.facts.callers", "many", "", "is a number", "write a number"),
    "copy fact": ("elements.store.holds.rows.facts.erasure", "perhaps", "", "no value", ""),
    "system fact": ("system.facts.logged", "yes", "", "not of the system", ""),
    "id twice": ("flows.rows", {"from": "app", "to": "api"}, "data.rows", "used in flows already", "unique"),
    "id with a space": ("elements.my api", {"type": "user"}, "", "characters that ids cannot have", "'my-api'"),
    "id with @": ("elements.a@b", {"type": "user"}, "", "characters", ""),
    "id with *": ("flows.*", {"from": "app", "to": "api"}, "", "characters", "use letters"),
    "id with a bidi mark": ("elements.a\u202eb", {"type": "user"}, "", "'a·b'", ""),
    "id with a line end": ("elements.a\nb", {"type": "user"}, "", "'a·b'", ""),
    "id of an empty text": ("elements.", {"type": "user"}, "elements.", "characters", ""),
    "id of the system": ("elements.system", {"type": "user"}, "", "means the whole system", ""),
    "id of a way back": ("flows.call.returns@", None, "", "", ""),
    "id too long": ("elements." + "x" * 501, {"type": "user"}, "", "501 characters", "under 500"),
    "boundary cycle": ("boundaries.outer.in", "inner", "boundaries.inner.in", "inside themselves: outer → inner → outer", ""),
    "boundary in another dimension": ("boundaries.host.in", "outer", "", "dimension execution, 'outer' of network", "within one dimension"),
    "unknown outer boundary": ("boundaries.inner.in", "outre", "", "unknown boundary 'outre'", "'outer'"),
    "inner and outer": ("elements.api.in", ["outer", "inner"], "elements.api.in.1", "'inner' is inside 'outer' already", "only 'inner'"),
    "two of a dimension": ("boundaries.inner.in", "", "", "", ""),
    "unknown boundary of an element": ("elements.api.in", ["iner"], "elements.api.in.0", "unknown boundary", "'inner'"),
    "unknown boundary, as text": ("elements.store.in", "iner", "elements.store.in", "unknown boundary", "'inner'"),
    "party": ("elements.api.operated_by", "clowd", "", "unknown party", "'cloud'"),
    "parent": ("elements.store.parent", "apii", "", "unknown element", "'api'"),
    "own parent": ("elements.store.parent", "store", "", "parts of themselves: store → store", ""),
    "kind": ("elements.store.kind", "process", "", "'database' is a data-store, not a process", "leave `kind` out"),
    "held data": ("elements.store.holds.rowz", {}, "", "unknown data 'rowz'", "'rows'"),
    "held data in a list": ("elements.store.holds", ["rowz"], "elements.store.holds.0", "unknown data", "'rows'"),
    "flow to nowhere": ("flows.call.to", "apii", "", "unknown element 'apii'", "'api'"),
    "flow to a boundary": ("flows.call.to", "host", "", "'host' is a boundary", "an element inside"),
    "flow to itself": ("flows.call.to", "app", "", "from an element to itself", ""),
    "opened by a third": ("flows.call.opened_by", "store", "", "'store' is no end of this flow", "'app' or 'api'"),
    "data of a flow": ("flows.call.data", ["rowz"], "flows.call.data.0", "unknown data", "'rows'"),
    "returned data": ("flows.call.returns", ["rowz"], "flows.call.returns.0", "unknown data", "'rows'"),
    "crossed boundary": ("flows.read.crosses", ["netwrk"], "flows.read.crosses.0", "unknown boundary type", "'network'"),
    "origin": ("data.weights.derived_from", {"rowz": "train"}, "data.weights.derived_from.rowz", "unknown data", "'rows'"),
    "operation": ("data.weights.derived_from.rows", "tran", "", "unknown operation 'tran'", "'train'"),
    "data made of itself": ("data.rows.derived_from", {"rows": "train"}, "data.rows.derived_from", "made of itself: rows → rows", ""),
    "sequence": ("sequences.day", ["cal"], "sequences.day.0", "unknown flow 'cal'", "'call'"),
    "sequence back": ("sequences.day", ["read.returns"], "sequences.day.0", "nothing travels back over 'read'", "add `returns:`"),
    "kind of agent": ("agents.eve.is", "insyder", "", "unknown kind of agent", "'insider'"),
    "access of an agent": ("agents.eve.access", ["apii"], "agents.eve.access.0", "unknown element or boundary", "'api'"),
    "control": ("controls.gate.control", "rate-limit", "", "unknown control", "'rate-limiting'"),
    "place of a control": ("controls.gate.on", ["apii"], "controls.gate.on.0", "unknown place", "'api'"),
    "day of a control": ("controls.gate.due", "2027-02-30", "", "there is no day 2027-02-30", "a date that exists"),
    "decision without place": ("decisions.DOS", {"treatment": "avoid"}, "", "names no threat", "TYPE@place"),
    "decision with a space": ("decisions.DOS@a b", {"treatment": "avoid"}, "", "names no threat", ""),
    "decision about an unknown type": ("decisions.DOZ@api", {"treatment": "avoid"}, "", "unknown threat type 'DOZ'", "'DOS'"),
    "control of a decision": ("decisions.DOS@gone.controls", ["sandbux"], "decisions.DOS@gone.controls.0", "unknown control", "'sandbox'"),
    "acceptance": ("decisions.DOS@gone.treatment", "accept", "", "`reason` and `approved_by` and `until` missing", "add"),
    "acceptance without an end": ("decisions.DOS@gone", {"treatment": "accept", "reason": "r", "approved_by": "a"}, "decisions.DOS@gone.treatment", "`until` missing", ""),
    "not applicable without a reason": ("decisions.DOS@gone.treatment", "not-applicable", "", "needs a reason", ""),
    "day of a decision": ("decisions.DOS@gone.due", "2027-13-01", "", "no day", ""),
    "place of a threat": ("threats.own.at", ["apii"], "threats.own.at.0", "unknown place", "'api'"),
    "title of a threat": ("threats.own.title", " ", "", "the title is blank", "in a few words"),
    "copy of a threat": ("threats.own.at", ["rows/nowhere"], "threats.own.at.0", "unknown place", ""),
    "STRIDE word": ("threats.own.stride", ["spofing"], "threats.own.stride.0", "unknown word", "'spoofing'"),
    "LINDDUN node": ("threats.own.linddun", ["X.1"], "threats.own.linddun.0", "no LINDDUN node", ""),
    "agent of a threat": ("threats.own.agents", ["eva"], "threats.own.agents.0", "unknown agent", "'eve'"),
    "threat of the catalogue": ("threats.DOS", {"title": "T", "at": []}, "", "has a threat type 'DOS' already", ""),
    "place of an environment": ("environments.test.facts.apii", {"logged": "no"}, "", "unknown place", "'api'"),
    "fact of an environment": ("environments.test.facts.api.loged", "no", "", "unknown fact", "'logged'"),
    "factor of a decision": ("decisions.DOS@gone.rating", "SL:1/XX:2", "", "unknown factor 'XX'", ""),
    "score of a threat": ("threats.own.rating", "SL:99", "", "not a factor with a score", "SL:5"),
    "pack": ("catalogue", {"packs": ["ml", "privcy"]}, "catalogue.packs.1", "unknown pack 'privcy'", "'privacy'"),
    "name of the system": ("system.name", "n" * 501, "", "a name of 501 characters", "description"),
    "no name of the system": ("system.name", "", "", "the name is blank", "leave the key out"),
    "blank name": ("elements.api.name", " \u2028", "", "the name is blank", "leave the key out"),
    "name of an element": ("elements.api.name", "n" * 501, "", "a name of 501 characters", "description"),
    "name of a flow": ("flows.call.name", "n" * 501, "", "a name of 501 characters", "description"),
    "day of a review": ("reviews", [{"by": "lee", "on": "2027-02-29"}], "reviews.0.on", "no day", ""),
}  # fmt: skip


def problems(raw):
    return check(from_raw(raw), VOCABULARY, CONTROLS, THREATS, PACKS)


def sound():
    return read_yaml(SOUND, "").raw


def keys(dotted):
    """Split a dotted path; the last sections of ids that hold dots are joined again."""
    return tuple(dotted.split("."))


def test_a_sound_model_has_no_mistakes():
    assert problems(sound()) == []


@pytest.mark.parametrize("name", [name for name in CASES if CASES[name][3]])
def test_one_mistake(name):
    path, value, where, message, mend = CASES[name]
    found = problems(applied(sound(), Edit("put", keys(path), value)))
    wanted = where or path
    here = [problem for problem in found if ".".join(map(str, problem.path)) == wanted]
    assert here, found
    assert message in here[0].message
    assert mend in here[0].mend
    assert len(found) == 1


def test_two_boundaries_of_one_dimension():
    raw = applied(sound(), Edit("put", ("boundaries", "other"), {"type": "network"}))
    found = problems(applied(raw, Edit("put", ("elements", "app", "in"), ["outer", "other"])))
    assert [problem.message for problem in found] == ["'outer' and 'other' are both of dimension network"]


def test_a_flow_cannot_be_called_like_a_way_back():
    found = problems(applied(sound(), Edit("put", ("flows", "call.returns"), {"from": "app", "to": "api"})))
    assert found[0].message.startswith("the id 'call.returns' ends in '.returns'")
    assert found[0].at_key


def test_learning_may_go_round_but_copying_may_not():
    raw = applied(sound(), Edit("put", ("data", "rows", "derived_from"), {"guesses": "label"}))
    assert problems(raw) == []
    raw = applied(raw, Edit("put", ("data", "weights", "derived_from"), {"rows": "copy"}))
    raw = applied(raw, Edit("put", ("data", "guesses", "derived_from"), {"weights": "copy"}))
    assert [problem.message for problem in problems(raw)] == [
        "data made of itself: rows → guesses → weights → rows"
    ]


def test_all_mistakes_come_at_once():
    raw = sound()
    for path, value, _, message, _ in CASES.values():
        if message and isinstance(value, str):
            raw = applied(raw, Edit("put", keys(path), value))
    assert len(problems(raw)) > 25


def test_ids_in_any_script():
    raw = applied(sound(), Edit("put", ("elements", "größe-模型/1.0_a"), {"type": "user"}))
    assert problems(raw) == []


def test_cycles_are_found_without_recursion():
    edges = {str(number): [str(number + 1)] for number in range(50_000)}
    assert cycles(edges) == []
    edges["50000"] = ["0"]
    assert len(cycles(edges)[0]) == 50_001
    assert cycles({"a": ["b", "c"], "b": ["a"], "c": ["c"], "d": ["a"]}) == [["a", "b"], ["c"]]


def test_many_mistakes_do_not_take_long():
    elements = {f"e{number}": {"type": "wrong"} for number in range(5_000)}
    flows = {
        f"f{number}": {"from": f"x{number}", "to": f"y{number}", "facts": {"oops": "yes"}}
        for number in range(10_000)
    }
    sections: Sections = from_raw({"elements": elements, "flows": flows})
    start = time.process_time()
    found = check(sections, VOCABULARY)
    assert len(found) == 35_000
    assert time.process_time() - start < 10
