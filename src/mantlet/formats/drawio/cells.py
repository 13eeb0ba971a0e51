"""draw.io files to pages of cells; compressed pages are opened within bounds."""

from __future__ import annotations

import base64
import binascii
import html
import re
import urllib.parse
import xml.etree.ElementTree as ET
import zlib
from dataclasses import dataclass, field

from mantlet.base.errors import InputError, LimitError
from mantlet.formats.content import Content
from mantlet.formats.nesting import Box
from mantlet.formats.registry import refuse
from mantlet.formats.safexml import parse_xml

MAX_PAGE = 64 * 2**20
"""Bytes of one page when it is opened; a few kilobytes can stand for gigabytes."""
MAX_PAGES = 200
_WRAPPERS = ("object", "UserObject")
_BREAK = re.compile(r"<\s*(?:br|/p|/div|/h\d|/li)\b[^<>]*>", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*>")


@dataclass(slots=True)
class Cell:
    """A shape, a line or a layer."""

    id: str
    label: str = ""
    style: dict[str, str] = field(default_factory=dict)
    vertex: bool = False
    edge: bool = False
    parent: str = ""
    source: str = ""
    target: str = ""
    box: Box | None = None
    """Place and size, relative to the parent."""
    points: list[tuple[float, float]] = field(default_factory=list)
    ends: dict[str, tuple[float, float]] = field(default_factory=dict)
    """Of a line, where its loose ends are: `sourcePoint`, `targetPoint`."""
    attributes: dict[str, str] = field(default_factory=dict)
    """What people put on it beside its label."""

    @property
    def shape(self) -> str:
        """What its style says that it is: a shape's name, or the first bare word."""
        bare = next((key for key, value in self.style.items() if not value), "")
        return self.style.get("shape", "") or bare


@dataclass(slots=True)
class Page:
    """One diagram."""

    name: str
    id: str
    xml: str
    """Its `mxGraphModel`, opened."""
    cells: list[Cell] = field(default_factory=list)


def read_pages(content: Content) -> list[Page]:
    """Return a file's pages, or one clear error."""
    if content.is_zip or not content.data.strip():
        raise refuse(content)
    root = parse_xml(content.data, content.name)
    if root.tag == "mxlibrary":
        raise InputError(
            "this is a library of shapes, not a diagram",
            where=content.where,
            mend="import the drawing that uses them",
        )
    if root.tag == "mxGraphModel":
        return [_page("Page 1", "page-1", root, content)]
    if root.tag != "mxfile":
        raise refuse(content)
    pages = []
    for row, diagram in enumerate(root.iterfind("diagram"), 1):
        if row > MAX_PAGES:
            raise LimitError(f"more than {MAX_PAGES} pages", where=content.where)
        model = diagram.find("mxGraphModel")
        if model is None:
            text = (diagram.text or "").strip()
            if not text:
                continue
            model = parse_xml(_opened(text, content), f"{content.name} (page {row})")
        pages.append(
            _page(diagram.get("name") or f"Page {row}", diagram.get("id") or f"page-{row}", model, content)
        )
    if not pages:
        raise InputError(
            "the file has no diagram that can be read", where=content.where, mend="save it again in draw.io"
        )
    if not any(cell.vertex or cell.edge for page in pages for cell in page.cells):
        raise InputError("the drawing has no shapes", where=content.where)
    return pages


def _opened(text: str, content: Content) -> bytes:
    """Return a compressed page's XML: base64, deflate, URL encoding."""
    try:
        packed = base64.b64decode(text, validate=False)
        engine = zlib.decompressobj(-15)
        raw = engine.decompress(packed, MAX_PAGE + 1)
    except (binascii.Error, ValueError, zlib.error):
        raise InputError(
            "a page is neither XML nor compressed XML", where=content.where, mend="save it again in draw.io"
        ) from None
    if len(raw) > MAX_PAGE:
        raise LimitError(f"a page opens to more than {MAX_PAGE / 2**20:.0f} MiB", where=content.where)
    return urllib.parse.unquote_to_bytes(raw)


def _page(name: str, id_: str, model: ET.Element, content: Content) -> Page:
    root = model.find("root")
    if root is None:
        raise InputError(
            "a page has no `root` with cells", where=content.where, mend="save it again in draw.io"
        )
    page = Page(name, id_, ET.tostring(model, "unicode"))
    for element in root:
        cell = _cell(element)
        if cell is not None:
            page.cells.append(cell)
    return page


def _cell(element: ET.Element) -> Cell | None:
    wrapper = element if element.tag in _WRAPPERS else None
    inner = element.find("mxCell") if wrapper is not None else element
    if inner is None or inner.tag != "mxCell":
        return None
    outer = wrapper if wrapper is not None else inner
    style = style_of(inner.get("style", ""))
    label = (outer.get("label") if wrapper is not None else inner.get("value")) or ""
    cell = Cell(
        outer.get("id", ""),
        plain_label(label, is_html=style.get("html") == "1" or "<" in label),
        style,
        vertex=inner.get("vertex") == "1",
        edge=inner.get("edge") == "1",
        parent=inner.get("parent", ""),
        source=inner.get("source", ""),
        target=inner.get("target", ""),
    )
    if wrapper is not None:
        cell.attributes = {key: value for key, value in wrapper.attrib.items() if key not in {"label", "id"}}
    _geometry(inner.find("mxGeometry"), cell)
    return cell


def _geometry(geometry: ET.Element | None, cell: Cell) -> None:
    if geometry is None:
        return
    x, y, width, height = (_number(geometry.get(key)) for key in ("x", "y", "width", "height"))
    if cell.vertex:
        cell.box = Box(x, y, abs(width), abs(height))
    for point in geometry.iter("mxPoint"):
        place = (_number(point.get("x")), _number(point.get("y")))
        kind = point.get("as", "")
        if kind in {"sourcePoint", "targetPoint"}:
            cell.ends[kind] = place
        elif not kind and len(cell.points) < 200:
            cell.points.append(place)


def _number(text: str | None) -> float:
    try:
        found = float(text or 0)
    except ValueError:
        return 0.0
    return found if abs(found) < 1e6 else 0.0


def style_of(text: str) -> dict[str, str]:
    """Return a style's keys and values; bare words have empty values."""
    found: dict[str, str] = {}
    for part in text.split(";")[:200]:
        key, _, value = part.partition("=")
        if key.strip():
            found[key.strip()] = value.strip()
    return found


def plain_label(text: str, *, is_html: bool) -> str:
    """Return a label as people read it, on one line."""
    if is_html:
        text = html.unescape(_TAG.sub("", _BREAK.sub(" ", text[:20_000])))
    return " ".join(text.split())
