"""Evidence: what scanners found, brought in from other tools, silenced, and what all of it does to the model."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.concurrency import run_in_threadpool
from starlette.responses import Response

from mantlet.base.limits import decode
from mantlet.findings.keeping import Suppression
from mantlet.project.evidence import bring_in, overview, silence
from mantlet.web import told as shape
from mantlet.web.answers import Json
from mantlet.web.registry import Current
from mantlet.web.routes import errors
from mantlet.web.session import Session
from mantlet.web.work_shapes import RAW_BODY, SilenceBody

router = APIRouter(tags=["evidence"])
UNNAMED = "imported.sarif"


@router.get("/evidence", responses={**errors(), **shape.told(shape.EvidenceAnswer)})
def evidence(session: Current) -> Response:
    """Return the checks, their findings, and which threats, facts, controls and ratings they moved."""
    return Json(overview(session.assessment))


@router.post(
    "/evidence/import", responses={**errors(409), **shape.told(shape.EvidenceAnswer)}, openapi_extra=RAW_BODY
)
async def bring(
    request: Request, session: Current, name: Annotated[str, Query(max_length=300)] = UNNAMED
) -> Response:
    """Bring in what another scanner found, as SARIF 2.1.0."""
    data = await request.body()
    return await run_in_threadpool(_bring, session, data, name)


def _bring(session: Session, data: bytes, name: str) -> Response:
    session.writable()
    plain = PurePosixPath(name.replace("\\", "/")).name or UNNAMED
    results = bring_in(session.root, [(plain, decode(data, plain))], session.today)
    session.sync()
    return Json({**overview(session.assessment), "imported": sum(len(result.findings) for result in results)})


@router.post("/evidence/silence", responses={**errors(409), **shape.told(shape.EvidenceAnswer)})
def hush(body: SilenceBody, session: Current) -> Response:
    """Silence a finding until a day, with a reason."""
    session.writable()
    item = Suppression(fingerprint=body.fingerprint, reason=body.reason, until=body.until, by=body.by)
    silence(session.root, item, session.today)
    session.sync()
    return Json(overview(session.assessment))
