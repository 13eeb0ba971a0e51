"""Changes of the model and its layout."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Header
from starlette.responses import Response

from mantlet.changes.operations import Change, Remove, Rename, Set
from mantlet.web.answers import Json
from mantlet.web.registry import Current
from mantlet.web.routes import errors
from mantlet.web.shapes import ChangesBody, RemoveChange, RenameChange, SetChange
from mantlet.web.told import Changed, told

router = APIRouter(tags=["changes"])
Client = Annotated[str, Header(alias="X-Client", max_length=200)]


def operation(item: SetChange | RemoveChange | RenameChange) -> Change:
    """Return a change as the rest of mantlet has it."""
    if isinstance(item, SetChange):
        return Set(tuple(item.path), item.value)
    if isinstance(item, RemoveChange):
        return Remove(tuple(item.path))
    return Rename(item.section, item.old, item.new)


@router.post("/changes", responses={**errors(409), **told(Changed)})
def changes(body: ChangesBody, session: Current, x_client: Client = "") -> Response:
    """Do operations on the model, all or none; they are on disk when the answer comes."""
    done: dict[str, Any] = session.change(
        [operation(item) for item in body.changes],
        base=body.base,
        layout=body.layout.set if body.layout else None,
        author=body.author,
        client=x_client,
    )
    return Json(done)
