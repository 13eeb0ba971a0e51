"""Threats of a model as foreign formats want them: one by one, at a place, with what was decided."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from mantlet.analysis.engine import State
from mantlet.formats.interface import Outgoing
from mantlet.model.entries import Decision, ManualThreat, Sections
from mantlet.risk.owasp import Severity
from mantlet.risk.ratings import BEST, HIGH
from mantlet.risk.register import Register
from mantlet.rules.tree import SCOPES

MANUAL = "manual"


@dataclass(slots=True)
class Threat:
    """One threat at one place."""

    id: str
    """`TYPE@place`."""
    type: str
    place: str
    element: str
    """The element that it belongs to; empty for the system as a whole."""
    title: str
    text: str = ""
    state: str = "open"
    stride: list[str] = field(default_factory=list)
    cia: list[str] = field(default_factory=list)
    linddun: list[str] = field(default_factory=list)
    refs: dict[str, list[str]] = field(default_factory=dict)
    controls: list[str] = field(default_factory=list)
    severity: str = ""
    worst: str = ""
    likelihood: float = 0.0
    impact: float = 0.0
    vector: str = ""
    decision: Decision | None = None
    settled: bool = False
    manual: ManualThreat | None = None


def decision_for(sections: Sections, name: str, place: str, element: str = "") -> Decision | None:
    """Return the decision that names a threat, most exact first."""
    for key in (f"{name}@{place}", f"{name}@{element}", f"{name}@*"):
        found = sections.decisions.get(key)
        if found is not None and (
            not key.endswith("@*") or not found.covers or {place, element} & set(found.covers)
        ):
            return found
    return None


def written(sections: Sections) -> Iterator[Threat]:
    """Yield the threats that the model itself names, in its order."""
    for name, item in sections.threats.items():
        for place in item.at:
            yield Threat(
                f"{name}@{place}",
                name,
                place,
                place if place in sections.elements else "",
                item.title,
                item.text,
                stride=item.stride,
                cia=item.cia,
                linddun=item.linddun,
                refs={key: [str(entry) for entry in entries] for key, entries in item.refs.items()},
                controls=item.controls,
                decision=decision_for(sections, name, place),
                manual=item,
            )


def rated(outgoing: Outgoing, *states: State) -> Iterator[Threat]:
    """Yield the threats of the register in its order, those that people found included; by default open ones."""
    register = outgoing.register()
    analysis, sections = register.analysis, outgoing.sections
    for row in register.rows(*(states or (State.OPEN,))).tolist():
        yield threat_of(register, row, sections, analysis.types[int(analysis.threats.type[row])].id)


def threat_of(register: Register, row: int, sections: Sections, name: str) -> Threat:
    """Return one row of the register."""
    analysis = register.analysis
    item = analysis.types[int(analysis.threats.type[row])]
    place = analysis.place_id(SCOPES[item.at], int(analysis.threats.place[row]))
    ruling = register.ruling(row)
    element = register.element_id(row)
    return Threat(
        f"{name}@{place}",
        name,
        place,
        element if element in sections.elements else "",
        register.text(item.title, row),
        register.text(item.text, row),
        State(int(analysis.threats.state[row])).word,
        list(item.stride),
        list(item.cia),
        list(item.linddun),
        item.references,
        list(item.controls),
        Severity(int(register.ratings.severity[BEST, row])).word,
        Severity(int(register.ratings.severity[HIGH, row])).word,
        float(register.ratings.likelihood[BEST, row]),
        float(register.ratings.impact[BEST, row]),
        register.ratings.vector(row),
        decision=ruling.decision if ruling else None,
        settled=bool(register.settled[row]),
        manual=sections.threats.get(name),
    )
