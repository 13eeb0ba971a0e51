"""TM-BOM documents to model data."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from msgspec import UNSET

from mantlet.formats.interface import Note, note
from mantlet.formats.mapping import Types, table, tell
from mantlet.formats.naming import Ids, name_of
from mantlet.formats.plain import Json, mapping, records, text, texts
from mantlet.model.entries import (
    Boundary,
    Business,
    Copy,
    Data,
    Decision,
    Element,
    Flow,
    ManualThreat,
    Sections,
    System,
)
from mantlet.model.vocabulary import Vocabulary

KEY = "x-tmbom"
NAME = "symbolic_name"
SPACES = {"actor": "actors", "component": "components", "data_store": "data_stores"}
"""What a flow's end may be, and where that is listed."""


@dataclass(slots=True)
class Read:
    """Model data, and which object each entry is."""

    sections: Sections
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
        self.types = Types(vocabulary)
        self.vocabulary = vocabulary
        self.map = table("tmbom")
        scope = mapping(document, "scope")
        name, long = name_of(text(scope, "title"))
        critical = self.map["criticality"].get(text(scope, "business_criticality"))
        system = System(
            name=name or "Unnamed system",
            description=text(scope, "description") or long,
            business=Business(criticality=critical) if critical else UNSET,
        )
        self.read = Read(Sections(system=system))
        self.names = Ids()

    def run(self) -> None:
        """Read everything."""
        for zone in records(self.document, "trust_zones"):
            name, long = name_of(text(zone, "title") or text(zone, NAME))
            guess = self.types.boundary("", [name])
            made = self._new("zone", zone, name)
            self.read.sections.boundaries[made] = Boundary(
                type=guess.type,
                name=name,
                description=text(zone, "description") or long,
                extra=_foreign(zone),
            )
        for item in records(self.document, "actors"):
            self._element("actor", item, "external-entity", self.map["actors"].get(text(item, "type"), ""))
        for item in records(self.document, "components"):
            self._element("component", item, "process", "")
        for item in records(self.document, "data_stores"):
            self._element("data_store", item, "data-store", self.map["stores"].get(text(item, "type"), ""))
        self._parents()
        for item in records(self.document, "data_sets"):
            self._data(item)
        for item in records(self.document, "data_flows"):
            self._flow(item)
        self.read.sections.assumptions = [
            text(item, "description")
            for item in records(self.document, "assumptions")
            if text(item, "description")
        ]
        self._threats()

    def _new(self, space: str, item: Json, *wishes: str) -> str:
        made = self.names.new(*wishes, text(item, NAME))
        self.read.ids.setdefault(f"{space}/{text(item, NAME)}", made)
        return made

    def _element(self, space: str, item: Json, kind: str, mapped: str) -> None:
        name, long = name_of(text(item, "title") or text(item, NAME))
        guess = self.types.element(kind, mapped, [name, text(item, "description")[:80]])
        tell(self.read.notes, guess, "elements", name)
        zone = self.read.ids.get(f"zone/{text(item, 'trust_zone')}")
        made = self._new(space, item, name, kind)
        self.read.sections.elements[made] = Element(
            type=guess.type,
            name=name,
            description=text(item, "description") or long,
            in_=[zone] if zone else [],
            extra=_foreign(item),
        )

    def _parents(self) -> None:
        elements = self.read.sections.elements
        for item in records(self.document, "components"):
            made = self.read.ids[f"component/{text(item, NAME)}"]
            parent = self.read.ids.get(f"component/{text(item, 'parent_component')}", "")
            around, step = set[str](), parent
            while step and step not in around:
                around.add(step)
                step = elements[step].parent
            if parent and made not in around:
                elements[made].parent = parent

    def _data(self, item: Json) -> None:
        name, long = name_of(text(item, "title") or text(item, NAME))
        words = [
            self.map["sensitivity"][word]
            for word in texts(item, "data_sensitivity")
            if word in self.map["sensitivity"]
        ]
        order = ("internal", "confidential", "restricted")
        levels = sorted((word["classification"] for word in words), key=order.index)
        personal = [word["personal"] for word in words if "personal" in word]
        types = [word["type"] for word in words if "type" in word]
        made = self._new("data", item, name, "data")
        self.read.sections.data[made] = Data(
            name=name,
            type=types[0]
            if types and self.vocabulary.knows(types[0], "data")
            else self.types.data([name]).type,
            description=text(item, "description") or long,
            classification=levels[-1] if levels else UNSET,
            personal=personal or UNSET,
            extra=_foreign(item),
        )
        for placed in records(item, "placements"):
            store = self.read.ids.get(f"data_store/{text(placed, 'data_store')}")
            if store:
                held = self.read.sections.elements[store].copies
                facts: dict[str, Any] = {}
                if isinstance(placed.get("encrypted"), bool):
                    facts["encrypted_at_rest"] = "yes" if placed["encrypted"] else "no"
                self.read.sections.elements[store].holds = {**held, made: Copy(facts=facts)}

    def _end(self, item: Json, key: str) -> str:
        """Return the element at an end of a flow, which is named by type and name or by a reference."""
        end = item.get(key)
        if isinstance(end, str):
            name = end.rpartition("/")[2]
            return next(
                (self.read.ids[f"{space}/{name}"] for space in SPACES if f"{space}/{name}" in self.read.ids),
                "",
            )
        kind, name = text(end, "type").rpartition("/")[2].replace("-", "_"), text(end, "object")
        found = self.read.ids.get(f"{kind}/{name}", "")
        return found or next(
            (self.read.ids[f"{space}/{name}"] for space in SPACES if f"{space}/{name}" in self.read.ids), ""
        )

    def _flow(self, item: Json) -> None:
        name, long = name_of(text(item, "title") or text(item, NAME))
        source, target = self._end(item, "source"), self._end(item, "destination")
        if not source or not target or source == target:
            note(self.read.notes, "kept", "flows that do not join two elements, beside the model", name)
            return
        made = self._new("flow", item, name, f"{source}-{target}")
        encrypted = item.get("encrypted")
        self.read.sections.flows[made] = Flow(
            from_=source,
            to=target,
            name=name,
            description=text(item, "description") or long,
            facts={"encrypted": "yes" if encrypted else "no"} if isinstance(encrypted, bool) else {},
            extra=_foreign(item),
        )

    def _threats(self) -> None:
        names, made = Ids(self.vocabulary.types), dict[str, str]()
        for item in records(self.document, "threats"):
            line, long = name_of(text(item, "title") or text(item, NAME) or "Threat without a title")
            places = [place for word in texts(item, "components_affected") if (place := self._place(word))]
            refs: dict[str, list[str | int]] = {
                "cwe": [text(found, "cwe_id") for found in records(item, "weaknesses")],
                "capec": [text(found, "capec_id") for found in records(item, "attack_mechanisms")],
            }
            name = made[text(item, NAME)] = names.new(line)
            self.read.sections.threats[name] = ManualThreat(
                title=line,
                at=list(dict.fromkeys(places)) or ["system"],
                text=text(item, "description") or text(item, "event") or long,
                refs={
                    key: [entry for entry in entries if str(entry).isdecimal()]
                    for key, entries in refs.items()
                    if entries
                },
                extra=_foreign(item),
            )
        for control in records(self.document, "controls"):
            status = self.map["controls"].get(text(control, "status"), "")
            for word in texts(control, "threats"):
                if status and word in made:
                    self._decide(made[word], control, status)

    def _place(self, word: str) -> str:
        spaces = (*SPACES, "flow", "zone")
        return next(
            (self.read.ids[f"{space}/{word}"] for space in spaces if f"{space}/{word}" in self.read.ids), ""
        )

    def _decide(self, name: str, control: Json, status: Any) -> None:
        for place in self.read.sections.threats[name].at:
            known = self.read.sections.decisions.get(f"{name}@{place}")
            if known is None or (known.status != "done" and status == "done"):
                title = text(control, "title") or text(control, NAME)
                self.read.sections.decisions[f"{name}@{place}"] = Decision(
                    treatment="mitigate", status=status, reason=title
                )


def _foreign(item: Json) -> dict[str, object]:
    return {KEY: {"id": text(item, NAME)}}
