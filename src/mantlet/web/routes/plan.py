"""The plan: what to do first, what a change of the design would end, and the plan as decisions."""

from __future__ import annotations

import threading
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
from mantlet.review.plan.plan import Plan, make_plan
from mantlet.review.plan.worlds import Worlds
from mantlet.risk.register import Register
from mantlet.web.answers import Json
from mantlet.web.registry import Current
from mantlet.web.routes import errors
from mantlet.web.routes.changes import Client
from mantlet.web.work_shapes import DecidePlanBody, PlanBody, PlanWish, WhatIfBody

router = APIRouter(tags=["plan"])
_ONE = threading.Lock()
"""One plan is made at a time: it takes the processor for itself."""


@router.post("/plan", responses=errors(424))
def plan(body: PlanBody, session: Current) -> Response:
    """Choose the controls and changes of the design that remove most risk for the effort, or the cheapest way to a target."""
    register = _wished(session.assessment, body)
    made = _made(register, body)
    risks = {name for step in made.steps for name in (*step.settles, *step.lowers)} | {*made.left}
    titles = {risk.id: risk.title for risk in register if risk.id in risks}
    return Json({"mantlet": 1, **msgspec.to_builtins(made), "titles": titles})


@router.post("/what-if", responses=errors())
def what_if(body: WhatIfBody, session: Current) -> Response:
    """Return what changes of the design would change: risks that vanish, appear, and are rated otherwise."""
    register = session.assessment.register
    made = compare(register, Worlds(register).with_all({}, body.edits))
    return Json({**difference_json(made, "the model", "; ".join(body.edits)), "summary": made.summary()})


@router.post("/plan/decide", responses=errors(409, 424))
def decide(body: DecidePlanBody, session: Current, x_client: Client = "") -> Response:
    """Make the plan's steps decisions; answers as `/changes` does. What was decided already stays."""
    decided = Decided([], [], [])

    def made(assessment: Assessment) -> Sequence[Change]:
        nonlocal decided
        plan = _made(_wished(assessment, body), body)
        decided = plan_changes(assessment, plan, owner=body.owner, due=body.due, only=body.steps)
        return decided.changes

    done = session.change(made, base=body.base, author=body.author, client=x_client)
    return Json({**done, "written": decided.written, "kept": decided.kept})


def _wished(assessment: Assessment, wish: PlanWish) -> Register:
    """Return the register that a plan starts from: with the changes of the design that are taken as made."""
    register = assessment.register
    return Worlds(register).with_all({}, wish.what_if) if wish.what_if else register


def _made(register: Register, wish: PlanWish) -> Plan:
    budget = 20.0 if wish.budget is None and not wish.target else wish.budget
    considered: dict[str, Any] = {item.edit: item.effort for item in wish.consider}
    with _ONE:
        return make_plan(
            register,
            budget=budget,
            target=wish.target,
            considered=considered,
            worst_case=wish.worst_case,
        )
