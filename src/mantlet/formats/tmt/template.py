"""Knowledge bases to records, from inside a `.tm7` as well as from a `.tb7`, which name some members differently."""

from __future__ import annotations

import xml.etree.ElementTree as ET

from mantlet.formats.safexml import children, inner, text_of
from mantlet.formats.tmt.parts import ROOT, Attribute, Category, Datum, Rule, Stencil, Template

NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
_STENCIL = frozenset(
    {
        "Attributes", "Description", "Hidden", "Id", "ID", "ImageLocation", "ImageSource", "Image", "Name", "ParentId",
        "ParentElement", "Representation", "StencilConstraints", "StrokeThickness", "StrokeDashArray",
    }
)  # fmt: skip
_USUAL = {
    "IsExtension": "false",
    "AvailableToBaseModels": "",
    "Behavior": None,
    "ImageStream": None,
    "Shape": None,
}
"""Members that every stencil of a `.tm7` has, with what they say in nearly all."""


def read_template(base: ET.Element) -> Template:
    """Return what a `KnowledgeBase` element holds."""
    manifest = base.find("Manifest")
    meta = base.find("ThreatMetaData")
    template = Template(
        generic=[_stencil(item) for item in children(base.find("GenericElements"), "ElementType")],
        standard=[_stencil(item) for item in children(base.find("StandardElements"), "ElementType")],
        categories=[_category(item) for item in children(base.find("ThreatCategories"), "ThreatCategory")],
        rules=[_rule(item) for item in children(base.find("ThreatTypes"), "ThreatType")],
    )
    if manifest is not None:
        for field in ("name", "id", "version", "author"):
            setattr(template, field, manifest.get(field) or text_of(manifest, field.capitalize()))
    if meta is not None:
        template.uses_priority = _text(meta, "IsPriorityUsed", "true")
        template.uses_status = _text(meta, "IsStatusUsed", "true")
        template.data = _data(meta)
    return template


def _text(element: ET.Element, tag: str, default: str | None = "") -> str | None:
    """Return a member's text; None where it is nil, ``default`` where it isn't there."""
    child = element.find(tag)
    if child is None:
        return default
    return None if child.get(NIL) == "true" else child.text or ""


def _stencil(element: ET.Element) -> Stencil:
    constraints = element.find("StencilConstraints")
    rest = {child.tag: _text(element, child.tag) for child in element if child.tag not in _STENCIL}
    return Stencil(
        id=(text_of(element, "Id") or text_of(element, "ID")).strip(),
        name=_text(element, "Name"),
        description=_text(element, "Description"),
        parent=_text(element, "ParentId", None) or _text(element, "ParentElement", ROOT),
        hidden=_text(element, "Hidden", "false"),
        representation=_text(element, "Representation", "Inherited"),
        image=_text(element, "ImageSource", None) or _text(element, "Image", None),
        image_location=_text(element, "ImageLocation", None),
        stroke=_text(element, "StrokeThickness", None),
        dash=_text(element, "StrokeDashArray", None),
        attributes=[_attribute(item) for item in children(element.find("Attributes"), "Attribute")],
        constraints=None
        if constraints is None
        else [
            (text_of(item, "SelectedStencilConnection"), text_of(item, "SelectedStencilType"))
            for item in constraints
        ],
        rest={tag: text for tag, text in rest.items() if tag not in _USUAL or _USUAL[tag] != text},
    )


def _attribute(element: ET.Element) -> Attribute:
    return Attribute(
        name=text_of(element, "Name"),
        label=_text(element, "DisplayName"),
        mode=_text(element, "Mode", "Dynamic"),
        type=_text(element, "Type", "List"),
        inheritance=_text(element, "Inheritance", "Virtual"),
        values=[
            None if item.get(NIL) == "true" else item.text or "" for item in inner(element, "AttributeValues")
        ],
        id=text_of(element, "Id"),
        inherited=text_of(element, "IsInherited", "false"),
        overrided=text_of(element, "IsOverrided", "false"),
        extension=_text(element, "IsExtension", "false"),
    )


def _category(element: ET.Element) -> Category:
    return Category(
        id=text_of(element, "Id"),
        name=_text(element, "Name"),
        short=_text(element, "ShortDescription"),
        long=_text(element, "LongDescription"),
        extension=_text(element, "IsExtension", "false"),
    )


def _data(element: ET.Element) -> list[Datum]:
    return [_datum(item) for item in children(element.find("PropertiesMetaData"), "ThreatMetaDatum")]


def _datum(element: ET.Element) -> Datum:
    held = element.find("Values")
    values = (
        None
        if held is None or held.get(NIL) == "true"
        else [None if item.get(NIL) == "true" else item.text or "" for item in held]
    )
    return Datum(
        name=_text(element, "Name"),
        label=_text(element, "Label"),
        hide=_text(element, "HideFromUI", "false"),
        values=values,
        id=_text(element, "Id", None),
        kind=_text(element, "AttributeType", None),
        description=_text(element, "Description", None),
    )


def _rule(element: ET.Element) -> Rule:
    filters = element.find("GenerationFilters")
    return Rule(
        id=text_of(element, "Id").strip(),
        title=_text(element, "ShortTitle"),
        category=_text(element, "Category"),
        description=_text(element, "Description"),
        include="" if filters is None else _text(filters, "Include"),
        exclude="" if filters is None else _text(filters, "Exclude"),
        data=_data(element),
        related=_text(element, "RelatedCategory", None),
        extension=_text(element, "IsExtension", "false"),
    )
