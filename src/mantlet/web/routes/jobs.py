"""Long work: discovery, scans, profiles and masking, started, watched, stopped, and taken into the model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from mantlet.base.errors import UsageError
from mantlet.changes.operations import Change
from mantlet.project.api import Assessment
from mantlet.project.discovering import keep_state, load_state
from mantlet.scanners import registry as checks
from mantlet.web import told as shape
from mantlet.web import within
from mantlet.web.answers import Json
from mantlet.web.errors import NotFoundError
from mantlet.web.jobs import Job, Jobs
from mantlet.web.registry import Current
from mantlet.web.results import look_of, proposals_of, shown
from mantlet.web.routes import errors
from mantlet.web.routes.changes import Client
from mantlet.web.session import Session
from mantlet.web.work_shapes import (
    AcceptBody,
    AnyJob,
    DiscoverOptions,
    MaskOptions,
    ProfileOptions,
    ScanOptions,
)

router = APIRouter(tags=["jobs"])


def running(request: Request) -> Jobs:
    """Return the jobs of the project that a request is about."""
    found: Jobs = request.app.state.jobs
    return found


Running = Annotated[Jobs, Depends(running)]


@router.post("/jobs", status_code=202, responses={**errors(404, 409, 424), 202: {"model": shape.Started}})
def start(body: AnyJob, session: Current, jobs: Running) -> Response:
    """Start a job; `job` events tell how far it is."""
    request, kept, after = _STARTS[body.kind](body.options, session)
    options = body.options.model_dump()
    job = jobs.start(body.kind, session.root, request, options, kept=kept, after=after)
    return Json({"id": job.id}, 202)


Start = tuple[dict[str, Any], Any, Callable[[Job], None]]


def _nothing(_: Job) -> None:
    pass


def _discover(options: DiscoverOptions, session: Session) -> Start:
    for name in options.scope:
        within.below(session.root, name)
    request = {"scope": options.scope, "exclude": options.exclude, "model": session.path.name}
    return request, load_state(session.path), _nothing


def _scan(options: ScanOptions, session: Session) -> Start:
    session.writable()
    for name in options.only:
        checks.check(name)
    if options.advisories and not within.below(session.root, options.advisories).exists():
        raise NotFoundError(
            "there are no such advisories", mend="name a folder or zip of the project's folder"
        )
    request = {**options.model_dump(), "checks": len(checks.NAMES), "today": session.today.isoformat()}
    return request, None, lambda _: _looked_at(session)


def _looked_at(session: Session) -> None:
    session.sync()


def _profile(options: ProfileOptions, session: Session) -> Start:
    name = within.table(session.root, options.file)
    return {"file": name, "seed": options.seed}, None, _nothing


def _mask(options: MaskOptions, session: Session) -> Start:
    session.writable()
    root = session.root
    output = within.new_file(root, options.output)
    if output.exists() and not options.replace:
        raise UsageError("the output is there already", mend="choose another name, or ask to replace it")
    if output.name.lower().endswith((".json", ".yaml", ".yml")):
        raise UsageError("tables are not written so", mend="end its name in .csv, .parquet, .jsonl or .arrow")
    request = {
        "file": within.table(root, options.file),
        "plan": within.file(root, options.plan).relative_to(root).as_posix(),
        "output": output.relative_to(root).as_posix(),
        "vault": within.new_file(root, options.vault).relative_to(root).as_posix() if options.vault else "",
        "verify": options.verify,
    }
    return request, None, _nothing


_STARTS: dict[str, Callable[[Any, Session], Start]] = {
    "discover": _discover,
    "scan": _scan,
    "profile": _profile,
    "mask": _mask,
}


@router.get("/jobs", responses={**errors(), **shape.told(shape.JobList)})
def listing(jobs: Running) -> Response:
    """List the jobs, the newest last, without their results."""
    return Json({"jobs": [job.record() for job in jobs.all()]})


@router.get("/jobs/{id}", responses={**errors(404), **shape.told(shape.JobRecord)})
def one(id: str, session: Current, jobs: Running) -> Response:
    """Return a job with its result; what discovery proposes is held against the model of now."""
    job = jobs.get(id)
    return Json({**job.record(), "result": shown(job, session) if job.state == "done" else None})


@router.delete("/jobs/{id}", responses={**errors(404), **shape.told(shape.JobRecord)})
def cancel(id: str, jobs: Running) -> Response:
    """Stop a job; one that has ended is forgotten."""
    return Json(jobs.cancel(id).record())


@router.get("/checks", responses={**errors(), **shape.told(list[shape.CheckRecord])})
def listed() -> Response:
    """List the checks of a scan with the tools that they use, and whether these are there."""
    found = [checks.check(name) for name in checks.NAMES]
    return Json(
        [
            {
                "id": item.NAME,
                "title": item.TITLE,
                "summary": item.PRACTICE,
                "tools": [
                    {
                        "tool": tool.name,
                        "installed": bool(tool.version),
                        "version": tool.version,
                        "mend": tool.mend,
                        "needed": tool.needed,
                    }
                    for tool in item.tools()
                ],
            }
            for item in found
        ]
    )


@router.post("/discover/accept", responses={**errors(404, 409), **shape.told(shape.Accepted)})
def accept(body: AcceptBody, session: Current, jobs: Running, x_client: Client = "") -> Response:
    """Take proposals into the model, with what they need; answers as `/changes` does."""
    job = jobs.finished(body.job, "discover")
    taken: list[str] = []

    def made(assessment: Assessment) -> Sequence[Change]:
        changes, names = proposals_of(job, assessment).accept(body.ids)
        taken[:] = names
        return changes

    done = session.change(made, base=body.base, author=body.author, client=x_client)
    if body.done:
        keep_state(look_of(job).state, session.path)
    left = [item.id for item in proposals_of(job, session.assessment).items]
    return Json({**done, "accepted": taken, "left": left})
