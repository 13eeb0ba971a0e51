"""A model into a drawing: what people changed since the import is changed in what was imported, all else stays as it was."""

from __future__ import annotations

import copy
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from msgspec import structs

from mantlet.formats.interface import Note, Outgoing, note
from mantlet.formats.lost import tell_lost
from mantlet.formats.nesting import Box
from mantlet.formats.placing import around, whole_layout
from mantlet.formats.tmt import redraw
from mantlet.formats.tmt.adjust import Adjust
from mantlet.formats.tmt.evaluate import judge
from mantlet.formats.tmt.incoming import KEY, UNNAMED, Read, read_model
from mantlet.formats.tmt.parts import NOWHERE, Attr, Drawn, Line, Shape, Surface, Template
from mantlet.formats.tmt.stencils import SHAPES, Stencils
from mantlet.formats.tmt.triage import Triage
from mantlet.model.entries import Boundary, Element, Flow, Sections

_SPACE = uuid.UUID("6f0c2c5e-6d55-4a83-9d0e-2a53e0f7c5a1")
"""The name space of guids that are made from our ids, so that the same model gives the same file."""
Entry = Boundary | Element | Flow


@dataclass(slots=True)
class Made:
    """A drawing, and which of its objects each entry of the model is."""

    drawn: Drawn
    guids: dict[str, str] = field(default_factory=dict)
    """Guid by entry id."""
    notes: list[Note] = field(default_factory=list)


def drawn_of(outgoing: Outgoing, stored: Drawn | None) -> Made:
    """Return a model as a drawing with its threats."""
    merger = _Merger(outgoing, stored)
    merger.run()
    made = merger.made
    Triage(outgoing, merger.base, merger.stored, made).run()
    tell_lost(
        outgoing.sections, made.notes, "data", "parties", "agents", "controls", "environments", "sequences"
    )
    return made


def judged_model(outgoing: Outgoing, stored: Drawn | None, template: Template | None = None) -> Sections:
    """Return a model with the threats that a template makes, as threats of its own; by default its file's template."""
    from mantlet.formats.tmt.threats import embedded  # noqa: PLC0415

    if template is not None:
        stored = structs.replace(stored, template=template) if stored else None
    merger = _Merger(outgoing, stored, template)
    merger.run()
    template = merger.made.drawn.template
    sections = structs.replace(
        outgoing.sections,
        threats={name: copy.deepcopy(item) for name, item in outgoing.sections.threats.items()},
    )
    if template is not None:
        places = judge(merger.made.drawn, template).places
        ids = {guid: name for name, guid in merger.made.guids.items()}
        embedded(sections, merger.made.drawn, Read(sections, ids=ids), places, outgoing.catalogue.threats)
    return sections


class _Merger:
    def __init__(self, outgoing: Outgoing, stored: Drawn | None, template: Template | None = None) -> None:
        self.outgoing = outgoing
        self.sections = outgoing.sections
        self.stored = stored
        self.fresh = stored is None
        self.made = Made(copy.deepcopy(stored) if stored else _blank(outgoing, template))
        self.drawn = self.made.drawn
        self.base = read_model(stored, outgoing.vocabulary) if stored else Read(Sections())
        self.stencils = Stencils(self.drawn.template or Template(), outgoing.vocabulary)
        self.layout = outgoing.layout if stored else whole_layout(outgoing)
        self.shapes = {item.guid: item for surface in self.drawn.surfaces for item in surface.shapes}
        self.lines = {item.guid: item for surface in self.drawn.surfaces for item in surface.lines}
        self.home = {
            guid: surface
            for surface in self.drawn.surfaces
            for guid in (*(item.guid for item in surface.shapes), *(item.guid for item in surface.lines))
        }
        self.bends: dict[frozenset[str], int] = {}

    def run(self) -> None:
        """Make the drawing."""
        self._claim()
        self._drop()
        adjust = Adjust(self.outgoing, self.base, self.stencils, self.made, self.layout)
        for section, name, entry in self._entries():
            guid = self.made.guids.get(name, "")
            if guid in self.shapes:
                adjust.shape(section, name, entry, self.shapes[guid])
        for name, boundary in self.sections.boundaries.items():
            if name not in self.made.guids and not boundary.extra.get(f"{KEY}-line"):
                self._new_boundary(name, boundary)
        for name, element in self.sections.elements.items():
            if name not in self.made.guids:
                self._new_element(name, element)
        moved = adjust.moved | self._regroup()
        for name, flow in self.sections.flows.items():
            guid = self.made.guids.get(name, "")
            if guid in self.lines:
                line = self.lines[guid]
                adjust.line(name, flow, line, moved, self._box_of)
            else:
                self._new_flow(name, flow)
        for name, boundary in self.sections.boundaries.items():
            guid = self.made.guids.get(name, "")
            if guid in self.lines:
                adjust.line_name(name, boundary, self.lines[guid])
        self._meta()

    def _entries(self) -> Iterator[tuple[str, str, Entry]]:
        for section in ("boundaries", "elements", "flows"):
            for name, entry in getattr(self.sections, section).items():
                yield section, name, entry

    def _claim(self) -> None:
        """Find each entry's object; of two entries with the same guid the first has it."""
        taken: set[str] = set()
        for _, name, entry in self._entries():
            foreign = entry.extra.get(KEY)
            guid = str(foreign.get("guid", "")) if isinstance(foreign, Mapping) else ""
            if guid in self.home and guid not in taken and guid in self.base.ids:
                taken.add(guid)
                self.made.guids[name] = guid

    def _drop(self) -> None:
        """Take out what the model no longer has, and loosen the lines that led there."""
        kept = set(self.made.guids.values())
        gone = {guid for guid in self.base.ids if guid not in kept}
        if not gone:
            return
        for surface in self.drawn.surfaces:
            surface.shapes = [item for item in surface.shapes if item.guid not in gone]
            surface.lines = [item for item in surface.lines if item.guid not in gone]
            for line in surface.lines:
                line.source = NOWHERE if line.source in gone else line.source
                line.target = NOWHERE if line.target in gone else line.target

    def _guid(self, section: str, name: str) -> str:
        number, made = 0, ""
        while not made or made in self.home:
            made = str(uuid.uuid5(_SPACE, f"{section}/{name}/{number}"))
            number += 1
        self.made.guids[name] = made
        return made

    def _new_boundary(self, name: str, boundary: Boundary) -> None:
        members = [
            item
            for item, element in self.sections.elements.items()
            if name in around(element.within, self.sections)
        ]
        place = self._placed("boundaries", name)
        if place is None:
            place = self._round(name, members)
        if place is None:
            note(self.made.notes, "lost", "boundaries that the drawing cannot show", boundary.name or name)
            return
        stencil = self.stencils.choose("boundary", "boundary", boundary.type)
        surface = self._surface([boundary.in_, *members])
        self._add_shape(
            surface, "boundaries", name, boundary.name or name, stencil, "boundary", place, first=True
        )

    def _round(self, name: str, members: list[str]) -> Box | None:
        """Return a box round a boundary's elements; None where others would lie in it too."""
        if not members:
            return None if self.fresh else Box(0, 0, 2 * redraw.SIZE, 2 * redraw.SIZE)
        boxes = {
            item: box
            for item in self.sections.elements
            if (box := self._box_of(item) or self._placed("elements", item))
        }
        depth = sum(name in around([other], self.sections) for other in self.sections.boundaries)
        place = redraw.around(
            [boxes[item] for item in members if item in boxes], redraw.MARGIN + 12.0 * depth
        )
        others = (box for item, box in boxes.items() if item not in members)
        if place is None or any(place.holds(box.x + box.width / 2, box.y + box.height / 2) for box in others):
            return None
        return place

    def _surface(self, near: list[str]) -> Surface:
        """Return the diagram where the first of some entries is, or the first of all."""
        known = (self.home[guid] for name in near if (guid := self.made.guids.get(name, "")) in self.home)
        return next(known, self.drawn.surfaces[0])

    def _new_element(self, name: str, element: Element) -> None:
        kind = element.kind or self.outgoing.vocabulary.kind(element.type)
        near = [
            flow.to if flow.from_ == name else flow.from_
            for flow in self.sections.flows.values()
            if name in (flow.from_, flow.to)
        ]
        surface = self._surface([*element.within, *near])
        place = self._placed("elements", name) or self._room(surface, element)
        stencil = self.stencils.choose("element", str(kind), element.type)
        shape = self._add_shape(surface, "elements", name, element.name or name, stencil, str(kind), place)
        adjust = Adjust(self.outgoing, self.base, self.stencils, self.made, self.layout)
        adjust.facts(element.facts, {}, shape.attrs, str(kind), element.name or name)
        adjust.scope(element.out_of_scope, "", shape.attrs)

    def _room(self, surface: Surface, element: Element) -> Box:
        """Return a free place where an element belongs, growing the boundaries around it if need be."""
        areas = [
            self.shapes[self.made.guids[name]]
            for name in around(element.within, self.sections)
            if self.made.guids.get(name) in self.shapes
        ]
        boxes = [(item, found) for item in areas if (found := redraw.box(item))]
        area = min((found for _, found in boxes), key=lambda found: found.area, default=None)
        taken = [found for item in surface.shapes if not item.is_box and (found := redraw.box(item))]
        if area is None:
            taken += [found for item in surface.shapes if item.is_box and (found := redraw.box(item))]
        place, _ = redraw.free_place(taken, area)
        for item, found in boxes:
            if not found.surrounds(place):
                redraw.put(item, redraw.grown(found, place))
        return place

    def _add_shape(
        self,
        surface: Surface,
        section: str,
        name: str,
        label: str,
        stencil: Any,
        kind: str,
        place: Box,
        *,
        first: bool = False,
    ) -> Shape:
        rest: dict[str, str | None] = {"StrokeDashArray": None, "StrokeThickness": "1"}
        shape = Shape(
            SHAPES[kind][1], self._guid(section, name), attrs=[Attr("String", "Name", "", label)], rest=rest
        )
        if stencil is not None:
            shape.type, shape.generic = stencil.id, self.stencils.root(stencil).id
            shape.attrs = self.stencils.attrs(stencil, label)
        redraw.put(shape, place)
        surface.shapes.insert(0, shape) if first else surface.shapes.append(shape)
        self.shapes[shape.guid], self.home[shape.guid] = shape, surface
        return shape

    def _placed(self, section: str, name: str) -> Box | None:
        entry = self.layout.get(section, {}).get(name)
        if not isinstance(entry, Mapping) or "x" not in entry or "y" not in entry:
            return None
        size = (float(entry.get(key) or redraw.SIZE) for key in ("width", "height"))
        return Box(float(entry["x"]), float(entry["y"]), *size)

    def _box_of(self, name: str) -> Box | None:
        shape = self.shapes.get(self.made.guids.get(name, ""))
        return redraw.box(shape) if shape else None

    def _regroup(self) -> set[str]:
        """Move elements whose boundaries changed into these; return their ids."""
        moved: set[str] = set()
        old = {
            guid: self.base.sections.elements[name]
            for guid, name in self.base.ids.items()
            if name in self.base.sections.elements
        }
        ids = {name: self.made.guids.get(renamed) for renamed, name in self._renamed().items()}
        for name, element in self.sections.elements.items():
            guid = self.made.guids[name]
            before = old.get(guid)
            if before is None or {self.made.guids.get(item) for item in element.within} == {
                ids.get(item) for item in before.within
            }:
                continue
            shape = self.shapes[guid]
            shape.left = shape.top = None
            redraw.put(shape, self._room(self.home[guid], element))
            moved.add(name)
        return moved

    def _renamed(self) -> dict[str, str]:
        """Return, by an entry's id now, its id when the file was imported."""
        return {name: self.base.ids[guid] for name, guid in self.made.guids.items() if guid in self.base.ids}

    def _new_flow(self, name: str, flow: Flow) -> None:
        source, target = self._box_of(flow.from_), self._box_of(flow.to)
        start, stop = self.made.guids[flow.from_], self.made.guids[flow.to]
        if self.home[start] is not self.home[stop]:
            note(self.made.notes, "lost", "flows between elements of different diagrams", flow.name or name)
            return
        stencil = self.stencils.flow(str(flow.facts.get("protocol", "")))
        label = flow.name or name
        line = Line(
            "Connector",
            self._guid("flows", name),
            source=start,
            target=stop,
            attrs=[Attr("String", "Name", "", label)],
        )
        if stencil is not None:
            line.type, line.generic = stencil.id, self.stencils.root(stencil).id
            line.attrs = self.stencils.attrs(stencil, label)
        pair = frozenset((start, stop))
        bend = self.bends[pair] = self.bends.get(pair, -1) + 1
        if source and target:
            redraw.connect(line, source, target, bend)
        adjust = Adjust(self.outgoing, self.base, self.stencils, self.made, self.layout)
        adjust.facts(flow.facts, {}, line.attrs, "flow", label)
        adjust.scope(flow.out_of_scope, "", line.attrs)
        self.home[start].lines.append(line)
        self.lines[line.guid], self.home[line.guid] = line, self.home[start]
        if flow.crosses:
            note(
                self.made.notes,
                "lost",
                "boundaries that a flow crosses and no box shows",
                f"{label}: {', '.join(flow.crosses)}",
            )

    def _meta(self) -> None:
        system, base = self.sections.system, self.base.sections.system
        meta = self.drawn.meta
        for key, now, before in (
            ("ThreatModelName", system.name, base.name),
            ("Owner", system.owner, base.owner),
            ("HighLevelSystemDescription", system.description, base.description),
        ):
            if now != before and not (
                key == "ThreatModelName" and before == UNNAMED and not meta.get(key) and not self.fresh
            ):
                meta[key] = now
        if self.sections.assumptions != self.base.sections.assumptions:
            meta["Assumptions"] = "\n".join(self.sections.assumptions)
        foreign = system.extra.get(KEY)
        for key, text in foreign.items() if isinstance(foreign, Mapping) else ():
            if str(key) in meta and str(text) != (meta[str(key)] or "").strip():
                meta[str(key)] = str(text)


def _template(outgoing: Outgoing) -> Template:
    from mantlet.formats.tmt.catalogue import template_of  # noqa: PLC0415  (the whole catalogue, needed only here)

    return template_of(outgoing.catalogue)


def _blank(outgoing: Outgoing, template: Template | None) -> Drawn:
    name = outgoing.sections.system.name
    guid = str(uuid.uuid5(_SPACE, f"surface/{name}"))
    attrs = [Attr("Header", "Diagram"), Attr("String", "Name", "", "Diagram 1")]
    surface = Surface(guid, attrs=attrs, header="Diagram 1", rest={"Zoom": "1"})
    return Drawn(surfaces=[surface], template=template or _template(outgoing))
