"""Why a threat is there: the conditions of its rules with the facts that answered them, for any number of threats."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from mantlet.analysis.engine import Analysis, State
from mantlet.analysis.facts import Origin
from mantlet.rules.evaluate import evaluate
from mantlet.rules.tree import (
    HOLDERS,
    NO,
    SCOPES,
    UNKNOWN,
    YES,
    And,
    Atom,
    Const,
    FactCompare,
    FactIn,
    FactKnown,
    Not,
    Or,
    Scope,
    Tree,
)
from mantlet.rules.write import unparse

WORDS = ("no", "unknown", "yes")
FROM = {
    Origin.NOBODY: "nobody wrote it",
    Origin.TYPE: "the type",
    Origin.BOUNDARY: "a boundary around it",
    Origin.HOLDER: "what holds it",
    Origin.IMPLIED: "implied by another fact",
    Origin.CONTROL: "a control in place",
    Origin.WRITTEN: "the model",
    Origin.DERIVED: "the drawing",
}
"""Where a fact's value comes from, in words."""


class Reason(Struct, frozen=True):
    """One condition and what answered it."""

    fact: str
    value: str
    from_: str

    def to_dict(self) -> dict[str, str]:
        """Return the reason as JSON has it."""
        return {"fact": self.fact, "value": self.value, "from": self.from_}


class Because:
    """Finds reasons; answers to the same condition share one object, so that thousands of threats cost little."""

    def __init__(self, analysis: Analysis) -> None:
        self.analysis = analysis
        self._conditions: dict[int, list[tuple[Atom, bool, bool]]] = {}
        self._shared: dict[tuple[Atom, int, int], Reason] = {}
        self._columns: dict[tuple[Atom, Scope], tuple[list[int], list[int], list[int]]] = {}

    def reasons(self, row: int) -> list[Reason]:
        """Return why a threat is in its state: what makes it apply, then what would prevent it and doesn't (or does)."""
        table = self.analysis.threats
        return self.at(int(table.type[row]), int(table.place[row]), State(int(table.state[row])))

    def at(self, kind: int, place: int, state: State) -> list[Reason]:
        """Return the reasons at any place of a type."""
        if kind not in self._conditions:
            item = self.analysis.types[kind]
            self._conditions[kind] = [(atom, True, sign) for atom, sign in signed(item.applies)]
            self._conditions[kind] += [(atom, False, sign) for atom, sign in signed(item.mitigated)]
        scope = SCOPES[self.analysis.types[kind].at]
        found = []
        for atom, about_applying, positive in self._conditions[kind]:
            values, codes, origins = self._column(atom, scope)
            value = values[place]
            helps = value == UNKNOWN or (value == YES) == positive
            wanted = (
                helps if about_applying or state is State.MITIGATED else value != (YES if positive else NO)
            )
            if wanted and not (state is State.MITIGATED and not about_applying and value == UNKNOWN):
                found.append(self._reason(atom, codes[place], origins[place], value))
        return found

    def _reason(self, atom: Atom, code: int, origin: int, value: int) -> Reason:
        key = (atom, code if code >= 0 else value - 10, origin)
        reason = self._shared.get(key)
        if reason is None:
            reason = self._shared[key] = self._make(atom, code, origin, value)
        return reason

    def _make(self, atom: Atom, code: int, origin: int, value: int) -> Reason:
        if isinstance(atom, (FactIn, FactCompare, FactKnown)):
            column = self.analysis.atoms.facts.column(HOLDERS[atom.subject], atom.fact)
            return Reason(f"{atom.subject}.{atom.fact}", column.values[code], FROM[Origin(origin)])
        return Reason(unparse(atom), WORDS[value], "the drawing" if value != UNKNOWN else FROM[Origin.NOBODY])

    def _column(self, atom: Atom, scope: Scope) -> tuple[list[int], list[int], list[int]]:
        """Return, per place: the atom's value, and its fact's code and origin (−1 where it isn't about a fact)."""
        key = (atom, scope)
        if key not in self._columns:
            analysis = self.analysis
            values = evaluate(atom, scope, analysis.atoms, analysis.memo).tolist()
            codes = origins = [-1] * len(values)
            if isinstance(atom, (FactIn, FactCompare, FactKnown)):
                column = analysis.atoms.facts.column(HOLDERS[atom.subject], atom.fact)
                rows = analysis.atoms.rows(scope, atom.subject)
                codes = (column.codes if rows is None else column.codes[rows]).tolist()
                origins = (column.origin if rows is None else column.origin[rows]).tolist()
            self._columns[key] = values, codes, origins
        return self._columns[key]


def signed(tree: Tree, *, positive: bool = True) -> Iterator[tuple[Atom, bool]]:
    """Yield each atom of a tree once, with whether its being yes helps the tree to be yes."""
    yield from dict.fromkeys(_signed(tree, positive))


def _signed(tree: Tree, positive: bool) -> Iterator[tuple[Atom, bool]]:
    if isinstance(tree, Not):
        yield from _signed(tree.item, not positive)
    elif isinstance(tree, (And, Or)):
        for item in tree.items:
            yield from _signed(item, positive)
    elif not isinstance(tree, Const):
        yield tree, positive
