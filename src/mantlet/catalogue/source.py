"""Data files to records: the package's own, a project's `mantlet-rules/`, and installed packs.

All three have the same shapes. A pack is a path to data files; no code of it is ever run.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, get_args

from mantlet.base.errors import InputError, Location, MantletError
from mantlet.base.suggest import suggest
from mantlet.catalogue.folders import data_files
from mantlet.catalogue.schema import PROJECT, CardSource, Control, Framework, Pack, Record, ThreatSource
from mantlet.model.check_ids import ID
from mantlet.model.vocabulary import FactDef, Realm, TypeDef
from mantlet.store import tree
from mantlet.store.datafile import DataFile
from mantlet.store.explain import shown

REALMS: tuple[Realm, ...] = get_args(Realm)
KEY = ""
"""At the end of a path: the key rather than its value."""

_RECORDS: dict[str, Any] = {
    "types": TypeDef,
    "facts": FactDef,
    "threats": ThreatSource,
    "controls": Control,
    "frameworks": Framework,
    "packs": Pack,
    "cards": CardSource,
}


@dataclass(slots=True)
class Origin:
    """Where a record was written."""

    document: DataFile
    path: tree.Path

    def at(self, *path: str | int) -> Location:
        """Return the place of one of the record's fields, or of the record."""
        if path and path[-1] == KEY:
            return self.document.where((*self.path, *path[:-1]), at_key=True)
        return self.document.where((*self.path, *path), at_key=not path)

    def naming(self, name: str, *path: str | int) -> Location:
        """Return where ``name`` is mentioned in a field's text; the field's own place if it isn't in that line."""
        where = self.at(*path)
        column = where.excerpt.find(name, where.column - where.skipped - 1) if name else -1
        return replace(where, column=where.skipped + column + 1) if column >= 0 else where


@dataclass(slots=True)
class Sources:
    """Everything that was read, by id, with where it came from and what was wrong."""

    types: dict[str, TypeDef] = field(default_factory=dict)
    facts: dict[str, FactDef] = field(default_factory=dict)
    threats: dict[str, ThreatSource] = field(default_factory=dict)
    controls: dict[str, Control] = field(default_factory=dict)
    frameworks: dict[str, Framework] = field(default_factory=dict)
    packs: dict[str, Pack] = field(default_factory=dict)
    cards: dict[str, CardSource] = field(default_factory=dict)
    origins: dict[tuple[str, str], Origin] = field(default_factory=dict)
    errors: list[MantletError] = field(default_factory=list)

    def error(self, what: str, where: Location | None, mend: str = "") -> None:
        """Note something wrong."""
        self.errors.append(InputError(what, where=where, mend=mend))

    def refuse(self, error: MantletError) -> None:
        """Note what was raised."""
        self.errors += error.errors

    def where(self, section: str, name: str, *path: str | int) -> Location | None:
        """Return where a record, or a field of it, stands; None for records that were compiled before."""
        origin = self.origins.get((section, name))
        return origin.at(*path) if origin else None


def read_folders(folders: Iterable[Path], *, label: str = "") -> Sources:
    """Read every data file below some folders. Errors are collected, not raised; ``label`` replaces the folder in names."""
    sources = Sources()
    for folder in folders:
        for path in data_files(folder):
            name = f"{label}/{path.relative_to(folder).as_posix()}" if label else str(path)
            try:
                read_into(sources, DataFile.load(path, name))
            except MantletError as error:
                sources.refuse(error)
    return sources


def read_into(sources: Sources, document: DataFile) -> None:
    """Add a document's records."""
    content = document.raw
    if content is None:
        return
    if not isinstance(content, dict):
        sources.error(
            "the file is no mapping of sections", document.where(), f"sections: {', '.join(_RECORDS)}"
        )
        return
    common = _common(sources, document, content)
    for section, entries in content.items():
        if section in _RECORDS:
            for name, record in _read_section(sources, document, section, entries, common):
                _add(sources, document, section, name, record)
        elif section not in common:
            where = document.where((section,), at_key=True)
            sources.error(f"unknown section {shown(section)}", where, suggest(section, [*_RECORDS, *common]))


def _common(sources: Sources, document: DataFile, content: dict[str, Any]) -> dict[str, str]:
    """Return what the file says of all its records: their pack, and the realm of its types."""
    pack, realm = content.get("pack") or PROJECT, content.get("realm") or REALMS[0]
    if not isinstance(pack, str) or not ID.fullmatch(pack):
        mend = "use letters, digits, '-', '_', '.', '/'"
        sources.error(f"expected a pack's id, found {shown(pack)}", document.where(("pack",)), mend)
        pack = PROJECT
    if realm not in REALMS:
        mend = suggest(str(realm), REALMS)
        what = f"expected one of {', '.join(REALMS)}, found {shown(realm)}"
        sources.error(what, document.where(("realm",)), mend)
        realm = REALMS[0]
    return {"pack": pack, "realm": realm}


def _read_section(
    sources: Sources, document: DataFile, section: str, entries: Any, common: dict[str, str]
) -> Iterator[tuple[str, Record | TypeDef | FactDef]]:
    if entries is None:
        return
    if not isinstance(entries, dict):
        sources.error(f"'{section}' is no mapping of ids", document.where((section,)))
        return
    for name, fields in entries.items():
        if not isinstance(fields, dict):
            sources.error(f"'{name}' has no fields", document.where((section, name), at_key=True))
            continue
        if "id" in fields:
            sources.error(
                "the id is the key above", document.where((section, name, "id"), at_key=True), "leave it out"
            )
        given = {**fields, "id": name}
        if section == "threats":
            given.setdefault("pack", common["pack"])
        elif section == "types":
            given.setdefault("realm", common["realm"])
        elif section == "frameworks":
            given["entries"] = _entries(fields.get("entries"))
        try:
            record = document.record(given, _RECORDS[section], (section, name))
        except MantletError as error:
            sources.refuse(error)
            continue
        if isinstance(record, (ThreatSource, Control)):
            record.refs = {
                key: [_bare(key, entry) for entry in entries] for key, entries in record.refs.items()
            }
        yield name, record


def _bare(framework: str, entry: str) -> str:
    """Let CWE-502 and 502 be the same."""
    prefix = f"{framework}-"
    numbered = framework in {"cwe", "capec"} and entry.lower().startswith(prefix)
    return entry[len(prefix) :] if numbered else entry


def _entries(given: Any) -> Any:
    """Let a framework's entry be just its title."""
    if not isinstance(given, dict):
        return given or {}
    return {
        name: {"id": name, **(entry if isinstance(entry, dict) else {"title": entry or ""})}
        for name, entry in given.items()
    }


def _add(
    sources: Sources, document: DataFile, section: str, name: str, record: Record | TypeDef | FactDef
) -> None:
    table: dict[str, Any] = getattr(sources, section)
    origin = Origin(document, (section, name))
    if name in table:
        first = sources.where(section, name)
        sources.error(f"'{name}' is already in {first}", origin.at(), "each id is defined once")
        return
    table[name] = record
    sources.origins[section, name] = origin
