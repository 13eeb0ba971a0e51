"""The drawing: as a picture, and as places for the editor."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from starlette.responses import Response

from mantlet.diagram import Options, draw, layout_positions
from mantlet.project.outputs import diagram as drawn
from mantlet.web.answers import Json, attachment
from mantlet.web.registry import Current
from mantlet.web.routes import errors
from mantlet.web.shapes import ArrangeBody
from mantlet.web.shelf import Shelf
from mantlet.web.state import State
from mantlet.web.told import told
from mantlet.web.told_model import Placed

router = APIRouter(tags=["diagram"])
TYPES = {
    "svg": "image/svg+xml",
    "png": "image/png",
    "dot": "text/vnd.graphviz; charset=utf-8",
    "mermaid": "text/plain; charset=utf-8",
    "plantuml": "text/plain; charset=utf-8",
}
SUFFIXES = {"mermaid": "mmd", "plantuml": "puml"}
PICTURE = "default-src 'none'; style-src 'unsafe-inline'; font-src data:; img-src data:; frame-ancestors 'self'; sandbox"
"""For a picture that is opened by itself: it runs and loads nothing."""

_PLACED: Shelf[dict[str, Any]] = Shelf(8)
"""A large drawing takes a second to arrange; whoever opens it again need not wait."""


@router.post("/arrange", responses={**errors(), **told(Placed)})
def arrange(body: ArrangeBody, session: Current) -> Response:
    """Return where the layout engine puts everything; nothing is saved."""
    state = session.state
    return Json(_PLACED.get((state.revision, body.model_dump_json()), lambda: _placed(state, body)))


def _placed(state: State, body: ArrangeBody) -> dict[str, Any]:
    positions: dict[str, Any] | None = body.positions or (state.layout if body.keep else None)
    options = Options(
        focus=body.focus,
        detail=body.detail,
        dimension=body.dimension,
        direction=body.direction,
        positions=positions or {},
        legend=False,
    )
    assessment = state.assessment
    return layout_positions(draw(assessment.model, assessment.catalogue.vocabulary, options))


@router.get(
    "/diagram",
    responses={
        **errors(),
        200: {"content": {kind: {} for kind in TYPES.values()}, "description": "the picture"},
    },
)
def diagram(  # noqa: PLR0917  (the framework passes all by name)
    session: Current,
    format: Literal["svg", "png", "dot", "mermaid", "plantuml"] = "svg",
    focus: Annotated[str, Query(max_length=2000)] = "",
    detail: bool = False,
    highlight: Annotated[list[str], Query(max_length=2000)] = [],  # noqa: B006  (the framework copies it)
    theme: Literal["light", "dark", "auto"] = "light",
    overlay: bool = True,
    scale: Annotated[float, Query(ge=0.5, le=6)] = 2.0,
    download: bool = False,
) -> Response:
    """Draw the data flow diagram."""
    options = Options(focus=focus, detail=detail, highlight=frozenset(highlight))
    data = drawn(session.assessment, format, options, theme=theme, scale=scale, marked=overlay)
    if download:
        answer = attachment(data, f"{session.path.stem}.{SUFFIXES.get(format, format)}", TYPES[format])
    else:
        answer = Response(data, media_type=TYPES[format])
    answer.headers["content-security-policy"] = PICTURE
    return answer
