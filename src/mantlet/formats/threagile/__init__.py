"""Threagile YAML, with what it includes; written as one file."""

from __future__ import annotations

from typing import Any

from mantlet.base.errors import InputError, LimitError
from mantlet.formats.content import Content
from mantlet.formats.interface import Format, Imported, Incoming, Outgoing, Written

KIND = "threagile"
MAX_INCLUDED = 50


def _sniff(content: Content) -> bool:
    return "threagile_version" in content.keys or {"technical_assets", "data_assets"} <= content.keys


def _read(incoming: Incoming) -> Imported:
    from mantlet.formats.threagile.incoming import read_model  # noqa: PLC0415

    raw = _whole(incoming)
    if not isinstance(raw, dict) or not isinstance(raw.get("technical_assets"), dict):
        raise InputError("no Threagile model: it has no `technical_assets`", where=incoming.content.where)
    read = read_model(raw, incoming.vocabulary, incoming.threats)
    return Imported(KIND, read.sections, {}, {KIND: raw}, read.notes)


def _whole(incoming: Incoming) -> Any:
    """Return the file with what it includes laid together: of mappings the entries, of anything else the last one."""
    raw = incoming.content.plain
    pending = list(_includes(raw))
    done = 0
    while pending and incoming.beside is not None and isinstance(raw, dict):
        done += 1
        if done > MAX_INCLUDED:
            raise LimitError(f"includes more than {MAX_INCLUDED} files", where=incoming.content.where)
        name = pending.pop(0)
        part = Content(incoming.beside(name), name).plain
        for key, value in part.items() if isinstance(part, dict) else ():
            if key == "includes":
                pending += _includes(part)
            elif isinstance(value, dict) and isinstance(raw.get(key), dict):
                raw[key] = {**raw[key], **value}
            else:
                raw.setdefault(key, value)
    if isinstance(raw, dict):
        raw.pop("includes", None)
    return raw


def _includes(raw: Any) -> list[str]:
    listed = raw.get("includes") if isinstance(raw, dict) else None
    return [item for item in listed if isinstance(item, str)] if isinstance(listed, list) else []


def _write(outgoing: Outgoing) -> Written:
    import yaml  # noqa: PLC0415

    from mantlet.formats.threagile.outgoing import document_of  # noqa: PLC0415

    document, notes = document_of(outgoing)
    text = yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=110)
    return Written(text.encode("utf-8", "replace"), notes)


FORMAT = Format(
    KIND,
    "Threagile",
    ("threagile.yaml", "threagile.yml"),
    sniff=_sniff,
    read=_read,
    write=_write,
    cannot="positions, lineage of data, OWASP vectors, most facts; boundaries hold assets, which are in one only",
)
