"""CycloneDX 1.7: an ML-BOM with model cards, and a VEX document with what was decided about the threats."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable

from msgspec import UNSET

from mantlet.analysis.engine import State
from mantlet.base.version import VERSION
from mantlet.formats.interface import Format, Ingredient, Note, Outgoing, Written
from mantlet.formats.lost import tell_lost
from mantlet.formats.plain import Json
from mantlet.formats.threatlist import Threat, rated
from mantlet.model.entries import Data, Element, Sections

SCHEMA = "http://cyclonedx.org/schema/bom-1.7.schema.json"
_SPACE = uuid.UUID("3d4d0a63-6a6e-44c8-8a3e-77e2a1e2a6a1")
_SEVERITY = {"note": "info"}
_LEARNED = ("train", "fine-tune", "tune", "distil")


def _bom(outgoing: Outgoing) -> Written:
    sections = outgoing.sections
    threats = list(rated(outgoing, State.OPEN))
    document = {
        **_head(sections),
        "components": [
            *(_data(outgoing, name, item, threats) for name, item in sections.data.items()),
            *(
                _store(name, item)
                for name, item in sections.elements.items()
                if _kind(outgoing, item) == "data-store"
            ),
            *(_ingredient(item) for item in outgoing.built_from),
        ],
        "services": [
            _service(outgoing, name, item)
            for name, item in sections.elements.items()
            if _kind(outgoing, item) == "process"
        ],
        "dependencies": _dependencies(outgoing),
        "vulnerabilities": [_vulnerability(threat, sections, "") for threat in threats],
    }
    notes: list[Note] = []
    tell_lost(sections, notes, "agents", "assumptions", "environments", "sequences", "parties")
    return Written(_json(document), notes)


def _vex(outgoing: Outgoing) -> Written:
    sections = outgoing.sections
    link = f"urn:cdx:{_serial(sections).removeprefix('urn:uuid:')}/1#"
    states = (State.OPEN, State.MITIGATED)
    document = {
        **_head(sections, serial=str(uuid.uuid5(_SPACE, f"vex/{sections.system.name}"))),
        "vulnerabilities": [_vulnerability(threat, sections, link) for threat in rated(outgoing, *states)],
    }
    return Written(
        _json(document), [Note("lost", "the model: it holds threats and what was decided about them")]
    )


def _json(document: Json) -> bytes:
    return (json.dumps(document, indent=2, ensure_ascii=False) + "\n").encode("utf-8", "replace")


def _serial(sections: Sections) -> str:
    return f"urn:uuid:{uuid.uuid5(_SPACE, sections.system.name)}"


def _head(sections: Sections, serial: str = "") -> Json:
    system = sections.system
    about: Json = {
        "type": "application",
        "bom-ref": "system",
        "name": system.name,
        "description": system.description,
    }
    if system.version:
        about["version"] = system.version
    return {
        "$schema": SCHEMA,
        "bomFormat": "CycloneDX",
        "specVersion": "1.7",
        "serialNumber": f"urn:uuid:{serial}" if serial else _serial(sections),
        "version": 1,
        "metadata": {
            "tools": {"components": [{"type": "application", "name": "mantlet", "version": VERSION}]},
            "component": about,
        },
    }


def _kind(outgoing: Outgoing, element: Element) -> str:
    return str(element.kind or outgoing.vocabulary.kind(element.type))


_INGREDIENTS = {
    "model": "machine-learning-model",
    "dataset": "data",
    "image": "container",
    "framework": "framework",
}


def _ingredient(item: Ingredient) -> Json:
    """Return what the system is built from as a component; what has no version says so by having none."""
    kind = _INGREDIENTS.get(item.kind, "library")
    made: Json = {"type": kind, "bom-ref": f"{item.kind}:{item.name}@{item.version}", "name": item.name}
    if item.version:
        made["version"] = item.version
    if kind == "data":
        made["data"] = [{"type": "dataset", "name": item.name}]
    places = [place.rpartition(":") for place in item.at]
    made["evidence"] = {
        "occurrences": [
            {"location": path, "line": int(line)} if path and line.isdigit() else {"location": place}
            for place, (path, _, line) in zip(item.at, places, strict=True)
        ]
    }
    return made


def _data(outgoing: Outgoing, name: str, data: Data, threats: list[Threat]) -> Json:
    if outgoing.vocabulary.is_a(data.type, "model", "data"):
        return _model(outgoing, name, data, threats)
    held: Json = {
        "type": "dataset" if outgoing.vocabulary.is_a(data.type, "training-data", "data") else "other",
        "name": data.name or name,
        "description": data.description,
    }
    if data.classification is not UNSET:
        held["classification"] = str(data.classification)
    if data.personal is not UNSET and data.personal:
        held["sensitiveData"] = list(data.personal)
    return {
        "type": "data",
        "bom-ref": name,
        "name": data.name or name,
        "description": data.description,
        "data": [held],
    }


def _model(outgoing: Outgoing, name: str, data: Data, threats: list[Threat]) -> Json:
    """Return a model with its card: what it was trained on, what may go wrong for people, and what limits it."""
    sources = data.derived_from if data.derived_from is not UNSET else {}
    sets = [origin for origin, how in sources.items() if how in _LEARNED and origin in outgoing.sections.data]
    holders = {place for place, element in outgoing.sections.elements.items() if name in element.copies}
    about = [threat for threat in threats if threat.element in holders or threat.place.startswith(f"{name}/")]
    card: Json = {
        "bom-ref": f"{name}-card",
        "modelParameters": {"datasets": [{"ref": origin} for origin in sets]},
        "considerations": {
            "technicalLimitations": _titles(threat for threat in about if not threat.linddun),
            "ethicalConsiderations": [
                {"name": threat.title, "mitigationStrategy": _controls(outgoing, threat)}
                for threat in _first(t for t in about if t.linddun)
            ],
        },
    }
    return {
        "type": "machine-learning-model", "bom-ref": name, "name": data.name or name, "description": data.description, "modelCard": card,
    }  # fmt: skip


def _first(threats: Iterable[Threat]) -> list[Threat]:
    return list({threat.title: threat for threat in threats}.values())


def _titles(threats: Iterable[Threat]) -> list[str]:
    return [threat.title for threat in _first(threats)]


def _controls(outgoing: Outgoing, threat: Threat) -> str:
    known = outgoing.catalogue.controls
    return "; ".join(known[name].title for name in threat.controls if name in known)


def _store(name: str, element: Element) -> Json:
    properties = [
        {"name": f"mantlet:fact:{fact}", "value": str(value)} for fact, value in element.facts.items()
    ]
    return {
        "type": "application", "bom-ref": name, "name": element.name or name, "description": element.description,
        "properties": [{"name": "mantlet:type", "value": element.type}, *properties],
    }  # fmt: skip


def _service(outgoing: Outgoing, name: str, element: Element) -> Json:
    sections = outgoing.sections
    known = sections.boundaries
    made: Json = {
        "bom-ref": name, "name": element.name or name, "description": element.description,
        "x-trust-boundary": _crosses(sections, name),
        "properties": [{"name": "mantlet:type", "value": element.type}],
    }  # fmt: skip
    if element.within:
        made["trustZone"] = known[element.within[0]].name or element.within[0]
    if element.operated_by in sections.parties:
        made["provider"] = {"name": sections.parties[element.operated_by].name or element.operated_by}
    moved: dict[tuple[str, str], None] = {}
    for flow in sections.flows.values():
        for listed, inward in ((flow.data, flow.to == name), (flow.returns, flow.from_ == name)):
            if name in (flow.from_, flow.to):
                moved.update({(item, "inbound" if inward else "outbound"): None for item in listed or ()})
    if moved:
        made["data"] = [
            {
                "flow": way,
                "classification": str(sections.data[item].classification or "internal"),
                "name": sections.data[item].name or item,
            }
            for item, way in moved
            if item in sections.data
        ]
    return made


def _crosses(sections: Sections, name: str) -> bool:
    ends = [(flow.from_, flow.to) for flow in sections.flows.values() if name in (flow.from_, flow.to)]
    return any(sections.elements[one].within != sections.elements[other].within for one, other in ends)


def _dependencies(outgoing: Outgoing) -> list[Json]:
    sections = outgoing.sections
    kept = {
        name for name, item in sections.elements.items() if _kind(outgoing, item) != "external-entity"
    } | set(sections.data)
    on: dict[str, dict[str, None]] = {
        "system": dict.fromkeys(name for name in sections.elements if name in kept)
    }
    for flow in sections.flows.values():
        if flow.from_ in kept and flow.to in kept:
            on.setdefault(flow.from_, {})[flow.to] = None
    for name, element in sections.elements.items():
        if name in kept:
            on.setdefault(name, {}).update(
                dict.fromkeys(item for item in element.copies if item in sections.data)
            )
    for name, data in sections.data.items():
        sources = data.derived_from if data.derived_from is not UNSET else {}
        on.setdefault(name, {}).update(dict.fromkeys(item for item in sources if item in sections.data))
    return [{"ref": name, "dependsOn": list(others)} for name, others in on.items() if others]


def _vulnerability(threat: Threat, sections: Sections, link: str) -> Json:
    cwes = [int(entry) for entry in threat.refs.get("cwe", []) if entry.isdecimal()]
    ref = threat.element if threat.element in sections.elements else "system"
    made: Json = {
        "bom-ref": f"threat-{threat.id}",
        "id": threat.id,
        "source": {"name": "mantlet"},
        "description": threat.title,
        "detail": threat.text,
        "affects": [{"ref": link + ref}],
        "analysis": _analysis(threat),
    }
    if threat.severity:
        made["ratings"] = [
            {
                "severity": _SEVERITY.get(threat.severity, threat.severity),
                "method": "OWASP",
                "vector": threat.vector,
            }
        ]
    if cwes:
        made["cwes"] = cwes
    return made


def _analysis(threat: Threat) -> Json:
    decision = threat.decision
    if decision is None:
        return {"state": "resolved" if threat.state == "mitigated" else "in_triage"}
    detail = f"{decision.treatment}: {decision.reason}".strip(": ")
    if decision.treatment == "not-applicable":
        return {
            "state": "not_affected",
            "justification": "protected_by_mitigating_control" if decision.controls else "code_not_reachable",
            "detail": detail,
        }
    if decision.treatment in {"mitigate", "avoid"}:
        done = decision.status == "done"
        return {"state": "resolved" if done else "exploitable", "response": ["update"], "detail": detail}
    return {"state": "exploitable", "response": ["will_not_fix"], "detail": detail}


BOM = Format(
    "cyclonedx",
    "CycloneDX 1.7 ML-BOM",
    ("cdx.json",),
    write=_bom,
    cannot="external entities, flows as such, boundaries other than one trust zone a service",
)
VEX = Format(
    "vex",
    "CycloneDX 1.7 VEX",
    ("vex.json",),
    write=_vex,
    cannot="the model: it holds threats and what was decided about them",
)
