"""Earlier versions: what git knows of the model, risk over time, and what differs from a revision, drawn too."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from starlette.responses import Response

from mantlet.base.errors import UsageError
from mantlet.project.vcs.compared import coloured
from mantlet.project.vcs.git import Repository
from mantlet.project.vcs.revisions import revisions
from mantlet.project.vcs.versions import Opened, open_revision
from mantlet.report.difference import WORDS, difference_json
from mantlet.report.history import Sample, plot
from mantlet.review.difference import compare
from mantlet.web import told as shape
from mantlet.web.answers import Json
from mantlet.web.jobs import Jobs
from mantlet.web.registry import Current
from mantlet.web.routes import errors
from mantlet.web.routes.diagram import PICTURE
from mantlet.web.routes.jobs import Running
from mantlet.web.session import Session
from mantlet.web.shelf import Shelf

router = APIRouter(tags=["versions"])
Revision = Annotated[str, Query(min_length=1, max_length=300)]
Last = Annotated[int, Query(ge=1, le=500)]
NOW = "the model as it is"
_OPENED: Shelf[Opened] = Shelf(4)
_HISTORIES: Shelf[Any] = Shelf(8)
NO_GIT = "history is read from git, and the model is in no repository"


@router.get("/revisions", responses={**errors(424), **shape.told(shape.RevisionsAnswer)})
def listed(session: Current) -> Response:
    """List the branches, tags and commits that the model can be compared with."""
    return Json(revisions(session.path))


@router.get("/diff", responses={**errors(424), **shape.told(shape.DifferenceAnswer)})
def diff(session: Current, against: Revision) -> Response:
    """Return what differs from a revision of git: the system, threats and ratings, decisions."""
    made = compare(_opened(session, against).assessment.register, session.assessment.register)
    return Json({**difference_json(made, against, NOW), "summary": made.summary(), "words": WORDS})


@router.get(
    "/diff/diagram",
    responses={**errors(424), 200: {"content": {"image/svg+xml": {}}, "description": "the drawing"}},
)
def diff_diagram(
    session: Current, against: Revision, theme: Literal["light", "dark", "auto"] = "auto"
) -> Response:
    """Draw both versions in one, with what came, went and changed coloured."""
    before, after = _opened(session, against).assessment, session.assessment
    svg = coloured(before, after, compare(before.register, after.register), theme=theme)
    if not svg:
        raise UsageError("the two versions together are too large to draw", mend="the lists say the same")
    return Response(svg, media_type="image/svg+xml", headers={"content-security-policy": PICTURE})


@router.get("/history", responses={**errors(409, 424), **shape.told(shape.HistoryAnswer)})
def history(session: Current, jobs: Running, last: Last = 50) -> Response:
    """Judge the last commits that touched the model by today's rules: what was open when, and how long treating took."""
    return Json(told_history(session, jobs, last))


@router.get(
    "/history/plot",
    responses={**errors(409, 424), 200: {"content": {"image/svg+xml": {}}, "description": "the plot"}},
)
def history_plot(session: Current, jobs: Running, last: Last = 50) -> Response:
    """Draw the open risks over time."""
    made = told_history(session, jobs, last)
    samples = [Sample(point["on"], point["counts"], point["weight"]) for point in made["points"]]
    svg = plot(samples, made["name"])
    return Response(svg, media_type="image/svg+xml", headers={"content-security-policy": PICTURE})


def told_history(session: Session, jobs: Jobs, last: int) -> Any:
    """Return the history, which is read anew only when a commit or the model changed."""
    known = revisions(session.path)
    if not known.git:
        raise UsageError(NO_GIT, mend="`git init`, commit the model, and come back")
    head = known.commits[0].commit if known.commits else ""
    key = (str(session.path), head, session.revision, last, session.today)
    request = {"model": session.path.name, "last": last, "today": session.today.isoformat()}
    return _HISTORIES.get(key, lambda: jobs.call("history", session.root, request))


def _opened(session: Session, revision: str) -> Opened:
    """Return a revision judged as of today; one that was asked for a moment ago is kept."""
    commit = Repository(session.root).commit(revision)
    key = (str(session.path), commit, session.today)
    return _OPENED.get(key, lambda: open_revision(commit, session.path, today=session.today))
