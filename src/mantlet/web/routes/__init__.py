"""The API, a module per part of the interface."""

from __future__ import annotations

from typing import Any

from mantlet.web.shapes import ErrorAnswer

_TEXTS = {
    401: "the token is missing or wrong",
    403: "the request comes from elsewhere, or nothing may be changed",
    404: "there is nothing by that id",
    405: "this cannot be asked that way",
    409: "somebody else changed the same, or the file on disk does not read",
    413: "larger than the server takes",
    422: "the request does not fit, or the model would not be sound",
    424: "a program or extra that this needs is not installed",
}


def errors(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the description of the errors that a route may answer, besides those of every route."""
    return {
        status: {"model": ErrorAnswer, "description": _TEXTS[status]}
        for status in sorted({401, 403, 405, 413, 422, *statuses})
    }
