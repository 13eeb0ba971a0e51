"""A model as a pytm script. Every name in it is written as a Python text, so none can become code."""

from __future__ import annotations

import keyword
import re
from typing import Any

from mantlet.formats.interface import Note, Outgoing, note
from mantlet.formats.mapping import table
from mantlet.formats.plain import Json, mapping, records, text
from mantlet.formats.pytm.outgoing import document_of

_WORD = re.compile(r"[^0-9a-z]+")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_SKIPPED = {
    "__class__",
    "name",
    "source",
    "sink",
    "inBoundary",
    "data",
    "inputs",
    "outputs",
    "uuid",
    "findings",
    "overrides",
    "controls",
}
_ENUMS = {
    "classification": "Classification",
    "maxClassification": "Classification",
    "minTLSVersion": "TLSVersion",
    "type": "DatastoreType",
}


def script_of(outgoing: Outgoing) -> tuple[str, list[Note]]:
    """Return the script and what it cannot hold."""
    document, notes = document_of(outgoing)
    return _Script(document, notes).text(), notes


class _Script:
    def __init__(self, document: Json, notes: list[Note]) -> None:
        self.document = document
        self.notes = notes
        self.classes = {
            "TM",
            *({"Boundary"} if records(document, "boundaries") else ()),
            *({"Dataflow"} if records(document, "flows") else ()),
        }
        self.variables: dict[str, str] = {}
        self.taken = {"tm", *keyword.kwlist}
        self.lines: list[str] = []

    def text(self) -> str:
        """Return all of it."""
        self._system()
        for item in records(self.document, "boundaries"):
            self._make("Boundary", f"boundary/{text(item, 'name')}", item, [_quoted(text(item, "name"))])
        for item in records(self.document, "boundaries"):
            self._inside(f"boundary/{text(item, 'name')}", item)
        for item in records(self.document, "data"):
            self._make("Data", f"data/{text(item, 'name')}", item, [_quoted(text(item, "name"))])
        for item in records(self.document, "elements"):
            known = text(item, "__class__") in table("pytm")["classes"]
            kind = text(item, "__class__") if known else "Process"
            self._make(kind, f"element/{text(item, 'name')}", item, [_quoted(text(item, "name"))])
            self._inside(f"element/{text(item, 'name')}", item)
        for row, item in enumerate(records(self.document, "flows")):
            ends = [self.variables.get(f"element/{text(item, end)}") for end in ("source", "sink")]
            if all(ends):
                self._make("Dataflow", f"flow/{row}", item, [*map(str, ends), _quoted(text(item, "name"))])
                self._carried(f"flow/{row}", item)
            else:
                note(self.notes, "lost", "flows that do not join two elements", text(item, "name"))
        names = ", ".join(sorted(self.classes))
        head = ["#!/usr/bin/env python3", f"from pytm import {names}", ""]
        return "\n".join([*head, *self.lines, "", 'if __name__ == "__main__":', "    tm.process()", ""])

    def _system(self) -> None:
        self.lines.append(f"tm = TM({_quoted(text(self.document, 'name') or 'Unnamed system')})")
        skipped = {
            "name",
            "boundaries",
            "elements",
            "flows",
            "data",
            "explicit",
            "findings",
            "onDuplicates",
        }
        for key, value in self.document.items():
            if key not in skipped and value not in ("", None, []):
                self._attribute("tm", key, value)

    def _variable(self, kind: str, name: str) -> str:
        base = _WORD.sub("_", name.lower()).strip("_")[:40] or kind.lower()
        base = (
            f"{kind.lower()}_{base}"
            if base[0].isdigit() or (base in self.taken and keyword.iskeyword(base))
            else base
        )
        made, number = base, 2
        while made in self.taken:
            made, number = f"{base}_{number}", number + 1
        self.taken.add(made)
        return made

    def _make(self, kind: str, key: str, item: Json, arguments: list[str]) -> None:
        self.classes.add(kind)
        variable = self.variables[key] = self._variable(kind, text(item, "name"))
        self.lines += ["", f"{variable} = {kind}({', '.join(arguments)})"]
        for field, value in item.items():
            if field not in _SKIPPED and value not in ("", None, []):
                self._attribute(variable, field, value)
        for field in ("findings", "overrides"):
            self._findings(variable, field, records(item, field))
        for field, value in mapping(item, "controls").items():
            if (isinstance(value, bool | str) and value not in ("", False)) or (
                value is False and not _from_output(item)
            ):
                self._attribute(f"{variable}.controls", field, value)

    def _findings(self, variable: str, field: str, findings: list[Json]) -> None:
        made = []
        for finding in findings:
            fields = [
                f"{key}={_quoted(value) if isinstance(value, str) else repr(value)}"
                for key, value in finding.items()
                if isinstance(value, str | int | float)
                and _NAME.fullmatch(key)
                and not keyword.iskeyword(key)
            ]
            made.append(f"Finding({', '.join(fields)})")
        if made:
            self.classes.add("Finding")
            self.lines.append(f"{variable}.{field} = [{', '.join(made)}]")

    def _attribute(self, variable: str, field: str, value: Any) -> None:
        if not _NAME.fullmatch(field) or keyword.iskeyword(field):
            return
        word = str(value).rpartition(".")[2]
        if field in _ENUMS and isinstance(value, str) and _NAME.fullmatch(word) and word.isupper():
            if word not in {"UNKNOWN", "NONE"}:
                self.classes.add(_ENUMS[field])
                self.lines.append(f"{variable}.{field} = {_ENUMS[field]}.{word}")
            return
        if isinstance(value, str):
            self.lines.append(f"{variable}.{field} = {_quoted(value)}")
        elif isinstance(value, bool | int | float):
            self.lines.append(f"{variable}.{field} = {value!r}")
        elif isinstance(value, list) and all(isinstance(entry, str | int | float) for entry in value):
            listed = ", ".join(_quoted(entry) if isinstance(entry, str) else repr(entry) for entry in value)
            self.lines.append(f"{variable}.{field} = [{listed}]")

    def _inside(self, key: str, item: Json) -> None:
        outer = self.variables.get(f"boundary/{text(item, 'inBoundary')}")
        if outer:
            self.lines.append(f"{self.variables[key]}.inBoundary = {outer}")

    def _carried(self, key: str, item: Json) -> None:
        value = item.get("data")
        listed = [value] if isinstance(value, str) else value if isinstance(value, list) else []
        known = [found for entry in listed if (found := self.variables.get(f"data/{entry}"))]
        if known:
            self.lines.append(f"{self.variables[key]}.data = [{', '.join(known)}]")


def _from_output(item: Json) -> bool:
    """Tell whether a document is pytm's output, which writes every default out."""
    return "inputs" in item or "maxClassification" in item


def _quoted(value: str) -> str:
    return ascii(value)
