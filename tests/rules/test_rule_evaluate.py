"""Three-valued logic over columns, and why a value came out."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import FEW_ATOMS, Table, trees

from mantlet.rules.evaluate import evaluate, value
from mantlet.rules.explain import explain
from mantlet.rules.mutate import mutants
from mantlet.rules.parse import parse
from mantlet.rules.tree import NO, UNKNOWN, YES, And, Const, FactIn, Not, Or, atoms

VALUES = st.sampled_from([NO, UNKNOWN, YES])
ROWS = st.fixed_dictionaries({name: st.lists(VALUES, min_size=4, max_size=4) for name in "abcde"})


def atom(name):
    return FactIn("flow", name, ("yes",))


def row(tree, columns, index):
    """The value by the definition, place by place."""
    match tree:
        case And(items):
            return min(row(item, columns, index) for item in items)
        case Or(items):
            return max(row(item, columns, index) for item in items)
        case Not(item):
            return 2 - row(item, columns, index)
        case Const(number):
            return number
        case _:
            return columns[tree.fact][index]


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("flow.a is 'yes' and flow.b is 'yes'", [0, 0, 0, 0, 1, 1, 0, 1, 2]),
        ("flow.a is 'yes' or flow.b is 'yes'", [0, 1, 2, 1, 1, 2, 2, 2, 2]),
        ("not flow.a is 'yes'", [2, 2, 2, 1, 1, 1, 0, 0, 0]),
        ("unknown", [1] * 9),
    ],
)
def test_kleenes_tables(rule, expected):
    table = Table(a=[0, 0, 0, 1, 1, 1, 2, 2, 2], b=[0, 1, 2] * 3)
    assert evaluate(parse(rule), "movement", table).tolist() == expected


@given(trees(FEW_ATOMS), ROWS)
def test_columns_agree_with_the_definition(tree, columns):
    found = evaluate(tree, "movement", Table(**columns), {})
    assert found.dtype == np.int8
    assert found.tolist() == [row(tree, columns, index) for index in range(4)]


@given(trees(FEW_ATOMS), ROWS)
def test_closed_world_takes_unknown_atoms_as_no(tree, columns):
    known = {name: [0 if item == 1 else item for item in items] for name, items in columns.items()}
    table, memo = Table(**columns), {}
    open_world = evaluate(tree, "movement", table, memo).tolist()
    closed = evaluate(tree, "movement", table, memo, closed=True).tolist()
    assert closed == [row(_closed(tree), known, index) for index in range(4)]
    assert open_world == [row(tree, columns, index) for index in range(4)]


def _closed(tree):
    match tree:
        case And(items) | Or(items):
            return type(tree)(tuple(_closed(item) for item in items))
        case Not(item):
            return Not(_closed(item))
        case Const(1):
            return Const(0)
        case _:
            return tree


@given(trees(FEW_ATOMS), st.fixed_dictionaries(dict.fromkeys("abcde", VALUES)))
def test_one_place_at_a_time(tree, known):
    found = value(tree, {atom(name): item for name, item in known.items()})
    assert found == row(tree, {name: [item] for name, item in known.items()}, 0)


def test_shared_parts_are_asked_once():
    table, memo = Table(a=[0, 1], b=[1, 2]), {}
    for rule in ("flow.a is 'yes' or flow.b is 'yes'", "not (flow.a is 'yes' or flow.b is 'yes')"):
        evaluate(parse(rule), "movement", table, memo)
    assert table.asked == ["a", "b"]
    evaluate(parse("flow.a is 'yes'"), "element", table, memo)
    assert table.asked == ["a", "b", "a"]


@pytest.mark.parametrize(
    ("rule", "first"), [("flow.a is 'yes' and flow.b is 'yes'", 0), ("flow.a is 'yes' or flow.b is 'yes'", 2)]
)
def test_what_cannot_change_the_result_is_not_asked(rule, first):
    table = Table(a=[first, first], b=[1, 1])
    assert evaluate(parse(rule), "movement", table).tolist() == [first, first]
    assert table.asked == ["a"]


def test_no_places():
    assert evaluate(parse("flow.a is 'yes' and not unknown"), "movement", Table(a=[])).tolist() == []


@given(trees(FEW_ATOMS), ROWS, st.integers(0, 3), st.data())
def test_decisive_conditions_settle_the_value_alone(tree, columns, index, data):
    found = explain(tree, "movement", index, Table(**columns))
    assert found.value == row(tree, columns, index)
    decisive = {item.atom.fact for item in found.because}
    if found.value == UNKNOWN:
        return
    others = {name: items if name in decisive else [data.draw(VALUES)] * 4 for name, items in columns.items()}
    assert row(tree, others, index) == found.value


@given(trees(FEW_ATOMS), ROWS, st.integers(0, 3))
def test_what_if(tree, columns, index):
    for item in explain(tree, "movement", index, Table(**columns)).conditions:
        for guess, expected in ((NO, item.if_no), (YES, item.if_yes)):
            changed = {**columns, item.atom.fact: [guess] * 4}
            assert row(tree, changed, index) == expected


@given(trees(FEW_ATOMS), ROWS, st.integers(0, 3))
def test_an_unknown_value_names_what_to_find_out(tree, columns, index):
    found = explain(tree, "movement", index, Table(**columns))
    if found.value != UNKNOWN:
        assert found.to_find_out == ()
        return
    answered = {item.atom.fact for item in found.to_find_out}
    outcomes = set()
    for guess in (NO, YES):
        outcomes.add(row(tree, {**columns, **{name: [guess] * 4 for name in answered}}, index))
    if UNKNOWN not in _constants(tree):
        assert answered
    for item in found.to_find_out:
        assert item.value == UNKNOWN
        assert item.settles == (UNKNOWN not in {item.if_no, item.if_yes})


def _constants(tree):
    match tree:
        case And(items) | Or(items):
            return set().union(*(_constants(item) for item in items))
        case Not(item):
            return _constants(item)
        case Const(number):
            return {number}
        case _:
            return set()


def test_explanation_reads_like_the_rule():
    tree = parse("flow.a is 'yes' and (flow.b is 'yes' or not flow.c is 'yes')")
    found = explain(tree, "movement", 0, Table(a=[2], b=[1], c=[2]))
    assert [(item.text, item.value, item.decisive) for item in found.conditions] == [
        ("flow.a is 'yes'", YES, False),
        ("flow.b is 'yes'", UNKNOWN, True),
        ("flow.c is 'yes'", YES, False),
    ]
    assert [item.text for item in found.to_find_out] == ["flow.b is 'yes'"]
    assert found.to_find_out[0].settles


def test_mutants_of_a_rule():
    rule = "flow.a is 'yes' and not (flow.b is 'yes' or flow.a is 'yes')"
    found = {item.change for item in mutants(parse(rule))}
    assert "flow.b is 'yes' → unknown" in found
    assert "'or' → 'and' in: flow.b is 'yes' or flow.a is 'yes'" in found
    assert any(change.startswith("'not' dropped") for change in found)


@given(trees(FEW_ATOMS))
def test_each_mutant_differs_from_the_rule(tree):
    found = list(mutants(tree))
    assert all(item.tree != tree for item in found)
    assert len(found) >= 3 * len(list(atoms(tree)))
