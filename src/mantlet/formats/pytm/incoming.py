"""pytm documents to model data."""

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
    Data,
    Decision,
    Element,
    FactValue,
    Flow,
    ManualThreat,
    Sections,
    System,
)
from mantlet.model.vocabulary import Vocabulary

KEY = "x-pytm"
OUT = "marked as out of scope in pytm"


@dataclass(slots=True)
class Read:
    """Model data, and which object each entry is."""

    sections: Sections
    ids: dict[str, str] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)


def normalised(raw: Json) -> Json:
    """Return a document in the shape of pytm's input: its output parts elements by what they are."""
    document = {
        key: value
        for key, value in raw.items()
        if key not in {"actors", "assets", "elements", "boundaries", "flows", "data"}
    }
    seen: set[str] = set()
    elements = []
    for item in (*records(raw, "elements"), *records(raw, "actors"), *records(raw, "assets")):
        if text(item, "name") and text(item, "name") not in seen:
            seen.add(text(item, "name"))
            elements.append(item)
    document["boundaries"] = [item for item in records(raw, "boundaries") if text(item, "name")]
    return {
        **document,
        "elements": elements,
        "flows": records(raw, "flows"),
        "data": [item for item in records(raw, "data") if text(item, "name")],
    }


def read_model(document: Json, vocabulary: Vocabulary, *, explicit: bool) -> Read:
    """Return what a document says; ``explicit`` tells that what is false was written by a person and is no default."""
    reader = _Reader(document, vocabulary, explicit=explicit)
    reader.run()
    return reader.read


class _Reader:
    def __init__(self, document: Json, vocabulary: Vocabulary, *, explicit: bool) -> None:
        self.document = document
        self.explicit = explicit
        self.types = Types(vocabulary)
        self.map = table("pytm")
        name, long = name_of(text(document, "name"))
        description = text(document, "description") or long
        self.read = Read(Sections(system=System(name=name or "Unnamed system", description=description)))
        self.names = Ids()
        self.threat_names = Ids(vocabulary.types)

    def run(self) -> None:
        """Read everything."""
        for item in records(self.document, "boundaries"):
            name, long = name_of(text(item, "name"))
            made = self._new("boundary", item, name)
            self.read.sections.boundaries[made] = Boundary(
                type=self.types.boundary("", [name]).type,
                name=name,
                description=text(item, "description") or long,
                extra=_foreign(item),
            )
        self._nest()
        for item in records(self.document, "data"):
            self._data(item)
        for item in records(self.document, "elements"):
            self._element(item)
        for item in records(self.document, "flows"):
            self._flow(item)
        assumptions = [
            text(item, "description") or text(item, "name") for item in records(self.document, "assumptions")
        ]
        self.read.sections.assumptions = [
            item for item in (*assumptions, *texts(self.document, "assumptions")) if item
        ]

    def _new(self, space: str, item: Json, *wishes: str) -> str:
        made = self.names.new(*wishes)
        self.read.ids.setdefault(f"{space}/{text(item, 'name')}", made)
        return made

    def _nest(self) -> None:
        boundaries, vocabulary = self.read.sections.boundaries, self.types.vocabulary
        for item in records(self.document, "boundaries"):
            inner = self.read.ids[f"boundary/{text(item, 'name')}"]
            outer = self.read.ids.get(f"boundary/{text(item, 'inBoundary')}", "")
            around, step = set[str](), outer
            while step and step not in around:
                around.add(step)
                step = boundaries[step].in_
            if not outer or inner in around:
                continue
            if vocabulary.dimension(boundaries[inner].type) != vocabulary.dimension(boundaries[outer].type):
                boundaries[inner].type = vocabulary.dimension(boundaries[outer].type)
            boundaries[inner].in_ = outer

    def _data(self, item: Json) -> None:
        name, long = name_of(text(item, "name"))
        level = text(item, "classification").rpartition(".")[2].upper()
        secret = item.get("isCredentials") is True
        made = self._new("data", item, name, "data")
        self.read.sections.data[made] = Data(
            name=name,
            type="secret"
            if secret and self.types.vocabulary.knows("secret", "data")
            else self.types.data([name]).type,
            description=text(item, "description") or long,
            classification=self.map["classification"].get(level, UNSET),
            personal=["pii"] if item.get("isPII") is True else UNSET,
            extra=_foreign(item),
        )

    def _element(self, item: Json) -> None:
        class_ = text(item, "__class__", "Process")
        known = self.map["classes"].get(class_, self.map["classes"]["Process"])
        name, long = name_of(text(item, "name"))
        mapped = "database" if item.get("isSQL") is True and known["kind"] == "data-store" else known["type"]
        guess = self.types.element(known["kind"], mapped, [name])
        tell(self.read.notes, guess, "elements", name)
        around = self.read.ids.get(f"boundary/{text(item, 'inBoundary')}", "")
        made = self._new("element", item, name)
        self.read.sections.elements[made] = Element(
            type=guess.type,
            name=name,
            description=text(item, "description") or long,
            in_=[around] if around else [],
            code=texts(item, "sourceFiles"),
            facts=self._facts(item, "element"),
            out_of_scope=OUT if item.get("inScope") is False else "",
            extra=_foreign(item),
        )
        self._findings(item, made)

    def _facts(self, item: Json, subject: str) -> dict[str, FactValue]:
        found: dict[str, FactValue] = {}
        for holder in (item, mapping(item, "controls")):
            for attribute, fact in self.map[subject].items():
                value = holder.get(attribute)
                if value is True or (value is False and self.explicit):
                    found[fact] = "yes" if value else "no"
        return found

    def _flow(self, item: Json) -> None:
        name, long = name_of(text(item, "name"))
        ends = [self.read.ids.get(f"element/{text(item, end)}", "") for end in ("source", "sink")]
        if not all(ends) or ends[0] == ends[1]:
            note(self.read.notes, "kept", "flows that do not join two elements, beside the model", name)
            return
        protocol = table("threat-dragon")["protocols"].get(text(item, "protocol").lower())
        carried = [
            self.read.ids[f"data/{word}"] for word in texts(item, "data") if f"data/{word}" in self.read.ids
        ]
        made = self._new("flow", item, name, f"{ends[0]}-{ends[1]}")
        self.read.sections.flows[made] = Flow(
            from_=ends[0],
            to=ends[1],
            name=name,
            description=text(item, "note") or text(item, "description") or long,
            data=list(dict.fromkeys(carried)) or UNSET,
            facts={**({"protocol": protocol} if protocol else {}), **self._facts(item, "flow")},
            out_of_scope=OUT if item.get("inScope") is False else "",
            extra=_foreign(item, records(self.document, "flows").index(item)),
        )
        self._findings(item, made)

    def _findings(self, item: Json, place: str) -> None:
        """Add findings that people wrote, and what they answered to pytm's own."""
        for finding in (*records(item, "findings"), *records(item, "overrides")):
            title = text(finding, "description") or text(finding, "threat_id") or text(finding, "id")
            line, long = name_of(title or "Finding without a description")
            made = self.threat_names.new(text(finding, "threat_id"), line)
            self.read.sections.threats[made] = ManualThreat(
                title=line,
                at=[place],
                text=text(finding, "details") or long,
                extra={KEY: {"id": text(finding, "threat_id")}},
            )
            answer = text(finding, "response").strip()
            if answer.lower().startswith("mitigat"):
                self.read.sections.decisions[f"{made}@{place}"] = Decision(
                    treatment="mitigate", status="done", reason=answer
                )
            elif answer.lower().startswith("accept"):
                note(
                    self.read.notes,
                    "guessed",
                    "accepted findings, open here until somebody names the approver and an end date",
                    line,
                )


def _foreign(item: Json, row: int | None = None) -> dict[str, Any]:
    return {KEY: {"id": text(item, "name"), **({"row": row} if row is not None else {})}}
