"""What becomes of a rule at each place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mantlet.analysis.considered import considered, framework_tables
from mantlet.analysis.engine import Analysis, State
from mantlet.findings.marks import SeenFact
from mantlet.model.model import Model
from mantlet.rules.tree import YES
from tests.support import pack, sections, states

BASE = """
threats:
  PICKLE:
    title: Code runs when {target} loads {source}
    text: Loading runs code.
    at: flow.target
    applies: source is 'model-artifact' and target is 'process'
    mitigated: source.model_format is 'safetensors' or target.sandboxed_loading is 'yes'
    stride: [tampering]
    cia: [integrity]
    agents: [supplier]
    controls: [box]
    silences: [TAMPER]
  TAMPER:
    title: Somebody changes {flow}
    text: Change.
    at: flow
    applies: flow crosses 'network'
    mitigated: flow.encrypted is 'yes'
    stride: [tampering]
    cia: [integrity]
    agents: [outsider]
    controls: [box]
controls:
  box: {title: Load in a box, text: Box., effort: low, sets: {element.sandboxed_loading: yes}, verify: Look.}
"""
MODEL = """
boundaries: {internet: {type: network}, vpc: {type: network}}
elements:
  hub: {type: model-hub, in: internet}
  job: {type: training-job, in: vpc}
  user: {type: user, in: internet}
flows:
  pull: {from: hub, to: job, opened_by: job}
  call: {from: user, to: job, returns: []}
"""


def test_open_where_it_applies_and_nothing_is_known_to_prevent_it():
    assert states(MODEL, BASE) == {"PICKLE@pull": "open", "TAMPER@call": "open"}


def test_an_empty_model_has_no_cells():
    assert list(considered(Analysis(sections("system: {name: Nothing yet}"), pack(BASE)))) == []


def test_the_special_silences_the_general_at_the_same_place_only():
    analysis = Analysis(sections(MODEL), pack(BASE))
    (row,) = analysis.kinds("TAMPER")
    assert [State(int(state)).word for state in analysis.state(row)] == ["silenced", "open"]
    assert analysis.silencers(row, 0) == ["PICKLE"]


def test_a_known_fact_mitigates():
    model = MODEL.replace(
        "hub: {type: model-hub,", "hub: {type: model-hub, facts: {model_format: safetensors},"
    )
    assert states(model, BASE)["PICKLE@pull"] == "mitigated"


def test_a_control_counts_once_it_is_there():
    for status, expected in (("planned", "open"), ("implemented", "mitigated"), ("verified", "mitigated")):
        model = f"{MODEL}controls: {{c: {{control: box, on: [vpc], status: {status}}}}}\n"
        assert states(model, BASE)["PICKLE@pull"] == expected


def claiming(value, status="verified", on="job"):
    model = MODEL.replace(
        "job: {type: training-job,", f"job: {{type: training-job, facts: {{sandboxed_loading: {value}}},"
    )
    return f"{model}controls: {{c: {{control: box, on: [{on}], status: {status}}}}}\n"


def test_what_is_written_at_the_thing_beats_a_control_that_is_only_claimed():
    assert states(claiming("no", "implemented"), BASE)["PICKLE@pull"] == "open"


def contradictions(model):
    facts = Analysis(sections(model), pack(BASE)).atoms.facts
    return [(item.place, item.fact, item.claimed, item.verified, item.by) for item in facts.contradictions()]


def test_evidence_outranks_what_is_written_and_the_contradiction_is_kept():
    for on in ("job", "vpc", "system"):
        model = claiming("no", on=on)
        assert states(model, BASE)["PICKLE@pull"] == "mitigated"
        assert contradictions(model) == [("job", "sandboxed_loading", "no", "yes", "c")]
    assert contradictions(claiming("n/a")) == [("job", "sandboxed_loading", "n/a", "yes", "c")]


def test_evidence_that_agrees_or_stands_alone_contradicts_nothing():
    for model in (
        claiming("yes"),
        claiming("unknown"),
        claiming("no", "implemented"),
        claiming("no", on="hub"),
    ):
        assert contradictions(model) == []
    assert states(claiming("unknown"), BASE)["PICKLE@pull"] == "mitigated"


@pytest.mark.parametrize("claim", ["yes", "no"])
@pytest.mark.parametrize("last", ["yes", "no"])
def test_of_several_pieces_of_evidence_the_last_counts_and_is_held_against_the_claim(claim, last):
    first = "no" if last == "yes" else "yes"
    seen = [SeenFact("element", "job", "sandboxed_loading", value, value) for value in (first, last)]
    facts = Analysis(sections(claiming(claim, "planned")), pack(BASE), seen=seen).atoms.facts
    column = facts.column("element", "sandboxed_loading")
    assert column.among([last])[facts.columns.elements.rows["job"]] == YES
    told = [(item.claimed, item.verified, item.by) for item in facts.contradictions()]
    assert told == ([] if claim == last else [(claim, last, last)])


def test_a_copys_retention_counts_wherever_it_is_written():
    for written in ("retention: P30D", "facts: {retention: P30D}"):
        model = f"""
        data: {{people: {{personal: [name]}}}}
        elements: {{hub: {{type: database, holds: {{people: {{{written}}}}}}}}}
        """
        facts = Analysis(sections(model), pack(BASE)).atoms.facts
        assert facts.column("copy", "retention").among(["P30D"]).tolist() == [YES]


def test_without_any_boundary_crossing_is_unknown():
    model = """
    elements: {user: {type: user}, api: {type: web-service}}
    flows: {call: {from: user, to: api}}
    """
    assert states(model, BASE) == {"TAMPER@call": "to-confirm"}


def test_protocol_implies_encryption_unless_the_flow_says_otherwise():
    for facts, expected in (
        ("protocol: https", "mitigated"),
        ("protocol: http", "open"),
        ("protocol: https, encrypted: no", "open"),
        ("encrypted: n/a", "open"),
    ):
        model = MODEL.replace("returns: []", f"facts: {{{facts}}}")
        assert states(model, BASE)["TAMPER@call"] == expected, facts


def test_a_boundary_s_fact_holds_for_flows_inside_it():
    model = """
    boundaries: {zone: {type: network, facts: {encrypted: yes}}, a: {type: network, in: zone}, b: {type: network, in: zone}}
    elements: {x: {type: web-service, in: a}, y: {type: web-service, in: b}, z: {type: user}}
    flows: {inner: {from: x, to: y}, outer: {from: z, to: x}}
    """
    assert states(model, BASE) == {"TAMPER@inner": "mitigated", "TAMPER@outer": "open"}


def test_out_of_scope_places_are_not_threats():
    model = MODEL.replace(
        "call: {from: user, to: job, returns: []}",
        "call: {from: user, to: job, out_of_scope: reviewed elsewhere}",
    )
    assert states(model, BASE) == {"PICKLE@pull": "open"}


def test_every_cell_of_every_table_is_answered_exactly_once():
    analysis = Analysis(sections(MODEL), pack(BASE))
    cells = list(considered(analysis))
    keys = [(cell.table, cell.category, cell.place, cell.at) for cell in cells]
    assert len(keys) == len(set(keys))
    kinds = {"hub": "data-store", "job": "process", "user": "external-entity"}
    expected = 0
    for table in framework_tables():
        expected += sum(len(table.elements.get(kind, [])) for kind in kinds.values())
        expected += len(table.elements.get("flow", [])) * 2
        for interaction in table.interactions:
            ends = [(kinds["hub"], kinds["job"]), (kinds["user"], kinds["job"])]
            expected += len(interaction.categories) * ends.count((interaction.source, interaction.target))
    assert len(cells) == expected
    assert all(cell.reason for cell in cells)


def test_a_model_without_anything_has_no_threats():
    assert len(Analysis(Model("Nothing").sections, pack(BASE)).threats) == 0


facts = st.sampled_from(["", "yes", "no", "unknown", "n/a"])


@given(facts, facts, facts, facts)
def test_the_nearest_word_counts(by_boundary, by_inner, by_control, own):
    """type < boundary < inner boundary < control < the thing itself."""

    def said(value):
        return f"{{sandboxed_loading: '{value}'}}" if value else "{}"

    model = f"""
    boundaries:
      vpc: {{type: network, facts: {said(by_boundary)}}}
      subnet: {{type: network, in: vpc, facts: {said(by_inner)}}}
    elements:
      hub: {{type: model-hub}}
      job: {{type: training-job, in: subnet, facts: {said(own)}}}
    flows: {{pull: {{from: hub, to: job}}}}
    controls: {{c: {{control: box, on: [job], status: {"implemented" if by_control == "yes" else "planned"}}}}}
    """
    analysis = Analysis(sections(model), pack(BASE))
    column = analysis.atoms.facts.column("element", "sandboxed_loading")
    layers = [by_boundary, by_inner, "yes" if by_control == "yes" else "", own]
    expected = next((value for value in reversed(layers) if value), "unknown")
    assert column.values[column.codes[1]] == expected


def test_what_people_found_is_open_where_they_found_it():
    model = (
        MODEL
        + 'threats:\n  OURS: {title: "Somebody unplugs {element}", at: [job, call, gone], stride: [denial-of-service], cia: [availability]}\n'
    )
    found = states(model, BASE)
    assert found["OURS@job"] == found["OURS@call"] == "open"
    assert set(found) == {"PICKLE@pull", "TAMPER@call", "OURS@job", "OURS@call"}


def test_what_people_found_about_data_is_open_at_its_copies():
    model = """
    data: {rows: {}, log: {}}
    elements: {job: {type: training-job, holds: [rows]}, hub: {type: model-hub, holds: [rows]}}
    threats: {OURS: {title: "Somebody loses {data}", at: [rows]}, THEIRS: {title: Lost, at: [log]}}
    """
    assert set(states(model, BASE)) == {"OURS@rows/job", "OURS@rows/hub", "THEIRS@system"}
