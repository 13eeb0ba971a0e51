"""Personal data in the project's tables: profiles, masking plans with a preview, budgets of differential privacy.

Values of the data are in the answer of the preview alone; they are kept nowhere and appear in no log and no error.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.responses import Response

from mantlet.base.errors import UsageError
from mantlet.changes.operations import Change
from mantlet.privacy.dp.ledger import Ledger
from mantlet.privacy.keys import find_key
from mantlet.privacy.plan import plan_of, read_plan
from mantlet.project import datafiles
from mantlet.project.api import Assessment
from mantlet.project.extras import need_privacy
from mantlet.project.masking import MAX_PREVIEW, plan_record
from mantlet.project.personal import Recorded, profile_changes
from mantlet.project.treating import standing, treating
from mantlet.web import told as shape
from mantlet.web import within
from mantlet.web.answers import Json
from mantlet.web.registry import Current
from mantlet.web.routes import errors
from mantlet.web.routes.changes import Client
from mantlet.web.routes.jobs import Running
from mantlet.web.work_shapes import (
    BudgetBody,
    PlanFileBody,
    PreviewBody,
    RecordBody,
    SuggestBody,
    TreatBody,
)

router = APIRouter(prefix="/privacy", tags=["privacy"])
Name = Annotated[str, Query(max_length=1000)]


@router.get("/files", responses={**errors(424), **shape.told(shape.DataFiles)})
def files(session: Current) -> Response:
    """List the tables and masking plans below the project's folder."""
    return Json(datafiles.found(session.root))


@router.get("/steps", responses={**errors(), **shape.told(list[shape.StepKind])})
def steps() -> Response:
    """List the steps that a masking plan can have, with the fields of each."""
    return Json(datafiles.step_kinds())


@router.post("/record", responses={**errors(404, 409), **shape.told(shape.Recorded)})
def record(body: RecordBody, session: Current, jobs: Running, x_client: Client = "") -> Response:
    """Write what a profile found into the model's data assets; answers as `/changes` does."""
    tables = jobs.finished(body.job, "profile").result["tables"]
    found = {table["name"]: table["personal"] for table in tables}
    recorded: list[Recorded] = []

    def made(assessment: Assessment) -> Sequence[Change]:
        changes, recorded[:] = profile_changes(assessment.model.sections, found, body.asset)
        return changes

    done = session.change(made, base=body.base, author=body.author, client=x_client)
    return Json({**done, "recorded": [one._asdict() for one in recorded]})


@router.post("/treat", responses={**errors(404, 409), **shape.told(shape.Treated)})
def treat(body: TreatBody, session: Current, jobs: Running, x_client: Client = "") -> Response:
    """Record that masking treats a threat: decision, verified control, evidence; answers as `/changes` does."""
    result = jobs.finished(body.job, "mask").result
    if not result["verified"] or result["left"]:
        raise UsageError(
            "the masked table was not found to be free of what it should not hold",
            mend="mask it anew, verified, with a plan that leaves nothing",
        )
    before = standing(session.assessment, body.threat)
    control: list[str] = []

    def made(assessment: Assessment) -> Sequence[Change]:
        name, changes = treating(assessment, body.threat, "mask", result["sentence"], today=session.today)
        control[:] = [name]
        return changes

    done = session.change(made, base=body.base, author=body.author, client=x_client)
    after = standing(session.assessment, body.threat)
    return Json({**done, "control": control[0], "before": before, "after": after})


@router.post("/plan/suggest", responses={**errors(404, 409, 424), **shape.told(shape.Suggested)})
def suggest(body: SuggestBody, session: Current, jobs: Running) -> Response:
    """Return a first masking plan for a table, with the reason behind each step."""
    need_privacy()
    request = {"file": within.table(session.root, body.file), "seed": 0}
    found = jobs.call("profile", session.root, request)
    if "plan" not in found:
        raise UsageError("there are several tables in this file", mend="name one, as FILE:TABLE")
    return Json({"plan": found["plan"], "reasons": found["reasons"]})


@router.post("/plan/preview", responses={**errors(404, 409, 424), **shape.told(shape.Preview)})
def preview(body: PreviewBody, session: Current, jobs: Running) -> Response:
    """Return the first rows of a table before and after a plan, for eyes only."""
    need_privacy()
    plan = _plain(body.plan)
    plan_of(plan, "the plan")
    request = {"file": within.table(session.root, body.file), "plan": plan, "rows": MAX_PREVIEW}
    return Json(jobs.call("preview", session.root, request))


@router.get("/plan", responses={**errors(404), **shape.told(shape.PlanFile)})
def read(session: Current, path: Name) -> Response:
    """Return a masking plan that is kept in a file."""
    return Json({"path": path, **plan_record(read_plan(within.file(session.root, path)))})


@router.post("/plan/save", responses={**errors(404, 409), **shape.told(shape.Saved)})
def save(body: PlanFileBody, session: Current) -> Response:
    """Write a masking plan into a file of the project; a file that holds something else is never overwritten."""
    session.writable()
    place = within.new_file(session.root, body.path)
    datafiles.save_plan(place, plan_of(_plain(body.plan), "the plan"), body.reasons)
    return Json({"path": place.relative_to(session.root).as_posix()})


def _plain(plan: dict[str, Any]) -> dict[str, Any]:
    """Return a plan as it was sent, without what only the workbench keeps with it."""
    return {
        key: value for key, value in plan.items() if key in {"columns", "key", "unlisted", "mantlet-plan"}
    }


@router.get("/budget", responses={**errors(), **shape.told(shape.Budgets)})
def budgets(session: Current, key: Annotated[str, Query(max_length=200)] = "") -> Response:
    """List the budgets of differential privacy below the project's folder; `key` names the one that seals them."""
    return Json({"ledgers": datafiles.ledgers(session.root, key)})


@router.post("/budget", responses={**errors(404, 409), **shape.told(shape.Budget)})
def open_budget(body: BudgetBody, session: Current) -> Response:
    """Open the budget of a data set."""
    session.writable()
    place = within.new_file(session.root, body.path)
    if not place.name.endswith(datafiles.LEDGERS):
        raise UsageError("a ledger is a file of JSON lines", mend="end its name in .jsonl")
    ledger = Ledger(place, find_key(body.key) if body.key else None)
    balance = ledger.open(
        epsilon=body.epsilon,
        delta=body.delta,
        data=body.data,
        unit=body.unit,
        rows_per_unit=body.rows_per_unit,
    )
    return Json(datafiles.balance_record(balance, place.relative_to(session.root).as_posix()))
