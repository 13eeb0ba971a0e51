"""A check's result as a SARIF run and back; runs of other tools are understood too."""

from __future__ import annotations

import contextlib
import re
from urllib.parse import quote, unquote

from msgspec import MsgspecError, convert

from mantlet.base import sarif
from mantlet.findings.finding import SEVERITIES, CheckResult, CheckState, Finding, NotLooked, Spot
from mantlet.findings.table import filled

_LEVELS: dict[str, sarif.Level] = {
    "note": "note",
    "low": "note",
    "medium": "warning",
    "high": "error",
    "critical": "error",
}
_SEVERITIES = {"none": "note", "note": "low", "warning": "medium", "error": "high"}
_OURS = "mantlet"


def to_run(result: CheckResult) -> sarif.Run:
    """Return a check's result as SARIF."""
    rules = {finding.rule: finding for finding in [*result.passes, *result.findings]}
    driver = sarif.Component(
        name=result.tool,
        version=result.version,
        rules=[_rule(name, finding) for name, finding in sorted(rules.items())],
    )
    stopped = result.state in {CheckState.TOOL_MISSING, CheckState.DATABASE_MISSING}
    notes = [
        sarif.Notification(
            message=sarif.Message(text=item.why),
            locations=[_location(item.spot)] if str(item.spot) else [],
            properties={_OURS: {"spot": _spot_fields(item.spot)}},
        )
        for item in result.not_looked
    ]
    ours = {
        "check": result.check,
        "state": result.state.value,
        "reason": result.reason,
        "mend": result.mend,
        "on": result.on,
        "notes": result.notes,
        "repeated": result.repeated,
        "hashes": {path: digest for path, digest in result.hashes.items() if path not in result.looked},
    }
    return sarif.Run(
        tool=sarif.Tool(driver=driver),
        invocations=[sarif.Invocation(execution_successful=not stopped, tool_execution_notifications=notes)],
        artifacts=[
            sarif.Artifact(
                sarif.ArtifactLocation(uri=quote(path)),
                {"sha-256": result.hashes[path]} if path in result.hashes else {},
            )
            for path in result.looked
        ],
        results=[
            *(_result(finding, "fail") for finding in result.findings),
            *(_result(finding, "pass") for finding in result.passes),
        ],
        properties={_OURS: {name: value for name, value in ours.items() if value}},
    )


def _rule(name: str, finding: Finding) -> sarif.Rule:
    tags = [f"external/cwe/cwe-{number}" for number in finding.cwe]
    return sarif.Rule(
        id=name,
        full_description=sarif.Message(text=finding.fix) if finding.fix else None,
        properties={"tags": tags} if tags else {},
    )


def _result(finding: Finding, kind: str) -> sarif.Result:
    ours = {
        "severity": finding.severity,
        "fix": finding.fix,
        "refs": finding.refs,
        "cwe": finding.cwe,
        "anchor": finding.anchor,
        "unsure": not finding.sure,
        "spot": _spot_fields(finding.spot),
    }
    return sarif.Result(
        rule_id=finding.rule,
        kind=kind,
        level="none" if kind == "pass" else _LEVELS[finding.severity],
        message=sarif.Message(text=finding.message),
        locations=[_location(finding.spot)],
        partial_fingerprints={"mantlet/v1": finding.fingerprint},
        suppressions=[sarif.Suppression(justification=finding.suppressed)] if finding.suppressed else [],
        properties={_OURS: {name: value for name, value in ours.items() if value}},
    )


def _spot_fields(spot: Spot) -> dict[str, object]:
    """Return the fields of a place that say something."""
    return {name: getattr(spot, name) for name in spot.__struct_fields__ if getattr(spot, name)}


def _own_spot(ours: dict[str, object], places: list[sarif.ResultLocation]) -> Spot:
    """Return a place as we wrote it; else what another tool says of it."""
    if isinstance(ours.get("spot"), dict):
        with contextlib.suppress(MsgspecError):
            return convert(ours["spot"], Spot)
    return _spot(places[0]) if places else Spot()


def _location(spot: Spot) -> sarif.ResultLocation:
    physical = None
    if spot.path:
        region = (
            sarif.Region(start_line=spot.line, start_column=spot.column)
            if spot.line and not spot.cell
            else None
        )
        physical = sarif.PhysicalLocation(sarif.ArtifactLocation(uri=quote(spot.path)), region)
    logical = [] if physical and not spot.member and not spot.cell else [sarif.LogicalLocation(str(spot))]
    return sarif.ResultLocation(physical, logical)


def from_run(run: sarif.Run, name: str) -> CheckResult:
    """Return what a SARIF run says; one of another tool is a check of its own, which looked at what it lists."""
    ours = run.properties.get(_OURS, {})
    driver = run.tool.driver
    named = unquote if ours else _path
    result = CheckResult(
        check=str(ours.get("check", name)),
        tool=driver.name or name,
        version=driver.version or driver.semantic_version,
        reason=str(ours.get("reason", "")),
        mend=str(ours.get("mend", "")),
        notes=[str(note) for note in ours.get("notes", ())],
        on=str(ours.get("on", "")),
        repeated=int(ours.get("repeated", 0)),
        looked=[named(item.location.uri) for item in run.artifacts if item.location and item.location.uri],
        hashes={
            **{str(path): str(digest) for path, digest in ours.get("hashes", {}).items()},
            **{
                named(item.location.uri): item.hashes["sha-256"]
                for item in run.artifacts
                if item.location and "sha-256" in item.hashes
            },
        },
    )
    for item in run.results or ():
        finding = _from_result(run, item, result)
        if item.kind == "pass":
            result.passes.append(finding)
        elif item.kind in {"fail", "open", "review"}:
            result.findings.append(finding)
    for invocation in run.invocations:
        for note in invocation.tool_execution_notifications:
            if note.level != "note" or ours:
                spot = _own_spot(note.properties.get(_OURS, {}), note.locations)
                result.not_looked.append(NotLooked(spot, note.message.text))
    _state(result, run, str(ours.get("state", "")))
    filled(result.findings)
    return result


def _state(result: CheckResult, run: sarif.Run, said: str) -> None:
    """Work out the state: what the tool itself said of its run counts against it."""
    stopping = {CheckState.SKIPPED.value, CheckState.TOOL_MISSING.value, CheckState.DATABASE_MISSING.value}
    if said in stopping:
        result.state = CheckState(said)
        return
    failed = run.results is None or any(not item.execution_successful for item in run.invocations)
    if failed:
        result.not_looked.append(NotLooked(Spot(), "the tool says that its run did not succeed"))
    result.settle()
    if not said and result.state is CheckState.SKIPPED:
        result.state, result.reason = (
            CheckState.INCOMPLETE,
            "it found nothing, and does not say what it looked at",
        )


def _from_result(run: sarif.Run, item: sarif.Result, result: CheckResult) -> Finding:
    rule = run.rule_of(item)
    ours = item.properties.get(_OURS, {})
    spot = _own_spot(ours, item.locations)
    level = item.level or (rule.default_configuration.level if rule.default_configuration else "warning")
    return Finding(
        check=result.check,
        tool=result.tool,
        rule=item.rule_id or rule.id or (item.rule.id if item.rule else "") or "unnamed",
        message=_text(item.message) or _text(rule.short_description) or rule.name or rule.id,
        severity=_severity(ours, rule, level),
        spot=spot,
        cwe=_weaknesses(ours, rule, item),
        fix=str(ours.get("fix", "")),
        refs=[str(ref) for ref in ours.get("refs", ())] or ([rule.help_uri] if rule.help_uri else []),
        anchor=str(ours.get("anchor", "")) or _foreign_print(item),
        sure=not ours.get("unsure"),
        suppressed="; ".join(entry.justification or "suppressed by the tool" for entry in item.suppressions),
    )


def _severity(ours: dict[str, object], rule: sarif.Rule, level: str) -> str:
    if ours.get("severity") in SEVERITIES:
        return str(ours["severity"])
    try:
        score = float(rule.properties.get("security-severity", ""))
    except (TypeError, ValueError):
        return _SEVERITIES.get(level, "medium")
    return "critical" if score >= 9 else "high" if score >= 7 else "medium" if score >= 4 else "low"


def _weaknesses(ours: dict[str, object], rule: sarif.Rule, item: sarif.Result) -> list[int]:
    """Return the weaknesses that a finding names: each tool writes them somewhere else."""
    own = ours.get("cwe")
    if isinstance(own, list):
        return [number for number in own if isinstance(number, int)]
    places = [
        rule.properties.get("tags"),
        rule.properties.get("cwe"),
        item.properties.get("cwe"),
        item.properties.get("tags"),
    ]
    words = " ".join(str(place) for place in places if place)
    return sorted({int(number) for number in re.findall(r"(?i)\bcwe[-_/: ]*0*(\d{1,5})", words)})


def _foreign_print(item: sarif.Result) -> str:
    prints = {**item.fingerprints, **item.partial_fingerprints}
    prints.pop("mantlet/v1", None)
    return "·".join(f"{name}={value}" for name, value in sorted(prints.items()))[:400]


def _text(message: sarif.Message | None) -> str:
    return " ".join(message.text.split())[:2000] if message else ""


def _spot(place: sarif.ResultLocation) -> Spot:
    physical = place.physical_location
    name = next((item.fully_qualified_name or item.name for item in place.logical_locations), "")
    if physical is None or not physical.artifact_location.uri:
        return Spot(member=name[:300])
    region = physical.region
    line, column = (region.start_line, region.start_column) if region else (0, 0)
    return Spot(_path(physical.artifact_location.uri), max(line, 0), max(column, 0))


def _path(uri: str) -> str:
    """Return a file's path as models write it."""
    text = unquote(re.sub(r"^file:/*", "/", uri)).replace("\\", "/")
    return re.sub(r"^(\./)+", "", text)[:4000]
