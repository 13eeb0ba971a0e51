"""The program of a catalogue says what its trees say."""

from types import SimpleNamespace

from hypothesis import given
from hypothesis import strategies as st
from strategies import ATOMS, FEW_ATOMS, Table, trees

from mantlet.rules.evaluate import evaluate
from mantlet.rules.program import SCOPE_ORDER, Evaluation, Program
from mantlet.rules.tree import SCOPES, FactIn, FactKnown, Linked, TypeIs

VALUES = st.sampled_from([0, 1, 2])
PLACES = 9
ROWS = st.fixed_dictionaries({name: st.lists(VALUES, min_size=PLACES, max_size=PLACES) for name in "abcde"})
SIZES = dict.fromkeys(SCOPE_ORDER, PLACES)


def rule(tree, other, at="flow", name="T"):
    return SimpleNamespace(id=name, at=at, applies=tree, mitigated=other)


def sets(values):
    return sum(1 << row for row, item in enumerate(values) if item), sum(
        1 << row for row, item in enumerate(values) if item == 2
    )


def values(answer):
    return [(answer[0] >> row & 1) + (answer[1] >> row & 1) for row in range(PLACES)]


@given(trees(FEW_ATOMS), trees(FEW_ATOMS), ROWS)
def test_a_program_answers_like_its_trees(tree, other, columns):
    program = Program.of([rule(tree, other)])
    evaluation = Evaluation(program, lambda atom, scope: sets(columns[atom.fact]), SIZES)
    for step, wanted in zip(program.rules["T"], (tree, other), strict=True):
        found = evaluate(wanted, "movement", Table(**columns))
        assert values(evaluation.answer(step)) == found.tolist()


@given(trees(FEW_ATOMS), ROWS, st.sets(st.sampled_from("abcde")))
def test_facts_that_nobody_speaks_of_need_no_asking(tree, columns, spoken):
    columns = {name: items if name in spoken else [1] * PLACES for name, items in columns.items()}
    asked = []

    def atom(atom, _scope):
        asked.append(atom.fact)
        return sets(columns[atom.fact])

    program = Program.of([rule(tree, tree)])
    found = Evaluation(program, atom, SIZES, (f"flow.{name}" for name in spoken)).answer(
        program.rules["T"][0]
    )
    assert values(found) == evaluate(tree, "movement", Table(**columns)).tolist()
    assert set(asked) <= spoken


@given(st.lists(trees(ATOMS), min_size=1, max_size=5), st.lists(st.sampled_from(list(SCOPES)), min_size=5))
def test_each_step_stands_once(found, kinds):
    program = Program.of(
        rule(tree, tree, at, str(number)) for number, (tree, at) in enumerate(zip(found, kinds, strict=False))
    )
    assert len(set(program.steps)) == len(program.steps) == sum(length for _, length in program.quiet)
    assert len(set(program.atoms)) == len(program.atoms)
    assert all(
        operation > 2 or step < len(program.steps) for operation, _, rest in program.steps for step in rest
    )
    assert all(first == second for first, second in program.rules.values())


def test_quiet_atoms():
    atoms = [FactIn("source", "x", ("yes",)), FactKnown("target", "x"), TypeIs("flow", ("t", "u"))]
    atoms.append(Linked("source", "reaches", ("t",)))
    program = Program.of(rule(atom, atom, name=str(number)) for number, atom in enumerate(atoms))
    names = {program.atoms[rest[0]]: number for number, (_, _, rest) in enumerate(program.steps)}
    first, second, third, fourth = (names[atom] for atom in atoms)
    asks = {name: set(steps) for name, steps in program.asks.items()}
    assert asks == {"element.x": {first, second}, "t": {third, fourth}, "u": {third}}
    quiet = Evaluation(program, lambda *_: (0b11, 0b11), SIZES, ())
    answers = [quiet.answer(program.rules[str(number)][0]) for number in range(4)]
    assert answers == [((1 << PLACES) - 1, 0), (0, 0), (0, 0), (0, 0)]


def test_the_same_tree_in_another_scope_is_another_step():
    tree = FactIn("system", "x", ("yes",))
    program = Program.of([rule(tree, tree), rule(tree, tree, "element", "U")])
    assert program.rules["T"][0] != program.rules["U"][0]
    assert len(program.atoms) == 1
    assert sorted(scope for _, scope, _ in program.steps) == [0, 1]
