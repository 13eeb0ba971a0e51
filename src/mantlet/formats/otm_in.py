"""Open Threat Model documents to model data."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from msgspec import UNSET

from mantlet.formats.carry import facts_from, type_from
from mantlet.formats.interface import Note, note
from mantlet.formats.mapping import Types, table, tell
from mantlet.formats.naming import Ids, name_of
from mantlet.formats.plain import Json, is_true, mapping, number, records, text, texts
from mantlet.model.entries import (
    Boundary,
    Copy,
    Data,
    Decision,
    Element,
    Flow,
    Level,
    ManualThreat,
    Needs,
    Sections,
    System,
)
from mantlet.model.vocabulary import Vocabulary

KEY = "x-otm"
NO_REASON = "marked as not applicable in the Open Threat Model file"


@dataclass(slots=True)
class Read:
    """Model data, and which object each entry is."""

    sections: Sections
    layout: dict[str, Any] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)


def read_model(document: Json, vocabulary: Vocabulary) -> Read:
    """Return what a document says."""
    reader = _Reader(document, vocabulary)
    reader.run()
    return reader.read


class _Reader:
    def __init__(self, document: Json, vocabulary: Vocabulary) -> None:
        self.document = document
        self.vocabulary = vocabulary
        self.types = Types(vocabulary)
        self.map = table("otm")
        project = mapping(document, "project")
        name, long = name_of(text(project, "name"))
        system = System(
            name=name or "Unnamed system",
            owner=text(project, "owner"),
            description=text(project, "description") or long,
        )
        self.read = Read(Sections(system=system))
        self.names = Ids()
        self.components = records(document, "components")
        diagrams = [item for item in records(document, "representations") if text(item, "type") == "diagram"]
        self.diagram = text(diagrams[0], "id") if diagrams else ""

    def run(self) -> None:
        """Read everything."""
        for asset in records(self.document, "assets"):
            self._asset(asset)
        zones = records(self.document, "trustZones")
        for zone in zones:
            self._zone(zone)
        for zone in zones:
            self._nest(zone)
        for component in self.components:
            self._component(component)
        for component in self.components:
            self._parent(component)
        for flow in records(self.document, "dataflows"):
            self._flow(flow)
        self._threats()

    def _new(self, item: Json, space: str, *wishes: str) -> str:
        made = self.names.new(*wishes)
        self.read.ids.setdefault(f"{space}/{text(item, 'id')}", made)
        return made

    def _asset(self, asset: Json) -> None:
        name, long = name_of(text(asset, "name"))
        kept = mapping(asset, "attributes")
        risk = mapping(asset, "risk")
        levels = {key: _level(number(risk, key)) for key in ("confidentiality", "integrity", "availability")}
        made = self._new(asset, "asset", name, "data")
        self.read.sections.data[made] = Data(
            name=name,
            type=type_from(kept, "data", self.vocabulary) or self.types.data([name]).type,
            description=text(asset, "description") or long,
            needs=Needs(**levels) if any(level is not UNSET for level in levels.values()) else UNSET,
            facts=facts_from(kept, "data", self.vocabulary),
            extra={KEY: {"id": text(asset, "id")}},
        )

    def _zone(self, zone: Json) -> None:
        name, long = name_of(text(zone, "name"))
        kept = mapping(zone, "attributes")
        mapped = type_from(kept, "boundary", self.vocabulary) or self.map["zones"].get(
            text(zone, "type") or text(zone, "id"), ""
        )
        guess = self.types.boundary(mapped, [name, text(zone, "type")])
        tell(self.read.notes, guess, "boundaries", name)
        made = self._new(zone, "zone", name, "zone")
        self.read.sections.boundaries[made] = Boundary(
            type=guess.type,
            name=name,
            description=text(zone, "description") or long,
            facts=facts_from(kept, "boundary", self.vocabulary),
            extra={KEY: {"id": text(zone, "id")}},
        )
        self._place("boundaries", made, zone)

    def _nest(self, zone: Json) -> None:
        inner = self.read.ids.get(f"zone/{text(zone, 'id')}", "")
        outer = self.read.ids.get(f"zone/{text(mapping(zone, 'parent'), 'trustZone')}", "")
        boundaries = self.read.sections.boundaries
        if not inner or not outer or inner == outer or inner in _chain(outer, boundaries):
            return
        same = self.vocabulary.dimension(boundaries[inner].type) == self.vocabulary.dimension(
            boundaries[outer].type
        )
        if same:
            boundaries[inner].in_ = outer
        else:
            note(
                self.read.notes,
                "kept",
                "nesting of zones of different kinds, beside the model",
                boundaries[inner].name or inner,
            )

    def _component(self, component: Json) -> None:
        kind, name = text(component, "type"), ""
        name, long = name_of(text(component, "name"))
        kept = mapping(component, "attributes")
        type_ = type_from(kept, "element", self.vocabulary) or self.map["components"].get(kind, "")
        if not type_:
            guess = self.types.thing([kind, name])
            type_ = guess.type
            tell(self.read.notes, guess, "elements", name)
        elif type_ == "process":
            type_ = self.types.thing([name]).type
        stored = [
            self.read.ids[f"asset/{item}"]
            for item in texts(mapping(component, "assets"), "stored")
            if f"asset/{item}" in self.read.ids
        ]
        made = self._new(component, "component", name, "component")
        self.read.sections.elements[made] = Element(
            type=type_,
            name=name,
            description=text(component, "description") or long,
            holds={item: Copy() for item in dict.fromkeys(stored)} if stored else UNSET,
            code=[found for shown in records(component, "representations") if (found := text(shown, "file"))],
            facts=facts_from(kept, "element", self.vocabulary),
            extra={KEY: {"id": text(component, "id")}},
        )
        self._place("elements", made, component)

    def _parent(self, component: Json) -> None:
        """Put a component where its parent says: in a zone, or in a component that is in one."""
        made = self.read.ids.get(f"component/{text(component, 'id')}", "")
        elements = self.read.sections.elements
        parent, seen = mapping(component, "parent"), {text(component, "id")}
        by_id = {text(item, "id"): item for item in self.components}
        first = self.read.ids.get(f"component/{text(parent, 'component')}", "")
        if first and first != made and made not in _parents(first, elements):
            elements[made].parent = first
        while text(parent, "component") in by_id and text(parent, "component") not in seen:
            seen.add(text(parent, "component"))
            parent = mapping(by_id[text(parent, "component")], "parent")
        zone = self.read.ids.get(f"zone/{text(parent, 'trustZone')}", "")
        if zone:
            elements[made].in_ = [zone]

    def _flow(self, flow: Json) -> None:
        ends = [self.read.ids.get(f"component/{text(flow, end)}", "") for end in ("source", "destination")]
        name, long = name_of(text(flow, "name"))
        if not all(ends) or ends[0] == ends[1]:
            note(
                self.read.notes,
                "kept",
                "flows that do not join two components, beside the model",
                name or text(flow, "id"),
            )
            return
        kept = mapping(flow, "attributes")
        carried = [
            self.read.ids[f"asset/{item}"]
            for item in texts(flow, "assets")
            if f"asset/{item}" in self.read.ids
        ]
        data = list(dict.fromkeys(carried))
        made = self._new(flow, "flow", name, f"{ends[0]}-{ends[1]}")
        self.read.sections.flows[made] = Flow(
            from_=ends[0],
            to=ends[1],
            name=name,
            description=text(flow, "description") or long,
            data=data or UNSET,
            returns=data if data and is_true(flow, "bidirectional") else UNSET,
            facts=facts_from(kept, "flow", self.vocabulary),
            extra={KEY: {"id": text(flow, "id")}},
        )

    def _threats(self) -> None:
        known = {text(item, "id"): item for item in records(self.document, "threats")}
        made: dict[str, str] = {}
        names = Ids(self.vocabulary.types)
        for space, section in (("component", "components"), ("flow", "dataflows")):
            for holder in records(self.document, section):
                place = self.read.ids.get(f"{space}/{text(holder, 'id')}", "")
                if not place:
                    continue
                for used in records(holder, "threats"):
                    key = text(used, "threat")
                    if key not in made:
                        made[key] = self._threat(key, known.get(key, {}), names)
                    self._use(made[key], place, used)

    def _threat(self, key: str, threat: Json, names: Ids) -> str:
        line, long = name_of(text(threat, "name") or key or "Threat without a name")
        name = names.new(line)
        categories = {word.strip().lower() for word in texts(threat, "categories")}
        words = table("threat-dragon")["categories"]
        cwes = [word.lower().removeprefix("cwe-") for word in texts(threat, "cwes")]
        refs: dict[str, list[str | int]] = {"cwe": [word for word in cwes if word.isdecimal()]}
        self.read.sections.threats[name] = ManualThreat(
            title=line,
            at=[],
            text=text(threat, "description") or long,
            stride=sorted({words[word]["stride"] for word in categories if "stride" in words.get(word, {})}),
            refs=refs if refs["cwe"] else {},
            extra={KEY: {"id": key}},
        )
        return name

    def _use(self, name: str, place: str, used: Json) -> None:
        threat = self.read.sections.threats[name]
        if place in threat.at:
            return
        threat.at.append(place)
        state = self.map["states"].get(text(used, "state").strip().lower().replace("_", "-"), "open")
        if state == "mitigate":
            self.read.sections.decisions[f"{name}@{place}"] = Decision(treatment="mitigate", status="done")
        elif state == "not-applicable":
            self.read.sections.decisions[f"{name}@{place}"] = Decision(
                treatment="not-applicable", reason=NO_REASON
            )
        elif state == "accept":
            note(
                self.read.notes,
                "guessed",
                "accepted threats, open here until somebody names the approver and an end date",
                name,
            )

    def _place(self, section: str, name: str, item: Json) -> None:
        for shown in records(item, "representations"):
            place, size = mapping(shown, "position"), mapping(shown, "size")
            if text(shown, "representation") == self.diagram and place:
                box = {
                    "x": number(place, "x") or 0.0, "y": number(place, "y") or 0.0,
                    "width": abs(number(size, "width") or 100.0), "height": abs(number(size, "height") or 60.0),
                }  # fmt: skip
                self.read.layout.setdefault(section, {})[name] = box
                return


def _level(value: float | None) -> Any:
    if value is None:
        return UNSET
    level: Level = "low" if value < 34 else "medium" if value < 67 else "high"
    return level


def _chain(name: str, boundaries: dict[str, Boundary]) -> list[str]:
    found: list[str] = []
    while name in boundaries and name not in found:
        found.append(name)
        name = boundaries[name].in_
    return found


def _parents(name: str, elements: dict[str, Element]) -> list[str]:
    found: list[str] = []
    while name in elements and name not in found:
        found.append(name)
        name = elements[name].parent
    return found
