"""The plan: what to do first, what a change of the design would end, and the plan as decisions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from fastapi import APIRouter
from starlette.responses import Response

from mantlet.changes.operations import Change
from mantlet.project.api import Assessment
from mantlet.project.planning import Decided, plan_changes
from mantlet.report.difference import difference_json
from mantlet.review.difference import compare
from mantlet.review.plan.plan import Plan
from mantlet.review.plan.worlds import Worlds
from mantlet.web import told as shape
from mantlet.web.answers import Json
from mantlet.web.jobs import Jobs
from mantlet.web.registry import Current
from mantlet.web.routes import errors
from mantlet.web.routes.changes import Client
from mantlet.web.routes.jobs import Running
from mantlet.web.session import Session
from mantlet.web.shelf import Shelf
from mantlet.web.work_shapes import DecidePlanBody, PlanBody, PlanWish, WhatIfBody

router = APIRouter(tags=["plan"])
BUDGET = 20.0
PATIENCE = 600.0
"""Seconds that a plan may take; of 500 elements it takes half a minute of a quick processor."""
_PLANS: Shelf[Any] = Shelf(16)


@router.post("/plan", responses={**errors(409, 424), **shape.told(shape.PlanAnswer)})
def plan(body: PlanBody, session: Current, jobs: Running) -> Response:
    """Choose the controls and changes of the design that remove most risk for the effort, or the cheapest way to a target."""
    made = _made(body, session, jobs)
    return Json({"mantlet": 1, **made["plan"], "titles": made["titles"]})


@router.post("/what-if", responses={**errors(), **shape.told(shape.DifferenceAnswer)})
def what_if(body: WhatIfBody, session: Current) -> Response:
    """Return what changes of the design would change: risks that vanish, appear, and are rated otherwise."""
    register = session.assessment.register
    made = compare(register, Worlds(register).with_all({}, body.edits))
    return Json({**difference_json(made, "the model", "; ".join(body.edits)), "summary": made.summary()})


@router.post("/plan/decide", responses={**errors(409, 424), **shape.told(shape.PlanDecided)})
def decide(body: DecidePlanBody, session: Current, jobs: Running, x_client: Client = "") -> Response:
    """Make the plan's steps decisions; answers as `/changes` does. What was decided already stays."""
    session.writable()
    wanted = msgspec.convert(_made(body, session, jobs)["plan"], Plan)
    decided = Decided([], [], [])

    def made(assessment: Assessment) -> Sequence[Change]:
        nonlocal decided
        decided = plan_changes(assessment, wanted, owner=body.owner, due=body.due, only=body.steps)
        return decided.changes

    done = session.change(made, base=body.base, author=body.author, client=x_client)
    return Json({**done, "written": decided.written, "kept": decided.kept})


def _made(wish: PlanWish, session: Session, jobs: Jobs) -> Any:
    """Return the plan for a wish, which is made anew only when the wish or the model changed; it takes a process of its own."""
    request = {
        "model": session.path.name,
        "budget": BUDGET if wish.budget is None and not wish.target else wish.budget,
        "target": wish.target,
        "considered": {item.edit: item.effort for item in wish.consider},
        "what_if": wish.what_if,
        "worst_case": wish.worst_case,
        "today": session.today.isoformat(),
    }
    key = (str(session.path), session.revision, msgspec.json.encode(request))
    return _PLANS.get(key, lambda: jobs.call("plan", session.root, request, PATIENCE))
