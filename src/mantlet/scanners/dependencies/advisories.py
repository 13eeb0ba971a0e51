"""A folder or zip of advisories in the OSV form (JSON, or YAML as PyPA keeps it), matched offline."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct, field
from packaging.version import InvalidVersion, Version

from mantlet.base.yamlplain import load_plain
from mantlet.scanners.dependencies.pins import normal

MAX_FILES = 500_000
MAX_BYTES = 4 * 2**20
MAX_ZIP_BYTES = 8 * 2**30
_MODIFIED = re.compile(rb"[\"']?modified[\"']?\s*:\s*[\"']?(\d{4}-\d\d-\d\d)")


class Event(Struct):
    """A version at which something changes."""

    introduced: str = ""
    fixed: str = ""
    last_affected: str = ""
    limit: str = ""


class Range(Struct):
    """Versions between events."""

    type: str = ""
    events: list[Event] = field(default_factory=list)


class Package(Struct):
    """What is affected."""

    name: str = ""
    ecosystem: str = ""


class Affected(Struct):
    """One package and which of its versions."""

    package: Package | None = None
    ranges: list[Range] | None = None
    versions: list[str] | None = None


class Score(Struct):
    """A rating of an advisory."""

    type: str = ""
    score: str = ""


class Advisory(Struct):
    """One advisory."""

    id: str
    summary: str = ""
    details: str = ""
    aliases: list[str] | None = None
    modified: str = ""
    withdrawn: str | None = None
    affected: list[Affected] | None = None
    severity: list[Score] | None = None
    database_specific: dict[str, Any] | None = None


class Database(Struct):
    """What was read of a database: advisories of the packages asked for."""

    advisories: dict[str, list[Advisory]]
    """By package."""
    count: int = 0
    newest: str = ""
    unreadable: int = 0


class DatabaseError(Exception):
    """There is no database, or it cannot be read."""


def load(path: Path, wanted: Iterable[str]) -> Database:
    """Read the advisories of some packages; raises `DatabaseError` where there are none at all."""
    names = set(wanted)
    base = Database({name: [] for name in names})
    mentions = re.compile(
        b"|".join(re.escape(name.encode()).replace(rb"\-", b"[-_.]") for name in sorted(names)) or b"$.",
        re.IGNORECASE,
    )
    try:
        for name, data in _documents(path):
            base.count += 1
            found = _MODIFIED.search(data)
            base.newest = max(base.newest, found.group(1).decode() if found else "")
            if mentions.search(data):
                _keep(base, name, data)
    except (OSError, zipfile.BadZipFile) as error:
        raise DatabaseError(f"the database cannot be read: {error}") from None
    if not base.count:
        raise DatabaseError("there are no advisories in it")
    return base


def _documents(path: Path) -> Iterator[tuple[str, bytes]]:
    if path.is_dir():
        for number, file in enumerate(sorted(path.rglob("*"))):
            if number > MAX_FILES:
                raise DatabaseError("it has more files than are read")
            if (
                file.suffix in {".json", ".yaml", ".yml"}
                and file.is_file()
                and file.stat().st_size <= MAX_BYTES
            ):
                yield file.name, file.read_bytes()
        return
    if not path.is_file():
        raise DatabaseError("there is no such folder or zip")
    total = 0
    with zipfile.ZipFile(path) as archive:
        for info in archive.infolist()[:MAX_FILES]:
            if info.filename.endswith((".json", ".yaml", ".yml")) and info.file_size <= MAX_BYTES:
                total += info.file_size
                if total > MAX_ZIP_BYTES:
                    raise DatabaseError("it opens into more than is read")
                yield info.filename, archive.read(info)


def _keep(base: Database, name: str, data: bytes) -> None:
    try:
        if name.endswith(".json"):
            advisory = msgspec.json.decode(data, type=Advisory)
        else:
            raw = load_plain(data.decode("utf-8", "replace"))
            advisory = msgspec.convert(raw, Advisory, strict=False)
    except (msgspec.MsgspecError, RecursionError, ValueError):
        base.unreadable += 1
        return
    if advisory.withdrawn:
        return
    for item in advisory.affected or ():
        if item.package and item.package.ecosystem.partition(":")[0] == "PyPI":
            package = normal(item.package.name)
            if package in base.advisories and advisory not in base.advisories[package]:
                base.advisories[package].append(advisory)


def affects(advisory: Advisory, name: str, version: str) -> tuple[bool, str]:
    """Tell whether a version of a package is affected, and the first version in which it is mended."""
    fixed: list[Version] = []
    hit = False
    try:
        ours = Version(version)
    except InvalidVersion:
        return any(version in (item.versions or ()) for item in _of(advisory, name)), ""
    for item in _of(advisory, name):
        if item.versions and any(_same(other, ours) for other in item.versions):
            hit = True
        for part in item.ranges or ():
            if part.type != "GIT" and _in_range(part, ours):
                hit = True
            fixed += [found for event in part.events if (found := _version(event.fixed)) and found > ours]
    return hit, str(min(fixed)) if fixed else ""


def _of(advisory: Advisory, name: str) -> Iterator[Affected]:
    for item in advisory.affected or ():
        if item.package and normal(item.package.name) == name:
            yield item


def _in_range(part: Range, ours: Version) -> bool:
    """Walk the events in order of version, as the OSV schema says."""
    inside = False
    marks: list[tuple[Version, int, str]] = []
    for event in part.events:
        if event.introduced:
            marks.append((_version(event.introduced) or Version("0"), 0, "introduced"))
        for kind in ("fixed", "last_affected", "limit"):
            found = _version(getattr(event, kind))
            if found:
                marks.append((found, 1, kind))
    for version, _, kind in sorted(marks):
        if kind == "introduced" and ours >= version:
            inside = True
        elif (kind in {"fixed", "limit"} and ours >= version) or (kind == "last_affected" and ours > version):
            inside = False
    return inside


def _version(text: str) -> Version | None:
    try:
        return Version(text) if text else None
    except InvalidVersion:
        return None


def _same(text: str, ours: Version) -> bool:
    return _version(text) == ours


def severity(advisory: Advisory) -> str:
    """Return how severe an advisory says it is: its word, else its CVSS 3 score; medium where it says nothing."""
    word = str((advisory.database_specific or {}).get("severity", "")).lower()
    word = {"moderate": "medium"}.get(word, word)
    if word in {"low", "medium", "high", "critical"}:
        return word
    for item in advisory.severity or ():
        score = cvss3(item.score)
        if score is not None:
            return "critical" if score >= 9 else "high" if score >= 7 else "medium" if score >= 4 else "low"
    return "medium"


_WEIGHTS = {
    "AV": {"N": 0.85, "A": 0.62, "L": 0.55, "P": 0.2},
    "AC": {"L": 0.77, "H": 0.44},
    "UI": {"N": 0.85, "R": 0.62},
    "C": {"H": 0.56, "L": 0.22, "N": 0.0},
    "I": {"H": 0.56, "L": 0.22, "N": 0.0},
    "A": {"H": 0.56, "L": 0.22, "N": 0.0},
}
_PRIVILEGES = {"U": {"N": 0.85, "L": 0.62, "H": 0.27}, "C": {"N": 0.85, "L": 0.68, "H": 0.5}}


def cvss3(vector: str) -> float | None:
    """Return the base score of a CVSS 3 vector, by the formula of its specification; None for any other."""
    if not vector.startswith("CVSS:3"):
        return None
    parts = dict(part.split(":", 1) for part in vector.split("/")[1:] if ":" in part)
    try:
        weight = {name: table[parts[name]] for name, table in _WEIGHTS.items()}
        scope = parts["S"]
        privileges = _PRIVILEGES[scope][parts["PR"]]
    except KeyError:
        return None
    loss = 1 - (1 - weight["C"]) * (1 - weight["I"]) * (1 - weight["A"])
    impact = 6.42 * loss if scope == "U" else 7.52 * (loss - 0.029) - 3.25 * (loss - 0.02) ** 15
    if impact <= 0:
        return 0.0
    ease = 8.22 * weight["AV"] * weight["AC"] * privileges * weight["UI"]
    raw = min(impact + ease, 10) if scope == "U" else min(1.08 * (impact + ease), 10)
    return -(-round(raw * 100_000) // 10_000) / 10
