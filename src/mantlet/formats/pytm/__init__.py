"""pytm models: its JSON, and its Python by reading the syntax tree; never run. Written as a script."""

from __future__ import annotations

from typing import Any

from mantlet.base.errors import InputError
from mantlet.formats.content import Content
from mantlet.formats.interface import Format, Imported, Incoming, Outgoing, Written

KIND = "pytm"


def _sniff(content: Content) -> bool:
    if content.suffix == "py":
        return b"pytm" in content.data
    if not content.is_json:
        return False
    if {"elements", "flows", "boundaries"} <= content.keys:
        return content.begins("elements", b"[")  # ours, which need not say `mantlet:`, has a mapping there
    return {"assets", "actors", "flows"} <= content.keys


def _read(incoming: Incoming) -> Imported:
    from mantlet.formats.pytm.incoming import normalised, read_model  # noqa: PLC0415

    content = incoming.content
    if content.suffix == "py":
        from mantlet.formats.pytm.syntax import read_script  # noqa: PLC0415

        raw: Any = read_script(content.text, content.name)
    else:
        raw = content.json
    if not isinstance(raw, dict):
        raise InputError("no pytm model", where=content.where)
    document = normalised(raw)
    if not document["elements"] and not document["boundaries"]:
        raise InputError(
            "no pytm model: it makes no elements that can be read without running it",
            where=content.where,
            mend="run it yourself with --json and import what that writes",
        )
    explicit = content.suffix == "py" or not any("inputs" in item for item in document["elements"])
    read = read_model(document, incoming.vocabulary, explicit=explicit)
    return Imported(KIND, read.sections, {}, {KIND: {**document, "explicit": explicit}}, read.notes)


def _write(outgoing: Outgoing) -> Written:
    from mantlet.formats.pytm.script import script_of  # noqa: PLC0415

    text, notes = script_of(outgoing)
    return Written(text.encode("utf-8", "replace"), notes)


FORMAT = Format(
    KIND,
    "OWASP pytm",
    ("py",),
    sniff=_sniff,
    read=_read,
    write=_write,
    cannot="several boundaries around one element, lineage of data, most facts; positions; decisions other than as overrides",
)
