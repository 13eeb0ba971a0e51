"""Pages of cells to model data, by shapes and styles."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from mantlet.formats.carry import TYPE, facts_from, type_from
from mantlet.formats.crossing import Points, meet
from mantlet.formats.drawio.cells import Cell, Page
from mantlet.formats.interface import Note, note
from mantlet.formats.mapping import Types, tell
from mantlet.formats.naming import Ids, name_of
from mantlet.formats.nesting import Box, Nesting
from mantlet.model.entries import Boundary, Element, Flow, Sections, System
from mantlet.model.vocabulary import ELEMENT_KINDS, Vocabulary

KEY = "x-drawio"
REF = "mantlet-ref"
"""Marks cells of overview pages that mantlet draws: they repeat what the first page has."""
GAP = 120.0
_STORE = re.compile(
    r"partialrectangle|cylinder|datastore|database|internalstorage|tape|diskstorage|mxgraph\.flowchart\.stored",
    re.IGNORECASE,
)
_ACTOR = re.compile(r"actor|user|person|people|phone|mobile|client", re.IGNORECASE)
_GROUP = re.compile(r"(^|[._])group|swimlane|boundary|region|zone$", re.IGNORECASE)
_TEXT = {"text", "edgeLabel", "label"}


@dataclass(slots=True)
class Read:
    """Model data, and which cell each entry is."""

    sections: Sections
    layout: dict[str, Any] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)
    """Entry id by `PAGE/CELL`."""
    offsets: list[float] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)


def read_model(pages: list[Page], vocabulary: Vocabulary) -> Read:
    """Return what pages show."""
    reader = _Reader(vocabulary)
    named = next((page.name for page in pages if page.name and not page.name.startswith("Page")), "")
    if len(pages) == 1 and named:
        reader.read.sections.system.name = name_of(named)[0] or "Unnamed system"
    for row, page in enumerate(pages):
        reader.page(page, row)
    return reader.read


class _Reader:
    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self.types = Types(vocabulary)
        self.read = Read(Sections(system=System()))
        self.names = Ids()
        self.right = 0.0

    def page(self, page: Page, row: int) -> None:
        """Add one page."""
        drawn = _Drawn([cell for cell in page.cells if REF not in cell.attributes])
        boxes = [box for cell in drawn.vertices if (box := drawn.box(cell))]
        offset = (
            max(0.0, self.right + GAP - min((box.x for box in boxes), default=0.0)) if self.right else 0.0
        )
        self.read.offsets.append(offset)
        self.right = max((box.x + box.width + offset for box in boxes), default=self.right)
        roles = {cell.id: drawn.role(cell) for cell in drawn.vertices}
        nesting, borders = Nesting(), list[tuple[str, Points]]()
        for cell in drawn.vertices:
            if roles[cell.id] == "boundary":
                made = self._boundary(cell, row)
                box = drawn.box(cell)
                if box:
                    nesting.add(made, box)
                    self._place("boundaries", made, box, offset)
        for cell in drawn.edges:
            path = drawn.path(cell)
            if drawn.is_border(cell) and path is not None:
                borders.append((self._boundary(cell, row, line=True), path))
        nesting.settle(self.read.sections.boundaries, self.vocabulary)
        for cell in drawn.vertices:
            if roles[cell.id] in {*ELEMENT_KINDS, "thing"}:
                self._element(cell, roles[cell.id], row, drawn.box(cell), offset, nesting)
            elif roles[cell.id] == "text" and cell.label and not drawn.labels_edge(cell):
                note(self.read.notes, "kept", "texts of the drawing, beside the model", cell.label[:80])
        for cell in drawn.edges:
            if not drawn.is_border(cell):
                self._flow(cell, row, drawn, borders, offset)

    def _new(self, cell: Cell, row: int, *wishes: str) -> str:
        made = self.names.new(*wishes)
        self.read.ids.setdefault(f"{row}/{cell.id}", made)
        return made

    def _foreign(self, cell: Cell, row: int, **more: object) -> dict[str, object]:
        return {KEY: {"id": cell.id, **({"page": row + 1} if row else {}), **more}}

    def _boundary(self, cell: Cell, row: int, *, line: bool = False) -> str:
        name, long = name_of(cell.label)
        known = type_from(cell.attributes, "boundary", self.vocabulary)
        guess = self.types.boundary(known, [name, cell.attributes.get("trust_zone", ""), _words(cell)])
        tell(self.read.notes, guess, "boundaries", name or cell.id)
        made = self._new(cell, row, name, "boundary")
        self.read.sections.boundaries[made] = Boundary(
            type=guess.type,
            name=name,
            description=long,
            facts=facts_from(cell.attributes, "boundary", self.vocabulary),
            extra=self._foreign(cell, row, **({"line": True} if line else {})),
        )
        return made

    def _element(
        self, cell: Cell, role: str, row: int, box: Box | None, offset: float, nesting: Nesting
    ) -> None:
        name, long = name_of(cell.label)
        known = type_from(cell.attributes, "element", self.vocabulary)
        words = [name, _words(cell)]
        guess = self.types.thing(words) if role == "thing" else self.types.element(role, "", words)
        type_ = known or guess.type
        if not known:
            tell(self.read.notes, guess, "elements", name or cell.id)
        made = self._new(cell, row, name, self.vocabulary.kind(type_))
        self.read.sections.elements[made] = Element(
            type=type_,
            name=name,
            description=long,
            in_=nesting.of(box) if box else [],
            facts=facts_from(cell.attributes, "element", self.vocabulary),
            out_of_scope=cell.attributes.get("mantlet-out-of-scope", ""),
            extra=self._foreign(cell, row),
        )
        if box:
            self._place("elements", made, box, offset)

    def _flow(
        self, cell: Cell, row: int, drawn: _Drawn, borders: list[tuple[str, Points]], offset: float
    ) -> None:
        ends = [self.read.ids.get(f"{row}/{end}", "") for end in (cell.source, cell.target)]
        elements = self.read.sections.elements
        label = drawn.edge_label(cell)
        name, long = name_of(label)
        if ends[0] not in elements or ends[1] not in elements or ends[0] == ends[1]:
            if cell.source or cell.target or label:
                note(
                    self.read.notes,
                    "kept",
                    "lines that do not join two elements, beside the model",
                    name or cell.id,
                )
            return
        arrows = [
            cell.style.get("startArrow", "none") not in {"none", "", "0"},
            cell.style.get("endArrow", "classic") not in {"none", "", "0"},
        ]
        if arrows == [True, False]:
            ends.reverse()
        elif arrows == [True, True]:
            note(
                self.read.notes,
                "guessed",
                "arrows at both ends, taken from source to target",
                name or f"{ends[0]}-{ends[1]}",
            )
        path = drawn.path(cell)
        made = self._new(cell, row, name, f"{ends[0]}-{ends[1]}")
        self.read.sections.flows[made] = Flow(
            from_=ends[0],
            to=ends[1],
            name=name,
            description=long,
            facts=facts_from(cell.attributes, "flow", self.vocabulary),
            crosses=[border for border, line in borders if path is not None and meet(path, line)],
            out_of_scope=cell.attributes.get("mantlet-out-of-scope", ""),
            extra=self._foreign(cell, row),
        )
        points = [[x + dx + offset, y + dy] for dx, dy in [drawn.origin(cell.parent)] for x, y in cell.points]
        if points:
            self.read.layout.setdefault("flows", {})[made] = {"waypoints": points}

    def _place(self, section: str, name: str, box: Box, offset: float) -> None:
        entry = {"x": box.x + offset, "y": box.y, "width": box.width, "height": box.height}
        self.read.layout.setdefault(section, {})[name] = entry


def _words(cell: Cell) -> str:
    """Return the words of a cell's shape, which say what an icon stands for."""
    shape = (
        cell.style.get("resIcon", "")
        or cell.style.get("shape", "")
        or cell.style.get("prIcon", "")
        or cell.style.get("image", "")[-120:]
    )
    return " ".join(re.split(r"[._/;-]+", shape.removeprefix("mxgraph.")))


class _Drawn:
    """The cells of one page, and what they are to each other."""

    def __init__(self, cells: list[Cell]) -> None:
        self.by_id = {cell.id: cell for cell in cells if cell.id}
        self.vertices = [cell for cell in cells if cell.vertex and cell.id]
        self.edges = [cell for cell in cells if cell.edge and cell.id]
        self.joined = {end for cell in self.edges for end in (cell.source, cell.target) if end}
        self.holders = {cell.parent for cell in self.vertices if not cell.shape.startswith(tuple(_TEXT))}
        self.has_dfd = any(_is_ellipse(cell) or _STORE.search(cell.shape) for cell in self.vertices)

    def origin(self, parent: str) -> tuple[float, float]:
        """Return where a parent's coordinates begin."""
        x = y = 0.0
        seen: set[str] = set()
        while parent in self.by_id and parent not in seen and len(seen) < 100:
            seen.add(parent)
            cell = self.by_id[parent]
            if cell.box:
                x, y = x + cell.box.x, y + cell.box.y
            parent = cell.parent
        return x, y

    def box(self, cell: Cell) -> Box | None:
        """Return a shape's place on the page."""
        if cell.box is None:
            return None
        x, y = self.origin(cell.parent)
        return Box(cell.box.x + x, cell.box.y + y, cell.box.width, cell.box.height)

    def role(self, cell: Cell) -> str:  # noqa: PLR0911  (one per kind of shape)
        """Return what a shape is: a kind of element, a thing, a boundary, a text, or nothing."""
        style, shape = cell.style, cell.shape
        if TYPE in cell.attributes:
            return "boundary" if style.get("dashed") == "1" else "thing"
        if shape in _TEXT or shape.startswith("text") or self.labels_edge(cell):
            return "text"
        if (
            (cell.id in self.holders and not _STORE.search(shape))
            or _GROUP.search(shape)
            or style.get("container") == "1"
            or "trust_zone" in cell.attributes
        ):
            return "boundary"
        if style.get("dashed") == "1" and cell.id not in self.joined and not _is_ellipse(cell):
            return "boundary"
        if _is_ellipse(cell):
            return "process"
        if _STORE.search(shape):
            return "data-store"
        if shape.startswith("mxgraph.") or "image" in style:
            return "thing"
        if _ACTOR.search(shape):
            return "external-entity"
        if not cell.label and cell.id not in self.joined:
            return ""
        return "thing" if style.get("rounded") == "1" or not self.has_dfd else "external-entity"

    def labels_edge(self, cell: Cell) -> bool:
        """Tell whether a cell is the label of a line."""
        parent = self.by_id.get(cell.parent)
        return parent is not None and parent.edge

    def edge_label(self, edge: Cell) -> str:
        """Return a line's label, which may be a cell of its own."""
        if edge.label:
            return edge.label
        return next((cell.label for cell in self.vertices if cell.parent == edge.id and cell.label), "")

    def is_border(self, edge: Cell) -> bool:
        """Tell whether a line is a trust boundary: dashed, and joined to nothing."""
        return edge.style.get("dashed") == "1" and not edge.source and not edge.target

    def path(self, edge: Cell) -> Points | None:
        """Return a line's points from end to end."""
        dx, dy = self.origin(edge.parent)
        ends = []
        for end, name in ((edge.source, "sourcePoint"), (edge.target, "targetPoint")):
            box = self.box(self.by_id[end]) if end in self.by_id else None
            if box:
                ends.append((box.x + box.width / 2, box.y + box.height / 2))
            elif name in edge.ends:
                ends.append((edge.ends[name][0] + dx, edge.ends[name][1] + dy))
            else:
                return None
        return np.array([ends[0], *((x + dx, y + dy) for x, y in edge.points), ends[1]], float)


def _is_ellipse(cell: Cell) -> bool:
    return cell.shape in {"ellipse", "doubleEllipse"} or "ellipse" in cell.style
