"""All formats, loaded one by one as they are needed, and how a file's is told by its content."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module

from mantlet.base.errors import InputError, UsageError
from mantlet.base.suggest import suggest
from mantlet.formats.content import Content
from mantlet.formats.interface import Format

MODULES = {
    "tm7": "mantlet.formats.tmt",
    "tb7": "mantlet.formats.tmt.tb7",
    "drawio": "mantlet.formats.drawio",
    "threat-dragon": "mantlet.formats.threat_dragon",
    "otm": "mantlet.formats.otm",
    "tmbom": "mantlet.formats.tmbom",
    "threagile": "mantlet.formats.threagile",
    "threat-composer": "mantlet.formats.composer",
    "pytm": "mantlet.formats.pytm",
    "pytm-json": "mantlet.formats.pytm.asjson",
    "sarif": "mantlet.formats.sarif",
    "cyclonedx": "mantlet.formats.cyclonedx:BOM",
    "vex": "mantlet.formats.cyclonedx:VEX",
    "csv": "mantlet.formats.tables:CSV",
    "xlsx": "mantlet.formats.tables:XLSX",
    "json": "mantlet.formats.tables:JSON",
    "jira": "mantlet.formats.tables:JIRA",
    "mermaid": "mantlet.formats.drawings:MERMAID",
    "plantuml": "mantlet.formats.drawings:PLANTUML",
    "dot": "mantlet.formats.drawings:DOT",
}
"""Format id to its module (and the name in it, where it has several), in the order in which files are asked about."""


def formats() -> Iterator[Format]:
    """Yield every format."""
    for name in MODULES:
        yield load(name)


def load(name: str) -> Format:
    """Return the format of an id."""
    module, _, held = MODULES.get(name, "").partition(":")
    if not module:
        raise UsageError(
            f"unknown format '{name}'", mend=suggest(name, MODULES) or f"there are: {', '.join(MODULES)}"
        )
    found: Format = getattr(import_module(module), held or "FORMAT")
    return found


def detect(content: Content) -> Format | None:
    """Return the format that a file's content is of; None where it is ours or nobody's."""
    if "mantlet" in content.keys:
        return None
    for item in formats():
        if item.sniff is not None and item.sniff(content):
            return item
    return None


def by_suffix(name: str) -> Format | None:
    """Return the format that is written into a file of that name, by its longest suffix."""
    lowered = name.lower()
    fitting = [
        (len(suffix), item)
        for item in formats()
        if item.write is not None
        for suffix in item.suffixes
        if lowered.endswith("." + suffix)
    ]
    return max(fitting, key=lambda pair: pair[0])[1] if fitting else None


def refuse(content: Content) -> InputError:
    """Return the error for a file that no format knows, with what can be seen of it."""
    where = content.where
    if not content.data.strip():
        return InputError("the file is empty", where=where)
    if content.is_zip:
        return InputError(
            "this is a zip archive, not a model, whatever its name says",
            where=where,
            mend="unpack it and import what is inside",
        )
    if content.is_json:
        try:
            _ = content.json
        except InputError as broken:
            return broken
    if {"runs", "version"} <= content.keys:
        return InputError(
            "these are results of a scanner (SARIF), no model",
            where=where,
            mend=f"mantlet evidence import {content.name} puts them on your model",
        )
    mend = f"mantlet imports {', '.join(item.title for item in formats() if item.read)}"
    if content.root:
        return InputError(
            f"XML with the root <{content.root[:60]}> is no model that mantlet knows", where=where, mend=mend
        )
    return InputError("no model that mantlet knows", where=where, mend=mend)
