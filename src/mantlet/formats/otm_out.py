"""A model as an Open Threat Model document."""

from __future__ import annotations

from msgspec import UNSET

from mantlet.formats.carry import attributes
from mantlet.formats.interface import Note, Outgoing, note
from mantlet.formats.lost import tell_lost
from mantlet.formats.mapping import table
from mantlet.formats.merge import merged
from mantlet.formats.otm_in import KEY, NO_REASON, read_model
from mantlet.formats.placing import remembered
from mantlet.formats.plain import Json, foreign_id, mapping, text
from mantlet.formats.threatlist import Threat, rated, written
from mantlet.model.entries import Boundary, Data, Sections
from mantlet.model.vocabulary import DIMENSIONS

_IDS = ("id", "threat", "mitigation", "representation")
DIAGRAM = "diagram"
OUTSIDE = "outside"
_LEVELS = {"low": 20, "medium": 50, "high": 100}


def document_of(outgoing: Outgoing) -> tuple[Json, list[Note]]:
    """Return the document and what it cannot hold."""
    notes: list[Note] = []
    original = outgoing.bulk.get("otm")
    if isinstance(original, dict):
        base = read_model(original, outgoing.vocabulary)
        before = _Writer(outgoing, base.sections, base.layout, list(written(base.sections)), []).document()
        names = {key.partition("/")[2]: name for key, name in base.ids.items()}
        layout = remembered(outgoing.sections, outgoing.layout, base.layout, names, KEY)
        now = _Writer(outgoing, outgoing.sections, layout, list(written(outgoing.sections)), notes).document()
        document = merged(original, before, now, _IDS)
    else:
        layout = outgoing.layout or outgoing.place(outgoing.sections)
        document = _Writer(outgoing, outgoing.sections, layout, list(rated(outgoing)), notes).document()
    tell_lost(
        outgoing.sections, notes, "parties", "agents", "assumptions", "environments", "sequences", "controls"
    )
    return document, notes


class _Writer:
    def __init__(
        self, outgoing: Outgoing, sections: Sections, layout: Json, threats: list[Threat], notes: list[Note]
    ) -> None:
        self.outgoing = outgoing
        self.vocabulary = outgoing.vocabulary
        self.sections = sections
        self.layout = layout
        self.notes = notes
        self.map = table("otm")
        self.ids = {
            name: foreign_id(entry, KEY) or name
            for section in ("data", "boundaries", "elements", "flows")
            for name, entry in getattr(sections, section).items()
        }
        self.outside = False
        self.threats: dict[str, Threat] = {}
        self.used: dict[str, list[Json]] = {}
        for threat in threats:
            self._use(threat)

    def _threat_id(self, threat: Threat) -> str:
        held = mapping(threat.manual.extra, KEY) if threat.manual else {}
        return text(held, "id") or threat.type

    def _use(self, threat: Threat) -> None:
        place = threat.place.removesuffix(".returns")
        if place not in self.sections.elements and place not in self.sections.flows:
            place = threat.element
        if place not in self.ids:
            note(self.notes, "lost", "threats to the system or a boundary as a whole", threat.title)
            return
        key = self._threat_id(threat)
        self.threats.setdefault(key, threat)
        decision = threat.decision
        done = (
            decision is not None and decision.treatment in {"mitigate", "avoid"} and decision.status == "done"
        )
        word = "exposed"
        if decision is not None:
            word = (
                "mitigated"
                if done
                else {"not-applicable": "not-applicable", "accept": "accepted"}.get(
                    decision.treatment, "exposed"
                )
            )
            if decision.reason not in {"", NO_REASON}:
                note(self.notes, "lost", "reasons of decisions", threat.title)
        state = "implemented" if done else "required"
        mitigations = [{"mitigation": name, "state": state} for name in threat.controls]
        uses = self.used.setdefault(place, [])
        if all(item["threat"] != key for item in uses):
            uses.append({"threat": key, "state": word, "mitigations": mitigations})

    def document(self) -> Json:
        """Return all of it."""
        system = self.sections.system
        components = [self._component(name) for name in self.sections.elements]
        zones = [self._zone(name, item) for name, item in self.sections.boundaries.items()]
        if self.outside:
            zones.append(
                {
                    "id": OUTSIDE,
                    "name": "Outside all boundaries",
                    "type": "internet",
                    "risk": {"trustRating": 10},
                }
            )
        return {
            "otmVersion": "0.2.0",
            "project": {
                "name": system.name,
                "id": "system",
                "owner": system.owner,
                "description": system.description,
            },
            "representations": [{"id": DIAGRAM, "name": "Diagram", "type": "diagram", "size": self._size()}],
            "assets": [self._asset(name, item) for name, item in self.sections.data.items()],
            "components": components,
            "dataflows": [self._flow(name) for name in self.sections.flows],
            "trustZones": zones,
            "threats": [self._threat(key, item) for key, item in self.threats.items()],
            "mitigations": self._mitigations(),
        }

    def _size(self) -> Json:
        boxes = [*self.layout.get("elements", {}).values(), *self.layout.get("boundaries", {}).values()]
        width = max((float(box.get("x", 0)) + float(box.get("width", 0)) for box in boxes), default=1000.0)
        height = max((float(box.get("y", 0)) + float(box.get("height", 0)) for box in boxes), default=1000.0)
        return {"width": max(width, 1.0), "height": max(height, 1.0)}

    def _shown(self, section: str, name: str) -> list[Json]:
        box = mapping(self.layout.get(section, {}), name)
        if not box:
            return []
        place = {"x": box.get("x", 0), "y": box.get("y", 0)}
        size = {"width": box.get("width", 100), "height": box.get("height", 60)}
        return [{"representation": DIAGRAM, "id": f"{self.ids[name]}-shape", "position": place, "size": size}]

    def _asset(self, name: str, data: Data) -> Json:
        needs = data.needs if data.needs is not UNSET else None
        risk = {
            key: _LEVELS.get(str(getattr(needs, key)), 50) if needs is not None else 50
            for key in ("confidentiality", "integrity", "availability")
        }
        return {
            "id": self.ids[name], "name": data.name or name, "description": data.description, "risk": risk,
            "attributes": attributes(data),
        }  # fmt: skip

    def _zone(self, name: str, boundary: Boundary) -> Json:
        lineage = self.vocabulary.lineage(boundary.type, "boundary")
        rating = next((self.map["ratings"][item] for item in lineage if item in self.map["ratings"]), "50")
        made: Json = {
            "id": self.ids[name], "name": boundary.name or name, "type": boundary.type, "description": boundary.description,
            "risk": {"trustRating": int(rating)}, "representations": self._shown("boundaries", name),
            "attributes": attributes(boundary),
        }  # fmt: skip
        if boundary.in_:
            made["parent"] = {"trustZone": self.ids[boundary.in_]}
        return made

    def _component(self, name: str) -> Json:
        element = self.sections.elements[name]
        within = sorted(element.within, key=self._rank)
        if len(within) > 1:
            note(
                self.notes,
                "lost",
                "boundaries of further dimensions",
                *(f"{name}: {item}" for item in within[1:]),
            )
        if element.parent:
            parent = {"component": self.ids[element.parent]}
        elif within:
            parent = {"trustZone": self.ids[within[0]]}
        else:
            self.outside = True
            parent = {"trustZone": OUTSIDE}
        return {
            "id": self.ids[name], "name": element.name or name, "type": element.type, "description": element.description,
            "parent": parent, "tags": [], "representations": self._shown("elements", name),
            "assets": {"processed": self._processed(name), "stored": [self.ids[item] for item in element.copies if item in self.ids]},
            "threats": self.used.get(name, []), "attributes": attributes(element),
        }  # fmt: skip

    def _rank(self, boundary: str) -> int:
        return DIMENSIONS.index(self.vocabulary.dimension(self.sections.boundaries[boundary].type))

    def _processed(self, name: str) -> list[str]:
        found: dict[str, None] = {}
        for flow in self.sections.flows.values():
            if name in (flow.from_, flow.to):
                for listed in (flow.data, flow.returns):
                    found.update(dict.fromkeys(self.ids[item] for item in listed or () if item in self.ids))
        return list(found)

    def _flow(self, name: str) -> Json:
        flow = self.sections.flows[name]
        carried = [item for listed in (flow.data, flow.returns) for item in (listed or ())]
        return {
            "id": self.ids[name], "name": flow.name or name, "description": flow.description,
            "bidirectional": bool(flow.returns), "source": self.ids[flow.from_], "destination": self.ids[flow.to],
            "assets": [self.ids[item] for item in dict.fromkeys(carried) if item in self.ids],
            "threats": self.used.get(name, []), "attributes": attributes(flow),
        }  # fmt: skip

    def _threat(self, key: str, threat: Threat) -> Json:
        words = {
            meaning["stride"]: name
            for name, meaning in table("threat-dragon")["categories"].items()
            if "stride" in meaning
        }
        return {
            "id": key,
            "name": threat.manual.title if threat.manual else threat.title,
            "description": threat.text,
            "categories": [words[name].capitalize() for name in threat.stride if name in words],
            "cwes": [f"CWE-{entry}" for entry in threat.refs.get("cwe", [])],
            "risk": {
                "likelihood": round(threat.likelihood * 100 / 9),
                "impact": round(threat.impact * 100 / 9),
            },
        }

    def _mitigations(self) -> list[Json]:
        names = dict.fromkeys(name for threat in self.threats.values() for name in threat.controls)
        known = self.outgoing.catalogue.controls
        return [
            {"id": name, "name": known[name].title, "description": known[name].text, "riskReduction": 50}
            for name in names
            if name in known
        ]
