"""The check of dependencies: pinning always, known vulnerabilities only against a database that is there."""

from __future__ import annotations

from datetime import date
from importlib.util import find_spec
from typing import TYPE_CHECKING

from mantlet.base.version import VERSION
from mantlet.findings.finding import (
    CheckResult,
    Finding,
    NotLooked,
    Spot,
    database_missing,
    skipped,
    tool_missing,
)
from mantlet.scanners.dependencies import online
from mantlet.scanners.dependencies.pins import Pin, UnreadableError, is_dependency_file, read
from mantlet.scanners.interface import Request, Tool

if TYPE_CHECKING:
    from mantlet.scanners.dependencies.advisories import Advisory

NAME = "dependencies"
TITLE = "Python dependencies: pinning, and advisories that speak of them"
PRACTICE = "secure coding"
PINS, ADVISORIES = "mantlet-pins", "mantlet-advisories"
OLD_DAYS = 30
MEND = "name a folder or zip with --advisories (the PyPI zip of osv.dev), or use --online"


def tools() -> list[Tool]:
    """Return the tools."""
    return [Tool(PINS, VERSION, ""), Tool(ADVISORIES, VERSION, ""), *online.tools()]


def run(request: Request) -> list[CheckResult]:
    """Look at every file that asks for Python packages."""
    files = [path for path in request.files if is_dependency_file(path)]
    if not files:
        return [skipped(NAME, PINS, "no file in the project asks for Python packages")]
    pins: list[Pin] = []
    first = CheckResult(NAME, PINS, VERSION)
    for path in files:
        try:
            pins += read(request.root, path)
            first.looked.append(path)
        except UnreadableError as error:
            first.not_looked.append(NotLooked(Spot(path), str(error)))
    locked = {pin.name for pin in pins if pin.locked}
    first.findings = [finding for pin in pins if (finding := _loose(pin, locked)) is not None]
    results = [first.settle(), _known(request, pins, locked)]
    return [*results, *online.ask(request, files)] if request.online else results


def _loose(pin: Pin, locked: set[str]) -> Finding | None:
    """Return what is wrong with how a package is pinned; what a lock file fixes is fine."""
    if pin.version or pin.locked or pin.hashed or pin.name in locked:
        return None
    foreign = "://" in pin.wanted
    rule = "requirement-url" if foreign else "requirement-unpinned"
    what = "comes from an address that can change" if foreign else "has no exact version"
    return Finding(
        check=NAME,
        tool=PINS,
        rule=rule,
        message=f"{pin.name} {what}" + (f" ({pin.wanted[:80]})" if pin.wanted and not foreign else ""),
        severity="medium" if foreign else "low",
        spot=Spot(pin.path, pin.line, member=pin.name),
        cwe=[829],
        anchor=pin.name,
    )


def _known(request: Request, pins: list[Pin], locked: set[str]) -> CheckResult:
    """Compare with a database of advisories."""
    if request.advisories is None:
        return database_missing(NAME, ADVISORIES, "no database of advisories was named", MEND)
    if find_spec("packaging") is None:
        return tool_missing(NAME, ADVISORIES, "pip install 'mantlet[scan]'")
    from mantlet.scanners.dependencies import advisories  # noqa: PLC0415  (versions are compared with packaging)

    try:
        base = advisories.load(request.advisories, {pin.name for pin in pins})
    except advisories.DatabaseError as error:
        return database_missing(NAME, ADVISORIES, str(error), MEND)
    result = CheckResult(NAME, ADVISORIES, VERSION)
    result.notes.append(f"{base.count:,} advisories, the newest of {base.newest or 'an unknown day'}")
    _note_age(result, base.newest)
    if base.unreadable:
        result.not_looked.append(NotLooked(Spot(), f"{base.unreadable:,} advisories cannot be read"))
    for pin in pins:
        if not pin.version:
            if pin.name not in locked:
                result.not_looked.append(
                    NotLooked(
                        Spot(pin.path, pin.line, member=pin.name),
                        f"{pin.name} has no exact version to compare",
                    )
                )
            continue
        result.looked.append(f"{pin.path}#{pin.name}")
        result.findings += _advised(pin, base.advisories[pin.name])
    return result.settle()


def _note_age(result: CheckResult, newest: str) -> None:
    try:
        days = (date.today() - date.fromisoformat(newest)).days
    except ValueError:
        return
    if days > OLD_DAYS:
        result.notes.append(f"the database is {days} days old; what was found since is missing")


def _advised(pin: Pin, known: list[Advisory]) -> list[Finding]:
    """Return the advisories about a pinned version; several about one hole count once."""
    from mantlet.scanners.dependencies import advisories  # noqa: PLC0415

    found: dict[str, Finding] = {}
    for advisory in sorted(known, key=lambda item: item.id):
        hit, fixed = advisories.affects(advisory, pin.name, pin.version)
        if not hit:
            continue
        aliases = sorted({advisory.id, *(advisory.aliases or ())})
        if any(alias in found for alias in aliases):
            continue
        summary = " ".join((advisory.summary or advisory.details).split())[:200]
        found[advisory.id] = Finding(
            check=NAME,
            tool=ADVISORIES,
            rule="known-vulnerability",
            message=f"{pin.name} {pin.version}: {advisory.id}" + (f", {summary}" if summary else ""),
            severity=advisories.severity(advisory),
            spot=Spot(pin.path, pin.line, member=pin.name),
            cwe=[1395],
            fix=f"Update {pin.name} to {fixed} or later."
            if fixed
            else f"There is no mended version of {pin.name} yet: replace it or keep it away from outside input.",
            refs=aliases,
            anchor=f"{pin.name} {advisory.id}",
        )
        found.update(dict.fromkeys(aliases, found[advisory.id]))
    return list({id(finding): finding for finding in found.values()}.values())
