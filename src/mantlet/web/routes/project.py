"""The project, its model and the words that models use."""

from __future__ import annotations

from importlib.util import find_spec

from fastapi import APIRouter
from starlette.responses import Response

from mantlet.base.limits import is_folder
from mantlet.base.version import VERSION
from mantlet.web import told_model as shape
from mantlet.web.answers import Json
from mantlet.web.registry import Current
from mantlet.web.routes import errors
from mantlet.web.told import told
from mantlet.web.words import vocabulary

router = APIRouter(tags=["project"])
EXTRAS = {
    "pdf": "typst",
    "plan": "highspy",
    "privacy": "polars",
    "dp": "opendp",
    "text": "onnxruntime",
    "scan": "bandit",
    "discovery": "tree_sitter",
}


@router.get("/project", responses={**errors(), **told(shape.ProjectAnswer)})
def project(session: Current) -> Response:
    """Tell which project is open and what can be done with it."""
    state = session.state
    sections = state.assessment.model.sections
    return Json(
        {
            "id": "default",
            "name": sections.system.name,
            "file": session.path.name,
            "revision": state.revision,
            "read_only": session.read_only,
            "version": VERSION,
            "client_count": len(session.events),
            "git": any(
                is_folder(folder / ".git") for folder in (session.root, *session.root.resolve().parents)
            ),
            "extras": {name: find_spec(module) is not None for name, module in EXTRAS.items()},
            "sequences": list(sections.sequences),
            "environments": list(sections.environments),
        }
    )


@router.get("/model", responses={**errors(), **told(shape.ModelAnswer)})
def model(session: Current) -> Response:
    """Return the model as the file holds it, the layout, and what is wrong with the files."""
    state = session.state
    return Json(
        {
            "revision": state.revision,
            "raw": state.raw,
            "layout": state.layout,
            "included": state.included,
            "inherited": state.inherited,
            "problems": session.problems,
            "broken": bool(session.problems),
        }
    )


@router.get("/vocabulary", responses={**errors(), **told(shape.VocabularyAnswer)})
def words(session: Current) -> Response:
    """Return types, facts, controls, factors, frameworks and packs with their titles."""
    return Json(vocabulary(session.state.assessment.catalogue))
