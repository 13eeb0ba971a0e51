"""Threagile documents to model data."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from msgspec import UNSET

from mantlet.formats.carry import fits
from mantlet.formats.interface import Note, note
from mantlet.formats.mapping import Types, table, tell
from mantlet.formats.naming import Ids, name_of
from mantlet.formats.plain import Json, is_true, mapping, text, texts
from mantlet.model.entries import (
    Boundary,
    Business,
    Copy,
    Data,
    Element,
    FactValue,
    Flow,
    Needs,
    Sections,
    System,
)
from mantlet.model.vocabulary import Vocabulary

KEY = "x-threagile"
OUT = "marked as out of scope in Threagile"
_TAGS = re.compile(r"<[^<>]{0,100}>")


@dataclass(slots=True)
class Read:
    """Model data, and which object each entry is."""

    sections: Sections
    ids: dict[str, str] = field(default_factory=dict)
    """Our id by space and Threagile's id: `asset/…`, `data/…`, `boundary/…`, `link/ASSET>TITLE`."""
    notes: list[Note] = field(default_factory=list)


def read_model(document: Json, vocabulary: Vocabulary, catalogue: Mapping[str, str]) -> Read:
    """Return what a document says."""
    from mantlet.formats.threagile.tracking import read_tracking  # noqa: PLC0415

    reader = _Reader(document, vocabulary)
    reader.run()
    read_tracking(document, reader.read, catalogue)
    return reader.read


def entries(document: Json, key: str) -> list[tuple[str, Json]]:
    """Return a section's entries with their titles."""
    held = document.get(key)
    if isinstance(held, list):
        return [(text(item, "title") or text(item, "id"), item) for item in held if isinstance(item, dict)]
    listed = mapping(document, key).items()
    return [(text(item, "title") or str(title), item) for title, item in listed if isinstance(item, dict)]


class _Reader:
    def __init__(self, document: Json, vocabulary: Vocabulary) -> None:
        self.document = document
        self.vocabulary = vocabulary
        self.types = Types(vocabulary)
        self.map = table("threagile")
        name, long = name_of(text(document, "title"))
        critical = self.map["criticality"].get(text(document, "business_criticality"))
        about = text(mapping(document, "business_overview"), "description") or text(
            document, "application_description"
        )
        system = System(
            name=name or "Unnamed system",
            owner=text(mapping(document, "author"), "name"),
            description=_TAGS.sub("", about).strip() or long,
            business=Business(criticality=critical) if critical else UNSET,
        )
        self.read = Read(Sections(system=system))
        self.names = Ids()

    def run(self) -> None:
        """Read everything but the threats."""
        for title, item in entries(self.document, "data_assets"):
            self._data(title, item)
        for title, item in entries(self.document, "trust_boundaries"):
            self._boundary(title, item)
        for title, item in entries(self.document, "technical_assets"):
            self._asset(title, item)
        self._inside()
        for _, item in entries(self.document, "technical_assets"):
            for title, link in entries(item, "communication_links"):
                self._link(text(item, "id"), title, link)

    def _new(self, space: str, item: Json, *wishes: str) -> str:
        made = self.names.new(*wishes)
        self.read.ids.setdefault(f"{space}/{text(item, 'id')}", made)
        return made

    def _data(self, title: str, item: Json) -> None:
        name, long = name_of(title)
        kind = text(item, "confidentiality")
        levels: dict[str, Any] = {
            "confidentiality": self.map["secrecy"].get(kind, UNSET),
            "integrity": self.map["levels"].get(text(item, "integrity"), UNSET),
            "availability": self.map["levels"].get(text(item, "availability"), UNSET),
        }
        made = self._new("data", item, name, "data")
        self.read.sections.data[made] = Data(
            name=name,
            type=self.types.data([name]).type,
            description=text(item, "description") or long,
            classification=self.map["confidentiality"].get(kind, UNSET),
            needs=Needs(**levels) if any(level is not UNSET for level in levels.values()) else UNSET,
            extra={KEY: {"id": text(item, "id")}},
        )

    def _boundary(self, title: str, item: Json) -> None:
        name, long = name_of(title)
        guess = self.types.boundary(self.map["boundaries"].get(text(item, "type"), ""), [name])
        made = self._new("boundary", item, name, "boundary")
        self.read.sections.boundaries[made] = Boundary(
            type=guess.type,
            name=name,
            description=text(item, "description") or long,
            extra={KEY: {"id": text(item, "id")}},
        )

    def _asset(self, title: str, item: Json) -> None:
        name, long = name_of(title)
        kind = self.map["kinds"].get(text(item, "type"), "process")
        words = [*texts(item, "technologies"), text(item, "technology")]
        mapped = next((found for word in words if (found := self.map["technologies"].get(word))), "")
        guess = self.types.element(kind, mapped, [name])
        tell(self.read.notes, guess, "elements", name)
        stored = [
            self.read.ids[f"data/{word}"]
            for word in texts(item, "data_assets_stored")
            if f"data/{word}" in self.read.ids
        ]
        out = is_true(item, "out_of_scope")
        made = self._new("asset", item, name, kind)
        self.read.sections.elements[made] = Element(
            type=guess.type,
            name=name,
            description=text(item, "description") or long,
            holds={word: Copy() for word in dict.fromkeys(stored)} if stored else UNSET,
            facts=self._asset_facts(item, kind),
            out_of_scope=(text(item, "justification_out_of_scope").strip() or OUT) if out else "",
            extra={KEY: {"id": text(item, "id")}},
        )

    def _asset_facts(self, item: Json, kind: str) -> dict[str, FactValue]:
        facts: dict[str, FactValue] = {}
        if isinstance(item.get("redundant"), bool) and kind != "external-entity":
            facts["redundant"] = "yes" if item["redundant"] else "no"
        if kind == "data-store" and text(item, "encryption"):
            facts["encrypted_at_rest"] = "no" if text(item, "encryption") == "none" else "yes"
        return facts

    def _inside(self) -> None:
        """Nest boundaries of a dimension in each other, and put each asset into the innermost of each dimension."""
        outer: dict[str, str] = {}
        boundaries = self.read.sections.boundaries
        listed = [
            (self.read.ids.get(f"boundary/{text(item, 'id')}", ""), item)
            for _, item in entries(self.document, "trust_boundaries")
        ]
        for name, item in listed:
            for word in texts(item, "trust_boundaries_nested"):
                inner = self.read.ids.get(f"boundary/{word}", "")
                if inner and name and inner != name and inner not in _chain(name, outer):
                    outer.setdefault(inner, name)
        for inner in outer:
            chain = _chain(inner, outer)[1:]
            dimension = self.vocabulary.dimension(boundaries[inner].type)
            boundaries[inner].in_ = next(
                (name for name in chain if self.vocabulary.dimension(boundaries[name].type) == dimension), ""
            )
        for name, item in listed:
            for word in texts(item, "technical_assets_inside"):
                asset = self.read.ids.get(f"asset/{word}", "")
                if asset and name and not self.read.sections.elements[asset].in_:
                    self.read.sections.elements[asset].in_ = self._innermost(_chain(name, outer))
        for title, item in entries(self.document, "shared_runtimes"):
            note(self.read.notes, "kept", "shared runtimes, beside the model", title or text(item, "id"))

    def _innermost(self, chain: list[str]) -> list[str]:
        found: dict[str, str] = {}
        for name in chain:
            found.setdefault(self.vocabulary.dimension(self.read.sections.boundaries[name].type), name)
        return list(found.values())

    def _link(self, asset: str, title: str, link: Json) -> None:
        name, long = name_of(title)
        source, target = (
            self.read.ids.get(f"asset/{word}", "")
            for word in (asset, text(link, "target") or text(link, "target_id"))
        )
        if not source or not target or source == target:
            note(
                self.read.notes,
                "kept",
                "communication links that do not join two assets, beside the model",
                name,
            )
            return
        sent, received = (
            [self.read.ids[f"data/{word}"] for word in texts(link, key) if f"data/{word}" in self.read.ids]
            for key in ("data_assets_sent", "data_assets_received")
        )
        made = self.names.new(name, f"{source}-{target}")
        self.read.ids.setdefault(f"link/{asset}>{title}", made)
        self.read.sections.flows[made] = Flow(
            from_=source,
            to=target,
            name=name,
            description=text(link, "description") or long,
            data=list(dict.fromkeys(sent)) if "data_assets_sent" in link else UNSET,
            returns=list(dict.fromkeys(received)) if received else UNSET,
            facts=self._link_facts(link),
            extra={KEY: {"title": title}},
        )

    def _link_facts(self, link: Json) -> dict[str, FactValue]:
        facts: dict[str, FactValue] = dict(self.map["protocols"].get(text(link, "protocol"), {}))
        if is_true(link, "vpn"):
            facts["encrypted"] = "yes"
        login = self.map["authentication"].get(text(link, "authentication"))
        if login:
            facts["client_auth"] = login
        if isinstance(link.get("readonly"), bool):
            facts["access"] = "read" if link["readonly"] else "read-write"
        return {
            fact: value for fact, value in facts.items() if fits(fact, str(value), "flow", self.vocabulary)
        }


def _chain(name: str, outer: Mapping[str, str]) -> list[str]:
    found: list[str] = []
    while name and name not in found:
        found.append(name)
        name = outer.get(name, "")
    return found
