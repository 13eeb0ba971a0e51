"""A threat explained for the browser: conditions in words with the question to ask, ratings with their bands, what helps."""

from __future__ import annotations

from typing import Any

from msgspec import to_builtins
from msgspec.structs import replace

from mantlet.catalogue.schema import Control
from mantlet.model.vector import FACTORS
from mantlet.project.api import Assessment
from mantlet.report.records import Records
from mantlet.review.conditions import sentence
from mantlet.review.explain import Explained, Line
from mantlet.review.narrowing import narrowing
from mantlet.review.questions import question_about
from mantlet.review.wording import Question
from mantlet.risk.decisions import Ruling
from mantlet.risk.owasp import Severity
from mantlet.risk.ratings import BEST, HIGH, LOW
from mantlet.risk.register import Register
from mantlet.rules.tree import SCOPES, ControlOn, FactCompare, FactIn, FactKnown

MOST_RISKS = 30
"""Risks that a question names; how many hang on it is counted."""


def explanation(assessment: Assessment, name: str) -> dict[str, Any]:
    """Explain `TYPE@place` with all that somebody needs to judge, rate and decide it; raises `UsageError`."""
    explained = assessment.explain(name)
    register = assessment.register
    record = explained.to_dict()
    record |= {
        "pack": explained.type.pack,
        "at": SCOPES[explained.type.at],
        "new": register.analysis.is_new(explained.type),
        "element": register.element_id(explained.row) if explained.row >= 0 else None,
        "risk": f"{explained.type.id}@{register.element_id(explained.row)}" if explained.row >= 0 else None,
        "categories": {
            "stride": list(explained.type.stride),
            "cia": list(explained.type.cia),
            "linddun": list(explained.type.linddun),
            "trim": list(explained.type.trim),
        },
        "refs": _references(assessment, explained),
        "controls": [_control(assessment, control) for control in explained.controls],
        "rating": _rating(register, explained.row) if explained.row >= 0 else None,
        "factors": _factors(register, explained),
        "narrow": [
            {"factor": factor, **question_record(register, question)}
            for factor, question in (
                narrowing(register, explained.row, explained.factors) if explained.row >= 0 else ()
            )
        ],
        "siblings": _siblings(register, explained),
        "decision": _decision(explained.decision),
    }
    for rule, lines in (("applies", explained.conditions), ("mitigated", explained.preventions)):
        conditions = zip(record[rule]["conditions"], lines, strict=True)
        record[rule]["conditions"] = [
            {**condition, **_condition(register, explained, line)} for condition, line in conditions
        ]
    return record


def _condition(register: Register, explained: Explained, line: Line) -> dict[str, Any]:
    """Return a condition's words, and the question whose answer would settle or change it."""
    scope = SCOPES[explained.type.at]
    words = sentence(register.analysis, line.atom, scope, explained.place, negated=line.negated)
    about_fact = isinstance(line.atom, (FactIn, FactCompare, FactKnown))
    asked = None
    if about_fact or line.answer == "unknown":
        asked = question_about(register, line.atom, scope, explained.place)
    return {
        "words": words.words,
        "about": words.about,
        "title": words.title,
        "wanted": list(words.wanted),
        "negated": line.negated,
        "control": line.atom.control if isinstance(line.atom, ControlOn) else None,
        "question": question_record(register, asked) if asked else None,
    }


def question_record(register: Register, question: Question) -> dict[str, Any]:
    """Return a question as the browser shows it; `path` is null where the answer is drawn rather than written."""
    definition = register.analysis.columns.vocabulary.facts.get(question.fact)
    written = bool(question.path) and not (definition and definition.derived and question.path[-2] == "facts")
    return {
        "text": question.text,
        "why": question.why,
        "fact": question.fact,
        "holder": question.holder,
        "place": question.at,
        "path": list(question.path) if written else None,
        "answers": list(question.answers),
        "open": question.open,
        "kind": _kind(question, definition.values if definition else None),
        "by_hand": "" if written else question.by_hand,
    }


def listed_question(register: Register, question: Question) -> dict[str, Any]:
    """Return a question of the ranked list: with what it settles, and for which risks."""
    table = register.analysis.threats
    risks = dict.fromkeys(
        f"{register.analysis.types[int(table.type[row])].id}@{register.element_id(row)}"
        for row in question.threats
    )
    return {
        "id": question.id,
        **question_record(register, question),
        "alike": "@".join(question.alike),
        "settles": len(question.threats),
        "worst": question.worst.word,
        "risks": list(risks)[:MOST_RISKS],
    }


def _kind(question: Question, values: list[str] | str | None) -> str:
    """Return how an answer is given: a choice, a number, text, data of the model, field names, or sources with operations."""
    special = {"data": "data", "holds": "data", "personal": "fields", "derived_from": "sources"}
    if question.fact in special:
        return special[question.fact]
    if question.answers:
        return "choice"
    return "number" if values == "number" else "text"


def _references(assessment: Assessment, explained: Explained) -> list[dict[str, Any]]:
    """Return what other lists call this, with their titles."""
    frameworks = assessment.catalogue.frameworks
    found = []
    for name, ids in explained.type.references.items():
        known = frameworks.get(name)
        entries = [
            {
                "id": str(item),
                "title": known.entries[str(item)].title if known and str(item) in known.entries else "",
            }
            for item in ids
        ]
        found.append({"framework": name, "title": known.title if known else name, "entries": entries})
    return found


def _control(assessment: Assessment, control: Control) -> dict[str, Any]:
    """Return a control with where the model says that it is in place."""
    places = [
        {"id": name, "on": list(item.on), "status": item.status}
        for name, item in assessment.register.analysis.sections.controls.items()
        if item.control == control.id
    ]
    return {
        "id": control.id,
        "title": control.title,
        "text": control.text,
        "effort": control.effort,
        "verify": control.verify,
        "in_place": places,
    }


def _rating(register: Register, row: int) -> dict[str, Any]:
    """Return a threat's rating with the band of likelihood and impact."""
    ratings = register.ratings
    bands = {
        name: [round(float(values[band, row]), 3) for band in (LOW, HIGH)]
        for name, values in (("likelihood", ratings.likelihood), ("impact", ratings.impact))
    }
    return {
        **Records(register).rating(row),
        "likelihood_band": bands["likelihood"],
        "impact_band": bands["impact"],
        "mode": ratings.mode,
        "agent": ratings.cast[ratings.agent_of(row)].title,
        "unsure": bool(register.analysis.threats.unsure[row]),
    }


def _factors(register: Register, explained: Explained) -> list[dict[str, Any]]:
    """Return the factors; those that a person set also with the estimate that setting them replaced."""
    found = [factor.to_dict() for factor in explained.factors]
    ruling = explained.decision
    if ruling is None or not ruling.decision.rating:
        return found
    sections = register.analysis.sections
    without = replace(ruling.decision, rating="")
    bare = replace(sections, decisions={**sections.decisions, ruling.key: without})
    analysis = register.analysis.again(bare)
    before = Register(analysis, today=register.today, mode=register.ratings.mode)
    for factor, estimate in zip(FACTORS, before.ratings.factors_of(explained.row), strict=True):
        for item in found:
            if item["factor"] == factor and item["source"] == "set":
                item["estimate"] = estimate if estimate >= 0 else None
    return found


def _siblings(register: Register, explained: Explained) -> list[dict[str, Any]]:
    """Return the threats of the same risk, worst first, this one among them."""
    if explained.row < 0:
        return []
    analysis, severity = register.analysis, register.ratings.severity
    risk = register.by_id(f"{explained.type.id}@{register.element_id(explained.row)}")
    return [
        {
            "id": f"{explained.type.id}@{analysis.place_of(row)}",
            "place": analysis.place_of(row),
            "severity": Severity(int(severity[BEST, row])).word,
            "worst": Severity(int(severity[HIGH, row])).word,
        }
        for row in (risk.rows if risk else (explained.row,))
    ]


def _decision(ruling: Ruling | None) -> dict[str, Any] | None:
    """Return the whole decision with how it stands."""
    if ruling is None:
        return None
    fields: dict[str, Any] = to_builtins(ruling.decision)
    return {
        **fields,
        "key": ruling.key,
        **ruling.to_dict(),
        "standing": ruling.standing,
        "work": ruling.decision.status,
    }


__all__ = ["explanation", "listed_question", "question_record"]
