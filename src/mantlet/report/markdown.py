"""The report as Markdown, for wikis, issues and pull requests."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from mantlet.base.printable import printable
from mantlet.report.history import TREATMENT
from mantlet.report.model import EVIDENCE_TABLES, Report, RiskView

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>()#+!|~$@&-])")
_LINK = re.compile(r"\b(https?|ftp|mailto|xmpp|www)(?=[:.])", re.IGNORECASE)
"""What becomes a link by itself."""
_POINTS = 12
"""Commits whose counts are listed, the newest ones."""
_NUMBERED = re.compile(r"^(\d+)(?=\.)")


def escape(text: str) -> str:
    """Return text that Markdown shows as it is: no markup, no HTML, no link, no mention, one line."""
    one_line = printable(" ".join(text.split()))
    return _NUMBERED.sub(r"\1\\", _LINK.sub(r"\1\\", _SPECIAL.sub(r"\\\1", one_line)))


def render(report: Report, *, diagram: str = "", date: str = "") -> str:
    """Return the report; ``diagram`` is Mermaid text."""
    return "\n".join(_lines(report, diagram, date)) + "\n"


def _lines(report: Report, diagram: str, date: str) -> Iterator[str]:
    system = report.system
    yield f"# Threat model: {escape(system['name'])}"
    yield ""
    if system["description"]:
        yield from (escape(system["description"]), "")
    yield from (escape(line) + "  " for line in report.verdict)
    yield ""
    yield from table(
        [["severity", "open risks"], *([word, str(number)] for word, number in report.counts.items())]
    )
    facts = [f"Owner: {escape(system['owner'])}" if system["owner"] else "", f"Date: {date}" if date else ""]
    yield from ("; ".join(filter(None, facts)), "") if any(facts) else ()
    yield from _first(report)
    if diagram:
        yield from ("## Data flow diagram", "", "```mermaid", diagram.rstrip(), "```", "")
    yield from _history(report)
    yield from ("## Register", "")
    yield from _register(report.risks)
    yield from _inventory(report)
    yield from ("## Decisions", "")
    rows = [
        [item[key] for key in ("key", "treatment", "standing", "note", "who", "until", "reason")]
        for item in report.decisions
    ]
    yield from (
        table([["risk", "treatment", "stands", "note", "by", "until", "reason"], *rows])
        if rows
        else ("Nothing has been decided yet.", "")
    )
    if report.contradictions:
        fields = ("place", "fact", "claimed", "verified", "by")
        yield from ("### Evidence against the model", "")
        head = ["at", "fact", "the model says", "evidence says", "by"]
        yield from table([head, *([item[field] for field in fields] for item in report.contradictions)])
    yield from _evidence(report)
    yield from (
        "## Method",
        "",
        f"Judged by {report.method['types']} threat types (packs: {escape(report.method['packs'])}); rated with the OWASP Risk Rating Methodology, impact is {escape(report.method['impact'])}.",
    )


def _evidence(report: Report) -> Iterator[str]:
    """Say what scans looked at and what it does to the model."""
    for key, title, columns in EVIDENCE_TABLES:
        rows = report.evidence.get(key)
        if key == "checks" and rows:
            yield from ("## Evidence", "")
        if rows:
            yield from (f"### {title}", "")
            head = [label for _, label in columns]
            yield from table([head, *([row[name] for name, _ in columns] for row in rows)])


def _history(report: Report) -> Iterator[str]:
    """Yield risk over time: the last commits, and how long treating took."""
    if not report.history:
        return
    yield from ("## Risk over time", "", f"Open now: {escape(report.history['pace'])}.", "")
    words = ("critical", "high", "medium", "low")
    rows = [
        [point["on"], *(str(point["counts"].get(word, 0)) for word in words), str(point["weight"])]
        for point in report.history["points"][-_POINTS:]
    ]
    yield from table([["day", *words, "weight"], *rows])
    if report.history["treatment"]:
        rows = [[row[name] for name, _ in TREATMENT] for row in report.history["treatment"]]
        yield from ("### Time to treat", "")
        yield from table([[title.lower() for _, title in TREATMENT], *rows])


def _first(report: Report) -> Iterator[str]:
    yield from ("## What to do first", "")
    for number, action in enumerate(report.actions, 1):
        yield f"{number}. **{escape(action.title)}** ({action.effort} effort, helps against {len(action.risks)} open risks, worst {action.worst})"
    yield from ("", "## Find out first", "")
    for number, item in enumerate(report.asked, 1):
        more = f" (and for {item.more} more)" if item.more else ""
        yield f"{number}. {escape(item.text)}{more}"
    yield ""


def _register(risks: Iterable[RiskView]) -> Iterator[str]:
    rows = [
        [
            risk.severity if risk.worst == risk.severity else f"{risk.severity} (up to {risk.worst})",
            risk.title,
            risk.element_name,
            "; ".join(risk.controls[:3]),
            risk.decision,
            risk.id,
        ]
        for risk in risks
    ]
    yield from (
        table([["severity", "risk", "where", "what helps", "decision", "id"], *rows])
        if rows
        else ("No open risks.", "")
    )


def _inventory(report: Report) -> Iterator[str]:
    parts = (
        ("Entities", report.entities, ("name", "type", "where", "exposure", "risks")),
        ("Data", report.data, ("name", "classification", "personal", "people", "retention", "held")),
        ("Flows", report.flows, ("name", "from", "to", "data", "protocol")),
    )
    for title, rows, keys in parts:
        yield from (f"## {title}", "")
        yield from (
            table([list(keys), *([row[key] for key in keys] for row in rows)]) if rows else ("None.", "")
        )
    if report.assumptions:
        yield from ("## Assumptions", "", *(f"- {escape(item)}" for item in report.assumptions), "")


def table(rows: list[list[str]]) -> Iterator[str]:
    """Yield the lines of a table; the first row is its head."""
    head, *body = rows
    yield "| " + " | ".join(head) + " |"
    yield "|" + " --- |" * len(head)
    for row in body:
        yield "| " + " | ".join(escape(cell) for cell in row) + " |"
    yield ""
