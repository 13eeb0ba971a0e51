"""What is read and talked about: the report, the matrix of everything that was considered, workshop cards."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from fastapi import APIRouter, Query
from starlette.responses import Response

from mantlet.analysis.considered import considered, framework_tables
from mantlet.analysis.engine import Analysis
from mantlet.changes.operations import Change
from mantlet.model.model import RETURNS
from mantlet.project import cards
from mantlet.project.api import Assessment
from mantlet.project.outputs import report as written
from mantlet.project.vcs.history import History
from mantlet.report.html import script_hash
from mantlet.review.cards import HAND, MOST, SEED
from mantlet.risk.names import names
from mantlet.rules.tree import Scope
from mantlet.web import told as shape
from mantlet.web.answers import Json, attachment
from mantlet.web.errors import NotFoundError
from mantlet.web.registry import Current
from mantlet.web.routes import errors
from mantlet.web.routes.changes import Client
from mantlet.web.routes.jobs import Running
from mantlet.web.routes.versions import told_history
from mantlet.web.work_shapes import FindingBody

router = APIRouter(tags=["report"])
TYPES = {
    "html": "text/html; charset=utf-8",
    "pdf": "application/pdf",
    "md": "text/markdown; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
}
PAGE = (
    f"default-src 'none'; script-src 'sha256-{script_hash()}'; style-src 'unsafe-inline'; img-src data:; font-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'; "
    "sandbox allow-scripts allow-popups allow-top-navigation-by-user-activation"
)
"""For the report's page: it brings its style, runs its own script in an origin of nobody's, and may be shown inside the workbench alone."""
MAX_CELLS = 20_000
HISTORY = 50
"""Commits that a report with risk over time looks at."""
Kind = Literal["html", "pdf", "md", "xlsx", "csv", "json"]
_FILE: dict[int | str, dict[str, Any]] = {
    200: {"content": {kind.partition(";")[0]: {} for kind in TYPES.values()}, "description": "the report"}
}


@router.get("/report", responses={**errors(424), **_FILE})
def report(
    session: Current,
    jobs: Running,
    format: Kind = "html",
    compliance: Literal["", "gdpr", "ai-act"] = "",
    history: bool = False,
    date: Annotated[str, Query(pattern=r"^(\d{4}-\d{2}-\d{2})?$")] = "",
    download: bool = False,
) -> Response:
    """Write the report; of what a law asks, if one is named, and with risk over time if asked."""
    past = None
    if history and not compliance:
        past = msgspec.convert(told_history(session, jobs, HISTORY), History)
    data = written(session.assessment, format, date=date, compliance=compliance, history=past)
    if format != "html" or download:
        answer = attachment(
            data, f"{session.path.stem}{compliance and '-'}{compliance}.{format}", TYPES[format]
        )
    else:
        answer = Response(data, media_type=TYPES[format])
    answer.headers["content-security-policy"] = PAGE
    return answer


@router.get("/compliance", responses={**errors(), **shape.told(shape.LawAnswer)})
def law(session: Current, of: Annotated[str, Query(min_length=1, max_length=60)]) -> Response:
    """Return what the model says about a law, article by article: what touches it, what is open, what was answered."""
    return Response(written(session.assessment, "json", compliance=of), media_type="application/json")


@router.get("/considered", responses={**errors(404), **shape.told(shape.Considered)})
def matrix(
    session: Current,
    table: Annotated[str, Query(max_length=100)] = "",
    place: Annotated[str, Query(max_length=2000)] = "",
) -> Response:
    """Return every cell of the frameworks' tables with what became of it and why; of one table or place, if asked."""
    tables = [{"id": item.id, "title": item.title} for item in framework_tables()]
    if table and table not in {item["id"] for item in tables}:
        raise NotFoundError(
            f"there is no table '{table}'", mend=f"one of {', '.join(item['id'] for item in tables)}"
        )
    analysis = session.assessment.register.analysis
    named = _names(analysis)
    cells: list[dict[str, Any]] = []
    more = 0
    for cell in considered(analysis):
        if (table and cell.table != table) or (place and cell.place.removesuffix(RETURNS) != place):
            continue
        if len(cells) < MAX_CELLS:
            cells.append({**msgspec.to_builtins(cell), "name": named.get(cell.place, cell.place)})
        else:
            more += 1
    return Json({"tables": tables, "cells": cells, "more": more})


def _names(analysis: Analysis) -> dict[str, str]:
    """Return elements and movements as people know them, by id."""
    scopes: tuple[Scope, ...] = ("element", "movement")
    return {
        name: said
        for scope in scopes
        for name, said in zip(
            analysis.places(scope),
            names(analysis, scope, "at", range(len(analysis.places(scope)))),
            strict=True,
        )
    }


Suits = Annotated[list[Annotated[str, Query(max_length=60)]], Query(max_length=40)]
Seed = Annotated[str, Query(min_length=1, max_length=100)]
Hand = Annotated[int, Query(ge=1, le=MOST)]


@router.get("/cards", responses={**errors(), **shape.told(shape.Hand)})
def deal(session: Current, seed: Seed = SEED, hand: Hand = HAND, suits: Suits = []) -> Response:  # noqa: B006
    """Deal workshop cards, each on a place of the model; the same seed deals the same hand."""
    found = cards.deal(session.assessment, seed=seed, hand=hand, suits=suits)
    return Json(
        {"seed": seed, "cards": [{**msgspec.to_builtins(card), "place_name": card.at} for card in found]}
    )


@router.get("/cards/print", responses={**errors(424), **_FILE})
def paper(
    session: Current,
    seed: Seed = SEED,
    hand: Hand = HAND,
    suits: Suits = [],  # noqa: B006  (the framework copies it)
    format: Literal["pdf", "md", "json"] = "pdf",
) -> Response:
    """Put a hand of cards on paper, to print and cut."""
    found = cards.deal(session.assessment, seed=seed, hand=hand, suits=suits)
    return attachment(
        cards.printed(session.assessment, found, format, seed), f"cards.{format}", TYPES[format]
    )


@router.post("/cards/finding", responses={**errors(409), **shape.told(shape.FoundThreat)})
def found(body: FindingBody, session: Current, x_client: Client = "") -> Response:
    """Write down what a table found with a card as a threat of the model; answers as `/changes` does."""
    written_as: list[str] = []

    def made(assessment: Assessment) -> list[Change]:
        change = cards.finding_change(assessment, body.card, body.title, body.fields.model_dump())
        written_as[:] = [str(change.path[1])]
        return [change]

    done = session.change(made, base=body.base, author=body.author, client=x_client)
    return Json({**done, "threat": written_as[0]})
