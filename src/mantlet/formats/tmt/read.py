"""`.tm7` to records: by local names, tolerant of what real files lack."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterable

from mantlet.formats.safexml import children, inner, text_of
from mantlet.formats.tmt.parts import META, Attr, Drawn, Instance, Line, Shape, Surface, Tree
from mantlet.formats.tmt.template import read_template

TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
_SHAPE = frozenset({"GenericTypeId", "Guid", "Properties", "TypeId", "Height", "Left", "Top", "Width"})
_NO_PROFILE: Tree = ("Profile", {}, "", [("PromptedKb", {}, "", [])])
"""What every file has that has nothing there."""
_POINTS = ("HandleX", "HandleY", "SourceX", "SourceY", "TargetX", "TargetY")
_LINE = frozenset({"GenericTypeId", "Guid", "Properties", "TypeId", "SourceGuid", "TargetGuid", *_POINTS})
_SURFACE = frozenset({"GenericTypeId", "Guid", "Properties", "TypeId", "Borders", "Lines", "Header"})
_INSTANCE = frozenset(
    {"DrawingSurfaceGuid", "FlowGuid", "Id", "SourceGuid", "State", "TargetGuid", "TypeId", "Properties"}
)


def read_drawn(root: ET.Element) -> Drawn:
    """Return what a file's root element holds."""
    drawn = Drawn(
        surfaces=[
            _surface(item) for item in children(root.find("DrawingSurfaceList"), "DrawingSurfaceModel")
        ],
        meta={
            **dict.fromkeys(META, ""),
            **{item.tag: value(item) for item in inner(root, "MetaInformation")},
        },
        generation=text_of(root, "ThreatGenerationEnabled", "true"),
        version=text_of(root, "Version", "4.3"),
    )
    drawn.instances = [
        _instance(pair) for pair in inner(root, "ThreatInstances") if pair.find("Value") is not None
    ]
    for tag in ("Notes", "Validations", "Profile"):
        found = root.find(tag)
        if found is not None and (len(found) or found.text) and tree(found) != _NO_PROFILE:
            setattr(drawn, tag.lower(), tree(found))
    base = root.find("KnowledgeBase")
    if base is not None and len(base):
        drawn.template = read_template(base)
    return drawn


def value(element: ET.Element | None) -> str | None:
    """Return an element's text; None where it says that it has none, or isn't there."""
    if element is None or element.get(NIL) == "true":
        return None
    return element.text or ""


def tree(element: ET.Element) -> Tree:
    """Return an element as plain data that is only kept."""
    text = (element.text or "").strip() if len(element) else element.text or ""
    return element.tag, dict(element.attrib), text, [tree(child) for child in element]


def guid(element: ET.Element, tag: str) -> str:
    """Return a guid; real files have line ends and spaces in them."""
    return "".join(text_of(element, tag).split()).lower()


def _typed(element: ET.Element) -> str:
    return element.get(TYPE, "").rpartition(":")[2]


def _rest(element: ET.Element, known: Iterable[str]) -> dict[str, str | None]:
    return {child.tag: value(child) for child in element if child.tag not in known}


def _surface(element: ET.Element) -> Surface:
    return Surface(
        guid=guid(element, "Guid"),
        generic=text_of(element, "GenericTypeId"),
        type=text_of(element, "TypeId"),
        attrs=_attrs(element),
        shapes=[_shape(item) for item in _drawn(element, "Borders")],
        lines=[_line(item) for item in _drawn(element, "Lines")],
        header=value(element.find("Header")),
        rest={"Zoom": "1", **_rest(element, _SURFACE)},
    )


def _drawn(surface: ET.Element, tag: str) -> list[ET.Element]:
    found = (pair.find("Value") for pair in inner(surface, tag))
    return [item for item in found if item is not None and guid(item, "Guid")]


def _shape(element: ET.Element) -> Shape:
    return Shape(
        kind=_typed(element),
        guid=guid(element, "Guid"),
        generic=text_of(element, "GenericTypeId").strip(),
        type=text_of(element, "TypeId").strip(),
        attrs=_attrs(element),
        left=value(element.find("Left")),
        top=value(element.find("Top")),
        width=value(element.find("Width")),
        height=value(element.find("Height")),
        rest=_rest(element, _SHAPE),
    )


def _line(element: ET.Element) -> Line:
    points = ((tag, value(element.find(tag))) for tag in _POINTS)
    return Line(
        kind=_typed(element),
        guid=guid(element, "Guid"),
        generic=text_of(element, "GenericTypeId").strip(),
        type=text_of(element, "TypeId").strip(),
        attrs=_attrs(element),
        source=guid(element, "SourceGuid"),
        target=guid(element, "TargetGuid"),
        points={tag: text for tag, text in points if text is not None},
        rest=_rest(element, _LINE),
    )


def _attrs(element: ET.Element) -> list[Attr]:
    return [_attr(item) for item in inner(element, "Properties")]


def _attr(element: ET.Element) -> Attr:
    held = element.find("Value")
    attr = Attr(
        _typed(element).removesuffix("DisplayAttribute"),
        value(element.find("DisplayName")),
        value(element.find("Name")) if element.find("Name") is not None else None,
    )
    if held is not None and _typed(held).startswith("ArrayOf"):
        attr.options = [item.text or "" for item in held]
        attr.selected = _whole(text_of(element, "SelectedIndex"))
    else:
        attr.value = value(held)
    return attr


def _whole(text: str) -> int:
    text = text.strip()
    return int(text) if text.lstrip("-").isdecimal() and len(text) < 9 else 0


def _instance(pair: ET.Element) -> Instance:
    held = pair.find("Value")
    assert held is not None  # noqa: S101  (the caller looked)
    texts = [(text_of(item, "Key"), value(item.find("Value"))) for item in inner(held, "Properties")]
    return Instance(
        key="".join(text_of(pair, "Key").split()),
        type=text_of(held, "TypeId").strip(),
        source=guid(held, "SourceGuid"),
        flow=guid(held, "FlowGuid"),
        target=guid(held, "TargetGuid"),
        surface=guid(held, "DrawingSurfaceGuid"),
        id=text_of(held, "Id").strip(),
        state=text_of(held, "State").strip() or "AutoGenerated",
        texts=texts,
        rest=_rest(held, _INSTANCE),
    )
