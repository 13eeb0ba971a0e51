"""OWASP Threat Dragon: models of version 1 and 2 are read, version 2 is written."""

from __future__ import annotations

import json

from mantlet.base.errors import InputError
from mantlet.formats.content import Content
from mantlet.formats.interface import Format, Imported, Incoming, Outgoing, Written

KIND = "threat-dragon"


def _sniff(content: Content) -> bool:
    return content.is_json and {"summary", "detail"} <= content.keys


def _read(incoming: Incoming) -> Imported:
    from mantlet.formats.threat_dragon.incoming import read_model  # noqa: PLC0415
    from mantlet.formats.threat_dragon.upgrade import upgraded  # noqa: PLC0415

    raw = incoming.content.json
    if not isinstance(raw, dict) or not isinstance(raw.get("detail"), dict):
        raise InputError("no Threat Dragon model: `detail` is no mapping", where=incoming.content.where)
    document = upgraded(raw)
    read = read_model(document, incoming.vocabulary)
    return Imported(KIND, read.sections, read.layout, {KIND: document}, read.notes)


def _write(outgoing: Outgoing) -> Written:
    from mantlet.formats.threat_dragon.outgoing import document_of  # noqa: PLC0415

    document, notes = document_of(outgoing)
    return Written(
        (json.dumps(document, indent=2, ensure_ascii=False) + "\n").encode("utf-8", "replace"), notes
    )


FORMAT = Format(
    KIND,
    "OWASP Threat Dragon",
    ("td.json",),
    sniff=_sniff,
    read=_read,
    write=_write,
    cannot="which boundary holds what (a drawing only), data assets, parties, agents, controls; owners and dates of decisions; OWASP vectors",
)
