"""Why a rule has its value at one place: each condition, what it was, and whether it mattered."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from mantlet.rules.evaluate import Atoms, Memo, evaluate, value
from mantlet.rules.tree import NO, UNKNOWN, YES, And, Atom, Const, Not, Or, Scope, Tree, atoms
from mantlet.rules.write import unparse


class Condition(Struct, frozen=True):
    """One atom of the rule at the place."""

    atom: Atom
    text: str
    value: int
    """0 no, 1 unknown, 2 yes."""
    decisive: bool
    """It made the result what it is: the others could have been anything (together, where several are marked)."""
    if_no: int
    """The rule's value here if this condition were no and all others stayed."""
    if_yes: int

    @property
    def settles(self) -> bool:
        """Finding out this unknown condition alone can make the rule's value known."""
        return self.value == UNKNOWN and self.decisive and UNKNOWN not in {self.if_no, self.if_yes}


class Explanation(Struct, frozen=True):
    """A rule at one place."""

    value: int
    conditions: tuple[Condition, ...]
    """The rule's different atoms in the order of the text."""

    @property
    def because(self) -> tuple[Condition, ...]:
        """The conditions that made the value what it is."""
        return tuple(condition for condition in self.conditions if condition.decisive)

    @property
    def to_find_out(self) -> tuple[Condition, ...]:
        """The unknown conditions behind an unknown value, those that settle it alone first."""
        unknown = [item for item in self.because if item.value == UNKNOWN] if self.value == UNKNOWN else []
        return tuple(sorted(unknown, key=lambda item: not item.settles))


def explain(
    tree: Tree, scope: Scope, index: int, answers: Atoms, memo: Memo | None = None, *, closed: bool = False
) -> Explanation:
    """Return the rule's value at place number ``index`` of the scope and what made it so."""
    memo = {} if memo is None else memo
    known = {atom: int(evaluate(atom, scope, answers, memo, closed=closed)[index]) for atom in atoms(tree)}
    decisive: set[Atom] = set()
    _collect(tree, known, decisive)
    conditions = tuple(
        Condition(
            atom,
            unparse(atom),
            found,
            atom in decisive,
            value(tree, {**known, atom: NO}),
            value(tree, {**known, atom: YES}),
        )
        for atom, found in known.items()
    )
    return Explanation(value(tree, known), conditions)


def _collect(tree: Tree, known: Mapping[Atom, int], decisive: set[Atom]) -> None:
    """Collect the atoms that made the tree's value."""
    match tree:
        case Not(item):
            _collect(item, known, decisive)
        case And(items) | Or(items):
            result = value(tree, known)
            for item in items:
                if value(item, known) == result:
                    _collect(item, known, decisive)
        case Const():
            pass
        case _:
            decisive.add(tree)
