"""A model as a pytm document: what a script and its JSON have in common."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mantlet.formats.interface import Note, Outgoing, note
from mantlet.formats.lost import tell_lost
from mantlet.formats.mapping import table
from mantlet.formats.merge import merged
from mantlet.formats.plain import Json, mapping, text
from mantlet.formats.pytm.incoming import KEY, read_model
from mantlet.model.entries import Boundary, Data, Element, Flow, Sections, fact_text
from mantlet.model.vocabulary import DIMENSIONS

_ROW = "mantlet-row"
"""Tells flows apart while documents are compared: pytm knows them by names that may be the same."""


def document_of(outgoing: Outgoing) -> tuple[Json, list[Note]]:
    """Return the document and what it cannot hold."""
    notes: list[Note] = []
    original = outgoing.bulk.get("pytm")
    if isinstance(original, dict):
        explicit = original.get("explicit") is True
        base = read_model(original, outgoing.vocabulary, explicit=explicit)
        before = _Writer(outgoing, base.sections, []).document()
        now = _Writer(outgoing, outgoing.sections, notes).document()
        rows = [{**flow, _ROW: row} for row, flow in enumerate(original.get("flows", []))]
        document = merged({**original, "flows": rows}, before, now, (_ROW, "was", "name"))
    else:
        document = _Writer(outgoing, outgoing.sections, notes).document()
    for section in ("flows", "elements", "boundaries", "data"):
        document[section] = [
            {key: value for key, value in item.items() if key not in {_ROW, "was"}}
            for item in document.get(section, [])
        ]
    tell_lost(
        outgoing.sections,
        notes,
        "parties",
        "agents",
        "environments",
        "sequences",
        "controls",
        "decisions",
        "threats",
    )
    return document, notes


class _Writer:
    def __init__(self, outgoing: Outgoing, sections: Sections, notes: list[Note]) -> None:
        self.vocabulary = outgoing.vocabulary
        self.sections = sections
        self.notes = notes
        self.map = table("pytm")
        self.titles: dict[str, str] = {}
        for section in ("boundaries", "elements", "data"):
            taken: set[str] = set()
            for name, entry in getattr(sections, section).items():
                self.titles[name] = self._title(entry, name, taken)

    def _title(self, entry: Boundary | Element | Data | Flow, name: str, taken: set[str]) -> str:
        """Return the name that pytm knows an entry by; there each is the only one of its name."""
        known = text(mapping(entry.extra, KEY), "id")
        base = known if " ".join(known.split()) == entry.name and known else entry.name or name
        title, number = base, 2
        while title in taken:
            title, number = f"{base} ({number})", number + 1
        taken.add(title)
        return title

    def document(self) -> Json:
        """Return all of it."""
        return {
            "name": self.sections.system.name,
            "description": self.sections.system.description,
            "assumptions": list(self.sections.assumptions),
            "boundaries": [self._boundary(name, item) for name, item in self.sections.boundaries.items()],
            "elements": [self._element(name, item) for name, item in self.sections.elements.items()],
            "data": [self._data(name, item) for name, item in self.sections.data.items()],
            "flows": [
                self._flow(name, item, row) for row, (name, item) in enumerate(self.sections.flows.items())
            ],
        }

    def _named(self, name: str, entry: Boundary | Element | Data) -> Json:
        was = text(mapping(entry.extra, KEY), "id")
        return {"name": self.titles[name], **({"was": was} if was and was != self.titles[name] else {})}

    def _boundary(self, name: str, boundary: Boundary) -> Json:
        made = {**self._named(name, boundary), "description": boundary.description}
        return {**made, "inBoundary": self.titles[boundary.in_]} if boundary.in_ else made

    def _data(self, name: str, data: Data) -> Json:
        level = next(
            (word for word, own in self.map["classification"].items() if own == str(data.classification)), ""
        )
        made: Json = {**self._named(name, data), "description": data.description}
        if level:
            made["classification"] = level
        if data.personal:
            made["isPII"] = True
        if data.type == "secret":
            made["isCredentials"] = True
        return made

    def _element(self, name: str, element: Element) -> Json:
        kind = str(element.kind or self.vocabulary.kind(element.type))
        lineage = [*self.vocabulary.lineage(element.type), kind]
        class_ = next(self.map["back"][item] for item in lineage if item in self.map["back"])
        made: Json = {"__class__": class_, **self._named(name, element), "description": element.description}
        within = sorted(
            element.within,
            key=lambda item: DIMENSIONS.index(self.vocabulary.dimension(self.sections.boundaries[item].type)),
        )
        if len(within) > 1:
            note(
                self.notes,
                "lost",
                "boundaries of further dimensions",
                *(f"{element.name or name}: {item}" for item in within[1:]),
            )
        if within:
            made["inBoundary"] = self.titles[within[0]]
        if element.code:
            made["sourceFiles"] = list(element.code)
        if element.out_of_scope:
            made["inScope"] = False
        if self.vocabulary.is_a(element.type, "database"):
            made["isSQL"] = True
        return {**made, **self._flags(element.facts, "element", element.name or name)}

    def _flags(self, facts: Mapping[str, Any], subject: str, label: str) -> Json:
        words = {fact: attribute for attribute, fact in self.map[subject].items()}
        found: Json = {}
        for fact, value in facts.items():
            if fact in words and fact_text(value) in {"yes", "no"}:
                found[words[fact]] = fact_text(value) == "yes"
            elif fact != "protocol":
                note(self.notes, "lost", "facts that pytm has no attribute for", f"{label}: {fact}")
        return {"controls": found} if found else {}

    def _flow(self, name: str, flow: Flow, row: int) -> Json:
        held = mapping(flow.extra, KEY).get("row")
        known = text(mapping(flow.extra, KEY), "id")
        title = known if known and " ".join(known.split()) == flow.name else flow.name or name
        made: Json = {
            _ROW: held if isinstance(held, int) else 1_000_000 + row,
            "name": title,
            "source": self.titles[flow.from_],
            "sink": self.titles[flow.to],
            "note": flow.description,
        }
        carried = [self.titles[item] for listed in (flow.data, flow.returns) for item in (listed or ())]
        if carried:
            made["data"] = list(dict.fromkeys(carried))
        if "protocol" in flow.facts:
            made["protocol"] = fact_text(flow.facts["protocol"]).upper()
        if flow.out_of_scope:
            made["inScope"] = False
        return {**made, **self._flags(flow.facts, "flow", title)}
