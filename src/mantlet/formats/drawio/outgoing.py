"""A model as a draw.io file: what changed since the import, or all of it with a DFD look and an overview per boundary level."""

from __future__ import annotations

import html
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from typing import Any

from mantlet.formats.carry import attributes
from mantlet.formats.content import Content
from mantlet.formats.drawio.cells import Page, read_pages
from mantlet.formats.drawio.folding import levels
from mantlet.formats.drawio.incoming import KEY, REF, Read, read_model
from mantlet.formats.interface import Note, Outgoing, note
from mantlet.formats.lost import tell_lost
from mantlet.formats.placing import whole_layout, with_boxes
from mantlet.formats.plain import Json, mapping
from mantlet.formats.safexml import parse_xml, sound
from mantlet.model.entries import Boundary, Element, Flow, Sections

STYLES = {
    "external-entity": "rounded=0;whiteSpace=wrap;html=1;",
    "process": "ellipse;whiteSpace=wrap;html=1;",
    "data-store": "shape=partialRectangle;whiteSpace=wrap;html=1;left=0;right=0;fillColor=none;",
    "boundary": "rounded=0;whiteSpace=wrap;html=1;dashed=1;fillColor=none;strokeColor=#FF3333;fontColor=#FF3333;align=left;verticalAlign=top;spacingLeft=4;",
    "flow": "endArrow=classic;html=1;rounded=0;",
}
OUT = "mantlet-out-of-scope"
Entry = Boundary | Element | Flow


def file_of(outgoing: Outgoing) -> tuple[bytes, list[Note]]:
    """Return the file and what it cannot hold."""
    notes: list[Note] = []
    kept = outgoing.bulk.get("drawio")
    pages = _kept_pages(kept) if isinstance(kept, list) else []
    if pages:
        models = _merged(outgoing, pages, notes)
    else:
        whole = _Writer(outgoing, outgoing.sections, whole_layout(outgoing), notes).model(first=True)
        models = [("Everything", "page-0", whole)]
        for number, sections in levels(outgoing.sections):
            model = _Writer(outgoing, sections, with_boxes(sections, outgoing.place(sections)), []).model(
                first=False
            )
            models.append((f"Level {number}", f"level-{number}", model))
    root = ET.Element("mxfile", {"host": "mantlet"})
    for name, id_, model in models:
        ET.SubElement(root, "diagram", {"name": name, "id": id_}).append(model)
    _sound(root)
    tell_lost(
        outgoing.sections,
        notes,
        "data",
        "threats",
        "decisions",
        "parties",
        "agents",
        "controls",
        "environments",
        "sequences",
        "assumptions",
    )
    return ET.tostring(root, "utf-8") + b"\n", notes


def _sound(root: ET.Element) -> None:
    """Replace what XML cannot hold."""
    for element in root.iter():
        for key, value in element.attrib.items():
            element.set(key, sound(value))


def _kept_pages(kept: list[Any]) -> list[Page]:
    pages = []
    for item in kept:
        if isinstance(item, dict) and isinstance(item.get("xml"), str):
            found = read_pages(Content(item["xml"].encode("utf-8", "replace"), "the imported drawing"))
            found[0].name, found[0].id, found[0].xml = (
                str(item.get("name", "")),
                str(item.get("id", "")),
                item["xml"],
            )
            pages += found
    return pages


class _Writer:
    """Writes a whole page."""

    def __init__(self, outgoing: Outgoing, sections: Sections, layout: Json, notes: list[Note]) -> None:
        self.vocabulary = outgoing.vocabulary
        self.sections = sections
        self.layout = layout
        self.notes = notes

    def model(self, *, first: bool) -> ET.Element:
        """Return the page; cells of others than the first repeat what that has."""
        model = ET.Element("mxGraphModel", {"grid": "1", "page": "0"})
        root = ET.SubElement(model, "root")
        ET.SubElement(root, "mxCell", {"id": "0"})
        ET.SubElement(root, "mxCell", {"id": "1", "parent": "0"})
        boundaries = sorted(self.sections.boundaries, key=lambda name: -self._area(name))
        for name in boundaries:
            self.boundary(root, name, first=first)
        for name in self.sections.elements:
            self.element(root, name, first=first)
        for name in self.sections.flows:
            self.flow(root, name, first=first)
        return model

    def _area(self, name: str) -> float:
        box = mapping(self.layout.get("boundaries", {}), name)
        return float(box.get("width", 0)) * float(box.get("height", 0))

    def _object(self, root: ET.Element, name: str, entry: Entry, style: str, *, first: bool) -> ET.Element:
        label = html.escape(entry.name or name)
        held = {"label": label, "id": name, **(attributes(entry) if first else {REF: name})}
        out = getattr(entry, "out_of_scope", "")
        if out and first:
            held[OUT] = out
        wrapper = ET.SubElement(root, "object", held)
        return ET.SubElement(wrapper, "mxCell", {"style": style, "parent": "1"})

    def boundary(self, root: ET.Element, name: str, *, first: bool = True) -> None:
        """Add a boundary; one without a place is listed as lost."""
        box = mapping(self.layout.get("boundaries", {}), name)
        entry = self.sections.boundaries[name]
        if not box:
            note(self.notes, "lost", "boundaries that the drawing cannot show", entry.name or name)
            return
        cell = self._object(root, name, entry, STYLES["boundary"], first=first)
        _put(cell, box)

    def element(self, root: ET.Element, name: str, *, first: bool = True) -> None:
        """Add an element."""
        entry = self.sections.elements[name]
        kind = str(entry.kind or self.vocabulary.kind(entry.type))
        cell = self._object(root, name, entry, STYLES[kind], first=first)
        _put(cell, mapping(self.layout.get("elements", {}), name))

    def flow(
        self, root: ET.Element, name: str, *, first: bool = True, ids: Mapping[str, str] | None = None
    ) -> None:
        """Add a flow; ``ids`` are its ends' cells, where these are not called as the elements are."""
        entry = self.sections.flows[name]
        cell = self._object(root, name, entry, STYLES["flow"], first=first)
        known = ids or {}
        cell.set("edge", "1")
        cell.set("source", known.get(entry.from_, entry.from_))
        cell.set("target", known.get(entry.to, entry.to))
        geometry = ET.SubElement(cell, "mxGeometry", {"relative": "1", "as": "geometry"})
        points = mapping(self.layout.get("flows", {}), name).get("waypoints", [])[1:-1]
        if points and not mapping(entry.extra, KEY):
            array = ET.SubElement(geometry, "Array", {"as": "points"})
            for x, y in points:
                ET.SubElement(array, "mxPoint", {"x": f"{x:g}", "y": f"{y:g}"})


def _put(cell: ET.Element, box: Mapping[str, Any]) -> None:
    cell.set("vertex", "1")
    sizes = {"width": float(box.get("width") or 120), "height": float(box.get("height") or 60)}
    place = {"x": float(box.get("x", 0)), "y": float(box.get("y", 0)), **sizes}
    ET.SubElement(
        cell, "mxGeometry", {**{key: f"{value:g}" for key, value in place.items()}, "as": "geometry"}
    )


def _merged(outgoing: Outgoing, pages: list[Page], notes: list[Note]) -> list[tuple[str, str, ET.Element]]:
    base = read_model(pages, outgoing.vocabulary)
    models = [
        (page.name, page.id, parse_xml(page.xml.encode("utf-8", "replace"), "the imported drawing"))
        for page in pages
    ]
    _Merger(outgoing, base, [model for _, _, model in models], notes).run()
    return models


class _Merger:
    """Changes cells of imported pages as their entries were changed."""

    def __init__(self, outgoing: Outgoing, base: Read, models: list[ET.Element], notes: list[Note]) -> None:
        self.outgoing = outgoing
        self.sections = outgoing.sections
        self.base = base
        self.notes = notes
        self.roots = [model.find("root") for model in models]
        self.cells = {
            f"{row}/{cell.get('id', '')}": cell
            for row, root in enumerate(self.roots)
            if root is not None
            for cell in root
        }
        self.keys: dict[str, str] = {}
        """Cell key by entry id."""

    def run(self) -> None:
        """Carry everything over."""
        for section in ("boundaries", "elements", "flows"):
            for name, entry in getattr(self.sections, section).items():
                held = mapping(entry.extra, KEY)
                page = held.get("page", 1)
                key = f"{(page if isinstance(page, int) else 1) - 1}/{held.get('id', '')}"
                if key in self.base.ids and key in self.cells and key not in self.keys.values():
                    self.keys[name] = key
        self._drop()
        for section in ("boundaries", "elements", "flows"):
            for name, entry in getattr(self.sections, section).items():
                if name in self.keys:
                    self._change(section, name, entry)
        self._add()

    def _drop(self) -> None:
        kept = set(self.keys.values())
        for key in self.base.ids:
            if key not in kept and key in self.cells:
                root = self.roots[int(key.partition("/")[0])]
                if root is not None:
                    root.remove(self.cells[key])

    def _change(self, section: str, name: str, entry: Any) -> None:
        key = self.keys[name]
        before = getattr(self.base.sections, section)[self.base.ids[key]]
        cell = self.cells[key]
        if entry.name != before.name:
            label = html.escape(entry.name or name)
            cell.set("label" if cell.tag != "mxCell" else "value", label)
        now, was = attributes(entry), attributes(before)
        out, old = getattr(entry, "out_of_scope", ""), getattr(before, "out_of_scope", "")
        if now != was or out != old:
            wrapper = self._wrapped(key)
            for name_, value in now.items():
                wrapper.set(name_, value)
            for name_ in was.keys() - now.keys():
                wrapper.attrib.pop(name_, None)
            if out:
                wrapper.set(OUT, out)
            else:
                wrapper.attrib.pop(OUT, None)
        if isinstance(entry, Flow) and (entry.from_, entry.to) != self._ends(before):
            self._reconnect(key, entry)
        self._move(section, name, key)

    def _ends(self, before: Flow) -> tuple[str, str]:
        now = {self.base.ids[key]: name for name, key in self.keys.items()}
        return now.get(before.from_, ""), now.get(before.to, "")

    def _reconnect(self, key: str, flow: Flow) -> None:
        inner = self._inner(key)
        for end, name in (("source", flow.from_), ("target", flow.to)):
            inner.set(end, self.keys.get(name, f"0/{name}").partition("/")[2])

    def _inner(self, key: str) -> ET.Element:
        cell = self.cells[key]
        found = cell.find("mxCell")
        return cell if found is None else found

    def _wrapped(self, key: str) -> ET.Element:
        """Return the object around a cell, which holds attributes; a bare cell gets one."""
        cell = self.cells[key]
        if cell.tag != "mxCell":
            return cell
        root = self.roots[int(key.partition("/")[0])]
        wrapper = ET.Element(
            "object", {"label": cell.attrib.pop("value", ""), "id": cell.attrib.pop("id", "")}
        )
        if root is not None:
            root[list(root).index(cell)] = wrapper
        wrapper.append(cell)
        self.cells[key] = wrapper
        return wrapper

    def _move(self, section: str, name: str, key: str) -> None:
        now = mapping(self.outgoing.layout.get(section, {}), name)
        was = mapping(self.base.layout.get(section, {}), self.base.ids[key])
        geometry = self._inner(key).find("mxGeometry")
        if not now or not was or geometry is None or section == "flows":
            return
        for field in ("x", "y", "width", "height"):
            change = float(now[field] if field in now else was[field]) - was[field]
            if abs(change) > 0.01:
                geometry.set(field, f"{float(geometry.get(field, '0')) + change:g}")

    def _add(self) -> None:
        """Add new entries to the page of what they are in or joined to, or to the first."""
        layout = {
            section: dict(self.outgoing.layout.get(section, {}))
            for section in ("elements", "boundaries", "flows")
        }
        pages = self._pages()
        fresh = [name for name in self.sections.elements if name not in self.keys]
        self._room(layout, fresh)
        for section in ("elements", "boundaries"):
            for name in getattr(self.sections, section):
                if name not in self.keys and name in layout[section]:
                    box = layout[section][name]
                    layout[section][name] = {**box, "x": box["x"] - self.base.offsets[pages[name]]}
        writer = _Writer(self.outgoing, self.sections, layout, self.notes)
        for name in (*self.sections.boundaries, *self.sections.elements):
            root = self.roots[pages[name]]
            if name not in self.keys and root is not None:
                (writer.boundary if name in self.sections.boundaries else writer.element)(root, name)
        ids = {name: key.partition("/")[2] for name, key in self.keys.items()}
        for name, flow in self.sections.flows.items():
            root = self.roots[pages.get(flow.from_, 0)]
            if name in self.keys or root is None:
                continue
            if pages.get(flow.from_) == pages.get(flow.to):
                writer.flow(root, name, ids=ids)
            else:
                note(self.notes, "lost", "flows between elements of different pages", flow.name or name)

    def _pages(self) -> dict[str, int]:
        """Return the page of each boundary and element: its own, or for a new one that of what it is in or joined to."""
        found = {name: int(key.partition("/")[0]) for name, key in self.keys.items()}
        near: dict[str, list[str]] = {
            **{name: [entry.in_] for name, entry in self.sections.boundaries.items()},
            **{name: list(entry.within) for name, entry in self.sections.elements.items()},
        }
        for flow in self.sections.flows.values():
            near.setdefault(flow.from_, []).append(flow.to)
            near.setdefault(flow.to, []).append(flow.from_)
        left = [name for name in near if name not in found]
        while left:
            known = {
                name: page
                for name in left
                if (page := next((found[other] for other in near[name] if other in found), None)) is not None
            }
            found.update(known or dict.fromkeys(left, 0))
            left = [name for name in left if name not in found]
        return found

    def _room(self, layout: Json, fresh: list[str]) -> None:
        """Give new elements a place: in their boundary, which grows for them, or below everything."""
        boxes = [*layout["elements"].values(), *layout["boundaries"].values()]
        bottom = max((float(box["y"]) + float(box.get("height", 60)) for box in boxes), default=0.0)
        for row, name in enumerate(item for item in fresh if item not in layout["elements"]):
            home = next(
                (
                    item
                    for item in self.sections.elements[name].within
                    if item in self.keys and item in layout["boundaries"]
                ),
                "",
            )
            geometry = self._inner(self.keys[home]).find("mxGeometry") if home else None
            if geometry is None:
                layout["elements"][name] = {
                    "x": 40.0 + 160 * row,
                    "y": bottom + 60,
                    "width": 120,
                    "height": 60,
                }
                continue
            box = dict(layout["boundaries"][home])
            layout["elements"][name] = {
                "x": box["x"] + 20,
                "y": box["y"] + box["height"] + 10,
                "width": 120,
                "height": 60,
            }
            box["height"] += 90
            box["width"] = max(box["width"], 160)
            layout["boundaries"][home] = box
            geometry.set("height", f"{float(geometry.get('height', '0')) + 90:g}")
            geometry.set("width", f"{max(float(geometry.get('width', '0')), 160):g}")
