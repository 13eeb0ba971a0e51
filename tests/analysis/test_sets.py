"""Sets of places say what the columns of answers say, for every atom that the catalogue asks."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mantlet.analysis.arrays import Ragged, Typed, flags, joined, packed
from mantlet.analysis.atoms import ModelAtoms
from mantlet.analysis.columns import Columns
from mantlet.analysis.engine import Analysis
from mantlet.analysis.exposure import spread
from mantlet.analysis.labels import Labels
from mantlet.analysis.sets import PlaceSets
from mantlet.analysis.table import Verdict
from mantlet.catalogue.load import load_catalogue
from mantlet.model.entries import Boundary, ControlInPlace, Data, Element, Flow, Party, Sections
from mantlet.rules.evaluate import evaluate
from mantlet.rules.program import ATOM, SCOPE_ORDER, Evaluation
from mantlet.rules.tree import SCOPES, UNKNOWN, YES

CATALOGUE = load_catalogue()
TYPES = ["user", "inference-service", "training-job", "model-artifact", "database", "llm-app", "vector-index"]
DATA = ["weights", "people"]
FACTS = st.dictionaries(
    st.sampled_from(["encrypted", "logged", "public_access", "authenticated", "model_format"]),
    st.sampled_from(["yes", "no", "unknown", "n/a", "pickle"]),
    max_size=3,
)


@st.composite
def models(draw):
    count = draw(st.integers(0, 7))
    names = [f"e{row}" for row in range(count)]
    told = draw(st.booleans())  # whether the model says anything of data
    some = st.lists(st.sampled_from(DATA), max_size=2, unique=True)
    boundaries = {
        "net": Boundary(type="network"),
        "internet": Boundary(type=draw(st.sampled_from(["internet", "network"]))),
        "inner": Boundary(type="execution", facts=draw(FACTS)),
    }
    elements = {
        name: Element(
            type=draw(st.sampled_from(TYPES)),
            in_=draw(st.lists(st.sampled_from([*boundaries]), max_size=2, unique=True)),
            facts=draw(FACTS),
            out_of_scope=draw(st.sampled_from(["", "", "not ours"])),
            operated_by=draw(st.sampled_from(["us", "cloud"])),
            **({"holds": draw(some)} if told and draw(st.booleans()) else {}),
        )
        for name in names
    }
    flows = {}
    for row in range(draw(st.integers(0, 9)) if names else 0):
        ends = {"from_": draw(st.sampled_from(names)), "to": draw(st.sampled_from(names))}
        carried = {key: draw(some) for key in ("data", "returns") if told and draw(st.booleans())}
        flows[f"f{row}"] = Flow(**ends, **carried, out_of_scope=draw(st.sampled_from(["", "", "no"])))
    data = {
        "weights": Data(
            type="model", derived_from={"people": draw(st.sampled_from(["train", "pseudonymise"]))}
        ),
        "people": Data(personal=["name"]),
    }
    if not told:
        data = {}
    controls = {
        "c": ControlInPlace(
            control=draw(st.sampled_from(sorted(CATALOGUE.controls))),
            on=draw(st.lists(st.sampled_from(["system", "net", *names, *flows]), min_size=1, max_size=2)),
            status=draw(st.sampled_from(["planned", "implemented"])),
        )
    }
    parties = {"cloud": Party(role="processor", contract=draw(st.sampled_from(["", "signed"])))}
    return Sections(
        boundaries=boundaries, elements=elements, flows=flows, data=data, controls=controls, parties=parties
    )


@settings(max_examples=40)
@given(models())
def test_every_atom_has_the_same_answer_both_ways(sections):
    atoms = ModelAtoms(Columns(sections, CATALOGUE.vocabulary), CATALOGUE.controls)
    sets, program = PlaceSets(atoms), CATALOGUE.program
    evaluation = Evaluation(program, sets.answer, sets.sizes, sets.spoken())
    for number, (operation, scope, rest) in enumerate(program.steps):
        if operation == ATOM:
            atom, place = program.atoms[rest[0]], SCOPE_ORDER[scope]
            expected = evaluate(atom, place, atoms)
            may, sure = evaluation.answer(number)
            assert (may, sure) == (packed(expected >= UNKNOWN), packed(expected == YES)), atom


@settings(max_examples=60)
@given(models())
def test_of_silent_facts_nothing_is_known(sections):
    facts = ModelAtoms(Columns(sections, CATALOGUE.vocabulary), CATALOGUE.controls).facts
    for fact in CATALOGUE.vocabulary.facts.values():
        for subject in fact.on:
            if facts.is_silent(subject, fact.id):
                assert not facts.column(subject, fact.id).codes.any(), (subject, fact.id)


@settings(max_examples=40)
@given(models())
def test_the_table_is_what_the_rules_say_place_by_place(sections):
    analysis = Analysis(sections, CATALOGUE)
    rows = {}
    table = analysis.threats
    for row in range(len(table)):
        rows[int(table.type[row]), int(table.place[row])] = row
    assert sorted(rows.values()) == list(range(len(table)))
    assert list(rows) == sorted(rows)
    for kind, item in enumerate(analysis.types):
        scope = SCOPES[item.at]
        applies = evaluate(item.applies, scope, analysis.atoms, analysis.memo)
        mitigated = evaluate(item.mitigated, scope, analysis.atoms, analysis.memo)
        for place, state in enumerate(analysis.state(kind)):
            assert (state == 0) == (applies[place] == 0)
            row = rows.get((kind, place))
            assert (row is not None) == (1 <= state <= 3)
            if row is None:
                continue
            assert table.state[row] == state == _state(applies[place], mitigated[place])
            assert table.element[row] == analysis.element_of(item)[place]
            assert table.unsure[row] == (UNKNOWN in (applies[place], mitigated[place]))


def _state(applies, mitigated):
    return 2 if mitigated == YES else 3 if applies == YES else 1


ARROWS = st.integers(1, 80).flatmap(
    lambda size: st.tuples(
        st.just(size),
        st.lists(st.tuples(st.integers(0, size - 1), st.integers(0, size - 1)), max_size=200),
        st.sets(st.integers(0, size - 1)),
    )
)


@given(ARROWS)
def test_labels_follow_arrows_any_number_of_steps(drawn):
    """One type per element, so that there are more types than a word has bits."""
    size, arrows, wanted = drawn
    outgoing = Ragged.of([[head for tail, head in arrows if tail == row] for row in range(size)])
    incoming = Ragged.of([[tail for tail, head in arrows if head == row] for row in range(size)])
    table = Typed((f"t{row}" for row in range(size)), CATALOGUE.vocabulary, "element")
    start = np.isin(np.arange(size), list(wanted))
    one_step = np.isin(np.arange(size), [head for tail, head in arrows if start[tail]])
    names = [f"t{row}" for row in wanted]
    for far, expected in ((False, one_step), (True, spread(start, outgoing))):
        near = Labels.near(table, [~start, start], incoming)
        labels = near.carried_on(outgoing, incoming) if far else near
        assert labels.any_marked(1).tolist() == expected.tolist()
        found = labels.any_of(names)
        assert (found is None) == (not names)
        assert found is None or found.tolist() == expected.tolist()


@given(st.lists(st.booleans(), max_size=40))
def test_masks_and_sets(mask):
    rows = packed(np.array(mask, bool))
    assert rows == sum(1 << row for row, item in enumerate(mask) if item)
    assert flags(rows, len(mask)).tolist() == mask


@pytest.mark.parametrize("state", ["open", "to_confirm", "mitigated"])
def test_places_are_taken_out_of_a_verdict_once(state):
    verdict = Verdict(**{state: 0b1011}, silenced=0b100)
    assert verdict.take(0b110) == 0b010
    assert verdict.take(0b110) == 0
    assert verdict.shown == 0b1001


def test_joined_arrays_stand_once():
    one, two = np.array([1, 2]), np.array([3])
    starts, whole = joined([one, two, one])
    assert starts == [0, 2, 0]
    assert whole.tolist() == [1, 2, 3]
    assert joined([])[1].tolist() == []
