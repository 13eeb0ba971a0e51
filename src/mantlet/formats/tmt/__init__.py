"""Microsoft Threat Modeling Tool: `.tm7` models with the template inside them, and `.tb7` templates."""

from __future__ import annotations

from typing import Any

import msgspec

from mantlet.base.errors import InputError, UsageError
from mantlet.formats.content import Content
from mantlet.formats.interface import Format, Imported, Incoming, Outgoing, Written
from mantlet.formats.registry import refuse
from mantlet.formats.safexml import parse_xml
from mantlet.formats.tmt.parts import Drawn, Tree
from mantlet.model.entries import Sections

KIND = "tm7"


def _sniff(content: Content) -> bool:
    return content.root == "ThreatModel" or (content.suffix == KIND and not content.keys)


def _read(incoming: Incoming) -> Imported:
    from mantlet.formats.tmt.evaluate import judge  # noqa: PLC0415  (the rule parser, needed only now)
    from mantlet.formats.tmt.incoming import read_model  # noqa: PLC0415
    from mantlet.formats.tmt.threats import notes_of, read_threats  # noqa: PLC0415

    drawn = parse(incoming.content)
    read = read_model(drawn, incoming.vocabulary)
    made = set()
    if drawn.template is not None:
        judged = judge(drawn, drawn.template)
        made = set(judged.places)
        read.notes += notes_of(judged.unread)
    read_threats(drawn, read, made, incoming.threats)
    return Imported(KIND, read.sections, read.layout, {KIND: msgspec.to_builtins(drawn)}, read.notes)


def parse(content: Content) -> Drawn:
    """Return the records of a `.tm7`, or one clear error."""
    from mantlet.formats.tmt.read import read_drawn  # noqa: PLC0415

    if content.is_zip or not content.data.strip():
        raise refuse(content)
    root = parse_xml(content.data, content.name)
    if root.tag != "ThreatModel":
        raise refuse(content)
    drawn = read_drawn(root)
    if not drawn.surfaces:
        raise InputError(
            "the file has no diagram", where=content.where, mend="draw one in the Threat Modeling Tool"
        )
    return drawn


def stored(bulk: dict[str, Any]) -> Drawn | None:
    """Return the records that an earlier import kept; None where there are none or they don't fit any more."""
    try:
        return msgspec.convert(bulk[KIND], Drawn) if KIND in bulk else None
    except msgspec.ValidationError:
        return None


def _write(outgoing: Outgoing) -> Written:
    from mantlet.formats.tmt.outgoing import drawn_of  # noqa: PLC0415
    from mantlet.formats.tmt.write import write_drawn  # noqa: PLC0415

    made = drawn_of(outgoing, stored(outgoing.bulk))
    return Written(write_drawn(made.drawn), made.notes)


def with_template(outgoing: Outgoing, template: Content | None = None) -> Sections:
    """Return a model with the threats that a template makes, judged as the foreign tool does; by default its file's own."""
    from mantlet.formats.tmt.outgoing import judged_model  # noqa: PLC0415
    from mantlet.formats.tmt.tb7 import parse as parse_template  # noqa: PLC0415

    kept = stored(outgoing.bulk)
    if template is not None:
        return judged_model(outgoing, kept, parse_template(template))
    if kept is None or kept.template is None:
        raise UsageError(
            "the model carries no template of its own",
            mend="name one: --pack FILE.tb7, or a pack of mantlet's catalogue",
        )
    return judged_model(outgoing, kept)


def _forget(bulk: dict[str, Any]) -> None:
    """Take out who changed threats and who wrote notes."""
    drawn = stored(bulk)
    if drawn is None:
        return
    for item in drawn.instances:
        item.rest = {key: None if key == "ChangedBy" else text for key, text in item.rest.items()}
    if drawn.notes is not None:
        drawn.notes = _unsigned(drawn.notes)
    bulk[KIND] = msgspec.to_builtins(drawn)


def _unsigned(tree: Tree) -> Tree:
    tag, attributes, text, items = tree
    return tag, attributes, "" if tag == "AddedBy" else text, [_unsigned(item) for item in items]


FORMAT = Format(
    KIND,
    "Microsoft Threat Modeling Tool",
    ("tm7",),
    sniff=_sniff,
    read=_read,
    write=_write,
    forget=_forget,
    cannot="likelihood, impact, owners and dates of decisions, data assets, parties, agents and controls; of triage only its four states",
)
