"""A template's rules over drawings, judged as the Threat Modeling Tool does it.

Closed world: what isn't set is not that value. Only flows that are attached at both ends are asked, and those out of
scope are left alone. The rules go through mantlet's own parser and evaluator.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from mantlet.base.errors import MantletError
from mantlet.formats.tmt.geometry import crossings
from mantlet.formats.tmt.parts import OUT_OF_SCOPE, ROOT, Attr, Drawn, Line, Rule, Shape, Template
from mantlet.rules.evaluate import Answer, Memo, evaluate
from mantlet.rules.parse import parse
from mantlet.rules.tree import NO, YES, Atom, Crosses, FactIn, Scope, TypeIs, atoms

Place = tuple[str, str, str, str]
"""Type, source, flow and target guid."""


@dataclass(slots=True)
class Judged:
    """What a template says of a drawing."""

    places: list[Place] = field(default_factory=list)
    unread: dict[str, str] = field(default_factory=dict)
    """Rules that could not be read, with the reason; they fire nowhere."""


class FlowAtoms:
    """Answers a template's questions about the flows of a drawing."""

    def __init__(self, drawn: Drawn, template: Template) -> None:
        self._stencils = template.stencils()
        self._template = template
        self._lineages: dict[tuple[str, str], frozenset[str]] = {}
        self._facts: dict[int, dict[str, str]] = {}
        self.rows: list[tuple[Shape, Line, Shape]] = []
        self._crossed: list[frozenset[str]] = []
        for surface in drawn.surfaces:
            ends = {shape.guid: shape for shape in surface.shapes if shape.is_element}
            crossed = crossings(surface)
            for line in surface.lines:
                if not line.is_flow or _out(line) or line.source not in ends or line.target not in ends:
                    continue
                self.rows.append((ends[line.source], line, ends[line.target]))
                kinds = (self._kinds(border.type, border.generic) for border in crossed[line.guid])
                self._crossed.append(frozenset[str]().union(*kinds))

    def size(self, scope: Scope) -> int:  # noqa: ARG002  (all rows are flows)
        """Return the number of flows."""
        return len(self.rows)

    def atom(self, atom: Atom, scope: Scope) -> Answer:  # noqa: ARG002
        """Return 0 or 2 for each flow."""
        match atom:
            case TypeIs(subject, types):
                wanted = set(types) - {ROOT}
                return _values(not wanted.isdisjoint(self._kinds_of(row, subject)) for row in self.rows)
            case FactIn(subject, fact, values):
                return _values(self._facts_of(row, subject).get(fact) in values for row in self.rows)
            case Crosses(types):
                wanted = set(types)
                return _values(not wanted.isdisjoint(kinds) for kinds in self._crossed)
            case _:
                return NO

    def _kinds_of(self, row: tuple[Shape, Line, Shape], subject: str) -> frozenset[str]:
        item = _subject(row, subject)
        return frozenset() if item is None else self._kinds(item.type, item.generic)

    def _kinds(self, name: str, generic: str) -> frozenset[str]:
        """Return all that an object is: its stencil, its generic stencil, and what either is made from."""
        key = (name, generic)
        if key not in self._lineages:
            found = {name, generic}
            for start in key:
                found.update(self._template.lineage(start, self._stencils))
            self._lineages[key] = frozenset(found - {ROOT, ""})
        return self._lineages[key]

    def _facts_of(self, row: tuple[Shape, Line, Shape], subject: str) -> dict[str, str]:
        item = _subject(row, subject)
        if item is None:
            return {}
        found = self._facts.get(id(item))
        if found is None:
            found = self._facts[id(item)] = {attr.name: attr.text for attr in item.attrs if attr.name}
            for attr in item.attrs:
                if attr.label and attr.kind != "Header":
                    found.setdefault(attr.label, attr.text)
        return found


def _subject(row: tuple[Shape, Line, Shape], subject: str) -> Shape | Line | None:
    source, flow, target = row
    return (
        source
        if subject == "source"
        else target
        if subject == "target"
        else flow
        if subject == "flow"
        else None
    )


def _values(found: Iterable[bool]) -> Answer:
    return np.fromiter(found, bool).astype(np.int8) * np.int8(YES)


def _out(line: Line) -> bool:
    return is_out(line.attrs)


def is_out(attrs: Iterable[Attr]) -> bool:
    """Tell whether an object is marked as out of scope."""
    return any(attr.name == OUT_OF_SCOPE and (attr.value or "").strip().lower() == "true" for attr in attrs)


def judge(drawn: Drawn, template: Template) -> Judged:
    """Return every threat that a template's rules make of a drawing, in the order of its rules and flows."""
    flows, memo, judged = FlowAtoms(drawn, template), Memo(), Judged()
    for rule in template.rules:
        try:
            fires = _fires(rule, flows, memo)
        except MantletError as error:
            judged.unread[rule.id] = error.what
            continue
        judged.places += [
            (rule.id, source.guid, flow.guid, target.guid)
            for (source, flow, target), yes in zip(flows.rows, fires, strict=True)
            if yes
        ]
    judged.places = list(dict.fromkeys(judged.places))
    return judged


def _fires(rule: Rule, flows: FlowAtoms, memo: Memo) -> list[bool]:
    if not (rule.include or "").strip():
        return [False] * len(flows.rows)
    wanted = evaluate(parse(rule.include or ""), "movement", flows, memo, closed=True) == YES
    if (rule.exclude or "").strip():
        wanted &= evaluate(parse(rule.exclude or ""), "movement", flows, memo, closed=True) != YES
    return [bool(item) for item in wanted]


def asked(template: Template) -> set[str]:
    """Return the names of properties that a template's rules ask about."""
    found = set()
    for rule in template.rules:
        for text in (rule.include, rule.exclude):
            if (text or "").strip():
                try:
                    found |= {atom.fact for atom in atoms(parse(text or "")) if isinstance(atom, FactIn)}
                except MantletError:
                    continue
    return found
