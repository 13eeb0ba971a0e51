"""The register: risks, threats, and why each is there."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.responses import Response

from mantlet.base.errors import UsageError
from mantlet.report.records import Records
from mantlet.web import told_model as shape
from mantlet.web.answers import Json
from mantlet.web.errors import NotFoundError
from mantlet.web.registry import Current
from mantlet.web.routes import errors
from mantlet.web.told import told

router = APIRouter(tags=["register"])
Name = Annotated[str, Query(max_length=4000)]


@router.get("/register", responses={**errors(), **told(shape.RegisterAnswer)})
def register(session: Current, since: Name = "") -> Response:
    """Return the risks, or what differs from an earlier revision."""
    state = session.state
    before = session.at(since) if since else None
    found: dict[str, Any] = state.table.since(before.signs if before else None)
    return Json({"revision": state.revision, **found})


@router.get("/threats", responses={**errors(404), **told(list[shape.ThreatRecord])})
def threats(session: Current, risk: Name) -> Response:
    """Return the threats of a risk, each with its rating and reasons."""
    judged = session.assessment.register
    found = judged.by_id(risk)
    if found is None:
        raise NotFoundError(f"there is no risk '{risk[:200]}'", mend="the model may have changed")
    records = Records(judged)
    return Json([records.threat(row) for row in found.rows])


@router.get("/explain", responses={**errors(404), **told(shape.ExplanationAnswer)})
def explain(session: Current, id: Name) -> Response:
    """Say why a threat (TYPE@place) is there, or why not: conditions, facts, factors, controls."""
    from mantlet.web.explanation import explanation

    try:
        return Json(explanation(session.assessment, id))
    except UsageError as error:
        raise NotFoundError(error.what, mend=error.mend) from None
