"""AWS Threat Composer: threat statements, mitigations and assumptions; no diagram elements."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from typing import Any

from mantlet.base.errors import InputError
from mantlet.formats.content import Content
from mantlet.formats.interface import Format, Imported, Incoming, Note, Outgoing, Written, note
from mantlet.formats.lost import tell_lost
from mantlet.formats.merge import merged
from mantlet.formats.naming import Ids, name_of
from mantlet.formats.plain import Json, mapping, number, records, text, texts
from mantlet.formats.threatlist import Threat, rated, written
from mantlet.model.entries import Decision, ManualThreat, Sections, System

KIND = "threat-composer"
KEY = "x-threat-composer"
SYSTEM = "system"
NO_REASON = "resolved as not useful in Threat Composer"
_SPACE = uuid.UUID("7b3f6a6d-41b3-49f3-9d3b-0a4b1b3ad2a4")
_LETTERS = {
    "S": "spoofing", "T": "tampering", "R": "repudiation", "I": "information-disclosure", "D": "denial-of-service",
    "E": "elevation-of-privilege",
}  # fmt: skip
_GOALS = ("confidentiality", "integrity", "availability")
_AGENTS = {
    "outsider": "external threat actor", "user": "user", "insider": "internal threat actor", "supplier": "supplier",
    "curious-operator": "curious operator", "accident": "user who makes a mistake",
}  # fmt: skip
_DONE = {"mitigationResolved", "mitigationImplemented"}


def _sniff(content: Content) -> bool:
    return (content.is_json and "applicationInfo" in content.keys) or {
        "threats",
        "mitigationLinks",
    } <= content.keys


def _read(incoming: Incoming) -> Imported:
    raw = incoming.content.json
    if not isinstance(raw, dict):
        raise InputError("no Threat Composer workspace", where=incoming.content.where)
    notes: list[Note] = []
    return Imported(KIND, read_sections(raw, incoming.threats, notes), {}, {KIND: raw}, notes)


def read_sections(document: Json, catalogue: Mapping[str, str], notes: list[Note]) -> Sections:
    """Return what a workspace says as model data."""
    about = mapping(document, "applicationInfo")
    name, long = name_of(text(about, "name"))
    sections = Sections(
        system=System(name=name or "Unnamed system", description=text(about, "description") or long)
    )
    sections.assumptions = [
        found for item in records(document, "assumptions") if (found := text(item, "content").strip())
    ]
    for part in ("architecture", "dataflow"):
        held = mapping(document, part)
        if text(held, "image") or text(held, "description"):
            note(notes, "kept", "pictures and their descriptions, beside the model", part)
    names = Ids(catalogue)
    mitigations = {text(item, "id"): item for item in records(document, "mitigations")}
    links: dict[str, list[Json]] = {}
    for link in records(document, "mitigationLinks"):
        if text(link, "mitigationId") in mitigations:
            links.setdefault(text(link, "linkedId"), []).append(mitigations[text(link, "mitigationId")])
    for threat in records(document, "threats"):
        _add(threat, links.get(text(threat, "id"), []), sections, names)
    return sections


def _add(threat: Json, mitigations: list[Json], sections: Sections, names: Ids) -> None:
    statement = text(threat, "statement") or _statement(threat)
    line, _ = name_of(statement or "Threat without a statement")
    made = names.new(f"t{number(threat, 'numericId') or 0:.0f}" if number(threat, "numericId") else line[:50])
    held = {text(item, "key"): item.get("value") for item in records(threat, "metadata")}
    letters = texts(held, "STRIDE")
    goals = [word.lower() for word in texts(threat, "impactedGoal")]
    controls = "; ".join(text(item, "content") for item in mitigations)
    sections.threats[made] = ManualThreat(
        title=line,
        at=[SYSTEM],
        text=statement,
        stride=[_LETTERS[letter] for letter in dict.fromkeys(letters) if letter in _LETTERS],
        cia=[goal for goal in dict.fromkeys(goals) if goal in _GOALS],
        extra={KEY: {"id": text(threat, "id")}},
    )
    status = text(threat, "status")
    if status == "threatResolved":
        sections.decisions[f"{made}@{SYSTEM}"] = Decision(
            treatment="mitigate", status="done", reason=controls
        )
    elif status == "threatResolvedNotUseful":
        sections.decisions[f"{made}@{SYSTEM}"] = Decision(treatment="not-applicable", reason=NO_REASON)
    elif mitigations:
        done = all(text(item, "status") in _DONE for item in mitigations)
        sections.decisions[f"{made}@{SYSTEM}"] = Decision(
            treatment="mitigate", status="in-progress" if done else "open", reason=controls
        )


def _statement(threat: Json) -> str:
    """Return the sentence that the parts of a threat make."""
    source = text(threat, "threatSource") or "threat actor"
    start = (
        f"{'An' if source[:1].lower() in 'aeiou' else 'A'} {source} {text(threat, 'prerequisites')}".strip()
    )
    sentence = f"{start} can {text(threat, 'threatAction') or 'do harm'}"
    if text(threat, "threatImpact"):
        sentence += f", which leads to {text(threat, 'threatImpact')}"
    goals, assets = texts(threat, "impactedGoal"), texts(threat, "impactedAssets")
    if goals:
        sentence += f", resulting in reduced {_and(goals)}" + (f" of {_and(assets)}" if assets else "")
    elif assets:
        sentence += f", negatively impacting {_and(assets)}"
    return sentence


def _and(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _write(outgoing: Outgoing) -> Written:
    notes: list[Note] = []
    original = outgoing.bulk.get(KIND)
    if isinstance(original, dict):
        catalogue = {name: item.at for name, item in outgoing.catalogue.threats.items()}
        base = read_sections(original, catalogue, [])
        before = _document(outgoing, base, list(written(base)))
        document = merged(
            original, before, _document(outgoing, outgoing.sections, list(written(outgoing.sections)))
        )
    else:
        document = _document(outgoing, outgoing.sections, list(rated(outgoing)))
    tell_lost(
        outgoing.sections,
        notes,
        "data",
        "boundaries",
        "parties",
        "agents",
        "controls",
        "environments",
        "sequences",
    )
    if outgoing.sections.elements:
        note(notes, "lost", "elements", *outgoing.sections.elements)
        note(notes, "lost", "flows", *outgoing.sections.flows)
    return Written(
        (json.dumps(document, indent=2, ensure_ascii=False) + "\n").encode("utf-8", "replace"), notes
    )


def _document(outgoing: Outgoing, sections: Sections, threats: list[Threat]) -> Json:
    listed = [_threat(outgoing, sections, threat, row) for row, threat in enumerate(threats, 1)]
    reasons = {
        threat.decision.reason: threat.decision
        for threat in threats
        if threat.decision is not None
        and threat.decision.treatment == "mitigate"
        and threat.decision.reason
        and threat.manual is None
    }
    mitigations = [
        {
            "id": _id(f"mitigation/{reason}"), "numericId": row, "displayOrder": row, "content": reason,
            "status": "mitigationResolved" if decision.status == "done" else "mitigationInProgress",
        }
        for row, (reason, decision) in enumerate(reasons.items(), 1)
    ]  # fmt: skip
    links = [
        {"mitigationId": _id(f"mitigation/{threat.decision.reason}"), "linkedId": item["id"]}
        for threat, item in zip(threats, listed, strict=True)
        if threat.decision is not None and threat.decision.reason in reasons
    ]
    return {
        "schema": 1,
        "applicationInfo": {"name": sections.system.name, "description": sections.system.description},
        "architecture": {"description": ""},
        "dataflow": {"description": ""},
        "assumptions": [
            {"id": _id(f"assumption/{item}"), "numericId": row, "displayOrder": row, "content": item}
            for row, item in enumerate(sections.assumptions, 1)
        ],
        "mitigations": mitigations,
        "assumptionLinks": [],
        "mitigationLinks": links,
        "threats": listed,
    }


def _id(name: str) -> str:
    return str(uuid.uuid5(_SPACE, name))


def _threat(outgoing: Outgoing, sections: Sections, threat: Threat, row: int) -> Json:
    known = text(mapping(threat.manual.extra, KEY), "id") if threat.manual else ""
    letters = [letter for letter, word in _LETTERS.items() if word in threat.stride]
    goals = [goal for goal in threat.cia if goal in _GOALS]
    place = threat.place.removesuffix(".returns")
    item = outgoing.catalogue.threats.get(threat.type)
    source = _AGENTS.get(item.agents[0], "threat actor") if item and item.agents else "threat actor"
    label = _label(sections, threat.element or place)
    made: Json = {
        "id": known or _id(f"threat/{threat.id}"),
        "numericId": row,
        "displayOrder": row,
        "statement": threat.text if threat.manual and known else f"{threat.title}. {threat.text}".strip(),
        "status": _status(threat.decision),
        "metadata": [
            {"key": "STRIDE", "value": letters},
            {"key": "Priority", "value": _priority(threat.severity)},
        ],
    }
    if not known:
        made |= {
            "threatSource": source,
            "threatAction": threat.title,
            "impactedGoal": goals,
            "impactedAssets": [label] if label else [],
        }
    return made


def _priority(severity: str) -> str:
    return {"critical": "High", "high": "High", "medium": "Medium"}.get(severity, "Low")


def _label(sections: Sections, place: str) -> str:
    for section in (sections.elements, sections.flows, sections.boundaries, sections.data):
        entry: Any = section.get(place)
        if entry is not None:
            return str(entry.name) or place
    return sections.system.name if place == SYSTEM else place


def _status(decision: Decision | None) -> str:
    if decision is None:
        return "threatIdentified"
    if decision.treatment == "not-applicable":
        return "threatResolvedNotUseful"
    done = decision.treatment in {"mitigate", "avoid"} and decision.status == "done"
    return "threatResolved" if done else "threatIdentified"


FORMAT = Format(
    KIND,
    "AWS Threat Composer",
    ("tc.json",),
    sniff=_sniff,
    read=_read,
    write=_write,
    cannot="elements, flows, boundaries and data: it holds threat statements, mitigations and assumptions",
)
