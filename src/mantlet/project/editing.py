"""Answers and decisions written into the model file: only their lines change, comments stay."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from msgspec import structs

from mantlet.base.errors import MantletError, UsageError
from mantlet.base.suggest import suggest
from mantlet.model.entries import Decision, Treatment
from mantlet.model.vector import parse_vector
from mantlet.project.foreign import refuse_foreign
from mantlet.risk.basis import basis_facts
from mantlet.risk.decisions import WILDCARD, decided_threats
from mantlet.risk.owasp import Severity
from mantlet.risk.ratings import BEST
from mantlet.risk.register import Register
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
    refuse_foreign(path)
    document = Document.load(path)
    for question, value in answers:
        if not question.path:
            raise UsageError(
                "this answer belongs to several places", mend="draw the boundaries in the model file"
            )
        document.set(question.path, value)
    document.save()


def decide(path: Path, assessment: Assessment, key: str, fields: dict[str, Any]) -> str:
    """Write a decision about a risk or threat, with the severity and the facts it was taken on; return its key.

    ``key`` is `TYPE@place` as `risks` and `threats` print it, or `TYPE@*` for every place there is now. A decision about
    a whole risk, and a wildcard, also keep the places that they cover.
    """
    refuse_foreign(path)
    document = Document.load(path)
    document.set(("decisions", key), decision_fields(assessment, key, fields))
    document.save()
    return key


def decision_fields(assessment: Assessment, key: str, fields: dict[str, Any]) -> dict[str, Any]:
    """Return a decision as the file holds it: with the places that it covers and what it is taken on."""
    check_decision(assessment, fields["treatment"], fields.get("controls", ()), fields.get("rating", ""))
    rows, covers = decided_threats(assessment.register.analysis, key)
    if not rows:
        raise _nothing_to_decide(assessment, key)
    if covers:
        fields = {**fields, "covers": covers}
    return {**fields, "basis": _basis(assessment.register, key, fields, rows)}


def check_decision(assessment: Assessment, treatment: str, controls: Iterable[str], rating: str) -> None:
    """Refuse a treatment or control that there is none of, and what is no vector of factors."""
    allowed, known = get_args(Treatment), assessment.catalogue.controls
    if treatment not in allowed:
        raise UsageError(
            f"unknown treatment '{treatment}'",
            mend=suggest(treatment, allowed) or f"one of {', '.join(allowed)}",
        )
    for control in controls:
        if control not in known:
            raise UsageError(
                f"unknown control '{control}'",
                mend=suggest(control, known) or "`mantlet catalogue list controls` names them",
            )
    if rating:
        parse_vector(rating)


def _nothing_to_decide(assessment: Assessment, key: str) -> MantletError:
    name, _, place = key.partition("@")
    if place == WILDCARD:
        return UsageError(
            f"there is no threat of type '{name}'", mend=suggest(name, assessment.catalogue.threats)
        )
    explained = assessment.explain(key)
    return UsageError(
        f"{explained.id} is {explained.state.word}: there is nothing to decide", mend=explained.note
    )


def _basis(register: Register, key: str, fields: dict[str, Any], rows: list[int]) -> dict[str, Any]:
    """Return what a decision is taken on, as it is once the decision stands; a rating that it sets counts."""
    analysis = register.analysis
    decided = structs.replace(
        analysis.sections, decisions={**analysis.sections.decisions, key: Decision(**fields)}
    )
    after = Register(analysis.again(decided), today=register.today, mode=register.ratings.mode)
    worst = Severity(int(after.ratings.severity[BEST, rows].max()))
    return {"severity": worst.word, "facts": basis_facts(analysis, rows)}
