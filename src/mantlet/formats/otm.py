"""Open Threat Model 0.2, JSON and YAML; written as JSON."""

from __future__ import annotations

import json

from mantlet.base.errors import InputError
from mantlet.formats.content import Content
from mantlet.formats.interface import Format, Imported, Incoming, Outgoing, Written

KIND = "otm"


def _sniff(content: Content) -> bool:
    return "otmVersion" in content.keys or ({"project", "trustZones", "components"} <= content.keys)


def _read(incoming: Incoming) -> Imported:
    from mantlet.formats.otm_in import read_model  # noqa: PLC0415

    raw = incoming.content.plain
    if not isinstance(raw, dict) or not isinstance(raw.get("project"), dict):
        raise InputError("no Open Threat Model: it has no `project`", where=incoming.content.where)
    read = read_model(raw, incoming.vocabulary)
    return Imported(KIND, read.sections, read.layout, {KIND: raw}, read.notes)


def _write(outgoing: Outgoing) -> Written:
    from mantlet.formats.otm_out import document_of  # noqa: PLC0415

    document, notes = document_of(outgoing)
    return Written(
        (json.dumps(document, indent=2, ensure_ascii=False) + "\n").encode("utf-8", "replace"), notes
    )


FORMAT = Format(
    KIND,
    "Open Threat Model",
    ("otm", "otm.json"),
    sniff=_sniff,
    read=_read,
    write=_write,
    cannot="what an element is in a diagram (process, store, entity), boundaries of several dimensions at once, lineage of data; owners and dates of decisions",
)
