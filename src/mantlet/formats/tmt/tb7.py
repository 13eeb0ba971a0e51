"""`.tb7`: a template as a file of its own. Read as a pack of rules, written from our catalogue or from a model's template."""

from __future__ import annotations

from collections.abc import Iterable

from mantlet.base.errors import UsageError
from mantlet.formats.content import Content
from mantlet.formats.interface import Format, Imported, Incoming, Note, Outgoing, Written
from mantlet.formats.registry import refuse
from mantlet.formats.safexml import escape, parse_xml, quote
from mantlet.formats.tmt.parts import Attribute, Category, Datum, Rule, Stencil, Template
from mantlet.formats.tmt.template import read_template

KIND = "tb7"
_HEAD = '<?xml version="1.0" encoding="utf-8"?>\n<KnowledgeBase xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema">'
_NIL = ' xsi:nil="true"'


def parse(content: Content) -> Template:
    """Return the template in a `.tb7`, or one clear error."""
    if content.is_zip or not content.data.strip():
        raise refuse(content)
    root = parse_xml(content.data, content.name)
    if root.tag != "KnowledgeBase":
        raise refuse(content)
    return read_template(root)


def _read(incoming: Incoming) -> Imported:
    template = parse(incoming.content)
    raise UsageError(
        f"this is a template ({template.name or 'without a name'}, {len(template.rules)} threat types), not a model",
        where=incoming.content.where,
        mend=f"judge a model by it: mantlet threats MODEL --pack {incoming.content.name}",
    )


def _write(outgoing: Outgoing) -> Written:
    from mantlet.formats.tmt.catalogue import left_out, template_of  # noqa: PLC0415

    missing = left_out(outgoing.catalogue)
    notes = (
        [Note("lost", "threat types whose rules the tool's filters cannot ask", tuple(missing))]
        if missing
        else []
    )
    return Written(write_template(template_of(outgoing.catalogue)), notes)


def write_template(template: Template) -> bytes:
    """Return a template's file."""
    manifest = "".join(
        f' {name}="{quote(value)}"'
        for name, value in (
            ("name", template.name), ("id", template.id), ("version", template.version), ("author", template.author),
        )
    )  # fmt: skip
    body = (
        _tag("ThreatMetaData", [
            _leaf("IsPriorityUsed", template.uses_priority), _leaf("IsStatusUsed", template.uses_status),
            _list("PropertiesMetaData", map(_datum, template.data)),
        ]),
        _list("GenericElements", map(_stencil, template.generic)),
        _list("StandardElements", map(_stencil, template.standard)),
        _list("ThreatCategories", map(_category, template.categories)),
        _list("ThreatTypes", map(_rule, template.rules)),
    )  # fmt: skip
    lines = [line for part in (f"<Manifest{manifest} />", *body) for line in part.split(_BREAK)]
    return (_HEAD + "\n" + "\n".join(_indented(lines)) + "\n</KnowledgeBase>\n").encode("utf-8", "replace")


_BREAK = "\x00"
"""Parts lines while the text is made; no text has one, since XML cannot."""


def _indented(lines: Iterable[str]) -> list[str]:
    depth, found = 1, []
    for line in lines:
        closing = line.startswith("</")
        depth -= closing
        found.append("  " * depth + line)
        opens = line.startswith("<") and not closing and not line.endswith("/>") and "</" not in line
        depth += opens
    return found


def _leaf(tag: str, text: str | None, nil: str = _NIL) -> str:
    if text is None:
        return f"<{tag}{nil} />"
    return f"<{tag}>{escape(text)}</{tag}>" if text else f"<{tag} />"


def _tag(tag: str, parts: Iterable[str]) -> str:
    listed = [part for part in parts if part]
    return _BREAK.join([f"<{tag}>", *listed, f"</{tag}>"]) if listed else f"<{tag} />"


def _list(tag: str, parts: Iterable[str]) -> str:
    return _tag(tag, parts)


def _values(tag: str, values: list[str | None] | None) -> str:
    return "" if values is None else _list(tag, [_leaf("Value", value) for value in values])


def _optional(tag: str, text: str | None) -> str:
    return "" if text is None else _leaf(tag, text)


def _datum(item: Datum) -> str:
    return _tag("ThreatMetaDatum", [
        _optional("Name", item.name), _optional("Label", item.label), _optional("HideFromUI", item.hide),
        _values("Values", item.values), _optional("Description", item.description), _optional("Id", item.id),
        _optional("AttributeType", item.kind),
    ])  # fmt: skip


def _stencil(item: Stencil) -> str:
    return _tag("ElementType", [
        _leaf("Name", item.name), _leaf("ID", item.id), _leaf("Description", item.description),
        _leaf("ParentElement", item.parent), _optional("Image", item.image), _leaf("Hidden", item.hidden),
        _leaf("Representation", item.representation), _optional("StrokeThickness", item.stroke),
        _optional("StrokeDashArray", item.dash), _optional("ImageLocation", item.image_location),
        _list("Attributes", map(_attribute, item.attributes)), _constraints(item),
        *(_leaf(tag, text) for tag, text in item.rest.items()),
    ])  # fmt: skip


def _constraints(item: Stencil) -> str:
    return "" if item.constraints is None else _list("StencilConstraints", [
        _tag("StencilConstraint", [_leaf("SelectedStencilType", kind), _leaf("SelectedStencilConnection", connection)])
        for connection, kind in item.constraints
    ])  # fmt: skip


def _attribute(item: Attribute) -> str:
    return _tag("Attribute", [
        _leaf("Id", item.id), _leaf("IsInherited", item.inherited), _leaf("IsOverrided", item.overrided),
        _leaf("Name", item.name), _leaf("DisplayName", item.label), _leaf("Mode", item.mode), _leaf("Type", item.type),
        _leaf("Inheritance", item.inheritance), _list("AttributeValues", [_leaf("Value", value) for value in item.values]),
    ])  # fmt: skip


def _category(item: Category) -> str:
    return _tag("ThreatCategory", [
        _leaf("Name", item.name), _leaf("Id", item.id), _leaf("ShortDescription", item.short), _leaf("LongDescription", item.long),
    ])  # fmt: skip


def _rule(item: Rule) -> str:
    return _tag("ThreatType", [
        _tag("GenerationFilters", [_leaf("Include", item.include), _leaf("Exclude", item.exclude)]),
        _leaf("Id", item.id), _leaf("ShortTitle", item.title), _leaf("Category", item.category),
        _optional("RelatedCategory", item.related), _leaf("Description", item.description),
        _list("PropertiesMetaData", map(_datum, item.data)),
    ])  # fmt: skip


FORMAT = Format(
    KIND,
    "Microsoft Threat Modeling Tool template",
    (KIND,),
    sniff=lambda content: content.root == "KnowledgeBase" or (content.suffix == KIND and not content.keys),
    read=_read,
    write=_write,
    brings="rules",
    cannot="rules about data, lineage, reach and controls; three-valued answers",
)
