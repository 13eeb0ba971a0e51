"""Evidence of a project as both faces call it: brought in from other tools, silenced, and told together with what it does."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from mantlet.base import sarif
from mantlet.base.errors import UsageError
from mantlet.findings import keeping
from mantlet.findings.evidence import Placed
from mantlet.findings.finding import CheckResult, Finding
from mantlet.findings.marks import Mark
from mantlet.findings.runs import from_run
from mantlet.project import scanning
from mantlet.project.api import Assessment
from mantlet.risk.register import Register

MAX_SHOWN = 5000
"""Findings that the overview lists, the most severe ones; more is no list that anybody reads."""


def bring_in(root: Path, files: Iterable[tuple[str, str]], today: date) -> list[CheckResult]:
    """Keep what other tools found, from the text of SARIF files by name; return it. All of it is read before any is kept."""
    results = []
    for name, text in files:
        for run in sarif.parse(text, name).runs:
            result = from_run(run, Path(name).stem)
            result.on = result.on or today.isoformat()
            results.append(result)
    scanning.keep(root, results)
    return results


def silence(root: Path, item: keeping.Suppression, today: date) -> Path:
    """Silence a finding until a day, with a reason; return the file that says so."""
    if not item.reason.strip() or not item.until:
        raise UsageError("a suppression needs a reason and an end", mend="--reason '…' --until 2027-01-31")
    try:
        date.fromisoformat(item.until)
    except ValueError:
        raise UsageError(f"'{item.until[:40]}' is not a day", mend="write it like 2027-01-31") from None
    known = {finding.fingerprint for result in keeping.load(root, today) for finding in result.findings}
    if item.fingerprint not in known:
        raise UsageError(
            f"no finding has the fingerprint '{item.fingerprint[:60]}'",
            mend="`mantlet evidence list` prints them",
        )
    item.reason = item.reason.strip()
    return keeping.add_suppression(root, item)


class Told(Struct, omit_defaults=False):
    """One finding, and what it does to the model."""

    fingerprint: str
    tool: str
    check: str
    rule: str
    message: str
    severity: str
    where: str
    line: int
    on: str
    elements: list[str]
    threats: list[str]
    """Threats that it speaks of."""
    effect: str
    """confirm, weaken, refute, or none."""
    why: str
    """Of none: why it speaks of no threat."""
    fix: str
    suppressed: str


def overview(assessment: Assessment) -> dict[str, Any]:
    """Return everything that is known from scans: the checks, the findings with what each does, and what all of it does."""
    evidence = assessment.evidence
    results: Sequence[CheckResult] = evidence.results if evidence else ()
    told = scanning.told(assessment, without_evidence(assessment) if evidence else None)
    findings = _findings(assessment, results)
    days = [result.on for result in results if result.on]
    return {
        "on": max(days, default=None),
        "checks": scanning.summary(results),
        "findings": findings[:MAX_SHOWN],
        "hidden": max(len(findings) - MAX_SHOWN, 0),
        **msgspec.to_builtins(told),
    }


def without_evidence(assessment: Assessment) -> Assessment:
    """Return the same model judged as if nothing had been scanned."""
    register = assessment.register
    bare = register.analysis.again(assessment.model.sections, seen=(), marks=())
    return Assessment(assessment.model, Register(bare, today=register.today, mode=register.ratings.mode))


def _findings(assessment: Assessment, results: Sequence[CheckResult]) -> list[Told]:
    analysis = assessment.register.analysis
    placed = (
        {item.finding.fingerprint: item for item in assessment.evidence.placed} if assessment.evidence else {}
    )
    said: dict[str, list[tuple[str, Mark]]] = {}
    for row, marks in analysis.evidence.items():
        name = f"{analysis.types[int(analysis.threats.type[row])].id}@{analysis.place_of(row)}"
        for mark in marks:
            if mark.fingerprint:
                said.setdefault(mark.fingerprint, []).append((name, mark))
    found = [
        _told(finding, result.on, placed.get(finding.fingerprint), said.get(finding.fingerprint, []))
        for result in results
        for finding in result.findings
    ]
    order = {finding.fingerprint: finding.rank for result in results for finding in result.findings}
    return sorted(
        found, key=lambda item: (bool(item.suppressed), -order[item.fingerprint], item.where, item.rule)
    )


def _told(finding: Finding, on: str, placed: Placed | None, said: Sequence[tuple[str, Mark]]) -> Told:
    return Told(
        finding.fingerprint,
        finding.tool,
        finding.check,
        finding.rule,
        finding.message,
        finding.severity,
        str(finding.spot),
        finding.spot.line,
        on,
        placed.elements if placed else [],
        sorted({name for name, _ in said}),
        said[0][1].effect if said else "none",
        "" if said else _why(placed),
        finding.fix or (placed.meaning.fix if placed else ""),
        finding.suppressed,
    )


def _why(placed: Placed | None) -> str:
    """Say why a finding speaks of no threat; one that is silenced speaks of nothing."""
    if placed is None:
        return ""
    if not placed.meaning.threats:
        return placed.meaning.unmapped or "its rule shows facts only"
    if not placed.elements:
        return "no element of the model has this place in its `code` or `address`"
    return f"there is no threat of {', '.join(placed.meaning.threats)}"
