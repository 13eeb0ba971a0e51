"""A model as a Threagile document."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from msgspec import UNSET

from mantlet.formats.interface import Note, Outgoing, note
from mantlet.formats.lost import tell_lost
from mantlet.formats.mapping import table
from mantlet.formats.merge import merged
from mantlet.formats.naming import slug
from mantlet.formats.plain import Json, foreign_id, mapping, text
from mantlet.formats.threagile.incoming import KEY, OUT, read_model
from mantlet.formats.threagile.tracking import tracking_of
from mantlet.formats.threatlist import Threat, rated
from mantlet.model.entries import Data, Element, Flow, Sections

ASSETS, LINKS = "technical_assets", "communication_links"
_WAS = "x-mantlet-was"
"""What a link was called when it was imported; taken out again before anything is written."""
_CIA = ("confidentiality", "integrity", "availability")
_SECRET = {"low": "internal", "medium": "restricted", "high": "confidential"}
_NEED = {"low": "operational", "medium": "important", "high": "critical"}
_CLASS = {
    "public": "public",
    "internal": "internal",
    "confidential": "confidential",
    "restricted": "strictly-confidential",
}
_SEVERITY = {"note": "low", "low": "low", "medium": "medium", "high": "high", "critical": "critical"}


def document_of(outgoing: Outgoing) -> tuple[Json, list[Note]]:
    """Return the document and what it cannot hold."""
    notes: list[Note] = []
    original = outgoing.bulk.get("threagile")
    if isinstance(original, dict):
        catalogue = {name: item.at for name, item in outgoing.catalogue.threats.items()}
        base = read_model(original, outgoing.vocabulary, catalogue)
        before = _Writer(outgoing, base.sections, [], []).document()
        now = _Writer(outgoing, outgoing.sections, [], notes).document()
        marked = {**original, ASSETS: _marked(original.get(ASSETS))}
        document = merged(marked, _titled(original, before), _titled(original, now), (_WAS, "id"))
        document[ASSETS] = _unmarked(document.get(ASSETS))
    else:
        document = _Writer(outgoing, outgoing.sections, list(rated(outgoing)), notes).document()
        document[ASSETS] = _unmarked(document[ASSETS])
    tell_lost(
        outgoing.sections, notes, "parties", "agents", "environments", "sequences", "controls", "assumptions"
    )
    return document, notes


def _each(held: Any, change: Callable[[str, Any], Any]) -> Any:
    """Return entries by title, or listed with their titles, each changed."""
    if isinstance(held, dict):
        return {key: change(text(item, "title") or str(key), item) for key, item in held.items()}
    if isinstance(held, list):
        return [change(text(item, "title"), item) for item in held]
    return held


def _marked(assets: Any) -> Any:
    """Return assets whose links say their titles, by which a renamed one is found again."""

    def link(title: str, item: Any) -> Any:
        return {**item, _WAS: title} if isinstance(item, dict) else item

    return _with_links(assets, link)


def _unmarked(assets: Any) -> Any:
    def link(_: str, item: Any) -> Any:
        return {key: value for key, value in item.items() if key != _WAS} if isinstance(item, dict) else item

    return _with_links(assets, link)


def _with_links(assets: Any, link: Callable[[str, Any], Any]) -> Any:
    def asset(_: str, item: Any) -> Any:
        if not isinstance(item, dict) or LINKS not in item:
            return item
        return {**item, LINKS: _each(item[LINKS], link)}

    return _each(assets, asset)


def _titled(original: Json, document: Json) -> Json:
    """Return a document whose sections are as the imported one has them: by title, or by id or listed with titles inside."""
    result = dict(document)
    for section in ("data_assets", "technical_assets", "trust_boundaries"):
        held = original.get(section)
        items = list(held.values()) if isinstance(held, dict) else held
        if not isinstance(items, list) or not any(text(item, "title") for item in items):
            continue
        entries = [
            _linked(items, {"title": title, **item}) for title, item in mapping(document, section).items()
        ]
        result[section] = {text(item, "id"): item for item in entries} if isinstance(held, dict) else entries
    return result


def _linked(items: Sequence[Any], item: Json) -> Json:
    """Return an asset whose links are a list, if those of the imported document are."""
    if LINKS not in item or not any(
        isinstance(mapping({"item": other}, "item").get(LINKS), list) for other in items
    ):
        return item
    links = [
        {
            "id": f"{text(item, 'id')}>{slug(title)}",
            "source_id": text(item, "id"),
            "target_id": text(link, "target"),
            "title": title,
            **{key: value for key, value in link.items() if key != "target"},
        }
        for title, link in mapping(item, LINKS).items()
    ]
    return {**item, LINKS: links}


class _Writer:
    def __init__(
        self, outgoing: Outgoing, sections: Sections, threats: list[Threat], notes: list[Note]
    ) -> None:
        self.outgoing = outgoing
        self.vocabulary = outgoing.vocabulary
        self.sections = sections
        self.notes = notes
        self.map = table("threagile")
        self.ids: dict[str, str] = {}
        for section in ("data", "boundaries", "elements"):
            for name, entry in getattr(sections, section).items():
                self.ids[name] = foreign_id(entry, KEY) or slug(name)
        self.titles = {
            section: self._titles(section) for section in ("data", "boundaries", "elements", "flows")
        }
        self.threats: dict[str, list[Threat]] = {}
        for threat in threats:
            self.threats.setdefault(threat.type, []).append(threat)

    def _titles(self, section: str) -> dict[str, str]:
        """Return a title for each entry of a section, numbered where two would have the same."""
        found: dict[str, str] = {}
        taken: set[str] = set()
        for name, entry in getattr(self.sections, section).items():
            base = entry.name or name
            title, number = base, 2
            while title in taken and section != "flows":
                title, number = f"{base} ({number})", number + 1
            taken.add(title)
            found[name] = title
        return found

    def document(self) -> Json:
        """Return all of it."""
        system = self.sections.system
        critical = str(system.business.criticality) if system.business is not UNSET else "medium"
        levels = {
            "low": "operational",
            "medium": "important",
            "high": "critical",
            "critical": "mission-critical",
        }
        document: Json = {
            "threagile_version": "1.0.0",
            "title": system.name,
            "author": {"name": system.owner},
            "business_criticality": levels.get(critical, "important"),
            "business_overview": {"description": system.description},
            "tags_available": [],
            "data_assets": {
                self.titles["data"][name]: self._data(name, item) for name, item in self.sections.data.items()
            },
            "technical_assets": {
                self.titles["elements"][name]: self._asset(name, item)
                for name, item in self.sections.elements.items()
            },
            "trust_boundaries": {
                self.titles["boundaries"][name]: self._boundary(name) for name in self.sections.boundaries
            },
            "shared_runtimes": {},
            "individual_risk_categories": {
                f"{listed[0].title} ({name})": self._category(name, listed)
                for name, listed in self.threats.items()
            },
            "risk_tracking": tracking_of(self.sections, self.ids, self._links()),
        }
        return document

    def _links(self) -> dict[str, str]:
        found = {}
        for name, flow in self.sections.flows.items():
            if flow.from_ in self.ids:
                found[name] = (
                    f"{self.ids[flow.from_]}@{self.ids[flow.from_]}>{slug(self.titles['flows'][name])}"
                )
        return found

    def _needs(self, data: Data | None) -> Json:
        needs = data.needs if data is not None and data.needs is not UNSET else None
        levels = {key: str(getattr(needs, key)) if needs is not None else "" for key in _CIA}
        classed = _CLASS.get(str(data.classification), "") if data is not None else ""
        return {
            "confidentiality": classed or _SECRET.get(levels["confidentiality"], "internal"),
            "integrity": _NEED.get(levels["integrity"], "important"),
            "availability": _NEED.get(levels["availability"], "important"),
            "justification_cia_rating": "",
        }

    def _data(self, name: str, data: Data) -> Json:
        return {
            "id": self.ids[name], "description": data.description, "usage": "business", "tags": [], "origin": "", "owner": "",
            "quantity": "many", **self._needs(data),
        }  # fmt: skip

    def _asset(self, name: str, element: Element) -> Json:
        kind = str(element.kind or self.vocabulary.kind(element.type))
        flows = {key: flow for key, flow in self.sections.flows.items() if flow.from_ == name}
        held = [item for item in element.copies if item in self.sections.data]
        touched = dict.fromkeys(
            item
            for flow in self.sections.flows.values()
            if name in (flow.from_, flow.to)
            for listed in (flow.data, flow.returns)
            for item in (listed or ())
        )
        worst = max((self.sections.data[item] for item in (*held, *touched)), key=_worth, default=None)
        return {
            "id": self.ids[name], "description": element.description, "type": {"data-store": "datastore"}.get(kind, kind),
            "usage": "business", "used_as_client_by_human": self.vocabulary.is_a(element.type, "person"),
            "out_of_scope": bool(element.out_of_scope),
            "justification_out_of_scope": "" if element.out_of_scope == OUT else element.out_of_scope,
            "size": "component", "technology": self._technology(element.type), "tags": [], "internet": False, "machine": "virtual",
            "encryption": "transparent" if str(element.facts.get("encrypted_at_rest")) == "yes" else "none", "owner": "",
            **self._needs(worst), "multi_tenant": False, "redundant": str(element.facts.get("redundant")) == "yes",
            "custom_developed_parts": bool(element.code), "data_assets_processed": [self.ids[item] for item in touched],
            "data_assets_stored": [self.ids[item] for item in held], "data_formats_accepted": [],
            LINKS: self._communication(flows),
        }  # fmt: skip

    def _technology(self, type_: str) -> str:
        for name in self.vocabulary.lineage(type_):
            found = next((word for word, own in self.map["technologies"].items() if own == name), "")
            if found:
                return str(found)
        return "unknown-technology"

    def _communication(self, flows: dict[str, Flow]) -> Json:
        found: Json = {}
        for name, flow in flows.items():
            title, number = text(mapping(flow.extra, KEY), "title"), 2
            base = title if " ".join(title.split()) == flow.name else self.titles["flows"][name]
            title = base
            while title in found:
                title, number = f"{base} ({number})", number + 1
            found[title] = {_WAS: text(mapping(flow.extra, KEY), "title") or title, **self._link(flow)}
        return found

    def _link(self, flow: Flow) -> Json:
        sent, received = (
            [self.ids[item] for item in listed] if listed else [] for listed in (flow.data, flow.returns)
        )
        login = next(
            (
                word
                for word, own in self.map["authentication"].items()
                if own == str(flow.facts.get("client_auth", ""))
            ),
            "none",
        )
        return {
            "target": self.ids[flow.to], "description": flow.description, "protocol": self._protocol(flow), "authentication": login,
            "authorization": "none", "tags": [], "vpn": False, "ip_filtered": False,
            "readonly": str(flow.facts.get("access", "")) == "read", "usage": "business", "data_assets_sent": sent,
            "data_assets_received": received,
        }  # fmt: skip

    def _protocol(self, flow: Flow) -> str:
        wanted = {key: str(flow.facts.get(key, "")) for key in ("protocol", "encrypted")}
        for word, own in self.map["protocols"].items():
            if wanted["protocol"] == own.get("protocol", "") and own.get("encrypted", "") in {
                "",
                wanted["encrypted"],
            }:
                return str(word)
        by_name = {
            "https": "https",
            "http": "http",
            "grpc": "binary",
            "grpcs": "binary-encrypted",
            "kafka": "binary",
            "amqp": "binary",
        }
        if wanted["protocol"] in by_name:
            return by_name[wanted["protocol"]]
        return {"yes": "binary-encrypted", "no": "binary"}.get(wanted["encrypted"], "unknown-protocol")

    def _boundary(self, name: str) -> Json:
        boundary = self.sections.boundaries[name]
        lineage = self.vocabulary.lineage(boundary.type, "boundary")
        words = {own: word for word, own in reversed(self.map["boundaries"].items())}
        kind = next((words[item] for item in lineage if item in words), "network-on-prem")
        inside = [item for item, element in self.sections.elements.items() if self._home(element) == name]
        nested = [item for item in self.sections.boundaries if self._outer(item) == name]
        return {
            "id": self.ids[name], "description": boundary.description, "type": kind, "tags": [],
            "technical_assets_inside": [self.ids[item] for item in inside],
            "trust_boundaries_nested": [self.ids[item] for item in nested],
        }  # fmt: skip

    def _home(self, element: Element) -> str:
        """Return the one boundary that an asset is listed in: the innermost that is in its others, or its first."""
        if len(element.within) > 1:
            inner = [name for name in element.within if self._outer(name)]
            others = [name for name in element.within if name != (inner or element.within)[0]]
            if not any(name in self._chain((inner or element.within)[0]) for name in others):
                note(
                    self.notes,
                    "lost",
                    "boundaries of further dimensions",
                    *(f"{element.name}: {name}" for name in others),
                )
            return (inner or element.within)[0]
        return element.within[0] if element.within else ""

    def _outer(self, name: str) -> str:
        """Return the boundary around one: its own, or where all of its elements are in one of another dimension, that."""
        own = self.sections.boundaries[name].in_
        if own:
            return own
        members = [element for element in self.sections.elements.values() if name in element.within]
        shared = [other for other in (members[0].within if members else []) if other != name]
        fitting = [other for other in shared if all(other in element.within for element in members)]
        return next((other for other in fitting if not self._same_members(name, other) or name > other), "")

    def _same_members(self, name: str, other: str) -> bool:
        return all(
            (name in element.within) == (other in element.within)
            for element in self.sections.elements.values()
        )

    def _chain(self, name: str) -> list[str]:
        found: list[str] = []
        while name and name not in found:
            found.append(name)
            name = self._outer(name)
        return found

    def _category(self, name: str, listed: list[Threat]) -> Json:
        first = listed[0]
        cwe = next((int(entry) for entry in first.refs.get("cwe", []) if entry.isdecimal()), 0)
        controls = [
            self.outgoing.catalogue.controls[item].title
            for item in first.controls
            if item in self.outgoing.catalogue.controls
        ]
        return {
            "id": slug(name), "description": first.text, "impact": "", "asvs": "", "cheat_sheet": "", "action": "",
            "mitigation": "; ".join(controls), "check": "", "function": "architecture",
            "stride": first.stride[0] if first.stride else "information-disclosure", "detection_logic": "", "risk_assessment": "",
            "false_positives": "", "model_failure_possible_reason": False, "cwe": cwe,
            "risks_identified": {f"{threat.title} ({threat.place})": self._risk(threat) for threat in listed},
        }  # fmt: skip

    def _risk(self, threat: Threat) -> Json:
        likely = ("unlikely", "likely", "very-likely", "frequent")[min(int(threat.likelihood / 2.25), 3)]
        impact = ("low", "medium", "high", "very-high")[min(int(threat.impact / 2.25), 3)]
        return {
            "severity": _SEVERITY.get(threat.severity, "low"), "exploitation_likelihood": likely, "exploitation_impact": impact,
            "data_breach_probability": "possible", "data_breach_technical_assets": [], "most_relevant_data_asset": None,
            "most_relevant_technical_asset": self.ids.get(threat.element), "most_relevant_communication_link": None,
            "most_relevant_trust_boundary": None, "most_relevant_shared_runtime": None,
        }  # fmt: skip


def _worth(data: Data) -> int:
    return (
        ["UNSET", "public", "internal", "confidential", "restricted"].index(str(data.classification))
        if str(data.classification) in _CLASS
        else 0
    )
