"""Check that a rule speaks only of things that exist, and only where it can.

A misspelt name would make a rule that never fires and says nothing; here it becomes a problem to mend.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from msgspec import Struct

from mantlet.base.suggest import suggest
from mantlet.model.vocabulary import DIMENSIONS, FactDef, Realm, Vocabulary
from mantlet.model.vocabulary import Subject as FactSubject
from mantlet.rules.tree import (
    SCOPES,
    SUBJECTS,
    At,
    Atom,
    Carries,
    ControlOn,
    Crosses,
    DataIs,
    FactCompare,
    FactIn,
    FactKnown,
    Lineage,
    Linked,
    Subject,
    Tree,
    TypeIs,
    Within,
    atoms,
)
from mantlet.rules.write import unparse

_ENDS: tuple[Subject, ...] = ("element", "source", "target")
_RELATIONS: dict[str, tuple[Subject, ...]] = {
    "carries": ("flow",),
    "holds": _ENDS,
    "handles": _ENDS,
    "trains-on": ("flow", *_ENDS),
    "derived-from": ("data",),
    "receives-from": _ENDS,
    "sends-to": _ENDS,
    "reached-from": _ENDS,
    "reaches": _ENDS,
    "within": _ENDS,
    "control": ("flow", *_ENDS, "boundary", "system"),
}
"""Which subjects each relation may be asked of."""


class Problem(Struct, frozen=True):
    """One thing wrong with a rule."""

    what: str
    name: str = ""
    """The word in the rule that it is about; where it stands can be found by it."""
    mend: str = ""
    fatal: bool = True
    """False for what a foreign pack may do: it is reported and the atom is never true."""


def check(
    tree: Tree, at: At, vocabulary: Vocabulary, controls: Collection[str] = (), *, foreign: bool = False
) -> list[Problem]:
    """Return everything wrong with a rule that is judged at a kind of place; empty when it is sound.

    ``foreign`` is for packs from other tools, whose unknown names are reported instead of refused.
    """
    checker = _Checker(at, vocabulary, controls, foreign=foreign)
    found: dict[Problem, None] = {}
    for atom in atoms(tree):
        found.update(dict.fromkeys(checker.problems(atom)))
    return list(found)


class _Checker:
    def __init__(self, at: At, vocabulary: Vocabulary, controls: Collection[str], *, foreign: bool) -> None:
        self.at = at
        self.subjects = SUBJECTS[SCOPES[at]]
        self.vocabulary = vocabulary
        self.controls = controls
        self.foreign = foreign

    def problems(self, atom: Atom) -> Iterator[Problem]:
        """Yield what is wrong with one atom; a subject that cannot be there hides the rest."""
        misplaced = self._misplaced(atom)
        if misplaced:
            yield misplaced
            return
        match atom:
            case TypeIs(subject, types):
                yield from self._type_is(subject, types)
            case FactIn() | FactCompare() | FactKnown():
                yield from self._fact(atom)
            case Crosses(types) | Within(_, types):
                yield from self._types(types, "boundary")
            case Carries() | DataIs() | Lineage():
                yield from self._types(atom.types, "data")
            case Linked(_, _, types):
                yield from self._types(types, "element")
            case ControlOn(control):
                if control not in self.controls:
                    yield self._unknown("control", control, suggest(control, self.controls))

    def _misplaced(self, atom: Atom) -> Problem | None:
        subject = _subject(atom)
        if subject not in self.subjects:
            known = ", ".join(self.subjects)
            return Problem(
                f"a rule at '{self.at}' cannot speak of '{subject}' (in: {unparse(atom)})",
                subject,
                f"there it can speak of: {known}",
            )
        relation = _relation(atom)
        fitting = _RELATIONS.get(relation, ())
        if relation and subject not in fitting:
            return Problem(
                f"'{relation}' cannot be asked of '{subject}'",
                subject,
                f"it can be asked of: {', '.join(fitting)}",
            )
        return None

    def _type_is(self, subject: Subject, types: tuple[str, ...]) -> Iterator[Problem]:
        if subject in _ENDS:
            yield from self._types(types, "element")
        elif subject == "boundary":
            yield from self._types(types, "boundary")
        elif subject != "flow" or not self.foreign:
            yield Problem(f"a {subject} has no type", subject, f"ask for a fact: {subject}.… is '…'")

    def _types(self, names: tuple[str, ...], realm: Realm) -> Iterator[Problem]:
        for name in names:
            resolved = self.vocabulary.resolve(name, realm)
            if not self.vocabulary.knows(name, realm):
                hint = suggest(name, self.vocabulary.of_realm(realm))
                if not hint and realm == "boundary":
                    hint = f"or a dimension: {', '.join(DIMENSIONS)}"
                yield self._unknown(f"{realm} type", name, hint)
            elif resolved != name and not self.foreign:
                yield Problem(
                    f"'{name}' is another name of the {realm} type '{resolved}'",
                    name,
                    f"write '{resolved}' in rules",
                )

    def _fact(self, atom: FactIn | FactCompare | FactKnown) -> Iterator[Problem]:
        fact = self.vocabulary.facts.get(atom.fact)
        place: FactSubject = "element" if atom.subject in _ENDS else atom.subject  # type: ignore[assignment]
        if fact is None:
            fitting = [name for name, item in self.vocabulary.facts.items() if place in item.on]
            yield self._unknown("fact", atom.fact, suggest(atom.fact, fitting))
        elif place not in fact.on:
            what = f"'{atom.fact}' is a fact of {', '.join(fact.on)}, not of {place}"
            yield Problem(what, atom.fact, fatal=not self.foreign)
        elif isinstance(atom, FactCompare):
            if fact.values != "number":
                yield Problem(
                    f"'{atom.fact}' is no number", atom.fact, f"ask: {atom.subject}.{atom.fact} is '…'"
                )
        elif isinstance(atom, FactIn):
            yield from self._values(atom, fact)

    def _values(self, atom: FactIn, fact: FactDef) -> Iterator[Problem]:
        if fact.values == "number":
            yield Problem(f"'{atom.fact}' is a number", atom.fact, "compare it: < <= > >=", not self.foreign)
        elif isinstance(fact.values, list) and not fact.open:
            for value in atom.values:
                if value not in fact.values:
                    hint = suggest(value, fact.values) or f"its values are: {', '.join(fact.values)}"
                    yield Problem(f"'{atom.fact}' is never '{value}'", value, hint, not self.foreign)

    def _unknown(self, kind: str, name: str, hint: str) -> Problem:
        return Problem(f"unknown {kind} '{name}'", name, hint, not self.foreign)


def _subject(atom: Atom) -> Subject:
    match atom:
        case Crosses():
            return "flow"
        case DataIs():
            return "data"
        case _:
            return atom.subject


def _relation(atom: Atom) -> str:
    match atom:
        case Carries() | Lineage() | Linked():
            return atom.relation
        case Within():
            return "within"
        case ControlOn():
            return "control"
        case _:
            return ""
