"""SARIF 2.1.0: open threats at their lines, so that code scanning shows them; decided ones are suppressed."""

from __future__ import annotations

from pathlib import PurePath

from mantlet.analysis.engine import State
from mantlet.base.sarif import (
    ArtifactLocation,
    Component,
    Configuration,
    Level,
    LogicalLocation,
    Message,
    PhysicalLocation,
    Region,
    Result,
    ResultLocation,
    Rule,
    Run,
    Suppression,
    Tool,
    write,
)
from mantlet.base.version import VERSION
from mantlet.formats.interface import Format, Outgoing, Written
from mantlet.formats.threatlist import Threat, rated

KIND = "sarif"
_LEVELS: dict[str, Level] = {"critical": "error", "high": "error", "medium": "warning"}
_SCORES = {"critical": "9.5", "high": "8.0", "medium": "5.5", "low": "3.0", "note": "1.0"}
"""What code scanning sorts by, in the middle of the bands that it uses."""


def _write(outgoing: Outgoing) -> Written:
    threats = list(rated(outgoing, State.OPEN))
    rules = _rules(outgoing, threats)
    order = {rule.id: row for row, rule in enumerate(rules)}
    driver = Component(name="mantlet", version=VERSION, semantic_version=VERSION, rules=rules)
    results = [_result(outgoing, threat, order[threat.type]) for threat in threats]
    return Written(write([Run(tool=Tool(driver=driver), results=results)]))


def _rules(outgoing: Outgoing, threats: list[Threat]) -> list[Rule]:
    found: dict[str, Rule] = {}
    worst: dict[str, str] = {}
    for threat in threats:
        known = outgoing.catalogue.threats.get(threat.type)
        title = known.title if known else threat.title
        worst.setdefault(threat.type, threat.severity)
        tags = [
            "security",
            *threat.stride,
            *(f"external/cwe/cwe-{entry}" for entry in threat.refs.get("cwe", [])),
        ]
        found.setdefault(
            threat.type,
            Rule(
                id=threat.type,
                name=threat.type,
                short_description=Message(text=title),
                full_description=Message(text=known.text if known else threat.text or title),
                default_configuration=Configuration(level=_LEVELS.get(threat.severity, "note")),
                properties={"tags": tags, "security-severity": _SCORES.get(worst[threat.type], "1.0")},
            ),
        )
    return list(found.values())


def _result(outgoing: Outgoing, threat: Threat, row: int) -> Result:
    decision = threat.decision if threat.settled else None
    suppressed = (
        [
            Suppression(
                kind="external", justification=f"{decision.treatment}: {decision.reason}", status="accepted"
            )
        ]
        if decision is not None
        else []
    )
    return Result(
        rule_id=threat.type,
        rule_index=row,
        level=_LEVELS.get(threat.severity, "note"),
        message=Message(text=f"{threat.title}. {threat.text}".strip()),
        locations=_locations(outgoing, threat),
        partial_fingerprints={"mantletThreat/v1": threat.id},
        suppressions=suppressed,
        properties={
            "severity": threat.severity,
            "worst": threat.worst,
            "vector": threat.vector,
            "place": threat.place,
        },
    )


def _locations(outgoing: Outgoing, threat: Threat) -> list[ResultLocation]:
    """Return where a threat is: its place's line in the model file, then the lines of code that show the place."""
    sections = outgoing.sections
    place = threat.place.removesuffix(".returns")
    section = next(
        (name for name in ("elements", "flows", "boundaries", "data") if place in getattr(sections, name)), ""
    )
    if not section and threat.element:
        section, place = "elements", threat.element
    path: tuple[str | int, ...] = (section, place) if section else ("system",)
    logical = LogicalLocation(fully_qualified_name=threat.place, name=threat.place, kind="element")
    file = PurePath(outgoing.file)
    own = _at(file.name if file.is_absolute() else file.as_posix(), outgoing.line(path))
    own.logical_locations = [logical]
    entry = getattr(sections, section, {}).get(place) if section else None
    seen = getattr(entry, "discovered", None)
    at = getattr(seen, "at", None) or []
    return [own, *(_evidence(item) for item in at[:5])]


def _evidence(item: str) -> ResultLocation:
    path, _, line = item.rpartition(":")
    return _at(path, int(line)) if path and line.isdecimal() and int(line) else _at(item, 1)


def _at(uri: str, line: int) -> ResultLocation:
    place = PhysicalLocation(
        artifact_location=ArtifactLocation(uri=uri), region=Region(start_line=max(line, 1))
    )
    return ResultLocation(physical_location=place)


FORMAT = Format(
    KIND,
    "SARIF 2.1.0",
    ("sarif", "sarif.json"),
    write=_write,
    cannot="the model: it holds the open threats, each at its line",
)
