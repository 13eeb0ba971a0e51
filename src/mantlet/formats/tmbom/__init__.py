"""OWASP Threat Model Library JSON (TM-BOM); CycloneDX files that wrap threat models are read too."""

from __future__ import annotations

import json
from typing import Any

from mantlet.base.errors import InputError
from mantlet.formats.content import Content
from mantlet.formats.interface import Format, Imported, Incoming, Outgoing, Written

KIND = "tmbom"


def _sniff(content: Content) -> bool:
    if not content.is_json:
        return False
    return {"scope", "trust_zones"} <= content.keys or (
        "bomFormat" in content.keys and b'"threat-model"' in content.data
    )


def _read(incoming: Incoming) -> Imported:
    raw: Any = incoming.content.json
    if isinstance(raw, dict) and "bomFormat" in raw:
        from mantlet.formats.tmbom.wrapped import read_wrapped  # noqa: PLC0415

        return read_wrapped(raw, incoming.vocabulary)
    from mantlet.formats.tmbom.incoming import read_model  # noqa: PLC0415

    if not isinstance(raw, dict) or not isinstance(raw.get("scope"), dict):
        raise InputError("no threat model: its `scope` is no mapping", where=incoming.content.where)
    read = read_model(raw, incoming.vocabulary)
    return Imported(KIND, read.sections, {}, {KIND: raw}, read.notes)


def _write(outgoing: Outgoing) -> Written:
    from mantlet.formats.tmbom.outgoing import document_of  # noqa: PLC0415

    document, notes = document_of(outgoing)
    return Written(
        (json.dumps(document, indent=2, ensure_ascii=False) + "\n").encode("utf-8", "replace"), notes
    )


FORMAT = Format(
    KIND,
    "OWASP Threat Model Library (TM-BOM)",
    ("tmbom.json",),
    sniff=_sniff,
    read=_read,
    write=_write,
    cannot="types of elements and facts other than encryption, STRIDE categories, what a flow carries, positions, boundaries of several dimensions",
)
