"""A model as a TM-BOM document that is valid against its schema."""

from __future__ import annotations

import re

from msgspec import UNSET

from mantlet.formats.interface import Note, Outgoing, note
from mantlet.formats.lost import tell_lost
from mantlet.formats.mapping import table
from mantlet.formats.merge import merged
from mantlet.formats.plain import Json, foreign_id, mapping, text
from mantlet.formats.threatlist import Threat, rated, written
from mantlet.formats.tmbom.incoming import KEY, NAME, read_model
from mantlet.model.entries import Data, Element, Sections
from mantlet.model.vocabulary import DIMENSIONS

SCHEMA = "https://github.com/OWASP/www-project-threat-model-library/blob/v1.0.2/threat-model.schema.json"
_SAFE = re.compile(r"[^0-9a-z-]+")
_LIKELY = ("rare", "unlikely", "possible", "likely", "certain")
_IMPACT = ("negligible", "minor", "moderate", "major", "severe")
_LEVEL = {"note": "very_low", "low": "low", "medium": "medium", "high": "high", "critical": "critical"}
_PRIORITY = {"note": "low", "low": "low", "medium": "medium", "high": "high", "critical": "critical"}
_PERSONA = "attacker"
_KINDS = {"external-entity": "actor", "process": "component", "data-store": "data_store"}


def document_of(outgoing: Outgoing) -> tuple[Json, list[Note]]:
    """Return the document and what it cannot hold."""
    notes: list[Note] = []
    original = outgoing.bulk.get("tmbom")
    if isinstance(original, dict):
        base = read_model(original, outgoing.vocabulary)
        before = _Writer(outgoing, base.sections, list(written(base.sections)), []).document(risks=False)
        now = _Writer(outgoing, outgoing.sections, list(written(outgoing.sections)), notes).document(
            risks=False
        )
        document = merged(original, before, now, (NAME,))
    else:
        document = _Writer(outgoing, outgoing.sections, list(rated(outgoing)), notes).document(risks=True)
    tell_lost(outgoing.sections, notes, "parties", "agents", "environments", "sequences")
    return document, notes


class _Writer:
    def __init__(
        self, outgoing: Outgoing, sections: Sections, threats: list[Threat], notes: list[Note]
    ) -> None:
        self.outgoing = outgoing
        self.vocabulary = outgoing.vocabulary
        self.sections = sections
        self.notes = notes
        self.map = table("tmbom")
        self.ids: dict[str, str] = {}
        for section in ("boundaries", "elements", "data", "flows"):
            for name, entry in getattr(sections, section).items():
                self.ids[name] = foreign_id(entry, KEY) or self._symbol(name)
        self.threats: dict[str, list[Threat]] = {}
        for threat in threats:
            self.threats.setdefault(threat.type, []).append(threat)
        self.names = {name: self._threat_name(name, listed[0]) for name, listed in self.threats.items()}

    def _symbol(self, name: str) -> str:
        """Return an id as one of the letters that the schema allows, and that is free."""
        base = _SAFE.sub("-", name.lower()).strip("-") or "item"
        made, number, taken = base, 2, set(self.ids.values())
        while made in taken:
            made, number = f"{base}-{number}", number + 1
        return made

    def _threat_name(self, name: str, threat: Threat) -> str:
        held = mapping(threat.manual.extra, KEY) if threat.manual else {}
        return text(held, "id") or _SAFE.sub("-", name.lower()).strip("-") or "threat"

    def document(self, *, risks: bool) -> Json:
        """Return all of it."""
        kinds = {
            name: str(item.kind or self.vocabulary.kind(item.type))
            for name, item in self.sections.elements.items()
        }
        of = {kind: [name for name, found in kinds.items() if found == kind] for kind in _KINDS}
        document: Json = {
            "$schema": SCHEMA,
            "version": "1.0",
            "scope": self._scope(),
            "trust_zones": [
                {NAME: self.ids[name], "title": item.name or name, "description": item.description}
                for name, item in self.sections.boundaries.items()
            ],
            "trust_boundaries": self._borders(),
            "actors": [self._actor(name) for name in of["external-entity"]],
            "components": [self._component(name, kinds) for name in of["process"]],
            "data_stores": [self._store(name) for name in of["data-store"]],
            "data_sets": [self._data(name, item) for name, item in self.sections.data.items()],
            "data_flows": [self._flow(name, kinds) for name in self.sections.flows],
            "assumptions": [
                {"description": item, "validity": "unconfirmed"} for item in self.sections.assumptions
            ],
            "threat_personas": [_persona()] if self.threats and risks else [],
            "threats": [self._threat(name, listed, risks=risks) for name, listed in self.threats.items()],
            "controls": self._controls(risks=risks),
            "risks": [self._risk(name, listed) for name, listed in self.threats.items()] if risks else [],
        }
        return document

    def _scope(self) -> Json:
        system = self.sections.system
        words = {"low": "low", "medium": "moderate", "high": "high", "critical": "maximal"}
        critical = system.business.criticality if system.business is not UNSET else UNSET
        level = words.get(str(critical), "moderate")
        tiers = {
            "low": "non_critical",
            "moderate": "important",
            "high": "business_critical",
            "maximal": "mission_critical",
        }
        sensitive = sorted({word for data in self.sections.data.values() for word in _sensitivity(data)})
        outside = any(
            self.vocabulary.is_a(item.type, "internet", "boundary")
            for item in self.sections.boundaries.values()
        )
        return {
            "title": system.name, "description": system.description, "business_criticality": level, "data_sensitivity": sensitive,
            "exposure": "external" if outside else "internal", "tier": tiers[level],
        }  # fmt: skip

    def _zone(self, element: Element) -> str:
        order = sorted(
            element.within,
            key=lambda item: DIMENSIONS.index(self.vocabulary.dimension(self.sections.boundaries[item].type)),
        )
        if len(order) > 1:
            note(
                self.notes,
                "lost",
                "boundaries of further dimensions",
                *(f"{element.name}: {item}" for item in order[1:]),
            )
        return self.ids[order[0]] if order else ""

    def _borders(self) -> list[Json]:
        found: dict[tuple[str, str], None] = {}
        for flow in self.sections.flows.values():
            zones = [self._zone(self.sections.elements[end]) for end in (flow.from_, flow.to)]
            if all(zones) and zones[0] != zones[1]:
                found[min(zones), max(zones)] = None
        return [{"trust_zone_a": one, "trust_zone_b": other} for one, other in found]

    def _common(self, name: str) -> Json:
        element = self.sections.elements[name]
        made = {NAME: self.ids[name], "title": element.name or name, "description": element.description}
        zone = self._zone(element)
        return {**made, "trust_zone": zone} if zone else made

    def _actor(self, name: str) -> Json:
        type_ = self.sections.elements[name].type
        words = (
            ("administrator", "administrator"),
            ("developer", "engineer"),
            ("data-scientist", "engineer"),
            ("staff", "power_user"),
            ("person", "user"),
            ("external-system", "third_party"),
        )
        kind = next((word for own, word in words if self.vocabulary.is_a(type_, own)), "third_party")
        return {**self._common(name), "type": kind}

    def _component(self, name: str, kinds: dict[str, str]) -> Json:
        parent = self.sections.elements[name].parent
        return {
            **self._common(name),
            **({"parent_component": self.ids[parent]} if kinds.get(parent) == "process" else {}),
        }

    def _store(self, name: str) -> Json:
        type_ = self.sections.elements[name].type
        words = (
            ("database", "sql"),
            ("object-store", "object"),
            ("cache", "key_value"),
            ("vector-index", "document"),
        )
        return {
            **self._common(name),
            "type": next((word for own, word in words if self.vocabulary.is_a(type_, own)), "object"),
        }

    def _data(self, name: str, data: Data) -> Json:
        placed = [
            {
                "data_store": self.ids[place],
                "encrypted": str(element.copies[name].facts.get("encrypted_at_rest", "no")) == "yes",
            }
            for place, element in self.sections.elements.items()
            if name in element.copies and self.vocabulary.kind(element.type) == "data-store"
        ]
        return {
            NAME: self.ids[name], "title": data.name or name, "description": data.description, "placements": placed,
            "data_sensitivity": _sensitivity(data),
        }  # fmt: skip

    def _flow(self, name: str, kinds: dict[str, str]) -> Json:
        flow = self.sections.flows[name]
        ends = [{"type": _KINDS[kinds[end]], "object": self.ids[end]} for end in (flow.from_, flow.to)]
        carried = [item for listed in (flow.data, flow.returns) for item in (listed or ())]
        sensitive = any(
            {"pii", "phi", "pci", "cred", "fin", "ip", "gov"} & set(_sensitivity(self.sections.data[item]))
            for item in carried
        )
        return {
            NAME: self.ids[name], "title": flow.name or name, "description": flow.description, "source": ends[0],
            "destination": ends[1], "has_sensitive_data": sensitive, "encrypted": str(flow.facts.get("encrypted", "no")) == "yes",
        }  # fmt: skip

    def _threat(self, name: str, listed: list[Threat], *, risks: bool) -> Json:
        first = listed[0]
        places = [threat.place.removesuffix(".returns") for threat in listed]
        known = [
            place if place in self.ids else threat.element
            for place, threat in zip(places, listed, strict=True)
        ]
        made: Json = {
            NAME: self.names[name],
            "title": first.manual.title if first.manual else first.title,
            "description": first.text,
            "components_affected": list(
                dict.fromkeys(self.ids[place] for place in known if place in self.ids)
            ),
        }
        if risks:
            made |= {"threat_persona": _PERSONA, "event": first.title, "sources": ["adversary"]}
        numbers = {
            key: [int(entry) for entry in first.refs.get(key, []) if str(entry).isdecimal()]
            for key in ("capec", "cwe")
        }
        made["attack_mechanisms"] = [{"capec_id": entry} for entry in numbers["capec"]]
        made["weaknesses"] = [{"cwe_id": entry} for entry in numbers["cwe"]]
        return made

    def _controls(self, *, risks: bool) -> list[Json]:
        """Return the catalogue's controls for the threats, and those that are in place."""
        if not risks:
            return []
        known = self.outgoing.catalogue.controls
        placed = {item.control: item.status for item in self.sections.controls.values()}
        against: dict[str, list[Threat]] = {}
        for listed in self.threats.values():
            for name in listed[0].controls:
                against.setdefault(name, []).append(listed[0])
        status = {"planned": "scheduled", "implemented": "active", "verified": "active"}
        return [
            {
                NAME: _SAFE.sub("-", name.lower()), "title": known[name].title, "description": known[name].text,
                "threats": list(dict.fromkeys(self.names[threat.type] for threat in against.get(name, []))),
                "status": status.get(placed.get(name, ""), "suggested"),
                "priority": _PRIORITY.get(max((threat.severity for threat in against.get(name, [])), key=list(_LEVEL).index, default="note"), "low"),
            }
            for name in dict.fromkeys((*placed, *against))
            if name in known
        ]  # fmt: skip

    def _risk(self, name: str, listed: list[Threat]) -> Json:
        worst = max(listed, key=lambda threat: list(_LEVEL).index(threat.severity or "note"))
        return {
            NAME: f"risk-{self.names[name]}",
            "title": worst.title,
            "description": worst.text,
            "threats": [self.names[name]],
            "likelihood": _LIKELY[min(int(worst.likelihood / 1.8), 4)],
            "impact": _IMPACT[min(int(worst.impact / 1.8), 4)],
            "impact_description": f"OWASP Risk Rating: impact {worst.impact:.1f} of 9",
            "score": (min(int(worst.likelihood / 1.8), 4) + 1) * (min(int(worst.impact / 1.8), 4) + 1),
            "level": _LEVEL.get(worst.severity, "low"),
        }


def _sensitivity(data: Data) -> list[str]:
    found = []
    personal = data.personal if data.personal is not UNSET else []
    if personal:
        found.append("phi" if "health" in personal else "pci" if "payment-card" in personal else "pii")
    if data.type == "secret":
        found.append("cred")
    if not found:
        found.append(
            {"restricted": "gov", "confidential": "ip", "internal": "biz"}.get(str(data.classification), "op")
        )
    return found


def _persona() -> Json:
    return {
        NAME: _PERSONA, "title": "Attacker", "description": "Whoever can reach the system.", "is_person": True,
        "skill_level": "engineer", "access_level": "anonymous", "malicious_intent": True, "applicability_to_org": "high",
    }  # fmt: skip
