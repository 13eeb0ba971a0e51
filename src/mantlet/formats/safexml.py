"""XML from strangers: no document types, no entities, no network, bounded in size and depth."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterator
from xml.parsers import expat

from mantlet.base.errors import InputError, LimitError, Location

MAX_XML_BYTES = 256 * 2**20
MAX_XML_DEPTH = 100
"""Nested elements; a Threat Modeling Tool file has 13 levels."""
MAX_XML_NODES = 8_000_000
MAX_ATTRIBUTES = 1000
_NAMESPACE = "}"


class _Guard:
    """Watches one pass over the text, before anything is built from it."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.depth = self.deepest = self.nodes = 0
        self.parser = expat.ParserCreate(namespace_separator="}")
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.StartDoctypeDeclHandler = self._refuse_doctype
        self.parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)

    def here(self) -> Location:
        return Location(self.name, self.parser.CurrentLineNumber, self.parser.CurrentColumnNumber + 1)

    def _start(self, _tag: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        self.nodes += 1
        if self.depth > MAX_XML_DEPTH:
            raise LimitError(f"XML nested deeper than {MAX_XML_DEPTH} levels", where=self.here())
        if self.nodes > MAX_XML_NODES or len(attributes) > MAX_ATTRIBUTES:
            raise LimitError("more XML than mantlet reads", where=self.here(), mend="split the model")

    def _end(self, _tag: str) -> None:
        self.depth -= 1

    def _refuse_doctype(self, *_: object) -> None:
        raise InputError(
            "the XML declares a document type", where=self.here(), mend="save it without <!DOCTYPE …>"
        )


def parse_xml(data: bytes, name: str) -> ET.Element:
    """Return the root element, its tags without their namespaces; raises one clear error for anything else."""
    if len(data) > MAX_XML_BYTES:
        raise LimitError(
            f"{len(data) / 2**20:.0f} MiB of XML; mantlet reads at most {MAX_XML_BYTES / 2**20:.0f} MiB",
            where=Location(name),
            mend="split the model",
        )
    guard = _Guard(name)
    try:
        guard.parser.Parse(data, True)
    except expat.ExpatError as error:
        what = expat.errors.messages.get(error.code, str(error))
        where = Location(name, error.lineno, error.offset + 1)
        raise InputError(
            f"this is no sound XML: {what}", where=where, mend="save it again in its tool"
        ) from None
    except (ValueError, LookupError) as error:
        raise InputError(f"this is no sound XML: {error}", where=Location(name)) from None
    root = ET.fromstring(data)  # noqa: S314  (see the guard above)
    for element in root.iter():
        tag = element.tag
        if _NAMESPACE in tag:
            element.tag = tag.rpartition(_NAMESPACE)[2]
    return root


def text_of(element: ET.Element | None, tag: str, default: str = "") -> str:
    """Return the text of a child, or ``default`` where there is none."""
    child = element.find(tag) if element is not None else None
    return default if child is None or child.text is None else child.text


def children(element: ET.Element | None, tag: str) -> Iterator[ET.Element]:
    """Yield an element's children of a name; none for no element."""
    if element is not None:
        yield from element.iterfind(tag)


def inner(element: ET.Element | None, tag: str) -> list[ET.Element]:
    """Return what is inside the first child of a name; nothing where there is no such child."""
    child = element.find(tag) if element is not None else None
    return [] if child is None else list(child)


def sound(text: str) -> str:
    """Return text in which characters that XML cannot hold are a replacement mark."""
    return text if text.isprintable() else "".join(char if _allowed(char) else "\ufffd" for char in text)


def escape(text: str) -> str:
    """Return text for between two tags."""
    return sound(text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\r", "&#xD;"))


def quote(text: str) -> str:
    """Return text for inside a double-quoted attribute."""
    return escape(text).replace('"', "&quot;").replace("\n", "&#xA;").replace("\t", "&#x9;")


def _allowed(char: str) -> bool:
    code = ord(char)
    return code in {9, 10, 13} or 32 <= code <= 0xD7FF or 0xE000 <= code <= 0xFFFD or code >= 0x10000
