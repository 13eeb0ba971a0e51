"""Scan a project, keep what was found as evidence, and lay it over the project's threat model."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct, field

from mantlet.base.limits import is_file, is_folder
from mantlet.findings import keeping
from mantlet.findings.finding import FOLDER, CheckResult, CheckState, NotLooked
from mantlet.findings.marks import Mark

if TYPE_CHECKING:
    from mantlet.catalogue.load import Catalogue
    from mantlet.findings.evidence import Evidence, Placed
    from mantlet.model.entries import Sections
    from mantlet.project.api import Assessment

ADVISORIES = "MANTLET_ADVISORIES"
"""Environment variable that names a folder or zip of advisories."""


class Asked(Struct):
    """What a scan is asked for."""

    only: Sequence[str] = ()
    targets: Sequence[str] = ()
    allowed: bool = False
    advisories: Path | None = None
    online: bool = False
    fuzz: bool = False
    cached: bool = True
    signers: Sequence[tuple[str, str]] = ()
    """Who may have signed a model file: identity and issuer."""


def scan(
    root: Path,
    asked: Asked | None = None,
    *,
    today: date | None = None,
    note: Callable[[str, str], None] = lambda _check, _what: None,
    done: Callable[[str], None] = lambda _name: None,
) -> list[CheckResult]:
    """Run checks over a folder or file. Nothing is written; `keep` does that."""
    from mantlet.base.errors import InputError, Location  # noqa: PLC0415
    from mantlet.scanners import registry  # noqa: PLC0415
    from mantlet.scanners.cache import Cache  # noqa: PLC0415
    from mantlet.scanners.interface import Request, list_files  # noqa: PLC0415

    wanted = asked or Asked()
    place = Path(os.path.realpath(root))
    if not is_file(place) and not is_folder(place):
        raise InputError(
            "there is no such file or folder",
            where=Location(str(root)),
            mend="name the project's folder, or one file of it",
        )
    advisories = wanted.advisories or (Path(os.environ[ADVISORIES]) if os.environ.get(ADVISORIES) else None)
    left_out: list[NotLooked] = []
    request = Request(
        root=place if place.is_dir() else place.parent,
        files=list_files(place, left_out),
        left_out=left_out,
        targets=list(wanted.targets),
        allowed=wanted.allowed,
        advisories=advisories,
        online=wanted.online,
        fuzz=wanted.fuzz,
        signers=list(wanted.signers),
        expected=_addresses(place),
        cache=Cache(enabled=wanted.cached),
        note=note,
    )
    names = list(wanted.only) or list(registry.NAMES)
    day = today or date.today()
    results = registry.run(names, request, day, done)
    keeping.suppress(results, keeping.load_suppressions(request.root), day)
    return results


def _addresses(place: Path) -> list[str]:
    """Return the addresses that the threat model of a folder says something listens on; none without a model."""
    from mantlet.base.errors import InputError  # noqa: PLC0415
    from mantlet.project.api import load, model_file  # noqa: PLC0415

    try:
        file = model_file(place if place.is_dir() else place.parent)
    except InputError:
        return []
    return [address for element in load(file).sections.elements.values() for address in element.address]


def keep(root: Path, results: Sequence[CheckResult]) -> list[Path]:
    """Keep results below a project as SARIF. Skipped checks are kept too: that nothing was looked at is worth knowing."""
    return keeping.save(root if root.is_dir() else root.parent, results)


def evidence_beside(model: Path, sections: Sections, catalogue: Catalogue, today: date) -> Evidence | None:
    """Return the evidence that is kept beside a model file, placed on it; None where there is none."""
    folder = model.parent
    if not is_folder(folder / FOLDER):
        return None
    from mantlet.findings.evidence import gather  # noqa: PLC0415

    results = keeping.load(folder, today)
    return gather(results, sections, catalogue) if results else None


class Told(Struct):
    """What evidence does to a model, in what a person reads."""

    confirmed: list[dict[str, object]] = field(default_factory=list)
    weakened: list[dict[str, object]] = field(default_factory=list)
    contradicted: list[dict[str, str]] = field(default_factory=list)
    verified: list[dict[str, str]] = field(default_factory=list)
    moved: list[dict[str, str]] = field(default_factory=list)
    not_modelled: list[dict[str, str]] = field(default_factory=list)
    unmapped: list[dict[str, str]] = field(default_factory=list)


def told(assessment: Assessment, before: Assessment | None = None) -> Told:
    """Tell what evidence does: threats confirmed and weakened, facts contradicted, controls verified, ratings moved.

    ``before`` is the same model judged without evidence; with it, the risks whose severity changed are told.
    """
    evidence, analysis = assessment.evidence, assessment.register.analysis
    answer = Told()
    if evidence is None:
        return answer
    for row, marks in sorted(analysis.evidence.items()):
        target = answer.confirmed if marks[0].effect == "confirm" else answer.weakened
        target.append(_threat(assessment, row, marks))
    answer.contradicted = [item.to_dict() for item in assessment.contradictions]
    answer.verified = [
        {"control": item.control, "name": item.name, "by": item.by, "on": item.on}
        for item in evidence.verified
    ]
    fitting = analysis.proof.fitting if analysis.proof else set()
    for placed in evidence.placed:
        _unfit(answer, placed, fitting)
    if before is not None:
        answer.moved = _moved(before, assessment)
    return answer


def _threat(assessment: Assessment, row: int, marks: Sequence[Mark]) -> dict[str, object]:
    register = assessment.register
    table = register.analysis.threats
    item = register.analysis.types[int(table.type[row])]
    return {
        "id": f"{item.id}@{register.analysis.place_of(row)}",
        "title": register.text(item.title, row),
        "evidence": [mark.to_dict() for mark in marks],
    }


def _unfit(answer: Told, placed: Placed, fitting: set[tuple[str, str, str]]) -> None:
    """Tell of a finding that met no threat: the model has a hole, or the rule says nothing of threats."""
    finding, means = placed.finding, placed.meaning
    entry = {
        "tool": finding.tool,
        "rule": finding.rule,
        "elements": ", ".join(placed.elements),
        "where": str(finding.spot),
        "message": finding.message,
        "severity": finding.severity,
        "fingerprint": finding.fingerprint,
    }
    if not means.threats:
        why = means.unmapped or "its rule shows facts only"
        answer.unmapped.append({**entry, "why": why})
        return
    met = any(
        (finding.fingerprint, kind, name) in fitting for kind in means.threats for name in placed.elements
    )
    if not met:
        why = (
            f"there is no threat of {', '.join(means.threats)}"
            if placed.elements
            else "no element of the model has this place in its `code` or `address`"
        )
        answer.not_modelled.append({**entry, "why": why})


def _moved(before: Assessment, after: Assessment) -> list[dict[str, str]]:
    """Return the risks whose severity or state evidence changed."""
    old = {risk.id: risk for risk in before.register}
    found = []
    for risk in after.register:
        was = old.get(risk.id)
        then = f"{was.severity.word}, {was.state.word}" if was else "absent"
        now = f"{risk.severity.word}, {risk.state.word}"
        if then != now:
            found.append({"id": risk.id, "title": risk.title, "before": then, "after": now})
    gone = set(old) - {risk.id for risk in after.register}
    found += [
        {"id": name, "title": old[name].title, "before": old[name].severity.word, "after": "absent"}
        for name in sorted(gone)
    ]
    return found


def records(results: Sequence[CheckResult]) -> list[dict[str, object]]:
    """Return one record per file or address that a check looked at: its verdict and its findings."""
    by_place: dict[tuple[str, str], dict[str, object]] = {}
    for result in results:
        for path in result.looked:
            _record(by_place, result, path.partition("#")[0])
        for missed in result.not_looked:
            _record(by_place, result, _place_of(missed.spot))["not_looked"].append(  # type: ignore[attr-defined]
                {"where": str(missed.spot), "why": missed.why}
            )
        for finding in result.findings:
            entry = {
                "rule": finding.rule,
                "message": finding.message,
                "severity": finding.severity,
                "where": str(finding.spot),
                "line": finding.spot.line,
                "cell": finding.spot.cell,
                "tool": finding.tool,
                "fix": finding.fix,
                "cwe": finding.cwe,
                "refs": finding.refs,
                "fingerprint": finding.fingerprint,
                "suppressed": finding.suppressed,
            }
            place = _place_of(finding.spot)
            _record(by_place, result, place)["findings"].append(entry)  # type: ignore[attr-defined]
    for record in by_place.values():
        record["verdict"] = _verdict(record)
    return [record for _, record in sorted(by_place.items())]


def _place_of(spot: object) -> str:
    return getattr(spot, "path", "") or getattr(spot, "address", "") or getattr(spot, "image", "")


def _record(
    by_place: dict[tuple[str, str], dict[str, object]], result: CheckResult, path: str
) -> dict[str, object]:
    key = (result.check, path)
    return by_place.setdefault(
        key, {"path": path, "check": result.check, "verdict": "", "findings": [], "not_looked": []}
    )


def _verdict(record: dict[str, object]) -> str:
    """Return a record's verdict: dangerous from high on, suspicious from medium on; less is no verdict."""
    findings: list[dict[str, str]] = record["findings"]  # type: ignore[assignment]
    severities = {finding["severity"] for finding in findings if not finding["suppressed"]}
    if severities & {"high", "critical"}:
        return "dangerous"
    if "medium" in severities:
        return "suspicious"
    missed: list[dict[str, str]] = record["not_looked"]  # type: ignore[assignment]
    if any("cannot be read" in item["why"] for item in missed):
        return "error"
    return "incomplete" if missed else "clean"


def summary(results: Sequence[CheckResult]) -> list[dict[str, object]]:
    """Return a line per check and tool: its state, and how much it found and looked at."""
    return [
        {
            "check": result.check,
            "tool": result.tool,
            "version": result.version,
            "state": result.state.value,
            "reason": result.reason,
            "mend": result.mend,
            "findings": len(result.open),
            "suppressed": len(result.findings) - len(result.open),
            "looked_at": len(result.looked),
            "not_looked_at": [{"where": str(item.spot), "why": item.why} for item in result.not_looked],
            "notes": result.notes,
        }
        for result in results
    ]


def failed(results: Sequence[CheckResult], bar: str) -> bool:
    """Tell whether anything that was found is at least as severe as a bar."""
    from mantlet.findings.finding import SEVERITIES  # noqa: PLC0415

    least = SEVERITIES.index(bar)
    return any(finding.rank >= least for result in results for finding in result.open)


def missing(results: Sequence[CheckResult]) -> list[CheckResult]:
    """Return the checks whose tool is missing."""
    return [result for result in results if result.state is CheckState.TOOL_MISSING]
