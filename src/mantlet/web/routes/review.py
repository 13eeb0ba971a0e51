"""Questions, ratings, decisions and attack paths."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.responses import Response

from mantlet.base.errors import MantletError, UsageError
from mantlet.changes.operations import Change, Set
from mantlet.project.api import Assessment
from mantlet.project.editing import answer_value, check_decision, decision_fields
from mantlet.review.questions import Question
from mantlet.risk.owasp import rate as rate_factors
from mantlet.risk.owasp import rate_vector
from mantlet.web import told_model as shape
from mantlet.web.answers import Json
from mantlet.web.errors import NotFoundError
from mantlet.web.explanation import listed_question
from mantlet.web.registry import Current
from mantlet.web.routes import errors
from mantlet.web.routes.changes import Client
from mantlet.web.shapes import Answer, AnswersBody, DecisionsBody, RateBody
from mantlet.web.told import Changed, told

router = APIRouter(tags=["review"])


@router.get("/questions", responses={**errors(), **told(list[shape.QuestionRecord])})
def ask(
    session: Current,
    limit: Annotated[int, Query(ge=0, le=10_000)] = 0,
    place: Annotated[str, Query(max_length=2000)] = "",
) -> Response:
    """Return what to find out, most telling first."""
    assessment = session.assessment
    found = [item for item in assessment.questions if not place or item.at == place]
    return Json([listed_question(assessment.register, item) for item in (found[:limit] if limit else found)])


@router.post("/answers", responses={**errors(404, 409), **told(Changed)})
def answer(body: AnswersBody, session: Current, x_client: Client = "") -> Response:
    """Write answers into the model, all or none."""

    def made(assessment: Assessment) -> Sequence[Change]:
        known = {item.id: item for item in assessment.questions}
        return [_answered(item, known, assessment) for item in body.answers]

    return Json(session.change(made, base=body.base, author=body.author, client=x_client))


def _answered(item: Answer, known: dict[str, Question], assessment: Assessment) -> Change:
    question = known.get(item.id)
    if question is None:
        raise NotFoundError(
            f"there is no question '{item.id[:200]}' any more", mend="somebody may have answered it"
        )
    if not question.path:
        raise UsageError("this answer belongs to several places", mend=question.by_hand)
    text = item.value if isinstance(item.value, str) else ", ".join(item.value) or "none"
    return Set(question.path, answer_value(question, text, assessment.model.assets))


@router.post("/rate", responses={**errors(), **told(shape.RatingAnswer)})
def rate(body: RateBody) -> Response:
    """Rate a vector, or factors by code, with the OWASP Risk Rating Methodology."""
    if body.vector:
        return Json(rate_vector(body.vector, body.mode).to_dict())  # type: ignore[arg-type]  # checked there
    return Json(rate_factors(body.factors or {}, body.mode).to_dict())  # type: ignore[arg-type]


@router.post("/decisions", responses={**errors(409), **told(shape.Decided)})
def decide(body: DecisionsBody, session: Current, x_client: Client = "") -> Response:
    """Write one decision about several risks or threats; those that there is nothing to decide about are told."""
    fields = {name: value for name, value in body.fields.model_dump().items() if value}
    written: list[str] = []
    skipped: list[dict[str, Any]] = []

    def made(assessment: Assessment) -> Sequence[Change]:
        written.clear()
        skipped.clear()
        check_decision(assessment, body.fields.treatment, body.fields.controls, body.fields.rating)
        found: list[Change] = []
        for key in dict.fromkeys(body.keys):
            try:
                own = fields if len(body.keys) == 1 else _own_controls(assessment, key, fields)
                found.append(Set(("decisions", key), decision_fields(assessment, key, dict(own))))
            except MantletError as error:
                skipped.append({"key": key, "reason": error.what, "mend": error.mend})
            else:
                written.append(key)
        if not found:
            raise UsageError(skipped[0]["reason"], mend=skipped[0]["mend"])
        return found

    done = session.change(made, base=body.base, author=body.author, client=x_client)
    return Json({**done, "written": written, "skipped": skipped})


def _own_controls(assessment: Assessment, key: str, fields: dict[str, Any]) -> dict[str, Any]:
    """Return what is decided about one of several risks: of the controls only those that help against it."""
    known = assessment.catalogue.threats.get(key.partition("@")[0])
    if not fields.get("controls") or known is None:
        return fields
    controls = [name for name in fields["controls"] if name in known.controls]
    if not controls:
        raise UsageError("none of the chosen controls helps against it", mend="decide it by itself")
    return {**fields, "controls": controls}


@router.get("/paths", responses={**errors(), **told(list[shape.PathRecord])})
def paths(session: Current) -> Response:
    """Return the attack paths from outside to what matters, likeliest first."""
    from mantlet.web.paths import path_records

    return Json(path_records(session.assessment))
