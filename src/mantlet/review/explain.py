"""Why a threat is there, or why not: conditions, facts, what would prevent it, and every factor with its reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from msgspec import UNSET

from mantlet.analysis.because import FROM, WORDS, signed
from mantlet.analysis.engine import Analysis, State
from mantlet.analysis.factcolumn import Origin
from mantlet.base.errors import UsageError
from mantlet.base.suggest import suggest
from mantlet.catalogue.schema import Control, ThreatType
from mantlet.findings.marks import Mark
from mantlet.risk.decisions import Ruling
from mantlet.risk.names import fill, names_of
from mantlet.risk.reasons import Factor, reasons
from mantlet.risk.register import Register
from mantlet.rules.explain import Condition
from mantlet.rules.explain import explain as explain_rule
from mantlet.rules.tree import (
    HOLDERS,
    SCOPES,
    UNKNOWN,
    YES,
    Atom,
    FactCompare,
    FactIn,
    FactKnown,
    Not,
    Scope,
    Tree,
)
from mantlet.rules.write import unparse


@dataclass(frozen=True, slots=True)
class Line:
    """One condition of a rule at the place."""

    text: str
    answer: str
    """yes, no or unknown."""
    value: str
    """The fact's own value, where it is about a fact."""
    source: str
    decisive: bool
    atom: Atom
    """The condition itself, as the rule has it."""
    negated: bool = False
    """Its not being so counts; `text` and `answer` are said that way."""


@dataclass(frozen=True, slots=True)
class Explained:
    """A type at a place, in full."""

    id: str
    type: ThreatType
    title: str
    text: str
    state: State
    applies: str
    applies_rule: str
    conditions: tuple[Line, ...]
    mitigated: str
    mitigated_rule: str
    preventions: tuple[Line, ...]
    controls: tuple[Control, ...]
    factors: tuple[Factor, ...]
    row: int
    """Its row among the threats; −1 when it is absent."""
    place: int
    """The row of its place in the table of its scope."""
    also_at: tuple[str, ...]
    """Other places of the same risk."""
    silenced_by: tuple[str, ...]
    note: str
    decision: Ruling | None = None
    """What people decided about it."""
    evidence: tuple[Mark, ...] = ()
    """What scans say of it, confirming first."""

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        return {
            "id": self.id,
            "type": self.type.id,
            "title": self.title,
            "text": self.text,
            "state": self.state.word,
            "applies": {
                "value": self.applies,
                "rule": self.applies_rule,
                "conditions": [_line(line) for line in self.conditions],
            },
            "mitigated": {
                "value": self.mitigated,
                "rule": self.mitigated_rule,
                "conditions": [_line(line) for line in self.preventions],
            },
            "controls": [
                {"id": control.id, "title": control.title, "effort": control.effort}
                for control in self.controls
            ],
            "factors": [factor.to_dict() for factor in self.factors],
            "also_at": list(self.also_at),
            "silenced_by": list(self.silenced_by),
            "note": self.note,
            "decision": self.decision.to_dict() if self.decision else None,
            "evidence": [mark.to_dict() for mark in self.evidence],
        }


def _line(line: Line) -> dict[str, object]:
    return {
        "condition": line.text,
        "answer": line.answer,
        "value": line.value,
        "from": line.source,
        "decisive": line.decisive,
    }


def explain(register: Register, name: str) -> Explained:
    """Explain `TYPE@place`; a place that is an element stands for the worst threat of the risk there."""
    analysis = register.analysis
    kind_name, _, place_name = name.partition("@")
    kinds = analysis.kinds(kind_name)
    if not kinds:
        raise _unknown_type(analysis, kind_name)
    if not place_name:
        raise UsageError(f"'{name}' names no place", mend=_example(register, kinds))
    kind, rows, place = _find(register, kinds, place_name)
    item = analysis.types[kind]
    scope = SCOPES[item.at]
    row = rows[0] if rows else -1
    state = State(int(analysis.state(kind)[place]))
    names = names_of(analysis, kind, place)
    applies, mitigated = (
        explain_rule(tree, scope, place, analysis.atoms, analysis.memo)
        for tree in (item.applies, item.mitigated)
    )
    silenced = tuple(analysis.silencers(kind, place)) if state is State.SILENCED else ()
    evidence = tuple(analysis.evidence.get(row, ()))
    return Explained(
        id=f"{item.id}@{analysis.place_id(scope, place)}",
        type=item,
        title=fill(item.title, names),
        text=fill(item.text, names),
        state=state,
        applies=WORDS[applies.value],
        applies_rule=unparse(item.applies),
        conditions=_lines(analysis, item.applies, applies.conditions, place, scope),
        mitigated=WORDS[mitigated.value],
        mitigated_rule=unparse(item.mitigated),
        preventions=_lines(analysis, item.mitigated, mitigated.conditions, place, scope),
        controls=tuple(
            analysis.catalogue.controls[control]
            for control in item.controls
            if control in analysis.catalogue.controls
        ),
        factors=tuple(reasons(register.ratings, row)) if row >= 0 else (),
        row=row,
        place=place,
        also_at=tuple(analysis.place_of(other) for other in rows[1:]),
        silenced_by=silenced,
        note=_proven(state, evidence, WORDS[applies.value], WORDS[mitigated.value]) or _note(state, silenced),
        decision=register.ruling(row) if row >= 0 else None,
        evidence=evidence,
    )


def _proven(state: State, evidence: tuple[Mark, ...], applies: str, mitigated: str) -> str:
    """Say that evidence decided the state, where the rules by themselves would not have."""
    confirmed = any(mark.effect == "confirm" for mark in evidence)
    if state is State.OPEN and confirmed and (applies != "yes" or mitigated == "yes"):
        return "open: evidence shows it, whatever the model says"
    if state is State.MITIGATED and mitigated != "yes" and any(mark.effect == "refute" for mark in evidence):
        return "mitigated: evidence refutes it"
    return ""


def _note(state: State, silenced: tuple[str, ...]) -> str:
    return {
        State.SILENCED: f"not shown, because {', '.join(silenced)} says the same here more exactly",
        State.OUT_OF_SCOPE: "not looked at: out of scope",
        State.ABSENT: "absent: it cannot happen here as the model stands",
        State.TO_CONFIRM: "to confirm: it isn't known whether it can happen here",
        State.MITIGATED: "mitigated: something known prevents it",
        State.OPEN: "open: it can happen here and nothing known prevents it",
    }[state]


def _find(register: Register, kinds: list[int], place_name: str) -> tuple[int, list[int], int]:
    """Return the type's row, the threat rows meant, worst first, and the place row of the first (or of the absent one).

    A threat that people found at places of several kinds has a row for each; the kind of the place decides.
    """
    analysis = register.analysis
    table = analysis.threats
    for kind in kinds:
        places = analysis.places(SCOPES[analysis.types[kind].at])
        if place_name in places:
            exact = places.index(place_name)
            mine = np.flatnonzero((table.type == kind) & (table.place == exact))
            return kind, mine.tolist(), exact
    item = analysis.types[kinds[0]]
    places = analysis.places(SCOPES[item.at])
    element = analysis.columns.elements.rows.get(place_name)
    if element is None:
        known = {*places, *analysis.columns.elements.ids}
        raise UsageError(
            f"{item.id} is not asked at '{place_name}'",
            mend=suggest(place_name, known) or _places_hint(item, places),
        )
    risk = register.by_id(f"{item.id}@{place_name}")
    if risk is not None:
        return int(table.type[risk.worst]), list(risk.rows), int(table.place[risk.worst])
    ends = np.flatnonzero(analysis.element_of(item) == element)
    if not ends.size:
        raise UsageError(f"{item.id} is not asked at '{place_name}'", mend=_places_hint(item, places))
    return kinds[0], [], int(ends[analysis.state(kinds[0])[ends].argmax()])


def _example(register: Register, kinds: list[int]) -> str:
    """Return how to name a threat of a type, by one that is there if any is."""
    analysis = register.analysis
    item = analysis.types[kinds[0]]
    found = [risk.id for risk in register if risk.type.id == item.id]
    if found:
        return f"write {' or '.join(found[:3])}"
    places = analysis.places(SCOPES[item.at])
    return f"write {item.id}@{places[0]}" if places else _places_hint(item, places)


def _places_hint(item: ThreatType, places: list[str]) -> str:
    return f"it is asked of each {item.at}: {', '.join(places[:8])}{' …' if len(places) > 8 else ''}"


def _unknown_type(analysis: Analysis, name: str) -> UsageError:
    if name in analysis.catalogue.threats:
        pack = analysis.catalogue.threats[name].pack
        return UsageError(
            f"the pack '{pack}' of {name} is off for this model",
            mend="add it under `catalogue: packs:`, or take it out of `without:`",
        )
    mend = (
        suggest(name.upper(), analysis.catalogue.threats)
        or "`mantlet catalogue list` names them; write TYPE@place"
    )
    return UsageError(f"unknown threat type '{name}'", mend=mend)


def _lines(
    analysis: Analysis, rule: Tree, conditions: tuple[Condition, ...], place: int, scope: Scope
) -> tuple[Line, ...]:
    """Return a rule's conditions; one that only counts the other way round is said that way, `not` and all."""
    helpful = {atom for atom, positive in signed(rule) if positive}
    found = []
    for condition in conditions:
        atom, answer = condition.atom, condition.value
        value, source = "", "the drawing" if answer != UNKNOWN else FROM[Origin.NOBODY]
        if isinstance(atom, (FactIn, FactCompare, FactKnown)):
            value, source = _said(analysis, atom, place, scope)
        text, negated = condition.text, atom not in helpful
        if negated:
            text, answer = unparse(Not(atom)), YES - answer
        found.append(Line(text, WORDS[answer], value, source, condition.decisive, atom, negated))
    return tuple(found)


def _said(
    analysis: Analysis, atom: FactIn | FactCompare | FactKnown, place: int, scope: Scope
) -> tuple[str, str]:
    """Return a fact's value at a place and whose word that is."""
    facts, holder = analysis.atoms.facts, HOLDERS[atom.subject]
    column = facts.column(holder, atom.fact)
    rows = analysis.atoms.rows(scope, atom.subject)
    at = place if rows is None else int(rows[place])
    origin = Origin(int(column.origin[at]))
    source = FROM[origin]
    if origin is Origin.CONTRADICTED:
        source += f" ({facts.claimed(holder, atom.fact, at)})"
    if origin is Origin.WRITTEN and (line := _discovered(analysis, holder, atom.fact, at)):
        source = f"the code, {line}"
    return column.values[int(column.codes[at])], source


def _discovered(analysis: Analysis, holder: str, fact: str, row: int) -> str:
    """Return the line of code that shows a written fact; empty where a person wrote it."""
    columns = analysis.columns
    section = {"element": columns.elements, "flow": columns.flows}.get(holder)
    if section is None:
        return ""
    entries = columns.sections.elements if holder == "element" else columns.sections.flows
    seen = entries[section.ids[row]].discovered
    return "" if seen is UNSET else seen.facts.get(fact, "")
