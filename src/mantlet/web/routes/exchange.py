"""Files of other tools: the model written as one, one taken into the model, and the models that lie in the project."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Query, Request
from fastapi.concurrency import run_in_threadpool
from starlette.responses import Response

from mantlet.base.counts import how_many
from mantlet.base.errors import LimitError, Location
from mantlet.base.files import write_atomic
from mantlet.base.limits import inside
from mantlet.changes.operations import Change
from mantlet.formats.interface import Format, Note
from mantlet.formats.registry import formats as all_formats
from mantlet.formats.registry import load
from mantlet.project.api import Assessment
from mantlet.project.foreign import export as written
from mantlet.project.foreign import sidecar
from mantlet.project.importing import (
    Bringing,
    Received,
    bringing,
    can_update,
    note_records,
    own_file,
    receive,
)
from mantlet.project.models import models_in
from mantlet.project.ours import OURS
from mantlet.web import told as shape
from mantlet.web import within
from mantlet.web.answers import Json, attachment
from mantlet.web.errors import NotFoundError
from mantlet.web.registry import Current, Projects
from mantlet.web.routes import errors
from mantlet.web.routes.changes import Client
from mantlet.web.routes.jobs import Running
from mantlet.web.session import Session
from mantlet.web.shelf import Shelf
from mantlet.web.work_shapes import RAW_BODY, ImportBody, ImportFileBody, OpenBody

router = APIRouter(tags=["exchange"])
MAX_IMPORT = 50 * 2**20
To = Annotated[str, Query(min_length=1, max_length=100)]
_BYTES: dict[int | str, dict[str, Any]] = {
    200: {"content": {"application/octet-stream": {}}, "description": "the file"}
}
_PREVIEWS: Shelf[Received] = Shelf(3)


@router.get("/formats", responses={**errors(), **shape.told(list[shape.FormatRecord])})
def formats() -> Response:
    """List the formats of other tools, and whether they are read and written."""
    own = {
        "id": OURS,
        "title": "Model file of mantlet",
        "suffixes": ["yaml", "json"],
        "read": True,
        "write": True,
        "brings": "model",
        "cannot": "",
    }
    return Json(
        [
            own,
            *(
                {
                    "id": item.id,
                    "title": item.title,
                    "suffixes": list(item.suffixes),
                    "read": item.read is not None,
                    "write": item.write is not None,
                    "brings": item.brings,
                    "cannot": item.cannot,
                }
                for item in all_formats()
            ),
        ]
    )


@router.get("/export", responses={**errors(404, 424), **_BYTES})
def export(session: Current, to: To) -> Response:
    """Return the model as a file of another tool, or as one file of ours (`mantlet`)."""
    name, data, _ = _exported(session, to)
    return attachment(data, name, "application/octet-stream")


@router.get("/export/notes", responses={**errors(404, 424), **shape.told(shape.Notes)})
def export_notes(session: Current, to: To) -> Response:
    """Tell what a file of another tool would be called, and what of the model it cannot hold."""
    name, _, notes = _exported(session, to)
    return Json({"name": name, "notes": note_records(notes)})


def _exported(session: Session, to: str) -> tuple[str, bytes, list[Note]]:
    state, stem = session.state, session.path.stem
    model = state.assessment.model
    if to == OURS:
        drawn = any(state.layout.get(section) for section in ("elements", "boundaries", "flows"))
        notes = [Note("lost", f"places in the drawing: {stem}.layout.json has them")] if drawn else []
        suffix = session.path.suffix if model.source is not None and not model.source.parts else ".yaml"
        return f"{stem}{suffix}", own_file(model), notes
    found = _format(to)
    data, notes = written(model, state.assessment.catalogue, found.id, session.path)
    return f"{stem}.{found.suffixes[0]}", data, notes


def _format(name: str) -> Format:
    known = {OURS, *(item.id for item in all_formats() if item.write is not None)}
    if name not in known:
        raise NotFoundError(
            f"nothing is written as '{name[:100]}'", mend=f"one of {', '.join(sorted(known))}"
        )
    return load(name)


@router.post("/import", responses={**errors(), **shape.told(shape.ImportPreview)}, openapi_extra=RAW_BODY)
async def bring(
    request: Request,
    session: Current,
    name: Annotated[str, Query(max_length=300)] = "upload",
    forget: bool = False,
) -> Response:
    """Read a file of another tool and tell what is in it and what would be lost; nothing is changed yet.

    `forget` leaves out the account names that it keeps of who changed what.
    """
    data = await request.body()
    plain = PurePosixPath(name.replace("\\", "/")).name or "upload"
    return await run_in_threadpool(_preview, session, data, plain, None, forget)


@router.post("/import/file", responses={**errors(404), **shape.told(shape.ImportPreview)})
def bring_file(body: ImportFileBody, session: Current) -> Response:
    """Read a file of the project; what it includes is read from its folder."""
    path = within.file(session.root, body.path)
    with path.open("rb") as file:
        data = file.read(MAX_IMPORT + 1)
    if len(data) > MAX_IMPORT:
        raise LimitError(f"the file has more than {MAX_IMPORT // 2**20} MiB", where=Location(path.name))
    return _preview(session, data, path.name, path.parent, body.forget)


def _preview(session: Session, data: bytes, name: str, folder: Path | None, forget: bool) -> Response:
    received = receive(data, name, session.files.catalogue, folder, forget=forget)
    preview = secrets.token_hex(8)
    brought = _brought(received, session, session.assessment, "replace")
    _PREVIEWS.put((str(session.path), preview), received)
    return Json(
        {
            "preview": preview,
            "format": received.format,
            "title": received.title,
            "summary": received.summary,
            "notes": note_records(received.notes),
            "changes": len(brought.changes),
            "can_update": can_update(received, session.path),
            "warnings": _warnings(received, session.assessment),
        }
    )


def _warnings(received: Received, assessment: Assessment) -> list[str]:
    held = assessment.model.sections
    if received.imported is None or not held.elements:
        return []
    gone = how_many(len(held.elements), "element")
    decided = f" and {how_many(len(held.decisions), 'decision')}" if held.decisions else ""
    return [f"the model that is there, with {gone}{decided}, is replaced; undo brings it back"]


@router.post("/import/apply", responses={**errors(404, 409), **shape.told(shape.Imported)})
def take(body: ImportBody, session: Current, x_client: Client = "") -> Response:
    """Take a file that was read into the model; answers as `/changes` does."""
    received = _PREVIEWS.find((str(session.path), body.preview))
    if received is None:
        raise NotFoundError("this file is not kept any more", mend="choose it again")
    with session.lock:
        brought = _brought(received, session, session.assessment, body.how)

        def made(_: Assessment) -> Sequence[Change]:
            return brought.changes

        done = session.change(
            made, base=body.base, layout=brought.layout, author=body.author, client=x_client
        )
        if brought.beside is not None:
            place = sidecar(session.path)
            inside(session.root, place)
            write_atomic(place, brought.beside)
    _PREVIEWS.drop((str(session.path), body.preview))
    conflicts = [
        {"path": list(item.path), "base": item.base, "mine": item.ours, "theirs": item.theirs}
        for item in brought.conflicts
    ]
    return Json({**done, "kept_yours": conflicts})


def _brought(received: Received, session: Session, assessment: Assessment, how: Any) -> Bringing:
    return bringing(received, assessment.model, assessment.catalogue, session.path, session.state.layout, how)


@router.get("/models", responses={**errors(), **shape.told(list[shape.ModelRecord])})
def models(registry: Projects) -> Response:
    """List the models below the folder that is served: those of mantlet, and files of other tools."""
    now = registry.only.path.resolve()
    found = models_in(registry.home)
    return Json(
        [
            {**msgspec.to_builtins(item), "current": (registry.home / item.path).resolve() == now}
            for item in found
        ]
    )


@router.post("/project/open", responses={**errors(404, 409), **shape.told(shape.Opened)})
def open_model(body: OpenBody, registry: Projects, jobs: Running) -> Response:
    """Open another model of the folder that is served, for everybody who looks; running jobs are stopped."""
    path = within.file(registry.home, body.path)
    now = registry.only
    other = Session(path, read_only=now.read_only, today=now.files.fixed_day)
    jobs.clear()
    registry.open(other)
    return Json({"file": path.name, "revision": other.revision})
