"""Version 2 documents to model data; which boundary holds what comes from the drawing."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from mantlet.formats.carry import facts_from, type_from
from mantlet.formats.crossing import Points, meet
from mantlet.formats.interface import Note, note
from mantlet.formats.mapping import Types, table, tell
from mantlet.formats.naming import Ids, name_of
from mantlet.formats.nesting import Box, Nesting
from mantlet.formats.plain import Json, is_true, line, mapping, number, records, text
from mantlet.formats.threat_dragon.threats import add_threats
from mantlet.model.entries import Boundary, Element, FactValue, Flow, Sections, System
from mantlet.model.vocabulary import Vocabulary

KEY = "x-threat-dragon"
OUT = "marked as out of scope in Threat Dragon"
GAP = 80.0
SIZE = (160.0, 80.0)


@dataclass(slots=True)
class Read:
    """Model data, and which cell each entry is."""

    sections: Sections
    layout: dict[str, Any] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)
    offsets: list[float] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)


def read_model(document: Json, vocabulary: Vocabulary) -> Read:
    """Return what a document says."""
    reader = _Reader(document, vocabulary)
    for row, diagram in enumerate(records(mapping(document, "detail"), "diagrams")):
        reader.diagram(diagram, row)
    return reader.read


class _Reader:
    def __init__(self, document: Json, vocabulary: Vocabulary) -> None:
        summary = mapping(document, "summary")
        name, long = name_of(text(summary, "title"))
        system = System(
            name=name or "Unnamed system",
            owner=text(summary, "owner"),
            description=text(summary, "description") or long,
        )
        self.read = Read(Sections(system=system))
        self.vocabulary = vocabulary
        self.types = Types(vocabulary)
        self.map = table("threat-dragon")
        self.names = Ids()
        self.threat_names = Ids(vocabulary.types)
        self.right = 0.0

    def diagram(self, diagram: Json, row: int) -> None:
        """Add one diagram."""
        cells = [cell for cell in records(diagram, "cells") if text(cell, "id")]
        shapes = [(cell, self._shape(cell)) for cell in cells]
        offset = self._offset(
            [cell for cell, shape in shapes if shape in {*self.map["shapes"], "trust-boundary-box"}]
        )
        self.read.offsets.append(offset)
        nesting, curves = Nesting(), []
        for cell, shape in shapes:
            if shape in {"trust-boundary-box", "trust-boundary-curve"}:
                made = self._boundary(cell, shape, row)
                if shape == "trust-boundary-box":
                    nesting.add(made, _box(cell))
                    self._place("boundaries", made, _box(cell), offset)
                else:
                    curves.append((made, cell))
        nesting.settle(self.read.sections.boundaries, self.vocabulary)
        for cell, shape in shapes:
            if shape in self.map["shapes"]:
                self._element(cell, shape, row, offset, nesting)
            elif shape == "td-text-block":
                note(
                    self.read.notes,
                    "kept",
                    "free texts of the drawing, beside the model",
                    line(_name(cell)) or text(cell, "id"),
                )
        borders = [(made, _path(cell, {})) for made, cell in curves]
        boxes = {text(cell, "id"): _box(cell) for cell, shape in shapes if shape in self.map["shapes"]}
        for cell, shape in shapes:
            if shape == "flow":
                self._flow(cell, row, offset, borders, boxes)
        known = {*self.map["shapes"], "flow"}
        for cell, shape in shapes:
            if shape in known and text(cell, "id") in self.read.ids:
                add_threats(cell, self.read, self.threat_names)

    def _shape(self, cell: Json) -> str:
        shape = text(cell, "shape")
        cells: dict[str, str] = self.map["cells"]
        known = {*cells.values(), "td-text-block"}
        return (
            shape if shape in known else cells.get(shape, cells.get(text(mapping(cell, "data"), "type"), ""))
        )

    def _offset(self, cells: list[Json]) -> float:
        boxes = [_box(cell) for cell in cells]
        if not boxes:
            return self.right
        offset = max(0.0, self.right + GAP - min(box.x for box in boxes)) if self.right else 0.0
        self.right = max(box.x + box.width for box in boxes) + offset
        return offset

    def _new(self, cell: Json, *wishes: str) -> str:
        made = self.names.new(*wishes)
        self.read.ids.setdefault(text(cell, "id"), made)
        return made

    def _foreign(self, cell: Json, row: int) -> dict[str, object]:
        return {KEY: {"id": text(cell, "id"), **({"diagram": row + 1} if row else {})}}

    def _boundary(self, cell: Json, shape: str, row: int) -> str:
        name, long = name_of(_name(cell))
        data = mapping(cell, "data")
        guess = self.types.boundary(type_from(data, "boundary", self.vocabulary), [name])
        tell(self.read.notes, guess, "boundaries", name)
        made = self._new(cell, name, "boundary")
        foreign = self._foreign(cell, row)
        if shape == "trust-boundary-curve":
            foreign[KEY]["line"] = True  # type: ignore[index]
        description = text(mapping(cell, "data"), "description") or long
        entry = Boundary(type=guess.type, name=name, description=description, extra=foreign)
        self.read.sections.boundaries[made] = entry
        return made

    def _element(self, cell: Json, shape: str, row: int, offset: float, nesting: Nesting) -> None:
        data = mapping(cell, "data")
        kind: str = self.map["shapes"][shape]
        name, long = name_of(_name(cell))
        facts, mapped = self._flags(data, shape)
        facts |= facts_from(data, "element", self.vocabulary)
        mapped = type_from(data, "element", self.vocabulary) or mapped
        guess = self.types.element(kind, mapped, [name])
        tell(self.read.notes, guess, "elements", name or text(cell, "id"))
        box = _box(cell)
        made = self._new(cell, name, kind)
        self.read.sections.elements[made] = Element(
            type=guess.type,
            name=name,
            description=text(data, "description") or long,
            in_=nesting.of(box),
            facts=facts,
            out_of_scope=_scope(data),
            extra=self._foreign(cell, row),
        )
        self._place("elements", made, box, offset)

    def _flags(self, data: Json, shape: str) -> tuple[dict[str, FactValue], str]:
        facts: dict[str, FactValue] = {}
        mapped = ""
        for flag, meaning in self.map["flags"].get(shape, {}).items():
            if is_true(data, flag):
                facts.update(meaning.get("facts", {}))
                mapped = mapped or meaning.get("type", "")
        return facts, mapped

    def _flow(
        self,
        cell: Json,
        row: int,
        offset: float,
        borders: list[tuple[str, Points | None]],
        boxes: dict[str, Box],
    ) -> None:
        data = mapping(cell, "data")
        name, long = name_of(_name(cell))
        ends = [self.read.ids.get(text(mapping(cell, end), "cell"), "") for end in ("source", "target")]
        elements = self.read.sections.elements
        source, target = ends
        if source not in elements or target not in elements or source == target:
            what = (
                "flows from an element to itself" if source and source == target else "flows with a loose end"
            )
            note(self.read.notes, "kept", f"{what}, beside the model", name or text(cell, "id"))
            return
        facts, _ = self._flags(data, "flow")
        facts |= facts_from(data, "flow", self.vocabulary)
        protocol = self.map["protocols"].get(text(data, "protocol").strip().lower())
        path = _path(cell, boxes)
        made = self._new(cell, name, f"{source}-{target}")
        self.read.sections.flows[made] = Flow(
            from_=source,
            to=target,
            name=name,
            description=text(data, "description") or long,
            facts={**({"protocol": protocol} if protocol else {}), **facts},
            crosses=[
                border
                for border, line_ in borders
                if path is not None and line_ is not None and meet(path, line_)
            ],
            out_of_scope=_scope(data),
            extra=self._foreign(cell, row),
        )
        points = [[x + offset, y] for x, y in _vertices(cell)]
        if points:
            self.read.layout.setdefault("flows", {})[made] = {"waypoints": points}

    def _place(self, section: str, name: str, box: Box, offset: float) -> None:
        entry = {"x": box.x + offset, "y": box.y, "width": box.width, "height": box.height}
        self.read.layout.setdefault(section, {})[name] = entry


def _name(cell: Json) -> str:
    """Return what people call a cell: its data say so, or its label."""
    name = text(mapping(cell, "data"), "name")
    attrs = mapping(cell, "attrs")
    found = name or text(mapping(attrs, "text"), "text") or text(mapping(attrs, "label"), "text")
    if found:
        return " ".join(found.split())
    for label in records(cell, "labels"):
        inner = mapping(label, "attrs")
        found = (
            text(mapping(inner, "labelText"), "text")
            or text(mapping(inner, "label"), "text")
            or text(mapping(inner, "text"), "text")
        )
        if found:
            return " ".join(found.split())
    return ""


def _scope(data: Json) -> str:
    return (text(data, "reasonOutOfScope").strip() or OUT) if is_true(data, "outOfScope") else ""


def _box(cell: Json) -> Box:
    place, size = mapping(cell, "position"), mapping(cell, "size")
    width, height = (number(size, key) for key in ("width", "height"))
    return Box(
        number(place, "x") or 0.0, number(place, "y") or 0.0, abs(width or SIZE[0]), abs(height or SIZE[1])
    )


def _vertices(cell: Json) -> list[tuple[float, float]]:
    found = ((number(point, "x"), number(point, "y")) for point in records(cell, "vertices")[:200])
    return [(x, y) for x, y in found if x is not None and y is not None]


def _path(cell: Json, boxes: dict[str, Box]) -> Points | None:
    """Return a line's points: from end to end, through what it is led over."""
    ends = [_end(mapping(cell, end), boxes) for end in ("source", "target")]
    first, last = ends
    if first is None or last is None:
        return None
    return np.array([first, *_vertices(cell), last], float)


def _end(end: Json, boxes: dict[str, Box]) -> tuple[float, float] | None:
    box = boxes.get(text(end, "cell"))
    if box is not None:
        return box.x + box.width / 2, box.y + box.height / 2
    x, y = number(end, "x"), number(end, "y")
    return None if x is None or y is None else (x, y)
