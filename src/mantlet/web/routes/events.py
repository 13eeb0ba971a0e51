"""News as they happen."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response, StreamingResponse

from mantlet.web.registry import Current
from mantlet.web.routes import errors

router = APIRouter(tags=["events"])


@router.get(
    "/events",
    responses={
        **errors(409),
        200: {"content": {"text/event-stream": {}}, "description": "server-sent events"},
    },
    response_class=StreamingResponse,
)
async def events(session: Current) -> Response:
    """Send `changed`, `broken` and `job` events for as long as somebody listens."""
    state = session.known
    stream = session.events.listen({"revision": state.revision, "broken": bool(session.problems)})
    return StreamingResponse(stream, media_type="text/event-stream")
