"""What a report says of evidence: what was looked at, what it confirms, and what fits no threat."""

from __future__ import annotations

from collections.abc import Sequence

from mantlet.findings.evidence import Evidence
from mantlet.findings.finding import SEVERITIES, CheckResult
from mantlet.findings.marks import Mark
from mantlet.risk.register import Register

Rows = list[dict[str, str]]
MAX_ROWS = 200


def evidence_rows(register: Register, evidence: Evidence | None) -> dict[str, Rows]:
    """Return the tables of a report's section on evidence; none where nothing was scanned."""
    if evidence is None:
        return {}
    return {
        "checks": [_check(result) for result in evidence.results],
        "threats": _threats(register)[:MAX_ROWS],
        "verified": [
            {
                "control": register.analysis.catalogue.controls[item.control].title,
                "name": item.name,
                "by": item.by,
            }
            for item in evidence.verified
        ],
        "holes": _holes(register, evidence)[:MAX_ROWS],
    }


def _check(result: CheckResult) -> dict[str, str]:
    counts = [
        f"{number} {name}"
        for name in reversed(SEVERITIES)
        if (number := sum(finding.severity == name for finding in result.open))
    ]
    silenced = len(result.findings) - len(result.open)
    missed = f"{len(result.not_looked)} places not looked at" if result.not_looked else ""
    return {
        "check": result.check,
        "tool": f"{result.tool} {result.version}".rstrip(),
        "state": result.state.value,
        "found": ", ".join([*counts, *([f"{silenced} suppressed"] if silenced else [])]),
        "looked": f"{len(result.looked):,}" if result.looked else "",
        "on": result.on,
        "remark": "; ".join(part for part in (result.reason, missed, *result.notes) if part),
    }


def _threats(register: Register) -> Rows:
    """Return the threats that evidence speaks of, confirmed ones first, each with what moved its rating."""
    analysis, rows = register.analysis, []
    for row, marks in analysis.evidence.items():
        item = analysis.types[int(analysis.threats.type[row])]
        moved = [
            f"{name} {said.split()[0]}"
            for code, name in (("ED", "ease of finding it"), ("EE", "ease of using it"))
            if (said := register.ratings.proven(row, code)) and not said.startswith("as ")
        ]
        rows.append(
            {
                "effect": {"confirm": "confirmed", "weaken": "less likely", "refute": "refuted"}[
                    marks[0].effect
                ],
                "threat": register.text(item.title, row),
                "id": f"{item.id}@{analysis.place_of(row)}",
                "by": _told(marks),
                "rating": ", ".join(moved) or "as it was",
            }
        )
    return sorted(
        rows, key=lambda entry: (("confirmed", "refuted", "less likely").index(entry["effect"]), entry["id"])
    )


def _told(marks: Sequence[Mark]) -> str:
    first = marks[0]
    more = f", and {len(marks) - 1} more" if len(marks) > 1 else ""
    return f"{first}: {first.message}{more}" if first.where else f"{first}{more}"


def _holes(register: Register, evidence: Evidence) -> Rows:
    """Return findings that meet no threat, worst first, alike ones together."""
    fitting = register.analysis.proof.fitting if register.analysis.proof else set()
    groups: dict[tuple[str, str], list[str]] = {}
    for placed in sorted(evidence.placed, key=lambda item: -item.finding.rank):
        finding, means = placed.finding, placed.meaning
        met = any(
            (finding.fingerprint, kind, name) in fitting for kind in means.threats for name in placed.elements
        )
        if means.threats and not met:
            why = "no element has this place" if not placed.elements else "no threat of its kind is there"
            groups.setdefault((f"{finding.tool} {finding.rule}: {finding.message}", why), []).append(
                str(finding.spot)
            )
    return [
        {
            "finding": what,
            "where": ", ".join(places[:3]) + (f" and {len(places) - 3} more" if len(places) > 3 else ""),
            "why": why,
        }
        for (what, why), places in groups.items()
    ]
