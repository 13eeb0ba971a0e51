"""A template as the knowledge base inside a `.tm7`; without one the tool cannot tell what types mean."""

from __future__ import annotations

from collections.abc import Iterator

from mantlet.formats.safexml import escape
from mantlet.formats.tmt.parts import Attribute, Category, Datum, Rule, Stencil, Template

_BASE = "http://schemas.datacontract.org/2004/07/ThreatModeling"
KNOWLEDGE = f"{_BASE}.KnowledgeBase"
SERIAL = "http://schemas.microsoft.com/2003/10/Serialization/"
ARRAYS = "http://schemas.microsoft.com/2003/10/Serialization/Arrays"
_STORAGE = f' xmlns:b="{_BASE}.ExternalStorage.OM"'
_INTERFACES = f' xmlns:b="{_BASE}.Interfaces"'
_LISTS = f' xmlns:b="{ARRAYS}"'


def _member(tag: str, text: str | None, extra: str = "") -> str:
    if text is None:
        return f'<{tag} i:nil="true"{extra}/>'
    return f"<{tag}{extra}>{escape(text)}</{tag}>" if text else f"<{tag}{extra}/>"


def _listed(tag: str, items: list[str], extra: str = "") -> str:
    return f"<{tag}{extra}>{''.join(items)}</{tag}>" if items else f"<{tag}{extra}/>"


def knowledge_base(template: Template, number: str) -> Iterator[str]:
    """Yield the `KnowledgeBase` member; ``number`` is its object id."""
    yield f'<KnowledgeBase z:Id="{number}" xmlns:a="{KNOWLEDGE}" xmlns:z="{SERIAL}">'
    yield _listed("a:GenericElements", [_stencil(item) for item in template.generic])
    yield "<a:Manifest>"
    yield _member("a:Author", template.author) + _member("a:Id", template.id)
    yield _member("a:Name", template.name) + _member("a:Version", template.version)
    yield "</a:Manifest>"
    yield _listed("a:StandardElements", [_stencil(item) for item in template.standard])
    yield _listed("a:ThreatCategories", [_category(item) for item in template.categories])
    yield "<a:ThreatMetaData>"
    yield _member("IsPriorityUsed", template.uses_priority) + _member("IsStatusUsed", template.uses_status)
    yield _data("PropertiesMetaData", template.data)
    yield "</a:ThreatMetaData>"
    yield _listed("a:ThreatTypes", [_rule(item) for item in template.rules])
    yield "</KnowledgeBase>"


def _stencil(item: Stencil) -> str:
    rest = {"Behavior": None, "ImageStream": None, "Shape": None, "IsExtension": "false", **item.rest}
    constraints = (
        ""
        if item.constraints is None
        else _listed(
            "a:StencilConstraints",
            [
                "<a:StencilConstraint><a:IsExtension>false</a:IsExtension>"
                f"{_member('a:SelectedStencilConnection', connection)}{_member('a:SelectedStencilType', kind)}"
                "</a:StencilConstraint>"
                for connection, kind in item.constraints
            ],
        )
    )
    stroke = "" if item.dash is None else _member("a:StrokeDashArray", item.dash)
    stroke += "" if item.stroke in {None, "0"} else _member("a:StrokeThickness", item.stroke)
    return (
        f"<a:ElementType>{_member('a:IsExtension', rest['IsExtension'])}"
        f"{_listed('a:Attributes', [_attribute(attribute) for attribute in item.attributes])}"
        f"{_member('a:AvailableToBaseModels', '', _STORAGE)}{_member('a:Behavior', rest['Behavior'])}"
        f"{_member('a:Description', item.description)}{_member('a:Hidden', item.hidden)}{_member('a:Id', item.id)}"
        f"{_member('a:ImageLocation', item.image_location)}{_member('a:ImageSource', item.image)}"
        f"{_member('a:ImageStream', rest['ImageStream'])}{_member('a:Name', item.name)}"
        f"{_member('a:ParentId', item.parent)}{_member('a:Representation', item.representation)}"
        f"{_member('a:Shape', rest['Shape'])}{constraints}{stroke}</a:ElementType>"
    )


def _attribute(item: Attribute) -> str:
    values = [_member("b:Value", value) for value in item.values]
    return (
        f"<a:Attribute>{_member('a:IsExtension', item.extension)}{_listed('a:AttributeValues', values, _INTERFACES)}"
        f"{_member('a:DisplayName', item.label)}{_member('a:Inheritance', item.inheritance)}"
        f"{_member('a:Mode', item.mode)}{_member('a:Name', item.name)}{_member('a:Type', item.type)}</a:Attribute>"
    )


def _category(item: Category) -> str:
    return (
        f"<a:ThreatCategory>{_member('a:IsExtension', item.extension)}{_member('a:Id', item.id)}"
        f"{_member('a:LongDescription', item.long)}{_member('a:Name', item.name)}"
        f"{_member('a:ShortDescription', item.short)}</a:ThreatCategory>"
    )


def _data(tag: str, data: list[Datum]) -> str:
    return _listed(tag, [_datum(item) for item in data])


def _datum(item: Datum) -> str:
    values = (
        f'<Values i:nil="true"{_LISTS}/>'
        if item.values is None
        else _listed("Values", [_member("b:string", value) for value in item.values], _LISTS)
    )
    kind = "" if item.kind is None else _member("AttributeType", item.kind)
    return (
        f"<ThreatMetaDatum>{_member('Name', item.name)}{_member('Label', item.label)}"
        f"{_member('HideFromUI', item.hide)}{values}{_member('Id', item.id)}{kind}</ThreatMetaDatum>"
    )


def _rule(item: Rule) -> str:
    return (
        f"<a:ThreatType>{_member('a:IsExtension', item.extension)}{_member('a:Category', item.category)}"
        f"{_member('a:Description', item.description)}"
        f"<a:GenerationFilters>{_member('a:Exclude', item.exclude)}{_member('a:Include', item.include)}"
        f"</a:GenerationFilters>{_member('a:Id', item.id)}{_data('a:PropertiesMetaData', item.data)}"
        f"{_member('a:RelatedCategory', item.related)}{_member('a:ShortTitle', item.title)}</a:ThreatType>"
    )
