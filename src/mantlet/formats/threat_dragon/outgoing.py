"""A model as a version 2 document: what changed since the import, or all of it with a layout of mantlet's."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from mantlet.formats.carry import attributes
from mantlet.formats.interface import Note, Outgoing, note
from mantlet.formats.lost import tell_lost
from mantlet.formats.mapping import table
from mantlet.formats.merge import merged
from mantlet.formats.placing import remembered, whole_layout
from mantlet.formats.plain import Json, mapping, text
from mantlet.formats.threat_dragon.incoming import KEY, OUT, Read, read_model
from mantlet.formats.threat_dragon.threats import SPACE, threat_of
from mantlet.formats.threat_dragon.upgrade import VERSION
from mantlet.formats.threatlist import Threat, rated, written
from mantlet.model.entries import Boundary, Element, Flow, Sections

_SHAPES = {
    "process": ("process", "tm.Process"),
    "data-store": ("store", "tm.Store"),
    "external-entity": ("actor", "tm.Actor"),
}
_LINES = {"stroke": "#333333", "strokeWidth": 1.5, "strokeDasharray": "0"}


def document_of(outgoing: Outgoing) -> tuple[Json, list[Note]]:
    """Return the document and what it cannot hold."""
    notes: list[Note] = []
    original = outgoing.bulk.get("threat-dragon")
    if not isinstance(original, dict):
        layout = whole_layout(outgoing)
        threats = list(rated(outgoing))
        document = _Writer(outgoing, outgoing.sections, layout, [], threats, notes).document()
    else:
        base = read_model(original, outgoing.vocabulary)
        before = _Writer(
            outgoing, base.sections, base.layout, base.offsets, list(written(base.sections)), []
        ).document()
        layout = _filled(outgoing, base)
        now = _Writer(
            outgoing, outgoing.sections, layout, base.offsets, list(written(outgoing.sections)), notes
        ).document()
        document = merged(original, before, now, ("id", "threatId"))
    tell_lost(
        outgoing.sections,
        notes,
        "data",
        "parties",
        "agents",
        "controls",
        "assumptions",
        "environments",
        "sequences",
    )
    return document, notes


def _filled(outgoing: Outgoing, base: Read) -> dict[str, Any]:
    """Return the layout, with places below all others for what has none."""
    layout = remembered(outgoing.sections, outgoing.layout, base.layout, base.ids, KEY)
    boxes = [*layout["elements"].values(), *layout["boundaries"].values()]
    bottom = max((float(box.get("y", 0)) + float(box.get("height", 80)) for box in boxes), default=0.0)
    missing = [name for name in outgoing.sections.elements if name not in layout["elements"]]
    for row, name in enumerate(missing):
        inside = [mapping(layout["boundaries"], item) for item in outgoing.sections.elements[name].within]
        home = next((box for box in inside if box), None)
        if home is None:
            layout["elements"][name] = {
                "x": 40.0 + 180.0 * row,
                "y": bottom + 60,
                "width": 160.0,
                "height": 80.0,
            }
            continue
        layout["elements"][name] = {
            "x": home["x"] + 20,
            "y": home["y"] + home["height"] + 10,
            "width": 120.0,
            "height": 60.0,
        }
        home["height"] += 90
        home["width"] = max(home["width"], 160.0)
    return layout


class _Writer:
    def __init__(
        self,
        outgoing: Outgoing,
        sections: Sections,
        layout: Mapping[str, Any],
        offsets: list[float],
        threats: list[Threat],
        notes: list[Note],
    ) -> None:
        self.vocabulary = outgoing.vocabulary
        self.sections = sections
        self.layout = layout
        self.offsets = offsets or [0.0]
        self.notes = notes
        self.map = table("threat-dragon")
        self.count = 0
        self.ids = {
            name: self._foreign(entry, section, name)
            for section in ("boundaries", "elements", "flows")
            for name, entry in getattr(sections, section).items()
        }
        self.at: dict[str, list[Json]] = {}
        for threat in threats:
            self._add(threat)

    def _add(self, threat: Threat) -> None:
        place = threat.place.removesuffix(".returns")
        if place not in self.sections.elements and place not in self.sections.flows:
            place = threat.element
        if place not in self.ids:
            note(self.notes, "lost", "threats to the system or a boundary as a whole", threat.title)
            return
        self.count += 1
        self.at.setdefault(place, []).append(threat_of(threat, self.count))

    def _foreign(self, entry: Boundary | Element | Flow, section: str, name: str) -> str:
        known = text(mapping(entry.extra, KEY), "id")
        return known or str(uuid.uuid5(SPACE, f"{section}/{name}"))

    def _diagram(self, entry: Boundary | Element | Flow) -> int:
        held = mapping(entry.extra, KEY).get("diagram", 1)
        row = held - 1 if isinstance(held, int) else 0
        if isinstance(entry, Flow):
            row = self._diagram(self.sections.elements[entry.from_])
        return row if 0 <= row < len(self.offsets) else 0

    def document(self) -> Json:
        """Return all of it."""
        cells: list[list[Json]] = [[] for _ in self.offsets]
        for name, boundary in self.sections.boundaries.items():
            made = self._boundary(name, boundary)
            if made is not None:
                cells[self._diagram(boundary)].append(made)
        for name, element in self.sections.elements.items():
            cells[self._diagram(element)].append(self._element(name, element))
        for name, flow in self.sections.flows.items():
            cells[self._diagram(flow)].append(self._flow(name, flow))
        system = self.sections.system
        diagrams = [
            {
                "id": row,
                "title": system.name if row == 0 else f"Diagram {row + 1}",
                "diagramType": "STRIDE",
                "placeholder": "New STRIDE diagram description",
                "thumbnail": "./public/content/images/thumbnail.stride.jpg",
                "version": VERSION,
                "cells": drawn,
            }
            for row, drawn in enumerate(cells)
        ]
        summary = {"title": system.name, "owner": system.owner, "description": system.description, "id": 0}
        detail = {
            "contributors": [], "diagrams": diagrams, "diagramTop": len(diagrams), "reviewer": "", "threatTop": self.count,
        }  # fmt: skip
        return {"version": VERSION, "summary": summary, "detail": detail}

    def _place(self, section: str, name: str, row: int) -> Json:
        box = mapping(self.layout.get(section, {}), name)
        x, y = float(box.get("x", 0.0)) - self.offsets[row], float(box.get("y", 0.0))
        size = {"width": float(box.get("width") or 160.0), "height": float(box.get("height") or 80.0)}
        return {"position": {"x": x, "y": y}, "size": size}

    def _boundary(self, name: str, boundary: Boundary) -> Json | None:
        label = boundary.name or name
        base: Json = {"id": self.ids[name], "zIndex": -1}
        data = {
            "name": label,
            "description": boundary.description,
            "isTrustBoundary": True,
            "hasOpenThreats": False,
            **attributes(boundary),
        }
        if mapping(boundary.extra, KEY).get("line"):
            return {**base, "shape": "trust-boundary-curve", "data": {"type": "tm.Boundary", **data}}
        if name not in self.layout.get("boundaries", {}):
            note(self.notes, "lost", "boundaries that the drawing cannot show", label)
            return None
        attrs = {"label": {"text": label}}
        place = self._place("boundaries", name, self._diagram(boundary))
        return {
            **base,
            "shape": "trust-boundary-box",
            **place,
            "attrs": attrs,
            "data": {"type": "tm.BoundaryBox", **data},
        }

    def _common(self, name: str, entry: Element | Flow, kind: str) -> Json:
        threats = self.at.get(name, [])
        return {
            "type": kind,
            "name": entry.name or name,
            "description": entry.description,
            "outOfScope": bool(entry.out_of_scope),
            "reasonOutOfScope": "" if entry.out_of_scope == OUT else entry.out_of_scope,
            "hasOpenThreats": any(threat["status"] == "Open" for threat in threats),
            "threats": threats,
            **attributes(entry),
        }

    def _flags(self, shape: str, facts: Mapping[str, Any], type_: str) -> Json:
        found = {}
        for flag, meaning in self.map["flags"].get(shape, {}).items():
            wanted = meaning.get("facts", {})
            by_type = "type" in meaning and self.vocabulary.is_a(type_, meaning["type"])
            found[flag] = by_type or (
                bool(wanted) and all(facts.get(fact) == value for fact, value in wanted.items())
            )
        return found

    def _element(self, name: str, element: Element) -> Json:
        kind = str(element.kind or self.vocabulary.kind(element.type))
        shape, type_ = _SHAPES[kind]
        data = {**self._common(name, element, type_), **self._flags(shape, element.facts, element.type)}
        place = self._place("elements", name, self._diagram(element))
        attrs = {"text": {"text": element.name or name}, "body": dict(_LINES)}
        return {"id": self.ids[name], "shape": shape, "zIndex": 1, **place, "attrs": attrs, "data": data}

    def _flow(self, name: str, flow: Flow) -> Json:
        data = {
            **self._common(name, flow, "tm.Flow"),
            **self._flags("flow", flow.facts, ""),
            "isBidirectional": bool(flow.returns),
            "isPublicNetwork": False,
            "protocol": str(flow.facts.get("protocol", "")).upper(),
        }
        label = flow.name or name
        offset = self.offsets[self._diagram(flow)]
        points = mapping(self.layout.get("flows", {}), name).get("waypoints", [])
        if not mapping(flow.extra, KEY):
            points = points[1:-1]
        return {
            "id": self.ids[name],
            "shape": "flow",
            "zIndex": 10,
            "connector": "smooth",
            "source": {"cell": self.ids[flow.from_]},
            "target": {"cell": self.ids[flow.to]},
            "vertices": [{"x": float(x) - offset, "y": float(y)} for x, y in points],
            "labels": [{"attrs": {"labelText": {"text": label}}, "position": 0.5}],
            "attrs": {"line": {**_LINES, "sourceMarker": {"name": ""}, "targetMarker": {"name": "block"}}},
            "data": data,
        }
