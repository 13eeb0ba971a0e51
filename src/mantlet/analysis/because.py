"""Why a threat is there: the conditions of its rules with the facts that answered them, for any number of threats."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from mantlet.analysis.arrays import Index, numbered
from mantlet.analysis.engine import Analysis, State
from mantlet.analysis.factcolumn import UNWRITTEN, Origin
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
    Origin.VERIFIED: "evidence",
    Origin.WRITTEN: "the model",
    Origin.CONTRADICTED: "evidence against the model",
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


Fact = (FactIn, FactCompare, FactKnown)
MAX_KEYS = 1 << 40


class _Condition:
    """An atom of a rule over all places: few different answers, and which of them each place has."""

    def __init__(self, analysis: Analysis, atom: Atom, scope: Scope) -> None:
        self._analysis = analysis
        self._atom = atom
        self.numbers, self.answers = self._answers(scope)
        self._made: dict[int, Reason] = {}

    @cached_property
    def listed(self) -> list[int]:
        """The numbers as a list, for looking up one place at a time."""
        return [] if self.numbers is None else self.numbers.tolist()

    def number(self, place: int) -> int:
        """Return which of the different answers a place has."""
        return 0 if self.numbers is None else int(self.numbers[place])

    def reason(self, number: int) -> Reason:
        """Return an answer as a reason."""
        if number not in self._made:
            self._made[number] = self._reason(*self.answers[number])
        return self._made[number]

    def _answers(self, scope: Scope) -> tuple[Index | None, list[tuple[int, int, int]]]:
        """Return which of the different answers each place has, and these: the value, its fact's code and origin."""
        analysis, atom = self._analysis, self._atom
        if isinstance(atom, Fact) and analysis.atoms.facts.is_silent(HOLDERS[atom.subject], atom.fact):
            return None, [(NO if isinstance(atom, FactKnown) else UNKNOWN, 0, 0)]
        values = analysis.sets.values(atom, scope)
        if not isinstance(atom, Fact):
            if isinstance(values, int):
                return None, [(values, 0, 0)]
            return values, [(value, 0, 0) for value in range(3)]
        column = analysis.atoms.facts.column(HOLDERS[atom.subject], atom.fact)
        rows = analysis.atoms.rows(scope, atom.subject)
        code = column.codes.astype(np.int64) * len(Origin) + column.origin
        joint = (code if rows is None else code[rows]) * 3 + values
        numbers, count = numbered(joint, int(joint.max(initial=0)) + 1)
        different = np.zeros(count, np.int64)
        different[numbers] = joint
        return numbers, [_parted(item) for item in different.tolist()]

    def _reason(self, value: int, code: int, origin: int) -> Reason:
        atom = self._atom
        if not isinstance(atom, Fact):
            return Reason(
                unparse(atom), WORDS[value], "the drawing" if value != UNKNOWN else FROM[Origin.NOBODY]
            )
        said = "unknown"
        if code != UNWRITTEN:
            said = self._analysis.atoms.facts.column(HOLDERS[atom.subject], atom.fact).values[code]
        return Reason(f"{atom.subject}.{atom.fact}", said, FROM[Origin(origin)])


def _parted(joint: int) -> tuple[int, int, int]:
    rest, value = divmod(joint, 3)
    code, origin = divmod(rest, len(Origin))
    return value, code, origin


class Because:
    """Finds reasons; answers to the same condition share one object, so that thousands of threats cost little."""

    def __init__(self, analysis: Analysis) -> None:
        self.analysis = analysis
        self._rules: dict[int, list[tuple[_Condition, bool, bool]]] = {}
        self._conditions: dict[tuple[Atom, Scope], _Condition] = {}

    def reasons(self, row: int) -> list[Reason]:
        """Return why a threat is in its state: what makes it apply, then what would prevent it and doesn't (or does)."""
        table = self.analysis.threats
        return self.at(int(table.type[row]), int(table.place[row]), State(int(table.state[row])))

    def at(self, kind: int, place: int, state: State) -> list[Reason]:
        """Return the reasons at any place of a type."""
        found = []
        for condition, about_applying, positive in self._of(kind):
            number = condition.number(place)
            value = condition.answers[number][0]
            helps = value == UNKNOWN or (value == YES) == positive
            wanted = (
                helps if about_applying or state is State.MITIGATED else value != (YES if positive else NO)
            )
            if wanted and not (state is State.MITIGATED and not about_applying and value == UNKNOWN):
                found.append(condition.reason(number))
        return found

    def alike(
        self, kind: int, places: Index, states: NDArray[np.int8]
    ) -> tuple[NDArray[np.int64], dict[int, list[Reason]]]:
        """Return a number for each of some places of a type, the same where the reasons are, and the reasons by number."""
        key, keys = states.astype(np.int64), len(State)
        for condition, _, _ in self._of(kind):
            if condition.numbers is None:
                continue
            key = key * len(condition.answers) + condition.numbers[places]
            keys *= len(condition.answers)
            if keys > MAX_KEYS:
                different, key = np.unique(key, return_inverse=True)
                keys = len(different)
        examples = dict(zip(key.tolist(), range(len(key)), strict=True))
        return key, {
            number: self.at(kind, int(places[example]), State(int(states[example])))
            for number, example in examples.items()
        }

    def _of(self, kind: int) -> list[tuple[_Condition, bool, bool]]:
        """Return a type's conditions, with whether each is about applying and whether its being yes helps the rule."""
        if kind not in self._rules:
            item = self.analysis.types[kind]
            self._rules[kind] = [
                (self._condition(atom, SCOPES[item.at]), about_applying, sign)
                for rule, about_applying in ((item.applies, True), (item.mitigated, False))
                for atom, sign in signed(rule)
            ]
        return self._rules[kind]

    def _condition(self, atom: Atom, scope: Scope) -> _Condition:
        key = (atom, scope)
        if key not in self._conditions:
            self._conditions[key] = _Condition(self.analysis, atom, scope)
        return self._conditions[key]


_EVIDENCE = (FROM[Origin.VERIFIED], FROM[Origin.CONTRADICTED])


def verified(state: State, reasons: Iterable[Reason]) -> bool:
    """Tell whether a threat is mitigated by something that was verified, by people or a scan."""
    return state is State.MITIGATED and any(reason.from_ in _EVIDENCE for reason in reasons)


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
