"""Threat models inside CycloneDX files, as components with properties."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec import UNSET

from mantlet.formats.interface import Imported, note
from mantlet.formats.mapping import Types, table, tell
from mantlet.formats.naming import Ids, name_of
from mantlet.formats.plain import Json, mapping, records, text
from mantlet.model.entries import Boundary, Copy, Data, Element, Flow, Level, Needs, Sections, System
from mantlet.model.vocabulary import Vocabulary

KEY = "x-cyclonedx"
_PREFIX = "cdx:model:"


def read_wrapped(document: Json, vocabulary: Vocabulary) -> Imported:
    """Return the threat models of a file as one model."""
    return _Reader(document, vocabulary).run()


class _Reader:
    def __init__(self, document: Json, vocabulary: Vocabulary) -> None:
        self.document = document
        self.types = Types(vocabulary)
        self.map = table("tmbom")
        about = mapping(mapping(document, "metadata"), "component")
        name, _ = name_of(text(about, "name"))
        system = System(name=name or "Unnamed system", description=text(about, "description"))
        self.made = Imported("tmbom", Sections(system=system), bulk={"cyclonedx": document})
        self.names = Ids()
        self.ids: dict[str, str] = {}

    def run(self) -> Imported:
        """Read everything."""
        items = [(item, _properties(item)) for item in _all(records(self.document, "components"), 0)]
        for wanted, read in (
            (("boundary",), self._boundary), (tuple(self.map["elements"]), self._element), (("asset",), self._asset),
            (("dataflow",), self._flow),
        ):  # fmt: skip
            for item, properties in items:
                if properties.get("type") in wanted:
                    read(item, properties)
        self.made.notes.sort(key=lambda item: item.what)
        return self.made

    def _new(self, item: Json, *wishes: str) -> tuple[str, str]:
        name, _ = name_of(text(item, "name"))
        made = self.names.new(name, *wishes)
        self.ids.setdefault(text(item, "bom-ref"), made)
        return made, name

    def _foreign(self, item: Json) -> dict[str, object]:
        return {KEY: {"id": text(item, "bom-ref")}}

    def _boundary(self, item: Json, _: dict[str, str]) -> None:
        made, name = self._new(item, "boundary")
        entry = Boundary(
            type=self.types.boundary("", [name]).type,
            name=name,
            description=text(item, "description"),
            extra=self._foreign(item),
        )
        self.made.sections.boundaries[made] = entry

    def _element(self, item: Json, properties: dict[str, str]) -> None:
        mapped = self.map["elements"][properties["type"]]
        kind = self.types.vocabulary.kind(mapped)
        name, _ = name_of(text(item, "name"))
        guess = self.types.element(
            kind, "database" if properties.get("datastore:isSql") == "true" else mapped, [name]
        )
        made, _ = self._new(item, kind)
        around = self.ids.get(properties.get("inBoundary", ""), "")
        inside = [around] if around in self.made.sections.boundaries else []
        out = "marked as out of scope in the CycloneDX file" if properties.get("inScope") == "false" else ""
        self.made.sections.elements[made] = Element(
            type=guess.type,
            name=name,
            description=text(item, "description"),
            in_=inside,
            out_of_scope=out,
            extra=self._foreign(item),
        )
        tell(self.made.notes, guess, "elements", name)

    def _asset(self, item: Json, properties: dict[str, str]) -> None:
        made, name = self._new(item, "data")
        levels = {
            key: _level(properties.get(f"risk:{key}", ""))
            for key in ("confidentiality", "integrity", "availability")
        }
        self.made.sections.data[made] = Data(
            name=name,
            type=self.types.data([name]).type,
            description=text(item, "description"),
            needs=Needs(**levels) if any(level is not UNSET for level in levels.values()) else UNSET,
            extra=self._foreign(item),
        )
        store = self.ids.get(properties.get("storedBy", ""), "")
        if store in self.made.sections.elements:
            element = self.made.sections.elements[store]
            element.holds = {**element.copies, made: Copy()}

    def _flow(self, item: Json, properties: dict[str, str]) -> None:
        ends = [self.ids.get(properties.get(f"dataflow:{end}", ""), "") for end in ("source", "destination")]
        elements = self.made.sections.elements
        if ends[0] not in elements or ends[1] not in elements or ends[0] == ends[1]:
            note(self.made.notes, "lost", "flows that do not join two elements", text(item, "name"))
            return
        carried = self.ids.get(properties.get("dataflow:data", ""), "")
        data = [carried] if carried in self.made.sections.data else []
        protocol = table("threat-dragon")["protocols"].get(properties.get("dataflow:protocol", "").lower())
        made, name = self._new(item, f"{ends[0]}-{ends[1]}")
        self.made.sections.flows[made] = Flow(
            from_=ends[0],
            to=ends[1],
            name=name,
            description=text(item, "description"),
            data=data or UNSET,
            returns=data if data and properties.get("dataflow:isBidirectional") == "true" else UNSET,
            facts={"protocol": protocol} if protocol else {},
            extra=self._foreign(item),
        )


def _all(components: list[Json], depth: int) -> Iterator[Json]:
    for item in components:
        yield item
        if depth < 20:
            yield from _all(records(item, "components"), depth + 1)


def _properties(item: Json) -> dict[str, str]:
    return {
        text(pair, "name").removeprefix(_PREFIX): text(pair, "value") for pair in records(item, "properties")
    }


def _level(value: str) -> Any:
    if not value.isdecimal() or len(value) > 3:
        return UNSET
    level: Level = "low" if int(value) < 34 else "medium" if int(value) < 67 else "high"
    return level
