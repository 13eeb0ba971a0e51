"""What a decision was taken on: the facts that the rules of its threats read, and which of them have changed since."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import UNSET, Struct

from mantlet.analysis.engine import Analysis
from mantlet.catalogue.schema import Control
from mantlet.model.entries import Decision, fact_text
from mantlet.rules.tree import HOLDERS, SCOPES, FactCompare, FactIn, FactKnown, Holder, Scope, Subject, atoms


class Change(Struct, frozen=True):
    """A fact that is no longer what it was when a decision was taken."""

    fact: str
    """As the decision's basis names it: `place.fact`."""
    was: str
    now: str

    def __str__(self) -> str:
        return f"{self.fact} was {self.was}, is {self.now} now"

    def to_dict(self) -> dict[str, str]:
        """Return the change as JSON has it."""
        return {"fact": self.fact, "was": self.was, "now": self.now}


def basis_facts(analysis: Analysis, rows: Iterable[int]) -> dict[str, str]:
    """Return every fact that the rules of some threats read at their places, by `place.fact`; unknown ones too."""
    found = {key: value for key, _, value in _read(analysis, rows)}
    return dict(sorted(found.items()))


def changes(analysis: Analysis, decision: Decision, rows: Iterable[int]) -> list[Change]:
    """Return what changed of the facts that a decision was taken on.

    What the decision's own controls bring about was its aim. A fact that no rule reads any more, or whose place is gone,
    is no change.
    """
    if decision.basis is UNSET or not decision.basis.facts:
        return []
    was = {fact: fact_text(value) for fact, value in decision.basis.facts.items()}
    aims = _aims(
        analysis.catalogue.controls[name] for name in decision.controls if name in analysis.catalogue.controls
    )
    found = {
        key: Change(key, was[key], value)
        for key, asked, value in _read(analysis, rows)
        if key in was and value != was[key] and (asked, value) not in aims
    }
    return [change for _, change in sorted(found.items())]


def _aims(controls: Iterable[Control]) -> set[tuple[str, str]]:
    return {item for control in controls for item in control.sets.items()}


def _read(analysis: Analysis, rows: Iterable[int]) -> Iterator[tuple[str, str, str]]:
    """Yield `place.fact`, `kind.fact` and the value for each fact that the rules of some threats read."""
    facts = analysis.atoms.facts
    for holder, fact, at, value in facts_read(analysis, rows):
        yield f"{facts.name(holder, at)}.{fact}", f"{holder}.{fact}", value


def facts_read(analysis: Analysis, rows: Iterable[int]) -> Iterator[tuple[Holder, str, int, str]]:
    """Yield each fact that the rules of some threats read: of what kind of thing, which, its row there, the value."""
    table, facts = analysis.threats, analysis.atoms.facts
    seen: set[tuple[Holder, str, int]] = set()
    for row in rows:
        item, place = analysis.types[int(table.type[row])], int(table.place[row])
        scope = SCOPES[item.at]
        for atom in (*atoms(item.applies), *atoms(item.mitigated)):
            if not isinstance(atom, (FactIn, FactCompare, FactKnown)):
                continue
            holder = HOLDERS[atom.subject]
            at = _row(analysis, scope, atom.subject, place)
            if (holder, atom.fact, at) in seen:
                continue
            seen.add((holder, atom.fact, at))
            value = "unknown"
            if not facts.is_silent(holder, atom.fact):
                column = facts.column(holder, atom.fact)
                value = column.values[int(column.codes[at])]
            yield holder, atom.fact, at, value


def _row(analysis: Analysis, scope: Scope, subject: Subject, place: int) -> int:
    rows = analysis.atoms.rows(scope, subject)
    return place if rows is None else int(rows[place])
