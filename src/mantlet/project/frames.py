"""Elements, risks, threats and findings as data frames, of pandas or polars, whichever is installed."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from mantlet.base.errors import MissingToolError, UsageError
from mantlet.base.suggest import suggest

if TYPE_CHECKING:
    from mantlet.project.api import Assessment

LIBRARIES = ("pandas", "polars")
Row = dict[str, Any]


def frame(assessment: Assessment, what: str, library: str = "") -> Any:
    """Return a table (elements, flows, risks, threats, findings) as a data frame; lists become text."""
    if what not in _TABLES:
        raise UsageError(f"no table '{what}'", mend=suggest(what, _TABLES) or f"one of {', '.join(_TABLES)}")
    columns, rows = _TABLES[what]
    listed = [dict(zip(columns, values, strict=True)) for values in rows(assessment)]
    data = {name: [row[name] for row in listed] for name in columns}
    return _library(library).DataFrame(data)


def _library(name: str) -> Any:
    if name and name not in LIBRARIES:
        raise UsageError(f"unknown library '{name}'", mend=f"one of {', '.join(LIBRARIES)}")
    for candidate in (name,) if name else LIBRARIES:
        try:
            return import_module(candidate)
        except ImportError:
            continue
    wanted = name or "pandas or polars"
    raise MissingToolError(f"data frames need {wanted}", mend=f"pip install {name or 'pandas'}")


def _elements(assessment: Assessment) -> list[tuple[Any, ...]]:
    words = assessment.catalogue.vocabulary
    open_at: dict[str, int] = {}
    for risk in assessment.risks:
        open_at[risk.element] = open_at.get(risk.element, 0) + 1
    return [
        (
            name,
            item.name or name,
            item.type,
            words.kind(item.type) if item.type in words.types else "",
            " ".join(item.within),
            item.operated_by,
            " ".join(item.copies),
            item.out_of_scope,
            open_at.get(name, 0),
        )
        for name, item in assessment.model.elements.items()
    ]


def _flows(assessment: Assessment) -> list[tuple[Any, ...]]:
    return [
        (
            move.place,
            move.source,
            move.target,
            move.initiator,
            " ".join(move.data or ()),
            move.returning,
        )
        for move in assessment.model.movements()
    ]


def _risks(assessment: Assessment) -> list[tuple[Any, ...]]:
    found = []
    for risk in assessment.register:
        ruling = risk.ruling
        found.append(
            (
                risk.id,
                risk.type.id,
                risk.element,
                risk.title,
                risk.state.word,
                risk.settled,
                risk.severity.word,
                risk.worst_case.word,
                len(risk.rows),
                ruling.decision.treatment if ruling else "",
            )
        )
    return found


def _threats(assessment: Assessment) -> list[tuple[Any, ...]]:
    return [
        (
            item["id"],
            item["type"],
            item["element"],
            item["title"],
            item["rating"]["severity"],
            item["rating"]["worst"],
            item["rating"]["likelihood"],
            item["rating"]["impact"],
            " ".join(item["stride"]),
            " ".join(item["linddun"]),
            item["rating"]["vector"],
        )
        for item in assessment.threats
    ]


def _findings(assessment: Assessment) -> list[tuple[Any, ...]]:
    placed = assessment.evidence.placed if assessment.evidence else []
    return [
        (
            item.finding.check,
            item.finding.tool,
            item.finding.rule,
            item.finding.severity,
            str(item.finding.spot),
            item.finding.message,
            " ".join(item.elements),
        )
        for item in placed
    ]


_TABLES: dict[str, tuple[tuple[str, ...], Any]] = {
    "elements": (("id", "name", "type", "kind", "within", "operated_by", "holds", "out_of_scope", "open_risks"), _elements),
    "flows": (("id", "source", "target", "opened_by", "data", "returning"), _flows),
    "risks": (("id", "type", "element", "title", "state", "settled", "severity", "worst", "threats", "treatment"), _risks),
    "threats": (("id", "type", "element", "title", "severity", "worst", "likelihood", "impact", "stride", "linddun", "vector"), _threats),
    "findings": (("check", "tool", "rule", "severity", "where", "message", "elements"), _findings),
}  # fmt: skip
