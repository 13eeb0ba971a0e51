"""Answers and decisions written into the model file: only their lines change, comments stay."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mantlet.base.errors import UsageError
from mantlet.base.suggest import suggest
from mantlet.risk.owasp import Severity
from mantlet.store.document import Document

if TYPE_CHECKING:
    from mantlet.project.api import Assessment
    from mantlet.review.questions import Question

LISTS = ("data", "holds", "personal")
"""Answers that are lists of words."""
NOTHING = ("none", "nothing", "-")


def answer_value(question: Question, text: str, known: Iterable[str] = ()) -> Any:
    """Turn what a person typed into the value that the model keeps; words that do not fit raise `UsageError`."""
    answer = text.strip()
    if question.fact in LISTS:
        words = (
            [] if answer.lower() in NOTHING else [word.strip() for word in answer.split(",") if word.strip()]
        )
        if question.fact != "personal":
            _check_known(words, list(known))
        return words
    if question.fact == "derived_from":
        sources = {} if answer.lower() in NOTHING else dict(_derivation(part) for part in answer.split(","))
        _check_known(list(sources), list(known))
        return sources
    allowed = (*question.answers, "unknown", "n/a")
    if question.answers and not question.open and answer not in allowed:
        raise UsageError(
            f"'{answer}' is no answer here", mend=suggest(answer, allowed) or f"one of {', '.join(allowed)}"
        )
    return answer


def _derivation(part: str) -> tuple[str, str]:
    name, _, how = part.partition(":")
    return name.strip(), how.strip() or "derive"


def _check_known(words: list[str], known: list[str]) -> None:
    for word in words:
        if word not in known:
            raise UsageError(
                f"the model has no data '{word}'", mend=suggest(word, known) or "add it under `data:` first"
            )


def write_answers(path: Path, answers: Iterable[tuple[Question, Any]]) -> None:
    """Write answers into a model file, all or none."""
    document = Document.load(path)
    for question, value in answers:
        if not question.path:
            raise UsageError(
                "this answer belongs to several places", mend="draw the boundaries in the model file"
            )
        document.set(question.path, value)
    document.save()


def decide(path: Path, assessment: Assessment, key: str, fields: dict[str, Any]) -> str:
    """Write a decision about a risk or threat, with the severity it was taken on; return its key.

    ``key`` is `TYPE@place` as `risks` and `threats` print it, or `TYPE@*` for every place there is now.
    """
    register = assessment.register
    name, _, place = key.partition("@")
    rows: list[int]
    if place == "*":
        rows = [row for risk in register if risk.type.id == name for row in risk.rows]
        if not rows:
            raise UsageError(
                f"there is no threat of type '{name}'", mend=suggest(name, assessment.catalogue.threats)
            )
        fields = {**fields, "covers": sorted({risk.element for risk in register if risk.type.id == name})}
    else:
        explained = assessment.explain(key)
        if explained.row < 0:
            raise UsageError(
                f"{explained.id} is {explained.state.word}: there is nothing to decide", mend=explained.note
            )
        rows = [explained.row]
    worst = max(int(register.ratings.severity[0, row]) for row in rows)
    entry = {**fields, "basis": {"severity": Severity(worst).word}}
    document = Document.load(path)
    document.set(("decisions", key), entry)
    document.save()
    return key
