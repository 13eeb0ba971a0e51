"""Threats that people wrote on cells, as threats of the model with their decisions, and back."""

from __future__ import annotations

import uuid
from typing import Any

from mantlet.formats.interface import Note, note
from mantlet.formats.mapping import table
from mantlet.formats.naming import Ids, name_of
from mantlet.formats.plain import Json, mapping, records, text
from mantlet.formats.threatlist import Threat
from mantlet.model.entries import Decision, ManualThreat

KEY = "x-threat-dragon"
NO_REASON = "marked as not applicable in Threat Dragon"
SPACE = uuid.UUID("8f2b2f0e-4a60-4c0c-a0a5-3f1d6a9be0f4")
_STATUS = {
    "mitigate": "Mitigated",
    "not-applicable": "NA",
    "accept": "Accepted",
    "transfer": "Transferred",
    "avoid": "Avoided",
}


def add_threats(cell: Json, read: Any, names: Ids) -> None:
    """Add a cell's threats to a model."""
    place = read.ids[text(cell, "id")]
    for threat in records(mapping(cell, "data"), "threats"):
        line, long = name_of(text(threat, "title") or text(threat, "type") or "Threat without a title")
        made = names.new(line)
        category = table("threat-dragon")["categories"].get(text(threat, "type").strip().lower(), {})
        foreign: dict[str, object] = {"id": foreign_id(threat, place)}
        read.sections.threats[made] = ManualThreat(
            title=line or "Threat without a title",
            at=[place],
            text=text(threat, "description") or long,
            stride=[category["stride"]] if "stride" in category else [],
            cia=[category["cia"]] if "cia" in category else [],
            linddun=[category["linddun"]] if "linddun" in category else [],
            extra={KEY: foreign},
        )
        decision = _decision(threat, made, read.notes)
        if decision is not None:
            read.sections.decisions[f"{made}@{place}"] = decision


def foreign_id(threat: Json, place: str) -> str:
    """Return what a threat is known by; one without an id gets it from what it says."""
    known = text(threat, "id") or text(threat, "threatId")
    return known or str(uuid.uuid5(SPACE, f"{place}/{text(threat, 'title')}/{text(threat, 'description')}"))


def _decision(threat: Json, name: str, notes: list[Note]) -> Decision | None:
    status = table("threat-dragon")["statuses"].get("".join(text(threat, "status").split()).lower(), "")
    reason = text(threat, "mitigation").strip()
    if status == "mitigate":
        return Decision(treatment="mitigate", status="done", reason=reason)
    if status == "not-applicable":
        return Decision(treatment="not-applicable", reason=reason or NO_REASON)
    if status == "transfer":
        return Decision(treatment="transfer", reason=reason)
    if status == "avoid":
        return Decision(treatment="avoid", status="done", reason=reason)
    if status == "accept":
        note(
            notes,
            "guessed",
            "accepted threats, open here until somebody names the approver and an end date",
            name,
        )
    elif status == "":
        note(notes, "guessed", "threats whose status is unknown, open here", name)
    if reason:
        note(notes, "kept", "mitigations written for threats that are open, beside the model", name)
    return None


def threat_of(threat: Threat, number: int) -> Json:
    """Return a threat as a cell has it."""
    decision = threat.decision
    status, mitigation = "Open", ""
    if decision is not None:
        status = _STATUS[decision.treatment]
        if decision.treatment in {"mitigate", "avoid"} and decision.status != "done":
            status = "Open"
        mitigation = "" if decision.reason == NO_REASON else decision.reason
    kind, model = _category(threat)
    held = mapping(threat.manual.extra, KEY) if threat.manual else {}
    return {
        "id": text(held, "id") or str(uuid.uuid5(SPACE, threat.id)),
        "number": number,
        "title": threat.title,
        "type": kind,
        "modelType": model,
        "status": status,
        "severity": {"critical": "Critical", "high": "High", "low": "Low", "note": "Low"}.get(
            threat.severity, "Medium"
        ),
        "score": "",
        "description": threat.text,
        "mitigation": mitigation,
    }


def _category(threat: Threat) -> tuple[str, str]:
    words = {
        "stride": threat.stride,
        "linddun": [node.partition(".")[0] for node in threat.linddun],
        "cia": threat.cia,
    }
    for name, meaning in table("threat-dragon")["categories"].items():
        for framework, value in meaning.items():
            if words[framework] and value == words[framework][0]:
                return name[0].upper() + name[1:], framework.upper()
    return "Generic", "Generic"
