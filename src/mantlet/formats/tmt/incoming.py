"""Drawings to model data. The same file always gives the same, so that an export can tell what people changed since."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from mantlet.formats.interface import Note, note
from mantlet.formats.mapping import Types, table, tell
from mantlet.formats.naming import Ids, name_of
from mantlet.formats.nesting import Box, Nesting
from mantlet.formats.tmt.evaluate import is_out
from mantlet.formats.tmt.geometry import box_of, crossings, ends_of, number
from mantlet.formats.tmt.names import fact_of, type_of
from mantlet.formats.tmt.parts import WHY_OUT_OF_SCOPE, Attr, Drawn, Line, Shape, Stencil, Surface
from mantlet.model.entries import Boundary, Element, FactValue, Flow, Sections, System
from mantlet.model.vocabulary import Subject, Vocabulary

KEY = "x-tm7"
GAP = 80.0
"""Points between diagrams, which stand side by side in one layout."""
KINDS = {
    "StencilEllipse": "process",
    "StencilRectangle": "external-entity",
    "StencilParallelLines": "data-store",
}
UNNAMED = "Unnamed system"


@dataclass(slots=True)
class Read:
    """Model data, and which object of the file each entry is."""

    sections: Sections
    layout: dict[str, Any] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)
    """Entry id by guid."""
    offsets: list[float] = field(default_factory=list)
    """How far right each diagram stands in the layout."""
    notes: list[Note] = field(default_factory=list)


def read_model(drawn: Drawn, vocabulary: Vocabulary) -> Read:
    """Return what a file says as model data, without its threats."""
    reader = _Reader(drawn, vocabulary)
    for number_, surface in enumerate(drawn.surfaces):
        reader.surface(surface, number_)
    return reader.read


def label(attrs: list[Attr]) -> str:
    """Return the name that people gave an object."""
    found = next((attr for attr in attrs if attr.label == "Name" and attr.kind == "String"), None)
    return (found.value or "").strip() if found else ""


def stencil_name(attrs: list[Attr]) -> str:
    """Return the first heading, which repeats the stencil's name."""
    return next((attr.label or "" for attr in attrs if attr.kind == "Header"), "")


class _Reader:
    def __init__(self, drawn: Drawn, vocabulary: Vocabulary) -> None:
        self.types = Types(vocabulary)
        self.vocabulary = vocabulary
        self.map = table("tm7")
        self.template = drawn.template
        self.stencils: dict[str, Stencil] = drawn.template.stencils() if drawn.template else {}
        self.read = Read(Sections(system=_system(drawn)))
        self.read.sections.assumptions = _lines(drawn.meta.get("Assumptions"))
        self.names = Ids()
        self.right = 0.0

    def surface(self, surface: Surface, number_: int) -> None:
        """Add one diagram."""
        offset = self._offset(surface)
        self.read.offsets.append(offset)
        nesting = Nesting()
        for shape in surface.shapes:
            if shape.is_box:
                self._boundary(shape, number_, offset, nesting)
        for line in surface.lines:
            if not line.is_flow:
                self._border(line, number_)
        nesting.settle(self.read.sections.boundaries, self.vocabulary)
        for shape in surface.shapes:
            if shape.is_element:
                self._element(shape, number_, offset, nesting)
            elif not shape.is_box:
                note(
                    self.read.notes,
                    "kept",
                    "free texts of the drawing, beside the model",
                    label(shape.attrs) or shape.guid,
                )
        self._flows(surface, number_, offset)

    def _offset(self, surface: Surface) -> float:
        """Return where a diagram starts: right of those before it."""
        boxes = [box for box in map(box_of, surface.shapes) if box]
        if not boxes:
            return self.right
        left = min(box[0] for box in boxes)
        offset = max(0.0, self.right + GAP - left) if self.right else 0.0
        self.right = max(box[0] + box[2] for box in boxes) + offset
        return offset

    def _mapped(self, item: Shape | Line) -> tuple[str, list[str]]:
        """Return what the table says of a stencil or the nearest that it is made from, and the names to search."""
        stencils: dict[str, str] = self.map["stencils"]
        chain = [item.type, item.generic]
        if self.template:
            chain = [
                name for start in chain for name in (self.template.lineage(start, self.stencils) or [start])
            ]
        known = next((stencils[name] for name in chain if name in stencils), "")
        known = next((found for name in chain if (found := type_of(name))), known)
        own = self.stencils.get(item.type)
        return known, [label(item.attrs), (own.name or "") if own else stencil_name(item.attrs)]

    def _foreign(self, item: Shape | Line, number_: int) -> dict[str, object]:
        fields: dict[str, object] = {"guid": item.guid, "type": item.type}
        return {KEY: {**fields, **({"diagram": number_ + 1} if number_ else {})}}

    def _boundary(self, shape: Shape, number_: int, offset: float, nesting: Nesting) -> None:
        mapped, names = self._mapped(shape)
        name, long = name_of(label(shape.attrs))
        guess = self.types.boundary(mapped, names)
        tell(self.read.notes, guess, "boundaries", name)
        made = self._new(shape, name or "boundary")
        self.read.sections.boundaries[made] = Boundary(
            type=guess.type, name=name, description=long, extra=self._foreign(shape, number_)
        )
        box = box_of(shape)
        if box:
            nesting.add(made, Box(*box))
            self._place("boundaries", made, box, offset)
        else:
            note(self.read.notes, "guessed", "boundaries without a place, which hold nothing", name or made)

    def _border(self, line: Line, number_: int) -> None:
        mapped, names = self._mapped(line)
        name, long = name_of(label(line.attrs))
        guess = self.types.boundary(mapped, names)
        tell(self.read.notes, guess, "boundaries", name)
        made = self._new(line, name or "boundary")
        foreign = self._foreign(line, number_)
        foreign[KEY]["line"] = True  # type: ignore[index]
        self.read.sections.boundaries[made] = Boundary(
            type=guess.type, name=name, description=long, extra=foreign
        )

    def _element(self, shape: Shape, number_: int, offset: float, nesting: Nesting) -> None:
        kind = KINDS.get(shape.kind, "process")
        mapped, names = self._mapped(shape)
        name, long = name_of(label(shape.attrs))
        guess = self.types.element(kind, mapped, names)
        tell(self.read.notes, guess, "elements", name or stencil_name(shape.attrs))
        made = self._new(shape, name or kind)
        box = box_of(shape)
        within = nesting.of(Box(*box)) if box else []
        self.read.sections.elements[made] = Element(
            type=guess.type,
            name=name,
            description=long,
            in_=within,
            facts=self._facts(shape.attrs, kind),
            out_of_scope=_scope(shape.attrs),
            extra=self._foreign(shape, number_),
        )
        if box:
            self._place("elements", made, box, offset)

    def _facts(self, attrs: list[Attr], kind: str) -> dict[str, FactValue]:
        known: dict[str, dict[str, dict[str, FactValue]]] = self.map["facts"].get(kind, {})
        found: dict[str, FactValue] = {}
        subject: Subject = "flow" if kind == "flow" else "element"
        for attr in attrs:
            name = attr.name or ""
            found.update(known.get(name, {}).get(attr.text, {}))
            fact = fact_of(name)
            if fact and self._fits(fact, attr.text, subject):
                found[fact] = attr.text
        return found

    def _fits(self, fact: str, text: str, subject: Subject) -> bool:
        """Tell whether a property that mantlet wrote holds a value that a fact may have."""
        known = self.vocabulary.facts.get(fact)
        return (
            known is not None
            and subject in known.on
            and isinstance(known.values, list)
            and text in known.values
        )

    def _flows(self, surface: Surface, number_: int, offset: float) -> None:
        crossed = crossings(surface)
        for line in surface.lines:
            if not line.is_flow:
                continue
            source, target = (self.read.ids.get(end) for end in (line.source, line.target))
            elements = self.read.sections.elements
            name, long = name_of(label(line.attrs))
            if source not in elements or target not in elements or source == target:
                what = (
                    "flows from an element to itself"
                    if source and source == target
                    else "flows with a loose end"
                )
                note(self.read.notes, "kept", f"{what}, beside the model", name or line.guid)
                continue
            made = self._new(line, name, f"{source}-{target}")
            borders = [
                self.read.ids[border.guid] for border in crossed[line.guid] if border.guid in self.read.ids
            ]
            protocol = self.map["protocols"].get(line.type)
            self.read.sections.flows[made] = Flow(
                from_=source,
                to=target,
                name=name,
                description=long,
                crosses=self._unseen(borders, source, target),
                facts={**({"protocol": protocol} if protocol else {}), **self._facts(line.attrs, "flow")},
                out_of_scope=_scope(line.attrs),
                extra=self._foreign(line, number_),
            )
            self._route(made, line, offset)

    def _unseen(self, borders: list[str], source: str, target: str) -> list[str]:
        """Return those of the crossed boundaries that membership doesn't show: lines, and boxes that overlap others."""
        elements = self.read.sections.elements
        around = [self._around(elements[end].within) for end in (source, target)]
        return [name for name in dict.fromkeys(borders) if (name in around[0]) == (name in around[1])]

    def _around(self, within: list[str]) -> set[str]:
        boundaries, found = self.read.sections.boundaries, set[str]()
        for name in within:
            while name and name not in found:
                found.add(name)
                name = boundaries[name].in_  # noqa: PLW2901
        return found

    def _new(self, item: Shape | Line, *wishes: str) -> str:
        made = self.names.new(*wishes)
        self.read.ids.setdefault(item.guid, made)
        return made

    def _place(self, section: str, name: str, box: tuple[float, float, float, float], offset: float) -> None:
        x, y, width, height = box
        entry = {"x": x + offset, "y": y, "width": width, "height": height}
        self.read.layout.setdefault(section, {})[name] = entry

    def _route(self, name: str, line: Line, offset: float) -> None:
        x, y = number(line.points.get("HandleX")), number(line.points.get("HandleY"))
        if x is not None and y is not None and ends_of(line):
            entry = {"waypoints": [[x + offset, y]], "label": [x + offset, y]}
            self.read.layout.setdefault("flows", {})[name] = entry


def _system(drawn: Drawn) -> System:
    meta = {key: (text or "").strip() for key, text in drawn.meta.items()}
    name, long = name_of(meta.get("ThreatModelName", ""))
    known = {"ThreatModelName", "Owner", "HighLevelSystemDescription", "Assumptions"}
    others = {key: text for key, text in meta.items() if key not in known and text}
    return System(
        name=name or UNNAMED,
        owner=meta.get("Owner", ""),
        description=meta.get("HighLevelSystemDescription", "") or long,
        extra={KEY: others} if others else {},
    )


def _lines(text: str | None) -> list[str]:
    return [line.strip() for line in (text or "").splitlines() if line.strip()]


def _scope(attrs: list[Attr]) -> str:
    if not is_out(attrs):
        return ""
    reason = next((attr.value for attr in attrs if attr.name == WHY_OUT_OF_SCOPE), "")
    return (reason or "").strip() or OUT


OUT = "marked as out of scope in the Threat Modeling Tool"
"""The reason where the file gives none."""
