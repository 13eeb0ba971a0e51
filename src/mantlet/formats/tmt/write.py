"""Records to `.tm7`, member by member in the order, with the types and namespaces, that the tool itself writes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mantlet.formats.safexml import escape, quote
from mantlet.formats.tmt.parts import META, Attr, Drawn, Instance, Line, Shape, Surface, Tree
from mantlet.formats.tmt.writekb import knowledge_base

_BASE = "http://schemas.datacontract.org/2004/07/ThreatModeling"
MODEL = f"{_BASE}.Model"
ABSTRACT = f"{_BASE}.Model.Abstracts"
KNOWLEDGE = f"{_BASE}.KnowledgeBase"
ARRAYS = "http://schemas.microsoft.com/2003/10/Serialization/Arrays"
SERIAL = "http://schemas.microsoft.com/2003/10/Serialization/"
INSTANCE = "http://www.w3.org/2001/XMLSchema-instance"
SCHEMA = "http://www.w3.org/2001/XMLSchema"
PAIR = "KeyValueOfstringThreatpc_P0_PhOB"


def member(tag: str, text: str | None, extra: str = "") -> str:
    """Return one member: nil for None, closed at once where it is empty."""
    if text is None:
        return f'<{tag} i:nil="true"{extra}/>'
    return f"<{tag}{extra}>{escape(text)}</{tag}>" if text else f"<{tag}{extra}/>"


class _Ids:
    """Numbers objects in the order of the file, as the serialiser does."""

    def __init__(self) -> None:
        self.last = 0

    def next(self) -> str:
        self.last += 1
        return f"i{self.last}"


def write_drawn(drawn: Drawn) -> bytes:
    """Return a file's bytes."""
    ids = _Ids()
    parts = [
        f'<ThreatModel xmlns="{MODEL}" xmlns:i="{INSTANCE}"><DrawingSurfaceList>',
        *(part for surface in drawn.surfaces for part in _surface(surface, ids)),
        "</DrawingSurfaceList><MetaInformation>",
        *(member(tag, drawn.meta.get(tag, "")) for tag in META),
        *(member(tag, text) for tag, text in drawn.meta.items() if tag not in META),
        "</MetaInformation>",
        _kept(drawn.notes, "Notes"),
        _instances(drawn.instances),
        member("ThreatGenerationEnabled", drawn.generation),
        _kept(drawn.validations, "Validations", ids)
        if drawn.validations
        else f'<Validations xmlns:a="{KNOWLEDGE}"/>',
        member("Version", drawn.version),
    ]
    if drawn.template is not None:
        parts += [*knowledge_base(drawn.template, ids.next())]
        parts.append(
            '<Profile><PromptedKb xmlns=""/></Profile>'
            if drawn.profile is None
            else _kept(drawn.profile, "Profile")
        )
    parts.append("</ThreatModel>")
    return "".join(parts).encode("utf-8", "replace")


def _abstract(tag: str, text: str | None) -> str:
    return member(tag, text, f' xmlns="{ABSTRACT}"')


def _surface(surface: Surface, ids: _Ids) -> Iterator[str]:
    yield f'<DrawingSurfaceModel z:Id="{ids.next()}" xmlns:z="{SERIAL}">'
    yield _abstract("GenericTypeId", surface.generic)
    yield _abstract("Guid", surface.guid)
    yield _attrs(surface.attrs, f' xmlns:a="{ARRAYS}"')
    yield _abstract("TypeId", surface.type)
    shapes = [part for item in surface.shapes for part in _entry(item.guid, item.kind, ids, _shape(item))]
    yield _listed("Borders", shapes)
    yield member("Header", surface.header)
    yield _listed(
        "Lines", [part for item in surface.lines for part in _entry(item.guid, item.kind, ids, _line(item))]
    )
    rest = {"Zoom": "1", **surface.rest}
    yield from (member(tag, text) for tag, text in rest.items())
    yield "</DrawingSurfaceModel>"


def _listed(tag: str, items: list[str]) -> str:
    head = f'<{tag} xmlns:a="{ARRAYS}"'
    return f"{head}>{''.join(items)}</{tag}>" if items else f"{head}/>"


def _entry(guid: str, kind: str, ids: _Ids, members: Iterable[str]) -> Iterator[str]:
    yield f"<a:KeyValueOfguidanyType><a:Key>{escape(guid)}</a:Key>"
    yield f'<a:Value z:Id="{ids.next()}" i:type="{quote(kind)}">'
    yield from members
    yield "</a:Value></a:KeyValueOfguidanyType>"


def _common(item: Shape | Line) -> Iterator[str]:
    yield _abstract("GenericTypeId", item.generic)
    yield _abstract("Guid", item.guid)
    yield _attrs(item.attrs)
    yield _abstract("TypeId", item.type)


def _shape(shape: Shape) -> Iterator[str]:
    yield from _common(shape)
    fields = {"Height": shape.height, "Left": shape.left, "Top": shape.top, "Width": shape.width}
    known = {tag: text for tag, text in fields.items() if text is not None}
    yield from (_abstract(tag, text) for tag, text in sorted({**known, **shape.rest}.items()))


def _line(line: Line) -> Iterator[str]:
    yield from _common(line)
    fields = {**line.points, "SourceGuid": line.source, "TargetGuid": line.target, **line.rest}
    yield from (_abstract(tag, text) for tag, text in sorted(fields.items()))


def _attrs(attrs: list[Attr], extra: str = "") -> str:
    head = f'<Properties xmlns="{ABSTRACT}"{extra}'
    return f"{head}>{''.join(map(_attr, attrs))}</Properties>" if attrs else f"{head}/>"


def _attr(attr: Attr) -> str:
    name = "" if attr.name is None else member("b:Name", attr.name)
    head = f'<a:anyType i:type="b:{quote(attr.kind)}DisplayAttribute" xmlns:b="{KNOWLEDGE}">'
    return f"{head}{member('b:DisplayName', attr.label)}{name}{_value(attr)}</a:anyType>"


def _value(attr: Attr) -> str:
    if attr.options is not None:
        options = "".join(member("a:string", option) for option in attr.options)
        return f'<b:Value i:type="a:ArrayOfstring">{options}</b:Value><b:SelectedIndex>{attr.selected}</b:SelectedIndex>'
    if attr.value is None:
        return '<b:Value i:nil="true"/>'
    kind = "boolean" if attr.kind == "Boolean" else "string"
    return member("b:Value", attr.value, f' i:type="c:{kind}" xmlns:c="{SCHEMA}"')


def _instances(instances: list[Instance]) -> str:
    return _listed("ThreatInstances", [_instance(item) for item in instances])


def _instance(threat: Instance) -> str:
    pairs = "".join(
        f"<a:KeyValueOfstringstring>{member('a:Key', key)}{member('a:Value', text)}</a:KeyValueOfstringstring>"
        for key, text in threat.texts
    )
    own = {
        "DrawingSurfaceGuid": threat.surface, "FlowGuid": threat.flow, "Id": threat.id, "SourceGuid": threat.source,
        "State": threat.state, "TargetGuid": threat.target, "TypeId": threat.type,
    }  # fmt: skip
    fields = {**threat.rest, **own}
    body = "".join(
        f"<b:Properties>{pairs}</b:Properties>" if tag == "Properties" else member(f"b:{tag}", fields[tag])
        for tag in sorted({*fields, "Properties"})
    )
    return (
        f'<a:{PAIR}>{member("a:Key", threat.key)}<a:Value xmlns:b="{KNOWLEDGE}">{body}</a:Value></a:{PAIR}>'
    )


_NAMESPACES = {"Validation": KNOWLEDGE, "guid": ARRAYS, "PromptedKb": ""}
"""Where the members of what is only kept change their namespace; their children keep it."""


def _kept(tree: Tree | None, tag: str, ids: _Ids | None = None, space: str = MODEL) -> str:
    """Return what is only kept, with the namespaces that the tool's own files have there."""
    if tree is None:
        return f"<{tag}/>"
    _, attributes, text, items = tree
    head = ""
    own = _NAMESPACES.get(tag, space)
    if own != space:
        head += f' xmlns="{own}"'
    for name, value in attributes.items():
        local = name.rpartition("}")[2]
        if local == "Id" and ids is not None:
            head += f' z:Id="{ids.next()}" xmlns:z="{SERIAL}"'
        elif local == "nil":
            head += f' i:nil="{quote(value)}"'
    body = escape(text.strip() if items else text) + "".join(_kept(item, item[0], ids, own) for item in items)
    return f"<{tag}{head}>{body}</{tag}>" if body else f"<{tag}{head}/>"
